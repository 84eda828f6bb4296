//! Rows that are no places: items of a budget, indicators, projects, schools. Their level is `other`,
//! but for totals and subtotals; what each belongs to say codes, groups and sums.

use super::scope::Scope;
use super::words::{Word, Words};
use super::{Context, Cuts, RowName, Station, depths, sum_of, total_rows};
use crate::lexicon::{NOT_REGION_HEADERS, REGION_ENDINGS, REGION_HEADERS};
use crate::model::{Level, Region};
use crate::numbering;
use std::collections::BTreeMap;

/// Of the names, the share that must look like places, one in so many, for a table to be one of places.
const FEW: usize = 4;

/// Whether the rows of a table are places: by its header, by the words for parts of a region, or by
/// names that are divisions or end as those of regions do.
pub(super) fn are_places(
    rows: &[RowName],
    words: &[Words],
    scope: &Scope,
    context: &Context,
) -> bool {
    let header: String = context.header.chars().filter(|c| !c.is_whitespace()).collect();
    let is_region_header =
        REGION_HEADERS.iter().any(|word| header.contains(word) && *word != "单位")
            && !NOT_REGION_HEADERS.iter().any(|word| header.contains(word));
    if is_region_header {
        return true;
    }
    let mut named = 0;
    let mut places = 0;
    for (row, words) in rows.iter().zip(words) {
        let spans = row.spanned_by.iter().chain(&row.band);
        let is_spanned = spans.map(|by| super::words::read(by)).any(|by| is_place(&by, scope));
        if is_spanned {
            return true;
        }
        match &words.word {
            Word::Central(_) | Word::ProvinceOwn | Word::Direct | Word::Block => return true,
            Word::Total | Word::Subtotal(None) | Word::Blank => {}
            _ => {
                named += 1;
                places += usize::from(is_place(words, scope));
            }
        }
    }
    // A table of totals alone, or without names, says nothing.
    named == 0 || places * FEW >= named
}

fn is_place(words: &Words, scope: &Scope) -> bool {
    match &words.word {
        Word::Name(name) | Word::Subtotal(Some(name)) => {
            !scope.resolve(name).is_empty()
                || REGION_ENDINGS.iter().any(|ending| name.ends_with(ending))
        }
        Word::Central(_) | Word::Township => true,
        _ => false,
    }
}

/// The regions of rows that are no places.
pub(super) fn assign(rows: &[RowName], words: Vec<Words>, scope: &Scope) -> Vec<Region> {
    let totals = total_rows(rows, &words, scope);
    let level = |at: usize| match &words[at].word {
        _ if totals[at] => Level::Province,
        // 收入总计 is the total of its list, 本年收入合计 one of its sums.
        Word::Subtotal(Some(_)) if rows[at].text.ends_with("总计") => Level::Province,
        Word::Total | Word::Subtotal(_) => Level::Subtotal,
        _ if is_group(&rows[at]) => Level::Subtotal,
        _ => Level::Other,
    };
    let mut stations: Vec<Station> = (0..rows.len()).map(|at| Station::top(level(at))).collect();
    let parents = by_codes(rows)
        .or_else(|| by_groups(rows))
        .or_else(|| by_numbers(rows, &stations))
        .or_else(|| Cuts::default().only(rows, &stations))
        .or_else(|| by_depths(rows, &stations));
    for (at, parent) in parents.into_iter().flatten().enumerate() {
        if stations[at].level != Level::Province {
            stations[at].parent_row = parent;
        }
    }
    let regions = stations.into_iter().zip(rows.iter().zip(words));
    regions.map(|(station, (row, words))| station.region(row, words)).collect()
}

/// Whether the row is the own row of the group that spans it: 小计 of 农业.
fn is_group(row: &RowName) -> bool {
    row.spanned_by.as_deref() == Some(&row.text)
}

/// The row each row belongs to by the codes of accounts: 2210106 below 22101 below 221. `None` where
/// no code begins with another.
fn by_codes(rows: &[RowName]) -> Option<Vec<Option<usize>>> {
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut parents = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let Some(code) = row.code.as_deref() else {
            open.clear();
            parents.push(None);
            continue;
        };
        while open.last().is_some_and(|(_, above)| !code.starts_with(above) || code == *above) {
            open.pop();
        }
        parents.push(open.last().map(|(above, _)| *above));
        open.push((at, code));
    }
    parents.iter().any(Option::is_some).then_some(parents)
}

/// The row each row belongs to by the groups that span them: that of their subtotal.
fn by_groups(rows: &[RowName]) -> Option<Vec<Option<usize>>> {
    let mut parents = vec![None; rows.len()];
    let mut start = 0;
    for run in rows.chunk_by(|a, b| a.spanned_by == b.spanned_by) {
        let own = run.iter().position(is_group).filter(|_| run.len() > 1);
        if let Some(own) = own {
            for at in (0..run.len()).filter(|at| *at != own) {
                parents[start + at] = Some(start + own);
            }
        }
        start += run.len();
    }
    parents.iter().any(Option::is_some).then_some(parents)
}

/// The row each row belongs to by the numbers before their names, 1. below 一、, where the figures bear it out: each of
/// the sums that say anything holds.
fn by_numbers(rows: &[RowName], stations: &[Station]) -> Option<Vec<Option<usize>>> {
    let mut open: Vec<(usize, u8)> = Vec::new();
    let mut parents = vec![None; rows.len()];
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        let Some(level) = numbering::heading_level(&row.text) else {
            // Numbers begin anew below a name without one: 年初结转和结余 over 一、 and 二、.
            open.clear();
            open.extend((stations[at].level == Level::Other).then_some((at, 0)));
            continue;
        };
        while open.last().is_some_and(|(_, above)| *above >= level) {
            open.pop();
        }
        if let Some((above, _)) = open.last() {
            parents[at] = Some(*above);
            parts.entry(*above).or_default().push(at);
        }
        open.push((at, level));
    }
    let is_sum = |head: usize, parts: &[usize]| sum_of(rows, head, parts).is_clear();
    let is_numbered = |head: usize| numbering::heading_level(&rows[head].text).is_some();
    parts.retain(|&head, parts| {
        let is_head = is_numbered(head) || is_sum(head, parts);
        parts.iter().filter(|_| !is_head).for_each(|&at| parents[at] = None);
        is_head
    });
    let verdicts: Vec<_> = parts.iter().map(|(head, parts)| sum_of(rows, *head, parts)).collect();
    let is_borne_out =
        verdicts.iter().all(|v| v.fails == 0) && verdicts.iter().any(|v| v.is_clear());
    is_borne_out.then_some(parents)
}

/// The row each row belongs to by its indentation, where the figures bear it out.
fn by_depths(rows: &[RowName], stations: &[Station]) -> Option<Vec<Option<usize>>> {
    let depths = super::below_the_total(rows, stations)?;
    let mut parents = depths::parents(&depths);
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, head) in parents.iter().enumerate() {
        if let Some(head) = head {
            parts.entry(*head).or_default().push(at);
        }
    }
    for (head, parts) in parts {
        if !sum_of(rows, head, &parts).is_clear() {
            parts.iter().for_each(|&at| parents[at] = None);
        }
    }
    parents.iter().any(Option::is_some).then_some(parents)
}
