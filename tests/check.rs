//! `check` on small notices: `suite/check/*.txt`, each case a notice (see `support`), `=>`, and the
//! findings in words. Two notices with `前一通知` between them are held against each other.

mod support;

use fubiao::check::{Finding, across, check};
use std::fmt::Write;
use std::path::Path;

#[test]
fn findings_of_small_notices() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/check");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    // `UPDATE_SUITE=1 cargo test --test check` writes what is found in place of what is expected.
    let update = std::env::var_os("UPDATE_SUITE").is_some();
    let (mut cases, mut wrong) = (0, String::new());
    for file in files {
        let suite = std::fs::read_to_string(&file).unwrap();
        let mut updated = suite.split("\n--- ").next().unwrap().to_owned();
        for case in suite.split("\n--- ").skip(1) {
            let (name, rest) = case.split_once(" ---\n").expect("--- name ---");
            let (input, expected) = rest.split_once("\n=>\n").expect("a case has =>");
            let found = match input.split_once("\n前一通知\n") {
                Some((new, old)) => across(&support::notice(new), &support::notice(old)),
                None => check(&support::notice(input)),
            };
            let found = render(&found);
            cases += 1;
            write!(updated, "\n--- {name} ---\n{input}\n=>\n{found}").unwrap();
            if !update && found.trim() != expected.trim() {
                writeln!(wrong, "--- {name} ---\nexpected\n{expected}\nfound\n{found}").unwrap();
            }
        }
        if update {
            std::fs::write(&file, updated).unwrap();
        }
    }
    assert!(cases >= 5, "only {cases} cases were found");
    assert!(wrong.is_empty(), "{wrong}");
}

/// Findings as people would note them: what, then each suspect with its proposal and why.
fn render(findings: &[Finding]) -> String {
    let mut out = String::new();
    for finding in findings {
        writeln!(out, "{} {}: {}", finding.severity.name(), finding.check, finding.message.en)
            .unwrap();
        if let Some(cause) = &finding.cause {
            writeln!(out, "  {}", cause.en).unwrap();
        }
        for suspect in finding.suspects.iter().take(3) {
            let proposed = suspect.proposed.map_or("?".to_owned(), |p| p.to_string());
            let why: Vec<&str> = suspect.why.iter().map(|w| w.en.as_str()).collect();
            writeln!(
                out,
                "  {} {} {:?} -> {proposed}: {}",
                suspect.region,
                suspect.column.join("/"),
                suspect.printed,
                why.join("; ")
            )
            .unwrap();
        }
        if finding.suspects.len() > 3 {
            writeln!(out, "  and {} more", finding.suspects.len() - 3).unwrap();
        }
    }
    out
}
