//! Sheets printed with the letters of their columns above and the numbers of their rows beside them, as a workbook's
//! program shows them: no part of the table.

use crate::diag::{Repair, Sink, Stage};
use crate::pattern::squeezed;
use crate::segment::outline::{Fragment, GridCell};

/// Takes the letters and numbers off a fragment: A, B, C over its columns from the second on, one number after the other
/// beside its rows, and nothing in the corner.
pub(super) fn without_headings(sink: &mut Sink, fragment: &mut Fragment) {
    let text = |cell: &GridCell| squeezed(cell.text.as_str()).into_owned();
    let (mut letters, mut numbers) = (Vec::new(), Vec::new());
    for cell in &fragment.cells {
        match (cell.row, cell.col) {
            (0, 0) if !text(cell).is_empty() => return,
            (0, 0) => {}
            (0, _) => letters.push((cell.colspan, text(cell))),
            (_, 0) => numbers.push((cell.rowspan, text(cell))),
            _ => {}
        }
    }
    let letter = |text: &str| match text.as_bytes() {
        [letter @ b'A'..=b'Z'] => Some(i64::from(*letter)),
        _ => None,
    };
    let number = |text: &str| text.parse::<i64>().ok();
    let of_columns = runs_on(&letters, letter) && letters.len() + 1 == fragment.cols();
    if !of_columns || !runs_on(&numbers, number) || numbers.len() + 1 != fragment.rows() {
        return;
    }
    let is_heading = |cell: &GridCell| cell.row == 0 || cell.col == 0;
    let gone: Vec<&GridCell> = fragment.cells.iter().filter(|cell| is_heading(cell)).collect();
    sink.repair(Repair {
        stage: Stage::Repair,
        rule: "sheet_headings",
        place: gone.iter().find_map(|cell| cell.text.place()),
        before: gone
            .iter()
            .map(|cell| cell.raw.as_str())
            .filter(|raw| !raw.is_empty())
            .collect::<Vec<_>>()
            .join(" "),
        after: String::new(),
    });
    fragment.cells.retain(|cell| !is_heading(cell));
    for cell in &mut fragment.cells {
        (cell.row, cell.col) = (cell.row - 1, cell.col - 1);
    }
    fragment.row_edges.remove(0);
    fragment.col_edges.remove(0);
    (fragment.bbox.x0, fragment.bbox.y0) = (fragment.col_edges[0], fragment.row_edges[0]);
}

/// Whether several texts, each of one row or column, run on by one.
fn runs_on(texts: &[(usize, String)], value: impl Fn(&str) -> Option<i64>) -> bool {
    let values: Option<Vec<i64>> =
        texts.iter().map(|(span, text)| value(text).filter(|_| *span == 1)).collect();
    values.is_some_and(|values| {
        values.len() > 1 && values.windows(2).all(|pair| pair[1] == pair[0] + 1)
    })
}
