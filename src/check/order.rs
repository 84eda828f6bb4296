//! The order of magnitudes: a neighbourhood (小区) holds a building (栋) or more, a building a
//! household (户) or more. Taken for a rule only in tables whose rows nearly all keep it.

use crate::check::figures::{Figure, Figures, Fixed, Var};
use crate::model::Annex;

/// Units and header words from the smallest count to the largest.
const LADDER: &[(&str, &[&str], &[&str])] = &[
    ("小区", &["个"], &["小区"]),
    ("栋", &["栋", "幢"], &["栋", "幢", "楼"]),
    ("户", &["户"], &["户"]),
];

/// Two columns of an annex of which the first is never greater; indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Index of the annex.
    pub annex: usize,
    /// The column that is smaller or equal.
    pub small: usize,
    /// The column that is greater or equal.
    pub large: usize,
    /// Whether so many rows keep it that one that does not is doubtful by itself.
    pub is_firm: bool,
}

/// A row that breaks an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breach {
    /// The order it breaks.
    pub order: Order,
    /// Index of the row.
    pub row: usize,
}

/// Rows that keep an order for each that breaks it, for the breach to be more than a note. Fewer may
/// keep it by chance.
const FIRM: usize = 40;

/// The orders that nearly all rows of their annex keep.
pub fn orders(figures: &Figures) -> Vec<Order> {
    let mut orders = Vec::new();
    for (index, annex) in figures.notice.annexes.iter().enumerate() {
        let rungs: Vec<Option<usize>> =
            LADDER.iter().map(|rung| column_on(figures, index, annex, rung)).collect();
        for (i, small) in rungs.iter().enumerate() {
            for large in &rungs[i + 1..] {
                let (Some(small), Some(large)) = (*small, *large) else {
                    continue;
                };
                let order = Order { annex: index, small, large, is_firm: false };
                let rows = 0..annex.rows.len();
                let kept = rows.clone().filter(|&row| keeps(figures, order, row) == Some(true));
                let broken = rows.filter(|&row| keeps(figures, order, row) == Some(false));
                let (kept, broken) = (kept.count(), broken.count());
                if kept >= 4 && broken <= (kept / 9).max(1) {
                    let is_firm = kept >= FIRM * broken.max(1);
                    orders.push(Order { is_firm, ..order });
                }
            }
        }
    }
    orders
}

/// The only column that stands on a rung; several would make the rule ambiguous.
fn column_on(
    figures: &Figures,
    index: usize,
    annex: &Annex,
    (_, units, words): &(&str, &[&str], &[&str]),
) -> Option<usize> {
    let mut fitting = annex.columns.iter().enumerate().filter(|&(c, column)| {
        let unit = column.unit.as_deref().unwrap_or_default();
        let leaf = column.path.last().map_or("", String::as_str);
        figures.shape(index, c).numeric
            && units.contains(&unit)
            && words.iter().any(|word| leaf.contains(word))
    });
    let (column, _) = fitting.next()?;
    fitting.next().is_none().then_some(column)
}

/// Whether a row keeps the order; `None` where one of the two is blank or no figure.
fn keeps(figures: &Figures, order: Order, row: usize) -> Option<bool> {
    let (small, large) = ends(figures, order, row);
    match (figures.at(small), figures.at(large)) {
        (Figure::Value(small), Figure::Value(large)) => Some(small <= large),
        _ => None,
    }
}

/// The two cells that an order binds in a row: the smaller, the larger.
pub fn ends(figures: &Figures, order: Order, row: usize) -> (Var, Var) {
    (figures.cell(order.annex, row, order.small), figures.cell(order.annex, row, order.large))
}

/// The rows that break an order.
pub fn breaches(figures: &Figures, orders: &[Order]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for &order in orders {
        let rows = 0..figures.notice.annexes[order.annex].rows.len();
        breaches.extend(
            rows.filter(|&row| keeps(figures, order, row) == Some(false))
                .map(|row| Breach { order, row }),
        );
    }
    breaches
}

/// What a cell's change does to the orders of its row: breaches mended less breaches made.
pub fn gain(figures: &Figures, orders: &[Order], var: Var, row: usize, value: Fixed) -> i64 {
    let mut gain = 0;
    for &order in orders {
        let (small, large) = ends(figures, order, row);
        if var != small && var != large {
            continue;
        }
        let at = |end: Var| match figures.at(end) {
            _ if end == var => Some(value),
            Figure::Value(value) => Some(value),
            _ => None,
        };
        let before = keeps(figures, order, row);
        let after = at(small).zip(at(large)).map(|(small, large)| small <= large);
        gain += i64::from(before == Some(false)) - i64::from(after == Some(false));
    }
    gain
}
