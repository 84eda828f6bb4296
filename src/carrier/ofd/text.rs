//! A text object in, runs out: each character where the deltas put it; a gap parts two runs.

use super::content::in_points;
use super::paint::Transform;
use crate::carrier::page::{Ink, Run, Turn};
use crate::carrier::width::cells_of;
use crate::carrier::xml::Element;
use crate::geom::Rect;

/// A gap wider than this ends a run, in ems.
const GAP: f32 = 0.3;
/// Where the em box ends above and below the baseline.
const ASCENT: f32 = 0.88;
const DESCENT: f32 = 0.12;
/// How far a reading direction may be off a right angle and still count as one, as a sine.
const STRAIGHT: f32 = 0.026;

/// The runs of a text object.
pub(super) fn runs(object: Element, place: &Transform, ink: Ink, page: &Rect) -> Vec<Run> {
    let number = |name: &str| object.attributes().number::<f32>(name);
    let size = number("Size").unwrap_or(0.0);
    let stretch = number("HScale").filter(|s| *s > 0.0).unwrap_or(1.0);
    let turned = number("CharDirection").unwrap_or(0.0);
    let is_down = number("ReadDirection").is_some_and(|degrees| (degrees - 90.0).abs() < 1.0);
    let place = in_points(place);
    let seen_size = size * place.scale();
    if !(seen_size.is_finite() && seen_size > 0.0) {
        return Vec::new();
    }
    let mut runs = Vec::new();
    let (mut x, mut y) = (0.0, 0.0);
    for code in object.children().filter(|e| e.name() == "TextCode") {
        let start = |name: &str, usual: f32| code.attributes().number(name).unwrap_or(usual);
        (x, y) = (start("X", x), start("Y", y));
        let text: String = code.text();
        let deltas = |name: &str| {
            code.attribute(name).map(|d| deltas(&d, text.chars().count())).unwrap_or_default()
        };
        let (dx, dy) = (deltas("DeltaX"), deltas("DeltaY"));
        let natural = |c: char| cells_of(c) as f32 * size * stretch / 2.0;
        let goes_down = is_down || dx.iter().all(|d| *d == 0.0) && dy.iter().any(|d| *d > 0.0);
        let mut glyphs = Vec::new();
        let mut at = (x, y);
        for (index, c) in text.chars().enumerate() {
            let width = if goes_down { size } else { natural(c) };
            let shift = match (dx.get(index), dy.get(index), goes_down) {
                (None, None, false) => (width, 0.0),
                (None, None, true) => (0.0, width),
                (dx, dy, _) => (dx.copied().unwrap_or(0.0), dy.copied().unwrap_or(0.0)),
            };
            glyphs.push(Glyph { c, at, width });
            at = (at.0 + shift.0, at.1 + shift.1);
        }
        let way = if goes_down { (0.0, 1.0) } else { (1.0, 0.0) };
        let line = Line { place, way, turned, size: seen_size, ink };
        runs.extend(line.runs(&glyphs));
    }
    for run in &mut runs {
        if run.bbox.intersection(page).is_none() {
            run.ink = Ink::Outside;
        }
    }
    runs
}

/// How far the characters stand apart: numbers, where `g n v` is n times v. There is one for each character
/// but the last; a count beyond that is damage and not believed.
fn deltas(text: &str, chars: usize) -> Vec<f32> {
    let mut deltas = Vec::new();
    let mut tokens = text.split_whitespace();
    while let Some(token) = tokens.next() {
        if deltas.len() >= chars {
            break;
        }
        if token == "g" {
            let count = tokens.next().and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
            let delta = tokens.next().and_then(|n| n.parse::<f32>().ok()).unwrap_or(0.0);
            deltas.extend(std::iter::repeat_n(delta, count.min(chars - deltas.len())));
        } else {
            deltas.extend(token.parse::<f32>().ok().filter(|d| d.is_finite()));
        }
    }
    deltas
}

struct Glyph {
    c: char,
    /// In the object's own coordinates.
    at: (f32, f32),
    width: f32,
}

/// A line of glyphs in one direction.
struct Line {
    place: Transform,
    way: (f32, f32),
    /// By how many degrees characters are turned against their line.
    turned: f32,
    size: f32,
    ink: Ink,
}

impl Line {
    fn runs(&self, glyphs: &[Glyph]) -> Vec<Run> {
        let (dx, dy) = self.place.direction(self.way.0, self.way.1);
        let length = dx.hypot(dy);
        if length <= 0.0 || !length.is_finite() {
            return Vec::new();
        }
        let (dx, dy) = (dx / length, dy / length);
        let is_set_down = self.way.1 > 0.0;
        let turn = if dy.abs() <= STRAIGHT {
            if dx > 0.0 { Turn::Upright } else { Turn::Over }
        } else if dx.abs() <= STRAIGHT {
            if dy > 0.0 { Turn::Down } else { Turn::Up }
        } else {
            Turn::Slanted(dy.atan2(dx).to_degrees())
        };
        let mut runs: Vec<Run> = Vec::new();
        let mut end: Option<(f32, f32)> = None;
        for glyph in glyphs {
            let (x, y) = self.place.apply(glyph.at.0, glyph.at.1);
            // Along the line, and across it.
            let (along, across) = (x * dx + y * dy, y * dx - x * dy);
            let width = glyph.width * length;
            let gap = end
                .map(|(end, baseline)| (along - end, (across - baseline).abs() > 0.12 * self.size));
            // White space that is printed fills the gap it stands in.
            let is_apart = gap.is_none_or(|(gap, is_off)| {
                is_off || gap > GAP * self.size || gap < -0.6 * self.size
            });
            end = Some((along + width, across));
            if is_apart {
                runs.push(self.begun(turn));
            }
            let Some(run) = runs.last_mut() else { continue };
            let position = match turn {
                Turn::Upright | Turn::Over | Turn::Slanted(_) => (x, x + width * dx),
                Turn::Down | Turn::Up => (y, y + width * dy),
            };
            if let Some(last) = run.edges.last_mut() {
                *last = position.0;
            } else {
                run.edges.push(position.0);
            }
            run.edges.push(position.1);
            run.text.push(glyph.c);
            // The em box: above the baseline, or beside the line that is set down.
            let (up, down) = (ASCENT * self.size, DESCENT * self.size);
            let corners = if is_set_down && self.turned == 0.0 {
                [(0.0, 0.0), (self.size * dy.signum(), width * dy)].map(|(a, b)| (x + a, y + b))
            } else {
                [
                    (x + dy * up, y - dx * up),
                    (x + dx * width - dy * down, y + dy * width + dx * down),
                ]
            };
            let [(x0, y0), (x1, y1)] = corners;
            let rect = Rect::new(x0.min(x1), y0.min(y1), x0.max(x1), y0.max(y1));
            run.bbox = if run.text.chars().count() == 1 { rect } else { run.bbox.union(&rect) };
        }
        runs.retain(|run| !run.text.trim().is_empty());
        runs
    }

    fn begun(&self, turn: Turn) -> Run {
        Run {
            text: String::new(),
            bbox: Rect::default(),
            edges: Vec::new(),
            size: self.size,
            turn,
            ink: self.ink,
            spot: None,
            joints: Vec::new(),
            sight: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deltas_may_be_counted() {
        assert_eq!(deltas("5.6 g 3 2.8 5.6", 9), [5.6, 2.8, 2.8, 2.8, 5.6]);
        assert_eq!(deltas("g 4000000000 1", 3), [1.0; 3]);
    }
}
