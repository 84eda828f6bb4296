//! What is known to be wrong with packages, as the RustSec Advisory Database had it on the day that
//! `tests/advisories.tsv` names: none of it applies to what we depend on, tests and fuzz targets included. This needs no
//! network; `.ci/run` asks the database of today where there is one. `tools/advisories.py` writes the list anew.

use semver::{Version, VersionReq};
use std::fs;

struct Advisory<'a> {
    name: &'a str,
    package: &'a str,
    kind: &'a str,
    /// A version that meets one of these is not affected.
    unaffected: Vec<VersionReq>,
}

fn advisories(list: &str) -> Vec<Advisory<'_>> {
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let advisory = |line| {
        let [name, package, kind, versions] = split(line);
        let versions = versions.split("; ").filter(|v| !v.is_empty());
        let parsed =
            versions.map(|v| VersionReq::parse(v).unwrap_or_else(|e| panic!("{name}: {v}: {e}")));
        Advisory { name, package, kind, unaffected: parsed.collect() }
    };
    lines.map(advisory).collect()
}

fn split<const N: usize>(line: &str) -> [&str; N] {
    let fields: Vec<&str> = line.split('\t').collect();
    fields.try_into().unwrap_or_else(|_| panic!("{line}: expected {N} fields"))
}

impl Advisory<'_> {
    fn applies(&self, package: &str, version: &Version) -> bool {
        self.package == package && !self.unaffected.iter().any(|range| range.matches(version))
    }
}

/// The packages that a lock file names, with their versions.
fn locked(path: &str) -> Vec<(String, Version)> {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let value = |package: &str, key: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(&format!("{key} = \"")));
        line.and_then(|line| line.strip_suffix('"')).map(str::to_owned)
    };
    let packages =
        text.split("[[package]]").skip(1).filter(|package| package.contains("\nsource = "));
    packages
        .map(|package| {
            let version = value(package, "version").expect("a package has a version");
            (value(package, "name").expect("and a name"), version.parse().expect("a version"))
        })
        .collect()
}

#[test]
fn nothing_known_to_be_wrong_is_depended_on() {
    let list = include_str!("advisories.tsv");
    let advisories = advisories(list);
    assert!(advisories.len() > 1000, "{}", advisories.len());
    let mut wrong = Vec::new();
    for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
        let packages = locked(lock);
        assert!(packages.len() > 50, "{lock}: {}", packages.len());
        for (package, version) in &packages {
            let known = advisories.iter().filter(|advisory| advisory.applies(package, version));
            wrong.extend(
                known.map(|a| format!("{lock}: {package} {version}: {} ({})", a.name, a.kind)),
            );
        }
    }
    let head = list.lines().next().unwrap_or_default();
    assert!(wrong.is_empty(), "{head}\n{}", wrong.join("\n"));
}

#[test]
fn ranges_are_read_as_the_database_means_them() {
    let list = "# of a day\nRUSTSEC-0\trand\tunsound\t>= 0.10.1; < 0.10.0, >= 0.9.3; < 0.7.0\nRUSTSEC-1\told\tunmaintained\t\n";
    let advisories = advisories(list);
    let applies =
        |version: &str| advisories[0].applies("rand", &version.parse().expect("a version"));
    assert!(applies("0.8.5") && applies("0.10.0") && applies("0.9.2"));
    assert!(!applies("0.6.9") && !applies("0.9.3") && !applies("0.10.4"));
    assert!(advisories[1].applies("old", &Version::new(9, 9, 9)), "all versions");
    assert!(!advisories[1].applies("new", &Version::new(9, 9, 9)));
}
