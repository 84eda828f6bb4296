//! Words and marks that conversion left among Chinese text: "and" for 和, list bullets.

use crate::lexicon::is_han;
use crate::place::PlacedChar;

/// Puts 和 for an "and" between two ideographs; "BOT and PPP" stays.
pub(super) fn stray_and(text: &[PlacedChar]) -> Option<Vec<PlacedChar>> {
    if !text.iter().any(|c| c.ch == 'a') {
        return None;
    }
    let mut clean: Vec<PlacedChar> = Vec::with_capacity(text.len());
    let mut changed = false;
    let mut at = 0;
    while at < text.len() {
        let spaces = |from: usize| text[from..].iter().take_while(|c| c.ch == ' ').count();
        let word = at + spaces(at);
        let end = word + 3;
        let is_and = text.get(word..end).is_some_and(|w| w.iter().map(|c| c.ch).eq("and".chars()));
        if is_and && clean.last().is_some_and(|c| is_han(c.ch)) {
            let after = end + spaces(end);
            if text.get(after).is_some_and(|c| is_han(c.ch)) {
                clean.push(PlacedChar { ch: '和', place: text[word].place });
                at = after;
                changed = true;
                continue;
            }
        }
        clean.push(text[at]);
        at += 1;
    }
    changed.then_some(clean)
}

/// How many characters of the text are a list bullet before Chinese text; 0 for none. A hyphen or
/// an asterisk must be followed by a space, or it is the sign of a figure or a placeholder.
pub(super) fn bullet(text: &[PlacedChar]) -> usize {
    let Some(first) = text.first() else { return 0 };
    let spaces = text[1..].iter().take_while(|c| c.ch == ' ').count();
    let bullet = match first.ch {
        '-' | '*' | '–' => spaces > 0,
        '•' | '●' | '▪' | '■' | '◆' | '·' | '\u{F06C}' | '\u{F0B7}' | '\u{F0D8}' => true,
        _ => false,
    };
    let chinese = text.get(1 + spaces).is_some_and(|c| is_han(c.ch));
    if bullet && chinese { 1 + spaces } else { 0 }
}
