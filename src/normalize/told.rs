//! Tables whose cells the document tells in, a line a row out: what stands in one cell stays together,
//! whatever its neighbours' lines are, and each piece bears the number of its cell.

use super::assemble::{Placed, RawLine, RawPiece};
use super::raised;
use super::turn::Frame;
use crate::carrier::page::{KnownCell, KnownTable, Page, Run};
use crate::geom::Rect;
use crate::normalize::lines::{CellNumber, ToldCell, ToldTable};
use crate::place::{Place, PlacedChar, PlacedText};

/// There is room for so many pieces in a line before it has them.
const WIDE: usize = 16;

/// Whether each run of the page stands in a cell that the document tells of.
pub(super) fn in_cells(page: &Page) -> Vec<bool> {
    let mut in_cells = vec![false; page.runs.len()];
    for cell in page.tables.iter().flat_map(|table| &table.cells) {
        if let Some(runs) = in_cells.get_mut(cell.runs.clone()) {
            runs.fill(true);
        }
    }
    in_cells
}

/// The page's tables, and their rows as lines.
pub(super) fn rows(page: &Page) -> (Vec<ToldTable>, Vec<RawLine>) {
    let mut lines = Vec::new();
    let told = page.tables.iter().zip(0..).map(|(table, number)| {
        lines.extend(lines_of(page, table, number));
        let cell = |cell: &KnownCell| ToldCell {
            row: cell.row,
            col: cell.col,
            rowspan: cell.rowspan,
            colspan: cell.colspan,
            place: Place { page: page.number, spot: cell.spot },
        };
        ToldTable {
            row_edges: table.row_edges.clone(),
            col_edges: table.col_edges.clone(),
            cells: table.cells.iter().map(cell).collect(),
        }
    });
    (told.collect(), lines)
}

/// One line for each row in which text begins.
fn lines_of(page: &Page, table: &KnownTable, number: u32) -> Vec<RawLine> {
    let mut lines: Vec<RawLine> = Vec::new();
    let mut row = None;
    // Most rows fill their columns; of a wide sheet they need not.
    let columns = table.col_edges.len().clamp(1, WIDE);
    for (cell, index) in table.cells.iter().zip(0..) {
        let of_cell = CellNumber { table: number, cell: index };
        let mut add = |placed: &Placed| {
            let Some(piece) = piece_of(page.number, placed, of_cell) else { return };
            match lines.last_mut() {
                Some(line) if row == Some(cell.row) => {
                    line.bbox = line.bbox.union(&piece.bbox);
                    line.pieces.push(piece);
                }
                _ => {
                    row = Some(cell.row);
                    let bbox = piece.bbox;
                    let mut pieces = Vec::with_capacity(columns);
                    pieces.push(piece);
                    lines.push(RawLine { bbox, pieces });
                }
            }
        };
        match page.runs.get(cell.runs.clone()).unwrap_or_default() {
            // Most cells hold one line, and no mark can stand behind it.
            [run] => add(&Placed {
                run,
                order: cell.runs.start,
                mark: None,
                ends: cell.runs.start,
                lowered: None,
            }),
            runs => {
                let runs: Vec<(usize, &Run)> = (cell.runs.start..).zip(runs).collect();
                raised::apart(&Frame::default(), &runs).iter().for_each(add);
            }
        }
    }
    lines
}

/// The run without white space at its ends; `None` where nothing is left of it.
fn piece_of(page: u32, placed: &Placed, cell: CellNumber) -> Option<RawPiece> {
    let run = placed.run;
    let lead = run.text.chars().take_while(|c| c.is_whitespace()).count();
    let text = run.text.trim();
    let length = text.chars().count();
    let edge = |index: usize| run.edges.get(index).copied();
    let start = edge(lead).unwrap_or(run.bbox.x0);
    let end = edge(lead + length).unwrap_or(run.bbox.x1);
    let text = match run.spot {
        Some(_) => PlacedText::onward(text.to_owned(), run.place_of(page, lead)),
        None => {
            let place = |index| run.place_of(page, index);
            let chars = text.chars().zip(lead..);
            chars.map(|(ch, index)| PlacedChar { ch, place: place(index) }).collect()
        }
    };
    let mut piece = RawPiece {
        text,
        bbox: Rect::new(start, run.bbox.y0, end, run.bbox.y1),
        size: run.size,
        order: placed.order as u32,
        joints: Vec::new(),
        marks: Vec::new(),
        cell: Some(cell),
    };
    if let Some(mark) = placed.mark {
        piece.raise(mark, page, end);
    }
    (length > 0).then_some(piece)
}

#[cfg(test)]
mod tests {
    use super::rows;
    use crate::carrier::page::{Ink, KnownCell, KnownTable, Page, Run, Turn};
    use crate::geom::Rect;
    use crate::place::Spot;

    /// A cell of two lines beside one of one line, whose baselines are others.
    #[test]
    fn what_stands_in_a_cell_stays_together() {
        let run = |text: &str, y: f32| Run {
            text: text.to_owned(),
            bbox: Rect::new(0.0, y, 40.0, y + 10.0),
            edges: (0..=text.chars().count()).map(|edge| edge as f32 * 10.0).collect(),
            size: 10.0,
            turn: Turn::Upright,
            ink: Ink::Seen { lightness: 0.0 },
            spot: Some(Spot::Cell { table: 1, row: 1, col: 1, character: 1 }),
            joints: Vec::new(),
            sight: None,
        };
        let cell = |col: usize, runs| {
            let spot = Spot::Cell { table: 1, row: 1, col: col as u32 + 1, character: 1 };
            KnownCell { row: 0, col, rowspan: 1, colspan: 1, runs, spot }
        };
        let table = KnownTable {
            row_edges: vec![0.0, 30.0],
            col_edges: vec![0.0, 40.0, 80.0],
            cells: vec![cell(0, 0..2), cell(1, 2..3)],
        };
        let runs = vec![run("　南昌", 0.0), run("市", 12.0), run("12", 6.0)];
        let (_, lines) = rows(&Page { number: 1, runs, tables: vec![table], ..Page::default() });
        let [line] = lines.as_slice() else { panic!("one row is one line: {lines:?}") };
        let said = line
            .pieces
            .iter()
            .map(|piece| (piece.text.as_str().to_owned(), piece.cell.map(|cell| cell.cell)));
        let said: Vec<_> = said.collect();
        let own = |text: &str, cell| (text.to_owned(), Some(cell));
        assert_eq!(said, [own("南昌", 0), own("市", 0), own("12", 1)]);
        let first = line.pieces[0].text.place().map(|place| place.spot);
        assert_eq!(first, Some(Spot::Cell { table: 1, row: 1, col: 1, character: 2 }));
        assert_eq!(line.pieces[0].bbox.x0, 10.0);
    }
}
