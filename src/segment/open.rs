//! What no frame of rules holds in; tables that stand between horizontal rules, or without any, out.
//!
//! Prose must never be taken for a table: without rules a stretch of lines has to stand in columns
//! and hold figures there, line after line.

use crate::geom::Rect;
use crate::segment::cells::Token;
use crate::segment::columns::{self, Column, Row};
use crate::segment::edges::Edge;
use crate::segment::figures::is_figure;
use crate::segment::outline::{Fragment, Ruling};
use std::ops::Range;

/// Rules whose ends differ by no more than this belong to one table.
const SAME_END: f32 = 6.0;
/// Stacks of rules that are looked after at a time; a page has few tables.
const MAX_STACKS: usize = 60;
/// A page with more horizontal rules than this outside of frames is hatched.
const MAX_RULES: usize = 5_000;
/// An empty band between two rules of one table is no higher than this.
const EMPTY_BAND: f32 = 40.0;
/// Lines of one unruled table are no further apart than so many font sizes.
const LINE_GAP: f32 = 3.2;
/// A rule under text that ends within this of the text's ends is an underline.
const UNDERLINE: f32 = 2.5;
/// Fewest lines with several pieces that make a table without rules.
const MIN_LINES: usize = 3;
/// Share of the pieces right of the first column that are figures, or of the lines, not counting a
/// header, that have a figure in one column at least.
const FIGURE_SHARE: f32 = 0.5;
/// Share of the lines with several pieces in a table between rules.
const TABLE_LINES: f32 = 0.34;
/// Lines above the first or below the last with several pieces belong to a table without rules if
/// they are nearer than this share of the row pitch: wrapped names, a header over several columns.
const NEAR: f32 = 0.75;
/// A single piece wider than this share of the widest line is prose.
const PROSE_WIDTH: f32 = 0.7;
/// No more lines of a single piece than this follow each other in a table without rules.
const MAX_SINGLES: usize = 3;
/// Share of the lines whose pieces stand each in a column of its own.
const ALIGNED_SHARE: f32 = 0.8;
/// A header is no further above the row below it than so many font sizes …
const HEADER_GAP: f32 = 2.6;
/// … and a single piece over other lines of the header no further than this.
const WRAP_GAP: f32 = 1.3;
/// A header has no more lines than this.
const MAX_HEADER: usize = 8;
/// A table of words without rules has at least this share of lines with all columns filled …
const FULL_SHARE: f32 = 0.7;
/// … and no piece of more characters than this.
const SHORT: usize = 60;
/// Share of a table's places that hold a piece, in the lines that have several.
const DENSE_SHARE: f32 = 0.6;
/// What padded names of two characters end with: 合计, 睢县, 序号.
const PADDED: [char; 6] = ['计', '县', '市', '区', '省', '号'];
/// Two characters of a padded name are no further apart than so many font sizes.
const PADDING: f32 = 5.0;
/// What captions over a table begin with.
const CAPTIONS: [&str; 4] = ["单位", "金额单位", "计量单位", "附件"];

/// The tables among the tokens, which are taken out of them; `across` are the page's horizontal
/// rules that are no part of a ruled table.
pub(super) fn open_tables(
    page: u32,
    tokens: &mut Vec<Token>,
    across: &[Edge],
    limit: usize,
) -> Vec<Fragment> {
    let mut rows = columns::rows_of(std::mem::take(tokens));
    rows.iter_mut().for_each(join_padded);
    rows.iter_mut().for_each(columns::cut_headers);
    let across = if across.len() > MAX_RULES { &[] } else { across };
    let across = without_underlines(across, &rows);
    let mut fragments = Vec::new();
    for stack in stacks(&across) {
        for span in tabular_spans(&stack, &rows) {
            let (top, rules) = (stack[span.start], span.len() + 1);
            let mut taken = take_between(&mut rows, &stack, span);
            take_header_above(&mut rows, &mut taken, &top);
            match between_rules(page, taken, &across, rules, limit) {
                Ok(fragment) => fragments.push(fragment),
                Err(back) => put_back(&mut rows, back),
            }
        }
    }
    let (stretches, others) = stretches(rows);
    let mut left = others;
    for stretch in stretches {
        match without_frame(page, stretch, &across, limit) {
            Ok((fragment, rest)) => {
                fragments.push(fragment);
                left.extend(rest);
            }
            Err(back) => left.extend(back),
        }
    }
    *tokens = left.into_iter().flat_map(|r| r.tokens).collect();
    fragments
}

/// Joins a name of two characters that is padded to the width of its neighbours, where it opens a
/// line: 合　　计, 睢　　县.
fn join_padded(row: &mut Row) {
    let alone = |t: &Token| {
        let mut chars = t.piece.text.as_str().chars();
        chars.next().filter(|_| chars.next().is_none())
    };
    let [first, second, _, ..] = row.tokens.as_slice() else { return };
    let han = alone(first).is_some_and(|c| c >= '\u{2E80}');
    let padded = alone(second).is_some_and(|c| PADDED.contains(&c));
    let near = second.piece.bbox.x0 - first.piece.bbox.x1 <= PADDING * first.piece.size;
    if han && padded && near {
        let second = row.tokens.remove(1).piece;
        let first = &mut row.tokens[0].piece;
        first.raw.push_str(&second.raw);
        first.text.append(&second.text);
        first.bbox = first.bbox.union(&second.bbox);
    }
}

/// The rules that do not merely underline a piece of text.
fn without_underlines(across: &[Edge], rows: &[Row]) -> Vec<Edge> {
    let underlines = |e: &Edge| {
        let first = rows.partition_point(|r| r.y() < e.at - 30.0);
        rows[first..].iter().take_while(|r| r.y() < e.at).any(|r| {
            r.tokens.iter().any(|t| {
                let b = &t.piece.bbox;
                (b.x0 - e.from).abs() <= UNDERLINE
                    && (b.x1 - e.to).abs() <= UNDERLINE
                    && (b.y1 - e.at).abs() <= 0.4 * t.piece.size
            })
        })
    };
    let mut kept: Vec<Edge> = across.iter().filter(|e| !underlines(e)).copied().collect();
    kept.sort_by(|a, b| a.at.total_cmp(&b.at));
    kept
}

/// Rules of equal ends, one below the other.
fn stacks(across: &[Edge]) -> Vec<Vec<Edge>> {
    let mut stacks: Vec<Vec<Edge>> = Vec::new();
    for edge in across {
        let same = |s: &Vec<Edge>| {
            (s[0].from - edge.from).abs() <= SAME_END && (s[0].to - edge.to).abs() <= SAME_END
        };
        match stacks.iter().position(same) {
            Some(i) => stacks[i].push(*edge),
            None if stacks.len() < MAX_STACKS => stacks.push(vec![*edge]),
            None => {}
        }
    }
    stacks.retain(|s| s.len() > 1);
    // The wider first: a rule under a part of the header belongs to the table around it.
    stacks.sort_by(|a, b| (b[0].to - b[0].from).total_cmp(&(a[0].to - a[0].from)));
    stacks
}

/// The rows between two heights.
fn between(rows: &[Row], top: f32, low: f32) -> Range<usize> {
    rows.partition_point(|r| r.y() < top)..rows.partition_point(|r| r.y() < low)
}

/// Whether the middle of the piece lies within the ends of the rule.
fn stands_within(token: &Token, edge: &Edge) -> bool {
    let x = token.piece.bbox.center().x;
    edge.from - SAME_END <= x && x <= edge.to + SAME_END
}

/// The parts of a row within the ends of a rule.
fn within<'a>(row: &'a Row, edge: &Edge) -> impl Iterator<Item = &'a Token> {
    row.tokens.iter().filter(|t| stands_within(t, edge))
}

/// The runs of bands between rules that hold a table, as ranges of rules, both ends included: two
/// tables of equal width on one page have prose between them.
fn tabular_spans(stack: &[Edge], rows: &[Row]) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let mut open: Option<usize> = None;
    let mut filled = 0;
    for i in 0..stack.len() {
        let next = stack.get(i + 1);
        let verdict = next.map(|next| band_verdict(&stack[i], next, rows));
        match verdict {
            Some(Band::Table) => {
                open.get_or_insert(i);
                filled = i + 1;
            }
            Some(Band::Row | Band::Empty) if open.is_some() => {}
            // A lone heading in the first band may be the first row: 一、省本级.
            Some(Band::Row) => open = Some(i),
            _ => {
                if let Some(start) = open.take()
                    && filled > start
                {
                    spans.push(start..filled);
                }
            }
        }
    }
    spans
}

/// What a band between two rules looks like.
enum Band {
    /// Lines of several pieces.
    Table,
    /// One line of one piece.
    Row,
    /// Nothing.
    Empty,
    /// Text, or a large void.
    Other,
}

fn band_verdict(top: &Edge, low: &Edge, rows: &[Row]) -> Band {
    let lines: Vec<(usize, f32)> = rows[between(rows, top.at, low.at)]
        .iter()
        .map(|r| (within(r, top).count(), r.size()))
        .filter(|l| l.0 > 0)
        .collect();
    let several = lines.iter().filter(|l| l.0 > 1).count();
    match lines.len() {
        0 if low.at - top.at <= EMPTY_BAND => Band::Empty,
        0 => Band::Other,
        1 if several == 0 && low.at - top.at <= LINE_GAP * lines[0].1 => Band::Row,
        n if several as f32 >= TABLE_LINES * n as f32 => Band::Table,
        _ => Band::Other,
    }
}

/// Takes the tokens between two rules of a stack out of the rows.
fn take_between(rows: &mut [Row], stack: &[Edge], span: Range<usize>) -> Vec<Row> {
    let (top, low) = (stack[span.start], stack[span.end]);
    let mut taken = Vec::new();
    let lines = between(rows, top.at, low.at);
    for row in &mut rows[lines] {
        let inside: Vec<Token> = within(row, &top).cloned().collect();
        row.tokens.retain(|t| !stands_within(t, &top));
        taken.extend(Row::of(inside));
    }
    taken
}

/// Takes the lines close above the first rule, where a table has its first rule under the header:
/// lines of several pieces, and a single piece that stands no further off than the line of a
/// wrapped header does.
fn take_header_above(rows: &mut [Row], taken: &mut Vec<Row>, edge: &Edge) {
    let Some(first) = taken.first() else { return };
    if !first.tokens.iter().any(|t| is_figure(t.piece.text.as_str())) {
        return;
    }
    let first = first.y();
    let above = rows.partition_point(|r| r.y() < first);
    let mut low = first;
    for row in rows[..above].iter_mut().rev().take(MAX_HEADER) {
        let inside: Vec<Token> = within(row, edge).cloned().collect();
        let Some(line) = Row::of(inside) else { continue };
        let reach = if line.tokens.len() > 1 { HEADER_GAP } else { WRAP_GAP };
        if low - line.y() > reach * line.size() || is_caption(&line) {
            break;
        }
        low = line.y();
        row.tokens.retain(|t| !stands_within(t, edge));
        taken.insert(0, line);
    }
}

/// Puts tokens back where they were taken from.
fn put_back(rows: &mut Vec<Row>, back: Vec<Row>) {
    rows.extend(back);
    rows.retain(|r| !r.tokens.is_empty());
    rows.sort_by(|a, b| a.y().total_cmp(&b.y()));
}

/// Whether every line is a row of a name and its figures: the last rows of a table, which a page
/// break parted from their header, may be few.
fn are_rows_of_figures(rows: &[Row]) -> bool {
    rows.iter().all(|row| {
        let figure = |token: &&Token| is_figure(token.piece.text.as_str());
        let figures = row.tokens.iter().filter(figure).count();
        figures >= 2 && figures < row.tokens.len()
    })
}

/// The table that lines between rules make, or the lines again.
fn between_rules(
    page: u32,
    mut rows: Vec<Row>,
    across: &[Edge],
    rules: usize,
    limit: usize,
) -> Result<Fragment, Vec<Row>> {
    let columns = columns::columns(&rows);
    if columns.len() < 2
        || (rows.len() < 2 && !are_rows_of_figures(&rows))
        || columns.len().saturating_mul(rows.len()) > limit
        || has_leaders(&rows)
    {
        return Err(rows);
    }
    columns::cut_bridging_pieces(&mut rows, &columns);
    // Two rules may as well close off a head or a foot of prose, and blanks to be filled in are
    // underlined: words in columns need a header that fills all of them, or a rule at every row.
    let carried = |r: &&Row| r.tokens.len() >= columns.len().div_ceil(2).max(2);
    let header = rows.iter().any(|r| r.tokens.len() == columns.len())
        && rows.iter().filter(carried).count() > 1
        && rules > 2;
    let full = rows[0].tokens.len() == columns.len() && header;
    let every = 2 * (rules - 1) >= rows.len() && header;
    if !(full || every || stands_in_columns(&rows, &columns) || are_rows_of_figures(&rows)) {
        return Err(rows);
    }
    Ok(fragment(page, &rows, &columns, across))
}

/// The fragment of rows in columns, with the rules that run through or close around them.
fn fragment(page: u32, rows: &[Row], columns: &[Column], across: &[Edge]) -> Fragment {
    let text = rows.iter().map(|r| r.bbox).reduce(|a, b| a.union(&b)).unwrap_or_default();
    let room = 1.5 * rows.iter().map(Row::size).fold(0.0, f32::max);
    let near = |e: &&Edge| {
        e.at > text.y0 - room && e.at < text.y1 + room && e.from < text.x1 && e.to > text.x0
    };
    let rules: Vec<Edge> = across.iter().filter(near).copied().collect();
    let bbox = rules.iter().fold(text, |b, e| b.union(&Rect::new(e.from, e.at, e.to, e.at)));
    let lattice = columns::lattice(rows, columns, &rules, &bbox);
    let full: Vec<f32> = rules
        .iter()
        .filter(|e| e.to - e.from >= columns::FULL_RULE * bbox.width())
        .map(|e| e.at)
        .collect();
    let inner = full.iter().filter(|&&y| rows[0].y() < y && y < text.y1).count();
    let ruling = match full.len() {
        0 => Ruling::None,
        _ if 2 * inner < lattice.rows() - 1 => Ruling::ThreeLine,
        _ => Ruling::Horizontal,
    };
    let tokens: Vec<Token> = rows.iter().flat_map(|r| r.tokens.iter().cloned()).collect();
    lattice.fill(page, ruling, &tokens)
}

/// Stretches of lines that may be tables without rules, and all other lines.
fn stretches(rows: Vec<Row>) -> (Vec<Vec<Row>>, Vec<Row>) {
    let rows: Vec<Row> = rows.into_iter().filter(|r| !r.tokens.is_empty()).collect();
    let width = rows.iter().map(|r| r.bbox.width()).fold(0.0, f32::max);
    let mut stretches: Vec<Vec<Row>> = Vec::new();
    let mut open: Vec<Row> = Vec::new();
    let mut singles = 0;
    for row in rows {
        let single = row.tokens.len() == 1;
        let prose = single && row.bbox.width() > PROSE_WIDTH * width;
        singles = if single { singles + 1 } else { 0 };
        let far = open
            .last()
            .is_some_and(|last| row.y() - last.y() > LINE_GAP * row.size().max(last.size()));
        if far || prose || singles > MAX_SINGLES {
            stretches.push(std::mem::take(&mut open));
        }
        open.push(row);
        if prose {
            stretches.push(std::mem::take(&mut open));
        }
    }
    stretches.push(open);
    let (mut tables, mut others) = (Vec::new(), Vec::new());
    for stretch in stretches {
        if stretch.iter().filter(|r| r.tokens.len() > 1).count() >= MIN_LINES {
            tables.push(stretch);
        } else {
            others.extend(stretch);
        }
    }
    (tables, others)
}

/// The table that lines without a frame make and the lines around it, or all lines again.
fn without_frame(
    page: u32,
    rows: Vec<Row>,
    across: &[Edge],
    limit: usize,
) -> Result<(Fragment, Vec<Row>), Vec<Row>> {
    let body = table_lines(&rows);
    if body.is_empty() {
        return Err(rows);
    }
    let mut table = rows[body.clone()].to_vec();
    let columns = columns::columns(&table);
    if columns.len() < 2 || columns.len().saturating_mul(table.len()) > limit || has_leaders(&table)
    {
        return Err(rows);
    }
    columns::cut_bridging_pieces(&mut table, &columns);
    if !stands_in_columns(&table, &columns) {
        return Err(rows);
    }
    let rest = rows[..body.start].iter().chain(&rows[body.end..]).cloned().collect();
    Ok((fragment(page, &table, &columns, across), rest))
}

/// From the first line with several pieces to the last, with single pieces close to either.
fn table_lines(rows: &[Row]) -> Range<usize> {
    let several = |r: &Row| r.tokens.len() > 1 && !is_caption(r);
    let (Some(mut first), Some(mut last)) =
        (rows.iter().position(several), rows.iter().rposition(several))
    else {
        return 0..0;
    };
    let mut steps: Vec<f32> = rows[first..=last].windows(2).map(|w| w[1].y() - w[0].y()).collect();
    steps.sort_by(f32::total_cmp);
    let pitch = steps.get(steps.len() / 2).copied().unwrap_or(0.0);
    while first > 0 && rows[first].y() - rows[first - 1].y() <= NEAR * pitch {
        first -= 1;
    }
    while last + 1 < rows.len() && rows[last + 1].y() - rows[last].y() <= NEAR * pitch {
        last += 1;
    }
    first..last + 1
}

/// Whether the line is a caption over a table: 附件 2 … 单位：万元.
fn is_caption(row: &Row) -> bool {
    row.tokens.iter().any(|t| {
        let text = t.piece.text.as_str();
        CAPTIONS.iter().any(|c| text.starts_with(c))
            && (text.contains(['：', ':']) || text.starts_with('附'))
    })
}

/// Whether the lines hold figures in columns, a list with serial numbers before it, or short words
/// in many columns, line after line.
fn stands_in_columns(rows: &[Row], columns: &[Column]) -> bool {
    let mut figures = vec![0usize; columns.len()];
    let mut words = vec![0usize; columns.len()];
    let mut aligned = 0usize;
    let mut serials: Vec<u32> = Vec::new();
    let several: Vec<&Row> = rows.iter().filter(|r| r.tokens.len() > 1).collect();
    for row in &several {
        let mut last = None;
        let mut in_order = true;
        for token in &row.tokens {
            let Some(c) = columns::column_of(columns, &token.piece.bbox) else { continue };
            in_order &= last.is_none_or(|last| last < c);
            last = Some(c);
            let text = token.piece.text.as_str();
            if is_figure(text) {
                figures[c] += 1
            } else {
                words[c] += 1
            }
            if c == 0 {
                serials.extend(text.trim().parse::<u32>());
            }
        }
        aligned += usize::from(in_order);
    }
    let count = several.len();
    if count < MIN_LINES || (aligned as f32) < ALIGNED_SHARE * count as f32 {
        return false;
    }
    // Up to two lines of words over a column of figures are its header.
    let of_figures = |&c: &usize| figures[c] >= MIN_LINES - 1 && words[c] <= 2 + figures[c] / 4;
    let most = (1..columns.len()).filter(of_figures).map(|c| figures[c]).max().unwrap_or(0);
    let serial = columns.len() > 2
        && serials.len() >= MIN_LINES
        && 2 * serials.len() > count
        && serials.windows(2).all(|w| w[1] == w[0] + 1);
    let full = rows.iter().filter(|r| r.tokens.len() == columns.len()).count();
    let short = |t: &Token| t.piece.text.as_str().chars().count() <= SHORT;
    let list = columns.len() > 3
        && full > MIN_LINES
        && full as f32 >= FULL_SHARE * rows.len() as f32
        && rows.iter().flat_map(|r| &r.tokens).all(short);
    let (f, w): (usize, usize) = (figures[1..].iter().sum(), words[1..].iter().sum());
    // The scales of charts stand in columns too, most of which are blank.
    let pieces: usize = several.iter().map(|r| r.tokens.len()).sum();
    let dense = pieces as f32 >= DENSE_SHARE * (count * columns.len()) as f32;
    let carried = dense && most as f32 >= FIGURE_SHARE * (count as f32 - 1.0);
    serial || list || carried || f as f32 >= FIGURE_SHARE * (f + w) as f32
}

/// Whether dots lead from one column to the next, as in a table of contents.
fn has_leaders(rows: &[Row]) -> bool {
    let leads = |r: &&Row| {
        r.tokens.iter().any(|t| {
            let text = t.piece.text.as_str();
            text.contains("....") || text.contains("……") || text.contains("····")
        })
    };
    3 * rows.iter().filter(leads).count() >= rows.len()
}
