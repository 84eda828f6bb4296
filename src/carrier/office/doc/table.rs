//! Rows of a table in, its grid out: cells stand between edges, and columns between all edges that any row has.

use super::properties::Paragraph;
use crate::carrier::flow::{Grid, GridCell, TextLine};
use crate::source::ole::u16_at;

/// Edges nearer than this are one, in twentieths of a point.
const SAME_EDGE: i32 = 40;
/// A row has so many cells at most.
const MOST_CELLS: usize = 63;

/// A row while it is read.
#[derive(Default)]
pub(super) struct Row {
    pub cells: Vec<Vec<TextLine>>,
    edges: Vec<i32>,
    merges: Vec<Merge>,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Merge {
    /// Whether it belongs to the cell to its left.
    left: bool,
    /// Whether it belongs to the cell above.
    up: bool,
    /// Whether cells below may belong to it.
    down: bool,
}

impl Row {
    /// What the paragraph that ends the row says of its cells (MS-DOC 2.9.315).
    pub fn ended_by(&mut self, end: &Paragraph) {
        let count = end.row.first().map_or(0, |&n| usize::from(n)).min(MOST_CELLS);
        let edge = |i: usize| u16_at(&end.row, 1 + 2 * i).map(|x| i32::from(x as i16));
        self.edges = (0..=count).filter_map(edge).collect();
        let cells = 1 + 2 * (count + 1);
        let merge = |i: usize| {
            let flags = u16_at(&end.row, cells + 20 * i).unwrap_or(0);
            let vertical = flags >> 5 & 3;
            Merge { left: flags & 3 == 1, up: vertical == 1, down: vertical >= 2 }
        };
        self.merges = (0..count).map(merge).collect();
        for (code, to) in &end.merges {
            let (Some(&first), Some(&second)) = (to.first(), to.get(1)) else { continue };
            let cells = usize::from(first)..usize::from(second);
            match code {
                0x5624 => {
                    for merge in self.merges.iter_mut().take(cells.end).skip(cells.start + 1) {
                        merge.left = true;
                    }
                }
                0x5625 => {
                    for merge in self.merges.iter_mut().take(cells.end).skip(cells.start) {
                        merge.left = false;
                    }
                }
                _ => {
                    if let Some(merge) = self.merges.get_mut(cells.start) {
                        (merge.up, merge.down) = (second == 1, second >= 2);
                    }
                }
            }
        }
        // Without edges, or with too few, cells stand side by side.
        if self.edges.len() != self.cells.len() + 1 || self.edges.windows(2).any(|e| e[0] > e[1]) {
            self.edges = (0..=self.cells.len() as i32).map(|i| i * 1000).collect();
        }
        self.merges.resize(self.cells.len(), Merge::default());
    }
}

/// What became of a table's rows.
pub(super) enum Made {
    Grid(Grid),
    /// It sets text side by side or frames it, and is no table.
    Lines(Vec<TextLine>),
}

/// Makes a grid of rows; what stands in cells that others cover is given to `gone`.
pub(super) fn made(number: u32, rows: Vec<Row>, gone: &mut dyn FnMut(u32, &[TextLine])) -> Made {
    let mut edges: Vec<i32> = rows.iter().flat_map(|row| row.edges.iter().copied()).collect();
    edges.sort_unstable();
    edges.dedup_by(|next, kept| *next - *kept < SAME_EDGE);
    let column = |x: i32| {
        let behind = edges.partition_point(|edge| *edge <= x);
        let near = |i: usize| edges.get(i).is_some_and(|edge| (edge - x).abs() < SAME_EDGE);
        if behind > 0 && near(behind - 1) { behind - 1 } else { behind.min(edges.len() - 1) }
    };
    let mut grid = Grid { table: number, ..Grid::default() };
    grid.row_numbers = (1..=rows.len() as u32).collect();
    for (index, row) in rows.into_iter().enumerate() {
        for (i, lines) in row.cells.into_iter().enumerate() {
            let (col, end) = (column(row.edges[i]), column(row.edges[i + 1]));
            let (colspan, merge) = (end.saturating_sub(col), row.merges[i]);
            let left = grid.cells.last_mut().filter(|c| c.row == index && merge.left);
            if let Some(left) = left {
                left.colspan = end.saturating_sub(left.col).max(left.colspan);
                gone(index as u32 + 1, &lines);
                continue;
            }
            let above = grid.cells.iter_mut().rev().find(|cell| {
                cell.row + cell.rowspan == index && cell.col == col && cell.colspan == colspan
            });
            if let (true, Some(above)) = (merge.up, above) {
                above.rowspan += 1;
                gone(index as u32 + 1, &lines);
                continue;
            }
            if colspan > 0 || !lines.is_empty() {
                let colspan = colspan.max(1);
                grid.cells.push(GridCell { row: index, col, rowspan: 1, colspan, lines });
            }
        }
    }
    let cols = edges.len().saturating_sub(1);
    grid.col_numbers = (1..=cols as u32).collect();
    grid.widths = edges.windows(2).map(|pair| (pair[1] - pair[0]) as f32).collect();
    if grid.cells.len() < 2 || cols < 2 {
        return Made::Lines(grid.cells.into_iter().flat_map(|cell| cell.lines).collect());
    }
    Made::Grid(grid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(texts: &[&str], edges: &[i16], flags: &[u16]) -> Row {
        let line = |text: &&str| vec![TextLine { text: (*text).to_owned(), ..TextLine::default() }];
        let mut row = Row { cells: texts.iter().map(line).collect(), ..Row::default() };
        let mut definition = vec![texts.len() as u8];
        definition.extend(edges.iter().flat_map(|x| x.to_le_bytes()));
        for flags in flags {
            definition.extend(flags.to_le_bytes());
            definition.extend([0; 18]);
        }
        row.ended_by(&Paragraph { row: definition, ..Paragraph::default() });
        row
    }

    #[test]
    fn spans_are_told_by_edges_and_flags() {
        let rows = vec![
            row(&["市县", "任务"], &[0, 1000, 3000], &[3 << 5, 0]),
            row(&["", "户数", "面积"], &[0, 1010, 2000, 3000], &[1 << 5, 0, 0]),
        ];
        let Made::Grid(grid) = made(1, rows, &mut |_, _| ()) else { panic!("a table") };
        let cells: Vec<_> =
            grid.cells.iter().map(|c| (c.row, c.col, c.rowspan, c.colspan)).collect();
        assert_eq!(cells, [(0, 0, 2, 1), (0, 1, 1, 2), (1, 1, 1, 1), (1, 2, 1, 1)]);
    }
}
