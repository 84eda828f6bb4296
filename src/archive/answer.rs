//! One notice's bytes in, its result's bytes out, with a panic caught: what a worker does, be it a process
//! of its own or a thread of the run.

use crate::archive::ledger::{Gist, Reason};
use crate::emit::record::NoticeRecord;
use crate::emit::{facts, json};
use crate::options::Options;
use crate::pipeline;
use crate::source::Source;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};

/// What came of reading one notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// It was read.
    Done {
        /// The result in short.
        gist: Gist,
        /// The result.
        json: String,
        /// Its facts, one a line.
        facts: String,
    },
    /// It was not.
    Failed {
        /// Why, in a word.
        reason: Reason,
        /// Why, in a line.
        message: String,
    },
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
    let (mut json, mut lines) = (Vec::new(), Vec::new());
    let written = json::write(&mut json, &record).and_then(|()| facts::write(&mut lines, &record));
    match (written, String::from_utf8(json), String::from_utf8(lines)) {
        (Ok(()), Ok(json), Ok(facts)) => Answer::Done { gist: gist(&record, &facts), json, facts },
        (Err(error), ..) => unreadable(error.to_string()),
        _ => unreadable("the result is no UTF-8".to_owned()),
    }
}

fn gist(record: &NoticeRecord, facts: &str) -> Gist {
    let findings =
        |severity: &str| record.findings.iter().filter(|f| f.severity == severity).count() as u64;
    Gist {
        plan_year: record.plan_year,
        pages: record.source.pages,
        facts: facts.lines().count() as u64,
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
