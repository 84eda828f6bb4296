//! What a person said of cells: applied to the very notice, checked again, recorded, and refused as a
//! whole where it does not fit.
#![cfg(feature = "cli")]

use fubiao::check::Finding;
use fubiao::corrections::{self, Corrections};
use fubiao::diag::Severity;
use fubiao::emit::record::NoticeRecord;
use fubiao::emit::{facts, json};
use fubiao::model::{Status, Verdict};
use fubiao::options::Options;
use fubiao::pipeline::{self, Reading};
use fubiao::source::Source;
use fubiao::validate::Judge;
use serde_json::{Value, json};

const NOTICE: &str = "关于下达2024年住房任务的通知\n\n附件1\n2024年住房任务表\n单位：套\n\
    地区\t开工\t建成\n甲市\t900\t12\n乙市\t210\t30\n丙市\t70\t\n丁市\t15\t5\n合计\t1186\t47\n";

#[test]
fn a_corrected_cell_holds_the_new_figure_and_says_so() {
    let reading = corrected(&file(json!([wrong_cell("corrected", "201")]))).expect("it fits");
    let cell = &reading.notice.annexes[0].rows[1].cells[0];
    assert_eq!((cell.raw.as_str(), cell.status), ("210", Status::Value));
    assert_eq!(cell.value.map(|v| v.to_string()).as_deref(), Some("201"));
    let said = cell.correction.as_deref().expect("it is recorded");
    assert_eq!((said.verdict, said.by.as_str()), (Verdict::Corrected, "李审核"));
    assert_eq!(said.at, "2026-01-30T09:00:00+08:00");
    let [from, to] = [said.from, said.to].map(|v| v.map(|v| v.to_string()));
    assert_eq!([from.as_deref(), to.as_deref()], [Some("210"), Some("201")]);
    assert_eq!(errors(&reading).len(), 0, "{:?}", reading.findings);
}

#[test]
fn a_cell_can_become_blank_and_a_blank_a_figure() {
    let said = file(json!([
        {"annex": 1, "row": 4, "region": "丁市", "column": ["建成"], "printed": "5", "verdict": "corrected",
         "value": null, "by": "a", "at": "2026-01-30T09:00:00Z"},
        {"annex": 1, "row": 3, "region": "丙市", "column": ["建成"], "printed": "", "verdict": "corrected",
         "value": "5", "by": "a", "at": "2026-01-30T09:00:00Z"},
    ]));
    let reading = corrected(&said).expect("it fits");
    let cell = |row: usize| &reading.notice.annexes[0].rows[row].cells[1];
    assert_eq!((cell(3).status, cell(3).value), (Status::Blank, None));
    assert_eq!(cell(2).status, Status::Value);
    assert_eq!(cell(2).value.map(|v| v.to_string()).as_deref(), Some("5"));
}

#[test]
fn a_confirmed_cell_is_no_more_the_first_to_doubt() {
    let before = errors(&read())[0].clone();
    assert_eq!(before.suspects[0].region, "乙市");
    let mut said = wrong_cell("confirmed", "");
    said.as_object_mut().expect("an entry").remove("value");
    let reading = corrected(&file(json!([said]))).expect("it fits");
    let after = errors(&reading)[0].clone();
    assert_ne!(after.suspects[0].region, "乙市");
    assert!(after.message.en.contains("李审核 confirmed 乙市 开工 210"), "{}", after.message.en);
    assert!(after.message.zh.contains("李审核已确认乙市“开工”210无误"), "{}", after.message.zh);
}

#[test]
fn a_corrected_result_is_valid_and_reads_back() {
    let mut said = wrong_cell("corrected", "201");
    said["comment"] = json!("多录");
    let reading = corrected(&file(json!([said]))).expect("it fits");
    let record = NoticeRecord::new(&source(), &reading);
    let mut bytes = Vec::new();
    json::write(&mut bytes, &record).expect("memory takes it");
    let verdict = Judge::new().judge(&bytes);
    assert!(verdict.is_valid(), "{:?}", verdict.violations);
    let back = json::read(&bytes).expect("a result").to_notice().expect("a notice");
    assert_eq!(back, reading.notice);
    let fact = facts::facts(&record).find(|fact| fact.raw == "210").expect("its fact");
    assert_eq!(fact.value, Some("201"));
}

#[test]
#[cfg(feature = "xlsx")]
fn a_corrected_cell_is_shaded_and_commented_in_excel() {
    use std::io::{Cursor, Read};
    let mut said = wrong_cell("corrected", "201");
    said["comment"] = json!("核对原件");
    let book = |said: Value| {
        let reading = corrected(&file(json!([said]))).expect("it fits");
        let mut book = Vec::new();
        let record = NoticeRecord::new(&source(), &reading);
        fubiao::emit::xlsx::write(&mut book, &record).expect("memory takes it");
        let mut book =
            zip::ZipArchive::new(Cursor::new(book)).expect("a workbook is a ZIP archive");
        ["xl/comments1.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"].map(|name| {
            let mut text = String::new();
            let part = book.by_name(name).ok().map(|mut part| part.read_to_string(&mut text));
            part.map_or(String::new(), |_| text)
        })
    };
    let [comments, styles, sheet] = book(said);
    let expected = "已更正：原为 210，改为 201（李审核，2026-01-30）：核对原件";
    assert!(comments.contains(expected), "{comments}");
    assert!(styles.contains("FFC6E0B4"), "{styles}");
    assert!(sheet.contains("<v>201</v>"), "{sheet}");
    let mut confirmed = wrong_cell("confirmed", "");
    confirmed.as_object_mut().expect("an object").remove("value");
    let [comments, ..] = book(confirmed);
    assert!(comments.contains("已确认与原文一致（李审核，2026-01-30）"), "{comments}");
}

#[test]
fn what_does_not_fit_is_refused_in_one_line() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut said = wrong_cell("corrected", "201");
        change(&mut said);
        corrected(&file(json!([said]))).expect_err("it does not fit")
    };
    type Change<'a> = &'a dyn Fn(&mut Value);
    let cases: &[(Change, &str)] = &[
        (&|s| s["annex"] = json!(2), "annex 2, row 2, 乙市, 开工 is no cell of the notice"),
        (&|s| s["row"] = json!(3), "annex 1, row 3, 乙市, 开工 is no cell of the notice"),
        (&|s| s["region"] = json!("甲市"), "annex 1, row 2, 甲市, 开工 is no cell of the notice"),
        (&|s| s["column"] = json!(["完工"]), "annex 1, row 2, 乙市, 完工 is no cell of the notice"),
        (&|s| s["printed"] = json!("205"), "prints \"210\", the corrections say \"205\""),
        (&|s| s["value"] = json!("1e9"), "expected a decimal like 278.90, or null"),
        (&|s| s["value"] = json!("+1"), "expected a decimal"),
        (&|s| s["value"] = json!("1."), "expected a decimal"),
        (&|s| s["value"] = json!("1_000"), "expected a decimal"),
        (&|s| s["value"] = json!("９"), "expected a decimal"),
        (&|s| s["value"] = json!("9".repeat(40)), "expected a decimal"),
        (&|s| s["verdict"] = json!("maybe"), "is \"maybe\", expected confirmed or corrected"),
        (&|s| s["verdict"] = json!("confirmed"), "is confirmed, but has a value"),
        (&|s| s["by"] = json!(" "), "does not say by whom"),
        (&|s| s["at"] = json!("yesterday"), "was said at \"yesterday\", expected a moment"),
        (&|s| s["at"] = json!("2026-01-30T09:00:00"), "expected a moment"),
        (&|s| s["at"] = json!("2026-01-30T09:00:60Z"), "expected a moment"),
        (&|s| s["at"] = json!("2026-01-30 09:00Z"), "expected a moment"),
    ];
    for (change, expected) in cases {
        let message = refused(change).message();
        assert!(message.en.contains(expected), "{}", message.en);
        assert!(!message.en.contains('\n') && !message.zh.is_empty());
    }
    let twice = file(json!([wrong_cell("corrected", "201"), wrong_cell("corrected", "202")]));
    let message = corrected(&twice).expect_err("one cell, two figures").message().en;
    assert!(message.ends_with("is named twice"), "{message}");
    let mut other = file(json!([]));
    other["source"]["sha256"] = json!("0".repeat(64));
    let message = corrected(&other).expect_err("another notice").message().en;
    assert!(message.starts_with("the corrections are of another file: notice.txt"), "{message}");
}

#[test]
fn the_place_tells_cells_of_one_name_apart() {
    let text = "关于2024年计划的通知\n\n附件1\n任务表\n地区\t套数\t套数\n甲市\t1\t1\n乙市\t2\t2\n合计\t3\t3\n";
    let source = Source::new("two.txt", text.into()).expect("a text");
    let reading = || pipeline::read(&source, &Options::default()).expect("a notice");
    let columns = &reading().notice.annexes[0].columns;
    assert_eq!(columns[0].path, columns[1].path, "the case needs two columns of one name");
    let mut said = json!({"annex": 1, "row": 1, "region": "甲市", "column": columns[0].path, "printed": "1",
        "verdict": "corrected", "value": "4", "by": "a", "at": "2026-01-30T09:00:00Z"});
    let of = |said: &Value| {
        json!({"schema_version": "1.0", "source": {"name": "two.txt", "sha256": source.sha256()},
            "corrections": [said]})
    };
    let apply = |said: &Value| {
        let said = corrections::read(of(said).to_string().as_bytes()).expect("corrections");
        pipeline::corrected(reading(), &source, &said)
    };
    let message = apply(&said).expect_err("two cells").message().en;
    assert!(message.contains("may be one of several cells"), "{message}");
    said["place"] = json!({"page": 1, "line": 6, "column": 6});
    let cells = &apply(&said).expect("one cell").notice.annexes[0].rows[0].cells;
    assert!(cells[0].correction.is_none() && cells[1].correction.is_some());
}

#[test]
fn the_schema_says_what_the_code_wants() {
    let judge = Judge::of_corrections();
    let valid = |said: &Value| judge.judge_json(said).is_valid();
    assert!(valid(&file(json!([wrong_cell("corrected", "201")]))));
    assert!(valid(&file(json!([]))));
    for damage in [json!("maybe"), json!("confirmed"), json!(null)] {
        let mut said = wrong_cell("corrected", "201");
        said["verdict"] = damage;
        assert!(!valid(&file(json!([said]))));
    }
    for (key, damage) in
        [("at", json!("soon")), ("value", json!("1e9")), ("by", json!("")), ("more", json!(1))]
    {
        let mut said = wrong_cell("corrected", "201");
        said[key] = damage;
        assert!(!valid(&file(json!([said]))), "{key}");
    }
}

#[test]
fn no_bytes_make_reading_a_file_of_corrections_panic() {
    for bytes in [&b""[..], b"{", b"[]", b"\xff\xfe", b"{\"corrections\": 1}", &[b'['; 100_000]] {
        assert!(corrections::read(bytes).is_err());
    }
}

fn source() -> Source {
    Source::new("notice.txt", NOTICE.into()).expect("a text")
}

fn read() -> Reading {
    pipeline::read(&source(), &Options::default()).expect("a notice")
}

fn errors(reading: &Reading) -> Vec<&Finding> {
    reading.findings.iter().filter(|finding| finding.severity == Severity::Error).collect()
}

/// An entry on the one cell that is wrong.
fn wrong_cell(verdict: &str, value: &str) -> Value {
    json!({"annex": 1, "row": 2, "region": "乙市", "column": ["开工"], "printed": "210", "verdict": verdict,
        "value": value, "by": "李审核", "at": "2026-01-30T09:00:00+08:00"})
}

fn file(corrections: Value) -> Value {
    json!({"schema_version": "1.0", "source": {"name": "notice.txt", "sha256": source().sha256()},
        "corrections": corrections})
}

fn corrected(said: &Value) -> Result<Reading, fubiao::error::Error> {
    let said: Corrections = corrections::read(said.to_string().as_bytes())?;
    pipeline::corrected(read(), &source(), &said)
}
