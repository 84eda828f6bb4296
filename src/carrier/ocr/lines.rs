//! Marks, ruled cells and what the detector saw in; lines of text out, each a list of marks. A mark belongs to
//! one line or to none; those of none are counted.

use std::collections::BTreeMap;

use crate::carrier::ocr::marks::{Mark, Marks};
use crate::carrier::ocr::raster::Gray;
use crate::carrier::ocr::rules::Lattice;
use crate::carrier::ocr::strokes::Chain;
use crate::geom::{Axis, Rect};

/// What the detector must be sure of, of 255.
const SURE: u8 = 76;
/// A mark belongs to what the detector saw within this many of its heights: it shrinks what it marks.
const REACH: f32 = 0.95;
/// A line is a part of another that it stands within from side to side, and by this share of its height.
const WITHIN: f32 = 0.8;
/// What is higher than so many usual heights is no row of characters.
const TALL: f32 = 1.6;
/// Lines that stand nearer than this many heights beside each other in one cell are one.
const BESIDE: f32 = 0.75;
/// … and what stands further apart than this many in one row is two.
const APART: f32 = 2.0;
/// A stroke that stands for a figure is at least this many heights long.
const DASH: f32 = 0.75;
/// A mark of less than this share of the usual height may be a point or a speck.
const SMALL: f32 = 0.42;
/// A line fainter than this share of the page's usual ink shines through from the other side.
const SHINES_THROUGH: f32 = 0.34;

/// What is higher than so many lines is a drawing or a border.
const LARGEST: f32 = 5.0;

/// A line of text on a flat page, or a part of one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// Its marks, by index.
    pub marks: Vec<usize>,
    /// The box around them, in pixels.
    pub bbox: Rect,
    /// The lattice and its cell that it stands in, by index.
    pub home: Option<(usize, usize)>,
    /// Whether the detector saw it.
    pub detected: bool,
    /// How dark it is against the page's usual ink.
    pub contrast: f32,
}

/// The lines of a page, and what is no line.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct PageLines {
    /// All lines, top down.
    pub lines: Vec<Line>,
    /// Marks that belong to none.
    pub left: Vec<usize>,
    /// Those of them that a worn rule left.
    pub dots: Vec<usize>,
    /// The usual height of a line, in pixels.
    pub height: f32,
}

/// What the detector saw, one box a line of text, in pixels of the page.
pub(super) fn seen(map: &Gray, width: usize, height: usize) -> Vec<Rect> {
    let data = map.data.iter().map(|&v| u8::from(v >= SURE)).collect();
    let marks = Marks::of(&Gray { width: map.width, height: map.height, data });
    let (sx, sy) = (width as f32 / map.width as f32, height as f32 / map.height as f32);
    let boxes = marks.marks.iter().filter(|m| m.area >= 6).map(|m| m.bbox);
    boxes.map(|b| Rect::new(b.x0 * sx, b.y0 * sy, b.x1 * sx, b.y1 * sy)).collect()
}

/// The middles of long lines that the detector saw, as curves, in pixels of the page.
pub(super) fn curves(map: &Gray, width: usize, height: usize, dpi: f32) -> Vec<Chain> {
    let data = map.data.iter().map(|&v| u8::from(v >= SURE)).collect();
    let marks = Marks::of(&Gray { width: map.width, height: map.height, data });
    let (sx, sy) = (width as f32 / map.width as f32, height as f32 / map.height as f32);
    let mut curves = Vec::new();
    for (i, mark) in marks.marks.iter().enumerate() {
        let b = &mark.bbox;
        if b.width() * sx < 1.2 * dpi || b.width() < 4.0 * b.height() {
            continue;
        }
        let mut points = Vec::new();
        for x in (b.x0 as usize + 4..(b.x1 as usize).saturating_sub(4)).step_by(6) {
            let ys = (b.y0 as usize..b.y1 as usize).filter(|&y| marks.at(x, y) == Some(i));
            let (sum, n) = ys.fold((0, 0), |(sum, n), y| (sum + y, n + 1));
            if n > 0 {
                points.push(((x as f32 + 0.5) * sx, (sum as f32 / n as f32 + 0.5) * sy));
            }
        }
        let (from, to, step) = (b.x0 * sx, b.x1 * sx, 6.0 * sx);
        curves.push(Chain { points, thick: b.height() * sy, from, to, fill: 1.0, step });
    }
    curves
}

/// Puts the marks into lines; `one_bit`: the page has two shades alone.
pub(super) fn lines(
    marks: &Marks,
    gray: &Gray,
    lattices: &[Lattice],
    seen: &[Rect],
    one_bit: bool,
    dpi: f32,
) -> PageLines {
    let homes: Vec<_> = marks.marks.iter().map(|m| home(lattices, m, dpi)).collect();
    // Where shades tell, a rule wears off to paler ones, and what stands beside it is of a character.
    let dots = match one_bit {
        true => dots_of_rules(marks, &homes, lattices, dpi),
        false => vec![false; marks.marks.len()],
    };
    let is_sliver = |i: usize| {
        homes[i].is_some_and(|(l, c)| {
            let cell = lattices[l].bbox_of(&lattices[l].cells[c]);
            dots[i] || sliver(&marks.marks[i].bbox, &cell, dpi)
        })
    };
    let index = Index::of(seen);
    let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    let mut lone: Vec<usize> = Vec::new();
    // What is larger than any character is no text: a picture, a border, a blot.
    let largest = dpi * 0.9;
    for (i, mark) in marks.marks.iter().enumerate() {
        let too_large = mark.bbox.height() > largest || mark.bbox.width() > largest * 2.0;
        match index.nearest(seen, mark) {
            Some(s) if !too_large && !is_sliver(i) => {
                groups.entry((homes[i], Some(s))).or_default().push(i)
            }
            _ => lone.push(i),
        }
    }
    let heights = groups.values().map(|g| bbox_of(marks, g).height());
    let height = median(heights.filter(|h| *h > dpi * 0.03).collect()).unwrap_or(dpi * 0.13);
    // What the detector passed over: where it stands in a cell, or is as high as text.
    let mut left = Vec::new();
    for i in lone {
        let mark = &marks.marks[i];
        let tall = mark.bbox.height() >= SMALL * height && mark.bbox.height() <= 2.2 * height;
        let wide = mark.bbox.width() >= SMALL * height && mark.bbox.width() <= 4.0 * height;
        let dash = wide && mark.bbox.height() >= 0.05 * height;
        if homes[i].is_some()
            && !is_sliver(i)
            && (tall || dash)
            && mark.bbox.height() <= 2.2 * height
        {
            groups.entry((homes[i], None)).or_default().push(i);
        } else {
            left.push(i);
        }
    }
    let mut found: Vec<Line> = Vec::new();
    for ((home, seed), group) in &groups {
        let rows = rows(marks, group, height).into_iter();
        // In a cell, words that are set apart are one text.
        let parts = rows.flat_map(|row| match home {
            Some(_) => vec![row],
            None => set_apart(marks, row, height),
        });
        for row in parts {
            let bbox = bbox_of(marks, &row);
            // Dots along the edge of a cell are what is left of its rule.
            let cell = home.map(|(l, c)| lattices[l].bbox_of(&lattices[l].cells[c]));
            if cell.is_some_and(|cell| sliver(&bbox, &cell, dpi)) {
                left.extend(row);
                continue;
            }
            found.push(Line {
                marks: row,
                bbox,
                home: *home,
                detected: seed.is_some(),
                contrast: 1.0,
            });
        }
    }
    let mut lines = at_one_pitch(marks, beside(marks, found, height));
    attach(marks, &homes, &mut lines, &mut left, height, is_sliver);
    measure_contrast(marks, gray, &mut lines);
    let (mut lines, faint): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(|line| {
        line.contrast >= SHINES_THROUGH && line.bbox.height() <= LARGEST * height.max(1.0)
    });
    left.extend(faint.into_iter().flat_map(|line| line.marks));
    lines.sort_by(|a, b| a.bbox.y0.total_cmp(&b.bbox.y0).then(a.bbox.x0.total_cmp(&b.bbox.x0)));
    let dots = (0..dots.len()).filter(|&i| dots[i]).collect();
    PageLines { lines, left, dots, height }
}

/// Which marks are dots that a worn rule left: along one side of a cell there are several of them.
fn dots_of_rules(marks: &Marks, homes: &[Home], lattices: &[Lattice], dpi: f32) -> Vec<bool> {
    /// The most that a dot measures across the rule, and how far from it its middle stands, in inches.
    const DOT: f32 = 0.022;
    const ASIDE: f32 = 0.018;
    /// Fewest dots along one side that tell.
    const FEWEST: usize = 4;
    let side = |i: usize| {
        let (l, c) = homes[i]?;
        let cell = lattices[l].bbox_of(&lattices[l].cells[c]);
        let (b, middle) = (&marks.marks[i].bbox, marks.marks[i].bbox.center());
        let near = |a: f32, edge: f32| (a - edge).abs() <= ASIDE * dpi;
        let (flat, thin) = (b.height() <= DOT * dpi, b.width() <= DOT * dpi);
        let sides = [
            flat && near(middle.y, cell.y0),
            flat && near(middle.y, cell.y1),
            thin && near(middle.x, cell.x0),
            thin && near(middle.x, cell.x1),
        ];
        Some((l, c, sides.iter().position(|near| *near)?))
    };
    let sides: Vec<_> = (0..marks.marks.len()).map(side).collect();
    let mut counts: BTreeMap<(usize, usize, usize), usize> = BTreeMap::new();
    sides.iter().flatten().for_each(|side| *counts.entry(*side).or_default() += 1);
    sides.iter().map(|side| side.is_some_and(|side| counts[&side] >= FEWEST)).collect()
}

/// Whether a mark is what is left of a rule: thin, and along the edge of its cell.
fn sliver(mark: &Rect, cell: &Rect, dpi: f32) -> bool {
    let (thin, near) = (dpi * 0.02, dpi * 0.03);
    let flat = mark.height() <= thin && mark.width() > 2.0 * mark.height();
    let upright = mark.width() <= thin && mark.height() > 2.0 * mark.width();
    (flat && (mark.y0 - cell.y0 <= near || cell.y1 - mark.y1 <= near))
        || (upright && (mark.x0 - cell.x0 <= near || cell.x1 - mark.x1 <= near))
}

type Home = Option<(usize, usize)>;
type Key = (Home, Option<usize>);

/// The cell that a mark's middle stands in.
fn home(lattices: &[Lattice], mark: &Mark, dpi: f32) -> Home {
    let center = mark.bbox.center();
    lattices.iter().enumerate().find_map(|(l, lattice)| {
        if !lattice.bbox().grow(dpi * 0.01).contains(center) {
            return None;
        }
        let cell = lattice.cells.iter().position(|slot| lattice.bbox_of(slot).contains(center));
        Some((l, cell?))
    })
}

/// The box around some marks.
pub(super) fn bbox_of(marks: &Marks, group: &[usize]) -> Rect {
    let boxes = group.iter().map(|&i| marks.marks[i].bbox);
    boxes.reduce(|a, b| a.union(&b)).unwrap_or_default()
}

/// The middle one.
pub(super) fn median(mut values: Vec<f32>) -> Option<f32> {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied()
}

/// What the detector saw, by height.
struct Index {
    bands: BTreeMap<i32, Vec<usize>>,
}

impl Index {
    const BAND: f32 = 64.0;

    fn of(seen: &[Rect]) -> Index {
        let mut bands: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
        for (i, r) in seen.iter().enumerate() {
            let r = reach(r);
            for band in (r.y0 / Self::BAND) as i32..=(r.y1 / Self::BAND) as i32 {
                bands.entry(band).or_default().push(i);
            }
        }
        Index { bands }
    }

    /// The box that a mark belongs to: the one whose middle line is nearest to the mark's.
    fn nearest(&self, seen: &[Rect], mark: &Mark) -> Option<usize> {
        let center = mark.bbox.center();
        let near = self.bands.get(&((center.y / Self::BAND) as i32))?;
        let inside = near.iter().copied().filter(|&i| reach(&seen[i]).contains(center));
        inside.min_by(|&a, &b| {
            let far = |i: usize| {
                let r = &seen[i];
                let aside = (r.x0 - center.x).max(center.x - r.x1).max(0.0);
                (r.center().y - center.y).abs() / r.height().max(1.0) + aside / r.height().max(1.0)
            };
            far(a).total_cmp(&far(b))
        })
    }
}

/// What a box of the detector stands for: it marks the body of a line alone.
fn reach(seen: &Rect) -> Rect {
    let by = REACH * seen.height();
    Rect { x0: seen.x0 - by, y0: seen.y0 - by, x1: seen.x1 + by, y1: seen.y1 + by }
}

/// The rows that marks stand in, top down: those of a character's height make rows, points and specks join the
/// nearest one.
fn rows(marks: &Marks, group: &[usize], height: f32) -> Vec<Vec<usize>> {
    let (mut tall, small): (Vec<usize>, Vec<usize>) =
        group.iter().partition(|&&i| marks.marks[i].bbox.height() >= SMALL * height);
    if tall.is_empty() {
        return vec![group.to_vec()];
    }
    tall.sort_by(|&a, &b| {
        let y = |i: usize| marks.marks[i].bbox.center().y;
        y(a).total_cmp(&y(b))
    });
    let mut rows: Vec<(Rect, Vec<usize>)> = Vec::new();
    for i in tall {
        let bbox = marks.marks[i].bbox;
        let fits = rows.iter().position(|(row, _)| {
            let shared = row.overlap(&bbox, Axis::Y);
            shared >= 0.45 * row.height().min(bbox.height())
        });
        match fits {
            Some(r) => {
                let (row, members) = &mut rows[r];
                // The row's height is that of its characters, not of what leans out of it.
                if bbox.height() <= 1.5 * height {
                    row.y0 = row.y0.min(bbox.y0);
                    row.y1 = row.y1.max(bbox.y1).min(row.y0 + 1.6 * height.max(row.height()));
                }
                row.x0 = row.x0.min(bbox.x0);
                row.x1 = row.x1.max(bbox.x1);
                members.push(i);
            }
            None => rows.push((bbox, vec![i])),
        }
    }
    // Parts of one character may stand above each other.
    rows.sort_by(|a, b| a.0.y0.total_cmp(&b.0.y0));
    let mut merged: Vec<(Rect, Vec<usize>)> = Vec::new();
    for (row, members) in rows {
        match merged.last_mut() {
            Some((above, known)) if are_one_row(above, &row, height) => {
                *above = above.union(&row);
                known.extend(members);
            }
            _ => merged.push((row, members)),
        }
    }
    let mut rows = merged;
    for i in small {
        let y = marks.marks[i].bbox.center().y;
        let far = |row: &Rect| (row.y0 - y).max(y - row.y1).max(0.0);
        let nearest = rows.iter_mut().min_by(|a, b| far(&a.0).total_cmp(&far(&b.0)));
        if let Some((_, members)) = nearest {
            members.push(i);
        }
    }
    rows.into_iter().map(|(_, members)| members).collect()
}

/// Whether what stands below is a part of the same row: no higher together than a character, or one within the other,
/// as the pieces of characters are that fell apart and are higher than the digits around.
fn are_one_row(above: &Rect, below: &Rect, height: f32) -> bool {
    /// The share of the lower one that stands beside the other.
    const SHARED: f32 = 0.3;
    let together = below.y1.max(above.y1) - above.y0;
    let lower = above.height().min(below.height());
    together <= 1.25 * height
        || (together <= TALL * height && above.overlap(below, Axis::Y) >= SHARED * lower)
}

/// The parts of a row that stand far apart: the detector runs on from one text to the next where the paper between them
/// is dark.
fn set_apart(marks: &Marks, mut row: Vec<usize>, height: f32) -> Vec<Vec<usize>> {
    row.sort_by(|&a, &b| marks.marks[a].bbox.x0.total_cmp(&marks.marks[b].bbox.x0));
    let mut parts: Vec<(f32, Vec<usize>)> = Vec::new();
    for m in row {
        let bbox = &marks.marks[m].bbox;
        match parts.last_mut() {
            Some((end, own)) if bbox.x0 - *end <= APART * height => {
                *end = end.max(bbox.x1);
                own.push(m);
            }
            _ => parts.push((bbox.x1, vec![m])),
        }
    }
    // Specks and short strokes alone are no text: they stay with the one beside them.
    let is_text = |(_, own): &(f32, Vec<usize>)| {
        let bbox = bbox_of(marks, own);
        bbox.height() >= SMALL * height || bbox.width() >= DASH * height
    };
    let mut texts: Vec<Vec<usize>> = Vec::new();
    let mut before: Vec<usize> = Vec::new();
    for part in parts {
        match (is_text(&part), texts.last_mut()) {
            (true, _) => {
                texts.push(std::mem::take(&mut before).into_iter().chain(part.1).collect())
            }
            (false, Some(text)) => text.extend(part.1),
            (false, None) => before.extend(part.1),
        }
    }
    if !before.is_empty() {
        texts.push(before);
    }
    texts
}

/// Joins digits of one cell that stand in one row at one step: of full width, which leaves a gap beside a narrow one.
fn at_one_pitch(marks: &Marks, mut lines: Vec<Line>) -> Vec<Line> {
    /// Least and most step from one digit to the next, in heights of a digit, and the most that one is wide.
    const STEP: std::ops::RangeInclusive<f32> = 1.05..=1.75;
    const WIDE: f32 = 0.85;
    /// By how much a step may differ from the others.
    const UNEVEN: f32 = 0.12;
    lines.sort_by(|a, b| a.home.cmp(&b.home).then(a.bbox.x0.total_cmp(&b.bbox.x0)));
    let is_one_figure = |own: &[usize], bbox: &Rect| {
        let tall = bbox.height();
        let mut boxes: Vec<Rect> = own.iter().map(|&m| marks.marks[m].bbox).collect();
        boxes.retain(|b| b.height() >= 0.62 * tall);
        boxes.sort_by(|a, b| a.x0.total_cmp(&b.x0));
        let mut digits: Vec<Rect> = Vec::new();
        for b in boxes {
            match digits.last_mut() {
                Some(last) if last.overlap(&b, Axis::X) > 0.0 => *last = last.union(&b),
                _ => digits.push(b),
            }
        }
        let steps = digits.windows(2).map(|d| d[1].center().x - d[0].center().x);
        let steps: Vec<f32> = steps.collect();
        let usual = median(steps.clone()).unwrap_or(0.0);
        digits.len() > 1
            && STEP.contains(&(usual / tall.max(1.0)))
            && digits.iter().all(|d| d.width() <= WIDE * tall && d.height() >= 0.8 * tall)
            && steps.iter().all(|step| (step / usual - 1.0).abs() <= UNEVEN)
    };
    let mut joined: Vec<Line> = Vec::new();
    for line in lines {
        let fits = |known: &&mut Line| {
            let shared = known.bbox.overlap(&line.bbox, Axis::Y);
            let one_row = shared >= 0.8 * known.bbox.height().max(line.bbox.height());
            let own: Vec<usize> = known.marks.iter().chain(&line.marks).copied().collect();
            line.home.is_some()
                && one_row
                && known.bbox.x1 <= line.bbox.x0
                && is_one_figure(&own, &known.bbox.union(&line.bbox))
        };
        let same = joined.iter_mut().rev().take_while(|known| known.home == line.home);
        match same.into_iter().find(fits) {
            Some(known) => {
                known.marks.extend(&line.marks);
                known.detected |= line.detected;
                known.bbox = known.bbox.union(&line.bbox);
            }
            None => joined.push(line),
        }
    }
    joined
}

/// Joins lines of one cell that stand beside each other.
fn beside(marks: &Marks, mut lines: Vec<Line>, height: f32) -> Vec<Line> {
    lines.sort_by(|a, b| a.home.cmp(&b.home).then(a.bbox.x0.total_cmp(&b.bbox.x0)));
    let mut joined: Vec<Line> = Vec::new();
    for line in lines {
        let same = joined.iter_mut().rev().take_while(|known| known.home == line.home);
        let fits = |known: &&mut Line| {
            let shared = known.bbox.overlap(&line.bbox, Axis::Y);
            let lower = known.bbox.height().min(line.bbox.height());
            let gap = line.bbox.x0 - known.bbox.x1;
            let narrow = known.bbox.width().min(line.bbox.width());
            let union = known.bbox.union(&line.bbox);
            let stacked = known.bbox.overlap(&line.bbox, Axis::X) >= 0.6 * narrow
                && union.height() <= 1.2 * height
                && union.width() <= 1.5 * height;
            // Pieces of a character that fell apart, which the detector saw by themselves.
            let within = known.bbox.height() <= TALL * height
                && shared >= WITHIN * line.bbox.height()
                && known.bbox.x0 <= line.bbox.x0
                && line.bbox.x1 <= known.bbox.x1;
            stacked
                || within
                || shared >= 0.6 * lower
                    && gap <= BESIDE * height.min(known.bbox.height().max(line.bbox.height()))
                    && gap > -0.5 * height
        };
        match same.into_iter().find(fits) {
            Some(known) => {
                known.marks.extend(&line.marks);
                known.detected |= line.detected;
                known.bbox = bbox_of(marks, &known.marks);
            }
            None => joined.push(line),
        }
    }
    joined
}

/// Gives specks that stand within a line or close to its ends to that line: points, broken strokes, a minus.
fn attach(
    marks: &Marks,
    homes: &[Home],
    lines: &mut [Line],
    left: &mut Vec<usize>,
    height: f32,
    is_sliver: impl Fn(usize) -> bool,
) {
    let mut by_home: BTreeMap<Home, Vec<usize>> = BTreeMap::new();
    for (i, line) in lines.iter().enumerate() {
        by_home.entry(line.home).or_default().push(i);
    }
    left.retain(|&i| {
        let mark = &marks.marks[i];
        let center = mark.bbox.center();
        if mark.bbox.height() > 1.3 * height || mark.area < 3 || is_sliver(i) {
            return true;
        }
        let near = by_home.get(&homes[i]).into_iter().flatten().copied().find(|&l| {
            let r = &lines[l].bbox;
            let within = r.y0 - 0.15 * height <= center.y && center.y <= r.y1 + 0.2 * height;
            let aside = (r.x0 - mark.bbox.x1).max(mark.bbox.x0 - r.x1);
            within && aside <= 0.6 * height
        });
        if let Some(l) = near {
            lines[l].marks.push(i);
            lines[l].bbox = lines[l].bbox.union(&mark.bbox);
        }
        near.is_none()
    });
}

/// The marks of a line of figures without its specks: what is small either way and stands higher than a point does, or
/// away from the digits.
pub(super) fn without_specks(line: &Line, marks: &Marks, height: f32) -> Vec<usize> {
    /// The most that a speck measures either way, in heights of a line.
    const SPECK: f32 = 0.3;
    /// How much longer than thick what is no speck may be: a minus.
    const LONG: f32 = 1.8;
    /// A point stands with its middle within this of the feet of the digits, in their heights, behind the first of them and
    /// so near the last; behind digits of full width, it stands in a box of its own.
    const FOOT: f32 = 0.3;
    const FULL_WIDTH: f32 = 0.8;
    /// The least step of such digits, in their heights.
    const STEP: f32 = 1.05;
    let small = |b: &Rect| b.width().max(b.height()) <= SPECK * height;
    let boxes = || line.marks.iter().map(|&m| marks.marks[m].bbox);
    let tall = boxes().filter(|b| b.height() >= 0.5 * height).reduce(|a, b| a.union(&b));
    let Some(tall) = tall else { return line.marks.clone() };
    let mut middles: Vec<f32> =
        boxes().filter(|b| b.height() >= 0.62 * tall.height()).map(|b| b.center().x).collect();
    middles.sort_by(f32::total_cmp);
    let step = median(middles.windows(2).map(|pair| pair[1] - pair[0]).collect());
    let is_wide = step.is_some_and(|step| step >= STEP * tall.height());
    let room = if is_wide { FULL_WIDTH } else { FOOT };
    let is_speck = |b: &Rect| {
        let flat = b.width() >= LONG * b.height() && b.width() >= 4.0;
        let near_feet = (b.center().y - tall.y1).abs() <= FOOT * tall.height();
        let behind = tall.x0 <= b.x0 && b.x1 <= tall.x1 + room * tall.height();
        small(b) && !flat && !(near_feet && behind)
    };
    line.marks.iter().copied().filter(|&m| !is_speck(&marks.marks[m].bbox)).collect()
}

/// Tells how dark each line is against the others.
fn measure_contrast(marks: &Marks, gray: &Gray, lines: &mut [Line]) {
    let mut sums = vec![(0u32, 0u32); lines.len()];
    for ((sum, count), line) in sums.iter_mut().zip(lines.iter()) {
        let own: std::collections::BTreeSet<usize> = line.marks.iter().copied().collect();
        for y in line.bbox.y0 as usize..line.bbox.y1 as usize {
            for x in line.bbox.x0 as usize..line.bbox.x1 as usize {
                if marks.at(x, y).is_some_and(|m| own.contains(&m)) {
                    *sum += 255 - u32::from(gray.data[y * gray.width + x]);
                    *count += 1;
                }
            }
        }
    }
    let dark = |&(sum, count): &(u32, u32)| sum as f32 / count.max(1) as f32;
    let mut all: Vec<f32> = sums.iter().map(dark).collect();
    all.sort_by(f32::total_cmp);
    let usual = all.get(all.len() * 3 / 4).copied().unwrap_or(1.0).max(1.0);
    for (line, sum) in lines.iter_mut().zip(&sums) {
        line.contrast = dark(sum) / usual;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks as high as a line of 20 pixels, that begin and end here.
    fn marks(places: &[(usize, usize)]) -> Marks {
        let mut ink = Gray::new(400, 30, 0);
        for &(x0, x1) in places {
            (5..25).for_each(|y| ink.data[y * 400 + x0..y * 400 + x1].fill(1));
        }
        Marks::of(&ink)
    }

    #[test]
    fn pieces_of_characters_higher_than_digits_are_one_row() {
        let row = |y0: f32, y1: f32| Rect::new(0.0, y0, 50.0, y1);
        assert!(are_one_row(&row(368.0, 385.0), &row(378.0, 396.0), 19.0));
        // Rows that stand close do not reach into each other.
        assert!(!are_one_row(&row(368.0, 385.0), &row(384.0, 401.0), 19.0));
        assert!(!are_one_row(&row(368.0, 392.0), &row(384.0, 410.0), 19.0));
    }

    #[test]
    fn what_stands_far_apart_is_two_texts() {
        let marks = marks(&[(10, 28), (32, 50), (80, 98), (200, 218)]);
        let parts = set_apart(&marks, (0..4).collect(), 20.0);
        assert_eq!(parts, [vec![0, 1, 2], vec![3]]);
        // Pieces of characters between two texts bridge the gap; a speck far off is none.
        let mut ink = Gray::new(400, 30, 0);
        for (x0, x1, y0, y1) in
            [(10, 28, 5, 25), (60, 66, 8, 12), (90, 108, 5, 25), (300, 306, 8, 12)]
        {
            (y0..y1).for_each(|y| ink.data[y * 400 + x0..y * 400 + x1].fill(1));
        }
        assert_eq!(set_apart(&Marks::of(&ink), (0..4).collect(), 20.0).len(), 1);
    }

    #[test]
    fn pieces_within_a_line_are_parts_of_it() {
        let marks = marks(&[(10, 40), (60, 100)]);
        let line = |marks: Vec<usize>, x0: f32, x1: f32, y1: f32| Line {
            marks,
            bbox: Rect::new(x0, 5.0, x1, y1),
            home: None,
            detected: true,
            contrast: 1.0,
        };
        let joined = |lines: Vec<Line>| beside(&marks, lines, 20.0).len();
        assert_eq!(
            joined(vec![line(vec![0, 1], 10.0, 100.0, 25.0), line(vec![1], 80.0, 94.0, 22.0)]),
            1
        );
        // A stroke over several rows has none of their figures.
        let stroke = line(vec![0], 10.0, 100.0, 95.0);
        assert_eq!(joined(vec![stroke, line(vec![1], 60.0, 94.0, 22.0)]), 2);
        // Below it is another.
        let below =
            Line { bbox: Rect::new(80.0, 24.0, 94.0, 44.0), ..line(vec![1], 0.0, 0.0, 0.0) };
        assert_eq!(joined(vec![line(vec![0, 1], 10.0, 100.0, 25.0), below]), 2);
    }

    #[test]
    fn a_point_behind_digits_of_full_width_is_no_speck() {
        let kept = |digits: &[(usize, usize)], point: usize| {
            let mut ink = Gray::new(400, 30, 0);
            for &(x0, x1) in digits {
                (5..25).for_each(|y| ink.data[y * 400 + x0..y * 400 + x1].fill(1));
            }
            (21..25).for_each(|y| ink.data[y * 400 + point..y * 400 + point + 4].fill(1));
            let marks = Marks::of(&ink);
            let all: Vec<usize> = (0..marks.marks.len()).collect();
            let bbox = bbox_of(&marks, &all);
            let line = Line { marks: all, bbox, home: None, detected: true, contrast: 1.0 };
            without_specks(&line, &marks, 20.0).len()
        };
        let wide = [(10, 22), (36, 48), (62, 74)];
        assert_eq!((kept(&wide, 82), kept(&wide, 96)), (4, 3));
        // Behind digits that stand close it is one.
        let close = [(10, 22), (24, 36), (38, 50)];
        assert_eq!((kept(&close, 52), kept(&close, 60)), (4, 3));
    }

    #[test]
    fn digits_at_one_step_are_one_figure() {
        let joined = |places: &[(usize, usize)], home: Home| {
            let marks = marks(places);
            let line = |m: usize| Line {
                marks: vec![m],
                bbox: marks.marks[m].bbox,
                home,
                detected: true,
                contrast: 1.0,
            };
            let lines = at_one_pitch(&marks, (0..places.len()).map(line).collect());
            lines.into_iter().map(|line| line.marks.len()).collect::<Vec<_>>()
        };
        // 2 2 1 5, in digits of full width.
        assert_eq!(joined(&[(10, 22), (36, 48), (65, 71), (88, 100)], Some((0, 0))), [4]);
        // Further apart, or in no cell, they are several.
        assert_eq!(joined(&[(10, 22), (50, 62)], Some((0, 0))), [1, 1]);
        assert_eq!(joined(&[(10, 22), (36, 48)], None), [1, 1]);
    }
}
