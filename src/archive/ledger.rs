//! What is done: one entry a notice, in `manifest.ndjson`, in the order of names.
//!
//! An entry names the content it was made from, the key of all that decides the result (content, build,
//! options), and the result's own hash; so what is done is known by content and never by dates, and an
//! entry whose result is missing or damaged counts for nothing.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What became of one notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The notice's name in the archive.
    pub name: String,
    /// Size of the input in bytes; 0 where it could not be read.
    pub bytes: u64,
    /// BLAKE3 of the input, in hex; empty where it could not be read.
    pub content: String,
    /// BLAKE3 of content, build and options, in hex.
    pub key: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// How the reading of one notice ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// Read: its result stands below `notices/`.
    Done {
        /// BLAKE3 of the result, in hex.
        result: String,
        /// What the result says in short.
        gist: Gist,
    },
    /// Not read.
    Failed {
        /// Why, in a word.
        reason: Reason,
        /// Why, in a line.
        message: String,
    },
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
    /// Findings of severity error.
    pub errors: u64,
    /// Findings of severity warning.
    pub warnings: u64,
    /// Findings of severity note.
    pub notes: u64,
    /// Diagnostics.
    pub diagnostics: u64,
}

/// All entries by name.
pub type Ledger = BTreeMap<String, Entry>;

/// The ledger as NDJSON, in the order of names.
pub fn to_ndjson(ledger: &Ledger) -> String {
    ledger.values().map(to_line).collect()
}

/// One entry as a line of NDJSON.
pub fn to_line(entry: &Entry) -> String {
    // An entry holds strings and integers only, which always serialise.
    let mut line = serde_json::to_string(entry).unwrap_or_default();
    line.push('\n');
    line
}

/// Reads entries; a later one of the same name takes the place of an earlier one. Lines that are no
/// entry are passed over: the last line of a journal may be torn.
pub fn from_ndjson(text: &str) -> Ledger {
    text.lines()
        .filter_map(|line| serde_json::from_str::<Entry>(line).ok())
        .map(|entry| (entry.name.clone(), entry))
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> Entry {
        let outcome = Outcome::Failed { reason: Reason::Timeout, message: "30 s".into() };
        Entry {
            name: name.into(),
            bytes: 3,
            content: hash(b"abc"),
            key: key("c", "b", "o"),
            outcome,
        }
    }

    #[test]
    fn a_torn_last_line_is_passed_over_and_a_later_entry_counts() {
        let mut later = entry("b");
        later.bytes = 9;
        let mut text =
            [entry("b"), entry("a"), later.clone()].iter().map(to_line).collect::<String>();
        text.push_str("{\"name\":\"c\",\"byt");
        let ledger = from_ndjson(&text);
        assert_eq!(ledger.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(ledger["b"], later);
        assert_eq!(from_ndjson(&to_ndjson(&ledger)), ledger);
    }

    #[test]
    fn keys_tell_the_parts_apart() {
        assert_ne!(key("ab", "c", ""), key("a", "bc", ""));
    }
}
