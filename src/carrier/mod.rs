//! `Source` in, `Pages` out: each carrier of a notice (PDF, text, HTML …) has a reader of its own, which lowers foreign
//! bytes to runs of text, rules, fills and images with their places. Cleaning the text is left to `normalize`.

mod encoding;
#[cfg(feature = "flow")]
mod flow;
#[cfg(feature = "pdf")]
pub(crate) mod guard;
#[cfg(feature = "html")]
mod html;
#[cfg(any(feature = "excel", feature = "ods", feature = "package", feature = "xls"))]
mod labels;
#[cfg(feature = "flow")]
mod letterhead;
#[cfg(feature = "ocr")]
mod ocr;
#[cfg(feature = "ofd")]
mod ofd;
#[cfg(any(feature = "doc", feature = "docx", feature = "excel", feature = "ods", feature = "xls"))]
mod office;
#[cfg(feature = "package")]
mod package;
pub mod page;
#[cfg(feature = "archived")]
mod parts;
#[cfg(feature = "pdf")]
pub(crate) mod pdf;
#[cfg(any(feature = "ofd", feature = "pdf"))]
mod rules;
mod text;
mod width;
#[cfg(feature = "archived")]
mod xml;

use crate::carrier::page::Pages;
use crate::diag::Sink;
#[cfg(any(feature = "archived", feature = "html", feature = "package"))]
use crate::diag::{Diagnostic, Severity, Wording};
use crate::error::{Error, ErrorKind};
use crate::options::Options;
use crate::source::{self, Kind, Source};
pub use text::lines as text_lines;

/// Reads the source's pages.
///
/// # Errors
/// See [`crate::error::ErrorKind`]: bytes that are no PDF or text, no text layer, a limit reached.
pub fn extract(sink: &mut Sink, options: &Options, source: &Source) -> Result<Pages, Error> {
    extract_beside(sink, options, source, &[])
}

/// Reads the pages of a source that other files were given with; `beside` has the names of all.
fn extract_beside(
    sink: &mut Sink,
    options: &Options,
    source: &Source,
    beside: &[String],
) -> Result<Pages, Error> {
    // A build without HTML and packages has no use for names.
    let _ = beside;
    match source.kind {
        #[cfg(feature = "pdf")]
        Kind::Pdf => pdf::pages(sink, options, source),
        Kind::Text => text::pages(sink, options, source),
        #[cfg(feature = "ocr")]
        Kind::Picture(kind) => guard::guarded(|| ocr::pages(sink, options, source, kind)),
        #[cfg(feature = "html")]
        Kind::Html => html::pages(sink, options, source, beside),
        #[cfg(feature = "docx")]
        Kind::Docx => office::docx::pages(sink, options, source),
        #[cfg(feature = "excel")]
        Kind::Xlsx => office::xlsx::pages(sink, options, source),
        #[cfg(feature = "excel")]
        Kind::SheetXml => office::sheetml::pages(sink, options, source),
        #[cfg(feature = "doc")]
        Kind::Doc => office::doc::pages(sink, options, source),
        #[cfg(feature = "ods")]
        Kind::Ods => office::ods::pages(sink, options, source),
        #[cfg(feature = "ods")]
        Kind::Odt => office::odt::pages(sink, options, source),
        #[cfg(feature = "xls")]
        Kind::Xls => office::xls::pages(sink, options, source),
        #[cfg(feature = "ofd")]
        Kind::Ofd => ofd::pages(sink, options, source),
        #[cfg(feature = "package")]
        Kind::Package => package::pages(sink, options, source),
        #[allow(unreachable_patterns)] // A build with all features leaves nothing out.
        kind => Err(source::left_out(kind)),
    }
}

/// Refuses a value above its limit.
fn within(name: &'static str, value: u64, limit: u64) -> Result<(), Error> {
    if value <= limit { Ok(()) } else { Err(Error::new(ErrorKind::Limit { name, value: limit })) }
}

/// That the directory of an archive is missing.
#[cfg(any(feature = "archived", feature = "package"))]
fn cut_short() -> Diagnostic {
    Diagnostic {
        code: "archive_cut",
        severity: Severity::Warning,
        place: None,
        message: Wording::new(
            "the end of the file is missing; what could be found without it was read",
            "文件末尾缺失，已读取能够找到的部分",
        ),
        hint: Some(Wording::new("fetch the file again", "请重新获取该文件")),
    }
}

/// Says that pictures in a document were not read, the first of which stands here.
#[cfg(any(feature = "docx", feature = "html"))]
fn picture_unread(place: crate::place::Place, count: usize) -> Diagnostic {
    Diagnostic {
        code: "picture_unread",
        severity: Severity::Warning,
        place: Some(place),
        message: Wording::new(
            format!("{count} pictures or embedded documents were not read; the first stands here"),
            format!("有{count}处图片或嵌入的文档未读取，第一处在此"),
        ),
        hint: Some(Wording::new(
            "if one shows a table, ask for the document it was made from",
            "如其中有表格，请索取制作它的原文件",
        )),
    }
}

/// Remarks that a part of a document is damaged, so that the document can be read without it.
///
/// # Errors
/// What is no damage: a limit that was reached.
#[cfg(feature = "archived")]
fn remark_broken_part(sink: &mut Sink, error: Error) -> Result<(), Error> {
    let ErrorKind::BrokenDocument { what } = error.kind() else { return Err(error) };
    sink.remark(Diagnostic {
        code: "part_unreadable",
        severity: Severity::Warning,
        place: None,
        message: Wording::new(
            format!("{}; it was read without that part", what.en),
            format!("{}，已略过该部分", what.zh),
        ),
        hint: Some(Wording::new(
            "numbers of lists, footnotes or formats of figures may be missing: compare with the document",
            "可能缺少自动编号、脚注或数字格式：请对照原文",
        )),
    });
    Ok(())
}
