//! Figures with units in running text: 14.29万户, 3718.28万平方米, 75%.
//!
//! A number without a unit is none: so years, dates, document numbers and the numbers of headings
//! stay out. What a figure is about is left to `targets`. Deliberately absent: numbers in Chinese
//! digits (两个), ranges (100至200户) and rounded figures (300余户) — no figure to hold anyone to.

use crate::model::Amount;
use regex::Regex;
use rust_decimal::Decimal;
use std::ops::Range;
use std::sync::LazyLock;

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

/// Units of things that are counted: 14.29万户 are 142900户. Longer ones first.
const COUNTED: &[&str] = &[
    "套（间）",
    "套(间)",
    "套/间",
    "人次",
    "户次",
    "台套",
    "台次",
    "户",
    "套",
    "间",
    "栋",
    "幢",
    "座",
    "个",
    "人",
    "名",
    "件",
    "项",
    "处",
    "所",
    "家",
    "台",
    "辆",
    "张",
    "宗",
    "笔",
    "条",
    "头",
    "只",
    "株",
    "口",
    "眼",
    "孔",
    "部",
    "艘",
    "架",
    "份",
    "块",
    "片",
    "支",
    "对",
];

/// Units of what is measured; 万 stays with them, as in the headers of tables: 万平方米, 亿元.
/// Longer ones first.
const MEASURED: &[&str] = &[
    "平方公里",
    "平方千米",
    "平方米",
    "立方米",
    "平米",
    "公里",
    "千米",
    "公顷",
    "公斤",
    "千克",
    "千瓦时",
    "千瓦",
    "兆瓦",
    "㎡",
    "m²",
    "亩",
    "吨",
    "元",
    "米",
    "个百分点",
    "百分点",
    "%",
    "％",
    "‰",
];

/// Powers of ten that are written out.
const MULTIPLIERS: &[(&str, u32)] = &[
    ("十万", 5),
    ("百万", 6),
    ("千万", 7),
    ("万", 4),
    ("十亿", 9),
    ("百亿", 10),
    ("千亿", 11),
    ("亿", 8),
];

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

static FIGURE: LazyLock<Regex> = LazyLock::new(|| {
    let multipliers: Vec<&str> = MULTIPLIERS.iter().map(|(word, _)| *word).collect();
    let escaped =
        |units: &[&str]| units.iter().map(|unit| regex::escape(unit)).collect::<Vec<_>>().join("|");
    Regex::new(&format!(
        "(?P<number>[0-9]{{1,3}}(?:,[0-9]{{3}})+(?:\\.[0-9]+)?|[0-9]+(?:\\.[0-9]+)?) ?\
         (?P<multiplier>{})?(?:(?P<measured>{})|(?P<counted>{}))\
         (?P<rate>/(?:户|套|人|间|亩|个|平方米|公里|年|月))?",
        multipliers.join("|"),
        escaped(MEASURED),
        escaped(COUNTED),
    ))
    .expect("a fixed pattern")
});

/// The figures in the text, in order.
pub fn figures(text: &str) -> Vec<Figure> {
    FIGURE.captures_iter(text).filter_map(|found| figure(text, &found)).collect()
}

fn figure(text: &str, found: &regex::Captures) -> Option<Figure> {
    let whole = found.get(0)?.range();
    if !begins_a_number(text.get(..whole.start)?) {
        return None;
    }
    let number = found.name("number")?;
    let word = found.name("multiplier").map_or("", |m| m.as_str());
    let after = text.get(whole.end..)?;
    let decimal = Decimal::from_str_exact(&number.as_str().replace(',', "")).ok()?;
    let (unit, power) = match (found.name("measured"), found.name("counted")) {
        (Some(unit), _) => (format!("{word}{}", unit.as_str().replace('％', "%")), 0),
        (_, Some(unit)) => (unit.as_str().to_owned(), power_of(word)),
        _ => return None,
    };
    // 1.4万元/户 is a rate.
    let unit = unit + found.name("rate").map_or("", |rate| rate.as_str());
    if unit == "个" && TIMES.iter().any(|time| after.starts_with(time)) {
        return None;
    }
    let counted = TAKES_NOUN.contains(&unit.as_str()).then(|| noun(after)).flatten();
    let end = whole.end + counted.map_or(0, str::len);
    let shifted = raise(decimal, power)?;
    Some(Figure {
        span: whole.start..end,
        raw: format!("{}{}", number.as_str(), if power > 0 { word } else { "" }),
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

fn power_of(word: &str) -> u32 {
    MULTIPLIERS.iter().find(|(multiplier, _)| *multiplier == word).map_or(0, |(_, power)| *power)
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
