//! Lines that hold one cell each in, the rows of a table out: so tables come when their cells are copied one by one.
//!
//! A header of k lines is followed by rows of k lines: a name, then k - 1 figures, marks for nothing or blanks. The
//! table is one where that fits to its end in three rows at least; a single line too many shifts all that follows, so
//! nothing is read where it does not fit. Blank cells are lines of white space; empty lines may stand between rows.

use super::TextLine;
use crate::figure::{self, Kind};

/// A table has so many rows at least below its header, …
const ROWS: usize = 3;
/// … and so many columns at most.
const COLUMNS: usize = 12;
/// A cell has at most so many characters.
const CELL: usize = 30;

/// What the lines begin with.
pub(super) enum Stacked<'a> {
    /// The lines of each row, the header's first, and how many lines they take in all.
    Table(Vec<Vec<TextLine<'a>>>, usize),
    /// No table, which was seen after so many lines.
    Not(usize),
}

/// The table that the lines begin with, if they do.
pub(super) fn stacked<'a>(lines: &[TextLine<'a>]) -> Stacked<'a> {
    if lines.first().is_none_or(|line| !is_name(line)) {
        return Stacked::Not(0);
    }
    // Names up to the first figure: the header, and the name of the first row.
    let filled = |line: &&TextLine| !line.text.is_empty();
    let names =
        lines.iter().filter(filled).take(COLUMNS + 2).take_while(|line| is_name(line)).count();
    let columns = names.saturating_sub(1);
    if !(2..=COLUMNS).contains(&columns) {
        return Stacked::Not(0);
    }
    let (mut rows, mut row): (Vec<Vec<TextLine>>, Vec<TextLine>) = (Vec::new(), Vec::new());
    let (mut end, mut seen, mut is_shifted) = (0, 0, false);
    for (at, line) in lines.iter().enumerate() {
        seen = at;
        if line.text.is_empty() {
            // An empty line within a row is no cell of it.
            if row.is_empty() { continue } else { break }
        }
        let fits = if rows.is_empty() || row.is_empty() { is_name(line) } else { is_value(line) };
        if !fits {
            // A figure without a name is a line too many.
            is_shifted = row.is_empty() && is_value(line);
            break;
        }
        row.push(*line);
        if row.len() == columns {
            rows.push(std::mem::take(&mut row));
            end = at + 1;
        }
    }
    // A name may be a line behind the table; with figures behind it, it is a row cut short.
    let is_whole = !is_shifted && row.len() < 2 && rows.len() > ROWS;
    let has_figures = || rows.iter().skip(1).all(|row| !row[1..].iter().all(is_blank));
    if is_whole && has_figures() { Stacked::Table(rows, end) } else { Stacked::Not(seen) }
}

fn is_blank(line: &TextLine) -> bool {
    line.text.trim().is_empty()
}

/// A short text that is no figure and no sentence.
fn is_name(line: &TextLine) -> bool {
    let text = line.text.trim();
    !text.is_empty()
        && text.chars().count() <= CELL
        && !text.contains(['\t', '|', '。', '；', '：', ':'])
        && !is_value(line)
}

/// A figure, a mark for nothing, or a blank cell.
fn is_value(line: &TextLine) -> bool {
    let kind = figure::kind(line.text.trim());
    kind.is_numeric() || matches!(kind, Kind::Mark | Kind::Blank)
}
