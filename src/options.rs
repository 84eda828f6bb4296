//! What can be set: one struct, a part a stage, each knob with its unit and the effect of turning it.

use std::fmt;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

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
    /// What recognizes characters on pictures; without it, pages that are pictures are not read.
    pub models: Option<Models>,
    /// Whether a page read from a picture keeps it, set upright and flat, as its places are: the review page shows it.
    /// A byte a pixel.
    pub keep_pictures: bool,
}

/// The models that recognize characters, opened but not yet read: a notice that is no scan pays nothing for
/// them, and a process that may open no files any more can still read them. Their bytes are checked by hash.
#[derive(Clone)]
pub struct Models(Arc<Opened>);

/// What the copies of [`Models`] share.
struct Opened {
    files: [Mutex<Box<dyn Read + Send>>; 2],
    /// Pages begun so far.
    pages: AtomicU32,
}

/// One of the files that [`Models`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelFile {
    /// Finds lines of text: PP-OCRv6 small, detection.
    Detector,
    /// Reads a line: PP-OCRv6 small, recognition, with its list of characters.
    Recognizer,
}

impl ModelFile {
    /// Both.
    pub const ALL: [ModelFile; 2] = [ModelFile::Detector, ModelFile::Recognizer];

    /// What the file is called.
    pub fn name(self) -> &'static str {
        match self {
            ModelFile::Detector => "PP-OCRv6_det_small.onnx",
            ModelFile::Recognizer => "PP-OCRv6_rec_small.onnx",
        }
    }

    /// SHA-256 of the file that this version was made for, in small hexadecimal digits.
    pub fn sha256(self) -> &'static str {
        match self {
            ModelFile::Detector => {
                "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"
            }
            ModelFile::Recognizer => {
                "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"
            }
        }
    }
}

impl Models {
    /// Of these two, each of which gives the bytes of a file once.
    pub fn new(detector: Box<dyn Read + Send>, recognizer: Box<dyn Read + Send>) -> Models {
        let files = [Mutex::new(detector), Mutex::new(recognizer)];
        Models(Arc::new(Opened { files, pages: AtomicU32::new(0) }))
    }

    /// Notes that a page is begun: a picture takes its time, which whoever watches the clock must know of.
    pub fn begin_page(&self) {
        self.0.pages.fetch_add(1, Ordering::Relaxed);
    }

    /// How many pages have been begun.
    pub fn pages(&self) -> u32 {
        self.0.pages.load(Ordering::Relaxed)
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// Those of reading it.
    pub fn read(&self, file: ModelFile) -> io::Result<Vec<u8>> {
        /// No file that is one of ours is larger.
        const MOST: u64 = 64 << 20;
        let mut bytes = Vec::new();
        let reader = self.0.files[file as usize].lock();
        let mut reader = reader.map_err(|_| io::Error::other("a reader broke down on it"))?;
        reader.by_ref().take(MOST).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl PartialEq for Models {
    fn eq(&self, other: &Models) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Models")
    }
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
    /// `--max-page-pixels`: pixels of one page that is a picture. 50 million: A3 at 400 to an inch has 31.
    pub page_pixels: u64,
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
            page_pixels: 50_000_000,
        }
    }
}

impl Limits {
    /// The most that [`Limits::nesting`] can be raised to: what a thread's stack holds.
    pub const DEEPEST: u32 = 200;
}
