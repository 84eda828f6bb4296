//! What a container or markup is, told from its bytes: the kinds that are read, and those that are known by
//! name and refused with what to do about it.

use super::{Kind, ole, utf16_order};
use crate::diag::Wording;
use crate::error::{Error, ErrorKind};
use crate::source::ByteOrder;
use crate::source::zip::Archive;

/// The kind of an archive or of a compound file; `None` for bytes that are neither.
///
/// # Errors
/// [`ErrorKind::Unsupported`] for a kind that is known but not read.
pub(super) fn of_container(bytes: &[u8]) -> Option<Result<Kind, Error>> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Some(of_archive(bytes));
    }
    if bytes.starts_with(ole::SIGNATURE) {
        return Some(of_compound(bytes));
    }
    if is_web_archive(bytes) {
        return Some(Ok(Kind::Html));
    }
    let (_, what, instead) = REFUSED.iter().find(|(start, ..)| bytes.starts_with(start))?;
    Some(Err(refused(*what, *instead)))
}

/// In both languages.
type Both = (&'static str, &'static str);

const SAVE_AS_DOCX: Both =
    ("open it in WPS or Word and save it as .docx", "请用 WPS 或 Word 打开并另存为 .docx");
const SAVE_AS_XLSX: Both =
    ("open it in WPS or Excel and save it as .xlsx", "请用 WPS 或 Excel 打开并另存为 .xlsx");
const UNPACK: Both = (
    "unpack it and convert the folder with --one-notice, or pack it anew as ZIP",
    "请解压后用 --one-notice 转换该文件夹，或重新打包为 ZIP",
);

/// First bytes of kinds that are known and not read: what it is, and what to do.
const REFUSED: &[(&[u8], Both, Both)] = &[
    (b"Rar!", ("a RAR archive", "RAR 压缩包"), UNPACK),
    (b"7z\xBC\xAF\x27\x1C", ("a 7z archive", "7z 压缩包"), UNPACK),
    (b"\x1F\x8B", ("a gzip file", "gzip 压缩文件"), UNPACK),
    (b"{\\rtf", ("an RTF document", "RTF 文档"), SAVE_AS_DOCX),
    (b"\xDB\xA5", ("a Word 2 document", "Word 2 文档"), SAVE_AS_DOCX),
    (b"\x31\xBE\x00\x00", ("a Word for DOS document", "DOS 版 Word 文档"), SAVE_AS_DOCX),
    (b"\x09\x00\x04\x00", ("an Excel 2 workbook", "Excel 2 工作簿"), SAVE_AS_XLSX),
    (b"\x09\x02\x06\x00", ("an Excel 3 workbook", "Excel 3 工作簿"), SAVE_AS_XLSX),
    (b"\x09\x04\x06\x00", ("an Excel 4 workbook", "Excel 4 工作簿"), SAVE_AS_XLSX),
];

/// What web archives begin with (MHTML, RFC 2557), as Word, Excel and browsers write them.
const WEB_ARCHIVES: &[&[u8]] = &[b"MIME-Version:", b"From: <Saved by ", b"From: \"Saved by "];

/// Whether the bytes are a web archive: a page and its pictures as the parts of one message.
pub(crate) fn is_web_archive(bytes: &[u8]) -> bool {
    WEB_ARCHIVES.iter().any(|start| bytes.starts_with(start))
}

fn refused(what: Both, instead: Both) -> Error {
    Error::new(ErrorKind::Unsupported {
        what: Wording::new(what.0, what.1),
        instead: Wording::new(instead.0, instead.1),
    })
}

/// That a document of this kind is encrypted with a password.
pub(crate) fn encrypted(en: &str, zh: &str) -> Error {
    Error::new(ErrorKind::Unsupported {
        what: Wording::new(
            format!("{en} that is encrypted with a password"),
            format!("用密码加密的 {zh}"),
        ),
        instead: Wording::new(
            "open it with its password and save it without one",
            "请用密码打开并另存为不加密的文件",
        ),
    })
}

fn broken(en: &str, zh: &str) -> Error {
    Error::new(ErrorKind::BrokenDocument { what: Wording::new(en, zh) })
}

/// What an archive is, by the names in it.
fn of_archive(bytes: &[u8]) -> Result<Kind, Error> {
    // What has too many entries is no document; reading it as a package names the limit.
    let Ok(archive) = Archive::open(bytes, u32::MAX >> 8) else { return Ok(Kind::Package) };
    if archive.entries.is_empty() {
        return Err(broken("broken ZIP archive: no files in it", "ZIP 压缩包已损坏：其中没有文件"));
    }
    let has = |name: &str| archive.find(name).is_some();
    let below = |folder: &str| {
        archive.entries.iter().any(|entry| {
            let name = String::from_utf8_lossy(&entry.name).to_ascii_lowercase().replace('\\', "/");
            name.trim_start_matches('/').starts_with(folder)
        })
    };
    if has("OFD.xml") {
        return Ok(Kind::Ofd);
    }
    if has("mimetype") || has("content.xml") && has("META-INF/manifest.xml") {
        return of_open_document(&archive);
    }
    let is_office = has("[Content_Types].xml") || has("_rels/.rels");
    if is_office && below("word/") || has("word/document.xml") {
        return Ok(Kind::Docx);
    }
    if has("xl/workbook.bin") {
        return Err(refused(
            ("a binary Excel workbook (.xlsb)", "二进制 Excel 工作簿（.xlsb）"),
            SAVE_AS_XLSX,
        ));
    }
    if is_office && below("xl/") || has("xl/workbook.xml") {
        return Ok(Kind::Xlsx);
    }
    if is_office && below("ppt/") {
        return Err(slides());
    }
    Ok(Kind::Package)
}

/// What an archive is that says so itself, or should: in its first file, as programs write it, packed where another one
/// has put it up anew; in its manifest where that file is gone. None of its files is a notice of its own.
fn of_open_document(archive: &Archive) -> Result<Kind, Error> {
    const LONGEST: u64 = 1 << 20;
    const SHEETS: &str = "application/vnd.oasis.opendocument.spreadsheet";
    const TEXT: &str = "application/vnd.oasis.opendocument.text";
    let read = |name: &str| {
        let bytes = archive.unpack(archive.find(name)?, LONGEST).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    let said = [read("mimetype"), read("META-INF/manifest.xml")];
    let is = |kind: &str| {
        said.iter()
            .flatten()
            .find(|said| said.contains("vnd.oasis."))
            .is_some_and(|said| said.contains(kind))
    };
    if is(SHEETS) {
        return Ok(Kind::Ods);
    }
    if is(TEXT) {
        return Ok(Kind::Odt);
    }
    let what = ("an EPUB or OpenDocument file", "EPUB 或 OpenDocument 文件");
    Err(refused(what, SAVE_AS_DOCX))
}

fn slides() -> Error {
    refused(
        ("a presentation", "演示文稿"),
        (
            "give the notice itself: .docx, .xlsx, .pdf or .html",
            "请提供通知本身：.docx、.xlsx、.pdf 或 .html",
        ),
    )
}

/// What a compound file is, by the streams in it.
fn of_compound(bytes: &[u8]) -> Result<Kind, Error> {
    let broken = || {
        let (en, zh) = ("broken Office 97-2003 or WPS file", "Office 97-2003 或 WPS 文件已损坏");
        broken(en, zh)
    };
    let Some(file) = ole::Compound::open(bytes) else { return Err(broken()) };
    let has = |name: &str| file.find(name).is_some();
    if has("EncryptedPackage") || has("EncryptionInfo") {
        return Err(encrypted("an Office document", "Office 文档"));
    }
    if let Some(stream) = file.find("WordDocument") {
        let head = file.read(stream);
        return match (ole::u16_at(&head, 0), ole::u16_at(&head, 2)) {
            (Some(0xA5EC), Some(version)) if version >= 0xC0 => Ok(Kind::Doc),
            (Some(0xA5EC | 0xA5DC), _) => Err(refused(
                ("a Word 6 or Word 95 document", "Word 6 或 Word 95 文档"),
                SAVE_AS_DOCX,
            )),
            _ => Err(broken()),
        };
    }
    if has("Workbook") {
        return Ok(Kind::Xls);
    }
    if has("Book") {
        return Err(refused(
            ("an Excel 5 or Excel 95 workbook (BIFF5)", "Excel 5 或 Excel 95 工作簿（BIFF5）"),
            SAVE_AS_XLSX,
        ));
    }
    if has("PowerPoint Document") {
        return Err(slides());
    }
    if has("CONTENTS") || has("MatOST") || has("MM") {
        return Err(refused(("a Microsoft Works document", "Microsoft Works 文档"), SAVE_AS_DOCX));
    }
    Err(refused(
        (
            "an Office 97-2003 file without a document or workbook",
            "不含文档或工作簿的 Office 97-2003 文件",
        ),
        SAVE_AS_DOCX,
    ))
}

/// The kind of what begins with markup; `None` for text.
///
/// # Errors
/// [`ErrorKind::Unsupported`] for XML that is no page.
pub(super) fn of_markup(bytes: &[u8]) -> Option<Result<Kind, Error>> {
    let head = head_of(&bytes[..bytes.len().min(4096)]);
    let start = behind_comments(&head);
    let names = |name: &str| {
        start.strip_prefix('<').and_then(|rest| rest.strip_prefix(name)).is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))
        })
    };
    const PAGE: &[&str] = &[
        "html", "head", "body", "table", "div", "p", "center", "meta", "title", "style", "script",
        "link", "section", "article", "main", "span", "font", "h1", "h2", "h3", "tr", "tbody",
        "base",
    ];
    if start.starts_with("<!doctype html") || PAGE.iter().any(|name| names(name)) {
        return Some(Ok(Kind::Html));
    }
    // A page that begins with words of a server, or with tags of its own.
    if ["<html", "<body"].iter().any(|tag| head.contains(tag)) {
        return Some(Ok(Kind::Html));
    }
    // XML may leave its declaration out; a namespace then tells it from a text that begins with a bracket.
    let tag = start.split('>').next().unwrap_or_default();
    let is_element = tag.starts_with('<') && tag.contains("xmlns");
    if !(start.starts_with("<?xml") || start.starts_with("<!doctype") || is_element) {
        return None;
    }
    // OpenDocument in one part says itself what it is.
    if head.contains("<office:document") && head.contains("opendocument.text\"") {
        return Some(Ok(Kind::Odt));
    }
    if head.contains("<office:document") && head.contains("opendocument.spreadsheet\"") {
        return Some(Ok(Kind::Ods));
    }
    if head.contains("excel.sheet") || head.contains("office:spreadsheet") {
        return Some(Ok(Kind::SheetXml));
    }
    let (what, instead) = if head.contains("word.document") || head.contains("<w:worddocument") {
        (("a Word 2003 XML document", "Word 2003 XML 文档"), SAVE_AS_DOCX)
    } else {
        (
            ("an XML file", "XML 文件"),
            (
                "give the notice itself: .docx, .xlsx, .pdf or .html",
                "请提供通知本身：.docx、.xlsx、.pdf 或 .html",
            ),
        )
    };
    Some(Err(refused(what, instead)))
}

/// The first characters in small letters, ASCII alone being of interest.
fn head_of(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let wide = match bytes {
        [0xFF, 0xFE, rest @ ..] => Some((rest, ByteOrder::Little)),
        [0xFE, 0xFF, rest @ ..] => Some((rest, ByteOrder::Big)),
        _ if bytes.contains(&0) => utf16_order(bytes).map(|order| (bytes, order)),
        _ => None,
    };
    let text = match wide {
        Some((bytes, order)) => {
            let unit = |c: &[u8]| match order {
                ByteOrder::Little => u16::from_le_bytes([c[0], c[1]]),
                ByteOrder::Big => u16::from_be_bytes([c[0], c[1]]),
            };
            char::decode_utf16(bytes.chunks_exact(2).map(unit))
                .map(|c| c.unwrap_or('\u{FFFD}'))
                .collect()
        }
        None => String::from_utf8_lossy(bytes).into_owned(),
    };
    text.to_ascii_lowercase()
}

/// Behind white space, comments and the declaration of XML where a page follows it.
fn behind_comments(head: &str) -> &str {
    let mut rest = head.trim_start();
    loop {
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, behind)| behind).trim_start();
        } else if let Some(declaration) = rest.strip_prefix("<?xml ") {
            let behind = declaration.split_once("?>").map_or("", |(_, b)| b).trim_start();
            if !(behind.starts_with("<!doctype html") || behind.starts_with("<html")) {
                return rest;
            }
            rest = behind;
        } else {
            return rest;
        }
    }
}

/// That a kind is read by a part that this build leaves out.
pub(crate) fn left_out(kind: Kind) -> Error {
    let Wording { en, zh } = kind.name();
    Error::new(ErrorKind::Unsupported {
        what: Wording::new(
            format!("{en}, which this build leaves out"),
            format!("{zh}，本程序编译时未包含其读取功能"),
        ),
        instead: Wording::new("use a build with all features", "请使用包含全部功能的版本"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(bytes: &[u8]) -> String {
        match of_container(bytes).or_else(|| of_markup(bytes)) {
            None => "text".to_owned(),
            Some(Ok(kind)) => format!("{kind:?}"),
            Some(Err(error)) => error.to_string(),
        }
    }

    #[test]
    fn markup_is_no_text() {
        assert_eq!(kind(b"\xEF\xBB\xBF\r\n<!-- CMS --><!DOCTYPE html><html>"), "Html");
        assert_eq!(
            kind(b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0'>"),
            "Html"
        );
        assert_eq!(kind(b"<table border=1><tr>"), "Html");
        assert_eq!(kind(b"From: <Saved by Blink>\r\n"), "Html");
        assert_eq!(kind(b"MIME-Version: 1.0\r\n"), "Html");
        let utf16: Vec<u8> =
            "\u{FEFF}<html><td>市".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(kind(&utf16), "Html");
        assert_eq!(
            kind(
                b"<?xml version='1.0'?><?mso-application progid='Word.Document'?><w:wordDocument>"
            ),
            "found a Word 2003 XML document, which is not read"
        );
        assert_eq!(kind(b"<?xml version='1.0'?><feed/>"), "found an XML file, which is not read");
        assert_eq!(kind("# 通知\n<table><tr><td>1".as_bytes()), "text");
        assert_eq!(kind("<<关于下达计划的通知>>".as_bytes()), "text");
    }

    #[test]
    fn what_is_not_read_is_named() {
        assert_eq!(kind(b"Rar!\x1A\x07\x00"), "found a RAR archive, which is not read");
        assert_eq!(
            kind(br#"<svg xmlns="http://www.w3.org/2000/svg"><text>x</text></svg>"#),
            "found an XML file, which is not read"
        );
        assert_eq!(kind(b"{\\rtf1"), "found an RTF document, which is not read");
    }
}
