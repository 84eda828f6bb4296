//! What is fuzzed, and the laws that hold whatever the bytes: one function a target, which panics where
//! a law is broken. `targets/` hands them to libFuzzer; `tests/fuzz_corpus.rs` of the repository includes
//! this file and runs them over the seeds with mutations of its own.

#[path = "../../tests/support/archive.rs"]
#[allow(dead_code)] // It has more than is used here.
mod archive;
mod documents;
mod feed;
mod notices;
mod pages;
mod seeds;

use fubiao::archive::{diff, ledger, names};
use fubiao::carrier::page::Pages;
use fubiao::check;
use fubiao::diag::Sink;
use fubiao::emit::record::NoticeRecord;
use fubiao::emit::{csv, facts, json, tables, text};
use fubiao::geom::{Axis, Rect};
use fubiao::model::{Annex, Notice, Status};
use fubiao::name::RelativeName;
use fubiao::options::Options;
use fubiao::pipeline::{self, Reading};
use fubiao::segment::outline::{Block, Fragment, Outline};
use fubiao::source::{Kind, Source};
use fubiao::validate::Judge;
use fubiao::{normalize, repair, segment as segmenting, typing};
use serde_json::Value;
use std::path::{Component, Path};
use std::sync::LazyLock;

pub use documents::{
    read_doc, read_docx, read_html, read_ods, read_ofd, read_package, read_xls, read_xlsx,
};
#[allow(unused_imports)] // Each of the two that include this file uses its part.
pub use seeds::{MutationSource, TARGETS, seeds, sow};

static JUDGE: LazyLock<Judge> = LazyLock::new(Judge::new);

/// Limits small enough that a run of one input is a matter of milliseconds.
fn options() -> Options {
    let mut options = Options::default();
    options.limits.input_bytes = 1 << 20;
    options.limits.pages = 20;
    options.limits.page_glyphs = 20_000;
    options.limits.page_rules = 4_000;
    options.limits.table_cells = 10_000;
    options
}

/// Bytes taken for a PDF are read or refused; what is read keeps the laws of pages and of results.
pub fn extract_pdf(bytes: &[u8]) {
    let source = Source {
        name: "notice.pdf".into(),
        bytes: bytes.to_vec().into(),
        kind: Kind::Pdf,
        files: Default::default(),
    };
    let Ok(pages) = pipeline::until_pages(&mut Sink::new(), &options(), &source) else { return };
    hold_pages(&pages);
    if let Ok(reading) = pipeline::read(&source, &options()) {
        hold_reading(&source, &reading);
    }
}

/// The laws of pages: counted from 1, each length a number, and of a told table each place covered by one cell.
fn hold_pages(pages: &Pages) {
    for (page, number) in pages.pages.iter().zip(1..) {
        assert_eq!(page.number, number, "pages are counted from 1");
        let finite = |lengths: &[f32]| assert!(lengths.iter().all(|l| l.is_finite()), "{page:?}");
        finite(&[page.width, page.height]);
        for run in &page.runs {
            finite(&[run.bbox.x0, run.bbox.y0, run.bbox.x1, run.bbox.y1, run.size]);
            finite(&run.edges);
            assert_eq!(run.edges.len(), run.text.chars().count() + 1, "{run:?}");
        }
        for rule in &page.rules {
            finite(&[rule.at, rule.from, rule.to, rule.width]);
            assert!(rule.from <= rule.to, "{rule:?}");
        }
        for r in page.fills.iter().chain(&page.images) {
            finite(&[r.x0, r.y0, r.x1, r.y1]);
        }
        for table in &page.tables {
            finite(&table.row_edges);
            finite(&table.col_edges);
            let (rows, cols) = (table.row_edges.len() - 1, table.col_edges.len() - 1);
            let mut covered = vec![0u8; rows * cols];
            for cell in &table.cells {
                assert!(cell.runs.end <= page.runs.len(), "{cell:?}");
                for row in cell.row..cell.row + cell.rowspan {
                    for col in cell.col..cell.col + cell.colspan {
                        covered[row * cols + col] += 1;
                    }
                }
            }
            assert!(covered.iter().all(|&count| count == 1), "each place is covered by one cell");
        }
    }
}

/// A text is read or refused, twice with the same bytes as the answer; the result is valid, tells the
/// notice whole, and states no figure that is not printed.
pub fn read_text(bytes: &[u8]) {
    let Ok(source) = Source::new("notice.txt", bytes.to_vec()) else { return };
    if source.kind != Kind::Text {
        return;
    }
    let Ok(reading) = pipeline::read(&source, &options()) else { return };
    let record = hold_reading(&source, &reading);
    // Lines and columns are whole numbers, so nothing is rounded on the way out and back.
    assert_eq!(record.to_notice().expect("it tells a notice"), reading.notice);
    let again = pipeline::read(&source, &options()).expect("it was read before");
    assert_eq!(written(&record), written(&NoticeRecord::new(&source, &again)), "the same bytes");
    let outline = pipeline::until_outline(&mut Sink::new(), &options(), &source);
    let outline = outline.expect("it was read before");
    tables::write(&mut Vec::new(), &outline).expect("memory takes it");
}

/// Any pages become fragments whose cells lie on their page and in their grid, none over another; the
/// rest of the way holds too.
pub fn segment(bytes: &[u8]) {
    let pages = pages::pages(&String::from_utf8_lossy(bytes));
    let mut areas: Vec<_> = Vec::new();
    for page in &pages.pages {
        let mut area = Rect::new(0.0, 0.0, page.width, page.height);
        let rules = page.rules.iter().map(|rule| match rule.axis {
            Axis::X => Rect::new(rule.from, rule.at, rule.to, rule.at),
            Axis::Y => Rect::new(rule.at, rule.from, rule.at, rule.to),
        });
        for r in page.runs.iter().map(|run| run.bbox).chain(rules) {
            area = area.union(&r);
        }
        areas.push(area.grow(4.0));
    }
    let mut sink = Sink::new();
    let lines = normalize::normalize(&mut sink, &options(), pages);
    text::write(&mut Vec::new(), &lines).expect("memory takes it");
    let outline = segmenting::segment(&mut sink, &options(), lines);
    for fragment in fragments(&outline) {
        hold_fragment(fragment);
        let area = areas[fragment.page as usize - 1];
        for cell in &fragment.cells {
            let inside = area.union(&cell.bbox) == area;
            assert!(inside, "{:?} is off its page {area:?}", cell.bbox);
        }
    }
    tables::write(&mut Vec::new(), &outline).expect("memory takes it");
    let document = repair::repair(&mut sink, outline);
    let notice = typing::typing(&mut sink, &options(), document);
    hold_notice(&notice);
    hold_findings(&notice, &check::check(&notice));
}

/// Any notice is checked, twice with the same findings, which doubt cells that are there.
pub fn check(bytes: &[u8]) {
    let notice = notices::notice(bytes);
    hold_notice(&notice);
    let findings = check::check(&notice);
    hold_findings(&notice, &findings);
    assert_eq!(check::check(&notice), findings, "the same findings");
    check::across(&notice, &notice);
    let covered = check::coverage(&notice);
    assert_eq!(covered.len(), notice.annexes.len());
}

/// Any bytes are judged; JSON that is no object is never valid.
pub fn validate(bytes: &[u8]) {
    let verdict = JUDGE.judge(bytes);
    match serde_json::from_slice::<Value>(bytes) {
        Ok(json) => assert!(json.is_object() || !verdict.is_valid()),
        Err(_) => assert!(!verdict.is_valid()),
    }
    assert_eq!(JUDGE.judge(bytes), verdict, "the same verdict");
}

/// Bytes taken for a result are read or refused; what is read can be checked, written in every form,
/// and compared with itself.
pub fn record(bytes: &[u8]) {
    let Ok(record) = json::read(bytes) else { return };
    let value = serde_json::to_value(&record).expect("a record is JSON");
    assert!(diff::compare(&value, &value).is_empty(), "a result differs from itself");
    facts::write(&mut Vec::new(), &record).expect("memory takes it");
    csv::write(&mut Vec::new(), &record, csv::Mark::With).expect("memory takes it");
    let again = json::read(&written(&record)).expect("what was written can be read");
    assert_eq!(again, record);
    let Ok(notice) = record.to_notice() else { return };
    hold_findings(&notice, &check::check(&notice));
}

/// Bytes taken for a name lead into a folder and nowhere else, or are refused; taken for the path of a notice, they
/// give a name that an archive may have; taken for a line of a manifest, they are refused or are that line.
pub fn relative_name(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(name) = RelativeName::new(&*text) {
        hold_name(&name);
        assert_eq!(name.as_str(), text);
    }
    if let Some(name) = names::of_path(Path::new(&*text)) {
        hold_name(&name);
        assert!(names::are_ours(&name), "{name:?}");
        assert_eq!(names::of_path(Path::new(name.as_str())).as_ref(), Some(&name), "{text:?}");
        let numbered = names::numbered(&name, 2).expect("a name can be numbered");
        assert!(names::are_ours(&numbered) && numbered != name, "{numbered:?}");
    }
    for line in text.lines() {
        if let Ok(entry) = ledger::from_line(line) {
            assert!(names::are_ours(&entry.name), "{line}");
            assert_eq!(ledger::from_line(&ledger::to_line(&entry)), Ok(entry));
        }
    }
}

/// Below a folder stands what has all of the folder's parts and all of the name's; on Windows too.
pub fn hold_name(name: &RelativeName) {
    let folder = Path::new("/out/results");
    let path = name.below(folder);
    let below = path.strip_prefix(folder).expect("it stands in the folder");
    let parts: Vec<_> = below.components().collect();
    assert!(parts.iter().all(|part| matches!(part, Component::Normal(_))), "{name:?}");
    assert_eq!(parts.len(), name.parts().count(), "{name:?}");
    // As Windows takes a path apart: at both slashes, and without dots and blanks at the end of a part.
    for part in name.as_str().split(['/', '\\']) {
        assert!(!part.trim_end_matches(['.', ' ']).is_empty(), "{name:?}");
        assert!(part.as_bytes().get(1) != Some(&b':') || !part.as_bytes()[0].is_ascii_alphabetic());
    }
    assert!(!name.as_str().contains(['\\', '\0']), "{name:?}");
    assert!(name.as_str().len() <= RelativeName::LONGEST);
    let json = serde_json::to_string(name).expect("a text");
    assert_eq!(&serde_json::from_str::<RelativeName>(&json).expect("the same text"), name);
    if let Ok(folded) = RelativeName::new(name.folded()) {
        assert_eq!(folded.folded(), folded.as_str(), "{name:?}");
    }
}

/// Bytes taken for corrections are applied to a notice or refused; what is printed never changes, what
/// nobody spoke of stays as it was, and the result still validates.
pub fn corrections(bytes: &[u8]) {
    static REVIEWED: LazyLock<(Source, Reading)> = LazyLock::new(|| {
        let bytes = include_bytes!("../seeds/read_text/notice.txt").to_vec();
        let source = Source::new("notice.txt", bytes).expect("it is a text");
        let reading = pipeline::read(&source, &options()).expect("it can be read");
        (source, reading)
    });
    let (source, reading) = &*REVIEWED;
    let Ok(mut said) = fubiao::corrections::read(bytes) else { return };
    said.source.sha256 = source.sha256();
    let Ok(corrected) = pipeline::corrected(reading.clone(), source, &said) else { return };
    let cells = |reading: &Reading| -> Vec<_> {
        let rows = reading.notice.annexes.iter().flat_map(|annex| &annex.rows);
        rows.flat_map(|row| &row.cells).cloned().collect()
    };
    let mut spoken_of = 0;
    for (before, after) in cells(reading).iter().zip(&cells(&corrected)) {
        assert_eq!(before.raw, after.raw);
        match &after.correction {
            Some(correction) => {
                spoken_of += 1;
                assert_eq!(correction.from, before.value);
            }
            None => assert_eq!(before, after),
        }
    }
    assert_eq!(spoken_of, said.corrections.len());
    hold_reading(source, &corrected);
}

fn written(record: &NoticeRecord) -> Vec<u8> {
    let mut bytes = Vec::new();
    json::write(&mut bytes, record).expect("memory takes it");
    bytes
}

/// The laws of a reading: the schema accepts it, and reading it back gives the same record.
fn hold_reading(source: &Source, reading: &Reading) -> NoticeRecord {
    hold_notice(&reading.notice);
    hold_findings(&reading.notice, &reading.findings);
    let record = NoticeRecord::new(source, reading);
    let bytes = written(&record);
    let verdict = JUDGE.judge(&bytes);
    assert!(verdict.is_valid(), "{:?}", verdict.violations);
    let back = json::read(&bytes).expect("what was written can be read");
    assert_eq!(back, record);
    back.to_notice().expect("it tells a notice");
    facts::write(&mut Vec::new(), &record).expect("memory takes it");
    csv::write(&mut Vec::new(), &record, csv::Mark::Without).expect("memory takes it");
    record
}

/// What `typing` promises of a notice.
fn hold_notice(notice: &Notice) {
    for annex in &notice.annexes {
        for (index, row) in annex.rows.iter().enumerate() {
            assert_eq!(row.number as usize, index + 1, "rows are counted from 1");
            assert_eq!(row.cells.len(), annex.columns.len(), "{row:?}");
            let parent = row.region.parent_row;
            assert!(parent.is_none_or(|p| p < annex.rows.len() && p != index), "{:?}", row.region);
        }
        for cell in annex.rows.iter().flat_map(|row| &row.cells) {
            assert_eq!(cell.status == Status::Value, cell.value.is_some(), "{cell:?}");
        }
    }
    for (index, target) in notice.targets.iter().enumerate() {
        assert!(target.part_of.is_none_or(|whole| whole < notice.targets.len() && whole != index));
    }
}

/// A suspect is a cell that is there, and is printed as it says.
fn hold_findings(notice: &Notice, findings: &[check::Finding]) {
    for suspect in findings.iter().flat_map(|finding| &finding.suspects) {
        let is_cell = |annex: &Annex| {
            annex.number == suspect.annex
                && annex.rows.iter().any(|row| {
                    row.number == suspect.row
                        && row.region.name == suspect.region
                        && row.cells.iter().zip(&annex.columns).any(|(cell, column)| {
                            cell.place == suspect.place && column.path == suspect.column
                        })
                })
        };
        assert!(notice.annexes.iter().any(is_cell), "no such cell: {suspect:?}");
    }
}

fn fragments(outline: &Outline) -> impl Iterator<Item = &Fragment> {
    let blocks = outline.front.iter().chain(outline.annexes.iter().flat_map(|a| &a.blocks));
    blocks.filter_map(|block| match block {
        Block::Table(fragment) => Some(fragment),
        _ => None,
    })
}

/// The cells of a fragment lie in its grid, none over another.
fn hold_fragment(fragment: &Fragment) {
    let (rows, cols) = (fragment.rows(), fragment.cols());
    let mut taken = vec![false; rows * cols];
    for cell in &fragment.cells {
        assert!(cell.rowspan > 0 && cell.colspan > 0, "{cell:?}");
        assert!(cell.row + cell.rowspan <= rows && cell.col + cell.colspan <= cols, "{cell:?}");
        for row in cell.row..cell.row + cell.rowspan {
            for col in cell.col..cell.col + cell.colspan {
                let held = std::mem::replace(&mut taken[row * cols + col], true);
                assert!(!held, "two cells at {row}, {col} of {fragment:?}");
            }
        }
        assert!(cell.text.chars().all(|c| c.place.page == fragment.page), "{cell:?}");
    }
    for edges in [&fragment.row_edges, &fragment.col_edges] {
        assert!(edges.is_sorted(), "{edges:?}");
    }
}
