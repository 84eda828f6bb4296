//! Ruling lines in, clean edges out: strokes that a reader sees as one line become one edge, and
//! edges that touch become one frame. What the frames hold is told by `cells`.
//!
//! After `snap_edges` and `join_edge_group` of pdfplumber's `table.py`, by sorting instead of
//! comparing each with each.

use crate::geom::{Axis, Rect};
use crate::normalize::lines::Rule;

/// Strokes this near to each other are one line: doubled lines, a cell's right border beside the
/// next one's left, rectangles drawn as four strokes.
pub(in crate::segment) const SNAP: f32 = 3.0;
/// A gap this small in a line is none, and lines that miss each other by so little meet: corners
/// left open by line caps.
pub(in crate::segment) const TOUCH: f32 = 3.0;
/// The lines of a doubled side are no further apart than this.
const DOUBLED: f32 = 5.0;
/// Strokes no longer than this are dashes or dots of one line …
const DASH: f32 = 12.0;
/// … if the gaps between them are no wider than this.
const DASH_GAP: f32 = 6.0;
/// Edges shorter than this are no side of any cell: ticks, bullets.
const MIN_EDGE: f32 = 5.0;
/// Filled areas are tiles of one table if they miss each other by no more than this.
const TILE_GAP: f32 = 1.5;
/// Fills that may be tiles.
const MAX_FILLS: usize = 3_000;
/// Frames that fills are held against.
const MAX_TILED: usize = 400;
/// How many pairs of edges are looked at before a page of lines is given up as a drawing.
const MAX_PAIRS: usize = 20_000_000;

/// A line as a reader sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::segment) struct Edge {
    /// Place across its direction.
    pub at: f32,
    /// Where it begins.
    pub from: f32,
    /// Where it ends.
    pub to: f32,
}

/// All lines of a page, or of one frame.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::segment) struct Edges {
    /// Horizontal ones, top down.
    pub across: Vec<Edge>,
    /// Vertical ones, left to right.
    pub down: Vec<Edge>,
}

impl Edges {
    /// The edges of the page's rules: strokes of one line joined.
    pub fn of(rules: &[Rule]) -> Edges {
        Edges { across: joined(rules, Axis::X), down: joined(rules, Axis::Y) }
    }

    /// The box around all edges.
    pub fn bbox(&self) -> Option<Rect> {
        let across = self.across.iter().map(|e| Rect::new(e.from, e.at, e.to, e.at));
        let down = self.down.iter().map(|e| Rect::new(e.at, e.from, e.at, e.to));
        across.chain(down).reduce(|a, b| a.union(&b))
    }

    /// Between which places cells at the foot have both sides and no lower one: a page break cut them.
    pub fn open_below(&self) -> Vec<(f32, f32)> {
        let Some(bbox) = self.bbox() else { return Vec::new() };
        let is_at_foot = |at: f32| (at - bbox.y1).abs() <= SNAP;
        let is_closed = |x: f32| {
            self.across.iter().any(|e| is_at_foot(e.at) && e.from - 0.1 <= x && x <= e.to + 0.1)
        };
        let sides: Vec<f32> = self.down.iter().filter(|e| is_at_foot(e.to)).map(|e| e.at).collect();
        let beside = sides.windows(2).map(|w| (w[0], w[1]));
        beside.filter(|(from, to)| to - from > MIN_EDGE && !is_closed((from + to) / 2.0)).collect()
    }

    /// Whether one stands upright between the two sides; a side may be a doubled line.
    pub fn has_upright_inside(&self) -> bool {
        let is_inside = |bbox: Rect| {
            self.down.iter().any(|e| bbox.x0 + DOUBLED < e.at && e.at < bbox.x1 - DOUBLED)
        };
        self.bbox().is_some_and(is_inside)
    }

    /// Whether an upright line is the rest of one of these, beyond a cell that reaches over it.
    fn goes_on_with(&self, down: &Edge) -> bool {
        let is_one = |e: &Edge| (e.at - down.at).abs() <= SNAP;
        let holds = |b: Rect| b.y0 - TOUCH <= down.from && down.to <= b.y1 + TOUCH;
        self.down.iter().any(is_one) && self.bbox().is_some_and(holds)
    }

    /// Parts the edges into frames: edges that meet, directly or by way of others. Edges that meet
    /// none come back as the second of the pair, but for the rest of an upright one that another row's cell breaks.
    pub fn frames(&self) -> (Vec<Edges>, Edges) {
        let lines = self.across.len();
        let mut sets = Sets::new(lines + self.down.len());
        let mut budget = MAX_PAIRS;
        for (v, down) in self.down.iter().enumerate() {
            let first = self.across.partition_point(|h| h.at < down.from - TOUCH);
            for (h, across) in self.across.iter().enumerate().skip(first) {
                if across.at > down.to + TOUCH || budget == 0 {
                    break;
                }
                budget -= 1;
                if across.from - TOUCH <= down.at && down.at <= across.to + TOUCH {
                    sets.join(h, lines + v);
                }
            }
        }
        let mut frames: Vec<(usize, Edges)> = Vec::new();
        let mut frame_of = vec![usize::MAX; lines + self.down.len()];
        for i in 0..frame_of.len() {
            let root = sets.root(i);
            if frame_of[root] == usize::MAX {
                frame_of[root] = frames.len();
                frames.push((root, Edges::default()));
            }
            let frame = &mut frames[frame_of[root]].1;
            match i.checked_sub(lines) {
                None => frame.across.push(self.across[i]),
                Some(v) => frame.down.push(self.down[v]),
            }
        }
        let mut lone = Edges::default();
        let mut whole = Vec::new();
        for (_, frame) in frames {
            if frame.across.is_empty() || frame.down.is_empty() {
                lone.across.extend(frame.across);
                lone.down.extend(frame.down);
            } else {
                whole.push(frame);
            }
        }
        for down in std::mem::take(&mut lone.down) {
            let is_part = |frame: &&mut Edges| frame.goes_on_with(&down);
            match whole.iter_mut().take(MAX_TILED).find(is_part) {
                Some(frame) => frame.down.push(down),
                None => lone.down.push(down),
            }
        }
        (whole, lone)
    }
}

/// The frames that filled areas make where they lie side by side like tiles, each the ground of a
/// cell: tables without rules on coloured ground. Areas within one of `frames` are its shading.
pub(super) fn tiled(fills: &[Rect], frames: &[Edges]) -> Vec<Edges> {
    let ruled: Vec<Rect> = frames.iter().take(MAX_TILED).filter_map(Edges::bbox).collect();
    let mut fills: Vec<Rect> =
        fills.iter().filter(|f| !ruled.iter().any(|r| r.contains(f.center()))).copied().collect();
    fills.sort_by(|a, b| a.y0.total_cmp(&b.y0).then(a.x0.total_cmp(&b.x0)));
    fills.truncate(MAX_FILLS);
    // Side by side, one may reach over the height of several.
    let meets = |a: &Rect, b: &Rect| {
        let height = a.overlap(b, Axis::Y);
        let beside = (a.x1 - b.x0).abs().min((b.x1 - a.x0).abs()) <= TILE_GAP;
        beside && height > 0.5 * a.height().min(b.height())
    };
    let mut rules = Vec::new();
    for (i, fill) in fills.iter().enumerate() {
        let low = fills.partition_point(|other| other.y0 <= fill.y1);
        if fills[..low].iter().enumerate().any(|(j, other)| j != i && meets(fill, other)) {
            let side = |axis, at, from, to| Rule { axis, at, from, to, width: 0.0 };
            rules.extend([
                side(Axis::X, fill.y0, fill.x0, fill.x1),
                side(Axis::X, fill.y1, fill.x0, fill.x1),
                side(Axis::Y, fill.x0, fill.y0, fill.y1),
                side(Axis::Y, fill.x1, fill.y0, fill.y1),
            ]);
        }
    }
    Edges::of(&rules).frames().0
}

/// The edges of all rules that run along `axis`, in the order of their place.
fn joined(rules: &[Rule], axis: Axis) -> Vec<Edge> {
    let mut strokes: Vec<Edge> = rules
        .iter()
        .filter(|r| r.axis == axis && r.at.is_finite() && r.from.is_finite() && r.to.is_finite())
        .map(|r| Edge { at: r.at, from: r.from.min(r.to), to: r.from.max(r.to) })
        .collect();
    strokes.sort_by(|a, b| a.at.total_cmp(&b.at));
    let mut edges = Vec::new();
    let mut start = 0;
    while start < strokes.len() {
        let first = strokes[start].at;
        let end = start + strokes[start..].partition_point(|s| s.at <= first + SNAP);
        join_collinear(&mut strokes[start..end], &mut edges);
        start = end;
    }
    edges
}

/// Joins strokes at one place where they overlap or nearly touch, and dashes that follow each other.
fn join_collinear(strokes: &mut [Edge], edges: &mut Vec<Edge>) {
    let length: f32 = strokes.iter().map(|s| s.to - s.from).sum();
    let at = if length > 0.0 {
        strokes.iter().map(|s| s.at * (s.to - s.from)).sum::<f32>() / length
    } else {
        strokes[0].at
    };
    strokes.sort_by(|a, b| a.from.total_cmp(&b.from).then(a.to.total_cmp(&b.to)));
    let mut open: Option<Edge> = None;
    // The length of the last stroke alone tells a dash from a side.
    let mut last = f32::INFINITY;
    for stroke in strokes.iter() {
        let length = stroke.to - stroke.from;
        if let Some(edge) = &mut open {
            let gap = stroke.from - edge.to;
            let dashes = last <= DASH && length <= DASH && gap <= DASH_GAP;
            if gap <= TOUCH || dashes {
                edge.to = edge.to.max(stroke.to);
                last = length;
                continue;
            }
            if edge.to - edge.from >= MIN_EDGE {
                edges.push(*edge);
            }
        }
        open = Some(Edge { at, from: stroke.from, to: stroke.to });
        last = length;
    }
    edges.extend(open.filter(|e| e.to - e.from >= MIN_EDGE));
}

/// Disjoint sets of numbers, joined pair by pair.
struct Sets(Vec<usize>);

impl Sets {
    fn new(count: usize) -> Sets {
        Sets((0..count).collect())
    }

    fn root(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        // The smaller number stays the root, so that frames come in the order of their first edge.
        self.0[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(at: f32, from: f32, to: f32) -> Rule {
        Rule { axis: Axis::X, at, from, to, width: 0.5 }
    }

    #[test]
    fn a_line_drawn_twice_is_one() {
        let edges = Edges::of(&[rule(100.0, 10.0, 60.0), rule(101.5, 10.0, 60.0)]);
        assert_eq!(edges.across, [Edge { at: 100.75, from: 10.0, to: 60.0 }]);
    }

    #[test]
    fn dashes_are_one_line_and_sides_of_cells_are_not() {
        let dashes: Vec<Rule> =
            (0..10).map(|i| rule(50.0, i as f32 * 8.0, i as f32 * 8.0 + 4.0)).collect();
        assert_eq!(Edges::of(&dashes).across, [Edge { at: 50.0, from: 0.0, to: 76.0 }]);
        let sides = Edges::of(&[rule(50.0, 0.0, 40.0), rule(50.0, 60.0, 90.0)]);
        assert_eq!(sides.across.len(), 2);
    }
}
