//! Paragraphs and told tables in, a page out: what documents without pages have in common. A paragraph is
//! one line, set to the left, in the middle or to the right as the document says; the lines of a cell stand
//! in its box. Deliberately absent: real fonts and the breaking of lines, which say nothing of a notice.

use super::letterhead;
use super::page::{BODY_SIZE, Ink, KnownCell, KnownTable, Layout, Page, Run, Turn};
use super::width::{cells_of, width_of};
use crate::error::{Error, ErrorKind};
use crate::geom::Rect;
use crate::options::Limits;
use crate::place::Spot;

/// Width of the page, in points: so wide that a centred title of five lines keeps its middle.
const WIDTH: f32 = 2000.0;
/// Empty paper at its edges, in points.
const MARGIN: f32 = 100.0;
/// Share of the page that a line set to the left takes at most: a longer one would seem to stand in the
/// middle.
const LONGEST: f32 = 0.55;
/// From one line's top to the next one's, as a share of its size.
const PITCH: f32 = 1.5;
/// White space of so many half-width characters parts two pieces of a line.
const GAP: usize = 2;
/// Half-width characters from one tab stop to the next.
const TAB: usize = 8;
/// So many tabs in each of …
const TABS: usize = 2;
/// … so many paragraphs make these rows.
const ROWS: usize = 3;
/// Size of a raised mark, as a share of the size of the text before it.
const MARK: f32 = 0.6;
/// A column is laid out for at most so many half-width characters, and for no fewer than the other.
const COLUMN: (usize, usize) = (4, 40);

/// Where a line stands between the edges of its page or cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Align {
    #[default]
    Left,
    Middle,
    Right,
}

/// A line of text as the document has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TextLine {
    /// The characters; white space at its beginning is an indent.
    pub text: String,
    /// Font size in points.
    pub size: f32,
    /// How it is set.
    pub align: Align,
    /// Marks raised behind its characters (of footnotes), in order: how many characters of `text` stand
    /// before it, and the mark, which is no part of `text`.
    pub marks: Vec<(usize, String)>,
    /// What is struck out, in order: how many characters of `text` stand before it, and the words, which are no
    /// part of `text`.
    pub struck: Vec<(usize, String)>,
}

impl Default for TextLine {
    fn default() -> TextLine {
        TextLine {
            text: String::new(),
            size: BODY_SIZE,
            align: Align::Left,
            marks: Vec::new(),
            struck: Vec::new(),
        }
    }
}

impl TextLine {
    /// Whether there is nothing to be seen of it, struck out or not.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty() && self.marks.is_empty() && self.struck.is_empty()
    }

    // A page of HTML has its lines already.
    #[cfg_attr(
        not(any(
            feature = "doc",
            feature = "docx",
            feature = "excel",
            feature = "ods",
            feature = "xls"
        )),
        allow(dead_code)
    )]
    /// The line cut where it is broken, each part with the number of characters before it; the first one is
    /// indented by so many full-width spaces.
    pub fn broken(self, indent: usize) -> Vec<(u32, TextLine)> {
        let TextLine { text, size, align, marks, struck } = self;
        let mut lines = Vec::new();
        let mut begun = 0;
        for part in text.split('\n') {
            let chars = part.chars().count();
            let lead = if begun == 0 { indent } else { 0 };
            let own = |beside: &[(usize, String)]| {
                let own = beside.iter().filter(|(at, _)| (begun..=begun + chars).contains(at));
                own.map(|(at, text)| (at - begun + lead, text.clone())).collect()
            };
            let (marks, struck) = (own(&marks), own(&struck));
            let text = "\u{3000}".repeat(lead) + part;
            lines.push((begun as u32, TextLine { text, size, align, marks, struck }));
            begun += chars + 1;
        }
        lines
    }
}

/// A table as the document has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Grid {
    /// Which table of the file it is, counted from 1; 1 for a sheet.
    pub table: u32,
    /// The number that the file gives each row, from 1.
    pub row_numbers: Vec<u32>,
    /// The number that the file gives each column, from 1.
    pub col_numbers: Vec<u32>,
    /// In any order. Where two claim one place, what stands in the second is put to the first.
    pub cells: Vec<GridCell>,
    /// How wide the columns are to each other; empty where the document does not say.
    pub widths: Vec<f32>,
}

/// A cell of such a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct GridCell {
    /// Index in [`Grid::row_numbers`].
    pub row: usize,
    /// Index in [`Grid::col_numbers`].
    pub col: usize,
    /// Rows covered, at least 1.
    pub rowspan: usize,
    /// Columns covered, at least 1.
    pub colspan: usize,
    /// What stands in it, line by line.
    pub lines: Vec<TextLine>,
}

/// A page that is being laid out from top to bottom.
pub(super) struct Flow<'l> {
    limits: &'l Limits,
    page: Page,
    y: f32,
    /// Characters that may still be laid out.
    glyphs: u64,
    /// The last paragraphs, where each has as many tabs as the others.
    tabbed: Vec<(TextLine, Spot)>,
}

impl<'l> Flow<'l> {
    /// An empty page, on which `glyphs` characters may be laid out.
    pub fn new(limits: &'l Limits, number: u32, glyphs: u64) -> Flow<'l> {
        let page = Page { number, width: WIDTH, layout: Layout::Flow, ..Page::default() };
        Flow { limits, page, y: MARGIN, glyphs, tabbed: Vec::new() }
    }

    /// Lays out a paragraph; one of white space is a gap.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] for too many characters.
    pub fn paragraph(&mut self, line: &TextLine, spot: Spot) -> Result<(), Error> {
        self.count(&line.text)?;
        let tabs = tabs_in(&line.text);
        if self.tabbed.last().is_some_and(|(last, _)| tabs_in(&last.text) != tabs) {
            self.lay_tabbed();
        }
        if tabs < TABS {
            self.lay(line.clone(), spot, &[]);
        } else {
            self.tabbed.push((line.clone(), spot));
        }
        Ok(())
    }

    fn lay(&mut self, line: TextLine, spot: Spot, stops: &[usize]) {
        let (room, pitch) = (self.room(line.size), PITCH * line.size);
        Setting::of(&line, &room).lay(&mut self.page.runs, line, spot, (GAP, stops));
        self.y += pitch;
    }

    fn room(&self, size: f32) -> Rect {
        Rect::new(MARGIN, self.y, WIDTH - MARGIN, self.y + size)
    }

    /// Lays out the paragraphs with tabs. What several with as many tabs have behind each stands in one column, as wide as
    /// the widest of it: where a document says no stops, or those of another font, they are rows all the same.
    fn lay_tabbed(&mut self) {
        let lines = std::mem::take(&mut self.tabbed);
        let mut stops: Vec<usize> = Vec::new();
        if lines.len() >= ROWS {
            let mut widest: Vec<usize> = Vec::new();
            for (line, _) in &lines {
                for (at, part) in line.text.split('\t').enumerate() {
                    match widest.get_mut(at) {
                        Some(width) => *width = (*width).max(width_of(part)),
                        None => widest.push(width_of(part)),
                    }
                }
            }
            stops.extend(widest.iter().scan(0, |stop, width| {
                *stop += width + 2 * GAP;
                Some(*stop)
            }));
        }
        for (line, spot) in lines {
            self.lay(line, spot, &stops);
        }
    }

    /// Leaves room as an empty paragraph does.
    #[cfg(any(feature = "doc", feature = "docx", feature = "html", feature = "ods"))]
    pub fn gap(&mut self) {
        self.lay_tabbed();
        self.y += PITCH * BODY_SIZE;
    }

    /// Lays out a table; one that sets a letterhead as the lines of that.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] for too many cells or characters.
    pub fn table(&mut self, grid: Grid) -> Result<(), Error> {
        self.lay_tabbed();
        if let Some(lines) = letterhead::lines(&grid) {
            for (row, col, line) in lines {
                let number = |numbers: &[u32], at: usize| numbers.get(at).copied().unwrap_or(1);
                let (row, col) = (number(&grid.row_numbers, row), number(&grid.col_numbers, col));
                let spot = Spot::Cell { table: grid.table, row, col, character: 1 };
                self.paragraph(&line, spot)?;
            }
            return Ok(());
        }
        let (rows, cols) = (grid.row_numbers.len(), grid.col_numbers.len());
        let places = (rows as u64).saturating_mul(cols as u64);
        let limit = u64::from(self.limits.table_cells);
        if places > limit {
            return Err(Error::new(ErrorKind::Limit { name: "max-table-cells", value: limit }));
        }
        if places == 0 {
            return Ok(());
        }
        let Grid { table, row_numbers, col_numbers, cells, widths } = without_unused(grid);
        let cols = col_numbers.len();
        let col_edges = col_edges(cols, &cells, &widths);
        let row_edges = row_edges(self.y, rows, &cells);
        let mut known = Vec::with_capacity(cells.len());
        for cell in covering(rows, cols, cells) {
            let (row, col) = (row_numbers[cell.row], col_numbers[cell.col]);
            let spot = Spot::Cell { table, row, col, character: 1 };
            let first = self.page.runs.len();
            let (x0, x1) = (col_edges[cell.col], col_edges[cell.col + cell.colspan]);
            // What reaches over all columns may be a caption of several parts.
            let gap = if cell.colspan == cols { GAP } else { usize::MAX };
            let (mut y, mut begun) = (row_edges[cell.row], 0);
            for line in cell.lines {
                let length = self.count(&line.text)?;
                let room = Rect::new(x0, y, x1, y + line.size);
                let setting = Setting::of(&line, &room);
                y += PITCH * line.size;
                setting.lay(&mut self.page.runs, line, spot.onward(begun), (gap, &[]));
                begun += length + 1;
            }
            let runs = first..self.page.runs.len();
            let GridCell { row, col, rowspan, colspan, .. } = cell;
            known.push(KnownCell { row, col, rowspan, colspan, runs, spot });
        }
        self.y = row_edges[rows] + PITCH * BODY_SIZE / 2.0;
        self.page.tables.push(KnownTable { row_edges, col_edges, cells: known });
        Ok(())
    }

    /// The page, and how many characters may still be laid out on others.
    pub fn finish(mut self) -> (Page, u64) {
        self.lay_tabbed();
        self.page.height = self.y + MARGIN;
        (self.page, self.glyphs)
    }

    /// Takes the text off what may be laid out; gives how many characters it has.
    fn count(&mut self, text: &str) -> Result<u32, Error> {
        let value = u64::from(self.limits.glyphs);
        let length = text.chars().count();
        let left = self.glyphs.checked_sub(length as u64);
        self.glyphs = left.ok_or(Error::new(ErrorKind::Limit { name: "max-glyphs", value }))?;
        Ok(length as u32)
    }
}

/// How many tabs stand between the words of a line.
fn tabs_in(text: &str) -> usize {
    text.trim_matches([' ', '\u{3000}']).matches('\t').count()
}

/// The grid without the columns that no cell begins in and that cells to their left reach over in every row.
fn without_unused(grid: Grid) -> Grid {
    let (rows, cols) = (grid.row_numbers.len(), grid.col_numbers.len());
    // In how many rows no cell from the left reaches over each column.
    let mut open = vec![rows; cols];
    for cell in &grid.cells {
        let end = (cell.col + cell.colspan).min(cols);
        for left in open.iter_mut().take(end).skip(cell.col + 1) {
            *left = left.saturating_sub(cell.rowspan);
        }
    }
    for cell in &grid.cells {
        if let Some(left) = open.get_mut(cell.col) {
            *left = usize::MAX;
        }
    }
    let is_begun: Vec<bool> = open.into_iter().map(|left| left > 0).collect();
    if is_begun.iter().all(|begun| *begun) {
        return grid;
    }
    // How many columns that stay stand before each.
    let before: Vec<usize> = std::iter::once(0)
        .chain(is_begun.iter().scan(0, |count, begun| {
            *count += usize::from(*begun);
            Some(*count)
        }))
        .collect();
    let at = |col: usize| before[col.min(cols)];
    let mut kept = Grid { cells: Vec::with_capacity(grid.cells.len()), ..grid };
    kept.cells.extend(grid.cells.into_iter().map(|cell| GridCell {
        col: at(cell.col),
        colspan: at(cell.col + cell.colspan).saturating_sub(at(cell.col)).max(1),
        ..cell
    }));
    let numbers = kept.col_numbers.iter().zip(&is_begun).filter(|(_, begun)| **begun);
    kept.col_numbers = numbers.map(|(number, _)| *number).collect();
    if kept.widths.len() == cols {
        let mut widths = vec![0.0; before[cols]];
        for (col, width) in kept.widths.iter().enumerate() {
            widths[at(col + 1).saturating_sub(1)] += width;
        }
        kept.widths = widths;
    }
    kept
}

/// The cells by row, then column, so that each place is covered by one: spans that reach out of the grid or
/// over another cell are cut, and a blank cell stands where none does.
pub(super) fn covering(rows: usize, cols: usize, mut cells: Vec<GridCell>) -> Vec<GridCell> {
    cells.sort_by_key(|cell| (cell.row, cell.col));
    let mut owner: Vec<Option<usize>> = vec![None; rows * cols];
    let mut kept: Vec<GridCell> = Vec::with_capacity(cells.len());
    for mut cell in cells.into_iter().filter(|cell| cell.row < rows && cell.col < cols) {
        let at = |row: usize, col: usize| row * cols + col;
        if let Some(first) = owner[at(cell.row, cell.col)] {
            kept[first].lines.append(&mut cell.lines);
            continue;
        }
        let right = (cell.col + cell.colspan.max(1)).min(cols);
        let free = |row: usize, col: usize| owner[at(row, col)].is_none();
        cell.colspan = (cell.col..right).take_while(|&col| free(cell.row, col)).count();
        let low = (cell.row + cell.rowspan.max(1)).min(rows);
        let across = cell.col..cell.col + cell.colspan;
        let is_free = |row: &usize| across.clone().all(|col| free(*row, col));
        cell.rowspan = (cell.row..low).take_while(is_free).count();
        for row in cell.row..cell.row + cell.rowspan {
            owner[at(row, cell.col)..at(row, across.end)].fill(Some(kept.len()));
        }
        kept.push(cell);
    }
    if owner.contains(&None) {
        let blanks = owner.iter().enumerate().filter(|(_, owner)| owner.is_none()).map(|(i, _)| {
            let (row, col) = (i / cols, i % cols);
            GridCell { row, col, rowspan: 1, colspan: 1, lines: Vec::new() }
        });
        kept.extend(blanks);
        kept.sort_by_key(|cell| (cell.row, cell.col));
    }
    kept
}

/// x of the columns' edges: the columns share the page as the document says, or by what stands in them.
fn col_edges(cols: usize, cells: &[GridCell], widths: &[f32]) -> Vec<f32> {
    let told = widths.len() == cols && widths.iter().all(|width| width.is_finite() && *width > 0.0);
    let widths = if told {
        widths.to_vec()
    } else {
        let (least, most) = COLUMN;
        let mut widest = vec![least; cols];
        for cell in cells.iter().filter(|cell| cell.colspan == 1 && cell.col < cols) {
            for line in &cell.lines {
                let widest = &mut widest[cell.col];
                *widest = (*widest).max(width_of(&line.text)).min(most);
            }
        }
        widest.into_iter().map(|width| width as f32).collect()
    };
    let all: f32 = widths.iter().sum();
    let scale = (WIDTH - 2.0 * MARGIN) / all;
    let edges = widths.iter().scan(0.0, |x, width| {
        *x += width;
        Some(MARGIN + *x * scale)
    });
    std::iter::once(MARGIN).chain(edges).collect()
}

/// y of the rows' edges: each row as high as its lines.
fn row_edges(top: f32, rows: usize, cells: &[GridCell]) -> Vec<f32> {
    let mut heights = vec![PITCH * BODY_SIZE / 2.0; rows];
    for cell in cells.iter().filter(|cell| cell.rowspan == 1 && cell.row < rows) {
        let height = cell.lines.iter().map(|line| PITCH * line.size).sum();
        heights[cell.row] = heights[cell.row].max(height);
    }
    let edges = heights.iter().scan(top, |y, height| {
        *y += height;
        Some(*y)
    });
    std::iter::once(top).chain(edges).collect()
}

/// Where a line begins, and how wide its half-width characters are.
struct Setting {
    left: f32,
    top: f32,
    half: f32,
}

impl Setting {
    /// The setting of a line in its room.
    fn of(line: &TextLine, room: &Rect) -> Setting {
        let text = line.text.trim();
        let width = width_of(text) as f32 * line.size / 2.0;
        let most = match line.align {
            Align::Left => LONGEST * room.width(),
            Align::Middle | Align::Right => room.width(),
        };
        let scale = if width > most { most / width } else { 1.0 };
        let half = scale * line.size / 2.0;
        let lead = width_of(&line.text[..line.text.len() - line.text.trim_start().len()]);
        let left = match line.align {
            Align::Left => room.x0,
            Align::Middle => room.center().x - scale * width / 2.0 - lead as f32 * half,
            Align::Right => room.x1 - scale * width - lead as f32 * half,
        };
        Setting { left, top: room.y0, half }
    }

    /// Adds the line to the runs of its page: one for what stands between marks, or as far apart as is said first; behind
    /// each tab at its stop, where there are any.
    fn lay(&self, runs: &mut Vec<Run>, line: TextLine, spot: Spot, apart: (usize, &[usize])) {
        let (gap, stops) = apart;
        let mut stops = stops.iter();
        let x = |cell: usize| self.left + cell as f32 * self.half;
        let has_blanks = line.text.contains(char::is_whitespace);
        // Most lines of cells are one word or figure.
        if !has_blanks && line.marks.is_empty() && line.struck.is_empty() {
            runs.extend(self.word(line.text, line.size, spot));
            return;
        }
        let first = runs.len();
        let chars = line.text.chars().count();
        let mut marks = line.marks.iter().peekable();
        let mut struck = line.struck.iter().peekable();
        let mut open: Option<Run> = None;
        // Where the next character stands, in half-width characters, and the white space before it.
        let (mut cell, mut blank, mut blank_width) = (0, String::new(), 0);
        for (index, c) in line.text.chars().enumerate() {
            // What is struck out takes no room: what stands around it is one text.
            while let Some((_, gone)) = struck.next_if(|(at, _)| *at <= index) {
                runs.push(self.struck(gone, x(cell), line.size, spot.onward(index as u32)));
            }
            let is_marked = marks.peek().is_some_and(|mark| mark.0 <= index);
            if is_marked {
                runs.extend(open.take());
                while let Some((_, mark)) = marks.next_if(|mark| mark.0 <= index) {
                    runs.push(self.mark(mark, x(cell), line.size, spot.onward(index as u32)));
                    cell += width_of(mark);
                }
            }
            let width = match c {
                '\t' => match stops.next() {
                    Some(stop) => stop.saturating_sub(cell).max(GAP),
                    None => (TAB - cell % TAB).max(GAP),
                },
                c => cells_of(c),
            };
            if c.is_whitespace() {
                blank.push(c);
                blank_width += width;
                cell += width;
                continue;
            }
            match &mut open {
                Some(run) if blank_width < gap => {
                    let first = cell - blank_width;
                    let mut at = first;
                    for space in blank.drain(..) {
                        at += cells_of(space);
                        run.text.push(space);
                        run.edges.push(x(at.min(cell)));
                    }
                }
                _ => runs.extend(open.take()),
            }
            let run = open.get_or_insert_with(|| Run {
                text: String::with_capacity(line.text.len()),
                bbox: Rect::default(),
                edges: {
                    let mut edges = Vec::with_capacity(chars - index + 1);
                    edges.push(x(cell));
                    edges
                },
                size: line.size,
                turn: Turn::Upright,
                ink: Ink::Seen { lightness: 0.0 },
                spot: Some(spot.onward(index as u32)),
                joints: Vec::new(),
                sight: None,
            });
            blank.clear();
            blank_width = 0;
            cell += width;
            run.text.push(c);
            run.edges.push(x(cell));
        }
        runs.extend(open);
        for (_, mark) in marks {
            let end = spot.onward(chars as u32);
            runs.push(self.mark(mark, x(cell), line.size, end));
            cell += width_of(mark);
        }
        for (_, gone) in struck {
            runs.push(self.struck(gone, x(cell), line.size, spot.onward(chars as u32)));
        }
        for run in &mut runs[first..] {
            if let (Some(&first), Some(&last), true) =
                (run.edges.first(), run.edges.last(), run.size == line.size)
            {
                run.bbox = Rect::new(first, self.top, last, self.top + line.size);
            }
        }
    }

    /// A text without white space; `None` where it has no characters.
    fn word(&self, text: String, size: f32, spot: Spot) -> Option<Run> {
        let mut edges = Vec::with_capacity(text.chars().count() + 1);
        edges.push(self.left);
        let mut cell = 0;
        for c in text.chars() {
            cell += cells_of(c);
            edges.push(self.left + cell as f32 * self.half);
        }
        let (&left, &right) = edges.first().zip(edges.last())?;
        let bbox = Rect::new(left, self.top, right, self.top + size);
        let (turn, ink) = (Turn::Upright, Ink::Seen { lightness: 0.0 });
        let (spot, joints) = (Some(spot), Vec::new());
        let run = Run { text, bbox, edges, size, turn, ink, spot, joints, sight: None };
        (!run.text.is_empty()).then_some(run)
    }

    /// Words that are struck out, before what begins at `left`.
    fn struck(&self, words: &str, left: f32, size: f32, spot: Spot) -> Run {
        let mut edges = vec![left];
        let mut cell = 0;
        for c in words.chars() {
            cell += cells_of(c);
            edges.push(left + cell as f32 * self.half);
        }
        let right = edges.last().copied().unwrap_or(left);
        let bbox = Rect::new(left, self.top, right, self.top + size);
        let (turn, ink) = (Turn::Upright, Ink::Struck);
        let (text, spot, joints) = (words.to_owned(), Some(spot), Vec::new());
        Run { text, bbox, edges, size, turn, ink, spot, joints, sight: None }
    }

    /// A mark raised behind what ends at `left`.
    fn mark(&self, mark: &str, left: f32, size: f32, spot: Spot) -> Run {
        let size = MARK * size;
        let mut edges = vec![left];
        let mut cell = 0;
        for c in mark.chars() {
            cell += cells_of(c);
            edges.push(left + cell as f32 * self.half * MARK);
        }
        let right = edges.last().copied().unwrap_or(left);
        // Its top is that of the text, so its middle is a fifth of an em higher.
        let bbox = Rect::new(left, self.top, right, self.top + size);
        let (turn, ink) = (Turn::Upright, Ink::Seen { lightness: 0.0 });
        let (text, spot, joints) = (mark.to_owned(), Some(spot), Vec::new());
        Run { text, bbox, edges, size, turn, ink, spot, joints, sight: None }
    }
}
