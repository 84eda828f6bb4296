//! The order of the stages, said once.

use crate::carrier::page::Pages;
pub use crate::carrier::page::{Origin, Part, Role, TextFrom};
use crate::check::{self, Checked, Finding, Summary};
use crate::corrections::{self, Corrections};
use crate::diag::{Diagnostic, Repair, Sink, Stage};
use crate::error::Error;
use crate::ink::{self, Ink};
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
        let mut notice = match seen.is_empty() {
            true => {
                let document = repair::repair(sink, outline);
                ink.balance(sink, &document);
                done("repair");
                typing::typing(sink, options, document)
            }
            false => proven(sink, options, outline, &seen, ink, done),
        };
        if !sheets.is_plain() {
            notice.each_place(&mut |place| sheets.back(place));
        }
        notice
    })
}

/// What an outline means that was read from pictures, joined and typed again where a name or a header was mended, for rows and
/// columns have their place by these, and the pages of a table are told by its header; and proven.
fn proven(
    sink: &mut Sink,
    options: &Options,
    mut outline: Outline,
    seen: &[Seen],
    ledger: Ink,
    done: &mut dyn FnMut(&'static str),
) -> Notice {
    let mut tried = sink.clone();
    let document = repair::repair(&mut tried, outline.clone());
    ledger.balance(&mut tried, &document);
    done("repair");
    let mut notice = typing::typing(&mut tried, options, document);
    let mut reworded = proof::rewordings(&notice, seen);
    reworded.retain(|r| outline.reword(&r.place, &r.before, &r.after));
    if reworded.is_empty() {
        *sink = tried;
    } else {
        for Reworded { rule, place, before, after } in &reworded {
            sink.repair(Repair {
                stage: Stage::Proof,
                rule,
                place: Some(*place),
                before: before.clone(),
                after: after.clone(),
            });
        }
        // What is mended has other characters: ink was counted on what was read.
        let lost = tried.into_parts().0.into_iter().filter(|d| d.code == ink::UNACCOUNTED);
        lost.for_each(|diagnostic| sink.remark(diagnostic));
        let document = repair::repair(sink, outline);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::page::{KnownCell, KnownTable, Page, Run};
    use crate::geom::Rect;
    use crate::place::Spot;
    use crate::sight::{Doubt, Offer, Sight};

    /// A page with lines above a table whose cells are told, three columns wide.
    fn page(number: u32, lines: &[&str], rows: &[[&str; 3]]) -> Page {
        let mut page = Page { number, width: 600.0, height: 800.0, ..Page::default() };
        for (i, line) in lines.iter().enumerate() {
            page.runs.push(Run::square(line, 200.0, 40.0 + 30.0 * i as f32));
        }
        let top = |row: usize| 120.0 + 20.0 * row as f32;
        let left = |col: usize| 100.0 + 100.0 * col as f32;
        let mut cells = Vec::new();
        for (row, texts) in rows.iter().enumerate() {
            for (col, text) in texts.iter().enumerate() {
                let at = page.runs.len();
                page.runs.push(Run::square(text, left(col) + 20.0, top(row) + 5.0));
                page.runs[at].sight = Some(Box::new(Sight { confidence: 990, ..Sight::default() }));
                let bbox = Rect::new(left(col), top(row), left(col + 1), top(row + 1));
                let (runs, spot) = (at..at + 1, Spot::Box(bbox));
                cells.push(KnownCell { row, col, rowspan: 1, colspan: 1, runs, spot });
            }
        }
        let row_edges = (0..=rows.len()).map(top).collect();
        page.tables.push(KnownTable { row_edges, col_edges: (0..4).map(left).collect(), cells });
        page
    }

    #[test]
    fn a_table_whose_header_was_misread_on_the_next_page_is_one_where_it_is_mended() {
        let header = |serial: &'static str| [serial, "市县", "开工（套）"];
        let first = page(
            1,
            &["附件1", "2023年任务分解表"],
            &[header("序号"), ["1", "南昌县", "9"], ["2", "进贤县", "8"], ["3", "安义县", "7"]],
        );
        let read_as = |offers: &[&str]| {
            let rows =
                [header("序り"), ["4", "永修县", "6"], ["5", "德安县", "5"], ["6", "都昌县", "3"]];
            let mut second = page(2, &[], &rows);
            let offer = |text: &&str| Offer { text: (*text).to_owned(), confidence: 400 };
            second.runs[0].sight = Some(Box::new(Sight {
                confidence: 540,
                readings: offers.iter().map(offer).collect(),
                doubts: vec![Doubt::LowConfidence],
                ..Sight::default()
            }));
            let pages = Pages {
                pages: vec![first.clone(), second],
                text_from: TextFrom::Ocr,
                encoding: None,
            };
            let reading = notice_of(&mut Sink::new(), &Options::default(), pages, &mut |_| {});
            reading.annexes.iter().map(|annex| annex.rows.len()).collect::<Vec<_>>()
        };
        assert_eq!(read_as(&["序号"]), [6]);
        // With nothing to mend it by, the pages are no one table.
        assert_ne!(read_as(&["序可"]), [6]);
    }
}
