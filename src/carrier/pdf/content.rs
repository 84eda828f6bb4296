//! Content streams in, a [`Sheet`] out: what a page draws, with places on the page as seen.
//!
//! This walks the operators itself, instead of being a `Device` of hayro-interpret, because a device
//! is not told which font dictionary draws a glyph, and without it a lost character can't be found
//! again. It paints nothing: no images are decoded, no Type 3 glyphs drawn, no patterns run.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use hayro_font::kurbo::{Affine, Point as At, Rect as Area};
use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction as Op;
use hayro_syntax::object::{Array, Dict, Name, Number, Object, ObjectIdentifier, Stream};
use hayro_syntax::page::Resources;
use hayro_syntax::xref::XRef;

use crate::carrier::page::Ink;
use crate::carrier::pdf::budget::Budget;
use crate::carrier::pdf::colors::Space;
use crate::carrier::pdf::fields::{Fields, Words, strikes};
use crate::carrier::pdf::fonts::{FontId, Shelf};
use crate::carrier::pdf::runs::{Drawn, Glyph};
use crate::carrier::rules::Painted;
use crate::geom::{Point, Rect};
use crate::options::Limits;

/// Paint lighter than this is not seen on white paper.
const WHITE: f32 = 0.98;
/// Paint more transparent than this is not seen at all.
const TRANSPARENT: f32 = 0.01;
/// A glyph with less than this part of its em box inside the page and the clip is not seen.
const SHOWN: f32 = 0.2;
/// Text lighter than this is held against what lies under it: it may be white on a dark header.
const LIGHT: f32 = 0.8;
/// How many of the areas painted last are looked through for what lies under a glyph.
const GROUNDS: usize = 1_000;
/// How many glyphs are held against what was painted over them, on one page.
const COVERED_GLYPHS: usize = 20_000_000;
/// Paint at least this opaque hides what lies under it.
const OPAQUE: f32 = 0.99;
/// The lightness of an image, of which nothing is known: light text on it counts as seen.
const IMAGE: f32 = 0.5;
/// How many graphics states may be saved at once.
const STATES: usize = 10_000;
/// How many operators a page may have, those of its forms counted at each use.
const OPERATORS: u64 = 5_000_000;
/// What the use of a form costs besides, in operators; and how many of its bytes cost one more.
const FORM: u64 = 50;
const FORM_BYTES: u64 = 64;
/// How many points a path may have; more is a drawing, not a table.
const PATH_POINTS: usize = 1_000_000;
/// A drawing is dark if it is no lighter than this; seals are red.
const DARK: f32 = 0.4;
/// Heights of drawings that may be characters, in points; and how many of the tallest's ems a path may be wide.
const DRAWING: (f32, f32) = (4.0, 40.0);
const MOST_CHARACTERS: f32 = 4.0;
/// How deep expressions of visibility may be nested.
const EXPRESSION: usize = 8;
/// Of how many areas in one path each may cover text.
const COVERING: usize = 64;
/// Room between the box of a field and its text, in units of the page.
const INSET: f64 = 2.0;
/// From one line of such a text to the next, in ems.
const LEADING: f64 = 1.2;

/// What one page shows, as it is drawn.
pub(super) struct Sheet {
    /// Glyphs, in drawing order.
    pub drawn: Drawn,
    /// Strokes and filled areas.
    pub painted: Painted,
    /// Boxes of images, in drawing order.
    pub images: Vec<Rect>,
    /// Boxes of small dark drawings.
    pub drawings: Vec<Rect>,
    /// What lies under later text: filled areas and images, with their lightness, in drawing order.
    grounds: Vec<(Rect, f32)>,
    /// What lies over earlier text: opaque areas and pictures, each with how many glyphs were drawn before it.
    covers: Vec<Cover>,
    /// Fields that hide their value or show another figure: where, the value, and what is shown.
    pub unlike: Vec<(Rect, String, String)>,
    /// The limit that was reached, by name and value; reading stopped there.
    pub limit: Option<(&'static str, u64)>,
    /// Whether the page was left unfinished because its operators never ended.
    pub endless: bool,
    /// Whether a form draws itself, which it does once.
    pub circular: bool,
    /// Whether the page's content, or a font it names, is not in the document.
    pub incomplete: bool,
}

/// An opaque area that was painted after text.
#[derive(Debug, Clone, Copy)]
struct Cover {
    area: Rect,
    /// How many glyphs were drawn before it.
    after: usize,
    /// A picture: the text under it may be its text layer.
    is_picture: bool,
}

/// Layers (optional content groups) that are switched off.
struct Layers {
    off: HashSet<ObjectIdentifier>,
}

impl Layers {
    /// The layers of a document that its default configuration switches off.
    fn new(xref: &XRef) -> Layers {
        let mut off = HashSet::new();
        let properties = xref
            .get::<Dict<'_>>(xref.root_id())
            .and_then(|catalog| catalog.get::<Dict<'_>>(b"OCProperties"));
        if let Some((properties, config)) =
            properties.and_then(|p| p.get::<Dict<'_>>(b"D").map(|d| (p, d)))
        {
            let listed = |dict: &Dict<'_>, key: &[u8]| -> Vec<ObjectIdentifier> {
                let array = dict.get::<Array<'_>>(key).unwrap_or_default();
                array.raw_iter().filter_map(|o| Some(o.as_obj_ref()?.into())).collect()
            };
            if config.get::<Name<'_>>(b"BaseState").is_some_and(|n| n.as_ref() == b"OFF") {
                off.extend(listed(&properties, b"OCGs"));
            }
            for id in listed(&config, b"ON") {
                off.remove(&id);
            }
            off.extend(listed(&config, b"OFF"));
            for usage in config.get::<Array<'_>>(b"AS").unwrap_or_default().iter::<Dict<'_>>() {
                apply(&usage, xref, &mut off);
            }
        }
        Layers { off }
    }

    /// Whether content under `key` of `holder`, a layer or a membership of layers, is shown.
    fn shows(&self, holder: &Dict<'_>, key: &[u8]) -> bool {
        let group = holder.get::<Dict<'_>>(key).unwrap_or_default();
        if group.get::<Name<'_>>(b"Type").is_none_or(|n| n.as_ref() != b"OCMD") {
            return holder.get_ref(key).is_none_or(|id| !self.off.contains(&id.into()));
        }
        if let Some(expression) = group.get::<Array<'_>>(b"VE") {
            return self.holds(&expression, EXPRESSION).unwrap_or(true);
        }
        let members: Vec<ObjectIdentifier> = match group.get::<Array<'_>>(b"OCGs") {
            Some(array) => array.raw_iter().filter_map(|o| Some(o.as_obj_ref()?.into())).collect(),
            None => group.get_ref(b"OCGs").map(Into::into).into_iter().collect(),
        };
        let on = |id: &ObjectIdentifier| !self.off.contains(id);
        let policy = group.get::<Name<'_>>(b"P");
        members.is_empty()
            || match policy.as_ref().map_or(&b"AnyOn"[..], |n| n.as_ref()) {
                b"AllOn" => members.iter().all(on),
                b"AnyOff" => !members.iter().all(on),
                b"AllOff" => !members.iter().any(on),
                _ => members.iter().any(on),
            }
    }
}

impl Layers {
    /// What an expression of visibility gives (ISO 32000-2, 8.11.2.2); `None` of one that can't be read.
    fn holds(&self, expression: &Array<'_>, depth: usize) -> Option<bool> {
        let depth = depth.checked_sub(1)?;
        let operator = expression.iter::<Object<'_>>().next()?.into_name()?;
        let operands = || {
            expression.raw_iter().skip(1).zip(expression.iter::<Object<'_>>().skip(1)).map(
                |(raw, operand)| match operand {
                    Object::Array(inner) => self.holds(&inner, depth),
                    _ => Some(!self.off.contains(&raw.as_obj_ref()?.into())),
                },
            )
        };
        match operator.as_ref() {
            b"And" => operands().try_fold(true, |all, one| Some(all && one?)),
            b"Or" => operands().try_fold(false, |any, one| Some(any || one?)),
            b"Not" => operands().next()?.map(|one| !one),
            _ => None,
        }
    }
}

/// Switches layers as their own usage says for the screen (ISO 32000-2, 8.11.4.5).
fn apply(usage: &Dict<'_>, xref: &XRef, off: &mut HashSet<ObjectIdentifier>) {
    if usage.get::<Name<'_>>(b"Event").is_none_or(|event| event.as_ref() != b"View") {
        return;
    }
    let groups = usage.get::<Array<'_>>(b"OCGs").unwrap_or_default();
    for id in groups.raw_iter().filter_map(|group| group.as_obj_ref()) {
        let id = ObjectIdentifier::from(id);
        let state = xref
            .get::<Dict<'_>>(id)
            .and_then(|group| group.get::<Dict<'_>>(b"Usage")?.get::<Dict<'_>>(b"View"))
            .and_then(|view| view.get::<Name<'_>>(b"ViewState"));
        match state.as_ref().map(|state| state.as_ref()) {
            Some(b"OFF") => off.insert(id),
            Some(b"ON") => off.remove(&id),
            _ => false,
        };
    }
}

/// What a document says of all its pages.
pub(super) struct Catalog {
    layers: Layers,
    fields: Fields,
}

impl Catalog {
    /// The catalog of a document.
    pub fn new(xref: &XRef) -> Catalog {
        Catalog { layers: Layers::new(xref), fields: Fields::new(xref) }
    }
}

/// Reads what a page draws: its content, then the appearance of its annotations.
///
/// `area` is the page as seen; `initial` maps the page's own coordinates onto it.
pub(super) fn read_sheet<'a>(
    shelf: &mut Shelf<'a>,
    budget: &Budget,
    limits: &Limits,
    catalog: &Catalog,
    page: &hayro_syntax::page::Page<'a>,
    initial: Affine,
    area: Rect,
) -> Sheet {
    let mut walk = Walk {
        shelf,
        budget,
        limits,
        catalog,
        sheet: Sheet {
            drawn: Drawn::with_room(),
            painted: Painted::default(),
            images: Vec::new(),
            drawings: Vec::new(),
            grounds: Vec::new(),
            covers: Vec::new(),
            unlike: Vec::new(),
            limit: None,
            endless: false,
            circular: false,
            incomplete: false,
        },
        state: State::new(initial, area),
        saved: Vec::new(),
        path: Path::default(),
        clip_next: false,
        text_matrix: Affine::IDENTITY,
        line_matrix: Affine::IDENTITY,
        hidden: Vec::new(),
        forms: Vec::new(),
        operators: 0,
        characters: 0,
        held: 0,
    };
    let (content, whole) = content_of(page.raw(), budget);
    walk.held = content.len() as u64;
    walk.sheet.incomplete = !whole;
    walk.run(&content, page.resources());
    if let Some(annotations) = page.raw().get::<Array<'_>>(b"Annots") {
        for annotation in annotations.iter::<Dict<'_>>() {
            walk.state = State::new(initial, area);
            walk.annotation(&annotation, page.resources());
        }
    }
    walk.sheet.limit = budget.reached().or(walk.sheet.limit);
    cover(&mut walk.sheet);
    walk.sheet
}

/// Marks the glyphs that lie under what was painted after them: under an area they are gone, under a picture
/// they are no more seen than a text layer is.
fn cover(sheet: &mut Sheet) {
    let covers = std::mem::take(&mut sheet.covers);
    if covers.is_empty() {
        return;
    }
    let glyphs = &mut sheet.drawn.glyphs;
    let mut by_height: Vec<(f32, usize)> =
        glyphs.iter().enumerate().map(|(i, g)| (g.bbox.center().y, i)).collect();
    by_height.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut steps = COVERED_GLYPHS;
    for Cover { area, after, is_picture } in covers {
        let from = by_height.partition_point(|&(y, _)| y < area.y0);
        let under = by_height[from..].iter().take_while(|&&(y, _)| y <= area.y1);
        for &(_, index) in under {
            steps = steps.saturating_sub(1);
            if steps == 0 {
                return;
            }
            let glyph = &mut glyphs[index];
            if index < after && matches!(glyph.ink, Ink::Seen { .. }) && hides(&area, &glyph.bbox) {
                glyph.ink = if is_picture { Ink::Invisible } else { Ink::Covered };
            }
        }
    }
}

/// Whether the area hides a glyph with this em box: all but the edges of where its ink is, which is the middle of
/// the box.
fn hides(area: &Rect, em_box: &Rect) -> bool {
    let (w, h) = (em_box.width(), em_box.height());
    let ink = Rect {
        x0: em_box.x0 + 0.15 * w,
        x1: em_box.x1 - 0.15 * w,
        y0: em_box.y0 + 0.3 * h,
        y1: em_box.y1 - 0.2 * h,
    };
    area.x0 <= ink.x0 && ink.x1 <= area.x1 && area.y0 <= ink.y0 && ink.y1 <= area.y1
}

/// The streams that make a page's content, one after the other, and whether all are there. Together they may be no
/// longer than one.
fn content_of(page: &Dict<'_>, budget: &Budget) -> (Vec<u8>, bool) {
    if let Some(stream) = page.get::<Stream<'_>>(b"Contents") {
        let content = budget.unpack(&stream);
        let whole = content.is_some();
        return (content.unwrap_or_default().into_owned(), whole);
    }
    let Some(parts) = page.get::<Array<'_>>(b"Contents") else {
        return (Vec::new(), !page.contains_key(b"Contents"));
    };
    let (mut content, mut there) = (Vec::new(), 0);
    for part in parts.iter::<Stream<'_>>() {
        let Some(part) = budget.unpack_beside(content.len() as u64, &part) else { continue };
        match content.is_empty() {
            true => content = part.into_owned(),
            false => content.extend_from_slice(&part),
        }
        // An operator ends with its stream.
        content.push(b' ');
        there += 1;
    }
    (content, there == parts.raw_iter().count())
}

/// The graphics state (ISO 32000-2, 8.4), as far as places and lightness need it.
#[derive(Clone)]
struct State {
    ctm: Affine,
    /// What may be painted on; `None` where clips do not meet.
    clip: Option<Rect>,
    fill: Paint,
    stroke: Paint,
    /// Opacity of the groups around.
    opacity: f32,
    /// Whether paint replaces what lies under it: no blend mode but Normal, no soft mask.
    replaces: bool,
    line_width: f64,
    font: Option<FontId>,
    font_size: f64,
    char_space: f64,
    word_space: f64,
    /// Horizontal scaling, 1 for 100 %.
    stretch: f64,
    leading: f64,
    rise: f64,
    render_mode: i64,
}

#[derive(Clone)]
struct Paint {
    space: Rc<Space>,
    lightness: f32,
    alpha: f32,
}

impl Paint {
    fn black() -> Paint {
        Paint { space: Rc::new(Space::Gray), lightness: 0.0, alpha: 1.0 }
    }

    /// A colour of one of the spaces that have a name and nothing else: grey, RGB, CMYK.
    fn set<const N: usize>(&mut self, space: Space, components: [Number; N]) {
        self.lightness = space.lightness(&components.map(|c| c.as_f32()));
        if std::mem::discriminant(&*self.space) != std::mem::discriminant(&space) {
            self.space = Rc::new(space);
        }
    }

    fn set_space(&mut self, space: Rc<Space>) {
        self.lightness = space.initial();
        self.space = space;
    }

    fn set_components(&mut self, components: &[Number]) {
        let components: Vec<f32> = components.iter().map(Number::as_f32).collect();
        self.lightness = self.space.lightness(&components);
    }
}

impl State {
    fn new(ctm: Affine, page: Rect) -> State {
        State {
            ctm,
            clip: Some(page),
            fill: Paint::black(),
            stroke: Paint::black(),
            opacity: 1.0,
            replaces: true,
            line_width: 1.0,
            font: None,
            font_size: 1.0,
            char_space: 0.0,
            word_space: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
            render_mode: 0,
        }
    }

    /// What is seen of a paint over white paper.
    fn ink(&self, paint: &Paint) -> Ink {
        let alpha = paint.alpha * self.opacity;
        if alpha < TRANSPARENT {
            return Ink::Invisible;
        }
        Ink::Seen { lightness: 1.0 - (1.0 - paint.lightness) * alpha.min(1.0) }
    }

    fn shows(&self, paint: &Paint) -> bool {
        matches!(self.ink(paint), Ink::Seen { lightness } if lightness <= WHITE)
    }

    fn text_ink(&self) -> Ink {
        match self.render_mode {
            3 => Ink::Invisible,
            1 | 5 => self.ink(&self.stroke),
            2 | 6 => match (self.ink(&self.fill), self.ink(&self.stroke)) {
                (Ink::Seen { lightness: a }, Ink::Seen { lightness: b }) => {
                    Ink::Seen { lightness: a.min(b) }
                }
                (Ink::Seen { lightness }, _) | (_, Ink::Seen { lightness }) => {
                    Ink::Seen { lightness }
                }
                (ink, _) => ink,
            },
            // Clips only: what is painted through it later shows the text, in a colour unknown here.
            7 => Ink::Seen { lightness: 0.5 },
            _ => self.ink(&self.fill),
        }
    }
}

/// A path in page points, flat: `starts` says where its parts begin.
#[derive(Default)]
struct Path {
    /// Points, each with whether a curve leads to it.
    points: Vec<(Point, bool)>,
    starts: Vec<usize>,
    /// Parts that were closed, by the index of their start.
    closed: Vec<bool>,
}

impl Path {
    fn clear(&mut self) {
        self.points.clear();
        self.starts.clear();
        self.closed.clear();
    }

    fn start(&mut self, at: Point) {
        if self.points.len() >= PATH_POINTS {
            return;
        }
        self.starts.push(self.points.len());
        self.closed.push(false);
        self.points.push((at, false));
    }

    fn to(&mut self, at: Point, curved: bool) {
        if !self.starts.is_empty() && self.points.len() < PATH_POINTS {
            // After a close, the next part begins where the closed one did.
            if let (Some(true), Some(&start)) = (self.closed.last(), self.starts.last()) {
                let begin = self.points[start].0;
                self.start(begin);
            }
            self.points.push((at, curved));
        }
    }

    fn close(&mut self) {
        if let Some(closed) = self.closed.last_mut() {
            *closed = true;
        }
    }

    fn parts(&self) -> impl Iterator<Item = (&[(Point, bool)], bool)> {
        let ends = self.starts.iter().skip(1).copied().chain([self.points.len()]);
        self.starts
            .iter()
            .zip(ends)
            .zip(&self.closed)
            .map(|((&start, end), &closed)| (&self.points[start..end], closed))
    }

    fn bbox(&self) -> Option<Rect> {
        bbox_of(&self.points)
    }
}

fn bbox_of(points: &[(Point, bool)]) -> Option<Rect> {
    let (first, _) = points.first()?;
    let first = Rect::new(first.x, first.y, first.x, first.y);
    Some(points.iter().fold(first, |all, (p, _)| all.union(&Rect::new(p.x, p.y, p.x, p.y))))
}

/// The area inside the points, curves taken by their ends.
fn area_of(points: &[(Point, bool)]) -> f32 {
    let next = points.iter().cycle().skip(1);
    let cross = |(a, b): (&(Point, bool), &(Point, bool))| {
        f64::from(a.0.x) * f64::from(b.0.y) - f64::from(b.0.x) * f64::from(a.0.y)
    };
    (points.iter().zip(next).map(cross).sum::<f64>() / 2.0).abs() as f32
}

/// What a content stream's names stand for, as far as they were used.
#[derive(Default)]
struct Names {
    fonts: BTreeMap<Vec<u8>, Option<FontId>>,
    spaces: BTreeMap<Vec<u8>, Rc<Space>>,
    changes: BTreeMap<Vec<u8>, Change>,
}

/// What a dictionary of graphics state parameters sets (ISO 32000-2, 8.4.5).
#[derive(Clone, Copy, Default)]
struct Change {
    line_width: Option<f64>,
    stroke_alpha: Option<f32>,
    fill_alpha: Option<f32>,
    /// Whether paint replaces what lies under it.
    replaces: Option<bool>,
    /// The font, if it can be loaded, and its size.
    font: Option<(Option<FontId>, f64)>,
}

impl Names {
    fn space(&mut self, name: &Name<'_>, resources: &Resources<'_>, budget: &Budget) -> Rc<Space> {
        if let Some(known) = self.spaces.get(name.as_ref()) {
            return Rc::clone(known);
        }
        let space = Rc::new(Space::named(name, resources, budget));
        self.spaces.insert(name.as_ref().to_vec(), Rc::clone(&space));
        space
    }
}

struct Walk<'a, 'w> {
    shelf: &'w mut Shelf<'a>,
    budget: &'w Budget,
    limits: &'w Limits,
    catalog: &'w Catalog,
    sheet: Sheet,
    state: State,
    saved: Vec<State>,
    path: Path,
    /// `W` was seen: the path clips once it is painted.
    clip_next: bool,
    text_matrix: Affine,
    line_matrix: Affine,
    /// For each open marked content whether it is hidden.
    hidden: Vec<bool>,
    /// The forms being drawn, the innermost last.
    forms: Vec<ObjectIdentifier>,
    operators: u64,
    /// Characters on the page so far; a code that stands for none counts as one.
    characters: usize,
    /// Bytes of the contents that are being drawn, the page's and those of the forms inside each other: all are held
    /// at once, and may together be no longer than one stream.
    held: u64,
}

impl<'a> Walk<'a, '_> {
    fn stopped(&self) -> bool {
        self.sheet.limit.is_some() || self.sheet.endless || self.budget.reached().is_some()
    }

    fn is_hidden(&self) -> bool {
        self.hidden.last().copied().unwrap_or(false)
    }

    /// Runs a content stream; whatever it saves and does not restore is restored at its end.
    fn run(&mut self, content: &[u8], resources: &Resources<'a>) {
        let (saved, hidden) = (self.saved.len(), self.hidden.len());
        let mut names = Names::default();
        let before = self.state.clone();
        let mut ops = TypedIter::new(content);
        while let Some(op) = ops.next() {
            self.operators += 1;
            if self.operators > OPERATORS {
                self.sheet.endless = true;
            }
            if self.stopped() {
                break;
            }
            self.operator(op, resources, saved, &mut names);
        }
        self.path.clear();
        self.clip_next = false;
        self.saved.truncate(saved);
        self.hidden.truncate(hidden);
        self.state = before;
    }

    fn operator(
        &mut self,
        op: Op<'_, '_>,
        resources: &Resources<'a>,
        floor: usize,
        names: &mut Names,
    ) {
        let state = &mut self.state;
        match op {
            Op::SaveState(_) if self.saved.len() >= STATES => {}
            Op::SaveState(_) => self.saved.push(state.clone()),
            Op::RestoreState(_) => {
                if self.saved.len() > floor
                    && let Some(saved) = self.saved.pop()
                {
                    self.state = saved;
                }
            }
            Op::Transform(m) => state.ctm *= affine([m.0, m.1, m.2, m.3, m.4, m.5]),
            Op::LineWidth(w) => state.line_width = w.0.as_f64(),
            Op::SetGraphicsState(name) => self.graphics_state(name.0, resources, names),

            Op::StrokeColorDeviceGray(c) => state.stroke.set(Space::Gray, [c.0]),
            Op::NonStrokeColorDeviceGray(c) => state.fill.set(Space::Gray, [c.0]),
            Op::StrokeColorDeviceRgb(c) => state.stroke.set(Space::Rgb, [c.0, c.1, c.2]),
            Op::NonStrokeColorDeviceRgb(c) => state.fill.set(Space::Rgb, [c.0, c.1, c.2]),
            Op::StrokeColorCmyk(c) => state.stroke.set(Space::Cmyk, [c.0, c.1, c.2, c.3]),
            Op::NonStrokeColorCmyk(c) => state.fill.set(Space::Cmyk, [c.0, c.1, c.2, c.3]),
            Op::ColorSpaceStroke(name) => {
                state.stroke.set_space(names.space(name.0, resources, self.budget));
            }
            Op::ColorSpaceNonStroke(name) => {
                state.fill.set_space(names.space(name.0, resources, self.budget));
            }
            Op::StrokeColor(c) => state.stroke.set_components(&c.0),
            Op::NonStrokeColor(c) => state.fill.set_components(&c.0),
            Op::StrokeColorNamed(c) => state.stroke.set_components(&c.0),
            Op::NonStrokeColorNamed(c) => state.fill.set_components(&c.0),

            Op::MoveTo(p) => self.path.start(on_page(state.ctm, p.0, p.1)),
            Op::LineTo(p) => self.path.to(on_page(state.ctm, p.0, p.1), false),
            Op::CubicTo(c) => self.path.to(on_page(state.ctm, c.4, c.5), true),
            Op::CubicStartTo(c) => self.path.to(on_page(state.ctm, c.2, c.3), true),
            Op::CubicEndTo(c) => self.path.to(on_page(state.ctm, c.2, c.3), true),
            Op::ClosePath(_) => self.path.close(),
            Op::RectPath(r) => self.rectangle([r.0, r.1, r.2, r.3]),
            Op::EndPath(_) => self.end_path(),
            Op::ClipNonZero(_) | Op::ClipEvenOdd(_) => self.clip_next = true,
            Op::FillPathNonZero(_)
            | Op::FillPathNonZeroCompatibility(_)
            | Op::FillPathEvenOdd(_) => {
                self.fill_path();
                self.end_path();
            }
            Op::StrokePath(_) => {
                self.stroke_path();
                self.end_path();
            }
            Op::CloseAndStrokePath(_) => {
                self.path.close();
                self.stroke_path();
                self.end_path();
            }
            Op::FillAndStrokeNonZero(_) | Op::FillAndStrokeEvenOdd(_) => {
                self.fill_path();
                self.stroke_path();
                self.end_path();
            }
            Op::CloseFillAndStrokeNonZero(_) | Op::CloseFillAndStrokeEvenOdd(_) => {
                self.path.close();
                self.fill_path();
                self.stroke_path();
                self.end_path();
            }
            Op::Shading(_) => {
                if let Some(clip) = self.state.clip.filter(|_| !self.is_hidden()) {
                    self.sheet.painted.fill(clip, &clip);
                }
            }
            Op::InlineImage(_) => self.image(false),
            Op::XObject(name) => {
                if let Some(object) = resources.get_x_object(name.0) {
                    self.x_object(&object, resources);
                }
            }

            Op::BeginMarkedContent(_) => self.hidden.push(self.is_hidden()),
            Op::BeginMarkedContentWithProperties(content) => {
                let shown = match content.1 {
                    Object::Name(name) if content.0.as_ref() == b"OC" => {
                        self.catalog.layers.shows(&resources.properties, name.as_ref())
                    }
                    _ => true,
                };
                self.hidden.push(self.is_hidden() || !shown);
            }
            Op::EndMarkedContent(_) => {
                self.hidden.pop();
            }

            Op::BeginText(_) => {
                self.sheet.drawn.objects += 1;
                self.text_matrix = Affine::IDENTITY;
                self.line_matrix = Affine::IDENTITY;
            }
            Op::TextFont(font) => {
                let name = font.0.as_ref();
                let known = names.fonts.get(name).copied();
                state.font_size = font.1.as_f64();
                state.font = known.unwrap_or_else(|| {
                    let lost = !resources.fonts.is_empty();
                    let id = resources.fonts.get_ref(name).map(ObjectIdentifier::from);
                    let loaded = id.and_then(|id| self.shelf.known(id)).unwrap_or_else(|| {
                        let dict = resources.get_font(font.0);
                        self.sheet.incomplete |=
                            resources.fonts.contains_key(name) && dict.is_none();
                        dict.and_then(|dict| self.shelf.font_of(id, &dict))
                    });
                    let loaded = loaded.or_else(|| self.shelf.fallback(lost));
                    names.fonts.insert(name.to_vec(), loaded);
                    loaded
                });
            }
            Op::CharacterSpacing(n) => state.char_space = n.0.as_f64(),
            Op::WordSpacing(n) => state.word_space = n.0.as_f64(),
            Op::HorizontalScaling(n) => state.stretch = n.0.as_f64() / 100.0,
            Op::TextLeading(n) => state.leading = n.0.as_f64(),
            Op::TextRise(n) => state.rise = n.0.as_f64(),
            Op::TextRenderingMode(n) => state.render_mode = n.0.as_i64(),
            Op::SetTextMatrix(m) => {
                self.line_matrix = affine([m.0, m.1, m.2, m.3, m.4, m.5]);
                self.text_matrix = self.line_matrix;
            }
            Op::NextLine(n) => self.next_line(n.0.as_f64(), n.1.as_f64()),
            Op::NextLineAndSetLeading(n) => {
                state.leading = -n.1.as_f64();
                self.next_line(n.0.as_f64(), n.1.as_f64());
            }
            Op::NextLineUsingLeading(_) => self.next_line(0.0, -self.state.leading),
            Op::ShowText(s) => {
                self.sheet.drawn.shows += 1;
                self.show(s.0.as_bytes());
            }
            Op::NextLineAndShowText(s) => {
                self.sheet.drawn.shows += 1;
                self.next_line(0.0, -self.state.leading);
                self.show(s.0.as_bytes());
            }
            Op::ShowTextWithParameters(s) => {
                state.word_space = s.0.as_f64();
                state.char_space = s.1.as_f64();
                self.sheet.drawn.shows += 1;
                self.next_line(0.0, -self.state.leading);
                self.show(s.2.as_bytes());
            }
            Op::ShowTexts(parts) => {
                self.sheet.drawn.shows += 1;
                for part in parts.0.iter::<Object<'_>>() {
                    match part {
                        Object::Number(n) => self.adjust(n.as_f64()),
                        Object::String(s) => self.show(s.as_bytes()),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn graphics_state(&mut self, name: &Name<'_>, resources: &Resources<'a>, names: &mut Names) {
        let known = names.changes.get(name.as_ref()).copied();
        let change = known.unwrap_or_else(|| {
            let change = self.change(name, resources);
            names.changes.insert(name.as_ref().to_vec(), change);
            change
        });
        let state = &mut self.state;
        state.line_width = change.line_width.unwrap_or(state.line_width);
        state.stroke.alpha = change.stroke_alpha.unwrap_or(state.stroke.alpha);
        state.fill.alpha = change.fill_alpha.unwrap_or(state.fill.alpha);
        state.replaces = change.replaces.unwrap_or(state.replaces);
        if let Some((font, size)) = change.font {
            state.font = font;
            state.font_size = size;
        }
    }

    fn change(&mut self, name: &Name<'_>, resources: &Resources<'a>) -> Change {
        let Some(dict) = resources.get_ext_g_state(name) else { return Change::default() };
        let font = dict.get::<Array<'_>>(b"Font").and_then(|font| {
            let mut items = font.iter::<Object<'_>>();
            match (items.next(), items.next()) {
                (Some(Object::Dict(font)), Some(Object::Number(size))) => {
                    Some((self.shelf.font(&font), size.as_f64()))
                }
                _ => None,
            }
        });
        Change {
            line_width: dict.get::<f64>(b"LW"),
            stroke_alpha: dict.get::<f32>(b"CA"),
            fill_alpha: dict.get::<f32>(b"ca"),
            replaces: replaces(&dict),
            font,
        }
    }

    /// Notes an area in paint of this opacity that may lie over text.
    fn note_cover(&mut self, area: Rect, alpha: f32, is_picture: bool) {
        let after = self.sheet.drawn.glyphs.len();
        let room = self.sheet.covers.len() < self.limits.page_rules as usize;
        let alpha = alpha * self.state.opacity;
        if after > 0 && room && self.state.replaces && alpha >= OPAQUE {
            self.sheet.covers.push(Cover { area, after, is_picture });
        }
    }

    fn rectangle(&mut self, [x, y, w, h]: [Number; 4]) {
        let (x, y, w, h) = (x.as_f64(), y.as_f64(), w.as_f64(), h.as_f64());
        if self.path.points.len() >= PATH_POINTS {
            return;
        }
        let at = |x, y| point(self.state.ctm * At::new(x, y));
        let corners = [at(x, y), at(x + w, y), at(x + w, y + h), at(x, y + h)];
        self.path.start(corners[0]);
        for corner in &corners[1..] {
            self.path.to(*corner, false);
        }
        self.path.close();
    }

    fn end_path(&mut self) {
        if std::mem::take(&mut self.clip_next)
            && let Some(bbox) = self.path.bbox()
        {
            self.state.clip = self.state.clip.and_then(|clip| clip.intersection(&bbox));
        }
        self.path.clear();
    }

    fn fill_path(&mut self) {
        let Some(clip) = self.state.clip.filter(|_| !self.is_hidden()) else { return };
        if let (Ink::Seen { lightness }, Some(bbox)) =
            (self.state.ink(&self.state.fill), self.path.bbox())
            && self.sheet.grounds.len() < self.limits.page_rules as usize
        {
            self.sheet.grounds.extend(clip.intersection(&bbox).map(|bbox| (bbox, lightness)));
        }
        if !self.sheet.drawn.glyphs.is_empty() {
            let solid = |part: &[(Point, bool)]| {
                let bbox = bbox_of(part)?;
                let whole = area_of(part) >= 0.98 * bbox.width() * bbox.height();
                (whole && bbox.width().min(bbox.height()) > crate::carrier::rules::THIN)
                    .then_some(bbox)
            };
            let areas: Option<Vec<Rect>> = match self.path.starts.len() <= COVERING {
                true => self.path.parts().map(|(part, _)| solid(part)).collect(),
                false => None,
            };
            // Of areas that lie over each other some may be holes of others.
            let areas = areas.unwrap_or_default();
            let apart =
                |a: &Rect, at: usize| areas[at + 1..].iter().all(|b| a.intersection(b).is_none());
            if areas.iter().enumerate().all(|(at, a)| apart(a, at)) {
                let alpha = self.state.fill.alpha;
                let seen = areas.iter().filter_map(|area| area.intersection(&clip));
                seen.for_each(|area| self.note_cover(area, alpha, false));
            }
        }
        if !self.state.shows(&self.state.fill) {
            return;
        }
        self.note_drawing(&clip);
        // A rectangle just inside another is the hole of a frame: what is seen are four lines.
        let mut outer: Option<Rect> = None;
        for (part, _) in self.path.parts() {
            let Some(bbox) = bbox_of(part) else { continue };
            let thin = bbox.width().min(bbox.height()) <= crate::carrier::rules::THIN;
            let curved = part.iter().any(|(_, curved)| *curved);
            let filled = area_of(part) / (bbox.width() * bbox.height()).max(f32::MIN_POSITIVE);
            let solid = filled >= 0.9;
            // A line's ends may be mitred; what has more corners is a stroke of a drawn character.
            let bar = !curved && part.len() <= 6 && (filled >= 0.5 || filled.is_nan());
            if thin && (bar || bbox.width().min(bbox.height()) == 0.0) {
                self.sheet.painted.fill(bbox, &clip);
            } else if !thin && solid {
                match outer.take() {
                    Some(frame) if self.sheet.painted.frame(&frame, &bbox, &clip) => continue,
                    Some(frame) => self.sheet.painted.fill(frame, &clip),
                    None => {}
                }
                outer = Some(bbox);
            }
        }
        if let Some(outer) = outer {
            self.sheet.painted.fill(outer, &clip);
        }
        self.watch_rules();
    }

    fn stroke_path(&mut self) {
        let Some(clip) = self.state.clip else { return };
        if self.is_hidden() {
            return;
        }
        let scale = self.state.ctm.determinant().abs().sqrt();
        let width = (self.state.line_width.abs() * scale) as f32;
        if width > crate::carrier::rules::THIN && !self.sheet.drawn.glyphs.is_empty() {
            self.cover_by_strokes(width, &clip);
        }
        if !self.state.shows(&self.state.stroke) {
            return;
        }
        for (part, closed) in self.path.parts() {
            for pair in part.windows(2) {
                if let [(a, _), (b, false)] = pair {
                    self.sheet.painted.stroke(*a, *b, width, &clip);
                }
            }
            if let (true, Some((first, _)), Some((last, _))) = (closed, part.first(), part.last()) {
                self.sheet.painted.stroke(*last, *first, width, &clip);
            }
        }
        self.watch_rules();
    }

    /// Notes a filled path that may be a character: small, dark, and no bar.
    fn note_drawing(&mut self, clip: &Rect) {
        let is_drawn =
            |part: &[(Point, bool)]| part.len() > 6 || part.iter().any(|(_, curved)| *curved);
        let is_dark =
            matches!(self.state.ink(&self.state.fill), Ink::Seen { lightness } if lightness < DARK);
        let seen = self.path.bbox().filter(|_| is_dark).and_then(|bbox| bbox.intersection(clip));
        let is_small = |bbox: &Rect| {
            let (width, height) = (bbox.width(), bbox.height());
            (DRAWING.0..DRAWING.1).contains(&height) && width < DRAWING.1 * MOST_CHARACTERS
        };
        if let Some(bbox) = seen.filter(is_small)
            && self.sheet.drawings.len() < self.limits.page_rules as usize
            && self.path.parts().any(|(part, _)| is_drawn(part))
        {
            self.sheet.drawings.push(bbox);
        }
    }

    /// A line along an axis that is as thick as text is high may lie over it.
    fn cover_by_strokes(&mut self, width: f32, clip: &Rect) {
        let half = width / 2.0;
        let area = |a: &Point, b: &Point| match (a.x == b.x, a.y == b.y) {
            (false, true) => Some(Rect::new(a.x.min(b.x), a.y - half, a.x.max(b.x), a.y + half)),
            (true, false) => Some(Rect::new(a.x - half, a.y.min(b.y), a.x + half, a.y.max(b.y))),
            _ => None,
        };
        let segments = self.path.parts().flat_map(|(part, _)| part.windows(2));
        let areas: Vec<Rect> = segments
            .filter_map(|pair| match pair {
                [(a, _), (b, false)] => area(a, b)?.intersection(clip),
                _ => None,
            })
            .collect();
        let alpha = self.state.stroke.alpha;
        areas.into_iter().for_each(|area| self.note_cover(area, alpha, false));
    }

    fn watch_rules(&mut self) {
        if self.sheet.painted.len() > self.limits.page_rules as usize {
            self.sheet.limit = Some(("max-page-rules", self.limits.page_rules.into()));
        }
    }

    /// An image fills the unit square. One as thin as a line is a line.
    fn image(&mut self, is_opaque: bool) {
        let Some(clip) = self.state.clip.filter(|_| !self.is_hidden()) else { return };
        let bbox = rect(self.state.ctm.transform_rect_bbox(Area::new(0.0, 0.0, 1.0, 1.0)));
        let Some(shown) = clip.intersection(&bbox) else { return };
        if bbox.width().min(bbox.height()) <= crate::carrier::rules::THIN {
            self.sheet.painted.fill(shown, &clip);
            self.watch_rules();
        } else if self.sheet.images.len() < self.limits.page_rules as usize {
            if is_opaque {
                self.note_cover(shown, 1.0, true);
            }
            self.sheet.images.push(shown);
            self.sheet.grounds.push((shown, IMAGE));
        }
    }

    fn x_object(&mut self, object: &Stream<'a>, resources: &Resources<'a>) {
        let dict = object.dict();
        if self.is_hidden() || dict.contains_key(b"OC") && !self.catalog.layers.shows(dict, b"OC") {
            return;
        }
        match dict.get::<Name<'_>>(b"Subtype").as_ref().map(|n| n.as_ref()) {
            Some(b"Image") => {
                let masks = [&b"SMask"[..], b"Mask", b"ImageMask"];
                self.image(!masks.iter().any(|key| dict.contains_key(*key)));
            }
            Some(b"Form") | None => self.form(object, resources),
            _ => {}
        }
    }

    fn form(&mut self, form: &Stream<'a>, resources: &Resources<'a>) {
        let dict = form.dict();
        let Some(bbox) = dict.get::<[f64; 4]>(b"BBox") else { return };
        if self.forms.contains(&form.obj_id()) {
            self.sheet.circular = true;
            return;
        }
        if self.forms.len() >= self.limits.nesting as usize {
            self.sheet.limit = Some(("max-nesting", self.limits.nesting.into()));
            return;
        }
        let Some(content) = self.budget.unpack_beside(self.held, form) else { return };
        self.operators += FORM + content.len() as u64 / FORM_BYTES;
        let before = (self.state.clone(), self.text_matrix, self.line_matrix);
        let path = std::mem::take(&mut self.path);
        let state = &mut self.state;
        state.ctm *= Affine::new(dict.get::<[f64; 6]>(b"Matrix").unwrap_or(IDENTITY));
        let bbox = Area::new(bbox[0], bbox[1], bbox[2], bbox[3]);
        let bbox = rect(state.ctm.transform_rect_bbox(bbox));
        state.clip = state.clip.and_then(|clip| clip.intersection(&bbox));
        if dict.contains_key(b"Group") {
            state.opacity *= state.fill.alpha;
            state.fill.alpha = 1.0;
            state.stroke.alpha = 1.0;
        }
        let own = dict.get::<Dict<'_>>(b"Resources").map(Resources::new);
        self.forms.push(form.obj_id());
        self.held += content.len() as u64;
        self.run(&content, own.as_ref().unwrap_or(resources));
        self.held -= content.len() as u64;
        self.forms.pop();
        (self.state, self.text_matrix, self.line_matrix) = before;
        self.path = path;
    }

    /// Draws what an annotation looks like: stamps and seals, filled fields, notes on the page
    /// (ISO 32000-2, 12.5.5).
    fn annotation(&mut self, annotation: &Dict<'a>, resources: &Resources<'a>) {
        const HIDDEN: u32 = 1 << 1 | 1 << 5;
        /// Notes and files that readers show as a picture to click at: nothing of it is on the page.
        const PICTURES: [&[u8]; 3] = [b"Text", b"FileAttachment", b"Sound"];
        let is = |kinds: &[&[u8]]| {
            let subtype = annotation.get::<Name<'_>>(b"Subtype");
            subtype.is_some_and(|subtype| kinds.contains(&subtype.as_ref()))
        };
        if is(&PICTURES)
            || annotation.get::<u32>(b"F").unwrap_or(0) & HIDDEN != 0
            || annotation.contains_key(b"OC") && !self.catalog.layers.shows(annotation, b"OC")
        {
            return;
        }
        let appearance =
            annotation.get::<Dict<'_>>(b"AP").and_then(|ap| ap.get::<Object<'_>>(b"N"));
        let form = match appearance {
            Some(Object::Stream(form)) => Some(form),
            Some(Object::Dict(states)) => annotation
                .get::<Name<'_>>(b"AS")
                .and_then(|state| states.get::<Stream<'_>>(state.as_ref())),
            _ => None,
        };
        let Some(target) = annotation.get::<[f64; 4]>(b"Rect") else { return };
        let target = Area::new(target[0], target[1], target[2], target[3]).abs();
        let words = Words::of(annotation);
        let anew = self.catalog.fields.drawn_anew;
        let Some(form) = form.filter(|_| !(anew && words.as_ref().is_some_and(|w| w.is_value)))
        else {
            if let Some(words) = words {
                self.words(&words, target);
            }
            self.strike(annotation);
            return;
        };
        let Some(bbox) = form.dict().get::<[f64; 4]>(b"BBox") else { return };
        let matrix = Affine::new(form.dict().get::<[f64; 6]>(b"Matrix").unwrap_or(IDENTITY));
        let bbox = Area::new(bbox[0], bbox[1], bbox[2], bbox[3]);
        let bbox = matrix.transform_rect_bbox(bbox);
        let (sx, sy) = (target.width() / bbox.width(), target.height() / bbox.height());
        if !(sx.is_finite() && sy.is_finite()) {
            return;
        }
        let place = rect(self.state.ctm.transform_rect_bbox(target));
        // Readers lay a highlight under the text, whatever its appearance says.
        let is_highlight = is(&[b"Highlight"]);
        let covers = self.sheet.covers.len();
        let before = self.sheet.drawn.text.len();
        self.state.ctm *=
            Affine::new([sx, 0.0, 0.0, sy, target.x0 - sx * bbox.x0, target.y0 - sy * bbox.y0]);
        self.form(&form, resources);
        if is_highlight {
            self.sheet.covers.truncate(covers);
        }
        let shown = self.sheet.drawn.text.get(before..).unwrap_or_default().trim();
        if let Some(words) = words.filter(|words| words.is_value && words.is_hidden_by(shown)) {
            let shown = shown.to_owned();
            self.sheet.unlike.push((place, words.text, shown));
        }
    }

    /// Draws the text of a box as a reader would who has no font for it but its size.
    fn words(&mut self, words: &Words, target: Area) {
        let Some(font) = self.shelf.fallback(false) else { return };
        let size = words.size(target.height());
        let width = |c: char| if c.is_ascii() { 0.5 } else { 1.0 };
        self.sheet.drawn.objects += 1;
        self.state.font_size = size;
        let mut y = match words.from_top {
            true => target.y1 - INSET - size,
            false => target.center().y - 0.35 * size,
        };
        for line in words.text.lines() {
            let length = size * line.chars().map(width).sum::<f64>();
            let x = match words.quadding {
                1 => target.center().x - length / 2.0,
                2 => target.x1 - INSET - length,
                _ => target.x0 + INSET,
            };
            self.text_matrix = Affine::translate((x, y));
            self.sheet.drawn.shows += 1;
            for c in line.chars() {
                self.characters += 1;
                if self.characters > self.limits.page_glyphs as usize {
                    self.sheet.limit = Some(("max-page-glyphs", self.limits.page_glyphs.into()));
                    return;
                }
                let start = self.sheet.drawn.text.len();
                self.sheet.drawn.text.push(c);
                self.place(font, start, width(c), false, Ink::Seen { lightness: 0.0 });
                self.move_along(width(c) * size, false);
            }
            y -= LEADING * size;
        }
    }

    /// Draws the lines of an annotation that strikes text out.
    fn strike(&mut self, annotation: &Dict<'_>) {
        let Some(clip) = self.state.clip else { return };
        for [x0, y0, x1, y1, x2, y2, x3, y3] in strikes(annotation) {
            let at = |x, y| point(self.state.ctm * At::new(x, y));
            let (from, to) =
                (at((x0 + x2) / 2.0, (y0 + y2) / 2.0), at((x1 + x3) / 2.0, (y1 + y3) / 2.0));
            self.sheet.painted.stroke(from, to, 1.0, &clip);
        }
        self.watch_rules();
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line_matrix *= Affine::translate((x, y));
        self.text_matrix = self.line_matrix;
    }

    fn move_along(&mut self, distance: f64, vertical: bool) {
        let step = if vertical { (0.0, -distance) } else { (distance * self.state.stretch, 0.0) };
        self.text_matrix *= Affine::translate(step);
    }

    fn adjust(&mut self, thousandths: f64) {
        let vertical = self.state.font.is_some_and(|font| self.shelf.is_vertical(font));
        let distance = thousandths / 1000.0 * self.state.font_size;
        self.move_along(if vertical { distance } else { -distance }, vertical);
    }

    fn show(&mut self, bytes: &[u8]) {
        let Some(font) = self.state.font else { return };
        let ink = if self.is_hidden() { Ink::Invisible } else { self.state.text_ink() };
        if let Some(chars) = self.shelf.gbk(font, bytes) {
            let mut rest = bytes;
            for (c, length) in chars {
                let (codes, later) = rest.split_at(length);
                rest = later;
                let advance =
                    codes.iter().map(|&b| self.shelf.advance(font, u32::from(b))).sum::<f64>();
                let start = self.sheet.drawn.text.len();
                self.sheet.drawn.text.push(c);
                self.place(font, start, advance, false, ink);
                let spaces = self.state.char_space * length as f64;
                let word = if c == ' ' { self.state.word_space } else { 0.0 };
                self.move_along(advance * self.state.font_size + spaces + word, false);
            }
            return;
        }
        let vertical = self.shelf.is_vertical(font);
        let mut offset = 0;
        while offset < bytes.len() && self.sheet.limit.is_none() {
            let (code, length) = self.shelf.read_code(font, bytes, offset);
            offset += length;
            let start = self.sheet.drawn.text.len();
            let (text, advance) = self.shelf.glyph(font, code);
            // A code may stand for many characters, and counts as one where it stands for none.
            self.characters += text.chars().count().max(1);
            if self.characters > self.limits.page_glyphs as usize {
                self.sheet.limit = Some(("max-page-glyphs", self.limits.page_glyphs.into()));
                return;
            }
            self.sheet.drawn.text.push_str(text);
            self.place(font, start, advance, vertical, ink);
            let word = if code == 32 && length == 1 { self.state.word_space } else { 0.0 };
            let spaces = self.state.char_space + word;
            let distance = advance * self.state.font_size;
            self.move_along(if vertical { distance - spaces } else { distance + spaces }, vertical);
        }
    }

    /// Puts a glyph where the text matrix stands; its text is what follows `start`.
    fn place(&mut self, font: FontId, start: usize, advance: f64, vertical: bool, ink: Ink) {
        let drawn = &mut self.sheet.drawn;
        let state = &self.state;
        let size = state.font_size;
        let em = Affine::new([size * state.stretch, 0.0, 0.0, size, 0.0, state.rise]);
        let [a, b, c, d, x, y] = (state.ctm * self.text_matrix * em).as_coeffs();
        let (along, height) =
            if vertical { ((-c, -d), length_of(a, b)) } else { ((a, b), length_of(c, d)) };
        let length = length_of(along.0, along.1);
        if !(length > 0.0 && height > 0.0 && (x + y + length + height + advance).is_finite()) {
            return;
        }
        let mut glyph = Glyph {
            text: start as u32..drawn.text.len() as u32,
            origin: Point { x: x as f32, y: y as f32 },
            along: Point { x: (along.0 / length) as f32, y: (along.1 / length) as f32 },
            advance: (advance * length) as f32,
            size: (height * self.shelf.em(font)) as f32,
            vertical,
            ink,
            bbox: Rect::default(),
            shown_by: drawn.shows,
            object: drawn.objects,
        };
        // Text set backwards: the font size or the widths are negative.
        if glyph.advance < 0.0 {
            glyph.origin.x += glyph.along.x * glyph.advance;
            glyph.origin.y += glyph.along.y * glyph.advance;
            glyph.advance = -glyph.advance;
        }
        let bbox = glyph.em_box();
        glyph.bbox = bbox;
        let area = |r: &Rect| r.width() * r.height();
        let shown = state.clip.and_then(|clip| clip.intersection(&bbox));
        if shown.is_none_or(|shown| area(&shown) < SHOWN * area(&bbox)) {
            glyph.ink = Ink::Outside;
        }
        if let Ink::Seen { lightness } = &mut glyph.ink
            && *lightness > LIGHT
        {
            let center = bbox.center();
            let under = self.sheet.grounds.iter().rev().take(GROUNDS);
            let ground = under.into_iter().find(|(area, _)| area.contains(center));
            *lightness = 1.0 - (*lightness - ground.map_or(1.0, |(_, ground)| *ground)).abs();
        }
        drawn.glyphs.push(glyph);
    }
}

/// Whether paint under these parameters replaces what lies under it, if they say so.
fn replaces(dict: &Dict<'_>) -> Option<bool> {
    let is_plain = |name: &Name<'_>| matches!(name.as_ref(), b"Normal" | b"Compatible" | b"None");
    let plain = |key: &[u8]| match dict.get::<Object<'_>>(key)? {
        Object::Name(name) => Some(is_plain(&name)),
        _ => Some(false),
    };
    match (plain(b"BM"), plain(b"SMask")) {
        (None, None) => None,
        (blend, mask) => Some(blend.unwrap_or(true) && mask.unwrap_or(true)),
    }
}

const IDENTITY: [f64; 6] = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// The length of a vector; of those along an axis, which nearly all text has, without a root.
fn length_of(x: f64, y: f64) -> f64 {
    if x == 0.0 {
        y.abs()
    } else if y == 0.0 {
        x.abs()
    } else {
        x.hypot(y)
    }
}

fn affine(m: [Number; 6]) -> Affine {
    Affine::new(m.map(|n| n.as_f64()))
}

fn on_page(ctm: Affine, x: Number, y: Number) -> Point {
    point(ctm * At::new(x.as_f64(), y.as_f64()))
}

fn point(p: At) -> Point {
    Point { x: p.x as f32, y: p.y as f32 }
}

fn rect(r: Area) -> Rect {
    Rect::new(r.x0 as f32, r.y0 as f32, r.x1 as f32, r.y1 as f32)
}
