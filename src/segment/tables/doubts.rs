//! What makes the reading of a table doubtful: figures printed one over the other, and a header or rows that could as well
//! be told otherwise. Neither changes what is read.

use crate::diag::{Diagnostic, FIGURES_OVERLAID, Severity, Sink, Wording};
use crate::geom::{Axis, Rect};
use crate::lexicon::is_han;
use crate::normalize::lines::LinedPage;
use crate::place::{Place, Spot};
use crate::segment::figures::is_figure;
use crate::segment::outline::{Fragment, GridCell, Ruling};
use crate::segment::tables::solve::Solved;
use crate::segment::tables::strips::Token;

/// What is said of a table that is not told for certain.
pub(super) const UNCERTAIN: &str = "table_uncertain";
/// Figures are printed one over the other if they share so much of the narrower's width.
const OVERLAID: f32 = 0.5;
/// A header that costs more is not told for certain: it is against what rules or alignment say.
const HEADER: f32 = 2.5;
/// Rows that cost more, each on average, are not told for certain.
const ROWS: f32 = 0.9;

/// Says which figures of the tables are printed one over the other: where they overlap, none can be told apart by eye,
/// and each may belong to another cell. `tokens` go down the page.
pub(super) fn overlaid(sink: &mut Sink, page: u32, tokens: &[Token], fragments: &[Fragment]) {
    // Those in panels were told by the order of drawing: it tells them apart.
    let by_places = || fragments.iter().filter(|fragment| fragment.panels == 1);
    let is_held = |t: &Token| by_places().any(|f| f.bbox.contains(t.bbox().center()));
    let figures: Vec<&Token> = tokens.iter().filter(|t| t.is_figure() && is_held(t)).collect();
    for (i, token) in figures.iter().enumerate() {
        let reach = token.bbox().y1;
        let below = figures[i + 1..].iter().take_while(|other| other.bbox().center().y < reach);
        for other in below.take(LINE) {
            let (a, b) = (token.bbox(), other.bbox());
            let narrow = a.width().min(b.width());
            let is_over = a.overlap(b, Axis::X) > OVERLAID * narrow
                && a.overlap(b, Axis::Y) > OVERLAID * token.em().min(other.em());
            if is_over {
                let (one, two) = (token.text(), other.text());
                sink.remark(Diagnostic {
                    code: FIGURES_OVERLAID,
                    severity: Severity::Warning,
                    place: Some(Place::of_box(page, a.union(b))),
                    message: Wording::new(
                        format!("{one:?} and {two:?} are printed one over the other"),
                        format!("“{one}”与“{two}”印在一起"),
                    ),
                    hint: Some(Wording::new("look at the page", "请核对原文")),
                });
            }
        }
    }
}

/// Says which columns between rules hold two texts in nearly each cell, one beside the other and apart all the way down,
/// the header among them: those of two columns, of which the rule between is worn off.
pub(super) fn two_in_one(sink: &mut Sink, page: &LinedPage, fragments: &[Fragment]) {
    for fragment in fragments.iter().filter(|fragment| fragment.ruling == Ruling::Grid) {
        for (col, edges) in fragment.col_edges.windows(2).enumerate() {
            let own = fragment.cells.iter().filter(|cell| cell.col == col && cell.colspan == 1);
            let cells: Vec<&GridCell> = own.filter(|cell| !cell.text.is_empty()).collect();
            if cells.len() > LEAST_CELLS && holds_two(page, &cells, edges[0], edges[1]) {
                let bbox = Rect { x0: edges[0], x1: edges[1], ..fragment.bbox };
                sink.remark(Diagnostic {
                    code: "two_columns_in_one",
                    severity: Severity::Warning,
                    place: Some(Place::of_box(page.number, page.frame.back(&bbox))),
                    message: Wording::new(
                        "the cells of a column hold two texts each, apart all the way down",
                        "一列各单元格中均并列两段文字，上下分界一致，可能少了一条竖线",
                    ),
                    hint: Some(Wording::new(
                        "compare the table with the page",
                        "请将该表与原文对照",
                    )),
                });
            }
        }
    }
}

/// Cells that tell of two columns, and the share of a column's cells that has text on both sides.
const LEAST_CELLS: usize = 3;
const BOTH_SIDES: f32 = 0.8;
/// Points that are looked at together.
const BIN: f32 = 2.0;
/// Texts that are apart by fewer ems are one.
const APART: f32 = 0.7;

/// Whether no text of the cells stands between two of the places across the column, with text on both sides in most.
fn holds_two(page: &LinedPage, cells: &[&GridCell], from: f32, to: f32) -> bool {
    let bins = (((to - from) / BIN) as usize + 1).min(4096);
    let bin = |x: f32| (((x - from) / BIN).max(0.0) as usize).min(bins - 1);
    let mut covered = vec![false; bins];
    let mut em: f32 = 0.0;
    let mut spans: Vec<Vec<(usize, usize)>> = Vec::with_capacity(cells.len());
    for cell in cells {
        let mut own = Vec::new();
        for c in cell.text.chars().filter(|c| !c.ch.is_whitespace()) {
            let Spot::Box(bbox) = c.place.spot else { return false };
            let bbox = page.frame.rect(&bbox);
            em = em.max(bbox.height());
            let (first, last) = (bin(bbox.x0), bin(bbox.x1));
            covered[first..=last].fill(true);
            own.push((first, last));
        }
        spans.push(own);
    }
    let apart = (APART * em / BIN).ceil().max(1.0) as usize;
    let (Some(first), Some(last)) =
        (covered.iter().position(|c| *c), covered.iter().rposition(|c| *c))
    else {
        return false;
    };
    let mut blank = 0;
    for (at, is_covered) in covered.iter().enumerate().take(last + 1).skip(first) {
        blank = if *is_covered { 0 } else { blank + 1 };
        if blank == apart {
            let is_both = |own: &&Vec<(usize, usize)>| {
                own.iter().any(|(_, end)| *end < at) && own.iter().any(|(start, _)| *start > at)
            };
            // 南　　昌 is a word of two characters.
            let is_pair = |own: &Vec<(usize, usize)>| own.len() <= 2;
            let both = spans.iter().filter(is_both).count();
            let has_header = spans.first().is_some_and(|own| is_both(&own));
            let are_words = spans.iter().filter(is_both).all(is_pair);
            if has_header && !are_words && both as f32 >= BOTH_SIDES * spans.len() as f32 {
                return true;
            }
        }
    }
    false
}

/// A line holds no more figures than this that are compared with one of it.
const LINE: usize = 64;

/// Says which cells without text a picture or a drawing stands in: figures that were turned into outlines, or pasted.
pub(super) fn drawn_over(sink: &mut Sink, page: &LinedPage, fragments: &[Fragment]) {
    let drawn: Vec<&Rect> = page.images.iter().chain(&page.drawings).collect();
    if drawn.is_empty() {
        return;
    }
    let mut said = 0;
    for fragment in fragments {
        for cell in fragment.cells.iter().filter(|cell| cell.text.is_empty() && cell.raw.is_empty())
        {
            let stands_in = |drawn: &&&Rect| {
                let shared =
                    drawn.overlap(&cell.bbox, Axis::X) * drawn.overlap(&cell.bbox, Axis::Y);
                shared >= WITHIN * drawn.width() * drawn.height()
            };
            if said == MOST_DRAWN || !drawn.iter().any(|drawn| stands_in(&drawn)) {
                continue;
            }
            said += 1;
            sink.remark(Diagnostic {
                code: "cell_is_drawn",
                severity: Severity::Warning,
                place: Some(Place::of_box(page.number, page.frame.back(&cell.bbox))),
                message: Wording::new(
                    "a picture or drawing stands in a cell without text, and was not read",
                    "单元格中没有文字，只有图片或图形，未读取",
                ),
                hint: Some(Wording::new("look at the page", "请核对原文")),
            });
        }
    }
}

/// A drawing stands in a cell if so much of it does.
const WITHIN: f32 = 0.7;
/// How many cells of a page this is said of.
const MOST_DRAWN: usize = 500;

/// A row is told by so many texts of one line; the others stand at their height, give or take a share of the way to the
/// next row.
const OF_ROW: usize = 3;
const OFF_ROW: f32 = 0.35;

/// Says which text of a table without rules between its rows stands between two of them: it may be for several.
pub(super) fn texts_between_rows(sink: &mut Sink, page: &LinedPage, fragments: &[Fragment]) {
    let open = |f: &&Fragment| matches!(f.ruling, Ruling::None | Ruling::ThreeLine);
    for fragment in fragments.iter().filter(open) {
        let mut lines: Vec<Vec<(f32, &GridCell)>> = vec![Vec::new(); fragment.rows()];
        for cell in fragment.cells.iter().filter(|cell| cell.rowspan == 1) {
            if let (Some(y), Some(line)) = (height_of_line(page, cell), lines.get_mut(cell.row)) {
                line.push((y, cell));
            }
        }
        // The height that most of a row's texts stand at.
        let height = |line: &Vec<(f32, &GridCell)>| {
            let mut ys: Vec<f32> = line.iter().map(|(y, _)| *y).collect();
            ys.sort_by(f32::total_cmp);
            (ys.len() >= OF_ROW).then(|| ys[ys.len() / 2])
        };
        let heights: Vec<Option<f32>> = lines.iter().map(height).collect();
        let stands_between = |row: usize, y: f32| {
            let own = heights[row]?;
            let next =
                if y > own { heights.get(row + 1) } else { heights.get(row.checked_sub(1)?) };
            Some((y - own).abs() >= OFF_ROW * (next.copied()?? - own).abs())
        };
        let texts = lines
            .iter()
            .enumerate()
            .flat_map(|(row, line)| line.iter().map(move |(y, cell)| (row, *y, *cell)));
        // A label before the names and figures of its rows is told by them.
        let is_behind = |row: usize, cell: &GridCell| {
            let before = || lines[row].iter().filter(|(_, other)| other.col < cell.col);
            let holds = |of: fn(&str) -> bool| before().any(|(_, other)| of(other.text.as_str()));
            holds(is_figure) && holds(|text| text.contains(is_han))
        };
        let mut between = texts
            .filter(|&(row, y, _)| stands_between(row, y) == Some(true))
            .filter(|&(row, _, cell)| is_behind(row, cell));
        if let Some((_, _, cell)) = between.next() {
            let text = cell.text.as_str();
            sink.remark(Diagnostic {
                code: "text_between_rows",
                severity: Severity::Warning,
                place: Some(Place::of_box(page.number, page.frame.back(&cell.bbox))),
                message: Wording::new(
                    format!("{text:?} stands between two rows, and may be for several"),
                    format!("“{text}”印在两行之间，可能属于多行"),
                ),
                hint: Some(Wording::new("compare the table with the page", "请将该表与原文对照")),
            });
        }
    }
}

/// The height of a cell's text where it stands on one line.
fn height_of_line(page: &LinedPage, cell: &GridCell) -> Option<f32> {
    let (mut top, mut low, mut em) = (f32::MAX, f32::MIN, 0.0f32);
    for c in cell.text.chars().filter(|c| !c.ch.is_whitespace()) {
        let Spot::Box(bbox) = c.place.spot else { return None };
        let bbox = page.frame.rect(&bbox);
        em = em.max(bbox.height());
        (top, low) = (top.min(bbox.center().y), low.max(bbox.center().y));
    }
    (em > 0.0 && low - top <= em / 2.0).then_some((top + low) / 2.0)
}

/// Says that the header or the rows of a table without rules could as well be told otherwise.
pub(super) fn uncertain(sink: &mut Sink, page: u32, solved: &Solved) {
    let rows = solved.fragment.rows().saturating_sub(solved.header).max(1);
    let (en, zh) = if solved.header_cost > HEADER {
        ("it is not certain which headers stand over which columns", "表头与各列的对应关系不确定")
    } else if solved.rows_cost > ROWS * rows as f32 {
        ("it is not certain which texts make one row", "哪些文字属于同一行不确定")
    } else {
        return;
    };
    sink.remark(Diagnostic {
        code: UNCERTAIN,
        severity: Severity::Warning,
        place: Some(Place::of_box(page, solved.fragment.bbox)),
        message: Wording::new(en, zh),
        hint: Some(Wording::new("compare the table with the page", "请将该表与原文对照")),
    });
}
