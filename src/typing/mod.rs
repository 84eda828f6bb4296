//! `Document` in, `Notice` out: regions, units, exact figures, dates. Never guesses: text that will
//! not parse keeps its text.

pub mod annex;
pub mod body;
pub mod columns;
pub mod dates;
pub mod deadlines;
pub mod doubts;
pub mod figures;
pub mod frame;
pub mod parties;
pub mod prose;
pub mod regions;
pub mod shape;
pub mod table;
pub mod targets;

use crate::diag::Sink;
use crate::model::Notice;
use crate::options::Options;
use crate::repair::document::Document;

/// Reads the meaning of the document.
pub fn typing(sink: &mut Sink, options: &Options, document: Document) -> Notice {
    let frame = frame::frame(sink, &document);
    let targets = targets::targets(sink, &document.body, &frame);
    let deadlines = deadlines::deadlines(sink, &document.body, &frame);
    let annexes = annex::annexes(sink, options, &document, &frame);
    Notice {
        body: body::sections(&document.body),
        targets,
        deadlines,
        annex_list: annex::annex_list(&document),
        annexes,
        frame,
    }
}
