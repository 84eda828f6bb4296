//! What layers of a page draw in, runs, rules, fills and images out.

use super::POINTS;
use super::paint::{Path, Transform, lightness, numbers};
use super::text::runs;
use crate::carrier::page::{Ink, Page};
use crate::carrier::rules::Painted;
use crate::carrier::within;
use crate::carrier::xml::Element;
use crate::error::Error;
use crate::geom::{Point, Rect};
use crate::options::Limits;
use std::collections::HashMap;

/// Paint lighter than this is not seen on white paper.
const WHITE: f32 = 0.98;
/// How thick a line is that states no width, in millimetres.
const LINE: f32 = 0.353;

/// What the document keeps for its pages to refer to, by id.
#[derive(Default)]
pub(super) struct Resources<'t, 'a> {
    /// Drawings that pages show as one object (`CompositeGraphicUnit`).
    pub units: HashMap<String, Element<'t, 'a>>,
    /// Colours and widths (`DrawParam`).
    pub params: HashMap<String, Element<'t, 'a>>,
}

impl<'t, 'a> Resources<'t, 'a> {
    /// Adds those of a list.
    pub fn add(&mut self, list: Element<'t, 'a>) {
        for element in list.descendants() {
            let of_kind = match element.name() {
                "CompositeGraphicUnit" | "CompositeGraphUnit" | "VectorG" => &mut self.units,
                "DrawParam" => &mut self.params,
                _ => continue,
            };
            if let Some(id) = element.attribute("ID") {
                of_kind.insert(id.into_owned(), element);
            }
        }
    }
}

/// Drawings within drawings are followed so deep.
const DEEPEST: usize = 4;

/// The layers of a page or template.
pub(super) struct Layers<'t, 'a>(Vec<Element<'t, 'a>>);

impl<'t, 'a> Layers<'t, 'a> {
    pub fn of(root: Element<'t, 'a>) -> Layers<'t, 'a> {
        let content = root.children().filter(|e| e.name() == "Content");
        Layers(
            content
                .flat_map(|content| content.children())
                .filter(|e| e.name() == "Layer")
                .collect(),
        )
    }
}

/// A page that is being drawn.
pub(super) struct PageContent<'l> {
    pub limits: &'l Limits,
    pub page: Page,
    pub painted: Painted,
    /// What the page calls its top left corner, in millimetres.
    pub origin: [f32; 2],
    pub whole: Rect,
    /// What the page refers to by id: its own, then that of the document.
    pub resources: [&'l Resources<'l, 'l>; 2],
    /// How many drawings the page has shown.
    pub shown: u64,
}

impl PageContent<'_> {
    /// Draws layers.
    pub fn layers(&mut self, layers: Layers) -> Result<(), Error> {
        let place = Transform::shift(-self.origin[0], -self.origin[1]);
        layers.0.into_iter().try_for_each(|layer| self.objects(layer, &place))
    }

    /// Draws the text of what was put on the page, and nothing of its frame.
    pub fn words_of(&mut self, appearance: Element) -> Result<(), Error> {
        let [x, y, ..] = boundary(appearance).unwrap_or_default();
        let place = Transform::shift(x - self.origin[0], y - self.origin[1]);
        appearance.all("TextObject").try_for_each(|object| self.text(object, &place))
    }

    pub fn finish(mut self) -> Page {
        (self.page.rules, self.page.fills) = self.painted.finish();
        self.page
    }

    /// Draws what stands in a layer or block. Blocks are as deep as the document's tree may be.
    fn objects(&mut self, block: Element, place: &Transform) -> Result<(), Error> {
        let mut open: Vec<(Element, Transform, usize)> = vec![(block, *place, 0)];
        while let Some((block, place, depth)) = open.pop() {
            for object in block.children() {
                match object.name() {
                    "PageBlock" => open.push((object, place, depth)),
                    "CompositeObject" if depth < DEEPEST => {
                        let id = object.attribute("ResourceID").unwrap_or_default();
                        let content =
                            self.resources.iter().find_map(|r| r.units.get(&*id)?.child("Content"));
                        let is_seen = self.seen(object, "FillColor", true).is_some();
                        if let Some(content) = content.filter(|_| is_seen) {
                            self.shown += 1;
                            within("max-page-rules", self.shown, self.limits.page_rules.into())?;
                            open.push((content, own_place(object, &place), depth + 1));
                        }
                    }
                    "TextObject" => self.text(object, &place)?,
                    "PathObject" => self.path(object, &place)?,
                    "ImageObject" => {
                        let image = boundary(object).map(|b| corners(&b, &place));
                        self.page.images.extend(image.and_then(|b| b.intersection(&self.whole)));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn text(&mut self, object: Element, place: &Transform) -> Result<(), Error> {
        let ink = match self.seen(object, "FillColor", true) {
            // Text may be drawn by its outline alone.
            None => self.seen(object, "StrokeColor", false),
            seen => seen,
        };
        let ink = match ink {
            Some(lightness) => Ink::Seen { lightness },
            None => Ink::Invisible,
        };
        let place = own_place(object, place);
        let runs = runs(object, &place, ink, &self.whole);
        self.page.runs.extend(runs);
        let glyphs: usize = self.page.runs.iter().map(|run| run.edges.len()).sum();
        within("max-page-glyphs", glyphs as u64, self.limits.page_glyphs.into())
    }

    /// How light a paint is over white paper; `None` where nothing is painted. One that neither the object nor what it
    /// refers to states is black where `usual` says so.
    fn seen(&self, object: Element, paint: &str, usual: bool) -> Option<f32> {
        if object.attribute("Visible").is_some_and(|v| v.eq_ignore_ascii_case("false")) {
            return None;
        }
        let alpha = |element: Element| {
            element.attributes().number::<f32>("Alpha").map_or(1.0, |a| (a / 255.0).clamp(0.0, 1.0))
        };
        let params = || {
            let id = object.attribute("DrawParam")?;
            self.resources.iter().find_map(|r| r.params.get(&*id)?.child(paint))
        };
        let Some(color) = object.child(paint).or_else(params) else {
            let alpha = alpha(object);
            return (usual && alpha > 0.01).then_some(1.0 - alpha);
        };
        let alpha = alpha(object) * alpha(color);
        let lightness = color.attribute("Value").map_or(0.0, |value| lightness(&value));
        (alpha > 0.01).then_some(1.0 - alpha * (1.0 - lightness))
    }

    fn path(&mut self, object: Element, place: &Transform) -> Result<(), Error> {
        let is_on = |name: &str, usual: bool| {
            object.attribute(name).map_or(usual, |value| value.eq_ignore_ascii_case("true"))
        };
        let stroked = self.seen(object, "StrokeColor", true).filter(|_| is_on("Stroke", true));
        let filled = self.seen(object, "FillColor", true).filter(|_| is_on("Fill", false));
        if stroked.is_none_or(|l| l > WHITE) && filled.is_none_or(|l| l > WHITE) {
            return Ok(());
        }
        let Some(data) = object.child("AbbreviatedData") else { return Ok(()) };
        let place = own_place(object, place);
        let most = self.limits.page_rules as usize;
        let path = Path::parse(&data.text(), &in_points(&place), most);
        if stroked.is_some_and(|lightness| lightness <= WHITE) {
            let width: f32 = object.attributes().number("LineWidth").unwrap_or(LINE);
            let width = (width * place.scale() * POINTS).abs();
            for (a, b) in &path.lines {
                self.painted.stroke(*a, *b, width, &self.whole);
            }
        }
        if filled.is_some_and(|lightness| lightness <= WHITE) {
            for rect in path.shapes.iter().filter_map(|shape| upright(shape)) {
                self.painted.fill(rect, &self.whole);
            }
        }
        within("max-page-rules", self.painted.len() as u64, self.limits.page_rules.into())
    }
}

/// Where an object's own coordinates stand on the page, in millimetres.
fn own_place(object: Element, place: &Transform) -> Transform {
    let own = object.attribute("CTM").and_then(|ctm| Transform::parse(&ctm));
    let [x, y, ..] = boundary(object).unwrap_or_default();
    place.after(&Transform::shift(x, y)).after(&own.unwrap_or(Transform::NONE))
}

/// The same in points.
pub(super) fn in_points(place: &Transform) -> Transform {
    Transform(place.0.map(|v| v * POINTS))
}

/// The box of an object: x, y, width, height in millimetres.
pub(super) fn boundary(object: Element) -> Option<[f32; 4]> {
    numbers(&object.attribute("Boundary")?).get(..4)?.try_into().ok()
}

fn corners([x, y, width, height]: &[f32; 4], place: &Transform) -> Rect {
    let place = in_points(place);
    let ((x0, y0), (x1, y1)) = (place.apply(*x, *y), place.apply(x + width, y + height));
    Rect::new(x0.min(x1), y0.min(y1), x0.max(x1), y0.max(y1))
}

/// The box of a shape whose sides are all upright or level.
fn upright(shape: &[Point]) -> Option<Rect> {
    let is_straight = shape.windows(2).all(|pair| {
        let (dx, dy) = ((pair[0].x - pair[1].x).abs(), (pair[0].y - pair[1].y).abs());
        dx.min(dy) <= 0.5
    });
    let first = shape.first()?;
    let all = shape.iter().fold(Rect::new(first.x, first.y, first.x, first.y), |all, p| {
        Rect::new(all.x0.min(p.x), all.y0.min(p.y), all.x1.max(p.x), all.y1.max(p.y))
    });
    (is_straight && shape.len() <= 5).then_some(all)
}
