//! Damaged samples are read or refused with a message, never a panic; what is read of them is written
//! in every form, and the JSON is valid. A short pass of what `examples/damage.rs` does at scale.
#![cfg(all(feature = "cli", feature = "pdf"))]

#[cfg(all(
    feature = "html",
    feature = "docx",
    feature = "excel",
    feature = "ods",
    feature = "ofd"
))]
#[path = "support/archive.rs"]
mod archive;
#[path = "support/damage.rs"]
mod damage;
#[cfg(all(
    feature = "html",
    feature = "docx",
    feature = "excel",
    feature = "ods",
    feature = "ofd"
))]
// Not all its writers are used here.
#[allow(dead_code)]
#[path = "support/written.rs"]
mod written;

use damage::{Dice, KINDS, Kind, damaged, streams};
use fubiao::check;
use fubiao::emit::record::NoticeRecord;
use fubiao::emit::{csv, datapackage, facts, json, tables, text};
use fubiao::options::Options;
use fubiao::pipeline;
use fubiao::source::Source;
use fubiao::validate::Judge;
use std::fs;
use std::panic::{self, AssertUnwindSafe};

const FOLDERS: [&str; 2] = ["samples/aid-2021", "samples/housing-2023"];
/// How often each sample is damaged in each way.
const EACH: u64 = 2;

/// What came of a file.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Came {
    Read,
    Refused,
}

/// Reads the bytes as the command does, and writes what it reads in every form.
fn convert(judge: &Judge, bytes: Vec<u8>) -> Came {
    let options = Options::default();
    let Ok(source) = Source::new("case", bytes) else { return Came::Refused };
    let mut sink = fubiao::diag::Sink::new();
    if let Ok(lines) = pipeline::printed_lines(&mut sink, &options, &source) {
        text::write(&mut Vec::new(), &lines).expect("written to memory");
    }
    if let Ok(outline) = pipeline::until_outline(&mut sink, &options, &source) {
        tables::write(&mut Vec::new(), &outline).expect("written to memory");
    }
    let reading = match pipeline::read(&source, &options) {
        Ok(reading) => reading,
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.hint().en.is_empty());
            return Came::Refused;
        }
    };
    let record = NoticeRecord::new(&source, &reading);
    let mut whole = Vec::new();
    json::write(&mut whole, &record).expect("written to memory");
    facts::write(&mut Vec::new(), &record).expect("written to memory");
    csv::write(&mut Vec::new(), &record, csv::Mark::With).expect("written to memory");
    #[cfg(feature = "parquet")]
    fubiao::emit::parquet::write(Vec::new(), [&record]).expect("written to memory");
    #[cfg(feature = "xlsx")]
    fubiao::emit::xlsx::write(&mut Vec::new(), &record).expect("written to memory");
    datapackage::files(std::slice::from_ref(&record)).expect("written to memory");
    let verdict = judge.judge(&whole);
    assert!(verdict.is_valid(), "what is written is valid: {:?}", verdict.violations);
    Came::Read
}

/// Reads a result as `check` and `validate` do.
fn check_again(judge: &Judge, bytes: Vec<u8>) -> Came {
    judge.judge(&bytes);
    let Ok(notice) = json::read(&bytes).and_then(|record| record.to_notice()) else {
        return Came::Refused;
    };
    check::check(&notice);
    check::across(&notice, &notice);
    Came::Read
}

/// Damages a sample in each of these ways and hands it on; says which case panicked.
fn damage_all(name: &str, kinds: &[Kind], hand_on: impl Fn(&Judge, Vec<u8>) -> Came) {
    let judge = Judge::new();
    for folder in FOLDERS {
        let path = format!("{folder}/{name}");
        let whole = fs::read(&path).expect("the sample is there");
        assert_eq!(hand_on(&judge, whole.clone()), Came::Read, "{path} as it is");
        for &kind in kinds {
            for seed in 0..EACH {
                let bytes = damaged(&whole, kind, &mut Dice::new(seed));
                let came = panic::catch_unwind(AssertUnwindSafe(|| hand_on(&judge, bytes)));
                assert!(came.is_ok(), "{path} damaged by {kind:?} with seed {seed}");
            }
        }
    }
}

#[test]
fn damaged_pdfs() {
    damage_all("notice.pdf", &KINDS, convert);
}

/// Damage inside the parts of an archive, whose checksums hold as they would if a program had written it.
#[cfg(all(
    feature = "html",
    feature = "docx",
    feature = "excel",
    feature = "ods",
    feature = "ofd"
))]
#[test]
fn damaged_documents() {
    let (_, notice) = written::sample();
    let sample = |name: &str| fs::read(format!("samples/aid-2021/{name}")).expect("a sample");
    let (body, annexes) = (written::docx(&notice, &[]), written::xlsx(&notice.annexes));
    let package = archive::zip(&[("附件.xlsx", &annexes), ("通知.docx", &body)]);
    let seeds = [
        ("docx", written::docx(&notice, &notice.annexes)),
        ("html", written::html(&notice)),
        ("xlsx", annexes),
        ("ods", written::ods(&notice.annexes)),
        ("ofd", written::ofd(&notice)),
        ("zip", package),
        ("doc", sample("notice.doc")),
        ("xls", sample("notice.xls")),
    ];
    let judge = Judge::new();
    for (name, whole) in seeds {
        for kind in KINDS {
            let bytes = damaged(&whole, kind, &mut Dice::new(7));
            let bytes = if whole.starts_with(b"PK") { archive::mended(bytes) } else { bytes };
            let came = panic::catch_unwind(AssertUnwindSafe(|| convert(&judge, bytes)));
            assert!(came.is_ok(), "{name} damaged by {kind:?}");
        }
    }
}

#[test]
fn damaged_texts() {
    damage_all("notice.txt", &KINDS, convert);
}

#[test]
fn results_edited_by_hand() {
    damage_all("notice.json", &KINDS, check_again);
    let (judge, whole) = (Judge::new(), fs::read("samples/housing-2023/notice.json"));
    let whole = whole.expect("the sample is there");
    for seed in 0..100 {
        let bytes = damaged(&whole, Kind::Edited, &mut Dice::new(seed));
        let came = panic::catch_unwind(AssertUnwindSafe(|| check_again(&judge, bytes)));
        assert!(came.is_ok(), "edited with seed {seed}");
    }
}

#[test]
fn damage_is_told_by_its_seed_and_does_damage() {
    let whole = fs::read("samples/housing-2023/notice.pdf").expect("the sample is there");
    assert!(streams(&whole).len() > 3, "the sample has streams to exchange");
    for kind in KINDS {
        let once = damaged(&whole, kind, &mut Dice::new(5));
        assert_eq!(once, damaged(&whole, kind, &mut Dice::new(5)), "{kind:?}");
        assert_ne!(once, whole, "{kind:?} changes something");
    }
}
