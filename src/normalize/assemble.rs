//! Runs in, printed lines out: what stands on one baseline is a line, and a line falls into pieces
//! where a gap is wider than a word space or a vertical rule passes. The text is not yet clean.

use super::lines::Joint;
use super::raised;
use super::ruby::{self, Annotation};
use super::told;
use super::turn::{Frame, order};
use crate::carrier::page::{Page, Rule, Run, Turn};
use crate::diag::{Repair, Sink, Stage};
use crate::figure;
use crate::geom::{Axis, Rect};
use crate::normalize::lines::{CellNumber, Mark};
use crate::place::{Place, PlacedText};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A gap without a space character parts two pieces from so many ems on.
const GAP: f32 = 0.6;
/// A gap of this many ems within what one operator drew parts two pieces where a vertical rule passes through it.
const RULED_GAP: f32 = 0.15;
/// What another operator drew may reach back over the end of a piece by so many ems and still go on with it.
const OVERLAP: f32 = 0.3;
/// Chinese punctuation fills half of its em: set tight, it goes back by so many ems.
const TIGHT_OVERLAP: f32 = 0.55;
/// A stretch goes on with one of so many pieces before it.
const BEHIND: usize = 24;
/// A gap that holds space characters parts two pieces from so many ems on: a full-width space
/// inside a padded name (合　计) does not.
const SPACED_GAP: f32 = 1.1;
/// A gap between Latin letters or figures is a word space from so many ems on.
const WORD_GAP: f32 = 0.18;
/// The same character printed again within so much of its width is one, printed bold.
const DOUBLE: f32 = 0.3;
/// Digits that differ by more of the larger's size, or whose feet do, belong to two figures.
const OTHER_SIZE: f32 = 0.15;
const OTHER_HEIGHT: f32 = 0.15;
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
    pub text: PlacedText,
    /// The box around it.
    pub bbox: Rect,
    /// Font size as seen, in points.
    pub size: f32,
    /// Which run of the page it begins with, in drawing order.
    pub order: u32,
    /// Where characters begin that another operator drew.
    pub joints: Vec<Joint>,
    /// Marks raised behind its characters.
    pub marks: Vec<Mark>,
    /// The cell it stands in, where the document tells of one.
    pub cell: Option<CellNumber>,
}

impl RawPiece {
    /// Puts a raised mark behind the characters, which end at `at`; an exponent of a unit becomes one of them.
    pub(super) fn raise(&mut self, mark: &Run, page: u32, at: f32) {
        let (text, place) = (mark.text.trim(), mark.place(page));
        match (self.text.as_str().chars().next_back(), text) {
            (Some('m' | 'M'), "2" | "²") => self.text.push('²', place),
            (Some('m' | 'M'), "3" | "³") => self.text.push('³', place),
            _ if raised::is_power_of_ten(self.text.as_str(), text) => {
                text.chars().for_each(|c| self.text.push(raised::superscript(c), place));
            }
            _ => self.marks.push(Mark { text: text.to_owned(), at, place }),
        }
    }
}

/// The lines of a page, but for the rows of tables that the document tells; `main` is the turn of most of its text,
/// in whose frame the page's rules already are.
pub(super) fn raw_lines(sink: &mut Sink, page: &Page, main: Turn) -> Vec<RawLine> {
    let in_cells = told::in_cells(page);
    let mut by_turn: BTreeMap<u8, Vec<(usize, &Run)>> = BTreeMap::new();
    for (at, run) in page.runs.iter().enumerate().filter(|(_, r)| !r.text.is_empty()) {
        if !in_cells[at] {
            by_turn.entry(order(run.turn)).or_default().push((at, run));
        }
    }
    let main_frame = Frame::of(main, page.width, page.height);
    let mut lines = Vec::new();
    for (_, runs) in by_turn {
        let turn = runs.first().map_or(Turn::Upright, |(_, r)| r.turn);
        let frame = Frame::of(turn, page.width, page.height);
        let is_main = order(turn) == order(main);
        let rules = Bands::of(if is_main { &page.rules } else { &[] });
        let mut group = Vec::new();
        let mut doubles = Vec::new();
        let (runs, beside) = ruby::apart(&frame, runs);
        note_annotations(sink, page.number, &beside);
        let placed = raised::apart(&frame, &runs);
        for baseline in baselines(&frame, placed) {
            let stretches = stretches(&frame, page.number, &baseline, &rules);
            group.extend(join(stretches, &rules, &mut doubles));
        }
        note_doubles(sink, &doubles);
        if turn == Turn::Over && !is_main {
            group = stacked(group);
        }
        if !is_main {
            for line in &mut group {
                move_line(line, |r| main_frame.rect(&frame.back(r)));
            }
        }
        lines.extend(group);
    }
    lines
}

/// Lines of upside-down text with characters one below the other joined to one piece each: vertical writing that was
/// turned by half, as narrow columns of web pages have it, reads upwards on the page.
fn stacked(lines: Vec<RawLine>) -> Vec<RawLine> {
    let mut stacks: Vec<RawPiece> = Vec::new();
    for piece in lines.into_iter().flat_map(|line| line.pieces) {
        let goes_on = |above: &&mut RawPiece| {
            let (a, b, em) = (&above.bbox, &piece.bbox, piece.size.max(0.1));
            (a.center().x - b.center().x).abs() <= OFF_STACK * em
                && (b.y0 - a.y1).abs() <= OFF_STACK * em
                && piece.text.as_str().chars().nth(1).is_none()
                && b.width() <= 1.2 * em
                && a.width() <= 1.2 * em
        };
        match stacks.iter_mut().rev().take(COLUMNS).find(goes_on) {
            Some(above) => {
                above.text.append(&piece.text);
                above.bbox = above.bbox.union(&piece.bbox);
            }
            None => stacks.push(piece),
        }
    }
    let line = |piece: RawPiece| RawLine { bbox: piece.bbox, pieces: vec![piece] };
    stacks.into_iter().map(line).collect()
}

/// Characters stand one below the other if their middles and edges are off by no more than so many ems.
const OFF_STACK: f32 = 0.3;
/// So many of them side by side are looked at.
const COLUMNS: usize = 64;

fn move_line(line: &mut RawLine, map: impl Fn(&Rect) -> Rect) {
    line.bbox = map(&line.bbox);
    for piece in &mut line.pieces {
        piece.bbox = map(&piece.bbox);
        // Along another direction than the line they say nothing.
        piece.joints.clear();
    }
}

/// A run that is read as text of its line, and the mark raised behind it.
pub(super) struct Placed<'a> {
    /// The run.
    pub run: &'a Run,
    /// Which run of the page it is, in drawing order.
    pub order: usize,
    /// The mark.
    pub mark: Option<&'a Run>,
    /// Which run of the page is drawn last of both.
    pub ends: usize,
    /// The text that it is lowered behind, and stands on one line with: the 2 of CO₂.
    pub lowered: Option<&'a Run>,
}

/// Runs on one baseline, by the middles of their boxes, top to bottom.
pub(super) fn baselines<'a>(frame: &Frame, runs: Vec<Placed<'a>>) -> Vec<Vec<Placed<'a>>> {
    let mut placed: Vec<(f32, f32, Placed)> = runs
        .into_iter()
        .map(|placed| {
            let r = frame.rect(&placed.lowered.unwrap_or(placed.run).bbox);
            (r.center().y, r.height().max(placed.run.size * 0.5), placed)
        })
        .collect();
    placed.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut lines: Vec<Vec<Placed>> = Vec::new();
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

/// A stretch of a run that goes into one piece: what one or more operators drew without a gap.
struct Stretch<'a> {
    run: &'a Run,
    /// Which run of the page it is, in drawing order.
    order: usize,
    /// Which run is drawn last, the mark behind it among them.
    ends: usize,
    /// The run's characters that it holds.
    chars: Vec<Glyph>,
    /// Where among them another operator begins.
    joints: Vec<f32>,
    /// The mark raised behind it, and where that ends.
    mark: Option<(&'a Run, f32)>,
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

/// The runs of a baseline as stretches, in reading order: cut at white space too wide for a text, and where a
/// vertical rule passes between what two operators drew, or through a gap of what one did.
fn stretches<'a>(frame: &Frame, page: u32, runs: &[Placed<'a>], rules: &Bands) -> Vec<Stretch<'a>> {
    let mut stretches = Vec::with_capacity(runs.len());
    for &Placed { run, order, mark, ends, .. } in runs {
        let first = stretches.len();
        let bbox = frame.rect(&run.bbox);
        let stretch = || Stretch {
            run,
            order,
            ends: order,
            chars: Vec::new(),
            joints: Vec::new(),
            mark: None,
        };
        let mut open = stretch();
        let mut spaces = 0;
        for (i, ch) in run.text.chars().enumerate() {
            let edge = |i: usize| run.edges.get(i).map(|&e| frame.edge(e));
            let start = edge(i).unwrap_or(bbox.x1);
            let end = edge(i + 1).unwrap_or(start).max(start);
            let (top, bottom, size) = (bbox.y0, bbox.y1, run.size);
            let glyph = Glyph { ch, start, end, top, bottom, size, place: run.place_of(page, i) };
            if ch.is_whitespace() {
                spaces += usize::from(!open.chars.is_empty());
                open.chars.extend((!open.chars.is_empty()).then_some(glyph));
                continue;
            }
            let is_joint = run.joints.binary_search(&(i as u32)).is_ok();
            let last = open.chars.len().checked_sub(spaces + 1).map(|at| open.chars[at]);
            if let Some(last) = last {
                let gap = start - last.end;
                let wide = gap > if spaces > 0 { SPACED_GAP } else { GAP } * size;
                let parted =
                    (is_joint || spaces > 0 || gap > RULED_GAP * size) && rules.part(&last, &glyph);
                if wide || parted {
                    open.chars.truncate(open.chars.len() - spaces);
                    stretches.push(std::mem::replace(&mut open, stretch()));
                } else if is_joint {
                    open.joints.push(start);
                }
            }
            spaces = 0;
            open.chars.push(glyph);
        }
        open.chars.truncate(open.chars.len() - spaces);
        if !open.chars.is_empty() {
            stretches.push(open);
        }
        if let (Some(last), true) = (stretches.len().checked_sub(1), stretches.len() > first) {
            stretches[last].mark = mark.map(|mark| (mark, frame.rect(&mark.bbox).x1));
            stretches[last].ends = ends;
        }
    }
    stretches
        .sort_by(|a, b| a.chars[0].start.total_cmp(&b.chars[0].start).then(a.order.cmp(&b.order)));
    stretches
}

/// A piece that may still grow.
struct Open {
    piece: RawPiece,
    last: Glyph,
    /// Which run it ends with, in drawing order.
    order: usize,
    glyphs: Vec<Glyph>,
}

impl Open {
    fn new(stretch: Stretch<'_>) -> Option<Open> {
        let last = *stretch.chars.last()?;
        let mut open = Open {
            piece: RawPiece {
                text: PlacedText::new(),
                bbox: rect_of(&stretch.chars[0]),
                size: stretch.run.size,
                order: stretch.order as u32,
                joints: Vec::new(),
                marks: Vec::new(),
                cell: None,
            },
            last,
            order: stretch.ends,
            glyphs: Vec::with_capacity(stretch.chars.len()),
        };
        open.push(stretch);
        Some(open)
    }

    fn push(&mut self, stretch: Stretch<'_>) {
        let Some(&last) = stretch.chars.last() else { return };
        let mut before: Option<Glyph> = None;
        self.piece.text.reserve(stretch.chars.len());
        for glyph in &stretch.chars {
            if let Some(before) = before {
                let gap = glyph.start - before.end;
                if !glyph.ch.is_whitespace()
                    && is_word(before.ch)
                    && is_word(glyph.ch)
                    && gap > WORD_GAP * glyph.size
                {
                    // A quarter of an em between digits may part their groups.
                    let are_digits = before.ch.is_ascii_digit() && glyph.ch.is_ascii_digit();
                    let is_thin = are_digits && gap <= figure::WIDEST_GAP * glyph.size;
                    self.piece.text.push(if is_thin { '\u{A0}' } else { ' ' }, glyph.place);
                }
            }
            self.piece.text.push(glyph.ch, glyph.place);
            if !glyph.ch.is_whitespace() {
                self.piece.bbox = self.piece.bbox.union(&rect_of(glyph));
            }
            before = Some(*glyph);
        }
        self.piece.size = self.piece.size.max(stretch.run.size);
        let order = stretch.order as u32;
        let joint = |at| Joint { at, order, resumed: false };
        self.piece.joints.extend(stretch.joints.into_iter().map(joint));
        self.glyphs.extend(stretch.chars);
        self.last = last;
        self.order = stretch.ends;
        if let Some((mark, end)) = stretch.mark {
            let marks = self.piece.marks.len();
            self.piece.raise(mark, last.place.page, last.end);
            // What became a part of the text goes on up to its own end.
            if self.piece.marks.len() == marks {
                self.last.end = end.max(last.end);
                self.last.ch = self.piece.text.as_str().chars().next_back().unwrap_or(last.ch);
            }
        }
    }

    /// How far the stretch begins behind the end of the piece, in ems, if it goes on with it.
    fn gap_to(&self, stretch: &Stretch<'_>, rules: &Bands) -> Option<f32> {
        let first = &stretch.chars[0];
        let em = self.last.size.max(first.size);
        let gap = (first.start - self.last.end) / em;
        let tight = is_half_blank(self.last.ch) || is_half_blank(first.ch);
        let overlap = if tight { TIGHT_OVERLAP } else { OVERLAP };
        ((-overlap..=GAP).contains(&gap) && !rules.part(&self.last, first)).then_some(gap)
    }

    /// Forgets the joints within a figure: no cells meet at a point or comma that another font draws, alone or beside digits
    /// (107|，|140; 5，|384; 42098|.53).
    fn keep_figures_whole(&mut self) {
        let Open { piece, glyphs, .. } = self;
        if piece.joints.is_empty() || !glyphs.iter().any(|glyph| ".,．，".contains(glyph.ch)) {
            return;
        }
        let is_digit = |i: usize| {
            glyphs.get(i).is_some_and(|g| g.ch.is_ascii_digit() || ('０'..='９').contains(&g.ch))
        };
        // A line may have as many joints as characters: each is looked up once.
        let places: HashMap<u32, usize> =
            glyphs.iter().enumerate().rev().map(|(i, g)| (g.start.to_bits(), i)).collect();
        let joints: HashSet<u32> = piece.joints.iter().map(|joint| joint.at.to_bits()).collect();
        let begins = |i: usize| joints.contains(&glyphs[i].start.to_bits());
        let is_tight =
            |i: usize| glyphs[i].start - glyphs[i - 1].end <= figure::WIDEST_GAP * glyphs[i].size;
        // Whether one of these stands there between two digits, with no gap beside it.
        let is_one = |points: &str, i: usize| {
            let is_between = i > 0 && is_digit(i - 1) && is_digit(i + 1);
            is_between && points.contains(glyphs[i].ch) && is_tight(i) && is_tight(i + 1)
        };
        // Behind a comma, a group of three digits: a serial number (5,) may stand before any other figure.
        let opens_group = |i: usize| (i..i + 3).all(is_digit) && !is_digit(i + 3);
        let is_within = |joint: &Joint| {
            let Some(&i) = places.get(&joint.at.to_bits()) else { return false };
            let is_behind =
                || is_one(".．", i - 1) && begins(i - 1) || is_one(",，", i - 1) && opens_group(i);
            is_one(".,．，", i) || i > 0 && is_behind()
        };
        let kept = piece.joints.iter().filter(|joint| !is_within(joint)).copied().collect();
        piece.joints = kept;
    }

    /// Whether the stretch is printed here already: each of its characters, at nearly the same place.
    fn holds(&self, stretch: &Stretch<'_>) -> bool {
        let again = |glyph: &Glyph| {
            glyph.ch.is_whitespace()
                || self.glyphs.iter().rev().any(|g| {
                    let width = (g.end - g.start).max(0.1 * g.size);
                    g.ch == glyph.ch
                        && g.end > g.start
                        && (glyph.start - g.start).abs() < DOUBLE * width
                        && (glyph.top - g.top).abs() < DOUBLE * g.size
                })
        };
        let first = stretch.chars[0].start;
        self.piece.bbox.x0 <= first + 0.5 * stretch.run.size
            && first < self.last.end
            && stretch.chars.iter().all(again)
    }
}

/// Whether two digits stand side by side in another size or at another height: they are no digits of one figure.
fn are_set_apart(a: &Glyph, b: &Glyph) -> bool {
    let em = a.size.max(b.size);
    let is_other = (a.size - b.size).abs() > OTHER_SIZE * em
        || (a.bottom - b.bottom).abs() > OTHER_HEIGHT * em;
    a.ch.is_ascii_digit() && b.ch.is_ascii_digit() && is_other
}

fn rect_of(glyph: &Glyph) -> Rect {
    Rect::new(glyph.start, glyph.top, glyph.end, glyph.bottom)
}

/// The line's pieces; `None` for a line of white space.
///
/// What one operator drew stays together and is never mixed with what another drew over it. What two drew side by
/// side is one piece, and remembers where the second begins: it may be the text of another cell.
fn join(stretches: Vec<Stretch<'_>>, rules: &Bands, doubles: &mut Vec<Glyph>) -> Option<RawLine> {
    let mut pieces: Vec<Open> = Vec::new();
    for stretch in stretches {
        let near = pieces.len().saturating_sub(BEHIND);
        if pieces[near..].iter().any(|open| open.holds(&stretch)) {
            doubles.extend(stretch.chars);
            continue;
        }
        let next = |open: &Open| open.order == stretch.order || open.order + 1 == stretch.order;
        let fit = |(at, open): (usize, &Open)| {
            Some((open.gap_to(&stretch, rules)?, next(open), near + at))
        };
        let best = pieces[near..]
            .iter()
            .enumerate()
            .filter_map(fit)
            .min_by(|a, b| b.1.cmp(&a.1).then(a.0.abs().total_cmp(&b.0.abs())));
        match best {
            Some((gap, _, at)) => {
                let (open, first) = (&mut pieces[at], stretch.chars[0]);
                let is_parted = is_word(open.last.ch) && is_word(first.ch) && gap > WORD_GAP;
                if is_parted || are_set_apart(&open.last, &first) {
                    open.piece.text.push(' ', first.place);
                }
                let (at, order) = (first.start, stretch.order as u32);
                open.piece.joints.push(Joint { at, order, resumed: !next(open) });
                open.push(stretch);
            }
            None => pieces.extend(Open::new(stretch)),
        }
    }
    pieces.iter_mut().for_each(Open::keep_figures_whole);
    let mut pieces: Vec<RawPiece> = pieces.into_iter().map(|open| open.piece).collect();
    pieces.sort_by(|a, b| a.bbox.x0.total_cmp(&b.bbox.x0).then(a.order.cmp(&b.order)));
    let bbox = pieces.iter().map(|p| p.bbox).reduce(|a, b| a.union(&b))?;
    Some(RawLine { pieces, bbox })
}

fn note_annotations(sink: &mut Sink, page: u32, beside: &[(Annotation, &Run)]) {
    for (what, run) in beside {
        sink.repair(Repair {
            stage: Stage::Normalize,
            rule: what.rule(),
            place: Some(run.place_of(page, 0)),
            before: run.text.clone(),
            after: String::new(),
        });
    }
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

/// Full-width punctuation, whose ink stands in one half of its em.
fn is_half_blank(c: char) -> bool {
    "，。、；：！？（）《》〈〉【】〔〕「」『』“”‘’".contains(c)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::page::Ink;

    /// A run as a case writes it: `x y size text`, upside down behind `over `; digits are half an em wide, all else one em.
    fn run(drawn: &str) -> Run {
        let over = drawn.strip_prefix("over ");
        let turn = if over.is_some() { Turn::Over } else { Turn::Upright };
        let drawn = over.unwrap_or(drawn);
        let mut parts = drawn.splitn(4, ' ');
        let mut number = || parts.next().and_then(|n| n.parse::<f32>().ok()).expect("a number");
        let (x, y, size) = (number(), number(), number());
        let text = parts.next().expect("a text").to_owned();
        let mut edges = vec![x];
        for c in text.chars() {
            let width = if c.is_ascii() { 0.5 * size } else { size };
            edges.push(edges[edges.len() - 1] + width);
        }
        Run {
            bbox: Rect::new(x, y, edges[edges.len() - 1], y + size),
            text,
            edges,
            size,
            turn,
            ink: Ink::Seen { lightness: 0.0 },
            spot: None,
            joints: Vec::new(),
            sight: None,
        }
    }

    /// Runs in drawing order and rules across the reading direction, `| x from to`; lines of pieces out, each with
    /// where it begins, and where in it another operator begins.
    fn shown(input: &str) -> String {
        let mut page = Page { number: 1, width: 600.0, height: 800.0, ..Page::default() };
        for line in input.lines() {
            match line.strip_prefix("| ") {
                None => page.runs.push(run(line)),
                Some(rule) => {
                    let n: Vec<f32> = rule.split(' ').filter_map(|n| n.parse().ok()).collect();
                    let rule = Rule { axis: Axis::Y, at: n[0], from: n[1], to: n[2], width: 0.5 };
                    page.rules.push(rule);
                }
            }
        }
        let mut sink = Sink::new();
        let mut out = String::new();
        for line in raw_lines(&mut sink, &page, Turn::Upright) {
            let show = |piece: &RawPiece| {
                let mut shown = format!("{} {}", piece.bbox.x0, piece.text.as_str());
                piece.joints.iter().for_each(|x| shown += &format!(" ^{}", x.at));
                piece.marks.iter().for_each(|mark| shown += &format!(" ~{}", mark.text));
                shown
            };
            out += &line.pieces.iter().map(show).collect::<Vec<_>>().join(" | ");
            out.push('\n');
        }
        sink.into_parts().1.iter().for_each(|r| out += &format!("{}: {}\n", r.rule, r.before));
        out
    }

    #[test]
    fn runs_of_the_suite() {
        let suite = include_str!("../../tests/suite/normalize/runs.txt");
        let mut wrong = String::new();
        for case in suite.split("\n--- ").skip(1) {
            let (name, case) = case.split_once(" ---\n").expect("a case has a name");
            let (input, expected) = case.split_once("\n=>\n").expect("a case has an answer");
            let got = shown(input);
            if got.trim_end() != expected.trim_end() {
                wrong += &format!("--- {name} ---\n{input}\n=>\n{got}\n");
            }
        }
        assert!(wrong.is_empty(), "these turned out:\n{wrong}");
    }
}
