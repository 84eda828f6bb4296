//! How much of a notice was checked, in words. "Nothing found" is never said of what was not.

use crate::diag::Wording;
use crate::emit::record::{NoticeRecord, SummaryRecord};

/// How many findings and doubtful readings there are that are no notes.
#[cfg(feature = "review")]
pub fn doubts(record: &NoticeRecord) -> usize {
    let findings = record.findings.iter().map(|finding| &finding.severity);
    let severities = findings.chain(record.diagnostics.iter().map(|said| &said.severity));
    severities.filter(|severity| *severity != "note").count()
}

/// How many cells a reviewer has looked at.
#[cfg(feature = "review")]
pub fn corrected(record: &NoticeRecord) -> usize {
    let cells = record.annexes.iter().flat_map(|a| &a.rows).flat_map(|row| &row.cells);
    cells.filter(|cell| cell.correction.is_some()).count()
}

/// One line: what was there, what was checked, and what came of it.
pub fn wording(record: &NoticeRecord) -> Wording {
    let Some(summary) = record.summary else {
        return Wording::new("the result does not say what was checked", "结果未说明核对了什么");
    };
    let SummaryRecord { figures, identities, columns_uncovered, .. } = summary;
    let identities_tried = identities.tried;
    // An annex of text alone has nothing to check.
    let annexes = record.annexes.iter().filter(|annex| !annex.rows.is_empty()).count();
    let mut parts = Vec::new();
    let mut part = |count: usize, [one, many]: [&str; 2], zh: &str| {
        let en = format!("{count} {}", if count == 1 { one } else { many });
        parts.push((en, zh.replace("{}", &count.to_string())));
    };
    if annexes > 0 {
        part(annexes, ["annex", "annexes"], "{} 个附表");
        part(figures, ["figure", "figures"], "{} 个数字");
    }
    if identities_tried > 0 {
        part(identities_tried, ["sum checked", "sums checked"], "核对 {} 处合计");
    }
    if identities_tried > 0 && columns_uncovered > 0 {
        part(columns_uncovered, ["column in no sum", "columns in no sum"], "{} 列无合计可核对");
    }
    if summary.doubtful > 0 {
        let names = ["doubtful reading", "doubtful readings"];
        part(summary.doubtful, names, "{} 处读取存疑");
    }
    match (annexes, identities_tried) {
        (0, 0) => {
            parts.insert(0, ("no tables, nothing to check".into(), "没有表格，无可核对".into()))
        }
        (_, 0) => parts.push(("no sums to check".into(), "没有可核对的合计".into())),
        _ => {}
    }
    let Wording { en, zh } = found(record);
    // Without a sum that was checked, no findings would say more than is known.
    let (en, zh) = match (identities_tried, en.is_empty()) {
        (0, true) => (String::new(), String::new()),
        (_, true) => (": no findings".to_owned(), "：没有发现问题".to_owned()),
        (_, false) => (format!(": {en}"), format!("：{zh}")),
    };
    let (ens, zhs): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    Wording::new(ens.join(", ") + &en, zhs.join("，") + &zh)
}

/// How many findings of each severity there are; empty for none but notes.
fn found(record: &NoticeRecord) -> Wording {
    let of = |severity: &str| record.findings.iter().filter(|f| f.severity == severity).count();
    let counts = [("error", "错误", of("error")), ("warning", "警告", of("warning"))];
    let counts = counts.into_iter().filter(|(.., count)| *count > 0);
    let plural = |count| if count == 1 { "" } else { "s" };
    let (en, zh): (Vec<_>, Vec<_>) = counts
        .map(|(en, zh, n)| (format!("{n} {en}{}", plural(n)), format!("{zh} {n} 处")))
        .unzip();
    Wording::new(en.join(", "), zh.join("，"))
}
