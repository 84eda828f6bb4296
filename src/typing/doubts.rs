//! What of a table looks misread, and which cells the diagnostics speak of, so that a doubtful reading
//! is never dressed as a certain one.
//!
//! A diagnostic knows a place. It speaks of the cell that stands there or that it stands in, of all cells
//! that it covers, and of a whole row where it stands at the row's name.

use crate::diag::{Diagnostic, Severity, Sink, Wording};
use crate::figure::{self, Doubt, Reading};
use crate::lexicon;
use crate::model::{Annex, Cell, Column, ColumnRole, Level, Notice, Region, Row, Status};
use crate::place::{Place, Spot};
use std::collections::{BTreeMap, BTreeSet};

/// Remarks on the cells of a table that look misread.
pub fn remark(sink: &mut Sink, annex: &Annex) {
    without_figures(sink, annex);
    headers(sink, annex);
    halves_of_rows(sink, annex);
    let mut texts: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for (at, cell) in annex.rows.iter().flat_map(|row| row.cells.iter().enumerate()) {
        if cell.status == Status::Text && annex.columns[at].role != ColumnRole::Text {
            *texts.entry((at, cell.raw.trim())).or_default() += 1;
        }
    }
    // 另行下达 in several rows is said of them; what was misread differs from row to row.
    let is_usual = |at: usize, cell: &Cell| {
        let text = cell.raw.trim();
        text.chars().all(lexicon::is_han) && texts.get(&(at, text)).is_some_and(|count| *count > 1)
    };
    for row in &annex.rows {
        for (at, (column, cell)) in annex.columns.iter().zip(&row.cells).enumerate() {
            if column.role != ColumnRole::Text && !is_usual(at, cell) {
                among_figures(sink, cell);
            }
        }
    }
}

/// Occurs if a table says what its figures are counted in, and no column holds any: a font that names its digits
/// wrongly, or a page that puts them there by its style, leaves other characters.
fn without_figures(sink: &mut Sink, annex: &Annex) {
    let Some(unit) = &annex.unit else { return };
    let is_text = |column: &Column| column.role == ColumnRole::Text;
    if annex.columns.is_empty() || !annex.columns.iter().all(is_text) {
        return;
    }
    let cells = || annex.rows.iter().flat_map(|row| &row.cells);
    // A form that is still to be filled in is no such table.
    let filled = cells().filter(|cell| cell.status != Status::Blank).count();
    let figures = cells().filter(|cell| figure::kind(&cell.raw).is_numeric()).count();
    if annex.rows.len() < 2 || filled * 2 < cells().count() || figures > 0 {
        return;
    }
    let unit = &unit.value;
    sink.remark(Diagnostic {
        code: "table_without_figures",
        severity: Severity::Warning,
        place: Some(annex.place),
        message: Wording::new(
            format!("the table is in {unit}, and no cell of it was read as a figure"),
            format!("本表单位为{unit}，但没有一个单元格读出数字"),
        ),
        hint: Some(Wording::new("look at the page", "请查看原页")),
    });
}

/// Occurs if a column of figures has no header, or that of another column: a part of the header was
/// lost, or went to another cell.
fn headers(sink: &mut Sink, annex: &Annex) {
    let is_of_figures = |column: &(usize, &Column)| column.1.role != ColumnRole::Text;
    let columns: Vec<(usize, &Column)> =
        annex.columns.iter().enumerate().filter(is_of_figures).collect();
    for &(at, column) in &columns {
        let is_again =
            |(other, before): &(usize, &Column)| *other < at && before.path == column.path;
        // Others under the same title have words of their own.
        let is_below = |(_, other): &(usize, &Column)| {
            other.path.len() > column.path.len() && other.path.starts_with(&column.path)
        };
        let (code, en, zh) = if column.path.is_empty() || columns.iter().any(is_below) {
            (
                "column_without_header",
                "a column of figures has no header".to_owned(),
                "有一列数字没有表头".to_owned(),
            )
        } else if columns.iter().any(is_again) {
            let header = column.path.join("/");
            (
                "columns_alike",
                format!("two columns of figures have one header: {header}"),
                format!("两列数字的表头相同：{header}"),
            )
        } else {
            continue;
        };
        sink.remark(Diagnostic {
            code,
            severity: Severity::Warning,
            place: Some(place_of_column(annex, at).unwrap_or(column.place)),
            message: Wording::new(en, zh),
            hint: None,
        });
    }
}

/// Where the cells of a column stand on the page it begins on.
fn place_of_column(annex: &Annex, column: usize) -> Option<Place> {
    let mut places = annex.rows.iter().filter_map(|row| row.cells.get(column)).map(|c| c.place);
    let first = places.next()?;
    let on_page = places.filter(|place| place.page == first.page);
    Some(on_page.fold(first, |whole, place| whole.union(&place)))
}

/// Occurs if a row has no name among rows that have, or a name and no figures among rows that have both.
fn halves_of_rows(sink: &mut Sink, annex: &Annex) {
    /// A name is missing where so many times as many rows have one.
    const NAMED: usize = 4;
    let columns: Vec<usize> = (0..annex.columns.len())
        .filter(|&column| annex.columns[column].role != ColumnRole::Text)
        .collect();
    let has_figures = |row: &Row| {
        let mut cells = columns.iter().filter_map(|&column| row.cells.get(column));
        cells.any(|cell| cell.status == Status::Value)
    };
    let is_named = |row: &Row| !row.region.name.is_empty() || row.serial.is_some();
    let is_blank = |row: &Row| row.cells.iter().all(|cell| cell.status == Status::Blank);
    let whole = annex.rows.iter().filter(|row| is_named(row) && has_figures(row)).count();
    let blank = annex.rows.iter().filter(|row| is_blank(row)).count();
    // A single column is often blank for a row; several are not, but where names wrap.
    let are_rows_filled = columns.len() > 1 && whole >= 4 && blank * 4 <= whole;
    let heads: BTreeSet<usize> = annex.rows.iter().filter_map(|r| r.region.parent_row).collect();
    let lacks_name = |row: &&Row| row.region.name.is_empty() && !is_blank(row);
    let lacking = annex.rows.iter().filter(lacks_name).count();
    let are_named = annex.rows.len() - lacking >= NAMED * lacking;
    for (at, row) in annex.rows.iter().enumerate() {
        let region = &row.region;
        let is_nameless = !is_named(row) && has_figures(row) && region.level != Level::Province;
        let is_lone =
            are_rows_filled && is_blank(row) && !heads.contains(&at) && is_unknown(region);
        let (code, en, zh) = if is_nameless && whole > 1 || are_named && lacks_name(&row) {
            (
                "row_without_name",
                "a row has no name, and others have".to_owned(),
                "有一行没有名称，而其他各行都有".to_owned(),
            )
        } else if is_lone {
            (
                "name_without_figures",
                format!("{} stands alone among rows of figures", region.name),
                format!("“{}”一行没有数字，而其他各行都有", region.name),
            )
        } else {
            continue;
        };
        sink.remark(Diagnostic {
            code,
            severity: Severity::Warning,
            place: Some(region.place),
            message: Wording::new(en, zh),
            hint: None,
        });
    }
}

/// Whether no division bears the name, and no word says what it is.
fn is_unknown(region: &Region) -> bool {
    let is_plain = matches!(region.level, Level::Prefecture | Level::County | Level::Other);
    region.code.is_none() && is_plain && !region.name.is_empty()
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
        (Status::Text, Reading::Doubtful(Doubt::Sign)) => warn(
            "ambiguous_figure",
            format!("\"{raw}\" is no whole figure: its sign or power of ten stands behind it"),
            format!("“{raw}”不是完整的数：符号或幂次在数字之后，按文字保留"),
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
    let is_of_row = row.region.place == *place;
    for cell in row.cells.iter_mut().filter(|cell| is_of_row || speaks_of(place, cell)) {
        if cell.doubt.iter().all(|known| known != code) {
            cell.doubt.push(code.to_owned());
        }
    }
}

/// Whether a place is the cell's, lies within it, or is that of a row, column or page it stands in.
fn speaks_of(place: &Place, cell: &Cell) -> bool {
    *place == cell.place || covers(&cell.place, place) || covers(place, &cell.place)
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
