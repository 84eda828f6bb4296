//! A page's lines and tables in, a picture of them out: what `tables` saw and what it made of it, to
//! debug a table by looking, as pdfplumber's visual debugging does.
//!
//! Fills are grey, boxes of characters light blue, edges blue, the places where edges meet red, cells
//! green with their row and column.

use crate::geom::Rect;
use crate::normalize::lines::LinedPage;
use crate::segment::outline::Fragment;
use crate::segment::tables::edges::{Edges, TOUCH};
use std::fmt::Write;

/// Meeting places of edges drawn on a page; a table has fewer.
const MAX_MEETINGS: usize = 20_000;

/// The page as SVG, in points, with the fragments found on it.
pub fn svg(page: &LinedPage, fragments: &[Fragment]) -> String {
    let mut out = String::new();
    let (width, height) = (page.width, page.height);
    push(
        &mut out,
        format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1} {height:.1}" width="{width:.1}" height="{height:.1}" font-family="sans-serif">"#
        ),
    );
    push(&mut out, format_args!(r#"<rect width="100%" height="100%" fill="white"/>"#));
    for fill in &page.fills {
        rect(&mut out, fill, r##"fill="#e8e8e8""##);
    }
    for piece in page.lines.iter().flat_map(|l| &l.pieces) {
        for placed in piece.text.chars() {
            if let Some(bbox) = placed.place.bbox() {
                rect(&mut out, &bbox, r##"fill="none" stroke="#9cf" stroke-width="0.3""##);
            }
        }
        let (x, y, size) = (piece.bbox.x0, piece.bbox.y1, piece.size);
        let text = escaped(piece.text.as_str());
        push(
            &mut out,
            format_args!(
                r#"<text x="{x:.1}" y="{y:.1}" font-size="{size:.1}" opacity="0.6">{text}</text>"#
            ),
        );
    }
    edges(&mut out, &Edges::of(&page.rules));
    for fragment in fragments {
        cells(&mut out, fragment);
    }
    out.push_str("</svg>\n");
    out
}

/// The edges, and where they meet.
fn edges(out: &mut String, edges: &Edges) {
    let line = |out: &mut String, x0: f32, y0: f32, x1: f32, y1: f32| {
        push(
            out,
            format_args!(
                r##"<line x1="{x0:.1}" y1="{y0:.1}" x2="{x1:.1}" y2="{y1:.1}" stroke="#05c" stroke-width="0.6"/>"##
            ),
        );
    };
    for e in &edges.across {
        line(out, e.from, e.at, e.to, e.at);
    }
    for e in &edges.down {
        line(out, e.at, e.from, e.at, e.to);
    }
    let near = |from: f32, at: f32, to: f32| from - TOUCH <= at && at <= to + TOUCH;
    let meetings = edges.down.iter().flat_map(|d| edges.across.iter().map(move |a| (a, d)));
    let meetings = meetings
        .take(100 * MAX_MEETINGS)
        .filter(|(a, d)| near(a.from, d.at, a.to) && near(d.from, a.at, d.to));
    for (a, d) in meetings.take(MAX_MEETINGS) {
        let (x, y) = (d.at, a.at);
        push(out, format_args!(r##"<circle cx="{x:.1}" cy="{y:.1}" r="1.2" fill="#e22"/>"##));
    }
}

/// The cells of a fragment, each with its row and column, and the box around all.
fn cells(out: &mut String, fragment: &Fragment) {
    for cell in &fragment.cells {
        rect(
            out,
            &cell.bbox,
            r##"fill="#3c3" fill-opacity="0.08" stroke="#2a2" stroke-width="0.5""##,
        );
        let (x, y) = (cell.bbox.x0 + 1.0, cell.bbox.y0 + 5.0);
        let (row, col) = (cell.row, cell.col);
        push(
            out,
            format_args!(
                r##"<text x="{x:.1}" y="{y:.1}" font-size="4.5" fill="#080">{row},{col}</text>"##
            ),
        );
    }
    rect(out, &fragment.bbox, r##"fill="none" stroke="#f80" stroke-width="1.2""##);
}

fn rect(out: &mut String, r: &Rect, style: &str) {
    let (x, y, width, height) = (r.x0, r.y0, r.width(), r.height());
    push(
        out,
        format_args!(
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" {style}/>"#
        ),
    );
}

/// Writing into a `String` can't fail.
fn push(out: &mut String, line: std::fmt::Arguments) {
    let _ = out.write_fmt(line);
    out.push('\n');
}

/// The text without what XML reads as markup or forbids.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c if c.is_control() => out.push(' '),
            '\u{FFFE}' | '\u{FFFF}' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sink;
    use crate::options::Options;
    use crate::segment::{art, tables};

    #[test]
    fn a_picture_shows_edges_meetings_and_cells() {
        let page = art::page("+----+----+\n| a<b  12 |\n+----+----+\n| 1  |  2 |\n+----+----+\n");
        let found =
            tables::of_pages(&mut Sink::new(), &Options::default(), std::slice::from_ref(&page));
        let svg = svg(&page, &found[0].fragments);
        assert_eq!(svg.matches("<circle").count(), 8);
        assert!(svg.contains("a&lt;b") && svg.contains(">1,1</text>"), "{svg}");
    }
}
