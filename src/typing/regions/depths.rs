//! How deep names are indented in their column.

use super::RowName;
use std::borrow::Borrow;
use std::collections::BTreeMap;

/// Edges nearer than this are one: half a character of the smallest type, in tenths of a point.
const SAME_EDGE: i64 = 40;

/// Depths beyond which a column is not indented but centred or ragged.
const MAX_DEPTHS: usize = 4;

/// The depth of each row's name, 0 for the leftmost, where names are set flush left and some are
/// indented; `None` where they are not.
///
/// A centred column has many left edges too, but there the edge follows the length of the name. So
/// names of one length must stand at different edges, and names of different length at one.
pub fn depths<R: Borrow<RowName>>(rows: &[R]) -> Option<Vec<usize>> {
    let edges: Vec<i64> = rows.iter().map(|row| row.borrow().indent).collect::<Option<_>>()?;
    let mut sorted = edges.clone();
    sorted.sort_unstable();
    let mut starts: Vec<i64> = sorted.first().copied().into_iter().collect();
    for pair in sorted.windows(2) {
        if pair[1] - pair[0] > SAME_EDGE {
            starts.push(pair[1]);
        }
    }
    if starts.len() < 2 || starts.len() > MAX_DEPTHS {
        return None;
    }
    let depth = |edge: i64| starts.partition_point(|&start| start <= edge).saturating_sub(1);
    let depths: Vec<usize> = edges.into_iter().map(depth).collect();

    let mut lengths_at: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut depths_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (row, &depth) in rows.iter().zip(&depths) {
        let length = row.borrow().text.chars().count();
        lengths_at.entry(depth).or_default().push(length);
        depths_of.entry(length).or_default().push(depth);
    }
    let vary = |values: &Vec<usize>| values.iter().any(|v| Some(v) != values.first());
    let flush_left = lengths_at.values().any(vary);
    let indented = depths_of.values().any(vary);
    (flush_left && indented).then_some(depths)
}

/// The row each row belongs to by its depth alone: the last one before it that is less deep.
pub fn parents(depths: &[usize]) -> Vec<Option<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut parents = Vec::with_capacity(depths.len());
    for (at, &depth) in depths.iter().enumerate() {
        while open.last().is_some_and(|&above| depths[above] >= depth) {
            open.pop();
        }
        parents.push(open.last().copied());
        open.push(at);
    }
    parents
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{Place, Spot};

    fn rows(names: &[(&str, i64)]) -> Vec<RowName> {
        let place = Place { page: 1, spot: Spot::Text { line: 1, column: 1 } };
        let row = |&(text, indent): &(&str, i64)| RowName {
            text: text.to_owned(),
            place,
            indent: Some(indent),
            spanned_by: None,
            band: None,
            code: None,
            figures: Vec::new(),
        };
        names.iter().map(row).collect()
    }

    #[test]
    fn indented_names_have_depths_and_centred_ones_have_none() {
        let indented = rows(&[("东山市", 20), ("沙洲县", 225), ("河口林场", 221), ("西山市", 22)]);
        assert_eq!(depths(&indented), Some(vec![0, 1, 1, 0]));
        assert_eq!(parents(&[0, 1, 1, 0]), vec![None, Some(0), Some(0), None]);
        let centred = rows(&[("东山市", 225), ("沙洲县", 225), ("河口林场", 175), ("西山市", 225)]);
        assert_eq!(depths(&centred), None);
        assert_eq!(depths(&rows(&[("东山市", 20), ("沙洲县", 20)])), None);
        assert_eq!(depths::<RowName>(&[]), None);
    }
}
