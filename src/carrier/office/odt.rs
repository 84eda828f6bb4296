//! A text of OpenDocument in (ISO 26300), its page out: a flow of paragraphs and told tables. Numbers of lists
//! are printed; deletions that are tracked, hidden text and what stands at the head and foot of each page are none of it.
//! A file of one part (.fodt) is read as well. Deliberately absent: what frames show besides text.

use super::cells::{Set, Text};
use super::numerals::{Form, printed};
use super::ods::{Why, is_struck, points, raised};
use crate::carrier::flow::{Align, Flow, Grid, GridCell, TextLine};
use crate::carrier::page::{BODY_SIZE, Pages, TextFrom};
use crate::carrier::parts::Parts;
use crate::carrier::xml::{self, Attributes, Element, Reader, Token};
use crate::carrier::{encoding, remark_broken_part, within};
use crate::diag::{Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::error::{Error, ErrorKind};
use crate::options::{Limits, Options};
use crate::place::{Place, Spot};
use crate::source::{self, Source};
use std::collections::HashMap;

const CONTENT: &str = "content.xml";
/// A record of what was left out is cut after so many characters.
const RECORD: usize = 200;
/// A cell reaches over so many columns at most, and a table has no more.
const MOST_COLUMNS: usize = 1000;

/// Reads the text.
///
/// # Errors
/// [`ErrorKind::BrokenDocument`] where its content can't be had; [`ErrorKind::Unsupported`] where it is encrypted;
/// [`ErrorKind::Limit`]; [`ErrorKind::Empty`] where it shows nothing.
pub(in crate::carrier) fn pages(
    sink: &mut Sink,
    options: &Options,
    source: &Source,
) -> Result<Pages, Error> {
    let limits = &options.limits;
    let mut styles = Styles::default();
    let (text, parts);
    if source.bytes.starts_with(b"PK") {
        let opened = Parts::open(sink, source, limits)?;
        if let Ok(Some(manifest)) = opened.find("META-INF/manifest.xml")
            && xml::decoded(&manifest).contains("encryption-data")
        {
            return Err(source::encrypted("an OpenDocument text", "OpenDocument 文本"));
        }
        match opened.find("styles.xml") {
            Ok(Some(bytes)) => match opened.tree("styles.xml", &xml::decoded(&bytes)) {
                Ok(tree) => tree.root().children().for_each(|list| styles.add(list)),
                Err(error) => remark_broken_part(sink, error)?,
            },
            Ok(None) => {}
            Err(error) => remark_broken_part(sink, error)?,
        }
        text = xml::decoded(&opened.read(CONTENT)?).into_owned();
        parts = Some(opened);
    } else {
        within("max-input-bytes", source.bytes.len() as u64, limits.input_bytes)?;
        text = encoding::decode(&source.bytes)?.text;
        parts = None;
    }
    let mut walk = Walk {
        sink,
        limits,
        styles,
        paragraphs: 0,
        tables: 0,
        depth: 0,
        notes: Vec::new(),
        lists: Vec::new(),
        counts: HashMap::new(),
        pictures: Vec::new(),
    };
    let blocks = walk.document(&text).map_err(|why| match (why, &parts) {
        (Why::Limit(error), _) => error,
        (Why::Malformed(malformed), Some(parts)) => parts.malformed(CONTENT, &malformed),
        (Why::Malformed(malformed), None) => Error::new(ErrorKind::BrokenDocument {
            what: Wording::new(
                format!("broken OpenDocument text: it is no XML: {malformed}"),
                format!("OpenDocument 文本已损坏：不是合格的 XML：{malformed}"),
            ),
        }),
    })?;
    let notes = std::mem::take(&mut walk.notes);
    walk.remark_pictures();
    let mut flow = Flow::new(limits, 1, limits.glyphs.into());
    for block in blocks {
        match block {
            Block::Gap => flow.gap(),
            Block::Line(line, spot) => flow.paragraph(&line, spot)?,
            Block::Table(grid) => flow.table(grid)?,
        }
    }
    for (line, spot) in notes {
        flow.paragraph(&line, spot)?;
    }
    let page = flow.finish().0;
    if page.runs.is_empty() {
        return Err(Error::new(ErrorKind::Empty));
    }
    Ok(Pages { pages: vec![page], text_from: TextFrom::Document, encoding: None })
}

/// What the text consists of.
enum Block {
    Gap,
    Line(TextLine, Spot),
    Table(Grid),
}

/// What styles say, by their names.
#[derive(Default)]
struct Styles {
    paragraphs: HashMap<String, OfParagraph>,
    texts: HashMap<String, OfText>,
    lists: HashMap<String, Vec<OfLevel>>,
    /// Sections that are hidden.
    hidden: Vec<String>,
}

/// How a paragraph is set.
#[derive(Debug, Clone, Copy, Default)]
struct OfParagraph {
    align: Option<Align>,
    size: Option<f32>,
    is_hidden: bool,
    is_struck: bool,
}

/// How a piece of text is set.
#[derive(Debug, Clone, Copy, Default)]
struct OfText {
    set: Set,
    is_hidden: bool,
}

/// How a level of a list is numbered.
#[derive(Debug, Clone)]
struct OfLevel {
    form: Form,
    before: String,
    behind: String,
    start: u32,
}

impl Styles {
    /// Adds a list of styles.
    fn add(&mut self, list: Element) {
        if matches!(list.name(), "styles" | "automatic-styles") {
            list.children().for_each(|style| self.add_style(style));
        }
    }

    fn add_style(&mut self, style: Element) {
        let Some(name) = style.attribute("name").map(|name| name.into_owned()) else { return };
        if style.name() == "list-style" {
            self.lists.insert(name, style.children().map(level_of).collect());
            return;
        }
        let said = |element: &str, name: &str| style.child(element)?.attribute(name);
        let is_hidden = said("text-properties", "display").as_deref() == Some("none");
        match style.attribute("family").as_deref() {
            Some("paragraph") => {
                let parent = style.attribute("parent-style-name");
                let parent = parent.and_then(|parent| self.paragraphs.get(&*parent)).copied();
                let mut own = parent.unwrap_or_default();
                match said("paragraph-properties", "text-align").as_deref() {
                    Some("center") => own.align = Some(Align::Middle),
                    Some("end" | "right") => own.align = Some(Align::Right),
                    Some(_) => own.align = Some(Align::Left),
                    None => {}
                }
                let size = said("text-properties", "font-size").as_deref().and_then(points);
                own.size = size.map(|size| size.clamp(1.0, 200.0)).or(own.size);
                own.is_hidden |= is_hidden;
                own.is_struck |= is_struck(style);
                self.paragraphs.insert(name, own);
            }
            Some("text") => {
                let up = raised(style);
                let set =
                    Set { is_raised: up > 0.0, is_lowered: up < 0.0, is_struck: is_struck(style) };
                self.texts.insert(name, OfText { set, is_hidden });
            }
            Some("section") if said("section-properties", "display").as_deref() == Some("none") => {
                self.hidden.push(name);
            }
            _ => {}
        }
    }
}

/// How a level of a list is numbered.
fn level_of(level: Element) -> OfLevel {
    let said = |name: &str| level.attribute(name).unwrap_or_default().into_owned();
    let form = match (level.name(), said("num-format").as_str()) {
        ("list-level-style-number", "1") => Form::Decimal,
        ("list-level-style-number", "a") => Form::Letters { upper: false },
        ("list-level-style-number", "A") => Form::Letters { upper: true },
        ("list-level-style-number", "i") => Form::Roman { upper: false },
        ("list-level-style-number", "I") => Form::Roman { upper: true },
        ("list-level-style-number", format) if format.starts_with('一') => Form::Chinese,
        ("list-level-style-number", format) if format.starts_with('①') => Form::Circled,
        ("list-level-style-number", format) if format.starts_with('甲') => Form::Stems,
        ("list-level-style-number", format) if format.starts_with('子') => Form::Branches,
        ("list-level-style-number", format) if format.starts_with(['壹', '壱']) => {
            Form::ChineseLegal
        }
        _ => Form::None,
    };
    let start = level.attributes().number("start-value").unwrap_or(1);
    OfLevel { form, before: said("num-prefix"), behind: said("num-suffix"), start }
}

/// A paragraph that is being read.
#[derive(Default)]
struct Paragraph {
    text: Text,
    hidden: String,
    /// What frames in it hold.
    beside: Vec<Block>,
}

/// A walk over the text.
struct Walk<'s, 'l> {
    sink: &'s mut Sink,
    limits: &'l Limits,
    styles: Styles,
    /// Paragraphs outside tables so far.
    paragraphs: u32,
    tables: u32,
    depth: u64,
    /// What stands in footnotes.
    notes: Vec<(TextLine, Spot)>,
    /// The styles of the lists that are open, by name.
    lists: Vec<String>,
    /// How far the levels of lists have been counted.
    counts: HashMap<(String, usize), u32>,
    pictures: Vec<Spot>,
}

impl Walk<'_, '_> {
    fn document(&mut self, text: &str) -> Result<Vec<Block>, Why> {
        let mut reader = Reader::new(text);
        let mut blocks = Vec::new();
        while let Some(token) = reader.next()? {
            let Token::Start { name, is_empty, .. } = token else { continue };
            match name {
                "styles" | "automatic-styles" if !is_empty => {
                    let start = reader.at();
                    reader.skip_element()?;
                    let inner = reader.since(start);
                    let Some(end) = inner.rfind("</") else { continue };
                    let list = format!("<automatic-styles>{}</automatic-styles>", &inner[..end]);
                    match xml::Tree::parse(&list, self.limits) {
                        Ok(tree) => self.styles.add(tree.root()),
                        Err(xml::NoTree::Malformed(malformed)) => return Err(malformed.into()),
                        Err(xml::NoTree::Limit(error)) => return Err(Why::Limit(error)),
                    }
                }
                "master-styles" | "settings" | "scripts" | "meta" if !is_empty => {
                    reader.skip_element()?;
                }
                "text" if !is_empty => self.blocks(&mut reader, None, &mut blocks)?,
                _ => {}
            }
        }
        Ok(blocks)
    }

    /// Goes into a list, a table, a cell, a frame or a note.
    fn enter(&mut self) -> Result<(), Why> {
        self.depth += 1;
        within("max-nesting", self.depth, self.limits.nesting.into()).map_err(Why::Limit)
    }

    /// The paragraphs and tables of an element that has begun, in the text or in a cell.
    fn blocks(
        &mut self,
        reader: &mut Reader,
        cell: Option<Spot>,
        blocks: &mut Vec<Block>,
    ) -> Result<(), Why> {
        self.enter()?;
        // Sections and what else holds others are open, and say nothing of them.
        let mut open = 0usize;
        while let Some(token) = reader.next()? {
            let (name, attributes, is_empty) = match token {
                Token::Start { name, attributes, is_empty } => (name, attributes, is_empty),
                Token::End(_) => match open.checked_sub(1) {
                    Some(left) => {
                        open = left;
                        continue;
                    }
                    None => break,
                },
                Token::Text(_) => continue,
            };
            match name {
                "p" | "h" if is_empty => blocks.push(Block::Gap),
                "p" | "h" => self.paragraph(reader, attributes, cell, blocks)?,
                "table" if !is_empty => self.table(reader, cell, blocks)?,
                "section" if !is_empty => {
                    let style = attributes.get("style-name").unwrap_or_default();
                    let is_hidden = attributes.get("display").as_deref() == Some("none")
                        || self.styles.hidden.iter().any(|name| *name == style);
                    if is_hidden {
                        self.hide(reader, cell)?;
                    } else {
                        open += 1;
                    }
                }
                "list" if !is_empty => {
                    let style = attributes.get("style-name").map(|name| name.into_owned());
                    let outer = || self.lists.last().cloned();
                    let style = style.or_else(outer).unwrap_or_default();
                    let goes_on = attributes.get("continue-numbering").as_deref() == Some("true")
                        || attributes.get("continue-list").is_some();
                    if !goes_on {
                        self.counts.remove(&(style.clone(), self.lists.len()));
                    }
                    self.lists.push(style);
                    self.blocks(reader, cell, blocks)?;
                    self.lists.pop();
                }
                "list-item" if !is_empty => {
                    let label = self.label(attributes);
                    self.item(reader, cell, label, blocks)?;
                }
                "tracked-changes" | "forms" | "variable-decls" | "sequence-decls"
                | "user-field-decls"
                    if !is_empty =>
                {
                    reader.skip_element()?;
                }
                "frame" if !is_empty => self.frame(reader, cell, blocks)?,
                _ => open += usize::from(!is_empty),
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// An item of a list: its first paragraph bears the number.
    fn item(
        &mut self,
        reader: &mut Reader,
        cell: Option<Spot>,
        label: Option<String>,
        blocks: &mut Vec<Block>,
    ) -> Result<(), Why> {
        let first = blocks.len();
        self.blocks(reader, cell, blocks)?;
        let Some(label) = label else { return Ok(()) };
        match blocks.get_mut(first) {
            Some(Block::Line(line, _)) => {
                let length = label.chars().count();
                line.text.insert_str(0, &label);
                line.marks.iter_mut().chain(&mut line.struck).for_each(|(at, _)| *at += length);
            }
            Some(gap @ Block::Gap) => {
                let spot =
                    cell.unwrap_or(Spot::Paragraph { index: self.paragraphs.max(1), character: 1 });
                *gap = Block::Line(TextLine { text: label, ..TextLine::default() }, spot);
            }
            _ => {}
        }
        Ok(())
    }

    /// The number of the next item of the innermost list.
    fn label(&mut self, attributes: Attributes) -> Option<String> {
        let level = self.lists.len().checked_sub(1)?;
        let style = self.lists.last()?.clone();
        let said = self.styles.lists.get(&style)?.get(level)?.clone();
        let count = self.counts.entry((style, level)).or_insert(said.start.saturating_sub(1));
        *count = attributes.number("start-value").unwrap_or(count.saturating_add(1));
        (said.form != Form::None)
            .then(|| format!("{}{}{}", said.before, printed(*count, said.form), said.behind))
    }

    fn paragraph(
        &mut self,
        reader: &mut Reader,
        attributes: Attributes,
        cell: Option<Spot>,
        blocks: &mut Vec<Block>,
    ) -> Result<(), Why> {
        if cell.is_none() {
            self.paragraphs += 1;
        }
        let spot = cell.unwrap_or(Spot::Paragraph { index: self.paragraphs, character: 1 });
        let style = attributes.get("style-name").unwrap_or_default();
        let said = self.styles.paragraphs.get(&*style).copied().unwrap_or_default();
        let mut read = Paragraph::default();
        let of_text = OfText {
            set: Set { is_struck: said.is_struck, ..Set::default() },
            is_hidden: said.is_hidden,
        };
        self.pieces(reader, of_text, spot, &mut read)?;
        let Paragraph { text, hidden, mut beside } = read;
        blocks.append(&mut beside);
        self.note_hidden(&hidden, spot);
        let Text { text, marks, struck } = text;
        let line = TextLine {
            text,
            size: said.size.unwrap_or(BODY_SIZE),
            align: said.align.unwrap_or_default(),
            marks,
            struck,
        };
        if line.is_blank() {
            if hidden.is_empty() {
                blocks.push(Block::Gap);
            }
            return Ok(());
        }
        for (before, line) in line.broken(0) {
            blocks.push(Block::Line(line, spot.onward(before)));
        }
        Ok(())
    }

    /// The text of an element of a paragraph that has begun.
    fn pieces(
        &mut self,
        reader: &mut Reader,
        around: OfText,
        spot: Spot,
        read: &mut Paragraph,
    ) -> Result<(), Why> {
        let push = |read: &mut Paragraph, of: OfText, text: &str| match of.is_hidden {
            true => read.hidden.push_str(text),
            false => read.text.push(text, of.set),
        };
        // How the text of each element is set that is open.
        let mut open: Vec<OfText> = Vec::new();
        while let Some(token) = reader.next()? {
            let (name, attributes, is_empty) = match token {
                Token::Start { name, attributes, is_empty } => (name, attributes, is_empty),
                Token::End(_) => match open.pop() {
                    Some(_) => continue,
                    None => break,
                },
                Token::Text(text) => {
                    let around = open.last().copied().unwrap_or(around);
                    push(read, around, &closed_up(&text, &read.text.text));
                    continue;
                }
            };
            let around = open.last().copied().unwrap_or(around);
            match name {
                "s" => {
                    let count = attributes.number::<usize>("c").unwrap_or(1).min(100);
                    push(read, around, &" ".repeat(count));
                }
                "tab" => push(read, around, "\t"),
                "line-break" => push(read, around, "\n"),
                "annotation" | "ruby-text" | "hidden-paragraph" | "tracked-changes"
                    if !is_empty =>
                {
                    reader.skip_element()?;
                    continue;
                }
                "hidden-text" if attributes.get("is-hidden").as_deref() == Some("true") => {
                    if !is_empty {
                        open.push(OfText { is_hidden: true, ..around });
                    }
                    continue;
                }
                "note" if !is_empty => {
                    self.note(reader, spot, read)?;
                    continue;
                }
                "frame" | "custom-shape" | "rect" if !is_empty => {
                    let in_cell = matches!(spot, Spot::Cell { .. }).then_some(spot);
                    let mut beside = Vec::new();
                    self.frame(reader, in_cell, &mut beside)?;
                    read.beside.append(&mut beside);
                    continue;
                }
                _ => {}
            }
            if is_empty {
                continue;
            }
            let style = attributes.get("style-name").unwrap_or_default();
            let own = self.styles.texts.get(&*style).filter(|_| matches!(name, "span" | "a"));
            let own = own.copied().unwrap_or_default();
            let inner = OfText {
                set: Set {
                    is_raised: around.set.is_raised || own.set.is_raised,
                    is_lowered: around.set.is_lowered || own.set.is_lowered,
                    is_struck: around.set.is_struck || own.set.is_struck,
                },
                is_hidden: around.is_hidden || own.is_hidden,
            };
            open.push(inner);
        }
        Ok(())
    }

    /// A footnote or endnote: its mark is raised behind the text, what it says stands below all.
    fn note(&mut self, reader: &mut Reader, spot: Spot, read: &mut Paragraph) -> Result<(), Why> {
        self.enter()?;
        let mut mark = Paragraph::default();
        let mut said = Vec::new();
        while let Some(token) = reader.next()? {
            match token {
                Token::Start { is_empty: true, .. } | Token::Text(_) => {}
                Token::Start { name: "note-citation", .. } => {
                    self.pieces(reader, OfText::default(), spot, &mut mark)?;
                }
                Token::Start { .. } => self.blocks(reader, Some(spot), &mut said)?,
                Token::End(_) => break,
            }
        }
        let mark = mark.text.text.trim().to_owned();
        read.text.push(&mark, Set { is_raised: true, ..Set::default() });
        let text: String = said
            .iter()
            .filter_map(|block| match block {
                Block::Line(line, _) => Some(line.text.trim()),
                _ => None,
            })
            .collect();
        let line = TextLine { text: format!("{mark} {text}"), size: 9.0, ..TextLine::default() };
        self.notes.push((line, spot));
        self.depth -= 1;
        Ok(())
    }

    /// A frame: the text of its box, or a picture.
    fn frame(
        &mut self,
        reader: &mut Reader,
        cell: Option<Spot>,
        blocks: &mut Vec<Block>,
    ) -> Result<(), Why> {
        self.enter()?;
        let mut has_text = false;
        while let Some(token) = reader.next()? {
            match token {
                Token::Start { name, attributes, is_empty } => match name {
                    "text-box" if !is_empty => {
                        has_text = true;
                        self.blocks(reader, cell, blocks)?;
                    }
                    "p" | "h" if is_empty => {}
                    "p" | "h" => {
                        has_text = true;
                        self.paragraph(reader, attributes, cell, blocks)?;
                    }
                    "image" | "object" | "object-ole" => {
                        if !has_text {
                            let index = self.paragraphs.max(1);
                            let spot = cell.unwrap_or(Spot::Paragraph { index, character: 1 });
                            // A picture stands for an object beside it.
                            has_text = true;
                            self.pictures.push(spot);
                        }
                        if !is_empty {
                            reader.skip_element()?;
                        }
                    }
                    _ if !is_empty => reader.skip_element()?,
                    _ => {}
                },
                Token::End(_) => break,
                Token::Text(_) => {}
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn table(
        &mut self,
        reader: &mut Reader,
        cell: Option<Spot>,
        blocks: &mut Vec<Block>,
    ) -> Result<(), Why> {
        self.enter()?;
        self.tables += 1;
        let number = self.tables;
        let mut grid = Grid { table: number, ..Grid::default() };
        // What each cell holds, tables too.
        let mut contents: Vec<Vec<Block>> = Vec::new();
        let (mut file_row, mut cols, mut open) = (0u32, 0usize, 0usize);
        while let Some(token) = reader.next()? {
            let (name, attributes, is_empty) = match token {
                Token::Start { name, attributes, is_empty } => (name, attributes, is_empty),
                Token::End(_) => match open.checked_sub(1) {
                    Some(left) => {
                        open = left;
                        continue;
                    }
                    None => break,
                },
                Token::Text(_) => continue,
            };
            match name {
                "table-row" => {
                    let most = self.limits.table_cells;
                    let count =
                        attributes.number("number-rows-repeated").unwrap_or(1u32).clamp(1, most);
                    let is_hidden = attributes
                        .get("visibility")
                        .is_some_and(|v| matches!(&*v, "collapse" | "filter"));
                    file_row = file_row.saturating_add(1);
                    if is_empty {
                        continue;
                    }
                    if is_hidden {
                        self.hide(reader, cell)?;
                        continue;
                    }
                    grid.row_numbers.push(file_row);
                    self.row(reader, &mut grid, &mut contents, &mut cols)?;
                    // Rows that are repeated are blank ones.
                    file_row = file_row.saturating_add(count - 1);
                }
                "table-header-rows"
                | "table-rows"
                | "table-row-group"
                | "table-header-columns"
                | "table-columns"
                | "table-column-group"
                | "table-column" => open += usize::from(!is_empty),
                _ if !is_empty => reader.skip_element()?,
                _ => {}
            }
        }
        self.depth -= 1;
        grid.col_numbers = (1..=cols as u32).collect();
        let is_layout = contents.iter().flatten().any(|block| matches!(block, Block::Table(_)));
        if is_layout || grid.cells.len() <= 1 {
            contents.into_iter().for_each(|mut inner| blocks.append(&mut inner));
            return Ok(());
        }
        for (cell, inner) in grid.cells.iter_mut().zip(contents) {
            cell.lines.extend(inner.into_iter().filter_map(|block| match block {
                Block::Line(line, _) => Some(line),
                _ => None,
            }));
        }
        blocks.push(Block::Table(grid));
        Ok(())
    }

    fn row(
        &mut self,
        reader: &mut Reader,
        grid: &mut Grid,
        contents: &mut Vec<Vec<Block>>,
        cols: &mut usize,
    ) -> Result<(), Why> {
        self.enter()?;
        let row = grid.row_numbers.len() - 1;
        let file_row = grid.row_numbers[row];
        let mut col = 0usize;
        while let Some(token) = reader.next()? {
            let (name, attributes, is_empty) = match token {
                Token::Start { name, attributes, is_empty } => (name, attributes, is_empty),
                Token::End(_) => break,
                Token::Text(_) => continue,
            };
            let number = |name| attributes.number::<usize>(name).unwrap_or(1).max(1);
            let count = number("number-columns-repeated").min(MOST_COLUMNS - col.min(MOST_COLUMNS));
            if name != "table-cell" {
                if !is_empty {
                    reader.skip_element()?;
                }
                col += if name == "covered-table-cell" { count } else { 0 };
                *cols = (*cols).max(col);
                continue;
            }
            let colspan = number("number-columns-spanned").min(MOST_COLUMNS);
            let rowspan = number("number-rows-spanned");
            let spot =
                Spot::Cell { table: grid.table, row: file_row, col: col as u32 + 1, character: 1 };
            let mut inner = Vec::new();
            if !is_empty {
                self.blocks(reader, Some(spot), &mut inner)?;
            }
            grid.cells.push(GridCell { row, col, rowspan, colspan, lines: Vec::new() });
            contents.push(inner);
            for blank in 1..count {
                let col = col + blank;
                grid.cells.push(GridCell { row, col, rowspan, colspan, lines: Vec::new() });
                contents.push(Vec::new());
            }
            within("max-table-cells", grid.cells.len() as u64, self.limits.table_cells.into())
                .map_err(Why::Limit)?;
            col += count;
            *cols = (*cols).max(col + colspan - 1).min(MOST_COLUMNS);
        }
        self.depth -= 1;
        Ok(())
    }

    /// Passes over an element that has begun and puts its text on record.
    fn hide(&mut self, reader: &mut Reader, cell: Option<Spot>) -> Result<(), Why> {
        let index = self.paragraphs.max(1);
        let spot = cell.unwrap_or(Spot::Paragraph { index, character: 1 });
        let (mut text, mut open) = (String::new(), 0usize);
        while let Some(token) = reader.next()? {
            match token {
                Token::Start { is_empty, .. } => open += usize::from(!is_empty),
                Token::Text(piece) => text.push_str(&piece),
                Token::End(_) => match open.checked_sub(1) {
                    Some(left) => open = left,
                    None => break,
                },
            }
        }
        self.note_hidden(&text, spot);
        Ok(())
    }

    fn note_hidden(&mut self, text: &str, spot: Spot) {
        if !text.trim().is_empty() {
            self.sink.repair(Repair {
                stage: Stage::Extract,
                rule: "hidden_text",
                place: Some(Place { page: 1, spot }),
                before: text.trim().chars().take(RECORD).collect(),
                after: String::new(),
            });
        }
    }

    fn remark_pictures(&mut self) {
        let Some(&spot) = self.pictures.first() else { return };
        let count = self.pictures.len();
        self.sink.remark(Diagnostic {
            code: "picture_unread",
            severity: Severity::Warning,
            place: Some(Place { page: 1, spot }),
            message: Wording::new(
                format!(
                    "{count} pictures or embedded documents were not read; the first stands here"
                ),
                format!("有{count}处图片或嵌入的文档未读取，第一处在此"),
            ),
            hint: Some(Wording::new(
                "if one shows a table, ask for the document it was made from",
                "如其中有表格，请索取制作它的原文件",
            )),
        });
    }
}

/// White space of the markup as it counts behind this text: any amount is one space, and none at the beginning.
fn closed_up(text: &str, before: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if !matches!(c, ' ' | '\t' | '\n' | '\r') {
            out.push(c);
        } else if !out.ends_with(' ')
            && !(out.is_empty() && (before.is_empty() || before.ends_with(' ')))
        {
            out.push(' ');
        }
    }
    out
}
