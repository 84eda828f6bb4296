//! `Source`: the bytes of one notice, and what kind they are, told from the bytes alone; the containers
//! that some kinds come in.
//!
//! Opening files is left to `cli` and `archive`; reading what is inside, to `carrier`.

mod kind;
pub(crate) mod ole;
// Telling kinds asks for names alone; what unpacks is for the readers.
#[cfg_attr(not(feature = "archived"), allow(dead_code))]
pub(crate) mod zip;

#[cfg(any(feature = "doc", feature = "ods", feature = "xls"))]
pub(crate) use kind::encrypted;
#[cfg(feature = "html")]
pub(crate) use kind::is_web_archive;
pub(crate) use kind::left_out;

use std::sync::Arc;

use crate::diag::Wording;
use crate::error::{Error, ErrorKind};
use encoding_rs::{Encoding, GB18030, UTF_8};
use sha2::{Digest, Sha256};

/// What kind of input the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A PDF (ISO 32000): `%PDF-` within the first 1024 bytes.
    Pdf,
    /// Text in some encoding, Markdown too.
    Text,
    /// An HTML page.
    Html,
    /// A document of Word since 2007 (ECMA-376, WordprocessingML), as WPS writes it too.
    Docx,
    /// A workbook of Excel since 2007 (ECMA-376, SpreadsheetML), as WPS writes it too.
    Xlsx,
    /// A workbook of Excel 2003 in XML, as systems write it for export.
    SheetXml,
    /// A workbook of OpenDocument (ISO 26300).
    Ods,
    /// A text of OpenDocument (ISO 26300).
    Odt,
    /// A document of Word 97 to 2003 (MS-DOC), or of WPS.
    Doc,
    /// A workbook of Excel 97 to 2003 (MS-XLS, BIFF8), or of WPS.
    Xls,
    /// An OFD document (GB/T 33190).
    Ofd,
    /// A ZIP archive of several files: a notice and its annexes.
    Package,
    /// A picture of a page: a scan or a photograph.
    Picture(PictureKind),
}

/// In which form a picture comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureKind {
    /// ISO/IEC 15948.
    Png,
    /// ITU-T T.81.
    Jpeg,
    /// TIFF 6.0, several pages perhaps.
    Tiff,
}

impl Kind {
    /// The media type (RFC 6838) written into results.
    pub fn media_type(self) -> &'static str {
        match self {
            Kind::Pdf => "application/pdf",
            Kind::Text => "text/plain",
            Kind::Picture(PictureKind::Png) => "image/png",
            Kind::Picture(PictureKind::Jpeg) => "image/jpeg",
            Kind::Picture(PictureKind::Tiff) => "image/tiff",
            Kind::Html => "text/html",
            Kind::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Kind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Kind::SheetXml => "application/xml",
            Kind::Odt => "application/vnd.oasis.opendocument.text",
            Kind::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Kind::Doc => "application/msword",
            Kind::Xls => "application/vnd.ms-excel",
            Kind::Ofd => "application/ofd",
            Kind::Package => "application/zip",
        }
    }

    /// What people call it.
    pub fn name(self) -> Wording {
        let (en, zh) = match self {
            Kind::Pdf => ("a PDF", "PDF"),
            Kind::Text => ("a text", "文本"),
            Kind::Html => ("an HTML page", "HTML 网页"),
            Kind::Docx => ("a Word document (.docx)", "Word 文档（.docx）"),
            Kind::Xlsx => ("an Excel workbook (.xlsx)", "Excel 工作簿（.xlsx）"),
            Kind::SheetXml => ("an Excel 2003 XML workbook", "Excel 2003 XML 表格"),
            Kind::Odt => ("an OpenDocument text (.odt)", "OpenDocument 文本（.odt）"),
            Kind::Ods => ("an OpenDocument workbook (.ods)", "OpenDocument 工作簿（.ods）"),
            Kind::Doc => {
                ("a Word 97-2003 document (.doc, .wps)", "Word 97-2003 文档（.doc、.wps）")
            }
            Kind::Xls => {
                ("an Excel 97-2003 workbook (.xls, .et)", "Excel 97-2003 工作簿（.xls、.et）")
            }
            Kind::Ofd => ("an OFD document", "OFD 文档"),
            Kind::Package => ("a ZIP archive", "ZIP 压缩包"),
            Kind::Picture(PictureKind::Png) => ("a PNG picture", "PNG 图片"),
            Kind::Picture(PictureKind::Jpeg) => ("a JPEG picture", "JPEG 图片"),
            Kind::Picture(PictureKind::Tiff) => ("a TIFF picture", "TIFF 图片"),
        };
        Wording::new(en, zh)
    }
}

/// The bytes of one notice.
#[derive(Debug, Clone)]
pub struct Source {
    /// The name to show for it: a file name without its folders, or `-`.
    pub name: String,
    /// The bytes, which the reader of PDFs keeps while it reads.
    pub bytes: Arc<Vec<u8>>,
    /// What kind they are.
    pub kind: Kind,
    /// The files, where several are given together; empty where `bytes` are the notice.
    pub files: Arc<[SourceFile]>,
}

/// One of several files that are one notice.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Its name, below the folder that holds all of them.
    pub name: String,
    /// Its bytes.
    pub bytes: Arc<Vec<u8>>,
}

impl Source {
    /// Looks at the bytes and tells their kind.
    ///
    /// # Errors
    /// [`ErrorKind::Empty`] for no bytes or white space alone; [`ErrorKind::Unsupported`] for a kind that is
    /// known but not read (Word 6, a RAR archive); [`ErrorKind::UnknownKind`] for other bytes.
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> Result<Source, Error> {
        let kind = kind_of(&bytes)?;
        Ok(Source { name: name.into(), bytes: Arc::new(bytes), kind, files: Arc::default() })
    }

    /// Several files as one notice, the body and its annexes in any order. Its bytes, which are what others
    /// can check, are a line for each file by name, as `sha256sum` prints it.
    ///
    /// # Errors
    /// [`ErrorKind::Empty`] for no files; as [`Source::new`] for a single one.
    pub fn together(
        name: impl Into<String>,
        mut files: Vec<(String, Vec<u8>)>,
    ) -> Result<Source, Error> {
        if files.len() < 2 {
            let only = files.pop().ok_or(Error::new(ErrorKind::Empty))?;
            return Source::new(only.0, only.1);
        }
        files.sort();
        let lines: String =
            files.iter().map(|(name, bytes)| format!("{}  {name}\n", sha256(bytes))).collect();
        let files =
            files.into_iter().map(|(name, bytes)| SourceFile { name, bytes: Arc::new(bytes) });
        Ok(Source {
            name: name.into(),
            bytes: Arc::new(lines.into_bytes()),
            kind: Kind::Package,
            files: files.collect(),
        })
    }

    /// How many bytes there are, in all files.
    pub fn size(&self) -> u64 {
        match &*self.files {
            [] => self.bytes.len() as u64,
            files => files.iter().map(|file| file.bytes.len() as u64).sum(),
        }
    }

    /// SHA-256 of the bytes in small hexadecimal digits: what others can check.
    pub fn sha256(&self) -> String {
        sha256(&self.bytes)
    }
}

/// SHA-256 of bytes, in small hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// First bytes of pictures that can be read.
const PICTURES: &[(&[u8], PictureKind)] = &[
    (b"\x89PNG", PictureKind::Png),
    (b"\xFF\xD8\xFF", PictureKind::Jpeg),
    (b"II*\0", PictureKind::Tiff),
    (b"MM\0*", PictureKind::Tiff),
];

/// Whether the bytes begin as a picture that can be read.
#[cfg(feature = "cli")]
pub(crate) fn is_picture(bytes: &[u8]) -> bool {
    PICTURES.iter().any(|(start, _)| bytes.starts_with(start))
}

/// Kinds of picture that are not read, by bytes at a place: phones and web pages give them.
const OTHER_PICTURES: &[(usize, &[u8], &str)] = &[
    (0, b"GIF8", "GIF"),
    (0, b"BM", "BMP"),
    (8, b"WEBP", "WebP"),
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypheix", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (4, b"ftypavif", "AVIF"),
];

/// What to do with such a picture.
fn other_picture(bytes: &[u8]) -> Option<Error> {
    let is_one = |at: usize, sign: &[u8]| bytes.get(at..).is_some_and(|b| b.starts_with(sign));
    // Two letters begin a text, too.
    let head = &bytes[..bytes.len().min(1024)];
    if bytes.starts_with(b"BM") && is_text(head) {
        return None;
    }
    let (.., name) = OTHER_PICTURES.iter().find(|(at, sign, _)| is_one(*at, sign))?;
    Some(Error::new(ErrorKind::Unsupported {
        what: Wording::new(format!("a {name} image"), format!("{name} 图片")),
        instead: Wording::new("save it as PNG or JPEG", "请另存为 PNG 或 JPEG"),
    }))
}

fn kind_of(bytes: &[u8]) -> Result<Kind, Error> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::new(ErrorKind::Empty));
    }
    // An archive may begin with a PDF, as it is, among its first bytes.
    if let Some(kind) = kind::of_container(bytes) {
        return kind;
    }
    let head = &bytes[..bytes.len().min(1024)];
    if head.windows(5).any(|w| w == b"%PDF-") {
        return Ok(Kind::Pdf);
    }
    if let Some((_, kind)) = PICTURES.iter().find(|(s, _)| bytes.starts_with(s)) {
        return Ok(Kind::Picture(*kind));
    }
    if let Some(error) = other_picture(bytes) {
        return Err(error);
    }
    let utf16_mark = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    if head.contains(&0) && !utf16_mark && utf16_order(head).is_none() && !is_text(head) {
        let looks_like = Wording::new("binary data", "二进制数据");
        return Err(Error::new(ErrorKind::UnknownKind { looks_like }));
    }
    kind::of_markup(bytes).unwrap_or(Ok(Kind::Text))
}

/// Whether bytes with zeros among them are text all the same: the zeros are few, and the rest is UTF-8 or GB18030 but
/// for a character that is cut at the end.
fn is_text(head: &[u8]) -> bool {
    let zeros = head.iter().filter(|&&byte| byte == 0).count();
    let reads = |encoding: &'static Encoding| {
        let text = encoding.decode_without_bom_handling(head).0;
        text.trim_end_matches('\u{FFFD}').find('\u{FFFD}').is_none()
    };
    zeros.saturating_mul(50) <= head.len().max(50) && [UTF_8, GB18030].into_iter().any(reads)
}

/// Which byte comes first in a UTF-16 text without a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteOrder {
    /// The low byte.
    Little,
    /// The high byte.
    Big,
}

/// The byte order that makes the bytes UTF-16 text of Chinese and ASCII characters, if one does:
/// nine units in ten are such. Zero bytes alone tell nothing: 一 is U+4E00.
pub fn utf16_order(bytes: &[u8]) -> Option<ByteOrder> {
    if bytes.len() < 2 {
        return None;
    }
    let share = |unit: fn([u8; 2]) -> u16| {
        let (mut usual, mut all) = (0usize, 0usize);
        for pair in bytes.chunks_exact(2).take(4096) {
            let [a, b] = *pair else { continue };
            all += 1;
            usual += usize::from(matches!(unit([a, b]),
                0x09 | 0x0A | 0x0C | 0x0D | 0x20..=0x7E | 0x2014..=0x2026
                | 0x3000..=0x303F | 0x4E00..=0x9FFF | 0xFF00..=0xFF5E));
        }
        usual as f32 / all as f32
    };
    let (little, big) = (share(u16::from_le_bytes), share(u16::from_be_bytes));
    let order = if little >= big { ByteOrder::Little } else { ByteOrder::Big };
    (little.max(big) >= 0.9).then_some(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_that_are_not_read_say_what_to_do() {
        for (bytes, name) in [
            (&b"GIF89a\x01\0\x01\0"[..], "GIF"),
            (b"BM\x36\0\0\0\0\0", "BMP"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "WebP"),
            (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        ] {
            let error = kind_of(bytes).expect_err("no notice");
            assert_eq!(error.to_string(), format!("found a {name} image, which is not read"));
            assert_eq!(error.hint().en, "save it as PNG or JPEG");
        }
        assert_eq!(kind_of("BMW 附件1\n".as_bytes()).expect("a text"), Kind::Text);
    }

    #[test]
    fn a_text_with_a_few_zeros_is_text() {
        let text = "某市建保〔2023〕1号\n关于下达计划的通知\n".repeat(9);
        let odd = text.replacen("计", "\0计", 3);
        for bytes in [odd.clone().into_bytes(), GB18030.encode(&odd).0.into_owned()] {
            assert_eq!(kind_of(&bytes).expect("a text"), Kind::Text);
        }
        let binary = [text.as_bytes(), &[0; 99]].concat();
        let noise = [&b"\0\xFF\xFE\xFF"[..], text.as_bytes()].concat();
        for bytes in [binary, noise] {
            let error = kind_of(&bytes).expect_err("no text").to_string();
            assert!(error.contains("binary data"), "{error}");
        }
    }
}
