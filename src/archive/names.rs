//! Names of notices: which ones an archive gives, from paths of inputs alone.
//!
//! A notice is called as its file is, below the folder it was found in. Where the file's name won't do (too
//! long for the files that are named after it, no text, a part that Windows would not take), what can stay
//! stays and a hash of the whole tells it from others; so names depend on no other file, and are the same in
//! every run.

use crate::archive::ledger::{self, Piece};
use crate::name::{RelativeName, fault_of};
use std::ffi::OsStr;
use std::path::{Component, Path};

/// What the longest ending of a file named after a notice takes, in bytes.
const ENDING: usize = {
    let (mut at, mut longest) = (0, 0);
    while at < Piece::ALL.len() {
        let (_, ending) = Piece::ALL[at].place();
        longest = if ending.len() > longest { ending.len() } else { longest };
        at += 1;
    }
    longest
};

/// The longest a part of a name may be, in bytes.
const LONGEST_PART: usize = RelativeName::LONGEST_PART - ENDING;

/// The longest a name may be, in bytes: a folder and an ending come to it.
const LONGEST: usize = RelativeName::LONGEST - 64;

/// The longest extension that a shortened name keeps, in bytes, with its dot.
const EXTENSION: usize = 8;

/// Whether a part stands last in a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    Folder,
    File,
}

/// Whether this may be the name of a notice: one that [`of_path`] gives, but for what tells equal names apart.
/// No part is hidden, so none is a file of the archive's own or one that is not whole yet; no folder ends as a
/// file of a notice does; and there is room for the endings of those files.
pub fn are_ours(name: &RelativeName) -> bool {
    let mut parts = name.parts().rev();
    let file = parts.next().is_some_and(|part| is_ours(part, Rank::File));
    file && parts.all(|part| is_ours(part, Rank::Folder)) && name.as_str().len() <= LONGEST
}

fn is_ours(part: &str, rank: Rank) -> bool {
    let ends_as_ours = || {
        let lower = part.to_ascii_lowercase();
        Piece::ALL.iter().any(|piece| lower.ends_with(piece.place().1))
    };
    fault_of(part).is_none()
        && part.len() <= LONGEST_PART
        && !part.starts_with('.')
        && (rank == Rank::File || !ends_as_ours())
}

/// The name of a notice at this path below the folder it was found in. `..`, roots and drive letters are no
/// part of a name; `None` if nothing else is there.
pub fn of_path(below: &Path) -> Option<RelativeName> {
    let parts: Vec<&OsStr> = below
        .components()
        .filter_map(|part| match part {
            Component::Normal(part) => Some(part),
            _ => None,
        })
        .collect();
    let (file, folders) = parts.split_last()?;
    let folders = folders.iter().map(|part| of_part(part, Rank::Folder));
    let names: Vec<String> = folders.chain([of_part(file, Rank::File)]).collect();
    let name = names.join("/");
    let name = if name.len() <= LONGEST {
        name
    } else {
        // What is nested so deep is found again by its hash.
        format!("~{}/{}", short_hash(name.as_bytes()), names.last()?)
    };
    RelativeName::new(name).ok().filter(are_ours)
}

/// The name with a number that tells it from an equal one.
pub fn numbered(name: &RelativeName, number: u32) -> Option<RelativeName> {
    let numbered = format!("{name}~{number}");
    // Where there is no room for a number, the name gives way.
    of_path(Path::new(&numbered))
}

/// A part as it is, or what can stay of it with a hash of what it was.
fn of_part(part: &OsStr, rank: Rank) -> String {
    if let Some(part) = part.to_str().filter(|part| is_ours(part, rank)) {
        return part.to_owned();
    }
    let hash = short_hash(part.as_encoded_bytes());
    let shown: String = part
        .to_string_lossy()
        .trim_start_matches('.')
        .chars()
        .map(|c| if c.is_control() || matches!(c, '\\' | ':') { '_' } else { c })
        .collect();
    let (stem, extension) = match shown.rsplit_once('.') {
        Some((stem, ending)) if rank == Rank::File && ending.len() < EXTENSION => {
            (stem, format!(".{ending}"))
        }
        _ => (shown.as_str(), String::new()),
    };
    let extension = extension.trim_end_matches(['.', ' ']);
    let room = LONGEST_PART - extension.len() - hash.len() - 1;
    let stem = &stem[..stem.floor_char_boundary(room.min(stem.len()))];
    let name = format!("{stem}~{hash}{extension}");
    // What is a device with any extension is one with any hash behind it too, but not before it.
    if is_ours(&name, rank) { name } else { format!("~{hash}{extension}") }
}

/// As much of a hash as tells the files of an archive apart.
fn short_hash(bytes: &[u8]) -> String {
    ledger::hash(bytes)[..12].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(path: &str) -> String {
        of_path(Path::new(path)).unwrap().as_str().to_owned()
    }

    #[test]
    fn a_notice_is_called_as_its_file_is() {
        for path in ["a.pdf", "2023/关于下达计划的通知 (1).pdf", "x.json", "a/b.xlsx", "x~2"]
        {
            assert_eq!(name(path), path);
        }
        assert_eq!(name("/../../etc/passwd"), "etc/passwd");
        assert_eq!(of_path(Path::new("/..")), None);
    }

    #[test]
    fn a_name_that_will_not_do_keeps_what_it_can() {
        let long = "关".repeat(83) + ".pdf";
        for (path, begins, ends) in [
            (long.as_str(), "关关", ".pdf"),
            ("a\\..\\b", "a_.~", "._b"),
            ("a\nb.txt", "a_b~", ".txt"),
            ("\u{1b}[31m红.txt", "_[31m红~", ".txt"),
            ("x.json/a", "x.json~", "/a"),
            ("X.JSON/a", "X.JSON~", "/a"),
            (".hidden.txt", "hidden~", ".txt"),
            ("C:x", "C_x~", ""),
            ("nul.txt", "nul~", ".txt"),
            ("com1", "com1~", ""),
            ("a. ", "a~", ""),
            ("。.", "。~", ""),
        ] {
            let given = name(path);
            assert!(given.starts_with(begins) && given.ends_with(ends), "{path:?}: {given:?}");
            assert_eq!(name(&given), given, "it is a name as it stands");
        }
        let deep = vec!["深".repeat(20); 40].join("/");
        let other = format!("{deep}x");
        assert!(name(&deep).ends_with(&format!("/{}", "深".repeat(20))));
        assert_ne!(name(&deep), name(&other));
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_are_told_apart() {
        use std::os::unix::ffi::OsStrExt;
        let name = |bytes: &[u8]| of_path(Path::new(OsStr::from_bytes(bytes))).unwrap();
        assert_ne!(name(b"\xFF\xFE.txt"), name(b"\xFF\xFD.txt"));
        assert_eq!(name(b"\xFF.txt"), name(b"\xFF.txt"));
    }

    #[test]
    fn a_number_has_room() {
        let long = of_path(Path::new(&"x".repeat(LONGEST_PART))).unwrap();
        let other = numbered(&long, 2).unwrap();
        assert_ne!(long, other);
        assert!(are_ours(&other));
        assert_eq!(numbered(&of_path(Path::new("x.pdf")).unwrap(), 2).unwrap(), "x.pdf~2");
    }
}
