//! `Pages` in, `Lines` out: runs become lines of clean text; page numbers and running heads go.
//! What the lines are is left to `segment`; joining them, to `repair`.

mod assemble;
mod clean;
mod drawn;
pub mod halves;
pub mod lines;
mod margin;
mod marks;
mod raised;
mod ruby;
mod running;
mod seen;
mod spaces;
mod tokens;
mod told;
mod turn;
mod width;

use crate::carrier::page::{Page, Pages};
use crate::diag::Sink;
use crate::normalize::lines::{LinedPage, Lines};
use crate::options::Options;
use crate::parallel;
use std::collections::BTreeSet;

/// Cleans the pages' text line by line.
pub fn normalize(sink: &mut Sink, options: &Options, pages: Pages) -> Lines {
    let mut lines = line_up(sink, options, pages);
    running::drop_page_numbers(sink, &mut lines.pages);
    running::drop_running_lines(sink, &mut lines.pages);
    running::drop_blank_below(sink, &mut lines.pages);
    lines
}

/// The lines of all pages, page numbers and running heads still among them: what a reader sees.
pub fn line_up(sink: &mut Sink, options: &Options, pages: Pages) -> Lines {
    let text_from = pages.text_from;
    let watermarks = seen::watermarks(&pages.pages);
    let line_numbers = margin::line_numbers(&pages.pages);
    let numbered = pages.pages.into_iter().zip(line_numbers).collect();
    let pages = parallel::map(sink, options.threads, numbered, |sink, (page, line_numbers)| {
        line_up_page(sink, options, page, &watermarks, &line_numbers)
    });
    Lines { pages, text_from }
}

/// The lines of one page, clean.
fn line_up_page(
    sink: &mut Sink,
    options: &Options,
    page: Page,
    watermarks: &seen::Watermarks,
    line_numbers: &BTreeSet<usize>,
) -> LinedPage {
    let page = seen::keep_what_is_read(sink, page, watermarks, line_numbers);
    let page = drawn::tell(sink, options.limits.table_cells as usize, page);
    let (page, turned, frame) = turn::upright(page);
    let (tables, rows) = told::rows(&page);
    let mut raw = assemble::raw_lines(sink, &page, turned);
    raw.extend(rows);
    // Stable: lines of one height keep the order of their reading direction.
    raw.sort_by(|a, b| a.bbox.y0.total_cmp(&b.bbox.y0));
    LinedPage {
        number: page.number,
        width: page.width,
        height: page.height,
        lines: clean::clean_lines(sink, page.number, raw),
        rules: page.rules,
        fills: page.fills,
        images: page.images,
        drawings: page.drawings,
        tables,
        layout: page.layout,
        frame,
    }
}
