//! Divisions whose names are nearly a printed one: under a rare form of one of its characters, or with
//! a character more or less.

use super::table::DIVISIONS;
use super::{Division, Tier};

/// The division whose name differs from the printed one in rare characters alone, as those that some
/// fonts name a usual character's glyph by.
pub fn by_rare_form(name: &str, within: u32, year: Option<u16>) -> Option<&'static Division> {
    if !name.chars().any(is_rare) {
        return None;
    }
    let fits = |division: &&Division| {
        let pairs = || division.name().chars().zip(name.chars());
        division.name().chars().count() == name.chars().count()
            && pairs().all(|(usual, printed)| usual == printed || is_rare(printed))
    };
    only(divisions(within).filter(fits), year)
}

/// The division whose name the printed one is but for a character more or less: a part of another cell
/// got into it, or a part of it was lost.
pub fn by_length(name: &str, within: u32, year: Option<u16>) -> Option<&'static Division> {
    let count = name.chars().count();
    let fits = |division: &&Division| {
        let other = division.name();
        let length = other.chars().count();
        let stem = other.char_indices().next_back().map_or("", |(at, _)| &other[..at]);
        // 南昌 for 南昌市 is a short form, 南昌市区 a part of the city.
        let is_said_so = name == stem || name.starts_with(other);
        length >= SHORTEST
            && length.abs_diff(count) == 1
            && !is_said_so
            && is_within_by_one(other, name)
    };
    only(divisions(within).filter(fits), year)
}

/// The divisions whose names differ from the printed one in one character other than the last, which says what they
/// are: 鄱阳县 for 都阳县.
pub fn by_character(
    name: &str,
    within: u32,
    year: Option<u16>,
) -> impl Iterator<Item = &'static Division> {
    let count = name.chars().count();
    let fits = move |division: &&Division| {
        let other = division.name();
        let pairs = || other.chars().zip(name.chars());
        count >= SHORTEST
            && other.chars().count() == count
            && other.chars().next_back() == name.chars().next_back()
            && pairs().filter(|(a, b)| a != b).count() == 1
            && year.is_none_or(|year| division.years_from(year) == 0)
    };
    divisions(within).filter(fits)
}

/// The divisions whose names are the printed one and a character behind it that was not read: 湘潭市 and 湘潭县 for 湘潭.
pub fn by_stem(
    name: &str,
    within: u32,
    year: Option<u16>,
) -> impl Iterator<Item = &'static Division> {
    let fits = move |division: &&Division| {
        let rest = division.name().strip_prefix(name).filter(|_| !name.is_empty());
        rest.is_some_and(|rest| rest.chars().count() == 1)
            && year.is_none_or(|year| division.years_from(year) == 0)
    };
    divisions(within).filter(fits)
}

/// Shorter names are too near to too many others.
const SHORTEST: usize = 3;

/// Whether the longer of two texts is the shorter and one character more.
fn is_within_by_one(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let mut rest = short.chars().peekable();
    let extra = long.chars().filter(|c| rest.next_if_eq(c).is_none()).count();
    extra == 1 && rest.peek().is_none()
}

/// Characters that names of divisions are not written with: extensions of the ideographs, compatibility
/// forms, private use.
fn is_rare(c: char) -> bool {
    matches!(c as u32, 0x3400..=0x4DBF | 0xE000..=0xF8FF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

fn divisions(within: u32) -> impl Iterator<Item = &'static Division> {
    let below =
        move |division: &&Division| division.tier() != Tier::Province && division.is_within(within);
    DIVISIONS.iter().filter(below)
}

/// The one division of these, or the one that stood in the year: several are as bad as none.
fn only(
    found: impl Iterator<Item = &'static Division>,
    year: Option<u16>,
) -> Option<&'static Division> {
    let found: Vec<&Division> = found.collect();
    let first = *found.first()?;
    let is_one = found.iter().all(|other| other.name() == first.name());
    let stood = |division: &&&Division| year.is_some_and(|year| division.years_from(year) == 0);
    match is_one {
        true => found.iter().find(stood).copied().or(Some(first)),
        false => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rare_form_stands_for_the_usual_one() {
        let name = |printed, within| by_rare_form(printed, within, Some(2019)).map(Division::name);
        assert_eq!(name("㬵州市", 370_200), Some("胶州市"));
        // 滕州市, 青州市 and others are as near.
        assert_eq!(name("㬵州市", 370_000), None);
        assert_eq!(name("㬵岛市", 370_000), Some("青岛市"));
        assert_eq!(name("胶州市", 370_200), None);
    }

    #[test]
    fn another_character_is_told() {
        let names = |printed| -> Vec<&str> {
            by_character(printed, 360_000, Some(2023)).map(Division::name).collect()
        };
        assert_eq!(names("都阳县"), ["都昌县", "弋阳县", "鄱阳县"]);
        assert_eq!(names("鄱阳县"), ["弋阳县"]);
        assert!(names("都阳市").is_empty() && names("阳县").is_empty());
    }

    #[test]
    fn a_character_more_or_less_is_told() {
        let name = |printed| by_length(printed, 360_000, Some(2023)).map(Division::name);
        for (printed, expected) in [
            ("示南昌县", Some("南昌县")),
            ("南1昌县", Some("南昌县")),
            ("瑞市", None),
            ("瑞金", None),
            ("南昌市区", None),
            ("景德市", Some("景德镇市")),
            ("赣江新区", None),
            ("南昌县", None),
        ] {
            assert_eq!(name(printed), expected, "{printed}");
        }
    }
}
