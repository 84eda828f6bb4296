//! Marks that stand for the text above them, 〃 or 同上, out; that text in their place.

use crate::diag::{Repair, Sink, Stage};
use crate::figure;
use crate::lexicon;
use crate::pattern::squeezed;
use crate::place::PlacedText;
use crate::repair::document::{Slot, Table};

/// The table with the text above in place of each mark that stands for it. A mark below a figure stays: what it stands
/// for is no figure that is printed there.
pub(super) fn resolved(sink: &mut Sink, mut table: Table) -> Table {
    let mut above: Vec<Option<PlacedText>> = vec![None; table.columns];
    for row in &mut table.rows {
        for (slot, above) in row.slots.iter_mut().zip(&mut above) {
            let cell = match slot {
                Slot::Cell(cell) => cell,
                Slot::Left => {
                    *above = None;
                    continue;
                }
                Slot::Above => continue,
            };
            let is_ditto = lexicon::DITTOS.contains(&&*squeezed(cell.text.as_str()));
            if !is_ditto {
                let is_words = figure::kind(cell.text.as_str()) == figure::Kind::Word;
                *above = is_words.then(|| cell.text.clone());
                continue;
            }
            let Some(text) = above else { continue };
            sink.repair(Repair {
                stage: Stage::Typing,
                rule: "ditto",
                place: Some(cell.place),
                before: cell.raw.clone(),
                after: text.as_str().to_owned(),
            });
            cell.text = PlacedText::onward(text.as_str().to_owned(), cell.place);
        }
    }
    table
}
