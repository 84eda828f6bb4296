//! Many notices, none of which can stop the others: worker processes behind their walls, as `fubiao batch` has them,
//! and one answer a notice whatever becomes of it.

use crate::command::program;
use crate::record::Record;
use crate::settings::{Named, flags, options};
use crate::table::{LARGEST_SCALE, NativeTable, fact_columns, line_columns, structs};
use crate::work::{STACK, beside, raised};
use arrow_array::{Array, ArrayRef, Int64Array, ListArray, StringArray};
use arrow_schema::Field;
use fubiao::archive::answer::{Answer, Remade};
use fubiao::archive::disk::{self, Accept};
use fubiao::archive::isolate::Isolation;
use fubiao::archive::ledger::{Failure, Gist, Piece, Reason};
use fubiao::archive::workers::Workers;
use fubiao::cli::password::VARIABLE;
use fubiao::diag::Wording;
use fubiao::emit::facts::{Fact, FactLine};
use fubiao::emit::json;
use fubiao::emit::remarks::{Line, Table};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Readers of notices: `fubiao.Pool` is what Python sees of it.
#[pyclass(frozen, module = "fubiao._fubiao")]
pub struct Pool(Arc<Readers>);

struct Readers {
    /// `None` only where they are let go.
    workers: Option<Workers>,
    /// Of an input, in bytes.
    longest: u64,
    jobs: usize,
    /// The process that started the workers: they are no one else's.
    owner: u32,
}

impl Drop for Readers {
    fn drop(&mut self) {
        if self.owner != std::process::id() {
            // A copy that a fork made: the workers are those of the process it was made from.
            std::mem::forget(self.workers.take());
        }
    }
}

/// What a notice is read from: its name, and its bytes or the file that holds them.
type Input = (String, Option<PathBuf>, Option<PyBackedBytes>);

#[pymethods]
impl Pool {
    #[new]
    #[allow(clippy::too_many_arguments)] // Called by name, from one place.
    fn new(
        python: PathBuf,
        library: PathBuf,
        jobs: usize,
        timeout: f64,
        memory: u64,
        isolate: bool,
        password: Option<String>,
        ocr: bool,
        limits: Named,
    ) -> PyResult<Pool> {
        let reading = options(password.clone(), ocr, &limits)?;
        let mut args = vec!["worker".to_owned()];
        args.extend([format!("--memory={memory}"), format!("--timeout={timeout}")]);
        args.extend(flags(&limits));
        let mut env: Vec<(&'static str, OsString)> = Vec::new();
        env.extend(password.map(|password| (VARIABLE, password.into())));
        #[cfg(feature = "ocr")]
        if !ocr {
            let nowhere = if cfg!(windows) { "NUL" } else { "/dev/null" };
            env.push((fubiao::cli::models::FOLDER, OsString::from(nowhere)));
        }
        let isolation = Isolation {
            program: program(python, library),
            args: args.into_iter().map(OsString::from).collect(),
            env,
            timeout: Duration::from_secs_f64(timeout),
            reads_pictures: reading.models.is_some(),
        };
        Ok(Pool(Arc::new(Readers {
            longest: reading.limits.input_bytes,
            workers: Some(Workers::new(isolate.then_some(isolation), reading)),
            jobs: jobs.max(1),
            owner: std::process::id(),
        })))
    }

    /// Reads each input; gives one document for each, in their order.
    fn read(
        &self,
        py: Python<'_>,
        inputs: Vec<Input>,
        results: bool,
        remarks: bool,
    ) -> PyResult<Vec<Document>> {
        if self.0.owner != std::process::id() {
            let what = "a pool is of the process that made it: make one after the fork";
            return Err(PyRuntimeError::new_err(what));
        }
        let (readers, stop) = (Arc::clone(&self.0), Arc::new(AtomicBool::new(false)));
        let kept = Kept { results, remarks };
        // When the wait is over, or given up, no further one is begun.
        let _end = Raised(Arc::clone(&stop));
        let read = beside(py, move || readers.all(inputs, kept, &stop))?;
        Ok(read.into_iter().map(|read| Document(Arc::new(read))).collect())
    }
}

/// Raises a flag when it is dropped.
struct Raised(Arc<AtomicBool>);

impl Drop for Raised {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What is kept of a notice besides its facts.
#[derive(Debug, Clone, Copy)]
struct Kept {
    /// The whole result.
    results: bool,
    /// Findings and diagnostics.
    remarks: bool,
}

impl Readers {
    fn all(&self, inputs: Vec<Input>, kept: Kept, stop: &AtomicBool) -> Vec<Read> {
        let next = AtomicUsize::new(0);
        let read: Vec<Mutex<Option<Read>>> = inputs.iter().map(|_| Mutex::default()).collect();
        let work = || {
            while !stop.load(Ordering::Relaxed)
                && let Some(at) = Some(next.fetch_add(1, Ordering::Relaxed))
                && let Some((input, place)) = inputs.get(at).zip(read.get(at))
            {
                let made = self.one(input, kept);
                *place.lock().unwrap_or_else(|held| held.into_inner()) = Some(made);
            }
        };
        thread::scope(|scope| {
            for _ in 1..self.jobs.min(inputs.len()) {
                // Where no further thread can be had, those that are there do the work.
                let _ = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
            }
            work();
        });
        let taken = |place: Mutex<Option<Read>>| {
            place.into_inner().unwrap_or_else(|held| held.into_inner())
        };
        read.into_iter().filter_map(taken).collect()
    }

    fn one(&self, (name, path, blob): &Input, kept: Kept) -> Read {
        let bytes = match (blob, path) {
            (Some(blob), _) => blob.to_vec(),
            (None, Some(path)) => match disk::read(path, self.longest, Accept::Files) {
                Ok(bytes) => bytes,
                Err(error) => {
                    let said = Answer::failed(Reason::File, error.message(self.longest));
                    return Read::of(name, None, 0, said, kept);
                }
            },
            (None, None) => Vec::new(),
        };
        let hash = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let size = bytes.len();
        let said = match &self.workers {
            Some(workers) => workers.ask(name, bytes),
            None => Answer::failed(
                Reason::Crash,
                Wording::new("its readers are gone", "读取进程已不在"),
            ),
        };
        Read::of(name, Some(hash), size, said, kept)
    }
}

/// What became of one notice.
struct Read {
    source: String,
    /// SHA-256 of its bytes, where they could be had.
    doc_id: Option<String>,
    bytes: usize,
    came: Came,
}

enum Came {
    Whole(Box<Whole>),
    Failed { reason: Reason, code: String, message: String },
}

struct Whole {
    gist: Gist,
    facts: Vec<FactLine>,
    findings: Vec<Line>,
    diagnostics: Vec<Line>,
    result: Option<Vec<u8>>,
}

impl Read {
    fn of(source: &str, doc_id: Option<String>, bytes: usize, said: Answer, kept: Kept) -> Read {
        let came = match said {
            Answer::Failed(Failure { reason, code, message, .. }) => {
                Came::Failed { reason, code, message }
            }
            Answer::Done { gist, mut files } => {
                let result = files.remove(&Piece::Result).unwrap_or_default();
                let facts = files.remove(&Piece::Facts).unwrap_or_default();
                match whole(gist, &facts, result, kept) {
                    Ok(whole) => Came::Whole(Box::new(whole)),
                    Err(what) => Came::failed(what),
                }
            }
        };
        Read { source: source.to_owned(), doc_id, bytes, came }
    }
}

impl Came {
    fn failed(message: String) -> Came {
        let reason = Reason::Unreadable;
        Came::Failed { reason, code: "not_written".to_owned(), message }
    }
}

fn whole(gist: Gist, facts: &[u8], result: Vec<u8>, kept: Kept) -> Result<Whole, String> {
    let facts = std::str::from_utf8(facts).map_err(|e| e.to_string())?;
    let facts: io::Result<Vec<FactLine>> = facts.lines().map(FactLine::read).collect();
    let facts = facts.map_err(|e| e.to_string())?;
    // Most notices have none, and need not be read back for them.
    let some = gist.errors + gist.warnings + gist.notes + gist.diagnostics > 0;
    let made = (kept.remarks && some).then(|| Remade::of(&result)).transpose()?;
    let lines = |table| made.as_ref().map(|made| made.remarks(table)).unwrap_or_default();
    let (findings, diagnostics) = (lines(Table::Findings), lines(Table::Diagnostics));
    let result = kept.results.then_some(result);
    Ok(Whole { gist, facts, findings, diagnostics, result })
}

/// A notice of many: `fubiao.Document` is what Python sees of it.
#[pyclass(frozen, module = "fubiao._fubiao")]
pub struct Document(Arc<Read>);

#[pymethods]
impl Document {
    #[getter]
    fn source(&self) -> &str {
        &self.0.source
    }

    #[getter]
    fn doc_id(&self) -> Option<&str> {
        self.0.doc_id.as_deref()
    }

    #[getter]
    fn status(&self) -> &'static str {
        match self.0.came {
            Came::Whole(_) => "read",
            Came::Failed { .. } => "failed",
        }
    }

    #[getter]
    fn reason(&self) -> Option<&'static str> {
        match &self.0.came {
            Came::Whole(_) => None,
            Came::Failed { reason, .. } => Some(reason.name()),
        }
    }

    #[getter]
    fn code(&self) -> Option<&str> {
        match &self.0.came {
            Came::Whole(_) => None,
            Came::Failed { code, .. } => Some(code),
        }
    }

    #[getter]
    fn message(&self) -> Option<&str> {
        match &self.0.came {
            Came::Whole(_) => None,
            Came::Failed { message, .. } => Some(message),
        }
    }

    #[getter]
    fn plan_year(&self) -> Option<u16> {
        self.0.gist().and_then(|gist| gist.plan_year)
    }

    /// The result, where it was kept.
    fn result<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        match &self.0.came {
            Came::Whole(whole) => whole.result.as_ref().map(|result| PyBytes::new(py, result)),
            Came::Failed { .. } => None,
        }
    }

    /// The same as a record.
    fn record(&self, py: Python<'_>) -> PyResult<Option<Record>> {
        let read = Arc::clone(&self.0);
        let record = beside(py, move || match &read.came {
            Came::Whole(whole) => whole.result.as_deref().map(json::read).transpose(),
            Came::Failed { .. } => Ok(None),
        })?;
        Ok(record.map_err(|error| raised(py, &error))?.map(Record::new))
    }

    /// The facts of these, one row each; a document without any is one row all the same.
    #[staticmethod]
    fn facts(
        py: Python<'_>,
        documents: Vec<PyRef<'_, Document>>,
        scale: Option<u32>,
    ) -> NativeTable {
        let read = shared(&documents);
        py.detach(|| flat(&read, scale))
    }

    /// Findings or diagnostics of these.
    #[staticmethod]
    fn remarks(documents: Vec<PyRef<'_, Document>>, findings: bool) -> NativeTable {
        let table = if findings { Table::Findings } else { Table::Diagnostics };
        let read = shared(&documents);
        let lines: Vec<Line> = read.iter().flat_map(|read| read.lines(table)).cloned().collect();
        NativeTable::of_lines(table, &lines)
    }

    /// One row a document, with its facts, findings and diagnostics as lists.
    #[staticmethod]
    fn table(py: Python<'_>, documents: Vec<PyRef<'_, Document>>, scale: u32) -> NativeTable {
        let read = shared(&documents);
        py.detach(|| nested(&read, scale.min(LARGEST_SCALE)))
    }
}

fn shared(documents: &[PyRef<'_, Document>]) -> Vec<Arc<Read>> {
    documents.iter().map(|document| Arc::clone(&document.0)).collect()
}

impl Read {
    fn gist(&self) -> Option<&Gist> {
        match &self.came {
            Came::Whole(whole) => Some(&whole.gist),
            Came::Failed { .. } => None,
        }
    }

    fn facts(&self) -> Vec<Fact<'_>> {
        match &self.came {
            Came::Whole(whole) => whole.facts.iter().map(FactLine::fact).collect(),
            Came::Failed { .. } => Vec::new(),
        }
    }

    fn lines(&self, table: Table) -> &[Line] {
        match (&self.came, table) {
            (Came::Whole(whole), Table::Findings) => &whole.findings,
            (Came::Whole(whole), Table::Diagnostics) => &whole.diagnostics,
            (Came::Failed { .. }, _) => &[],
        }
    }

    /// The document as a table with this scale has it: a figure that it can't hold is a failure of the whole
    /// document, as of a file.
    fn fitting(self: &Arc<Read>, scale: u32) -> Arc<Read> {
        let facts = self.facts();
        let figures = facts.iter().filter_map(|fact| fact.figure);
        let unfit = figures.filter_map(|figure| Fact::scaled(figure, scale).err()).next();
        match unfit {
            None => Arc::clone(self),
            Some(error) => Arc::new(Read {
                source: self.source.clone(),
                doc_id: self.doc_id.clone(),
                bytes: self.bytes,
                came: Came::failed(error.to_string()),
            }),
        }
    }
}

/// What stands in the column `status` of a row that is no fact: why there is none.
const FAILED: &str = "failed";
const NO_FACTS: &str = "no_facts";

fn flat(read: &[Arc<Read>], scale: Option<u32>) -> NativeTable {
    let needed = || read.iter().filter_map(|read| read.gist()).map(|gist| gist.scale).max();
    let scale = scale.or_else(needed).unwrap_or(0).min(LARGEST_SCALE);
    let read: Vec<Arc<Read>> = read.iter().map(|read| read.fitting(scale)).collect();
    let facts: Vec<Vec<Fact<'_>>> = read.iter().map(|read| read.facts()).collect();
    let mut rows: Vec<(&Read, Option<&Fact<'_>>)> = Vec::new();
    for (read, facts) in read.iter().zip(&facts) {
        rows.extend(facts.iter().map(|fact| (&**read, Some(fact))));
        if facts.is_empty() {
            rows.push((&**read, None));
        }
    }
    let only: Vec<Option<&Fact<'_>>> = rows.iter().map(|(_, fact)| *fact).collect();
    let mut columns = fact_columns(&only, scale).expect("unfit documents were taken out");
    // A row without a fact still says of which document it is, and why it has none.
    let texts = |of: &dyn Fn(&Read, Option<&Fact<'_>>) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(|(read, fact)| of(read, *fact)).collect::<StringArray>())
    };
    for (name, array) in &mut columns {
        *array = match *name {
            "source" => texts(&|read, _| Some(read.source.clone())),
            "doc_id" => texts(&|read, _| read.doc_id.clone()),
            "status" => texts(&|read, fact| {
                let word = match (fact, &read.came) {
                    (Some(fact), _) => fact.status,
                    (None, Came::Failed { .. }) => FAILED,
                    (None, Came::Whole(_)) => NO_FACTS,
                };
                Some(word.to_owned())
            }),
            _ => continue,
        };
    }
    columns.push(("failure", texts(&|read, _| read.failure().map(|(code, _)| code.to_owned()))));
    columns.push(("message", texts(&|read, _| read.failure().map(|(_, said)| said.to_owned()))));
    NativeTable::of_columns(columns)
}

impl Read {
    /// Code and message of what stopped it.
    fn failure(&self) -> Option<(&str, &str)> {
        match &self.came {
            Came::Whole(_) => None,
            Came::Failed { code, message, .. } => Some((code, message)),
        }
    }
}

fn nested(read: &[Arc<Read>], scale: u32) -> NativeTable {
    let read: Vec<Arc<Read>> = read.iter().map(|read| read.fitting(scale)).collect();
    let texts = |of: fn(&Read) -> Option<&str>| -> ArrayRef {
        Arc::new(read.iter().map(|read| of(read)).collect::<StringArray>())
    };
    let wholes = |of: fn(&Read) -> Option<u64>| -> ArrayRef {
        let whole = |read: &Arc<Read>| of(read).and_then(|n| i64::try_from(n).ok());
        Arc::new(read.iter().map(whole).collect::<Int64Array>())
    };
    let gist = |of: fn(&Gist) -> u64| -> ArrayRef {
        let whole = |read: &Arc<Read>| read.gist().and_then(|gist| i64::try_from(of(gist)).ok());
        Arc::new(read.iter().map(whole).collect::<Int64Array>())
    };
    let facts: Vec<Vec<Fact<'_>>> = read.iter().map(|read| read.facts()).collect();
    let all: Vec<Option<&Fact<'_>>> = facts.iter().flatten().map(Some).collect();
    let columns = fact_columns(&all, scale).expect("unfit documents were taken out");
    let remarks = |table: Table| {
        let lines: Vec<Line> = read.iter().flat_map(|read| read.lines(table)).cloned().collect();
        let counts = read.iter().map(|read| read.lines(table).len());
        rows_of(structs(line_columns(table, &lines)), counts)
    };
    NativeTable::of_columns(vec![
        ("source", texts(|read| Some(&read.source))),
        ("doc_id", texts(|read| read.doc_id.as_deref())),
        ("bytes", wholes(|read| Some(read.bytes as u64))),
        ("status", texts(|read| Some(if read.gist().is_some() { "read" } else { FAILED }))),
        ("reason", texts(Read::reason)),
        ("failure", texts(|read| read.failure().map(|(code, _)| code))),
        ("message", texts(|read| read.failure().map(|(_, said)| said))),
        ("plan_year", wholes(|read| read.gist()?.plan_year.map(u64::from))),
        ("pages", gist(|gist| u64::from(gist.pages))),
        ("errors", gist(|gist| gist.errors)),
        ("warnings", gist(|gist| gist.warnings)),
        ("notes", gist(|gist| gist.notes)),
        ("facts", rows_of(structs(columns), facts.iter().map(Vec::len))),
        ("findings", remarks(Table::Findings)),
        ("diagnostics", remarks(Table::Diagnostics)),
    ])
}

impl Read {
    fn reason(&self) -> Option<&str> {
        match &self.came {
            Came::Whole(_) => None,
            Came::Failed { reason, .. } => Some(reason.name()),
        }
    }
}

/// Rows as lists, so many in each.
fn rows_of(rows: arrow_array::StructArray, counts: impl Iterator<Item = usize>) -> ArrayRef {
    let field = Field::new("item", rows.data_type().clone(), true);
    let offsets = arrow_buffer::OffsetBuffer::from_lengths(counts);
    Arc::new(ListArray::new(Arc::new(field), offsets, Arc::new(rows), None))
}
