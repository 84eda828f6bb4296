//! Properties of characters and paragraphs (MS-DOC 2.6): lists of changes to what a style says, found by the
//! place of a character in the stream.

use super::Streams;
use crate::carrier::flow::Align;
use crate::source::ole::{u16_at, u32_at};

/// A change of one property: its code and what it is set to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Change<'a> {
    pub code: u16,
    pub to: &'a [u8],
}

impl Change<'_> {
    pub fn byte(&self) -> u8 {
        self.to.first().copied().unwrap_or(0)
    }

    pub fn word(&self) -> u16 {
        u16_at(self.to, 0).unwrap_or(0)
    }

    /// A switch: on, off, as the style has it, or the other way round.
    fn switch(&self, of_style: bool) -> bool {
        match self.byte() {
            128 => of_style,
            129 => !of_style,
            value => value != 0,
        }
    }
}

/// A table's row: its cells and where they stand.
pub(super) const TABLE_ROW: u16 = 0xD608;

/// The changes of a list, up to one that is cut.
pub(super) fn changes(mut list: &[u8]) -> impl Iterator<Item = Change<'_>> {
    std::iter::from_fn(move || {
        let code = u16_at(list, 0)?;
        let behind = list.get(2..)?;
        let (skip, length) = match (code >> 13, code) {
            (0 | 1, _) => (0, 1),
            (2 | 4 | 5, _) => (0, 2),
            (3, _) => (0, 4),
            (7, _) => (0, 3),
            (_, TABLE_ROW) => (2, usize::from(u16_at(behind, 0)?).checked_sub(1)?),
            // Tab stops that are too many for one byte are not counted; nothing here follows them.
            (_, 0xC615) if behind.first() == Some(&255) => return None,
            _ => (1, usize::from(*behind.first()?)),
        };
        let to = behind.get(skip..skip + length)?;
        list = &behind[skip + length..];
        Some(Change { code, to })
    })
}

/// What is known of a run of characters.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Run {
    pub is_hidden: bool,
    pub is_deleted: bool,
    /// Whether the characters stand for something: a picture, a footnote.
    pub is_special: bool,
    pub is_raised: bool,
    pub is_lowered: bool,
    pub is_struck: bool,
    /// In points.
    pub size: Option<f32>,
}

impl Run {
    /// Applies changes; `style` is what the paragraph's style says, `of_style` gives a character style.
    pub fn apply(&mut self, list: &[u8], style: &Run, of_style: &dyn Fn(u16) -> Option<Vec<u8>>) {
        for change in changes(list) {
            match change.code {
                0x0800 => self.is_deleted = change.switch(style.is_deleted),
                0x083C => self.is_hidden = change.switch(style.is_hidden),
                0x0855 => self.is_special = change.switch(style.is_special),
                0x0837 | 0x2A53 => self.is_struck = change.switch(style.is_struck),
                0x2A48 => {
                    (self.is_raised, self.is_lowered) = (change.byte() == 1, change.byte() == 2);
                }
                0x4A43 => self.size = Some(f32::from(change.word()) / 2.0),
                0x4A30 => {
                    if let Some(own) = of_style(change.word()) {
                        self.apply(&own, style, &|_| None);
                    }
                }
                _ => {}
            }
        }
    }
}

/// What is known of a paragraph.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Paragraph {
    /// Tables inside each other around it.
    pub depth: u32,
    /// Whether it ends a row.
    pub ends_row: bool,
    /// Whether it ends a cell, or a row, of a table inside a cell.
    pub ends_inner_cell: bool,
    pub ends_inner_row: bool,
    pub align: Align,
    /// The list and level that number it.
    pub list: u16,
    pub level: u8,
    /// Indents in twentieths of a point: of all lines, and of the first one more.
    pub left: i16,
    pub first: i16,
    /// The cells of the row that it ends.
    pub row: Vec<u8>,
    /// Changes to these cells: horizontal and vertical merges.
    pub merges: Vec<(u16, Vec<u8>)>,
}

impl Paragraph {
    /// Applies changes; those that are too many for the text stand in another stream.
    pub fn apply(&mut self, list: &[u8], data: &[u8], depth: u32) {
        for change in changes(list) {
            match change.code {
                0x2403 | 0x2461 => {
                    self.align = match change.byte() {
                        1 => Align::Middle,
                        2 => Align::Right,
                        _ => Align::Left,
                    }
                }
                0x2416 if change.byte() != 0 => self.depth = self.depth.max(1),
                0x2417 => self.ends_row = change.byte() != 0,
                0x244B => self.ends_inner_cell = change.byte() != 0,
                0x244C => self.ends_inner_row = change.byte() != 0,
                0x6649 => self.depth = u32_at(change.to, 0).unwrap_or(0).min(100),
                0x260A => self.level = change.byte(),
                0x460B => self.list = change.word(),
                0x840F | 0x845E => self.left = change.word() as i16,
                0x8411 | 0x8460 => self.first = change.word() as i16,
                TABLE_ROW => self.row = change.to.to_vec(),
                0x5624 | 0x5625 | 0xD62B => self.merges.push((change.code, change.to.to_vec())),
                0x6646 | 0x646B if depth < 2 => {
                    let at = u32_at(change.to, 0).unwrap_or(u32::MAX) as usize;
                    let Some(length) = u16_at(data, at).map(usize::from) else { continue };
                    if let Some(list) = data.get(at + 2..at + 2 + length) {
                        self.apply(list, data, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Properties by places of the stream: pages of 512 bytes, found through a table of them.
pub(super) struct Placed {
    /// Where each begins and ends, and its list of changes; in order.
    spans: Vec<(u32, u32, Vec<u8>)>,
}

/// How a page of properties is made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Runs,
    Paragraphs,
}

impl Placed {
    /// Reads the pages that a table names.
    pub fn read(streams: &Streams, pair: usize, of: Of) -> Placed {
        let table = streams.part(pair);
        let count = table.len().saturating_sub(4) / 8;
        let mut spans = Vec::new();
        for i in 0..count {
            let Some(page) = u32_at(table, 4 * (count + 1) + 4 * i) else { break };
            let at = (page & 0x003F_FFFF) as usize * 512;
            if let Some(page) = streams.main.get(at..at + 512) {
                spans.extend(spans_of(page, of));
            }
        }
        spans.sort_by_key(|span: &(u32, u32, Vec<u8>)| span.0);
        Placed { spans }
    }

    /// The changes at a place.
    pub fn at(&self, place: u32) -> Option<&[u8]> {
        let index = self.spans.partition_point(|span| span.0 <= place).checked_sub(1)?;
        let (_, end, list) = self.spans.get(index)?;
        (place < *end).then_some(list)
    }
}

fn spans_of(page: &[u8], of: Of) -> Vec<(u32, u32, Vec<u8>)> {
    let count = usize::from(page[511]);
    let (entry, most) = match of {
        Of::Runs => (1, 101),
        Of::Paragraphs => (13, 29),
    };
    let mut spans = Vec::new();
    for i in 0..count.min(most) {
        let (Some(start), Some(end)) = (u32_at(page, 4 * i), u32_at(page, 4 * i + 4)) else {
            break;
        };
        let at = page.get(4 * (count + 1) + entry * i).map_or(0, |&at| 2 * usize::from(at));
        let list = |at: usize| {
            let length = usize::from(*page.get(at)?);
            match (of, length) {
                (Of::Runs, length) => page.get(at + 1..at + 1 + length),
                (Of::Paragraphs, 0) => {
                    let length = 2 * usize::from(*page.get(at + 1)?);
                    page.get(at + 2..at + 2 + length)
                }
                (Of::Paragraphs, length) => page.get(at + 1..at + 2 * length),
            }
        };
        let list = if at == 0 { None } else { list(at) };
        spans.push((start, end, list.unwrap_or_default().to_vec()));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_read_by_the_size_of_their_operands() {
        let list = [0x3C, 0x08, 1, 0x43, 0x4A, 32, 0, 0x08, 0xD6, 3, 0, 7, 8, 0x0B, 0x46, 2, 0];
        let read: Vec<(u16, usize)> = changes(&list).map(|c| (c.code, c.to.len())).collect();
        assert_eq!(read, [(0x083C, 1), (0x4A43, 2), (0xD608, 2), (0x460B, 2)]);
        let mut run = Run::default();
        run.apply(&list, &Run::default(), &|_| None);
        assert_eq!((run.is_hidden, run.size), (true, Some(16.0)));
        assert_eq!(changes(&[0x43, 0x4A, 1]).count(), 0, "cut short");
    }

    #[test]
    fn cells_and_rows_of_tables_inside_cells_end_by_changes_of_their_own() {
        let mut paragraph = Paragraph::default();
        paragraph.apply(&[0x49, 0x66, 2, 0, 0, 0, 0x4B, 0x24, 1, 0x4C, 0x24, 1], &[], 0);
        let Paragraph { depth, ends_row, ends_inner_cell, ends_inner_row, .. } = paragraph;
        assert_eq!((depth, ends_row, ends_inner_cell, ends_inner_row), (2, false, true, true));
    }
}
