//! The facts as CSV (RFC 4180, UTF-8): the columns of `facts`, the header path joined by `/`, the
//! box as a JSON list.
//!
//! A text cell that begins with a sign of a formula gets an apostrophe before it, so that no
//! spreadsheet runs what a notice says (OWASP, "CSV Injection"). A number never does.

use crate::emit::facts::{FIELDS, Fact, facts};
use crate::emit::record::NoticeRecord;
use crate::emit::remarks::Table;
use crate::plain;
use std::borrow::Cow;
use std::io::{self, Write};

/// Whether the text begins with a byte order mark, by which Excel knows UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// As programs like it.
    Without,
    /// As Excel likes it.
    With,
}

/// The facts as CSV, with a header line.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, record: &NoticeRecord, mark: Mark) -> io::Result<()> {
    let mut writer = Writer::new(out, mark)?;
    facts(record).try_for_each(|fact| writer.push(&fact))?;
    writer.finish()
}

/// Writes facts as they come.
pub struct Writer<W: Write> {
    csv: csv::Writer<W>,
}

impl<W: Write> Writer<W> {
    /// Begins with the header line.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(mut out: W, mark: Mark) -> io::Result<Writer<W>> {
        if mark == Mark::With {
            out.write_all("\u{feff}".as_bytes())?;
        }
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(FIELDS.map(|field| field.name))?;
        Ok(Writer { csv })
    }

    /// Writes one fact.
    ///
    /// # Errors
    /// Those of the output.
    pub fn push(&mut self, fact: &Fact<'_>) -> io::Result<()> {
        Ok(self.csv.write_record(fields(fact).iter().map(|field| field.as_bytes()))?)
    }

    /// Writes what is still held back.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<()> {
        self.csv.flush()
    }
}

/// A writer of findings or diagnostics, with their header line written.
///
/// # Errors
/// Those of `out`.
pub fn of_lines<W: Write>(out: W, table: Table) -> io::Result<csv::Writer<W>> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(table.columns().iter().map(|column| column.name))?;
    Ok(csv)
}

/// A fact's cells, in the order of [`FIELDS`].
pub fn fields<'a>(fact: &Fact<'a>) -> [Cow<'a, str>; 28] {
    [
        fact.annex.to_string().into(),
        text(fact.annex_title),
        fact.row.to_string().into(),
        text(Some(fact.region)),
        text(fact.parent),
        fact.level.into(),
        text(fact.code),
        owned(joined_path(fact.column)),
        text(fact.unit),
        fact.figure.map_or_else(|| text(fact.value), Cow::from),
        text(Some(fact.raw)),
        fact.status.into(),
        fact.page.to_string().into(),
        fact.bbox.map(bbox_text).unwrap_or_default().into(),
        text(fact.document_number),
        number(fact.plan_year.map(u32::from)),
        number(fact.line),
        number(fact.line_column),
        owned(fact.keys_text()),
        text(fact.mark),
        fact.doubt_text().into(),
        number(fact.part),
        text(fact.sheet),
        text(fact.cell),
        text(Some(fact.source)),
        fact.doc_id.into(),
        text(fact.corrected),
        fact.confidence.map(|sure| sure.to_string()).unwrap_or_default().into(),
    ]
}

/// The header path in one cell. A `/` within a header text stays: the path in JSON is the exact one.
pub fn joined_path(path: &[String]) -> String {
    path.join("/")
}

/// A box as a JSON list, which DuckDB and pandas read as one.
pub fn bbox_text(bbox: [f64; 4]) -> String {
    let [x0, y0, x1, y1] = bbox;
    format!("[{x0},{y0},{x1},{y1}]")
}

fn number<'a>(value: Option<u32>) -> Cow<'a, str> {
    value.map(|v| v.to_string()).unwrap_or_default().into()
}

/// A text in a cell: nothing in it is hidden, and no spreadsheet runs it.
pub fn text(value: Option<&str>) -> Cow<'_, str> {
    guarded(plain::in_cell(value.unwrap_or_default()))
}

fn owned<'a>(value: String) -> Cow<'a, str> {
    text(Some(&value)).into_owned().into()
}

/// Guards a text cell against being taken for a formula. Full-width signs begin one where the
/// spreadsheet is an East Asian one; a lone － is a placeholder there as here.
pub fn guarded(text: Cow<'_, str>) -> Cow<'_, str> {
    let looks_like_formula = text != "－"
        && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if looks_like_formula && !is_number(&text) { format!("'{text}").into() } else { text }
}

/// Digits with a sign, separators, a point or a percent sign: a spreadsheet sees a number.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = digits.strip_suffix('%').unwrap_or(digits);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_shown() {
        assert_eq!(text(Some("12\u{202e}34")), "12\\u{202e}34");
        assert_eq!(text(Some("甲\u{200b}县\n小计")), "甲\\u{200b}县\n小计");
        assert_eq!(text(Some("=\u{feff}1")), "'=\\u{feff}1");
        assert_eq!(text(Some("\u{feff}=1")), "\\u{feff}=1");
    }

    #[test]
    fn formulas_are_guarded_and_numbers_are_not() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-", "'-"),
            ("-2+3+cmd", "'-2+3+cmd"),
            ("\t=1+1", "'\t=1+1"),
            ("\r=1+1", "'\r=1+1"),
            ("＝1+1", "'＝1+1"),
            ("－1＋1", "'－1＋1"),
            ("－", "－"),
            ("-59.22", "-59.22"),
            ("-1,662", "-1,662"),
            ("-3.5%", "-3.5%"),
            ("合计", "合计"),
            ("", ""),
        ] {
            assert_eq!(guarded(text.into()), expected);
        }
    }
}
