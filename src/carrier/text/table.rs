//! Consecutive lines with tabs in, a table out: a text shows a table's columns by tabs, so its cells are
//! told, and nothing of them has to be found.
//!
//! Layouts served: trailing blank cells there or dropped; a blank before a figure (its tab keeps the
//! column); a row torn after its name, which leaves a line without a tab; a header in two or three
//! tiers, whose spans a text can show by blank cells alone.

use super::TextLine;
use super::sheet::{CELL, left_of, run, top_of};
use crate::carrier::page::{KnownCell, KnownTable, Page};
use crate::carrier::width::{cells_of, width_of};
use crate::carrier::within;
use crate::error::Error;
use crate::lexicon;
use crate::options::Limits;
use crate::pattern::{Steps, digit, numeral};
use crate::place::Spot;
use std::borrow::Cow;

/// Cells of empty paper at each side of a column.
const PADDING: usize = 1;
/// A header has at most as many tiers.
const TIERS: usize = 4;

/// A row as the text shows it.
#[derive(Debug)]
pub(super) struct TabbedRow<'a> {
    /// Line in the file, counted from 1.
    line: u32,
    /// The cells from left to right; blank ones too.
    cells: Vec<TabbedCell<'a>>,
    /// Column behind a tab at its end.
    end: u32,
}

/// What stands between two tabs.
#[derive(Debug)]
struct TabbedCell<'a> {
    /// Its line in the file, counted from 1.
    line: u32,
    /// Column of its first character in the line, counted from 1.
    column: u32,
    /// Without spaces at its ends; of several lines where it is quoted.
    text: Cow<'a, str>,
}

/// What lines with tabs turn out to be.
#[derive(Debug)]
pub(super) enum Block<'a> {
    /// The rows of a table, one a line.
    Table(Vec<TabbedRow<'a>>),
    /// So many lines of running text, at least one: no line has two filled cells.
    Text(usize),
}

/// What the lines begin with; there must be one at least.
pub(super) fn block_from<'a>(lines: &[TextLine<'a>]) -> Block<'a> {
    if !lines.first().is_some_and(|l| l.text.contains('\t')) {
        return Block::Text(1);
    }
    let captions = captions(lines);
    if captions > 0 {
        return Block::Text(captions);
    }
    let mut rows: Vec<TabbedRow> = Vec::new();
    let mut name_cells = 0;
    for line in lines {
        let tabbed = line.text.contains('\t') && !is_prose_with_tab(line.text);
        let trimmed = line.text.trim();
        if trimmed.is_empty() || !(tabbed || is_torn_row(trimmed, name_cells)) {
            break;
        }
        let row = split_row(line);
        name_cells = name_cells.max(row.cells.first().map_or(0, |c| width_of(&c.text)));
        rows.push(row);
    }
    if rows.iter().any(is_parted) { Block::Table(rows) } else { Block::Text(rows.len().max(1)) }
}

/// How many lines a table has above its header that are captions and have tabs beside them, as what is copied out of a
/// sheet has: the unit of the figures, a title above it.
fn captions(lines: &[TextLine]) -> usize {
    let alone = |line: &TextLine| -> Option<String> {
        let mut cells = line.text.split('\t').map(str::trim).filter(|cell| !cell.is_empty());
        let cell = cells.next().filter(|_| cells.next().is_none())?;
        Some(cell.chars().filter(|c| !c.is_whitespace()).collect())
    };
    let is_unit = |text: &String| lexicon::named_unit(text).is_some();
    let alone = lines.iter().take(TIERS).map_while(alone);
    alone.collect::<Vec<_>>().iter().rposition(is_unit).map_or(0, |at| at + 1)
}

/// Whether the line is running text with a tab after its number or before its first word: no row.
fn is_prose_with_tab(line: &str) -> bool {
    let text = line.trim_start();
    let numbered = after_heading_number(text).or_else(|| {
        let rest = text.trim_start_matches(digit_of_text);
        rest.strip_prefix(['.', '．', '、']).filter(|_| rest.len() < text.len())
    });
    // The tab may stand anywhere in the white space around the number of an annex.
    let labelled = |label: &str| {
        let number = label.trim_start();
        let behind = number.trim_start_matches(digit_of_text);
        let mark = behind.trim_start();
        let has_tab = |text: &str, rest: &str| text[..text.len() - rest.len()].contains('\t');
        has_tab(label, number) || has_tab(behind, mark) || mark.skip(['：', ':']).starts_with('\t')
    };
    let indented = line.trim_start_matches('\t');
    numbered.is_some_and(|rest| rest.starts_with('\t'))
        || text.strip_prefix("附件").is_some_and(labelled)
        || indented.len() < line.len()
            && !indented.contains('\t')
            && (indented.ends_with(['。', '；', '：']) || indented.chars().count() >= 30)
}

/// Whether a line below a table is no row of it: page numbers, labels, captions, notes, headings.
fn is_no_row(line: &str) -> bool {
    let digits = |text: &str| text.trim_start_matches(digit_of_text).len() < text.len();
    let dashed = |rest: &str| rest.trim_start().starts_with(digit_of_text);
    let of_page = |rest: &str| {
        let number = rest.trim_start();
        let behind = number.trim_start_matches(digit_of_text);
        digits(number) && behind.trim_start().starts_with('页')
    };
    let of_note = |rest: &str| {
        let behind = rest.trim_start().trim_start_matches(digit_of_text);
        behind.starts_with(['：', ':', '.'])
    };
    let of_year = |rest: &str| rest.starts_with('年');
    line.ends_with(['。', '；', '：', ':'])
        || line.begins_with(&["附件", "附表", "备注", "说明", "续", "（续", "(续", "抄送"])
        || line.strip_prefix(['—', '–', '―', '－', '-']).is_some_and(dashed)
        || line.strip_prefix('第').is_some_and(of_page)
        || line.strip_prefix('注').is_some_and(of_note)
        || line.skip_word(&["金额"]).begins_with(&["单位：", "单位:"])
        || after_heading_number(line).is_some()
        || line.after_run(digit_of_text, 4..=4).is_some_and(of_year)
}

/// Behind the number of a heading: 一、 （一）.
fn after_heading_number(text: &str) -> Option<&str> {
    let open = text.skip(['（', '(']);
    let behind = open.after_run(numeral, 1..=usize::MAX)?;
    let closing: &[char] = if open.len() < text.len() { &['）', ')'] } else { &['、'] };
    behind.strip_prefix(closing)
}

/// A digit of half or full width: a text is as it was typed, its widths not yet mended.
fn digit_of_text(c: char) -> bool {
    digit(c) || matches!(c, '０'..='９')
}

/// Whether a line without a tab, right below a row, is a row with its first cell alone: it looks
/// like no element of a notice, and is about as short as the names above it.
fn is_torn_row(line: &str, name_cells: usize) -> bool {
    let width = width_of(line);
    width <= (2 * name_cells).clamp(12, 40) && !is_no_row(line)
}

/// A row whose cells are lines of their own.
pub(super) fn row_of_lines<'a>(lines: &[TextLine<'a>]) -> TabbedRow<'a> {
    let cell = |line: &TextLine<'a>| {
        let lead = line.text.chars().take_while(|c| c.is_whitespace()).count();
        let text = line.text.trim();
        let column = line.column(if text.is_empty() { 0 } else { lead });
        TabbedCell { line: line.number, column, text: text.into() }
    };
    let first = lines.first().map_or(0, |line| line.number);
    TabbedRow { line: first, cells: lines.iter().map(cell).collect(), end: 1 }
}

/// A row of cells that marks part, each with its line and column in the file and its text.
pub(super) fn row_of_fields(
    line: u32,
    fields: Vec<(u32, u32, String)>,
    end: u32,
) -> TabbedRow<'static> {
    let cell =
        |(line, column, text): (u32, u32, String)| TabbedCell { line, column, text: text.into() };
    TabbedRow { line, cells: fields.into_iter().map(cell).collect(), end }
}

/// Whether a row has two filled cells at least.
pub(super) fn is_parted(row: &TabbedRow) -> bool {
    row.cells.iter().filter(|cell| !cell.text.is_empty()).count() > 1
}

fn split_row<'a>(line: &TextLine<'a>) -> TabbedRow<'a> {
    let mut column = 0;
    let mut cells = Vec::new();
    for part in line.text.split('\t') {
        let indent = part.chars().take_while(|c| c.is_whitespace()).count() as u32;
        let text = part.trim();
        let lead = if text.is_empty() { 0 } else { indent };
        cells.push(TabbedCell {
            line: line.number,
            column: line.column((column + lead) as usize),
            text: text.into(),
        });
        column += part.chars().count() as u32 + 1;
    }
    TabbedRow { line: line.number, cells, end: line.column(column as usize) }
}

/// Lays the rows out from the page's line `index` on, and tells the page of their cells; gives how many lines they take.
///
/// # Errors
/// [`crate::error::ErrorKind::Limit`] for too many cells.
pub(super) fn lay(
    limits: &Limits,
    page: &mut Page,
    index: usize,
    rows: &[TabbedRow],
) -> Result<usize, Error> {
    let columns = rows.iter().map(filled_width).max().unwrap_or(0);
    let cells = rows.len() as u64 * columns as u64;
    within("max-table-cells", cells, limits.table_cells.into())?;

    let col_edges = column_edges(rows, columns);
    let spans = header_spans(rows, columns);
    let mut covered = vec![false; spans.len() * columns];
    let mut cells = Vec::new();
    // The line of the page that each row begins on, and the one behind the last.
    let mut tops = vec![index];
    for row in rows {
        let lines = row.cells.iter().map(|cell| 1 + cell.text.matches('\n').count()).max();
        tops.push(tops.last().copied().unwrap_or(index) + lines.unwrap_or(1));
    }
    for (offset, row) in rows.iter().enumerate() {
        for (col, &left) in col_edges.iter().enumerate().take(columns) {
            if covered.get(offset * columns + col) == Some(&true) {
                continue;
            }
            let (rowspan, colspan) = span_of(&spans, offset, col);
            for row in offset..(offset + rowspan).min(spans.len()) {
                covered[row * columns + col..][..colspan].fill(true);
            }
            let spot = |cell: &TabbedCell| Spot::Text { line: cell.line, column: cell.column };
            let first = page.runs.len();
            let spot = match row.cells.get(col) {
                Some(cell) if !cell.text.is_empty() => {
                    let left = left + PADDING as f32 * CELL;
                    for (below, (text, line)) in cell.text.split('\n').zip(cell.line..).enumerate()
                    {
                        let column = if below == 0 { cell.column } else { 1 };
                        let spot = Spot::Text { line, column };
                        page.runs.push(run(text, cells_of, tops[offset] + below, left, spot));
                    }
                    spot(cell)
                }
                Some(cell) => spot(cell),
                // The tabs that a short line leaves out would stand at its end.
                None => {
                    let column = row.end + (col - row.cells.len()) as u32;
                    Spot::Text { line: row.line, column }
                }
            };
            let runs = first..page.runs.len();
            cells.push(KnownCell { row: offset, col, rowspan, colspan, runs, spot });
        }
    }
    let row_edges = tops.iter().map(|&line| top_of(line)).collect();
    page.tables.push(KnownTable { row_edges, col_edges, cells });
    Ok(tops.last().map_or(0, |last| last - index))
}

/// Cells up to the last one that is filled.
fn filled_width(row: &TabbedRow) -> usize {
    row.cells.iter().rposition(|c| !c.text.is_empty()).map_or(0, |last| last + 1)
}

/// x of the columns' edges, one more than there are columns: each as wide as its widest cell.
fn column_edges(rows: &[TabbedRow], columns: usize) -> Vec<f32> {
    let mut widths = vec![2; columns];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(&row.cells) {
            let widest = cell.text.split('\n').map(width_of).max();
            *width = (*width).max(widest.unwrap_or(0));
        }
    }
    let mut cell = 0;
    let mut edges = vec![left_of(0)];
    for width in widths {
        cell += width + 2 * PADDING;
        edges.push(left_of(cell));
    }
    edges
}

/// How many rows and columns the cell that begins here covers; one that goes on to the right, as a
/// group's does, does not go on downwards.
fn span_of(spans: &[Vec<Span>], row: usize, col: usize) -> (usize, usize) {
    let Some(tier) = spans.get(row) else { return (1, 1) };
    let colspan = 1 + tier[col + 1..].iter().take_while(|span| **span == Span::Left).count();
    let goes_on = |tier: &&Vec<Span>| colspan == 1 && tier[col] == Span::Above;
    let rowspan = 1 + spans[row + 1..].iter().take_while(goes_on).count();
    (rowspan, colspan)
}

/// Whether a blank place of the header is covered by a cell beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Span {
    /// A cell of its own.
    Own,
    /// The cell to the left goes on.
    Left,
    /// The cell above goes on.
    Above,
}

/// The spans of a header in tiers, tier by tier; nothing for a header of one tier.
///
/// A blank place over a filled one is a group's cell going on to the right; a blank place with
/// nothing below is the cell above going on downwards.
fn header_spans(rows: &[TabbedRow], columns: usize) -> Vec<Vec<Span>> {
    let tiers = tiers(rows);
    if tiers < 2 {
        return Vec::new();
    }
    let filled =
        |row: usize, col: usize| rows[row].cells.get(col).is_some_and(|c| !c.text.is_empty());
    let mut spans: Vec<Vec<Span>> = Vec::new();
    for row in 0..tiers {
        let mut tier: Vec<Span> = Vec::with_capacity(columns);
        for col in 0..columns {
            let filled_below = (row + 1..tiers).any(|r| filled(r, col));
            let left_goes_on = tier.last().is_some_and(|s| *s != Span::Above);
            tier.push(match (filled(row, col), filled_below) {
                (false, true) if left_goes_on => Span::Left,
                (false, false) if row > 0 => Span::Above,
                _ => Span::Own,
            });
        }
        spans.push(tier);
    }
    spans
}

/// How many rows the header has: a row without figures that fills a blank of the row above belongs
/// to it; a row of figures must follow.
fn tiers(rows: &[TabbedRow]) -> usize {
    let Some(figures) = rows.iter().take(TIERS + 1).position(has_figure) else {
        return 1;
    };
    let blank = |row: &TabbedRow, col: usize| row.cells.get(col).is_none_or(|c| c.text.is_empty());
    let mut tiers = 1;
    while tiers < figures {
        let (above, row) = (&rows[tiers - 1], &rows[tiers]);
        let fills = (0..row.cells.len()).any(|c| !blank(row, c) && blank(above, c));
        if !(fills && blank(row, 0)) {
            break;
        }
        tiers += 1;
    }
    tiers
}

/// Whether the row holds a figure or a placeholder, years in a header apart.
pub(super) fn has_figure(row: &TabbedRow) -> bool {
    row.cells.iter().any(|cell| {
        let text = &*cell.text;
        let year = text.len() == 4 && (text.starts_with("19") || text.starts_with("20"));
        !text.is_empty()
            && !year
            && text
                .chars()
                .all(|c| "0123456789０１２３４５６７８９.．,，%％-－—–/…*＊ ".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::agrees;

    #[test]
    fn lines_beside_tables_are_those_of_the_expressions() {
        agrees(
            r"^\s*([一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)]|附件\s*\d*\s*[：:]?|\d+[.．、])\t|^\t+[^\t]*[。；：]$|^\t+[^\t]{30,}$",
            "_ \t \t 一 十 、 （ ( ） 附件 1 ２ ： . 。 二十个字长的一段正文没有制表符号在里面其后还有",
            |regex, text| regex.is_match(text),
            is_prose_with_tab,
        );
        agrees(
            r"^([—–―－\-]\s*\d|第\s*\d+\s*页|附[件表]|注\s*\d*[：:.]|备注|说明|（?续|[（(]续|(金额)?单位[：:]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)]|抄送|\d{4}年)|[。；：:]$",
            "— - _ 1 2023 ２ 第 页 附 件 注 ： . 备注 续 （ ( 一 、 ） 金额 单位 年 县 市",
            |regex, text| regex.is_match(text),
            is_no_row,
        );
    }

    fn rows_from<'a>(lines: &[TextLine<'a>]) -> Vec<TabbedRow<'a>> {
        match block_from(lines) {
            Block::Table(rows) => rows,
            Block::Text(_) => Vec::new(),
        }
    }

    fn grid(text: &str) -> (usize, Vec<(u32, u32, String)>) {
        let lines: Vec<TextLine> = text
            .lines()
            .zip(1..)
            .map(|(text, number)| TextLine { number, text, columns: &[] })
            .collect();
        let rows = rows_from(&lines);
        let mut page = Page::default();
        if !rows.is_empty() {
            lay(&Limits::default(), &mut page, 0, &rows).expect("within limits");
        }
        let spots = page.runs.iter().filter_map(|run| match run.spot {
            Some(Spot::Text { line, column }) => Some((line, column, run.text.clone())),
            _ => None,
        });
        (rows.len(), spots.collect())
    }

    #[test]
    fn a_blank_keeps_its_column_and_a_torn_row_is_a_row() {
        let (rows, runs) = grid("市县\t开工\t建成\n遂川县\t\t200\n汨罗市\n— 3 —");
        assert_eq!(rows, 3);
        let last: Vec<_> = runs[3..].iter().map(|(l, c, t)| (*l, *c, t.as_str())).collect();
        assert_eq!(last, [(2, 1, "遂川县"), (2, 6, "200"), (3, 1, "汨罗市")]);
    }

    #[test]
    fn numbered_paragraphs_with_tabs_are_no_table() {
        assert_eq!(grid("1.\t全省任务为10套。\n2.\t另有20套。").0, 0);
    }

    #[test]
    fn blanks_of_a_header_in_tiers_are_spans() {
        let text = "市、区\t年度计划\t\n\t户数\t栋数\n合计\t1\t2";
        let lines: Vec<TextLine> = text
            .lines()
            .zip(1..)
            .map(|(text, number)| TextLine { number, text, columns: &[] })
            .collect();
        let spans = header_spans(&rows_from(&lines), 3);
        assert_eq!(
            spans,
            [[Span::Own, Span::Own, Span::Left], [Span::Above, Span::Own, Span::Own]]
        );
    }

    #[test]
    fn a_first_row_torn_before_its_name_is_no_tier() {
        let (rows, _) = grid("市县\t开工\n\t2554");
        assert_eq!(rows, 2);
        let line = |number, text| TextLine { number, text, columns: &[] };
        let lines = [line(1, "市县\t开工"), line(2, "\t2554")];
        assert_eq!(tiers(&rows_from(&lines)), 1);
    }

    #[test]
    fn a_table_of_too_many_cells_is_refused() {
        let wide = "\t".repeat(1000) + "x\ty";
        let text = vec![wide; 300].join("\n");
        let lines: Vec<TextLine> = text
            .lines()
            .zip(1..)
            .map(|(text, number)| TextLine { number, text, columns: &[] })
            .collect();
        let rows = rows_from(&lines);
        let refused = lay(&Limits::default(), &mut Page::default(), 0, &rows);
        assert_eq!(
            refused.map_err(|e| e.to_string()),
            Err("limit max-table-cells reached (200000)".into())
        );
    }
}
