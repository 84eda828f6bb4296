//! A wide table cut left and right: its right half stands on pages of its own, without the column of
//! names, row for row.

use crate::diag::{Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::repair::document::{Slot, Table, TableRow};
use crate::repair::headers;
use crate::repair::rows::{self, Kinds};

/// The tables under one title, right halves put to the left ones they belong to.
///
/// A right half has as many rows as the table before it, and no names in its first column.
pub(super) fn join(sink: &mut Sink, tables: Vec<Table>) -> Vec<Table> {
    let mut whole: Vec<Table> = Vec::new();
    for table in tables {
        let is_even = whole.last().is_some_and(|left| left.rows.len() == table.rows.len());
        match whole.last_mut() {
            Some(left) if is_even && (is_nameless(&table) || goes_on_right(left, &table)) => {
                widen(sink, left, table);
            }
            Some(left) if is_nameless(&table) => {
                remark_uneven(sink, left, &table);
                whole.push(table);
            }
            _ => whole.push(table),
        }
    }
    whole
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
        texts.filter(|text| !text.is_empty()).collect()
    };
    let (own, theirs) = (words(left), words(right));
    right.rows.len() >= 3
        && headers::is_serial(&left.header)
        && !theirs.is_empty()
        && theirs.iter().all(|word| !own.contains(word))
}

/// Puts the columns of the right half behind those of the left.
fn widen(sink: &mut Sink, left: &mut Table, right: Table) {
    sink.repair(Repair {
        stage: Stage::Repair,
        rule: "joined_halves",
        place: right.header.iter().chain(&right.rows).find_map(rows::place_of),
        before: right.header.iter().map(rows::printed).collect::<Vec<_>>().join("\n"),
        after: format!("columns {} to {}", left.columns + 1, left.columns + right.columns),
    });
    level(&mut left.header, left.columns, right.header.len());
    let tiers = left.header.len();
    let mut header = right.header;
    level(&mut header, right.columns, tiers);
    for (row, more) in left.header.iter_mut().zip(header) {
        row.slots.extend(more.slots);
    }
    for (row, more) in left.rows.iter_mut().zip(right.rows) {
        row.slots.extend(more.slots);
    }
    left.columns += right.columns;
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
