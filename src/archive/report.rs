//! What a run did, for machines (`report.json`) and for people (`report.txt`): counts, failures with
//! their reasons, what the notices say against themselves, the slowest.
//!
//! The only files of an archive that tell of the run rather than of the notices; they are not the same
//! twice.

use crate::archive::isolate::Confinement;
use crate::archive::ledger::{Entry, Failure, Gist, Outcome, Reason};
use crate::archive::plan::Plan;
use crate::archive::run::{Fate, Found, Strays, Summary};
use crate::archive::store::{Store, StoreError};
use crate::diag::Wording;
use crate::name::RelativeName;
use crate::plain::shown;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

/// How many failures, and how many notices with findings, a report names; all of them stand in the manifest.
const NAMED: usize = 10_000;

/// Counts of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Notices of the plan: all but what fubiao wrote.
    pub notices: usize,
    /// Read in this run.
    pub read: usize,
    /// Done before, and not read again.
    pub unchanged: usize,
    /// Of all that are done: with a finding of severity error or warning.
    pub with_findings: usize,
    /// Of all that are done: those in which neither a notice nor a table was recognised.
    pub unrecognised: usize,
    /// Of all that are done, besides: those without a sum that could be checked, so that no findings say nothing.
    pub unchecked: usize,
    /// Failed, in this run or before.
    pub failed: usize,
    /// Left to another part of the archive.
    pub left_out: usize,
    /// Not asked for, where only those that failed are.
    pub not_asked: usize,
    /// Not reached before the run was interrupted.
    pub not_reached: usize,
    /// Passed over, since fubiao wrote them.
    pub own_outputs: usize,
    /// Passed over, since systems and editors leave them: hidden files, lock files, Thumbs.db.
    pub litter: usize,
    /// Not followed: links to folders.
    pub links: usize,
    /// Folders that could not be listed.
    pub unlisted: usize,
}

/// Counts the notices of a run.
pub fn counts(plan: &Plan, summary: &Summary) -> Counts {
    let mut counts = Counts {
        own_outputs: plan.own_outputs,
        litter: plan.litter,
        links: plan.links,
        unlisted: plan.unlisted.len(),
        ..Counts::default()
    };
    for fate in &summary.fates {
        counts.notices += usize::from(*fate != Fate::OwnOutput);
        match fate {
            Fate::Read(_) => counts.read += 1,
            Fate::Unchanged(_) => counts.unchanged += 1,
            Fate::Failed => counts.failed += 1,
            Fate::LeftOut => counts.left_out += 1,
            Fate::NotAsked => counts.not_asked += 1,
            Fate::OwnOutput => counts.own_outputs += 1,
            Fate::NotReached => counts.not_reached += 1,
        }
        if let Fate::Read(found) | Fate::Unchanged(found) = fate {
            counts.with_findings += usize::from(*found == Found::Findings);
            counts.unrecognised += usize::from(*found == Found::Unrecognised);
            counts.unchecked += usize::from(*found == Found::Unchecked);
        }
    }
    counts
}

/// A run and what it is told from: the plan, and the entries of the folder.
#[derive(Debug)]
pub struct Told<'a> {
    counts: Counts,
    summary: &'a Summary,
    /// The notices that failed, in the order of names, as far as they are named.
    failed: Vec<(String, Failure)>,
    /// How many failed for each reason.
    reasons: BTreeMap<Reason, usize>,
    /// The notices with findings of severity error or warning, as far as they are named.
    found: Vec<(String, Gist)>,
    /// Those in which nothing was recognised, as far as they are named.
    unrecognised: Vec<String>,
    /// Those without a sum that could be checked, as far as they are named.
    unchecked: Vec<String>,
    /// The folders that could not be listed.
    unlisted: Vec<(String, Wording)>,
    /// Of how many parts the archive was joined, where it was.
    parts: Option<usize>,
}

impl<'a> Told<'a> {
    /// Looks the notices of a run up.
    ///
    /// # Errors
    /// If an entry can't be read.
    pub fn new(store: &Store, plan: &Plan, summary: &'a Summary) -> Result<Told<'a>, StoreError> {
        let counts = counts(plan, summary);
        let mut told = Told {
            counts,
            summary,
            failed: Vec::new(),
            reasons: BTreeMap::new(),
            found: Vec::new(),
            unrecognised: Vec::new(),
            unchecked: Vec::new(),
            unlisted: plan.unlisted.iter().map(|(f, why)| (f.to_string(), why.clone())).collect(),
            parts: None,
        };
        for (item, fate) in plan.items().iter().zip(&summary.fates) {
            let is_told = match fate {
                Fate::Failed => true,
                Fate::Read(Found::Findings) | Fate::Unchanged(Found::Findings) => {
                    told.found.len() < NAMED
                }
                Fate::Read(Found::Unrecognised) | Fate::Unchanged(Found::Unrecognised) => {
                    told.unrecognised.len() < NAMED
                }
                Fate::Read(Found::Unchecked) | Fate::Unchanged(Found::Unchecked) => {
                    told.unchecked.len() < NAMED
                }
                _ => false,
            };
            if !is_told {
                continue;
            }
            if let Some(entry) = store.entry(&item.name)? {
                told.note(entry);
            }
        }
        Ok(told)
    }

    /// Looks up what an archive holds that was joined of so many parts.
    ///
    /// # Errors
    /// If an entry can't be read.
    pub fn joined(
        store: &Store,
        summary: &'a Summary,
        parts: usize,
    ) -> Result<Told<'a>, StoreError> {
        let mut told = Told::new(store, &Plan::default(), summary)?;
        told.parts = Some(parts);
        for entry in store.entries()? {
            let entry = entry?;
            let counts = &mut told.counts;
            counts.notices += 1;
            match &entry.outcome {
                Outcome::Failed(_) => counts.failed += 1,
                Outcome::Done { gist, .. } => {
                    counts.unchanged += 1;
                    let is_found = gist.errors + gist.warnings > 0;
                    counts.with_findings += usize::from(is_found);
                    counts.unrecognised += usize::from(!is_found && gist.is_unrecognised);
                    let is_unchecked = !is_found && !gist.is_unrecognised && gist.sums == 0;
                    counts.unchecked += usize::from(is_unchecked);
                    if !is_found && gist.sums > 0 {
                        continue;
                    }
                }
            }
            told.note(entry);
        }
        Ok(told)
    }

    /// Names a notice that failed, has findings, or in which nothing was recognised.
    fn note(&mut self, Entry { name, outcome, .. }: Entry) {
        match outcome {
            Outcome::Failed(failure) => {
                *self.reasons.entry(failure.reason).or_default() += 1;
                if self.failed.len() < NAMED {
                    self.failed.push((name.to_string(), failure));
                }
            }
            Outcome::Done { gist, .. } => {
                let is_found = gist.errors + gist.warnings > 0;
                if is_found && self.found.len() < NAMED {
                    self.found.push((name.to_string(), gist));
                } else if !is_found {
                    let list = match gist.is_unrecognised {
                        true => &mut self.unrecognised,
                        false => &mut self.unchecked,
                    };
                    if list.len() < NAMED {
                        list.push(name.to_string());
                    }
                }
            }
        }
    }

    /// The counts.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The run in a line.
    pub fn headline(&self) -> Wording {
        let Counts {
            notices,
            read,
            unchanged,
            with_findings,
            failed,
            left_out,
            not_asked,
            own_outputs,
            litter,
            links,
            unlisted,
            ..
        } = self.counts;
        let (unchecked, unchecked_zh) = match self.counts.unchecked {
            0 => (String::new(), String::new()),
            n => (format!(", {n} without a sum to check"), format!("，无合计可核对 {n} 件")),
        };
        if let Some(parts) = self.parts {
            let [notices_en, parts_en] =
                [counted(notices, "notice", "notices"), counted(parts, "part", "parts")];
            return Wording::new(
                format!(
                    "{notices_en} of {parts_en}: {with_findings} with findings{unchecked}, {failed} failed"
                ),
                format!(
                    "{parts} 个部分，共 {notices} 件：其中有问题 {with_findings} 件{unchecked_zh}；失败 {failed} 件"
                ),
            );
        }
        let mut line = Wording::new(
            format!(
                "{}: {read} read, {unchanged} unchanged, {with_findings} with findings{unchecked}, \
                 {failed} failed",
                counted(notices, "notice", "notices")
            ),
            format!(
                "共 {notices} 件：读取 {read} 件，未变 {unchanged} 件，其中有问题 {with_findings} 件{unchecked_zh}；\
                 失败 {failed} 件"
            ),
        );
        // Writing into a string can't fail; so below.
        if left_out > 0 {
            let _ = write!(line.en, ", {left_out} left to others");
            let _ = write!(line.zh, "，留给其他分片 {left_out} 件");
        }
        if not_asked > 0 {
            let _ = write!(line.en, ", {not_asked} not tried");
            let _ = write!(line.zh, "，未读取 {not_asked} 件");
        }
        if own_outputs > 0 {
            let _ = write!(line.en, "; passed over {own_outputs} that fubiao wrote");
            let _ = write!(line.zh, "；跳过 fubiao 自己写出的文件 {own_outputs} 个");
        }
        if litter > 0 {
            let _ = write!(
                line.en,
                "; passed over {}",
                counted(litter, "hidden or temporary file", "hidden or temporary files")
            );
            let _ = write!(line.zh, "；跳过隐藏文件和临时文件 {litter} 个");
        }
        if links > 0 {
            let links = counted(links, "link to a folder", "links to folders");
            let _ = write!(line.en, "; did not follow {links}");
            let _ = write!(line.zh, "；未进入指向文件夹的链接 {} 个", self.counts.links);
        }
        if unlisted > 0 {
            let _ = write!(line.en, "; could not list {}", counted(unlisted, "folder", "folders"));
            let _ = write!(line.zh, "；无法列出的文件夹 {unlisted} 个");
        }
        line
    }

    /// The failures of a run in a line, by reason; `None` if there are none.
    pub fn reasons(&self) -> Option<Wording> {
        let list = |name: fn(Reason) -> &'static str, joint: &str| {
            let of_each = self.reasons.iter().map(|(reason, n)| format!("{} {n}", name(*reason)));
            of_each.collect::<Vec<_>>().join(joint)
        };
        (!self.reasons.is_empty()).then(|| {
            Wording::new(
                format!("failed, by reason: {}", list(Reason::name, ", ")),
                format!("失败原因：{}", list(Reason::name_zh, "，")),
            )
        })
    }

    /// What is said of inputs in which nothing was recognised; `None` if there are none.
    pub fn unrecognised(&self) -> Option<Wording> {
        let first = self.unrecognised.first()?;
        let count = self.counts.unrecognised;
        let (more, more_zh) = match count {
            1 => ("", ""),
            _ => (", …; report.txt lists them", " 等，见 report.txt"),
        };
        let inputs = counted(count, "input", "inputs");
        Some(Wording::new(
            format!(
                "no notice and no table was recognised in {inputs}, nothing was checked there: {first}{more} \
                 [nothing_recognised]"
            ),
            format!(
                "有 {count} 件未识别出通知，也未识别出表格，未作任何核对：{first}{more_zh} [nothing_recognised]"
            ),
        ))
    }

    /// The report for people.
    pub fn to_text(&self, took: Duration) -> Wording {
        let Told { summary, failed, found, .. } = self;
        let mut text = self.headline();
        let seconds = took.as_secs_f64();
        let _ = writeln!(text.en, "\ntook {seconds:.1} s");
        let _ = writeln!(text.zh, "\n用时 {seconds:.1} 秒");
        if summary.interrupted {
            text.en.push_str("interrupted; the same command goes on from here\n");
            text.zh.push_str("已中断；再次运行同一命令即可继续\n");
        }
        part(
            &mut text,
            "damaged, and without an input to read again",
            "已损坏且没有可重读的输入",
            &summary.lost,
            summary.lost.len(),
            |name| Wording::new(name.as_str(), name.as_str()),
        );
        let strays = &summary.strays;
        part(
            &mut text,
            "of earlier runs, without an input in this one",
            "以前的结果，本次没有原件",
            &strays[..strays.len().min(NAMED)],
            strays.len(),
            |name| Wording::new(name.as_str(), name.as_str()),
        );
        let twins = &summary.twins;
        part(
            &mut text,
            "with the same content as another, counted once",
            "与另一件内容相同，只计一次",
            &twins[..twins.len().min(NAMED)],
            twins.len(),
            |(name, first)| {
                Wording::new(format!("{name}: as {first}"), format!("{name}：同 {first}"))
            },
        );
        let unused = &summary.unused;
        part(
            &mut text,
            "corrections of no notice that was given",
            "没有对应通知的更正文件",
            &unused[..unused.len().min(NAMED)],
            unused.len(),
            |path| {
                let path = path.display().to_string();
                Wording::new(path.clone(), path)
            },
        );
        let unlisted = &self.unlisted;
        part(
            &mut text,
            "folders that could not be listed",
            "无法列出的文件夹",
            unlisted,
            unlisted.len(),
            |(folder, why)| {
                Wording::new(format!("{folder}: {}", why.en), format!("{folder}：{}", why.zh))
            },
        );
        part(&mut text, "failed", "失败", failed, self.counts.failed, |(name, failure)| {
            let Wording { en, zh } = failure.wording();
            Wording::new(format!("{name}: {en}"), format!("{name}：{zh}"))
        });
        let with_findings = self.counts.with_findings;
        part(&mut text, "with findings", "有问题", found, with_findings, |(name, gist)| {
            let Gist { errors, warnings, .. } = gist;
            let en = format!("{name}: errors {errors}, warnings {warnings}");
            Wording::new(en, format!("{name}：错误 {errors}，警告 {warnings}"))
        });
        let unrecognised = &self.unrecognised;
        part(
            &mut text,
            "nothing recognised, nothing checked",
            "未识别出通知或表格，未作核对",
            unrecognised,
            self.counts.unrecognised,
            |name| Wording::new(name.as_str(), name.as_str()),
        );
        let unchecked = &self.unchecked;
        part(
            &mut text,
            "no sum to check",
            "无合计可核对",
            unchecked,
            self.counts.unchecked,
            |name| Wording::new(name.as_str(), name.as_str()),
        );
        let slowest = &summary.slowest;
        part(&mut text, "slowest", "最慢", slowest, slowest.len(), |(name, took)| {
            let line = format!("{:7.3} s  {name}", took.as_secs_f64());
            Wording::new(line.clone(), line)
        });
        text
    }

    /// The report as JSON.
    pub fn to_json(&self, took: Duration, build: &str, confinement: &Confinement) -> Value {
        let Told { counts, summary, failed, unrecognised, .. } = self;
        let seconds = |d: Duration| (d.as_secs_f64() * 1e3).round() / 1e3;
        let said = unconfined(confinement);
        let diagnostic = json!({
            "code": "worker_unconfined",
            "severity": "note",
            "message": said.en,
            "message_zh": said.zh,
            "missing": confinement.missing,
            "open": confinement.open,
        });
        let diagnostics = if confinement.is_whole() { vec![] } else { vec![diagnostic] };
        json!({
            "generator": {"name": "fubiao", "build": build},
            "interrupted": summary.interrupted,
            "seconds": seconds(took),
            "notices": counts.notices,
            "read": counts.read,
            "unchanged": counts.unchanged,
            "with_findings": counts.with_findings,
            "failed": counts.failed,
            "without_sums": counts.unchecked,
            "nothing_recognised": unrecognised,
            "nothing_recognised_not_listed": counts.unrecognised.saturating_sub(unrecognised.len()),
            "left_out": counts.left_out,
            "not_asked": counts.not_asked,
            "not_reached": counts.not_reached,
            "own_outputs": counts.own_outputs,
            "hidden_or_temporary": counts.litter,
            "links_to_folders": counts.links,
            "folders_not_listed": counts.unlisted,
            "without_input": named(&summary.strays),
            "without_input_not_listed": summary.strays.len().saturating_sub(NAMED),
            "same_content": summary.twins.iter()
                .take(NAMED)
                .map(|(name, first)| json!({"name": name, "same_as": first}))
                .collect::<Vec<_>>(),
            "same_content_not_listed": summary.twins.len().saturating_sub(NAMED),
            "lost": summary.lost,
            "corrections": summary.reviews,
            "no_longer_corrected": summary.undone,
            "corrections_unused": summary.unused.iter()
                .take(NAMED)
                .map(|path| path.to_string_lossy())
                .collect::<Vec<_>>(),
            "failures": failed.iter()
                .map(|(name, Failure { reason, code, message, message_zh })| {
                    json!({
                        "name": name,
                        "reason": reason.name(),
                        "code": code,
                        "message": message,
                        "message_zh": message_zh,
                    })
                })
                .collect::<Vec<_>>(),
            "failures_not_listed": counts.failed.saturating_sub(failed.len()),
            "slowest": summary.slowest.iter()
                .map(|(name, took)| json!({"name": name, "seconds": seconds(*took)}))
                .collect::<Vec<_>>(),
            "diagnostics": diagnostics,
        })
    }
}

/// A number and what is counted: 1 notice, 2 notices.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn named(names: &[RelativeName]) -> &[RelativeName] {
    &names[..names.len().min(NAMED)]
}

/// How many names stand in one line on the screen.
const ON_A_LINE: usize = 5;

/// What is said of results whose inputs are gone, and what can be done; `None` if there are none.
pub fn strays(names: &[RelativeName], what: Strays) -> Option<(Wording, Option<Wording>)> {
    let count = names.len();
    let list = |joint: &str| {
        let first: Vec<&str> = names.iter().take(ON_A_LINE).map(RelativeName::as_str).collect();
        first.join(joint)
    };
    let rest = count.saturating_sub(ON_A_LINE);
    let (more, more_zh) = match rest {
        0 => (String::new(), String::new()),
        rest => (format!(" and {rest} more"), format!(" 等另 {rest} 件")),
    };
    let (then, then_zh) = match what {
        Strays::Apart => ("left out of the facts", "不计入汇总数据"),
        Strays::Kept => ("still counted", "仍计入汇总数据"),
        Strays::Pruned => ("removed", "已删除"),
    };
    let said = Wording::new(
        format!(
            "{} of earlier runs without an input in this one, {then}: {}{more}",
            counted(count, "result", "results"),
            list(", ")
        ),
        format!("以前的结果中有 {count} 件在本次没有原件，{then_zh}：{}{more_zh}", list("、")),
    );
    let hint = (what == Strays::Apart).then(|| {
        Wording::new(
            "--keep counts them as before, --prune removes them",
            "用 --keep 照常计入，用 --prune 删除",
        )
    });
    (count > 0).then_some((said, hint))
}

/// What is said of notices whose corrections were not given this time; `None` if there are none.
pub fn undone(summary: &Summary) -> Option<Wording> {
    let count = summary.undone;
    (count > 0).then(|| {
        Wording::new(
            format!(
                "{} corrected by reviewers in an earlier run, now read as printed: give --corrections every time",
                counted(count, "notice", "notices")
            ),
            format!("以前经审核更正的通知有 {count} 件，本次按原文读取：请每次都给出 --corrections"),
        )
    })
}

/// What is said of notices with the same content; `None` if there are none.
pub fn twins(twins: &[(RelativeName, RelativeName)]) -> Option<Wording> {
    let count = twins.len();
    let (name, first) = twins.first()?;
    Some(Wording::new(
        format!(
            "same content as another input, counted once: {count} (such as {name}, which is {first})"
        ),
        format!("与其他原件内容相同、只计一次的有 {count} 件（如 {name} 与 {first} 相同）"),
    ))
}

/// What is said of files of corrections; `None` if there are none.
pub fn reviews(summary: &Summary) -> Option<Wording> {
    let Summary { reviews, unused, interrupted, .. } = summary;
    let mut said = Wording::new(
        format!(
            "corrections: {} of {reviews} files were for these notices",
            reviews - unused.len()
        ),
        format!("更正文件 {reviews} 个，其中 {} 个用于这些通知", reviews - unused.len()),
    );
    if let Some(path) = unused.first() {
        // Writing into a string can't fail.
        let _ = write!(said.en, "; no notice for {}", path.display());
        let _ = write!(said.zh, "；没有对应通知的有 {}", path.display());
        if let more @ 1.. = unused.len() - 1 {
            let _ = write!(said.en, " and {more} more, listed in report.txt");
            let _ = write!(said.zh, " 等，另 {more} 个见 report.txt");
        }
    }
    (*reviews > 0 && !interrupted).then_some(said)
}

/// What is said where workers do not stand behind all walls.
pub fn unconfined(confinement: &Confinement) -> Wording {
    let Confinement { missing, open } = confinement;
    let mut said = Wording::new("", "");
    if !missing.is_empty() {
        said = Wording::new(
            format!(
                "the workers read without {}, which this system does not offer",
                missing.join(", ")
            ),
            format!("读取进程未受 {} 限制，本系统不提供", missing.join("、")),
        );
    }
    if !open.is_empty() {
        let (joint, joint_zh) =
            if missing.is_empty() { ("the workers", "") } else { ("; they", "；") };
        // Writing into a string can't fail.
        let _ = write!(said.en, "{joint} can reach {}", open.join(", "));
        let _ = write!(said.zh, "{joint_zh}读取进程仍可访问：{}", open.join("、"));
    }
    said
}

/// A part of the report, if it has a line: of `count` items, those that are named.
fn part<T>(
    text: &mut Wording,
    en: &str,
    zh: &str,
    items: &[T],
    count: usize,
    line: impl Fn(&T) -> Wording,
) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(text.en, "\n{en}:");
    let _ = writeln!(text.zh, "\n{zh}：");
    for item in items {
        let line = line(item);
        let _ = writeln!(text.en, "  {}", shown(&line.en));
        let _ = writeln!(text.zh, "  {}", shown(&line.zh));
    }
    if count > items.len() {
        let more = count - items.len();
        let _ = writeln!(text.en, "  and {more} more, all in manifest.ndjson");
        let _ = writeln!(text.zh, "  另有 {more} 件，见 manifest.ndjson");
    }
}
