//! A fragment as rows, and rows torn by a page made whole.
//!
//! Which rows are header is `headers`' knowledge; which fragments follow each other, `joins`'.

use crate::diag::{Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::figure::{self, Kind, narrow};
use crate::lexicon::{CARRIED, TOTALS, is_han, is_tail_of_name};
use crate::pattern::squeezed;
use crate::place::{Place, PlacedText, Spot};
use crate::profile::Profile;
use crate::repair::document::{Slot, TableCell, TableRow};
use crate::segment::outline::{Fragment, GridCell};
use std::borrow::Cow;
use std::mem::take;

/// No table of a notice has a header of more tiers.
pub(super) const MAX_TIERS: usize = 5;

/// More places than this on one page is no table a person made.
const MAX_PLACES: usize = 1_000_000;

/// The rows of a fragment, one slot a column, spans spelled out: its cells are taken out of it.
pub(super) fn rows_of(sink: &mut Sink, fragment: &mut Fragment) -> Vec<TableRow> {
    let (rows, cols) = (fragment.rows(), fragment.cols());
    if rows.saturating_mul(cols) > MAX_PLACES {
        sink.remark(Diagnostic {
            code: "table_too_large",
            severity: Severity::Error,
            place: Some(fragment.place_of(&fragment.bbox)),
            message: Wording::new(
                format!("a table of {rows} rows and {cols} columns on one page was left out"),
                format!("一页上有{rows}行{cols}列的表格，未予读取"),
            ),
            hint: None,
        });
        return Vec::new();
    }
    let mut slots: Vec<Option<Slot>> = vec![None; rows * cols];
    for cell in take(&mut fragment.cells) {
        lay(&mut slots, rows, cols, fragment, cell);
    }
    let mut slots = slots.into_iter();
    let mut out = Vec::with_capacity(rows);
    for row in 0..rows {
        let mut line: Vec<Slot> = Vec::with_capacity(cols);
        for col in 0..cols {
            let slot = slots.next().flatten();
            line.push(slot.unwrap_or_else(|| blank(place_in_grid(fragment, row, col))));
        }
        out.push(TableRow { slots: line, page: fragment.page, panel: fragment.panel });
    }
    out
}

/// Puts a cell where it begins and marks the other places it covers. Of two cells that claim one
/// place, the first keeps it.
fn lay(
    slots: &mut [Option<Slot>],
    rows: usize,
    cols: usize,
    fragment: &Fragment,
    mut cell: GridCell,
) {
    if cell.row >= rows || cell.col >= cols || slots[cell.row * cols + cell.col].is_some() {
        return;
    }
    let place = fragment.place_of_cell(&cell);
    let last_row = cell.row.saturating_add(cell.rowspan.max(1)).min(rows);
    let last_col = cell.col.saturating_add(cell.colspan.max(1)).min(cols);
    for row in cell.row..last_row {
        for col in cell.col..last_col {
            let slot = &mut slots[row * cols + col];
            if slot.is_none() {
                *slot = Some(if row == cell.row && col == cell.col {
                    let (raw, text) = (take(&mut cell.raw), take(&mut cell.text));
                    let mut marks = PlacedText::new();
                    for mark in take(&mut cell.marks) {
                        mark.text.chars().for_each(|ch| marks.push(ch, mark.place));
                    }
                    Slot::Cell(TableCell { raw, text, marks, place })
                } else if col > cell.col {
                    Slot::Left
                } else {
                    Slot::Above
                });
            }
        }
    }
}

/// The place between the grid's edges.
fn place_in_grid(fragment: &Fragment, row: usize, col: usize) -> Place {
    let x = |i: usize| fragment.col_edges.get(i).copied().unwrap_or_default();
    let y = |i: usize| fragment.row_edges.get(i).copied().unwrap_or_default();
    fragment.place_of(&crate::geom::Rect::new(x(col), y(row), x(col + 1), y(row + 1)))
}

/// A blank cell.
pub(super) fn blank(place: Place) -> Slot {
    Slot::Cell(TableCell::of(Default::default(), place))
}

/// The text at a place of the row, without white space; empty where another cell covers it.
pub(super) fn text_at(row: &TableRow, col: usize) -> Cow<'_, str> {
    squeezed(row.cell(col).map(|cell| cell.text.as_str()).unwrap_or_default())
}

/// Whether a cell with text begins there.
pub(super) fn is_filled(row: &TableRow, col: usize) -> bool {
    row.cell(col).is_some_and(|cell| !cell.text.as_str().trim().is_empty())
}

/// Whether a blank cell begins there.
pub(super) fn is_blank(row: &TableRow, col: usize) -> bool {
    row.cell(col).is_some_and(|cell| cell.text.as_str().trim().is_empty())
}

/// Whether there is nothing in the row at all.
pub(super) fn is_empty(row: &TableRow) -> bool {
    (0..row.slots.len()).all(|col| !is_filled(row, col))
}

/// The row as printed, tabs between its cells.
pub(super) fn printed(row: &TableRow) -> String {
    let cells: Vec<&str> =
        row.slots.iter().enumerate().map(|(i, _)| row.cell(i).map_or("", |c| &c.raw)).collect();
    cells.join("\t")
}

/// Where the row stands: the box around its cells.
pub(super) fn place_of(row: &TableRow) -> Option<Place> {
    let mut places = row.slots.iter().filter_map(|slot| match slot {
        Slot::Cell(cell) => Some(cell.place),
        _ => None,
    });
    let first = places.next()?;
    Some(places.fold(first, |a, b| a.union(&b)))
}

/// Whether a text reads as a figure or as a mark that stands for one. Coarse: what the figure is,
/// `typing` says.
pub(super) fn is_figure(text: &str) -> bool {
    figure::kind(text).is_numeric()
}

/// Whether a text is a mark that stands where a figure is due: —, /, … or *.
pub(super) fn is_mark(text: &str) -> bool {
    figure::kind(text) == Kind::Mark
}

/// What the columns of a table hold, as far as joining needs to know.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Kinds {
    /// Whether the column holds figures more often than text.
    pub(super) figures: Vec<bool>,
    /// Whether the column holds any text that is no figure.
    pub(super) words: Vec<bool>,
    /// Whether a cell of the column reaches over several rows.
    pub(super) spans: Vec<bool>,
    /// The column that every row fills: a serial number or a name.
    pub(super) key: Option<usize>,
}

impl Kinds {
    /// Counts over these rows.
    pub(super) fn of<'a>(rows: impl Iterator<Item = &'a TableRow> + Clone, cols: usize) -> Kinds {
        let mut kinds = Kinds {
            figures: vec![false; cols],
            words: vec![false; cols],
            spans: vec![false; cols],
            key: None,
        };
        for col in 0..cols {
            let mut profile = Profile::default();
            let (mut held, mut count) = (0usize, 0usize);
            for row in rows.clone() {
                count += 1;
                match row.slots.get(col) {
                    Some(Slot::Left) => held += 1,
                    Some(Slot::Above) => kinds.spans[col] = true,
                    // A total over numbers and names says nothing of the numbers.
                    Some(Slot::Cell(cell)) if is_wide_total(cell, row, col) => held += 1,
                    Some(Slot::Cell(cell)) => profile.add(cell.text.as_str()),
                    _ => {}
                }
            }
            held += profile.filled();
            // Words above the first figure may be header.
            let header_alone = profile.words_above <= MAX_TIERS;
            let figures = profile.figures + profile.strung;
            let below = profile.words - profile.words_above;
            kinds.figures[col] = figures > 0 && header_alone && figures + profile.marks > below;
            kinds.words[col] = profile.words > 0;
            if kinds.key.is_none() && held > 0 && held * 4 >= count * 3 {
                kinds.key = Some(col);
            }
        }
        kinds
    }
}

/// Puts the first rows of a panel back to their columns that stand one column too far left: names under labels, figures
/// under names, nothing in the last column.
///
/// Occurs where a page of HTML folds a list beside labels that span rows: what is left of a span at the top of the next
/// panel has no cell there, and all cells of these rows move left.
pub(super) fn move_right(sink: &mut Sink, kinds: &Kinds, rows: &mut [TableRow]) {
    let is_of_words = |col: usize| kinds.words[col] && !kinds.figures[col];
    let last = kinds.figures.len().saturating_sub(1);
    if last < 2 || !is_of_words(0) || !is_of_words(1) || !kinds.figures[last] {
        return;
    }
    // What lacks beside these rows may be one blank cell.
    let mut is_one_blank = false;
    for row in rows {
        let (label, name) = (text_at(row, 0), text_at(row, 1));
        let is_name = !label.is_empty() && !is_figure(&label) && !is_mark(&label);
        let has_figure = is_figure(&name) || is_mark(&name);
        let is_single = row.slots.iter().take(last).all(|slot| matches!(slot, Slot::Cell(_)));
        let is_short = match row.slots.get(last) {
            Some(Slot::Cell(_)) => is_blank(row, last),
            Some(Slot::Above) => is_one_blank,
            _ => false,
        };
        if !(is_name && has_figure && is_single && is_short) {
            return;
        }
        is_one_blank = true;
        let before = printed(row);
        if let Some(place) = row.cell(0).map(|cell| cell.place) {
            row.slots.pop();
            row.slots.insert(0, blank(place));
        }
        let place = place_of(row);
        let after = printed(row);
        sink.repair(Repair { stage: Stage::Repair, rule: "row_moved_right", place, before, after });
    }
}

/// Whether a row is a total that the first rows of its table hold, printed again on top of a later page, as with rows that a
/// spreadsheet repeats.
pub(super) fn is_total_again(table: &[TableRow], row: &TableRow) -> bool {
    const FIRST: usize = 4;
    let texts = |row: &TableRow| -> Vec<String> {
        (0..row.slots.len()).map(|col| text_at(row, col).into_owned()).collect()
    };
    let own = texts(row);
    let name = own.iter().find(|text| !text.is_empty());
    // ★总计
    let is_total = |name: &String| TOTALS.contains(&name.trim_start_matches(|c| !is_han(c)));
    name.is_some_and(is_total) && table.iter().take(FIRST).any(|first| texts(first) == own)
}

/// Takes out the rows that carry a sum from one page to the next; `each` is told of them.
pub(super) fn without_carried(
    rows: Vec<TableRow>,
    mut each: impl FnMut(&TableRow),
) -> Vec<TableRow> {
    let is_carried = |row: &TableRow| {
        let mut texts = (0..row.slots.len()).map(|col| text_at(row, col));
        texts.find(|text| !text.is_empty()).is_some_and(|text| CARRIED.contains(&&*text))
    };
    let (carried, kept): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_carried);
    carried.iter().for_each(&mut each);
    kept
}

/// Whether a cell names a total and covers the next column too.
fn is_wide_total(cell: &TableCell, row: &TableRow, col: usize) -> bool {
    matches!(row.slots.get(col + 1), Some(Slot::Left)) && TOTALS.contains(&cell.text.as_str())
}

/// What two rows on both sides of a page's edge are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tear {
    /// Two parts of one row.
    Torn,
    /// Two rows, as far as can be seen; but one of them may be a part.
    Doubtful,
    /// Two rows.
    Whole,
}

/// Puts the first row of a page to the last row of the page before where the page tore one row in
/// two, and says whether it did. Where nothing shows it, the row is left alone and a diagnostic
/// says so.
///
/// `room` is how wide the column of names is, in points, where that is known.
pub(super) fn mend(
    sink: &mut Sink,
    kinds: &Kinds,
    room: Option<f32>,
    last: &mut TableRow,
    next: &TableRow,
) -> bool {
    match tear(kinds, last, next) {
        // A row without figures: the name above it would have gone on in its own line.
        Tear::Doubtful if is_whole_above(kinds, room, last, next) => return false,
        Tear::Torn => weld(sink, kinds, last, next),
        Tear::Doubtful => {
            let is_part = |row: &TableRow| kinds.key.is_some_and(|key| holds_only(row, key));
            remark_maybe_cut(sink, if is_part(last) { last } else { next });
            return false;
        }
        Tear::Whole => return false,
    }
    true
}

/// Puts the first row of a panel to the last row of the same panel on the page before, where that row was torn, and says whether
/// it did: a list that was folded before it was cut into pages.
pub(super) fn mend_panel(
    sink: &mut Sink,
    kinds: &Kinds,
    above: &mut [TableRow],
    next: &TableRow,
) -> bool {
    let is_own = |row: &&mut TableRow| row.panel == next.panel;
    let Some(last) = above.iter_mut().rev().find(is_own) else { return false };
    let is_torn = tear(kinds, last, next) == Tear::Torn;
    if is_torn {
        weld(sink, kinds, last, next);
    }
    is_torn
}

/// Whether the last row's name is one line with room for more of it, so that a name alone on one side of the page's edge
/// is that of a row without figures.
fn is_whole_above(kinds: &Kinds, room: Option<f32>, last: &TableRow, next: &TableRow) -> bool {
    let Some(key) = kinds.key.filter(|&key| holds_only(next, key) || holds_only(last, key)) else {
        return false;
    };
    let Some(name) = last.cell(key).and_then(|cell| cell.text.place()) else { return false };
    match (name.spot, room) {
        (Spot::Box(bbox), Some(room)) => {
            let chars = text_at(last, key).chars().count().max(1) as f32;
            let is_line = bbox.width() >= ONE_LINE * chars * bbox.height();
            is_line && bbox.width() * (1.0 + ROOM / chars) <= room
        }
        (Spot::Box(_), None) => false,
        // What has no box is not broken within a name; the figures of the last row stand in its own.
        _ => !holds_only(last, key),
    }
}

/// A text is one line if it is this much wider than its characters are high, for each.
const ONE_LINE: f32 = 0.7;
/// A line has room for more if it leaves that of so many characters.
const ROOM: f32 = 2.5;

/// Weighs whether the page tore one row in two.
///
/// A row's start shows in its key column: where that is blank at the top of a page, the row began on
/// the page before; where it is blank at the foot of one and the cells right of it are not, the key
/// was set in the middle of its row and fell on the next page. The figures of one row stand on one
/// side alone, and no cell of a column of figures is filled on both.
fn tear(kinds: &Kinds, last: &TableRow, next: &TableRow) -> Tear {
    let cols = last.slots.len();
    let Some(key) = kinds.key.filter(|&key| key < cols && next.slots.len() == cols) else {
        return Tear::Whole;
    };
    let is_wide = |row: &TableRow| row.slots.contains(&Slot::Left);
    let has_figures = |row: &TableRow| {
        (0..cols).any(|c| c != key && kinds.figures[c] && is_figure(&text_at(row, c)))
    };
    let clashes = (0..cols).any(|c| kinds.figures[c] && is_filled(last, c) && is_filled(next, c));
    let is_one_sided = !has_figures(last) || !has_figures(next);
    let fits = is_one_sided && !clashes;
    let starts = |row: &TableRow| is_filled(row, key) || row.slots.get(key) == Some(&Slot::Left);

    // A total names its row wherever it stands left of the figures, and no row is named so in its middle.
    let is_total = |col: usize| !kinds.figures[col] && TOTALS.contains(&&*text_at(next, col));
    if (0..cols).any(is_total) && has_figures(next) {
        return Tear::Whole;
    }
    if is_blank(next, key) && !is_empty(next) {
        // A row without a number, named beside it, is one where rows above have names too.
        let is_named = |row: &TableRow| {
            (key + 1..cols).find(|&c| kinds.words[c]).is_some_and(|c| is_filled(row, c))
        };
        if kinds.figures[key] && clashes && is_named(last) && is_named(next) {
            return Tear::Whole;
        }
        let goes_on = fits || clashes && figures_go_on(kinds, last, next, None);
        return if starts(last) && goes_on { Tear::Torn } else { Tear::Doubtful };
    }
    // The end of a name, and figures that go on as it does.
    let name = text_at(next, key);
    if clashes
        && is_filled(last, key)
        && is_tail_of_name(&name)
        && figures_go_on(kinds, last, next, Some(key))
    {
        return Tear::Torn;
    }
    if is_blank(last, key) && is_filled(next, key) {
        let is_left_of_key = (0..key).any(|c| is_filled(last, c));
        let is_right_of_key = (key + 1..cols).any(|c| is_filled(last, c));
        let is_start = is_right_of_key && !is_left_of_key && !is_wide(next);
        return if is_start && fits { Tear::Torn } else { Tear::Whole };
    }
    // A wrapped name cut by the page looks like this, and so does a row without figures.
    let is_alone = (holds_only(next, key) && !is_wide(next)) || holds_only(last, key);
    let has_columns_of_figures = (0..cols).any(|c| c != key && kinds.figures[c]);
    if is_alone && has_columns_of_figures && is_filled(next, key) && !is_wide(last) {
        return Tear::Doubtful;
    }
    Tear::Whole
}

/// Whether all that the second row holds besides its name goes on with figures of the first, or stands where that has nothing:
/// figures as wide as Han are broken wherever a narrow cell ends.
fn figures_go_on(kinds: &Kinds, last: &TableRow, next: &TableRow, name: Option<usize>) -> bool {
    let is_wide = |raw: &str| raw.chars().all(|c| ('０'..='９').contains(&c) || "．，".contains(c));
    let goes_on = |col: usize| match (last.cell(col), next.cell(col)) {
        (Some(above), Some(below)) => {
            let whole: String = above
                .text
                .as_str()
                .chars()
                .chain(below.text.as_str().chars())
                .map(narrow)
                .collect();
            let are_wide = is_wide(&above.raw) && is_wide(&below.raw);
            kinds.figures[col] && are_wide && is_figure(&whole)
        }
        _ => false,
    };
    let cols = 0..next.slots.len();
    cols.filter(|&col| is_filled(next, col) && name != Some(col))
        .all(|col| is_blank(last, col) || goes_on(col))
}

/// Whether the row has text in this column alone.
fn holds_only(row: &TableRow, key: usize) -> bool {
    is_filled(row, key) && (0..row.slots.len()).all(|col| col == key || !is_filled(row, col))
}

/// Makes one row of two parts.
fn weld(sink: &mut Sink, kinds: &Kinds, last: &mut TableRow, next: &TableRow) {
    let before = format!("{}\n{}", printed(last), printed(next));
    for (col, (slot, part)) in last.slots.iter_mut().zip(&next.slots).enumerate() {
        let (Slot::Cell(cell), Slot::Cell(part)) = (slot, part) else {
            continue;
        };
        // A name that spans rows may be printed again on the new page.
        let is_left_of_key = kinds.key.is_some_and(|key| col < key);
        let is_again = is_left_of_key && part.text.as_str() == cell.text.as_str();
        if part.text.is_empty() || is_again {
            continue;
        }
        if cell.text.is_empty() {
            *cell = part.clone();
        } else {
            cell.raw.push_str(&part.raw);
            cell.text.append(&part.text);
            cell.marks.append(&part.marks);
        }
    }
    sink.repair(Repair {
        stage: Stage::Repair,
        rule: "torn_row",
        place: place_of(next),
        before,
        after: printed(last),
    });
}

/// Says that a row at a page's edge may be half of one.
fn remark_maybe_cut(sink: &mut Sink, row: &TableRow) {
    sink.remark(Diagnostic {
        code: "row_maybe_cut",
        severity: Severity::Warning,
        place: place_of(row),
        message: Wording::new(
            format!(
                "the page may have cut this row, nothing shows where it began: {}",
                printed(row)
            ),
            format!("此行可能被分页截断，无从判断其起点：{}", printed(row)),
        ),
        hint: None,
    });
}

/// Lets a cell that spans rows go on over the page: at the top of the next page its place is blank,
/// or bears its name again.
///
/// Serves a prefecture's cell beside its counties' rows. Columns are tried from the left: where a
/// name of its own begins, what stands right of it begins anew too.
pub(super) fn carry_spans(
    sink: &mut Sink,
    kinds: &Kinds,
    rows: &mut [TableRow],
    next: &mut TableRow,
) {
    let below = next.clone();
    let is_before_key = |col: usize| kinds.key.is_none_or(|key| col < key);
    let is_total =
        |row: &TableRow| kinds.key.is_some_and(|key| TOTALS.contains(&&*text_at(row, key)));
    let names = (0..next.slots.len()).skip_while(|&col| kinds.figures[col]);
    for col in names.take_while(|&col| !kinds.figures[col] && kinds.key != Some(col)) {
        let Some(head) = rows.iter().rposition(|row| row.cell(col).is_some()) else { continue };
        let Some(cell) = below.cell(col) else { continue };
        let (above, here) = (text_at(&rows[head], col), text_at(&below, col));
        let is_wide = matches!(rows[head].slots.get(col + 1), Some(Slot::Left));
        let goes_on = match (here.is_empty(), kinds.spans[col]) {
            (true, is_drawn) => is_drawn || is_before_key(col),
            // The name of the span may be printed in its middle, which fell on this page; a total is nobody's. Where each
            // row has a blank of its own, nothing is drawn that spans rows.
            (false, true) => {
                let is_again = head > 0 && is_blank(&rows[head - 1], col);
                here == above || above.is_empty() && !is_total(&rows[head]) && !is_again
            }
            (false, false) => false,
        };
        if !goes_on && !here.is_empty() {
            return;
        }
        if !goes_on || is_wide {
            continue;
        }
        if above.is_empty() && !here.is_empty() {
            rows[head].slots[col] = Slot::Cell(cell.clone());
        }
        next.slots[col] = Slot::Above;
        sink.repair(Repair {
            stage: Stage::Repair,
            rule: "span_over_page",
            place: Some(cell.place),
            before: cell.raw.clone(),
            after: text_at(&rows[head], col).into_owned(),
        });
    }
}
