//! The sums that a notice states, as they are checked: for a reader who wants to see a broken sum
//! as a sum, and to add it up again after a figure was corrected.
//!
//! Products are left out: their terms do not add up.

use crate::check::figures::{Figures, Site, Var, decimal};
use crate::check::identity::{Identity, Kind, State};
use crate::check::rules;
use crate::model::Notice;
use rust_decimal::Decimal;

/// A figure of the notice, by indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operand {
    /// A cell of an annex.
    Cell {
        /// Index of the annex.
        annex: usize,
        /// Index of the row.
        row: usize,
        /// Index of the column.
        column: usize,
    },
    /// A figure of the body.
    Quantity {
        /// Index of the target.
        target: usize,
        /// Index of its quantity.
        quantity: usize,
    },
}

/// A figure that should be the sum of others. Blanks count as nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct StatedSum {
    /// The figure that states the sum.
    pub stated: Operand,
    /// The figures it should be the sum of.
    pub parts: Vec<Operand>,
    /// How far the two may be apart by rounding; nothing where the figures are exact.
    pub allowance: Decimal,
}

/// The sums of the notice, in the order they are checked.
pub fn stated_sums(notice: &Notice) -> Vec<StatedSum> {
    let figures = Figures::of(notice);
    let identities = rules(&figures).identities;
    identities.iter().filter_map(|identity| stated_sum(&figures, identity)).collect()
}

/// Figures of the notice that should come to each other, and whether they do.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// The stated figure first, then those that it comes from.
    pub members: Vec<Operand>,
    /// Whether it holds, by the digits printed.
    pub holds: bool,
}

/// All that the notice's figures should come to, in the order it is checked.
pub fn relations(notice: &Notice) -> Vec<Relation> {
    let figures = Figures::of(notice);
    let identities = rules(&figures).identities;
    let said = identities.iter().filter(|identity| !identity.is_empty(&figures));
    said.map(|identity| Relation {
        members: identity.terms.iter().filter_map(|t| operand(&figures, t.var)).collect(),
        holds: identity.state() != State::Broken,
    })
    .collect()
}

fn stated_sum(figures: &Figures, identity: &Identity) -> Option<StatedSum> {
    if let Kind::Product { .. } = identity.kind {
        return None;
    }
    let (stated, parts) = identity.terms.split_first()?;
    Some(StatedSum {
        stated: operand(figures, stated.var)?,
        parts: parts.iter().map(|part| operand(figures, part.var)).collect::<Option<_>>()?,
        allowance: decimal(identity.tolerance, 0)?,
    })
}

fn operand(figures: &Figures, var: Var) -> Option<Operand> {
    match figures.site(var)? {
        Site::Cell { index, row, column, .. } => Some(Operand::Cell { annex: index, row, column }),
        Site::Quantity(_) => {
            let (target, quantity) = figures.target_of(var)?;
            Some(Operand::Quantity { target, quantity })
        }
    }
}
