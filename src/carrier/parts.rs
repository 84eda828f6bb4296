//! The parts of a document that is an archive, unpacked under the limits: of entries, of one part's bytes, of
//! all bytes together.

use super::xml::{self, NoTree, Tree};
use super::{cut_short, within};
use crate::diag::{Sink, Wording};
use crate::error::{Error, ErrorKind};
use crate::options::Limits;
use crate::source::zip::{Archive, Damage};
use crate::source::{Kind, Source};
use std::cell::Cell;

/// The parts of a document.
pub(super) struct Parts<'a> {
    archive: Archive<'a>,
    kind: Kind,
    limits: &'a Limits,
    /// Bytes that may still be unpacked.
    left: Cell<u64>,
}

impl<'a> Parts<'a> {
    /// Opens the archive.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] for too many bytes or entries.
    pub fn open(
        sink: &mut Sink,
        source: &'a Source,
        limits: &'a Limits,
    ) -> Result<Parts<'a>, Error> {
        within("max-input-bytes", source.bytes.len() as u64, limits.input_bytes)?;
        let archive = Archive::open(&source.bytes, limits.entries)?;
        if archive.is_cut {
            sink.remark(cut_short());
        }
        Ok(Parts { archive, kind: source.kind, limits, left: Cell::new(limits.decoded_bytes) })
    }

    /// The bytes of a part; `None` where there is no such part.
    ///
    /// # Errors
    /// [`ErrorKind::BrokenDocument`] where they can't be had, [`ErrorKind::Limit`] where they are too many.
    pub fn find(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(entry) = self.archive.find(name.trim_start_matches('/')) else { return Ok(None) };
        let most = self.limits.stream_bytes.min(self.left.get());
        let bytes = self.archive.unpack(entry, most).map_err(|damage| match damage {
            Damage::TooLarge if most < self.limits.stream_bytes => {
                limit("max-decoded-bytes", self.limits.decoded_bytes)
            }
            Damage::TooLarge => limit("max-stream-bytes", self.limits.stream_bytes),
            Damage::Broken => self.broken(name, "can't be unpacked", "无法解压"),
            Damage::Checksum => self.broken(name, "is not what its checksum says", "与校验和不符"),
            Damage::Encrypted => self.broken(name, "is encrypted", "已加密"),
            Damage::Method => {
                self.broken(name, "is packed by a method that is not read", "的压缩方法不支持")
            }
        })?;
        self.left.set(self.left.get() - bytes.len() as u64);
        Ok(Some(bytes))
    }

    /// The bytes of a part that no such document lacks.
    ///
    /// # Errors
    /// As [`Parts::find`]; [`ErrorKind::BrokenDocument`] where it is missing.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, Error> {
        self.find(name)?.ok_or_else(|| self.broken(name, "is missing", "缺失"))
    }

    /// That a part is damaged.
    pub fn broken(&self, part: &str, en: &str, zh: &str) -> Error {
        let name = self.kind.name();
        // An article has no place behind the adjective.
        let article = name.en.split_once(' ').map_or(name.en.as_str(), |(_, noun)| noun);
        Error::new(ErrorKind::BrokenDocument {
            what: Wording::new(
                format!("broken {article}: {part} {en}"),
                format!("{}已损坏：{part} {zh}", name.zh),
            ),
        })
    }

    /// The tree of a part's text.
    ///
    /// # Errors
    /// [`ErrorKind::BrokenDocument`] where it is no XML, [`ErrorKind::Limit`] where it is too large.
    pub fn tree<'t>(&self, part: &str, text: &'t str) -> Result<Tree<'t>, Error> {
        Tree::parse(text, self.limits).map_err(|no| match no {
            NoTree::Limit(error) => error,
            NoTree::Malformed(malformed) => self.malformed(part, &malformed),
        })
    }

    /// That a part is no well-formed XML.
    pub fn malformed(&self, part: &str, malformed: &xml::Malformed) -> Error {
        self.broken(
            part,
            &format!("is no XML: {malformed}"),
            &format!("不是合格的 XML：{malformed}"),
        )
    }
}

fn limit(name: &'static str, value: u64) -> Error {
    Error::new(ErrorKind::Limit { name, value })
}

/// A path within a document as a reference from `base` means it: absolute, or beside the part that says it.
#[cfg(any(feature = "docx", feature = "excel", feature = "ofd"))]
pub(super) fn resolved(base: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut parts: Vec<&str> = match target.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => base.split('/').filter(|part| !part.is_empty()).collect(),
    };
    if !target.starts_with('/') {
        parts.pop();
    }
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(all(test, any(feature = "docx", feature = "excel", feature = "ofd")))]
mod tests {
    use super::resolved;

    #[test]
    fn references_are_resolved() {
        assert_eq!(resolved("word/document.xml", "styles.xml"), "word/styles.xml");
        assert_eq!(
            resolved("xl/worksheets/sheet1.xml", "../sharedStrings.xml"),
            "xl/sharedStrings.xml"
        );
        assert_eq!(resolved("Doc_0/Document.xml", "/Doc_0/Res.xml"), "Doc_0/Res.xml");
        assert_eq!(resolved("a.xml", "../../../etc/passwd"), "etc/passwd");
        assert_eq!(
            resolved("Doc_0/Document.xml", "Pages\\Page_0\\Content.xml"),
            "Doc_0/Pages/Page_0/Content.xml"
        );
    }
}
