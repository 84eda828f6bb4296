//! What `segment` gives: the notice as blocks in reading order, each with its role; text still in
//! printed lines, tables still in fragments, one for each page (and panel) they stand on.

use crate::geom::Rect;
pub use crate::normalize::lines::{Frame, Layout, Mark, Sheets};
use crate::place::{Place, PlacedText};
use crate::sight::Seen;

/// The notice, cut into its parts but not yet joined over lines and pages.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outline {
    /// All before the first annex: header (版头), body (主体), imprint (版记).
    pub front: Vec<Block>,
    /// The annexes (附件), in printed order.
    pub annexes: Vec<AnnexOutline>,
    /// What recognizing characters on pictures left open, by place.
    pub seen: Vec<Seen>,
    /// Which sheets its pages stand on.
    pub sheets: Sheets,
}

impl Outline {
    /// Puts `after` in the place of `before` in the cell of a table that stands here and says it, or in a line beside tables;
    /// whether one does.
    pub fn reword(&mut self, place: &Place, before: &str, after: &str) -> bool {
        let meant = |own: Option<Place>, text: &PlacedText| {
            let own = own.filter(|own| own.page == place.page).and_then(|own| own.bbox());
            let here = own.zip(place.bbox());
            let is_here = here.is_some_and(|(own, there)| own.grow(0.3).contains(there.center()));
            is_here.then(|| text.reworded(before, after)).flatten()
        };
        let of_cell = |block: &mut Block| {
            let Block::Table(fragment) = block else { return false };
            let cells = fragment.cells.iter().enumerate();
            let found = cells.filter_map(|(at, cell)| {
                Some((at, meant(Some(fragment.place_of_cell(cell)), &cell.text)?))
            });
            let Some((at, text)) = found.take(1).next() else { return false };
            (fragment.cells[at].raw, fragment.cells[at].text) = (text.as_str().to_owned(), text);
            true
        };
        let of_line = |block: &mut Block| {
            let Block::Text(line) = block else { return false };
            let Some(text) = meant(line.text.place(), &line.text) else { return false };
            (line.raw, line.text) = (text.as_str().to_owned(), text);
            true
        };
        self.blocks().any(of_cell) || self.blocks().any(of_line)
    }

    fn blocks(&mut self) -> impl Iterator<Item = &mut Block> {
        let annexes = self.annexes.iter_mut().flat_map(|annex| &mut annex.blocks);
        self.front.iter_mut().chain(annexes)
    }
}

/// One annex, from its label to the next one's.
#[derive(Debug, Clone, PartialEq)]
pub struct AnnexOutline {
    /// The number in the label: 附件 1 is 1; `None` where the label has none (附件).
    pub number: Option<u32>,
    /// The label as it stands over the annex.
    pub label: TextBlock,
    /// What follows the label, in reading order.
    pub blocks: Vec<Block>,
}

/// A line of text or what one page shows of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// One printed line with its role.
    Text(TextBlock),
    /// What one page (or one panel of it) shows of a table.
    Table(Fragment),
    /// An image that is large enough to hold a table or a page.
    Image {
        /// Counted from 1.
        page: u32,
        /// Its box.
        bbox: Rect,
    },
}

/// One printed line with its role in the notice.
#[derive(Debug, Clone, PartialEq)]
pub struct TextBlock {
    /// What the line is.
    pub role: Role,
    /// Clean text.
    pub text: PlacedText,
    /// As printed.
    pub raw: String,
    /// Page, counted from 1.
    pub page: u32,
    /// The box around it.
    pub bbox: Rect,
    /// Font size as seen, in points.
    pub size: f32,
    /// Whether the line goes on to the next one: it fills its measure, or a text input cut it.
    pub flows_on: bool,
    /// What its box and size mean.
    pub layout: Layout,
}

/// What a line is, by the elements of GB/T 9704-2012.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// 份号, 密级, 紧急程度: above the issuing authorities.
    Marking,
    /// 发文机关标志: names of the issuing authorities, with 文件 among them.
    IssuingAuthorities,
    /// 发文字号.
    DocumentNumber,
    /// 签发人.
    SignatoriesForIssue,
    /// 标题, possibly over several lines.
    Title,
    /// 主送机关.
    PrimaryAddressees,
    /// A numbered heading or item of the body: 一、 is level 1, （一） 2, 1. 3, （1） 4.
    Heading {
        /// 1 to 4.
        level: u8,
    },
    /// Running text.
    Prose,
    /// 附件说明: a line of the annex list in the body.
    AnnexList,
    /// 发文机关署名.
    SigningAuthorities,
    /// 成文日期.
    DateOfWriting,
    /// 附注: （此件主动公开）.
    Note,
    /// 附件 1: label over an annex.
    AnnexLabel,
    /// Title of an annex, or of a table in it.
    AnnexTitle,
    /// 单位：套、间 over a table.
    UnitCaption,
    /// 续表, or a title printed again with （续）.
    Continuation,
    /// 注：… under a table.
    TableNote,
    /// 抄送 … in the imprint.
    CopiedTo,
    /// 印发机关和印发日期 in the imprint.
    Printing,
}

/// What one page, or one panel of a page, shows of a table: a grid of cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Fragment {
    /// Page, counted from 1.
    pub page: u32,
    /// The box around the grid.
    pub bbox: Rect,
    /// What holds the grid together.
    pub ruling: Ruling,
    /// Which panel of a table printed side by side this is, from 0, left to right; 0 where there is
    /// but one.
    pub panel: u16,
    /// How many panels stand side by side; 1 where there is but one.
    pub panels: u16,
    /// y of the rows' edges, one more than there are rows.
    pub row_edges: Vec<f32>,
    /// x of the columns' edges, one more than there are columns.
    pub col_edges: Vec<f32>,
    /// The cells by row, then column; a place that a span covers has no cell of its own.
    pub cells: Vec<GridCell>,
    /// What the places of its edges mean.
    pub layout: Layout,
    /// Leads its boxes back to the page as seen: a page may have been turned to read upright.
    pub frame: Frame,
}

/// What holds a grid together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// Ruling lines both ways.
    Grid,
    /// Horizontal rules alone, under each row.
    Horizontal,
    /// 三线表: rules above and below the header and below the last row.
    ThreeLine,
    /// No rules: columns by the gaps between them.
    None,
}

/// One cell of a fragment.
#[derive(Debug, Clone, PartialEq)]
pub struct GridCell {
    /// From 0.
    pub row: usize,
    /// From 0.
    pub col: usize,
    /// Rows covered, at least 1.
    pub rowspan: usize,
    /// Columns covered, at least 1.
    pub colspan: usize,
    /// As printed; lines of a wrapped cell joined.
    pub raw: String,
    /// Clean text; empty for a blank cell.
    pub text: PlacedText,
    /// Marks raised behind its text, as those of footnotes, in printed order.
    pub marks: Vec<Mark>,
    /// The cell's box (by its rules, or by the text where there are none).
    pub bbox: Rect,
    /// Where the document says that the cell stands; `None` where its box is all that is known.
    pub place: Option<Place>,
}

impl Fragment {
    /// Where a cell of the fragment stands.
    pub fn place_of_cell(&self, cell: &GridCell) -> Place {
        cell.place.unwrap_or_else(|| self.place_of(&cell.bbox))
    }

    /// Where a box of the fragment stands on the page as seen.
    pub fn place_of(&self, bbox: &Rect) -> Place {
        Place::of_box(self.page, self.frame.back(bbox))
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.row_edges.len().saturating_sub(1)
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.col_edges.len().saturating_sub(1)
    }

    /// The cell that covers this place of the grid, if any.
    pub fn covering(&self, row: usize, col: usize) -> Option<&GridCell> {
        self.cells.iter().find(|c| {
            (c.row..c.row + c.rowspan).contains(&row) && (c.col..c.col + c.colspan).contains(&col)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::PlacedChar;

    #[test]
    fn a_cell_is_said_otherwise_where_it_stands_and_no_other() {
        let cell = |row: usize| {
            let bbox = Rect::new(0.0, 20.0 * row as f32, 80.0, 20.0 * row as f32 + 20.0);
            let place = Place::of_box(1, bbox);
            let text: PlacedText = "棚广区".chars().map(|ch| PlacedChar { ch, place }).collect();
            let raw = text.as_str().to_owned();
            let marks = Vec::new();
            GridCell { row, col: 0, rowspan: 1, colspan: 1, raw, text, marks, bbox, place: None }
        };
        let table = Fragment {
            page: 1,
            bbox: Rect::new(0.0, 0.0, 80.0, 40.0),
            ruling: Ruling::Grid,
            panel: 0,
            panels: 1,
            row_edges: vec![0.0, 20.0, 40.0],
            col_edges: vec![0.0, 80.0],
            cells: vec![cell(0), cell(1)],
            layout: Layout::Seen,
            frame: Frame::default(),
        };
        let mut outline = Outline { front: vec![Block::Table(table)], ..Outline::default() };
        let there = Place::of_box(1, Rect::new(10.0, 24.0, 60.0, 36.0));
        assert!(outline.reword(&there, "广", "户"));
        let Block::Table(table) = &outline.front[0] else { panic!("it is a table") };
        let texts: Vec<&str> = table.cells.iter().map(|cell| &cell.raw[..]).collect();
        assert_eq!(texts, ["棚广区", "棚户区"]);
        assert!(!outline.reword(&Place::of_box(2, Rect::default()), "广", "户"));
    }
}
