//! What a cell holds: an exact figure, nothing, a mark for nothing, or text.
//!
//! Figures keep their printed decimals and are never rounded; `Cell::raw` keeps the rest of the
//! printed form. Spelled multipliers (14.29万) belong to the body's figures: see `targets`.

use crate::model::{Amount, Status};
use rust_decimal::Decimal;

/// What a cell's text says.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What the cell holds.
    pub status: Status,
    /// The figure, where it holds one.
    pub value: Option<Amount>,
    /// What is printed behind the figure: %, 套; empty where nothing is.
    pub suffix: String,
    /// Whether the text looks like a figure but may be read in more than one way.
    pub is_ambiguous: bool,
}

/// Words that stand where a figure is due and say that there is none.
const NO_FIGURE: &[&str] =
    &["无", "暂无", "未公布", "暂未公布", "待定", "不详", "暂缺", "缺", "N/A", "n/a", "NA", "null"];

/// Characters that, alone or repeated, are drawn where there is no figure.
const MARKS: &str = "-－−–—―─‐‑/／\\…⋯*＊·.×~～";

/// What Excel draws where a column is too narrow, or a formula has no answer.
const OVERFLOW: &[&str] = &["#REF!", "#DIV/0!", "#VALUE!", "#N/A", "#NAME?", "#NUM!"];

/// Signs of a negative figure; △ and ▲ as in accounts.
const MINUS: &str = "-－−–—﹣△▲";

/// Counting words that may stand behind a figure in its own cell.
pub(super) const UNITS: &[&str] = &[
    "万平方米",
    "万平米",
    "平方米",
    "平方公里",
    "公里",
    "万套",
    "万户",
    "万人",
    "万元",
    "亿元",
    "万亩",
    "公顷",
    "套",
    "户",
    "间",
    "个",
    "栋",
    "幢",
    "座",
    "人",
    "元",
    "亩",
    "米",
    "台",
    "部",
    "处",
    "项",
    "家",
    "所",
    "件",
    "次",
    "床",
    "张",
    "平米",
    "㎡",
    "人次",
    "村",
    "片",
    "条",
    "吨",
];

/// Reads a cell of a column of figures.
pub fn read(text: &str) -> Reading {
    // Most cells hold digits and nothing else.
    if is_plain(text) {
        return value(text, "", false);
    }
    let narrow: String = text.chars().map(narrow).collect();
    let narrow = narrow.trim();
    if narrow.is_empty() {
        return of(Status::Blank);
    }
    if narrow.contains('\u{FFFD}') || narrow.chars().all(|c| c == '#') || OVERFLOW.contains(&narrow)
    {
        return of(Status::Unreadable);
    }
    let bare: String = narrow.chars().filter(|c| !c.is_whitespace()).collect();
    if NO_FIGURE.contains(&bare.as_str()) || bare.chars().all(|c| MARKS.contains(c)) {
        return of(Status::Placeholder);
    }
    figure(narrow)
}

/// Reads a cell of a column of text: its figures are part of the text.
pub fn read_text(text: &str) -> Reading {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if bare.is_empty() {
        return of(Status::Blank);
    }
    if bare.contains('\u{FFFD}') {
        return of(Status::Unreadable);
    }
    if bare == "无" || bare.chars().all(|c| MARKS.contains(c)) {
        return of(Status::Placeholder);
    }
    of(Status::Text)
}

/// A reading without a figure.
fn of(status: Status) -> Reading {
    Reading { status, value: None, suffix: String::new(), is_ambiguous: false }
}

/// Full-width digits and the signs of figures as their half-width forms.
fn narrow(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        '，' => ',',
        '．' => '.',
        '％' => '%',
        '＋' => '+',
        '（' => '(',
        '）' => ')',
        '＃' => '#',
        _ => c,
    }
}

/// Reads `-1,234.50%`, `(12)`, `12 345`, `200套`; text that will not parse stays text.
fn figure(text: &str) -> Reading {
    let (text, is_bracketed) = match text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        Some(inner) => (inner.trim(), true),
        None => (text, false),
    };
    let (sign, text) = match text.chars().next() {
        Some(c) if MINUS.contains(c) => (true, text[c.len_utf8()..].trim_start()),
        Some('+') => (false, text[1..].trim_start()),
        _ => (false, text),
    };
    let end = text
        .char_indices()
        .find(|&(_, c)| !(c.is_ascii_digit() || c == ',' || c == '.' || c.is_whitespace()))
        .map_or(text.len(), |(at, _)| at);
    let (digits, suffix) = (text[..end].trim(), text[end..].trim());
    if !digits.contains(|c: char| c.is_ascii_digit()) {
        return of(Status::Text);
    }
    let is_known = suffix.is_empty()
        || ["%", "‰", "*", "＊"].contains(&suffix)
        || UNITS.contains(&suffix)
        || suffix.chars().all(|c| ('①'..='⑳').contains(&c));
    if !is_known {
        return of(Status::Text);
    }
    let Some(plain) = without_separators(digits) else {
        return Reading { is_ambiguous: true, ..of(Status::Text) };
    };
    value(&plain, suffix, sign || is_bracketed)
}

/// The figure of digits without separators.
fn value(plain: &str, suffix: &str, is_negative: bool) -> Reading {
    match Decimal::from_str_exact(plain) {
        Ok(mut value) => {
            value.set_sign_negative(is_negative && !value.is_zero());
            Reading {
                status: Status::Value,
                value: Some(Amount::new(value)),
                suffix: suffix.to_owned(),
                is_ambiguous: false,
            }
        }
        Err(_) => Reading { is_ambiguous: true, ..of(Status::Text) },
    }
}

/// Whether the text is made of digits alone.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The digits without thousands separators; `None` where separators stand where they mean nothing,
/// so that `12 34` may be two figures.
fn without_separators(digits: &str) -> Option<String> {
    let (whole, decimals) = match digits.split_once('.') {
        Some((whole, decimals)) => (whole.trim_end(), Some(decimals.trim_start())),
        None => (digits, None),
    };
    if decimals.is_some_and(|d| !is_plain(d)) {
        return None;
    }
    let groups: Vec<&str> = whole
        .split(|c: char| c == ',' || c.is_whitespace())
        .filter(|group| !group.is_empty())
        .collect();
    let (first, rest) = groups.split_first()?;
    let is_grouped = first.len() <= 3 && rest.iter().all(|group| group.len() == 3);
    if !groups.iter().all(|group| is_plain(group)) || !(rest.is_empty() || is_grouped) {
        return None;
    }
    if rest.is_empty() && whole.contains(',') {
        return None;
    }
    let mut plain = groups.concat();
    if let Some(decimals) = decimals {
        plain.push('.');
        plain.push_str(decimals);
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `status [value] [suffix] [ambiguous]`.
    fn say(reading: &Reading) -> String {
        let mut said = format!("{:?}", reading.status).to_lowercase();
        if let Some(value) = reading.value {
            said += &format!(" {value}");
        }
        if !reading.suffix.is_empty() {
            said += &format!(" {}", reading.suffix);
        }
        if reading.is_ambiguous {
            said += " ambiguous";
        }
        said
    }

    #[test]
    fn cells_of_the_suite() {
        let suite = include_str!("../../tests/suite/typing/amounts.txt");
        let mut seen = 0;
        for case in suite.split("--- ").skip(1) {
            let (name, case) = case.split_once(" ---\n").expect("a case has a name");
            let (input, expected) = case.split_once("\n=>\n").expect("a case has an answer");
            let said: Vec<String> = input.lines().map(|line| say(&read(line))).collect();
            assert_eq!(said.join("\n"), expected.trim_end(), "{name}");
            seen += 1;
        }
        assert!(seen > 5, "only {seen} cases");
    }
}
