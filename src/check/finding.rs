//! What `check` gives: findings about the document, with the cells to doubt.

use crate::diag::{Severity, Wording};
use crate::model::Amount;
use crate::place::Place;
use rust_decimal::Decimal;

/// Something the notice says against itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// A stable word for the check, such as `column_sum`. One check, one word.
    pub check: &'static str,
    /// `Note` for rounding, `Warning` for what may be meant so, `Error` for what can't be.
    pub severity: Severity,
    /// What is said against what.
    pub message: Wording,
    /// The likeliest cause, where one is likelier than the others.
    pub cause: Option<Wording>,
    /// The figure as stated.
    pub stated: Option<Amount>,
    /// The figure as computed.
    pub computed: Option<Decimal>,
    /// How far the two may be apart by the digits printed.
    pub tolerance: Option<Decimal>,
    /// The stated figure's place first, then those of the figures it was computed from.
    pub places: Vec<Place>,
    /// The cells to doubt, the likeliest first.
    pub suspects: Vec<Suspect>,
}

/// A cell to doubt. The value itself is never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspect {
    /// Number of the annex.
    pub annex: u32,
    /// Row, from 1 in printed order.
    pub row: u32,
    /// The row's region as printed.
    pub region: String,
    /// Header texts from the top tier down.
    pub column: Vec<String>,
    /// What is printed.
    pub printed: String,
    /// What would mend every broken identity it is in, if one figure does.
    pub proposed: Option<Amount>,
    /// 1 for the likeliest; suspects that are as likely share a rank.
    pub rank: u32,
    /// Why this cell: one reason each.
    pub why: Vec<Wording>,
    /// Where the cell stands.
    pub place: Place,
}
