//! What can be set: one struct, a part a stage, each knob with its unit and the effect of turning it.

use std::fmt;

/// Everything that can be set for one notice.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options {
    /// Where to stop before a document exhausts the machine.
    pub limits: Limits,
    /// What opens an encrypted PDF; without one the empty password is tried.
    pub password: Option<Password>,
    /// How many threads may work on the notice, of the pool around (rayon's); 0 counts as 1. The result is the
    /// same.
    pub threads: usize,
}

/// A password, of which nothing is shown: neither in messages nor in what is made from options.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// This password.
    pub fn new(password: impl Into<String>) -> Password {
        Password(password.into())
    }

    /// The password itself, for the one who opens the file.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// Limits with names. Reaching one ends the notice with an error that names it.
///
/// There is none of time: a library has no clock. The command has `--max-time`, an archive `--timeout`.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// `--max-input-bytes`: size of the input. 512 MiB.
    pub input_bytes: u64,
    /// `--max-stream-bytes`: size of one stream of a PDF, decoded. 128 MiB.
    pub stream_bytes: u64,
    /// `--max-decoded-bytes`: size of all streams of a PDF that are read, decoded. 1 GiB.
    pub decoded_bytes: u64,
    /// `--max-objects`: objects of a PDF. 1,000,000.
    pub objects: u32,
    /// `--max-nesting`: forms inside each other on a page. 50, which is hayro-interpret's figure.
    pub nesting: u32,
    /// `--max-depth`: elements inside each other of an HTML or XML document. 500.
    pub depth: u32,
    /// `--max-entries`: files in a package or document that is an archive. 10,000.
    pub entries: u32,
    /// `--max-pages`: pages of a PDF, or form feeds of a text. 5,000.
    pub pages: u32,
    /// `--max-glyphs`: characters on all pages. 5,000,000, which take from 0.3 to 7 GB, by how
    /// short the lines are; `--max-memory` may come first.
    pub glyphs: u32,
    /// `--max-page-glyphs`: characters on one page. 500,000.
    pub page_glyphs: u32,
    /// `--max-page-rules`: ruling lines on one page. 100,000.
    pub page_rules: u32,
    /// `--max-table-cells`: cells of one table on one page. 200,000.
    pub table_cells: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            input_bytes: 512 << 20,
            stream_bytes: 128 << 20,
            decoded_bytes: 1 << 30,
            objects: 1_000_000,
            nesting: 50,
            depth: 500,
            entries: 10_000,
            pages: 5_000,
            glyphs: 5_000_000,
            page_glyphs: 500_000,
            page_rules: 100_000,
            table_cells: 200_000,
        }
    }
}

impl Limits {
    /// The most that [`Limits::nesting`] can be raised to: what a thread's stack holds.
    pub const DEEPEST: u32 = 200;
}
