//! Unpacks the predefined CMaps of Adobe-GB1 once, while building: `hayro-cmap` holds those of all languages in one
//! packed file, and unpacking it takes longer than reading a notice. What each code stands for is asked of
//! `hayro-cmap` itself; `carrier::pdf::cmaps` reads what is written here, and its tests compare the two.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "pdf")]
    cmaps::write();
}

#[cfg(feature = "pdf")]
mod cmaps {
    use std::fmt::Write;
    use std::path::Path;
    use std::{env, fs};

    use hayro_cmap::{BfString, CMap, CMapName, CidFamily, WritingMode, load_embedded};

    /// The predefined CMaps of Adobe-GB1 (ISO 32000-2, table 116): one for horizontal writing, then the
    /// one for vertical, which differs from it in some punctuation.
    const NAMES: [[&str; 2]; 7] = [
        ["GB-EUC-H", "GB-EUC-V"],
        ["GBpc-EUC-H", "GBpc-EUC-V"],
        ["GBK-EUC-H", "GBK-EUC-V"],
        ["GBKp-EUC-H", "GBKp-EUC-V"],
        ["GBK2K-H", "GBK2K-V"],
        ["UniGB-UCS2-H", "UniGB-UCS2-V"],
        ["UniGB-UTF16-H", "UniGB-UTF16-V"],
    ];

    /// Where the codes of four bytes lie that a CMap may have: the first and last of each byte.
    fn long_codes(name: &str) -> Vec<[(u32, u32); 4]> {
        // Surrogates of UTF-16, up to plane 3.
        if name.contains("UTF16") {
            return vec![[(0xD8, 0xD8), (0x00, 0xBF), (0xDC, 0xDF), (0x00, 0xFF)]];
        }
        // GB 18030, for the basic plane and for plane 2.
        if name.contains("GBK2K") {
            return [(0x81, 0x84), (0x95, 0x9A)]
                .map(|first| [first, (0x30, 0x39), (0x81, 0xFE), (0x30, 0x39)])
                .into();
        }
        Vec::new()
    }

    /// Writes a file for the near and one for the far codes of each CMap, one for all characters, and
    /// `gb1.rs`, which names them.
    pub fn write() {
        let folder = env::var("OUT_DIR").expect("cargo names a folder");
        let folder = Path::new(&folder);
        let mut list = String::from("[\n");
        for [horizontal, vertical] in NAMES {
            let base = table(horizontal, &parsed(horizontal), None);
            list += &base.write(folder);
            list += &table(vertical, &parsed(vertical), Some(&base)).write(folder);
        }
        list += "]\n";
        fs::write(folder.join("gb1.rs"), list).expect("the folder can be written to");
        write_characters(folder);
    }

    fn parsed(name: &str) -> CMap {
        load_embedded(CMapName::from_bytes(name.as_bytes()))
            .and_then(|data| CMap::parse(data, load_embedded))
            .expect("hayro-cmap has the predefined CMaps")
    }

    /// A CMap: the CID of each of its codes, and the length of the code.
    struct Table {
        name: &'static str,
        is_vertical: bool,
        /// Codes with their length, in order, but for those that the base has alike.
        codes: Vec<(u8, u32, u16)>,
        base: Option<&'static str>,
    }

    fn table(name: &'static str, cmap: &CMap, base: Option<&Table>) -> Table {
        let family = cmap.metadata().character_collection.as_ref().map(|c| &c.family);
        assert_eq!(family, Some(&CidFamily::AdobeGB1), "{name}");
        let known = base.map(|base| base.codes.as_slice()).unwrap_or_default();
        let mut codes = Vec::new();
        let mut ask = |length: u8, code: u32| {
            let Some(cid) = cmap.lookup_cid_code(code, length) else { return };
            let cid = u16::try_from(cid).expect("CIDs of Adobe-GB1 have two bytes");
            let place = known.binary_search_by_key(&(length, code), |&(l, c, _)| (l, c));
            if place.ok().and_then(|at| known.get(at)).is_none_or(|(.., same)| *same != cid) {
                codes.push((length, code, cid));
            }
        };
        (0..=0xFF).for_each(|code| ask(1, code));
        (0..=0xFFFF).for_each(|code| ask(2, code));
        for [first, second, third, fourth] in long_codes(name) {
            let mut codes = vec![0];
            for (low, high) in [first, second, third, fourth] {
                codes = codes.iter().flat_map(|c| (low..=high).map(move |b| c << 8 | b)).collect();
            }
            codes.into_iter().for_each(|code| ask(4, code));
        }
        let is_vertical = cmap.metadata().writing_mode == Some(WritingMode::Vertical);
        Table { name, is_vertical, codes, base: base.map(|base| base.name) }
    }

    impl Table {
        /// Writes the files; gives the line that names them.
        fn write(&self, folder: &Path) -> String {
            // Codes that differ in their last byte alone, with as many CIDs in a row: first and last of
            // those bytes, first CID.
            let mut ranges: Vec<(u32, u8, u8, u16)> = Vec::new();
            for &(length, code, cid) in &self.codes {
                let (row, byte) = (u32::from(length) << 24 | code >> 8, code as u8);
                match ranges.last_mut() {
                    Some((same, first, last, start))
                        if *same == row
                            && *last + 1 == byte
                            && *start + u16::from(byte - *first) == cid =>
                    {
                        *last = byte;
                    }
                    _ => ranges.push((row, byte, byte, cid)),
                }
            }
            // Where the ranges of each row begin: of codes of one byte, of two by their first, of all
            // others.
            let start = |row: u32| ranges.partition_point(|(r, ..)| *r < row) as u32;
            let near = [1 << 24].into_iter().chain((0..=0x100).map(|first| 2 << 24 | first));
            let near: Vec<u8> = near.flat_map(|row| start(row).to_le_bytes()).collect();
            let mut rows: Vec<u32> = ranges.iter().map(|(row, ..)| *row).collect();
            rows.retain(|row| *row > 2 << 24 | 0xFF);
            rows.dedup();
            let far: Vec<u8> = rows
                .iter()
                .flat_map(|&row| [row, start(row), start(row + 1)])
                .flat_map(u32::to_le_bytes)
                .collect();
            let ranges: Vec<u8> = ranges
                .iter()
                .flat_map(|(_, first, last, cid)| {
                    let [low, high] = cid.to_le_bytes();
                    [*first, *last, low, high]
                })
                .collect();
            let mut line = format!(
                "Predefined {{ name: {:?}, is_vertical: {}, base: {:?}",
                self.name, self.is_vertical, self.base
            );
            for (part, bytes) in [("near", near), ("far", far), ("ranges", ranges)] {
                let file = format!("{}.{part}", self.name);
                fs::write(folder.join(&file), bytes).expect("the folder can be written to");
                write!(line, ", {part}: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}\"))")
                    .expect("written to memory");
            }
            line + " },\n"
        }
    }

    /// Writes the character of each CID in two bytes: 0xFFFF for none, a surrogate for one of a list of
    /// those that two bytes can't hold.
    fn write_characters(folder: &Path) {
        let cmap = parsed("Adobe-GB1-UCS2");
        let mut long: Vec<String> = Vec::new();
        let mut units: Vec<u16> = (0..=0xFFFF)
            .map(|cid| match cmap.lookup_bf_string(cid) {
                None => 0xFFFF,
                Some(BfString::Char(c)) if (c as u32) < 0xFFFF => c as u16,
                Some(chars) => {
                    long.push(match chars {
                        BfString::Char(c) => c.to_string(),
                        BfString::String(chars) => chars,
                    });
                    0xD800 + u16::try_from(long.len() - 1).expect("few characters are long")
                }
            })
            .collect();
        assert!(long.len() <= 0x800, "there are as many surrogates");
        units.truncate(units.iter().rposition(|unit| *unit != 0xFFFF).map_or(0, |last| last + 1));
        let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        fs::write(folder.join("gb1.chars"), bytes).expect("the folder can be written to");
        fs::write(folder.join("gb1.long.rs"), format!("&{long:?}\n"))
            .expect("the folder can be written to");
    }
}
