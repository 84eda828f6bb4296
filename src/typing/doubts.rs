//! What of a table looks misread, and which cells the diagnostics speak of, so that a doubtful reading
//! is never dressed as a certain one.
//!
//! A diagnostic knows a place. It speaks of the cell that stands there, or that it stands in; of a
//! whole row where it stands at the row's name or covers its cells and no others.

use crate::diag::{Diagnostic, Severity, Sink, Wording};
use crate::figure::{self, Doubt, Reading};
use crate::model::{Annex, Cell, ColumnRole, Notice, Row, Status};
use crate::place::{Place, Spot};

/// Remarks on the cells of a table that look misread.
pub fn remark(sink: &mut Sink, annex: &Annex) {
    for row in &annex.rows {
        for (column, cell) in annex.columns.iter().zip(&row.cells) {
            if column.role != ColumnRole::Text {
                among_figures(sink, cell);
            }
        }
    }
}

/// Occurs if a cell of a column of figures holds something else, or what may be more than one figure.
fn among_figures(sink: &mut Sink, cell: &Cell) {
    let warn = |code, en: String, zh: String| Diagnostic {
        code,
        severity: Severity::Warning,
        place: Some(cell.place),
        message: Wording::new(en, zh),
        hint: None,
    };
    let raw = &cell.raw;
    let text = cell.text.as_deref().unwrap_or(raw);
    let diagnostic = match (cell.status, figure::read(text)) {
        (Status::Text, Reading::Doubtful(Doubt::Approximate)) => warn(
            "approximate_figure",
            format!("\"{raw}\" is near, over or under a figure: kept as text"),
            format!("“{raw}”不是确数，按文字保留"),
        ),
        (Status::Text, Reading::Doubtful(_)) => warn(
            "ambiguous_figure",
            format!("\"{raw}\" may be read as more than one figure: kept as text"),
            format!("“{raw}”可能不止一个数，按文字保留"),
        ),
        (Status::Text, _) => warn(
            "text_among_figures",
            format!("\"{raw}\" stands among figures and is none: kept as text"),
            format!("“{raw}”处于数字之间但不是数字，按文字保留"),
        ),
        (Status::Unreadable, _) => warn(
            "unreadable_cell",
            format!("a cell can't be read: \"{raw}\""),
            format!("单元格无法读取：“{raw}”"),
        ),
        _ => return,
    };
    sink.remark(diagnostic);
}

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
