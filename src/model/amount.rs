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

    /// Half a unit of the last printed digit: how far the true figure may be from the printed one. A
    /// decimal has no half of its 28th place; there it is five units.
    pub fn half_unit(self) -> Decimal {
        Decimal::new(5, (self.0.scale() + 1).min(Decimal::MAX_SCALE))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_unit_is_there_for_as_many_decimals_as_can_be_printed() {
        for (printed, half) in
            [("12", "0.5"), ("278.90", "0.005"), ("0.0000000000000000000000000001", "5e-28")]
        {
            let amount = Amount::new(printed.parse().expect("a decimal"));
            let expected = Decimal::from_scientific(half).or_else(|_| half.parse());
            assert_eq!(Ok(amount.half_unit()), expected, "{printed}");
        }
    }
}
