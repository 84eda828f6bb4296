//! Bytes handed out one by one, so that a fuzzer's bytes can make up anything.

use rust_decimal::Decimal;

/// What is left of the input; zeros after its end.
pub struct Feed<'a>(&'a [u8]);

impl<'a> Feed<'a> {
    /// All of the input.
    pub fn new(bytes: &'a [u8]) -> Feed<'a> {
        Feed(bytes)
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// The next two bytes.
    pub fn word(&mut self) -> u16 {
        u16::from_le_bytes([self.byte(), self.byte()])
    }

    /// A number below `end`, which is at most 256.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end.max(1)
    }

    /// One of the things.
    pub fn pick<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.below(things.len())]
    }

    /// A figure: mostly small, at times at the ends of what a decimal holds.
    pub fn figure(&mut self) -> Decimal {
        let digits = i64::from(self.word());
        match self.byte() {
            0..160 => Decimal::from(digits),
            160..200 => Decimal::new(digits, 2),
            200..220 => Decimal::new(digits, 1),
            220..235 => Decimal::new(-digits, 0),
            235..240 => Decimal::new(digits, 28),
            240..245 => Decimal::from_i128_with_scale((1 << 95) - i128::from(digits), 10),
            245..250 => Decimal::MAX - Decimal::from(digits),
            250..253 => Decimal::MIN + Decimal::from(digits),
            _ => Decimal::ZERO,
        }
    }
}
