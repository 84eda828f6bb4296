//! What comes out is safe to open, whatever a notice says: nothing is written beside where it was asked
//! for, no cell of CSV begins a formula, JSON is UTF-8 that any reader takes, and text steers no terminal.
#![cfg(feature = "cli")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A notice that means ill: paths for names, formulas for cells, controls and no characters between.
const NOTICE: &str = "../../../../tmp/evil\n关于下达2023年/etc/passwd计划的通知\n\n各市人民政府：\n　　正文。\n\
    附件1\n../../2023年\u{1B}[31m任务表\n市县\t计划\t../列\t备注\n\
    =HYPERLINK(\"http://example.org\")\t1\t-2\t=cmd|' /C calc'!A0\n\
    ../乙县\t3\t+4\t@SUM(A1)\n＝1+1\t5\t6\t-2+3\n丙\u{FFFF}县\u{8}\u{7}\t7\t8\t+丁\n";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join("inside")).expect("the folder is writable");
    fs::write(folder.path().join("inside/notice.txt"), NOTICE).expect("the folder is writable");
    folder
}

fn fubiao(folder: &Path, args: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_fubiao"))
        .args(args)
        .current_dir(folder.join("inside"))
        .env("LC_ALL", "C")
        .output()
        .expect("the command runs");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// All files below a folder.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let below = path.strip_prefix(folder).expect("below the folder");
                found.insert(below.display().to_string());
            }
        }
    }
    found
}

#[test]
fn nothing_is_written_beside_what_was_asked_for() {
    let folder = folder();
    for (args, written) in [
        (&["convert", "notice.txt", "-o", "a.json"][..], "inside/a.json"),
        (&["convert", "notice.txt", "--format", "csv", "-o", "a.csv"], "inside/a.csv"),
        (&["convert", "notice.txt", "--format", "datapackage", "-o", "p"], "inside/p/"),
        (&["inspect", "notice.txt", "--until", "check", "--svg", "s"], "inside/s/"),
        (&["batch", "notice.txt", "--out", "r"], "inside/r/"),
        #[cfg(feature = "xlsx")]
        (&["convert", "notice.txt", "--format", "xlsx", "-o", "a.xlsx"], "inside/a.xlsx"),
        #[cfg(feature = "parquet")]
        (&["convert", "notice.txt", "--format", "parquet", "-o", "a.parquet"], "inside/a.parquet"),
        #[cfg(feature = "review")]
        (&["review", "notice.txt", "-o", "a.html"], "inside/a.html"),
    ] {
        let before = files(folder.path());
        fubiao(folder.path(), args);
        let new: Vec<String> = files(folder.path()).difference(&before).cloned().collect();
        assert!(!new.is_empty(), "{args:?} writes something");
        assert!(new.iter().all(|path| path.starts_with(written)), "{args:?} wrote {new:?}");
    }
}

#[test]
fn no_cell_of_csv_begins_a_formula() {
    let folder = folder();
    let csv = fubiao(folder.path(), &["convert", "notice.txt", "--format", "csv"]).stdout;
    let mut reader = csv::Reader::from_reader(csv.as_slice());
    let (mut guarded, mut negative) = (0, 0);
    for record in reader.records() {
        for cell in record.expect("CSV that can be read").iter() {
            let sign = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '＠']);
            let number = cell.parse::<rust_decimal::Decimal>().is_ok();
            assert!(!sign || number, "{cell:?} begins a formula");
            guarded += usize::from(cell.starts_with('\''));
            negative += usize::from(cell == "-2");
        }
    }
    assert!(guarded >= 5, "formulas are there, and guarded");
    assert!(negative >= 1, "a number stays one");
}

#[test]
fn json_and_text_hold_nothing_that_steers() {
    let folder = folder();
    let json = fubiao(folder.path(), &["convert", "notice.txt"]).stdout;
    let json = String::from_utf8(json).expect("JSON is UTF-8");
    assert!(!json.chars().any(|c| c.is_control() && c != '\n'), "controls are escaped");
    let notice: Value = serde_json::from_str(&json).expect("JSON that can be read");
    let name = notice["annexes"][0]["rows"][3]["region"]["name"].as_str();
    assert_eq!(name, Some("丙县"), "what is no character is no part of a name");
    let text = fubiao(folder.path(), &["convert", "notice.txt", "--format", "text"]).stdout;
    let text = String::from_utf8(text).expect("text is UTF-8");
    assert!(!text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\u{C}')));
    for args in [&["check", "notice.txt"][..], &["convert", "notice.txt", "-v"]] {
        let Output { stdout, stderr, .. } = fubiao(folder.path(), args);
        let bytes = if args[0] == "check" { [stdout, stderr].concat() } else { stderr };
        assert!(!bytes.contains(&0x1B), "{args:?}: {}", String::from_utf8_lossy(&bytes));
    }
}
