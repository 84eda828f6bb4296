//! What `repair` gives: the notice whole again. Paragraphs are joined over lines and pages, tables
//! over pages; pages live on only inside places.

use crate::place::{Place, PlacedText};

/// The notice as its authors wrote it, before its meaning is read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// Header and frame, element by element.
    pub frame: FrameText,
    /// The running text, paragraph by paragraph, headings among it.
    pub body: Vec<Paragraph>,
    /// 附件说明: one entry an annex, without the word 附件.
    pub annex_list: Vec<PlacedText>,
    /// 附件： before these, as often as it is printed.
    pub annex_list_labels: Vec<PlacedText>,
    /// Tables that stand in the body, before any annex.
    pub tables: Vec<Table>,
    /// 注：… under these tables.
    pub table_notes: Vec<PlacedText>,
    /// The annexes, in printed order.
    pub annexes: Vec<AnnexText>,
}

/// The elements of GB/T 9704-2012 around the body, as text; empty where the notice has none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FrameText {
    /// 份号, 密级, 紧急程度.
    pub markings: Vec<PlacedText>,
    /// 发文机关标志, line by line, 文件 still among them.
    pub issuing_authorities: Vec<PlacedText>,
    /// 发文字号.
    pub document_number: Option<PlacedText>,
    /// 签发人.
    pub signatories_for_issue: Option<PlacedText>,
    /// 标题, joined.
    pub title: Option<PlacedText>,
    /// 主送机关, with its colon.
    pub primary_addressees: Option<PlacedText>,
    /// 发文机关署名, one a line.
    pub signing_authorities: Vec<PlacedText>,
    /// 成文日期.
    pub date_of_writing: Option<PlacedText>,
    /// 附注.
    pub notes: Vec<PlacedText>,
    /// 抄送.
    pub copied_to: Option<PlacedText>,
    /// 印发机关和印发日期.
    pub printing: Option<PlacedText>,
}

/// A paragraph of running text, or a heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Paragraph {
    /// 1 for 一、, 2 for （一）, 3 for 1., 4 for （1）; `None` for text without a number.
    pub level: Option<u8>,
    /// The text, joined over lines and pages, number included.
    pub text: PlacedText,
}

/// One annex.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AnnexText {
    /// The number in its label, if it has one.
    pub number: Option<u32>,
    /// The label over it.
    pub label: PlacedText,
    /// Its title, joined; empty where none is printed.
    pub title: PlacedText,
    /// 单位：… captions over its tables.
    pub unit_captions: Vec<PlacedText>,
    /// Its tables, each joined over all pages it stands on.
    pub tables: Vec<Table>,
    /// Running text in it.
    pub paragraphs: Vec<Paragraph>,
    /// 注：… under its tables.
    pub notes: Vec<PlacedText>,
    /// Pictures in it, large enough to hold a table.
    pub images: Vec<Place>,
}

/// A whole table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Number of columns.
    pub columns: usize,
    /// Title of this table where an annex has several, or none is over the annex.
    pub title: Option<PlacedText>,
    /// The line alone over it that says whose rows these are: 南昌市, 填报单位：南昌市. It is a paragraph of its annex, too.
    pub heading: Option<PlacedText>,
    /// 单位：… over this table, or inside its grid.
    pub unit: Option<PlacedText>,
    /// The header's tiers, top down.
    pub header: Vec<TableRow>,
    /// The rows in printed order: page after page, and on a page panel after panel.
    pub rows: Vec<TableRow>,
}

/// A row of a table; one slot a column.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// One slot for each column.
    pub slots: Vec<Slot>,
    /// The page the row begins on, counted from 1.
    pub page: u32,
    /// The panel of that page it stood in, from 0.
    pub panel: u16,
}

/// What stands at a row and column.
#[derive(Debug, Clone, PartialEq)]
pub enum Slot {
    /// A cell begins here.
    Cell(TableCell),
    /// The cell to the left covers this place too.
    Left,
    /// The cell above covers this place too.
    Above,
}

/// A cell of a whole table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableCell {
    /// As printed; a wrapped or torn cell's parts joined.
    pub raw: String,
    /// Clean text; empty for a blank cell.
    pub text: PlacedText,
    /// Marks raised behind its text, as those of footnotes.
    pub marks: PlacedText,
    /// The cell's own place, also where it is blank.
    pub place: Place,
}

impl TableCell {
    /// A cell with this text and no mark.
    pub fn of(text: PlacedText, place: Place) -> TableCell {
        let raw = text.as_str().to_owned();
        TableCell { raw, text, marks: PlacedText::new(), place }
    }
}

impl TableRow {
    /// The cell that begins at this column, if one does.
    pub fn cell(&self, col: usize) -> Option<&TableCell> {
        match self.slots.get(col) {
            Some(Slot::Cell(cell)) => Some(cell),
            _ => None,
        }
    }
}
