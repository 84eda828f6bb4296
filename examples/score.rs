//! Scores cases against their truth: cells right, cells made up, and cells wrong in silence.
//!
//! ```sh
//! cargo run --release --example score -- [--verbose] [--lines] FOLDER...
//! ```
//!
//! A folder holds notices, each beside its `NAME.truth.json`. A cell is right where annex, region,
//! parent, header and value are those of the truth; wrong in silence where it is not, and no error
//! or warning (finding or diagnostic) speaks of its annex. `--lines` prints one line a case, for
//! programs: `tools/sweep.py` compares them.

#[path = "score/fact.rs"]
mod fact;
#[path = "score/said.rs"]
mod said;
#[path = "score/truth.rs"]
mod truth;

use fact::Facts;
use fubiao::model::Notice;
use fubiao::options::Options;
use fubiao::pipeline;
use fubiao::source::Source;
use rayon::prelude::*;
use serde_json::Value;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A notice with its truth beside it.
struct Case {
    name: String,
    notice: PathBuf,
    truth: PathBuf,
}

/// What became of a case.
#[derive(Debug, Default)]
struct Score {
    /// Cells of the truth that hold something.
    cells: usize,
    /// Of them, those read as they are.
    right: usize,
    /// Cells read that are none of the truth.
    made_up: usize,
    /// Cells of the truth not read as they are, of whose annex nothing is said.
    silent: usize,
    /// Errors and warnings.
    said: usize,
    /// Faults planted in the notice.
    planted: usize,
    /// Elements of the frame that are not as in the truth.
    frame: Vec<&'static str>,
    /// A number that differs where anything read or said does.
    digest: u64,
    /// Some of the cells that are wrong or made up.
    examples: Vec<String>,
    /// Why the case could not be read.
    unread: Option<String>,
}

impl Score {
    fn is_whole(&self) -> bool {
        self.unread.is_none()
            && self.right == self.cells
            && self.made_up == 0
            && self.frame.is_empty()
    }

    /// Whole, and yet more is said than was planted.
    fn is_false_alarm(&self) -> bool {
        self.right == self.cells && self.unread.is_none() && self.said > self.planted
    }
}

fn main() -> ExitCode {
    let (flags, folders): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let asked = |flag: &str| flags.iter().any(|given| given == flag);
    let mut cases = Vec::new();
    for folder in &folders {
        match cases_of(Path::new(folder)) {
            Ok(found) => cases.extend(found),
            Err(error) => eprintln!("{folder}: {error}"),
        }
    }
    if cases.is_empty() {
        eprintln!("no case was found; name folders that hold NAME.truth.json beside their notices");
        return ExitCode::from(2);
    }
    let scores: Vec<Score> = cases.par_iter().map(score).collect();
    for (case, score) in cases.iter().zip(&scores) {
        if asked("--lines") {
            println!("{}", line(case, score));
        } else if asked("--verbose") || !score.is_whole() || score.is_false_alarm() {
            print(case, score, asked("--verbose"));
        }
    }
    if !asked("--lines") {
        sum_up(&scores);
    }
    if scores.iter().all(Score::is_whole) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The cases of a folder, by name.
fn cases_of(folder: &Path) -> std::io::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let truth = entry?.path();
        let file = truth.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(stem) = file.strip_suffix(".truth.json") else { continue };
        let Some(notice) = ["pdf", "txt"]
            .map(|kind| folder.join(format!("{stem}.{kind}")))
            .into_iter()
            .find(|path| path.exists())
        else {
            continue;
        };
        let within = folder.file_name().unwrap_or_default().to_string_lossy();
        cases.push(Case { name: format!("{within}/{stem}"), notice, truth });
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cases)
}

/// Reads a case and compares it with its truth. A case that breaks the reader is one that could not
/// be read: the others are still scored.
fn score(case: &Case) -> Score {
    let truth: Value = match std::fs::read(&case.truth).map(|bytes| serde_json::from_slice(&bytes))
    {
        Ok(Ok(truth)) => truth,
        Ok(Err(error)) => return unread(error.to_string()),
        Err(error) => return unread(error.to_string()),
    };
    let facts = truth::of_truth(&truth);
    let cells = facts.values().sum();
    match catch_unwind(|| read(&case.notice)) {
        Ok(Ok(reading)) => compare(&truth, &facts, &reading),
        Ok(Err(why)) => Score { cells, ..unread(why) },
        Err(_) => Score { cells, ..unread("it breaks the reader".to_owned()) },
    }
}

fn unread(why: String) -> Score {
    Score { unread: Some(why), ..Score::default() }
}

/// Reads one notice.
fn read(path: &Path) -> Result<pipeline::Reading, String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let source = Source::new(name, bytes).map_err(|error| error.to_string())?;
    pipeline::read(&source, &Options::default()).map_err(|error| error.to_string())
}

fn compare(truth: &Value, facts: &Facts, reading: &pipeline::Reading) -> Score {
    let read = fact::of_notice(&reading.notice);
    let (missing, made_up) = (fact::less(facts, &read), fact::less(&read, facts));
    let said = said::said(reading);
    let cells: usize = facts.values().sum();
    let is_silent = |fact: &&fact::Fact| !said.annexes.contains(&fact.annex);
    let show = |sign: char, facts: &Facts| -> Vec<String> {
        let shown = facts.keys().take(6).map(|f| {
            format!(
                "{sign} annex {} {} ({}) {}: {}",
                f.annex, f.region, f.parent, f.column, f.value
            )
        });
        shown.collect()
    };
    let mut hasher = DefaultHasher::new();
    read.hash(&mut hasher);
    for finding in &reading.findings {
        (finding.check, finding.severity).hash(&mut hasher);
    }
    for diagnostic in &reading.diagnostics {
        (diagnostic.code, diagnostic.severity).hash(&mut hasher);
    }
    Score {
        cells,
        right: cells - missing.values().sum::<usize>(),
        made_up: made_up.values().sum(),
        silent: missing.iter().filter(|(fact, _)| is_silent(fact)).map(|(_, count)| count).sum(),
        said: said.count,
        planted: truth["planted"].as_array().map_or(0, Vec::len),
        frame: wrong_in_frame(truth, &reading.notice),
        digest: hasher.finish(),
        examples: [show('-', &missing), show('+', &made_up)].concat(),
        unread: None,
    }
}

/// The elements of the frame that are not as in the truth.
fn wrong_in_frame(truth: &Value, notice: &Notice) -> Vec<&'static str> {
    let frame = &notice.frame;
    let text = |key: &str| fact::bare(truth[key].as_str().unwrap_or_default());
    let texts = |key: &str| -> Vec<String> {
        let list = truth[key].as_array().into_iter().flatten();
        list.filter_map(Value::as_str).map(fact::bare).collect()
    };
    let all = |list: &[fubiao::place::Located<String>]| -> Vec<String> {
        list.iter().map(|located| fact::bare(&located.value)).collect()
    };
    let number = frame.document_number.read().map(|n| fact::bare(&n.raw)).unwrap_or_default();
    let title = frame.title.as_ref().map(|t| fact::bare(&t.value)).unwrap_or_default();
    let date = frame.date_of_writing.read().map(ToString::to_string).unwrap_or_default();
    [
        ("number", number == text("document_number")),
        ("title", title == text("title")),
        ("date", date == text("date")),
        ("authorities", all(&frame.issuing_authorities) == texts("issuers")),
        ("addressees", all(&frame.primary_addressees) == texts("recipients")),
    ]
    .into_iter()
    .filter_map(|(element, is_right)| (!is_right).then_some(element))
    .collect()
}

/// A case for programs: tabs between what is counted.
fn line(case: &Case, score: &Score) -> String {
    let unread = score.unread.as_deref().unwrap_or_default();
    format!(
        "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{:016x}\t{unread}",
        case.name,
        score.cells,
        score.right,
        score.made_up,
        score.silent,
        score.said,
        score.frame.len(),
        score.digest
    )
}

fn print(case: &Case, score: &Score, is_verbose: bool) {
    if let Some(why) = &score.unread {
        println!("{:32} {} cells, not read: {why}", case.name, score.cells);
        return;
    }
    let mut text = format!("{:32} {} of {} cells", case.name, score.right, score.cells);
    for (count, what) in [
        (score.made_up, "made up"),
        (score.silent, "wrong in silence"),
        (score.said, "errors and warnings"),
    ] {
        if count > 0 {
            text += &format!(", {count} {what}");
        }
    }
    if !score.frame.is_empty() {
        text += &format!(", frame: {}", score.frame.join(" "));
    }
    if score.is_false_alarm() {
        text += ", false alarm";
    }
    println!("{text}");
    for example in score.examples.iter().filter(|_| is_verbose) {
        println!("    {example}");
    }
}

fn sum_up(scores: &[Score]) {
    let sum = |of: fn(&Score) -> usize| scores.iter().map(of).sum::<usize>();
    println!(
        "{} notices, {} whole; {} of {} cells right, {} made up, {} wrong in silence; {} false alarms",
        scores.len(),
        scores.iter().filter(|score| score.is_whole()).count(),
        sum(|score| score.right),
        sum(|score| score.cells),
        sum(|score| score.made_up),
        sum(|score| score.silent),
        scores.iter().filter(|score| score.is_false_alarm()).count(),
    );
}
