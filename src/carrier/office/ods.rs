//! A workbook of OpenDocument in (ISO 26300), its sheets out. Such a file holds its figures twice, as stored and
//! as printed; what is printed is read. What the sheets make is left to `sheet`.

use super::cells::{CellStyle, Filling, MOST_COLS, MOST_ROWS, Set, Text, Value};
use super::sheet::{self, Area, Sheet};
use crate::carrier::flow::Align;
use crate::carrier::page::Pages;
use crate::carrier::parts::Parts;
use crate::carrier::remark_broken_part;
use crate::carrier::xml::{self, Attributes, Element, Malformed, Reader, Token};
use crate::carrier::{encoding, within};
use crate::diag::{Sink, Wording};
use crate::error::{Error, ErrorKind};
use crate::options::{Limits, Options};
use crate::source::{self, Source};
use std::collections::{HashMap, HashSet};

const CONTENT: &str = "content.xml";

/// Reads the workbook.
///
/// # Errors
/// [`crate::error::ErrorKind::BrokenDocument`] where its content can't be had; [`crate::error::ErrorKind::Unsupported`] where it is
/// encrypted; [`crate::error::ErrorKind::Limit`]; [`crate::error::ErrorKind::Empty`] where no sheet shows anything.
pub(in crate::carrier) fn pages(
    sink: &mut Sink,
    options: &Options,
    source: &Source,
) -> Result<Pages, Error> {
    let limits = &options.limits;
    if !source.bytes.starts_with(b"PK") {
        return of_one_part(sink, limits, source);
    }
    let parts = Parts::open(sink, source, limits)?;
    if let Ok(Some(manifest)) = parts.find("META-INF/manifest.xml")
        && xml::decoded(&manifest).contains("encryption-data")
    {
        return Err(source::encrypted("an OpenDocument workbook", "OpenDocument 工作簿"));
    }
    let mut styles = Styles::default();
    match parts.find("styles.xml") {
        Ok(Some(bytes)) => {
            let text = xml::decoded(&bytes);
            match parts.tree("styles.xml", &text) {
                Ok(tree) => tree.root().children().for_each(|list| styles.add(list)),
                Err(error) => remark_broken_part(sink, error)?,
            }
        }
        Ok(None) => {}
        Err(error) => remark_broken_part(sink, error)?,
    }
    let bytes = parts.read(CONTENT)?;
    let text = xml::decoded(&bytes);
    let mut read = Content { limits, styles, sheets: Vec::new() };
    read.content(&text).map_err(|stop| match stop {
        Why::Malformed(malformed) => parts.malformed(CONTENT, &malformed),
        Why::Limit(error) => error,
    })?;
    sheet::pages(sink, limits, read.sheets)
}

/// Reads a workbook of one part (.fods).
fn of_one_part(sink: &mut Sink, limits: &Limits, source: &Source) -> Result<Pages, Error> {
    within("max-input-bytes", source.bytes.len() as u64, limits.input_bytes)?;
    let text = encoding::decode(&source.bytes)?.text;
    let mut read = Content { limits, styles: Styles::default(), sheets: Vec::new() };
    read.content(&text).map_err(|why| match why {
        Why::Malformed(malformed) => Error::new(ErrorKind::BrokenDocument {
            what: Wording::new(
                format!("broken OpenDocument workbook: it is no XML: {malformed}"),
                format!("OpenDocument 工作簿已损坏：不是合格的 XML：{malformed}"),
            ),
        }),
        Why::Limit(error) => error,
    })?;
    sheet::pages(sink, limits, read.sheets)
}

/// Why reading stopped.
pub(super) enum Why {
    Malformed(Malformed),
    Limit(Error),
}

impl From<Malformed> for Why {
    fn from(malformed: Malformed) -> Why {
        Why::Malformed(malformed)
    }
}

/// What styles say of cells, columns, sheets and pieces of text, by their names.
#[derive(Default)]
struct Styles {
    cells: HashMap<String, CellStyle>,
    /// In points.
    widths: HashMap<String, f32>,
    hidden_sheets: HashSet<String>,
    texts: HashMap<String, Set>,
}

impl Styles {
    /// Adds a list of styles.
    fn add(&mut self, list: Element) {
        if matches!(list.name(), "styles" | "automatic-styles") {
            list.children().for_each(|style| self.add_style(style));
        }
    }

    fn add_style(&mut self, style: Element) {
        let Some(name) = style.attribute("name").map(|name| name.into_owned()) else { return };
        let said = |element: &str, name: &str| style.child(element)?.attribute(name);
        match style.attribute("family").as_deref() {
            Some("table-cell") => {
                let parent = style.attribute("parent-style-name");
                let mut cell =
                    parent.and_then(|parent| self.cells.get(&*parent)).cloned().unwrap_or_default();
                match said("paragraph-properties", "text-align").as_deref() {
                    Some("center") => cell.align = Some(Align::Middle),
                    Some("end" | "right") => cell.align = Some(Align::Right),
                    Some("start" | "left" | "justify") => cell.align = Some(Align::Left),
                    _ => {}
                }
                if said("table-cell-properties", "text-align-source").as_deref()
                    == Some("value-type")
                {
                    cell.align = None;
                }
                if let Some(size) = said("text-properties", "font-size").as_deref().and_then(points)
                {
                    cell.size = size.clamp(1.0, 200.0);
                }
                cell.is_struck |= is_struck(style);
                let colour = said("text-properties", "color");
                let ground = said("table-cell-properties", "background-color");
                let has_ground = ground.as_deref().is_some_and(|ground| ground != "transparent");
                cell.is_white =
                    !has_ground && colour.is_some_and(|c| c.eq_ignore_ascii_case("#ffffff"));
                self.cells.insert(name, cell);
            }
            Some("table-column") => {
                let width = said("table-column-properties", "column-width");
                self.widths.extend(width.as_deref().and_then(points).map(|width| (name, width)));
            }
            Some("table") if said("table-properties", "display").as_deref() == Some("false") => {
                self.hidden_sheets.insert(name);
            }
            Some("text") => {
                let up = raised(style);
                let (is_raised, is_lowered) = (up > 0.0, up < 0.0);
                let set = Set { is_raised, is_lowered, is_struck: is_struck(style) };
                if set != Set::default() {
                    self.texts.insert(name, set);
                }
            }
            _ => {}
        }
    }
}

/// Whether a style strikes text out.
pub(super) fn is_struck(style: Element) -> bool {
    let said = |name: &str| style.child("text-properties")?.attribute(name);
    ["text-line-through-style", "text-line-through-type"]
        .iter()
        .any(|name| said(name).is_some_and(|kind| kind != "none"))
}

/// How far a style raises text off its line; below zero where it lowers it.
pub(super) fn raised(style: Element) -> f32 {
    let position = style.child("text-properties").and_then(|p| p.attribute("text-position"));
    match position.as_deref().and_then(|p| p.split_whitespace().next()) {
        Some("super") => 1.0,
        Some("sub") => -1.0,
        Some(share) => share.trim_end_matches('%').parse().unwrap_or(0.0),
        None => 0.0,
    }
}

/// A length in points.
pub(super) fn points(length: &str) -> Option<f32> {
    let letters = length.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: f32 = letters.trim().parse().ok()?;
    Some(match &length[letters.len()..] {
        "pt" => number,
        "in" => number * 72.0,
        "cm" => number * 72.0 / 2.54,
        "mm" => number * 72.0 / 25.4,
        "px" => number * 0.75,
        _ => return None,
    })
}

/// The content of the workbook that is being read.
struct Content<'l> {
    limits: &'l Limits,
    styles: Styles,
    sheets: Vec<Sheet>,
}

impl Content<'_> {
    fn content(&mut self, text: &str) -> Result<(), Why> {
        let mut reader = Reader::new(text);
        while let Some(token) = reader.next()? {
            let Token::Start { name, attributes, is_empty } = token else { continue };
            match name {
                "styles" | "automatic-styles" if !is_empty => self.own_styles(&mut reader)?,
                "tracked-changes" | "master-styles" | "settings" | "scripts" if !is_empty => {
                    reader.skip_element()?
                }
                "table" if !is_empty => self.sheet(&mut reader, attributes)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// The styles that stand before the sheets.
    fn own_styles(&mut self, reader: &mut Reader) -> Result<(), Why> {
        let start = reader.at();
        reader.skip_element()?;
        let inner = reader.since(start);
        // The end tag of the list stands at the end of it, its own start before it.
        let Some(end) = inner.rfind("</") else { return Ok(()) };
        let list = format!("<automatic-styles>{}</automatic-styles>", &inner[..end]);
        match xml::Tree::parse(&list, self.limits) {
            Ok(tree) => self.styles.add(tree.root()),
            Err(xml::NoTree::Malformed(malformed)) => return Err(malformed.into()),
            Err(xml::NoTree::Limit(error)) => return Err(Why::Limit(error)),
        }
        Ok(())
    }

    fn sheet(&mut self, reader: &mut Reader, attributes: Attributes) -> Result<(), Why> {
        within("max-pages", self.sheets.len() as u64 + 1, self.limits.pages.into())
            .map_err(Why::Limit)?;
        let style = attributes.get("style-name").unwrap_or_default();
        let mut sheet = Sheet {
            name: attributes.get("name").unwrap_or_default().into_owned(),
            is_hidden: self.styles.hidden_sheets.contains(&*style),
            ..Sheet::default()
        };
        let mut filling = Filling::new(&mut sheet, self.limits, false);
        let (mut row, mut col) = (0u32, 0u32);
        let mut depth = 0usize;
        while let Some(token) = reader.next()? {
            let (name, attributes, is_empty) = match token {
                Token::Start { name, attributes, is_empty } => (name, attributes, is_empty),
                Token::End(_) => match depth.checked_sub(1) {
                    Some(left) => {
                        depth = left;
                        continue;
                    }
                    None => break,
                },
                Token::Text(_) => continue,
            };
            match name {
                "table-column" => {
                    let count = repeated(
                        attributes,
                        "number-columns-repeated",
                        MOST_COLS - col.min(MOST_COLS),
                    );
                    self.columns(filling.sheet, attributes, col, count);
                    col += count;
                    depth += usize::from(!is_empty);
                }
                "table-row" => {
                    let count = repeated(
                        attributes,
                        "number-rows-repeated",
                        MOST_ROWS - row.min(MOST_ROWS),
                    );
                    if is_collapsed(attributes) && count > 0 {
                        filling.sheet.hidden_rows.push(row..=row + count - 1);
                    }
                    if !is_empty {
                        self.row(reader, &mut filling, row, count)?;
                    }
                    filling.close();
                    row += count;
                }
                // Groups of rows and columns hold others; what else a table holds is drawn over it.
                "table-header-rows"
                | "table-rows"
                | "table-row-group"
                | "table-header-columns"
                | "table-columns"
                | "table-column-group" => depth += usize::from(!is_empty),
                _ if !is_empty => reader.skip_element()?,
                _ => {}
            }
        }
        self.sheets.push(sheet);
        Ok(())
    }

    fn columns(&self, sheet: &mut Sheet, attributes: Attributes, first: u32, count: u32) {
        if count == 0 {
            return;
        }
        if is_collapsed(attributes) {
            sheet.hidden_cols.push(first..=first + count - 1);
            return;
        }
        let style = attributes.get("style-name").unwrap_or_default();
        if let Some(width) = self.styles.widths.get(&*style) {
            // The usual column is 64 points wide, which are 8.43 characters.
            sheet.widths.extend((first..first + count).map(|col| (col, width * 8.43 / 64.0)));
        }
    }

    /// Reads a row that has begun; `count` rows are like it.
    fn row(
        &self,
        reader: &mut Reader,
        filling: &mut Filling,
        row: u32,
        count: u32,
    ) -> Result<(), Why> {
        let mut col = 0u32;
        let usual = CellStyle::default();
        while let Some(token) = reader.next()? {
            let (name, attributes, is_empty) = match token {
                Token::Start { name, attributes, is_empty } => (name, attributes, is_empty),
                Token::End(_) => break,
                Token::Text(_) => continue,
            };
            let cells =
                repeated(attributes, "number-columns-repeated", MOST_COLS - col.min(MOST_COLS));
            if name != "table-cell" {
                if !is_empty {
                    reader.skip_element()?;
                }
                col += if name == "covered-table-cell" { cells } else { 0 };
                continue;
            }
            let number = |name| attributes.number::<u32>(name).unwrap_or(1).max(1);
            let (right, down) = (number("number-columns-spanned"), number("number-rows-spanned"));
            if right > 1 || down > 1 {
                let last =
                    |first: u32, span: u32, most: u32| first.saturating_add(span - 1).min(most - 1);
                filling.sheet.merged.push(Area {
                    rows: (row, last(row, down, MOST_ROWS)),
                    cols: (col, last(col, right, MOST_COLS)),
                });
            }
            let value = match is_empty {
                true => unprinted(attributes).unwrap_or(Value::Blank),
                false => self.value(reader, attributes)?,
            };
            let style = attributes.get("style-name");
            let style = style.and_then(|name| self.styles.cells.get(&*name)).unwrap_or(&usual);
            if value != Value::Blank {
                filling.repeats(count, cells).map_err(Why::Limit)?;
                for at_row in row..row + count {
                    for at_col in col..col + cells {
                        filling.put(at_row, at_col, style, value.clone()).map_err(Why::Limit)?;
                    }
                }
            }
            col += cells;
        }
        Ok(())
    }

    /// Reads a cell that has begun.
    fn value(&self, reader: &mut Reader, attributes: Attributes) -> Result<Value, Malformed> {
        let mut text = Text::default();
        let mut paragraphs = 0;
        // The elements that are open, whether they hold text, and how it is set.
        let mut open: Vec<(bool, Set)> = Vec::new();
        while let Some(token) = reader.next()? {
            let (in_text, set) = open.last().copied().unwrap_or_default();
            match token {
                Token::Start {
                    name: "annotation" | "frame" | "shapes" | "note" | "ruby-text",
                    is_empty,
                    ..
                } => {
                    if !is_empty {
                        reader.skip_element()?;
                    }
                }
                Token::Start { name, attributes, is_empty } => {
                    match name {
                        "p" | "h" => {
                            if paragraphs > 0 {
                                text.push("\n", Set::default());
                            }
                            paragraphs += 1;
                        }
                        "line-break" => text.push("\n", Set::default()),
                        "tab" => text.push("\t", Set::default()),
                        "s" => {
                            let count = attributes.number::<usize>("c").unwrap_or(1).min(100);
                            text.push(&" ".repeat(count), Set::default());
                        }
                        _ => {}
                    }
                    if !is_empty {
                        let style = attributes.get("style-name").unwrap_or_default();
                        let own = self.styles.texts.get(&*style).filter(|_| name == "span");
                        let own = own.copied().unwrap_or_default();
                        let set = Set {
                            is_raised: set.is_raised || own.is_raised,
                            is_lowered: set.is_lowered || own.is_lowered,
                            is_struck: set.is_struck || own.is_struck,
                        };
                        open.push((in_text || matches!(name, "p" | "h"), set));
                    }
                }
                Token::End(_) => {
                    if open.pop().is_none() {
                        break;
                    }
                }
                Token::Text(piece) if in_text => {
                    text.push(&closed_up(&piece), set);
                }
                Token::Text(_) => {}
            }
        }
        if let (0, Some(value)) = (paragraphs, unprinted(attributes)) {
            return Ok(value);
        }
        let stored: Option<f64> = attributes.number("value");
        let has_formula = attributes.get("formula").is_some();
        Ok(match attributes.get("value-type").as_deref() {
            Some("float" | "percentage" | "currency") => {
                let is_rounded = stored.is_some_and(|stored| is_rounded(stored, &text.text));
                let is_negative = stored.is_some_and(|stored| stored < 0.0);
                let is_zero = stored == Some(0.0);
                Value::Printed { text, is_rounded, is_negative, is_zero }
            }
            _ if has_formula && is_error(&text.text) => Value::Error(text.text),
            _ if text.text.is_empty()
                && text.struck.is_empty()
                && has_formula
                && stored.is_none() =>
            {
                Value::Unstored
            }
            _ if text == Text::default() => Value::Blank,
            _ => Value::Text(text),
        })
    }
}

/// Whether a formula shows an error: #REF!, #N/A, Err:502.
fn is_error(text: &str) -> bool {
    text.starts_with("Err:") || text.starts_with('#') && text.ends_with(['!', '?', 'A'])
}

/// White space of the markup as it counts in text: any amount is one space.
fn closed_up(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let is_space = matches!(c, ' ' | '\t' | '\n' | '\r');
        if !(is_space && out.ends_with(' ')) {
            out.push(if is_space { ' ' } else { c });
        }
    }
    out
}

/// Whether a printed figure has fewer digits than the stored one.
fn is_rounded(stored: f64, printed: &str) -> bool {
    let digits: String =
        printed.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | '-')).collect();
    let Ok(shown) = digits.parse::<f64>() else { return false };
    let stored = if printed.contains('%') { stored * 100.0 } else { stored };
    // What lies beyond fifteen digits is noise.
    (shown.abs() - stored.abs()).abs() > stored.abs() * 1e-14
}

fn repeated(attributes: Attributes, name: &str, most: u32) -> u32 {
    attributes.number::<u32>(name).unwrap_or(1).max(1).min(most)
}

fn is_collapsed(attributes: Attributes) -> bool {
    attributes.get("visibility").is_some_and(|v| matches!(&*v, "collapse" | "filter"))
}

/// The value of a cell that has no paragraph: programs that store figures and leave their printing to others. How a
/// percentage or a day is printed is not known then.
fn unprinted(attributes: Attributes) -> Option<Value> {
    let stored = attributes.number::<f64>("value")?;
    match attributes.get("value-type").as_deref() {
        Some("float" | "currency") => Some(Value::Number(stored)),
        Some("percentage") => Some(Value::Unstored),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_in_points() {
        let said = ["12pt", "1in", "2.54cm", "25.4mm", "wide"].map(points);
        assert_eq!(said, [Some(12.0), Some(72.0), Some(72.0), Some(72.0), None]);
    }

    #[test]
    fn what_is_printed_may_be_rounded() {
        assert!(is_rounded(674.187, "674.19") && is_rounded(0.8884, "88.8%"));
        assert!(!is_rounded(674.1800000000001, "674.18") && !is_rounded(0.888, "88.8%"));
    }
}
