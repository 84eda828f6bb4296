//! Header lines that a table without vertical rules left outside its grid, and group titles that
//! stand over several of its columns.
//!
//! With no rules between the columns, a word over three columns looks like a line of its own above
//! the table, or like a part of the column it stands over. Where it belongs shows in its place: the
//! words of the lowest tier stand lower than those that reach over all tiers.

use crate::geom::Point;
use crate::place::{Place, PlacedChar, PlacedText};
use crate::repair::document::{Slot, TableCell, TableRow};
use crate::repair::loose::pieces;
use crate::repair::rows;
use crate::segment::outline::{Fragment, Ruling, TextBlock};

/// More lines than this above a table are no header.
const MOST_LINES: usize = 4;
/// Words of a header are no longer than this.
const LONGEST: usize = 20;
/// A header typed above a grid stands no further off it than so many font sizes.
const TYPED_ABOVE: f32 = 2.0;
/// Two words of one tier differ in height by no more than this share of their size.
const SAME_TIER: f32 = 0.3;

/// The lines that may be header of the fragment, which has so many tiers within its grid: short ones close above it.
pub(super) fn lines_above(
    lines: &[TextBlock],
    fragment: &Fragment,
    tiers: usize,
) -> Vec<TextBlock> {
    match fragment.ruling {
        Ruling::Grid if tiers == 0 => return line_typed_above(lines, fragment),
        Ruling::Grid => return Vec::new(),
        _ => {}
    }
    let is_above = |line: &&TextBlock| {
        let text = line.text.as_str();
        let middle = line.bbox.center();
        line.page == fragment.page
            && middle.y <= fragment.bbox.y0 + line.size
            && middle.y >= fragment.bbox.y0 - line.size * 2.0 * MOST_LINES as f32
            && (fragment.bbox.x0..=fragment.bbox.x1).contains(&middle.x)
            && text.chars().count() <= LONGEST
            && !text.contains(['。', '；', '：', '，', ':'])
    };
    let mut above: Vec<TextBlock> = lines.iter().filter(is_above).cloned().collect();
    if above.is_empty() && lines.iter().all(|line| line.page < fragment.page) {
        above = line_before(lines, fragment);
    }
    // A row that the grid left out is no header, nor what stands above it for certain: it is said to stand outside.
    let is_row = |line: &TextBlock| {
        let pieces = pieces(&line.text);
        let is_year = |text: &str| text.len() == 4 && text.starts_with(['1', '2']);
        let of_figures = |texts: &[PlacedText]| {
            texts.iter().all(|text| rows::is_figure(text.as_str()))
                && !texts.iter().all(|text| is_year(text.as_str()))
        };
        pieces.len() > 1 && of_figures(&pieces[1..])
    };
    if above.len() > MOST_LINES || above.iter().any(is_row) { Vec::new() } else { above }
}

/// The last line of the page before, if it is the header of a table that begins on this one: a word over each column.
fn line_before(lines: &[TextBlock], fragment: &Fragment) -> Vec<TextBlock> {
    let last = lines.last().filter(|line| line.page + 1 == fragment.page);
    last.filter(|line| has_word_over_each(line, fragment)).cloned().into_iter().collect()
}

/// The header that is typed close above a grid of the rows alone: a word over each column.
fn line_typed_above(lines: &[TextBlock], fragment: &Fragment) -> Vec<TextBlock> {
    let close = |line: &&TextBlock| {
        let below = fragment.bbox.y0 - line.bbox.center().y;
        line.page == fragment.page && (0.0..=line.size * TYPED_ABOVE).contains(&below)
    };
    let last = lines.last().filter(close);
    last.filter(|line| has_word_over_each(line, fragment)).cloned().into_iter().collect()
}

/// Whether a line has a word over each column.
fn has_word_over_each(last: &TextBlock, fragment: &Fragment) -> bool {
    let words = pieces(&last.text);
    let over = |col: usize| {
        let (from, to) = (fragment.col_edges[col], fragment.col_edges[col + 1]);
        words.iter().filter_map(middle).filter(|p| (from..=to).contains(&p.x)).count()
    };
    words.len() == fragment.cols()
        && words.iter().all(|word| word.as_str().chars().count() <= LONGEST)
        && (0..fragment.cols()).all(|col| over(col) == 1)
}

/// The header rows with what stands above them; `header` has no row where the grid left out all.
pub(super) fn with_lines(
    header: Vec<TableRow>,
    above: &[TextBlock],
    fragment: &Fragment,
) -> Vec<TableRow> {
    match header.as_slice() {
        [] => lines_as_rows(above, fragment),
        [row] if fragment.ruling != Ruling::Grid && !row.slots.contains(&Slot::Left) => {
            lift_groups(row, above).unwrap_or(header)
        }
        _ => header,
    }
}

/// One tier a line, each word over the column it stands over.
fn lines_as_rows(above: &[TextBlock], fragment: &Fragment) -> Vec<TableRow> {
    let mut tiers = Vec::new();
    for line in above {
        let blank = |edges: &[f32]| {
            let bbox = crate::geom::Rect::new(edges[0], line.bbox.y0, edges[1], line.bbox.y1);
            rows::blank(Place::of_box(line.page, bbox))
        };
        let mut slots: Vec<Slot> = fragment.col_edges.windows(2).map(blank).collect();
        for piece in pieces(&line.text) {
            let Some(middle) = middle(&piece) else { return Vec::new() };
            let edges = fragment.col_edges.windows(2);
            let col = edges.take_while(|edges| edges[1] < middle.x).count();
            match slots.get_mut(col) {
                Some(slot) => *slot = cell(piece),
                None => return Vec::new(),
            }
        }
        tiers.push(TableRow { slots, page: line.page, panel: fragment.panel });
    }
    tiers
}

/// A word's cell.
fn cell(text: PlacedText) -> Slot {
    let place = text.place().unwrap_or(Place::of_box(1, Default::default()));
    Slot::Cell(TableCell::of(text, place))
}

/// The middle of a text on its page.
fn middle(text: &PlacedText) -> Option<Point> {
    Some(text.place()?.bbox()?.center())
}

/// Two tiers of one row: words above the lowest line of the row, alone over a run of columns and in
/// the middle of it, are lifted to a tier of their own.
fn lift_groups(row: &TableRow, above: &[TextBlock]) -> Option<Vec<TableRow>> {
    let texts: Vec<PlacedText> = (0..row.slots.len())
        .map(|col| row.cell(col).map(|cell| cell.text.clone()).unwrap_or_default())
        .collect();
    let height = |c: &PlacedChar| c.place.bbox().map(|b| (b.center().y, b.height()));
    let (mut lowest, mut size) = (f32::MIN, 0f32);
    for c in texts.iter().flat_map(PlacedText::chars) {
        let (y, h) = height(&c)?;
        lowest = lowest.max(y);
        size = size.max(h);
    }
    let is_low = |c: &PlacedChar| height(c).is_some_and(|(y, _)| lowest - y <= size * SAME_TIER);
    let low: Vec<PlacedText> =
        texts.iter().map(|text| text.chars().filter(is_low).collect()).collect();
    let high: Vec<PlacedText> =
        texts.iter().map(|text| text.chars().filter(|c| !is_low(c)).collect()).collect();
    let mut words: Vec<PlacedText> = above.iter().flat_map(|line| pieces(&line.text)).collect();
    // What stands over a word of the lowest tier in its own column may be a group's title too.
    let both = (0..texts.len()).filter(|&col| !low[col].is_empty() && !high[col].is_empty());
    words.extend(both.map(|col| high[col].clone()));

    let mut upper: Vec<Slot> = row.slots.clone();
    let mut lower: Vec<Slot> = vec![Slot::Above; row.slots.len()];
    let mut used = 0;
    let mut col = 1;
    while col < texts.len() {
        let run = (col..texts.len()).take_while(|&c| !low[c].is_empty()).count();
        let end = col + run;
        let center = |c: usize| middle(&low[c]).map(|p| p.x);
        if run >= 2
            && let (Some(first), Some(last)) = (center(col), center(end - 1))
        {
            let over: Vec<&PlacedText> = words
                .iter()
                .filter(|word| middle(word).is_some_and(|p| (first..=last).contains(&p.x)))
                .collect();
            let off = |word: &PlacedText| {
                middle(word).map_or(f32::MAX, |p| (p.x - (first + last) / 2.0).abs())
            };
            if let [word] = over.as_slice()
                && off(word) <= (last - first) * 0.25
            {
                upper[col] = cell((*word).clone());
                upper[col + 1..end].fill(Slot::Left);
                for c in col..end {
                    lower[c] = cell(low[c].clone());
                }
                used += 1;
            }
        }
        col = end.max(col + 1);
    }
    if used == 0 || used < words.len() {
        return None;
    }
    let (page, panel) = (row.page, row.panel);
    Some(vec![TableRow { slots: upper, page, panel }, TableRow { slots: lower, page, panel }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::Rect;
    use crate::segment::outline::{Frame, Layout, Role};

    #[test]
    fn a_header_typed_above_a_grid_has_a_word_over_each_column() {
        let fragment = Fragment {
            page: 1,
            bbox: Rect::new(0.0, 100.0, 240.0, 160.0),
            ruling: Ruling::Grid,
            panel: 0,
            panels: 1,
            row_edges: vec![100.0, 130.0, 160.0],
            col_edges: vec![0.0, 80.0, 160.0, 240.0],
            cells: Vec::new(),
            layout: Layout::Seen,
            frame: Frame::default(),
        };
        let line = |words: &[(&str, f32)], y: f32| {
            let mut text = PlacedText::new();
            for &(word, x) in words {
                let place = |x: f32| Place::of_box(1, Rect::new(x, y, x + 10.0, y + 10.0));
                if !text.is_empty() {
                    text.push(' ', place(x));
                }
                let places = (0..).map(|i| place(x + 10.0 * i as f32));
                word.chars().zip(places).for_each(|(ch, place)| text.push(ch, place));
            }
            let bbox = Rect::new(0.0, y, 240.0, y + 10.0);
            let (raw, role) = (text.as_str().to_owned(), Role::Prose);
            let (page, size, flows_on, layout) = (1, 10.0, false, Layout::Seen);
            TextBlock { role, text, raw, page, bbox, size, flows_on, layout }
        };
        let header = || line(&[("市县", 30.0), ("开工", 110.0), ("建成", 190.0)], 85.0);
        let above = |line: TextBlock, tiers: usize| lines_above(&[line], &fragment, tiers).len();
        assert_eq!(above(header(), 0), 1);
        // A grid with a header has no other; a word over two columns, or far above, is none.
        assert_eq!(above(header(), 1), 0);
        assert_eq!(above(line(&[("市县", 30.0), ("开工建成", 130.0)], 85.0), 0), 0);
        assert_eq!(above(line(&[("市县", 30.0), ("开工", 110.0), ("建成", 190.0)], 50.0), 0), 0);
    }
}
