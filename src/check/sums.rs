//! Sums down the columns: totals of prefectures, prefectures of their rows, subtotals of blocks.
//!
//! Which rows make up a sum is first taken from the hierarchy that `typing` found, then held
//! against the figures: of several ways to cut the rows, the one that holds in most columns is
//! meant. Columns that do not add up at all (rates, ranks, prices) are found out here.

use crate::check::figures::{Figure, Figures, Fixed};
use crate::check::identity::{Identity, Kind, State, Term, Trust, hold_to_the_last_digit};
use crate::lexicon::{self, NO_SUM_HEADERS, OWN_ROWS, TOTALS, YEAR_HEADERS, without_of_which};
use crate::model::{Annex, ColumnRole, Level};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Columns that should add up by their role, but do not.
    pub not_sums: Vec<NotASum>,
    /// The parent rows, where the rows below them do not add up to them and are taken for parts only.
    pub parts_only: Vec<usize>,
    /// Sums that could not be tried: one of their cells is no figure.
    pub untried: usize,
}

/// A column that should add up by its role, but adds up nowhere.
pub struct NotASum {
    /// Index of the column.
    pub column: usize,
    /// Rows that should state its sums: indices.
    pub stated: Vec<usize>,
    /// Whether what is stated lies among its parts, as a mean does: then it is no sum at all.
    pub is_mean: bool,
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
            Behaviour::FailsTo { is_mean } => {
                let stated = family.iter().filter_map(row_and_column).map(|(row, _)| row);
                not_sums.push(NotASum { column, stated: stated.collect(), is_mean });
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
const MOST_TOTALS: usize = 16;

/// How the rows are cut into sums; and the parents whose rows do not add up to them, if they are taken
/// for parts only.
fn groups(figures: &Figures, index: usize) -> (Vec<Group>, Vec<usize>) {
    let annex = &figures.notice.annexes[index];
    let Some(classes) = categories(annex) else {
        return groups_among(figures, index, &(0..annex.rows.len()).collect::<Vec<_>>());
    };
    let (mut groups, mut parts_only) = (Vec::new(), Vec::new());
    for class in classes.values() {
        let (among, only) = groups_among(figures, index, class);
        groups.extend(among);
        parts_only.extend(only);
    }
    groups.extend(wholes_of_categories(annex, &classes));
    (groups, parts_only)
}

/// The rows of each category, where regions have a row for each: 小计, 公租房 and 保租房 of each
/// prefecture. The row of a whole, or of a region alone, has the category of no words.
type Categories<'n> = BTreeMap<Vec<&'n str>, Vec<usize>>;

fn categories(annex: &Annex) -> Option<Categories<'_>> {
    let mut classes: Categories = BTreeMap::new();
    let mut regions: BTreeSet<&str> = BTreeSet::new();
    for (r, row) in annex.rows.iter().enumerate() {
        let region = &row.region;
        let is_category = |text: &&str| {
            let is_region = *text == region.name || region.parent.as_deref() == Some(text);
            !is_region && !TOTALS.contains(text) && !OWN_ROWS.contains(text)
        };
        let category = row.keys.iter().map(|key| key.text.as_str()).filter(is_category);
        classes.entry(category.collect()).or_default().push(r);
        regions.insert(&region.name);
    }
    // Texts that stand in one row alone are no categories.
    let rows = annex.rows.len();
    let is_meant = classes.len() > 1 && classes.len() * 2 <= rows && regions.len() * 2 <= rows;
    is_meant.then_some(classes)
}

/// 小计 of a region over its rows of each category.
fn wholes_of_categories(annex: &Annex, classes: &Categories) -> Vec<Group> {
    let Some(wholes) = classes.get(&Vec::new()) else { return Vec::new() };
    let name = |r: usize| (&annex.rows[r].region.name, &annex.rows[r].region.parent);
    let group = |&stated: &usize| {
        let is_of_it = |r: &usize| !wholes.contains(r) && name(*r) == name(stated);
        let parts: Vec<usize> = (stated + 1..annex.rows.len()).take_while(is_of_it).collect();
        (parts.len() > 1).then_some(Group { stated, parts })
    };
    wholes.iter().filter_map(group).collect()
}

/// Whether the row says of what stands beside its region that it is the whole: 小计 among the projects of a county.
fn is_whole_of_items(annex: &Annex, row: usize) -> bool {
    let row = &annex.rows[row];
    let own = row.region.name.as_str();
    row.keys.iter().any(|key| key.text != own && OWN_ROWS.contains(&key.text.as_str()))
}

/// 小计 of a county over its projects, above it or below, where it holds in a column.
fn wholes_of_items(figures: &Figures, index: usize, among: &[usize]) -> Vec<Group> {
    let annex = &figures.notice.annexes[index];
    let of = |r: &usize| (&annex.rows[*r].region.name, annex.rows[*r].region.parent_row);
    let group = |at: usize| {
        let stated = among[at];
        let is_item = |r: &&usize| of(r) == of(&stated) && !is_whole_of_items(annex, **r);
        let mut above: Vec<usize> = among[..at].iter().rev().take_while(is_item).copied().collect();
        above.reverse();
        let below = among[at + 1..].iter().take_while(is_item).copied().collect();
        let group = best(figures, index, stated, [above, below]);
        (holds(figures, index, stated, &group.parts) > 0).then_some(group)
    };
    let wholes = (0..among.len()).filter(|&at| is_whole_of_items(annex, among[at]));
    wholes.filter_map(group).collect()
}

/// How some rows are cut into sums.
fn groups_among(figures: &Figures, index: usize, among: &[usize]) -> (Vec<Group>, Vec<usize>) {
    let annex = &figures.notice.annexes[index];
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); annex.rows.len()];
    let mut tops = Vec::new();
    for &r in among {
        let row = &annex.rows[r];
        match row.region.parent_row {
            Some(parent) if parent != r && among.binary_search(&parent).is_ok() => {
                children[parent].push(r);
            }
            _ if row.region.level != Level::Province => tops.push(r),
            _ => {}
        }
    }
    let level = |r: &usize| annex.rows[*r].region.level;
    let mut groups = Vec::new();
    // A heading without figures states no sum.
    let states = |r: usize| {
        (0..annex.columns.len())
            .filter(|&column| figures.shape(index, column).numeric)
            .any(|column| matches!(figures.at(figures.cell(index, r, column)), Figure::Value(_)))
    };
    for (r, of_row) in children.iter().enumerate() {
        if of_row.is_empty() || !states(r) {
            continue;
        }
        let plain = of_row.iter().copied().filter(|c| level(c) != Level::Subtotal).collect();
        let items = of_row.iter().copied().filter(|&c| !is_whole_of_items(annex, c)).collect();
        groups.push(best(figures, index, r, [of_row.clone(), plain, items]));
    }
    groups.extend(wholes_of_items(figures, index, among));
    let holds_anywhere = |g: &Group| holds(figures, index, g.stated, &g.parts) > 0;
    // 其中 says itself that a few parts are named.
    groups.retain(|group| !is_of_which(annex, group) || holds_anywhere(group));
    let body = |r: &usize| level(r) != Level::Province;
    let is_leaf = |r: &usize| body(r) && children[*r].is_empty();
    let every: Vec<usize> = among.iter().copied().filter(body).collect();
    let leaves: Vec<usize> = every.iter().copied().filter(is_leaf).collect();
    // A whole table whose parents are not the sums of their rows lists parts only, or its
    // hierarchy is another one; then its parents are rows like others. But if both the parents and
    // the rows below them add up to the total, each parent should to its own.
    let parents = groups.len();
    let holding = groups.iter().filter(|group| holds_anywhere(group)).count();
    let both_add_up = among.iter().copied().filter(|r| !body(r)).any(|total| {
        holds(figures, index, total, &tops) > 0 && holds(figures, index, total, &leaves) > 0
    });
    let none_hold = parents >= 2 && holding == 0;
    let mut parts_only = Vec::new();
    if (none_hold || (parents >= 4 && holding * 2 < parents)) && !both_add_up {
        parts_only = groups.iter().map(|group| group.stated).collect();
        groups.clear();
    }
    let parents_add_up = !groups.is_empty();

    let is_block = |r: &usize| level(r) == Level::Subtotal && children[*r].is_empty();
    for (at, &r) in tops.iter().enumerate().filter(|(_, r)| is_block(r)) {
        let before = tops[..at].iter().rev().take_while(|r| !is_block(r)).copied().collect();
        let after = tops[at + 1..].iter().take_while(|r| !is_block(r)).copied().collect();
        // 一、设区市 goes as far as 二、省直管县, whose counties are its own.
        let is_sum = |r: &usize| level(r) == Level::Subtotal;
        let block = tops[at + 1..].iter().take_while(|r| !is_sum(r)).copied().collect();
        let group = best(figures, index, r, [before, after, block]);
        // A row called 小计 that sums nothing near it is left alone.
        if holds(figures, index, r, &group.parts) > 0 {
            groups.push(group);
        }
    }

    let without_blocks: Vec<usize> = tops.iter().copied().filter(|r| !is_block(r)).collect();
    let blocks: Vec<usize> = tops.iter().copied().filter(|r| level(r) == Level::Subtotal).collect();
    let leaves: Vec<usize> = leaves.into_iter().filter(|r| !is_block(r)).collect();
    let mut totals = 0;
    for &r in among {
        let is_total = level(&r) == Level::Province && children[r].is_empty();
        if !is_total || totals == MOST_TOTALS {
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
        // 其中：65岁及以上 behind 60岁及以上 is in that; behind the total it opens the parts.
        let is_within = |&top: &usize| top > r + 1 && is_named_of_which(annex, top);
        let apart = without_blocks.iter().copied().filter(|top| !is_within(top)).collect();
        // 其中：脱贫县较多的市 right behind the total says what some of the parts come to.
        let named = |top: &usize| !is_named_of_which(annex, *top);
        let without_memos = without_blocks.iter().copied().filter(named).collect();
        let blocks = blocks.clone();
        // 收入总计 is 本年收入合计 and what stands between the two; 支出合计 begins anew behind 收入总计.
        let sums = |o: &usize| matches!(level(o), Level::Province | Level::Subtotal);
        let last = among.iter().copied().take_while(|&other| other < r).filter(sums).last();
        let since: Vec<usize> = match last {
            Some(last) => {
                without_blocks.iter().copied().filter(|&top| last < top && top < r).collect()
            }
            None => Vec::new(),
        };
        let carried = last.into_iter().filter(|_| !since.is_empty()).chain(since.clone()).collect();
        let ways = [
            apart,
            without_blocks.clone(),
            without_memos,
            blocks,
            leaves,
            every,
            before,
            after,
            since,
            carried,
        ];
        groups.push(best(figures, index, r, ways));
    }
    let name = |row: usize| annex.rows[row].region.name.as_str();
    groups.retain(|group| !lexicon::is_row_of_rates(name(group.stated)));
    for group in &mut groups {
        let left_out = lexicon::left_out(name(group.stated));
        group.parts.retain(|&part| !left_out.contains(&name(part)));
    }
    groups.retain(|group| !group.parts.is_empty() && !repeats(figures, index, group));
    (groups, parts_only)
}

/// Whether 其中 stands before the first part of a sum.
fn is_of_which(annex: &Annex, group: &Group) -> bool {
    group.parts.first().is_some_and(|&part| is_named_of_which(annex, part))
}

/// Whether 其中 stands before the name of a row.
fn is_named_of_which(annex: &Annex, row: usize) -> bool {
    let Some(row) = annex.rows.get(row) else { return false };
    let mut texts = row.keys.iter().map(|key| &key.text).chain([&row.region.name]);
    texts.any(|text| without_of_which(text) != text)
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
    let mut identity = Identity::sum(figures, kind, var(group.stated), parts, rounding)?;
    // Where units differ, so does what rounding may hide: 1.2亿元 may be 500万元 off.
    if identity.terms.iter().any(|term| term.weight.unsigned_abs() > 1) {
        let own = |term: &Term| figures.half_unit(term.var).checked_mul(term.weight.abs());
        let printed =
            identity.terms.iter().filter(|t| matches!(figures.at(t.var), Figure::Value(_)));
        let rounding = printed.map(own).try_fold(0_i128, |sum, own| sum.checked_add(own?))?;
        (identity.rounding, identity.tolerance) = (rounding, rounding);
    }
    Some(identity)
}

/// What a column's figures do when rows are added up.
enum Behaviour {
    AddsUp,
    /// By its role or header it is no sum, and it isn't one.
    NotMeantTo,
    /// By its role it is a sum, but it adds up nowhere.
    FailsTo {
        /// Whether what it states lies among the parts.
        is_mean: bool,
    },
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
        || YEAR_HEADERS.iter().any(|word| leaf.ends_with(word))
        || unit.contains(['%', '％', '‰', '/', '分']);
    if no_sum_by_name && holding <= broken.len() {
        return Behaviour::NotMeantTo;
    }
    let averages = broken.iter().filter(|identity| looks_averaged(figures, identity)).count();
    let counts = figures.shape(index, column).counts;
    if holding == 0 && averages == broken.len() && averages >= if counts { 3 } else { 2 } {
        return Behaviour::FailsTo { is_mean: true };
    }
    if broken.len() >= 3 && broken.len() > holding {
        // Sums that are printed nowhere fail nowhere.
        if !broken.iter().any(|identity| is_stated(figures, identity)) {
            return Behaviour::NotMeantTo;
        }
        return Behaviour::FailsTo { is_mean: false };
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
/// the row states its own and the column has things, areas or money, which all add up.
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
        let adds_up = || rows[row] && figures.shape(index, column).adds_up;
        is_stated(figures, i) || columns[column] || adds_up()
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
