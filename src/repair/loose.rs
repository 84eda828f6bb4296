//! Rows that stand outside every grid: a page that holds but one row of a table without rules shows
//! no table, so its row comes as a line of text between fragments.

use crate::geom::Rect;
use crate::lexicon::is_han;
use crate::pattern::digit;
use crate::place::{Place, PlacedText, Spot};
use crate::repair::document::{Slot, Table, TableCell, TableRow};
use crate::repair::rows::{self, Kinds, is_figure, is_mark};
use crate::segment::outline::TextBlock;
use std::collections::BTreeSet;

/// A longer text is no name of a region.
const LONGEST_NAME: usize = 16;

/// Which lines may be rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lone {
    /// A name alone is a row whose figures the next page shows.
    NameMayStand,
    /// A row has figures.
    NameMayNotStand,
}

/// The line as a row of the table with these edges of columns: words under words, figures under
/// figures. `None` where it is none.
pub(super) fn row_of(
    line: &TextBlock,
    col_edges: &[f32],
    kinds: &Kinds,
    lone: Lone,
) -> Option<TableRow> {
    let columns = col_edges.len().checked_sub(1)?;
    let key = kinds.key?;
    let pieces = pieces(&line.text);
    let mut slots: Vec<Slot> = Vec::with_capacity(columns);
    for edges in col_edges.windows(2) {
        let bbox = Rect::new(edges[0], line.bbox.y0, edges[1], line.bbox.y1);
        slots.push(rows::blank(Place::of_box(line.page, bbox)));
    }
    let mut next = 0;
    let mut figures = 0;
    for piece in &pieces {
        let Spot::Box(bbox) = piece.place()?.spot else { return None };
        let middle = bbox.center().x;
        let col =
            (next..columns).find(|&c| col_edges[c] <= middle && middle <= col_edges[c + 1])?;
        let text = piece.as_str();
        let is_number = is_figure(text) || is_mark(text);
        if is_number != kinds.figures.get(col).copied().unwrap_or(false) {
            return None;
        }
        figures += usize::from(is_number && col != key);
        let place = match &slots[col] {
            Slot::Cell(cell) => cell.place,
            _ => return None,
        };
        slots[col] = Slot::Cell(TableCell::of(piece.clone(), place));
        next = col + 1;
    }
    let row = TableRow { slots, page: line.page, panel: 0 };
    let is_named = rows::is_filled(&row, key);
    let is_name = lone == Lone::NameMayStand
        && pieces.len() == 1
        && line.text.as_str().chars().count() <= LONGEST_NAME;
    (is_named && (figures > 0 || is_name)).then_some(row)
}

/// Whether a line that is no row as it stands may be one that was not read rightly: figures under figures, beside words.
pub(super) fn may_be_row(line: &TextBlock, col_edges: &[f32], kinds: &Kinds) -> bool {
    let pieces = pieces(&line.text);
    let under_figures = |piece: &PlacedText| {
        let Some(Spot::Box(bbox)) = piece.place().map(|place| place.spot) else { return false };
        let column = col_edges.partition_point(|&x| x <= bbox.center().x).checked_sub(1);
        is_figure(piece.as_str())
            && column.is_some_and(|c| kinds.figures.get(c).copied().unwrap_or(false))
    };
    let text = line.text.as_str();
    pieces.len() > 1
        && pieces.iter().any(under_figures)
        && !text.contains('页')
        && !text.trim_end().ends_with(['。', '；', '，', '：'])
}

/// What names of divisions end with.
const DIVISIONS: [char; 7] = ['市', '县', '区', '州', '盟', '旗', '镇'];

/// Whether a line that stands outside all tables looks like a part of one: figures alone, nothing but characters of the
/// header, or the name of a division. A date beside a table is a mark of someone who looked at it.
pub(super) fn may_be_part(line: &TextBlock, header: &BTreeSet<char>) -> bool {
    let text = || line.text.as_str().chars().filter(|c| !c.is_whitespace());
    let pieces = pieces(&line.text);
    let is_name = text().count() <= LONGEST_NAME
        && text().count() > 1
        && text().all(is_han)
        && text().next_back().is_some_and(|last| DIVISIONS.contains(&last));
    let is_date = |piece: &PlacedText| {
        let mut parts = piece.as_str().split('.');
        parts.all(|part| (1..=4).contains(&part.len()) && part.chars().all(digit))
            && piece.as_str().matches('.').count() == 2
    };
    let of_figures = pieces.iter().all(|piece| is_figure(piece.as_str()) && !is_date(piece));
    !pieces.is_empty() && (is_of_header(line, header) || is_name || of_figures)
}

/// Whether a line stands within a row of the table, beside or over its cells.
pub(super) fn is_among(line: &TextBlock, table: &Table) -> bool {
    let middle = line.bbox.center();
    table.rows.iter().filter(|row| row.page == line.page).any(|row| {
        let cells = row.slots.iter().filter_map(|slot| match slot {
            Slot::Cell(cell) => cell.place.bbox(),
            _ => None,
        });
        cells.reduce(|a, b| a.union(&b)).is_some_and(|row| row.contains(middle))
    })
}

/// Whether a line holds nothing but characters of the header.
pub(super) fn is_of_header(line: &TextBlock, header: &BTreeSet<char>) -> bool {
    line.text.as_str().chars().all(|c| c.is_whitespace() || header.contains(&c))
}

/// The words of a line, each with its places.
pub(super) fn pieces(text: &PlacedText) -> Vec<PlacedText> {
    let mut pieces = vec![PlacedText::new()];
    for c in text.chars() {
        match (c.ch.is_whitespace(), pieces.last_mut()) {
            (false, Some(last)) => last.push(c.ch, c.place),
            (true, Some(last)) if !last.is_empty() => pieces.push(PlacedText::new()),
            _ => {}
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::outline::Role;

    #[test]
    fn figures_beside_a_table_may_be_a_part_of_it_and_a_date_is_none() {
        let may_be = |text: &str| {
            let mut placed = PlacedText::new();
            text.chars().for_each(|c| placed.push(c, Place::of_box(1, Rect::default())));
            let line = TextBlock {
                role: Role::Prose,
                text: placed,
                raw: text.to_owned(),
                page: 1,
                bbox: Rect::default(),
                size: 8.0,
                flows_on: false,
                layout: Default::default(),
            };
            may_be_part(&line, &BTreeSet::new())
        };
        assert!(may_be("12.5") && may_be("九江市") && !may_be("2023.5.12"));
    }

    #[test]
    fn a_line_over_the_cells_of_a_row_is_among_them_and_one_below_is_not() {
        let cell = |x: f32| {
            let bbox = Rect::new(x, 100.0, x + 80.0, 120.0);
            Slot::Cell(TableCell::of(PlacedText::new(), Place::of_box(1, bbox)))
        };
        let row = TableRow { slots: vec![cell(60.0), cell(140.0)], page: 1, panel: 0 };
        let table = Table { columns: 2, rows: vec![row], ..Table::default() };
        let line = |page: u32, y: f32| TextBlock {
            role: Role::Prose,
            text: PlacedText::new(),
            raw: String::new(),
            page,
            bbox: Rect::new(90.0, y, 200.0, y + 10.0),
            size: 10.0,
            flows_on: false,
            layout: Default::default(),
        };
        assert!(is_among(&line(1, 105.0), &table));
        assert!(!is_among(&line(1, 125.0), &table) && !is_among(&line(2, 105.0), &table));
    }
}
