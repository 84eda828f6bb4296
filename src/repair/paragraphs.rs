//! Lines of running text in, paragraphs out: joined where a line or a page ended in the middle.
//!
//! Where a line merely filled its measure nothing was damaged, and no repair is noted; where a page
//! ended between the two, one is (保障性租 | 赁住房).

use crate::diag::{Repair, Sink, Stage};
use crate::place::PlacedText;
use crate::repair::document::Paragraph;
use crate::segment::outline::{Block, Layout, Role, TextBlock};

/// So many characters on either side of a join are put on record.
const CONTEXT: usize = 12;

/// The paragraphs among the blocks, headings among them.
pub(super) fn paragraphs(sink: &mut Sink, blocks: &[Block]) -> Vec<Paragraph> {
    let mut paragraphs = Vec::new();
    let mut open: Vec<&TextBlock> = Vec::new();
    for block in blocks {
        let Block::Text(text) = block else { continue };
        let level = match text.role {
            Role::Heading { level } => Some(level),
            Role::Prose => None,
            _ => continue,
        };
        if !(level.is_none() && open.last().is_some_and(|last| last.flows_on)) {
            paragraphs.extend(close(sink, &mut open));
        }
        open.push(text);
    }
    paragraphs.extend(close(sink, &mut open));
    paragraphs
}

/// The paragraph that the lines make up, if there are any.
fn close(sink: &mut Sink, lines: &mut Vec<&TextBlock>) -> Option<Paragraph> {
    let first = lines.first()?;
    let level = match first.role {
        Role::Heading { level } => Some(level),
        _ => None,
    };
    for pair in lines.windows(2) {
        if let [before, after] = pair
            && is_cut_by_page(before, after)
        {
            note_join(sink, before, after);
        }
    }
    let text = close_up(sink, "space_in_prose", &join_lines(lines));
    lines.clear();
    Some(Paragraph { level, text })
}

/// Whether a page ended between the two lines: in a text input an empty line is what shows it.
fn is_cut_by_page(before: &TextBlock, after: &TextBlock) -> bool {
    let is_typed = after.layout == Layout::Typed;
    before.page != after.page || is_typed && after.bbox.y0 - before.bbox.y1 > after.size
}

fn note_join(sink: &mut Sink, before: &TextBlock, after: &TextBlock) {
    let tail: Vec<char> = before.text.as_str().chars().rev().take(CONTEXT).collect();
    let tail: String = tail.into_iter().rev().collect();
    let head: String = after.text.as_str().chars().take(CONTEXT).collect();
    sink.repair(Repair {
        stage: Stage::Repair,
        rule: "joined_page_break",
        place: after.text.place(),
        before: format!("{tail} | {head}"),
        after: format!("{tail}{head}"),
    });
}

/// The lines one after another; a space only between two Latin words.
pub(super) fn join_lines(lines: &[&TextBlock]) -> PlacedText {
    let mut joined = PlacedText::new();
    for line in lines {
        let latin_end =
            joined.as_str().chars().next_back().is_some_and(|c| c.is_ascii_alphabetic());
        let latin_start =
            line.text.as_str().chars().next().is_some_and(|c| c.is_ascii_alphabetic());
        if let (true, true, Some(place)) = (latin_end, latin_start, line.text.place()) {
            joined.push(' ', place);
        }
        joined.append(&line.text);
    }
    joined
}

/// The text without spaces, but for those beside a Latin letter; what goes is put on record.
pub(super) fn close_up(sink: &mut Sink, rule: &'static str, text: &PlacedText) -> PlacedText {
    if !text.as_str().contains(' ') {
        return text.clone();
    }
    let chars: Vec<_> = text.chars().collect();
    let letter =
        |c: Option<&crate::place::PlacedChar>| c.is_some_and(|c| c.ch.is_ascii_alphabetic());
    // A number and the year after it stay apart: 1. 2023年.
    let digit = |c: Option<&crate::place::PlacedChar>| {
        c.is_some_and(|c| c.ch.is_ascii_digit() || c.ch == '.')
    };
    let mut closed = PlacedText::new();
    for (i, c) in chars.iter().enumerate() {
        let (before, after) = (i.checked_sub(1).and_then(|i| chars.get(i)), chars.get(i + 1));
        let stays = letter(before) || letter(after) || digit(before) && digit(after);
        if c.ch != ' ' || stays {
            closed.push(c.ch, c.place);
        }
    }
    if closed.as_str() != text.as_str() {
        sink.repair(Repair {
            stage: Stage::Repair,
            rule,
            place: text.place(),
            before: text.as_str().to_owned(),
            after: closed.as_str().to_owned(),
        });
    }
    closed
}
