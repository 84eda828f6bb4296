//! A cell as truth files give it: annex, region, parent, header and value, spelt so that the same
//! cell is the same text whoever prints it. Truth files themselves are left to `truth`.

use fubiao::model::{Annex, Cell, Column, Notice, Row};
use rust_decimal::Decimal;
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

/// The facts of a notice as read.
pub fn of_notice(notice: &Notice) -> Facts {
    let mut facts = Facts::new();
    for annex in &notice.annexes {
        let columns: Vec<String> = annex.columns.iter().map(header_of).collect();
        for row in &annex.rows {
            for (column, cell) in columns.iter().zip(&row.cells) {
                add(&mut facts, of_cell(annex, row, column.clone(), cell));
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

/// Puts a fact to others; a cell that holds nothing is none.
pub fn add(facts: &mut Facts, fact: Fact) {
    if !fact.value.is_empty() {
        *facts.entry(fact).or_default() += 1;
    }
}

/// The fact that a cell is; [`header_of`] spells its column.
pub fn of_cell(annex: &Annex, row: &Row, column: String, cell: &Cell) -> Fact {
    let value = match (&cell.value, &cell.text) {
        (Some(amount), _) => plain(&amount.to_string()),
        (None, Some(text)) => plain(text),
        (None, None) => String::new(),
    };
    let region = bare(&row.region.name);
    let parent = row.region.parent.as_deref().map(bare).unwrap_or_default();
    Fact { annex: annex.number, region, parent, column, value }
}

/// The header of a column.
pub fn header_of(column: &Column) -> String {
    header(column.path.iter().map(String::as_str))
}

/// A figure without separators, signs of units and trailing zeros; other text bare.
pub fn plain(text: &str) -> String {
    let text = bare(text).replace(',', "");
    match text.trim_end_matches('%').parse::<Decimal>() {
        Ok(figure) => figure.normalize().to_string(),
        Err(_) => text,
    }
}

/// Header texts from the top tier down, joined, without units in brackets at their ends.
pub fn header<'t>(path: impl Iterator<Item = &'t str>) -> String {
    let part = |text: &str| {
        let text = bare(text);
        let unit = UNITS.iter().find_map(|unit| text.strip_suffix(&format!("({unit})")));
        unit.unwrap_or(&text).to_owned()
    };
    path.map(part).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}
