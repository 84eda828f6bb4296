//! How much misreading of a page nobody is told of.
//!
//! ```sh
//! cargo run --release --example reading -- [--each 8] [--whole] [--verbose] FILE-OR-FOLDER...
//! ```
//!
//! Takes the pages that the carrier gives of each notice and damages them in one place at a time: a run
//! moved, cut, joined, raised, overlaid or dropped, a rule dropped or added, a header taken away. Reads
//! them again and prints, as Markdown, how often the facts stayed the same, something was said of the
//! table, the damage was read as it is printed, or nobody would know. Each kind hits a notice `--each`
//! times, at places drawn from its name. `--whole` leaves out notices that are not read as their
//! `NAME.truth.json` says; `--verbose` prints every silent damage. `docs/accuracy.md` says what the
//! figures mean; `tests/reading.rs` holds the least of them.

#[path = "reading/damage.rs"]
mod damage;
#[path = "score/fact.rs"]
mod fact;
#[path = "reading/tally.rs"]
mod tally;
#[path = "reading/targets.rs"]
mod targets;
#[path = "score/truth.rs"]
mod truth;

use damage::Kind;
use fubiao::carrier::page::Pages;
use fubiao::diag::{Severity, Sink};
use fubiao::options::Options;
use fubiao::pipeline;
use fubiao::source::Source;
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tally::{Measured, Outcome, Tally};

/// All outcomes, in the order of the tables.
const OUTCOMES: [Outcome; 6] = [
    Outcome::Same,
    Outcome::Named,
    Outcome::Read,
    Outcome::SaidBefore,
    Outcome::Silent,
    Outcome::Broke,
];

/// What was asked for.
struct Asked {
    each: usize,
    only_whole: bool,
    is_verbose: bool,
    files: Vec<PathBuf>,
}

/// A notice before it is damaged.
struct Notice {
    pages: Pages,
    /// Errors and warnings of the untouched notice.
    said: usize,
    /// Whether it is read as its truth says; `None` without a truth.
    is_whole: Option<bool>,
    /// Faults planted in it.
    planted: usize,
}

fn main() -> ExitCode {
    let Some(asked) = asked() else {
        eprintln!("usage: reading [--each N] [--whole] [--verbose] FILE-OR-FOLDER...");
        return ExitCode::from(2);
    };
    // Damage that breaks the reader is counted, not shown.
    std::panic::set_hook(Box::new(|_| ()));
    let notices: Vec<(&PathBuf, Notice)> = asked
        .files
        .par_iter()
        .filter_map(|path| match read(path) {
            Ok(notice) => Some((path, notice)),
            Err(why) => {
                eprintln!("{}: {why}", path.display());
                None
            }
        })
        .collect();
    print_untouched(&notices);
    let is_asked = |notice: &Notice| !asked.only_whole || notice.is_whole != Some(false);
    let measured: Vec<(&PathBuf, Measured)> = notices
        .par_iter()
        .filter(|(_, notice)| is_asked(notice))
        .map(|(path, notice)| {
            (*path, tally::measure(&notice.pages, &name(path), &Kind::ALL, asked.each))
        })
        .collect();
    if asked.is_verbose {
        measured.iter().for_each(|(path, measured)| print_holes(path, measured));
    }
    print_tally(measured.len(), &measured.iter().map(|(_, m)| &m.tally).collect::<Vec<_>>());
    ExitCode::SUCCESS
}

fn asked() -> Option<Asked> {
    let mut asked = Asked { each: 8, only_whole: false, is_verbose: false, files: Vec::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match &*argument {
            "--each" => asked.each = arguments.next()?.parse().ok()?,
            "--whole" => asked.only_whole = true,
            "--verbose" => asked.is_verbose = true,
            path => asked.files.extend(files(Path::new(path))),
        }
    }
    (!asked.files.is_empty()).then_some(asked)
}

/// The notices of a folder, or the file itself.
fn files(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(path) else { return vec![path.to_owned()] };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|kind| kind == "pdf" || kind == "txt"));
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The pages of a notice, and how it is read untouched.
fn read(path: &Path) -> Result<Notice, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let source = Source::new(name(path), bytes).map_err(|error| error.to_string())?;
    let pages = pipeline::until_pages(&mut Sink::new(), &Options::default(), &source)
        .map_err(|error| error.to_string())?;
    let reading = tally::read(pages.clone());
    let findings = reading.findings.iter().map(|finding| finding.severity);
    let said = findings.chain(reading.diagnostics.iter().map(|diagnostic| diagnostic.severity));
    let truth = std::fs::read(path.with_extension("truth.json")).ok();
    let truth: Option<serde_json::Value> = truth.and_then(|t| serde_json::from_slice(&t).ok());
    let is_whole = |truth| truth::of_truth(truth) == fact::of_notice(&reading.notice);
    Ok(Notice {
        pages,
        said: said.filter(|severity| *severity > Severity::Note).count(),
        is_whole: truth.as_ref().map(is_whole),
        planted: truth.map_or(0, |truth| truth["planted"].as_array().map_or(0, Vec::len)),
    })
}

fn print_untouched(notices: &[(&PathBuf, Notice)]) {
    let with = |whole| notices.iter().filter(|(_, n)| n.is_whole == Some(whole)).count();
    let alarms: Vec<&(&PathBuf, Notice)> =
        notices.iter().filter(|(_, n)| n.is_whole == Some(true) && n.said > n.planted).collect();
    println!(
        "{} notices, untouched: {} whole, {} not, {} without a truth; {} of the whole have errors or \
         warnings beyond what is planted in them.\n",
        notices.len(),
        with(true),
        with(false),
        notices.len() - with(true) - with(false),
        alarms.len(),
    );
    for (path, notice) in alarms {
        println!("- {}: {}", name(path), notice.said);
    }
    println!();
}

fn print_holes(path: &Path, measured: &Measured) {
    for hole in &measured.holes {
        println!("{}: {hole}", name(path));
    }
}

fn print_tally(notices: usize, tallies: &[&Tally]) {
    println!("{notices} notices damaged.\n");
    println!("| damage | made | same | named | as printed | said before | silent | | broke |");
    println!("|---|---|---|---|---|---|---|---|---|");
    let count = |kind: Option<Kind>, outcome: Outcome| -> usize {
        let kinds = tallies.iter().flat_map(|tally| tally.iter());
        let of_kind = kinds.filter(|(k, _)| kind.is_none_or(|kind| kind == **k));
        of_kind.filter_map(|(_, outcomes)| outcomes.get(&outcome)).sum()
    };
    for kind in Kind::ALL.into_iter().map(Some).chain([None]) {
        let counts = OUTCOMES.map(|outcome| count(kind, outcome));
        let made: usize = counts.iter().sum();
        let [same, named, read, before, silent, broke] = counts;
        println!(
            "| {} | {made} | {same} | {named} | {read} | {before} | {silent} | {} | {broke} |",
            kind.map_or("all", Kind::name),
            percent(silent, made),
        );
    }
}

/// A share in percent with one decimal, rounded up: what is not zero never shows as zero.
fn percent(part: usize, whole: usize) -> String {
    let tenths = (part * 1000).div_ceil(whole.max(1));
    format!("{}.{}%", tenths / 10, tenths % 10)
}
