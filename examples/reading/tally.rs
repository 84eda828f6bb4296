//! Notices damaged, read again, and what became of it counted.

use crate::damage::{Damaged, Kind, Right, Untouched, damages};
use crate::fact::{self, Facts};
use crate::targets::targets;
use fubiao::carrier::page::Pages;
use fubiao::check::Finding;
use fubiao::diag::{Diagnostic, Severity, Sink};
use fubiao::model::{Annex, Notice};
use fubiao::options::Options;
use fubiao::pipeline::{self, Reading};
use fubiao::place::{Place, Spot};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What became of a damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The facts are the same, and rightly so.
    Same,
    /// An error or warning that the untouched notice does not have speaks of the table.
    Named,
    /// The facts are those that are printed now, which nothing on the page contradicts.
    Read,
    /// Read wrong; the untouched notice has an error or warning of the table already.
    SaidBefore,
    /// Read wrong, and nothing is said.
    Silent,
    /// It broke the reader.
    Broke,
}

/// How often each outcome was met, by kind of damage.
pub type Tally = BTreeMap<Kind, BTreeMap<Outcome, usize>>;

/// A damage that was read wrong in silence.
#[derive(Debug)]
pub struct Hole {
    /// The kind.
    pub kind: Kind,
    /// Where, and what was hit.
    pub what: String,
    /// Facts that are gone (-) or new (+).
    pub changes: Vec<String>,
    /// Notes that the untouched notice does not have.
    pub notes: Vec<String>,
}

impl fmt::Display for Hole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.name(), self.what)?;
        self.changes.iter().try_for_each(|change| write!(f, "\n    {change}"))?;
        self.notes.iter().try_for_each(|note| write!(f, "\n    ({note})"))
    }
}

/// A notice after all its damages.
#[derive(Debug, Default)]
pub struct Measured {
    /// What became of them.
    pub tally: Tally,
    /// Those that nobody would know of.
    pub holes: Vec<Hole>,
}

/// The pages read, without what the carrier said of them.
pub fn read(pages: Pages) -> Reading {
    pipeline::read_pages(Sink::new(), &Options::default(), pages, &mut |_| ())
}

/// Damages a notice in each of these ways, at most `each` times, and reads it again each time.
pub fn measure(pages: &Pages, name: &str, kinds: &[Kind], each: usize) -> Measured {
    let untouched = read(pages.clone());
    let facts = fact::of_notice(&untouched.notice);
    let targets = targets(pages, &untouched.notice);
    let of = Untouched { pages, notice: &untouched.notice, facts: &facts, targets: &targets };
    let outcomes: Vec<(Kind, Outcome, Option<Hole>)> = kinds
        .par_iter()
        .flat_map(|&kind| damages(of, kind, each, name).into_par_iter().map(move |d| (kind, d)))
        .map(|(kind, damaged)| {
            let (outcome, hole) = judge(kind, damaged, &untouched, &facts);
            (kind, outcome, hole)
        })
        .collect();
    let mut measured = Measured::default();
    for (kind, outcome, hole) in outcomes {
        *measured.tally.entry(kind).or_default().entry(outcome).or_default() += 1;
        measured.holes.extend(hole);
    }
    measured
}

fn judge(
    kind: Kind,
    damaged: Damaged,
    untouched: &Reading,
    before: &Facts,
) -> (Outcome, Option<Hole>) {
    let Damaged { pages, annex, page, what, right } = damaged;
    // The reader is what is measured: where it breaks, the others are still read.
    let Ok(reading) = catch_unwind(AssertUnwindSafe(|| read(pages))) else {
        return (Outcome::Broke, None);
    };
    let after = fact::of_notice(&reading.notice);
    let table = Table::of(&untouched.notice, annex, page);
    let outcome = match &right {
        Right::Same if after == *before => Outcome::Same,
        Right::Other { facts, is_covered: false } if after == *facts => Outcome::Read,
        _ if table.is_named(&new(&reading, untouched, Severity::Warning)) => Outcome::Named,
        // Where sums settle what the page leaves open, a note says so.
        _ if after == *before && table.is_named(&new(&reading, untouched, Severity::Note)) => {
            Outcome::Same
        }
        _ if table.is_named(&said(untouched)) => Outcome::SaidBefore,
        _ => Outcome::Silent,
    };
    let hole = || {
        let show = |sign: char, facts: Facts| {
            let line = move |f: fact::Fact| {
                let fact::Fact { annex, region, parent, column, value } = f;
                format!("{sign} annex {annex} {region} ({parent}) {column}: {value}")
            };
            facts.into_keys().map(line).take(4).collect::<Vec<_>>()
        };
        let number = untouched.notice.annexes[annex].number;
        Hole {
            kind,
            what: format!("annex {number}, page {page}: {what}"),
            changes: [show('-', fact::less(before, &after)), show('+', fact::less(&after, before))]
                .concat(),
            notes: new_notes(&reading, untouched),
        }
    };
    (outcome, (outcome == Outcome::Silent).then(hole))
}

/// Errors and warnings: their places, and the annexes they suspect.
#[derive(Default)]
struct Said {
    places: Vec<Place>,
    annexes: Vec<u32>,
}

impl Said {
    /// What weighs this much at least.
    fn add<'r>(
        findings: impl Iterator<Item = &'r Finding>,
        diagnostics: impl Iterator<Item = &'r Diagnostic>,
        least: Severity,
    ) -> Said {
        let mut said = Said::default();
        for finding in findings.filter(|finding| finding.severity >= least) {
            said.places.extend(&finding.places);
            said.annexes.extend(finding.suspects.iter().map(|suspect| suspect.annex));
        }
        let diagnostics = diagnostics.filter(|diagnostic| diagnostic.severity >= least);
        said.places.extend(diagnostics.filter_map(|diagnostic| diagnostic.place));
        said
    }
}

/// All warnings and errors of a reading.
fn said(reading: &Reading) -> Said {
    Said::add(reading.findings.iter(), reading.diagnostics.iter(), Severity::Warning)
}

/// What it says that the untouched one does not: another code, another message, another severity.
fn new(reading: &Reading, untouched: &Reading, least: Severity) -> Said {
    let (findings, diagnostics) = said_anew(reading, untouched);
    Said::add(findings.into_iter(), diagnostics.into_iter(), least)
}

fn said_anew<'r>(
    reading: &'r Reading,
    untouched: &Reading,
) -> (Vec<&'r Finding>, Vec<&'r Diagnostic>) {
    let is_new = |f: &&Finding| {
        let same =
            |o: &Finding| (o.check, o.severity, &o.message) == (f.check, f.severity, &f.message);
        !untouched.findings.iter().any(same)
    };
    let is_new_too = |d: &&Diagnostic| {
        let same = |o: &Diagnostic| {
            let page = |d: &Diagnostic| d.place.map(|place| place.page);
            (o.code, o.severity, &o.message, page(o)) == (d.code, d.severity, &d.message, page(d))
        };
        !untouched.diagnostics.iter().any(same)
    };
    let findings = reading.findings.iter().filter(is_new).collect();
    (findings, reading.diagnostics.iter().filter(is_new_too).collect())
}

/// The notes among it, for people.
fn new_notes(reading: &Reading, untouched: &Reading) -> Vec<String> {
    let (findings, diagnostics) = said_anew(reading, untouched);
    let findings = findings.iter().map(|f| format!("{:?}: {}", f.check, f.message.en));
    let diagnostics = diagnostics.iter().map(|d| format!("{}: {}", d.code, d.message.en));
    findings.chain(diagnostics).take(6).collect()
}

/// Where the table that was hit stands: what speaks of one of these speaks of it.
struct Table<'n> {
    annex: &'n Annex,
    page: u32,
    pages: Vec<u32>,
    lines: Option<(u32, u32)>,
}

impl Table<'_> {
    fn of(notice: &Notice, annex: usize, page: u32) -> Table<'_> {
        let annex = &notice.annexes[annex];
        let cells = annex.rows.iter().flat_map(|row| &row.cells).map(|cell| cell.place);
        let places: Vec<Place> = cells.chain([annex.place]).collect();
        let mut lines = None;
        for place in &places {
            if let Spot::Text { line, .. } = place.spot {
                let (from, to) = lines.unwrap_or((line, line));
                lines = Some((line.min(from), line.max(to)));
            }
        }
        let pages = places.iter().map(|place| place.page).collect();
        Table { annex, page, pages, lines }
    }

    fn is_named(&self, said: &Said) -> bool {
        let is_here = |place: &Place| match (place.spot, self.lines) {
            (Spot::Text { line, .. }, Some((from, to))) => (from..=to).contains(&line),
            _ => place.page == self.page || self.pages.contains(&place.page),
        };
        said.annexes.contains(&self.annex.number) || said.places.iter().any(is_here)
    }
}
