//! Documents of office programs: Word and Excel since 2007 (`docx`, `xlsx`), OpenDocument (`ods`), and the
//! binary ones before (`doc`, `xls`), which WPS writes as .wps and .et.

#[cfg(feature = "docx")]
pub(super) mod docx;
#[cfg(feature = "excel")]
mod format;
mod numerals;
mod package;
#[cfg(feature = "excel")]
mod sheet;
#[cfg(feature = "excel")]
pub(super) mod xlsx;
