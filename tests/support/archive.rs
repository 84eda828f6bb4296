//! A small writer of ZIP archives: entries as they are, unpacked.

/// An archive of these entries, in this order.
#[allow(dead_code)] // Not every user writes names as they are.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let named: Vec<(Vec<u8>, &[u8])> =
        entries.iter().map(|(name, content)| (name.as_bytes().to_vec(), *content)).collect();
    zip_named(&named, 0x0800)
}

/// An archive of entries whose names are these bytes, under these flags.
pub fn zip_named(entries: &[(Vec<u8>, &[u8])], flags: u16) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in entries {
        let at = bytes.len() as u32;
        let size = (content.len() as u32).to_le_bytes();
        let mut head = vec![20, 0];
        head.extend(flags.to_le_bytes());
        head.extend([0; 6]);
        head.extend(checksum(content).to_le_bytes());
        head.extend(size);
        head.extend(size);
        head.extend((name.len() as u16).to_le_bytes());
        head.extend([0, 0]);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&head);
        bytes.extend(name);
        bytes.extend(*content);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&head);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name);
    }
    let (start, size) = (bytes.len() as u32, directory.len() as u32);
    let count = (entries.len() as u16).to_le_bytes();
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(count);
    bytes.extend(count);
    bytes.extend(size.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

/// CRC-32, a bit at a time.
pub fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = !0u32;
    for &byte in bytes {
        sum ^= u32::from(byte);
        for _ in 0..8 {
            sum = if sum & 1 != 0 { 0xEDB8_8320 ^ (sum >> 1) } else { sum >> 1 };
        }
    }
    !sum
}

/// An archive as [`zip`] writes it, with the checksums that its entries have now: damage inside an entry is then not
/// told by the archive.
#[allow(dead_code)] // Not every test damages one.
pub fn mended(mut bytes: Vec<u8>) -> Vec<u8> {
    let number = |bytes: &[u8], at: usize| {
        let four = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_le_bytes(four) as usize)
    };
    let heads: Vec<usize> =
        bytes.windows(4).enumerate().filter(|(_, w)| *w == b"PK\x01\x02").map(|(i, _)| i).collect();
    for head in heads {
        let read = || {
            let (size, at) = (number(&bytes, head + 20)?, number(&bytes, head + 42)?);
            let name =
                usize::from(u16::from_le_bytes(bytes.get(at + 26..at + 28)?.try_into().ok()?));
            let start = at + 30 + name;
            Some((at, checksum(bytes.get(start..start.checked_add(size)?)?)))
        };
        if let Some((at, sum)) = read() {
            bytes[head + 16..head + 20].copy_from_slice(&sum.to_le_bytes());
            bytes[at + 14..at + 18].copy_from_slice(&sum.to_le_bytes());
        }
    }
    bytes
}
