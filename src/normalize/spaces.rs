//! Spaces that Chinese text does not have: between ideographs and figures, inside padded names,
//! inside numbers. Spaces between Latin words stay; those between two ideographs stay where they may
//! separate names (in a letterhead), which `repair` can tell by a line's role.

use crate::lexicon::is_han;
use crate::place::PlacedChar;

/// Joins digits that a space splits before 年, 月, 日 or 号: 201 9 年, 2 8号.
pub(super) fn join_digits(text: &[PlacedChar]) -> Option<Vec<PlacedChar>> {
    if !text.iter().any(|c| c.ch == ' ') {
        return None;
    }
    let mut joined: Vec<PlacedChar> = Vec::with_capacity(text.len());
    let mut changed = false;
    let mut at = 0;
    while at < text.len() {
        let end =
            at + text[at..].iter().take_while(|c| c.ch.is_ascii_digit() || c.ch == ' ').count();
        let number = &text[at..end];
        let digits: String = number.iter().map(|c| c.ch).filter(char::is_ascii_digit).collect();
        let words: String = number.iter().map(|c| c.ch).collect();
        let split = words.trim().contains(' ');
        let unit = text.get(end).map(|c| c.ch);
        let before = text[..at].last().map(|c| c.ch);
        if split && unit.is_some_and(|unit| is_one_number(&digits, before, unit)) {
            joined.extend(number.iter().filter(|c| c.ch != ' '));
            changed = true;
        } else {
            joined.extend_from_slice(number);
        }
        at = end;
        joined.extend(text.get(at));
        at += 1;
    }
    changed.then_some(joined)
}

/// Whether digits before this unit make one number when joined.
fn is_one_number(digits: &str, before: Option<char>, unit: char) -> bool {
    let value: u32 = digits.parse().unwrap_or(u32::MAX);
    match unit {
        '年' => digits.len() == 4 && (1900..2100).contains(&value),
        '月' => digits.len() == 2 && (1..=12).contains(&value),
        '日' => digits.len() == 2 && (1..=31).contains(&value),
        '号' => before.is_some_and(|c| "〕]】）)﹞］第".contains(c)) && digits.len() <= 4,
        _ => false,
    }
}

/// Closes up the spaces that Chinese text does not have, and leaves one where several stood.
pub(super) fn close_up(text: &[PlacedChar]) -> Option<Vec<PlacedChar>> {
    if !text.iter().any(|c| c.ch == ' ') {
        return None;
    }
    let prose = text.iter().any(|c| "，。；".contains(c.ch));
    let padded = is_padded(text);
    let mut closed: Vec<PlacedChar> = Vec::with_capacity(text.len());
    let mut space: Option<PlacedChar> = None;
    for c in text {
        if c.ch == ' ' {
            space.get_or_insert(*c);
            continue;
        }
        if let (Some(space), Some(before)) = (space.take(), closed.last()) {
            let between_han = is_han(before.ch) && is_han(c.ch);
            let stays =
                if between_han { !prose && !padded } else { !is_chinese_gap(before.ch, c.ch) };
            if stays {
                closed.push(space);
            }
        }
        space = None;
        closed.push(*c);
    }
    (closed != text).then_some(closed)
}

/// Whether no space belongs between the two: one is Chinese, and neither is a Latin letter.
fn is_chinese_gap(before: char, after: char) -> bool {
    let chinese = is_han(before) || is_mark(before) || is_han(after) || is_mark(after);
    chinese && !before.is_ascii_alphabetic() && !after.is_ascii_alphabetic()
}

/// Whether every ideograph stands alone: 合 计, 市 县 名 称.
fn is_padded(text: &[PlacedChar]) -> bool {
    text.split(|c| c.ch == ' ').all(|word| word.len() <= 1 && word.iter().all(|c| is_han(c.ch)))
}

/// Chinese punctuation.
fn is_mark(c: char) -> bool {
    matches!(c as u32, 0x3001..=0x3003 | 0x3008..=0x3011 | 0x3014..=0x301F | 0x2014 | 0x2018
        | 0x2019 | 0x201C | 0x201D | 0x2026 | 0xFE5D | 0xFE5E | 0xFF01..=0xFF0F | 0xFF1A..=0xFF1F)
}
