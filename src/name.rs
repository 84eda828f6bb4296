//! `RelativeName`: where a file stands below a folder, and nowhere else.
//!
//! Names come from others: a manifest that another machine wrote, a list of files, a file of corrections, an
//! archive. Joined to a folder as they are, `../x` leads out of it, `/x` and `C:\x` to another place
//! altogether, and `a\b` to one place here and another there. So a name is looked at once, where it is read,
//! and becomes this type, which can't be made otherwise; [`RelativeName::below`] is the one place where a name
//! is joined to a folder (`clippy.toml` refuses `Path::join` elsewhere in the library).
//!
//! A name that is sound on one system is sound on all: an archive moves between them. Links are no matter of
//! names; who reads a folder of strangers refuses them as it opens files (`archive::disk`).

use crate::diag::Wording;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Borrow;
use std::fmt;
use std::path::{Path, PathBuf};
use unicode_normalization::UnicodeNormalization;

/// A path below some folder: plain parts divided by `/`, at least one.
///
/// A part is no `.` or `..`, holds no `/`, `\` or control character, begins with no drive letter, ends with
/// neither a dot nor a blank (Windows drops them: `.. ` is `..`), and bears no name of a device (`NUL`,
/// `com1.txt`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelativeName(Box<str>);

impl RelativeName {
    /// The longest a part may be, in bytes: what file systems take.
    pub const LONGEST_PART: usize = 255;
    /// The longest a name may be, in bytes.
    pub const LONGEST: usize = 1024;

    /// Takes a text for a name.
    ///
    /// # Errors
    /// If it is none; see [`NameFault`].
    pub fn new(text: impl Into<Box<str>>) -> Result<RelativeName, NameError> {
        let text = text.into();
        let fault = match &*text {
            "" => Some(NameFault::Empty),
            long if long.len() > RelativeName::LONGEST => Some(NameFault::TooLong),
            text => text.split('/').find_map(fault_of),
        };
        match fault {
            None => Ok(RelativeName(text)),
            Some(fault) => Err(NameError { name: text, fault }),
        }
    }

    /// A name that this program gives; one that is none is a mistake in the program.
    ///
    /// # Panics
    /// If it is none. Each is made by some test.
    pub fn known(text: &'static str) -> RelativeName {
        RelativeName::new(text).expect("the program's own names are sound")
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its parts, the outermost first.
    pub fn parts(&self) -> std::str::Split<'_, char> {
        self.0.split('/')
    }

    /// Its last part.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The place in this folder.
    #[allow(clippy::disallowed_methods)]
    pub fn below(&self, folder: &Path) -> PathBuf {
        let mut path = folder.to_owned();
        path.extend(self.parts());
        path
    }

    /// The same below another name.
    ///
    /// # Errors
    /// If that is too long for a name.
    pub fn within(&self, outer: &RelativeName) -> Result<RelativeName, NameError> {
        RelativeName::new(format!("{outer}/{self}"))
    }

    /// The same with more letters at its end.
    ///
    /// # Errors
    /// If that is no name: it is too long, as a rule.
    pub fn with_suffix(&self, suffix: &str) -> Result<RelativeName, NameError> {
        RelativeName::new(format!("{self}{suffix}"))
    }

    /// What is the same for two names that some file system takes for one: those of Windows and macOS do not
    /// tell capital letters from small ones, nor é from e with an accent.
    pub fn folded(&self) -> String {
        if self.0.is_ascii() {
            return self.0.to_ascii_lowercase();
        }
        // Capital first: there are small letters with one capital (σ, ς), and the sign of Kelvin is K.
        let upper: String = self.0.nfd().flat_map(char::to_uppercase).collect();
        upper.chars().flat_map(char::to_lowercase).nfd().collect()
    }
}

/// What is wrong with a part of a name, if anything is.
pub fn fault_of(part: &str) -> Option<NameFault> {
    let drive = |part: &str| {
        part.as_bytes().get(1) == Some(&b':') && part.as_bytes()[0].is_ascii_alphabetic()
    };
    Some(match part {
        "" => NameFault::Nothing,
        "." | ".." => NameFault::Dots,
        part if part.len() > RelativeName::LONGEST_PART => NameFault::TooLong,
        part if part.contains(['/', '\\']) => NameFault::Separator,
        part if part.contains(char::is_control) => NameFault::Control,
        part if drive(part) => NameFault::Drive,
        part if part.ends_with(['.', ' ']) => NameFault::Ending,
        part if is_device(part) => NameFault::Device,
        _ => return None,
    })
}

/// Whether Windows takes a file of this name for a device, whatever its extension.
fn is_device(part: &str) -> bool {
    const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    let stem = part.split('.').next().unwrap_or_default().trim_end();
    let numbered = |(name, number): (&str, &str)| {
        matches!(
            number,
            "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³"
        ) && ["COM", "LPT"].iter().any(|port| name.eq_ignore_ascii_case(port))
    };
    DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device))
        || stem.split_at_checked(3).is_some_and(numbered)
}

/// A text that is no [`RelativeName`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameError {
    name: Box<str>,
    fault: NameFault,
}

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameFault {
    /// Occurs if there is no text.
    Empty,
    /// Occurs if the name or a part of it is longer than file systems take.
    TooLong,
    /// Occurs if it begins or ends with `/`, or two stand side by side: an absolute path, a network share.
    Nothing,
    /// Occurs for `.` and `..`.
    Dots,
    /// Occurs if a part holds `\`, which divides parts on Windows and not elsewhere.
    Separator,
    /// Occurs if a part holds NUL, a line end or another control character.
    Control,
    /// Occurs if a part begins with a drive letter.
    Drive,
    /// Occurs if a part ends with a dot or a blank.
    Ending,
    /// Occurs if a part is the name of a device.
    Device,
}

impl NameError {
    /// What is wrong with it.
    pub fn fault(&self) -> NameFault {
        self.fault
    }

    /// The text that is no name, and why.
    pub fn message(&self) -> Wording {
        let (en, zh) = match self.fault {
            NameFault::Empty => ("it is empty", "名称为空"),
            NameFault::TooLong => ("it is too long", "名称过长"),
            NameFault::Nothing => {
                ("it is absolute, or has an empty part", "是绝对路径，或有一段为空")
            }
            NameFault::Dots => ("it has a part that is . or ..", "有一段是 . 或 .."),
            NameFault::Separator => ("it has a backslash", "含有反斜杠"),
            NameFault::Control => ("it has a control character", "含有控制字符"),
            NameFault::Drive => ("it has a drive letter", "含有盘符"),
            NameFault::Ending => {
                ("it has a part that ends with a dot or a blank", "有一段以点或空格结尾")
            }
            NameFault::Device => {
                ("it has a part that is a device on Windows", "有一段是 Windows 的设备名")
            }
        };
        // However long it is, a message names it.
        let shown: String = self.name.chars().take(200).collect();
        Wording::new(
            format!("{shown:?} names no file below a folder: {en}"),
            format!("{shown:?} 不是文件夹内的文件名：{zh}"),
        )
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().en)
    }
}

impl std::error::Error for NameError {}

impl fmt::Display for RelativeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for RelativeName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for RelativeName {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for RelativeName {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl TryFrom<String> for RelativeName {
    type Error = NameError;

    fn try_from(text: String) -> Result<RelativeName, NameError> {
        RelativeName::new(text)
    }
}

impl Serialize for RelativeName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RelativeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RelativeName, D::Error> {
        RelativeName::new(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// Whether a file is one that systems and editors leave, and no one means.
pub fn is_litter(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    name.split('/').any(|step| step == "__MACOSX")
        || last.starts_with("~$")
        || last.starts_with('.')
        || ["thumbs.db", "desktop.ini"].contains(&last.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn litter_is_what_no_one_means() {
        let litter =
            ["通知/__MACOSX/._x", "通知/Thumbs.db", "通知/~$x.docx", ".DS_Store", ".~x.et"];
        assert!(litter.iter().all(|name| is_litter(name)));
        assert!(!is_litter("通知/附件.xls"));
    }

    #[test]
    fn a_name_is_made_of_plain_parts() {
        for name in [
            "a",
            "2023/关于下达计划的通知.pdf",
            "a b/c~2.txt",
            ".hidden",
            "10:30",
            "x/。",
            "Nulls",
            "com10",
        ] {
            assert_eq!(RelativeName::new(name).as_ref().map(RelativeName::as_str), Ok(name));
        }
        for (name, fault) in [
            ("", NameFault::Empty),
            ("/", NameFault::Nothing),
            ("/etc/passwd", NameFault::Nothing),
            ("//server/share", NameFault::Nothing),
            ("a//b", NameFault::Nothing),
            ("a/", NameFault::Nothing),
            (".", NameFault::Dots),
            ("..", NameFault::Dots),
            ("../a", NameFault::Dots),
            ("a/../b", NameFault::Dots),
            ("a/./b", NameFault::Dots),
            ("a\\b", NameFault::Separator),
            ("..\\a", NameFault::Separator),
            ("\\\\server\\share", NameFault::Separator),
            ("a\0", NameFault::Control),
            ("a\nb", NameFault::Control),
            ("a\u{85}", NameFault::Control),
            ("C:", NameFault::Drive),
            ("c:x", NameFault::Drive),
            ("a/C:/b", NameFault::Drive),
            (".. /a", NameFault::Ending),
            (".../a", NameFault::Ending),
            ("a.", NameFault::Ending),
            ("nul", NameFault::Device),
            ("a/COM1.txt", NameFault::Device),
            ("lpt³ .txt", NameFault::Device),
        ] {
            let made = RelativeName::new(name);
            assert_eq!(made.map_err(|e| e.fault()), Err(fault), "{name:?}");
        }
        let part = "关".repeat(85);
        assert!(RelativeName::new(part.clone()).is_ok());
        assert!(RelativeName::new(format!("{part}x")).is_err());
        assert!(RelativeName::new(vec!["x"; 600].join("/")).is_err());
    }

    #[test]
    fn names_that_a_file_system_takes_for_one_fold_to_one() {
        let folded = |name: &str| RelativeName::new(name).expect("a name").folded();
        for (one, other) in [
            ("A/x.PDF", "a/X.pdf"),
            ("é", "e\u{301}"),
            ("σ", "ς"),
            ("\u{212A}", "k"),
            ("ſ", "S"),
            ("Å", "\u{212B}"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
        assert_ne!(folded("关于"), folded("关干"));
        assert_ne!(folded("ａ"), folded("a"), "no file system takes these for one");
    }

    #[test]
    fn a_message_names_it_in_both_languages() {
        let error = RelativeName::new("../\u{1b}[31m".repeat(99)).expect_err("no name");
        let Wording { en, zh } = error.message();
        assert!(
            en.contains("a part that is . or ..") && zh.contains("有一段是 . 或 .."),
            "{en} {zh}"
        );
        assert!(en.len() < 2000 && !en.contains('\u{1b}'), "{en}");
    }
}
