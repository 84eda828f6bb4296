//! Which rows of a fragment are header, and which of a continued fragment are that header again:
//! whole, shortened or blank. Telling fragments of one table from another table is left to `joins`.

use crate::lexicon;
use crate::numbering;
use crate::pattern::half_width;
use crate::repair::document::{Slot, TableRow};
use crate::repair::rows::{self, Kinds, MAX_TIERS, is_figure, is_mark};
use std::borrow::Cow;

/// How many rows at the top of a table are header.
///
/// The first row is, unless it holds figures; so is every row a cell of the header reaches into, and
/// every row below that has words where the table has figures and no figure itself.
pub(super) fn tiers(rows: &[TableRow], kinds: &Kinds) -> usize {
    let Some(first) = rows.first() else { return 0 };
    let mut tiers = 1;
    if has_figures(first, kinds) && !is_of_years(first) && !are_numbered(first) {
        // Codes may head columns, their names below them.
        let below = (1..rows.len().min(MAX_TIERS))
            .rev()
            .find(|&row| is_mostly_words(&rows[row], kinds) && !has_figures(&rows[row], kinds));
        tiers = match below {
            Some(row) => row + 1,
            None => return 0,
        };
    }
    while tiers < rows.len().min(MAX_TIERS) {
        let row = &rows[tiers];
        let is_wordy = is_mostly_words(row, kinds)
            || (is_under_blank(row) && has_words_over_figures(row, kinds))
            || (is_under_blank(row) && has_wide_cell(&rows[tiers - 1]));
        let reached = row.slots.contains(&Slot::Above);
        let is_tier = reached
            || is_numbering(row)
            || are_numbered(row)
            || (is_wordy && !has_figures(row, kinds));
        if !is_tier {
            break;
        }
        tiers += 1;
    }
    // A table that is all header is none.
    let is_all_header = tiers == rows.len() && tiers > 3 && !kinds.figures.contains(&true);
    if is_all_header { 1 } else { tiers }
}

/// Whether the row numbers the columns: 甲 1 2 3, 栏次 1 2 3, A B=C+D C D.
pub(super) fn is_numbering(row: &TableRow) -> bool {
    let texts: Vec<Cow<str>> = (0..row.slots.len()).map(|col| rows::text_at(row, col)).collect();
    numbering::is_numbering(texts.iter().map(|text| &**text))
}

/// Whether the words of the row end in the numbers of their columns: 中央资金（1） | （2） | 小计（3=1+2）.
fn are_numbered(row: &TableRow) -> bool {
    let texts: Vec<Cow<str>> = (0..row.slots.len()).map(|col| rows::text_at(row, col)).collect();
    numbering::are_behind_words(texts.iter().map(|text| &**text).filter(|text| !text.is_empty()))
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

/// In how many columns of figures the row has words.
fn words_over_figures(row: &TableRow, kinds: &Kinds) -> usize {
    let is_word = |&(col, &figures): &(usize, &bool)| figures && is_word(row, col);
    kinds.figures.iter().enumerate().filter(is_word).count()
}

/// Whether a cell of words begins there.
fn is_word(row: &TableRow, col: usize) -> bool {
    let text = rows::text_at(row, col);
    !text.is_empty() && !is_figure(&text) && !is_mark(&text)
}

/// Whether the row has words in a column of figures.
fn has_words_over_figures(row: &TableRow, kinds: &Kinds) -> bool {
    words_over_figures(row, kinds) > 0
}

/// Whether the row has words in most columns of figures, and in more than one. Words over several columns are in each of
/// them, but in a row of few cells, which may be a band: 一、南昌市.
fn is_mostly_words(row: &TableRow, kinds: &Kinds) -> bool {
    const FEW: usize = 3;
    let figures = kinds.figures.iter().filter(|&&figures| figures).count();
    let words = words_over_figures(row, kinds);
    let cells = (0..row.slots.len()).filter(|&col| rows::is_filled(row, col)).count();
    let is_covered = |&(col, &figures): &(usize, &bool)| {
        let from = (0..col).rev().find(|&at| !matches!(row.slots[at], Slot::Left));
        let is_left = matches!(row.slots.get(col), Some(Slot::Left));
        figures && is_left && from.is_some_and(|from| is_word(row, from))
    };
    let covered = match cells > FEW {
        true => kinds.figures.iter().enumerate().filter(is_covered).count(),
        false => 0,
    };
    words > 1 && (words + covered) * 2 >= figures
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

/// Takes out the rows among the others that are the header again, whole, as sheets and documents have it that were
/// laid out page by page; `each` is told of them.
pub(super) fn without_repeats(
    header: &[TableRow],
    rows: Vec<TableRow>,
    mut each: impl FnMut(&TableRow),
) -> Vec<TableRow> {
    let Some(first) = header.first() else { return rows };
    let columns: Vec<String> = (0..first.slots.len()).map(|col| column_text(header, col)).collect();
    if columns.iter().filter(|words| !words.is_empty()).count() < 2 {
        return rows;
    }
    let begins = rows::text_at(first, 0);
    let is_again = |at: usize| {
        rows.get(at..at + header.len()).is_some_and(|part| {
            // The first cell tells most rows from a header.
            rows::text_at(&part[0], 0) == begins
                && part.iter().all(|row| row.slots.len() == columns.len())
                && (0..columns.len()).all(|col| column_text(part, col) == columns[col])
        })
    };
    let mut repeats: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        if is_again(at) {
            repeats.extend(at..at + header.len());
            at += header.len();
        } else {
            at += 1;
        }
    }
    let mut repeats = repeats.into_iter().peekable();
    let mut kept = Vec::with_capacity(rows.len());
    for (at, row) in rows.into_iter().enumerate() {
        match repeats.next_if_eq(&at) {
            Some(_) => each(&row),
            None => kept.push(row),
        }
    }
    kept
}

/// How far down the header of `count` rows reaches: a row of data has nothing above it to be covered
/// by, and does not number the columns.
fn reach(next: &[TableRow], count: usize, most: usize) -> usize {
    let is_covered = |row: &TableRow| row.slots.contains(&Slot::Above);
    count
        + next[count..most.max(count)]
            .iter()
            .take_while(|row| is_covered(row) || is_numbering(row))
            .count()
}

/// The words of a column of the header from the top tier down, a cell over several columns counted
/// for the first of them alone; brackets and signs of full width as those of half: （%） on one page is (%) on the next.
pub(super) fn column_text(header: &[TableRow], col: usize) -> String {
    let mut words = String::new();
    for row in header {
        words.extend(rows::text_at(row, col).chars().map(half_width));
    }
    words
}

/// The words over a column of the header from the top tier down, those of cells over several columns among them.
pub(super) fn path_text(header: &[TableRow], col: usize) -> String {
    let words = |row: &TableRow| {
        let from = (0..=col).rev().find(|&at| !matches!(row.slots.get(at), Some(Slot::Left)));
        from.map_or_else(String::new, |from| rows::text_at(row, from).into_owned())
    };
    header.iter().map(words).collect()
}

/// Whether every word of the row is left over from the header above it, and there are any.
fn is_shortened(columns: &[String], row: &TableRow) -> bool {
    let mut held = 0usize;
    let is_serial = |col: usize| lexicon::is_serial_header(&columns[col]);
    let name = (0..columns.len()).find(|&col| !is_serial(col)).unwrap_or(0);
    for (col, column) in columns.iter().enumerate() {
        let text: String = rows::text_at(row, col).chars().map(half_width).collect();
        if text.is_empty() {
            continue;
        }
        // What the names are called may be said in another word: 市县 for 单位.
        if col == name && !is_figure(&text) {
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
/// in the table so far, each or one title over several, with words below it.
pub(super) fn is_other_header(kinds: &Kinds, next: &[TableRow]) -> bool {
    let Some(first) = next.first() else { return false };
    let figures = kinds.figures.iter().filter(|&&figures| figures).count();
    let below = next.get(1).is_some_and(|row| is_mostly_words(row, kinds));
    let words = words_over_figures(first, kinds);
    let words = if below { words + titled(first, kinds) } else { words };
    figures > 0 && words * 2 >= figures && !has_figures(first, kinds)
}

/// The rows below the header at which another header stands among them, as where a wide table goes on below itself in one
/// grid: it begins with the word that the header begins with, 地区, has words of its own over columns of figures, and rows
/// of figures below.
pub(super) fn others_among(rows: &[TableRow]) -> Vec<usize> {
    let columns = rows.first().map_or(0, |row| row.slots.len());
    let kinds = Kinds::of(rows.iter(), columns);
    let tiers = tiers(rows, &kinds);
    if tiers == 0 || rows.len() < tiers + 3 {
        return Vec::new();
    }
    let label = column_text(&rows[..tiers], 0);
    let has_own_words = |row: &TableRow| {
        let text = |col: usize| column_text(std::slice::from_ref(row), col);
        let is_word = |col: usize| !is_figure(&text(col)) && !is_mark(&text(col));
        let is_own = |&col: &usize| text(col) != column_text(&rows[..tiers], col);
        let filled = || (1..columns).filter(|&col| !text(col).is_empty());
        filled().all(is_word) && filled().filter(is_own).count() > 1
    };
    let begins = |at: &usize| {
        let row = &rows[*at];
        column_text(std::slice::from_ref(row), 0) == label
            && !label.is_empty()
            && has_own_words(row)
            && rows[at + 1..].iter().take(MAX_TIERS).any(|row| has_figures(row, &kinds))
    };
    (tiers + 1..rows.len() - 1).filter(begins).collect()
}

/// How many columns of figures a title over several covers, the first one of each title not counted.
fn titled(row: &TableRow, kinds: &Kinds) -> usize {
    let mut is_title = false;
    let mut covered = 0;
    for (slot, &figures) in row.slots.iter().zip(&kinds.figures) {
        match slot {
            Slot::Cell(cell) => is_title = figures && !cell.text.is_empty(),
            Slot::Left => covered += usize::from(is_title && figures),
            Slot::Above => is_title = false,
        }
    }
    covered
}

/// Whether the first column is one of serial numbers by its header.
pub(super) fn is_serial(header: &[TableRow]) -> bool {
    lexicon::is_serial_header(&column_text(header, 0))
}
