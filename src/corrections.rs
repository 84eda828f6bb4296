//! A notice and what a person said of its cells in, the corrected notice out.
//!
//! A correction names its cell in full (annex, row, region, column, what is printed there) and the
//! notice by the hash of its bytes. It is applied as a whole or not at all: one that fits nowhere, or
//! is of another notice, stops the run. What is printed stays in the cell; `check` then sees the
//! figures as corrected. Who said it and when are taken from the file, never from a clock.

use crate::diag::Wording;
use crate::error::{Error, ErrorKind};
use crate::model::{Amount, Annex, Cell, Correction, Notice, Status, Verdict, annex_name};
use crate::place::{Place, Spot, row_and_column};
use jiff::Timestamp;
use regex_lite::Regex;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A file of corrections, as `schemas/corrections.v1.schema.json` describes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Corrections {
    /// The version of the schema that the file follows.
    pub schema_version: String,
    /// The notice that was reviewed.
    pub source: Reviewed,
    /// What was said, one entry a cell.
    pub corrections: Vec<Entry>,
}

/// The notice that was reviewed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviewed {
    /// Its file name, for people.
    pub name: String,
    /// Of its bytes, in small hexadecimal digits.
    pub sha256: String,
}

/// What a person said of one cell.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Number of the annex.
    pub annex: u32,
    /// Row, from 1 in printed order.
    pub row: u32,
    /// The row's region as printed.
    pub region: String,
    /// Header texts from the top tier down.
    pub column: Vec<String>,
    /// What is printed in the cell.
    pub printed: String,
    /// Where it stands: tells cells apart that bear one name.
    #[serde(default)]
    pub place: Option<Spotted>,
    /// `confirmed` or `corrected`.
    pub verdict: String,
    /// For a corrected cell: the figure it should hold, null for a blank.
    #[serde(default, deserialize_with = "given")]
    pub value: Option<Option<String>>,
    /// Who said it.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
    /// Why.
    #[serde(default)]
    pub comment: Option<String>,
}

/// A place, as a result gives it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spotted {
    /// Counted from 1.
    pub page: u32,
    /// `[x0, y0, x1, y1]` in points from the top left of the page.
    #[serde(default)]
    pub bbox: Option<[f64; 4]>,
    /// Line of a text input.
    #[serde(default)]
    pub line: Option<u32>,
    /// Character in that line.
    #[serde(default)]
    pub column: Option<u32>,
    /// Table of a document without pages.
    #[serde(default)]
    pub table: Option<u32>,
    /// Row of that table.
    #[serde(default)]
    pub row: Option<u32>,
    /// Column of that table.
    #[serde(default)]
    pub col: Option<u32>,
    /// Sheet of a workbook.
    #[serde(default)]
    pub sheet: Option<String>,
    /// Cell of that sheet.
    #[serde(default)]
    pub cell: Option<String>,
    /// Character in the cell.
    #[serde(default)]
    pub character: Option<u32>,
    /// The file of the notice.
    #[serde(default)]
    pub part: Option<u32>,
}

/// Keeps a null apart from a key that is not there.
fn given<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// Reads a file of corrections.
///
/// # Errors
/// [`ErrorKind::BrokenCorrections`] if the bytes are no JSON or no corrections; it says where.
pub fn read(bytes: &[u8]) -> Result<Corrections, Error> {
    serde_json::from_slice(bytes).map_err(|e| {
        refused(format!("not corrections of fubiao: {e}"), format!("不是 fubiao 的更正文件：{e}"))
    })
}

/// Applies the corrections to the notice of the bytes with this hash.
///
/// # Errors
/// [`ErrorKind::BrokenCorrections`] if they are of another source, a cell is not there, named twice or
/// printed otherwise, a value is no decimal, or a moment is none; the notice is then half corrected
/// and must not be used.
pub fn apply(corrections: &Corrections, sha256: &str, notice: &mut Notice) -> Result<(), Error> {
    let Reviewed { name, sha256: reviewed } = &corrections.source;
    if reviewed != sha256 {
        return Err(refused(
            format!(
                "the corrections are of another file: {name} with SHA-256 {reviewed}, the input has {sha256}"
            ),
            format!("更正文件针对另一份原件：{name}（SHA-256 {reviewed}），输入为 {sha256}"),
        ));
    }
    let mut named = BTreeSet::new();
    for entry in &corrections.corrections {
        let [annex, row, column] = find(entry, notice)?;
        if !named.insert([annex, row, column]) {
            return Err(entry.refused("is named twice", "出现两次"));
        }
        correct(entry, &mut notice.annexes[annex].rows[row].cells[column])?;
    }
    Ok(())
}

/// Whether a text is a moment as RFC 3339 writes it and results may hold it: jiff alone also takes a
/// 60th second of any minute, and shorter forms of ISO 8601.
fn is_moment(text: &str) -> bool {
    static MOMENT: LazyLock<Regex> = LazyLock::new(|| {
        let time = r"([01]\d|2[0-3]):[0-5]\d";
        let whole = format!(r"^\d{{4}}-\d\d-\d\dT{time}:[0-5]\d(\.\d{{1,9}})?(Z|[+-]{time})$");
        Regex::new(&whole).expect("a fixed pattern")
    });
    text.is_ascii() && MOMENT.is_match(text) && text.parse::<Timestamp>().is_ok()
}

/// Indices of the cell that an entry names.
fn find(entry: &Entry, notice: &Notice) -> Result<[usize; 3], Error> {
    let mut found: Vec<[usize; 3]> = Vec::new();
    for (a, annex) in notice.annexes.iter().enumerate().filter(|(_, a)| a.number == entry.annex) {
        let rows = annex.rows.iter().enumerate();
        for (r, _) in rows.filter(|(_, r)| r.number == entry.row && r.region.name == entry.region) {
            found.extend(columns(annex, entry).map(|c| [a, r, c]));
        }
    }
    let cell = |&[a, r, c]: &[usize; 3]| notice.annexes[a].rows[r].cells.get(c);
    if let (Some(place), true) = (&entry.place, found.len() > 1) {
        found.retain(|at| cell(at).is_some_and(|cell| place.is(&cell.place)));
    }
    match found[..] {
        [at] => match cell(&at) {
            Some(cell) if cell.raw == entry.printed => Ok(at),
            Some(cell) => Err(entry.refused(
                &format!("prints {:?}, the corrections say {:?}", cell.raw, entry.printed),
                &format!("原文为“{}”，更正文件写作“{}”", cell.raw, entry.printed),
            )),
            None => Err(entry.refused("is no cell of the notice", "在原件中不存在")),
        },
        [] => Err(entry.refused("is no cell of the notice", "在原件中不存在")),
        _ => Err(entry.refused(
            "may be one of several cells; give its place too",
            "对应多个单元格，请同时给出位置",
        )),
    }
}

fn columns<'a>(annex: &'a Annex, entry: &'a Entry) -> impl Iterator<Item = usize> + 'a {
    let columns = annex.columns.iter().enumerate();
    columns.filter(|(_, column)| column.path == entry.column).map(|(index, _)| index)
}

/// Writes into the cell what was said of it.
fn correct(entry: &Entry, cell: &mut Cell) -> Result<(), Error> {
    let from = cell.value;
    let verdict = match (entry.verdict.as_str(), &entry.value) {
        ("confirmed", None) => Verdict::Confirmed,
        ("corrected", Some(value)) => {
            cell.value = value.as_deref().map(|value| entry.amount(value)).transpose()?;
            cell.status = if value.is_some() { Status::Value } else { Status::Blank };
            cell.text = None;
            Verdict::Corrected
        }
        ("corrected", None) => {
            return Err(entry.refused("is corrected, but to no value", "标为更正但没有数值"));
        }
        ("confirmed", Some(_)) => {
            return Err(entry.refused("is confirmed, but has a value", "标为确认却带有数值"));
        }
        (other, _) => {
            return Err(entry.refused(
                &format!("is {other:?}, expected confirmed or corrected"),
                &format!("标为“{other}”，应为 confirmed 或 corrected"),
            ));
        }
    };
    if entry.by.trim().is_empty() {
        return Err(entry.refused("does not say by whom", "没有写明审核人"));
    }
    if !is_moment(&entry.at) {
        return Err(entry.refused(
            &format!(
                "was said at {:?}, expected a moment like 2023-01-30T09:00:00+08:00",
                entry.at
            ),
            &format!("时间为“{}”，应如 2023-01-30T09:00:00+08:00", entry.at),
        ));
    }
    cell.correction = Some(Box::new(Correction {
        verdict,
        by: entry.by.clone(),
        at: entry.at.clone(),
        from,
        to: cell.value,
        comment: entry.comment.clone(),
    }));
    Ok(())
}

impl Entry {
    fn amount(&self, text: &str) -> Result<Amount, Error> {
        let plain = text.strip_prefix('-').unwrap_or(text);
        let is_plain = plain.chars().all(|c| c.is_ascii_digit() || c == '.')
            && plain.starts_with(|c: char| c.is_ascii_digit())
            && !plain.ends_with('.');
        let value = Decimal::from_str_exact(text).ok().filter(|_| is_plain);
        value.map(Amount::new).ok_or_else(|| {
            self.refused(
                &format!("is corrected to {text:?}, expected a decimal like 278.90, or null"),
                &format!("更正为“{text}”，应为 278.90 这样的数字或 null"),
            )
        })
    }

    /// Why this entry can't be applied.
    fn refused(&self, en: &str, zh: &str) -> Error {
        let Entry { annex, row, region, column, .. } = self;
        let column = column.join("/");
        let called = annex_name(*annex);
        refused(
            format!("{}, row {row}, {region}, {column} {en}", called.en),
            format!("{} 第{row}行 {region} {column} {zh}", called.zh),
        )
    }
}

impl Spotted {
    /// Whether this is the place, as results print it.
    fn is(&self, place: &Place) -> bool {
        // Results print hundredths of a point.
        let near = |a: f64, b: f32| (a - f64::from(b)).abs() < 0.011;
        self.page == place.page
            && match place.spot {
                Spot::Box(rect) => self.bbox.is_some_and(|[x0, y0, x1, y1]| {
                    near(x0, rect.x0) && near(y0, rect.y0) && near(x1, rect.x1) && near(y1, rect.y1)
                }),
                // Cells alone are corrected.
                Spot::Paragraph { .. } => false,
                Spot::Cell { table, row, col, .. } => match self.cell.as_deref() {
                    Some(cell) => row_and_column(cell) == Some((row, col)),
                    None => [self.table, self.row, self.col] == [Some(table), Some(row), Some(col)],
                },
                Spot::Text { line, column } => {
                    self.line == Some(line) && self.column == Some(column)
                }
            }
    }
}

fn refused(en: String, zh: String) -> Error {
    Error::new(ErrorKind::BrokenCorrections { what: Wording::new(en, zh) })
}
