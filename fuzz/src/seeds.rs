//! Inputs to begin with, and small changes of them that are the same every time.

use super::pages;
use fubiao::diag::Sink;
use fubiao::emit::json;
use fubiao::emit::record::NoticeRecord;
use fubiao::options::Options;
use fubiao::pipeline;
use fubiao::source::Source;
use std::fs;
use std::path::Path;

/// A target's name and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("extract_pdf", super::extract_pdf),
    ("read_text", super::read_text),
    ("segment", super::segment),
    ("read_html", super::read_html),
    ("read_docx", super::read_docx),
    ("read_xlsx", super::read_xlsx),
    ("read_ods", super::read_ods),
    ("read_ofd", super::read_ofd),
    ("read_package", super::read_package),
    ("read_doc", super::read_doc),
    ("read_xls", super::read_xls),
    ("check", super::check),
    ("validate", super::validate),
    ("record", super::record),
    ("corrections", super::corrections),
    ("relative_name", super::relative_name),
];

/// What a target begins with: the repository's samples in its form, its own seeds, and inputs that once
/// broke it. The same order every time.
pub fn seeds(repository: &Path, target: &str) -> Vec<Vec<u8>> {
    let samples = repository.join("samples");
    let mut seeds = match target {
        "extract_pdf" => files(&samples, &["pdf"]),
        "read_text" => files(&samples, &["txt"]),
        "read_doc" => files(&samples, &["doc"]),
        "read_xls" => files(&samples, &["xls"]),
        "segment" => files(&samples, &["pdf"]).into_iter().filter_map(drawn).collect(),
        "check" => (0..8).map(|n| MutationSource::new(n).bytes(1500)).collect(),
        "validate" | "record" => results(repository),
        _ => Vec::new(),
    };
    for folder in ["seeds", "regressions"] {
        seeds.extend(files(&repository.join("fuzz").join(folder).join(target), &[]));
    }
    seeds
}

/// Writes what a target begins with into `fuzz/corpus/`. A seed that can't be written is only missed.
pub fn sow(target: &str) {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = package.join("corpus").join(target);
    let Some(repository) = package.parent().filter(|_| fs::create_dir_all(&corpus).is_ok()) else {
        return;
    };
    for (number, seed) in seeds(repository, target).iter().enumerate() {
        let _ = fs::write(corpus.join(format!("seed-{number:03}")), seed);
    }
}

/// The files below a folder with one of these extensions, or all; by name.
fn files(folder: &Path, extensions: &[&str]) -> Vec<Vec<u8>> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        if path.is_dir() {
            found.extend(files(&path, extensions));
        } else if extensions.is_empty() || extensions.contains(&extension) {
            found.extend(fs::read(&path));
        }
    }
    found
}

/// A PDF's pages as the small text of [`pages`].
fn drawn(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let source = Source::new("notice.pdf", bytes).ok()?;
    let pages = pipeline::until_pages(&mut Sink::new(), &Options::default(), &source).ok()?;
    Some(pages::draw(&pages).into_bytes())
}

/// Results of the texts that `read_text` begins with.
fn results(repository: &Path) -> Vec<Vec<u8>> {
    let texts = files(&repository.join("fuzz/seeds/read_text"), &[]).into_iter();
    let results = texts.filter_map(|bytes| {
        let source = Source::new("notice.txt", bytes).ok()?;
        let reading = pipeline::read(&source, &Options::default()).ok()?;
        let mut written = Vec::new();
        json::write(&mut written, &NoticeRecord::new(&source, &reading)).ok()?;
        Some(written)
    });
    results.collect()
}

/// Changes of inputs, the same for the same seed (splitmix64, Steele, Lea and Flood 2014).
pub struct MutationSource(u64);

impl MutationSource {
    /// A source that begins here.
    pub fn new(seed: u64) -> MutationSource {
        MutationSource(seed)
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`, or 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// So many bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }

    /// The input with one to four changes: a byte, a word of the dictionary, a part taken out, repeated,
    /// moved, or taken from another input.
    pub fn mutate(&mut self, input: &[u8], other: &[u8], dictionary: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = input.to_vec();
        for _ in 0..1 + self.below(4) {
            let at = self.below(bytes.len() + 1);
            let length = self.below(64).min(bytes.len() - at);
            match self.below(7) {
                0 if at < bytes.len() => bytes[at] = self.next() as u8,
                1 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                2 => drop(bytes.drain(at..at + length)),
                3 => {
                    let part = bytes[at..at + length].repeat(1 + self.below(20));
                    bytes.splice(at..at, part);
                }
                4 => {
                    let from = self.below(other.len() + 1);
                    let part = &other[from..(from + self.below(400)).min(other.len())];
                    bytes.splice(at..at, part.iter().copied());
                }
                5 => bytes.truncate(at),
                _ => {
                    let word = dictionary.get(self.below(dictionary.len()));
                    bytes.splice(at..at + length.min(8), word.cloned().unwrap_or_default());
                }
            }
        }
        bytes
    }
}
