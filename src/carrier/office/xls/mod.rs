//! A workbook of Excel 97 to 2003 in (MS-XLS, BIFF8; also what WPS writes as .et), its sheets out: values as
//! printed, formulas by the value stored for them. What the sheets make is left to `sheet`.

mod globals;
mod records;
mod strings;

use super::cells::{Filling, Text, Value};
use super::sheet::{self, Area, Sheet};
use crate::carrier::page::Pages;
use crate::carrier::within;
use crate::diag::{Sink, Wording};
use crate::error::{Error, ErrorKind};
use crate::options::{Limits, Options};
use crate::source::Source;
use crate::source::ole::{Compound, u16_at, u32_at};
use globals::Globals;
use records::{Record, Records, kind};
use strings::text;

/// Reads the workbook.
///
/// # Errors
/// [`ErrorKind::BrokenDocument`] where the list of sheets can't be had; [`ErrorKind::Unsupported`] where it is
/// encrypted, or older than Excel 97; [`ErrorKind::Limit`]; [`ErrorKind::Empty`] where no sheet shows anything.
pub(in crate::carrier) fn pages(
    sink: &mut Sink,
    options: &Options,
    source: &Source,
) -> Result<Pages, Error> {
    let limits = &options.limits;
    within("max-input-bytes", source.bytes.len() as u64, limits.input_bytes)?;
    let file = Compound::open(&source.bytes).ok_or_else(broken)?;
    let stream = file.find("Workbook").ok_or_else(broken)?;
    let book = file.read(stream);
    within("max-stream-bytes", book.len() as u64, limits.stream_bytes)?;
    let globals = Globals::read(&book, limits)?;
    let mut sheets = Vec::new();
    for listed in &globals.sheets {
        within("max-pages", sheets.len() as u64 + 1, limits.pages.into())?;
        let mut sheet =
            Sheet { name: listed.name.clone(), is_hidden: listed.is_hidden, ..Sheet::default() };
        let records = Records::at(&book, listed.at as usize);
        read(&globals, records, limits, &mut sheet)?;
        sheets.push(sheet);
    }
    sheet::pages(sink, limits, sheets)
}

fn broken() -> Error {
    Error::new(ErrorKind::BrokenDocument {
        what: Wording::new(
            "broken Excel 97-2003 workbook: its list of sheets is missing",
            "Excel 97-2003 工作簿已损坏：缺少工作表目录",
        ),
    })
}

/// Reads a sheet.
fn read(
    globals: &Globals,
    records: Records,
    limits: &Limits,
    sheet: &mut Sheet,
) -> Result<(), Error> {
    let mut filling = Filling::new(sheet, limits, globals.from_1904);
    // Charts inside a sheet have streams of their own.
    let mut depth = 0usize;
    // A formula whose text stands in the next record but some.
    let mut awaited: Option<(u32, u32, u16)> = None;
    let mut row_of_last = None;
    for Record { kind, data } in records {
        match kind {
            kind::BOF => depth += 1,
            kind::EOF if depth <= 1 => break,
            kind::EOF => depth -= 1,
            _ if depth > 1 => {}
            kind::ROW => {
                let is_hidden = u32_at(data, 12).is_some_and(|flags| flags & 0x20 != 0);
                if let Some(row) = u16_at(data, 0).filter(|_| is_hidden) {
                    filling.sheet.hidden_rows.push(row.into()..=row.into());
                }
            }
            kind::COLINFO => column(data, filling.sheet),
            kind::WINDOW2 => {
                filling.shows_zeros = u16_at(data, 0).is_none_or(|flags| flags & 0x10 != 0);
            }
            kind::MERGECELLS => {
                filling
                    .sheet
                    .merged
                    .extend(data.get(2..).unwrap_or_default().chunks_exact(8).filter_map(area));
            }
            kind::STRING => {
                if let Some((row, col, style)) = awaited.take() {
                    let value = Value::Text(Text::plain(text(data)));
                    filling.put(row, col, globals.style(style), value)?;
                }
            }
            kind::MULRK | kind::MULBLANK => {
                let Some((row, first)) = u16_at(data, 0).zip(u16_at(data, 2)) else { continue };
                let size = if kind == kind::MULRK { 6 } else { 2 };
                let cells = data.get(4..data.len().saturating_sub(2)).unwrap_or_default();
                for (col, cell) in (u32::from(first)..).zip(cells.chunks_exact(size)) {
                    let value =
                        u32_at(cell, 2).map_or(Value::Blank, |rk| Value::Number(number(rk)));
                    let style = globals.style(u16_at(cell, 0).unwrap_or(0));
                    filling.put(row.into(), col, style, value)?;
                }
            }
            _ => {
                let Some(value) = value(kind, data, globals) else { continue };
                let (Some(row), Some(col), Some(style)) =
                    (u16_at(data, 0), u16_at(data, 2), u16_at(data, 4))
                else {
                    continue;
                };
                let (row, col) = (u32::from(row), u32::from(col));
                if row_of_last.replace(row) != Some(row) {
                    filling.close();
                }
                match value {
                    Some(value) => filling.put(row, col, globals.style(style), value)?,
                    None => awaited = Some((row, col, style)),
                }
            }
        }
    }
    filling.close();
    Ok(())
}

/// The value of a record that is a cell; `Some(None)` where it stands in a later one, `None` for no cell.
fn value(kind: u16, data: &[u8], globals: &Globals) -> Option<Option<Value>> {
    Some(Some(match kind {
        kind::BLANK => Value::Blank,
        kind::NUMBER => Value::Number(f64_at(data, 6)?),
        kind::RK => Value::Number(number(u32_at(data, 6)?)),
        kind::LABELSST => Value::Text(globals.text(u32_at(data, 6)?)),
        kind::LABEL | kind::RSTRING => Value::Text(Text::plain(text(data.get(6..)?))),
        kind::BOOLERR => truth_or_error(*data.get(6)?, *data.get(7)? != 0),
        kind::FORMULA => {
            let stored = data.get(6..14)?;
            match (stored[6] == 0xFF && stored[7] == 0xFF, stored[0]) {
                (true, 0) => return Some(None),
                (true, 1) => truth_or_error(stored[2], false),
                (true, 2) => truth_or_error(stored[2], true),
                (true, _) => Value::Blank,
                (false, _) => Value::Number(f64_at(data, 6)?),
            }
        }
        _ => return None,
    }))
}

fn truth_or_error(value: u8, is_error: bool) -> Value {
    if !is_error {
        return Value::Text(Text::plain(if value == 0 { "FALSE" } else { "TRUE" }));
    }
    let error = match value {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        _ => "#N/A",
    };
    Value::Error(error.to_owned())
}

/// A number in four bytes (MS-XLS 2.5.217).
fn number(rk: u32) -> f64 {
    let number = if rk & 2 != 0 {
        f64::from(rk as i32 >> 2)
    } else {
        f64::from_bits(u64::from(rk & !3) << 32)
    };
    if rk & 1 != 0 { number / 100.0 } else { number }
}

fn f64_at(data: &[u8], at: usize) -> Option<f64> {
    Some(f64::from_le_bytes(data.get(at..at + 8)?.try_into().ok()?))
}

/// Width of columns, and whether they are hidden.
fn column(data: &[u8], sheet: &mut Sheet) {
    let (Some(first), Some(last), Some(width), Some(flags)) =
        (u16_at(data, 0), u16_at(data, 2), u16_at(data, 4), u16_at(data, 8))
    else {
        return;
    };
    let (first, last) = (u32::from(first), u32::from(last.min(255)));
    if flags & 1 != 0 || width == 0 {
        sheet.hidden_cols.push(first..=last.max(first));
    } else {
        sheet.widths.extend((first..=last).map(|col| (col, f32::from(width) / 256.0)));
    }
}

/// An area of merged cells.
fn area(data: &[u8]) -> Option<Area> {
    let at = |at| u16_at(data, at).map(u32::from);
    let (rows, cols) = ((at(0)?, at(2)?), (at(4)?, at(6)?));
    (rows.0 <= rows.1 && cols.0 <= cols.1).then_some(Area { rows, cols })
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_in_four_bytes_are_read() {
        // 1.0 as the head of a double; 12345 and 123.45 as integers; -1.
        assert_eq!(number(0x3FF0_0000), 1.0);
        assert_eq!(number(12345 << 2 | 2), 12345.0);
        assert_eq!(number(12345 << 2 | 3), 123.45);
        assert_eq!(number((-4i32) as u32 | 2), -1.0);
    }
}
