//! A wide table cut left and right: its right half stands on pages of its own, without the column of
//! names, row for row.

use crate::diag::{Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::repair::document::{Slot, Table, TableRow};
use crate::repair::rows::{self, Kinds};

/// The tables under one title, right halves put to the left ones they belong to.
///
/// A right half has no names and as many rows as the table before it.
pub(super) fn join(sink: &mut Sink, tables: Vec<Table>) -> Vec<Table> {
    let mut whole: Vec<Table> = Vec::new();
    for table in tables {
        let is_nameless = is_nameless(&table);
        match whole.last_mut() {
            Some(left) if is_nameless && left.rows.len() == table.rows.len() => {
                widen(sink, left, table);
            }
            Some(left) if is_nameless => {
                remark_uneven(sink, left, &table);
                whole.push(table);
            }
            _ => whole.push(table),
        }
    }
    whole
}

/// Whether no column holds names, figures apart.
fn is_nameless(table: &Table) -> bool {
    let kinds = Kinds::of(&table.rows, table.columns);
    !table.rows.is_empty()
        && kinds.figures.iter().any(|&f| f)
        && kinds.words.iter().zip(&kinds.figures).all(|(&words, &figures)| figures || !words)
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
