//! What fubiao itself writes, told from its bytes: a result, facts, a workbook are no notices, and read as such
//! their figures would count twice.
//!
//! Not told: what `--format text` gives, which is a text as any other.

use serde::Deserialize;
use serde::de::IgnoredAny;

/// What fubiao wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// A result as JSON: a notice can be had from it.
    Result,
    /// Facts, findings or notices as CSV or NDJSON.
    Table,
    /// The tables of `--format tables`.
    Grids,
    /// Facts as Parquet.
    Parquet,
    /// A workbook.
    Workbook,
    /// What describes a data package.
    Package,
    /// What a person said of a notice.
    Corrections,
    /// A page to look a notice over.
    Page,
    /// What an archive keeps of its notices.
    Manifest,
    /// What a run over an archive did.
    Report,
}

impl Own {
    /// What it is, in English and in Chinese.
    pub fn name(self) -> (&'static str, &'static str) {
        match self {
            Own::Result => ("a result of fubiao", "fubiao 的结果"),
            Own::Table => ("a table that fubiao wrote", "fubiao 写出的数据表"),
            Own::Grids => ("tables that fubiao wrote", "fubiao 写出的表格"),
            Own::Parquet => ("a Parquet file that fubiao wrote", "fubiao 写出的 Parquet 文件"),
            Own::Workbook => ("a workbook that fubiao wrote", "fubiao 写出的工作簿"),
            Own::Package => ("a data package", "数据包"),
            Own::Corrections => ("a file of corrections", "更正文件"),
            Own::Page => ("a page that fubiao wrote", "fubiao 写出的网页"),
            Own::Manifest => ("the manifest of an archive", "批量处理的清单"),
            Own::Report => ("the report of a batch", "批量处理的报告"),
        }
    }
}

/// How much of a file is looked at for a line of a table or the head of a page, in bytes.
const HEAD: usize = 64 << 10;

/// What fubiao wrote, if it wrote this.
pub fn wrote(bytes: &[u8]) -> Option<Own> {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    match text.first()? {
        b'{' => json(text),
        b'P' if text.starts_with(b"PK\x03\x04") => package(bytes).or_else(|| workbook(bytes)),
        b'P' if text.starts_with(b"PAR1") => {
            let tail = &bytes[bytes.len().saturating_sub(HEAD)..];
            holds(tail, b"fubiao.schema_version").then_some(Own::Parquet)
        }
        b'<' => {
            let head = &text[..text.len().min(2048)];
            holds(head, br#"<meta name="generator" content="fubiao"#).then_some(Own::Page)
        }
        _ => table(text),
    }
}

fn holds(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

/// The keys by which what is JSON is known; what they hold is passed over.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Keys {
    schema_version: Option<IgnoredAny>,
    generator: Option<Generator>,
    annexes: Option<IgnoredAny>,
    notices: Option<IgnoredAny>,
    corrections: Option<IgnoredAny>,
    source: Option<IgnoredAny>,
    resources: Option<IgnoredAny>,
    tables: Option<Vec<GridKeys>>,
    annex: Option<IgnoredAny>,
    region: Option<IgnoredAny>,
    column: Option<IgnoredAny>,
    raw: Option<IgnoredAny>,
    doc_id: Option<IgnoredAny>,
    finding: Option<IgnoredAny>,
    diagnostic: Option<IgnoredAny>,
    outcome: Option<IgnoredAny>,
    key: Option<IgnoredAny>,
    #[serde(rename = "$schema")]
    schema: Option<String>,
}

#[derive(Deserialize)]
struct Generator {
    name: String,
}

#[derive(Deserialize)]
struct GridKeys {
    #[allow(dead_code)]
    cells: IgnoredAny,
}

fn json(text: &[u8]) -> Option<Own> {
    // Of lines of JSON, the first says what they are.
    let line = text.split(|&b| b == b'\n').next().unwrap_or_default();
    let whole = || serde_json::from_slice::<Keys>(text).ok();
    let keys = serde_json::from_slice::<Keys>(line).ok().or_else(whole)?;
    let is_ours = keys.generator.is_some_and(|generator| generator.name == "fubiao");
    Some(match () {
        () if is_ours && keys.annexes.is_some() && keys.schema_version.is_some() => Own::Result,
        () if is_ours && keys.notices.is_some() => Own::Report,
        () if keys.corrections.is_some() && keys.source.is_some() => Own::Corrections,
        () if keys.key.is_some() && keys.outcome.is_some() => Own::Manifest,
        () if keys.annex.is_some() && keys.region.is_some() => {
            (keys.column.is_some() && keys.raw.is_some()).then_some(Own::Table)?
        }
        () if keys.doc_id.is_some() && (keys.finding.is_some() || keys.diagnostic.is_some()) => {
            Own::Table
        }
        () if keys.resources.is_some() => keys
            .schema
            .is_some_and(|schema| schema.contains("datapackage"))
            .then_some(Own::Package)?,
        () if keys.tables.is_some_and(|tables| !tables.is_empty()) => Own::Grids,
        () => return None,
    })
}

/// Columns that a table of ours has, and no other.
const TABLES: [&[&str]; 5] = [
    &["annex", "region", "column_path", "raw", "status"],
    &["finding", "check", "severity", "stated", "computed"],
    &["diagnostic", "code", "severity", "hint_zh"],
    &["suspect", "finding", "rank", "proposed"],
    &["media_type", "text_from", "document_number", "plan_year"],
];

fn table(text: &[u8]) -> Option<Own> {
    let head = &text[..text.len().min(HEAD)];
    let line = head.split(|&b| b == b'\n').next().unwrap_or_default();
    let columns: Vec<&str> = str::from_utf8(line).ok()?.trim_end().split(',').collect();
    let is_ours = |table: &&[&str]| table.iter().all(|column| columns.contains(column));
    TABLES.iter().any(is_ours).then_some(Own::Table)
}

/// A data package in one file: the names of its parts stand uncompressed at its end.
fn package(bytes: &[u8]) -> Option<Own> {
    let list = &bytes[bytes.len().saturating_sub(64 << 10)..];
    let parts: [&[u8]; 3] = [b"datapackage.json", b"data/facts.csv", b"data/suspects.csv"];
    parts.iter().all(|part| holds(list, part)).then_some(Own::Package)
}

/// A workbook names its author in a part of its own (ECMA-376 part 2, core properties).
#[cfg(feature = "pdf")]
fn workbook(bytes: &[u8]) -> Option<Own> {
    const PART: &[u8] = b"docProps/core.xml";
    let entry = central_entry(bytes, PART)?;
    let number = |at: usize| Some(u16::from_le_bytes(entry.get(at..at + 2)?.try_into().ok()?));
    let long = |at: usize| Some(u32::from_le_bytes(entry.get(at..at + 4)?.try_into().ok()?));
    let (method, length, at) = (number(10)?, long(20)? as usize, long(42)? as usize);
    let local = bytes.get(at..)?;
    let beside = |at: usize| Some(u16::from_le_bytes(local.get(at..at + 2)?.try_into().ok()?));
    let begin = 30 + usize::from(beside(26)?) + usize::from(beside(28)?);
    let packed = local.get(begin..begin.checked_add(length)?)?;
    let part = match method {
        0 => packed.to_vec(),
        8 => miniz_oxide::inflate::decompress_to_vec_with_limit(packed, HEAD).ok()?,
        _ => return None,
    };
    holds(&part, b"<dc:creator>fubiao ").then_some(Own::Workbook)
}

/// The entry of a part in the list at the end of a ZIP archive (APPNOTE.TXT, 4.3.12), from its signature on.
#[cfg(feature = "pdf")]
fn central_entry<'a>(bytes: &'a [u8], part: &[u8]) -> Option<&'a [u8]> {
    // The list stands at the end; where another name ends alike, there is another entry before it.
    let list = &bytes[bytes.len().saturating_sub(1 << 20)..];
    let mut ends = list.windows(part.len()).enumerate().filter(|(_, window)| *window == part);
    ends.find_map(|(at, _)| {
        let entry = list.get(at.checked_sub(46)?..)?;
        let length = u16::from_le_bytes(entry.get(28..30)?.try_into().ok()?);
        (entry.starts_with(b"PK\x01\x02") && usize::from(length) == part.len()).then_some(entry)
    })
}

#[cfg(not(feature = "pdf"))]
fn workbook(_: &[u8]) -> Option<Own> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::record::NoticeRecord;
    use crate::emit::{csv, datapackage, facts, json as results, tables};
    use crate::pipeline;
    use crate::source::Source;

    fn made<E: std::fmt::Debug>(write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn what_is_written_is_known_again() {
        let bytes = std::fs::read("samples/aid-2021/notice.txt").unwrap();
        assert_eq!(wrote(&bytes), None);
        let source = Source::new("notice.txt", bytes).unwrap();
        let reading = pipeline::read(&source, &Default::default()).unwrap();
        let record = NoticeRecord::new(&source, &reading);
        let result = made(|out| results::write(out, &record));
        assert_eq!(wrote(&result), Some(Own::Result));
        let value: serde_json::Value = serde_json::from_slice(&result).unwrap();
        assert_eq!(wrote(value.to_string().as_bytes()), Some(Own::Result), "in another layout");
        assert_eq!(wrote(&made(|out| facts::write(out, &record))), Some(Own::Table));
        for mark in [csv::Mark::With, csv::Mark::Without] {
            assert_eq!(wrote(&made(|out| csv::write(out, &record, mark))), Some(Own::Table));
        }
        for file in datapackage::files(std::slice::from_ref(&record)).unwrap() {
            let own =
                if file.path.file_name().ends_with(".json") { Own::Package } else { Own::Table };
            assert_eq!(wrote(&file.bytes), Some(own), "{}", file.path);
        }
        let mut sink = crate::diag::Sink::new();
        let outline = pipeline::until_outline(&mut sink, &Default::default(), &source).unwrap();
        assert_eq!(wrote(&made(|out| tables::write(out, &outline))), Some(Own::Grids));
        #[cfg(feature = "parquet")]
        {
            let parquet = made(|out| crate::emit::parquet::write(out, [&record]));
            assert_eq!(wrote(&parquet), Some(Own::Parquet));
        }
        #[cfg(all(feature = "xlsx", feature = "pdf"))]
        {
            let mut workbook = made(|out| crate::emit::xlsx::write(out, &record));
            assert_eq!(wrote(&workbook), Some(Own::Workbook));
            let end = workbook.len();
            workbook.truncate(end / 2);
            assert_eq!(wrote(&workbook), None);
        }
        #[cfg(feature = "review")]
        assert_eq!(wrote(include_bytes!("../review/page.html")), Some(Own::Page));
    }

    #[test]
    fn what_others_wrote_is_not_ours() {
        for text in [
            "",
            "{",
            "{}",
            "[]",
            "{\"tables\": []}",
            "a,b,c\n1,2,3\n",
            "<!doctype html>",
            "PK\x03\x04",
            "PAR1",
            "{\"generator\": {\"name\": \"other\"}, \"annexes\": [], \"schema_version\": \"1.0\"}",
            "关于下达2023年计划的通知\n",
            "annex,region\n",
        ] {
            assert_eq!(wrote(text.as_bytes()), None, "{text}");
        }
    }
}
