//! A wide table cut left and right: its right half stands on pages of its own, row for row, without the column of
//! names or with the same names.

use crate::diag::{Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::lexicon::REGION_ENDINGS;
use crate::pattern::Steps;
use crate::repair::document::{Slot, Table, TableRow};
use crate::repair::headers;
use crate::repair::rows::{self, Kinds};
use std::borrow::Cow;

/// The tables under one title, right halves put to the left ones they belong to.
///
/// A right half has as many rows as the table before it, and in its first columns no names or the same ones.
pub(super) fn join(sink: &mut Sink, tables: Vec<Table>) -> Vec<Table> {
    let mut whole: Vec<Table> = Vec::new();
    for table in tables {
        let is_even = |left: &&mut Table| left.rows.len() == table.rows.len();
        if let Some(left) = whole.last_mut().filter(is_even)
            && let Some(names) = names_of_right(left, &table)
        {
            widen(sink, left, table, names);
            continue;
        }
        if let Some(left) = whole.last().filter(|_| is_nameless(&table)) {
            remark_uneven(sink, left, &table);
        }
        whole.push(table);
    }
    whole
}

/// Fewest rows that a right half under a title of its own has: fewer may be as many by accident.
const UNDER_TITLE: usize = 4;

/// Puts right halves under a title to the left ones before it, which have none.
///
/// A sheet's title stands in the middle of all its columns, and so on the page where that middle is: be that the second of
/// two, the left half has no title and the right one does.
pub(super) fn under_title(groups: Vec<Vec<Table>>) -> Vec<Vec<Table>> {
    let mut whole: Vec<Vec<Table>> = Vec::new();
    for group in groups {
        let is_half = |left: &&Table| {
            let right = group.first();
            right.is_some_and(|right| {
                left.title.is_none()
                    && right.title.is_some()
                    && left.rows.len() == right.rows.len()
                    && right.rows.len() >= UNDER_TITLE
                    && !is_nameless(left)
                    && is_nameless(right)
            })
        };
        match whole.last_mut() {
            Some(before) if before.last().filter(is_half).is_some() => {
                let title = group.first().and_then(|right| right.title.clone());
                if let Some(left) = before.last_mut() {
                    left.title = title;
                }
                before.extend(group);
            }
            _ => whole.push(group),
        }
    }
    whole
}

/// How many columns of a table name rows again, if it is the right half of another one with as many rows.
fn names_of_right(left: &Table, right: &Table) -> Option<usize> {
    if is_nameless(right) || goes_on_right(left, right) {
        return Some(0);
    }
    named_alike(left, right)
}

/// Whether the first column, serial numbers apart, holds figures: a table without names.
fn is_nameless(table: &Table) -> bool {
    let kinds = Kinds::of(table.rows.iter(), table.columns);
    let first = (0..table.columns).find(|&col| col > 0 || !headers::is_serial(&table.header));
    !table.rows.is_empty() && first.is_some_and(|first| kinds.figures[first])
}

/// Whether a table of words goes on to the right of another: it has no serial numbers where that
/// has, and none of its headers.
///
/// Serves wide lists, such as those of projects. Few rows may be as many by accident.
fn goes_on_right(left: &Table, right: &Table) -> bool {
    let words = |table: &Table| -> Vec<String> {
        let texts = table
            .header
            .iter()
            .flat_map(|row| (0..row.slots.len()).map(move |col| rows::text_at(row, col)));
        texts.filter(|text| !text.is_empty()).map(Cow::into_owned).collect()
    };
    let (own, theirs) = (words(left), words(right));
    right.rows.len() >= 3
        && headers::is_serial(&left.header)
        && !theirs.is_empty()
        && theirs.iter().all(|word| !own.contains(word))
}

/// How many columns name the rows of both tables alike, where the other columns have other headers: those of the right
/// half, which stand again in front of it. `None` where the tables differ. The shorter one is compared.
pub(super) fn named_alike(left: &Table, right: &Table) -> Option<usize> {
    let rows = left.rows.len().min(right.rows.len());
    let kinds = Kinds::of(left.rows.iter(), left.columns);
    let is_key = |&col: &usize| {
        let is_serial = col == 0 && headers::is_serial(&left.header);
        let texts = |table: &Table| headers::column_text(&table.header, col);
        let is_same = |(a, b): (&_, &_)| rows::text_at(a, col) == rows::text_at(b, col);
        (is_serial || !kinds.figures[col])
            && texts(left) == texts(right)
            && left.rows.iter().zip(&right.rows).all(is_same)
    };
    let most = left.columns.min(right.columns);
    let keys = (0..most).take_while(is_key).count();
    let has_names = (0..keys).any(|col| kinds.words[col]);
    // The last line of names that stand across may be shorter than the others.
    let is_blank =
        |table: &Table, col: usize| table.rows.iter().all(|row| rows::is_blank(row, col));
    let others = |table: &Table| -> Vec<String> {
        let paths = (keys..table.columns).map(|col| (col, headers::path_text(&table.header, col)));
        let filled = paths.filter(|(col, path)| !path.is_empty() || !is_blank(table, *col));
        filled.map(|(_, path)| path).collect()
    };
    let (own, theirs) = (others(left), others(right));
    let is_other = theirs.iter().all(|path| !path.is_empty() && !own.contains(path));
    // One row may be as many by accident, but not below names of regions: those that stand across have a row each.
    let is_across = || own.iter().chain(&theirs).all(|path| path.as_str().ends_in(REGION_ENDINGS));
    (has_names && keys < most && is_other && (rows > 2 || is_across())).then_some(keys)
}

/// Puts on record what the first columns of the right half hold, which name its rows as the left half does.
fn note_names(sink: &mut Sink, right: &Table, names: usize) {
    let mut taken: Vec<&str> = Vec::new();
    for row in right.header.iter().chain(&right.rows) {
        let cells = (0..names).filter_map(|col| row.cell(col));
        taken.extend(cells.map(|cell| cell.raw.as_str()).filter(|raw| !raw.is_empty()));
    }
    if taken.is_empty() {
        return;
    }
    sink.repair(Repair {
        stage: Stage::Repair,
        rule: "repeated_names",
        place: right.header.iter().chain(&right.rows).find_map(rows::place_of),
        before: taken.join("\n"),
        after: String::new(),
    });
}

/// Puts the columns of the right half, but for the first ones that name its rows again, behind those of the left.
fn widen(sink: &mut Sink, left: &mut Table, right: Table, names: usize) {
    sink.repair(Repair {
        stage: Stage::Repair,
        rule: "joined_halves",
        place: right.header.iter().chain(&right.rows).find_map(rows::place_of),
        before: right.header.iter().map(rows::printed).collect::<Vec<_>>().join("\n"),
        after: format!("columns {} to {}", left.columns + 1, left.columns + right.columns - names),
    });
    note_names(sink, &right, names);
    level(&mut left.header, left.columns, right.header.len());
    let tiers = left.header.len();
    let mut header = right.header;
    level(&mut header, right.columns, tiers);
    for (row, more) in left.header.iter_mut().zip(header) {
        row.slots.extend(more.slots.into_iter().skip(names));
    }
    for (row, more) in left.rows.iter_mut().zip(right.rows) {
        row.slots.extend(more.slots.into_iter().skip(names));
    }
    left.columns += right.columns - names;
}

/// Gives a header as many tiers as the other half's: its last tier reaches down.
fn level(header: &mut Vec<TableRow>, columns: usize, tiers: usize) {
    while header.len() < tiers {
        let (page, panel) = header.last().map_or((1, 0), |row| (row.page, row.panel));
        header.push(TableRow { slots: vec![Slot::Above; columns], page, panel });
    }
}

/// Says that a table without names stands behind one that has other rows.
fn remark_uneven(sink: &mut Sink, left: &Table, right: &Table) {
    let (a, b) = (left.rows.len(), right.rows.len());
    sink.remark(Diagnostic {
        code: "halves_uneven",
        severity: Severity::Warning,
        place: right.header.iter().chain(&right.rows).find_map(rows::place_of),
        message: Wording::new(
            format!("a table without names follows one of {a} rows but has {b}: not joined"),
            format!("无名称列的表格有{b}行，其前之表有{a}行，未予拼接"),
        ),
        hint: None,
    });
}
