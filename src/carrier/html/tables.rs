//! A table element in, its grid out, by the table model of HTML (WHATWG, 4.9.12): spans over rows and
//! columns, rows and cells that are hidden left out. A table that merely sets things side by side has none.

use super::blocks::{Around, Block, Shows, Walk};
use super::style::Part;
use super::tree::{Id, Tree};
use crate::carrier::flow::{Grid, GridCell, TextLine};
use crate::place::Spot;
use std::collections::BTreeSet;

/// A cell reaches over so many columns at most, as the standard has it.
const MOST_COLUMNS: usize = 1000;
/// A cell reaches over so many rows at most.
const MOST_ROWS: usize = 65_534;
/// A header has so many rows at most.
const HEAD_ROWS: usize = 4;
/// A cell of more characters that holds sentences is prose.
const PROSE: usize = 80;

/// The grid of a table; `None` where the table is there for the layout of the page.
pub(super) fn grid(walk: &mut Walk, table: Id, around: Around) -> Option<Grid> {
    let sections = sections(walk, table);
    let cells: Vec<Id> =
        sections.iter().flatten().flat_map(|row| row.cells.iter().copied()).collect();
    if cells.len() < 2 || is_layout(walk, &cells) {
        return None;
    }
    let collapsed = collapsed(walk, table);
    // Rows that are there for the spans of others and not shown.
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    let mut grid = Grid::default();
    let (mut rows, mut cols) = (0, 0);
    let mut row_numbers = Vec::new();
    let mut pictures: Vec<(usize, Spot)> = Vec::new();
    for section in &sections {
        // A span ends where its section does.
        let end = rows + section.len();
        // For each column, the row that a cell from above reaches to.
        let mut taken: Vec<usize> = Vec::new();
        for row in section {
            row_numbers.push(row.number);
            if row.is_collapsed {
                gone.insert(rows);
            }
            let mut col = 0;
            for &cell in &row.cells {
                while taken.get(col).is_some_and(|&until| until > rows) {
                    col += 1;
                }
                let span = |name| walk.tree.attribute(cell, name).and_then(number_of);
                let colspan = span("colspan").unwrap_or(1).clamp(1, MOST_COLUMNS);
                let rowspan = match span("rowspan").unwrap_or(1).min(MOST_ROWS) {
                    0 => end - rows,
                    rowspan => rowspan.min(end - rows),
                };
                if taken.len() < col + colspan {
                    taken.resize(col + colspan, 0);
                }
                taken[col..col + colspan].fill(rows + rowspan);
                let in_column = (col..col + colspan).all(|col| collapsed.contains(&col));
                if row.is_collapsed || in_column {
                    if !row.is_collapsed {
                        walk.hide(cell);
                    }
                    col += colspan;
                    continue;
                }
                let lines = walk.lines_of_cell(cell, around);
                if lines.is_empty() && shows_picture(walk.tree, cell) {
                    let (table, column) = (walk.tables + 1, col as u32 + 1);
                    let spot = Spot::Cell { table, row: row.number, col: column, character: 1 };
                    pictures.push((col, spot));
                }
                grid.cells.push(GridCell { row: rows, col, rowspan, colspan, lines });
                col += colspan;
                cols = cols.max(col);
            }
            rows += 1;
        }
    }
    // Columns that no cell begins in are there only because a cell says that it spans more.
    let begun = grid.cells.iter().map(|cell| cell.col + 1).max().unwrap_or(0);
    let used = grid.cells.iter().filter(|c| c.colspan < cols).map(|c| c.col + c.colspan).max();
    cols = cols.min(used.unwrap_or(cols).max(begun));
    grid.row_numbers = row_numbers;
    grid.col_numbers = (1..=cols as u32).collect();
    if is_prose(&grid) {
        return None;
    }
    let has_figures = |col: usize| grid.cells.iter().any(|c| c.col == col && is_figure(c));
    walk.pictures
        .extend(pictures.into_iter().filter(|(col, _)| has_figures(*col)).map(|(_, spot)| spot));
    for cell in &mut grid.cells {
        (cell.row, cell.rowspan) = without(&gone, cell.row, cell.rowspan);
        (cell.col, cell.colspan) = without(&collapsed, cell.col, cell.colspan);
    }
    let mut row = 0..;
    grid.row_numbers.retain(|_| row.next().is_some_and(|row| !gone.contains(&row)));
    grid.col_numbers.retain(|number| !collapsed.contains(&(*number as usize - 1)));
    Some(grid)
}

/// Puts a header that scrolls apart from its table, as a table of its own, back on it: no more rows than a header
/// has, no figure in them, the same columns, and nothing but room between the two.
pub(super) fn join_heads(blocks: &mut [Block]) {
    let mut head: Option<usize> = None;
    for at in 0..blocks.len() {
        match &blocks[at].shows {
            Shows::Gap => {}
            Shows::Line { .. } => head = None,
            Shows::Table(body) => {
                let above = head.take().map(|index| (index, &blocks[index].shows));
                let joined = match above {
                    Some((index, Shows::Table(above))) => {
                        with_head(above, body).map(|joined| (index, joined))
                    }
                    _ => None,
                };
                match joined {
                    Some((index, joined)) => {
                        blocks[index].shows = Shows::Gap;
                        blocks[at].shows = Shows::Table(joined);
                    }
                    None => head = Some(at),
                }
            }
        }
    }
}

/// A table under the header that stands above it; its rows are counted on from those of the header.
fn with_head(head: &Grid, body: &Grid) -> Option<Grid> {
    let (rows, cols) = (head.row_numbers.len(), body.col_numbers.len());
    // A copy of the table's own header, which a script lets stand while the table scrolls.
    let own = |grid: &Grid| {
        let mut cells: Vec<GridCell> =
            grid.cells.iter().filter(|c| c.row < rows).cloned().collect();
        cells.sort_by_key(|cell| (cell.row, cell.col));
        cells
    };
    if rows <= HEAD_ROWS && rows < body.row_numbers.len() && own(head) == own(body) {
        return Some(body.clone());
    }
    // A narrow column may stand above the scroll bar.
    let gutter = head.col_numbers.len() == cols + 1
        && head.cells.iter().filter(|cell| cell.col == cols).all(|cell| cell.lines.is_empty());
    let fits = (1..=HEAD_ROWS).contains(&rows)
        && (head.col_numbers.len() == cols || gutter)
        && !head.cells.iter().any(is_figure)
        && body.cells.iter().any(|cell| cell.row == 0 && is_figure(cell));
    if !fits {
        return None;
    }
    let mut joined = Grid { table: body.table, ..head.clone() };
    joined.cells.retain(|cell| cell.col < cols);
    joined.col_numbers.truncate(cols);
    let last = joined.row_numbers.last().copied().unwrap_or(0);
    joined.row_numbers.extend(body.row_numbers.iter().map(|number| last + number));
    let below = body.cells.iter().cloned();
    joined.cells.extend(below.map(|cell| GridCell { row: cell.row + rows, ..cell }));
    Some(joined)
}

/// Whether a cell holds a figure and nothing else.
fn is_figure(cell: &GridCell) -> bool {
    let text: String = cell.lines.iter().map(|line| line.text.trim()).collect();
    text.starts_with(char::is_numeric) && !text.contains(char::is_alphabetic)
}

/// Whether a picture stands in an element, other than one that makes room.
fn shows_picture(tree: &Tree, id: Id) -> bool {
    tree.within(id).any(|id| {
        let is_room = |name| {
            let size = tree.attribute(id, name).and_then(|size| size.trim().parse::<f32>().ok());
            size.is_some_and(|size| size < 6.0)
        };
        match tree.name(id) {
            "img" => !is_room("width") && !is_room("height"),
            "svg" | "canvas" | "object" => true,
            _ => false,
        }
    })
}

/// Where a cell stands, and how far it reaches, without the rows or columns that are gone.
fn without(gone: &BTreeSet<usize>, at: usize, span: usize) -> (usize, usize) {
    let before = |at: usize| gone.range(..at).count();
    (at - before(at), (span - (before(at + span) - before(at))).max(1))
}

/// The number that an attribute begins with, as browsers read it: `2;` is 2 (WHATWG, 2.3.4.2).
fn number_of(value: &str) -> Option<usize> {
    let value = value.trim_start();
    let value = value.strip_prefix('+').unwrap_or(value);
    let end = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    value[..end].parse().ok()
}

/// The columns that are not shown (`visibility: collapse` on their `col`).
fn collapsed(walk: &Walk, table: Id) -> BTreeSet<usize> {
    let tree = walk.tree;
    let groups = tree.children(table).filter(|&id| matches!(tree.name(id), "colgroup" | "col"));
    let mut collapsed = BTreeSet::new();
    let mut col = 0;
    for group in groups {
        let of_group = walk.style(group).is_collapsed;
        let cols: Vec<Id> = tree.children(group).filter(|&id| tree.name(id) == "col").collect();
        let cols = if cols.is_empty() { vec![group] } else { cols };
        for id in cols {
            let span = tree.attribute(id, "span").and_then(number_of).unwrap_or(1);
            let end = (col + span.clamp(1, MOST_COLUMNS)).min(MOST_COLUMNS);
            if of_group || walk.style(id).is_collapsed {
                collapsed.extend(col..end);
            }
            col = end;
        }
    }
    collapsed
}

/// A row that is shown, or that takes part in the grid.
struct Row {
    /// Which row of the table it is, counted from 1; hidden ones count.
    number: u32,
    cells: Vec<Id>,
    /// Whether it is not shown, and other cells reach over it all the same (`visibility: collapse`).
    is_collapsed: bool,
}

/// The rows of a table, section by section: head, bodies, foot.
fn sections(walk: &mut Walk, table: Id) -> Vec<Vec<Row>> {
    let tree = walk.tree;
    let mut number = 0;
    let (mut head, mut bodies, mut foot) = (Vec::new(), Vec::new(), Vec::new());
    for part in tree.children(table) {
        let kind = walk.part(part);
        let rows: Vec<Id> = match kind {
            Some(Part::Head | Part::Body | Part::Foot) => {
                tree.children(part).filter(|&id| walk.part(id) == Some(Part::Row)).collect()
            }
            Some(Part::Row) => vec![part],
            _ => continue,
        };
        let of_part = walk.style(part);
        let mut section = Vec::new();
        for row in rows {
            number += 1;
            let style = walk.style(row);
            let is_collapsed = of_part.is_collapsed || style.is_collapsed;
            if of_part.hidden == Some(true) || style.hidden == Some(true) {
                walk.hide(row);
                if !is_collapsed {
                    continue;
                }
            }
            let mut cells = Vec::new();
            for cell in tree.children(row) {
                // What stands in a row and in no cell of it has one of its own (CSS 2.2, 17.2.1).
                if walk.part(cell) != Some(Part::Cell) && !walk.has_text(cell) {
                    continue;
                }
                if !is_collapsed && walk.style(cell).hidden == Some(true) {
                    walk.hide(cell);
                } else {
                    cells.push(cell);
                }
            }
            section.push(Row { number, cells, is_collapsed });
        }
        match kind {
            Some(Part::Head) => head.push(section),
            Some(Part::Foot) => foot.push(section),
            _ => bodies.push(section),
        }
    }
    head.into_iter().chain(bodies).chain(foot).collect()
}

/// What stands in a table and in no row of it: its caption, and what is put beside the rows of one that a style sheet makes;
/// above the first row, and below that.
pub(super) fn beside(walk: &Walk, table: Id) -> [Vec<Id>; 2] {
    let tree = walk.tree;
    let mut beside = [Vec::new(), Vec::new()];
    let mut at = 0;
    let mut put = |id: Id, kind: Option<Part>| match kind {
        Some(Part::Row) => at = 1,
        _ if matches!(tree.name(id), "col" | "colgroup") => {}
        _ => beside[at].push(id),
    };
    for part in tree.children(table) {
        match walk.part(part) {
            Some(Part::Head | Part::Body | Part::Foot) => {
                tree.children(part).for_each(|id| put(id, walk.part(id)));
            }
            kind => put(part, kind),
        }
    }
    beside
}

/// Whether the cells are there to hold other tables: those inside them have far more cells. A table of one cell only
/// sets what it holds.
fn is_layout(walk: &Walk, cells: &[Id]) -> bool {
    let tree = walk.tree;
    let inner = |cell: Id| {
        let inner = tree.within(cell).skip(1);
        match inner.filter(|&id| matches!(tree.name(id), "td" | "th")).count() {
            1 => 0,
            count => count,
        }
    };
    let inner: Vec<usize> = cells.iter().map(|&cell| inner(cell)).collect();
    let plain = inner.iter().filter(|&&count| count == 0).count();
    inner.iter().sum::<usize>() > 2 * plain
}

/// Whether the cells are prose rather than entries: a frame around text, or text in two columns.
fn is_prose(grid: &Grid) -> bool {
    let filled: Vec<&GridCell> = grid.cells.iter().filter(|c| !c.lines.is_empty()).collect();
    let text = |cell: &GridCell| -> String {
        cell.lines.iter().map(|line: &TextLine| line.text.as_str()).collect()
    };
    let prose = |cell: &&&GridCell| {
        let text = text(cell);
        cell.lines.len() > 2 && text.chars().count() > PROSE && text.contains('。')
    };
    filled.len() < 2 || filled.len() < 7 && filled.iter().filter(prose).count() > 0
}
