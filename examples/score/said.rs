//! What a reading says is doubtful: its errors and warnings, and the annexes they speak of.

use fubiao::diag::Severity;
use fubiao::pipeline::Reading;
use std::collections::BTreeSet;

/// What the errors and warnings of a reading speak of. Notes do not count: nobody acts on them.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// How many there are, findings and diagnostics.
    pub count: usize,
    /// Annexes with a cell that is a suspect, or with a cell on a page that is spoken of.
    pub annexes: BTreeSet<u32>,
}

/// What this reading says.
pub fn said(reading: &Reading) -> Said {
    let mut said = Said::default();
    let mut pages = BTreeSet::new();
    for finding in reading.findings.iter().filter(|finding| finding.severity > Severity::Note) {
        said.count += 1;
        said.annexes.extend(finding.suspects.iter().map(|suspect| suspect.annex));
        pages.extend(finding.places.iter().map(|place| place.page));
    }
    for diagnostic in reading.diagnostics.iter().filter(|d| d.severity > Severity::Note) {
        said.count += 1;
        pages.extend(diagnostic.place.map(|place| place.page));
    }
    for annex in &reading.notice.annexes {
        let mut cells = annex.rows.iter().flat_map(|row| &row.cells);
        if cells.any(|cell| pages.contains(&cell.place.page)) {
            said.annexes.insert(annex.number);
        }
    }
    said
}
