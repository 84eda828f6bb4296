//! The annexes: columns, rows by region, cells.

use crate::diag::Sink;
use crate::model::{Annex, AnnexListEntry, Frame};
use crate::repair::document::Document;

/// The annexes of the notice, typed, in printed order.
pub fn annexes(_sink: &mut Sink, _document: &Document, _frame: &Frame) -> Vec<Annex> {
    Vec::new()
}

/// 附件说明: the annexes as the body announces them.
pub fn annex_list(_document: &Document) -> Vec<AnnexListEntry> {
    Vec::new()
}
