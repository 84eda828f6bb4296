//! `styles.xml` in, what it says of cells out: number format, alignment, size.

use crate::carrier::flow::Align;
use crate::carrier::office::format::{Format, built_in};
use crate::carrier::office::sheet::Look;
use crate::carrier::xml::Element;
use std::collections::HashMap;

/// Size of text where nothing is said, in points.
const SIZE: f32 = 11.0;

/// How the cells of one style are printed.
#[derive(Debug, Clone)]
pub(super) struct CellStyle {
    /// Which of [`Styles::formats`].
    pub format: usize,
    /// `None` where a text stands left and a figure right.
    pub align: Option<Align>,
    /// Whether the text goes on over blank cells to its right, as a merged one would.
    pub across: bool,
    pub indent: usize,
    pub size: f32,
}

/// The styles of a workbook.
#[derive(Debug)]
pub(super) struct Styles {
    pub formats: Vec<Format>,
    cells: Vec<CellStyle>,
    usual: CellStyle,
}

impl Default for Styles {
    fn default() -> Styles {
        let usual = CellStyle { format: 0, align: None, across: false, indent: 0, size: SIZE };
        Styles { formats: vec![Format::parse("General")], cells: Vec::new(), usual }
    }
}

impl Styles {
    pub fn of(root: Element) -> Styles {
        let mut styles = Styles::default();
        let list = |name: &str| root.child(name).into_iter().flat_map(|list| list.children());
        let codes: HashMap<u32, String> = list("numFmts")
            .filter_map(|format| {
                let id = format.attributes().number("numFmtId")?;
                Some((id, format.attribute("formatCode")?.into_owned()))
            })
            .collect();
        let sizes: Vec<f32> = list("fonts")
            .map(|font| {
                font.child("sz").and_then(|sz| sz.attributes().number("val")).unwrap_or(SIZE)
            })
            .collect();
        let mut known: HashMap<u32, usize> = HashMap::new();
        for style in list("cellXfs").filter(|xf| xf.name() == "xf") {
            let id: u32 = style.attributes().number("numFmtId").unwrap_or(0);
            let format = *known.entry(id).or_insert_with(|| {
                let code = codes.get(&id).map_or(built_in(id), String::as_str);
                styles.formats.push(Format::parse(code));
                styles.formats.len() - 1
            });
            let font: Option<usize> = style.attributes().number("fontId");
            let said = style.child("alignment").map(Element::attributes).unwrap_or_default();
            let horizontal = said.get("horizontal");
            let align = match horizontal.as_deref() {
                Some("center" | "centerContinuous" | "distributed") => Some(Align::Middle),
                Some("right") => Some(Align::Right),
                Some("left" | "fill" | "justify") => Some(Align::Left),
                _ => None,
            };
            styles.cells.push(CellStyle {
                format,
                align,
                across: horizontal.as_deref() == Some("centerContinuous"),
                indent: said.number("indent").unwrap_or(0),
                size: font
                    .and_then(|font| sizes.get(font))
                    .copied()
                    .unwrap_or(SIZE)
                    .clamp(1.0, 200.0),
            });
        }
        styles
    }

    /// The style of a cell.
    pub fn cell(&self, style: usize) -> &CellStyle {
        self.cells.get(style).unwrap_or(&self.usual)
    }
}

impl CellStyle {
    /// How a figure or a text is set in it.
    pub fn look(&self, is_figure: bool) -> Look {
        let usual = if is_figure { Align::Right } else { Align::Left };
        let align = self.align.unwrap_or(usual);
        let indent = if align == Align::Left { self.indent } else { 0 };
        Look { align, indent, size: self.size }
    }
}
