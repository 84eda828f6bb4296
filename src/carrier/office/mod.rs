//! Documents of office programs: Word and Excel since 2007 (`docx`, `xlsx`), OpenDocument (`odt`, `ods`), and the
//! binary ones before (`doc`, `xls`), which WPS writes as .wps and .et.

#[cfg(any(feature = "excel", feature = "xls", feature = "ods"))]
mod cells;
#[cfg(feature = "doc")]
pub(super) mod doc;
#[cfg(feature = "docx")]
pub(super) mod docx;
#[cfg(any(feature = "excel", feature = "xls", feature = "ods"))]
mod format;
#[cfg(any(feature = "doc", feature = "docx"))]
mod lists;
// Lists of documents and formats of sheets use their part of it each.
#[cfg_attr(not(all(feature = "docx", feature = "excel")), allow(dead_code))]
mod numerals;
#[cfg(feature = "ods")]
pub(super) mod ods;
#[cfg(feature = "ods")]
pub(super) mod odt;
#[cfg(any(feature = "docx", feature = "excel"))]
#[cfg_attr(not(all(feature = "docx", feature = "excel")), allow(dead_code))]
mod package;
#[cfg(any(feature = "excel", feature = "xls", feature = "ods"))]
mod sheet;
#[cfg(feature = "excel")]
pub(super) mod sheetml;
#[cfg(feature = "xls")]
pub(super) mod xls;
#[cfg(feature = "excel")]
pub(super) mod xlsx;
