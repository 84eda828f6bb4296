//! One page's lines, rules and fills in; the page's tables as fragments out, and the lines that are
//! no part of any table. What the lines left over are is told by the rest of `segment`; joining
//! fragments over pages is left to `repair`.

use crate::diag::Sink;
use crate::normalize::lines::{Line, LinedPage};
use crate::options::Options;
use crate::segment::outline::Fragment;

/// What a page holds: its tables, and all else.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PageTables {
    /// The tables top down; panels of one table left to right.
    pub fragments: Vec<Fragment>,
    /// The lines, or parts of lines, that no table holds; top to bottom.
    pub rest: Vec<Line>,
}

/// Finds the tables of one page.
pub fn fragments(_sink: &mut Sink, _options: &Options, page: &LinedPage) -> PageTables {
    PageTables { fragments: Vec::new(), rest: page.lines.clone() }
}
