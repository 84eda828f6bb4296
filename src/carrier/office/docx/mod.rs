//! A Word document in (ECMA-376, transitional and strict; also what WPS writes), `Pages` out: one page, a flow
//! of paragraphs and told tables. Numbers of automatic lists are printed; tracked changes are taken as
//! accepted; text that is hidden or deleted, headers and footers are left out and put on record.

mod body;
mod numbering;
mod styles;

use super::package::{Relations, main_part};
use crate::carrier::page::{Pages, TextFrom};
use crate::carrier::parts::Parts;
use crate::carrier::remark_broken_part;
use crate::carrier::xml;
use crate::diag::{Repair, Sink, Stage};
use crate::error::{Error, ErrorKind};
use crate::options::Options;
use crate::source::Source;
use numbering::{form_of, numbering_of};
use std::collections::HashMap;
use styles::{Styles, value};

/// A record of what was left out is cut after so many characters.
const RECORD: usize = 200;

/// Reads the document.
///
/// # Errors
/// [`ErrorKind::BrokenDocument`] where its text can't be had; [`ErrorKind::Limit`]; [`ErrorKind::Empty`] where
/// it has none.
pub(in crate::carrier) fn pages(
    sink: &mut Sink,
    options: &Options,
    source: &Source,
) -> Result<Pages, Error> {
    let parts = Parts::open(sink, source, &options.limits)?;
    let main = main_part(&parts, "word/document.xml")?;
    let relations = Relations::of(&parts, &main)?;
    let bytes = parts.read(&main)?;
    let text = xml::decoded(&bytes);
    let tree = parts.tree(&main, &text)?;
    let mut aside = Aside { parts: &parts, relations: &relations };

    let styles = aside.read(sink, "styles", Styles::of)?.unwrap_or_default();
    let numbering = aside.read(sink, "numbering", |root| numbering_of(root, &styles))?;
    let form = aside.read(sink, "settings", |root| {
        let form = root.child("footnotePr")?.child("numFmt").and_then(value)?;
        Some(form_of(&form))
    })?;
    let notes = Notes {
        footnotes: aside.read(sink, "footnotes", notes_of)?.unwrap_or_default(),
        endnotes: aside.read(sink, "endnotes", notes_of)?.unwrap_or_default(),
        form: form.flatten(),
    };
    let chunks = aside.chunks(sink)?;
    aside.note_running_heads(sink)?;

    let Some(body) = tree.root().child("body") else {
        return Err(parts.broken(&main, "has no body", "没有正文"));
    };
    let read = body::Read {
        limits: &options.limits,
        styles,
        numbering: numbering.unwrap_or_default(),
        notes,
        chunks,
    };
    let page = body::page(sink, read, body)?;
    if page.runs.is_empty() {
        return Err(Error::new(ErrorKind::Empty));
    }
    Ok(Pages { pages: vec![page], text_from: TextFrom::Document, encoding: None })
}

/// Texts of footnotes and endnotes by their ids, and how footnotes are numbered.
#[derive(Debug, Default)]
struct Notes {
    footnotes: HashMap<String, String>,
    endnotes: HashMap<String, String>,
    form: Option<super::numerals::Form>,
}

/// Footnotes or endnotes: those that separate others from the text apart.
fn notes_of(root: xml::Element) -> HashMap<String, String> {
    root.children()
        .filter(|note| note.attribute("type").is_none_or(|kind| kind == "normal"))
        .filter_map(|note| {
            let id = note.attribute("id")?.into_owned();
            let text: String = note.all("t").map(xml::Element::text).collect();
            Some((id, text.trim().to_owned()))
        })
        .collect()
}

/// The parts beside the text, without which it can still be read.
struct Aside<'p> {
    parts: &'p Parts<'p>,
    relations: &'p Relations,
}

impl Aside<'_> {
    /// Reads the part of a kind, if the document has one; one that is damaged is remarked.
    fn read<T>(
        &mut self,
        sink: &mut Sink,
        kind: &str,
        read: impl FnOnce(xml::Element) -> T,
    ) -> Result<Option<T>, Error> {
        let Some(part) = self.relations.of_kind(kind) else { return Ok(None) };
        let bytes = match self.parts.find(part) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(None),
            Err(error) => return remark_broken_part(sink, error).map(|()| None),
        };
        let text = xml::decoded(&bytes);
        match self.parts.tree(part, &text) {
            Ok(tree) => Ok(Some(read(tree.root()))),
            Err(error) => remark_broken_part(sink, error).map(|()| None),
        }
    }

    /// The documents that the text takes in as they are (`altChunk`) and the workbooks in it, by the names it calls them.
    fn chunks(&mut self, sink: &mut Sink) -> Result<HashMap<String, Vec<u8>>, Error> {
        let mut chunks = HashMap::new();
        let books = self.relations.named("package").filter(|(_, part)| part.ends_with(".xlsx"));
        for (id, part) in self.relations.named("aFChunk").chain(books) {
            match self.parts.find(part) {
                Ok(Some(bytes)) => drop(chunks.insert(id.to_owned(), bytes)),
                Ok(None) => {}
                Err(error) => remark_broken_part(sink, error)?,
            }
        }
        Ok(chunks)
    }

    /// Puts on record what stands at the head and foot of each page: it is no part of the text.
    fn note_running_heads(&mut self, sink: &mut Sink) -> Result<(), Error> {
        for kind in ["header", "footer"] {
            let heads: Vec<&str> = self.relations.all_of_kind(kind).collect();
            for part in heads {
                let Ok(Some(bytes)) = self.parts.find(part) else { continue };
                let text = xml::decoded(&bytes);
                let Ok(tree) = self.parts.tree(part, &text) else { continue };
                let said: String = tree.root().all("t").map(xml::Element::text).collect();
                if !said.trim().is_empty() {
                    sink.repair(Repair {
                        stage: Stage::Extract,
                        rule: "header_or_footer",
                        place: None,
                        before: said.trim().chars().take(RECORD).collect(),
                        after: String::new(),
                    });
                }
            }
        }
        Ok(())
    }
}
