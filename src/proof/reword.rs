//! A notice read from pictures in, what is to be read otherwise out, before the notice is typed for good: a name or a
//! header that recognition itself offered beside what it read, and that the table of divisions or the notice's own words
//! know. Rows are placed by their names and columns by their headers, so that all is read again with what is mended.

use super::{headers, names};
use crate::model::Notice;
use crate::place::Place;
use crate::sight::Seen;

/// A text that is to be read otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Reworded {
    /// The rule that says so, as a repair has it.
    pub rule: &'static str,
    /// Where it stands.
    pub place: Place,
    /// What was read.
    pub before: String,
    /// What is meant.
    pub after: String,
}

/// What is to be read otherwise in the cells of tables.
pub fn rewordings(notice: &Notice, seen: &[Seen]) -> Vec<Reworded> {
    let mut all = names::rewordings(notice, seen);
    all.extend(headers::rewordings(notice, seen));
    all
}
