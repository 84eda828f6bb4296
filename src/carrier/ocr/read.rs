//! A line's marks in, its characters out: the crop is made of the line's own ink and of nothing else, so no
//! character can be cut off by an edge and none of a neighbour can come along.

use crate::carrier::ocr::engine::{HEIGHT, Recognize, Recognized, RecognizedChar};
use crate::carrier::ocr::lines::Line;
use crate::carrier::ocr::marks::Marks;
use crate::carrier::ocr::raster::Gray;
use crate::error::Error;
use crate::geom::Rect;

/// Paper left and right of a crop's ink, in its pixels.
const MARGIN: f32 = 10.0;

/// How a crop is made: two ways of making it are two witnesses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cut {
    /// How high the line's ink becomes in the crop, of [`HEIGHT`].
    pub ink: f32,
    /// Stretches the crop across by this.
    pub stretch: f32,
}

impl Cut {
    /// The first way.
    pub const FIRST: Cut = Cut { ink: 32.0, stretch: 1.0 };
    /// The second: smaller, and a little wider.
    pub const SECOND: Cut = Cut { ink: 26.0, stretch: 1.15 };
}

/// A line as read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    /// What the recognizer says.
    pub read: Recognized,
    /// For each character, where it stands on the page, in pixels.
    pub middles: Vec<f32>,
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
}

impl Sheet<'_> {
    /// Reads a line.
    ///
    /// # Errors
    /// Those of the engine.
    pub fn read(&self, engine: &dyn Recognize, line: &Line, cut: Cut) -> Result<Reading, Error> {
        let (crop, x0, scale) = self.crop(&line.marks, &line.bbox, cut);
        let read = engine.recognize(&crop)?;
        if let Some(dashes) = self.dashes(line, &read) {
            return Ok(dashes);
        }
        let middles = read.chars.iter().map(|c| x0 + c.at / scale).collect();
        Ok(Reading { read, middles })
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
        Some(Reading { read, middles })
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
        let own = marks.first().and_then(|&m| self.owners[m]);
        let mut patch = Gray::new(w, h, 255);
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
                Some(m) if self.owners[m] == own => 1,
                // What is part of no line and no larger than a character may be a broken piece of one.
                Some(m) if self.owners[m].is_none() => {
                    2 * u8::from(self.marks.marks[m].bbox.height() > 0.5 * self.height)
                }
                Some(_) => 2,
                None if self.ink.data[y * self.ink.width + x] == 1 => 2,
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
                if shown && inside(left + x as isize, top + y as isize) {
                    patch.data[y * w + x] = self.gray.at(left + x as isize, top + y as isize);
                }
            }
            rows.rotate_left(1);
            let next = top + y as isize + 2;
            rows[2] = (-1..=w as isize).map(|dx| whose(left + dx, next)).collect();
        }
        let wide = ((w as f32 * scale * cut.stretch).round() as usize).max(8);
        (patch.scaled(wide, HEIGHT), x0, wide as f32 / w as f32)
    }
}
