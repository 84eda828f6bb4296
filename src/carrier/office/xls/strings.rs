//! Texts of BIFF8 (MS-XLS 2.5.293, 2.5.294): one byte or two for each character, formatting runs behind them.

use crate::carrier::office::cells::{Set, Text};
use crate::source::ole::{u16_at, u32_at};

/// A text whose length takes two bytes.
pub(super) fn text(data: &[u8]) -> String {
    let length = u16_at(data, 0).map_or(0, usize::from);
    let flags = data.get(2).copied().unwrap_or(0);
    characters(data.get(3..).unwrap_or_default(), length, flags & 1 != 0)
}

/// A text whose length takes one byte.
pub(super) fn short_text(data: &[u8]) -> String {
    let length = data.first().copied().map_or(0, usize::from);
    let flags = data.get(1).copied().unwrap_or(0);
    characters(data.get(2..).unwrap_or_default(), length, flags & 1 != 0)
}

fn characters(data: &[u8], length: usize, is_wide: bool) -> String {
    if !is_wide {
        return data.iter().take(length).map(|&byte| char::from(byte)).collect();
    }
    let units = data.chunks_exact(2).take(length).map(|c| u16::from_le_bytes([c[0], c[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or('\u{FFFD}')).collect()
}

/// The table of texts, which goes on over records: a text may be cut anywhere, and the part behind the cut says
/// anew how many bytes a character takes.
pub(super) struct Strings<'b> {
    /// The records' bytes; the first is the one being read.
    pieces: Vec<&'b [u8]>,
    piece: usize,
    at: usize,
}

impl<'b> Strings<'b> {
    /// The table that these records hold.
    pub fn new(pieces: Vec<&'b [u8]>) -> Strings<'b> {
        // The first record begins with two counts, which are not believed.
        Strings { pieces, piece: 0, at: 8 }
    }

    /// The next text; `set` says how the fonts set it.
    pub fn next(&mut self, set: &dyn Fn(u16) -> Set) -> Option<Text> {
        let length = usize::from(u16_at(&self.take(2)?, 0)?);
        let flags = self.take(1)?[0];
        let runs = if flags & 8 != 0 { usize::from(u16_at(&self.take(2)?, 0)?) } else { 0 };
        let extra = if flags & 4 != 0 { u32_at(&self.take(4)?, 0)? as usize } else { 0 };
        let mut is_wide = flags & 1 != 0;
        let mut units: Vec<u16> = Vec::with_capacity(length.min(4096));
        while units.len() < length {
            let rest = self.pieces.get(self.piece)?.get(self.at..)?;
            if rest.is_empty() {
                self.piece += 1;
                is_wide = self.pieces.get(self.piece)?.first()? & 1 != 0;
                self.at = 1;
                continue;
            }
            let wanted = length - units.len();
            if is_wide {
                let whole = (rest.len() / 2).min(wanted);
                // A character is never cut; what is left of one is damage.
                if whole == 0 {
                    return None;
                }
                let chars = rest[..2 * whole].chunks_exact(2);
                units.extend(chars.map(|c| u16::from_le_bytes([c[0], c[1]])));
                self.at += 2 * whole;
            } else {
                let count = rest.len().min(wanted);
                units.extend(rest[..count].iter().map(|&byte| u16::from(byte)));
                self.at += count;
            }
        }
        let mut sets: Vec<(usize, Set)> = Vec::new();
        for _ in 0..runs {
            let run = self.take(4)?;
            sets.push((usize::from(u16_at(&run, 0)?), set(u16_at(&run, 2)?)));
        }
        self.skip(extra)?;
        Some(in_runs(&units, &sets))
    }

    /// So many bytes, over the records' ends.
    fn take(&mut self, count: usize) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(count);
        while out.len() < count {
            let rest = self.pieces.get(self.piece)?.get(self.at..)?;
            if rest.is_empty() {
                (self.piece, self.at) = (self.piece + 1, 0);
                continue;
            }
            let part = rest.len().min(count - out.len());
            out.extend_from_slice(&rest[..part]);
            self.at += part;
        }
        Some(out)
    }

    fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > 0 {
            let rest = self.pieces.get(self.piece)?.get(self.at..)?.len();
            if rest == 0 {
                (self.piece, self.at) = (self.piece + 1, 0);
                continue;
            }
            let part = rest.min(count);
            self.at += part;
            count -= part;
        }
        Some(())
    }
}

/// A text whose parts are set in several fonts.
fn in_runs(units: &[u16], sets: &[(usize, Set)]) -> Text {
    let decode = |units: &[u16]| -> String {
        char::decode_utf16(units.iter().copied()).map(|c| c.unwrap_or('\u{FFFD}')).collect()
    };
    if sets.iter().all(|(_, set)| *set == Set::default()) {
        return Text::plain(decode(units));
    }
    let mut text = Text::default();
    let (mut start, mut set) = (0, Set::default());
    for &(at, next) in sets {
        let at = at.clamp(start, units.len());
        text.push(&decode(&units[start..at]), set);
        (start, set) = (at, next);
    }
    text.push(&decode(&units[start..]), set);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_goes_on_in_the_next_record() {
        // 赣州 in two bytes a character, cut behind the first; behind the cut AB in one byte each.
        let first = [&[0u8; 8][..], &[4, 0, 1], &0x8D63u16.to_le_bytes()].concat();
        let second = [&[1u8][..], &0x5DDEu16.to_le_bytes()].concat();
        let third = [&[0u8][..], b"AB", &[2, 0, 0], b"12"].concat();
        let usual = |_| Set::default();
        let mut strings = Strings::new(vec![&first, &second, &third]);
        assert_eq!(strings.next(&usual).map(|t| t.text).as_deref(), Some("赣州AB"));
        assert_eq!(strings.next(&usual).map(|t| t.text).as_deref(), Some("12"));
        assert_eq!(strings.next(&usual), None);
    }

    #[test]
    fn raised_characters_are_marks() {
        let table = [&[0u8; 8][..], &[4, 0, 8, 1, 0], b"1200", &[3, 0, 7, 0]].concat();
        let text = Strings::new(vec![&table])
            .next(&|font| Set { is_raised: font == 7, ..Set::default() })
            .expect("a text");
        assert_eq!((text.text.as_str(), text.marks), ("120", vec![(3, "0".to_owned())]));
    }
}
