//! The bars of a drawing's lines in, its columns out: which edge of the table each bar stands on.

use super::grid::NoTable;
use super::strokes::{Glyph, Part, Strokes};
use std::ops::Range;

/// A line of a drawing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DrawnLine {
    /// Its characters from left to right.
    pub glyphs: Vec<Glyph>,
    pub strokes: Strokes,
    pub y0: f32,
    pub y1: f32,
}

/// This share of the lines may have a bar that stands below none, where a drawing is in line.
const ASTRAY: f32 = 0.2;

/// The columns of a drawing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Columns {
    /// x of their edges, left to right, one more than there are columns.
    pub edges: Vec<f32>,
    /// For each line the edges that its bars stand on, by number.
    pub bars: Vec<Vec<usize>>,
    /// Those of the odd lines in which the bars say nothing by their places: they were counted from the left.
    pub short: Vec<usize>,
    /// The lines whose bars are not those of the others, in order.
    pub odd: Vec<usize>,
    /// How far a bar may stand off its edge, in points.
    off: f32,
}

impl Columns {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.edges.len() - 1
    }

    /// The columns of the drawing.
    ///
    /// Where each line has as many bars, they are counted: a file may have been set in a font of other widths.
    /// Where they differ, cells span columns, and the places of bars tell which.
    ///
    /// # Errors
    /// [`NoTable::TooSmall`] where there are not two columns, [`NoTable::Irregular`] where a line has bars too many.
    pub fn of(lines: &[DrawnLine], size: f32) -> Result<Columns, NoTable> {
        let mut columns = Columns {
            edges: Vec::new(),
            bars: vec![Vec::new(); lines.len()],
            short: Vec::new(),
            odd: Vec::new(),
            off: 0.3 * size,
        };
        let barred: Vec<usize> =
            (0..lines.len()).filter(|&line| !lines[line].strokes.bars.is_empty()).collect();
        let count = |line: usize| lines[line].strokes.bars.len();
        let most = barred.iter().map(|&line| count(line)).max().ok_or(NoTable::TooSmall)?;
        let has_corner = lines.iter().any(|line| line.strokes.has_corner);
        if barred.iter().all(|&line| count(line) == most) {
            columns.edges = columns.counted(lines, &barred, most);
            for &line in &barred {
                columns.bars[line] = (0..most).collect();
            }
        } else if let Some((edges, astray)) = columns.in_line(lines, &barred, most, has_corner) {
            columns.edges = edges;
            columns.nearest(lines, &barred)?;
            columns.odd = astray;
            let full = columns.edges.len();
            // Where the bars are as many as the edges, a text was merely too long for its cell.
            columns.odd.retain(|&line| count(line) != full);
        } else {
            let full: Vec<usize> =
                barred.iter().copied().filter(|&line| count(line) == most).collect();
            columns.edges = columns.counted(lines, &full, most);
            let fewer = |line: &usize| count(*line) < most && lines[*line].strokes.has_text();
            columns.odd = barred.iter().copied().filter(fewer).collect();
            if has_corner {
                columns.nearest(lines, &barred)?;
            } else {
                for &line in &barred {
                    columns.bars[line] = (0..count(line)).collect();
                }
                columns.short.clone_from(&columns.odd);
            }
        }
        columns.open_sides(lines, &barred);
        if columns.edges.len() > 2 { Ok(columns) } else { Err(NoTable::TooSmall) }
    }

    /// x of the edges, where the lines have as many bars each: the middle one of those counted alike.
    fn counted(&self, lines: &[DrawnLine], barred: &[usize], count: usize) -> Vec<f32> {
        let mut edges: Vec<f32> = Vec::with_capacity(count);
        for bar in 0..count {
            let mut xs: Vec<f32> =
                barred.iter().map(|&line| lines[line].strokes.bars[bar]).collect();
            xs.sort_by(f32::total_cmp);
            let x = xs[xs.len() / 2];
            edges.push(edges.last().map_or(x, |&last| x.max(last + 0.1)));
        }
        edges
    }

    /// x of the edges, where bars of several lines stand on each, and the lines with a bar that stands below none;
    /// `None` where there are too many of those. Where there are corners, an edge has one; bars without corners tell no
    /// spans, so none may be astray.
    fn in_line(
        &self,
        lines: &[DrawnLine],
        barred: &[usize],
        most: usize,
        has_corner: bool,
    ) -> Option<(Vec<f32>, Vec<usize>)> {
        let mut bars: Vec<(f32, usize)> = Vec::new();
        for &line in barred {
            bars.extend(lines[line].strokes.bars.iter().map(|&x| (x, line)));
        }
        bars.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut edges, mut astray) = (Vec::new(), Vec::new());
        for near in bars.chunk_by(|a, b| b.0 - a.0 <= self.off) {
            let corner = near.iter().any(|&(_, line)| lines[line].strokes.has_corner);
            let wide = near[near.len() - 1].0 - near[0].0 > 2.0 * self.off;
            if wide || has_corner && !corner || near.len() < 2 && !corner {
                astray.extend(near.iter().map(|bar| bar.1));
                continue;
            }
            edges.push(near[near.len() / 2].0);
        }
        astray.sort_unstable();
        astray.dedup();
        // Tiers of a header may part columns at places of their own, but hardly half of them.
        let few = edges.len() <= most + most / 2;
        let most_astray = if has_corner { 1.0_f32.max(ASTRAY * barred.len() as f32) } else { 0.0 };
        (few && edges.len() > 1 && astray.len() as f32 <= most_astray).then_some((edges, astray))
    }

    /// Puts the bars of each line on the edges next to them, from left to right.
    fn nearest(&mut self, lines: &[DrawnLine], barred: &[usize]) -> Result<(), NoTable> {
        for &line in barred {
            let xs = &lines[line].strokes.bars;
            if xs.len() > self.edges.len() {
                return Err(NoTable::Irregular(line));
            }
            if xs.len() == self.edges.len() {
                self.bars[line] = (0..xs.len()).collect();
                continue;
            }
            let mut next = 0;
            for (at, &x) in xs.iter().enumerate() {
                // So many edges have to be left for the bars behind it.
                let last = self.edges.len() - (xs.len() - at);
                let off = |edge: usize| (self.edges[edge] - x).abs();
                while next < last && off(next + 1) < off(next) {
                    next += 1;
                }
                self.bars[line].push(next);
                next += 1;
            }
        }
        Ok(())
    }

    /// Gives an edge to sides that are drawn without bars: text stands there in half of the lines.
    fn open_sides(&mut self, lines: &[DrawnLine], barred: &[usize]) {
        let part = |line: usize, right: bool| {
            let parts = &lines[line].strokes.parts;
            let extent = |part: &Part| match part {
                Part::Blank => None,
                Part::Rule(x0, x1) => Some((*x0, *x1)),
                Part::Text(span) => {
                    let glyphs = &lines[line].glyphs;
                    Some((glyphs[span.start].x0, glyphs[span.end - 1].x1))
                }
            };
            extent(if right { &parts[parts.len() - 1] } else { &parts[0] })
        };
        let last = self.edges.len() - 1;
        let ends = |line: &usize| self.bars[*line].last() == Some(&last);
        let begins = |line: &usize| self.bars[*line].first() == Some(&0);
        let right: Vec<_> = barred.iter().filter(|l| ends(l)).map(|&l| part(l, true)).collect();
        let left: Vec<_> = barred.iter().filter(|l| begins(l)).map(|&l| part(l, false)).collect();
        let is_open = |parts: &[Option<(f32, f32)>]| {
            let filled = parts.iter().flatten().count();
            filled > 1 && 2 * filled >= parts.len()
        };
        if is_open(&right) {
            let x = right.iter().flatten().map(|part| part.1).fold(self.edges[last], f32::max);
            self.edges.push(x + 0.1);
        }
        if is_open(&left) {
            let x = left.iter().flatten().map(|part| part.0).fold(self.edges[0], f32::min);
            self.edges.insert(0, x - 0.1);
            self.bars.iter_mut().flatten().for_each(|bar| *bar += 1);
        }
    }

    /// The columns that a part of a line covers; `None` where it stands outside of the table.
    pub fn covered(&self, lines: &[DrawnLine], line: usize, part: usize) -> Option<Range<usize>> {
        let (strokes, bars) = (&lines[line].strokes, &self.bars[line]);
        let columns = self.count();
        if strokes.bars.is_empty() {
            // A rule without corners covers the columns whose middles it passes.
            let Part::Rule(x0, x1) = strokes.parts[part] else { return None };
            let middle = |col: usize| (self.edges[col] + self.edges[col + 1]) / 2.0;
            let first = (0..columns).find(|&col| middle(col) >= x0)?;
            let end = (first..columns).take_while(|&col| middle(col) <= x1).last()? + 1;
            return Some(first..end);
        }
        let (&first, &last) = (bars.first()?, bars.last()?);
        // Bars beyond the edges, which no column is left for, are none.
        let from = match part {
            0 if first == 0 || self.stands_before(lines, line) => return None,
            0 => 0,
            part => bars.get(part - 1).copied().filter(|&bar| bar < columns)?,
        };
        let to = match bars.get(part) {
            Some(&bar) => bar,
            None if self.short.contains(&line) && last < columns => last + 1,
            None => columns,
        };
        (from < to).then_some(from..to)
    }

    /// Whether the first part of a line stands to the left of the whole table.
    fn stands_before(&self, lines: &[DrawnLine], line: usize) -> bool {
        match &lines[line].strokes.parts[0] {
            Part::Text(span) => lines[line].glyphs[span.end - 1].x1 < self.edges[0] + self.off,
            _ => false,
        }
    }

    /// Where a text that covers several columns falls apart at an edge between them, as where a bar is missing: the
    /// edge, and the first character behind it. White space wider than a character stands there between two words.
    pub fn falls_apart(
        &self,
        lines: &[DrawnLine],
        line: usize,
        cols: &Range<usize>,
        span: &Range<usize>,
    ) -> Option<(usize, usize)> {
        let glyphs = &lines[line].glyphs;
        let inner = || span.clone().filter(|&at| !glyphs[at].ch.is_whitespace());
        inner().zip(inner().skip(1)).find_map(|(left, right)| {
            let (x0, x1) = (glyphs[left].x1, glyphs[right].x0);
            let words = left > span.start && right + 1 < span.end;
            if !words || x1 - x0 <= 3.0 * self.off {
                return None;
            }
            let mut edges = cols.start + 1..cols.end;
            Some((edges.find(|&edge| x0 < self.edges[edge] && self.edges[edge] < x1)?, right))
        })
    }

    /// Whether a bar stands on this edge within the line.
    pub fn is_barred(&self, line: usize, edge: usize) -> bool {
        let bars = &self.bars[line];
        bars.binary_search(&edge).is_ok()
            || bars.last().is_some_and(|&last| edge > last) && self.short.contains(&line)
    }
}
