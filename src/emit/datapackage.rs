//! Notices as a Frictionless Data Package 2.0 (<https://datapackage.org>): `datapackage.json` beside
//! five tables of CSV that point to each other by keys.
//!
//! It gives the files of a few notices with their bytes, or writes each table of many as they come; putting them into
//! a folder is left to `cli` and `archive`.

use crate::emit::csv::{bbox_text, fields, guarded, joined_path};
use crate::emit::facts::{FIELDS, Fact, facts};
use crate::emit::json::write_value;
use crate::emit::record::{
    DiagnosticRecord, FindingRecord, NoticeRecord, PlaceRecord, SuspectRecord,
};
use crate::name::RelativeName;
use serde_json::{Value, json};
use std::io::{self, Write};

/// A file of the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageFile {
    /// Its path in the package.
    pub path: RelativeName,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Every path a package has, so that a folder can be told to hold a package and nothing else.
pub const PATHS: [&str; 6] = [
    DESCRIPTOR,
    "data/notices.csv",
    "data/facts.csv",
    "data/findings.csv",
    "data/suspects.csv",
    "data/diagnostics.csv",
];

/// The file that describes the others.
pub const DESCRIPTOR: &str = "datapackage.json";

/// A table of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// One row a notice.
    Notices,
    /// One row a cell.
    Facts,
    /// What the notices say against themselves.
    Findings,
    /// The cells to doubt.
    Suspects,
    /// What could not be read with confidence.
    Diagnostics,
}

impl Resource {
    /// All of them, in the order of [`PATHS`].
    pub const ALL: [Resource; 5] = [
        Resource::Notices,
        Resource::Facts,
        Resource::Findings,
        Resource::Suspects,
        Resource::Diagnostics,
    ];

    /// Its path in the package.
    pub const fn path(self) -> &'static str {
        PATHS[1 + self as usize]
    }

    fn columns(self) -> Vec<ColumnNote> {
        match self {
            Resource::Notices => NOTICES.to_vec(),
            Resource::Facts => fact_columns(),
            Resource::Findings => FINDINGS.to_vec(),
            Resource::Suspects => SUSPECTS.to_vec(),
            Resource::Diagnostics => DIAGNOSTICS.to_vec(),
        }
    }
}

/// Writes one table of a package as notices come. Rows are numbered through all of them.
pub struct TableWriter<W: Write> {
    csv: csv::Writer<W>,
    of: Resource,
    rows: u64,
    /// Findings so far, which suspects point to.
    findings: u64,
}

impl<W: Write> TableWriter<W> {
    /// Begins with the header line.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(out: W, of: Resource) -> io::Result<TableWriter<W>> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(of.columns().iter().map(|(name, ..)| name))?;
        Ok(TableWriter { csv, of, rows: 0, findings: 0 })
    }

    /// Writes the rows of a notice.
    ///
    /// # Errors
    /// Those of the output.
    pub fn push(&mut self, record: &NoticeRecord) -> io::Result<()> {
        match self.of {
            Resource::Notices => self.csv.write_record(notice_row(record))?,
            Resource::Facts => facts(record).try_for_each(|fact| self.push_fact(fact))?,
            Resource::Findings => {
                for finding in &record.findings {
                    self.rows += 1;
                    self.csv.write_record(finding_row(record, self.rows, finding))?;
                }
            }
            Resource::Suspects => {
                for finding in &record.findings {
                    self.findings += 1;
                    for (suspect, rank) in finding.suspects.iter().zip(1..) {
                        self.rows += 1;
                        let row = suspect_row(self.rows, self.findings, rank, suspect);
                        self.csv.write_record(row)?;
                    }
                }
            }
            Resource::Diagnostics => {
                for said in &record.diagnostics {
                    self.rows += 1;
                    self.csv.write_record(diagnostic_row(record, self.rows, said))?;
                }
            }
        }
        Ok(())
    }

    /// Writes one fact; for the table of facts alone.
    ///
    /// # Errors
    /// Those of the output.
    pub fn push_fact(&mut self, fact: Fact<'_>) -> io::Result<()> {
        self.rows += 1;
        // The column is of numbers; a cell of text has its text in `raw`.
        let fact = Fact { value: fact.figure, ..fact };
        let number = self.rows.to_string();
        let cells = fields(&fact);
        let row = std::iter::once(number.as_str()).chain(cells.iter().map(|cell| &**cell));
        Ok(self.csv.write_record(row)?)
    }

    /// Writes what is still held back.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<W> {
        self.csv.flush()?;
        self.csv.into_inner().map_err(|e| e.into_error())
    }
}

/// The files of the package of these notices, which must differ in their bytes.
///
/// # Errors
/// None that a document causes: writing to memory fails for no other reason.
pub fn files(records: &[NoticeRecord]) -> io::Result<Vec<PackageFile>> {
    let sources = records.iter().map(|r| {
        let title = r.document_number.as_ref().map_or(r.source.name.as_str(), |n| &n.raw);
        json!({ "title": title, "path": r.source.name })
    });
    let title = match records {
        [one] => one.title.clone().unwrap_or_else(|| one.source.name.clone()),
        many => title_of(many.len()),
    };
    let mut json = Vec::new();
    write_value(&mut json, &descriptor(&title, sources.collect()))?;
    let mut files = vec![PackageFile { path: RelativeName::known(DESCRIPTOR), bytes: json }];
    for resource in Resource::ALL {
        let mut table = TableWriter::new(Vec::new(), resource)?;
        records.iter().try_for_each(|record| table.push(record))?;
        let path = RelativeName::known(resource.path());
        files.push(PackageFile { path, bytes: table.finish()? });
    }
    Ok(files)
}

/// What describes the package of an archive; its notices stand in a table, not in a list of sources.
///
/// # Errors
/// Those of `out`.
pub fn describe_archive(out: &mut dyn Write, notices: usize) -> io::Result<()> {
    write_value(out, &descriptor(&title_of(notices), Vec::new()))
}

fn title_of(notices: usize) -> String {
    format!("{notices} notices")
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
        r#"{"enum": ["text_layer", "ocr", "text", "document", "workbook", "web_page"]}"#,
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
const FACT_TYPES: [(&str, &str); 28] = [
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
    ("number", r#"{"minimum": 0, "maximum": 1}"#),
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

const DIAGNOSTICS: &[ColumnNote] = &[
    ("diagnostic", "integer", r#"{"required": true, "unique": true}"#, "counted from 1"),
    ("doc_id", "string", r#"{"required": true}"#, "the notice it is about"),
    ("code", "string", r#"{"required": true}"#, "one code, one cause"),
    (
        "severity",
        "string",
        r#"{"required": true, "enum": ["error", "warning", "note"]}"#,
        "note: worth knowing, and no doubt",
    ),
    ("message", "string", "", "what could not be read with confidence, in English"),
    ("message_zh", "string", "", "the same in Chinese"),
    ("hint", "string", "", "what to do, in English"),
    ("hint_zh", "string", "", "the same in Chinese"),
    ("page", "integer", r#"{"minimum": 1}"#, "page it is about"),
    ("bbox", "array", "", "x0, y0, x1, y1 of what it is about"),
];

fn descriptor(title: &str, sources: Vec<Value>) -> Value {
    let key = |fields: &str, resource: &str, reference: &str| {
        json!([{
            "fields": [fields],
            "reference": { "resource": resource, "fields": [reference] },
        }])
    };
    let of_notice = || key("doc_id", "notices", "doc_id");
    let mut package = json!({
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "notices",
        "title": title,
        "description": "Annex tables of official notices, one row a cell, each with its place. \
            Totals and subtotals are kept, so that sums can be checked again: filter on level \
            before you add up. A text that begins with a sign of a formula has an apostrophe \
            before it.",
        "version": env!("CARGO_PKG_VERSION"),
        "licenses": [{
            "name": "other-pd",
            "title": "official documents, not subject to copyright (Copyright Law of the PRC, article 5)",
        }],
        "resources": [
            resource("notices", "One row a notice", Resource::Notices, "doc_id", None),
            resource("facts", "One row a cell", Resource::Facts, "fact", Some(of_notice())),
            resource(
                "findings",
                "What the notices say against themselves",
                Resource::Findings,
                "finding",
                Some(of_notice()),
            ),
            resource(
                "suspects",
                "The cells to doubt",
                Resource::Suspects,
                "suspect",
                Some(key("finding", "findings", "finding")),
            ),
            resource(
                "diagnostics",
                "What could not be read with confidence",
                Resource::Diagnostics,
                "diagnostic",
                Some(of_notice()),
            ),
        ],
    });
    // The standard wants a list of sources to hold one at least.
    if !sources.is_empty() {
        package["sources"] = sources.into();
    }
    package
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
    table: Resource,
    primary_key: &str,
    foreign_keys: Option<Value>,
) -> Value {
    let fields: Vec<Value> = table
        .columns()
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
        "path": table.path(),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": { "delimiter": ",", "lineTerminator": "\n", "quoteChar": "\"" },
        "schema": schema,
    })
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

fn finding_row(record: &NoticeRecord, number: u64, finding: &FindingRecord) -> Vec<String> {
    let [page, bbox] = page(finding.places.first());
    vec![
        number.to_string(),
        record.source.sha256.clone(),
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
}

fn suspect_row(number: u64, finding: u64, rank: u64, suspect: &SuspectRecord) -> Vec<String> {
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
}

fn diagnostic_row(record: &NoticeRecord, number: u64, said: &DiagnosticRecord) -> Vec<String> {
    let [page, bbox] = page(said.place.as_ref());
    vec![
        number.to_string(),
        record.source.sha256.clone(),
        said.code.clone(),
        said.severity.clone(),
        text(&said.message),
        text(&said.message_zh),
        or_empty(said.hint.as_ref()),
        or_empty(said.hint_zh.as_ref()),
        page,
        bbox,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_text_comes_from_is_what_results_say() {
        let schema = include_str!("../../schemas/notice.v1.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let said = |value: &Value| value.pointer("/text_from/enum").cloned();
        let properties = "/properties/source/properties";
        let of_source = schema.pointer(properties).or(schema.pointer("/$defs/source/properties"));
        let column = NOTICES.iter().find(|(name, ..)| *name == "text_from").unwrap();
        let column: Value = serde_json::from_str(column.2).unwrap();
        assert_eq!(of_source.and_then(said).as_ref(), Some(&column["enum"]));
    }

    #[test]
    fn every_constraint_is_json() {
        for (name, _, constraints, _) in Resource::ALL.into_iter().flat_map(Resource::columns) {
            let is_json = serde_json::from_str::<Value>(constraints).is_ok_and(|c| c.is_object());
            assert!(constraints.is_empty() || is_json, "{name}: {constraints}");
        }
    }
}
