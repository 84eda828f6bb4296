//! The body of a document in, a page out: paragraphs and tables in the order of the text, as Word shows them.

use super::styles::{self, Level, Run, Styles, switch, value};
use super::{Notes, RECORD};
use crate::carrier::flow::{Align, Flow, Grid, GridCell, TextLine};
#[cfg(feature = "html")]
use crate::carrier::html;
use crate::carrier::office::lists::Numbering;
use crate::carrier::office::numerals::{Form, printed};
use crate::carrier::office::package::main_part;
#[cfg(feature = "excel")]
use crate::carrier::office::xlsx;
use crate::carrier::page::Page;
use crate::carrier::parts::Parts;
use crate::carrier::remark_broken_part;
use crate::carrier::xml::Element;
use crate::carrier::{picture_unread, within, xml};
use crate::diag::{Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::error::Error;
use crate::options::Limits;
use crate::place::{Place, Spot};
#[cfg(feature = "html")]
use crate::source::Kind;
use crate::source::Source;
use std::collections::HashMap;

/// Size of text where neither it nor a style says one, in points.
const SIZE: f32 = 10.0;
/// A picture wider and higher than this, in points, may show a table.
const PICTURE: (f32, f32) = (200.0, 80.0);
/// A paragraph of more characters is prose, and its footnotes may follow it.
const PROSE: usize = 40;
/// A cell reaches over so many columns at most.
const MOST_COLUMNS: usize = 1000;

/// What was read before the body.
pub(super) struct Read<'l> {
    pub limits: &'l Limits,
    pub styles: Styles,
    pub numbering: Numbering,
    pub notes: Notes,
    /// Documents that the text takes in, by name.
    pub chunks: HashMap<String, Vec<u8>>,
}

/// Reads the body.
///
/// # Errors
/// [`crate::error::ErrorKind::Limit`].
pub(super) fn page(sink: &mut Sink, read: Read, body: Element) -> Result<Page, Error> {
    let limits = read.limits;
    let mut walk = Walk {
        sink,
        read,
        paragraphs: 0,
        tables: 0,
        fields: Vec::new(),
        carried: None,
        noted: Vec::new(),
        endnoted: Vec::new(),
        footnotes: 0,
        endnotes: 0,
        unread: Vec::new(),
        nesting: 0,
        grounds: 0,
    };
    let mut blocks = walk.blocks(body, None)?;
    blocks.extend(walk.carried_over());
    let mut late = std::mem::take(&mut walk.noted);
    late.append(&mut walk.endnoted);
    walk.remark_unread();

    let mut flow = Flow::new(limits, 1, limits.glyphs.into());
    for block in blocks {
        match block {
            Block::Gap => flow.gap(),
            Block::Line(line, spot) => flow.paragraph(&line, spot)?,
            Block::Table(grid) => flow.table(grid)?,
        }
    }
    for (line, spot) in late {
        flow.paragraph(&line, spot)?;
    }
    Ok(flow.finish().0)
}

/// Says that what is read of a sheet is what it stores: the text shows a picture of it, which may be older or of a part.
fn sheet_inside(place: Place) -> Diagnostic {
    Diagnostic {
        code: "sheet_inside",
        severity: Severity::Warning,
        place: Some(place),
        message: Wording::new(
            "a workbook stands in the text and was read; the text shows a picture of it",
            "正文中嵌入了工作簿，已读取其内容；正文显示的是它的图片",
        ),
        hint: Some(Wording::new("compare the table with the picture", "请将该表与图片对照")),
    }
}

/// What the text consists of.
enum Block {
    /// An empty paragraph.
    Gap,
    /// A line: a paragraph, or what stands between two breaks in one.
    Line(TextLine, Spot),
    Table(Grid),
}

/// A walk over the text.
struct Walk<'s, 'l> {
    sink: &'s mut Sink,
    read: Read<'l>,
    /// Paragraphs outside tables so far.
    paragraphs: u32,
    /// Tables so far.
    tables: u32,
    /// For each field that is open, whether its result has begun: before that stands what it is made by.
    fields: Vec<bool>,
    /// A paragraph whose end was deleted: the next one goes on with it.
    carried: Option<Paragraph>,
    /// Footnotes that were referred to and have not been put in the text.
    noted: Vec<(TextLine, Spot)>,
    /// Endnotes, which stand at the end.
    endnoted: Vec<(TextLine, Spot)>,
    footnotes: u32,
    endnotes: u32,
    /// Pictures and embedded documents that were not read.
    unread: Vec<Spot>,
    /// Tables inside each other, and text boxes.
    nesting: u64,
    /// How much of what stands around has a ground, or may have: on none, white text is not seen.
    grounds: u32,
}

/// A paragraph while it is read.
#[derive(Debug, Clone, Default)]
struct Paragraph {
    text: String,
    marks: Vec<(usize, String)>,
    struck: Vec<(usize, String)>,
    size: f32,
    /// What was left out.
    gone: String,
}

impl Walk<'_, '_> {
    /// Paragraphs and tables in an element; in a cell they all stand at the cell's place.
    fn blocks(&mut self, parent: Element, cell: Option<Spot>) -> Result<Vec<Block>, Error> {
        let mut blocks = Vec::new();
        for child in parent.children() {
            match child.name() {
                "p" => self.paragraph(child, cell, &mut blocks)?,
                "tbl" => self.table(child, cell, &mut blocks)?,
                "sdt" => {
                    if let Some(content) = child.child("sdtContent") {
                        blocks.extend(self.blocks(content, cell)?);
                    }
                }
                "customXml" | "ins" | "moveTo" | "smartTag" => {
                    blocks.extend(self.blocks(child, cell)?);
                }
                "del" | "moveFrom" => {
                    let spot = cell.unwrap_or(self.next_paragraph());
                    self.note_gone("deleted_text", &child.text(), spot);
                }
                "AlternateContent" => {
                    if let Some(chosen) = chosen(child) {
                        blocks.extend(self.blocks(chosen, cell)?);
                    }
                }
                "altChunk" => match self.chunk(child, cell)? {
                    Some(read) => blocks.extend(read),
                    None => self.unread.push(cell.unwrap_or(self.next_paragraph())),
                },
                _ => {}
            }
        }
        Ok(blocks)
    }

    /// What a document that the text takes in shows, in the styles of this one; `None` for a kind that is not read.
    fn chunk(&mut self, chunk: Element, cell: Option<Spot>) -> Result<Option<Vec<Block>>, Error> {
        let name = chunk.attribute("id").unwrap_or_default();
        let Some(bytes) = self.read.chunks.remove(&*name) else { return Ok(None) };
        if bytes.starts_with(b"PK") {
            return self.chunk_of_word(bytes, cell);
        }
        #[cfg(feature = "html")]
        if let Some(pieces) = html_of(self.read.limits, &bytes)? {
            let mut blocks = Vec::new();
            for piece in pieces {
                blocks.push(match piece {
                    html::Piece::Line(text) => {
                        self.paragraphs += u32::from(cell.is_none());
                        let spot = Spot::Paragraph { index: self.paragraphs, character: 1 };
                        let line = TextLine { text, size: SIZE, ..TextLine::default() };
                        Block::Line(line, cell.unwrap_or(spot))
                    }
                    html::Piece::Table(grid) => {
                        self.tables += 1;
                        Block::Table(Grid { table: self.tables, ..grid })
                    }
                });
            }
            return Ok(Some(blocks));
        }
        Ok(None)
    }

    /// The text of a Word document that this one takes in.
    fn chunk_of_word(
        &mut self,
        bytes: Vec<u8>,
        cell: Option<Spot>,
    ) -> Result<Option<Vec<Block>>, Error> {
        let Ok(source) = Source::new("chunk", bytes) else { return Ok(None) };
        let limits = self.read.limits;
        let Ok(parts) = Parts::open(self.sink, &source, limits) else { return Ok(None) };
        let Ok(main) = main_part(&parts, "word/document.xml") else { return Ok(None) };
        let read = parts.read(&main).map(|bytes| xml::decoded(&bytes).into_owned());
        let tree = read.as_deref().map_err(Error::clone).and_then(|text| parts.tree(&main, text));
        let tree = match tree {
            Ok(tree) => tree,
            Err(error) => return remark_broken_part(self.sink, error).map(|()| None),
        };
        let Some(body) = tree.root().child("body") else { return Ok(None) };
        // Names of what it takes in itself are names of its own.
        let own = std::mem::take(&mut self.read.chunks);
        self.nesting += 1;
        within("max-nesting", self.nesting, limits.nesting.into())?;
        let blocks = self.blocks(body, cell)?;
        self.nesting -= 1;
        self.read.chunks = own;
        Ok(Some(blocks))
    }

    fn next_paragraph(&self) -> Spot {
        Spot::Paragraph { index: self.paragraphs + 1, character: 1 }
    }

    fn paragraph(
        &mut self,
        element: Element,
        cell: Option<Spot>,
        blocks: &mut Vec<Block>,
    ) -> Result<(), Error> {
        let spot = match cell {
            Some(spot) => spot,
            None => {
                self.paragraphs += 1;
                Spot::Paragraph { index: self.paragraphs, character: 1 }
            }
        };
        let properties = element.child("pPr");
        let style = properties.and_then(|p| p.child("pStyle")).and_then(value);
        let (of_style, run) = self.read.styles.paragraph(style.as_deref());
        let own = properties.map(styles::paragraph).unwrap_or_default();
        let said = of_style.with(&own);

        let begun = self.carried.take();
        let is_carried = begun.is_some();
        let mut read = begun.unwrap_or_default();
        let mut boxes = Vec::new();
        let ground = properties.and_then(styles::has_ground);
        let of_style = || self.read.styles.has_ground(style.as_deref());
        let ground = u32::from(ground.unwrap_or_else(of_style));
        self.grounds += ground;
        self.runs(element, &run, spot, &mut read, &mut boxes)?;
        self.grounds -= ground;
        // What a text box holds stands where it is anchored.
        blocks.append(&mut boxes);
        self.note_gone("hidden_text", &std::mem::take(&mut read.gone), spot);

        let mark = properties.and_then(|p| p.child("rPr"));
        if mark.is_some_and(|mark| mark.child("del").is_some() || mark.child("moveFrom").is_some())
        {
            self.carried = Some(read);
            return Ok(());
        }
        let is_hidden = mark.and_then(|mark| switch(mark, "vanish")) == Some(true);
        if let Some(label) = self.label(&said, style.as_deref())
            && !is_carried
            && !(is_hidden && read.text.is_empty())
        {
            let width = label.chars().count();
            read.text.insert_str(0, &label);
            let beside = read.marks.iter_mut().chain(&mut read.struck);
            beside.for_each(|(at, _)| *at += width);
        }
        let size = if read.size > 0.0 { read.size } else { run.size.unwrap_or(SIZE) };
        let align = said.align.unwrap_or_default();
        let indent = if cell.is_some() { said.indent(size) } else { 0.0 };
        let is_prose = read.text.chars().count() > PROSE;
        self.lay(read, size, align, indent, spot, blocks);
        if is_prose || cell.is_some() {
            let noted = std::mem::take(&mut self.noted);
            if cell.is_none() {
                blocks.extend(noted.into_iter().map(|(line, spot)| Block::Line(line, spot)));
            } else {
                self.noted = noted;
            }
        }
        Ok(())
    }

    /// Puts a paragraph's lines to the blocks.
    fn lay(
        &self,
        read: Paragraph,
        size: f32,
        align: Align,
        indent: f32,
        spot: Spot,
        blocks: &mut Vec<Block>,
    ) {
        let Paragraph { text, marks, struck, .. } = read;
        let line = TextLine { text, size, align, marks, struck };
        if line.is_blank() {
            blocks.push(Block::Gap);
            return;
        }
        let lead = indent.clamp(0.0, 20.0).round() as usize;
        for (begun, line) in line.broken(lead) {
            if line.is_blank() {
                blocks.push(Block::Gap);
            } else {
                blocks.push(Block::Line(line, spot.onward(begun)));
            }
        }
    }

    /// The number that automatic numbering prints before a paragraph.
    fn label(&mut self, said: &styles::Paragraph, style: Option<&str>) -> Option<String> {
        let list = said.list.filter(|list| *list != 0)?;
        let of_style = || self.read.numbering.level_of_style(list, style?);
        let level = said.level.or_else(of_style).unwrap_or(0);
        self.read.numbering.label(list, level)
    }

    /// The runs of a paragraph, and what stands around them.
    fn runs(
        &mut self,
        parent: Element,
        around: &Run,
        spot: Spot,
        read: &mut Paragraph,
        boxes: &mut Vec<Block>,
    ) -> Result<(), Error> {
        for child in parent.children() {
            match child.name() {
                "r" => self.run(child, around, spot, read, boxes)?,
                "hyperlink" | "smartTag" | "ins" | "moveTo" | "fldSimple" | "customXml" | "bdo"
                | "dir" | "sdtContent" | "rubyBase" => {
                    self.runs(child, around, spot, read, boxes)?;
                }
                "sdt" => {
                    let said = child.child("sdtPr");
                    let is_prompt = said.and_then(|p| switch(p, "showingPlcHdr")) == Some(true);
                    if let Some(content) = child.child("sdtContent") {
                        if is_prompt {
                            // A field that nobody filled in says what to do.
                            self.note_gone("prompt_text", &text_of(content), spot);
                        } else {
                            self.runs(content, around, spot, read, boxes)?;
                        }
                    }
                }
                "del" | "moveFrom" => self.note_gone("deleted_text", &text_of(child), spot),
                "AlternateContent" => {
                    if let Some(chosen) = chosen(child) {
                        self.runs(chosen, around, spot, read, boxes)?;
                    }
                }
                "oMath" | "oMathPara" => formula(child, &mut read.text),
                _ => {}
            }
        }
        Ok(())
    }

    fn run(
        &mut self,
        element: Element,
        around: &Run,
        spot: Spot,
        read: &mut Paragraph,
        boxes: &mut Vec<Block>,
    ) -> Result<(), Error> {
        let mut said = *around;
        if let Some(properties) = element.child("rPr") {
            if let Some(style) = properties.child("rStyle").and_then(value) {
                said = said.with(&self.read.styles.run(&style));
            }
            said = said.with(&styles::run(properties));
        }
        let said = said;
        self.run_parts(element, &said, spot, read, boxes)
    }

    fn run_parts(
        &mut self,
        element: Element,
        said: &Run,
        spot: Spot,
        read: &mut Paragraph,
        boxes: &mut Vec<Block>,
    ) -> Result<(), Error> {
        for part in element.children() {
            match part.name() {
                "t" => self.text(&part.text().replace(['\n', '\r'], " "), said, read),
                "tab" | "ptab" => self.text("\t", said, read),
                "br" | "cr" => self.text("\n", said, read),
                "noBreakHyphen" => self.text("-", said, read),
                "sym" => {
                    if let Some(c) = symbol(part) {
                        self.text(c.encode_utf8(&mut [0; 4]), said, read);
                    }
                }
                "fldChar" => match part.attribute("fldCharType").as_deref() {
                    Some("begin") => self.fields.push(false),
                    Some("separate") => {
                        if let Some(result) = self.fields.last_mut() {
                            *result = true;
                        }
                    }
                    Some("end") => {
                        self.fields.pop();
                    }
                    _ => {}
                },
                "footnoteReference" | "endnoteReference" => self.note(part, spot, read),
                "ruby" => {
                    if let Some(base) = part.child("rubyBase") {
                        self.runs(base, said, spot, read, boxes)?;
                    }
                }
                "AlternateContent" => {
                    if let Some(chosen) = chosen(part) {
                        self.run_parts(chosen, said, spot, read, boxes)?;
                    }
                }
                "drawing" | "pict" | "object" => {
                    if said.hidden == Some(true) {
                        self.note_gone("hidden_text", &text_of(part), spot);
                    } else {
                        self.drawing(part, spot, boxes)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Adds text to the paragraph, unless it is hidden or makes a field.
    fn text(&mut self, text: &str, said: &Run, read: &mut Paragraph) {
        if self.fields.contains(&false) {
            return;
        }
        let is_unseen = said.white == Some(true) && said.shaded != Some(true) && self.grounds == 0;
        if said.hidden == Some(true) || is_unseen {
            read.gone.push_str(text);
            return;
        }
        if said.struck == Some(true) {
            beside(&mut read.struck, &read.text, &text.replace('\n', " "));
            return;
        }
        if is_mark(text, said, read) {
            beside(&mut read.marks, &read.text, text);
            return;
        }
        // A raised number that a paragraph begins with is that of a note.
        let is_number = said.level == Some(Level::Raised) && read.text.is_empty();
        read.text.push_str(text);
        if is_number && text.chars().all(|c| c.is_ascii_digit()) {
            read.text.push(' ');
        }
        if !text.trim().is_empty() {
            read.size = read.size.max(said.size.unwrap_or(SIZE));
        }
    }

    /// A reference to a footnote: its mark stands here, its text further down.
    fn note(&mut self, reference: Element, spot: Spot, read: &mut Paragraph) {
        if self.fields.contains(&false) {
            return;
        }
        let id = reference.attribute("id").unwrap_or_default();
        let is_footnote = reference.name() == "footnoteReference";
        let notes = &self.read.notes;
        let text = if is_footnote { notes.footnotes.get(&*id) } else { notes.endnotes.get(&*id) };
        let Some(text) = text.cloned() else { return };
        let (count, usual) = if is_footnote {
            (&mut self.footnotes, Form::Decimal)
        } else {
            (&mut self.endnotes, Form::Roman { upper: false })
        };
        *count += 1;
        let form = if is_footnote { self.read.notes.form.unwrap_or(usual) } else { usual };
        let mark = printed(*count, form);
        // A mark of the author's own follows as text.
        let is_own = reference.attribute("customMarkFollows").is_some_and(|v| v != "0");
        if !is_own {
            let at = read.text.chars().count();
            match read.marks.last_mut() {
                Some((last, marks)) if *last == at => marks.push_str(&mark),
                _ => read.marks.push((at, mark.clone())),
            }
        }
        let line = TextLine { text: format!("{mark} {text}"), size: 9.0, ..TextLine::default() };
        if is_footnote {
            self.noted.push((line, spot));
        } else {
            self.endnoted.push((line, spot));
        }
    }

    /// A drawing: the text of its boxes, and whether it is a picture that may show something.
    fn drawing(
        &mut self,
        drawing: Element,
        spot: Spot,
        boxes: &mut Vec<Block>,
    ) -> Result<(), Error> {
        self.nesting += 1;
        within("max-nesting", self.nesting, self.read.limits.nesting.into())?;
        let in_cell = matches!(spot, Spot::Cell { .. }).then_some(spot);
        let mut has_text = false;
        let mut inner = Vec::new();
        outermost(drawing, "txbxContent", &mut inner);
        // A shape may be filled.
        self.grounds += 1;
        for content in inner {
            has_text = true;
            boxes.extend(self.blocks(content, in_cell)?);
        }
        self.grounds -= 1;
        let extent = drawing.descendants().find(|e| e.name() == "extent").map(Element::attributes);
        let points = |name: &str| {
            extent.and_then(|extent| extent.number::<f32>(name)).map_or(0.0, |emu| emu / 12_700.0)
        };
        let is_large = points("cx") > PICTURE.0 && points("cy") > PICTURE.1;
        let embeds = drawing.name() == "object";
        let shows = |names: &[&str]| drawing.descendants().any(|e| names.contains(&e.name()));
        let sheet = match embeds && in_cell.is_none() {
            true => self.sheet(drawing)?,
            false => None,
        };
        if let Some(grids) = sheet {
            for grid in grids {
                self.tables += 1;
                boxes.push(Block::Table(Grid { table: self.tables, ..grid }));
            }
            self.sink.remark(sheet_inside(Place { page: 1, spot }));
        } else if !has_text && (embeds || is_large && shows(&["blip", "chart"])) {
            self.unread.push(spot);
        }
        self.nesting -= 1;
        Ok(())
    }

    /// The tables of a workbook that stands in the text, of which the text shows a picture.
    #[cfg(feature = "excel")]
    fn sheet(&mut self, object: Element) -> Result<Option<Vec<Grid>>, Error> {
        let named = object.descendants().find(|e| e.name() == "OLEObject");
        let name = named.and_then(|e| e.attribute("id")).unwrap_or_default();
        let Some(bytes) = self.read.chunks.remove(&*name) else { return Ok(None) };
        let grids = xlsx::grids(self.sink, self.read.limits, bytes)?;
        Ok(grids.filter(|grids| !grids.is_empty()))
    }

    #[cfg(not(feature = "excel"))]
    fn sheet(&mut self, _: Element) -> Result<Option<Vec<Grid>>, Error> {
        Ok(None)
    }

    fn remark_unread(&mut self) {
        let Some(&spot) = self.unread.first() else { return };
        let count = self.unread.len();
        self.sink.remark(picture_unread(Place { page: 1, spot }, count));
    }

    fn note_gone(&mut self, rule: &'static str, text: &str, spot: Spot) {
        let text = text.trim();
        if !text.is_empty() {
            self.sink.repair(Repair {
                stage: Stage::Extract,
                rule,
                place: Some(Place { page: 1, spot }),
                before: text.chars().take(RECORD).collect(),
                after: String::new(),
            });
        }
    }

    /// A paragraph that nothing followed.
    fn carried_over(&mut self) -> Vec<Block> {
        let mut blocks = Vec::new();
        if let Some(read) = self.carried.take() {
            let spot = Spot::Paragraph { index: self.paragraphs.max(1), character: 1 };
            let size = if read.size > 0.0 { read.size } else { SIZE };
            self.lay(read, size, Align::Left, 0.0, spot, &mut blocks);
        }
        blocks
    }

    fn table(
        &mut self,
        table: Element,
        cell: Option<Spot>,
        blocks: &mut Vec<Block>,
    ) -> Result<(), Error> {
        self.nesting += 1;
        within("max-nesting", self.nesting, self.read.limits.nesting.into())?;
        self.tables += 1;
        let number = self.tables;
        let of_table = table.child("tblPr");
        let style = of_table.and_then(|p| p.child("tblStyle")).and_then(value);
        let ground = of_table.and_then(styles::has_ground) == Some(true)
            || self.read.styles.has_ground(style.as_deref());
        self.grounds += u32::from(ground);
        let mut rows = Vec::new();
        children_of(table, "tr", &mut rows);
        let mut grid = Grid { table: number, ..Grid::default() };
        // For each column, the cell above that a merged one goes on with.
        let mut above: Vec<Option<usize>> = Vec::new();
        let mut contents: Vec<Vec<Block>> = Vec::new();
        let (mut cols, mut nested) = (0, 0);
        for (row, file_row) in rows.into_iter().zip(1..) {
            let properties = row.child("trPr");
            let gone = properties.is_some_and(|p| p.child("del").is_some());
            let hidden = properties.is_some_and(|p| switch(p, "hidden") == Some(true));
            if gone || hidden {
                let spot = Spot::Cell { table: number, row: file_row, col: 1, character: 1 };
                let rule = if gone { "deleted_text" } else { "hidden_text" };
                self.note_gone(rule, &row.text(), spot);
                continue;
            }
            let index = grid.row_numbers.len();
            grid.row_numbers.push(file_row);
            let before = properties.and_then(|p| p.child("gridBefore"));
            let mut col = before.and_then(|b| b.attributes().number("val")).unwrap_or(0usize);
            col = col.min(MOST_COLUMNS);
            let mut cells = Vec::new();
            children_of(row, "tc", &mut cells);
            for element in cells {
                let said = element.child("tcPr");
                // A cell that was deleted leaves no room; those behind it move up.
                if said.is_some_and(|p| p.child("cellDel").is_some()) {
                    let col = col as u32 + 1;
                    let spot = Spot::Cell { table: number, row: file_row, col, character: 1 };
                    self.note_gone("deleted_text", &element.text(), spot);
                    continue;
                }
                let number_of = |name: &str| said?.child(name)?.attributes().number::<usize>("val");
                let span = number_of("gridSpan").unwrap_or(1).clamp(1, MOST_COLUMNS);
                let merged = |name: &str| {
                    let merge = said?.child(name)?;
                    Some(merge.attribute("val").is_none_or(|v| v == "continue" || v.is_empty()))
                };
                let spot =
                    Spot::Cell { table: number, row: file_row, col: col as u32 + 1, character: 1 };
                let ground = u32::from(said.and_then(styles::has_ground) == Some(true));
                self.grounds += ground;
                let inner = self.blocks(element, Some(spot))?;
                self.grounds -= ground;
                nested += inner.iter().filter(|b| matches!(b, Block::Table(_))).count();
                let end = (col + span).min(MOST_COLUMNS);
                if above.len() < end {
                    above.resize(end, None);
                }
                let goes_on = above[col].filter(|_| merged("vMerge") == Some(true)).filter(|&i| {
                    let cell: &GridCell = &grid.cells[i];
                    cell.row + cell.rowspan == index && cell.col == col && cell.colspan == end - col
                });
                let left = grid.cells.last().filter(|c| c.row == index && c.col + c.colspan == col);
                let to_left = left.is_some() && merged("hMerge") == Some(true);
                if let Some(first) = goes_on {
                    grid.cells[first].rowspan += 1;
                    // Word does not show what stands in a cell that the one above covers.
                    self.note_gone("hidden_text", &said_in(&inner), spot);
                } else if let (true, Some(last)) = (to_left, grid.cells.last_mut()) {
                    last.colspan += end - col;
                    self.note_gone("hidden_text", &said_in(&inner), spot);
                } else {
                    let merges = merged("vMerge").is_some();
                    above[col..end].fill(merges.then_some(grid.cells.len()));
                    let (colspan, lines) = ((end - col).max(1), Vec::new());
                    grid.cells.push(GridCell { row: index, col, rowspan: 1, colspan, lines });
                    contents.push(inner);
                }
                col = end;
                cols = cols.max(end);
            }
        }
        self.nesting -= 1;
        self.grounds -= u32::from(ground);
        let is_layout = grid.cells.len() < 2 || cols < 2 || nested > 0 && is_frame(&contents);
        if is_layout {
            blocks.extend(contents.into_iter().flatten());
        } else {
            grid.col_numbers = (1..=cols as u32).collect();
            grid.widths = widths(table, cols);
            fill(&mut grid, contents);
            blocks.push(Block::Table(grid));
        }
        // Footnotes of a table stand below it.
        if cell.is_none() {
            let noted = std::mem::take(&mut self.noted);
            blocks.extend(noted.into_iter().map(|(line, spot)| Block::Line(line, spot)));
        }
        Ok(())
    }
}

/// What a chunk shows that is a web page or an archive of one; `None` for anything else, and where it can't be read.
#[cfg(feature = "html")]
fn html_of(limits: &Limits, bytes: &[u8]) -> Result<Option<Vec<html::Piece>>, Error> {
    let is_page = Source::new("chunk", bytes.to_vec()).is_ok_and(|s| s.kind == Kind::Html);
    if is_page { html::pieces_of_page(limits, bytes) } else { Ok(None) }
}

/// Puts a piece beside the text that stands before it.
fn beside(pieces: &mut Vec<(usize, String)>, before: &str, piece: &str) {
    let at = before.chars().count();
    match pieces.last_mut() {
        Some((last, pieces)) if *last == at => pieces.push_str(piece),
        _ => pieces.push((at, piece.to_owned())),
    }
}

/// Whether text is a mark raised or lowered behind what was read: by its style, or lifted off the line in a smaller size.
/// What is lowered behind a letter is part of a name: CO2, PM2.5.
fn is_mark(text: &str, said: &Run, read: &Paragraph) -> bool {
    let Some(before) = read.text.chars().next_back() else { return false };
    let lift = said.lift.filter(|_| said.size.unwrap_or(SIZE) < read.size).unwrap_or(0.0);
    let level = match said.level {
        None | Some(Level::Line) if lift > 1.0 => Level::Raised,
        None | Some(Level::Line) if lift < -1.0 => Level::Lowered,
        level => level.unwrap_or(Level::Line),
    };
    let is_beside = match level {
        Level::Line => false,
        Level::Raised => true,
        Level::Lowered => before.is_ascii_digit(),
    };
    is_beside && !text.contains(char::is_whitespace)
}

/// The text of a formula on one line: digits that stand over, under or beside each other are never joined to a number.
fn formula(element: Element, out: &mut String) {
    for child in element.children() {
        let mut between = |first: &str, mark: char, second: &str| {
            let start = out.len();
            child.children().filter(|e| e.name() == first).for_each(|e| formula(e, out));
            let mut behind = String::new();
            child.children().filter(|e| e.name() == second).for_each(|e| formula(e, &mut behind));
            let of_figures = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let is_apart = mark == '/'
                || of_figures(out[start..].chars().next_back())
                    && of_figures(behind.chars().next());
            if is_apart && !behind.is_empty() {
                out.push(mark);
            }
            out.push_str(&behind);
        };
        match child.name() {
            "f" => between("num", '/', "den"),
            "sSup" => between("e", '^', "sup"),
            "sSub" => between("e", '_', "sub"),
            "t" => out.push_str(&child.text()),
            "rad" => {
                out.push('√');
                child.children().filter(|e| e.name() == "e").for_each(|e| formula(e, out));
            }
            _ => formula(child, out),
        }
    }
}

/// Whether cells are there to hold tables: those in them have far more cells.
fn is_frame(contents: &[Vec<Block>]) -> bool {
    let inner = |block: &Block| match block {
        Block::Table(grid) => grid.cells.len(),
        _ => 0,
    };
    let held: Vec<usize> = contents.iter().map(|blocks| blocks.iter().map(inner).sum()).collect();
    let plain = held.iter().filter(|&&count| count == 0).count();
    held.iter().sum::<usize>() > 2 * plain
}

/// Puts what was read of the cells into the grid, line by line.
fn fill(grid: &mut Grid, contents: Vec<Vec<Block>>) {
    for (cell, blocks) in grid.cells.iter_mut().zip(contents) {
        for block in blocks {
            match block {
                Block::Gap => {}
                Block::Line(line, _) => cell.lines.push(line),
                Block::Table(inner) => {
                    cell.lines.extend(inner.cells.into_iter().flat_map(|cell| cell.lines));
                }
            }
        }
    }
}

/// The words of blocks.
fn said_in(blocks: &[Block]) -> String {
    let words = blocks.iter().map(|block| match block {
        Block::Gap => String::new(),
        Block::Line(line, _) => line.text.clone(),
        Block::Table(grid) => {
            grid.cells.iter().flat_map(|cell| &cell.lines).map(|line| line.text.as_str()).collect()
        }
    });
    words.collect()
}

/// The columns' widths, where the document has one for each.
fn widths(table: Element, cols: usize) -> Vec<f32> {
    let Some(columns) = table.child("tblGrid") else { return Vec::new() };
    let columns = columns.children().filter(|c| c.name() == "gridCol");
    let widths: Vec<f32> = columns.filter_map(|c| c.attributes().number("w")).collect();
    if widths.len() == cols { widths } else { Vec::new() }
}

/// The children of this name, also those that content controls and the like stand around.
fn children_of<'t, 'a>(parent: Element<'t, 'a>, name: &str, found: &mut Vec<Element<'t, 'a>>) {
    for child in parent.children() {
        match child.name() {
            own if own == name => found.push(child),
            "sdt" | "sdtContent" | "customXml" | "ins" | "moveTo" | "smartTag" => {
                children_of(child, name, found);
            }
            _ => {}
        }
    }
}

/// The elements of this name that stand in no other of it, without those of a second choice.
fn outermost<'t, 'a>(parent: Element<'t, 'a>, name: &str, found: &mut Vec<Element<'t, 'a>>) {
    for child in parent.children() {
        if child.name() == name {
            found.push(child);
        } else if child.name() == "AlternateContent" {
            if let Some(chosen) = chosen(child) {
                outermost(chosen, name, found);
            }
        } else {
            outermost(child, name, found);
        }
    }
}

/// The first choice of several forms of the same; the last where there is no first.
fn chosen<'t, 'a>(alternatives: Element<'t, 'a>) -> Option<Element<'t, 'a>> {
    alternatives.child("Choice").or_else(|| alternatives.child("Fallback"))
}

/// Text of runs, deleted text too.
fn text_of(element: Element) -> String {
    let texts = element.descendants().filter(|e| matches!(e.name(), "t" | "delText"));
    texts.map(Element::text).collect()
}

/// A character of a font of symbols, where it is one that Unicode has.
fn symbol(element: Element) -> Option<char> {
    let code = u32::from_str_radix(&element.attribute("char")?, 16).ok()?;
    let font = element.attribute("font").unwrap_or_default();
    let known = match (font.as_ref(), code & 0xFF) {
        ("Wingdings", 0xFE) | ("Wingdings 2", 0x52) => '☑',
        ("Wingdings", 0xA8 | 0x6F) | ("Wingdings 2", 0xA3 | 0x2A) => '□',
        ("Wingdings", 0xFC) | ("Wingdings 2", 0x50) => '✓',
        ("Wingdings", 0x6C) => '●',
        ("Wingdings", 0x6E) => '■',
        ("Wingdings", 0xE0) => '→',
        ("Symbol", 0xB4) => '×',
        ("Symbol", 0xB3) => '≥',
        ("Symbol", 0xA3) => '≤',
        ("Symbol", 0xB1) => '±',
        // What fonts of symbols have where all others have it: digits, and the signs of figures.
        ("Symbol", byte @ (0x25 | 0x28..=0x2F | 0x30..=0x3A)) if code >= 0xF000 => {
            char::from(byte as u8)
        }
        // Fonts of text are no fonts of symbols.
        (font, byte @ 0x20..=0x7E)
            if code >> 8 == 0xF0
                && !font.starts_with('W')
                && !matches!(font, "Symbol" | "MT Extra") =>
        {
            char::from(byte as u8)
        }
        _ => return char::from_u32(code),
    };
    Some(known)
}
