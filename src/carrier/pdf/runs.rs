//! Glyphs as drawn in, runs out: keeps glyphs drawn twice once, and joins what stands side by side.
//!
//! Which character a glyph stands for is `fonts`' affair, which runs make a line `normalize`'s.

use std::collections::BTreeMap;
use std::hash::Hasher;
use std::ops::Range;

use crate::carrier::page::{Ink, Run, Turn};
use crate::carrier::pdf::fonts::HYPHEN;
use crate::diag::{Repair, Sink, Stage};
use crate::figure;
use crate::geom::{Point, Rect};
use crate::place::Place;

/// A gap wider than this ends a run, in ems. CJK text set tight has none, justified Latin up to 0.2.
const GAP: f32 = 0.3;
/// A gap that a printed space fills may be this wide, in ems: a half-width space, stretched a little.
const SPACED_GAP: f32 = 0.75;
/// Latin words set without spaces stand at least this far apart, in ems.
const WORD_GAP: f32 = 0.15;
/// A glyph may reach back over the one before it by this much, in ems: kerning and tight setting.
const OVERLAP: f32 = 0.4;
/// One that another operator drew begins a run where it reaches back by more than this: where each ends can then still be told.
const OVER_END: f32 = 0.15;
/// A glyph may stand off the baseline by this much, in ems; beyond it is raised or lowered text.
const OFF_BASELINE: f32 = 0.12;
/// Two equal glyphs nearer than this, in ems, are one drawn twice. Boldness shifts by 0.01 to 0.06.
const DOUBLED: f32 = 0.15;
/// What another operator of the same text object, or one that draws a character alone as the last one did, draws within
/// this of where the last one ended, in ems, goes on with it: the current point was only moved by the width of what was
/// drawn.
const SEAMLESS: f32 = 0.02;
/// Text lighter than this is white on white paper.
const WHITE: f32 = 0.97;
/// Where the em box ends above and below the baseline: what CJK fonts declare, near enough for Latin.
const ASCENT: f32 = 0.88;
const DESCENT: f32 = 0.12;

/// One glyph as drawn, in page points.
#[derive(Debug, Clone)]
pub(super) struct Glyph {
    /// The characters it stands for, as a part of [`Drawn::text`].
    pub text: Range<u32>,
    /// Where it begins: on the baseline, or in vertical writing in the middle of the em box's top.
    pub origin: Point,
    /// Reading direction, a vector of length one.
    pub along: Point,
    /// How far the next glyph begins along the reading direction.
    pub advance: f32,
    /// Em height as seen.
    pub size: f32,
    /// Set from top to bottom with upright characters.
    pub vertical: bool,
    /// What a reader sees of it.
    pub ink: Ink,
    /// Its em box, as [`Glyph::em_box`] gives it.
    pub bbox: Rect,
    /// The text-showing operator that draws it, counted over the page.
    pub shown_by: u32,
    /// The text object (BT to ET) that the operator stands in, counted over the page.
    pub object: u32,
}

/// All glyphs of a page, in drawing order.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    /// The characters of all glyphs, one after the other.
    pub text: String,
    /// The glyphs.
    pub glyphs: Vec<Glyph>,
    /// How many text-showing operators were met so far.
    pub shows: u32,
    /// How many text objects were begun so far.
    pub objects: u32,
}

impl Drawn {
    /// None yet, with room for those of a page of text.
    pub fn with_room() -> Drawn {
        Drawn {
            text: String::with_capacity(4096),
            glyphs: Vec::with_capacity(1024),
            shows: 0,
            objects: 0,
        }
    }

    fn text_of(&self, glyph: &Glyph) -> &str {
        self.text.get(glyph.text.start as usize..glyph.text.end as usize).unwrap_or_default()
    }

    fn is_blank(&self, glyph: &Glyph) -> bool {
        self.text_of(glyph).chars().all(char::is_whitespace)
    }
}

impl Glyph {
    /// The em box as seen, upright boxes around slanted ones.
    pub fn em_box(&self) -> Rect {
        let (a, o) = (self.along, self.origin);
        // Up from the baseline, on a page whose y runs down: the reading direction turned left.
        let up = Point { x: a.y, y: -a.x };
        let (above, below) = if self.vertical { (0.5, 0.5) } else { (ASCENT, DESCENT) };
        let (above, below) = (above * self.size, below * self.size);
        let end = Point { x: o.x + a.x * self.advance, y: o.y + a.y * self.advance };
        let corner = |p: Point, h: f32| Point { x: p.x + up.x * h, y: p.y + up.y * h };
        let box_of = |p: Point, q: Point| Rect::new(p.x, p.y, q.x, q.y);
        box_of(corner(o, above), corner(end, -below))
            .union(&box_of(corner(o, -below), corner(end, above)))
    }
}

/// Joins a page's glyphs to runs, in drawing order.
///
/// White space ends a run, unless it is one space no wider than [`SPACED_GAP`] between two visible
/// characters: that stays inside, as what it is where a figure's groups may be parted by it, else as `' '`. No run begins
/// or ends with white space. Where Latin words are set apart by their places alone, the space between them is put in.
pub(super) fn glyphs_to_runs(sink: &mut Sink, page: u32, drawn: &Drawn) -> Vec<Run> {
    let doubled = find_doubled(drawn);
    note_doubled(sink, page, drawn, &doubled);
    let clipped = find_clipped(drawn);
    note_clipped(sink, page, drawn, &clipped);
    let mut runs = Vec::new();
    let mut open: Option<Open> = None;
    for (at, (glyph, doubled)) in drawn.glyphs.iter().zip(&doubled).enumerate() {
        if *doubled {
            continue;
        }
        let whole = clipped.get(&at).map(|&ink| Glyph { ink, ..glyph.clone() });
        let glyph = whole.as_ref().unwrap_or(glyph);
        let text = drawn.text_of(glyph);
        if text.chars().all(char::is_whitespace) {
            if let Some(open) = &mut open {
                open.space = match (open.space, text.chars().next()) {
                    (before, None) => before,
                    (None, Some(space)) if text.len() == space.len_utf8() => Some(inner(space)),
                    _ => Some(' '),
                };
            }
            continue;
        }
        let start = Start::of(glyph);
        match &mut open {
            Some(open) if open.continues(glyph, &start) => {
                open.push(glyph, &start, text, is_alone(&drawn.glyphs, at));
            }
            _ => {
                runs.extend(open.take().map(Open::close));
                open = Some(Open::new(glyph, &start, text));
            }
        }
    }
    runs.extend(open.map(Open::close));
    runs
}

/// Whether the operator of a glyph draws nothing else, nor does that of the glyph before it.
fn is_alone(glyphs: &[Glyph], at: usize) -> bool {
    let by = |at: usize| glyphs.get(at).map(|glyph| glyph.shown_by);
    let before = at.checked_sub(1).and_then(by);
    by(at) != by(at + 1) && by(at) != before && before != at.checked_sub(2).and_then(by)
}

/// What is clipped away of texts of which the rest is seen, with the ink of the rest: a name that runs over the edge of
/// the page or of its cell. It is read, for half a name is another name.
fn find_clipped(drawn: &Drawn) -> BTreeMap<usize, Ink> {
    let mut clipped = BTreeMap::new();
    let glyphs = &drawn.glyphs;
    // Most pages clip nothing away.
    if !glyphs.iter().any(|glyph| matches!(glyph.ink, Ink::Outside)) {
        return clipped;
    }
    let mut first = 0;
    for end in 1..=glyphs.len() {
        if end < glyphs.len() && is_seamless(&glyphs[end - 1], &glyphs[end]) {
            continue;
        }
        let text = first..end;
        first = end;
        let outside = |at: &usize| matches!(glyphs[*at].ink, Ink::Outside);
        let Some(seen) = text.clone().find(|&at| matches!(glyphs[at].ink, Ink::Seen { .. })) else {
            continue;
        };
        let hidden = text.clone().filter(outside).count();
        if hidden < CLIPPED * (text.len() - hidden) {
            clipped.extend(text.filter(outside).map(|at| (at, glyphs[seen].ink)));
        }
    }
    clipped
}

/// Whether a glyph stands right behind the one drawn before it, as within one text.
fn is_seamless(before: &Glyph, here: &Glyph) -> bool {
    let (a, b) = (Start::of(before), Start::of(here));
    a.turn == b.turn
        && (a.across - b.across).abs() <= SEAMLESS * here.size
        && (b.along - a.along - before.advance).abs() <= SEAMLESS * here.size
}

/// A text is read whole if less than so many times as much of it is clipped away as is seen.
const CLIPPED: usize = 3;

/// How far a reading direction may be off a right angle and still count as one, as a sine (1.5°).
const STRAIGHT: f32 = 0.026;

fn turn_of(along: Point) -> Turn {
    if along.y.abs() < STRAIGHT {
        if along.x > 0.0 { Turn::Upright } else { Turn::Over }
    } else if along.x.abs() < STRAIGHT {
        if along.y > 0.0 { Turn::Down } else { Turn::Up }
    } else {
        Turn::Slanted(along.y.atan2(along.x).to_degrees())
    }
}

/// Where a glyph begins, seen in its own reading direction.
struct Start {
    turn: Turn,
    along: f32,
    across: f32,
}

impl Start {
    fn of(glyph: &Glyph) -> Start {
        let (a, o) = (glyph.along, glyph.origin);
        Start { turn: turn_of(a), along: o.x * a.x + o.y * a.y, across: o.y * a.x - o.x * a.y }
    }
}

/// A run that may still grow.
struct Open {
    run: Run,
    direction: Point,
    vertical: bool,
    /// Where the last glyph ends and the baseline lies, in the run's own reading direction.
    end: f32,
    across: f32,
    /// What white space was drawn after the last glyph.
    space: Option<char>,
    /// The operator that drew the last glyph, and its text object.
    shown_by: u32,
    object: u32,
    /// Gaps between Latin characters that may part words: the index of the character after the gap,
    /// and where the one before it ends.
    word_gaps: Vec<(usize, f32)>,
    /// The same between digits.
    digit_gaps: Vec<(usize, f32)>,
}

impl Open {
    fn new(glyph: &Glyph, start: &Start, text: &str) -> Open {
        let run = Run {
            // As much as the smallest piece of memory holds.
            text: String::with_capacity(24),
            bbox: glyph.bbox,
            edges: Vec::with_capacity(6),
            size: glyph.size,
            turn: start.turn,
            ink: glyph.ink,
            spot: None,
            joints: Vec::new(),
            sight: None,
        };
        let mut open = Open {
            run,
            direction: glyph.along,
            vertical: glyph.vertical,
            end: start.along,
            across: start.across,
            space: None,
            shown_by: glyph.shown_by,
            object: glyph.object,
            word_gaps: Vec::new(),
            digit_gaps: Vec::new(),
        };
        open.run.edges.push(edge(glyph, 0.0));
        open.push(glyph, start, text, false);
        open
    }

    fn continues(&self, glyph: &Glyph, start: &Start) -> bool {
        let em = self.run.size.max(0.1);
        let same_direction = (self.direction.x - glyph.along.x).abs() < STRAIGHT
            && (self.direction.y - glyph.along.y).abs() < STRAIGHT;
        let gap = (start.along - self.end) / em;
        let most = if self.space.is_some() { SPACED_GAP } else { GAP };
        let back = if glyph.shown_by == self.shown_by { OVERLAP } else { OVER_END };
        same_direction
            && self.vertical == glyph.vertical
            && (glyph.size - self.run.size).abs() <= 0.08 * em
            && same_ink(self.run.ink, glyph.ink)
            && (start.across - self.across).abs() <= OFF_BASELINE * em
            && (-back..=most).contains(&gap)
    }

    /// Adds a glyph; `is_alone` where its operator draws it alone, and that of the one before does too.
    fn push(&mut self, glyph: &Glyph, start: &Start, text: &str, is_alone: bool) {
        let em = self.run.size;
        if let Some(space) = self.space.filter(|_| start.along - self.end > 0.08 * em) {
            let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let is_in_figure =
                is_digit(self.run.text.chars().next_back()) && is_digit(text.chars().next());
            // Producers draw thin spaces with the glyph of a plain one, narrower.
            let is_thin = start.along - self.end <= figure::WIDEST_GAP * em;
            self.run.text.push(match space {
                ' ' if is_in_figure && is_thin => '\u{A0}',
                space if is_in_figure => space,
                _ => ' ',
            });
            self.run.edges.push(edge(glyph, 0.0));
        } else if let Some(last) = self.run.edges.last_mut() {
            let end = std::mem::replace(last, edge(glyph, 0.0));
            if start.along - self.end > WORD_GAP * em
                && let Some(before) = self.run.text.chars().next_back()
                && let Some(after) = text.chars().next()
            {
                let gap = (self.run.edges.len() - 1, end);
                if may_part_words(before, after) {
                    self.word_gaps.push(gap);
                } else if before.is_ascii_digit() && after.is_ascii_digit() {
                    self.digit_gaps.push(gap);
                }
            }
        }
        self.space = None;
        if glyph.shown_by != self.shown_by {
            // Some producers draw each character by an operator of its own, one right behind the other.
            let goes_on = (glyph.object == self.object || is_alone)
                && (start.along - self.end).abs() <= SEAMLESS * em;
            if !goes_on {
                self.run.joints.push(self.run.edges.len() as u32 - 1);
            }
            (self.shown_by, self.object) = (glyph.shown_by, glyph.object);
        }
        let count = text.chars().count().max(1) as f32;
        for (i, c) in text.chars().enumerate() {
            self.run.text.push(c);
            self.run.edges.push(edge(glyph, glyph.advance * (i + 1) as f32 / count));
        }
        self.end = start.along + glyph.advance;
        self.run.bbox = self.run.bbox.union(&glyph.bbox);
    }

    fn close(mut self) -> Run {
        // At the end of a line, behind a letter, it parts a word.
        if let Some(before) = self.run.text.strip_suffix(HYPHEN)
            && before.ends_with(|c: char| c.is_ascii_alphabetic())
        {
            self.run.text.truncate(before.len());
            self.run.text.push('\u{AD}');
        }
        // Digits that stand apart part a figure where others do not: spread ones all do.
        let is_digit = |c: char| c.is_ascii_digit();
        let pairs = self.run.text.chars().zip(self.run.text.chars().skip(1));
        if self.digit_gaps.len() < pairs.filter(|&(a, b)| is_digit(a) && is_digit(b)).count() {
            self.word_gaps.append(&mut self.digit_gaps);
            self.word_gaps.sort_by_key(|gap| gap.0);
        }
        // Where most characters stand apart, the text is letter-spaced and the gaps part nothing.
        if self.word_gaps.is_empty() || self.word_gaps.len() * 2 >= self.run.edges.len() {
            return self.run;
        }
        let mut text = String::with_capacity(self.run.text.len() + self.word_gaps.len());
        let mut edges = Vec::with_capacity(self.run.edges.len() + self.word_gaps.len());
        let mut gaps = self.word_gaps.iter().peekable();
        let mut joints = self.run.joints.iter_mut().peekable();
        for (index, c) in self.run.text.chars().enumerate() {
            if let Some((_, end)) = gaps.next_if(|(at, _)| *at == index) {
                // Between digits it may part groups of a figure.
                let is_in_figure =
                    c.is_ascii_digit() && text.ends_with(|c: char| c.is_ascii_digit());
                text.push(if is_in_figure { '\u{A0}' } else { ' ' });
                edges.push(*end);
            }
            if let Some(joint) = joints.next_if(|joint| **joint as usize == index) {
                *joint = edges.len() as u32;
            }
            text.push(c);
            edges.extend(self.run.edges.get(index));
        }
        edges.extend(self.run.edges.last());
        self.run.text = text;
        self.run.edges = edges;
        self.run
    }
}

/// The space as it stands inside a run: one that parts groups of digits stays what it is.
fn inner(space: char) -> char {
    match space {
        '\u{A0}' | '\u{2005}' | '\u{2006}' | '\u{2008}'..='\u{200A}' | '\u{202F}' => space,
        _ => ' ',
    }
}

/// Whether a gap between two characters may be one between words: of Latin script, but not inside a
/// figure.
fn may_part_words(before: char, after: char) -> bool {
    let latin = |c: char| c.is_ascii_graphic() || ('\u{A1}'..'\u{250}').contains(&c);
    latin(before) && latin(after) && !(before.is_ascii_digit() && after.is_ascii_digit())
}

/// The page coordinate `by` points along from where a glyph begins: y for text that runs up or
/// down, x for all other.
fn edge(glyph: &Glyph, by: f32) -> f32 {
    if glyph.along.x.abs() < STRAIGHT {
        glyph.origin.y + glyph.along.y * by
    } else {
        glyph.origin.x + glyph.along.x * by
    }
}

fn same_ink(a: Ink, b: Ink) -> bool {
    match (a, b) {
        (Ink::Seen { lightness: a }, Ink::Seen { lightness: b }) => (a - b).abs() < 0.1,
        (a, b) => a == b,
    }
}

/// Marks each glyph that was drawn before at nearly the same place (text render mode 2, boldness by
/// drawing twice, shadows): all of a text, or none of it. Figures too wide for their cells lie over each
/// other, and the last digit of one may cover the same digit of the next.
///
/// A text is what one operator draws, and what others draw right behind it: a font cut into parts of 256 glyphs makes a
/// figure the work of several. Where each operator draws again what the one before it drew, the text goes on behind the
/// second of them, and the next one is drawn twice as well.
fn find_doubled(drawn: &Drawn) -> Vec<bool> {
    let again = drawn_again(drawn);
    let mut doubled: Vec<bool> = again.iter().map(Option::is_some).collect();
    if !doubled.contains(&true) {
        return doubled;
    }
    let glyphs = &drawn.glyphs;
    let shown = ranges(glyphs, |a, b| a.shown_by == b.shown_by);
    let is_new = |at: usize| again[at].is_none() && !drawn.is_blank(&glyphs[at]);
    let repeats = |at: usize| {
        let Some([before, here]) = shown.get(at.wrapping_sub(1)..=at) else { return false };
        let by = Some(glyphs[before.start].shown_by);
        before.len() == here.len() && here.clone().all(|at| again[at] == by)
    };
    for text in ranges(glyphs, |a, b| a.shown_by == b.shown_by || is_seamless(a, b)) {
        let is_again = |at: usize| again[at].is_some();
        if !(text.clone().any(is_again) && text.clone().any(is_new)) {
            continue;
        }
        let first = shown.partition_point(|shown| shown.start < text.start);
        let next = shown.partition_point(|shown| shown.start < text.end);
        let by_turns = repeats(next);
        for (by, shown) in shown.iter().enumerate().take(next).skip(first) {
            let is_doubled = by_turns && repeats(by);
            for at in shown.clone() {
                doubled[at] = is_doubled || again[at] == Some(glyphs[at].shown_by);
            }
        }
    }
    doubled
}

/// Which glyphs, one behind the other, are of one kind.
fn ranges(glyphs: &[Glyph], is_one: impl Fn(&Glyph, &Glyph) -> bool) -> Vec<Range<usize>> {
    let mut end = 0;
    let range = |glyphs: &[Glyph]| {
        end += glyphs.len();
        end - glyphs.len()..end
    };
    glyphs.chunk_by(is_one).map(range).collect()
}

/// For each glyph that was drawn before at nearly the same place, the operator that drew it there.
fn drawn_again(drawn: &Drawn) -> Vec<Option<u32>> {
    let mut seen = Seen::new(drawn.glyphs.len());
    let mut again = vec![None; drawn.glyphs.len()];
    // The cells of the size last seen: most glyphs have that of the one before.
    let (mut size, mut cell) = (f32::NAN, 0.0);
    for (index, glyph) in drawn.glyphs.iter().enumerate() {
        let Some(first) = drawn.text_of(glyph).chars().next() else { continue };
        if first.is_whitespace() {
            continue;
        }
        let near = (DOUBLED * glyph.size).min(0.5 * glyph.advance).max(0.01);
        // Cells at least twice as wide as `near`, of equal width for glyphs of about equal size:
        // whatever is near lies in one of four cells.
        if glyph.size != size {
            size = glyph.size;
            cell = (2.0 * DOUBLED * size.max(0.1)).log2().ceil().exp2();
        }
        let (x, y) = (glyph.origin.x / cell, glyph.origin.y / cell);
        let key = |x: i32, y: i32| {
            (u64::from(first as u32) << 43) ^ (u64::from(x as u32) << 22) ^ u64::from(y as u32)
        };
        let [left, right] = [floor(x - 0.5), floor(x + 0.5)];
        let [top, bottom] = [floor(y - 0.5), floor(y + 0.5)];
        let corners = [(left, top), (left, bottom), (right, top), (right, bottom)];
        let before = corners.iter().find_map(|&(x, y)| {
            seen.last(key(x, y)).and_then(|other| drawn.glyphs.get(other as usize)).filter(
                |other| {
                    drawn.text_of(other) == drawn.text_of(glyph)
                        && (other.origin.x - glyph.origin.x).abs() < near
                        && (other.origin.y - glyph.origin.y).abs() < near
                        && (other.size - glyph.size).abs() < 0.2 * glyph.size
                        && is_seen_alike(other.ink, glyph.ink)
                },
            )
        });
        match before {
            Some(other) => again[index] = Some(other.shown_by),
            None => seen.add(key(floor(x), floor(y)), index as u32),
        }
    }
    again
}

/// Whether a reader sees both, or neither: white text under the same in black is not what is printed bold.
fn is_seen_alike(a: Ink, b: Ink) -> bool {
    match (a, b) {
        (Ink::Seen { lightness: a }, Ink::Seen { lightness: b }) => (a > WHITE) == (b > WHITE),
        (a, b) => a == b,
    }
}

/// The glyphs seen so far, by keys: a table that only grows and is asked four times as often as it is
/// added to, mostly for what it does not hold.
struct Seen {
    /// For each hash the latest of its entries, counted from 1. At least twice as many as glyphs.
    latest: Vec<u32>,
    /// Key and glyph, and the entry of the same hash before it.
    entries: Vec<(u64, u32, u32)>,
}

impl Seen {
    fn new(glyphs: usize) -> Seen {
        let hashes = (2 * glyphs).next_power_of_two();
        Seen { latest: vec![0; hashes], entries: Vec::with_capacity(glyphs) }
    }

    fn hash(&self, key: u64) -> usize {
        let mut mixer = Mixer::default();
        mixer.write_u64(key);
        mixer.finish() as usize & (self.latest.len() - 1)
    }

    /// The glyph added last under a key.
    fn last(&self, key: u64) -> Option<u32> {
        let mut at = *self.latest.get(self.hash(key))?;
        loop {
            let (other, glyph, before) = *self.entries.get((at as usize).checked_sub(1)?)?;
            if other == key {
                return Some(glyph);
            }
            at = before;
        }
    }

    fn add(&mut self, key: u64, glyph: u32) {
        let hash = self.hash(key);
        if let Some(latest) = self.latest.get_mut(hash) {
            self.entries.push((key, glyph, *latest));
            *latest = self.entries.len() as u32;
        }
    }
}

/// The whole number at or below; the least or greatest there is for what lies beyond them.
fn floor(x: f32) -> i32 {
    let whole = x as i32;
    if whole as f32 > x { whole.saturating_sub(1) } else { whole }
}

/// Mixes a key of one word; the standard hasher costs more than the look-up it serves.
#[derive(Default)]
pub(super) struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.write_u64(u64::from(b));
        }
    }

    fn write_u32(&mut self, n: u32) {
        self.write_u64(n.into());
    }

    fn write_u64(&mut self, n: u64) {
        let mixed = (self.0 ^ n).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 29);
    }
}

fn note_doubled(sink: &mut Sink, page: u32, drawn: &Drawn, doubled: &[bool]) {
    let twice = || drawn.glyphs.iter().zip(doubled).filter(|(_, d)| **d).map(|(g, _)| g);
    let Some(first) = twice().next() else { return };
    let count = twice().count();
    let mut before: String = twice().take(20).map(|g| drawn.text_of(g)).collect();
    if count > 20 {
        before.push_str(&format!("… ({count})"));
    }
    let bbox = twice().fold(first.bbox, |all, g| all.union(&g.bbox));
    sink.repair(Repair {
        stage: Stage::Extract,
        rule: "doubled_glyphs",
        place: Some(Place::of_box(page, bbox)),
        before,
        after: String::new(),
    });
}

fn note_clipped(sink: &mut Sink, page: u32, drawn: &Drawn, clipped: &BTreeMap<usize, Ink>) {
    let glyphs = || clipped.keys().map(|&at| &drawn.glyphs[at]);
    let Some(bbox) = glyphs().map(|g| g.bbox).reduce(|a, b| a.union(&b)) else { return };
    sink.repair(Repair {
        stage: Stage::Extract,
        rule: "clipped_text",
        place: Some(Place::of_box(page, bbox)),
        before: String::new(),
        after: glyphs().flat_map(|g| drawn.text_of(g).chars()).take(CLIPPED_SHOWN).collect(),
    });
}

/// Characters that a repair shows of what was clipped away on a page.
const CLIPPED_SHOWN: usize = 80;

#[cfg(test)]
mod tests {
    use super::{Seen, floor};

    #[test]
    fn the_glyph_added_last_under_a_key_is_found() {
        let mut seen = Seen::new(3);
        assert_eq!(seen.last(5), None);
        for (key, glyph) in [(5, 0), (6, 1), (5, 2), (1 << 60, 3), (7, 4)] {
            seen.add(key, glyph);
        }
        assert_eq!([5, 6, 7, 8].map(|key| seen.last(key)), [Some(2), Some(1), Some(4), None]);
        assert_eq!(Seen::new(0).last(0), None);
    }

    #[test]
    fn floors_are_those_of_the_standard_library() {
        let ends = [f32::MIN, -3e9, -2_147_483_648.0, -16_777_217.0, 2_147_483_648.0, f32::MAX];
        let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0, 1e-30, -1e-30];
        let near = (-4000..4000).map(|n| n as f32 * 0.25);
        for x in ends.into_iter().chain(odd).chain(near) {
            assert_eq!(floor(x), x.floor() as i32, "{x}");
        }
    }
}
