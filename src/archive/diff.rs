//! What changed between two results of one notice, cell by cell.
//!
//! Works on the JSON alone (`schemas/notice.v1.schema.json`), so that results of an older version can be
//! compared with those of a newer one. Cells are known by annex, region, parent and header path, as a
//! person would name them; the n-th of equal names is compared with the n-th.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// All that differs between two results of one notice.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Difference {
    /// Elements of the frame and body that read otherwise.
    pub fields: Vec<FieldChange>,
    /// Rows that both have, cell for cell, under other names or in another place of the hierarchy.
    pub renamed: Vec<RowRename>,
    /// Columns that only one of the two has, or both under other headers.
    pub columns: Vec<ColumnChange>,
    /// Rows that only one of the two has.
    pub rows: Vec<RowChange>,
    /// Cells that read otherwise, or stand under a column that only one of the two has.
    pub cells: Vec<CellChange>,
    /// Findings that only one of the two has.
    pub findings: Vec<RemarkChange>,
    /// Diagnostics that only one of the two has.
    pub diagnostics: Vec<RemarkChange>,
}

/// An element that reads otherwise; JSON values as they stand in the results.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// The element's key, e.g. `title`, or `annexes[6].title`.
    pub field: String,
    /// What it was.
    pub old: Value,
    /// What it is.
    pub new: Value,
}

/// A row that is known under another name, or belongs to another prefecture.
#[derive(Debug, Clone, PartialEq)]
pub struct RowRename {
    /// Number of the annex.
    pub annex: i64,
    /// Parent and region as they were.
    pub old: (Option<String>, String),
    /// Parent and region as they are.
    pub new: (Option<String>, String),
}

/// A column that came or went, or bears another header over the same cells.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnChange {
    /// Number of the annex.
    pub annex: i64,
    /// Header texts as they were; `None` for a column that came.
    pub old: Option<Vec<String>>,
    /// Header texts as they are; `None` for a column that went.
    pub new: Option<Vec<String>>,
    /// How many rows both results have.
    pub rows: usize,
}

/// A row that came or went.
#[derive(Debug, Clone, PartialEq)]
pub struct RowChange {
    /// Number of the annex.
    pub annex: i64,
    /// The row's region.
    pub region: String,
    /// The prefecture it belongs to.
    pub parent: Option<String>,
    /// Whether it came or went.
    pub side: Side,
    /// The row's printed cells.
    pub printed: Vec<String>,
}

/// Which of the two results has something the other lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The old one: it is gone.
    Gone,
    /// The new one: it came.
    New,
}

/// A cell that reads otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct CellChange {
    /// Number of the annex.
    pub annex: i64,
    /// The row's region.
    pub region: String,
    /// The prefecture it belongs to.
    pub parent: Option<String>,
    /// Header texts from the top tier down.
    pub column: Vec<String>,
    /// What it was; `None` where the old result has no such column.
    pub old: Option<Reading>,
    /// What it is; `None` where the new result has no such column.
    pub new: Option<Reading>,
}

/// How a cell was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// As printed.
    pub raw: String,
    /// The exact decimal, if the cell holds one.
    pub value: Option<String>,
    /// `value`, `blank`, `placeholder`, `text` or `unreadable`.
    pub status: String,
}

/// A finding or diagnostic that came or went.
#[derive(Debug, Clone, PartialEq)]
pub struct RemarkChange {
    /// Whether it came or went.
    pub side: Side,
    /// Its check or code.
    pub word: String,
    /// Its severity.
    pub severity: String,
    /// Its message.
    pub message: String,
    /// The same in Chinese.
    pub message_zh: String,
}

/// Elements compared as a whole. Places, the generator and the name of the input are no content.
const FIELDS: &[&str] = &[
    "issuing_authorities",
    "document_number",
    "title",
    "document_type",
    "plan_year",
    "primary_addressees",
    "date_of_writing",
    "signing_authorities",
    "disclosure",
    "body",
    "targets",
    "deadlines",
    "annex_list",
];

impl Difference {
    /// Whether the two results say the same.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
            && self.renamed.is_empty()
            && self.columns.is_empty()
            && self.rows.is_empty()
            && self.cells.is_empty()
            && self.findings.is_empty()
            && self.diagnostics.is_empty()
    }

    /// The difference as JSON: one array a kind of change.
    pub fn to_json(&self) -> Value {
        let side = |s: Side| if s == Side::New { "new" } else { "gone" };
        let reading = |r: &Option<Reading>| {
            r.as_ref().map(|r| json!({"raw": r.raw, "value": r.value, "status": r.status}))
        };
        let remarks = |all: &[RemarkChange]| -> Vec<Value> {
            all.iter()
                .map(|r| {
                    json!({"change": side(r.side), "word": r.word, "severity": r.severity,
                           "message": r.message})
                })
                .collect()
        };
        json!({
            "fields": self.fields.iter()
                .map(|f| json!({"field": f.field, "old": f.old, "new": f.new}))
                .collect::<Vec<_>>(),
            "renamed": self.renamed.iter()
                .map(|r| json!({"annex": r.annex, "old": {"parent": r.old.0, "region": r.old.1},
                                "new": {"parent": r.new.0, "region": r.new.1}}))
                .collect::<Vec<_>>(),
            "columns": self.columns.iter()
                .map(|c| json!({"annex": c.annex, "old": c.old, "new": c.new, "rows": c.rows}))
                .collect::<Vec<_>>(),
            "rows": self.rows.iter()
                .map(|r| json!({"annex": r.annex, "region": r.region, "parent": r.parent,
                                "change": side(r.side), "printed": r.printed}))
                .collect::<Vec<_>>(),
            "cells": self.cells.iter()
                .map(|c| json!({"annex": c.annex, "region": c.region, "parent": c.parent,
                                "column": c.column, "old": reading(&c.old), "new": reading(&c.new)}))
                .collect::<Vec<_>>(),
            "findings": remarks(&self.findings),
            "diagnostics": remarks(&self.diagnostics),
        })
    }
}

/// Compares two results of one notice. Whatever has not the shape of a result counts as absent, so the
/// comparison never fails.
pub fn compare(old: &Value, new: &Value) -> Difference {
    let mut difference = Difference::default();
    for &field in FIELDS {
        compare_field(&mut difference, field.to_owned(), &old[field], &new[field]);
    }
    compare_annexes(&mut difference, old, new);
    difference.findings = compare_remarks(&old["findings"], &new["findings"], "check");
    difference.diagnostics = compare_remarks(&old["diagnostics"], &new["diagnostics"], "code");
    difference
}

fn compare_field(difference: &mut Difference, field: String, old: &Value, new: &Value) {
    let (old, new) = (without_places(old), without_places(new));
    if old != new {
        difference.fields.push(FieldChange { field, old, new });
    }
}

/// The value without its `place` keys: where something stands is no part of what it says.
fn without_places(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(key, _)| key.as_str() != "place")
            .map(|(key, value)| (key.clone(), without_places(value)))
            .collect(),
        Value::Array(items) => items.iter().map(without_places).collect(),
        other => other.clone(),
    }
}

fn compare_annexes(difference: &mut Difference, old: &Value, new: &Value) {
    let (old, new) = (by_number(&old["annexes"]), by_number(&new["annexes"]));
    let nothing = Value::Null;
    for key in merged_keys(&old, &new) {
        let (a, b) = (
            old.get(&key).copied().unwrap_or(&nothing),
            new.get(&key).copied().unwrap_or(&nothing),
        );
        for field in ["title", "unit", "notes"] {
            compare_field(difference, format!("annexes[{}].{field}", key.0), &a[field], &b[field]);
        }
        compare_rows(difference, key.0, a, b);
    }
}

/// Annexes by number; the n-th of equal numbers apart.
fn by_number(annexes: &Value) -> BTreeMap<(i64, usize), &Value> {
    let mut found = BTreeMap::new();
    for annex in items(annexes) {
        let number = annex["number"].as_i64().unwrap_or_default();
        let nth = found.keys().filter(|k: &&(i64, usize)| k.0 == number).count();
        found.insert((number, nth), annex);
    }
    found
}

/// A row by the names a person knows it by: parent, region, and which of several.
type RowKey = (Option<String>, String, usize);

fn compare_rows(difference: &mut Difference, annex: i64, old: &Value, new: &Value) {
    let (old_columns, new_columns) = (columns(old), columns(new));
    let (old_rows, new_rows) = (rows(old), rows(new));
    let old_keys: BTreeMap<&RowKey, &Value> = old_rows.iter().map(|(k, v)| (k, *v)).collect();
    let new_keys: BTreeMap<&RowKey, &Value> = new_rows.iter().map(|(k, v)| (k, *v)).collect();
    let change = |(key, row): &(RowKey, &Value), side| RowChange {
        annex,
        region: key.1.clone(),
        parent: key.0.clone(),
        side,
        printed: items(&row["cells"]).map(|c| text(&c["raw"])).collect(),
    };
    let gone = old_rows.iter().filter(|(key, _)| !new_keys.contains_key(key));
    let gone: Vec<RowChange> = gone.map(|row| change(row, Side::Gone)).collect();
    let come = new_rows.iter().filter(|(key, _)| !old_keys.contains_key(key));
    let come: Vec<RowChange> = come.map(|row| change(row, Side::New)).collect();
    let common: Vec<(&RowKey, &Value, &Value)> =
        new_rows.iter().filter_map(|(key, new)| Some((key, *old_keys.get(key)?, *new))).collect();
    pair_rows(difference, gone, come);
    let renamed = pair_columns(difference, annex, &common, &old_columns, &new_columns);
    for (key, old_row, new_row) in common {
        for column in merged_keys(&old_columns, &new_columns) {
            if renamed.contains(&column) {
                continue;
            }
            let read = |columns: &Columns, row: &Value| {
                columns.get(&column).map(|&at| reading(&row["cells"][at]))
            };
            let (a, b) = (read(&old_columns, old_row), read(&new_columns, new_row));
            if a != b {
                difference.cells.push(CellChange {
                    annex,
                    region: key.1.clone(),
                    parent: key.0.clone(),
                    column: column.0,
                    old: a,
                    new: b,
                });
            }
        }
    }
}

/// Notes rows that came and went; one of each that are printed alike are one row under another name.
fn pair_rows(difference: &mut Difference, gone: Vec<RowChange>, mut come: Vec<RowChange>) {
    for old in gone {
        match come.iter().position(|new| new.printed == old.printed) {
            Some(at) => {
                let new = come.remove(at);
                difference.renamed.push(RowRename {
                    annex: old.annex,
                    old: (old.parent, old.region),
                    new: (new.parent, new.region),
                });
            }
            None => difference.rows.push(old),
        }
    }
    difference.rows.append(&mut come);
}

/// Notes columns that came and went; one of each over the same cells are one under another header.
/// Gives those, by both headers: their cells are no change.
fn pair_columns(
    difference: &mut Difference,
    annex: i64,
    rows: &[(&RowKey, &Value, &Value)],
    old: &Columns,
    new: &Columns,
) -> BTreeSet<ColumnKey> {
    let in_order = |columns: &Columns, others: &Columns| {
        let only = columns.iter().filter(|(key, _)| !others.contains_key(key));
        let mut only: Vec<(usize, ColumnKey)> = only.map(|(key, &at)| (at, key.clone())).collect();
        only.sort();
        only
    };
    let mut come = in_order(new, old);
    let mut renamed = BTreeSet::new();
    let mut note = |old: Option<&ColumnKey>, new: Option<&ColumnKey>| {
        let path = |key: Option<&ColumnKey>| key.map(|key| key.0.clone());
        let (old, new) = (path(old), path(new));
        difference.columns.push(ColumnChange { annex, old, new, rows: rows.len() });
    };
    for (at, key) in in_order(old, new) {
        let same = |new_at: usize| {
            let reads = |row: &Value, at: usize| reading(&row["cells"][at]);
            !rows.is_empty() && rows.iter().all(|(_, a, b)| reads(a, at) == reads(b, new_at))
        };
        match come.iter().position(|&(new_at, _)| same(new_at)) {
            Some(found) => {
                let (_, other) = come.remove(found);
                note(Some(&key), Some(&other));
                renamed.extend([key, other]);
            }
            None => note(Some(&key), None),
        }
    }
    come.iter().for_each(|(_, key)| note(None, Some(key)));
    renamed
}

/// A header path, and which of several equal ones.
type ColumnKey = (Vec<String>, usize);

/// Columns with the index of their cells.
type Columns = BTreeMap<ColumnKey, usize>;

/// Header paths with the index of their cells; the n-th of equal paths apart.
fn columns(annex: &Value) -> Columns {
    let mut seen: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for (at, column) in items(&annex["columns"]).enumerate() {
        let path: Vec<String> = items(&column["path"]).map(text).collect();
        let nth = seen.entry(path.clone()).or_default();
        found.insert((path, *nth), at);
        *nth += 1;
    }
    found
}

fn rows(annex: &Value) -> Vec<(RowKey, &Value)> {
    let mut seen: BTreeMap<(Option<String>, String), usize> = BTreeMap::new();
    let mut found = Vec::new();
    for row in items(&annex["rows"]) {
        let region = &row["region"];
        let name = (region["parent"].as_str().map(str::to_owned), text(&region["name"]));
        let nth = seen.entry(name.clone()).or_default();
        found.push(((name.0, name.1, *nth), row));
        *nth += 1;
    }
    found
}

fn reading(cell: &Value) -> Reading {
    Reading {
        raw: text(&cell["raw"]),
        value: cell["value"].as_str().map(str::to_owned),
        status: text(&cell["status"]),
    }
}

/// Findings or diagnostics that only one side has; equal ones are matched one to one.
fn compare_remarks(old: &Value, new: &Value, word: &str) -> Vec<RemarkChange> {
    let keys = |all: &Value| -> Vec<[String; 4]> {
        let keys = [word, "severity", "message", "message_zh"];
        items(all).map(|remark| keys.map(|key| text(&remark[key]))).collect()
    };
    let (mut left, mut right) = (keys(old), keys(new));
    let (mut unmatched_old, mut unmatched_new) = (Vec::new(), Vec::new());
    left.sort();
    right.sort();
    let (mut a, mut b) = (left.into_iter().peekable(), right.into_iter().peekable());
    loop {
        match (a.peek(), b.peek()) {
            (Some(x), Some(y)) if x == y => {
                a.next();
                b.next();
            }
            (Some(x), y) if y.is_none_or(|y| x < y) => unmatched_old.extend(a.next()),
            (_, Some(_)) => unmatched_new.extend(b.next()),
            (Some(_), None) | (None, None) => break,
        }
    }
    let change = |side| {
        move |[word, severity, message, message_zh]: [String; 4]| RemarkChange {
            side,
            word,
            severity,
            message,
            message_zh,
        }
    };
    unmatched_old
        .into_iter()
        .map(change(Side::Gone))
        .chain(unmatched_new.into_iter().map(change(Side::New)))
        .collect()
}

fn merged_keys<K: Ord + Clone, A, B>(a: &BTreeMap<K, A>, b: &BTreeMap<K, B>) -> Vec<K> {
    let mut keys: Vec<K> = a.keys().chain(b.keys()).cloned().collect();
    keys.sort();
    keys.dedup();
    keys
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map(Vec::as_slice).unwrap_or_default().iter()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(cells: &[(&str, &str)], findings: Value) -> Value {
        let rows: Vec<Value> = cells
            .iter()
            .map(|(name, raw)| {
                json!({"region": {"name": name, "parent": null},
                       "cells": [{"raw": raw, "value": raw, "status": "value",
                                  "place": {"page": 1, "bbox": [0, 0, 1, 1]}}]})
            })
            .collect();
        json!({"title": "关于计划的通知", "findings": findings, "diagnostics": [],
               "annexes": [{"number": 1, "title": {"value": "任务表", "place": {"page": 1}},
                            "columns": [{"path": ["开工"]}], "rows": rows}]})
    }

    #[test]
    fn equal_results_differ_in_nothing() {
        let one = notice(&[("合计", "3"), ("甲县", "3")], json!([]));
        assert!(compare(&one, &one).is_empty());
    }

    #[test]
    fn a_place_is_no_content() {
        let one = notice(&[("合计", "3")], json!([]));
        let mut other = one.clone();
        other["annexes"][0]["title"]["place"]["page"] = json!(9);
        other["annexes"][0]["rows"][0]["cells"][0]["place"]["page"] = json!(9);
        assert!(compare(&one, &other).is_empty());
    }

    #[test]
    fn a_changed_cell_is_named_with_both_readings() {
        let old = notice(&[("合计", "3"), ("甲县", "3")], json!([]));
        let new = notice(&[("合计", "3"), ("甲县", "8")], json!([]));
        let d = compare(&old, &new);
        assert_eq!(d.cells.len(), 1);
        let cell = &d.cells[0];
        assert_eq!((cell.region.as_str(), cell.column.join("/").as_str()), ("甲县", "开工"));
        assert_eq!(cell.old.as_ref().map(|r| r.raw.as_str()), Some("3"));
        assert_eq!(cell.new.as_ref().map(|r| r.raw.as_str()), Some("8"));
    }

    #[test]
    fn the_second_of_equal_names_is_compared_with_the_second() {
        let old = notice(&[("中心城区", "1"), ("中心城区", "2")], json!([]));
        let new = notice(&[("中心城区", "1")], json!([]));
        let d = compare(&old, &new);
        assert!(d.cells.is_empty());
        assert_eq!(d.rows.len(), 1);
        assert_eq!(
            (d.rows[0].side, d.rows[0].printed.as_slice()),
            (Side::Gone, &["2".to_owned()][..])
        );
    }

    #[test]
    fn another_header_over_the_same_cells_is_one_change() {
        let old = notice(&[("合计", "3"), ("甲县", "3")], json!([]));
        let mut new = old.clone();
        new["annexes"][0]["columns"][0]["path"] = json!(["任务", "开工"]);
        let d = compare(&old, &new);
        assert!(d.cells.is_empty() && d.rows.is_empty());
        let change = |d: &Difference| (d.columns[0].old.clone(), d.columns[0].new.clone());
        let (was, is) = (vec!["开工".to_owned()], vec!["任务".to_owned(), "开工".to_owned()]);
        assert_eq!(change(&d), (Some(was.clone()), Some(is.clone())));
        // Where the cells differ too, one column went and another came.
        new["annexes"][0]["rows"][1]["cells"][0]["raw"] = json!("8");
        let d = compare(&old, &new);
        assert_eq!((d.columns.len(), d.cells.len()), (2, 4));
    }

    #[test]
    fn a_row_under_another_prefecture_is_one_change() {
        let old = notice(&[("合计", "3"), ("甲县", "3")], json!([]));
        let mut new = old.clone();
        new["annexes"][0]["rows"][1]["region"]["parent"] = json!("乙市");
        let d = compare(&old, &new);
        assert!(d.cells.is_empty() && d.rows.is_empty());
        assert_eq!(d.renamed[0].old, (None, "甲县".to_owned()));
        assert_eq!(d.renamed[0].new, (Some("乙市".to_owned()), "甲县".to_owned()));
    }

    #[test]
    fn findings_are_gained_and_lost() {
        let sum = |m: &str| json!({"check": "column_sum", "severity": "error", "message": m});
        let old = notice(&[], json!([sum("a"), sum("b")]));
        let new = notice(&[], json!([sum("b"), sum("c")]));
        let sides: Vec<(Side, String)> =
            compare(&old, &new).findings.into_iter().map(|f| (f.side, f.message)).collect();
        assert_eq!(sides, [(Side::Gone, "a".to_owned()), (Side::New, "c".to_owned())]);
    }

    #[test]
    fn what_is_no_result_is_compared_as_empty() {
        assert!(compare(&json!(3), &json!("x")).is_empty());
        assert!(!compare(&Value::Null, &notice(&[("甲县", "1")], json!([]))).is_empty());
    }
}
