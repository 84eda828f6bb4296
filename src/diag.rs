//! What the pipeline says of its own work: diagnostics (what it could not read with confidence)
//! and repairs (what it changed, took out or joined).
//!
//! Neither is a finding: a finding is about the document and belongs to `check`.

use crate::place::Place;

/// The room that remarked or repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Source to pages.
    Extract,
    /// Pages to lines.
    Normalize,
    /// Lines to outline.
    Segment,
    /// Outline to document.
    Repair,
    /// Document to notice.
    Typing,
    /// The notice held against its sums, where it was read from pictures.
    Proof,
}

impl Stage {
    /// The stage's name in messages and results.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Extract => "extract",
            Stage::Normalize => "normalize",
            Stage::Segment => "segment",
            Stage::Repair => "repair",
            Stage::Typing => "typing",
            Stage::Proof => "proof",
        }
    }
}

/// How much a remark weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// May be wrong.
    Warning,
    /// Is wrong.
    Error,
}

impl Severity {
    /// The severity's name in messages and results.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A message in the two languages of our readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// English: lower case, no full stop.
    pub en: String,
    /// Chinese, without 。.
    pub zh: String,
}

impl Wording {
    /// A message in both languages.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Wording {
        Wording { en: en.into(), zh: zh.into() }
    }
}

/// The code of two figures that are printed one over the other. `segment` says it, and `proof` may clear it.
pub const FIGURES_OVERLAID: &str = "figures_overlaid";

/// What is said of a table that the input holds once more, row by row, at its first row: the body's file may have it
/// and a file of its own, or two pages.
pub fn table_twice(place: Option<Place>) -> Diagnostic {
    Diagnostic {
        code: "table_twice",
        severity: Severity::Note,
        place,
        message: Wording::new(
            "the table stands here once more, row by row: it was read once",
            "此处的表格与前面的逐行相同，只读取一次",
        ),
        hint: None,
    }
}

/// Something the pipeline could not read with confidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// A stable word such as `annex_without_table`. One code, one cause.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// Where, if it is anywhere.
    pub place: Option<Place>,
    /// What was found and what was expected.
    pub message: Wording,
    /// What the reader can do.
    pub hint: Option<Wording>,
}

/// Something the pipeline changed, took out or joined.
#[derive(Debug, Clone, PartialEq)]
pub struct Repair {
    /// The room that did it.
    pub stage: Stage,
    /// A stable word such as `repeated_header`. One rule, one reason.
    pub rule: &'static str,
    /// Where, if it is anywhere.
    pub place: Option<Place>,
    /// What was printed.
    pub before: String,
    /// What the pipeline went on with; empty where something was taken out.
    pub after: String,
}

/// How much a sink had taken at some time.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    diagnostics: usize,
    repairs: usize,
}

/// Takes remarks and repairs from the stages; push-only, so that no stage can depend on another's.
#[derive(Debug, Clone, Default)]
pub struct Sink {
    diagnostics: Vec<Diagnostic>,
    repairs: Vec<Repair>,
}

impl Sink {
    /// An empty sink.
    pub fn new() -> Sink {
        Sink::default()
    }

    /// Notes what could not be read with confidence.
    pub fn remark(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Notes what was changed, taken out or joined.
    pub fn repair(&mut self, repair: Repair) {
        self.repairs.push(repair);
    }

    /// Whether a diagnostic with this code was remarked.
    pub fn holds(&self, code: &str) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.code == code)
    }

    /// How much it took so far.
    pub fn mark(&self) -> Mark {
        Mark { diagnostics: self.diagnostics.len(), repairs: self.repairs.len() }
    }

    /// Changes the places of all it took since.
    pub fn places_since(&mut self, mark: Mark, mut change: impl FnMut(&mut Place)) {
        let remarked = self.diagnostics.iter_mut().skip(mark.diagnostics).map(|d| &mut d.place);
        let repaired = self.repairs.iter_mut().skip(mark.repairs).map(|r| &mut r.place);
        remarked.chain(repaired).flatten().for_each(&mut change);
    }

    /// What was repaired so far: for the ledger of ink alone, which no stage is.
    pub fn repairs(&self) -> &[Repair] {
        &self.repairs
    }

    /// Adds what another one took, behind its own.
    pub fn append(&mut self, other: Sink) {
        self.diagnostics.extend(other.diagnostics);
        self.repairs.extend(other.repairs);
    }

    /// All that was noted, in order of arrival.
    pub fn into_parts(self) -> (Vec<Diagnostic>, Vec<Repair>) {
        (self.diagnostics, self.repairs)
    }
}
