//! The style sheet (MS-DOC 2.9.271): what each style changes, those it is based on first.

use super::{Streams, pair};
use crate::source::ole::u16_at;

/// Styles are based on each other so deep at most.
const DEEPEST: usize = 50;
/// What has no style to be based on.
const NONE: u16 = 0x0FFF;

#[derive(Default)]
struct Style {
    base: u16,
    paragraph: Vec<u8>,
    run: Vec<u8>,
}

pub(super) struct Styles {
    all: Vec<Option<Style>>,
}

impl Styles {
    pub fn read(streams: &Streams) -> Styles {
        let mut all = Vec::new();
        let sheet = streams.part(pair::STYLES);
        let Some(head) = u16_at(sheet, 0).map(usize::from) else { return Styles { all } };
        let fixed = u16_at(sheet, 4).map_or(10, usize::from);
        let mut rest = sheet.get(2 + head..).unwrap_or_default();
        while let Some(length) = u16_at(rest, 0).map(usize::from) {
            let Some(style) = rest.get(2..2 + length) else { break };
            all.push(style_of(style, fixed));
            rest = &rest[2 + length..];
        }
        Styles { all }
    }

    /// What a style changes of paragraphs, that of its bases first.
    pub fn paragraph(&self, style: u16) -> Vec<&[u8]> {
        self.chain(style).into_iter().map(|style| style.paragraph.as_slice()).collect()
    }

    /// What a style changes of characters, that of its bases first.
    pub fn run(&self, style: u16) -> Vec<&[u8]> {
        self.chain(style).into_iter().map(|style| style.run.as_slice()).collect()
    }

    fn chain(&self, style: u16) -> Vec<&Style> {
        let mut chain = Vec::new();
        let mut next = style;
        while let Some(Some(style)) = self.all.get(usize::from(next)) {
            chain.push(style);
            if style.base == NONE || chain.len() >= DEEPEST {
                break;
            }
            next = style.base;
        }
        chain.reverse();
        chain
    }
}

/// A style; `None` for an empty place in the sheet.
fn style_of(bytes: &[u8], fixed: usize) -> Option<Style> {
    let kind_and_base = u16_at(bytes, 2)?;
    let (kind, base) = (kind_and_base & 15, kind_and_base >> 4);
    // Behind the fixed part stands the name, and behind that what is changed.
    let name = usize::from(u16_at(bytes, fixed)?);
    let mut rest = bytes.get(fixed + 2 + 2 * name + 2..)?;
    let mut next = || {
        let length = usize::from(u16_at(rest, 0)?);
        let part = rest.get(2..2 + length)?;
        rest = rest.get(2 + length + length % 2..).unwrap_or_default();
        Some(part)
    };
    let mut style = Style { base, ..Style::default() };
    match kind {
        // Of paragraphs: the number of the style stands before the changes.
        1 => {
            style.paragraph = next().and_then(|p| p.get(2..)).unwrap_or_default().to_vec();
            style.run = next().unwrap_or_default().to_vec();
        }
        2 => style.run = next().unwrap_or_default().to_vec(),
        _ => {}
    }
    Some(style)
}
