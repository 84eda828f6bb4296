//! What style sheets and attributes say of an element, as far as it matters here: whether it is seen, how
//! its text is aligned and how large it is, whether it is struck out or raised. Selectors by name, class and id are
//! read (`td.num`, `#a .hide`, `table > tr`), others (`:hover`, `[type]`, `a + b`) match nothing, and no rule for another
//! medium than the screen is read.

use super::selector::Selector;
use super::tree::{Id, Tree};
use crate::carrier::flow::Align;
use std::cell::Cell;
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
    /// `text-decoration`: whether the text is struck out.
    pub struck: Option<bool>,
    /// `vertical-align`: how the text stands to its line.
    pub level: Option<Level>,
    /// Whether the text is white.
    pub white: bool,
    /// Whether what lies under the text is not white.
    pub ground: bool,
    /// `visibility: collapse`, which takes a column out.
    pub is_collapsed: bool,
    /// `display: table-row` and the like.
    pub part: Option<Part>,
    /// Whether the element's own style alone hides it, by `visibility` or `opacity`, as pages hide what a script shows
    /// once it is there.
    pub is_faded: bool,
    /// `content`, which counts for what is printed before and behind an element.
    content: Option<String>,
    /// What is printed before the content (`::before`), …
    pub before: Option<String>,
    /// … and behind it (`::after`).
    pub after: Option<String>,
}

/// What part of a table an element is, by `display`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Table,
    Head,
    Body,
    Foot,
    Row,
    Cell,
}

impl Part {
    /// What an element is by its name; nothing for those that mean no part of a table.
    pub fn of_name(name: &str) -> Option<Part> {
        Some(match name {
            "table" => Part::Table,
            "thead" => Part::Head,
            "tbody" => Part::Body,
            "tfoot" => Part::Foot,
            "tr" => Part::Row,
            "td" | "th" => Part::Cell,
            _ => return None,
        })
    }

    fn of_display(value: &str) -> Option<Part> {
        Some(match value {
            "table" | "inline-table" => Part::Table,
            "table-header-group" => Part::Head,
            "table-row-group" => Part::Body,
            "table-footer-group" => Part::Foot,
            "table-row" => Part::Row,
            "table-cell" => Part::Cell,
            _ => return None,
        })
    }
}

/// How text stands to its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Level {
    #[default]
    Line,
    Raised,
    Lowered,
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

/// So many elements around and before others are compared with selectors in all, for what no page needs takes no end.
const COMPARED: u64 = 20_000_000;

/// The rules of a page's style sheets.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    rules: Vec<(Selector, Style)>,
    /// Which of them end in this name, class or id.
    by_key: HashMap<String, Vec<usize>>,
    /// The number of each selector.
    known: HashMap<Selector, usize>,
    compared: Cell<u64>,
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
                        self.add(selector, &style);
                    }
                }
            }
            rest = &body[end..];
        }
    }

    fn add(&mut self, selector: &str, style: &Style) {
        let selector = selector.trim();
        let beside = |end: &str| {
            let before = selector.strip_suffix(end)?;
            Some(before.strip_suffix(':').unwrap_or(before))
        };
        // Of what is printed beside an element only the text is read: all else there is none of the element's.
        let content = || style.content.clone().filter(|_| style.hidden != Some(true));
        let (selector, style) = match (beside(":before"), beside(":after")) {
            (Some(of), _) => (of, &Style { before: content(), ..Style::default() }),
            (_, Some(of)) => (of, &Style { after: content(), ..Style::default() }),
            _ => (selector, &Style { content: None, ..style.clone() }),
        };
        let Some(selector) = Selector::parse(selector) else { return };
        let number = *self.known.entry(selector.clone()).or_insert_with(|| {
            let key = selector.key().to_owned();
            self.by_key.entry(key).or_default().push(self.rules.len());
            self.rules.push((selector, Style::default()));
            self.rules.len() - 1
        });
        self.rules[number].1.merge(style);
    }

    /// What the rules say of an element, the most particular last.
    fn ruled(&self, tree: &Tree, id: Id) -> Style {
        let mut found: Vec<usize> = Vec::new();
        let mut look = |key: &str| {
            for &number in self.by_key.get(key).into_iter().flatten() {
                let left = COMPARED.saturating_sub(self.compared.get());
                let (is_of, steps) = self.rules[number].0.is_of(tree, id, left);
                self.compared.set(self.compared.get() + steps);
                if is_of {
                    found.push(number);
                }
            }
        };
        look("*");
        look(tree.name(id));
        for class in tree.attribute(id, "class").unwrap_or_default().split_ascii_whitespace() {
            look(&format!(".{}", class.to_ascii_lowercase()));
        }
        if let Some(own) = tree.attribute(id, "id") {
            look(&format!("#{}", own.to_ascii_lowercase()));
        }
        found.sort_by_key(|&number| (self.rules[number].0.weight(), number));
        found.dedup();
        found.into_iter().fold(Style::default(), |mut style, number| {
            style.merge(&self.rules[number].1);
            style
        })
    }

    /// What is said of an element: by its name, classes and id, then by its own attributes.
    pub fn style(&self, tree: &Tree, id: Id) -> Style {
        let name = tree.name(id);
        let mut style = if self.rules.is_empty() { Style::default() } else { self.ruled(tree, id) };
        match name {
            "s" | "strike" => style.struck = style.struck.or(Some(true)),
            "sup" => style.level = style.level.or(Some(Level::Raised)),
            "sub" => style.level = style.level.or(Some(Level::Lowered)),
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
            let was_hidden = style.hidden == Some(true);
            style.read(own);
            style.is_faded = !was_hidden && is_faded(own);
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
        self.struck = other.struck.or(self.struck);
        self.level = other.level.or(self.level);
        self.white |= other.white;
        self.ground |= other.ground;
        self.is_collapsed |= other.is_collapsed;
        self.part = other.part.or(self.part);
        self.before = other.before.clone().or(self.before.take());
        self.after = other.after.clone().or(self.after.take());
    }

    /// Reads declarations: `text-align: center; font-size: 22pt`.
    fn read(&mut self, declarations: &str) {
        let (mut is_placed, mut is_far) = (false, false);
        let (mut is_box, mut is_clipped, mut is_nothing) = (false, false, false);
        for declaration in declarations.split(';') {
            let Some((property, value)) = declaration.split_once(':') else { continue };
            let value = value.to_ascii_lowercase();
            let value = value.trim().trim_end_matches("!important").trim_end();
            match property.trim().to_ascii_lowercase().as_str() {
                "display" => {
                    self.hidden = Some(value == "none");
                    self.part = Part::of_display(value);
                    is_box = matches!(value, "block" | "inline-block");
                }
                "visibility" if matches!(value, "hidden" | "collapse") => {
                    self.hidden = Some(true);
                    self.is_collapsed = value == "collapse";
                }
                "overflow" => is_clipped = matches!(value, "hidden" | "clip"),
                "width" | "height" | "max-width" | "max-height" => {
                    is_nothing |= size_of(value) == Some(Size::Points(0.0));
                }
                "content" => {
                    self.content = value
                        .strip_prefix(['"', '\''])
                        .and_then(|value| value.strip_suffix(['"', '\'']))
                        .map(str::to_owned);
                }
                "mso-hide" if value == "all" => self.hidden = Some(true),
                "opacity" if value.parse() == Ok(0.0f32) => self.hidden = Some(true),
                "clip" if value.starts_with("rect(0") || value.starts_with("rect(1px") => {
                    self.hidden = Some(true);
                }
                "clip-path" if matches!(value, "inset(50%)" | "inset(100%)") => {
                    self.hidden = Some(true);
                }
                "position" => is_placed = matches!(value, "absolute" | "fixed"),
                "left" | "top" | "margin-left" | "margin-top" => {
                    is_far |= size_of(value).is_some_and(is_far_out);
                }
                "text-decoration" | "text-decoration-line" => {
                    self.struck = Some(value.contains("line-through"));
                }
                "vertical-align" => {
                    self.level = match value {
                        "super" => Some(Level::Raised),
                        "sub" => Some(Level::Lowered),
                        "baseline" => Some(Level::Line),
                        _ => self.level,
                    }
                }
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
                "text-indent" if size_of(value).is_some_and(is_far_out) => self.hidden = Some(true),
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
        // What is put far beside the page is there for programs that read aloud.
        if is_placed && is_far || (is_box || is_placed) && is_clipped && is_nothing {
            self.hidden = Some(true);
        }
    }
}

/// Whether of all that may hide an element declarations have `visibility` or `opacity` alone.
fn is_faded(declarations: &str) -> bool {
    let fades = |declaration: &str| {
        let mut parts = declaration.split(':').map(str::trim);
        let property = parts.next().unwrap_or_default();
        ["visibility", "opacity"].iter().any(|fade| property.eq_ignore_ascii_case(fade))
    };
    let others: Vec<&str> = declarations.split(';').filter(|own| !fades(own)).collect();
    let mut style = Style::default();
    style.read(&others.join(";"));
    style.hidden != Some(true)
}

/// Whether what stands so far to the left or above is off the page.
fn is_far_out(size: Size) -> bool {
    match size {
        Size::Points(points) => points <= -300.0,
        Size::Share(share) => share <= -30.0,
    }
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
    fn what_is_said_of_an_element() {
        let page = "<style>/* a{} */ .no, td.x { display:none } @media print { p { display:none } .y { display:none } } \
            @media screen { .mid { text-align:center; font-size:22pt } } div > .b p.in { display: none } \
            #x p.in:hover { display: none } .far { position: absolute; left: -9999px }</style>\
            <div><b class=b><p class='in'>0</p></b></div><p class='in'>0</p><p class=far>0</p><p class='a no'>1</p><p class='mid'>2</p><p class='y'>3</p><p hidden>4</p><td>5</td><p align=right>6</p>";
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
        let plain = (None, None, None);
        assert_eq!(said, [hidden, plain, hidden, hidden, middle, plain, hidden, right]);
    }
}
