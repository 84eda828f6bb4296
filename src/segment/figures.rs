//! What looks like a figure in a table, so that its place can tell columns and rows. What the figure
//! means is left to `typing`.

use crate::figure::{self, Kind};

/// Whether the text is a figure as tables print them, or a mark for one that is not there.
pub(super) fn is_figure(text: &str) -> bool {
    let kind = figure::kind(text);
    kind.is_numeric() || kind == Kind::Mark
}
