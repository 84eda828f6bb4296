//! `Source` in, `Pages` out: each carrier of a notice (PDF, text) has a reader of its own, which lowers foreign
//! bytes to runs of text, rules, fills and images with their places. Cleaning the text is left to `normalize`.

#[cfg(feature = "pdf")]
pub(crate) mod guard;
#[cfg(feature = "ocr")]
mod ocr;
pub mod page;
#[cfg(feature = "pdf")]
pub(crate) mod pdf;
mod text;

use crate::carrier::page::Pages;
use crate::diag::Sink;
use crate::error::Error;
#[cfg(not(all(feature = "pdf", feature = "ocr")))]
use crate::error::ErrorKind;
use crate::options::Options;
use crate::source::{Kind, Source};
pub use text::lines as text_lines;

/// Reads the source's pages.
///
/// # Errors
/// See [`crate::error::ErrorKind`]: bytes that are no PDF or text, no text layer, a limit reached.
pub fn extract(sink: &mut Sink, options: &Options, source: &Source) -> Result<Pages, Error> {
    match source.kind {
        #[cfg(feature = "pdf")]
        Kind::Pdf => pdf::pages(sink, options, source),
        #[cfg(not(feature = "pdf"))]
        Kind::Pdf => {
            let looks_like = "a PDF, which this build leaves out".to_owned();
            Err(Error::new(ErrorKind::UnknownKind { looks_like }))
        }
        Kind::Text => text::pages(sink, options, source),
        #[cfg(feature = "ocr")]
        Kind::Picture(kind) => guard::guarded(|| ocr::pages(sink, options, source, kind)),
        #[cfg(not(feature = "ocr"))]
        Kind::Picture(_) => {
            let looks_like = "a picture, which this build leaves out".to_owned();
            Err(Error::new(ErrorKind::UnknownKind { looks_like }))
        }
    }
}
