//! Exact decimals that remember how they were printed.

use rust_decimal::Decimal;
use std::fmt;

/// An exact figure. Trailing zeros are kept: 278.90 has two decimals and stays 278.90.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(Decimal);

impl Amount {
    /// The figure with as many decimals as `decimal`'s scale says were printed.
    pub fn new(decimal: Decimal) -> Amount {
        Amount(decimal)
    }

    /// The number itself.
    pub fn decimal(self) -> Decimal {
        self.0
    }

    /// How many decimals were printed.
    pub fn decimals(self) -> u32 {
        self.0.scale()
    }

    /// Half a unit of the last printed digit: how far the true figure may be from the printed one.
    pub fn half_unit(self) -> Decimal {
        Decimal::new(5, self.0.scale() + 1)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
