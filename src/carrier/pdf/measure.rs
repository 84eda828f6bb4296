//! A packed stream in, the size of what is in it out, without unpacking it: a few kilobytes can hold
//! gigabytes, and the reader unpacks whole streams.
//!
//! Told are upper bounds: what the reader refuses or leaves unfinished may count as more than it gives.
//! Deliberately absent: what the bytes are. For LZ77 and LZW their number needs no memory of them.

use hayro_syntax::Filter;

/// How many bytes one byte may become, where that is all that need be known: deflate (258 bytes in two
/// bits), LZW (4,096 in twelve), run lengths (128 in two bytes), base 85 (four for a `z`).
fn swell(filter: Filter) -> u64 {
    match filter {
        Filter::FlateDecode => 1032,
        Filter::LzwDecode => 2731,
        Filter::RunLengthDecode => 64,
        Filter::Ascii85Decode => 4,
        _ => 1,
    }
}

/// The size of any data of a length once `filters` are undone, at most.
pub(super) fn most(length: usize, filters: &[Filter]) -> u64 {
    filters.iter().fold(length as u64, |size, &filter| size.saturating_mul(swell(filter)))
}

/// The size of `data` once `filters` are undone, at most; counting stops above `limit`.
pub(super) fn unpacked(data: &[u8], filters: &[Filter], limit: u64) -> u64 {
    let Some((&first, others)) = filters.split_first() else { return data.len() as u64 };
    let size = match first {
        Filter::FlateDecode => inflated(data, limit),
        Filter::LzwDecode => lzw(data, limit),
        Filter::RunLengthDecode => run_lengths(data),
        // What is packed inside is measured: some producers write every stream so.
        Filter::Ascii85Decode if !others.is_empty() => match base_85(data) {
            Some(data) => return unpacked(&data, others, limit),
            None => data.len() as u64 * swell(first),
        },
        Filter::Ascii85Decode => {
            let zs = data.iter().filter(|&&b| b == b'z').count() as u64;
            4 * zs + (data.len() as u64 - zs) * 4 / 5 + 4
        }
        Filter::AsciiHexDecode => data.len() as u64 / 2 + 1,
        _ => data.len() as u64,
    };
    // What is packed again is not here to be measured.
    most(usize::try_from(size).unwrap_or(usize::MAX), others)
}

/// What base 85 stands for (ISO 32000-2, 7.4.3), as the reader undoes it; `None` where it refuses.
fn base_85(data: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(data.len() / 5 * 4 + 4);
    let (mut group, mut count) = ([0; 5], 0);
    let mut end_group = |group: &mut [u8; 5], count: &mut usize, zeros: &[u8]| {
        if *count > 0 {
            group[*count..].fill(b'u');
            let add =
                |sum: u32, digit: &u8| sum.checked_mul(85)?.checked_add((digit - b'!').into());
            let value = group.iter().try_fold(0_u32, add)?;
            // One digit alone stands for nothing.
            bytes.extend_from_slice(
                value.to_be_bytes().get(..*count - 1).filter(|b| !b.is_empty())?,
            );
            *count = 0;
        }
        bytes.extend_from_slice(zeros);
        Some(())
    };
    for &byte in data {
        match byte {
            0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ' => {}
            b'!'..=b'u' => {
                group[count] = byte;
                count += 1;
                if count == 5 {
                    end_group(&mut group, &mut count, &[])?;
                }
            }
            b'z' => end_group(&mut group, &mut count, &[0; 4])?,
            b'~' => break,
            _ => return None,
        }
    }
    end_group(&mut group, &mut count, &[])?;
    Some(bytes)
}

/// The size of deflated data (RFC 1951), with or without the head of zlib (RFC 1950).
pub(super) fn inflated(data: &[u8], limit: u64) -> u64 {
    match data {
        [a, b, rest @ ..]
            if a & 0x0F == 8 && u16::from_be_bytes([*a, *b]) % 31 == 0 && b & 0x20 == 0 =>
        {
            let with_head = Inflate::new(rest).size(limit);
            // Where the head is none: its first byte then begins a block stored as it is.
            match data.get(1..5) {
                Some(&[a, b, c, d]) if [a, b] == [!c, !d] => {
                    with_head.max(Inflate::new(data).size(limit))
                }
                _ => with_head,
            }
        }
        _ => Inflate::new(data).size(limit),
    }
}

/// Reads deflated data and counts what it stands for.
struct Inflate<'a> {
    data: &'a [u8],
    bits: u64,
    /// How many of `bits` there are.
    count: u32,
    size: u64,
}

/// Base and number of further bits of each code of a length, from 257 on.
const LENGTHS: [(u16, u8); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];
/// The order in which the lengths of the codes of lengths stand.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

impl<'a> Inflate<'a> {
    fn new(data: &'a [u8]) -> Inflate<'a> {
        Inflate { data, bits: 0, count: 0, size: 0 }
    }

    fn size(mut self, limit: u64) -> u64 {
        while self.size <= limit && self.block(limit) == Some(false) {}
        self.size
    }

    /// Reads a block; gives whether it was the last, `None` where the data is broken or ends.
    fn block(&mut self, limit: u64) -> Option<bool> {
        let last = self.take(1)? == 1;
        match self.take(2)? {
            0 => {
                self.take(self.count % 8)?;
                let length = self.take(16)?;
                self.take(16)?;
                // What was taken ahead is put back.
                let ahead = (self.count / 8) as usize;
                let length = (length as usize).min(ahead + self.data.len());
                self.size += length as u64;
                for _ in 0..length.min(ahead) {
                    self.take(8)?;
                }
                // What stands in the word beyond those is of the block too.
                if length >= ahead {
                    self.bits = 0;
                }
                self.data = self.data.get(length.saturating_sub(ahead)..)?;
            }
            1 => {
                let mut lengths = [8; 288];
                lengths[144..256].fill(9);
                lengths[256..280].fill(7);
                self.codes(&Codes::new(&lengths), &Codes::new(&[5; 30]), limit)?;
            }
            2 => {
                let (literals, distances) = self.tables()?;
                self.codes(&literals, &distances, limit)?;
            }
            _ => return None,
        }
        Some(last)
    }

    fn codes(&mut self, literals: &Codes, distances: &Codes, limit: u64) -> Option<()> {
        while self.size <= limit {
            let code = self.code(literals)?;
            match code {
                0..=255 => self.size += 1,
                256 => return Some(()),
                _ => {
                    let (base, more) =
                        LENGTHS.get(usize::from(code) - 257).copied().unwrap_or((0, 0));
                    self.size += u64::from(base) + self.take(more.into())?;
                    let distance = self.code(distances)?;
                    if distance >= 30 {
                        return None;
                    }
                    self.take(u32::from(distance / 2).saturating_sub(1))?;
                }
            }
        }
        Some(())
    }

    fn tables(&mut self) -> Option<(Codes, Codes)> {
        let literals = self.take(5)? as usize + 257;
        let distances = self.take(5)? as usize + 1;
        let given = self.take(4)? as usize + 4;
        let mut lengths = [0; 19];
        for &at in ORDER.iter().take(given) {
            *lengths.get_mut(at)? = self.take(3)? as u8;
        }
        let codes = Codes::new(&lengths);
        let mut lengths: Vec<u8> = Vec::with_capacity(literals + distances);
        while lengths.len() < literals + distances {
            let (length, times) = match self.code(&codes)? {
                16 => (lengths.last().copied().unwrap_or(0), 3 + self.take(2)?),
                17 => (0, 3 + self.take(3)?),
                18 => (0, 11 + self.take(7)?),
                length => (length as u8, 1),
            };
            lengths.extend(std::iter::repeat_n(length, times as usize));
        }
        let (literals, rest) = lengths.split_at_checked(literals)?;
        Some((Codes::new(literals), Codes::new(rest.get(..distances)?)))
    }

    /// Takes bits ahead, as many as there is room for and data. Those of a word that there is no room to count are there
    /// already when they are counted.
    fn fill(&mut self) {
        if let Some(word) = self.data.first_chunk() {
            let bytes = 63_u32.saturating_sub(self.count) / 8;
            self.bits |= u64::from_le_bytes(*word) << self.count;
            self.count += 8 * bytes;
            self.data = &self.data[bytes as usize..];
            return;
        }
        while self.count <= 56
            && let Some((&byte, rest)) = self.data.split_first()
        {
            self.bits |= u64::from(byte) << self.count;
            self.count += 8;
            self.data = rest;
        }
    }

    /// The next bits, 16 at most.
    fn take(&mut self, count: u32) -> Option<u64> {
        if self.count < count {
            self.fill();
        }
        let taken = self.bits & ((1 << count) - 1);
        self.count = self.count.checked_sub(count)?;
        self.bits >>= count;
        Some(taken)
    }

    fn code(&mut self, codes: &Codes) -> Option<u16> {
        if self.count < 15 {
            self.fill();
        }
        let (code, length) = *codes.table.get(self.bits as usize & (codes.table.len() - 1))?;
        self.count = self.count.checked_sub(length.into()).filter(|_| length > 0)?;
        self.bits >>= length;
        Some(code)
    }
}

/// A Huffman code as a table: for the next bits the symbol and how many of them it takes.
struct Codes {
    /// As many entries as the longest code has values.
    table: Vec<(u16, u8)>,
}

impl Codes {
    /// The code in which each symbol has this length (RFC 1951, 3.2.2), 15 at most. Lengths that make
    /// no code make a table all the same, as in the reader.
    fn new(lengths: &[u8]) -> Codes {
        let longest = lengths.iter().copied().max().unwrap_or(0).min(15);
        let mut table = vec![(0, 0); 1 << longest];
        let mut code: u32 = 0;
        for length in 1..=longest {
            for (symbol, _) in lengths.iter().enumerate().filter(|(_, l)| **l == length) {
                let reversed = (code & 0xFFFF).reverse_bits() >> (32 - u32::from(length));
                for entry in table.iter_mut().skip(reversed as usize).step_by(1 << length) {
                    *entry = (symbol as u16, length);
                }
                code = code.wrapping_add(1);
            }
            code = code.wrapping_shl(1);
        }
        Codes { table }
    }
}

/// The size of LZW-packed data (ISO 32000-2, 7.4.4), whichever way the length of its codes changes.
fn lzw(data: &[u8], limit: u64) -> u64 {
    lzw_with(data, limit, 1).max(lzw_with(data, limit, 0))
}

fn lzw_with(data: &[u8], limit: u64, early: usize) -> u64 {
    const CLEAR: usize = 256;
    const END: usize = 257;
    const CODES: usize = 4096;
    let start = || vec![1u32; 258];
    let (mut lengths, mut before) = (start(), None::<u32>);
    let (mut size, mut bits, mut count) = (0u64, 0u32, 0);
    let mut bytes = data.iter();
    while size <= limit {
        let width = match lengths.len() + early {
            ..512 => 9,
            512..1024 => 10,
            1024..2048 => 11,
            _ => 12,
        };
        while count < width {
            let Some(&byte) = bytes.next() else { return size };
            bits = bits << 8 | u32::from(byte);
            count += 8;
        }
        count -= width;
        let code = (bits >> count) as usize & ((1 << width) - 1);
        match code {
            CLEAR => (lengths, before) = (start(), None),
            END => return size,
            _ => {
                let next = before.map(|length| length.saturating_add(1));
                let Some(length) = lengths.get(code).copied().or(next) else { return size };
                size += u64::from(length);
                if let Some(next) = next.filter(|_| lengths.len() < CODES) {
                    lengths.push(next);
                }
                before = Some(length);
            }
        }
    }
    size
}

/// The size of data packed by run lengths (ISO 32000-2, 7.4.5).
fn run_lengths(data: &[u8]) -> u64 {
    let (mut at, mut size) = (0usize, 0);
    while let Some(&length) = data.get(at).filter(|length| **length != 128) {
        let length = usize::from(length);
        let (taken, given) =
            if length < 128 { (length + 2, length + 1) } else { (2, 257 - length) };
        at += taken;
        size += given as u64;
    }
    size
}

#[cfg(test)]
mod tests {
    use super::{base_85, inflated, lzw, most, run_lengths, unpacked};
    use hayro_syntax::Filter;
    use lopdf::{Dictionary, Stream};

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut stream = Stream::new(Dictionary::new(), bytes.to_vec());
        stream.compress().expect("what is packed in memory");
        stream.content
    }

    /// Bytes that look random, with `sorts` values.
    fn noise(length: usize, sorts: u64) -> Vec<u8> {
        let mut state = 7u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % sorts
        };
        (0..length).map(|_| next() as u8).collect()
    }

    #[test]
    fn deflated_data_is_measured_to_the_byte() {
        for length in [100, 1000, 70_000, 300_000] {
            for sorts in [1, 2, 17, 256] {
                let packed = deflate(&noise(length, sorts));
                if packed.len() < length {
                    assert_eq!(inflated(&packed, u64::MAX), length as u64, "{length} of {sorts}");
                }
            }
        }
    }

    #[test]
    fn what_base_85_holds_is_measured() {
        // "Man sure" and four zeros; a group of two digits stands for one byte.
        assert_eq!(base_85(b"9jqo^F*2M7z 9j\n~>").as_deref(), Some(&b"Man sure\0\0\0\0M"[..]));
        assert_eq!(base_85(b"9jqo^9~>"), None);
        assert_eq!(base_85(b"9jq\x7F"), None);
        let packed = deflate(&noise(5000, 17));
        let digits = |chunk: &[u8]| {
            let mut four = [0; 4];
            four[..chunk.len()].copy_from_slice(chunk);
            let mut value = u32::from_be_bytes(four);
            let mut digits = [0; 5];
            for digit in digits.iter_mut().rev() {
                *digit = b'!' + (value % 85) as u8;
                value /= 85;
            }
            digits[..=chunk.len()].to_vec()
        };
        let text: Vec<u8> = packed.chunks(4).flat_map(digits).collect();
        let filters = [Filter::Ascii85Decode, Filter::FlateDecode];
        assert_eq!(unpacked(&text, &filters, u64::MAX), 5000);
    }

    #[test]
    fn blocks_stored_as_they_are_count() {
        // A head of zlib, then two stored blocks of 3 and 2 bytes.
        let data = [0x78, 1, 0, 3, 0, 0xFC, 0xFF, 1, 2, 3, 1, 2, 0, 0xFD, 0xFF, 4, 5];
        assert_eq!(inflated(&data, u64::MAX), 5);
        assert_eq!(inflated(&data[2..], u64::MAX), 5);
        // A longer one, and one that is packed behind it.
        let mut data = vec![0, 100, 0, 155, 255];
        data.extend([0xFF; 100]);
        data.extend(&deflate(&noise(5000, 17))[2..]);
        assert_eq!(inflated(&data, u64::MAX), 5100);
    }

    #[test]
    fn no_data_swells_more_than_is_said() {
        for (filter, data) in [
            (Filter::FlateDecode, deflate(&vec![0; 5_000_000])),
            (Filter::RunLengthDecode, [129, 0].repeat(1000)),
            (Filter::AsciiHexDecode, b"00".repeat(1000)),
        ] {
            let (size, most) = (unpacked(&data, &[filter], u64::MAX), most(data.len(), &[filter]));
            assert!((size..2 * size + 100).contains(&most), "{filter:?}: {size} {most}");
        }
        let both = [Filter::Ascii85Decode, Filter::FlateDecode];
        assert_eq!(most(10, &both), 10 * 4 * 1032);
        assert_eq!(most(usize::MAX, &both), u64::MAX);
    }

    #[test]
    fn counting_stops_above_the_limit() {
        let packed = deflate(&vec![0; 50_000_000]);
        assert!((1001..2000).contains(&inflated(&packed, 1000)));
    }

    #[test]
    fn a_stream_packed_twice_is_bounded() {
        let (once, twice) = (deflate(&vec![0; 20_000_000]), [Filter::FlateDecode; 2]);
        assert!(unpacked(&deflate(&once), &twice, u64::MAX) >= 20_000_000);
    }

    #[test]
    fn broken_data_ends() {
        for length in 0..2000 {
            let data = noise(length, 256);
            for filter in [Filter::FlateDecode, Filter::LzwDecode, Filter::RunLengthDecode] {
                unpacked(&data, &[filter], 1 << 20);
            }
        }
    }

    #[test]
    fn lzw_and_run_lengths_are_measured() {
        // The example of ISO 32000-2, 7.4.4.2.
        assert_eq!(lzw(&[0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01], 1000), 9 + 1);
        assert_eq!(run_lengths(&[4, 10, 11, 12, 13, 14, 253, 3, 128]), 9);
    }
}
