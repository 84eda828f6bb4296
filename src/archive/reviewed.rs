//! A folder of what reviewers saved in, the corrections of each notice out: found by the hash of the notice, so that
//! neither the name of the file nor that of the notice matters.
//!
//! A file of corrections is a person's work and is never passed over in silence: one that can't be read, and two that
//! speak of one notice, stop a run before it begins; one that no notice has asked for is told of at its end.

use crate::archive::disk::{self, Accept};
use crate::archive::ledger;
use crate::archive::together;
use crate::corrections::{self, Corrections};
use crate::diag::Wording;
use crate::emit::own::{self, Own};
use crate::emit::record::NoticeRecord;
use crate::error::{Error, ErrorKind};
use crate::validate::Judge;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// The largest file of corrections that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// What reviewers saved, by the SHA-256 of the notice.
#[derive(Debug, Default)]
pub struct Reviewed {
    reviews: BTreeMap<String, Review>,
}

/// What was said of one notice.
#[derive(Debug)]
pub struct Review {
    /// The file it stands in, for people.
    pub path: PathBuf,
    /// What was said.
    pub said: Corrections,
    /// BLAKE3 of the file: other corrections make another result.
    pub hash: String,
    asked_for: AtomicBool,
}

/// Why corrections can't be used: the file, what is wrong with it, and what to do.
#[derive(Debug)]
pub struct ReviewedError {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong.
    pub what: Wording,
    /// What to do.
    pub hint: Wording,
}

impl Reviewed {
    /// Reads all files of corrections below a folder, or one such file. Other files are passed over, so that the
    /// folder of `fubiao serve` can be given as it is.
    ///
    /// # Errors
    /// If the folder can't be listed, a file that is called one of corrections is none, or two differ on one notice.
    pub fn read(folder: &Path) -> Result<Reviewed, ReviewedError> {
        let unlisted = |path: &Path, error: &io::Error| ReviewedError {
            path: path.to_owned(),
            what: disk::what(error),
            hint: Wording::new(
                "give the folder that the review pages were saved to",
                "请给出审核页保存更正文件的文件夹",
            ),
        };
        let mut reviewed = Reviewed::default();
        let mut paths = vec![folder.to_owned()];
        while let Some(path) = paths.pop() {
            if path.is_dir() {
                let entries = fs::read_dir(&path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
                let entries = entries.map_err(|e| unlisted(&path, &e))?;
                // Links to folders are not followed: they may lead round.
                let is_taken = |entry: &DirEntry| {
                    entry.file_type().is_ok_and(|kind| kind.is_dir()) || entry.path().is_file()
                };
                let entries = entries.into_iter().filter(is_taken);
                paths.extend(entries.map(|entry| entry.path()));
                paths.sort_unstable();
            } else if path == folder || path.extension().is_some_and(|e| e == "json") {
                reviewed.take(path, folder)?;
            }
        }
        Ok(reviewed)
    }

    fn take(&mut self, path: PathBuf, given: &Path) -> Result<(), ReviewedError> {
        let unread = |what| ReviewedError {
            path: path.clone(),
            what,
            hint: Wording::new(
                "save the corrections again from the review page, or take the file away",
                "请在审核页重新保存更正文件，或移走此文件",
            ),
        };
        let bytes = disk::read(&path, LARGEST, Accept::Files).map_err(|error| ReviewedError {
            hint: Wording::new(
                "give the folder that the review pages were saved to",
                "请给出审核页保存更正文件的文件夹",
            ),
            ..unread(error.message(LARGEST))
        })?;
        let is_meant = path == given || is_called_corrections(&path);
        if !is_meant && own::wrote(&bytes) != Some(Own::Corrections) {
            return Ok(());
        }
        let said = read(&bytes).map_err(|error| unread(error.message()))?;
        let hash = ledger::hash(&bytes);
        let notice = said.source.sha256.clone();
        match self.reviews.get(&notice) {
            Some(other) if other.hash != hash => Err(ReviewedError {
                hint: Wording::new(
                    "keep the one that counts: the review page saves all that was said of a notice in one file",
                    "请只保留有效的一份：审核页会把对一份通知的全部意见存在同一个文件中",
                ),
                ..unread(Wording::new(
                    format!("{} corrects the same notice otherwise", other.path.display()),
                    format!("{} 对同一份通知另有更正", other.path.display()),
                ))
            }),
            Some(_) => Ok(()),
            None => {
                let review = Review { path, said, hash, asked_for: AtomicBool::new(false) };
                self.reviews.insert(notice, review);
                Ok(())
            }
        }
    }

    /// What was said of the notice with these bytes.
    pub fn of(&self, notice: &[u8]) -> Option<&Review> {
        // To hash each notice of an archive once more would be for nothing.
        if self.reviews.is_empty() {
            return None;
        }
        let review = self.reviews.get(&together::sha256(notice))?;
        review.asked_for.store(true, Ordering::Relaxed);
        Some(review)
    }

    /// How many files there are, and those that no notice has asked for.
    pub fn unused(&self) -> (usize, Vec<&Review>) {
        let unused = self.reviews.values().filter(|r| !r.asked_for.load(Ordering::Relaxed));
        (self.reviews.len(), unused.collect())
    }
}

/// Whether a file has a name as the review page and `fubiao serve` give it.
fn is_called_corrections(path: &Path) -> bool {
    let name = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    name == "corrections" || name.ends_with(".corrections")
}

/// Reads a file of corrections, held against its schema first: that says best what is wrong where.
///
/// # Errors
/// [`ErrorKind::BrokenCorrections`] if it is none.
pub fn read(bytes: &[u8]) -> Result<Corrections, Error> {
    let verdict = Judge::of_corrections().judge(bytes);
    let Some(violation) = verdict.violations.first() else { return corrections::read(bytes) };
    let Wording { en, zh } = violation.line();
    Err(Error::new(ErrorKind::BrokenCorrections {
        what: Wording::new(
            format!("not corrections of fubiao: {en}"),
            format!("不是 fubiao 的更正文件：{zh}"),
        ),
    }))
}

/// Applies what was said of a notice to its result, which is then checked as it stands.
///
/// # Errors
/// [`ErrorKind::BrokenCorrections`] if they do not fit; and if the record is not whole.
pub fn apply(record: &mut NoticeRecord, said: &Corrections) -> Result<(), Error> {
    let mut notice = record.to_notice()?;
    corrections::apply(said, &record.source.sha256, &mut notice)?;
    record.check_again(&notice);
    Ok(())
}
