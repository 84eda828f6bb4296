//! A ruled lattice in, one with the rules that are missing out: where rules stand around a table, or
//! between its columns alone, the text tells the rows and columns within.

use crate::segment::cells::{Lattice, Token, band};
use crate::segment::columns;
use crate::segment::figures::is_figure;
use std::collections::BTreeMap;

/// Fewest lines that show columns where no rule does.
const MIN_LINES: usize = 3;
/// Share of the lines that have a piece in several of the columns.
const SHARED_LINES: f32 = 0.6;
/// Share of the pieces of a column that are figures, where it is to show rows or columns.
const FIGURES: f32 = 0.8;
/// A piece fits a column if it reaches no further than this beyond it.
const FITS: f32 = 2.0;

/// The lattice with the columns and rows that its text shows within its rules.
pub(super) fn refine(lattice: Lattice, tokens: &[Token], limit: usize) -> Lattice {
    let mut by_col: Vec<Vec<&Token>> = vec![Vec::new(); lattice.cols()];
    for token in tokens {
        by_col[lattice.slot(&token.piece.bbox).1].push(token);
    }
    let mut xs = Vec::new();
    for (c, tokens) in by_col.iter().enumerate() {
        let (from, to) = (lattice.xs[c], lattice.xs[c + 1]);
        let within =
            tokens.iter().filter(|t| t.piece.bbox.x0 > from - 1.0 && t.piece.bbox.x1 < to + 1.0);
        xs.extend(inner_columns(within.copied().cloned().collect()));
    }
    let fits = |rows: usize, cols: usize| rows.saturating_mul(cols) <= limit;
    let mut lattice = if xs.is_empty() || !fits(lattice.rows(), lattice.cols() + xs.len()) {
        lattice
    } else {
        lattice.with_columns(&xs, tokens)
    };
    divide_merged(&mut lattice, tokens);
    let mut by_row: Vec<Vec<Token>> = vec![Vec::new(); lattice.rows()];
    for token in tokens {
        by_row[lattice.slot(&token.piece.bbox).0].push(token.clone());
    }
    let ys: Vec<f32> = by_row.into_iter().flat_map(|tokens| inner_rows(&lattice, tokens)).collect();
    if ys.is_empty() || !fits(lattice.rows() + ys.len(), lattice.cols()) {
        lattice
    } else {
        lattice.with_rows(&ys)
    }
}

/// Puts walls up in rows that are ruled below alone, under a header that is ruled both ways: a cell
/// over several columns that holds a piece in each is no merged cell.
fn divide_merged(lattice: &mut Lattice, tokens: &[Token]) {
    let (cells, owner) = lattice.cells();
    let cols = lattice.cols();
    let mut held: Vec<Vec<&Token>> = vec![Vec::new(); cells.len()];
    for token in tokens {
        let (row, col) = lattice.slot(&token.piece.bbox);
        held[owner[row * cols + col]].push(token);
    }
    let mut divided: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (i, cell) in cells.iter().enumerate().filter(|(_, c)| c.colspan > 1) {
        let col = |t: &Token| band(&lattice.xs, t.piece.bbox.center().x);
        let fits = held[i].iter().all(|t| {
            let (c, bbox) = (col(t), &t.piece.bbox);
            lattice.xs[c] - FITS <= bbox.x0 && bbox.x1 <= lattice.xs[c + 1] + FITS
        });
        let beside = held[i].windows(2).any(|w| w[0].line == w[1].line && col(w[0]) != col(w[1]));
        let figures = held[i].iter().any(|t| is_figure(t.piece.text.as_str()));
        if fits && beside && figures {
            divided.entry((cell.col, cell.colspan)).or_default().push(i);
        }
    }
    for rows in divided.into_values().filter(|rows| rows.len() > 1) {
        for cell in rows.into_iter().map(|i| &cells[i]) {
            for r in cell.row..cell.row + cell.rowspan {
                for c in cell.col..cell.col + cell.colspan - 1 {
                    lattice.close_right(r, c);
                }
            }
        }
    }
}

/// Where columns meet within one ruled column.
fn inner_columns(tokens: Vec<Token>) -> Vec<f32> {
    let rows = columns::rows_of(tokens);
    let several = rows.iter().filter(|r| r.tokens.len() > 1).count();
    if several < MIN_LINES || (several as f32) < SHARED_LINES * rows.len() as f32 {
        return Vec::new();
    }
    let columns = columns::columns(&rows);
    let mut figures = vec![0usize; columns.len()];
    let mut all = vec![0usize; columns.len()];
    for token in rows.iter().flat_map(|r| &r.tokens) {
        if let Some(c) = columns::column_of(&columns, &token.piece.bbox) {
            all[c] += 1;
            figures[c] += usize::from(is_figure(token.piece.text.as_str()));
        }
    }
    let told = (0..columns.len())
        .any(|c| figures[c] >= MIN_LINES && figures[c] as f32 >= FIGURES * (all[c] - 1) as f32);
    if !told {
        return Vec::new();
    }
    columns.windows(2).map(|w| (w[0].x1 + w[1].x0) / 2.0).collect()
}

/// Where rows meet within one ruled row: figures that stand one below the other in several columns
/// are figures of several rows, while a name on several lines is one name.
fn inner_rows(lattice: &Lattice, tokens: Vec<Token>) -> Vec<f32> {
    let rows = columns::rows_of(tokens);
    if rows.len() < 2 {
        return Vec::new();
    }
    let col = |t: &Token| band(&lattice.xs, t.piece.bbox.center().x);
    let mut figures = vec![0usize; lattice.cols()];
    let mut all = vec![0usize; lattice.cols()];
    for token in rows.iter().flat_map(|r| &r.tokens) {
        all[col(token)] += 1;
        figures[col(token)] += usize::from(is_figure(token.piece.text.as_str()));
    }
    let stacked = |c: usize| figures[c] > 1 && figures[c] as f32 >= FIGURES * all[c] as f32;
    let stacks = (0..lattice.cols()).filter(|&c| stacked(c)).count();
    let anchors: Vec<bool> = rows
        .iter()
        .map(|r| r.tokens.iter().any(|t| stacked(col(t)) && is_figure(t.piece.text.as_str())))
        .collect();
    let count = anchors.iter().filter(|&&a| a).count();
    // Two telephone numbers of one person stand one below the other too; then the first column does
    // not go along.
    let names = (0..lattice.cols()).find(|&c| !stacked(c) && all[c] > 0);
    if stacks == 0 || (stacks == 1 && names.is_none_or(|c| all[c] != count)) {
        return Vec::new();
    }
    columns::body_rows(&rows, &anchors)
        .windows(2)
        .map(|w| (rows[w[0].end - 1].y() + rows[w[1].start].y()) / 2.0)
        .collect()
}
