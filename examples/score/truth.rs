//! The facts of a truth file, `NAME.truth.json` beside a notice.

use crate::fact::{self, Fact, Facts};
use serde_json::Value;

/// The facts of a truth file.
pub fn of_truth(truth: &Value) -> Facts {
    let mut facts = Facts::new();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for annex in list(&truth["annexes"]) {
        let columns: Vec<String> = list(&annex["columns"])
            .iter()
            .map(|column| fact::header(list(&column["path"]).iter().filter_map(Value::as_str)))
            .collect();
        for row in list(&annex["rows"]) {
            for (column, value) in columns.iter().zip(list(&row["values"])) {
                let fact = Fact {
                    annex: annex["number"].as_u64().unwrap_or_default() as u32,
                    region: fact::bare(row["name"].as_str().unwrap_or_default()),
                    parent: fact::bare(row["parent"].as_str().unwrap_or_default()),
                    column: column.clone(),
                    value: value.as_str().map(fact::plain).unwrap_or_default(),
                };
                fact::add(&mut facts, fact);
            }
        }
    }
    facts
}
