//! `Source` in, `Pages` out: reads foreign bytes and lowers them to runs of text, rules, fills and
//! images with their places. Cleaning the text is left to `normalize`.

pub mod page;

use crate::diag::Sink;
use crate::error::{Error, ErrorKind};
use crate::extract::page::Pages;
use crate::options::Options;
use crate::source::Source;

/// Reads the source's pages.
///
/// # Errors
/// See [`ErrorKind`]: bytes that are no PDF or text, no text layer, a limit reached.
pub fn extract(_sink: &mut Sink, _options: &Options, _source: &Source) -> Result<Pages, Error> {
    Err(Error::new(ErrorKind::UnknownEncoding))
}
