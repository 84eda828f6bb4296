//! The lines of a drawing in, its cells out: rules and bars part them, and where no rule parts two rows, their lines
//! tell whether a text goes on.

use super::columns::{Columns, DrawnLine};
use super::strokes::{Part, Strokes, trimmed};
use crate::figure::{self, Kind};
use std::collections::BTreeSet;
use std::ops::Range;

/// A cell of a drawing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DrawnCell {
    pub row: usize,
    pub col: usize,
    pub rowspan: usize,
    pub colspan: usize,
    /// Its texts by line and characters, top down.
    pub texts: Vec<(usize, Range<usize>)>,
    /// The line and character at which its text begins, or would if it had any.
    pub at: (usize, usize),
}

/// The table that a drawing shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drawing {
    /// y of the rows' edges, one more than there are rows.
    pub row_edges: Vec<f32>,
    /// x of the columns' edges.
    pub col_edges: Vec<f32>,
    /// By row, then column; each place of the grid is covered by one.
    pub cells: Vec<DrawnCell>,
    /// Texts of its lines that stand in no cell.
    pub outside: Vec<(usize, Range<usize>)>,
    /// The first line at which the drawing is no regular one: a cell with a corner of its own, or bars too few.
    pub irregular: Option<usize>,
}

/// Why the lines show no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoTable {
    /// There are not two columns and two rows.
    TooSmall,
    /// Its cells are more than the limit.
    TooLarge,
    /// Its cells are no rectangles, from this line on.
    Irregular(usize),
}

/// A row of cells takes so many lines at most, all rows taken together.
const LINES: usize = 4;
/// A text of so many characters at least was too long for its cell: a shorter one would have made it wider.
const WRAPPED: usize = 4;
/// A drawing has at most this share of places where cells are no rectangles.
const IRREGULAR: f32 = 0.1;

/// The table that the lines show.
pub(super) fn drawing(lines: &[DrawnLine], size: f32, limit: usize) -> Result<Drawing, NoTable> {
    // Lines are counted before rows are: a drawing may have rules between all of them, and cells of several lines.
    let bars = lines.iter().map(|line| line.strokes.bars.len()).max().unwrap_or(0);
    if lines.len().saturating_mul(bars) > LINES.saturating_mul(limit) {
        return Err(NoTable::TooLarge);
    }
    let columns = Columns::of(lines, size)?;
    let view = View::of(lines, &columns);
    let bands = view.bands();
    let rows = view.rows(&bands);
    let ruled = lines.iter().any(|line| line.strokes.is_rule() && !line.strokes.bars.is_empty());
    if rows.len() < if ruled { 1 } else { 2 } {
        return Err(NoTable::TooSmall);
    }
    if rows.len().saturating_mul(columns.count()) > limit {
        return Err(NoTable::TooLarge);
    }
    let Cells { mut drawing, strange } = view.cells(&bands, &rows);
    if strange.len() as f32 > 1.0 + IRREGULAR * drawing.cells.len() as f32 {
        return Err(NoTable::Irregular(strange[0]));
    }
    let doubted = strange.iter().chain(&columns.odd).chain(view.apart.iter().map(|(line, _)| line));
    drawing.irregular = doubted.min().copied();
    drawing.outside = view.outside;
    Ok(drawing)
}

/// Lines between two rules.
struct Band {
    lines: Vec<usize>,
    /// The columns that the rule above it covers.
    ruled: Vec<bool>,
    /// Texts beside that rule, in cells that it does not cut.
    beside: Vec<(Range<usize>, usize, Range<usize>)>,
    /// y of that rule.
    y: f32,
}

/// A row: lines of a band.
struct Row {
    band: usize,
    lines: Vec<usize>,
}

struct Cells {
    drawing: Drawing,
    /// The lines at which cells are no rectangles.
    strange: Vec<usize>,
}

/// What stands in a line: texts by the columns they cover.
type Texts = Vec<(Range<usize>, Range<usize>)>;

struct View<'a> {
    lines: &'a [DrawnLine],
    columns: &'a Columns,
    /// For each line its texts.
    texts: Vec<Texts>,
    /// Texts beside the table.
    outside: Vec<(usize, Range<usize>)>,
    /// Lines and the edges at which a bar seems to be missing in them.
    apart: BTreeSet<(usize, usize)>,
}

impl<'a> View<'a> {
    fn of(lines: &'a [DrawnLine], columns: &'a Columns) -> View<'a> {
        let (texts, outside, apart) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut view = View { lines, columns, texts, outside, apart };
        for (line, drawn) in lines.iter().enumerate() {
            let mut texts = Texts::new();
            for (at, part) in drawn.strokes.parts.iter().enumerate() {
                let Part::Text(span) = part else { continue };
                let Some(mut cols) = columns.covered(lines, line, at) else {
                    view.outside.push((line, span.clone()));
                    continue;
                };
                let mut span = span.clone();
                while cols.len() > 1
                    && let Some((edge, behind)) = columns.falls_apart(lines, line, &cols, &span)
                {
                    view.apart.insert((line, edge));
                    texts.push((cols.start..edge, trimmed(&drawn.glyphs, span.start..behind)));
                    (cols, span) = (edge..cols.end, behind..span.end);
                }
                texts.push((cols, span));
            }
            view.texts.push(texts);
        }
        view
    }

    /// The bands, top down; the last one, without lines, has the rule below the table.
    fn bands(&self) -> Vec<Band> {
        let count = self.columns.count();
        let band =
            |y: f32| Band { lines: Vec::new(), ruled: vec![false; count], beside: Vec::new(), y };
        let mut bands = vec![band(self.lines.first().map_or(0.0, |line| line.y0))];
        for (line, drawn) in self.lines.iter().enumerate() {
            let last = bands.len() - 1;
            if !drawn.strokes.has_rule() {
                bands[last].lines.push(line);
                continue;
            }
            if !bands[last].lines.is_empty() {
                bands.push(band(0.0));
            }
            let last = bands.len() - 1;
            let open = &mut bands[last];
            open.y = (drawn.y0 + drawn.y1) / 2.0;
            // Bars that no corner joins to the rule cut nothing out of it.
            if drawn.strokes.is_rule()
                && !drawn.strokes.has_corner
                && !drawn.strokes.bars.is_empty()
            {
                open.ruled.fill(true);
            }
            for (at, part) in drawn.strokes.parts.iter().enumerate() {
                if let (Part::Rule(..), Some(covered)) =
                    (part, self.columns.covered(self.lines, line, at))
                {
                    open.ruled[covered].fill(true);
                }
            }
            let texts = self.texts[line].iter();
            open.beside.extend(texts.map(|(cols, span)| (cols.clone(), line, span.clone())));
        }
        if bands.last().is_some_and(|band| !band.lines.is_empty()) {
            let below = self.lines.last().map_or(0.0, |line| line.y1);
            bands.push(band(below));
        }
        bands
    }

    /// The rows: a band is one, or as many as its lines tell.
    fn rows(&self, bands: &[Band]) -> Vec<Row> {
        let mut rows = Vec::new();
        let filled = bands.len().saturating_sub(1);
        let closed = self.lines.last().is_some_and(|line| line.strokes.has_rule());
        let has = |of: fn(&Strokes) -> bool| self.lines.iter().any(|line| of(&line.strokes));
        // A row of Markdown is one line, whatever stands in it.
        let of_markdown = has(Strokes::has_rule) && !has(|line| line.has_corner);
        for (band, Band { lines, .. }) in bands.iter().enumerate().take(filled) {
            let texts: Vec<usize> =
                lines.iter().copied().filter(|&line| !self.texts[line].is_empty()).collect();
            let is_last = band + 1 == filled;
            let alone = filled == 1 || is_last && (!closed || self.is_list(&texts));
            if texts.is_empty() {
                rows.push(Row { band, lines: lines.clone() });
            } else if alone || self.are_rows(&texts) {
                let parts = texts.chunk_by(|&a, &b| !of_markdown && self.goes_on(a, b));
                rows.extend(parts.map(|lines| Row { band, lines: lines.to_vec() }));
            } else {
                rows.push(Row { band, lines: texts });
            }
        }
        rows
    }

    /// Whether the lines are rows of their own by their figures: two of them have a figure and a name in one column.
    fn are_rows(&self, lines: &[usize]) -> bool {
        let mut named = BTreeSet::new();
        lines.iter().any(|&line| {
            let (mut name, mut figures) = (None, 0);
            for (cols, span) in &self.texts[line] {
                match self.is_figure(line, span) {
                    true => figures += 1,
                    false => name = name.or(Some(cols.start)),
                }
            }
            figures > 0 && name.is_some_and(|name| !named.insert(name))
        })
    }

    /// Whether the lines are a list of texts, a row a line: each fills its first column and another one.
    fn is_list(&self, lines: &[usize]) -> bool {
        lines.len() > 2
            && lines
                .iter()
                .all(|&line| self.texts[line].len() > 1 && self.texts[line][0].0.start == 0)
    }

    /// Whether the second line, with no rule above it, goes on with what the first one's cells say: figures without a
    /// name do, whether they are the rest of those above or stand below them in their cells; texts do where the first
    /// had no room left for more, and only one of the two lines has figures.
    fn goes_on(&self, above: usize, below: usize) -> bool {
        let figures = |line: usize| {
            self.texts[line].iter().filter(|(_, span)| self.is_figure(line, span)).count()
        };
        let (first, second) = (figures(above), figures(below));
        let torn = second > 0 && second == self.texts[below].len();
        if first > 0 && second > 0 && !torn {
            return false;
        }
        let mut both = 0;
        for (cols, span) in &self.texts[below] {
            let texts = &self.texts[above];
            let same = texts.binary_search_by_key(&cols.start, |(cols, _)| cols.start);
            let Some((_, before)) = same.ok().map(|at| &texts[at]) else { continue };
            both += 1;
            let full = || self.is_full(above, cols, before, below, span);
            if self.is_figure(above, before) != torn || !torn && (before.len() < WRAPPED || !full())
            {
                return false;
            }
        }
        both > 0
    }

    /// Whether a text fills its cell, so that the next character went onto the line below.
    fn is_full(
        &self,
        line: usize,
        cols: &Range<usize>,
        span: &Range<usize>,
        below: usize,
        next: &Range<usize>,
    ) -> bool {
        let DrawnLine { glyphs, y0, y1, .. } = &self.lines[line];
        let (first, last) = (glyphs[span.start], glyphs[span.end - 1]);
        // What ends like a name of a place or a sum is whole, and so is the heading of a group of rows.
        let numbered = glyphs.get(span.start + 1).is_some_and(|glyph| glyph.ch == '、');
        if "市县区州盟旗省计级".contains(last.ch) || numbered || matches!(first.ch, '（' | '(')
        {
            return false;
        }
        let edge = self.behind_edge(line, cols.start);
        let bar = edge.checked_sub(1).map_or(0.0, |bar| glyphs[bar].x1 - glyphs[bar].x0);
        let wide = self.columns.edges[cols.end] - self.columns.edges[cols.start];
        let next = self.lines[below].glyphs[next.start];
        // A bar, and half an em of white space at each side.
        let free = wide - (last.x1 - first.x0) - bar - (y1 - y0);
        free < next.x1 - next.x0 - 0.1
    }

    fn is_figure(&self, line: usize, span: &Range<usize>) -> bool {
        let text: String = self.lines[line].glyphs[span.clone()].iter().map(|g| g.ch).collect();
        let kind = figure::kind(&text);
        kind.is_numeric() || kind == Kind::Mark
    }

    /// The cells of the rows.
    fn cells(&self, bands: &[Band], rows: &[Row]) -> Cells {
        let count = self.columns.count();
        let mut cells: Vec<DrawnCell> = Vec::new();
        let mut strange = Vec::new();
        // For each column, the cell of the row above.
        let mut above: Vec<usize> = vec![usize::MAX; count];
        let mut row_edges = Vec::with_capacity(rows.len() + 1);
        for (index, row) in rows.iter().enumerate() {
            let first = &self.lines[row.lines[0]];
            let begins = index == 0 || rows[index - 1].band != row.band;
            row_edges.push(if begins { bands[row.band].y } else { first.y0 });
            // A rule that covers no column parts the rows all the same.
            let ruled = &bands[row.band].ruled;
            let parts = begins && index > 0 && ruled.contains(&true);
            let unruled = |col: usize| parts && !ruled[col];
            let mut of_row = vec![usize::MAX; count];
            let mut col = 0;
            while col < count {
                let end = (col + 1..count).find(|&edge| self.is_barred(row, edge)).unwrap_or(count);
                let same = above[col];
                let goes_on = (col..end).filter(|&col| unruled(col)).count();
                let over = cells.get(same).is_some_and(|c| c.col == col && c.colspan == end - col);
                let cell = if over && goes_on == end - col {
                    cells[same].rowspan += 1;
                    same
                } else {
                    if goes_on > 0 {
                        strange.push(row.lines[0]);
                    }
                    let (rowspan, colspan, texts) = (1, end - col, Vec::new());
                    let at = (row.lines[0], self.behind_edge(row.lines[0], col));
                    cells.push(DrawnCell { row: index, col, rowspan, colspan, texts, at });
                    cells.len() - 1
                };
                of_row[col..end].fill(cell);
                col = end;
            }
            if begins {
                for (cols, line, span) in &bands[row.band].beside {
                    let above = above[cols.start];
                    let cell = if above == usize::MAX { of_row[cols.start] } else { above };
                    cells[cell].texts.push((*line, span.clone()));
                }
            }
            for &line in &row.lines {
                for (cols, span) in &self.texts[line] {
                    cells[of_row[cols.start]].texts.push((line, span.clone()));
                }
            }
            above = of_row;
        }
        let below = &bands[bands.len() - 1];
        row_edges.push(below.y);
        for (cols, line, span) in &below.beside {
            cells[above[cols.start]].texts.push((*line, span.clone()));
        }
        for cell in &mut cells {
            cell.at = cell.texts.first().map_or(cell.at, |(line, span)| (*line, span.start));
        }
        cells.sort_by_key(|cell| (cell.row, cell.col));
        for edge in 1..row_edges.len() {
            row_edges[edge] = row_edges[edge].max(row_edges[edge - 1] + 0.1);
        }
        let col_edges = self.columns.edges.clone();
        let drawing = Drawing { row_edges, col_edges, cells, outside: Vec::new(), irregular: None };
        Cells { drawing, strange }
    }

    /// The first character of a line behind an edge, or its last one.
    fn behind_edge(&self, line: usize, edge: usize) -> usize {
        let (drawn, bars) = (&self.lines[line], &self.columns.bars[line]);
        let last = drawn.glyphs.len() - 1;
        let bar = bars.binary_search(&edge).ok().and_then(|at| drawn.strokes.bars.get(at));
        let x = bar.copied().unwrap_or(self.columns.edges[edge]);
        drawn.glyphs.partition_point(|glyph| (glyph.x0 + glyph.x1) / 2.0 <= x).min(last)
    }

    /// Whether a bar stands on this edge in half of the row's lines.
    fn is_barred(&self, row: &Row, edge: usize) -> bool {
        let barred =
            |line: usize| self.columns.is_barred(line, edge) || self.apart.contains(&(line, edge));
        let barred = row.lines.iter().filter(|&&line| barred(line)).count();
        2 * barred >= row.lines.len()
    }
}
