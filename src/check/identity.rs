//! An identity: figures that should cancel out, and what is left when they do not.
//!
//! Sums, parts, products and the body's figures all come to this form, so that one search finds
//! the cells to doubt.

use crate::check::figures::{Figures, Fixed, Var};

/// What kind of rule an identity is an instance of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A total or subtotal is the sum of its rows, in one column.
    ColumnSum {
        /// Index of the annex.
        annex: usize,
        /// Index of the row that states the sum.
        row: usize,
        /// Index of the column.
        column: usize,
    },
    /// A column is the sum of others, in one row.
    RowSum {
        /// Index of the annex.
        annex: usize,
        /// Index of the row.
        row: usize,
        /// Index of the column that states the sum.
        column: usize,
    },
    /// A column is the product of others, or of another and a fixed rate, in one row.
    Product {
        /// Index of the annex.
        annex: usize,
        /// Index of the row.
        row: usize,
        /// Index of the column that states the product.
        column: usize,
    },
    /// A figure of the body is the total of one annex or of several.
    BodyFigure {
        /// Index of the target.
        target: usize,
        /// Index of the quantity.
        quantity: usize,
    },
    /// A figure of the body is the sum of its parts in the body.
    BodyParts {
        /// Index of the target.
        target: usize,
        /// Index of the quantity.
        quantity: usize,
    },
}

/// A figure's share in an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// The figure.
    pub var: Var,
    /// By how much the residual grows when the figure grows by one unit.
    pub weight: i128,
}

/// Figures that should cancel out.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// Which rule it is an instance of.
    pub kind: Kind,
    /// The figure that is stated, first, then those it is computed from.
    pub terms: Vec<Term>,
    /// What is left: computed less stated, in units of the weights.
    pub residual: i128,
    /// How large a residual rounding can explain, by the digits printed.
    pub rounding: i128,
    /// How large a residual is let pass as rounding: as `rounding`, or nothing where figures like
    /// these hold to the last digit everywhere else.
    pub tolerance: i128,
    /// Whether so many figures like these hold to the last digit that they can hardly be rounded.
    pub exact: bool,
    /// How sure it is that the rule is meant at all.
    pub trust: Trust,
}

/// How sure it is that an identity is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// Nothing else bears it out.
    Weak,
    /// The same rule holds elsewhere in the table, or the notice says it in words.
    Firm,
}

/// How an identity fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It holds to the last digit.
    Exact,
    /// It is off by no more than rounding explains.
    Rounded,
    /// It does not hold.
    Broken,
}

impl Identity {
    /// `stated` = the sum of `parts`, brought to one unit where the cells print their own; `None`
    /// where one of them is no figure, or their units do not add up.
    pub fn sum(
        figures: &Figures,
        kind: Kind,
        stated: Var,
        parts: impl IntoIterator<Item = Var>,
        rounding: Fixed,
    ) -> Option<Identity> {
        let vars: Vec<Var> = std::iter::once(stated).chain(parts).collect();
        let mut terms: Vec<Term> = Vec::with_capacity(vars.len());
        let mut residual: i128 = 0;
        for (&var, weight) in vars.iter().zip(figures.weights(&vars)?) {
            let weight = if terms.is_empty() { -weight } else { weight };
            residual = residual.checked_add(figures.value(var)?.checked_mul(weight)?)?;
            terms.push(Term { var, weight });
        }
        let (tolerance, exact, trust) = (rounding, false, Trust::Weak);
        Some(Identity { kind, terms, residual, rounding, tolerance, exact, trust })
    }

    /// Whether it says nothing, all its figures being blank or zero.
    pub fn is_empty(&self, figures: &Figures) -> bool {
        self.terms.iter().all(|term| figures.value(term.var) == Some(0))
    }

    /// How it fares.
    pub fn state(&self) -> State {
        state(self.residual, self.tolerance)
    }
}

/// How an identity with this residual would fare.
pub fn state(residual: i128, tolerance: i128) -> State {
    match residual.unsigned_abs() {
        0 => State::Exact,
        off if off <= tolerance.unsigned_abs() => State::Rounded,
        _ => State::Broken,
    }
}

/// Takes rounding away as an excuse where it may excuse nothing: `family` is the instances of one
/// rule, and if three or more hold to the last digit and few do not, those are looked into. Where
/// that could hardly be if the figures were rounded, they are said to be exact.
pub fn hold_to_the_last_digit(figures: &Figures, family: &mut [&mut Identity]) {
    let holding = |i: &&&mut Identity| i.state() == State::Exact && !i.is_empty(figures);
    let exact = family.iter().filter(holding).count();
    let rounded = family.iter().filter(|i| i.state() == State::Rounded).count();
    if exact < 3 || exact < 3 * rounded {
        return;
    }
    let told: usize = family.iter().filter(holding).map(|i| surprise(figures, i)).sum();
    let sure = told >= SURE + FAULT * rounded;
    for identity in family.iter_mut() {
        identity.tolerance = 0;
        identity.exact = sure;
    }
}

/// How surprising a column must be as one of rounded figures, in hundredths of a bit, to be said to
/// hold none: 1 in 32.
const SURE: usize = 500;
/// How surprising a fault is in one of exact figures: 1 in 64.
const FAULT: usize = 600;
/// How surprising it is, in hundredths of a bit, that a sum of so many rounded figures is exact. The
/// sum of their errors is distributed as Irwin and Hall (1927) have it, and must come to less than
/// half a unit.
const EXACT_BY_CHANCE: &[(usize, usize)] = &[
    (256, 350),
    (128, 303),
    (64, 253),
    (32, 203),
    (24, 182),
    (16, 153),
    (12, 130),
    (8, 105),
    (6, 93),
    (5, 86),
    (4, 74),
    (3, 58),
    (2, 41),
];

/// How surprising it is that the identity is exact, should its figures be rounded. A blank or a zero
/// is not.
fn surprise(figures: &Figures, identity: &Identity) -> usize {
    let parts = identity.terms.iter().skip(1);
    let printed = parts.filter(|term| figures.value(term.var).is_some_and(|v| v != 0)).count();
    EXACT_BY_CHANCE.iter().find(|&&(parts, _)| printed >= parts).map_or(0, |&(_, bits)| bits)
}
