//! Which division a name stands for, given where and when.

use super::names::{class, short_form};
use super::table::{Form, first_place, named, named_at, provinces};
use super::{Division, Tier};
use std::sync::OnceLock;

/// How a name fits a division, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fit {
    /// Its full name in that year.
    Full,
    /// Its short form in that year: 广州, 恩施州.
    Short,
    /// Its full name in another year.
    FullOtherYear,
    /// Its short form in another year.
    ShortOtherYear,
}

/// A division that a name may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The division.
    pub division: &'static Division,
    /// How the name fits it.
    pub fit: Fit,
}

/// The divisions that a name (as [`super::spoken`]) may stand for: within a province or prefecture
/// by its code, in a year; without the one anywhere, without the other today.
///
/// Only the best fits are given: full names of that year if there are any, else short forms of
/// that year, else what stood nearest to it in time.
pub fn resolve(name: &str, within: Option<u32>, year: Option<u16>) -> Vec<Found> {
    let year = year.unwrap_or(u16::MAX);
    let place = first_place(name);
    let full = named_at(place, name, Form::Full).map(|d| (d, false));
    let short = shorts_of(name, place).map(|d| (d, true));
    let mut found: Vec<(u16, Found)> = full
        .chain(short)
        .filter(|(d, _)| within.is_none_or(|code| d.is_within(code)))
        .map(|(division, is_short)| {
            let away = division.years_from(year);
            let fit = match (is_short, away) {
                (false, 0) => Fit::Full,
                (true, 0) => Fit::Short,
                (false, _) => Fit::FullOtherYear,
                (true, _) => Fit::ShortOtherYear,
            };
            (away, Found { division, fit })
        })
        .collect();
    let best = found.iter().map(|(away, f)| (f.fit, *away)).min();
    found.retain(|(away, f)| Some((f.fit, *away)) == best);
    let mut found: Vec<Found> = found.into_iter().map(|(_, f)| f).collect();
    found.sort_by_key(|f| f.division.code);
    found.dedup_by_key(|f| f.division.code);
    found
}

/// The prefecture that the statistics bureau counts a development zone or new area under, by its
/// full name.
pub fn zone_prefecture(name: &str) -> Option<u32> {
    let zones = zones();
    let at = zones.binary_search_by(|(zone, _)| (*zone).cmp(name)).ok()?;
    zones.get(at).map(|(_, prefecture)| *prefecture)
}

/// Zones that the statistics bureau counts under a prefecture, by name.
fn zones() -> &'static [(&'static str, u32)] {
    static ZONES: OnceLock<Vec<(&'static str, u32)>> = OnceLock::new();
    ZONES.get_or_init(|| {
        let lines = include_str!("zones.tsv").lines().filter_map(|line| line.split_once('\t'));
        let mut zones: Vec<_> = lines.filter_map(|(c, n)| Some((n, c.parse().ok()?))).collect();
        zones.sort_unstable();
        zones
    })
}

/// The province that a text names: at its beginning, or else anywhere. For authorities' names and
/// titles: 江西省住房和城乡建设厅, 关于下达广西壮族自治区2023年….
pub fn province_of(text: &str) -> Option<&'static Division> {
    let starts = |d: &&Division| {
        text.starts_with(d.name()) || d.name.short().is_some_and(|short| text.starts_with(short))
    };
    provinces().find(starts).or_else(|| {
        // All their names end in one of these.
        let ends = text.match_indices(['省', '市', '区']).map(|(at, end)| at + end.len());
        let heads: Vec<&str> = ends.filter_map(|end| text.get(..end)).collect();
        provinces().find(|d| heads.iter().any(|head| head.ends_with(d.name())))
    })
}

/// The division that an authority's name or a title speaks for, the lowest it begins with:
/// 江西省住房和城乡建设厅 is 江西省's, 九江市人民政府 and 江西省九江市人民政府 are 九江市's.
pub fn issuer_of(text: &str, year: Option<u16>) -> Option<&'static Division> {
    let mut issuer: Option<&'static Division> = None;
    let mut rest = text;
    // Province, prefecture, county: three names at the most.
    for _ in 0..3 {
        let within = issuer.map(|d| d.code);
        let Some((next, length)) = name_at_start(rest, within, year) else { break };
        if issuer.is_some_and(|above| next.tier() <= above.tier()) {
            break;
        }
        issuer = Some(next);
        rest = rest.get(length..).unwrap_or_default();
    }
    issuer
}

/// The one division whose name a text begins with, and the name's length in bytes: the longest
/// full name, or a province's short form (广西住房城乡建设厅).
fn name_at_start(
    text: &str,
    within: Option<u32>,
    year: Option<u16>,
) -> Option<(&'static Division, usize)> {
    // The longest names have fifteen characters: 积石山保安族东乡族撒拉族自治县.
    let ends: Vec<usize> =
        text.char_indices().map(|(at, ch)| at + ch.len_utf8()).take(16).collect();
    for &end in ends.iter().rev() {
        let Some(name) = text.get(..end) else { continue };
        let mut found = resolve(name, within, year);
        found.retain(|f| match f.fit {
            Fit::Full | Fit::FullOtherYear => true,
            Fit::Short | Fit::ShortOtherYear => f.division.tier() == Tier::Province,
        });
        if let Some(highest) = found.iter().map(|f| f.division.tier()).min() {
            found.retain(|f| f.division.tier() == highest);
            if let [only] = found.as_slice() {
                return Some((only.division, end));
            }
        }
    }
    None
}

/// Divisions whose short form this is, or with the last character kept: 恩施, 恩施州. `place` is the
/// likeliest one of the name.
fn shorts_of(name: &str, place: usize) -> impl Iterator<Item = &'static Division> {
    let whole = || named_at(place, name, Form::Short);
    let stem = match whole().next() {
        None => short_form(name).unwrap_or_default(),
        // Where the whole is a short form, none is looked for within it.
        Some(_) => "",
    };
    let same_class = class(name);
    let kept =
        move |d: &&'static Division| d.name().contains("自治") && class(d.name()) == same_class;
    whole().chain(named(stem, Form::Short).filter(kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes that a name stands for.
    fn codes(name: &str, within: Option<u32>, year: u16) -> Vec<u32> {
        resolve(name, within, Some(year)).iter().map(|f| f.division.code).collect()
    }

    #[test]
    fn names_resolve_by_name_parent_and_year() {
        for (name, within, year, expected) in [
            ("九江市", Some(360000), 2023, vec![360400]),
            ("乐平市", Some(360000), 2023, vec![360281]),
            ("南康市", Some(360000), 2012, vec![360782]),
            ("南康区", Some(360000), 2014, vec![360703]),
            ("龙南市", Some(360700), 2023, vec![360783]),
            ("柴桑区", Some(360000), 2016, vec![360404]),
            ("广州", None, 2020, vec![440100]),
            ("乐都", Some(630000), 2020, vec![630202]),
            ("乐都", Some(630000), 2010, vec![632123]),
            ("恩施州", None, 2020, vec![422800]),
            ("恭城县", None, 2020, vec![450332]),
            ("睢县", Some(410000), 2020, vec![411422]),
            ("济源市", Some(410000), 2020, vec![419001]),
            ("新华区", Some(410000), 2020, vec![410402]),
            ("毕节市", Some(520000), 2005, vec![522401]),
            ("毕节市", Some(520000), 2015, vec![520500]),
            ("赣县", Some(360000), 2012, vec![360721]),
            ("赣县", Some(360000), 2020, vec![360704]),
            ("渝北区", Some(500000), 2023, vec![500112]),
            ("中心城区", Some(360000), 2023, vec![]),
            ("赣江新区", Some(360000), 2023, vec![]),
            ("", None, 2023, vec![]),
        ] {
            assert_eq!(codes(name, within, year), expected, "{name} in {year}");
        }
    }

    #[test]
    fn an_authority_speaks_for_the_lowest_division_its_name_begins_with() {
        for (text, name) in [
            ("江西省住房和城乡建设厅", Some("江西省")),
            ("广西壮族自治区财政厅", Some("广西壮族自治区")),
            ("内蒙古自治区人民政府办公厅", Some("内蒙古自治区")),
            ("北京市住房和城乡建设委员会", Some("北京市")),
            ("九江市人民政府", Some("九江市")),
            ("江西省九江市修水县人民政府", Some("修水县")),
            ("重庆市垫江县财政局", Some("垫江县")),
            ("恩施土家族苗族自治州人民政府", Some("恩施土家族苗族自治州")),
            ("广西住房城乡建设厅", Some("广西壮族自治区")),
            ("住房和城乡建设部", None),
            ("关于下达2023年计划的通知", None),
        ] {
            assert_eq!(issuer_of(text, Some(2023)).map(|d| d.name()), name, "{text}");
        }
    }

    #[test]
    fn a_title_names_its_province() {
        let name = |text| province_of(text).map(|d| d.name());
        assert_eq!(name("关于下达江西省2023年计划的通知"), Some("江西省"));
        assert_eq!(name("广西2023年计划"), Some("广西壮族自治区"));
        assert_eq!(name("关于下达2023年全省计划的通知"), None);
    }

    #[test]
    fn a_zone_has_a_prefecture_and_no_code() {
        assert_eq!(zone_prefecture("平顶山市城乡一体化示范区"), Some(410400));
        assert_eq!(codes("平顶山市城乡一体化示范区", None, 2023), Vec::<u32>::new());
    }
}
