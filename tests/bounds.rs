//! Time and memory: a notice that takes more than it may ends with a message and a status, whatever the
//! system does to the process that read it.
#![cfg(all(feature = "cli", unix))]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// A text of many lines, which takes a while and some 50 MiB a page to read.
fn large_text(folder: &Path, pages: usize) {
    let page = "关于下达2023年城镇老旧小区改造计划的通知，各市人民政府。\n".repeat(15_000);
    let text = vec![page; pages].join("\u{C}");
    fs::write(folder.join("large.txt"), text).expect("the folder is writable");
}

fn fubiao(pages: usize, args: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a temporary folder");
    large_text(folder.path(), pages);
    let mut command = Command::new(env!("CARGO_BIN_EXE_fubiao"));
    command.args(args).current_dir(folder.path()).env("LC_ALL", "C");
    let output = command.output().expect("the command runs");
    let _ = fs::remove_dir_all(folder.path().join("out"));
    let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").collect();
    assert_eq!(left.len(), 1, "nothing but the input is left");
    output
}

fn refusal(pages: usize, args: &[&str]) -> String {
    let output = fubiao(pages, args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(output.stdout.is_empty());
    said
}

#[test]
fn a_notice_that_takes_too_long_is_told_so() {
    for verb in [&["convert", "large.txt", "-o", "out.json"][..], &["check", "large.txt"]] {
        let said = refusal(1, &[verb, &["--max-time", "0.05"]].concat());
        assert!(said.contains("large.txt") && said.contains("limit max-time reached"), "{said}");
        assert!(said.contains("raise the limit with --max-time"), "{said}");
    }
}

#[test]
fn a_notice_that_takes_too_much_memory_is_told_so() {
    let said = refusal(8, &["convert", "large.txt", "--max-memory", "100", "--max-time", "600"]);
    let lines: Vec<&str> = said.lines().collect();
    let [error, hint] = lines[..] else { panic!("one line, and what to do:\n{said}") };
    assert!(error.contains("large.txt: reading it takes more memory than 100 MiB"), "{said}");
    assert!(hint.contains("raise the limit with --max-memory"), "{said}");
}

#[test]
fn a_notice_of_a_batch_that_takes_too_much_memory_is_told_so() {
    let said =
        refusal(8, &["batch", "large.txt", "--out", "out", "--memory", "100", "--timeout", "600"]);
    assert!(said.contains("large.txt: ran over its memory"), "{said}");
    assert!(said.contains("failed, by reason: memory 1"), "{said}");
}

#[test]
fn within_its_bounds_nothing_differs() {
    let output = fubiao(1, &["convert", "large.txt", "--format", "text", "--max-time", "600"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.stdout.iter().filter(|b| **b == b'\n').count(), 15_000);
}
