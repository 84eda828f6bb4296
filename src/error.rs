//! The one error of the crate: what stops a run, and where.
//!
//! Only `extract`, `emit` and `validate` make one; the stages between remark into the sink and go on.

use std::fmt;

/// Why a notice could not be read, or a result not written.
#[derive(Debug, Clone, PartialEq)]
pub struct Error {
    kind: ErrorKind,
    /// The page it happened on, counted from 1, where one is known.
    page: Option<u32>,
}

/// What stopped the run. The wording of the message is [`Error`]'s; match on this, not on text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Occurs if the input holds no bytes, or white space alone.
    Empty,
    /// Occurs if the bytes are neither a PDF nor text; names what they look like.
    UnknownKind {
        /// What the first bytes look like, e.g. `PNG image`.
        looks_like: String,
    },
    /// Occurs if the bytes begin as a PDF but its objects can't be found.
    BrokenPdf {
        /// What was missing.
        what: String,
    },
    /// Occurs if a PDF wants a password other than the empty one.
    PasswordNeeded,
    /// Occurs if no page of a PDF has a text layer: a scan, or pictures only.
    NoTextLayer {
        /// How many pages were looked at.
        pages: u32,
    },
    /// Occurs if a text is in no encoding that is known here.
    UnknownEncoding,
    /// Occurs if a limit of [`crate::options::Limits`] was reached.
    Limit {
        /// The limit's name, as its flag is called.
        name: &'static str,
        /// Its value when it was reached.
        value: u64,
    },
    /// Occurs if a JSON file is no result of fubiao, or was edited so that it is none any more.
    BrokenResult {
        /// What was found where.
        what: String,
    },
    /// Occurs if a result can't be written in the form asked for.
    Emit {
        /// What went wrong.
        what: String,
    },
}

impl Error {
    /// An error of this kind, at no page in particular.
    pub fn new(kind: ErrorKind) -> Error {
        Error { kind, page: None }
    }

    /// The same error, on a page (counted from 1).
    pub fn on_page(mut self, page: u32) -> Error {
        self.page = Some(page);
        self
    }

    /// What stopped the run.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The page it happened on, counted from 1, where one is known.
    pub fn page(&self) -> Option<u32> {
        self.page
    }

    /// What the reader can do about it, in one clause.
    pub fn hint(&self) -> &'static str {
        match &self.kind {
            ErrorKind::Empty => "check that the download or copy was complete",
            ErrorKind::UnknownKind { .. } => "give a PDF with a text layer, or a text file",
            ErrorKind::BrokenPdf { .. } => "fetch the file again; it may have been cut short",
            ErrorKind::PasswordNeeded => "save a copy without the password and give that",
            ErrorKind::NoTextLayer { .. } => "the pages are pictures: run OCR on the file first",
            ErrorKind::UnknownEncoding => "save the text as UTF-8 or GB18030",
            ErrorKind::Limit { .. } => "raise the limit with the flag of that name",
            ErrorKind::BrokenResult { .. } => "convert the notice again, or see `fubiao validate`",
            ErrorKind::Emit { .. } => "choose another --format",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(page) = self.page {
            write!(f, "page {page}: ")?;
        }
        match &self.kind {
            ErrorKind::Empty => write!(f, "the input is empty, expected a notice as PDF or text"),
            ErrorKind::UnknownKind { looks_like } => {
                write!(f, "found {looks_like}, expected a PDF or text")
            }
            ErrorKind::BrokenPdf { what } => write!(f, "broken PDF: {what}"),
            ErrorKind::PasswordNeeded => write!(f, "the PDF is encrypted and wants a password"),
            ErrorKind::NoTextLayer { pages } => {
                write!(f, "no text layer on any of {pages} pages")
            }
            ErrorKind::UnknownEncoding => {
                write!(f, "the text is neither UTF-8, UTF-16 nor GB18030")
            }
            ErrorKind::Limit { name, value } => write!(f, "limit {name} reached ({value})"),
            ErrorKind::BrokenResult { what } => write!(f, "no result of fubiao: {what}"),
            ErrorKind::Emit { what } => write!(f, "the result can't be written: {what}"),
        }
    }
}

impl std::error::Error for Error {}
