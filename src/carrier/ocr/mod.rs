//! Pictures of pages in, pages with runs, rules and told cells out: optical character recognition as one more
//! carrier.
//!
//! The recognizer reads digits better than anything around it, so the work is in the geometry: the page is set
//! upright and flat (`flat`), its ink is told from its seals (`ink`), its rules (`strokes`, `rules`) and its
//! marks (`marks`) are found, marks make lines (`lines`), a line is read from its own marks alone (`read`), and
//! lines and rules together make cells (`cells`), what is read in characters of the old script is simplified
//! (`script`), and runs are set as they were printed (`typeset`). Only `engine` knows what runs the models, only
//! `picture` how pictures are coded.

mod cells;
mod doubts;
mod engine;
mod flat;
mod ink;
mod layer;
mod lines;
mod marks;
mod page;
mod picture;
mod raster;
mod read;
mod rules;
mod script;
mod strokes;
mod typeset;

use crate::carrier::ocr::page::read_page;
use crate::carrier::page::{Page, Pages, TextFrom};
use crate::diag::Sink;
use crate::error::Error;
use crate::options::Options;
use crate::source::{PictureKind, Source};

/// Reads the pages of a picture.
///
/// # Errors
/// [`crate::error::ErrorKind::ModelsMissing`], [`crate::error::ErrorKind::ModelsBroken`],
/// [`crate::error::ErrorKind::BrokenPicture`], [`crate::error::ErrorKind::Limit`].
pub(crate) fn pages(
    sink: &mut Sink,
    options: &Options,
    source: &Source,
    kind: PictureKind,
) -> Result<Pages, Error> {
    let engine = engine::engine(options.models.as_ref())?;
    let mut pages: Vec<Page> = Vec::new();
    picture::decode(&options.limits, kind, &source.bytes, |picture| {
        let number = pages.len() as u32 + 1;
        options.models.as_ref().inspect(|models| models.begin_page());
        pages.push(read_page(sink, options, engine, &picture, None, number)?);
        Ok(())
    })?;
    Ok(Pages { pages, text_from: TextFrom::Ocr, encoding: None })
}

/// Reads one page of a PDF as a picture. `layer` is the text under it, which is taken if it proves right.
///
/// # Errors
/// As [`pages`].
pub(crate) fn pdf_page(
    sink: &mut Sink,
    options: &Options,
    page: &hayro_syntax::page::Page<'_>,
    layer: Option<&Page>,
    number: u32,
) -> Result<Page, Error> {
    let engine = engine::engine(options.models.as_ref())?;
    options.models.as_ref().inspect(|models| models.begin_page());
    let picture = picture::draw(&options.limits, page)?;
    read_page(sink, options, engine, &picture, layer, number)
}
