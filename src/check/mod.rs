//! `&Notice` in, findings out: the notice against its own sums, its body, its order. Changes nothing.

pub mod finding;

mod body;
mod edit;
mod figures;
mod identity;
mod order;
mod rank;
mod relations;
mod report;
mod sums;
mod suspects;

pub use finding::{Finding, Suspect};

use crate::diag::Severity;
use crate::model::Notice;
use figures::Figures;
use identity::{Identity, State};
use std::cmp::Reverse;

/// Checks the notice against itself. Errors come first, then warnings, then notes, each in printed
/// order.
pub fn check(notice: &Notice) -> Vec<Finding> {
    let figures = Figures::of(notice);
    let mut findings = Vec::new();
    let mut identities: Vec<Identity> = Vec::new();
    let mut groups = Vec::new();
    for index in 0..notice.annexes.len() {
        let sums = sums::column_sums(&figures, index);
        identities.extend(sums.identities);
        identities.extend(relations::row_identities(&figures, index));
        groups.push(sums.groups);
        findings.extend(
            sums.not_sums.iter().filter_map(|&column| report::not_a_sum(notice, index, column)),
        );
    }

    let body = body::body_figures(&figures, &groups);
    identities.extend(body.identities);
    findings.extend(body.unmatched.iter().filter_map(|u| report::unmatched(notice, u)));

    let orders = order::orders(&figures);
    for cause in suspects::causes(&figures, &groups, &identities) {
        findings.extend(report::broken(&figures, &orders, &identities, &cause));
    }
    let rounded: Vec<usize> =
        (0..identities.len()).filter(|&i| identities[i].state() == State::Rounded).collect();
    let ways = suspects::exact_ways(&figures, &identities, &rounded);
    for (&i, ways) in rounded.iter().zip(&ways) {
        findings.push(report::rounded(&figures, &orders, &identities[i], ways));
    }
    for breach in order::breaches(&figures, &orders) {
        let finding = report::out_of_order(&figures, &breach);
        findings.extend(finding.filter(|f| !explained(&findings, f)));
    }
    findings.sort_by_key(|finding| Reverse(finding.severity));
    findings
}

/// Whether an error already doubts one of the cells a finding is about.
fn explained(findings: &[Finding], finding: &Finding) -> bool {
    findings
        .iter()
        .filter(|known| known.severity == Severity::Error)
        .filter_map(|known| known.suspects.first())
        .any(|suspect| finding.places.contains(&suspect.place))
}
