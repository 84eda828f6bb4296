//! One page's lines, rules and fills in; the page's tables as fragments out, and the lines that are
//! no part of any table. What the lines left over are is told by the rest of `segment`; joining
//! fragments over pages is left to `repair`.

mod columns;
pub(super) mod doubts;
mod drawn;
pub mod edges;
mod header;
mod lattice;
mod open;
mod ordered;
mod panels;
mod realign;
mod rows;
mod settle;
mod solve;
mod strips;
mod told;
mod worth;

use crate::diag::{Diagnostic, Severity, Sink, Wording};
use crate::geom::Rect;
use crate::normalize::lines::{Line, LinedPage};
use crate::options::Options;
use crate::parallel;
use crate::place::{Place, Spot};
use crate::segment::figures::is_figure;
use crate::segment::outline::{Fragment, GridCell, Ruling};
use columns::Column;
use edges::{Edges, TOUCH};
use open::open_tables;
use solve::Grid;
use strips::Token;

/// More frames than this on a page are a drawing: a map, a chart, a pattern.
const MAX_FRAMES: usize = 400;

/// Rows right above or below a shaded one begin within so many ems.
const BESIDE: f32 = 2.2;
/// A frame with this share of rows blank, not counting those at its end, is a chart with its labels.
const BLANK_ROWS: f32 = 0.4;
/// A table of so many rows at most may show too few texts of a column.
const SHORT: usize = 10;
/// One of so many shows none: a total stands between those of numbers and names.
const FEW: usize = 3;
/// Headers are the same if no more than one character of so many differs.
const HEADER_SHARE: usize = 5;
/// A column alone, a word over figures, has so many rules across at least.
const RULES_OF_COLUMN: usize = 6;
/// Texts lie over each other that share so many points.
const OVERLAID: f32 = 2.0;

/// What a page holds: its tables, and all else.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PageTables {
    /// The tables top down; panels of one table left to right.
    pub fragments: Vec<Fragment>,
    /// The lines, or parts of lines, that no table holds; top to bottom.
    pub rest: Vec<Line>,
}

/// A table of a page, for the page before or after.
struct Neighbour {
    /// Its columns, all its panels together.
    columns: Vec<Column>,
    /// How many panels it has.
    panels: usize,
    /// How many rows, its header among them.
    rows: usize,
    /// The characters of its header, sorted: the same however its words are put to columns.
    header: Vec<char>,
    /// Whether they are told for certain.
    is_certain: bool,
}

/// The tables of a page, and what was said while they were read.
struct Reading {
    tables: PageTables,
    noted: Sink,
}

impl Reading {
    /// The last table, where rules do not tell its columns.
    fn at_foot(&self) -> Option<Neighbour> {
        self.tables.fragments.last().and_then(|last| self.as_neighbour(last))
    }

    /// The first table likewise.
    fn at_head(&self) -> Option<Neighbour> {
        self.tables.fragments.first().and_then(|first| self.as_neighbour(first))
    }

    fn as_neighbour(&self, table: &Fragment) -> Option<Neighbour> {
        let fragments = &self.tables.fragments;
        if table.ruling == Ruling::Grid {
            return None;
        }
        Some(Neighbour {
            columns: columns_of(fragments, table),
            panels: usize::from(table.panels),
            rows: table.rows(),
            header: header_of(fragments, table),
            is_certain: self.is_certain(),
        })
    }

    fn is_certain(&self) -> bool {
        !self.noted.holds(doubts::UNCERTAIN)
    }

    /// Whether the first table goes on with the one on the page before, and may be read better in that one's columns: it
    /// has no header or the same one, and other columns, or too few rows to show them, or texts that lie one over the
    /// other. Or there is no table where lines of figures are, below its
    /// header or not: one row or two.
    fn lacks_columns_of(&self, above: &Neighbour) -> bool {
        let PageTables { fragments, rest } = &self.tables;
        let has_figure = |line: &Line| line.pieces.iter().any(|p| is_figure(p.text.as_str()));
        let is_row = |line: &Line| line.pieces.len() > 1 && has_figure(line);
        let Some(first) = fragments.first() else {
            let mut lines = rest.iter().filter(|line| !above.repeats(line));
            return lines.find(|line| line.pieces.len() > 1).is_some_and(is_row);
        };
        if first.ruling == Ruling::Grid {
            return false;
        }
        let columns = columns_of(fragments, first).len();
        let shows_few = || first.rows() <= SHORT || has_texts_overlaid(first);
        let is_first = || rest.iter().all(|line| line.bbox.y0 > first.bbox.y0);
        let has_figure =
            first.cells.iter().any(|cell| cell.row == 0 && is_figure(cell.text.as_str()));
        if has_figure && (columns != above.columns.len() || shows_few()) {
            true
        } else if has_figure || self.is_folded_as(above) {
            self.is_folded_as(above)
        } else {
            let is_other = columns < above.columns.len() || !self.is_certain();
            above.is_certain
                && (is_other || shows_few())
                && above.has_header(&header_of(fragments, first))
                && is_first()
        }
    }

    /// Whether the first table may have the panels of that one, which its header would tell.
    fn is_folded_as(&self, above: &Neighbour) -> bool {
        let fragments = &self.tables.fragments;
        let lacks_header = |first: &Fragment| !above.has_header(&header_of(fragments, first));
        above.panels > 1 && fragments.first().is_some_and(lacks_header)
    }

    /// Whether the last table is not told for certain, or shows fewer columns, and the one on the next page, which goes on
    /// with it, is told.
    fn is_shown_by(&self, below: &Neighbour) -> bool {
        let is_less =
            |foot: &Neighbour| !foot.is_certain || foot.columns.len() < below.columns.len();
        let is_same = |foot: Neighbour| is_less(&foot) && below.has_header(&foot.header);
        below.is_certain && below.rows > FEW && self.at_foot().is_some_and(is_same)
    }
}

impl Neighbour {
    /// Whether this is its header, but for a name that begins above the figures of the first row.
    fn has_header(&self, header: &[char]) -> bool {
        let (mut own, mut theirs) = (self.header.iter().peekable(), header.iter().peekable());
        let mut other = 0;
        while let (Some(a), Some(b)) = (own.peek(), theirs.peek()) {
            let (skip, skip_theirs) = (a <= b, b <= a);
            other += usize::from(skip != skip_theirs);
            own.next_if(|_| skip);
            theirs.next_if(|_| skip_theirs);
        }
        other += own.count() + theirs.count();
        !header.is_empty() && other * HEADER_SHARE <= self.header.len()
    }

    /// Whether the line is one of its header, printed again.
    fn repeats(&self, line: &Line) -> bool {
        let mut chars = line.pieces.iter().flat_map(|piece| piece.text.as_str().chars());
        chars.all(|c| c.is_whitespace() || self.header.binary_search(&c).is_ok())
    }

    fn has_as_many(&self, other: &Neighbour) -> bool {
        self.columns.len() == other.columns.len()
    }
}

/// The characters of a table's header, in all its panels, sorted.
fn header_of(fragments: &[Fragment], table: &Fragment) -> Vec<char> {
    let of_panel = |panel: &Fragment| -> Vec<char> {
        let figures = panel.cells.iter().filter(|cell| is_figure(cell.text.as_str()));
        let first = figures.map(|cell| cell.row).min().unwrap_or(0);
        let header = panel.cells.iter().filter(|cell| cell.row < first);
        header.flat_map(|cell| cell.text.as_str().chars()).filter(|c| !c.is_whitespace()).collect()
    };
    let mut chars: Vec<char> = panels_of(fragments, table).flat_map(of_panel).collect();
    chars.sort_unstable();
    chars
}

/// Whether texts of one row lie over each other.
fn has_texts_overlaid(fragment: &Fragment) -> bool {
    let beside = fragment.cells.windows(2).filter(|w| w[0].row == w[1].row);
    let mut boxes = beside.filter_map(|w| text_box(fragment, &w[0]).zip(text_box(fragment, &w[1])));
    boxes.any(|(a, b)| a.x1 > b.x0 + OVERLAID)
}

/// The box around the text of a cell, as the page is read.
fn text_box(fragment: &Fragment, cell: &GridCell) -> Option<Rect> {
    match cell.text.place()?.spot {
        Spot::Box(bbox) => Some(fragment.frame.rect(&bbox)),
        _ => None,
    }
}

/// The panels of a table, left to right.
fn panels_of<'a>(
    fragments: &'a [Fragment],
    table: &'a Fragment,
) -> impl Iterator<Item = &'a Fragment> {
    // The last one may have fewer rows.
    fragments.iter().filter(|f| f.panels == table.panels && f.bbox.y0 == table.bbox.y0)
}

/// The columns of a table, those of its panels one behind the other.
fn columns_of(fragments: &[Fragment], table: &Fragment) -> Vec<Column> {
    let of_panel = |panel: &Fragment| -> Vec<Column> {
        let column = |(col, edges): (usize, &[f32])| {
            let own = panel.cells.iter().filter(|c| c.row > 0 && c.col == col && c.colspan == 1);
            let boxes: Vec<Rect> = own.filter_map(|cell| text_box(panel, cell)).collect();
            Column::of_boxes(&boxes).unwrap_or(Column::blank(edges[0], edges[1]))
        };
        panel.col_edges.windows(2).enumerate().map(column).collect()
    };
    panels_of(fragments, table).flat_map(of_panel).collect()
}

/// Finds the tables of all pages.
///
/// Pages are read side by side; then a page whose table goes on with the one on the page before or after is read again in
/// that one's columns where these are told better there, if its texts stand in them.
pub fn of_pages(sink: &mut Sink, options: &Options, pages: &[LinedPage]) -> Vec<PageTables> {
    // Each page's notes stay with its tables until these are final.
    let read = |known: Option<&Neighbour>, page| {
        let mut noted = Sink::new();
        let tables = fragments(&mut noted, options, page, known);
        Reading { tables, noted }
    };
    let mut readings =
        parallel::map(sink, options.threads, pages.iter().collect(), |_, page| read(None, page));
    for i in (1..pages.len()).rev() {
        let Some(below) = readings[i].at_head() else { continue };
        if readings[i - 1].is_shown_by(&below) {
            let again = read(Some(&below), &pages[i - 1]);
            if again.is_certain() && again.at_foot().is_some_and(|foot| foot.has_as_many(&below)) {
                readings[i - 1] = again;
            }
        }
    }
    for i in 1..pages.len() {
        let Some(above) = readings[i - 1].at_foot() else { continue };
        if readings[i].lacks_columns_of(&above) {
            let again = read(Some(&above), &pages[i]);
            let is_so = |head: Neighbour| {
                head.has_as_many(&above)
                    && (head.panels == above.panels || !readings[i].is_folded_as(&above))
            };
            if again.at_head().is_some_and(is_so) {
                readings[i] = again;
            }
        }
    }
    let tables = |Reading { tables, noted }| {
        sink.append(noted);
        tables
    };
    readings.into_iter().map(tables).collect()
}

/// Finds the tables of one page. `known` is a table that may go on here from the page before or after.
fn fragments(
    sink: &mut Sink,
    options: &Options,
    page: &LinedPage,
    known: Option<&Neighbour>,
) -> PageTables {
    let limit = options.limits.table_cells as usize;
    let told = told::tables(sink, page);
    let mut pool = Pool::of(page);
    let (mut frames, mut lone) = Edges::of(&page.rules).frames();
    frames.extend(without_stripes(edges::tiled(&page.fills, &frames), &pool));
    let mut fragments = told.fragments;
    let mut heads = Vec::new();
    let mut captions = told.lines;
    for frame in inner_first(frames) {
        let Some(bbox) = frame.bbox() else { continue };
        let is_box = !frame.has_upright_inside();
        let may_be_column = is_box && frame.across.len() >= RULES_OF_COLUMN;
        if is_box && !may_be_column {
            // A box around a table whose columns texts tell, as they do between rules across alone.
            lone.across.extend(frame.across);
            continue;
        }
        let inside = pool.inside(&bbox);
        let hanging = pool.hanging(&frame.open_below(), &bbox);
        let tokens: Vec<Token> = inside.iter().map(|&i| pool.tokens[i].clone()).collect();
        let grid = ruled_table(sink, options, page.number, &frame, &tokens)
            .filter(|grid| !may_be_column || grid.cols() == 1);
        match grid {
            Some(grid) if grid.is_of_words() => {
                heads.push(grid);
                pool.take(&inside);
            }
            Some(mut grid) => {
                let hung: Vec<usize> =
                    hanging.into_iter().filter(|&i| grid.hang(&pool.tokens[i])).collect();
                let heading = grid.take_captions();
                let fragment = grid.fill(page.number, Ruling::Grid);
                if worth::is_of_parameters(&fragment) {
                    // Beside the table below it, it would be a tier of its header.
                    captions.extend(heading);
                    captions.extend(lines_of(tokens));
                    pool.take(&inside);
                } else if !worth::is_of_no_table(&fragment) {
                    captions.extend(heading);
                    fragments.push(fragment);
                    pool.take(&inside);
                    pool.take(&hung);
                }
            }
            None => lone.across.extend(frame.across),
        }
    }
    let mut tokens = pool.left();
    fragments.extend(open_tables(
        sink,
        page.number,
        &mut tokens,
        heads,
        &lone.across,
        known,
        limit,
    ));
    doubts::overlaid(sink, page.number, &pool.tokens, &fragments);
    doubts::drawn_over(sink, page, &fragments);
    doubts::two_in_one(sink, page, &fragments);
    doubts::texts_between_rows(sink, page, &fragments);
    fragments.iter_mut().for_each(|fragment| {
        fragment.frame = page.frame;
        fragment.layout = page.layout;
    });
    let unfolded = fragments.into_iter().flat_map(|fragment| panels::unfold(sink, fragment));
    let mut fragments: Vec<Fragment> = unfolded.collect();
    panels::number(&mut fragments);
    fragments.sort_by(|a, b| a.bbox.y0.total_cmp(&b.bbox.y0).then(a.bbox.x0.total_cmp(&b.bbox.x0)));
    let mut rest = lines_of(tokens);
    rest.extend(captions);
    rest.sort_by(|a, b| a.bbox.y0.total_cmp(&b.bbox.y0));
    PageTables { fragments, rest }
}

/// The frames of tiles that are tables of their own, not the shading of some rows of one: right above or below those stand
/// rows on white, in the same columns.
fn without_stripes(tiled: Vec<Edges>, pool: &Pool) -> Vec<Edges> {
    let boxes: Vec<Rect> = tiled.iter().filter_map(Edges::bbox).collect();
    let is_shading = |bbox: &Rect| {
        let tokens = pool.inside(bbox);
        let of_figures = tokens.iter().any(|&i| pool.tokens[i].is_figure());
        let height = tokens.iter().map(|&i| pool.tokens[i].em()).fold(0.0, f32::max) * BESIDE;
        let above = Rect { y0: bbox.y0 - height, y1: bbox.y0 - TOUCH - 0.1, ..*bbox };
        let below = Rect { y0: bbox.y1 + TOUCH + 0.1, y1: bbox.y1 + height, ..*bbox };
        let row = |band: &Rect| {
            let texts: Vec<&Token> = pool.inside(band).iter().map(|&i| &pool.tokens[i]).collect();
            let tiled = |t: &&Token| boxes.iter().any(|b| b.contains(t.piece.bbox.center()));
            texts.len() > 1 && texts.iter().any(|t| t.is_figure()) && !texts.iter().all(tiled)
        };
        of_figures && height > 0.0 && (row(&above) || row(&below))
    };
    let shading: Vec<bool> = boxes.iter().map(is_shading).collect();
    tiled.into_iter().zip(shading).filter(|(_, shading)| !shading).map(|(frame, _)| frame).collect()
}

/// The pieces of a page by height, so that a frame looks at those beside it alone.
struct Pool {
    /// Each with the number of its line; by the height of their middles.
    tokens: Vec<Token>,
    /// Whether a table has taken the piece.
    taken: Vec<bool>,
}

impl Pool {
    /// The pieces that stand in no told cell.
    fn of(page: &LinedPage) -> Pool {
        let lines = page.lines.iter().enumerate();
        let pieces = lines.flat_map(|(line, l)| l.pieces.iter().map(move |piece| (line, piece)));
        let mut tokens: Vec<Token> = pieces
            .filter(|(_, piece)| piece.cell.is_none())
            .map(|(line, piece)| {
                Token { line, piece: piece.clone(), frame: page.frame }.untracked()
            })
            .collect();
        tokens.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
        let taken = vec![false; tokens.len()];
        Pool { tokens, taken }
    }

    /// The pieces whose middles lie in the box and that no table has taken.
    fn inside(&self, bbox: &Rect) -> Vec<usize> {
        let bbox = bbox.grow(TOUCH);
        let first = self.tokens.partition_point(|t| middle(t) < bbox.y0);
        let last = self.tokens.partition_point(|t| middle(t) <= bbox.y1);
        (first..last)
            .filter(|&i| !self.taken[i] && bbox.contains(self.tokens[i].piece.bbox.center()))
            .collect()
    }

    /// The words below the box that hang out of its cells without a lower side, which are open between these places: a
    /// label that a page break left in the middle of what its cell would be without it.
    fn hanging(&self, open: &[(f32, f32)], bbox: &Rect) -> Vec<usize> {
        let mut hanging = Vec::new();
        if open.is_empty() {
            return hanging;
        }
        let first = self.tokens.partition_point(|t| middle(t) <= bbox.y1 + TOUCH);
        for (i, token) in self.tokens.iter().enumerate().skip(first) {
            let own = token.bbox();
            let is_within = |&(from, to): &(f32, f32)| from <= own.x0 && own.x1 <= to;
            if !self.taken[i] && !token.is_figure() && open.iter().any(is_within) {
                hanging.push(i);
            } else if own.x0 < bbox.x1 && bbox.x0 < own.x1 {
                break;
            }
        }
        hanging
    }

    fn take(&mut self, tokens: &[usize]) {
        for &i in tokens {
            self.taken[i] = true;
        }
    }

    /// The pieces that no table has taken.
    fn left(&self) -> Vec<Token> {
        let all = self.tokens.iter().zip(&self.taken);
        all.filter(|(_, taken)| !**taken).map(|(token, _)| token.clone()).collect()
    }
}

fn middle(token: &Token) -> f32 {
    token.piece.bbox.center().y
}

/// The frames that may be tables, those inside others first, so that a table in a cell or in a
/// border around the page takes its text before what surrounds it does.
fn inner_first(frames: Vec<Edges>) -> Vec<Edges> {
    // A box around nothing but text, or around the page, has no side within.
    let mut frames: Vec<Edges> =
        frames.into_iter().filter(|f| f.across.len() > 2 || f.down.len() > 2).collect();
    if frames.len() > MAX_FRAMES {
        frames.clear();
    }
    let area = |f: &Edges| f.bbox().map_or(0.0, |b| b.width() * b.height());
    frames.sort_by(|a, b| area(a).total_cmp(&area(b)));
    frames
}

/// The table that a frame of edges makes, if it makes one: two columns and two filled cells at least, or the last column
/// of a wide one.
fn ruled_table(
    sink: &mut Sink,
    options: &Options,
    page: u32,
    frame: &Edges,
    tokens: &[Token],
) -> Option<Grid> {
    let limit = options.limits.table_cells as usize;
    let Some(grid) = solve::ruled(frame, tokens, limit) else {
        sink.remark(Diagnostic {
            code: "table_too_large",
            severity: Severity::Warning,
            place: frame.bbox().map(|b| Place::of_box(page, b)),
            message: Wording::new(
                format!("rules make more than {limit} cells; read as text"),
                format!("线框多于{limit}格，按文字读取"),
            ),
            hint: Some(Wording::new("raise --max-table-cells", "调大 --max-table-cells")),
        });
        return None;
    };
    let is_table = match grid.cols() {
        1 => grid.is_last_column(),
        _ => !is_drawing(&grid),
    };
    is_table.then_some(grid)
}

/// Whether the frame is a chart or a box rather than a table: no two cells filled side by side, or
/// nearly every other row blank.
fn is_drawing(grid: &Grid) -> bool {
    let filled = grid.filled();
    let blank = filled.iter().filter(|&&f| f == 0).count();
    let beside = filled.iter().filter(|&&f| f > 1).count();
    // What a page break leaves of a row may be one cell among blank ones.
    let enough = match filled.len() {
        0 => return true,
        1 | 2 if grid.cols() > 2 => 0,
        1..=3 => 1,
        _ => 2,
    };
    beside < enough || (blank > 1 && blank as f32 >= BLANK_ROWS * filled.len() as f32)
}

/// The lines that are left, whole or in part.
fn lines_of(mut tokens: Vec<Token>) -> Vec<Line> {
    tokens.sort_by(|a, b| a.line.cmp(&b.line).then(a.piece.bbox.x0.total_cmp(&b.piece.bbox.x0)));
    let same_line = tokens.chunk_by(|a, b| a.line == b.line);
    same_line
        .map(|tokens| {
            let bbox =
                tokens.iter().skip(1).fold(tokens[0].piece.bbox, |b, t| b.union(&t.piece.bbox));
            Line { pieces: tokens.iter().map(|t| t.piece.clone()).collect(), bbox }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::art;

    #[test]
    fn titles_on_one_rule_and_titles_of_panels_are_told_for_certain() {
        let quarters = "
-----------------------------------------------------------------------------
                                       上半年
          -------------------------------------------------------------------
  城市                一季度                         二季度
                                                                        合计
          ----------------------------------------------------------
           1月     2月     3月     小计     4月     5月     6月     小计
-----------------------------------------------------------------------------
 兰州市    137     853     127     350      38      22      15      75    426
-----------------------------------------------------------------------------
 嘉峪关市   16      73      83     325      95      45      19     535    861
-----------------------------------------------------------------------------
 白银市    158     181     165     505     110     846     143     338    844
-----------------------------------------------------------------------------";
        let groups = "
       A组                       B组

  城市        得分          城市        得分

 广州市      97.33         惠州市      73.95

 珠海市      84.57         梅州市      74.10

 汕头市      90.81         河源市      78.29";
        for page in [quarters, groups] {
            let mut sink = Sink::new();
            let found = fragments(&mut sink, &Options::default(), &art::page(page), None);
            assert!(!sink.holds(doubts::UNCERTAIN), "{}", art::show(&found));
        }
    }

    #[test]
    fn suite() {
        let suite = include_str!("../../../tests/suite/segment/tables.txt");
        let mut seen = 0;
        let mut wrong = String::new();
        for case in suite.split("\n--- ").skip(1) {
            let (name, case) = case.split_once(" ---\n").expect("a case has a name");
            let (input, expected) = case.split_once("\n=>\n").expect("a case has an answer");
            let page = art::page(input);
            let mut sink = Sink::new();
            let found = fragments(&mut sink, &Options::default(), &page, None);
            let mut shown = art::show(&found);
            for diagnostic in sink.into_parts().0 {
                shown.push_str(&format!("! {}: {}\n", diagnostic.code, diagnostic.message.en));
            }
            seen += 1;
            if shown.trim_end() != expected.trim_end() {
                wrong.push_str(&format!("--- {name} ---\n{input}\n=>\n{shown}\n"));
            }
        }
        assert!(seen > 0 && wrong.is_empty(), "{seen} cases; these turned out:\n{wrong}");
    }
}
