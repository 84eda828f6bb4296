//! Names given once for several rows, out; the table with cells that reach over those rows, in their place.
//!
//! In a sheet without merged cells the first row of a group bears the name, and those below leave it blank. That they are
//! of one group shows in the column beside: it tells the same few kinds in each group, no kind twice.

use crate::diag::{Repair, Sink, Stage};
use crate::figure::{self, Kind};
use crate::pattern::squeezed;
use crate::repair::document::{Slot, Table, TableRow};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// The names stand in one of so many first columns.
const FIRST: usize = 3;

/// Lets the names reach over the rows below that are of their group.
pub(super) fn resolve(sink: &mut Sink, table: &mut Table) {
    let Some((col, groups)) =
        (0..FIRST.min(table.columns)).find_map(|col| Some((col, groups(table, col)?)))
    else {
        return;
    };
    for group in groups {
        let Some(Slot::Cell(first)) = table.rows[group.start].slots.get(col) else { continue };
        let name = first.text.as_str().to_owned();
        for row in &mut table.rows[group.start + 1..group.end] {
            let Some(slot @ Slot::Cell(_)) = row.slots.get_mut(col) else { continue };
            let Slot::Cell(blank) = std::mem::replace(slot, Slot::Above) else { continue };
            sink.repair(Repair {
                stage: Stage::Typing,
                rule: "name_given_once",
                place: Some(blank.place),
                before: String::new(),
                after: name.clone(),
            });
        }
    }
}

/// The groups of rows that have one name in a column, if it is clear that they have.
fn groups(table: &Table, col: usize) -> Option<Vec<Range<usize>>> {
    let text = |row: &TableRow, col: usize| match row.slots.get(col) {
        Some(Slot::Cell(cell)) => Some(squeezed(cell.text.as_str()).into_owned()),
        _ => None,
    };
    let is_word = |text: &str| figure::kind(text) == Kind::Word;
    let mut groups: Vec<Range<usize>> = Vec::new();
    // In how many groups each kind stands, and the kinds of rows without a name.
    let (mut known, mut below): (HashMap<String, usize>, HashSet<String>) = Default::default();
    let mut of_group: HashSet<String> = HashSet::new();
    for (at, row) in table.rows.iter().enumerate() {
        // A cell that reaches over others says itself what it is for.
        let name = match (text(row, col), row.slots.get(col + 1)) {
            (Some(name), Some(Slot::Left)) if !name.is_empty() => {
                groups.push(at..at + 1);
                of_group.clear();
                continue;
            }
            (name, _) => name?,
        };
        let kind = text(row, col + 1)?;
        if name.is_empty() {
            let group = groups.last_mut()?;
            let has_figure = row.slots.iter().skip(col + 2).any(|slot| {
                matches!(slot, Slot::Cell(cell) if figure::kind(cell.text.as_str()).is_numeric())
            });
            if !is_word(&kind) || !has_figure || of_group.is_empty() {
                return None;
            }
            group.end = at + 1;
            below.insert(kind.clone());
        } else if is_word(&name) {
            groups.push(at..at + 1);
            of_group.clear();
        } else {
            return None;
        }
        if kind.is_empty() {
            of_group.clear();
            continue;
        }
        if !of_group.insert(kind.clone()) {
            return None;
        }
        *known.entry(kind).or_default() += 1;
    }
    let several = groups.iter().filter(|group| group.len() > 1).count();
    let is_shared = below.iter().all(|kind| known.get(kind).is_some_and(|count| *count > 1));
    let are_few = known.len() * 2 <= table.rows.len();
    (several > 1 && is_shared && are_few).then_some(groups)
}
