//! A text file in, `Pages` out: tells the encoding from the bytes and lays the lines out as runs.

use crate::diag::Sink;
use crate::error::{Error, ErrorKind};
use crate::extract::page::Pages;
use crate::options::Options;
use crate::source::Source;

/// Reads the pages of a text.
///
/// # Errors
/// [`ErrorKind::UnknownEncoding`]: no encoding is known here yet.
pub(super) fn pages(_sink: &mut Sink, _: &Options, _source: &Source) -> Result<Pages, Error> {
    Err(Error::new(ErrorKind::UnknownEncoding))
}
