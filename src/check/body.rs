//! The body's figures against the annexes' totals, and against their own parts.
//!
//! A figure of the body belongs to an annex when programme, stage and unit agree; it may be the
//! total of one annex or of several (64004 = 63377 + 627). Programmes that notices name in several
//! ways are in a table; any other is known by the words that the body's phrase and the annex's title
//! and headers share. Where the words leave several columns open, any one that holds is meant; a
//! contradiction is only spoken of where they leave one.

use crate::check::edit::{Slip, slip};
use crate::check::figures::{Figures, Fixed, SCALE, Var, decimal, fixed};
use crate::check::identity::{Identity, Kind, State, Trust};
use crate::check::sums::Group;
use crate::lexicon::{PARTS, PROGRAMMES, STAGES, SUMS_IN_PROSE, TASK_WORDS};
use crate::model::{Annex, Column, ColumnRole, Level, Notice, Quantity, Section, Target};
use std::collections::{BTreeMap, BTreeSet};

/// The name in `table` whose word stands in the text first named; `None` where none does.
fn named(table: &[(&'static str, &[&str])], text: &str) -> Option<&'static str> {
    let found = table.iter().find(|(_, words)| words.iter().any(|word| text.contains(word)));
    found.map(|&(name, _)| name)
}

/// The programme that a text speaks of, under one name for all its words.
pub fn programme_of(text: &str) -> Option<&'static str> {
    named(PROGRAMMES, text)
}

/// The stage that a text speaks of, under one name for all its words.
pub fn stage_of(text: &str) -> Option<&'static str> {
    named(STAGES, text)
}

/// A figure of the body that no annex could be held against, though one is about the programme.
pub struct Unmatched {
    /// Index of the target.
    pub target: usize,
    /// Index of the quantity.
    pub quantity: usize,
    /// Numbers of the annexes on the programme.
    pub annexes: Vec<u32>,
}

/// What the body's figures come to.
pub struct BodyFigures {
    /// Figures bound to annexes or to their own parts.
    pub identities: Vec<Identity>,
    /// Figures that belong to an annex by programme, but equal none of its totals.
    pub unmatched: Vec<Unmatched>,
}

/// Binds the body's figures.
pub fn body_figures(figures: &Figures, groups: &[Vec<Group>]) -> BodyFigures {
    let notice = figures.notice;
    let totals = totals(figures, groups);
    let mut bound = BodyFigures { identities: Vec::new(), unmatched: Vec::new() };
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (p, part) in notice.targets.iter().enumerate() {
        if let Some(whole) = part.part_of {
            parts.entry(whole).or_default().push(p);
        }
    }
    for (t, target) in notice.targets.iter().enumerate() {
        for (q, quantity) in target.quantities.iter().enumerate() {
            if let Some(parts) = parts.get(&t) {
                bound.identities.extend(parts_in_body(figures, t, q, parts));
            }
            if target.region.is_some() {
                continue;
            }
            bind(figures, &totals, (t, q), (target, quantity), &mut bound);
        }
    }
    bound
}

/// The total of one column of an annex.
struct Total<'n> {
    annex: &'n Annex,
    index: usize,
    column: &'n Column,
    /// The programme it is about, and the stage it is at. A table of all stages says its stage in the
    /// header, one of a single stage in the title.
    programme: Option<&'static str>,
    stage: Option<&'static str>,
    /// The total's cell, or the cells that make it up where no total is printed.
    vars: Vec<Var>,
    half_unit: Fixed,
}

/// The totals of all columns that could be a figure of the body.
fn totals<'n>(figures: &Figures<'n>, groups: &[Vec<Group>]) -> Vec<Total<'n>> {
    let mut totals = Vec::new();
    for (index, annex) in figures.notice.annexes.iter().enumerate() {
        let total_row = annex.rows.iter().position(|row| row.region.level == Level::Province);
        let rows: Vec<usize> = match total_row {
            Some(row) => vec![row],
            None => {
                let parts: BTreeSet<usize> = groups
                    .get(index)
                    .into_iter()
                    .flatten()
                    .flat_map(|group| group.parts.iter().copied())
                    .collect();
                (0..annex.rows.len()).filter(|row| !parts.contains(row)).collect()
            }
        };
        for (c, column) in annex.columns.iter().enumerate() {
            let adds_up = !matches!(column.role, ColumnRole::Rate | ColumnRole::Rank);
            if adds_up && figures.shape(index, c).numeric && !rows.is_empty() {
                let header = column.path.join("/");
                totals.push(Total {
                    annex,
                    index,
                    column,
                    programme: programme_of(&header).or_else(|| programme_of(title(annex))),
                    stage: stage_of(&header).or_else(|| stage_of(title(annex))),
                    vars: rows.iter().map(|&row| figures.cell(index, row, c)).collect(),
                    half_unit: figures.shape(index, c).half_unit(),
                });
            }
        }
    }
    totals
}

/// Binds one figure of the body to the totals it states.
fn bind(
    figures: &Figures,
    totals: &[Total],
    (t, q): (usize, usize),
    (target, quantity): (&Target, &Quantity),
    bound: &mut BodyFigures,
) {
    let words = words_of(figures.notice, target);
    let Some(programme) = programme_of(&words) else {
        bind_by_words(figures, totals, (t, q), (target, quantity), bound);
        return;
    };
    let stage = target.stage.as_deref().and_then(stage_of).or_else(|| stage_of(&target.what));
    let narrower = PARTS.iter().find(|(whole, _)| *whole == programme).map_or(&[][..], |p| p.1);
    let fits = |total: &&Total| {
        total.programme.is_some_and(|about| about == programme || narrower.contains(&about))
            && same_unit(&quantity.unit, unit_of(total))
            && (stage.is_none() || total.stage.is_none() || total.stage == stage)
    };
    let fitting: Vec<&Total> = totals.iter().filter(fits).collect();
    let own: Vec<&Total> =
        fitting.iter().copied().filter(|total| total.programme == Some(programme)).collect();
    let sum_of = |totals: &[&Total]| identity(figures, (t, q), quantity, totals);
    let holds = |identity: &Identity| identity.state() != State::Broken;

    let single = fitting.iter().filter_map(|total| sum_of(&[total])).find(holds);
    let wholes = [&fitting, &own].map(|totals| one_an_annex(totals));
    let several = wholes.iter().flatten().filter_map(|totals| sum_of(totals)).find(holds);
    if let Some(mut identity) = single.or(several) {
        identity.trust = Trust::Firm;
        bound.identities.push(identity);
        return;
    }
    if !is_of_the_plan(figures.notice, target) {
        return;
    }
    // Nothing holds: it contradicts the annexes only where its words leave one reading.
    let exact_stage = |total: &&&Total| stage.is_some() && total.stage == stage;
    let meant: Option<Vec<&Total>> = match &own.iter().filter(exact_stage).collect::<Vec<_>>()[..] {
        [total] => Some(vec![**total]),
        [] if stage.is_some() && !narrower.is_empty() => {
            let parts: Vec<&Total> = fitting.iter().filter(exact_stage).copied().collect();
            one_an_annex(&parts).filter(|totals| totals.len() > 1)
        }
        _ => None,
    };
    if let Some(mut identity) = meant.and_then(|totals| sum_of(&totals)) {
        identity.trust = Trust::Firm;
        bound.identities.push(identity);
    } else if !own.is_empty() {
        let annexes: BTreeSet<u32> = own.iter().map(|total| total.annex.number).collect();
        let annexes = annexes.into_iter().collect();
        bound.unmatched.push(Unmatched { target: t, quantity: q, annexes });
    }
}

/// Digits of a figure that no other is like by chance.
const LONG: usize = 4;
/// Pairs of characters of a programme, in percent, that an annex must share to be on it.
const ON_IT: usize = 80;
/// Pairs of characters of a phrase, in percent, that the header of the column it means must share,
/// where the annex has several of its unit.
const MEANT: usize = 25;

/// Binds a figure on a programme that no table knows, by the words it shares with title and header.
fn bind_by_words(
    figures: &Figures,
    totals: &[Total],
    (t, q): (usize, usize),
    (target, quantity): (&Target, &Quantity),
    bound: &mut BodyFigures,
) {
    let counted = quantity.counted.as_deref().unwrap_or_default();
    let phrase = without_task_words(&target.what) + counted;
    let programme = without_task_words(target.programme.as_deref().unwrap_or(&target.what));
    if programme.chars().count() < 3 {
        return;
    }
    let stage = stage_of(&phrase);
    let header = |total: &Total| total.column.path.join("/");
    let is_on_it = |total: &&Total| {
        shared(&programme, &format!("{}/{}", title(total.annex), header(total))) >= ON_IT
            && same_unit(&quantity.unit, unit_of(total))
    };
    let of_stage =
        |total: &&Total| stage.is_none() || total.stage.is_none() || total.stage == stage;
    let all: Vec<&Total> = totals.iter().filter(is_on_it).collect();
    let fitting: Vec<&Total> = all.iter().copied().filter(of_stage).collect();
    let nearness = |total: &Total| shared(&phrase, &header(total));
    let nearest = fitting.iter().map(|total| nearness(total)).max().unwrap_or(0);
    let near: Vec<&Total> =
        fitting.iter().copied().filter(|total| nearness(total) == nearest).collect();
    let sum_of = |totals: &[&Total]| identity(figures, (t, q), quantity, totals);
    let holds = |identity: &Identity| identity.state() != State::Broken;

    let single = near.iter().chain(&all).filter_map(|total| sum_of(&[total])).find(holds);
    let wholes = [&near, &fitting, &all].map(|totals| one_an_annex(totals));
    let several = wholes.iter().flatten().filter_map(|totals| sum_of(totals)).find(holds);
    // Where the body says the same words of several figures, they are not of the whole.
    let same = |other: &&Target| other.what == target.what;
    let is_alone = figures.notice.targets.iter().filter(same).count() == 1;
    let meant = match near[..] {
        [only] if fitting.len() == 1 || nearest >= MEANT => Some(only),
        _ => None,
    };
    // An annex of another stage may be a part of it, unless this one says the very stage.
    let is_sure = |only: &Total| fitting.len() == all.len() || only.stage == stage;
    let meant = meant.filter(|only| is_alone && only.annex.number > 0 && is_sure(only));
    let is_planned = is_of_the_plan(figures.notice, target);
    let slipped = || {
        let sums = all.iter().filter_map(|total| sum_of(&[total]));
        let wholes = wholes.iter().flatten().filter_map(|totals| sum_of(totals));
        sums.chain(wholes).find(|identity| is_slip_of(figures, identity))
    };
    let contradicted = || meant.and_then(|total| sum_of(&[total])).or_else(slipped);
    let is_held = single.is_some() || several.is_some();
    let found = single.or(several).or_else(|| contradicted().filter(|_| is_planned));
    if let Some(mut identity) = found {
        identity.trust = if is_held { Trust::Firm } else { Trust::Weak };
        bound.identities.push(identity);
    }
}

/// Whether the stated figure is a single slip of a hand away from the computed one: too long for
/// chance to make it so.
fn is_slip_of(figures: &Figures, identity: &Identity) -> bool {
    let Some(stated) = identity.terms.first().and_then(|term| figures.value(term.var)) else {
        return false;
    };
    let digits = |value: Fixed| decimal(value, 0).map(|value| value.normalize().to_string());
    let Some((stated, computed)) =
        digits(stated).zip(stated.checked_add(identity.residual).and_then(digits))
    else {
        return false;
    };
    let is_long = stated.chars().filter(char::is_ascii_digit).count() >= LONG;
    is_long && matches!(slip(Some(&stated), Some(&computed)), Slip::Digit | Slip::Exchanged)
}

/// Whether a figure is about what the notice plans: not about another year, nor about what is done.
fn is_of_the_plan(notice: &Notice, target: &Target) -> bool {
    let is_other = sentence_before(&notice.body, &target.what).is_some_and(|before| {
        let of_plan = |year: &str| {
            notice.frame.plan_year.is_some_and(|planned| planned.to_string() == year)
                || notice.annexes.iter().any(|annex| title(annex).contains(year))
        };
        DONE.iter().any(|word| before.contains(word))
            || last_year(before).is_some_and(|year| !of_plan(year))
    });
    !is_other && !DONE.iter().any(|word| target.what.contains(word))
}

/// Words of what is done, not planned.
const DONE: &[&str] = &["累计", "已", "上年", "去年", "截至"];

/// The sentence that the phrase stands in, up to the phrase.
fn sentence_before<'n>(sections: &'n [Section], phrase: &str) -> Option<&'n str> {
    if phrase.is_empty() {
        return None;
    }
    sections.iter().find_map(|section| {
        let here = section
            .text
            .split(['。', '\n'])
            .find_map(|sentence| sentence.find(phrase).and_then(|at| sentence.get(..at)));
        here.or_else(|| sentence_before(&section.sections, phrase))
    })
}

/// The digits of the last year the text names: 2022 of 2022年.
fn last_year(text: &str) -> Option<&str> {
    let years = text.match_indices('年').filter_map(|(at, _)| text.get(at.checked_sub(4)?..at));
    years.rev().find(|year| year.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The phrase without words for a task.
fn without_task_words(phrase: &str) -> String {
    TASK_WORDS
        .iter()
        .chain(SUMS_IN_PROSE)
        .fold(phrase.to_owned(), |phrase, word| phrase.replace(word, ""))
}

/// How many of the pairs of neighbouring characters of the phrase stand in the text, in percent.
fn shared(phrase: &str, text: &str) -> usize {
    let chars: Vec<char> = phrase.chars().collect();
    let pairs: Vec<String> = chars.windows(2).map(|pair| pair.iter().collect()).collect();
    let found = pairs.iter().filter(|pair| text.contains(pair.as_str())).count();
    found * 100 / pairs.len().max(1)
}

/// The words a target's programme is read from: its own, or those of the whole it is a part of.
fn words_of(notice: &Notice, target: &Target) -> String {
    let own = target.programme.as_deref().unwrap_or(&target.what);
    if programme_of(own).is_some() {
        return own.to_owned();
    }
    if programme_of(&target.what).is_some() {
        return target.what.clone();
    }
    let whole = target.part_of.and_then(|whole| notice.targets.get(whole));
    whole.map(|whole| whole.what.clone()).unwrap_or_default()
}

fn title(annex: &Annex) -> &str {
    annex.title.as_ref().map_or("", |title| &title.value)
}

/// The totals, if no two of them are of one annex.
fn one_an_annex<'t, 'n>(totals: &[&'t Total<'n>]) -> Option<Vec<&'t Total<'n>>> {
    let annexes: BTreeSet<usize> = totals.iter().map(|total| total.index).collect();
    (totals.len() > 1 && annexes.len() == totals.len()).then(|| totals.to_vec())
}

fn unit_of<'n>(total: &Total<'n>) -> &'n str {
    let annex = total.annex.unit.as_ref().map(|unit| unit.value.as_str());
    total.column.unit.as_deref().or(annex).unwrap_or_default()
}

/// Whether two units are one: 套（间） and 套、间, 个 and 个, 小区 told by its classifier.
fn same_unit(a: &str, b: &str) -> bool {
    let parts = |unit: &str| -> BTreeSet<String> {
        unit.split(['、', '（', '(', '）', ')', '，', ',', '/', ' '])
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (a, b) = (parts(a), parts(b));
    !a.is_disjoint(&b)
}

/// The figure of the body as the sum of totals.
fn identity(
    figures: &Figures,
    (t, q): (usize, usize),
    quantity: &Quantity,
    totals: &[&Total],
) -> Option<Identity> {
    let stated = figures.quantity(t, q)?;
    let parts: Vec<Var> = totals.iter().flat_map(|total| total.vars.iter().copied()).collect();
    let kind = Kind::BodyFigure { target: t, quantity: q };
    let mut identity = Identity::sum(figures, kind, stated, parts.iter().copied(), 0)?;
    // Prose rounds, or cuts off (14.29万 for 142991): up to a unit of its last digit, where it has
    // fewer digits than the annexes.
    let unit = fixed(quantity.half_unit)?.checked_mul(2)?;
    let finest = totals.iter().map(|total| total.half_unit).min().unwrap_or(0);
    let finest = if finest == 0 { ONE } else { finest.saturating_mul(2) };
    if unit > finest {
        // The annexes' last digit is the least by which it can miss a whole unit.
        identity.rounding = unit - finest;
    } else {
        // Both print alike; only totals that nobody printed can be off.
        let unprinted = totals.iter().filter(|total| total.vars.len() > 1);
        let terms = unprinted.map(|total| total.half_unit.saturating_mul(total.vars.len() as i128));
        identity.rounding = terms.fold(0, i128::saturating_add);
    }
    identity.tolerance = identity.rounding;
    Some(identity)
}

/// One, as figures are scaled.
const ONE: Fixed = 10_i128.pow(SCALE);

/// A figure as the sum of its parts in the body (其中), where at least two are named in its unit
/// and they are all of it.
fn parts_in_body(figures: &Figures, t: usize, q: usize, named: &[usize]) -> Option<Identity> {
    let notice = figures.notice;
    let quantity = notice.targets[t].quantities.get(q)?;
    let mut parts = Vec::new();
    let mut rounding = fixed(quantity.half_unit)?;
    for &p in named {
        let part = notice.targets.get(p)?;
        let same = part.quantities.iter().position(|other| same_unit(&other.unit, &quantity.unit));
        let Some(at) = same else {
            continue;
        };
        parts.push(figures.quantity(p, at)?);
        rounding = rounding.checked_add(fixed(part.quantities[at].half_unit)?)?;
    }
    if parts.len() < 2 {
        return None;
    }
    let counts = quantity.half_unit == ONE_HALF && quantity.value.decimals() == 0;
    let rounding = if counts { 0 } else { rounding };
    let kind = Kind::BodyParts { target: t, quantity: q };
    let stated = figures.quantity(t, q)?;
    let mut identity = Identity::sum(figures, kind, stated, parts.iter().copied(), rounding)?;
    let whole = figures.value(stated)?;
    let sum = identity.residual.checked_add(whole)?;
    if identity.state() != State::Broken {
        return Some(identity);
    }
    // 其中 may name a few parts only, or several that overlap (教职工, 其中专任教师): regions, and
    // those that say what they are parts of, make up the whole, or nearly.
    let is_said = |&part: &usize| {
        let (part, whole) = (&notice.targets[part], &notice.targets[t]);
        let of_programme = part.programme.is_some() && part.programme == whole.programme;
        part.region.is_some() || of_programme || shared(&part.what, &whole.what) > 0
    };
    let is_meant = near(&identity, sum) && named.iter().all(is_said);
    if quantity.unit.contains(['%', '％']) || !(is_meant || is_slip_of(figures, &identity)) {
        return None;
    }
    if is_meant && sum > whole {
        identity.trust = Trust::Firm;
    }
    Some(identity)
}

/// Whether parts fall so little short of their whole that they were meant to make it up.
fn near(identity: &Identity, sum: Fixed) -> bool {
    identity.residual.unsigned_abs().saturating_mul(20) < sum.unsigned_abs()
}

/// Half of one: how far a whole number may be off by its printed digits.
const ONE_HALF: rust_decimal::Decimal = rust_decimal::Decimal::from_parts(5, 0, 0, false, 1);
