//! What of a page can be damaged: the runs that a cell, a row's name or a header was read from.

use crate::fact::bare;
use fubiao::carrier::page::{Page, Pages, Run, Turn};
use fubiao::check::coverage;
use fubiao::geom::Rect;
use fubiao::model::{Annex, Notice, Status};
use fubiao::place::{Place, Spot};
use std::collections::BTreeMap;

/// A run on a page, both by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    pub page: usize,
    pub run: usize,
}

/// A figure that one run prints, and nothing else with it.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    /// Where.
    pub at: At,
    /// The cell, by index of annex, row and column.
    pub cell: [usize; 3],
    /// Whether an identity covers it: then a wrong figure can be known for one.
    pub is_covered: bool,
}

/// A row of a table and the runs that print it.
#[derive(Debug, Clone)]
pub struct RowRuns {
    /// By index of annex and row.
    pub row: [usize; 2],
    /// The page.
    pub page: usize,
    /// The one run that prints its name, where one does.
    pub name: Option<usize>,
    /// All its runs: serial number, name, figures.
    pub runs: Vec<usize>,
}

/// What one page shows of one annex's table.
#[derive(Debug, Clone)]
pub struct Shown {
    /// By index.
    pub annex: usize,
    /// By index.
    pub page: usize,
    /// The box of its rows' runs.
    pub bbox: Rect,
    /// Runs of the header above them.
    pub header: Vec<usize>,
    /// Whether this is the first page of the table.
    pub is_first: bool,
}

/// Everything of a notice that can be damaged.
#[derive(Debug, Default)]
pub struct Targets {
    /// Figures.
    pub figures: Vec<Figure>,
    /// Rows.
    pub rows: Vec<RowRuns>,
    /// Parts of tables, by page.
    pub shown: Vec<Shown>,
    /// Where the middle of a column lies: by annex, page and column, all by index.
    pub middles: BTreeMap<[usize; 3], f32>,
}

/// Finds them, by the places of what was read.
pub fn targets(pages: &Pages, notice: &Notice) -> Targets {
    let mut targets = Targets::default();
    let covered = coverage(notice);
    for (a, annex) in notice.annexes.iter().enumerate() {
        for (r, row) in annex.rows.iter().enumerate() {
            let Some(page) = page_of(pages, &row.region.place) else { continue };
            let here = &pages.pages[page];
            let named = runs_at(here, &row.region.place);
            let name = match named[..] {
                [run] if bare(&here.runs[run].text) == bare(&row.region.name) => Some(run),
                _ => None,
            };
            let mut runs = named;
            runs.extend(row.serial.iter().flat_map(|serial| runs_at(here, &serial.place)));
            for (c, cell) in row.cells.iter().enumerate() {
                if page_of(pages, &cell.place) != Some(page) {
                    continue;
                }
                let printed = runs_at(here, &cell.place);
                if let [run] = printed[..]
                    && cell.status == Status::Value
                    && is_figure(&here.runs[run], &cell.raw)
                {
                    let at = At { page, run };
                    let is_covered = covered[a][r][c] > 0;
                    targets.figures.push(Figure { at, cell: [a, r, c], is_covered });
                }
                runs.extend(printed);
            }
            runs.sort_unstable();
            runs.dedup();
            targets.rows.push(RowRuns { row: [a, r], page, name, runs });
        }
        targets.shown.extend(shown(pages, annex, a, &targets.rows));
    }
    targets.middles = middles(pages, &targets.figures);
    targets
}

impl Targets {
    /// The figure of a cell, where one run prints it.
    pub fn figure(&self, cell: [usize; 3]) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.cell == cell)
    }
}

fn page_of(pages: &Pages, place: &Place) -> Option<usize> {
    let index = (place.page as usize).checked_sub(1)?;
    (index < pages.pages.len()).then_some(index)
}

/// Whether the run prints this and nothing else, upright, and it is a figure of its own.
fn is_figure(run: &Run, raw: &str) -> bool {
    run.turn == Turn::Upright
        && bare(&run.text) == bare(raw)
        && run.text.chars().any(|c| c.is_ascii_digit())
        && run.edges.len() == run.text.chars().count() + 1
}

/// The runs of a page that stand at a place.
fn runs_at(page: &Page, place: &Place) -> Vec<usize> {
    let stands_there = |run: &Run| match (place.spot, run.spot) {
        (Spot::Box(rect), None) => rect.contains(run.bbox.center()),
        (Spot::Text { line, column }, Some(Spot::Text { line: of, column: from })) => {
            line == of && (from..from + run.text.chars().count() as u32).contains(&column)
        }
        _ => false,
    };
    (0..page.runs.len()).filter(|&run| stands_there(&page.runs[run])).collect()
}

/// What each page shows of an annex's table.
fn shown(pages: &Pages, annex: &Annex, a: usize, rows: &[RowRuns]) -> Vec<Shown> {
    let mut by_page: BTreeMap<usize, Rect> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.row[0] == a) {
        for &run in &row.runs {
            let bbox = pages.pages[row.page].runs[run].bbox;
            by_page.entry(row.page).and_modify(|all| *all = all.union(&bbox)).or_insert(bbox);
        }
    }
    let words: Vec<String> = annex.columns.iter().flat_map(|c| &c.path).map(|w| bare(w)).collect();
    let first = by_page.keys().next().copied();
    let mut shown = Vec::new();
    for (page, bbox) in by_page {
        let header = header(&pages.pages[page], bbox, &words);
        shown.push(Shown { annex: a, page, bbox, header, is_first: first == Some(page) });
    }
    shown
}

/// The runs above a table that print its header: those that print words of its columns, and what
/// stands beside them.
fn header(page: &Page, table: Rect, words: &[String]) -> Vec<usize> {
    let above = |run: &Run| {
        run.bbox.center().y < table.y0
            && run.bbox.x1 > table.x0 - run.size
            && run.bbox.x0 < table.x1 + run.size
    };
    let is_word = |run: &Run| {
        let text = bare(&run.text);
        text.chars().count() > 1 && words.iter().any(|word| word.contains(&text))
    };
    let lines: Vec<Rect> =
        page.runs.iter().filter(|run| above(run) && is_word(run)).map(|run| run.bbox).collect();
    // A title may hold a word of the header alone: its line is no header unless it is near.
    let bottom = lines.iter().map(|line| line.y1).fold(f32::MIN, f32::max);
    let near = |line: &&Rect| bottom - line.y1 < 6.0 * line.height();
    let top = lines.iter().filter(near).map(|line| line.y0).fold(f32::MAX, f32::min);
    let beside = |run: &Run| above(run) && (top..=bottom).contains(&run.bbox.center().y);
    (0..page.runs.len()).filter(|&run| beside(&page.runs[run])).collect()
}

/// The middles of the columns on each page, by the runs that print their figures.
fn middles(pages: &Pages, figures: &[Figure]) -> BTreeMap<[usize; 3], f32> {
    let mut all: BTreeMap<[usize; 3], Vec<f32>> = BTreeMap::new();
    for Figure { at, cell: [annex, _, column], .. } in figures {
        let middle = pages.pages[at.page].runs[at.run].bbox.center().x;
        all.entry([*annex, at.page, *column]).or_default().push(middle);
    }
    let median = |mut middles: Vec<f32>| {
        middles.sort_by(f32::total_cmp);
        middles[middles.len() / 2]
    };
    all.into_iter().map(|(column, middles)| (column, median(middles))).collect()
}
