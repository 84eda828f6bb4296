//! Dates stated in the body.

use crate::diag::Sink;
use crate::model::{Deadline, Frame};
use crate::repair::document::Paragraph;

/// The dates the body states.
pub fn deadlines(_sink: &mut Sink, _body: &[Paragraph], _frame: &Frame) -> Vec<Deadline> {
    Vec::new()
}
