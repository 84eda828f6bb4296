//! Two notices against each other: this year's completions against last year's starts, or a
//! revision against its first issue, region by region through renames.

use crate::check::body::{programme_of, stage_of};
use crate::check::figures::{Figure, Figures};
use crate::check::finding::{Finding, Suspect};
use crate::diag::{Severity, Wording};
use crate::model::{Annex, ColumnRole, Frame, Level, Notice, Row, annex_name};
use crate::regions::{same_region, short_form, spoken};
use std::collections::BTreeMap;

/// Whether an older notice is one to compare with: of the same authority, and for the year before,
/// or the same notice issued earlier.
pub fn follows(new: &Notice, old: &Notice) -> bool {
    let (new, old) = (&new.frame, &old.frame);
    let authority = |frame: &Frame| frame.issuing_authorities.first().map(|a| a.value.clone());
    let title = |frame: &Frame| frame.title.as_ref().map(|title| title.value.clone());
    let (Some(year), Some(before)) = (new.plan_year, old.plan_year) else { return false };
    let is_reissue = || match (old.date_of_writing.read(), new.date_of_writing.read()) {
        (Some(first), Some(later)) => first < later && title(new) == title(old),
        _ => false,
    };
    authority(new) == authority(old)
        && (before.checked_add(1) == Some(year) || (before == year && is_reissue()))
}

/// Compares a notice with an older one. Where both are plans for one year, every cell that differs
/// is noted; where the older is for the year before, the figures that the newer completes are held
/// against what the older started.
pub fn across(new: &Notice, old: &Notice) -> Vec<Finding> {
    let (n, o) = (Figures::of(new), Figures::of(old));
    let revision = new.frame.plan_year == old.frame.plan_year;
    let mut findings = Vec::new();
    for (a, annex) in new.annexes.iter().enumerate() {
        for c in (0..annex.columns.len()).filter(|&c| n.shape(a, c).numeric) {
            let fits = |b: usize, d: usize| match revision {
                true => {
                    same_table(annex, &old.annexes[b]) && same_header(annex, c, &old.annexes[b], d)
                }
                false => completes(new, annex, c, &old.annexes[b], d),
            };
            let mut fitting = Vec::new();
            for (b, other) in old.annexes.iter().enumerate() {
                fitting.extend(
                    (0..other.columns.len())
                        .filter(|&d| o.shape(b, d).numeric && fits(b, d))
                        .map(|d| (b, d)),
                );
            }
            // Several columns that fit leave open which one is meant.
            if let [(b, d)] = fitting[..] {
                findings.extend(column(&n, (a, c), &o, (b, d), revision));
            }
        }
    }
    findings
}

/// The text without spaces and brackets' width, as titles and headers are compared.
fn bare(text: &str) -> String {
    let narrow = |c| match c {
        '（' => '(',
        '）' => ')',
        other => other,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(narrow).collect()
}

fn title(annex: &Annex) -> &str {
    annex.title.as_ref().map_or("", |title| &title.value)
}

/// Whether two annexes are one table in two issues.
fn same_table(new: &Annex, old: &Annex) -> bool {
    !title(new).is_empty() && bare(title(new)) == bare(title(old))
}

fn same_header(new: &Annex, c: usize, old: &Annex, d: usize) -> bool {
    bare(&new.columns[c].path.join("/")) == bare(&old.columns[d].path.join("/"))
}

/// Whether a column completes what a column of the year before started: one programme, one unit and
/// one thing counted, completed here and started there, and the older year in its words.
fn completes(notice: &Notice, new: &Annex, c: usize, old: &Annex, d: usize) -> bool {
    let words =
        |annex: &Annex, c: usize| format!("{}/{}", annex.columns[c].path.join("/"), title(annex));
    let (here, there) = (words(new, c), words(old, d));
    let year_before = notice.frame.plan_year.and_then(|year| year.checked_sub(1));
    let unit = |annex: &Annex, c: usize| {
        let whole = annex.unit.as_ref().map(|unit| unit.value.clone());
        annex.columns[c].unit.clone().or(whole)
    };
    let leaf = |annex: &Annex, c: usize| annex.columns[c].path.last().map(|leaf| bare(leaf));
    let adds = |annex: &Annex, c: usize| {
        !matches!(annex.columns[c].role, ColumnRole::Rate | ColumnRole::Rank)
    };
    programme_of(&here).is_some()
        && programme_of(&here) == programme_of(&there)
        && stage_of(&here) == Some("完工")
        && stage_of(&there) != Some("完工")
        && year_before.is_some_and(|year| here.contains(&year.to_string()))
        && unit(new, c) == unit(old, d)
        && leaf(new, c) == leaf(old, d)
        && adds(new, c)
        && adds(old, d)
}

/// Compares two columns row by row.
fn column(
    new: &Figures,
    (a, c): (usize, usize),
    old: &Figures,
    (b, d): (usize, usize),
    revision: bool,
) -> Vec<Finding> {
    let (here, there) = (&new.notice.annexes[a], &old.notice.annexes[b]);
    let index = Index::of(there);
    let mut findings = Vec::new();
    let mut equal = 0;
    for (r, row) in here.rows.iter().enumerate() {
        let Some(other) = index.row_of(here, row) else {
            continue;
        };
        let (now, before) = (new.at(new.cell(a, r, c)), old.at(old.cell(b, other, d)));
        if now == before || matches!((now, before), (Figure::Unknown, _) | (_, Figure::Unknown)) {
            equal += usize::from(now == before && now != Figure::Blank);
            continue;
        }
        let (Some(cell), Some(earlier)) = (row.cells.get(c), there.rows[other].cells.get(d)) else {
            continue;
        };
        let shown = |raw: &str| if raw.is_empty() { "—".to_owned() } else { raw.to_owned() };
        let (said, was) = (shown(&cell.raw), shown(&earlier.raw));
        let header = here.columns[c].path.join("/");
        let (Wording { en, zh }, name) = (annex_name(here.number), &row.region.name);
        let earlier_annex = annex_name(there.number);
        let message = match revision {
            true => Wording::new(
                format!("{en}, {name}: {header} was {was} in the earlier issue and is {said}"),
                format!("{zh}“{name}”：{header}原为{was}，现为{said}"),
            ),
            false => Wording::new(
                format!(
                    "{en}, {name}: {header} completes {said}, the year before started {was} ({})",
                    earlier_annex.en
                ),
                format!("{zh}“{name}”：{header}完成{said}，上年开工{was}（{}）", earlier_annex.zh),
            ),
        };
        findings.push(Finding {
            check: if revision { "revised" } else { "year_before" },
            severity: if revision { Severity::Note } else { Severity::Warning },
            message,
            cause: None,
            stated: cell.value,
            computed: earlier.value.map(|value| value.decimal()),
            tolerance: None,
            places: vec![cell.place],
            suspects: vec![Suspect {
                annex: here.number,
                row: row.number,
                region: row.region.name.clone(),
                column: here.columns[c].path.clone(),
                printed: cell.raw.clone(),
                proposed: earlier.value,
                rank: 1,
                why: vec![Wording::new(
                    format!("the earlier notice says {was}"),
                    format!("前一通知为{was}"),
                )],
                place: cell.place,
            }],
        });
    }
    // Columns that agree nowhere are not what we took them for.
    if !revision && equal < findings.len() {
        return Vec::new();
    }
    findings
}

/// The rows of an annex by who they are about.
struct Index<'n> {
    rows: &'n [Row],
    by_name: BTreeMap<(Option<String>, String), usize>,
    coded: Vec<(u32, usize)>,
}

impl<'n> Index<'n> {
    fn of(annex: &'n Annex) -> Index<'n> {
        let mut by_name = BTreeMap::new();
        let mut coded = Vec::new();
        for (r, row) in annex.rows.iter().enumerate() {
            by_name.entry(key(row)).or_insert(r);
            coded.extend(code(row).map(|code| (code, r)));
        }
        Index { rows: &annex.rows, by_name, coded }
    }

    /// The row about the same region: by code through renames, else by name and parent.
    fn row_of(&self, annex: &Annex, row: &Row) -> Option<usize> {
        if row.region.level == Level::Province {
            let first = annex.rows.iter().position(|r| r.region.level == Level::Province)?;
            let is_first = annex.rows[first].number == row.number;
            return self
                .rows
                .iter()
                .position(|r| r.region.level == Level::Province)
                .filter(|_| is_first);
        }
        if let Some(&found) = self.by_name.get(&key(row)) {
            return Some(found);
        }
        let own = code(row)?;
        self.coded.iter().find(|&&(code, _)| same_region(code, own)).map(|&(_, r)| r)
    }
}

fn code(row: &Row) -> Option<u32> {
    row.region.code.as_ref()?.parse().ok()
}

/// Parent and name, spoken and short: 九江 and 九江市 are one.
fn key(row: &Row) -> (Option<String>, String) {
    let short = |name: &str| {
        let name = spoken(name);
        short_form(&name).map_or(name.clone(), str::to_owned)
    };
    (row.region.parent.as_deref().map(short), short(&row.region.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Field;
    use crate::place::{Located, Place, Spot};

    fn notice(authority: &str, year: u16, date: &str) -> Notice {
        let place = Place { page: 1, spot: Spot::Text { line: 1, column: 1 } };
        let mut notice = Notice::default();
        notice.frame.issuing_authorities = vec![Located::new(authority.to_owned(), place)];
        notice.frame.title = Some(Located::new("关于下达计划的通知".to_owned(), place));
        notice.frame.plan_year = Some(year);
        notice.frame.date_of_writing =
            Field::Read(Located::new(date.parse().expect("a date"), place));
        notice
    }

    #[test]
    fn a_notice_follows_the_one_of_the_year_before_and_its_own_first_issue() {
        let of_2022 = notice("甲省财政厅", 2022, "2022-01-30");
        let of_2023 = notice("甲省财政厅", 2023, "2023-01-30");
        let again = notice("甲省财政厅", 2023, "2023-06-01");
        let other = notice("乙省财政厅", 2022, "2022-01-30");
        assert!(follows(&of_2023, &of_2022) && !follows(&of_2022, &of_2023));
        assert!(follows(&again, &of_2023) && !follows(&of_2023, &again));
        assert!(!follows(&of_2023, &of_2023) && !follows(&of_2023, &other));
    }
}
