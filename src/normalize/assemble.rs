//! Runs in, printed lines out: what stands on one baseline is a line, and a line falls into pieces
//! where a gap is wider than a word space or a vertical rule passes. The text is not yet clean.

use super::turn::{Frame, order};
use crate::carrier::page::{Page, Rule, Run, Turn};
use crate::diag::{Repair, Sink, Stage};
use crate::geom::{Axis, Rect};
use crate::place::Place;
use std::collections::BTreeMap;

/// A gap without a space character parts two pieces from so many ems on.
const GAP: f32 = 0.6;
/// A gap that holds space characters parts two pieces from so many ems on: a full-width space
/// inside a padded name (合　计) does not.
const SPACED_GAP: f32 = 1.1;
/// A gap between Latin letters or figures is a word space from so many ems on.
const WORD_GAP: f32 = 0.18;
/// The same character printed again within so much of its width is one, printed bold.
const DOUBLE: f32 = 0.3;
/// Bands that a page is cut into, to find the rules beside a line.
const BANDS: usize = 128;

/// A line as printed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawLine {
    /// Left to right; never empty.
    pub pieces: Vec<RawPiece>,
    /// The box around all pieces.
    pub bbox: Rect,
}

/// A piece of a line as printed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawPiece {
    /// The characters, each with its place as seen; never empty, no white space at the ends.
    pub chars: Vec<(char, Place)>,
    /// The box around it.
    pub bbox: Rect,
    /// Font size as seen, in points.
    pub size: f32,
}

/// The lines of a page, top to bottom; `main` is the turn of most of its text, in whose frame the
/// page's rules already are.
pub(super) fn raw_lines(sink: &mut Sink, page: &Page, main: Turn) -> Vec<RawLine> {
    let mut by_turn: BTreeMap<u8, Vec<&Run>> = BTreeMap::new();
    for run in page.runs.iter().filter(|r| !r.text.is_empty()) {
        by_turn.entry(order(run.turn)).or_default().push(run);
    }
    let main_frame = Frame::of(main, page.width, page.height);
    let mut lines = Vec::new();
    for (_, runs) in by_turn {
        let turn = runs.first().map_or(Turn::Upright, |r| r.turn);
        let frame = Frame::of(turn, page.width, page.height);
        let is_main = order(turn) == order(main);
        let rules = Bands::of(if is_main { &page.rules } else { &[] });
        let mut group = Vec::new();
        let mut doubles = Vec::new();
        for baseline in baselines(&frame, &runs) {
            let chars = glyphs(&frame, page.number, &baseline, &mut doubles);
            if let Some(line) = cut_into_pieces(chars, &rules) {
                group.push(line);
            }
        }
        note_doubles(sink, &doubles);
        if !is_main {
            for line in &mut group {
                move_line(line, |r| main_frame.rect(&frame.back(r)));
            }
        }
        lines.extend(group);
    }
    // Stable: lines of one height keep the order of their reading direction.
    lines.sort_by(|a, b| a.bbox.y0.total_cmp(&b.bbox.y0));
    lines
}

fn move_line(line: &mut RawLine, map: impl Fn(&Rect) -> Rect) {
    line.bbox = map(&line.bbox);
    for piece in &mut line.pieces {
        piece.bbox = map(&piece.bbox);
    }
}

/// Runs on one baseline, by the middles of their boxes, top to bottom.
fn baselines<'a>(frame: &Frame, runs: &[&'a Run]) -> Vec<Vec<&'a Run>> {
    let mut placed: Vec<(f32, f32, &Run)> = runs
        .iter()
        .map(|&run| {
            let r = frame.rect(&run.bbox);
            (r.center().y, r.height().max(run.size * 0.5), run)
        })
        .collect();
    placed.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut lines: Vec<Vec<&Run>> = Vec::new();
    let (mut middle, mut height) = (f32::NEG_INFINITY, 0.0f32);
    for (y, h, run) in placed {
        // The middle follows the line's own runs slowly, so that a long chain can't drift away.
        if (y - middle).abs() <= 0.4 * h.min(height)
            && let Some(line) = lines.last_mut()
        {
            let n = line.len() as f32;
            middle = (middle * n + y) / (n + 1.0);
            height = height.max(h);
            line.push(run);
        } else {
            (middle, height) = (y, h);
            lines.push(vec![run]);
        }
    }
    lines
}

/// A character on its line.
#[derive(Debug, Clone, Copy)]
struct Glyph {
    ch: char,
    /// Along the reading direction.
    start: f32,
    end: f32,
    /// Across it.
    top: f32,
    bottom: f32,
    size: f32,
    place: Place,
}

/// The characters of a line in reading order; those printed twice for boldness once.
fn glyphs(frame: &Frame, page: u32, runs: &[&Run], doubles: &mut Vec<Glyph>) -> Vec<Glyph> {
    let mut glyphs = Vec::with_capacity(runs.iter().map(|run| run.edges.len()).sum());
    for run in runs {
        let bbox = frame.rect(&run.bbox);
        for (i, ch) in run.text.chars().enumerate() {
            let edge = |i: usize| run.edges.get(i).map(|&e| frame.edge(e));
            let start = edge(i).unwrap_or(bbox.x1);
            let end = edge(i + 1).unwrap_or(start).max(start);
            let place = run.place_of(page, i);
            glyphs.push(Glyph {
                ch,
                start,
                end,
                top: bbox.y0,
                bottom: bbox.y1,
                size: run.size,
                place,
            });
        }
    }
    glyphs.sort_by(|a, b| a.start.total_cmp(&b.start));
    let mut once: Vec<Glyph> = Vec::with_capacity(glyphs.len());
    for glyph in glyphs {
        let again = !glyph.ch.is_whitespace()
            && once.iter().rev().take(3).any(|g| {
                let width = (g.end - g.start).max(0.1 * g.size);
                g.ch == glyph.ch && g.end > g.start && glyph.start - g.start < DOUBLE * width
            });
        if again {
            doubles.push(glyph);
        } else {
            once.push(glyph);
        }
    }
    once
}

fn note_doubles(sink: &mut Sink, doubles: &[Glyph]) {
    if let Some(first) = doubles.first() {
        sink.repair(Repair {
            stage: Stage::Normalize,
            rule: "printed_twice",
            place: Some(first.place),
            before: doubles.iter().map(|g| g.ch).take(200).collect(),
            after: String::new(),
        });
    }
}

/// The line's pieces; `None` for a line of white space.
fn cut_into_pieces(glyphs: Vec<Glyph>, rules: &Bands) -> Option<RawLine> {
    let mut pieces: Vec<RawPiece> = Vec::new();
    let mut last: Option<Glyph> = None;
    let mut spaces: Vec<(char, Place)> = Vec::new();
    for glyph in glyphs {
        if glyph.ch.is_whitespace() {
            spaces.push((glyph.ch, glyph.place));
            continue;
        }
        let rect = Rect::new(glyph.start, glyph.top, glyph.end, glyph.bottom);
        let goes_on = last.is_some_and(|last| {
            let em = last.size.max(glyph.size);
            let limit = if spaces.is_empty() { GAP } else { SPACED_GAP };
            glyph.start - last.end <= limit * em && !rules.part(&last, &glyph)
        });
        match pieces.last_mut() {
            Some(piece) if goes_on => {
                let gap = last.map_or(0.0, |l| glyph.start - l.end);
                let latin = last.is_some_and(|l| is_word(l.ch)) && is_word(glyph.ch);
                if spaces.is_empty() && latin && gap > WORD_GAP * glyph.size {
                    spaces.push((' ', glyph.place));
                }
                piece.chars.append(&mut spaces);
                piece.chars.push((glyph.ch, glyph.place));
                piece.bbox = piece.bbox.union(&rect);
                piece.size = piece.size.max(glyph.size);
            }
            _ => {
                let chars = vec![(glyph.ch, glyph.place)];
                pieces.push(RawPiece { chars, bbox: rect, size: glyph.size });
            }
        }
        spaces.clear();
        last = Some(glyph);
    }
    let bbox = pieces.iter().map(|p| p.bbox).reduce(|a, b| a.union(&b))?;
    Some(RawLine { pieces, bbox })
}

/// Characters that words and figures are spelled with.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() && (c as u32) < 0x2E80
}

/// The vertical rules of a page, band by band, so that a line looks at those beside it alone.
struct Bands {
    top: f32,
    height: f32,
    bands: Vec<Vec<Rule>>,
}

impl Bands {
    fn of(rules: &[Rule]) -> Bands {
        let vertical = || rules.iter().filter(|r| r.axis == Axis::Y);
        let top = vertical().map(|r| r.from).fold(f32::INFINITY, f32::min);
        let bottom = vertical().map(|r| r.to).fold(f32::NEG_INFINITY, f32::max);
        if bottom - top <= 0.0 || !(bottom - top).is_finite() {
            return Bands { top: 0.0, height: 0.0, bands: Vec::new() };
        }
        let mut bands = vec![Vec::new(); BANDS];
        let height = (bottom - top) / BANDS as f32;
        let band = |y: f32| (((y - top) / height) as usize).min(BANDS - 1);
        for rule in vertical() {
            for band in &mut bands[band(rule.from)..=band(rule.to)] {
                band.push(*rule);
            }
        }
        for band in &mut bands {
            band.sort_by(|a, b| a.at.total_cmp(&b.at));
        }
        Bands { top, height, bands }
    }

    /// Whether a rule passes between the two, at the height of the second one's middle.
    fn part(&self, left: &Glyph, right: &Glyph) -> bool {
        let y = (right.top + right.bottom) / 2.0;
        if self.bands.is_empty() || y < self.top {
            return false;
        }
        let Some(band) = self.bands.get(((y - self.top) / self.height) as usize) else {
            return false;
        };
        // A rule may touch the characters, but not pass through their middles.
        let from = (left.start + left.end) / 2.0;
        let to = (right.start + right.end) / 2.0;
        let first = band.partition_point(|r| r.at <= from);
        band[first..].iter().take_while(|r| r.at < to).any(|r| r.from <= y && y <= r.to)
    }
}
