//! The table that sets a letterhead: the names of the authorities one below the other, 文件 in the middle of their
//! right side. It is no table of the notice; its lines are those that a letterhead without a table has.

use super::flow::{Align, Grid, TextLine};
use crate::lexicon::AUTHORITIES;

/// The word of a letterhead.
const WORD: &str = "文件";
/// Names of authorities are no longer, in characters.
const LONGEST: usize = 40;
/// Authorities that issue one notice together, at most.
const MOST: usize = 12;

/// Whether the text without white space is the name of an authority and nothing else.
pub(super) fn is_authority(text: &str) -> bool {
    let name = text.strip_suffix(WORD).unwrap_or(text);
    (3..=LONGEST).contains(&name.chars().count())
        && AUTHORITIES.iter().any(|ending| name.ends_with(ending))
        && name.chars().all(|c| c.is_alphabetic() || matches!(c, '（' | '）' | '(' | ')'))
}

/// The lines of the letterhead that a table sets, each with its row and column; `None` for another table.
pub(super) fn lines(grid: &Grid) -> Option<Vec<(usize, usize, TextLine)>> {
    let filled = || grid.cells.iter().filter(|cell| !cell.lines.is_empty());
    if filled().nth(MOST + 1).is_some() {
        return None;
    }
    let mut cells: Vec<_> = filled().collect();
    cells.sort_by_key(|cell| (cell.row, cell.col));
    let compact =
        |line: &TextLine| -> String { line.text.chars().filter(|c| !c.is_whitespace()).collect() };
    let (words, names): (Vec<_>, Vec<_>) = cells
        .into_iter()
        .flat_map(|cell| cell.lines.iter().map(move |line| (cell.row, cell.col, line)))
        .partition(|(.., line)| compact(line) == WORD);
    let is_one = words.len() == 1
        && !names.is_empty()
        && names.iter().all(|(.., line)| is_authority(&compact(line)));
    if !is_one {
        return None;
    }
    let mut lines: Vec<(usize, usize, TextLine)> = Vec::with_capacity(names.len());
    for (row, col, line) in names {
        lines.push((row, col, TextLine { align: Align::Middle, ..line.clone() }));
    }
    if let Some((.., last)) = lines.last_mut() {
        last.text.push_str(WORD);
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::flow::GridCell;

    fn grid(cells: &[(usize, usize, usize, &str)]) -> Grid {
        let cell = |&(row, col, rowspan, text): &(usize, usize, usize, &str)| {
            let lines = vec![TextLine { text: text.to_owned(), ..TextLine::default() }];
            GridCell { row, col, rowspan, colspan: 1, lines }
        };
        Grid { cells: cells.iter().map(cell).collect(), ..Grid::default() }
    }

    #[test]
    fn a_letterhead_set_in_a_table_is_lines() {
        let of = |cells: &[_]| {
            let lines = lines(&grid(cells))?;
            Some(lines.into_iter().map(|(.., line)| line.text).collect::<Vec<_>>().join("|"))
        };
        let joint =
            [(0, 0, 1, "某省住房和城乡建设厅"), (0, 1, 2, "文　件"), (1, 0, 1, "某省财政厅")];
        assert_eq!(of(&joint).as_deref(), Some("某省住房和城乡建设厅|某省财政厅文件"));
        assert_eq!(of(&[(0, 0, 1, "某省人民政府"), (0, 1, 1, "1")]), None);
        assert_eq!(of(&[(0, 0, 1, "名称"), (0, 1, 1, "文件")]), None);
    }
}
