//! Documents besides PDF and text. Of those that come as archives the part with the text is fuzzed, put into an archive
//! whose checksums hold: what a fuzzer changes in packed bytes is refused before it is read.

use super::archive::zip;
use super::{hold_pages, hold_reading, options, written};
use fubiao::diag::Sink;
use fubiao::emit::record::NoticeRecord;
use fubiao::pipeline;
use fubiao::source::{Kind, Source};

/// A document is read or refused, twice with the same bytes as the answer; what is read keeps the laws of pages and of
/// results.
fn read(kind: Kind, name: &str, bytes: Vec<u8>) {
    let source = Source { name: name.into(), bytes: bytes.into(), kind, files: Default::default() };
    let Ok(pages) = pipeline::until_pages(&mut Sink::new(), &options(), &source) else { return };
    hold_pages(&pages);
    let Ok(reading) = pipeline::read(&source, &options()) else { return };
    let record = hold_reading(&source, &reading);
    let again = pipeline::read(&source, &options()).expect("it was read before");
    assert_eq!(written(&record), written(&NoticeRecord::new(&source, &again)), "the same bytes");
}

/// Where the main part of an Office document is.
fn relations(target: &str, kind: &str) -> String {
    format!(
        r#"<Relationships><Relationship Id="r" Type="http://x/{kind}" Target="{target}"/></Relationships>"#
    )
}

/// Bytes taken for a web page.
pub fn read_html(bytes: &[u8]) {
    read(Kind::Html, "notice.html", bytes.to_vec());
}

/// Bytes taken for `word/document.xml`.
pub fn read_docx(bytes: &[u8]) {
    let root = relations("word/document.xml", "officeDocument");
    let parts: [(&str, &[u8]); 3] = [
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", root.as_bytes()),
        ("word/document.xml", bytes),
    ];
    read(Kind::Docx, "notice.docx", zip(&parts));
}

/// Bytes taken for a sheet of a workbook.
pub fn read_xlsx(bytes: &[u8]) {
    let (root, sheet) = (relations("xl/w.xml", "officeDocument"), relations("s.xml", "worksheet"));
    let parts: [(&str, &[u8]); 5] = [
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", root.as_bytes()),
        ("xl/w.xml", br#"<workbook><sheets><sheet name="S" r:id="r"/></sheets></workbook>"#),
        ("xl/_rels/w.xml.rels", sheet.as_bytes()),
        ("xl/s.xml", bytes),
    ];
    read(Kind::Xlsx, "notice.xlsx", zip(&parts));
}

/// Bytes taken for `content.xml` of a workbook of OpenDocument.
pub fn read_ods(bytes: &[u8]) {
    let kind = b"application/vnd.oasis.opendocument.spreadsheet";
    read(Kind::Ods, "notice.ods", zip(&[("mimetype", kind), ("content.xml", bytes)]));
}

/// Bytes taken for a page of an OFD document.
pub fn read_ofd(bytes: &[u8]) {
    let parts: [(&str, &[u8]); 3] = [
        ("OFD.xml", b"<OFD><DocBody><DocRoot>D/Document.xml</DocRoot></DocBody></OFD>"),
        (
            "D/Document.xml",
            br#"<Document><CommonData><PageArea><PhysicalBox>0 0 210 297</PhysicalBox></PageArea></CommonData><Pages><Page ID="1" BaseLoc="p.xml"/></Pages></Document>"#,
        ),
        ("D/p.xml", bytes),
    ];
    read(Kind::Ofd, "notice.ofd", zip(&parts));
}

/// Bytes taken for an archive of several files.
pub fn read_package(bytes: &[u8]) {
    read(Kind::Package, "notice.zip", bytes.to_vec());
}

/// Bytes taken for a document of Word 97 to 2003.
pub fn read_doc(bytes: &[u8]) {
    read(Kind::Doc, "notice.doc", bytes.to_vec());
}

/// Bytes taken for a workbook of Excel 97 to 2003.
pub fn read_xls(bytes: &[u8]) {
    read(Kind::Xls, "notice.xls", bytes.to_vec());
}
