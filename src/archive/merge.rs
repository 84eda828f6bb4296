//! Parts of an archive that several machines made, joined to what one run would have made.

use crate::archive::answer::{Files, Wanted};
use crate::archive::gather;
use crate::archive::ledger::{Entry, Ledger, Outcome};
use crate::archive::store::{Store, StoreError};
use crate::diag::Wording;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// Why parts can't be joined.
#[derive(Debug)]
pub enum MergeError {
    /// Occurs if two parts hold different results under one name.
    Conflict(String),
    /// Occurs if a part has no manifest: no run there, or one that was not finished.
    NoPart(PathBuf),
    /// Occurs if a part's result is not the one its manifest names, or its forms are not those asked for.
    Damaged(PathBuf, String),
    /// Occurs if the disk refuses.
    Store(StoreError),
}

impl From<StoreError> for MergeError {
    fn from(error: StoreError) -> MergeError {
        MergeError::Store(error)
    }
}

impl MergeError {
    /// What happened, and where.
    pub fn message(&self) -> Wording {
        match self {
            MergeError::Conflict(name) => Wording::new(
                format!("{name}: the parts hold different results"),
                format!("{name}：各部分的结果不一致"),
            ),
            MergeError::NoPart(path) => Wording::new(
                format!("{}: no manifest.ndjson, or a run that is not finished", path.display()),
                format!("{}：没有 manifest.ndjson，或运行尚未完成", path.display()),
            ),
            MergeError::Damaged(path, name) => Wording::new(
                format!(
                    "{}: the result of {name} is not the one in its manifest, or its --format was another",
                    path.display()
                ),
                format!("{}：{name} 的结果与其清单不符，或 --format 不同", path.display()),
            ),
            MergeError::Store(error) => {
                let Wording { en, zh } = error.what();
                let path = error.path().display();
                Wording::new(format!("{path}: {en}"), format!("{path}：{zh}"))
            }
        }
    }
}

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().en)
    }
}

/// Joins the parts into the store; returns how many notices it then holds.
///
/// # Errors
/// See [`MergeError`]. What was joined before stays.
pub fn merge(
    store: &Store,
    parts: &[PathBuf],
    settings: &gather::Settings,
    wanted: Wanted,
) -> Result<usize, MergeError> {
    let mut all: Ledger = store.ledger()?;
    for path in parts {
        if !path.join("manifest.ndjson").is_file() {
            return Err(MergeError::NoPart(path.clone()));
        }
        let part = Store::open(path)?;
        for (name, entry) in part.ledger()? {
            if all.get(&name).is_some_and(|held| *held != entry) {
                return Err(MergeError::Conflict(name));
            }
            take_over(store, &part, path, &entry, wanted)?;
            all.insert(name, entry);
        }
    }
    store.settle(&all)?;
    gather::gather(store, &all, settings)?;
    Ok(all.len())
}

fn take_over(
    store: &Store,
    part: &Store,
    path: &Path,
    entry: &Entry,
    wanted: Wanted,
) -> Result<(), MergeError> {
    if !matches!(entry.outcome, Outcome::Done { .. }) {
        return Ok(store.fail(entry)?);
    }
    if !part.holds(entry, wanted) {
        return Err(MergeError::Damaged(path.to_owned(), entry.name.clone()));
    }
    let read = |path: PathBuf| fs::read(&path).map_err(|e| StoreError::io(path, e));
    let files = Files {
        json: read(part.result(&entry.name))?,
        facts: read(part.facts_part(&entry.name))?,
        xlsx: wanted.xlsx.then(|| read(part.workbook(&entry.name))).transpose()?,
    };
    Ok(store.put(entry, &files)?)
}
