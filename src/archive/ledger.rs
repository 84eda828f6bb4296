//! What is done: one entry a notice, a line each, in `manifest.ndjson` in the order of names.
//!
//! An entry names the content it was made from, the key of all that decides the result (content, build,
//! options), and the hash of each file that was made; so what is done is known by content and never by dates,
//! and an entry whose result is missing or damaged counts for nothing. A line ends with a hash of itself: one
//! that was altered, cut or is no line of ours counts for nothing either.
//!
//! An archive may have a million notices. Their entries stay on the disk; what is kept in memory is where each
//! one stands ([`Ledger`]).

use crate::archive::names;
use crate::diag::Wording;
use crate::error::Error;
use crate::name::RelativeName;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};

/// What became of one notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The notice's name in the archive.
    pub name: RelativeName,
    /// Size of the input in bytes; 0 where it could not be read.
    pub bytes: u64,
    /// BLAKE3 of the input, in hex; empty where it could not be read.
    pub content: String,
    /// BLAKE3 of content, build and options, in hex.
    pub key: String,
    /// Why its figures are not among those that are put together, if they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apart: Option<Apart>,
    /// How it ended.
    pub outcome: Outcome,
}

/// Why the figures of a notice are left out of what is put together: else they would count twice, or for a notice
/// that is no more. Decided anew in each run ([`crate::archive::store::Store::settle`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Apart {
    /// Its input was not among those of the last run: deleted, moved, renamed, or of another archive.
    NoInput,
    /// The notice of this name has the same content.
    SameAs(RelativeName),
}

/// How the reading of one notice ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// Read: its result stands below `notices/`.
    Done {
        /// BLAKE3 of each file that was made of it, in hex.
        files: BTreeMap<Piece, String>,
        /// What the result says in short.
        gist: Gist,
    },
    /// Not read.
    Failed(Failure),
}

/// Why a notice was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// In a word.
    pub reason: Reason,
    /// What stopped it, as `fubiao explain` knows it; the reason's own word where no document did.
    pub code: String,
    /// In a line.
    pub message: String,
    /// The same in Chinese.
    pub message_zh: String,
}

impl Failure {
    /// For no fault of the document that has a code of its own.
    pub fn new(reason: Reason, what: Wording) -> Failure {
        let Wording { en, zh } = what;
        Failure { reason, code: reason.name().to_owned(), message: en, message_zh: zh }
    }

    /// For a fault of the document.
    pub fn unreadable(error: &Error) -> Failure {
        let Wording { en, zh } = error.message();
        let (reason, code) = (Reason::Unreadable, error.code().to_owned());
        Failure { reason, code, message: en, message_zh: zh }
    }

    /// What people are told: the line and the code.
    pub fn wording(&self) -> Wording {
        let Failure { code, message, message_zh, .. } = self;
        Wording::new(format!("{message} [{code}]"), format!("{message_zh} [{code}]"))
    }
}

/// A file that an archive has of each notice that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// The result, of which all others can be made again.
    Result,
    /// Its facts, one a line: what the facts of the whole archive are put together from.
    Facts,
    /// The result as an Excel workbook.
    Workbook,
    /// The review page. It needs the notice itself, so that an archive, whose pieces are made again of the result,
    /// keeps none; `fubiao serve` does.
    Page,
}

impl Piece {
    /// Those that an archive keeps, the result first.
    pub const ALL: [Piece; 3] = [Piece::Result, Piece::Facts, Piece::Workbook];

    /// The folder it stands in, and what its name ends with behind the name of the notice. No name of a notice
    /// has a folder that ends so (`archive::names`), so no file of one stands where another has a folder.
    pub const fn place(self) -> (&'static str, &'static str) {
        match self {
            Piece::Result => ("notices", ".json"),
            Piece::Facts => (".fubiao/facts", ".ndjson"),
            Piece::Workbook => ("notices", ".xlsx"),
            Piece::Page => ("notices", ".html"),
        }
    }
}

/// Why a notice was not read, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The file can't be opened or read.
    File,
    /// The bytes are no notice that can be read: broken, no text layer, a password, a limit.
    Unreadable,
    /// It ran over its time.
    Timeout,
    /// It ran over its memory.
    Memory,
    /// The reader panicked.
    Panic,
    /// The reader's process died.
    Crash,
    /// What a reviewer said of it does not fit what was read.
    Corrections,
}

impl Reason {
    /// The reason's name in results and messages.
    pub fn name(self) -> &'static str {
        match self {
            Reason::File => "file",
            Reason::Unreadable => "unreadable",
            Reason::Timeout => "timeout",
            Reason::Memory => "memory",
            Reason::Panic => "panic",
            Reason::Crash => "crash",
            Reason::Corrections => "corrections",
        }
    }

    /// The reason's name in Chinese messages.
    pub fn name_zh(self) -> &'static str {
        match self {
            Reason::File => "文件无法打开",
            Reason::Unreadable => "无法读取",
            Reason::Timeout => "超时",
            Reason::Memory => "内存超限",
            Reason::Panic => "程序异常",
            Reason::Crash => "进程崩溃",
            Reason::Corrections => "更正不适用",
        }
    }

    /// Whether the same content may well be read another time: the machine had a part in it.
    pub fn may_pass(self) -> bool {
        matches!(self, Reason::File | Reason::Timeout | Reason::Memory | Reason::Crash)
    }
}

/// A result in short, for reports and for putting the archive together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Gist {
    /// The year the plan is for.
    pub plan_year: Option<u16>,
    /// Number of pages.
    pub pages: u32,
    /// Number of facts.
    pub facts: u64,
    /// The most decimals that a figure of them has.
    pub scale: u32,
    /// Findings of severity error.
    pub errors: u64,
    /// Findings of severity warning.
    pub warnings: u64,
    /// Findings of severity note.
    pub notes: u64,
    /// Diagnostics.
    pub diagnostics: u64,
    /// Whether neither a notice nor a table was recognised.
    #[serde(default)]
    pub is_unrecognised: bool,
    /// Sums that could be checked.
    #[serde(default)]
    pub sums: u64,
    /// Cells that a reviewer has confirmed or corrected.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reviewed: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A line longer than this is none of ours, in bytes: a name has a kilobyte, a message a few.
const LONGEST_LINE: u64 = 64 << 10;

/// What stands before the hash of a line. No text within JSON can look like it: its quotes would be escaped.
const CHECK: &str = ",\"check\":\"";

/// One entry as a line of NDJSON, its hash at its end.
pub fn to_line(entry: &Entry) -> String {
    // An entry holds strings and integers only, which always serialise.
    let mut line = serde_json::to_string(entry).unwrap_or_default();
    let check = check(line.as_bytes());
    line.truncate(line.len().saturating_sub(1));
    line + CHECK + &check + "\"}\n"
}

/// Reads an entry from its line.
///
/// # Errors
/// If it is none, in words: no JSON, a name that is none, another hash than its own.
pub fn from_line(line: &str) -> Result<Entry, String> {
    let entry: Entry = serde_json::from_str(line).map_err(|e| e.to_string())?;
    if !names::are_ours(&entry.name) {
        return Err(format!("{:?} is no name of a notice", entry.name.as_str()));
    }
    let line = line.trim_end();
    let own = line.rsplit_once(CHECK).map(|(body, check)| (format!("{body}}}"), check));
    match own {
        Some((body, said)) if said == check(body.as_bytes()) + "\"}" => Ok(entry),
        _ => Err(format!("the entry of {} was altered", entry.name)),
    }
}

/// As much of a hash as tells a line from one that was altered by mistake.
fn check(line: &[u8]) -> String {
    hash(line)[..16].to_owned()
}

/// The key of all that decides a result.
pub fn key(content: &str, build: &str, options: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [content, build, options] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// BLAKE3 of bytes, in hex.
pub fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// BLAKE3 of all that can be read, in hex.
///
/// # Errors
/// Those of the input.
pub fn hash_of(input: impl Read) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(input)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Lines of entries, as they stand in a file: where each begins, and what it says. What is too long for a line
/// or is no UTF-8 is no line, and is passed over.
#[derive(Debug)]
pub struct Lines<R> {
    input: BufReader<R>,
    at: u64,
}

impl<R: Read> Lines<R> {
    /// The lines of an input, from where it stands.
    pub fn new(input: R) -> Lines<R> {
        Lines { input: BufReader::with_capacity(1 << 16, input), at: 0 }
    }

    /// The next line with its beginning, without its end; `None` where there is no more.
    ///
    /// # Errors
    /// Those of the input.
    pub fn next_line(&mut self) -> io::Result<Option<(u64, Result<String, String>)>> {
        let at = self.at;
        let mut line = Vec::new();
        let read = Read::by_ref(&mut self.input).take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        self.at += read as u64;
        let is_whole = line.ends_with(b"\n") || (read as u64) < LONGEST_LINE;
        if !is_whole {
            self.at += skip_line(&mut self.input)?;
            return Ok(Some((at, Err("a line is too long".to_owned()))));
        }
        if line.ends_with(b"\n") {
            line.pop();
        }
        Ok(Some((at, String::from_utf8(line).map_err(|_| "a line is no UTF-8".to_owned()))))
    }
}

/// Passes over what is left of a line; gives its bytes.
fn skip_line(input: &mut impl BufRead) -> io::Result<u64> {
    let mut skipped = 0;
    loop {
        let bytes = input.fill_buf()?;
        let (step, ends) = match bytes.iter().position(|&b| b == b'\n') {
            Some(end) => (end + 1, true),
            None => (bytes.len(), bytes.is_empty()),
        };
        input.consume(step);
        skipped += step as u64;
        if ends {
            return Ok(skipped);
        }
    }
}

/// The entries of a folder: they stand in files, and this says where.
#[derive(Debug, Default)]
pub struct Ledger {
    files: Vec<File>,
    /// By a hash of the name that no one outside can foresee. Two names with one hash, once in some twenty
    /// million archives of a million notices: one of the two is then read again.
    places: HashMap<u64, Place>,
    hasher: RandomState,
}

/// Where an entry stands: the file's number in the first byte, and where in the file. There are as many of these as
/// there are notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place(u64);

impl Place {
    /// A file is no longer than 64 PiB.
    fn new(file: u8, at: u64) -> Place {
        Place(u64::from(file) << 56 | at & (u64::MAX >> 8))
    }

    fn file(self) -> u8 {
        (self.0 >> 56) as u8
    }

    fn at(self) -> u64 {
        self.0 & (u64::MAX >> 8)
    }
}

impl Ledger {
    /// Reads files of entries; a later entry of the same name takes the place of an earlier one. Lines that are
    /// no entry are passed over: the last line of a journal may be torn.
    ///
    /// # Errors
    /// If one can't be read.
    pub fn read(files: Vec<File>) -> io::Result<Ledger> {
        let mut ledger = Ledger { files, ..Ledger::default() };
        let mut places = HashMap::new();
        ledger.scan(&mut |place, entry| {
            places.insert(ledger.hasher.hash_one(entry.name.as_str()), place);
        })?;
        ledger.places = places;
        Ok(ledger)
    }

    /// Shows each entry of the files, those that a later one has taken the place of too.
    fn scan(&self, show: &mut dyn FnMut(Place, Entry)) -> io::Result<()> {
        for (file, number) in self.files.iter().zip(0..) {
            let mut input = file;
            input.seek(SeekFrom::Start(0))?;
            let mut lines = Lines::new(input);
            while let Some((at, line)) = lines.next_line()? {
                if let Some(entry) = line.ok().and_then(|line| from_line(&line).ok()) {
                    show(Place::new(number, at), entry);
                }
            }
        }
        Ok(())
    }

    /// The entry of a name.
    ///
    /// # Errors
    /// If its file can't be read.
    pub fn get(&self, name: &RelativeName) -> io::Result<Option<Entry>> {
        let Some(place) = self.places.get(&self.hasher.hash_one(name.as_str())) else {
            return Ok(None);
        };
        let at = place.at();
        let mut file = self.files.get(usize::from(place.file())).ok_or(ErrorKind::NotFound)?;
        file.seek(SeekFrom::Start(at))?;
        // Most lines are no longer than this.
        let mut line = Lines { input: BufReader::with_capacity(1 << 10, file), at };
        let line = line.next_line()?.and_then(|(_, line)| line.ok());
        let entry = line.and_then(|line| from_line(&line).ok());
        Ok(entry.filter(|entry| entry.name == *name))
    }

    /// Notes that the entry of a name now stands here.
    pub fn set(&mut self, name: &RelativeName, file: u8, at: u64) {
        self.places.insert(self.hasher.hash_one(name.as_str()), Place::new(file, at));
    }

    /// The names that have an entry and are wanted, in their order.
    ///
    /// # Errors
    /// If a file can't be read.
    pub fn names(&self, wanted: &dyn Fn(&RelativeName) -> bool) -> io::Result<Vec<RelativeName>> {
        let mut names = Vec::new();
        self.scan(&mut |place, entry| {
            let counts =
                self.places.get(&self.hasher.hash_one(entry.name.as_str())) == Some(&place);
            if counts && wanted(&entry.name) {
                names.push(entry.name);
            }
        })?;
        names.sort_unstable();
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn entry(name: &str) -> Entry {
        let outcome = Outcome::Failed(Failure::new(Reason::Timeout, Wording::new("30 s", "30 秒")));
        Entry {
            name: RelativeName::new(name).unwrap(),
            bytes: 3,
            content: hash(b"abc"),
            key: key("c", "b", "o"),
            apart: None,
            outcome,
        }
    }

    fn file(text: &str) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn a_torn_last_line_is_passed_over_and_a_later_entry_counts() {
        let mut later = entry("b");
        later.bytes = 9;
        let mut text =
            [entry("b"), entry("a"), later.clone()].iter().map(to_line).collect::<String>();
        text.push_str("{\"name\":\"c\",\"byt");
        let ledger = Ledger::read(vec![file(&to_line(&entry("z"))), file(&text)]).unwrap();
        assert_eq!(ledger.names(&|_| true).unwrap(), ["a", "b", "z"]);
        assert_eq!(ledger.get(&later.name).unwrap(), Some(later));
        assert_eq!(ledger.get(&entry("c").name).unwrap(), None);
    }

    #[test]
    fn a_line_says_whether_it_was_altered() {
        let files = [(Piece::Result, hash(b"r")), (Piece::Facts, hash(b"f"))].into();
        let done = Outcome::Done { files, gist: Gist { facts: 7, ..Gist::default() } };
        for entry in [entry("a,\"check\":\"b/关.pdf"), Entry { outcome: done, ..entry("b") }] {
            let line = to_line(&entry);
            assert_eq!(from_line(&line), Ok(entry.clone()));
            for (at, byte) in line.trim_end().bytes().enumerate() {
                let mut other = line.clone().into_bytes();
                other[at] = if byte == b'1' { b'2' } else { b'1' };
                let other = String::from_utf8_lossy(&other).into_owned();
                assert!(from_line(&other).is_err(), "{other}");
                assert!(!line.is_char_boundary(at) || from_line(&line[..at]).is_err(), "{at}");
            }
        }
    }

    #[test]
    fn a_line_of_no_entry_is_refused_and_named() {
        let line = to_line(&entry("a"));
        for name in ["../a", "/a", "C:a", "", ".fubiao/lock", "x.json/a"] {
            let refused = from_line(&line.replace("\"a\"", &format!("{name:?}"))).unwrap_err();
            assert!(refused.contains(name), "{refused}");
        }
        let long = format!("{}\n{line}", "x".repeat(3 * LONGEST_LINE as usize));
        let ledger = Ledger::read(vec![file(&long)]).unwrap();
        assert_eq!(ledger.names(&|_| true).unwrap(), ["a"]);
        assert!(ledger.get(&entry("a").name).unwrap().is_some());
    }

    #[test]
    fn keys_tell_the_parts_apart() {
        assert_ne!(key("ab", "c", ""), key("a", "bc", ""));
    }
}
