//! A document of Word 97 to 2003 in (MS-DOC; also what WPS writes as .wps), `Pages` out: one page, a flow of
//! paragraphs and told tables. Numbers of automatic lists are printed; tracked changes are taken as accepted; text
//! that is hidden or deleted, headers and footers are left out and put on record.

mod body;
mod lists;
mod properties;
mod styles;
mod table;
mod text;

use crate::carrier::page::{Pages, TextFrom};
use crate::carrier::within;
use crate::diag::{Sink, Wording};
use crate::error::{Error, ErrorKind};
use crate::options::Options;
use crate::source::ole::{Compound, u16_at, u32_at};
use crate::source::{self, Source};
use std::ops::Range;

/// Where pairs of a place and a length begin (MS-DOC 2.5.6).
const PAIRS: usize = 154;

/// The file information block, as far as it is needed: where what stands in which stream.
struct Head {
    /// Which table stream is meant.
    table: &'static str,
    /// Characters of the text, of footnotes, headers, comments, endnotes and text boxes, in the order in which
    /// they stand behind each other.
    lengths: [u32; 6],
    pairs: Vec<(u32, u32)>,
}

/// What the pairs are for (MS-DOC 2.5.6).
mod pair {
    pub const STYLES: usize = 1;
    pub const FOOTNOTE_REFERENCES: usize = 2;
    pub const FOOTNOTES: usize = 3;
    pub const RUNS: usize = 12;
    pub const PARAGRAPHS: usize = 13;
    pub const PIECES: usize = 33;
    pub const ENDNOTE_REFERENCES: usize = 46;
    pub const ENDNOTES: usize = 47;
    pub const TEXT_BOXES: usize = 56;
    pub const LISTS: usize = 73;
    pub const LIST_OVERRIDES: usize = 74;
}

/// The streams of the document.
struct Streams {
    main: Vec<u8>,
    table: Vec<u8>,
    data: Vec<u8>,
    head: Head,
}

impl Streams {
    /// What a pair points to in the table stream.
    fn part(&self, pair: usize) -> &[u8] {
        let Some(&(at, length)) = self.head.pairs.get(pair) else { return &[] };
        let end = (at as usize).saturating_add(length as usize).min(self.table.len());
        self.table.get(at as usize..end).unwrap_or_default()
    }

    /// From where a pair points to, to the end of the table stream.
    fn from(&self, pair: usize) -> &[u8] {
        let Some(&(at, length)) = self.head.pairs.get(pair) else { return &[] };
        if length == 0 { &[] } else { self.table.get(at as usize..).unwrap_or_default() }
    }

    /// The characters of a story: 0 for the text, 1 for footnotes and so on.
    fn story(&self, story: usize) -> Range<usize> {
        let start: u64 = self.head.lengths[..story].iter().map(|&n| u64::from(n)).sum();
        let end = start + u64::from(self.head.lengths[story]);
        start.min(u64::from(u32::MAX)) as usize..end.min(u64::from(u32::MAX)) as usize
    }
}

/// Reads the document.
///
/// # Errors
/// [`ErrorKind::BrokenDocument`] where its text can't be had; [`ErrorKind::Unsupported`] where it is encrypted;
/// [`ErrorKind::Limit`]; [`ErrorKind::Empty`] where it has none.
pub(in crate::carrier) fn pages(
    sink: &mut Sink,
    options: &Options,
    source: &Source,
) -> Result<Pages, Error> {
    let limits = &options.limits;
    within("max-input-bytes", source.bytes.len() as u64, limits.input_bytes)?;
    let file = Compound::open(&source.bytes).ok_or_else(broken)?;
    let stream = |name: &str| file.find(name).map(|stream| file.read(stream)).unwrap_or_default();
    let main = stream("WordDocument");
    let head = head(&main)?;
    let streams = Streams { table: stream(head.table), data: stream("Data"), main, head };
    let text = text::Text::read(&streams, limits)?.ok_or_else(broken)?;
    let page = body::page(sink, limits, &streams, &text)?;
    if page.runs.is_empty() {
        return Err(Error::new(ErrorKind::Empty));
    }
    Ok(Pages { pages: vec![page], text_from: TextFrom::Document, encoding: None })
}

fn head(main: &[u8]) -> Result<Head, Error> {
    let flags = u16_at(main, 0x0A).ok_or_else(broken)?;
    if flags & 0x0100 != 0 {
        return Err(source::encrypted("a Word document", "Word 文档"));
    }
    let length = |at| u32_at(main, at).map(|n| n.min(i32::MAX as u32)).ok_or_else(broken);
    let lengths = [
        length(0x4C)?,
        length(0x50)?,
        length(0x54)?,
        // Macros, which no document has any more, and comments.
        length(0x58)?.saturating_add(length(0x5C)?),
        length(0x60)?,
        length(0x64)?,
    ];
    let count = usize::from(u16_at(main, 152).unwrap_or(0)).min(200);
    let pair = |i: usize| u32_at(main, PAIRS + 8 * i).zip(u32_at(main, PAIRS + 8 * i + 4));
    let pairs = (0..count).map_while(pair).collect();
    let table = if flags & 0x0200 != 0 { "1Table" } else { "0Table" };
    Ok(Head { table, lengths, pairs })
}

fn broken() -> Error {
    Error::new(ErrorKind::BrokenDocument {
        what: Wording::new(
            "broken Word 97-2003 document: its text can't be found",
            "Word 97-2003 文档已损坏：找不到正文",
        ),
    })
}
