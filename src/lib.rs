//! fubiao (附表, "annex table") turns Chinese official notices into machine data that can be trusted.
//!
//! # One notice
//!
//! ```
//! use fubiao::Options;
//!
//! let bytes = std::fs::read("samples/housing-2023/notice.txt")?;
//! let reading = fubiao::read(bytes, &Options::default())?;
//! let notice = &reading.notice;
//!
//! let number = notice.frame.document_number.read().expect("it is printed");
//! assert_eq!((number.year, number.serial), (2023, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Its figures
//!
//! An [annex](model::Annex) has columns with their header path and unit, and rows by region. A
//! [cell](model::Cell) keeps what is printed, an [exact decimal](model::Amount) that remembers its printed
//! digits, and its [place](place::Place). Blank, zero and placeholder are [three things](model::Status).
//!
//! ```
//! # use fubiao::Options;
//! # let bytes = std::fs::read("samples/housing-2023/notice.txt")?;
//! # let reading = fubiao::read(bytes, &Options::default())?;
//! use fubiao::model::Status;
//!
//! let annex = &reading.notice.annexes[0];
//! let row = annex.rows.iter().find(|row| row.region.name == "遂川县").expect("it has a row");
//! assert_eq!(row.region.parent.as_deref(), Some("吉安市"));
//! assert_eq!(row.region.code.as_deref(), Some("360827"));
//!
//! for (column, cell) in annex.columns.iter().zip(&row.cells) {
//!     let path = column.path.join("/");
//!     match (cell.status, cell.value) {
//!         (Status::Value, Some(figure)) => println!("{path}: {figure}"),
//!         (Status::Blank, _) => println!("{path}: nothing is printed"),
//!         (other, _) => println!("{path}: {:?}, {other:?}", cell.raw),
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What to doubt
//!
//! Three lists come with a notice. [Findings](check::Finding) are what it says against itself, with the
//! cells to doubt; [diagnostics](diag::Diagnostic) are what could not be read with confidence;
//! [repairs](diag::Repair) are what was changed or joined on the way. A value is never changed because a
//! check failed: what would mend it is a proposal.
//!
//! ```
//! # use fubiao::Options;
//! # let bytes = std::fs::read("samples/housing-2023/notice.txt")?;
//! # let reading = fubiao::read(bytes, &Options::default())?;
//! use fubiao::diag::Severity;
//!
//! let errors = reading.findings.iter().filter(|f| f.severity == Severity::Error);
//! for finding in errors {
//!     println!("{}", finding.message.en);
//!     let suspect = &finding.suspects[0];
//!     assert_eq!((suspect.region.as_str(), suspect.printed.as_str()), ("赣江新区", "204"));
//!     assert_eq!(suspect.proposed.map(|p| p.to_string()).as_deref(), Some("1"));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Writing it out
//!
//! [`emit::record::NoticeRecord`] is a notice as results have it: JSON by the schema in `schemas/`, flat
//! [facts](emit::facts), CSV, Parquet, Excel, a Data Package. Reading a result gives the same notice again.
//!
//! ```
//! use fubiao::emit::{facts, json, record::NoticeRecord};
//! use fubiao::{Options, Source, pipeline};
//!
//! let bytes = std::fs::read("samples/aid-2021/notice.txt")?;
//! let source = Source::new("notice.txt", bytes)?;
//! let reading = pipeline::read(&source, &Options::default())?;
//! let record = NoticeRecord::new(&source, &reading);
//!
//! let mut result = Vec::new();
//! json::write(&mut result, &record)?;
//! assert_eq!(json::read(&result)?.to_notice()?, reading.notice);
//!
//! let places = facts::facts(&record).filter(|fact| fact.value.is_some()).count();
//! assert!(places > 50);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The stages
//!
//! The data walks one way through eight rooms, each opening only on its neighbour:
//!
//! ```text
//! Source -> carrier -> Pages -> normalize -> Lines -> segment -> Outline -> repair -> Document
//!        -> typing -> Notice -> check -> findings -> emit -> bytes -> validate -> Verdict
//! ```
//!
//! [`pipeline`] says that order in code, and stops after any stage:
//!
//! ```
//! use fubiao::{Options, Source, diag::Sink, pipeline};
//!
//! let source = Source::new("notice.pdf", std::fs::read("samples/aid-2021/notice.pdf")?)?;
//! let mut sink = Sink::new();
//! let document = pipeline::until_document(&mut sink, &Options::default(), &source)?;
//! assert_eq!(document.annexes.len(), 3);
//! let (diagnostics, repairs) = sink.into_parts();
//! assert!(diagnostics.is_empty());
//! assert!(repairs.iter().any(|repair| repair.rule == "repeated_header"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! `default-features = false` with `pdf` is the library alone: it reads and checks notices and writes
//! JSON, facts, CSV and packages. `parquet`, `xlsx` and `review` add those outputs, `cli` the command with
//! archives and the validator. What each costs to build stands in `docs/dependencies.md`.

#![forbid(unsafe_code)]
// What a document can influence must not be able to stop the program; `expect` says why it can't.
#![cfg_attr(
    not(test),
    deny(
        clippy::disallowed_methods,
        clippy::get_unwrap,
        clippy::panic,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]
#![warn(missing_docs)]

#[cfg(feature = "cli")]
pub mod archive;
pub mod carrier;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod corrections;
pub mod diag;
pub mod emit;
pub mod error;
mod figure;
pub mod geom;
mod ink;
mod lexicon;
pub mod model;
pub mod name;
pub mod normalize;
mod numbering;
pub mod options;
mod parallel;
mod pattern;
pub mod pipeline;
pub mod place;
pub mod plain;
mod profile;
pub mod proof;
pub mod regions;
pub mod repair;
#[cfg(feature = "review")]
pub mod review;
pub mod segment;
pub mod sight;
pub mod source;
#[cfg(feature = "cli")]
pub mod survey;
pub mod typing;
#[cfg(feature = "cli")]
pub mod validate;

pub use error::Error;
pub use model::Notice;
pub use options::Options;
pub use pipeline::Reading;
pub use source::Source;

/// The exact decimal type of [`model::Amount`] and of findings.
pub use rust_decimal::Decimal;

/// Reads one notice from its bytes: a PDF, a document or workbook, or a text in UTF-8, UTF-16 or GB18030, as the
/// features of the build allow. The kind is told from the bytes.
///
/// This is [`pipeline::read`] for a notice without a name.
///
/// # Errors
/// If the bytes are no notice that can be read, or reach a limit: see [`error::ErrorKind`]. What is
/// doubtful in a notice that can be read is no error; it comes with the [`Reading`].
pub fn read(bytes: impl Into<Vec<u8>>, options: &Options) -> Result<Reading, Error> {
    pipeline::read(&Source::new("-", bytes.into())?, options)
}
