//! What a run did, for machines (`report.json`) and for people (`report.txt`): counts, failures with
//! their reasons, what the notices say against themselves, the slowest.
//!
//! The only files of an archive that tell of the run rather than of the notices; they are not the same
//! twice.

use crate::archive::ledger::{Gist, Outcome, Reason};
use crate::archive::run::{How, Summary};
use crate::diag::Wording;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
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

/// The notices that are done and have findings of severity error or warning, in the order of names.
pub fn with_findings(summary: &Summary) -> Vec<(&str, &Gist)> {
    summary
        .notices
        .iter()
        .filter(|(_, _, how)| *how != How::LeftOut)
        .filter_map(|(name, entry, _)| match &entry.as_ref()?.outcome {
            Outcome::Done { gist, .. } if gist.errors + gist.warnings > 0 => {
                Some((name.as_str(), gist))
            }
            _ => None,
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
pub fn unconfined(missing: &[String]) -> Wording {
    Wording::new(
        format!(
            "the workers read without {}, which this system does not offer",
            missing.join(", ")
        ),
        format!("读取进程未受 {} 限制，本系统不提供", missing.join("、")),
    )
}

/// The run in a line.
pub fn headline(summary: &Summary) -> Wording {
    let notices = summary.notices.len();
    let Counts { read, unchanged, with_findings, failed, left_out, .. } = counts(summary);
    let mut line = Wording::new(
        format!(
            "{notices} notices: {read} read, {unchanged} unchanged, {with_findings} with findings, \
             {failed} failed"
        ),
        format!(
            "共 {notices} 件：读取 {read} 件，未变 {unchanged} 件，其中有问题 {with_findings} 件；\
             失败 {failed} 件"
        ),
    );
    if left_out > 0 {
        // Writing into a string can't fail; so below.
        let _ = write!(line.en, ", {left_out} left to others");
        let _ = write!(line.zh, "，留给其他分片 {left_out} 件");
    }
    line
}

/// The failures of a run in a line, by reason; `None` if there are none.
pub fn reasons(summary: &Summary) -> Option<Wording> {
    let mut reasons: BTreeMap<Reason, usize> = BTreeMap::new();
    for (_, reason, _) in failures(summary) {
        *reasons.entry(reason).or_default() += 1;
    }
    let list = |name: fn(Reason) -> &'static str, joint: &str| {
        let of_each = reasons.iter().map(|(reason, n)| format!("{n} {}", name(*reason)));
        of_each.collect::<Vec<_>>().join(joint)
    };
    (!reasons.is_empty()).then(|| {
        Wording::new(
            format!("failed: {}", list(Reason::name, ", ")),
            format!("失败：{}", list(Reason::name_zh, "，")),
        )
    })
}

/// The report for people.
pub fn to_text(summary: &Summary, took: Duration) -> Wording {
    let mut text = headline(summary);
    let seconds = took.as_secs_f64();
    let _ = writeln!(text.en, "\ntook {seconds:.1} s");
    let _ = writeln!(text.zh, "\n用时 {seconds:.1} 秒");
    if summary.interrupted {
        text.en.push_str("interrupted; the same command goes on from here\n");
        text.zh.push_str("已中断；再次运行同一命令即可继续\n");
    }
    if summary.kept > 0 {
        let kept = summary.kept;
        let _ = writeln!(text.en, "{kept} more of earlier runs over other inputs are kept");
        let _ = writeln!(text.zh, "另保留以前其他输入的结果 {kept} 件");
    }
    let failed = failures(summary);
    part(&mut text, "failed", "失败", &failed, |(name, reason, message)| {
        let en = format!("{name}: {}: {message}", reason.name());
        let zh = format!("{name}：{}：{message}", reason.name_zh());
        Wording::new(en, zh)
    });
    let found = with_findings(summary);
    part(&mut text, "with findings", "有问题", &found, |(name, gist)| {
        let Gist { errors, warnings, .. } = gist;
        let en = format!("{name}: errors {errors}, warnings {warnings}");
        Wording::new(en, format!("{name}：错误 {errors}，警告 {warnings}"))
    });
    part(&mut text, "slowest", "最慢", &slowest(summary), |(name, took)| {
        let line = format!("{:7.3} s  {name}", took.as_secs_f64());
        Wording::new(line.clone(), line)
    });
    text
}

/// A part of the report, if it has a line.
fn part<T>(text: &mut Wording, en: &str, zh: &str, items: &[T], line: impl Fn(&T) -> Wording) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(text.en, "\n{en}:");
    let _ = writeln!(text.zh, "\n{zh}：");
    for item in items {
        let line = line(item);
        let _ = writeln!(text.en, "  {}", line.en);
        let _ = writeln!(text.zh, "  {}", line.zh);
    }
}

/// The report as JSON; `missing` names the walls that the workers read without.
pub fn to_json(summary: &Summary, took: Duration, build: &str, missing: &[String]) -> Value {
    let counts = counts(summary);
    let seconds = |d: Duration| (d.as_secs_f64() * 1e3).round() / 1e3;
    let said = unconfined(missing);
    let diagnostics: Vec<Value> = match missing {
        [] => Vec::new(),
        _ => vec![json!({
            "code": "worker_unconfined",
            "severity": "note",
            "message": said.en,
            "message_zh": said.zh,
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
