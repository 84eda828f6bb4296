//! A page in, set upright and flat: quarter turns and upside down decided for the whole page, skew taken out,
//! then what is bent made straight by the page's own rules and lines of text, each of which is a curve.

use crate::carrier::ocr::raster::Gray;
use crate::carrier::ocr::strokes::{Chain, SEEN, chains};

/// Degrees of skew that are looked for.
const SKEW: f32 = 6.0;
/// Places across and down at which the bend of a page is told.
const KNOTS: usize = 9;
/// Pixels between the places at which the mapping is worked out; between them it is straight.
const MESH: usize = 16;

/// Leads each place of the flat page back to the page as it came.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flat {
    /// Degrees clockwise that the page was skewed.
    pub skew: f32,
    /// Size of both pages.
    width: f32,
    height: f32,
    /// What is added to y, by knots in x for the top and the bottom of the page.
    dy: Option<Bend>,
    /// What is added to x, by knots in y for the left and the right of the page.
    dx: Option<Bend>,
}

/// A displacement across an axis: piecewise straight along the axis, straight across it.
type Bend = [[f32; KNOTS]; 2];

impl Flat {
    /// Leads nowhere else.
    pub fn none(page: &Gray) -> Flat {
        let (width, height) = (page.width as f32, page.height as f32);
        Flat { skew: 0.0, width, height, dy: None, dx: None }
    }

    /// Finds how the page's ink has to be moved.
    pub fn of(ink: &Gray, lines: &[Chain], dpi: f32) -> Flat {
        let mut flat = Flat::none(ink);
        flat.skew = skew(ink);
        if flat.skew.abs() < 0.03 {
            flat.skew = 0.0;
        }
        let turned = if flat.skew == 0.0 { ink.clone() } else { flat.apply_ink(ink) };
        let across: Vec<Chain> = chains(&turned, dpi, dpi * 0.9, SEEN);
        let down: Vec<Chain> = chains(&transposed(&turned), dpi, dpi * 0.9, SEEN);
        // Lines of text say the same less exactly.
        let lines: Vec<Chain> = lines.iter().map(|line| flat.forward(line)).collect();
        flat.dy = bend(&across, &lines, flat.width, flat.height, dpi);
        flat.dx = bend(&down, &[], flat.height, flat.width, dpi);
        flat
    }

    /// Whether anything is moved by as much as a pixel.
    pub fn moves(&self) -> bool {
        let bent = |b: &Option<Bend>| b.is_some_and(|b| b.iter().flatten().any(|d| d.abs() > 0.8));
        self.skew != 0.0 || bent(&self.dy) || bent(&self.dx)
    }

    /// The most that anything is bent, in pixels.
    pub fn most_bent(&self) -> f32 {
        let most = |b: &Option<Bend>| {
            b.map_or(0.0, |b| b.iter().flatten().fold(0.0f32, |m, d| m.max(d.abs())))
        };
        most(&self.dy).max(most(&self.dx))
    }

    /// Where a place of the flat page was on the page as it came.
    fn back(&self, x: f32, y: f32) -> (f32, f32) {
        let bent = |b: &Option<Bend>, along: f32, across: f32| {
            b.as_ref().map_or(0.0, |b| value(b, along, across))
        };
        let (x, y) = (
            x + bent(&self.dx, y / self.height, x / self.width),
            y + bent(&self.dy, x / self.width, y / self.height),
        );
        let (sin, cos) = self.skew.to_radians().sin_cos();
        let (cx, cy) = (self.width / 2.0, self.height / 2.0);
        let (dx, dy) = (x - cx, y - cy);
        (cx + dx * cos - dy * sin, cy + dx * sin + dy * cos)
    }

    /// Where a place of the page as it came is on the flat page.
    pub fn forth(&self, x: f32, y: f32) -> (f32, f32) {
        // What moves a place changes little from one to the next: each step comes nearer.
        (0..6).fold((x, y), |(u, v), _| {
            let (bx, by) = self.back(u, v);
            (u + x - bx, v + y - by)
        })
    }

    /// Where a line's places are once skew is taken out.
    fn forward(&self, line: &Chain) -> Chain {
        let (sin, cos) = (-self.skew).to_radians().sin_cos();
        let (cx, cy) = (self.width / 2.0, self.height / 2.0);
        let points = line.points.iter().map(|&(x, y)| {
            let (dx, dy) = (x - cx, y - cy);
            (cx + dx * cos - dy * sin, cy + dx * sin + dy * cos)
        });
        Chain { points: points.collect(), ..line.clone() }
    }

    /// A picture of the page, made flat; one of another size is taken to show the same page.
    pub fn apply(&self, gray: &Gray) -> Gray {
        self.map(gray, |gray, x, y| (gray.between(x, y) + 0.5) as u8)
    }

    /// What the detector saw of the page; nothing beyond its edges.
    pub fn apply_map(&self, map: &Gray) -> Gray {
        let over = |map: &Gray, x: f32, y: f32| {
            let inside = x >= 0.0 && y >= 0.0 && x < map.width as f32 && y < map.height as f32;
            if inside { map.between(x, y) as u8 } else { 0 }
        };
        self.map(map, over)
    }

    fn apply_ink(&self, ink: &Gray) -> Gray {
        let at = |ink: &Gray, x: f32, y: f32| {
            let (x, y) = (x.round() as isize, y.round() as isize);
            let inside = x >= 0 && y >= 0 && x < ink.width as isize && y < ink.height as isize;
            if inside { ink.at(x, y) } else { 0 }
        };
        self.map(ink, at)
    }

    fn map(&self, gray: &Gray, at: impl Fn(&Gray, f32, f32) -> u8) -> Gray {
        let (w, h) = (gray.width, gray.height);
        let (sx, sy) = (self.width / w as f32, self.height / h as f32);
        let across = w.div_ceil(MESH) + 1;
        let row = |my: usize| -> Vec<(f32, f32)> {
            let place = |mx: usize| {
                let (x, y) = self.back((mx * MESH) as f32 * sx, (my * MESH) as f32 * sy);
                (x / sx, y / sy)
            };
            (0..across).map(place).collect()
        };
        let mut data = Vec::with_capacity(w * h);
        let (mut above, mut below) = (row(0), row(1));
        for y in 0..h {
            if y > 0 && y % MESH == 0 {
                above = std::mem::replace(&mut below, row(y / MESH + 1));
            }
            let t = (y % MESH) as f32 / MESH as f32;
            let mid = |i: usize| {
                let (a, b) = (above[i], below[i]);
                (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
            };
            for mx in 0..across - 1 {
                let (from, to) = (mid(mx), mid(mx + 1));
                let step = ((to.0 - from.0) / MESH as f32, (to.1 - from.1) / MESH as f32);
                for i in 0..MESH.min(w - mx * MESH) {
                    let i = i as f32;
                    data.push(at(gray, from.0 + step.0 * i, from.1 + step.1 * i));
                }
            }
        }
        Gray { width: w, height: h, data }
    }
}

/// The picture with x and y exchanged.
pub(super) fn transposed(gray: &Gray) -> Gray {
    let (w, h) = (gray.width, gray.height);
    let mut data = vec![0; w * h];
    const TILE: usize = 32;
    for ty in (0..h).step_by(TILE) {
        for tx in (0..w).step_by(TILE) {
            for y in ty..(ty + TILE).min(h) {
                for x in tx..(tx + TILE).min(w) {
                    data[x * h + y] = gray.data[y * w + x];
                }
            }
        }
    }
    Gray { width: h, height: w, data }
}

/// Degrees clockwise by which lines and rules run down to the right: where the lower edges of ink, thrown
/// together along that direction, fall into the fewest places.
fn skew(ink: &Gray) -> f32 {
    let (w, h) = (ink.width, ink.height);
    let mut edges: Vec<(f32, f32)> = Vec::new();
    for y in 0..h.saturating_sub(1) {
        for x in (y % 3..w).step_by(3) {
            if ink.data[y * w + x] == 1 && ink.data[(y + 1) * w + x] == 0 {
                edges.push((x as f32 - w as f32 / 2.0, y as f32));
            }
        }
    }
    let keep = edges.len().div_ceil(40_000).max(1);
    let edges: Vec<_> = edges.into_iter().step_by(keep).collect();
    let span = h + w / 4 + 8;
    let offset = (w / 8 + 2) as f32;
    let sharpness = |degrees: f32| {
        let slope = degrees.to_radians().tan();
        let mut bins = vec![0f32; span];
        for &(x, y) in &edges {
            let at = (y - x * slope + offset).max(0.0);
            // Shared between two bins, so that no angle is favoured for falling on whole pixels.
            let (bin, t) = (at as usize, at.fract());
            if bin + 1 < span {
                bins[bin] += 1.0 - t;
                bins[bin + 1] += t;
            }
        }
        // Smoothed by one bin either way: what is shared evenly must not count as less.
        bins.windows(3).map(|b| (b[0] + b[1] + b[2]).powi(2)).sum::<f32>()
    };
    let best = |angles: &mut dyn Iterator<Item = f32>| {
        let scored = angles.map(|a| (a, sharpness(a)));
        scored.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0.0, |(a, _)| a)
    };
    let rough = best(&mut (-30..=30).map(|i| i as f32 * SKEW / 30.0));
    let fine = best(&mut (-10..=10).map(|i| rough + i as f32 * 0.02));
    if fine.abs() > SKEW - 0.3 { 0.0 } else { fine }
}

/// The value of a bend at a place, both from 0 to 1.
fn value(bend: &Bend, along: f32, across: f32) -> f32 {
    let at = (along * (KNOTS - 1) as f32).clamp(0.0, (KNOTS - 1) as f32 - 1e-3);
    let (k, t) = (at as usize, at.fract());
    let of = |side: &[f32; KNOTS]| side[k] * (1.0 - t) + side[k + 1] * t;
    let across = across.clamp(0.0, 1.0);
    of(&bend[0]) * (1.0 - across) + of(&bend[1]) * across
}

/// The bend that makes each curve straight, by least squares, held back from bending where nothing tells.
///
/// A curve's places, less what the bend adds, are to lie at one height: for each place, its value less the mean
/// over its curve is to be its height less the mean.
fn bend(rules: &[Chain], lines: &[Chain], along: f32, across: f32, dpi: f32) -> Option<Bend> {
    const N: usize = 2 * KNOTS;
    let mut matrix = [[0f64; N + 1]; N];
    let mut told = 0.0;
    for (curves, weight) in [(rules, 1.0f64), (lines, 0.2)] {
        for curve in curves {
            let n = curve.points.len();
            if n < 3 {
                continue;
            }
            let shares = |&(x, y): &(f32, f32)| {
                let mut row = [0f64; N];
                let at = (x / along * (KNOTS - 1) as f32).clamp(0.0, (KNOTS - 1) as f32 - 1e-3);
                let (k, t) = (at as usize, f64::from(at.fract()));
                let s = f64::from((y / across).clamp(0.0, 1.0));
                for (side, share) in [(0, 1.0 - s), (KNOTS, s)] {
                    row[side + k] += (1.0 - t) * share;
                    row[side + k + 1] += t * share;
                }
                row
            };
            let rows: Vec<[f64; N]> = curve.points.iter().map(shares).collect();
            let mean_y = curve.points.iter().map(|p| f64::from(p.1)).sum::<f64>() / n as f64;
            let mut mean = [0f64; N];
            for row in &rows {
                for (m, v) in mean.iter_mut().zip(row) {
                    *m += v / n as f64;
                }
            }
            told += curve.length();
            for (row, point) in rows.iter().zip(&curve.points) {
                let b = f64::from(point.1) - mean_y;
                for i in 0..N {
                    let a = (row[i] - mean[i]) * weight;
                    if a == 0.0 {
                        continue;
                    }
                    for j in 0..N {
                        matrix[i][j] += a * (row[j] - mean[j]);
                    }
                    matrix[i][N] += a * b;
                }
            }
        }
    }
    if told < f64::from(dpi) * 6.0 {
        return None;
    }
    let scale: f64 = (0..N).map(|i| matrix[i][i]).sum::<f64>() / N as f64 + 1.0;
    for side in [0, KNOTS] {
        // Even bends cost little, kinks more.
        for k in 1..KNOTS - 1 {
            let kink = [(side + k - 1, 1.0), (side + k, -2.0), (side + k + 1, 1.0)];
            for (i, a) in kink {
                for (j, b) in kink {
                    matrix[i][j] += scale * 0.02 * a * b;
                }
            }
        }
    }
    for k in 0..KNOTS {
        // Top and bottom are bent alike unless told otherwise, and not at all unless told.
        let pair = [(k, 1.0), (KNOTS + k, -1.0)];
        for (i, a) in pair {
            matrix[i][i] += scale * 1e-3;
            for (j, b) in pair {
                matrix[i][j] += scale * 0.004 * a * b;
            }
        }
    }
    let solved = solve(&mut matrix)?;
    let mut bend = [[0f32; KNOTS]; 2];
    for k in 0..KNOTS {
        bend[0][k] = solved[k] as f32;
        bend[1][k] = solved[KNOTS + k] as f32;
    }
    Some(bend)
}

/// Gauss with the largest pivot of each column.
fn solve<const N: usize, const M: usize>(matrix: &mut [[f64; M]; N]) -> Option<[f64; N]> {
    for i in 0..N {
        let pivot = (i..N).max_by(|&a, &b| matrix[a][i].abs().total_cmp(&matrix[b][i].abs()))?;
        matrix.swap(i, pivot);
        if matrix[i][i].abs() < 1e-9 {
            return None;
        }
        for r in 0..N {
            if r != i {
                let factor = matrix[r][i] / matrix[i][i];
                let pivot = matrix[i];
                for (value, pivot) in matrix[r][i..].iter_mut().zip(&pivot[i..]) {
                    *value -= factor * pivot;
                }
            }
        }
    }
    let mut solution = [0.0; N];
    for i in 0..N {
        solution[i] = matrix[i][M - 1] / matrix[i][i];
    }
    Some(solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_forth_leads_back() {
        let mut flat = Flat::none(&Gray::new(1600, 2300, 255));
        flat.skew = 2.0;
        flat.dy = Some([[3.0; KNOTS], [-20.0, -15.0, -10.0, -5.0, 0.0, 5.0, 10.0, 15.0, 20.0]]);
        for (x, y) in [(40.0, 60.0), (800.0, 1100.0), (1500.0, 2200.0)] {
            let (u, v) = flat.forth(x, y);
            let (bx, by) = flat.back(u, v);
            assert!((bx - x).abs() < 0.1 && (by - y).abs() < 0.1, "{bx} {by}");
        }
    }
}
