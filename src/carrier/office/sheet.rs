//! The sheets of a workbook in, `Pages` out: a page a sheet, what is filled as told tables, drawn borders or
//! none. What Excel, WPS and OpenDocument have in common; reading their files is left to `xlsx`, `xls` and
//! `ods`. Hidden rows, columns and sheets are left out and put on record.

use super::cells::Text;
use crate::carrier::flow::{Align, Flow, Grid, GridCell, TextLine};
use crate::carrier::labels;
use crate::carrier::page::{Origin, Pages, TextFrom};
use crate::carrier::within;
use crate::diag::{Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::error::{Error, ErrorKind};
use crate::figure;
use crate::lexicon;
use crate::options::Limits;
use crate::place::{Place, Spot};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;

/// Blank columns side by side that part what stands in a sheet.
const APART: u32 = 3;
/// A record of what was left out is cut after so many characters.
const RECORD: usize = 200;
/// A label is looked for in so many rows.
const LABEL_ROWS: usize = 4;
/// How wide a column is that says nothing, in characters.
const WIDTH: f32 = 8.43;

/// A sheet, as its file has it.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub name: String,
    pub is_hidden: bool,
    /// Cells that show something, in any order.
    pub cells: Vec<Cell>,
    /// Cells merged into one, that of their first row and column.
    pub merged: Vec<Area>,
    /// Rows that are hidden, from 0.
    pub hidden_rows: Ranges,
    /// Columns that are hidden, from 0.
    pub hidden_cols: Ranges,
    /// Widths of columns, in characters.
    pub widths: HashMap<u32, f32>,
    /// What is to be remarked of cells.
    pub remarks: BTreeMap<Remark, Vec<(u32, u32)>>,
}

/// A cell that shows something.
#[derive(Debug)]
pub(super) struct Cell {
    /// From 0.
    pub row: u32,
    /// From 0.
    pub col: u32,
    /// What it shows.
    pub lines: Vec<TextLine>,
}

/// An area of cells, rows and columns from 0, both ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub rows: (u32, u32),
    pub cols: (u32, u32),
}

/// What may be said of cells, once for all of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Remark {
    /// A formula whose value was not stored.
    NoValue,
    /// A value that is an error: #REF!
    Error,
    /// A figure that its format does not show.
    Unprinted,
    /// A zero that its format shows as a dash.
    Dash,
    /// A figure below zero that its format tells by a colour alone.
    Coloured,
    /// A figure below zero that its format shows without a sign.
    Unsigned,
    /// A figure with more digits than its format shows.
    Rounded,
}

/// Ranges of rows or columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Ranges(Vec<RangeInclusive<u32>>);

impl Ranges {
    /// Adds a range; one that goes on with the last one makes it longer.
    pub fn push(&mut self, range: RangeInclusive<u32>) {
        match self.0.last_mut() {
            Some(last) if last.end().checked_add(1) == Some(*range.start()) => {
                *last = *last.start()..=*range.end();
            }
            _ => self.0.push(range),
        }
    }

    /// Puts them in order, so that they can be asked.
    pub fn settle(&mut self) {
        self.0.sort_by_key(|range| *range.start());
    }

    /// Whether one of them holds the number.
    pub fn contains(&self, number: u32) -> bool {
        let behind = self.0.partition_point(|range| *range.start() <= number);
        self.0[..behind].iter().rev().take(64).any(|range| range.contains(&number))
    }
}

/// Lays the sheets out.
///
/// # Errors
/// [`ErrorKind::Limit`] for too many sheets, cells or characters; [`ErrorKind::Empty`] where nothing is shown.
pub(super) fn pages(sink: &mut Sink, limits: &Limits, sheets: Vec<Sheet>) -> Result<Pages, Error> {
    let mut pages = Vec::new();
    let mut glyphs = limits.glyphs.into();
    let sheets = without_copies(sink, sheets);
    let seen = sheets.iter().filter(|sheet| !sheet.is_hidden && !sheet.cells.is_empty());
    let are_by_tab =
        seen.filter(|sheet| lexicon::ends_as_prefecture(sheet.name.trim())).count() > 1;
    for mut sheet in sheets {
        sheet.hidden_rows.settle();
        sheet.hidden_cols.settle();
        if sheet.is_hidden {
            note_hidden(sink, "hidden_sheet", None, &sheet.name, sheet.cells.iter());
            continue;
        }
        let number = pages.len() as u32 + 1;
        within("max-pages", number.into(), limits.pages.into())?;
        let mut flow = Flow::new(limits, number, glyphs);
        let shown = Shown::of(sink, number, &mut sheet);
        if shown.rows.is_empty() {
            continue;
        }
        if let Some(label) = shown.label_of_name(&sheet.name) {
            let spot = Spot::Cell { table: 1, row: 1, col: 1, character: 1 };
            flow.paragraph(&TextLine { text: label, ..TextLine::default() }, spot)?;
        }
        let of_tab = sheet.name.trim();
        let is_told = !are_by_tab || !lexicon::ends_as_prefecture(of_tab) || shown.shows(of_tab);
        let mut of_tab = (!is_told).then_some(of_tab);
        for mut grid in shown.grids(&sheet) {
            if let Some(name) = of_tab.take() {
                print_over(&mut grid, name);
            }
            flow.table(grid)?;
        }
        remark(sink, number, &sheet);
        let (mut page, left) = flow.finish();
        page.origin = Origin { sheet: Some(sheet.name.as_str().into()), ..Origin::default() };
        glyphs = left;
        pages.push(page);
    }
    if pages.is_empty() {
        return Err(Error::new(ErrorKind::Empty));
    }
    Ok(Pages { pages, text_from: TextFrom::Workbook, encoding: None })
}

/// The tables of the one sheet that shows anything; `None` where several do.
#[cfg(all(feature = "docx", feature = "excel"))]
pub(super) fn grids(sink: &mut Sink, sheets: Vec<Sheet>) -> Option<Vec<Grid>> {
    let mut seen = sheets.into_iter().filter(|sheet| !sheet.is_hidden && !sheet.cells.is_empty());
    let mut sheet = seen.next()?;
    if seen.next().is_some() {
        return None;
    }
    sheet.hidden_rows.settle();
    sheet.hidden_cols.settle();
    let shown = Shown::of(sink, 1, &mut sheet);
    Some(shown.grids(&sheet))
}

/// The sheets without those that bear the name of a copy of another, 附件1 (2), and hold what it holds.
fn without_copies(sink: &mut Sink, sheets: Vec<Sheet>) -> Vec<Sheet> {
    let by_name: HashMap<&str, usize> =
        sheets.iter().enumerate().map(|(at, sheet)| (sheet.name.as_str(), at)).collect();
    let shows = |sheet: &Sheet, of: &Sheet| {
        let same = |(a, b): (&Cell, &Cell)| {
            (a.row, a.col) == (b.row, b.col)
                && a.lines.iter().map(|line| &line.text).eq(b.lines.iter().map(|line| &line.text))
        };
        sheet.cells.len() == of.cells.len()
            && sheet.cells.iter().zip(&of.cells).all(same)
            && sheet.merged == of.merged
            && (&sheet.hidden_rows, &sheet.hidden_cols) == (&of.hidden_rows, &of.hidden_cols)
    };
    let copies: Vec<Option<usize>> = sheets
        .iter()
        .map(|sheet| {
            let of = *by_name.get(original(&sheet.name)?)?;
            let is_shown = !sheet.is_hidden && !sheets[of].is_hidden && !sheet.cells.is_empty();
            (is_shown && shows(sheet, &sheets[of])).then_some(of)
        })
        .collect();
    for (sheet, of) in sheets.iter().zip(&copies).filter_map(|(sheet, of)| Some((sheet, (*of)?))) {
        let (name, of) = (&sheet.name, &sheets[of].name);
        sink.remark(Diagnostic {
            code: "sheet_twice",
            severity: Severity::Note,
            place: None,
            message: Wording::new(
                format!("the sheet {name} holds what {of} holds: it was read once"),
                format!("工作表“{name}”与“{of}”内容相同，只读取一次"),
            ),
            hint: None,
        });
    }
    sheets.into_iter().zip(copies).filter_map(|(sheet, of)| of.is_none().then_some(sheet)).collect()
}

/// Of which sheet one is a copy by its name: 附件1 of 附件1 (2), as Excel and WPS name copies.
fn original(name: &str) -> Option<&str> {
    let (name, number) = name.strip_suffix([')', '）'])?.rsplit_once(['(', '（'])?;
    let is_number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
    is_number.then(|| name.trim_end())
}

/// A cell that is shown, with the rows and columns it covers, hidden ones left out.
struct ShownCell {
    rows: (u32, u32),
    cols: (u32, u32),
    lines: Vec<TextLine>,
}

/// What a sheet shows, by its first row and column.
struct Shown {
    cells: Vec<ShownCell>,
    /// Rows in which something is shown, from the top.
    rows: Vec<u32>,
}

impl Shown {
    /// Takes the cells that are shown out of a sheet; those in hidden rows and columns are put on record.
    fn of(sink: &mut Sink, page: u32, sheet: &mut Sheet) -> Shown {
        let mut merged: HashMap<(u32, u32), Area> = HashMap::new();
        // What lies under a merged cell is not shown.
        let mut covered: Vec<Area> = Vec::new();
        for area in &sheet.merged {
            merged.insert((area.rows.0, area.cols.0), *area);
            covered.push(*area);
        }
        covered.sort_by_key(|area| area.rows.0);
        let longest = covered.iter().map(|area| area.rows.1 - area.rows.0).max().unwrap_or(0);
        let is_covered = |cell: &Cell| {
            let first = covered.partition_point(|a| a.rows.0.saturating_add(longest) < cell.row);
            covered[first..].iter().take_while(|a| a.rows.0 <= cell.row).any(|area| {
                (area.rows.0, area.cols.0) != (cell.row, cell.col)
                    && (area.rows.0..=area.rows.1).contains(&cell.row)
                    && (area.cols.0..=area.cols.1).contains(&cell.col)
            })
        };
        let first_seen = |range: (u32, u32), hidden: &Ranges| {
            // A sheet may hide a million rows at once: no more are looked at than there can be cells for.
            (range.0..=range.1).take(100_000).find(|number| !hidden.contains(*number))
        };
        let mut shown = Shown { cells: Vec::new(), rows: Vec::new() };
        let (mut in_rows, mut in_cols, mut under) = (Vec::new(), Vec::new(), Vec::new());
        for cell in std::mem::take(&mut sheet.cells) {
            if is_covered(&cell) {
                under.push(cell);
                continue;
            }
            let area = merged.get(&(cell.row, cell.col)).copied();
            let area =
                area.unwrap_or(Area { rows: (cell.row, cell.row), cols: (cell.col, cell.col) });
            let Some(row) = first_seen(area.rows, &sheet.hidden_rows) else {
                in_rows.push(cell);
                continue;
            };
            let Some(col) = first_seen(area.cols, &sheet.hidden_cols) else {
                in_cols.push(cell);
                continue;
            };
            let last = |first: u32, last: u32, hidden: &Ranges| {
                let seen = (first..=last.min(first.saturating_add(100_000))).rev();
                seen.clone().find(|number| !hidden.contains(*number)).unwrap_or(first)
            };
            let rows = (row, last(row, area.rows.1, &sheet.hidden_rows));
            let cols = (col, last(col, area.cols.1, &sheet.hidden_cols));
            // Cells of one row follow one another.
            if shown.rows.last() != Some(&row) || rows.0 < rows.1 {
                let seen = (rows.0..=rows.1).filter(|row| !sheet.hidden_rows.contains(*row));
                shown.rows.extend(seen);
            }
            shown.cells.push(ShownCell { rows, cols, lines: cell.lines });
        }
        shown.rows.sort_unstable();
        shown.rows.dedup();
        for (rule, cells) in
            [("hidden_rows", in_rows), ("hidden_columns", in_cols), ("hidden_text", under)]
        {
            note_hidden(sink, rule, Some(page), "", cells.iter());
        }
        shown
    }

    /// A label made of the sheet's name, where the name is one (附件1) and the sheet itself begins with none.
    fn label_of_name(&self, name: &str) -> Option<String> {
        let label = labels::label_of(name)?;
        let last = self.rows.get(LABEL_ROWS - 1).or(self.rows.last()).copied()?;
        let first = self.cells.iter().filter(|cell| cell.rows.0 <= last);
        let is_labelled = first.flat_map(|c| &c.lines).any(|line| labels::begins_label(&line.text));
        (!is_labelled).then_some(label)
    }

    /// Whether the first rows show a text, by itself or in others.
    fn shows(&self, text: &str) -> bool {
        let Some(last) = self.rows.get(LABEL_ROWS).or(self.rows.last()) else { return false };
        let first = self.cells.iter().filter(|cell| cell.rows.0 <= *last);
        first.flat_map(|cell| &cell.lines).any(|line| line.text.contains(text))
    }

    /// The areas that are filled, as tables: a blank row, or some blank columns, part two.
    fn grids(mut self, sheet: &Sheet) -> Vec<Grid> {
        let mut grids = Vec::new();
        self.cells.sort_by_key(|cell| (cell.rows.0, cell.cols.0));
        let blocks = self.with_groups(self.blocks_of_rows(sheet));
        let mut cells = std::mem::take(&mut self.cells).into_iter().peekable();
        for rows in blocks {
            let last = rows.last().copied().unwrap_or(0);
            let mut block = Vec::new();
            while let Some(cell) = cells.next_if(|cell| cell.rows.0 <= last) {
                block.push(cell);
            }
            for (cols, part) in parts_side_by_side(block, sheet) {
                grids.push(grid(&rows, &cols, part, sheet));
            }
        }
        grids
    }

    /// The blocks with those that begin with a row of figures put to the one above: a blank row parts groups of rows then.
    fn with_groups(&self, blocks: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
        let cells_of = |row: u32| {
            let first = self.cells.partition_point(|cell| cell.rows.0 < row);
            self.cells[first..].iter().take_while(move |cell| cell.rows.0 == row)
        };
        let is_figure = |cell: &ShownCell| {
            let is_one = |line: &TextLine| figure::kind(&line.text).is_numeric();
            !cell.lines.is_empty() && cell.lines.iter().all(is_one)
        };
        let ends = |row: u32| {
            let cells = || cells_of(row).filter(|cell| !cell.lines.is_empty());
            Some((cells().map(|c| c.cols.0).min()?, cells().map(|c| c.cols.1).max()?))
        };
        let mut joined: Vec<Vec<u32>> = Vec::new();
        for block in blocks {
            let above = joined.last_mut().filter(|above| {
                let (Some(last), Some(first)) = (above.last(), block.first()) else { return false };
                let begins = cells_of(*first).next().is_some_and(|cell| !is_figure(cell));
                let figures = cells_of(*first).filter(|cell| is_figure(cell)).count();
                begins && figures > 0 && cells_of(*last).count() > 1 && ends(*last) == ends(*first)
            });
            match above {
                Some(above) => above.extend(block),
                None => joined.push(block),
            }
        }
        joined
    }

    /// The rows in which something is shown, cut where a row that is not hidden shows nothing.
    fn blocks_of_rows(&self, sheet: &Sheet) -> Vec<Vec<u32>> {
        let mut blocks: Vec<Vec<u32>> = Vec::new();
        for &row in &self.rows {
            match blocks.last_mut() {
                Some(block)
                    if block
                        .last()
                        .is_some_and(|&last| all_hidden(last, row, &sheet.hidden_rows)) =>
                {
                    block.push(row);
                }
                _ => blocks.push(vec![row]),
            }
        }
        blocks
    }
}

/// Whether all numbers between the two are hidden.
fn all_hidden(first: u32, last: u32, hidden: &Ranges) -> bool {
    last - first < 100_000 && (first + 1..last).all(|number| hidden.contains(number))
}

/// The cells of a block, cut where several columns side by side show nothing; each part with its columns.
fn parts_side_by_side(block: Vec<ShownCell>, sheet: &Sheet) -> Vec<(Vec<u32>, Vec<ShownCell>)> {
    let mut used: BTreeSet<u32> = BTreeSet::new();
    for cell in &block {
        used.extend(cell.cols.0..=cell.cols.1);
    }
    // Annexes side by side need no more than one blank column: each has its label.
    let first_row = block.first().map(|cell| cell.rows.0);
    let top = block.iter().take_while(|cell| Some(cell.rows.0) == first_row);
    let is_labelled = |cell: &&ShownCell| cell.lines.iter().any(|l| labels::begins_label(&l.text));
    let labelled: Vec<u32> = top.filter(is_labelled).map(|cell| cell.cols.0).collect();
    let labelled = if labelled.len() > 1 { labelled } else { titled_side_by_side(&block) };
    let begins = |col: u32| labelled.len() > 1 && labelled.binary_search(&col).is_ok();
    let mut parts: Vec<(u32, u32)> = Vec::new();
    for col in used {
        match parts.last_mut() {
            Some((_, last)) if col - *last == 1 || col - *last <= APART && !begins(col) => {
                *last = col;
            }
            _ => parts.push((col, col)),
        }
    }
    let seen = |&(first, last): &(u32, u32)| -> Vec<u32> {
        (first..=last).filter(|col| !sheet.hidden_cols.contains(*col)).collect()
    };
    let mut cut: Vec<(Vec<u32>, Vec<ShownCell>)> =
        parts.iter().map(|part| (seen(part), Vec::new())).collect();
    for cell in block {
        let part = parts.partition_point(|(first, _)| *first <= cell.cols.0).saturating_sub(1);
        if let Some((_, cells)) = cut.get_mut(part) {
            cells.push(cell);
        }
    }
    cut
}

/// The first columns of tables side by side that each have a title of their own over all their columns, and below it the
/// same header over their names; none where a title or a header is another kind of thing.
fn titled_side_by_side(block: &[ShownCell]) -> Vec<u32> {
    let Some(first) = block.first().map(|cell| cell.rows.0) else { return Vec::new() };
    let texts = |cell: &ShownCell| -> String { cell.lines.iter().map(|l| l.text.trim()).collect() };
    let titles = || block.iter().take_while(|cell| cell.rows == (first, first));
    let headers: HashMap<u32, String> = block
        .iter()
        .skip_while(|cell| cell.rows.0 == first)
        .take_while(|cell| cell.rows.0 == first + 1)
        .map(|cell| (cell.cols.0, texts(cell)))
        .collect();
    let mut said = BTreeSet::new();
    let is_title = |cell: &ShownCell, said: &mut BTreeSet<String>| {
        cell.cols.0 < cell.cols.1 && said.insert(texts(cell))
    };
    let starts: Vec<u32> = titles().map(|cell| cell.cols.0).collect();
    let header = starts.first().and_then(|col| headers.get(col)).filter(|text| !text.is_empty());
    let alike = starts.iter().all(|col| headers.get(col) == header);
    let parted = titles().zip(titles().skip(1)).all(|(a, b)| b.cols.0 > a.cols.1 + 1);
    let all = titles().all(|cell| is_title(cell, &mut said));
    if header.is_some() && alike && parted && all { starts } else { Vec::new() }
}

/// The grid of cells in these rows and columns.
fn grid(rows: &[u32], cols: &[u32], cells: Vec<ShownCell>, sheet: &Sheet) -> Grid {
    let index = |numbers: &[u32], number: u32| numbers.partition_point(|&n| n < number);
    let span = |numbers: &[u32], (first, last): (u32, u32)| {
        let (first, behind) = (index(numbers, first), index(numbers, last + 1));
        (first, (behind - first).max(1))
    };
    let cells = cells.into_iter().map(|cell| {
        let (row, rowspan) = span(rows, cell.rows);
        let (col, colspan) = span(cols, cell.cols);
        GridCell { row, col, rowspan, colspan, lines: cell.lines }
    });
    Grid {
        table: 1,
        row_numbers: rows.iter().map(|row| row + 1).collect(),
        col_numbers: cols.iter().map(|col| col + 1).collect(),
        cells: cells.collect(),
        widths: cols
            .iter()
            .map(|col| sheet.widths.get(col).copied().unwrap_or(WIDTH).max(0.5))
            .collect(),
    }
}

/// Prints the name of a sheet over its table, below what stands alone in its rows: where a sheet is a prefecture's, its
/// tab may be all that says so.
fn print_over(grid: &mut Grid, name: &str) {
    let cells_of = |row: usize| grid.cells.iter().filter(move |cell| cell.row == row).count();
    let Some(at) = (0..grid.row_numbers.len()).find(|&row| cells_of(row) > 1) else { return };
    if grid.cells.iter().any(|cell| cell.row < at && cell.row + cell.rowspan > at) {
        return;
    }
    grid.cells.iter_mut().filter(|cell| cell.row >= at).for_each(|cell| cell.row += 1);
    grid.row_numbers.insert(at, grid.row_numbers[at]);
    let lines = vec![TextLine { text: name.to_owned(), ..TextLine::default() }];
    grid.cells.push(GridCell {
        row: at,
        col: 0,
        rowspan: 1,
        colspan: grid.col_numbers.len(),
        lines,
    });
    grid.cells.sort_by_key(|cell| (cell.row, cell.col));
}

fn note_hidden<'c>(
    sink: &mut Sink,
    rule: &'static str,
    page: Option<u32>,
    name: &str,
    cells: impl Iterator<Item = &'c Cell> + Clone,
) {
    let lines = cells.clone().flat_map(|cell| &cell.lines).map(|line| line.text.trim());
    let said = lines.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" | ");
    let said = if name.is_empty() { said } else { format!("{name}: {said}") };
    if said.is_empty() {
        return;
    }
    let place = page
        .zip(cells.clone().next())
        .map(|(page, cell)| Place { page, spot: spot_of(cell.row, cell.col) });
    sink.repair(Repair {
        stage: Stage::Extract,
        rule,
        place,
        before: said.chars().take(RECORD).collect(),
        after: String::new(),
    });
}

fn spot_of(row: u32, col: u32) -> Spot {
    let on = |n: u32| n.saturating_add(1);
    Spot::Cell { table: 1, row: on(row), col: on(col), character: 1 }
}

/// Says what is to be remarked of a sheet's cells, those in hidden rows and columns apart.
fn remark(sink: &mut Sink, page: u32, sheet: &Sheet) {
    for (remark, cells) in &sheet.remarks {
        let seen = |(row, col): &&(u32, u32)| {
            !sheet.hidden_rows.contains(*row) && !sheet.hidden_cols.contains(*col)
        };
        let cells: Vec<&(u32, u32)> = cells.iter().filter(seen).collect();
        let Some(&&(row, col)) = cells.first() else { continue };
        let (count, name) = (cells.len(), &sheet.name);
        let (code, severity, en, zh, hint) = match remark {
            Remark::NoValue => (
                "formula_without_value",
                Severity::Warning,
                format!(
                    "{count} formulas of the sheet {name} have no stored value; their cells were read as blank"
                ),
                format!("工作表“{name}”有{count}个公式没有保存计算结果，按空白读取"),
                Some((
                    "open it in WPS or Excel, let it calculate, and save it again",
                    "请用 WPS 或 Excel 打开，重新计算后保存",
                )),
            ),
            Remark::Error => (
                "formula_error",
                Severity::Warning,
                format!("{count} cells of the sheet {name} show an error instead of a value"),
                format!("工作表“{name}”有{count}个单元格显示错误值"),
                Some(("ask its author for the figures", "请向作者索取相应数字")),
            ),
            Remark::Unprinted => (
                "figure_not_shown",
                Severity::Note,
                format!(
                    "{count} figures of the sheet {name} are stored and not shown, zeros as a rule; their cells were read as blank"
                ),
                format!("工作表“{name}”有{count}个数字已保存但不显示（多为零），按空白读取"),
                None,
            ),
            Remark::Dash => (
                "zero_as_dash",
                Severity::Note,
                format!(
                    "{count} zeros of the sheet {name} are shown as a dash; they were read as 0"
                ),
                format!("工作表“{name}”有{count}个零显示为短横，按 0 读取"),
                None,
            ),
            Remark::Coloured => (
                "sign_as_color",
                Severity::Note,
                format!(
                    "{count} figures below zero of the sheet {name} are told by their colour alone; they were read with a minus sign"
                ),
                format!("工作表“{name}”有{count}个负数仅以颜色区分，按负数读取"),
                None,
            ),
            Remark::Unsigned => (
                "sign_not_shown",
                Severity::Warning,
                format!(
                    "{count} figures of the sheet {name} are stored below zero and shown without a sign; they were read as shown"
                ),
                format!("工作表“{name}”有{count}个数字保存为负数但显示时没有负号，按显示读取"),
                Some((
                    "look at the cell's number format, and ask its author which is meant",
                    "请查看单元格的数字格式，并向作者确认",
                )),
            ),
            Remark::Rounded => (
                "digits_not_shown",
                Severity::Note,
                format!(
                    "{count} figures of the sheet {name} have more digits than are shown; they were read as shown"
                ),
                format!("工作表“{name}”有{count}个数字的位数多于显示的位数，按显示读取"),
                None,
            ),
        };
        sink.remark(Diagnostic {
            code,
            severity,
            place: Some(Place { page, spot: spot_of(row, col) }),
            message: Wording::new(en, zh),
            hint: hint.map(|(en, zh)| Wording::new(en, zh)),
        });
    }
}

/// A text as the lines of a cell.
pub(super) fn lines_of(text: Text, style: &Look) -> Vec<TextLine> {
    let Look { align, indent, size } = *style;
    let Text { text, marks, struck } = text;
    // Most cells are one line.
    if indent == 0 && !text.contains('\n') {
        let line = TextLine { text, size, align, marks, struck };
        return if line.is_blank() { Vec::new() } else { vec![line] };
    }
    let text = text.replace("\r\n", "\n");
    let lines = TextLine { text, size, align, marks, struck }.broken(indent.min(20));
    lines.into_iter().map(|(_, line)| line).filter(|line| !line.is_blank()).collect()
}

/// How a cell's text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    pub align: Align,
    /// In characters.
    pub indent: usize,
    /// In points.
    pub size: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_know_what_they_hold() {
        let mut ranges = Ranges::default();
        for range in [7..=9, 2..=2, 3..=4] {
            ranges.push(range);
        }
        ranges.settle();
        let held: Vec<u32> = (0..12).filter(|&n| ranges.contains(n)).collect();
        assert_eq!(held, [2, 3, 4, 7, 8, 9]);
    }

    #[test]
    fn copies_are_told_by_their_names() {
        let said = ["附件1 (2)", "附件1（3）", "附件(续)", "(2)", "附件1"].map(original);
        assert_eq!(said, [Some("附件1"), Some("附件1"), None, Some(""), None]);
    }
}
