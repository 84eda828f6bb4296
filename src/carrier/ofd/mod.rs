//! An OFD document in (GB/T 33190), `Pages` out: pages as seen, in points, with runs of text and ruling lines as a
//! PDF has them. Seals and signatures are named and not verified. Figures that annotations put on a page are read; what
//! else they say, and what is attached, is put on record.

mod content;
mod paint;
mod text;

use super::page::{Layout, Page, Pages, TextFrom};
use super::parts::{Parts, resolved};
use super::rules::Painted;
use super::xml::{self, Element};
use super::{remark_broken_part, within};
use crate::diag::{Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::error::{Error, ErrorKind};
use crate::figure;
use crate::geom::Rect;
use crate::options::{Limits, Options};
use crate::source::Source;
use content::{Layers, PageContent, Resources};
use std::collections::HashMap;

/// Points in a millimetre.
const POINTS: f32 = 72.0 / 25.4;
/// The size of a page that states none: A4, in millimetres.
const A4: [f32; 4] = [0.0, 0.0, 210.0, 297.0];
/// No page is larger, in millimetres.
const LARGEST: f32 = 5000.0;
/// A record of what was left out is cut after so many characters.
const RECORD: usize = 200;

/// Reads the document.
///
/// # Errors
/// [`ErrorKind::BrokenDocument`] where its list of pages can't be had; [`ErrorKind::Limit`];
/// [`ErrorKind::NoTextLayer`] where its pages are pictures; [`ErrorKind::Empty`] where there are none.
pub(super) fn pages(sink: &mut Sink, options: &Options, source: &Source) -> Result<Pages, Error> {
    let parts = Parts::open(sink, source, &options.limits)?;
    let main = parts.read("OFD.xml")?;
    let text = xml::decoded(&main);
    let tree = parts.tree("OFD.xml", &text)?;
    let mut book = Book { parts: &parts, limits: &options.limits, pages: Vec::new(), glyphs: 0 };
    let mut is_signed = false;
    for body in tree.root().children().filter(|e| e.name() == "DocBody") {
        let Some(root) = body.child("DocRoot") else { continue };
        is_signed |= body.child("Signatures").is_some_and(|s| !s.text().trim().is_empty());
        book.document(sink, &resolved("", root.text().trim()))?;
    }
    if is_signed {
        sink.remark(signed());
    }
    let Book { pages, .. } = book;
    if pages.is_empty() {
        return Err(Error::new(ErrorKind::Empty));
    }
    if pages.iter().all(|page| page.runs.is_empty()) {
        return Err(Error::new(ErrorKind::NoTextLayer { pages: pages.len() as u32 }));
    }
    Ok(Pages { pages, text_from: TextFrom::Document, encoding: None })
}

/// The pages read so far.
struct Book<'p> {
    parts: &'p Parts<'p>,
    limits: &'p Limits,
    pages: Vec<Page>,
    glyphs: u64,
}

impl Book<'_> {
    /// Reads a document of the file; nearly all files have one.
    fn document(&mut self, sink: &mut Sink, part: &str) -> Result<(), Error> {
        let parts = self.parts;
        let bytes = parts.read(part)?;
        let text = xml::decoded(&bytes);
        let tree = parts.tree(part, &text)?;
        let root = tree.root();
        let common = root.child("CommonData");
        let usual = common.and_then(|c| c.child("PageArea")).and_then(physical_box);
        let mut templates: HashMap<String, String> = HashMap::new();
        for template in common.into_iter().flat_map(|c| c.children()) {
            if template.name() == "TemplatePage"
                && let (Some(id), Some(at)) =
                    (template.attribute("ID"), template.attribute("BaseLoc"))
            {
                templates.insert(id.into_owned(), resolved(part, &at));
            }
        }
        let lists = common.into_iter().flat_map(|c| c.children());
        let lists = lists.filter(|e| matches!(e.name(), "PublicRes" | "DocumentRes"));
        let lists = self.lists(part, lists);
        let trees = self.trees(&lists);
        let mut resources = Resources::default();
        trees.iter().for_each(|tree| resources.add(tree.root()));
        let annotations = self.annotations(part, root);
        let listed = root.child("Pages").into_iter().flat_map(|pages| pages.children());
        for page in listed.filter(|e| e.name() == "Page") {
            let number = self.pages.len() as u32 + 1;
            within("max-pages", number.into(), self.limits.pages.into())?;
            let Some(at) = page.attribute("BaseLoc") else { continue };
            let id = page.attribute("ID").unwrap_or_default();
            let put_on = annotations.get(&*id).map_or(&[][..], Vec::as_slice);
            let part = &resolved(part, &at);
            let listed = Listed { number, part, put_on, resources: &resources };
            let read = self.page(sink, &listed, usual, &templates);
            self.pages.push(read.map_err(|error| error.on_page(number))?);
        }
        if root.child("Attachments").is_some() {
            self.note_attachments(sink, part, root);
        }
        Ok(())
    }

    fn page(
        &mut self,
        sink: &mut Sink,
        listed: &Listed,
        usual: Option<[f32; 4]>,
        templates: &HashMap<String, String>,
    ) -> Result<Page, Error> {
        let &Listed { number, part, put_on, resources } = listed;
        let parts = self.parts;
        let bytes = parts.read(part)?;
        let text = xml::decoded(&bytes);
        let tree = parts.tree(part, &text)?;
        let root = tree.root();
        let lists = root.children().filter(|e| e.name() == "PageRes");
        let lists = self.lists(part, lists);
        let trees = self.trees(&lists);
        let mut own = Resources::default();
        trees.iter().for_each(|tree| own.add(tree.root()));
        let area = root.child("Area").and_then(physical_box).or(usual).unwrap_or(A4);
        let [_, _, width, height] = area.map(|mm| mm * POINTS);
        let mut drawn = PageContent {
            limits: self.limits,
            page: Page { number, width, height, layout: Layout::Seen, ..Page::default() },
            painted: Painted::default(),
            origin: [area[0], area[1]],
            whole: Rect::new(0.0, 0.0, width, height),
            resources: [&own, resources],
            shown: 0,
        };
        // Templates lie below or above what is the page's own; the order of drawing is all that differs.
        for template in root.children().filter(|e| e.name() == "Template") {
            let Some(at) = template.attribute("TemplateID").and_then(|id| templates.get(&*id))
            else {
                continue;
            };
            let read = parts.read(at).and_then(|bytes| {
                let text = xml::decoded(&bytes);
                let tree = parts.tree(at, &text)?;
                drawn.layers(Layers::of(tree.root()))
            });
            read.or_else(|error| remark_broken_part(sink, error))?;
        }
        drawn.layers(Layers::of(root))?;
        for file in put_on {
            self.put_on(sink, &mut drawn, file)?;
        }
        let page = drawn.finish();
        let glyphs: usize = page.runs.iter().map(|run| run.edges.len()).sum();
        self.glyphs += glyphs as u64;
        within("max-glyphs", self.glyphs, self.limits.glyphs.into())?;
        Ok(page)
    }

    /// The lists of resources that elements of a part name: their parts and texts. Those that can't be had are passed over.
    fn lists<'e>(
        &self,
        part: &str,
        named: impl Iterator<Item = Element<'e, 'e>>,
    ) -> Vec<(String, String)> {
        let read = |list: Element| {
            let at = resolved(part, list.text().trim());
            let bytes = self.parts.find(&at).ok()??;
            Some((at, xml::decoded(&bytes).into_owned()))
        };
        named.filter_map(read).collect()
    }

    fn trees<'l>(&self, lists: &'l [(String, String)]) -> Vec<xml::Tree<'l>> {
        lists.iter().filter_map(|(at, text)| self.parts.tree(at, text).ok()).collect()
    }

    /// For each page, by its id, the parts that say what was put on it: stamps, watermarks, remarks of readers.
    fn annotations(&self, part: &str, root: Element) -> HashMap<String, Vec<String>> {
        let mut annotations: HashMap<String, Vec<String>> = HashMap::new();
        let Some(at) = root.child("Annotations") else { return annotations };
        let at = resolved(part, at.text().trim());
        let Ok(Some(bytes)) = self.parts.find(&at) else { return annotations };
        let text = xml::decoded(&bytes);
        let Ok(tree) = self.parts.tree(&at, &text) else { return annotations };
        for page in tree.root().all("Page") {
            let id = page.attribute("PageID").unwrap_or_default().into_owned();
            let files = page.children().filter(|e| e.name() == "FileLoc");
            let files = files.map(|file| resolved(&at, file.text().trim()));
            annotations.entry(id).or_default().extend(files);
        }
        annotations
    }

    /// Draws the figures that annotations put on a page, as forms are filled in; what else they say is put on record.
    fn put_on(&self, sink: &mut Sink, drawn: &mut PageContent, file: &str) -> Result<(), Error> {
        let Ok(Some(bytes)) = self.parts.find(file) else { return Ok(()) };
        let text = xml::decoded(&bytes);
        let Ok(tree) = self.parts.tree(file, &text) else { return Ok(()) };
        for annotation in tree.root().all("Annot") {
            let said: Vec<String> = annotation.all("TextCode").map(Element::text).collect();
            let said = said.join(" ");
            let said = said.trim();
            if said.is_empty() {
                continue;
            }
            let is = |name: &str, value: &str| {
                annotation.attribute(name).is_some_and(|own| own.eq_ignore_ascii_case(value))
            };
            let is_filled_in = !is("Visible", "false")
                && !is("Type", "Watermark")
                && figure::kind(said) == figure::Kind::Figure;
            let appearance = annotation.child("Appearance").filter(|_| is_filled_in);
            if let Some(appearance) = appearance {
                drawn.words_of(appearance)?;
                continue;
            }
            sink.repair(Repair {
                stage: Stage::Extract,
                rule: "annotation",
                place: None,
                before: said.chars().take(RECORD).collect(),
                after: String::new(),
            });
        }
        Ok(())
    }

    fn note_attachments(&self, sink: &mut Sink, part: &str, root: Element) {
        let Some(at) = root.child("Attachments") else { return };
        let at = resolved(part, at.text().trim());
        let Ok(Some(bytes)) = self.parts.find(&at) else { return };
        let text = xml::decoded(&bytes);
        let Ok(tree) = self.parts.tree(&at, &text) else { return };
        let names: Vec<String> = tree
            .root()
            .all("Attachment")
            .filter_map(|a| a.attribute("Name").map(|name| name.into_owned()))
            .take(20)
            .collect();
        if !names.is_empty() {
            sink.remark(attached(&names));
        }
    }
}

/// A page as the document lists it.
struct Listed<'l> {
    number: u32,
    /// Its part.
    part: &'l str,
    /// The parts that say what was put on it.
    put_on: &'l [String],
    resources: &'l Resources<'l, 'l>,
}

/// The page's area in millimetres.
fn physical_box(area: Element) -> Option<[f32; 4]> {
    let numbers = paint::numbers(&area.child("PhysicalBox")?.text());
    let [x, y, width, height] = numbers.get(..4)?.try_into().ok()?;
    let is_one = [width, height].iter().all(|side: &f32| *side > 0.0 && *side <= LARGEST);
    is_one.then_some([x, y, width, height])
}

fn signed() -> Diagnostic {
    Diagnostic {
        code: "signature_not_verified",
        severity: Severity::Note,
        place: None,
        message: Wording::new(
            "the document bears electronic signatures or seals; they were not verified",
            "文档带有电子签名或签章，未作验证",
        ),
        hint: Some(Wording::new("open it in an OFD reader to verify them", "请用 OFD 阅读器验证")),
    }
}

fn attached(names: &[String]) -> Diagnostic {
    let names = names.join("、");
    Diagnostic {
        code: "attachments_inside",
        severity: Severity::Note,
        place: None,
        message: Wording::new(
            format!("files are attached to the document that were not read: {names}"),
            format!("文档内附有文件，未读取：{names}"),
        ),
        hint: Some(Wording::new(
            "save them from an OFD reader and convert all with --one-notice",
            "请用 OFD 阅读器另存附件，再用 --one-notice 一并转换",
        )),
    }
}
