//! Figures stated in the body.

use crate::diag::Sink;
use crate::model::{Frame, Target};
use crate::repair::document::Paragraph;

/// The figures the body states.
pub fn targets(_sink: &mut Sink, _body: &[Paragraph], _frame: &Frame) -> Vec<Target> {
    Vec::new()
}
