//! Where things stand, in results: the words of the file itself. A place knows its page; which file of the notice
//! that is of, and which sheet, is known of pages alone and written to places here.

use crate::diag::Diagnostic;
use crate::emit::record::{
    DiagnosticRecord, NoticeRecord, PartRecord, PlaceRecord, SectionRecord, parts,
};
use crate::pipeline::Origin;
use crate::place::cell_name;
use std::collections::BTreeMap;

/// What a page is of.
#[derive(Debug, Clone, PartialEq, Default)]
struct Of {
    part: Option<u32>,
    sheet: Option<String>,
}

impl Of {
    /// What each page is of that is of a file or sheet, by its number.
    fn pages(origins: &[Origin]) -> BTreeMap<u32, Of> {
        let of = |origin: &Origin| Of {
            part: origin.part.as_ref().map(|part| part.index),
            sheet: origin.sheet.as_deref().map(str::to_owned),
        };
        (1..).zip(origins.iter().map(of)).filter(|(_, of)| *of != Of::default()).collect()
    }

    /// Writes it to a place.
    fn write_to(&self, place: &mut PlaceRecord) {
        place.part = self.part;
        if let (Some(sheet), Some(row), Some(col)) = (&self.sheet, place.row, place.col) {
            (place.sheet, place.cell) = (Some(sheet.clone()), Some(cell_name(row, col)));
            (place.table, place.row, place.col) = (None, None, None);
        }
    }
}

/// Diagnostics with the file and sheet of their places, and the files.
pub fn located(
    diagnostics: &[Diagnostic],
    origins: &[Origin],
) -> (Vec<DiagnosticRecord>, Vec<PartRecord>) {
    let known = Of::pages(origins);
    let record = |diagnostic: &Diagnostic| {
        let mut record = DiagnosticRecord::from(diagnostic);
        if let Some(place) = &mut record.place
            && let Some(of) = known.get(&place.page)
        {
            of.write_to(place);
        }
        record
    };
    (diagnostics.iter().map(record).collect(), parts(origins))
}

impl NoticeRecord {
    /// Writes to each place which file and sheet it stands in.
    pub(super) fn locate(&mut self, origins: &[Origin]) {
        self.write_to_places(&Of::pages(origins));
    }

    /// The same from what other places of the record say, for those that were made anew.
    pub(super) fn locate_again(&mut self, before: Vec<PlaceRecord>) {
        let of = |place: PlaceRecord| (place.page, Of { part: place.part, sheet: place.sheet });
        let known = before.into_iter().map(of).filter(|(_, of)| *of != Of::default());
        self.write_to_places(&known.collect());
    }

    fn write_to_places(&mut self, known: &BTreeMap<u32, Of>) {
        if known.is_empty() {
            return;
        }
        self.each_place(&mut |place| {
            if let Some(of) = known.get(&place.page) {
                of.write_to(place);
            }
        });
    }

    /// Looks at all places of cells.
    pub(super) fn places_of_cells(&self) -> Vec<PlaceRecord> {
        let rows = self.annexes.iter().flat_map(|annex| &annex.rows);
        rows.flat_map(|row| &row.cells).map(|cell| cell.place.clone()).collect()
    }

    /// Visits each place of the record.
    fn each_place(&mut self, visit: &mut dyn FnMut(&mut PlaceRecord)) {
        let p = &mut self.places;
        let one = [
            &mut p.document_number,
            &mut p.title,
            &mut p.date_of_writing,
            &mut p.disclosure,
            &mut p.copy_number,
            &mut p.security_classification,
            &mut p.urgency,
            &mut p.printing_authority,
            &mut p.printing_date,
        ];
        one.into_iter().flatten().for_each(&mut *visit);
        let many = [
            &mut p.issuing_authorities,
            &mut p.primary_addressees,
            &mut p.signing_authorities,
            &mut p.signatories_for_issue,
            &mut p.copied_to,
        ];
        many.into_iter().flatten().for_each(&mut *visit);
        self.unread.iter_mut().for_each(|unread| visit(&mut unread.place));
        self.body.iter_mut().for_each(|section| each_of_section(section, visit));
        for target in &mut self.targets {
            visit(&mut target.place);
            target.quantities.iter_mut().for_each(|quantity| visit(&mut quantity.place));
        }
        self.deadlines.iter_mut().for_each(|deadline| visit(&mut deadline.place));
        self.annex_list.iter_mut().for_each(|entry| visit(&mut entry.place));
        for annex in &mut self.annexes {
            visit(&mut annex.place);
            let of = &mut annex.places;
            of.title.iter_mut().chain(&mut of.unit).chain(&mut of.notes).for_each(&mut *visit);
            annex.columns.iter_mut().for_each(|column| visit(&mut column.place));
            for row in &mut annex.rows {
                visit(&mut row.region.place);
                row.serial.iter_mut().for_each(|serial| visit(&mut serial.place));
                row.cells.iter_mut().for_each(|cell| visit(&mut cell.place));
            }
        }
        self.repairs.iter_mut().filter_map(|repair| repair.place.as_mut()).for_each(&mut *visit);
        for finding in &mut self.findings {
            finding.places.iter_mut().for_each(&mut *visit);
            finding.suspects.iter_mut().for_each(|suspect| visit(&mut suspect.place));
        }
        let diagnostics = self.diagnostics.iter_mut();
        diagnostics.filter_map(|diagnostic| diagnostic.place.as_mut()).for_each(&mut *visit);
    }
}

fn each_of_section(section: &mut SectionRecord, visit: &mut dyn FnMut(&mut PlaceRecord)) {
    visit(&mut section.place);
    section.sections.iter_mut().for_each(|section| each_of_section(section, visit));
}
