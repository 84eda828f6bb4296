//! `styles.xml` in; out what it says of paragraphs and runs, as far as it matters here: alignment, indent,
//! size, whether text is hidden or raised, and which list a paragraph belongs to.

use crate::carrier::flow::Align;
use crate::carrier::xml::Element;
use std::collections::HashMap;

/// A style is based on at most so many others, one after the other.
const LONGEST_CHAIN: usize = 30;

/// What is said of a paragraph.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Paragraph {
    /// How it is set.
    pub align: Option<Align>,
    /// Room at its left, in points.
    pub left: Option<f32>,
    /// How much further its first line begins, in points; less than zero where it hangs out.
    pub first: Option<f32>,
    /// The same two in hundredths of a character, which take precedence.
    pub left_chars: Option<f32>,
    pub first_chars: Option<f32>,
    /// The list it belongs to; 0 for none.
    pub list: Option<u32>,
    /// Its level in that list, from 0.
    pub level: Option<usize>,
}

/// What is said of a run of text.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Run {
    pub hidden: Option<bool>,
    /// Whether it is set in white.
    pub white: Option<bool>,
    /// Whether a ground of its own is behind it.
    pub shaded: Option<bool>,
    pub struck: Option<bool>,
    pub level: Option<Level>,
    /// How far it is lifted off its line, in points; less than zero where it is lowered.
    pub lift: Option<f32>,
    /// In points.
    pub size: Option<f32>,
}

/// Whether text stands on its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Line,
    Raised,
    Lowered,
}

#[derive(Debug, Default)]
struct Style {
    based_on: Option<String>,
    /// Whether it puts a ground behind anything.
    has_ground: bool,
    paragraph: Paragraph,
    run: Run,
}

/// The styles of a document.
#[derive(Debug, Default)]
pub(super) struct Styles {
    by_id: HashMap<String, Style>,
    /// The style of paragraphs that name none.
    usual: Option<String>,
    defaults: (Paragraph, Run),
}

impl Styles {
    pub fn of(root: Element) -> Styles {
        let mut styles = Styles::default();
        for child in root.children() {
            match child.name() {
                "docDefaults" => {
                    let of = |outer: &str, inner: &str| child.child(outer)?.child(inner);
                    if let Some(properties) = of("pPrDefault", "pPr") {
                        styles.defaults.0 = paragraph(properties);
                    }
                    if let Some(properties) = of("rPrDefault", "rPr") {
                        styles.defaults.1 = run(properties);
                    }
                }
                "style" => {
                    let Some(id) = child.attribute("styleId") else { continue };
                    let is_usual = child.attribute("default").is_some_and(|v| is_on(Some(&v)));
                    if is_usual && child.attribute("type").as_deref() == Some("paragraph") {
                        styles.usual = Some(id.clone().into_owned());
                    }
                    let style = Style {
                        based_on: child.child("basedOn").and_then(value),
                        has_ground: child.descendants().any(|e| has_ground(e) == Some(true)),
                        paragraph: child.child("pPr").map(paragraph).unwrap_or_default(),
                        run: child.child("rPr").map(run).unwrap_or_default(),
                    };
                    styles.by_id.insert(id.into_owned(), style);
                }
                _ => {}
            }
        }
        styles
    }

    /// What the style of a paragraph says of it and of its runs.
    pub fn paragraph(&self, id: Option<&str>) -> (Paragraph, Run) {
        let (mut paragraph, mut run) = self.defaults.clone();
        for style in self.chain(id.or(self.usual.as_deref())).iter().rev() {
            paragraph = paragraph.with(&style.paragraph);
            run = run.with(&style.run);
        }
        (paragraph, run)
    }

    /// What a style of characters says.
    pub fn run(&self, id: &str) -> Run {
        let chain = self.chain(Some(id));
        chain.iter().rev().fold(Run::default(), |run, style| run.with(&style.run))
    }

    /// Whether a style puts a ground behind anything.
    pub fn has_ground(&self, id: Option<&str>) -> bool {
        self.chain(id).iter().any(|style| style.has_ground)
    }

    /// The style and those it is based on, the nearest first.
    fn chain(&self, id: Option<&str>) -> Vec<&Style> {
        let mut chain = Vec::new();
        let mut next = id;
        while let Some(style) = next.and_then(|id| self.by_id.get(id)) {
            if chain.len() >= LONGEST_CHAIN {
                break;
            }
            chain.push(style);
            next = style.based_on.as_deref();
        }
        chain
    }
}

impl Paragraph {
    /// What is said here, and where nothing is, what `self` says.
    pub fn with(&self, over: &Paragraph) -> Paragraph {
        Paragraph {
            align: over.align.or(self.align),
            left: over.left.or(self.left),
            first: over.first.or(self.first),
            left_chars: over.left_chars.or(self.left_chars),
            first_chars: over.first_chars.or(self.first_chars),
            list: over.list.or(self.list),
            level: over.level.or(self.level),
        }
    }

    /// How far its first line begins from the left, in characters of this size.
    pub fn indent(&self, size: f32) -> f32 {
        let chars = |hundredths: Option<f32>, points: Option<f32>| match hundredths {
            Some(hundredths) if hundredths != 0.0 => hundredths / 100.0,
            _ => points.unwrap_or(0.0) / size.max(1.0),
        };
        chars(self.left_chars, self.left) + chars(self.first_chars, self.first)
    }
}

impl Run {
    /// What is said here, and where nothing is, what `self` says.
    pub fn with(&self, over: &Run) -> Run {
        Run {
            hidden: over.hidden.or(self.hidden),
            white: over.white.or(self.white),
            shaded: over.shaded.or(self.shaded),
            struck: over.struck.or(self.struck),
            level: over.level.or(self.level),
            lift: over.lift.or(self.lift),
            size: over.size.or(self.size),
        }
    }
}

/// The `val` of an element.
pub(super) fn value(element: Element) -> Option<String> {
    element.attribute("val").map(|value| value.into_owned())
}

/// Whether a switch is on: it is where it says nothing.
fn is_on(value: Option<&str>) -> bool {
    !matches!(value, Some("0" | "false" | "off"))
}

/// Whether an element that is a switch is there and on.
pub(super) fn switch(parent: Element, name: &str) -> Option<bool> {
    parent.child(name).map(|element| is_on(element.attribute("val").as_deref()))
}

/// Whether what has these properties stands on a ground that is not white.
pub(super) fn has_ground(properties: Element) -> Option<bool> {
    let shading = properties.child("shd")?;
    let is_plain = shading.attribute("fill").is_none_or(|fill| fill == "auto");
    let is_clear = shading.attribute("val").is_none_or(|val| matches!(&*val, "clear" | "nil"));
    Some(!(is_clear && (is_plain || is_white(shading, "fill"))))
}

fn is_white(element: Element, attribute: &str) -> bool {
    element.attribute(attribute).is_some_and(|color| color.eq_ignore_ascii_case("FFFFFF"))
}

/// What `pPr` says.
pub(super) fn paragraph(properties: Element) -> Paragraph {
    let align = properties.child("jc").and_then(value).map(|value| match value.as_str() {
        "center" | "distribute" | "thaiDistribute" => Align::Middle,
        "right" | "end" => Align::Right,
        _ => Align::Left,
    });
    let indent = properties.child("ind").map(Element::attributes).unwrap_or_default();
    let twips = |name: &str| indent.number::<f32>(name).map(|twips| twips / 20.0);
    let hanging = |value: Option<f32>| value.map(|value| -value);
    let list = properties.child("numPr");
    let number = |name: &str| list?.child(name)?.attributes().number("val");
    Paragraph {
        align,
        left: twips("left").or_else(|| twips("start")),
        first: hanging(twips("hanging")).or_else(|| twips("firstLine")),
        left_chars: indent.number("leftChars").or_else(|| indent.number("startChars")),
        first_chars: hanging(indent.number("hangingChars"))
            .or_else(|| indent.number("firstLineChars")),
        list: number("numId"),
        level: number("ilvl").map(|level| level as usize),
    }
}

/// What `rPr` says; a style of characters that it names is left to the caller.
pub(super) fn run(properties: Element) -> Run {
    let half_points = |name| properties.child(name)?.attributes().number::<f32>("val");
    Run {
        hidden: switch(properties, "vanish"),
        white: properties.child("color").map(|color| is_white(color, "val")),
        shaded: has_ground(properties).or_else(|| {
            let highlight = properties.child("highlight").and_then(value)?;
            Some(!matches!(highlight.as_str(), "none" | "white"))
        }),
        struck: switch(properties, "dstrike").or_else(|| switch(properties, "strike")),
        level: properties.child("vertAlign").map(|align| match align.attribute("val").as_deref() {
            Some("superscript") => Level::Raised,
            Some("subscript") => Level::Lowered,
            _ => Level::Line,
        }),
        lift: half_points("position").map(|half_points| half_points / 2.0),
        size: half_points("sz").map(|half_points| (half_points / 2.0).clamp(1.0, 200.0)),
    }
}
