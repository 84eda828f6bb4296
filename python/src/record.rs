//! One notice as results have it, and what can be made of it.

use crate::settings::{Named, options};
use crate::table::NativeTable;
use crate::work::{beside, exception, raised};
use fubiao::check;
use fubiao::corrections;
use fubiao::diag::{Sink, Wording};
use fubiao::emit::record::{DiagnosticRecord, FindingRecord, NoticeRecord};
use fubiao::emit::remarks::Table;
use fubiao::emit::{csv, datapackage, facts, json, parquet, xlsx};
use fubiao::error::{Error, ErrorKind};
use fubiao::review::{Setting, page, sheets};
use fubiao::validate::Judge;
use fubiao::{Options, Source, pipeline};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use std::io;
use std::sync::Arc;

/// A result: `fubiao.Notice` is what Python sees of it.
#[pyclass(frozen, module = "fubiao._fubiao")]
pub struct Record(Arc<NoticeRecord>);

/// The files of one notice, by name.
type Files = Vec<(String, PyBackedBytes)>;

#[pymethods]
impl Record {
    /// Reads one notice.
    #[staticmethod]
    fn read(
        py: Python<'_>,
        files: Files,
        password: Option<String>,
        ocr: bool,
        limits: Named,
        corrections: Option<Vec<u8>>,
    ) -> PyResult<Record> {
        let options = options(password, ocr, &limits)?;
        let read = beside(py, move || read(files, &options, corrections.as_deref()))?;
        read.map(|record| Record(Arc::new(record))).map_err(|error| raised(py, &error))
    }

    /// Reads a result made earlier; its notice is checked again, as it stands now.
    #[staticmethod]
    fn from_json(py: Python<'_>, bytes: PyBackedBytes) -> PyResult<Record> {
        let read = beside(py, move || again(&bytes, None))?;
        read.map(|record| Record(Arc::new(record))).map_err(|error| raised(py, &error))
    }

    /// The result as `fubiao convert` writes it.
    fn to_json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.form(py, "json", false)
    }

    /// The result in a form that is one file.
    fn form<'py>(&self, py: Python<'py>, form: &str, bom: bool) -> PyResult<Bound<'py, PyBytes>> {
        let mark = if bom { csv::Mark::With } else { csv::Mark::Without };
        let record = &*self.0;
        let write: &(dyn Fn(&mut Vec<u8>) -> io::Result<()> + Sync) = match form {
            "json" => &|out| json::write(out, record),
            "facts" => &|out| facts::write(out, record),
            "csv" => &|out| csv::write(out, record, mark),
            "parquet" => &|out| parquet::write(out, [record]),
            "xlsx" => &|out| xlsx::write(out, record),
            _ => return Err(PyValueError::new_err(format!("no form is called {form}"))),
        };
        let mut bytes = Vec::new();
        py.detach(|| write(&mut bytes)).map_err(|error| unwritten(py, &error))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// The files of a Data Package, by their paths.
    fn package<'py>(&self, py: Python<'py>) -> PyResult<Vec<(String, Bound<'py, PyBytes>)>> {
        let files = datapackage::files(std::slice::from_ref(&*self.0));
        let files = files.map_err(|error| unwritten(py, &error))?;
        let pair = |file: &datapackage::PackageFile| {
            (file.path.as_str().to_owned(), PyBytes::new(py, &file.bytes))
        };
        Ok(files.iter().map(pair).collect())
    }

    /// The facts, figures with as many decimals as they need.
    fn facts(&self, py: Python<'_>) -> PyResult<NativeTable> {
        py.detach(|| NativeTable::of_facts(&self.0)).map_err(|error| unwritten(py, &error))
    }

    /// What the notice says against itself, a line each.
    fn findings(&self) -> NativeTable {
        NativeTable::of_lines(Table::Findings, &Table::Findings.lines(&self.0))
    }

    /// What could not be read with confidence, a line each.
    fn diagnostics(&self) -> NativeTable {
        NativeTable::of_lines(Table::Diagnostics, &Table::Diagnostics.lines(&self.0))
    }

    /// What this notice says against an older one of the same authority: this year's completions against last year's
    /// starts, or a revision against its first issue. `None` if it is none to compare with.
    fn across(&self, py: Python<'_>, older: &Record) -> PyResult<Option<NativeTable>> {
        let (new, old) = (Arc::clone(&self.0), Arc::clone(&older.0));
        beside(py, move || across(&new, &old))?.map_err(|error| raised(py, &error))
    }

    /// The review page. Without the notice's own bytes it has tables alone.
    fn review(
        &self,
        py: Python<'_>,
        files: Option<Files>,
        password: Option<String>,
        limits: Named,
        lang: Option<&str>,
    ) -> PyResult<String> {
        let options = options(password, false, &limits)?;
        let lang = match lang {
            None => None,
            Some("zh") => Some("zh"),
            Some("en") => Some("en"),
            Some(other) => return Err(PyValueError::new_err(format!("lang is {other:?}"))),
        };
        let (record, setting) = (Arc::clone(&self.0), Setting { lang, saves_to: None });
        let made = beside(py, move || review(&record, files, &options, &setting))?;
        made.map_err(|error| raised(py, &error))
    }
}

impl Record {
    /// Of a record that was read elsewhere.
    pub fn new(record: NoticeRecord) -> Record {
        Record(Arc::new(record))
    }
}

fn source(files: Files) -> Result<Source, Error> {
    let owned = files.into_iter().map(|(name, bytes)| (name, bytes.to_vec()));
    Source::together("-", owned.collect())
}

fn read(files: Files, options: &Options, said: Option<&[u8]>) -> Result<NoticeRecord, Error> {
    if let [(_, only)] = files.as_slice()
        && json::is_result(only)
    {
        return again(only, said);
    }
    let source = source(files)?;
    let mut reading = pipeline::read(&source, options)?;
    if let Some(said) = said {
        reading = pipeline::corrected(reading, &source, &corrected(said)?)?;
    }
    Ok(NoticeRecord::of(&source, reading))
}

/// What a person said, held against its schema first: that says best what is wrong where.
fn corrected(said: &[u8]) -> Result<corrections::Corrections, Error> {
    match Judge::of_corrections().judge(said).violations.first() {
        Some(violation) => {
            let Wording { en, zh } = violation.line();
            Err(Error::new(ErrorKind::BrokenCorrections { what: Wording::new(en, zh) }))
        }
        None => corrections::read(said),
    }
}

/// A result made earlier, checked again as it stands now: someone may have mended it.
fn again(bytes: &[u8], said: Option<&[u8]>) -> Result<NoticeRecord, Error> {
    let mut record = json::read(bytes)?;
    let mut notice = record.to_notice()?;
    if let Some(said) = said {
        corrections::apply(&corrected(said)?, &record.source.sha256, &mut notice)?;
    }
    record.check_again(&notice);
    Ok(record)
}

fn across(new: &NoticeRecord, old: &NoticeRecord) -> Result<Option<NativeTable>, Error> {
    let (newer, older) = (new.to_notice()?, old.to_notice()?);
    if !check::follows(&newer, &older) {
        return Ok(None);
    }
    let found = check::across(&newer, &older);
    let mut record = new.clone();
    record.findings = found.iter().map(FindingRecord::from).collect();
    Ok(Some(NativeTable::of_lines(Table::Findings, &Table::Findings.lines(&record))))
}

fn review(
    record: &NoticeRecord,
    files: Option<Files>,
    options: &Options,
    setting: &Setting,
) -> Result<String, Error> {
    let notice = record.to_notice()?;
    let mut record = record.clone();
    let mut drawn = Vec::new();
    if let Some(files) = files {
        let mut sink = Sink::new();
        drawn = sheets(&mut sink, options, &source(files)?, &(1..=u32::MAX))?;
        record.diagnostics.extend(sink.into_parts().0.iter().map(DiagnosticRecord::from));
    }
    Ok(page(&record, &check::stated_sums(&notice), &drawn, setting))
}

fn unwritten(py: Python<'_>, error: &io::Error) -> PyErr {
    let error = Error::new(ErrorKind::Emit { what: error.to_string() });
    exception(py, error.code(), &error.message(), None, None)
}
