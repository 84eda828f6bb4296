//! The order of the stages, said once.

use crate::carrier::page::Pages;
pub use crate::carrier::page::{Origin, Part, Role, TextFrom};
use crate::check::{self, Checked, Finding, Summary};
use crate::corrections::{self, Corrections};
use crate::diag::{Diagnostic, Repair, Sink, Stage};
use crate::error::Error;
use crate::ink::Ink;
use crate::model::Notice;
use crate::normalize::halves::{self, Sheets};
use crate::normalize::lines::Lines;
use crate::options::Options;
use crate::proof::Reworded;
use crate::repair::document::Document;
use crate::segment::outline::Outline;
use crate::sight::Seen;
use crate::source::Source;
use crate::{carrier, normalize, proof, repair, segment, typing};

/// A notice as read: what it says, what it says against itself, and how sure we are.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What the notice says.
    pub notice: Notice,
    /// What it says against itself.
    pub findings: Vec<Finding>,
    /// How much of it its own sums bear out, and how much is in doubt.
    pub summary: Summary,
    /// What could not be read with confidence.
    pub diagnostics: Vec<Diagnostic>,
    /// What was changed, taken out or joined on the way.
    pub repairs: Vec<Repair>,
    /// Number of pages.
    pub pages: u32,
    /// Which file and sheet each page is of.
    pub origins: Vec<Origin>,
    /// Where the characters came from.
    pub text_from: TextFrom,
    /// The encoding of a text input by its WHATWG name; `None` for PDF.
    pub encoding: Option<&'static str>,
}

/// Reads one notice: extract, normalize, segment, repair, type, check.
///
/// # Errors
/// Whatever stops `carrier`: see [`crate::error::ErrorKind`]. The later stages do not fail.
pub fn read(source: &Source, options: &Options) -> Result<Reading, Error> {
    read_watched(source, options, &mut |_| ())
}

/// [`read`], calling `done` with the name of each stage as it ends: a caller with a clock can tell
/// how long each took.
///
/// # Errors
/// As [`read`].
pub fn read_watched(
    source: &Source,
    options: &Options,
    done: &mut dyn FnMut(&'static str),
) -> Result<Reading, Error> {
    let mut sink = Sink::new();
    let pages = carrier::extract(&mut sink, options, source)?;
    done("extract");
    Ok(read_pages(sink, options, pages, done))
}

/// What becomes of pages that a carrier gave, with what it noted in `sink`: the stages after it, none
/// of which fails. Measures that damage pages start here.
pub fn read_pages(
    mut sink: Sink,
    options: &Options,
    pages: Pages,
    done: &mut dyn FnMut(&'static str),
) -> Reading {
    let (count, text_from, encoding) = (pages.pages.len() as u32, pages.text_from, pages.encoding);
    let origins = pages.pages.iter().map(|page| page.origin.clone()).collect();
    let mut notice = notice_of(&mut sink, options, pages, done);
    let (mut diagnostics, repairs) = sink.into_parts();
    proof::tell_apart(&notice, &mut diagnostics);
    typing::doubts::name(&mut notice, &diagnostics);
    done("typing");
    let Checked { findings, summary } = check::checked(&notice);
    done("check");
    Reading {
        notice,
        findings,
        summary,
        diagnostics,
        repairs,
        pages: count,
        origins,
        text_from,
        encoding,
    }
}

/// What is read of pages, with its places on the sheets that they were printed on.
fn notice_of(
    sink: &mut Sink,
    options: &Options,
    pages: Pages,
    done: &mut dyn FnMut(&'static str),
) -> Notice {
    page_by_page(sink, pages, |sink, pages, sheets| {
        let seen = pages.seen();
        let lines = normalize::normalize(sink, options, pages);
        done("normalize");
        let ink = Ink::of(&lines);
        let outline = segment::segment(sink, options, lines);
        done("segment");
        let document = repair::repair(sink, outline);
        ink.balance(sink, &document);
        done("repair");
        let mut notice = match seen.is_empty() {
            true => typing::typing(sink, options, document),
            false => proven(sink, options, document, &seen),
        };
        if !sheets.is_plain() {
            notice.each_place(&mut |place| sheets.back(place));
        }
        notice
    })
}

/// What a document means that was read from pictures, typed again where a name or a header was mended, for rows and columns
/// have their place by these, and proven.
fn proven(sink: &mut Sink, options: &Options, mut document: Document, seen: &[Seen]) -> Notice {
    let mut noted = Sink::new();
    let mut notice = typing::typing(&mut noted, options, document.clone());
    let mut reworded = proof::rewordings(&notice, seen);
    reworded.retain(|r| document.reword(&r.place, &r.before, &r.after));
    for Reworded { rule, place, before, after } in &reworded {
        sink.repair(Repair {
            stage: Stage::Proof,
            rule,
            place: Some(*place),
            before: before.clone(),
            after: after.clone(),
        });
    }
    if reworded.is_empty() {
        sink.append(noted);
    } else {
        notice = typing::typing(sink, options, document);
    }
    proof::prove(sink, &mut notice, seen, &reworded);
    notice
}

/// Does the work on pages of which no two stand on one sheet; what it notes stands on the sheets again.
fn page_by_page<T>(
    sink: &mut Sink,
    pages: Pages,
    work: impl FnOnce(&mut Sink, Pages, &Sheets) -> T,
) -> T {
    let (pages, sheets) = halves::apart(sink, pages);
    let mark = sink.mark();
    let made = work(sink, pages, &sheets);
    if !sheets.is_plain() {
        sink.places_since(mark, |place| sheets.back(place));
    }
    made
}

/// The reading with what a person said of its cells, checked again on the corrected figures.
///
/// # Errors
/// [`crate::error::ErrorKind::BrokenCorrections`] if a correction does not fit this notice.
pub fn corrected(
    mut reading: Reading,
    source: &Source,
    said: &Corrections,
) -> Result<Reading, Error> {
    corrections::apply(said, &source.sha256(), &mut reading.notice)?;
    let Checked { findings, summary } = check::checked(&reading.notice);
    (reading.findings, reading.summary) = (findings, summary);
    Ok(reading)
}

/// Stops after `extract`.
///
/// # Errors
/// As [`read`]; so do all that stop early.
pub fn until_pages(sink: &mut Sink, options: &Options, source: &Source) -> Result<Pages, Error> {
    carrier::extract(sink, options, source)
}

/// The lines as printed, with their places on the sheets: `normalize` before it takes out page numbers and running
/// heads.
///
/// # Errors
/// As [`read`].
pub fn printed_lines(sink: &mut Sink, options: &Options, source: &Source) -> Result<Lines, Error> {
    let pages = until_pages(sink, options, source)?;
    Ok(normalize::line_up(sink, options, pages))
}

/// The lines as printed, page by page where two stand on a sheet.
pub fn lines_as_printed(sink: &mut Sink, options: &Options, pages: Pages) -> Lines {
    page_by_page(sink, pages, |sink, pages, _| normalize::line_up(sink, options, pages))
}

/// Stops after `normalize`.
///
/// # Errors
/// As [`read`].
pub fn until_lines(sink: &mut Sink, options: &Options, source: &Source) -> Result<Lines, Error> {
    let pages = until_pages(sink, options, source)?;
    Ok(page_by_page(sink, pages, |sink, pages, _| normalize::normalize(sink, options, pages)))
}

/// Stops after `segment`.
///
/// # Errors
/// As [`read`].
pub fn until_outline(
    sink: &mut Sink,
    options: &Options,
    source: &Source,
) -> Result<Outline, Error> {
    let pages = until_pages(sink, options, source)?;
    Ok(outline_of(sink, options, pages))
}

/// [`until_outline`] of pages.
pub fn outline_of(sink: &mut Sink, options: &Options, pages: Pages) -> Outline {
    page_by_page(sink, pages, |sink, pages, sheets| {
        let seen = pages.seen();
        let lines = normalize::normalize(sink, options, pages);
        Outline { seen, sheets: sheets.clone(), ..segment::segment(sink, options, lines) }
    })
}

/// Stops after `repair`.
///
/// # Errors
/// As [`read`].
pub fn until_document(
    sink: &mut Sink,
    options: &Options,
    source: &Source,
) -> Result<Document, Error> {
    let outline = until_outline(sink, options, source)?;
    Ok(repair::repair(sink, outline))
}

/// Stops after `typing`.
///
/// # Errors
/// As [`read`].
pub fn until_notice(sink: &mut Sink, options: &Options, source: &Source) -> Result<Notice, Error> {
    let pages = until_pages(sink, options, source)?;
    Ok(notice_of(sink, options, pages, &mut |_| ()))
}
