//! `Document` in, `Notice` out: regions, units, exact figures, dates. Never guesses: text that will
//! not parse keeps its text.

use crate::diag::Sink;
use crate::model::Notice;
use crate::repair::document::Document;

/// Reads the meaning of the document.
pub fn typing(_sink: &mut Sink, _document: Document) -> Notice {
    Notice::default()
}
