//! What a picture lacks, as words: text in fonts that the file does not hold, of which it shows
//! nothing. The browser draws it with a font of its own.
//!
//! Deliberately absent: text that is turned.

use crate::carrier::page::{Ink, Page, Run, Turn};
use crate::geom::Rect;
use hayro::vello_cpu::Pixmap;
use std::ops::RangeInclusive;

/// Text for the browser to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// The characters.
    pub text: String,
    /// Where they stand, in points.
    pub bbox: Rect,
}

/// Text lighter than this may be white on white.
const LIGHT: f32 = 0.9;

/// How much of a character's height is left out above and below: a ruling line may run there.
const INSET: f32 = 0.2;

/// Characters whose strokes reach the middle of their box, whatever the font: kana, ideographs.
const FULL: [RangeInclusive<char>; 2] = ['\u{3041}'..='\u{30FA}', '\u{3400}'..='\u{9FFF}'];

/// The words of a page that its picture lacks.
pub fn missing_words(page: &Page, pixels: &Pixmap) -> Vec<Word> {
    let picture = Shades { page, pixels };
    let seen = |run: &&Run| {
        matches!(run.ink, Ink::Seen { lightness } if lightness < LIGHT)
            && run.turn == Turn::Upright
            && !run.text.trim().is_empty()
    };
    page.runs.iter().filter(seen).flat_map(|run| picture.missing(run)).collect()
}

/// A page and its picture.
struct Shades<'a> {
    page: &'a Page,
    pixels: &'a Pixmap,
}

impl Shades<'_> {
    /// The whole run if nothing of it is there; else the stretches of characters that are not.
    fn missing(&self, run: &Run) -> Vec<Word> {
        if self.is_empty(&run.bbox) {
            return vec![Word { text: run.text.clone(), bbox: run.bbox }];
        }
        let mut words: Vec<Word> = Vec::new();
        let mut goes_on = false;
        for (char, edges) in run.text.chars().zip(run.edges.windows(2)) {
            let bbox = Rect::new(edges[0], run.bbox.y0, edges[1], run.bbox.y1);
            let is_missing = FULL.iter().any(|of| of.contains(&char)) && self.is_empty(&bbox);
            match words.last_mut() {
                Some(word) if is_missing && goes_on => {
                    word.text.push(char);
                    word.bbox = word.bbox.union(&bbox);
                }
                _ if is_missing => words.push(Word { text: char.to_string(), bbox }),
                _ => {}
            }
            goes_on = is_missing;
        }
        words
    }

    /// Whether the middle of the box is of one shade.
    fn is_empty(&self, bbox: &Rect) -> bool {
        let Shades { page, pixels } = self;
        let (width, height) = (pixels.width(), pixels.height());
        let (x, y) = (f32::from(width) / page.width, f32::from(height) / page.height);
        let inset = bbox.height() * INSET;
        let clamp = |at: f32, end: u16| (at.max(0.0) as u16).min(end);
        let rows = clamp((bbox.y0 + inset) * y, height)..clamp((bbox.y1 - inset) * y, height);
        let columns = clamp(bbox.x0 * x, width)..clamp(bbox.x1 * x, width);
        let mut shades =
            rows.flat_map(|row| columns.clone().map(move |column| pixels.sample(column, row)));
        let Some(first) = shades.next() else { return false };
        shades.all(|shade| shade == first)
    }
}
