//! Sums down the columns: totals of prefectures, prefectures of their rows, subtotals of blocks.
//!
//! Which rows make up a sum is first taken from the hierarchy that `typing` found, then held
//! against the figures: of several ways to cut the rows, the one that holds in most columns is
//! meant. Columns that do not add up at all (rates, ranks, prices) are found out here.

use crate::check::figures::{Figure, Figures, Fixed};
use crate::check::identity::{Identity, Kind, State, Trust, hold_to_the_last_digit};
use crate::lexicon::NO_SUM_HEADERS;
use crate::model::{Annex, ColumnRole, Level};

/// A row that states a sum, and the rows it should be the sum of; indices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The row that states the sum.
    pub stated: usize,
    /// The rows that make it up.
    pub parts: Vec<usize>,
}

/// The sums of one annex.
pub struct ColumnSums {
    /// How its rows are cut into sums.
    pub groups: Vec<Group>,
    /// One for each group and column that adds up.
    pub identities: Vec<Identity>,
    /// Columns that should add up by their role, but do not: indices.
    pub not_sums: Vec<usize>,
    /// The first parent row, where the rows below parents do not add up to them and are taken for
    /// parts only.
    pub parts_only: Option<usize>,
    /// Sums that could not be tried: one of their cells is no figure.
    pub untried: usize,
}

/// Finds the sums of an annex.
pub fn column_sums(figures: &Figures, index: usize) -> ColumnSums {
    let annex = &figures.notice.annexes[index];
    let (groups, parts_only) = groups(figures, index);
    let mut identities: Vec<Identity> = Vec::new();
    let mut not_sums = Vec::new();
    let mut untried = 0;
    for column in 0..annex.columns.len() {
        if !figures.shape(index, column).numeric {
            continue;
        }
        let mut family: Vec<Identity> =
            groups.iter().filter_map(|group| column_sum(figures, index, group, column)).collect();
        let of_text = groups.len() - family.len();
        family.retain(|identity| !identity.is_empty(figures));
        match behaviour(figures, index, column, &family) {
            Behaviour::AddsUp => {}
            Behaviour::NotMeantTo => continue,
            Behaviour::FailsTo => {
                not_sums.push(column);
                continue;
            }
        }
        hold_to_the_last_digit(figures, &mut family.iter_mut().collect::<Vec<_>>());
        identities.extend(family);
        untried += of_text;
    }
    drop_unstated(figures, annex, &mut identities);
    trust(figures, annex, &mut identities);
    ColumnSums { groups, identities, not_sums, parts_only, untried }
}

/// Total rows of one table that are checked. Tables have one or two; more would make one of every
/// row.
const TOTALS: usize = 16;

/// How the rows are cut into sums; and the first of the parents whose rows do not add up to them,
/// if they are taken for parts only.
fn groups(figures: &Figures, index: usize) -> (Vec<Group>, Option<usize>) {
    let annex = &figures.notice.annexes[index];
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); annex.rows.len()];
    let mut tops = Vec::new();
    for (r, row) in annex.rows.iter().enumerate() {
        match row.region.parent_row {
            Some(parent) if parent < annex.rows.len() && parent != r => children[parent].push(r),
            _ if row.region.level != Level::Province => tops.push(r),
            _ => {}
        }
    }
    let level = |r: &usize| annex.rows[*r].region.level;
    let mut groups = Vec::new();
    for (r, of_row) in children.iter().enumerate() {
        if of_row.is_empty() {
            continue;
        }
        let plain = of_row.iter().copied().filter(|c| level(c) != Level::Subtotal).collect();
        groups.push(best(figures, index, r, [of_row.clone(), plain]));
    }
    let body = |r: &usize| level(r) != Level::Province;
    let is_leaf = |r: &usize| body(r) && children[*r].is_empty();
    let every: Vec<usize> = (0..annex.rows.len()).filter(body).collect();
    let leaves: Vec<usize> = every.iter().copied().filter(is_leaf).collect();
    // A whole table whose parents are not the sums of their rows lists parts only, or its
    // hierarchy is another one; then its parents are rows like others. But if both the parents and
    // the rows below them add up to the total, each parent should to its own.
    let parents = groups.len();
    let holding = groups.iter().filter(|g| holds(figures, index, g.stated, &g.parts) > 0).count();
    let both_add_up = (0..annex.rows.len()).filter(|r| !body(r)).any(|total| {
        holds(figures, index, total, &tops) > 0 && holds(figures, index, total, &leaves) > 0
    });
    let none_hold = parents >= 2 && holding == 0;
    let mut parts_only = None;
    if (none_hold || (parents >= 4 && holding * 2 < parents)) && !both_add_up {
        parts_only = groups.first().map(|group| group.stated);
        groups.clear();
    }
    let parents_add_up = !groups.is_empty();

    let is_block = |r: &usize| level(r) == Level::Subtotal && children[*r].is_empty();
    for (at, &r) in tops.iter().enumerate().filter(|(_, r)| is_block(r)) {
        let before = tops[..at].iter().rev().take_while(|r| !is_block(r)).copied().collect();
        let after = tops[at + 1..].iter().take_while(|r| !is_block(r)).copied().collect();
        let group = best(figures, index, r, [before, after]);
        // A row called 小计 that sums nothing near it is left alone.
        if holds(figures, index, r, &group.parts) > 0 {
            groups.push(group);
        }
    }

    let without_blocks: Vec<usize> = tops.iter().copied().filter(|r| !is_block(r)).collect();
    let blocks: Vec<usize> = tops.iter().copied().filter(|r| level(r) == Level::Subtotal).collect();
    let leaves: Vec<usize> = leaves.into_iter().filter(|r| !is_block(r)).collect();
    let mut totals = 0;
    for (r, row) in annex.rows.iter().enumerate() {
        if row.region.level != Level::Province || !children[r].is_empty() || totals == TOTALS {
            continue;
        }
        totals += 1;
        // While prefectures are the sums of their rows, a total of either is one of the other, and
        // only a fault could tell them apart.
        let (leaves, every) = match parents_add_up {
            true => (Vec::new(), Vec::new()),
            false => (leaves.clone(), every.clone()),
        };
        let after = without_blocks.iter().copied().filter(|&top| top > r).collect();
        let before = without_blocks.iter().copied().filter(|&top| top < r).collect();
        let ways = [without_blocks.clone(), blocks.clone(), leaves, every, before, after];
        groups.push(best(figures, index, r, ways));
    }
    groups.retain(|group| !group.parts.is_empty() && !repeats(figures, index, group));
    (groups, parts_only)
}

/// Whether the parts come to the sum several times over, as often in every column: they stand on
/// several levels, each of which adds up to it, and nothing tells which is which.
fn repeats(figures: &Figures, index: usize, group: &Group) -> bool {
    let columns = 0..figures.notice.annexes[index].columns.len();
    let times: Vec<i128> = columns
        .filter(|&column| figures.shape(index, column).numeric)
        .filter_map(|column| column_sum(figures, index, group, column))
        .filter(|identity| !identity.is_empty(figures))
        .filter_map(|identity| {
            let stated = figures.value(identity.terms.first()?.var)?;
            let sum = identity.residual.checked_add(stated)?;
            Some(if stated != 0 && sum % stated == 0 { sum / stated } else { 0 })
        })
        .collect();
    times.len() >= 2 && times[0] >= 2 && times.iter().all(|&n| n == times[0])
}

/// Of several ways to make up a sum, the one that holds in most columns; the first of equals.
fn best<const N: usize>(
    figures: &Figures,
    index: usize,
    stated: usize,
    ways: [Vec<usize>; N],
) -> Group {
    let mut found = Group { stated, parts: Vec::new() };
    let mut most = None;
    for parts in ways {
        let columns = holds(figures, index, stated, &parts);
        if !parts.is_empty() && most.is_none_or(|most| columns > most) {
            most = Some(columns);
            found.parts = parts;
        }
    }
    found
}

/// In how many columns the row is the sum of the parts, rounding aside; columns in which all is
/// blank or zero do not count.
fn holds(figures: &Figures, index: usize, stated: usize, parts: &[usize]) -> usize {
    if parts.is_empty() {
        return 0;
    }
    let group = Group { stated, parts: parts.to_vec() };
    (0..figures.notice.annexes[index].columns.len())
        .filter(|&column| figures.shape(index, column).numeric)
        .filter_map(|column| column_sum(figures, index, &group, column))
        .filter(|identity| identity.state() != State::Broken && !identity.is_empty(figures))
        .count()
}

/// One group in one column; `None` where a cell is no figure.
fn column_sum(figures: &Figures, index: usize, group: &Group, column: usize) -> Option<Identity> {
    let var = |row: usize| figures.cell(index, row, column);
    let printed =
        group.parts.iter().filter(|&&r| matches!(figures.at(var(r)), Figure::Value(_))).count();
    let half_units = Fixed::try_from(printed + 1).ok()?;
    let rounding = figures.shape(index, column).half_unit().checked_mul(half_units)?;
    let kind = Kind::ColumnSum { annex: index, row: group.stated, column };
    let parts = group.parts.iter().map(|&r| var(r));
    Identity::sum(figures, kind, var(group.stated), parts, rounding)
}

/// What a column's figures do when rows are added up.
enum Behaviour {
    AddsUp,
    /// By its role or header it is no sum, and it isn't one.
    NotMeantTo,
    /// By its role it is a sum, but it adds up nowhere.
    FailsTo,
}

/// How the column's sums fare, taken together.
fn behaviour(figures: &Figures, index: usize, column: usize, family: &[Identity]) -> Behaviour {
    let header = &figures.notice.annexes[index].columns[column];
    let broken: Vec<&Identity> = family.iter().filter(|i| i.state() == State::Broken).collect();
    let holding = family.len() - broken.len();
    match header.role {
        ColumnRole::Text => return Behaviour::NotMeantTo,
        ColumnRole::Rate | ColumnRole::Rank if holding < 3 || holding < 4 * broken.len() => {
            return Behaviour::NotMeantTo;
        }
        _ => {}
    }
    let leaf = header.path.last().map_or("", String::as_str);
    let unit = header.unit.as_deref().unwrap_or_default();
    let no_sum_by_name = NO_SUM_HEADERS.iter().any(|word| leaf.contains(word))
        || unit.contains(['%', '％', '‰', '/', '分']);
    if no_sum_by_name && holding <= broken.len() {
        return Behaviour::NotMeantTo;
    }
    let averages = broken.iter().filter(|identity| looks_averaged(figures, identity)).count();
    let counts = figures.shape(index, column).counts;
    if holding == 0 && averages == broken.len() && averages >= if counts { 3 } else { 2 } {
        return Behaviour::FailsTo;
    }
    if broken.len() >= 3 && broken.len() > holding {
        return Behaviour::FailsTo;
    }
    Behaviour::AddsUp
}

/// Whether the stated figure lies among its parts, far from their sum, as a mean does.
fn looks_averaged(figures: &Figures, identity: &Identity) -> bool {
    let Some((stated, parts)) = identity.terms.split_first() else {
        return false;
    };
    let value = |var| match figures.at(var) {
        Figure::Value(value) => Some(value),
        _ => None,
    };
    let Some(stated) = value(stated.var) else {
        return false;
    };
    let parts: Vec<Fixed> = parts.iter().filter_map(|term| value(term.var)).collect();
    let sum = parts.iter().fold(0_i128, |sum, &part| sum.saturating_add(part));
    let (least, most) = (parts.iter().min(), parts.iter().max());
    parts.len() >= 3
        && least.is_some_and(|&least| least <= stated)
        && most.is_some_and(|&most| most >= stated)
        && sum.unsigned_abs() > stated.unsigned_abs().saturating_mul(2)
}

/// A blank where a sum could stand states nothing, unless the column states its sums elsewhere, or
/// the row states its own and the column counts things, which all add up.
fn drop_unstated(figures: &Figures, annex: &Annex, identities: &mut Vec<Identity>) {
    let mut columns = vec![false; annex.columns.len()];
    let mut rows = vec![false; annex.rows.len()];
    let holding = |i: &&Identity| is_stated(figures, i) && i.state() != State::Broken;
    for (row, column) in identities.iter().filter(holding).filter_map(row_and_column) {
        rows[row] = true;
        columns[column] = true;
    }
    identities.retain(|i| {
        let Kind::ColumnSum { annex: index, row, column } = i.kind else {
            return true;
        };
        let counted = || rows[row] && figures.shape(index, column).counts;
        is_stated(figures, i) || columns[column] || counted()
    });
}

/// Whether the sum is printed.
fn is_stated(figures: &Figures, identity: &Identity) -> bool {
    identity.terms.first().is_some_and(|t| matches!(figures.at(t.var), Figure::Value(_)))
}

/// The stating row and the column of a column sum.
fn row_and_column(identity: &Identity) -> Option<(usize, usize)> {
    match identity.kind {
        Kind::ColumnSum { row, column, .. } => Some((row, column)),
        _ => None,
    }
}

/// Says which sums are surely meant: those whose column or row of sums holds elsewhere, and totals
/// of what is counted. Where much of a table is broken, its reading is in doubt and nothing is sure.
fn trust(figures: &Figures, annex: &Annex, identities: &mut [Identity]) {
    let broken = identities.iter().filter(|i| i.state() == State::Broken).count();
    if broken >= 3 && broken * 3 > identities.len() {
        return;
    }
    let mut rows = vec![false; annex.rows.len()];
    let mut columns = vec![false; annex.columns.len()];
    for (row, column) in
        identities.iter().filter(|i| i.state() != State::Broken).filter_map(row_and_column)
    {
        rows[row] = true;
        columns[column] = true;
    }
    for identity in identities.iter_mut() {
        let Kind::ColumnSum { annex: index, row, column } = identity.kind else {
            continue;
        };
        let total_of_counts = annex.rows[row].region.level == Level::Province
            && identity.terms.len() > 2
            && figures.shape(index, column).counts;
        let parts_blank = identity.terms.iter().skip(1).all(|t| figures.at(t.var) == Figure::Blank);
        let borne_out =
            columns[column] || (is_stated(figures, identity) && (rows[row] || total_of_counts));
        if borne_out && !parts_blank {
            identity.trust = Trust::Firm;
        }
    }
}
