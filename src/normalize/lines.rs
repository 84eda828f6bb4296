//! What `normalize` gives: clean physical lines, still page by page, with the page's rules beside them.

pub use crate::carrier::page::{Rule, TextFrom};
use crate::geom::Rect;
pub use crate::normalize::turn::Frame;
use crate::place::{Place, PlacedText};

/// All lines of one notice, page by page.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    /// The pages, first to last.
    pub pages: Vec<LinedPage>,
    /// Where the characters came from.
    pub text_from: TextFrom,
}

/// One page: its lines from top to bottom, and what is drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LinedPage {
    /// Counted from 1.
    pub number: u32,
    /// Points across.
    pub width: f32,
    /// Points down.
    pub height: f32,
    /// Top to bottom; lines side by side count as one line of several pieces.
    pub lines: Vec<Line>,
    /// Ruling lines.
    pub rules: Vec<Rule>,
    /// Filled areas too thick to be a ruling line.
    pub fills: Vec<Rect>,
    /// Boxes of images.
    pub images: Vec<Rect>,
    /// Leads boxes of lines and rules back to the page as seen, if it was turned to read upright.
    pub frame: Frame,
}

/// One printed line: pieces from left to right, with gaps between them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line {
    /// Left to right; never empty.
    pub pieces: Vec<Piece>,
    /// The box around all pieces.
    pub bbox: Rect,
}

/// A piece of a line: text without a gap wider than a word space.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Piece {
    /// As printed, before normalization.
    pub raw: String,
    /// After normalization; never empty.
    pub text: PlacedText,
    /// The box around it.
    pub bbox: Rect,
    /// Font size as seen, in points.
    pub size: f32,
    /// Which run of its page it begins with, in drawing order: most producers draw a row cell by cell.
    pub order: u32,
    /// Where along the line, in points, characters begin that another operator drew: there, and where there is a gap,
    /// a piece may be the text of two cells.
    pub joints: Vec<f32>,
    /// Marks raised behind its characters, as those of footnotes: no part of the text.
    pub marks: Vec<Mark>,
}

/// A mark raised behind a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// As printed: ①, 1, 注2.
    pub text: String,
    /// Where the text before it ends, along the line, in points.
    pub at: f32,
    /// Where the mark stands.
    pub place: Place,
}

impl Line {
    /// The clean text of the whole line, one space between pieces (it leads back to where the piece
    /// after it begins).
    pub fn text(&self) -> PlacedText {
        let mut text = PlacedText::new();
        for piece in &self.pieces {
            if let (false, Some(place)) = (text.is_empty(), piece.text.place()) {
                text.push(' ', place);
            }
            text.append(&piece.text);
            // In running text a mark is read where it stands, behind its word.
            for mark in &piece.marks {
                mark.text.chars().for_each(|ch| text.push(ch, mark.place));
            }
        }
        text
    }

    /// The printed text of the whole line, one space between pieces.
    pub fn raw(&self) -> String {
        self.pieces.iter().map(|p| p.raw.as_str()).collect::<Vec<_>>().join(" ")
    }
}
