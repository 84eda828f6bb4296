//! Which cell of a ruled table a text belongs to that reaches over the rules of its cell, or was joined with its
//! neighbour's.
//!
//! A text that stands within one cell is that cell's. One that runs over its rules is weighed: where the texts of its
//! column are held (left, middle or right) it is held too, and each text of a line has a cell of its own.

use crate::geom::Rect;
use crate::segment::tables::columns::{SETS, Set};
use crate::segment::tables::strips::Token;

/// A text that reaches over a rule by no more than so many points stands within it.
pub(super) const OVER: f32 = 1.5;
/// Between its text and its rules a cell has at most so many ems of room on the side where the text is held.
const PADDING: f32 = 1.3;
/// A text in the middle of its cell misses the middle by no more than so many ems.
const OFF_MIDDLE: f32 = 0.2;
/// What it costs to be set otherwise than most texts are, and to share a cell with another text of the line.
const SET_OTHERWISE: f32 = 0.8;
const SHARED: f32 = 4.0;
/// How far off its place a text may be for its cost to go on growing, in ems.
const FAR: f32 = 12.0;

/// A cell beside others in one line: its left and right side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Side {
    /// Left side, in points.
    pub x0: f32,
    /// Right side, in points.
    pub x1: f32,
}

/// Tells cells apart.
pub(super) struct Settle {
    /// How most texts of the table are set.
    set: Set,
}

impl Settle {
    /// Learns how most texts are set from those that stand within one cell and have room there, and from which way
    /// suits best those that do not. `lines` has each line's tokens and the cells beside them.
    pub fn learn<'a>(lines: impl Iterator<Item = (&'a [Token], &'a [Side])>) -> Settle {
        let mut costs = [0.0f32; 3];
        for (tokens, sides) in lines {
            for token in tokens {
                let hit = touched(sides, token.bbox());
                let within = hit.len() == 1
                    && sides[hit[0]].x1 - sides[hit[0]].x0 > token.bbox().width() + token.em();
                if hit.len() < 2 && !within {
                    continue;
                }
                for (cost, set) in costs.iter_mut().zip(SETS) {
                    let best = hit.iter().map(|&s| off(&sides[s], token.bbox(), token.em(), set));
                    *cost += best.fold(f32::INFINITY, f32::min).min(2.0);
                }
            }
        }
        let best = (0..3).min_by(|&a, &b| costs[a].total_cmp(&costs[b])).unwrap_or(1);
        Settle { set: SETS[best] }
    }

    /// The tokens of one line with the cells they belong to, by index of `sides`, which go from left to right; those
    /// that hold the text of several cells are cut.
    pub fn line(&self, tokens: &[Token], sides: &[Side]) -> Vec<(Token, usize)> {
        let mut settled: Vec<(Token, usize)> = Vec::with_capacity(tokens.len());
        let mut open: Vec<Token> = Vec::new();
        for token in tokens {
            match touched(sides, token.bbox()).as_slice() {
                [] => settled.push((token.clone(), nearest(sides, token.x()))),
                [only] => settled.push((token.clone(), *only)),
                _ => open.push(token.clone()),
            }
        }
        // The least wide first: those that are surest.
        open.sort_by(|a, b| a.bbox().width().total_cmp(&b.bbox().width()));
        for token in open {
            let taken = |side: usize| settled.iter().any(|(_, s)| *s == side);
            let cells = touched(sides, token.bbox());
            let cost = |token: &Token, side: usize, taken: bool| {
                let shared = if taken { SHARED } else { 0.0 };
                self.cost(&sides[side], token) + shared
            };
            let best = |token: &Token, cells: &[usize]| {
                cells
                    .iter()
                    .map(|&side| (cost(token, side, taken(side)), side))
                    .min_by(|a, b| a.0.total_cmp(&b.0))
            };
            let Some((whole, side)) = best(&token, &cells) else { continue };
            match self.cut(&token, sides, &cells, &taken) {
                Some((parts, cost)) if cost < whole => settled.extend(parts),
                _ => settled.push((token, side)),
            }
        }
        settled
    }

    /// What it costs that a text belongs to a cell.
    fn cost(&self, side: &Side, token: &Token) -> f32 {
        let (bbox, em) = (token.bbox(), token.em());
        let by_set =
            |set: Set| off(side, bbox, em, set) + if set == self.set { 0.0 } else { SET_OTHERWISE };
        SETS.into_iter().map(by_set).fold(f32::INFINITY, f32::min)
    }

    /// The token cut at the sides it reaches over, where it may be cut; and what that costs.
    fn cut(
        &self,
        token: &Token,
        sides: &[Side],
        cells: &[usize],
        taken: &dyn Fn(usize) -> bool,
    ) -> Option<(Vec<(Token, usize)>, f32)> {
        let cuts = token.cuts();
        if cuts.is_empty() {
            return None;
        }
        let mut parts = Vec::new();
        let mut rest = token.clone();
        let mut cost = 0.0;
        for pair in cells.windows(2) {
            let wall = (sides[pair[0]].x1 + sides[pair[1]].x0) / 2.0;
            let near = cuts
                .iter()
                .copied()
                .filter(|x| rest.bbox().x0 < *x && *x < rest.bbox().x1)
                .min_by(|a, b| (a - wall).abs().total_cmp(&(b - wall).abs()));
            let Some(x) = near.filter(|x| (x - wall).abs() <= token.em()) else { continue };
            if let Some((left, right)) = rest.cut(x) {
                cost +=
                    self.cost(&sides[pair[0]], &left) + if taken(pair[0]) { SHARED } else { 0.0 };
                parts.push((left, pair[0]));
                rest = right;
            }
        }
        let last = *touched(sides, rest.bbox()).last().or(cells.last())?;
        cost += self.cost(&sides[last], &rest) + if taken(last) { SHARED } else { 0.0 };
        let is_cut = !parts.is_empty();
        parts.push((rest, last));
        is_cut.then_some((parts, cost))
    }
}

/// How far a text set this way stands off its place in the cell, in ems.
fn off(side: &Side, bbox: &Rect, em: f32, set: Set) -> f32 {
    let padding = |room: f32| {
        let room = room / em;
        if room < 0.0 { -room } else { (room - PADDING).max(0.0) }
    };
    let off = match set {
        Set::Left => padding(bbox.x0 - side.x0),
        Set::Right => padding(side.x1 - bbox.x1),
        Set::Middle => {
            (((bbox.x0 + bbox.x1) - (side.x0 + side.x1)).abs() / 2.0 / em - OFF_MIDDLE).max(0.0)
        }
    };
    off.min(FAR)
}

/// The cells that a text reaches into.
fn touched(sides: &[Side], bbox: &Rect) -> Vec<usize> {
    let hit = |s: &Side| bbox.x0 < s.x1 - OVER && bbox.x1 > s.x0 + OVER;
    (0..sides.len()).filter(|&i| hit(&sides[i])).collect()
}

/// The cell nearest to a point.
fn nearest(sides: &[Side], x: f32) -> usize {
    let off = |s: &Side| (s.x0 - x).max(x - s.x1).max(0.0);
    (0..sides.len()).min_by(|&a, &b| off(&sides[a]).total_cmp(&off(&sides[b]))).unwrap_or(0)
}
