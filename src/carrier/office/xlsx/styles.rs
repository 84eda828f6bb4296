//! `styles.xml` in, what it says of cells out: number format, alignment, size.

use crate::carrier::flow::Align;
use crate::carrier::office::cells::{CellStyle, SIZE};
use crate::carrier::office::format::{Format, built_in};
use crate::carrier::xml::Element;
use std::collections::HashMap;
use std::rc::Rc;

/// The styles of a workbook.
#[derive(Debug, Default)]
pub(super) struct Styles {
    cells: Vec<CellStyle>,
    usual: CellStyle,
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
        let mut known: HashMap<u32, Rc<Format>> = HashMap::new();
        for style in list("cellXfs").filter(|xf| xf.name() == "xf") {
            let id: u32 = style.attributes().number("numFmtId").unwrap_or(0);
            let format = known.entry(id).or_insert_with(|| {
                Rc::new(Format::parse(codes.get(&id).map_or(built_in(id), String::as_str)))
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
                format: format.clone(),
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
