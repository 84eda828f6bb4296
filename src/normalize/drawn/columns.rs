//! The bars of a drawing's lines in, its columns out: which edge of the table each bar stands on.

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

/// This share of all bars stands on edges that other lines share, where a drawing is in line.
const IN_LINE: f32 = 0.9;

/// The columns of a drawing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Columns {
    /// x of their edges, left to right, one more than there are columns.
    pub edges: Vec<f32>,
    /// For each line the edges that its bars stand on, by number.
    pub bars: Vec<Vec<usize>>,
    /// The lines that have fewer bars than others, in no order with theirs: what stands in them was counted from the
    /// left.
    pub short: Vec<usize>,
    /// How far a bar may stand off its edge, in points.
    off: f32,
}

impl Columns {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.edges.len() - 1
    }

    /// The columns of the drawing; `None` where there are not two at least.
    ///
    /// Where each line has as many bars, they are counted: a file may have been set in a font of other widths.
    /// Where they differ, cells span columns, and the places of bars tell which.
    pub fn of(lines: &[DrawnLine], size: f32) -> Option<Columns> {
        let mut columns = Columns {
            edges: Vec::new(),
            bars: vec![Vec::new(); lines.len()],
            short: Vec::new(),
            off: 0.3 * size,
        };
        let barred: Vec<usize> =
            (0..lines.len()).filter(|&line| !lines[line].strokes.bars.is_empty()).collect();
        let count = |line: &usize| lines[*line].strokes.bars.len();
        let most = barred.iter().map(count).max()?;
        if barred.iter().map(count).all(|count| count == most) {
            columns.edges = columns.counted(lines, &barred, most);
            for &line in &barred {
                columns.bars[line] = (0..most).collect();
            }
        } else if let Some(edges) = columns.in_line(lines, &barred, most) {
            columns.edges = edges;
            columns.nearest(lines, &barred);
        } else {
            let full: Vec<usize> =
                barred.iter().copied().filter(|line| count(line) == most).collect();
            columns.edges = columns.counted(lines, &full, most);
            if lines.iter().any(|line| line.strokes.has_corner) {
                columns.nearest(lines, &barred);
            } else {
                for &line in &barred {
                    columns.bars[line] = (0..count(&line)).collect();
                    if count(&line) < most && lines[line].strokes.has_text() {
                        columns.short.push(line);
                    }
                }
            }
        }
        columns.open_sides(lines, &barred);
        (columns.edges.len() > 2).then_some(columns)
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

    /// x of the edges, where bars of several lines stand on each; `None` where they don't.
    fn in_line(&self, lines: &[DrawnLine], barred: &[usize], most: usize) -> Option<Vec<f32>> {
        let mut bars: Vec<(f32, usize)> = Vec::new();
        for &line in barred {
            bars.extend(lines[line].strokes.bars.iter().map(|&x| (x, line)));
        }
        bars.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut edges, mut stray) = (Vec::new(), 0);
        for near in bars.chunk_by(|a, b| b.0 - a.0 <= self.off) {
            let corner = near.iter().any(|&(_, line)| lines[line].strokes.is_rule());
            let wide = near[near.len() - 1].0 - near[0].0 > 2.0 * self.off;
            if wide || near.len() < 2 && !corner {
                stray += near.len();
                continue;
            }
            edges.push(near[near.len() / 2].0);
        }
        // Tiers of a header may part columns at places of their own, but hardly half of them.
        let few = edges.len() <= most + most / 2;
        (few && stray as f32 <= (1.0 - IN_LINE) * bars.len() as f32).then_some(edges)
    }

    /// Puts the bars of each line on the edges next to them, from left to right.
    fn nearest(&mut self, lines: &[DrawnLine], barred: &[usize]) {
        for &line in barred {
            let xs = &lines[line].strokes.bars;
            if xs.len() == self.edges.len() {
                self.bars[line] = (0..xs.len()).collect();
                continue;
            }
            let mut next = 0;
            for (at, &x) in xs.iter().enumerate() {
                // So many edges have to be left for the bars behind it.
                let last = self.edges.len().saturating_sub(xs.len() - at);
                if next > last {
                    break;
                }
                let off = |edge: usize| (self.edges[edge] - x).abs();
                while next < last && off(next + 1) < off(next) {
                    next += 1;
                }
                self.bars[line].push(next);
                next += 1;
            }
        }
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

    /// Whether a bar stands on this edge within the line.
    pub fn is_barred(&self, line: usize, edge: usize) -> bool {
        let bars = &self.bars[line];
        bars.binary_search(&edge).is_ok()
            || bars.last().is_some_and(|&last| edge > last) && self.short.contains(&line)
    }
}
