//! Strokes and filled areas as drawn in, ruling lines and fills out.
//!
//! Producers draw one line of a table as a stroke, a thin filled rectangle, a row of dashes, or a
//! piece for each cell, often twice; here it becomes one rule. Which rules make a table is left to
//! `segment`.

use crate::carrier::page::Rule;
use crate::geom::{Axis, Point, Rect};

/// A filled rectangle up to this thick is a ruling line, in points.
pub(super) const THIN: f32 = 2.5;
/// A stroke up to this thick is a ruling line, in points; a thicker one paints an area.
const THICK_STROKE: f32 = 6.0;
/// Lines whose places across differ by no more than this are one line, in points.
const SAME_LINE: f32 = 0.8;
/// Pieces of one line this near to each other touch, in points.
const TOUCH: f32 = 1.5;
/// A piece up to this long may be a dash, in points.
const DASH: f32 = 12.0;
/// The gap between two dashes is at most this, in points, and no wider than 1.5 of the longer dash.
const DASH_GAP: f32 = 6.0;
/// What is shorter than this once all pieces are joined is a dot or a corner, in points.
const SHORTEST: f32 = 3.0;

/// A rule is cut off on the right if that takes so much of it, in points: less than a digit is wide.
const CUT: f32 = 3.0;

/// What a page's paths paint, before pieces are joined.
#[derive(Debug, Default)]
pub(super) struct Painted {
    pieces: Vec<Rule>,
    fills: Vec<Rect>,
    /// See [`Painted::cut`].
    cut: Option<Rect>,
}

impl Painted {
    /// How many pieces were painted, for limits.
    pub fn len(&self) -> usize {
        self.pieces.len() + self.fills.len()
    }

    /// What is not shown of the horizontal rules that run on beyond the right edge of what is: the table that they are of is
    /// wider than the page. Its left side is that edge.
    #[cfg_attr(not(feature = "pdf"), allow(dead_code))]
    pub fn cut(&self) -> Option<Rect> {
        self.cut
    }

    /// A straight stroke `width` points thick between two points, cut off at `clip`. Diagonals
    /// are no rules.
    pub fn stroke(&mut self, a: Point, b: Point, width: f32, clip: &Rect) {
        let (dx, dy) = ((a.x - b.x).abs(), (a.y - b.y).abs());
        let slack = 0.5_f32.max(0.01 * dx.max(dy));
        if dx.min(dy) > slack {
            return;
        }
        let half = width / 2.0;
        let bbox = if dx >= dy {
            let at = (a.y + b.y) / 2.0;
            Rect::new(a.x, at - half, b.x, at + half)
        } else {
            let at = (a.x + b.x) / 2.0;
            Rect::new(at - half, a.y, at + half, b.y)
        };
        self.note_cut(&bbox, clip);
        let Some(bbox) = bbox.intersection(clip) else { return };
        if width > THICK_STROKE {
            self.fill(bbox, clip);
        } else {
            self.piece(if dx >= dy { Axis::X } else { Axis::Y }, &bbox);
        }
    }

    /// A filled rectangle, cut off at `clip`.
    pub fn fill(&mut self, bbox: Rect, clip: &Rect) {
        self.note_cut(&bbox, clip);
        let Some(bbox) = bbox.intersection(clip) else { return };
        let (width, height) = (bbox.width(), bbox.height());
        if width.min(height) > THIN {
            self.fills.push(bbox);
        } else {
            self.piece(if width >= height { Axis::X } else { Axis::Y }, &bbox);
        }
    }

    /// Keeps what lies right of the clip of a horizontal rule, for [`Painted::cut`].
    fn note_cut(&mut self, bbox: &Rect, clip: &Rect) {
        let is_level_with = bbox.y0 < clip.y1 && clip.y0 < bbox.y1;
        if bbox.height() <= THIN && bbox.x1 - bbox.x0.max(clip.x1) > CUT && is_level_with {
            let cut = Rect::new(clip.x1, bbox.y0, bbox.x1, bbox.y1);
            self.cut = Some(
                self.cut.map_or(cut, |all| Rect { x0: all.x0.max(cut.x0), ..all.union(&cut) }),
            );
        }
    }

    #[cfg(feature = "pdf")]
    /// The area between two rectangles, cut off at `clip`, if it is a frame as thin as ruling lines;
    /// else nothing is painted and the answer is no.
    pub fn frame(&mut self, outer: &Rect, inner: &Rect, clip: &Rect) -> bool {
        let sides = [
            Rect { y1: inner.y0, ..*outer },
            Rect { y0: inner.y1, ..*outer },
            Rect { x1: inner.x0, ..*outer },
            Rect { x0: inner.x1, ..*outer },
        ];
        let is_side = |s: &Rect| {
            let (width, height) = (s.width(), s.height());
            width >= 0.0 && height >= 0.0 && width.min(height) <= THIN
        };
        let frame = sides.iter().all(is_side);
        if frame {
            for side in sides {
                self.fill(side, clip);
            }
        }
        frame
    }

    fn piece(&mut self, axis: Axis, bbox: &Rect) {
        let cross = axis.cross();
        let piece = Rule {
            axis,
            at: (bbox.start(cross) + bbox.end(cross)) / 2.0,
            from: bbox.start(axis),
            to: bbox.end(axis),
            width: bbox.extent(cross),
        };
        if piece.at.is_finite() && piece.from.is_finite() && piece.to.is_finite() {
            self.pieces.push(piece);
        }
    }

    /// The page's rules, horizontal ones first, each axis from the top or left; and its fills, each
    /// kept once, in drawing order.
    pub fn finish(mut self) -> (Vec<Rule>, Vec<Rect>) {
        // A dot is no longer than wide: it may belong to a dotted line in either direction.
        let dots: Vec<Rule> =
            self.pieces.iter().filter(|p| p.to - p.from <= THIN).copied().collect();
        self.pieces.extend(dots.iter().map(|p| Rule {
            axis: p.axis.cross(),
            at: (p.from + p.to) / 2.0,
            from: p.at - p.width / 2.0,
            to: p.at + p.width / 2.0,
            width: p.to - p.from,
        }));
        let mut rules = Vec::new();
        for axis in [Axis::X, Axis::Y] {
            let mut pieces: Vec<Rule> =
                self.pieces.iter().filter(|p| p.axis == axis).copied().collect();
            pieces.sort_by(|a, b| a.at.total_cmp(&b.at));
            let mut rest = &pieces[..];
            while let Some(first) = rest.first() {
                let count = rest.partition_point(|p| p.at - first.at <= SAME_LINE);
                let (line, later) = rest.split_at(count);
                rules.extend(join_pieces(line));
                rest = later;
            }
        }
        rules.retain(|r| r.to - r.from >= SHORTEST);
        let key = |r: &Rect| [r.x0, r.y0, r.x1, r.y1].map(f32::to_bits);
        let mut seen = std::collections::HashSet::new();
        self.fills.retain(|r| seen.insert(key(r)));
        (rules, self.fills)
    }
}

/// Joins the pieces of one line where they overlap, touch, or are dashes.
fn join_pieces(line: &[Rule]) -> Vec<Rule> {
    let mut line = line.to_vec();
    line.sort_by(|a, b| a.from.total_cmp(&b.from));
    let mut joined: Vec<Joined> = Vec::new();
    for piece in line {
        let length = piece.to - piece.from;
        match joined.last_mut() {
            Some(last) if piece.from - last.to <= last.reach(length) => {
                last.to = last.to.max(piece.to);
                last.last_length = length;
                last.weight += length;
                last.moment += length * piece.at;
                last.width = last.width.max(piece.width);
            }
            _ => joined.push(Joined {
                axis: piece.axis,
                from: piece.from,
                to: piece.to,
                last_length: length,
                weight: length,
                moment: length * piece.at,
                at: piece.at,
                width: piece.width,
            }),
        }
    }
    joined.into_iter().map(Joined::close).collect()
}

/// Pieces joined so far; its place across is the mean of theirs, the longer the weightier.
struct Joined {
    axis: Axis,
    from: f32,
    to: f32,
    last_length: f32,
    weight: f32,
    moment: f32,
    at: f32,
    width: f32,
}

impl Joined {
    /// How wide a gap may be before a piece of this length.
    fn reach(&self, length: f32) -> f32 {
        let longer = self.last_length.max(length);
        if longer > DASH { TOUCH } else { (1.5 * longer).clamp(TOUCH, DASH_GAP) }
    }

    fn close(self) -> Rule {
        let at = if self.weight > 0.0 { self.moment / self.weight } else { self.at };
        Rule { axis: self.axis, at, from: self.from, to: self.to, width: self.width }
    }
}
