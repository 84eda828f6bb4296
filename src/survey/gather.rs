//! Records of notices in, a [`Survey`] out.

use crate::emit::record::{AnnexRecord, CellRecord, NoticeRecord, RowRecord};
use crate::regions::{current_code, division_of};
use crate::survey::series::{self, Key, Series};
use crate::survey::{
    Figure, LeftOut, Level, Measure, NoticeNote, Programme, Reached, Region, Share, Survey, Why,
};
use rust_decimal::Decimal;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Surveys the notices of these results.
pub fn survey(mut records: Vec<NoticeRecord>) -> Survey {
    records.sort_by(|a, b| {
        let key = |r: &NoticeRecord| (r.plan_year, r.source.name.clone(), r.source.sha256.clone());
        key(a).cmp(&key(b))
    });
    records.dedup_by(|a, b| a.source.sha256 == b.source.sha256);
    let mut drafts = Drafts::default();
    let mut survey = Survey::default();
    // The latest first: its names and its order are those of the survey.
    for (index, record) in records.iter().enumerate().rev() {
        let doubts = Doubts::of(record);
        for annex in record.annexes.iter().filter(|annex| !annex.rows.is_empty()) {
            let why = match record.plan_year {
                _ if !annex.rows.iter().any(is_region) => Some(Why::NoRegions),
                None => Some(Why::NoYear),
                Some(year) => {
                    drafts.take(record, index, annex, year, &doubts);
                    None
                }
            };
            let title = annex.title.clone().unwrap_or_default();
            survey.left_out.extend(why.map(|why| LeftOut { notice: index, title, why }));
        }
    }
    survey.left_out.reverse();
    survey.programmes = drafts.programmes.into_iter().map(Draft::finish).collect();
    survey.notices = records.iter().map(note).collect();
    survey
}

fn is_region(row: &RowRecord) -> bool {
    !matches!(&*row.region.level, "other" | "subtotal" | "province")
}

fn note(record: &NoticeRecord) -> NoticeNote {
    let cells = || record.annexes.iter().flat_map(|a| &a.rows).flat_map(|row| &row.cells);
    NoticeNote {
        name: record.source.name.clone(),
        document_number: record.document_number.as_ref().map(|number| number.raw.clone()),
        title: record.title.clone(),
        year: record.plan_year,
        figures: cells().filter(|cell| cell.value.is_some()).count(),
        checked: record.summary.map_or(0, |summary| summary.identities.tried),
        unrecognised: record.diagnostics.iter().any(|d| d.code == "nothing_recognised"),
        findings: record.findings.iter().filter(|f| f.severity != "note").count(),
        doubtful: cells().filter(|cell| is_doubted(cell)).count(),
        corrected: cells().filter(|cell| is_corrected(cell)).count(),
    }
}

/// Whether its reading is doubted, and no reviewer has looked at it.
fn is_doubted(cell: &CellRecord) -> bool {
    cell.correction.is_none() && !cell.doubt.is_empty()
}

fn is_corrected(cell: &CellRecord) -> bool {
    cell.correction.as_ref().is_some_and(|said| said.verdict == "corrected")
}

/// The cells that findings hold for the likeliest to be wrong.
struct Doubts<'a>(BTreeSet<(u32, u32, &'a [String])>);

impl<'a> Doubts<'a> {
    fn of(record: &'a NoticeRecord) -> Doubts<'a> {
        let findings = record.findings.iter().filter(|finding| finding.severity != "note");
        let first = findings.filter_map(|finding| finding.suspects.first());
        Doubts(first.map(|cell| (cell.annex, cell.row, &*cell.column)).collect())
    }
}

/// What tells regions apart, through renames.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Identity {
    Total,
    /// The code a division has today.
    Coded(u32),
    /// What has no code, by the name of whom it belongs to and its own.
    Named(String, String),
}

#[derive(Default)]
struct Drafts {
    programmes: Vec<Draft>,
    by_name: HashMap<(Option<u32>, String), usize>,
}

/// A programme as it is put together.
struct Draft {
    programme: Programme,
    identities: HashMap<Identity, usize>,
    codes: Vec<Option<u32>>,
    parents: Vec<Option<String>>,
    measures: HashMap<Key, usize>,
    /// When the notice that states a figure was written, and its name.
    written: HashMap<(usize, usize, u16), Rank>,
    /// The years of which a later notice says what came of them, by measure.
    of_earlier_years: BTreeMap<usize, BTreeSet<u16>>,
    /// The measure of a stage, by the rest of its words and its unit.
    stages: HashMap<(&'static str, String, Option<String>), usize>,
}

/// The later notice counts.
type Rank = (Option<String>, Reverse<usize>);

impl Drafts {
    fn take(
        &mut self,
        record: &NoticeRecord,
        notice: usize,
        annex: &AnnexRecord,
        year: u16,
        doubts: &Doubts<'_>,
    ) {
        let province = province(record);
        let key = (province, series::programme(annex));
        let at = *self.by_name.entry(key.clone()).or_insert_with(|| {
            self.programmes.push(Draft::new(province, key.1));
            self.programmes.len() - 1
        });
        self.programmes[at].take(record, notice, annex, year, doubts);
    }
}

/// The province that most codes of a notice are of.
fn province(record: &NoticeRecord) -> Option<u32> {
    let rows = record.annexes.iter().flat_map(|annex| &annex.rows);
    let codes = rows.filter_map(|row| row.region.code.as_ref()?.parse::<u32>().ok());
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    codes.for_each(|code| *counts.entry(code / 10_000 * 10_000).or_default() += 1);
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(province, _)| province)
}

impl Draft {
    fn new(province: Option<u32>, name: String) -> Draft {
        let province = province.and_then(|code| division_of(code, None)).map(|d| d.name());
        let (regions, measures, reached) = (Vec::new(), Vec::new(), Vec::new());
        Draft {
            programme: Programme { province, name, regions, measures, reached },
            identities: HashMap::new(),
            codes: Vec::new(),
            parents: Vec::new(),
            measures: HashMap::new(),
            written: HashMap::new(),
            of_earlier_years: BTreeMap::new(),
            stages: HashMap::new(),
        }
    }

    fn take(
        &mut self,
        record: &NoticeRecord,
        notice: usize,
        annex: &AnnexRecord,
        year: u16,
        doubts: &Doubts<'_>,
    ) {
        let all = series::of_annex(annex, year);
        let identities: Vec<Identity> = annex.rows.iter().map(identity).collect();
        let is_once = |at: usize| identities.iter().filter(|i| **i == identities[at]).count() == 1;
        let is_by_region = (0..identities.len()).all(is_once);
        for (row, identity) in annex.rows.iter().zip(&identities) {
            let region = self.region(row, identity);
            let of_rows = if is_by_region { String::new() } else { kind_of(row) };
            for (index, series) in &all {
                let Some(cell) = row.cells.get(*index) else { continue };
                let Some(value) = cell.value.as_deref().and_then(|v| v.parse().ok()) else {
                    continue;
                };
                let (measure, year) = (self.measure(series, &of_rows), series.year);
                let column = annex.columns[*index].path.as_slice();
                let figure = Figure {
                    value,
                    notice,
                    doubtful: is_doubted(cell)
                        || doubts.0.contains(&(annex.number, row.number, column)),
                    corrected: is_corrected(cell),
                    other: None,
                };
                let rank = (record.date_of_writing.clone(), Reverse(notice));
                self.put(measure, region, year, figure, rank);
            }
            if is_by_region {
                self.reach(row, region, &all);
            }
        }
    }

    /// The place of a region, which bears its latest name.
    fn region(&mut self, row: &RowRecord, identity: &Identity) -> usize {
        let name = &row.region.name;
        let regions = &mut self.programme.regions;
        let at = *self.identities.entry(identity.clone()).or_insert_with(|| {
            let level = match (identity, &*row.region.level) {
                (Identity::Total, _) => Level::Total,
                (_, "prefecture") => Level::Prefecture,
                _ => Level::County,
            };
            let name = name.clone();
            regions.push(Region { name, former: Vec::new(), level, parent: None });
            self.codes.push(match identity {
                Identity::Coded(code) => Some(*code),
                _ => None,
            });
            self.parents.push(row.region.parent.clone());
            regions.len() - 1
        });
        let region = &mut regions[at];
        if *identity != Identity::Total && region.name != *name && !region.former.contains(name) {
            region.former.push(name.clone());
        }
        at
    }

    fn measure(&mut self, series: &Series, of_rows: &str) -> usize {
        let (words, unit) = (series.words.clone(), series.unit.clone());
        let key = Key { words, unit: unit.clone(), of_rows: of_rows.to_owned() };
        let measures = &mut self.programme.measures;
        let at = *self.measures.entry(key).or_insert_with(|| {
            let label = match of_rows {
                "" => series.label.clone(),
                of_rows => format!("{} · {of_rows}", series.label),
            };
            let (adds, figures) = (series.adds, BTreeMap::new());
            measures.push(Measure { label, unit, adds, figures });
            measures.len() - 1
        });
        if let (Some((stage, rest)), true) = (&series.stage, of_rows.is_empty()) {
            self.stages.entry((stage, rest.clone(), series.unit.clone())).or_insert(at);
            if series.is_of_earlier_year {
                self.of_earlier_years.entry(at).or_default().insert(series.year);
            }
        }
        at
    }

    /// Puts a figure in its place; of two, the one that was written later.
    fn put(&mut self, measure: usize, region: usize, year: u16, new: Figure, rank: Rank) {
        let figures = &mut self.programme.measures[measure].figures;
        let Some(known) = figures.get_mut(&(region, year)) else {
            figures.insert((region, year), new);
            self.written.insert((measure, region, year), rank);
            return;
        };
        let written = self.written.entry((measure, region, year)).or_insert_with(|| rank.clone());
        let (counts, other) = if rank > *written {
            *written = rank;
            (new, known.clone())
        } else {
            (known.clone(), new)
        };
        let differs = counts.value != other.value;
        let other = differs.then_some((other.value, other.notice)).or(counts.other);
        *known = Figure { other, ..counts };
    }

    /// What a table itself says was done of what it says was to be done: where one column of each stands under one
    /// header.
    fn reach(&mut self, row: &RowRecord, region: usize, all: &[(usize, Series)]) {
        for (at, done) in all.iter().filter(|(_, series)| series.is_done) {
            let is_beside = |other: &Series| other.above == done.above && other.unit == done.unit;
            let beside = |which: fn(&Series) -> bool| {
                let mut found = all.iter().filter(|(_, s)| which(s) && is_beside(s));
                found.next().filter(|_| found.next().is_none())
            };
            let is_one = beside(|series| series.is_done).is_some();
            let Some((of, target)) = beside(|series| series.is_target).filter(|_| is_one) else {
                continue;
            };
            let value = |at: usize| row.cells.get(at)?.value.as_deref()?.parse::<Decimal>().ok();
            let (Some(value), Some(of)) = (value(*at), value(*of)) else { continue };
            let label = format!("{} ÷ {}", done.label, target.label);
            let share = Share { done: value, target: of };
            self.share(label, done.unit.clone(), (region, target.year), share);
        }
    }

    fn share(&mut self, label: String, unit: Option<String>, at: (usize, u16), share: Share) {
        if share.target <= Decimal::ZERO || share.done < Decimal::ZERO {
            return;
        }
        let reached = &mut self.programme.reached;
        let of = reached.iter().position(|known| known.label == label && known.unit == unit);
        let of = of.unwrap_or_else(|| {
            reached.push(Reached { label, unit, shares: BTreeMap::new() });
            reached.len() - 1
        });
        // The latest notice comes first, and counts.
        reached[of].shares.entry(at).or_insert(share);
    }

    fn finish(mut self) -> Programme {
        self.reach_over_years();
        self.sort()
    }

    /// What a later notice says was done of what a year set out to begin.
    fn reach_over_years(&mut self) {
        let mut shares = Vec::new();
        for ((stage, rest, unit), &done) in &self.stages {
            let years = self.of_earlier_years.get(&done).filter(|_| *stage == "完工");
            let begun = self.stages.get(&("开工", rest.clone(), unit.clone()));
            let (Some(years), Some(&begun)) = (years, begun) else { continue };
            let measures = &self.programme.measures;
            for (&(region, year), figure) in &measures[done].figures {
                let target = measures[begun].at(region, year).filter(|_| years.contains(&year));
                if let Some(target) = target {
                    let label = format!("{} ÷ {}", measures[done].label, measures[begun].label);
                    let share = Share { done: figure.value, target: target.value };
                    shares.push((label, unit.clone(), (region, year), share));
                }
            }
        }
        // A map has no order of its own.
        shares.sort_by(|a, b| (&a.0, a.2).cmp(&(&b.0, b.2)));
        for (label, unit, at, share) in shares {
            self.share(label, unit, at, share);
        }
    }

    /// Puts the regions in order: the total, then each prefecture with what belongs to it, by code where there is one.
    fn sort(self) -> Programme {
        let Draft { mut programme, codes, parents, .. } = self;
        let regions = &programme.regions;
        let prefecture_of = |at: usize| {
            let by_code = codes[at].map(|code| code / 100 * 100);
            let is_it = |other: usize| {
                regions[other].level == Level::Prefecture
                    && other != at
                    && match (by_code, codes[other]) {
                        (Some(a), Some(b)) => a == b,
                        _ => parents[at].as_ref().is_some_and(|parent| {
                            let Region { name, former, .. } = &regions[other];
                            name == parent || former.contains(parent)
                        }),
                    }
            };
            (regions[at].level == Level::County).then(|| (0..regions.len()).find(|&o| is_it(o)))?
        };
        let parent: Vec<Option<usize>> = (0..regions.len()).map(prefecture_of).collect();
        let mut order: Vec<usize> = (0..regions.len()).collect();
        // A prefecture without a code stays where it was printed first; what is of none comes last.
        let place = |at: usize| (codes[at].unwrap_or(u32::MAX), at);
        order.sort_by_key(|&at| {
            let head = parent[at].unwrap_or(at);
            (regions[at].level != Level::Total, place(head), head != at, place(at))
        });
        let mut moved = vec![0; order.len()];
        order.iter().enumerate().for_each(|(to, &from)| moved[from] = to);
        let sorted = order.iter().map(|&at| Region {
            parent: parent[at].map(|parent| moved[parent]),
            ..regions[at].clone()
        });
        programme.regions = sorted.collect();
        for measure in &mut programme.measures {
            let figures = std::mem::take(&mut measure.figures).into_iter();
            measure.figures =
                figures.map(|((r, year), figure)| ((moved[r], year), figure)).collect();
        }
        for reached in &mut programme.reached {
            let shares = std::mem::take(&mut reached.shares).into_iter();
            reached.shares = shares.map(|((r, year), share)| ((moved[r], year), share)).collect();
        }
        programme.measures.retain(|measure| !measure.figures.is_empty());
        programme
    }
}

fn identity(row: &RowRecord) -> Identity {
    let region = &row.region;
    if region.level == "province" && region.parent.is_none() {
        return Identity::Total;
    }
    match region.code.as_deref().and_then(|code| code.parse().ok()) {
        Some(code) => Identity::Coded(current_code(code)),
        None => Identity::Named(region.parent.clone().unwrap_or_default(), region.name.clone()),
    }
}

/// What a row has in its key columns besides its region: 类别, 科目编码.
fn kind_of(row: &RowRecord) -> String {
    let region = &row.region;
    let is_place = |text: &str| text == region.name || Some(text) == region.parent.as_deref();
    let kinds = row.keys.0.iter().filter(|(_, text)| !text.is_empty() && !is_place(text));
    kinds.map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" · ")
}
