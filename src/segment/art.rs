//! Pages drawn with characters, for tests alone: `+--+` and `|` are rules, the rest is text in
//! pieces two spaces apart; `▒` around a text is a fill, `▫` before one says that it is half as high. A character is
//! 6 points wide (Han take two places) and 12 high.

use crate::geom::{Axis, Rect};
use crate::normalize::lines::Rule;
use crate::normalize::lines::{Line, LinedPage, Piece};
use crate::place::Place;
use crate::segment::outline::{Fragment, Ruling};
use crate::segment::tables::PageTables;

const WIDE: f32 = 6.0;
const HIGH: f32 = 12.0;

/// The page that the drawing shows.
pub(super) fn page(art: &str) -> LinedPage {
    let rows: Vec<Vec<char>> = art
        .lines()
        .map(|l| {
            let mut row = Vec::new();
            for c in l.chars() {
                row.push(c);
                if is_wide(c) {
                    row.push('\0');
                }
            }
            row
        })
        .collect();
    let at = |r: usize, c: usize| rows.get(r).and_then(|row| row.get(c)).copied().unwrap_or(' ');
    let mut page = LinedPage { number: 1, width: 600.0, height: 800.0, ..LinedPage::default() };
    for (r, row) in rows.iter().enumerate() {
        let ruled = row.windows(2).any(|w| w == ['-', '-']);
        let (y, mid) = (r as f32 * HIGH, r as f32 * HIGH + HIGH / 2.0);
        for (c, &ch) in row.iter().enumerate() {
            let (x, center) = (c as f32 * WIDE, c as f32 * WIDE + WIDE / 2.0);
            let above = r > 0 && "|+".contains(at(r - 1, c));
            let below = "|+".contains(at(r + 1, c));
            let mut rule = |axis, at, from, to| {
                page.rules.push(Rule { axis, at, from, to, width: 0.5 });
            };
            match ch {
                '|' => rule(Axis::Y, center, y, y + HIGH),
                '-' if ruled => rule(Axis::X, mid, x, x + WIDE),
                '+' if ruled => {
                    if above {
                        rule(Axis::Y, center, y, mid);
                    }
                    if below {
                        rule(Axis::Y, center, mid, y + HIGH);
                    }
                    if c > 0 && "-+".contains(at(r, c - 1)) {
                        rule(Axis::X, mid, x, center);
                    }
                    if "-+".contains(at(r, c + 1)) {
                        rule(Axis::X, mid, center, x + WIDE);
                    }
                }
                _ => {}
            }
        }
        // Text may stand between two rules that meet its own row of the drawing: a merged cell.
        let row: Vec<char> =
            row.iter().map(|&c| if ruled && "-+".contains(c) { '|' } else { c }).collect();
        let line = line(&row, y);
        if !line.pieces.is_empty() {
            page.lines.push(line);
        }
    }
    page
}

fn is_wide(c: char) -> bool {
    c >= '\u{2E80}' || c == '\u{2014}'
}

fn line(row: &[char], y: f32) -> Line {
    let mut line = Line::default();
    let mut piece = Piece::default();
    let mut spaces = 0;
    let mut is_small = false;
    for (c, &ch) in row.iter().chain(&['|']).enumerate() {
        let x = c as f32 * WIDE;
        match ch {
            '\0' => continue,
            ' ' => spaces += 1,
            '▫' => is_small = true,
            _ => {
                if (spaces >= 2 || ch == '|') && !piece.text.is_empty() {
                    line.pieces.push(std::mem::take(&mut piece));
                    is_small &= row.get(c.wrapping_sub(1)) == Some(&'▫');
                }
                if ch != '|' {
                    let wide = if is_wide(ch) { 2.0 * WIDE } else { WIDE };
                    let half = if is_small { HIGH / 4.0 } else { HIGH / 2.0 } - 1.0;
                    let bbox = Rect::new(x, y + HIGH / 2.0 - half, x + wide, y + HIGH / 2.0 + half);
                    if spaces == 1 && !piece.text.is_empty() {
                        piece.text.push(' ', Place::of_box(1, bbox));
                        piece.raw.push(' ');
                    }
                    piece.bbox = if piece.text.is_empty() { bbox } else { piece.bbox.union(&bbox) };
                    piece.text.push(ch, Place::of_box(1, bbox));
                    piece.raw.push(ch);
                    piece.size = if is_small { 5.0 } else { 10.0 };
                }
                spaces = 0;
            }
        }
    }
    if let Some(bbox) = line.pieces.iter().map(|p| p.bbox).reduce(|a, b| a.union(&b)) {
        line.bbox = bbox;
    }
    line
}

/// What was found, a row a line: `<` is covered from the left, `^` from above.
pub(super) fn show(found: &PageTables) -> String {
    let mut out = String::new();
    for fragment in &found.fragments {
        out.push_str(match fragment.ruling {
            Ruling::Grid => "grid",
            Ruling::Horizontal => "horizontal",
            Ruling::ThreeLine => "three-line",
            Ruling::None => "unruled",
        });
        if fragment.panels > 1 {
            out.push_str(&format!(" {} of {}", fragment.panel + 1, fragment.panels));
        }
        out.push('\n');
        rows(fragment, &mut out);
    }
    for line in &found.rest {
        out.push_str(&format!("rest {}\n", line.raw()));
    }
    out
}

fn rows(fragment: &Fragment, out: &mut String) {
    for row in 0..fragment.rows() {
        for col in 0..fragment.cols() {
            out.push_str("| ");
            match fragment.covering(row, col) {
                Some(cell) if cell.row == row && cell.col == col => out.push_str(&cell.raw),
                Some(cell) if cell.row == row => out.push('<'),
                Some(_) => out.push('^'),
                None => out.push('?'),
            }
            out.push(' ');
        }
        out.push_str("|\n");
    }
}
