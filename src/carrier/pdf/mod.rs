//! A PDF in, `Pages` out: opens the document, reads its pages one by one, and says what it can't read.
//!
//! What a page draws is read by `content`, what codes stand for by `fonts`; what glyphs join to runs
//! is left to `runs`, what strokes join to, to `carrier::rules`. Only these files know the reader (hayro).

mod budget;
mod cmaps;
mod colors;
mod content;
mod faces;
mod fields;
mod fonts;
mod measure;
mod radicals;
mod runs;
#[cfg(all(test, feature = "pdf"))]
mod samples;

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro_font::kurbo::Affine;
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use unicode_normalization::UnicodeNormalization;

use crate::carrier::guard::guarded;
#[cfg(feature = "ocr")]
use crate::carrier::ocr;
use crate::carrier::page::{Ink, Page, Pages, Run, TextFrom};
use crate::carrier::pdf::budget::{Budget, check_tables};
use crate::carrier::pdf::content::{Catalog, read_sheet};
use crate::carrier::pdf::fonts::{Shelf, UNREADABLE, note_shapes};
use crate::carrier::pdf::runs::glyphs_to_runs;
use crate::diag::{Diagnostic, Severity, Sink, Wording};
use crate::error::{Error, ErrorKind};
use crate::geom::Rect;
use crate::options::{Limits, Options, Password};
use crate::parallel;
use crate::place::Place;
use crate::source::Source;

/// A document whose share of readable characters is below this can't be read.
const READABLE: f64 = 0.05;
/// A page that images cover by more than this part may be a picture of a page.
const PICTURE: f32 = 0.6;
/// How many characters a scanner's mark and a page number have at most.
const MARK: usize = 40;
/// A text ends at an edge that is no further than so many ems from its end.
const AT_EDGE: f32 = 0.3;
/// A page whose share of unreadable characters is above this is not to be trusted at all.
const UNTRUSTED: f64 = 0.1;

/// Reads the pages of a PDF.
///
/// # Errors
/// [`ErrorKind::BrokenPdf`], [`ErrorKind::PasswordNeeded`], [`ErrorKind::WrongPassword`],
/// [`ErrorKind::NoTextLayer`] if no page has a character or all are pictures, [`ErrorKind::UnreadableText`] if next to none can be read,
/// [`ErrorKind::Limit`] with the page where a limit was reached.
pub(super) fn pages(sink: &mut Sink, options: &Options, source: &Source) -> Result<Pages, Error> {
    guarded(|| read_pages(sink, options, source))
}

/// Opens a PDF within the limits, with the password if it is encrypted and one is given.
///
/// # Errors
/// As [`pages`], for what shows before a page is read.
pub(crate) fn open(bytes: &Arc<Vec<u8>>, options: &Options) -> Result<Pdf, Error> {
    let Options { limits, password, .. } = options;
    check_tables(bytes, limits)?;
    let with = |word: &str| Pdf::new_with_password(Arc::clone(bytes), word);
    let opened = match password.as_ref().map(Password::reveal) {
        None => with(""),
        // Characters may have been written otherwise when it was set (SASLprep, RFC 4013, rests on
        // NFKC); and a password is for those files that ask for one.
        Some(word) => with(word)
            .or_else(|error| match error {
                LoadPdfError::Decryption(_) => with(&word.nfkc().collect::<String>()),
                error => Err(error),
            })
            .or_else(|error| match error {
                LoadPdfError::Decryption(_) => with("").map_err(|_| error),
                error => Err(error),
            }),
    };
    let pdf = opened.map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            Error::new(match password {
                Some(_) => ErrorKind::WrongPassword,
                None => ErrorKind::PasswordNeeded,
            })
        }
        LoadPdfError::Decryption(_) => {
            broken("it is encrypted in a way that is not known here", "加密方式无法识别")
        }
        LoadPdfError::Invalid if is_cut_short(bytes) => {
            broken("it is cut short, its list of pages is missing", "文件不完整，缺少页面目录")
        }
        LoadPdfError::Invalid => {
            broken("no table of objects and no page was found", "找不到对象表，也找不到页面")
        }
    })?;
    if pdf.len() as u64 > u64::from(limits.objects) {
        let (name, value) = ("max-objects", limits.objects.into());
        return Err(Error::new(ErrorKind::Limit { name, value }));
    }
    Ok(pdf)
}

fn read_pages(sink: &mut Sink, options: &Options, source: &Source) -> Result<Pages, Error> {
    let limits = &options.limits;
    let pdf = open(&source.bytes, options)?;
    let count = pdf.pages().len();
    if count == 0 {
        return Err(broken("it has no pages", "没有页面"));
    }
    if count as u64 > u64::from(limits.pages) {
        return Err(Error::new(ErrorKind::Limit { name: "max-pages", value: limits.pages.into() }));
    }
    let cut = is_cut_short(&source.bytes);
    let pages = match read_side_by_side(options, &pdf, cut) {
        Some(pages) => pages
            .into_iter()
            .map(|(page, noted)| {
                sink.append(noted);
                page
            })
            .collect(),
        None => read_one_by_one(sink, limits, &pdf, cut)?,
    };
    #[cfg(feature = "ocr")]
    let (pages, pictures_read) = read_pictures(sink, options, &pdf, pages)?;
    #[cfg(not(feature = "ocr"))]
    let pictures_read = 0;
    let [readable, unreadable] = note_unreadable(sink, &pages);
    let count = count as u32;
    let text_from = match pictures_read {
        0 => TextFrom::TextLayer,
        _ => TextFrom::Ocr,
    };
    if pictures_read > 0 {
        return Ok(Pages { pages, text_from, encoding: None });
    }
    #[cfg(feature = "ocr")]
    if pages.iter().all(is_picture) {
        return Err(Error::new(ErrorKind::ModelsMissing));
    }
    if readable + unreadable == 0 || pages.iter().all(is_picture) {
        return Err(Error::new(ErrorKind::NoTextLayer { pages: count }));
    }
    if (readable as f64) < READABLE * (readable + unreadable) as f64 {
        return Err(Error::new(ErrorKind::UnreadableText { pages: count }));
    }
    for page in pages.iter().filter(|page| is_picture(page)) {
        remark_picture(sink, page);
    }
    Ok(Pages { pages, text_from, encoding: None })
}

/// Reads the pages that are pictures by recognizing their characters, or by the text under them if it proves right;
/// gives how many were recognized.
#[cfg(feature = "ocr")]
fn read_pictures(
    sink: &mut Sink,
    options: &Options,
    pdf: &Pdf,
    mut pages: Vec<Page>,
) -> Result<(Vec<Page>, usize), Error> {
    let mut read = 0;
    for (page, drawn) in pages.iter_mut().zip(pdf.pages().iter()) {
        let has_layer = has_layer(page);
        if options.models.is_none() {
            if has_layer {
                remark_unproven(sink, page);
            }
        } else if is_picture(page) || has_layer {
            let layer = has_layer.then_some(&*page);
            *page = ocr::pdf_page(sink, options, drawn, layer, page.number)
                .map_err(|error| error.on_page(page.number))?;
            let is_told = !page.runs.is_empty() && page.runs.iter().all(|run| run.sight.is_none());
            read += usize::from(!is_told);
        }
    }
    Ok((pages, read))
}

/// Reads the pages in order; `cut` says that the end of the file is missing.
fn read_one_by_one(
    sink: &mut Sink,
    limits: &Limits,
    pdf: &Pdf,
    cut: bool,
) -> Result<Vec<Page>, Error> {
    let mut reader = Reader::new(limits, pdf, cut);
    let mut pages = Vec::new();
    for (page, number) in pdf.pages().iter().zip(1..) {
        pages.push(reader.read_page(sink, page, number)?);
    }
    settle_unread(sink, &reader.shelf, &mut pages);
    Ok(pages)
}

/// Reads the pages on several threads, each with fonts of its own; gives each page with what was noted of
/// it. `None` where there is one thread to work on it, or where the pages must be read in order: one can't
/// be read, a limit is near, or [`Shelf::order_matters`].
fn read_side_by_side(options: &Options, pdf: &Pdf, cut: bool) -> Option<Vec<(Page, Sink)>> {
    let limits = &options.limits;
    let threads = options.threads.min(pdf.pages().len() / 2);
    if threads < 2 {
        return None;
    }
    let in_order = AtomicBool::new(false);
    // Pages that follow each other are much alike: each thread takes every second, or third.
    let read = |_: &mut Sink, first: usize| {
        let part = guarded(|| {
            let mut reader = Reader::new(limits, pdf, cut);
            let mut pages = Vec::new();
            for (page, number) in pdf.pages().iter().zip(1..).skip(first).step_by(threads) {
                if in_order.load(Ordering::Relaxed) {
                    break;
                }
                let mut noted = Sink::new();
                pages.push((reader.read_page(&mut noted, page, number)?, noted));
            }
            let Reader { glyphs, shelf, budget, .. } = reader;
            Ok((!shelf.order_matters()).then(|| (pages, glyphs, budget.used())))
        });
        let part = part.ok().flatten();
        in_order.fetch_or(part.is_none(), Ordering::Relaxed);
        part
    };
    let parts = parallel::map(&mut Sink::new(), threads, (0..threads).collect(), read);
    let parts: Vec<_> = parts.into_iter().collect::<Option<_>>()?;
    let glyphs = parts.iter().map(|(_, glyphs, _)| glyphs).sum::<u64>();
    let used = parts.iter().map(|(.., used)| used).sum::<u64>();
    if glyphs > u64::from(limits.glyphs) || used > limits.decoded_bytes {
        return None;
    }
    let mut pages: Vec<_> = parts.into_iter().flat_map(|(pages, ..)| pages).collect();
    pages.sort_by_key(|(page, _)| page.number);
    Some(pages)
}

fn broken(en: &str, zh: &str) -> Error {
    Error::new(ErrorKind::BrokenPdf { what: Wording::new(en, zh) })
}

/// Whether the end of the file is missing: a whole one says after its last object where its table of
/// objects starts.
fn is_cut_short(bytes: &[u8]) -> bool {
    let last = |word: &[u8]| bytes.windows(word.len()).rposition(|w| w == word);
    last(b"startxref") < last(b"endobj")
}

/// What the pages of one document share.
struct Reader<'a, 'l> {
    limits: &'l Limits,
    catalog: Catalog,
    shelf: Shelf<'a>,
    budget: Rc<Budget>,
    /// Characters of the pages read so far.
    glyphs: u64,
    /// Whether the end of the file is missing.
    cut: bool,
}

impl<'a, 'l> Reader<'a, 'l> {
    fn new(limits: &'l Limits, pdf: &'a Pdf, cut: bool) -> Reader<'a, 'l> {
        let budget = Rc::new(Budget::new(limits));
        let (catalog, shelf) = (Catalog::new(pdf.xref()), Shelf::new(Rc::clone(&budget)));
        Reader { limits, catalog, shelf, budget, glyphs: 0, cut }
    }

    fn read_page(
        &mut self,
        sink: &mut Sink,
        page: &hayro_syntax::page::Page<'a>,
        number: u32,
    ) -> Result<Page, Error> {
        let (page, incomplete) = self.read_sheet(sink, page, number)?;
        self.glyphs += page.runs.iter().map(|run| run.edges.len() as u64).sum::<u64>();
        if self.glyphs > u64::from(self.limits.glyphs) {
            let (name, value) = ("max-glyphs", self.limits.glyphs.into());
            return Err(Error::new(ErrorKind::Limit { name, value }).on_page(number));
        }
        if incomplete && self.cut {
            return Err(broken(
                "it is cut short, this page's content is missing",
                "文件不完整，缺少本页内容",
            )
            .on_page(number));
        }
        if incomplete {
            remark_incomplete(sink, &page);
        }
        Ok(page)
    }

    /// Reads what is drawn on one page; also gives whether something it is made of is missing.
    fn read_sheet(
        &mut self,
        sink: &mut Sink,
        page: &hayro_syntax::page::Page<'a>,
        number: u32,
    ) -> Result<(Page, bool), Error> {
        // A unit of the page's own coordinates, in points (UserUnit, ISO 32000-2, table 31).
        let unit = page.raw().get::<f64>(b"UserUnit").filter(|u| (0.01..=1000.0).contains(u));
        let unit = unit.unwrap_or(1.0);
        let (width, height) = page.render_dimensions();
        let (width, height) = (width * unit as f32, height * unit as f32);
        let initial = Affine::scale(unit) * Affine::new(page.initial_transform(true).as_coeffs());
        let area = Rect::new(0.0, 0.0, width, height);
        let Reader { limits, catalog, shelf, budget, .. } = self;
        let sheet = read_sheet(shelf, budget, limits, catalog, page, initial, area);
        if let Some((name, value)) = sheet.limit {
            return Err(Error::new(ErrorKind::Limit { name, value }).on_page(number));
        }
        if sheet.endless || sheet.circular {
            sink.remark(Diagnostic {
                code: "page_endless",
                severity: Severity::Error,
                place: Some(Place::of_box(number, area)),
                message: Wording::new(
                    "the page draws without end; what came first was read",
                    "本页的绘制指令没有尽头，只读取了开头部分",
                ),
                hint: None,
            });
        }
        for (at, value, shown) in &sheet.unlike {
            remark_unlike(sink, Place::of_box(number, *at), value, shown);
        }
        shelf.close_page(sink, Place::of_box(number, area));
        let cut = sheet.painted.cut();
        let (rules, fills) = sheet.painted.finish();
        let runs = glyphs_to_runs(sink, number, &sheet.drawn);
        if let Some(bbox) = cut.and_then(|cut| at_edge(&runs, &cut)) {
            remark_cut_off(sink, Place::of_box(number, bbox));
        }
        let (images, drawings) = (sheet.images, sheet.drawings);
        let page =
            Page { number, width, height, runs, rules, fills, images, drawings, ..Page::default() };
        Ok((page, sheet.incomplete))
    }
}

/// Occurs if a field of a form hides its value, or shows another figure: it was filled in by a program that left
/// the old appearance, and other readers may show the value.
fn remark_unlike(sink: &mut Sink, place: Place, value: &str, shown: &str) {
    sink.remark(Diagnostic {
        code: "field_not_as_shown",
        severity: Severity::Warning,
        place: Some(place),
        message: Wording::new(
            format!("a field of a form holds \"{value}\" and shows \"{shown}\", which was read"),
            format!("表单域的值是“{value}”，显示为“{shown}”；读取的是显示内容"),
        ),
        hint: Some(Wording::new(
            "open the file in a reader for forms and print it to a new PDF",
            "请用能处理表单的阅读器打开，另存（打印）为新的 PDF",
        )),
    });
}

/// The box of the texts that end where the page cuts the rules above and below them; nothing stands right of that.
fn at_edge(runs: &[Run], cut: &Rect) -> Option<Rect> {
    let seen = || runs.iter().filter(|run| matches!(run.ink, Ink::Seen { .. }));
    if seen().any(|run| run.bbox.x0 >= cut.x0) {
        return None;
    }
    let is_at_edge = |run: &&Run| {
        // What was drawn beyond it is read whole (`find_clipped`).
        (run.bbox.x1 - cut.x0).abs() <= AT_EDGE * run.size
            && (cut.y0..=cut.y1).contains(&run.bbox.center().y)
            && run.text.ends_with(|c: char| c.is_numeric() || ".,．，".contains(c))
    };
    seen().filter(is_at_edge).map(|run| run.bbox).reduce(|a, b| a.union(&b))
}

/// Occurs if figures end where the page cuts the rules of their table: what was drawn further right is not in the file.
fn remark_cut_off(sink: &mut Sink, place: Place) {
    sink.remark(Diagnostic {
        code: "figure_cut_off",
        severity: Severity::Warning,
        place: Some(place),
        message: Wording::new(
            "the table runs on beyond the edge of the page, where these figures end: digits may be missing",
            "表格超出页边，这些数字正好在页边结束，可能缺少数位",
        ),
        hint: Some(Wording::new(
            "look for the whole table: figures are never completed",
            "请查找完整的表格；本工具不会补全数字",
        )),
    });
}

fn remark_incomplete(sink: &mut Sink, page: &Page) {
    let number = page.number;
    sink.remark(Diagnostic {
        code: "page_incomplete",
        severity: Severity::Error,
        place: Some(Place::of_box(number, Rect::new(0.0, 0.0, page.width, page.height))),
        message: Wording::new(
            "the content of the page or a font of it is not in the file",
            "本页的内容或所用字体不在文件中",
        ),
        hint: Some(Wording::new("fetch the file again", "请重新获取该文件")),
    });
}

/// Whether a page is a picture: one covers most of it, and there is no more text than a scanner's
/// mark and a page number.
fn is_picture(page: &Page) -> bool {
    is_covered(page) && has_no_more_than_a_mark(page.runs.iter())
}

/// Whether a page is a picture with text under it: one covers most of it, and more text than a scanner's mark is not
/// seen, and no more than that is.
#[cfg(feature = "ocr")]
fn has_layer(page: &Page) -> bool {
    let (seen, unseen): (Vec<&Run>, Vec<&Run>) =
        page.runs.iter().partition(|run| run.ink != Ink::Invisible);
    is_covered(page)
        && has_no_more_than_a_mark(seen.into_iter())
        && !has_no_more_than_a_mark(unseen.into_iter())
}

fn is_covered(page: &Page) -> bool {
    let area = |r: &Rect| r.width() * r.height();
    let covered = page.images.iter().map(area).sum::<f32>();
    covered > PICTURE * page.width * page.height
}

fn has_no_more_than_a_mark<'r>(runs: impl Iterator<Item = &'r Run>) -> bool {
    let chars = runs.flat_map(|r| r.text.chars()).filter(|c| !c.is_whitespace());
    chars.take(MARK + 1).count() <= MARK
}

/// Says that nothing was there to hold a layer against its picture.
#[cfg(feature = "ocr")]
fn remark_unproven(sink: &mut Sink, page: &Page) {
    sink.remark(Diagnostic {
        code: "layer_unproven",
        severity: Severity::Note,
        place: Some(page.place()),
        message: Wording::new(
            "the page is a picture with text under it, which was read without comparing the two",
            "本页是带文本层的图片，已读取文本层，未与图片核对",
        ),
        hint: Some(Wording::new(
            "run `fubiao models` once: the picture is then compared",
            "请运行一次 `fubiao models`，安装模型后即可核对",
        )),
    });
}

fn remark_picture(sink: &mut Sink, page: &Page) {
    let number = page.number;
    sink.remark(Diagnostic {
        code: "page_is_picture",
        severity: Severity::Warning,
        place: Some(Place::of_box(number, Rect::new(0.0, 0.0, page.width, page.height))),
        message: Wording::new(
            "the page is a picture; nothing on it was read",
            "本页是图片，其中内容均未读取",
        ),
        hint: Some(Wording::new("run OCR on the page", "请对该页做文字识别（OCR）")),
    });
}

/// Reads by their shapes the characters that no table names.
fn settle_unread(sink: &mut Sink, shelf: &Shelf<'_>, pages: &mut [Page]) {
    let readings = shelf.readings();
    for page in pages {
        let area = Rect::new(0.0, 0.0, page.width, page.height);
        let mut read = String::new();
        for run in &mut page.runs {
            readings.settle(run, &mut read);
        }
        note_shapes(sink, Place::of_box(page.number, area), &read);
    }
}

/// Remarks on each page with characters that can't be read; gives how many characters of the
/// document can be read and how many can't.
fn note_unreadable(sink: &mut Sink, pages: &[Page]) -> [usize; 2] {
    let mut total = [0, 0];
    for page in pages {
        let chars = || page.runs.iter().flat_map(|run| run.text.chars());
        // What recognition makes nothing of in a picture is a matter of its cell, and of no font.
        let of_fonts = page.runs.iter().filter(|run| run.sight.is_none());
        let unread = of_fonts.flat_map(|run| run.text.chars()).filter(|&c| c == UNREADABLE);
        let unreadable = unread.count();
        let readable = chars().filter(|c| !c.is_whitespace()).count() - unreadable;
        total = [total[0] + readable, total[1] + unreadable];
        if unreadable == 0 {
            continue;
        }
        let number = page.number;
        let whole = unreadable as f64 > UNTRUSTED * (readable + unreadable) as f64;
        let (code, severity) = match whole {
            true => ("text_layer_unreadable", Severity::Error),
            false => ("characters_unreadable", Severity::Warning),
        };
        sink.remark(Diagnostic {
            code,
            severity,
            place: Some(Place::of_box(number, Rect::new(0.0, 0.0, page.width, page.height))),
            message: Wording::new(
                format!("the fonts do not say what {unreadable} characters are"),
                format!("有{unreadable}个字符，字体未说明是什么字"),
            ),
            hint: Some(Wording::new("run OCR on the page", "请对该页做文字识别（OCR）")),
        });
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::page::{Ink, Run};
    use crate::sight::Sight;

    #[test]
    fn what_no_font_says_is_told_from_what_recognition_makes_nothing_of() {
        let run = |sight: Option<Box<Sight>>| Run {
            ink: Ink::Invisible,
            sight,
            ..Run::square(&UNREADABLE.to_string(), 0.0, 0.0)
        };
        let unreadable = |sight| {
            let page = Page { runs: vec![run(sight)], ..Page::default() };
            note_unreadable(&mut Sink::new(), &[page])[1]
        };
        assert_eq!((unreadable(None), unreadable(Some(Box::default()))), (1, 0));
    }
}
