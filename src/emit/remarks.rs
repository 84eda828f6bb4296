//! What is said of notices as two tables beside their facts: findings (a notice against its own figures) and
//! diagnostics (our reading of it). One line each, with all that is needed to use it alone.
//!
//! Left to `facts`: what a cell holds. The cells that a finding doubts stand in full in a result; here the likeliest is
//! named.

use crate::emit::csv::{joined_path, text};
use crate::emit::json;
use crate::emit::record::{DiagnosticRecord, FindingRecord, NoticeRecord, PlaceRecord};
use serde::{Serialize, Serializer};
use std::io::{self, Write};

/// One of the two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// What notices say against themselves.
    Findings,
    /// What could not be read with confidence.
    Diagnostics,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name, the key of its values in JSON.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
}

/// What the values of a column are. Any may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Texts, and figures as exact decimals.
    Text,
    /// Whole numbers.
    Whole,
}

const fn of_text(name: &'static str) -> Column {
    Column { name, kind: Kind::Text }
}

const fn whole(name: &'static str) -> Column {
    Column { name, kind: Kind::Whole }
}

const FINDINGS: &[Column] = &[
    of_text("source"),
    of_text("doc_id"),
    of_text("document_number"),
    whole("plan_year"),
    whole("finding"),
    of_text("check"),
    of_text("severity"),
    of_text("message"),
    of_text("message_zh"),
    of_text("cause"),
    of_text("cause_zh"),
    of_text("stated"),
    of_text("computed"),
    of_text("tolerance"),
    whole("page"),
    whole("line"),
    whole("suspects"),
    whole("suspect_annex"),
    whole("suspect_row"),
    of_text("suspect_region"),
    of_text("suspect_column_path"),
    of_text("suspect_printed"),
    of_text("suspect_proposed"),
];

const DIAGNOSTICS: &[Column] = &[
    of_text("source"),
    of_text("doc_id"),
    of_text("document_number"),
    whole("plan_year"),
    whole("diagnostic"),
    of_text("code"),
    of_text("severity"),
    of_text("message"),
    of_text("message_zh"),
    of_text("hint"),
    of_text("hint_zh"),
    whole("page"),
    whole("line"),
];

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Of a column of texts.
    Text(Option<String>),
    /// Of a column of whole numbers.
    Whole(Option<u32>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(Some(text.to_owned()))
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Value {
        Value::Text(text.map(str::to_owned))
    }
}

impl From<Option<u32>> for Value {
    fn from(number: Option<u32>) -> Value {
        Value::Whole(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Value {
        Value::Whole(Some(number))
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Text(text) => text.serialize(serializer),
            Value::Whole(number) => number.serialize(serializer),
        }
    }
}

/// A line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    table: Table,
    /// In the order of the columns.
    pub values: Vec<Value>,
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.table.columns().iter().map(|c| c.name).zip(&self.values))
    }
}

impl Line {
    /// Its cells in CSV.
    pub fn cells(&self) -> impl Iterator<Item = String> {
        self.values.iter().map(|value| match value {
            Value::Text(said) => text(said.as_deref()).into_owned(),
            Value::Whole(number) => number.map(|n| n.to_string()).unwrap_or_default(),
        })
    }
}

impl Table {
    /// Its columns.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Table::Findings => FINDINGS,
            Table::Diagnostics => DIAGNOSTICS,
        }
    }

    /// Its lines for a notice.
    pub fn lines(self, record: &NoticeRecord) -> Vec<Line> {
        let values: Vec<Vec<Value>> = match self {
            Table::Findings => {
                record.findings.iter().zip(1..).map(|(said, n)| finding(record, n, said)).collect()
            }
            Table::Diagnostics => {
                let said = record.diagnostics.iter().zip(1..);
                said.map(|(said, n)| diagnostic(record, n, said)).collect()
            }
        };
        values.into_iter().map(|values| Line { table: self, values }).collect()
    }
}

/// Writes lines as JSON objects, one a line.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, lines: &[Line]) -> io::Result<()> {
    for line in lines {
        json::write_compact(out, line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn notice(record: &NoticeRecord) -> Vec<Value> {
    vec![
        record.source.name.as_str().into(),
        record.source.sha256.as_str().into(),
        record.document_number.as_ref().map(|number| number.raw.as_str()).into(),
        record.plan_year.map(u32::from).into(),
    ]
}

fn finding(record: &NoticeRecord, number: u32, said: &FindingRecord) -> Vec<Value> {
    let (place, suspect) = (said.places.first(), said.suspects.first());
    let mut values = notice(record);
    values.extend([
        number.into(),
        said.check.as_str().into(),
        said.severity.as_str().into(),
        said.message.as_str().into(),
        said.message_zh.as_str().into(),
        said.cause.as_deref().into(),
        said.cause_zh.as_deref().into(),
        said.stated.as_deref().into(),
        said.computed.as_deref().into(),
        said.tolerance.as_deref().into(),
        place.map(|place| place.page).into(),
        line(place),
        (said.suspects.len() as u32).into(),
        suspect.map(|cell| cell.annex).into(),
        suspect.map(|cell| cell.row).into(),
        suspect.map(|cell| cell.region.as_str()).into(),
        suspect.map(|cell| joined_path(&cell.column)).as_deref().into(),
        suspect.map(|cell| cell.printed.as_str()).into(),
        suspect.and_then(|cell| cell.proposed.as_deref()).into(),
    ]);
    values
}

fn diagnostic(record: &NoticeRecord, number: u32, said: &DiagnosticRecord) -> Vec<Value> {
    let place = said.place.as_ref();
    let mut values = notice(record);
    values.extend([
        number.into(),
        said.code.as_str().into(),
        said.severity.as_str().into(),
        said.message.as_str().into(),
        said.message_zh.as_str().into(),
        said.hint.as_deref().into(),
        said.hint_zh.as_deref().into(),
        place.map(|place| place.page).into(),
        line(place),
    ]);
    values
}

fn line(place: Option<&PlaceRecord>) -> Value {
    place.and_then(|place| place.line).into()
}
