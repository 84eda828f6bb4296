//! `Lines` in, `Outline` out: tells the parts of a notice apart and finds the cells of its tables,
//! page by page. Joining what pages cut is left to `repair`.

mod annexes;
#[cfg(test)]
mod art;
mod captions;
pub mod draw;
mod figures;
mod frame;
mod headings;
pub mod outline;
pub mod tables;

use crate::diag::Sink;
use crate::geom::{Axis, Rect};
use crate::normalize::lines::{Line, LinedPage, Lines};
use crate::options::Options;
use crate::place::PlacedText;
use crate::segment::outline::{Block, Fragment, Layout, Outline, Role, Sheets, TextBlock};

/// An image is kept where it covers this share of its page: it may show a table.
const LARGE_IMAGE: f32 = 0.12;
/// What begins further right than this share of the page's width is set to the right.
const RIGHT_HALF: f32 = 0.42;

/// Cuts the lines into blocks with roles.
pub fn segment(sink: &mut Sink, options: &Options, lines: Lines) -> Outline {
    let tables = tables::of_pages(sink, options, &lines.pages);
    let items = lines.pages.iter().zip(tables).flat_map(|(page, tables)| items_of(page, tables));
    let items = items.collect();
    let parts = annexes::part(items);
    Outline {
        front: headings::mark_flow(frame::blocks(parts.front)),
        annexes: parts.annexes.into_iter().map(annexes::outline).collect(),
        seen: Vec::new(),
        sheets: Sheets::default(),
    }
}

/// What stands on a page, before its role is known.
#[derive(Debug, Clone, PartialEq)]
enum Item {
    Line(PlainLine),
    Table(Fragment),
    Image { page: u32, bbox: Rect },
}

/// A line outside any table.
#[derive(Debug, Clone, PartialEq)]
struct PlainLine {
    /// Page, counted from 1.
    page: u32,
    /// Width of that page, in points.
    page_width: f32,
    /// What the line's box and size mean.
    layout: Layout,
    /// Whether it is the first thing on its page.
    opens_page: bool,
    /// The line itself.
    line: Line,
    /// Its clean text.
    text: PlacedText,
    /// Its clean text without white space: what the patterns of roles are matched with.
    compact: String,
}

impl PlainLine {
    fn new(page: &LinedPage, line: Line, opens_page: bool) -> PlainLine {
        let text = line.text();
        let compact = compact(text.as_str());
        PlainLine {
            page: page.number,
            page_width: page.width,
            layout: page.layout,
            opens_page,
            line,
            text,
            compact,
        }
    }

    /// The line as a block with this role.
    fn block(&self, role: Role) -> TextBlock {
        TextBlock {
            role,
            text: self.text.clone(),
            raw: self.line.raw(),
            page: self.page,
            bbox: self.line.bbox,
            size: self.size(),
            flows_on: false,
            layout: self.layout,
        }
    }

    /// Size of its largest piece, in points.
    fn size(&self) -> f32 {
        self.line.pieces.iter().map(|p| p.size).fold(0.0, f32::max)
    }

    /// Whether the line is set in the middle of the page, give or take a twelfth of it.
    fn is_centred(&self) -> bool {
        self.layout.tells_setting()
            && (self.line.bbox.center().x - self.page_width / 2.0).abs() < self.page_width / 12.0
    }

    /// Whether the line is set in the right half of the page.
    fn is_right(&self) -> bool {
        self.layout.tells_setting() && self.line.bbox.x0 > self.page_width * RIGHT_HALF
    }

    /// Whether it is a row of cells rather than one text: several pieces, and not a single word
    /// letter-spaced.
    fn is_row(&self) -> bool {
        self.line.pieces.len() > 1
            && self.line.pieces.iter().any(|p| p.text.as_str().chars().count() > 1)
    }

    /// Pieces of one line as one line again; `None` where there are none.
    fn joined(parts: Vec<PlainLine>) -> Option<PlainLine> {
        let mut parts = parts.into_iter();
        let first = parts.next()?;
        let mut line = first.line.clone();
        for part in parts {
            line.bbox = line.bbox.union(&part.line.bbox);
            line.pieces.extend(part.line.pieces);
        }
        let text = line.text();
        let compact = compact(text.as_str());
        Some(PlainLine { line, text, compact, ..first })
    }

    /// The pieces as lines of their own.
    fn split(&self) -> Vec<PlainLine> {
        let alone = |piece: &crate::normalize::lines::Piece| PlainLine {
            page: self.page,
            page_width: self.page_width,
            layout: self.layout,
            opens_page: self.opens_page,
            line: Line { bbox: piece.bbox, pieces: vec![piece.clone()] },
            text: piece.text.clone(),
            compact: compact(piece.text.as_str()),
        };
        self.line.pieces.iter().map(alone).collect()
    }
}

/// The text without white space.
fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Lines, tables and large images of a page from top to bottom; panels of one table keep their order.
fn items_of(page: &LinedPage, tables: tables::PageTables) -> Vec<Item> {
    let tables::PageTables { fragments, rest } = tables;
    let mut placed: Vec<(f32, Item)> = Vec::new();
    let mut top = 0.0;
    for fragment in fragments {
        // Panels side by side may begin a little higher or lower than the first one.
        if fragment.panel == 0 {
            top = fragment.bbox.y0;
        }
        placed.push((top, Item::Table(fragment)));
    }
    for line in rest.into_iter().filter(|l| !l.pieces.is_empty()) {
        placed.push((line.bbox.y0, Item::Line(PlainLine::new(page, line, false))));
    }
    let area = page.width * page.height;
    for bbox in page.images.iter().filter(|b| b.width() * b.height() > LARGE_IMAGE * area) {
        placed.push((bbox.y0, Item::Image { page: page.number, bbox: *bbox }));
    }
    placed.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut items: Vec<Item> = placed.into_iter().map(|(_, item)| item).collect();
    if let Some(beside) = Beside::of(&items) {
        items = beside.apart(items);
    }
    if let Some(Item::Line(line)) = items.first_mut() {
        line.opens_page = true;
    }
    items
}

/// Two tables side by side on a page, each with captions of its own above it: what stands left of the line between them is
/// read first, then what stands right.
struct Beside {
    /// Where one ends and the other begins, in points.
    x: f32,
    /// The upper end of the captions above them.
    top: f32,
    /// The lower end of both.
    low: f32,
}

impl Beside {
    /// Those of the page, if there are two that are not panels of one table, and captions over each.
    fn of(items: &[Item]) -> Option<Beside> {
        let tables: Vec<&Fragment> = items
            .iter()
            .filter_map(|item| match item {
                Item::Table(fragment) if fragment.panels == 1 => Some(fragment),
                _ => None,
            })
            .collect();
        let pair = |a: &Fragment, b: &Fragment| {
            let height = a.bbox.height().min(b.bbox.height());
            a.bbox.x1 <= b.bbox.x0 && a.bbox.overlap(&b.bbox, Axis::Y) > 0.5 * height
        };
        let found = tables.iter().find_map(|a| Some((a, tables.iter().find(|b| pair(a, b))?)));
        let (left, right) = found?;
        let x = (left.bbox.x1 + right.bbox.x0) / 2.0;
        let head = left.bbox.y0.min(right.bbox.y0);
        let mut top = None;
        for item in items.iter().rev() {
            let Item::Line(PlainLine { line, .. }) = item else { continue };
            if line.bbox.y0 > head {
                continue;
            }
            if line.pieces.iter().any(|p| p.bbox.x0 < x && x < p.bbox.x1) {
                break;
            }
            // A line that has something on both sides stands over both tables.
            let right = line.pieces.iter().filter(|p| p.bbox.center().x > x).count();
            if right > 0 && right < line.pieces.len() {
                top = Some(line.bbox.y0);
            }
        }
        let low = left.bbox.y1.max(right.bbox.y1);
        top.map(|top| Beside { x, top, low })
    }

    /// The items with those of the left table before those of the right one.
    fn apart(&self, items: Vec<Item>) -> Vec<Item> {
        let (mut before, mut left, mut right, mut after) = (vec![], vec![], vec![], vec![]);
        for item in items {
            let bbox = match &item {
                Item::Line(line) => line.line.bbox,
                Item::Table(fragment) => fragment.bbox,
                Item::Image { bbox, .. } => *bbox,
            };
            match item {
                item if bbox.y0 < self.top => before.push(item),
                item if bbox.y0 > self.low => after.push(item),
                Item::Line(line) => {
                    let (a, b): (Vec<_>, Vec<_>) = line
                        .split()
                        .into_iter()
                        .partition(|part| part.line.bbox.center().x < self.x);
                    left.extend(PlainLine::joined(a).map(Item::Line));
                    right.extend(PlainLine::joined(b).map(Item::Line));
                }
                item if bbox.center().x < self.x => left.push(item),
                item => right.push(item),
            }
        }
        before.into_iter().chain(left).chain(right).chain(after).collect()
    }
}

impl From<Item> for Block {
    /// The item as a block; a line becomes running text.
    fn from(item: Item) -> Block {
        match item {
            Item::Line(line) => Block::Text(line.block(Role::Prose)),
            Item::Table(fragment) => Block::Table(fragment),
            Item::Image { page, bbox } => Block::Image { page, bbox },
        }
    }
}
