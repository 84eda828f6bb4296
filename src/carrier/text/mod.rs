//! A text file in, `Pages` out: tells the encoding from the bytes and lays the lines out as runs on
//! a sheet of character cells, and tells the cells of its tables with tabs, so that the later stages read a
//! text as they read a PDF. Places are lines and columns of the file. Tables of Markdown are left to those stages, as all
//! that are drawn with characters.

mod delimited;
mod embedded;
mod markdown;
mod sheet;
mod stacked;
mod table;
mod widths;

use crate::carrier::page::{Pages, TextFrom};
use crate::carrier::{encoding, within};
use crate::diag::Sink;
use crate::error::{Error, ErrorKind};
use crate::options::{Limits, Options};
use crate::source::Source;

/// A line of the file, without its end.
#[derive(Debug, Clone, Copy)]
struct TextLine<'a> {
    /// Counted from 1 in the whole file.
    number: u32,
    /// The characters.
    text: &'a str,
    /// For each character its column, counted from 1, where marks of Markdown between them are left out; empty where
    /// none are.
    columns: &'a [u32],
}

impl TextLine<'_> {
    /// The column of a character, both counted from 1 and 0.
    fn column(&self, index: usize) -> u32 {
        self.columns.get(index).copied().unwrap_or(index as u32 + 1)
    }
}

/// Reads the pages of a text; a form feed ends a page.
///
/// # Errors
/// [`ErrorKind::UnknownEncoding`]; [`ErrorKind::Limit`] for too many bytes, pages, characters on a
/// page or cells of a table; [`ErrorKind::Empty`] if only white space is left.
pub(super) fn pages(sink: &mut Sink, options: &Options, source: &Source) -> Result<Pages, Error> {
    let limits = &options.limits;
    within("max-input-bytes", source.bytes.len() as u64, limits.input_bytes)?;
    let decoded = encoding::decode(&source.bytes)?;
    if decoded.text.trim().is_empty() {
        return Err(Error::new(ErrorKind::Empty));
    }
    if decoded.damaged > 0 {
        sink.remark(decoded.remark());
    }
    let split = split_pages(&decoded.text, limits)?;
    let is_markdown = split.iter().any(|lines| markdown::is_markdown(lines));
    let mut pages = Vec::new();
    for lines in split {
        let number = pages.len() as u32 + 1;
        let page = if is_markdown {
            let plain = markdown::plain(&lines);
            let lines: Vec<TextLine> = plain.iter().map(markdown::PlainLine::line).collect();
            sheet::lay(limits, number, &lines)
        } else {
            sheet::lay(limits, number, &lines)
        };
        pages.push(page.map_err(|e| e.on_page(number))?);
    }
    Ok(Pages { pages, text_from: TextFrom::Text, encoding: Some(decoded.encoding) })
}

/// The lines of a text as they stand in the file, page by page, for those who show it: the first
/// line of the first page is line 1, and each page goes on counting.
///
/// # Errors
/// As `pages` for the encoding and the limits of lines and pages.
pub fn lines(options: &Options, source: &Source) -> Result<Vec<Vec<String>>, Error> {
    let decoded = encoding::decode(&source.bytes)?;
    let pages = split_pages(&decoded.text, &options.limits)?;
    let owned = |lines: Vec<TextLine>| lines.iter().map(|line| line.text.to_owned()).collect();
    Ok(pages.into_iter().map(owned).collect())
}

/// The lines, page by page. Ends of lines are LF, CR LF or CR; a page that a last form feed leaves
/// empty is none.
fn split_pages<'a>(text: &'a str, limits: &Limits) -> Result<Vec<Vec<TextLine<'a>>>, Error> {
    let mut pages = Vec::new();
    let (mut number, mut all) = (0, 0);
    let mut sheets = text.split('\u{0C}').peekable();
    while let Some(sheet) = sheets.next() {
        let page = pages.len() as u64 + 1;
        if sheets.peek().is_none() && page > 1 && sheet.trim().is_empty() {
            break;
        }
        within("max-pages", page, limits.pages.into())?;
        let glyphs = sheet.chars().count() as u64;
        within("max-page-glyphs", glyphs, limits.page_glyphs.into())
            .map_err(|e| e.on_page(page as u32))?;
        all += glyphs;
        within("max-glyphs", all, limits.glyphs.into()).map_err(|e| e.on_page(page as u32))?;
        let mut lines = Vec::new();
        for text in split_lines(sheet) {
            number += 1;
            lines.push(TextLine { number, text, columns: &[] });
        }
        pages.push(lines);
    }
    Ok(pages)
}

/// Lines by LF, CR LF or CR, and by the separators that Unicode has for lines and paragraphs.
fn split_lines(sheet: &str) -> impl Iterator<Item = &str> {
    sheet
        .split_inclusive(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
        .scan(false, |after_cr, piece| {
            let lf_of_crlf = *after_cr && piece == "\n";
            *after_cr = piece.ends_with('\r');
            Some((!lf_of_crlf).then_some(piece))
        })
        .flatten()
        .map(|piece| piece.trim_end_matches(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']))
}
