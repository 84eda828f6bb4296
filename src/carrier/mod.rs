//! `Source` in, `Pages` out: each carrier of a notice (PDF, text, HTML …) has a reader of its own, which lowers foreign
//! bytes to runs of text, rules, fills and images with their places. Cleaning the text is left to `normalize`.

mod encoding;
#[cfg(feature = "flow")]
mod flow;
#[cfg(feature = "pdf")]
pub(crate) mod guard;
#[cfg(feature = "html")]
mod html;
#[cfg(feature = "archived")]
mod office;
pub mod page;
#[cfg(feature = "archived")]
mod parts;
#[cfg(feature = "pdf")]
pub(crate) mod pdf;
mod text;
mod width;
#[cfg(feature = "archived")]
mod xml;

use crate::carrier::page::Pages;
use crate::diag::Sink;
use crate::error::{Error, ErrorKind};
use crate::options::Options;
use crate::source::{self, Kind, Source};
pub use text::lines as text_lines;

/// Reads the source's pages.
///
/// # Errors
/// See [`crate::error::ErrorKind`]: bytes that are no PDF or text, no text layer, a limit reached.
pub fn extract(sink: &mut Sink, options: &Options, source: &Source) -> Result<Pages, Error> {
    match source.kind {
        #[cfg(feature = "pdf")]
        Kind::Pdf => pdf::pages(sink, options, source),
        Kind::Text => text::pages(sink, options, source),
        #[cfg(feature = "html")]
        Kind::Html => html::pages(sink, options, source),
        #[cfg(feature = "docx")]
        Kind::Docx => office::docx::pages(sink, options, source),
        #[allow(unreachable_patterns)] // A build with all features leaves nothing out.
        kind => Err(source::left_out(kind)),
    }
}

/// Refuses a value above its limit.
fn within(name: &'static str, value: u64, limit: u64) -> Result<(), Error> {
    if value <= limit { Ok(()) } else { Err(Error::new(ErrorKind::Limit { name, value: limit })) }
}
