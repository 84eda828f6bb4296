//! One notice's bytes in, its result's bytes out, with a panic caught: what a worker does, be it a process
//! of its own or a thread of the run.

use crate::archive::ledger::{Failure, Gist, Piece, Reason};
use crate::archive::reviewed::{self, Review};
use crate::archive::together;
use crate::diag::Wording;
use crate::emit::facts::Fact;
use crate::emit::record::NoticeRecord;
use crate::emit::remarks::{Line, Table};
#[cfg(feature = "xlsx")]
use crate::emit::xlsx;
use crate::emit::{facts, json};
use crate::error::Error;
use crate::options::Options;
use crate::pipeline;
#[cfg(feature = "review")]
use crate::source::Source;
#[cfg(feature = "review")]
use crate::{check, diag::Sink, pipeline::Reading, review};
use std::cell::RefCell;
use std::collections::BTreeMap;
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
    Failed(Failure),
}

/// The files of one notice.
pub type Files = BTreeMap<Piece, Vec<u8>>;

/// What is made of each result besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// A workbook.
    pub xlsx: bool,
}

impl Wanted {
    /// Whether this is made of each result.
    pub fn holds(self, piece: Piece) -> bool {
        match piece {
            Piece::Result | Piece::Facts => true,
            Piece::Workbook => self.xlsx,
            Piece::Page => false,
        }
    }
}

/// What a worker makes of a notice besides its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Besides {
    /// Nothing.
    #[default]
    Nothing,
    /// The review page, as `fubiao serve` shows it.
    #[cfg(feature = "review")]
    Page,
    /// The review page as a file that saves to a file, in this language at first.
    #[cfg(feature = "review")]
    PageFile(Option<&'static str>),
}

/// Reads one notice, under the name of its file. Never panics: a panic on the way is an answer too.
pub fn answer(name: &str, bytes: Vec<u8>, options: &Options, besides: Besides) -> Answer {
    let read = panic::catch_unwind(AssertUnwindSafe(|| read(name, bytes, options, besides)));
    read.unwrap_or_else(|_| {
        let said = LAST_PANIC.with_borrow_mut(std::mem::take);
        Answer::failed(Reason::Panic, Wording::new(said.clone(), format!("程序异常：{said}")))
    })
}

fn read(name: &str, bytes: Vec<u8>, options: &Options, besides: Besides) -> Answer {
    let read = together::source(name, bytes)
        .and_then(|source| Ok((pipeline::read(&source, options)?, source)));
    let (reading, source) = match read {
        Ok(read) => read,
        Err(error) => return Answer::unreadable(&error),
    };
    let (record, page) = match besides {
        Besides::Nothing => (NoticeRecord::of(&source, reading), None),
        #[cfg(feature = "review")]
        Besides::Page | Besides::PageFile(_) => {
            let record = NoticeRecord::new(&source, &reading);
            match page(&record, &reading, &source, options, besides) {
                Ok(page) => (record, Some((Piece::Page, page))),
                Err(error) => return Answer::unreadable(&error),
            }
        }
    };
    let files = match result(&record) {
        Ok(files) => files,
        Err(what) => return Answer::failed(Reason::Unreadable, unmade(&what)),
    };
    let files = files.into_iter().chain(page).collect();
    Answer::Done { gist: gist(&record), files }
}

/// The review page, which saves to the server that sends it, or to a file.
#[cfg(feature = "review")]
fn page(
    record: &NoticeRecord,
    reading: &Reading,
    source: &Source,
    options: &Options,
    besides: Besides,
) -> Result<Vec<u8>, Error> {
    let sheets = review::sheets(&mut Sink::new(), options, source, &(1..=u32::MAX))?;
    let setting = match besides {
        Besides::PageFile(lang) => review::Setting { lang, saves_to: None },
        _ => review::Setting { lang: None, saves_to: Some("corrections".to_owned()) },
    };
    let sums = check::stated_sums(&reading.notice);
    Ok(review::page(record, &sums, &sheets, &setting).into_bytes())
}

/// What a worker makes: the result, and its facts while the record is at hand.
fn result(record: &NoticeRecord) -> Result<Files, String> {
    let mut result = Vec::new();
    json::write(&mut result, record).map_err(|e| e.to_string())?;
    let facts = piece_of(record, Piece::Facts)?;
    Ok([(Piece::Result, result), (Piece::Facts, facts)].into())
}

impl Answer {
    /// It was not read, for no fault that has a code of its own.
    pub fn failed(reason: Reason, what: Wording) -> Answer {
        Answer::Failed(Failure::new(reason, what))
    }

    fn unreadable(error: &Error) -> Answer {
        Answer::Failed(Failure::unreadable(error))
    }

    /// The answer with what a reviewer said of the notice, all of it or none: where it does not fit, there is no result
    /// that could be taken for the corrected one.
    pub fn corrected(self, review: &Review) -> Answer {
        let Answer::Done { files, .. } = &self else { return self };
        let unfit = |Wording { en, zh }| {
            let path = review.path.display();
            let what = Wording::new(format!("{path}: {en}"), format!("{path}：{zh}"));
            Answer::failed(Reason::Corrections, what)
        };
        let mut record = match Remade::of(files.get(&Piece::Result).map_or(&[], Vec::as_slice)) {
            Ok(Remade(record)) => record,
            Err(what) => return unfit(unmade(&what)),
        };
        if let Err(error) = reviewed::apply(&mut record, &review.said) {
            return unfit(error.message());
        }
        match result(&record) {
            Ok(files) => Answer::Done { gist: gist(&record), files },
            Err(what) => unfit(unmade(&what)),
        }
    }

    /// The answer with all that is wanted. It is made of the result, outside the worker: the writer of workbooks
    /// starts threads, which a worker may not.
    pub fn with(self, wanted: Wanted) -> Answer {
        match self {
            Answer::Done { gist, files } => match all_of(files, wanted) {
                Ok(files) => Answer::Done { gist, files },
                Err(what) => Answer::failed(Reason::Unreadable, unmade(&what)),
            },
            other => other,
        }
    }
}

/// What is said of a result of which a file can't be made: a fault of ours, told as the writer of the file tells it.
fn unmade(what: &str) -> Wording {
    Wording::new(what, format!("无法生成结果：{what}"))
}

/// The files with those that are wanted and not there yet.
fn all_of(mut files: Files, wanted: Wanted) -> Result<Files, String> {
    let missing: Vec<Piece> = Piece::ALL
        .into_iter()
        .filter(|piece| wanted.holds(*piece) && !files.contains_key(piece))
        .collect();
    if missing.is_empty() {
        return Ok(files);
    }
    let made = Remade::of(files.get(&Piece::Result).map_or(&[], Vec::as_slice))?;
    for piece in missing {
        files.insert(piece, made.piece(piece)?);
    }
    Ok(files)
}

/// A result read back: what was made of it once can be made of it again, with the same bytes.
#[derive(Debug)]
pub struct Remade(NoticeRecord);

impl Remade {
    /// Reads a result.
    ///
    /// # Errors
    /// If the bytes are no result, in words.
    pub fn of(result: &[u8]) -> Result<Remade, String> {
        json::read(result).map(Remade).map_err(|e| e.to_string())
    }

    /// A file that is made of it.
    ///
    /// # Errors
    /// If it can't be made, in words.
    pub fn piece(&self, piece: Piece) -> Result<Vec<u8>, String> {
        piece_of(&self.0, piece)
    }

    /// What is said of it.
    pub fn remarks(&self, table: Table) -> Vec<Line> {
        table.lines(&self.0)
    }

    /// What is read.
    pub fn record(&self) -> &NoticeRecord {
        &self.0
    }

    /// What it says in short.
    pub fn gist(&self) -> Gist {
        gist(&self.0)
    }
}

fn piece_of(record: &NoticeRecord, piece: Piece) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    match piece {
        Piece::Result => json::write(&mut bytes, record),
        Piece::Facts => facts::write(&mut bytes, record),
        #[cfg(feature = "xlsx")]
        Piece::Workbook => xlsx::write(&mut bytes, record)
            .map_err(|e| std::io::Error::other(format!("no workbook can be made of it: {e}"))),
        #[cfg(not(feature = "xlsx"))]
        Piece::Workbook => return Err("this build leaves out workbooks".to_owned()),
        Piece::Page => return Err("a result has no pages to show".to_owned()),
    }
    .map_err(|e| e.to_string())?;
    Ok(bytes)
}

fn gist(record: &NoticeRecord) -> Gist {
    let findings =
        |severity: &str| record.findings.iter().filter(|f| f.severity == severity).count() as u64;
    Gist {
        plan_year: record.plan_year,
        pages: record.source.pages,
        facts: facts::facts(record).count() as u64,
        scale: Fact::scale(facts::facts(record)),
        errors: findings("error"),
        warnings: findings("warning"),
        notes: findings("note"),
        diagnostics: record.diagnostics.len() as u64,
        is_unrecognised: record.diagnostics.iter().any(|d| d.code == "nothing_recognised"),
        sums: record.summary.map_or(0, |summary| summary.identities.tried as u64),
        reviewed: {
            let rows = record.annexes.iter().flat_map(|annex| &annex.rows);
            let cells = rows.flat_map(|row| &row.cells);
            cells.filter(|cell| cell.correction.is_some()).count() as u64
        },
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
