//! A PDF in, a picture of each page out: drawn by hayro as pixels and as outlines, and the smaller
//! of the two kept. What a picture lacks (text in a font that the file does not hold) is given as
//! words, so that the browser draws them with a font of its own. A page that was read from a picture shows that
//! picture, set upright and flat.
//!
//! Deliberately absent: scripts, links and forms of the PDF. Nothing of it but its looks goes on.

use crate::carrier::guard::guarded;
use crate::carrier::page::{Page, Shown};
use crate::carrier::pdf::open;
use crate::diag::{Diagnostic, Severity, Sink, Wording};
use crate::options::Options;
use crate::review::words::{Word, missing_words};
use crate::source::Source;
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::font::FontQuery;
use hayro::hayro_syntax::page::Page as PdfPage;
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderSettings};
use hayro_svg::SvgRenderSettings;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Pixels a point: 144 dpi, at which the strokes of 宋体 at 9 points stay apart.
const SHARP: f32 = 2.0;
/// Pixels a point of a long notice: 108 dpi, still legible, at two thirds of the bytes.
const LONG: f32 = 1.5;
/// Pages above which a notice is long.
const MANY: usize = 30;
/// Pixels of one page at most; an A4 page has 2 million when sharp.
const PIXELS: f32 = 6e6;
/// Pixels of one page along its longer edge at most.
const LONGEST: f32 = 8_000.0;
/// Steps of each colour from none to full: 6 levels are enough for the edges of text, at 0.7 of the
/// bytes that 16 take.
const STEPS: u32 = 5;
/// The same on a page with pictures: stamps, photographs, scans.
const STEPS_OF_PICTURES: u32 = 15;
/// Characters of a page that is drawn as outlines; above, pixels are smaller anyway.
const OUTLINED: usize = 4_000;
/// Bytes of all pictures at which drawing stops: what a mail still takes, base64 and tables with it.
const BYTES: usize = 12 << 20;

/// A font that draws nothing: the smallest of the Compact Font Format (Adobe Technical Note 5176), with
/// `.notdef` alone, which is empty.
const BLANK_FONT: [u8; 30] = [
    1,
    0,
    4,
    1, // Header.
    0,
    1,
    1,
    1,
    2,
    b'A', // Its name.
    0,
    1,
    1,
    1,
    6,
    139 + 24,
    17,
    139,
    139,
    18, // Its glyphs begin at 24; nothing is private.
    0,
    0, // No strings.
    0,
    0, // No subroutines.
    0,
    1,
    1,
    1,
    2,
    14, // One glyph, which ends at once.
];

/// A picture of one page.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// `image/png` or `image/svg+xml`.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// What could be drawn of one page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drawn {
    /// The picture, if there is one.
    pub picture: Option<Picture>,
    /// Text that the picture lacks.
    pub words: Vec<Word>,
}

/// Draws the pages whose numbers lie in `which`; `pages` are the same ones as `carrier` read them.
/// What can't be drawn is remarked on and leaves its page without a picture.
pub fn pictures(
    sink: &mut Sink,
    options: &Options,
    source: &Source,
    pages: &[Page],
    which: &RangeInclusive<u32>,
) -> Vec<Drawn> {
    let pdf = guarded(|| open(&source.bytes, options));
    let sheets = pdf.as_ref().map(|pdf| &pdf.pages()[..]).unwrap_or_default();
    let sharp = if pages.len() > MANY { LONG } else { SHARP };
    let mut pen = Pen::new(sharp);
    let mut used = 0;
    let mut drawn = Vec::new();
    for (index, page) in pages.iter().enumerate() {
        if !which.contains(&page.number) {
            drawn.push(Drawn::default());
            continue;
        }
        if used > BYTES {
            remark_full(sink, page);
            drawn.resize(pages.len(), Drawn::default());
            break;
        }
        let of_page = page.shown.as_deref().and_then(|shown| picture_of(shown, sharp));
        let of_page = of_page.or_else(|| {
            let sheet = sheets.get(index)?;
            let of_page = guarded(|| Ok(pen.draw(sheet, page)));
            if of_page.is_err() {
                // What the reader left behind when it broke down may be half done.
                pen = Pen::new(sharp);
            }
            of_page.ok()?
        });
        if of_page.is_none() {
            remark_undrawn(sink, page);
        }
        let of_page = of_page.unwrap_or_default();
        used += of_page.picture.as_ref().map_or(0, |picture| picture.bytes.len());
        drawn.push(of_page);
    }
    drawn
}

fn remark_undrawn(sink: &mut Sink, page: &Page) {
    let number = page.number;
    sink.remark(Diagnostic {
        code: "page_not_drawn",
        severity: Severity::Warning,
        place: Some(page.place()),
        message: Wording::new(
            format!("page {number} could not be drawn; its text was read"),
            format!("第 {number} 页无法绘制，其文字已读取"),
        ),
        hint: None,
    });
}

fn remark_full(sink: &mut Sink, page: &Page) {
    let number = page.number;
    sink.remark(Diagnostic {
        code: "pictures_full",
        severity: Severity::Note,
        place: Some(page.place()),
        message: Wording::new(
            format!(
                "page {number} and those after it have no picture, so that the file stays small"
            ),
            format!("为控制文件大小，第 {number} 页起不附图片"),
        ),
        hint: Some(Wording::new(
            format!("ask for them with --pages {number}-{}", number.saturating_add(99)),
            format!("可用 --pages {number}-{} 指定", number.saturating_add(99)),
        )),
    });
}

/// The picture that a page was read from, as it was set flat, in its own pixels: characters are looked over on it.
#[cfg(feature = "ocr")]
fn picture_of(shown: &Shown, sharp: f32) -> Option<Drawn> {
    /// Shades of grey, but for black: 4 bits a pixel.
    const GREYS: u32 = 15;
    // Of a long notice every second pixel, blended with its neighbours.
    let by = if sharp < SHARP { 2 } else { 1 };
    let (width, height) = (shown.width / by, shown.height / by);
    let shade = |x: usize, y: usize| {
        let rows = (y * by..(y + 1) * by).map(|y| &shown.shades[y * shown.width..]);
        let sum: u32 = rows.flat_map(|row| &row[x * by..(x + 1) * by]).map(|&v| u32::from(v)).sum();
        ((sum / (by * by) as u32) * GREYS + 127) / 255
    };
    let mut packed = Vec::with_capacity(width.div_ceil(2) * height);
    for y in 0..height {
        for x in (0..width).step_by(2) {
            let right = if x + 1 < width { shade(x + 1, y) } else { 0 };
            packed.push((shade(x, y) << 4 | right) as u8);
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Four);
    encoder.write_header().ok()?.write_image_data(&packed).ok()?;
    let picture = Some(Picture { media_type: "image/png", bytes });
    Some(Drawn { picture, words: Vec::new() })
}

/// Without recognition no page has one.
#[cfg(not(feature = "ocr"))]
fn picture_of(_: &Shown, _: f32) -> Option<Drawn> {
    None
}

/// What drawing a document needs from page to page.
struct Pen<'a> {
    pixels: hayro::RenderCache<'a>,
    outlines: hayro_svg::RenderCache<'a>,
    settings: InterpreterSettings,
    /// Pixels a point.
    sharp: f32,
}

impl<'a> Pen<'a> {
    fn new(sharp: f32) -> Pen<'a> {
        let settings = InterpreterSettings {
            // What is in fonts that the file lacks is left to the browser: a Latin font in place of a
            // Chinese one would draw other characters, and without any the one before stays in use.
            font_resolver: Arc::new(|query| match query {
                FontQuery::Standard(font) => Some(font.get_font_data()),
                FontQuery::Fallback(_) => Some((Arc::new(BLANK_FONT), 0)),
            }),
            ..InterpreterSettings::default()
        };
        Pen {
            pixels: hayro::RenderCache::new(),
            outlines: hayro_svg::RenderCache::new(),
            settings,
            sharp,
        }
    }

    /// Draws one page both ways and keeps the smaller picture.
    fn draw(&self, pdf_page: &'a PdfPage<'a>, page: &Page) -> Option<Drawn> {
        let (width, height) = pdf_page.render_dimensions();
        let scale = scale(self.sharp, width, height)?;
        let mut pixels = hayro::render(
            pdf_page,
            &self.pixels,
            &self.settings,
            &RenderSettings::default(),
            &PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE },
        );
        let words = missing_words(page, &pixels);
        reduce(&mut pixels, if page.images.is_empty() { STEPS } else { STEPS_OF_PICTURES });
        let png = pixels.into_png().ok();
        let png = png.map(|bytes| Picture { media_type: "image/png", bytes });
        let picture = [png, self.outline(pdf_page, page)].into_iter().flatten();
        let picture = picture.min_by_key(|picture| picture.bytes.len())?;
        Some(Drawn { picture: Some(picture), words })
    }

    /// The page as outlines, where that may be the smaller picture: pictures on the page would
    /// stand in it with all their pixels.
    fn outline(&self, pdf_page: &'a PdfPage<'a>, page: &Page) -> Option<Picture> {
        let chars: usize = page.runs.iter().map(|run| run.edges.len()).sum();
        if chars > OUTLINED || !page.images.is_empty() {
            return None;
        }
        let settings = SvgRenderSettings { bg_color: [255; 4] };
        let svg = hayro_svg::convert(pdf_page, &self.outlines, &self.settings, &settings);
        Some(Picture { media_type: "image/svg+xml", bytes: svg.into_bytes() })
    }
}

/// Pixels a point for a page of this size; `None` where no picture can be had.
fn scale(sharp: f32, width: f32, height: f32) -> Option<f32> {
    let area = width * height;
    let scale = sharp.min((PIXELS / area).sqrt()).min(LONGEST / width.max(height));
    (scale.is_finite() && width * scale >= 1.0 && height * scale >= 1.0).then_some(scale)
}

/// Takes from the colours what no eye needs, so that the picture packs well.
fn reduce(pixels: &mut Pixmap, steps: u32) {
    for channel in pixels.data_as_u8_slice_mut() {
        let step = (u32::from(*channel) * steps + 127) / 255;
        *channel = (step * 255 / steps) as u8;
    }
}
