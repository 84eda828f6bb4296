//! Which cells to doubt: the fewest changes that would mend every broken identity.
//!
//! Each broken identity says by how much each of its figures would have to change; a figure that is
//! doubted must mend all the identities it stands in and break none. One cell is sought first, then
//! a row that slipped, stands twice or changed places, then two cells and three. The search walks
//! only along broken identities, so a table of thousands of rows costs no more than its faults.

use crate::check::figures::{Figure, Figures, Fixed, SCALE, Site, Var};
use crate::check::identity::{Identity, Kind, State, state};
use crate::check::sums::Group;
use std::collections::{BTreeMap, BTreeSet};

/// A change that would mend identities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// What happened to the table, if this is it.
    pub slip: RowSlip,
    /// Figures and by how much each would have to change.
    pub changes: Vec<(Var, Fixed)>,
}

/// What may have happened to a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowSlip {
    /// Figures are wrong, each for itself.
    Cells,
    /// The cells of a row moved by one column.
    Shifted,
    /// Two cells of a row changed places.
    CellsExchanged,
    /// The figures of two rows changed places.
    RowsExchanged,
    /// A row stands twice.
    Repeated,
}

/// Broken identities with one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Indices of the identities, in order.
    pub identities: Vec<usize>,
    /// The ways to mend them all; empty where none was found. Unranked.
    pub patches: Vec<Patch>,
}

/// Cells that one search may try, in all; a table that needs more is beyond explaining.
const TRIES: usize = 60_000;
/// Cells that may be wrong together.
const DEPTH: usize = 3;
/// Columns of a table whose rows are tried as shifted.
const COLUMNS: usize = 24;
/// Ways to mend that are kept for one cause.
const WAYS: usize = 4_096;

/// Finds the causes of the broken identities.
pub fn causes(figures: &Figures, groups: &[Vec<Group>], identities: &[Identity]) -> Vec<Cause> {
    let mut open: BTreeSet<usize> =
        (0..identities.len()).filter(|&i| identities[i].state() == State::Broken).collect();
    // Of most notices nothing is broken, and the ledger of a long table is long.
    if open.is_empty() {
        return Vec::new();
    }
    let ledger = Ledger::new(figures, identities);
    let mut causes = Vec::new();
    let mut tries = TRIES;

    // One cell that several identities agree on leaves little doubt, whatever else is broken.
    loop {
        let cell = ledger.agreed_cell(&open);
        let rows = neighbours_exchanged(&ledger, &open);
        let Some(cause) = cell.into_iter().chain(rows).max_by_key(|cause| {
            // Of two that mend as much, one cell is the simpler.
            (cause.identities.len(), cause.patches[0].slip == RowSlip::Cells)
        }) else {
            break;
        };
        open.retain(|i| !cause.identities.contains(i));
        causes.push(cause);
    }
    for_row_patches(&ledger, groups, &open.clone(), |patch| {
        let mended = ledger.mended_cleanly(&patch);
        // A row that stands twice shows it; the other slips need a second sum to bear them out.
        let least = if patch.slip == RowSlip::Repeated { 1 } else { 2 };
        if mended.len() >= least && mended.iter().all(|i| open.contains(i)) {
            open.retain(|i| !mended.contains(i));
            causes.push(Cause { identities: mended, patches: vec![patch] });
        }
    });
    for component in ledger.components(&open) {
        let patches = (1..=DEPTH)
            .map(|depth| ledger.search(&component, depth, &mut tries))
            .find(|patches| !patches.is_empty());
        match patches {
            Some(patches) => causes.push(Cause { identities: component, patches }),
            None => causes.extend(
                component.iter().map(|&i| Cause { identities: vec![i], patches: Vec::new() }),
            ),
        }
    }
    // Sums that hold one another up are mended by the same cells, though no figure binds them.
    let mut merged: BTreeMap<Vec<Vec<Var>>, Cause> = BTreeMap::new();
    let mut single = Vec::new();
    for cause in causes {
        if cause.patches.is_empty() {
            single.push(cause);
            continue;
        }
        let vars = |patch: &Patch| {
            let mut vars: Vec<Var> = patch.changes.iter().map(|&(var, _)| var).collect();
            vars.sort_unstable();
            vars
        };
        let mut key: Vec<Vec<Var>> = cause.patches.iter().map(vars).collect();
        key.sort();
        match merged.get_mut(&key) {
            Some(known) => known.identities.extend(cause.identities),
            None => {
                merged.insert(key, cause);
            }
        }
    }
    let mut causes: Vec<Cause> = merged.into_values().chain(single).collect();
    causes.sort_by(|a, b| a.identities.cmp(&b.identities));
    causes
}

/// Differences that rounding explains, but that are gone once a cause is mended: indices.
pub fn made_exact(figures: &Figures, identities: &[Identity], causes: &[Cause]) -> BTreeSet<usize> {
    if causes.is_empty() {
        return BTreeSet::new();
    }
    let ledger = Ledger::new(figures, identities);
    let only = causes.iter().filter_map(|cause| match &cause.patches[..] {
        [patch] => Some(ledger.residuals_after(&patch.changes)),
        _ => None,
    });
    only.flatten().filter(|&(_, residual)| residual == 0).map(|(i, _)| i).collect()
}

/// The single cells that would make an identity exact without breaking another: for differences
/// that rounding explains, should it not be rounding.
pub fn exact_ways(figures: &Figures, identities: &[Identity], wanted: &[usize]) -> Vec<Vec<Patch>> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let ledger = Ledger::new(figures, identities);
    wanted
        .iter()
        .map(|&i| {
            let terms = ledger.identities[i].terms.iter();
            terms
                .filter_map(|term| {
                    let delta = ledger.delta(i, term.var, ledger.identities[i].residual)?;
                    let patch = Patch { slip: RowSlip::Cells, changes: vec![(term.var, delta)] };
                    let clean = ledger
                        .residuals_after(&patch.changes)
                        .iter()
                        .all(|(&j, &r)| j == i || ledger.state(j, r) != State::Broken);
                    clean.then_some(patch)
                })
                .collect()
        })
        .collect()
}

/// The identities, and which of them each figure stands in.
struct Ledger<'f> {
    figures: &'f Figures<'f>,
    identities: &'f [Identity],
    /// Identity and weight, one figure after the other.
    standing: Vec<(usize, i128)>,
    /// Where those of each figure begin, and the last end.
    starts: Vec<usize>,
}

impl<'f> Ledger<'f> {
    fn new(figures: &'f Figures<'f>, identities: &'f [Identity]) -> Ledger<'f> {
        let terms = || {
            let all = identities.iter().enumerate();
            all.flat_map(|(i, identity)| identity.terms.iter().map(move |term| (i, term)))
        };
        let count = terms().map(|(_, term)| term.var + 1).max().unwrap_or(0);
        let mut starts = vec![0; count + 1];
        for (_, term) in terms() {
            starts[term.var + 1] += 1;
        }
        for var in 0..count {
            starts[var + 1] += starts[var];
        }
        let mut standing = vec![(0, 0); starts[count]];
        let mut next = starts.clone();
        for (i, term) in terms() {
            standing[next[term.var]] = (i, term.weight);
            next[term.var] += 1;
        }
        Ledger { figures, identities, standing, starts }
    }

    fn standing_in(&self, var: Var) -> &[(usize, i128)] {
        let end = self.starts.get(var + 1).copied();
        end.and_then(|end| self.standing.get(self.starts[var]..end)).unwrap_or(&[])
    }

    fn state(&self, identity: usize, residual: i128) -> State {
        state(residual, self.identities[identity].tolerance)
    }

    /// By how much a figure would have to change to take `residual` off an identity; rounded to
    /// the decimals its column prints where the identity is a product.
    fn delta(&self, identity: usize, var: Var, residual: i128) -> Option<Fixed> {
        let weight = self.identities[identity].terms.iter().find(|t| t.var == var)?.weight;
        let exact = residual.checked_neg()?.checked_div(weight)?;
        if residual % weight == 0 && !matches!(self.identities[identity].kind, Kind::Product { .. })
        {
            return Some(exact);
        }
        let decimals = match self.figures.site(var)? {
            Site::Cell { index, column, .. } => self.figures.shape(index, column).decimals,
            Site::Quantity(quantity) => quantity.value.decimals(),
        };
        let unit = 10_i128.pow(SCALE.saturating_sub(decimals));
        let value = self.figures.value(var)?.checked_add(exact)?;
        let half = if value < 0 { -unit / 2 } else { unit / 2 };
        let rounded = value.checked_add(half)? / unit * unit;
        rounded.checked_sub(self.figures.value(var)?)
    }

    /// Broken identities that share a figure, together; each in order.
    fn components(&self, open: &BTreeSet<usize>) -> Vec<Vec<usize>> {
        let mut left = open.clone();
        let mut components = Vec::new();
        while let Some(first) = left.pop_first() {
            let mut component = vec![first];
            let mut at = 0;
            while let Some(&i) = component.get(at) {
                at += 1;
                for term in &self.identities[i].terms {
                    for &(j, _) in self.standing_in(term.var) {
                        if left.remove(&j) {
                            component.push(j);
                        }
                    }
                }
            }
            component.sort_unstable();
            components.push(component);
        }
        components
    }

    /// The residuals of the identities that the changes touch, afterwards.
    fn residuals_after(&self, changes: &[(Var, Fixed)]) -> BTreeMap<usize, i128> {
        let mut after = BTreeMap::new();
        for &(var, delta) in changes {
            for &(i, weight) in self.standing_in(var) {
                let residual = after.entry(i).or_insert(self.identities[i].residual);
                *residual = residual.saturating_add(weight.saturating_mul(delta));
            }
        }
        after
    }

    /// The broken identities that a patch mends; none if it leaves or makes any broken.
    fn mended_cleanly(&self, patch: &Patch) -> Vec<usize> {
        let after = self.residuals_after(&patch.changes);
        if after.iter().any(|(&i, &residual)| self.state(i, residual) == State::Broken) {
            return Vec::new();
        }
        let was_broken = |i: &usize| self.identities[*i].state() == State::Broken;
        after.into_keys().filter(was_broken).collect()
    }

    /// The cells that mend most of the open identities and leave nothing broken that they stand
    /// in; two at least, for one alone is what any cell of a sum can mend.
    fn agreed_cell(&self, open: &BTreeSet<usize>) -> Option<Cause> {
        let mut shared: BTreeMap<Var, usize> = BTreeMap::new();
        for &i in open {
            for term in &self.identities[i].terms {
                *shared.entry(term.var).or_default() += 1;
            }
        }
        let mut best: BTreeMap<Vec<usize>, Vec<Patch>> = BTreeMap::new();
        let mut most = 2;
        for (var, _) in shared.into_iter().filter(|&(_, times)| times >= 2) {
            let broken = self.standing_in(var).iter().filter(|(i, _)| open.contains(i));
            let deltas: BTreeSet<Fixed> = broken
                .filter_map(|&(i, _)| self.delta(i, var, self.identities[i].residual))
                .filter(|&delta| delta != 0)
                .collect();
            for delta in deltas {
                let patch = Patch { slip: RowSlip::Cells, changes: vec![(var, delta)] };
                let mended = self.mended_cleanly(&patch);
                if mended.len() < most || mended.iter().any(|i| !open.contains(i)) {
                    continue;
                }
                if mended.len() > most {
                    most = mended.len();
                    best.clear();
                }
                let ways = best.entry(mended).or_default();
                // Where rounding leaves room, the first of a cell's figures is as good as the next.
                if ways.iter().all(|way| way.changes[0].0 != var) {
                    ways.push(patch);
                }
            }
        }
        let (identities, patches) = best.pop_first()?;
        Some(Cause { identities, patches })
    }

    /// All sets of `depth` cells that mend the component and break nothing. One figure of the
    /// shortest broken identity must be wrong, so that is where each step begins.
    fn search(&self, component: &[usize], depth: usize, tries: &mut usize) -> Vec<Patch> {
        let residuals: BTreeMap<usize, i128> =
            component.iter().map(|&i| (i, self.identities[i].residual)).collect();
        let mut found: BTreeMap<Vec<Var>, Patch> = BTreeMap::new();
        self.step(&residuals, depth, &mut Vec::new(), tries, &mut found);
        found.into_values().collect()
    }

    fn step(
        &self,
        broken: &BTreeMap<usize, i128>,
        depth: usize,
        changes: &mut Vec<(Var, Fixed)>,
        tries: &mut usize,
        found: &mut BTreeMap<Vec<Var>, Patch>,
    ) {
        let Some((&shortest, _)) =
            broken.iter().min_by_key(|&(&i, _)| self.identities[i].terms.len())
        else {
            return;
        };
        for term in &self.identities[shortest].terms {
            if changes.iter().any(|&(var, _)| var == term.var) || found.len() >= WAYS {
                continue;
            }
            // Where the figure stands in several broken identities, another of its identities may
            // tell its change, this one holding a second fault.
            let told = self.standing_in(term.var).iter().filter_map(|(i, _)| {
                self.delta(*i, term.var, *broken.get(i)?).filter(|&delta| delta != 0)
            });
            for delta in told.collect::<BTreeSet<Fixed>>() {
                let Some(left) = tries.checked_sub(1) else {
                    return;
                };
                *tries = left;
                self.try_change(broken, (term.var, delta), depth, changes, tries, found);
            }
        }
    }

    /// Makes one change of a search, and goes on where it leaves something broken.
    fn try_change(
        &self,
        broken: &BTreeMap<usize, i128>,
        change: (Var, Fixed),
        depth: usize,
        changes: &mut Vec<(Var, Fixed)>,
        tries: &mut usize,
        found: &mut BTreeMap<Vec<Var>, Patch>,
    ) {
        let (var, delta) = change;
        let mut after = broken.clone();
        for &(i, weight) in self.standing_in(var) {
            let before = broken.get(&i).copied().unwrap_or_else(|| {
                let earlier = changes.iter().flat_map(|&(var, delta)| {
                    let weights = self.standing_in(var).iter();
                    weights
                        .filter(move |(j, _)| *j == i)
                        .map(move |&(_, w)| w.saturating_mul(delta))
                });
                earlier.fold(self.identities[i].residual, i128::saturating_add)
            });
            let residual = before.saturating_add(weight.saturating_mul(delta));
            if self.state(i, residual) == State::Broken {
                after.insert(i, residual);
            } else {
                after.remove(&i);
            }
        }
        changes.push(change);
        if after.is_empty() {
            let mut vars: Vec<Var> = changes.iter().map(|&(var, _)| var).collect();
            vars.sort_unstable();
            let patch = Patch { slip: RowSlip::Cells, changes: changes.clone() };
            found.entry(vars).or_insert(patch);
        } else if depth > 1 {
            self.step(&after, depth - 1, changes, tries, found);
        }
        changes.pop();
    }
}

/// Tries changes to whole rows that could explain what is open, the simplest first. They are tried
/// one by one, for a long table has many of them.
fn for_row_patches(
    ledger: &Ledger,
    groups: &[Vec<Group>],
    open: &BTreeSet<usize>,
    mut consider: impl FnMut(Patch),
) {
    let mut rows: BTreeSet<(usize, usize)> = BTreeSet::new();
    for &i in open {
        for term in &ledger.identities[i].terms {
            if let Some(Site::Cell { index, row, .. }) = ledger.figures.site(term.var) {
                rows.insert((index, row));
            }
        }
    }
    let mut broken: BTreeMap<(usize, usize), BTreeMap<usize, i128>> = BTreeMap::new();
    for &i in open {
        if let Kind::ColumnSum { annex, row, column } = ledger.identities[i].kind {
            let residual = ledger.identities[i].residual;
            broken.entry((annex, row)).or_default().insert(column, residual);
        }
    }
    repeated_rows(ledger, groups, &broken).into_iter().for_each(&mut consider);
    for &(annex, row) in &rows {
        row_slips(ledger, annex, row, open).into_iter().for_each(&mut consider);
    }
    exchanged_rows(ledger, groups, &broken).into_iter().for_each(&mut consider);
}

/// Two rows, one below the other, whose figures changed places: the likeliest if it mends three sums
/// or more, which takes rows of two sums, or of two columns.
fn neighbours_exchanged(ledger: &Ledger, open: &BTreeSet<usize>) -> Option<Cause> {
    let figures = ledger.figures;
    let mut rows: BTreeSet<(usize, usize)> = BTreeSet::new();
    for term in open.iter().flat_map(|&i| &ledger.identities[i].terms) {
        if let Some(Site::Cell { index, row, .. }) = figures.site(term.var) {
            rows.extend([(index, row)]);
        }
    }
    let mut best: Option<Cause> = None;
    for &(annex, row) in rows.iter().filter(|&&(annex, row)| rows.contains(&(annex, row + 1))) {
        let (above, below) = (values_of(figures, annex, row), values_of(figures, annex, row + 1));
        let mut changes = Vec::new();
        for (c, pair) in above.iter().zip(&below).enumerate() {
            if let (Some(a), Some(b)) = pair
                && a != b
            {
                changes.push((figures.cell(annex, row, c), b - a));
                changes.push((figures.cell(annex, row + 1, c), a - b));
            }
        }
        let patch = Patch { slip: RowSlip::RowsExchanged, changes };
        let mended = ledger.mended_cleanly(&patch);
        let most = best.as_ref().map_or(2, |best| best.identities.len());
        if mended.len() > most && mended.iter().all(|i| open.contains(i)) {
            best = Some(Cause { identities: mended, patches: vec![patch] });
        }
    }
    best
}

/// Rows whose cells may have moved by one column from some column on, or of which two beside each
/// other changed places.
fn row_slips(ledger: &Ledger, annex: usize, row: usize, open: &BTreeSet<usize>) -> Vec<Patch> {
    let figures = ledger.figures;
    let columns: Vec<usize> = (0..figures.notice.annexes[annex].columns.len())
        .filter(|&c| figures.shape(annex, c).numeric)
        .collect();
    let vars: Vec<Var> = columns.iter().map(|&c| figures.cell(annex, row, c)).collect();
    let Some(values) = vars.iter().map(|&v| figures.value(v)).collect::<Option<Vec<Fixed>>>()
    else {
        return Vec::new();
    };
    let touched = |at: &usize| ledger.standing_in(vars[*at]).iter().any(|(i, _)| open.contains(i));
    if vars.len() > COLUMNS || (0..vars.len()).filter(touched).count() < 2 {
        return Vec::new();
    }
    let mut patches = Vec::new();
    let last = vars.len() - 1;
    for from in 0..last {
        if values[from] != values[from + 1] {
            let by = values[from + 1] - values[from];
            let changes = vec![(vars[from], by), (vars[from + 1], -by)];
            let blank = [from, from + 1].iter().any(|&c| figures.at(vars[c]) == Figure::Blank);
            let slip = if blank { RowSlip::Shifted } else { RowSlip::CellsExchanged };
            patches.push(Patch { slip, changes });
        }
        // The cells from `from` on moved right: a blank stands first, the last figure is gone.
        // Or they moved left: the first is gone, a blank stands last.
        let moved_right = (from..last).map(|c| (c, c + 1)).collect::<Vec<_>>();
        let moved_left = (from..last).map(|c| (c + 1, c)).collect::<Vec<_>>();
        for (blank, gone, moves) in [(from, last, moved_right), (last, from, moved_left)] {
            if figures.at(vars[blank]) != Figure::Blank {
                continue;
            }
            let changes = moves.iter().map(|&(to, origin)| (vars[to], values[origin] - values[to]));
            let mut changes: Vec<_> = changes.filter(|&(_, delta)| delta != 0).collect();
            // What is gone is what its own sums say.
            let after = ledger.residuals_after(&changes);
            let said = ledger.standing_in(vars[gone]).iter().find_map(|&(i, _)| {
                let residual = after.get(&i).copied().unwrap_or(ledger.identities[i].residual);
                let broken = ledger.state(i, residual) == State::Broken;
                broken.then(|| ledger.delta(i, vars[gone], residual))?
            });
            changes.extend(said.map(|delta| (vars[gone], delta)));
            patches.push(Patch { slip: RowSlip::Shifted, changes });
        }
    }
    patches
}

/// Groups with broken sums by annex and stating row: the residual of each broken column.
type BrokenGroups = BTreeMap<(usize, usize), BTreeMap<usize, i128>>;

/// The group that a row of an annex states.
fn group_of(groups: &[Vec<Group>], annex: usize, row: usize) -> Option<&Group> {
    groups.get(annex)?.iter().find(|group| group.stated == row)
}

/// Rows that stand twice in a group and are too much in its sum.
fn repeated_rows(ledger: &Ledger, groups: &[Vec<Group>], broken: &BrokenGroups) -> Vec<Patch> {
    let mut patches = Vec::new();
    for &(annex, stated) in broken.keys() {
        let Some(group) = group_of(groups, annex, stated) else {
            continue;
        };
        let rows = &ledger.figures.notice.annexes[annex].rows;
        let mut seen: BTreeSet<(&str, Vec<Option<Fixed>>)> = BTreeSet::new();
        for &part in &group.parts {
            let values = values_of(ledger.figures, annex, part);
            if seen.insert((rows[part].region.name.as_str(), values.clone())) {
                continue;
            }
            let columns = values.iter().enumerate();
            let changes = columns
                .filter_map(|(c, value)| Some((ledger.figures.cell(annex, part, c), -(*value)?)))
                .filter(|&(_, delta)| delta != 0)
                .collect();
            patches.push(Patch { slip: RowSlip::Repeated, changes });
        }
    }
    patches
}

/// Rows of two groups whose figures changed places: one group has too much of just what the other
/// has too little of.
fn exchanged_rows(ledger: &Ledger, groups: &[Vec<Group>], broken: &BrokenGroups) -> Vec<Patch> {
    let figures = ledger.figures;
    let mut patches = Vec::new();
    let negated = |residuals: &BTreeMap<usize, i128>| {
        residuals.iter().map(|(&c, &r)| (c, r.saturating_neg())).collect::<BTreeMap<_, _>>()
    };
    let by_residuals: BTreeMap<(usize, &BTreeMap<usize, i128>), usize> =
        broken.iter().map(|(&(annex, row), residuals)| ((annex, residuals), row)).collect();
    for (&(annex, first), residuals) in broken {
        let opposite = negated(residuals);
        let Some(&second) = by_residuals.get(&(annex, &opposite)).filter(|&&row| row > first)
        else {
            continue;
        };
        let (Some(a), Some(b)) = (group_of(groups, annex, first), group_of(groups, annex, second))
        else {
            continue;
        };
        let columns = figures.notice.annexes[annex].columns.len();
        let theirs: BTreeMap<Vec<Option<Fixed>>, usize> =
            b.parts.iter().map(|&row| (values_of(figures, annex, row), row)).collect();
        for &mine in &a.parts {
            let values = values_of(figures, annex, mine);
            let wanted: Vec<Option<Fixed>> = values
                .iter()
                .enumerate()
                .map(|(c, v)| v.map(|v| v.saturating_sub(residuals.get(&c).copied().unwrap_or(0))))
                .collect();
            let Some(&other) = theirs.get(&wanted) else {
                continue;
            };
            let mut changes = Vec::new();
            for c in 0..columns {
                if let (Some(v), Some(w)) = (values[c], wanted[c])
                    && v != w
                {
                    changes.push((figures.cell(annex, mine, c), w - v));
                    changes.push((figures.cell(annex, other, c), v - w));
                }
            }
            patches.push(Patch { slip: RowSlip::RowsExchanged, changes });
        }
    }
    patches
}

/// A row's figures in the numeric columns, blanks as zero; `None` in the others.
fn values_of(figures: &Figures, annex: usize, row: usize) -> Vec<Option<Fixed>> {
    (0..figures.notice.annexes[annex].columns.len())
        .map(|c| {
            let numeric = figures.shape(annex, c).numeric;
            numeric.then(|| figures.value(figures.cell(annex, row, c)))?
        })
        .collect()
}
