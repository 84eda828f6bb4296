//! The notice as its reader sees it, page by page: pictures of a PDF, lines of a text or document.

use crate::carrier;
use crate::diag::Sink;
use crate::error::Error;
use crate::options::Options;
use crate::review::pictures::{Drawn, pictures};
use crate::source::{Kind, Source};
use std::ops::RangeInclusive;

/// One page of the notice.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Counted from 1.
    pub number: u32,
    /// What is on it.
    pub face: Face,
}

/// What a page shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Face {
    /// A page of a PDF.
    Drawn {
        /// Points across.
        width: f32,
        /// Points down.
        height: f32,
        /// Its picture.
        drawn: Drawn,
    },
    /// A page of a text: its lines.
    Lines {
        /// Number of its first line in the file.
        first: u32,
        /// The lines as they stand in the file.
        lines: Vec<String>,
    },
}

/// The pages of a notice; of a PDF, those in `which` have pictures. Says which could not be drawn.
///
/// # Errors
/// Those of `carrier`.
pub fn sheets(
    sink: &mut Sink,
    options: &Options,
    source: &Source,
    which: &RangeInclusive<u32>,
) -> Result<Vec<Sheet>, Error> {
    match source.kind {
        Kind::Pdf | Kind::Picture(_) => drawn(sink, options, source, which),
        Kind::Text => lined(options, source),
        _ => told(options, source),
    }
}

/// Documents without pages, or without pictures of them: their lines, tabs between the cells of a row.
fn told(options: &Options, source: &Source) -> Result<Vec<Sheet>, Error> {
    let pages = carrier::extract(&mut Sink::new(), options, source)?.pages;
    let sheet = |page: &carrier::page::Page| {
        let mut lines: Vec<(f32, String)> = Vec::new();
        for run in &page.runs {
            match lines.last_mut() {
                Some((y, line)) if *y == run.bbox.y0 => {
                    line.push('\t');
                    line.push_str(&run.text);
                }
                _ => lines.push((run.bbox.y0, run.text.clone())),
            }
        }
        let lines = lines.into_iter().map(|(_, line)| line).collect();
        Sheet { number: page.number, face: Face::Lines { first: 1, lines } }
    };
    Ok(pages.iter().map(sheet).collect())
}

fn drawn(
    sink: &mut Sink,
    options: &Options,
    source: &Source,
    which: &RangeInclusive<u32>,
) -> Result<Vec<Sheet>, Error> {
    // What could not be read has been said when the notice was read.
    let pages = carrier::extract(&mut Sink::new(), options, source)?.pages;
    let drawn = pictures(sink, options, source, &pages, which);
    let sheet = |(page, drawn): (&carrier::page::Page, Drawn)| Sheet {
        number: page.number,
        face: Face::Drawn { width: page.width, height: page.height, drawn },
    };
    Ok(pages.iter().zip(drawn).map(sheet).collect())
}

fn lined(options: &Options, source: &Source) -> Result<Vec<Sheet>, Error> {
    let mut sheets = Vec::new();
    let mut first = 1;
    for (lines, number) in carrier::text_lines(options, source)?.into_iter().zip(1..) {
        let count = lines.len() as u32;
        sheets.push(Sheet { number, face: Face::Lines { first, lines } });
        first += count;
    }
    Ok(sheets)
}
