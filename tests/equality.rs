//! The equality law: one notice in every carrier gives the same facts, places aside. The sample of 2023 is written
//! as each of them and read back, and what it says is held against the sample's own result.
#![cfg(all(
    feature = "html",
    feature = "docx",
    feature = "excel",
    feature = "ods",
    feature = "ofd",
    feature = "package"
))]

#[path = "support/archive.rs"]
mod archive;
#[path = "support/written.rs"]
mod written;

use archive::zip;
use fubiao::emit::facts::facts;
use fubiao::emit::json;
use fubiao::emit::record::NoticeRecord;
use fubiao::options::Options;
use fubiao::pipeline;
use fubiao::source::Source;
use written::{docx, html, markdown, ods, ofd, sample, xlsx};

/// What the facts say, a line each, places and marks of carriers aside.
fn said(record: &NoticeRecord) -> Vec<String> {
    let line = |f: fubiao::emit::facts::Fact<'_>| {
        let (parent, value) = (f.parent.unwrap_or("-"), f.value.unwrap_or("-"));
        format!(
            "{} {} {parent} {} {} {value} {}",
            f.annex,
            f.region,
            f.column.join("/"),
            f.raw,
            f.status
        )
    };
    facts(record).map(line).collect()
}

fn read(name: &str, bytes: Vec<u8>) -> NoticeRecord {
    let source = Source::new(name, bytes).expect("a kind that is read");
    let reading = pipeline::read(&source, &Options::default()).expect("readable");
    let record = NoticeRecord::new(&source, &reading);
    let mut bytes = Vec::new();
    json::write(&mut bytes, &record).expect("it can be written");
    let again = json::read(&bytes).expect("it can be read").to_notice().expect("a notice");
    // Boxes are written with two decimals.
    assert!(name.ends_with(".ofd") || again == reading.notice, "{name}: written and read again");
    record
}

fn assert_same(name: &str, record: &NoticeRecord, truth: &NoticeRecord) {
    let (own, whole) = (said(record), said(truth));
    let missing: Vec<&String> = whole.iter().filter(|fact| !own.contains(fact)).take(5).collect();
    let extra: Vec<&String> = own.iter().filter(|fact| !whole.contains(fact)).take(5).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "{name}: missing {missing:#?}, extra {extra:#?}"
    );
    assert_eq!(own.len(), whole.len(), "{name}");
}

#[cfg(all(feature = "doc", feature = "xls"))]
#[test]
fn the_forms_of_office_97_give_the_same_facts() {
    let sample = |name: &str| std::fs::read(format!("samples/aid-2021/{name}")).expect("a sample");
    let truth = json::read(&sample("notice.json")).expect("a result");
    let record = read("notice.doc", sample("notice.doc"));
    assert_same("notice.doc", &record, &truth);
    assert_eq!(record.title, truth.title);
    assert_eq!(record.primary_addressees, truth.primary_addressees);
    assert_same("notice.xls", &read("notice.xls", sample("notice.xls")), &truth);
}

#[test]
fn one_notice_in_every_carrier_gives_the_same_facts() {
    let (truth, notice) = sample();
    let whole = [
        ("notice.docx", docx(&notice, &notice.annexes)),
        ("notice.html", html(&notice)),
        ("notice.ofd", ofd(&notice)),
        ("notice.md", markdown(&notice)),
        ("notice.zip", {
            let (body, annexes) = (docx(&notice, &[]), xlsx(&notice.annexes));
            zip(&[("附件.xlsx", &annexes), ("通知.docx", &body)])
        }),
    ];
    for (name, bytes) in whole {
        let record = read(name, bytes);
        assert_same(name, &record, &truth);
        let number = |r: &NoticeRecord| r.document_number.as_ref().map(|n| n.raw.clone());
        assert_eq!(number(&record), number(&truth), "{name}");
        assert_eq!(record.title, truth.title, "{name}");
        assert_eq!(record.primary_addressees, truth.primary_addressees, "{name}");
        assert_eq!(record.date_of_writing, truth.date_of_writing, "{name}");
    }
    for (name, bytes) in
        [("annexes.xlsx", xlsx(&notice.annexes)), ("annexes.ods", ods(&notice.annexes))]
    {
        assert_same(name, &read(name, bytes), &truth);
    }
}
