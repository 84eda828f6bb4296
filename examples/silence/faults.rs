//! One fault at a time in a notice as read, as if it had been printed so.
//!
//! A fault of a cell changes its figure, one of a row moves, repeats, takes out or exchanges rows.
//! Which digit a slip hits is drawn from the cell's place alone, so that the same notice always
//! gets the same faults.

use fubiao::model::{Amount, Annex, Cell, Level, Row, Status};

/// What may happen to one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CellFault {
    /// Nothing is printed in place of a figure that is not zero.
    Dropped,
    /// One digit is another.
    Digit,
    /// Two digits beside each other change places.
    Swapped,
    /// Nothing is printed in place of a zero.
    ZeroDropped,
}

/// What may happen to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowFault {
    /// Its figures and those of a row of another sum change places.
    ExchangedAcross,
    /// Its figures and those of the next row of the same sum change places.
    ExchangedWithin,
    /// It is not printed.
    Lost,
    /// Its cells move right by one column; the last falls off.
    Shifted,
    /// It is printed twice, one right below the other.
    Twice,
}

impl CellFault {
    /// All of them.
    pub const ALL: [CellFault; 4] =
        [CellFault::Dropped, CellFault::Digit, CellFault::Swapped, CellFault::ZeroDropped];
}

impl RowFault {
    /// All of them.
    pub const ALL: [RowFault; 5] = [
        RowFault::ExchangedAcross,
        RowFault::ExchangedWithin,
        RowFault::Lost,
        RowFault::Shifted,
        RowFault::Twice,
    ];
}

/// The cell with a fault; `None` where this fault cannot happen to it. `draw` picks the digit.
pub fn spoil_cell(cell: &Cell, fault: CellFault, draw: u64) -> Option<Cell> {
    let amount = cell.value.filter(|_| cell.status == Status::Value)?;
    let is_zero = amount.decimal().is_zero();
    match fault {
        CellFault::Dropped => (!is_zero).then(|| blank(cell)),
        CellFault::ZeroDropped => is_zero.then(|| blank(cell)),
        CellFault::Digit => printed(cell, other_digit(&amount.to_string(), draw)?),
        CellFault::Swapped => printed(cell, swapped_digits(&amount.to_string(), draw)?),
    }
}

/// The cell with nothing in it.
fn blank(cell: &Cell) -> Cell {
    Cell { raw: String::new(), value: None, text: None, status: Status::Blank, ..cell.clone() }
}

/// The cell with this figure in it.
fn printed(cell: &Cell, figure: String) -> Option<Cell> {
    let value = Some(Amount::new(figure.parse().ok()?));
    Some(Cell { raw: figure, value, ..cell.clone() })
}

/// The figure with one digit another; a figure of several digits never begins with zero for it.
fn other_digit(figure: &str, draw: u64) -> Option<String> {
    let mut chars: Vec<char> = figure.chars().collect();
    let digits: Vec<usize> = (0..chars.len()).filter(|&at| chars[at].is_ascii_digit()).collect();
    let at = *digits.get(draw as usize % digits.len().max(1))?;
    let old = chars[at].to_digit(10)?;
    let leads = Some(&at) == digits.first() && digits.len() > 1;
    let others: Vec<u32> = (u32::from(leads)..10).filter(|&digit| digit != old).collect();
    let new = others[(draw >> 16) as usize % others.len()];
    chars[at] = char::from_digit(new, 10)?;
    Some(chars.into_iter().collect())
}

/// The figure with two neighbouring digits exchanged; `None` where no two differ, or the figure
/// would begin with zero.
fn swapped_digits(figure: &str, draw: u64) -> Option<String> {
    let mut chars: Vec<char> = figure.chars().collect();
    let first = chars.iter().position(char::is_ascii_digit)?;
    let pairs: Vec<usize> = (first..chars.len().checked_sub(1)?)
        .filter(|&at| chars[at].is_ascii_digit() && chars[at + 1].is_ascii_digit())
        .filter(|&at| chars[at] != chars[at + 1] && (at > first || chars[at + 1] != '0'))
        .collect();
    let at = *pairs.get(draw as usize % pairs.len().max(1))?;
    chars.swap(at, at + 1);
    Some(chars.into_iter().collect())
}

/// The annex with a fault at this row, and the rows that should be named for it, from 1 as they are
/// then counted; `None` where this fault cannot happen to the row, or changes nothing that is
/// printed.
pub fn spoil_row(annex: &Annex, row: usize, fault: RowFault) -> Option<(Annex, Vec<u32>)> {
    let mut spoilt = annex.clone();
    let named = match fault {
        RowFault::ExchangedWithin => {
            let other = exchanged_with(annex, row, true)?;
            exchange(&mut spoilt, row, other)?;
            vec![row, other]
        }
        RowFault::ExchangedAcross => {
            let other = exchanged_with(annex, row, false)?;
            exchange(&mut spoilt, row, other)?;
            vec![row, other]
        }
        RowFault::Lost => {
            let sum = sum_of(annex, row)?;
            spoilt.rows.remove(row);
            move_parents(&mut spoilt, |parent| match parent.cmp(&row) {
                std::cmp::Ordering::Less => Some(parent),
                std::cmp::Ordering::Equal => None,
                std::cmp::Ordering::Greater => Some(parent - 1),
            });
            vec![if sum > row { sum - 1 } else { sum }]
        }
        RowFault::Shifted => {
            shift(&mut spoilt.rows[row])?;
            vec![row]
        }
        RowFault::Twice => {
            has_figures(&annex.rows[row]).then_some(())?;
            move_parents(&mut spoilt, |parent| {
                Some(if parent > row { parent + 1 } else { parent })
            });
            spoilt.rows.insert(row + 1, spoilt.rows[row].clone());
            vec![row, row + 1]
        }
    };
    for (row, number) in spoilt.rows.iter_mut().zip(1..) {
        row.number = number;
    }
    Some((spoilt, named.into_iter().map(|row| row as u32 + 1).collect()))
}

/// Whether a figure other than zero stands in the row.
fn has_figures(row: &Row) -> bool {
    row.cells.iter().filter_map(|cell| cell.value).any(|value| !value.decimal().is_zero())
}

/// Whether rows belong to this one.
fn has_parts(annex: &Annex, row: usize) -> bool {
    annex.rows.iter().any(|other| other.region.parent_row == Some(row))
}

/// The next row below that may change places with this one: both without rows of their own, of the
/// same sum or of different ones.
fn exchanged_with(annex: &Annex, row: usize, same_sum: bool) -> Option<usize> {
    let may = |at: usize| {
        let region = &annex.rows[at].region;
        !matches!(region.level, Level::Province | Level::Subtotal) && !has_parts(annex, at)
    };
    let parent = |at: usize| annex.rows[at].region.parent_row;
    let fits = |&at: &usize| match same_sum {
        true => parent(at) == parent(row),
        false => parent(at) != parent(row) && parent(at).is_some() && parent(row).is_some(),
    };
    may(row).then(|| (row + 1..annex.rows.len()).filter(|&at| may(at)).find(fits))?
}

/// Exchanges the cells of two rows, where their figures differ.
fn exchange(annex: &mut Annex, a: usize, b: usize) -> Option<()> {
    let figures = |row: &Row| row.cells.iter().map(|cell| cell.value).collect::<Vec<_>>();
    (figures(&annex.rows[a]) != figures(&annex.rows[b])).then_some(())?;
    let (above, below) = annex.rows.split_at_mut(b);
    std::mem::swap(&mut above[a].cells, &mut below[0].cells);
    Some(())
}

/// The row whose sum a row is part of: its parent's, or the table's total.
fn sum_of(annex: &Annex, row: usize) -> Option<usize> {
    has_figures(&annex.rows[row]).then_some(())?;
    let region = &annex.rows[row].region;
    region.parent_row.or_else(|| {
        let total = annex.rows.iter().position(|other| other.region.level == Level::Province);
        total.filter(|&total| total != row)
    })
}

/// Moves the cells right by one column, where that moves a figure.
fn shift(row: &mut Row) -> Option<()> {
    (row.cells.len() >= 2 && has_figures(row)).then_some(())?;
    let before: Vec<_> = row.cells.iter().map(|cell| cell.value).collect();
    for column in (1..row.cells.len()).rev() {
        let place = row.cells[column].place;
        row.cells[column] = Cell { place, ..row.cells[column - 1].clone() };
    }
    row.cells[0] = blank(&row.cells[0]);
    (before != row.cells.iter().map(|cell| cell.value).collect::<Vec<_>>()).then_some(())
}

/// Tells each row where its parent went.
fn move_parents(annex: &mut Annex, to: impl Fn(usize) -> Option<usize>) {
    for row in &mut annex.rows {
        row.region.parent_row = row.region.parent_row.and_then(&to);
    }
}
