//! The samples, each read from text and from the PDFs of two producers: one notice, whatever it is
//! printed with, and the one that its checked notice.json holds.
#![cfg(all(feature = "cli", feature = "pdf"))]

use fubiao::emit::record::NoticeRecord;
use fubiao::options::Options;
use fubiao::pipeline;
use fubiao::source::Source;
use fubiao::validate::Judge;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const INPUTS: &[&str] = &["notice.txt", "notice.pdf", "notice-reportlab.pdf"];

/// Keys of a result that tell of the input, not of the notice.
const OF_THE_INPUT: &[&str] = &["generator", "source", "repairs", "diagnostics"];

#[test]
fn every_input_says_what_the_sample_says() {
    for sample in samples() {
        let expected = said(checked(&sample));
        for input in INPUTS {
            let path = sample.join(input);
            let read = said(read(&path));
            // Key by key, so that a failure shows the part that differs and not the whole notice.
            let keys: Vec<&String> = read.keys().collect();
            assert_eq!(keys, expected.keys().collect::<Vec<_>>(), "{}", path.display());
            for (key, value) in &expected {
                assert_eq!(read.get(key), Some(value), "{}: {key}", path.display());
            }
        }
    }
}

#[test]
fn how_many_threads_read_a_notice_can_not_be_seen() {
    for path in samples().iter().flat_map(|sample| INPUTS.iter().map(|input| sample.join(input))) {
        let bytes = fs::read(&path).expect("a sample has its inputs");
        let source = Source::new("notice", bytes).expect("a notice");
        let read = |threads| {
            let options = Options { threads, ..Options::default() };
            pipeline::read(&source, &options).expect("it can be read")
        };
        assert_eq!(read(2), read(0), "{}", path.display());
    }
}

#[test]
fn what_samples_say_follows_the_schema() {
    let judge = Judge::new();
    for sample in samples() {
        let verdict = judge.judge_json(&checked(&sample));
        assert!(verdict.is_valid(), "{}: {:#?}", sample.display(), verdict.violations);
    }
}

#[test]
fn no_figure_of_a_table_is_lost_or_invented() {
    for sample in samples() {
        let text = fs::read_to_string(sample.join("notice.txt")).expect("a sample has its text");
        let mut printed = BTreeMap::new();
        for cell in text.lines().filter(|line| line.contains('\t')).flat_map(|l| l.split('\t')) {
            if is_figure(cell) {
                *printed.entry(cell.to_owned()).or_insert(0) += 1;
            }
        }
        let mut read = BTreeMap::new();
        let notice = checked(&sample);
        for row in items(&notice["annexes"]).flat_map(|annex| items(&annex["rows"])) {
            for raw in items(&row["cells"]).filter_map(|cell| cell["raw"].as_str()) {
                if is_figure(raw) {
                    *read.entry(raw.to_owned()).or_insert(0) += 1;
                }
            }
        }
        assert!(!printed.is_empty());
        assert_eq!(read, printed, "{}", sample.display());
    }
}

#[test]
fn every_sample_says_where_it_comes_from() {
    for sample in samples() {
        let about = fs::read_to_string(sample.join("about.toml")).expect("a sample has about.toml");
        for key in ["shows", "text", "figures", "licence"] {
            assert!(about.contains(&format!("\n{key} = ")), "{}: no {key}", sample.display());
        }
        for input in INPUTS.iter().filter(|input| input.ends_with(".pdf")) {
            let producer = format!("\n\"{input}\" = ");
            assert!(about.contains(&producer), "{}: who made {input}?", sample.display());
        }
    }
}

/// What each stage gives on the sample with the most layouts. What `typing` and `check` give stands
/// in the samples' notice.json.
#[test]
fn stages() {
    for stage in ["extract", "normalize", "segment", "repair"] {
        let output = Command::new(env!("CARGO_BIN_EXE_fubiao"))
            .args(["inspect", "samples/aid-2021/notice.pdf", "--quiet", "--until", stage])
            .output()
            .expect("the command starts");
        assert!(output.status.success(), "{stage}: {}", String::from_utf8_lossy(&output.stderr));
        let shown = String::from_utf8(output.stdout).expect("what is shown is UTF-8");
        insta::assert_snapshot!(stage, shown);
    }
}

/// The folders of the samples, in order.
fn samples() -> Vec<PathBuf> {
    let mut samples: Vec<PathBuf> = fs::read_dir("samples")
        .expect("the samples are in the repository")
        .map(|entry| entry.expect("a folder can be listed").path())
        .filter(|path| path.is_dir())
        .collect();
    samples.sort();
    assert!(samples.len() >= 2, "saw only {} samples", samples.len());
    samples
}

/// What the sample says, checked by hand and by its sums.
fn checked(sample: &Path) -> Value {
    let bytes = fs::read(sample.join("notice.json")).expect("a sample has its result");
    serde_json::from_slice(&bytes).expect("it is JSON")
}

/// The result of reading an input now.
fn read(path: &Path) -> Value {
    let bytes = fs::read(path).expect("a sample has its inputs");
    let source = Source::new("notice", bytes).expect("it is a notice");
    let reading = pipeline::read(&source, &Options::default()).expect("it can be read");
    serde_json::to_value(NoticeRecord::new(&source, &reading)).expect("a result is JSON")
}

/// A result without what depends on the input it was read from. Of a finding, what it holds against
/// the notice and whom it doubts first; how it ranks the rest is for the tests of `check`.
fn said(result: Value) -> BTreeMap<String, Value> {
    let Value::Object(mut map) = result else { panic!("a result is an object") };
    for finding in map.get_mut("findings").and_then(Value::as_array_mut).into_iter().flatten() {
        let first = &finding["suspects"][0];
        *finding = json!({
            "check": finding["check"], "severity": finding["severity"],
            "stated": finding["stated"], "computed": finding["computed"],
            "suspect": first["region"], "printed": first["printed"], "proposed": first["proposed"],
        });
    }
    map.into_iter()
        .filter(|(key, _)| !OF_THE_INPUT.contains(&key.as_str()))
        .filter_map(|(key, value)| Some((key.clone(), placeless(&key, value)?)))
        .collect()
}

fn placeless(key: &str, value: Value) -> Option<Value> {
    Some(match value {
        _ if key == "place" || key == "places" => return None,
        Value::Array(items) => {
            Value::Array(items.into_iter().filter_map(|item| placeless("", item)).collect())
        }
        Value::Object(map) => Value::Object(
            map.into_iter()
                .filter_map(|(key, value)| Some((key.clone(), placeless(&key, value)?)))
                .collect(),
        ),
        other => other,
    })
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn is_figure(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || ",.-%".contains(c))
}
