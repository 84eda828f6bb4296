//! Lines of one page in, a `Page` out: every line has its row on the sheet, every character its
//! cells; tables are left to `table`. Deliberately absent: real fonts. The sizes only have to keep
//! the proportions that the later stages ask for: an em, a line's height, an empty line's gap.

use super::TextLine;
use super::delimited::{self, Delimited};
use super::embedded;
use super::stacked::{self, Stacked};
use super::table::{self, Block};
use super::widths::{self, Width};
use crate::carrier::page::{Ink, Layout, Page, Run, Turn};
use crate::carrier::width::cells_of;
use crate::error::Error;
use crate::geom::Rect;
use crate::options::Limits;
use crate::place::Spot;

/// Width of a cell: a half-width character, in points.
pub(super) const CELL: f32 = 6.0;
/// Height and size of the characters, in points: a full-width character is square.
pub(super) const SIZE: f32 = 2.0 * CELL;
/// From one line's top to the next one's, in points.
pub(super) const PITCH: f32 = 16.0;
/// Empty paper around the text, in points.
const MARGIN: f32 = 36.0;
/// So many lines that might have been a table of a cell a line, and were none, are not tried again.
const LIST: usize = 100;
/// Cells from one tab stop to the next in running text.
const TAB_CELLS: usize = 8;

/// Lays out one page.
///
/// # Errors
/// [`crate::error::ErrorKind::Limit`] for a table of too many cells.
pub(super) fn lay(limits: &Limits, number: u32, lines: &[TextLine]) -> Result<Page, Error> {
    let mut page = Page { number, layout: Layout::Typed, ..Page::default() };
    let drawn = widths::width(lines);
    let mut embedded = embedded::tables(lines).into_iter().peekable();
    // The line that is being laid out, and the row of the sheet that it has.
    let (mut at, mut row) = (0, 0);
    // Up to here no table of a cell a line begins.
    let (mut tried, mut tried_fields) = (0, 0);
    // Captions and notes are padded with marks where the lines beside them are, too.
    let padded = |at: usize| {
        let is_one = |at: usize| lines.get(at).is_some_and(|line| line.text.contains([',', ';']));
        is_one(at + 1) || at > 0 && is_one(at - 1)
    };
    while at < lines.len() {
        #[cfg(feature = "html")]
        if let Some(table) = embedded.next_if(|table| table.start <= at) {
            row += embedded::lay(limits, &mut page, row, &lines[table.clone()])?;
            at = table.end;
            continue;
        }
        if at >= tried {
            match stacked::stacked(&lines[at..]) {
                Stacked::Table(cells, count) => {
                    let rows: Vec<_> = cells.iter().map(|row| table::row_of_lines(row)).collect();
                    row += table::lay(limits, &mut page, row, &rows)?;
                    at += count;
                    continue;
                }
                // A long list that is no table at its first line is none at its second.
                Stacked::Not(seen) if seen > LIST => tried = at + seen,
                Stacked::Not(_) => {}
            }
        }
        let end = embedded.peek().map_or(lines.len(), |table| table.start);
        if at >= tried_fields {
            match delimited::delimited(&lines[at..end]) {
                Delimited::Table(rows, count) => {
                    row += table::lay(limits, &mut page, row, &rows)?;
                    at += count;
                    continue;
                }
                Delimited::Not(seen) => tried_fields = at + seen,
            }
        }
        let count = match table::block_from(&lines[at..end]) {
            Block::Table(rows) => {
                row += table::lay(limits, &mut page, row, &rows)?;
                at += rows.len();
                continue;
            }
            Block::Text(count) => {
                for (index, line) in lines.iter().skip(at).take(count).enumerate() {
                    let width = if widths::draws(line.text) { drawn } else { cells_of };
                    let caption = delimited::caption(line).filter(|_| padded(at + index));
                    let columns: Vec<u32> = caption
                        .map(|(text, behind)| {
                            let column = |at| line.column(behind + at);
                            (0..text.chars().count()).map(column).collect()
                        })
                        .unwrap_or_default();
                    let line = match caption {
                        Some((text, _)) => TextLine { text, columns: &columns, ..*line },
                        None => *line,
                    };
                    lay_line(&mut page, width, row + index, line);
                }
                count
            }
        };
        at += count;
        row += count;
    }
    let tables = page.tables.iter().filter_map(|table| table.col_edges.last().copied());
    let right = page.runs.iter().map(|r| r.bbox.x1).chain(tables);
    page.width = right.fold(MARGIN, f32::max) + MARGIN;
    page.height = top_of(row) + MARGIN;
    Ok(page)
}

/// y of the upper edge of the row of the page's line `index`, counted from 0.
pub(super) fn top_of(index: usize) -> f32 {
    MARGIN + index as f32 * PITCH
}

/// x of the left edge of cell `cell` of the sheet, counted from 0.
pub(super) fn left_of(cell: usize) -> f32 {
    MARGIN + cell as f32 * CELL
}

/// A run of this text on the page's line `index`, its first character at x `left` and at `spot`.
pub(super) fn run(text: &str, width: Width, index: usize, left: f32, spot: Spot) -> Run {
    let mut edges = vec![left];
    let mut cells = 0;
    for c in text.chars() {
        cells += width(c);
        edges.push(left + cells as f32 * CELL);
    }
    let top = top_of(index) + (PITCH - SIZE) / 2.0;
    Run {
        text: text.to_owned(),
        bbox: Rect::new(left, top, left + cells as f32 * CELL, top + SIZE),
        edges,
        size: SIZE,
        turn: Turn::Upright,
        ink: Ink::Seen { lightness: 0.0 },
        spot: Some(spot),
        joints: Vec::new(),
        sight: None,
    }
}

/// Running text, or a row of a table aligned by spaces: one run for what stands without a gap. A
/// gap is two cells wide or more; a single space belongs to the text.
fn lay_line(page: &mut Page, width: Width, index: usize, line: TextLine) {
    let spot = |column| Spot::Text { line: line.number, column };
    let mut cell = 0;
    // The piece that is being read: its text, first cell, first column and the column behind it.
    let mut piece: Option<(String, usize, u32, u32)> = None;
    let mut gap = String::new();
    let mut gap_cells = 0;
    for (at, c) in line.text.chars().enumerate() {
        let column = line.column(at);
        if c == '\t' || c == ' ' || c == '\u{A0}' || c == '\u{3000}' {
            let cells = match c {
                '\t' => (TAB_CELLS - cell % TAB_CELLS).max(2),
                c => width(c),
            };
            gap.push(c);
            gap_cells += cells;
            cell += cells;
            continue;
        }
        // A run leads back to the file by its first column alone, so it ends where marks are left out.
        match &mut piece {
            Some((text, .., end))
                if gap_cells < 2 && *end + gap.chars().count() as u32 == column =>
            {
                text.push_str(&gap);
            }
            _ => {
                if let Some((text, first, column, _)) = piece.take() {
                    page.runs.push(run(&text, width, index, left_of(first), spot(column)));
                }
                piece = Some((String::new(), cell, column, column));
            }
        }
        if let Some((text, .., end)) = &mut piece {
            text.push(c);
            *end = column + 1;
        }
        gap.clear();
        gap_cells = 0;
        cell += width(c);
    }
    if let Some((text, first, column, _)) = piece {
        page.runs.push(run(&text, width, index, left_of(first), spot(column)));
    }
}
