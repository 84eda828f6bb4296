//! Numbers of lines in the margin, as word processors print them beside the lines of a draft: no part of the text.

use crate::carrier::page::{Ink, Layout, Page, Run, Turn};
use std::collections::BTreeSet;

/// So many numbers, each one more than that above it, number the lines of a page.
const FEWEST: usize = 5;
/// Numbers stand in one column if their left or right edges are no further apart, in points.
const IN_COLUMN: f32 = 1.0;
/// Share of the page's height, at its top and bottom, that its lines never reach.
const MARGIN_BAND: f32 = 0.075;

/// For each page the runs that number its lines.
pub(super) fn line_numbers(pages: &[Page]) -> Vec<BTreeSet<usize>> {
    let mut counted = 0;
    let mut numbers = Vec::with_capacity(pages.len());
    for page in pages {
        let (runs, last) = of_page(page, counted).unwrap_or_default();
        counted = last;
        numbers.push(runs);
    }
    numbers
}

/// The runs that number the lines of a page, and the last of these numbers. They stand left of all text, begin with the
/// first line (a column of serial numbers begins below a title, or goes on with the page before), and count from 1 or on
/// from the page before.
fn of_page(page: &Page, counted: u32) -> Option<(BTreeSet<usize>, u32)> {
    if page.layout != Layout::Seen {
        return None;
    }
    let body = MARGIN_BAND * page.height..(1.0 - MARGIN_BAND) * page.height;
    let stands = |run: &Run| {
        run.turn == Turn::Upright
            && matches!(run.ink, Ink::Seen { .. })
            && body.contains(&run.bbox.center().y)
            && !run.text.trim().is_empty()
    };
    let number =
        |run: &Run| run.text.trim().parse::<u32>().ok().filter(|n| (1..10_000).contains(n));
    let runs: Vec<(usize, &Run)> =
        page.runs.iter().enumerate().filter(|(_, run)| stands(run)).collect();
    let text = || runs.iter().map(|&(_, run)| run).filter(|run| number(run).is_none());
    let left = text().map(|run| run.bbox.x0).min_by(f32::total_cmp)?;
    let first = text().min_by(|a, b| a.bbox.y0.total_cmp(&b.bbox.y0))?;
    let mut column: Vec<(usize, &Run, u32)> = runs
        .iter()
        .filter(|(_, run)| run.bbox.x1 < left)
        .filter_map(|&(at, run)| Some((at, run, number(run)?)))
        .collect();
    column.sort_by(|a, b| a.1.bbox.y0.total_cmp(&b.1.bbox.y0));
    let &(_, top, start) = column.first()?;
    let &(.., end) = column.last()?;
    let counts = column.windows(2).all(|pair| pair[1].2 == pair[0].2 + 1);
    let aligned = |edge: fn(&Run) -> f32| {
        column.iter().all(|(_, run, _)| (edge(run) - edge(top)).abs() <= IN_COLUMN)
    };
    let numbers_lines = column.len() >= FEWEST
        && counts
        && (start == 1 || start == counted + 1 && counted > 0)
        && top.bbox.y0 <= first.bbox.y1
        && (aligned(|run| run.bbox.x0) || aligned(|run| run.bbox.x1));
    numbers_lines.then(|| (column.into_iter().map(|(at, ..)| at).collect(), end))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of runs, and the numbers of from..=to at its left, a line of 20 points each.
    fn page(texts: &[(&str, f32, f32)], from: u32, to: u32, y: f32) -> Page {
        let mut runs: Vec<Run> =
            texts.iter().map(|&(text, x, y)| Run::square(text, x, y)).collect();
        for n in from..=to {
            let text = n.to_string();
            let x = 40.0 - 10.0 * text.len() as f32;
            runs.push(Run::square(&text, x, y + 20.0 * (n - from) as f32));
        }
        Page { number: 1, width: 595.0, height: 842.0, runs, ..Page::default() }
    }

    #[test]
    fn numbers_beside_the_lines_of_a_page_are_none_of_its_text() {
        let lines = [("附件", 60.0, 100.0), ("任务表", 200.0, 120.0), ("南昌市", 60.0, 160.0)];
        let found = |pages: &[Page]| -> Vec<usize> {
            line_numbers(pages).iter().map(BTreeSet::len).collect()
        };
        assert_eq!(found(&[page(&lines, 1, 12, 100.0)]), [12]);
        assert_eq!(found(&[page(&lines, 1, 12, 100.0), page(&lines, 13, 20, 100.0)]), [12, 8]);
        // Serial numbers begin below a title, stand under a word of the header, or go on without one.
        assert_eq!(found(&[page(&lines, 1, 12, 160.0)]), [0]);
        let headed = [("序号", 25.0, 100.0), ("南昌市", 60.0, 120.0)];
        assert_eq!(found(&[page(&headed, 1, 12, 120.0)]), [0]);
        assert_eq!(found(&[page(&lines, 13, 20, 100.0)]), [0]);
        assert_eq!(found(&[page(&lines, 1, 4, 100.0)]), [0]);
    }
}
