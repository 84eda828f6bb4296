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

/// A font, as far as it tells of figures.
struct Font {
    size: f32,
    is_struck: bool,
    is_white: bool,
}

impl Font {
    fn of(element: Element) -> Font {
        let size = element.child("sz").and_then(|sz| sz.attributes().number("val"));
        let strike = element.child("strike").map(|strike| strike.attribute("val"));
        let is_on = |value: Option<std::borrow::Cow<str>>| {
            value.is_none_or(|value| !matches!(&*value, "0" | "false"))
        };
        Font {
            size: size.unwrap_or(SIZE),
            is_struck: strike.is_some_and(is_on),
            is_white: element.child("color").is_some_and(is_white),
        }
    }
}

/// Whether a colour is white: named by itself, as the ninth of the old palette, or as a theme's first, untinted.
fn is_white(color: Element) -> bool {
    let is_of = |name: &str, values: &[&str]| {
        color.attribute(name).is_some_and(|value| values.contains(&&*value.to_ascii_uppercase()))
    };
    is_of("rgb", &["FFFFFFFF", "00FFFFFF", "FFFFFF"])
        || is_of("indexed", &["1", "9"])
        || is_of("theme", &["0"]) && color.attribute("tint").is_none()
}

/// Whether a fill is seen under what stands on it.
fn has_ground(fill: Element) -> bool {
    let Some(pattern) = fill.child("patternFill") else { return true };
    let is_none = pattern.attribute("patternType").is_none_or(|kind| kind == "none");
    !is_none && !pattern.child("fgColor").is_some_and(is_white)
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
        let fonts: Vec<Font> = list("fonts").map(Font::of).collect();
        let has_ground: Vec<bool> = list("fills").map(has_ground).collect();
        let mut known: HashMap<u32, Rc<Format>> = HashMap::new();
        for style in list("cellXfs").filter(|xf| xf.name() == "xf") {
            let id: u32 = style.attributes().number("numFmtId").unwrap_or(0);
            let format = known.entry(id).or_insert_with(|| {
                Rc::new(Format::parse(codes.get(&id).map_or(built_in(id), String::as_str)))
            });
            let font = style.attributes().number("fontId").and_then(|id: usize| fonts.get(id));
            let fill = style.attributes().number("fillId").map(|id: usize| has_ground.get(id));
            let has_ground = fill.flatten().is_some_and(|has_ground| *has_ground);
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
                size: font.map_or(SIZE, |font| font.size).clamp(1.0, 200.0),
                is_struck: font.is_some_and(|font| font.is_struck),
                is_white: font.is_some_and(|font| font.is_white) && !has_ground,
            });
        }
        styles
    }

    /// The style of a cell.
    pub fn cell(&self, style: usize) -> &CellStyle {
        self.cells.get(style).unwrap_or(&self.usual)
    }
}
