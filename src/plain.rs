//! Which characters of a text are not what they seem to be: those that nobody sees, that turn the text around them,
//! that steer a terminal, or that are no characters. Names of files and words of documents may hold any of them, and
//! 1234 then reads as 4321.
//!
//! What is printed stays as printed in a result's `raw`, which JSON spells with escapes; whoever shows a text or
//! writes it for others uses one of these: [`seen`] for the words of a document, [`shown`] where it matters that
//! something was there, [`in_cell`] for the cells of CSV and workbooks, [`in_html`] for pages.

use std::borrow::Cow;

/// Whether a character is not to be shown as it is: a control, a line or paragraph separator, a mark of
/// direction, of joining or of no width, a tag, a variation selector, a code point that is no character. Of
/// Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt, 16.0) all, and what is not among them.
pub fn is_hidden(c: char) -> bool {
    // Most of what notices hold: nothing below is asked for it.
    if matches!(c, ' '..='~' | '\u{3165}'..='\u{FDCF}') {
        return false;
    }
    let ignorable = matches!(c as u32,
        0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F
        | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F
        | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFF8 | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A
        | 0xE0000..=0xE0FFF);
    let separator = matches!(c, '\u{2028}' | '\u{2029}' | '\u{FFF9}'..='\u{FFFB}');
    let none = matches!(c as u32, 0xFDD0..=0xFDEF) || c as u32 & 0xFFFE == 0xFFFE;
    ignorable || separator || none || c.is_control()
}

/// The text that a reader sees.
pub fn seen(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    text.chars().filter(|c| !is_hidden(*c)).collect()
}

/// The text with what a reader would not see as `\u{202e}`.
pub fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| if is_hidden(c) { c.escape_default().to_string() } else { c.into() };
    text.chars().map(shown).collect()
}

/// The text in a cell of a table: as [`shown`], but line ends and tabs are what they are.
pub fn in_cell(text: &str) -> Cow<'_, str> {
    let is_odd = |c: char| is_hidden(c) && !matches!(c, '\n' | '\t');
    if !text.contains(is_odd) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| if is_odd(c) { c.escape_default().to_string() } else { c.into() };
    text.chars().map(shown).collect()
}

/// The text in a page of HTML: as [`shown`], and nothing in it is markup.
pub fn in_html(text: &str) -> String {
    shown(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_taken_out_or_shown() {
        for hidden in [
            '\u{1b}',
            '\n',
            '\u{85}',
            '\u{7f}',
            '\u{202E}',
            '\u{2066}',
            '\u{200E}',
            '\u{61C}',
            '\u{200B}',
            '\u{200D}',
            '\u{FEFF}',
            '\u{2060}',
            '\u{AD}',
            '\u{E0041}',
            '\u{E0100}',
            '\u{FE0F}',
            '\u{FFFE}',
            '\u{FFFF}',
            '\u{1FFFE}',
            '\u{10FFFF}',
            '\u{FDD0}',
            '\u{2028}',
            '\u{3164}',
            '\u{FFF9}',
        ] {
            let text = format!("12{hidden}34");
            assert_eq!(seen(&text), "1234", "{hidden:?}");
            assert_eq!(shown(&text), format!("12{}34", hidden.escape_default()));
            let in_a_cell = if hidden == '\n' { text.clone() } else { shown(&text).into_owned() };
            assert_eq!(in_cell(&text), in_a_cell);
        }
        for text in
            ["关于下达２０２３年计划", "a\u{3000}b", "é ½ ㎡ 𠮷", "\u{A0}", "\u{FFFD}", "\u{E000}"]
        {
            assert!(
                matches!((seen(text), shown(text)), (Cow::Borrowed(a), Cow::Borrowed(b)) if a == b)
            );
        }
    }
}
