//! The figures of a notice as exact integers, each under one number, so that sums over rows,
//! columns, annexes and the body are all the same kind of thing.
//!
//! What the figures should add up to is left to `sums`, `relations` and `body`.

pub use crate::lexicon::is_count;
use crate::model::{Amount, Annex, Cell, ColumnRole, Notice, Quantity, Row, Status};
use rust_decimal::Decimal;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Decimals that every figure is scaled by: 1 is 10^15. Spreadsheets leave up to 15 digits of
/// noise (0.240000152587891), and the largest sums of a notice still fit many times over.
pub const SCALE: u32 = 15;

/// A figure times 10^15.
pub type Fixed = i128;

/// One printed figure (or blank cell) of the notice: the annexes' cells row by row, then the
/// body's quantities.
pub type Var = usize;

/// Largest figure that sums are made of, 10^19: ten thousand of them still fit.
const LARGEST: Fixed = 10_i128.pow(34);

/// The decimal as an integer; `None` where it has more decimals than [`SCALE`] or is too large.
pub fn fixed(decimal: Decimal) -> Option<Fixed> {
    let decimal = if decimal.scale() > SCALE { decimal.normalize() } else { decimal };
    let lift = SCALE.checked_sub(decimal.scale())?;
    let value = decimal.mantissa().checked_mul(10_i128.pow(lift))?;
    (value.unsigned_abs() <= LARGEST.unsigned_abs()).then_some(value)
}

/// The integer as a decimal with `decimals` places, or as many more as it needs.
pub fn decimal(fixed: Fixed, decimals: u32) -> Option<Decimal> {
    let mut value = fixed;
    let mut scale = SCALE;
    // Zeros at the end go by eight, four, two and one: division of such integers is slow.
    for (zeros, power) in [(8, 100_000_000), (4, 10_000), (2, 100), (1, 10)] {
        if scale >= decimals.saturating_add(zeros) && value % power == 0 {
            value /= power;
            scale -= zeros;
        }
    }
    Decimal::try_from_i128_with_scale(value, scale).ok()
}

/// What a cell gives to a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// A figure.
    Value(Fixed),
    /// Nothing, or a mark for nothing: adds nothing.
    Blank,
    /// Text, or something unreadable: no sum over it can be checked.
    Unknown,
}

/// A column's figures, seen as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Whether figures are most of what its cells hold.
    pub numeric: bool,
    /// Decimals of its figures: the commonest number among those that have any, for spreadsheets
    /// print 2.10 as 2.1.
    pub decimals: u32,
    /// Whether a figure below zero stands in it.
    pub negatives: bool,
    /// Whether its figures count things (套, 户, 人), so that no rounding can excuse them.
    pub counts: bool,
}

impl Shape {
    /// One unit of the column's last printed digit.
    pub fn last_digit(&self) -> Fixed {
        10_i128.pow(SCALE.saturating_sub(self.decimals))
    }

    /// Half a unit of the column's last printed digit; nothing for what is counted.
    pub fn half_unit(&self) -> Fixed {
        if self.decimals == 0 && self.counts {
            return 0;
        }
        10_i128.pow(SCALE.saturating_sub(self.decimals)) / 2
    }
}

/// The notice's figures.
pub struct Figures<'n> {
    /// The notice they stand in.
    pub notice: &'n Notice,
    values: Vec<Figure>,
    /// First number of each annex's cells; the last entry is the first quantity's.
    offsets: Vec<Var>,
    /// Target and quantity of each body figure.
    quantities: Vec<(usize, usize)>,
    shapes: Vec<Vec<Shape>>,
}

/// Where a figure stands.
#[derive(Debug, Clone, Copy)]
pub enum Site<'n> {
    /// In an annex's table.
    Cell {
        /// The annex.
        annex: &'n Annex,
        /// Index of the annex.
        index: usize,
        /// Index of the row.
        row: usize,
        /// Index of the column.
        column: usize,
    },
    /// In the body.
    Quantity(&'n Quantity),
}

impl<'n> Figures<'n> {
    /// Numbers all the figures of the notice.
    pub fn of(notice: &'n Notice) -> Figures<'n> {
        let mut values = Vec::new();
        let mut offsets = Vec::new();
        let mut shapes = Vec::new();
        for annex in &notice.annexes {
            offsets.push(values.len());
            for row in &annex.rows {
                values.extend((0..annex.columns.len()).map(|c| figure(row.cells.get(c))));
            }
            shapes.push((0..annex.columns.len()).map(|c| shape(annex, c)).collect());
        }
        offsets.push(values.len());
        let mut quantities = Vec::new();
        for (t, target) in notice.targets.iter().enumerate() {
            for (q, quantity) in target.quantities.iter().enumerate() {
                values.push(match fixed(quantity.value.decimal()) {
                    Some(value) => Figure::Value(value),
                    None => Figure::Unknown,
                });
                quantities.push((t, q));
            }
        }
        Figures { notice, values, offsets, quantities, shapes }
    }

    /// The number of a cell; all three are indices.
    pub fn cell(&self, annex: usize, row: usize, column: usize) -> Var {
        let columns = self.notice.annexes.get(annex).map_or(0, |a| a.columns.len());
        self.offsets.get(annex).copied().unwrap_or(0) + row * columns + column
    }

    /// The number of a quantity of a target; both are indices.
    pub fn quantity(&self, target: usize, quantity: usize) -> Option<Var> {
        let at = self.quantities.binary_search(&(target, quantity)).ok()?;
        Some(self.offsets.last()? + at)
    }

    /// Index of the target and of its quantity; `None` for a number that is no body figure's.
    pub fn target_of(&self, var: Var) -> Option<(usize, usize)> {
        let first = *self.offsets.last()?;
        self.quantities.get(var.checked_sub(first)?).copied()
    }

    /// What stands there.
    pub fn at(&self, var: Var) -> Figure {
        self.values.get(var).copied().unwrap_or(Figure::Unknown)
    }

    /// The figure, a blank as zero; `None` for what no sum can use.
    pub fn value(&self, var: Var) -> Option<Fixed> {
        match self.at(var) {
            Figure::Value(value) => Some(value),
            Figure::Blank => Some(0),
            Figure::Unknown => None,
        }
    }

    /// The column's figures as a whole.
    pub fn shape(&self, annex: usize, column: usize) -> Shape {
        const NONE: Shape = Shape { numeric: false, decimals: 0, negatives: false, counts: false };
        self.shapes.get(annex).and_then(|s| s.get(column)).copied().unwrap_or(NONE)
    }

    /// Where a figure stands; `None` for a number that none has.
    pub fn site(&self, var: Var) -> Option<Site<'n>> {
        let first_quantity = *self.offsets.last()?;
        if var >= first_quantity {
            let (t, q) = *self.quantities.get(var - first_quantity)?;
            return Some(Site::Quantity(self.notice.targets.get(t)?.quantities.get(q)?));
        }
        let index = self.offsets.partition_point(|&offset| offset <= var).checked_sub(1)?;
        // Annexes without cells share an offset with the next; the last of them is the right one.
        let annex = self.notice.annexes.get(index)?;
        let within = var - self.offsets[index];
        let columns = annex.columns.len().max(1);
        Some(Site::Cell { annex, index, row: within / columns, column: within % columns })
    }
}

/// What a cell gives to a sum; a cell that isn't there gives nothing.
fn figure(cell: Option<&Cell>) -> Figure {
    match cell {
        None => Figure::Blank,
        Some(cell) => match (cell.status, cell.value) {
            (Status::Value, Some(amount)) => {
                fixed(amount.decimal()).map_or(Figure::Unknown, Figure::Value)
            }
            (Status::Blank | Status::Placeholder, _) => Figure::Blank,
            _ => Figure::Unknown,
        },
    }
}

/// Looks over one column.
fn shape(annex: &Annex, column: usize) -> Shape {
    let cells = || annex.rows.iter().filter_map(|row: &Row| row.cells.get(column));
    let figures = || cells().filter(|c| c.status == Status::Value).filter_map(|c| c.value);
    let texts = cells().filter(|c| c.status == Status::Text).count();
    let header = annex.columns.get(column);
    let role = header.map_or(ColumnRole::Text, |c| c.role);
    let mut by_decimals: BTreeMap<u32, usize> = BTreeMap::new();
    for amount in figures().filter(|amount| amount.decimals() > 0) {
        *by_decimals.entry(amount.decimals()).or_default() += 1;
    }
    let commonest = by_decimals.iter().max_by_key(|&(&decimals, &n)| (n, Reverse(decimals)));
    let decimals = commonest.map_or(0, |(&decimals, _)| decimals.min(SCALE));
    let unit = header
        .and_then(|c| c.unit.as_deref())
        .or(annex.unit.as_ref().map(|unit| unit.value.as_str()))
        .unwrap_or_default();
    Shape {
        numeric: role != ColumnRole::Text && figures().count() > texts,
        decimals,
        negatives: figures().any(|amount| amount.decimal().is_sign_negative()),
        counts: is_count(unit),
    }
}

/// The figure with at least as many decimals as `like` was printed with.
pub fn amount(value: Fixed, decimals: u32) -> Option<Amount> {
    decimal(value, decimals).map(Amount::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_has_the_decimals_it_needs() {
        for (printed, decimals, shown) in [
            ("0", 0, "0"),
            ("0", 2, "0.00"),
            ("1200", 0, "1200"),
            ("-1200", 3, "-1200.000"),
            ("2.10", 0, "2.1"),
            ("2.10", 2, "2.10"),
            ("0.240000152587891", 2, "0.240000152587891"),
            ("75.5000001", 0, "75.5000001"),
        ] {
            let figure = fixed(printed.parse().unwrap()).unwrap();
            assert_eq!(decimal(figure, decimals).unwrap().to_string(), shown);
        }
    }
}
