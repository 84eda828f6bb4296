//! Running text made ready for patterns: white space out, every position still leading back to its
//! place.
//!
//! What the characters mean is left to the files that read dates, parties and figures.

use crate::place::{Located, Place, PlacedText};
use std::ops::Range;

/// The text without white space, but for one space where two Latin letters or digits would run
/// into each other: 工程 建设 becomes 工程建设, `BOT and PPP` and `12 30` stay.
pub fn squeeze(text: &PlacedText) -> PlacedText {
    let mut squeezed = PlacedText::new();
    let mut last = ' ';
    let mut gap = None;
    for c in text.chars() {
        if c.ch.is_whitespace() {
            gap = gap.or(Some(c.place));
            continue;
        }
        if let Some(place) = gap.take()
            && last.is_ascii_alphanumeric()
            && c.ch.is_ascii_alphanumeric()
        {
            squeezed.push(' ', place);
        }
        squeezed.push(c.ch, c.place);
        last = c.ch;
    }
    squeezed
}

/// The text without any white space: for elements whose characters belong together whatever the
/// printer put between them, such as a document number or a date.
pub fn tight(text: &PlacedText) -> PlacedText {
    text.chars().filter(|c| !c.ch.is_whitespace()).collect()
}

/// The parts between white space, none of them empty.
pub fn words(text: &PlacedText) -> Vec<PlacedText> {
    let mut words = vec![PlacedText::new()];
    for c in text.chars() {
        if c.ch.is_whitespace() {
            words.push(PlacedText::new());
        } else if let Some(word) = words.last_mut() {
            word.push(c.ch, c.place);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The text with its place, unless it is empty.
pub fn located(text: &PlacedText) -> Option<Located<String>> {
    Some(Located::new(text.as_str().to_owned(), text.place()?))
}

/// Squeezed text whose positions are looked up without walking it from its start: a paragraph may
/// be as long as its document, and hold a figure every few characters.
#[derive(Debug, Clone)]
pub struct Prose {
    string: String,
    /// Byte position of each character.
    starts: Vec<usize>,
    places: Vec<Place>,
}

impl Prose {
    /// The text, squeezed.
    pub fn of(text: &PlacedText) -> Prose {
        let text = squeeze(text);
        let starts = text.as_str().char_indices().map(|(at, _)| at).collect();
        let places = text.chars().map(|c| c.place).collect();
        Prose { string: text.as_str().to_owned(), starts, places }
    }

    /// The squeezed text.
    pub fn as_str(&self) -> &str {
        &self.string
    }

    /// Where the part between two byte positions stands: its box on the page it begins on, or its
    /// first character in a text input. `None` for an empty part.
    pub fn place(&self, bytes: Range<usize>) -> Option<Place> {
        let start = self.starts.partition_point(|&at| at < bytes.start);
        let end = self.starts.partition_point(|&at| at < bytes.end);
        let places = self.places.get(start..end)?;
        let first = *places.first()?;
        Some(places.iter().filter(|p| p.page == first.page).fold(first, |a, p| a.union(p)))
    }
}

/// Text of a test, each character at its own line and column.
#[cfg(test)]
pub fn placed(text: &str) -> PlacedText {
    use crate::place::Spot;
    let mut placed = PlacedText::new();
    for (line, content) in (1..).zip(text.split('\n')) {
        if line > 1 {
            placed.push('\n', Place { page: 1, spot: Spot::Text { line: line - 1, column: 999 } });
        }
        for (column, ch) in (1..).zip(content.chars()) {
            placed.push(ch, Place { page: 1, spot: Spot::Text { line, column } });
        }
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Spot;

    #[test]
    fn spaces_go_but_between_latin_words() {
        for (input, expected) in [
            ("工程 建设", "工程建设"),
            (" 全省 2023 年 ", "全省2023年"),
            ("采用 BOT and PPP 模式", "采用BOT and PPP模式"),
            ("12 30", "12 30"),
        ] {
            assert_eq!(squeeze(&placed(input)).as_str(), expected);
        }
    }

    #[test]
    fn a_position_leads_back_to_its_place() {
        let prose = Prose::of(&placed("全 省 5户"));
        let at = prose.as_str().find('5').expect("it is there");
        let place = prose.place(at..at + 1).expect("it has a place");
        assert_eq!(place.spot, Spot::Text { line: 1, column: 5 });
        assert_eq!(prose.place(3..3), None);
    }
}
