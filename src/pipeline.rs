//! The order of the stages, said once.

use crate::check::{self, Finding};
use crate::diag::{Diagnostic, Repair, Sink};
use crate::error::Error;
use crate::extract::page::{Pages, TextFrom};
use crate::model::Notice;
use crate::options::Options;
use crate::source::Source;
use crate::{extract, normalize, repair, segment, typing};

/// A notice as read: what it says, what it says against itself, and how sure we are.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What the notice says.
    pub notice: Notice,
    /// What it says against itself.
    pub findings: Vec<Finding>,
    /// What could not be read with confidence.
    pub diagnostics: Vec<Diagnostic>,
    /// What was changed, taken out or joined on the way.
    pub repairs: Vec<Repair>,
    /// Number of pages.
    pub pages: u32,
    /// Where the characters came from.
    pub text_from: TextFrom,
    /// The encoding of a text input by its WHATWG name; `None` for PDF.
    pub encoding: Option<&'static str>,
}

/// Reads one notice: extract, normalize, segment, repair, type, check.
///
/// # Errors
/// Whatever stops `extract`: see [`crate::error::ErrorKind`]. The later stages do not fail.
pub fn read(source: &Source, options: &Options) -> Result<Reading, Error> {
    let mut sink = Sink::new();
    let pages: Pages = extract::extract(&mut sink, options, source)?;
    let (count, text_from, encoding) = (pages.pages.len() as u32, pages.text_from, pages.encoding);
    let lines = normalize::normalize(&mut sink, pages);
    let outline = segment::segment(&mut sink, options, lines);
    let document = repair::repair(&mut sink, outline);
    let notice = typing::typing(&mut sink, document);
    let findings = check::check(&notice);
    let (diagnostics, repairs) = sink.into_parts();
    Ok(Reading { notice, findings, diagnostics, repairs, pages: count, text_from, encoding })
}
