//! What looks like a figure in a table, so that its place can tell columns and rows. What the figure
//! means is left to `typing`.

use crate::figure::{self, Kind};

/// Of so many texts, half may be figures.
const FEW: usize = 4;

/// Whether the text is a figure as tables print them, or a mark for one that is not there.
pub(super) fn is_figure(text: &str) -> bool {
    let kind = figure::kind(text);
    kind.is_numeric() || kind == Kind::Mark
}

/// Whether the text opens a range that goes on in the next line: 2018-.
pub(super) fn opens_range(text: &str) -> bool {
    let text = text.trim_end_matches(|c| "年月日".contains(c));
    let first = text.trim_end_matches(|c| "-－–—~～至".contains(c));
    first.len() < text.len() && figure::kind(first.trim_end_matches(['年', '月'])).is_numeric()
}

/// Whether a column of so many texts, so many of them figures, is one of figures: what closes a range is none.
pub(super) fn is_of_figures(texts: usize, figures: usize, ranges: usize) -> bool {
    let figures = figures.saturating_sub(ranges);
    // Lines of words may end in 7.6公里, each.
    figures > 0 && (2 * figures > texts || 2 * figures == texts && texts <= FEW)
}
