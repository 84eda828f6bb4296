//! Which rows of a fragment are header, and which of a continued fragment are that header again:
//! whole, shortened or blank. Telling fragments of one table from another table is left to `joins`.

use crate::repair::document::{Slot, TableRow};
use crate::repair::rows::{self, Kinds, MAX_TIERS, is_figure, is_mark};

/// How many rows at the top of a table are header.
///
/// The first row is, unless it holds figures; so is every row a cell of the header reaches into, and
/// every row below that has words where the table has figures and no figure itself.
pub(super) fn tiers(rows: &[TableRow], kinds: &Kinds) -> usize {
    if rows.first().is_none_or(|first| has_figures(first, kinds) && !is_of_years(first)) {
        return 0;
    }
    let mut tiers = 1;
    while tiers < rows.len().min(MAX_TIERS) {
        let row = &rows[tiers];
        let reached = row.slots.iter().any(|slot| matches!(slot, Slot::Above));
        let is_tier = reached
            || (!has_figures(row, kinds) && has_words_over_figures(row, kinds))
            || (has_wide_cell(&rows[tiers - 1]) && is_under_blank(row) && !has_figures(row, kinds));
        if !is_tier {
            break;
        }
        tiers += 1;
    }
    // A header alone is a header; a table that is all header is none.
    if tiers == rows.len() && tiers > 1 && kinds.figures.iter().all(|&f| !f) { 1 } else { tiers }
}

/// Whether a column of figures has a figure in this row.
fn has_figures(row: &TableRow, kinds: &Kinds) -> bool {
    kinds.figures.iter().enumerate().any(|(col, &f)| f && is_figure(&rows::text_at(row, col)))
}

/// Whether all figures of the row are years, as in a header 单位 2020 2021 2022.
fn is_of_years(row: &TableRow) -> bool {
    let figures: Vec<u32> = (0..row.slots.len())
        .map(|col| rows::text_at(row, col))
        .filter(|text| is_figure(text))
        .map(|text| text.parse().unwrap_or(0))
        .collect();
    figures.len() > 1
        && figures.iter().all(|year| (1949..2100).contains(year))
        && figures.windows(2).all(|pair| pair[0] + 1 == pair[1] || pair[0] == pair[1] + 1)
}

/// Whether the row has words in a column of figures.
fn has_words_over_figures(row: &TableRow, kinds: &Kinds) -> bool {
    kinds.figures.iter().enumerate().any(|(col, &figures)| {
        let text = rows::text_at(row, col);
        figures && !text.is_empty() && !is_figure(&text) && !is_mark(&text)
    })
}

/// Whether a cell of the row covers several columns.
fn has_wide_cell(row: &TableRow) -> bool {
    row.slots.iter().any(|slot| matches!(slot, Slot::Left))
}

/// Whether the row's first place is blank or covered from above, as below a label of two tiers.
fn is_under_blank(row: &TableRow) -> bool {
    matches!(row.slots.first(), Some(Slot::Above)) || rows::is_blank(row, 0)
}

/// What a continued fragment shows of the header of its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// All of it.
    Whole,
    /// Its last tier, or words cut short.
    Shortened,
    /// Its cells without their words.
    Blank,
}

impl Again {
    /// The rule's name in the record of repairs.
    pub(super) fn rule(self) -> &'static str {
        match self {
            Again::Whole => "repeated_header",
            Again::Shortened => "shortened_header",
            Again::Blank => "blank_header",
        }
    }
}

/// How many rows at the top of `next` are the header again, and in which form.
///
/// Occurs on every page of a long table but the first. A row is taken for header only if each of
/// its words stands in the header of its own column, so that no row of data goes because it
/// resembles nothing.
pub(super) fn again(header: &[TableRow], next: &[TableRow]) -> Option<(usize, Again)> {
    let cols = header.first()?.slots.len();
    let columns: Vec<String> = (0..cols).map(|col| column_text(header, col)).collect();
    let most = next.len().min(header.len() + 2);
    for count in 1..=most {
        if (0..cols).all(|col| column_text(&next[..count], col) == columns[col]) {
            return Some((reach(next, count, most), Again::Whole));
        }
    }
    let mut count = 0;
    let mut form = Again::Blank;
    for row in next.iter().take(header.len()) {
        match rows::is_empty(row) {
            true => {}
            false if is_shortened(&columns, row) => form = Again::Shortened,
            false => break,
        }
        count += 1;
    }
    (count > 0).then(|| (reach(next, count, most), form))
}

/// How far down the cells of the first `count` rows reach: a row of data has nothing above it to be
/// covered by.
fn reach(next: &[TableRow], count: usize, most: usize) -> usize {
    let is_covered = |row: &TableRow| row.slots.contains(&Slot::Above);
    count + next[count..most.max(count)].iter().take_while(|row| is_covered(row)).count()
}

/// The words of a column of the header from the top tier down, a cell over several columns counted
/// for the first of them alone.
fn column_text(header: &[TableRow], col: usize) -> String {
    header.iter().map(|row| rows::text_at(row, col)).collect()
}

/// Whether every word of the row is left over from the header above it, and there are any.
fn is_shortened(columns: &[String], row: &TableRow) -> bool {
    let mut held = 0usize;
    for (col, column) in columns.iter().enumerate() {
        let text = rows::text_at(row, col);
        if text.is_empty() {
            continue;
        }
        // A cell over several columns may keep words of any of them.
        let covered = 1 + row.slots[col + 1..].iter().take_while(|s| **s == Slot::Left).count();
        let words: String = columns[col..col + covered].concat();
        if !is_within(&text, &words) {
            return false;
        }
        // The label over the names is short enough to stand in many a name by accident.
        held += usize::from(col > 0 || text == *column);
    }
    held > 0
}

/// Whether the characters of `part` stand in `whole` in their order: 小区数 in 小区个数（个）.
fn is_within(part: &str, whole: &str) -> bool {
    let mut whole = whole.chars();
    part.chars().all(|c| whole.by_ref().any(|w| w == c))
}

/// Whether these rows open a table of their own: words over most of the columns that hold figures
/// in the table so far.
pub(super) fn is_other_header(kinds: &Kinds, next: &[TableRow]) -> bool {
    let Some(first) = next.first() else { return false };
    let figures = kinds.figures.iter().filter(|&&f| f).count();
    let words = kinds
        .figures
        .iter()
        .enumerate()
        .filter(|&(col, &figures)| {
            let text = rows::text_at(first, col);
            figures && !text.is_empty() && !is_figure(&text) && !is_mark(&text)
        })
        .count();
    figures > 0 && words * 2 >= figures && !has_figures(first, kinds)
}

/// Whether the first column is one of serial numbers by its header.
pub(super) fn is_serial(header: &[TableRow]) -> bool {
    ["序号", "编号", "顺序号", "No", "No."].contains(&column_text(header, 0).as_str())
}
