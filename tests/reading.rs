//! The harness of `examples/reading.rs` over the repository's own samples: no kind of damage to a page
//! is read wrong in silence more often than it is today. And the law of ink: every character that a carrier hands over
//! ends in a line, and every character of a line in a text of the document, or in a repair that says why it was taken
//! out, also on damaged pages.

#[path = "../examples/reading/damage.rs"]
mod damage;
#[path = "../examples/score/fact.rs"]
mod fact;
#[path = "../examples/reading/tally.rs"]
mod tally;
#[path = "../examples/reading/targets.rs"]
mod targets;

use damage::{Damaged, Kind, Untouched, damages};
use fubiao::carrier::page::Pages;
use fubiao::diag::{Diagnostic, Sink};
use fubiao::normalize;
use fubiao::options::Options;
use fubiao::pipeline;
use fubiao::place::Place;
use fubiao::source::Source;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use tally::{Measured, Outcome};

/// How often each kind hits a sample.
const EACH: usize = 3;

/// How many damages of a kind are silent today; kinds that are not named have none. Lower a bound when
/// it can be.
const SILENT: &[(Kind, usize)] = &[];

#[test]
fn no_damage_of_the_samples_is_more_silent_than_today() {
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut silent: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
    let mut made = 0;
    for sample in ["aid-2021/notice.pdf", "housing-2023/notice-reportlab.pdf"] {
        let bytes = std::fs::read(samples.join(sample)).expect("a sample has its inputs");
        let source = Source::new(sample, bytes).expect("it is a notice");
        let pages = pipeline::until_pages(&mut Sink::new(), &Options::default(), &source)
            .expect("it can be read");
        let Measured { tally, holes } = tally::measure(&pages, sample, &Kind::ALL, EACH);
        made += tally.values().flat_map(BTreeMap::values).sum::<usize>();
        let broke = tally.values().filter_map(|of| of.get(&Outcome::Broke)).sum::<usize>();
        assert_eq!(broke, 0, "{sample}: damage breaks the reader");
        for hole in holes {
            silent.entry(hole.kind).or_default().push(format!("{sample}: {hole}"));
        }
    }
    assert!(made > 100, "only {made} damages were made");
    let most: BTreeMap<Kind, usize> = SILENT.iter().copied().collect();
    let more: Vec<String> = silent
        .iter()
        .filter(|(kind, found)| found.len() > most.get(kind).copied().unwrap_or_default())
        .map(|(kind, found)| format!("{} {}:\n{}", found.len(), kind.name(), found.join("\n")))
        .collect();
    assert!(
        more.is_empty(),
        "read wrong in silence, and more often than before:\n{}",
        more.join("\n")
    );
}

fn samples() -> Vec<(String, Pages)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let notices = [
        "aid-2021/notice.pdf",
        "housing-2023/notice.pdf",
        "housing-2023/notice-reportlab.pdf",
        "housing-2023/notice.txt",
    ];
    let pages = |name: &&str| {
        let bytes = std::fs::read(folder.join(name)).ok()?;
        let source = Source::new(*name, bytes).expect("it is a notice");
        let pages = pipeline::until_pages(&mut Sink::new(), &Options::default(), &source);
        Some((name.to_string(), pages.expect("it can be read")))
    };
    let samples: Vec<(String, Pages)> = notices.iter().filter_map(pages).collect();
    assert!(samples.len() > 1, "the samples are not where they were");
    samples
}

/// A place that can be looked up.
fn key(place: &Place, ch: char) -> String {
    format!("{place:?} {ch}")
}

fn ink(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

#[test]
fn what_a_carrier_hands_over_is_in_a_line_or_in_a_repair() {
    for (name, pages) in samples() {
        let mut sink = Sink::new();
        let lines = normalize::normalize(&mut sink, &Options::default(), pages.clone());
        let pieces = lines.pages.iter().flat_map(|page| &page.lines).flat_map(|line| &line.pieces);
        let mut places: HashSet<String> = HashSet::new();
        for piece in pieces {
            places.extend(piece.text.chars().map(|c| format!("{:?}", c.place)));
            places.extend(piece.marks.iter().map(|mark| format!("{:?}", mark.place)));
        }
        let mut lost = String::new();
        for page in &pages.pages {
            for run in &page.runs {
                for (at, ch) in run.text.chars().enumerate().filter(|(_, c)| !c.is_whitespace()) {
                    let place = run.place_of(page.number, at);
                    let is_there = places.contains(&format!("{place:?}"))
                        || places.contains(&format!("{:?}", run.place(page.number)));
                    if !is_there {
                        lost.push_str(&key(&place, ch));
                        lost.push('\n');
                    }
                }
            }
        }
        let (_, repairs) = sink.into_parts();
        let taken: usize =
            repairs.iter().map(|r| ink(&r.before).saturating_sub(ink(&r.after))).sum();
        let count = lost.lines().count();
        assert!(count <= taken, "{name}: {count} characters are lost, {taken} on record:\n{lost}");
    }
}

#[test]
fn what_stands_in_a_line_is_in_the_document_or_in_a_repair() {
    let mut read_again = 0;
    for (name, pages) in samples() {
        let read =
            |pages| pipeline::read_pages(Sink::new(), &Options::default(), pages, &mut |_| ());
        let is_of_ink = |d: &&Diagnostic| d.code == "ink_unaccounted";
        let untouched = read(pages.clone());
        let lost = untouched.diagnostics.iter().find(is_of_ink);
        assert_eq!(lost, None, "{name}");
        let facts = fact::of_notice(&untouched.notice);
        let targets = targets::targets(&pages, &untouched.notice);
        let of = Untouched {
            pages: &pages,
            notice: &untouched.notice,
            facts: &facts,
            targets: &targets,
        };
        for kind in Kind::ALL {
            for Damaged { pages, what, page, .. } in damages(of, kind, EACH, &name) {
                let reading = read(pages);
                let lost = reading.diagnostics.iter().find(is_of_ink);
                assert_eq!(lost, None, "{name}, page {page}: {}: {what}", kind.name());
                read_again += 1;
            }
        }
    }
    assert!(read_again > 100, "only {read_again} damages were made");
}
