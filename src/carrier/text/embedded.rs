//! Tables of HTML inside a text in, cells out, as converters leave them in Markdown: read by the reader of HTML, and laid
//! out on the text's sheet. Places are where a cell's tag ends in the text.

use super::TextLine;
use std::ops::Range;

/// The lines that hold tables of HTML, each from the line its tag opens on to the one it closes on.
pub(super) fn tables(lines: &[TextLine]) -> Vec<Range<usize>> {
    let mut tables = Vec::new();
    if cfg!(not(feature = "html")) {
        return tables;
    }
    let (mut open, mut depth) = (0, 0);
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.text.contains('<')) {
        let line = line.text.to_ascii_lowercase();
        let (opened, closed) = (line.matches("<table").count(), line.matches("</table").count());
        if depth == 0 && opened > 0 {
            open = at;
        }
        let was_open = depth + opened > 0;
        depth = (depth + opened).saturating_sub(closed);
        if was_open && depth == 0 && closed > 0 {
            tables.push(open..at + 1);
        }
    }
    tables
}

#[cfg(feature = "html")]
pub(super) use of_html::lay;

#[cfg(feature = "html")]
mod of_html {
    use super::TextLine;
    use crate::carrier::flow::{self, Grid, GridCell};
    use crate::carrier::html::{self, Piece};
    use crate::carrier::page::{KnownCell, KnownTable, Page};
    use crate::carrier::text::sheet::{CELL, left_of, run, top_of};
    use crate::carrier::width::{cells_of, width_of};
    use crate::carrier::within;
    use crate::error::Error;
    use crate::options::Limits;
    use crate::place::Spot;
    use std::collections::BTreeMap;

    /// Cells of empty paper at each side of a column.
    const PADDING: usize = 1;

    /// Lays the lines out from the sheet's row `index` on; how many rows they take.
    ///
    /// # Errors
    /// [`crate::error::ErrorKind::Limit`] for what is nested too deep, or for too many elements or cells.
    pub fn lay(
        limits: &Limits,
        page: &mut Page,
        index: usize,
        lines: &[TextLine],
    ) -> Result<usize, Error> {
        let text: Vec<&str> = lines.iter().map(|line| line.text).collect();
        let pieces = html::pieces(limits, &text.join("\n"))?;
        let cells = pieces.iter().map(|piece| match piece {
            Piece::Table(grid) => grid.cells.len(),
            Piece::Line(_) => 0,
        });
        let first = lines.first().map_or(1, |line| line.number);
        let first = Spot::Text { line: first, column: 1 };
        // Cells that are not shown have tags too: which is whose can't be told then.
        let tags = tags(lines);
        let mut tags =
            if cells.sum::<usize>() == tags.len() { tags } else { Vec::new() }.into_iter();
        let mut row = index;
        for piece in pieces {
            match piece {
                Piece::Line(line) => {
                    page.runs.push(run(&line, cells_of, row, left_of(0), first));
                    row += 1;
                }
                Piece::Table(grid) => {
                    let of_cell = |cell: &GridCell| ((cell.row, cell.col), tags.next());
                    let spots: BTreeMap<_, _> = grid.cells.iter().map(of_cell).collect();
                    let spot =
                        |row, col| spots.get(&(row, col)).copied().flatten().unwrap_or(first);
                    row = table(limits, page, row, grid, spot)?;
                }
            }
        }
        Ok(row - index)
    }

    /// Lays a table out from a row of the sheet on; the row behind it.
    fn table(
        limits: &Limits,
        page: &mut Page,
        first: usize,
        grid: Grid,
        spot: impl Fn(usize, usize) -> Spot,
    ) -> Result<usize, Error> {
        let (rows, cols) = (grid.row_numbers.len(), grid.col_numbers.len());
        let places = (rows as u64).saturating_mul(cols as u64);
        within("max-table-cells", places, limits.table_cells.into())?;
        if places == 0 {
            return Ok(first);
        }
        let covering = flow::covering(rows, cols, grid.cells);
        let (mut heights, mut widths) = (vec![1; rows], vec![2; cols]);
        for cell in &covering {
            let widest = cell.lines.iter().map(|line| width_of(&line.text)).max().unwrap_or(0);
            if cell.colspan == 1 {
                widths[cell.col] = widths[cell.col].max(widest);
            }
            if cell.rowspan == 1 {
                heights[cell.row] = heights[cell.row].max(cell.lines.len());
            }
        }
        let edges = |sizes: &[usize], first: usize| -> Vec<usize> {
            let mut edges = vec![first];
            edges.extend(sizes.iter().scan(first, |edge, size| {
                *edge += size;
                Some(*edge)
            }));
            edges
        };
        widths.iter_mut().for_each(|width| *width += 2 * PADDING);
        let (tops, lefts) = (edges(&heights, first), edges(&widths, 0));
        let mut cells = Vec::with_capacity(covering.len());
        for cell in covering {
            let spot = spot(cell.row, cell.col);
            let begin = page.runs.len();
            let left = left_of(lefts[cell.col]) + PADDING as f32 * CELL;
            for (line, at) in cell.lines.iter().zip(tops[cell.row]..) {
                page.runs.push(run(&with_marks(line), cells_of, at, left, spot));
            }
            let GridCell { row, col, rowspan, colspan, .. } = cell;
            let runs = begin..page.runs.len();
            cells.push(KnownCell { row, col, rowspan, colspan, runs, spot });
        }
        let behind = tops[rows];
        let row_edges = tops.into_iter().map(top_of).collect();
        let col_edges = lefts.into_iter().map(left_of).collect();
        page.tables.push(KnownTable { row_edges, col_edges, cells });
        Ok(behind)
    }

    /// The text of a line with the marks raised behind its characters where they stand.
    fn with_marks(line: &flow::TextLine) -> String {
        let mut marks = line.marks.iter().peekable();
        let mut text = String::with_capacity(line.text.len());
        for (c, at) in line.text.chars().zip(0..) {
            while let Some((_, mark)) = marks.next_if(|mark| mark.0 <= at) {
                text.push_str(mark);
            }
            text.push(c);
        }
        marks.for_each(|(_, mark)| text.push_str(mark));
        text
    }

    /// Where the tags of cells end, in the order of the text.
    fn tags(lines: &[TextLine]) -> Vec<Spot> {
        let mut tags = Vec::new();
        for line in lines {
            let chars: Vec<char> = line.text.chars().map(|c| c.to_ascii_lowercase()).collect();
            let mut in_tag = false;
            for at in 0..chars.len() {
                let of_cell = chars[at..].starts_with(&['<', 't', 'd'])
                    || chars[at..].starts_with(&['<', 't', 'h']);
                in_tag |= of_cell && !chars.get(at + 3).is_some_and(|c| c.is_alphanumeric());
                if in_tag && chars[at] == '>' {
                    tags.push(Spot::Text { line: line.number, column: at as u32 + 2 });
                    in_tag = false;
                }
            }
        }
        tags
    }
}
