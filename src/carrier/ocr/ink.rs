//! The pixels of a page in; what is printed on it in grey out, twice: as it is, and with what seals cover.
//!
//! Paper is made white whatever light fell on it, colour by colour. A seal is coloured ink in a patch about as
//! high as wide; there, and nowhere else, each pixel is taken apart into the seal's ink, whose colour is fitted
//! to the page, and the black below it (Beer and Lambert: what two inks absorb multiplies). Everything else that
//! is coloured is read as it is: a red head, a figure in red, a signature in blue.

use crate::carrier::ocr::marks::Marks;
use crate::carrier::ocr::picture::Picture;
use crate::carrier::ocr::raster::{Gray, Sums};
use crate::geom::Rect;

/// Pixels to an inch that pages are worked on at.
pub(super) const DPI: f32 = 200.0;
/// A page that has this many is neither enlarged nor made smaller.
const AS_IT_IS: std::ops::RangeInclusive<f32> = 180.0..=240.0;
/// Side of the blocks that the paper's shade is measured in, in pixels.
const BLOCK: usize = 24;
/// Paper is not taken to be darker than this share of the page's lightest.
const DARKEST_PAPER: f32 = 0.3;
/// How far apart a pixel's colours must be for it to be coloured.
const COLORED: u8 = 48;
/// The least share of a page's pixels that coloured ink takes up.
const COLORED_SHARE: f32 = 0.0004;
/// The least side of a seal, in inches.
const SEAL: f32 = 0.42;
/// The largest side of a seal, or of two that overlap, in inches.
const LARGEST_SEAL: f32 = 4.2;
/// How much longer than high a seal may be.
const SEAL_ASPECT: f32 = 2.2;

/// What is printed on a page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Inks {
    /// As it is, paper white.
    pub plain: Gray,
    /// With the ink of seals taken out.
    pub clean: Gray,
    /// How much ink of a seal there is: 255 for none.
    pub seal: Option<Gray>,
    /// Pixels to an inch now.
    pub dpi: f32,
    /// How many times larger it is than it came.
    pub enlarged: f32,
    /// Whether the page has two shades alone, as a fax.
    pub one_bit: bool,
}

/// Takes a page apart into its inks, scaled by `scale` where it says so, or to [`DPI`].
pub(super) fn separate(picture: &Picture, scale: Option<f32>) -> Inks {
    let scale = scale.unwrap_or_else(|| match AS_IT_IS.contains(&picture.dpi) {
        true => 1.0,
        false => DPI / picture.dpi,
    });
    let (w, h) = (picture.width, picture.height);
    let size = |n: usize| ((n as f32 * scale).round() as usize).max(1);
    let gray = is_gray(&picture.rgb);
    let one_bit = gray && is_one_bit(&picture.rgb);
    let plane = |channel: usize| {
        let data = picture.rgb.iter().skip(channel).step_by(3).copied().collect();
        let plane = Gray { width: w, height: h, data };
        if scale == 1.0 { plane } else { plane.scaled(size(w), size(h)) }
    };
    let dpi = picture.dpi * scale;
    if gray {
        let plain = plane(1);
        let papers = papers(&plain);
        let plain = whiten(plain, papers);
        return Inks { clean: plain.clone(), plain, seal: None, dpi, enlarged: scale, one_bit };
    }
    let planes = [plane(0), plane(1), plane(2)];
    let mut papers = [papers(&planes[0]), papers(&planes[1]), papers(&planes[2])];
    drop_colored(&mut papers);
    let [red, green, blue] = planes;
    let [a, b, c] = papers;
    let planes = [whiten(red, a), whiten(green, b), whiten(blue, c)];
    let plain = luminance(&planes);
    let (clean, seal) = match lift_seals(&planes, &plain, dpi) {
        Some((clean, seal)) => (clean, Some(seal)),
        None => (plain.clone(), None),
    };
    Inks { plain, clean, seal, dpi, enlarged: scale, one_bit }
}

fn is_gray(rgb: &[u8]) -> bool {
    rgb.chunks_exact(3).step_by(7).all(|p| p[0].abs_diff(p[1]) < 3 && p[1].abs_diff(p[2]) < 3)
}

fn is_one_bit(rgb: &[u8]) -> bool {
    let mixed = rgb.iter().step_by(21).filter(|&&v| (24..232).contains(&v)).count();
    mixed * 21 * 200 < rgb.len()
}

fn luminance([r, g, b]: &[Gray; 3]) -> Gray {
    let mix = |(&r, (&g, &b)): (&u8, (&u8, &u8))| {
        ((u32::from(r) * 77 + u32::from(g) * 150 + u32::from(b) * 29) >> 8) as u8
    };
    let data = r.data.iter().zip(g.data.iter().zip(&b.data)).map(mix).collect();
    Gray { width: r.width, height: r.height, data }
}

/// The shade of each block's paper: what a fifth of its pixels exceed, unless ink covers the block.
fn papers(plane: &Gray) -> Vec<f32> {
    let (w, h) = (plane.width, plane.height);
    let (across, down) = (w.div_ceil(BLOCK), h.div_ceil(BLOCK));
    let mut shades = vec![0f32; across * down];
    for by in 0..down {
        for bx in 0..across {
            let mut counts = [0u32; 256];
            let mut all = 0;
            for y in (by * BLOCK..((by + 1) * BLOCK).min(h)).step_by(2) {
                for &v in &plane.row(y)[bx * BLOCK..((bx + 1) * BLOCK).min(w)] {
                    counts[usize::from(v)] += 1;
                    all += 1;
                }
            }
            let mut above = 0;
            let shade = (0..256).rev().find(|&v| {
                above += counts[v];
                above * 5 >= all
            });
            shades[by * across + bx] = shade.unwrap_or(255) as f32;
        }
    }
    shades
}

/// Blocks of another colour than the page's paper are no paper: the middle of a seal's star. Their shade is then
/// that of the blocks around.
fn drop_colored(papers: &mut [Vec<f32>; 3]) {
    /// How much more of one colour than of another.
    const OTHER: f32 = 0.16;
    let usual = [0, 1, 2].map(|c| {
        let mut sorted = papers[c].clone();
        sorted.sort_by(f32::total_cmp);
        sorted[sorted.len() / 2].max(1.0)
    });
    for i in 0..papers[0].len() {
        let share = [0, 1, 2].map(|c| papers[c][i] / usual[c]);
        let (low, top) = (
            share.iter().copied().fold(f32::INFINITY, f32::min),
            share.iter().copied().fold(0.0, f32::max),
        );
        if top - low > OTHER * top {
            papers.iter_mut().for_each(|paper| paper[i] = 0.0);
        }
    }
}

/// Makes paper white: divides by the shade of the paper around each pixel.
fn whiten(mut plane: Gray, mut shades: Vec<f32>) -> Gray {
    let (w, h) = (plane.width, plane.height);
    let (across, down) = (w.div_ceil(BLOCK), h.div_ceil(BLOCK));
    // What is no paper takes its shade from what is, from the edges inwards.
    for _ in 0..across.max(down) {
        if shades.iter().all(|&s| s > 0.0) || shades.iter().all(|&s| s == 0.0) {
            break;
        }
        let near = spread(&shades, across, down, 1, f32::max);
        shades.iter_mut().zip(near).filter(|(s, _)| **s == 0.0).for_each(|(s, n)| *s = n);
    }
    let mut sorted = shades.clone();
    sorted.sort_by(f32::total_cmp);
    let lightest = sorted[sorted.len() * 9 / 10].max(1.0);
    // Ink wider than a block leaves it dark: the lightest of the blocks around is paper.
    let around = spread(&shades, across, down, 2, f32::max);
    let smooth = spread(&around, across, down, 2, |a, b| a + b);
    let ones = spread(&vec![1.0; shades.len()], across, down, 2, |a, b| a + b);
    let paper: Vec<f32> = smooth
        .iter()
        .zip(&ones)
        .map(|(sum, n)| (sum / n).max(lightest * DARKEST_PAPER).max(1.0))
        .collect();
    let at = |n: usize| (n as f32 + 0.5) / BLOCK as f32 - 0.5;
    let mut line = vec![0f32; across];
    for y in 0..h {
        let fy = at(y).clamp(0.0, (down - 1) as f32);
        let (y0, t) = (fy as usize, fy.fract());
        let y1 = (y0 + 1).min(down - 1);
        for (x, v) in line.iter_mut().enumerate() {
            *v = paper[y0 * across + x] * (1.0 - t) + paper[y1 * across + x] * t;
        }
        for (x, v) in plane.data[y * w..(y + 1) * w].iter_mut().enumerate() {
            let fx = at(x).clamp(0.0, (across - 1) as f32);
            let (x0, t) = (fx as usize, fx.fract());
            let paper = line[x0] * (1.0 - t) + line[(x0 + 1).min(across - 1)] * t;
            *v = (f32::from(*v) * 250.0 / paper).min(255.0) as u8;
        }
    }
    plane
}

/// Each value joined with those around it.
fn spread(
    values: &[f32],
    across: usize,
    down: usize,
    by: usize,
    join: impl Fn(f32, f32) -> f32,
) -> Vec<f32> {
    let pass = |values: &[f32], step: usize, end: &dyn Fn(usize) -> (usize, usize)| {
        (0..values.len())
            .map(|i| {
                let (at, last) = end(i);
                let reach = at.saturating_sub(by)..=(at + by).min(last);
                let near = reach.map(|n| values[i + n * step - at * step]);
                near.reduce(&join).unwrap_or(values[i])
            })
            .collect::<Vec<f32>>()
    };
    let flat = pass(values, 1, &|i| (i % across, across - 1));
    pass(&flat, across, &|i| (i / across, down - 1))
}

/// The page without the ink of its seals, and that ink; `None` where there is no seal.
fn lift_seals(planes: &[Gray; 3], plain: &Gray, dpi: f32) -> Option<(Gray, Gray)> {
    let (w, h) = (plain.width, plain.height);
    let chroma = |i: usize| {
        let p = [planes[0].data[i], planes[1].data[i], planes[2].data[i]];
        p.iter().max().copied().unwrap_or(0) - p.iter().min().copied().unwrap_or(0)
    };
    // Where coloured ink stands, at an eighth of the size.
    const PART: usize = 8;
    let (sw, sh) = (w.div_ceil(PART), h.div_ceil(PART));
    let mut colored = vec![0u8; sw * sh];
    let mut count = 0usize;
    for y in 0..h {
        for x in 0..w {
            if chroma(y * w + x) > COLORED {
                count += 1;
                let cell = &mut colored[y / PART * sw + x / PART];
                *cell = cell.saturating_add(1);
            }
        }
    }
    if (count as f32) < COLORED_SHARE * (w * h) as f32 {
        return None;
    }
    let patches = patches(&colored, sw, sh, (dpi * 0.05 / PART as f32).ceil() as usize);
    let inch = dpi / PART as f32;
    let seals: Vec<[usize; 4]> = patches
        .into_iter()
        .filter(|&[x0, y0, x1, y1]| {
            let (w, h) = ((x1 - x0) as f32 / inch, (y1 - y0) as f32 / inch);
            let (short, long) = (w.min(h), w.max(h));
            short >= SEAL && long <= LARGEST_SEAL && long <= short * SEAL_ASPECT
        })
        .collect();
    if seals.is_empty() {
        return None;
    }
    let mut clean = plain.clone();
    let mut ink = Gray::new(w, h, 255);
    let absorbed = |v: u8| -(f32::from(v.max(1)) / 255.0).ln();
    for [x0, y0, x1, y1] in seals {
        let grow = (dpi * 0.03) as usize;
        let (x0, x1) = ((x0 * PART).saturating_sub(grow), (x1 * PART + grow).min(w));
        let (y0, y1) = ((y0 * PART).saturating_sub(grow), (y1 * PART + grow).min(h));
        let each = || (y0..y1).flat_map(move |y| (x0..x1).map(move |x| y * w + x));
        let inks = seal_inks(
            each()
                .filter(|&i| chroma(i) > COLORED)
                .map(|i| [0, 1, 2].map(|c| absorbed(planes[c].data[i]))),
        );
        for i in each() {
            let a = [0, 1, 2].map(|c| absorbed(planes[c].data[i]));
            let (amount, black) = part_inks(&a, &inks);
            if amount > 0.08 {
                clean.data[i] = ((-black).exp() * 255.0).min(255.0) as u8;
                ink.data[i] = ((-amount).exp() * 255.0) as u8;
            }
        }
    }
    Some((clean, ink))
}

/// The ink of a seal.
struct SealInk {
    /// What it absorbs of each colour, the most being 1.
    absorbs: [f32; 3],
    /// The most of it that lies anywhere: what is darker has black below.
    most: f32,
}

/// How much more than usual a seal's ink may lie in places.
const STRONGER: f32 = 1.3;

/// The inks of a patch of seals, as what they absorb of each colour, the most being 1: seals that overlap may be
/// of two inks. Coloured pixels are told apart by their hue.
fn seal_inks(pixels: impl Iterator<Item = [f32; 3]>) -> Vec<SealInk> {
    /// Hues that are told apart.
    const HUES: usize = 24;
    /// A second ink has at least this share of the first one's pixels …
    const SECOND: f32 = 0.2;
    /// … and a hue this far from it.
    const APART: usize = 3;
    let mut sums = [[0f32; 5]; HUES];
    for a in pixels {
        let top = a.iter().copied().fold(f32::EPSILON, f32::max);
        let hue = (3f32.sqrt() * (a[1] - a[2])).atan2(2.0 * a[0] - a[1] - a[2]);
        let turn = (hue / std::f32::consts::TAU + 1.0).fract();
        let sum = &mut sums[((turn * HUES as f32) as usize).min(HUES - 1)];
        for (sum, a) in sum.iter_mut().zip(a) {
            *sum += a / top;
        }
        sum[3] += 1.0;
        sum[4] += top;
    }
    let around = |h: usize| {
        let near = [(h + HUES - 1) % HUES, h, (h + 1) % HUES];
        near.iter().fold([0f32; 5], |mut all, &n| {
            all.iter_mut().zip(sums[n]).for_each(|(a, b)| *a += b);
            all
        })
    };
    let mut hues: Vec<usize> = (0..HUES).filter(|&h| sums[h][3] > 0.0).collect();
    hues.sort_by(|&a, &b| around(b)[3].total_cmp(&around(a)[3]).then(a.cmp(&b)));
    let mut chosen: Vec<usize> = Vec::new();
    for h in hues {
        let apart = |&k: &usize| {
            let d = h.abs_diff(k);
            d.min(HUES - d) >= APART
        };
        let enough = chosen.first().is_none_or(|&k| around(h)[3] >= SECOND * around(k)[3]);
        if chosen.len() < 2 && enough && chosen.iter().all(apart) {
            chosen.push(h);
        }
    }
    let ink = |&h: &usize| {
        let sum = around(h);
        let top = sum[..3].iter().copied().fold(f32::EPSILON, f32::max);
        let absorbs = [sum[0] / top, sum[1] / top, sum[2] / top];
        SealInk { absorbs, most: STRONGER * sum[4] / sum[3].max(1.0) }
    };
    chosen.iter().map(ink).collect()
}

/// How much of the seals' inks and how much black a pixel has, by what it absorbs.
fn part_inks(a: &[f32; 3], inks: &[SealInk]) -> (f32, f32) {
    let one = |SealInk { absorbs: ink, most }: &SealInk| {
        let mean = ink.iter().sum::<f32>() / 3.0;
        let away = ink.map(|s| s - mean);
        let norm = away.iter().map(|a| a * a).sum::<f32>().max(1e-3);
        let dot = a.iter().zip(&away).map(|(a, s)| a * s).sum::<f32>();
        let amount = (dot / norm).clamp(0.0, *most);
        let rest = [0, 1, 2].map(|c| a[c] - amount * ink[c]);
        let black = (rest.iter().sum::<f32>() / 3.0).max(0.0);
        let off: f32 = rest.iter().map(|r| (r - black).powi(2)).sum();
        (off, amount, black)
    };
    let single = inks.iter().map(one).min_by(|a, b| a.0.total_cmp(&b.0));
    let Some((off, amount, black)) = single else { return (0.0, 0.0) };
    // Where both inks lie over each other, three colours tell both amounts and the black.
    if let [p, q] = inks
        && off > 0.004
    {
        let (most, p, q) = (p.most.max(q.most), p.absorbs, q.absorbs);
        let (u, v) = ([p[0] - p[2], p[1] - p[2]], [q[0] - q[2], q[1] - q[2]]);
        let w = [a[0] - a[2], a[1] - a[2]];
        let det = u[0] * v[1] - u[1] * v[0];
        if det.abs() > 1e-3 {
            let x = (w[0] * v[1] - w[1] * v[0]) / det;
            let y = (u[0] * w[1] - u[1] * w[0]) / det;
            if (0.0..most).contains(&x) && (0.0..most).contains(&y) {
                return (x + y, (a[2] - x * p[2] - y * q[2]).max(0.0));
            }
        }
    }
    (amount, black)
}

/// Boxes of coloured cells that lie no further apart than `gap`.
fn patches(colored: &[u8], w: usize, h: usize, gap: usize) -> Vec<[usize; 4]> {
    /// Fewest coloured pixels of a cell's 64.
    const SOME: u8 = 3;
    let mut seen = vec![false; colored.len()];
    let mut boxes = Vec::new();
    for start in 0..colored.len() {
        if seen[start] || colored[start] < SOME {
            continue;
        }
        let mut bbox = [usize::MAX, usize::MAX, 0, 0];
        let mut open = vec![start];
        seen[start] = true;
        while let Some(at) = open.pop() {
            let (x, y) = (at % w, at / w);
            bbox = [bbox[0].min(x), bbox[1].min(y), bbox[2].max(x + 1), bbox[3].max(y + 1)];
            for ny in y.saturating_sub(gap)..=(y + gap).min(h - 1) {
                for nx in x.saturating_sub(gap)..=(x + gap).min(w - 1) {
                    let next = ny * w + nx;
                    if !seen[next] && colored[next] >= SOME {
                        seen[next] = true;
                        open.push(next);
                    }
                }
            }
        }
        boxes.push(bbox);
    }
    boxes
}

/// Takes from the ink what a seal left behind where it was lifted: its rough edges are paler than print.
pub(super) fn without_seals(mut ink: Gray, inks: &Inks) -> Gray {
    /// Print under a seal is at least this dark.
    const PRINT: u8 = 118;
    /// How dark a seal's ink is where it counts: 255 is none.
    const SEAL: u8 = 205;
    let Some(seal) = &inks.seal else { return ink };
    let (w, h) = (ink.width, ink.height);
    for y in 2..h.saturating_sub(2) {
        for x in 2..w.saturating_sub(2) {
            let i = y * w + x;
            let pale = ink.data[i] == 1 && inks.clean.data[i] > PRINT;
            if pale && (y - 2..=y + 2).any(|y| seal.row(y)[x - 2..=x + 2].iter().any(|&v| v < SEAL))
            {
                ink.data[i] = 0;
            }
        }
    }
    ink
}

/// Takes out what shines through from the other side: ink much paler than the page's own, beside no dark ink, where so
/// many pieces of ink are nothing else that it is no faint print here and there. Says whether anything does.
pub(super) fn without_shining_through(mut ink: Gray, gray: &Gray) -> (Gray, bool) {
    /// Ink is pale below this share of what the page's darkest tenth has.
    const PALE: f32 = 0.34;
    /// Fewest pieces, and least share of all pieces, that are pale throughout.
    const FEWEST: usize = 40;
    const MUCH: f32 = 0.05;
    /// Fewer pixels are no piece of ink.
    const PIECE: u32 = 3;
    let (w, h) = (ink.width, ink.height);
    let mut counts = [0usize; 256];
    let inked = || (0..w * h).filter(|&i| ink.data[i] == 1);
    inked().for_each(|i| counts[usize::from(255 - gray.data[i])] += 1);
    let all: usize = counts.iter().sum();
    let mut above = 0;
    let dark = (0..256).rev().find(|&d| {
        above += counts[d];
        10 * above >= all.max(1)
    });
    let limit = (PALE * dark.unwrap_or(0) as f32) as u8;
    let is_dark = |i: usize| ink.data[i] == 1 && 255 - gray.data[i] >= limit;
    let marks = Marks::of(&ink);
    let mut is_pale = vec![true; marks.marks.len()];
    for i in inked().filter(|&i| is_dark(i)) {
        if let Some(m) = marks.at(i % w, i / w) {
            is_pale[m] = false;
        }
    }
    let pieces = || marks.marks.iter().zip(&is_pale).filter(|(mark, _)| mark.area >= PIECE);
    let pale = pieces().filter(|(_, pale)| **pale).count();
    if pale < FEWEST || (pale as f32) < MUCH * pieces().count() as f32 {
        return (ink, false);
    }
    let alone = |i: &usize| {
        let (x, y) = (i % w, i / w);
        let (xs, ys) = (x.saturating_sub(1)..(x + 2).min(w), y.saturating_sub(1)..(y + 2).min(h));
        !ys.into_iter().any(|y| xs.clone().any(|x| is_dark(y * w + x)))
    };
    let alone: Vec<usize> = inked().filter(alone).collect();
    alone.iter().for_each(|&i| ink.data[i] = 0);
    (ink, true)
}

/// The share of a box that is ink.
pub(super) fn share_of(ink: &Gray, b: &Rect) -> f32 {
    let (x0, x1) = (b.x0.max(0.0) as usize, (b.x1 as usize).min(ink.width));
    let (y0, y1) = (b.y0.max(0.0) as usize, (b.y1 as usize).min(ink.height));
    let inked = |y: usize| ink.row(y)[x0.min(x1)..x1].iter().filter(|&&v| v == 1).count();
    (y0..y1).map(inked).sum::<usize>() as f32 / (b.width() * b.height()).max(1.0)
}

/// Which pixels are ink: darker than their surroundings by more than the paper's unevenness (Sauvola and
/// Pietikäinen, 2000), and dark enough to be seen at all. 1 for ink.
pub(super) fn ink_of(gray: &Gray, dpi: f32) -> Gray {
    /// How much darker than its surroundings, as a share of them, where they are even.
    const DARKER: f32 = 0.16;
    /// Nothing lighter than this is ink.
    const LIGHTEST: f32 = 218.0;
    /// Everything darker than this is.
    const DARKEST: f32 = 100.0;
    let (w, h) = (gray.width, gray.height);
    let reach = (dpi * 0.08) as usize;
    let sums = Sums::new(gray, u32::from);
    let squares = Sums::new(gray, |v| u32::from(v) * u32::from(v) / 16);
    let mut data = vec![0u8; w * h];
    for y in 0..h {
        let (y0, y1) = (y.saturating_sub(reach), (y + reach + 1).min(h));
        for x in 0..w {
            let v = f32::from(gray.data[y * w + x]);
            if v > LIGHTEST {
                continue;
            }
            let (x0, x1) = (x.saturating_sub(reach), (x + reach + 1).min(w));
            let n = ((x1 - x0) * (y1 - y0)) as f32;
            let mean = sums.of(x0, y0, x1, y1) as f32 / n;
            let spread =
                (squares.of(x0, y0, x1, y1) as f32 * 16.0 / n - mean * mean).max(0.0).sqrt();
            let limit = mean * (1.0 - DARKER * 2.0 * (1.0 - spread / 128.0).max(0.0));
            data[y * w + x] = u8::from(v < DARKEST || v < limit.max(mean - 2.2 * spread.max(12.0)));
        }
    }
    Gray { width: w, height: h, data }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shines_through_is_no_ink_and_faint_print_is() {
        let page = |pieces: usize| {
            let mut gray = Gray::new(400, 100, 250);
            for y in 10..20 {
                gray.data[y * 400 + 20..y * 400 + 60].fill(20);
                gray.data[y * 400 + 60] = 150;
            }
            for piece in 0..pieces {
                let (x, y) = (10 + piece % 30 * 12, 40 + piece / 30 * 20);
                (y..y + 8).for_each(|y| gray.data[y * 400 + x..y * 400 + x + 3].fill(205));
            }
            let (ink, shines) = without_shining_through(ink_of(&gray, 200.0), &gray);
            ([15 * 400 + 40, 15 * 400 + 60, 42 * 400 + 11].map(|at| ink.data[at]), shines)
        };
        // The soft edge of a dark stroke stays, whatever shines through elsewhere.
        assert_eq!(page(60), ([1, 1, 0], true));
        assert_eq!(page(4), ([1, 1, 1], false));
    }
}
