//! Names and codes of administrative divisions (GB/T 2260) by date. A table, not a match.
//!
//! What a row of a notice means is left to `typing`; this room only answers which division a name
//! stands for, given where and when.

/// The level of a division in GB/T 2260.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// A province, autonomous region or municipality: code NN0000.
    Province,
    /// A prefecture, prefecture-level city, autonomous prefecture or league: code NNNN00.
    Prefecture,
    /// A county, county-level city, district or banner: any other code.
    County,
}

/// A division under one name and one code, over the years in which both held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// Six digits of GB/T 2260.
    pub code: u32,
    /// The full name: 恭城瑶族自治县.
    pub name: &'static str,
    /// The first year at whose end it existed.
    pub from: u16,
    /// The first year at whose end it did not; `None` if it exists today.
    pub until: Option<u16>,
    /// Codes it went on under, where it was renamed, raised or recoded; empty for today's.
    pub successors: Vec<u32>,
}

/// The division that an authority's name or a title speaks for: 江西省住房和城乡建设厅 is
/// 江西省's, 九江市人民政府 is 九江市's. The longest name that `text` begins with, else the first
/// that stands in it.
pub fn issuer_of(_text: &str, _year: Option<u16>) -> Option<&'static Division> {
    None
}
