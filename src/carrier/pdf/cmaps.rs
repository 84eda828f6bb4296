//! Codes in, CIDs and characters out: the maps that ISO 32000 predefines for composite fonts (9.7.5.2),
//! and those that a document brings.
//!
//! The maps of Adobe-GB1, which official notices use, are unpacked when this is built (`build.rs`) and
//! are looked up where they lie. All other maps are read by hayro-cmap, once a process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use hayro_cmap::{BfString, CMap, CMapName, CidFamily, WritingMode, load_embedded};

/// Which codes a composite font has, and the CID of each.
pub(super) enum CodeMap {
    /// Identity-H and Identity-V: two bytes, which are the CID.
    Identity { is_vertical: bool },
    /// One of Adobe-GB1.
    Predefined(&'static Predefined),
    /// Another predefined one, or one that the document brings.
    Parsed(Arc<CMap>),
}

impl CodeMap {
    /// The predefined map of this name; `None` if there is none.
    pub fn named(name: &[u8]) -> Option<CodeMap> {
        Some(match name {
            b"Identity-H" => CodeMap::Identity { is_vertical: false },
            b"Identity-V" => CodeMap::Identity { is_vertical: true },
            _ => match Predefined::named(name) {
                Some(map) => CodeMap::Predefined(map),
                None => CodeMap::Parsed(parsed(CMapName::from_bytes(name))?),
            },
        })
    }

    /// The map that a document brings; `None` if it can't be read.
    pub fn parse(data: &[u8]) -> Option<CodeMap> {
        CMap::parse(data, load_embedded).map(|map| CodeMap::Parsed(Arc::new(map)))
    }

    /// Whether it is for fonts set from top to bottom.
    pub fn is_vertical(&self) -> bool {
        match self {
            CodeMap::Identity { is_vertical } => *is_vertical,
            CodeMap::Predefined(map) => map.is_vertical,
            CodeMap::Parsed(map) => map.metadata().writing_mode == Some(WritingMode::Vertical),
        }
    }

    /// The character collection that its CIDs are of; `None` if it does not say.
    pub fn family(&self) -> Option<CidFamily> {
        match self {
            CodeMap::Identity { .. } => Some(CidFamily::AdobeIdentity),
            CodeMap::Predefined(_) => Some(CidFamily::AdobeGB1),
            CodeMap::Parsed(map) => {
                Some(map.metadata().character_collection.as_ref()?.family.clone())
            }
        }
    }

    /// The CID of a code of so many bytes.
    fn cid_of(&self, code: u32, length: u8) -> Option<u32> {
        match self {
            CodeMap::Identity { .. } => Some(code).filter(|code| length == 2 && *code <= 0xFFFF),
            CodeMap::Predefined(map) => map.cid_of(code, length),
            CodeMap::Parsed(map) => map.lookup_cid_code(code, length),
        }
    }

    /// The CID of a code, of the fewest bytes with which it has one.
    pub fn cid(&self, code: u32) -> Option<u32> {
        (1..=4).find_map(|length| self.cid_of(code, length))
    }

    /// The code at `offset` of a shown string, and how many bytes it takes: as few as make a code. What
    /// is none is passed over: as many bytes as the map's codes have, or else byte by byte.
    pub fn read_code(&self, bytes: &[u8], offset: usize) -> (u32, usize) {
        let mut code = 0;
        for (&byte, length) in bytes.get(offset..).unwrap_or_default().iter().zip(1..=4) {
            code = code << 8 | u32::from(byte);
            if self.cid_of(code, length).is_some() {
                return (code, length.into());
            }
        }
        match self {
            CodeMap::Predefined(map) => map.unknown_code(bytes.get(offset..).unwrap_or_default()),
            _ => (0, 1),
        }
    }
}

/// A predefined map of Adobe-GB1, as `build.rs` wrote it.
pub(super) struct Predefined {
    name: &'static str,
    is_vertical: bool,
    /// The map that has all codes that this one does not.
    base: Option<&'static str>,
    /// Where the ranges begin of codes of one byte; of two bytes, by the first; and where those end.
    near: &'static [u8],
    /// For longer codes: their length and all bytes but the last, where their ranges begin and end.
    far: &'static [u8],
    /// Codes that differ in their last byte: the first and last of those bytes, the first CID.
    ranges: &'static [u8],
}

static GB1: [Predefined; 14] = include!(concat!(env!("OUT_DIR"), "/gb1.rs"));

/// The characters of the CIDs of Adobe-GB1, two bytes each.
static GB1_CHARS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/gb1.chars"));

/// Those that two bytes do not hold.
static GB1_LONG: &[&str] = include!(concat!(env!("OUT_DIR"), "/gb1.long.rs"));

impl Predefined {
    fn named(name: &[u8]) -> Option<&'static Predefined> {
        GB1.iter().find(|map| map.name.as_bytes() == name)
    }

    /// Whether its codes of two bytes are characters: UniGB-UCS2-H, UniGB-UTF16-H.
    fn is_unicode(&self) -> bool {
        self.name.starts_with("UniGB-UCS2") || self.name.starts_with("UniGB-UTF16")
    }

    /// The code that has no CID at the start of these bytes, and how many it takes: one byte of two read alone would move
    /// all that follow.
    fn unknown_code(&self, bytes: &[u8]) -> (u32, usize) {
        match *bytes {
            [high @ 0xD8..=0xDB, a, b, c, ..] if self.name.starts_with("UniGB-UTF16") => {
                (u32::from_be_bytes([high, a, b, c]), 4)
            }
            [first, second, ..] if self.is_unicode() => {
                (u32::from(first) << 8 | u32::from(second), 2)
            }
            _ => (0, 1),
        }
    }

    fn cid_of(&self, code: u32, length: u8) -> Option<u32> {
        self.own_cid_of(code, length)
            .or_else(|| Predefined::named(self.base?.as_bytes())?.own_cid_of(code, length))
    }

    fn own_cid_of(&self, code: u32, length: u8) -> Option<u32> {
        let near = |row: usize| {
            let (starts, _) = self.near.as_chunks::<4>();
            let [start, end] = [starts.get(row)?, starts.get(row + 1)?];
            Some((u32::from_le_bytes(*start), u32::from_le_bytes(*end)))
        };
        let (start, end) = match length {
            1 if code <= 0xFF => near(0),
            2 if code <= 0xFFFF => near(1 + (code >> 8) as usize),
            1 | 2 => None,
            _ => self.far_row(u32::from(length) << 24 | code >> 8),
        }?;
        let (ranges, _) = self.ranges.as_chunks::<4>();
        let ranges = ranges.get(start as usize..end as usize)?;
        let byte = code as u8;
        let [first, _, low, high] =
            ranges.get(ranges.partition_point(|[_, last, ..]| *last < byte))?;
        let further = byte.checked_sub(*first)?;
        Some(u32::from(u16::from_le_bytes([*low, *high])) + u32::from(further))
    }

    fn far_row(&self, row: u32) -> Option<(u32, u32)> {
        let (rows, _) = self.far.as_chunks::<12>();
        let word = |entry: &[u8; 12], at: usize| {
            let (words, _) = entry.as_chunks::<4>();
            words.get(at).map_or(0, |word| u32::from_le_bytes(*word))
        };
        let at = rows.binary_search_by_key(&row, |entry| word(entry, 0)).ok()?;
        let entry = rows.get(at)?;
        Some((word(entry, 1), word(entry, 2)))
    }
}

/// The characters of a character collection.
#[derive(Clone)]
pub(super) enum Collection {
    /// Adobe-GB1.
    Gb1,
    /// Another predefined one.
    Parsed(Arc<CMap>),
}

impl Collection {
    /// The collection of this name; `None` for one that is not predefined.
    pub fn of(family: &CidFamily) -> Option<Collection> {
        match family {
            CidFamily::AdobeGB1 => Some(Collection::Gb1),
            other => parsed(other.ucs2_cmap()?).map(Collection::Parsed),
        }
    }

    /// The characters of a CID.
    pub fn chars(&self, cid: u32) -> Option<String> {
        match self {
            Collection::Gb1 => {
                let (units, _) = GB1_CHARS.as_chunks::<2>();
                match u16::from_le_bytes(*units.get(cid as usize)?) {
                    0xFFFF => None,
                    long @ 0xD800..=0xDFFF => {
                        GB1_LONG.get(usize::from(long - 0xD800)).map(|chars| (*chars).to_owned())
                    }
                    unit => char::from_u32(unit.into()).map(String::from),
                }
            }
            Collection::Parsed(map) => map.lookup_bf_string(cid).map(chars_of),
        }
    }
}

/// The characters that hayro-cmap gives for a code.
pub(super) fn chars_of(chars: BfString) -> String {
    match chars {
        BfString::Char(c) => c.to_string(),
        BfString::String(chars) => chars,
    }
}

/// A predefined map that hayro-cmap holds, read once a process.
fn parsed(name: CMapName<'_>) -> Option<Arc<CMap>> {
    /// By where their bytes lie.
    static READ: Mutex<BTreeMap<usize, Option<Arc<CMap>>>> = Mutex::new(BTreeMap::new());
    let data = load_embedded(name)?;
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    read.entry(data.as_ptr() as usize)
        .or_insert_with(|| CMap::parse(data, load_embedded).map(Arc::new))
        .clone()
}

#[cfg(test)]
mod tests {
    use super::{CodeMap, Collection, GB1, chars_of, parsed};
    use hayro_cmap::{CMapName, CidFamily};

    /// All codes of up to two bytes, and some of the longer ones: everywhere, and close together where
    /// GB 18030 and UTF-16 have theirs.
    fn codes(name: &str) -> Vec<(u32, u8)> {
        let short = (0..=0x1FF).map(|code| (code, 1)).chain((0..=0x1_00FF).map(|code| (code, 2)));
        let three = (0..1 << 24).step_by(4093).map(|code| (code, 3));
        let four = (0..=u32::MAX).step_by(262_139).map(|code| (code, 4));
        let close = match name {
            "GBK2K-H" | "GBK2K-V" => (0x8130_8130..=0x9A39_FE39).step_by(3_001),
            "UniGB-UTF16-H" | "UniGB-UTF16-V" => (0xD800_DC00..=0xDBFF_DFFF).step_by(509),
            _ => (0..=0).step_by(1),
        };
        let close = close.map(|code| (code, 4));
        short.chain(three).chain(four).chain(close).collect()
    }

    #[test]
    fn what_the_build_unpacked_is_what_hayro_cmap_holds() {
        for map in &GB1 {
            let read = parsed(CMapName::from_bytes(map.name.as_bytes())).expect("it is predefined");
            let read = CodeMap::Parsed(read);
            let ours = CodeMap::named(map.name.as_bytes()).expect("it is one of ours");
            assert!(matches!(ours, CodeMap::Predefined(_)), "{}", map.name);
            assert_eq!(ours.is_vertical(), read.is_vertical(), "{}", map.name);
            assert_eq!(ours.family(), read.family(), "{}", map.name);
            for (code, length) in codes(map.name) {
                let [ours, read] = [&ours, &read].map(|map| map.cid_of(code, length));
                assert_eq!(ours, read, "{} {code:X} of {length}", map.name);
            }
        }
    }

    #[test]
    fn a_code_without_a_glyph_moves_no_other() {
        let map = CodeMap::named(b"UniGB-UCS2-H").expect("it is predefined");
        // ⑪融: Adobe-GB1 has ① to ⑩.
        let bytes = [0x24, 0x6A, 0x87, 0x8D];
        assert_eq!(map.read_code(&bytes, 0), (0x246A, 2));
        assert_eq!(map.read_code(&bytes, 2), (0x878D, 2));
    }

    #[test]
    fn characters_are_those_that_hayro_cmap_holds() {
        let read = parsed(CMapName::AdobeGb1Ucs2).expect("it is predefined");
        let ours = Collection::of(&CidFamily::AdobeGB1).expect("it is predefined");
        for cid in 0..0x2_0000 {
            assert_eq!(ours.chars(cid), read.lookup_bf_string(cid).map(chars_of), "{cid}");
        }
    }

    #[test]
    fn codes_are_read_as_hayro_font_reads_them() {
        let gbk = CodeMap::named(b"GBK-EUC-H").expect("it is predefined");
        assert_eq!(gbk.read_code(b"A\xB8\xBD", 0), (0x41, 1));
        assert_eq!(gbk.read_code(b"A\xB8\xBD", 1), (0xB8BD, 2));
        assert_eq!(gbk.read_code(b"\xB8", 0), (0, 1), "half a code");
        let identity = CodeMap::named(b"Identity-V").expect("it is predefined");
        assert!(identity.is_vertical());
        assert_eq!(identity.read_code(&[1, 2, 3], 0), (0x102, 2));
        assert_eq!(identity.read_code(&[1, 2, 3], 2), (0, 1));
        assert_eq!(identity.cid(0x102), Some(0x102));
        let japanese = CodeMap::named(b"90ms-RKSJ-H").expect("it is predefined");
        assert_eq!(japanese.family(), Some(CidFamily::AdobeJapan1));
        assert!(CodeMap::named(b"None-Such-H").is_none());
    }
}
