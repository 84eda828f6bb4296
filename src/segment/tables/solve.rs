//! Texts and rules of one table in, its grid out: columns, rows, header, and which text stands in which cell.
//!
//! Where rules part the columns they are the columns; what they leave open, texts tell. All steps are asked for what
//! their answer costs, so that a reading can be weighed against another one.

use crate::figure::narrow;
use crate::geom::Rect;
use crate::lexicon::{self, TOTALS, is_han};
use crate::normalize::lines::{Line, wants_space};
use crate::place::PlacedText;
use crate::segment::figures::{is_of_figures, opens_range};
use crate::segment::outline::{Fragment, Frame, GridCell, Layout, Ruling};
use crate::segment::tables::columns::{self, Column, Set};
use crate::segment::tables::edges::{Edge, Edges};
use crate::segment::tables::header;
use crate::segment::tables::lattice::{Lattice, band};
use crate::segment::tables::rows::{self, Body, ColumnOf, RuleAcross};
use crate::segment::tables::settle::{Settle, Side};
use crate::segment::tables::strips::{Strip, Token, strips};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// A rule over at least this share of the table's width parts rows; a shorter one parts the tiers of a header (cmidrule).
const FULL_RULE: f32 = 0.85;
/// Fewest lines that show columns where no rule does.
const MIN_LINES: usize = 3;
/// Share of the lines that have a token in several of the columns.
const SHARED_LINES: f32 = 0.6;
/// Share of the tokens of a column that are figures, where it is to show columns.
const FIGURES: f32 = 0.8;
/// Lines of one text follow each other at most at so many ems.
const LEADING: f32 = 1.8;
/// A text in vertical lines has so many characters one below the other.
const UPRIGHT: usize = 3;
/// … and no more than so many in all.
const LONGEST_UPRIGHT: usize = 60;
/// Characters of one vertical line stand off it by no more than so many ems.
const SAME_LINE: f32 = 0.3;
/// A text is set as others are if it stands off them by no more than so many ems.
const ALIGNED: f32 = 0.6;
/// What a ruled cell keeps free beside its text, both sides together, in points, at least.
const PADDING: f32 = 3.0;
/// Texts of a table tell how close to their rules they may stand from so many on; word processors leave so much on
/// both sides together at most.
const PADDED: usize = 12;
const WIDEST_PADDING: f32 = 12.0;
/// Words of a header in so many lines of so many ems at most are broken for want of room.
const BROKEN: usize = 3;
const NARROW: f32 = 2.2;
/// What it costs that a word over a blank column may be the title of those beside it: the header is not told for certain.
const BESIDE: f32 = 3.0;
/// One text of so many may reach further than all others.
const OVERFULL: usize = 50;
/// A line as wide as the widest of its column, which no rule ends, had room for its last character: it may be wider than that
/// by so many ems.
const FITS_EXACTLY: f32 = 0.25;
/// A token fits a column if it reaches no further than this beyond it, in points.
const FITS: f32 = 2.0;
/// A token stands over a column if it covers at least this share of it.
const COVERED: f32 = 0.5;

/// The grid of a frame of rules; `None` where it would have more than `limit` cells.
pub(super) fn ruled(frame: &Edges, tokens: &[Token], limit: usize) -> Option<Grid> {
    let lattice = Lattice::ruled(frame, tokens, limit)?;
    let lattice = with_inner_columns(lattice, tokens, limit);
    let settled = Settled::on(lattice, tokens);
    let settled = with_inner_tiers(settled, tokens, limit);
    let settled = with_inner_rows(settled, frame, tokens, limit);
    let Settled { lattice, cells, tokens: settled } = settled;
    let padding = padding(&cells, &settled);
    // Most cells hold one token, and a list that grows makes room for four.
    let mut counts = vec![0; cells.len()];
    settled.iter().for_each(|(_, cell)| counts[*cell] += 1);
    let mut held: Vec<Vec<Token>> = counts.into_iter().map(Vec::with_capacity).collect();
    for (token, cell) in settled {
        held[cell].push(token);
    }
    Some(Grid { xs: lattice.xs, ys: lattice.ys, cells, held, rooms: None, padding })
}

/// How much of a cell's width no text uses, in points: on either side as much as the closest of all texts leaves, where
/// they are many enough to tell, and no more than word processors leave.
fn padding(cells: &[GridCell], settled: &[(Token, usize)]) -> f32 {
    if settled.len() < PADDED {
        return PADDING;
    }
    let mut beside: Vec<f32> = settled
        .iter()
        .map(|(token, cell)| {
            let (text, cell) = (token.bbox(), &cells[*cell].bbox);
            // Half of such a mark is white.
            let hangs = token.text().ends_with(['．', '，', '。', '、', '）', '；', '：']);
            let hanging = if hangs { token.em() / 2.0 } else { 0.0 };
            (text.x0 - cell.x0).min(cell.x1 - text.x1 + hanging)
        })
        // What can't be broken and is wider than its cell tells nothing.
        .filter(|&beside| beside > 0.0)
        .collect();
    beside.sort_by(f32::total_cmp);
    let least = beside.get(beside.len() / OVERFULL).copied().unwrap_or(0.0);
    (2.0 * least).clamp(PADDING, WIDEST_PADDING)
}

/// The grid of a header alone within rules and of the lines below it, which have none; `None` where these do not stand
/// in its columns.
pub(super) fn below(
    page: u32,
    head: &Grid,
    lines: &[Strip],
    across: &[Edge],
    limit: usize,
) -> Option<Solved> {
    let columns: Vec<Column> = head.xs.windows(2).map(|w| column_between(w[0], w[1])).collect();
    if columns.len().saturating_mul(lines.len()) > limit {
        return None;
    }
    let cells = head.cells.iter().zip(&head.held);
    let header = header::Header {
        tiers: head.ys.len() - 1,
        cells: cells
            .map(|(cell, tokens)| header::HeaderCell {
                tier: cell.row,
                tiers: cell.rowspan,
                columns: cell.col..cell.col + cell.colspan,
                tokens: tokens.clone(),
            })
            .collect(),
        cost: 0.0,
        choice: 0.0,
    };
    let figures: Vec<bool> =
        columns.iter().enumerate().map(|(c, column)| c > 0 && column.of_figures(lines)).collect();
    let bbox = lines.iter().map(|s| s.bbox).reduce(|a, b| a.union(&b))?;
    let top = *head.ys.last()?;
    let bbox = Rect { x0: head.xs[0], x1: *head.xs.last()?, y0: top, y1: bbox.y1 };
    let near = |e: &&Edge| e.at > top + 1.0 && e.from < bbox.x1 && e.to > bbox.x0;
    let rules: Vec<Edge> = across.iter().filter(near).copied().collect();
    let edges = head.xs.clone();
    let frame = Around { bbox, rules: &rules, edges, ruling: Ruling::None };
    with_body(page, Head { header, ys: head.ys.clone() }, lines, &columns, &figures, frame)
}

/// The cells of a lattice, and what stands in them.
struct Settled {
    lattice: Lattice,
    cells: Vec<GridCell>,
    /// The tokens with the cells that they belong to, by the cells' index.
    tokens: Vec<(Token, usize)>,
}

impl Settled {
    fn on(lattice: Lattice, tokens: &[Token]) -> Settled {
        let (cells, owner) = lattice.cells();
        let tokens = settle(&lattice, &cells, &owner, tokens);
        Settled { lattice, cells, tokens }
    }
}

/// The tokens with the cells of the lattice that they belong to.
fn settle(
    lattice: &Lattice,
    cells: &[GridCell],
    owner: &[usize],
    tokens: &[Token],
) -> Vec<(Token, usize)> {
    let cols = lattice.cols();
    let mut lines: BTreeMap<(usize, usize), Vec<&Token>> = BTreeMap::new();
    for token in tokens {
        let row = band(&lattice.ys, token.y());
        lines.entry((row, token.line)).or_default().push(token);
    }
    let beside: Vec<(Vec<usize>, Vec<Side>)> = (0..lattice.rows())
        .map(|row| {
            let mut beside: Vec<usize> = owner[row * cols..(row + 1) * cols].to_vec();
            beside.dedup();
            let sides = beside.iter().map(|&cell| &cells[cell].bbox);
            let sides = sides.map(|b| Side { x0: b.x0, x1: b.x1 }).collect();
            (beside, sides)
        })
        .collect();
    let of_lines =
        || lines.iter().map(|((row, _), tokens)| (tokens.as_slice(), &beside[*row].1[..]));
    let settle = Settle::learn(of_lines());
    let mut settled = Vec::with_capacity(tokens.len());
    for ((row, _), tokens) in &lines {
        let (cells, sides) = &beside[*row];
        let line = settle.line(tokens, sides);
        settled.extend(line.into_iter().map(|(token, side)| (token, cells[side])));
    }
    settled
}

/// The lattice with the columns that texts show within its ruled columns.
fn with_inner_columns(lattice: Lattice, tokens: &[Token], limit: usize) -> Lattice {
    let mut by_col: Vec<Vec<Token>> = vec![Vec::new(); lattice.cols()];
    for token in tokens {
        let col = lattice.slot(token.bbox()).1;
        let (from, to) = (lattice.xs[col], lattice.xs[col + 1]);
        if token.bbox().x0 > from - 1.0 && token.bbox().x1 < to + 1.0 {
            by_col[col].push(token.clone());
        }
    }
    let xs: Vec<f32> = by_col.into_iter().flat_map(inner_columns).collect();
    let fits = lattice.rows().saturating_mul(lattice.cols() + xs.len()) <= limit;
    let mut lattice =
        if xs.is_empty() || !fits { lattice } else { lattice.with_columns(&xs, tokens) };
    divide_merged(&mut lattice, tokens);
    lattice
}

/// Where columns meet within one ruled column.
fn inner_columns(tokens: Vec<Token>) -> Vec<f32> {
    let rows = strips(tokens);
    let several = rows.iter().filter(|r| r.tokens.len() > 1).count();
    if several < MIN_LINES || (several as f32) < SHARED_LINES * rows.len() as f32 {
        return Vec::new();
    }
    let columns = columns::columns(&rows);
    let (figures, all) = counts(&rows, &columns);
    let told = (0..columns.len())
        .any(|c| figures[c] >= MIN_LINES && figures[c] as f32 >= FIGURES * (all[c] - 1) as f32);
    if !told {
        return Vec::new();
    }
    columns::meet(&rows, &columns)
}

/// How many figures, and how many texts, stand in each column.
fn counts(rows: &[Strip], columns: &[Column]) -> (Vec<usize>, Vec<usize>) {
    let (mut figures, mut all) = (vec![0usize; columns.len()], vec![0usize; columns.len()]);
    for strip in rows {
        for (token, column) in strip.tokens.iter().zip(columns::assign(strip, columns)) {
            let Some(c) = column else { continue };
            all[c] += 1;
            figures[c] += usize::from(token.is_figure());
        }
    }
    (figures, all)
}

/// Puts walls up in rows that are ruled below alone, under a header that is ruled both ways: a cell over several columns
/// that holds a text in each is no merged cell.
fn divide_merged(lattice: &mut Lattice, tokens: &[Token]) {
    let (cells, owner) = lattice.cells();
    let cols = lattice.cols();
    let mut held: Vec<Vec<&Token>> = vec![Vec::new(); cells.len()];
    for token in tokens {
        let (row, col) = lattice.slot(token.bbox());
        held[owner[row * cols + col]].push(token);
    }
    let mut divided: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (i, cell) in cells.iter().enumerate().filter(|(_, c)| c.colspan > 1) {
        let col = |t: &Token| band(&lattice.xs, t.x());
        let fits = held[i].iter().all(|t| {
            let (c, bbox) = (col(t), t.bbox());
            lattice.xs[c] - FITS <= bbox.x0 && bbox.x1 <= lattice.xs[c + 1] + FITS
        });
        let beside =
            held[i].windows(2).filter(|w| w[0].line == w[1].line && col(w[0]) != col(w[1]));
        let mut lines: Vec<usize> = beside.map(|w| w[0].line).collect();
        lines.dedup();
        let figures = held[i].iter().any(|t| t.is_figure());
        if fits && !lines.is_empty() && figures {
            let rows = divided.entry((cell.col, cell.colspan)).or_default();
            // A body without rules below a header with them is one cell of many lines.
            rows.extend(std::iter::repeat_n(i, lines.len().min(2)));
        }
    }
    for rows in divided.into_values().filter(|rows| rows.len() > 1) {
        for cell in rows.into_iter().map(|i| &cells[i]) {
            for r in cell.row..cell.row + cell.rowspan {
                for c in cell.col..cell.col + cell.colspan - 1 {
                    lattice.close_right(r, c);
                }
            }
        }
    }
}

/// The lattice with the tiers that words show within its cells: a title over several columns and words below it, with no
/// rule between them.
fn with_inner_tiers(settled: Settled, tokens: &[Token], limit: usize) -> Settled {
    let Settled { mut lattice, cells, tokens: settled } = settled;
    let mut held: Vec<Vec<&Token>> = vec![Vec::new(); cells.len()];
    for (token, cell) in &settled {
        held[*cell].push(token);
    }
    let mut tiered: Vec<(Range<usize>, f32)> = Vec::new();
    for (cell, held) in cells.iter().zip(held) {
        if cell.colspan < 2 || held.len() < 3 || held.iter().any(|token| token.is_figure()) {
            continue;
        }
        let range = cell.col..cell.col + cell.colspan;
        let edges = &lattice.xs[range.start..=range.end];
        let columns: Vec<Column> = edges.windows(2).map(|w| column_between(w[0], w[1])).collect();
        let lines = strips(held.into_iter().cloned().collect());
        let header = header::header(&lines, &columns, edges, &[], 0.0);
        let heights = between_tiers(&header, &lines);
        tiered.extend(heights.into_iter().map(|y| (range.clone(), y)));
    }
    if tiered.is_empty() {
        return Settled { lattice, cells, tokens: settled };
    }
    for (range, y) in tiered {
        if (lattice.rows() + 1).saturating_mul(lattice.cols()) > limit {
            break;
        }
        let row = band(&lattice.ys, y);
        lattice = lattice.with_rows(&[y]);
        // The cells beside it reach over both tiers, as they did.
        for col in (0..lattice.cols()).filter(|c| !range.contains(c)) {
            lattice.open_below(row, col);
        }
        for col in range.clone().skip(1) {
            lattice.close_right(row + 1, col - 1);
        }
    }
    Settled::on(lattice, tokens)
}

/// A column between two rules.
fn column_between(x0: f32, x1: f32) -> Column {
    Column { x0, x1, set: Set::Middle, at: (x0 + x1) / 2.0, count: 1 }
}

/// The lattice with the rows that texts show within its ruled rows.
fn with_inner_rows(settled: Settled, frame: &Edges, tokens: &[Token], limit: usize) -> Settled {
    let lattice = &settled.lattice;
    let figures = ruled_figure_columns(&settled.cells, &settled.tokens, lattice.cols());
    let padding = padding(&settled.cells, &settled.tokens);
    let mut by_row: Vec<Vec<(usize, &Token)>> = vec![Vec::new(); lattice.rows()];
    for (token, cell) in &settled.tokens {
        let cell = &settled.cells[*cell];
        if cell.rowspan == 1 {
            by_row[cell.row].push((cell.col, token));
        }
    }
    let rooms: Vec<f32> = lattice.xs.windows(2).map(|w| (w[1] - w[0] - padding).max(1.0)).collect();
    let mut ys: Vec<f32> = Vec::new();
    let mut labels: Vec<Label> = Vec::new();
    for (row, tokens) in by_row.into_iter().enumerate() {
        let sides = [lattice.ys[row], lattice.ys[row + 1]];
        let (inner, mut told) = inner_rows(&lattice.xs, sides, tokens.clone(), &figures, &rooms);
        if told.is_empty() {
            told.extend(label_cells(&tokens, sides, inner.len() + 1, &figures));
        }
        labels.extend(told);
        ys.extend(inner);
    }
    if ys.is_empty() || (lattice.rows() + ys.len()).saturating_mul(lattice.cols()) > limit {
        return settled;
    }
    let mut fine = lattice.with_rows(&ys);
    fine.open_gaps(frame);
    for Label { sides, column } in labels {
        let inside = |r: &usize| sides[0] <= fine.ys[*r] && fine.ys[*r + 1] < sides[1];
        for row in (0..fine.rows()).filter(inside).collect::<Vec<_>>() {
            fine.open_below(row, column);
        }
    }
    Settled::on(fine, tokens)
}

/// A cell beside several rows that no rule parts.
struct Label {
    /// Its upper and lower side, in points.
    sides: [f32; 2],
    column: usize,
}

/// The columns of a ruled row of several inner rows that have one text in its middle, beside names: a label of them all.
fn label_cells<'a>(
    tokens: &'a [(usize, &Token)],
    sides: [f32; 2],
    rows: usize,
    figures: &'a [bool],
) -> impl Iterator<Item = Label> + 'a {
    let of = |column: usize| tokens.iter().filter(move |(c, _)| *c == column).map(|(_, t)| *t);
    let is_label = move |column: &usize| {
        let bbox = of(*column).map(|t| *t.bbox()).reduce(|a, b| a.union(&b));
        let Some((bbox, first)) = bbox.zip(of(*column).next()) else { return false };
        let off = (bbox.center().y - (sides[0] + sides[1]) / 2.0).abs();
        off <= ALIGNED * first.em()
            && 2 * of(*column).count() <= rows
            && !figures[column + 1]
            && of(column + 1).count() >= rows
    };
    let columns = if rows > 2 { figures.len().saturating_sub(1) } else { 0 };
    let labels = (0..columns).filter(|&c| !figures[c]).filter(is_label);
    labels.map(move |column| Label { sides, column })
}

/// Columns of a ruled table that hold figures, but for the first.
fn ruled_figure_columns(cells: &[GridCell], settled: &[(Token, usize)], cols: usize) -> Vec<bool> {
    let (mut figures, mut all) = (vec![0usize; cols], vec![0usize; cols]);
    let mut ranges = vec![0usize; cols];
    for (token, cell) in settled {
        let cell = &cells[*cell];
        if cell.colspan == 1 {
            all[cell.col] += 1;
            figures[cell.col] += usize::from(token.is_figure());
            ranges[cell.col] += usize::from(opens_range(token.text()));
        }
    }
    (0..cols).map(|c| c > 0 && is_of_figures(all[c], figures[c], ranges[c])).collect()
}

/// Where rows meet within one ruled row: below a header that stands in it, and between figures one below the other that
/// have names of their own; and the labels that stand beside several of them.
fn inner_rows(
    xs: &[f32],
    sides: [f32; 2],
    tokens: Vec<(usize, &Token)>,
    figures: &[bool],
    rooms: &[f32],
) -> (Vec<f32>, Vec<Label>) {
    let mut held = vec![0usize; figures.len()];
    for (column, _) in tokens.iter().filter(|(c, t)| figures[*c] && t.is_figure()) {
        held[*column] += 1;
    }
    // Where there are no figures, the numbers of a list show its rows.
    let numbers = || tokens.iter().filter(|(column, _)| *column == 0).map(|(_, token)| *token);
    let figures = match held.iter().all(|&count| count < 2) {
        false => Cow::Borrowed(figures),
        true if are_serial(numbers()) => Cow::Owned((0..figures.len()).map(|c| c == 0).collect()),
        true => return Default::default(),
    };
    let figures = &*figures;
    let all: Vec<Token> = tokens.iter().map(|(_, t)| (*t).clone()).collect();
    let lines = strips(all);
    let columns: Vec<Column> = xs.windows(2).map(|w| column_between(w[0], w[1])).collect();
    let head = header::end(&lines, &columns, figures, &[]);
    let mut ys = Vec::new();
    let mut top = sides[0];
    if head > 0 && head < lines.len() {
        let above = lines[..head].iter().map(|l| l.bbox.y1).fold(f32::MIN, f32::max);
        let below = lines[head..].iter().map(|l| l.bbox.y0).fold(f32::MAX, f32::min);
        top = (above + below) / 2.0;
        ys.push(top);
    }
    let body: Vec<(usize, &Token)> = tokens.into_iter().filter(|(_, t)| t.y() > top).collect();
    let rule = |y| RuleAcross { y, columns: 0..figures.len() };
    let mut body = Body {
        columns: figures
            .iter()
            .zip(rooms)
            .map(|(&figures, &room)| ColumnOf { figures, room })
            .collect(),
        rules: vec![rule(top), rule(sides[1])],
        tokens: body,
        nameless: rows::NAMELESS,
    };
    body.nameless = body.nameless_between_rules();
    let rows = rows::rows(&body);
    let between = between_rows(&body, &rows);
    ys.extend(&between);
    let mut labels: Vec<Label> = Vec::new();
    for ((column, _), of) in body.tokens.iter().zip(&rows.of).filter(|(_, of)| of.len() > 1) {
        let above = of.start.checked_sub(1).map_or(top, |row| between[row]);
        let sides = [above, between.get(of.end - 1).copied().unwrap_or(sides[1])];
        labels.push(Label { sides, column: *column });
    }
    (ys, labels)
}

/// Whether texts number the rows of a list: each one more than the one above it.
fn are_serial<'t>(tokens: impl Iterator<Item = &'t Token>) -> bool {
    let mut lines: Vec<(f32, Option<u32>)> =
        tokens.map(|token| (token.y(), token.text().trim().parse().ok())).collect();
    lines.sort_by(|a, b| a.0.total_cmp(&b.0));
    let is_next = |pair: &[(f32, Option<u32>)]| {
        pair[0].1.is_some_and(|number| pair[1].1 == number.checked_add(1))
    };
    lines.len() > 1 && lines.windows(2).all(is_next)
}

/// The heights between the rows: in the middle of what ends above and begins below.
fn between_rows(body: &Body, rows: &rows::Rows) -> Vec<f32> {
    let count = rows.heights.len();
    let (mut tops, mut lows) = (vec![f32::MAX; count], vec![f32::MIN; count]);
    for ((_, token), of) in body.tokens.iter().zip(&rows.of) {
        if of.len() == 1 && of.start < count {
            tops[of.start] = tops[of.start].min(token.bbox().y0);
            lows[of.start] = lows[of.start].max(token.bbox().y1);
        }
    }
    (1..count)
        .map(|row| match (lows[row - 1], tops[row]) {
            (low, top) if low > f32::MIN && top < f32::MAX => (low + top) / 2.0,
            _ => (rows.heights[row - 1] + rows.heights[row]) / 2.0,
        })
        .collect()
}

/// The grid of lines that no rule parts into columns, with the rules that run through or close around them; `None` where
/// they stand in fewer than two columns, or make more than `limit` cells.
pub(super) fn open(
    page: u32,
    lines: &[Strip],
    columns: &[Column],
    across: &[Edge],
    limit: usize,
) -> Option<Solved> {
    if columns.len() < 2 || columns.len().saturating_mul(lines.len()) > limit {
        return None;
    }
    let text = lines.iter().map(|r| r.bbox).reduce(|a, b| a.union(&b))?;
    let room = 1.5 * lines.iter().map(Strip::size).fold(0.0, f32::max);
    let near = |e: &&Edge| {
        e.at > text.y0 - room && e.at < text.y1 + room && e.from < text.x1 && e.to > text.x0
    };
    let rules: Vec<Edge> = across.iter().filter(near).copied().collect();
    let bbox = rules.iter().fold(text, |b, e| b.union(&Rect::new(e.from, e.at, e.to, e.at)));
    // Columns that are known from the page before may be blank at both sides.
    let (left, right) = (columns[0].x0, columns[columns.len() - 1].x1);
    let bbox = Rect { x0: bbox.x0.min(left), x1: bbox.x1.max(right), ..bbox };
    let is_full = |e: &&Edge| e.to - e.from >= FULL_RULE * bbox.width();
    let full: Vec<f32> = rules.iter().filter(is_full).map(|e| e.at).collect();
    let (figures, all) = counts(lines, columns);
    let figures: Vec<bool> =
        (0..columns.len()).map(|c| figures[c] > 0 && 2 * figures[c] >= all[c]).collect();
    let head = header::end(lines, columns, &figures, &full);
    let (head, lines) = lines.split_at(head);
    let head: Vec<Strip> = head.iter().map(|strip| cut_at_joints(strip, columns)).collect();
    let head = head.as_slice();
    let columns = with_blank_columns(head, columns, &rules);
    let columns = with_headers(head, &columns, &rules);
    let figures: Vec<bool> =
        columns.iter().enumerate().map(|(i, c)| i > 0 && c.column.of_figures(lines)).collect();
    let edges = edges_between(columns.iter().map(|c| (c.head_x0, c.head_x1)), bbox.x0, bbox.x1);
    let plain: Vec<Column> = columns.iter().map(|c| c.column).collect();
    let partial: Vec<Edge> = rules.iter().filter(|e| !is_full(e)).copied().collect();
    let mut steps: Vec<f32> = lines.windows(2).map(|w| w[1].y() - w[0].y()).collect();
    steps.sort_by(f32::total_cmp);
    let pitch = steps.get(steps.len() / 2).copied().unwrap_or(0.0);
    let mut header = header::header(head, &plain, &edges, &partial, pitch);
    if has_title_beside(&header, &plain) || has_title_over_another(&header, plain.len()) {
        header.cost += BESIDE;
    }

    let mut ys = vec![bbox.y0];
    ys.extend(between_tiers(&header, head));
    if !head.is_empty() && !lines.is_empty() {
        let above = head.iter().map(|s| s.bbox.y1).fold(f32::MIN, f32::max);
        let below = lines.iter().map(|s| s.bbox.y0).fold(f32::MAX, f32::min);
        let rule = full.iter().copied().find(|&y| above - 2.0 < y && y < below + 2.0);
        ys.push(rule.unwrap_or((above + below) / 2.0));
    }
    let inner = full.iter().filter(|&&y| text.y0 < y && y < text.y1).count();
    let ruling = match full.len() {
        0 => Ruling::None,
        _ if 2 * inner < (header.tiers + lines.len()).saturating_sub(1) => Ruling::ThreeLine,
        _ => Ruling::Horizontal,
    };
    let around = Around { bbox, rules: &rules, edges, ruling };
    with_body(page, Head { header, ys }, lines, &plain, &figures, around)
}

/// Whether a word stands alone over a blank column, higher than two words beside it that have no title: it may be theirs,
/// set to one side.
fn has_title_beside(header: &header::Header, columns: &[Column]) -> bool {
    let over = |c: usize| {
        let mut cells = header.cells.iter().filter(move |cell| cell.columns.contains(&c));
        let only = cells.next().filter(|cell| cell.columns.len() == 1);
        only.filter(|_| cells.next().is_none())
    };
    let y = |cell: &header::HeaderCell| cell.tokens.last().map(|t| (t.y(), t.em()));
    let is_beside = |c: usize, others: [Option<usize>; 2]| {
        let Some((title, em)) = over(c).and_then(y) else { return false };
        let is_lower = |other: Option<usize>| {
            let word = other.filter(|&c| c > 0 && c < columns.len()).and_then(over).and_then(y);
            word.is_some_and(|(word, _)| word > title + 0.7 * em)
        };
        others.into_iter().all(is_lower)
    };
    (1..columns.len()).filter(|&c| columns[c].count == 0).any(|c| {
        is_beside(c, [c.checked_sub(1), c.checked_sub(2)])
            || is_beside(c, [Some(c + 1), Some(c + 2)])
    })
}

/// Whether a title stands over words of different heights, and beside them a word without a title is as low as the nearest
/// of them: the title may be theirs, set to one side.
fn has_title_over_another(header: &header::Header, columns: usize) -> bool {
    let middle = |cell: &header::HeaderCell| {
        let (first, last) = (cell.tokens.first()?, cell.tokens.last()?);
        Some(((first.y() + last.y()) / 2.0, first.em()))
    };
    let word = |c: usize| {
        let mut cells = header.cells.iter().filter(|cell| cell.columns == (c..c + 1));
        cells.next().filter(|_| cells.next().is_none()).and_then(middle)
    };
    let untitled = |c: usize| {
        let mut cells = header.cells.iter().filter(|cell| cell.columns.contains(&c));
        cells.all(|cell| cell.columns.len() == 1).then(|| word(c)).flatten()
    };
    let is_off = |group: &Range<usize>, beside: usize, near: usize, far: usize| {
        let words = Some(beside).filter(|&c| c > 0 && c < columns).and_then(untitled);
        let Some(((beside, em), (near, _))) = words.zip(word(near)) else { return false };
        group.len() == 2
            && (near - beside).abs() < 0.3 * em
            && word(far).is_some_and(|(far, _)| near - far > 0.5 * em)
    };
    let groups = header.cells.iter().filter(|cell| cell.columns.len() > 1);
    groups.map(|cell| &cell.columns).any(|group| {
        let (first, last) = (group.start, group.end - 1);
        is_off(group, group.end, last, first)
            || first.checked_sub(1).is_some_and(|before| is_off(group, before, first, last))
    })
}

/// A header, and the heights around its tiers: one more than there are.
struct Head {
    header: header::Header,
    ys: Vec<f32>,
}

/// What stands around a table's texts.
struct Around<'a> {
    bbox: Rect,
    rules: &'a [Edge],
    edges: Vec<f32>,
    ruling: Ruling,
}

/// The grid of a header and the lines below it.
fn with_body(
    page: u32,
    head: Head,
    lines: &[Strip],
    plain: &[Column],
    figures: &[bool],
    around: Around,
) -> Option<Solved> {
    let Around { bbox, rules, edges, ruling } = around;
    let Head { header, mut ys } = head;
    // The body: each token in its column, or over several.
    let mut tokens: Vec<(Range<usize>, Token)> = Vec::new();
    for strip in lines {
        let strip = cut_bridging(strip, plain);
        let stands = columns::assign(&strip, plain);
        for (token, column) in strip.tokens.iter().zip(&stands) {
            let own = column.unwrap_or_else(|| nearest(plain, token.x()));
            let taken = |c: usize| stands.contains(&Some(c)) && *column != Some(c);
            tokens.push((covered(plain, bbox.x0, token, own, &taken), token.clone()));
        }
    }
    // A total over labels and names, or in the column of labels, names its row.
    let body_of = |columns: &Range<usize>, token: &Token| {
        let names = columns.end.max(2) - 1;
        let has_names = figures.get(names).is_some_and(|figures| !figures);
        let is_total = columns.start == 0 && has_names && TOTALS.contains(&token.text());
        if is_total { names } else { columns.start }
    };
    let rules_across: Vec<RuleAcross> = rules
        .iter()
        .map(|e| {
            let under = |c: &Column| e.from <= c.middle() && c.middle() <= e.to;
            let first = plain.iter().position(under).unwrap_or(0);
            let last = plain.iter().rposition(under).map_or(0, |c| c + 1);
            RuleAcross { y: e.at, columns: first..last.max(first) }
        })
        .collect();
    let head_tokens: Vec<&Token> = header.cells.iter().flat_map(|c| &c.tokens).collect();
    let rooms = rooms(plain, lines, &head_tokens, &edges);
    let body = Body {
        tokens: tokens.iter().map(|(c, t)| (body_of(c, t), t)).collect(),
        columns: figures
            .iter()
            .zip(&rooms)
            .map(|(&figures, &room)| ColumnOf { figures, room })
            .collect(),
        rules: rules_across,
        nameless: rows::NAMELESS,
    };
    let rows = rows::rows(&body);
    ys.extend(between_rows(&body, &rows));
    let tokens = with_headings(tokens, &rows, figures, &bbox);
    ys.push(bbox.y1);
    let tiers = header.tiers;
    let count = tiers + rows.heights.len();
    // Heights that could not be told apart stay in order.
    for i in 1..ys.len() {
        ys[i] = ys[i].max(ys[i - 1]);
    }
    if ys.len() != count + 1 {
        return None;
    }
    let mut grid = Grid { rooms: Some(rooms), ..Grid::blank(edges, ys) };
    for cell in header.cells.iter().cloned() {
        grid.put(cell.tier..cell.tier + cell.tiers, cell.columns, cell.tokens);
    }
    // By the first row and column of each cell: its rows, its columns and what stands in it.
    type Held = (Range<usize>, Range<usize>, Vec<Token>);
    let mut by_place: BTreeMap<(usize, usize), Held> = BTreeMap::new();
    for ((columns, token), rows) in tokens.iter().zip(&rows.of) {
        let rows = rows.start + tiers..rows.end.max(rows.start + 1) + tiers;
        let place = by_place
            .entry((rows.start, columns.start))
            .or_insert_with(|| (rows.clone(), columns.clone(), Vec::new()));
        place.0.end = place.0.end.max(rows.end);
        place.1.end = place.1.end.max(columns.end);
        place.2.push(token.clone());
    }
    for (_, (rows, columns, tokens)) in by_place {
        grid.put(rows, columns, tokens);
    }
    Some(Solved {
        fragment: grid.fill(page, ruling),
        header: tiers,
        header_cost: header.cost - header.choice,
        rows_cost: rows.cost,
    })
}

/// The tokens with those that stand alone in their rows over all columns, if they do not stand where names do: 一、省本级
/// in the middle of the table.
fn with_headings(
    mut tokens: Vec<(Range<usize>, Token)>,
    rows: &rows::Rows,
    figures: &[bool],
    bbox: &Rect,
) -> Vec<(Range<usize>, Token)> {
    let mut held = vec![0usize; rows.heights.len()];
    for of in rows.of.iter().filter(|of| of.start < rows.heights.len()) {
        held[of.start] += 1;
    }
    for ((columns, token), of) in tokens.iter_mut().zip(&rows.of) {
        let is_alone = held.get(of.start) == Some(&1);
        let in_middle = (token.x() - bbox.center().x).abs() <= token.em();
        let stands_off = columns.start > 0 && figures[columns.start] && !token.is_figure();
        if is_alone && stands_off && (in_middle || rows::is_heading(token.text())) {
            *columns = 0..figures.len();
        }
    }
    tokens
}

/// A grid, and what is known of it.
pub(super) struct Solved {
    /// The grid.
    pub fragment: Fragment,
    /// How many of its rows are header.
    pub header: usize,
    /// What the reading of the header costs: the more, the less sure.
    pub header_cost: f32,
    /// The same for that of the rows.
    pub rows_cost: f32,
}

/// A column with what stands over it.
#[derive(Debug, Clone, Copy)]
struct Headed {
    column: Column,
    /// The extent of its texts and its header.
    head_x0: f32,
    head_x1: f32,
}

impl Column {
    /// Whether most of what stands in the column is figures.
    fn of_figures(&self, lines: &[Strip]) -> bool {
        let (mut figures, mut ranges, mut all) = (0usize, 0usize, 0usize);
        for token in lines.iter().flat_map(|s| &s.tokens) {
            if self.overlap(token.bbox()) > 0.0 && self.off(token) <= 1.0 {
                all += 1;
                figures += usize::from(token.is_figure());
                ranges += usize::from(opens_range(token.text()));
            }
        }
        is_of_figures(all, figures, ranges)
    }
}

/// A line of a header with words cut that stand over two columns, each over the middle of its own or over all of it and no
/// other, where two operators drew them.
fn cut_at_joints(strip: &Strip, columns: &[Column]) -> Strip {
    let mut tokens = Vec::with_capacity(strip.tokens.len());
    for token in &strip.tokens {
        let mut rest = token.clone();
        for joint in &token.piece.joints {
            let Some((left, right)) = rest.cut(joint.at) else { continue };
            let over = |t: &Token| {
                let mut below = (0..columns.len())
                    .filter(|&c| t.bbox().x0 <= columns[c].x0 && columns[c].x1 <= t.bbox().x1);
                columns
                    .iter()
                    .position(|c| (c.middle() - t.x()).abs() <= ALIGNED * t.em())
                    .or_else(|| below.next().filter(|_| below.next().is_none()))
            };
            let apart = matches!((over(&left), over(&right)), (Some(a), Some(b)) if a < b);
            if apart && over(&rest).is_none() && !left.is_counted_by(&right) {
                tokens.push(left);
                rest = right;
            }
        }
        tokens.push(rest);
    }
    Strip::of(tokens).unwrap_or_else(|| strip.clone())
}

/// The lowest words of a header: those with none below them.
fn lowest(head: &[Strip]) -> Vec<&Token> {
    let tokens: Vec<&Token> = head.iter().flat_map(|s| &s.tokens).collect();
    let has_below = |a: &Token| {
        tokens.iter().any(|b| {
            let overlap = a.bbox().x1.min(b.bbox().x1) - a.bbox().x0.max(b.bbox().x0);
            b.y() > a.y() + 0.35 * a.em() && overlap > 0.3 * a.em()
        })
    };
    let mut lowest: Vec<&Token> = tokens.iter().copied().filter(|t| !has_below(t)).collect();
    lowest.sort_by(|a, b| a.x().total_cmp(&b.x()));
    lowest
}

/// The lowest words of a header, without titles of groups where the others are as many as the columns: a title in the middle
/// of two words that stand lower has none right below it, and may stand over figures that are set right.
fn lowest_over<'a>(head: &'a [Strip], columns: &[Column], rules: &[Edge]) -> Vec<&'a Token> {
    let lowest = lowest(head);
    let is_title = |i: usize| {
        let (left, word, right) = (lowest[i - 1], lowest[i], lowest[i + 1]);
        let is_lower = |t: &Token| t.y() > word.y() + 0.35 * word.em();
        let off = (left.bbox().x0 + right.bbox().x1) / 2.0 - word.x();
        let is_below = |t: &Token| is_lower(t) && !begins_above(head, rules, t, word.bbox());
        is_below(left) && is_below(right) && off.abs() <= ALIGNED * word.em()
    };
    let titles: Vec<usize> = (1..lowest.len().saturating_sub(1)).filter(|&i| is_title(i)).collect();
    if lowest.len() != columns.len() + titles.len() {
        return lowest;
    }
    let words = lowest.into_iter().enumerate().filter(|(i, _)| !titles.contains(i));
    words.map(|(_, word)| word).collect()
}

/// The columns with those that have a header and nothing below it.
fn with_blank_columns(head: &[Strip], columns: &[Column], rules: &[Edge]) -> Vec<Column> {
    let lowest = lowest_over(head, columns, rules);
    // A word between two that stand lower is their title, where it is over no column or over a rule that is over both.
    let is_title = |i: usize| {
        let (bbox, em) = (lowest[i].bbox(), lowest[i].em());
        let beside: Vec<&&Token> = [i.checked_sub(1), Some(i + 1)]
            .into_iter()
            .filter_map(|at| lowest.get(at?))
            .filter(|t| t.y() > lowest[i].y() + 0.35 * em)
            .collect();
        let [left, right] = beside.as_slice() else { return false };
        if [left, right].into_iter().any(|word| begins_above(head, rules, word, bbox)) {
            return false;
        }
        let is_below = |e: &&Edge| bbox.y1 - 0.2 * em <= e.at && e.at <= left.y();
        let is_over = |e: &Edge| e.from < left.x() && right.x() < e.to;
        columns.iter().all(|c| c.overlap(bbox) <= 1.0) || rules.iter().filter(is_below).any(is_over)
    };
    let titles = (0..lowest.len()).filter(|&i| is_title(i)).count();
    if lowest.len() - titles <= columns.len() {
        return columns.to_vec();
    }
    let mut all = columns.to_vec();
    for token in lowest {
        let bbox = token.bbox();
        let free = all.iter().all(|c| bbox.x1 <= c.x0 + 1.0 || c.x1 <= bbox.x0 + 1.0);
        let beside = |c: &Column| (c.middle() - token.x()).abs();
        // A header set off its figures is theirs, unless they have one.
        let has_own = columns
            .iter()
            .min_by(|a, b| beside(a).total_cmp(&beside(b)))
            .is_some_and(|c| self_headed(head, c, token));
        // Between two columns whose own words stand lower it is their title.
        let lower = |c: Option<&Column>| {
            let own = |c: &Column| {
                let words = head.iter().flat_map(|s| &s.tokens);
                let own = words.filter(|t| c.overlap(t.bbox()) > 0.0);
                own.max_by(|a, b| a.y().total_cmp(&b.y()))
            };
            c.and_then(own).is_some_and(|word| {
                word.y() > token.y() + 0.35 * token.em() && !begins_above(head, rules, word, bbox)
            })
        };
        let left = columns.iter().rev().find(|c| c.x1 <= bbox.x0 + 1.0);
        let right = columns.iter().find(|c| bbox.x1 <= c.x0 + 1.0);
        let is_title = lower(left) && lower(right);
        if free && has_own && !is_title {
            all.push(Column {
                x0: bbox.x0,
                x1: bbox.x1,
                set: Set::Middle,
                at: token.x(),
                count: 0,
            });
        }
    }
    all.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    all
}

/// Whether the text that a word ends begins above a word beside it, which so is no title of both: its lines follow each
/// other, with no rule between them.
fn begins_above(head: &[Strip], rules: &[Edge], word: &Token, beside: &Rect) -> bool {
    let mut first = word;
    for t in head.iter().rev().flat_map(|s| &s.tokens) {
        let starts = (t.bbox().x0 - word.bbox().x0).abs();
        let is_aligned = starts.min((t.x() - word.x()).abs()) <= ALIGNED * t.em();
        let follows = t.y() < first.y() && first.y() - t.y() <= LEADING * t.em();
        let is_between =
            |e: &Edge| t.y() < e.at && e.at < first.y() && e.from <= t.x() && t.x() <= e.to;
        if is_aligned && follows && !rules.iter().any(is_between) {
            first = t;
        }
    }
    first.y() < beside.center().y - 0.35 * first.em()
}

/// Whether a word of the header stands over the column, as low as the word beside it or lower: titles stand higher.
fn self_headed(head: &[Strip], column: &Column, beside: &Token) -> bool {
    let is_level = |t: &&Token| t.y() > beside.y() - 0.35 * beside.em();
    let mut words = head.iter().flat_map(|s| &s.tokens).filter(is_level);
    words.any(|t| column.overlap(t.bbox()) > 0.0)
}

/// The columns with the extents of their headers: where there are as many lowest words as columns, the first stands over
/// the first, and so on, however far off it is set.
fn with_headers(head: &[Strip], columns: &[Column], rules: &[Edge]) -> Vec<Headed> {
    let lowest = lowest_over(head, columns, rules);
    let matched = lowest.len() == columns.len();
    let headed = |(c, column): (usize, &Column)| {
        let mut headed = Headed { column: *column, head_x0: column.x0, head_x1: column.x1 };
        if matched {
            headed.head_x0 = headed.head_x0.min(lowest[c].bbox().x0);
            headed.head_x1 = headed.head_x1.max(lowest[c].bbox().x1);
        }
        headed
    };
    let all: Vec<Headed> = columns.iter().enumerate().map(headed).collect();
    // Headers that reach over their neighbours' columns say nothing of where those begin.
    let crossed = all.windows(2).any(|w| w[0].head_x1 > w[1].head_x0 + 1.0);
    if crossed {
        let plain = |c: &Column| Headed { column: *c, head_x0: c.x0, head_x1: c.x1 };
        return columns.iter().map(plain).collect();
    }
    all
}

/// How wide a line of text can be in each column, in points: as wide as the widest, or, where the words of the header are
/// broken into narrow lines, too narrow for one more character of them. What can't be broken may be wider.
fn rooms(columns: &[Column], lines: &[Strip], head: &[&Token], edges: &[f32]) -> Vec<f32> {
    let within =
        |c: usize, t: &Token| edges[c] - 1.0 <= t.bbox().x0 && t.bbox().x1 <= edges[c + 1] + 1.0;
    let widest = |c: usize| {
        let tokens = lines.iter().flat_map(|s| &s.tokens).chain(head.iter().copied());
        tokens.filter(|t| within(c, t)).map(|t| t.bbox().width()).fold(0.0, f32::max)
    };
    let broken = |c: usize| {
        let words: Vec<&&Token> = head.iter().filter(|t| within(c, t)).collect();
        let em = words.iter().map(|t| t.em()).fold(0.0, f32::max);
        let width = words.iter().map(|t| t.bbox().width()).fold(0.0, f32::max);
        (words.len() >= BROKEN && width <= NARROW * em).then_some(width + em)
    };
    let em = lines.iter().map(Strip::size).fold(0.0, f32::max);
    (0..columns.len())
        .map(|c| {
            let widest = widest(c).max(columns[c].x1 - columns[c].x0) + FITS_EXACTLY * em;
            broken(c).map_or(widest, |room| room.min(widest))
        })
        .collect()
}

/// The column nearest to a point.
fn nearest(columns: &[Column], x: f32) -> usize {
    let off = |c: &Column| (c.x0 - x).max(x - c.x1).max(0.0);
    let by = |a: &usize, b: &usize| off(&columns[*a]).total_cmp(&off(&columns[*b]));
    (0..columns.len()).min_by(by).unwrap_or(0)
}

/// The columns that a token covers: its own, and others of which it covers a good part and in which its line has nothing.
fn covered(
    columns: &[Column],
    left: f32,
    token: &Token,
    own: usize,
    taken: &dyn Fn(usize) -> bool,
) -> Range<usize> {
    let fits = |c: usize| {
        let column = columns[c];
        column.overlap(token.bbox()) >= COVERED * (column.x1 - column.x0) && !taken(c)
    };
    // A name over the first two columns, as that of the total beside prefectures and counties, stands in their middle.
    if let [first, second, ..] = columns
        && own < 2
        && !taken(1 - own)
        && !token.is_figure()
        && is_between(first, second, left, token)
    {
        return 0..2;
    }
    // A figure is one column's, and so is what is set as the texts of its column are, however long.
    if token.is_figure() || columns[own].off(token) <= ALIGNED {
        return own..own + 1;
    }
    let start = (0..own).rev().take_while(|&c| fits(c)).last().unwrap_or(own);
    let end = (own + 1..columns.len()).take_while(|&c| fits(c)).last().map_or(own + 1, |c| c + 1);
    start..end
}

/// Whether a text stands in the middle of two columns, and off the middle of each.
fn is_between(first: &Column, second: &Column, left: f32, token: &Token) -> bool {
    let (x, em) = (token.x(), token.em());
    let middle = (first.x0 + second.x1) / 2.0;
    let middles = (first.middle() + second.middle()) / 2.0;
    // Of their cells, where the first begins at the table's left edge and both hold their texts in the middle.
    let of_cells = left + second.middle() - first.middle();
    let near = |m: f32| (x - m).abs() <= ALIGNED * em;
    // The rest of a name, at the left of names that are indented, stands where they do.
    let is_rest = (token.bbox().x0 - second.x0).abs() <= ALIGNED * em
        && token.bbox().x1 <= second.x1
        && !TOTALS.contains(&token.text());
    (near(middle) || near(middles) || near(of_cells))
        && !is_rest
        && (x - first.middle()).abs() > em
        && (x - second.middle()).abs() > em
        && first.held_off(token).min(second.held_off(token)) > ALIGNED
}

/// The strip with tokens cut that hold the texts of several columns.
pub(super) fn cut_bridging(strip: &Strip, columns: &[Column]) -> Strip {
    let mut tokens = Vec::with_capacity(strip.tokens.len());
    for token in &strip.tokens {
        let over: Vec<usize> =
            (0..columns.len()).filter(|&c| columns[c].overlap(token.bbox()) > 0.5).collect();
        // 任　　务, set apart over two columns, is one word.
        let is_word = token.text().chars().count() == 2 && token.text().chars().all(is_han);
        let cuts = if over.len() > 1 && !is_word { token.cuts() } else { Vec::new() };
        let mut rest = token.clone();
        for pair in over.windows(2) {
            let (left, right) = (&columns[pair[0]], &columns[pair[1]]);
            let middle = (left.x1 + right.x0) / 2.0;
            let reach = (right.x0 - left.x1).max(0.0) / 2.0 + token.em();
            let near = cuts
                .iter()
                .copied()
                .filter(|x| (x - middle).abs() <= reach)
                .min_by(|a, b| (a - middle).abs().total_cmp(&(b - middle).abs()));
            // A name of several words may reach over a gap between columns; figures do not, nor do two texts that each
            // stand where those of their column do.
            let apart = |a: &Token, b: &Token| {
                let whole = left.off(&rest).min(right.off(&rest));
                left.off(a) <= ALIGNED && right.off(b) <= ALIGNED && whole > ALIGNED
            };
            if let Some(x) = near
                && let Some((a, b)) = rest.cut(x)
                && (a.is_figure() || b.is_figure() || apart(&a, &b))
                && !a.is_counted_by(&b)
            {
                tokens.push(a);
                rest = b;
            }
        }
        tokens.push(rest);
    }
    Strip::of(tokens).unwrap_or_else(|| strip.clone())
}

/// The heights between the tiers of a header.
fn between_tiers(header: &header::Header, head: &[Strip]) -> Vec<f32> {
    let top = head.first().map_or(0.0, |s| s.bbox.y0);
    let low = head.iter().map(|s| s.bbox.y1).fold(top, f32::max);
    (1..header.tiers)
        .map(|tier| {
            let ends = |t: usize| {
                header
                    .cells
                    .iter()
                    .filter(move |c| c.tier + c.tiers == t && c.tiers == 1)
                    .flat_map(|c| &c.tokens)
            };
            let begins = header.cells.iter().filter(|c| c.tier == tier).flat_map(|c| &c.tokens);
            let above = ends(tier).map(|t| t.bbox().y1).fold(f32::MIN, f32::max);
            let below = begins.map(|t| t.bbox().y0).fold(f32::MAX, f32::min);
            match (above > f32::MIN, below < f32::MAX) {
                (true, true) => (above + below) / 2.0,
                _ => top + (low - top) * tier as f32 / header.tiers as f32,
            }
        })
        .collect()
}

/// Edges around intervals: the middles of the gaps between them, and the two ends.
fn edges_between(intervals: impl Iterator<Item = (f32, f32)>, start: f32, end: f32) -> Vec<f32> {
    let mut edges = vec![start];
    let mut last: Option<f32> = None;
    for (from, to) in intervals {
        if let Some(last) = last {
            edges.push((last + from) / 2.0);
        }
        last = Some(to);
    }
    edges.push(end.max(last.unwrap_or(end)));
    edges
}

/// Cells with the tokens they hold.
pub(super) struct Grid {
    /// Edges of the columns, left to right, in points; at least two.
    pub xs: Vec<f32>,
    /// Edges of the rows, top down; at least two.
    pub ys: Vec<f32>,
    /// The cells, without text yet.
    pub cells: Vec<GridCell>,
    /// For each cell the tokens it holds.
    pub held: Vec<Vec<Token>>,
    /// How wide a line of each column can be, in points, where no rules say it.
    pub rooms: Option<Vec<f32>>,
    /// How much of a cell's width no text uses, in points.
    pub padding: f32,
}

impl Grid {
    /// A grid without cells.
    fn blank(xs: Vec<f32>, ys: Vec<f32>) -> Grid {
        Grid { xs, ys, cells: Vec::new(), held: Vec::new(), rooms: None, padding: PADDING }
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.xs.len() - 1
    }

    /// Puts a text that stands below it into the cell at its foot that it hangs out of, if there is one.
    pub fn hang(&mut self, token: &Token) -> bool {
        let foot = self.ys.len() - 1;
        let column = band(&self.xs, token.x());
        let is_own = |cell: &GridCell| {
            let columns = cell.col..cell.col + cell.colspan;
            cell.row + cell.rowspan == foot && columns.contains(&column)
        };
        let own = self.cells.iter().position(is_own);
        if let Some(at) = own {
            self.held[at].push(token.clone());
        }
        own.is_some()
    }

    /// How many places of each row are filled; blank rows at the end are none.
    pub fn filled(&self) -> Vec<usize> {
        let mut filled = vec![0usize; self.ys.len() - 1];
        for (cell, _) in self.cells.iter().zip(&self.held).filter(|(_, held)| !held.is_empty()) {
            filled[cell.row..cell.row + cell.rowspan].iter_mut().for_each(|count| *count += 1);
        }
        let last = filled.iter().rposition(|&count| count > 0).map_or(0, |last| last + 1);
        filled.truncate(last);
        filled
    }

    /// Takes the rows of one cell over all columns from the top, above a header: label, title and unit of the table, which
    /// an office put into its first rows.
    pub fn take_captions(&mut self) -> Vec<Line> {
        let mut captions = Vec::new();
        while self.ys.len() > 2 && self.cols() > 1 {
            let over_all = |c: &GridCell| c.row == 0 && c.rowspan == 1 && c.colspan == self.cols();
            let Some(at) = self.cells.iter().position(over_all) else { break };
            let below = || {
                let next = self.cells.iter().zip(&self.held).filter(|(c, _)| c.row == 1);
                next.flat_map(|(_, held)| held)
            };
            let text: String = self.held[at].iter().map(Token::text).collect();
            let is_label = lexicon::is_continued(&text) || lexicon::named_unit(&text).is_some();
            // Above figures such a cell heads a group of rows.
            let heads_rows = below().any(Token::is_figure) || below().next().is_none();
            if self.held[at].is_empty() || (heads_rows && !is_label) {
                break;
            }
            for strip in strips(self.held.remove(at)) {
                let pieces = strip.tokens.into_iter().map(|t| t.piece).collect();
                captions.push(Line { pieces, bbox: strip.bbox });
            }
            self.cells.remove(at);
            self.ys.remove(0);
            self.cells.iter_mut().for_each(|cell| cell.row -= 1);
        }
        captions
    }

    /// Whether it has words and no figure: a header alone.
    pub fn is_of_words(&self) -> bool {
        let mut tokens = self.held.iter().flatten();
        !self.held.iter().all(Vec::is_empty) && !tokens.any(Token::is_figure)
    }

    /// Whether it is one column, a word above and figures below: the last column of a table too wide for its sheet, which
    /// stands on a page of its own.
    pub fn is_last_column(&self) -> bool {
        /// Fewest figures: a box of words and a number is none.
        const FEWEST: usize = 4;
        let (mut heads, mut figures) = (0, 0);
        for held in &self.held {
            match held.as_slice() {
                [] => {}
                [one] if one.is_figure() => figures += 1,
                words if figures == 0 && !words.iter().any(Token::is_figure) => heads += 1,
                _ => return false,
            }
        }
        self.cols() == 1 && heads > 0 && figures >= FEWEST && 2 * figures >= self.held.len()
    }

    /// How far it reaches to both sides, and its lower end.
    pub fn foot(&self) -> Edge {
        let (first, last) = (self.xs[0], self.xs[self.xs.len() - 1]);
        Edge { at: self.ys[self.ys.len() - 1], from: first, to: last }
    }

    /// Puts a cell that covers these rows and columns, as far as no other cell covers them.
    fn put(&mut self, rows: Range<usize>, columns: Range<usize>, tokens: Vec<Token>) {
        let clash = self.cells.iter().position(|c| {
            c.row < rows.end
                && rows.start < c.row + c.rowspan
                && c.col < columns.end
                && columns.start < c.col + c.colspan
        });
        match clash {
            // Where both begin at one place, they are one cell; else the new one takes its first place alone.
            Some(i) if (self.cells[i].row, self.cells[i].col) == (rows.start, columns.start) => {
                self.held[i].extend(tokens);
            }
            Some(i) if rows.len() > 1 || columns.len() > 1 => {
                let cell = &self.cells[i];
                let covers = cell.row <= rows.start
                    && rows.start < cell.row + cell.rowspan
                    && cell.col <= columns.start
                    && columns.start < cell.col + cell.colspan;
                if covers {
                    self.held[i].extend(tokens);
                } else {
                    self.put(rows.start..rows.start + 1, columns.start..columns.start + 1, tokens);
                }
            }
            Some(i) => self.held[i].extend(tokens),
            None => {
                self.cells.push(cell_at(&self.xs, &self.ys, rows, columns));
                self.held.push(tokens);
            }
        }
    }

    /// The fragment: every place covered by a cell, texts joined, blank rows at the end gone.
    pub fn fill(mut self, page: u32, ruling: Ruling) -> Fragment {
        let (rows, cols) = (self.ys.len() - 1, self.xs.len() - 1);
        let mut taken = vec![false; rows * cols];
        for cell in &self.cells {
            for r in cell.row..(cell.row + cell.rowspan).min(rows) {
                taken[r * cols + cell.col..r * cols + (cell.col + cell.colspan).min(cols)]
                    .fill(true);
            }
        }
        for (place, _) in taken.iter().enumerate().filter(|(_, taken)| !**taken) {
            let (row, col) = (place / cols, place % cols);
            self.cells.push(cell_at(&self.xs, &self.ys, row..row + 1, col..col + 1));
            self.held.push(Vec::new());
        }
        let mut cells: Vec<GridCell> = Vec::with_capacity(self.cells.len());
        for (mut cell, mut tokens) in self.cells.into_iter().zip(self.held) {
            tokens.sort_by(|a, b| a.line.cmp(&b.line).then(a.bbox().x0.total_cmp(&b.bbox().x0)));
            let tokens = vertical(&tokens).unwrap_or(tokens);
            let room = match &self.rooms {
                Some(rooms) if cell.colspan == 1 => rooms[cell.col],
                _ => cell.bbox.width() - self.padding,
            };
            join(&mut cell, &tokens, room);
            cells.push(cell);
        }
        cells.sort_by_key(|c| (c.row, c.col));
        let rows = cells.iter().filter(|c| !c.text.is_empty()).map(|c| c.row + c.rowspan).max();
        let rows = rows.unwrap_or(0);
        cells.retain(|c| c.row < rows);
        for cell in &mut cells {
            cell.rowspan = cell.rowspan.min(rows - cell.row);
        }
        let row_edges = self.ys[..=rows].to_vec();
        let bbox = Rect::new(self.xs[0], self.ys[0], self.xs[cols], row_edges[rows]);
        Fragment {
            page,
            bbox,
            ruling,
            panel: 0,
            panels: 1,
            row_edges,
            col_edges: self.xs,
            cells,
            layout: Layout::Seen,
            frame: Frame::default(),
        }
    }
}

fn cell_at(xs: &[f32], ys: &[f32], rows: Range<usize>, columns: Range<usize>) -> GridCell {
    GridCell {
        row: rows.start,
        col: columns.start,
        rowspan: rows.len(),
        colspan: columns.len(),
        raw: String::new(),
        text: PlacedText::new(),
        marks: Vec::new(),
        bbox: Rect::new(xs[columns.start], ys[rows.start], xs[columns.end], ys[rows.end]),
        place: None,
    }
}

/// The characters of a text set in vertical lines, from the top down and from right to left, as they were drawn: 分散供养
/// beside 人员. `None` where the tokens are no such text.
fn vertical(tokens: &[Token]) -> Option<Vec<Token>> {
    let lines = tokens.windows(2).filter(|w| w[0].line != w[1].line).count() + 1;
    let count: usize = tokens.iter().map(Token::operators).sum();
    if lines > 1 && lines < UPRIGHT || !(2..=LONGEST_UPRIGHT).contains(&count) {
        return None;
    }
    let chars: Option<Vec<Vec<Token>>> = tokens.iter().map(Token::by_operators).collect();
    let mut chars = chars?.concat();
    chars.sort_by_key(|t| t.piece.order);
    let is_char = |t: &Token| t.text().chars().count() == 1 && t.text().chars().all(is_han);
    // Each is drawn below the one before, or at the top of a line to the left of it: in a row that is too low, each one is.
    let mut turns = 0;
    let follows = chars.windows(2).all(|w| {
        let (a, b) = (&w[0], &w[1]);
        let is_below = (a.x() - b.x()).abs() <= SAME_LINE * a.em() && a.y() < b.y();
        let is_turn = b.bbox().x1 <= a.bbox().x0 && (lines == 1 || b.y() < a.y());
        turns += usize::from(is_turn);
        is_below || is_turn
    });
    let is_upright =
        chars.iter().all(is_char) && follows && turns > 0 && (lines == 1 || turns < lines);
    is_upright.then_some(chars)
}

/// Joins the tokens of one cell, in reading order: nothing between Han, nothing within a figure that was too long for
/// its line, a space between words and between figures.
fn join(cell: &mut GridCell, tokens: &[Token], room: f32) {
    let (mut raw, mut text) = (String::new(), PlacedText::new());
    let mut last: Option<&Token> = None;
    for token in tokens {
        let piece = &token.piece;
        let next = piece.text.as_str().chars().next();
        if let (Some(before), Some(next), Some(last)) = (text.as_str().chars().last(), next, last)
            && let Some(place) = piece.text.place()
            && wants_space(before, next)
            && !goes_on(last, token, room)
        {
            text.push(' ', place);
            raw.push(' ');
        }
        raw.push_str(&piece.raw);
        text.append(&piece.text);
        cell.marks.extend(piece.marks.iter().cloned());
        last = Some(token);
    }
    (cell.raw, cell.text) = (raw, text);
}

fn is_digit(c: char) -> bool {
    narrow(c).is_ascii_digit()
}

/// Whether a figure, or a word, was too long for its line and goes on in the next: the first line has no room for one
/// more character.
fn goes_on(above: &Token, below: &Token, room: f32) -> bool {
    let em = above.em();
    let beside = below.y() - above.y() < 0.35 * em;
    let is_part =
        |t: &Token| t.text().chars().map(narrow).all(|c| is_digit(c) || ",.%+-()".contains(c));
    let is_full = above.bbox().width() + below.first_width() > room - 0.2 * em;
    !beside && is_part(above) && is_part(below) && is_full
}
