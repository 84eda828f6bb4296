//! What makes a column of one year the same as a column of another: the programme of its annex, its own words without
//! the year, its unit.

use crate::check::{programme_of, stage_of};
use crate::emit::record::{AnnexRecord, ColumnRecord};
use regex_lite::Regex;
use std::sync::LazyLock;

/// What tells a measure from others of its programme.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Its words, or its stage where one column alone is of that.
    pub words: String,
    /// The unit.
    pub unit: Option<String>,
    /// What its rows have in common that are not told apart by region alone.
    pub of_rows: String,
}

/// A column of an annex, as a measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// What tells it from others.
    pub words: String,
    /// For people.
    pub label: String,
    /// The unit.
    pub unit: Option<String>,
    /// Whether it says what was done.
    pub is_done: bool,
    /// Whether it says what is to be done.
    pub is_target: bool,
    /// The tiers above its own header.
    pub above: Vec<String>,
    /// Its stage, and the rest of its words.
    pub stage: Option<(&'static str, String)>,
    /// The year its figures are of: the one that its header or the title of its annex names, else that of the plan.
    pub year: u16,
    /// Whether it says what came of an earlier year's plan.
    pub is_of_earlier_year: bool,
    /// Whether its figures add up.
    pub adds: bool,
}

/// Ends of titles that say that it is a table.
const TABLE_WORDS: &[&str] = &[
    "目标任务分解表",
    "任务分解表",
    "任务分配表",
    "资金分配表",
    "任务调整表",
    "任务完成情况表",
    "完成情况表",
    "情况统计表",
    "情况表",
    "统计表",
    "汇总表",
    "明细表",
    "计划表",
    "分配表",
    "分解表",
    "任务表",
    "任务数",
    "表",
];

/// Words of what was done.
const DONE: &[&str] = &["完成", "实际", "已开工", "已建成", "已竣工", "已发放", "已拨付"];
/// Words of what was to be done.
const TARGET: &[&str] = &["目标", "计划", "任务", "下达", "应"];

/// The programme of an annex; without a known one, its title without the year and the words for a table.
pub fn programme(annex: &AnnexRecord) -> String {
    let title = annex.title.as_deref().unwrap_or_default();
    if let Some(programme) = programme_of(title) {
        return programme.to_owned();
    }
    let title = without_years(title);
    let end = TABLE_WORDS.iter().find_map(|words| title.strip_suffix(words));
    match end.unwrap_or(&title).trim() {
        "" => title.clone(),
        name => name.to_owned(),
    }
}

/// The columns of an annex with figures that can be held side by side, by index.
pub fn of_annex(annex: &AnnexRecord, year: u16) -> Vec<(usize, Series)> {
    let title = annex.title.as_deref().unwrap_or_default();
    let columns = annex.columns.iter().enumerate();
    let columns = columns.filter(|(_, column)| matches!(&*column.role, "sum" | "stock" | "rate"));
    let mut all: Vec<(usize, Series)> =
        columns.map(|(index, column)| (index, series(column, title, annex, year))).collect();
    // A column that alone is of its stage is known by that: 新开工 of one year is 开工 of another.
    let of_stage = |series: &Series| series.stage.as_ref().map(|(stage, _)| *stage);
    let stages: Vec<_> = all.iter().map(|(_, series)| of_stage(series)).collect();
    for (_, series) in &mut all {
        let Some((stage, rest)) = &series.stage else { continue };
        let is_alone = stages.iter().filter(|other| **other == Some(stage)).count() == 1;
        series.words = match (is_alone, series.above.is_empty()) {
            (true, true) => (*stage).to_owned(),
            _ => format!("{stage}/{rest}"),
        };
    }
    all
}

fn series(column: &ColumnRecord, title: &str, annex: &AnnexRecord, year: u16) -> Series {
    let unit = column.unit.clone().or_else(|| annex.unit.clone());
    let printed = column.path.join("/");
    let path: Vec<String> = column.path.iter().map(|text| plain(text, unit.as_deref())).collect();
    let path: Vec<String> = path.into_iter().filter(|text| !text.is_empty()).collect();
    let words = path.join("/");
    let own = stage_of(&printed);
    let stage = own.or_else(|| stage_of(title));
    let label = match (own, stage) {
        (None, Some(stage)) => format!("{stage} · {words}"),
        _ => words.clone(),
    };
    let holds = |words: &[&str]| words.iter().any(|word| printed.contains(word));
    let is_amount = column.role != "rate";
    let plan = year;
    let year = year_in(&printed).or_else(|| year_in(title)).unwrap_or(plan);
    Series {
        is_done: is_amount && holds(DONE),
        is_target: is_amount && !holds(DONE) && holds(TARGET),
        above: path.split_last().map(|(_, above)| above.to_vec()).unwrap_or_default(),
        stage: stage.map(|stage| (stage, words.clone())),
        is_of_earlier_year: is_amount && stage == Some("完工") && year < plan,
        adds: column.role == "sum",
        year,
        words,
        label,
        unit,
    }
}

/// The one year that a text names.
fn year_in(text: &str) -> Option<u16> {
    let mut years =
        YEAR.captures_iter(text).filter_map(|found| found.get(1)?.as_str().parse().ok());
    let year = years.next()?;
    years.all(|other: u16| other == year).then_some(year)
}

/// A header without its year, and without its unit in brackets.
fn plain(text: &str, unit: Option<&str>) -> String {
    let text = without_years(text);
    let Some(unit) = unit else { return text };
    let ends = [format!("（{unit}）"), format!("({unit})")];
    let bare = ends.iter().find_map(|end| text.strip_suffix(end.as_str()));
    bare.unwrap_or(&text).trim().to_owned()
}

static YEAR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"((?:19|20)[0-9]{2})\s*(?:年度|年)").expect("a fixed pattern"));

/// A text without the years in it.
fn without_years(text: &str) -> String {
    let text = YEAR.replace_all(text, "");
    text.replace("（）", "").replace("()", "").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_and_units_are_no_part_of_a_name() {
        assert_eq!(plain("2023年度改造计划", None), "改造计划");
        assert_eq!(plain("任务户数（户）", Some("户")), "任务户数");
        assert_eq!(plain("面积(万平方米)", Some("万平方米")), "面积");
        assert_eq!(without_years("2020年结转任务调整表"), "结转任务调整表");
        assert_eq!(year_in("2022年度改造计划"), Some(2022));
        assert_eq!(year_in("2023年完成任务数(2022年申报计划任务)"), None);
    }
}
