//! Results of many notices in, one survey out: the figures of each programme side by side over the years, region by
//! region through renames; what was reached of what was set; and what is still in doubt.
//!
//! Nothing is added up here and no unit is scaled: a total is what a notice prints as one. Where two notices state one
//! figure differently, the later one counts, and the survey says so. How it looks is `page`'s and `workbook`'s.

mod charts;
mod gather;
mod page;
mod series;
#[cfg(feature = "xlsx")]
mod workbook;

pub use gather::survey;
pub use page::{Lang, page};
#[cfg(feature = "xlsx")]
pub use workbook::workbook;

use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What notices say over the years.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Survey {
    /// The notices, in the order of their years and names.
    pub notices: Vec<NoticeNote>,
    /// The programmes: those of the latest notices first, in printed order.
    pub programmes: Vec<Programme>,
    /// Tables that are left out, since no row of them is a region, or their notice names no year.
    pub left_out: Vec<LeftOut>,
}

/// A notice of the survey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeNote {
    /// Name of its file.
    pub name: String,
    /// 发文字号.
    pub document_number: Option<String>,
    /// 标题.
    pub title: Option<String>,
    /// The year the plan is for.
    pub year: Option<u16>,
    /// Figures of its annexes.
    pub figures: usize,
    /// Sums that could be checked: without one, that there are no findings says nothing.
    pub checked: usize,
    /// Whether neither a notice nor a table was recognised in it.
    pub unrecognised: bool,
    /// Findings that are no notes.
    pub findings: usize,
    /// Cells whose reading is doubted.
    pub doubtful: usize,
    /// Cells that a reviewer corrected.
    pub corrected: usize,
}

/// A table that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Index of its notice.
    pub notice: usize,
    /// Its title.
    pub title: String,
    /// Why.
    pub why: Why,
}

/// Why a table is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Occurs if no row of it is a region.
    NoRegions,
    /// Occurs if its notice names no year.
    NoYear,
}

/// A programme of a province over the years.
#[derive(Debug, Clone, PartialEq)]
pub struct Programme {
    /// The province, where codes of regions tell it.
    pub province: Option<&'static str>,
    /// What it is about: 城市棚户区, or the title of its annexes without the year.
    pub name: String,
    /// Its regions: the total, then each prefecture with what belongs to it.
    pub regions: Vec<Region>,
    /// What is counted.
    pub measures: Vec<Measure>,
    /// What was reached of what was set.
    pub reached: Vec<Reached>,
}

/// A region under its latest name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// As the latest notice prints it.
    pub name: String,
    /// Names it had in earlier notices.
    pub former: Vec<String>,
    /// Its level.
    pub level: Level,
    /// Index of the prefecture it belongs to.
    pub parent: Option<usize>,
}

/// The level of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// All of the notice's regions together.
    Total,
    /// A prefecture.
    Prefecture,
    /// What belongs to one, or stands alone.
    County,
}

/// What is counted: one column through the years.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// As the latest notice prints it, without the year and the unit.
    pub label: String,
    /// The unit.
    pub unit: Option<String>,
    /// Whether its figures add up: shares of a total have a sense.
    pub adds: bool,
    /// By region, as an index, and year.
    pub figures: BTreeMap<(usize, u16), Figure>,
}

/// A figure of a region and year.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The value.
    pub value: Decimal,
    /// Index of the notice that states it.
    pub notice: usize,
    /// Whether its reading is doubted, or a finding holds it for the likeliest to be wrong.
    pub doubtful: bool,
    /// Whether a reviewer corrected it.
    pub corrected: bool,
    /// What another notice states, and its index.
    pub other: Option<(Decimal, usize)>,
}

/// What was reached of what was set, by region and year.
#[derive(Debug, Clone, PartialEq)]
pub struct Reached {
    /// What was done, of what.
    pub label: String,
    /// The unit of both.
    pub unit: Option<String>,
    /// By region, as an index, and the year that the target was set for.
    pub shares: BTreeMap<(usize, u16), Share>,
}

/// A target and what was done of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// What was done.
    pub done: Decimal,
    /// What was to be done; above zero.
    pub target: Decimal,
}

impl Share {
    /// The share in percent, with one decimal.
    pub fn percent(&self) -> Decimal {
        (self.done * Decimal::ONE_HUNDRED / self.target).round_dp(1)
    }
}

impl Measure {
    /// The years that have a figure, the earliest first.
    pub fn years(&self) -> Vec<u16> {
        let mut years: Vec<u16> = self.figures.keys().map(|(_, year)| *year).collect();
        years.sort_unstable();
        years.dedup();
        years
    }

    /// The figure of a region in a year.
    pub fn at(&self, region: usize, year: u16) -> Option<&Figure> {
        self.figures.get(&(region, year))
    }

    /// Its name with its unit.
    pub fn name(&self) -> String {
        match &self.unit {
            Some(unit) => format!("{}（{unit}）", self.label),
            None => self.label.clone(),
        }
    }
}

impl Programme {
    /// Its name with its province.
    pub fn full_name(&self) -> String {
        match self.province {
            Some(province) => format!("{province} · {}", self.name),
            None => self.name.clone(),
        }
    }

    /// Indices of its regions of a level.
    pub fn of_level(&self, level: Level) -> Vec<usize> {
        (0..self.regions.len()).filter(|&r| self.regions[r].level == level).collect()
    }
}

impl Survey {
    /// All years of the notices, the earliest first.
    pub fn years(&self) -> Vec<u16> {
        let mut years: Vec<u16> = self.notices.iter().filter_map(|notice| notice.year).collect();
        years.sort_unstable();
        years.dedup();
        years
    }

    /// The figures that two notices state differently: programme, measure, region, year and figure.
    pub fn contradictions(&self) -> Vec<(&Programme, &Measure, &Region, u16, &Figure)> {
        let mut found = Vec::new();
        for programme in &self.programmes {
            for measure in &programme.measures {
                let figures = measure.figures.iter().filter(|(_, figure)| figure.other.is_some());
                found.extend(figures.map(|(&(region, year), figure)| {
                    (programme, measure, &programme.regions[region], year, figure)
                }));
            }
        }
        found
    }
}

/// A figure for people, thousands parted: in a column, 3,000 stands below 12,250.
fn printed(value: Decimal) -> String {
    let text = value.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", &*text), |digits| ("−", digits));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let mut parted = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            parted.push(',');
        }
        parted.push(digit);
    }
    match decimals {
        "" => format!("{sign}{parted}"),
        decimals => format!("{sign}{parted}.{decimals}"),
    }
}
