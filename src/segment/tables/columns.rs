//! Columns that no rule parts, by what stands under what; and which column a token stands in.

use crate::geom::{Axis, Rect};
use crate::lexicon::TOTALS;
use crate::segment::tables::strips::{Strip, Token};
use std::collections::BTreeMap;
use std::ops::Range;

/// A line with more tokens, or a table with more columns, than this is none.
pub(super) const MAX_COLUMNS: usize = 300;
/// Columns are merged no more often than this: a page can hold half a million pieces.
const MAX_MERGES: usize = 60;
/// Two groups of tokens are one column if tokens bridge them in so many more lines than have a token in each: a name
/// printed with gaps (长　沙　市) among names without.
const BRIDGED: usize = 3;
/// A group of tokens is part of the next column if it stands in at most this share of the lines, no line has both, and it
/// is no further off than so many ems: a header set left over figures set right.
const STRAY_SHARE: f32 = 0.05;
const STRAY_GAP: f32 = 2.0;
/// So many lines at most have a text between two columns that reaches over both: that of a total.
const BETWEEN: usize = 2;
/// Full lines, which have a token in each column, are at least this share of the lines with figures.
const FULL_LINES: f32 = 0.15;
/// Share of the lines that may have a token that fits no column.
const MISFITS: f32 = 0.12;
/// A token fits a column if it is set off it by no more than so many ems.
const FITS: f32 = 1.5;

/// The words of a header that stand over one column each are in one of so many lines above the first figures.
const HEADER_LINES: usize = 6;

/// A text beside a column reaches into it by no more than this share of the narrower.
const REACHED: f32 = 0.2;

/// Nine texts in ten of a column are held at one place, give or take so many ems.
const SET_OFF: f32 = 5.0;

/// Texts of a column were drawn right behind those beside them in so many lines of ten.
const DRAWN_ON: usize = 8;

/// Texts are held at one place, give or take so many points.
const HELD_AT: f32 = 1.5;

/// How the texts of a column are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    /// Their left edges stand one below the other.
    Left,
    /// Their middles do.
    Middle,
    /// Their right edges do.
    Right,
}

/// All ways.
pub(super) const SETS: [Set; 3] = [Set::Left, Set::Middle, Set::Right];

impl Set {
    /// Where a box set this way is held.
    pub fn of(self, bbox: &Rect) -> f32 {
        match self {
            Set::Left => bbox.x0,
            Set::Middle => bbox.center().x,
            Set::Right => bbox.x1,
        }
    }
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Column {
    /// Left edge of what usually stands in it, in points.
    pub x0: f32,
    /// Right edge.
    pub x1: f32,
    /// How it is set.
    pub set: Set,
    /// Where it is held: the left edge, the middle or the right edge of its texts.
    pub at: f32,
    /// How many tokens stand in it.
    pub count: usize,
}

impl Column {
    /// The column that texts in these boxes make; `None` where there are none.
    pub fn of_boxes(boxes: &[Rect]) -> Option<Column> {
        let sorted = |of: &dyn Fn(&Rect) -> f32| {
            let mut all: Vec<f32> = boxes.iter().map(of).collect();
            all.sort_by(f32::total_cmp);
            all
        };
        // All but a tenth at each end.
        let cut = boxes.len() / 10;
        let last = boxes.len().checked_sub(1 + cut)?;
        // How many are held at the usual place, and how far off it the others are.
        let held = |set: Set| {
            let all = sorted(&|bbox| set.of(bbox));
            let at = all[all.len() / 2];
            let held = all.iter().filter(|&&x| (x - at).abs() <= HELD_AT).count();
            (if 2 * held > all.len() { held } else { 0 }, all[last] - all[cut], at)
        };
        let sets = SETS.iter().map(|&set| (set, held(set)));
        let (set, (.., at)) =
            sets.min_by(|(_, a), (_, b)| b.0.cmp(&a.0).then(a.1.total_cmp(&b.1)))?;
        let (starts, ends) = (sorted(&|bbox| bbox.x0), sorted(&|bbox| bbox.x1));
        Some(Column { x0: starts[cut], x1: ends[last], set, at, count: boxes.len() })
    }

    /// A column between two places, in points, in which nothing stands.
    pub fn blank(x0: f32, x1: f32) -> Column {
        Column { x0, x1, set: Set::Middle, at: (x0 + x1) / 2.0, count: 0 }
    }

    /// How much of the box stands over the column, in points.
    pub fn overlap(&self, bbox: &Rect) -> f32 {
        (self.x1.min(bbox.x1) - self.x0.max(bbox.x0)).max(0.0)
    }

    /// The middle of what usually stands in it.
    pub fn middle(&self) -> f32 {
        (self.x0 + self.x1) / 2.0
    }

    /// How far a token is set off where the texts of the column are held, in ems.
    pub fn held_off(&self, token: &Token) -> f32 {
        (self.set.of(token.bbox()) - self.at).abs() / token.em()
    }

    /// How far a token stands off the column, in ems: 0 where it is set as the others are, or within them.
    pub fn off(&self, token: &Token) -> f32 {
        let (bbox, em) = (token.bbox(), token.em());
        let held = self.held_off(token);
        let beyond = (self.x0 - bbox.x0).max(bbox.x1 - self.x1).max(0.0) / em;
        held.min(beyond)
    }
}

/// The columns that the tokens of the strips stand in, left to right.
pub(super) fn columns(strips: &[Strip]) -> Vec<Column> {
    if strips.iter().any(|s| s.tokens.len() > MAX_COLUMNS) {
        return Vec::new();
    }
    // Titles of groups stand over no column of their own.
    let first = strips.iter().position(Strip::is_of_figures);
    let first = first.filter(|_| strips.iter().filter(|s| s.is_of_figures()).count() > 1);
    let header = first.and_then(|first| header_words(&strips[..first]));
    let columns = by_full_lines(strips).unwrap_or_else(|| match first {
        Some(first) => by_overlap(&strips[first..], header.as_ref()),
        None => by_overlap(strips, None),
    });
    match header {
        Some(header) => with_blank_ones(columns, &header),
        None => columns,
    }
}

/// The columns, and for each word of the header that stands clear of all of them and of all other words a column in which
/// nothing stands, where the header has a word for each of the others too: 备注 over nothing.
fn with_blank_ones(mut columns: Vec<Column>, header: &Strip) -> Vec<Column> {
    // The title of a group stands above the words on both sides of it.
    let is_title = |at: usize| {
        let above = |other: &Token| header.tokens[at].bbox().y1 <= other.bbox().y0;
        let left = at.checked_sub(1).and_then(|left| header.tokens.get(left));
        left.is_some_and(above) && header.tokens.get(at + 1).is_some_and(above)
    };
    let words: Vec<Token> = (0..header.tokens.len())
        .filter(|&at| !is_title(at))
        .map(|at| header.tokens[at].clone())
        .collect();
    if words.len() <= columns.len() || columns.is_empty() {
        return columns;
    }
    let is_clear = |at: usize| {
        let (bbox, em) = (words[at].bbox(), words[at].em());
        let clear = |x0: f32, x1: f32| bbox.x0 - x1 >= em || x0 - bbox.x1 >= em;
        let others = words.iter().enumerate().filter(|&(i, _)| i != at);
        columns.iter().all(|c| clear(c.x0, c.x1))
            && others.map(|(_, word)| word.bbox()).all(|other| clear(other.x0, other.x1))
    };
    let blank: Vec<usize> = (0..words.len()).filter(|&at| is_clear(at)).collect();
    // Where figures are set left under words in the middle, the words of other columns may stand clear of them as well.
    let surplus = words.len() - columns.len();
    let Some(left_out) = least_off(&columns, &words).filter(|left_out| {
        left_out.len() == surplus && left_out.iter().all(|at| blank.contains(at))
    }) else {
        return columns;
    };
    columns.extend(left_out.iter().map(|&at| {
        let bbox = words[at].bbox();
        Column::blank(bbox.x0, bbox.x1)
    }));
    columns.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    columns
}

/// The words that are over no column where each column has one, from left to right, so that these stand as near to their
/// columns as can be.
fn least_off(columns: &[Column], words: &[Token]) -> Option<Vec<usize>> {
    let apart = |c: &Column, word: &Token| {
        (word.bbox().x0 - c.x1).max(c.x0 - word.bbox().x1).max(0.0) + (word.x() - c.middle()).abs()
    };
    // best[c][w]: the least distance of the first c columns from as many of the first w words.
    let mut best = vec![vec![f32::MAX; words.len() + 1]; columns.len() + 1];
    best[0].fill(0.0);
    for c in 0..columns.len() {
        for w in c..words.len() {
            let take = best[c][w] + apart(&columns[c], &words[w]);
            best[c + 1][w + 1] = take.min(best[c + 1][w]);
        }
    }
    let mut left_out = Vec::new();
    let (mut c, mut w) = (columns.len(), words.len());
    while w > 0 {
        if c == 0 || best[c][w - 1] <= best[c][w] {
            left_out.push(w - 1);
        } else {
            c -= 1;
        }
        w -= 1;
    }
    (c == 0).then(|| left_out.into_iter().rev().collect())
}

/// Whether the lines stand in these columns, from the first one of figures on: in few of them a text finds no column.
pub(super) fn stand_in(strips: &[Strip], columns: &[Column]) -> bool {
    let first = strips.iter().position(Strip::is_of_figures).unwrap_or(0);
    let fits = |strip: &&Strip| {
        let stands = assign(strip, columns);
        let mut texts = strip.tokens.iter().zip(stands);
        // A total may stand over numbers, or labels, and names.
        let is_total = |token: &Token| {
            let is_between = |w: &[Column]| w[0].x0 < token.x() && token.x() < w[1].x1;
            TOTALS.contains(&token.text()) && columns.windows(2).take(1).any(is_between)
        };
        texts.all(|(token, c)| c.is_some_and(|c| columns[c].off(token) <= FITS) || is_total(token))
    };
    let lines = &strips[first..];
    let misfits = lines.iter().filter(|strip| !fits(strip)).count();
    misfits as f32 <= MISFITS * lines.len() as f32
}

/// Where the columns meet: in the middle between what stands in each, however few of the texts reach furthest; where these
/// lie over each other, between what usually stands there.
pub(super) fn meet(strips: &[Strip], columns: &[Column]) -> Vec<f32> {
    let mut extents: Vec<(f32, f32)> = columns.iter().map(|c| (c.x0, c.x1)).collect();
    for strip in strips {
        for (token, column) in strip.tokens.iter().zip(assign(strip, columns)) {
            // A total may stand over two columns.
            let is_own =
                |c: &usize| columns[*c].off(token) <= FITS || !TOTALS.contains(&token.text());
            if let Some(c) = column.filter(is_own) {
                let (x0, x1) = &mut extents[c];
                (*x0, *x1) = (x0.min(token.bbox().x0), x1.max(token.bbox().x1));
            }
        }
    }
    let between = |c: usize| {
        let (left, right) = (extents[c].1, extents[c + 1].0);
        let usual = (columns[c].x1, columns[c + 1].x0);
        let (left, right) = if left <= right { (left, right) } else { usual };
        (left + right) / 2.0
    };
    (0..columns.len().saturating_sub(1)).map(between).collect()
}

/// The words of a header that have no other below them, where there are three or more.
fn header_words(head: &[Strip]) -> Option<Strip> {
    let mut words: Vec<Token> = Vec::new();
    let of_words = |s: &&Strip| s.tokens.iter().all(|t| !t.is_figure());
    for strip in head.iter().rev().take(HEADER_LINES).filter(of_words) {
        let beside = |t: &&Token| {
            words.iter().all(|w| w.bbox().x1 <= t.bbox().x0 || t.bbox().x1 <= w.bbox().x0)
        };
        let found: Vec<Token> = strip.tokens.iter().filter(beside).cloned().collect();
        words.extend(found);
    }
    words.sort_by(|a, b| a.x().total_cmp(&b.x()));
    Strip::of(words).filter(|strip| strip.tokens.len() > 2)
}

/// The columns of lines that have a token in each: the first token stands in the first column, the second in the
/// second, however far a long name reaches over its neighbours.
fn by_full_lines(strips: &[Strip]) -> Option<Vec<Column>> {
    let body: Vec<&Strip> = strips.iter().filter(|s| s.is_of_figures()).collect();
    let mut by_count: BTreeMap<usize, Vec<&Strip>> = BTreeMap::new();
    for strip in &body {
        by_count.entry(strip.tokens.len()).or_default().push(strip);
    }
    // Lines between them, as of wrapped names, stand in the same columns.
    let first = strips.iter().position(Strip::is_of_figures)?;
    let last = strips.iter().rposition(Strip::is_of_figures)?;
    let lines: Vec<&Strip> = strips[first..=last].iter().collect();
    let fewest = ((body.len() as f32 * FULL_LINES) as usize).max(2);
    let header = header_words(&strips[..first]);
    by_count.values().rev().filter(|full| full.len() >= fewest).find_map(|full| {
        let columns = of_full_lines(full, header.as_ref())?;
        fits(&columns, &lines).then_some(columns)
    })
}

/// Columns of lines that have as many tokens each.
fn of_full_lines(full: &[&Strip], header: Option<&Strip>) -> Option<Vec<Column>> {
    let count = full[0].tokens.len();
    let header = header.filter(|header| header.tokens.len() == count);
    let mut columns: Vec<Column> = Vec::with_capacity(count);
    for i in 0..count {
        let tokens: Vec<&Token> = full.iter().map(|s| &s.tokens[i]).collect();
        let column = column_of_tokens(&tokens);
        // Lines with as many texts need not have them in the same columns.
        let mut off: Vec<f32> = tokens.iter().map(|t| column.held_off(t)).collect();
        off.sort_by(f32::total_cmp);
        if off[off.len() - 1 - off.len() / 10] > SET_OFF {
            return None;
        }
        columns.push(column);
    }
    // A long name may reach over its neighbours, in a few lines; where the usual ones do, these are no columns.
    for i in 1..count {
        let (left, right) = (columns[i - 1], columns[i]);
        if left.x1 > right.x0 + 0.5 {
            let usual = |i: usize| {
                let mut boxes: Vec<Rect> = full.iter().map(|s| *s.tokens[i].bbox()).collect();
                boxes.sort_by(|a, b| a.width().total_cmp(&b.width()));
                boxes.truncate(boxes.len().div_ceil(2));
                boxes.into_iter().reduce(|a, b| a.union(&b)).unwrap_or_default()
            };
            let (a, b) = (usual(i - 1), usual(i));
            if a.x1 > b.x0 + 0.5 {
                // Texts that run over their neighbours are told apart by the words above them, or by the order of drawing.
                let by_header = header.map(|header| {
                    (header.tokens[i - 1].bbox().x1 + header.tokens[i].bbox().x0) / 2.0
                });
                let wall = by_header.or_else(|| drawn_wall(full, i))?;
                if !(left.x0 < wall && wall < right.x1) {
                    return None;
                }
                (columns[i - 1].x1, columns[i].x0) = (wall, wall);
                continue;
            }
            let middle = (a.x1 + b.x0) / 2.0;
            columns[i - 1].x1 = left.x1.min(middle).max(a.x1);
            columns[i].x0 = right.x0.max(middle).min(b.x0);
        }
    }
    Some(columns)
}

/// Where the texts at place `i` of these lines begin, if nearly each was drawn right behind the one before it, which it may
/// lie over: in the middle between the middles of both.
fn drawn_wall(full: &[&Strip], i: usize) -> Option<f32> {
    let is_drawn_on = |strip: &&Strip| strip.tokens[i].is_drawn_behind(&strip.tokens[i - 1]);
    let middle = |i: usize| {
        let mut all: Vec<f32> = full.iter().map(|strip| strip.tokens[i].x()).collect();
        all.sort_by(f32::total_cmp);
        all[all.len() / 2]
    };
    let (left, right) = (middle(i - 1), middle(i));
    let drawn_on = full.iter().filter(|strip| is_drawn_on(strip)).count();
    (10 * drawn_on >= DRAWN_ON * full.len() && left < right).then_some((left + right) / 2.0)
}

/// The column that these tokens make.
fn column_of_tokens(tokens: &[&Token]) -> Column {
    let boxes: Vec<Rect> = tokens.iter().map(|t| *t.bbox()).collect();
    Column::of_boxes(&boxes).unwrap_or(Column::blank(0.0, 0.0))
}

/// Whether the tokens of all lines stand in these columns, and no two columns are one.
fn fits(columns: &[Column], body: &[&Strip]) -> bool {
    let mut misfits = 0usize;
    let gaps = columns.len().saturating_sub(1);
    let (mut both, mut bridged) = (vec![0usize; gaps], vec![0usize; gaps]);
    // Texts that stand clear of all columns: labels beside several rows each, in few lines.
    let mut clear: Vec<Rect> = Vec::new();
    for strip in body {
        let stands = assign(strip, columns);
        let mut held = vec![false; columns.len()];
        let mut fits = true;
        for (token, column) in strip.tokens.iter().zip(&stands) {
            match column {
                Some(c) if columns[*c].off(token) <= FITS && !held[*c] => held[*c] = true,
                _ => {
                    fits = false;
                    if columns.iter().all(|c| c.overlap(token.bbox()) <= 0.0) {
                        clear.push(*token.bbox());
                    }
                }
            }
        }
        misfits += usize::from(!fits);
        for g in 0..gaps {
            both[g] += usize::from(held[g] && held[g + 1]);
            // A text that began in another column and runs over both is no bridge.
            let bridge = |(t, stands): (&Token, &Option<usize>)| {
                let reach = 0.3 * t.em();
                stands.is_none_or(|c| c == g || c == g + 1)
                    && columns[g].overlap(t.bbox()) > reach
                    && columns[g + 1].overlap(t.bbox()) > reach
            };
            let is_bridged = strip.tokens.iter().zip(&stands).any(bridge);
            bridged[g] += usize::from(!(held[g] && held[g + 1]) && is_bridged);
        }
    }
    let one = (0..gaps).any(|g| bridged[g] >= BRIDGED && bridged[g] > both[g]);
    let left = columns.first().map_or(0.0, |c| c.x0);
    let is_label =
        |a: &Rect| a.x1 < left || clear.iter().filter(|b| b.overlap(a, Axis::X) > 0.0).count() > 1;
    misfits as f32 <= MISFITS * body.len() as f32 && !one && !clear.iter().any(is_label)
}

/// The column that each token of a strip stands in: columns from left to right, each at most once, so that all tokens
/// together stand as near to their columns as can be. `None` for a token that finds no column.
pub(super) fn assign(strip: &Strip, columns: &[Column]) -> Vec<Option<usize>> {
    let (tokens, cols) = (&strip.tokens, columns.len());
    if tokens.is_empty() || cols == 0 || tokens.len() > MAX_COLUMNS {
        return vec![None; tokens.len()];
    }
    /// A token without a column costs as much as one so many ems off.
    const NONE: f32 = 8.0;
    /// Of columns that it stands within, the one whose texts are held most nearly where it is.
    const HELD: f32 = 0.05;
    let order = in_order(tokens);
    // best[i][c]: the least cost of the first i tokens in the first c columns.
    let mut best = vec![vec![0.0f32; cols + 1]; tokens.len() + 1];
    let mut how = vec![vec![0u8; cols + 1]; tokens.len() + 1];
    for (i, &at) in order.iter().enumerate() {
        let token = &tokens[at];
        best[i + 1][0] = best[i][0] + NONE;
        how[i + 1][0] = 1;
        for c in 0..cols {
            let skip = best[i + 1][c];
            let none = best[i][c + 1] + NONE;
            let off = columns[c].off(token) + HELD * columns[c].held_off(token);
            let take = best[i][c] + off.min(NONE);
            let (cost, step) = if take <= skip && take <= none {
                (take, 2)
            } else if skip <= none {
                (skip, 0)
            } else {
                (none, 1)
            };
            best[i + 1][c + 1] = cost;
            how[i + 1][c + 1] = step;
        }
    }
    let mut stands = vec![None; tokens.len()];
    let (mut i, mut c) = (tokens.len(), cols);
    while i > 0 {
        match how[i][c] {
            2 => {
                stands[order[i - 1]] = Some(c - 1);
                (i, c) = (i - 1, c - 1);
            }
            0 if c > 0 => c -= 1,
            _ => i -= 1,
        }
    }
    stands
}

/// The tokens from left to right; those that overlap in the order they were drawn, if the strip was drawn from left to
/// right.
fn in_order(tokens: &[Token]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..tokens.len()).collect();
    let apart = |a: &Token, b: &Token| a.bbox().x1 <= b.bbox().x0 + 0.1;
    let mut drawn = order.clone();
    drawn.sort_by_key(|&i| tokens[i].piece.order);
    let is_ltr = drawn.windows(2).all(|w| !apart(&tokens[w[1]], &tokens[w[0]]));
    if is_ltr && tokens.iter().any(|t| t.piece.order > 0) {
        return drawn;
    }
    order.sort_by(|&a, &b| tokens[a].x().total_cmp(&tokens[b].x()));
    order
}

/// The columns by what overlaps: each token, the narrow before the wide, begins a column or widens the one it stands
/// over. A token that reaches over several is left for last: if lines have tokens of their own in each, it is a header
/// over both columns; if they don't, the columns are one, but where a line of the header has a word over each.
fn by_overlap(strips: &[Strip], header: Option<&Strip>) -> Vec<Column> {
    let mut boxes: Vec<(usize, Rect)> = Vec::new();
    for strip in strips {
        let own = strip.tokens.iter().filter(|t| !is_total_between(t, header));
        boxes.extend(own.map(|t| (strip.tokens.len(), *t.bbox())));
    }
    boxes.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.width().total_cmp(&b.1.width())));
    let mut spans: Vec<Span> = Vec::new();
    let mut bridges: Vec<Rect> = Vec::new();
    // Which word of the header is over the middle of a text.
    let over = |x: f32| {
        let words = || header.into_iter().flat_map(|h| &h.tokens);
        words().position(|t| t.bbox().x0 <= x && x <= t.bbox().x1)
    };
    for (_, bbox) in &boxes {
        let hit = touched(&spans, bbox);
        match hit.len() {
            0 => {
                if spans.len() >= 2 * MAX_COLUMNS {
                    return Vec::new();
                }
                spans.insert(hit.start, Span { x0: bbox.x0, x1: bbox.x1 });
            }
            1 if is_beside(&spans[hit.start], bbox, &over) => {
                let span = &mut spans[hit.start];
                let is_left = bbox.x0 < span.x0;
                let wall =
                    if is_left { (span.x0 + bbox.x1) / 2.0 } else { (span.x1 + bbox.x0) / 2.0 };
                let (at, new) = if is_left {
                    span.x0 = wall;
                    (hit.start, Span { x0: bbox.x0, x1: wall })
                } else {
                    span.x1 = wall;
                    (hit.start + 1, Span { x0: wall, x1: bbox.x1 })
                };
                spans.insert(at, new);
            }
            1 => {
                let span = &mut spans[hit.start];
                span.x0 = span.x0.min(bbox.x0);
                span.x1 = span.x1.max(bbox.x1);
            }
            _ => bridges.push(*bbox),
        }
    }
    let spans = merge(spans, strips, &bridges, header);
    let mut held: Vec<Vec<&Token>> = vec![Vec::new(); spans.len()];
    for token in strips.iter().flat_map(|s| &s.tokens) {
        let hit = touched(&spans, token.bbox());
        if hit.len() == 1 {
            held[hit.start].push(token);
        }
    }
    let column = |(span, tokens): (&Span, Vec<&Token>)| {
        let (x0, x1) = (span.x0, span.x1);
        match tokens.is_empty() {
            true => Column::blank(x0, x1),
            false => Column { x0, x1, ..column_of_tokens(&tokens) },
        }
    };
    spans.iter().zip(held).map(column).collect()
}

/// Whether a text names a total and stands between the first two words of the header, over the columns of both.
fn is_total_between(token: &Token, header: Option<&Strip>) -> bool {
    let Some([first, second, ..]) = header.map(|header| header.tokens.as_slice()) else {
        return false;
    };
    let (x, em) = (token.x(), token.em());
    let stands = first.x() + em < x && x < second.x() - em;
    stands && TOTALS.contains(&token.text())
}

/// Whether a text stands beside a span that it reaches into by little: another word of the header is over its middle.
fn is_beside(span: &Span, bbox: &Rect, over: &dyn Fn(f32) -> Option<usize>) -> bool {
    let overlap = span.x1.min(bbox.x1) - span.x0.max(bbox.x0);
    let narrow = (span.x1 - span.x0).min(bbox.width());
    let words = over((span.x0 + span.x1) / 2.0).zip(over(bbox.center().x));
    overlap <= REACHED * narrow && words.is_some_and(|(a, b)| a != b)
}

/// The extent of what stands in a column.
#[derive(Debug, Clone, Copy)]
struct Span {
    x0: f32,
    x1: f32,
}

/// The spans that the box overlaps by more than a hair; where none, the empty range at which a new one belongs.
fn touched(spans: &[Span], bbox: &Rect) -> Range<usize> {
    const HAIR: f32 = 0.5;
    let first = spans.partition_point(|s| s.x1 <= bbox.x0 + HAIR);
    let last = spans.partition_point(|s| s.x0 < bbox.x1 - HAIR);
    first..last.max(first)
}

/// Makes one of neighbours that are no two columns.
fn merge(
    mut spans: Vec<Span>,
    strips: &[Strip],
    bridges: &[Rect],
    header: Option<&Strip>,
) -> Vec<Span> {
    for _ in 0..MAX_MERGES {
        let is_headed = |span: &Span| {
            header.is_some_and(|header| {
                header.tokens.iter().filter(|t| (span.x0..=span.x1).contains(&t.x())).count() == 1
            })
        };
        let headed: Vec<bool> = spans.iter().map(is_headed).collect();
        let gaps = spans.len().saturating_sub(1);
        let mut both = vec![0usize; gaps];
        let mut bridged = vec![0usize; gaps];
        let mut lines = vec![0usize; spans.len()];
        for strip in strips {
            let mut held = vec![false; spans.len()];
            for token in &strip.tokens {
                let hit = touched(&spans, token.bbox());
                if hit.len() == 1 {
                    held[hit.start] = true;
                }
            }
            for (i, &held_here) in held.iter().enumerate() {
                lines[i] += usize::from(held_here);
                if i < gaps {
                    both[i] += usize::from(held_here && held[i + 1]);
                }
            }
        }
        for bbox in bridges {
            let hit = touched(&spans, bbox);
            for gap in &mut bridged[hit.start..hit.end.saturating_sub(1).max(hit.start)] {
                *gap += 1;
            }
        }
        let few = ((strips.len() as f32 * STRAY_SHARE) as usize).max(1);
        let em = strips.iter().map(Strip::size).fold(0.0, f32::max);
        let width = |g: usize| spans[g + 1].x0 - spans[g].x1;
        let one = (0..gaps)
            .filter(|&g| {
                let stray = both[g] == 0
                    && lines[g].min(lines[g + 1]) <= few
                    && width(g) <= STRAY_GAP * em
                    && !(headed[g] && headed[g + 1]);
                let nearest = (g == 0 || width(g) <= width(g - 1) || lines[g] > few)
                    && (g + 1 == gaps || width(g) <= width(g + 1) || lines[g + 1] > few);
                let has_headers = headed[g] && headed[g + 1] && lines[g].min(lines[g + 1]) > few;
                let is_bridged = both[g] == 0 && bridged[g] > 0
                    || bridged[g] >= BRIDGED && bridged[g] >= BRIDGED * both[g];
                (is_bridged && !has_headers) || (stray && nearest)
            })
            .min_by(|&a, &b| width(a).total_cmp(&width(b)));
        let Some(g) = one else {
            // What stands alone between two columns, where its line has nothing in either, reaches over both.
            let between = (1..gaps).find(|&c| {
                both[c - 1] == 0
                    && both[c] == 0
                    && lines[c] <= BETWEEN
                    && !headed[c]
                    && (lines[c - 1].min(lines[c + 1]) > lines[c] || headed[c - 1] && headed[c + 1])
            });
            let Some(c) = between else { break };
            spans.remove(c);
            continue;
        };
        let right = spans.remove(g + 1);
        spans[g].x1 = spans[g].x1.max(right.x1);
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::tables::drawn::tests::line;

    #[test]
    fn a_total_between_numbers_and_names_stands_in_their_columns() {
        let column =
            |x0: f32, x1: f32| Column { x0, x1, set: Set::Middle, at: (x0 + x1) / 2.0, count: 9 };
        let columns = [column(0.0, 24.0), column(220.0, 244.0), column(480.0, 516.0)];
        let row = |name: &str| line(0.0, &[(name, 120.0), ("172177", 360.0)]);
        assert!(stand_in(&[row("全省")], &columns));
        assert!(!stand_in(&[row("备注")], &columns));
    }

    #[test]
    fn a_word_of_the_header_over_nothing_has_a_column() {
        let head = line(0.0, &[("地区", 0.0), ("注销", 104.0), ("吊销", 100.0), ("备注", 100.0)]);
        let rows = |texts: [&str; 3], y: f32| {
            line(y, &[(texts[0], 0.0), (texts[1], 80.0), (texts[2], 100.0)])
        };
        let body = [rows(["兰州市", "938", "695"], 20.0), rows(["天水市", "1242", "763"], 40.0)];
        let strips: Vec<Strip> = [head].into_iter().chain(body).collect();
        let columns = columns(&strips);
        assert_eq!(columns.len(), 4);
        assert_eq!(columns[3].count, 0);
    }
}
