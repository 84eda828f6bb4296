//! Dates as notices write them: Arabic or Chinese digits, with a mark lost here and there.
//!
//! What a date is for is left to the callers. A date that can be read in two ways is not read.

use crate::pattern::{Steps, digit, length_before, numeral as is_numeral};
use jiff::civil::Date;
use std::ops::Range;

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

/// The date written in the text, which must be free of white space, and where it stands in it.
/// `None` where there is no whole date, or it can be read in two ways (2020111).
pub fn find(text: &str) -> Option<(Date, Range<usize>)> {
    if let Some(Printed { year, month, day, at }) = written(text).or_else(|| dotted(text)) {
        return Some((civil(numeral(year)?, numeral(month)?, numeral(day)?)?, at));
    }
    let (year, rest) = bare(text)?;
    let year = numeral(year)?;
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

/// A date as it is printed, and where.
#[derive(Debug, PartialEq)]
struct Printed<'a> {
    year: &'a str,
    month: &'a str,
    day: &'a str,
    at: Range<usize>,
}

/// The first of 2023年1月30日, 二○一○年三月十七日, and 2018年1月17印发, where 日 got lost.
fn written(text: &str) -> Option<Printed<'_>> {
    let small = |c| digit(c) || is_numeral(c);
    years(text).find_map(|(start, year, behind)| {
        let (month, rest) = run(behind, small, 3)?;
        let (day, rest) = run(rest.strip_prefix('月')?, small, 3)?;
        let end = rest
            .after_word(&["日", "号", "印发"])
            .or_else(|| Some(rest).filter(|r| r.is_empty()))?;
        Some(Printed { year, month, day, at: start..length_before(text, end) })
    })
}

/// Years before 年, each with its start and what follows 年.
fn years(text: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    let of_year = |c: char| digit_of(c).is_some();
    text.match_indices('年').filter_map(move |(end, mark)| {
        let year = text[..end].char_indices().rev().take(4).take_while(|(_, c)| of_year(*c));
        let (start, _) = year.enumerate().find(|(n, _)| *n == 3)?.1;
        Some((start, &text[start..end], &text[end + mark.len()..]))
    })
}

/// The first of 2023-01-30, 2023.1.30, 2023/1/30. The character behind it is taken along.
fn dotted(text: &str) -> Option<Printed<'_>> {
    let parts = |c| matches!(c, '-' | '.' | '/');
    let begins = |at: &usize| !text[..*at].ends_with(digit) && text[*at..].starts_with(['1', '2']);
    text.match_indices(parts).filter_map(|(at, _)| at.checked_sub(4)).find_map(|start| {
        let (year, rest) = run(text.get(start..)?, digit, 4)?;
        let (month, rest) = run(rest.strip_prefix(parts)?, digit, 2)?;
        let (day, rest) = run(rest.strip_prefix(parts)?, digit, 2)?;
        let begins = begins(&start) && year.len() == 4 && !rest.starts_with(digit);
        let end = text.len() - rest.len() + rest.chars().next().map_or(0, char::len_utf8);
        begins.then_some(Printed { year, month, day, at: start..end })
    })
}

/// Year, and month with day, of 20241016 and 2020616: 年, 月 and 日 lost on the way through a website.
fn bare(text: &str) -> Option<(&str, &str)> {
    let digits = text.strip_suffix("印发").unwrap_or(text);
    let is_date = digits.starts_with(['1', '2']) && digits.is_run(digit, 7..=8);
    is_date.then(|| digits.split_at(4))
}

/// A run of up to so many characters, one at the least, and what follows it.
fn run(text: &str, of: impl Fn(char) -> bool, most: usize) -> Option<(&str, &str)> {
    let rest = text.after_run(of, 1..=most)?;
    Some((&text[..length_before(text, rest)], rest))
}

/// The first year written in the text: 2023年, 二○一二年. `None` for a span of years (2009-2011年).
pub fn year(text: &str) -> Option<u16> {
    let (start, year, _) = years(text).next()?;
    let before = &text[..start];
    if before.ends_with(['-', '—', '–', '～', '~', '至', '－']) || before.ends_with(digit) {
        return None;
    }
    let year = numeral(year)?;
    (1949..=2149).contains(&year).then(|| u16::try_from(year).ok())?
}

/// The last day of a month.
pub fn month_end(year: i16, month: i8) -> Option<Date> {
    Some(Date::new(year, month, 1).ok()?.last_of_month())
}

/// A small number in Arabic digits, Chinese digits one by one (二〇一〇), or Chinese tens (三十一).
pub fn numeral(text: &str) -> Option<u32> {
    if let Some((tens, ones)) = text.split_once('十') {
        let tens = if tens.is_empty() { 1 } else { single(tens)? };
        let ones = if ones.is_empty() { 0 } else { single(ones)? };
        return Some(tens * 10 + ones);
    }
    if text.is_empty() || text.chars().count() > 6 {
        return None;
    }
    text.chars().try_fold(0, |sum, c| Some(sum * 10 + digit_of(c)?))
}

fn single(text: &str) -> Option<u32> {
    let mut chars = text.chars();
    let value = digit_of(chars.next()?)?;
    chars.next().is_none().then_some(value)
}

/// What one digit says, in either hand.
fn digit_of(c: char) -> Option<u32> {
    c.to_digit(10).or_else(|| DIGITS.iter().find(|(d, _)| *d == c).map(|(_, value)| *value))
}

fn civil(year: u32, month: u32, day: u32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::agrees;

    #[test]
    fn forms_of_dates_are_those_of_the_expressions() {
        const YEAR: &str = "[0-9〇○◯零OＯ一二三四五六七八九]{4}";
        const SMALL: &str = "[0-9一二三四五六七八九十]{1,3}";
        let of = |found: Option<regex::Captures>| {
            let range = |n: usize| found.as_ref()?.get(n).map(|m| m.range());
            Some((range(1)?, range(2)?, range(3)?, range(1)?.start..range(0)?.end))
        };
        let shown = |text: &str, found: Option<Printed>| {
            let Printed { year, month, day, at } = found?;
            let range = |part: &str| {
                let start = part.as_ptr() as usize - text.as_ptr() as usize;
                start..start + part.len()
            };
            Some((range(year), range(month), range(day), at))
        };
        agrees(
            &format!("({YEAR})年({SMALL})月({SMALL})(?:日|号|印发|$)"),
            "2023年 二〇一○年 零 O 年 1 十二 三 月 1月 30 日 号 印发",
            |regex, text| of(regex.captures(text)),
            |text| shown(text, written(text)),
        );
        agrees(
            "(?:^|[^0-9])([12][0-9]{3})[-./]([0-9]{1,2})[-./]([0-9]{1,2})(?:[^0-9]|$)",
            "2023 1 30 2023.1.30 . - / 年 ，",
            |regex, text| of(regex.captures(text)),
            |text| shown(text, dotted(text)),
        );
        agrees(
            "^([12][0-9]{3})([0-9]{3,4})(?:印发)?$",
            "2024 1016 616 1 3 印发",
            |regex, text| regex.captures(text).map(|c| (c[1].to_owned(), c[2].to_owned())),
            |text| bare(text).map(|(year, rest)| (year.to_owned(), rest.to_owned())),
        );
        agrees(
            &format!("({YEAR})年"),
            "2023 二〇一 ○年 年 3 O 零年 月",
            |regex, text| regex.find(text).map(|found| found.start()),
            |text| years(text).next().map(|(start, ..)| start),
        );
    }

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
