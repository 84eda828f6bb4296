//! Markdown in a text: tables with pipes and tables in HTML, as other converters write them, and marks of headings and
//! emphasis, which are no part of what they mark. Told tables as those with tabs; any other markup stays as typed.

use super::TextLine;
use super::sheet::{CELL, left_of, run, top_of};
use crate::carrier::page::{KnownCell, KnownTable, Page};
use crate::carrier::width::width_of;
use crate::carrier::within;
use crate::error::Error;
use crate::options::Limits;
use crate::place::Spot;
use std::ops::Range;

/// Cells of empty paper at each side of a column.
const PADDING: usize = 1;
/// A table in HTML takes so many lines at most.
#[cfg(feature = "html")]
const MOST_LINES: usize = 100_000;

/// A table that the text tells.
#[derive(Debug)]
pub(super) struct Told {
    cells: Vec<ToldCell>,
    pub rows: usize,
    cols: usize,
    /// How many lines it takes.
    pub lines: usize,
}

#[derive(Debug)]
struct ToldCell {
    row: usize,
    col: usize,
    rowspan: usize,
    colspan: usize,
    text: String,
    spot: Spot,
}

/// Whether a text is Markdown: it has a table with pipes, or headings behind number signs.
pub(super) fn is_markdown(lines: &[TextLine]) -> bool {
    let mut fenced = false;
    lines.iter().enumerate().any(|(at, line)| {
        fenced ^= line.text.trim_start().starts_with("```");
        !fenced
            && (heading(line.text) > 0
                || is_row(line.text) && lines.get(at + 1).is_some_and(is_delimiter))
    })
}

/// How many characters mark a line as a heading: those of `## ` are three.
fn heading(line: &str) -> usize {
    let signs = line.chars().take_while(|c| *c == '#').count();
    if (1..=6).contains(&signs) && line[signs..].starts_with(' ') { signs + 1 } else { 0 }
}

/// The characters of a line that mark others and are not printed: of a heading, of emphasis.
pub(super) fn marks(line: &str) -> Vec<Range<usize>> {
    let mut marks = Vec::new();
    let chars: Vec<char> = line.chars().collect();
    let lead = heading(line);
    if lead > 0 {
        marks.push(0..lead);
    }
    let stars: Vec<usize> =
        (lead..chars.len().saturating_sub(1)).filter(|&i| chars[i..i + 2] == ['*', '*']).collect();
    let mut free = 0;
    let pairs: Vec<usize> = stars
        .into_iter()
        .filter(|&at| {
            let is_own = at >= free;
            free = if is_own { at + 2 } else { free };
            is_own
        })
        .collect();
    for pair in pairs.chunks_exact(2) {
        marks.extend([pair[0]..pair[0] + 2, pair[1]..pair[1] + 2]);
    }
    marks
}

/// The table that the lines begin with.
///
/// # Errors
/// [`crate::error::ErrorKind::Limit`].
pub(super) fn table_from(lines: &[TextLine], limits: &Limits) -> Result<Option<Told>, Error> {
    let Some(first) = lines.first() else { return Ok(None) };
    if is_row(first.text) && lines.get(1).is_some_and(is_delimiter) {
        return with_pipes(lines, limits).map(Some);
    }
    #[cfg(feature = "html")]
    if first.text.trim_start().to_ascii_lowercase().starts_with("<table") {
        return in_html(lines, limits);
    }
    Ok(None)
}

fn is_row(line: &str) -> bool {
    line.contains('|') && !line.contains('\t')
}

/// Whether a line parts the header of a table from its rows: `|---|:-:|`.
fn is_delimiter(line: &TextLine) -> bool {
    let text = line.text.trim();
    text.contains('|') && text.contains('-') && text.chars().all(|c| "|:- ".contains(c))
}

fn with_pipes(lines: &[TextLine], limits: &Limits) -> Result<Told, Error> {
    let mut told = Told { cells: Vec::new(), rows: 0, cols: 0, lines: 0 };
    for (at, line) in lines.iter().enumerate() {
        if !is_row(line.text) {
            break;
        }
        told.lines += 1;
        // The second line parts the header from the rows.
        if at == 1 {
            continue;
        }
        let cells = split(line.text);
        told.cols = told.cols.max(cells.len());
        within(
            "max-table-cells",
            (told.rows as u64 + 1) * told.cols as u64,
            limits.table_cells.into(),
        )?;
        for (col, (column, text)) in cells.into_iter().enumerate() {
            let spot = Spot::Text { line: line.number, column };
            told.cells.push(ToldCell { row: told.rows, col, rowspan: 1, colspan: 1, text, spot });
        }
        told.rows += 1;
    }
    // Rows may leave out cells at their end.
    let missing: Vec<ToldCell> = (0..told.rows)
        .flat_map(|row| {
            let own: Vec<&ToldCell> = told.cells.iter().filter(|c| c.row == row).collect();
            let spot = own.last().map_or(Spot::Text { line: 1, column: 1 }, |cell| cell.spot);
            let (text, cols) = (String::new(), own.len()..told.cols);
            cols.map(move |col| ToldCell {
                row,
                col,
                rowspan: 1,
                colspan: 1,
                text: text.clone(),
                spot,
            })
            .collect::<Vec<_>>()
        })
        .collect();
    told.cells.extend(missing);
    told.cells.sort_by_key(|cell| (cell.row, cell.col));
    Ok(told)
}

/// The cells of a row, each with the column of its first character, counted from 1.
fn split(line: &str) -> Vec<(u32, String)> {
    let mut cells: Vec<(u32, String)> = Vec::new();
    let (mut cell, mut column, mut escaped) = (String::new(), 1u32, false);
    let mut end = |cell: &mut String, column: u32| {
        let lead = cell.chars().take_while(|c| c.is_whitespace()).count() as u32;
        cells.push((column + lead, plain(cell)));
        cell.clear();
    };
    for (c, at) in line.chars().zip(1u32..) {
        match c {
            '|' if !escaped => {
                end(&mut cell, column);
                column = at + 1;
            }
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            c => {
                if escaped && c != '|' {
                    cell.push('\\');
                }
                cell.push(c);
            }
        }
        escaped = false;
    }
    end(&mut cell, column);
    // Pipes at both ends of a line part nothing.
    if line.trim_start().starts_with('|') {
        cells.remove(0);
    }
    if line.trim_end().ends_with('|') && cells.len() > 1 {
        cells.pop();
    }
    cells
}

/// What a cell says: without marks of emphasis, broken lines side by side.
fn plain(cell: &str) -> String {
    let mut text = cell.replace("**", "").replace("&nbsp;", " ");
    for tag in ["<br>", "<br/>", "<br />"] {
        text = text.replace(tag, " ");
    }
    text.trim().to_owned()
}

#[cfg(feature = "html")]
fn in_html(lines: &[TextLine], limits: &Limits) -> Result<Option<Told>, Error> {
    let end = lines
        .iter()
        .take(MOST_LINES)
        .position(|line| line.text.to_ascii_lowercase().contains("</table"));
    let Some(end) = end else { return Ok(None) };
    let text = lines[..=end].iter().map(|line| line.text).collect::<Vec<_>>().join("\n");
    let Some(grid) = crate::carrier::html::only_table(&text, limits)? else { return Ok(None) };
    let number = lines[0].number;
    let (rows, cols) = (grid.row_numbers.len(), grid.col_numbers.len());
    within("max-table-cells", rows as u64 * cols as u64, limits.table_cells.into())?;
    let cells = crate::carrier::flow::covering(rows, cols, grid.cells);
    let cells = cells.into_iter().map(|cell| {
        let texts: Vec<&str> = cell.lines.iter().map(|line| line.text.trim()).collect();
        ToldCell {
            row: cell.row,
            col: cell.col,
            rowspan: cell.rowspan,
            colspan: cell.colspan,
            text: texts.join(" "),
            spot: Spot::Text { line: number, column: 1 },
        }
    });
    Ok(Some(Told { cells: cells.collect(), rows, cols, lines: end + 1 }))
}

/// Lays a table out from a row of the page on, and tells the page of its cells.
pub(super) fn lay(page: &mut Page, index: usize, told: Told) {
    let mut widths = vec![2; told.cols];
    for cell in told.cells.iter().filter(|cell| cell.colspan == 1) {
        widths[cell.col] = widths[cell.col].max(width_of(&cell.text));
    }
    let mut right = 0;
    let mut col_edges = vec![left_of(0)];
    for width in widths {
        right += width + 2 * PADDING;
        col_edges.push(left_of(right));
    }
    let mut cells = Vec::with_capacity(told.cells.len());
    for ToldCell { row, col, rowspan, colspan, text, spot } in told.cells {
        let first = page.runs.len();
        if !text.is_empty() {
            let left = col_edges[col] + PADDING as f32 * CELL;
            page.runs.push(run(&text, index + row, left, spot));
        }
        let runs = first..page.runs.len();
        cells.push(KnownCell { row, col, rowspan, colspan, runs, spot });
    }
    let row_edges = (0..=told.rows).map(|row| top_of(index + row)).collect();
    page.tables.push(KnownTable { row_edges, col_edges, cells });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<TextLine<'_>> {
        text.lines().zip(1..).map(|(text, number)| TextLine { number, text }).collect()
    }

    fn cells(text: &str) -> Vec<String> {
        let told = table_from(&lines(text), &Limits::default()).expect("within limits");
        let cell = |c: &ToldCell| {
            let Spot::Text { line, column } = c.spot else { return String::new() };
            format!("{},{} {}x{} {line}:{column} {}", c.row, c.col, c.rowspan, c.colspan, c.text)
        };
        told.map(|told| told.cells.iter().map(cell).collect()).unwrap_or_default()
    }

    #[test]
    fn tables_with_pipes_are_told() {
        let text = "| 市县 | **任务** |\n|---|---:|\n| 南昌\\|县 | 10<br>20 |\n| 合计 |\n\n后文";
        assert_eq!(
            cells(text),
            [
                "0,0 1x1 1:3 市县",
                "0,1 1x1 1:8 任务",
                "1,0 1x1 3:3 南昌|县",
                "1,1 1x1 3:11 10 20",
                "2,0 1x1 4:3 合计",
                "2,1 1x1 4:3 "
            ]
        );
        assert!(cells("a | b\n甲 | 乙").is_empty());
    }

    #[cfg(feature = "html")]
    #[test]
    fn tables_in_html_are_told() {
        let text = "<table>\n<tr><td rowspan=2>市县</td><td colspan=2>任务</td></tr>\n<tr><td>户</td><td>栋</td></tr></table>\n后文";
        assert_eq!(
            cells(text),
            ["0,0 2x1 1:1 市县", "0,1 1x2 1:1 任务", "1,1 1x1 1:1 户", "1,2 1x1 1:1 栋"]
        );
    }

    #[test]
    fn marks_are_no_text() {
        assert_eq!(marks("## **附件1**"), [0..3, 3..5, 8..10]);
        assert!(marks("2**3 = 8").is_empty() && marks("#标签").is_empty());
        assert!(is_markdown(&lines("# 通知\n正文")) && !is_markdown(&lines("甲|乙\n1|2")));
    }
}
