//! What people are told, on standard error: errors, findings, diagnostics. Results are never here.

use crate::cli::args::{Lang, Talk};
use crate::diag::Wording;
use crate::emit::record::{DiagnosticRecord, FindingRecord, NoticeRecord, PlaceRecord};
use crate::error::Error;
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Volume {
    Quiet,
    Normal,
    Verbose,
}

/// Tells people what happened.
#[derive(Debug)]
pub struct Reporter {
    volume: Volume,
    lang: Lang,
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
            color: !no_color && std::io::stderr().is_terminal(),
        }
    }

    /// The message in the reader's language.
    pub fn say<'a>(&self, wording: &'a Wording) -> &'a str {
        match self.lang {
            Lang::Zh => &wording.zh,
            Lang::En => &wording.en,
        }
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
        if !hint.is_empty() {
            self.line("hint", hint);
        }
    }

    /// Says what stopped the reading of a notice.
    pub fn stopped(&self, name: &str, error: &Error) {
        self.error(name, error, error.hint());
    }

    /// Says what was found and doubted in a notice that was read.
    pub fn notice(&self, record: &NoticeRecord) {
        if self.volume == Volume::Quiet {
            return;
        }
        let name = &record.source.name;
        for diagnostic in &record.diagnostics {
            if self.is_said(&diagnostic.severity) {
                self.diagnostic(name, diagnostic);
            }
        }
        for finding in &record.findings {
            if self.is_said(&finding.severity) {
                self.finding(name, finding);
            }
        }
        if self.volume == Volume::Verbose {
            for repair in &record.repairs {
                let place = repair.place.as_ref().map(place_text).unwrap_or_default();
                let text = format!(
                    "{name}:{place} {}: {:?} -> {:?}",
                    repair.rule, repair.before, repair.after
                );
                self.line("repair", &text);
            }
        }
    }

    fn is_said(&self, severity: &str) -> bool {
        severity != "note" || self.volume == Volume::Verbose
    }

    /// Says one diagnostic.
    pub fn diagnostic(&self, name: &str, diagnostic: &DiagnosticRecord) {
        let place = diagnostic.place.as_ref().map(place_text).unwrap_or_default();
        let message = self.pick(&diagnostic.message, &diagnostic.message_zh);
        self.line(&diagnostic.severity, &format!("{name}:{place} {message} [{}]", diagnostic.code));
        if let (Some(en), Some(zh)) = (&diagnostic.hint, &diagnostic.hint_zh) {
            self.line("hint", self.pick(en, zh));
        }
    }

    /// Says one finding.
    pub fn finding(&self, name: &str, finding: &FindingRecord) {
        let place = finding.places.first().map(place_text).unwrap_or_default();
        let message = self.pick(&finding.message, &finding.message_zh);
        self.line(&finding.severity, &format!("{name}:{place} {message} [{}]", finding.check));
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
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// Whether nothing but errors is said.
    pub fn is_quiet(&self) -> bool {
        self.volume == Volume::Quiet
    }

    fn line(&self, label: &str, text: &str) {
        let (label_zh, color) = match label {
            "error" => ("错误", "31"),
            "warning" => ("警告", "33"),
            "note" => ("提示", "36"),
            "hint" => ("建议", "36"),
            "repair" => ("修复", "32"),
            _ => ("用时", "36"),
        };
        let label = self.pick(label, label_zh);
        // Nobody is left to tell if standard error is closed.
        let _ = match self.color {
            true => writeln!(std::io::stderr(), "\x1b[1;{color}m{label}\x1b[0m: {text}"),
            false => writeln!(std::io::stderr(), "{label}: {text}"),
        };
    }
}

fn place_text(place: &PlaceRecord) -> String {
    match (place.line, place.column) {
        (Some(line), Some(column)) => format!("{line}:{column}:"),
        _ => format!(" page {}:", place.page),
    }
}

/// The language that the locale asks for: the first of the three that is set, as POSIX has it.
fn lang_of_environment() -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    match locale {
        Some(locale) if locale.starts_with("zh") => Lang::Zh,
        _ => Lang::En,
    }
}
