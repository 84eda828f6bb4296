//! Lines as read in, runs out, as whoever set the page would have drawn them: the em boxes of a row stand at one
//! height and have one size, though ink is higher here and lower there, and digits of full width are such.
//!
//! Stages after this one tell rows by how their boxes stand, which a PDF says exactly and ink does not.

use crate::carrier::ocr::cells::Said;
use crate::carrier::ocr::engine::RecognizedChar;
use crate::carrier::ocr::lines::median;
use crate::carrier::ocr::read::ReadLine;
use crate::carrier::ocr::rules::Ruled;
use crate::carrier::page::{Ink, Run, Turn};
use crate::geom::{Axis, Rect};
use std::ops::Range;

/// What a Chinese character's ink takes up of its em box, down.
const HAN: f32 = 0.94;
/// What a digit's ink takes up of its em box, down.
const DIGIT: f32 = 0.78;
/// Where the baseline is below the middle of the em box, in ems.
const BASELINE: f32 = 0.38;
/// Sizes that differ by less than this share are one.
const ONE_SIZE: f32 = 0.08;
/// A figure's size is taken to be that of Chinese text near it where it is no further off than this share.
const LIKE_TEXT: f32 = 0.25;
/// Lines whose middles are this near, in ems, stand at one height …
const ONE_HEIGHT: f32 = 0.14;
/// … if they are no further apart on the whole.
const ONE_ROW: f32 = 0.3;
/// A stroke stands at the height of a row that is this near, in ems.
const STROKE: f32 = 0.4;
/// What is right below a line by less than this, in ems, may be the rest of it.
const NEXT_LINE: f32 = 1.8;
/// Lines whose middles are no further apart than this, in ems, stand beside each other.
const BESIDE: f32 = 0.25;
/// A line that leaves less room in its column than this, in steps of its digits, is full: a point never begins the
/// next one, so that the digit before it goes there too.
const ROOM: f32 = 1.7;
/// What names of divisions end in, and none consists of.
const ENDINGS: &[&str] = &["各族自治县", "族自治县", "族自治州", "管理委员会", "开发区", "示范区"];

/// The lines of a page as set.
pub(super) struct Setting {
    lines: Vec<Set>,
}

/// A line as set.
struct Set {
    /// Its number among those read.
    read: usize,
    kind: Kind,
    /// Characters that are no spaces at its ends.
    chars: Range<usize>,
    /// Its ink, in pixels.
    ink: Rect,
    /// The lattice and the cell that it stands in, by index.
    home: Option<(usize, usize)>,
    /// Of its em box, in pixels.
    size: f32,
    /// The middle of its em box, in pixels.
    center: f32,
    /// The step of its digits, where they are of full width.
    pitch: Option<f32>,
    /// The line that it goes on from, which was too long for its cell.
    follows: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Han,
    /// Digits and Latin letters without descenders.
    Digits,
    /// What reaches above and below digits: brackets, commas, strokes that lean.
    Tall,
    /// Strokes alone, of which no size can be told.
    Flat,
}

impl Setting {
    /// Of the lines as read; `ruled` are the page's rules.
    pub fn of(read: &[ReadLine<'_>], ruled: &[Ruled]) -> Setting {
        let lines = read.iter().enumerate();
        let mut lines: Vec<Set> = lines.filter_map(|(i, read)| Set::of(i, read)).collect();
        settle_sizes(&mut lines);
        settle_heights(&mut lines);
        lines.sort_by(|a, b| a.center.total_cmp(&b.center).then(a.ink.x0.total_cmp(&b.ink.x0)));
        for i in 0..lines.len() {
            lines[i].follows = above(&lines, i, read, ruled);
            if let Some(pitch) = lines[i].follows.and_then(|above| lines[above].pitch) {
                lines[i].pitch.get_or_insert(pitch);
            }
        }
        Setting { lines }
    }

    /// What stands where, of the lines that `counts` says yes to: a line and what goes on from it as one.
    pub fn said(&self, read: &[ReadLine<'_>], counts: impl Fn(&ReadLine<'_>) -> bool) -> Vec<Said> {
        let mut said: Vec<Said> = Vec::new();
        // Where each line went.
        let mut places: Vec<Option<usize>> = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            let one = &read[line.read];
            if !counts(one) {
                places.push(None);
                continue;
            }
            let text = one.reading.read.text().trim().to_owned();
            match line.follows.and_then(|above| places[above]) {
                Some(place) => {
                    said[place].bbox = said[place].bbox.union(&line.ink);
                    said[place].text += &text;
                    places.push(Some(place));
                }
                None => {
                    places.push(Some(said.len()));
                    said.push(Said { bbox: line.ink, text });
                }
            }
        }
        said
    }

    /// The runs in points, row by row, as they were drawn: what goes on from a line right behind it.
    pub fn runs(&self, read: &[ReadLine<'_>], points: f32) -> Vec<Run> {
        // Lines that are one text, and the middle of each.
        let mut texts: Vec<Vec<usize>> = Vec::new();
        let mut places: Vec<usize> = Vec::with_capacity(self.lines.len());
        for (i, line) in self.lines.iter().enumerate() {
            let place = line.follows.map_or(texts.len(), |above| places[above]);
            places.push(place);
            match texts.get_mut(place) {
                Some(text) => text.push(i),
                None => texts.push(vec![i]),
            }
        }
        let middle = |text: &[usize]| {
            text.iter().map(|&i| self.lines[i].center).sum::<f32>() / text.len() as f32
        };
        texts.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
        let mut rows: Vec<Vec<Vec<usize>>> = Vec::new();
        for text in texts {
            let em = self.lines[text[0]].size;
            match rows.last_mut() {
                Some(row) if middle(&text) - middle(&row[0]) <= BESIDE * em => row.push(text),
                _ => rows.push(vec![text]),
            }
        }
        let left = |text: &[usize]| {
            text.iter().map(|&i| self.lines[i].ink.x0).fold(f32::INFINITY, f32::min)
        };
        rows.iter_mut().for_each(|row| row.sort_by(|a, b| left(a).total_cmp(&left(b))));
        let lines = rows.into_iter().flatten().flatten().map(|i| &self.lines[i]);
        lines.map(|line| line.run(&read[line.read], points)).collect()
    }
}

impl Set {
    /// `None` for a line of spaces.
    fn of(number: usize, read: &ReadLine<'_>) -> Option<Set> {
        let chars = &read.reading.read.chars;
        let first = chars.iter().position(|c| c.ch != ' ')?;
        let last = chars.iter().rposition(|c| c.ch != ' ')?;
        let any = |of: &dyn Fn(char) -> bool| chars.iter().any(|c| of(c.ch));
        let kind = if any(&|c| c >= '\u{2E80}' && !"，。、；：（）％－—".contains(c)) {
            Kind::Han
        } else if !any(&char::is_alphanumeric) {
            Kind::Flat
        } else if any(&|c| "()（）[]/|,，;；_gjpqyQ".contains(c)) {
            Kind::Tall
        } else {
            Kind::Digits
        };
        let ink = read.line.bbox;
        let size = match kind {
            Kind::Han => ink.height() / HAN,
            Kind::Digits => ink.height() / DIGIT,
            Kind::Tall => ink.height() / (0.5 * (HAN + DIGIT)),
            Kind::Flat => 0.0,
        };
        let center = match kind {
            Kind::Digits => ink.y1 - BASELINE * size,
            _ => ink.center().y,
        };
        Some(Set {
            read: number,
            kind,
            chars: first..last + 1,
            ink,
            home: read.line.home,
            size,
            center,
            pitch: read.reading.pitch,
            follows: None,
        })
    }

    fn run(&self, read: &ReadLine<'_>, points: f32) -> Run {
        let chars = &read.reading.read.chars[self.chars.clone()];
        let middles = &read.reading.middles[self.chars.clone()];
        let (ink, half) = (&self.ink, self.size / 2.0);
        let mut bbox =
            Rect { x0: ink.x0, y0: self.center - half, x1: ink.x1, y1: self.center + half };
        let full = self.pitch.is_some();
        if let (Some(pitch), Some(last)) = (self.pitch, chars.last()) {
            // A digit's ink stands in the middle of its box, a point's in the corner.
            let side = (0.5 * pitch - 0.3 * ink.height()).max(0.0);
            bbox.x0 -= side;
            bbox.x1 += if last.ch.is_ascii_digit() { side } else { 0.7 * pitch };
        }
        let mut edges = vec![bbox.x0];
        edges.extend(middles.windows(2).map(|m| (m[0] + m[1]) / 2.0));
        edges.push(bbox.x1);
        for i in 1..edges.len() {
            edges[i] = edges[i].clamp(edges[i - 1], bbox.x1.max(edges[i - 1]));
        }
        let ch = |c: &RecognizedChar| if full { widened(c.ch) } else { c.ch };
        Run {
            text: chars.iter().map(ch).collect(),
            bbox: scaled(&bbox, points),
            edges: edges.iter().map(|e| e * points).collect(),
            size: self.size * points,
            turn: Turn::Upright,
            ink: Ink::Seen { lightness: 0.0 },
            spot: None,
            joints: Vec::new(),
            sight: (!read.told).then(|| Box::new(read.sight.clone())),
        }
    }

    fn is_beside(&self, other: &Set) -> bool {
        (self.center - other.center).abs() <= BESIDE * self.size
    }
}

/// A box in other units.
pub(super) fn scaled(b: &Rect, by: f32) -> Rect {
    Rect::new(b.x0 * by, b.y0 * by, b.x1 * by, b.y1 * by)
}

/// The character of full width that stands for a digit or a point.
fn widened(ch: char) -> char {
    match ch {
        '0'..='9' | '.' | ',' => char::from_u32(ch as u32 + 0xFEE0).unwrap_or(ch),
        _ => ch,
    }
}

/// Sizes that are nearly the same are the same; figures have the size of the text nearest to them.
fn settle_sizes(lines: &mut [Set]) {
    let mut sizes: Vec<f32> = Vec::new();
    for line in lines.iter().filter(|l| l.kind == Kind::Han) {
        // Few characters may all be low: 一, 日.
        sizes.extend(vec![line.size; line.chars.len()]);
    }
    sizes.sort_by(f32::total_cmp);
    let mut usual: Vec<Vec<f32>> = Vec::new();
    for size in sizes {
        match usual.last_mut() {
            Some(known) if size <= known[known.len() / 2] * (1.0 + ONE_SIZE) => known.push(size),
            _ => usual.push(vec![size]),
        }
    }
    let most = usual.iter().map(Vec::len).max().unwrap_or(0);
    let usual: Vec<f32> =
        usual.into_iter().filter(|s| 20 * s.len() >= most).filter_map(median).collect();
    let nearest = |size: f32| {
        let far = |u: &f32| (u / size.max(1.0)).ln().abs();
        usual.iter().copied().min_by(|a, b| far(a).total_cmp(&far(b)))
    };
    for line in lines.iter_mut().filter(|l| l.kind == Kind::Han) {
        let near = nearest(line.size);
        let low = line.chars.len() < 3;
        if let Some(near) = near.filter(|n| low || (n / line.size - 1.0).abs() <= 2.0 * ONE_SIZE) {
            line.size = near;
        }
    }
    // Text beside a figure, or next above or below it, has its size.
    let texts: Vec<(f32, f32)> =
        lines.iter().filter(|l| l.kind == Kind::Han).map(|l| (l.center, l.size)).collect();
    for line in lines.iter_mut().filter(|l| l.kind != Kind::Han) {
        let is_like =
            |size: f32| line.kind == Kind::Flat || (size / line.size - 1.0).abs() <= LIKE_TEXT;
        let near = texts.iter().filter(|(_, size)| is_like(*size));
        let near =
            near.min_by(|a, b| (a.0 - line.center).abs().total_cmp(&(b.0 - line.center).abs()));
        let Some(&(_, size)) = near else {
            line.size = line.size.max(line.ink.height());
            continue;
        };
        line.size = size;
        if line.kind == Kind::Digits {
            line.center = line.ink.y1 - BASELINE * size;
        }
    }
}

/// What stands nearly at one height stands at one height.
fn settle_heights(lines: &mut [Set]) {
    let mut order: Vec<usize> = (0..lines.len()).filter(|&i| lines[i].kind != Kind::Flat).collect();
    order.sort_by(|&a, &b| lines[a].center.total_cmp(&lines[b].center));
    let mut rows: Vec<Vec<usize>> = Vec::new();
    for i in order {
        let fits = rows.last().is_some_and(|row: &Vec<usize>| {
            let (first, last) = (&lines[row[0]], &lines[row[row.len() - 1]]);
            let em = lines[i].size.min(last.size);
            lines[i].center - last.center <= ONE_HEIGHT * em
                && lines[i].center - first.center <= ONE_ROW * em
        });
        match rows.last_mut() {
            Some(row) if fits => row.push(i),
            _ => rows.push(vec![i]),
        }
    }
    let middle = |row: &Vec<usize>| median(row.iter().map(|&i| lines[i].center).collect());
    let heights: Vec<f32> = rows.iter().filter_map(middle).collect();
    for (row, &height) in rows.iter().zip(&heights) {
        row.iter().for_each(|&i| lines[i].center = height);
    }
    for line in lines.iter_mut().filter(|l| l.kind == Kind::Flat) {
        let far = |h: &&f32| (*h - line.center).abs();
        let near = heights.iter().min_by(|a, b| far(a).total_cmp(&far(b)));
        if let Some(&height) = near.filter(|h| far(h) <= STROKE * line.size) {
            line.center = height;
        }
    }
}

/// The line that a line goes on from: the one right above it in its cell, which had no room for more. Two kinds
/// are certain enough: figures in digits of full width, which break anywhere, and the last character of a text or the
/// last word of a name.
fn above(lines: &[Set], i: usize, read: &[ReadLine<'_>], ruled: &[Ruled]) -> Option<usize> {
    let below = &lines[i];
    let x = below.ink.center().x;
    let is_above = |above: &&Set| {
        let far = below.center - above.center;
        (0.7 * below.size..NEXT_LINE * below.size).contains(&far)
            && above.home == below.home
            && above.ink.x0 <= x
            && x <= above.ink.x1
    };
    let above = lines[..i].iter().rposition(|above| is_above(&above))?;
    let parted = ruled.iter().any(|rule| {
        let y = rule.curve.at_x(x);
        rule.axis == Axis::X
            && (lines[above].center..below.center).contains(&y)
            && (rule.curve.from..=rule.curve.to).contains(&x)
    });
    let goes_on = !parted
        && match below.kind {
            Kind::Han => is_ending(lines, above, i, read),
            Kind::Digits | Kind::Tall => figure_goes_on(lines, above, i, read),
            Kind::Flat => false,
        };
    goes_on.then_some(above)
}

/// Whether a text is the end of another: one character, or what no name consists of.
fn is_ending(lines: &[Set], above: usize, below: usize, read: &[ReadLine<'_>]) -> bool {
    let (above, below) = (&lines[above], &lines[below]);
    let text = read[below.read].reading.read.text();
    let text = text.trim();
    let is_short = text.chars().count() == 1 || ENDINGS.iter().any(|e| e.ends_with(text));
    is_short
        && above.kind == Kind::Han
        && above.chars.len() > 2
        && above.ink.width() > below.ink.width()
}

/// Whether a figure of full width goes on in the next line.
fn figure_goes_on(lines: &[Set], above: usize, below: usize, read: &[ReadLine<'_>]) -> bool {
    let Some(pitch) = lines[above].pitch else { return false };
    let (a, b) = (&lines[above], &lines[below]);
    let is_part = b.pitch.is_some() || b.chars.len() == 1;
    let in_column = |l: &&Set| l.ink.overlap(&a.ink, Axis::X) > 0.5 * a.ink.width();
    let full = lines.iter().filter(|l| l.pitch.is_some()).filter(in_column);
    let widest = full.map(|l| l.ink.width()).fold(0.0, f32::max);
    if !is_part
        || b.ink.width() > a.ink.width() + ROOM * pitch
        || a.ink.width() + ROOM * pitch < widest
    {
        return false;
    }
    // Figures of two rows have a name each beside them.
    let name = |of: &Set| {
        let left = lines.iter().filter(|l| l.kind == Kind::Han && l.ink.x1 < of.ink.x0);
        left.rev().find(|l| l.is_beside(of))
    };
    match (name(a), name(b)) {
        (Some(_), Some(end)) => {
            let text = read[end.read].reading.read.text();
            ENDINGS.iter().any(|e| e.ends_with(text.trim()))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::ocr::engine::Recognized;
    use crate::carrier::ocr::lines::Line;
    use crate::carrier::ocr::read::Reading;
    use crate::carrier::ocr::strokes::Chain;
    use crate::sight::Sight;

    /// A line of text whose ink begins at (x, y), in Chinese characters of 30 pixels or digits of 24; of full width
    /// where digits are written so.
    fn line(x: f32, y: f32, text: &str) -> (Line, Reading) {
        let full = text.chars().all(|c| widened('0') <= c || c == '．');
        let step = if full || text.chars().any(|c| c > '\u{2E80}') { 30.0 } else { 15.0 };
        let half = |c: char| match (c as u32).checked_sub(0xFEE0) {
            Some(half) if full => char::from_u32(half).unwrap_or(c),
            _ => c,
        };
        let height = if text.chars().any(|c| c.is_ascii_digit()) || full { 24.0 } else { 30.0 };
        let wide = step * text.chars().count() as f32;
        let bbox =
            Rect::new(x, y + 30.0 - height, x + wide - if full { 15.0 } else { 0.0 }, y + 30.0);
        let char =
            |c| RecognizedChar { ch: half(c), probability: 1.0, at: 0.0, others: Vec::new() };
        let read = Recognized { chars: text.chars().map(char).collect(), ..Default::default() };
        let middles = (0..text.chars().count()).map(|i| x + (i as f32 + 0.5) * step).collect();
        let pitch = (full && text.chars().count() > 1).then_some(step);
        let line = Line { marks: Vec::new(), bbox, home: None, detected: true, contrast: 1.0 };
        (line, Reading { read, middles, pitch })
    }

    /// The runs of a page, each with the middle of its em box.
    fn set(lines: &[(Line, Reading)], ruled: &[Ruled]) -> Vec<(String, f32)> {
        let read = |(line, reading): &'_ (Line, Reading)| (line.clone(), reading.clone());
        let kept: Vec<(Line, Reading)> = lines.iter().map(read).collect();
        let read: Vec<ReadLine<'_>> = kept
            .iter()
            .map(|(line, reading)| ReadLine {
                line,
                reading: reading.clone(),
                sight: Sight::default(),
                told: false,
            })
            .collect();
        let runs = Setting::of(&read, ruled).runs(&read, 1.0);
        runs.into_iter().map(|run| (run.text, run.bbox.center().y.round())).collect()
    }

    fn texts(lines: &[(Line, Reading)]) -> Vec<String> {
        set(lines, &[]).into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn what_stands_in_one_row_stands_at_one_height() {
        let row =
            [line(0.0, 100.0, "宁化县"), line(200.0, 103.0, "1234"), line(400.0, 101.0, "56")];
        let set = set(&row, &[]);
        assert!(set.iter().all(|(_, y)| *y == set[0].1), "{set:?}");
    }

    #[test]
    fn figures_of_full_width_go_on_in_the_next_line() {
        // The name stands in the middle of two lines; what is drawn right behind a line goes on with it.
        let rows = [
            line(200.0, 100.0, "２５０７．８"),
            line(0.0, 123.0, "新华区"),
            line(400.0, 123.0, "４０６"),
            line(275.0, 146.0, "3"),
        ];
        assert_eq!(texts(&rows), ["新华区", "２５０７．８", "３", "４０６"]);
    }

    #[test]
    fn figures_of_two_rows_do_not() {
        let rows = [
            line(0.0, 100.0, "新华区"),
            line(200.0, 100.0, "２５０７"),
            line(0.0, 146.0, "鹿泉区"),
            line(215.0, 146.0, "３１２"),
        ];
        let Setting { lines } = {
            let read: Vec<ReadLine<'_>> = rows
                .iter()
                .map(|(line, reading)| ReadLine {
                    line,
                    reading: reading.clone(),
                    sight: Sight::default(),
                    told: false,
                })
                .collect();
            Setting::of(&read, &[])
        };
        assert!(lines.iter().all(|line| line.follows.is_none()));
    }

    #[test]
    fn the_last_character_of_a_title_goes_on_but_not_over_a_rule() {
        let header =
            [line(400.0, 100.0, "基本建成任"), line(0.0, 120.0, "市县"), line(460.0, 146.0, "务")];
        assert_eq!(texts(&header), ["市县", "基本建成任", "务"]);
        let points = (0..60).map(|i| (i as f32 * 10.0, 138.0)).collect();
        let curve = Chain { points, thick: 2.0, from: 0.0, to: 600.0, fill: 1.0, step: 10.0 };
        let ruled = [Ruled { axis: Axis::X, curve }];
        let order: Vec<String> = set(&header, &ruled).into_iter().map(|(text, _)| text).collect();
        assert_eq!(order, ["基本建成任", "市县", "务"]);
    }
}
