//! Automatic numbering (MS-DOC 2.9.150, 2.9.131): definitions of lists, and lists that follow them.

use super::{Streams, pair};
use crate::carrier::office::lists::{LEVELS, Level, List, Numbering};
use crate::carrier::office::numerals::Form;
use crate::source::ole::{u16_at, u32_at};

/// The lists of a document, by their numbers from 1.
pub(super) fn numbering(streams: &Streams) -> Numbering {
    let mut numbering = Numbering::default();
    define(streams.from(pair::LISTS), &mut numbering);
    list(streams.part(pair::LIST_OVERRIDES), &mut numbering);
    numbering
}

fn define(bytes: &[u8], numbering: &mut Numbering) {
    let count = usize::from(u16_at(bytes, 0).unwrap_or(0));
    let Some(mut levels) = bytes.get(2 + 28 * count..) else { return };
    for i in 0..count {
        let at = 2 + 28 * i;
        let (Some(id), Some(flags)) = (u32_at(bytes, at), bytes.get(at + 26)) else { return };
        let own = if flags & 1 != 0 { 1 } else { LEVELS };
        let mut read = vec![Level::default(); LEVELS];
        for level in read.iter_mut().take(own) {
            let Some((one, behind)) = level_of(levels) else { return };
            *level = one;
            levels = behind;
        }
        numbering.definitions.insert(id, read);
    }
}

fn list(bytes: &[u8], numbering: &mut Numbering) {
    let count = u32_at(bytes, 0).unwrap_or(0) as usize;
    let Some(mut overrides) = count.checked_mul(16).and_then(|size| bytes.get(4 + size..)) else {
        return;
    };
    for i in 0..count {
        let at = 4 + 16 * i;
        let (Some(of), Some(&levels)) = (u32_at(bytes, at), bytes.get(at + 12)) else { return };
        let mut list = List { of, ..List::default() };
        // Each list has a word of its own before its overrides.
        overrides = overrides.get(4..).unwrap_or_default();
        for _ in 0..levels {
            let (Some(start), Some(flags)) = (u32_at(overrides, 0), u32_at(overrides, 4)) else {
                break;
            };
            overrides = &overrides[8..];
            let level = (flags & 15) as usize;
            if flags & 0x20 != 0 {
                let Some((own, behind)) = level_of(overrides) else { break };
                overrides = behind;
                list.starts.insert(level, own.start);
                list.levels.insert(level, own);
            } else if flags & 0x10 != 0 {
                list.starts.insert(level, start);
            }
        }
        numbering.lists.insert(i as u32 + 1, list);
    }
}

/// A level, and what stands behind it.
fn level_of(bytes: &[u8]) -> Option<(Level, &[u8])> {
    let (start, form, flags) = (u32_at(bytes, 0)?, *bytes.get(4)?, *bytes.get(5)?);
    let (of_runs, of_paragraphs) = (usize::from(*bytes.get(24)?), usize::from(*bytes.get(25)?));
    let limit = *bytes.get(26)?;
    let rest = bytes.get(28 + of_runs + of_paragraphs..)?;
    let length = usize::from(u16_at(rest, 0)?);
    let units = rest.get(2..2 + 2 * length)?.chunks_exact(2);
    let units: Vec<u16> = units.map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
    let mut text = String::new();
    for c in char::decode_utf16(units).map(|c| c.unwrap_or('\u{FFFD}')) {
        match c as u32 {
            // A level's number stands where its index does.
            level @ 0..=8 => text.push_str(&format!("%{}", level + 1)),
            _ => text.push(c),
        }
    }
    let level = Level {
        start,
        form: form_of(form),
        text,
        is_legal: flags & 4 != 0,
        restart: (flags & 8 != 0).then_some(usize::from(limit)),
        style: None,
    };
    Some((level, &rest[2 + 2 * length..]))
}

/// The form by its number (MS-OSHARED 2.2.1.3).
fn form_of(number: u8) -> Form {
    match number {
        1 => Form::Roman { upper: true },
        2 => Form::Roman { upper: false },
        3 => Form::Letters { upper: true },
        4 => Form::Letters { upper: false },
        10 | 17 | 36 => Form::ChineseDigits,
        11 | 33 | 35 | 37 | 39 | 41 => Form::Chinese,
        14 | 19 => Form::FullWidth,
        16 | 34 | 38 => Form::ChineseLegal,
        18 | 28 => Form::Circled,
        22 => Form::DecimalZero,
        23 | 255 => Form::None,
        26 => Form::FullStop,
        27 => Form::Parenthesized,
        30 => Form::Stems,
        31 | 32 => Form::Branches,
        _ => Form::Decimal,
    }
}
