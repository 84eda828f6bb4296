//! A PDF in, `Pages` out: collects glyphs, ruling lines, fills and images with their places.
//!
//! This file alone knows the reader (hayro). What glyphs join to runs is left to `runs`, what
//! strokes join to rules to `rules`.

use hayro_interpret::font::{Glyph as DrawnGlyph, GlyphRun};
use hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro_interpret::kurbo::{self, Affine, BezPath, PathEl, Shape};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, Paint, SoftMask, interpret_page,
};
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use crate::diag::Sink;
use crate::error::{Error, ErrorKind};
use crate::extract::page::{Ink, Page, Pages, TextFrom};
use crate::extract::rules::Painted;
use crate::extract::runs::{Drawn, Glyph, glyphs_to_runs};
use crate::geom::{Point, Rect};
use crate::options::{Limits, Options};
use crate::source::Source;

/// Reads the pages of a PDF.
///
/// # Errors
/// [`ErrorKind::BrokenPdf`], [`ErrorKind::PasswordNeeded`], [`ErrorKind::NoTextLayer`] if no page
/// has a character, [`ErrorKind::Limit`] with the page where a limit was reached.
pub(super) fn pages(sink: &mut Sink, options: &Options, source: &Source) -> Result<Pages, Error> {
    let pdf = open(source.bytes.clone())?;
    let limits = &options.limits;
    let count = pdf.pages().len() as u64;
    if count > u64::from(limits.pages) {
        return Err(Error::new(ErrorKind::Limit { name: "max-pages", value: limits.pages.into() }));
    }
    let cache = InterpreterCache::new();
    let mut pages = Vec::new();
    for (page, number) in pdf.pages().iter().zip(1..) {
        pages.push(read_page(sink, limits, &pdf, &cache, page, number)?);
    }
    if pages.iter().all(|p| p.runs.is_empty()) {
        return Err(Error::new(ErrorKind::NoTextLayer { pages: count as u32 }));
    }
    Ok(Pages { pages, text_from: TextFrom::TextLayer, encoding: None })
}

fn open(bytes: Vec<u8>) -> Result<Pdf, Error> {
    Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            Error::new(ErrorKind::PasswordNeeded)
        }
        LoadPdfError::Decryption(_) => {
            let what = "it is encrypted in a way that is not known here".to_owned();
            Error::new(ErrorKind::BrokenPdf { what })
        }
        LoadPdfError::Invalid => {
            let what = "no table of objects and no page was found".to_owned();
            Error::new(ErrorKind::BrokenPdf { what })
        }
    })
}

fn read_page<'a>(
    sink: &mut Sink,
    limits: &Limits,
    pdf: &'a Pdf,
    cache: &InterpreterCache<'a>,
    page: &hayro_syntax::page::Page<'a>,
    number: u32,
) -> Result<Page, Error> {
    let (width, height) = page.render_dimensions();
    let area = kurbo::Rect::new(0.0, 0.0, width.into(), height.into());
    let initial = Affine::new(page.initial_transform(true).as_coeffs());
    let settings = InterpreterSettings::default();
    let mut context = Context::new(initial, area, cache, pdf.xref(), settings);
    let mut sheet = Sheet::new(rect(area), limits);
    interpret_page(page, &mut context, &mut sheet);
    if let Some((name, value)) = sheet.limit {
        return Err(Error::new(ErrorKind::Limit { name, value }).on_page(number));
    }
    let (rules, fills) = sheet.painted.finish();
    let runs = glyphs_to_runs(sink, number, &sheet.drawn);
    Ok(Page { number, width, height, runs, rules, fills, images: sheet.images })
}

/// What one page shows, as it is drawn.
struct Sheet<'l> {
    limits: &'l Limits,
    /// The limit that was reached, by name and value; nothing is taken in after that.
    limit: Option<(&'static str, u64)>,
    drawn: Drawn,
    painted: Painted,
    images: Vec<Rect>,
    /// What may be painted on, the innermost last; empty where clips do not meet.
    clips: Vec<Option<Rect>>,
}

impl Sheet<'_> {
    fn new(page: Rect, limits: &Limits) -> Sheet<'_> {
        Sheet {
            limits,
            limit: None,
            drawn: Drawn::default(),
            painted: Painted::default(),
            images: Vec::new(),
            clips: vec![Some(page)],
        }
    }

    fn clip(&self) -> Option<Rect> {
        self.clips.last().copied().flatten()
    }

    fn glyph(&mut self, text: &str, em: Affine, advance: f64, vertical: bool, ink: Ink) {
        if self.drawn.glyphs.len() >= self.limits.page_glyphs as usize {
            self.limit = Some(("max-page-glyphs", self.limits.page_glyphs.into()));
            return;
        }
        let [a, b, c, d, x, y] = em.as_coeffs();
        let direction = if vertical { (-c, -d) } else { (a, b) };
        let length = direction.0.hypot(direction.1);
        let size = if vertical { a.hypot(b) } else { c.hypot(d) };
        if !(length > 0.0 && size > 0.0 && (x + y + length + size).is_finite()) {
            return;
        }
        let start = self.drawn.text.len() as u32;
        self.drawn.text.push_str(text);
        let mut glyph = Glyph {
            text: start..self.drawn.text.len() as u32,
            origin: Point { x: x as f32, y: y as f32 },
            along: Point { x: (direction.0 / length) as f32, y: (direction.1 / length) as f32 },
            advance: (advance * length) as f32,
            size: size as f32,
            vertical,
            ink,
        };
        let bbox = glyph.bbox();
        let shown = self.clip().and_then(|clip| clip.intersection(&bbox));
        let area = |r: Rect| r.width() * r.height();
        if shown.is_none_or(|shown| area(shown) < 0.2 * area(bbox)) {
            glyph.ink = Ink::Outside;
        }
        self.drawn.glyphs.push(glyph);
    }

    fn fill_path(&mut self, path: &BezPath) {
        let Some(clip) = self.clip() else { return };
        for part in path.elements().split(|e| matches!(e, PathEl::ClosePath)) {
            if part.iter().any(|e| matches!(e, PathEl::CurveTo(..) | PathEl::QuadTo(..))) {
                continue;
            }
            let part = BezPath::from_vec(part.to_vec());
            self.painted.fill(rect(part.bounding_box()), &clip);
        }
        self.watch_rules();
    }

    fn stroke_path(&mut self, path: &BezPath, width: f32) {
        let Some(clip) = self.clip() else { return };
        for segment in path.segments() {
            if let kurbo::PathSeg::Line(line) = segment {
                self.painted.stroke(point(line.p0), point(line.p1), width, &clip);
            }
        }
        self.watch_rules();
    }

    fn watch_rules(&mut self) {
        if self.painted.len() > self.limits.page_rules as usize {
            self.limit = Some(("max-page-rules", self.limits.page_rules.into()));
        }
    }
}

fn point(p: kurbo::Point) -> Point {
    Point { x: p.x as f32, y: p.y as f32 }
}

fn rect(r: kurbo::Rect) -> Rect {
    Rect::new(r.x0 as f32, r.y0 as f32, r.x1 as f32, r.y1 as f32)
}

/// Perceived lightness (CIE L*, 0 to 1) of a paint over white paper.
fn lightness(paint: &Paint<'_>) -> f32 {
    let Paint::Color(color) = paint else { return 0.5 };
    let [r, g, b, alpha] = color.to_rgba().components();
    let linear = |c: f32| {
        let c = c * alpha + 1.0 - alpha;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    let y = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    let l = if y > 0.008_856 { 1.16 * y.cbrt() - 0.16 } else { 9.033 * y };
    l.clamp(0.0, 1.0)
}

impl<'a> Device<'a> for Sheet<'_> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        if self.limit.is_some() || lightness(&props.paint) > 0.98 {
            return;
        }
        let scale = props.transform.determinant().abs().sqrt() as f32;
        let path = props.transform * path;
        match mode {
            DrawMode::Fill(_) => self.fill_path(&path),
            DrawMode::Stroke(stroke) => self.stroke_path(&path, stroke.line_width * scale),
            DrawMode::FillAndStroke(_, stroke) => {
                self.fill_path(&path);
                self.stroke_path(&path, stroke.line_width * scale);
            }
            DrawMode::Invisible => {}
        }
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        let bbox = rect(clip.path.bounding_box());
        self.clips.push(self.clip().and_then(|c| c.intersection(&bbox)));
    }

    fn pop_clip(&mut self) {
        if self.clips.len() > 1 {
            self.clips.pop();
        }
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        if self.limit.is_some() {
            return;
        }
        let ink = match mode {
            DrawMode::Invisible => Ink::Invisible,
            _ => Ink::Seen { lightness: lightness(&props.paint) },
        };
        let vertical = run.writing_mode() == WritingMode::Vertical;
        for glyph in run.glyphs() {
            let mut em = props.transform * glyph.transform() * Affine::scale(1000.0);
            let advance = match &**glyph {
                DrawnGlyph::Outline(g) => g.advance_width(),
                DrawnGlyph::Type3(g) => g.advance_width(),
            };
            let mut advance = f64::from(advance.unwrap_or(1000.0)) / 1000.0;
            if vertical {
                em *= Affine::translate((0.5, 0.88));
                advance = 1.0;
            }
            match glyph.as_unicode() {
                Some(BfString::Char(c)) => {
                    self.glyph(c.encode_utf8(&mut [0; 4]), em, advance, vertical, ink);
                }
                Some(BfString::String(s)) => self.glyph(&s, em, advance, vertical, ink),
                None => self.glyph("\u{FFFD}", em, advance, vertical, ink),
            }
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let unit = kurbo::Rect::new(0.0, 0.0, image.width().into(), image.height().into());
        let bbox = rect(props.transform.transform_rect_bbox(unit));
        self.images.extend(self.clip().and_then(|c| c.intersection(&bbox)));
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn pop_transparency_group(&mut self) {}
}
