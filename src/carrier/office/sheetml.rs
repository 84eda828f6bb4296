//! A workbook of Excel 2003 in XML in (SpreadsheetML 2003), its sheets out: what export functions of many systems
//! write under the name .xls. What the sheets make is left to `sheet`.

use super::cells::{CellStyle, Filling, MOST_COLS, MOST_ROWS, Set, Text, Value};
use super::format::{Format, moment_of_iso};
use super::sheet::{self, Area, Sheet};
use crate::carrier::flow::Align;
use crate::carrier::page::Pages;
use crate::carrier::xml::{self, Attributes, Element, Malformed, Reader, Token};
use crate::carrier::{encoding, within};
use crate::diag::{Sink, Wording};
use crate::error::{Error, ErrorKind};
use crate::options::{Limits, Options};
use crate::source::Source;
use std::collections::HashMap;
use std::rc::Rc;

/// Reads the workbook.
///
/// # Errors
/// [`ErrorKind::BrokenDocument`] where it is no XML; [`ErrorKind::Limit`]; [`ErrorKind::Empty`] where no sheet shows
/// anything.
pub(in crate::carrier) fn pages(
    sink: &mut Sink,
    options: &Options,
    source: &Source,
) -> Result<Pages, Error> {
    let limits = &options.limits;
    within("max-input-bytes", source.bytes.len() as u64, limits.input_bytes)?;
    let text = encoding::decode(&source.bytes)?.text;
    let mut read =
        Workbook { limits, styles: HashMap::new(), sheets: Vec::new(), from_1904: false };
    read.workbook(&text).map_err(|stop| match stop {
        Stop::Limit(error) => error,
        Stop::Malformed(malformed) => Error::new(ErrorKind::BrokenDocument {
            what: Wording::new(
                format!("broken Excel 2003 XML workbook: it is no XML: {malformed}"),
                format!("Excel 2003 XML 表格已损坏：不是合格的 XML：{malformed}"),
            ),
        }),
    })?;
    sheet::pages(sink, limits, read.sheets)
}

/// Why reading stopped.
enum Stop {
    Malformed(Malformed),
    Limit(Error),
}

impl From<Malformed> for Stop {
    fn from(malformed: Malformed) -> Stop {
        Stop::Malformed(malformed)
    }
}

/// A workbook that is being read.
struct Workbook<'l> {
    limits: &'l Limits,
    styles: HashMap<String, CellStyle>,
    sheets: Vec<Sheet>,
    from_1904: bool,
}

impl Workbook<'_> {
    fn workbook(&mut self, text: &str) -> Result<(), Stop> {
        let mut reader = Reader::new(text);
        while let Some(token) = reader.next()? {
            let Token::Start { name, attributes, is_empty } = token else { continue };
            match name {
                "Date1904" => self.from_1904 = true,
                "Styles" if !is_empty => self.styles(&mut reader)?,
                "Worksheet" if !is_empty => self.sheet(&mut reader, attributes)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads the styles, which stand before the sheets.
    fn styles(&mut self, reader: &mut Reader) -> Result<(), Stop> {
        let start = reader.at();
        reader.skip_element()?;
        let inner = reader.since(start);
        let Some(end) = inner.rfind("</") else { return Ok(()) };
        let list = format!("<Styles>{}</Styles>", &inner[..end]);
        let tree = xml::Tree::parse(&list, self.limits).map_err(|no| match no {
            xml::NoTree::Malformed(malformed) => Stop::Malformed(malformed),
            xml::NoTree::Limit(error) => Stop::Limit(error),
        })?;
        for style in tree.root().children() {
            let Some(id) = style.attribute("ID") else { continue };
            let parent = style.attribute("Parent").unwrap_or("Default".into());
            let parent = self.styles.get(&*parent).cloned().unwrap_or_default();
            self.styles.insert(id.into_owned(), style_of(style, parent));
        }
        Ok(())
    }

    fn sheet(&mut self, reader: &mut Reader, attributes: Attributes) -> Result<(), Stop> {
        within("max-pages", self.sheets.len() as u64 + 1, self.limits.pages.into())
            .map_err(Stop::Limit)?;
        let name = attributes.get("Name").unwrap_or_default().into_owned();
        let mut sheet = Sheet { name, ..Sheet::default() };
        let mut filling = Filling::new(&mut sheet, self.limits, self.from_1904);
        let usual = self.styles.get("Default").cloned().unwrap_or_default();
        let (mut row, mut col, mut column) = (0u32, 0u32, 0u32);
        // The style of a row holds for its cells.
        let mut of_row = String::new();
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
                "Column" => {
                    let first =
                        attributes.number("Index").unwrap_or(column + 1).clamp(1, MOST_COLS) - 1;
                    let span =
                        attributes.number::<u32>("Span").unwrap_or(0).min(MOST_COLS - 1 - first);
                    column = first + span + 1;
                    let width = attributes.number::<f32>("Width");
                    if is_on(attributes, "Hidden") || width.is_some_and(|width| width <= 0.0) {
                        filling.sheet.hidden_cols.push(first..=first + span);
                    } else if let Some(width) = width {
                        // The usual column is 54 points wide, which are 8.43 characters.
                        let widths = (first..=first + span).map(|col| (col, width * 8.43 / 54.0));
                        filling.sheet.widths.extend(widths);
                    }
                }
                "Row" => {
                    let first =
                        attributes.number("Index").unwrap_or(row + 1).clamp(1, MOST_ROWS) - 1;
                    let span =
                        attributes.number::<u32>("Span").unwrap_or(0).min(MOST_ROWS - 1 - first);
                    (row, col) = (first + span + 1, 0);
                    filling.close();
                    let flat =
                        attributes.number::<f32>("Height").is_some_and(|height| height <= 0.0);
                    if is_on(attributes, "Hidden") || flat {
                        filling.sheet.hidden_rows.push(first..=first + span);
                    }
                    of_row = attributes.get("StyleID").unwrap_or_default().into_owned();
                }
                "Cell" => {
                    let at_col =
                        attributes.number("Index").unwrap_or(col + 1).clamp(1, MOST_COLS) - 1;
                    let at_row = row.max(1) - 1;
                    let more =
                        |name, most: u32| attributes.number::<u32>(name).unwrap_or(0).min(most);
                    let (right, down) = (
                        more("MergeAcross", MOST_COLS - 1 - at_col),
                        more("MergeDown", MOST_ROWS - 1 - at_row),
                    );
                    if right > 0 || down > 0 {
                        filling.sheet.merged.push(Area {
                            rows: (at_row, at_row + down),
                            cols: (at_col, at_col + right),
                        });
                    }
                    col = at_col + right + 1;
                    let style = attributes.get("StyleID");
                    let style =
                        self.styles.get(style.as_deref().unwrap_or(&of_row)).unwrap_or(&usual);
                    let has_formula = attributes.get("Formula").is_some();
                    let value = match is_empty {
                        true => Value::Blank,
                        false => self.value(reader, style)?,
                    };
                    let value = match value {
                        Value::Blank if has_formula => Value::Unstored,
                        value => value,
                    };
                    filling.put(at_row, at_col, style, value).map_err(Stop::Limit)?;
                    continue;
                }
                "Table" => {}
                "Visible" if !is_empty => {
                    let is_hidden = matches!(reader.next()?, Some(Token::Text(text)) if text.contains("Hidden"));
                    filling.sheet.is_hidden |= is_hidden;
                }
                "DoNotDisplayZeros" => filling.shows_zeros = false,
                "WorksheetOptions" => {}
                _ if !is_empty => {
                    reader.skip_element()?;
                    continue;
                }
                _ => {}
            }
            depth += usize::from(!is_empty);
        }
        filling.close();
        self.sheets.push(sheet);
        Ok(())
    }

    /// Reads the value of a cell that has begun; comments and the like are none of it.
    fn value(&self, reader: &mut Reader, style: &CellStyle) -> Result<Value, Malformed> {
        let mut value = Value::Blank;
        while let Some(token) = reader.next()? {
            match token {
                Token::Start { name: "Data", attributes, is_empty } => {
                    let kind = attributes.get("Type").unwrap_or_default().into_owned();
                    let text = if is_empty { Text::default() } else { text_of(reader)? };
                    value = self.of_kind(&kind, text, style);
                }
                Token::Start { is_empty: true, .. } | Token::Text(_) => {}
                Token::Start { .. } => reader.skip_element()?,
                Token::End(_) => break,
            }
        }
        Ok(value)
    }

    fn of_kind(&self, kind: &str, text: Text, style: &CellStyle) -> Value {
        match kind {
            "Number" => match text.text.trim().parse() {
                Ok(number) => Value::Number(number),
                Err(_) => Value::Text(text),
            },
            "DateTime" => match moment_of_iso(&text.text, self.from_1904) {
                Some(moment) if style.format.is_date() => Value::Number(moment),
                _ => Value::Text(text),
            },
            "Error" => Value::Error(text.text),
            "Boolean" => {
                Value::Text(Text::plain(if text.text.trim() == "0" { "FALSE" } else { "TRUE" }))
            }
            _ if text == Text::default() => Value::Blank,
            _ => Value::Text(text),
        }
    }
}

/// Reads the text of an element that has begun: raised, lowered and struck out as elements of HTML say.
fn text_of(reader: &mut Reader) -> Result<Text, Malformed> {
    let mut text = Text::default();
    let mut open: Vec<Set> = Vec::new();
    while let Some(token) = reader.next()? {
        let set = open.last().copied().unwrap_or_default();
        match token {
            Token::Start { is_empty: true, .. } => {}
            Token::Start { name, .. } => open.push(match name {
                "Sup" => Set { is_raised: true, ..set },
                "Sub" => Set { is_lowered: true, ..set },
                "S" => Set { is_struck: true, ..set },
                _ => set,
            }),
            Token::End(_) if open.pop().is_none() => break,
            Token::End(_) => {}
            Token::Text(piece) => text.push(&piece, set),
        }
    }
    Ok(text)
}

/// What a style says beside its parent.
fn style_of(style: Element, parent: CellStyle) -> CellStyle {
    let said = |element: &str, name: &str| style.child(element)?.attribute(name);
    let mut own = parent;
    if let Some(code) = said("NumberFormat", "Format") {
        own.format = Rc::new(Format::parse(named(&code)));
    }
    if let Some(align) = said("Alignment", "Horizontal") {
        own.across = align == "CenterAcrossSelection";
        own.align = match &*align {
            "Center" | "CenterAcrossSelection" | "Distributed" => Some(Align::Middle),
            "Right" => Some(Align::Right),
            "Left" | "Justify" => Some(Align::Left),
            _ => None,
        };
    }
    if let Some(size) = said("Font", "Size").and_then(|size| size.parse::<f32>().ok()) {
        own.size = size.clamp(1.0, 200.0);
    }
    own.is_struck |= said("Font", "StrikeThrough").is_some_and(|v| v != "0");
    let ground =
        said("Interior", "Color").is_some_and(|color| !color.eq_ignore_ascii_case("#ffffff"));
    let is_white = said("Font", "Color").is_some_and(|color| color.eq_ignore_ascii_case("#ffffff"));
    own.is_white = is_white && !ground;
    own
}

/// The code of a format that is called by a name.
fn named(code: &str) -> &str {
    match code {
        "General Number" | "General" => "General",
        "Fixed" => "0.00",
        "Standard" => "#,##0.00",
        "Percent" => "0.00%",
        "Scientific" => "0.00E+00",
        "Short Date" => "yyyy/m/d",
        "Long Date" => "yyyy\"年\"m\"月\"d\"日\"",
        code => code,
    }
}

fn is_on(attributes: Attributes, name: &str) -> bool {
    attributes.get(name).is_some_and(|value| matches!(&*value, "1" | "true"))
}
