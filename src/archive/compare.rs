//! Two results, or two folders of results, compared: which notices are new, gone or changed, and how.

use crate::archive::diff::{self, Difference};
use crate::archive::disk::{self, Lasting};
use crate::archive::results::is_output;
use crate::archive::store::StoreError;
use crate::diag::Wording;
use crate::emit::own::{self, Own};
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

/// Why two results can't be compared, or new ones not taken over: which file or folder, and what is wrong with it.
#[derive(Debug)]
pub struct CompareError {
    path: PathBuf,
    kind: CompareErrorKind,
}

#[derive(Debug)]
enum CompareErrorKind {
    /// It can't be read.
    Io(io::Error),
    /// It is a file, and no result.
    NoResult,
    /// It is a folder, and holds no result.
    NoResults,
    /// One is a file and the other a folder: this is the folder.
    FileAndFolder,
    /// It can't be written.
    Store(StoreError),
}

impl CompareError {
    fn new(path: &Path, kind: CompareErrorKind) -> CompareError {
        CompareError { path: path.to_owned(), kind }
    }

    fn io(path: &Path, error: io::Error) -> CompareError {
        CompareError::new(path, CompareErrorKind::Io(error))
    }

    /// The file or folder.
    pub fn path(&self) -> &Path {
        match &self.kind {
            CompareErrorKind::Store(error) => error.path(),
            _ => &self.path,
        }
    }

    /// Whether it is a place that can't be written to.
    pub fn store(&self) -> Option<&StoreError> {
        match &self.kind {
            CompareErrorKind::Store(error) => Some(error),
            _ => None,
        }
    }

    /// What is wrong.
    pub fn what(&self) -> Wording {
        match &self.kind {
            CompareErrorKind::Io(error) => disk::what(error),
            CompareErrorKind::NoResult => {
                Wording::new("it is not a result of fubiao", "这不是 fubiao 的结果")
            }
            CompareErrorKind::NoResults => {
                Wording::new("the folder holds no results of fubiao", "文件夹中没有 fubiao 的结果")
            }
            CompareErrorKind::FileAndFolder => Wording::new(
                "it is a folder, and the other one is a file",
                "这是文件夹，而另一个是文件",
            ),
            CompareErrorKind::Store(error) => error.what(),
        }
    }

    /// What to do.
    pub fn hint(&self) -> Wording {
        match &self.kind {
            CompareErrorKind::Io(error) if error.kind() == io::ErrorKind::NotFound => {
                Wording::new("check the path", "请检查路径")
            }
            CompareErrorKind::Store(error) => error.hint(),
            _ => Wording::new(
                "give two results, or two folders of results",
                "请给出两个结果，或两个结果文件夹",
            ),
        }
    }
}

/// Compares two result files, or two folders of them (an archive's output folder, or its `notices/`). A folder
/// without files is one of nothing: with it, all is new or gone.
///
/// # Errors
/// If a file can't be read or is no result, or a folder holds files and none of them is one.
pub fn compare(old: &Path, new: &Path) -> Result<Changes, CompareError> {
    let [is_old_file, is_new_file] = [old, new].map(Path::is_file);
    if (is_old_file && new.is_dir()) || (is_new_file && old.is_dir()) {
        let folder = if is_old_file { new } else { old };
        return Err(CompareError::new(folder, CompareErrorKind::FileAndFolder));
    }
    if is_old_file || is_new_file {
        let name = new.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let difference = diff::compare(&read(old)?, &read(new)?);
        let changed = (!difference.is_empty()).then(|| (name, Change::Changed(difference)));
        return Ok(changed.into_iter().collect());
    }
    let (old, new) = (some_results(old)?, some_results(new)?);
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
    let changes: Result<Vec<Option<(String, Change)>>, CompareError> = changes.collect();
    Ok(changes?.into_iter().flatten().collect())
}

/// Takes the new results over as the approved ones: the old folder (or file) then holds what the new one
/// holds, and nothing else below `notices/`.
///
/// # Errors
/// If what is new is no result, or a folder without one; if what is old is there and is no result, or a folder of
/// other files; if the disk refuses. Nothing is written before all of this is seen, but for what the disk refuses.
pub fn accept(old: &Path, new: &Path) -> Result<(), CompareError> {
    if !new.is_dir() {
        if old.is_dir() {
            return Err(CompareError::new(old, CompareErrorKind::FileAndFolder));
        }
        let bytes = result_bytes(new)?;
        if old.exists() {
            result_bytes(old)?;
        }
        return write(&bytes, old);
    }
    if old.is_file() {
        return Err(CompareError::new(new, CompareErrorKind::FileAndFolder));
    }
    let from = results(new)?;
    if from.is_empty() {
        return Err(CompareError::new(new, CompareErrorKind::NoResults));
    }
    let into = if old.exists() { some_results(old)? } else { BTreeMap::new() };
    from.values().chain(into.values()).try_for_each(|path| result_bytes(path).map(drop))?;
    let folder = notices(old, RelativeName::known("notices").below(new).is_dir());
    for (name, path) in &from {
        write(&result_bytes(path)?, &name.below(&folder))?;
    }
    for (_, path) in into.iter().filter(|(name, _)| !from.contains_key(*name)) {
        fs::remove_file(path).map_err(|e| unwritten(path, e))?;
    }
    Ok(())
}

/// The bytes of a result.
fn result_bytes(path: &Path) -> Result<Vec<u8>, CompareError> {
    let bytes = read_bytes(path)?;
    match own::wrote(&bytes) {
        Some(Own::Result) => Ok(bytes),
        _ => Err(CompareError::new(path, CompareErrorKind::NoResult)),
    }
}

fn write(bytes: &[u8], to: &Path) -> Result<(), CompareError> {
    let folder = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .and_then(|()| disk::write_whole(to, Lasting::Now, |out| out.write_all(bytes)))
        .map_err(|e| unwritten(to, e))
}

fn unwritten(path: &Path, error: io::Error) -> CompareError {
    CompareError::new(path, CompareErrorKind::Store(StoreError::io(path, error)))
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

/// Result files below a folder that has some, or has no files at all.
fn some_results(folder: &Path) -> Result<BTreeMap<RelativeName, PathBuf>, CompareError> {
    let found = results(folder)?;
    // An archive's output folder in which no notice could be read is one of results.
    if found.is_empty() && !is_output(folder) && holds_a_file(folder) {
        return Err(CompareError::new(folder, CompareErrorKind::NoResults));
    }
    Ok(found)
}

fn holds_a_file(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => holds_a_file(&entry.path()),
        _ => true,
    })
}

/// Result files below a folder, by name. Links are not followed: they may lead anywhere, and round in a circle.
fn results(folder: &Path) -> Result<BTreeMap<RelativeName, PathBuf>, CompareError> {
    let root = notices(folder, false);
    let mut found = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        let unlisted = |e| CompareError::io(&folder, e);
        for entry in fs::read_dir(&folder).map_err(unlisted)? {
            let entry = entry.map_err(unlisted)?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(unlisted)?);
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file()
                && path.extension().is_some_and(|e| e == "json")
                && let Ok(below) = path.strip_prefix(&root)
            {
                let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
                let name = RelativeName::new(parts.join("/"));
                found.insert(name.map_err(|e| unlisted(io::Error::other(e)))?, path);
            }
        }
    }
    Ok(found)
}

fn read(path: &Path) -> Result<Value, CompareError> {
    parse(path, &read_bytes(path)?)
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, CompareError> {
    fs::read(path).map_err(|e| CompareError::io(path, e))
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Value, CompareError> {
    let value = serde_json::from_slice(bytes).ok();
    let no_result = || CompareError::new(path, CompareErrorKind::NoResult);
    value.filter(|_| own::wrote(bytes) == Some(Own::Result)).ok_or_else(no_result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    fn result(title: &str) -> String {
        let start = r#"{"schema_version":"1.1","generator":{"name":"fubiao"},"annexes":[]"#;
        format!("{start},\"title\":\"{title}\"}}")
    }

    fn all(root: &Path) -> Vec<String> {
        let pattern = format!("{}/**/*", root.display());
        let paths = glob::glob(&pattern).unwrap().flatten();
        let shown = |path: PathBuf| {
            let text = fs::read_to_string(&path).unwrap_or_default();
            format!("{} {text}", path.strip_prefix(root).unwrap().display())
        };
        paths.map(shown).collect()
    }

    #[test]
    fn folders_are_compared_by_name_and_accepted_whole() {
        let [x, y, z] = ["x", "y", "z"].map(result);
        let old =
            folder(&[("notices/a.json", &x), ("notices/b/c.json", &z), ("notices/same.json", &z)]);
        let other_layout = z.replace(",\"", ", \"");
        let new = folder(&[
            ("notices/a.json", &y),
            ("notices/d.json", &z),
            ("notices/same.json", &other_layout),
        ]);
        let changes = compare(old.path(), new.path()).unwrap();
        assert_eq!(changes.keys().collect::<Vec<_>>(), ["a.json", "b/c.json", "d.json"]);
        assert_eq!(changes["b/c.json"], Change::Gone);
        assert_eq!(changes["d.json"], Change::New);
        assert!(matches!(&changes["a.json"], Change::Changed(d) if d.fields.len() == 1));
        accept(old.path(), new.path()).unwrap();
        assert!(compare(old.path(), new.path()).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_result_is_named_and_never_taken_over() {
        let good = folder(&[("notices/a.json", &result("x"))]);
        let notices = folder(&[("a.pdf", "%PDF-"), ("sub/b.pdf", "%PDF-")]);
        let broken = folder(&[("notices/a.json", "{")]);
        let empty = folder(&[]);
        let file = |root: &tempfile::TempDir, name: &str| root.path().join(name);
        let (result_file, pdf) = (file(&good, "notices/a.json"), file(&notices, "a.pdf"));
        let before = [&good, &notices].map(|root| all(root.path()));
        for (old, new, named) in [
            (good.path(), notices.path(), notices.path()),
            (good.path(), broken.path(), &file(&broken, "notices/a.json")),
            (good.path(), empty.path(), empty.path()),
            (notices.path(), good.path(), notices.path()),
            (&result_file, &pdf, &pdf),
            (&pdf, &result_file, &pdf),
            (&result_file, good.path(), good.path()),
            (good.path(), &result_file, good.path()),
        ] {
            let error = accept(old, new).unwrap_err();
            assert_eq!(error.path(), named, "{:?}", error.what());
            if new != empty.path() {
                assert_eq!(compare(old, new).unwrap_err().path(), named);
            }
        }
        assert_eq!([&good, &notices].map(|root| all(root.path())), before);
        assert_eq!(compare(empty.path(), good.path()).unwrap()["a.json"], Change::New);
        accept(&file(&empty, "approved"), good.path()).unwrap();
        assert!(file(&empty, "approved/notices/a.json").is_file());
    }
}
