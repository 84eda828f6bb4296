//! One annex: its title joined, its captions and notes gathered, its tables and paragraphs joined.

use super::frame::title;
use super::joins;
use super::paragraphs::{close_up, join_lines, paragraphs};
use crate::diag::Sink;
use crate::lexicon::{NOTES, TABLE_TITLES};
use crate::pattern::Steps;
use crate::place::{Place, PlacedText};
use crate::repair::document::AnnexText;
use crate::segment::outline::{AnnexOutline, Block, Role, TextBlock};

/// The annex as its authors wrote it.
pub(super) fn annex(sink: &mut Sink, outline: AnnexOutline) -> AnnexText {
    let AnnexOutline { number, label, mut blocks } = outline;
    let titles = title_lines(&blocks);
    AnnexText {
        number,
        label: close_up(sink, "space_in_label", &label.text),
        title: title(sink, &titles),
        unit_captions: texts(&blocks, Role::UnitCaption),
        tables: joins::tables(sink, &mut blocks),
        paragraphs: paragraphs(sink, &blocks),
        notes: notes(&blocks),
        images: blocks.iter().filter_map(image).collect(),
    }
}

/// The lines of the annex's own title: those before anything else. Later ones are titles of its
/// tables.
fn title_lines(blocks: &[Block]) -> Vec<&TextBlock> {
    let lines = blocks.iter().map_while(|block| match block {
        Block::Text(text) if text.role == Role::AnnexTitle => Some(text),
        _ => None,
    });
    let mut title: Vec<&TextBlock> = Vec::new();
    for line in lines {
        let is_whole =
            title.last().is_some_and(|last| squeezed(last).as_str().ends_in(TABLE_TITLES));
        // Below a title that is whole, another is the table's.
        let goes_on = squeezed(line).starts_with(['及', '和', '与', '暨', '、', '（', '(']);
        if is_whole && !goes_on && squeezed(line).as_str().ends_in(TABLE_TITLES) {
            break;
        }
        title.push(line);
    }
    title
}

fn squeezed(line: &TextBlock) -> String {
    line.text.as_str().chars().filter(|c| !c.is_whitespace()).collect()
}

fn texts(blocks: &[Block], role: Role) -> Vec<PlacedText> {
    blocks
        .iter()
        .filter_map(|block| match block {
            Block::Text(text) if text.role == role => Some(text.text.clone()),
            _ => None,
        })
        .collect()
}

/// Notes, each joined over its lines: a line that begins like no note goes on with the one above.
pub(super) fn notes(blocks: &[Block]) -> Vec<PlacedText> {
    let mut notes: Vec<Vec<&TextBlock>> = Vec::new();
    for block in blocks {
        let Block::Text(text) = block else { continue };
        if text.role != Role::TableNote {
            continue;
        }
        let start = text.text.as_str().trim_start_matches(['（', '(', '*', ' ']);
        let begins = NOTES.iter().any(|word| start.starts_with(word))
            || start.starts_with(|c: char| c.is_ascii_digit());
        match notes.last_mut() {
            Some(last) if !begins => last.push(text),
            _ => notes.push(vec![text]),
        }
    }
    notes.iter().map(|lines| join_lines(lines)).collect()
}

fn image(block: &Block) -> Option<Place> {
    match block {
        Block::Image { page, bbox } => Some(Place::of_box(*page, *bbox)),
        _ => None,
    }
}
