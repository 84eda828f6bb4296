//! How much of a notice its own sums bear out, and how much of its reading is in doubt.

use crate::check::Rules;
use crate::check::figures::Figures;
use crate::check::identity::State;
use crate::model::{Cell, Status};
use std::collections::BTreeSet;

/// How much of a notice is borne out by its own sums, and how much is in doubt. A notice of which
/// nothing is said is not thereby right: where no identity covers a figure, a fault in it is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Its annexes, tables of the body among them.
    pub annexes: usize,
    /// Cells of the annexes with a figure.
    pub figures: usize,
    /// Identities whose terms are all figures.
    pub tried: usize,
    /// Of these, those that hold, rounding aside.
    pub held: usize,
    /// Of these, those that do not.
    pub broken: usize,
    /// Identities with text or something unreadable among their terms.
    pub untried: usize,
    /// Figures that no identity covers.
    pub uncovered: usize,
    /// Columns of figures of which none is covered.
    pub uncovered_columns: usize,
    /// Cells whose reading a diagnostic doubts.
    pub doubtful: usize,
}

impl Summary {
    /// Counts over the notice and its rules.
    pub(super) fn of(figures: &Figures, rules: &Rules) -> Summary {
        let notice = figures.notice;
        let covered: BTreeSet<usize> =
            rules.identities.iter().flat_map(|i| i.terms.iter().map(|term| term.var)).collect();
        let is_broken = |i: &&crate::check::identity::Identity| i.state() == State::Broken;
        let broken = rules.identities.iter().filter(is_broken).count();
        let mut summary = Summary {
            annexes: notice.annexes.len(),
            tried: rules.identities.len(),
            held: rules.identities.len() - broken,
            broken,
            untried: rules.untried,
            ..Summary::default()
        };
        let mut uncovered_columns = 0;
        let mut count = |cell: &Cell, var: usize| {
            let is_figure = cell.status == Status::Value;
            summary.figures += usize::from(is_figure);
            summary.uncovered += usize::from(is_figure && !covered.contains(&var));
            summary.doubtful += usize::from(!cell.doubt.is_empty());
        };
        for (index, annex) in notice.annexes.iter().enumerate() {
            let figures_of = |c: usize| {
                let rows = annex.rows.iter().enumerate();
                let is_figure = move |row: &crate::model::Row| {
                    row.cells.get(c).is_some_and(|cell| cell.status == Status::Value)
                };
                rows.filter(move |(_, row)| is_figure(row))
                    .map(move |(r, _)| figures.cell(index, r, c))
            };
            let is_bare = |c: &usize| {
                figures_of(*c).next().is_some() && figures_of(*c).all(|var| !covered.contains(&var))
            };
            uncovered_columns += (0..annex.columns.len()).filter(is_bare).count();
            for (r, row) in annex.rows.iter().enumerate() {
                let cells = row.cells.iter().take(annex.columns.len()).enumerate();
                cells.for_each(|(c, cell)| count(cell, figures.cell(index, r, c)));
            }
        }
        Summary { uncovered_columns, ..summary }
    }
}
