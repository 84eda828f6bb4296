//! An annex: columns, rows by region, cells.

use crate::diag::Wording;
use crate::model::amount::Amount;
use crate::place::{Located, Place};
use crate::sight::Sight;

/// An annex table (附表), or an annex without one.
#[derive(Debug, Clone, PartialEq)]
pub struct Annex {
    /// As in its label; counted from 1 where labels have no number, 0 for a table in the body.
    pub number: u32,
    /// Its title.
    pub title: Option<Located<String>>,
    /// Where the annex begins.
    pub place: Place,
    /// The unit of the whole table, as its caption prints it: 套、间.
    pub unit: Option<Located<String>>,
    /// The columns that hold facts; a serial-number or region column is none.
    pub columns: Vec<Column>,
    /// The rows in printed order.
    pub rows: Vec<Row>,
    /// 注：… under the table.
    pub notes: Vec<Located<String>>,
}

/// What messages call an annex: annex 3, or where none of that number can be, the table in the body.
pub fn annex_name(number: u32) -> Wording {
    match number {
        0 => Wording::new("the table in the body", "正文中的表"),
        _ => Wording::new(format!("annex {number}"), format!("附件{number}")),
    }
}

/// A column of facts.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Header texts from the top tier down: 开工任务, 小计.
    pub path: Vec<String>,
    /// The unit of its figures, from the header or else the annex: 万平方米, %.
    pub unit: Option<String>,
    /// How its figures behave.
    pub role: ColumnRole,
    /// Where its header stands.
    pub place: Place,
}

/// How a column's figures behave when rows are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnRole {
    /// They add up to subtotals and totals.
    Sum,
    /// A stock at a date: it does not add up over periods.
    Stock,
    /// A rate or percentage: it does not add up.
    Rate,
    /// A rank.
    Rank,
    /// Text.
    Text,
}

/// A row of facts.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// From 1, in printed order.
    pub number: u32,
    /// Whom the row is about.
    pub region: Region,
    /// What the row has in the columns that tell rows apart, in printed order: 南昌市, 新建, 2210106.
    /// The region, its name or its prefecture's, is among them.
    pub keys: Vec<Key>,
    /// 序号 as printed, where the table has such a column.
    pub serial: Option<Located<String>>,
    /// One cell for each of the annex's columns.
    pub cells: Vec<Cell>,
}

/// What a row has in one of the columns that tell rows apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The column's header on one line; 列1 where the first column has none.
    pub column: String,
    /// The text, without inner spaces; that of a cell over several rows stands in each of them.
    pub text: String,
}

/// Whom a row is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// As printed, without inner spaces.
    pub name: String,
    /// Its level.
    pub level: Level,
    /// Index in the annex's rows of the row it belongs to. `None` for totals, for prefectures, and
    /// where the parent has no row of its own.
    pub parent_row: Option<usize>,
    /// Printed name of the prefecture it belongs to; `None` for prefectures and totals.
    pub parent: Option<String>,
    /// GB/T 2260 code at the notice's date; `None` where the standard has none.
    pub code: Option<String>,
    /// Where the name stands.
    pub place: Place,
}

/// The level of a row's region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The total row, whatever it is called: 合计, 全省, 总计.
    Province,
    /// A prefecture or a prefecture-level city.
    Prefecture,
    /// The rest of a prefecture: 中心城区, 市本级, 市辖区.
    Central,
    /// A county, county-level city or district.
    County,
    /// A subtotal that is no region of its own.
    Subtotal,
    /// Anything else.
    Other,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// As printed.
    pub raw: String,
    /// The figure, if the cell holds one.
    pub value: Option<Amount>,
    /// The text, if the cell holds one: clean and joined.
    pub text: Option<String>,
    /// What the cell holds.
    pub status: Status,
    /// The unit of its figure where the cell prints its own, or its row has one: 万元, 套.
    pub unit: Option<String>,
    /// The footnote mark beside its figure: ①, *, 注1.
    pub mark: Option<String>,
    /// Where it stands.
    pub place: Place,
    /// Codes of the diagnostics that speak of it; none where its reading is certain.
    pub doubt: Vec<String>,
    /// What a person said of it, if one did. `raw` then stays as printed.
    pub correction: Option<Box<Correction>>,
    /// What reading it from a picture left open; `None` where it was not read from one.
    pub sight: Option<Box<Sight>>,
}

impl Cell {
    /// A cell with nothing in it.
    pub fn blank(place: Place) -> Cell {
        Cell {
            raw: String::new(),
            value: None,
            text: None,
            status: Status::Blank,
            unit: None,
            mark: None,
            place,
            doubt: Vec::new(),
            correction: None,
            sight: None,
        }
    }
}

/// What a person said of a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// Whether the cell is right.
    pub verdict: Verdict,
    /// Who said it.
    pub by: String,
    /// When, RFC 3339, as given.
    pub at: String,
    /// The figure before.
    pub from: Option<Amount>,
    /// The figure since; the same where it was confirmed.
    pub to: Option<Amount>,
    /// Why.
    pub comment: Option<String>,
}

/// Whether a cell is right as printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is: a check that doubts it is answered.
    Confirmed,
    /// It is not, and another figure was put in its place.
    Corrected,
}

/// What a cell holds. Blank, zero and placeholder are three things (SDMX observation status).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// A figure.
    Value,
    /// Nothing.
    Blank,
    /// A mark for nothing: — / … *
    Placeholder,
    /// Text.
    Text,
    /// Something that can't be read.
    Unreadable,
}
