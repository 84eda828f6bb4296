//! Stable sorting in little code. The sort of the standard library is made anew for each closure, 7 KB a time; here
//! only the moves are made for each type, and what compares is called through one function.

use std::cmp::Ordering;

/// What the slice has of its own, `sort_by` and `sort_by_key`, with the same results.
pub(crate) trait InOrder<T> {
    fn order_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);
    fn order_by_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K);
}

impl<T> InOrder<T> for [T] {
    fn order_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let order = order(self.len(), &mut |a, b| compare(&self[a], &self[b]).is_gt());
        place(order, &mut |a, b| self.swap(a, b));
    }

    fn order_by_key<K: Ord>(&mut self, mut key: impl FnMut(&T) -> K) {
        let order = order(self.len(), &mut |a, b| key(&self[a]) > key(&self[b]));
        place(order, &mut |a, b| self.swap(a, b));
    }
}

/// The places in the order of what stands at them; nothing where they are in order already. `after` tells whether the
/// first belongs after the second.
fn order(len: usize, after: &mut dyn FnMut(usize, usize) -> bool) -> Vec<u32> {
    // Runs that are in order already, by where they end.
    let mut ends: Vec<usize> = Vec::new();
    for at in 1..len {
        if after(at - 1, at) {
            ends.push(at);
        }
    }
    if ends.is_empty() {
        return Vec::new();
    }
    ends.push(len);
    let mut order: Vec<u32> = (0..len as u32).collect();
    let mut merged: Vec<u32> = Vec::with_capacity(len);
    while ends.len() > 1 {
        merged.clear();
        let mut start = 0;
        let mut kept = 0;
        for pair in 0..ends.len().div_ceil(2) {
            let middle = ends[2 * pair];
            let end = ends.get(2 * pair + 1).copied().unwrap_or(middle);
            merge(&order[start..middle], &order[middle..end], &mut merged, after);
            ends[kept] = end;
            kept += 1;
            start = end;
        }
        ends.truncate(kept);
        std::mem::swap(&mut order, &mut merged);
    }
    order
}

/// Two runs as one: of equals, those of the first come first.
fn merge(
    mut a: &[u32],
    mut b: &[u32],
    out: &mut Vec<u32>,
    after: &mut dyn FnMut(usize, usize) -> bool,
) {
    while let (Some((&first, rest_a)), Some((&second, rest_b))) = (a.split_first(), b.split_first())
    {
        if after(first as usize, second as usize) {
            out.push(second);
            b = rest_b;
        } else {
            out.push(first);
            a = rest_a;
        }
    }
    out.extend_from_slice(a);
    out.extend_from_slice(b);
}

/// Moves what stands at the places named to where they are named, one circle of moves after another.
fn place(mut order: Vec<u32>, swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..order.len() {
        let mut at = start;
        loop {
            let from = order[at] as usize;
            order[at] = at as u32;
            if from == start {
                break;
            }
            swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(keys in prop::collection::vec(0u8..12, 0..200)) {
            let mut own: Vec<(u8, usize)> = keys.into_iter().zip(0..).collect();
            let mut theirs = own.clone();
            let mut by_key = own.clone();
            own.order_by(|a, b| a.0.cmp(&b.0));
            by_key.order_by_key(|item| item.0);
            theirs.sort_by_key(|item| item.0);
            prop_assert_eq!(&own, &theirs);
            prop_assert_eq!(&by_key, &theirs);
        }
    }
}
