//! A fragment in, its panels out: a long narrow table is often printed two or three times side by
//! side to save paper, as in a newspaper. The header tells: it is the same in each panel. Where a
//! continued page has none, columns of the same widths and kinds tell.

use crate::geom::{Axis, Rect};
use crate::segment::figures::is_figure;
use crate::segment::outline::{Fragment, GridCell};
use std::ops::Range;

/// No table is printed more often than this side by side.
const MAX_PANELS: usize = 6;
/// Widths of columns in panels without a header differ by no more than this share.
const SAME_WIDTH: f32 = 0.06;
/// Rows needed to tell panels without a header.
const MIN_ROWS: usize = 4;
/// Tables of one header side by side share at least this much of their height.
const BESIDE: f32 = 0.5;

/// The panels of the fragment, left to right; the fragment itself where it has but one.
pub(super) fn unfold(fragment: Fragment) -> Vec<Fragment> {
    let grid = Grid::of(&fragment);
    let Some(panels) = grid.panels() else { return vec![fragment] };
    let count = panels.len() as u16;
    let mut parts: Vec<Fragment> = panels
        .into_iter()
        .enumerate()
        .map(|(i, cols)| Fragment { panel: i as u16, panels: count, ..part(&fragment, cols) })
        .collect();
    parts.retain(|p| p.rows() > 0);
    parts
}

/// Numbers fragments that stand side by side under equal headers, each in a frame of its own.
pub(super) fn number(fragments: &mut [Fragment]) {
    let mut order: Vec<usize> =
        (0..fragments.len()).filter(|&i| fragments[i].panels == 1).collect();
    order.sort_by(|&a, &b| fragments[a].bbox.x0.total_cmp(&fragments[b].bbox.x0));
    let mut rows: Vec<Vec<usize>> = Vec::new();
    for i in order {
        let beside = |row: &Vec<usize>| {
            let (last, next) = (&fragments[row[row.len() - 1]], &fragments[i]);
            let height = last.bbox.height().min(next.bbox.height());
            last.bbox.x1 <= next.bbox.x0 + 1.0
                && last.bbox.overlap(&next.bbox, Axis::Y) >= BESIDE * height
                && same_header(last, next)
        };
        match rows.iter().position(beside) {
            Some(row) => rows[row].push(i),
            None => rows.push(vec![i]),
        }
    }
    for row in rows.iter().filter(|r| r.len() > 1) {
        for (panel, &i) in row.iter().enumerate() {
            fragments[i].panel = panel as u16;
            fragments[i].panels = row.len() as u16;
        }
    }
}

fn same_header(a: &Fragment, b: &Fragment) -> bool {
    let header = |f: &Fragment| -> Vec<String> {
        let first = f.cells.iter().filter(|c| c.row == 0);
        first.map(|c| squeezed(c.text.as_str())).collect()
    };
    let texts = header(a);
    a.cols() == b.cols()
        && texts == header(b)
        && texts.iter().any(|t| !t.is_empty() && !is_figure(t))
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// A fragment with quick access to the cell at a place.
struct Grid<'a> {
    fragment: &'a Fragment,
    cols: usize,
    owner: Vec<Option<usize>>,
}

impl<'a> Grid<'a> {
    fn of(fragment: &'a Fragment) -> Grid<'a> {
        let (rows, cols) = (fragment.rows(), fragment.cols());
        let mut owner = vec![None; rows * cols];
        for (i, cell) in fragment.cells.iter().enumerate() {
            for r in cell.row..(cell.row + cell.rowspan).min(rows) {
                for c in cell.col..(cell.col + cell.colspan).min(cols) {
                    owner[r * cols + c] = Some(i);
                }
            }
        }
        Grid { fragment, cols, owner }
    }

    fn cell(&self, row: usize, col: usize) -> Option<&'a GridCell> {
        self.owner.get(row * self.cols + col).copied().flatten().map(|i| &self.fragment.cells[i])
    }

    fn text(&self, row: usize, col: usize) -> &'a str {
        self.cell(row, col).map_or("", |c| c.text.as_str())
    }

    /// The columns of each panel, if there are several.
    fn panels(&self) -> Option<Vec<Range<usize>>> {
        let rows = self.fragment.rows();
        let wide = |r: usize| self.cell(r, 0).is_some_and(|c| c.colspan == self.cols);
        // A title that spans the whole table is over all panels.
        let top = (0..rows).find(|&r| !wide(r))?;
        // A blank column between two panels belongs to neither.
        let used: Vec<usize> =
            (0..self.cols).filter(|&c| (top..rows).any(|r| !self.text(r, c).is_empty())).collect();
        let by = |told: &dyn Fn(&[usize], usize) -> bool| {
            (2..=MAX_PANELS.min(used.len() / 2)).rev().find(|&count| {
                let width = used.len() / count;
                used.len().is_multiple_of(count)
                    && used.chunks(width).all(|p| p[width - 1] - p[0] + 1 == width)
                    && told(&used, width)
            })
        };
        let count = by(&|used, width| self.header_repeats(top, used, width))
            .or_else(|| by(&|used, width| self.kinds_repeat(top, used, width)))?;
        let width = used.len() / count;
        Some(used.chunks(width).map(|p| p[0]..p[0] + width).collect())
    }

    /// Whether the header's cells are the same every `width` columns.
    fn header_repeats(&self, top: usize, used: &[usize], width: usize) -> bool {
        let Some(depth) = used.iter().filter_map(|&c| self.cell(top, c)).map(|c| c.rowspan).max()
        else {
            return false;
        };
        let mut words = 0;
        for row in top..top + depth {
            for (i, &c) in used.iter().enumerate().skip(width) {
                let first = used[i % width];
                let (Some(a), Some(b)) = (self.cell(row, first), self.cell(row, c)) else {
                    return false;
                };
                let same = squeezed(a.text.as_str()) == squeezed(b.text.as_str())
                    && (a.colspan, a.rowspan, a.row) == (b.colspan, b.rowspan, b.row)
                    && first - a.col.min(first) == c - b.col.min(c);
                if !same {
                    return false;
                }
            }
            words += used[..width]
                .iter()
                .filter(|&&c| {
                    let text = self.text(row, c);
                    !text.is_empty() && !is_figure(text)
                })
                .count();
        }
        // One header text over all columns is no header of panels.
        words >= width.min(2)
            && !used[1..width].iter().all(|&c| self.text(top, c) == self.text(top, used[0]))
    }

    /// Whether columns without a header are names and figures in turn, of equal widths.
    fn kinds_repeat(&self, top: usize, used: &[usize], width: usize) -> bool {
        let rows = self.fragment.rows();
        if rows - top < MIN_ROWS {
            return false;
        }
        let kinds: Vec<Option<bool>> = used.iter().map(|&c| self.figures(top, c)).collect();
        let edges = &self.fragment.col_edges;
        let span = |c: usize| edges[c + 1] - edges[c];
        let alike = (width..used.len()).all(|i| {
            let (a, b) = (span(used[i % width]), span(used[i]));
            kinds[i] == kinds[i % width] && (a - b).abs() <= SAME_WIDTH * a.max(b)
        });
        // A name, then figures; or a serial number, a name, then figures.
        let names = kinds[..width].iter().filter(|k| **k == Some(false)).count();
        let last = kinds[width - 1] == Some(true);
        let name_first = kinds[0] == Some(false) || (width > 2 && kinds[1] == Some(false));
        alike && names == 1 && last && name_first
    }

    /// Whether nearly all that stands in the column is figures, or nearly nothing is.
    fn figures(&self, top: usize, col: usize) -> Option<bool> {
        let texts =
            (top..self.fragment.rows()).map(|r| self.text(r, col)).filter(|t| !t.is_empty());
        let (mut figures, mut all) = (0usize, 0usize);
        for text in texts {
            all += 1;
            figures += usize::from(is_figure(text));
        }
        match figures {
            0 => Some(false),
            n if 10 * n >= 9 * all => Some(true),
            _ => None,
        }
    }
}

/// The fragment's columns `cols` as a fragment of their own, without blank rows at its end.
fn part(fragment: &Fragment, cols: Range<usize>) -> Fragment {
    let mut cells: Vec<GridCell> = fragment
        .cells
        .iter()
        .filter(|c| c.col < cols.end && c.col + c.colspan > cols.start)
        .map(|c| {
            let start = c.col.max(cols.start);
            let end = (c.col + c.colspan).min(cols.end);
            let mut cell = c.clone();
            if c.col < cols.start {
                // A title over all panels is said once, in the first.
                cell.raw.clear();
                cell.text = Default::default();
                cell.marks.clear();
            }
            cell.col = start - cols.start;
            cell.colspan = end - start;
            cell
        })
        .collect();
    let rows = cells.iter().filter(|c| !c.text.is_empty()).map(|c| c.row + c.rowspan).max();
    let rows = rows.unwrap_or(0);
    cells.retain(|c| c.row < rows);
    for cell in &mut cells {
        cell.rowspan = cell.rowspan.min(rows - cell.row);
    }
    let row_edges = fragment.row_edges[..=rows].to_vec();
    let col_edges = fragment.col_edges[cols.start..=cols.end].to_vec();
    let bbox = Rect {
        x0: col_edges[0],
        x1: col_edges[col_edges.len() - 1],
        y1: row_edges[rows],
        ..fragment.bbox
    };
    Fragment { bbox, row_edges, col_edges, cells, ..fragment.clone() }
}
