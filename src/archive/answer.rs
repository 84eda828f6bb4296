//! One notice's bytes in, its result's bytes out, with a panic caught: what a worker does, be it a process
//! of its own or a thread of the run.

use crate::archive::ledger::{Gist, Reason};
use crate::emit::record::NoticeRecord;
#[cfg(feature = "xlsx")]
use crate::emit::xlsx;
use crate::emit::{facts, json};
use crate::options::Options;
use crate::pipeline;
use crate::source::Source;
use std::cell::RefCell;
use std::io;
use std::panic::{self, AssertUnwindSafe};

/// What came of reading one notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was read.
    Done {
        /// The result in short.
        gist: Gist,
        /// The result, in every form that is wanted.
        files: Files,
    },
    /// It was not.
    Failed {
        /// Why, in a word.
        reason: Reason,
        /// Why, in a line.
        message: String,
    },
}

/// The forms of one result.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Files {
    /// The result.
    pub json: Vec<u8>,
    /// Its facts, one a line.
    pub facts: Vec<u8>,
    /// The result as a workbook.
    pub xlsx: Option<Vec<u8>>,
}

/// The forms that a result is wanted in, besides JSON and facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// A workbook.
    pub xlsx: bool,
}

/// Reads one notice. Never panics: a panic on the way is an answer too.
pub fn answer(name: &str, bytes: Vec<u8>, options: &Options) -> Answer {
    let read = panic::catch_unwind(AssertUnwindSafe(|| read(name, bytes, options)));
    read.unwrap_or_else(|_| Answer::Failed {
        reason: Reason::Panic,
        message: LAST_PANIC.with_borrow_mut(std::mem::take),
    })
}

fn read(name: &str, bytes: Vec<u8>, options: &Options) -> Answer {
    let unreadable = |message| Answer::Failed { reason: Reason::Unreadable, message };
    // The name in a result is that of the file, wherever it lay.
    let file_name = name.rsplit('/').next().unwrap_or(name);
    let record = match Source::new(file_name, bytes)
        .and_then(|source| pipeline::read(&source, options).map(|r| NoticeRecord::new(&source, &r)))
    {
        Ok(record) => record,
        Err(error) => return unreadable(error.to_string()),
    };
    match files(&record) {
        Ok(files) => Answer::Done { gist: gist(&record, &files.facts), files },
        Err(error) => unreadable(error.to_string()),
    }
}

fn files(record: &NoticeRecord) -> io::Result<Files> {
    let mut files = Files::default();
    json::write(&mut files.json, record)?;
    facts::write(&mut files.facts, record)?;
    Ok(files)
}

impl Answer {
    /// The answer with the forms that are wanted besides. They are made of the JSON, outside the worker:
    /// the writer of workbooks starts threads, which a worker may not.
    pub fn with(self, wanted: Wanted) -> Answer {
        match self {
            Answer::Done { gist, files } if wanted.xlsx => match workbook(&files.json) {
                Ok(book) => Answer::Done { gist, files: Files { xlsx: Some(book), ..files } },
                Err(what) => {
                    let message = format!("no workbook can be made of it: {what}");
                    Answer::Failed { reason: Reason::Unreadable, message }
                }
            },
            other => other,
        }
    }
}

#[cfg(feature = "xlsx")]
fn workbook(json: &[u8]) -> Result<Vec<u8>, String> {
    let record = json::read(json).map_err(|e| e.to_string())?;
    let mut book = Vec::new();
    xlsx::write(&mut book, &record).map_err(|e| e.to_string())?;
    Ok(book)
}

#[cfg(not(feature = "xlsx"))]
fn workbook(_: &[u8]) -> Result<Vec<u8>, String> {
    Err("this build leaves them out".to_owned())
}

fn gist(record: &NoticeRecord, facts: &[u8]) -> Gist {
    let findings =
        |severity: &str| record.findings.iter().filter(|f| f.severity == severity).count() as u64;
    Gist {
        plan_year: record.plan_year,
        pages: record.source.pages,
        facts: facts.iter().filter(|&&byte| byte == b'\n').count() as u64,
        errors: findings("error"),
        warnings: findings("warning"),
        notes: findings("note"),
        diagnostics: record.diagnostics.len() as u64,
    }
}

thread_local! {
    /// What the last panic of this thread said, and where.
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps what panics say for the answer instead of printing it. For the whole process: call it once, where
/// notices are read and nothing else.
pub fn keep_panics() {
    panic::set_hook(Box::new(|info| {
        let said = info.payload_as_str().unwrap_or("no message");
        let place = info.location().map(|l| format!(" at {}:{}", l.file(), l.line()));
        let line = format!("{said}{}", place.unwrap_or_default()).replace('\n', " ");
        LAST_PANIC.with_borrow_mut(|last| *last = line);
    }));
}
