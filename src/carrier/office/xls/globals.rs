//! What all sheets of a workbook refer to: texts, fonts, formats, styles, and the list of sheets.

use super::broken;
use super::records::{Record, Records, kind};
use super::strings::{Strings, short_text, text};
use crate::carrier::flow::Align;
use crate::carrier::office::cells::{CellStyle, SIZE, Set, Text};
use crate::carrier::office::format::{Format, built_in};
use crate::carrier::within;
use crate::diag::Wording;
use crate::error::{Error, ErrorKind};
use crate::options::Limits;
use crate::source;
use crate::source::ole::{u16_at, u32_at};
use std::collections::HashMap;
use std::rc::Rc;

/// The version of Excel 97 to 2003.
const BIFF8: u16 = 0x0600;

/// A sheet as the workbook lists it.
pub(super) struct Listed {
    pub name: String,
    pub is_hidden: bool,
    /// Where its records begin.
    pub at: u32,
}

#[derive(Default)]
pub(super) struct Globals {
    pub sheets: Vec<Listed>,
    pub from_1904: bool,
    texts: Vec<Text>,
    styles: Vec<CellStyle>,
    usual: CellStyle,
}

/// A font, as far as it tells of figures.
struct Font {
    size: f32,
    set: Set,
    is_white: bool,
}

impl Globals {
    /// Reads them.
    pub fn read(book: &[u8], limits: &Limits) -> Result<Globals, Error> {
        let mut records = Records::at(book, 0);
        match records.next() {
            Some(Record { kind: kind::BOF, data }) if u16_at(data, 0) == Some(BIFF8) => {}
            Some(Record { kind: kind::BOF, .. }) => return Err(too_old()),
            _ => return Err(broken()),
        }
        let mut globals = Globals::default();
        let mut formats: HashMap<u16, Rc<Format>> = HashMap::new();
        let mut codes: HashMap<u16, String> = HashMap::new();
        let mut fonts: Vec<Font> = Vec::new();
        let mut styles: Vec<&[u8]> = Vec::new();
        let mut table = Vec::new();
        while let Some(Record { kind, data }) = records.next() {
            match kind {
                kind::EOF => break,
                kind::FILEPASS => {
                    return Err(source::encrypted("an Excel workbook", "Excel 工作簿"));
                }
                kind::DATE1904 => globals.from_1904 = u16_at(data, 0) == Some(1),
                kind::FONT => fonts.push(Font {
                    size: u16_at(data, 0).map_or(SIZE, |twips| f32::from(twips) / 20.0),
                    set: Set {
                        is_raised: u16_at(data, 8) == Some(1),
                        is_lowered: u16_at(data, 8) == Some(2),
                        is_struck: u16_at(data, 2).is_some_and(|flags| flags & 8 != 0),
                    },
                    is_white: matches!(u16_at(data, 4), Some(1 | 9)),
                }),
                kind::FORMAT => {
                    let code = text(data.get(2..).unwrap_or_default());
                    codes.extend(u16_at(data, 0).map(|id| (id, code)));
                }
                kind::XF => styles.push(data),
                kind::BOUNDSHEET => globals.sheets.extend(listed(data)),
                kind::SST => {
                    table = vec![data];
                    while let Some(next) = records.peek().filter(|r| r.kind == kind::CONTINUE) {
                        table.push(next.data);
                        records.next();
                    }
                }
                _ => {}
            }
        }
        // There is no font 4 (MS-XLS 2.5.129).
        let font = |index: u16| fonts.get(usize::from(index - u16::from(index > 4)));
        for style in styles {
            let id = u16_at(style, 2).unwrap_or(0);
            let format = formats.entry(id).or_insert_with(|| {
                let code = codes.get(&id).map_or(built_in(id.into()), String::as_str);
                Rc::new(Format::parse(code))
            });
            globals.styles.push(cell_style(style, format.clone(), u16_at(style, 0).and_then(font)));
        }
        let mut strings = Strings::new(table);
        let set = |index: u16| font(index).map(|font| font.set).unwrap_or_default();
        let mut glyphs = 0;
        while let Some(text) = strings.next(&set) {
            glyphs += text.text.len() as u64 / 3;
            within("max-glyphs", glyphs, limits.glyphs.into())?;
            globals.texts.push(text);
        }
        if globals.sheets.is_empty() { Err(broken()) } else { Ok(globals) }
    }

    /// A text by its number.
    pub fn text(&self, index: u32) -> Text {
        self.texts.get(index as usize).cloned().unwrap_or_default()
    }

    /// A style by its number.
    pub fn style(&self, index: u16) -> &CellStyle {
        self.styles.get(usize::from(index)).unwrap_or(&self.usual)
    }
}

/// A sheet of cells; others (charts, macros) are none.
fn listed(data: &[u8]) -> Option<Listed> {
    let (state, kind) = (*data.get(4)?, *data.get(5)?);
    let at = u32_at(data, 0).filter(|_| kind == 0)?;
    Some(Listed { name: short_text(data.get(6..)?), is_hidden: state & 3 != 0, at })
}

fn cell_style(data: &[u8], format: Rc<Format>, font: Option<&Font>) -> CellStyle {
    let horizontal = data.get(6).map_or(0, |byte| byte & 7);
    let align = match horizontal {
        2 | 6 | 7 => Some(Align::Middle),
        3 => Some(Align::Right),
        1 | 4 | 5 => Some(Align::Left),
        _ => None,
    };
    CellStyle {
        format,
        align,
        across: horizontal == 6,
        indent: data.get(8).map_or(0, |byte| usize::from(byte & 15)),
        size: font.map_or(SIZE, |font| font.size).clamp(1.0, 200.0),
        is_struck: font.is_some_and(|font| font.set.is_struck),
        // The pattern of the ground; none is 0 (MS-XLS 2.5.20).
        is_white: font.is_some_and(|font| font.is_white)
            && data.get(17).is_some_and(|byte| byte >> 2 == 0),
    }
}

fn too_old() -> Error {
    Error::new(ErrorKind::Unsupported {
        what: Wording::new(
            "a workbook older than Excel 97 (BIFF5)",
            "早于 Excel 97 的工作簿（BIFF5）",
        ),
        instead: Wording::new(
            "open it in WPS or Excel and save it as .xlsx",
            "请用 WPS 或 Excel 打开并另存为 .xlsx",
        ),
    })
}
