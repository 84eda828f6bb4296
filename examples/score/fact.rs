//! A cell as truth files give it: annex, region, parent, header and value, spelt so that the same
//! cell is the same text whoever prints it.

use fubiao::model::{Cell, Notice};
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// Units that may stand at the end of a header or apart from it.
const UNITS: [&str; 10] = ["套", "户", "个", "栋", "间", "万元", "套、间", "万平方米", "座", "元"];

/// A cell that holds something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact {
    /// Number of the annex.
    pub annex: u32,
    /// The row's region.
    pub region: String,
    /// The prefecture it belongs to; empty for none.
    pub parent: String,
    /// Header texts joined, without units.
    pub column: String,
    /// The figure without trailing zeros and signs of units, or the text.
    pub value: String,
}

/// Facts, and how often each stands: regions may repeat.
pub type Facts = BTreeMap<Fact, usize>;

/// The facts of a truth file.
pub fn of_truth(truth: &Value) -> Facts {
    let mut facts = Facts::new();
    let list = |value: &'_ Value| value.as_array().cloned().unwrap_or_default();
    for annex in list(&truth["annexes"]) {
        let columns: Vec<String> = list(&annex["columns"])
            .iter()
            .map(|column| header(list(&column["path"]).iter().filter_map(Value::as_str)))
            .collect();
        for row in list(&annex["rows"]) {
            for (column, value) in columns.iter().zip(list(&row["values"])) {
                let fact = Fact {
                    annex: annex["number"].as_u64().unwrap_or_default() as u32,
                    region: bare(row["name"].as_str().unwrap_or_default()),
                    parent: bare(row["parent"].as_str().unwrap_or_default()),
                    column: column.clone(),
                    value: value.as_str().map(plain).unwrap_or_default(),
                };
                add(&mut facts, fact);
            }
        }
    }
    facts
}

/// The facts of a notice as read.
pub fn of_notice(notice: &Notice) -> Facts {
    let mut facts = Facts::new();
    for annex in &notice.annexes {
        let columns: Vec<String> = annex
            .columns
            .iter()
            .map(|column| header(column.path.iter().map(String::as_str)))
            .collect();
        for row in &annex.rows {
            let region = bare(&row.region.name);
            let parent = row.region.parent.as_deref().map(bare).unwrap_or_default();
            for (column, cell) in columns.iter().zip(&row.cells) {
                let fact = Fact {
                    annex: annex.number,
                    region: region.clone(),
                    parent: parent.clone(),
                    column: column.clone(),
                    value: held(cell),
                };
                add(&mut facts, fact);
            }
        }
    }
    facts
}

/// How many facts stand in `these` and not in `those`, by fact.
pub fn less(these: &Facts, those: &Facts) -> Facts {
    let rest = |(fact, count): (&Fact, &usize)| {
        let left = count.saturating_sub(those.get(fact).copied().unwrap_or_default());
        (left > 0).then(|| (fact.clone(), left))
    };
    these.iter().filter_map(rest).collect()
}

/// The text without white space, in compatibility forms.
pub fn bare(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).collect()
}

fn add(facts: &mut Facts, fact: Fact) {
    if !fact.value.is_empty() {
        *facts.entry(fact).or_default() += 1;
    }
}

/// What the cell holds, spelt as in truth files.
fn held(cell: &Cell) -> String {
    match (&cell.value, &cell.text) {
        (Some(amount), _) => plain(&amount.to_string()),
        (None, Some(text)) => plain(text),
        (None, None) => String::new(),
    }
}

/// A figure without separators, signs of units and trailing zeros; other text bare.
fn plain(text: &str) -> String {
    let text = bare(text).replace(',', "");
    match text.trim_end_matches('%').parse::<Decimal>() {
        Ok(figure) => figure.normalize().to_string(),
        Err(_) => text,
    }
}

/// Header texts from the top tier down, joined, without units in brackets at their ends.
fn header<'t>(path: impl Iterator<Item = &'t str>) -> String {
    let part = |text: &str| {
        let text = bare(text);
        let unit = UNITS.iter().find_map(|unit| text.strip_suffix(&format!("({unit})")));
        unit.unwrap_or(&text).to_owned()
    };
    path.map(part).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}
