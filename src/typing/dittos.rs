//! Marks that stand for the text above them, 〃 or 同上, out; that text in their place.

use crate::diag::{Repair, Sink, Stage};
use crate::figure;
use crate::lexicon;
use crate::pattern::squeezed;
use crate::place::PlacedText;
use crate::repair::document::{Slot, Table};

/// What a mark stood for, by row and column of the table.
pub(super) struct Ditto {
    row: usize,
    col: usize,
    mark: PlacedText,
}

/// Puts the text above in place of each mark that stands for it. A mark below a figure stays: what it stands for is no
/// figure that is printed there.
pub(super) fn resolve(table: &mut Table) -> Vec<Ditto> {
    let mut above: Vec<Option<PlacedText>> = vec![None; table.columns];
    let mut dittos = Vec::new();
    for (row, of_row) in table.rows.iter_mut().enumerate() {
        for (col, (slot, above)) in of_row.slots.iter_mut().zip(&mut above).enumerate() {
            let cell = match slot {
                Slot::Cell(cell) => cell,
                Slot::Left => {
                    *above = None;
                    continue;
                }
                Slot::Above => continue,
            };
            if !lexicon::DITTOS.contains(&&*squeezed(cell.text.as_str())) {
                let is_words = figure::kind(cell.text.as_str()) == figure::Kind::Word;
                *above = is_words.then(|| cell.text.clone());
                continue;
            }
            let Some(text) = above else { continue };
            let text = PlacedText::onward(text.as_str().to_owned(), cell.place);
            dittos.push(Ditto { row, col, mark: std::mem::replace(&mut cell.text, text) });
        }
    }
    dittos
}

/// Puts the marks back in columns that tell no rows apart, where they are texts as printed, and records the others.
pub(super) fn settle(sink: &mut Sink, table: &mut Table, dittos: Vec<Ditto>, keys: &[usize]) {
    for Ditto { row, col, mark } in dittos {
        let slot = table.rows.get_mut(row).and_then(|row| row.slots.get_mut(col));
        let Some(Slot::Cell(cell)) = slot else { continue };
        if !keys.contains(&col) {
            cell.text = mark;
            continue;
        }
        sink.repair(Repair {
            stage: Stage::Typing,
            rule: "ditto",
            place: Some(cell.place),
            before: cell.raw.clone(),
            after: cell.text.as_str().to_owned(),
        });
    }
}
