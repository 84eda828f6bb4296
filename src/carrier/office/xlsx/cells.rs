//! The cells of a sheet, read token by token: a sheet may be long, and most of it is figures.

use super::styles::Styles;
use crate::carrier::office::cells::{CellStyle, Filling, MOST_COLS, MOST_ROWS, Set, Text, Value};
use crate::carrier::office::format::moment_of_iso;
use crate::carrier::office::sheet::{Area, Sheet};
use crate::carrier::xml::{Attributes, Malformed, Reader, Token};
use crate::error::Error;
use crate::options::Limits;
use std::borrow::Cow;

/// What the cells of all sheets refer to.
pub(super) struct Book<'b> {
    pub styles: &'b Styles,
    pub texts: &'b [Text],
    pub from_1904: bool,
}

/// Why reading stopped.
pub(super) enum Stop {
    Malformed(Malformed),
    Limit(Error),
}

impl From<Malformed> for Stop {
    fn from(malformed: Malformed) -> Stop {
        Stop::Malformed(malformed)
    }
}

/// Reads the text of an element that has begun; how it is pronounced is no part of it.
pub(super) fn text_of(reader: &mut Reader) -> Result<Text, Malformed> {
    let mut read = Text::default();
    let (mut depth, mut in_text, mut set) = (0usize, false, Set::default());
    while let Some(token) = reader.next()? {
        match token {
            Token::Start { name: "rPh", is_empty: false, .. } => reader.skip_element()?,
            Token::Start { name, is_empty: true, attributes } => match name {
                "vertAlign" => {
                    let level = attributes.get("val");
                    set.is_raised = level.as_deref() == Some("superscript");
                    set.is_lowered = level.as_deref() == Some("subscript");
                }
                "strike" => {
                    set.is_struck =
                        attributes.get("val").is_none_or(|v| !matches!(&*v, "0" | "false"));
                }
                _ => {}
            },
            Token::Start { name, .. } => {
                depth += 1;
                in_text = name == "t";
                if name == "r" {
                    set = Set::default();
                }
            }
            Token::End(name) => {
                in_text = false;
                if name == "r" {
                    set = Set::default();
                }
                match depth.checked_sub(1) {
                    Some(left) => depth = left,
                    None => break,
                }
            }
            Token::Text(text) if in_text => read.push(&unescaped(&text), set),
            Token::Text(_) => {}
        }
    }
    Ok(read)
}

/// The text with `_x000D_` and the like replaced by what they stand for (ECMA-376 part 1, 22.9.2.19).
fn unescaped(text: &str) -> String {
    if !text.contains("_x") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        out.push_str(&rest[..at]);
        let code = rest.get(at + 2..at + 6).filter(|_| rest[at + 6..].starts_with('_'));
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
            Some(c) => {
                if c != '\r' {
                    out.push(c);
                }
                rest = &rest[at + 7..];
            }
            None => {
                out.push_str("_x");
                rest = &rest[at + 2..];
            }
        }
    }
    out + rest
}

/// Reads a sheet.
pub(super) fn read(
    book: &Book,
    text: &str,
    limits: &Limits,
    sheet: &mut Sheet,
) -> Result<(), Stop> {
    let mut reader = Reader::new(text);
    let mut filling = Filling::new(sheet, limits, book.from_1904);
    let mut rows_hidden = false;
    let mut row = 0u32;
    let mut col = 0u32;
    while let Some(token) = reader.next()? {
        let Token::Start { name, attributes, is_empty } = token else { continue };
        match name {
            "sheetView" => {
                filling.shows_zeros &=
                    !attributes.get("showZeros").is_some_and(|v| matches!(&*v, "0" | "false"));
            }
            "sheetFormatPr" => rows_hidden = is_on(attributes, "zeroHeight"),
            "col" => column(attributes, filling.sheet),
            "row" => {
                let number = attributes.number::<u32>("r").unwrap_or(row + 1).min(MOST_ROWS);
                if rows_hidden && number > row + 1 {
                    filling.sheet.hidden_rows.push(row..=number - 2);
                }
                row = number.max(1);
                col = 0;
                filling.close();
                let flat = attributes.number::<f32>("ht").is_some_and(|height| height <= 0.0);
                if is_on(attributes, "hidden") || flat {
                    filling.sheet.hidden_rows.push(row - 1..=row - 1);
                }
            }
            "c" => {
                let [place, style, kind] = attributes.values(["r", "s", "t"]);
                let place = place.and_then(|place| place_of(&place));
                let (at_row, at_col) = place.unwrap_or((row.max(1) - 1, col));
                (row, col) = (at_row + 1, at_col + 1);
                let style = style.and_then(|style| style.trim_ascii().parse().ok());
                let style = book.styles.cell(style.unwrap_or(0));
                let value = if is_empty {
                    Value::Blank
                } else {
                    value(book, style, &mut reader, kind.as_deref())?
                };
                filling.put(at_row, at_col, style, value).map_err(Stop::Limit)?;
            }
            "mergeCell" => {
                let area = attributes.get("ref").and_then(|area| {
                    let (first, last) = area.split_once(':')?;
                    let (first, last) = (place_of(first)?, place_of(last)?);
                    Some(Area {
                        rows: (first.0.min(last.0), first.0.max(last.0)),
                        cols: (first.1.min(last.1), first.1.max(last.1)),
                    })
                });
                filling.sheet.merged.extend(area);
            }
            // What follows the cells is long in some sheets and tells nothing of them.
            "extLst" | "conditionalFormatting" | "dataValidations" if !is_empty => {
                reader.skip_element()?;
            }
            _ => {}
        }
    }
    filling.close();
    if rows_hidden {
        filling.sheet.hidden_rows.push(row..=MOST_ROWS);
    }
    Ok(())
}

fn is_on(attributes: Attributes, name: &str) -> bool {
    attributes.get(name).is_some_and(|value| matches!(&*value, "1" | "true" | "on"))
}

/// Width of columns, and whether they are hidden.
fn column(attributes: Attributes, sheet: &mut Sheet) {
    let number = |name| attributes.number::<u32>(name).map(|n| n.clamp(1, MOST_COLS) - 1);
    let Some((first, last)) = number("min").zip(number("max")) else { return };
    let width: Option<f32> = attributes.number("width");
    if is_on(attributes, "hidden") || width.is_some_and(|width| width <= 0.0) {
        sheet.hidden_cols.push(first..=last.max(first));
    } else if let Some(width) = width {
        for col in first..=last.max(first) {
            sheet.widths.insert(col, width);
        }
    }
}

/// Row and column, from 0, of a reference such as `$B$7`.
fn place_of(reference: &str) -> Option<(u32, u32)> {
    let mut col = 0u32;
    let mut letters = 0;
    let mut row: Option<u32> = None;
    for byte in reference.trim().bytes().filter(|byte| *byte != b'$') {
        match (byte, row) {
            (b'a'..=b'z' | b'A'..=b'Z', None) if letters < 3 => {
                letters += 1;
                col = 26 * col + u32::from(byte.to_ascii_uppercase() - b'A') + 1;
            }
            (b'0'..=b'9', _) if letters > 0 => {
                let digit = u32::from(byte - b'0');
                row = Some(row.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
            }
            _ => return None,
        }
    }
    let row = row.filter(|row| (1..=MOST_ROWS).contains(row))?;
    (col <= MOST_COLS).then_some((row - 1, col - 1))
}

/// Reads the value of a cell that has begun, by the kind that it says.
fn value(
    book: &Book,
    style: &CellStyle,
    reader: &mut Reader,
    kind: Option<&str>,
) -> Result<Value, Malformed> {
    let (mut stored, mut has_formula, mut inline) = (None::<Cow<str>>, false, None);
    let mut depth = 0usize;
    let mut in_value = false;
    while let Some(token) = reader.next()? {
        match token {
            Token::Start { name: "is", is_empty: false, .. } => inline = Some(text_of(reader)?),
            Token::Start { name: "f", is_empty, .. } => {
                has_formula = true;
                if !is_empty {
                    reader.skip_element()?;
                }
            }
            // The result of a formula may be a text without a character.
            Token::Start { name: "v", is_empty, .. } if kind == Some("str") => {
                stored = Some(Cow::Borrowed(""));
                in_value = !is_empty;
                depth += usize::from(!is_empty);
            }
            Token::Start { is_empty: true, .. } => {}
            Token::Start { name, .. } => {
                in_value = name == "v";
                depth += 1;
            }
            Token::End(_) => {
                in_value = false;
                match depth.checked_sub(1) {
                    Some(left) => depth = left,
                    None => break,
                }
            }
            Token::Text(text) if in_value => match &mut stored {
                Some(stored) => stored.to_mut().push_str(&text),
                None => stored = Some(text),
            },
            Token::Text(_) => {}
        }
    }
    if let Some(text) = inline {
        return Ok(Value::Text(text));
    }
    let Some(stored) = stored else {
        return Ok(if has_formula { Value::Unstored } else { Value::Blank });
    };
    Ok(match kind {
        Some("s") => {
            let index: Option<usize> = stored.trim().parse().ok();
            let text = index.and_then(|index| book.texts.get(index));
            Value::Text(text.cloned().unwrap_or_default())
        }
        Some("str") => Value::Text(Text::plain(unescaped(&stored))),
        Some("e") => Value::Error(stored.into_owned()),
        Some("b") => Value::Text(Text::plain(if stored.trim() == "0" { "FALSE" } else { "TRUE" })),
        // A day under a format that is none is left as it is stored.
        Some("d") => match moment_of_iso(&stored, book.from_1904) {
            Some(moment) if style.format.is_date() => Value::Number(moment),
            _ => Value::Text(Text::plain(stored)),
        },
        Some("inlineStr") => Value::Text(Text::plain(stored)),
        _ => match stored.trim().parse() {
            Ok(number) => Value::Number(number),
            Err(_) => Value::Text(Text::plain(stored)),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_rows_and_columns() {
        assert_eq!(place_of("A1"), Some((0, 0)));
        assert_eq!(place_of("$AB$12"), Some((11, 27)));
        assert_eq!(place_of("XFD1048576"), Some((1_048_575, 16_383)));
        assert_eq!([place_of("XFE1"), place_of("A0"), place_of("7")], [None; 3]);
    }

    #[test]
    fn escapes_of_texts_are_replaced() {
        assert_eq!(unescaped("a_x000D_\nb_x4E2D__x"), "a\nb中_x");
    }
}
