//! Numbered headings by their form, and where a line of running text goes on to the next one.

use crate::geom::Rect;
use crate::numbering::heading_level;
use crate::segment::outline::{Block, Layout, Role, TextBlock};
use std::collections::BTreeMap;

/// The role of a line of the body.
pub(super) fn body_role(compact: &str) -> Role {
    heading_level(compact).map_or(Role::Prose, |level| Role::Heading { level })
}

/// Words that a sentence can't end with: after one of them a text goes on even where it looks like a
/// heading.
const OPEN_ENDS: &[char] = &[
    '为', '是', '的', '和', '与', '及', '或', '在', '对', '将', '把', '被', '由', '从', '向', '至',
    '到', '、', '，', ',', '（', '“', '《', '〔', '：',
];

/// What ends a sentence.
const FULL_STOPS: &[char] = &['。', '！', '？', '；', ';', '!', '?', '：', ':'];

/// A paragraph of more characters than this is no mere heading.
const HEADING_CHARS: usize = 32;

/// Marks which lines of running text go on to the next one, and takes numbers at the start of a
/// line that goes on a sentence for what they are: text.
pub(super) fn mark_flow(mut blocks: Vec<Block>) -> Vec<Block> {
    let measures = Measures::of(&blocks);
    let texts: Vec<usize> = (0..blocks.len())
        .filter(|&i| matches!(&blocks[i], Block::Text(t) if is_running(t.role)))
        .collect();
    let mut open = Open::default();
    for pair in texts.windows(2) {
        let (Some(Block::Text(text)), Some(Block::Text(next))) =
            (blocks.get(pair[0]), blocks.get(pair[1]))
        else {
            continue;
        };
        open.read(text);
        // Between the two only tables or images may stand, not another element of the notice.
        let apart = blocks[pair[0] + 1..pair[1]].iter().any(|b| matches!(b, Block::Text(_)));
        let wrapped = next.layout == Layout::Seen && measures.wraps(text, next, open.sentence);
        let flows = !apart && (wrapped || open.is_cut(text, next));
        if !flows {
            open = Open::default();
            continue;
        }
        open.cut = !wrapped;
        if let Some(Block::Text(text)) = blocks.get_mut(pair[0]) {
            text.flows_on = true;
        }
        if let Some(Block::Text(next)) = blocks.get_mut(pair[1]) {
            next.role = Role::Prose;
        }
    }
    blocks
}

fn is_running(role: Role) -> bool {
    matches!(role, Role::Prose | Role::Heading { .. })
}

/// What was read of the present paragraph.
#[derive(Debug, Default)]
struct Open {
    /// Whether it began with a number.
    numbered: bool,
    /// Its characters so far.
    chars: usize,
    /// Whether it has a mark that headings do not have.
    sentence: bool,
    /// Whether the last join was over a cut: a second one without a full line between is none.
    cut: bool,
}

impl Open {
    fn read(&mut self, line: &TextBlock) {
        if self.chars == 0 {
            self.numbered = matches!(line.role, Role::Heading { .. });
        }
        self.chars += line.text.as_str().chars().count();
        self.sentence |= line.text.as_str().contains(['，', '。', '；']);
    }

    /// Whether the paragraph was cut here, by a page of the original: nothing ends, and it is no
    /// heading. Where lines are typed, what has no number is taken for text; on a page, where titles
    /// of all kinds stand among the text, it must look like a sentence.
    fn is_cut(&self, line: &TextBlock, next: &TextBlock) -> bool {
        let end = line.text.as_str().trim_end();
        if matches!(next.role, Role::Heading { .. }) || end.ends_with(FULL_STOPS) || is_closed(end)
        {
            return false;
        }
        let long = self.chars > HEADING_CHARS;
        if next.layout == Layout::Typed {
            !self.numbered || long || self.sentence || end.ends_with(OPEN_ENDS)
        } else {
            !self.cut && (self.sentence || end.ends_with(OPEN_ENDS))
        }
    }
}

/// Whether a closing quotation mark or bracket follows the end of a sentence.
fn is_closed(end: &str) -> bool {
    let inner = end.trim_end_matches(['”', '’', '）', ')', '》']);
    inner.len() < end.len() && inner.ends_with(FULL_STOPS)
}

/// Left and right edge of the running text, page by page.
struct Measures {
    pages: BTreeMap<u32, (f32, f32)>,
    all: (f32, f32),
    /// Whether paragraphs begin with an indent: then a line without one goes on.
    indents: bool,
}

impl Measures {
    fn of(blocks: &[Block]) -> Measures {
        let mut lines: BTreeMap<u32, Vec<&TextBlock>> = BTreeMap::new();
        for block in blocks {
            if let Block::Text(text) = block
                && is_running(text.role)
            {
                lines.entry(text.page).or_default().push(text);
            }
        }
        let edges = |lines: &mut dyn Iterator<Item = Rect>| {
            lines.fold((f32::INFINITY, f32::NEG_INFINITY), |(left, right), b| {
                (left.min(b.x0), right.max(b.x1))
            })
        };
        let all = edges(&mut lines.values().flatten().map(|t| t.bbox));
        // A page of few lines says little of the measure: it takes that of the whole.
        let pages: BTreeMap<u32, (f32, f32)> = lines
            .iter()
            .map(|(page, lines)| {
                let own =
                    if lines.len() > 3 { edges(&mut lines.iter().map(|t| t.bbox)) } else { all };
                (*page, own)
            })
            .collect();
        let headings =
            || lines.values().flatten().filter(|t| matches!(t.role, Role::Heading { .. }));
        let indented = headings().filter(|t| {
            let left = pages.get(&t.page).unwrap_or(&all).0;
            t.bbox.x0 > left + 0.8 * t.size
        });
        let indents = indented.count() * 2 > headings().count();
        Measures { pages, all, indents }
    }

    /// Whether a line of a page goes on: it fills the measure, and the next one is not indented.
    /// A number at its start makes the next one no text, unless a sentence is plainly cut there.
    fn wraps(&self, line: &TextBlock, next: &TextBlock, sentence: bool) -> bool {
        let edges = |page| self.pages.get(&page).copied().unwrap_or(self.all);
        let em = line.size.max(1.0);
        let end = line.text.as_str().trim_end();
        let room = (edges(line.page).1 - line.bbox.x1) / em;
        let indent = (next.bbox.x0 - edges(next.page).0) / em;
        let ended = end.ends_with(FULL_STOPS) || is_closed(end);
        if matches!(next.role, Role::Heading { .. }) {
            return self.indents && sentence && !ended && room < 1.5 && indent < 0.5;
        }
        // What can't be parted (a bracketed word, a long figure) may leave several ems empty;
        // only indents tell then that no paragraph ended.
        let most = if self.indents { 6.0 } else { 2.0 };
        room < most && indent < 1.2
    }
}
