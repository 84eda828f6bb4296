//! A line's marks in, its characters out: the crop is made of the line's own ink and of nothing else, so no
//! character can be cut off by an edge and none of a neighbour can come along.

use crate::carrier::ocr::engine::{HEIGHT, Recognize, Recognized, RecognizedChar};
use crate::carrier::ocr::lines::Line;
use crate::carrier::ocr::marks::Marks;
use crate::carrier::ocr::raster::Gray;
use crate::error::Error;
use crate::geom::{Axis, Rect};
use crate::sight::Sight;
use std::collections::BTreeSet;

/// What is lower than this share of a line's height is no character but a speck, a point or a dash.
const SPECK: f32 = 0.3;
/// Paper left and right of a crop's ink, in its pixels.
const MARGIN: f32 = 10.0;

/// How a crop is made: two ways of making it are two witnesses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cut {
    /// How high the line's ink becomes in the crop, of [`HEIGHT`].
    pub ink: f32,
    /// Stretches the crop across by this.
    pub stretch: f32,
    /// Whether strokes are made thicker by a pixel on each side, so that those that fell apart meet again.
    pub thick: bool,
    /// Whether what was taken for rules shows as well, and what is too large for a character.
    pub ruled: bool,
}

impl Cut {
    /// The first way.
    pub const FIRST: Cut = Cut { ink: 32.0, stretch: 1.0, thick: false, ruled: false };
    /// The second: smaller, and a little wider.
    pub const SECOND: Cut = Cut { ink: 26.0, stretch: 1.15, thick: false, ruled: false };
    /// For what a threshold ate.
    pub const THICK: Cut = Cut { ink: 30.0, stretch: 1.05, thick: true, ruled: false };
    /// For what a stroke runs down through.
    pub const CROSSED: Cut = Cut { ink: 32.0, stretch: 1.0, thick: false, ruled: true };
}

/// A line as read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    /// What the recognizer says.
    pub read: Recognized,
    /// For each character, where it stands on the page, in pixels.
    pub middles: Vec<f32>,
    /// How far one digit stands from the next, in pixels, where that is the step of digits of full width.
    pub pitch: Option<f32>,
}

/// A line with what it says and what is left open of it.
pub(super) struct ReadLine<'a> {
    pub line: &'a Line,
    pub reading: Reading,
    pub sight: Sight,
    /// Whether the text under the picture says so, and not recognition.
    pub told: bool,
}

/// What crops are made from.
pub(super) struct Sheet<'a> {
    /// The page in grey.
    pub gray: &'a Gray,
    /// Its ink before the rules were taken out.
    pub ink: &'a Gray,
    /// Its marks.
    pub marks: &'a Marks,
    /// For each mark, the line that it belongs to.
    pub owners: &'a [Option<usize>],
    /// The usual height of a line, in pixels.
    pub height: f32,
    /// Whether what is printed on the other side shows on it.
    pub shines_through: bool,
}

/// Takes the spaces out of a figure whose digits stand at one pitch: full-width digits, or letters set apart. Where
/// one step is wider than the others, or is wider than a character of full width, the space stays.
fn close_spaced_digits(read: &mut Recognized, (middles, tall): &(Vec<f32>, f32)) {
    /// A step this many times the usual one parts two figures.
    const WIDER: f32 = 1.3;
    /// The step of full-width digits, in their heights.
    const FULL_WIDTH: f32 = 1.65;
    let is_digit = |c: &RecognizedChar| c.ch.is_ascii_digit();
    let digits = read.chars.iter().filter(|c| is_digit(c)).count();
    let is_figure = read.chars.iter().all(|c| is_digit(c) || matches!(c.ch, ' ' | '.' | ','));
    if !is_figure || digits != middles.len() || !read.chars.iter().any(|c| c.ch == ' ') {
        return;
    }
    // How far each digit stands from the one before it, and whether nothing but a space is between.
    let mut steps: Vec<(f32, bool)> = Vec::new();
    let mut bare = true;
    for char in &read.chars {
        if is_digit(char) {
            let at = steps.len();
            steps.push((if at > 0 { middles[at] - middles[at - 1] } else { 0.0 }, bare));
            bare = true;
        } else if char.ch != ' ' {
            bare = false;
        }
    }
    let plain = || steps.iter().skip(1).filter(|s| s.1).map(|s| s.0);
    let widest = plain().fold(0.0, f32::max);
    let narrowest = plain().fold(f32::INFINITY, f32::min);
    if widest <= WIDER * narrowest && widest <= FULL_WIDTH * tall {
        read.chars.retain(|c| c.ch != ' ');
    }
}

/// The step of a figure's characters where it is that of digits of full width; `ink` is the box around them.
fn full_width(read: &Recognized, middles: &[f32], ink: &Rect) -> Option<f32> {
    /// Least and most step from one digit to the next, in heights of a digit.
    const STEP: std::ops::RangeInclusive<f32> = 1.05..=1.75;
    /// How wide a digit's ink is, and a point's, in heights of a digit.
    const WIDE: [f32; 2] = [0.55, 0.15];
    /// By how much a step may differ from the others: recognition tells places roughly.
    const UNEVEN: f32 = 0.35;
    let is_part = |c: &RecognizedChar| c.ch.is_ascii_digit() || matches!(c.ch, '.' | ',');
    let last = read.chars.last().filter(|_| read.chars.iter().all(is_part))?;
    let wide = WIDE[usize::from(!last.ch.is_ascii_digit())] * ink.height();
    let step = (ink.width() - wide) / (middles.len() - 1).max(1) as f32;
    // A point stands in the corner of its box.
    let steps = read.chars.windows(2).zip(middles.windows(2));
    let mut even = steps.filter(|(pair, _)| pair.iter().all(|c| c.ch.is_ascii_digit()));
    let is_even = even.all(|(_, m)| ((m[1] - m[0]) / step - 1.0).abs() <= UNEVEN);
    (middles.len() > 1 && is_even && STEP.contains(&(step / ink.height().max(1.0)))).then_some(step)
}

impl Sheet<'_> {
    /// Reads a line.
    ///
    /// # Errors
    /// Those of the engine.
    pub fn read(&self, engine: &dyn Recognize, line: &Line, cut: Cut) -> Result<Reading, Error> {
        let (crop, x0, scale) = self.crop(&line.marks, &line.bbox, cut);
        let mut read = engine.recognize(&crop)?;
        close_spaced_digits(&mut read, &self.tall_stretches(line));
        if let Some(dashes) = self.dashes(line, &read) {
            return Ok(dashes);
        }
        let middles: Vec<f32> = read.chars.iter().map(|c| x0 + c.at / scale).collect();
        let pitch = full_width(&read, &middles, &line.bbox);
        Ok(Reading { read, middles, pitch })
    }

    /// The middles of the stretches of ink that are as high as digits, left to right, and that height.
    fn tall_stretches(&self, line: &Line) -> (Vec<f32>, f32) {
        let tall = line.bbox.height();
        let boxes = line.marks.iter().map(|&m| self.marks.marks[m].bbox);
        let mut boxes: Vec<Rect> = boxes.filter(|b| b.height() >= 0.62 * tall).collect();
        boxes.sort_by(|a, b| a.x0.total_cmp(&b.x0));
        let mut stretches: Vec<Rect> = Vec::new();
        for b in boxes {
            match stretches.last_mut() {
                Some(last) if last.overlap(&b, Axis::X) > 0.0 => *last = last.union(&b),
                _ => stretches.push(b),
            }
        }
        (stretches.iter().map(|b| b.center().x).collect(), tall)
    }

    /// The box of a line with what a stroke that runs down through it, or beside its ends, took of its characters: where it
    /// was taken for a rule its pixels are gone, and where not it is one mark with the characters that it touches, too large
    /// for any. `None` where nothing does.
    pub fn crossed(&self, line: &Line) -> Option<Rect> {
        /// Share of the line's height that a rule covers.
        const COVERED: f32 = 0.7;
        /// How far beside the line's ends a character that was taken may stand, in usual heights of a line.
        const ASIDE: f32 = 1.1;
        let b = &line.bbox;
        let by = ASIDE * self.height;
        let (y0, y1) = (b.y0.max(0.0) as usize, (b.y1 as usize).min(self.ink.height));
        let x0 = (b.x0 - by).max(0.0) as usize;
        let x1 = ((b.x1 + by).max(0.0) as usize).min(self.ink.width);
        let inside = b.x0 as usize + 2..(b.x1 as usize).saturating_sub(2);
        let mut over: Option<(usize, usize)> = None;
        let mut ruled = false;
        for x in x0..x1 {
            let mut taken = 0;
            for y in y0..y1 {
                match self.marks.at(x, y) {
                    Some(m) if self.is_too_large(m) => {
                        over = Some((over.map_or(x, |(first, _)| first), x));
                    }
                    None if self.ink.data[y * self.ink.width + x] == 1 => taken += 1,
                    _ => {}
                }
            }
            ruled |= inside.contains(&x) && taken as f32 >= COVERED * b.height();
        }
        let over = over.map(|(first, last)| Rect {
            x0: b.x0.min(first as f32),
            x1: b.x1.max(last as f32 + 1.0),
            ..*b
        });
        over.or(ruled.then_some(*b))
    }

    /// Whether a mark is part of no line and higher than any character: a streak with what it touches.
    fn is_too_large(&self, mark: usize) -> bool {
        /// In usual heights of a line.
        const LARGE: f32 = 3.0;
        self.owners[mark].is_none() && self.marks.marks[mark].bbox.height() > LARGE * self.height
    }

    /// A line of flat strokes alone: a mark that stands for nothing. Its form says what it is better than any
    /// model, to which a lone stroke may be 一.
    fn dashes(&self, line: &Line, read: &Recognized) -> Option<Reading> {
        let boxes: Vec<&Rect> = line.marks.iter().map(|&m| &self.marks.marks[m].bbox).collect();
        let is_dash = |b: &&&Rect| {
            b.height() <= 0.22 * self.height && b.width() >= 2.0 * b.height() && b.width() >= 4.0
        };
        let count = boxes.iter().filter(is_dash).count();
        if count == 0 || count < boxes.len() || line.bbox.height() > 0.3 * self.height {
            return None;
        }
        let long = line.bbox.width() > 0.75 * self.height;
        let ch = if count == 1 && long { '—' } else { '-' };
        let is_dash = |c: &&RecognizedChar| "-—一–―".contains(c.ch);
        let count = if ch == '—' { 1 } else { count };
        let count =
            count.max(if ch == '—' { 0 } else { read.chars.iter().filter(is_dash).count() });
        let step = line.bbox.width() / count as f32;
        let at = |i: usize| line.bbox.x0 + (i as f32 + 0.5) * step;
        let middles: Vec<f32> = (0..count).map(at).collect();
        let char = RecognizedChar { ch, probability: 1.0, at: 0.0, others: Vec::new() };
        let read = Recognized { chars: vec![char; count], passed_over: Vec::new() };
        Some(Reading { read, middles, pitch: None })
    }

    /// The line's ink on white, [`HEIGHT`] pixels high; also where the crop begins on the page, and how many
    /// of its pixels are one of the page's.
    fn crop(&self, marks: &[usize], bbox: &Rect, cut: Cut) -> (Gray, f32, f32) {
        let tall = bbox.height().max(0.62 * self.height);
        let scale = cut.ink / tall;
        let middle = bbox.center().y;
        let half = HEIGHT as f32 / scale / 2.0;
        let margin = MARGIN / (scale * cut.stretch);
        let (x0, x1) = ((bbox.x0 - margin).floor(), (bbox.x1 + margin).ceil());
        let (y0, y1) = ((middle - half).round(), (middle + half).round());
        let (w, h) = ((x1 - x0).max(1.0) as usize, (y1 - y0).max(1.0) as usize);
        let own: BTreeSet<usize> = marks.iter().copied().collect();
        let mut patch = Gray::new(w, h, 255);
        let mut owned = vec![false; w * h];
        let inside = |x: isize, y: isize| {
            x >= 0 && y >= 0 && x < self.gray.width as isize && y < self.gray.height as isize
        };
        // 0 paper, 1 the line's own, 2 another's or a rule's.
        let whose = |x: isize, y: isize| {
            if !inside(x, y) {
                return 2u8;
            }
            let (x, y) = (x as usize, y as usize);
            match self.marks.at(x, y) {
                Some(m) if own.contains(&m) || cut.ruled && self.is_too_large(m) => 1,
                // What is part of no line and no larger than a character may be a broken piece of one.
                Some(m) if self.owners[m].is_none() => {
                    2 * u8::from(self.marks.marks[m].bbox.height() > 0.5 * self.height)
                }
                Some(_) => 2,
                None if !cut.ruled && self.ink.data[y * self.ink.width + x] == 1 => 2,
                None => 0,
            }
        };
        let (left, top) = (x0 as isize, y0 as isize);
        let mut rows: Vec<Vec<u8>> = (0..3)
            .map(|dy| (-1..=w as isize).map(|dx| whose(left + dx, top + dy - 1)).collect())
            .collect();
        for y in 0..h {
            for x in 0..w {
                let here = rows[1][x + 1];
                // The soft edge of another's ink goes with it.
                let beside_another = rows.iter().any(|row| row[x..x + 3].contains(&2));
                let shown = here == 1 || (here == 0 && !beside_another);
                owned[y * w + x] = here == 1;
                if shown && inside(left + x as isize, top + y as isize) {
                    patch.data[y * w + x] = self.gray.at(left + x as isize, top + y as isize);
                }
            }
            rows.rotate_left(1);
            let next = top + y as isize + 2;
            rows[2] = (-1..=w as isize).map(|dx| whose(left + dx, next)).collect();
        }
        // Where the other side shines through, its shades stand further away than the soft edges of the line's ink; and
        // beside specks alone, the soft edges of another's characters can be read as those.
        let is_small = |&m: &usize| self.marks.marks[m].bbox.height() < SPECK * self.height;
        if self.shines_through || marks.iter().all(is_small) {
            let near = near(&owned, w, h);
            patch.data.iter_mut().zip(near).filter(|(_, near)| !near).for_each(|(v, _)| *v = 255);
        }
        if cut.thick {
            patch = thickened(&patch);
        }
        let wide = ((w as f32 * scale * cut.stretch).round() as usize).max(8);
        (patch.scaled(wide, HEIGHT), x0, wide as f32 / w as f32)
    }
}

/// Which pixels are no further than the width of a soft edge from those that are set.
fn near(set: &[bool], w: usize, h: usize) -> Vec<bool> {
    /// That width, in pixels.
    const EDGE: usize = 3;
    let around = |at: usize, end: usize| at.saturating_sub(EDGE)..(at + EDGE + 1).min(end);
    let across: Vec<bool> =
        (0..w * h).map(|i| around(i % w, w).any(|x| set[i / w * w + x])).collect();
    (0..w * h).map(|i| around(i / w, h).any(|y| across[y * w + i % w])).collect()
}

/// Each pixel as dark as the darkest of those beside, above and below it.
fn thickened(patch: &Gray) -> Gray {
    let at = |x: usize, y: usize| patch.data[y * patch.width + x];
    let darkest = |i: usize| {
        let (x, y) = (i % patch.width, i / patch.width);
        let beside = at(x.saturating_sub(1), y).min(at((x + 1).min(patch.width - 1), y));
        let around = at(x, y.saturating_sub(1)).min(at(x, (y + 1).min(patch.height - 1)));
        at(x, y).min(beside).min(around)
    };
    let data = (0..patch.data.len()).map(darkest).collect();
    Gray { width: patch.width, height: patch.height, data }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(text: &str, middles: &[f32]) -> String {
        let char = |ch| RecognizedChar { ch, probability: 1.0, at: 0.0, others: Vec::new() };
        let mut read = Recognized { chars: text.chars().map(char).collect(), ..Default::default() };
        close_spaced_digits(&mut read, &(middles.to_vec(), 15.0));
        read.text()
    }

    #[test]
    fn a_streak_takes_the_character_that_it_touches_out_of_its_line() {
        let (w, h) = (160, 200);
        let mut ink = Gray::new(w, h, 0);
        let mut fill = |x: std::ops::Range<usize>, y: std::ops::Range<usize>| {
            y.for_each(|y| ink.data[y * w + x.start..y * w + x.end].fill(1));
        };
        fill(10..46, 90..110);
        // The streak, and a character on it; a rule beside them that was taken out is in no mark.
        fill(60..63, 0..200);
        fill(52..72, 96..100);
        let marks = Marks::of(&ink);
        let mut ruled = ink.clone();
        (0..200).for_each(|y| ruled.data[y * w + 30..y * w + 33].fill(1));
        let bare = Marks::of(&{
            let mut bare = ink.clone();
            (0..200).for_each(|y| bare.data[y * w + 28..y * w + 35].fill(0));
            (0..200).for_each(|y| bare.data[y * w + 52..y * w + 72].fill(0));
            bare
        });
        let crossed = |ink: &Gray, marks: &Marks| {
            let own = |m: &usize| marks.marks[*m].bbox.x1 <= 46.0;
            let own: Vec<usize> = (0..marks.marks.len()).filter(own).collect();
            let owner = |m: usize| own.contains(&m).then_some(0);
            let owners: Vec<Option<usize>> = (0..marks.marks.len()).map(owner).collect();
            let bbox = Rect::new(10.0, 90.0, 46.0, 110.0);
            let line = Line { marks: own, bbox, home: None, detected: true, contrast: 1.0 };
            let gray = Gray::new(w, h, 255);
            let sheet = Sheet {
                gray: &gray,
                ink,
                marks,
                owners: &owners,
                height: 20.0,
                shines_through: false,
            };
            sheet.crossed(&line).map(|b| (b.x0, b.x1))
        };
        assert_eq!(crossed(&ink, &marks), Some((10.0, 68.0)));
        assert_eq!(crossed(&ruled, &bare), Some((10.0, 46.0)));
        // With nothing through it a line stays as it is.
        let mut plain = Gray::new(w, h, 0);
        (90..110).for_each(|y| plain.data[y * w + 10..y * w + 46].fill(1));
        assert_eq!(crossed(&plain, &Marks::of(&plain)), None);
    }

    #[test]
    fn strokes_that_fell_apart_meet_when_thickened() {
        let data = [255, 0, 255, 255, 0, 255, 255, 255, 255].to_vec();
        let thick = thickened(&Gray { width: 9, height: 1, data });
        assert_eq!(thick.data, [0, 0, 0, 0, 0, 0, 255, 255, 255]);
    }

    #[test]
    fn full_width_digits_are_one_figure() {
        assert_eq!(closed("1 59 0", &[10.0, 30.0, 50.0, 70.0]), "1590");
        assert_eq!(closed("5 5. 8", &[10.0, 30.0, 70.0]), "55.8");
        assert_eq!(closed("1 2", &[10.0, 31.0]), "12");
    }

    #[test]
    fn figures_beside_each_other_stay_two() {
        assert_eq!(closed("600 720", &[10.0, 20.0, 30.0, 55.0, 65.0, 75.0]), "600 720");
        assert_eq!(closed("96 181", &[10.0, 20.0, 36.0, 46.0, 56.0]), "96 181");
        assert_eq!(closed("1 2", &[10.0, 45.0]), "1 2");
        // A digit of which nothing was seen: nothing is known of the steps.
        assert_eq!(closed("1 59 0", &[10.0, 30.0, 50.0]), "1 59 0");
    }

    fn pitch(text: &str, step: f32, ink: Rect) -> Option<f32> {
        let char = |ch| RecognizedChar { ch, probability: 1.0, at: 0.0, others: Vec::new() };
        let read = Recognized { chars: text.chars().map(char).collect(), ..Default::default() };
        let middles: Vec<f32> = (0..read.chars.len()).map(|i| i as f32 * step).collect();
        full_width(&read, &middles, &ink)
    }

    #[test]
    fn digits_are_of_full_width_by_their_step() {
        assert!(pitch("687", 30.0, Rect::new(0.0, 0.0, 74.0, 24.0)).is_some());
        assert!(pitch("9.11", 30.0, Rect::new(0.0, 0.0, 104.0, 24.0)).is_some());
        assert_eq!(pitch("687", 15.0, Rect::new(0.0, 0.0, 44.0, 24.0)), None);
        assert_eq!(pitch("6", 0.0, Rect::new(0.0, 0.0, 14.0, 24.0)), None);
        assert_eq!(pitch("6号", 30.0, Rect::new(0.0, 0.0, 44.0, 24.0)), None);
    }
}
