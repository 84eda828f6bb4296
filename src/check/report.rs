//! Causes in, findings out: what is said against what, in words, with the cells to doubt.

use crate::check::body::Unmatched;
use crate::check::figures::{Figures, Fixed, Site, Var, decimal};
use crate::check::finding::{Finding, Suspect};
use crate::check::identity::{Identity, Kind, Trust};
use crate::check::order::{Breach, Order, ends};
use crate::check::rank::{Weighed, weigh};
use crate::check::sums::NotASum;
use crate::check::suspects::{Cause, Patch, RowSlip};
use crate::diag::{Severity, Wording};
use crate::model::{Amount, Annex, Correction, Notice, Verdict, annex_name};
use crate::place::Place;
use std::collections::{BTreeMap, BTreeSet};

/// Suspects that one finding names. The cells of a sum of thousands say no more than its place.
const SUSPECTS: usize = 500;

/// The finding for one cause.
pub fn broken(
    figures: &Figures,
    orders: &[Order],
    identities: &[Identity],
    cause: &Cause,
) -> Option<Finding> {
    let broken: Vec<&Identity> = cause.identities.iter().map(|&i| &identities[i]).collect();
    let first = *broken.first()?;
    let is_beyond = |i: &&Identity| i.residual.unsigned_abs() > i.rounding.unsigned_abs();
    let sure = broken.iter().any(|identity| identity.trust == Trust::Firm && is_beyond(identity));
    let severity = match sure {
        true => Severity::Error,
        false if broken.iter().any(|i| i.exact || is_beyond(i)) => Severity::Warning,
        // Rounding may still explain it.
        false => Severity::Note,
    };
    let mut finding = finding(figures, first, severity);
    if let Some(slip) = cause.patches.first().map(|patch| patch.slip)
        && cause.patches.iter().all(|patch| patch.slip == slip)
    {
        finding.check = match slip {
            RowSlip::Cells => finding.check,
            RowSlip::Shifted => "row_shifted",
            RowSlip::CellsExchanged => "cells_exchanged",
            RowSlip::RowsExchanged => "rows_exchanged",
            RowSlip::Repeated => "row_repeated",
        };
    }
    for other in broken.iter().skip(1) {
        let (en, zh) = statement(figures, other);
        add(&mut finding.message, "; ", "；", &en, &zh);
        finding.places.extend(stated_place(figures, other));
    }
    name_suspects(figures, orders, &cause.patches, broken.len(), &mut finding);
    if let ([identity], Kind::ColumnSum { .. }) = (&broken[..], first.kind)
        && identity.residual < 0
        && severity != Severity::Note
        && !has_likely_slip(figures, orders, &cause.patches)
        && let Some(short) = identity.residual.checked_neg().and_then(|short| decimal(short, 0))
    {
        let missing = Wording::new(
            format!("a row with {short} may be missing"),
            format!("可能漏列一行{short}"),
        );
        or(&mut finding.cause, missing);
    }
    if severity == Severity::Note {
        or(&mut finding.cause, Wording::new("rounding may explain it", "或系四舍五入"));
    }
    if cause.patches.is_empty() {
        finding.suspects = cells_of(figures, first);
    }
    Some(finding)
}

/// The findings for groups that fall short in two columns or more with no likely slip of a hand in
/// any: a row of theirs may be missing. Takes the causes it speaks for out of `causes`.
pub fn missing_rows(
    figures: &Figures,
    orders: &[Order],
    identities: &[Identity],
    causes: &mut Vec<Cause>,
) -> Vec<Finding> {
    let short = |cause: &Cause| {
        let [only] = cause.identities[..] else {
            return None;
        };
        let identity = &identities[only];
        let Kind::ColumnSum { annex, row, .. } = identity.kind else {
            return None;
        };
        (identity.residual < 0 && !has_likely_slip(figures, orders, &cause.patches))
            .then_some((annex, row))
    };
    let mut groups: BTreeMap<(usize, usize), Vec<Cause>> = BTreeMap::new();
    for cause in causes.iter() {
        if let Some(group) = short(cause) {
            groups.entry(group).or_default().push(cause.clone());
        }
    }
    groups.retain(|_, of_group| of_group.len() >= 2);
    causes.retain(|cause| short(cause).is_none_or(|group| !groups.contains_key(&group)));
    let mut findings = Vec::new();
    for ((index, row), of_group) in groups {
        let annex = &figures.notice.annexes[index];
        let (number, name) = (annex.number, &annex.rows[row].region.name);
        let mut parts = of_group.iter().filter_map(|c| broken(figures, orders, identities, c));
        let Some(mut finding) = parts.next() else {
            continue;
        };
        for other in parts {
            finding.severity = finding.severity.max(other.severity);
            finding.places.extend(other.places);
            finding.suspects.extend(other.suspects);
        }
        let missing: Vec<Wording> = of_group
            .iter()
            .filter_map(|cause| {
                let identity = &identities[*cause.identities.first()?];
                let Kind::ColumnSum { column, .. } = identity.kind else {
                    return None;
                };
                let short = decimal(identity.residual.checked_neg()?, 0)?;
                let header = header(annex, column);
                Some(Wording::new(format!("{short} in {header}"), format!("“{header}”少{short}")))
            })
            .collect();
        let (en_missing, zh_missing): (Vec<_>, Vec<_>) =
            missing.into_iter().map(|of_column| (of_column.en, of_column.zh)).unzip();
        finding.check = "row_missing";
        let Wording { en, zh } = annex_name(number);
        finding.message = Wording::new(
            format!("{en}: the rows of {name} fall short of it by {}", en_missing.join(", ")),
            format!("{zh}：各行之和与{name}相比，{}", zh_missing.join("，")),
        );
        finding.cause = Some(Wording::new(
            "a row with these figures may be missing",
            "可能漏列了这些数字所在的一行",
        ));
        findings.push(finding);
    }
    findings
}

/// Whether some way to mend is a single slip of a hand.
fn has_likely_slip(figures: &Figures, orders: &[Order], patches: &[Patch]) -> bool {
    weigh(figures, orders, patches, 1).first().is_some_and(|way| way.cost <= LIKELY)
}

/// The cost up to which a way to mend is a single slip of a hand.
const LIKELY: i64 = 15;

/// The note for a difference that rounding explains.
pub fn rounded(
    figures: &Figures,
    orders: &[Order],
    identity: &Identity,
    ways: &[Patch],
) -> Finding {
    let mut finding = finding(figures, identity, Severity::Note);
    finding.cause = Some(Wording::new("rounding explains it", "系四舍五入"));
    // Prose rounds on purpose; a sum of rounded figures may hide a slip in its last digit.
    if matches!(identity.kind, Kind::BodyFigure { .. } | Kind::BodyParts { .. }) {
        return finding;
    }
    for way in weigh(figures, orders, ways, 1) {
        finding.suspects.extend(way.suspects);
    }
    finding.suspects.truncate(SUSPECTS);
    finding
}

/// The finding for a row that breaks an order of magnitudes.
pub fn out_of_order(figures: &Figures, breach: &Breach) -> Option<Finding> {
    let (small, large) = ends(figures, breach.order, breach.row);
    let annex = figures.notice.annexes.get(breach.order.annex)?;
    let row = annex.rows.get(breach.row)?;
    let (name, s, l) =
        (&row.region.name, header(annex, breach.order.small), header(annex, breach.order.large));
    let (less, more) = (shown(figures, small), shown(figures, large));
    let Wording { en, zh } = annex_name(annex.number);
    Some(Finding {
        check: "order",
        severity: if breach.order.is_firm { Severity::Warning } else { Severity::Note },
        message: Wording::new(
            format!("{en}, {name}: {s} is {less}, more than {l}, {more}"),
            format!("{zh}“{name}”：{s}为{less}，多于{l}{more}"),
        ),
        cause: None,
        stated: None,
        computed: None,
        tolerance: None,
        places: [small, large].into_iter().filter_map(|v| place(figures, v)).collect(),
        suspects: Vec::new(),
    })
}

/// The finding for a column whose figures add up nowhere: a note where it is one of means.
pub fn not_a_sum(notice: &Notice, index: usize, failing: &NotASum) -> Option<Finding> {
    let annex = notice.annexes.get(index)?;
    let name = header(annex, failing.column);
    let annex_words = annex_name(annex.number);
    let (severity, en, zh) = match failing.is_mean {
        true => (
            Severity::Note,
            "does not add up to its totals anywhere; it was taken for means",
            "各处均不等于合计，按平均数处理",
        ),
        false => (
            Severity::Warning,
            "does not add up to its totals anywhere; it was not checked as a sum",
            "各处均不等于合计，未按求和核对",
        ),
    };
    let stated = failing
        .stated
        .iter()
        .filter_map(|&row| Some(annex.rows.get(row)?.cells.get(failing.column)?.place));
    Some(Finding {
        check: "not_a_sum",
        severity,
        message: Wording::new(
            format!("{}: the column {name} {en}", annex_words.en),
            format!("{}“{name}”列{zh}", annex_words.zh),
        ),
        cause: None,
        stated: None,
        computed: None,
        tolerance: None,
        places: annex
            .columns
            .get(failing.column)
            .map(|column| column.place)
            .into_iter()
            .chain(stated)
            .collect(),
        suspects: Vec::new(),
    })
}

/// The warning for parents whose rows do not add up to them.
pub fn parts_only(notice: &Notice, index: usize, parents: &[usize]) -> Option<Finding> {
    let annex = notice.annexes.get(index)?;
    let region = &annex.rows.get(*parents.first()?)?.region;
    let (Wording { en, zh }, name) = (annex_name(annex.number), &region.name);
    let places = parents.iter().filter_map(|&row| annex.rows.get(row)).map(|row| row.region.place);
    Some(Finding {
        check: "parts_only",
        severity: Severity::Warning,
        message: Wording::new(
            format!(
                "{en}: the rows below {name} and the others like it do not add up to them; they were taken for parts"
            ),
            format!("{zh}：{name}等的下级各行相加不等于上级，按仅列部分处理"),
        ),
        cause: None,
        stated: None,
        computed: None,
        tolerance: None,
        places: places.collect(),
        suspects: Vec::new(),
    })
}

/// The note for a figure of the body that equals no total of the annexes on its programme.
pub fn unmatched(notice: &Notice, unmatched: &Unmatched) -> Option<Finding> {
    let target = notice.targets.get(unmatched.target)?;
    let quantity = target.quantities.get(unmatched.quantity)?;
    let names = annex_names(unmatched.annexes.iter().copied(), " or ");
    Some(Finding {
        check: "body_figure_unmatched",
        severity: Severity::Note,
        message: Wording::new(
            format!(
                "the body states {} {} for {}; no total of {} is that, and the words do not say which one it should be",
                quantity.raw, quantity.unit, target.what, names.en
            ),
            format!(
                "正文“{}”为{}{}，{}中没有与之相等的合计，文字也未指明对应哪一列",
                target.what, quantity.raw, quantity.unit, names.zh
            ),
        ),
        cause: None,
        stated: Some(quantity.value),
        computed: None,
        tolerance: None,
        places: vec![quantity.place],
        suspects: Vec::new(),
    })
}

/// A finding about an identity, without suspects.
fn finding(figures: &Figures, identity: &Identity, severity: Severity) -> Finding {
    let (en, zh) = statement(figures, identity);
    let stated = identity.terms.first().map(|term| term.var);
    let weight = identity.terms.first().map_or(1, |term| term.weight.saturating_abs()).max(1);
    let computed = computed(figures, identity).and_then(|value| decimal(value, 0));
    let tolerance = match identity.rounding {
        0 => None,
        rounding => decimal(rounding / weight, 0),
    };
    Finding {
        check: match identity.kind {
            Kind::ColumnSum { .. } => "column_sum",
            Kind::RowSum { .. } => "row_sum",
            Kind::Product { .. } => "product",
            Kind::BodyFigure { .. } => "body_figure",
            Kind::BodyParts { .. } => "body_parts",
        },
        severity,
        message: Wording::new(en, zh),
        cause: None,
        stated: stated.and_then(|var| printed(figures, var)),
        computed,
        tolerance,
        places: identity.terms.iter().filter_map(|term| place(figures, term.var)).collect(),
        suspects: Vec::new(),
    }
}

/// Names the cells to doubt, and of those that are as likely as the first a few in words.
fn name_suspects(
    figures: &Figures,
    orders: &[Order],
    patches: &[Patch],
    agreeing: usize,
    finding: &mut Finding,
) {
    let mut ways = weigh(figures, orders, patches, agreeing);
    // What can't be is worth a place only where nothing else would mend it, and then without its figure.
    if ways.iter().any(|way| !way.is_absurd) {
        ways.retain(|way| !way.is_absurd);
    }
    for suspect in ways.iter_mut().filter(|way| way.is_absurd).flat_map(|way| &mut way.suspects) {
        suspect.proposed = None;
    }
    finding.cause = likeliest(&ways, &finding.message.en);
    let mut seen: BTreeSet<(u32, u32, Vec<String>)> = BTreeSet::new();
    for way in ways {
        for suspect in way.suspects {
            if finding.suspects.len() < SUSPECTS
                && seen.insert((suspect.annex, suspect.row, suspect.column.clone()))
            {
                finding.suspects.push(suspect);
            }
        }
    }
}

/// Ways to mend that are named in words where they are equally likely.
const NAMED: usize = 3;

/// The likeliest cause in words: one cell, or a few that are equally likely. `None` where what would mend it can
/// hardly be, or is no cell of a table. A column that the finding has named is not named again.
fn likeliest(ways: &[Weighed], said: &str) -> Option<Wording> {
    let equal = ways.iter().take_while(|way| way.rank == 1);
    let equal: Vec<&Weighed> = equal.filter(|way| way.is_plausible()).collect();
    let cells: Vec<Wording> = equal.iter().take(NAMED).filter_map(|way| named(way, said)).collect();
    if cells.is_empty() {
        return None;
    }
    let (en, zh): (Vec<_>, Vec<_>) = cells.into_iter().map(|Wording { en, zh }| (en, zh)).unzip();
    let (en, zh) = (en.join(", or "), zh.join("，或"));
    Some(match equal.len() {
        1 => Wording::new(format!("likeliest cause: {en}"), format!("最可疑：{zh}")),
        n if n <= NAMED => {
            Wording::new(format!("equally likely: {en}"), format!("可能性相同：{zh}"))
        }
        n => Wording::new(
            format!("{n} cells are equally likely: {en} …"),
            format!("{n} 处可能性相同：{zh} …"),
        ),
    })
}

/// A way to mend in words, by its only cell; `None` where it takes several or none.
fn named(way: &Weighed, said: &str) -> Option<Wording> {
    let [suspect] = &way.suspects[..] else { return None };
    let Suspect { region, printed, column, proposed, why, .. } = suspect;
    let column = column.join("/");
    let (en, zh) = match said.contains(&column) {
        true => (String::new(), String::new()),
        false => (format!(" {column}"), format!("“{column}”")),
    };
    let mut cell = match printed.as_str() {
        "" => Wording::new(format!("{region}{en} blank"), format!("{region}{zh}空白")),
        _ => Wording::new(format!("{region}{en} {printed}"), format!("{region}{zh}印作{printed}")),
    };
    if let Some(proposed) = proposed {
        add(&mut cell, ", perhaps ", "，可能应为", &proposed.to_string(), &proposed.to_string());
    }
    // That the sum would hold goes without saying; that a row stands twice does not.
    if let Some(why) = why.last().filter(|_| why.len() > 1 || way.slip != RowSlip::Cells) {
        add(&mut cell, " (", "（", &format!("{})", why.en), &format!("{}）", why.zh));
    }
    Some(cell)
}

/// Adds which of the doubted cells a person confirmed: the notice then does say what it says.
pub fn add_confirmed(notice: &Notice, finding: &mut Finding) {
    let confirmed = finding.suspects.iter().filter_map(|suspect| {
        let said = correction_of(notice, suspect)?;
        (said.verdict == Verdict::Confirmed).then(|| {
            let Suspect { region, printed, .. } = suspect;
            let (by, column) = (&said.by, suspect.column.join("/"));
            (
                format!("{by} confirmed {region} {column} {printed}"),
                format!("{by}已确认{region}“{column}”{printed}无误"),
            )
        })
    });
    for (en, zh) in confirmed.collect::<BTreeSet<_>>() {
        add(&mut finding.message, "; ", "；", &en, &zh);
    }
}

/// What a person said of the cell that a suspect names.
fn correction_of<'n>(notice: &'n Notice, suspect: &Suspect) -> Option<&'n Correction> {
    let annexes = notice.annexes.iter().filter(|annex| annex.number == suspect.annex);
    let rows = annexes.flat_map(|a| a.rows.iter().filter(|row| row.number == suspect.row));
    let mut cells = rows.flat_map(|row| &row.cells).filter(|cell| cell.place == suspect.place);
    cells.find_map(|cell| cell.correction.as_deref())
}

/// All cells of an identity that no change of a few cells mends: each is as doubtful as the next.
fn cells_of(figures: &Figures, identity: &Identity) -> Vec<Suspect> {
    let cell = |var: Var| {
        let Some(Site::Cell { annex, row, column, .. }) = figures.site(var) else {
            return None;
        };
        let row = annex.rows.get(row)?;
        let cell = row.cells.get(column)?;
        Some(Suspect {
            annex: annex.number,
            row: row.number,
            region: row.region.name.clone(),
            column: annex.columns.get(column)?.path.clone(),
            printed: cell.raw.clone(),
            proposed: None,
            rank: 1,
            why: vec![Wording::new(
                "it stands in a sum that is broken, and no few changes mend all that is broken",
                "所在合计不符，且无法以少数更正使各处相符",
            )],
            place: cell.place,
        })
    };
    identity.terms.iter().filter_map(|term| cell(term.var)).take(SUSPECTS).collect()
}

/// Several annexes by name.
fn annex_names(numbers: impl Iterator<Item = u32>, joint: &str) -> Wording {
    let names = numbers.map(annex_name).map(|Wording { en, zh }| (en, zh));
    let (en, zh): (Vec<_>, Vec<_>) = names.unzip();
    Wording::new(en.join(joint), zh.join("、"))
}

/// What an identity says, in both languages.
fn statement(figures: &Figures, identity: &Identity) -> (String, String) {
    let annexes = &figures.notice.annexes;
    let said = identity.terms.first().map(|t| shown(figures, t.var)).unwrap_or_default();
    let computed = computed(figures, identity)
        .and_then(|value| decimal(value, 0))
        .map(|value| value.to_string())
        .unwrap_or_default();
    match identity.kind {
        Kind::ColumnSum { annex, row, column } => {
            let annex = &annexes[annex];
            let (Wording { en, zh }, column) = (annex_name(annex.number), header(annex, column));
            let name = &annex.rows[row].region.name;
            (
                format!("{en}, {column}: {name} states {said}, its rows add up to {computed}"),
                format!("{zh}“{column}”：{name}为{said}，各行相加为{computed}"),
            )
        }
        Kind::RowSum { annex, row, column } => {
            let annex = &annexes[annex];
            let (Wording { en, zh }, column) = (annex_name(annex.number), header(annex, column));
            let name = &annex.rows[row].region.name;
            let parts =
                identity.terms.iter().skip(1).filter_map(|t| match figures.site(t.var)? {
                    Site::Cell { annex, column, .. } => Some(header(annex, column)),
                    Site::Quantity(_) => None,
                });
            let parts: Vec<String> = parts.collect();
            (
                format!(
                    "{en}, {name}: {column} states {said}, {} add up to {computed}",
                    parts.join(" and ")
                ),
                format!("{zh}“{name}”：{column}为{said}，{}相加为{computed}", parts.join("、")),
            )
        }
        Kind::Product { annex, row, column } => {
            let annex = &annexes[annex];
            let (Wording { en, zh }, column) = (annex_name(annex.number), header(annex, column));
            let name = &annex.rows[row].region.name;
            (
                format!("{en}, {name}: {column} states {said}, its factors give {computed}"),
                format!("{zh}“{name}”：{column}为{said}，按相关列计算为{computed}"),
            )
        }
        Kind::BodyFigure { target, quantity } | Kind::BodyParts { target, quantity } => {
            let target = &figures.notice.targets[target];
            let unit = &target.quantities[quantity].unit;
            let numbers: BTreeSet<u32> = identity
                .terms
                .iter()
                .filter_map(|t| match figures.site(t.var)? {
                    Site::Cell { annex, .. } => Some(annex.number),
                    Site::Quantity(_) => None,
                })
                .collect();
            let of_several = numbers.len() > 1;
            let (en, zh) = match numbers.is_empty() {
                true => {
                    ("its parts in the body add up to".to_owned(), "正文所列各项相加为".to_owned())
                }
                false => {
                    let Wording { en, zh } = annex_names(numbers.into_iter(), " and ");
                    let verb = if of_several { "say" } else { "says" };
                    (format!("{en} {verb}"), format!("{zh}合计为"))
                }
            };
            (
                format!("the body states {said} {unit} for {}, {en} {computed}", target.what),
                format!("正文“{}”为{said}{unit}，{zh}{computed}", target.what),
            )
        }
    }
}

/// What the stated figure would be by the others.
fn computed(figures: &Figures, identity: &Identity) -> Option<Fixed> {
    let stated = identity.terms.first()?;
    let off = identity.residual.checked_div(stated.weight)?;
    figures.value(stated.var)?.checked_sub(off)
}

/// A column's header on one line.
fn header(annex: &Annex, column: usize) -> String {
    annex.columns.get(column).map(|c| c.path.join("/")).unwrap_or_default()
}

/// The figure as printed; 空 for a blank.
fn shown(figures: &Figures, var: Var) -> String {
    match figures.site(var) {
        Some(Site::Cell { annex, row, column, .. }) => annex
            .rows
            .get(row)
            .and_then(|r| r.cells.get(column))
            .map(|c| c.value.map_or_else(|| "—".to_owned(), |v| v.to_string()))
            .unwrap_or_default(),
        Some(Site::Quantity(quantity)) => quantity.raw.clone(),
        None => String::new(),
    }
}

/// The figure as printed, if one is.
fn printed(figures: &Figures, var: Var) -> Option<Amount> {
    match figures.site(var)? {
        Site::Cell { annex, row, column, .. } => annex.rows.get(row)?.cells.get(column)?.value,
        Site::Quantity(quantity) => Some(quantity.value),
    }
}

/// Where a figure stands.
fn place(figures: &Figures, var: Var) -> Option<Place> {
    match figures.site(var)? {
        Site::Cell { annex, row, column, .. } => {
            annex.rows.get(row)?.cells.get(column).map(|c| c.place)
        }
        Site::Quantity(quantity) => Some(quantity.place),
    }
}

/// Where an identity's stated figure stands.
fn stated_place(figures: &Figures, identity: &Identity) -> Option<Place> {
    place(figures, identity.terms.first()?.var)
}

/// Adds another cause that may be.
fn or(cause: &mut Option<Wording>, other: Wording) {
    match cause {
        Some(cause) => add(cause, "; or ", "；或", &other.en, &other.zh),
        None => *cause = Some(other),
    }
}

/// Adds a clause to a message.
fn add(message: &mut Wording, joint_en: &str, joint_zh: &str, en: &str, zh: &str) {
    message.en += joint_en;
    message.en += en;
    message.zh += joint_zh;
    message.zh += zh;
}
