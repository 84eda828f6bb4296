//! Where a table's names are to be looked up: whose notice it is, and of which year.

use super::words::Word;
use crate::model::{Field, Frame};
use crate::regions::{Division, Fit, Found, Tier, division_of, issuer_of, province_of, resolve};
use std::collections::BTreeMap;

/// The division and the year that names of a table are understood in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scope {
    /// The division the table is about; `None` for the whole country.
    pub division: Option<&'static Division>,
    /// The year of the notice.
    pub year: Option<u16>,
}

impl Scope {
    /// The scope by the notice's authorities and titles, and by the names themselves where those
    /// say nothing or speak for another place.
    pub fn of<'a>(
        frame: &Frame,
        annex_title: &str,
        words: impl Iterator<Item = &'a Word>,
    ) -> Scope {
        let year = year_of(frame);
        let names: Vec<&str> = words.filter_map(looked_up).collect();
        let named = issuer(frame, annex_title, year);
        let known = |scope: &'static Division| {
            names.iter().filter(|n| !resolve(n, Some(scope.code), year).is_empty()).count()
        };
        let most = majority(&names, year);
        let division = match (named, most) {
            // A few names are borne elsewhere too, as 城关区.
            (Some(named), Some(most)) if known(named) * 2 <= known(most) => Some(most),
            (named, most) => named.filter(|named| known(named) > 0).or(most).or(named),
        };
        Scope { division, year }
    }

    /// The tier just below which rows stand at the top of the table.
    pub fn tier(&self) -> Option<Tier> {
        self.division.map(|d| d.tier())
    }

    /// What a name may stand for here.
    pub fn resolve(&self, name: &str) -> Vec<Found> {
        resolve(name, self.division.map(|d| d.code), self.year)
    }

    /// The prefecture that bears a name today, whatever bore it in the notice's year.
    pub fn prefecture_of_today(&self, name: &str) -> Option<Found> {
        let found = resolve(name, self.division.map(|d| d.code), None).into_iter();
        let mut prefectures = found.filter(|f| f.division.tier() == Tier::Prefecture);
        let found = prefectures.find(|f| f.fit == Fit::Full)?;
        let fit = match self.year.is_none_or(|year| found.division.years_from(year) == 0) {
            true => Fit::Full,
            false => Fit::FullOtherYear,
        };
        Some(Found { fit, ..found })
    }

    /// What a name may stand for below a prefecture, in any year: a notice may use a name from
    /// before or after its date, and where it stands says what it means.
    pub fn resolve_below(&self, name: &str, prefecture: u32) -> Option<Found> {
        let found = resolve(name, Some(prefecture), self.year);
        found.into_iter().find(|f| f.division.tier() == Tier::County)
    }
}

fn looked_up(word: &Word) -> Option<&str> {
    match word {
        Word::Name(name) => Some(name),
        Word::Subtotal(Some(name)) | Word::Central(Some(name)) => Some(name),
        _ => None,
    }
}

/// The year a notice was written in, else the year in its number, else the year it plans for.
fn year_of(frame: &Frame) -> Option<u16> {
    let written = frame.date_of_writing.read().and_then(|date| u16::try_from(date.year()).ok());
    let number = || match &frame.document_number {
        Field::Read(number) => Some(number.value.year),
        _ => None,
    };
    written.or_else(number).or(frame.plan_year)
}

/// The division whose authority issued the notice, or that its titles name.
fn issuer(frame: &Frame, annex_title: &str, year: Option<u16>) -> Option<&'static Division> {
    let authorities = frame.issuing_authorities.iter().chain(&frame.signing_authorities);
    let mut names = authorities.map(|a| a.value.as_str());
    let title = frame.title.as_ref().map_or("", |t| t.value.as_str());
    names
        .find_map(|name| issuer_of(name, year))
        .or_else(|| issuer_of(title, year))
        .or_else(|| province_of(title))
        .or_else(|| province_of(annex_title))
}

/// The province most of the names lie in, where they can lie in one alone; `None` where the names
/// are those of provinces, or nothing is known of them.
fn majority(names: &[&str], year: Option<u16>) -> Option<&'static Division> {
    let mut votes: BTreeMap<u32, usize> = BTreeMap::new();
    let mut provinces_named = 0_usize;
    for name in names {
        let found = resolve(name, None, year);
        if found.iter().any(|f| f.division.tier() == Tier::Province && f.fit <= Fit::Short) {
            provinces_named += 1;
            continue;
        }
        let mut provinces: Vec<u32> = found.iter().map(|f| f.division.province()).collect();
        provinces.dedup();
        if let [only] = provinces.as_slice() {
            *votes.entry(*only).or_default() += 1;
        }
    }
    let all: usize = votes.values().sum();
    let (&code, &most) =
        votes.iter().max_by_key(|&(&code, &votes)| (votes, std::cmp::Reverse(code)))?;
    if most < 2 || most * 2 <= all || most <= provinces_named {
        return None;
    }
    division_of(code, year)
}
