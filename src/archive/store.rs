//! The output folder of an archive: what stands where, written whole or not at all.
//!
//! ```text
//! out/
//!   notices/NAME.json     one result a notice, under the name of its input
//!   facts.ndjson          all facts of all notices, in the order of names
//!   facts.parquet         the same, columnar; with years apart: facts/plan_year=2023/part.parquet
//!   manifest.ndjson       one entry a notice: content, key, outcome
//!   report.json           what this run did, and how long it took
//!   .fubiao/              what a run needs to go on: journal, lock, facts of each notice
//! ```
//!
//! Everything but `report.json` is the same, byte for byte, whether the run was cut off or not.

use crate::archive::ledger::{self, Entry, Ledger};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Why the output folder can't be used.
#[derive(Debug)]
pub struct StoreError {
    path: PathBuf,
    kind: StoreErrorKind,
}

#[derive(Debug)]
enum StoreErrorKind {
    Io(io::Error),
    Locked,
}

impl StoreError {
    /// An error of the disk at this path.
    pub fn io(path: impl Into<PathBuf>, error: io::Error) -> StoreError {
        StoreError { path: path.into(), kind: StoreErrorKind::Io(error) }
    }

    /// What the reader can do about it, in one clause.
    pub fn hint(&self) -> &'static str {
        match &self.kind {
            StoreErrorKind::Locked => "wait for it, or give another --out",
            StoreErrorKind::Io(e) => match e.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "make room and run the same command again: what is done stays done"
                }
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    "give an --out that can be written to"
                }
                _ => "run the same command again once the disk is well: what is done stays done",
            },
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.kind {
            StoreErrorKind::Io(e) => write!(f, "{path}: {e}"),
            StoreErrorKind::Locked => write!(f, "{path}: another run is writing there"),
        }
    }
}

impl std::error::Error for StoreError {}

/// An output folder, held by this run alone.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    journal: Mutex<File>,
    _lock: File,
}

impl Store {
    /// Opens or makes the folder and keeps other runs out of it.
    ///
    /// # Errors
    /// If it can't be made or written to, or another run holds it.
    pub fn open(root: &Path) -> Result<Store, StoreError> {
        let own = root.join(".fubiao");
        fs::create_dir_all(&own).map_err(|e| StoreError::io(&own, e))?;
        let path = own.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|e| StoreError::io(&path, e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                return Err(StoreError { path: root.to_owned(), kind: StoreErrorKind::Locked });
            }
            Err(fs::TryLockError::Error(e)) => return Err(StoreError::io(&path, e)),
        }
        let path = own.join("journal.ndjson");
        let journal = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(|e| StoreError::io(&path, e))?;
        Ok(Store { root: root.to_owned(), journal: Mutex::new(journal), _lock: lock })
    }

    /// What is known to be done: the manifest, and what a run that was cut off left in its journal.
    ///
    /// # Errors
    /// If either is there and can't be read.
    pub fn ledger(&self) -> Result<Ledger, StoreError> {
        let mut text = read_if_there(&self.root.join("manifest.ndjson"))?;
        text.push_str(&read_if_there(&self.own("journal.ndjson"))?);
        Ok(ledger::from_ndjson(&text))
    }

    /// Puts one result in its place, with the notice's facts, and notes it in the journal; in that order,
    /// so that no entry names what is not there.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn put(&self, entry: &Entry, result: &[u8], facts: &[u8]) -> Result<(), StoreError> {
        write_whole(&self.facts_part(&entry.name), |out| out.write_all(facts))?;
        write_whole(&self.result(&entry.name), |out| out.write_all(result))?;
        self.note(entry)
    }

    /// Notes an entry in the journal: one write a line, so that a cut tears at most the last one.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn note(&self, entry: &Entry) -> Result<(), StoreError> {
        let line = ledger::to_line(entry);
        let mut journal = self.journal.lock().unwrap_or_else(|held| held.into_inner());
        journal
            .write_all(line.as_bytes())
            .map_err(|e| StoreError::io(self.own("journal.ndjson"), e))
    }

    /// Whether the result that an entry names is there, and its facts, and it is the one meant.
    pub fn holds(&self, entry: &Entry) -> bool {
        let ledger::Outcome::Done { result, .. } = &entry.outcome else {
            return true;
        };
        fs::read(self.result(&entry.name)).is_ok_and(|bytes| ledger::hash(&bytes) == *result)
            && self.facts_part(&entry.name).is_file()
    }

    /// Writes the manifest and forgets the journal.
    ///
    /// # Errors
    /// If the disk refuses; the journal is then still there.
    pub fn settle(&self, ledger: &Ledger) -> Result<(), StoreError> {
        let text = ledger::to_ndjson(ledger);
        write_whole(&self.root.join("manifest.ndjson"), |out| out.write_all(text.as_bytes()))?;
        let journal = self.journal.lock().unwrap_or_else(|held| held.into_inner());
        journal.set_len(0).map_err(|e| StoreError::io(self.own("journal.ndjson"), e))
    }

    /// The place of a notice's result.
    pub fn result(&self, name: &str) -> PathBuf {
        self.root.join("notices").join(format!("{name}.json"))
    }

    /// The place of a notice's own facts.
    pub fn facts_part(&self, name: &str) -> PathBuf {
        self.own("facts").join(format!("{name}.ndjson"))
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A file of the run's own.
    pub fn own(&self, name: &str) -> PathBuf {
        self.root.join(".fubiao").join(name)
    }
}

/// Writes a file beside its place and renames it there: it is there whole or not at all.
///
/// # Errors
/// If the disk refuses; nothing is left behind then.
pub fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), StoreError> {
    let error = |e| StoreError::io(path, e);
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(error)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".writing-");
    // As any other file of the user's: what the umask leaves.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(error)?;
    let mut out = BufWriter::new(file.as_file_mut());
    write(&mut out).map_err(error)?;
    out.flush().map_err(error)?;
    drop(out);
    file.persist(path).map(drop).map_err(|e| error(e.error))
}

/// The text of a file, or none if there is no such file. Bytes that are no UTF-8 are replaced: a torn
/// journal may end within a character.
pub fn read_if_there(path: &Path) -> Result<String, StoreError> {
    match fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(e) => Err(StoreError::io(path, e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::ledger::{Gist, Outcome};

    fn done(name: &str, result: &[u8]) -> Entry {
        let outcome = Outcome::Done { result: ledger::hash(result), gist: Gist::default() };
        Entry { name: name.into(), bytes: 1, content: "c".into(), key: "k".into(), outcome }
    }

    #[test]
    fn a_second_run_is_kept_out() {
        let root = tempfile::tempdir().unwrap();
        let first = Store::open(root.path()).unwrap();
        let second = Store::open(root.path()).unwrap_err();
        assert!(second.to_string().contains("another run"), "{second}");
        drop(first);
        assert!(Store::open(root.path()).is_ok());
    }

    #[test]
    fn an_entry_counts_only_with_its_result() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        let entry = done("2023/a.pdf", b"{}");
        assert!(!store.holds(&entry));
        store.put(&entry, b"{}", b"").unwrap();
        assert!(store.holds(&entry));
        assert_eq!(store.ledger().unwrap().len(), 1);
        fs::write(store.result("2023/a.pdf"), "{ }").unwrap();
        assert!(!store.holds(&entry));
    }

    #[test]
    fn a_failed_write_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("x.json");
        let refused = write_whole(&path, |out| {
            out.write_all(b"half")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(refused.unwrap_err().hint().contains("make room"));
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }
}
