//! How wide characters are to each other where no font says so.

/// The width of a text in half-width characters.
pub(super) fn width_of(text: &str) -> usize {
    text.chars().map(cells_of).sum()
}

/// How many half-width characters this one takes: two for those that Chinese fonts set full width.
pub(super) fn cells_of(c: char) -> usize {
    match c as u32 {
        0 => 0,
        0x1100..=0x115F
        | 0x2014..=0x2015
        | 0x2018..=0x2019
        | 0x201C..=0x201D
        | 0x2026
        | 0x2460..=0x24FF
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE10..=0xFE19
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x3FFFD => 2,
        _ => 1,
    }
}
