//! What the frame says twice: the annexes and their list, the authorities and their signatures, and
//! the numbers of rows.

use crate::check::finding::Finding;
use crate::diag::{Severity, Wording};
use crate::lexicon::TABLE_TITLES;
use crate::model::{Annex, Level, Notice, Status, annex_name};
use crate::pattern::Steps;
use crate::place::{Located, Place};
use std::collections::BTreeSet;

/// All that the frame says against itself.
pub fn frame(notice: &Notice) -> Vec<Finding> {
    let mut findings = annex_list(notice);
    findings.extend(authorities(notice));
    for annex in &notice.annexes {
        findings.extend(serial_numbers(annex));
        findings.extend(rows_without_parent(annex));
        findings.extend(misplaced_regions(annex));
    }
    findings
}

/// A finding that weighs no figures.
fn remark(
    check: &'static str,
    severity: Severity,
    message: Wording,
    places: Vec<Place>,
) -> Finding {
    Finding {
        check,
        severity,
        message,
        cause: None,
        stated: None,
        computed: None,
        tolerance: None,
        places,
        suspects: Vec::new(),
    }
}

/// The text without what typesetting adds: spaces, and the width of brackets and marks.
fn bare(text: &str) -> String {
    const WIDE: &[(char, char)] =
        &[('（', '('), ('）', ')'), ('：', ':'), ('，', ','), ('〔', '['), ('〕', ']')];
    text.chars()
        .filter(|c| !c.is_whitespace() && !"《》“”\"".contains(*c))
        .map(|c| WIDE.iter().find(|(wide, _)| *wide == c).map_or(c, |&(_, narrow)| narrow))
        .collect()
}

/// The annexes against 附件说明: each listed one is there under its title, and none is unlisted.
fn annex_list(notice: &Notice) -> Vec<Finding> {
    let mut findings = Vec::new();
    if notice.annex_list.is_empty() {
        return findings;
    }
    for entry in &notice.annex_list {
        let (number, title) = (entry.number, &entry.title.value);
        let Some(annex) = notice.annexes.iter().find(|annex| annex.number == number) else {
            findings.push(remark(
                "annex_list",
                Severity::Warning,
                Wording::new(
                    format!("annex {number}, {title}, is listed but not there"),
                    format!("附件说明列有附件{number}“{title}”，但未见该附件"),
                ),
                vec![entry.title.place],
            ));
            continue;
        };
        let Some(printed) = &annex.title else {
            if !annex.rows.is_empty() {
                findings.push(remark(
                    "annex_list",
                    Severity::Note,
                    Wording::new(
                        format!("annex {number} is listed as {title}, and has no title"),
                        format!("附件{number}在附件说明中为“{title}”，但未见标题"),
                    ),
                    vec![entry.title.place, annex.place],
                ));
            }
            continue;
        };
        let (listed, stands) = (bare(title), bare(&printed.value));
        if listed != stands {
            // A list may shorten; another title is another table.
            // What goes on behind 任务表 is a part of the table's header.
            let runs_on = stands.strip_prefix(&listed).is_some_and(|rest| !rest.starts_with('('))
                && listed.ends_in(TABLE_TITLES);
            let shortened = !runs_on && (listed.contains(&stands) || stands.contains(&listed));
            findings.push(remark(
                "annex_list",
                if shortened { Severity::Note } else { Severity::Warning },
                Wording::new(
                    format!("annex {number} is listed as {title}, its title is {}", printed.value),
                    format!("附件{number}在附件说明中为“{title}”，标题为“{}”", printed.value),
                ),
                vec![entry.title.place, printed.place],
            ));
        }
    }
    let listed: BTreeSet<u32> = notice.annex_list.iter().map(|entry| entry.number).collect();
    let mut seen = BTreeSet::new();
    for annex in notice.annexes.iter().filter(|annex| annex.number > 0) {
        if !listed.contains(&annex.number) && seen.insert(annex.number) {
            findings.push(remark(
                "annex_list",
                Severity::Warning,
                Wording::new(
                    format!("annex {} is there but not listed", annex.number),
                    format!("有附件{}，但附件说明未列", annex.number),
                ),
                vec![annex.place],
            ));
        }
    }
    findings
}

/// The authorities of the mark against those that signed. A mark may name one for all (等部门),
/// and a signature may be an office of its authority.
fn authorities(notice: &Notice) -> Option<Finding> {
    let frame = &notice.frame;
    let (mark, signed) = (&frame.issuing_authorities, &frame.signing_authorities);
    if mark.is_empty() || signed.is_empty() {
        return None;
    }
    let missing = |of: &[Located<String>], among: &[Located<String>]| -> Vec<Located<String>> {
        let of_same = |a: &str, b: &str| a.contains(b) || b.contains(a);
        of.iter()
            .filter(|one| {
                !among.iter().any(|other| of_same(&bare(&one.value), &bare(&other.value)))
            })
            .cloned()
            .collect()
    };
    let (unsigned, unmarked) = (missing(mark, signed), missing(signed, mark));
    let first = unsigned.first().or(unmarked.first())?;
    let names = |of: &[Located<String>]| {
        of.iter().map(|name| name.value.clone()).collect::<Vec<_>>().join("、")
    };
    Some(remark(
        "authorities",
        Severity::Warning,
        Wording::new(
            format!("the mark names {}, the signature {}", names(mark), names(signed)),
            format!("发文机关标志为{}，署名为{}", names(mark), names(signed)),
        ),
        vec![first.place],
    ))
}

/// 序号 runs 1, 2, 3 …, in the whole table or anew in each group.
fn serial_numbers(annex: &Annex) -> Option<Finding> {
    let mut headings = 0;
    let numbered: Vec<(u32, &Located<String>, &str, u32)> = annex
        .rows
        .iter()
        .filter_map(|row| {
            let Some(serial) = row.serial.as_ref() else {
                headings += u32::from(row.cells.iter().all(|cell| cell.status == Status::Blank));
                return None;
            };
            let number = serial.value.trim().parse().ok()?;
            Some((number, serial, row.region.name.as_str(), headings))
        })
        .collect();
    let breaks = |pair: &[(u32, &Located<String>, &str, u32)]| {
        let next = pair[0].0.saturating_add(1);
        // Where lines are numbered, headings are lines whose numbers are not printed.
        let behind_headings = next.saturating_add(pair[1].3 - pair[0].3);
        pair[1].0 != next && pair[1].0 != behind_headings && pair[1].0 != 1
    };
    let mut broken = numbered.windows(2).filter(|pair| breaks(pair));
    let pair = broken.next()?;
    // Numbers out of step in many places are no running numbers but codes.
    if broken.count() * 5 > numbered.len() {
        return None;
    }
    let ((before, ..), (after, at, name, _)) = (pair[0], pair[1]);
    let called = annex_name(annex.number);
    Some(remark(
        "serial_numbers",
        Severity::Warning,
        Wording::new(
            format!(
                "{}: number {after}, {name}, follows number {before}; a row may be missing or stand twice",
                called.en
            ),
            format!("{}：序号{before}之后为{after}（{name}），可能缺行或重复", called.zh),
        ),
        vec![at.place],
    ))
}

/// Rows whose prefecture has no row, where other prefectures have theirs.
fn rows_without_parent(annex: &Annex) -> Option<Finding> {
    let parents: BTreeSet<usize> = annex.rows.iter().filter_map(|r| r.region.parent_row).collect();
    let orphan = |row: &&crate::model::Row| {
        row.region.parent_row.is_none()
            && matches!(row.region.level, Level::Central | Level::County)
            && row.region.parent.is_some()
    };
    let names: BTreeSet<&str> =
        annex.rows.iter().filter(orphan).filter_map(|r| r.region.parent.as_deref()).collect();
    let first = annex.rows.iter().find(orphan)?;
    if parents.len() < 2 || names.len() * 3 > parents.len() {
        return None;
    }
    let names = names.into_iter().collect::<Vec<_>>().join("、");
    let called = annex_name(annex.number);
    Some(remark(
        "row_missing",
        Severity::Warning,
        Wording::new(
            format!(
                "{}: {names} has no row of its own, though {} others do",
                called.en,
                parents.len()
            ),
            format!("{}：{names}没有自己的行，而其他{}个都有", called.zh, parents.len()),
        ),
        vec![first.region.place],
    ))
}

/// Rows below a prefecture that is not theirs by their codes. What a province governs directly
/// (NN90NN) may stand below any.
fn misplaced_regions(annex: &Annex) -> Vec<Finding> {
    let number = |code: &Option<String>| code.as_ref().and_then(|code| code.parse::<u32>().ok());
    let elsewhere = |row: &crate::model::Row| {
        let parent = annex.rows.get(row.region.parent_row?)?;
        let (own, theirs) = (number(&row.region.code)?, number(&parent.region.code)?);
        let county = own % 100 != 0 && own / 100 % 100 != 90 && theirs % 100 == 0;
        (county && theirs % 10_000 != 0 && own / 100 != theirs / 100).then_some(parent)
    };
    let found = annex.rows.iter().filter_map(|row| Some((row, elsewhere(row)?)));
    found
        .map(|(row, parent)| {
            let (name, above) = (&row.region.name, &parent.region.name);
            let called = annex_name(annex.number);
            remark(
                "region_misplaced",
                Severity::Warning,
                Wording::new(
                    format!(
                        "{}: {name} stands below {above}, which it does not belong to",
                        called.en
                    ),
                    format!("{}：{name}列在{above}之下，但不属于{above}", called.zh),
                ),
                vec![row.region.place],
            )
        })
        .collect()
}
