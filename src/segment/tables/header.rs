//! The header of a table whose columns no rule parts: how many lines it has, and which of its words stands over which
//! columns.
//!
//! A word in the middle over several words that stand lower is the title of a group; one right above another is the
//! first line of the same header. Both are tried, with what speaks against each as its cost.

use crate::lexicon;
use crate::numbering;
use crate::segment::tables::columns::{Column, assign};
use crate::segment::tables::edges::Edge;
use crate::segment::tables::strips::{Strip, Token};
use std::ops::Range;

/// A header has no more lines than this.
const MAX_LINES: usize = 14;
/// What a cell keeps free beside its text, both sides together, in points.
const PADDING: f32 = 10.0;
/// Columns that a header is parsed over; a table of more is taken tier by tier.
const MAX_COLUMNS: usize = 60;
/// Words stand on one height if they differ by no more than so many ems.
const LEVEL: f32 = 0.35;
/// A title may miss the middle of its columns by so many ems for nothing.
const OFF_MIDDLE: f32 = 0.3;
/// A word over two columns may miss their middle by so many ems, if it misses that of one by more than twice as much.
const OFF_BOTH: f32 = 1.5;
/// Lines of one header follow each other at most at so many ems.
const LEADING: f32 = 1.9;
/// What it costs that two words stand side by side over one column, that a group has one column alone, that the first line
/// of a word had room for more, …
const LOOSE: f32 = 1.0;
const GROUP_OF_ONE: f32 = 0.3;
const EARLY_BREAK: f32 = 0.6;
/// … that a column of a group has no word of its own, …
const CHILDLESS: f32 = 1.5;
/// … that a title is wider than its columns, by em, …
const TOO_WIDE: f32 = 1.0;
/// … that the words of a header stand at its foot or its head, …
const NOT_IN_THE_MIDDLE: f32 = 0.3;
/// … that a word stands lower or higher than others, with nothing above or below it, by em, …
const OFF_HEIGHT: f32 = 1.2;
/// … that the words below a title stand on several heights, by em, …
const UNEVEN: f32 = 0.5;
/// … that a word of it is a unit in brackets, which ends the word above it, where others are none, …
const UNIT_ALONE: f32 = 2.0;
/// … that it holds the column of names, …
const OF_NAMES: f32 = 1.0;
/// … that it has one column more, where nothing else tells, …
const WIDER: f32 = 0.03;
/// … that a group is not what the rule below its title says.
const AGAINST_RULE: f32 = 3.0;
/// The same where other titles stand on that rule, for each of its columns that is left out.
const AGAINST_SHARED_RULE: f32 = 0.2;

/// A cell of a header.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HeaderCell {
    /// From 0, top down.
    pub tier: usize,
    /// Tiers covered.
    pub tiers: usize,
    /// Columns covered.
    pub columns: Range<usize>,
    /// Its tokens, line by line.
    pub tokens: Vec<Token>,
}

/// A header.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Header {
    /// Number of tiers.
    pub tiers: usize,
    /// The cells.
    pub cells: Vec<HeaderCell>,
    /// What the reading costs.
    pub cost: f32,
    /// How much of that only tells it from others that are as good: nothing speaks against it.
    pub choice: f32,
}

/// How many strips from the top are header: those above the first line of figures that have words over columns of
/// figures; a rule below them says it too.
///
/// `figures` says which columns hold figures, that of serial numbers among them.
pub(super) fn end(strips: &[Strip], columns: &[Column], figures: &[bool], full: &[f32]) -> usize {
    let over_figures = |strip: &Strip, is: &dyn Fn(&Token) -> bool| {
        let stands = assign(strip, columns);
        let mut both = strip.tokens.iter().zip(stands);
        both.any(|(t, c)| c.is_some_and(|c| figures[c]) && is(t))
    };
    let top = strips.len().min(MAX_LINES + 4);
    let is_tier = |s: &Strip| is_of_years(s) || is_numbering(s) || is_numbered(s);
    let is_body = |&i: &usize| {
        over_figures(&strips[i], &|t: &Token| t.is_figure())
            && !is_tier(&strips[i])
            && !is_tier_of_figures(strips, i, columns)
    };
    let ruled =
        |i: usize| i > 0 && full.iter().any(|&y| strips[i - 1].y() < y && y < strips[i].y());
    let Some(first) = (0..top).find(is_body) else {
        // No figures: the lines above the first rule, or above the first number of a list.
        let numbered = |s: &Strip| s.tokens[0].text().trim() == "1" && s.tokens.len() > 1;
        let first = strips[..top].iter().position(numbered);
        let rule = (1..top).find(|&i| ruled(i));
        return match (first, rule) {
            (Some(first), _) => first,
            (None, Some(rule)) => rule,
            (None, None) => usize::from(strips.len() > 1),
        };
    };
    let words = |i: usize| {
        over_figures(&strips[i], &|t: &Token| !t.is_figure())
            || is_tier(&strips[i])
            || is_tier_of_figures(strips, i, columns)
    };
    let Some(last) = (0..first).rev().find(|&i| words(i)) else {
        // Words over other columns alone, above a rule: a header all the same.
        return match (1..=first).rev().find(|&i| ruled(i)) {
            Some(rule) if first > 0 && (1..strips.len()).filter(|&i| ruled(i)).count() == 1 => rule,
            _ => 0,
        };
    };
    let mut end = last + 1;
    // The header may be printed again below a heading: what stands above that is the header.
    let texts =
        |s: &Strip| -> Vec<String> { s.tokens.iter().map(|t| t.text().to_owned()).collect() };
    let again =
        (1..end).find(|&i| strips[i].tokens.len() > 1 && texts(&strips[i]) == texts(&strips[0]));
    if let Some(again) = again {
        return (1..again).rev().find(|&i| strips[i].tokens.len() == 1).unwrap_or(again);
    }
    while end < first && is_lower_line(&strips[..end], &strips[end]) {
        end += 1;
    }
    // Words over columns that have none yet are a lower tier, though no figures stand in those columns: 新建 改建 over ticks.
    while end < first && is_tier_without_figures(&strips[..end], &strips[end], columns) {
        end += 1;
    }
    // What stands above the rule under the header belongs to it.
    (end..=first).find(|&i| ruled(i)).unwrap_or(end)
}

/// Whether a line of figures, 90-100 80-89 or 1 2 3, is a tier of the header: it names no row, stands below titles of
/// groups, and the words over the other columns stand in the middle between those and it.
fn is_tier_of_figures(strips: &[Strip], i: usize, columns: &[Column]) -> bool {
    let [.., titles, words] = &strips[..i] else { return false };
    let line = &strips[i];
    let of =
        |strip: &Strip| -> Vec<usize> { assign(strip, columns).into_iter().flatten().collect() };
    let (own, others) = (of(line), of(words));
    let em = line.tokens[0].em();
    let is_over_several = |title: &Token| {
        let (left, right): (Vec<f32>, Vec<f32>) =
            line.tokens.iter().map(Token::x).partition(|&x| x < title.x() - em);
        let near = |x: Option<&f32>| x.is_some_and(|x| (x - title.x()).abs() < FAR * em);
        near(left.last()) && near(right.first())
    };
    line.tokens.len() > 1
        && own.len() == line.tokens.len()
        && !own.contains(&0)
        && others.contains(&0)
        && others.iter().all(|column| !own.contains(column))
        && words.tokens.iter().chain(&titles.tokens).all(|t| !t.is_figure())
        && titles.tokens.iter().all(is_over_several)
        && ((titles.y() + line.y()) / 2.0 - words.y()).abs() <= LEVEL * em
}

/// The words of a group stand no further off the middle of its title, in ems.
const FAR: f32 = 15.0;

/// Whether a line has nothing but the lower lines of headers on two lines, in the middle of which the others stand:
/// 市、县 above, 名称 below.
fn is_lower_line(head: &[Strip], line: &Strip) -> bool {
    let heights = head.iter().flat_map(|s| &s.tokens).map(Token::y);
    let (top, low) = heights.fold((f32::MAX, f32::MIN), |(a, b), y| (a.min(y), b.max(y)));
    line.tokens.iter().all(|token| {
        let em = token.em();
        let above = head
            .iter()
            .flat_map(|s| &s.tokens)
            .filter(|t| (t.x() - token.x()).abs() <= 0.5 * em && token.y() - t.y() <= LEADING * em);
        let first = above.map(Token::y).fold(f32::MAX, f32::min);
        let middle = (first + token.y()) / 2.0;
        first < f32::MAX
            && first < low
            && top <= middle
            && (middle - (top.max(first) + low.max(token.y())) / 2.0).abs() <= LEVEL * em
            && head.iter().flat_map(|s| &s.tokens).any(|t| (t.y() - middle).abs() <= LEVEL * em)
    })
}

/// Whether a line names no row, and has words alone, of which several stand over columns without a word above.
fn is_tier_without_figures(head: &[Strip], line: &Strip, columns: &[Column]) -> bool {
    let stands = assign(line, columns);
    let is_free = |c: usize| {
        let words = head.iter().flat_map(|s| &s.tokens);
        columns[c].count > 0 && words.into_iter().all(|t| columns[c].overlap(t.bbox()) <= 0.0)
    };
    stands.iter().all(|c| c.is_some_and(|c| c > 0))
        && stands.iter().flatten().filter(|&&c| is_free(c)).count() > 1
        && line.tokens.iter().all(|t| !t.is_figure())
}

/// Whether all figures of the strip are years one after the other: 2020 2021 2022 in a header.
fn is_of_years(strip: &Strip) -> bool {
    let years: Vec<u32> = strip
        .tokens
        .iter()
        .filter(|t| t.is_figure())
        .map(|t| t.text().trim_end_matches('年').trim().parse().unwrap_or(0))
        .collect();
    // The same years may stand again below another title.
    let is_next =
        |w: &[u32]| w[0] + 1 == w[1] || w[0] == w[1] + 1 || w[0] == w[1] || w[1] == years[0];
    years.len() > 1
        && years.iter().all(|y| (1949..2100).contains(y))
        && years.windows(2).all(is_next)
}

/// Whether the strip's words end in the numbers of their columns: 中央资金（1） （2） 小计（3=1+2）.
fn is_numbered(strip: &Strip) -> bool {
    numbering::are_behind_words(strip.tokens.iter().map(Token::text))
}

/// Whether the strip numbers the columns: 栏次 1 2 3, 甲 1 2 3, (1) (2), 3=1+2, A B C.
fn is_numbering(strip: &Strip) -> bool {
    if strip.tokens.len() > 2 && numbering::is_numbering(strip.tokens.iter().map(Token::text)) {
        return true;
    }
    let mut next = 1u32;
    let mut bracketed = false;
    for (i, token) in strip.tokens.iter().enumerate() {
        let text: String = token.text().chars().filter(|c| !c.is_whitespace()).collect();
        let number = text.trim_matches(['(', ')', '（', '）']);
        // What a column is made of: (3)=(1)+(2).
        let number = number.split(['=', '＝', ')', '）']).next().unwrap_or_default();
        let number = match number.chars().next() {
            Some(c @ '①'..='⑳') => Some(c as u32 - '①' as u32 + 1),
            _ => number.parse::<u32>().ok(),
        };
        match number {
            Some(number) if number == next => {
                next += 1;
                bracketed |= text.starts_with(['(', '（']) || !text.is_ascii();
            }
            None if next == 1 && i < 3 && NUMBERED.contains(&text.as_str()) => {}
            _ => return false,
        }
    }
    let labelled = strip.tokens.len() > next as usize - 1;
    next > 3 || (next > 1 && (bracketed || labelled)) || (next == 3 && strip.tokens.len() == 2)
}

/// What stands in a line of column numbers over columns that have none.
const NUMBERED: [&str; 10] = ["甲", "乙", "丙", "丁", "戊", "栏次", "列次", "行次", "序号", "编号"];

/// Whether the strip has units alone, as below the words of a header: 套 户 万元.
fn is_of_units(strip: &Strip, columns: usize) -> bool {
    // A line that lacks most columns is the lower line of words.
    2 * strip.tokens.len() >= columns
        && strip.tokens.iter().all(|t| {
            let opens = t.text().contains(['(', '（']);
            let closes = t.text().contains([')', '）']);
            let text = t.text().trim().trim_matches(['(', ')', '（', '）']);
            (opens == closes && lexicon::is_unit(text)) || UNIT_LABELS.contains(&text)
        })
}

/// Whether a text is a unit in brackets: （万元）.
fn is_unit_in_brackets(text: &str) -> bool {
    let inner = text.trim().strip_prefix(['(', '（']).and_then(|t| t.strip_suffix([')', '）']));
    inner.is_some_and(lexicon::is_unit)
}

/// What stands in a line of units over the names.
const UNIT_LABELS: [&str; 3] = ["单位", "计量单位", "计量"];

/// A word of a header, or several lines of one.
#[derive(Debug, Clone)]
struct Node {
    token: Token,
    column: usize,
}

impl Node {
    fn y(&self) -> f32 {
        self.token.y()
    }
}

/// How the words of a header stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    Middle,
    Bottom,
    Top,
}

impl Stand {
    /// Where lines from one height to another are held.
    fn of(self, first: f32, last: f32) -> f32 {
        match self {
            Stand::Middle => (first + last) / 2.0,
            Stand::Bottom => last,
            Stand::Top => first,
        }
    }

    /// Words stand in the middle of a header mostly.
    fn cost(self) -> f32 {
        if self == Stand::Middle { 0.0 } else { NOT_IN_THE_MIDDLE }
    }
}

/// What the header's words are put over.
struct Over<'a> {
    columns: &'a [Column],
    /// The gaps between columns: column `c` reaches from `edges[c]` to `edges[c + 1]`.
    edges: &'a [f32],
    /// Rules across some columns.
    partial: &'a [Edge],
}

/// Lines of a cell are nearer to each other than rows are, by this share.
const NEARER: f32 = 0.96;

/// Puts the words of the header's strips over the columns; `pitch` is how far rows are apart, 0 where that is not known.
pub(super) fn header(
    strips: &[Strip],
    columns: &[Column],
    edges: &[f32],
    partial: &[Edge],
    pitch: f32,
) -> Header {
    // Lines of column numbers or of units below the words are tiers of their own; numbers in brackets that are nearer to
    // them than rows are to each other stand in the cells of the words.
    let is_lower_line = |i: usize| {
        let step = i.checked_sub(1).map(|above| strips[i].y() - strips[above].y());
        let is_near = step.is_some_and(|step| step < NEARER * pitch);
        is_near && strips[i].tokens.iter().all(|token| token.text().starts_with(['(', '（']))
    };
    let is_apart = |&i: &usize| {
        let numbers = is_numbering(&strips[i])
            && !is_tier_of_figures(strips, i, columns)
            && !is_lower_line(i);
        numbers || is_of_units(&strips[i], columns.len())
    };
    let apart = (0..strips.len()).rev().take_while(is_apart).count();
    let apart = if apart < strips.len() { apart } else { 0 };
    let (strips, lower) = strips.split_at(strips.len() - apart);
    let mut nodes = Vec::new();
    for strip in strips {
        for token in &strip.tokens {
            nodes.push(Node { token: token.clone(), column: 0 });
        }
    }
    let over = Over { columns, edges, partial };
    over.find_columns(&mut nodes);
    nodes.sort_by(|a, b| a.y().total_cmp(&b.y()));
    let mut header = Header::default();
    over.parse(0..columns.len(), nodes, 0, &mut header);
    over.widen(&mut header);
    header.tiers = header.cells.iter().map(|c| c.tier + 1).max().unwrap_or(0);
    let words = header.tiers;
    for strip in lower {
        for (token, column) in strip.tokens.iter().zip(assign(strip, columns)) {
            let c = column.unwrap_or_else(|| over.nearest(token));
            let (tier, tokens) = (header.tiers, vec![token.clone()]);
            header.cells.push(HeaderCell { tier, tiers: 1, columns: c..c + 1, tokens });
        }
        header.tiers += 1;
    }
    // The lowest word over a column reaches down to the last tier.
    let tiers = words;
    for i in 0..header.cells.len() {
        let cell = &header.cells[i];
        if cell.tier >= words {
            continue;
        }
        let below = |other: &HeaderCell| {
            (cell.tier + 1..words).contains(&other.tier)
                && other.columns.start < cell.columns.end
                && cell.columns.start < other.columns.end
        };
        if !header.cells.iter().any(below) {
            header.cells[i].tiers = tiers - header.cells[i].tier;
        }
    }
    header
}

impl Over<'_> {
    /// The column that each word stands over: on the height with as many words as columns one each, else the nearest.
    fn find_columns(&self, nodes: &mut [Node]) {
        let cols = self.columns.len();
        for node in nodes.iter_mut() {
            let nearest = self.nearest(&node.token);
            let own = self.on_rule(&node.token);
            node.column = match own.is_empty() || own.contains(&nearest) {
                true => nearest,
                false => own.start,
            };
        }
        // The lowest word over each stretch of the header, left to right.
        let mut lowest: Vec<usize> =
            (0..nodes.len()).filter(|&i| !self.has_below(nodes, i)).collect();
        lowest.sort_by(|&a, &b| nodes[a].token.x().total_cmp(&nodes[b].token.x()));
        if lowest.len() == cols {
            for (c, &i) in lowest.iter().enumerate() {
                nodes[i].column = c;
            }
        }
    }

    /// The columns under the rule right below a title that begins where the title does.
    fn on_rule(&self, title: &Token) -> Range<usize> {
        let (bbox, em) = (title.bbox(), title.em());
        let is_own = |rule: &&Edge| {
            title.y() < rule.at
                && rule.at < title.y() + LEADING * em
                && (bbox.x0 - rule.from).abs() <= em
        };
        let Some(rule) = self.partial.iter().find(is_own) else { return 0..0 };
        let is_under = |c: &usize| (rule.from..=rule.to).contains(&self.columns[*c].middle());
        let mut under = (0..self.columns.len()).filter(is_under);
        under.next().map_or(0..0, |first| first..under.next_back().unwrap_or(first) + 1)
    }

    /// Whether another word stands below, over or under it.
    fn has_below(&self, nodes: &[Node], i: usize) -> bool {
        let (a, em) = (nodes[i].token.bbox(), nodes[i].token.em());
        nodes.iter().any(|other| {
            let b = other.token.bbox();
            let overlap = a.x1.min(b.x1) - a.x0.max(b.x0);
            b.center().y > a.center().y + LEVEL * em && overlap > 0.3 * em
        })
    }

    fn nearest(&self, token: &Token) -> usize {
        let off = |c: usize| {
            let column = &self.columns[c];
            let inside = column.overlap(token.bbox()) / (column.x1 - column.x0).max(1.0);
            (column.middle() - token.x()).abs() - 1e-3 * inside
        };
        let within = |c: &usize| self.edges[*c] <= token.x() && token.x() <= self.edges[*c + 1];
        (0..self.columns.len())
            .find(within)
            .or_else(|| (0..self.columns.len()).min_by(|&a, &b| off(a).total_cmp(&off(b))))
            .unwrap_or(0)
    }

    /// Parses the words over a stretch of columns from tier `tier` on.
    fn parse(&self, range: Range<usize>, mut nodes: Vec<Node>, tier: usize, header: &mut Header) {
        if nodes.is_empty() {
            return;
        }
        if range.len() == 1 || tier > 6 {
            // A group may have one column alone: its title stands further above than lines of one word do.
            let far = |i: &usize| {
                let (a, b) = (&nodes[*i - 1].token, &nodes[*i].token);
                b.y() - a.y() > LEADING * a.em()
            };
            let rest = match (1..nodes.len()).find(far) {
                Some(at) if tier <= 6 => nodes.split_off(at),
                _ => Vec::new(),
            };
            let tokens = nodes.into_iter().map(|n| n.token).collect();
            header.cells.push(HeaderCell { tier, tiers: 1, columns: range.clone(), tokens });
            self.parse(range, rest, tier + 1, header);
            return;
        }
        let best = [Stand::Middle, Stand::Bottom, Stand::Top]
            .map(|stand| self.cheapest(&range, &nodes, stand))
            .into_iter()
            .min_by(|a, b| a[range.start].0.total_cmp(&b[range.start].0))
            .unwrap_or_default();
        let end = range.end;
        header.cost += best[range.start].0;
        // A group may have one column alone: its words stand on the heights of other groups' titles and words.
        let titles = self.title_heights(&range, &nodes, &best);
        let mut c = range.start;
        while c < end {
            let to = best[c].1;
            let part: Vec<Node> =
                nodes.iter().filter(|n| (c..to).contains(&n.column)).cloned().collect();
            if to == c + 1 {
                let at = split_like(&part, &titles);
                let (title, rest) = part.split_at(at);
                self.parse(c..to, title.to_vec(), tier, header);
                self.parse(c..to, rest.to_vec(), tier + 1, header);
            } else if let Some(group) = self.group(&nodes, c..to) {
                let (title, rest): (Vec<_>, Vec<_>) =
                    part.into_iter().enumerate().partition(|(i, _)| *i < group.title);
                let tokens = title.into_iter().map(|(_, n)| n.token).collect();
                header.choice += group.choice;
                header.cells.push(HeaderCell { tier, tiers: 1, columns: c..to, tokens });
                let rest = rest.into_iter().map(|(_, n)| n).collect();
                self.parse(c..to, rest, tier + 1, header);
            }
            c = to;
        }
    }

    /// For each group the heights of its title's last line and of the first word below it.
    fn title_heights(
        &self,
        range: &Range<usize>,
        nodes: &[Node],
        best: &[(f32, usize)],
    ) -> Vec<(f32, f32)> {
        let mut heights = Vec::new();
        let mut c = range.start;
        while c < range.end {
            let to = best[c].1;
            if to > c + 1
                && let Some(group) = self.group(nodes, c..to)
            {
                let own: Vec<&Node> =
                    nodes.iter().filter(|n| (c..to).contains(&n.column)).collect();
                heights.push((own[group.title - 1].y(), own[group.title].y()));
            }
            c = to;
        }
        heights
    }

    /// For each column of the range the least cost of the header from there on, and where its first part ends: one
    /// column, or a group of several.
    fn cheapest(&self, range: &Range<usize>, nodes: &[Node], stand: Stand) -> Vec<(f32, usize)> {
        let end = range.end;
        let height = stand.of(nodes[0].y(), nodes[nodes.len() - 1].y());
        let mut best: Vec<(f32, usize)> = vec![(f32::INFINITY, end); end + 1];
        best[end] = (stand.cost(), end);
        for c in range.clone().rev() {
            best[c] = (self.single_cost(nodes, c, stand, height) + best[c + 1].0, c + 1);
            for to in c + 2..=end.min(c + MAX_COLUMNS) {
                if let Some(group) = self.group(nodes, c..to)
                    && group.cost + best[to].0 < best[c].0
                {
                    best[c] = (group.cost + best[to].0, to);
                }
            }
        }
        best
    }

    /// What it costs that all words over one column are its own header.
    fn single_cost(&self, nodes: &[Node], c: usize, stand: Stand, height: f32) -> f32 {
        let own: Vec<&Node> = nodes.iter().filter(|n| n.column == c).collect();
        let (Some(first), Some(last)) = (own.first(), own.last()) else { return 0.0 };
        let em = first.token.em();
        let mut cost = 0.0;
        let room = self.room(c);
        for pair in own.windows(2) {
            let (a, b) = (pair[0].token.bbox(), pair[1].token.bbox());
            let gap = (pair[1].y() - pair[0].y()) / em;
            cost += self.against_rule(nodes, &pair[0].token, pair[1].y(), &(c..c + 1)).cost;
            if gap < LEVEL {
                // Two words side by side over one column.
                cost += LOOSE;
                continue;
            }
            if gap > LEADING {
                // The title of a group of this column alone.
                cost += GROUP_OF_ONE;
                continue;
            }
            if goes_on(&pair[0].token, &pair[1].token)
                || c == 0 && is_diagonal(nodes, pair[0], pair[1])
            {
                continue;
            }
            let next = pair[1].token.text().chars().next().unwrap_or(' ');
            let next = if next.is_ascii() { 0.5 * em } else { em };
            cost += if a.width() + next < room - 0.7 * em { EARLY_BREAK } else { 0.0 };
            cost += ((a.center().x - b.center().x).abs() / em - 0.5).max(0.0);
        }
        let off = (stand.of(first.y(), last.y()) - height).abs() / em;
        // Alone at the height of others' last words: it may be one of a group.
        cost + OFF_HEIGHT * (off - LEVEL).clamp(0.0, 1.0)
    }

    /// Lets a word reach over the column beside its own that has none, if it stands in the middle of both.
    fn widen(&self, header: &mut Header) {
        let cols = self.columns.len();
        let mut headed = vec![false; cols];
        for cell in &header.cells {
            headed[cell.columns.clone()].fill(true);
        }
        for cell in &mut header.cells {
            let own = cell.columns.start;
            if cell.tier > 0 || cell.columns.len() > 1 {
                continue;
            }
            let bbox = cell.tokens.iter().map(|t| *t.bbox()).reduce(|a, b| a.union(&b));
            let Some((bbox, first)) = bbox.zip(cell.tokens.first()) else { continue };
            let (x, em) = (bbox.center().x, first.em());
            let off = |range: &Range<usize>| {
                let gaps = (self.edges[range.start] + self.edges[range.end]) / 2.0;
                let (a, b) = (&self.columns[range.start], &self.columns[range.end - 1]);
                let texts = (a.x0 + b.x1) / 2.0;
                (gaps - x).abs().min((texts - x).abs()) / em
            };
            let alone = (self.columns[own].middle() - x).abs() / em;
            let wider = [own.checked_sub(1).map(|left| left..own + 1), Some(own..own + 2)];
            let fits = |range: &Range<usize>| {
                range.end <= cols
                    && range.clone().all(|c| c == own || !headed[c])
                    && off(range) <= OFF_BOTH
                    && off(range) * 2.0 + 0.5 < alone
            };
            if let Some(range) = wider.into_iter().flatten().find(fits) {
                headed[range.clone()].fill(true);
                cell.columns = range;
            }
        }
    }

    /// How wide a word over the column can be, in points: what the widest text in it and the gaps beside it show.
    fn room(&self, c: usize) -> f32 {
        let column = &self.columns[c];
        let cell = self.edges[c + 1] - self.edges[c] - PADDING;
        (column.x1 - column.x0).max(cell)
    }

    /// The words over these columns as a group: a title, and a word below for each column.
    fn group(&self, nodes: &[Node], range: Range<usize>) -> Option<Group> {
        let own: Vec<&Node> = nodes.iter().filter(|n| range.contains(&n.column)).collect();
        let first = own.first()?;
        let (em, y) = (first.token.em(), first.y());
        let alone = own.iter().filter(|n| n.y() - y <= LEVEL * em).count() == 1;
        if own.len() < 3 || !alone {
            return None;
        }
        let (left, right) = (self.edges[range.start], self.edges[range.end]);
        // A title is wrapped only if it fills its columns.
        let mut title = 1;
        while title + 2 < own.len() {
            let (a, b) = (&own[title - 1].token, &own[title].token);
            let level = own.iter().filter(|n| (n.y() - b.y()).abs() <= LEVEL * em).count();
            let wraps = a.bbox().width() + 2.0 * em > 0.8 * (right - left)
                && (a.x() - b.x()).abs() <= em
                && b.y() - a.y() <= LEADING * em
                && level == 1;
            if !wraps {
                break;
            }
            title += 1;
        }
        let below = &own[title..];
        let has_word = |c: usize| below.iter().any(|n| n.column == c);
        let children = range.clone().filter(|&c| has_word(c)).count();
        let lowest = own[title - 1].y();
        if children < 2 || below.iter().any(|n| n.y() - lowest <= LEVEL * em) {
            return None;
        }
        let mut choice = WIDER * range.len() as f32;
        let mut cost = CHILDLESS * (range.len() - children) as f32 + choice;
        let units = |&c: &usize| {
            let mut own = below.iter().filter(|n| n.column == c);
            own.all(|n| is_unit_in_brackets(n.token.text()))
        };
        let units = range.clone().filter(|&c| has_word(c)).filter(units).count();
        cost += if units < children { UNIT_ALONE * units as f32 } else { 0.0 };
        // Words under one title stand on one height, however many lines each has.
        let mut heights: Vec<f32> = range
            .clone()
            .filter(|&c| has_word(c))
            .map(|c| {
                let own = below.iter().filter(|n| n.column == c).map(|n| n.y());
                let (low, high) = own.fold((f32::MAX, f32::MIN), |(a, b), y| (a.min(y), b.max(y)));
                (low + high) / 2.0
            })
            .collect();
        heights.sort_by(f32::total_cmp);
        let usual = heights[(heights.len() - 1) / 2];
        let uneven = |y: &f32| ((y - usual).abs() / em - LEVEL).clamp(0.0, 1.0);
        cost += UNEVEN * heights.iter().map(uneven).sum::<f32>();
        let x = first.token.x();
        let (a, b) = (&self.columns[range.start], &self.columns[range.end - 1]);
        let words = |c: usize| below.iter().filter(move |n| n.column == c).map(|n| n.token.bbox());
        let from = words(range.start).map(|b| b.x0).fold(f32::INFINITY, f32::min);
        let to = words(range.end - 1).map(|b| b.x1).fold(f32::NEG_INFINITY, f32::max);
        let middles = [
            (left + right) / 2.0,
            (a.x0 + b.x1) / 2.0,
            (a.middle() + b.middle()) / 2.0,
            (from + to) / 2.0,
        ];
        let off = middles
            .into_iter()
            .filter(|m| m.is_finite())
            .map(|m| (m - x).abs() / em)
            .fold(f32::INFINITY, f32::min);
        let against = self.against_rule(nodes, &own[title - 1].token, below[0].y(), &range);
        // A title may stand anywhere over a rule of its own that is as long as the group.
        cost += if against.confirms { 0.0 } else { (off - OFF_MIDDLE).max(0.0) };
        let beyond = (left - first.token.bbox().x0).max(first.token.bbox().x1 - right).max(0.0);
        cost += TOO_WIDE * (beyond / em - 0.5).max(0.0);
        // The names of rows are in no group with what is said of them.
        let holds_names = range.start == 0 && range.end < self.columns.len();
        cost += if holds_names && !self.is_panel(nodes, &range) { OF_NAMES } else { 0.0 };
        choice += if against.is_shared { against.cost } else { 0.0 };
        Some(Group { cost: cost + against.cost, choice, title })
    }

    /// Whether the words below the title of these columns stand again below the next one: A组 and B组, each over 城市 得分.
    fn is_panel(&self, nodes: &[Node], range: &Range<usize>) -> bool {
        let top = nodes.first().map_or(0.0, |first| first.y() + LEVEL * first.token.em());
        let words = |column: usize| -> Vec<&str> {
            let own = nodes.iter().filter(|n| n.column == column && n.y() > top);
            own.map(|n| n.token.text()).collect()
        };
        let width = range.len();
        range.end + width <= self.columns.len()
            && range.clone().all(|c| !words(c).is_empty() && words(c) == words(c + width))
    }

    /// What a rule between the title and the words below it says against these columns.
    fn against_rule(
        &self,
        nodes: &[Node],
        title: &Token,
        below: f32,
        range: &Range<usize>,
    ) -> AgainstRule {
        // Words beside the rule may begin above it.
        let below = below.max(title.y() + LEADING * title.em());
        let between = |e: &&Edge| {
            title.y() < e.at && e.at < below && e.from <= title.x() && title.x() <= e.to
        };
        let Some(rule) = self.partial.iter().find(between) else {
            return AgainstRule { cost: 0.0, is_shared: false, confirms: false };
        };
        let under = |c: &usize| {
            let middle = self.columns[*c].middle();
            rule.from <= middle && middle <= rule.to
        };
        let ruled: Vec<usize> = (0..self.columns.len()).filter(under).collect();
        let inside = ruled.iter().filter(|c| range.contains(c)).count();
        let (others, left_out) = (range.len() - inside, ruled.len() - inside);
        if others > 0 {
            let cost = AGAINST_RULE * others as f32;
            return AgainstRule { cost, is_shared: false, confirms: false };
        }
        // One rule may run under several titles side by side.
        let on_rule = |n: &&Node| {
            let x = n.token.x();
            (n.y() - title.y()).abs() <= LEVEL * title.em() && rule.from <= x && x <= rule.to
        };
        let is_shared = nodes.iter().filter(on_rule).count() > 1;
        let cost = if is_shared { AGAINST_SHARED_RULE } else { AGAINST_RULE };
        let confirms = !is_shared && left_out == 0;
        AgainstRule { cost: cost * left_out as f32, is_shared, confirms }
    }
}

/// How many of the words over one column, from the top, are the title of a group of this column alone: as many as stand
/// above the height where other titles end and other words begin. All, where there is no such height.
fn split_like(nodes: &[Node], titles: &[(f32, f32)]) -> usize {
    let is_split = |&at: &usize| {
        let (above, below) = (&nodes[at - 1], &nodes[at]);
        let near = |a: f32, b: f32| (a - b).abs() <= LEVEL * above.token.em();
        !goes_on(&above.token, &below.token)
            && titles.iter().any(|&(title, word)| near(title, above.y()) && near(word, below.y()))
    };
    (1..nodes.len()).find(is_split).unwrap_or(nodes.len())
}

/// Whether two words stand above and below the diagonal of a corner cell: 类别 right above, 地区 left below, and no other
/// word at their heights.
fn is_diagonal(nodes: &[Node], above: &Node, below: &Node) -> bool {
    let em = above.token.em();
    let is_beside = |node: &&Node| {
        let is_level = |own: &Node| (node.y() - own.y()).abs() <= LEVEL * em;
        node.column != above.column && (is_level(above) || is_level(below))
    };
    below.token.bbox().x1 <= above.token.bbox().x0
        && below.token.text().chars().count() <= CORNER
        && !nodes.iter().any(|node| is_beside(&node))
}

/// What names the rows in a corner has at most so many characters.
const CORNER: usize = 6;

/// Whether a line was drawn right behind the one close above it, as the lines of one cell are: most producers draw cell
/// by cell, and a title's row before the row below it. Lines of one cell are set alike: at one side, or in the middle.
fn goes_on(above: &Token, below: &Token) -> bool {
    let (a, b, em) = (above.bbox(), below.bbox(), above.em());
    let is_set_alike = [a.x0 - b.x0, a.x1 - b.x1, above.x() - below.x()];
    below.is_drawn_behind(above)
        && below.y() - above.y() <= LEADING * em
        && is_set_alike.iter().any(|off| off.abs() <= em)
}

/// What a rule below a title says against a group.
struct AgainstRule {
    cost: f32,
    /// Whether other titles stand on it.
    is_shared: bool,
    /// Whether it runs under these columns and no other, for one title alone.
    confirms: bool,
}

/// A group of columns under one title.
struct Group {
    cost: f32,
    /// How much of that only tells it from others that are as good.
    choice: f32,
    /// How many of the words, from the top, are the title.
    title: usize,
}
