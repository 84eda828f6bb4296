//! How the command is linked, as `checksec` and `readelf` would tell it: it stands anywhere in memory, what is
//! relocated can't be written to when it runs, no memory can be both written to and run, and nothing is looked for in
//! folders of others.
//!
//! The compiler does all this by default; a flag that was meant to save a millisecond has undone it once. There is no
//! C in the command that would want a stack protector, which a test holds too.

#![cfg(all(
    feature = "cli",
    target_os = "linux",
    target_pointer_width = "64",
    target_endian = "little"
))]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

/// An ELF file (System V gABI, and its supplement for Linux).
struct Elf(Vec<u8>);

/// A program header: type, flags, offset, size in the file.
struct Segment {
    kind: u32,
    flags: u32,
    offset: u64,
    size: u64,
}

const DYNAMIC: u32 = 2;
const INTERPRETER: u32 = 3;
const STACK: u32 = 0x6474_E551;
const RELRO: u32 = 0x6474_E552;
const EXECUTE: u32 = 1;
const WRITE: u32 = 2;

impl Elf {
    fn number(&self, at: u64, bytes: usize) -> u64 {
        let at = at as usize;
        self.0[at..at + bytes].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn segments(&self) -> Vec<Segment> {
        let (table, each, count) = (self.number(32, 8), self.number(54, 2), self.number(56, 2));
        let segment = |index: u64| {
            let at = table + index * each;
            Segment {
                kind: self.number(at, 4) as u32,
                flags: self.number(at + 4, 4) as u32,
                offset: self.number(at + 8, 8),
                size: self.number(at + 32, 8),
            }
        };
        (0..count).map(segment).collect()
    }

    /// The entries of the dynamic section: tag and value.
    fn dynamic(&self) -> Vec<(u64, u64)> {
        let segments = self.segments();
        let dynamic =
            segments.iter().find(|s| s.kind == DYNAMIC).expect("it is linked dynamically");
        let entries = (0..dynamic.size / 16).map(|index| dynamic.offset + 16 * index);
        entries.map(|at| (self.number(at, 8), self.number(at + 8, 8))).collect()
    }
}

#[test]
fn the_command_stands_anywhere_and_is_written_to_nowhere() {
    const SHARED: u64 = 3;
    const FLAGS: u64 = 30;
    const BIND_NOW: u64 = 8;
    const FLAGS_1: u64 = 0x6FFF_FFFB;
    const NOW: u64 = 1;
    const PIE: u64 = 0x0800_0000;
    let elf = Elf(fs::read(env!("CARGO_BIN_EXE_fubiao")).expect("the command is there"));
    assert_eq!(&elf.0[..6], b"\x7FELF\x02\x01", "64 bits, the low byte first");
    let (segments, dynamic) = (elf.segments(), elf.dynamic());
    let value = |tag: u64| dynamic.iter().find(|(t, _)| *t == tag).map_or(0, |(_, value)| *value);

    assert_eq!(elf.number(16, 2), SHARED, "it is to be put anywhere");
    assert!(value(FLAGS_1) & PIE != 0, "it is no position-independent executable");
    assert!(segments.iter().any(|s| s.kind == RELRO), "no relocation is closed to writing");
    assert!(
        value(FLAGS) & BIND_NOW != 0 || value(FLAGS_1) & NOW != 0,
        "some relocations are left open, to be made when they are needed"
    );
    let stack = segments.iter().find(|s| s.kind == STACK).expect("it says what its stack is");
    assert_eq!(stack.flags & EXECUTE, 0, "its stack can be run");
    for segment in &segments {
        assert_ne!(segment.flags & (EXECUTE | WRITE), EXECUTE | WRITE, "written to and run");
    }
    for (tag, name) in [(22, "TEXTREL"), (15, "RPATH"), (29, "RUNPATH")] {
        assert!(dynamic.iter().all(|(t, _)| *t != tag), "{name}");
    }
    assert!(segments.iter().any(|s| s.kind == INTERPRETER), "a loader puts it somewhere");
}

/// Packages that compile C, C++ or assembler of their own when they are built as they are here.
const COMPILERS: &[&str] = &["cc", "cmake", "nasm-rs", "bindgen"];

/// A package that could, and is asked not to.
const ASKED_NOT_TO: &[(&str, &str)] = &[("blake3", "pure")];

#[test]
fn the_command_is_rust_alone() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline", "--filter-platform"])
        .arg(if cfg!(target_arch = "aarch64") {
            "aarch64-unknown-linux-gnu"
        } else {
            "x86_64-unknown-linux-gnu"
        })
        .output()
        .expect("cargo starts");
    if !output.status.success() {
        println!("the tree can't be had without a network: not tried");
        return;
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let names: BTreeMap<String, String> =
        list(&metadata["packages"]).iter().map(|p| (text(&p["id"]), text(&p["name"]))).collect();
    let nodes: BTreeMap<String, Value> =
        list(&metadata["resolve"]["nodes"]).into_iter().map(|n| (text(&n["id"]), n)).collect();
    let mut seen = BTreeSet::new();
    let mut queue = vec![text(&metadata["resolve"]["root"])];
    while let Some(id) = queue.pop() {
        if !seen.insert(id.clone()) {
            continue;
        }
        for dependency in list(&nodes[&id]["deps"]) {
            let needed = text(&dependency["pkg"]);
            let kinds: Vec<String> =
                list(&dependency["dep_kinds"]).iter().map(|kind| text(&kind["kind"])).collect();
            // Those of tests are no part of the command; those that build it may be built as they like.
            if kinds.iter().any(String::is_empty) {
                queue.push(needed.clone());
            }
            let compiles = COMPILERS.contains(&names[&needed].as_str());
            if compiles && kinds.iter().any(|kind| kind == "build") {
                let features = list(&nodes[&id]["features"]);
                let spared = ASKED_NOT_TO.iter().any(|(package, feature)| {
                    names[&id] == *package && features.iter().any(|f| f == feature)
                });
                assert!(spared, "{} compiles C", names[&id]);
            }
        }
    }
    assert!(seen.len() > 50, "saw only {} packages", seen.len());
}
