//! All places of a notice, for whoever has to say them otherwise.

use crate::model::annex::{Annex, Row};
use crate::model::field::Field;
use crate::model::notice::{Frame, Notice, Section};
use crate::model::target::Target;
use crate::place::{Located, Place};

impl Notice {
    /// Visits each place of the notice.
    pub fn each_place(&mut self, visit: &mut dyn FnMut(&mut Place)) {
        let Notice { frame, body, targets, deadlines, annex_list, annexes } = self;
        of_frame(frame, visit);
        body.iter_mut().for_each(|section| of_section(section, visit));
        targets.iter_mut().for_each(|target| of_target(target, visit));
        deadlines.iter_mut().for_each(|deadline| visit(&mut deadline.place));
        annex_list.iter_mut().for_each(|entry| visit(&mut entry.title.place));
        annexes.iter_mut().for_each(|annex| of_annex(annex, visit));
    }
}

fn of_frame(frame: &mut Frame, visit: &mut dyn FnMut(&mut Place)) {
    let Frame {
        copy_number,
        security_classification,
        urgency,
        issuing_authorities,
        document_number,
        signatories_for_issue,
        title,
        document_type: _,
        plan_year: _,
        primary_addressees,
        signing_authorities,
        date_of_writing,
        disclosure,
        copied_to,
        printing_authority,
        printing_date,
        unread,
    } = frame;
    let one =
        [copy_number, security_classification, urgency, title, disclosure, printing_authority];
    let many = [
        issuing_authorities,
        signatories_for_issue,
        primary_addressees,
        signing_authorities,
        copied_to,
    ];
    let texts = one.into_iter().flatten().chain(many.into_iter().flatten());
    texts
        .chain(unread.iter_mut().map(|unread| &mut unread.raw))
        .for_each(|text| visit(&mut text.place));
    of_field(document_number, visit);
    of_field(date_of_writing, visit);
    of_field(printing_date, visit);
}

fn of_field<T>(field: &mut Field<T>, visit: &mut dyn FnMut(&mut Place)) {
    match field {
        Field::Read(Located { place, .. }) | Field::Raw(Located { place, .. }) => visit(place),
        Field::Absent => {}
    }
}

fn of_section(section: &mut Section, visit: &mut dyn FnMut(&mut Place)) {
    visit(&mut section.place);
    section.sections.iter_mut().for_each(|section| of_section(section, visit));
}

fn of_target(target: &mut Target, visit: &mut dyn FnMut(&mut Place)) {
    visit(&mut target.place);
    target.quantities.iter_mut().for_each(|quantity| visit(&mut quantity.place));
}

fn of_annex(annex: &mut Annex, visit: &mut dyn FnMut(&mut Place)) {
    let Annex { number: _, title, place, unit, columns, rows, notes } = annex;
    visit(place);
    title.iter_mut().chain(unit).chain(notes).for_each(|text| visit(&mut text.place));
    columns.iter_mut().for_each(|column| visit(&mut column.place));
    for Row { region, serial, cells, .. } in rows {
        visit(&mut region.place);
        serial.iter_mut().for_each(|serial| visit(&mut serial.place));
        cells.iter_mut().for_each(|cell| visit(&mut cell.place));
    }
}
