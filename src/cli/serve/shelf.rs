//! The folder that holds everything: each notice in a folder of its own, named by the SHA-256 of its bytes. What a
//! notice has come to is told by the files that are there, so that whatever ends the server loses nothing.

use crate::archive::answer::Answer;
use crate::archive::disk::{self, Lasting, WRITING, write_whole};
use crate::archive::ledger::Piece;
use crate::archive::reviewed;
use crate::cli::summary;
use crate::corrections;
use crate::diag::Wording;
use crate::emit::json;
use crate::emit::record::NoticeRecord;
use crate::error::Error;
use crate::name::RelativeName;
use crate::plain;
use serde_json::{Value, json};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The folder.
#[derive(Debug)]
pub struct Shelf {
    root: PathBuf,
    _lock: File,
}

/// Why a folder can't be one.
#[derive(Debug)]
pub enum ShelfError {
    /// It can't be made or written to.
    Io(io::Error),
    /// Another server keeps its notices there.
    Served,
}

impl From<io::Error> for ShelfError {
    fn from(error: io::Error) -> ShelfError {
        ShelfError::Io(error)
    }
}

/// The name of a notice's folder: 64 hexadecimal digits, so that no name leads elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(RelativeName);

impl Id {
    /// The name, if it is one.
    pub fn parse(text: &str) -> Option<Id> {
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_id = text.len() == 64 && text.bytes().all(is_hex);
        RelativeName::new(text).ok().filter(|_| is_id).map(Id)
    }
}

/// A file of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Its bytes as they came.
    Source,
    /// Names and time.
    About,
    /// What was read.
    Result,
    /// The review page.
    Review,
    /// Why it could not be read.
    Failure,
    /// What the reviewer saved.
    Corrections,
    /// What the reviewer has done and not saved yet.
    Draft,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::Source => "source",
            Part::About => "about.json",
            Part::Result => "result.json",
            Part::Review => "review.html",
            Part::Failure => "failure.json",
            Part::Corrections => "corrections.json",
            Part::Draft => "draft.json",
        }
    }
}

/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 200;

impl Shelf {
    /// Opens the folder, or makes it, and keeps other servers out of it.
    pub fn open(root: &Path) -> Result<Shelf, ShelfError> {
        let at = |name| RelativeName::known(name).below(root);
        fs::create_dir_all(at("notices"))?;
        fs::create_dir_all(at("incoming"))?;
        let lock = OpenOptions::new().create(true).append(true).open(at(".fubiao-serve"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ShelfError::Served),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let shelf = Shelf { root: root.to_owned(), _lock: lock };
        // What was on its way when a server ended never arrived. Whatever else lies there is not ours.
        for entry in fs::read_dir(shelf.incoming())? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(WRITING) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(shelf)
    }

    /// A file for what arrives, on the same disk as its place.
    pub fn arriving(&self) -> io::Result<tempfile::NamedTempFile> {
        tempfile::Builder::new().prefix(WRITING).tempfile_in(self.incoming())
    }

    fn incoming(&self) -> PathBuf {
        RelativeName::known("incoming").below(&self.root)
    }

    fn notices(&self) -> PathBuf {
        RelativeName::known("notices").below(&self.root)
    }

    fn path(&self, id: &Id, part: Part) -> PathBuf {
        RelativeName::known(part.name()).below(&id.0.below(&self.notices()))
    }

    /// Takes in a file that has arrived. One with the same bytes is the same notice under another name.
    pub fn take_in(&self, id: &Id, name: &str, arrived: tempfile::NamedTempFile) -> io::Result<()> {
        let source = self.path(id, Part::Source);
        if let Some(folder) = source.parent() {
            fs::create_dir_all(folder)?;
        }
        arrived.persist(&source)?;
        let mut names = self.names(id);
        let name: String = name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let name = if name.is_empty() { "notice" } else { name }.to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
        let at = match self.about(id)["at"].as_u64() {
            Some(at) => at,
            None => {
                SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_millis() as u64)
            }
        };
        self.write(id, Part::About, json!({"names": names, "at": at}).to_string().as_bytes())
    }

    fn about(&self, id: &Id) -> Value {
        let bytes = self.read(id, Part::About).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    fn names(&self, id: &Id) -> Vec<String> {
        serde_json::from_value(self.about(id)["names"].clone()).unwrap_or_default()
    }

    /// The name it came under first.
    pub fn name(&self, id: &Id) -> String {
        self.names(id).into_iter().next().unwrap_or_else(|| "notice".to_owned())
    }

    /// The bytes of a part.
    pub fn read(&self, id: &Id, part: Part) -> io::Result<Vec<u8>> {
        fs::read(self.path(id, part))
    }

    /// Writes a part, whole or not at all.
    pub fn write(&self, id: &Id, part: Part, bytes: &[u8]) -> io::Result<()> {
        if !self.path(id, Part::Source).exists() {
            return Err(io::ErrorKind::NotFound.into());
        }
        write_whole(&self.path(id, part), Lasting::Now, |out| out.write_all(bytes))
    }

    /// Keeps what came of reading a notice. The result comes last: with it the notice is done.
    pub fn finish(&self, id: &Id, answer: Answer) -> io::Result<()> {
        match answer {
            Answer::Done { files, .. } => {
                let of = |piece| files.get(&piece).map_or(&[][..], Vec::as_slice);
                self.write(id, Part::Review, of(Piece::Page))?;
                self.write(id, Part::Result, of(Piece::Result))
            }
            Answer::Failed(failure) => {
                let Wording { en, zh } = failure.wording();
                self.write(id, Part::Failure, json!([en, zh]).to_string().as_bytes())
            }
        }
    }

    /// Whether nothing has come of a notice yet.
    fn is_waiting(&self, id: &Id) -> bool {
        [Part::Result, Part::Failure].iter().all(|part| !self.path(id, *part).exists())
    }

    /// Forgets that a notice could not be read.
    pub fn forget_failure(&self, id: &Id) -> io::Result<()> {
        fs::remove_file(self.path(id, Part::Failure))
    }

    /// Takes a notice off the shelf, with all that was said of it.
    pub fn remove(&self, id: &Id) -> io::Result<()> {
        fs::remove_dir_all(id.0.below(&self.notices()))
    }

    /// All notices, in the order in which they came.
    pub fn all(&self) -> Vec<Id> {
        let entries = fs::read_dir(self.notices()).into_iter().flatten();
        let ids = entries.filter_map(|e| Id::parse(e.ok()?.file_name().to_str()?));
        let mut ids: Vec<(u64, Id)> = ids
            .filter(|id| self.path(id, Part::Source).exists())
            .map(|id| (self.about(&id)["at"].as_u64().unwrap_or_default(), id))
            .collect();
        ids.sort();
        ids.into_iter().map(|(_, id)| id).collect()
    }

    /// Those that are still to be read.
    pub fn waiting(&self) -> Vec<Id> {
        self.all().into_iter().filter(|id| self.is_waiting(id)).collect()
    }

    /// The result with what the reviewer saved.
    pub fn record(&self, id: &Id) -> Result<NoticeRecord, Wording> {
        let bytes = self.read(id, Part::Result).map_err(|e| disk::what(&e))?;
        let said = self.read(id, Part::Corrections).ok();
        corrected(&bytes, said.as_deref()).map_err(|e| e.message())
    }

    /// Keeps what the reviewer saved, if it fits the notice.
    pub fn correct(&self, id: &Id, said: &[u8]) -> Result<(), Wording> {
        let bytes = self.read(id, Part::Result).map_err(|e| disk::what(&e))?;
        corrected(&bytes, Some(said)).map_err(|e| e.message())?;
        self.write(id, Part::Corrections, said).map_err(|e| disk::what(&e))
    }

    /// What the page shows of a notice.
    pub fn describe(&self, id: &Id) -> Value {
        let names = self.names(id);
        let names: Vec<_> = names.iter().map(|name| plain::shown(name)).collect();
        let mut shown = json!({"id": id.0.as_str(), "names": names, "state": "waiting"});
        let length = fs::metadata(self.path(id, Part::Source)).map_or(0, |m| m.len());
        shown["bytes"] = length.into();
        if let Ok(message) = self.read(id, Part::Failure) {
            let said: [String; 2] = serde_json::from_slice(&message).unwrap_or_default();
            shown["state"] = "failed".into();
            shown["message"] = json!(said.map(|words| plain::shown(&words).into_owned()));
        }
        if self.path(id, Part::Result).exists() {
            shown["state"] = "done".into();
            match self.record(id) {
                Ok(record) => describe_result(&record, &mut shown),
                Err(what) => shown["message"] = json!([what.en, what.zh]),
            }
        }
        shown
    }
}

fn describe_result(record: &NoticeRecord, shown: &mut Value) {
    let checked = summary::wording(record);
    shown["title"] = record.title.clone().into();
    shown["checked"] = json!([checked.en, checked.zh]);
    shown["is_checked"] = record.summary.is_some_and(|s| s.identities.tried > 0).into();
    shown["doubts"] = summary::doubts(record).into();
    shown["corrected"] = summary::corrected(record).into();
}

fn corrected(result: &[u8], said: Option<&[u8]>) -> Result<NoticeRecord, Error> {
    let mut record = json::read(result)?;
    if let Some(said) = said {
        reviewed::apply(&mut record, &corrections::read(said)?)?;
    }
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_served_once_and_what_others_keep_in_it_stays() {
        let root = tempfile::tempdir().unwrap();
        let incoming = root.path().join("incoming");
        fs::create_dir(&incoming).unwrap();
        fs::write(incoming.join("mine.pdf"), "mine").unwrap();
        fs::create_dir(incoming.join("mine")).unwrap();
        fs::write(incoming.join(format!("{WRITING}1")), "half").unwrap();
        let shelf = Shelf::open(root.path()).unwrap();
        let arriving = shelf.arriving().unwrap();
        assert!(matches!(Shelf::open(root.path()), Err(ShelfError::Served)));
        assert!(arriving.path().exists(), "another server takes nothing away");
        drop(arriving);
        let left = fs::read_dir(&incoming).unwrap().count();
        assert_eq!((left, fs::read(incoming.join("mine.pdf")).unwrap()), (2, b"mine".to_vec()));
        drop(shelf);
        assert!(Shelf::open(root.path()).is_ok());
    }
}
