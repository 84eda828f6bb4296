//! Notices as a Frictionless Data Package 2.0 (<https://datapackage.org>): `datapackage.json` beside
//! four tables of CSV that point to each other by keys.
//!
//! It gives the files and their bytes; putting them into a folder is left to `cli` and `archive`.

use crate::emit::csv::{bbox_text, fields, guarded, joined_path};
use crate::emit::facts::{FIELDS, Fact, facts};
use crate::emit::json::write_value;
use crate::emit::record::{NoticeRecord, PlaceRecord};
use crate::name::RelativeName;
use serde_json::{Value, json};
use std::io;

/// A file of the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageFile {
    /// Its path in the package.
    pub path: RelativeName,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Every path a package has, so that a folder can be told to hold a package and nothing else.
pub const PATHS: [&str; 5] = [
    "datapackage.json",
    "data/notices.csv",
    "data/facts.csv",
    "data/findings.csv",
    "data/suspects.csv",
];

/// The files of the package of these notices, which must differ in their bytes.
///
/// # Errors
/// None that a document causes: writing to memory fails for no other reason.
pub fn files(records: &[NoticeRecord]) -> io::Result<Vec<PackageFile>> {
    let [package, notices, facts, findings, suspects] = PATHS.map(RelativeName::known);
    let mut json = Vec::new();
    write_value(&mut json, &descriptor(records))?;
    Ok(vec![
        PackageFile { path: package, bytes: json },
        PackageFile { path: notices, bytes: csv(NOTICES, records.iter().map(notice_row))? },
        PackageFile { path: facts, bytes: facts_csv(records)? },
        PackageFile { path: findings, bytes: csv(FINDINGS, finding_rows(records))? },
        PackageFile { path: suspects, bytes: csv(SUSPECTS, suspect_rows(records))? },
    ])
}

/// A column: name, type of Table Schema, constraints as JSON (empty for none), what it holds.
type ColumnNote = (&'static str, &'static str, &'static str, &'static str);

const NOTICES: &[ColumnNote] = &[
    (
        "doc_id",
        "string",
        r#"{"required": true, "unique": true, "pattern": "[0-9a-f]{64}"}"#,
        "SHA-256 of the notice's file",
    ),
    ("source", "string", "", "name of that file"),
    ("media_type", "string", "", "told from its bytes"),
    ("pages", "integer", r#"{"minimum": 0}"#, "number of pages"),
    (
        "text_from",
        "string",
        r#"{"enum": ["text_layer", "ocr", "text"]}"#,
        "where the characters came from",
    ),
    ("document_number", "string", "", "发文字号, as printed without inner spaces"),
    ("title", "string", "", "标题"),
    ("document_type", "string", "", "文种"),
    ("plan_year", "integer", "", "the year the plan is for, as the title says"),
    ("date_of_writing", "date", "", "成文日期"),
    ("issuing_authorities", "string", "", "发文机关标志, joined by ；"),
    ("facts", "integer", r#"{"minimum": 0}"#, "number of its facts"),
    ("findings", "integer", r#"{"minimum": 0}"#, "number of its findings"),
];

/// Types and constraints of the facts' columns, in the order of [`FIELDS`].
const FACT_TYPES: [(&str, &str); 27] = [
    ("integer", r#"{"required": true, "minimum": 0}"#),
    ("string", ""),
    ("integer", r#"{"required": true, "minimum": 1}"#),
    ("string", ""),
    ("string", ""),
    (
        "string",
        r#"{"required": true, "enum": ["province", "prefecture", "central", "county", "subtotal", "other"]}"#,
    ),
    ("string", r#"{"pattern": "[1-9][0-9]{5}"}"#),
    ("string", ""),
    ("string", ""),
    ("number", ""),
    ("string", ""),
    (
        "string",
        r#"{"required": true, "enum": ["value", "blank", "placeholder", "text", "unreadable"]}"#,
    ),
    ("integer", r#"{"required": true, "minimum": 1}"#),
    ("array", ""),
    ("string", ""),
    ("integer", ""),
    ("integer", r#"{"minimum": 1}"#),
    ("integer", r#"{"minimum": 1}"#),
    ("object", ""),
    ("string", ""),
    ("string", ""),
    ("integer", r#"{"minimum": 0}"#),
    ("string", ""),
    ("string", r#"{"pattern": "[A-Z]{1,3}[1-9][0-9]*"}"#),
    ("string", r#"{"required": true}"#),
    ("string", r#"{"required": true, "pattern": "[0-9a-f]{64}"}"#),
    ("string", ""),
];

const FINDINGS: &[ColumnNote] = &[
    ("finding", "integer", r#"{"required": true, "unique": true}"#, "counted from 1"),
    ("doc_id", "string", r#"{"required": true}"#, "the notice it is about"),
    ("check", "string", r#"{"required": true}"#, "one check, one word"),
    (
        "severity",
        "string",
        r#"{"required": true, "enum": ["error", "warning", "note"]}"#,
        "note: worth knowing, as a difference that rounding explains",
    ),
    ("message", "string", "", "what is said against what, in English"),
    ("message_zh", "string", "", "the same in Chinese"),
    ("stated", "number", "", "the figure as stated"),
    ("computed", "number", "", "the figure as computed from others"),
    ("tolerance", "number", "", "how far the two may be apart by the digits printed"),
    ("page", "integer", r#"{"minimum": 1}"#, "page of the stated figure"),
    ("bbox", "array", "", "x0, y0, x1, y1 of the stated figure"),
];

const SUSPECTS: &[ColumnNote] = &[
    ("suspect", "integer", r#"{"required": true, "unique": true}"#, "counted from 1"),
    ("finding", "integer", r#"{"required": true}"#, "the finding it is a suspect of"),
    ("rank", "integer", r#"{"required": true, "minimum": 1}"#, "1 is the likeliest"),
    ("annex", "integer", "", "number of the annex"),
    ("row", "integer", "", "row of the annex, from 1"),
    ("region", "string", "", "the row's region as printed"),
    ("column_path", "string", "", "header texts from the top tier down, joined by /"),
    ("printed", "string", "", "what is printed"),
    ("proposed", "number", "", "the one figure that would mend every broken sum the cell is in"),
    ("why", "string", "", "why this cell, in English"),
    ("why_zh", "string", "", "the same in Chinese"),
    ("page", "integer", r#"{"minimum": 1}"#, "page of the cell"),
    ("bbox", "array", "", "x0, y0, x1, y1 of the cell"),
];

fn descriptor(records: &[NoticeRecord]) -> Value {
    let key = |fields: &str, resource: &str, reference: &str| {
        json!([{
            "fields": [fields],
            "reference": { "resource": resource, "fields": [reference] },
        }])
    };
    let sources: Vec<Value> = records
        .iter()
        .map(|r| {
            let title = r.document_number.as_ref().map_or(r.source.name.as_str(), |n| &n.raw);
            json!({ "title": title, "path": r.source.name })
        })
        .collect();
    json!({
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "notices",
        "title": title(records),
        "description": "Annex tables of official notices, one row a cell, each with its place. \
            Totals and subtotals are kept, so that sums can be checked again: filter on level \
            before you add up. A text that begins with a sign of a formula has an apostrophe \
            before it.",
        "version": env!("CARGO_PKG_VERSION"),
        "licenses": [{
            "name": "other-pd",
            "title": "official documents, not subject to copyright (Copyright Law of the PRC, article 5)",
        }],
        "sources": sources,
        "resources": [
            resource("notices", "One row a notice", NOTICES.to_vec(), "doc_id", None),
            resource(
                "facts",
                "One row a cell",
                fact_columns(),
                "fact",
                Some(key("doc_id", "notices", "doc_id")),
            ),
            resource(
                "findings",
                "What the notices say against themselves",
                FINDINGS.to_vec(),
                "finding",
                Some(key("doc_id", "notices", "doc_id")),
            ),
            resource(
                "suspects",
                "The cells to doubt",
                SUSPECTS.to_vec(),
                "suspect",
                Some(key("finding", "findings", "finding")),
            ),
        ],
    })
}

fn title(records: &[NoticeRecord]) -> String {
    match records {
        [one] => one.title.clone().unwrap_or_else(|| one.source.name.clone()),
        many => format!("{} notices", many.len()),
    }
}

fn fact_columns() -> Vec<ColumnNote> {
    let mut columns: Vec<ColumnNote> =
        vec![("fact", "integer", r#"{"required": true, "unique": true}"#, "counted from 1")];
    columns.extend(
        FIELDS
            .iter()
            .zip(FACT_TYPES)
            .map(|(f, (kind, limits))| (f.name, kind, limits, f.description)),
    );
    columns
}

fn resource(
    name: &str,
    title: &str,
    columns: Vec<ColumnNote>,
    primary_key: &str,
    foreign_keys: Option<Value>,
) -> Value {
    let fields: Vec<Value> = columns
        .iter()
        .map(|(name, kind, constraints, description)| {
            let mut field = json!({ "name": name, "type": kind, "description": description });
            // The constraints stand in this file as JSON and are read by the tests.
            if let Ok(constraints @ Value::Object(_)) = serde_json::from_str(constraints) {
                field["constraints"] = constraints;
            }
            field
        })
        .collect();
    let mut schema = json!({
        "fields": fields,
        "missingValues": [""],
        "primaryKey": [primary_key],
    });
    if let Some(keys) = foreign_keys {
        schema["foreignKeys"] = keys;
    }
    json!({
        "name": name,
        "title": title,
        "type": "table",
        "path": format!("data/{name}.csv"),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": { "delimiter": ",", "lineTerminator": "\n", "quoteChar": "\"" },
        "schema": schema,
    })
}

fn csv(columns: &[ColumnNote], rows: impl Iterator<Item = Vec<String>>) -> io::Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(columns.iter().map(|(name, ..)| name))?;
    for row in rows {
        csv.write_record(&row)?;
    }
    csv.into_inner().map_err(|e| e.into_error())
}

fn facts_csv(records: &[NoticeRecord]) -> io::Result<Vec<u8>> {
    let mut number = 0_u64;
    let rows = records.iter().flat_map(|record| {
        facts(record).map(move |fact| {
            // The column is of numbers; a cell of text has its text in `raw`.
            let fact = Fact { value: fact.figure, ..fact };
            fields(&fact).map(|cell| cell.into_owned())
        })
    });
    let rows = rows.map(|cells| {
        number += 1;
        [vec![number.to_string()], cells.to_vec()].concat()
    });
    csv(&fact_columns(), rows)
}

fn text(value: &str) -> String {
    guarded(value.into()).into_owned()
}

fn or_empty(value: Option<&String>) -> String {
    value.map(|v| text(v)).unwrap_or_default()
}

fn page(place: Option<&PlaceRecord>) -> [String; 2] {
    let bbox = place.and_then(|p| p.bbox).map(bbox_text).unwrap_or_default();
    [place.map(|p| p.page.to_string()).unwrap_or_default(), bbox]
}

fn notice_row(record: &NoticeRecord) -> Vec<String> {
    vec![
        record.source.sha256.clone(),
        text(&record.source.name),
        record.source.media_type.clone(),
        record.source.pages.to_string(),
        record.source.text_from.clone(),
        or_empty(record.document_number.as_ref().map(|n| &n.raw)),
        or_empty(record.title.as_ref()),
        or_empty(record.document_type.as_ref()),
        record.plan_year.map(|y| y.to_string()).unwrap_or_default(),
        record.date_of_writing.clone().unwrap_or_default(),
        text(&record.issuing_authorities.join("；")),
        facts(record).count().to_string(),
        record.findings.len().to_string(),
    ]
}

fn finding_rows(records: &[NoticeRecord]) -> impl Iterator<Item = Vec<String>> {
    let findings =
        records.iter().flat_map(|r| r.findings.iter().map(move |f| (&r.source.sha256, f)));
    findings.zip(1_u64..).map(|((source, finding), number)| {
        let [page, bbox] = page(finding.places.first());
        vec![
            number.to_string(),
            source.clone(),
            finding.check.clone(),
            finding.severity.clone(),
            text(&finding.message),
            text(&finding.message_zh),
            finding.stated.clone().unwrap_or_default(),
            finding.computed.clone().unwrap_or_default(),
            finding.tolerance.clone().unwrap_or_default(),
            page,
            bbox,
        ]
    })
}

fn suspect_rows(records: &[NoticeRecord]) -> impl Iterator<Item = Vec<String>> {
    let findings = records.iter().flat_map(|r| &r.findings).zip(1_u64..);
    let suspects = findings.flat_map(|(finding, number)| {
        finding.suspects.iter().zip(1_u64..).map(move |(suspect, rank)| (number, rank, suspect))
    });
    suspects.zip(1_u64..).map(|((finding, rank, suspect), number)| {
        let [page, bbox] = page(Some(&suspect.place));
        vec![
            number.to_string(),
            finding.to_string(),
            rank.to_string(),
            suspect.annex.to_string(),
            suspect.row.to_string(),
            text(&suspect.region),
            text(&joined_path(&suspect.column)),
            text(&suspect.printed),
            suspect.proposed.clone().unwrap_or_default(),
            text(&suspect.why.join("; ")),
            text(&suspect.why_zh.join("；")),
            page,
            bbox,
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_constraint_is_json() {
        let columns = [NOTICES, FINDINGS, SUSPECTS, &fact_columns()].concat();
        for (name, _, constraints, _) in columns {
            let is_json = serde_json::from_str::<Value>(constraints).is_ok_and(|c| c.is_object());
            assert!(constraints.is_empty() || is_json, "{name}: {constraints}");
        }
    }
}
