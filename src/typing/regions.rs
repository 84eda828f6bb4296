//! Whom each row of an annex is about: level, parent and code, by names and by arithmetic.

use crate::diag::Sink;
use crate::model::{Frame, Level, Region};
use crate::place::Place;
use rust_decimal::Decimal;

/// The region cell of a row, with what else tells its level.
#[derive(Debug, Clone, PartialEq)]
pub struct RowName {
    /// The name as printed, without inner spaces. Where a prefecture spans its counties' rows and
    /// its own row says 小计, this is the prefecture.
    pub text: String,
    /// Where the name stands.
    pub place: Place,
    /// The prefecture that a cell spanning this row names, where the table has such a column.
    pub spanned_by: Option<String>,
    /// The row's figures in the columns that add up, column by column.
    pub figures: Vec<Option<Decimal>>,
}

/// What is known beside the rows.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Who issued the notice, and when.
    pub frame: &'a Frame,
    /// The title of the annex; empty where none is printed.
    pub title: &'a str,
    /// The printed header of the region column: 设区市, 市、区.
    pub header: &'a str,
}

/// One region for each row, in order.
pub fn assign(_sink: &mut Sink, rows: &[RowName], _context: &Context) -> Vec<Region> {
    rows.iter()
        .map(|row| Region {
            name: row.text.clone(),
            level: Level::Other,
            parent_row: None,
            parent: row.spanned_by.clone().filter(|parent| *parent != row.text),
            code: None,
            place: row.place,
        })
        .collect()
}

/// How well an order of rows fits their names and sums; the greater, the better. For choosing
/// between readings of a page, such as side-by-side panels page by page or all through.
pub fn order_fit(_rows: &[RowName], _context: &Context) -> i64 {
    0
}
