//! Lines without a frame of rules in, a lattice out: columns by what stands under what, rows by
//! lines and by the rules that run across, header cells by what they stand over.
//!
//! Nothing here decides where a table begins and ends; that is left to `open`.

use crate::geom::Rect;
use crate::normalize::lines::Piece;
use crate::segment::cells::{Lattice, Token, cut_at};
use crate::segment::edges::Edge;
use crate::segment::figures::is_figure;
use std::ops::Range;

/// A line with more pieces, or a table with more columns, than this is none.
const MAX_COLUMNS: usize = 300;
/// Columns are merged no more often than this: a page can hold half a million pieces.
const MAX_MERGES: usize = 60;
/// A header has no more lines than this.
const MAX_HEADER: usize = 12;
/// Two groups of pieces are one column if pieces bridge them in so many more lines than have a
/// piece in each: a name printed with gaps (长　沙　市) among names without.
const BRIDGED: usize = 3;
/// A group of pieces is part of the next column if it stands in at most this share of the lines and
/// no line has both: a header set left over figures set right.
const STRAY_SHARE: f32 = 0.2;
/// Lines nearer than this share of the row pitch are lines of one row: wrapped names.
const WRAP_PITCH: f32 = 0.8;
/// Lines of one header cell are at most so many font sizes apart.
const HEADER_LEADING: f32 = 1.6;
/// A rule over at least this share of the table's width parts rows; a shorter one parts the tiers of
/// a header (cmidrule).
pub(super) const FULL_RULE: f32 = 0.85;
/// A header set in the middle of its columns misses it by no more than this share of its font size.
const CENTERED: f32 = 0.5;
/// Two headers side by side in one piece are so many font sizes apart, and the characters of each
/// less than that.
const HEADERS_APART: f32 = 0.25;
const CLOSE: f32 = 0.1;
/// A piece stands over a column if it covers at least this share of it.
const COVERED: f32 = 0.5;

/// A line of the table-to-be: its pieces from left to right.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// The pieces.
    pub tokens: Vec<Token>,
    /// The box around them.
    pub bbox: Rect,
}

impl Row {
    /// The row of these pieces, if there are any.
    pub fn of(mut tokens: Vec<Token>) -> Option<Row> {
        tokens.sort_by(|a, b| a.piece.bbox.x0.total_cmp(&b.piece.bbox.x0));
        let bbox = tokens.iter().map(|t| t.piece.bbox).reduce(|a, b| a.union(&b))?;
        Some(Row { tokens, bbox })
    }

    /// The middle of the line.
    pub fn y(&self) -> f32 {
        self.bbox.center().y
    }

    /// The largest font size in the line.
    pub fn size(&self) -> f32 {
        self.tokens.iter().map(|t| t.piece.size).fold(0.0, f32::max)
    }
}

/// The tokens line by line, top down.
pub(super) fn rows_of(mut tokens: Vec<Token>) -> Vec<Row> {
    tokens.sort_by_key(|t| t.line);
    let mut rows: Vec<Row> = tokens
        .chunk_by(|a, b| a.line == b.line)
        .filter_map(|tokens| Row::of(tokens.to_vec()))
        .collect();
    rows.sort_by(|a, b| a.y().total_cmp(&b.y()));
    rows
}

/// The extent of what stands in a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Column {
    /// Left edge of its leftmost piece.
    pub x0: f32,
    /// Right edge of its rightmost piece.
    pub x1: f32,
    /// How many pieces stand in it.
    pub count: usize,
}

impl Column {
    fn overlap(&self, bbox: &Rect) -> f32 {
        (self.x1.min(bbox.x1) - self.x0.max(bbox.x0)).max(0.0)
    }
}

/// The columns that the pieces of the lines stand in, left to right.
///
/// Pieces of full lines first, the narrow before the wide: each begins a column or widens the one it stands over. A piece that reaches
/// over several is left for last: if lines have pieces of their own in each, it is a header over
/// both columns; if they don't, the columns are one.
pub(super) fn columns(rows: &[Row]) -> Vec<Column> {
    if rows.iter().any(|r| r.tokens.len() > MAX_COLUMNS) {
        return Vec::new();
    }
    let mut boxes: Vec<(usize, Rect)> = Vec::new();
    for row in rows {
        boxes.extend(row.tokens.iter().map(|t| (row.tokens.len(), t.piece.bbox)));
    }
    boxes.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.width().total_cmp(&b.1.width())));
    let mut columns: Vec<Column> = Vec::new();
    let mut bridges: Vec<Rect> = Vec::new();
    for (_, bbox) in &boxes {
        let hit = touched(&columns, bbox);
        match hit.len() {
            0 => {
                if columns.len() >= 2 * MAX_COLUMNS {
                    return Vec::new();
                }
                columns.insert(hit.start, Column { x0: bbox.x0, x1: bbox.x1, count: 1 });
            }
            1 => {
                let column = &mut columns[hit.start];
                column.x0 = column.x0.min(bbox.x0);
                column.x1 = column.x1.max(bbox.x1);
                column.count += 1;
            }
            _ => bridges.push(*bbox),
        }
    }
    merge(columns, rows, &bridges)
}

/// The columns that the box overlaps by more than a hair; where none, the empty range at which a new
/// one belongs.
fn touched(columns: &[Column], bbox: &Rect) -> Range<usize> {
    const HAIR: f32 = 0.5;
    let first = columns.partition_point(|c| c.x1 <= bbox.x0 + HAIR);
    let last = columns.partition_point(|c| c.x0 < bbox.x1 - HAIR);
    first..last.max(first)
}

/// Makes one of neighbours that are no two columns.
fn merge(mut columns: Vec<Column>, rows: &[Row], bridges: &[Rect]) -> Vec<Column> {
    for _ in 0..MAX_MERGES {
        let gaps = columns.len().saturating_sub(1);
        let mut both = vec![0usize; gaps];
        let mut bridged = vec![0usize; gaps];
        let mut lines = vec![0usize; columns.len()];
        for row in rows {
            let mut held = vec![false; columns.len()];
            for token in &row.tokens {
                let hit = touched(&columns, &token.piece.bbox);
                if hit.len() == 1 {
                    held[hit.start] = true;
                }
            }
            for (i, &held_here) in held.iter().enumerate() {
                lines[i] += usize::from(held_here);
                if i < gaps {
                    both[i] += usize::from(held_here && held[i + 1]);
                }
            }
        }
        for bbox in bridges {
            let hit = touched(&columns, bbox);
            for gap in &mut bridged[hit.start..hit.end.saturating_sub(1).max(hit.start)] {
                *gap += 1;
            }
        }
        let few = ((rows.len() as f32 * STRAY_SHARE) as usize).max(1);
        let width = |g: usize| columns[g + 1].x0 - columns[g].x1;
        let one = (0..gaps)
            .filter(|&g| {
                let stray = both[g] == 0 && lines[g].min(lines[g + 1]) <= few;
                let nearest = (g == 0 || width(g) <= width(g - 1) || lines[g] > few)
                    && (g + 1 == gaps || width(g) <= width(g + 1) || lines[g + 1] > few);
                (both[g] == 0 && bridged[g] > 0)
                    || (bridged[g] >= BRIDGED && bridged[g] >= BRIDGED * both[g])
                    || (stray && nearest)
            })
            .min_by(|&a, &b| width(a).total_cmp(&width(b)));
        let Some(g) = one else { break };
        let right = columns.remove(g + 1);
        columns[g].x1 = columns[g].x1.max(right.x1);
        columns[g].count += right.count;
    }
    columns
}

/// Cuts pieces that hold the text of several columns, where there is a gap between the columns.
pub(super) fn cut_bridging_pieces(rows: &mut [Row], columns: &[Column]) {
    for row in rows {
        let mut tokens = Vec::with_capacity(row.tokens.len());
        for token in row.tokens.drain(..) {
            let hit = touched(columns, &token.piece.bbox);
            if hit.len() > 1
                && let Some(words) = headers_apart(&token.piece)
                && words.len() == hit.len()
            {
                tokens.extend(words.into_iter().map(|piece| Token { line: token.line, piece }));
                continue;
            }
            let mut rest = token;
            for pair in columns[hit].windows(2) {
                let middle = (pair[0].x1 + pair[1].x0) / 2.0;
                // A name of several words may reach over a gap between columns; figures do not.
                if let Some((left, right)) = cut_at(&rest.piece, middle)
                    && (is_figure(right.text.as_str()) || is_figure(left.text.as_str()))
                {
                    tokens.push(Token { line: rest.line, piece: left });
                    rest.piece = right;
                }
            }
            tokens.push(rest);
        }
        row.tokens = tokens;
    }
}

/// Cuts pieces that hold three headers or more before any column is known: the header of a table
/// without rules may be all that tells its columns.
pub(super) fn cut_headers(row: &mut Row) {
    let mut tokens = Vec::with_capacity(row.tokens.len());
    for token in row.tokens.drain(..) {
        match headers_apart(&token.piece).filter(|words| words.len() > 2) {
            Some(words) => {
                tokens.extend(words.into_iter().map(|piece| Token { line: token.line, piece }));
            }
            None => tokens.push(token),
        }
    }
    row.tokens = tokens;
}

/// The piece as several headers side by side, 园所（所）学位（个）, if it is that: words of Chinese
/// whose characters stand close, with gaps between them as no word has within. Where the columns
/// below begin and end tells nothing: figures may be set right under headers in the middle.
fn headers_apart(piece: &Piece) -> Option<Vec<Piece>> {
    let boxes: Vec<Rect> = piece.text.chars().filter_map(|c| c.place.bbox()).collect();
    let gap = |at: usize| boxes[at + 1].x0 - boxes[at].x1;
    let gaps = 0..boxes.len().saturating_sub(1);
    let wide: Vec<usize> =
        gaps.clone().filter(|&at| gap(at) >= HEADERS_APART * piece.size).collect();
    let is_close = |at: usize| wide.contains(&at) || gap(at) < CLOSE * piece.size;
    if wide.is_empty() || piece.text.as_str().contains(' ') || !gaps.clone().all(is_close) {
        return None;
    }
    let mut words = Vec::new();
    let mut rest = piece.clone();
    for at in wide {
        let (left, right) = cut_at(&rest, (boxes[at].x1 + boxes[at + 1].x0) / 2.0)?;
        words.push(left);
        rest = right;
    }
    words.push(rest);
    let is_word = |word: &Piece| {
        let text = word.text.as_str();
        text.chars().nth(1).is_some() && text.contains(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c))
    };
    words.iter().all(is_word).then_some(words)
}

/// The lattice of lines in columns.
///
/// `across` are the rules that run through the lines, `bbox` is the box around text and rules.
pub(super) fn lattice(rows: &[Row], columns: &[Column], across: &[Edge], bbox: &Rect) -> Lattice {
    let full: Vec<f32> =
        across.iter().filter(|e| e.to - e.from >= FULL_RULE * bbox.width()).map(|e| e.at).collect();
    let partial: Vec<Edge> =
        across.iter().filter(|e| e.to - e.from < FULL_RULE * bbox.width()).copied().collect();
    let figure_columns = figure_columns(rows, columns);
    let anchors: Vec<bool> = rows.iter().map(|r| is_anchor(r, columns, &figure_columns)).collect();
    let bands = bands(rows, &full);
    let pitch = pitch(rows, &anchors, &bands);
    let header = header_end(rows, &anchors, &bands, &partial, columns);
    let extents = extents(&rows[header.saturating_sub(1)..], columns);
    let spans: Vec<Vec<Range<usize>>> = (0..header)
        .map(|i| header_spans(&rows[..header], i, columns, &extents, &partial))
        .collect();
    let mut groups: Vec<Range<usize>> = header_tiers(&rows[..header], columns, &spans, &partial);
    let tiers = groups.len();
    for band in &bands {
        let band = band.start.max(header)..band.end;
        if !band.is_empty() {
            groups.extend(rows_within(rows, &anchors, band, pitch));
        }
    }
    let xs = edges_between(columns.iter().map(|c| (c.x0, c.x1)), bbox.x0, bbox.x1);
    let mut ys = vec![bbox.y0];
    for pair in groups.windows(2) {
        let (above, below) = (&rows[pair[0].end - 1], &rows[pair[1].start]);
        let rule = rule_between(&full, above, below);
        ys.push(rule.unwrap_or((above.y() + below.y()) / 2.0));
    }
    ys.push(bbox.y1);
    let mut lattice = Lattice::walled(xs, ys);
    for (r, group) in groups.iter().enumerate() {
        for line in group.clone() {
            let row = &rows[line];
            let spans = if r + 1 < tiers {
                spans[line].clone()
            } else {
                (0..row.tokens.len()).map(|i| covered(columns, row, i)).collect()
            };
            for span in spans {
                for c in span.start..span.end.saturating_sub(1) {
                    lattice.open_right(r, c);
                }
            }
        }
    }
    merge_header_down(&mut lattice, rows, &groups[..tiers], &partial);
    lattice
}

/// Columns, but for the first, most of whose pieces are figures.
fn figure_columns(rows: &[Row], columns: &[Column]) -> Vec<bool> {
    let mut figures = vec![0usize; columns.len()];
    let mut all = vec![0usize; columns.len()];
    for token in rows.iter().flat_map(|r| &r.tokens) {
        let Some(c) = column_of(columns, &token.piece.bbox) else { continue };
        all[c] += 1;
        figures[c] += usize::from(is_figure(token.piece.text.as_str()));
    }
    (0..columns.len()).map(|c| c > 0 && figures[c] > 0 && 2 * figures[c] >= all[c]).collect()
}

/// The column that holds most of the box.
pub(super) fn column_of(columns: &[Column], bbox: &Rect) -> Option<usize> {
    let hit = touched(columns, bbox);
    hit.max_by(|&a, &b| columns[a].overlap(bbox).total_cmp(&columns[b].overlap(bbox)))
}

/// Whether the line begins or carries a row of its own: it has a figure where figures belong; in a
/// table of words, it begins in the first column and goes on in another.
fn is_anchor(row: &Row, columns: &[Column], figure_columns: &[bool]) -> bool {
    let mut held = row.tokens.iter().filter_map(|t| Some((column_of(columns, &t.piece.bbox)?, t)));
    if figure_columns.contains(&true) {
        held.any(|(c, t)| figure_columns[c] && is_figure(t.piece.text.as_str()))
    } else {
        row.tokens.len() > 1 && held.any(|(c, _)| c == 0)
    }
}

/// The first of the rules, which come top down, between two lines.
fn rule_between(full: &[f32], above: &Row, below: &Row) -> Option<f32> {
    full.get(full.partition_point(|&y| y <= above.y())).copied().filter(|&y| y < below.y())
}

/// The lines between each two full rules.
fn bands(rows: &[Row], full: &[f32]) -> Vec<Range<usize>> {
    let mut bands = Vec::new();
    let mut start = 0;
    for i in 1..=rows.len() {
        let parted = i == rows.len() || rule_between(full, &rows[i - 1], &rows[i]).is_some();
        if parted {
            bands.push(start..i);
            start = i;
        }
    }
    bands
}

/// The usual distance of two rows: the median over rows that follow each other without a rule
/// between; infinite where a rule parts each two.
fn pitch(rows: &[Row], anchors: &[bool], bands: &[Range<usize>]) -> f32 {
    let mut steps: Vec<f32> = Vec::new();
    for band in bands {
        let mut last: Option<f32> = None;
        for i in band.clone().filter(|&i| anchors[i]) {
            if let Some(last) = last {
                steps.push(rows[i].y() - last);
            }
            last = Some(rows[i].y());
        }
    }
    steps.sort_by(f32::total_cmp);
    // Of two in the middle the lower: a row between two others may have no figures.
    steps.get(steps.len().saturating_sub(1) / 2).copied().unwrap_or(f32::INFINITY)
}

/// How many lines from the top are header: those before the first line with figures, or, where a
/// rule under the header says so, all above it.
fn header_end(
    rows: &[Row],
    anchors: &[bool],
    bands: &[Range<usize>],
    partial: &[Edge],
    columns: &[Column],
) -> usize {
    let Some(first) = bands.first() else { return 0 };
    let first_anchor = anchors.iter().position(|&a| a).unwrap_or(first.end);
    let tiered = partial.iter().any(|e| {
        rows[first.clone()].iter().any(|r| r.y() < e.at)
            && rows[first.clone()].iter().any(|r| r.y() > e.at)
    });
    // Years over the columns look like figures; a rule below them, and none below the rows, makes
    // them a header all the same.
    let body_is_longer = bands.get(1).is_some_and(|b| b.len() > 2 * first.len());
    if bands.len() > 1 && (tiered || body_is_longer) && first.len() <= 6 {
        return first.end;
    }
    // A header that is wrapped, or has tiers, stands close above the first row; a row without
    // figures keeps its distance.
    let first_anchor = first_anchor.min(first.end);
    let spanning = |r: &Row| (0..r.tokens.len()).any(|i| covered(columns, r, i).len() > 1);
    let mut end = usize::from(first_anchor > 0);
    while end < first_anchor.min(MAX_HEADER) {
        let near = rows[end].y() - rows[end - 1].y() <= HEADER_LEADING * rows[end].size();
        if !(near || spanning(&rows[end - 1])) {
            break;
        }
        end += 1;
    }
    end
}

/// The header's lines by tier: a line begins a new tier under a piece that spans columns, and under
/// a rule.
fn header_tiers(
    rows: &[Row],
    columns: &[Column],
    spans: &[Vec<Range<usize>>],
    partial: &[Edge],
) -> Vec<Range<usize>> {
    let mut tiers: Vec<Range<usize>> = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let joins = tiers.last().is_some_and(|tier| {
            tier.clone().all(|j| {
                let above = &rows[j];
                let spanned = spans[j].iter().any(|span| {
                    let under = |t: &&Token| {
                        column_of(columns, &t.piece.bbox).is_some_and(|c| span.contains(&c))
                    };
                    span.len() > 1 && row.tokens.iter().filter(under).count() > 1
                });
                let ruled = partial.iter().any(|e| {
                    above.y() < e.at
                        && e.at < row.y()
                        && row.tokens.iter().any(|t| over(e, &t.piece.bbox))
                        && above.tokens.iter().any(|t| over(e, &t.piece.bbox))
                });
                !(spanned || ruled)
            })
        });
        match tiers.last_mut() {
            Some(tier) if joins => tier.end = i + 1,
            _ => tiers.push(i..i + 1),
        }
    }
    tiers
}

/// What the columns hold below the header's upper lines, as left and right edges: a piece over
/// several columns widens the one it is counted to, and must not tell its own middle.
fn extents(rows: &[Row], columns: &[Column]) -> Vec<(f32, f32)> {
    let mut extents: Vec<Option<(f32, f32)>> = vec![None; columns.len()];
    for bbox in rows.iter().flat_map(|r| &r.tokens).map(|t| &t.piece.bbox) {
        if let Some(c) = column_of(columns, bbox) {
            let (x0, x1) = extents[c].unwrap_or((bbox.x0, bbox.x1));
            extents[c] = Some((x0.min(bbox.x0), x1.max(bbox.x1)));
        }
    }
    extents.into_iter().zip(columns).map(|(e, c)| e.unwrap_or((c.x0, c.x1))).collect()
}

/// Whether the middle of the box lies over or under the rule.
fn over(edge: &Edge, bbox: &Rect) -> bool {
    edge.from <= bbox.center().x && bbox.center().x <= edge.to
}

/// The columns that piece `i` of the row covers: its own, and others of which it covers a good part
/// and in which the row has nothing else.
fn covered(columns: &[Column], row: &Row, i: usize) -> Range<usize> {
    let bbox = &row.tokens[i].piece.bbox;
    let Some(own) = column_of(columns, bbox) else { return 0..0 };
    let taken = |c: usize| {
        row.tokens
            .iter()
            .enumerate()
            .any(|(j, t)| j != i && column_of(columns, &t.piece.bbox) == Some(c))
    };
    let fits = |c: usize| {
        let column = columns[c];
        column.overlap(bbox) >= COVERED * (column.x1 - column.x0) && !taken(c)
    };
    let start = (0..own).rev().take_while(|&c| fits(c)).last().unwrap_or(own);
    let end = (own + 1..columns.len()).take_while(|&c| fits(c)).last().map_or(own + 1, |c| c + 1);
    start..end
}

/// For each piece of line `line` of a header the columns under it: those over the rule below it,
/// those it covers, or those around it that have a sub-header, but nothing above, and of which it
/// stands in the middle.
fn header_spans(
    rows: &[Row],
    line: usize,
    columns: &[Column],
    extents: &[(f32, f32)],
    partial: &[Edge],
) -> Vec<Range<usize>> {
    let row = &rows[line];
    let mut above = vec![false; columns.len()];
    // First and last line of what stands below in each column.
    let mut below: Vec<Option<(f32, f32)>> = vec![None; columns.len()];
    for other in rows {
        let y = other.y();
        for token in &other.tokens {
            match column_of(columns, &token.piece.bbox) {
                Some(c) if y > row.y() + 1.0 => {
                    below[c] = Some((below[c].map_or(y, |(first, _)| first), y));
                }
                Some(c) => above[c] = true,
                None => {}
            }
        }
    }
    // Sub-headers of one piece stand on one height, however many lines each has. A header beside them
    // that covers all tiers is set in the middle of them, and so stands higher.
    let on_one_height = |a: usize, b: usize| match (below[a], below[b]) {
        (Some((a0, a1)), Some((b0, b1))) => {
            (a0 + a1 - b0 - b1).abs() / 2.0 <= CENTERED * row.size()
        }
        _ => false,
    };
    let orphan = |c: usize, own: usize| !above[c] && on_one_height(c, own);
    let titled = |t: &&Token| column_of(columns, &t.piece.bbox).is_some_and(|c| below[c].is_some());
    let titles = row.tokens.iter().filter(titled).count();
    (0..row.tokens.len())
        .map(|i| {
            let span =
                ruled_span(row, i, extents, partial).unwrap_or_else(|| covered(columns, row, i));
            if span.len() != 1 || below[span.start].is_none() {
                return span;
            }
            let own = span.start;
            let center = row.tokens[i].piece.bbox.center().x;
            let low = (0..own).rev().take_while(|&c| orphan(c, own)).last().unwrap_or(own);
            let high =
                (own + 1..columns.len()).take_while(|&c| orphan(c, own)).last().unwrap_or(own);
            // What stands at the height of sub-headers with nothing above it is one: if the only
            // title stands in the middle of all of them, it is theirs.
            let edges = (extents[low].0 + extents[high].1) / 2.0;
            let centers = (edges + (extents[low].1 + extents[high].0) / 2.0) / 2.0;
            let is_middle = |x: f32| (x - center).abs() <= CENTERED * row.size();
            if titles == 1 && (is_middle(edges) || is_middle(centers)) {
                return low..high + 1;
            }
            let mut best = (f32::INFINITY, own..own + 1);
            for start in low..=own {
                for end in own..=high {
                    let middle = (extents[start].0 + extents[end].1) / 2.0;
                    // Within the accuracy of setting, the narrowest span is meant.
                    let far = ((middle - center).abs() - CENTERED * row.size()).max(0.0);
                    let narrower = end - start + 1 < best.1.len();
                    if far < best.0 || (far == best.0 && narrower) {
                        best = (far, start..end + 1);
                    }
                }
            }
            best.1
        })
        .collect()
}

/// The columns over the rule close below piece `i` of the row, if there is one and it is this
/// piece's alone: a rule below several does not tell which column is whose.
fn ruled_span(
    row: &Row,
    i: usize,
    extents: &[(f32, f32)],
    partial: &[Edge],
) -> Option<Range<usize>> {
    let token = &row.tokens[i];
    let bbox = &token.piece.bbox;
    let reach = 1.5 * token.piece.size;
    let rule = partial
        .iter()
        .filter(|e| e.at > bbox.center().y && e.at < bbox.y1 + reach && over(e, bbox))
        .min_by(|a, b| a.at.total_cmp(&b.at))?;
    if row.tokens.iter().enumerate().any(|(j, t)| j != i && over(rule, &t.piece.bbox)) {
        return None;
    }
    let under = |&(x0, x1): &(f32, f32)| {
        let middle = (x0 + x1) / 2.0;
        rule.from <= middle && middle <= rule.to
    };
    let first = extents.iter().position(under)?;
    let last = extents.iter().rposition(under)?;
    Some(first..last + 1)
}

/// A header cell takes the blank places below or above it, as it would between rules.
fn merge_header_down(
    lattice: &mut Lattice,
    rows: &[Row],
    tiers: &[Range<usize>],
    partial: &[Edge],
) {
    let (Some(last), cols) = (tiers.len().checked_sub(1), lattice.cols()) else { return };
    let mut filled = vec![vec![false; tiers.len()]; cols];
    for (r, tier) in tiers.iter().enumerate() {
        for token in rows[tier.clone()].iter().flat_map(|row| &row.tokens) {
            let (_, mut c) = lattice.slot(&token.piece.bbox);
            while c > 0 && !lattice.wall_right(r, c - 1) {
                c -= 1;
            }
            filled[c][r] = true;
            while c + 1 < cols && !lattice.wall_right(r, c) {
                c += 1;
                filled[c][r] = true;
            }
        }
    }
    for (c, filled) in filled.iter().enumerate() {
        let single = filled.iter().filter(|&&f| f).count() == 1;
        let alone = |r: usize| {
            (c == 0 || lattice.wall_right(r, c - 1)) && (c + 1 == cols || lattice.wall_right(r, c))
        };
        let unruled = |r: usize| {
            let (x, top, low) =
                ((lattice.xs[c] + lattice.xs[c + 1]) / 2.0, lattice.ys[r], lattice.ys[r + 2]);
            !partial.iter().any(|e| e.from <= x && x <= e.to && top < e.at && e.at < low)
        };
        if single && (0..=last).all(alone) && (0..last).all(unruled) {
            for r in 0..last {
                lattice.open_below(r, c);
            }
        }
    }
}

/// The rows that lines without a rule between them make; `anchors` are the lines that carry a row
/// each.
pub(super) fn body_rows(rows: &[Row], anchors: &[bool]) -> Vec<Range<usize>> {
    let all = 0..rows.len();
    let pitch = pitch(rows, anchors, std::slice::from_ref(&all));
    rows_within(rows, anchors, all, pitch)
}

/// The rows of the body between two full rules: one for each line that carries a row, with the lines
/// that are near it.
fn rows_within(
    rows: &[Row],
    anchors: &[bool],
    band: Range<usize>,
    pitch: f32,
) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for i in band {
        let joins = groups.last().is_some_and(|group| {
            let last = group.end - 1;
            let near = rows[i].y() - rows[last].y() <= WRAP_PITCH * pitch;
            !(anchors[i] && anchors[last]) && (near || goes_on(&rows[last], &rows[i]))
        });
        match groups.last_mut() {
            Some(group) if joins => group.end = i + 1,
            _ => groups.push(i..i + 1),
        }
    }
    groups.into_iter().flat_map(|g| parted(rows, anchors, g)).collect()
}

/// Parts a group of lines with several rows in it, at the widest gap between each two of them.
fn parted(rows: &[Row], anchors: &[bool], group: Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = group.start;
    let mut last: Option<usize> = None;
    for i in group.clone().filter(|&i| anchors[i]) {
        if let Some(last) = last {
            let gap = |j: &usize| rows[*j].y() - rows[j - 1].y();
            let cut = (last + 1..=i).max_by(|a, b| gap(a).total_cmp(&gap(b))).unwrap_or(i);
            parts.push(start..cut);
            start = cut;
        }
        last = Some(i);
    }
    parts.push(start..group.end);
    parts
}

/// Whether the line below, a piece alone, goes on with a sentence or a word of the line above.
fn goes_on(above: &Row, below: &Row) -> bool {
    let [only] = below.tokens.as_slice() else { return false };
    let beside = above
        .tokens
        .iter()
        .find(|t| t.piece.bbox.x0 < only.piece.bbox.x1 && only.piece.bbox.x0 < t.piece.bbox.x1);
    let Some(before) = beside else { return false };
    let text = before.piece.text.as_str();
    let open = text.matches(['（', '(']).count() > text.matches(['）', ')']).count();
    let hyphen = text.ends_with('-') && text.len() > 1;
    let lower = only.piece.text.as_str().starts_with(|c: char| c.is_lowercase());
    open || hyphen || lower
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
    edges.push(end);
    edges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{Place, PlacedText};

    /// A piece of characters 10 points wide, with this gap where a `|` stands.
    fn piece(text: &str, gap: f32) -> Piece {
        let (mut placed, mut x) = (PlacedText::new(), 0.0);
        for ch in text.chars() {
            if ch == '|' {
                x += gap;
                continue;
            }
            placed.push(ch, Place::of_box(1, Rect::new(x, 0.0, x + 10.0, 10.0)));
            x += 10.0;
        }
        let raw = placed.as_str().to_owned();
        Piece {
            raw,
            text: placed,
            bbox: Rect::new(0.0, 0.0, x, 10.0),
            size: 10.0,
            ..Piece::default()
        }
    }

    #[test]
    fn headers_that_stand_close_come_apart_and_padded_words_stay() {
        let words = |text: &str, gap: f32| -> Vec<String> {
            let words = headers_apart(&piece(text, gap)).unwrap_or_default();
            words.iter().map(|word| word.text.as_str().to_owned()).collect()
        };
        let three = ["园所（所）", "学位（个）", "园所（所）"];
        assert_eq!(words("园所（所）|学位（个）|园所（所）", 5.0), three);
        // One header, a padded word, a gap as between any two characters.
        assert!(words("园所（所）", 5.0).is_empty());
        assert!(words("合|计", 5.0).is_empty());
        assert!(words("新建|任务", 2.0).is_empty());
    }
}
