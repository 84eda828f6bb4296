//! What changed between two results, for people: a notice a paragraph, a change a line.

use crate::archive::compare::{Change, Changes};
use crate::archive::diff::{CellChange, ColumnChange, Difference, Reading, RowRename, Side};
use crate::cli::args::Lang;
use crate::cli::report::label_in;
use crate::diag::Wording;
use crate::model::annex_name;
use std::fmt::Write;
use std::io::{self, IsTerminal};

/// How a comparison is told: coloured or not, in which language.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    color: bool,
    lang: Lang,
}

impl Look {
    /// In this language; in colours where standard output is a terminal that wants them.
    pub fn for_stdout(lang: Lang) -> Look {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        Look { color: !no_color && io::stdout().is_terminal(), lang }
    }

    fn pick<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        match self.lang {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    /// `annex 6`, 附件6.
    fn annex(self, number: &i64) -> String {
        let Wording { en, zh } = annex_name(u32::try_from(*number).unwrap_or_default());
        match self.lang {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    fn wrap(self, code: &str, text: &str) -> String {
        // What a notice prints steers no terminal.
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text }
    }

    fn lost(self, text: &str) -> String {
        self.wrap("31", text)
    }

    fn gained(self, text: &str) -> String {
        self.wrap("32", text)
    }

    fn head(self, text: &str) -> String {
        self.wrap("1", text)
    }
}

/// The changes for people: a notice a paragraph, a change a line.
pub fn describe(changes: &Changes, look: Look) -> String {
    let mut text = String::new();
    let (mut new, mut gone, mut changed) = (0, 0, 0);
    for (name, change) in changes {
        // Writing into a string can't fail.
        let _ = match change {
            Change::New => {
                new += 1;
                writeln!(text, "{} {}", look.gained(look.pick("new    ", "新增")), look.head(name))
            }
            Change::Gone => {
                gone += 1;
                writeln!(text, "{} {}", look.lost(look.pick("gone   ", "消失")), look.head(name))
            }
            Change::Changed(difference) => {
                changed += 1;
                writeln!(text, "{} {}", look.pick("changed", "改变"), look.head(name))
                    .and_then(|()| describe_one(&mut text, difference, look))
            }
        };
    }
    if changes.is_empty() {
        text.push_str(look.pick("no difference\n", "没有差别\n"));
    } else {
        let _ = match look.lang {
            Lang::En => writeln!(text, "{changed} changed, {new} new, {gone} gone"),
            Lang::Zh => writeln!(text, "改变 {changed} 件，新增 {new} 件，消失 {gone} 件"),
        };
    }
    text
}

fn describe_one(text: &mut String, difference: &Difference, look: Look) -> std::fmt::Result {
    for field in &difference.fields {
        writeln!(text, "  {}", field.field)?;
        writeln!(text, "    {}", look.lost(&format!("- {}", field.old)))?;
        writeln!(text, "    {}", look.gained(&format!("+ {}", field.new)))?;
    }
    for RowRename { annex, old, new } in &difference.renamed {
        let name = |(parent, region): &(Option<String>, String)| named(region, parent.as_deref());
        let (old, new) = (look.lost(&name(old)), look.gained(&name(new)));
        let row = look.pick("row", "行");
        writeln!(text, "  {} {row} {old} -> {new}", look.annex(annex))?;
    }
    for ColumnChange { annex, old, new, rows } in &difference.columns {
        let path = |path: &[String]| path.join("/");
        match (old, new) {
            (Some(old), Some(new)) => {
                let (old, new) = (look.lost(&path(old)), look.gained(&path(new)));
                let annex = look.annex(annex);
                match look.lang {
                    Lang::En => {
                        writeln!(text, "  {annex} column {old} -> {new} (the same {rows} cells)")?;
                    }
                    Lang::Zh => {
                        writeln!(text, "  {annex} 列 {old} -> {new}（{rows} 个单元格相同）")?;
                    }
                }
            }
            (old, new) => {
                let sign = if old.is_some() { '-' } else { '+' };
                let path = path(old.as_ref().or(new.as_ref()).map_or(&[], Vec::as_slice));
                let annex = look.annex(annex);
                let line = match look.lang {
                    Lang::En => format!("{sign} {annex} column {path} ({rows} rows)"),
                    Lang::Zh => format!("{sign} {annex} 列 {path}（{rows} 行）"),
                };
                let line = if old.is_some() { look.lost(&line) } else { look.gained(&line) };
                writeln!(text, "  {line}")?;
            }
        }
    }
    for row in &difference.rows {
        let line = format!(
            "{} {} | {}",
            look.annex(&row.annex),
            named(&row.region, row.parent.as_deref()),
            row.printed.join(" | ")
        );
        match row.side {
            Side::Gone => writeln!(text, "  {}", look.lost(&format!("- {line}")))?,
            Side::New => writeln!(text, "  {}", look.gained(&format!("+ {line}")))?,
        }
    }
    // Cells of a column that came or went are told with it; the JSON has each.
    for cell in difference.cells.iter().filter(|c| c.old.is_some() && c.new.is_some()) {
        let CellChange { annex, region, parent, column, old, new } = cell;
        writeln!(
            text,
            "  {} {} | {}: {} -> {}",
            look.annex(annex),
            named(region, parent.as_deref()),
            column.join("/"),
            look.lost(&printed(old.as_ref(), look)),
            look.gained(&printed(new.as_ref(), look)),
        )?;
    }
    for (what, remarks) in [
        (look.pick("finding", "问题"), &difference.findings),
        (look.pick("diagnostic", "诊断"), &difference.diagnostics),
    ] {
        for r in remarks {
            let line = match look.lang {
                Lang::En => format!("{what} {} [{}]: {}", r.severity, r.word, r.message),
                Lang::Zh => {
                    let severity = label_in(Lang::Zh, &r.severity);
                    format!("{what} {severity} [{}]：{}", r.word, r.message_zh)
                }
            };
            match r.side {
                Side::Gone => writeln!(text, "  {}", look.lost(&format!("- {line}")))?,
                Side::New => writeln!(text, "  {}", look.gained(&format!("+ {line}")))?,
            }
        }
    }
    Ok(())
}

fn named(region: &str, parent: Option<&str>) -> String {
    parent.map_or_else(|| region.to_owned(), |parent| format!("{parent}/{region}"))
}

/// How a cell was read: what is printed, and the value where it is not what is printed.
fn printed(reading: Option<&Reading>, look: Look) -> String {
    match reading {
        None => look.pick("(no such column)", "（无此列）").to_owned(),
        Some(Reading { raw, status, .. }) if status == "blank" && raw.is_empty() => {
            look.pick("(blank)", "（空白）").to_owned()
        }
        Some(Reading { raw, value: Some(value), .. }) if value != raw => match look.lang {
            Lang::En => format!("{value} (printed {raw})"),
            Lang::Zh => format!("{value}（原文 {raw}）"),
        },
        Some(Reading { raw, value: None, status }) if status != "text" => {
            format!("{raw} ({status})")
        }
        Some(Reading { raw, .. }) => raw.clone(),
    }
}
