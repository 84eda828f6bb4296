//! The tables of any PDF, also one that is no notice, as printed: one entry a table and page, header
//! rows included, nothing joined over pages.

use crate::emit::{json, record};
use crate::geom::Rect;
use crate::place::Place;
use crate::segment::outline::{Block, Fragment, GridCell, Outline};
use crate::sight::sight_of;
use serde::Serialize;
use std::io::{self, Write};

/// How far apart, in points, the row edges of two panels may be and still be one row's.
const SAME_EDGE: f32 = 2.0;

/// A table on one page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableRecord<'a> {
    /// Counted from 1.
    pub page: u32,
    /// `[x0, y0, x1, y1]` in points from the top left.
    pub bbox: [f64; 4],
    /// By row, then column; a place that a span covers has no cell of its own.
    pub cells: Vec<TableCellRecord<'a>>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableCellRecord<'a> {
    /// From 0.
    pub row: usize,
    /// From 0.
    pub col: usize,
    /// Rows covered, at least 1.
    pub rowspan: usize,
    /// Columns covered, at least 1.
    pub colspan: usize,
    /// As printed.
    pub text: &'a str,
    /// `[x0, y0, x1, y1]` in points from the top left.
    pub bbox: [f64; 4],
    /// How sure recognition was, 0 to 1, for a cell read from a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// Why to doubt it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub doubt: Vec<String>,
}

/// The tables of an outline, in reading order.
pub fn tables(outline: &Outline) -> Vec<TableRecord<'_>> {
    let blocks = outline.annexes.iter().flat_map(|annex| &annex.blocks);
    let fragments: Vec<&Fragment> = outline
        .front
        .iter()
        .chain(blocks)
        .filter_map(|block| match block {
            Block::Table(fragment) => Some(fragment),
            _ => None,
        })
        .collect();
    fragments.chunk_by(|a, b| are_side_by_side(a, b)).map(|panels| table(panels, outline)).collect()
}

/// The tables as `{"tables": […]}`, a table a line.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, outline: &Outline) -> io::Result<()> {
    out.write_all(b"{\"tables\": [")?;
    for (i, table) in tables(outline).iter().enumerate() {
        out.write_all(if i == 0 { b"\n" } else { b",\n" })?;
        json::write_compact(out, table)?;
    }
    out.write_all(b"\n]}\n")
}

/// Whether `b` is the next panel of the table that `a` is a panel of: printed, they are one table.
fn are_side_by_side(a: &Fragment, b: &Fragment) -> bool {
    let same_rows = a.row_edges.iter().zip(&b.row_edges).all(|(a, b)| (a - b).abs() <= SAME_EDGE);
    a.page == b.page && a.panels == b.panels && a.panel.checked_add(1) == Some(b.panel) && same_rows
}

/// One table of its panels, left to right.
fn table<'a>(panels: &[&'a Fragment], outline: &'a Outline) -> TableRecord<'a> {
    let mut cells = Vec::new();
    let mut place: Option<Place> = None;
    let mut first_col = 0;
    for panel in panels {
        let shown = on_sheet(outline, panel, &panel.bbox);
        place = Some(place.map_or(shown, |place| place.union(&shown)));
        cells.extend(panel.cells.iter().map(|cell| cell_record(panel, cell, first_col, outline)));
        first_col += panel.cols();
    }
    cells.sort_by_key(|cell| (cell.row, cell.col));
    TableRecord {
        page: place.map_or(1, |place| place.page),
        bbox: record::bbox(&place.and_then(|place| place.bbox()).unwrap_or_default()),
        cells,
    }
}

/// Where a box of a panel stands on its sheet.
fn on_sheet(outline: &Outline, panel: &Fragment, bbox: &Rect) -> Place {
    let mut place = panel.place_of(bbox);
    outline.sheets.back(&mut place);
    place
}

fn cell_record<'a>(
    panel: &Fragment,
    cell: &'a GridCell,
    first_col: usize,
    outline: &'a Outline,
) -> TableCellRecord<'a> {
    let sight = match outline.seen.as_slice() {
        [] => None,
        seen => sight_of(seen, panel.page, &panel.frame.back(&cell.bbox)),
    };
    TableCellRecord {
        row: cell.row,
        col: first_col + cell.col,
        rowspan: cell.rowspan,
        colspan: cell.colspan,
        text: &cell.raw,
        bbox: record::bbox(&on_sheet(outline, panel, &cell.bbox).bbox().unwrap_or_default()),
        confidence: sight.as_ref().map(|sight| f64::from(sight.confidence) / 1000.0),
        doubt: sight.as_ref().map(record::doubts).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::PlacedText;
    use crate::segment::outline::{Frame, Layout, Ruling};

    fn panel(panel: u16, x: f32, texts: [&str; 2]) -> Fragment {
        let cell = |col: usize| GridCell {
            row: 0,
            col,
            rowspan: 1,
            colspan: 1,
            raw: texts[col].to_owned(),
            marks: Vec::new(),
            text: PlacedText::new(),
            bbox: Rect::new(x + 10.0 * col as f32, 0.0, x + 10.0 + 10.0 * col as f32, 5.0),
            place: None,
        };
        Fragment {
            page: 3,
            bbox: Rect::new(x, 0.0, x + 20.0, 5.0),
            ruling: Ruling::Grid,
            panel,
            panels: 2,
            row_edges: vec![0.0, 5.0],
            col_edges: vec![x, x + 10.0, x + 20.0],
            cells: vec![cell(0), cell(1)],
            layout: Layout::Seen,
            frame: Frame::default(),
        }
    }

    #[test]
    fn panels_side_by_side_are_printed_as_one_table() {
        let outline = Outline {
            front: vec![
                Block::Table(panel(0, 0.0, ["南昌市", "1"])),
                Block::Table(panel(1, 20.0, ["九江市", "2"])),
                Block::Table(panel(0, 0.0, ["赣州市", "3"])),
            ],
            ..Outline::default()
        };
        let tables = tables(&outline);
        assert_eq!(tables.len(), 2);
        assert_eq!(tables[0].bbox, [0.0, 0.0, 40.0, 5.0]);
        let cells: Vec<_> = tables[0].cells.iter().map(|c| (c.row, c.col, c.text)).collect();
        assert_eq!(cells, [(0, 0, "南昌市"), (0, 1, "1"), (0, 2, "九江市"), (0, 3, "2")]);
    }
}
