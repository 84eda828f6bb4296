//! Tables whose cells the document tells in, fragments out: the one witness that has nothing to find.

use crate::geom::Rect;
use crate::normalize::lines::{CellNumber, LinedPage, ToldTable};
use crate::place::PlacedText;
use crate::segment::outline::{Fragment, GridCell, Ruling};
use crate::segment::tables::is_drawing;
use crate::segment::tables::solve::Grid;
use crate::segment::tables::strips::Token;

/// What the document tells of a page's tables.
pub(super) struct Told {
    /// The tables, in the order of the document.
    pub fragments: Vec<Fragment>,
    /// For each told table of the page, whether a fragment holds it.
    held: Vec<bool>,
}

impl Told {
    /// Whether a fragment holds what stands in this cell.
    pub fn holds(&self, cell: CellNumber) -> bool {
        self.held.get(cell.table as usize).copied().unwrap_or_default()
    }
}

/// The tables that the document tells of; one that merely sets text side by side is none.
pub(super) fn tables(page: &LinedPage) -> Told {
    let mut told = Told { fragments: Vec::new(), held: Vec::new() };
    let mut texts: Vec<Vec<Vec<Token>>> =
        page.tables.iter().map(|table| vec![Vec::new(); table.cells.len()]).collect();
    for (index, line) in page.lines.iter().enumerate() {
        for piece in &line.pieces {
            let cell = piece
                .cell
                .and_then(|at| texts.get_mut(at.table as usize)?.get_mut(at.cell as usize));
            if let Some(cell) = cell {
                cell.push(Token { line: index, piece: piece.clone(), frame: page.frame });
            }
        }
    }
    for (table, texts) in page.tables.iter().zip(texts) {
        let grid = grid(table, texts).filter(|grid| grid.cols() > 1 && !is_drawing(grid));
        told.held.push(grid.is_some());
        told.fragments.extend(grid.map(|grid| grid.fill(page.number, Ruling::Grid)));
    }
    told
}

/// The grid of a told table; `None` for one without rows or columns.
fn grid(table: &ToldTable, held: Vec<Vec<Token>>) -> Option<Grid> {
    let (xs, ys) = (table.col_edges.clone(), table.row_edges.clone());
    if xs.len() < 2 || ys.len() < 2 {
        return None;
    }
    let cells = table.cells.iter().map(|cell| {
        let (right, low) = (cell.col + cell.colspan, cell.row + cell.rowspan);
        let bbox =
            Rect::new(*xs.get(cell.col)?, *ys.get(cell.row)?, *xs.get(right)?, *ys.get(low)?);
        Some(GridCell {
            row: cell.row,
            col: cell.col,
            rowspan: cell.rowspan,
            colspan: cell.colspan,
            raw: String::new(),
            text: PlacedText::new(),
            marks: Vec::new(),
            bbox,
            place: Some(cell.place),
        })
    });
    let cells: Vec<GridCell> = cells.collect::<Option<_>>()?;
    Some(Grid { xs, ys, cells, held, rooms: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sink;
    use crate::normalize::lines::{Layout, Line, Piece, ToldCell};
    use crate::options::Options;
    use crate::place::{Place, PlacedText, Spot};
    use crate::segment::{art, tables};

    /// A page of one told table: a row a line, `|` between cells, `<` and `^` where one to the left or
    /// above goes on, `/` between the lines of a cell.
    fn page(drawn: &str) -> LinedPage {
        let rows: Vec<Vec<&str>> =
            drawn.lines().map(|line| line.split('|').map(str::trim).collect()).collect();
        let cols = rows[0].len();
        let edges = |count: usize| (0..=count).map(|at| at as f32 * 30.0).collect();
        let mut table =
            ToldTable { row_edges: edges(rows.len()), col_edges: edges(cols), cells: Vec::new() };
        let mut lines = Vec::new();
        for (row, words) in rows.iter().enumerate() {
            let mut line = Line::default();
            for (col, word) in
                words.iter().enumerate().filter(|(_, word)| !["<", "^"].contains(word))
            {
                let colspan = 1 + words[col + 1..].iter().take_while(|word| **word == "<").count();
                let rowspan =
                    1 + rows[row + 1..].iter().take_while(|words| words[col] == "^").count();
                let (table_row, table_col) = (row as u32 + 1, col as u32 + 1);
                let spot = Spot::Cell { table: 1, row: table_row, col: table_col, character: 1 };
                let place = Place { page: 1, spot };
                let number = CellNumber { table: 0, cell: table.cells.len() as u32 };
                table.cells.push(ToldCell { row, col, rowspan, colspan, place });
                for word in word.split('/').filter(|word| !word.is_empty()) {
                    let mut text = PlacedText::new();
                    word.chars().for_each(|c| text.push(c, place));
                    let raw = word.to_owned();
                    line.pieces.push(Piece { raw, text, cell: Some(number), ..Piece::default() });
                }
            }
            lines.push(line);
        }
        LinedPage {
            number: 1,
            lines,
            tables: vec![table],
            layout: Layout::Flow,
            ..Default::default()
        }
    }

    fn shown(drawn: &str) -> String {
        let found = tables::fragments(&mut Sink::new(), &Options::default(), &page(drawn));
        art::show(&found)
    }

    #[test]
    fn two_lines_in_cells_are_no_two_rows() {
        let said = shown(
            "城市 | 任务 | <\n^ | 户数 | 面积\n南昌市/（本级） | 0.05/(567) | 890/(123)\n九江市 | | 2\n | |",
        );
        assert_eq!(
            said,
            "grid\n| 城市 | 任务 | < |\n| ^ | 户数 | 面积 |\n| 南昌市（本级） | 0.05 (567) | 890 (123) |\n| 九江市 |  | 2 |\n"
        );
    }

    #[test]
    fn a_folded_table_that_is_told_is_unfolded() {
        let said = shown("县 | 套数 | 县 | 套数\n甲县 | 1 | 丙县 | 3\n乙县 | 2 | 丁县 | 4");
        assert!(said.starts_with("grid 1 of 2\n| 县 | 套数 |\n| 甲县 | 1 |"), "{said}");
        assert!(said.contains("grid 2 of 2\n| 县 | 套数 |\n| 丙县 | 3 |"), "{said}");
    }

    #[test]
    fn a_blank_cell_has_a_place_of_its_own() {
        let found = super::tables(&page("县 | 套数\n甲县 | \n乙县 | 2"));
        let blank = &found.fragments[0].cells[3];
        let spot = Spot::Cell { table: 1, row: 2, col: 2, character: 1 };
        assert_eq!(blank.place, Some(Place { page: 1, spot }));
    }

    #[test]
    fn a_box_around_text_is_no_table() {
        assert_eq!(
            shown("江西省住房和城乡建设厅/江西省发展和改革委员会"),
            "rest 江西省住房和城乡建设厅 江西省发展和改革委员会\n"
        );
    }
}
