//! `&Notice` in, findings out: the notice against its own sums, its body, its order. Changes nothing.

pub mod finding;

mod across;
mod body;
mod edit;
mod figures;
mod frame;
mod identity;
mod order;
mod rank;
mod relations;
mod report;
mod stated;
mod summary;
mod sums;
mod suspects;

pub use across::{across, follows};
pub use body::{programme_of, stage_of};
pub use finding::{Finding, Suspect};
pub use stated::{Operand, Relation, StatedSum, relations, stated_sums};
pub use summary::Summary;

use crate::diag::Severity;
use crate::model::Notice;
use body::Unmatched;
use figures::{Figures, Site};
use identity::{Identity, State};
use std::cmp::Reverse;
use sums::{Group, NotASum};

/// What the check of a notice gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// What the notice says against itself: errors first, then warnings, then notes, each in printed
    /// order.
    pub findings: Vec<Finding>,
    /// How much of it its sums bear out.
    pub summary: Summary,
}

/// What the notice says against itself.
pub fn check(notice: &Notice) -> Vec<Finding> {
    checked(notice).findings
}

/// Checks the notice against itself.
pub fn checked(notice: &Notice) -> Checked {
    let figures = Figures::of(notice);
    let rules = rules(&figures);
    let summary = Summary::of(&figures, &rules);
    Checked { findings: findings(&figures, rules), summary }
}

fn findings(figures: &Figures, rules: Rules) -> Vec<Finding> {
    let notice = figures.notice;
    let Rules { identities, groups, not_sums, parts_only, unmatched, .. } = rules;
    let orders = order::orders(figures);
    let mut findings = Vec::new();
    let mut causes = suspects::causes(figures, &groups, &identities);
    findings.extend(report::missing_rows(figures, &orders, &identities, &mut causes));
    for cause in &causes {
        findings.extend(report::broken(figures, &orders, &identities, cause));
    }
    for breach in order::breaches(figures, &orders) {
        let finding = report::out_of_order(figures, &breach);
        findings.extend(finding.filter(|f| !explained(&findings, f)));
    }
    let mended = suspects::made_exact(figures, &identities, &causes);
    let rounded: Vec<usize> = (0..identities.len())
        .filter(|i| identities[*i].state() == State::Rounded && !mended.contains(i))
        .collect();
    let ways = suspects::exact_ways(figures, &identities, &rounded);
    for (&i, ways) in rounded.iter().zip(&ways) {
        findings.push(report::rounded(figures, &orders, &identities[i], ways));
    }
    findings.extend(not_sums.iter().filter_map(|(a, c)| report::not_a_sum(notice, *a, c)));
    findings.extend(parts_only.iter().filter_map(|(a, r)| report::parts_only(notice, *a, r)));
    findings.extend(unmatched.iter().filter_map(|figure| report::unmatched(notice, figure)));
    findings.extend(frame::frame(notice));
    let mut cells = notice.annexes.iter().flat_map(|a| &a.rows).flat_map(|row| &row.cells);
    if cells.any(|cell| cell.correction.is_some()) {
        findings.iter_mut().for_each(|finding| report::add_confirmed(notice, finding));
    }
    findings.sort_by_key(|finding| Reverse(finding.severity));
    findings
}

/// How many identities each cell stands in: by index of annex, row and column. A fault in a cell
/// that none covers is silent; two that agree pin it down.
pub fn coverage(notice: &Notice) -> Vec<Vec<Vec<usize>>> {
    let figures = Figures::of(notice);
    let mut covered: Vec<Vec<Vec<usize>>> = notice
        .annexes
        .iter()
        .map(|annex| vec![vec![0; annex.columns.len()]; annex.rows.len()])
        .collect();
    for term in rules(&figures).identities.iter().flat_map(|identity| &identity.terms) {
        if let Some(Site::Cell { index, row, column, .. }) = figures.site(term.var) {
            covered[index][row][column] += 1;
        }
    }
    covered
}

/// What the notice's figures should come to.
struct Rules {
    identities: Vec<Identity>,
    /// How the rows of each annex are cut into sums.
    groups: Vec<Vec<Group>>,
    /// What adds up nowhere, with the index of its annex.
    not_sums: Vec<(usize, NotASum)>,
    /// Index of the annex, and of its rows whose rows are taken for parts only.
    parts_only: Vec<(usize, Vec<usize>)>,
    unmatched: Vec<Unmatched>,
    /// Identities with text or something unreadable among their terms.
    untried: usize,
}

/// Finds the rules of the notice.
fn rules(figures: &Figures) -> Rules {
    let mut identities = Vec::new();
    let mut groups = Vec::new();
    let mut not_sums = Vec::new();
    let mut parts_only = Vec::new();
    let mut untried = 0;
    for index in 0..figures.notice.annexes.len() {
        let sums = sums::column_sums(figures, index);
        identities.extend(sums.identities);
        let rows = relations::row_identities(figures, index);
        identities.extend(rows.identities);
        untried += sums.untried + rows.untried;
        groups.push(sums.groups);
        parts_only.push((index, sums.parts_only));
        not_sums.extend(sums.not_sums.into_iter().map(|column| (index, column)));
    }
    let body = body::body_figures(figures, &groups);
    identities.extend(body.identities);
    Rules { identities, groups, not_sums, parts_only, unmatched: body.unmatched, untried }
}

/// Whether an error already doubts one of the cells a finding is about.
fn explained(findings: &[Finding], finding: &Finding) -> bool {
    findings
        .iter()
        .filter(|known| known.severity == Severity::Error)
        .filter_map(|known| known.suspects.first())
        .any(|suspect| finding.places.contains(&suspect.place))
}
