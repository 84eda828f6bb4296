//! Tables whose cells the document tells in, fragments out: the one witness that has nothing to find.
//!
//! What is told as a table need not be one: a frame around names, a sheet whose first rows are a label, a
//! title and a unit and whose last are notes, two annexes one below the other. Rows that are captions become
//! lines again, each line of a cell one of its own, and are told apart as all lines are.

use crate::diag::{Repair, Sink, Stage};
use crate::geom::Rect;
use crate::lexicon;
use crate::normalize::lines::{CellNumber, Layout, Line, LinedPage, Piece, ToldTable, wants_space};
use crate::place::{Place, PlacedText};
use crate::profile::Profile;
use crate::segment::annexes::is_label_alone;
use crate::segment::captions::is_unit;
use crate::segment::figures::is_figure;
use crate::segment::outline::{Fragment, Frame, GridCell, Ruling};
use std::ops::Range;

/// No table has more rows of captions above its header.
const CAPTIONS: usize = 12;
/// What a row begins with that says who fills in a table, or when.
const FILLED_IN: &[&str] = &[
    "填报单位",
    "填报人",
    "填报日期",
    "填报时间",
    "填表单位",
    "填表人",
    "填表日期",
    "编制单位",
    "编报单位",
    "制表单位",
    "制表人",
    "制表",
    "报送单位",
    "报送日期",
    "报送时间",
    "上报单位",
    "单位名称",
    "单位负责人",
    "主要负责人",
    "分管负责人",
    "负责人",
    "审核人",
    "审核",
    "复核",
    "复核人",
    "经办人",
    "联系人",
    "联系电话",
    "盖章",
    "表号",
    "制定机关",
    "批准机关",
    "批准文号",
    "文号",
    "有效期",
];

/// What the document tells of a page's tables.
pub(super) struct Told {
    /// The tables, in the order of the document.
    pub fragments: Vec<Fragment>,
    /// What stands in told cells and belongs to no table.
    pub lines: Vec<Line>,
}

/// The tables that the document tells of; one that merely sets text side by side is none.
pub(super) fn tables(sink: &mut Sink, page: &LinedPage) -> Told {
    let mut pieces: Vec<Vec<(usize, &Piece)>> = vec![Vec::new(); page.tables.len()];
    for piece in page.lines.iter().flat_map(|line| &line.pieces) {
        let Some(CellNumber { table, cell }) = piece.cell else { continue };
        if let Some(pieces) = pieces.get_mut(table as usize) {
            pieces.push((cell as usize, piece));
        }
    }
    let mut told = Told { fragments: Vec::new(), lines: Vec::new() };
    for (table, pieces) in page.tables.iter().zip(pieces) {
        let texts = Texts::of(pieces, table.cells.len());
        let view = View::of(table, &texts, page.layout);
        for part in view.parts() {
            match part {
                Part::Table(rows) => {
                    told.fragments.push(view.fragment(sink, page.number, rows));
                }
                Part::Lines(rows) => told.lines.extend(rows.flat_map(|row| view.lines(row))),
            }
        }
    }
    told
}

/// What stands in the cells of a table, in one list.
struct Texts<'a> {
    /// Those of the first cell, then those of the second.
    pieces: Vec<&'a Piece>,
    /// Where those of each cell end in the list.
    ends: Vec<usize>,
}

impl<'a> Texts<'a> {
    /// The pieces of each of so many cells, which come with the index of theirs.
    fn of(mut pieces: Vec<(usize, &'a Piece)>, cells: usize) -> Texts<'a> {
        pieces.sort_by_key(|(cell, _)| *cell);
        let ends = (0..cells).scan(0, |end, cell| {
            *end += pieces[*end..].iter().take_while(|(own, _)| *own == cell).count();
            Some(*end)
        });
        let ends = ends.collect();
        Texts { pieces: pieces.into_iter().map(|(_, piece)| piece).collect(), ends }
    }

    fn of_cell(&self, cell: usize) -> &[&'a Piece] {
        let start = cell.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.pieces[start..self.ends[cell]]
    }
}

/// A part of what is told as one table.
enum Part {
    Table(Range<usize>),
    Lines(Range<usize>),
}

/// A told table with what stands in its cells.
struct View<'a> {
    table: &'a ToldTable,
    texts: &'a Texts<'a>,
    layout: Layout,
    rows: usize,
    /// Columns up to the last one that holds text.
    cols: usize,
    /// For each row the filled cells that begin in it, left to right.
    begun: Vec<Vec<usize>>,
    /// For each row, whether a filled cell above reaches into it.
    covered: Vec<bool>,
}

impl<'a> View<'a> {
    fn of(table: &'a ToldTable, texts: &'a Texts<'a>, layout: Layout) -> View<'a> {
        let (rows, cols) = (table.row_edges.len(), table.col_edges.len());
        let (rows, cols) = (rows.saturating_sub(1), cols.saturating_sub(1));
        let mut view = View {
            table,
            texts,
            layout,
            rows: 0,
            cols: 0,
            begun: vec![Vec::new(); rows],
            covered: vec![false; rows],
        };
        for (index, cell) in table.cells.iter().enumerate() {
            let reaches = (cell.row + cell.rowspan).min(rows);
            if texts.of_cell(index).is_empty() || cell.row >= rows || cell.col >= cols {
                continue;
            }
            view.begun[cell.row].push(index);
            view.covered[cell.row..reaches].iter_mut().skip(1).for_each(|row| *row = true);
            view.rows = view.rows.max(reaches);
            // A title may reach further to the right than its table does.
            let alone = cell.colspan > 1 && cell.col == 0;
            let right = if alone { cell.col + 1 } else { cell.col + cell.colspan };
            view.cols = view.cols.max(right.min(cols));
        }
        let wide = |view: &View| {
            let begun = view.begun.iter().filter(|row| row.len() > 1).flatten();
            begun.map(|&i| table.cells[i].col + table.cells[i].colspan).max()
        };
        view.cols = view.cols.max(wide(&view).unwrap_or(0).min(cols));
        view
    }

    /// The parts: tables and the captions around them, top down.
    fn parts(&self) -> Vec<Part> {
        // A typed text tells its tables by tabs alone, and its captions are lines already.
        if self.layout == Layout::Typed {
            let is_table = |rows: Range<usize>| self.cols > 1 && !self.is_frame(rows);
            // A converter may take them for rows all the same.
            let first = self.behind_captions(0..self.rows);
            if first > 0 && is_table(first..self.rows) {
                return vec![Part::Lines(0..first), Part::Table(first..self.rows)];
            }
            let rows = 0..self.rows;
            return vec![if is_table(rows.clone()) {
                Part::Table(rows)
            } else {
                Part::Lines(rows)
            }];
        }
        let mut parts = Vec::new();
        let mut start = 0;
        while start < self.rows {
            let next = (start + 1..self.rows).find(|&row| self.is_label(row)).unwrap_or(self.rows);
            self.part(start..next, &mut parts);
            start = next;
        }
        parts
    }

    /// A table with captions above and notes below it, up to the label of the next one.
    fn part(&self, rows: Range<usize>, parts: &mut Vec<Part>) {
        let first = self.behind_captions(rows.clone());
        let last = self.before_notes(first..rows.end);
        if last <= first || self.cols < 2 || self.is_frame(first..last) {
            parts.push(Part::Lines(rows));
            return;
        }
        parts.push(Part::Lines(rows.start..first));
        parts.push(Part::Table(first..last));
        parts.push(Part::Lines(last..rows.end));
    }

    /// Where the captions above a table end.
    fn behind_captions(&self, rows: Range<usize>) -> usize {
        let mut row = rows.start;
        let most = rows.end.min(rows.start + CAPTIONS);
        while row < most && self.is_caption(row) {
            row += 1;
        }
        // Cells over all columns right above figures head a group of rows; above a header they are captions.
        if row < rows.end && self.begun[row].iter().any(|&i| self.is_figure(i)) {
            let stated = |row: &usize| self.is_label(*row) || self.is_stated(*row);
            row = (rows.start..row).rev().find(stated).map_or(rows.start, |row| row + 1);
        }
        row
    }

    /// Where the notes below a table begin.
    fn before_notes(&self, rows: Range<usize>) -> usize {
        let alone = |row: usize| !self.covered[row] && self.begun[row].len() < 2;
        let below = |row: usize| alone(row) || self.is_filled_in(row);
        let first = rows.clone().rev().take_while(|&row| below(row)).last().unwrap_or(rows.end);
        let notes = |row: &usize| {
            self.is_filled_in(*row)
                || self.begun[*row].first().is_some_and(|&i| {
                    let text = self.compact(i);
                    lexicon::is_note(&text) || text.ends_with('。')
                })
        };
        (first..rows.end).find(notes).unwrap_or(rows.end)
    }

    /// Whether the row is a caption: blank, one text over all columns or alone in its row, a unit, who filled it in.
    fn is_caption(&self, row: usize) -> bool {
        if self.covered[row] {
            return false;
        }
        match self.begun[row].as_slice() {
            [] => true,
            [one] => {
                let cell = &self.table.cells[*one];
                let text = self.compact(*one);
                let below = self.begun.get(row + 1).and_then(|next| next.first());
                let heads = below.is_none_or(|&next| self.table.cells[next].col == 0);
                cell.rowspan == 1 && cell.colspan >= self.cols
                    || self.is_above_unit(row)
                    || cell.col == 0 && cell.rowspan == 1 && (cell.colspan > 1 || heads)
                    || is_unit(&text)
                    || is_label_alone(&text)
                    || text.contains(['：', ':'])
            }
            _ => self.is_stated(row),
        }
    }

    /// Whether the next filled row says what the unit is: no such row stands between the tiers of a header.
    fn is_above_unit(&self, row: usize) -> bool {
        let below = (row + 1..self.rows).find(|&row| !self.begun[row].is_empty());
        below.is_some_and(|below| !self.covered[below] && self.is_stated(below))
    }

    /// Whether the row says what the unit is, or who filled in the table: not where the unit stands in the corner of a
    /// header, which has a word over each column.
    fn is_stated(&self, row: usize) -> bool {
        !self.is_cornered(row) && self.begun[row].iter().any(|&i| is_unit(&self.compact(i)))
            || self.is_filled_in(row)
    }

    /// Whether the row has a unit in its first cell and a word over each other column.
    fn is_cornered(&self, row: usize) -> bool {
        let Some((&corner, others)) = self.begun[row].split_first() else { return false };
        let width = |&i: &usize| self.table.cells[i].colspan;
        let has_colon = |&i: &usize| self.compact(i).contains(['：', ':']);
        self.table.cells[corner].col == 0
            && !others.is_empty()
            && self.begun[row].iter().map(width).sum::<usize>() >= self.cols
            && is_unit(&self.compact(corner))
            && !others.iter().any(has_colon)
    }

    fn is_filled_in(&self, row: usize) -> bool {
        self.begun[row].iter().any(|&i| {
            let text = self.compact(i);
            let behind = FILLED_IN.iter().find_map(|word| text.strip_prefix(word));
            behind.is_some_and(|rest| {
                rest.trim_start_matches(['（', '(', '盖', '签', '公', '章', '字', '）', ')'])
                    .starts_with(['：', ':'])
            })
        })
    }

    /// Whether the row is the label of an annex, its title behind it or not, a unit at its end or none.
    fn is_label(&self, row: usize) -> bool {
        let is_label = |one: &usize| !self.covered[row] && is_label_alone(&self.compact(*one));
        match self.begun[row].as_slice() {
            [one] => is_label(one),
            [one, unit] => is_label(one) && is_unit(&self.compact(*unit)),
            _ => false,
        }
    }

    /// Whether no two cells stand beside each other in enough rows to make a table.
    fn is_frame(&self, rows: Range<usize>) -> bool {
        let filled = rows.clone().filter(|&row| !self.begun[row].is_empty()).count();
        let beside = |row: &usize| self.begun[*row].len() + usize::from(self.covered[*row]) > 1;
        let beside = rows.filter(beside).count();
        match self.layout {
            Layout::Typed => beside < if filled > 3 { 2 } else { 1 },
            _ => filled < 2 || beside < 1,
        }
    }

    fn is_figure(&self, cell: usize) -> bool {
        self.table.cells[cell].col > 0 && is_figure(&self.compact(cell))
    }

    /// The text of a cell without white space.
    fn compact(&self, cell: usize) -> String {
        let pieces = self.texts.of_cell(cell).iter();
        let chars = pieces.flat_map(|piece| piece.text.as_str().chars());
        chars.filter(|c| !c.is_whitespace()).collect()
    }

    /// The row as lines: the first lines of its cells, then the second ones.
    fn lines(&self, row: usize) -> Vec<Line> {
        let cells: Vec<&[&Piece]> =
            self.begun[row].iter().map(|&i| self.texts.of_cell(i)).collect();
        let most = cells.iter().map(|pieces| pieces.len()).max().unwrap_or(0);
        // What reaches over all columns may be several captions side by side.
        let beside =
            |pieces: &&[&Piece]| pieces.windows(2).all(|pair| pair[0].bbox.y0 == pair[1].bbox.y0);
        let lines: Vec<Vec<&Piece>> = if cells.iter().all(beside) {
            vec![cells.iter().flat_map(|pieces| pieces.iter().copied()).collect()]
        } else {
            (0..most).map(|i| cells.iter().filter_map(|p| p.get(i).copied()).collect()).collect()
        };
        let line = |pieces: Vec<&Piece>| {
            let bbox = pieces.iter().map(|p| p.bbox).reduce(|a, b| a.union(&b))?;
            Some(Line { pieces: pieces.into_iter().cloned().collect(), bbox })
        };
        lines.into_iter().filter_map(line).collect()
    }

    /// The text of a cell line by line.
    fn lines_of(&self, cell: usize) -> Vec<&'a [&'a Piece]> {
        self.texts.of_cell(cell).chunk_by(|a, b| a.bbox.y0 == b.bbox.y0).collect()
    }

    /// How many rows are set as one whose cells have a line for each: one cell names a region in each line, and each
    /// other one has as many figures, or one text beside all of them.
    fn rows_in(&self, row: usize) -> usize {
        if self.begun[row].iter().all(|&cell| self.texts.of_cell(cell).len() < 2) {
            return 1;
        }
        let lines: Vec<_> = self.begun[row].iter().map(|&cell| self.lines_of(cell)).collect();
        let text = |line: &&[&Piece]| line.iter().map(|p| p.text.as_str()).collect::<String>();
        let is_name = |name: &String| {
            let is_rest = name.starts_with(['（', '(']) || lexicon::is_tail_of_name(name);
            !is_rest && !is_figure(name)
        };
        let are_figures = |lines: &&Vec<&[&Piece]>| lines.iter().all(|line| is_figure(&text(line)));
        let is_text = |lines: &&Vec<&[&Piece]>| lines.len() > 1 && !are_figures(lines);
        let Some(names) = lines.iter().find(is_text) else { return 1 };
        let texts: Vec<String> = names.iter().map(text).collect();
        let name_regions = Profile::of(texts.iter().map(String::as_str)).is_regions();
        if !name_regions || !texts.iter().all(is_name) {
            return 1;
        }
        let are_beside = |lines: &&Vec<&[&Piece]>| lines.len() == names.len() && are_figures(lines);
        let figures = lines.iter().filter(are_beside).count();
        let alone = lines.iter().filter(|lines| lines.len() == 1).count();
        let whole = |&cell: &usize| self.table.cells[cell].rowspan == 1;
        // Two lines of a name beside two of one figure may be one row.
        let enough = figures > 1 || figures > 0 && names.len() > 2;
        match enough && 1 + figures + alone == lines.len() && self.begun[row].iter().all(whole) {
            true => names.len(),
            false => 1,
        }
    }

    /// Puts on record that the lines of a row's cells are rows, by its first cell.
    fn note_lines(&self, sink: &mut Sink, first: usize) {
        let names = self
            .lines_of(first)
            .into_iter()
            .map(|line| line.iter().map(|piece| piece.text.as_str()).collect::<String>());
        let names: Vec<String> = names.collect();
        sink.repair(Repair {
            stage: Stage::Segment,
            rule: "lines_as_rows",
            place: Some(self.table.cells[first].place),
            before: names.concat(),
            after: names.join(" | "),
        });
    }

    /// The rows as a fragment; blank ones at its end go.
    fn fragment(&self, sink: &mut Sink, page: u32, rows: Range<usize>) -> Fragment {
        let end = rows.clone().rev().find(|&row| !self.begun[row].is_empty() || self.covered[row]);
        let (start, end) = (rows.start, end.map_or(rows.start, |row| row + 1));
        let cols = self.cols;
        let xs = &self.table.col_edges;
        let (mut firsts, mut row_edges) = (Vec::with_capacity(end - start + 1), Vec::new());
        for (row, edges) in (start..end).zip(self.table.row_edges[start..].windows(2)) {
            firsts.push(row_edges.len());
            let parts = self.rows_in(row);
            let high = (edges[1] - edges[0]) / parts as f32;
            row_edges.extend((0..parts).map(|part| edges[0] + part as f32 * high));
            if let (true, Some(&first)) = (parts > 1, self.begun[row].first()) {
                self.note_lines(sink, first);
            }
        }
        firsts.push(row_edges.len());
        row_edges.push(self.table.row_edges[end]);
        let mut cells: Vec<GridCell> = Vec::new();
        for (index, cell) in self.table.cells.iter().enumerate() {
            if !(start..end).contains(&cell.row) || cell.col >= cols {
                continue;
            }
            let right = (cell.col + cell.colspan).min(cols);
            let (top, low) = (cell.row - start, (cell.row + cell.rowspan).min(end) - start);
            let mut add = |rows: Range<usize>, pieces: &[&Piece], place: Place| {
                let mut grid = GridCell {
                    row: rows.start,
                    col: cell.col,
                    rowspan: rows.len(),
                    colspan: right - cell.col,
                    raw: String::new(),
                    text: PlacedText::new(),
                    marks: Vec::new(),
                    bbox: Rect::new(
                        xs[cell.col],
                        row_edges[rows.start],
                        xs[right],
                        row_edges[rows.end],
                    ),
                    place: Some(place),
                };
                join(&mut grid, pieces);
                cells.push(grid);
            };
            let rows = firsts[top]..firsts[low];
            if low > top + 1 || rows.len() == 1 {
                add(rows, self.texts.of_cell(index), cell.place);
                continue;
            }
            match self.lines_of(index).as_slice() {
                [beside_all] => add(rows, beside_all, cell.place),
                lines => {
                    for (line, row) in rows.enumerate() {
                        let line = lines.get(line).copied().unwrap_or_default();
                        let place = line.first().and_then(|piece| piece.text.place());
                        add(row..row + 1, line, place.unwrap_or(cell.place));
                    }
                }
            }
        }
        if row_edges.len() > end - start + 1 {
            cells.sort_by_key(|cell| (cell.row, cell.col));
        }
        let (top, foot) = (row_edges[0], self.table.row_edges[end]);
        let col_edges = xs[..=cols].to_vec();
        let bbox = Rect::new(xs[0], top, xs[cols], foot);
        let (ruling, layout) = (Ruling::Grid, self.layout);
        let frame = Frame::default();
        Fragment {
            page,
            bbox,
            ruling,
            panel: 0,
            panels: 1,
            row_edges,
            col_edges,
            cells,
            layout,
            frame,
        }
    }
}

/// Joins the lines of a cell: nothing between Han, a space between words and between figures.
fn join(cell: &mut GridCell, pieces: &[&Piece]) {
    for piece in pieces {
        let next = piece.text.as_str().chars().next();
        if let (Some(before), Some(next)) = (cell.text.as_str().chars().next_back(), next)
            && let Some(place) = piece.text.place()
            && wants_space(before, next)
        {
            cell.text.push(' ', place);
            cell.raw.push(' ');
        }
        cell.raw.push_str(&piece.raw);
        cell.text.append(&piece.text);
        cell.marks.extend(piece.marks.iter().cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::lines::{Layout, Line, Piece, ToldCell};
    use crate::options::Options;
    use crate::place::Spot;
    use crate::segment::{art, tables};

    /// A page of one told table: a row a line, `|` between cells, `<` and `^` where one to the left or
    /// above goes on, `/` between the lines of a cell.
    fn page(drawn: &str) -> LinedPage {
        let rows: Vec<Vec<&str>> =
            drawn.lines().map(|line| line.split('|').map(str::trim).collect()).collect();
        let cols = rows[0].len();
        let edges = |count: usize| (0..=count).map(|at| at as f32 * 30.0).collect();
        let mut table =
            ToldTable { row_edges: edges(rows.len()), col_edges: edges(cols), cells: Vec::new() };
        let mut lines = Vec::new();
        for (row, words) in rows.iter().enumerate() {
            let mut line = Line::default();
            for (col, word) in
                words.iter().enumerate().filter(|(_, word)| !["<", "^"].contains(word))
            {
                let colspan = 1 + words[col + 1..].iter().take_while(|word| **word == "<").count();
                let rowspan =
                    1 + rows[row + 1..].iter().take_while(|words| words[col] == "^").count();
                let (table_row, table_col) = (row as u32 + 1, col as u32 + 1);
                let spot = Spot::Cell { table: 1, row: table_row, col: table_col, character: 1 };
                let place = Place { page: 1, spot };
                let number = CellNumber { table: 0, cell: table.cells.len() as u32 };
                table.cells.push(ToldCell { row, col, rowspan, colspan, place });
                for (at, word) in word.split('/').enumerate().filter(|(_, word)| !word.is_empty()) {
                    let top = 30.0 * row as f32 + 10.0 * at as f32;
                    let bbox =
                        Rect::new(30.0 * col as f32, top, 30.0 * col as f32 + 20.0, top + 8.0);
                    let mut text = PlacedText::new();
                    word.chars().for_each(|c| text.push(c, place));
                    let raw = word.to_owned();
                    let cell = Some(number);
                    line.pieces.push(Piece { raw, text, bbox, cell, ..Piece::default() });
                }
            }
            lines.push(line);
        }
        LinedPage {
            number: 1,
            lines,
            tables: vec![table],
            layout: Layout::Flow,
            ..Default::default()
        }
    }

    fn shown(drawn: &str) -> String {
        let pages = [page(drawn)];
        let found = tables::of_pages(&mut Sink::new(), &Options::default(), &pages);
        art::show(&found[0])
    }

    #[test]
    fn two_lines_in_cells_are_no_two_rows() {
        let said = shown(
            "城市 | 任务 | <\n^ | 户数 | 面积\n南昌市/（本级） | 0.05/(567) | 890/(123)\n九江市 | | 2\n | |",
        );
        assert_eq!(
            said,
            "grid\n| 城市 | 任务 | < |\n| ^ | 户数 | 面积 |\n| 南昌市（本级） | 0.05 (567) | 890 (123) |\n| 九江市 |  | 2 |\n"
        );
    }

    #[test]
    fn lines_of_cells_are_rows_where_each_names_a_region_and_has_its_figures() {
        let said = shown(
            "序号 | 市 | 套数 | 备注\n | 合计 | 6 |\n1/2/3 | 南昌市/九江市/赣州市 | 1/2/3 | 续建\n4/5 | 宜春市/吉安市 | 4/5 |",
        );
        assert_eq!(
            said,
            "grid\n| 序号 | 市 | 套数 | 备注 |\n|  | 合计 | 6 |  |\n| 1 | 南昌市 | 1 | 续建 |\n| 2 | 九江市 | 2 | ^ |\n| 3 | 赣州市 | 3 | ^ |\n| 4 | 宜春市 | 4 |  |\n| 5 | 吉安市 | 5 |  |\n"
        );
    }

    #[test]
    fn lines_of_a_name_or_of_a_figure_are_no_rows() {
        for row in [
            "城镇老旧/小区改造 | 1/2 | 10/20",
            "南昌市/（本级） | 1/2 | 10/20",
            "南昌/市 | 1/2 | 10/20",
            "南昌市/九江市 | 1/2 | 10",
            "南昌市/九江市/赣州市 | 1/2 | 10/20",
        ] {
            let said = shown(&format!("市 | 套数 | 资金\n{row}\n吉安市 | 4 | 40"));
            assert_eq!(said.lines().count(), 4, "{said}");
        }
    }

    #[test]
    fn a_folded_table_that_is_told_is_unfolded() {
        let said = shown("县 | 套数 | 县 | 套数\n甲县 | 1 | 丙县 | 3\n乙县 | 2 | 丁县 | 4");
        assert!(said.starts_with("grid 1 of 2\n| 县 | 套数 |\n| 甲县 | 1 |"), "{said}");
        assert!(said.contains("grid 2 of 2\n| 县 | 套数 |\n| 丙县 | 3 |"), "{said}");
    }

    #[test]
    fn a_blank_cell_has_a_place_of_its_own() {
        let found = super::tables(&mut Sink::new(), &page("县 | 套数\n甲县 | \n乙县 | 2"));
        let blank = &found.fragments[0].cells[3];
        let spot = Spot::Cell { table: 1, row: 2, col: 2, character: 1 };
        assert_eq!(blank.place, Some(Place { page: 1, spot }));
    }

    #[test]
    fn a_box_around_text_is_no_table() {
        assert_eq!(
            shown("江西省住房和城乡建设厅/江西省发展和改革委员会"),
            "rest 江西省住房和城乡建设厅\nrest 江西省发展和改革委员会\n"
        );
    }

    #[test]
    fn captions_and_notes_of_a_sheet_are_lines() {
        let said = shown(
            "附件1 | |\n2023年任务表/（申报） | < | <\n | | 单位：套\n市县 | 任务 | <\n^ | 开工 | 建成\n合计 | 1 | 2\n一、省本级 | < | <\n甲市 | 1 | 2\n注：含续建。 | < | <\n填表人：张三 | 审核：李四 |\n附件2：别的表 | < | <\n市县 | 数 |\n乙市 | 5 |",
        );
        assert_eq!(
            said,
            "grid\n| 市县 | 任务 | < |\n| ^ | 开工 | 建成 |\n| 合计 | 1 | 2 |\n| 一、省本级 | < | < |\n| 甲市 | 1 | 2 |\ngrid\n| 市县 | 数 |  |\n| 乙市 | 5 |  |\nrest 附件1\nrest 2023年任务表\nrest （申报）\nrest 单位：套\nrest 注：含续建。\nrest 填表人：张三 审核：李四\nrest 附件2：别的表\n"
        );
    }

    #[test]
    fn a_title_in_one_cell_above_a_unit_is_no_tier() {
        let table = "市县 | 开工 | 建成\n甲市 | 3 | 4";
        for title in ["2023年任务表 | |", " | 2023年任务表 |"] {
            let said = shown(&format!("附件1 | |\n{title}\n | | 单位：套\n{table}"));
            assert_eq!(
                said,
                "grid\n| 市县 | 开工 | 建成 |\n| 甲市 | 3 | 4 |\nrest 附件1\nrest 2023年任务表\nrest 单位：套\n"
            );
        }
    }

    #[test]
    fn a_group_above_figures_and_a_tier_of_one_cell_stay_in_the_table() {
        let said = shown("一、省本级 | < | <\n厅机关 | 1 | 2\n二、市县 | < | <\n甲市 | 3 | 4");
        assert!(said.starts_with("grid\n| 一、省本级 | < | < |"), "{said}");
        let said = shown("市县 | |\n | 开工 | 建成\n甲市 | 3 | 4");
        assert!(said.starts_with("grid\n| 市县 |  |  |"), "{said}");
    }
}
