//! What style sheets and attributes say of an element, as far as it matters here: whether it is seen, how
//! its text is aligned and how large it is. Selectors of one step alone are read (`p`, `.hide`, `#a`,
//! `td.num`), and no rule for another medium than the screen.

use super::tree::{Id, Tree};
use crate::carrier::flow::Align;
use std::collections::HashMap;

/// Declarations of one element or selector.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Style {
    /// `display: none` or not; likewise what hides otherwise.
    pub hidden: Option<bool>,
    /// `text-align`.
    pub align: Option<Align>,
    /// `font-size`.
    pub size: Option<Size>,
    /// `text-indent`, in ems.
    pub indent: Option<f32>,
    /// Whether list items have no numbers.
    pub unmarked: bool,
    /// Whether a line is drawn through the text.
    pub struck: bool,
    /// Whether the text is raised.
    pub raised: bool,
    /// Whether the text is white.
    pub white: bool,
    /// Whether what lies under the text is not white.
    pub ground: bool,
}

/// A font size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Size {
    /// In points.
    Points(f32),
    /// As a share of the size around.
    Share(f32),
}

impl Size {
    /// The size in points, where text around has size `around`.
    pub fn within(self, around: f32) -> f32 {
        let size = match self {
            Size::Points(points) => points,
            Size::Share(share) => share * around,
        };
        size.clamp(0.0, 200.0)
    }
}

/// The rules of a page's style sheets, by selector.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    rules: HashMap<String, Style>,
}

impl Sheet {
    /// The style sheets that stand in the page.
    pub fn of(tree: &Tree) -> Sheet {
        let mut sheet = Sheet::default();
        for id in tree.within(0).filter(|&id| tree.name(id) == "style") {
            let medium = tree.attribute(id, "media").unwrap_or("all");
            if is_of_screen(medium) {
                sheet.read(&tree.all_text(id));
            }
        }
        sheet
    }

    fn read(&mut self, text: &str) {
        let text = without_comments(text);
        let mut rest = text.as_str();
        while let Some(open) = rest.find('{') {
            let selectors = rest[..open].rsplit(['}', ';']).next().unwrap_or_default();
            let selectors = selectors.trim();
            let body = &rest[open + 1..];
            if let Some(medium) = selectors.strip_prefix("@media") {
                // Rules for the screen are read like all others; those for print are passed over.
                rest = if is_of_screen(medium) { body } else { behind_block(body) };
                continue;
            }
            let end = body.find('}').unwrap_or(body.len());
            if !selectors.starts_with('@') {
                let mut style = Style::default();
                style.read(&body[..end]);
                if style != Style::default() {
                    for selector in selectors.split(',') {
                        let selector = selector.trim().to_ascii_lowercase();
                        self.rules.entry(selector).or_default().merge(&style);
                    }
                }
            }
            rest = &body[end..];
        }
    }

    /// What is said of an element: by its name, classes and id, then by its own attributes.
    pub fn style(&self, tree: &Tree, id: Id) -> Style {
        let name = tree.name(id);
        let mut style = Style::default();
        if !self.rules.is_empty() {
            let mut merge = |selector: &str| {
                if let Some(rule) = self.rules.get(selector) {
                    style.merge(rule);
                }
            };
            merge(name);
            for class in tree.attribute(id, "class").unwrap_or_default().split_ascii_whitespace() {
                let class = class.to_ascii_lowercase();
                merge(&format!(".{class}"));
                merge(&format!("{name}.{class}"));
            }
            if let Some(own) = tree.attribute(id, "id") {
                let own = own.to_ascii_lowercase();
                merge(&format!("#{own}"));
                merge(&format!("{name}#{own}"));
            }
        }
        match name {
            "center" => style.align = Some(Align::Middle),
            "h1" | "h2" | "h3" | "h4" if style.size.is_none() => {
                let share = match name {
                    "h1" => 2.0,
                    "h2" => 1.5,
                    "h3" => 1.17,
                    _ => 1.0,
                };
                style.size = Some(Size::Share(share));
            }
            "th" if style.align.is_none() => style.align = Some(Align::Middle),
            "font" => {
                let sizes = [7.5, 10.0, 12.0, 13.5, 18.0, 24.0, 36.0];
                let size = tree.attribute(id, "size").and_then(|size| size.trim().parse().ok());
                let size = size.and_then(|size: usize| sizes.get(size.checked_sub(1)?));
                style.size = size.map(|points| Size::Points(*points)).or(style.size);
            }
            _ => {}
        }
        if let Some(align) = tree.attribute(id, "align").and_then(align_of)
            && !matches!(name, "table" | "img")
        {
            style.align = Some(align);
        }
        if tree.attribute(id, "hidden").is_some() {
            style.hidden = Some(true);
        }
        // White text of a sheet may stand on what another rule, which is not read, paints under it.
        style.white = false;
        style.ground |= tree.attribute(id, "bgcolor").is_some_and(|color| !is_white(color));
        if let Some(own) = tree.attribute(id, "style") {
            style.read(own);
        }
        style
    }
}

impl Style {
    fn merge(&mut self, other: &Style) {
        self.hidden = other.hidden.or(self.hidden);
        self.align = other.align.or(self.align);
        self.size = other.size.or(self.size);
        self.indent = other.indent.or(self.indent);
        self.unmarked |= other.unmarked;
        self.struck |= other.struck;
        self.raised |= other.raised;
        self.white |= other.white;
        self.ground |= other.ground;
    }

    /// Reads declarations: `text-align: center; font-size: 22pt`.
    fn read(&mut self, declarations: &str) {
        // What takes a box out of sight together: its place, or its size and that nothing runs over.
        let (mut is_placed, mut is_beyond, mut tiny, mut cut) = (false, false, 0, false);
        for declaration in declarations.split(';') {
            let Some((property, value)) = declaration.split_once(':') else { continue };
            let value = value.to_ascii_lowercase();
            let value = value.trim().trim_end_matches("!important").trim_end();
            match property.trim().to_ascii_lowercase().as_str() {
                "display" => self.hidden = Some(value == "none"),
                "visibility" if matches!(value, "hidden" | "collapse") => self.hidden = Some(true),
                "mso-hide" if value == "all" => self.hidden = Some(true),
                "opacity" if value.parse::<f32>().is_ok_and(|share| share < 0.01) => {
                    self.hidden = Some(true);
                }
                "clip" if value.starts_with("rect") => {
                    let edges = value.split(|c: char| !c.is_ascii_digit());
                    let is_small = |edge: &str| matches!(edge, "0" | "1");
                    cut |= edges.filter(|edge| !edge.is_empty()).all(is_small);
                }
                "clip-path" => cut |= value.contains("inset(50%") || value.contains("inset(100%"),
                "position" => is_placed = matches!(value, "absolute" | "fixed"),
                "left" | "right" | "top" | "bottom" => is_beyond |= is_far(value),
                "width" | "height" | "max-width" | "max-height" => {
                    tiny += u8::from(matches!(size_of(value), Some(Size::Points(p)) if p < 1.0));
                }
                "overflow" if value == "hidden" => tiny += 1,
                "text-decoration" | "text-decoration-line" => {
                    self.struck = value.contains("line-through");
                }
                "vertical-align" => self.raised = matches!(value, "super" | "text-top"),
                "color" => self.white = is_white(value),
                "background" | "background-color" | "background-image" => {
                    self.ground = !is_white(value) && !matches!(value, "none" | "transparent");
                }
                "text-align" => self.align = align_of(value).or(self.align),
                "font-size" => {
                    self.size = size_of(value).or(self.size);
                    if self.size == Some(Size::Points(0.0)) {
                        self.hidden = Some(true);
                    }
                }
                "text-indent" if is_far(value) => self.hidden = Some(true),
                "text-indent" => {
                    self.indent = match size_of(value) {
                        Some(Size::Share(ems)) => Some(ems),
                        Some(Size::Points(points)) => Some(points / 12.0),
                        None => self.indent,
                    }
                }
                "list-style" | "list-style-type" if value.contains("none") => self.unmarked = true,
                _ => {}
            }
        }
        if is_placed && (is_beyond || cut) || tiny >= 2 && is_placed {
            self.hidden = Some(true);
        }
    }
}

/// Whether a place lies far beyond the edges of any window: -9999px.
fn is_far(value: &str) -> bool {
    matches!(size_of(value), Some(Size::Points(points)) if points < -400.0)
        || matches!(size_of(value), Some(Size::Share(ems)) if ems < -50.0)
}

/// Whether a colour is white, or none.
fn is_white(value: &str) -> bool {
    let value: String = value.to_ascii_lowercase().split_ascii_whitespace().collect();
    let is_clear = || value.strip_prefix("rgba(").is_some_and(|rest| rest.ends_with(",0)"));
    matches!(
        value.as_str(),
        "white" | "#fff" | "#ffffff" | "rgb(255,255,255)" | "rgba(255,255,255,1)" | "transparent"
    ) || is_clear()
}

fn align_of(value: &str) -> Option<Align> {
    match value.trim().to_ascii_lowercase().as_str() {
        "center" | "middle" | "-webkit-center" => Some(Align::Middle),
        "right" | "end" => Some(Align::Right),
        "left" | "justify" | "start" => Some(Align::Left),
        _ => None,
    }
}

fn size_of(value: &str) -> Option<Size> {
    let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let amount: f32 = number.trim().parse().ok()?;
    match value[number.len()..].trim() {
        "pt" => Some(Size::Points(amount)),
        "px" | "" => Some(Size::Points(0.75 * amount)),
        "em" | "rem" => Some(Size::Share(amount)),
        "%" => Some(Size::Share(amount / 100.0)),
        "cm" => Some(Size::Points(28.35 * amount)),
        "mm" => Some(Size::Points(2.835 * amount)),
        _ => None,
    }
}

/// Whether the rules for a medium hold on a screen.
fn is_of_screen(medium: &str) -> bool {
    let medium = medium.to_ascii_lowercase();
    medium.split(',').any(|medium| {
        let medium = medium.trim();
        // What depends on the width of a window is said of other windows.
        !medium.starts_with("print") && !medium.contains("width") && !medium.contains("not ")
    })
}

/// Behind a block whose inner blocks are closed.
fn behind_block(text: &str) -> &str {
    let mut open = 1usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            _ => continue,
        }
        if open == 0 {
            return &text[at + 1..];
        }
    }
    ""
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("/*") {
        out.push_str(before);
        rest = behind.split_once("*/").map_or("", |(_, behind)| behind);
    }
    out.push_str(rest);
    out.replace("<!--", "").replace("-->", "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Limits;

    #[test]
    fn what_takes_text_out_of_sight() {
        let said = |style: &str| {
            let page = format!("<p style='{style}'>1</p>");
            let tree = Tree::parse(&page, &Limits::default()).expect("within limits");
            let p = tree.within(0).find(|&id| tree.name(id) == "p").expect("a paragraph");
            Sheet::of(&tree).style(&tree, p)
        };
        for hidden in [
            "opacity:0",
            "position:absolute;left:-9999px",
            "text-indent:-999em",
            "position:absolute;clip:rect(0 0 0 0)",
            "position:absolute;clip-path:inset(50%)",
            "position:absolute;width:1px;height:1px;overflow:hidden",
        ] {
            assert_eq!(said(hidden).hidden, Some(true), "{hidden}");
        }
        for shown in [
            "opacity:0.8",
            "position:absolute;left:10px",
            "left:-9999px",
            "text-indent:-2em",
            "width:1px;overflow:hidden",
            "color:#fff",
        ] {
            assert_eq!(said(shown).hidden, None, "{shown}");
        }
        assert!(said("text-decoration: underline line-through").struck);
        assert!(said("vertical-align:super").raised && !said("vertical-align:top").raised);
        assert!(said("color: rgb(255, 255, 255)").white && said("color:rgba(0,0,0,0)").white);
        assert!(!said("color:#ffe").white && said("background:#036").ground);
    }

    #[test]
    fn what_is_said_of_an_element() {
        let page = "<style>/* a{} */ .no, td.x { display:none } @media print { p { display:none } .y { display:none } } \
            @media screen { .mid { text-align:center; font-size:22pt } }</style>\
            <p class='a no'>1</p><p class='mid'>2</p><p class='y'>3</p><p hidden>4</p><td>5</td><p align=right>6</p>";
        let tree = Tree::parse(page, &Limits::default()).expect("within limits");
        let sheet = Sheet::of(&tree);
        let said: Vec<_> = tree
            .within(0)
            .filter(|&id| tree.name(id) == "p")
            .map(|id| sheet.style(&tree, id))
            .map(|style| (style.hidden, style.align, style.size))
            .collect();
        let middle = (None, Some(Align::Middle), Some(Size::Points(22.0)));
        let right = (None, Some(Align::Right), None);
        let hidden = (Some(true), None, None);
        assert_eq!(said, [hidden, middle, (None, None, None), hidden, right]);
    }
}
