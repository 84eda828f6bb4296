//! A fragment in, its panels out: a long narrow table is often printed two or three times side by
//! side to save paper, as in a newspaper. The header tells: it is the same in each panel. Where a
//! continued page has none, columns of the same widths and kinds tell.

use crate::diag::{Diagnostic, Severity, Sink, Wording};
use crate::geom::{Axis, Rect};
use crate::lexicon::{TOTALS, is_kind_of_division};
use crate::segment::figures::is_figure;
use crate::segment::outline::{Fragment, GridCell, Ruling};
use crate::segment::tables::realign;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;

/// No table is printed more often than this side by side.
pub(super) const MAX_PANELS: usize = 6;
/// Widths of columns in panels without a header differ by no more than this share.
const SAME_WIDTH: f32 = 0.06;
/// Rows needed to tell panels without a header.
const MIN_ROWS: usize = 4;
/// A panel that the page cuts shows so many columns at least.
const LEAST_CUT: usize = 2;
/// Tables of one header side by side share at least this much of their height.
const BESIDE: f32 = 0.5;

/// The panels of the fragment, left to right; the fragment itself where it has but one.
pub(super) fn unfold(sink: &mut Sink, mut fragment: Fragment) -> Vec<Fragment> {
    if fragment.panels > 1 {
        return vec![fragment];
    }
    let Some(Panels { columns: panels, width, body }) = Grid::of(&fragment).panels() else {
        return vec![fragment];
    };
    if let Some(last) = panels.last().filter(|last| last.len() < width) {
        remark_cut_off(sink, &fragment, last, width);
        complete(&mut fragment, &panels[0], last);
    }
    if let Some(body) = body {
        realign::realign(sink, &mut fragment, body, width);
    }
    let panels: Vec<Range<usize>> =
        panels.iter().map(|panel| panel.start..panel.start + width).collect();
    bring_names(&mut fragment, &panels);
    bring_total(&mut fragment, &panels);
    parts(&fragment, panels)
}

/// Brings a name that reaches over several panels to the last of them, where all figures of its row stand there: 合计 of
/// all panels, its figure at the end of the last row.
fn bring_names(fragment: &mut Fragment, panels: &[Range<usize>]) {
    let filled = |cell: &&GridCell| !cell.text.is_empty();
    let places: Vec<(usize, usize)> =
        fragment.cells.iter().filter(filled).map(|cell| (cell.row, cell.col)).collect();
    let is_name = |cell: &&mut GridCell| !cell.text.is_empty() && !is_figure(cell.text.as_str());
    for cell in fragment.cells.iter_mut().filter(is_name) {
        let end = cell.col + cell.colspan;
        let Some(panel) = panels.iter().find(|p| p.start < end && end < p.end) else { continue };
        let beside = || places.iter().filter(|&&(row, col)| row == cell.row && col != cell.col);
        if cell.col < panel.start && beside().next().is_some() && beside().all(|p| p.1 >= end) {
            (cell.col, cell.colspan) = (panel.start, end - panel.start);
            cell.bbox.x0 = fragment.col_edges[panel.start];
        }
    }
    fragment.cells.sort_by_key(|cell| (cell.row, cell.col));
}

/// Brings the one figure of a row to the total that opens it, where that is the row's only other text: the cell of the
/// figure reaches over all panels, and the figure stands in its middle. A panel has one column of figures for that.
fn bring_total(fragment: &mut Fragment, panels: &[Range<usize>]) {
    let Some(first) = panels.first().filter(|first| first.len() == 2).cloned() else { return };
    let mut filled: Vec<Vec<usize>> = vec![Vec::new(); fragment.rows()];
    for (i, cell) in fragment.cells.iter().enumerate().filter(|(_, c)| !c.text.is_empty()) {
        filled[cell.row].push(i);
    }
    for row in filled {
        let [name, figure] = row[..] else { continue };
        let (name, figure) = (&fragment.cells[name], &fragment.cells[figure]);
        let is_total = TOTALS.contains(&squeezed(name.text.as_str()).as_str());
        let is_far = figure.col >= first.end && figure.colspan == 1;
        if name.col != first.start || !is_total || !is_far || !is_figure(figure.text.as_str()) {
            continue;
        }
        let (row, from) = (figure.row, figure.col);
        for cell in fragment.cells.iter_mut().filter(|cell| cell.row == row && cell.colspan == 1) {
            // It changes places with the blank cell beside the name.
            cell.col = match cell.col {
                col if col == from => first.start + 1,
                col if col == first.start + 1 => from,
                col => col,
            };
        }
    }
    fragment.cells.sort_by_key(|cell| (cell.row, cell.col));
}

/// The panels of a fragment, each of so many columns.
pub(super) fn parted(fragment: &Fragment, width: usize) -> Vec<Fragment> {
    let panels: Vec<Range<usize>> =
        (0..fragment.cols()).step_by(width).map(|first| first..first + width).collect();
    let mut whole = fragment.clone();
    bring_total(&mut whole, &panels);
    parts(&whole, panels)
}

fn parts(fragment: &Fragment, panels: Vec<Range<usize>>) -> Vec<Fragment> {
    let count = panels.len() as u16;
    let panels = panels.into_iter().enumerate();
    let mut parts: Vec<Fragment> = panels
        .map(|(i, cols)| Fragment { panel: i as u16, panels: count, ..part(fragment, cols) })
        .collect();
    parts.retain(|p| p.rows() > 0);
    parts
}

/// Says that the last panel has fewer columns than the others.
fn remark_cut_off(sink: &mut Sink, fragment: &Fragment, last: &Range<usize>, width: usize) {
    let x = &fragment.col_edges;
    let bbox = Rect { x0: x[last.start], x1: x[last.end], ..fragment.bbox };
    let shown = last.len();
    sink.remark(Diagnostic {
        code: "panel_cut_off",
        severity: Severity::Warning,
        place: Some(fragment.place_of(&bbox)),
        message: Wording::new(
            format!("shows {shown} of the {width} columns that stand beside it: the page may end in the middle of the table"),
            format!("只显示{shown}栏，而旁边同样的部分有{width}栏：表格可能超出页边"),
        ),
        hint: Some(Wording::new(
            "figures at the edge of the page may lack digits; look for the whole table",
            "页边的数字可能不全，请查找完整的表格",
        )),
    });
}

/// Gives the last panel the columns that it lacks, blank below the header of the first one.
fn complete(fragment: &mut Fragment, first: &Range<usize>, last: &Range<usize>) {
    let from = first.start + last.len();
    let shift = last.end - from;
    let widths: Vec<f32> =
        fragment.col_edges[from..=first.end].windows(2).map(|w| w[1] - w[0]).collect();
    let mut edge = fragment.bbox.x1;
    for width in widths {
        edge += width;
        fragment.col_edges.push(edge);
    }
    fragment.bbox.x1 = edge;
    let header = fragment.cells.iter().filter(|cell| cell.col == last.start && cell.row == 0);
    let depth = header.map(|cell| cell.rowspan).max().unwrap_or(1);
    // The last one that is shown may be shown in part.
    let is_own = |cell: &GridCell| cell.row < depth && (cell.col + cell.colspan) == last.end;
    let is_lacking = |cell: &&GridCell| {
        cell.row < depth && (from - 1..first.end).contains(&(cell.col + cell.colspan - 1))
    };
    let lacking: Vec<GridCell> = fragment.cells.iter().filter(is_lacking).cloned().collect();
    fragment.cells.retain(|cell| !is_own(cell));
    fragment
        .cells
        .extend(lacking.into_iter().map(|cell| GridCell { col: cell.col + shift, ..cell }));
    fragment.cells.sort_by_key(|cell| (cell.row, cell.col));
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

/// The panels of a fragment.
struct Panels {
    /// The columns of each, left to right.
    columns: Vec<Range<usize>>,
    /// How many columns each has; the last may have fewer where the page cut it.
    width: usize,
    /// The first row below their header, where it told them and nothing stands between them.
    body: Option<usize>,
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

    /// The panels, if there are several.
    fn panels(&self) -> Option<Panels> {
        let rows = self.fragment.rows();
        let wide = |r: usize| self.cell(r, 0).is_some_and(|c| c.colspan == self.cols);
        // A title that spans the whole table is over all panels.
        let top = (0..rows).find(|&r| !wide(r))?;
        // A blank column between two panels belongs to neither.
        let used: Vec<usize> =
            (0..self.cols).filter(|&c| (top..rows).any(|r| !self.text(r, c).is_empty())).collect();
        let by = |told: &dyn Fn(&[usize], usize) -> bool| {
            let count = (2..=MAX_PANELS.min(used.len() / 2)).rev().find(|&count| {
                let width = used.len() / count;
                used.len().is_multiple_of(count)
                    && used.chunks(width).all(|p| p[width - 1] - p[0] + 1 == width)
                    && told(&used, width)
            });
            count.map(|count| used.len() / count)
        };
        // Where a blank column parts them, nothing moved from one to the next.
        let is_close = used.len() == self.cols;
        let depth = used.iter().filter_map(|&c| self.cell(top, c)).map(|c| c.rowspan).max();
        let below_header = depth.filter(|_| is_close).map(|depth| top + depth);
        let of = |width: usize, body: Option<usize>| {
            let panel = |p: &[usize]| p[0]..(p[0] + width).min(self.cols);
            Panels { columns: used.chunks(width).map(panel).collect(), width, body }
        };
        if let Some(width) = by(&|used, width| self.header_repeats(top, used, width)) {
            return Some(of(width, below_header));
        }
        if let Some(width) = by(&|used, width| self.kinds_repeat(top, used, width)) {
            return Some(of(width, None));
        }
        let is_ruled = is_close && self.fragment.ruling == Ruling::Grid;
        if let Some(width) = self.cut_off(top).filter(|_| is_ruled) {
            return Some(of(width, below_header));
        }
        let width = by(&|_, width| is_ruled && realign::fits(self.fragment, top, width))?;
        Some(of(width, Some(top)))
    }

    /// The width of panels of which the last has fewer columns: the page ends there.
    fn cut_off(&self, top: usize) -> Option<usize> {
        let all: Vec<usize> = (0..self.cols).collect();
        let is_cut = |&width: &usize| {
            let (whole, more) = (self.cols - self.cols % width, self.cols % width);
            let is_same = |c: usize| match (self.cell(top, c), self.cell(top, whole + c)) {
                (Some(a), Some(b)) => {
                    squeezed(a.text.as_str()) == squeezed(b.text.as_str()) && a.rowspan == b.rowspan
                }
                _ => false,
            };
            let names: BTreeSet<&str> = all[..width].iter().map(|&c| self.text(top, c)).collect();
            more >= LEAST_CUT
                && names.len() > 1
                && names.iter().all(|name| !name.is_empty() && !is_figure(name))
                && (0..more - 1).all(is_same)
                && (whole == width || self.header_repeats(top, &all[..whole], width))
        };
        (LEAST_CUT + 1..self.cols).find(is_cut)
    }

    /// Whether the header's cells are the same every `width` columns. Names of divisions of another kind have another
    /// header: 设区市 | 金额 | 省直管县 | 金额.
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
                let is_kind = |cell: &GridCell| is_kind_of_division(cell.text.as_str());
                let same = (squeezed(a.text.as_str()) == squeezed(b.text.as_str())
                    || i % width == 0 && is_kind(a) && is_kind(b))
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
        // A column is gone through once, and only where those before it leave the answer open.
        let known = vec![OnceCell::new(); used.len()];
        let kind = |i: usize| *known[i].get_or_init(|| self.figures(top, used[i]));
        let edges = &self.fragment.col_edges;
        let span = |c: usize| edges[c + 1] - edges[c];
        let alike = (width..used.len()).all(|i| {
            let (a, b) = (span(used[i % width]), span(used[i]));
            (a - b).abs() <= SAME_WIDTH * a.max(b) && kind(i) == kind(i % width)
        });
        // Words over all figures are a header, and of one table only where it is printed again.
        let words = |i: usize| squeezed(self.text(top, used[i]));
        let is_header = (0..used.len()).all(|i| !words(i).is_empty() && !is_figure(&words(i)));
        if is_header && (width..used.len()).any(|i| words(i) != words(i % width)) {
            return false;
        }
        // A name, then figures; or a serial number, a name, then figures.
        let names = || (0..width).filter(|&i| kind(i) == Some(false)).count();
        let last = || kind(width - 1) == Some(true);
        let name_first = || kind(0) == Some(false) || (width > 2 && kind(1) == Some(false));
        // A column of which only the header is printed holds no names of what stands beside it.
        let is_named = |panel: &[usize]| {
            let name = (0..width).find(|&i| kind(i) == Some(false)).map(|i| panel[i]);
            let beside = |row: &usize| is_figure(self.text(*row, panel[width - 1]));
            let (mut named, mut all) = (0, 0);
            for row in (top..rows).filter(beside) {
                all += 1;
                named += usize::from(name.is_some_and(|name| !self.text(row, name).is_empty()));
            }
            2 * named >= all
        };
        alike && names() == 1 && last() && name_first() && used.chunks(width).all(is_named)
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
