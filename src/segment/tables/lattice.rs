//! Walls in, cells out: a lattice of rows and columns, in which a wall that is not there makes a merged cell. Which text
//! goes to which cell is left to `settle` and `rows`, what they make together to `solve`.

use crate::geom::Rect;
use crate::place::PlacedText;
use crate::segment::outline::GridCell;
use crate::segment::tables::edges::{Edge, Edges, SNAP, TOUCH};
use crate::segment::tables::strips::Token;
use std::borrow::Cow;

/// A wall stands where at least this share of its length is ruled.
const WALL_SHARE: f32 = 0.5;
/// Where less of a row's height is ruled, the rule has a gap in that row.
const GAP_SHARE: f32 = 0.1;
/// Rows and columns narrower than this that hold no text are the room between two lines of a
/// doubled rule.
const MIN_BAND: f32 = 5.0;
/// So many lines in each column are rows without rules between them.
const ROWS: usize = 3;

/// Rows and columns with the walls between them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lattice {
    /// Edges of the columns, left to right; at least two.
    pub xs: Vec<f32>,
    /// Edges of the rows, top down; at least two.
    pub ys: Vec<f32>,
    /// Whether a wall stands to the right of a slot, row by row.
    right: Vec<bool>,
    /// Whether a wall stands below a slot, row by row.
    below: Vec<bool>,
}

impl Lattice {
    /// A lattice with all walls up.
    pub fn walled(xs: Vec<f32>, ys: Vec<f32>) -> Lattice {
        let slots = (xs.len() - 1) * (ys.len() - 1);
        Lattice { xs, ys, right: vec![true; slots], below: vec![true; slots] }
    }

    /// The lattice of a frame of edges: a wall where an edge runs. Sides that are left open, as
    /// many tables leave their left and right borders, are closed where the other edges end.
    ///
    /// `None` where the frame would have more than `limit` slots.
    pub fn ruled(frame: &Edges, tokens: &[Token], limit: usize) -> Option<Lattice> {
        let bbox = frame.bbox()?;
        let frame = &under_header(frame, &bbox, tokens);
        let mut xs = places(&frame.down, bbox.x0, bbox.x1);
        let mut ys = places(&frame.across, bbox.y0, bbox.y1);
        let bands = sides_of_bands(frame, &bbox, tokens);
        let ends = [ends_below_titles(frame, &ys, tokens), bands.clone()].concat();
        ys.extend(&ends);
        ys.sort_by(f32::total_cmp);
        ys.dedup_by(|b, a| *b - *a <= SNAP);
        drop_empty_bands(&mut xs, tokens.iter().map(|t| t.piece.bbox.center().x));
        drop_empty_bands(&mut ys, tokens.iter().map(|t| t.piece.bbox.center().y));
        if (xs.len() - 1).saturating_mul(ys.len() - 1) > limit {
            return None;
        }
        let mut lattice = Lattice::walled(xs, ys);
        lattice.raise(frame);
        // A place where no wall stands in any row is none: a tick, or the end of an underline.
        let (rows, cols) = (lattice.rows(), lattice.cols());
        let keep_x = |c: usize| (0..rows).any(|r| lattice.right[r * cols + c - 1]);
        let keep_y = |r: usize| {
            let is_ruled = (0..cols).any(|c| lattice.below[(r - 1) * cols + c]);
            is_ruled || ends.contains(&lattice.ys[r])
        };
        let kept_xs = kept(&lattice.xs, keep_x);
        let kept_ys = kept(&lattice.ys, keep_y);
        let mut lattice = Lattice::walled(kept_xs, kept_ys);
        lattice.raise(frame);
        for y in bands {
            let row = boundary(&lattice.ys, y).and_then(|i| i.checked_sub(1));
            let slots = row.map(|row| row * lattice.cols()..(row + 1) * lattice.cols());
            lattice.below[slots.unwrap_or_default()].fill(true);
        }
        Some(lattice)
    }

    /// The lattice with more columns: a wall at each of `xs`, but where a piece reaches over it.
    pub fn with_columns(&self, xs: &[f32], tokens: &[Token]) -> Lattice {
        let mut all: Vec<f32> = self.xs.iter().chain(xs).copied().collect();
        all.sort_by(f32::total_cmp);
        let mut fine = Lattice::walled(all, self.ys.clone());
        let (cols, old) = (fine.cols(), self.cols());
        for c in 0..cols {
            let from = band(&self.xs, (fine.xs[c] + fine.xs[c + 1]) / 2.0);
            let outer = fine.xs[c + 1] >= self.xs[from + 1];
            for r in 0..self.rows() {
                fine.below[r * cols + c] = self.below[r * old + from];
                fine.right[r * cols + c] = !outer || self.right[r * old + from];
            }
        }
        for token in tokens {
            let bbox = &token.piece.bbox;
            let row = band(&fine.ys, bbox.center().y);
            let first = fine.xs.partition_point(|&x| x <= bbox.x0 + TOUCH);
            for c in (first.max(1)..cols).take_while(|&c| fine.xs[c] < bbox.x1 - TOUCH) {
                if xs.contains(&fine.xs[c]) {
                    fine.right[row * cols + c - 1] = false;
                }
            }
        }
        fine
    }

    /// The lattice with more rows: a wall at each of `ys`.
    pub fn with_rows(&self, ys: &[f32]) -> Lattice {
        let mut all: Vec<f32> = self.ys.iter().chain(ys).copied().collect();
        all.sort_by(f32::total_cmp);
        let mut fine = Lattice::walled(self.xs.clone(), all);
        let cols = fine.cols();
        for r in 0..fine.rows() {
            let from = band(&self.ys, (fine.ys[r] + fine.ys[r + 1]) / 2.0);
            let outer = fine.ys[r + 1] >= self.ys[from + 1];
            for c in 0..cols {
                fine.right[r * cols + c] = self.right[from * cols + c];
                fine.below[r * cols + c] = !outer || self.below[from * cols + c];
            }
        }
        fine
    }

    /// Sets each wall by the edges that run there.
    fn raise(&mut self, frame: &Edges) {
        let (rows, cols) = (self.rows(), self.cols());
        let mut right = vec![0.0; rows * cols];
        let mut below = vec![0.0; rows * cols];
        for edge in &frame.down {
            let Some(c) = boundary(&self.xs, edge.at).and_then(|i| i.checked_sub(1)) else {
                continue;
            };
            covered(&self.ys, edge).for_each(|(r, share)| right[r * cols + c] += share);
        }
        for edge in &frame.across {
            let Some(r) = boundary(&self.ys, edge.at).and_then(|i| i.checked_sub(1)) else {
                continue;
            };
            covered(&self.xs, edge).for_each(|(c, share)| below[r * cols + c] += share);
        }
        // A rule that is broken within a cell's side is one: where another row's cell reaches over it.
        self.right = right.iter().map(|&share| share >= WALL_SHARE).collect();
        self.below = below.iter().map(|&share| share >= WALL_SHARE).collect();
        for r in 0..rows {
            self.right[r * cols + cols - 1] = true;
        }
        for c in 0..cols {
            self.below[(rows - 1) * cols + c] = true;
        }
    }

    /// Takes down the walls of rows in which an upright edge has a gap: a cell reaches over it there.
    pub fn open_gaps(&mut self, frame: &Edges) {
        let (rows, cols) = (self.rows(), self.cols());
        let mut shares: Vec<Option<f32>> = vec![None; rows * cols];
        for edge in &frame.down {
            let Some(c) = boundary(&self.xs, edge.at).and_then(|i| i.checked_sub(1)) else {
                continue;
            };
            (0..rows).for_each(|r| *shares[r * cols + c].get_or_insert(0.0) += 0.0);
            for (r, share) in covered(&self.ys, edge) {
                *shares[r * cols + c].get_or_insert(0.0) += share;
            }
        }
        for (wall, share) in self.right.iter_mut().zip(shares) {
            *wall &= share.is_none_or(|share| share >= GAP_SHARE);
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.ys.len() - 1
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.xs.len() - 1
    }

    /// Whether a wall stands between this slot and the one to its right.
    pub fn wall_right(&self, row: usize, col: usize) -> bool {
        self.right[row * self.cols() + col]
    }

    /// Whether a wall stands between this slot and the one below.
    pub fn wall_below(&self, row: usize, col: usize) -> bool {
        self.below[row * self.cols() + col]
    }

    /// Puts a wall up to the right of the slot.
    pub fn close_right(&mut self, row: usize, col: usize) {
        let cols = self.cols();
        self.right[row * cols + col] = true;
    }

    /// Takes the wall below the slot away.
    pub fn open_below(&mut self, row: usize, col: usize) {
        let cols = self.cols();
        self.below[row * cols + col] = false;
    }

    /// The row and column of the slot that holds the middle of the box.
    pub fn slot(&self, bbox: &Rect) -> (usize, usize) {
        let center = bbox.center();
        (band(&self.ys, center.y), band(&self.xs, center.x))
    }

    /// The cells between the walls, without text yet, and for each slot the cell that covers it.
    ///
    /// A cell grows to the right, then down, as far as no wall and no other cell is in its way, so
    /// that every cell is a rectangle whatever the walls are.
    pub fn cells(&self) -> (Vec<GridCell>, Vec<usize>) {
        let (rows, cols) = (self.rows(), self.cols());
        let mut owner = vec![usize::MAX; rows * cols];
        let mut cells = Vec::new();
        for row in 0..rows {
            for col in 0..cols {
                if owner[row * cols + col] != usize::MAX {
                    continue;
                }
                let free = |r: usize, c: usize| owner[r * cols + c] == usize::MAX;
                let mut right = col;
                while right + 1 < cols && !self.wall_right(row, right) && free(row, right + 1) {
                    right += 1;
                }
                let mut low = row;
                while low + 1 < rows
                    && (col..=right).all(|c| !self.wall_below(low, c) && free(low + 1, c))
                    && (col..right).all(|c| !self.wall_right(low + 1, c))
                {
                    low += 1;
                }
                for r in row..=low {
                    owner[r * cols + col..=r * cols + right].fill(cells.len());
                }
                cells.push(GridCell {
                    row,
                    col,
                    rowspan: low - row + 1,
                    colspan: right - col + 1,
                    raw: String::new(),
                    text: PlacedText::new(),
                    marks: Vec::new(),
                    bbox: Rect::new(
                        self.xs[col],
                        self.ys[row],
                        self.xs[right + 1],
                        self.ys[low + 1],
                    ),
                    place: None,
                });
            }
        }
        (cells, owner)
    }
}

/// The frame with the last rule within it drawn from side to side, where that is the rule below a header and has gaps
/// below cells over several tiers: above rows that no rule parts, it parts the names of columns from names of rows.
fn under_header<'f>(frame: &'f Edges, bbox: &Rect, tokens: &[Token]) -> Cow<'f, Edges> {
    let is_inner = |at: f32| bbox.y0 + SNAP < at && at < bbox.y1 - SNAP;
    let inner = frame.across.iter().map(|e| e.at).filter(|&at| is_inner(at));
    let Some(last) = inner.max_by(f32::total_cmp) else { return Cow::Borrowed(frame) };
    let is_whole = |e: &Edge| {
        (e.at - last).abs() <= SNAP && e.from <= bbox.x0 + SNAP && bbox.x1 - SNAP <= e.to
    };
    if frame.across.iter().any(is_whole) {
        return Cow::Borrowed(frame);
    }
    let mut xs = places(&frame.down, bbox.x0, bbox.x1);
    drop_empty_bands(&mut xs, tokens.iter().map(|t| t.piece.bbox.center().x));
    let mut parted = [0, 0];
    for column in xs.windows(2) {
        let x = (column[0] + column[1]) / 2.0;
        let is_ruled =
            frame.across.iter().any(|e| (e.at - last).abs() <= SNAP && e.from <= x && x <= e.to);
        let own = || tokens.iter().filter(|t| column[0] <= t.x() && t.x() < column[1]);
        let is_crossed = own().any(|t| t.bbox().y0 + TOUCH < last && last < t.bbox().y1 - TOUCH);
        let above = own().filter(|t| t.y() < last).count();
        let mut below: Vec<f32> = own().map(Token::y).filter(|&y| y > last).collect();
        below.sort_by(f32::total_cmp);
        below.dedup_by(|b, a| *b - *a < MIN_BAND);
        match is_ruled {
            true => parted[0] += usize::from(below.len() >= ROWS),
            false if is_crossed || above == 0 || below.len() < ROWS => return Cow::Borrowed(frame),
            false => parted[1] += 1,
        }
    }
    if parted[0] < 2 || parted[1] == 0 {
        return Cow::Borrowed(frame);
    }
    let mut frame = frame.clone();
    frame.across.push(Edge { at: last, from: bbox.x0, to: bbox.x1 });
    Cow::Owned(frame)
}

/// Where upright edges begin below a text that stands between the edges on both sides of them: between the tiers of a
/// header that no rule parts.
fn ends_below_titles(frame: &Edges, ys: &[f32], tokens: &[Token]) -> Vec<f32> {
    let mut ends: Vec<f32> = Vec::new();
    let is_merged = |edge: &Edge, from: f32, to: f32| {
        tokens.iter().any(|t| {
            let (x, y) = (t.x(), t.y());
            let is_beside = |e: &&Edge| e.from <= y && y <= e.to;
            let (left, right) = (x.min(edge.at), x.max(edge.at));
            let is_between = |e: &Edge| left <= e.at && e.at <= right;
            (from..to).contains(&y) && !frame.down.iter().filter(is_beside).any(is_between)
        })
    };
    for edge in &frame.down {
        let (top, end) = (ys[band(ys, edge.from)], edge.from);
        let goes_on = |e: &Edge| (e.at - edge.at).abs() <= SNAP && e.to < end;
        let is_new =
            ends.iter().all(|other| (other - end).abs() > SNAP) && !frame.down.iter().any(goes_on);
        if is_new && end - top > MIN_BAND && is_merged(edge, top, end) {
            ends.push(end);
        }
    }
    ends
}

/// Where all upright edges within the frame end, and where they begin again below a text: a line over all columns parts the
/// rows above it from those below, and no rule does.
fn sides_of_bands(frame: &Edges, bbox: &Rect, tokens: &[Token]) -> Vec<f32> {
    let is_inner = |edge: &&Edge| bbox.x0 + SNAP < edge.at && edge.at < bbox.x1 - SNAP;
    let mut inner: Vec<&Edge> = frame.down.iter().filter(is_inner).collect();
    inner.sort_by(|a, b| a.from.total_cmp(&b.from));
    let several =
        |is: &dyn Fn(&Edge) -> bool| inner.iter().filter(|edge| is(edge)).nth(1).is_some();
    let mut sides: Vec<f32> = Vec::new();
    let mut low = f32::MAX;
    for edge in &inner {
        let (top, end) = (low, edge.from);
        low = if low == f32::MAX { edge.to } else { low.max(edge.to) };
        let is_band = end - top > MIN_BAND
            && tokens.iter().any(|t| (top..end).contains(&t.y()))
            && several(&|e| (e.to - top).abs() <= SNAP)
            && several(&|e| (e.from - end).abs() <= SNAP);
        if is_band {
            sides.extend([top, end]);
        }
    }
    sides
}

/// The places of edges across their direction with the two outer sides: each once, in order.
fn places(edges: &[Edge], start: f32, end: f32) -> Vec<f32> {
    let mut places: Vec<f32> = edges.iter().map(|e| e.at).chain([start, end]).collect();
    places.sort_by(f32::total_cmp);
    // The outer sides stand where the crossing edges end, which may be a little past the last edge.
    places.dedup_by(|b, a| *b - *a <= SNAP);
    if places.len() < 2 {
        places = vec![start, end.max(start)];
    }
    places
}

/// Drops one side of each band that is too narrow for text and has none.
fn drop_empty_bands(places: &mut Vec<f32>, middles: impl Iterator<Item = f32>) {
    let mut held = vec![false; places.len()];
    for middle in middles {
        held[band(places, middle)] = true;
    }
    let mut kept: Vec<f32> = Vec::with_capacity(places.len());
    for (i, &place) in places.iter().enumerate() {
        let narrow = i > 0 && place - places[i - 1] < MIN_BAND && !held[i - 1];
        if !(narrow && kept.len() > 1) {
            kept.push(place);
        } else if i + 1 == places.len()
            && let Some(last) = kept.last_mut()
        {
            *last = place;
        }
    }
    if kept.len() >= 2 {
        *places = kept;
    }
}

/// The places with both outer ones, and of the inner ones those that `keep` says.
fn kept(places: &[f32], keep: impl Fn(usize) -> bool) -> Vec<f32> {
    let last = places.len() - 1;
    (0..=last).filter(|&i| i == 0 || i == last || keep(i)).map(|i| places[i]).collect()
}

/// Which of the places this edge stands at.
fn boundary(places: &[f32], at: f32) -> Option<usize> {
    let i = places.partition_point(|&p| p < at);
    [i.wrapping_sub(1), i]
        .into_iter()
        .filter_map(|i| places.get(i).map(|p| (i, (p - at).abs())))
        .filter(|&(_, far)| far <= MIN_BAND)
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(i, _)| i)
}

/// The bands between the places that the edge runs along, and how much of each.
fn covered(places: &[f32], edge: &Edge) -> impl Iterator<Item = (usize, f32)> {
    let first = places.partition_point(|&p| p < edge.from - TOUCH).saturating_sub(1);
    places.windows(2).enumerate().skip(first).take_while(|(_, w)| w[0] < edge.to).map(|(i, w)| {
        let share = (edge.to.min(w[1]) - edge.from.max(w[0])) / (w[1] - w[0]).max(0.1);
        (i, share.max(0.0))
    })
}

/// The band between two places that holds `at`; the first or last one where it lies outside.
pub(super) fn band(places: &[f32], at: f32) -> usize {
    places.partition_point(|&p| p <= at).saturating_sub(1).min(places.len().saturating_sub(2))
}
