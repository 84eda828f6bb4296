//! Whom each row of an annex is about: level, parent and code, by names and by arithmetic.
//!
//! Names are the first witness: words such as 合计 or 中心城区, and the table of divisions in the
//! place and year of the notice. Where names leave a row open (a new area, a development zone, a
//! county that stands apart from its prefecture) the figures decide, if they speak clearly, then
//! the indentation; else the row belongs to the prefecture it follows. Where witnesses disagree,
//! names are followed and a diagnostic says so. A table whose rows are no places (items of a budget,
//! indicators, schools) has no prefectures: `items`.

mod depths;
mod items;
pub mod labels;
mod scope;
mod sums;
mod words;

use crate::diag::{Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::lexicon::{AREAS, CORPS, OWN_ROWS, TOWNSHIPS};
use crate::model::{Frame, Level, Region};
use crate::pattern::{Steps, squeezed};
use crate::place::Place;
use crate::regions::{
    Fit, Found, Tier, by_length, by_rare_form, has_counties, spoken, zone_prefecture,
};
use rust_decimal::Decimal;
use scope::Scope;
use std::collections::BTreeMap;
use words::{Word, Words};

/// The region cell of a row, with what else tells its level.
#[derive(Debug, Clone, PartialEq)]
pub struct RowName {
    /// The name as printed, without inner spaces. Where a prefecture spans its counties' rows and
    /// its own row says 小计, this is the prefecture.
    pub text: String,
    /// Where the name stands.
    pub place: Place,
    /// How far the name stands from the left edge of its cell, in tenths of a point: see
    /// [`crate::place::Place::left`]. `None` where the cell has no name.
    pub indent: Option<i64>,
    /// The prefecture or group that a cell spanning this row names, where the table has such a column.
    pub spanned_by: Option<String>,
    /// The line over all columns that the row stands below: 一、南昌市.
    pub band: Option<String>,
    /// The code of its account: 2210106.
    pub code: Option<String>,
    /// The row's figures in the columns that add up, column by column.
    pub figures: Vec<Option<Decimal>>,
}

/// What is known beside the rows.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Who issued the notice, and when.
    pub frame: &'a Frame,
    /// The title of the annex; empty where none is printed.
    pub title: &'a str,
    /// The printed header of the region column: 设区市, 市、区.
    pub header: &'a str,
}

/// One region for each row, in order.
pub fn assign(sink: &mut Sink, rows: Vec<RowName>, context: &Context) -> Vec<Region> {
    let mut words: Vec<Words> = rows.iter().map(|row| words::read(&row.text)).collect();
    let scope = Scope::of(context.frame, context.title, words.iter().map(|w| &w.word));
    unify_rare_forms(sink, &rows, &scope, &mut words);
    if !items::are_places(&rows, &words, &scope, context) {
        note_of_which(sink, &rows, &words);
        return items::assign(&rows, words, &scope);
    }
    let rows = &spanned_by_bands(rows, &mut words, &scope);
    let mut stations = by_names(rows, &words, &scope, context);
    let mut cuts = Cuts::default();
    by_figures(rows, &words, context, &mut cuts, &mut stations);
    note_of_which(sink, rows, &words);
    remark_disagreement(sink, rows, &mut cuts, &stations);
    remark_indentation(sink, rows, &stations);
    remark_other_years(sink, rows, &words, &stations);
    remark_near_names(sink, rows, &words, &scope, &stations);
    let regions = stations.into_iter().zip(rows.iter().zip(words));
    regions.map(|(station, (row, words))| station.region(row, words)).collect()
}

/// The prefecture that a heading over a table names, and nothing else: （一）南昌市, 填报单位：南昌市.
pub fn prefecture_in(heading: &str, context: &Context) -> Option<String> {
    let heading = heading.rsplit_once(['：', ':']).map_or(heading, |(_, name)| name);
    let Word::Name(name) = words::read(heading).word else { return None };
    let scope = Scope::of(context.frame, context.title, [].into_iter());
    let found = scope.resolve(&name);
    found.iter().any(|f| f.division.tier() == Tier::Prefecture).then_some(name)
}

/// The rows with the bands that name a division taken for cells that span their rows: 小计 below the band （一）南昌市, once,
/// is the row of 南昌市, as it is beside a label.
fn spanned_by_bands(mut rows: Vec<RowName>, words: &mut [Words], scope: &Scope) -> Vec<RowName> {
    if rows.iter().all(|row| row.band.is_none()) {
        return rows;
    }
    // One prefecture's name over the whole table says whose its total is, too.
    let is_of_one = rows.iter().all(|row| row.band == rows[0].band);
    let last_total = rows.iter().rposition(|row| words::read(&row.text).word == Word::Total);
    let last_total = last_total.filter(|_| !is_of_one);
    for (at, row) in rows.iter_mut().enumerate() {
        let Some(band) = &row.band else { continue };
        let words::Words { word, .. } = words::read(band);
        match word {
            // The total of all bands stands below the last.
            Word::Name(name) if Some(at) != last_total && !scope.resolve(&name).is_empty() => {
                row.spanned_by = Some(name);
            }
            _ => {}
        }
    }
    let named_by = |row: &RowName| {
        row.spanned_by
            .clone()
            .filter(|_| row.band.is_some() && OWN_ROWS.contains(&row.text.as_str()))
    };
    let mut start = 0;
    for run in rows.chunk_by_mut(|a, b| a.band == b.band) {
        let mut own = (0..run.len()).filter_map(|at| Some((at, named_by(&run[at])?)));
        if let (Some((at, name)), None) = (own.next(), own.next()) {
            words[start + at] = words::read(&name);
            run[at].text = name;
        }
        start += run.len();
    }
    rows
}

/// How well an order of rows fits their names and sums; the greater, the better. For choosing
/// between readings of a page, such as side-by-side panels page by page or all through.
pub fn order_fit(rows: &[RowName], context: &Context) -> i64 {
    let words: Vec<Words> = rows.iter().map(|row| words::read(&row.text)).collect();
    let scope = Scope::of(context.frame, context.title, words.iter().map(|w| &w.word));
    let stations = by_names(rows, &words, &scope, context);
    let mut fit = 0;
    for station in &stations {
        fit += match (station.doubt, station.level) {
            (Doubt::Apart(_), _) => -2,
            (Doubt::No, Level::County) if station.parent_row.is_some() => 1,
            // The rest of a prefecture stands in its prefecture's rows.
            (_, Level::Central) if station.parent_row.is_none() => -1,
            _ => 0,
        };
    }
    for (head, parts) in groups(&stations) {
        let verdict = sum_of(rows, head, &parts);
        if verdict.is_clear() {
            fit += 3;
        } else if verdict.fails > 0 {
            fit -= 1;
        }
    }
    fit
}

/// What is known of a row's place in the hierarchy.
#[derive(Debug, Clone, PartialEq)]
struct Station {
    level: Level,
    /// The row it belongs to.
    parent_row: Option<usize>,
    /// The printed name of the prefecture it belongs to.
    parent: Option<String>,
    /// The division its name stands for.
    found: Option<Found>,
    /// Whether names alone leave its place open.
    doubt: Doubt,
}

/// What names leave open of a row's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubt {
    /// Nothing.
    No,
    /// Its name is in no table: it may belong to the prefecture it follows, or stand for itself.
    Unknown,
    /// It is a county that does not stand with its prefecture, whose row is this one: it may
    /// belong to it still, or be reckoned apart from it.
    Apart(usize),
    /// It bears the name of the prefecture whose rows it stands in, and whose row this is: another
    /// row for that prefecture, as in a list of projects, or its own part in a city without
    /// districts, as 嘉峪关市.
    Again(usize),
}

impl Station {
    fn top(level: Level) -> Station {
        Station { level, parent_row: None, parent: None, found: None, doubt: Doubt::No }
    }

    fn of(self, found: Found) -> Station {
        Station { found: Some(found), ..self }
    }

    /// The row standing for itself: a prefecture as far as anyone knows, or the county that it is.
    fn alone(&self) -> Station {
        match self.found {
            Some(found) => Station::top(Level::County).of(found),
            None => Station::top(Level::Prefecture),
        }
    }

    fn in_doubt(self, doubt: Doubt) -> Station {
        Station { doubt, ..self }
    }

    fn region(self, row: &RowName, words: Words) -> Region {
        let at_date = self.found.filter(|f| f.fit <= Fit::Short);
        Region {
            name: words.printed,
            level: self.level,
            parent_row: self.parent_row,
            parent: self.parent,
            code: at_date.map(|f| format!("{:06}", f.division.code)),
            place: row.place,
        }
    }
}

/// The rows that stand for a prefecture, as one walks down the table.
#[derive(Debug, Clone)]
struct Group {
    /// Its own row, if one states its figures.
    row: Option<usize>,
    /// Its printed name; `None` for a heading that is no prefecture, as 省直管县.
    name: Option<String>,
    /// Its code, if it is known.
    code: Option<u32>,
    /// 杭州市 under 杭州市小计: the row of its urban part, which 其中 divides.
    urban: Option<usize>,
    /// Whether its own row is a subtotal, 杭州市小计.
    is_subtotal: bool,
}

impl Group {
    /// The rows below a heading over counties that the province governs.
    fn direct(row: Option<usize>) -> Group {
        Group { row, name: None, code: None, urban: None, is_subtotal: true }
    }
}

/// Whether a row has a figure in a column that adds up.
fn has_figures(row: &RowName) -> bool {
    row.figures.iter().any(Option::is_some)
}

/// Places every row by its name and by the rows before it.
fn by_names(rows: &[RowName], words: &[Words], scope: &Scope, context: &Context) -> Vec<Station> {
    let mut walk = Walk {
        scope,
        lists_counties: context.header.starts_with(['县', '区']),
        words,
        totals: total_rows(rows, words, scope),
        prefectures: prefecture_rows(rows, words, scope),
        spans: span_rows(rows),
        areas: area_rows(rows, words, scope),
        group: None,
        stations: Vec::with_capacity(rows.len()),
    };
    for (at, row) in rows.iter().enumerate() {
        let station = walk.place(at, row);
        walk.stations.push(station);
    }
    walk.stations
}

/// The rows that hold the sum of the whole table, by their words: 合计 between other rows is a
/// subtotal if the table has a total at one of its ends.
fn total_rows(rows: &[RowName], words: &[Words], scope: &Scope) -> Vec<bool> {
    let is_end = |at: usize| at == 0 || at + 1 == rows.len();
    let own_name = |name: &str| scope.division.is_some_and(|d| d.name() == name);
    let is_total = |word: &Word| match word {
        Word::Total => true,
        Word::Subtotal(Some(of)) => {
            own_name(of) || scope.division.is_some_and(|d| d.name().starts_with(of.as_str()))
        }
        _ => false,
    };
    let worded: Vec<bool> =
        (0..rows.len()).map(|at| is_total(&words[at].word) && !is_spanned(&rows[at])).collect();
    let at_end = (0..rows.len()).any(|at| worded[at] && is_end(at));
    let any = worded.contains(&true);
    let mut totals: Vec<bool> = (0..rows.len())
        .map(|at| match &words[at].word {
            // A division's own name at an end of its table, where nothing else is the total.
            Word::Name(name) => {
                !any && is_end(at) && rows.len() > 2 && own_name(name) && outweighs(rows, at)
            }
            _ => worded[at] && (is_end(at) || !at_end),
        })
        .collect();
    // A total may have a row for each category.
    for at in 1..rows.len() {
        totals[at] |= totals[at - 1] && worded[at] && rows[at].text == rows[at - 1].text;
    }
    for at in (1..rows.len()).rev() {
        totals[at - 1] |= totals[at] && worded[at - 1] && rows[at].text == rows[at - 1].text;
    }
    totals
}

/// Whether no other row bears the row's name or exceeds it in all columns: in a list, the issuer's
/// own name is one of many.
fn outweighs(rows: &[RowName], at: usize) -> bool {
    let others = || rows.iter().enumerate().filter(|&(other, _)| other != at).map(|(_, row)| row);
    let largest =
        |column: usize| others().filter_map(|row| row.figures.get(column).copied()?).max();
    let figures = rows[at].figures.iter().enumerate();
    let mut told = figures.filter_map(|(column, figure)| Some(*figure >= Some(largest(column)?)));
    others().all(|row| row.text != rows[at].text)
        && (told.any(|is_largest| is_largest) || rows.iter().all(|row| row.figures.is_empty()))
}

/// Whether a cell that spans the row names something that is no total itself.
fn is_spanned(row: &RowName) -> bool {
    row.spanned_by.as_deref().is_some_and(|name| {
        !matches!(words::read(name).word, Word::Total | Word::Blank | Word::Subtotal(None))
    })
}

/// The first row of each prefecture that has one of its own, by code.
fn prefecture_rows(rows: &[RowName], words: &[Words], scope: &Scope) -> BTreeMap<u32, usize> {
    let mut first = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        let name = match (&words[at].word, &row.spanned_by) {
            (_, Some(by)) if is_own_row(row) => spoken(by),
            (Word::Name(name) | Word::Subtotal(Some(name)), _) => name.clone(),
            _ => continue,
        };
        let found = scope.resolve(&name);
        if let Some(prefecture) = found.iter().find(|f| f.division.tier() == Tier::Prefecture) {
            first.entry(prefecture.division.code).or_insert(at);
        }
    }
    first
}

/// Whether a spanned row is the spanning prefecture's own.
fn is_own_row(row: &RowName) -> bool {
    row.spanned_by.as_deref().is_some_and(|by| spoken(by) == spoken(&row.text))
}

/// The own row of each spanning prefecture, by its printed name and the run of rows it spans.
fn span_rows(rows: &[RowName]) -> Vec<Option<usize>> {
    let mut own: Vec<Option<usize>> = vec![None; rows.len()];
    let mut start = 0;
    for run in rows.chunk_by(|a, b| a.spanned_by == b.spanned_by) {
        let row = (start..start + run.len()).find(|&at| is_own_row(&rows[at]));
        own[start..start + run.len()].fill(row);
        start += run.len();
    }
    own
}

/// The rows beside cells that name areas of prefectures: the name is no division's, and most of the rows it spans are
/// prefectures.
fn area_rows(rows: &[RowName], words: &[Words], scope: &Scope) -> Vec<bool> {
    let mut areas = vec![false; rows.len()];
    if scope.tier() == Some(Tier::Prefecture) || scope.tier() == Some(Tier::County) {
        return areas;
    }
    let is_prefecture = |at: usize| match &words[at].word {
        Word::Name(name) => {
            let found = scope.resolve(name);
            // The districts of 重庆市 have no prefecture above them.
            let stands_at_top = |f: &&Found| match f.division.tier() {
                Tier::Prefecture => true,
                Tier::County => f.division.prefecture().is_none(),
                _ => false,
            };
            found.iter().filter(stands_at_top).any(|f| f.fit == Fit::Full)
        }
        _ => false,
    };
    let mut start = 0;
    for run in rows.chunk_by(|a, b| a.spanned_by == b.spanned_by) {
        let span = start..start + run.len();
        start = span.end;
        let Some(by) = run[0].spanned_by.as_deref() else { continue };
        let is_name = matches!(words::read(by).word, Word::Name(_));
        let parts = run.iter().filter(|row| !is_own_row(row)).count();
        let prefectures = span.clone().filter(|&at| is_prefecture(at)).count();
        if is_name && prefectures * 2 > parts && scope.resolve(&spoken(by)).is_empty() {
            areas[span].fill(true);
        }
    }
    areas
}

/// The walk down the table.
struct Walk<'a> {
    scope: &'a Scope,
    /// Whether the header says that rows are counties: 县（市、区）, 区县.
    lists_counties: bool,
    words: &'a [Words],
    totals: Vec<bool>,
    prefectures: BTreeMap<u32, usize>,
    spans: Vec<Option<usize>>,
    /// Whether the cell that spans the row names an area of prefectures.
    areas: Vec<bool>,
    group: Option<Group>,
    stations: Vec<Station>,
}

impl Walk<'_> {
    fn place(&mut self, at: usize, row: &RowName) -> Station {
        // The whole province is part of no prefecture, though its row stands right below the last one's.
        let words = &self.words[at];
        let is_whole = words.word == Word::Total && words.printed.starts_with("全省");
        if is_spanned(row) && is_whole {
            self.group = None;
            return Station::top(Level::Province);
        }
        if is_spanned(row) && self.areas[at] {
            return self.place_in_area(at, row);
        }
        if is_spanned(row) {
            return self.place_spanned(at, row);
        }
        let is_direct = |band: &String| words::read(band).word == Word::Direct;
        if row.band.as_ref().is_some_and(is_direct)
            && self.group.as_ref().is_none_or(|group| group.name.is_some())
        {
            self.group = Some(Group::direct(None));
        }
        if self.totals[at] {
            self.group = None;
            return Station::top(Level::Province);
        }
        let words = &self.words[at];
        match &words.word {
            // A prefecture whose row states its figures has no sum of its own right below: that one opens other rows.
            Word::Total | Word::Subtotal(None) if self.follows_head(at) => {
                self.group = None;
                Station::top(Level::Subtotal)
            }
            Word::Total | Word::Subtotal(None) => self.below_group(Level::Subtotal),
            Word::Subtotal(Some(of)) => self.place_subtotal(at, of),
            Word::Central(of) => self.place_central(at, of.as_deref()),
            Word::ProvinceOwn => {
                self.group = None;
                Station::top(Level::Other)
            }
            Word::Direct => {
                self.group = Some(Group::direct(has_figures(row).then_some(at)));
                Station::top(Level::Subtotal)
            }
            Word::Block => {
                self.group = None;
                Station::top(Level::Subtotal)
            }
            Word::Township => match self.scope.resolve(&spoken(&words.printed)).is_empty() {
                true if self.is_without_counties() => self.below_group(Level::Other),
                true => Station::top(Level::Other),
                false => self.place_name(at, &spoken(&words.printed)),
            },
            Word::Name(name) => self.place_name(at, name),
            Word::Blank => Station::top(Level::Other),
        }
    }

    /// A row beside a cell that names an area of prefectures: 东部. The area is no region of theirs; where it has a row
    /// of its own, 小计, that is the sum of theirs.
    fn place_in_area(&mut self, at: usize, row: &RowName) -> Station {
        if is_own_row(row) || matches!(self.words[at].word, Word::Total | Word::Subtotal(None)) {
            self.group = None;
            return Station::top(Level::Subtotal);
        }
        let station = match &self.words[at].word {
            Word::Name(name) => self.place_name(at, name),
            Word::Central(of) => self.place_central(at, of.as_deref()),
            _ => self.below_group(Level::Other),
        };
        let of_area = self.spans[at].filter(|_| station.parent_row.is_none());
        Station { parent_row: station.parent_row.or(of_area), ..station }
    }

    /// A row beside a cell that names the prefecture of several rows.
    fn place_spanned(&mut self, at: usize, row: &RowName) -> Station {
        let words = &self.words[at];
        let by = row.spanned_by.clone().unwrap_or_default();
        let prefecture = spoken(&by);
        let found = self.scope.resolve(&prefecture);
        let above = found.iter().find(|f| f.division.tier() != Tier::County).copied();
        if is_own_row(row) {
            let level = match (above, found.first()) {
                (None, Some(_)) if self.scope.tier() == Some(Tier::Prefecture) => Level::County,
                _ => Level::Prefecture,
            };
            let station = Station::top(level);
            return match above.or(found.first().copied()) {
                Some(found) => station.of(found),
                None => station,
            };
        }
        let name = spoken(&words.printed);
        let (level, division) = match &words.word {
            Word::Central(_) => (Level::Central, None),
            Word::Subtotal(_) | Word::Total => (Level::Subtotal, None),
            Word::Township => (Level::Other, None),
            _ => {
                let below = above.and_then(|a| self.scope.resolve_below(&name, a.division.code));
                // Below a prefecture that never had it, a county is still itself.
                (Level::County, below.or_else(|| self.only_county(&name)))
            }
        };
        Station {
            level,
            parent_row: self.spans[at],
            parent: Some(without_spaces(&by)),
            found: division,
            doubt: Doubt::No,
        }
    }

    /// Whether the row right above is the prefecture's own, as in a list of prefectures.
    fn follows_head(&self, at: usize) -> bool {
        let head =
            self.group.as_ref().filter(|group| !group.is_subtotal).and_then(|group| group.row);
        head.is_some_and(|head| head + 1 == at)
    }

    /// Whether the rows stand below a prefecture that has no counties, as 东莞市: its towns are its own.
    fn is_without_counties(&self) -> bool {
        let code = self.group.as_ref().and_then(|group| group.code);
        code.is_some_and(|code| !has_counties(code, self.scope.year))
    }

    /// The one county that bears this full name in the notice's year.
    fn only_county(&self, name: &str) -> Option<Found> {
        match self.scope.resolve(name)[..] {
            [only] if only.fit == Fit::Full && only.division.tier() == Tier::County => Some(only),
            _ => None,
        }
    }

    /// 杭州市小计: the prefecture's whole, its parts below.
    fn place_subtotal(&mut self, at: usize, of: &str) -> Station {
        let found = self.scope.resolve(of);
        match found.into_iter().find(|f| f.division.tier() == Tier::Prefecture) {
            Some(found) => {
                self.group = Some(Group {
                    row: Some(at),
                    name: Some(of.to_owned()),
                    code: Some(found.division.code),
                    urban: None,
                    is_subtotal: true,
                });
                Station::top(Level::Subtotal).of(found)
            }
            None if self.group.as_ref().is_some_and(|g| g.name.as_deref() == Some(of)) => {
                self.below_group(Level::Subtotal)
            }
            // 北部地区小计: of rows that no division holds together.
            None => {
                self.group = None;
                Station::top(Level::Subtotal)
            }
        }
    }

    /// 中心城区, 市本级: the rest of the prefecture around it, or of the one it names.
    fn place_central(&mut self, at: usize, of: Option<&str>) -> Station {
        if of.is_none() {
            // 城区 is a district of its own in a few prefectures.
            let name = spoken(&self.words[at].printed);
            let code = self.group.as_ref().and_then(|g| g.code);
            let district = code.and_then(|code| self.scope.resolve_below(&name, code));
            if let Some(found) = district.filter(|f| f.fit == Fit::Full) {
                return self.below_group(Level::County).of(found);
            }
            self.make_head_of_the_row_before(at, None);
            return self.below_group(Level::Central);
        }
        let found = self.scope.resolve(of.unwrap_or_default());
        let code =
            found.iter().find(|f| f.division.tier() == Tier::Prefecture).map(|f| f.division.code);
        match code {
            Some(code) if self.group.as_ref().is_none_or(|g| g.code != Some(code)) => {
                self.group = None;
                match self.prefectures.get(&code).copied() {
                    Some(row) => self.below_row(row, Level::Central),
                    None => Station::top(Level::Central),
                }
            }
            _ => self.below_group(Level::Central),
        }
    }

    fn place_name(&mut self, at: usize, name: &str) -> Station {
        if self.scope.division.is_some_and(|d| d.name() == name) {
            // Its own share, beside those of its parts.
            self.group = None;
            let is_province = self.scope.tier() == Some(Tier::Province);
            return Station::top(if is_province { Level::Other } else { Level::Central });
        }
        let found = self.scope.resolve(name);
        let of_tier = |tier| found.iter().find(|f| f.division.tier() == tier).copied();
        if let Some(province) = of_tier(Tier::Province).filter(|_| self.scope.division.is_none()) {
            // In a table of the whole country the level of a province is left to the total row.
            self.group = None;
            return Station::top(Level::Other).of(province);
        }
        let group = self.group.as_ref().and_then(|g| g.code);
        if let Some(prefecture) = of_tier(Tier::Prefecture) {
            // A short name, 长沙, is the prefecture's, and among its own rows the county's.
            let is_short = matches!(prefecture.fit, Fit::Short | Fit::ShortOtherYear);
            let as_county = of_tier(Tier::County).filter(|_| is_short);
            if as_county.is_none() || group != Some(prefecture.division.code) {
                return self.place_prefecture(at, prefecture);
            }
        }
        let in_group = group.and_then(|code| self.scope.resolve_below(name, code));
        if let (Some(before), Some(now)) = (in_group, of_tier(Tier::County))
            && before.fit > Fit::Short
            && now.fit == Fit::Full
            && now.division.prefecture().is_none()
        {
            // 济源市, once of 焦作市, is the province's own by the notice's year.
            return self.below_group(Level::County).of(now).in_doubt(Doubt::Unknown);
        }
        match in_group.or(of_tier(Tier::County)) {
            Some(county) => match self.raised_later(at, name).filter(|_| in_group.is_none()) {
                Some(prefecture) => self.place_prefecture(at, prefecture),
                None => self.place_county(at, county),
            },
            None => self.place_unknown(at, name),
        }
    }

    /// The prefecture that a county of this name became after the notice's year, if the row after
    /// stands in it: a list may be older or younger than its notice's date.
    fn raised_later(&self, at: usize, name: &str) -> Option<Found> {
        let raised = self.scope.prefecture_of_today(name)?;
        let stands_in_it = match &self.words.get(at + 1)?.word {
            Word::Central(of) => of.is_none(),
            Word::Name(next) => self.scope.resolve_below(next, raised.division.code).is_some(),
            _ => false,
        };
        stands_in_it.then_some(raised)
    }

    fn place_prefecture(&mut self, at: usize, found: Found) -> Station {
        let code = found.division.code;
        let subtotal = self.group.as_mut().filter(|g| g.is_subtotal && g.code == Some(code));
        if let Some(group) = subtotal {
            // 杭州市 under 杭州市小计 is its urban part.
            group.urban = Some(at);
            return Station { parent_row: group.row, ..Station::top(Level::Central) };
        }
        let station = Station::top(Level::Prefecture).of(found);
        if let Some(group) = self.group.as_ref().filter(|g| g.code == Some(code)) {
            return match group.row {
                Some(row) => station.in_doubt(Doubt::Again(row)),
                None => station,
            };
        }
        self.start_group(at, Some(code));
        station
    }

    fn place_county(&mut self, at: usize, found: Found) -> Station {
        if self.scope.tier() == Some(Tier::Prefecture) {
            return Station::top(Level::County).of(found);
        }
        let Some(prefecture) = found.division.prefecture() else {
            // Governed by the province itself, as 石河子市, which is the corps' all the same.
            let is_of_corps = |name: &str| CORPS.contains(&name);
            let is_own =
                |group: &Group| group.name.as_deref().is_some_and(|name| !is_of_corps(name));
            if self.group.as_ref().is_none_or(is_own) {
                self.group = None;
                return Station::top(Level::County).of(found);
            }
            return self.below_group(Level::County).of(found);
        };
        let printed = self.prefectures.get(&prefecture).copied();
        if self.group.as_ref().is_some_and(|g| g.code == Some(prefecture) || g.name.is_none()) {
            return self.below_group(Level::County).of(found);
        }
        match printed {
            Some(row) => {
                self.group = None;
                Station::top(Level::County).of(found).in_doubt(Doubt::Apart(row))
            }
            None => {
                if !self.make_head_of_the_row_before(at, Some(prefecture)) {
                    self.group = None;
                }
                self.below_group(Level::County).of(found)
            }
        }
    }

    /// A name in no table.
    fn place_unknown(&mut self, at: usize, name: &str) -> Station {
        if CORPS.contains(&name) && self.scope.tier() == Some(Tier::Province) {
            self.start_group(at, None);
            return Station::top(Level::Prefecture);
        }
        if let Some(prefecture) = zone_prefecture(name) {
            if self.group.as_ref().is_some_and(|g| g.code == Some(prefecture)) {
                return self.below_group(Level::County);
            }
            if let Some(&row) = self.prefectures.get(&prefecture) {
                self.group = None;
                return Station::top(Level::County).in_doubt(Doubt::Apart(row));
            }
        }
        let level = match self.scope.tier() {
            // Beside provinces, as 新疆生产建设兵团 is.
            None if self.stations.last().is_some_and(|s| s.level == Level::Other) => Level::Other,
            None | Some(Tier::Province) if self.group.is_none() && !self.lists_counties => {
                Level::Prefecture
            }
            Some(Tier::County) => Level::Other,
            _ => Level::County,
        };
        self.below_group(level).in_doubt(Doubt::Unknown)
    }

    /// A row of the group that is open, or of none.
    fn below_group(&self, level: Level) -> Station {
        let Some(group) = &self.group else {
            return Station::top(level);
        };
        let at = self.stations.len();
        let row = match group.urban {
            Some(urban) if self.is_of_which(urban, at) => Some(urban),
            _ => group.row,
        };
        Station { parent_row: row, parent: group.name.clone(), ..Station::top(level) }
    }

    /// Whether a row belongs to the run that 其中 opens after an urban row: the rest of the city and
    /// its districts, up to the first county.
    fn is_of_which(&self, urban: usize, at: usize) -> bool {
        let run = self.words.get(urban + 1..=at).unwrap_or_default();
        let is_part = |w: &Words| matches!(w.word, Word::Central(_)) || w.printed.ends_with('区');
        run.first().is_some_and(|first| first.of_which)
            && run.iter().all(|w| w.of_which || is_part(w))
    }

    /// A row of the prefecture whose own row this is.
    fn below_row(&self, row: usize, level: Level) -> Station {
        let parent = self.words.get(row).map(name_of);
        Station { parent_row: Some(row), parent, ..Station::top(level) }
    }

    fn start_group(&mut self, at: usize, code: Option<u32>) {
        let name = self.words.get(at).map(|w| w.printed.clone());
        self.group = Some(Group { row: Some(at), name, code, urban: None, is_subtotal: false });
    }

    /// Where a row of no known prefecture follows a name in no table, that name is its prefecture's:
    /// misprinted, or of a place the table does not know.
    fn make_head_of_the_row_before(&mut self, at: usize, code: Option<u32>) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        let Some(station) = self.stations.get_mut(before) else { return false };
        let name = self.words.get(before).map_or("", |w| w.printed.as_str());
        let may_head = matches!(self.scope.tier(), None | Some(Tier::Province))
            && !self.lists_counties
            && station.doubt == Doubt::Unknown
            && match code {
                // A zone before a county is no prefecture; a name that ends as one may be.
                Some(_) => name.ends_with(['市', '州', '盟']) || name.ends_with("地区"),
                // 赣州高新区 among the rows of 赣州市 does not head the 中心城区 after it.
                None => station.parent_row.is_none(),
            };
        if may_head {
            *station = Station::top(Level::Prefecture);
            self.start_group(before, code);
        }
        may_head
    }
}

/// Settles by the figures what names left open.
fn by_figures(
    rows: &[RowName],
    words: &[Words],
    context: &Context,
    cuts: &mut Cuts,
    stations: &mut [Station],
) {
    let cut = cuts.only(rows, stations);
    let depths = below_the_total(rows, stations);
    let named = stations.iter().filter(|s| s.found.is_some()).count();
    let unknown = stations.iter().filter(|s| s.doubt == Doubt::Unknown).count();
    let nested = cut.clone().or_else(|| depths.as_deref().map(depths::parents));
    if let Some(nested) = nested.filter(|_| unknown > named) {
        take_nesting(&nested, words, stations);
        return;
    }
    settle_numbered(rows, words, stations);
    settle_townships(words, cut.as_deref(), stations);
    settle_groups(words, cut.as_deref(), stations);
    settle_unknown(rows, words, context, &Witnesses { cut: cut.as_deref(), depths }, stations);
    settle_misplaced(rows, words, stations);
    settle_apart(rows, words, cut.as_deref(), stations);
    settle_again(rows, words, cut.as_deref(), stations);
    settle_blank_total(rows, words, stations);
    settle_before_subtotals(words, stations);
}

/// Headings under numbers (一、省级, 二、市县级) that are no divisions, and of which each is the sum of
/// the rows below it up to the next, are those rows' subtotals.
fn settle_numbered(rows: &[RowName], words: &[Words], stations: &mut [Station]) {
    let is_head = |at: &usize| {
        words[*at].is_numbered
            && stations[*at].found.is_none()
            && stations[*at].parent_row.is_none()
            && stations[*at].level != Level::Province
    };
    let heads: Vec<usize> = (0..rows.len()).filter(is_head).collect();
    let ends = heads.iter().skip(1).copied().chain([rows.len()]);
    let blocks: Vec<(usize, Vec<usize>)> = heads
        .iter()
        .zip(ends)
        .map(|(&head, end)| {
            let is_top = |at: &usize| {
                stations[*at].parent_row.is_none() && stations[*at].level != Level::Province
            };
            (head, (head + 1..end).filter(is_top).collect())
        })
        .collect();
    let is_sum = |(head, parts): &(usize, Vec<usize>)| sum_of(rows, *head, parts).is_clear();
    if blocks.len() < 2 || !blocks.iter().all(is_sum) {
        return;
    }
    for (head, parts) in blocks {
        stations[head].level = Level::Subtotal;
        stations[head].doubt = Doubt::No;
        for part in parts {
            stations[part].parent_row = Some(head);
            if stations[part].doubt == Doubt::Unknown {
                stations[part].doubt = Doubt::No;
                stations[part].level = Level::Other;
            }
        }
    }
}

/// Townships and zones below the rows of known counties belong to these, where the one hierarchy that the figures allow
/// says so of each: their names are in no table.
fn settle_townships(words: &[Words], cut: Option<&[Option<usize>]>, stations: &mut [Station]) {
    let Some(cut) = cut else { return };
    let below: Vec<(usize, usize)> =
        cut.iter().enumerate().filter_map(|(at, head)| Some((at, (*head)?))).collect();
    let is_township = |at: usize| words[at].printed.as_str().ends_in(TOWNSHIPS);
    let is_below_county = |&(at, head): &(usize, usize)| {
        let is_county = |s: &Station| s.level == Level::County && s.found.is_some();
        stations[at].found.is_none()
            && stations[at].parent_row.is_none()
            && is_county(&stations[head])
    };
    let townships = below.iter().filter(|(at, _)| is_township(*at)).count();
    if townships * 2 <= below.len() || !below.iter().all(is_below_county) {
        return;
    }
    for (at, head) in below {
        let parent = Some(name_of(&words[head]));
        stations[at] = Station { parent_row: Some(head), parent, ..Station::top(Level::Other) };
    }
}

/// A row that is no division and of which the one hierarchy that the figures allow says that it is the sum of the divisions
/// below it, which belong to no other row, is their subtotal: 省外 over 天津, 上海.
fn settle_groups(words: &[Words], cut: Option<&[Option<usize>]>, stations: &mut [Station]) {
    let Some(cut) = cut else { return };
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, head) in cut.iter().enumerate() {
        if let Some(head) = head.filter(|head| stations[at].parent_row != Some(*head)) {
            parts.entry(head).or_default().push(at);
        }
    }
    let is_top = |at: usize| stations[at].parent_row.is_none();
    let is_group = |(head, parts): (&usize, &Vec<usize>)| {
        let known = parts.iter().filter(|&&part| stations[part].found.is_some()).count();
        stations[*head].found.is_none()
            && stations[*head].level != Level::Province
            && is_top(*head)
            && parts.iter().all(|&part| is_top(part))
            && known > 1
            && known * 2 > parts.len()
    };
    if !parts.iter().all(is_group) {
        return;
    }
    for (head, parts) in parts {
        stations[head] = Station::top(Level::Subtotal);
        for part in parts {
            stations[part].parent_row = Some(head);
            stations[part].parent = Some(name_of(&words[head]));
            stations[part].doubt = Doubt::No;
        }
    }
}

/// Where a prefecture's subtotal stands below its rows, 中心城区 before it is its own, and not the rest
/// of the prefecture above.
fn settle_before_subtotals(words: &[Words], stations: &mut [Station]) {
    let is_subtotal = |at: usize| matches!(words[at].word, Word::Subtotal(Some(_)));
    let is_body = |at: &usize| stations[*at].level != Level::Province;
    let last = (0..words.len()).rev().find(is_body);
    let first = (0..words.len()).find(is_body);
    let (Some(first), Some(last)) = (first, last) else { return };
    if is_subtotal(first) || !is_subtotal(last) {
        return;
    }
    let mut below = None;
    for at in (0..words.len()).rev() {
        if is_subtotal(at) {
            below = Some(at);
        }
        if let (Word::Central(None), Some(head)) = (&words[at].word, below) {
            stations[at].parent_row = Some(head);
            stations[at].parent = Some(name_of(&words[head]));
        }
    }
}

/// The name of the prefecture that a row stands for: 绵阳市 for 绵阳市小计.
fn name_of(words: &Words) -> String {
    match &words.word {
        Word::Subtotal(Some(of)) => of.clone(),
        _ => words.printed.clone(),
    }
}

/// Takes the hierarchy from the figures or the indentation alone: few names are known.
fn take_nesting(nested: &[Option<usize>], words: &[Words], stations: &mut [Station]) {
    for (at, station) in stations.iter_mut().enumerate() {
        let parent = nested.get(at).copied().flatten();
        if station.level == Level::Province {
            continue;
        }
        if !matches!(station.level, Level::Central | Level::Subtotal | Level::Other) {
            station.level = if parent.is_some() { Level::County } else { Level::Prefecture };
        }
        station.doubt = Doubt::No;
        station.found = None;
        station.parent_row = parent;
        station.parent = parent.and_then(|row| words.get(row)).map(|w| w.printed.clone());
    }
}

/// What is known of the rows beside their names.
struct Witnesses<'a> {
    /// The one hierarchy the figures allow.
    cut: Option<&'a [Option<usize>]>,
    /// How deep each name is indented.
    depths: Option<Vec<usize>>,
}

/// Names in no table belong to the prefecture they follow, unless another witness says that they
/// stand for themselves, as a new area at the end of a list does: the figures, then the addressees,
/// then the indentation.
fn settle_unknown(
    rows: &[RowName],
    words: &[Words],
    context: &Context,
    witnesses: &Witnesses,
    stations: &mut [Station],
) {
    let is_nested = stations
        .iter()
        .any(|s| s.parent_row.is_some() && s.doubt == Doubt::No && s.level != Level::Subtotal);
    for (head, parts) in groups(stations) {
        let open = parts.iter().rev().take_while(|&&p| stations[p].doubt == Doubt::Unknown).count();
        let (known, open) = parts.split_at(parts.len() - open);
        if open.is_empty() {
            continue;
        }
        if let Some(cut) = witnesses.cut {
            for &part in open.iter().filter(|&&part| cut.get(part) == Some(&None)) {
                stations[part] = stations[part].alone();
            }
            continue;
        }
        // How many columns say that the rows up to one of the open ones are the group.
        let holds = |kept: usize| {
            let kept = [known, open.get(..kept).unwrap_or_default()].concat();
            sum_of(rows, head, &kept).holds
        };
        let whole = holds(open.len());
        let fewest = open.len().saturating_sub(MAX_LEFT_OUT);
        let shorter = (fewest..open.len()).rev().find(|&kept| holds(kept) > whole);
        let kept = shorter
            .or_else(|| addressed(open, words, context).filter(|&kept| holds(kept) >= whole))
            .or_else(|| (whole > 0).then_some(open.len()))
            .or_else(|| witnesses.depths.as_ref().map(|depths| deeper(head, open, depths)))
            // In a flat list all known rows stand for themselves.
            .unwrap_or(if is_nested { open.len() } else { 0 });
        for &part in open.iter().skip(kept) {
            stations[part] = stations[part].alone();
        }
    }
}

/// How many rows at the end of a group are tried as standing for themselves.
const MAX_LEFT_OUT: usize = 8;

/// How many of the rows stand before the first that is indented no deeper than the group's own.
fn deeper(head: usize, open: &[usize], depths: &[usize]) -> usize {
    open.iter().take_while(|&&part| depths.get(part) > depths.get(head)).count()
}

/// How many of the rows stand before the first that the notice is addressed to by name, if one is.
fn addressed(open: &[usize], words: &[Words], context: &Context) -> Option<usize> {
    open.iter().position(|&part| {
        let name = words.get(part).map_or("", |w| w.printed.as_str());
        context.frame.primary_addressees.iter().any(|a| a.value.starts_with(name))
    })
}

/// Counties among the rows of a prefecture that is not theirs, which the figures of the notice count
/// under it all the same: its row is the sum with them, and is not without. `check` says so.
fn settle_misplaced(rows: &[RowName], words: &[Words], stations: &mut [Station]) {
    let mut at = 0;
    while at < stations.len() {
        let Doubt::Apart(own) = stations[at].doubt else {
            at += 1;
            continue;
        };
        let is_same = |s: &&Station| s.doubt == Doubt::Apart(own);
        let run = at..at + stations[at..].iter().take_while(is_same).count();
        at = run.end;
        let Some(before) = run.start.checked_sub(1) else { continue };
        // The rows after are apart from their prefecture, too, for these stand between.
        let head = match (stations[before].parent_row, stations[before].doubt) {
            (Some(head), _) | (None, Doubt::Apart(head)) => head,
            _ => before,
        };
        let is_here = |&row: &usize| {
            stations[row].parent_row == Some(head) || stations[row].doubt == Doubt::Apart(head)
        };
        let beside: Vec<usize> = (0..stations.len()).filter(is_here).collect();
        let with_them = [beside.as_slice(), &run.clone().collect::<Vec<_>>()].concat();
        let (alone, together) = (sum_of(rows, head, &beside), sum_of(rows, head, &with_them));
        if head != own && together.is_clear() && alone.holds == 0 {
            for station in &mut stations[run] {
                station.doubt = Doubt::No;
                station.parent_row = Some(head);
                station.parent = words.get(head).map(name_of);
            }
        }
    }
}

/// Counties that stand apart from their prefecture's row: reckoned apart, as a second block of
/// counties that the province funds directly is, or only printed elsewhere, as where panels were
/// read in another order than they run.
fn settle_apart(
    rows: &[RowName],
    words: &[Words],
    cut: Option<&[Option<usize>]>,
    stations: &mut [Station],
) {
    let mut apart: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, station) in stations.iter().enumerate() {
        if let Doubt::Apart(head) = station.doubt {
            apart.entry(head).or_default().push(at);
        }
    }
    let near: BTreeMap<usize, Vec<usize>> = groups(stations).into_iter().collect();
    let is_nested = stations.iter().any(|s| s.parent_row.is_some());
    for (head, far) in apart {
        let beside = near.get(&head).cloned().unwrap_or_default();
        let alone = sum_of(rows, head, &beside);
        let all = [beside, far.clone()].concat();
        let together = sum_of(rows, head, &all);
        let belongs = match cut {
            // The figures leave one way, and it counts these rows among the first.
            Some(cut) if far.iter().all(|&at| cut.get(at) == Some(&None)) => false,
            _ if together.holds != alone.holds => together.holds > alone.holds,
            _ => is_nested,
        };
        for at in far {
            let station = &mut stations[at];
            station.doubt = Doubt::No;
            if belongs {
                station.parent_row = Some(head);
                station.parent = words.get(head).map(name_of);
            }
        }
    }
}

/// A prefecture's name among its own rows is its own part, where its row is the sum of both or other
/// parts of it are printed; in a table without any parts it is the prefecture again.
fn settle_again(
    rows: &[RowName],
    words: &[Words],
    cut: Option<&[Option<usize>]>,
    stations: &mut [Station],
) {
    let groups: BTreeMap<usize, Vec<usize>> = groups(stations).into_iter().collect();
    if groups.is_empty() {
        return;
    }
    for (at, station) in stations.iter_mut().enumerate() {
        let Doubt::Again(head) = station.doubt else { continue };
        station.doubt = Doubt::No;
        let parts = groups.get(&head).cloned().unwrap_or_default();
        let with_it = [parts.as_slice(), &[at]].concat();
        let is_part = match cut.and_then(|cut| cut.get(at)) {
            Some(parent) => *parent == Some(head),
            None => !parts.is_empty() || sum_of(rows, head, &with_it).is_clear(),
        };
        if is_part {
            station.level = Level::Central;
            station.parent_row = Some(head);
            station.parent = words.get(head).map(name_of);
        }
    }
}

/// A row without a label at an end of the table is the total if it is the sum of the others.
fn settle_blank_total(rows: &[RowName], words: &[Words], stations: &mut [Station]) {
    if stations.iter().any(|s| s.level == Level::Province) {
        return;
    }
    for at in [0, rows.len().saturating_sub(1)] {
        if words.get(at).is_none_or(|w| w.word != Word::Blank) {
            continue;
        }
        let tops: Vec<usize> = (0..rows.len())
            .filter(|&other| other != at && stations[other].parent_row.is_none())
            .collect();
        if sum_of(rows, at, &tops).is_clear() {
            stations[at] = Station::top(Level::Province);
            return;
        }
    }
}

/// Rows that others belong to, each with those rows, in printed order.
fn groups(stations: &[Station]) -> Vec<(usize, Vec<usize>)> {
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, station) in stations.iter().enumerate() {
        if let Some(head) = station.parent_row {
            groups.entry(head).or_default().push(at);
        }
    }
    groups.into_iter().collect()
}

/// Whether a row is the sum of others.
fn sum_of(rows: &[RowName], head: usize, parts: &[usize]) -> sums::Verdict {
    let figures = |at: usize| rows.get(at).map_or(&[][..], |row| row.figures.as_slice());
    sums::is_sum(figures(head), parts.iter().map(|&part| figures(part)))
}

/// The row each row belongs to.
type Parents = Vec<Option<usize>>;

/// The hierarchies that the figures of a table allow, kept by the row of its total: those of a long one take long to find,
/// and are asked for before and after names and figures are brought together.
#[derive(Default)]
struct Cuts(Option<(usize, Option<Parents>)>);

impl Cuts {
    /// The one hierarchy that the figures allow, where a table of two levels has a total.
    fn only(&mut self, rows: &[RowName], stations: &[Station]) -> Option<Parents> {
        let mut totals = (0..rows.len()).filter(|&at| stations[at].level == Level::Province);
        let (total, None) = (totals.next()?, totals.next()) else { return None };
        if stations.iter().any(|s| s.level == Level::Subtotal) {
            return None;
        }
        if self.0.as_ref().is_none_or(|(known, _)| *known != total) {
            self.0 = Some((total, only_cut(rows, total)));
        }
        self.0.as_ref().and_then(|(_, cut)| cut.clone())
    }
}

/// The one hierarchy that the figures allow below the row of a total. By all columns at once, or, should a wrong figure
/// stand in one, by those columns that allow one way and agree on it.
fn only_cut(rows: &[RowName], total: usize) -> Option<Parents> {
    let columns = rows.iter().map(|r| r.figures.len()).max().unwrap_or(0);
    let others: Vec<usize> = (0..rows.len()).filter(|&at| at != total).collect();
    let cut_by = |columns: std::ops::Range<usize>| {
        let pick = |at: usize| -> Vec<Decimal> {
            let figure = |c| rows[at].figures.get(c).copied().flatten().unwrap_or_default();
            columns.clone().map(figure).collect()
        };
        let figures: Vec<Vec<Decimal>> = others.iter().map(|&at| pick(at)).collect();
        sums::only_cut(&figures, &pick(total))
    };
    let cut = cut_by(0..columns).or_else(|| {
        let mut single = (0..columns.min(16)).filter_map(|column| cut_by(column..column + 1));
        let first = single.next()?;
        single.all(|other| other == first).then_some(first)
    })?;
    let mut parents = vec![None; rows.len()];
    for (&at, parent) in others.iter().zip(cut) {
        parents[at] = parent.and_then(|parent| others.get(parent).copied());
    }
    Some(parents)
}

/// The depths of the names, those of total rows, which are often set apart, counted as the least.
fn below_the_total(rows: &[RowName], stations: &[Station]) -> Option<Vec<usize>> {
    let is_total = |at: &usize| stations[*at].level == Level::Province;
    let others: Vec<usize> = (0..rows.len()).filter(|at| !is_total(at)).collect();
    let names: Vec<&RowName> = others.iter().map(|&at| &rows[at]).collect();
    let found = depths::depths(&names)?;
    let mut depths = vec![0; rows.len()];
    for (at, depth) in others.into_iter().zip(found) {
        depths[at] = depth;
    }
    Some(depths)
}

/// 其中 in front of a name is taken off.
fn note_of_which(sink: &mut Sink, rows: &[RowName], words: &[Words]) {
    for (row, words) in rows.iter().zip(words).filter(|(_, words)| words.of_which) {
        sink.repair(Repair {
            stage: Stage::Typing,
            rule: "of_which_prefix",
            place: Some(row.place),
            before: row.text.clone(),
            after: words.printed.clone(),
        });
    }
}

/// Occurs if the figures allow one hierarchy alone, and it is not the one the names tell.
fn remark_disagreement(sink: &mut Sink, rows: &[RowName], cuts: &mut Cuts, stations: &[Station]) {
    // Where places have several rows each, the rows are of projects or of sources: the figures cut those, and not the
    // places.
    let is_again = |pair: &&[RowName]| !pair[0].text.is_empty() && pair[0].text == pair[1].text;
    if rows.windows(2).filter(is_again).count() * 4 > rows.len() {
        return;
    }
    // A heading without figures of its own is no part of any cut.
    if stations.iter().filter_map(|s| s.parent_row).any(|head| !has_figures(&rows[head])) {
        return;
    }
    let Some(cut) = cuts.only(rows, stations) else { return };
    let differs = |at: &usize| cut.get(*at).copied().flatten() != stations[*at].parent_row;
    if let Some(at) = (0..rows.len()).find(differs) {
        sink.remark(Diagnostic {
            code: "hierarchy_disagrees",
            severity: Severity::Warning,
            place: Some(rows[at].place),
            message: Wording::new(
                format!("names and figures tell different parents for {}", rows[at].text),
                format!("{} 的隶属关系，按名称与按数字得出的结果不同", rows[at].text),
            ),
            hint: Some(Wording::new(
                "the names were followed; check the sums of the rows around it",
                "已按名称处理，请核对其前后各行的合计",
            )),
        });
    }
}

/// Occurs if rows that belong to others are indented deeper than those, but for a few.
fn remark_indentation(sink: &mut Sink, rows: &[RowName], stations: &[Station]) {
    let Some(depths) = below_the_total(rows, stations) else { return };
    let nested = (0..rows.len()).filter_map(|at| Some((at, stations[at].parent_row?)));
    let (deeper, level): (Vec<_>, Vec<_>) =
        nested.partition(|&(at, parent)| depths.get(at) > depths.get(parent));
    let Some(&(at, parent)) = level.first().filter(|_| level.len() * 4 < deeper.len()) else {
        return;
    };
    sink.remark(Diagnostic {
        code: "indentation_disagrees",
        severity: Severity::Note,
        place: Some(rows[at].place),
        message: Wording::new(
            format!(
                "{} is not indented below {}, as other rows are",
                rows[at].text, rows[parent].text
            ),
            format!("{} 未像其他行那样缩进于 {} 之下", rows[at].text, rows[parent].text),
        ),
        hint: None,
    });
}

/// Puts the usual characters for rare ones in the names of divisions: 㬵州市 is 胶州市.
fn unify_rare_forms(sink: &mut Sink, rows: &[RowName], scope: &Scope, words: &mut [Words]) {
    let whole = scope.division.map(|division| division.code);
    // The prefecture of the rows so far.
    let mut around = None;
    for (row, words) in rows.iter().zip(words) {
        let Word::Name(name) = &words.word else { continue };
        if let Some(found) = scope.resolve(name).first() {
            around = found.division.prefecture().or(Some(found.division.code));
            continue;
        }
        let within = [around, whole].into_iter().flatten();
        let mut nearest = within.filter_map(|code| by_rare_form(name, code, scope.year));
        let Some(division) = nearest.next() else { continue };
        sink.repair(Repair {
            stage: Stage::Typing,
            rule: "rare_form",
            place: Some(row.place),
            before: words.printed.clone(),
            after: division.name().to_owned(),
        });
        words.printed = words.printed.replace(name.as_str(), division.name());
        words.word = Word::Name(division.name().to_owned());
    }
}

/// A name without its last character is cut if so many for each stand in full beside it.
const FULL_NAMES: usize = 6;

/// Occurs if a name in no table is that of a division but for a character more or less, among names
/// of which most are known.
fn remark_near_names(
    sink: &mut Sink,
    rows: &[RowName],
    words: &[Words],
    scope: &Scope,
    stations: &[Station],
) {
    let Some(division) = scope.division else { return };
    let is_name = |at: &usize| matches!(words[*at].word, Word::Name(_));
    let known = stations.iter().filter(|station| station.found.is_some()).count();
    let names = (0..rows.len()).filter(is_name).count();
    if known * 2 < names {
        return;
    }
    remark_cut_names(sink, rows, words, stations);
    for at in (0..rows.len()).filter(|&at| stations[at].found.is_none()) {
        let Word::Name(name) = &words[at].word else { continue };
        let is_area = AREAS.iter().any(|ending| name.ends_with(ending));
        let is_zone = || zone_prefecture(name).is_some();
        if is_area || is_zone() || stations[at].level == Level::Province {
            continue;
        }
        // 河回族区 is nearer to one division of its prefecture than to two of the province.
        let own = stations[at].parent_row.and_then(|row| stations[row].found);
        let near = own.and_then(|own| by_length(name, own.division.code, scope.year));
        let Some(near) = near.or_else(|| by_length(name, division.code, scope.year)) else {
            continue;
        };
        // Where the division has a row of its own, this is another place.
        if words.iter().any(|other| other.word == Word::Name(near.name().to_owned())) {
            continue;
        }
        let (printed, near) = (&words[at].printed, near.name());
        sink.remark(Diagnostic {
            code: "name_near_division",
            severity: Severity::Warning,
            place: Some(rows[at].place),
            message: Wording::new(
                format!("no division is called {printed}, one is called {near}: part of the name may be lost, or of another cell"),
                format!("没有名为“{printed}”的行政区划，有“{near}”：名称可能缺字，或混入了别处的字"),
            ),
            hint: None,
        });
    }
}

/// Occurs if a name lacks its last character, 县, 市, 区 or 旗, among names that have theirs: the page may have cut it.
fn remark_cut_names(sink: &mut Sink, rows: &[RowName], words: &[Words], stations: &[Station]) {
    let of = |at: usize| stations[at].found.map(|found| (found.fit, found.division.name()));
    let is_full = |at: &usize| of(*at).is_some_and(|(fit, _)| fit == Fit::Full);
    let is_cut = |at: &usize| {
        of(*at).is_some_and(|(_, name)| {
            let rest = name.strip_prefix(words[*at].printed.as_str());
            rest.is_some_and(|rest| ["县", "市", "区", "旗"].contains(&rest))
        })
    };
    let cut: Vec<usize> = (0..rows.len()).filter(is_cut).collect();
    let full = (0..rows.len()).filter(is_full).count();
    if cut.is_empty() || cut.len() * FULL_NAMES > full {
        return;
    }
    for at in cut {
        let (printed, name) = (&words[at].printed, of(at).map_or("", |(_, name)| name));
        sink.remark(Diagnostic {
            code: "name_near_division",
            severity: Severity::Warning,
            place: Some(rows[at].place),
            message: Wording::new(
                format!(
                    "{printed} stands for {name} among names in full: part of the name may be lost"
                ),
                format!("其他名称均为全称，“{printed}”应为“{name}”：名称可能缺字"),
            ),
            hint: None,
        });
    }
}

/// Occurs if a division bears a name that it did not have in the notice's year: it has no code then.
fn remark_other_years(sink: &mut Sink, rows: &[RowName], words: &[Words], stations: &[Station]) {
    let is_other = |s: &Station| s.found.is_some_and(|f| f.fit > Fit::Short);
    let names: Vec<&str> = (0..rows.len())
        .filter(|&at| is_other(&stations[at]))
        .map(|at| words[at].printed.as_str())
        .collect();
    let Some(at) = (0..rows.len()).find(|&at| is_other(&stations[at])) else { return };
    sink.remark(Diagnostic {
        code: "division_of_another_year",
        severity: Severity::Note,
        place: Some(rows[at].place),
        message: Wording::new(
            format!("no division bore this name in the notice's year: {}", names.join(", ")),
            format!("在该文件年份没有此名称的行政区划：{}", names.join("、")),
        ),
        hint: None,
    });
}

fn without_spaces(text: &str) -> String {
    squeezed(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{Located, Spot};

    const PLACE: Place = Place { page: 1, spot: Spot::Text { line: 1, column: 1 } };

    /// `[spanning prefecture] name | figure | figure`, `-` for a blank, `>` before a name that is
    /// indented.
    fn row(line: &str) -> RowName {
        let mut fields = line.split('|').map(str::trim);
        let name = fields.next().unwrap_or_default();
        let indent = 200 * name.matches('>').count() as i64;
        let name = name.trim_start_matches('>');
        let (spanned_by, text) = match name.strip_prefix('[').and_then(|n| n.split_once(']')) {
            Some((by, name)) => (Some(by.to_owned()), name.trim()),
            None => (None, name),
        };
        RowName {
            text: text.to_owned(),
            place: PLACE,
            indent: Some(indent),
            spanned_by,
            band: None,
            code: None,
            figures: fields.map(|figure| figure.parse().ok()).collect(),
        }
    }

    fn frame(issuer_and_year: &str) -> Frame {
        let mut words = issuer_and_year.split(' ');
        let (issuer, year) = (words.next().expect("an issuer"), words.next().expect("a year"));
        Frame {
            issuing_authorities: vec![Located::new(issuer.to_owned(), PLACE)],
            plan_year: year.parse().ok(),
            ..Frame::default()
        }
    }

    /// `level name < parent code (row it belongs to)`.
    fn say(region: &Region) -> String {
        let level = format!("{:?}", region.level).to_lowercase();
        let parent = region.parent.as_ref().map(|p| format!(" < {p}")).unwrap_or_default();
        let row = region.parent_row.map(|row| format!(" ({})", row + 1)).unwrap_or_default();
        let code = region.code.as_ref().map(|c| format!(" {c}")).unwrap_or_default();
        format!("{level} {}{parent}{row}{code}", region.name)
    }

    #[test]
    fn an_order_in_which_counties_stand_with_their_prefectures_fits_better() {
        let frame = frame("陕西省财政厅 2025");
        let context = Context { frame: &frame, title: "", header: "" };
        let fit = |lines: [&str; 6]| order_fit(&lines.map(row), &context);
        let right =
            ["合计 | 9", "西安市 | 5", "中心城区 | 2", "蓝田县 | 3", "铜川市 | 4", "宜君县 | 4"];
        let wrong =
            ["合计 | 9", "西安市 | 5", "铜川市 | 4", "中心城区 | 2", "蓝田县 | 3", "宜君县 | 4"];
        assert!(fit(right) > fit(wrong), "{} and {}", fit(right), fit(wrong));
    }

    #[test]
    fn rows_of_the_suite() {
        let suite = include_str!("../../../tests/suite/typing/regions.txt");
        let mut seen = 0;
        for case in suite.split("--- ").skip(1) {
            let (name, case) = case.split_once(" ---\n").expect("a case has a name");
            let (input, expected) = case.split_once("\n=>\n").expect("a case has an answer");
            let (issuer, rows) = input.split_once('\n').unwrap_or((input, ""));
            let rows: Vec<RowName> = rows.lines().map(row).collect();
            let frame = frame(issuer);
            // The header of the region column may stand after the year.
            let header = issuer.split(' ').nth(2).unwrap_or_default();
            let context = Context { frame: &frame, title: "", header };
            let mut sink = Sink::new();
            let regions = assign(&mut sink, rows, &context);
            let mut said: Vec<String> = regions.iter().map(say).collect();
            said.extend(sink.into_parts().0.iter().map(|d| format!("! {}", d.code)));
            assert_eq!(said.join("\n"), expected.trim_end(), "{name}");
            seen += 1;
        }
        assert!(seen > 20, "only {seen} cases");
    }
}
