//! Figures with units in running text: 14.29万户, 3718.28万平方米, 75%.
//!
//! A number without a unit is none: so years, dates, document numbers and the numbers of headings
//! stay out. What a figure is about is left to `targets`. Deliberately absent: numbers in Chinese
//! digits (两个), ranges (100至200户) and rounded figures (300余户) — no figure to hold anyone to.

use crate::lexicon::{self, Unit};
use crate::model::Amount;
use crate::pattern::{Steps, digit, length_before};
use rust_decimal::Decimal;
use std::ops::Range;

/// A figure in running text.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// From the number's first digit to the end of its unit and of what is counted, in bytes.
    pub span: Range<usize>,
    /// As printed, without its unit: 14.29万.
    pub raw: String,
    /// The figure, the multiplier of a spelled form applied.
    pub value: Amount,
    /// Its unit: 户, 万平方米, %.
    pub unit: String,
    /// What is counted, where a noun follows the unit: 小区.
    pub counted: Option<String>,
    /// Half a unit of the last printed digit, the multiplier applied.
    pub half_unit: Decimal,
}

/// Units whose noun says what is counted: 1062个小区, 20处水源.
const TAKES_NOUN: &[&str] = &["个", "处", "项", "所", "座", "家"];

/// What follows 个 where time is counted, not things.
const TIMES: &[&str] = &["月", "工作日", "自然日", "小时", "年", "季度", "星期", "方面", "百分点"];

/// What a counted noun ends in, where the text runs on behind it: 1062个小区全部开工.
const NOUN_ENDS: &[&str] = &[
    "小区",
    "项目",
    "社区",
    "楼栋",
    "单元",
    "地块",
    "片区",
    "街区",
    "园区",
    "学校",
    "机构",
    "中心",
    "站点",
    "床位",
    "车位",
    "泊位",
    "岗位",
    "乡镇",
    "街道",
    "行政村",
    "自然村",
    "村",
    "县",
    "市",
    "家庭",
    "企业",
    "单位",
    "水源",
    "工程",
    "设施",
];

/// What ends a noun besides punctuation.
const NOUN_STOPS: &str = "，。；：、（）(),;:和及与并的将已均共全应要其于为是 ";

/// The figures in the text, in order.
pub fn figures(text: &str) -> Vec<Figure> {
    printed(text).into_iter().filter_map(|printed| figure(text, printed)).collect()
}

/// A number with its unit as it is printed.
#[derive(Debug, PartialEq)]
struct Printed<'a> {
    /// From the first digit to the end of the rate.
    at: Range<usize>,
    /// 14.29, 12,345.
    number: &'a str,
    unit: Unit<'a>,
}

/// The numbers of the text that a unit follows, in order.
fn printed(text: &str) -> Vec<Printed<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(digit) {
        let start = from + at;
        let Number { thousands, whole, end } = number(&text[start..]);
        let number = start + thousands..start + end;
        match unit(&text[number.end..]) {
            Some((unit, rest)) => {
                from = text.len() - rest.len();
                found.push(Printed { at: number.start..from, number: &text[number], unit });
            }
            // Decimals may be the number of another unit: 1.5.3万.
            None => from = start + whole,
        }
    }
    found
}

/// How a number that begins a text is made up, in bytes.
struct Number {
    /// Where it begins: of 1234,567 only the last part is a number of thousands.
    thousands: usize,
    /// The end of its whole part.
    whole: usize,
    /// The end of its decimals.
    end: usize,
}

/// The number that the text begins with: digits, or groups of three with commas, and decimals.
fn number(text: &str) -> Number {
    let first = text.trim_start_matches(digit);
    let digits = length_before(text, first);
    let mut rest = first;
    while let Some(group) = rest.strip_prefix(',').and_then(|rest| rest.after_run(digit, 3..=3))
        && !group.starts_with(digit)
    {
        rest = group;
    }
    let whole = length_before(text, rest);
    let decimals = rest.strip_prefix('.').and_then(|rest| rest.after_run(digit, 1..=usize::MAX));
    Number {
        thousands: if whole > digits { digits.saturating_sub(3) } else { 0 },
        whole,
        end: length_before(text, decimals.unwrap_or(rest)),
    }
}

/// The unit that the text begins with, and what follows: 万 alone is none.
fn unit(text: &str) -> Option<(Unit<'_>, &str)> {
    lexicon::unit_at_start(text.skip([' '])).filter(|(unit, _)| !unit.name.is_empty())
}

fn figure(text: &str, printed: Printed) -> Option<Figure> {
    let Printed { at, number, unit: of } = printed;
    if !begins_a_number(text.get(..at.start)?) {
        return None;
    }
    let after = text.get(at.end..)?;
    let decimal = Decimal::from_str_exact(&number.replace(',', "")).ok()?;
    // 14.29万户 are 142900户; 万 stays with what is measured, as in the headers of tables.
    let (unit, power) = match of.counts {
        true => (of.name.to_owned(), of.power),
        false => (format!("{}{}", of.multiplier, of.name.replace('％', "%")), 0),
    };
    // 1.4万元/户 is a rate.
    let unit = unit + of.rate;
    if unit == "个" && TIMES.iter().any(|time| after.starts_with(time)) {
        return None;
    }
    let counted = TAKES_NOUN.contains(&unit.as_str()).then(|| noun(after)).flatten();
    let end = at.end + counted.map_or(0, str::len);
    let shifted = raise(decimal, power)?;
    Some(Figure {
        span: at.start..end,
        raw: format!("{number}{}", if power > 0 { of.multiplier } else { "" }),
        value: Amount::new(shifted),
        unit,
        counted: counted.map(str::to_owned),
        half_unit: half_unit(decimal.scale(), power)?,
    })
}

/// Whether a number may begin after this text: not inside another number, a range or an ordinal.
fn begins_a_number(before: &str) -> bool {
    let mut chars = before.chars().rev();
    match chars.next() {
        None => true,
        Some(c) if c.is_ascii_alphanumeric() => false,
        Some('.' | ',' | '第' | '〔' | '[' | '№' | '/') => false,
        Some('-' | '—' | '–' | '－' | '~' | '～' | '至') => {
            !chars.next().is_some_and(|c| c.is_ascii_digit() || "%％万亿".contains(c))
        }
        Some(_) => true,
    }
}

/// The decimal times ten to the power, with no more decimals than were printed.
fn raise(decimal: Decimal, power: u32) -> Option<Decimal> {
    let scale = decimal.scale();
    if scale >= power {
        return Decimal::try_from_i128_with_scale(decimal.mantissa(), scale - power).ok();
    }
    let factor = 10i128.checked_pow(power - scale)?;
    Decimal::try_from_i128_with_scale(decimal.mantissa().checked_mul(factor)?, 0).ok()
}

/// 5 one place below the last of `scale` decimals, times ten to the power.
fn half_unit(scale: u32, power: u32) -> Option<Decimal> {
    let half = Decimal::try_from_i128_with_scale(5, scale + 1).ok()?;
    Some(raise(half, power)?.normalize())
}

/// The noun that the text begins with, if it can be told where it ends.
fn noun(after: &str) -> Option<&str> {
    let end = after
        .char_indices()
        .take(12)
        .find(|(_, c)| NOUN_STOPS.contains(*c) || c.is_ascii())
        .map_or_else(
            || after.char_indices().nth(12).map_or(after.len(), |(at, _)| at),
            |(at, _)| at,
        );
    let run = after.get(..end).filter(|run| !run.is_empty())?;
    let by_end = NOUN_ENDS
        .iter()
        .filter_map(|word| run.find(word).map(|at| at + word.len()))
        .min()
        .and_then(|end| run.get(..end));
    by_end.or(Some(run).filter(|run| run.chars().count() <= 4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::{COUNTED, MEASURED, MULTIPLIERS};
    use crate::pattern::agrees;

    #[test]
    fn figures_are_those_of_the_expression() {
        let either =
            |words: Vec<&str>| words.into_iter().map(regex::escape).collect::<Vec<_>>().join("|");
        let figure = format!(
            "(?P<number>[0-9]{{1,3}}(?:,[0-9]{{3}})+(?:\\.[0-9]+)?|[0-9]+(?:\\.[0-9]+)?) ?\
             (?P<multiplier>{})?(?:(?P<measured>{})|(?P<counted>{}))\
             (?P<rate>/(?:户|套|人|间|亩|个|平方米|公里|年|月))?",
            either(MULTIPLIERS.iter().map(|(word, _)| *word).collect()),
            either(MEASURED.to_vec()),
            either(COUNTED.to_vec()),
        );
        fn of<'a>(found: &regex::Captures<'a>) -> Option<Printed<'a>> {
            let group = |name| found.name(name).map(|group| group.as_str());
            let counted = group("counted");
            let multiplier = group("multiplier").unwrap_or_default();
            let power = MULTIPLIERS.iter().find(|(word, _)| *word == multiplier);
            let unit = Unit {
                multiplier,
                power: power.map_or(0, |(_, power)| *power),
                name: group("measured").or(counted)?,
                counts: counted.is_some(),
                rate: group("rate").unwrap_or_default(),
            };
            Some(Printed { at: found.get(0)?.range(), number: group("number")?, unit })
        }
        let shown = |found: &Printed| format!("{found:?}");
        for pieces in [
            "1 23 456 7890 , , . 户",
            "2023 , 345 .5 . 万 千 十万 百分点 个 平方米 元 套（间） ％ / /户 /平方米 m²",
        ] {
            agrees(
                &figure,
                pieces,
                |regex, text| {
                    let found = regex.captures_iter(text).filter_map(|found| of(&found));
                    found.map(|found| shown(&found)).collect::<Vec<_>>()
                },
                |text| printed(text).iter().map(shown).collect::<Vec<_>>(),
            );
        }
    }

    fn shown(text: &str) -> Vec<String> {
        let show = |f: &Figure| {
            let counted = f.counted.as_deref().map_or(String::new(), |noun| format!(" {noun}"));
            format!("{} {}{counted} ±{}", f.value, f.unit, f.half_unit)
        };
        figures(text).iter().map(show).collect()
    }

    #[test]
    fn figures_have_units_and_keep_their_digits() {
        for (input, expected) in [
            ("任务为165766套（间）", vec!["165766 套（间） ±0.5"]),
            ("1245个小区、25066栋", vec!["1245 个 小区 ±0.5", "25066 栋 ±0.5"]),
            ("改造278.90万平方米", vec!["278.90 万平方米 ±0.005"]),
            ("约14.29万户", vec!["142900 户 ±50"]),
            ("补助1.2亿元", vec!["1.2 亿元 ±0.05"]),
            ("共12,345套", vec!["12345 套 ±0.5"]),
            ("完工率达到75%", vec!["75 % ±0.5"]),
            ("惠及3万人次", vec!["30000 人次 ±5000"]),
            ("1062个小区全部开工", vec!["1062 个 小区 ±0.5"]),
            ("补助1.4万元/户", vec!["1.4 万元/户 ±0.05"]),
            ("提高2.5个百分点", vec!["2.5 个百分点 ±0.05"]),
        ] {
            assert_eq!(shown(input), expected, "{input}");
        }
    }

    #[test]
    fn what_is_no_figure_stays_out() {
        for input in [
            "2023年8月底前",
            "赣建保〔2023〕1号",
            "第3项任务",
            "5个工作日内",
            "3个月内",
            "100-200户",
            "100至200户",
            "300余户",
            "附件1",
            "99999999999999999999999999999999户",
        ] {
            assert_eq!(shown(input), Vec::<String>::new(), "{input}");
        }
    }
}
