//! Lines of one page in, a `Page` out: every line has its row on the sheet, every character its
//! cells; tables are left to `table`. Deliberately absent: real fonts. The sizes only have to keep
//! the proportions that the later stages ask for: an em, a line's height, an empty line's gap.

use super::TextLine;
use super::markdown;
use super::table::{self, Block};
use crate::carrier::page::{Ink, Layout, Page, Run, Turn};
use crate::carrier::width::cells_of;
use crate::error::Error;
use crate::geom::Rect;
use crate::options::Limits;
use crate::place::Spot;
use std::ops::Range;

/// Width of a cell: a half-width character, in points.
pub(super) const CELL: f32 = 6.0;
/// Height and size of the characters, in points: a full-width character is square.
pub(super) const SIZE: f32 = 2.0 * CELL;
/// From one line's top to the next one's, in points.
pub(super) const PITCH: f32 = 16.0;
/// Empty paper around the text, in points.
const MARGIN: f32 = 36.0;
/// Cells from one tab stop to the next in running text.
const TAB_CELLS: usize = 8;

/// Lays out one page.
///
/// # Errors
/// [`crate::error::ErrorKind::Limit`] for a table of too many cells.
pub(super) fn lay(limits: &Limits, number: u32, lines: &[TextLine]) -> Result<Page, Error> {
    let mut page = Page { number, layout: Layout::Typed, ..Page::default() };
    let is_markdown = markdown::is_markdown(lines);
    // The line that is read, and the row of the page that it is laid out in.
    let (mut at, mut row) = (0, 0);
    while at < lines.len() {
        if let Some(told) = markdown::table_from(&lines[at..], limits)? {
            let (taken, rows) = (told.lines, told.rows);
            markdown::lay(&mut page, row, told);
            (at, row) = (at + taken, row + rows);
            continue;
        }
        match table::block_from(&lines[at..]) {
            Block::Table(rows) => {
                table::lay(limits, &mut page, row, &rows)?;
                (at, row) = (at + rows.len(), row + rows.len());
            }
            Block::Text(count) => {
                for line in lines.iter().skip(at).take(count) {
                    let marks = if is_markdown { markdown::marks(line.text) } else { Vec::new() };
                    lay_line(&mut page, row, *line, &marks);
                    row += 1;
                }
                at += count;
            }
        }
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
pub(super) fn run(text: &str, index: usize, left: f32, spot: Spot) -> Run {
    let mut edges = vec![left];
    let mut cells = 0;
    for c in text.chars() {
        cells += cells_of(c);
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
/// Characters of `marks` are passed over.
fn lay_line(page: &mut Page, index: usize, line: TextLine, marks: &[Range<usize>]) {
    let spot = |column| Spot::Text { line: line.number, column };
    let mut cell = 0;
    // The piece that is being read: its text, first cell and first column.
    let mut piece: Option<(String, usize, u32)> = None;
    let mut gap = String::new();
    let mut gap_cells = 0;
    for (c, column) in line.text.chars().zip(1u32..) {
        if marks.iter().any(|mark| mark.contains(&(column as usize - 1))) {
            if let Some((text, first, column)) = piece.take() {
                page.runs.push(run(&text, index, left_of(first), spot(column)));
            }
            continue;
        }
        if c == '\t' || c == ' ' || c == '\u{A0}' || c == '\u{3000}' {
            let width = match c {
                '\t' => (TAB_CELLS - cell % TAB_CELLS).max(2),
                _ => cells_of(c),
            };
            gap.push(c);
            gap_cells += width;
            cell += width;
            continue;
        }
        match &mut piece {
            Some((text, ..)) if gap_cells < 2 => text.push_str(&gap),
            _ => {
                if let Some((text, first, column)) = piece.take() {
                    page.runs.push(run(&text, index, left_of(first), spot(column)));
                }
                piece = Some((String::new(), cell, column));
            }
        }
        if let Some((text, ..)) = &mut piece {
            text.push(c);
        }
        gap.clear();
        gap_cells = 0;
        cell += cells_of(c);
    }
    if let Some((text, first, column)) = piece {
        page.runs.push(run(&text, index, left_of(first), spot(column)));
    }
}
