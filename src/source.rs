//! `Source`: the bytes of one notice, and what kind they are, told from the bytes alone.
//!
//! Opening files is left to `cli` and `archive`; reading what is inside, to `carrier`.

use std::sync::Arc;

use crate::error::{Error, ErrorKind, Foreign};
use sha2::{Digest, Sha256};

/// What kind of input the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A PDF (ISO 32000): `%PDF-` within the first 1024 bytes.
    Pdf,
    /// Text in some encoding.
    Text,
}

impl Kind {
    /// The media type (RFC 6838) written into results.
    pub fn media_type(self) -> &'static str {
        match self {
            Kind::Pdf => "application/pdf",
            Kind::Text => "text/plain",
        }
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
}

impl Source {
    /// Looks at the bytes and tells their kind.
    ///
    /// # Errors
    /// [`ErrorKind::Empty`] for no bytes or white space alone; [`ErrorKind::UnknownKind`] for bytes
    /// that are neither PDF nor text (an image, an archive, an Office file).
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> Result<Source, Error> {
        let kind = kind_of(&bytes)?;
        Ok(Source { name: name.into(), bytes: Arc::new(bytes), kind })
    }

    /// SHA-256 of the bytes in small hexadecimal digits: what others can check.
    pub fn sha256(&self) -> String {
        Sha256::digest(self.bytes.as_slice()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

const fn foreign(
    name: (&'static str, &'static str),
    hint: (&'static str, &'static str),
) -> Foreign {
    Foreign { name, hint }
}

const PICTURE: (&str, &str) = (
    "run OCR on it and save the result as a PDF with a text layer",
    "请先做文字识别（OCR），并另存为带文本层的 PDF",
);
const PRINT: (&str, &str) =
    ("open it and save or print it as PDF", "请打开该文件并另存为（或打印成）PDF");
const UNPACK: (&str, &str) = ("unpack it and give the files in it", "请先解压，再提供其中的文件");
const OTHER: (&str, &str) =
    ("give a PDF with a text layer, or a text file", "请提供带文本层的 PDF 或文本文件");

/// First bytes of kinds of file that people mistake for a notice, and what to do with them.
const SIGNATURES: &[(&[u8], Foreign)] = &[
    (b"\x89PNG", foreign(("a PNG image", " PNG 图片"), PICTURE)),
    (b"\xFF\xD8\xFF", foreign(("a JPEG image", " JPEG 图片"), PICTURE)),
    (b"GIF8", foreign(("a GIF image", " GIF 图片"), PICTURE)),
    (b"II*\0", foreign(("a TIFF image", " TIFF 图片"), PICTURE)),
    (b"MM\0*", foreign(("a TIFF image", " TIFF 图片"), PICTURE)),
    (b"BM", foreign(("a BMP image", " BMP 图片"), PICTURE)),
    (
        b"\xD0\xCF\x11\xE0",
        foreign(("an old Office or WPS document", "旧版 Office 或 WPS 文档"), PRINT),
    ),
    (b"Rar!", foreign(("a RAR archive", " RAR 压缩包"), UNPACK)),
    (b"7z\xBC\xAF", foreign(("a 7z archive", " 7z 压缩包"), UNPACK)),
    (b"\x1F\x8B", foreign(("a gzip file", " gzip 压缩文件"), UNPACK)),
    (b"{\\rtf", foreign(("an RTF document", " RTF 文档"), PRINT)),
];

/// Names of files inside a ZIP archive that say what it is.
const PACKED: &[(&[u8], Foreign)] = &[
    (b"word/document.xml", foreign(("a Word document (.docx)", " Word 文档（.docx）"), PRINT)),
    (b"xl/workbook.xml", foreign(("an Excel workbook (.xlsx)", " Excel 工作簿（.xlsx）"), PRINT)),
    (
        b"ppt/presentation.xml",
        foreign(("a PowerPoint file (.pptx)", " PowerPoint 文件（.pptx）"), PRINT),
    ),
    (b"OFD.xml", foreign(("an OFD document", " OFD 版式文件"), PRINT)),
];

const ZIP: Foreign = foreign(("a ZIP archive", " ZIP 压缩包"), UNPACK);

const WEB_PAGE: Foreign = foreign(
    ("a web page (HTML)", "网页（HTML）"),
    (
        "print it from the browser as PDF, or save it as text",
        "请在浏览器中打印成 PDF，或另存为文本",
    ),
);

fn kind_of(bytes: &[u8]) -> Result<Kind, Error> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::new(ErrorKind::Empty));
    }
    let head = &bytes[..bytes.len().min(1024)];
    if holds(head, b"%PDF-") {
        return Ok(Kind::Pdf);
    }
    let unknown = |looks_like: Foreign| Err(Error::new(ErrorKind::UnknownKind { looks_like }));
    if let Some((_, looks_like)) = SIGNATURES.iter().find(|(s, _)| bytes.starts_with(s)) {
        return unknown(*looks_like);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        // The list of names stands at the end.
        let tail = &bytes[bytes.len().saturating_sub(1 << 16)..];
        let known = PACKED.iter().find(|(name, _)| holds(tail, name) || holds(head, name));
        return unknown(known.map_or(ZIP, |(_, looks_like)| *looks_like));
    }
    let text = head.trim_ascii_start();
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text).trim_ascii_start();
    let begins = |word: &[u8]| text.get(..word.len()).is_some_and(|t| t.eq_ignore_ascii_case(word));
    if begins(b"<!doctype html") || begins(b"<html") {
        return unknown(WEB_PAGE);
    }
    let utf16_mark = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    if head.contains(&0) && !utf16_mark && utf16_order(head).is_none() {
        return unknown(foreign(("binary data", "二进制数据"), OTHER));
    }
    Ok(Kind::Text)
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
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
