//! What stands in a cell in, what the sheet shows of it out: the part of reading that Excel, WPS and
//! OpenDocument have in common. Numbers are printed by the format of the cell; what is stored and not shown is
//! noted.

use super::format::Format;
use super::sheet::{Area, Cell, Look, Remark, Sheet, lines_of};
use crate::carrier::flow::Align;
use crate::carrier::within;
use crate::error::Error;
use crate::options::Limits;
use std::rc::Rc;

/// No sheet has more rows, or columns.
#[cfg(any(feature = "excel", feature = "ods"))]
pub(super) const MOST_ROWS: u32 = 1_048_576;
#[cfg(any(feature = "excel", feature = "ods"))]
pub(super) const MOST_COLS: u32 = 16_384;
/// Size of text where nothing is said, in points.
pub(super) const SIZE: f32 = 11.0;

/// A text of a cell, with the marks raised behind its characters.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Text {
    pub text: String,
    pub marks: Vec<(usize, String)>,
    /// What is struck out, and behind how many characters.
    pub struck: Vec<(usize, String)>,
}

/// How a piece of a cell's text is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Set {
    pub is_raised: bool,
    pub is_lowered: bool,
    pub is_struck: bool,
}

impl Text {
    /// A text without marks.
    pub fn plain(text: impl Into<String>) -> Text {
        Text { text: text.into(), ..Text::default() }
    }

    /// Adds a piece; one that is raised behind others, or lowered behind a digit, is a mark.
    pub fn push(&mut self, text: &str, set: Set) {
        let before = self.text.chars().next_back();
        let is_mark = (set.is_raised && before.is_some()
            || set.is_lowered && before.is_some_and(|c| c.is_ascii_digit()))
            && !text.contains(char::is_whitespace);
        let pieces = match (set.is_struck, is_mark) {
            (true, _) => &mut self.struck,
            (_, true) => &mut self.marks,
            _ => return self.text.push_str(text),
        };
        let at = self.text.chars().count();
        match pieces.last_mut() {
            Some((last, piece)) if *last == at => piece.push_str(text),
            _ => pieces.push((at, text.to_owned())),
        }
    }

    /// The same, all of it struck out.
    fn struck(self) -> Text {
        Text { struck: vec![(0, self.text)], ..Text::default() }
    }
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Blank,
    /// A number, to be printed by the cell's format. OpenDocument holds its figures as printed.
    #[cfg_attr(not(any(feature = "excel", feature = "xls")), allow(dead_code))]
    Number(f64),
    /// A figure as it is printed.
    #[cfg(feature = "ods")]
    Printed {
        text: Text,
        is_rounded: bool,
        /// Whether the stored number is below zero.
        is_negative: bool,
        /// Whether it is zero.
        is_zero: bool,
    },
    Text(Text),
    Error(String),
    /// A formula whose value was not stored. A formula of BIFF8 always has one.
    #[cfg_attr(not(any(feature = "excel", feature = "ods")), allow(dead_code))]
    Unstored,
}

/// How the cells of one style are printed.
#[derive(Debug, Clone)]
pub(super) struct CellStyle {
    pub format: Rc<Format>,
    /// `None` where a text stands left and a figure right.
    pub align: Option<Align>,
    /// Whether the text goes on over blank cells to its right, as a merged one would.
    pub across: bool,
    pub indent: usize,
    pub size: f32,
    /// Whether what it holds is struck out.
    pub is_struck: bool,
    /// Whether it is set in white on no ground.
    pub is_white: bool,
}

impl Default for CellStyle {
    fn default() -> CellStyle {
        let format = Rc::new(Format::parse("General"));
        CellStyle {
            format,
            align: None,
            across: false,
            indent: 0,
            size: SIZE,
            is_struck: false,
            is_white: false,
        }
    }
}

impl CellStyle {
    /// How a figure or a text is set in it.
    fn look(&self, is_figure: bool) -> Look {
        let usual = if is_figure { Align::Right } else { Align::Left };
        let align = self.align.unwrap_or(usual);
        let indent = if align == Align::Left { self.indent } else { 0 };
        Look { align, indent, size: self.size }
    }
}

/// A sheet that is being filled, its cells coming row by row.
pub(super) struct Filling<'s> {
    pub sheet: &'s mut Sheet,
    limits: &'s Limits,
    /// Whether days count from 1904.
    from_1904: bool,
    /// Whether the sheet shows zeros.
    pub shows_zeros: bool,
    cells: u64,
    /// A title set in the middle of the cells to its right, and how far these are blank.
    across: Option<Area>,
}

impl<'s> Filling<'s> {
    pub fn new(sheet: &'s mut Sheet, limits: &'s Limits, from_1904: bool) -> Filling<'s> {
        Filling { sheet, limits, from_1904, shows_zeros: true, cells: 0, across: None }
    }

    /// Takes a cell, its row and column from 0.
    ///
    /// # Errors
    /// [`crate::error::ErrorKind::Limit`] for more cells than there may be characters.
    pub fn put(
        &mut self,
        row: u32,
        col: u32,
        style: &CellStyle,
        value: Value,
    ) -> Result<(), Error> {
        self.cells += 1;
        within("max-glyphs", self.cells, self.limits.glyphs.into())?;
        let shown = self.shown(value, style, (row, col));
        let goes_on = self.across.filter(|area| {
            shown.is_none() && style.across && area.rows.0 == row && area.cols.1 + 1 == col
        });
        match (goes_on, &mut self.across) {
            (Some(_), Some(area)) => area.cols.1 = col,
            _ => {
                self.close();
                if style.across && shown.is_some() {
                    self.across = Some(Area { rows: (row, row), cols: (col, col) });
                }
            }
        }
        if let Some((text, is_figure)) = shown {
            let lines = lines_of(text, &style.look(is_figure));
            self.sheet.cells.push(Cell { row, col, lines });
        }
        Ok(())
    }

    /// Refuses a cell that is said to stand in more places than a table may have.
    ///
    /// # Errors
    /// [`crate::error::ErrorKind::Limit`].
    #[cfg(feature = "ods")]
    pub fn repeats(&self, rows: u32, cols: u32) -> Result<(), Error> {
        let places = u64::from(rows).saturating_mul(cols.into());
        within("max-table-cells", places, self.limits.table_cells.into())
    }

    /// Ends a title that is set across cells.
    pub fn close(&mut self) {
        if let Some(area) = self.across.take().filter(|area| area.cols.1 > area.cols.0) {
            self.sheet.merged.push(area);
        }
    }

    /// What a value shows, and whether it is a figure; `None` for nothing.
    fn shown(
        &mut self,
        value: Value,
        style: &CellStyle,
        place: (u32, u32),
    ) -> Option<(Text, bool)> {
        let mut note = |remark| self.sheet.remarks.entry(remark).or_default().push(place);
        let (text, is_figure, is_rounded, is_zero) = match value {
            Value::Blank => return None,
            Value::Unstored => {
                note(Remark::NoValue);
                return None;
            }
            Value::Error(text) => {
                note(Remark::Error);
                (Text::plain(text), false, false, false)
            }
            Value::Text(text) => {
                let shown = style.format.text(&text.text).filter(|shown| *shown != text.text);
                (shown.map_or(text, Text::plain), false, false, false)
            }
            #[cfg(feature = "ods")]
            Value::Printed { text, is_zero: true, .. }
                if is_dash(&text.text) && self.shows_zeros =>
            {
                note(Remark::Dash);
                (Text::plain("0"), true, false, true)
            }
            #[cfg(feature = "ods")]
            Value::Printed { text, is_rounded, is_negative, .. } => {
                if is_negative && is_unsigned(&text.text) {
                    note(Remark::Unsigned);
                }
                (text, true, is_rounded, false)
            }
            Value::Number(number) => {
                let mut printed = style.format.number(number, self.from_1904);
                if number < 0.0 && is_unsigned(&printed.text) {
                    if printed.is_coloured {
                        printed.text.insert(0, '-');
                        note(Remark::Coloured);
                    } else {
                        note(Remark::Unsigned);
                    }
                }
                let is_zero = number == 0.0;
                // Accounting formats print a dash for nothing: what is stored says which of the two it is.
                if is_zero && is_dash(&printed.text) && self.shows_zeros {
                    note(Remark::Dash);
                    (Text::plain("0"), true, false, true)
                } else {
                    (Text::plain(printed.text), true, printed.is_rounded, is_zero)
                }
            }
        };
        let is_unseen = is_zero && !self.shows_zeros || style.is_white;
        let is_empty = text.text.trim().is_empty() && text.struck.is_empty();
        if is_figure && (is_unseen || is_empty) {
            note(Remark::Unprinted);
            return None;
        }
        if is_rounded {
            note(Remark::Rounded);
        }
        if text.text.trim().is_empty() {
            return (!text.struck.is_empty()).then_some((text, is_figure));
        }
        Some((if style.is_struck { text.struck() } else { text }, is_figure))
    }
}

/// Whether what is printed of a zero has something and no digit.
fn is_dash(printed: &str) -> bool {
    !printed.trim().is_empty() && !printed.contains(|c: char| c.is_ascii_digit())
}

/// Whether a printed figure other than zero says of no sign that it has one.
fn is_unsigned(printed: &str) -> bool {
    printed.contains(|c: char| ('1'..='9').contains(&c))
        && !printed.contains(['-', '−', '－', '(', '（', '△', '▲', '负', '/', ':'])
}
