//! Whether what was solved is a table at all: prose must never be taken for one, nor a chart with its scales.

use crate::lexicon::{REGION_ENDINGS, is_han};
use crate::pattern::{Steps, squeezed};
use crate::segment::figures::is_figure;
use crate::segment::frame::imprint_role;
use crate::segment::outline::{Fragment, Role};
use crate::segment::tables::solve::Solved;
use crate::segment::tables::strips::is_one_figure;
use std::collections::BTreeMap;

/// Fewest rows of a table without rules, its header counted.
const MIN_ROWS: usize = 3;
/// Share of the rows that have a figure in one column at least.
const CARRIED: f32 = 0.5;
/// Share of the cells right of the first column, of those filled, that are figures.
const FIGURES: f32 = 0.5;
/// Share of a table's places that are filled.
const DENSE: f32 = 0.4;
/// A table of words without rules has at least this share of rows with all columns filled …
const FULL: f32 = 0.7;
/// … and no text of more characters than this.
const SHORT: usize = 60;
/// The imprint has no more lines.
const IMPRINT: usize = 4;

/// What a grid holds below its header.
struct Counts {
    rows: usize,
    columns: usize,
    /// Figures in each column.
    figures: Vec<usize>,
    /// Words in each column.
    words: Vec<usize>,
    /// Filled places in each row.
    filled: Vec<usize>,
    longest: usize,
    /// Numbers in the first column, top down.
    serials: Vec<u32>,
}

impl Counts {
    fn of(fragment: &Fragment, header: usize) -> Counts {
        let (rows, columns) = (fragment.rows().saturating_sub(header), fragment.cols());
        let mut counts = Counts {
            rows,
            columns,
            figures: vec![0; columns],
            words: vec![0; columns],
            filled: vec![0; rows],
            longest: 0,
            serials: Vec::new(),
        };
        let cells = fragment.cells.iter().filter(|c| c.row >= header && !c.text.is_empty());
        for cell in cells {
            let text = cell.text.as_str();
            counts.filled[cell.row - header] += 1;
            counts.longest = counts.longest.max(text.chars().count());
            if is_figure(text) {
                counts.figures[cell.col] += 1;
            } else {
                counts.words[cell.col] += 1;
            }
            if cell.col == 0 {
                counts.serials.extend(text.trim().parse::<u32>());
            }
        }
        counts
    }

    /// The most figures in a column that holds little else.
    fn carried(&self) -> usize {
        let of_figures = |&c: &usize| self.words[c] <= self.figures[c] / 3;
        (1..self.columns).filter(of_figures).map(|c| self.figures[c]).max().unwrap_or(0)
    }

    /// Whether the first column numbers the rows.
    fn is_numbered(&self) -> bool {
        self.columns > 2
            && self.serials.len() >= MIN_ROWS
            && 2 * self.serials.len() > self.rows
            && self.serials.windows(2).all(|w| w[1] == w[0].saturating_add(1))
    }
}

/// Whether a grid is none of a table: beside a chart, or the imprint between its rules.
pub(super) fn is_of_no_table(fragment: &Fragment) -> bool {
    is_of_scales(fragment) || is_imprint(fragment)
}

/// Whether a grid is a line of words, each with what it stands for beside it: 基准年 | 2020年 | 折算系数 | 0.85 | 批次 | 第2批. Some
/// are figures and some are not, as in no row of a list in panels.
pub(super) fn is_of_parameters(fragment: &Fragment) -> bool {
    let text = |col: usize| fragment.covering(0, col).map_or("", |cell| cell.text.as_str());
    let (labels, values): (Vec<usize>, Vec<usize>) =
        (0..fragment.cols()).partition(|col| col % 2 == 0);
    let is_label = |&col: &usize| {
        !text(col).is_empty() && text(col).chars().all(is_han) && !text(col).ends_in(REGION_ENDINGS)
    };
    let is_value = |&col: &usize| text(col).contains(|c: char| c.is_ascii_digit());
    fragment.rows() == 1
        && labels.len() > 1
        && labels.len() == values.len()
        && labels.iter().all(is_label)
        && values.iter().all(is_value)
        && values.iter().any(|&col| !is_figure(text(col)))
}

/// Whether a grid is the imprint (GB/T 9704-2012, 7.4): a row of those who get copies, 抄送：…, and one of who printed it.
fn is_imprint(fragment: &Fragment) -> bool {
    let role_of = |row: usize| {
        let cells = fragment.cells.iter().filter(|cell| cell.row == row);
        imprint_role(&squeezed(&cells.map(|cell| cell.text.as_str()).collect::<String>()))
    };
    let roles: Vec<Option<Role>> = (0..fragment.rows().min(IMPRINT)).map(role_of).collect();
    fragment.rows() <= IMPRINT
        && roles.first() == Some(&Some(Role::CopiedTo))
        && roles.contains(&Some(Role::Printing))
}

/// Whether all figures are those of scales, as beside a chart: in each column that has any, four or more in equal steps
/// down the page, wider than those of serial numbers.
fn is_of_scales(fragment: &Fragment) -> bool {
    let mut columns: BTreeMap<usize, Vec<(usize, i64)>> = BTreeMap::new();
    for cell in &fragment.cells {
        for word in cell.text.as_str().split_whitespace().filter(|w| is_one_figure(w)) {
            let Ok(figure) = word.parse::<i64>() else { return false };
            columns.entry(cell.col).or_default().push((cell.row, figure));
        }
    }
    let is_scale = |figures: &mut Vec<(usize, i64)>| {
        figures.sort_by_key(|figure| figure.0);
        let step = figures.first().zip(figures.get(1)).map_or(0, |(a, b)| a.1 - b.1);
        figures.len() > 3 && step > 1 && figures.windows(2).all(|w| w[0].1 - w[1].1 == step)
    };
    !columns.is_empty() && columns.values_mut().all(is_scale)
}

/// Whether a grid without rules is a table: it holds figures in columns, a list with serial numbers before it, or short
/// words in many columns, row after row.
pub(super) fn without_rules(solved: &Solved) -> bool {
    let counts = Counts::of(&solved.fragment, solved.header);
    if is_of_no_table(&solved.fragment) {
        return false;
    }
    if counts.rows + solved.header.min(1) < MIN_ROWS || counts.rows == 0 {
        return false;
    }
    let filled: usize = counts.filled.iter().sum();
    let dense = filled as f32 >= DENSE * (counts.rows * counts.columns) as f32;
    let carried = counts.carried() as f32 >= CARRIED * counts.rows as f32 && counts.carried() > 1;
    let figures: usize = counts.figures[1..].iter().sum();
    let words: usize = counts.words[1..].iter().sum();
    let full = counts.filled.iter().filter(|&&n| n == counts.columns).count();
    let list = counts.columns > 3
        && full >= MIN_ROWS
        && full as f32 >= FULL * counts.rows as f32
        && counts.longest <= SHORT;
    counts.is_numbered()
        || list
        || (dense && (carried || figures as f32 >= FIGURES * (figures + words) as f32))
}

/// Whether a grid between `rules` rules is a table. Two rules may as well close off a head or a foot of prose, and blanks
/// to be filled in are underlined: words in columns need a header that fills all of them, or a rule at every row.
pub(super) fn between_rules(solved: &Solved, rules: usize) -> bool {
    let fragment = &solved.fragment;
    let all = Counts::of(fragment, 0);
    let body = Counts::of(fragment, solved.header);
    if is_of_no_table(fragment) {
        return false;
    }
    if all.rows < 2 && !is_row_of_figures(&all) {
        return false;
    }
    let half = fragment.cols().div_ceil(2).max(2);
    let carried = all.filled.iter().filter(|&&n| n >= half).count() > 1;
    let whole = all.filled.contains(&fragment.cols());
    let header = whole && carried && rules > 2;
    let full = (all.filled[0] == fragment.cols() || solved.header > 1) && header;
    let every = 2 * (rules - 1) >= all.rows && header;
    full || every
        || without_rules(solved)
        || (body.rows > 0 && body.carried() * 2 >= body.rows)
        || is_row_of_figures(&all)
}

/// Whether every row is a name and its figures: the last rows of a table, which a page break parted from their header, may
/// be few.
fn is_row_of_figures(counts: &Counts) -> bool {
    let figures: usize = counts.figures.iter().sum();
    counts.rows > 0
        && figures >= 2 * counts.rows
        && counts.words.iter().sum::<usize>() >= counts.rows
}
