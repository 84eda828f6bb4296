//! The files of a notice, archives in archives unpacked. What systems and editors leave beside files
//! (`__MACOSX`, `Thumbs.db`, `~$…`) is passed over. All that is unpacked comes off one account, so that an
//! archive of archives ends at a limit as one large file does.

use crate::carrier::{cut_short, within};
use crate::diag::{Diagnostic, Severity, Sink, Wording};
use crate::error::{Error, ErrorKind};
use crate::name::is_litter;
use crate::options::Limits;
use crate::source::zip::{Archive, Damage, Entry};
use crate::source::{Kind, Source};
use encoding_rs::GBK;

/// One file.
pub(super) struct File {
    /// Its name, folders and all.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What may still be taken out of archives.
struct Left<'l> {
    limits: &'l Limits,
    bytes: u64,
    entries: u32,
}

/// All files of a notice.
///
/// # Errors
/// [`ErrorKind::Limit`].
pub(super) fn all(sink: &mut Sink, limits: &Limits, source: &Source) -> Result<Vec<File>, Error> {
    let mut left = Left { limits, bytes: limits.decoded_bytes, entries: limits.entries };
    let mut files = Vec::new();
    if source.files.is_empty() {
        within("max-input-bytes", source.bytes.len() as u64, limits.input_bytes)?;
        left.unpack(sink, &source.bytes, "", 1, &mut files)?;
        return Ok(files);
    }
    within("max-entries", source.files.len() as u64, limits.entries.into())?;
    within("max-input-bytes", source.size(), limits.input_bytes)?;
    for file in source.files.iter().filter(|file| !is_litter(&file.name)) {
        left.take(sink, file.name.clone(), file.bytes.as_ref().clone(), 1, &mut files)?;
    }
    Ok(files)
}

impl Left<'_> {
    /// Takes a file, or those in it.
    fn take(
        &mut self,
        sink: &mut Sink,
        name: String,
        bytes: Vec<u8>,
        depth: u32,
        files: &mut Vec<File>,
    ) -> Result<(), Error> {
        let is_archive = bytes.starts_with(b"PK")
            && Source::new("", bytes.clone()).is_ok_and(|source| source.kind == Kind::Package);
        if is_archive {
            let folder = format!("{name}/");
            return self.unpack(sink, &bytes, &folder, depth + 1, files);
        }
        files.push(File { name, bytes });
        Ok(())
    }

    fn unpack(
        &mut self,
        sink: &mut Sink,
        bytes: &[u8],
        folder: &str,
        depth: u32,
        files: &mut Vec<File>,
    ) -> Result<(), Error> {
        within("max-nesting", depth.into(), self.limits.nesting.into())?;
        let limit = |name, value| Error::new(ErrorKind::Limit { name, value });
        let over = |_| limit("max-entries", self.limits.entries.into());
        let archive = Archive::open(bytes, self.entries).map_err(over)?;
        if archive.is_cut {
            sink.remark(cut_short());
        }
        self.entries = self.entries.saturating_sub(archive.entries.len() as u32);
        for entry in &archive.entries {
            let name = format!("{folder}{}", name_of(entry));
            if is_litter(&name) {
                continue;
            }
            let most = self.limits.stream_bytes.min(self.bytes);
            match archive.unpack(entry, most) {
                Ok(bytes) if bytes.is_empty() => {}
                Ok(bytes) => {
                    self.bytes -= bytes.len() as u64;
                    self.take(sink, name, bytes, depth, files)?;
                }
                Err(Damage::TooLarge) if most < self.limits.stream_bytes => {
                    return Err(limit("max-decoded-bytes", self.limits.decoded_bytes));
                }
                Err(Damage::TooLarge) => {
                    return Err(limit("max-stream-bytes", self.limits.stream_bytes));
                }
                Err(damage) => sink.remark(not_unpacked(&name, damage)),
            }
        }
        Ok(())
    }
}

/// The name of an entry: in GBK, as Windows in China writes it, where the archive does not say that it is
/// UTF-8 and it is none.
fn name_of(entry: &Entry) -> String {
    let name = match std::str::from_utf8(&entry.name) {
        Ok(name) => name.to_owned(),
        Err(_) if entry.is_utf8 => String::from_utf8_lossy(&entry.name).into_owned(),
        Err(_) => GBK.decode_without_bom_handling(&entry.name).0.into_owned(),
    };
    name.replace('\\', "/").trim_start_matches('/').to_owned()
}

fn not_unpacked(name: &str, damage: Damage) -> Diagnostic {
    let (en, zh) = match damage {
        Damage::Encrypted => ("it is encrypted", "已加密"),
        Damage::Method => ("it is packed by a method that is not read", "压缩方法不支持"),
        Damage::Checksum => ("it is not what its checksum says", "与校验和不符"),
        Damage::Broken | Damage::TooLarge => ("it can't be unpacked", "无法解压"),
    };
    Diagnostic {
        code: "file_not_read",
        severity: Severity::Warning,
        place: None,
        message: Wording::new(format!("{name} was not read: {en}"), format!("未读取{name}：{zh}")),
        hint: Some(Wording::new(
            "unpack the archive and convert the folder with --one-notice",
            "请解压后用 --one-notice 转换该文件夹",
        )),
    }
}
