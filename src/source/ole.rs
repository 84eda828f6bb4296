//! A compound file (MS-CFB) in, its streams out: what Word, Excel and WPS of the years before 2007 wrote.
//!
//! The tables of such a file are chains, which damage can close to rings: no chain is followed for longer
//! than the file has sectors. A last sector that is short, as WPS leaves it, is read as far as it goes.

/// What a compound file begins with.
pub(crate) const SIGNATURE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Ends a chain, or is no sector.
const LAST: u32 = 0xFFFF_FFFA;
/// More entries than this the directory of no document has.
const MOST_ENTRIES: usize = 16_384;

/// A compound file: its streams by their names.
#[derive(Debug)]
pub(crate) struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    mini: usize,
    /// Streams of fewer bytes stand in the mini stream.
    cutoff: u64,
    /// For each sector the next one.
    next: Vec<u32>,
    /// For each mini sector the next one.
    next_mini: Vec<u32>,
    /// What mini sectors are cut from.
    mini_stream: Vec<u8>,
    /// In the order of the directory.
    pub streams: Vec<Stream>,
}

/// An entry of the directory that is a stream.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stream {
    /// Its name, without the folder it stands in.
    pub name: String,
    first: u32,
    size: u64,
}

impl<'a> Compound<'a> {
    /// Reads the tables and the directory; `None` where they can't be made out.
    pub fn open(bytes: &'a [u8]) -> Option<Compound<'a>> {
        if !bytes.starts_with(SIGNATURE) {
            return None;
        }
        let shift = u16_at(bytes, 0x1E)?;
        let mini_shift = u16_at(bytes, 0x20)?;
        if !matches!(shift, 9 | 12) || !(4..=shift).contains(&mini_shift) {
            return None;
        }
        let mut file = Compound {
            bytes,
            sector: 1 << shift,
            mini: 1 << mini_shift,
            cutoff: u32_at(bytes, 0x38)?.into(),
            next: Vec::new(),
            next_mini: Vec::new(),
            mini_stream: Vec::new(),
            streams: Vec::new(),
        };
        file.read_table()?;
        let mini_table = file.chain(u32_at(bytes, 0x3C)?, u64::MAX);
        file.next_mini = mini_table.chunks_exact(4).filter_map(|c| u32_at(c, 0)).collect();
        let directory = file.chain(u32_at(bytes, 0x30)?, (MOST_ENTRIES * 128) as u64);
        for entry in directory.chunks_exact(128) {
            let length = usize::from(u16_at(entry, 0x40)?).saturating_sub(2).min(62);
            let units = entry[..length].chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]]));
            let name: String = char::decode_utf16(units).map(|c| c.unwrap_or('\u{FFFD}')).collect();
            let (first, size) = (u32_at(entry, 0x74)?, u32_at(entry, 0x78)?.into());
            match entry[0x42] {
                2 => file.streams.push(Stream { name, first, size }),
                5 => file.mini_stream = file.chain(first, size),
                _ => {}
            }
        }
        Some(file)
    }

    /// The first stream of this name.
    pub fn find(&self, name: &str) -> Option<&Stream> {
        self.streams.iter().find(|stream| stream.name == name)
    }

    /// The bytes of a stream, as many as there are.
    pub fn read(&self, stream: &Stream) -> Vec<u8> {
        if stream.size >= self.cutoff {
            return self.chain(stream.first, stream.size);
        }
        let mut out = Vec::new();
        let mut at = stream.first;
        for _ in 0..=self.next_mini.len() {
            let start = at as usize * self.mini;
            let Some(part) = self.mini_stream.get(start..) else { break };
            out.extend_from_slice(&part[..part.len().min(self.mini)]);
            let next = self.next_mini.get(at as usize).copied().unwrap_or(LAST);
            if next >= LAST || out.len() as u64 >= stream.size {
                break;
            }
            at = next;
        }
        out.truncate(usize::try_from(stream.size).unwrap_or(usize::MAX));
        out
    }

    /// The sector's bytes; fewer, or none, where the file ends.
    fn sector(&self, number: u32) -> &'a [u8] {
        let start = (number as usize).saturating_add(1).saturating_mul(self.sector);
        let rest = self.bytes.get(start..).unwrap_or_default();
        &rest[..rest.len().min(self.sector)]
    }

    /// Reads which sector follows which. The first 109 sectors of the table stand in the head, others in a
    /// chain of their own.
    fn read_table(&mut self) -> Option<()> {
        let sectors = self.bytes.len() / self.sector + 1;
        let mut of_table: Vec<u32> = Vec::new();
        of_table.extend((0..109).filter_map(|i| u32_at(self.bytes, 0x4C + 4 * i)));
        let mut at = u32_at(self.bytes, 0x44)?;
        for _ in 0..sectors {
            if at >= LAST {
                break;
            }
            let sector = self.sector(at);
            let entries = sector.chunks_exact(4).filter_map(|c| u32_at(c, 0));
            let mut entries: Vec<u32> = entries.collect();
            at = entries.pop().unwrap_or(LAST);
            of_table.extend(entries);
        }
        of_table.retain(|&sector| (sector as usize) < sectors);
        of_table.truncate(sectors);
        for sector in of_table {
            let mut entries: Vec<u32> =
                self.sector(sector).chunks_exact(4).filter_map(|c| u32_at(c, 0)).collect();
            entries.resize(self.sector / 4, LAST);
            self.next.extend(entries);
            if self.next.len() > sectors {
                break;
            }
        }
        Some(())
    }

    /// The bytes of a chain of sectors, so many of them at most.
    fn chain(&self, first: u32, most: u64) -> Vec<u8> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut out = Vec::new();
        let mut at = first;
        for _ in 0..=self.next.len() {
            if at >= LAST {
                break;
            }
            let sector = self.sector(at);
            out.extend_from_slice(sector);
            if sector.len() < self.sector || out.len() >= most {
                break;
            }
            at = self.next.get(at as usize).copied().unwrap_or(LAST);
        }
        out.truncate(most);
        out
    }
}

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of one stream whose chain leads from its only sector to `next`.
    fn file(content: &[u8], next: u32) -> Vec<u8> {
        let mut head = vec![0u8; 512];
        head[..8].copy_from_slice(SIGNATURE);
        head[0x1E] = 9;
        head[0x20] = 6;
        let mut put =
            |at: usize, value: u32| head[at..at + 4].copy_from_slice(&value.to_le_bytes());
        put(0x30, 1);
        put(0x38, 0);
        put(0x3C, u32::MAX - 1);
        put(0x44, u32::MAX - 1);
        put(0x4C, 0);
        for i in 1..109 {
            put(0x4C + 4 * i, u32::MAX);
        }
        let mut table = vec![0xFFu8; 512];
        for (i, next) in [0xFFFF_FFFD, 0xFFFF_FFFE, next].iter().enumerate() {
            table[4 * i..4 * i + 4].copy_from_slice(&u32::to_le_bytes(*next));
        }
        let mut directory = vec![0u8; 512];
        let name: Vec<u8> = "Book\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        directory[..name.len()].copy_from_slice(&name);
        directory[0x40] = name.len() as u8;
        directory[0x42] = 2;
        directory[0x74] = 2;
        directory[0x78..0x7C].copy_from_slice(&1_000_000u32.to_le_bytes());
        [head.as_slice(), &table, &directory, content].concat()
    }

    #[test]
    fn a_ring_ends_and_a_short_last_sector_is_read() {
        let ring = file(&[b'x'; 512], 2);
        let read = |bytes: &[u8]| {
            let file = Compound::open(bytes).expect("a compound file");
            let stream = file.find("Book").expect("it is there");
            file.read(stream).len()
        };
        assert!((512..100_000).contains(&read(&ring)), "{}", read(&ring));
        let short = file(&[b'x'; 100], u32::MAX - 1);
        assert_eq!(read(&short), 100);
    }
}
