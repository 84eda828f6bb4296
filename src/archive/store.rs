//! The output folder of an archive: what stands where, written whole or not at all, and believed only as read.
//!
//! ```text
//! out/
//!   notices/NAME.json     one result a notice, under the name of its input; NAME.xlsx on demand
//!   facts.ndjson          all facts of all notices, in the order of names
//!   facts.csv             the same as a table, on demand
//!   facts.parquet         the same, columnar; with years apart: facts/plan_year=2023/part-0.parquet
//!   findings.*            what the notices say against themselves, and diagnostics.*: what could not be read with
//!                         confidence, in the same forms, with a line for each
//!   datapackage/          the same tables as a Frictionless Data Package, on demand
//!   manifest.ndjson       one entry a notice: content, key, outcome; there once a run is finished
//!   report.json           what this run did, and how long it took; report.txt: the same for people
//!   .fubiao/              what a run needs to go on: journal, lock, facts of each notice
//! ```
//!
//! Everything but the report is the same, byte for byte, whether the run was cut off or not. While a run
//! changes what is there, the manifest stands aside, in `.fubiao/`: it never names what is not there.
//!
//! Nothing is believed because it is there. An entry names the hash of each file of its notice ([`Piece`]); each
//! is held against it before it is used or said to be unchanged ([`Store::hold`]), and what does not fit is made
//! anew of the notice's result or, where that does not fit, of the notice. So a file that a loss of power left
//! empty, that a disk garbled or a hand altered costs time and no figure.

use crate::archive::answer::{Files, Remade, Wanted};
use crate::archive::disk::{self, Lasting, WRITING};
use crate::archive::ledger::{self, Apart, Entry, Ledger, Lines, Outcome, Piece};
use crate::archive::run::Shard;
use crate::diag::Wording;
use crate::name::RelativeName;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

/// Why the output folder, or one file of it, can't be used.
#[derive(Debug)]
pub struct StoreError {
    path: PathBuf,
    kind: StoreErrorKind,
}

#[derive(Debug)]
enum StoreErrorKind {
    Io(io::Error),
    /// A file that a run can't do without.
    Vital(io::Error),
    /// Another run holds the folder.
    Locked,
    /// A folder or file of the archive's own is a link that leads elsewhere.
    Link,
    /// It is a file.
    File,
    /// The folder holds something that a run would write over or remove, and fubiao did not make it.
    Others(&'static str),
    /// A result is another than it was a moment ago.
    Changed,
}

impl StoreError {
    /// An error of the disk at this path; or the one that it carries, from a file that was read meanwhile.
    pub fn io(path: impl Into<PathBuf>, error: io::Error) -> StoreError {
        error.downcast::<StoreError>().unwrap_or_else(|error| StoreError {
            path: path.into(),
            kind: StoreErrorKind::Io(error),
        })
    }

    /// The same, for a file that the whole run needs.
    fn vital(path: impl Into<PathBuf>, error: io::Error) -> StoreError {
        StoreError { path: path.into(), kind: StoreErrorKind::Vital(error) }
    }

    /// Where it happened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is the fault of one file: another may well be written. What the disk refuses to all, a full
    /// one or one that can only be read from, ends a run.
    pub fn is_of_one(&self) -> bool {
        match &self.kind {
            StoreErrorKind::Io(error) => matches!(
                error.kind(),
                ErrorKind::InvalidFilename
                    | ErrorKind::IsADirectory
                    | ErrorKind::NotADirectory
                    | ErrorKind::AlreadyExists
                    | ErrorKind::DirectoryNotEmpty
                    | ErrorKind::PermissionDenied
                    | ErrorKind::FileTooLarge
                    | ErrorKind::NotFound
                    | ErrorKind::InvalidInput
            ),
            StoreErrorKind::Link => true,
            StoreErrorKind::Vital(_)
            | StoreErrorKind::Locked
            | StoreErrorKind::File
            | StoreErrorKind::Others(_)
            | StoreErrorKind::Changed => false,
        }
    }

    /// Whether the place that was given can't be it, rather than that the disk is full or busy.
    pub fn is_of_place(&self) -> bool {
        match &self.kind {
            StoreErrorKind::Io(error) | StoreErrorKind::Vital(error) => disk::is_of_place(error),
            StoreErrorKind::Link | StoreErrorKind::File | StoreErrorKind::Others(_) => true,
            StoreErrorKind::Locked | StoreErrorKind::Changed => false,
        }
    }

    /// What happened.
    pub fn what(&self) -> Wording {
        match &self.kind {
            StoreErrorKind::Io(error) | StoreErrorKind::Vital(error) => disk::what(error),
            StoreErrorKind::Locked => {
                Wording::new("another run is writing there", "另一个运行正在写入此处")
            }
            StoreErrorKind::Link => Wording::new(
                "it is a link that leads out of the folder of results",
                "这是指向结果文件夹之外的链接",
            ),
            StoreErrorKind::File => {
                Wording::new("it is a file, expected a folder", "这是文件，应为文件夹")
            }
            StoreErrorKind::Others(name) => Wording::new(
                format!("the folder holds {name}, which fubiao did not make and would replace"),
                format!("文件夹中的 {name} 不是 fubiao 写出的，会被替换"),
            ),
            StoreErrorKind::Changed => {
                Wording::new("it changed during the run", "运行期间文件发生了变化")
            }
        }
    }

    /// What the reader can do about it, in one clause.
    pub fn hint(&self) -> Wording {
        match &self.kind {
            StoreErrorKind::Io(error) | StoreErrorKind::Vital(error) => disk::hint(error),
            StoreErrorKind::Locked => {
                Wording::new("wait for it, or give another --out", "请等它结束，或换一个 --out")
            }
            StoreErrorKind::Link => Wording::new(
                "put a folder in its place, or give another --out",
                "请换成真正的文件夹，或换一个 --out",
            ),
            StoreErrorKind::File => Wording::new("give another --out", "请换一个 --out"),
            StoreErrorKind::Others(_) => Wording::new(
                "give --out a new folder, or move that file away",
                "请为 --out 换一个新文件夹，或移走该文件",
            ),
            StoreErrorKind::Changed => Wording::new(
                "run the same command again: what was changed is read again",
                "请再次运行同一命令，改动过的部分会重新读取",
            ),
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
    /// The same, without links on the way.
    real: PathBuf,
    book: Mutex<Book>,
    /// Folders that are there, and lie in this one.
    folders: Mutex<HashSet<PathBuf>>,
    /// The outermost folder that was made for it, if it was not there before.
    made: Option<PathBuf>,
    _lock: File,
}

/// What is done: the entries, and the journal that new ones go to.
#[derive(Debug)]
struct Book {
    ledger: Ledger,
    journal: File,
    /// The journal's place among the ledger's files, and its length.
    number: u8,
    end: u64,
    /// Whether the manifest stands aside already.
    begun: bool,
}

/// What came of settling an archive.
#[derive(Debug)]
pub struct Settled {
    /// The manifest's hash.
    pub manifest: String,
    /// The notices whose content another one has, each with that one.
    pub twins: Vec<(RelativeName, RelativeName)>,
}

/// Which notice had a content first, by a hash of the content's hash.
#[derive(Default)]
struct Contents {
    first: HashMap<u64, u32>,
    hasher: RandomState,
}

impl Contents {
    /// The number of the first notice of this content that was read; its own if it is that one, or was not read.
    fn first(&mut self, entry: &Entry, number: u32) -> u32 {
        match entry.outcome {
            Outcome::Failed(_) => number,
            Outcome::Done { .. } => {
                *self.first.entry(self.hasher.hash_one(&entry.content)).or_insert(number)
            }
        }
    }
}

/// More folders than this are not kept in mind.
const FOLDERS: usize = 100_000;

const MANIFEST: &str = "manifest.ndjson";
/// Where the manifest stands while a run changes what it names.
const ASIDE: &str = ".fubiao/manifest-before.ndjson";
const JOURNAL: &str = ".fubiao/journal.ndjson";
const LOCK: &str = ".fubiao/lock";
/// Which parts of an archive the folder holds, a line each, where it does not hold all of one.
pub const SHARDS: &str = ".fubiao/shards";
/// There while a run is, and after one that was killed.
const RUNNING: &str = ".fubiao/running";

/// What lies in an output folder besides `.fubiao`: none of it is a notice.
pub const OUTPUTS: &[&str] = &[
    "notices",
    "datapackage",
    "facts",
    "facts.ndjson",
    "facts.csv",
    "facts.parquet",
    "findings.ndjson",
    "findings.csv",
    "findings.parquet",
    "diagnostics.ndjson",
    "diagnostics.csv",
    "diagnostics.parquet",
    MANIFEST,
    "report.json",
    "report.txt",
];

/// The folder by which an output folder is known.
pub const OWN: &str = ".fubiao";

impl Store {
    /// Opens or makes the folder and keeps other runs out of it.
    ///
    /// # Errors
    /// If it can't be made or written to, another run holds it, or it holds what others made where results would
    /// stand.
    pub fn open(root: &Path) -> Result<Store, StoreError> {
        let at = |name| RelativeName::known(name).below(root);
        let own = at(OWN);
        let refused = |kind| Err(StoreError { path: root.to_owned(), kind });
        if root.is_file() {
            return refused(StoreErrorKind::File);
        }
        if let Some(name) = others(root) {
            return refused(StoreErrorKind::Others(name));
        }
        let made = own.ancestors().take_while(|folder| !folder.exists());
        let made = made.filter(|folder| *folder != Path::new("")).last().map(Path::to_owned);
        fs::create_dir_all(&own).map_err(|e| StoreError::io(root, e))?;
        let real = root.canonicalize().map_err(|e| StoreError::io(root, e))?;
        if own.canonicalize().ok() != Some(RelativeName::known(OWN).below(&real)) {
            return Err(StoreError { path: own, kind: StoreErrorKind::Link });
        }
        let lock = open_own(&at(LOCK))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                return Err(StoreError { path: root.to_owned(), kind: StoreErrorKind::Locked });
            }
            Err(fs::TryLockError::Error(e)) => return Err(StoreError::io(at(LOCK), e)),
        }
        empty(&lock).map_err(|e| StoreError::vital(at(LOCK), e))?;
        if at(RUNNING).exists() {
            sweep(root);
        }
        open_own(&at(RUNNING))?;
        let journal = open_journal(&at(JOURNAL))?;
        let mut files = Vec::new();
        for name in [ASIDE, MANIFEST] {
            match File::open(at(name)) {
                Ok(file) => files.push(file),
                Err(e) if e.kind() == ErrorKind::NotFound => {}
                Err(e) => return Err(StoreError::vital(at(name), e)),
            }
        }
        let unread = |e| StoreError::vital(at(MANIFEST), e);
        let number = if files.len() > 1 { 2 } else { u8::from(!files.is_empty()) };
        files.push(journal.try_clone().map_err(unread)?);
        let end = journal.metadata().map_err(unread)?.len();
        let ledger = Ledger::read(files).map_err(unread)?;
        Ok(Store {
            root: root.to_owned(),
            real,
            book: Mutex::new(Book { ledger, journal, number, end, begun: false }),
            folders: Mutex::default(),
            made,
            _lock: lock,
        })
    }

    /// Lets go of a folder that nothing was written to: what opening it made is taken away again, and nothing else.
    pub fn abandon(self) {
        let Some(made) = self.made.clone().filter(|_| !self.book().begun) else { return };
        let (root, files) = (self.root.clone(), [RUNNING, JOURNAL, LOCK].map(|name| self.at(name)));
        let untouched = |file: &PathBuf| file.metadata().is_ok_and(|about| about.len() == 0);
        if !files.iter().all(untouched) {
            return;
        }
        for file in &files {
            let _ = fs::remove_file(file);
        }
        // Some systems keep the name of an open file until it is closed.
        drop(self);
        for folder in RelativeName::known(OWN).below(&root).ancestors() {
            // A folder that holds something stays.
            if fs::remove_dir(folder).is_err() || folder == made {
                return;
            }
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(|held| held.into_inner())
    }

    /// What is known of a notice: its entry in the manifest, or in the journal of a run that was cut off. Not more
    /// than an entry: [`Store::hold`] says what stands of it.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn entry(&self, name: &RelativeName) -> Result<Option<Entry>, StoreError> {
        self.book().ledger.get(name).map_err(|e| StoreError::vital(self.manifest(), e))
    }

    /// The names of the notices that have an entry and are wanted, in their order.
    ///
    /// # Errors
    /// If they can't be read.
    pub fn names(
        &self,
        wanted: &dyn Fn(&RelativeName) -> bool,
    ) -> Result<Vec<RelativeName>, StoreError> {
        self.book().ledger.names(wanted).map_err(|e| StoreError::vital(self.manifest(), e))
    }

    /// Puts the manifest aside before the first change of this run.
    fn begin(&self) -> Result<(), StoreError> {
        let mut book = self.book();
        if !book.begun && self.manifest().exists() {
            let aside = self.at(ASIDE);
            fs::rename(self.manifest(), &aside)
                .map_err(|e| StoreError::vital(self.manifest(), e))?;
        }
        book.begun = true;
        Ok(())
    }

    /// Puts the files of a notice in their places and notes its entry in the journal; in that order, so that
    /// no entry names what is not there. The entry comes back with the hashes of the files.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn put(&self, entry: &Entry, files: &Files) -> Result<Entry, StoreError> {
        let mut entry = entry.clone();
        if let Outcome::Done { files: hashes, .. } = &mut entry.outcome {
            *hashes = files.iter().map(|(piece, bytes)| (*piece, ledger::hash(bytes))).collect();
        }
        self.begin()?;
        // The result last: without it, none of the others counts.
        for (piece, bytes) in files.iter().rev() {
            self.write(&entry.name, *piece, bytes)?;
        }
        for piece in Piece::ALL.into_iter().filter(|piece| !files.contains_key(piece)) {
            self.clear(&entry.name, piece)?;
        }
        self.note(&entry)?;
        Ok(entry)
    }

    /// Notes that a notice failed, and takes away what an earlier content of it gave.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn fail(&self, entry: &Entry) -> Result<(), StoreError> {
        self.forget(&entry.name)?;
        self.note(entry)
    }

    /// Takes away what there is of a notice.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn forget(&self, name: &RelativeName) -> Result<(), StoreError> {
        self.begin()?;
        Piece::ALL.iter().try_for_each(|piece| self.clear(name, *piece))
    }

    /// Notes an entry in the journal: one write a line, so that a cut tears at most the last one.
    fn note(&self, entry: &Entry) -> Result<(), StoreError> {
        let line = ledger::to_line(entry);
        let mut book = self.book();
        let (number, at) = (book.number, book.end);
        book.journal
            .write_all(line.as_bytes())
            .map_err(|e| StoreError::vital(self.at(JOURNAL), e))?;
        book.end += line.len() as u64;
        book.ledger.set(&entry.name, number, at);
        Ok(())
    }

    /// Holds what an entry names against what is there. What can be made of the result is made again where it
    /// does not fit, and taken away where it is not wanted. Gives the entry as it then is, or `None` where the
    /// result is not the one meant: the notice is to be read again.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn hold(&self, mut entry: Entry, wanted: Wanted) -> Result<Option<Entry>, StoreError> {
        let Entry { name, outcome, .. } = &mut entry;
        let Outcome::Done { files, .. } = outcome else {
            // A file under this name is of someone else.
            for piece in Piece::ALL {
                self.clear(name, piece)?;
            }
            return Ok(Some(entry));
        };
        if !self.fits(name, files, Piece::Result) {
            return Ok(None);
        }
        let known = files.clone();
        let mut remade = None;
        for piece in Piece::ALL.into_iter().skip(1) {
            if !wanted.holds(piece) {
                if files.remove(&piece).is_some() {
                    self.begin()?;
                }
                self.clear(name, piece)?;
            } else if !self.fits(name, files, piece) {
                if remade.is_none() {
                    remade = self.remade(name, files);
                }
                let Some(Ok(bytes)) = remade.as_ref().map(|result| result.piece(piece)) else {
                    return Ok(None);
                };
                let hash = ledger::hash(&bytes);
                // Another build made it, or another result did.
                if files.get(&piece).is_some_and(|known| *known != hash) {
                    return Ok(None);
                }
                if files.insert(piece, hash).is_none() {
                    self.begin()?;
                }
                self.write(name, piece, &bytes)?;
            }
        }
        if *files != known {
            self.note(&entry)?;
        }
        Ok(Some(entry))
    }

    /// The bytes of a file of a notice, held against its entry; made anew of the result where they do not fit.
    ///
    /// # Errors
    /// If the result does not fit either, or the disk refuses.
    pub fn piece(&self, entry: &Entry, piece: Piece) -> Result<Vec<u8>, StoreError> {
        let changed = || StoreError {
            path: self.place(&entry.name, Piece::Result),
            kind: StoreErrorKind::Changed,
        };
        let Outcome::Done { files, .. } = &entry.outcome else { return Err(changed()) };
        let fits = |bytes: &Vec<u8>| files.get(&piece).is_some_and(|h| *h == ledger::hash(bytes));
        if let Some(bytes) = fs::read(self.place(&entry.name, piece)).ok().filter(fits) {
            return Ok(bytes);
        }
        let remade = self.remade(&entry.name, files).and_then(|result| result.piece(piece).ok());
        let bytes = remade.filter(fits).ok_or_else(changed)?;
        self.write(&entry.name, piece, &bytes)?;
        Ok(bytes)
    }

    /// Whether a file of a notice is the one that its entry names.
    fn fits(&self, name: &RelativeName, files: &BTreeMap<Piece, String>, piece: Piece) -> bool {
        files.get(&piece).is_some_and(|hash| is_there(&self.place(name, piece), hash))
    }

    /// The result of a notice, if it is the one that its entry names.
    fn remade(&self, name: &RelativeName, files: &BTreeMap<Piece, String>) -> Option<Remade> {
        let bytes = fs::read(self.place(name, Piece::Result)).ok()?;
        let fits = files.get(&Piece::Result).is_some_and(|hash| *hash == ledger::hash(&bytes));
        fits.then(|| Remade::of(&bytes).ok()).flatten()
    }

    /// Writes the manifest with the entries of these names, which are in their order, and forgets the journal. Of
    /// notices with the same content, the first counts; `has_input` says which others do not.
    ///
    /// # Errors
    /// If the disk refuses; the journal is then still there.
    pub fn settle(
        &self,
        names: &[&RelativeName],
        has_input: &dyn Fn(&Entry) -> bool,
    ) -> Result<Settled, StoreError> {
        let path = self.manifest();
        let error = |e| StoreError::vital(&path, e);
        let mut book = self.book();
        let lines = |show: &mut dyn FnMut(&Entry, &str) -> io::Result<()>| {
            let mut contents = Contents::default();
            names.iter().zip(0..).try_for_each(|(name, number)| {
                let Some(mut entry) = book.ledger.get(name)? else { return Ok(()) };
                entry.apart = if has_input(&entry) {
                    let first = contents.first(&entry, number);
                    (first != number).then(|| Apart::SameAs(names[first as usize].clone()))
                } else {
                    Some(Apart::NoInput)
                };
                show(&entry, &ledger::to_line(&entry))
            })
        };
        let (mut hasher, mut twins) = (blake3::Hasher::new(), Vec::new());
        lines(&mut |entry, line| {
            hasher.update(line.as_bytes());
            if let Some(Apart::SameAs(first)) = &entry.apart {
                twins.push((entry.name.clone(), first.clone()));
            }
            Ok(())
        })
        .map_err(error)?;
        let hash = hasher.finalize().to_hex().to_string();
        if !is_there(&path, &hash) {
            // What the manifest names is on the disk before the manifest is.
            disk::sync(&self.root).map_err(error)?;
            disk::write_whole(&path, Lasting::Now, |out| {
                lines(&mut |_, line| out.write_all(line.as_bytes()))
            })
            .map_err(error)?;
        }
        empty(&book.journal).map_err(|e| StoreError::vital(self.at(JOURNAL), e))?;
        let files =
            vec![File::open(&path).map_err(error)?, book.journal.try_clone().map_err(error)?];
        book.ledger = Ledger::read(files).map_err(error)?;
        (book.number, book.end, book.begun) = (1, 0, false);
        remove(&self.at(ASIDE))?;
        Ok(Settled { manifest: hash, twins })
    }

    /// The entries of the manifest, in the order of names, without an index of them.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn entries(&self) -> Result<Entries, StoreError> {
        let path = self.manifest();
        let file = File::open(&path).map_err(|e| StoreError::vital(&path, e))?;
        Ok(Entries { lines: Lines::new(file), path })
    }

    fn write(&self, name: &RelativeName, piece: Piece, bytes: &[u8]) -> Result<(), StoreError> {
        self.write_whole(&self.place(name, piece), Lasting::Later, |out| out.write_all(bytes))
    }

    /// Writes a file of the archive, whole or not at all.
    ///
    /// # Errors
    /// If the disk refuses, or a link leads out of the folder.
    pub fn write_whole(
        &self,
        path: &Path,
        lasting: Lasting,
        write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        self.make_folder(path.parent().unwrap_or(&self.root))?;
        disk::write_whole(path, lasting, write).map_err(|e| StoreError::io(path, e))
    }

    /// Makes a folder, and sees that it lies in this one: what is written to it is to stay here.
    fn make_folder(&self, folder: &Path) -> Result<(), StoreError> {
        let mut folders = self.folders.lock().unwrap_or_else(|held| held.into_inner());
        if folders.contains(folder) {
            return Ok(());
        }
        let error = |e| StoreError::io(folder, e);
        fs::create_dir_all(folder).map_err(error)?;
        if !folder.canonicalize().map_err(error)?.starts_with(&self.real) {
            return Err(StoreError { path: folder.to_owned(), kind: StoreErrorKind::Link });
        }
        if folders.len() < FOLDERS {
            folders.insert(folder.to_owned());
        }
        Ok(())
    }

    /// Notes which part of an archive this folder holds; several runs may have read several of the same split.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn note_shard(&self, shard: Option<Shard>) -> Result<(), StoreError> {
        let path = self.at(SHARDS);
        let Some(shard) = shard else { return remove(&path) };
        let known = shards(&fs::read_to_string(&path).unwrap_or_default());
        let mut shards: BTreeSet<u64> =
            known.iter().filter(|known| known.count == shard.count).map(|s| s.index).collect();
        if !shards.insert(shard.index) && known.len() == shards.len() {
            return Ok(());
        }
        let lines = shards.iter().map(|&index| format!("{}\n", Shard { index, ..shard }));
        let lines: String = lines.collect();
        self.write_whole(&path, Lasting::Now, |out| out.write_all(lines.as_bytes()))
    }

    /// Removes a file of a notice that may not be there. What stands in its place and is no file stays: it is no
    /// file of the notice.
    fn clear(&self, name: &RelativeName, piece: Piece) -> Result<(), StoreError> {
        match remove(&self.place(name, piece)) {
            Err(error) if !error.is_of_one() => Err(error),
            _ => Ok(()),
        }
    }

    fn manifest(&self) -> PathBuf {
        self.at(MANIFEST)
    }

    /// The place of a file of a notice.
    pub fn place(&self, name: &RelativeName, piece: Piece) -> PathBuf {
        let (folder, ending) = piece.place();
        let place = name.with_suffix(ending).and_then(|n| n.within(&RelativeName::known(folder)));
        // The names of notices leave room for both; one that is none has no place but where nothing is.
        place.unwrap_or_else(|_| RelativeName::known(".fubiao/nowhere")).below(&self.root)
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The place of a file that the program names.
    pub fn at(&self, name: &'static str) -> PathBuf {
        RelativeName::known(name).below(&self.root)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // If it stays, the next run looks for what this one left half written, and finds nothing.
        let _ = fs::remove_file(self.at(RUNNING));
    }
}

/// The parts of an archive that such a file names; what is no name of one is passed over.
pub fn shards(text: &str) -> Vec<Shard> {
    text.lines().filter_map(Shard::parse).collect()
}

/// The entries of a manifest, one after the other.
#[derive(Debug)]
pub struct Entries {
    lines: Lines<File>,
    path: PathBuf,
}

impl Iterator for Entries {
    type Item = Result<Entry, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            return match self.lines.next_line() {
                Ok(None) => None,
                Ok(Some((_, line))) => match line.and_then(|line| ledger::from_line(&line)) {
                    Ok(entry) => Some(Ok(entry)),
                    Err(_) => continue,
                },
                Err(error) => Some(Err(StoreError::vital(&self.path, error))),
            };
        }
    }
}

/// What lies in a folder where results would stand, and is of someone else. Known as an archive's is a folder that has
/// the archive's own one, or its manifest: results may have been carried here without what is hidden.
fn others(root: &Path) -> Option<&'static str> {
    let at = |name| RelativeName::known(name).below(root);
    let manifest = File::open(at(MANIFEST)).ok();
    let first = manifest.and_then(|file| Lines::new(file).next_line().ok().flatten());
    let is_ours = first.is_some_and(|(_, line)| line.is_ok_and(|l| ledger::from_line(&l).is_ok()));
    if is_ours || at(OWN).exists() {
        return None;
    }
    // Results stand in `notices` under names of their own, beside whatever else is there.
    let names = OUTPUTS.iter().copied().filter(|name| *name != "notices");
    names.into_iter().find(|name| fs::symlink_metadata(at(name)).is_ok())
}

/// Opens or makes a file of the archive's own, and no link in its place: what it leads to is not ours to write to.
fn open_own(path: &Path) -> Result<File, StoreError> {
    if fs::symlink_metadata(path).is_ok_and(|m| m.is_symlink()) {
        return Err(StoreError { path: path.to_owned(), kind: StoreErrorKind::Link });
    }
    let mut options = OpenOptions::new();
    options.create(true).read(true).append(true);
    #[cfg(unix)]
    {
        let no_link = rustix::fs::OFlags::NOFOLLOW.bits();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, no_link.cast_signed());
    }
    options.open(path).map_err(|e| StoreError::vital(path, e))
}

/// Takes out what a file holds, if it holds anything.
fn empty(file: &File) -> io::Result<()> {
    if file.metadata()?.len() > 0 { file.set_len(0) } else { Ok(()) }
}

/// Opens the journal; a line that a cut tore is ended, so that the next one is not lost with it.
fn open_journal(path: &Path) -> Result<File, StoreError> {
    let mut journal = open_own(path)?;
    let error = |e| StoreError::vital(path, e);
    if journal.metadata().map_err(error)?.len() > 0 {
        let mut last = [0];
        journal.seek(SeekFrom::End(-1)).map_err(error)?;
        journal.read_exact(&mut last).map_err(error)?;
        if last != *b"\n" {
            journal.write_all(b"\n").map_err(error)?;
        }
    }
    Ok(journal)
}

/// Removes a file that may not be there.
///
/// # Errors
/// If the disk refuses.
pub fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(StoreError::io(path, e)),
        _ => Ok(()),
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

/// Whether a file is there with these bytes, by their hash.
pub fn is_there(path: &Path, hash: &str) -> bool {
    File::open(path).and_then(ledger::hash_of).is_ok_and(|found| found == hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::ledger::{Failure, Gist, Reason};
    use crate::emit::json;
    use crate::emit::record::NoticeRecord;
    use crate::options::Options;
    use crate::pipeline;
    use crate::source::Source;

    const PLAIN: Wanted = Wanted { xlsx: false };

    fn name(text: &str) -> RelativeName {
        RelativeName::new(text).unwrap()
    }

    /// The files of a notice whose one figure is this.
    fn files(figure: u32, wanted: Wanted) -> Files {
        let text = format!("某建保〔2023〕1号\n\n通知\n\n附件1\n表\n市县\t数\n甲县\t{figure}\n");
        let source = Source::new("a.txt", text.into_bytes()).unwrap();
        let reading = pipeline::read(&source, &Options::default()).unwrap();
        let mut result = Vec::new();
        json::write(&mut result, &NoticeRecord::new(&source, &reading)).unwrap();
        let remade = Remade::of(&result).unwrap();
        let mut files = Files::from([(Piece::Result, result)]);
        for piece in Piece::ALL.into_iter().skip(1).filter(|piece| wanted.holds(*piece)) {
            files.insert(piece, remade.piece(piece).unwrap());
        }
        files
    }

    fn done(notice: &str) -> Entry {
        let outcome = Outcome::Done { files: BTreeMap::new(), gist: Gist::default() };
        let (content, key) = (notice.to_owned(), "k".to_owned());
        Entry { name: name(notice), bytes: 1, content, key, apart: None, outcome }
    }

    fn put(store: &Store, notice: &str, figure: u32) -> Entry {
        store.put(&done(notice), &files(figure, PLAIN)).unwrap()
    }

    fn names(store: &Store) -> Vec<RelativeName> {
        store.names(&|_| true).unwrap()
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
    fn a_folder_of_someone_else_is_not_written_into() {
        for name in ["facts.csv", "report.txt", "datapackage", "manifest.ndjson"] {
            let root = tempfile::tempdir().unwrap();
            let path = root.path().join(name);
            match name {
                "datapackage" => fs::create_dir(&path).unwrap(),
                _ => fs::write(&path, "mine").unwrap(),
            }
            let refused = Store::open(root.path()).unwrap_err();
            assert!(refused.what().en.contains(name) && refused.is_of_place(), "{refused}");
            assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1, "{name}");
        }
        // An archive without what is hidden, as copied or checked out, is one.
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        let entry = put(&store, "a", 1);
        store.settle(&[&entry.name], &|_| true).unwrap();
        drop(store);
        fs::write(root.path().join("facts.csv"), "").unwrap();
        fs::remove_dir_all(root.path().join(OWN)).unwrap();
        assert!(Store::open(root.path()).is_ok());
        let file = root.path().join("facts.csv");
        let refused = Store::open(&file).unwrap_err();
        assert_eq!((refused.path(), refused.is_of_place()), (&*file, true));
    }

    #[test]
    fn what_is_made_of_a_result_is_made_anew_and_a_result_is_read_anew() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        let entry = put(&store, "2023/a.pdf", 1);
        assert_eq!(store.entry(&entry.name).unwrap(), Some(entry.clone()));
        let facts = store.place(&entry.name, Piece::Facts);
        let whole = fs::read(&facts).unwrap();
        let hold = || store.hold(entry.clone(), PLAIN).unwrap();
        for damaged in [&b""[..], &whole[..9], b"{}"] {
            fs::write(&facts, damaged).unwrap();
            assert_eq!(hold(), Some(entry.clone()));
            assert_eq!(fs::read(&facts).unwrap(), whole);
            fs::write(&facts, damaged).unwrap();
            assert_eq!(store.piece(&entry, Piece::Facts).unwrap(), whole);
        }
        fs::remove_file(&facts).unwrap();
        assert_eq!(hold(), Some(entry.clone()));
        let result = store.place(&entry.name, Piece::Result);
        for damaged in [&b""[..], b"{}", &files(2, PLAIN)[&Piece::Result]] {
            fs::write(&result, damaged).unwrap();
            assert_eq!(hold(), None);
        }
        let other = put(&store, "b.txt", 2);
        fs::copy(store.place(&other.name, Piece::Facts), &facts).unwrap();
        assert_eq!(hold(), None, "facts of another and no result");
        assert!(store.piece(&entry, Piece::Facts).is_err());
    }

    #[cfg(feature = "xlsx")]
    #[test]
    fn a_workbook_comes_and_goes_with_what_is_wanted() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        let entry = put(&store, "a", 1);
        let book = store.place(&entry.name, Piece::Workbook);
        let with = store.hold(entry.clone(), Wanted { xlsx: true }).unwrap().unwrap();
        assert!(book.is_file() && with != entry);
        assert_eq!(store.entry(&entry.name).unwrap(), Some(with.clone()));
        let whole = fs::read(&book).unwrap();
        fs::write(&book, "x").unwrap();
        assert_eq!(store.hold(with.clone(), Wanted { xlsx: true }).unwrap(), Some(with.clone()));
        assert_eq!(fs::read(&book).unwrap(), whole);
        assert_eq!(store.hold(with, PLAIN).unwrap(), Some(entry));
        assert!(!book.exists());
    }

    #[test]
    fn a_manifest_stands_aside_while_it_may_name_what_is_not_there() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        let [a, b] = ["a", "b"].map(|name| put(&store, name, 1));
        store.settle(&[&a.name, &b.name], &|_| true).unwrap();
        let manifest = root.path().join("manifest.ndjson");
        let before = fs::read_to_string(&manifest).unwrap();
        assert_eq!(before, ledger::to_line(&a) + &ledger::to_line(&b));
        let other = put(&store, "b", 3);
        assert!(!manifest.exists());
        assert_eq!(store.entry(&a.name).unwrap(), Some(a.clone()));
        assert_eq!(store.entry(&b.name).unwrap(), Some(other.clone()));
        drop(store);
        // As after a run that was cut off.
        let store = Store::open(root.path()).unwrap();
        assert_eq!(store.entry(&b.name).unwrap(), Some(other.clone()));
        store.settle(&[&a.name, &b.name], &|_| true).unwrap();
        assert!(!store.at(ASIDE).exists());
        let entries: Vec<Entry> = store.entries().unwrap().map(Result::unwrap).collect();
        assert_eq!(entries, [a.clone(), other]);
        // One that is not named goes.
        store.settle(&[&a.name], &|_| true).unwrap();
        assert_eq!(names(&store), ["a"]);
        fs::write(&manifest, before + "{\"name\":\"z\"}\n").unwrap();
        store.settle(&[&a.name], &|_| true).unwrap();
        assert_eq!(fs::read_to_string(&manifest).unwrap(), ledger::to_line(&a));
    }

    #[test]
    fn what_was_half_written_or_torn_is_mended() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        put(&store, "x/a", 1);
        drop(store);
        let half = root.path().join(format!("notices/x/{WRITING}1"));
        fs::write(&half, "{").unwrap();
        // As a run leaves them that was killed.
        fs::write(root.path().join(RUNNING), "").unwrap();
        let mut journal = OpenOptions::new().append(true).open(root.path().join(JOURNAL)).unwrap();
        journal.write_all(b"{\"name\":\"b").unwrap();
        let store = Store::open(root.path()).unwrap();
        assert!(!half.exists());
        put(&store, "c", 2);
        assert_eq!(names(&store), ["c", "x/a"]);
    }

    #[test]
    fn a_notice_that_fails_takes_its_older_result_with_it() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        let entry = put(&store, "2023/a", 1);
        let outcome = Outcome::Failed(Failure::new(Reason::Timeout, Wording::new("30 s", "30 秒")));
        let failed = Entry { outcome, ..entry };
        store.fail(&failed).unwrap();
        let is_there = |piece| store.place(&failed.name, piece).exists();
        assert!(!Piece::ALL.into_iter().any(is_there));
        // Nor does one that was put there count.
        fs::write(store.place(&failed.name, Piece::Result), "{}").unwrap();
        assert_eq!(store.hold(failed.clone(), PLAIN).unwrap(), Some(failed.clone()));
        assert!(!is_there(Piece::Result));
    }

    #[test]
    fn a_folder_in_place_of_a_file_is_the_fault_of_one_notice() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        fs::create_dir_all(root.path().join("notices/a.json/b")).unwrap();
        let refused = store.put(&done("a"), &files(1, PLAIN)).unwrap_err();
        assert!(refused.is_of_one(), "{refused}");
        let outcome = Outcome::Failed(Failure::new(Reason::File, Wording::new("x", "x")));
        store.fail(&Entry { outcome, ..done("a") }).unwrap();
        put(&store, "b", 1);
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        use std::os::unix::fs::symlink;
        let [outside, root] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let kept = outside.path().join("kept");
        fs::write(&kept, "kept").unwrap();
        for own in [RUNNING, LOCK, JOURNAL] {
            let _ = fs::remove_dir_all(root.path().join(OWN));
            fs::create_dir_all(root.path().join(OWN)).unwrap();
            symlink(&kept, root.path().join(own)).unwrap();
            let refused = Store::open(root.path()).unwrap_err();
            assert!(refused.to_string().contains("it is a link"), "{refused}");
        }
        fs::remove_dir_all(root.path().join(OWN)).unwrap();
        fs::create_dir_all(root.path().join("notices")).unwrap();
        symlink(outside.path(), root.path().join("notices/2023")).unwrap();
        let store = Store::open(root.path()).unwrap();
        assert!(store.put(&done("2023/kept"), &files(1, PLAIN)).unwrap_err().is_of_one());
        put(&store, "2022/kept", 1);
        drop(store);
        fs::remove_dir_all(root.path().join(OWN)).unwrap();
        symlink(outside.path(), root.path().join(OWN)).unwrap();
        assert!(Store::open(root.path()).unwrap_err().to_string().contains("it is a link"));
        assert_eq!(fs::read_to_string(&kept).unwrap(), "kept");
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
    }
}
