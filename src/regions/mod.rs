//! Names and codes of administrative divisions (GB/T 2260) by date. A table, not a match.
//!
//! The table is made by `tools/make_regions.py`, which names its sources, and read by the compiler: the
//! program finds it ready (`table`). What a row of a notice means is left to `typing`; this room only
//! answers which division a name stands for, given where and when.
//!
//! Deliberately absent: codes for what the standard does not number. 中心城区, 市本级 and 市辖区 as
//! the rest of a prefecture, new areas and development zones have none.

mod names;
mod near;
mod resolve;
mod table;

pub use names::{short_form, spoken};
pub use near::{by_character, by_length, by_rare_form, by_stem};
pub use resolve::{Fit, Found, issuer_of, province_of, resolve, zone_prefecture};

use table::{DIVISIONS, Name};

/// The level of a division, which its code shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// A province, autonomous region or municipality: NN0000.
    Province,
    /// A prefecture, prefecture-level city, autonomous prefecture or league: NNNN00.
    Prefecture,
    /// A county, county-level city, district or banner: any other code.
    County,
}

/// A division under one name and one code, over the years in which both held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// Six digits of GB/T 2260.
    pub code: u32,
    name: Name,
    /// The year it came to be so; `None` for 1983 or before.
    pub from: Option<u16>,
    /// The year it ceased to be so; `None` if it stands today.
    pub until: Option<u16>,
    /// The code it went on under, where it was renamed, raised or recoded.
    pub next: Option<u32>,
}

impl Division {
    /// The full name: 恭城瑶族自治县.
    pub fn name(&self) -> &'static str {
        self.name.full()
    }

    /// The level its code shows.
    pub fn tier(&self) -> Tier {
        match (self.code % 10_000, self.code % 100) {
            (0, _) => Tier::Province,
            (_, 0) => Tier::Prefecture,
            _ => Tier::County,
        }
    }

    /// The code of its province.
    pub fn province(&self) -> u32 {
        self.code / 10_000 * 10_000
    }

    /// The code of its prefecture; `None` for provinces, for what a province governs directly
    /// (NN90NN) and in a municipality, and for a prefecture itself.
    pub fn prefecture(&self) -> Option<u32> {
        let code = self.code / 100 * 100;
        (self.tier() == Tier::County && at(code).next().is_some()).then_some(code)
    }

    /// Whether it stands below the division of this code, or is it.
    pub fn is_within(&self, code: u32) -> bool {
        match (code % 10_000, code % 100) {
            (0, _) => self.code / 10_000 == code / 10_000,
            (_, 0) => self.code / 100 == code / 100,
            _ => self.code == code,
        }
    }

    /// How many years lie between its time and a year; 0 if it stood so at some time of that year.
    /// In a year of change both the old and the new do: a notice may come before or after.
    pub fn years_from(&self, year: u16) -> u16 {
        match (self.from, self.until) {
            (Some(from), _) if year < from => from - year,
            (_, Some(until)) if until < year => year - until,
            _ => 0,
        }
    }
}

/// Whether two codes, of any two years, are one division: equal, or one went on as the other.
pub fn same_region(a: u32, b: u32) -> bool {
    a == b || current_code(a) == current_code(b)
}

/// All divisions, by code and then by year.
pub fn divisions() -> &'static [Division] {
    &DIVISIONS
}

/// What stands under a code in a year, or stood nearest to it; without a year, today.
pub fn division_of(code: u32, year: Option<u16>) -> Option<&'static Division> {
    let year = year.unwrap_or(u16::MAX);
    at(code).min_by_key(|d| (d.years_from(year), std::cmp::Reverse(d.from)))
}

/// Whether a prefecture has counties or districts in a year; without a year, today. 东莞市 has none.
pub fn has_counties(prefecture: u32, year: Option<u16>) -> bool {
    let start = DIVISIONS.partition_point(|d| d.code <= prefecture);
    let below = DIVISIONS[start..].iter().take_while(|d| d.code / 100 == prefecture / 100);
    below.into_iter().any(|d| match year {
        Some(year) => d.years_from(year) == 0,
        None => d.until.is_none(),
    })
}

/// The code a division went on under to this day, or to its end.
pub fn current_code(code: u32) -> u32 {
    let mut code = code;
    // A chain is as long as a division was changed; the bound holds should the table ever loop.
    for _ in 0..16 {
        match at(code).filter_map(|d| d.next).rfind(|&next| next != code) {
            Some(next) if at(code).all(|d| d.until.is_some()) => code = next,
            _ => break,
        }
    }
    code
}

/// All that ever stood under a code, the oldest first.
fn at(code: u32) -> impl DoubleEndedIterator<Item = &'static Division> {
    let start = DIVISIONS.partition_point(|d| d.code < code);
    let same = DIVISIONS[start..].iter().take_while(move |d| d.code == code).count();
    DIVISIONS[start..start + same].iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefectures_without_counties_are_known() {
        for (code, year, has) in
            [(441900, None, false), (620200, Some(2020), false), (440200, Some(2020), true)]
        {
            assert_eq!(has_counties(code, year), has, "{code}");
        }
    }

    #[test]
    fn every_line_is_a_division_and_no_code_has_two_names_in_one_year() {
        let lines: Vec<&str> = include_str!("divisions.tsv").lines().collect();
        assert_eq!(DIVISIONS.len(), lines.len());
        assert!(lines.len() > 6000);
        let or_blank = |number: Option<u32>| number.map_or(String::new(), |n| n.to_string());
        for (line, d) in lines.iter().zip(&DIVISIONS) {
            let (from, until) = (d.from.map(u32::from), d.until.map(u32::from));
            let [from, until, next] = [from, until, d.next].map(or_blank);
            assert_eq!(*line, format!("{}\t{}\t{from}\t{until}\t{next}", d.code, d.name()));
        }
        for pair in DIVISIONS.windows(2) {
            let (old, new) = (&pair[0], &pair[1]);
            assert!(old.code <= new.code, "{old:?} stands before {new:?}");
            if old.code == new.code {
                assert!(old.until.is_some() && old.until <= new.from, "{old:?} and {new:?}");
            }
        }
    }

    #[test]
    fn every_next_code_begins_when_the_old_one_ends() {
        for old in &DIVISIONS {
            if let Some(next) = old.next {
                assert!(at(next).any(|new| new.from == old.until), "{old:?}");
            }
        }
    }

    /// Lines of the register kept for comparison, as facts: code, name, from, until.
    #[test]
    fn the_table_agrees_with_a_register_of_one_province() {
        let register = "\
            360111 郊区 - 2002\n360111 青山湖区 2002 -\n360281 乐平市 1995 -\n\
            360402 庐山区 - 2016\n360402 濂溪区 2016 -\n360404 柴桑区 2017 -\n\
            360421 九江县 - 2017\n360482 共青城市 2010 -\n360603 余江区 2018 -\n\
            360703 南康区 2013 -\n360782 南康市 1998 2013\n360783 龙南市 2020 -\n\
            361104 广信区 2019 -\n361128 波阳县 2000 2003\n362100 赣州地区 - 1998";
        for line in register.lines() {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let code: u32 = fields[0].parse().unwrap();
            let stood = at(code).find(|d| d.name() == fields[1]).expect(line);
            assert_eq!((stood.from, stood.until), (fields[2].parse().ok(), fields[3].parse().ok()));
        }
    }

    #[test]
    fn a_division_is_one_through_its_renames() {
        for (old, new, what) in [
            (360782, 360703, "南康市, 南康区"),
            (360421, 360404, "九江县, 柴桑区"),
            (361121, 361104, "上饶县, 广信区"),
            (360727, 360783, "龙南县, 龙南市"),
            (362103, 360703, "南康市 of the prefecture before 1998"),
            (632123, 630202, "乐都县, 乐都区"),
            (522400, 520500, "毕节地区, 毕节市"),
            (469003, 460400, "儋州市, raised"),
        ] {
            assert!(same_region(old, new) && same_region(new, old), "{what}");
        }
        // Merged into a standing district: not the same thing to compare.
        assert!(!same_region(360105, 360112), "湾里区, 新建区");
        assert!(!same_region(522401, 520500), "毕节市 the county, 毕节市 the prefecture");
    }
}
