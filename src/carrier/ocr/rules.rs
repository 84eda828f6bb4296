//! Strokes of a flat page in; its ruling lines out, and its ink without them. What crosses a rule keeps its ink,
//! what only touches one is cut from it.

use crate::carrier::ocr::flat::transposed;
use crate::carrier::ocr::lines::median;
use crate::carrier::ocr::raster::{Gray, Sums};
use crate::carrier::ocr::strokes::{Chain, SEEN, chains};
use crate::geom::{Axis, Rect};
use std::collections::BTreeMap;

/// The shortest rule, in inches: longer than any stroke or dash of a text.
const SHORTEST: [f32; 2] = [0.42, 0.3];
/// The shortest rule that is too pale to be ink, in inches.
const HAIR: f32 = 1.2;
/// Share of its strips that such a rule is seen in: beside figures that stand close to it, it is not.
const HAIR_SEEN: f32 = 0.45;
/// How far off the paper on both sides of a hair rule is looked at, in inches.
const OFF: f32 = 0.018;
/// Nothing that differs less from the paper is a rule, of 255 …
pub(super) const PALE: f32 = 22.0;
/// Nor where the other side shines through: its rules are darker than that.
pub(super) const OTHER_SIDE: f32 = 75.0;
/// … nor what differs by less than this share of what the page's other rules do.
const PALEST: f32 = 0.45;
/// A rule shorter than this has no gaps, in inches.
const LONG: f32 = 2.5;
/// What a rule without gaps fills of its strips.
const SOLID: f32 = 0.9;
/// What a hair rule fills of its strips.
const FAIR: f32 = 0.72;
/// Parts of one rule are no further apart than this, in inches.
const APART: f32 = 0.3;
/// … and no further aside, in inches.
const ASIDE: f32 = 0.02;

/// A ruling line of a page, in pixels. Of a vertical one, x and y are exchanged in its curve.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ruled {
    /// The direction it runs in.
    pub axis: Axis,
    /// Its curve.
    pub curve: Chain,
}

impl Ruled {
    /// Its place across its direction.
    pub fn at(&self) -> f32 {
        self.curve.at()
    }

    fn bbox(&self) -> Rect {
        let (at, Chain { from, to, .. }) = (self.at(), &self.curve);
        match self.axis {
            Axis::X => Rect::new(*from, at, *to, at),
            Axis::Y => Rect::new(at, *from, at, *to),
        }
    }
}

/// What may be rules: ink, and strokes too pale to be ink that are long and thin.
pub(super) struct Strokes {
    across: Gray,
    /// With x and y exchanged.
    down: Gray,
}

/// The rules of a flat page, its ink without them, and what they were found in; `seen` is what the detector takes for
/// text, `palest` how much a rule differs from the paper at least, of 255.
pub(super) fn rules(
    ink: Gray,
    gray: &Gray,
    seen: &[Rect],
    palest: f32,
    dpi: f32,
) -> (Vec<Ruled>, Gray, Strokes) {
    let found = |ink: &Gray, gray: &Gray, strokes: &Gray, shortest: f32, crossed: &[Chain]| {
        let mut parts = without_text(ink, chains(ink, dpi, shortest * dpi / 2.0, SEEN));
        // With what is too pale to be ink a rule may be longer; what is much paler than the page's other rules shines
        // through from the other side.
        let mut long = without_text(ink, chains(strokes, dpi, HAIR * dpi, HAIR_SEEN));
        let dark = |c: &&Chain| c.length() >= f64::from(HAIR * dpi / 2.0);
        let usual = median(parts.iter().filter(dark).map(|c| contrast(c, gray, dpi)).collect());
        let least = usual.map_or(0.0, |usual| PALEST * usual).max(palest);
        long.retain(|c| contrast(c, gray, dpi) >= least);
        parts.retain(|part| !long.iter().any(|whole| is_part(part, whole, dpi)));
        parts.extend(long);
        parts.iter_mut().for_each(|part| run_on(part, ink));
        let mut joined = join(parts, dpi);
        let is_long = |c: &Chain, inches: f32| c.length() >= f64::from(inches * dpi);
        joined.retain(|c| is_long(c, shortest));
        let whole = |c: &Chain| c.points.len() as f32 * c.step >= WHOLE * c.length() as f32;
        // What is not solid is a rule where parts of it follow each other at one height.
        let together = |c: &Chain| {
            let near = (ASIDE * dpi).max(2.0);
            let beside = joined.iter().filter(|o| (o.at() - c.at()).abs() <= near);
            beside.map(Chain::length).sum::<f64>() >= f64::from(LONG * dpi)
        };
        let kept = |c: &&Chain| {
            (c.fill >= SOLID && whole(c))
                || (c.fill >= FAIR && together(c))
                || runs_over_rules(c, crossed, strokes, dpi)
        };
        let joined: Vec<Chain> = joined.iter().filter(kept).cloned().collect();
        joined
    };
    let lying = with_hair(&ink, gray, palest, dpi);
    let across = found(&ink, gray, &lying, SHORTEST[0], &[]);
    let sideways = transposed(&erase(ink, &across));
    let gray = transposed(gray);
    let standing = with_hair(&sideways, &gray, palest, dpi);
    let mut down = found(&sideways, &gray, &standing, SHORTEST[1], &across);
    down.iter_mut().for_each(|c| end_at_table(c, &across, seen));
    down.retain(|c| {
        !is_of_characters(c, &across, &standing, dpi)
            && !has_arms(c, &across, &standing, dpi)
            && !is_in_text(c, &across, &standing, seen, dpi)
            && !is_of_points(c, &standing, seen)
    });
    let ink = transposed(&erase(sideways, &down));
    let strokes = Strokes { across: lying, down: standing };
    let rules = across.into_iter().map(|curve| Ruled { axis: Axis::X, curve });
    let rules = rules.chain(down.into_iter().map(|curve| Ruled { axis: Axis::Y, curve }));
    (rules.collect(), ink, strokes)
}

/// Whether a stroke is what is left of a rule between columns: it runs on over the rules that it passes, on both sides of most
/// of them, and down to the last.
fn runs_over_rules(down: &Chain, across: &[Chain], standing: &Gray, dpi: f32) -> bool {
    /// Fewest sides of rules passed that say so, and the share of them that the stroke reaches at least.
    const SIDES: usize = 4;
    const REACHED: f32 = 0.7;
    /// What it fills of its strips, and the share of them that it is seen in, at least.
    const FILLED: f32 = 0.82;
    const SEEN: f32 = 0.7;
    /// How far below its end, in inches, the table has no more rows.
    const BELOW: [f32; 2] = [0.15, 0.6];
    let seen = down.points.len() as f32 * down.step / down.length() as f32;
    let sides = sides_reached(down, across, standing, dpi);
    let reached = sides.iter().filter(|reached| **reached).count();
    let x = down.at();
    let goes_on = across.iter().filter(|rule| rule.from < x && x < rule.to).any(|rule| {
        let below = rule.at_x(x) - down.to;
        (BELOW[0] * dpi..BELOW[1] * dpi).contains(&below)
    });
    down.fill >= FILLED
        && seen >= SEEN
        && sides.len() >= SIDES
        && reached as f32 >= REACHED * sides.len() as f32
        && !goes_on
}

/// How much darker a stroke is than what is on both sides of it.
fn contrast(chain: &Chain, gray: &Gray, dpi: f32) -> f32 {
    let off = ((OFF * dpi).round() as isize).max(2);
    let half = (chain.step / 2.0) as isize;
    let mean = |x: isize, y: isize| {
        let shades = (x - half..=x + half).map(|x| f32::from(gray.at(x, y)));
        shades.sum::<f32>() / (2 * half + 1) as f32
    };
    let at = chain.points.iter().map(|&(x, y)| {
        let (x, y) = (x as isize, y as isize);
        let here = (y - 1..=y + 1).map(|y| mean(x, y)).fold(255.0, f32::min);
        mean(x, y - off).min(mean(x, y + off)) - here
    });
    median(at.collect()).unwrap_or(0.0)
}

/// Whether a stroke is a part of another.
fn is_part(part: &Chain, whole: &Chain, dpi: f32) -> bool {
    let middle = (part.from + part.to) / 2.0;
    let near = (part.at_x(middle) - whole.at_x(middle)).abs() <= (ASIDE * dpi).max(2.0);
    near && whole.from - whole.step <= part.from && part.to <= whole.to + whole.step
}

/// The ink, and hair rules that are too pale to be ink: where the mean along a row is darker than that of the rows
/// above and below, which are paper.
fn with_hair(ink: &Gray, gray: &Gray, palest: f32, dpi: f32) -> Gray {
    /// The length that the mean is taken along, in inches: noise is a fifth along it.
    const ALONG: f32 = 0.12;
    /// How much darker a hair rule is than they are, of 255; and where the other side shines through, as a share of how
    /// much darker than the paper a rule is there.
    const DARKER: f32 = 6.0;
    const OF_OTHER_SIDE: f32 = 0.5;
    /// What is as light as this is paper.
    const PAPER: f32 = 226.0;
    /// Share of its length that may be ink: characters are, and their strokes stand in rows and columns too.
    const INK: f32 = 0.3;
    let (w, h) = (gray.width, gray.height);
    let half = (ALONG * dpi / 2.0) as usize;
    let off = ((OFF * dpi).round() as usize).max(2);
    let sums = Sums::new(gray, u32::from);
    let inked = Sums::new(ink, u32::from);
    let mut strokes = ink.clone();
    let darker = if palest > PALE { OF_OTHER_SIDE * palest } else { DARKER };
    let is_text = |x: usize, y: usize| {
        let (x0, x1) = (x.saturating_sub(half), (x + half + 1).min(w));
        let most = (y - 1..=y + 1).map(|y| inked.of(x0, y, x1, y + 1)).max().unwrap_or(0);
        most as f32 > INK * (x1 - x0) as f32
    };
    let mean_of = |x: usize, y: usize, half: usize| {
        let (x0, x1) = (x.saturating_sub(half), (x + half + 1).min(w));
        sums.of(x0, y, x1, y + 1) as f32 / (x1 - x0) as f32
    };
    let mean = |x: usize, y: usize| mean_of(x, y, half);
    for y in off..h.saturating_sub(off) {
        for x in 0..w {
            let here = mean(x, y);
            if here > 250.0 - darker {
                continue;
            }
            let beside = mean(x, y - off).min(mean(x, y + off));
            // Right here too, and not only where ink begins beside it.
            let close = mean_of(x, y, half / 3);
            if beside > PAPER && here.max(close) < beside - darker && !is_text(x, y) {
                strokes.data[y * w + x] = 1;
            }
        }
    }
    strokes
}

/// The parts of strokes that are rules: where ink stands on a stroke strip after strip, it is the feet or the
/// heads of a row of characters.
fn without_text(ink: &Gray, chains: Vec<Chain>) -> Vec<Chain> {
    /// So many strips of text in a row end a rule.
    const TEXT: usize = 3;
    let (w, h) = (ink.width as isize, ink.height as isize);
    let dark = |x: isize, y: isize| {
        (0..h).contains(&y) && (0..w).contains(&x) && ink.data[(y * w + x) as usize] == 1
    };
    let mut parts = Vec::new();
    for chain in chains {
        let far = (chain.thick / 2.0 + 2.5).ceil() as isize;
        let half = (chain.step / 2.0) as isize;
        let is_text = |&(x, y): &(f32, f32)| {
            let (x, y) = (x as isize, y.round() as isize);
            let columns = x - half..x + half;
            let beyond = |x: isize, y: isize| (0..3).any(|d| dark(x, y + d));
            let stands = |x: &isize| beyond(*x, y - far - 2) || beyond(*x, y + far - 1);
            let touched = columns.clone().filter(stands).count();
            3 * touched > columns.count()
        };
        let text: Vec<bool> = chain.points.iter().map(is_text).collect();
        let mut from = 0;
        let mut i = 0;
        let mut cut = |from: usize, to: usize| {
            let points = &chain.points[from..to];
            let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
            let half = chain.step / 2.0;
            let start = if from == 0 { chain.from } else { first.0 - half };
            let end = if to == chain.points.len() { chain.to } else { last.0 + half };
            let clean = text[from..to].iter().filter(|t| !**t).count();
            if 2 * clean >= to - from {
                let points = points.to_vec();
                parts.push(Chain { points, from: start, to: end, ..chain.clone() });
            }
        };
        while i < text.len() {
            let run = text[i..].iter().take_while(|t| **t).count();
            if run >= TEXT {
                cut(from, i);
                from = i + run;
            }
            i += run.max(1);
        }
        cut(from, text.len());
    }
    parts
}

/// Lets a stroke run on at both ends as far as its ink does without a break: where characters stand on a rule, strips do
/// not show it, but its own row is dark all along.
fn run_on(chain: &mut Chain, ink: &Gray) {
    /// Pixels that may be missing in a row, and over which the stroke rises or falls by one.
    const GAP: usize = 2;
    const SLOPE: usize = 8;
    let (w, h) = (ink.width as isize, ink.height as isize);
    let dark = |x: isize, y: isize| {
        (0..w).contains(&x) && (0..h).contains(&y) && ink.data[(y * w + x) as usize] == 1
    };
    let walk = |from: f32, step: isize| {
        let (mut x, mut y) = (from as isize, chain.at_x(from).floor() as isize);
        let (mut missing, mut since) = (0, SLOPE);
        let mut passed: Vec<(f32, f32)> = Vec::new();
        loop {
            x += step;
            since += 1;
            let beside = [1, -1].into_iter().find(|d| since > SLOPE && dark(x, y + d));
            match (dark(x, y), beside) {
                (true, _) => missing = 0,
                (false, Some(d)) => (missing, since, y) = (0, 0, y + d),
                (false, None) => missing += 1,
            }
            if missing > GAP || !(0..w).contains(&x) {
                passed.truncate(passed.len().saturating_sub(GAP));
                return passed;
            }
            passed.push((x as f32 + 0.5, y as f32 + 0.5));
        }
    };
    let (before, behind) = (walk(chain.from, -1), walk(chain.to - 1.0, 1));
    let every = (chain.step as usize).max(1);
    let ends = |passed: &[(f32, f32)]| passed.last().map(|p| p.0);
    let strips = |passed: &[(f32, f32)]| -> Vec<(f32, f32)> {
        passed.iter().skip(every / 2).step_by(every).copied().collect()
    };
    chain.from = ends(&before).map_or(chain.from, |x| x - 0.5);
    chain.to = ends(&behind).map_or(chain.to, |x| x + 0.5);
    let first = strips(&before).into_iter().rev();
    let points: Vec<(f32, f32)> =
        first.chain(std::mem::take(&mut chain.points)).chain(strips(&behind)).collect();
    chain.points = points;
}

/// Whether a stroke that stands is made of characters that stand below each other, one in each row: at the rules that
/// it passes it leaves off, on both sides of nearly all of them. A worn rule leaves off anywhere.
fn is_of_characters(down: &Chain, across: &[Chain], standing: &Gray, dpi: f32) -> bool {
    /// Fewest sides of rules passed that say so.
    const SIDES: usize = 6;
    /// Share of them that the stroke reaches, at most.
    const REACHED: f32 = 0.2;
    let sides = sides_reached(down, across, standing, dpi);
    let reached = sides.iter().filter(|reached| **reached).count();
    sides.len() >= SIDES && reached as f32 <= REACHED * sides.len() as f32
}

/// Whether a stroke that stands reaches the rules it passes, for either side of each.
fn sides_reached(down: &Chain, across: &[Chain], standing: &Gray, dpi: f32) -> Vec<bool> {
    let reaches = |at: f32, side: isize| reaches(down, standing, at, side, dpi);
    let mut sides = Vec::new();
    for rule in across {
        let at = rule.at_x(down.at_x(rule.at()));
        let x = down.at_x(at);
        let passes = down.from + dpi * 0.05 < at && at < down.to - dpi * 0.05;
        if passes && rule.from < x - dpi * 0.1 && x + dpi * 0.1 < rule.to {
            sides.extend([-1, 1].map(|side| reaches(at, side)));
        }
    }
    sides
}

/// How far from a rule it is told whether a stroke reaches it, in inches.
const BESIDE_RULE: [f32; 2] = [0.012, 0.035];

/// Whether a stroke that stands reaches the rule that it meets at this height, on this side of it.
fn reaches(down: &Chain, standing: &Gray, at: f32, side: isize, dpi: f32) -> bool {
    let [near, far] = BESIDE_RULE.map(|inches| (inches * dpi).round() as isize);
    let places = (near..=far).map(|d| at as isize + side * d);
    let dark = |&y: &isize| {
        let x = down.at_x(y as f32) as isize;
        (x - 2..=x + 2).any(|x| standing.at(y, x) == 1)
    };
    2 * places.clone().filter(dark).count() > places.count()
}

/// Whether a short stroke that stands is one of a text that runs over it, or of two below each other: it leaves off before
/// a rule that it would meet.
fn is_in_text(down: &Chain, across: &[Chain], standing: &Gray, seen: &[Rect], dpi: f32) -> bool {
    /// What is longer than this many inches is no stroke of two characters.
    const LONGEST: f32 = 0.7;
    let x = down.at();
    let runs_over = |s: &Rect| {
        let by = 0.6 * s.height();
        s.x0 + by < x && x < s.x1 - by && (down.from..down.to).contains(&s.center().y)
    };
    if down.length() > f64::from(LONGEST * dpi) || !seen.iter().any(runs_over) {
        return false;
    }
    let met = across.iter().filter(|rule| rule.from < x && x < rule.to).map(|rule| rule.at_x(x));
    let middle = (down.from + down.to) / 2.0;
    met.into_iter().any(|at| {
        let (from, to) = (down.from - 0.05 * dpi, down.to + 0.05 * dpi);
        let inner = [-1, 1].into_iter().filter(|&side: &isize| {
            let is_end = at < down.from + 0.08 * dpi || at > down.to - 0.08 * dpi;
            !is_end || (middle - at) * side as f32 > 0.0
        });
        from < at
            && at < to
            && inner.into_iter().any(|side| !reaches(down, standing, at, side, dpi))
    })
}

/// Whether what stands is made of the points of figures below each other, or other feet of texts: the texts that run over it
/// show nothing of it in their upper halves.
fn is_of_points(down: &Chain, standing: &Gray, seen: &[Rect]) -> bool {
    /// Fewest texts that say so.
    const FEWEST: usize = 3;
    /// Share of the upper half that shows a rule.
    const SHOWN: f32 = 0.3;
    let runs_over = |s: &&Rect| {
        let (x, by) = (down.at_x(s.center().y), 0.6 * s.height());
        s.x0 + by < x && x < s.x1 - by && down.from <= s.y0 && s.y1 <= down.to
    };
    let shows = |s: &Rect| {
        let upper = (s.y0 + 0.1 * s.height()) as isize..s.center().y as isize;
        let dark = |&y: &isize| {
            let x = down.at_x(y as f32) as isize;
            (x - 1..=x + 1).any(|x| standing.at(y, x) == 1)
        };
        upper.clone().filter(dark).count() as f32 >= SHOWN * upper.count() as f32
    };
    let (shown, not): (Vec<&Rect>, Vec<&Rect>) =
        seen.iter().filter(runs_over).partition(|s| shows(s));
    not.len() >= FEWEST && not.len() > 2 * shown.len()
}

/// Takes off the end of a stroke that stands in a text beyond the outermost rule it meets, and leaves off before that rule:
/// a stroke of a title over the table is in line with a column's rule.
fn end_at_table(down: &mut Chain, across: &[Chain], seen: &[Rect]) {
    let x = down.at();
    let met = across.iter().filter(|rule| rule.from < x && x < rule.to).map(|rule| rule.at_x(x));
    let met: Vec<f32> = met.filter(|at| (down.from..down.to).contains(at)).collect();
    let runs_over = |y: f32| {
        let over = |s: &Rect| {
            let by = 0.6 * s.height();
            s.x0 + by < x && x < s.x1 - by && (s.y0..s.y1).contains(&y)
        };
        seen.iter().any(over)
    };
    let (half, step) = (down.step / 2.0, down.step);
    if let Some(first) = met.iter().copied().reduce(f32::min)
        && runs_over((down.from + first) / 2.0)
        && down.points.iter().rfind(|p| p.0 < first).is_none_or(|p| p.0 + half + step <= first)
    {
        down.points.retain(|p| p.0 >= first);
        down.from = down.points.first().map_or(first, |p| (p.0 - half).max(first));
    }
    if let Some(last) = met.iter().copied().reduce(f32::max)
        && runs_over((down.to + last) / 2.0)
        && down.points.iter().find(|p| p.0 > last).is_none_or(|p| last <= p.0 - half - step)
    {
        down.points.retain(|p| p.0 <= last);
        down.to = down.points.last().map_or(last, |p| (p.0 + half).min(last));
    }
}

/// Whether a stroke that stands is made of characters: all the way, strokes of a character's width begin at it. Where
/// rows are close, characters below each other leave no gap at the rules between them that would tell them; beside a
/// rule there is paper.
fn has_arms(down: &Chain, across: &[Chain], standing: &Gray, dpi: f32) -> bool {
    /// How long such a stroke is, in inches: shorter is a rough edge, longer a rule that crosses.
    const ARM: [f32; 2] = [0.022, 0.17];
    /// The length along the stroke in which one is looked for, in inches: half a line of text.
    const BAND: f32 = 0.1;
    /// Fewest such lengths, and the share of them that has one.
    const FEWEST: usize = 3;
    const ARMED: f32 = 0.4;
    let [least, most] = ARM.map(|inches| (inches * dpi).round() as isize);
    let half = (down.thick / 2.0).ceil() as isize;
    let is_at_rule = |x: f32, y: f32| {
        let crosses = |rule: &&Chain| (rule.from..=rule.to).contains(&x);
        across.iter().filter(crosses).any(|rule| (rule.at_x(x) - y).abs() <= 0.03 * dpi)
    };
    let has_arm = |y: isize| {
        let x = down.at_x(y as f32);
        let length = |side: isize| {
            let dark = |k: &isize| standing.at(y, x.round() as isize + side * (half + k)) == 1;
            (1..=most + 1).take_while(dark).count() as isize
        };
        (length(-1).max(length(1)) >= least)
            && [-1, 1].into_iter().all(|side| length(side) <= most)
            && !is_at_rule(x, y as f32)
    };
    let band = (BAND * dpi) as isize;
    let (from, to) = (down.from as isize, down.to as isize);
    let bands = (to - from) / band.max(1);
    let armed = |b: &isize| (from + b * band..from + (b + 1) * band).any(has_arm);
    let armed = (0..bands).filter(armed).count();
    bands as usize >= FEWEST && armed as f32 >= ARMED * bands as f32
}

/// Joins chains that go on where others end.
fn join(mut chains: Vec<Chain>, dpi: f32) -> Vec<Chain> {
    chains.sort_by(|a, b| a.from.total_cmp(&b.from));
    let mut joined: Vec<Chain> = Vec::new();
    for chain in chains {
        let start = chain.points.first().map_or(0.0, |p| p.1);
        let goes_on = joined.iter_mut().filter(|known| {
            let end = known.points.last().map_or(0.0, |p| p.1);
            let gap = chain.from - known.to;
            (-2.0..=APART * dpi).contains(&gap) && (end - start).abs() <= (ASIDE * dpi).max(2.0)
        });
        let nearest = goes_on.min_by(|a, b| {
            let far = |c: &Chain| (c.points.last().map_or(0.0, |p| p.1) - start).abs();
            far(a).total_cmp(&far(b))
        });
        match nearest {
            Some(known) => {
                let (a, b) = (known.length() as f32, chain.length() as f32);
                known.thick = (known.thick * a + chain.thick * b) / (a + b).max(1.0);
                known.fill = (known.fill * a + chain.fill * b) / (a + b).max(1.0);
                known.points.extend(chain.points);
                known.to = known.to.max(chain.to);
            }
            None => joined.push(chain),
        }
    }
    joined
}

/// The ink without some more rules.
pub(super) fn without(ink: Gray, ruled: &[Ruled]) -> Gray {
    let of = |axis: Axis| -> Vec<Chain> {
        ruled.iter().filter(|r| r.axis == axis).map(|r| r.curve.clone()).collect()
    };
    if ruled.is_empty() {
        return ink;
    }
    let ink = erase(ink, &of(Axis::X));
    transposed(&erase(transposed(&ink), &of(Axis::Y)))
}

/// The ink without these strokes: a pixel of a stroke goes, unless ink goes on over it on both sides.
fn erase(mut ink: Gray, chains: &[Chain]) -> Gray {
    let (w, h) = (ink.width as isize, ink.height as isize);
    for chain in chains {
        let half = chain.thick / 2.0;
        for x in (chain.from as isize).max(0)..(chain.to as isize + 1).min(w) {
            // Where the stroke was not seen, what is there is something else.
            let next = chain.points.partition_point(|p| p.0 < x as f32);
            let near = [next.checked_sub(1), Some(next)].into_iter().flatten();
            let mut far = near.filter_map(|i| chain.points.get(i)).map(|p| (p.0 - x as f32).abs());
            if far.all(|far| far > 1.6 * chain.step) {
                continue;
            }
            let at = chain.at_x(x as f32 + 0.5);
            let (top, low) =
                ((at - half - 0.9).floor() as isize, (at + half + 0.9).ceil() as isize);
            let dark =
                |ink: &Gray, y: isize| (0..h).contains(&y) && ink.data[(y * w + x) as usize] == 1;
            // Two pixels beyond either side: what is there crosses.
            let over = dark(&ink, top - 1) && dark(&ink, top - 2);
            let under = dark(&ink, low) && dark(&ink, low + 1);
            if over && under {
                continue;
            }
            for y in top.max(0)..low.min(h) {
                ink.data[(y * w + x) as usize] = 0;
            }
            // The rough edge of a rule goes with it.
            if !over {
                for y in (top - 1).max(0)..top.clamp(0, h) {
                    ink.data[(y * w + x) as usize] = 0;
                }
            }
            if !under {
                for y in low.clamp(0, h)..(low + 1).clamp(0, h) {
                    ink.data[(y * w + x) as usize] = 0;
                }
            }
        }
    }
    ink
}

/// A frame of rules: the lattice that they make.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Lattice {
    /// Edges of the columns, left to right, in pixels.
    pub xs: Vec<f32>,
    /// Edges of the rows, top down, in pixels.
    pub ys: Vec<f32>,
    /// The cells, by row, then column.
    pub cells: Vec<Slot>,
}

/// A cell of a lattice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    /// From 0.
    pub row: usize,
    /// From 0.
    pub col: usize,
    /// At least 1.
    pub rowspan: usize,
    /// At least 1.
    pub colspan: usize,
}

impl Lattice {
    /// The box around all.
    pub fn bbox(&self) -> Rect {
        let end = |v: &[f32]| v.last().copied().unwrap_or_default();
        let start = |v: &[f32]| v.first().copied().unwrap_or_default();
        Rect::new(start(&self.xs), start(&self.ys), end(&self.xs), end(&self.ys))
    }

    /// A cell's box.
    pub fn bbox_of(&self, slot: &Slot) -> Rect {
        Rect::new(
            self.xs[slot.col],
            self.ys[slot.row],
            self.xs[slot.col + slot.colspan],
            self.ys[slot.row + slot.rowspan],
        )
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.xs.len().saturating_sub(1)
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.ys.len().saturating_sub(1)
    }
}

/// Rules further apart than this make two edges, in inches: a doubled rule is one.
const SAME_EDGE: f32 = 0.035;
/// Rules that end this near to another touch it, in inches.
const TOUCH: f32 = 0.07;
/// A wall stands where this share of its length is ruled.
const WALL: f32 = 0.5;
/// A rule is whole where it was seen along this share of its length.
const WHOLE: f32 = 0.9;
/// Rules that run on beyond the outermost crossing rule by this have a column there, in inches.
const OPEN_SIDE: f32 = 0.3;

/// What rules make.
pub(super) struct Frames {
    /// A frame each.
    pub lattices: Vec<Lattice>,
    /// For each rule whether it is part of a frame.
    pub framed: Vec<bool>,
    /// Walls between cells, too short to be told from text but for where they stand.
    pub walls: Vec<Ruled>,
}

/// The frames that rules make. Rules that cross nothing, and streaks that run beyond all that they cross, are
/// part of none.
pub(super) fn frames(rules: &[Ruled], strokes: &Strokes, seen: &[Rect], dpi: f32) -> Frames {
    let touch = TOUCH * dpi;
    let mut sets: Vec<usize> = (0..rules.len()).collect();
    fn root(sets: &mut [usize], mut i: usize) -> usize {
        while sets[i] != i {
            sets[i] = sets[sets[i]];
            i = sets[i];
        }
        i
    }
    let meet = |a: &Ruled, d: &Ruled| {
        let (x, y) = (d.curve.at(), a.curve.at());
        let x = if d.curve.points.is_empty() { x } else { d.curve.at_x(y) };
        let y = a.curve.at_x(x);
        a.curve.from - touch <= x
            && x <= a.curve.to + touch
            && d.curve.from - touch <= y
            && y <= d.curve.to + touch
    };
    let streaks = streaks(rules, dpi, &meet);
    let across = || rules.iter().enumerate().filter(|(_, r)| r.axis == Axis::X);
    let down =
        || rules.iter().enumerate().filter(|(i, r)| r.axis == Axis::Y && !streaks.contains(i));
    for (i, a) in across() {
        for (j, d) in down() {
            if meet(a, d) {
                let (a, b) = (root(&mut sets, i), root(&mut sets, j));
                sets[a.max(b)] = a.min(b);
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for i in (0..rules.len()).filter(|i| !streaks.contains(i)) {
        groups.entry(root(&mut sets, i)).or_default().push(i);
    }
    let groups = join_overlapping(groups.into_values().collect(), rules);
    let mut framed = vec![false; rules.len()];
    let (mut lattices, mut walls) = (Vec::new(), Vec::new());
    for group in groups {
        let of = |axis: Axis| -> Vec<&Chain> {
            let of = group.iter().map(|&i| &rules[i]).filter(|r| r.axis == axis);
            of.map(|r| &r.curve).collect()
        };
        let (across, down) = (of(Axis::X), of(Axis::Y));
        if across.len() < 2 || down.is_empty() || across.len() + down.len() < 4 {
            continue;
        }
        let (lattice, more) = lattice(&Drawn { across: &across, down: &down, strokes }, seen, dpi);
        if lattice.cells.len() > 1 {
            group.iter().for_each(|&i| framed[i] = true);
            lattices.push(lattice);
            walls.extend(more);
        }
    }
    Frames { lattices, framed, walls }
}

/// What is drawn of a frame.
struct Drawn<'a> {
    across: &'a [&'a Chain],
    down: &'a [&'a Chain],
    strokes: &'a Strokes,
}

impl Drawn<'_> {
    /// The stroke that runs from one place to another along an edge, and no further: so high or wide as a cell, it may
    /// be too short to be a rule by itself. A stroke of a character has others beside it or ends before.
    /// Where texts stand on both sides, less of it is enough: rules are worn.
    fn wall(&self, axis: Axis, at: f32, ends: (f32, f32), parts: bool, dpi: f32) -> Option<Ruled> {
        /// Share of its length that it is seen in, and where it parts texts.
        const SEEN: [f32; 2] = [0.86, 0.55];
        /// … and that other ink may stand beside it in.
        const BESIDE: f32 = 0.3;
        let (strokes, chains) = match axis {
            Axis::X => (&self.strokes.across, self.across),
            Axis::Y => (&self.strokes.down, self.down),
        };
        let (from, to) = ends;
        let middle = (from + to) / 2.0;
        let near = SAME_EDGE * dpi * 1.5;
        let edge = chains.iter().map(|c| c.at_x(middle)).filter(|y| (y - at).abs() <= near);
        let at = edge.min_by(|a, b| (a - at).abs().total_cmp(&(b - at).abs())).unwrap_or(at);
        let (reach, beside) = ((0.02 * dpi) as isize, (0.035 * dpi) as isize);
        let places = (from + 0.02 * dpi) as isize..(to - 0.02 * dpi) as isize;
        let dark = |x: isize, y: isize| strokes.at(x, y) == 1;
        let along = |y: isize| {
            let seen = |x: &isize| (-1..=1).any(|d| dark(*x, y + d));
            places.clone().filter(seen).count() as f32 / places.len().max(1) as f32
        };
        let at = at.round() as isize;
        let best = (at - reach..=at + reach).max_by(|&a, &b| along(a).total_cmp(&along(b)))?;
        let aside = |x: &isize| dark(*x, best - beside) || dark(*x, best + beside);
        let others = places.clone().filter(aside).count() as f32 / places.len().max(1) as f32;
        if places.len() < 8 || along(best) < SEEN[usize::from(parts)] || others > BESIDE {
            return None;
        }
        let step = (to - from) / 4.0;
        let points = (0..4).map(|i| (from + (i as f32 + 0.5) * step, best as f32 + 0.5)).collect();
        let curve = Chain { points, thick: 2.5, from, to, fill: 1.0, step };
        Some(Ruled { axis, curve })
    }
}

/// Puts groups of rules that cover each other together: of one frame whose rules were not seen where they meet.
fn join_overlapping(groups: Vec<Vec<usize>>, rules: &[Ruled]) -> Vec<Vec<usize>> {
    let bbox = |group: &[usize]| {
        let boxes = group.iter().map(|&i| rules[i].bbox());
        boxes.reduce(|a, b| a.union(&b)).unwrap_or_default()
    };
    let mut joined: Vec<(Rect, Vec<usize>)> = Vec::new();
    for group in groups {
        let (mut bbox, mut group) = (bbox(&group), group);
        while let Some(at) = joined.iter().position(|(other, _)| {
            let shared = |axis| {
                let (a, b) = (other.extent(axis), bbox.extent(axis));
                other.overlap(&bbox, axis) > 0.5 * a.min(b)
            };
            // A rule alone has no area.
            shared(Axis::X) && shared(Axis::Y) && other.height().min(bbox.height()) > 1.0
        }) {
            let (other, members) = joined.swap_remove(at);
            bbox = bbox.union(&other);
            group.extend(members);
        }
        joined.push((bbox, group));
    }
    let mut groups: Vec<Vec<usize>> = joined.into_iter().map(|(_, group)| group).collect();
    groups.iter_mut().for_each(|group| group.sort_unstable());
    groups.sort();
    groups
}

/// Vertical rules that run on beyond the first and the last rule they cross, or cross none: a scanner's
/// streak, a fold, the edge of the paper.
fn streaks(rules: &[Ruled], dpi: f32, meet: &impl Fn(&Ruled, &Ruled) -> bool) -> Vec<usize> {
    let beyond = dpi * 0.25;
    let all = rules.iter().enumerate().filter(|(_, r)| r.axis == Axis::Y);
    let is_streak = |d: &Ruled| {
        let crossed: Vec<f32> = rules
            .iter()
            .filter(|a| a.axis == Axis::X && meet(a, d))
            .map(|a| a.curve.at_x(d.at()))
            .collect();
        let first = crossed.iter().copied().fold(f32::INFINITY, f32::min);
        let last = crossed.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        crossed.is_empty() || (d.curve.from < first - beyond && d.curve.to > last + beyond)
    };
    all.filter(|(_, d)| is_streak(d)).map(|(i, _)| i).collect()
}

fn lattice(drawn: &Drawn<'_>, seen: &[Rect], dpi: f32) -> (Lattice, Vec<Ruled>) {
    let Drawn { across, down, .. } = *drawn;
    let mut xs = edges(down, dpi);
    let mut ys = edges(across, dpi);
    // Sides that are not drawn: where rules across run on beyond the last rule down.
    let open = OPEN_SIDE * dpi;
    if let (Some(&first), Some(&last)) = (xs.first(), xs.last()) {
        let ends = |beyond: &dyn Fn(&&&Chain) -> bool, at: &dyn Fn(&Chain) -> f32| {
            let mut ends: Vec<f32> = across.iter().filter(beyond).map(|c| at(c)).collect();
            ends.sort_by(f32::total_cmp);
            (ends.len() >= 2).then(|| ends[ends.len() / 2])
        };
        let left = ends(&|c| c.from < first - open, &|c| c.from);
        let right = ends(&|c| c.to > last + open, &|c| c.to);
        xs.splice(0..0, left);
        xs.extend(right);
    }
    if let (Some(&first), Some(&last)) = (ys.first(), ys.last()) {
        let top: Vec<f32> = down.iter().map(|c| c.from).filter(|&f| f < first - open).collect();
        let low: Vec<f32> = down.iter().map(|c| c.to).filter(|&t| t > last + open).collect();
        let middle = |mut v: Vec<f32>| {
            v.sort_by(f32::total_cmp);
            (v.len() >= 2).then(|| v[v.len() / 2])
        };
        ys.splice(0..0, middle(top));
        ys.extend(middle(low));
    }
    if xs.len() < 2 || ys.len() < 2 {
        return (Lattice::default(), Vec::new());
    }
    let (cells, walls) = walls_to_cells(&xs, &ys, drawn, seen, dpi);
    (Lattice { xs, ys, cells }, walls)
}

/// Places of rules across their direction, doubled ones once.
fn edges(chains: &[&Chain], dpi: f32) -> Vec<f32> {
    let mut placed: Vec<(f32, f32)> = chains.iter().map(|c| (c.at(), c.length() as f32)).collect();
    placed.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut edges: Vec<Vec<(f32, f32)>> = Vec::new();
    for (at, length) in placed {
        match edges.last_mut() {
            Some(edge) if at - edge[edge.len() - 1].0 <= SAME_EDGE * dpi => edge.push((at, length)),
            _ => edges.push(vec![(at, length)]),
        }
    }
    edges
        .iter()
        .map(|edge| {
            let all: f32 = edge.iter().map(|e| e.1).sum();
            edge.iter().map(|e| e.0 * e.1).sum::<f32>() / all.max(1.0)
        })
        .collect()
}

/// A rule that this share of a table's rows show parts texts in the others too.
const SHOWN: f32 = 0.3;

fn walls_to_cells(
    xs: &[f32],
    ys: &[f32],
    drawn: &Drawn<'_>,
    seen: &[Rect],
    dpi: f32,
) -> (Vec<Slot>, Vec<Ruled>) {
    let Drawn { across, down, .. } = *drawn;
    let mut walls = Vec::new();
    let (rows, cols) = (ys.len() - 1, xs.len() - 1);
    let near = SAME_EDGE * dpi * 1.5;
    // Whether enough of the stretch at this place is ruled.
    let ruled = |chains: &[&Chain], at: f32, from: f32, to: f32, parted: bool| {
        let along = chains.iter().filter(|c| (c.at_x((from + to) / 2.0) - at).abs() <= near);
        let covered = along.map(|c| {
            let reach = (c.to.min(to) - c.from.max(from)).max(0.0);
            // A gap in a rule that is whole elsewhere is meant, unless texts stand on both sides of it; in a
            // rule that is broken anyway it is not.
            let gap = !parted && reach >= WALL * (to - from) && c.seen(from, to) < 0.25;
            let elsewhere = c.points.len() as f32 * c.step / (c.length() as f32 - reach).max(1.0);
            if gap && elsewhere >= WHOLE { 0.0 } else { reach }
        });
        covered.sum::<f32>() >= WALL * (to - from)
    };
    let has_text = |r: usize, c: usize| {
        let slot = Rect::new(xs[c], ys[r], xs[c + 1], ys[r + 1]);
        seen.iter().any(|s| slot.contains(s.center()))
    };
    // A line of text that runs over a place where the rule is not whole says that there is no wall.
    let run_over = |x: f32, top: f32, low: f32| {
        let whole = down.iter().any(|c| {
            (c.at_x((top + low) / 2.0) - x).abs() <= near
                && c.from <= top + near
                && c.to >= low - near
                && c.seen(top, low) > 0.8
        });
        !whole
            && seen.iter().any(|s| {
                let by = 1.2 * s.height();
                s.x0 + by < x && x < s.x1 - by && (top..low).contains(&s.center().y)
            })
    };
    let mut right = vec![true; rows * cols];
    let mut below = vec![true; rows * cols];
    for r in 0..rows {
        for c in 0..cols {
            if c + 1 < cols {
                let (x, top, low) = (xs[c + 1], ys[r], ys[r + 1]);
                let parted = has_text(r, c) && has_text(r, c + 1);
                let wall = &mut right[r * cols + c];
                let crossed = run_over(x, top, low);
                *wall = ruled(down, x, top, low, parted) && !crossed;
                let parts = parted && !crossed;
                if !*wall && let Some(short) = drawn.wall(Axis::Y, x, (top, low), parts, dpi) {
                    *wall = true;
                    walls.push(short);
                }
            }
            if r + 1 < rows {
                let parted = has_text(r, c) && has_text(r + 1, c);
                let (y, left, end) = (ys[r + 1], xs[c], xs[c + 1]);
                let wall = &mut below[r * cols + c];
                *wall = ruled(across, y, left, end, parted);
                if !*wall && let Some(short) = drawn.wall(Axis::X, y, (left, end), parted, dpi) {
                    *wall = true;
                    walls.push(short);
                }
            }
        }
    }
    // A rule that most other rows show, between two texts, is worn here.
    for c in 0..cols.saturating_sub(1) {
        let shown = (0..rows).filter(|r| right[r * cols + c]).count();
        if (shown as f32) < SHOWN * rows as f32 {
            continue;
        }
        for r in 0..rows {
            let parted = has_text(r, c) && has_text(r, c + 1);
            right[r * cols + c] |= parted && !run_over(xs[c + 1], ys[r], ys[r + 1]);
        }
    }
    let mut owner = vec![false; rows * cols];
    let mut slots = Vec::new();
    for row in 0..rows {
        for col in 0..cols {
            if owner[row * cols + col] {
                continue;
            }
            let mut end = col;
            while end + 1 < cols && !right[row * cols + end] && !owner[row * cols + end + 1] {
                end += 1;
            }
            let mut low = row;
            while low + 1 < rows
                && (col..=end).all(|c| !below[low * cols + c] && !owner[(low + 1) * cols + c])
                && (col..end).all(|c| !right[(low + 1) * cols + c])
            {
                low += 1;
            }
            for r in row..=low {
                owner[r * cols + col..=r * cols + end].fill(true);
            }
            slots.push(Slot { row, col, rowspan: low - row + 1, colspan: end - col + 1 });
        }
    }
    (slots, walls)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::ocr::ink;

    const DPI: f32 = 200.0;

    /// A page with strokes of a shade each: x0, y0, x1, y1.
    fn page(strokes: &[([usize; 4], u8)]) -> Gray {
        let low = strokes.iter().map(|stroke| stroke.0[3]).max().unwrap_or(0);
        let mut page = Gray::new(800, (low + 40).max(400), 250);
        for &([x0, y0, x1, y1], shade) in strokes {
            for y in y0..y1 {
                page.data[y * 800 + x0..y * 800 + x1].fill(shade);
            }
        }
        page
    }

    fn cells(page: &Gray) -> Vec<(usize, usize, usize, usize)> {
        cells_with(page, &[])
    }

    fn cells_with(page: &Gray, seen: &[Rect]) -> Vec<(usize, usize, usize, usize)> {
        let (ruled, _, strokes) = rules(ink::ink_of(page, DPI), page, seen, PALE, DPI);
        let frames = frames(&ruled, &strokes, seen, DPI);
        let slots = frames.lattices.iter().flat_map(|l| &l.cells);
        slots.map(|s| (s.row, s.col, s.rowspan, s.colspan)).collect()
    }

    #[test]
    fn characters_below_each_other_make_no_column() {
        // Rows so close that the upright strokes of a column of names leave no gap at the rules between them.
        let names = |gap: usize| {
            let across = [40, 80, 120, 160, 200].map(|y| ([100, y, 700, y + 2], 20));
            let down = [100, 698].map(|x| ([x, 40, x + 2, 202], 20));
            let stroke = [([300, 42, 303, 200], 20)];
            let arms = (0..4).flat_map(|row| [50, 62, 72].map(|y| row * 40 + y));
            let arms = arms.map(|y| ([303 + gap, y, 325, y + 3], 20));
            let strokes: Vec<_> =
                across.into_iter().chain(down).chain(stroke).chain(arms).collect();
            cells(&page(&strokes)).len()
        };
        assert_eq!(names(0), 4);
        // What stands beside a rule and does not touch it leaves the rule one.
        assert_eq!(names(4), 8);
    }

    #[test]
    fn strokes_of_two_texts_below_each_other_are_no_wall() {
        // 市 over 小: their strokes stand in one line and leave off at the rule between them; x and y are exchanged.
        let chain = |from: usize, to: usize, at: f32| Chain {
            points: (from..to).step_by(12).map(|x| (x as f32, at)).collect(),
            thick: 3.0,
            from: from as f32,
            to: to as f32,
            fill: 1.0,
            step: 12.0,
        };
        let across = [41.0, 81.0, 121.0].map(|y| chain(0, 100, y));
        let text = [60.0, 100.0].map(|y| Rect::new(10.0, y - 6.0, 90.0, y + 6.0));
        let told = |gap: usize, seen: &[Rect]| {
            let mut standing = Gray::new(200, 100, 0);
            for x in 49..52 {
                standing.data[x * 200 + 42..x * 200 + 80].fill(1);
                standing.data[x * 200 + 82 + gap..x * 200 + 120].fill(1);
            }
            is_in_text(&chain(42, 120, 50.5), &across, &standing, seen, DPI)
        };
        assert!(told(5, &text));
        // Without a text over it, or without a gap, it is a wall.
        assert!(!told(5, &[]) && !told(0, &text));
    }

    /// A stroke with a point every 12 pixels, but for those in the gaps.
    fn stroke(from: usize, to: usize, at: f32, gaps: &[[usize; 2]]) -> Chain {
        let is_seen = |x: &usize| !gaps.iter().any(|gap| (gap[0]..gap[1]).contains(x));
        let points = (from + 6..to).step_by(12).filter(is_seen).map(|x| (x as f32, at)).collect();
        let (from, to) = (from as f32, to as f32);
        Chain { points, thick: 3.0, from, to, fill: 0.9, step: 12.0 }
    }

    #[test]
    fn a_stroke_of_the_title_is_no_part_of_a_rule_in_line_with_it() {
        // Below the title the group of a header runs over the columns' rule, which begins below it; x and y are exchanged.
        let across = [81, 121, 161, 401].map(|y| stroke(0, 800, y as f32, &[]));
        let title = Rect::new(200.0, 20.0, 600.0, 66.0);
        let begins = |gap: [usize; 2], seen: &[Rect]| {
            let mut down = stroke(24, 402, 400.0, &[gap]);
            end_at_table(&mut down, &across, seen);
            down.from
        };
        assert!(begins([60, 120], &[title]) >= 120.0);
        // Without a title, or without a gap, it is the rule's own.
        assert_eq!(begins([60, 120], &[]), 24.0);
        assert_eq!(begins([0, 0], &[title]), 24.0);
    }

    #[test]
    fn a_worn_rule_of_a_short_table_runs_over_the_rules_it_passes() {
        // x and y are exchanged.
        let across = [41, 81, 121, 161, 201].map(|y| stroke(0, 100, y as f32, &[]));
        let told = |dark: &[[usize; 2]], rows: usize, gaps: &[[usize; 2]]| {
            let mut standing = Gray::new(300, 100, 0);
            for x in 49..52 {
                for [from, to] in dark {
                    standing.data[x * 300 + from..x * 300 + to].fill(1);
                }
            }
            runs_over_rules(&stroke(42, 202, 50.0, gaps), &across[..rows], &standing, DPI)
        };
        // Worn in the middle of the rows; strokes of characters are worn at the rules.
        let worn = [[42, 58], [71, 98], [111, 138], [151, 178], [191, 202]];
        assert!(told(&worn, 5, &[]));
        assert!(!told(&[[48, 74], [88, 114], [128, 154], [168, 194]], 5, &[]));
        assert!(!told(&worn, 5, &[[60, 140]]));
        // It passes one rule alone.
        assert!(!told(&worn, 2, &[]));
    }

    #[test]
    fn points_of_figures_below_each_other_are_no_rule() {
        // x and y are exchanged. A point at the foot of each text, close above the rule below it.
        let chain = Chain {
            points: (0..10).map(|row| (row as f32 * 40.0 + 30.0, 50.0)).collect(),
            thick: 3.0,
            from: 0.0,
            to: 400.0,
            fill: 1.0,
            step: 12.0,
        };
        let texts: Vec<Rect> = (0..10)
            .map(|row| row as f32 * 40.0)
            .map(|y| Rect::new(0.0, y + 6.0, 100.0, y + 36.0))
            .collect();
        let told = |from: usize| {
            let mut standing = Gray::new(400, 100, 0);
            for row in 0..10 {
                standing.data[50 * 400 + row * 40 + from..50 * 400 + row * 40 + 36].fill(1);
            }
            is_of_points(&chain, &standing, &texts)
        };
        assert!(told(28));
        // A rule that two texts run over, which were taken for one.
        assert!(!told(0));
    }

    #[test]
    fn a_rule_runs_on_below_characters_that_stand_on_it() {
        // The words of the first cell stand on the rule below them, as close as can be.
        let across = [40, 80, 120].map(|y| ([100, y, 700, y + 2], 20));
        let down = [100, 400, 698].map(|x| ([x, 40, x + 2, 122], 20));
        let words = (0..11).map(|i| ([116 + i * 24, 50, 132 + i * 24, 82], 20));
        let strokes: Vec<_> = across.into_iter().chain(down).chain(words).collect();
        assert_eq!(cells(&page(&strokes)).len(), 4);
    }

    /// A frame of three rows and two columns; over the second row the columns are one.
    fn frame(shade: u8, first: u8) -> Vec<([usize; 4], u8)> {
        let across = [40, 80, 120, 360].map(|y| ([100, y, 700, y + 2], shade));
        let down = [100, 698].map(|x| ([x, 40, x + 2, 362], shade));
        let walls = [([400, 40, 402, 80], first), ([400, 120, 402, 360], shade)];
        across.into_iter().chain(down).chain(walls).collect()
    }

    const CELLS: [(usize, usize, usize, usize); 5] =
        [(0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 2), (2, 0, 1, 1), (2, 1, 1, 1)];

    #[test]
    fn a_wall_as_high_as_one_row_is_found() {
        assert_eq!(cells(&page(&frame(40, 40))), CELLS);
        // Without it the cells of the first row are one.
        assert_eq!(cells(&page(&frame(40, 250))).len(), 4);
    }

    #[test]
    fn hair_rules_too_pale_to_be_ink_are_rules() {
        assert_eq!(cells(&page(&frame(221, 40))), CELLS);
    }

    #[test]
    fn characters_below_each_other_are_no_rule() {
        let rows = || (0..16).map(|row| 40 + row * 40);
        let mut edges: Vec<_> = rows().map(|y| ([100, y, 700, y + 2], 40)).collect();
        edges.extend([100, 698].map(|x| ([x, 40, x + 2, 642], 40)));
        let with = |more: Vec<([usize; 4], u8)>| cells(&page(&[&edges[..], &more].concat())).len();
        // A stroke in the middle of each row, as high as its characters, and one that is worn off anywhere.
        assert_eq!(with(rows().take(15).map(|y| ([300, y + 6, 302, y + 36], 40)).collect()), 15);
        let worn = (0..17).map(|part| 42 + part * 35).map(|y| ([300, y, 302, y + 27], 40));
        assert_eq!(with(worn.collect()), 30);
    }

    #[test]
    fn strokes_of_the_other_side_are_no_hair_rules() {
        let mut gray = Gray::new(200, 100, 250);
        gray.data[50 * 200 + 20..50 * 200 + 180].fill(222);
        let ink = Gray::new(200, 100, 0);
        let seen = |palest: f32| with_hair(&ink, &gray, palest, DPI).at(100, 50);
        assert_eq!((seen(PALE), seen(OTHER_SIDE)), (1, 0));
    }

    #[test]
    fn what_shines_through_from_the_other_side_is_none() {
        let mut strokes = frame(40, 40);
        strokes.extend([([60, 200, 740, 203], 222), ([200, 20, 203, 390], 222)]);
        assert_eq!(cells(&page(&strokes)), CELLS);
    }
}
