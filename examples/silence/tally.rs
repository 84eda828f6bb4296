//! Faults made one by one, the notice checked again after each, and what was told of it counted.

use crate::faults::{CellFault, RowFault, spoil_cell, spoil_row};
use fubiao::check::{Finding, Suspect, check, coverage};
use fubiao::diag::Severity;
use fubiao::model::{Amount, Annex, Notice};
use std::collections::BTreeMap;

/// What became of the faults of one kind in cells that as many identities cover.
#[derive(Debug, Clone, Default)]
pub struct CellTally {
    /// Faults made.
    pub made: usize,
    /// A finding that the untouched notice does not have names the cell among its suspects.
    pub found: usize,
    /// The cell stands first.
    pub first: usize,
    /// It stands first, and the proposal is what was printed before.
    pub right: usize,
    /// No suspect is likelier than it, though some may be as likely.
    pub likeliest: usize,
    /// Suspects that stand before it, in all, where it was found and not first.
    pub before: usize,
    /// Suspects as likely as it, itself counted, in all, where it was found.
    pub equal: usize,
    /// Not found, and a finding about the column before the fault is gone: the fault makes its sum hold, or the sum
    /// was broken already and the finding now says so in other figures.
    pub excused: usize,
}

/// What became of the faults of one kind in rows.
#[derive(Debug, Clone, Default)]
pub struct RowTally {
    /// Faults made.
    pub made: usize,
    /// A new finding doubts a cell of the row; for a lost row, one is about the sum it is missing
    /// from.
    pub named: usize,
    /// The first suspect of a new finding is of the row; for a lost row, the finding says with
    /// which figures a row may be missing.
    pub first: usize,
    /// New findings doubt cells of the annex, but none does the row.
    pub annex: usize,
}

/// Everything counted, over all notices.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Notices.
    pub notices: usize,
    /// Errors, warnings and notes of the untouched notices.
    pub untouched: [usize; 3],
    /// By kind of fault and number of identities: 0, 1, and 2 for two or more.
    pub cells: BTreeMap<(CellFault, usize), CellTally>,
    /// By kind of fault.
    pub rows: BTreeMap<RowFault, RowTally>,
}

impl Tally {
    /// Makes every fault in a notice, one at a time.
    pub fn add(&mut self, notice: &Notice) {
        let untouched = check(notice);
        self.notices += 1;
        for finding in &untouched {
            self.untouched[match finding.severity {
                Severity::Error => 0,
                Severity::Warning => 1,
                Severity::Note => 2,
            }] += 1;
        }
        self.add_cells(notice, &untouched);
        self.add_rows(notice, &untouched);
    }

    fn add_cells(&mut self, notice: &Notice, untouched: &[Finding]) {
        let covered = coverage(notice);
        let mut spoilt = notice.clone();
        for (a, annex) in notice.annexes.iter().enumerate() {
            for (r, row) in annex.rows.iter().enumerate() {
                for (c, cell) in row.cells.iter().enumerate() {
                    for fault in CellFault::ALL {
                        let Some(wrong) = spoil_cell(cell, fault, draw([a, r, c])) else {
                            continue;
                        };
                        spoilt.annexes[a].rows[r].cells[c] = wrong;
                        let found = check(&spoilt);
                        let told = Told {
                            annex: annex.number,
                            row: row.number,
                            column: &annex.columns[c].path,
                            was: cell.value,
                            new: &new_findings(&found, untouched),
                            gone: untouched.iter().any(|finding| {
                                let of_column = |s: &Suspect| {
                                    s.annex == annex.number && s.column == annex.columns[c].path
                                };
                                finding.suspects.iter().any(of_column) && !found.contains(finding)
                            }),
                        };
                        let by_identities = covered[a][r][c].min(2);
                        self.cells.entry((fault, by_identities)).or_default().add(&told);
                    }
                    spoilt.annexes[a].rows[r].cells[c] = cell.clone();
                }
            }
        }
    }

    fn add_rows(&mut self, notice: &Notice, untouched: &[Finding]) {
        let mut spoilt = notice.clone();
        for (a, annex) in notice.annexes.iter().enumerate() {
            for r in 0..annex.rows.len() {
                for fault in RowFault::ALL {
                    let Some((wrong, rows)) = spoil_row(annex, r, fault) else {
                        continue;
                    };
                    spoilt.annexes[a] = wrong;
                    let found = check(&spoilt);
                    let new = new_findings(&found, untouched);
                    let told = ToldOfRow { annex: &spoilt.annexes[a], rows: &rows, new: &new };
                    self.rows.entry(fault).or_default().add(fault, &told);
                }
            }
            spoilt.annexes[a] = annex.clone();
        }
    }
}

/// What the findings say after a fault in a cell.
struct Told<'f> {
    annex: u32,
    row: u32,
    column: &'f [String],
    /// What was printed before.
    was: Option<Amount>,
    new: &'f [&'f Finding],
    /// Whether the untouched notice has a finding about the cell's column that is gone.
    gone: bool,
}

impl CellTally {
    fn add(&mut self, told: &Told) {
        let is_it =
            |s: &Suspect| (s.annex, s.row) == (told.annex, told.row) && s.column == told.column;
        self.made += 1;
        // Of several findings that name the cell, the one that names it earliest.
        let named = told.new.iter().filter_map(|finding| {
            Some((finding.suspects.iter().position(is_it)?, &finding.suspects))
        });
        let Some((at, suspects)) = named.min_by_key(|&(at, _)| at) else {
            self.excused += usize::from(told.gone);
            return;
        };
        let rank = suspects[at].rank;
        self.found += 1;
        self.first += usize::from(at == 0);
        let proposed = suspects[at].proposed.map(Amount::decimal);
        self.right += usize::from(at == 0 && proposed == told.was.map(Amount::decimal));
        self.likeliest += usize::from(rank == 1);
        self.before += at;
        self.equal += suspects.iter().filter(|suspect| suspect.rank == rank).count();
    }
}

/// What the findings say after a fault in a row.
struct ToldOfRow<'f> {
    annex: &'f Annex,
    /// The rows that should be named, from 1.
    rows: &'f [u32],
    new: &'f [&'f Finding],
}

impl RowTally {
    fn add(&mut self, fault: RowFault, told: &ToldOfRow) {
        let of_annex = |s: &Suspect| s.annex == told.annex.number;
        let of_row = |s: &Suspect| of_annex(s) && told.rows.contains(&s.row);
        let is_of_row = |finding: &&&Finding| match fault {
            RowFault::Lost => finding.places.iter().any(|place| {
                let rows =
                    told.rows.iter().filter_map(|row| told.annex.rows.get(*row as usize - 1));
                rows.flat_map(|row| &row.cells).any(|cell| cell.place == *place)
            }),
            _ => finding.suspects.iter().any(of_row),
        };
        let is_first = |finding: &&Finding| match fault {
            RowFault::Lost => finding.message.en.contains("missing"),
            _ => finding.suspects.first().is_some_and(of_row),
        };
        let of_row: Vec<&Finding> = told.new.iter().filter(is_of_row).copied().collect();
        self.made += 1;
        self.named += usize::from(!of_row.is_empty());
        self.first += usize::from(of_row.iter().any(is_first));
        let annex_only = || told.new.iter().any(|finding| finding.suspects.iter().any(of_annex));
        self.annex += usize::from(of_row.is_empty() && annex_only());
    }
}

/// The findings that the untouched notice does not have.
fn new_findings<'f>(found: &'f [Finding], untouched: &[Finding]) -> Vec<&'f Finding> {
    found.iter().filter(|finding| !untouched.contains(finding)).collect()
}

/// A number drawn from a place alone (SplitMix64, Steele et al. 2014).
fn draw(place: [usize; 3]) -> u64 {
    place.iter().fold(0x9E37_79B9_7F4A_7C15, |seed, &part| {
        let mut z = (seed ^ part as u64).wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    })
}
