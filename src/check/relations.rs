//! Rules between the columns of one row: 小计 is the sum of its parts, an amount is a count times a
//! rate, a percentage is what it says.
//!
//! Headers only propose; the figures decide. A rule is taken for meant when it holds in nearly all
//! rows that could contradict it.

use crate::check::figures::{Figure, Figures, Fixed, SCALE, Var, decimal};
use crate::check::identity::{Identity, Kind, State, Term, Trust, hold_to_the_last_digit};
use crate::lexicon::SUM_HEADERS;
use crate::model::{Annex, ColumnRole};
use rust_decimal::Decimal;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A rule between columns; all are indices.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Relation {
    /// `stated` is the sum of `parts`.
    Sum {
        /// The column that states the sum.
        stated: usize,
        /// The columns that make it up.
        parts: Vec<usize>,
    },
    /// `stated` is `of` times a rate that is the same in all rows.
    Rate {
        /// The column that states the product.
        stated: usize,
        /// The column that is multiplied.
        of: usize,
        /// The rate.
        rate: Decimal,
    },
    /// `stated` is the product of two columns.
    Times {
        /// The column that states the product.
        stated: usize,
        /// The columns that are multiplied.
        factors: [usize; 2],
    },
    /// `rate` is `part` in percent of `whole`.
    Percent {
        /// The column that states the percentage.
        rate: usize,
        /// The column that is a part.
        part: usize,
        /// The column that is the whole.
        whole: usize,
    },
}

/// Rows looked at when a rule is searched for; all rows are looked at before it is taken.
const SAMPLE: usize = 128;
/// Columns of a table that rules are searched in. Sums beside each other are found in wider ones.
const COLUMNS_FOR_PAIRS: usize = 24;
/// Columns that one sum of neighbours may have as parts: the provinces, and some more.
const PARTS: usize = 40;
/// Sums of neighbours that are looked for in one table, and its columns that are looked at.
const NEIGHBOURS: usize = 16;
const COLUMNS_FOR_NEIGHBOURS: usize = 256;
/// How surprising a rule must be, in bits, beside the number of rules that the columns allow, to be
/// taken for meant; the most that one row can tell for it, and what a row tells against it.
const CHANCE_BITS: u32 = 8;
const MOST_BITS: u32 = 8;
const FAULT_BITS: u32 = 20;
/// Figures that differ by less than this, in units of their last digit, are small.
const SMALL: u128 = 64;
/// Sums of two columns anywhere that one table is taken to mean; where more hold, all do by chance.
const PAIRS: usize = 3;

/// The identities between the columns of an annex.
pub struct RowIdentities {
    /// One for each rule and row.
    pub identities: Vec<Identity>,
    /// Those that could not be tried: one of their cells is no figure.
    pub untried: usize,
}

/// An identity for each rule between the columns of an annex and each of its rows.
pub fn row_identities(figures: &Figures, index: usize) -> RowIdentities {
    let relations = relations(figures, index);
    let rows = figures.notice.annexes[index].rows.len();
    let mut identities = Vec::new();
    let mut untried = 0;
    for relation in &relations {
        let said: Vec<usize> = (0..rows).filter(|&r| says(figures, index, relation, r)).collect();
        let mut family: Vec<Identity> =
            said.iter().filter_map(|&row| instance(figures, index, relation, row)).collect();
        untried += said.len() - family.len();
        family.retain(|identity| !identity.is_empty(figures));
        hold_to_the_last_digit(figures, &mut family.iter_mut().collect::<Vec<_>>());
        let broken = family.iter().filter(|i| i.state() == State::Broken).count();
        for identity in &mut family {
            identity.trust =
                if broken * 4 > rows && broken > 1 { Trust::Weak } else { Trust::Firm };
        }
        identities.extend(family);
    }
    RowIdentities { identities, untried }
}

/// The rules between the columns of an annex.
fn relations(figures: &Figures, index: usize) -> Vec<Relation> {
    let annex = &figures.notice.annexes[index];
    let numeric: Vec<usize> =
        (0..annex.columns.len()).filter(|&c| figures.shape(index, c).numeric).collect();
    let adding: Vec<usize> = numeric
        .iter()
        .copied()
        .filter(|&c| !matches!(annex.columns[c].role, ColumnRole::Rate | ColumnRole::Rank))
        .collect();
    let step = annex.rows.len().div_ceil(SAMPLE).max(1);
    let search = Search { figures, index, sample: (0..annex.rows.len()).step_by(step).collect() };

    let mut found = search.sums_of_neighbours(&adding);
    found.extend(search.sums_of_namesakes(annex, &adding));
    if numeric.len() <= COLUMNS_FOR_PAIRS {
        found.extend(search.sums_of_pairs(&adding, &found));
        found.extend(search.rates(&adding, &found));
        found.extend(search.products(&numeric, &found));
        found.extend(search.percentages(annex, &numeric));
    }
    found
}

/// What a search for rules looks at.
struct Search<'f> {
    figures: &'f Figures<'f>,
    index: usize,
    /// Indices of rows spread over the table.
    sample: Vec<usize>,
}

/// How often a rule held where it could have failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Fit {
    /// Rows in which it held, rounding aside.
    held: usize,
    /// Of those, the rows in which it did not hold to the last digit.
    rounded: usize,
    /// Rows in which it did not hold.
    failed: usize,
}

impl Fit {
    /// Whether it held in nearly all rows, and in `least` of them or more.
    fn convinces(self, least: usize) -> bool {
        self.held >= least && self.failed <= (self.held / 9).max(1) && self.held >= 3 * self.failed
    }
}

impl Search<'_> {
    /// Sums whose parts stand right before or right after them, inner ones first: 小计 of its
    /// parts, then 合计 of the 小计.
    fn sums_of_neighbours(&self, columns: &[usize]) -> Vec<Relation> {
        let mut open: Vec<usize> = columns.iter().copied().take(COLUMNS_FOR_NEIGHBOURS).collect();
        let mut found = Vec::new();
        // Each round takes at least one column out, or ends.
        while open.len() >= 3 && found.len() < NEIGHBOURS {
            let mut best: Option<(usize, Fit, Relation)> = None;
            for at in 0..open.len() {
                let Some((size, fit, relation)) = self.sum_of_neighbours(&open, at) else {
                    continue;
                };
                let better = best.as_ref().is_none_or(|(least, most, _)| {
                    (Reverse(size), fit.held) > (Reverse(*least), most.held)
                });
                if better {
                    best = Some((size, fit, relation));
                }
            }
            let Some((_, _, relation)) = best else {
                break;
            };
            let Relation::Sum { parts, .. } = &relation else {
                break;
            };
            open.retain(|column| !parts.contains(column));
            found.push(relation);
        }
        found
    }

    /// The sum that the open column at `at` states, with its size: the one that fails least, for a
    /// column that is mostly blank is missed in few rows; of those the smallest.
    fn sum_of_neighbours(&self, open: &[usize], at: usize) -> Option<(usize, Fit, Relation)> {
        let fitted = neighbour_sums(open, at).into_iter().map(|relation| {
            (columns_of(&relation).len(), self.fit(&relation, &self.sample), relation)
        });
        fitted
            .filter(|(_, fit, relation)| self.is_meant(relation, *fit, 3))
            .min_by_key(|(size, fit, _)| (fit.failed, fit.rounded, *size, Reverse(fit.held)))
    }

    /// Sums over columns with one leaf name under several heads: 户数 of 2009 to 2011 and of each
    /// year, 资金 of 合计 and of each grade.
    fn sums_of_namesakes(&self, annex: &Annex, columns: &[usize]) -> Vec<Relation> {
        let leaf = |c: usize| annex.columns[c].path.last().map_or("", String::as_str);
        let leaves: BTreeSet<&str> = columns.iter().map(|&c| leaf(c)).collect();
        let mut found = Vec::new();
        for name in leaves {
            let same: Vec<usize> = columns.iter().copied().filter(|&c| leaf(c) == name).collect();
            if same.len() < 3 {
                continue;
            }
            for &stated in [same.first(), same.last()].into_iter().flatten() {
                let parts: Vec<usize> = same.iter().copied().filter(|&c| c != stated).collect();
                let relation = Relation::Sum { stated, parts };
                if self.is_meant(&relation, self.fit(&relation, &self.sample), 3) {
                    found.push(relation);
                    break;
                }
            }
        }
        found
    }

    /// Sums of two columns anywhere, differences among them: 补助金额 − 提前下达 = 实际下达.
    fn sums_of_pairs(&self, columns: &[usize], known: &[Relation]) -> Vec<Relation> {
        let mut found: Vec<Relation> = Vec::new();
        let mut fitting = 0;
        for (i, &a) in columns.iter().enumerate() {
            for &b in &columns[i + 1..] {
                for &stated in columns {
                    if stated == a || stated == b {
                        continue;
                    }
                    let relation = Relation::Sum { stated, parts: vec![a, b] };
                    let told = known.iter().chain(&found).any(|k| says_as_much(k, &relation));
                    let fit = self.fit(&relation, &self.sample);
                    if told || !fit.convinces(5) {
                        continue;
                    }
                    fitting += 1;
                    if self.is_meant(&relation, fit, 5) {
                        found.push(relation);
                    }
                }
            }
        }
        if fitting > PAIRS {
            found.clear();
        }
        found
    }

    /// Columns that are another's multiple by one rate throughout.
    fn rates(&self, columns: &[usize], known: &[Relation]) -> Vec<Relation> {
        let mut found: Vec<Relation> = Vec::new();
        let mut taken: BTreeSet<usize> = BTreeSet::new();
        for &stated in columns {
            for &of in columns {
                let related = |r: &Relation| {
                    let columns = columns_of(r);
                    columns.contains(&stated) && columns.contains(&of)
                };
                if stated == of || taken.contains(&of) || known.iter().any(related) {
                    continue;
                }
                let rule = |stated, of| {
                    let rate = self.commonest_rate(stated, of)?;
                    let relation = Relation::Rate { stated, of, rate };
                    let fit = self.fit(&relation, &self.sample);
                    self.is_meant(&relation, fit, 4).then_some((fit, relation))
                };
                let Some((fit, relation)) = rule(stated, of) else {
                    continue;
                };
                // The inverse says the same, but only one of the two was computed and rounded.
                if rule(of, stated).is_some_and(|(inverse, _)| inverse.failed < fit.failed) {
                    continue;
                }
                taken.insert(stated);
                found.push(relation);
            }
        }
        found
    }

    /// The rate that most of the first rows show; one is no rate.
    fn commonest_rate(&self, stated: usize, of: usize) -> Option<Decimal> {
        let mut seen: Vec<(Decimal, usize)> = Vec::new();
        let mut amounts: BTreeSet<Fixed> = BTreeSet::new();
        for &row in self.sample.iter().take(SAMPLE) {
            let (Some(product), Some(base)) = (self.value(row, stated), self.value(row, of)) else {
                continue;
            };
            if product == 0 || base == 0 {
                continue;
            }
            amounts.insert(base);
            let (product, base) = (decimal(product, 0)?, decimal(base, 0)?);
            let rate = product.checked_div(base)?.normalize();
            if rate.scale() > 4 || rate == Decimal::ONE {
                continue;
            }
            if let Some((_, times)) = seen.iter_mut().find(|(known, _)| *known == rate) {
                *times += 1;
            } else if seen.len() < 8 {
                seen.push((rate, 1));
            }
        }
        let (rate, times) = seen.into_iter().max_by_key(|&(_, times)| times)?;
        (times >= 3 && amounts.len() >= 3).then_some(rate)
    }

    /// Columns that are the product of two others, row by row.
    fn products(&self, columns: &[usize], known: &[Relation]) -> Vec<Relation> {
        let mut found: Vec<Relation> = Vec::new();
        for (i, &a) in columns.iter().enumerate() {
            for &b in &columns[i + 1..] {
                for &stated in columns {
                    let told = known.iter().any(|k| columns_of(k).contains(&stated));
                    if stated == a || stated == b || told {
                        continue;
                    }
                    let relation = Relation::Times { stated, factors: [a, b] };
                    if self.is_meant(&relation, self.fit(&relation, &self.sample), 5) {
                        found.push(relation);
                    }
                }
            }
        }
        found
    }

    /// Percentages of one column in another.
    fn percentages(&self, annex: &Annex, columns: &[usize]) -> Vec<Relation> {
        let mut found = Vec::new();
        for &rate in columns {
            let header = &annex.columns[rate];
            let percent = header.unit.as_deref().is_some_and(|u| u.contains(['%', '％']));
            if header.role != ColumnRole::Rate && !percent {
                continue;
            }
            'pairs: for &part in columns {
                for &whole in columns {
                    if part == rate || whole == rate || part == whole {
                        continue;
                    }
                    let relation = Relation::Percent { rate, part, whole };
                    if self.is_meant(&relation, self.fit(&relation, &self.sample), 4) {
                        found.push(relation);
                        break 'pairs;
                    }
                }
            }
        }
        found
    }

    /// Whether a rule that fits the sample fits the whole table. A header that announces a sum
    /// needs fewer rows to be believed.
    fn is_meant(&self, relation: &Relation, sampled: Fit, least: usize) -> bool {
        let annex = &self.figures.notice.annexes[self.index];
        let announced = match relation {
            Relation::Sum { stated, .. } => annex.columns[*stated]
                .path
                .last()
                .is_some_and(|leaf| SUM_HEADERS.iter().any(|word| leaf.contains(word))),
            _ => false,
        };
        let least = if announced { 1 } else { least };
        if !sampled.convinces(least) || !(announced || self.is_no_chance(relation, sampled)) {
            return false;
        }
        self.sample.len() == annex.rows.len()
            || self.fit(relation, &(0..annex.rows.len()).collect::<Vec<_>>()).convinces(least)
    }

    /// Whether a rule that no header announces holds where chance would not have it so: among
    /// thousands of ways to bind the columns of a wide table of small figures, some always fit.
    fn is_no_chance(&self, relation: &Relation, fit: Fit) -> bool {
        let stated = columns_of(relation)[0];
        let mut values: Vec<Fixed> =
            self.sample.iter().filter_map(|&r| self.value(r, stated)).collect();
        values.sort_unstable();
        let mut times: BTreeMap<Fixed, usize> = BTreeMap::new();
        for &value in &values {
            *times.entry(value).or_default() += 1;
        }
        let unit = self.figures.shape(self.index, stated).last_digit();
        // Totals stand far above the figures they are made of.
        let high = values.get(values.len().saturating_sub(1) * 9 / 10);
        let span = high.zip(values.first()).map_or(0, |(high, low)| high - low);
        let places = (span / unit).unsigned_abs();
        // Small counts that go together are often each other's sum, but for a few.
        if fit.failed > 0 && places < SMALL {
            return false;
        }
        // A figure that stands once could have been any other; one that repeats is likely itself.
        let surprise = |value: Fixed| match times.get(&value).copied().unwrap_or(0) {
            0 | 1 => places.checked_ilog2().unwrap_or(0).min(MOST_BITS),
            times => (values.len() / times).checked_ilog2().unwrap_or(0),
        };
        let holds = |&row: &usize| {
            self.tells(relation, row)
                && instance(self.figures, self.index, relation, row)
                    .is_some_and(|identity| identity.state() != State::Broken)
        };
        let rows = self.sample.iter().copied().filter(holds);
        let told: u32 = rows.filter_map(|row| self.value(row, stated)).map(surprise).sum();
        let columns = self.figures.notice.annexes[self.index].columns.len();
        let failed = u32::try_from(fit.failed).unwrap_or(u32::MAX);
        told >= CHANCE_BITS + 3 * columns.max(1).ilog2() + FAULT_BITS.saturating_mul(failed)
    }

    /// How the rule fares in the rows that could contradict it.
    fn fit(&self, relation: &Relation, rows: &[usize]) -> Fit {
        let mut fit = Fit::default();
        for &row in rows {
            if !self.tells(relation, row) {
                continue;
            }
            match instance(self.figures, self.index, relation, row) {
                Some(identity) if identity.state() == State::Broken => fit.failed += 1,
                Some(identity) => {
                    fit.held += 1;
                    fit.rounded += usize::from(identity.state() == State::Rounded);
                }
                None => {}
            }
            // No number of rows to come could save it.
            if fit.failed > 3 && fit.failed > rows.len() / 9 {
                break;
            }
        }
        fit
    }

    /// Whether a row could contradict the rule: a sum with a single part is a copy and proves
    /// nothing, a product needs its factors.
    fn tells(&self, relation: &Relation, row: usize) -> bool {
        let shown = |c: usize| self.value(row, c).is_some_and(|value| value != 0);
        match relation {
            Relation::Sum { stated, parts } => {
                let parts = parts.iter().filter(|&&part| shown(part)).count();
                parts >= 2 || (parts == 1 && !shown(*stated))
            }
            Relation::Rate { stated, of, .. } => shown(*stated) || shown(*of),
            Relation::Times { stated, factors: [a, b] } => {
                let one = decimal(self.value(row, *a).unwrap_or(0), 0) != Some(Decimal::ONE)
                    && decimal(self.value(row, *b).unwrap_or(0), 0) != Some(Decimal::ONE);
                shown(*stated) && shown(*a) && shown(*b) && one
            }
            Relation::Percent { rate, part, whole } => {
                shown(*rate) && shown(*part) && shown(*whole)
            }
        }
    }

    fn value(&self, row: usize, column: usize) -> Option<Fixed> {
        self.figures.value(self.figures.cell(self.index, row, column))
    }
}

/// The sums that the open column at `at` may state: of the columns right after or right before it.
fn neighbour_sums(open: &[usize], at: usize) -> Vec<Relation> {
    let stated = open[at];
    let end = open.len().min(at + 1 + PARTS);
    let start = at.saturating_sub(PARTS);
    let after = (at + 3..=end).map(|end| open[at + 1..end].to_vec());
    let before = (start..at.saturating_sub(1)).rev().map(|start| open[start..at].to_vec());
    after.chain(before).map(|parts| Relation::Sum { stated, parts }).collect()
}

/// All columns of a rule, the stated one first.
fn columns_of(relation: &Relation) -> Vec<usize> {
    match relation {
        Relation::Sum { stated, parts } => {
            std::iter::once(*stated).chain(parts.iter().copied()).collect()
        }
        Relation::Rate { stated, of, .. } => vec![*stated, *of],
        Relation::Times { stated, factors } => vec![*stated, factors[0], factors[1]],
        Relation::Percent { rate, part, whole } => vec![*rate, *part, *whole],
    }
}

/// Whether two rules bind the same columns, or the one known is the sum of those and more.
fn says_as_much(known: &Relation, new: &Relation) -> bool {
    let set = |r: &Relation| columns_of(r).into_iter().collect::<BTreeSet<_>>();
    let sums = |r: &Relation| matches!(r, Relation::Sum { .. });
    let is_of_same = sums(known) && sums(new) && columns_of(known)[0] == columns_of(new)[0];
    set(known) == set(new) || is_of_same && set(known).is_superset(&set(new))
}

/// Whether the rule says anything in a row: there is no percentage of nothing.
fn says(figures: &Figures, index: usize, relation: &Relation, row: usize) -> bool {
    match relation {
        Relation::Percent { whole, .. } => {
            figures.value(figures.cell(index, row, *whole)) != Some(0)
        }
        // A total states no price: what it sums up has several.
        Relation::Times { factors, .. } => {
            let is_blank = |&c: &usize| figures.at(figures.cell(index, row, c)) == Figure::Blank;
            !(figures.is_total(index, row) && factors.iter().any(is_blank))
        }
        _ => true,
    }
}

/// The rule in one row; `None` where a cell is no figure, or figures are too large to multiply.
fn instance(figures: &Figures, index: usize, relation: &Relation, row: usize) -> Option<Identity> {
    let var = |column: usize| figures.cell(index, row, column);
    let half = |column: usize| figures.shape(index, column).half_unit();
    let is_sum = matches!(relation, Relation::Sum { .. });
    if !is_sum && !columns_of(relation).iter().all(|&c| figures.is_in_column_unit(var(c))) {
        return None;
    }
    match relation {
        Relation::Sum { stated, parts } => {
            // Beside a column with decimals, one without is exact: it was given so.
            let columns = columns_of(relation);
            let decimals = columns.iter().any(|&c| (1..ONE / 2).contains(&half(c)));
            let rounding = columns
                .iter()
                .filter(|&&c| matches!(figures.at(var(c)), Figure::Value(_)))
                .filter(|&&c| !decimals || half(c) < ONE / 2)
                .try_fold(0_i128, |sum, &c| sum.checked_add(half(c)))?;
            let kind = Kind::RowSum { annex: index, row, column: *stated };
            let parts = parts.iter().map(|&part| var(part));
            Identity::sum(figures, kind, var(*stated), parts, rounding)
        }
        Relation::Rate { stated, of, rate } => {
            let (unit, rate) = (10_i128.pow(rate.scale()), rate.mantissa());
            let product = figures.value(var(*of))?.checked_mul(rate)?;
            let residual = product.checked_sub(figures.value(var(*stated))?.checked_mul(unit)?)?;
            // The products that a total sums up are rounded, each of them.
            let rows = figures.notice.annexes[index].rows.len();
            let rounded = if figures.is_total(index, row) { rows } else { 1 };
            let rounding = half(*stated).checked_mul(unit)?;
            let rounding = rounding.checked_mul(i128::try_from(rounded).ok()?)?;
            Some(Identity {
                kind: Kind::Product { annex: index, row, column: *stated },
                terms: vec![
                    Term { var: var(*stated), weight: -unit },
                    Term { var: var(*of), weight: rate },
                ],
                residual,
                rounding,
                tolerance: rounding,
                exact: false,
                trust: Trust::Weak,
            })
        }
        Relation::Times { stated, factors: [a, b] } => product(
            figures,
            (index, row, *stated),
            [var(*a), var(*b), var(*stated)],
            1,
            2,
            half(*stated),
        ),
        Relation::Percent { rate, part, whole } => product(
            figures,
            (index, row, *rate),
            [var(*rate), var(*whole), var(*part)],
            100,
            0,
            half(*rate),
        ),
    }
}

/// One, as figures are scaled.
const ONE: Fixed = 10_i128.pow(SCALE);

/// `a` times `b` is `c` times `times`, where the printed digits of one of the three (`rounded`, by
/// its place in `vars`) leave `half_unit` of room.
fn product(
    figures: &Figures,
    (annex, row, column): (usize, usize, usize),
    vars: [Var; 3],
    times: i128,
    rounded: usize,
    half_unit: Fixed,
) -> Option<Identity> {
    let [a, b, c] = [figures.value(vars[0])?, figures.value(vars[1])?, figures.value(vars[2])?];
    // Figures carry 10^15 each, which would overflow in a product: trailing zeros go first, and the
    // weights are lifted so that each stays whole.
    let (pa, pb, pc) = (trailing_zeros(a), trailing_zeros(b), trailing_zeros(c));
    let scale = i64::from(SCALE);
    let low = (pa + pb - 2 * scale).min(pc - scale);
    let lift = |exponent: i64| 10_i128.checked_pow(u32::try_from(exponent).ok()?);
    let weight_a = (b / lift(pb)?).checked_mul(lift(pb - scale - low)?)?;
    let weight_b = (a / lift(pa)?).checked_mul(lift(pa - scale - low)?)?;
    let weight_c = times.checked_mul(lift(-low)?)?.checked_neg()?;
    let residual = a.checked_mul(weight_a)?.checked_add(c.checked_mul(weight_c)?)?;
    let weights = [weight_a, weight_b, weight_c];
    let rounding = half_unit.checked_mul(weights[rounded].checked_abs()?)?;
    let mut terms: Vec<Term> =
        vars.iter().zip(weights).map(|(&var, weight)| Term { var, weight }).collect();
    // The stated figure goes first.
    terms.swap(0, rounded);
    Some(Identity {
        kind: Kind::Product { annex, row, column },
        terms,
        residual,
        rounding,
        tolerance: rounding,
        exact: false,
        trust: Trust::Weak,
    })
}

/// How many zeros end the figure, at most [`SCALE`].
fn trailing_zeros(mut value: Fixed) -> i64 {
    let mut zeros = 0;
    while zeros < i64::from(SCALE) && value % 10 == 0 {
        value /= 10;
        zeros += 1;
    }
    zeros
}
