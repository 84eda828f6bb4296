//! Where in the notice something stands: a box on a page, a line and column of a text, a paragraph or a
//! cell of a document.
//!
//! A value without its place can't be checked by a reader, so places travel with text from
//! `carrier` to `emit`. What the places are drawn with is left to `emit` and `review`.

use crate::geom::Rect;

/// A place in the notice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Page, counted from 1.
    pub page: u32,
    /// Where on that page.
    pub spot: Spot,
}

/// Where on a page something stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spot {
    /// A box in points from the top left of the page as seen (PDF).
    Box(Rect),
    /// A character of a text input; both counted from 1, the column in characters.
    Text {
        /// Line in the whole file, counted from 1.
        line: u32,
        /// Character in that line, counted from 1.
        column: u32,
    },
    /// A character of a paragraph outside tables, in a document that has no pages.
    Paragraph {
        /// Paragraph of the file, counted from 1 as the file has them; those in tables do not count.
        index: u32,
        /// Character in that paragraph, counted from 1.
        character: u32,
    },
    /// A character of a cell, in a document that has no pages or in a sheet of a workbook.
    Cell {
        /// Table of the file, counted from 1; 1 for a sheet.
        table: u32,
        /// Row as the file counts it, from 1; hidden ones count.
        row: u32,
        /// Column as the file counts it, from 1; hidden ones count.
        col: u32,
        /// Character in that cell, counted from 1.
        character: u32,
    },
}

impl Spot {
    /// The spot so many characters further on; a box stays where it is.
    pub fn onward(self, characters: u32) -> Spot {
        let on = |at: u32| at.saturating_add(characters);
        match self {
            Spot::Box(_) => self,
            Spot::Text { line, column } => Spot::Text { line, column: on(column) },
            Spot::Paragraph { index, character } => {
                Spot::Paragraph { index, character: on(character) }
            }
            Spot::Cell { table, row, col, character } => {
                Spot::Cell { table, row, col, character: on(character) }
            }
        }
    }
}

impl Place {
    /// A box on a page.
    pub fn of_box(page: u32, rect: Rect) -> Place {
        Place { page, spot: Spot::Box(rect) }
    }

    /// The left edge in tenths of a point; where there is no page, a character counts as ten points.
    pub fn left(&self) -> i64 {
        match self.spot {
            Spot::Box(rect) => (rect.x0 * 10.0).round() as i64,
            Spot::Text { column: character, .. }
            | Spot::Paragraph { character, .. }
            | Spot::Cell { character, .. } => i64::from(character) * 100,
        }
    }

    /// The box on its page; `None` where there is no page to have one on.
    pub fn bbox(&self) -> Option<Rect> {
        match self.spot {
            Spot::Box(rect) => Some(rect),
            _ => None,
        }
    }

    /// The place that covers both, if they are boxes on one page; the first of the two otherwise.
    pub fn union(&self, other: &Place) -> Place {
        match (self.spot, other.spot) {
            (Spot::Box(a), Spot::Box(b)) if self.page == other.page => {
                Place::of_box(self.page, a.union(&b))
            }
            _ => *self,
        }
    }
}

/// What a sheet calls a cell: B7, its row and column counted from 1.
pub fn cell_name(row: u32, mut col: u32) -> String {
    let mut letters = Vec::new();
    while col > 0 {
        letters.push(char::from(b'A' + ((col - 1) % 26) as u8));
        col = (col - 1) / 26;
    }
    letters.iter().rev().collect::<String>() + &row.to_string()
}

/// Row and column of a cell by its name; `None` for what is no name.
pub fn row_and_column(cell: &str) -> Option<(u32, u32)> {
    let letters = cell.bytes().take_while(u8::is_ascii_uppercase).count();
    let (letters, digits) = cell.split_at(letters);
    let row = digits.parse().ok().filter(|row| *row > 0)?;
    let col = (1..=3)
        .contains(&letters.len())
        .then(|| letters.bytes().fold(0, |col, letter| 26 * col + u32::from(letter - b'A') + 1))?;
    Some((row, col))
}

/// A value and where it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Located<T> {
    /// What was read.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl<T> Located<T> {
    /// A value with its place.
    pub fn new(value: T, place: Place) -> Located<T> {
        Located { value, place }
    }
}

/// One character of clean text, with the way back to what is printed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacedChar {
    /// The character after normalization.
    pub ch: char,
    /// Where the printed character stands that it came from.
    pub place: Place,
}

/// Clean text whose every character leads back to its place.
///
/// The string is kept beside the places, so that patterns run over it directly;
/// `places.len() == string.chars().count()` always.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlacedText {
    string: String,
    places: Vec<Place>,
}

impl PlacedText {
    /// No text at all.
    pub fn new() -> PlacedText {
        PlacedText::default()
    }

    /// Adds one character.
    pub fn push(&mut self, ch: char, place: Place) {
        self.string.push(ch);
        self.places.push(place);
    }

    /// Adds all of `other`.
    pub fn append(&mut self, other: &PlacedText) {
        self.string.push_str(&other.string);
        self.places.extend_from_slice(&other.places);
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.string
    }

    /// Whether there is no character in it.
    pub fn is_empty(&self) -> bool {
        self.string.is_empty()
    }

    /// The characters with their places, in order.
    pub fn chars(&self) -> impl Iterator<Item = PlacedChar> + '_ {
        self.string.chars().zip(&self.places).map(|(ch, &place)| PlacedChar { ch, place })
    }

    /// Where the text stands: the box of the characters on the page it begins on, or its first
    /// character in a text input. `None` for empty text.
    pub fn place(&self) -> Option<Place> {
        let first = *self.places.first()?;
        Some(self.places.iter().filter(|p| p.page == first.page).fold(first, |a, p| a.union(p)))
    }

    /// The part between two byte positions of the text, places and all; positions must lie on
    /// character boundaries (as those of a `regex` match do), else the result is empty.
    pub fn slice(&self, bytes: std::ops::Range<usize>) -> PlacedText {
        let Some(part) = self.string.get(bytes.clone()) else {
            return PlacedText::new();
        };
        let skip = self.string[..bytes.start].chars().count();
        let places = self.places[skip..skip + part.chars().count()].to_vec();
        PlacedText { string: part.to_owned(), places }
    }

    /// The text without white space at its ends.
    pub fn trim(&self) -> PlacedText {
        let start = self.string.len() - self.string.trim_start().len();
        let end = start + self.string.trim().len();
        self.slice(start..end)
    }
}

impl FromIterator<PlacedChar> for PlacedText {
    fn from_iter<I: IntoIterator<Item = PlacedChar>>(chars: I) -> PlacedText {
        let mut text = PlacedText::new();
        for c in chars {
            text.push(c.ch, c.place);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, cell_name, row_and_column};

    /// Every character has one: what it takes, a notice takes a hundred thousand times.
    #[test]
    fn a_place_takes_24_bytes() {
        assert_eq!(size_of::<Place>(), 24);
    }

    #[test]
    fn cells_are_named_as_sheets_name_them() {
        for (row, col, name) in [(7, 2, "B7"), (1, 26, "Z1"), (12, 28, "AB12"), (9, 16_384, "XFD9")]
        {
            assert_eq!(cell_name(row, col), name);
            assert_eq!(row_and_column(name), Some((row, col)));
        }
        assert_eq!([row_and_column("7"), row_and_column("B0"), row_and_column("")], [None; 3]);
    }
}
