//! `Source` in, `Pages` out: each carrier of a notice (PDF, text) has a reader of its own, which lowers foreign
//! bytes to runs of text, rules, fills and images with their places. Cleaning the text is left to `normalize`.

#[cfg(feature = "pdf")]
pub(crate) mod guard;
pub mod page;
#[cfg(feature = "pdf")]
pub(crate) mod pdf;
mod text;

use crate::carrier::page::Pages;
use crate::diag::Sink;
use crate::error::Error;
#[cfg(not(feature = "pdf"))]
use crate::error::{ErrorKind, Foreign};
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
            let looks_like = Foreign {
                name: ("a PDF, which this build does not read", "此版本不支持的 PDF"),
                hint: ("build it with the feature `pdf`", "请启用 `pdf` 功能重新构建"),
            };
            Err(Error::new(ErrorKind::UnknownKind { looks_like }))
        }
        Kind::Text => text::pages(sink, options, source),
    }
}
