//! What the figures of the rows say of the hierarchy: a row may be the sum of those below it.

use rust_decimal::Decimal;
use std::collections::HashMap;

/// The figures of one row, column by column; a blank counts as nothing.
pub type Figures = [Option<Decimal>];

/// In how many columns a row is the sum of others, and in how many it is not. A column where all
/// are blank or nothing says neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Columns in which the sum holds.
    pub holds: usize,
    /// Columns in which it does not.
    pub fails: usize,
}

impl Verdict {
    /// Whether the sum holds wherever the figures say anything, and they do.
    pub fn is_clear(self) -> bool {
        self.holds > 0 && self.fails == 0
    }
}

/// Whether `head` is the sum of `parts`, column by column, within half a unit of the last printed
/// digit for each term where decimals are printed.
pub fn is_sum<'a>(head: &Figures, parts: impl Iterator<Item = &'a Figures> + Clone) -> Verdict {
    let mut verdict = Verdict::default();
    for column in 0..head.len() {
        let stated = head.get(column).copied().flatten();
        let mut sum = Decimal::ZERO;
        let mut terms = 1_i64;
        let mut scale = stated.map_or(0, |s| s.scale());
        let mut overflow = false;
        for figure in parts.clone().filter_map(|part| part.get(column).copied().flatten()) {
            scale = scale.max(figure.scale());
            terms += 1;
            match sum.checked_add(figure) {
                Some(next) => sum = next,
                None => overflow = true,
            }
        }
        let stated = stated.unwrap_or_default();
        if overflow || (stated.is_zero() && sum.is_zero()) {
            continue;
        }
        let tolerance = match scale {
            0 => Decimal::ZERO,
            _ => Decimal::new(5, scale.min(27) + 1) * Decimal::from(terms),
        };
        match stated.checked_sub(sum) {
            Some(off) if off.abs() <= tolerance => verdict.holds += 1,
            _ => verdict.fails += 1,
        }
    }
    verdict
}

/// Steps after which the search for a cut gives up: the figures say too little to be decided.
const MAX_STEPS: usize = 200_000;

/// The one way, if there is exactly one, to cut the rows into runs whose first row is the sum of
/// the rest in every column, runs of one row allowed, the first rows adding to `total`. Gives, for
/// each row, the index of the row it belongs to; `None` for first rows.
///
/// With prefix sums P, a run from i ends at a j with P(j) = P(i) + v(i), so runs are found by
/// looking P up; the ways are counted over (position, sum of first rows), and two are as bad as
/// many. Exact: a single wrong figure leaves no way at all.
pub fn only_cut(rows: &[Vec<Decimal>], total: &[Decimal]) -> Option<Vec<Option<usize>>> {
    let rows = integers(rows, total)?;
    let (total, rows) = rows.split_last()?;
    // Where nothing is added up, all ways are one.
    if total.iter().all(|&v| v == 0) {
        return None;
    }
    let (count, width) = (rows.count(), total.len());
    let mut prefix = Rows { figures: Vec::with_capacity((count + 1) * width), width };
    prefix.figures.resize(width, 0);
    for row in 0..count {
        prefix.push_sum(row, rows.row(row))?;
    }
    // Where the same sum stands again, further down.
    let mut again: Vec<Option<usize>> = vec![None; count + 1];
    let mut first_at: HashMap<&[i128], usize> = HashMap::with_capacity(count + 1);
    for position in (0..=count).rev() {
        again[position] = first_at.insert(prefix.row(position), position);
    }

    // Where no figure is negative, the first rows still to come hold at least half of what is still
    // to come (a run is its first row twice) and at most all of it.
    let is_positive = rows.figures.iter().all(|&v| v >= 0);
    let may_end_well = |position: usize, sum: &[i128]| {
        !is_positive
            || (0..width).all(|column| {
                let to_come = prefix.row(count)[column] - prefix.row(position)[column];
                let missing = total[column].saturating_sub(sum[column]);
                missing <= to_come && missing.saturating_mul(2) >= to_come
            })
    };

    // The sums of first rows that are reached somewhere, each once.
    let mut sums = Sums::new(width);
    let start = sums.number_of(&vec![0; width]);
    // At each position, those reached there; with each, in how many ways, and where the last run begins.
    let mut reached: Vec<Vec<usize>> = vec![Vec::new(); count + 1];
    let mut ways: HashMap<(usize, usize), (u8, usize)> = HashMap::new();
    reached[0].push(start);
    ways.insert((0, start), (1, 0));
    let (mut steps, mut sum, mut target) = (0_usize, vec![0; width], vec![0; width]);
    for start in 0..count {
        let head = rows.row(start);
        add(&mut target, prefix.row(start + 1), head)?;
        // A row alone ends right after itself; a run of nothing but blanks is no run.
        let nonzero = head.iter().any(|&v| v != 0);
        let runs = first_at.get(target.as_slice()).copied().filter(|_| nonzero);
        for number in std::mem::take(&mut reached[start]) {
            let (ways_here, _) = ways[&(start, number)];
            add(&mut sum, sums.get(number), head)?;
            let longer = std::iter::successors(runs, |&end| again[end]);
            let longer = longer.filter(|&end| end > start + 1);
            for end in std::iter::once(start + 1).chain(longer) {
                steps += 1;
                if steps > MAX_STEPS {
                    return None;
                }
                if !may_end_well(end, &sum) {
                    continue;
                }
                let number = sums.number_of(&sum);
                let entry = ways.entry((end, number)).or_insert_with(|| {
                    reached[end].push(number);
                    (0, start)
                });
                entry.0 = entry.0.saturating_add(ways_here).min(2);
                entry.1 = start;
            }
        }
    }

    let mut parents = vec![None; count];
    let (mut end, mut sum) = (count, total.to_vec());
    while end > 0 {
        let &(ways, start) = ways.get(&(end, sums.known(&sum)?))?;
        if ways != 1 {
            return None;
        }
        parents[start + 1..end].fill(Some(start));
        sum.iter_mut().zip(rows.row(start)).for_each(|(s, v)| *s -= v);
        end = start;
    }
    sum.iter().all(|&v| v == 0).then_some(parents)
}

/// The figures of several rows, one row behind the other.
struct Rows {
    figures: Vec<i128>,
    width: usize,
}

impl Rows {
    fn count(&self) -> usize {
        self.figures.len() / self.width
    }

    fn row(&self, row: usize) -> &[i128] {
        &self.figures[row * self.width..][..self.width]
    }

    /// The last row, and those before it; `None` where there is no row, or nothing in it.
    fn split_last(mut self) -> Option<(Vec<i128>, Rows)> {
        let rest = self.figures.len().checked_sub(self.width).filter(|_| self.width > 0)?;
        Some((self.figures.split_off(rest), self))
    }

    /// Adds the sum of a row and of other figures as a row; `None` where that is too much.
    fn push_sum(&mut self, row: usize, other: &[i128]) -> Option<()> {
        for (column, other) in other.iter().enumerate() {
            let own = self.figures[row * self.width + column];
            self.figures.push(own.checked_add(*other)?);
        }
        Some(())
    }
}

/// Sums, numbered as they are met.
struct Sums {
    rows: Rows,
    numbers: HashMap<Box<[i128]>, usize>,
}

impl Sums {
    fn new(width: usize) -> Sums {
        Sums { rows: Rows { figures: Vec::new(), width }, numbers: HashMap::new() }
    }

    fn known(&self, sum: &[i128]) -> Option<usize> {
        self.numbers.get(sum).copied()
    }

    fn number_of(&mut self, sum: &[i128]) -> usize {
        self.known(sum).unwrap_or_else(|| {
            let number = self.numbers.len();
            self.rows.figures.extend_from_slice(sum);
            self.numbers.insert(sum.into(), number);
            number
        })
    }

    fn get(&self, number: usize) -> &[i128] {
        self.rows.row(number)
    }
}

/// All rows, the total last, as integers of one common scale.
fn integers(rows: &[Vec<Decimal>], total: &[Decimal]) -> Option<Rows> {
    let all = || rows.iter().map(Vec::as_slice).chain(std::iter::once(total));
    let least = |d: &Decimal| if d.scale() == 0 { *d } else { d.normalize() };
    let scale = all().flatten().map(|d| least(d).scale()).max().unwrap_or(0);
    let width = total.len();
    let mut figures = Vec::with_capacity((rows.len() + 1) * width);
    for row in all() {
        if row.len() != width {
            return None;
        }
        for d in row {
            let d = least(d);
            figures.push(d.mantissa().checked_mul(10_i128.checked_pow(scale - d.scale())?)?);
        }
    }
    Some(Rows { figures, width })
}

/// The sum of two rows; `None` where it is too much.
fn add(sum: &mut [i128], a: &[i128], b: &[i128]) -> Option<()> {
    for ((sum, a), b) in sum.iter_mut().zip(a).zip(b) {
        *sum = a.checked_add(*b)?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn column(figures: &[i64]) -> Vec<Vec<Decimal>> {
        figures.iter().map(|&f| vec![Decimal::from(f)]).collect()
    }

    #[test]
    fn a_table_is_cut_where_only_one_way_adds_up() {
        // 30 = 20 + 10, 7 alone, 12 = 5 + 4 + 3.
        let rows = column(&[30, 20, 10, 7, 12, 5, 4, 3]);
        let cut = only_cut(&rows, &[Decimal::from(49)]);
        let expected = vec![None, Some(0), Some(0), None, None, Some(4), Some(4), Some(4)];
        assert_eq!(cut, Some(expected));
    }

    #[test]
    fn two_ways_are_none() {
        // 3 = 2 + 1 or all alone: 6 either way is impossible, but 1 1 is 1 + 1 or two alone.
        assert_eq!(only_cut(&column(&[1, 1, 1, 1]), &[Decimal::from(3)]), None);
        assert_eq!(only_cut(&column(&[5, 4]), &[Decimal::from(8)]), None);
        assert_eq!(only_cut(&[], &[Decimal::from(8)]), None);
        assert_eq!(only_cut(&column(&[0, 0]), &[Decimal::ZERO]), None);
        assert_eq!(only_cut(&[vec![], vec![]], &[]), None);
    }

    #[test]
    fn a_sum_is_held_to_the_digits_printed() {
        let d = |s: &str| Some(s.parse::<Decimal>().unwrap());
        let head = [d("10.01"), d("5"), None];
        let parts = [vec![d("5.00"), d("2"), None], vec![d("5.00"), d("2"), None]];
        let verdict = is_sum(&head, parts.iter().map(Vec::as_slice));
        assert_eq!(verdict, Verdict { holds: 1, fails: 1 });
    }

    /// All ways to cut small rows, by trying each set of first rows.
    fn all_cuts(rows: &[i64], total: i64) -> Vec<Vec<Option<usize>>> {
        let mut found = Vec::new();
        for firsts in 0..1_u32 << rows.len() {
            let is_first = |at: usize| firsts >> at & 1 == 1;
            let mut parents = Vec::new();
            let mut sums: Vec<(i64, i64, usize)> = Vec::new();
            for (at, &figure) in rows.iter().enumerate() {
                if is_first(at) {
                    sums.push((figure, 0, 0));
                    parents.push(None);
                } else if let Some(sum) = sums.last_mut() {
                    sum.1 += figure;
                    sum.2 += 1;
                    parents.push(Some(at - sum.2));
                }
            }
            let holds = |s: &(i64, i64, usize)| s.2 == 0 || (s.0 == s.1 && s.0 != 0);
            let added: i64 = sums.iter().map(|s| s.0).sum();
            if parents.len() == rows.len() && sums.iter().all(holds) && added == total {
                found.push(parents);
            }
        }
        found
    }

    proptest! {
        /// The cut is found where there is one way, and only there.
        #[test]
        fn a_cut_is_given_where_trying_all_ways_finds_one(
            rows in prop::collection::vec(-1..6_i64, 1..9), total in 0..20_i64
        ) {
            let all = all_cuts(&rows, total);
            let is_one = all.len() == 1 && total != 0;
            let expected = if is_one { all.into_iter().next() } else { None };
            prop_assert_eq!(only_cut(&column(&rows), &[Decimal::from(total)]), expected);
        }

        /// A table made of groups is cut into those groups.
        #[test]
        fn the_cut_is_the_one_the_table_was_made_by(
            groups in prop::collection::vec(prop::collection::vec(1_000..900_000_i64, 2..6), 1..12)
        ) {
            let (mut rows, mut parents) = (Vec::new(), Vec::new());
            for group in &groups {
                let start = rows.len();
                rows.push(group.iter().sum());
                rows.extend(group);
                parents.push(None);
                parents.extend(group.iter().map(|_| Some(start)));
            }
            let total = Decimal::from(groups.iter().flatten().sum::<i64>());
            let cut = only_cut(&column(&rows), &[total]);
            // Chance may allow another way, and then there is none.
            prop_assert!(cut.is_none() || cut == Some(parents));
        }
    }
}
