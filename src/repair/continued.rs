//! Names printed anew where their rows go on over a page: 天水市（续） is 天水市.

use crate::diag::{Repair, Sink, Stage};
use crate::repair::document::{Slot, Table};
use crate::repair::rows::text_at;
use std::collections::BTreeSet;

/// What stands behind such a name.
const MARKS: [&str; 2] = ["（续）", "(续)"];

/// Takes the mark off names that stand in the same column above without it.
pub(super) fn names(sink: &mut Sink, table: &mut Table) {
    for col in 0..table.columns {
        let mut met: BTreeSet<String> = BTreeSet::new();
        for row in &mut table.rows {
            let text = text_at(row, col).into_owned();
            let name = MARKS.iter().find_map(|mark| text.strip_suffix(mark));
            let Some(name) = name.filter(|name| met.contains(*name)) else {
                met.insert(text);
                continue;
            };
            let Some(Slot::Cell(cell)) = row.slots.get_mut(col) else { continue };
            let place = cell.text.place();
            let printed = cell.text.as_str();
            let end = printed.rfind(['（', '(']).unwrap_or(printed.len());
            let before = printed.to_owned();
            cell.text = cell.text.slice(0..end).trim();
            sink.repair(Repair {
                stage: Stage::Repair,
                rule: "continued_name",
                place,
                before,
                after: name.to_owned(),
            });
        }
    }
}
