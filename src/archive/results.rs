//! Where results are: those that an archive counts, or those in a folder, or single files.

use crate::archive::ledger::{Outcome, Piece};
use crate::archive::{disk, ledger};
use crate::emit::json;
use crate::emit::own::{self, Own};
use crate::emit::record::NoticeRecord;
use crate::name::RelativeName;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The largest result that is read, in bytes.
const LARGEST: u64 = 1 << 30;

/// A result that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name: in an archive that of the notice, else that of the file below the folder.
    pub name: RelativeName,
    /// The file.
    pub path: PathBuf,
}

/// The results below a folder, in the order of names; or a single one. Of an archive's output folder those that its
/// manifest counts: a notice whose input is gone, or that another one is the same as, is not among them.
///
/// # Errors
/// If the folder can't be listed.
pub fn found(input: &Path) -> io::Result<Vec<Found>> {
    if !input.is_dir() {
        let name = input.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = RelativeName::new(name.unwrap_or_default());
        let name = name.unwrap_or_else(|_| RelativeName::known("result.json"));
        return Ok(vec![Found { name, path: input.to_owned() }]);
    }
    match File::open(manifest(input)) {
        Ok(manifest) => counted(input, manifest),
        Err(_) => below(input),
    }
}

/// Whether a folder is the output of a batch.
pub fn is_output(folder: &Path) -> bool {
    manifest(folder).is_file()
}

fn manifest(folder: &Path) -> PathBuf {
    RelativeName::known("manifest.ndjson").below(folder)
}

/// What the manifest of an archive counts.
fn counted(root: &Path, manifest: File) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    let mut lines = ledger::Lines::new(manifest);
    while let Some((_, line)) = lines.next_line()? {
        let entry = line.and_then(|line| ledger::from_line(&line)).map_err(io::Error::other)?;
        if entry.apart.is_some() || !matches!(entry.outcome, Outcome::Done { .. }) {
            continue;
        }
        let (folder, ending) = Piece::Result.place();
        let folder = RelativeName::known(folder).below(root);
        let path = entry.name.with_suffix(ending).map_err(io::Error::other)?.below(&folder);
        found.push(Found { name: entry.name, path });
    }
    Ok(found)
}

/// Every result below a folder. Links are not followed.
fn below(root: &Path) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file()
                && path.extension().is_some_and(|e| e == "json")
                && is_result(&path)
                && let Ok(below) = path.strip_prefix(root)
            {
                let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
                found.push(Found {
                    name: RelativeName::new(parts.join("/")).map_err(io::Error::other)?,
                    path,
                });
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn is_result(path: &Path) -> bool {
    let bytes = disk::read(path, LARGEST, disk::Accept::Files);
    bytes.is_ok_and(|bytes| own::wrote(&bytes) == Some(Own::Result))
}

/// Reads a result.
///
/// # Errors
/// If the file can't be read or holds none; in words.
pub fn read(found: &Found) -> Result<NoticeRecord, crate::diag::Wording> {
    let bytes = disk::read(&found.path, LARGEST, disk::Accept::Files)
        .map_err(|error| error.message(LARGEST))?;
    json::read(&bytes).map_err(|error| error.message())
}
