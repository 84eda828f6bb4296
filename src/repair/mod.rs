//! `Outline` in, `Document` out: joins what lines and pages cut. The only room that joins.

mod above;
mod annex;
#[cfg(test)]
mod art;
mod continued;
pub mod document;
mod frame;
mod halves;
mod headers;
pub mod joins;
mod loose;
mod paragraphs;
mod rows;
mod sheet;

use crate::diag::Sink;
use crate::repair::document::Document;
use crate::segment::outline::Outline;

/// Joins paragraphs over lines and pages, and tables over pages.
pub fn repair(sink: &mut Sink, outline: Outline) -> Document {
    let Outline { mut front, annexes, seen: _, sheets: _ } = outline;
    let frame = frame::frame(sink, &front);
    let body = paragraphs::paragraphs(sink, &front);
    let (annex_list, annex_list_labels) = frame::annex_list(sink, &front);
    Document {
        frame,
        body,
        annex_list,
        annex_list_labels,
        table_notes: annex::notes(&front),
        tables: joins::tables(sink, &mut front),
        annexes: annexes.into_iter().map(|outline| annex::annex(sink, outline)).collect(),
    }
}
