//! Several files that are one notice: read from the disk, and carried to a worker as one row of bytes.
//!
//! The row is ours alone: what it begins with is no text and no kind of file, and each length in it is held against what
//! is there. What the files are is told by `source`, and put in order by `carrier`.

use crate::archive::disk::{self, Accept};
use crate::archive::plan::Planner;
use crate::diag::Wording;
use crate::error::Error;
use crate::source::{self, Source};
use std::path::{Path, PathBuf};

/// What such a row begins with.
const MARK: &[u8] = b"\x00fubiao: files of one notice\n";

/// The files at these paths, of folders all that lie below but `out`, as one row of bytes; `limit` is for all together.
///
/// # Errors
/// What can't be read, in words.
pub(super) fn read(inputs: &[PathBuf], out: &Path, limit: u64) -> Result<Vec<u8>, Wording> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut left = limit;
    let mut take = |path: &Path, name: String| {
        let bytes = disk::read(path, left, Accept::Files).map_err(|error| {
            let Wording { en, zh } = error.message(limit);
            Wording::new(format!("{name}: {en}"), format!("{name}：{zh}"))
        })?;
        left -= bytes.len() as u64;
        files.push((name, bytes));
        Ok::<(), Wording>(())
    };
    for input in inputs {
        if !input.is_dir() {
            let name = input.file_name().unwrap_or(input.as_os_str());
            take(input, name.to_string_lossy().into_owned())?;
            continue;
        }
        let mut planner = Planner::default();
        planner.add(input, out, &mut |_| ()).map_err(|error| error.message())?;
        let plan = planner.plan();
        if let Some((folder, Wording { en, zh })) = plan.unlisted.first() {
            return Err(Wording::new(format!("{folder}: {en}"), format!("{folder}：{zh}")));
        }
        for item in plan.items() {
            take(&plan.path(item), plan.shown_name(item))?;
        }
    }
    files.sort();
    Ok(row(&files))
}

fn row(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut row = MARK.to_vec();
    for chunk in files.iter().flat_map(|(name, bytes)| [name.as_bytes(), bytes]) {
        row.extend((chunk.len() as u64).to_le_bytes());
        row.extend(chunk);
    }
    row
}

/// The files of such a row; `None` for other bytes.
fn files(row: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut rest = row.strip_prefix(MARK)?;
    let mut files = Vec::new();
    while !rest.is_empty() {
        let mut chunk = || {
            let (length, behind) = rest.split_first_chunk::<8>()?;
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
            let (chunk, behind) = behind.split_at_checked(length)?;
            rest = behind;
            Some(chunk)
        };
        let name = String::from_utf8(chunk()?.to_vec()).ok()?;
        files.push((name, chunk()?.to_vec()));
    }
    Some(files)
}

/// The notice of these bytes, be they a file or a row of several.
///
/// # Errors
/// Those of [`Source::new`].
pub(super) fn source(name: &str, bytes: Vec<u8>) -> Result<Source, Error> {
    match files(&bytes) {
        Some(files) => Source::together(name, files),
        None => Source::new(name, bytes),
    }
}

/// The hash by which results know the notice of these bytes: that of what others can check.
pub(super) fn sha256(bytes: &[u8]) -> String {
    match files(bytes) {
        // Of no files there is no notice, and no result.
        Some(files) => Source::together("-", files).map(|s| s.sha256()).unwrap_or_default(),
        None => source::sha256(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_back_from_their_row_and_a_damaged_row_is_none() {
        let two = vec![("a.txt".to_owned(), b"A".to_vec()), ("b/c.txt".to_owned(), Vec::new())];
        let whole = row(&two);
        assert_eq!(files(&whole), Some(two));
        assert_eq!(files(MARK), Some(Vec::new()));
        for end in MARK.len() + 1..whole.len() {
            // A row may end between two files, nowhere else.
            let is_between = end == MARK.len() + 8 + 5 + 8 + 1;
            assert_eq!(files(&whole[..end]).is_some(), is_between, "{end}");
        }
        assert_eq!(files(b"text"), None);
    }

    #[test]
    fn corrections_find_a_notice_by_the_hash_in_its_result() {
        let two = vec![("a.txt".to_owned(), b"A".to_vec()), ("b.txt".to_owned(), b"B".to_vec())];
        for bytes in [row(&two), row(&two[..1]), b"text".to_vec()] {
            let known = source("-", bytes.clone()).map(|source| source.sha256());
            assert_eq!(known.ok(), Some(sha256(&bytes)));
        }
    }
}
