//! What people are told, on standard error: errors, findings, diagnostics. Results are never here.

use crate::cli::args::{Lang, Messages, Talk};
use crate::cli::excerpt::{Pen, Printed};
use crate::cli::summary;
use crate::diag::Wording;
use crate::emit::record::{
    DiagnosticRecord, FindingRecord, NoticeRecord, PartRecord, PlaceRecord, SuspectRecord,
};
use crate::error::Error;
use crate::model::annex_name;
use crate::plain::shown as plain;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, IsTerminal, Stderr, Write};
use std::sync::OnceLock;
use std::time::Duration;

/// Suspects shown to people for one finding; the likeliest come first.
const SUSPECTS: usize = 5;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Volume {
    Quiet,
    Normal,
    Verbose,
}

/// Where messages go, if not to standard error.
static VOICE: OnceLock<File> = OnceLock::new();

/// Has messages go to this file from now on.
pub fn speak_through(file: File) {
    // It is said once, where a process begins its work.
    let _ = VOICE.set(file);
}

/// What messages are written to.
enum Voice {
    Stderr(Stderr),
    File(&'static File),
}

fn voice() -> Voice {
    VOICE.get().map_or_else(|| Voice::Stderr(io::stderr()), Voice::File)
}

impl Voice {
    fn is_terminal(&self) -> bool {
        match self {
            Voice::Stderr(stderr) => stderr.is_terminal(),
            Voice::File(file) => file.is_terminal(),
        }
    }
}

impl Write for Voice {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Voice::Stderr(stderr) => stderr.write(bytes),
            Voice::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Voice::Stderr(stderr) => stderr.flush(),
            Voice::File(file) => file.flush(),
        }
    }
}

/// Tells people what happened.
#[derive(Debug, Clone, Copy)]
pub struct Reporter {
    volume: Volume,
    lang: Lang,
    /// The language that was asked for by its flag.
    #[cfg(feature = "review")]
    typed: Option<Lang>,
    messages: Option<Messages>,
    color: bool,
}

impl Reporter {
    /// The reporter that the flags and the environment ask for.
    pub fn new(talk: &Talk) -> Reporter {
        let volume = match (talk.quiet, talk.verbose) {
            (true, _) => Volume::Quiet,
            (_, true) => Volume::Verbose,
            _ => Volume::Normal,
        };
        // https://no-color.org: any value that is not empty.
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        Reporter {
            volume,
            lang: talk.lang.unwrap_or_else(lang_of_environment),
            #[cfg(feature = "review")]
            typed: talk.lang,
            messages: talk.messages,
            color: !no_color && voice().is_terminal(),
        }
    }

    /// The message in the reader's language.
    pub fn say<'a>(&self, wording: &'a Wording) -> &'a str {
        match self.lang {
            Lang::Zh => &wording.zh,
            Lang::En => &wording.en,
        }
    }

    /// The language of messages.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The language that was asked for by its flag: `zh` or `en`.
    #[cfg(feature = "review")]
    pub fn lang_typed(&self) -> Option<&'static str> {
        self.typed.map(|lang| match lang {
            Lang::Zh => "zh",
            Lang::En => "en",
        })
    }

    fn pick<'a>(&self, en: &'a str, zh: &'a str) -> &'a str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// Says what stopped an input: what, where, and what to do.
    pub fn error(&self, name: &str, what: &dyn Display, hint: &str) {
        self.line("error", &format!("{name}: {what}"));
        if !hint.is_empty() && !self.is_quiet() {
            self.line("hint", hint);
        }
    }

    /// Says what stopped an input, in the reader's language.
    pub fn tell(&self, name: &str, what: &Wording, hint: Option<&Wording>) {
        self.error(name, &self.say(what), hint.map_or("", |hint| self.say(hint)));
    }

    /// Says what stopped the reading of a notice.
    pub fn stopped(&self, name: &str, error: &Error) {
        let Wording { en, zh } = error.message();
        let code = error.code();
        let what = Wording::new(format!("{en} [{code}]"), format!("{zh} [{code}]"));
        self.tell(name, &what, Some(&error.hint()));
    }

    /// Says what was found and doubted in a notice that was read, under this name.
    pub fn notice(&self, name: &str, record: &NoticeRecord, printed: &Printed<'_>) {
        let parts = &record.source.parts;
        self.diagnostics(name, &record.diagnostics, parts, printed);
        for finding in &record.findings {
            if self.is_said(&finding.severity) {
                self.finding(name, finding, parts);
                self.show(|pen| {
                    pen.finding(record, finding)
                        .or_else(|| printed.excerpt(pen, finding.places.first()?))
                });
            }
        }
        self.told(name, record);
        if self.volume == Volume::Verbose {
            for repair in &record.repairs {
                let place = self.at(repair.place.as_ref(), parts);
                let text = format!(
                    "{name}:{place} {}: {:?} -> {:?}",
                    repair.rule, repair.before, repair.after
                );
                self.line("repair", &text);
            }
        }
    }

    /// Whether something of this severity is said: to those who want to hear nothing, errors alone.
    fn is_said(&self, severity: &str) -> bool {
        match self.volume {
            Volume::Quiet => severity == "error",
            Volume::Normal => severity != "note",
            Volume::Verbose => true,
        }
    }

    /// Says how much of a notice was checked, and what came of it.
    pub fn told(&self, name: &str, record: &NoticeRecord) {
        self.info(&self.checked(name, record));
    }

    /// How much of a notice was checked, and what came of it, in a line.
    fn checked(&self, name: &str, record: &NoticeRecord) -> String {
        let Wording { en, zh } = summary::wording(record);
        match self.lang {
            Lang::En => format!("{name}: {en}"),
            Lang::Zh => format!("{name}：{zh}"),
        }
    }

    /// Says what could not be read with confidence.
    pub fn diagnostics(
        &self,
        name: &str,
        diagnostics: &[DiagnosticRecord],
        parts: &[PartRecord],
        printed: &Printed<'_>,
    ) {
        for diagnostic in diagnostics {
            if self.is_said(&diagnostic.severity) {
                self.diagnostic(name, diagnostic, parts, printed);
            }
        }
    }

    /// Shows what is printed in question below a message, where the reader wants that.
    fn show(&self, draw: impl FnOnce(Pen) -> Option<String>) {
        if let Some(excerpt) = self.excerpt(self.color, draw) {
            // Nobody is left to tell if standard error is closed.
            let _ = writeln!(voice(), "{excerpt}");
        }
    }

    fn excerpt(&self, color: bool, draw: impl FnOnce(Pen) -> Option<String>) -> Option<String> {
        let is_shown = match self.messages {
            Some(messages) => messages == Messages::Full,
            None => self.volume == Volume::Verbose,
        };
        is_shown.then(|| draw(Pen { lang: self.lang, color })).flatten()
    }

    fn diagnostic(
        &self,
        name: &str,
        diagnostic: &DiagnosticRecord,
        parts: &[PartRecord],
        printed: &Printed<'_>,
    ) {
        let place = self.at(diagnostic.place.as_ref(), parts);
        let message = self.pick(&diagnostic.message, &diagnostic.message_zh);
        self.line(&diagnostic.severity, &format!("{name}:{place} {message} [{}]", diagnostic.code));
        self.show(|pen| printed.excerpt(pen, diagnostic.place.as_ref()?));
        if let (Some(en), Some(zh), true) =
            (&diagnostic.hint, &diagnostic.hint_zh, self.has_second_lines())
        {
            self.line("hint", self.pick(en, zh));
        }
    }

    fn finding(&self, name: &str, finding: &FindingRecord, parts: &[PartRecord]) {
        let place = self.at(finding.places.first(), parts);
        let message = self.pick(&finding.message, &finding.message_zh);
        self.line(&finding.severity, &format!("{name}:{place} {message} [{}]", finding.check));
        if let Some(cause) = self.cause(finding) {
            // Nobody is left to tell if standard error is closed.
            let _ = writeln!(voice(), "  {}", plain(cause));
        }
    }

    /// Whether a message has a second line: what to do, the likeliest cause.
    fn has_second_lines(&self) -> bool {
        self.volume != Volume::Quiet && self.messages != Some(Messages::Short)
    }

    /// The likeliest cause of a finding, where it is to be said.
    fn cause<'a>(&self, finding: &'a FindingRecord) -> Option<&'a str> {
        let cause = match self.lang {
            Lang::En => &finding.cause,
            Lang::Zh => &finding.cause_zh,
        };
        cause.as_deref().filter(|_| self.has_second_lines())
    }

    /// Says how long each stage took.
    pub fn timings(&self, timings: &[(&'static str, Duration)]) {
        for (stage, took) in timings {
            self.line("timing", &format!("{stage} {:.3} ms", took.as_secs_f64() * 1e3));
        }
    }

    /// Says how a run went, unless nothing was to be said.
    pub fn info(&self, text: &str) {
        if !self.is_quiet() {
            // Nobody is left to tell if standard error is closed.
            let _ = writeln!(voice(), "{}", plain(text));
        }
    }

    /// Says what is worth knowing of a run, unless nothing was to be said.
    pub fn remark(&self, what: &Wording) {
        if !self.is_quiet() {
            self.line("note", self.say(what));
        }
    }

    /// Says what a run did not do as expected, unless errors alone are to be said.
    pub fn warn(&self, what: &Wording) {
        if self.is_said("warning") {
            self.line("warning", self.say(what));
        }
    }

    /// Whether nothing but errors is said.
    pub fn is_quiet(&self) -> bool {
        self.volume == Volume::Quiet
    }

    /// What does not add up in a notice, for people: each finding with its likeliest cause; with `--verbose` also
    /// the rows in question and all cells to doubt.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_findings(
        &self,
        out: &mut dyn Write,
        name: &str,
        findings: &[FindingRecord],
        record: &NoticeRecord,
    ) -> io::Result<()> {
        let findings = || findings.iter().filter(|f| self.is_said(&f.severity));
        let color = self.color && io::stdout().is_terminal();
        for finding in findings() {
            let place = self.at(finding.places.first(), &record.source.parts);
            let message = self.pick(&finding.message, &finding.message_zh);
            let text = format!("{name}:{place} {message} [{}]", finding.check);
            writeln!(out, "{}", self.labelled(&finding.severity, &text, color))?;
            if let Some(cause) = self.cause(finding) {
                writeln!(out, "  {}", plain(cause))?;
            }
            if let Some(excerpt) = self.excerpt(color, |pen| pen.finding(record, finding)) {
                writeln!(out, "{excerpt}")?;
            }
            if self.volume != Volume::Verbose {
                continue;
            }
            let (shown, rest) = finding.suspects.split_at(finding.suspects.len().min(SUSPECTS));
            for suspect in shown {
                self.write_suspect(out, suspect, &record.source.parts)?;
            }
            match (rest.len(), self.lang) {
                (0, _) => {}
                (more, Lang::En) => writeln!(out, "  and {more} more cells, all in the JSON")?,
                (more, Lang::Zh) => writeln!(out, "  另有 {more} 处，见 JSON")?,
            }
        }
        Ok(())
    }

    /// How much of a notice was checked, in a line; nothing for those who want to hear nothing.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_checked(
        &self,
        out: &mut dyn Write,
        name: &str,
        record: &NoticeRecord,
    ) -> io::Result<()> {
        match self.is_quiet() {
            true => Ok(()),
            false => writeln!(out, "{}", plain(&self.checked(name, record))),
        }
    }

    /// Says that a result is valid.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_valid(&self, out: &mut dyn Write, name: &str) -> io::Result<()> {
        match self.volume {
            Volume::Quiet => Ok(()),
            _ => writeln!(out, "{}: {}", plain(name), self.pick("valid", "有效")),
        }
    }

    fn write_suspect(
        &self,
        out: &mut dyn Write,
        suspect: &SuspectRecord,
        parts: &[PartRecord],
    ) -> io::Result<()> {
        let SuspectRecord { annex, row, region, printed, .. } = suspect;
        let (region, column) = (plain(region), suspect.column.join("/"));
        let annex = annex_name(*annex);
        let annex = self.say(&annex);
        let column = plain(&column);
        let place = self.at(Some(&suspect.place), parts);
        match self.lang {
            Lang::En => {
                write!(out, "  suspect: {annex}, row {row}, {region}, {column}:{place}")?;
                write!(out, " printed {printed:?}")?;
            }
            Lang::Zh => {
                write!(out, "  可疑：{annex} 第{row}行 {region} {column}:{place}")?;
                write!(out, " 原文“{printed}”")?;
            }
        }
        if let Some(proposed) = &suspect.proposed {
            write!(out, "{}{proposed}", self.pick(", perhaps ", "，可能应为 "))?;
        }
        let why = match self.lang {
            Lang::En => suspect.why.join("; "),
            Lang::Zh => suspect.why_zh.join("；"),
        };
        if why.is_empty() { writeln!(out) } else { writeln!(out, " ({why})") }
    }

    /// Where something stands, after a file's name and a colon; nothing where it stands nowhere. Of a notice of
    /// several `parts`, the file is named, and pages are counted in it.
    fn at(&self, place: Option<&PlaceRecord>, parts: &[PartRecord]) -> String {
        let Some(place) = place else { return String::new() };
        if let Some(part) = place.part.and_then(|part| parts.get(part as usize)) {
            let first = part.first_page.max(1);
            let page = place.page.saturating_sub(first) + 1;
            let own = PlaceRecord { page, part: None, ..place.clone() };
            return format!(" {}:{}", part.name, self.at(Some(&own), &[]));
        }
        if let Some((line, column)) = place.line.zip(place.column) {
            return format!("{line}:{column}:");
        }
        if let Some((sheet, cell)) = place.sheet.as_ref().zip(place.cell.as_ref()) {
            return format!(" {sheet}!{cell}:");
        }
        match (place.table, place.row, place.col, place.paragraph, self.lang) {
            (Some(table), Some(row), Some(col), _, Lang::En) => {
                format!(" table {table}, row {row}, column {col}:")
            }
            (Some(table), Some(row), Some(col), _, Lang::Zh) => {
                format!(" 第{table}个表第{row}行第{col}列:")
            }
            (.., Some(paragraph), Lang::En) => format!(" paragraph {paragraph}:"),
            (.., Some(paragraph), Lang::Zh) => format!(" 第{paragraph}段:"),
            (.., Lang::En) => format!(" page {}:", place.page),
            (.., Lang::Zh) => format!(" 第{}页:", place.page),
        }
    }

    fn line(&self, label: &str, text: &str) {
        // Nobody is left to tell if standard error is closed.
        let _ = writeln!(voice(), "{}", self.labelled(label, text, self.color));
    }

    /// A message in the one form that all of them have: what kind it is, then the file, the place and the words.
    fn labelled(&self, label: &str, text: &str, color: bool) -> String {
        let code = LABELS.iter().find(|(en, ..)| *en == label).map_or("36", |(.., code)| code);
        let (label, text) = (label_in(self.lang, label), plain(text));
        match color {
            true => format!("\x1b[1;{code}m{label}\x1b[0m: {text}"),
            false => format!("{label}: {text}"),
        }
    }
}

/// A label, its Chinese, and its colour by number (ECMA-48, select graphic rendition).
const LABELS: &[(&str, &str, &str)] = &[
    ("error", "错误", "31"),
    ("warning", "警告", "33"),
    ("note", "提示", "36"),
    ("hint", "建议", "36"),
    ("repair", "修复", "32"),
    ("timing", "用时", "36"),
];

/// A label in this language.
pub(super) fn label_in(lang: Lang, label: &str) -> &str {
    match (lang, LABELS.iter().find(|(en, ..)| *en == label)) {
        (Lang::Zh, Some((_, zh, _))) => zh,
        _ => label,
    }
}

/// The language that the locale asks for: the first of the three that is set, as POSIX has it.
pub(super) fn lang_of_environment() -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    match locale {
        Some(locale) if locale.starts_with("zh") => Lang::Zh,
        _ => Lang::En,
    }
}
