//! Steps that read a text from its beginning: what the patterns of notices are written in.
//!
//! A step gives the text behind what it names, or `None`, and steps are joined with `?` and with
//! `str::strip_prefix`. Regular expressions said the same and took a third of the time of reading
//! one notice, since each is compiled at every start of the program (docs/dependencies.md); tests
//! beside the patterns compare the two.
//!
//! A run takes all the characters it may and gives none back: what follows it must not begin with
//! one of them.

use std::borrow::Cow;
use std::ops::RangeInclusive;

/// What a pattern takes off the beginning of a text.
pub trait Steps {
    /// Behind the first of these words that the text begins with.
    fn after_word(&self, words: &[&str]) -> Option<&str>;

    /// Behind a run of characters, as long as it may be; `None` where it is too short.
    fn after_run(&self, of: impl Fn(char) -> bool, length: RangeInclusive<usize>) -> Option<&str>;

    /// Behind one of these characters, where the text begins with one.
    fn skip<const N: usize>(&self, marks: [char; N]) -> &str;

    /// Behind one of these words, where the text begins with one.
    fn skip_word(&self, words: &[&str]) -> &str;

    /// Whether the text begins with one of these words.
    fn begins_with(&self, words: &[&str]) -> bool;

    /// Whether the text ends with one of these words.
    fn ends_in(&self, words: &[&str]) -> bool;

    /// Whether the text is a run of characters and nothing else.
    fn is_run(&self, of: impl Fn(char) -> bool, length: RangeInclusive<usize>) -> bool;
}

impl Steps for str {
    fn after_word(&self, words: &[&str]) -> Option<&str> {
        words.iter().filter(|word| may_begin(self, word)).find_map(|word| self.strip_prefix(word))
    }

    fn after_run(&self, of: impl Fn(char) -> bool, length: RangeInclusive<usize>) -> Option<&str> {
        let mut chars = self.chars();
        let mut rest = self;
        for taken in 0..*length.end() {
            if !chars.next().is_some_and(&of) {
                return (taken >= *length.start()).then_some(rest);
            }
            rest = chars.as_str();
        }
        Some(rest)
    }

    fn skip<const N: usize>(&self, marks: [char; N]) -> &str {
        self.strip_prefix(marks).unwrap_or(self)
    }

    fn skip_word(&self, words: &[&str]) -> &str {
        self.after_word(words).unwrap_or(self)
    }

    fn begins_with(&self, words: &[&str]) -> bool {
        words.iter().any(|word| may_begin(self, word) && self.starts_with(word))
    }

    fn ends_in(&self, words: &[&str]) -> bool {
        let last = self.bytes().next_back();
        let may_end = |word: &str| word.is_empty() || word.bytes().next_back() == last;
        words.iter().any(|word| may_end(word) && self.ends_with(word))
    }

    fn is_run(&self, of: impl Fn(char) -> bool, length: RangeInclusive<usize>) -> bool {
        self.after_run(of, length) == Some("")
    }
}

/// Whether a text may begin with a word, by the third byte of both: the first two of Chinese characters are often the
/// same, and to compare one byte is nothing beside a call that compares all.
fn may_begin(text: &str, word: &str) -> bool {
    match (text.as_bytes().get(2), word.as_bytes().get(2)) {
        (Some(own), Some(third)) => own == third,
        (None, Some(_)) => false,
        (_, None) => true,
    }
}

/// The words that a text may begin with, by the second and third byte of each: whether it may is known at one look,
/// however many they are.
pub struct Beginnings([u64; 64]);

impl Beginnings {
    /// The beginnings of words.
    pub const fn of(lists: &[&[&str]]) -> Beginnings {
        let mut seen = [0; 64];
        let mut list = 0;
        while list < lists.len() {
            let mut word = 0;
            while word < lists[list].len() {
                if let [first, second, third, ..] = lists[list][word].as_bytes()
                    && is_first_of_three(*first)
                {
                    seen[(*second & 63) as usize] |= 1 << (*third & 63);
                }
                word += 1;
            }
            list += 1;
        }
        Beginnings(seen)
    }

    /// Whether the text may begin with one of the words; one that begins with no Chinese character always may.
    pub fn may_begin(&self, text: &str) -> bool {
        match text.as_bytes() {
            [first, second, third, ..] if is_first_of_three(*first) => {
                self.0[(second & 63) as usize] & (1 << (third & 63)) != 0
            }
            bytes => !bytes.is_empty(),
        }
    }
}

/// Whether a byte begins a character of three bytes, as Chinese ones are.
const fn is_first_of_three(byte: u8) -> bool {
    matches!(byte, 0xE0..=0xEF)
}

/// The text without white space. Most has none.
pub fn squeezed(text: &str) -> Cow<'_, str> {
    match text.contains(char::is_whitespace) {
        true => text.chars().filter(|c| !c.is_whitespace()).collect(),
        false => Cow::Borrowed(text),
    }
}

/// The half-width form of a character of full width: letters, digits and signs of ASCII.
pub fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// A digit: 0 to 9.
pub fn digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// A character that small numbers are written with: 一 to 十.
pub fn numeral(c: char) -> bool {
    matches!(c, '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十')
}

/// The same up to the hundreds.
pub fn numeral_to_hundred(c: char) -> bool {
    numeral(c) || c == '百'
}

/// A Chinese character, by the blocks of Unicode that names are written in.
pub fn han(c: char) -> bool {
    matches!(c, '一'..='\u{9FFF}' | '々' | '〇' | '㐀'..='\u{4DBF}' | '\u{20000}'..='\u{323AF}')
}

/// Whether a number ended at the point before this text: that of 1.5 is a decimal, 1.计划 and
/// 1.2023年 are points of a list.
pub fn is_behind_point(text: &str) -> bool {
    let digits = text.chars().take(4).take_while(|c| digit(*c)).count();
    !text.is_empty() && (digits == 0 || digits == 4)
}

/// How many bytes of the text stand before its rest.
pub fn length_before(text: &str, rest: &str) -> usize {
    text.len() - rest.len()
}

/// Compares a pattern with the regular expression that says the same: both are asked about texts
/// put together from its pieces, of one piece and more, in an order that is the same at each run.
#[cfg(test)]
pub fn agrees<T: PartialEq + std::fmt::Debug>(
    regex: &str,
    pieces: &str,
    expected: impl Fn(&regex::Regex, &str) -> T,
    actual: impl Fn(&str) -> T,
) {
    let regex = regex::Regex::new(regex).expect("a fixed pattern");
    let pieces: Vec<&str> = pieces.split(' ').collect();
    let mut seed = 1_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let mut found = 0;
    for _ in 0..ROUNDS {
        let length = 1 + next(9);
        let text: String = (0..length).map(|_| pieces[next(pieces.len())]).collect();
        // A blank piece stands for white space.
        let text = text.replace('_', "\u{3000}");
        found += usize::from(regex.is_match(&text));
        assert_eq!(actual(&text), expected(&regex, &text), "{text}");
    }
    assert!(found > 0, "no text of these pieces has {}", regex.as_str());
}

/// Texts that a pattern is compared on.
#[cfg(test)]
const ROUNDS: usize = 3000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_take_off_what_they_name() {
        assert_eq!("续表1".after_word(&["续上表", "续表"]), Some("1"));
        assert_eq!("2023年".after_run(digit, 4..=4), Some("年"));
        assert_eq!("2023年".after_run(digit, 1..=2), Some("23年"));
        assert_eq!("23年".after_run(digit, 4..=4), None);
        assert_eq!("年".after_run(digit, 0..=4), Some("年"));
        assert_eq!("（一".skip(['（', '(']), "一");
        assert_eq!("一".skip(['（', '(']), "一");
        assert!("十二".is_run(numeral, 1..=2) && !"十二月".is_run(numeral, 1..=2));
    }

    #[test]
    fn chinese_characters_are_those_of_names() {
        for (c, is_han) in [('一', true), ('々', true), ('〇', true), ('A', false), ('〔', false)]
        {
            assert_eq!(han(c), is_han, "{c}");
        }
    }
}
