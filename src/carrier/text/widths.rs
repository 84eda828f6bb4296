//! The lines of a page in, how wide a file counts its characters out: whoever drew a table with characters padded its
//! cells by some count, and by that count its bars stand one below the other.
//!
//! Full-width characters count as two or, where a program counted characters, as one; box characters, dashes and
//! circled numbers are wide in Chinese fonts and narrow elsewhere (Ambiguous in Unicode's UAX 11).

use super::TextLine;
use crate::carrier::width::cells_of;
use std::collections::BTreeMap;

/// How many half-width characters one takes.
pub(super) type Width = fn(char) -> usize;

/// What is tried, in this order: the first of the best is taken.
const COUNTS: [Width; 4] = [cells_of, wide, narrow, |_| 1];

/// Whether the line may be one of a table drawn with characters.
pub(super) fn draws(line: &str) -> bool {
    line.contains(is_bar) || line.contains("+-") || line.contains("+=")
}

/// The count by which the bars of the page's drawn lines stand on the fewest columns.
pub(super) fn width(lines: &[TextLine]) -> Width {
    let drawn: Vec<&str> = lines.iter().map(|line| line.text).filter(|line| draws(line)).collect();
    let score = |width: Width| {
        let mut columns: BTreeMap<usize, u64> = BTreeMap::new();
        for line in &drawn {
            let mut cell = 0;
            for c in line.chars() {
                if is_bar(c) || c == '+' {
                    *columns.entry(cell).or_default() += 1;
                }
                cell += width(c);
            }
        }
        // Squares, so that bars below each other count for more than as many beside each other.
        columns.values().map(|count| count * count).sum::<u64>()
    };
    let (mut best, mut most) = (COUNTS[0], 0);
    for width in COUNTS.into_iter().take(if drawn.is_empty() { 0 } else { COUNTS.len() }) {
        let score = score(width);
        if score > most {
            (best, most) = (width, score);
        }
    }
    best
}

/// Bars and corners; a rule stands below nothing in particular.
fn is_bar(c: char) -> bool {
    let is_rule = matches!(c, '─' | '━' | '┄' | '┅' | '┈' | '┉' | '╌' | '╍' | '═');
    matches!(c, '|' | '｜' | '￤' | '¦') || ('\u{2500}'..='\u{257F}').contains(&c) && !is_rule
}

/// As Chinese fonts set characters: all but those of ASCII, and kana of half width, take two.
fn wide(c: char) -> usize {
    match c {
        '\0' => 0,
        '\u{1}'..='\u{A0}' | '\u{FF61}'..='\u{FFDC}' => 1,
        _ => 2,
    }
}

/// As other fonts do: what may be wide or narrow is narrow.
fn narrow(c: char) -> usize {
    match c as u32 {
        0x2014..=0x2026 | 0x2460..=0x24FF => 1,
        _ => cells_of(c),
    }
}
