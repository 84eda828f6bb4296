//! What a run did, for machines (`report.json`): counts, failures with their reasons, the slowest.
//!
//! The only file of an archive that tells of the run rather than of the notices; it is not the same twice.

use crate::archive::ledger::{Outcome, Reason};
use crate::archive::run::{How, Summary};
use serde_json::{Value, json};
use std::time::Duration;

/// How many of the slowest notices are named.
const SLOWEST: usize = 10;

/// Counts of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Read in this run.
    pub read: usize,
    /// Done before, and not read again.
    pub unchanged: usize,
    /// Of all that are done: with a finding of severity error or warning.
    pub with_findings: usize,
    /// Failed, in this run or before.
    pub failed: usize,
    /// Left to another part of the archive, or not asked for.
    pub left_out: usize,
    /// Not reached before the run was interrupted.
    pub not_reached: usize,
}

/// Counts the notices of a run.
pub fn counts(summary: &Summary) -> Counts {
    let mut counts = Counts::default();
    for (_, entry, how) in &summary.notices {
        match (how, entry.as_ref().map(|e| &e.outcome)) {
            (How::LeftOut, _) => counts.left_out += 1,
            (How::NotReached, _) | (_, None) => counts.not_reached += 1,
            (_, Some(Outcome::Failed { .. })) => counts.failed += 1,
            (how, Some(Outcome::Done { gist, .. })) => {
                match how {
                    How::Unchanged => counts.unchanged += 1,
                    _ => counts.read += 1,
                }
                counts.with_findings += usize::from(gist.errors + gist.warnings > 0);
            }
        }
    }
    counts
}

/// The notices that failed: name, reason, message; in the order of names.
pub fn failures(summary: &Summary) -> Vec<(&str, Reason, &str)> {
    summary
        .notices
        .iter()
        .filter(|(_, _, how)| *how != How::LeftOut)
        .filter_map(|(name, entry, _)| match &entry.as_ref()?.outcome {
            Outcome::Failed { reason, message } => Some((name.as_str(), *reason, message.as_str())),
            Outcome::Done { .. } => None,
        })
        .collect()
}

/// The notices that took longest in this run, the slowest first.
pub fn slowest(summary: &Summary) -> Vec<(&str, Duration)> {
    let mut read: Vec<(&str, Duration)> = summary
        .notices
        .iter()
        .filter_map(|(name, _, how)| match how {
            How::Read(took) => Some((name.as_str(), *took)),
            _ => None,
        })
        .collect();
    read.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    read.truncate(SLOWEST);
    read
}

/// What is said where the system does not offer all walls around the worker processes.
pub fn unconfined(missing: &[String]) -> String {
    format!(
        "note: the workers read without {}, which this system does not offer",
        missing.join(", ")
    )
}

/// The report as JSON; `missing` names the walls that the workers read without.
pub fn to_json(summary: &Summary, took: Duration, build: &str, missing: &[String]) -> Value {
    let counts = counts(summary);
    let seconds = |d: Duration| (d.as_secs_f64() * 1e3).round() / 1e3;
    let diagnostics: Vec<Value> = match missing {
        [] => Vec::new(),
        _ => vec![json!({
            "code": "worker_unconfined",
            "severity": "note",
            "message": unconfined(missing),
            "missing": missing,
        })],
    };
    json!({
        "generator": {"name": "fubiao", "build": build},
        "interrupted": summary.interrupted,
        "seconds": seconds(took),
        "notices": summary.notices.len(),
        "read": counts.read,
        "unchanged": counts.unchanged,
        "with_findings": counts.with_findings,
        "failed": counts.failed,
        "left_out": counts.left_out,
        "not_reached": counts.not_reached,
        "kept_from_earlier_runs": summary.kept,
        "failures": failures(summary).iter()
            .map(|(name, reason, message)| {
                json!({"name": name, "reason": reason.name(), "message": message})
            })
            .collect::<Vec<_>>(),
        "slowest": slowest(summary).iter()
            .map(|(name, took)| json!({"name": name, "seconds": seconds(*took)}))
            .collect::<Vec<_>>(),
        "diagnostics": diagnostics,
    })
}
