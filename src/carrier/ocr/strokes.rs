//! Ink in, long thin strokes out: what may be a ruling line, followed strip by strip as a curve.

use crate::carrier::ocr::raster::Gray;

/// Width of a strip, in inches.
const STRIP: f32 = 0.06;
/// A stroke fills at least this share of a strip.
const FILLED: f32 = 0.62;
/// Thickest stroke, in inches.
const THICKEST: f32 = 0.035;
/// Strips without a stroke that are passed over.
const GAP: usize = 3;
/// Share of a stroke's strips that it is seen in.
pub(super) const SEEN: f32 = 0.75;

/// A long thin stroke, as it runs from left to right.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chain {
    /// The middle of the stroke in the middle of each strip it was seen in.
    pub points: Vec<(f32, f32)>,
    /// Its thickness in pixels.
    pub thick: f32,
    /// Where it begins and ends, in pixels.
    pub from: f32,
    /// See `from`.
    pub to: f32,
    /// The share of its strips that its darkest row fills, on average: a rule's is 1, a row of feet's is less.
    pub fill: f32,
    /// How much of its length each of its points stands for, in pixels.
    pub step: f32,
}

impl Chain {
    /// The share of a stretch that the stroke was seen in, by the strips that lie in it whole.
    pub fn seen(&self, from: f32, to: f32) -> f32 {
        let half = self.step / 2.0;
        let first = self.points.partition_point(|p| p.0 - half < from + 2.0);
        let last = self.points.partition_point(|p| p.0 + half <= to - 2.0);
        let whole = ((to - from - 4.0) / self.step - 0.75).max(1.0);
        (last.saturating_sub(first) as f32 / whole).min(1.0)
    }

    /// How long it is, in pixels.
    pub fn length(&self) -> f64 {
        f64::from(self.to - self.from)
    }

    /// The height it runs at on the whole.
    pub fn at(&self) -> f32 {
        let n = self.points.len().max(1) as f32;
        self.points.iter().map(|p| p.1).sum::<f32>() / n
    }

    /// The height it runs at here.
    pub fn at_x(&self, x: f32) -> f32 {
        let i = self.points.partition_point(|p| p.0 < x);
        match (i.checked_sub(1).and_then(|i| self.points.get(i)), self.points.get(i)) {
            (Some(a), Some(b)) => a.1 + (b.1 - a.1) * (x - a.0) / (b.0 - a.0).max(1e-3),
            (Some(p), None) | (None, Some(p)) => p.1,
            (None, None) => 0.0,
        }
    }
}

/// A stroke's part in one strip.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// The middle, in pixels from the top.
    at: f32,
    thick: f32,
    /// The share of its darkest row that is dark.
    fill: f32,
}

/// The strokes that run from left to right for at least `shortest` pixels, seen in at least a share of their strips.
pub(super) fn chains(ink: &Gray, dpi: f32, shortest: f32, seen: f32) -> Vec<Chain> {
    let (w, h) = (ink.width, ink.height);
    let strip = ((dpi * STRIP) as usize).max(4);
    let thickest = (dpi * THICKEST).max(3.0) as usize;
    let count = w.div_ceil(strip);
    let mut fills = vec![0u16; h];
    let mut open: Vec<Open> = Vec::new();
    let mut done: Vec<Open> = Vec::new();
    for s in 0..count {
        let (x0, x1) = (s * strip, ((s + 1) * strip).min(w));
        for (y, fill) in fills.iter_mut().enumerate() {
            *fill = ink.data[y * w + x0..y * w + x1].iter().map(|&v| u16::from(v)).sum();
        }
        let parts = parts(&fills, (x1 - x0) as f32, thickest);
        let mut taken = vec![false; parts.len()];
        // The longest first: a crossing stroke takes nothing from a rule.
        open.sort_by_key(|chain| std::cmp::Reverse(chain.parts.len()));
        for chain in &mut open {
            let gap = s - chain.last;
            let reach = 1.3 + 0.4 * gap as f32;
            let expected = chain.expected(s);
            let near = parts.iter().enumerate().filter(|(i, _)| !taken[*i]);
            let near = near.map(|(i, p)| (i, (p.at - expected).abs()));
            let near = near.filter(|&(_, d)| d <= reach).min_by(|a, b| a.1.total_cmp(&b.1));
            if let Some((i, _)) = near {
                taken[i] = true;
                chain.push(s, parts[i]);
            }
        }
        let (on, off): (Vec<Open>, Vec<Open>) =
            open.into_iter().partition(|chain| s - chain.last <= GAP);
        open = on;
        done.extend(off);
        let new = parts.iter().zip(&taken).filter(|(_, taken)| !**taken);
        open.extend(new.map(|(&part, _)| Open { first: s, last: s, parts: vec![(s, part)] }));
    }
    done.extend(open);
    let mut chains: Vec<Chain> = done
        .into_iter()
        .filter_map(|chain| chain.finish(ink, strip, thickest, seen))
        .filter(|chain| chain.to - chain.from >= shortest)
        .collect();
    chains.sort_by(|a, b| a.at().total_cmp(&b.at()));
    chains
}

/// Thin dark stretches of a strip: dark rows between light ones.
fn parts(fills: &[u16], width: f32, thickest: usize) -> Vec<Part> {
    let dark = |y: usize| f32::from(fills[y]) >= FILLED * width;
    let some = |y: usize| f32::from(fills[y]) >= 0.25 * width;
    let mut parts = Vec::new();
    let mut y = 0;
    while y < fills.len() {
        if !dark(y) {
            y += 1;
            continue;
        }
        let from = y;
        while y < fills.len() && dark(y) {
            y += 1;
        }
        // A stroke that slopes within the strip has rows beside it that are dark in part.
        let (mut top, mut low) = (from, y);
        while top > 0 && some(top - 1) && y - top <= thickest {
            top -= 1;
        }
        while low < fills.len() && some(low) && low - top <= thickest {
            low += 1;
        }
        if y - from <= thickest {
            let weights: f32 = (top..low).map(|y| f32::from(fills[y])).sum();
            let moment: f32 = (top..low).map(|y| (y as f32 + 0.5) * f32::from(fills[y])).sum();
            let darkest = (from..y).map(|y| fills[y]).max().unwrap_or(0);
            let (at, thick) = (moment / weights.max(1.0), (weights / width).max(1.0));
            parts.push(Part { at, thick, fill: f32::from(darkest) / width });
        }
    }
    parts
}

/// A stroke being followed.
struct Open {
    first: usize,
    last: usize,
    parts: Vec<(usize, Part)>,
}

impl Open {
    fn push(&mut self, strip: usize, part: Part) {
        self.last = strip;
        self.parts.push((strip, part));
    }

    /// Where it should go on, by the slope of what was seen of it lately.
    fn expected(&self, strip: usize) -> f32 {
        let n = self.parts.len();
        let (last, part) = self.parts[n - 1];
        if n < 6 {
            return part.at;
        }
        let (first, old) = self.parts[n.saturating_sub(12)];
        let slope = (part.at - old.at) / (last - first).max(1) as f32;
        part.at + slope * (strip - last) as f32
    }

    fn finish(self, ink: &Gray, strip: usize, thickest: usize, share: f32) -> Option<Chain> {
        let seen = self.parts.len() as f32;
        if seen < 3.0 || seen < share * (self.last - self.first + 1) as f32 {
            return None;
        }
        let mut thick: Vec<f32> = self.parts.iter().map(|p| p.1.thick).collect();
        thick.sort_by(f32::total_cmp);
        let thick = thick[thick.len() / 2];
        if thick > thickest as f32 {
            return None;
        }
        let middle = |s: usize| (s * strip) as f32 + strip as f32 / 2.0;
        let points: Vec<(f32, f32)> = self.parts.iter().map(|&(s, p)| (middle(s), p.at)).collect();
        let fill = self.parts.iter().map(|p| p.1.fill).sum::<f32>() / seen;
        let mut chain = Chain { points, thick, from: 0.0, to: 0.0, fill, step: strip as f32 };
        // Its ends lie within the strips beside the first and the last one.
        let w = ink.width as isize;
        let dark = |x: isize| {
            let y = chain.at_x(x as f32).round() as isize;
            (0..w).contains(&x)
                && (y - 2..=y + 1).any(|y| {
                    (0..ink.height as isize).contains(&y) && ink.data[(y * w + x) as usize] == 1
                })
        };
        let mut from = (self.first * strip) as isize;
        while dark(from - 1) {
            from -= 1;
        }
        let mut to = ((self.last + 1) * strip) as isize;
        to = to.min(w);
        while dark(to) {
            to += 1;
        }
        while from < to && !dark(from) {
            from += 1;
        }
        while from < to && !dark(to - 1) {
            to -= 1;
        }
        (chain.from, chain.to) = (from as f32, to as f32);
        Some(chain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bent_rule_is_one_curve_and_its_ends_are_exact() {
        let mut ink = Gray::new(900, 60, 0);
        for x in 50..850 {
            let y = 30.0 + 6.0 * ((x as f32) / 300.0).sin();
            for dy in 0..3 {
                ink.data[(y as usize + dy) * 900 + x] = 1;
            }
        }
        let found = chains(&ink, 200.0, 100.0, SEEN);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].from, found[0].to), (50.0, 850.0));
        assert!((found[0].thick - 3.0).abs() < 0.6, "{}", found[0].thick);
        assert!((found[0].at_x(471.0) - 37.5).abs() < 1.0, "{}", found[0].at_x(471.0));
    }
}
