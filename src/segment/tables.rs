//! One page's lines, rules and fills in; the page's tables as fragments out, and the lines that are
//! no part of any table. What the lines left over are is told by the rest of `segment`; joining
//! fragments over pages is left to `repair`.

use crate::diag::{Diagnostic, Severity, Sink, Wording};
use crate::geom::Rect;
use crate::normalize::lines::{Line, LinedPage};
use crate::options::Options;
use crate::place::Place;
use crate::segment::cells::{Lattice, Token};
use crate::segment::edges::{self, Edges, TOUCH};
use crate::segment::open::open_tables;
use crate::segment::outline::{Fragment, Ruling};
use crate::segment::panels;
use crate::segment::refine::refine;

/// More frames than this on a page are a drawing: a map, a chart, a pattern.
const MAX_FRAMES: usize = 400;

/// A frame with this share of rows blank, not counting those at its end, is a chart with its labels.
const BLANK_ROWS: f32 = 0.4;

/// What a page holds: its tables, and all else.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PageTables {
    /// The tables top down; panels of one table left to right.
    pub fragments: Vec<Fragment>,
    /// The lines, or parts of lines, that no table holds; top to bottom.
    pub rest: Vec<Line>,
}

/// Finds the tables of one page.
pub fn fragments(sink: &mut Sink, options: &Options, page: &LinedPage) -> PageTables {
    let mut tokens = tokens(page);
    let (mut frames, mut lone) = Edges::of(&page.rules).frames();
    frames.extend(edges::tiled(&page.fills, &frames));
    let mut fragments = Vec::new();
    for frame in inner_first(frames) {
        let Some(bbox) = frame.bbox() else { continue };
        let inside = take_inside(&mut tokens, &bbox);
        match ruled_table(sink, options, page.number, &frame, &inside) {
            Some(fragment) => fragments.push(fragment),
            None => {
                tokens.extend(inside);
                lone.across.extend(frame.across);
            }
        }
    }
    fragments.extend(open_tables(page.number, &mut tokens, &lone.across));
    let mut fragments: Vec<Fragment> = fragments.into_iter().flat_map(panels::unfold).collect();
    panels::number(&mut fragments);
    fragments.sort_by(|a, b| a.bbox.y0.total_cmp(&b.bbox.y0).then(a.bbox.x0.total_cmp(&b.bbox.x0)));
    PageTables { fragments, rest: lines_of(tokens) }
}

/// All pieces of the page, each with the number of its line.
fn tokens(page: &LinedPage) -> Vec<Token> {
    let lines = page.lines.iter().enumerate();
    lines
        .flat_map(|(line, l)| l.pieces.iter().map(move |p| Token { line, piece: p.clone() }))
        .collect()
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

/// Takes the tokens whose middle lies in the box.
fn take_inside(tokens: &mut Vec<Token>, bbox: &Rect) -> Vec<Token> {
    let bbox = bbox.grow(TOUCH);
    let (inside, outside) =
        std::mem::take(tokens).into_iter().partition(|t| bbox.contains(t.piece.bbox.center()));
    *tokens = outside;
    inside
}

/// The table that a frame of edges makes, if it makes one: two columns and two filled cells at least.
fn ruled_table(
    sink: &mut Sink,
    options: &Options,
    page: u32,
    frame: &Edges,
    tokens: &[Token],
) -> Option<Fragment> {
    let limit = options.limits.table_cells as usize;
    let Some(lattice) = Lattice::ruled(frame, tokens, limit) else {
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
    let lattice = refine(lattice, tokens);
    let fragment = lattice.fill(page, Ruling::Grid, &lattice.cut_all(tokens));
    (fragment.cols() > 1 && !is_drawing(&fragment)).then_some(fragment)
}

/// Whether the frame is a chart or a box rather than a table: no two cells filled side by side, or
/// nearly every other row blank.
fn is_drawing(fragment: &Fragment) -> bool {
    let mut filled = vec![0usize; fragment.rows()];
    for cell in fragment.cells.iter().filter(|c| !c.text.is_empty()) {
        for count in &mut filled[cell.row..cell.row + cell.rowspan] {
            *count += 1;
        }
    }
    let blank = filled.iter().filter(|&&f| f == 0).count();
    let beside = filled.iter().filter(|&&f| f > 1).count();
    beside < fragment.rows().clamp(1, 2)
        || (blank > 1 && blank as f32 >= BLANK_ROWS * filled.len() as f32)
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
    fn suite() {
        let suite = include_str!("../../tests/suite/segment/tables.txt");
        let mut seen = 0;
        let mut wrong = String::new();
        for case in suite.split("\n--- ").skip(1) {
            let (name, case) = case.split_once(" ---\n").expect("a case has a name");
            let (input, expected) = case.split_once("\n=>\n").expect("a case has an answer");
            let page = art::page(input);
            let found = fragments(&mut Sink::new(), &Options::default(), &page);
            let shown = art::show(&found);
            seen += 1;
            if shown.trim_end() != expected.trim_end() {
                wrong.push_str(&format!("--- {name} ---\n{input}\n=>\n{shown}\n"));
            }
        }
        assert!(seen > 0 && wrong.is_empty(), "{seen} cases; these turned out:\n{wrong}");
    }
}
