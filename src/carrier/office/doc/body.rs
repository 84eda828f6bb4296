//! The text and its properties in, a page out: paragraphs and tables in the order of the text.

use super::properties::{Of, Paragraph, Placed, Run};
use super::styles::Styles;
use super::table::{Made, Row, made};
use super::text::Text;
use super::{Streams, lists, pair};
use crate::carrier::flow::{Align, Flow, TextLine};
use crate::carrier::office::lists::Numbering;
use crate::carrier::page::Page;
use crate::diag::{Repair, Sink, Stage};
use crate::error::Error;
use crate::options::Limits;
use crate::place::{Place, Spot};
use crate::source::ole::{u16_at, u32_at};
use std::collections::HashMap;
use std::ops::Range;

/// Size of text where nothing is said, in points.
const SIZE: f32 = 10.0;
/// A record of what was left out is cut after so many characters.
const RECORD: usize = 200;

/// Reads the text.
///
/// # Errors
/// [`crate::error::ErrorKind::Limit`].
pub(super) fn page(
    sink: &mut Sink,
    limits: &Limits,
    streams: &Streams,
    text: &Text,
) -> Result<Page, Error> {
    let mut notes = HashMap::new();
    let kinds = [
        (pair::FOOTNOTE_REFERENCES, pair::FOOTNOTES, 1),
        (pair::ENDNOTE_REFERENCES, pair::ENDNOTES, 4),
    ];
    for (references, texts, story) in kinds {
        let start = streams.story(story).start;
        let texts = places(streams.part(texts), 0);
        for (index, at) in places(streams.part(references), 2).into_iter().enumerate() {
            let range = texts.get(index).zip(texts.get(index + 1));
            let range = range.map(|(a, b)| start + *a as usize..start + *b as usize);
            notes.insert(at as usize, (index as u32 + 1, range.unwrap_or_default()));
        }
    }
    let boxes = streams.story(5);
    let ends = places(streams.part(pair::TEXT_BOXES), 22);
    let boxes = ends.windows(2).map(|pair| {
        boxes.start + pair[0] as usize..(boxes.start + pair[1] as usize).min(boxes.end)
    });
    let mut walk = Walk {
        sink,
        streams,
        text,
        runs: Placed::read(streams, pair::RUNS, Of::Runs),
        paragraphs: Placed::read(streams, pair::PARAGRAPHS, Of::Paragraphs),
        styles: Styles::read(streams),
        numbering: lists::numbering(streams),
        flow: Flow::new(limits, 1, limits.glyphs.into()),
        notes,
        boxes: boxes.collect(),
        noted: Vec::new(),
        fields: Vec::new(),
        count: 0,
        tables: 0,
        rows: Vec::new(),
        row: Row::default(),
        cell: Vec::new(),
        inner_rows: Vec::new(),
        inner_row: Row::default(),
        inner_cell: Vec::new(),
        pieces: Vec::new(),
    };
    walk.boxes.reverse();
    walk.note_running_heads();
    walk.story(streams.story(0), Depth::Text)?;
    walk.end_table()?;
    for (line, spot) in std::mem::take(&mut walk.noted) {
        walk.flow.paragraph(&line, spot)?;
    }
    Ok(walk.flow.finish().0)
}

/// The places that a table begins with, each entry behind them of so many bytes.
fn places(table: &[u8], entry: usize) -> Vec<u32> {
    let count = table.len().saturating_sub(4) / (4 + entry);
    (0..=count).filter_map(|i| u32_at(table, 4 * i)).collect()
}

/// Whether text boxes may be anchored in what is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Text,
    Box,
}

struct Walk<'s, 'd> {
    sink: &'s mut Sink,
    streams: &'d Streams,
    text: &'d Text,
    runs: Placed,
    paragraphs: Placed,
    styles: Styles,
    numbering: Numbering,
    flow: Flow<'d>,
    /// Which footnote is referred to at a place, and where its text stands.
    notes: HashMap<usize, (u32, Range<usize>)>,
    /// Text boxes that have not been reached, the next one last.
    boxes: Vec<Range<usize>>,
    /// Footnotes that were referred to.
    noted: Vec<(TextLine, Spot)>,
    /// For each field that is open, whether its result has begun.
    fields: Vec<bool>,
    /// Paragraphs outside tables so far.
    count: u32,
    tables: u32,
    /// The table that is being read.
    rows: Vec<Row>,
    row: Row,
    cell: Vec<TextLine>,
    /// The table inside its cells that is being read.
    inner_rows: Vec<Row>,
    inner_row: Row,
    inner_cell: Vec<TextLine>,
    /// What the table holds in order, tables inside it as such.
    pieces: Vec<Piece>,
}

/// What stands in a table that holds others.
enum Piece {
    Line(TextLine, Spot),
    Table(Vec<Row>),
}

/// A paragraph while it is read.
#[derive(Default)]
struct Open {
    units: Vec<u16>,
    text: String,
    marks: Vec<(usize, String)>,
    struck: Vec<(usize, String)>,
    /// Of text that is lowered: whether it began behind a digit, and so is a mark.
    lowered: Option<bool>,
    size: f32,
    hidden: Vec<u16>,
    deleted: Vec<u16>,
    /// Whether a text box is anchored in it.
    anchors: usize,
}

impl Walk<'_, '_> {
    fn story(&mut self, range: Range<usize>, depth: Depth) -> Result<(), Error> {
        let mut open = Open::default();
        let mut start = range.start;
        for at in range.start..range.end.min(self.text.len()) {
            let Some(unit) = self.text.unit(at) else { break };
            // A break of pages ends a paragraph as its mark does.
            if matches!(unit, 0x07 | 0x0C | 0x0D) {
                let said = self.paragraph(at);
                self.characters(&mut open, start..at);
                self.ended(std::mem::take(&mut open), said, unit, depth, at)?;
                start = at + 1;
            }
        }
        Ok(())
    }

    /// What is known of the paragraph that ends at a place.
    fn paragraph(&self, at: usize) -> (Paragraph, u16) {
        let mut said = Paragraph::default();
        let Some((place, change)) = self.text.place(at) else { return (said, 0) };
        let list = self.paragraphs.at(place).unwrap_or_default();
        let style = u16_at(list, 0).unwrap_or(0);
        for of_style in self.styles.paragraph(style) {
            said.apply(of_style, &self.streams.data, 0);
        }
        said.apply(list.get(2..).unwrap_or_default(), &self.streams.data, 0);
        said.apply(change.unwrap_or_default(), &self.streams.data, 0);
        (said, style)
    }

    /// Takes the characters of a paragraph.
    fn characters(&mut self, open: &mut Open, range: Range<usize>) {
        let (_, style) = self.paragraph(range.end);
        let mut usual = Run::default();
        for of_style in self.styles.run(style) {
            usual.apply(of_style, &Run::default(), &|_| None);
        }
        let mut last: Option<(*const u8, Run)> = None;
        for at in range {
            let (Some(unit), Some((place, change))) = (self.text.unit(at), self.text.place(at))
            else {
                continue;
            };
            let list = self.runs.at(place).unwrap_or_default();
            let run = match last {
                Some((of, run)) if of == list.as_ptr() && change.is_none() => run,
                _ => {
                    let mut run = usual;
                    let of_style = |style| Some(self.styles.run(style).concat());
                    run.apply(list, &usual, &of_style);
                    run.apply(change.unwrap_or_default(), &usual, &of_style);
                    last = change.is_none().then_some((list.as_ptr(), run));
                    run
                }
            };
            self.character(open, unit, &run, at);
        }
        open.flush();
    }

    fn character(&mut self, open: &mut Open, unit: u16, run: &Run, at: usize) {
        match unit {
            0x13 => self.fields.push(false),
            0x14 => {
                if let Some(result) = self.fields.last_mut() {
                    *result = true;
                }
            }
            0x15 => {
                self.fields.pop();
            }
            _ if self.fields.contains(&false) => {}
            _ if run.is_deleted => open.deleted.push(unit),
            _ if run.is_hidden => open.hidden.push(unit),
            0x02 if self.notes.contains_key(&at) => self.note(open, at),
            0x08 if run.is_special => open.anchors += 1,
            0x09 | 0x0B => open.push(if unit == 0x09 { 0x09 } else { 0x0A }, run),
            0x1E => open.push(u16::from(b'-'), run),
            // Pictures, separators of footnotes, soft hyphens and the like.
            0x00..=0x1F => {}
            unit => open.push(unit, run),
        }
    }

    /// A reference to a footnote: its mark stands here, its text further down.
    fn note(&mut self, open: &mut Open, at: usize) {
        let Some((number, range)) = self.notes.remove(&at) else { return };
        open.flush();
        let mark = number.to_string();
        open.marks.push((open.text.chars().count(), mark.clone()));
        let mut said = Open::default();
        let end = range.end.min(self.text.len());
        for at in range.start..end {
            if let Some(unit) = self.text.unit(at).filter(|unit| *unit >= 0x20) {
                said.push(unit, &Run::default());
            }
        }
        said.flush();
        let text = format!("{mark} {}", said.text.trim());
        let line = TextLine { text, size: 9.0, ..TextLine::default() };
        let spot = Spot::Paragraph { index: self.count + 1, character: 1 };
        self.noted.push((line, spot));
    }

    /// Takes a paragraph that has ended.
    fn ended(
        &mut self,
        open: Open,
        (said, _): (Paragraph, u16),
        mark: u16,
        depth: Depth,
        at: usize,
    ) -> Result<(), Error> {
        let in_table = said.depth > 0;
        if !in_table {
            self.end_table()?;
        }
        for _ in 0..open.anchors {
            if let Some(range) = self.boxes.pop().filter(|_| depth == Depth::Text && !in_table) {
                self.story(range, Depth::Box)?;
                self.end_table()?;
            }
        }
        let spot = if in_table {
            let (row, col) = (self.rows.len() as u32 + 1, self.row.cells.len() as u32 + 1);
            Spot::Cell { table: self.tables + 1, row, col, character: 1 }
        } else {
            self.count += 1;
            Spot::Paragraph { index: self.count, character: 1 }
        };
        self.note_gone("hidden_text", &open.hidden, spot);
        self.note_gone("deleted_text", &open.deleted, spot);
        let Open { mut text, mut marks, mut struck, size, .. } = open;
        let size = if size > 0.0 { size } else { self.size_at(at) };
        if said.list != 0
            && !said.ends_row
            && !(in_table && text.trim().is_empty())
            && let Some(label) = self.numbering.label(said.list.into(), said.level.into())
        {
            let width = label.chars().count();
            text.insert_str(0, &label);
            marks.iter_mut().chain(&mut struck).for_each(|(at, _)| *at += width);
        }
        let indent = f32::from(said.left.saturating_add(said.first).max(0)) / 20.0 / size;
        let lead =
            if in_table && said.align == Align::Left { indent.min(20.0).round() } else { 0.0 };
        let line = TextLine { text, size, align: said.align, marks, struck };
        let lines = line.broken(lead as usize);
        if !in_table {
            for (begun, line) in lines {
                if line.is_blank() {
                    self.flow.gap();
                } else {
                    self.flow.paragraph(&line, spot.onward(begun))?;
                }
            }
            return Ok(());
        }
        let filled = lines.into_iter().map(|(_, line)| line);
        let first = self.cell.len();
        self.cell.extend(filled.filter(|line| !line.is_blank()));
        if said.depth > 1 {
            self.inner_cell.extend_from_slice(&self.cell[first..]);
            if said.ends_inner_row {
                self.inner_row.ended_by(&said);
                self.inner_rows.push(std::mem::take(&mut self.inner_row));
                self.inner_cell.clear();
            } else if said.ends_inner_cell {
                self.inner_row.cells.push(std::mem::take(&mut self.inner_cell));
            }
        } else {
            if !self.inner_rows.is_empty() {
                self.pieces.push(Piece::Table(std::mem::take(&mut self.inner_rows)));
            }
            let own = self.cell[first..].iter().map(|line| Piece::Line(line.clone(), spot));
            self.pieces.extend(own);
        }
        if said.depth > 1 || mark != 0x07 {
            return Ok(());
        }
        if said.ends_row {
            self.row.ended_by(&said);
            self.rows.push(std::mem::take(&mut self.row));
            self.cell.clear();
        } else {
            self.row.cells.push(std::mem::take(&mut self.cell));
        }
        Ok(())
    }

    /// The size of the characters at a place.
    fn size_at(&self, at: usize) -> f32 {
        let list = self.text.place(at).and_then(|(place, _)| self.runs.at(place));
        let mut run = Run::default();
        run.apply(list.unwrap_or_default(), &Run::default(), &|_| None);
        run.size.unwrap_or(SIZE).clamp(1.0, 200.0)
    }

    /// Lays out the table that has ended, if there is one.
    fn end_table(&mut self) -> Result<(), Error> {
        if !self.row.cells.is_empty() || !self.cell.is_empty() {
            // The end of the last row is lost.
            if !self.cell.is_empty() {
                self.row.cells.push(std::mem::take(&mut self.cell));
            }
            self.row.ended_by(&Paragraph::default());
            self.rows.push(std::mem::take(&mut self.row));
        }
        if self.rows.is_empty() {
            return Ok(());
        }
        self.tables += 1;
        let (table, rows) = (self.tables, std::mem::take(&mut self.rows));
        let pieces = std::mem::take(&mut self.pieces);
        self.inner_rows.clear();
        self.inner_row = Row::default();
        self.inner_cell.clear();
        let inner = pieces.iter().map(|piece| match piece {
            Piece::Table(rows) => rows.iter().map(|row| row.cells.len()).sum(),
            Piece::Line(..) => 0,
        });
        // A table around larger ones is none.
        if inner.sum::<usize>() > rows.iter().map(|row| row.cells.len()).sum() {
            for piece in pieces {
                match piece {
                    Piece::Line(line, spot) => self.flow.paragraph(&line, spot)?,
                    // Tables are counted as they begin, the one around them first.
                    Piece::Table(rows) => {
                        self.tables += 1;
                        self.lay_rows(self.tables, rows)?;
                    }
                }
            }
            return Ok(());
        }
        self.lay_rows(table, rows)
    }

    /// Lays out the rows of a table.
    fn lay_rows(&mut self, table: u32, rows: Vec<Row>) -> Result<(), Error> {
        let mut covered = Vec::new();
        let made = made(table, rows, &mut |row, lines| {
            let said: Vec<u16> = lines.iter().flat_map(|line| line.text.encode_utf16()).collect();
            covered.push((said, Spot::Cell { table, row, col: 1, character: 1 }));
        });
        for (said, spot) in covered {
            self.note_gone("hidden_text", &said, spot);
        }
        match made {
            Made::Grid(grid) => self.flow.table(grid)?,
            Made::Lines(lines) => {
                for line in lines {
                    let spot = Spot::Cell { table, row: 1, col: 1, character: 1 };
                    self.flow.paragraph(&line, spot)?;
                }
            }
        }
        Ok(())
    }

    /// Puts on record what stands at the head and foot of each page: it is no part of the text.
    fn note_running_heads(&mut self) {
        let range = self.streams.story(2);
        let units: Vec<u16> = (range.start..range.end.min(self.text.len()))
            .filter_map(|at| self.text.unit(at))
            .map(|unit| if unit < 0x20 { 0x20 } else { unit })
            .collect();
        let said = String::from_utf16_lossy(&units);
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        if !said.is_empty() {
            self.sink.repair(Repair {
                stage: Stage::Extract,
                rule: "header_or_footer",
                place: None,
                before: said.chars().take(RECORD).collect(),
                after: String::new(),
            });
        }
    }

    fn note_gone(&mut self, rule: &'static str, units: &[u16], spot: Spot) {
        let text = String::from_utf16_lossy(units);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
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
}

impl Open {
    /// Adds a unit; one that is raised behind others, or lowered behind a digit, is a mark.
    fn push(&mut self, unit: u16, run: &Run) {
        let is_text = !self.text.is_empty() || !self.units.is_empty();
        let is_behind_digit = || match self.units.last() {
            Some(unit) => (0x30..=0x39).contains(unit),
            None => self.text.ends_with(|c: char| c.is_ascii_digit()),
        };
        self.lowered = run.is_lowered.then(|| self.lowered.unwrap_or_else(is_behind_digit));
        let is_mark = run.is_raised && is_text || self.lowered == Some(true);
        if unit > 0x20 && (is_mark || run.is_struck) {
            self.flush();
            let at = self.text.chars().count();
            let unit = String::from_utf16_lossy(&[unit]);
            let pieces = if run.is_struck { &mut self.struck } else { &mut self.marks };
            match pieces.last_mut() {
                Some((last, piece)) if *last == at => piece.push_str(&unit),
                _ => pieces.push((at, unit)),
            }
            return;
        }
        if unit > 0x20 {
            self.size = self.size.max(run.size.unwrap_or(SIZE).clamp(1.0, 200.0));
        }
        self.units.push(unit);
    }

    /// Turns units into characters.
    fn flush(&mut self) {
        self.text.push_str(&String::from_utf16_lossy(&self.units));
        self.units.clear();
    }
}
