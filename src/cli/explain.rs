//! `fubiao explain`: what a code in a message means. The words are those of docs/codes.md, so that the
//! page and the command never differ.

use crate::cli::args::Lang;
use std::fmt::Write;

const EN: &str = include_str!("../../docs/codes.md");
const ZH: &str = include_str!("../../docs/codes.zh-CN.md");

/// One code with what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The code, such as `column_sum`.
    pub code: &'static str,
    /// The heading it stands under: what kind of message bears it.
    pub kind: &'static str,
    /// What it means and what to do, as Markdown paragraphs.
    pub text: &'static str,
}

/// All codes, in the order of the page.
pub fn entries(lang: Lang) -> Vec<Entry> {
    let page = match lang {
        Lang::En => EN,
        Lang::Zh => ZH,
    };
    let mut entries = Vec::new();
    for part in page.split("\n## ").skip(1) {
        let mut sections = part.split("\n### ");
        let kind = sections.next().and_then(|head| head.lines().next()).unwrap_or_default();
        for section in sections {
            if let Some((code, text)) = section.split_once('\n') {
                entries.push(Entry { code: code.trim_matches('`'), kind, text: text.trim() });
            }
        }
    }
    entries
}

/// What to print for a code; `None` for a word that is none.
pub fn explain(lang: Lang, code: &str) -> Option<String> {
    let entry = entries(lang).into_iter().find(|entry| entry.code == code)?;
    Some(format!("{}\n{}\n\n{}\n", entry.code, entry.kind, entry.text))
}

/// All codes under their headings.
pub fn list(lang: Lang) -> String {
    let mut out = String::new();
    let mut kind = "";
    for entry in entries(lang) {
        if entry.kind != kind {
            let gap = if kind.is_empty() { "" } else { "\n" };
            // Writing to a string does not fail.
            let _ = writeln!(out, "{gap}{}", entry.kind);
            kind = entry.kind;
        }
        let _ = writeln!(out, "  {}", entry.code);
    }
    out
}

/// The code most like a word that is none, if any is like it.
pub fn nearest(word: &str) -> Option<&'static str> {
    let likeness = |code: &str| strsim::jaro_winkler(word, code);
    let codes = entries(Lang::En).into_iter().map(|entry| entry.code);
    let best = codes.max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) >= 0.8).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex::Regex;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;
    use std::sync::LazyLock;

    #[test]
    fn both_languages_know_the_same_codes() {
        let codes = |lang| entries(lang).iter().map(|entry| entry.code).collect::<Vec<_>>();
        assert_eq!(codes(Lang::En), codes(Lang::Zh));
        let once: BTreeSet<_> = codes(Lang::En).into_iter().collect();
        assert_eq!(once.len(), codes(Lang::En).len(), "a code stands twice");
        assert!(entries(Lang::En).iter().chain(&entries(Lang::Zh)).all(|e| !e.text.is_empty()));
    }

    /// Words of the shape of a code, in the rooms that remark, repair and find, that are none.
    const NO_CODES: &[&str] =
        &["document_number", "saves_to", "shift_jis", "whole_relative", "whole_year"];

    #[test]
    fn every_code_of_the_source_is_explained() {
        let known: BTreeSet<_> = entries(Lang::En).iter().map(|entry| entry.code).collect();
        let mut used = BTreeSet::new();
        for room in [
            "carrier",
            "normalize",
            "segment",
            "repair",
            "typing",
            "check",
            "review",
            "proof",
            "ink.rs",
            "diag.rs",
        ] {
            words(&Path::new("src").join(room), &mut used);
        }
        let unknown: Vec<_> = used
            .iter()
            .filter(|word| !known.contains(word.as_str()) && !NO_CODES.contains(&word.as_str()))
            .collect();
        assert!(unknown.is_empty(), "docs/codes.md does not explain {unknown:?}");
        let unused: Vec<_> = known
            .iter()
            .filter(|code| code.contains('_') && !used.contains(**code))
            .filter(|code| !ERRORS.contains(code))
            .collect();
        assert!(unused.is_empty(), "docs/codes.md explains {unused:?}, which nothing says");
    }

    /// Codes of errors and of what a batch says of its run, which stand outside the rooms.
    const ERRORS: &[&str] = &[
        "unknown_kind",
        "broken_document",
        "broken_pdf",
        "password_needed",
        "no_text_layer",
        "unreadable_text",
        "broken_picture",
        "models_missing",
        "models_broken",
        "unknown_encoding",
        "broken_result",
        "broken_corrections",
        "not_written",
        "worker_unconfined",
    ];

    static LITERAL: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#""([a-z]+(?:_[a-z]+)+)""#).expect("a regular expression"));

    /// String literals like `"column_sum"` in the files below a folder, tests of theirs aside.
    fn words(path: &Path, found: &mut BTreeSet<String>) {
        if path.is_dir() {
            for entry in fs::read_dir(path).expect("the source is in the repository") {
                words(&entry.expect("the folder can be read").path(), found);
            }
            return;
        }
        let text = fs::read_to_string(path).expect("the source is text");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        found.extend(LITERAL.captures_iter(code).map(|c| c[1].to_owned()));
    }

    #[test]
    fn a_slip_of_a_hand_finds_its_code() {
        assert_eq!(nearest("colum_sum"), Some("column_sum"));
        assert_eq!(nearest("repeated-header"), Some("repeated_header"));
        assert_eq!(nearest("zzz"), None);
    }
}
