//! A ZIP archive (APPNOTE 6.3.9) in, its entries out: what Word, Excel and OFD documents and packages are
//! put up in. What an archive says of itself is not believed: sizes are counted as they are unpacked, and a
//! checksum that does not hold is said.
//!
//! Deliberately absent: encryption, archives over several disks, methods besides stored and deflated. The
//! directory is looked for at the end; where it was cut off, the entries are found by their own heads.

use crate::error::{Error, ErrorKind};

/// A head of an entry in the directory.
const CENTRAL: &[u8] = b"PK\x01\x02";
/// A head of an entry before its bytes.
const LOCAL: &[u8] = b"PK\x03\x04";
/// The end of the directory.
const END: &[u8] = b"PK\x05\x06";
/// The end of the directory of a large archive.
const END_64: &[u8] = b"PK\x06\x06";
/// A comment behind the directory has at most so many bytes.
const COMMENT: usize = 65_535;

/// An archive: its entries by their names.
#[derive(Debug, Clone)]
pub(crate) struct Archive<'a> {
    bytes: &'a [u8],
    /// In the order of the directory.
    pub entries: Vec<Entry>,
    /// Whether the directory was missing, and the entries were found by their heads.
    pub is_cut: bool,
}

/// An entry of the directory.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// The name's bytes, as they stand there.
    pub name: Vec<u8>,
    /// Whether the archive says that the name is UTF-8.
    pub is_utf8: bool,
    /// Whether it is encrypted.
    pub is_encrypted: bool,
    method: u16,
    checksum: u32,
    packed: u64,
    /// Where its head begins.
    at: u64,
}

/// Why an entry could not be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    /// Its bytes are missing, or can't be unpacked.
    Broken,
    /// They unpack to something other than what was packed.
    Checksum,
    /// It is encrypted.
    Encrypted,
    /// Packed by a method that is not read.
    Method,
    /// It holds more bytes than it may.
    TooLarge,
}

impl<'a> Archive<'a> {
    /// Reads the directory.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] for more entries than `most`.
    pub fn open(bytes: &'a [u8], most: u32) -> Result<Archive<'a>, Error> {
        let (mut entries, is_cut) = match directory(bytes, most)? {
            Some(entries) => (entries, false),
            None => (by_heads(bytes, most)?, true),
        };
        // A directory that names folders names nothing to read.
        entries.retain(|entry| !entry.name.ends_with(b"/") && !entry.name.is_empty());
        Ok(Archive { bytes, entries, is_cut })
    }

    /// The entry of this name, in any case and with either slash.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.is(name))
    }

    /// Unpacks an entry that may hold so many bytes.
    pub fn unpack(&self, entry: &Entry, most: u64) -> Result<Vec<u8>, Damage> {
        if entry.is_encrypted {
            return Err(Damage::Encrypted);
        }
        let packed = self.packed(entry).ok_or(Damage::Broken)?;
        let bytes = match entry.method {
            0 if packed.len() as u64 > most => return Err(Damage::TooLarge),
            0 => packed.to_vec(),
            8 => inflate(packed, most)?,
            _ => return Err(Damage::Method),
        };
        if checksum(&bytes) == entry.checksum { Ok(bytes) } else { Err(Damage::Checksum) }
    }

    fn packed(&self, entry: &Entry) -> Option<&'a [u8]> {
        let head = self.bytes.get(usize::try_from(entry.at).ok()?..)?;
        if !head.starts_with(LOCAL) {
            return None;
        }
        let start = 30 + usize::from(u16_at(head, 26)?) + usize::from(u16_at(head, 28)?);
        let packed = usize::try_from(entry.packed).ok()?;
        head.get(start..)?.get(..packed)
    }
}

impl Entry {
    /// Whether this is its name, in any case and with either slash.
    pub fn is(&self, name: &str) -> bool {
        let own = self.name.strip_prefix(b"/").unwrap_or(&self.name);
        let plain = |b: &u8| if *b == b'\\' { b'/' } else { b.to_ascii_lowercase() };
        own.len() == name.len()
            && own.iter().zip(name.as_bytes()).all(|(a, b)| plain(a) == plain(b))
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

fn too_many(most: u32) -> Error {
    Error::new(ErrorKind::Limit { name: "max-entries", value: most.into() })
}

/// The entries that the directory names; `None` where there is none, or it leads nowhere.
fn directory(bytes: &[u8], most: u32) -> Result<Option<Vec<Entry>>, Error> {
    let tail = bytes.len().saturating_sub(COMMENT + 22);
    let Some(end) = bytes[tail..].windows(4).rposition(|w| w == END).map(|at| tail + at) else {
        return Ok(None);
    };
    let Some((mut start, size)) = u32_at(bytes, end + 16).zip(u32_at(bytes, end + 12)) else {
        return Ok(None);
    };
    let mut begins_at = end as u64;
    if start == u32::MAX {
        // The end of a large archive stands before the end proper, 20 bytes of pointer between them.
        let large = end.checked_sub(20).and_then(|at| u64_at(bytes, at + 8));
        let large = large.and_then(|at| usize::try_from(at).ok());
        let Some(large) =
            large.filter(|&at| bytes.get(at..).is_some_and(|b| b.starts_with(END_64)))
        else {
            return Ok(None);
        };
        let Some(at) = u64_at(bytes, large + 48).and_then(|at| u32::try_from(at).ok()) else {
            return Ok(None);
        };
        (start, begins_at) = (at, large as u64);
    }
    // Bytes before the archive move all that it says of places.
    let moved = match begins_at.checked_sub(u64::from(start) + u64::from(size)) {
        Some(moved) if size != u32::MAX => moved,
        _ => 0,
    };
    let mut entries = Vec::new();
    let mut at = usize::try_from(u64::from(start) + moved).unwrap_or(usize::MAX);
    while let Some(head) = bytes.get(at..).filter(|head| head.starts_with(CENTRAL)) {
        if entries.len() >= most as usize {
            return Err(too_many(most));
        }
        let Some((entry, length)) = central(head, moved) else { break };
        entries.push(entry);
        at += length;
    }
    Ok((!entries.is_empty()).then_some(entries))
}

/// An entry of the directory, and how many bytes it takes there.
fn central(head: &[u8], moved: u64) -> Option<(Entry, usize)> {
    let flags = u16_at(head, 8)?;
    let name_length = usize::from(u16_at(head, 28)?);
    let extra_length = usize::from(u16_at(head, 30)?);
    let comment_length = usize::from(u16_at(head, 32)?);
    let mut name = head.get(46..46 + name_length)?.to_vec();
    let extra = head.get(46 + name_length..46 + name_length + extra_length)?;
    let (mut packed, mut at) = (u64::from(u32_at(head, 20)?), u64::from(u32_at(head, 42)?));
    let mut is_utf8 = flags & 0x800 != 0;
    for (kind, field) in fields(extra) {
        match kind {
            // Sizes of large archives: those alone that did not fit, in this order.
            1 => {
                let mut next = 0;
                let mut take = |value: &mut u64| {
                    if *value == u64::from(u32::MAX)
                        && let Some(large) = u64_at(field, next)
                    {
                        *value = large;
                        next += 8;
                    }
                };
                let mut unpacked = u64::from(u32_at(head, 24)?);
                take(&mut unpacked);
                take(&mut packed);
                take(&mut at);
            }
            // The name once more in UTF-8, if it is that of the name's checksum.
            0x7075 if u32_at(field, 1) == Some(checksum(&name)) => {
                name = field.get(5..)?.to_vec();
                is_utf8 = true;
            }
            _ => {}
        }
    }
    let entry = Entry {
        name,
        is_utf8,
        is_encrypted: flags & 1 != 0,
        method: u16_at(head, 10)?,
        checksum: u32_at(head, 16)?,
        packed,
        at: at.checked_add(moved)?,
    };
    Some((entry, 46 + name_length + extra_length + comment_length))
}

/// The fields of an entry's extra bytes.
fn fields(mut extra: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (kind, length) = u16_at(extra, 0).zip(u16_at(extra, 2))?;
        let field = extra.get(4..4 + usize::from(length))?;
        extra = &extra[4 + field.len()..];
        Some((kind, field))
    })
}

/// The entries by the heads that stand before their bytes: what is left of an archive that lost its end.
/// One whose size stands behind its bytes ends where the next one begins.
fn by_heads(bytes: &[u8], most: u32) -> Result<Vec<Entry>, Error> {
    let mut entries: Vec<Entry> = Vec::new();
    // Where the bytes of the last entry end: what looks like a head before is one of an archive in it.
    let mut end = 0;
    let heads: Vec<usize> = find_all(bytes, LOCAL, most as usize + 1).collect();
    if heads.len() > most as usize {
        return Err(too_many(most));
    }
    for (index, &at) in heads.iter().enumerate() {
        if at < end {
            continue;
        }
        let head = &bytes[at..];
        let read = || {
            let flags = u16_at(head, 6)?;
            let name_length = usize::from(u16_at(head, 26)?);
            let start = 30 + name_length + usize::from(u16_at(head, 28)?);
            let (mut checksum, mut packed) = (u32_at(head, 14)?, u64::from(u32_at(head, 18)?));
            if flags & 8 != 0 && packed == 0 {
                // A description of 12 or 16 bytes stands behind the bytes.
                let end = heads.get(index + 1).copied().unwrap_or(bytes.len()) - at;
                let told = end.checked_sub(16).filter(|&d| head[d..].starts_with(b"PK\x07\x08"));
                let (described, first) = match told {
                    Some(d) => (d, d + 4),
                    None => (end.checked_sub(12)?, end - 12),
                };
                checksum = u32_at(head, first)?;
                packed = described.checked_sub(start)? as u64;
            }
            let entry = Entry {
                name: head.get(30..30 + name_length)?.to_vec(),
                is_utf8: flags & 0x800 != 0,
                is_encrypted: flags & 1 != 0,
                method: u16_at(head, 8)?,
                checksum,
                packed,
                at: at as u64,
            };
            Some((entry, at + start))
        };
        if let Some((entry, start)) = read() {
            end = start.saturating_add(usize::try_from(entry.packed).unwrap_or(usize::MAX));
            entries.push(entry);
        }
    }
    Ok(entries)
}

/// Where the mark stands in the bytes, the first `most` times.
fn find_all<'a>(bytes: &'a [u8], mark: &'a [u8], most: usize) -> impl Iterator<Item = usize> + 'a {
    bytes
        .windows(mark.len())
        .enumerate()
        .filter(move |(_, w)| *w == mark)
        .map(|(at, _)| at)
        .take(most)
}

/// Unpacks deflated bytes, `most` of them.
#[cfg(feature = "inflate")]
fn inflate(packed: &[u8], most: u64) -> Result<Vec<u8>, Damage> {
    use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    decompress_to_vec_with_limit(packed, most).map_err(|error| match error.status {
        TINFLStatus::HasMoreOutput => Damage::TooLarge,
        _ => Damage::Broken,
    })
}

#[cfg(not(feature = "inflate"))]
fn inflate(_: &[u8], _: u64) -> Result<Vec<u8>, Damage> {
    Err(Damage::Method)
}

/// The checksum of ISO 3309, as archives have it.
fn checksum(bytes: &[u8]) -> u32 {
    static TABLES: [[u32; 256]; 8] = tables();
    let mut sum = !0u32;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let low = sum ^ u32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]);
        sum = TABLES[7][(low & 0xFF) as usize]
            ^ TABLES[6][(low >> 8 & 0xFF) as usize]
            ^ TABLES[5][(low >> 16 & 0xFF) as usize]
            ^ TABLES[4][(low >> 24) as usize]
            ^ TABLES[3][usize::from(chunk[4])]
            ^ TABLES[2][usize::from(chunk[5])]
            ^ TABLES[1][usize::from(chunk[6])]
            ^ TABLES[0][usize::from(chunk[7])];
    }
    for &byte in chunks.remainder() {
        sum = TABLES[0][((sum ^ u32::from(byte)) & 0xFF) as usize] ^ (sum >> 8);
    }
    !sum
}

/// Tables for eight bytes at a time.
const fn tables() -> [[u32; 256]; 8] {
    let mut tables = [[0u32; 256]; 8];
    let mut i = 0;
    while i < 256 {
        let mut sum = i as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 != 0 { 0xEDB8_8320 ^ (sum >> 1) } else { sum >> 1 };
            bit += 1;
        }
        tables[0][i] = sum;
        i += 1;
    }
    let mut table = 1;
    while table < 8 {
        let mut i = 0;
        while i < 256 {
            let before = tables[table - 1][i];
            tables[table][i] = tables[0][(before & 0xFF) as usize] ^ (before >> 8);
            i += 1;
        }
        table += 1;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive of stored entries, with its directory.
    fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let (mut bytes, mut directory) = (Vec::new(), Vec::new());
        for (name, content) in entries {
            let at = bytes.len() as u32;
            let sizes = [checksum(content), content.len() as u32, content.len() as u32];
            let sizes: Vec<u8> = sizes.iter().flat_map(|n| n.to_le_bytes()).collect();
            let name_length = (name.len() as u16).to_le_bytes();
            let head =
                [&[20, 0, 0, 8, 0, 0, 0, 0, 0, 0][..], &sizes, &name_length, &[0, 0]].concat();
            bytes.extend([LOCAL, &head, name.as_bytes(), content].concat());
            let tail = [&[0; 10][..], &at.to_le_bytes()].concat();
            directory.extend([CENTRAL, &[20, 0], &head, &tail, name.as_bytes()].concat());
        }
        let (start, count) = (bytes.len() as u32, (entries.len() as u16).to_le_bytes());
        let size = (directory.len() as u32).to_le_bytes();
        bytes.extend(directory);
        bytes.extend([END, &[0; 4], &count, &count, &size, &start.to_le_bytes(), &[0, 0]].concat());
        bytes
    }

    fn read(bytes: &[u8]) -> Vec<(String, Result<Vec<u8>, Damage>)> {
        let archive = Archive::open(bytes, 100).expect("within limits");
        let name = |entry: &Entry| String::from_utf8_lossy(&entry.name).into_owned();
        archive.entries.iter().map(|e| (name(e), archive.unpack(e, 1000))).collect()
    }

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(checksum(b"123456789"), 0xCBF4_3926);
        assert_eq!(checksum(b"12345678901234567"), checksum(b"12345678901234567"));
    }

    #[test]
    fn entries_are_read_wherever_the_archive_begins_and_ends() {
        let whole = archive(&[("正文.txt", b"body"), ("a/b.txt", b"annex")]);
        let said = vec![
            ("正文.txt".to_owned(), Ok(b"body".to_vec())),
            ("a/b.txt".to_owned(), Ok(b"annex".to_vec())),
        ];
        assert_eq!(read(&whole), said);
        assert_eq!(read(&[b"MZ junk before".as_slice(), &whole].concat()), said);
        assert_eq!(read(&[&whole, b"a comment".as_slice()].concat()), said);
        // The directory is cut off: the entries' own heads tell of them.
        let cut = &whole[..whole.len() - 120];
        assert_eq!(read(cut), said);
        assert!(Archive::open(cut, 100).expect("within limits").is_cut);
    }

    #[test]
    fn what_does_not_hold_is_said() {
        let mut bytes = archive(&[("a", b"some text")]);
        let at = bytes.windows(4).position(|w| w == b"some").expect("it is stored");
        bytes[at] = b'c';
        assert_eq!(read(&bytes)[0].1, Err(Damage::Checksum));
        let error =
            Archive::open(&archive(&[("a", b"".as_slice()); 3]), 2).expect_err("beyond a limit");
        assert_eq!(error.to_string(), "limit max-entries reached (2)");
    }
}
