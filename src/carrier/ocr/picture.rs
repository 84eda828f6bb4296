//! Bytes of a picture, or a page of a PDF, in; the pixels of one page out, with how many there are to an inch.
//!
//! What an inch is comes from the page's box, or from what the picture's file says of itself; never from a
//! paper size that is assumed.

use std::io::Cursor;
use std::sync::Arc;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::object::{Dict, Name, Stream};
use hayro::hayro_syntax::page::Page as PdfPage;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderSettings};

use crate::error::{Error, ErrorKind};
use crate::options::Limits;
use crate::source::PictureKind;

/// What pages without a word on it are taken to have: the density of most screens' and phones' pictures.
const UNSAID: f32 = 150.0;
/// Pages are not drawn at more pixels to an inch than this.
const FINEST: f32 = 400.0;
/// Pages that say nothing of their picture's pixels are drawn at this.
const USUAL: f32 = 200.0;
/// Pixels to an inch that a picture's file can mean; others say nothing.
const SENSIBLE: std::ops::RangeInclusive<f32> = 50.0..=1_300.0;

/// The pixels of one page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Picture {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Red, green, blue, row by row.
    pub rgb: Vec<u8>,
    /// Pixels to an inch.
    pub dpi: f32,
    /// Whether someone says so.
    pub dpi_said: bool,
}

fn broken(what: impl ToString) -> Error {
    Error::new(ErrorKind::BrokenPicture { what: what.to_string() })
}

fn check_size(limits: &Limits, width: u64, height: u64) -> Result<(), Error> {
    if width == 0 || height == 0 {
        return Err(broken("it has no pixels"));
    }
    if width.saturating_mul(height) > limits.page_pixels {
        let (name, value) = ("max-page-pixels", limits.page_pixels);
        return Err(Error::new(ErrorKind::Limit { name, value }));
    }
    Ok(())
}

/// The pages of a picture file: one, but for TIFF, which may hold several.
///
/// # Errors
/// [`ErrorKind::BrokenPicture`], [`ErrorKind::Limit`].
pub(super) fn decode(
    limits: &Limits,
    kind: PictureKind,
    bytes: &[u8],
    mut each: impl FnMut(Picture) -> Result<(), Error>,
) -> Result<(), Error> {
    match kind {
        PictureKind::Png => each(png(limits, bytes)?),
        PictureKind::Jpeg => each(jpeg(limits, bytes)?),
        PictureKind::Tiff => tiff(limits, bytes, each),
    }
}

fn picture(width: usize, height: usize, rgb: Vec<u8>, said: Option<f32>) -> Picture {
    let said = said.filter(|dpi| SENSIBLE.contains(dpi) && *dpi != 72.0 && *dpi != 96.0);
    Picture { width, height, rgb, dpi: said.unwrap_or(UNSAID), dpi_said: said.is_some() }
}

fn png(limits: &Limits, bytes: &[u8]) -> Result<Picture, Error> {
    let mut decoder = png::Decoder::new_with_limits(
        Cursor::new(bytes),
        png::Limits { bytes: limits.page_pixels.saturating_mul(8) as usize },
    );
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(broken)?;
    let (width, height) = (reader.info().width, reader.info().height);
    check_size(limits, width.into(), height.into())?;
    let said = reader.info().pixel_dims.and_then(|dims| match dims.unit {
        png::Unit::Meter => Some(dims.xppu as f32 * 0.0254),
        png::Unit::Unspecified => None,
    });
    let size = reader.output_buffer_size().ok_or_else(|| broken("it is too large"))?;
    let mut data = vec![0; size];
    reader.next_frame(&mut data).map_err(broken)?;
    let (color, _) = reader.output_color_type();
    let rgb = to_rgb(&data, color.samples(), matches!(color.samples(), 2 | 4));
    Ok(picture(width as usize, height as usize, rgb, said))
}

/// Samples of one to four a pixel as red, green and blue; what is transparent is paper.
fn to_rgb(data: &[u8], samples: usize, alpha: bool) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(data.len() / samples.max(1) * 3);
    for pixel in data.chunks_exact(samples.max(1)) {
        let (color, opaque) = match alpha {
            true => (&pixel[..samples - 1], pixel[samples - 1]),
            false => (pixel, 255),
        };
        let over = |v: u8| {
            let (v, a) = (u32::from(v), u32::from(opaque));
            ((v * a + 255 * (255 - a)) / 255) as u8
        };
        match color {
            [g] => rgb.extend([over(*g); 3]),
            [r, g, b, ..] => rgb.extend([over(*r), over(*g), over(*b)]),
            _ => {}
        }
    }
    rgb
}

fn jpeg(limits: &Limits, bytes: &[u8]) -> Result<Picture, Error> {
    use zune_jpeg::zune_core::bytestream::ZCursor;
    use zune_jpeg::zune_core::colorspace::ColorSpace;
    use zune_jpeg::zune_core::options::DecoderOptions;
    let most = limits.page_pixels.min(1 << 16) as usize;
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::RGB)
        .set_max_width(most)
        .set_max_height(most);
    let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|e| broken(format!("{e:?}")))?;
    let info = decoder.info().ok_or_else(|| broken("its header is missing"))?;
    check_size(limits, info.width.into(), info.height.into())?;
    let rgb = decoder.decode().map_err(|e| broken(format!("{e:?}")))?;
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    if rgb.len() != width * height * 3 {
        return Err(broken("its pixels are missing"));
    }
    Ok(picture(width, height, rgb, jfif_density(bytes)))
}

/// Pixels to an inch by the header of JFIF (ITU-T T.871).
fn jfif_density(bytes: &[u8]) -> Option<f32> {
    let at = bytes.get(..64)?.windows(5).position(|w| w == b"JFIF\0")?;
    let (unit, x) = (bytes.get(at + 7)?, bytes.get(at + 8..at + 10)?);
    let x = f32::from(u16::from_be_bytes([x[0], x[1]]));
    match unit {
        1 => Some(x),
        2 => Some(x * 2.54),
        _ => None,
    }
}

fn tiff(
    limits: &Limits,
    bytes: &[u8],
    mut each: impl FnMut(Picture) -> Result<(), Error>,
) -> Result<(), Error> {
    use tiff::ColorType;
    use tiff::decoder::ifd::Value;
    use tiff::decoder::{Decoder, DecodingResult};
    use tiff::tags::Tag;
    let most = limits.page_pixels.saturating_mul(4) as usize;
    let mut bounds = tiff::decoder::Limits::default();
    bounds.decoding_buffer_size = most;
    bounds.intermediate_buffer_size = most;
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(broken)?.with_limits(bounds);
    let mut pages = 0u32;
    loop {
        pages += 1;
        if pages > limits.pages {
            let (name, value) = ("max-pages", limits.pages.into());
            return Err(Error::new(ErrorKind::Limit { name, value }));
        }
        let (width, height) = decoder.dimensions().map_err(broken)?;
        check_size(limits, width.into(), height.into())?;
        let resolution = match decoder.find_tag(Tag::XResolution).ok().flatten() {
            Some(Value::Rational(over, under)) if under > 0 => Some(over as f32 / under as f32),
            Some(Value::Float(resolution)) => Some(resolution),
            _ => None,
        };
        let unit = decoder.get_tag_u32(Tag::ResolutionUnit).unwrap_or(2);
        let said = resolution.map(|r| if unit == 3 { r * 2.54 } else { r }).filter(|_| unit != 1);
        let color = decoder.colortype().map_err(broken)?;
        let samples = match decoder.read_image().map_err(broken)? {
            DecodingResult::U8(samples) => samples,
            DecodingResult::U16(samples) => samples.iter().map(|s| (s >> 8) as u8).collect(),
            _ => return Err(broken("its samples are of a kind that no scanner writes")),
        };
        let (width, height) = (width as usize, height as usize);
        let rgb = match color {
            ColorType::Gray(bits @ (1 | 2 | 4)) => unpack(&samples, width, height, bits),
            ColorType::Gray(_) => to_rgb(&samples, 1, false),
            ColorType::GrayA(_) => to_rgb(&samples, 2, true),
            ColorType::RGB(_) => samples,
            ColorType::RGBA(_) => to_rgb(&samples, 4, true),
            ColorType::CMYK(_) => samples
                .chunks_exact(4)
                .flat_map(|p| {
                    let ink = |c: u8| (u32::from(255 - c) * u32::from(255 - p[3]) / 255) as u8;
                    [ink(p[0]), ink(p[1]), ink(p[2])]
                })
                .collect(),
            _ => return Err(broken("its colours are of a kind that is not known here")),
        };
        if rgb.len() != width * height * 3 {
            return Err(broken("its pixels are missing"));
        }
        each(picture(width, height, rgb, said))?;
        if !decoder.more_images() {
            return Ok(());
        }
        decoder.next_image().map_err(broken)?;
    }
}

/// Samples of less than a byte, rows beginning at whole bytes. A decoder may give a byte a pixel already.
fn unpack(samples: &[u8], width: usize, height: usize, bits: u8) -> Vec<u8> {
    let top = (1u16 << bits) - 1;
    let shade = |v: u8| (u16::from(v) * 255 / top).min(255) as u8;
    if samples.len() == width * height {
        return samples.iter().flat_map(|&v| [shade(v); 3]).collect();
    }
    let stride = (width * usize::from(bits)).div_ceil(8);
    let mut rgb = Vec::with_capacity(width * height * 3);
    for row in samples.chunks_exact(stride.max(1)).take(height) {
        for x in 0..width {
            let bit = x * usize::from(bits);
            let v = (row[bit / 8] >> (8 - usize::from(bits) - bit % 8)) & top as u8;
            rgb.extend([shade(v); 3]);
        }
    }
    rgb
}

/// Draws a page of a PDF at the density of the largest picture on it.
///
/// # Errors
/// [`ErrorKind::Limit`] for a page of more pixels than are allowed.
pub(super) fn draw(limits: &Limits, page: &PdfPage<'_>) -> Result<Picture, Error> {
    let (width, height) = page.render_dimensions();
    let unit = page.raw().get::<f64>(b"UserUnit").filter(|u| (0.01..=1000.0).contains(u));
    let unit = unit.unwrap_or(1.0) as f32;
    let native = widest_picture(page).map(|(w, h)| {
        // A picture may stand on its side.
        let (w, h) = (w as f32, h as f32);
        let same = (w / width).max(h / height).min((w / height).max(h / width));
        same * 72.0
    });
    // Drawn smaller than it is, a picture would lose every second pixel instead of blending them.
    let drawn = native.unwrap_or(USUAL * unit).clamp(36.0 * unit, FINEST * unit);
    let scale = drawn / 72.0;
    check_size(limits, (width * scale) as u64, (height * scale) as u64)?;
    let pixels = hayro::render(
        page,
        &hayro::RenderCache::new(),
        &settings(),
        &RenderSettings::default(),
        &PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE },
    );
    let (w, h) = (usize::from(pixels.width()), usize::from(pixels.height()));
    let rgba = pixels.data_as_u8_slice();
    let rgb = rgba.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
    Ok(Picture { width: w, height: h, rgb, dpi: drawn / unit, dpi_said: true })
}

fn settings() -> InterpreterSettings {
    InterpreterSettings { font_resolver: Arc::new(|_| None), ..InterpreterSettings::default() }
}

/// Pixels of the largest picture that the page names.
fn widest_picture(page: &PdfPage<'_>) -> Option<(u32, u32)> {
    let objects: &Dict<'_> = &page.resources().x_objects;
    let sizes = objects.keys().filter_map(|name| {
        let stream = objects.get::<Stream<'_>>(name.as_ref())?;
        let dict = stream.dict();
        let kind = dict.get::<Name<'_>>(b"Subtype")?;
        let size = (dict.get::<u32>(b"Width")?, dict.get::<u32>(b"Height")?);
        (kind.as_ref() == b"Image").then_some(size)
    });
    sizes.max_by_key(|&(w, h)| u64::from(w) * u64::from(h))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pages of tools/pictures.py.
    const PAGE: &[u8] = include_bytes!("../../../tests/pictures/page.png");
    const GROUP3: &[u8] = include_bytes!("../../../tests/pictures/group3.tif");
    const TIFFS: [(&str, &[u8]); 2] = [
        ("CCITT group 4", include_bytes!("../../../tests/pictures/group4.tif")),
        ("LZW", include_bytes!("../../../tests/pictures/lzw.tif")),
    ];
    const PDFS: [(&str, &[u8]); 3] = [
        ("CCITT", include_bytes!("../../../tests/pictures/ccitt.pdf")),
        ("JBIG2", include_bytes!("../../../tests/pictures/jbig2.pdf")),
        ("JPEG 2000", include_bytes!("../../../tests/pictures/jpeg2000.pdf")),
    ];

    fn decoded(kind: PictureKind, bytes: &[u8]) -> Result<Vec<Picture>, Error> {
        let mut pages = Vec::new();
        let each = |page| {
            pages.push(page);
            Ok(())
        };
        decode(&Limits::default(), kind, bytes, each).map(|()| pages)
    }

    /// Size, density to the nearest pixel, and which pixels are dark.
    fn seen(picture: &Picture) -> (usize, usize, f32, Vec<bool>) {
        let dark = picture.rgb.chunks_exact(3).map(|p| p[1] < 128).collect();
        (picture.width, picture.height, picture.dpi.round(), dark)
    }

    fn drawn(bytes: &[u8]) -> Picture {
        let pdf = hayro::hayro_syntax::Pdf::new(bytes.to_vec()).expect("a PDF");
        draw(&Limits::default(), &pdf.pages()[0]).expect("it is drawn")
    }

    #[test]
    fn pictures_show_the_same_however_they_are_coded() {
        let page = seen(&decoded(PictureKind::Png, PAGE).expect("a picture")[0]);
        assert_eq!((page.0, page.1, page.2), (320, 160, 200.0));
        for (name, bytes) in TIFFS {
            let pages = decoded(PictureKind::Tiff, bytes).expect(name);
            assert!(seen(&pages[0]) == page, "{name}");
        }
        for (name, bytes) in PDFS {
            assert!(seen(&drawn(bytes)) == page, "{name}");
        }
    }

    /// The decoder knows no CCITT group 3, which old fax servers write: it says so.
    #[test]
    fn a_tiff_in_group_3_is_refused_by_name() {
        let error = decoded(PictureKind::Tiff, GROUP3).expect_err("nothing decodes it");
        assert!(error.to_string().contains("Fax3"), "{error}");
    }

    #[test]
    fn pictures_cut_short_or_changed_are_refused_or_half_there() {
        for (kind, bytes) in
            [(PictureKind::Png, PAGE)].into_iter().chain(TIFFS.map(|t| (PictureKind::Tiff, t.1)))
        {
            for at in (0..bytes.len()).step_by(3) {
                let mut changed = bytes.to_vec();
                changed[at] ^= 0xff;
                for bytes in [&bytes[..at], &changed] {
                    if let Err(error) = decoded(kind, bytes) {
                        let is_named = matches!(
                            error.kind(),
                            ErrorKind::BrokenPicture { .. } | ErrorKind::Limit { .. }
                        );
                        assert!(is_named, "{error}");
                    }
                }
            }
        }
    }
}
