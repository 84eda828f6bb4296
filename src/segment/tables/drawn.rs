//! The order of drawing as a witness: most producers draw a row cell by cell, and all lines of a cell before the next one.
//!
//! Where cells are too narrow for what they hold, places tell little: figures lie over each other, or run down the page
//! one character a line. What was drawn before what still tells the cells.

use crate::geom::{Axis, Rect};
use crate::normalize::lines::Piece;
use crate::place::{PlacedChar, PlacedText};
use crate::segment::figures::is_figure;
use crate::segment::tables::columns;
use crate::segment::tables::open::{CAPTIONS, MAX_HEADER};
use crate::segment::tables::strips::{Strip, Token, is_one_figure};
use std::collections::BTreeMap;
use std::ops::Range;

/// The next line of a cell is no less and no more than so many ems further down, …
const PITCH: std::ops::RangeInclusive<f32> = 0.8..=2.0;
/// … as far as the line before it, give or take so many ems.
const SAME_PITCH: f32 = 0.1;
/// Lines of a cell have their middles, or one of their ends, at one place, give or take so many ems.
const SAME_PLACE: f32 = 0.3;
const SAME_END: f32 = 0.06;
/// Cells of a row have their middles at one height, give or take so many ems.
pub(super) const SAME_HEIGHT: f32 = 0.45;
/// Words over two tiers of a header stand between them, so many ems from each.
const TIER: f32 = 0.8;
/// The title of a group stands no more than so many ems above the words below it.
const ABOVE: f32 = 2.2;
/// A line of a narrow cell is no wider than so many ems.
const NARROW: f32 = 8.0;
/// Characters of a word are no further apart than so many ems.
const WITHIN: f32 = 0.05;
/// A text runs down the page if it has so many lines, of so many characters at most; a page has so many of them at least.
const TALL: usize = 3;
const SHORT: usize = 2;
const TALL_CELLS: usize = 4;
/// So many cells of unlike heights stand beside each other at least, nine in ten of them as cells of a row do.
const BESIDE: usize = 3;
const BESIDE_SHARE: usize = 9;

/// What was drawn into one cell, line by line.
pub(super) struct Cell {
    /// Its lines, top down.
    pub lines: Vec<Token>,
    /// The box around them.
    pub bbox: Rect,
}

impl Cell {
    fn new(line: Token) -> Cell {
        Cell { bbox: *line.bbox(), lines: vec![line] }
    }

    /// Whether the token is the next line of the cell: drawn right behind the last one, and right below it.
    fn goes_on_with(&self, next: &Token) -> bool {
        let last = &self.lines[self.lines.len() - 1];
        let em = last.em();
        let pitch = |a: &Token, b: &Token| (b.y() - a.y()) / em;
        let step = pitch(last, next);
        let is_even = match self.lines.as_slice() {
            [.., before, _] => (pitch(before, last) - step).abs() <= SAME_PITCH,
            _ => true,
        };
        let apart = |of: fn(&Rect) -> f32| (of(last.bbox()) - of(next.bbox())).abs() / em;
        let is_below = apart(|b| b.center().x) <= SAME_PLACE
            || apart(|b| b.x0) <= SAME_END
            || apart(|b| b.x1) <= SAME_END;
        let is_narrow = |token: &Token| token.bbox().width() <= NARROW * em;
        next.is_drawn_behind(last)
            && PITCH.contains(&step)
            && is_even
            && is_below
            && is_narrow(last)
            && is_narrow(next)
            && (next.em() - em).abs() < 0.1
    }

    fn push(&mut self, line: Token) {
        self.bbox = self.bbox.union(line.bbox());
        self.lines.push(line);
    }

    /// Its lines as one, in the middle of the cell.
    pub fn gathered(self) -> Option<Token> {
        // Two figures one below the other in a cell are two.
        let is_apart = self.is_figure() && !self.is_wide_figure();
        let mut lines = self.lines.into_iter();
        let mut whole = lines.next()?;
        for line in lines {
            if let (true, Some(place)) = (is_apart, line.piece.text.place()) {
                whole.piece.raw.push(' ');
                whole.piece.text.push(' ', place);
            }
            whole.piece.raw.push_str(&line.piece.raw);
            whole.piece.text.append(&line.piece.text);
            whole.piece.marks.extend(line.piece.marks);
        }
        whole.piece.text = with_points(&whole.piece.text);
        whole.piece.bbox = self.bbox;
        whole.piece.joints.clear();
        Some(whole)
    }

    /// Whether it holds a figure, on one line or several.
    pub fn is_figure(&self) -> bool {
        self.lines.iter().all(|line| is_figure(line.text().trim_end_matches(['.', '．', ','])))
    }

    /// Whether it holds one figure whose digits may be parted anywhere, as those as wide as Han are.
    fn is_wide_figure(&self) -> bool {
        let is_wide = |line: &Token| line.piece.raw.contains(|c| ('０'..='９').contains(&c));
        self.is_figure() && self.lines.iter().all(is_wide)
    }

    /// Whether its text runs down the page, or is a figure of several lines.
    fn is_tall(&self) -> bool {
        self.runs_down() || self.lines.len() > 1 && self.is_wide_figure()
    }

    /// Whether its text runs down the page.
    fn runs_down(&self) -> bool {
        self.lines.len() >= TALL && self.lines.iter().all(is_short)
    }
}

/// The text with its wide points and commas as those of a figure, where it is one: at the end of a line nothing told that
/// they were.
fn with_points(text: &PlacedText) -> PlacedText {
    let mut plain = PlacedText::new();
    for PlacedChar { ch, place } in text.chars() {
        let ch = match ch {
            '．' => '.',
            '，' => ',',
            ch => ch,
        };
        plain.push(ch, place);
    }
    if is_one_figure(plain.as_str()) { plain } else { text.clone() }
}

/// Whether the text is no more than a character or two.
fn is_short(token: &Token) -> bool {
    token.text().chars().count() <= SHORT
}

/// What was drawn into each cell, in the order of drawing, and the tokens that its lines are of, by their index. `whole`: words
/// side by side with nothing between them are one, as where another font begins in the middle of one.
pub(super) fn cells(tokens: &[Token], whole: bool) -> Vec<(Vec<usize>, Cell)> {
    // Each part knows the token that it is of.
    let mut parts: Vec<(usize, Token)> = Vec::with_capacity(tokens.len());
    for (of, token) in tokens.iter().enumerate() {
        let own = token.by_operators().unwrap_or_else(|| vec![token.clone()]);
        parts.extend(own.into_iter().map(|part| (of, part)));
    }
    parts.sort_by_key(|(_, part)| part.piece.order);
    let parts = if whole { whole_words(parts) } else { parts };
    let mut cells: Vec<(Vec<usize>, Cell)> = Vec::new();
    for (of, part) in parts {
        match cells.last_mut() {
            Some((of_cell, cell)) if cell.goes_on_with(&part) => {
                cell.push(part);
                of_cell.push(of);
            }
            _ => cells.push((vec![of], Cell::new(part))),
        }
    }
    cells
}

/// The parts with those joined again that are one word: another font begins in its middle.
fn whole_words(parts: Vec<(usize, Token)>) -> Vec<(usize, Token)> {
    let mut words: Vec<(usize, Token)> = Vec::with_capacity(parts.len());
    for (of, part) in parts {
        let same = words.last_mut().filter(|(of_last, last)| {
            let gap = (part.bbox().x0 - last.bbox().x1) / last.em();
            let is_year = last.is_figure() && part.text().starts_with('年');
            let are_words = !last.is_figure() && !part.is_figure();
            *of_last == of && gap.abs() <= WITHIN && (are_words || is_year)
        });
        match same.and_then(|last| Some((last.1.with(&part)?, last))) {
            Some((both, last)) => last.1 = both,
            None => words.push((of, part)),
        }
    }
    words
}

/// Makes one line of what was drawn into a cell line by line, if texts run down the page, a character or two a line, and
/// cells of unlike heights were drawn side by side: a table without rules whose columns are too narrow. Anything else
/// stays as it is.
pub(super) fn gather(tokens: Vec<Token>) -> Vec<Token> {
    let cells = cells(&tokens, true);
    let is_of_row = |i: usize| {
        let is_figure = |at: usize| cells.get(at).is_some_and(|(_, cell)| cell.is_figure());
        is_figure(i) || is_figure(i + 1) || i > 0 && is_figure(i - 1)
    };
    let tall = (0..cells.len()).filter(|&i| cells[i].1.is_tall() && is_of_row(i)).count();
    if tall < TALL_CELLS || !stand_in_rows(&cells) {
        return tokens;
    }
    // Where columns are so narrow, what is drawn side by side below the header are cells. Words that two operators drew
    // are not parted; nor is a token above of which no part is a line of several.
    let mut is_cut: Vec<bool> = vec![false; tokens.len()];
    let header = Header::of(&cells);
    let is_gathered = |cell: &Cell| {
        cell.lines.len() > 1 && (header.runs_down || cell.bbox.y1 > header.within.end)
    };
    for (of, _) in cells.iter().filter(|(_, cell)| is_gathered(cell)) {
        of.iter().for_each(|&of| is_cut[of] = true);
    }
    for (token, is_cut) in tokens.iter().zip(&mut is_cut) {
        let parts = token.by_operators().unwrap_or_default();
        let of_figures = parts.iter().filter(|part| part.is_figure()).count();
        *is_cut |=
            token.y() > header.within.end && parts.len() > 1 && of_figures + 1 >= parts.len();
    }
    let ranks = ranks(&cells, &is_gathered);
    let whole = tokens.into_iter().zip(&is_cut).filter(|(_, cut)| !**cut).map(|(token, _)| token);
    let mut gathered: Vec<Token> = whole.collect();
    for (of, cell) in cells {
        if is_cut[of[0]] {
            gathered.extend(cell.gathered());
        }
    }
    if header.runs_down {
        flatten(&mut gathered, &header.within);
    }
    let rank = |order: u32| ranks.get(&order).copied().unwrap_or(order);
    for Piece { order, joints, .. } in gathered.iter_mut().map(|token| &mut token.piece) {
        *order = rank(*order);
        joints.iter_mut().for_each(|joint| joint.order = rank(joint.order));
    }
    let top = if header.runs_down { header.within.start } else { header.within.end };
    lined_up(gathered, top)
}

/// The header above the first row of figures.
struct Header {
    /// From where to where its words of several lines reach.
    within: Range<f32>,
    /// Whether some of them run down the page, a character a line. All others are told as they stand.
    runs_down: bool,
}

impl Header {
    fn of(cells: &[(Vec<usize>, Cell)]) -> Header {
        let cells = || cells.iter().map(|(_, cell)| cell);
        let level = |a: &Cell, b: &Cell| {
            (a.bbox.center().y - b.bbox.center().y).abs() <= SAME_HEIGHT * a.lines[0].em()
        };
        // A figure alone may be the number of the annex.
        let figures = || cells().filter(|cell| cell.is_figure());
        let first = figures()
            .filter(|cell| figures().filter(|other| level(cell, other)).nth(1).is_some())
            .min_by(|a, b| a.bbox.center().y.total_cmp(&b.bbox.center().y));
        let end = first.map_or(f32::MIN, |first| {
            let row = cells().filter(|cell| level(first, cell));
            row.map(|cell| cell.bbox.y0).fold(first.bbox.center().y, f32::min)
        });
        let words = || cells().filter(|cell| cell.lines.len() > 1 && cell.bbox.y1 <= end);
        let start = words().map(|cell| cell.bbox.y0).fold(end, f32::min);
        // Titles of groups may stand on one line above them.
        let em = words().map(|cell| cell.lines[0].em()).fold(0.0, f32::max);
        let is_title = |cell: &&Cell| {
            let line = &cell.lines[0];
            let is_above = (start - ABOVE * em..start).contains(&cell.bbox.y0);
            is_above
                && (line.em() - em).abs() < 0.1
                && !CAPTIONS.iter().any(|caption| line.text().starts_with(caption))
        };
        let start = cells().filter(is_title).map(|cell| cell.bbox.y0).fold(start, f32::min);
        let is_one = |line: &&Token| line.text().chars().count() == 1;
        let by_one = |cell: &Cell| cell.lines.iter().filter(is_one).count() >= TALL;
        let runs_down = words().any(|cell| cell.runs_down() && by_one(cell));
        Header { within: start..end, runs_down }
    }
}

/// Sets the words of a header as they would stand if each was one line: its tiers are told by their heights.
fn flatten(tokens: &mut [Token], header: &Range<f32>) {
    let mut words: Vec<&mut Token> =
        tokens.iter_mut().filter(|token| header.contains(&token.y())).collect();
    words.sort_by(|a, b| b.y().total_cmp(&a.y()));
    let (mut tier, mut at) = (0, None);
    for word in words {
        let em = word.em();
        let y = word.y();
        if at.is_some_and(|at: f32| at - y > SAME_HEIGHT * em) {
            tier += 1;
            at = None;
        }
        at = at.or(Some(y));
        let low = header.end - em / 2.0 - TIER * tier as f32 * em;
        word.piece.bbox = Rect { y0: low - em, y1: low, ..word.piece.bbox };
    }
}

/// The orders of drawing, counted by cells: all lines of a gathered one have one.
fn ranks(cells: &[(Vec<usize>, Cell)], is_gathered: &dyn Fn(&Cell) -> bool) -> BTreeMap<u32, u32> {
    let mut ranks = BTreeMap::new();
    let (mut rank, mut last) = (0, None);
    for (_, cell) in cells {
        let is_one = is_gathered(cell);
        for (i, line) in cell.lines.iter().enumerate() {
            let order = line.piece.order;
            let is_next = last.is_some_and(|last| last != order) && !(is_one && i > 0);
            rank += u32::from(is_next);
            ranks.insert(order, rank);
            last = Some(order);
        }
    }
    ranks
}

/// Whether cells of unlike heights, drawn one behind the other from left to right, have their middles at one height.
fn stand_in_rows(cells: &[(Vec<usize>, Cell)]) -> bool {
    let beside = |(a, b): &(&Cell, &Cell)| {
        a.lines.len() != b.lines.len()
            && a.bbox.x1 <= b.bbox.x0 + b.lines[0].em()
            && a.bbox.overlap(&b.bbox, Axis::Y) > 0.0
    };
    let all = cells.windows(2).map(|w| (&w[0].1, &w[1].1));
    let pairs: Vec<(&Cell, &Cell)> = all.filter(beside).collect();
    let is_level = |(a, b): &&(&Cell, &Cell)| {
        let apart = a.bbox.center().y - b.bbox.center().y;
        apart.abs() <= SAME_HEIGHT * a.lines[0].em()
    };
    let level = pairs.iter().filter(is_level).count();
    level >= BESIDE && 10 * level >= BESIDE_SHARE * pairs.len()
}

/// The tokens with the lines that they now stand in; those above `top` stand where they stood.
fn lined_up(mut tokens: Vec<Token>, top: f32) -> Vec<Token> {
    tokens.sort_by(|a, b| a.y().total_cmp(&b.y()));
    let last = tokens.iter().map(|token| token.line).max().unwrap_or(0);
    let (mut line, mut at) = (last, f32::MIN);
    for token in tokens.iter_mut().filter(|token| token.y() > top) {
        if token.y() - at > SAME_HEIGHT * token.em() {
            line += 1;
            at = token.y();
        }
        token.line = line;
    }
    tokens
}

/// Lines are drawn cell by cell if so many of them have as many operators, and as many cells at least.
const LIKE_LINES: usize = 3;
const CELLS: usize = 4;
/// A text lies over the next one that reaches so many points into it.
const OVER: f32 = 0.5;
/// So many figures of ten in one place make it one of figures.
const OF_FIGURES: usize = 8;

/// Cuts the pieces of lines that were drawn cell by cell into what each operator drew: where figures are too wide for their
/// columns, they lie one up against the other or over it, and only the order of drawing tells them apart. Lines are so
/// drawn if many have as many operators, from left to right, and what stands at each place are figures in all of them, or
/// words.
pub(super) fn cut_at_operators(rows: &mut [Strip]) {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    let operators = |row: &Strip| row.tokens.iter().map(Token::operators).sum::<usize>();
    let is_glued = |row: &Strip| operators(row) > row.tokens.len();
    for row in rows.iter() {
        *counts.entry(operators(row)).or_default() += 1;
    }
    let usual =
        counts.into_iter().filter(|&(cells, _)| (CELLS..=columns::MAX_COLUMNS).contains(&cells));
    let Some((cells, lines)) = usual.max_by_key(|&(_, lines)| lines) else { return };
    let is_like = |row: &Strip| operators(row) == cells;
    if lines < LIKE_LINES || !rows.iter().any(|row| is_like(row) && is_glued(row)) {
        return;
    }
    let like: Vec<Vec<Token>> =
        rows.iter().filter(|row| is_like(row)).filter_map(as_drawn).collect();
    let mut figures = vec![0usize; cells];
    for parts in like.iter().filter(|parts| parts.len() == cells) {
        for (count, part) in figures.iter_mut().zip(parts) {
            *count += usize::from(part.is_figure());
        }
    }
    // Where gaps tell the cells apart, they and what stands below tell the columns.
    let over = rows.iter().filter(|row| is_like(row) && is_run_together(row)).count();
    let most = like.len() * OF_FIGURES;
    let is_even = figures.iter().all(|&count| count == 0 || 10 * count >= most);
    let of_figures = figures.iter().filter(|&&count| count > 0).count();
    let is_drawn_so = like.len() * 10 >= lines * OF_FIGURES && 2 * over >= like.len();
    if !is_drawn_so || !is_even || of_figures < 2 || of_figures == cells {
        return;
    }
    // The header above them too, lines among them with blank cells, and shorter ones below: the last panel may end first.
    let first = rows.iter().position(is_like).unwrap_or(0).saturating_sub(MAX_HEADER);
    let last = rows.iter().rposition(is_like).map_or(0, |last| last + 1);
    let goes_on = |row: &&Strip| {
        let Some(parts) = as_drawn(row).filter(|parts| (2..=cells).contains(&parts.len())) else {
            return false;
        };
        // The parts find columns of their kind, left to right.
        let mut kinds = figures.iter().map(|&count| count > 0);
        parts.iter().all(|part| kinds.any(|of_figures| of_figures == part.is_figure()))
    };
    let last = last + rows[last..].iter().take_while(goes_on).count();
    for row in &mut rows[first..last] {
        if is_glued(row)
            && operators(row) <= columns::MAX_COLUMNS
            && let Some(parts) = as_drawn(row)
        {
            row.tokens = parts;
        }
    }
}

/// Whether gaps do not tell the cells of the line apart: one text holds figures of two operators, or lies over the next.
fn is_run_together(row: &Strip) -> bool {
    let is_over = |w: &[Token]| w[1].bbox().x0 < w[0].bbox().x1 - OVER;
    let holds_figures = |token: &Token| {
        // A sign in a font of its own is no figure beside its number, nor are both ends of a range.
        let has_digit = |part: &Token| part.text().contains(|c: char| c.is_ascii_digit());
        let parts = token.by_operators().unwrap_or_default();
        parts.windows(2).any(|pair| pair.iter().all(|part| part.is_figure() && has_digit(part)))
    };
    row.tokens.windows(2).any(is_over)
        || row.tokens.iter().any(holds_figures)
        || as_drawn(row).is_some_and(|parts| parts.windows(2).any(is_over))
}

/// What each operator drew of a line, if that was from left to right.
fn as_drawn(row: &Strip) -> Option<Vec<Token>> {
    let parts: Option<Vec<Vec<Token>>> = row.tokens.iter().map(Token::by_operators).collect();
    let mut parts = parts?.concat();
    parts.sort_by_key(|part| part.piece.order);
    let is_ltr = parts.windows(2).all(|w| w[0].bbox().x0 <= w[1].x() && w[0].x() <= w[1].bbox().x1);
    is_ltr.then_some(parts)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::geom::Rect;
    use crate::normalize::lines::{Frame, Joint};
    use crate::place::Place;
    use crate::segment::tables::strips::strips;

    pub const EM: f32 = 12.0;

    /// A text at a place: Han one em wide, all else half an em.
    pub fn token(text: &str, x: f32, y: f32, order: u32) -> Token {
        let mut piece = Piece { raw: text.into(), size: EM, order, ..Piece::default() };
        let mut end = x;
        for ch in text.chars() {
            let ch = match ch {
                '０'..='９' => char::from_digit(ch as u32 - '０' as u32, 10).unwrap_or(ch),
                ch => ch,
            };
            let wide = if ch.is_ascii() { EM / 2.0 } else { EM };
            piece.text.push(ch, Place::of_box(1, Rect::new(end, y, end + wide, y + EM)));
            end += wide;
        }
        piece.bbox = Rect::new(x, y, end, y + EM);
        Token { line: (y / EM) as usize, piece, frame: Frame::default() }
    }

    /// Rows of cells, a word a cell with `/` between its lines, drawn cell by cell, each in the middle of its column and
    /// of its row.
    fn page(rows: &str) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut top = 0.0;
        for row in rows.lines() {
            let cells: Vec<Vec<&str>> =
                row.split_whitespace().map(|cell| cell.split('/').collect()).collect();
            let tall = cells.iter().map(Vec::len).max().unwrap_or(0);
            for (column, lines) in cells.iter().enumerate() {
                let first = top + 1.5 * EM * (tall - lines.len()) as f32 / 2.0;
                for (i, line) in lines.iter().enumerate() {
                    let width: f32 =
                        line.chars().map(|c| if c.is_ascii() { EM / 2.0 } else { EM }).sum();
                    let x = 40.0 * column as f32 + 20.0 - width / 2.0;
                    let order = tokens.len() as u32;
                    tokens.push(token(line, x, first + 1.5 * EM * i as f32, order));
                }
            }
            top += 1.5 * EM * tall as f32 + 4.0;
        }
        tokens.sort_by(|a, b| a.y().total_cmp(&b.y()));
        tokens
    }

    fn shown(strips: &[Strip]) -> String {
        let line =
            |strip: &Strip| strip.tokens.iter().map(Token::text).collect::<Vec<_>>().join(" ");
        strips.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn texts_that_run_down_the_page_are_gathered_cell_by_cell() {
        let tall = "\
地/区 开/工/任/务 建成
南/昌/市 １/２/３/４ ５/６/７/８/９
九/江/市 ９/８ １/７/６/６/２．/７
赣/县 - 12/345";
        assert_eq!(
            shown(&strips(gather(page(tall)))),
            "地区 开工任务 建成\n南昌市 1234 56789\n九江市 98 17662.7\n赣县 - 12 345"
        );
    }

    #[test]
    fn wrapped_names_and_columns_of_digits_stay_as_they_are() {
        for plain in ["南昌市/本级 120 85\n九江市 64 7\n赣县 8 3", "1 2\n3 4\n5 6\n7 8\n9 1"]
        {
            assert_eq!(gather(page(plain)), page(plain), "{plain}");
        }
    }

    /// A line of texts, each so many points behind where the one before it began; those that touch are one piece.
    pub fn line(y: f32, texts: &[(&str, f32)]) -> Strip {
        let mut tokens: Vec<Token> = Vec::new();
        let mut x = 0.0;
        for (order, &(text, behind)) in texts.iter().enumerate() {
            x += behind;
            let next = token(text, x, y, order as u32);
            match tokens.last_mut() {
                Some(last) if next.bbox().x0 - last.bbox().x1 < 2.0 => {
                    let joint = Joint { at: x, order: order as u32, resumed: false };
                    *last = last.with(&next).expect("they stand on one line");
                    last.piece.joints.push(joint);
                }
                _ => tokens.push(next),
            }
        }
        Strip::of(tokens).expect("a line has texts")
    }

    #[test]
    fn lines_drawn_cell_by_cell_are_cut_where_figures_touch_or_lie_over_each_other() {
        let lines = || {
            vec![
                line(0.0, &[("南昌市", 0.0), ("12,345", 30.0), ("6,789", 36.0), ("19,134", 30.0)]),
                line(20.0, &[("东湖区", 0.0), ("2,345", 33.0), ("789", 39.0), ("3,134", 30.0)]),
                line(40.0, &[("西湖区", 0.0), ("10,000", 30.0), ("6,000", 36.0), ("16,000", 30.0)]),
                // One panel ends first.
                line(60.0, &[("湾里区", 0.0), ("10,000", 30.0)]),
            ]
        };
        let mut cut = lines();
        cut_at_operators(&mut cut);
        assert_eq!(
            shown(&cut),
            "南昌市 12,345 6,789 19,134\n东湖区 2,345 789 3,134\n西湖区 10,000 6,000 16,000\n湾里区 10,000"
        );
        assert_ne!(shown(&lines()), shown(&cut));
    }

    #[test]
    fn a_sign_drawn_apart_from_its_number_is_no_cell() {
        let lines = || {
            vec![
                line(0.0, &[("增速（", 40.0), ("%", 36.0), ("）", 6.0)]),
                line(20.0, &[("阳泉市", 0.0), ("－", 50.0), ("1.2", 12.0), ("3.7", 40.0)]),
                line(40.0, &[("长治市", 0.0), ("3.7", 50.0), ("－", 52.0), ("5.4", 12.0)]),
                line(60.0, &[("晋城市", 0.0), ("－", 50.0), ("4.9", 12.0), ("5.8", 40.0)]),
            ]
        };
        let mut cut = lines();
        cut_at_operators(&mut cut);
        assert_eq!(shown(&lines()), shown(&cut));
    }
}
