//! What `carrier` gives: pages with pieces of text, ruling lines, fills and images, each with its place.

use crate::geom::{Axis, Rect};
use crate::place::{Place, Spot};
use crate::sight::{Seen, Sight};
use crate::source::Kind;
use std::ops::Range;
use std::sync::Arc;

/// Size of text where the document says none, in points: 三号, as GB/T 9704 sets the body.
#[cfg(any(feature = "flow", feature = "package"))]
pub(in crate::carrier) const BODY_SIZE: f32 = 16.0;

/// All pages of one notice, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Pages {
    /// The pages, first to last; `pages[i].number == i + 1`.
    pub pages: Vec<Page>,
    /// Where the characters came from.
    pub text_from: TextFrom,
    /// The encoding of a text or web page by its WHATWG name, e.g. `gb18030`; `None` for all else.
    pub encoding: Option<&'static str>,
}

/// Where the characters of a notice came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFrom {
    /// The text layer of a PDF.
    TextLayer,
    /// A text file.
    Text,
    /// A document that is no workbook: Word, WPS, OFD.
    Document,
    /// The cells of a workbook.
    Workbook,
    /// A web page.
    WebPage,
    /// Characters recognized on pictures of pages.
    Ocr,
}

/// One page as seen: rotation applied, origin top left, points.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// Counted from 1.
    pub number: u32,
    /// Points across.
    pub width: f32,
    /// Points down.
    pub height: f32,
    /// Pieces of text, in the order they were drawn.
    pub runs: Vec<Run>,
    /// Ruling lines: horizontal or vertical strokes, and rectangles so thin that they are strokes.
    pub rules: Vec<Rule>,
    /// Filled areas too thick to be a ruling line (zebra stripes, header shading).
    pub fills: Vec<Rect>,
    /// Boxes of images.
    pub images: Vec<Rect>,
    /// Boxes of small dark drawings that are neither rules nor fills: characters that were turned into outlines, ticks.
    pub drawings: Vec<Rect>,
    /// Tables whose cells the document tells: nothing of them has to be found. Empty where a page
    /// draws its tables, as PDF does.
    pub tables: Vec<KnownTable>,
    /// What the places of lines mean.
    pub layout: Layout,
    /// Which part of the input it is.
    pub origin: Origin,
    /// The picture it was read from, where [`crate::options::Options::keep_pictures`] asks for it.
    pub shown: Option<Arc<Shown>>,
}

/// The picture that a page was read from, as it was set upright and flat: places on the page are places on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// From 0, black, to 255, row by row.
    pub shades: Vec<u8>,
}

/// Which part of an input a page is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Origin {
    /// The file, where the notice comes in several.
    pub part: Option<Arc<Part>>,
    /// Name of the sheet, if it is one of a workbook.
    pub sheet: Option<Arc<str>>,
}

/// A file of a notice that comes in several.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Counted from 0 as the notice's files are ordered.
    pub index: u32,
    /// Its name in the archive or folder.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Their number.
    pub bytes: u64,
    /// Its first page, counted through all files.
    pub first_page: u32,
    /// What it is to the notice.
    pub role: Role,
}

/// What a file is to its notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It holds the body, and may hold annexes too.
    Body,
    /// It holds annexes alone.
    Annexes,
}

/// What the places and sizes of a page's lines mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// The page is as seen: a line ends where the measure does, and what stands at an edge of the
    /// page may belong to the page alone.
    #[default]
    Seen,
    /// A flow of paragraphs or the rows of a sheet, laid out by the reader: a line is a whole
    /// paragraph, and its size and alignment (left, in the middle, right) are what the document
    /// says. How far down it stands says no more than what comes first.
    Flow,
    /// Lines as typed: a line may be cut anywhere, and nothing is known of size or alignment.
    Typed,
}

impl Layout {
    /// Whether size and alignment of a line say something of its role.
    pub fn tells_setting(self) -> bool {
        self != Layout::Typed
    }
}

/// A table as the document tells it: rows and columns with exact spans.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KnownTable {
    /// y of the rows' edges, top down, one more than there are rows.
    pub row_edges: Vec<f32>,
    /// x of the columns' edges, left to right, one more than there are columns.
    pub col_edges: Vec<f32>,
    /// By row, then column: each place of the grid is covered by one, blank or not.
    pub cells: Vec<KnownCell>,
}

/// A cell that the document tells of.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownCell {
    /// From 0, as are columns; places in the file's own count stand in `spot`.
    pub row: usize,
    /// From 0.
    pub col: usize,
    /// Rows covered, at least 1.
    pub rowspan: usize,
    /// Columns covered, at least 1.
    pub colspan: usize,
    /// The page's runs that stand in it, a run a line; empty for a blank cell.
    pub runs: Range<usize>,
    /// Where its text begins, or would begin if it had any.
    pub spot: Spot,
}

/// A piece of text without gaps on one baseline: what was drawn side by side.
///
/// `edges` has one entry more than `text` has characters: character `i` covers `edges[i]..edges[i+1]`
/// along the reading direction (x for upright text).
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The characters as the document names them, not yet normalized.
    pub text: String,
    /// The box around all of it.
    pub bbox: Rect,
    /// Where each character begins, and where the last one ends, in points.
    pub edges: Vec<f32>,
    /// Font size as seen, in points.
    pub size: f32,
    /// How the text is turned against the page as seen.
    pub turn: Turn,
    /// What a reader sees of it.
    pub ink: Ink,
    /// Where the first character stands in the file's own count; `None` where that is the box on
    /// the page.
    pub spot: Option<Spot>,
    /// The characters, by index, at which another text-showing operator begins (ISO 32000-2, 9.4.3): what one
    /// operator draws is one text, whatever it is printed over, and so is what several of one text object draw one
    /// right behind the other. Empty where the whole run was drawn so.
    pub joints: Vec<u32>,
    /// What recognizing the characters on a picture left open; `None` where they were not recognized.
    pub sight: Option<Box<Sight>>,
}

#[cfg(test)]
impl Run {
    /// Black upright text of characters ten points wide and high, its upper left corner here.
    pub(crate) fn square(text: &str, x: f32, y: f32) -> Run {
        let edges: Vec<f32> = (0..=text.chars().count()).map(|at| x + 10.0 * at as f32).collect();
        Run {
            text: text.to_owned(),
            bbox: Rect::new(x, y, edges[edges.len() - 1], y + 10.0),
            edges,
            size: 10.0,
            turn: Turn::Upright,
            ink: Ink::Seen { lightness: 0.0 },
            spot: None,
            joints: Vec::new(),
            sight: None,
        }
    }
}

/// How text is turned against the page as seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Turn {
    /// Reads left to right.
    Upright,
    /// Reads top to bottom, set vertically (characters upright) or turned by a right angle clockwise.
    Down,
    /// Reads bottom to top.
    Up,
    /// Upside down.
    Over,
    /// Any other angle: degrees clockwise, as watermarks are.
    Slanted(f32),
}

/// What a reader sees of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ink {
    /// Seen. `lightness` runs from 0 (black) to 1 (white, not seen as such).
    Seen {
        /// Perceived lightness of the paint over white paper, 0 to 1, opacity included; light text on
        /// a darker area counts as if the two were turned round, white on black as 0.
        lightness: f32,
    },
    /// Drawn with text render mode 3 (a text layer under a scan), or fully transparent.
    Invisible,
    /// Outside the page or clipped away.
    Outside,
    /// Painted over by what was drawn later: a white box, a picture.
    Covered,
    /// Struck out, as the document itself says of it.
    Struck,
}

/// A ruling line: a stroke, or a filled rectangle so thin that a reader sees a stroke.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// The direction it runs in.
    pub axis: Axis,
    /// Its place across that direction (y for a horizontal rule), in the middle of its thickness.
    pub at: f32,
    /// Where it begins along its direction.
    pub from: f32,
    /// Where it ends along its direction.
    pub to: f32,
    /// Its thickness in points.
    pub width: f32,
}

impl Pages {
    /// What recognition left open, by place.
    pub fn seen(&self) -> Vec<Seen> {
        let runs = self.pages.iter().flat_map(|page| page.runs.iter().map(move |run| (page, run)));
        runs.filter_map(|(page, run)| {
            let sight = run.sight.as_deref()?.clone();
            Some(Seen { page: page.number, bbox: run.bbox, text: run.text.clone(), sight })
        })
        .collect()
    }
}

impl Page {
    /// The whole page.
    pub fn place(&self) -> Place {
        Place::of_box(self.number, Rect::new(0.0, 0.0, self.width, self.height))
    }
}

impl Run {
    /// Where the whole run stands.
    pub fn place(&self, page: u32) -> Place {
        Place { page, spot: self.spot.unwrap_or(Spot::Box(self.bbox)) }
    }

    /// Where character `index` of the run stands; the whole run where there is no such character.
    pub fn place_of(&self, page: u32, index: usize) -> Place {
        if let Some(spot) = self.spot {
            return Place { page, spot: spot.onward(index as u32) };
        }
        let (Some(&a), Some(&b)) = (self.edges.get(index), self.edges.get(index + 1)) else {
            return self.place(page);
        };
        let rect = match self.turn {
            Turn::Upright | Turn::Over => Rect::new(a, self.bbox.y0, b, self.bbox.y1),
            Turn::Down | Turn::Up => Rect::new(self.bbox.x0, a, self.bbox.x1, b),
            Turn::Slanted(_) => self.bbox,
        };
        Place::of_box(page, rect)
    }
}
