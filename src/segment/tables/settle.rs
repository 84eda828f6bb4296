//! Which cell of a ruled table a text belongs to that reaches over the rules of its cell, or was joined with its
//! neighbour's.
//!
//! A text that stands within one cell is that cell's. One that runs over its rules is weighed: where the texts of its
//! column are held (left, middle or right) it is held too, and each text of a line has a cell of its own.

use crate::geom::Rect;
use crate::segment::tables::columns::{SETS, Set};
use crate::segment::tables::strips::Token;
use std::collections::BTreeMap;

/// A text that reaches over a rule by no more than so many points stands within it.
pub(super) const OVER: f32 = 1.5;
/// Between its text and its rules a cell has at most so many ems of room on the side where the text is held.
const PADDING: f32 = 1.3;
/// A text in the middle of its cell misses the middle by no more than so many ems.
const OFF_MIDDLE: f32 = 0.2;
/// What it costs to be set otherwise than most texts are, and to share a cell with another text of the line.
const SET_OTHERWISE: f32 = 0.8;
const SHARED: f32 = 4.0;
/// So many texts within a column tell how its texts are set.
const LEARNT: usize = 3;
/// What it costs that a text runs over the sides of its cell, by em.
const OVERFLOW: f32 = 0.1;
/// What it costs that a text goes on with what was drawn when others had been drawn in between.
const RESUMED: f32 = 1.0;
/// What it costs that two figures are one text.
const GLUED: f32 = 3.0;
/// What it costs that a figure ends a text whose words another operator drew.
const MIXED: f32 = 0.3;
/// What it costs that what one operator drew lies over the end of what another did …
const OVERLAID: f32 = 1.0;
/// … by more than so many ems.
const OVER_END: f32 = 0.15;
/// What each text costs that a text is cut into, and into how many it is cut at most.
const CUT: f32 = 0.05;
const PARTS: usize = 24;
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

impl Side {
    /// What tells the cells of one column from others: its sides in whole points.
    fn column(self) -> (i32, i32) {
        (self.x0.round() as i32, self.x1.round() as i32)
    }
}

/// Tells cells apart.
pub(super) struct Settle {
    /// How most words of the table are set.
    words: Set,
    /// How most figures are.
    figures: Set,
    /// How those of a column are set, where enough stand within it.
    sets: BTreeMap<Kind, Set>,
}

/// What stands in a column, words or figures: headers are set otherwise than the figures below them.
type Kind = ((i32, i32), bool);

/// How a text costs that is set left, right or in the middle.
type Costs = [f32; 3];

/// The way that costs least; the middle where another costs no less, for fewer texts stand there by chance.
fn least(costs: &Costs) -> Set {
    let best = [1, 0, 2].into_iter().min_by(|&a, &b| costs[a].total_cmp(&costs[b])).unwrap_or(1);
    SETS[best]
}

impl Settle {
    /// Learns how most texts are set from those that stand within one cell and have room there, and from which way
    /// suits best those that do not. `lines` has each line's tokens and the cells beside them.
    pub fn learn<'a>(lines: impl Iterator<Item = (&'a [&'a Token], &'a [Side])>) -> Settle {
        let mut costs = [Costs::default(); 2];
        let mut columns: BTreeMap<Kind, (usize, Costs)> = BTreeMap::new();
        let mut weigh = |token: &Token, sides: &[Side]| {
            let hit = touched(sides, token.bbox());
            let within = hit.len() == 1
                && sides[hit[0]].x1 - sides[hit[0]].x0 > token.bbox().width() + token.em();
            if hit.len() < 2 && !within {
                return;
            }
            let own = SETS.map(|set| {
                let best = hit.iter().map(|&s| off(&sides[s], token.bbox(), token.em(), set));
                best.fold(f32::INFINITY, f32::min).min(2.0)
            });
            let add = |costs: &mut Costs| {
                costs.iter_mut().zip(own).for_each(|(cost, own)| *cost += own);
            };
            let is_figure = token.is_figure();
            add(&mut costs[usize::from(is_figure)]);
            if within {
                let column = (sides[hit[0]].column(), is_figure);
                let (texts, costs) = columns.entry(column).or_default();
                *texts += 1;
                add(costs);
            }
        };
        for (tokens, sides) in lines {
            for token in tokens {
                match apart(token) {
                    Some(parts) => parts.iter().for_each(|part| weigh(part, sides)),
                    None => weigh(token, sides),
                }
            }
        }
        columns.retain(|_, (texts, _)| *texts >= LEARNT);
        let sets = columns.into_iter().map(|(column, (_, costs))| (column, least(&costs)));
        let [words, figures] = costs.map(|costs| least(&costs));
        Settle { words, figures, sets: sets.collect() }
    }

    /// The tokens of one line with the cells they belong to, by index of `sides`, which go from left to right; those
    /// that hold the text of several cells are cut.
    pub fn line(&self, tokens: &[&Token], sides: &[Side]) -> Vec<(Token, usize)> {
        let mut settled: Vec<(Token, usize)> = Vec::with_capacity(tokens.len());
        let mut open: Vec<&Token> = Vec::new();
        for &token in tokens {
            match touched(sides, token.bbox()).as_slice() {
                [] => settled.push((token.clone(), nearest(sides, token.x()))),
                [only] => settled.push((token.clone(), *only)),
                _ => open.push(token),
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
            let Some((whole, side)) = best(token, &cells) else { continue };
            let of_cell = |token: &Token, side: usize| cost(token, side, taken(side));
            match self.cut(token, &cells, &of_cell) {
                Some((parts, cost)) if cost < whole => settled.extend(parts),
                _ => settled.push((token.clone(), side)),
            }
        }
        settled
    }

    /// What it costs that a text belongs to a cell.
    fn cost(&self, side: &Side, token: &Token) -> f32 {
        let (bbox, em) = (token.bbox(), token.em());
        let usual = self.sets.get(&(side.column(), token.is_figure())).copied();
        let usual = usual.unwrap_or(if token.is_figure() { self.figures } else { self.words });
        let by_set =
            |set: Set| off(side, bbox, em, set) + if set == usual { 0.0 } else { SET_OTHERWISE };
        let over = (side.x0 - bbox.x0).max(0.0) + (bbox.x1 - side.x1).max(0.0);
        let resumed = token.piece.joints.iter().filter(|joint| joint.resumed).count();
        SETS.into_iter().map(by_set).fold(f32::INFINITY, f32::min)
            + OVERFLOW * (over / em).min(FAR)
            + RESUMED * resumed as f32
            + if is_overlaid(token) { OVERLAID } else { 0.0 }
            + if token.glued_figures().is_some() { GLUED } else { 0.0 }
            + if ends_in_figure(token) { MIXED } else { 0.0 }
    }

    /// The token cut into the texts of several cells, where it may be cut, as cheaply as can be; and what that costs.
    fn cut(
        &self,
        token: &Token,
        cells: &[usize],
        cost: &dyn Fn(&Token, usize) -> f32,
    ) -> Option<(Vec<(Token, usize)>, f32)> {
        let mut parts: Vec<Token> = Vec::new();
        let mut rest = token.clone();
        for x in token.cuts().into_iter().take(PARTS) {
            if let Some((left, right)) = rest.cut(x) {
                parts.push(left);
                rest = right;
            }
        }
        parts.push(rest);
        if parts.len() < 2 {
            return None;
        }
        let starts: Vec<f32> = parts.iter().map(|p| p.bbox().x0).collect();
        // The text from one part to another, as it stands in the token.
        let between = |from: usize, to: usize| -> Option<Token> {
            let behind = if from == 0 { token.clone() } else { token.cut(starts[from])?.1 };
            if to == parts.len() { Some(behind) } else { Some(behind.cut(starts[to])?.0) }
        };
        // For the first `to` parts in cells up to the `cell`th: the cost, where the last text began, and its cell.
        let mut best = vec![vec![(f32::INFINITY, 0, 0); cells.len() + 1]; parts.len() + 1];
        best[0].fill((0.0, 0, 0));
        for to in 1..=parts.len() {
            for from in 0..to {
                let Some(text) = between(from, to) else { continue };
                for (cell, &side) in cells.iter().enumerate() {
                    let whole = best[from][cell].0 + cost(&text, side) + CUT;
                    if whole < best[to][cell + 1].0 {
                        best[to][cell + 1] = (whole, from, cell);
                    }
                }
            }
            for cell in 1..=cells.len() {
                if best[to][cell - 1].0 < best[to][cell].0 {
                    best[to][cell] = best[to][cell - 1];
                }
            }
        }
        let (mut to, mut last) = (parts.len(), cells.len());
        let whole = best[to][last].0;
        let mut settled = Vec::new();
        while to > 0 {
            let (_, from, cell) = best[to][last];
            settled.push((between(from, to)?, cells[cell]));
            (to, last) = (from, cell);
        }
        settled.reverse();
        (settled.len() > 1).then_some((settled, whole))
    }
}

/// What several operators drew of a text, where one lies over the next, or figures stand beside words or other figures: texts
/// of several cells say nothing of how one is set. `None` for a text that is one.
fn apart(token: &Token) -> Option<Vec<Token>> {
    if token.piece.joints.is_empty() {
        return None;
    }
    let are_apart =
        |w: &[Token]| w[0].bbox().x1 > w[1].bbox().x0 + OVER || w.iter().any(Token::is_figure);
    let are_several = |parts: &Vec<Token>| parts.windows(2).any(are_apart);
    token.by_operators().filter(are_several)
}

/// Whether the last operator that drew the text drew a figure behind words.
fn ends_in_figure(token: &Token) -> bool {
    let Some(joint) = token.piece.joints.last() else { return false };
    token.cut(joint.at).is_some_and(|(words, figure)| figure.is_figure() && !words.is_figure())
}

/// Whether an operator's words begin before those of the one before it end: a name wider than its cell, over the number beside it.
fn is_overlaid(token: &Token) -> bool {
    let lies_over =
        |w: &[Token]| w[0].bbox().x1 - w[1].bbox().x0 > OVER_END * w[0].em().max(w[1].em());
    !token.piece.joints.is_empty()
        && token.by_operators().is_some_and(|parts| parts.windows(2).any(lies_over))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::tables::drawn::tests::line;
    use crate::segment::tables::strips::Strip;

    fn all(strip: &Strip) -> Vec<&Token> {
        strip.tokens.iter().collect()
    }

    fn learn(lines: &[Strip], sides: &[Side]) -> Settle {
        let tokens: Vec<Vec<&Token>> = lines.iter().map(all).collect();
        Settle::learn(tokens.iter().map(|tokens| (tokens.as_slice(), sides)))
    }

    #[test]
    fn a_figure_right_behind_a_name_that_runs_into_its_cell_is_the_cells() {
        let sides = [Side { x0: 0.0, x1: 70.0 }, Side { x0: 70.0, x1: 230.0 }];
        let usual: Vec<_> =
            (1..6).map(|i| line(20.0 * i as f32, &[("郏县", 23.0), ("325", 118.0)])).collect();
        let settle = learn(&usual, &sides);
        let glued = line(0.0, &[("国家高新技术产业开发区", 15.0), ("0", 132.0)]);
        assert_eq!(glued.tokens.len(), 1);
        let settled = settle.line(&all(&glued), &sides);
        let shown: Vec<(&str, usize)> = settled.iter().map(|(t, side)| (t.text(), *side)).collect();
        assert_eq!(shown, [("国家高新技术产业开发区", 0), ("0", 1)]);
    }

    #[test]
    fn a_name_over_the_end_of_the_number_beside_it_is_no_part_of_that() {
        let sides = [Side { x0: 0.0, x1: 30.0 }, Side { x0: 30.0, x1: 90.0 }];
        let usual: Vec<_> =
            (1..6).map(|i| line(20.0 * i as f32, &[("4", 12.0), ("郏县", 36.0)])).collect();
        let settle = learn(&usual, &sides);
        let over = line(0.0, &[("5", 12.0), ("航空经济综合实验区", 4.0)]);
        assert_eq!(over.tokens.len(), 1);
        let settled = settle.line(&all(&over), &sides);
        let shown: Vec<(&str, usize)> = settled.iter().map(|(t, side)| (t.text(), *side)).collect();
        assert_eq!(shown, [("5", 0), ("航空经济综合实验区", 1)]);
    }

    #[test]
    fn what_texts_of_two_cells_say_of_one_is_nothing() {
        let sides = [0.0, 48.0, 78.0, 108.0].map(|x0| Side { x0, x1: x0 + 30.0 });
        let sides = [Side { x0: 0.0, x1: 48.0 }, sides[1], sides[2], sides[3]];
        // Each in the middle of its cell, so wide that it touches the next one.
        let rows: Vec<_> = (1..9)
            .map(|i| line(20.0 * i as f32, &[("中牟县", 6.0), ("2390.75", 36.0), ("1777.5", 33.0)]))
            .collect();
        assert!(rows.iter().all(|row| row.tokens.len() == 1));
        let settle = learn(&rows, &sides);
        let title = line(0.0, &[("棚户区改造", 63.0)]);
        assert_eq!(settle.line(&all(&title), &sides)[0].1, 2);
    }
}
