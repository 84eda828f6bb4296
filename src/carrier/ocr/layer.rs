//! The text that lies under a picture in; whether it says what the picture shows, and what it says of each line, out.
//!
//! Such a layer was made by someone's recognition, or by the program that made the page. It is believed if lines all
//! over the page, figures before all, read the same in the picture, and if it leaves out nothing that is seen and
//! says nothing that is not.

use unicode_normalization::UnicodeNormalization;

use crate::carrier::ocr::doubts;
use crate::carrier::ocr::engine::{Recognized, RecognizedChar};
use crate::carrier::ocr::flat::Flat;
use crate::carrier::ocr::lines::Line;
use crate::carrier::ocr::read::{ReadLine, Reading};
use crate::carrier::page::{Page, Turn};
use crate::error::Error;
use crate::sight::Sight;

/// Most figures that are held against the picture …
const FIGURES: usize = 40;
/// … and most other lines.
const TEXTS: usize = 12;
/// Fewest lines that must be compared, unless the page has fewer.
const FEWEST: usize = 4;
/// How much of a text must be the same: recognition errs on rare characters.
const ALIKE: f32 = 0.8;
/// Share of the lines, or of the characters, that may have nothing on the other side: specks, a stamp.
const LEFT: f32 = 0.05;

/// A character of the layer, in pixels of the flat page.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Placed {
    ch: char,
    x: f32,
    y: f32,
}

/// What the layer was found to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    /// It says what the picture shows: so many lines were compared.
    Proven(usize),
    /// What it says, and what the picture shows there; blank for nothing.
    Refuted {
        /// In the layer.
        said: String,
        /// In the picture.
        shown: String,
    },
}

/// What the layer says of each line of the picture, left to right.
pub(super) struct Layer {
    lines: Vec<Vec<Placed>>,
    /// What it says where the picture shows no line.
    beside: String,
}

impl Layer {
    /// Puts the layer's characters to the lines they stand on; `scale` is the pixels of a point.
    pub fn of(layer: &Page, flat: &Flat, scale: f32, lines: &[Line]) -> Layer {
        let mut told = Layer { lines: vec![Vec::new(); lines.len()], beside: String::new() };
        for run in layer.runs.iter().filter(|run| run.turn == Turn::Upright) {
            let y = run.bbox.center().y;
            for (ch, edges) in run.text.chars().zip(run.edges.windows(2)) {
                if ch.is_whitespace() {
                    continue;
                }
                let (x, y) = flat.forth((edges[0] + edges[1]) / 2.0 * scale, y * scale);
                let far = |line: &Line| {
                    let b = &line.bbox;
                    let aside = (b.x0 - x).max(x - b.x1).max(0.0);
                    let off = (b.y0 - y).max(y - b.y1).max(0.0);
                    (aside, off, b.height())
                };
                let near = (0..lines.len()).filter(|&i| {
                    let (aside, off, tall) = far(&lines[i]);
                    aside <= 0.6 * tall && off <= 0.3 * tall
                });
                let apart = |i: usize| far(&lines[i]).0 + far(&lines[i]).1;
                match near.min_by(|&a, &b| apart(a).total_cmp(&apart(b))) {
                    Some(line) => told.lines[line].push(Placed { ch, x, y }),
                    None => told.beside.push(ch),
                }
            }
        }
        told.lines.iter_mut().for_each(|line| line.sort_by(|a, b| a.x.total_cmp(&b.x)));
        told
    }

    /// What the layer says of a line.
    fn said(&self, line: usize) -> String {
        self.lines[line].iter().map(|placed| placed.ch).collect()
    }

    /// Holds the layer against the picture, line by line as `read` reads them.
    pub fn prove<'l>(
        &self,
        lines: &'l [Line],
        read: impl Fn(&'l Line) -> Result<Option<ReadLine<'l>>, Error>,
    ) -> Result<Verdict, Error> {
        let refuted = |said: String, shown: String| Ok(Verdict::Refuted { said, shown });
        let all: usize = self.lines.iter().map(Vec::len).sum();
        let beside = self.beside.chars().count();
        if beside as f32 > LEFT * (all + beside) as f32 {
            return refuted(self.beside.chars().take(20).collect(), String::new());
        }
        let unsaid: Vec<&Line> =
            (0..lines.len()).filter(|&i| self.lines[i].is_empty()).map(|i| &lines[i]).collect();
        let unsaid: Vec<&Line> = unsaid.into_iter().filter(|line| line.detected).collect();
        if unsaid.len() as f32 > LEFT * lines.len() as f32 {
            let shown = read(unsaid[unsaid.len() / 2])?.map(|line| line.reading.read.text());
            return refuted(String::new(), shown.unwrap_or_default());
        }
        let is_figure = |&i: &usize| doubts::is_figure(&plain(&self.said(i)));
        let told = || (0..lines.len()).filter(|&i| !self.lines[i].is_empty());
        let mut compared = 0;
        for i in spread(told().filter(is_figure).collect(), FIGURES)
            .into_iter()
            .chain(spread(told().filter(|i| !is_figure(i)).collect(), TEXTS))
        {
            let Some(line) = read(&lines[i])? else { continue };
            let (said, shown) = (plain(&self.said(i)), plain(&line.reading.read.text()));
            let same = if is_figure(&i) { said == shown } else { alike(&said, &shown) >= ALIKE };
            // Where recognition is not sure itself, it says nothing against the layer.
            if !same && line.sight.doubts.is_empty() {
                return refuted(self.said(i), line.reading.read.text());
            }
            compared += usize::from(same);
        }
        if compared < FEWEST.min(lines.len()) || 2 * compared < told().count().min(FIGURES) {
            return refuted(String::new(), String::new());
        }
        Ok(Verdict::Proven(compared))
    }

    /// A line as the layer says it; `None` where it says nothing of it.
    pub fn line<'l>(&self, lines: &'l [Line], i: usize) -> Option<ReadLine<'l>> {
        let said = self.lines.get(i).filter(|said| !said.is_empty())?;
        let char = |placed: &Placed| RecognizedChar {
            ch: placed.ch,
            probability: 1.0,
            at: placed.x,
            others: Vec::new(),
        };
        let read = Recognized { chars: said.iter().map(char).collect(), ..Default::default() };
        let middles = said.iter().map(|placed| placed.x).collect();
        let reading = Reading { read, middles, pitch: None };
        Some(ReadLine { line: &lines[i], reading, sight: Sight::default(), told: true })
    }
}

/// At most so many of them, spread evenly.
fn spread(of: Vec<usize>, most: usize) -> Vec<usize> {
    let step = of.len().div_ceil(most).max(1);
    of.into_iter().step_by(step).collect()
}

/// A text as it is compared: what looks alike is one, white space is none.
fn plain(text: &str) -> String {
    let dash = |c: char| if "－—–―−".contains(c) { '-' } else { c };
    text.nfkc().filter(|c| !c.is_whitespace()).map(dash).collect()
}

/// The share of the longer text's characters that the other has too, in its order.
fn alike(a: &str, b: &str) -> f32 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut row = vec![0usize; b.len() + 1];
    for x in &a {
        let mut corner = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y { corner + 1 } else { above.max(row[j]) };
            corner = above;
        }
    }
    row[b.len()] as f32 / a.len().max(b.len()).max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::ocr::raster::Gray;
    use crate::carrier::page::{Ink, Run};
    use crate::geom::Rect;

    const SHOWN: [&str; 6] = ["单位：户", "合计", "1,250", "南昌市", "500", "750"];

    /// A line of the picture a row, 40 pixels apart.
    fn lines() -> Vec<Line> {
        let line = |row: usize| Line {
            marks: vec![row],
            bbox: Rect::new(100.0, 100.0 + 40.0 * row as f32, 220.0, 124.0 + 40.0 * row as f32),
            home: None,
            detected: true,
            contrast: 1.0,
        };
        (0..SHOWN.len()).map(line).collect()
    }

    /// A layer that says this, a run a row.
    fn verdict(said: &[&str]) -> Verdict {
        let run = |(row, text): (usize, &&str)| {
            let (count, y) = (text.chars().count(), 50.0 + 20.0 * row as f32);
            let edges = (0..=count).map(|i| 50.0 + 60.0 * i as f32 / count as f32).collect();
            Run {
                text: (*text).to_owned(),
                bbox: Rect::new(50.0, y, 110.0, y + 12.0),
                edges,
                size: 12.0,
                turn: Turn::Upright,
                ink: Ink::Invisible,
                spot: None,
                joints: Vec::new(),
                sight: None,
            }
        };
        let page = Page { runs: said.iter().enumerate().map(run).collect(), ..Page::default() };
        let lines = lines();
        let layer = Layer::of(&page, &Flat::none(&Gray::new(400, 400, 0)), 2.0, &lines);
        let read = |line: &'_ Line| {
            let char = |ch| RecognizedChar { ch, probability: 1.0, at: 0.0, others: Vec::new() };
            let chars = SHOWN[line.marks[0]].chars().map(char).collect();
            Reading {
                read: Recognized { chars, ..Default::default() },
                middles: Vec::new(),
                pitch: None,
            }
        };
        let read = |line| {
            let reading = read(line);
            Ok(Some(ReadLine { line, reading, sight: Sight::default(), told: false }))
        };
        layer.prove(&lines, read).expect("nothing fails")
    }

    fn refuted(said: &str, shown: &str) -> Verdict {
        Verdict::Refuted { said: said.to_owned(), shown: shown.to_owned() }
    }

    #[test]
    fn a_layer_that_says_what_is_shown_is_proven() {
        assert_eq!(verdict(&SHOWN), Verdict::Proven(6));
        // Forms of one character are one; recognition may miss a rare one.
        assert_eq!(
            verdict(&["单位:户", "合 计", "１,250", "南昌市", "５００", "750"]),
            Verdict::Proven(6)
        );
    }

    #[test]
    fn one_wrong_figure_refutes_it() {
        let mut said = SHOWN;
        said[4] = "005";
        assert_eq!(verdict(&said), refuted("005", "500"));
        said[4] = "5O0";
        assert_eq!(verdict(&said), refuted("5O0", "500"));
    }

    #[test]
    fn what_it_leaves_out_or_adds_refutes_it() {
        assert_eq!(verdict(&SHOWN[..5]), refuted("", "750"));
        let mut said = SHOWN.to_vec();
        said.push("页边之外");
        assert_eq!(verdict(&said), refuted("页边之外", ""));
    }
}
