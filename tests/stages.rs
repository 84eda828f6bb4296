//! What the stages give on small texts: cases are data in `tests/suite/<stage>/`, each a
//! `--- name ---`, an input, `=>`, and what is expected. In an input `⇥` is a tab, `␌` a form feed,
//! `␤` an empty line at the end, and `␣` a space that ends a line.

use fubiao::carrier;
use fubiao::diag::{Diagnostic, FIGURES_OVERLAID, Severity, Sink, Wording};
use fubiao::geom::Rect;
use fubiao::model::{Annex, Status};
use fubiao::normalize;
use fubiao::normalize::lines::{CellNumber, LinedPage, Lines, ToldTable};
use fubiao::options::Options;
use fubiao::place::{Place, PlacedText, Spot};
use fubiao::repair::document::{AnnexText, Document, Slot, Table, TableCell, TableRow};
use fubiao::segment::{self, outline::Block, outline::Outline};
use fubiao::source::Source;
use fubiao::{proof, repair, typing};
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
fn normalize_tells_the_cells_of_drawings() {
    check(include_str!("suite/normalize/drawn.txt"), |input| {
        let (lines, sink) = lines_of(input);
        let page = &lines.pages[0];
        let mut tables: Vec<String> = page.tables.iter().zip(0..).map(|t| drawn(page, t)).collect();
        let rest = page.lines.iter().filter(|line| !line.is_told_row());
        let rest: String = rest.map(|line| line.text().as_str().to_owned() + "\n").collect();
        tables.push(rest);
        let diagnostics = sink.into_parts().0;
        let said = diagnostics.iter().map(|d| match d.place.map(|place| place.spot) {
            Some(Spot::Text { line, .. }) => format!("! {} {line}\n", d.code),
            _ => format!("! {}\n", d.code),
        });
        tables.push(said.collect());
        tables.join("\n")
    });
}

/// A table whose cells are told, a row a line.
fn drawn(page: &LinedPage, (table, number): (&ToldTable, u32)) -> String {
    let (rows, cols) = (table.row_edges.len() - 1, table.col_edges.len() - 1);
    let mut shown = vec![vec![String::from("?"); cols]; rows];
    for (cell, index) in table.cells.iter().zip(0..) {
        for places in shown.iter_mut().skip(cell.row).take(cell.rowspan) {
            places[cell.col..cell.col + cell.colspan].fill("<".to_owned());
            places[cell.col] = "^".to_owned();
        }
        let own = Some(CellNumber { table: number, cell: index });
        let pieces = page.lines.iter().flat_map(|line| &line.pieces);
        let texts: Vec<&str> =
            pieces.filter(|piece| piece.cell == own).map(|piece| piece.text.as_str()).collect();
        let gap = if texts.iter().any(|text| text.contains(|c: char| c.is_ascii_digit())) {
            " "
        } else {
            ""
        };
        shown[cell.row][cell.col] = texts.join(gap);
    }
    shown.iter().map(|row| format!("| {} |\n", row.join(" | "))).collect()
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
    let bytes = input
        .replace('⇥', "\t")
        .replace('␌', "\u{0C}")
        .replace('␤', "")
        .replace('␣', " ")
        .into_bytes();
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

#[test]
fn typing_reads_tables() {
    check(include_str!("suite/typing/tables.txt"), |input| {
        let mut sink = Sink::new();
        let mut notice = typing::typing(&mut sink, &Options::default(), drawn_annex(input));
        let (diagnostics, repairs) = sink.into_parts();
        typing::doubts::name(&mut notice, &diagnostics);
        let mut out = String::new();
        for annex in &notice.annexes {
            write_annex(&mut out, annex);
        }
        for repair in &repairs {
            writeln!(out, "~ {}", repair.rule).expect("a string");
        }
        for diagnostic in diagnostics {
            writeln!(out, "! {}: {}", diagnostic.code, diagnostic.message.en).expect("a string");
        }
        out
    });
}

#[test]
fn figures_over_each_other_are_told_apart_by_the_sums_down_their_columns() {
    let severity = |rows: &str| {
        let table = format!("@ 江西省财政厅\n市 | 新建 | 改造\n----\n{rows}");
        let mut notice = typing::typing(&mut Sink::new(), &Options::default(), drawn_annex(&table));
        for (r, row) in notice.annexes[0].rows.iter_mut().enumerate() {
            for (c, cell) in row.cells.iter_mut().enumerate() {
                let (x, y) = (50.0 * c as f32, 20.0 * r as f32);
                cell.place = Place::of_box(1, Rect::new(x, y, x + 60.0, y + 10.0));
            }
        }
        let message = Wording::new("two figures", "两个数字");
        let place = Some(Place::of_box(1, Rect::new(40.0, 20.0, 80.0, 30.0)));
        let (code, severity, hint) = (FIGURES_OVERLAID, Severity::Warning, None);
        let mut said = [Diagnostic { code, severity, place, message, hint }];
        proof::tell_apart(&notice, &mut said);
        said[0].severity
    };
    let holds = "合计 | 300 | 70\n南昌市 | 100 | 30\n九江市 | 200 | 40";
    assert_eq!(severity(holds), Severity::Note);
    // Read into each other's column.
    let exchanged = "合计 | 300 | 70\n南昌市 | 30 | 100\n九江市 | 200 | 40";
    assert_eq!(severity(exchanged), Severity::Warning);
    // No sum says anything.
    assert_eq!(severity("南昌市 | 100 | 30\n九江市 | 200 | 40"), Severity::Warning);
}

/// A notice of one annex whose table is drawn: `|` between cells, `<` and `^` where the cell to the
/// left or above covers a place, `----` below the header. `# text` before it is the annex's title, `## text` the table's own,
/// `% text` its caption of a unit, `@ text` the issuer; `=== 2` begins page 2.
fn drawn_annex(input: &str) -> Document {
    let mut document = Document::default();
    let mut annex = AnnexText { number: Some(1), ..AnnexText::default() };
    let mut table = Table::default();
    let mut page = 1;
    for (line, at) in input.lines().zip(1..) {
        if line.starts_with("----") {
            table.header = std::mem::take(&mut table.rows);
        } else if let Some(number) = line.strip_prefix("=== ") {
            page = number.parse().expect("a page has a number");
        } else if let Some(title) = line.strip_prefix("## ") {
            table.title = Some(placed(title, at, 1));
        } else if let Some(title) = line.strip_prefix("# ") {
            annex.title = placed(title, at, 1);
        } else if let Some(unit) = line.strip_prefix("% ") {
            annex.unit_captions.push(placed(unit, at, 1));
        } else if let Some(issuer) = line.strip_prefix("@ ") {
            document.frame.issuing_authorities.push(placed(issuer, at, 1));
        } else {
            let slots = line.split('|').map(str::trim).zip(1..).map(|(text, column)| match text {
                "<" => Slot::Left,
                "^" => Slot::Above,
                _ => Slot::Cell(TableCell {
                    raw: text.to_owned(),
                    text: placed(text, at, column),
                    marks: PlacedText::new(),
                    place: Place { page, spot: Spot::Text { line: at, column } },
                }),
            });
            table.rows.push(TableRow { slots: slots.collect(), page, panel: 0 });
        }
    }
    table.columns = table.rows.iter().map(|row| row.slots.len()).max().unwrap_or(0);
    annex.tables.push(table);
    document.annexes.push(annex);
    document
}

fn placed(text: &str, line: u32, column: u32) -> PlacedText {
    let mut placed = PlacedText::new();
    text.chars()
        .for_each(|ch| placed.push(ch, Place { page: 1, spot: Spot::Text { line, column } }));
    placed
}

/// An annex: its columns, then a row a line: level, name, what it belongs to, its keys where they say
/// more than the name, and the cells.
fn write_annex(out: &mut String, annex: &Annex) {
    let columns = annex.columns.iter().map(|column| {
        let unit = column.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
        format!("{} {:?}{unit}", column.path.join("/"), column.role).to_lowercase()
    });
    writeln!(out, "[{}]", columns.collect::<Vec<_>>().join(" | ")).expect("a string");
    for row in &annex.rows {
        let region = &row.region;
        let parent = region.parent.as_ref().map(|p| format!(" < {p}")).unwrap_or_default();
        let of = region.parent_row.map(|row| format!(" ({})", row + 1)).unwrap_or_default();
        let code = region.code.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
        let keys: Vec<String> =
            row.keys.iter().map(|key| format!("{}: {}", key.column, key.text)).collect();
        let keys = if keys.len() > 1 { format!(" {{{}}}", keys.join(", ")) } else { String::new() };
        let level = format!("{:?}", region.level).to_lowercase();
        write!(out, "{level} {}{parent}{of}{code}{keys}", region.name).expect("a string");
        for cell in &row.cells {
            let held = cell.value.map(|value| value.to_string()).or_else(|| cell.text.clone());
            let mut held = held.unwrap_or_else(|| match cell.status {
                Status::Blank => String::new(),
                status => format!("{status:?}").to_lowercase(),
            });
            for beside in [&cell.unit, &cell.mark].into_iter().flatten() {
                held += &format!(" {beside}");
            }
            held += if cell.doubt.is_empty() { "" } else { " ?" };
            write!(out, " | {held}").expect("a string");
        }
        writeln!(out).expect("a string");
    }
    annex.notes.iter().for_each(|note| writeln!(out, "note {}", note.value).expect("a string"));
}
