//! Dates as notices write them: Arabic or Chinese digits, with a mark lost here and there.
//!
//! What a date is for is left to the callers. A date that can be read in two ways is not read.

use jiff::civil::Date;
use regex::Regex;
use std::sync::LazyLock;

/// Chinese digits and the forms a zero takes: 〇 (U+3007), ○ (U+25CB), 零, and the letters typed
/// for it.
const DIGITS: &[(char, u32)] = &[
    ('〇', 0),
    ('○', 0),
    ('◯', 0),
    ('零', 0),
    ('O', 0),
    ('Ｏ', 0),
    ('一', 1),
    ('二', 2),
    ('三', 3),
    ('四', 4),
    ('五', 5),
    ('六', 6),
    ('七', 7),
    ('八', 8),
    ('九', 9),
];

/// Pieces of the patterns below: one digit, and what a month or day may be made of.
const YEAR: &str = "[0-9〇○◯零OＯ一二三四五六七八九]{4}";
const SMALL: &str = "[0-9一二三四五六七八九十]{1,3}";

/// 2023年1月30日, 二○一○年三月十七日, and 2018年1月17印发, where 日 got lost.
static WRITTEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!("({YEAR})年({SMALL})月({SMALL})(?:日|号|印发|$)")).expect("a fixed pattern")
});

/// 2023-01-30, 2023.1.30, 2023/1/30.
static DOTTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("(?:^|[^0-9])([12][0-9]{3})[-./]([0-9]{1,2})[-./]([0-9]{1,2})(?:[^0-9]|$)")
        .expect("a fixed pattern")
});

/// 20241016 and 2020616: 年, 月 and 日 lost on the way through a website.
static BARE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("^([12][0-9]{3})([0-9]{3,4})(?:印发)?$").expect("a fixed pattern"));

/// A year as a notice writes it: 2023年, 二〇一二年.
static YEAR_ALONE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!("({YEAR})年")).expect("a fixed pattern"));

/// The date written in the text, which must be free of white space, and where it stands in it.
/// `None` where there is no whole date, or it can be read in two ways (2020111).
pub fn find(text: &str) -> Option<(Date, std::ops::Range<usize>)> {
    for pattern in [&*WRITTEN, &*DOTTED] {
        if let Some(found) = pattern.captures(text) {
            let date = civil(numeral(&found[1])?, numeral(&found[2])?, numeral(&found[3])?)?;
            let start = found.get(1).map_or(0, |m| m.start());
            return Some((date, start..found.get(0).map_or(start, |m| m.end())));
        }
    }
    let found = BARE.captures(text)?;
    let (year, rest) = (numeral(&found[1])?, &found[2]);
    let mut readings = (1..=2).filter_map(|cut| {
        let (month, day) = rest.split_at_checked(cut)?;
        // A month printed with its zero leaves two digits for the day.
        let padded = month.starts_with('0') || day.starts_with('0');
        if padded && rest.len() != 4 {
            return None;
        }
        civil(year, month.parse().ok()?, day.parse().ok()?).filter(|_| day.len() <= 2)
    });
    let date = readings.next()?;
    readings.next().is_none().then_some((date, 0..text.len()))
}

/// The first year written in the text: 2023年, 二○一二年. `None` for a span of years (2009-2011年).
pub fn year(text: &str) -> Option<u16> {
    let found = YEAR_ALONE.captures(text)?;
    let before = text.get(..found.get(0)?.start())?;
    if before.ends_with(['-', '—', '–', '～', '~', '至', '－'])
        || before.ends_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let year = numeral(&found[1])?;
    (1949..=2149).contains(&year).then(|| u16::try_from(year).ok())?
}

/// The last day of a month.
pub fn month_end(year: i16, month: i8) -> Option<Date> {
    Some(Date::new(year, month, 1).ok()?.last_of_month())
}

/// A small number in Arabic digits, Chinese digits one by one (二〇一〇), or Chinese tens (三十一).
pub fn numeral(text: &str) -> Option<u32> {
    let digit = |c: char| {
        c.to_digit(10).or_else(|| DIGITS.iter().find(|(d, _)| *d == c).map(|(_, value)| *value))
    };
    if let Some((tens, ones)) = text.split_once('十') {
        let tens = if tens.is_empty() { 1 } else { single(tens, digit)? };
        let ones = if ones.is_empty() { 0 } else { single(ones, digit)? };
        return Some(tens * 10 + ones);
    }
    if text.is_empty() || text.chars().count() > 6 {
        return None;
    }
    text.chars().try_fold(0, |sum, c| Some(sum * 10 + digit(c)?))
}

fn single(text: &str, digit: impl Fn(char) -> Option<u32>) -> Option<u32> {
    let mut chars = text.chars();
    let value = digit(chars.next()?)?;
    chars.next().is_none().then_some(value)
}

fn civil(year: u32, month: u32, day: u32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_every_hand() {
        for (input, expected) in [
            ("2023年1月30日", Some("2023-01-30")),
            ("二○一○年三月十七日", Some("2010-03-17")),
            ("二〇一二年十月二十日", Some("2012-10-20")),
            ("二〇二一年十二月三十一日", Some("2021-12-31")),
            ("二零零九年五月四日", Some("2009-05-04")),
            ("2018年1月17印发", Some("2018-01-17")),
            ("2023.1.30", Some("2023-01-30")),
            ("2023-01-30", Some("2023-01-30")),
            ("20241016", Some("2024-10-16")),
            ("2020616", Some("2020-06-16")),
            // 11 January or 1 November.
            ("2020111", None),
            ("2023年2月30日", None),
            ("二〇一二年四月", None),
            ("第202301号", None),
        ] {
            assert_eq!(find(input).map(|(d, _)| d.to_string()).as_deref(), expected, "{input}");
        }
    }

    #[test]
    fn a_year_in_a_title_is_one_year() {
        assert_eq!(year("关于下达2023年全省计划的通知"), Some(2023));
        assert_eq!(year("二○一二年度工作要点"), Some(2012));
        assert_eq!(year("四川省2009-2011年保障规划"), None);
        assert_eq!(year("关于加强管理的意见"), None);
    }

    #[test]
    fn months_end_where_the_calendar_says() {
        assert_eq!(month_end(2024, 2).map(|d| d.day()), Some(29));
        assert_eq!(month_end(2023, 13), None);
    }
}
