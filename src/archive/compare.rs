//! Two results, or two folders of results, compared: which notices are new, gone or changed, and how.

use crate::archive::diff::{self, Difference};
use crate::archive::disk::{self, Lasting};
use crate::archive::store::StoreError;
use crate::name::RelativeName;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What became of one notice between the old and the new results.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Only the new folder has it.
    New,
    /// Only the old folder has it.
    Gone,
    /// Both have it, and it reads otherwise.
    Changed(Difference),
}

/// All notices that changed, by name.
pub type Changes = BTreeMap<String, Change>;

/// Compares two result files, or two folders of them (an archive's output folder, or its `notices/`).
///
/// # Errors
/// If a file can't be read or holds no JSON; the message names it.
pub fn compare(old: &Path, new: &Path) -> io::Result<Changes> {
    if old.is_file() || new.is_file() {
        let name = new.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let difference = diff::compare(&read(old)?, &read(new)?);
        let changed = (!difference.is_empty()).then(|| (name, Change::Changed(difference)));
        return Ok(changed.into_iter().collect());
    }
    let (old, new) = (results(old)?, results(new)?);
    let names: Vec<&RelativeName> = {
        let mut names: Vec<&RelativeName> = old.keys().chain(new.keys()).collect();
        names.sort();
        names.dedup();
        names
    };
    let changes = names.into_par_iter().map(|name| {
        Ok(match (old.get(name), new.get(name)) {
            (Some(old), Some(new)) => {
                // Equal bytes need no reading.
                let (a, b) = (read_bytes(old)?, read_bytes(new)?);
                if a == b {
                    return Ok(None);
                }
                let difference = diff::compare(&parse(old, &a)?, &parse(new, &b)?);
                if difference.is_empty() {
                    return Ok(None);
                }
                Some((name.to_string(), Change::Changed(difference)))
            }
            (Some(_), None) => Some((name.to_string(), Change::Gone)),
            _ => Some((name.to_string(), Change::New)),
        })
    });
    let changes: io::Result<Vec<Option<(String, Change)>>> = changes.collect();
    Ok(changes?.into_iter().flatten().collect())
}

/// Takes the new results over as the approved ones: the old folder (or file) then holds what the new one
/// holds, and nothing else below `notices/`.
///
/// # Errors
/// If the disk refuses.
pub fn accept(old: &Path, new: &Path) -> Result<(), StoreError> {
    let results = |path: &Path| results(path).map_err(|e| StoreError::io(path, e));
    if new.is_file() {
        return copy(new, old);
    }
    let (from, into) = (results(new)?, if old.exists() { results(old)? } else { BTreeMap::new() });
    let folder = notices(old, RelativeName::known("notices").below(new).is_dir());
    for (name, path) in &from {
        copy(path, &name.below(&folder))?;
    }
    for (_, path) in into.iter().filter(|(name, _)| !from.contains_key(*name)) {
        fs::remove_file(path).map_err(|e| StoreError::io(path, e))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let bytes = fs::read(from).map_err(|e| StoreError::io(from, e))?;
    let folder = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .and_then(|()| disk::write_whole(to, Lasting::Now, |out| out.write_all(&bytes)))
        .map_err(|e| StoreError::io(to, e))
}

/// Changes as JSON: one key a notice.
pub fn to_json(changes: &Changes) -> Value {
    let notices = changes.iter().map(|(name, change)| {
        let change = match change {
            Change::New => json!({"change": "new"}),
            Change::Gone => json!({"change": "gone"}),
            Change::Changed(difference) => {
                json!({"change": "changed", "difference": difference.to_json()})
            }
        };
        (name.clone(), change)
    });
    json!({ "notices": Value::Object(notices.collect()) })
}

/// The folder of results: `notices/` of an archive's output folder, or the folder itself.
fn notices(folder: &Path, nested: bool) -> PathBuf {
    let inner = RelativeName::known("notices").below(folder);
    if nested || inner.is_dir() { inner } else { folder.to_owned() }
}

/// Result files below a folder, by name. Links are not followed: they may lead anywhere, and round in a circle.
fn results(folder: &Path) -> io::Result<BTreeMap<RelativeName, PathBuf>> {
    let root = notices(folder, false);
    let mut found = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        let named = |e: io::Error| io::Error::new(e.kind(), format!("{}: {e}", folder.display()));
        for entry in fs::read_dir(&folder).map_err(named)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file()
                && path.extension().is_some_and(|e| e == "json")
                && let Ok(below) = path.strip_prefix(&root)
            {
                let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
                let name = RelativeName::new(parts.join("/")).map_err(io::Error::other)?;
                found.insert(name, path);
            }
        }
    }
    Ok(found)
}

fn read(path: &Path) -> io::Result<Value> {
    parse(path, &read_bytes(path)?)
}

fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    fs::read(path).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))
}

fn parse(path: &Path, bytes: &[u8]) -> io::Result<Value> {
    serde_json::from_slice(bytes).map_err(|e| {
        let what = format!("{}: no result of fubiao: {e}", path.display());
        io::Error::new(io::ErrorKind::InvalidData, what)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = root.path().join("notices").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    #[test]
    fn folders_are_compared_by_name_and_accepted_whole() {
        let old =
            folder(&[("a.json", "{\"title\":\"x\"}"), ("b/c.json", "{}"), ("same.json", "{}")]);
        let new =
            folder(&[("a.json", "{\"title\":\"y\"}"), ("d.json", "{}"), ("same.json", "{ }")]);
        let changes = compare(old.path(), new.path()).unwrap();
        assert_eq!(changes.keys().collect::<Vec<_>>(), ["a.json", "b/c.json", "d.json"]);
        assert_eq!(changes["b/c.json"], Change::Gone);
        assert_eq!(changes["d.json"], Change::New);
        assert!(matches!(&changes["a.json"], Change::Changed(d) if d.fields.len() == 1));
        accept(old.path(), new.path()).unwrap();
        assert!(compare(old.path(), new.path()).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_json_is_named() {
        let old = folder(&[("a.json", "{}")]);
        let new = folder(&[("a.json", "{")]);
        let error = compare(old.path(), new.path()).unwrap_err().to_string();
        assert!(error.contains("a.json") && error.contains("no result"), "{error}");
    }
}
