//! The figures of a notice as exact integers, each under one number, so that sums over rows,
//! columns, annexes and the body are all the same kind of thing.
//!
//! What the figures should add up to is left to `sums`, `relations` and `body`.

use crate::lexicon;
pub use crate::lexicon::is_count;
use crate::model::{Amount, Annex, Cell, ColumnRole, Level, Notice, Quantity, Row, Status};
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
    /// Whether its figures are of things, areas or money, by its role and unit: a total has one.
    pub adds_up: bool,
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
    /// The unit of each figure of an annex whose cells print units of their own; `None` for the others.
    measures: Vec<Option<Vec<Measure<'n>>>>,
    /// Whether each row of each annex sums up others.
    totals: Vec<Vec<bool>>,
}

/// What a figure is measured in: 1.2亿元 in 元 by 10⁸.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure<'n> {
    /// The unit without its multiplier, rate behind it; empty where none is known.
    unit: (&'n str, &'n str),
    /// The power of ten of its multiplier.
    power: u32,
}

impl<'n> Measure<'n> {
    const NONE: Measure<'static> = Measure { unit: ("", ""), power: 0 };

    fn of(unit: Option<&'n str>) -> Measure<'n> {
        match unit.and_then(lexicon::measure) {
            // 套 and 户 are added up where homes and subsidies make one task.
            Some(unit) if unit.counts => Measure { unit: ("个", unit.rate), power: unit.power },
            Some(unit) => Measure { unit: (unit.name, unit.rate), power: unit.power },
            None => Measure::NONE,
        }
    }

    /// Whether the two can be added up, once they are brought to one power of ten.
    fn adds_to(self, other: Measure) -> bool {
        self.unit == other.unit || self.unit.0.is_empty() || other.unit.0.is_empty()
    }
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
        let measures = notice.annexes.iter().map(measures).collect();
        let totals = notice.annexes.iter().map(totals).collect();
        for annex in &notice.annexes {
            offsets.push(values.len());
            for row in &annex.rows {
                let is_rate = lexicon::is_row_of_rates(&row.region.name);
                let cell = |c| row.cells.get(c).filter(|_| !is_rate);
                values.extend((0..annex.columns.len()).map(|c| figure(cell(c))));
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
        Figures { notice, values, offsets, quantities, shapes, measures, totals }
    }

    /// What a figure is measured in, where its annex prints units in its cells.
    fn measure(&self, var: Var) -> Option<Measure<'n>> {
        let index = self.annex_of(var)?;
        let measures = self.measures.get(index)?.as_ref()?;
        measures.get(var - self.offsets[index]).copied()
    }

    /// The weights that bring figures to one unit, in their order: 10⁴ for 亿元 beside 万元. All one
    /// where no cell prints a unit of its own; `None` where the units do not add up.
    pub fn weights(&self, vars: &[Var]) -> Option<Vec<i128>> {
        if self.measures.iter().all(Option::is_none) {
            return Some(vec![1; vars.len()]);
        }
        let of_figures = vars.iter().map(|&var| match self.at(var) {
            Figure::Blank => None,
            _ => self.measure(var),
        });
        let measures: Vec<Option<Measure>> = of_figures.collect();
        let mut known = measures.iter().flatten();
        let Some(first) = known.next() else { return Some(vec![1; vars.len()]) };
        if !known.clone().all(|other| first.adds_to(*other)) {
            return None;
        }
        let least = known.fold(first.power, |least, other| least.min(other.power));
        let weight = |measure: &Option<Measure>| {
            10_i128.pow(measure.map_or(0, |measure| measure.power.saturating_sub(least)))
        };
        Some(measures.iter().map(weight).collect())
    }

    /// Whether a figure is in the unit of its column, so that what holds between columns holds for it.
    pub fn is_in_column_unit(&self, var: Var) -> bool {
        let Some(Site::Cell { annex, column, .. }) = self.site(var) else { return true };
        let of_column = annex.columns.get(column).and_then(|column| column.unit.as_deref());
        self.measure(var).is_none_or(|own| own == Measure::of(of_column))
    }

    /// Half a unit of a figure's own last digit; nothing for what is counted.
    pub fn half_unit(&self, var: Var) -> Fixed {
        let Some(Site::Cell { annex, row, column, .. }) = self.site(var) else { return 0 };
        let cell = annex.rows.get(row).and_then(|row| row.cells.get(column));
        let decimals = cell.and_then(|cell| cell.value).map_or(0, Amount::decimals);
        let unit = cell.and_then(|cell| cell.unit.as_deref());
        if decimals == 0 && unit.is_some_and(is_count) {
            return 0;
        }
        10_i128.pow(SCALE.saturating_sub(decimals.min(SCALE))) / 2
    }

    /// Index of the annex that a cell's number belongs to.
    fn annex_of(&self, var: Var) -> Option<usize> {
        let is_quantity = self.offsets.last().is_none_or(|first| var >= *first);
        let index = self.offsets.partition_point(|&offset| offset <= var).checked_sub(1)?;
        // Annexes without cells share an offset with the next; the last of them is the right one.
        (!is_quantity).then_some(index)
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
        const NONE: Shape =
            Shape { numeric: false, decimals: 0, negatives: false, counts: false, adds_up: false };
        self.shapes.get(annex).and_then(|s| s.get(column)).copied().unwrap_or(NONE)
    }

    /// Whether a row sums up others: a total by its level, or one that others have for a parent. Both are indices.
    pub fn is_total(&self, annex: usize, row: usize) -> bool {
        self.totals.get(annex).and_then(|rows| rows.get(row)).is_some_and(|&is_total| is_total)
    }

    /// Where a figure stands; `None` for a number that none has.
    pub fn site(&self, var: Var) -> Option<Site<'n>> {
        let first_quantity = *self.offsets.last()?;
        if var >= first_quantity {
            let (t, q) = *self.quantities.get(var - first_quantity)?;
            return Some(Site::Quantity(self.notice.targets.get(t)?.quantities.get(q)?));
        }
        let index = self.annex_of(var)?;
        let annex = self.notice.annexes.get(index)?;
        let within = var - self.offsets[index];
        let columns = annex.columns.len().max(1);
        Some(Site::Cell { annex, index, row: within / columns, column: within % columns })
    }
}

/// Whether each row of an annex sums up others.
fn totals(annex: &Annex) -> Vec<bool> {
    let is_total = |row: &Row| matches!(row.region.level, Level::Province | Level::Subtotal);
    let mut totals: Vec<bool> = annex.rows.iter().map(is_total).collect();
    for parent in annex.rows.iter().filter_map(|row| row.region.parent_row) {
        if let Some(is_total) = totals.get_mut(parent) {
            *is_total = true;
        }
    }
    totals
}

/// What each cell of an annex is measured in; `None` where no cell prints a unit of its own.
fn measures<'n>(annex: &'n Annex) -> Option<Vec<Measure<'n>>> {
    let mut cells = annex.rows.iter().flat_map(|row| &row.cells);
    if cells.all(|cell| cell.unit.is_none()) {
        return None;
    }
    let of_columns: Vec<Measure<'n>> =
        annex.columns.iter().map(|column| Measure::of(column.unit.as_deref())).collect();
    let of_row = |row: &'n Row| {
        let cells = of_columns.iter().enumerate().map(|(column, of_column)| {
            match row.cells.get(column).and_then(|cell| cell.unit.as_deref()) {
                None => *of_column,
                own => Measure::of(own),
            }
        });
        cells.collect::<Vec<_>>()
    };
    Some(annex.rows.iter().flat_map(of_row).collect())
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
    // 2027.05 is a month, in whatever unit the table is.
    let years = Decimal::from(1900)..Decimal::from(2101);
    let is_dates = figures().all(|amount| years.contains(&amount.decimal()));
    let is_of_whole = |unit: lexicon::Unit| {
        unit.rate.is_empty() && (unit.name.ends_with('元') || AREAS.contains(&unit.name))
    };
    Shape {
        numeric: role != ColumnRole::Text && figures().count() > texts,
        decimals,
        negatives: figures().any(|amount| amount.decimal().is_sign_negative()),
        counts: is_count(unit),
        adds_up: is_count(unit)
            || role == ColumnRole::Sum
                && !is_dates
                && lexicon::measure(unit).is_some_and(is_of_whole),
    }
}

/// Units of areas, of which a total is printed as it is of money; of distances and weights it may be left out.
const AREAS: [&str; 5] = ["平方米", "平方公里", "亩", "公顷", "㎡"];

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
