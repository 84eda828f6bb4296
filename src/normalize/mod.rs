//! `Pages` in, `Lines` out: runs become lines of clean text; page numbers and running heads go.
//! What the lines are is left to `segment`; joining them, to `repair`.

pub mod lines;

use crate::diag::Sink;
use crate::extract::page::Pages;
use crate::normalize::lines::Lines;

/// Cleans the pages' text line by line.
pub fn normalize(_sink: &mut Sink, pages: Pages) -> Lines {
    Lines { pages: Vec::new(), text_from: pages.text_from }
}
