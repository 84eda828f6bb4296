//! Automatic numbering: lists of levels in, the numbers of paragraphs out as they are printed: 一、 （一） 1.
//! Reading the levels is left to `docx` and `doc`.

use super::numerals::{Form, printed};
use std::collections::HashMap;

/// A list has so many levels.
pub(super) const LEVELS: usize = 9;

/// A level of a list.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Level {
    pub start: u32,
    pub form: Form,
    /// What is printed: `%1` stands for the number of the first level.
    pub text: String,
    /// Whether numbers of all levels are printed as digits.
    pub is_legal: bool,
    /// The level, from 1, whose next number begins this one anew; 0 for none.
    pub restart: Option<usize>,
    /// A style whose paragraphs stand on this level.
    pub style: Option<String>,
}

impl Default for Level {
    fn default() -> Level {
        let (text, is_legal, restart, style) = (String::new(), false, None, None);
        Level { start: 1, form: Form::None, text, is_legal, restart, style }
    }
}

/// A list: its levels, which may be those of another list but for some.
#[derive(Debug, Clone, Default)]
pub(super) struct List {
    /// The definition.
    pub of: u32,
    pub levels: HashMap<usize, Level>,
    pub starts: HashMap<usize, u32>,
}

/// The lists of a document, and how far each has counted.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    pub definitions: HashMap<u32, Vec<Level>>,
    pub lists: HashMap<u32, List>,
    /// By definition: lists of one definition go on counting.
    counters: HashMap<u32, [Option<u32>; LEVELS]>,
    /// Lists that have begun with a start of their own.
    begun: HashMap<u32, [bool; LEVELS]>,
}

impl Numbering {
    /// The level that paragraphs of a style have in a list.
    #[cfg(feature = "docx")]
    pub fn level_of_style(&self, list: u32, style: &str) -> Option<usize> {
        let list = self.lists.get(&list)?;
        let levels = self.definitions.get(&list.of)?;
        levels.iter().position(|level| level.style.as_deref() == Some(style))
    }

    /// What stands before the text of the next paragraph of this list and level.
    pub fn label(&mut self, list: u32, level: usize) -> Option<String> {
        let label = self.next(list, level)?;
        // What is printed behind a number is a tab or a space, or nothing: behind a mark none is needed.
        let is_closed =
            label.ends_with(['、', '．', '.', '）', ')', '：', '】']) || label.is_empty();
        Some(if is_closed { label } else { label + " " })
    }

    /// The number that the next paragraph of this list and level begins with.
    pub fn next(&mut self, list: u32, level: usize) -> Option<String> {
        let level = level.min(LEVELS - 1);
        let own = self.lists.get(&list)?;
        let levels = self.definitions.get(&own.of)?;
        let of = |index: usize| own.levels.get(&index).or(levels.get(index));
        let counters = self.counters.entry(own.of).or_default();
        let begun = self.begun.entry(list).or_default();
        let start = |index: usize| {
            own.starts.get(&index).copied().or(of(index).map(|l| l.start)).unwrap_or(1)
        };
        // Levels above that have not been printed count as if they had.
        for (above, count) in counters.iter_mut().enumerate().take(level) {
            count.get_or_insert_with(|| start(above));
        }
        let anew = own.starts.contains_key(&level) && !std::mem::replace(&mut begun[level], true);
        counters[level] = Some(match counters[level] {
            Some(count) if !anew => count.saturating_add(1),
            _ => start(level),
        });
        for (below, count) in counters.iter_mut().enumerate().skip(level + 1) {
            let restarts = match of(below).and_then(|l| l.restart) {
                Some(restart) => restart > level,
                None => true,
            };
            if restarts {
                *count = None;
            }
        }
        let own = of(level)?;
        let mut label = String::new();
        let mut rest = own.text.as_str();
        while let Some((before, behind)) = rest.split_once('%') {
            label.push_str(before);
            let digit = behind.chars().next().and_then(|c| c.to_digit(10)).filter(|d| *d > 0);
            let Some(digit) = digit else {
                label.push('%');
                rest = behind;
                continue;
            };
            let index = digit as usize - 1;
            if let (Some(level), Some(number)) = (of(index), counters.get(index).copied().flatten())
            {
                let form = if own.is_legal { Form::Decimal } else { level.form };
                label.push_str(&printed(number, form));
            }
            rest = &behind[1..];
        }
        label.push_str(rest);
        // A bullet is no number.
        if own.form == Form::None && !own.text.contains('%') {
            return None;
        }
        Some(label)
    }
}
