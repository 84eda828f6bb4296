//! Which texts of a table's body are one row, where no rule says it: figures show the rows, and what is wrapped beside
//! them goes to the row it is set against.
//!
//! Each way a table may be set (names at the top, the middle or the bottom of their rows, figures wrapped or not) is a
//! candidate with a cost: texts that stand off their row, lines that break where there was room, rows without a name.
//! The cheapest is taken. Rules bind all of them: nothing reaches over a rule of its column.

use crate::figure::narrow;
use crate::lexicon::{BLOCK_HEADS, DIRECT, SUBTOTALS, TOTALS, is_han, is_tail_of_name};
use crate::segment::tables::strips::{Token, is_one_figure};
use std::ops::Range;

/// Anchors nearer than this, in ems, are of one row.
const SAME_ROW: f32 = 0.45;
/// Texts of one line stand off each other by no more than this, in ems.
const SAME_LINE: f32 = 0.35;
/// A text may stand off its row by so many ems for nothing: fonts differ in where their middles are.
const SLACK: f32 = 0.2;
/// A text stands no further off its row than so many ems.
const FAR: f32 = 6.0;
/// A text is wrapped to no more lines than this.
const LINES: usize = 12;
/// Lines of one text follow each other at most at so many ems, those of one figure at fewer …
const LEADING: f32 = 2.5;
const LEADING_OF_FIGURE: f32 = 2.1;
/// A name that is set from the top down has no more characters.
const LONGEST_STACKED: usize = 12;
/// Lines of words among figures follow each other at most at so many ems.
const TIGHT: f32 = 1.4;
/// … and where the column's lines follow closer, no further apart than this share more.
const LOOSE: f32 = 1.25;
/// What it costs that lines of one text stand loose, or a line breaks where there was room for more.
const LOOSE_COST: f32 = 1.5;
const EARLY_BREAK: f32 = 0.7;
const EARLY_BREAK_OF_FIGURE: f32 = 3.0;
/// What it costs that a figure goes on in another line.
const WRAPPED: f32 = 0.03;
/// What a row costs that has no name, where rows have one.
pub(super) const NAMELESS: f32 = 1.5;
/// The same where rules close off what may be one row, for each column that has several figures there.
const NAMELESS_BETWEEN_RULES: f32 = 3.5;
/// Lines of one figure follow each other as close as any in the column, give or take this share.
const EVEN: f32 = 1.08;
/// A column names the rows if it has a text for one of so many at least.
const NAMED: usize = 4;
/// What each row costs beyond the first that rules close off with it.
const SPLIT: f32 = 1.0;
/// A figure has no more lines than this.
const LINES_OF_FIGURE: usize = 8;
/// What a row costs that has no text in a column that has one for nearly each.
const BLANK: f32 = 0.6;
/// A body is drawn row by row if no more than one figure of so many is drawn right behind the one above it.
const BY_ROWS: usize = 10;
/// What it costs that lines of one text are not drawn one behind the other, where cells are.
const DRAWN_APART: f32 = 0.6;
/// What it costs that a text begins with a line that was drawn right behind the one above it.
const DRAWN_ON: f32 = 0.4;
/// What it costs beside an early break that the lines of one text follow each other as rows do.
const AS_ROWS: f32 = 0.7;
/// Lines follow each other as rows do from this share of the closest rows' distance on: browsers round it to pixels.
const PITCH: f32 = 0.95;
/// What it costs that lines that follow each other as rows do are one text, where each is the whole name of a region.
const WHOLE_NAMES: f32 = 2.5;
/// A line is indented by whole characters, give or take so many ems.
const INDENTED: f32 = 0.1;
/// What it costs that lines of one text are set each its own way.
const ASKEW: f32 = 1.5;
/// What each further line of a text costs.
const LINE: f32 = 0.02;
/// What a text costs that begins as no text does: with a bracket that opens upon the line above, or a comma.
const BEGINS_WITHIN: f32 = 1.2;
/// What a row costs that has no figure, and one that is a heading by its words.
const WITHOUT_FIGURE: f32 = 1.6;
const HEADING: f32 = 0.4;
/// What it costs that a line below a heading, as far from it as rows are, is the rest of it.
const BELOW_HEADING: f32 = 0.8;
/// States kept for each text; the others can't win.
const STATES: usize = 8;

/// What the rows are to be told from.
pub(super) struct Body<'a> {
    /// The tokens, each with the column it stands in.
    pub tokens: Vec<(usize, &'a Token)>,
    /// What is known of each column.
    pub columns: Vec<ColumnOf>,
    /// Rules across, top down.
    pub rules: Vec<RuleAcross>,
    /// What a row without a name costs.
    pub nameless: f32,
}

impl Body<'_> {
    /// What a row without a name costs between rules that close off the whole body.
    pub fn nameless_between_rules(&self) -> f32 {
        let mut figures = vec![0usize; self.columns.len()];
        for (column, _) in self.tokens.iter().filter(|(_, t)| t.is_figure()) {
            figures[*column] += 1;
        }
        let several = figures.iter().filter(|&&count| count > 1).count();
        NAMELESS_BETWEEN_RULES * several as f32
    }
}

/// What is known of a column.
#[derive(Debug, Clone, Copy)]
pub(super) struct ColumnOf {
    /// Whether it holds figures.
    pub figures: bool,
    /// How wide a line of its text can be, in points.
    pub room: f32,
}

/// A rule across some of the columns.
#[derive(Debug, Clone)]
pub(super) struct RuleAcross {
    /// Its height, in points.
    pub y: f32,
    /// The columns it runs across.
    pub columns: Range<usize>,
}

/// The rows of a body.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Rows {
    /// The height of each row's text, top down, in points.
    pub heights: Vec<f32>,
    /// For each token the rows it stands in: more than one for a label beside several.
    pub of: Vec<Range<usize>>,
    /// What the reading costs: the more, the less sure.
    pub cost: f32,
}

/// What figures one below the other are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Figures {
    /// Figures of as many rows.
    Lines,
    /// One figure, where the upper line has no room for more.
    Wrapped,
    /// What one cell holds, where rules close it off.
    Banded,
}

/// How texts stand against their rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    Middle,
    Top,
    Bottom,
}

/// The lines of one text in a column, side by side on one height.
#[derive(Debug, Clone)]
struct Element {
    tokens: Vec<usize>,
    y: f32,
    x0: f32,
    x1: f32,
    em: f32,
    /// How wide what can't be parted at its beginning is, in points, or nearly: a character, and the points behind it.
    first: f32,
    is_figure: bool,
    is_heading: bool,
    /// Whether it may be the whole name of a region.
    is_region: bool,
    /// Whether it begins as the rest of a text does: （含经济开发区）, 、.
    begins_within: bool,
    /// Whether it ends as no figure does: 715,201,.
    ends_within: bool,
    /// Whether it was drawn right behind the line above it; `None` where drawing order tells nothing.
    drawn_on: Option<bool>,
}

/// Tells the rows.
pub(super) fn rows(body: &Body) -> Rows {
    let columns = elements(body);
    let mut best: Option<Rows> = None;
    for figures in [Figures::Lines, Figures::Wrapped, Figures::Banded] {
        let blocks = anchors(body, &columns, figures);
        if figures != Figures::Lines && blocks.iter().flatten().all(|block| block.len() == 1) {
            continue;
        }
        for stand in [Stand::Middle, Stand::Top, Stand::Bottom] {
            let rows = stand_in_rows(body, &columns, &blocks, stand);
            let is_sure = rows.cost <= 0.0;
            if best.as_ref().is_none_or(|best| rows.cost < best.cost - 0.01) {
                best = Some(rows);
            }
            if is_sure {
                return best.unwrap_or_default();
            }
        }
    }
    best.unwrap_or_default()
}

/// The elements of each column, top down.
fn elements(body: &Body) -> Vec<Vec<Element>> {
    let mut columns: Vec<Vec<Element>> = vec![Vec::new(); body.columns.len()];
    let mut order: Vec<usize> = (0..body.tokens.len()).collect();
    let at = |i: usize| body.tokens[i].1.bbox();
    order.sort_by(|&a, &b| {
        let (a, b) = (at(a), at(b));
        a.center().y.total_cmp(&b.center().y).then(a.x0.total_cmp(&b.x0))
    });
    for i in order {
        let (column, token) = body.tokens[i];
        let Some(column) = columns.get_mut(column) else { continue };
        let (bbox, em) = (token.bbox(), token.em());
        match column.last_mut() {
            Some(last) if token.y() - last.y <= SAME_LINE * em.min(last.em) => {
                last.tokens.push(i);
                last.x0 = last.x0.min(bbox.x0);
                last.x1 = last.x1.max(bbox.x1);
                last.is_figure |= token.is_figure();
                last.ends_within = ends_within(token.text());
            }
            _ => column.push(Element {
                tokens: vec![i],
                y: token.y(),
                x0: bbox.x0,
                x1: bbox.x1,
                em,
                first: token.first_width(),
                is_figure: token.is_figure(),
                is_heading: is_heading(token.text()),
                is_region: is_region(token.text()),
                begins_within: begins_within(token.text()),
                ends_within: ends_within(token.text()),
                drawn_on: None,
            }),
        }
    }
    if let Some(first) = columns.first_mut()
        && let Some(names) = stacked(body, first)
    {
        *first = names;
    }
    find_drawn_on(body, &mut columns);
    spread_ends_within(&mut columns);
    columns
}

/// The names of a column that is one character wide, each set from the top down, a character a line: 烟, 台, 市. `None` where
/// lines hold more, or are no names of divisions: 男, 女.
fn stacked(body: &Body, elements: &[Element]) -> Option<Vec<Element>> {
    let text = |element: &Element| text_of(body, std::slice::from_ref(element));
    let mut names: Vec<Element> = Vec::new();
    let mut name = String::new();
    let mut below = 0.0;
    for (i, element) in elements.iter().enumerate() {
        let here = text(element);
        if TOTALS.contains(&here.as_str()) && name.is_empty() {
            names.push(element.clone());
            continue;
        }
        let mut chars = here.chars();
        let (Some(ch), None) = (chars.next(), chars.next()) else { return None };
        if !is_han(ch) || !name.is_empty() && element.y - below > LEADING * element.em {
            return None;
        }
        below = element.y;
        match names.last_mut() {
            Some(last) if !name.is_empty() => {
                last.tokens.extend(&element.tokens);
                (last.x0, last.x1) = (last.x0.min(element.x0), last.x1.max(element.x1));
            }
            _ => names.push(element.clone()),
        }
        name.push(ch);
        if name.chars().count() > LONGEST_STACKED {
            return None;
        }
        // 津市市, 沙市区.
        let goes_on = || {
            let next = elements.get(i + 1).map(text);
            ch == '市' && next.is_some_and(|next| ["市", "区", "县"].contains(&next.as_str()))
        };
        let ends = ["市", "县", "区", "旗", "盟", "自治州"].iter().any(|end| name.ends_with(end));
        if ends && is_region(&name) && !goes_on() {
            name.clear();
        }
    }
    // A page break may leave the beginning of the last one.
    let wholes = names.len() - usize::from(!name.is_empty());
    let is_stack = wholes > 0 && names.len() < elements.len();
    is_stack.then(|| names.into_iter().map(|name| in_middle(body, name)).collect())
}

/// The element of several lines, at the middle of them.
fn in_middle(body: &Body, element: Element) -> Element {
    let heights = || element.tokens.iter().map(|&t| body.tokens[t].1.y());
    let (top, low) = (heights().fold(f32::MAX, f32::min), heights().fold(f32::MIN, f32::max));
    Element { y: (top + low) / 2.0, ..element }
}

/// Where one figure of a line goes on in the next, the others that have a line close below do too.
fn spread_ends_within(columns: &mut [Vec<Element>]) {
    let mut open: Vec<(f32, f32)> = Vec::new();
    for element in columns.iter().flatten().filter(|e| e.ends_within) {
        open.push((element.y, element.em));
    }
    if open.is_empty() {
        return;
    }
    open.sort_by(|a, b| a.0.total_cmp(&b.0));
    let is_beside = |y: f32| {
        let at = open.partition_point(|&(open, em)| open < y - SAME_LINE * em);
        open.get(at).is_some_and(|&(open, em)| open <= y + SAME_LINE * em)
    };
    for elements in columns {
        for i in 1..elements.len() {
            let close = elements[i].y - elements[i - 1].y <= TIGHT * elements[i].em;
            if elements[i - 1].is_figure && elements[i].is_figure && close {
                elements[i - 1].ends_within |= is_beside(elements[i - 1].y);
            }
        }
    }
}

/// Tells which lines were drawn right behind the one above them, if the body was drawn cell by cell, row by row: most
/// figures one below the other were not.
fn find_drawn_on(body: &Body, columns: &mut [Vec<Element>]) {
    let is_behind = |above: &Element, here: &Element| {
        let (Some(&last), Some(&first)) = (above.tokens.last(), here.tokens.first()) else {
            return false;
        };
        body.tokens[first].1.is_drawn_behind(body.tokens[last].1)
    };
    let (mut behind, mut all) = (0usize, 0usize);
    for elements in columns.iter() {
        for pair in elements.windows(2).filter(|w| w[0].is_figure && w[1].is_figure) {
            all += 1;
            behind += usize::from(is_behind(&pair[0], &pair[1]));
        }
    }
    let few = behind * BY_ROWS <= all;
    // Where many figures go on in another line, more were drawn so; by columns, nearly all.
    if all == 0 || !(few || 3 * behind <= 2 * all && is_drawn_by_rows(body, columns)) {
        return;
    }
    for elements in columns {
        for i in 1..elements.len() {
            elements[i].drawn_on = Some(is_behind(&elements[i - 1], &elements[i]));
        }
    }
}

/// Whether the last figures of the first column were drawn behind the first of the last one.
fn is_drawn_by_rows(body: &Body, columns: &[Vec<Element>]) -> bool {
    let order = |e: &Element| body.tokens[e.tokens[0]].1.piece.order;
    let of_figures = |elements: &&Vec<Element>| elements.iter().filter(|e| e.is_figure).count() > 1;
    let first = columns.iter().find(of_figures).and_then(|elements| elements.last());
    let last = columns.iter().rfind(of_figures).and_then(|elements| elements.first());
    first.zip(last).is_some_and(|(first, last)| order(first) > order(last))
}

/// Whether a row of this name may have no figures: 一、省级单位, （二）各市县, 设区市.
pub(super) fn is_heading(text: &str) -> bool {
    let name = text.trim_end_matches(['：', ':']);
    if BLOCK_HEADS.contains(&name) || DIRECT.contains(&name) {
        return true;
    }
    let text = text.trim_start_matches(['（', '(', ' ']);
    let numerals = text.trim_start_matches(|c| "一二三四五六七八九十".contains(c));
    numerals.len() < text.len() && numerals.starts_with(['、', '）', ')', '.', '．', ' '])
}

/// Whether a text ends as the name of a region does, and is more than the end of one: 自治县.
fn is_region(text: &str) -> bool {
    let ends = text.ends_with(['市', '县', '区', '旗', '盟', '州', '镇', '乡']);
    ends && text.chars().nth(1).is_some() && !text.starts_with("自治")
}

/// Whether a text is the rest of one: no name begins with a bracket.
fn begins_within(text: &str) -> bool {
    text.starts_with(['（', '(', '、', '，', '）', ')', '】', '》']) && !is_heading(text)
}

/// Whether a figure goes on in the next line.
fn ends_within(text: &str) -> bool {
    let is_first = |c: char| narrow(c).is_ascii_digit() || c == '-' || c == '－';
    text.ends_with([',', '，', '.', '．']) && text.starts_with(is_first)
}

/// The figures of each column that carries rows, as blocks of elements.
fn anchors(body: &Body, columns: &[Vec<Element>], figures: Figures) -> Vec<Vec<Range<usize>>> {
    let of_figures = body.columns.iter().any(|c| c.figures);
    let key = if of_figures { None } else { key_column(columns) };
    let carries = |c: usize| if of_figures { body.columns[c].figures } else { key == Some(c) };
    let decimals: Vec<usize> =
        columns.iter().enumerate().map(|(c, elements)| usual_decimals(body, c, elements)).collect();
    // Where some figures go on right behind their first lines, all that do were drawn so.
    let drawn = |e: &Element| e.is_figure && e.drawn_on == Some(true);
    let tells = columns.iter().flatten().any(drawn);
    let blocks = |(c, elements): (usize, &Vec<Element>)| -> Vec<Range<usize>> {
        let mut blocks: Vec<Range<usize>> = Vec::new();
        if !carries(c) {
            return blocks;
        }
        let closest = elements.windows(2).map(|w| w[1].y - w[0].y).fold(f32::INFINITY, f32::min);
        for (i, element) in elements.iter().enumerate() {
            let joins = match blocks.last() {
                Some(block) if of_figures => {
                    let above = &elements[block.end - 1];
                    let near = || {
                        block.end == i
                            && block.len() < LINES_OF_FIGURE
                            && !(tells && element.drawn_on == Some(false))
                            && is_one_figure(&text_of(body, &elements[block.start..=i]))
                            && !is_complete(&text_of(body, &elements[block.clone()]), decimals[c])
                            && element.y - above.y <= EVEN * closest
                            && element.y - above.y <= LEADING_OF_FIGURE * element.em
                            && (element.drawn_on == Some(true)
                                || is_full(above, element, body.columns[c].room))
                    };
                    let words = !above.is_figure && !element.is_figure;
                    let joins = match figures {
                        Figures::Banded => is_closed_off(body, c, above.y, element.y),
                        // Words among figures: the lines of one text, as of a header printed again.
                        _ if words => {
                            block.end == i
                                && element.y - above.y <= TIGHT * element.em
                                && !is_parted(body, columns, &decimals, c, [above, element])
                        }
                        Figures::Lines => false,
                        Figures::Wrapped => {
                            near() && !is_parted(body, columns, &decimals, c, [above, element])
                        }
                    };
                    joins && !is_ruled(body, c, above.y, element.y)
                }
                // Names alone: lines that follow closer than the names of rows do.
                Some(block) => goes_on(body, c, elements, block.end - 1, i),
                None => false,
            };
            match blocks.last_mut() {
                Some(block) if joins => block.end = i + 1,
                _ => blocks.push(i..i + 1),
            }
        }
        blocks
    };
    columns.iter().enumerate().map(blocks).collect()
}

/// Whether two lines are of two rows: another column has a figure of its own beside each.
fn is_parted(
    body: &Body,
    columns: &[Vec<Element>],
    decimals: &[usize],
    c: usize,
    [above, here]: [&Element; 2],
) -> bool {
    let beside = |e: &Element, line: &Element| (e.y - line.y).abs() <= SAME_LINE * line.em;
    columns.iter().enumerate().filter(|(other, _)| *other != c).any(|(other, elements)| {
        let first = elements.partition_point(|e| e.y < above.y - SAME_LINE * above.em);
        let Some([a, b]) = elements.get(first..first + 2) else { return false };
        let figures = a.is_figure && b.is_figure && body.columns[other].figures;
        figures && beside(a, above) && beside(b, here) && {
            let both = [a.clone(), b.clone()];
            !is_one_figure(&text_of(body, &both))
                || is_complete(&text_of(body, &both[..1]), decimals[other])
                || !(b.drawn_on == Some(true) || is_full(a, b, body.columns[other].room))
        }
    })
}

/// The column that shows the rows of a table of words: the one with the fewest lines that most other columns have too,
/// the first of them.
fn key_column(columns: &[Vec<Element>]) -> Option<usize> {
    let most = columns.iter().map(Vec::len).max()?;
    (0..columns.len())
        .filter(|&c| columns[c].len() * 3 >= most)
        .min_by_key(|&c| (columns[c].iter().filter(|e| !e.is_figure).count(), columns[c].len()))
}

/// Whether line `i` of a column of words goes on with line `last` above it.
fn goes_on(body: &Body, c: usize, elements: &[Element], last: usize, i: usize) -> bool {
    let gap = |i: usize| elements[i].y - elements[i - 1].y;
    let (above, here) = (&elements[last], &elements[i]);
    let widest = (1..elements.len()).map(gap).fold(0.0, f32::max);
    let closest = (1..elements.len()).map(gap).fold(f32::INFINITY, f32::min);
    last + 1 == i
        && gap(i) <= LEADING * here.em
        && gap(i) <= closest * LOOSE
        && widest > closest * LOOSE
        && !is_ruled(body, c, above.y, here.y)
}

/// Whether two lines are set alike: they begin, end or have their middles one below the other. An indented first line
/// counts.
fn is_aligned(above: &Element, here: &Element) -> bool {
    let near = |a: f32, b: f32, ems: f32| (a - b).abs() <= ems * here.em;
    near(above.x0, here.x0, 0.5)
        || near(above.x0, here.x0 + 2.0 * here.em, 0.5)
        || indent(above, here) > 0.0
        || near(above.x1, here.x1, 0.5)
        || near(above.x0 + above.x1, here.x0 + here.x1, 1.2)
}

/// By how many points a line begins further right than the one below it, where white space was typed before it: one to
/// four characters, by the level of the name. Lines in the middle of their column are not.
fn indent(above: &Element, here: &Element) -> f32 {
    let (by, em) = (above.x0 - here.x0, here.em);
    let is_typed = (1..=4).any(|n| (by - n as f32 * em).abs() <= INDENTED * em);
    let off_middle = (above.x0 + above.x1 - here.x0 - here.x1).abs();
    if is_typed && off_middle > 0.5 * em { by } else { 0.0 }
}

/// Whether a line ends where the column does: the first character of the next would not have fit.
fn is_full(line: &Element, next: &Element, room: f32) -> bool {
    line.ends_within || line.x1 - line.x0 + next.first > room - 0.2 * line.em
}

/// Whether a rule of the column runs between two heights.
fn is_ruled(body: &Body, column: usize, top: f32, low: f32) -> bool {
    let first = body.rules.partition_point(|r| r.y <= top);
    body.rules[first..].iter().take_while(|r| r.y < low).any(|r| r.columns.contains(&column))
}

/// How many decimals most figures of a column have; 0 where there are none. A figure that has no room for more and may
/// go on in the next line does not tell.
fn usual_decimals(body: &Body, c: usize, elements: &[Element]) -> usize {
    let mut counts = [0usize; 5];
    for (i, element) in elements.iter().enumerate() {
        let goes_on = elements.get(i + 1).is_some_and(|next| {
            let digits = text_of(body, std::slice::from_ref(next));
            next.y - element.y <= LEADING_OF_FIGURE * next.em
                && digits.chars().all(|c| c.is_ascii_digit())
                && (next.drawn_on == Some(true) || is_full(element, next, body.columns[c].room))
        });
        let text = text_of(body, std::slice::from_ref(element));
        if let Some((_, decimals)) = text.split_once('.').filter(|_| !goes_on) {
            counts[decimals.trim_end_matches('%').len().min(4)] += 1;
        }
    }
    (1..5).max_by_key(|&d| counts[d]).filter(|&d| counts[d] > 0).unwrap_or(0)
}

/// Whether a figure has all the decimals that those of its column have.
fn is_complete(text: &str, decimals: usize) -> bool {
    decimals > 0 && text.split_once('.').is_some_and(|(_, printed)| printed.len() >= decimals)
}

/// The text of a block of lines, without white space and half-width.
fn text_of(body: &Body, elements: &[Element]) -> String {
    let tokens = elements.iter().flat_map(|e| &e.tokens);
    let chars = tokens.flat_map(|&t| body.tokens[t].1.text().chars());
    chars.filter(|c| !c.is_whitespace()).map(narrow).collect()
}

/// Whether rules of the column close off a band around two heights.
fn is_closed_off(body: &Body, column: usize, top: f32, low: f32) -> bool {
    let of_column = |r: &&RuleAcross| r.columns.contains(&column);
    let above = body.rules.iter().filter(of_column).any(|r| r.y < top);
    above && body.rules.iter().filter(of_column).any(|r| r.y > low)
}

/// Puts all texts to rows whose figures and names stand this way.
fn stand_in_rows(
    body: &Body,
    columns: &[Vec<Element>],
    blocks: &[Vec<Range<usize>>],
    stand: Stand,
) -> Rows {
    let at = |elements: &[Element]| {
        let (first, last) = (elements[0].y, elements[elements.len() - 1].y);
        match stand {
            Stand::Middle => (first + last) / 2.0,
            Stand::Top => first,
            Stand::Bottom => last,
        }
    };
    let mut points: Vec<(f32, f32)> = Vec::new();
    for (elements, blocks) in columns.iter().zip(blocks) {
        points.extend(blocks.iter().map(|b| (at(&elements[b.clone()]), elements[b.start].em)));
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut heights: Vec<f32> = Vec::new();
    let mut held = 0.0f32;
    for (y, em) in points {
        match heights.last_mut() {
            Some(last) if y - *last <= SAME_ROW * em && !crossed(body, *last, y) => {
                held += 1.0;
                *last += (y - *last) / held;
            }
            _ => {
                heights.push(y);
                held = 1.0;
            }
        }
    }
    add_bands_without_figures(body, columns, &mut heights);
    add_lines_without_figures(body, columns, &mut heights);
    let labels = label_columns(body, columns, &heights);
    let is_label = |c: usize| labels.iter().any(|run| run.contains(&c));
    let mut cost = 0.0;
    let mut placed: Vec<Vec<Stood>> = vec![Vec::new(); columns.len()];
    let is_closed_off = body.nameless > NAMELESS;
    // Where one column's figures are wrapped, the others tell how many rows there are.
    let mut counts: Vec<usize> = blocks.iter().map(Vec::len).filter(|&n| n > 0).collect();
    counts.sort_unstable();
    let usual = counts.get(counts.len() / 2).copied().unwrap_or(heights.len()).min(heights.len());
    let key = (0..columns.len()).find(|&c| {
        let names =
            if is_closed_off { !columns[c].is_empty() } else { columns[c].len() * NAMED >= usual };
        !is_label(c) && !body.columns[c].figures && names && !is_of_numbers(&columns[c])
    });
    let certain = match is_closed_off {
        true => vec![false; heights.len()],
        false => between_rules(body, &heights),
    };
    for (c, elements) in columns.iter().enumerate().filter(|(c, _)| !is_label(*c)) {
        let (stood, costs) = if blocks[c].is_empty() {
            let filled = elements.len() * 5 >= heights.len() * 4;
            // Between rules a number says that there is one row, as a name does.
            let is_number = is_closed_off && c == 0 && is_of_numbers(elements);
            let blank = match key == Some(c) || is_number {
                true => body.nameless,
                false if filled => BLANK,
                false => 0.0,
            };
            let column = Column { body, c, elements, blanks: blanks(blank, &certain) };
            column.place(&heights, &at)
        } else {
            place_blocks(elements, &blocks[c], &heights, body.columns[c].room, &at)
        };
        placed[c] = stood;
        cost += costs;
    }
    // Rows of their own, which no figure shows, in their places among the others.
    let mut own: Vec<f32> = placed
        .iter()
        .flatten()
        .filter_map(|stood| match stood.row {
            Row::Own(y) => Some(y),
            Row::At(_) => None,
        })
        .collect();
    own.sort_by(f32::total_cmp);
    own.dedup_by(|b, a| *b - *a <= 3.0);
    let known = heights.len();
    heights.extend(&own);
    let mut order: Vec<usize> = (0..heights.len()).collect();
    order.sort_by(|&a, &b| heights[a].total_cmp(&heights[b]));
    let mut rank = vec![0; heights.len()];
    for (new, &old) in order.iter().enumerate() {
        rank[old] = new;
    }
    let nearest_own = |y: f32| {
        let by = |a: &usize, b: &usize| (own[*a] - y).abs().total_cmp(&(own[*b] - y).abs());
        (0..own.len()).min_by(by).map_or(0, |i| known + i)
    };
    let mut of = vec![0..0; body.tokens.len()];
    for (elements, stood) in columns.iter().zip(&placed) {
        for (element, stood) in elements.iter().zip(stood) {
            let row = match stood.row {
                Row::At(row) => row,
                Row::Own(y) => nearest_own(y),
            };
            let row = rank.get(row).copied().unwrap_or(0);
            element.tokens.iter().for_each(|&t| of[t] = row..row + 1);
        }
    }
    heights.sort_by(f32::total_cmp);
    if is_closed_off {
        cost += SPLIT * heights.len().saturating_sub(1) as f32;
    }
    // The label next to the names first: labels left of it stand beside as many rows.
    for run in labels {
        let mut known: Vec<Range<usize>> = Vec::new();
        for c in run.clone().rev() {
            let rows = Beside {
                heights: &heights,
                extents: &extents_of(body, &of, &heights),
                texts: &texts_of(body, run.end, &of, heights.len()),
                known: &known,
                begun: &rows_begun(body, &columns[c], &of),
            };
            let (mut spans, costs) = label_spans(body, c, &columns[c], &rows);
            // Each has its own total where that comes in turns with the others.
            if in_turns(&columns[c], &rows).is_none_or(|turns| turns != spans) {
                spans.iter_mut().for_each(|span| *span = rows.without_totals(span.clone()));
            }
            cost += costs;
            for (element, span) in columns[c].iter().zip(&spans) {
                element.tokens.iter().for_each(|&t| of[t] = span.clone());
            }
            known = spans;
        }
    }
    Rows { heights, of, cost }
}

/// Whether a column holds numbers, as those of a list.
fn is_of_numbers(elements: &[Element]) -> bool {
    2 * elements.iter().filter(|e| e.is_figure).count() > elements.len()
}

/// Whether a rule across most columns runs between two heights.
fn crossed(body: &Body, top: f32, low: f32) -> bool {
    let first = body.rules.partition_point(|r| r.y <= top);
    body.rules[first..]
        .iter()
        .take_while(|r| r.y < low)
        .any(|r| 2 * r.columns.len() > body.columns.len())
}

/// Which rows have a rule across nearly all columns right above and right below them: what is blank there is blank for certain.
fn between_rules(body: &Body, heights: &[f32]) -> Vec<bool> {
    let is_full = |r: &&RuleAcross| r.columns.len() + 1 >= body.columns.len();
    let is_ruled = |top: f32, low: f32| {
        let first = body.rules.partition_point(|r| r.y <= top);
        body.rules[first..].iter().take_while(|r| r.y < low).any(|r| is_full(&r))
    };
    let top = |i: usize| if i == 0 { f32::MIN } else { heights[i - 1] };
    let low = |i: usize| heights.get(i + 1).copied().unwrap_or(f32::MAX);
    (0..heights.len())
        .map(|i| is_ruled(top(i), heights[i]) && is_ruled(heights[i], low(i)))
        .collect()
}

/// What it costs that no row before each one has a text in a column where each such row costs `blank`, unless it is certain.
fn blanks(blank: f32, certain: &[bool]) -> Vec<f32> {
    let mut sum = 0.0;
    let sums = certain.iter().map(|&is_certain| {
        sum += if is_certain { 0.0 } else { blank };
        sum
    });
    std::iter::once(0.0).chain(sums).collect()
}

/// Adds a row where rules close off a band that has texts and no figure.
fn add_bands_without_figures(body: &Body, columns: &[Vec<Element>], heights: &mut Vec<f32>) {
    let cols = body.columns.len();
    let full: Vec<f32> =
        body.rules.iter().filter(|r| r.columns.len() + 1 >= cols).map(|r| r.y).collect();
    let mut added = Vec::new();
    for band in full.windows(2) {
        let within = |y: f32| band[0] < y && y < band[1];
        let texts: Vec<f32> =
            columns.iter().flatten().map(|e| e.y).filter(|&y| within(y)).collect();
        if !texts.is_empty() && !heights.iter().any(|&y| within(y)) {
            let (first, last) =
                texts.iter().fold((f32::MAX, f32::MIN), |(a, b), &y| (a.min(y), b.max(y)));
            added.push((first + last) / 2.0);
        }
    }
    heights.extend(added);
    heights.sort_by(f32::total_cmp);
}

/// Adds a row where a line of words stands as far from the rows around it as rows do: a name and what is said of it, neither
/// drawn right behind the line above, as the rest of a text is.
fn add_lines_without_figures(body: &Body, columns: &[Vec<Element>], heights: &mut Vec<f32>) {
    let pitch = heights.windows(2).map(|w| w[1] - w[0]).fold(f32::INFINITY, f32::min);
    let words = |c: &usize| !body.columns[*c].figures;
    // The first line of a column stands below none.
    let begins = |e: &Element| e.drawn_on != Some(true) && !e.begins_within && !e.is_figure;
    if columns.iter().flatten().all(|e| e.drawn_on.is_none()) {
        return;
    }
    let mut added: Vec<f32> = Vec::new();
    for c in (0..columns.len()).filter(words) {
        for element in columns[c].iter().filter(|e| begins(e)) {
            let (y, slack) = (element.y, SAME_LINE * element.em);
            let is_free =
                heights.iter().chain(&added).all(|height| (height - y).abs() >= PITCH * pitch);
            let beside =
                |other: usize| columns[other].iter().any(|e| (e.y - y).abs() <= slack && begins(e));
            let is_inside = heights.first().is_some_and(|&first| first < y);
            if is_free && is_inside && (c + 1..columns.len()).filter(words).any(beside) {
                added.push(y);
            }
        }
    }
    heights.extend(added);
    heights.sort_by(f32::total_cmp);
}

/// A text at its row.
#[derive(Debug, Clone, Copy)]
struct Stood {
    row: Row,
}

/// A row that figures show, by its number, or one of a text's own, by its height.
#[derive(Debug, Clone, Copy)]
enum Row {
    At(usize),
    Own(f32),
}

/// Figures stand in the row they show.
fn place_blocks(
    elements: &[Element],
    blocks: &[Range<usize>],
    heights: &[f32],
    room: f32,
    at: &dyn Fn(&[Element]) -> f32,
) -> (Vec<Stood>, f32) {
    let nearest = |y: f32| {
        let i = heights.partition_point(|&h| h < y);
        let candidates = [i.wrapping_sub(1), i];
        candidates
            .into_iter()
            .filter(|&i| i < heights.len())
            .min_by(|&a, &b| (heights[a] - y).abs().total_cmp(&(heights[b] - y).abs()))
            .unwrap_or(0)
    };
    let mut stood: Vec<Stood> =
        elements.iter().map(|e| Stood { row: Row::At(nearest(e.y)) }).collect();
    let mut cost = 0.0;
    let mut taken: Option<usize> = None;
    for block in blocks {
        let row = nearest(at(&elements[block.clone()]));
        stood[block.clone()].fill(Stood { row: Row::At(row) });
        let early = |w: &&[Element]| w[1].drawn_on != Some(true) && !is_full(&w[0], &w[1], room);
        let breaks = elements[block.clone()].windows(2).filter(early).count();
        cost += EARLY_BREAK_OF_FIGURE * breaks as f32 + WRAPPED * (block.len() - 1 - breaks) as f32;
        // Two figures of a column in one row.
        cost += if taken == Some(row) { EARLY_BREAK_OF_FIGURE } else { 0.0 };
        taken = Some(row);
    }
    (stood, cost)
}

/// A column of words, to be put to rows.
struct Column<'a> {
    body: &'a Body<'a>,
    c: usize,
    elements: &'a [Element],
    /// What it costs that no row before each one has a text here.
    blanks: Vec<f32>,
}

/// How the first texts of a column may be placed.
#[derive(Debug, Clone, Copy)]
struct State {
    cost: f32,
    /// Rows before this one are past.
    next: usize,
    /// Where the last block began, the state before it, and the row it went to.
    from: usize,
    before: usize,
    row: Option<Row>,
}

impl Column<'_> {
    /// Puts each block of lines to a row, blocks and rows from the top down, as cheaply as can be.
    fn place(&self, heights: &[f32], at: &dyn Fn(&[Element]) -> f32) -> (Vec<Stood>, f32) {
        let count = self.elements.len();
        if let Some(stood) = self.place_plainly(heights) {
            return stood;
        }
        let leading = self.leading();
        let pitch = heights.windows(2).map(|w| w[1] - w[0]).fold(f32::INFINITY, f32::min);
        let mut states: Vec<Vec<State>> = vec![Vec::new(); count + 1];
        states[0].push(State { cost: 0.0, next: 0, from: 0, before: 0, row: None });
        for i in 0..count {
            prune(&mut states[i]);
            let mut inner = 0.0;
            for end in i + 1..=count.min(i + LINES) {
                if end > i + 1 {
                    match self.break_cost(end - 1, leading, pitch) {
                        Some(cost) => inner += cost,
                        None => break,
                    }
                }
                let block = &self.elements[i..end];
                let y = at(block);
                let begins = if block[0].begins_within && i > 0 { BEGINS_WITHIN } else { 0.0 };
                // Behind a heading without figures nothing else is drawn.
                let is_below_heading = i > 0 && self.elements[i - 1].is_heading;
                let is_drawn_on = block[0].drawn_on == Some(true) && !is_below_heading;
                let drawn = if is_drawn_on { DRAWN_ON } else { 0.0 };
                let inner = inner + begins + drawn;
                for before in 0..states[i].len() {
                    let state = states[i][before];
                    let mut reach = |cost: f32, next: usize, row: Row| {
                        let cost = state.cost + inner + cost;
                        states[end].push(State { cost, next, from: i, before, row: Some(row) });
                    };
                    let first = heights.partition_point(|&h| h < y - FAR * block[0].em);
                    let first = first.max(state.next);
                    for (row, &height) in heights.iter().enumerate().skip(first) {
                        if height > y + FAR * block[0].em {
                            break;
                        }
                        let off = ((height - y).abs() / block[0].em - SLACK).max(0.0);
                        let barred = block.iter().any(|e| {
                            let (a, b) = (e.y.min(height), e.y.max(height));
                            is_ruled(self.body, self.c, a, b)
                        });
                        if !barred {
                            let skipped = self.skipped(state.next, row);
                            reach(off + skipped, row + 1, Row::At(row));
                        }
                    }
                    // A row of its own, after the rows above it.
                    let next = heights.partition_point(|&h| h < y).max(state.next);
                    let skipped = self.skipped(state.next, next);
                    let own = if block[0].is_heading { HEADING } else { WITHOUT_FIGURE };
                    reach(own + skipped, next, Row::Own(y));
                }
            }
        }
        let rest = |s: &State| s.cost + self.skipped(s.next, heights.len());
        let last = states[count].iter().enumerate().min_by(|a, b| rest(a.1).total_cmp(&rest(b.1)));
        let Some((mut at_state, state)) = last else {
            return (vec![Stood { row: Row::At(0) }; count], 0.0);
        };
        let cost = rest(state);
        let mut stood = vec![Stood { row: Row::At(0) }; count];
        let mut end = count;
        while end > 0 {
            let state = states[end][at_state];
            let row = state.row.unwrap_or(Row::At(0));
            stood[state.from..end].fill(Stood { row });
            (end, at_state) = (state.from, state.before);
        }
        (stood, cost)
    }

    /// Where each text stands at the height of a row of its own, there is nothing to weigh.
    fn place_plainly(&self, heights: &[f32]) -> Option<(Vec<Stood>, f32)> {
        let mut stood = Vec::with_capacity(self.elements.len());
        let (mut next, mut cost) = (0, 0.0);
        for element in self.elements {
            let near = SLACK * element.em;
            let row = next + heights.get(next..)?.partition_point(|&h| h < element.y - near);
            if *heights.get(row)? > element.y + near {
                return None;
            }
            stood.push(Stood { row: Row::At(row) });
            cost += self.skipped(next, row);
            next = row + 1;
        }
        Some((stood, cost + self.skipped(next, heights.len())))
    }

    /// What it costs that the rows from one to another have no text here.
    fn skipped(&self, from: usize, to: usize) -> f32 {
        (self.blanks[to] - self.blanks[from]).max(0.0)
    }

    /// At how many points the lines of a wrapped text follow each other here.
    fn leading(&self) -> f32 {
        let gaps = self.elements.windows(2).map(|w| w[1].y - w[0].y);
        gaps.fold(f32::INFINITY, f32::min)
    }

    /// What it costs that line `i` goes on with the one above it, where rows are `pitch` points apart at least; `None` where
    /// it can't.
    fn break_cost(&self, i: usize, leading: f32, pitch: f32) -> Option<f32> {
        let (above, here) = (&self.elements[i - 1], &self.elements[i]);
        let gap = here.y - above.y;
        if gap > LEADING * here.em.max(above.em) || is_ruled(self.body, self.c, above.y, here.y) {
            return None;
        }
        let room = self.body.columns[self.c].room;
        if here.is_heading {
            return None;
        }
        let askew = if is_aligned(above, here) { 0.0 } else { ASKEW };
        // What follows as rows do, with room for it in the line above, is hardly the rest of that; nor is a name that a whole
        // one stands above: the row of that one has no figures.
        let is_as_rows = gap >= PITCH * pitch;
        let as_names = is_as_rows && above.is_region && here.is_region;
        let names = if as_names { WHOLE_NAMES } else { 0.0 };
        // Words are not broken, nor are marks parted from what they follow: two characters may be missing.
        let room = room - indent(above, here);
        let short = room - (above.x1 - above.x0) - here.first - 2.0 * here.em;
        let early = match short {
            _ if here.begins_within || is_full(above, here, room) => 0.0,
            short if short <= 0.0 => EARLY_BREAK / 2.0,
            _ if is_as_rows => EARLY_BREAK + AS_ROWS,
            _ => EARLY_BREAK,
        };
        // A heading has a row of its own, unless its lines stand closer than rows do.
        let heading = if above.is_heading && is_as_rows { BELOW_HEADING } else { 0.0 };
        if here.drawn_on == Some(true) {
            return Some(LINE + askew + names + heading);
        }
        let apart = if here.drawn_on == Some(false) { DRAWN_APART } else { 0.0 };
        let loose = if gap > LOOSE * leading || above.is_heading { LOOSE_COST } else { 0.0 };
        Some(LINE + loose + early + apart + askew + names)
    }
}

/// Keeps the best state for each next row, and of those the cheapest.
fn prune(states: &mut Vec<State>) {
    states.sort_by(|a, b| a.next.cmp(&b.next).then(a.cost.total_cmp(&b.cost)));
    states.dedup_by_key(|s| s.next);
    if states.len() > STATES {
        states.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        states.truncate(STATES);
    }
}

/// The columns whose texts are labels beside several rows each, as runs: they begin the table, or a panel behind figures,
/// have far fewer texts than there are rows, and the next column has one for nearly each, a word or a year.
fn label_columns(body: &Body, columns: &[Vec<Element>], heights: &[f32]) -> Vec<Range<usize>> {
    let words = |c: usize| !body.columns[c].figures && !columns[c].is_empty();
    let are_years = |c: usize| {
        let is_year = |text: String| text.len() == 4 && text.starts_with(['1', '2']);
        columns[c].iter().all(|e| is_year(text_of(body, std::slice::from_ref(e))))
    };
    let mut runs = Vec::new();
    for first in 0..columns.len() {
        let rows = match first.checked_sub(1) {
            None => heights.len(),
            // Behind the numbers of the rows.
            Some(0) if is_of_numbers(&columns[0]) => heights.len(),
            Some(before) if body.columns[before].figures => {
                let figures = (first..columns.len()).find(|&c| body.columns[c].figures);
                figures.map_or(0, |c| columns[c].len())
            }
            Some(_) => continue,
        };
        // The number of a row stands beside it alone, those of groups are few.
        let sparse = |c: &usize| {
            let share = if is_of_numbers(&columns[*c]) { 5 } else { 7 };
            words(*c) && columns[*c].len() * 10 <= rows * share
        };
        let end = first + (first..columns.len()).take_while(sparse).count();
        let is_list = end < columns.len()
            && (words(end) || are_years(end))
            && columns[end].len() * 10 >= rows * 7;
        if first < end && is_list && rows > 2 {
            runs.push(first..end);
        }
    }
    runs
}

/// The text of a column in each row.
fn texts_of(body: &Body, column: usize, of: &[Range<usize>], rows: usize) -> Vec<String> {
    let mut texts = vec![String::new(); rows];
    for ((c, token), of) in body.tokens.iter().zip(of) {
        if *c == column && of.start < rows {
            texts[of.start].push_str(token.text());
        }
    }
    texts
}

/// The upper and lower end of what stands in each row, and where that is nothing of its height.
fn extents_of(body: &Body, of: &[Range<usize>], heights: &[f32]) -> Vec<(f32, f32)> {
    let mut extents = vec![(f32::MAX, f32::MIN); heights.len()];
    for ((_, token), of) in body.tokens.iter().zip(of) {
        if of.len() == 1 && of.start < extents.len() {
            let (top, low) = &mut extents[of.start];
            *top = top.min(token.bbox().y0);
            *low = low.max(token.bbox().y1);
        }
    }
    for (extent, &y) in extents.iter_mut().zip(heights) {
        if extent.0 > extent.1 {
            *extent = (y, y);
        }
    }
    extents
}

/// For each text of a column the row that what was drawn right behind it stands in.
fn rows_begun(body: &Body, elements: &[Element], of: &[Range<usize>]) -> Vec<Option<usize>> {
    let behind = |label: &Token| {
        let mut tokens = body.tokens.iter().zip(of);
        let is_behind = |((_, t), of): &(&(usize, &Token), &Range<usize>)| {
            of.len() == 1 && t.is_drawn_behind(label)
        };
        tokens.find(is_behind).map(|(_, of)| of.start)
    };
    elements.iter().map(|e| e.tokens.last().and_then(|&t| behind(body.tokens[t].1))).collect()
}

/// The rows that labels stand beside.
struct Beside<'a> {
    heights: &'a [f32],
    /// The upper and lower end of each.
    extents: &'a [(f32, f32)],
    /// The name of each.
    texts: &'a [String],
    /// The rows of the labels between these and the names.
    known: &'a [Range<usize>],
    /// For each label the row that what was drawn right behind it stands in: where cells are drawn row by row, its first.
    begun: &'a [Option<usize>],
}

impl Beside<'_> {
    /// Whether the row is that of a total, which is no label's.
    fn is_total(&self, row: usize) -> bool {
        self.texts.get(row).is_some_and(|text| TOTALS.contains(&text.as_str()))
    }

    /// These rows without totals above and below the others.
    fn without_totals(&self, rows: Range<usize>) -> Range<usize> {
        let is_other = |row: &usize| !self.is_total(*row);
        let first = rows.clone().find(is_other);
        let last = rows.clone().rfind(is_other);
        first.zip(last).map_or(rows, |(first, last)| first..last + 1)
    }

    /// The middle of some rows.
    fn middle(&self, rows: &Range<usize>) -> f32 {
        let last = rows.end.max(rows.start + 1) - 1;
        (self.extents[rows.start].0 + self.extents[last].1) / 2.0
    }
}

/// The rows that each label stands beside.
fn label_spans(
    body: &Body,
    c: usize,
    elements: &[Element],
    rows: &Beside,
) -> (Vec<Range<usize>>, f32) {
    let Beside { heights, texts, known, .. } = *rows;
    let rules: Vec<f32> =
        body.rules.iter().filter(|r| r.columns.contains(&c)).map(|r| r.y).collect();
    let alone: Vec<Range<usize>> = elements
        .iter()
        .map(|e| {
            let nearest = |a: &usize, b: &usize| {
                (heights[*a] - e.y).abs().total_cmp(&(heights[*b] - e.y).abs())
            };
            let row = (0..heights.len()).min_by(nearest).unwrap_or(0);
            row..row + 1
        })
        .collect();
    // Rules say how far each label reaches, where they part each from the next.
    let band = |e: &Element| rules.partition_point(|&y| y <= e.y);
    let inner = |y: &&f32| heights.first() < Some(*y) && heights.last() > Some(*y);
    let parted = elements
        .windows(2)
        .all(|w| band(&w[0]) != band(&w[1]) || w[1].y - w[0].y <= LEADING * w[1].em);
    if rules.iter().filter(inner).count() > 0 && parted {
        let spans = elements.iter().map(|e| {
            let low = band(e);
            let top = low.checked_sub(1).map_or(f32::MIN, |i| rules[i]);
            let low = rules.get(low).copied().unwrap_or(f32::MAX);
            heights.partition_point(|&h| h < top)..heights.partition_point(|&h| h < low)
        });
        return (spans.collect(), 0.0);
    }
    // Where the labels beside them stand at the middle of their rows, these do too.
    let beside = |e: &Element| {
        let near = |span: &Range<usize>| (rows.middle(span) - e.y).abs() <= SAME_ROW * e.em;
        known.iter().find(|span| span.len() > 1 && near(span))
    };
    if elements.iter().any(|e| beside(e).is_some()) {
        let spans = elements.iter().zip(&alone);
        return (spans.map(|(e, alone)| beside(e).unwrap_or(alone).clone()).collect(), 0.0);
    }
    if let Some(spans) = in_turns(elements, rows) {
        return (spans, 0.0);
    }
    // Lines of one label.
    let mut blocks: Vec<Range<usize>> = Vec::new();
    for (i, element) in elements.iter().enumerate() {
        let pitch = heights.windows(2).map(|w| w[1] - w[0]).fold(f32::INFINITY, f32::min);
        let joins = i > 0 && {
            let gap = element.y - elements[i - 1].y;
            let ends = is_tail_of_name(&text_of(body, &elements[i..=i]));
            gap <= LEADING * element.em && (gap < 0.8 * pitch || ends)
        };
        match blocks.last_mut() {
            Some(block) if joins => block.end = i + 1,
            _ => blocks.push(i..i + 1),
        }
    }
    // At the first of their rows, where that is each time the same: 小计.
    let firsts: Vec<usize> = alone.iter().map(|rows| rows.start).collect();
    let heads: Vec<usize> = blocks.iter().map(|block| firsts[block.start]).collect();
    let is_same = |w: &[usize]| w[0] < w[1] && texts[w[0]] == texts[w[1]];
    let is_at = |(e, row): (&Element, &usize)| (heights[*row] - e.y).abs() <= SAME_ROW * e.em;
    if heads.len() > 1
        && blocks.iter().map(|block| &elements[block.start]).zip(&heads).all(is_at)
        && heads.windows(2).all(is_same)
        && !texts[heads[0]].is_empty()
        && texts.iter().filter(|text| **text == texts[heads[0]]).count() == heads.len()
    {
        let ends = heads.iter().skip(1).copied().chain([heights.len()]);
        let mut spans = alone;
        for ((block, &first), end) in blocks.iter().zip(&heads).zip(ends) {
            spans[block.clone()].fill(first..end);
        }
        return (spans, 0.0);
    }
    if let Some(spans) = between_subtotals(elements, rows) {
        return (spans, 0.0);
    }
    if elements.iter().zip(&firsts).all(is_at)
        && let Some(spans) = at_last(&firsts, rows)
    {
        return (spans, 0.0);
    }
    if let Some(spans) = as_drawn(elements, &blocks, rows) {
        return (spans, 0.0);
    }
    // In the middle of its rows each label tells where they end, for they begin where the last ones ended; rows at both
    // ends may have none.
    for (first, last) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        let Some(end) = heights.len().checked_sub(last).filter(|&end| first < end) else {
            continue;
        };
        if let Some(spans) = middles(elements, &blocks, rows, first..end) {
            return (spans, 0.0);
        }
    }
    // Else they stand at the first of their rows, or at a row of their own: all lines of each at that of its first.
    let mut spans = alone;
    for block in blocks {
        let first = spans[block.start].clone();
        spans[block].fill(first);
    }
    (spans, 0.5)
}

/// The rows of labels each of which was drawn right before the first of its rows, as cells are that span rows, wherever in
/// them it is set; `None` where drawing order does not tell that of all.
fn as_drawn(
    elements: &[Element],
    blocks: &[Range<usize>],
    rows: &Beside,
) -> Option<Vec<Range<usize>>> {
    let firsts: Option<Vec<usize>> = blocks.iter().map(|b| rows.begun[b.end - 1]).collect();
    let firsts = firsts?;
    let ends = firsts.iter().skip(1).copied().chain([rows.heights.len()]);
    let mut spans = vec![0..0; elements.len()];
    for ((block, &first), end) in blocks.iter().zip(&firsts).zip(ends) {
        let (upper, lower) = (&elements[block.start], &elements[block.end - 1]);
        let last = end.checked_sub(1).filter(|&last| first <= last)?;
        let slack = SAME_ROW * upper.em;
        let y = (upper.y + lower.y) / 2.0;
        if y < rows.heights[first] - slack || y > rows.heights[last] + slack {
            return None;
        }
        spans[block.clone()].fill(first..end);
    }
    Some(spans)
}

/// The rows of labels that stand in the middle of theirs, where a subtotal opens or closes the rows of each; `None` where
/// they do not. A page break may cut the rows at both ends, and a total stand above or below them.
fn between_subtotals(elements: &[Element], rows: &Beside) -> Option<Vec<Range<usize>>> {
    let Beside { heights, texts, .. } = *rows;
    let subtotals: Vec<usize> =
        (0..heights.len()).filter(|&row| SUBTOTALS.contains(&texts[row].as_str())).collect();
    if subtotals.is_empty() {
        return None;
    }
    [(0, 0), (0, 1), (1, 0), (1, 1)].into_iter().find_map(|(closes, total)| {
        let end = heights.len() - total;
        let mut cuts: Vec<usize> = subtotals.iter().map(|row| row + closes).collect();
        cuts.extend([0, end, heights.len()]);
        let totals = (0..heights.len()).filter(|&row| rows.is_total(row));
        cuts.extend(totals.flat_map(|row| [row, row + 1]));
        cuts.retain(|&cut| cut <= end || cut == heights.len());
        cuts.sort_unstable();
        cuts.dedup();
        let groups: Vec<Range<usize>> = cuts.windows(2).map(|w| w[0]..w[1]).collect();
        stand_in_groups(elements, rows, &groups)
    })
}

/// The rows of labels in the middle of theirs whose names come in turns, 计划, 完成, 完成率: one turn for each. `None` where
/// they do not. 合计 may open or close each turn, as 合计, 男, 女 do; above or below all turns it is nobody's.
fn in_turns(elements: &[Element], rows: &Beside) -> Option<Vec<Range<usize>>> {
    let all = rows.heights.len();
    let ranges = [0..all, rows.without_totals(0..all), 1..all, 0..all.saturating_sub(1)];
    ranges.into_iter().find_map(|within| in_turns_within(elements, rows, within))
}

fn in_turns_within(
    elements: &[Element],
    rows: &Beside,
    within: Range<usize>,
) -> Option<Vec<Range<usize>>> {
    let texts = rows.texts.get(within.clone())?;
    let first = texts.first().filter(|text| !text.is_empty())?;
    let turn = 1 + texts.iter().skip(1).position(|text| text == first)?;
    let comes_again = texts.iter().skip(turn).zip(texts).all(|(again, text)| again == text);
    if turn < 2 || texts.len() % turn > 0 || !comes_again {
        return None;
    }
    let turns = (0..texts.len() / turn).map(|i| within.start + i * turn);
    let mut groups: Vec<Range<usize>> = turns.map(|first| first..first + turn).collect();
    groups.extend((0..within.start).map(|row| row..row + 1));
    groups.extend((within.end..rows.heights.len()).map(|row| row..row + 1));
    groups.sort_by_key(|group| group.start);
    stand_in_groups(elements, rows, &groups)
}

/// The rows of labels that stand at the last of theirs, where a subtotal opens those of each; `None` where they do not.
fn at_last(lasts: &[usize], rows: &Beside) -> Option<Vec<Range<usize>>> {
    let texts = rows.texts;
    let is_subtotal = |row: usize| texts.get(row).is_some_and(|t| SUBTOTALS.contains(&t.as_str()));
    let is_end = |row: usize| row == texts.len() || is_subtotal(row) || rows.is_total(row);
    let mut spans: Vec<Range<usize>> = Vec::with_capacity(lasts.len());
    for &last in lasts {
        let next = spans.last().map_or(0, |span| span.end);
        let first = (next..=last).rev().find(|&row| is_subtotal(row))?;
        if first == last || !is_end(last + 1) {
            return None;
        }
        spans.push(first..last + 1);
    }
    Some(spans)
}

/// The group of rows that each label stands in the middle of; the first and the last group may have none, as a page
/// break cuts them. `None` where that is not so, or of no label.
fn stand_in_groups(
    elements: &[Element],
    rows: &Beside,
    groups: &[Range<usize>],
) -> Option<Vec<Range<usize>>> {
    let heights = rows.heights;
    let mut spans = Vec::with_capacity(elements.len());
    let mut in_middle = 0;
    for (i, group) in groups.iter().enumerate() {
        let low = heights
            .get(group.end)
            .map_or(f32::MAX, |&below| (heights[group.end - 1] + below) / 2.0);
        let lines = elements[spans.len()..].iter().take_while(|e| e.y < low).count();
        let label = &elements[spans.len()..spans.len() + lines];
        let is_outer = i == 0 || i + 1 == groups.len();
        let Some((first, last)) = label.first().zip(label.last()) else {
            let is_total = group.len() == 1 && rows.is_total(group.start);
            if is_outer || is_total { continue } else { return None }
        };
        let off = (first.y + last.y) / 2.0 - rows.middle(group);
        let stands = off.abs() <= SAME_ROW * first.em;
        let follow = label.windows(2).all(|w| w[1].y - w[0].y <= LEADING * w[1].em);
        if !follow || !(stands || is_outer) {
            return None;
        }
        in_middle += usize::from(stands && group.len() > 1);
        spans.extend(std::iter::repeat_n(group.clone(), lines));
    }
    (in_middle > 0).then_some(spans)
}

/// The rows of labels that stand in the middle of theirs, one label's after the other's; `None` where they do not, or would
/// part the rows of a label between them and the names.
fn middles(
    elements: &[Element],
    blocks: &[Range<usize>],
    rows: &Beside,
    within: Range<usize>,
) -> Option<Vec<Range<usize>>> {
    let mut spans = vec![0..0; elements.len()];
    let mut start = within.start;
    for block in blocks {
        let y = (elements[block.start].y + elements[block.end - 1].y) / 2.0;
        let far = |end: usize| (rows.middle(&(start..end + 1)) - y).abs();
        let end = (start..within.end).min_by(|&a, &b| far(a).total_cmp(&far(b)))?;
        let is_parted = rows.known.iter().any(|own| own.start <= end && end + 1 < own.end);
        if is_parted || far(end) > SAME_ROW * elements[block.start].em {
            return None;
        }
        spans[block.clone()].fill(start..end + 1);
        start = end + 1;
    }
    (start == within.end).then_some(spans)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::tables::drawn::tests::token;

    #[test]
    fn a_heading_without_figures_has_a_row_of_its_own() {
        let names =
            [("一、省直部门", ""), ("省委组织部", "19"), ("省财政厅", "27"), ("省教育厅", "37")];
        let mut tokens: Vec<(usize, Token)> = Vec::new();
        for (row, (name, figure)) in names.into_iter().enumerate() {
            let texts = [name, figure].into_iter().enumerate().filter(|(_, text)| !text.is_empty());
            for (column, text) in texts {
                let order = tokens.len() as u32 + 1;
                tokens.push((column, token(text, 200.0 * column as f32, 15.0 * row as f32, order)));
            }
        }
        let column = |figures, room| ColumnOf { figures, room };
        let body = Body {
            tokens: tokens.iter().map(|(column, token)| (*column, token)).collect(),
            columns: vec![column(false, 72.0), column(true, 24.0)],
            rules: Vec::new(),
            nameless: NAMELESS,
        };
        assert_eq!(rows(&body).of, [0..1, 1..2, 1..2, 2..3, 2..3, 3..4, 3..4]);
    }
}
