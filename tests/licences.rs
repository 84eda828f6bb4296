//! What we depend on: licences that deny.toml allows, from the registry alone, none in two versions but
//! those it names. `cargo deny check` holds the same and looks for known faults besides.

use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;

/// The packages of the tree, tests included: of all platforms, or of this one where the others' can't be
/// had without a network.
struct Tree {
    packages: Vec<Value>,
    whole: bool,
}

fn tree() -> Tree {
    let whole = metadata(&[]);
    let rustc = Command::new("rustc").arg("-vV").output().expect("rustc starts");
    let said = String::from_utf8_lossy(&rustc.stdout).into_owned();
    let host = said.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    let tree = whole.clone().or_else(|| metadata(&["--offline", "--filter-platform", host]));
    let packages = tree.expect("cargo knows the tree")["packages"].as_array().cloned();
    Tree { packages: packages.expect("packages"), whole: whole.is_some() }
}

fn metadata(more: &[&str]) -> Option<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--all-features"])
        .args(more)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo starts");
    let told = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        println!("{told}");
    }
    output.status.success().then(|| serde_json::from_slice(&output.stdout).expect("JSON"))
}

/// The strings of a list in deny.toml.
fn listed(key: &str) -> Vec<String> {
    let text = include_str!("../deny.toml");
    let (_, list) = text.split_once(&format!("\n{key} = [")).expect("deny.toml has the list");
    let (list, _) = list.split_once(']').expect("the list ends");
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Whether an SPDX expression can be met with the licences allowed; `/` is an old way to write OR.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut words = words.as_slice();
    any_of(&mut words, allowed) && words.is_empty()
}

fn any_of(words: &mut &[&str], allowed: &[String]) -> bool {
    let mut met = all_of(words, allowed);
    while take(words, "OR") {
        met |= all_of(words, allowed);
    }
    met
}

fn all_of(words: &mut &[&str], allowed: &[String]) -> bool {
    let mut met = one(words, allowed);
    while take(words, "AND") {
        met &= one(words, allowed);
    }
    met
}

fn one(words: &mut &[&str], allowed: &[String]) -> bool {
    if take(words, "(") {
        let met = any_of(words, allowed);
        return take(words, ")") && met;
    }
    let Some((first, rest)) = words.split_first() else { return false };
    *words = rest;
    let mut licence = (*first).to_owned();
    if take(words, "WITH") {
        let Some((exception, rest)) = words.split_first() else { return false };
        *words = rest;
        licence = format!("{licence} WITH {exception}");
    }
    allowed.contains(&licence)
}

fn take(words: &mut &[&str], word: &str) -> bool {
    let found = words.first() == Some(&word);
    if found {
        *words = &words[1..];
    }
    found
}

#[test]
fn expressions_are_read_as_meant() {
    let allowed = ["MIT".to_owned(), "Zlib".to_owned(), "X WITH E".to_owned()];
    for good in ["MIT", "GPL-3.0 OR MIT", "GPL/MIT", "(GPL OR MIT) AND Zlib", "X WITH E"] {
        assert!(is_allowed(good, &allowed), "{good}");
    }
    for bad in ["GPL", "GPL AND MIT", "(GPL OR MIT) AND X", "X", "MIT (", "", "MIT WITH E"] {
        assert!(!is_allowed(bad, &allowed), "{bad}");
    }
}

#[test]
fn all_that_is_depended_on_may_be() {
    let allowed = listed("allow");
    let Tree { packages, whole } = tree();
    assert!(packages.len() > 100, "saw {} packages", packages.len());
    let name = |package: &Value| format!("{} {}", package["name"], package["version"]);
    for package in &packages {
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(is_allowed(licence, &allowed), "{}: licence {licence:?}", name(package));
        let source = package["source"].as_str().unwrap_or("here");
        let known = source == "here" || source.starts_with("registry+");
        assert!(known, "{}: comes from {source}", name(package));
    }
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for package in &packages {
        *versions.entry(package["name"].as_str().unwrap_or_default()).or_default() += 1;
    }
    let twice: Vec<&str> =
        versions.iter().filter(|&(_, n)| *n > 1).map(|(name, _)| *name).collect();
    let known = listed("skip");
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    if whole {
        assert_eq!(twice, known, "what is there twice, against deny.toml");
    }
    assert!(twice.iter().all(|name| known.contains(name)), "{twice:?} against {known:?}");
}

#[test]
fn our_own_code_has_nothing_unsafe() {
    assert!(include_str!("../src/lib.rs").contains("#![forbid(unsafe_code)]"));
    assert!(include_str!("../src/main.rs").contains("#![forbid(unsafe_code)]"));
}
