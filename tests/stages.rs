//! What the stages give on small texts: cases are data in `tests/suite/<stage>/`, each a
//! `--- name ---`, an input, `=>`, and what is expected. In an input `⇥` is a tab, `␌` a form feed,
//! and `␤` an empty line at the end.

use fubiao::carrier;
use fubiao::diag::Sink;
use fubiao::normalize::{self, lines::Lines};
use fubiao::options::Options;
use fubiao::place::PlacedText;
use fubiao::repair;
use fubiao::segment::{self, outline::Block, outline::Outline};
use fubiao::source::Source;
use std::fmt::Write;

#[test]
fn normalize_gives_clean_lines() {
    check(include_str!("suite/normalize/lines.txt"), |input| {
        let (lines, mut sink) = lines_of(input);
        let mut out = String::new();
        for (i, page) in lines.pages.iter().enumerate() {
            if i > 0 {
                out.push_str("␌\n");
            }
            for line in &page.lines {
                let pieces: Vec<&str> = line.pieces.iter().map(|p| p.text.as_str()).collect();
                out.push_str(&pieces.join(" | "));
                out.push('\n');
            }
        }
        write_repairs(&mut out, &mut sink);
        out
    });
}

#[test]
fn segment_gives_every_line_its_role() {
    check(include_str!("suite/segment/roles.txt"), |input| {
        let outline = outline_of(input).0;
        let mut out = String::new();
        outline.front.iter().for_each(|block| write_block(&mut out, block));
        for annex in &outline.annexes {
            let number = annex.number.map_or("-".to_owned(), |n| n.to_string());
            writeln!(out, "# {number} {}", annex.label.text.as_str()).expect("a string");
            annex.blocks.iter().for_each(|block| write_block(&mut out, block));
        }
        out
    });
}

#[test]
fn repair_gives_whole_paragraphs_and_elements() {
    check(include_str!("suite/repair/document.txt"), |input| {
        let (outline, mut sink) = outline_of(input);
        let document = repair::repair(&mut sink, outline);
        let mut out = String::new();
        let mut line = |name: &str, texts: &[PlacedText]| {
            for text in texts {
                writeln!(out, "{name}: {}", text.as_str()).expect("a string");
            }
        };
        let frame = &document.frame;
        let one = |text: &Option<PlacedText>| text.iter().cloned().collect::<Vec<_>>();
        line("marking", &frame.markings);
        line("issuing", &frame.issuing_authorities);
        line("number", &one(&frame.document_number));
        line("issued by", &one(&frame.signatories_for_issue));
        line("title", &one(&frame.title));
        line("to", &one(&frame.primary_addressees));
        let body: Vec<PlacedText> = document.body.iter().map(|p| p.text.clone()).collect();
        line("body", &body);
        line("list", &document.annex_list);
        line("signed", &frame.signing_authorities);
        line("date", &one(&frame.date_of_writing));
        line("note", &frame.notes);
        line("copies", &one(&frame.copied_to));
        line("printed", &one(&frame.printing));
        for annex in &document.annexes {
            line("annex", std::slice::from_ref(&annex.label));
            line("annex title", std::slice::from_ref(&annex.title));
            line("unit", &annex.unit_captions);
            let body: Vec<PlacedText> = annex.paragraphs.iter().map(|p| p.text.clone()).collect();
            line("annex body", &body);
            line("annex note", &annex.notes);
        }
        write_repairs(&mut out, &mut sink);
        out
    });
}

fn write_block(out: &mut String, block: &Block) {
    match block {
        Block::Text(text) => {
            let on = if text.flows_on { " >" } else { "" };
            writeln!(out, "{:?}{on}: {}", text.role, text.text.as_str())
        }
        Block::Table(table) => writeln!(out, "table {} x {}", table.rows(), table.cols()),
        Block::Image { .. } => writeln!(out, "image"),
    }
    .expect("a string takes all");
}

/// Repairs as `~ rule: before → after`; those of spaces alone are many and left out.
fn write_repairs(out: &mut String, sink: &mut Sink) {
    let (_, repairs) = std::mem::take(sink).into_parts();
    for repair in repairs.iter().filter(|r| !matches!(r.rule, "spaces" | "repeated_header")) {
        let one_line = |text: &str| text.replace('\n', "⏎").replace('\t', "⇥");
        let (before, after) = (one_line(&repair.before), one_line(&repair.after));
        writeln!(out, "~ {}: {before} → {after}", repair.rule).expect("a string");
    }
}

fn lines_of(input: &str) -> (Lines, Sink) {
    let bytes = input.replace('⇥', "\t").replace('␌', "\u{0C}").replace('␤', "").into_bytes();
    let source = Source::new("case", bytes).expect("a text");
    let mut sink = Sink::new();
    let pages = carrier::extract(&mut sink, &Options::default(), &source).expect("readable");
    (normalize::normalize(&mut sink, &Options::default(), pages), sink)
}

fn outline_of(input: &str) -> (Outline, Sink) {
    let (lines, mut sink) = lines_of(input);
    let outline = segment::segment(&mut sink, &Options::default(), lines);
    (outline, sink)
}

/// Compares every case with what `give` makes of its input; shows all that differ.
fn check(suite: &str, give: impl Fn(&str) -> String) {
    let mut wrong = String::new();
    let mut cases = 0;
    for case in suite.split("\n--- ").skip(1) {
        cases += 1;
        let (name, rest) = case.split_once(" ---\n").expect("a name");
        let (input, expected) = rest.split_once("\n=>\n").expect("an input and =>");
        let given = give(input);
        if given.trim_end() != expected.trim_end() {
            writeln!(wrong, "--- {name} ---\n{input}\n=>\n{given}").expect("a string");
        }
    }
    assert!(cases > 0, "no cases in the suite");
    assert!(wrong.is_empty(), "these give something else:\n\n{wrong}");
}
