//! The notice as its reader sees it, page by page: pictures of a PDF, lines of a text, paragraphs and tables of a
//! document, the cells of a sheet.

use crate::carrier;
use crate::carrier::page::{KnownTable, Layout, Page, Turn};
use crate::diag::Sink;
use crate::error::Error;
use crate::geom::{Axis, Rect};
use crate::options::Options;
use crate::place::{Place, Spot};
use crate::review::pictures::{Drawn, pictures};
use crate::review::words::Word;
use crate::source::{Kind, Source};
use std::ops::RangeInclusive;

/// One page of the notice.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Counted from 1.
    pub number: u32,
    /// The file it is of, where the notice comes in several: its index and name.
    pub part: Option<(u32, String)>,
    /// The sheet of a workbook that it is.
    pub name: Option<String>,
    /// What is on it.
    pub face: Face,
}

/// What a page shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Face {
    /// A page of a PDF.
    Drawn {
        /// Points across.
        width: f32,
        /// Points down.
        height: f32,
        /// Its picture.
        drawn: Drawn,
        /// Lines that the picture lacks, as areas.
        rules: Vec<Rect>,
    },
    /// A page of a text: its lines.
    Lines {
        /// Number of its first line in the file.
        first: u32,
        /// The lines as they stand in the file.
        lines: Vec<String>,
    },
    /// What a document says in order: its paragraphs and tables.
    Told(Vec<Block>),
}

/// A paragraph or table of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A line of text, and where it begins.
    Line(String, Place),
    /// A table.
    Table(Table),
}

/// A table as the document tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The numbers that the file gives its rows; empty for one that is told by lines of text.
    pub rows: Vec<u32>,
    /// The numbers that the file gives its columns.
    pub cols: Vec<u32>,
    /// Its cells, by row, then column.
    pub cells: Vec<TableCell>,
}

/// A cell of such a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableCell {
    /// From 0.
    pub row: usize,
    /// Rows covered.
    pub rowspan: usize,
    /// Columns covered.
    pub colspan: usize,
    /// What stands in it, a line break between lines.
    pub text: String,
    /// Where it begins.
    pub place: Place,
}

/// The pages of a notice; of a PDF, those in `which` have pictures. Says which could not be drawn.
///
/// # Errors
/// Those of `carrier`.
pub fn sheets(
    sink: &mut Sink,
    options: &Options,
    source: &Source,
    which: &RangeInclusive<u32>,
) -> Result<Vec<Sheet>, Error> {
    match source.kind {
        Kind::Pdf | Kind::Picture(_) => drawn(sink, options, source, which),
        Kind::Text => lined(options, source),
        _ => told(options, source),
    }
}

/// What has no pictures: a flow or a sheet as its paragraphs and tables, a page as its words and rules.
fn told(options: &Options, source: &Source) -> Result<Vec<Sheet>, Error> {
    let pages = carrier::extract(&mut Sink::new(), options, source)?.pages;
    let face = |page: &Page| match page.layout {
        Layout::Seen => {
            let drawn = Drawn { picture: None, words: words(page) };
            Face::Drawn { width: page.width, height: page.height, drawn, rules: rules(page) }
        }
        Layout::Flow | Layout::Typed => Face::Told(blocks(page)),
    };
    Ok(pages.iter().map(|page| sheet(page, face(page))).collect())
}

fn sheet(page: &Page, face: Face) -> Sheet {
    let part = page.origin.part.as_ref().map(|part| (part.index, part.name.clone()));
    let name = page.origin.sheet.as_ref().map(|name| name.to_string());
    Sheet { number: page.number, part, name, face }
}

fn words(page: &Page) -> Vec<Word> {
    let upright = page.runs.iter().filter(|run| run.turn == Turn::Upright);
    upright.map(|run| Word { text: run.text.clone(), bbox: run.bbox }).collect()
}

fn rules(page: &Page) -> Vec<Rect> {
    let area = |rule: &carrier::page::Rule| {
        let (before, behind) = (rule.at - rule.width / 2.0, rule.at + rule.width / 2.0);
        match rule.axis {
            Axis::X => Rect::new(rule.from, before, rule.to, behind),
            Axis::Y => Rect::new(before, rule.from, behind, rule.to),
        }
    };
    page.rules.iter().map(area).collect()
}

/// Lines and tables of a page, from top to bottom.
fn blocks(page: &Page) -> Vec<Block> {
    let mut is_of_table = vec![false; page.runs.len()];
    for cell in page.tables.iter().flat_map(|table| &table.cells) {
        is_of_table[cell.runs.clone()].fill(true);
    }
    let mut blocks: Vec<(f32, Block)> = Vec::new();
    for (run, _) in page.runs.iter().zip(&is_of_table).filter(|(_, is_of_table)| !**is_of_table) {
        match blocks.last_mut() {
            // What is raised stands in the line too.
            Some((top, Block::Line(line, _))) if *top == run.bbox.y0 => {
                line.push('\t');
                line.push_str(&run.text);
            }
            _ => blocks.push((run.bbox.y0, Block::Line(run.text.clone(), run.place(page.number)))),
        }
    }
    for told in &page.tables {
        let top = told.row_edges.first().copied().unwrap_or(0.0);
        blocks.push((top, Block::Table(table(page, told))));
    }
    blocks.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    blocks.into_iter().map(|(_, block)| block).collect()
}

fn table(page: &Page, told: &KnownTable) -> Table {
    let mut rows = vec![0; told.row_edges.len().saturating_sub(1)];
    let mut cols = vec![0; told.col_edges.len().saturating_sub(1)];
    for cell in &told.cells {
        if let Spot::Cell { row, col, .. } = cell.spot {
            rows[cell.row] = row;
            cols[cell.col] = col;
        }
    }
    // A row in which no cell begins goes on with the count of the one before.
    for numbers in [&mut rows, &mut cols] {
        for at in 1..numbers.len() {
            if numbers[at] == 0 && numbers[at - 1] > 0 {
                numbers[at] = numbers[at - 1] + 1;
            }
        }
        if numbers.contains(&0) {
            numbers.clear();
        }
    }
    let text = |cell: &carrier::page::KnownCell| {
        let mut text = String::new();
        let mut top = None;
        for run in &page.runs[cell.runs.clone()] {
            if top.is_some_and(|top| top != run.bbox.y0) {
                text.push('\n');
            }
            top = Some(run.bbox.y0);
            text.push_str(&run.text);
        }
        text
    };
    let cells = told.cells.iter().map(|cell| TableCell {
        row: cell.row,
        rowspan: cell.rowspan,
        colspan: cell.colspan,
        text: text(cell),
        place: Place { page: page.number, spot: cell.spot },
    });
    Table { rows, cols, cells: cells.collect() }
}

fn drawn(
    sink: &mut Sink,
    options: &Options,
    source: &Source,
    which: &RangeInclusive<u32>,
) -> Result<Vec<Sheet>, Error> {
    // What could not be read has been said when the notice was read.
    let options = &Options { keep_pictures: true, ..options.clone() };
    let pages = carrier::extract(&mut Sink::new(), options, source)?.pages;
    let drawn = pictures(sink, options, source, &pages, which);
    let sheet = |(page, drawn): (&Page, Drawn)| {
        let rules = Vec::new();
        sheet(page, Face::Drawn { width: page.width, height: page.height, drawn, rules })
    };
    Ok(pages.iter().zip(drawn).map(sheet).collect())
}

fn lined(options: &Options, source: &Source) -> Result<Vec<Sheet>, Error> {
    let mut sheets = Vec::new();
    let mut first = 1;
    for (lines, number) in carrier::text_lines(options, source)?.into_iter().zip(1..) {
        let count = lines.len() as u32;
        sheets.push(Sheet { number, part: None, name: None, face: Face::Lines { first, lines } });
        first += count;
    }
    Ok(sheets)
}
