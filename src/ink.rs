//! The ledger of ink: every character of the lines ends in a cell, a line of the frame or body, a caption or a note, or
//! in a repair that says why it was taken out. What is in none of them was lost between the rooms, and is said with its
//! place: a fault of ours, and none of the notice.

use crate::diag::{Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::normalize::lines::{Line, Lines};
use crate::place::{Place, PlacedChar, PlacedText, Spot};
use crate::repair::document::{AnnexText, Document, FrameText, Slot, Table, TableCell, TableRow};
use std::collections::BTreeMap;

/// Characters are counted by page and by bands of so many points; by line in a text, all at once in a flow.
const BAND: f32 = 16.0;

/// How many characters stand where: by page and band.
#[derive(Debug, Default)]
pub struct Ink {
    counts: BTreeMap<(u32, u32), Count>,
    /// What was counted last, where: lines hold many characters of one band.
    open: Option<((u32, u32), Count)>,
}

/// How many characters, and where the first of them stands.
#[derive(Debug, Clone, Copy)]
struct Count {
    count: i64,
    first: Place,
}

impl Ink {
    /// The characters of all lines, white space aside.
    pub fn of(lines: &Lines) -> Ink {
        let mut ink = Ink::default();
        let all = lines.pages.iter().flat_map(|page| &page.lines);
        all.for_each(|line| ink.line(line));
        ink
    }

    /// Says of each page what stands in none of the document's texts and was not taken out by a repair.
    pub fn balance(mut self, sink: &mut Sink, document: &Document) {
        self.document(document);
        self.close();
        let taken = taken_out(sink.repairs());
        let mut lost: BTreeMap<u32, Count> = BTreeMap::new();
        for (&(page, _), own) in &self.counts {
            let of_page = lost.entry(page).or_insert(Count { count: 0, ..*own });
            if of_page.count <= 0 && own.count > 0 {
                of_page.first = own.first;
            }
            of_page.count += own.count;
        }
        // What was taken out may go on over a page.
        let all: i64 = lost.values().map(|own| own.count).sum();
        if all <= taken.values().sum() {
            return;
        }
        for (page, Count { count, first }) in lost {
            let left = count - taken.get(&page).copied().unwrap_or(0);
            if left > 0 {
                sink.remark(unaccounted(left, first));
            }
        }
    }

    fn line(&mut self, line: &Line) {
        for piece in &line.pieces {
            self.text(&piece.text, 1);
            for mark in &piece.marks {
                mark.text.chars().for_each(|ch| self.char(PlacedChar { ch, place: mark.place }, 1));
            }
        }
    }

    fn document(&mut self, document: &Document) {
        let Document { frame, body, annex_list, annex_list_labels, tables, table_notes, annexes } =
            document;
        self.frame(frame);
        body.iter().for_each(|paragraph| self.text(&paragraph.text, -1));
        self.texts(annex_list);
        self.texts(annex_list_labels);
        tables.iter().for_each(|table| self.table(table));
        self.texts(table_notes);
        for annex in annexes {
            let AnnexText { label, title, unit_captions, tables, paragraphs, notes, .. } = annex;
            self.texts([label, title]);
            self.texts(unit_captions);
            tables.iter().for_each(|table| self.table(table));
            paragraphs.iter().for_each(|paragraph| self.text(&paragraph.text, -1));
            self.texts(notes);
        }
    }

    fn frame(&mut self, frame: &FrameText) {
        let FrameText {
            markings,
            issuing_authorities,
            document_number,
            signatories_for_issue,
            title,
            primary_addressees,
            signing_authorities,
            date_of_writing,
            notes,
            copied_to,
            printing,
        } = frame;
        for texts in [markings, issuing_authorities, signing_authorities, notes] {
            self.texts(texts);
        }
        let single = [
            document_number,
            signatories_for_issue,
            title,
            primary_addressees,
            date_of_writing,
            copied_to,
            printing,
        ];
        self.texts(single.into_iter().flatten());
    }

    fn table(&mut self, table: &Table) {
        let Table { columns: _, title, heading: _, unit, header, rows } = table;
        self.texts(title.iter().chain(unit));
        header.iter().chain(rows).for_each(|row| self.row(row));
    }

    fn row(&mut self, row: &TableRow) {
        for slot in &row.slots {
            if let Slot::Cell(TableCell { text, marks, .. }) = slot {
                self.text(text, -1);
                self.text(marks, -1);
            }
        }
    }

    fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t PlacedText>) {
        texts.into_iter().for_each(|text| self.text(text, -1));
    }

    fn text(&mut self, text: &PlacedText, sign: i64) {
        let Some(place) = text.onward_from() else {
            return text.chars().for_each(|c| self.char(c, sign));
        };
        // What stands on one line is counted at once.
        let mut inked = (0..).zip(text.as_str().chars()).filter(|(_, ch)| !ch.is_whitespace());
        if let Some((lead, ch)) = inked.next() {
            self.char(PlacedChar { ch, place: place.onward(lead) }, sign);
            let more = inked.count() as i64;
            self.open.iter_mut().for_each(|(_, own)| own.count += sign * more);
        }
    }

    fn char(&mut self, c: PlacedChar, sign: i64) {
        if c.ch.is_whitespace() {
            return;
        }
        let band = match c.place.spot {
            Spot::Box(bbox) => (bbox.y0 / BAND).max(0.0) as u32,
            Spot::Text { line, .. } => line,
            _ => 0,
        };
        let key = (c.place.page, band);
        match &mut self.open {
            Some((open, own)) if *open == key => own.count += sign,
            _ => {
                self.close();
                self.open = Some((key, Count { count: sign, first: c.place }));
            }
        }
    }

    fn close(&mut self) {
        if let Some((key, own)) = self.open.take() {
            self.counts.entry(key).and_modify(|all| all.count += own.count).or_insert(own);
        }
    }
}

/// How many characters repairs took out of each page.
fn taken_out(repairs: &[Repair]) -> BTreeMap<u32, i64> {
    let mut taken: BTreeMap<u32, i64> = BTreeMap::new();
    let of_rooms = |repair: &&Repair| matches!(repair.stage, Stage::Segment | Stage::Repair);
    for repair in repairs.iter().filter(of_rooms).filter(|repair| repair.after.is_empty()) {
        let Some(place) = repair.place else { continue };
        let count = repair.before.chars().filter(|c| !c.is_whitespace()).count();
        *taken.entry(place.page).or_default() += count as i64;
    }
    taken
}

/// The code of what is said of ink that is lost.
pub const UNACCOUNTED: &str = "ink_unaccounted";

fn unaccounted(count: i64, first: Place) -> Diagnostic {
    Diagnostic {
        code: UNACCOUNTED,
        severity: Severity::Warning,
        place: Some(first),
        message: Wording::new(
            format!("{count} characters of the page are in no cell, line or note of the result"),
            format!("本页有{count}个字符未归入任何单元格、段落或注释"),
        ),
        hint: Some(Wording::new("compare with the page", "请对照原页")),
    }
}
