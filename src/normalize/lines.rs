//! What `normalize` gives: clean physical lines, still page by page, with the page's rules beside them.

pub use crate::carrier::page::{Layout, Rule, TextFrom};
use crate::geom::Rect;
pub use crate::normalize::halves::Sheets;
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
    /// Boxes of small dark drawings.
    pub drawings: Vec<Rect>,
    /// Tables whose cells the document tells; their text stands in `lines` as well, a line a row.
    pub tables: Vec<ToldTable>,
    /// What the places of lines mean.
    pub layout: Layout,
    /// Leads boxes of lines and rules back to the page as seen, if it was turned to read upright.
    pub frame: Frame,
}

/// A table whose cells the document tells.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ToldTable {
    /// y of the rows' edges, one more than there are rows.
    pub row_edges: Vec<f32>,
    /// x of the columns' edges, one more than there are columns.
    pub col_edges: Vec<f32>,
    /// By row, then column; no two cover one place, and none reaches out of the grid.
    pub cells: Vec<ToldCell>,
}

/// A cell that the document tells of; its text stands in the pieces that bear its number.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldCell {
    /// From 0.
    pub row: usize,
    /// From 0.
    pub col: usize,
    /// Rows covered, at least 1.
    pub rowspan: usize,
    /// Columns covered, at least 1.
    pub colspan: usize,
    /// Where its text begins, or would begin if it had any.
    pub place: Place,
}

/// Which cell of which told table of the page a piece stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellNumber {
    /// Index in [`LinedPage::tables`].
    pub table: u32,
    /// Index in [`ToldTable::cells`].
    pub cell: u32,
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
    /// Where characters begin that another operator drew: there, and where there is a gap, a piece may be the text of two
    /// cells.
    pub joints: Vec<Joint>,
    /// Marks raised behind its characters, as those of footnotes: no part of the text.
    pub marks: Vec<Mark>,
    /// The cell it stands in, where the document tells of one.
    pub cell: Option<CellNumber>,
}

/// Where characters begin that another operator drew than those before them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Joint {
    /// Where along the line, in points.
    pub at: f32,
    /// Which run of the page begins here, in drawing order.
    pub order: u32,
    /// Whether something was drawn in another place before: two cells of a row of which the first has several lines.
    pub resumed: bool,
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

/// Whether two parts of one text that was wrapped between these characters are words of their own.
pub fn wants_space(before: char, next: char) -> bool {
    let wide = |c: char| c >= '\u{2E80}';
    !(wide(before) || wide(next) || before.is_whitespace() || next.is_whitespace() || before == '-')
}

impl Line {
    /// Whether it is a row of a table whose cells the document tells.
    pub fn is_told_row(&self) -> bool {
        self.pieces.iter().any(|piece| piece.cell.is_some())
    }

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
