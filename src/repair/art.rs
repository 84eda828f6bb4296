//! Tables drawn with characters, for the tests of this stage.
//!
//! A page of a table is a block of lines, a row a line, `|` between cells; `<` and `^` stand where
//! the cell to the left or above covers a place. `=== 2` begins page 2; `=== 2.1/2` the second panel
//! of two on it, `=== 2 wide` a page whose first column is wider, `=== 2 open` one without upright rules whose last column
//! has the room of one more. A line `# Role text` between blocks is a line of text with that role.

use crate::geom::Rect;
use crate::place::{Place, PlacedText};
use crate::repair::document::{Slot, Table, TableRow};
use crate::segment::outline::{Block, Fragment, Frame, GridCell, Layout, Role, Ruling, TextBlock};

/// Reads drawn pages.
pub(super) fn blocks(drawing: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut page, mut panel, mut panels, mut set) = (1, 0, 1, "");
    let mut rows: Vec<Vec<&str>> = Vec::new();
    for line in drawing.lines() {
        let is_row = !(line.starts_with("=== ") || line.starts_with("# "));
        if is_row {
            rows.push(line.split('|').map(str::trim).collect());
            continue;
        }
        if !rows.is_empty() {
            blocks.push(Block::Table(fragment(&rows, page, panel, panels, set)));
            rows.clear();
        }
        if let Some(at) = line.strip_prefix("=== ") {
            let (at, how) = at.split_once(' ').unwrap_or((at, ""));
            set = how;
            let (number, rest) = at.split_once('.').unwrap_or((at, "0/1"));
            let (index, count) = rest.split_once('/').expect("a panel is drawn index/count");
            page = number.parse().expect("a page has a number");
            panel = index.parse().expect("a panel has an index");
            panels = count.parse().expect("panels have a count");
        } else if let Some((role, text)) = line[2..].split_once(' ') {
            blocks.push(Block::Text(text_block(role, text, page)));
        }
    }
    if !rows.is_empty() {
        blocks.push(Block::Table(fragment(&rows, page, panel, panels, set)));
    }
    blocks
}

fn placed(text: &str, place: Place) -> PlacedText {
    let mut placed = PlacedText::new();
    text.chars().for_each(|ch| placed.push(ch, place));
    placed
}

fn text_block(role: &str, text: &str, page: u32) -> TextBlock {
    let role = match role {
        "AnnexTitle" => Role::AnnexTitle,
        "UnitCaption" => Role::UnitCaption,
        "Continuation" => Role::Continuation,
        "Heading" => Role::Heading { level: 2 },
        "TableNote" => Role::TableNote,
        _ => Role::Prose,
    };
    TextBlock {
        role,
        text: placed(text, Place::of_box(page, Rect::default())),
        raw: text.to_owned(),
        page,
        bbox: Rect::default(),
        size: 12.0,
        flows_on: false,
        layout: Layout::Seen,
    }
}

/// What one page shows: columns 80 points wide, rows 20 high.
fn fragment(drawn: &[Vec<&str>], page: u32, panel: u16, panels: u16, set: &str) -> Fragment {
    let (rows, cols) = (drawn.len(), drawn[0].len());
    let mut cells = Vec::new();
    for (row, line) in drawn.iter().enumerate() {
        assert_eq!(line.len(), cols, "rows of one page have as many cells: {line:?}");
        for (col, &word) in line.iter().enumerate().filter(|(_, word)| !["<", "^"].contains(word)) {
            let colspan = 1 + line[col + 1..].iter().take_while(|word| **word == "<").count();
            let rowspan = 1 + drawn[row + 1..].iter().take_while(|line| line[col] == "^").count();
            let bbox = Rect::new(
                col as f32 * 80.0,
                row as f32 * 20.0,
                (col + colspan) as f32 * 80.0,
                (row + rowspan) as f32 * 20.0,
            );
            let text = placed(word, Place::of_box(page, bbox));
            cells.push(GridCell {
                row,
                col,
                rowspan,
                colspan,
                raw: word.to_owned(),
                text,
                marks: Vec::new(),
                bbox,
                place: None,
            });
        }
    }
    Fragment {
        page,
        bbox: Rect::new(0.0, 0.0, cols as f32 * 80.0, rows as f32 * 20.0),
        ruling: if set == "open" { Ruling::Horizontal } else { Ruling::Grid },
        panel,
        panels,
        row_edges: (0..=rows).map(|i| i as f32 * 20.0).collect(),
        col_edges: (0..=cols)
            .map(|i| match set {
                "wide" if i > 0 => i + 1,
                "open" if i == cols => i + 1,
                _ => i,
            })
            .map(|i| i as f32 * 80.0)
            .collect(),
        cells,
        layout: Layout::Seen,
        frame: Frame::default(),
    }
}

/// Draws whole tables: title, header, a line, rows.
pub(super) fn show(tables: &[Table]) -> String {
    let mut shown = String::new();
    for table in tables {
        shown.push_str("table");
        for text in [&table.title, &table.heading, &table.unit].into_iter().flatten() {
            shown.push_str(&format!(" \"{}\"", text.as_str()));
        }
        shown.push('\n');
        table.header.iter().for_each(|row| shown.push_str(&show_row(row)));
        shown.push_str("----\n");
        table.rows.iter().for_each(|row| shown.push_str(&show_row(row)));
    }
    shown
}

fn show_row(row: &TableRow) -> String {
    let words = row.slots.iter().map(|slot| match slot {
        Slot::Cell(cell) => cell.text.as_str(),
        Slot::Left => "<",
        Slot::Above => "^",
    });
    words.collect::<Vec<_>>().join(" | ").trim_end().to_owned() + "\n"
}
