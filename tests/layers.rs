//! Who may import whom. When this test stops you, the type is in the wrong room: see
//! docs/architecture.md before you add a line to the table.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What every room may use.
const LEAVES: &[&str] = &[
    "geom",
    "place",
    "diag",
    "error",
    "name",
    "parallel",
    "pattern",
    "plain",
    "figure",
    "lexicon",
    "profile",
    "numbering",
    "sight",
];

/// A room, and the paths below `crate::` it may use besides the leaves and itself. An entry allows
/// everything below it.
const ROOMS: &[(&str, &[&str])] = &[
    ("geom", &[]),
    ("place", &[]),
    ("diag", &[]),
    ("error", &[]),
    ("name", &[]),
    ("parallel", &[]),
    ("pattern", &[]),
    ("sight", &[]),
    ("lexicon", &[]),
    ("figure", &[]),
    ("profile", &[]),
    ("numbering", &[]),
    ("plain", &[]),
    ("options", &[]),
    ("source", &[]),
    ("model", &[]),
    ("regions", &[]),
    ("carrier", &["source", "options"]),
    ("normalize", &["carrier::page", "options"]),
    ("segment", &["normalize::lines", "options"]),
    ("repair", &["segment::outline"]),
    // What became of each character between the lines and the document.
    ("ink", &["normalize::lines", "repair::document"]),
    ("typing", &["repair::document", "model", "regions", "options"]),
    ("check", &["model", "regions"]),
    // What was read from a picture is held against the sums, and read again as typing reads.
    ("proof", &["model", "check", "regions"]),
    // What a person said is applied to the notice itself, before it is checked.
    ("corrections", &["model"]),
    (
        "pipeline",
        &[
            "corrections",
            "proof",
            "carrier",
            "ink",
            "normalize",
            "segment",
            "repair",
            "typing",
            "check",
            "model",
            "source",
            "options",
        ],
    ),
    (
        "emit",
        &[
            "model",
            "check",
            "pipeline",
            "source",
            // The tables and text of any PDF are what these stages gave, with no notice made of it.
            "normalize::lines",
            "segment::outline",
        ],
    ),
    (
        "review",
        &[
            "check",
            "emit::record",
            "source",
            "options",
            // It shows the pages themselves, and its pictures are made by the same reader under the
            // same guard.
            "carrier",
        ],
    ),
    // Results side by side: what they say, under the names that check and regions have for it.
    ("survey", &["emit::record", "check", "regions"]),
    ("validate", &[]),
    (
        "archive",
        &["pipeline", "corrections", "emit", "validate", "source", "options", "review", "check"],
    ),
    // The command knows the world.
    ("cli", &[""]),
    ("main", &[""]),
    ("lib", &[""]),
];

#[test]
fn rooms_open_only_on_their_neighbours() {
    let rooms: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in rust_files(Path::new("src")) {
        let room = room_of(&file);
        let Some(allowed) = rooms.get(room.as_str()) else {
            wrong.push(format!("{}: the room `{room}` is not in the table", file.display()));
            continue;
        };
        let text = fs::read_to_string(&file).expect("a source file is readable");
        if text.contains("super::super") {
            wrong.push(format!("{}: super::super reaches out of its room", file.display()));
        }
        for path in crate_paths(&text) {
            seen += 1;
            if !may_use(&room, allowed, &path) {
                wrong.push(format!("{}: `{room}` may not use crate::{path}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(seen > 100, "saw only {seen} imports: the search itself is broken");
}

/// The rooms between `carrier` and `emit`: what comes to them comes alike from every carrier.
const AFTER_THE_CARRIER: &[&str] =
    &["normalize", "segment", "repair", "typing", "check", "proof", "model", "regions"];

/// What tells one carrier from another: where characters came from, what kind of file it is, in whose words a place
/// stands. What the places of lines mean is told by `Layout`, whether there is a box on a page by `Spot::Box`.
const TELLS_THE_CARRIER: &[&str] = &[
    "TextFrom::",
    "source::Kind",
    "Kind::Pdf",
    "Kind::Docx",
    "Kind::Xlsx",
    "Kind::Html",
    "media_type",
    "text_from ==",
    "text_from !=",
    "match pages.text_from",
    "match lines.text_from",
    "is_of_text",
    "Spot::Text",
    "Spot::Paragraph",
    "Spot::Cell",
];

/// Lines that name such a word and ask nothing, each with its reason.
const ASKS_NOTHING: &[(&str, &str)] = &[
    // A place for what stands nowhere.
    ("src/typing/annex.rs", "pub(super) const NOWHERE: Place"),
    // A text of tests.
    ("src/typing/prose.rs", "placed.push("),
];

#[test]
fn nothing_after_the_carrier_asks_which_one_it_was() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for file in rust_files(Path::new("src")) {
        if !AFTER_THE_CARRIER.contains(&room_of(&file).as_str()) {
            continue;
        }
        seen += 1;
        let text = fs::read_to_string(&file).expect("a source file is readable");
        for (at, line) in asking(&text) {
            let is_known = |(path, words): &&(&str, &str)| {
                file == Path::new(path) && line.trim_start().starts_with(words)
            };
            if !ASKS_NOTHING.iter().any(|known| is_known(&known)) {
                wrong.push(format!("{}:{at}: {}", file.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "asks for the carrier:\n{}", wrong.join("\n"));
    assert!(seen > 50, "saw only {seen} files: the search itself is broken");
}

/// Lines of code, tests and comments aside, that tell one carrier from another, by number.
fn asking(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    code.lines().zip(1..).filter_map(|(line, at)| {
        let words = line.split("//").next().unwrap_or_default();
        TELLS_THE_CARRIER.iter().any(|word| words.contains(word)).then_some((at, line))
    })
}

#[test]
fn the_search_for_carriers_sees_what_it_must() {
    let text = "// Spot::Cell\nif lines.text_from == x {}\nlet Spot::Cell { row, .. } = spot;\n#[cfg(test)]\nmod tests {\n Spot::Text }";
    assert_eq!(asking(text).map(|(at, _)| at).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn the_search_sees_what_it_must() {
    let text = "use crate::model::{Amount, annex::{Row}};\nuse crate::geom::Rect;\n// crate::cli\nlet x = crate::check::check(n);";
    assert_eq!(
        crate_paths(text),
        ["model::Amount", "model::annex::Row", "geom::Rect", "check::check"]
    );
    assert!(may_use("typing", &["model"], "model::annex"));
    assert!(!may_use("typing", &["model"], "models::x"));
    assert!(!may_use("repair", &["segment::outline"], "segment::tables::x"));
}

fn may_use(room: &str, allowed: &[&str], path: &str) -> bool {
    let below = |prefix: &str| {
        prefix.is_empty()
            || path == prefix
            || path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with("::"))
    };
    below(room) || LEAVES.iter().any(|l| below(l)) || allowed.iter().any(|a| below(a))
}

/// The room a file belongs to: its folder right below `src`, or its own name.
fn room_of(file: &Path) -> String {
    let below = file.strip_prefix("src").expect("files are listed below src");
    let first = below.components().next().expect("a file has a name").as_os_str();
    first.to_string_lossy().trim_end_matches(".rs").to_owned()
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(&dir).expect("src is readable") {
            let path = entry.expect("src is readable").path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Every path after `crate::` in the code, groups in braces taken apart; comments are passed over.
fn crate_paths(text: &str) -> Vec<String> {
    let code: Vec<&str> = text.lines().map(|l| l.split("//").next().unwrap_or_default()).collect();
    let code = code.join("\n");
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest: String =
            code[at + "crate::".len()..].chars().filter(|c| !c.is_whitespace()).collect();
        expand(&rest, "", &mut paths);
    }
    paths
}

/// Follows one path to its end; returns how many bytes of `rest` belong to it.
fn expand(rest: &str, prefix: &str, paths: &mut Vec<String>) -> usize {
    let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let here = match (prefix, word.as_str()) {
        ("", w) => w.to_owned(),
        (p, "") => p.to_owned(),
        (p, w) => format!("{p}::{w}"),
    };
    let mut used = word.len();
    let after = &rest[used..];
    if let Some(next) = after.strip_prefix("::{") {
        used += 3;
        let mut inner = next;
        while !inner.is_empty() && !inner.starts_with('}') {
            let n = expand(inner, &here, paths).max(1);
            used += n;
            inner = &inner[n..];
            if let Some(more) = inner.strip_prefix(',') {
                used += 1;
                inner = more;
            }
        }
        return used + 1;
    }
    if let Some(next) = after.strip_prefix("::") {
        return used + 2 + expand(next, &here, paths);
    }
    if !here.is_empty() {
        paths.push(here);
    }
    used
}
