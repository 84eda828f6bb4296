//! A workbook in (ECMA-376, SpreadsheetML; also what WPS writes), its sheets out: values as printed, formulas
//! by the value stored for them. What the sheets make is left to `sheet`.

mod cells;
mod styles;

use super::cells::Text;
use super::package::{Relations, main_part};
use super::sheet::{self, Sheet};
#[cfg(feature = "docx")]
use crate::carrier::flow::Grid;
use crate::carrier::page::Pages;
use crate::carrier::parts::Parts;
use crate::carrier::xml::{self, Reader, Token};
use crate::carrier::{remark_broken_part, within};
use crate::diag::Sink;
use crate::error::Error;
#[cfg(feature = "docx")]
use crate::error::ErrorKind;
use crate::options::{Limits, Options};
use crate::source::Source;
use styles::Styles;

/// Reads the workbook.
///
/// # Errors
/// [`crate::error::ErrorKind::BrokenDocument`] where a sheet can't be had;
/// [`crate::error::ErrorKind::Limit`]; [`crate::error::ErrorKind::Empty`] where no sheet shows anything.
pub(in crate::carrier) fn pages(
    sink: &mut Sink,
    options: &Options,
    source: &Source,
) -> Result<Pages, Error> {
    let sheets = sheets(sink, &options.limits, source)?;
    sheet::pages(sink, &options.limits, sheets)
}

/// The tables of the one sheet that a workbook inside another document shows; `None` where it has several, or can't be read.
///
/// # Errors
/// [`crate::error::ErrorKind::Limit`].
#[cfg(feature = "docx")]
pub(in crate::carrier) fn grids(
    sink: &mut Sink,
    limits: &Limits,
    bytes: Vec<u8>,
) -> Result<Option<Vec<Grid>>, Error> {
    let Ok(source) = Source::new("sheet", bytes) else { return Ok(None) };
    let mut own = Sink::new();
    match sheets(&mut own, limits, &source) {
        Ok(sheets) => {
            let grids = sheet::grids(&mut own, sheets);
            if grids.is_some() {
                sink.append(own);
            }
            Ok(grids)
        }
        Err(error) if matches!(error.kind(), ErrorKind::Limit { .. }) => Err(error),
        Err(_) => Ok(None),
    }
}

fn sheets(sink: &mut Sink, limits: &Limits, source: &Source) -> Result<Vec<Sheet>, Error> {
    let parts = Parts::open(sink, source, limits)?;
    let main = main_part(&parts, "xl/workbook.xml")?;
    let relations = Relations::of(&parts, &main)?;
    let bytes = parts.read(&main)?;
    let text = xml::decoded(&bytes);
    let tree = parts.tree(&main, &text)?;
    let root = tree.root();
    let properties = root.child("workbookPr").map(xml::Element::attributes).unwrap_or_default();
    let from_1904 = properties.get("date1904").is_some_and(|v| matches!(&*v, "1" | "true"));

    let styles = match relations.of_kind("styles").map(|part| styles_of(&parts, part)) {
        Some(Ok(styles)) => styles,
        Some(Err(error)) => remark_broken_part(sink, error).map(|()| Styles::default())?,
        None => Styles::default(),
    };
    let texts = match relations.of_kind("sharedStrings") {
        Some(part) => shared_texts(&parts, part)?,
        None => Vec::new(),
    };
    let mut sheets = Vec::new();
    let listed = root.child("sheets").into_iter().flat_map(|s| s.children());
    for element in listed.filter(|e| e.name() == "sheet") {
        within("max-pages", sheets.len() as u64 + 1, limits.pages.into())?;
        let name = element.attribute("name").unwrap_or_default().into_owned();
        let is_hidden = element.attribute("state").is_some_and(|state| state != "visible");
        let Some(part) = element.attribute("id").and_then(|id| relations.by_id(&id)) else {
            continue;
        };
        // Sheets of charts and dialogs hold no cells.
        if relations.kind_of(part) != Some("worksheet") {
            continue;
        }
        let bytes = parts.read(part)?;
        let text = xml::decoded(&bytes);
        let book = cells::Book { styles: &styles, texts: &texts, from_1904 };
        let mut sheet = Sheet { name, is_hidden, ..Sheet::default() };
        cells::read(&book, &text, limits, &mut sheet).map_err(|stop| match stop {
            cells::Stop::Malformed(malformed) => parts.malformed(part, &malformed),
            cells::Stop::Limit(error) => error,
        })?;
        sheets.push(sheet);
    }
    Ok(sheets)
}

fn styles_of(parts: &Parts, part: &str) -> Result<Styles, Error> {
    let bytes = parts.read(part)?;
    let text = xml::decoded(&bytes);
    Ok(Styles::of(parts.tree(part, &text)?.root()))
}

/// The texts that cells refer to by number.
fn shared_texts(parts: &Parts, part: &str) -> Result<Vec<Text>, Error> {
    let Some(bytes) = parts.find(part)? else { return Ok(Vec::new()) };
    let text = xml::decoded(&bytes);
    let mut reader = Reader::new(&text);
    let mut texts = Vec::new();
    let malformed = |error| parts.malformed(part, &error);
    while let Some(token) = reader.next().map_err(malformed)? {
        match token {
            Token::Start { name: "si", is_empty: true, .. } => texts.push(Text::default()),
            Token::Start { name: "si", .. } => {
                texts.push(cells::text_of(&mut reader).map_err(malformed)?)
            }
            _ => {}
        }
    }
    Ok(texts)
}
