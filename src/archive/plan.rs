//! Inputs as typed in, a list of notices out: what to read, and under which name its result stands.
//!
//! Names come from paths of inputs alone, never from inside a document, and can't leave the output
//! folder: `..`, roots and drive letters are no part of a name.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// One notice to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name in the archive: the path below the folder it was found in, parts joined by `/`.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// Why inputs make no plan.
#[derive(Debug)]
pub enum PlanError {
    /// Occurs if a pattern matches no file.
    NoMatch(String),
    /// Occurs if a pattern can't be read: what is wrong with it.
    BadPattern(String, String),
    /// Occurs if a folder can't be listed.
    Folder(PathBuf, std::io::Error),
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlanError::NoMatch(pattern) => write!(f, "{pattern}: no file matches"),
            PlanError::BadPattern(pattern, what) => write!(f, "{pattern}: {what}"),
            PlanError::Folder(path, e) => write!(f, "{}: can't be listed: {e}", path.display()),
        }
    }
}

/// Lists the notices of all inputs in the order of their names. Folders are walked (hidden files are
/// passed over, links to folders not followed), patterns expanded, `leave_out` (the output folder) is
/// never read. A named file that is not there stays in the plan: it fails on its own, and is listed.
///
/// # Errors
/// See [`PlanError`].
pub fn plan(inputs: &[PathBuf], leave_out: &Path) -> Result<Vec<Item>, PlanError> {
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    let leave_out = leave_out.canonicalize().unwrap_or_else(|_| leave_out.to_owned());
    for input in inputs {
        if input.is_dir() {
            walk(input, &leave_out, &mut |path| {
                found.push((name_below(path, input), path.to_owned()));
            })?;
        } else if !input.exists() && is_pattern(input) {
            let pattern = input.to_string_lossy().into_owned();
            let base = fixed_part(input);
            let before = found.len();
            let matches = glob::glob(&pattern)
                .map_err(|e| PlanError::BadPattern(pattern.clone(), e.to_string()))?;
            for path in matches.flatten().filter(|p| p.is_file()) {
                found.push((name_below(&path, &base), path));
            }
            if found.len() == before {
                return Err(PlanError::NoMatch(pattern));
            }
        } else {
            let folder = input.parent().unwrap_or(Path::new(""));
            found.push((name_below(input, folder), input.clone()));
        }
    }
    Ok(with_unique_names(found))
}

/// The name of a path given in a list, where no folder says what it is below: all of its parts.
pub fn name_of_listed(path: &Path) -> String {
    name_below(path, Path::new(""))
}

/// Items for paths given in a list; equal names are told apart as in [`plan`].
pub fn listed(paths: &[PathBuf]) -> Vec<Item> {
    with_unique_names(paths.iter().map(|p| (name_of_listed(p), p.clone())).collect())
}

/// Sorts by name, drops what was named twice, and numbers different files of equal names.
fn with_unique_names(mut found: Vec<(String, PathBuf)>) -> Vec<Item> {
    found.sort();
    found.dedup();
    let mut taken = BTreeSet::new();
    let mut items = Vec::with_capacity(found.len());
    for (name, path) in found {
        let mut unique = name.clone();
        let mut nth = 2;
        while !taken.insert(unique.clone()) {
            unique = format!("{name}~{nth}");
            nth += 1;
        }
        items.push(Item { name: unique, path });
    }
    items.sort_by(|a, b| a.name.cmp(&b.name));
    items
}

fn walk(folder: &Path, leave_out: &Path, found: &mut dyn FnMut(&Path)) -> Result<(), PlanError> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        if folder.canonicalize().is_ok_and(|f| f == leave_out) {
            continue;
        }
        let error = |e| PlanError::Folder(folder.clone(), e);
        for entry in fs::read_dir(&folder).map_err(error)? {
            let entry = entry.map_err(error)?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() || path.is_file() => found(&path),
                _ => {}
            }
        }
    }
    Ok(())
}

/// The parts of `path` below `folder`, joined by `/`; only names, so that it can't lead elsewhere.
fn name_below(path: &Path, folder: &Path) -> String {
    let below = path.strip_prefix(folder).unwrap_or(path);
    let names: Vec<String> = below
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy().replace('\\', "_")),
            _ => None,
        })
        .collect();
    names.join("/")
}

fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

/// The folders of a pattern before its first wildcard.
fn fixed_part(pattern: &Path) -> PathBuf {
    pattern.components().take_while(|part| !is_pattern(Path::new(part.as_os_str()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(items: &[Item]) -> Vec<&str> {
        items.iter().map(|i| i.name.as_str()).collect()
    }

    #[test]
    fn folders_are_walked_without_hidden_files_and_the_output() {
        let root = tempfile::tempdir().unwrap();
        for file in ["a/2023/x.pdf", "a/y.txt", "a/.hidden", "a/out/notices/x.json"] {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let a = root.path().join("a");
        let items = plan(std::slice::from_ref(&a), &a.join("out")).unwrap();
        assert_eq!(names(&items), ["2023/x.pdf", "y.txt"]);
    }

    #[test]
    fn patterns_name_files_below_their_fixed_part() {
        let root = tempfile::tempdir().unwrap();
        for file in ["2022/x.txt", "2023/x.txt"] {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let items = plan(&[root.path().join("*/x.txt")], Path::new("out")).unwrap();
        assert_eq!(names(&items), ["2022/x.txt", "2023/x.txt"]);
        let none = plan(&[root.path().join("*.doc")], Path::new("out"));
        assert!(matches!(none, Err(PlanError::NoMatch(_))));
    }

    #[test]
    fn equal_names_are_told_apart_and_the_same_file_is_read_once() {
        let paths = ["/a/x.pdf", "b/x.pdf", "/a/x.pdf"].map(PathBuf::from);
        let items = plan(&paths, Path::new("out")).unwrap();
        assert_eq!(names(&items), ["x.pdf", "x.pdf~2"]);
    }

    #[test]
    fn a_name_cannot_leave_the_output_folder() {
        assert_eq!(name_of_listed(Path::new("/../../etc/passwd")), "etc/passwd");
        assert_eq!(name_of_listed(Path::new("a\\..\\b")), "a_.._b");
    }
}
