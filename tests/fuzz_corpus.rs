//! The fuzz targets without a fuzzer: each over its seeds, what once broke it, and changes of them that
//! are the same every time. libFuzzer itself runs by `fuzz/run`; see `docs/reliability.md`.

#![cfg(all(
    feature = "pdf",
    feature = "cli",
    feature = "html",
    feature = "docx",
    feature = "doc",
    feature = "excel",
    feature = "xls",
    feature = "ods",
    feature = "ofd",
    feature = "package"
))]

#[path = "../fuzz/src/lib.rs"]
#[allow(dead_code)]
mod bodies;

use bodies::{MutationSource, TARGETS, seeds};
use std::panic::catch_unwind;
use std::path::Path;

/// Changed inputs a target: as many as fit into a few seconds without optimisation.
const CHANGES: usize = 200;
/// Longer inputs are run as they are and not changed: each takes a tenth of a second.
const LONGEST: usize = 6_000;

fn dictionary() -> Vec<Vec<u8>> {
    let text = include_str!("../fuzz/dictionary.txt");
    let quoted = |line: &'static str| line.strip_suffix('"')?.split_once('"').map(|(_, word)| word);
    text.lines().filter(|line| !line.starts_with('#')).filter_map(quoted).map(word).collect()
}

/// A word as libFuzzer writes it: `\xAB` is a byte.
fn word(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(code, 16).expect("two hexadecimal digits"));
        bytes.extend(rest.as_bytes());
    }
    bytes
}

#[test]
fn no_target_breaks_on_its_seeds_or_changes_of_them() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dictionary = dictionary();
    assert!(dictionary.len() > 100, "{} words", dictionary.len());
    for &(target, run) in TARGETS {
        let seeds = seeds(repository, target);
        assert!(!seeds.is_empty(), "{target} begins with nothing");
        let hold = |bytes: &[u8]| {
            if catch_unwind(|| run(bytes)).is_err() {
                panic!("{target} breaks on {}", bytes.escape_ascii());
            }
        };
        seeds.iter().for_each(|seed| hold(seed));
        let mut short: Vec<_> = seeds.iter().filter(|seed| seed.len() <= LONGEST).collect();
        let mut changes = CHANGES;
        if short.is_empty() {
            // Compound files are never short.
            (short, changes) = (seeds.iter().collect(), CHANGES / 10);
        }
        let mut source = MutationSource::new(2023);
        for _ in 0..changes {
            let [seed, other] = [(); 2].map(|()| short[source.below(short.len())]);
            hold(&source.mutate(seed, other, &dictionary));
        }
    }
}
