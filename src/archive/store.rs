//! The output folder of an archive: what stands where, written whole or not at all.
//!
//! ```text
//! out/
//!   notices/NAME.json     one result a notice, under the name of its input; NAME.xlsx on demand
//!   facts.ndjson          all facts of all notices, in the order of names
//!   facts.csv             the same as a table, on demand
//!   facts.parquet         the same, columnar; with years apart: facts/plan_year=2023/part-0.parquet
//!   manifest.ndjson       one entry a notice: content, key, outcome; there once a run is finished
//!   report.json           what this run did, and how long it took; report.txt: the same for people
//!   .fubiao/              what a run needs to go on: journal, lock, facts of each notice
//! ```
//!
//! Everything but the report is the same, byte for byte, whether the run was cut off or not. While a run
//! changes what is there, the manifest stands aside, in `.fubiao/`: it never names what is not there.

use crate::archive::answer::{Files, Wanted};
use crate::archive::disk::{self, Within};
use crate::archive::ledger::{self, Entry, Ledger};
use crate::diag::Wording;
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

    /// Where it happened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What happened.
    pub fn what(&self) -> Wording {
        match &self.kind {
            StoreErrorKind::Io(error) => disk::what(error),
            StoreErrorKind::Locked => {
                Wording::new("another run is writing there", "另一个运行正在写入此处")
            }
        }
    }

    /// What the reader can do about it, in one clause.
    pub fn hint(&self) -> Wording {
        match &self.kind {
            StoreErrorKind::Io(error) => disk::hint(error),
            StoreErrorKind::Locked => {
                Wording::new("wait for it, or give another --out", "请等它结束，或换一个 --out")
            }
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.what().en)
    }
}

impl std::error::Error for StoreError {}

/// An output folder, held by this run alone.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    journal: Mutex<Journal>,
    _lock: File,
}

/// What was done since the manifest was written.
#[derive(Debug)]
struct Journal {
    file: File,
    /// Whether the manifest stands aside already.
    begun: bool,
}

/// Begins the names of files that are not whole yet.
const WRITING: &str = ".writing-";

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
        let path = own.join("running");
        if path.exists() {
            sweep(root);
        }
        File::create(&path).map_err(|e| StoreError::io(&path, e))?;
        let path = own.join("journal.ndjson");
        let torn = read_if_there(&path)?;
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let mut file = file.map_err(|e| StoreError::io(&path, e))?;
        if !torn.is_empty() && !torn.ends_with('\n') {
            // The next line must not be lost with the torn one.
            file.write_all(b"\n").map_err(|e| StoreError::io(&path, e))?;
        }
        let journal = Mutex::new(Journal { file, begun: false });
        Ok(Store { root: root.to_owned(), journal, _lock: lock })
    }

    /// What is known to be done: the manifest, and what a run that was cut off left in its journal.
    ///
    /// # Errors
    /// If either is there and can't be read.
    pub fn ledger(&self) -> Result<Ledger, StoreError> {
        let mut text = read_if_there(&self.aside())?;
        text.push_str(&read_if_there(&self.manifest())?);
        text.push_str(&read_if_there(&self.own("journal.ndjson"))?);
        Ok(ledger::from_ndjson(&text))
    }

    /// Puts the manifest aside before the first change of this run.
    fn begin(&self) -> Result<(), StoreError> {
        let mut journal = self.journal.lock().unwrap_or_else(|held| held.into_inner());
        if !journal.begun && self.manifest().exists() {
            fs::rename(self.manifest(), self.aside())
                .map_err(|e| StoreError::io(self.manifest(), e))?;
        }
        journal.begun = true;
        Ok(())
    }

    /// Puts one result in its place, with the notice's facts, and notes it in the journal; in that order,
    /// so that no entry names what is not there.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn put(&self, entry: &Entry, files: &Files) -> Result<(), StoreError> {
        self.begin()?;
        write_whole(&self.facts_part(&entry.name), |out| out.write_all(&files.facts))?;
        write_whole(&self.result(&entry.name), |out| out.write_all(&files.json))?;
        match &files.xlsx {
            Some(book) => write_whole(&self.workbook(&entry.name), |out| out.write_all(book))?,
            None => self.remove(&self.workbook(&entry.name))?,
        }
        self.note(entry)
    }

    /// Notes that a notice failed, and takes away what an earlier content of it gave.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn fail(&self, entry: &Entry) -> Result<(), StoreError> {
        self.begin()?;
        for path in self.files_of(&entry.name) {
            self.remove(&path)?;
        }
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
            .file
            .write_all(line.as_bytes())
            .map_err(|e| StoreError::io(self.own("journal.ndjson"), e))
    }

    /// Whether the result that an entry names is there, and its facts, and it is the one meant; the
    /// workbook too, if it is wanted.
    pub fn holds(&self, entry: &Entry, wanted: Wanted) -> bool {
        let ledger::Outcome::Done { result, .. } = &entry.outcome else {
            return true;
        };
        self.facts_part(&entry.name).is_file()
            && (!wanted.xlsx || self.workbook(&entry.name).is_file())
            && fs::read(self.result(&entry.name)).is_ok_and(|bytes| ledger::hash(&bytes) == *result)
    }

    /// Writes the manifest and forgets the journal.
    ///
    /// # Errors
    /// If the disk refuses; the journal is then still there.
    pub fn settle(&self, ledger: &Ledger) -> Result<(), StoreError> {
        let text = ledger::to_ndjson(ledger);
        if read_if_there(&self.manifest())? != text {
            write_whole(&self.manifest(), |out| out.write_all(text.as_bytes()))?;
        }
        let mut journal = self.journal.lock().unwrap_or_else(|held| held.into_inner());
        journal.file.set_len(0).map_err(|e| StoreError::io(self.own("journal.ndjson"), e))?;
        journal.begun = false;
        self.remove(&self.aside())
    }

    /// Removes a file that may not be there.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn remove(&self, path: &Path) -> Result<(), StoreError> {
        match fs::remove_file(path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(StoreError::io(path, e)),
            _ => Ok(()),
        }
    }

    /// Every file of a notice's own that may be there.
    pub fn files_of(&self, name: &str) -> [PathBuf; 3] {
        [self.result(name), self.workbook(name), self.facts_part(name)]
    }

    fn manifest(&self) -> PathBuf {
        self.root.join("manifest.ndjson")
    }

    /// Where the manifest stands while a run changes what it names.
    fn aside(&self) -> PathBuf {
        self.own("manifest-before.ndjson")
    }

    /// The place of a notice's result.
    pub fn result(&self, name: &str) -> PathBuf {
        self.root.join("notices").join(format!("{name}.json"))
    }

    /// The place of a notice's workbook.
    pub fn workbook(&self, name: &str) -> PathBuf {
        self.root.join("notices").join(format!("{name}.xlsx"))
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

impl Drop for Store {
    fn drop(&mut self) {
        // If it stays, the next run looks for what this one left half written, and finds nothing.
        let _ = fs::remove_file(self.own("running"));
    }
}

/// Removes what a run that was cut off left half written.
fn sweep(root: &Path) {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let half_written = entry.file_name().to_string_lossy().starts_with(WRITING);
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                // One that can't be removed does no harm but to the eye.
                Ok(_) if half_written => drop(fs::remove_file(entry.path())),
                _ => {}
            }
        }
    }
}

/// Writes a file beside its place and renames it there: it is there whole or not at all.
///
/// # Errors
/// If the disk refuses; nothing is left behind then.
pub fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> Result<(), StoreError> {
    let error = |e| StoreError::io(path, e);
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(error)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(WRITING);
    // As any other file of the user's: what the umask leaves.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(error)?;
    let mut out = BufWriter::new(Within::new(file.as_file_mut()));
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

    fn files(json: &[u8]) -> Files {
        Files { json: json.to_vec(), facts: Vec::new(), xlsx: None }
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
        let plain = Wanted::default();
        assert!(!store.holds(&entry, plain));
        store.put(&entry, &files(b"{}")).unwrap();
        assert!(store.holds(&entry, plain));
        assert!(!store.holds(&entry, Wanted { xlsx: true }));
        assert_eq!(store.ledger().unwrap().len(), 1);
        fs::write(store.result("2023/a.pdf"), "{ }").unwrap();
        assert!(!store.holds(&entry, plain));
    }

    #[test]
    fn a_manifest_stands_aside_while_it_may_name_what_is_not_there() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        let entries = [done("a", b"1"), done("b", b"2")];
        let ledger: Ledger = entries.iter().map(|e| (e.name.clone(), e.clone())).collect();
        store.put(&entries[0], &files(b"1")).unwrap();
        store.put(&entries[1], &files(b"2")).unwrap();
        store.settle(&ledger).unwrap();
        assert!(root.path().join("manifest.ndjson").is_file());
        store.put(&done("b", b"3"), &files(b"3")).unwrap();
        assert!(!root.path().join("manifest.ndjson").exists());
        let known = store.ledger().unwrap();
        assert_eq!(known["a"], ledger["a"]);
        assert_eq!(known["b"], done("b", b"3"));
        store.settle(&known).unwrap();
        assert_eq!(store.ledger().unwrap(), known);
        assert!(!store.aside().exists());
    }

    #[test]
    fn what_was_half_written_or_torn_is_mended() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        store.put(&done("x/a", b"1"), &files(b"1")).unwrap();
        drop(store);
        let half = root.path().join("notices/x/.writing-1");
        fs::write(&half, "{").unwrap();
        // As a run leaves them that was killed.
        fs::write(root.path().join(".fubiao/running"), "").unwrap();
        let mut journal = OpenOptions::new()
            .append(true)
            .open(root.path().join(".fubiao/journal.ndjson"))
            .unwrap();
        journal.write_all(b"{\"name\":\"b").unwrap();
        let store = Store::open(root.path()).unwrap();
        assert!(!half.exists());
        store.put(&done("c", b"2"), &files(b"2")).unwrap();
        assert_eq!(store.ledger().unwrap().keys().collect::<Vec<_>>(), ["c", "x/a"]);
    }

    #[test]
    fn a_notice_that_fails_takes_its_older_result_with_it() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        store.put(&done("2023/a", b"1"), &files(b"1")).unwrap();
        let outcome = Outcome::Failed { reason: ledger::Reason::Timeout, message: "30 s".into() };
        store.fail(&Entry { outcome, ..done("2023/a", b"") }).unwrap();
        assert!(store.files_of("2023/a").iter().all(|path| !path.exists()));
    }

    #[test]
    fn a_failed_write_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("x.json");
        let refused = write_whole(&path, |out| {
            out.write_all(b"half")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(refused.unwrap_err().hint().en.contains("make room"));
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }
}
