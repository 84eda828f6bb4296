//! Which sums a finding speaks of, found by the places it gives: the figures of its first sum with
//! the stated one first, then the stated figures of the other sums that one cause breaks.

use crate::check::{Operand, StatedSum};
use crate::emit::record::{FindingRecord, NoticeRecord, PlaceRecord};

/// Checks that speak of products, whose terms do not add up; and of other things than sums.
const OF_SUMS: &[&str] = &[
    "column_sum",
    "row_sum",
    "body_figure",
    "body_parts",
    "row_missing",
    "row_shifted",
    "row_repeated",
    "rows_exchanged",
    "cells_exchanged",
];

/// Indices of the sums that a finding speaks of.
pub fn sums_of(record: &NoticeRecord, sums: &[StatedSum], finding: &FindingRecord) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    if !OF_SUMS.contains(&finding.check.as_str()) {
        return found;
    }
    let mut rest = &finding.places[..];
    while let [first, tail @ ..] = rest {
        let stated: Vec<usize> =
            (0..sums.len()).filter(|&i| place_of(record, sums[i].stated) == Some(first)).collect();
        let whole = stated.iter().copied().find(|&i| begins_with(record, &sums[i], rest));
        let (new, used) = match whole {
            Some(sum) => (vec![sum], 1 + sums[sum].parts.len()),
            // A figure alone: all the sums it states; those that hold do no harm beside the others.
            None => (stated, 1),
        };
        found.extend(new.into_iter().filter(|i| !found.contains(i)).collect::<Vec<_>>());
        rest = tail.get(used - 1..).unwrap_or_default();
    }
    found
}

/// Whether the places begin with those of all figures of a sum.
fn begins_with(record: &NoticeRecord, sum: &StatedSum, places: &[PlaceRecord]) -> bool {
    let figures = std::iter::once(sum.stated).chain(sum.parts.iter().copied());
    let mut places = places.iter();
    figures.map(|figure| place_of(record, figure)).all(|place| place == places.next())
}

/// Where a figure stands.
fn place_of(record: &NoticeRecord, operand: Operand) -> Option<&PlaceRecord> {
    match operand {
        Operand::Cell { annex, row, column } => {
            Some(&record.annexes.get(annex)?.rows.get(row)?.cells.get(column)?.place)
        }
        Operand::Quantity { target, quantity } => {
            Some(&record.targets.get(target)?.quantities.get(quantity)?.place)
        }
    }
}
