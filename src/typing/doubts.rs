//! Which cells the diagnostics speak of, so that a doubtful reading is never dressed as a certain one.
//!
//! A diagnostic knows a place. It speaks of the cell that stands there, or that it stands in; of a
//! whole row where it stands at the row's name or covers its cells and no others.

use crate::diag::{Diagnostic, Severity};
use crate::model::{Annex, Cell, Notice, Row};
use crate::place::{Place, Spot};

/// Gives each cell the codes of the warnings and errors that speak of it.
pub fn name(notice: &mut Notice, diagnostics: &[Diagnostic]) {
    let doubts = diagnostics.iter().filter(|d| d.severity > Severity::Note);
    for (code, place) in doubts.filter_map(|d| Some((d.code, d.place?))) {
        for annex in notice.annexes.iter_mut().filter(|annex| may_hold(annex, &place)) {
            for row in &mut annex.rows {
                mark(row, code, &place);
            }
        }
    }
}

/// Whether a place may be that of a cell: the annex begins on its page or before.
fn may_hold(annex: &Annex, place: &Place) -> bool {
    annex.place.page <= place.page
}

fn mark(row: &mut Row, code: &str, place: &Place) {
    let is_of_row = row.region.place == *place || spans_row(row, place);
    for cell in row.cells.iter_mut().filter(|cell| is_of_row || speaks_of(place, cell)) {
        if cell.doubt.iter().all(|known| known != code) {
            cell.doubt.push(code.to_owned());
        }
    }
}

/// Whether a place is the cell's, or lies within it.
fn speaks_of(place: &Place, cell: &Cell) -> bool {
    *place == cell.place || covers(&cell.place, place)
}

/// Whether a place is that of the whole row: as high as its cells, and over the first and the last.
fn spans_row(row: &Row, place: &Place) -> bool {
    let (Some(first), Some(last)) = (row.cells.first(), row.cells.last()) else { return false };
    let (Spot::Box(whole), Spot::Box(cell)) = (place.spot, first.place.spot) else { return false };
    let is_one_row = whole.height() < 1.5 * cell.height();
    is_one_row && covers(place, &first.place) && covers(place, &last.place)
}

/// Whether a place on a page lies within another.
fn covers(outer: &Place, inner: &Place) -> bool {
    /// Points by which a character may stand out of its cell.
    const OVER: f32 = 1.0;
    let (Spot::Box(a), Spot::Box(b)) = (outer.spot, inner.spot) else { return false };
    outer.page == inner.page
        && a.x0 - OVER <= b.x0
        && a.y0 - OVER <= b.y0
        && b.x1 <= a.x1 + OVER
        && b.y1 <= a.y1 + OVER
}
