//! The text by its pieces (MS-DOC 2.8.35): which character stands at which place of the stream. Places of
//! characters are counted in UTF-16 units, as the format does.

use super::{Streams, pair};
use crate::carrier::within;
use crate::error::Error;
use crate::options::Limits;
use crate::source::ole::{u16_at, u32_at};
use encoding_rs::WINDOWS_1252;

/// A piece of the text.
struct Piece {
    /// Its first character.
    start: usize,
    end: usize,
    /// Where it stands in the stream.
    at: u32,
    /// Whether a character takes one byte.
    is_narrow: bool,
    /// Which change of properties it bears, if one.
    change: u16,
}

/// The whole text, all stories behind each other.
pub(super) struct Text {
    units: Vec<u16>,
    pieces: Vec<Piece>,
    /// Changes of properties that pieces refer to.
    changes: Vec<Vec<u8>>,
}

impl Text {
    /// Reads the text; `None` where its pieces can't be made out.
    ///
    /// # Errors
    /// [`crate::error::ErrorKind::Limit`].
    pub fn read(streams: &Streams, limits: &Limits) -> Result<Option<Text>, Error> {
        let mut clx = streams.part(pair::PIECES);
        let mut text = Text { units: Vec::new(), pieces: Vec::new(), changes: Vec::new() };
        // Changes come first, each behind a 1; then the table behind a 2.
        while clx.first() == Some(&1) {
            let Some(length) = u16_at(clx, 1).map(usize::from) else { return Ok(None) };
            let Some(change) = clx.get(3..3 + length) else { return Ok(None) };
            text.changes.push(change.to_vec());
            clx = &clx[3 + length..];
        }
        let table = match clx.first().zip(u32_at(clx, 1)) {
            Some((2, length)) => {
                let end = 5usize.saturating_add(length as usize).min(clx.len());
                clx.get(5..end).unwrap_or_default()
            }
            _ => return Ok(None),
        };
        let count = table.len().saturating_sub(4) / 12;
        for i in 0..count {
            let descriptor = 4 * (count + 1) + 8 * i;
            let (Some(start), Some(end), Some(at), Some(change)) = (
                u32_at(table, 4 * i),
                u32_at(table, 4 * i + 4),
                u32_at(table, descriptor + 2),
                u16_at(table, descriptor + 6),
            ) else {
                break;
            };
            let (start, end) = (start as usize, end as usize);
            if start != text.units.len() || end < start {
                break;
            }
            within("max-glyphs", end as u64, limits.glyphs.into())?;
            let is_narrow = at & 0x4000_0000 != 0;
            let at = if is_narrow { (at & 0x3FFF_FFFF) / 2 } else { at & 0x3FFF_FFFF };
            let bytes = streams.main.get(at as usize..).unwrap_or_default();
            if is_narrow {
                text.units.extend(bytes.iter().take(end - start).map(|&byte| wide(byte)));
            } else {
                let pairs = bytes.chunks_exact(2).take(end - start);
                text.units.extend(pairs.map(|c| u16::from_le_bytes([c[0], c[1]])));
            }
            text.pieces.push(Piece { start, end: text.units.len(), at, is_narrow, change });
            if text.units.len() < end {
                break;
            }
        }
        Ok((!text.units.is_empty()).then_some(text))
    }

    /// How many units there are.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// The unit at a place.
    pub fn unit(&self, at: usize) -> Option<u16> {
        self.units.get(at).copied()
    }

    /// Where a character stands in the stream, and the change of properties that its piece bears.
    pub fn place(&self, at: usize) -> Option<(u32, Option<&[u8]>)> {
        let index = self.pieces.partition_point(|piece| piece.start <= at).checked_sub(1)?;
        let piece = self.pieces.get(index).filter(|piece| at < piece.end)?;
        let size = if piece.is_narrow { 1 } else { 2 };
        let place = piece.at.checked_add(u32::try_from(size * (at - piece.start)).ok()?)?;
        let change = (piece.change & 1 != 0).then(|| usize::from(piece.change >> 1));
        Some((place, change.and_then(|i| self.changes.get(i)).map(Vec::as_slice)))
    }
}

/// A byte of windows-1252 as a unit; control characters stay what they are.
fn wide(byte: u8) -> u16 {
    if byte < 0x80 {
        return byte.into();
    }
    let decoded = WINDOWS_1252.decode_without_bom_handling(std::slice::from_ref(&byte)).0;
    decoded.chars().next().map_or(0xFFFD, |c| c as u16)
}
