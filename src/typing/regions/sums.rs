//! What the figures of the rows say of the hierarchy: a row may be the sum of those below it.

use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap};

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
    let (rows, total) = rows.split_at(rows.len().checked_sub(1)?);
    // Where nothing is added up, all ways are one.
    let total = total.first().filter(|total| total.iter().any(|&v| v != 0))?;
    let count = rows.len();
    let mut prefix: Vec<Vec<i128>> = vec![vec![0; total.len()]];
    for row in rows {
        prefix.push(add(prefix.last()?, row)?);
    }
    let mut ends: HashMap<&[i128], Vec<usize>> = HashMap::new();
    for (position, sum) in prefix.iter().enumerate() {
        ends.entry(sum).or_default().push(position);
    }

    // Where no figure is negative, the first rows still to come hold at least half of what is still
    // to come (a run is its first row twice) and at most all of it.
    let is_positive = rows.iter().flatten().all(|&v| v >= 0);
    let may_end_well = |position: usize, sum: &[i128]| {
        !is_positive
            || (0..total.len()).all(|column| {
                let to_come = prefix[count][column] - prefix[position][column];
                let missing = total[column].saturating_sub(sum[column]);
                missing <= to_come && missing.saturating_mul(2) >= to_come
            })
    };

    // At each position, by the sum of the first rows so far: in how many ways, and the last run.
    let mut reached: Vec<BTreeMap<Vec<i128>, (u8, usize)>> = vec![BTreeMap::new(); count + 1];
    reached[0].insert(vec![0; total.len()], (1, 0));
    let mut steps = 0_usize;
    for start in 0..count {
        let states = std::mem::take(&mut reached[start]);
        let head = &rows[start];
        let target = add(&prefix[start + 1], head)?;
        let runs = ends.get(target.as_slice()).into_iter().flatten().copied();
        // A row alone ends right after itself; a run of nothing but blanks is no run.
        let nonzero = head.iter().any(|&v| v != 0);
        let longer: Vec<usize> = runs.filter(|&end| end > start + 1 && nonzero).collect();
        for (sum, (ways, _)) in &states {
            let sum = add(sum, head)?;
            for &end in std::iter::once(&(start + 1)).chain(&longer) {
                steps += 1;
                if steps > MAX_STEPS {
                    return None;
                }
                if !may_end_well(end, &sum) {
                    continue;
                }
                let entry = reached[end].entry(sum.clone()).or_insert((0, start));
                entry.0 = entry.0.saturating_add(*ways).min(2);
                entry.1 = start;
            }
        }
        reached[start] = states;
    }

    let mut parents = vec![None; count];
    let mut end = count;
    let mut sum = total.clone();
    while end > 0 {
        let &(ways, start) = reached[end].get(&sum)?;
        if ways != 1 {
            return None;
        }
        for parent in &mut parents[start + 1..end] {
            *parent = Some(start);
        }
        sum = sum.iter().zip(&rows[start]).map(|(s, v)| s - v).collect();
        end = start;
    }
    sum.iter().all(|&v| v == 0).then_some(parents)
}

/// All rows, the total last, as integers of one common scale.
fn integers(rows: &[Vec<Decimal>], total: &[Decimal]) -> Option<Vec<Vec<i128>>> {
    let all = || rows.iter().map(Vec::as_slice).chain(std::iter::once(total));
    let scale = all().flatten().map(|d| d.normalize().scale()).max().unwrap_or(0);
    all()
        .map(|row| {
            if row.len() != total.len() {
                return None;
            }
            let units = row.iter().map(|d| {
                let d = d.normalize();
                d.mantissa().checked_mul(10_i128.checked_pow(scale - d.scale())?)
            });
            units.collect()
        })
        .collect()
}

fn add(a: &[i128], b: &[i128]) -> Option<Vec<i128>> {
    a.iter().zip(b).map(|(a, b)| a.checked_add(*b)).collect()
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
