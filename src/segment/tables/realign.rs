//! Rows set right under their header where a page of HTML folded a list beside labels that span rows.
//!
//! What is left of a label at the top of the next panel has no cell there. All cells behind it stand a column too far left, and
//! a label among them, which spans rows, keeps its column from the rows below it, whose cells then stand a column too far
//! right. What is in a row and in which order is as it should be: in each panel a label or none, a name, and as many figures
//! as the header has columns for them. The order alone is followed.

use crate::diag::{Repair, Sink, Stage};
use crate::place::Place;
use crate::segment::figures::is_figure;
use crate::segment::outline::{Fragment, GridCell};
use std::collections::BTreeMap;
use std::ops::Range;

/// A panel begins with a label and a name.
pub(super) const LEAD: usize = 2;
/// Panels without a header have so many rows at least.
const MIN_ROWS: usize = 4;

/// Sets the rows from `body` on in the columns of panels of `width` columns, if all of them can be and some stand in others.
pub(super) fn realign(sink: &mut Sink, fragment: &mut Fragment, body: usize, width: usize) {
    let panels = fragment.cols() / width;
    if width <= LEAD || !begins_with_labels(fragment, body, width) {
        return;
    }
    let mut order: Vec<usize> =
        (0..fragment.cells.len()).filter(|&i| fragment.cells[i].row >= body).collect();
    order.sort_by_key(|&i| (fragment.cells[i].row, fragment.cells[i].col));
    let mut moved = Vec::new();
    let mut columns = Vec::with_capacity(order.len());
    for row in order.chunk_by(|&a, &b| fragment.cells[a].row == fragment.cells[b].row) {
        let cells: Vec<&GridCell> = row.iter().map(|&i| &fragment.cells[i]).collect();
        let Some(to) = columns_of(&cells, width, panels) else { return };
        if cells.iter().zip(&to).any(|(cell, to)| to.is_some_and(|to| to != cell.col)) {
            moved.push(cells[0].row);
        }
        columns.extend(to);
    }
    if moved.is_empty() {
        return;
    }
    for (&i, to) in order.iter().zip(&columns) {
        fragment.cells[i].col = to.unwrap_or(usize::MAX);
    }
    fragment.cells.retain(|cell| cell.col != usize::MAX);
    fragment.cells.sort_by_key(|cell| (cell.row, cell.col));
    end_at_next(&mut fragment.cells);
    for row in moved {
        let own: Vec<&GridCell> = fragment.cells.iter().filter(|cell| cell.row == row).collect();
        let places: Vec<Place> = own.iter().map(|cell| fragment.place_of_cell(cell)).collect();
        let place = places.into_iter().reduce(|a, b| a.union(&b));
        let texts: Vec<(usize, &str)> = own.iter().map(|c| (c.col, c.raw.as_str())).collect();
        Moved::new(place, &texts).note(sink);
    }
}

/// Whether all rows are rows of panels of so many columns, with labels that span rows.
pub(super) fn fits(fragment: &Fragment, body: usize, width: usize) -> bool {
    let mut cells: Vec<&GridCell> = fragment.cells.iter().filter(|c| c.row >= body).collect();
    cells.sort_by_key(|cell| (cell.row, cell.col));
    let panels = fragment.cols() / width;
    let rows = || cells.chunk_by(|a, b| a.row == b.row);
    let spans = |cell: &&&GridCell| cell.rowspan > 1 && is_word(cell);
    width > LEAD
        && rows().count() >= MIN_ROWS
        && begins_with_labels(fragment, body, width)
        && (0..panels).all(|p| cells.iter().filter(spans).any(|c| c.col.div_ceil(width) == p))
        && rows().all(|row| columns_of(row, width, panels).is_some())
}

/// Whether the first panel, whose cells always stand in their columns, has labels, then names, then figures.
fn begins_with_labels(fragment: &Fragment, body: usize, width: usize) -> bool {
    let own = |cols: Range<usize>| {
        let is_own = move |c: &&GridCell| c.colspan == 1 && cols.contains(&c.col) && c.row >= body;
        fragment.cells.iter().filter(is_own)
    };
    let figures = || own(LEAD..width).filter(|cell| !cell.text.is_empty());
    figures().count() > 0
        && !figures().any(is_word)
        && own(0..LEAD).all(|cell| cell.text.is_empty() || is_word(cell))
}

/// The columns that the cells of a row, left to right, belong to; `None` for a blank one behind all of them. `None` if they
/// are no labels, names and figures of panels.
fn columns_of(cells: &[&GridCell], width: usize, panels: usize) -> Option<Vec<Option<usize>>> {
    let mut to = Vec::with_capacity(cells.len());
    let filled = cells.iter().rposition(|cell| !cell.text.is_empty()).map_or(0, |last| last + 1);
    for first in (0..panels).map(|panel| panel * width) {
        let rest = &cells[to.len()..];
        if to.len() >= filled {
            break;
        }
        let is_label = |cell: &GridCell| is_word(cell) || cell.text.is_empty();
        let stands_so = |label: &GridCell, name: &GridCell| {
            label.col == first && name.col == first + 1 && name.text.is_empty()
        };
        let lead = match rest {
            [label, name, ..] if is_label(label) && label.colspan == 1 && is_word(name) => LEAD,
            [label, name, ..] if stands_so(label, name) => LEAD,
            [name, ..] if is_word(name) => 1,
            _ => return None,
        };
        let names = match lead {
            LEAD => &[0, 1][..],
            _ if rest[0].colspan > 1 => &[0],
            _ => &[1],
        };
        to.extend(names.iter().map(|name| Some(first + name)));
        let mut col = first + LEAD;
        for cell in rest[lead..].iter().take_while(|cell| !is_word(cell)) {
            if col >= first + width {
                break;
            }
            to.push(Some(col));
            col += cell.colspan;
        }
        let is_last = to.len() >= filled;
        if col > first + width || col < first + width && !is_last {
            return None;
        }
    }
    let is_whole = to.len() >= filled;
    to.resize(cells.len().max(to.len()), None);
    is_whole.then_some(to)
}

/// Lets each cell end above the next one of its column.
fn end_at_next(cells: &mut [GridCell]) {
    let mut next: BTreeMap<usize, usize> = BTreeMap::new();
    for cell in cells.iter_mut().rev() {
        if let Some(below) = next.insert(cell.col, cell.row) {
            cell.rowspan = cell.rowspan.min(below - cell.row);
        }
    }
}

/// Whether it holds neither a figure nor nothing.
fn is_word(cell: &GridCell) -> bool {
    !cell.text.is_empty() && !is_figure(cell.text.as_str())
}

/// A row whose texts stood under other columns than their own.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Moved {
    /// Where.
    pub place: Option<Place>,
    /// As printed.
    pub before: String,
    /// In its columns.
    pub after: String,
}

impl Moved {
    /// A row by its texts, each with its column.
    pub fn new(place: Option<Place>, texts: &[(usize, &str)]) -> Moved {
        let mut after = vec![""; texts.iter().map(|(column, _)| column + 1).max().unwrap_or(0)];
        for (column, text) in texts {
            after[*column] = text;
        }
        let before: Vec<&str> = texts.iter().map(|(_, text)| *text).collect();
        Moved { place, before: before.join("\t"), after: after.join("\t") }
    }

    /// Puts it on record.
    pub fn note(self, sink: &mut Sink) {
        let Moved { place, before, after } = self;
        sink.repair(Repair { stage: Stage::Segment, rule: "row_realigned", place, before, after });
    }
}

/// Panels side by side, all columns together, where no rules part them.
pub(super) struct Panels {
    /// How many columns each has.
    pub width: usize,
    /// How many all have.
    pub columns: usize,
}

impl Panels {
    /// The columns that the texts of a row belong to, by where they stand, left to right; a blank one is none of them. `None`
    /// if they are no labels, names and figures of panels.
    pub fn columns_of(
        &self,
        stands: &[usize],
        is_word: &[bool],
        is_total: &dyn Fn(usize) -> bool,
    ) -> Option<Vec<usize>> {
        let mut to = Vec::with_capacity(stands.len());
        for first in (0..self.columns).step_by(self.width) {
            let at = to.len();
            if at == stands.len() {
                break;
            }
            match is_word[at..].iter().take_while(|word| **word).count() {
                1 => {}
                2 => to.push(first),
                _ => return None,
            }
            let name = to.len();
            let figures = is_word[name + 1..].iter().take_while(|word| !**word).count();
            let figures = &stands[name + 1..name + 1 + figures];
            // A total may stand over labels and names.
            let is_wide = is_total(name) && stands[name] == first;
            let offsets =
                self.offsets(if is_wide { first + LEAD } else { stands[name] + 1 }, figures)?;
            let stays =
                figures.iter().zip(&offsets).all(|(stand, off)| *stand == first + LEAD + off);
            let in_place = stays && (first..first + LEAD).contains(&stands[name]);
            to.push(if in_place { stands[name] } else { first + LEAD - 1 });
            to.extend(offsets.into_iter().map(|off| first + LEAD + off));
        }
        (to.len() == stands.len()).then_some(to)
    }

    /// Which of the columns of figures of a panel these stand for, of which the first begins behind a name.
    fn offsets(&self, behind: usize, figures: &[usize]) -> Option<Vec<usize>> {
        let all = self.width - LEAD;
        if figures.len() == all {
            return Some((0..all).collect());
        }
        let off = |stand: &usize| stand.checked_sub(behind);
        let mut offsets: Vec<usize> = figures.iter().map(off).collect::<Option<_>>()?;
        // A label among them keeps a column from them.
        if offsets.last() == Some(&all) {
            let gap = (0..offsets.len()).find(|&i| offsets[i] > i)?;
            offsets[gap..].iter_mut().for_each(|off| *off -= 1);
        }
        let is_rising = offsets.windows(2).all(|w| w[0] < w[1]);
        (is_rising && offsets.last().is_none_or(|&last| last < all)).then_some(offsets)
    }
}
