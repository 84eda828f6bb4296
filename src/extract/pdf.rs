//! A PDF in, `Pages` out: collects glyphs, ruling lines, fills and images with their places.

use crate::diag::Sink;
use crate::error::{Error, ErrorKind};
use crate::extract::page::Pages;
use crate::options::Options;
use crate::source::Source;

/// Reads the pages of a PDF.
///
/// # Errors
/// [`ErrorKind::BrokenPdf`] for every PDF: the reader is not there yet.
pub(super) fn pages(_sink: &mut Sink, _: &Options, _source: &Source) -> Result<Pages, Error> {
    Err(Error::new(ErrorKind::BrokenPdf { what: "no reader".to_owned() }))
}
