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

    /// The place so many characters further on; a box stays where it is.
    pub fn onward(self, characters: u32) -> Place {
        Place { spot: self.spot.onward(characters), ..self }
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
pub fn cell_name(mut row: u32, mut col: u32) -> String {
    // From its end: at most ten digits and seven letters.
    let mut name = [0; 17];
    let mut start = name.len();
    let mut put = |byte: u8| {
        start -= 1;
        name[start] = byte;
    };
    loop {
        put(b'0' + (row % 10) as u8);
        row /= 10;
        if row == 0 {
            break;
        }
    }
    while col > 0 {
        put(b'A' + ((col - 1) % 26) as u8);
        col = (col - 1) / 26;
    }
    String::from_utf8_lossy(&name[start..]).into_owned()
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
/// The string is kept beside the places, so that patterns run over it directly; there is a place for each of its
/// characters. Where they stand one behind the other, as those of a document's cell do, the first place says all.
#[derive(Debug, Clone, Default)]
pub struct PlacedText {
    string: String,
    places: Places,
}

/// Where the characters of a text stand.
#[derive(Debug, Clone)]
enum Places {
    /// So many characters, the first one here, each one character further on than the one before it.
    Onward { first: Place, count: u32 },
    /// Each for itself.
    Each(Vec<Place>),
}

impl Default for Places {
    fn default() -> Places {
        Places::Each(Vec::new())
    }
}

impl Places {
    fn first(&self) -> Option<Place> {
        match self {
            Places::Onward { first, .. } => Some(*first),
            Places::Each(places) => places.first().copied(),
        }
    }

    fn count(&self) -> usize {
        match self {
            Places::Onward { count, .. } => *count as usize,
            Places::Each(places) => places.len(),
        }
    }

    fn iter(&self) -> impl Iterator<Item = Place> + '_ {
        (0..self.count()).map(|index| match self {
            Places::Onward { first, .. } => first.onward(index as u32),
            Places::Each(places) => places[index],
        })
    }

    fn push(&mut self, place: Place) {
        match self {
            Places::Onward { first, count } if place == first.onward(*count) => *count += 1,
            Places::Onward { .. } => self.extend(std::iter::once(place)),
            // Boxes stand each for itself.
            Places::Each(places) if places.is_empty() && !matches!(place.spot, Spot::Box(_)) => {
                *self = Places::Onward { first: place, count: 1 };
            }
            Places::Each(places) => places.push(place),
        }
    }

    fn append(&mut self, other: &Places) {
        match (&mut *self, other) {
            (_, other) if other.count() == 0 => {}
            (Places::Each(places), other) if places.is_empty() => *self = other.clone(),
            (Places::Onward { first, count }, Places::Onward { first: next, count: more })
                if first.onward(*count) == *next =>
            {
                *count += more;
            }
            (_, other) => self.extend(other.iter()),
        }
    }

    /// Keeps the places each for itself, with these behind them.
    fn extend(&mut self, more: impl Iterator<Item = Place>) {
        let mut places = match std::mem::take(self) {
            Places::Each(places) => places,
            onward => onward.iter().collect(),
        };
        places.extend(more);
        *self = Places::Each(places);
    }

    fn slice(&self, chars: std::ops::Range<usize>) -> Places {
        match self {
            Places::Onward { first, .. } if !chars.is_empty() => Places::Onward {
                first: first.onward(chars.start as u32),
                count: chars.len() as u32,
            },
            Places::Onward { .. } => Places::default(),
            Places::Each(places) => Places::Each(places[chars].to_vec()),
        }
    }
}

/// How the places are kept says nothing of what they are.
impl PartialEq for PlacedText {
    fn eq(&self, other: &PlacedText) -> bool {
        self.string == other.string && self.places.iter().eq(other.places.iter())
    }
}

impl PlacedText {
    /// No text at all.
    pub fn new() -> PlacedText {
        PlacedText::default()
    }

    /// A text whose first character stands here, each other one character further on.
    pub fn onward(string: String, first: Place) -> PlacedText {
        match string.chars().count() as u32 {
            0 => PlacedText::new(),
            count => PlacedText { string, places: Places::Onward { first, count } },
        }
    }

    /// Where the first character stands, if each other one is known to stand one character further on.
    pub fn onward_from(&self) -> Option<Place> {
        match self.places {
            Places::Onward { first, .. } => Some(first),
            Places::Each(_) => None,
        }
    }

    /// Makes room for so many characters more on a page.
    pub fn reserve(&mut self, chars: usize) {
        // Most characters are Chinese ones, of three bytes each.
        self.string.reserve(3 * chars);
        if let Places::Each(places) = &mut self.places {
            places.reserve(chars);
        }
    }

    /// Adds one character.
    pub fn push(&mut self, ch: char, place: Place) {
        self.string.push(ch);
        self.places.push(place);
    }

    /// Adds all of `other`.
    pub fn append(&mut self, other: &PlacedText) {
        self.string.push_str(&other.string);
        self.places.append(&other.places);
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
        self.string.chars().zip(self.places.iter()).map(|(ch, place)| PlacedChar { ch, place })
    }

    /// Where the text stands: the box of the characters on the page it begins on, or its first
    /// character in a text input. `None` for empty text.
    pub fn place(&self) -> Option<Place> {
        let first = self.places.first()?;
        match &self.places {
            Places::Onward { .. } => Some(first),
            Places::Each(places) => {
                let here = places.iter().filter(|place| place.page == first.page);
                Some(here.fold(first, |a, place| a.union(place)))
            }
        }
    }

    /// The text without white space and with `after` in the place of `before`; `None` where that does not stand in it. What
    /// is longer than before stands where its last character stood.
    pub fn reworded(&self, before: &str, after: &str) -> Option<PlacedText> {
        let own: Vec<PlacedChar> = self.chars().filter(|c| !c.ch.is_whitespace()).collect();
        let old: Vec<char> = before.chars().filter(|c| !c.is_whitespace()).collect();
        let last = old.len().checked_sub(1)?;
        let here = |window: &[PlacedChar]| window.iter().map(|c| c.ch).eq(old.iter().copied());
        let at = own.windows(old.len()).position(here)?;
        let place = |i: usize| own[at + i.min(last)].place;
        let meant = after.chars().enumerate().map(|(i, ch)| PlacedChar { ch, place: place(i) });
        let (before, behind) = (&own[..at], &own[at + last + 1..]);
        Some(before.iter().copied().chain(meant).chain(behind.iter().copied()).collect())
    }

    /// The part between two byte positions of the text, places and all; positions must lie on
    /// character boundaries (as those of a `regex` match do), else the result is empty.
    pub fn slice(&self, bytes: std::ops::Range<usize>) -> PlacedText {
        let Some(part) = self.string.get(bytes.clone()) else {
            return PlacedText::new();
        };
        let skip = self.string[..bytes.start].chars().count();
        let places = self.places.slice(skip..skip + part.chars().count());
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
        let chars = chars.into_iter();
        let mut text = PlacedText::new();
        text.reserve(chars.size_hint().0);
        for c in chars {
            text.push(c.ch, c.place);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, PlacedChar, PlacedText, Spot, cell_name, row_and_column};
    use crate::geom::Rect;

    /// Every character has one: what it takes, a notice takes a hundred thousand times.
    #[test]
    fn a_place_takes_24_bytes() {
        assert_eq!(size_of::<Place>(), 24);
    }

    #[test]
    fn a_text_said_otherwise_stands_where_it_stood() {
        let at = |x: f32| Place::of_box(1, Rect::new(x, 0.0, x + 1.0, 1.0));
        let text: PlacedText = "邵 阳山市"
            .chars()
            .enumerate()
            .map(|(i, ch)| PlacedChar { ch, place: at(i as f32) })
            .collect();
        let said = text.reworded("邵阳山市", "邵阳市").expect("it stands there");
        let places: Vec<Place> = said.chars().map(|c| c.place).collect();
        assert_eq!((said.as_str(), places), ("邵阳市", vec![at(0.0), at(2.0), at(3.0)]));
        assert_eq!(
            text.reworded("山", "山丘").map(|t| t.as_str().to_owned()).as_deref(),
            Some("邵阳山丘市")
        );
        assert_eq!(text.reworded("衡阳", "衡山"), None);
    }

    /// What is kept short gives the same places as what is kept for each character.
    #[test]
    fn places_are_the_same_however_they_are_kept() {
        let cell = |row, character| Place {
            page: 1,
            spot: Spot::Cell { table: 1, row, col: 2, character },
        };
        let boxed = |x: f32| Place::of_box(1, Rect::new(x, 0.0, x + 1.0, 1.0));
        let laid = |text: &str, places: &[Place]| -> PlacedText {
            text.chars().zip(places).map(|(ch, &place)| PlacedChar { ch, place }).collect()
        };
        let places = |text: &PlacedText| text.chars().map(|c| c.place).collect::<Vec<_>>();
        let abc = [cell(7, 1), cell(7, 2), cell(7, 3)];
        let onward = PlacedText::onward("甲乙丙".to_owned(), cell(7, 1));
        assert_eq!((places(&onward), &onward), (abc.to_vec(), &laid("甲乙丙", &abc)));
        for (all, at) in [
            ([cell(7, 1), cell(7, 2), cell(7, 3), cell(7, 4)], 2),
            ([cell(7, 1), cell(7, 2), cell(8, 1), cell(8, 2)], 2),
            ([cell(7, 2), cell(7, 1), cell(7, 2), cell(7, 9)], 1),
            ([boxed(0.0), boxed(1.0), boxed(1.0), boxed(1.0)], 1),
        ] {
            let (whole, mut joined) = (laid("一二三四", &all), laid("一二三四", &all[..at]));
            joined.append(&laid(&"一二三四"[3 * at..], &all[at..]));
            assert_eq!((&joined, places(&joined)), (&whole, all.to_vec()));
            assert_eq!(whole.slice(3..9), laid("二三", &all[1..3]));
            assert!(whole.slice(6..6).place().is_none());
            let here = all.iter().fold(all[0], |a, b| a.union(b));
            assert_eq!(whole.place(), Some(here));
            assert_ne!(whole, PlacedText::onward("一二三四".to_owned(), cell(9, 1)));
        }
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
