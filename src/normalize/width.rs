//! Full-width digits and letters to half-width; full-width marks only where they are part of a
//! figure. Chinese punctuation in prose stays as it is.

use crate::figure::{self, Reading};
use crate::pattern::half_width;
use crate::place::PlacedChar;

/// Halves what is full-width in figures, labels and Latin words; spaces of other widths become
/// plain ones, but for those between the groups of a figure's digits: they say what a plain one does not.
pub(super) fn halve(text: &[PlacedChar]) -> Option<Vec<PlacedChar>> {
    if !text.iter().any(|c| half(c.ch) != c.ch || half_mark(c.ch) != c.ch || c.ch == '／') {
        return None;
    }
    let is_grouped = figure::is_grouped(&text.iter().map(|c| c.ch).collect::<String>());
    let half = |c: char| if is_grouped && is_between_groups(c) { c } else { half(c) };
    let mut halved: Vec<PlacedChar> =
        text.iter().map(|c| PlacedChar { ch: half(c.ch), place: c.place }).collect();
    halve_marks_between_digits(&mut halved);
    if is_figure(&halved) {
        for c in &mut halved {
            c.ch = half_mark(c.ch);
        }
    }
    (halved != text).then_some(halved)
}

/// The half-width form of digits, letters and spaces.
fn half(c: char) -> char {
    match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => half_width(c),
        // The dash of GB 2312, which fonts and codings give either number.
        '―' => '—',
        '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' | '\t' => ' ',
        _ => c,
    }
}

/// Whether a space may stand between groups of digits.
fn is_between_groups(c: char) -> bool {
    c.is_whitespace() && c != '\u{3000}' && c != '\t'
}

/// A point or slash between two digits, and a per cent sign after one, belong to a figure anywhere;
/// spaces between them do not matter.
fn halve_marks_between_digits(text: &mut [PlacedChar]) {
    let mut after = false;
    for i in 0..text.len() {
        let before = || {
            let next = text[i + 1..].iter().find(|c| c.ch != ' ');
            next.is_some_and(|c| c.ch.is_ascii_digit())
        };
        let ch = match text[i].ch {
            ' ' => continue,
            '．' if after && before() => '.',
            '／' if after && before() => '/',
            '％' if after => '%',
            other => other,
        };
        text[i].ch = ch;
        after = ch.is_ascii_digit();
    }
}

/// Marks of a figure that has the cell for itself.
fn half_mark(c: char) -> char {
    match c {
        '，' => ',',
        '．' | '。' => '.',
        '－' | '−' | '﹣' | '﹘' | '‒' | '–' | '‐' | '‑' => '-',
        '＋' => '+',
        '％' => '%',
        _ => c,
    }
}

/// Whether the whole text is one figure.
fn is_figure(text: &[PlacedChar]) -> bool {
    let text: String = text.iter().map(|c| c.ch).collect();
    matches!(figure::read(&text), Reading::Figure(_))
}
