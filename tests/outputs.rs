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

/// Whatever fubiao wrote among the notices is no notice: its figures would count twice.
#[cfg(all(feature = "xlsx", feature = "parquet", feature = "review", feature = "pdf"))]
#[test]
fn what_is_written_among_the_notices_is_not_read_as_one() {
    let folder = folder();
    let sample = fs::read("samples/aid-2021/notice.txt").expect("the sample is there");
    fs::write(folder.path().join("inside/notice.txt"), sample).expect("writable");
    fubiao(folder.path(), &["batch", ".", "--out", "../first"]);
    for file in ["a.json", "a.csv", "a.ndjson", "a.xlsx", "a.parquet", "a.zip"] {
        fubiao(folder.path(), &["convert", "notice.txt", "-o", file]);
    }
    fubiao(folder.path(), &["convert", "notice.txt", "--format", "datapackage", "-o", "package"]);
    fubiao(folder.path(), &["convert", "notice.txt", "--format", "tables", "-o", "tables.json"]);
    fubiao(folder.path(), &["review", "notice.txt", "-o", "a.html"]);
    for file in ["report.html", "report.xlsx"] {
        fubiao(folder.path(), &["report", "../first", "-o", file]);
    }
    let said = fubiao(folder.path(), &["batch", ".", "--out", "../second"]).stderr;
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(said.starts_with("1 notice: 1 read"), "{said}");
    let facts = |out: &str| fs::read(folder.path().join(out).join("facts.ndjson")).expect(out);
    assert_eq!(facts("first"), facts("second"));
    // A result is checked as one; the rest is passed over.
    let check = fubiao(folder.path(), &["check", "."]);
    let out = String::from_utf8_lossy(&check.stdout).into_owned();
    assert_eq!(out.lines().filter(|line| line.contains("sums checked")).count(), 2, "{out}");
    // So it is where results lie in the folder of the notices.
    fubiao(folder.path(), &["batch", "notice.txt", "--out", "."]);
    let check = fubiao(folder.path(), &["check", "."]);
    let out = String::from_utf8_lossy(&check.stdout).into_owned();
    assert_eq!(out.lines().filter(|line| line.contains("sums checked")).count(), 3, "{out}");
    // The folder of results is checked by what it counts.
    let check = fubiao(folder.path(), &["check", "../second"]);
    let out = String::from_utf8_lossy(&check.stdout).into_owned();
    assert_eq!(out.lines().filter(|line| line.contains("sums checked")).count(), 1, "{out}");
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

/// What nobody sees, or what turns the text around it: marks of direction and of no width, tags, what is no character.
const HIDDEN: [char; 16] = [
    '\u{202E}',
    '\u{2066}',
    '\u{200B}',
    '\u{200F}',
    '\u{FEFF}',
    '\u{2060}',
    '\u{AD}',
    '\u{FFFE}',
    '\u{FFFF}',
    '\u{FDD0}',
    '\u{E0041}',
    '\u{FE0F}',
    '\u{0}',
    '\u{1B}',
    '\u{7F}',
    '\u{9B}',
];

#[test]
fn no_form_hides_anything_and_raw_keeps_it() {
    let folder = folder();
    let rows: String =
        HIDDEN.iter().enumerate().map(|(i, c)| format!("甲{i}{c}县\t12{c}34\n")).collect();
    let text = format!(
        "某建保〔2023〕1号\n\n关于\u{202E}下达计划的通知\n\n各市人民政府：\n　　现将\u{200B}计划下达给你们。\n\n\
         附件1\n计划\u{2066}表\n市\u{200B}县\t数\u{FEFF}\n{rows}合计\t1\n"
    );
    fs::write(folder.path().join("inside/hidden.txt"), text).expect("the folder is writable");
    let is_hidden = |c: char| HIDDEN.contains(&c) || (c.is_control() && !matches!(c, '\n' | '\t'));
    for args in [
        &["convert", "hidden.txt"][..],
        &["convert", "hidden.txt", "--format", "text"],
        &["convert", "hidden.txt", "--format", "csv"],
        &["convert", "hidden.txt", "--format", "facts"],
        &["convert", "hidden.txt", "--format", "tables"],
        &["check", "hidden.txt"],
        &["inspect", "hidden.txt", "--until", "repair"],
        #[cfg(feature = "review")]
        &["review", "hidden.txt", "-o", "-"],
    ] {
        let Output { stdout, stderr, .. } = fubiao(folder.path(), args);
        let out =
            [String::from_utf8(stdout), String::from_utf8(stderr)].map(Result::unwrap).concat();
        assert!(!out.contains(is_hidden), "{args:?}: {:?}", out.matches(is_hidden).next());
    }
    let json = fubiao(folder.path(), &["convert", "hidden.txt"]).stdout;
    let notice: Value = serde_json::from_slice(&json).expect("JSON that can be read");
    let rows = &notice["annexes"][0]["rows"];
    assert_eq!(rows[0]["cells"][0]["raw"], "12\u{202E}34");
    assert_eq!(rows[0]["cells"][0]["value"], "1234");
    let csv = fubiao(folder.path(), &["convert", "hidden.txt", "--format", "csv"]).stdout;
    assert!(String::from_utf8_lossy(&csv).contains("12\\u{202e}34"), "raw is shown with escapes");
    #[cfg(feature = "xlsx")]
    {
        fubiao(folder.path(), &["convert", "hidden.txt", "-o", "hidden.xlsx"]);
        let book = fs::File::open(folder.path().join("inside/hidden.xlsx")).expect("a workbook");
        let mut book = zip::ZipArchive::new(book).expect("a workbook is a ZIP archive");
        let mut strings = String::new();
        let mut part = book.by_name("xl/sharedStrings.xml").expect("texts");
        std::io::Read::read_to_string(&mut part, &mut strings).expect("UTF-8");
        assert!(!strings.contains(|c| is_hidden(c) && c != '\r'), "{strings}");
        assert!(strings.contains("12\\u{202e}34"));
    }
}
