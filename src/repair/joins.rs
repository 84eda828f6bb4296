//! Which fragments are one table, and that table whole again.

use crate::diag::Sink;
use crate::repair::document::Table;
use crate::segment::outline::Block;

/// The tables among the blocks of one annex (or of the front), each joined over all pages and
/// panels it stands on. Text blocks count as evidence: a title or another unit begins a new table,
/// 续表 goes on with the last one.
pub fn tables(_sink: &mut Sink, _blocks: &[Block]) -> Vec<Table> {
    Vec::new()
}
