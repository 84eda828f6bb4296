//! Numbered headings by their form, and where a line of running text goes on to the next one.

use crate::geom::Rect;
use crate::place::Spot;
use crate::segment::outline::{Block, Role, TextBlock};
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The four levels of numbers (GB/T 9704-2012, clause 7.3.3): 一、 （一） 1. （1）.
static NUMBERS: LazyLock<[Regex; 4]> = LazyLock::new(|| {
    [
        r"^[一二三四五六七八九十百]{1,4}[、．.]",
        r"^[（(﹝][一二三四五六七八九十百]{1,4}[）)﹞]",
        r"^\d{1,2}([．、]|\.(?:\D|$))",
        r"^[（(]\d{1,2}[）)]",
    ]
    .map(|pattern| Regex::new(pattern).expect("a fixed pattern"))
});

/// The level of the number that the text (without white space) begins with.
pub(super) fn level(compact: &str) -> Option<u8> {
    NUMBERS.iter().zip(1u8..).find(|(number, _)| number.is_match(compact)).map(|(_, level)| level)
}

/// The role of a line of the body.
pub(super) fn body_role(compact: &str) -> Role {
    level(compact).map_or(Role::Prose, |level| Role::Heading { level })
}

/// Words that a sentence can't end with: after one of them a text goes on even where it looks like a
/// heading.
const OPEN_ENDS: &[char] = &[
    '为', '是', '的', '和', '与', '及', '或', '在', '对', '将', '把', '被', '由', '从', '向', '至',
    '到', '、', '，', ',', '（', '“', '《', '〔', '：',
];

/// What ends a sentence.
const FULL_STOPS: &[char] = &['。', '！', '？', '；', ';', '!', '?', '：', ':'];

/// Marks which lines of running text go on to the next one, and takes numbers at the start of a
/// line that goes on a sentence for what they are: text.
pub(super) fn mark_flow(mut blocks: Vec<Block>) -> Vec<Block> {
    let measures = Measures::of(&blocks);
    let texts: Vec<usize> = (0..blocks.len())
        .filter(|&i| matches!(&blocks[i], Block::Text(t) if is_running(t.role)))
        .collect();
    for pair in texts.windows(2) {
        let (Some(Block::Text(text)), Some(Block::Text(next))) =
            (blocks.get(pair[0]), blocks.get(pair[1]))
        else {
            continue;
        };
        // Between the two only tables or images may stand, not another element of the notice.
        let apart = blocks[pair[0] + 1..pair[1]].iter().any(|b| matches!(b, Block::Text(_)));
        let of_text = matches!(next.text.place().map(|p| p.spot), Some(Spot::Text { .. }));
        let flows =
            !apart && if of_text { text_flows(text, next) } else { measures.flows(text, next) };
        if flows {
            if let Some(Block::Text(text)) = blocks.get_mut(pair[0]) {
                text.flows_on = true;
            }
            if let Some(Block::Text(next)) = blocks.get_mut(pair[1]) {
                next.role = Role::Prose;
            }
        }
    }
    blocks
}

fn is_running(role: Role) -> bool {
    matches!(role, Role::Prose | Role::Heading { .. })
}

/// Whether a line of a text input goes on: a page break of the original cut it, and nothing ends.
fn text_flows(text: &TextBlock, next: &TextBlock) -> bool {
    let end = text.text.as_str().trim_end();
    if matches!(next.role, Role::Heading { .. }) || end.ends_with(FULL_STOPS) || is_closed(end) {
        return false;
    }
    match text.role {
        Role::Heading { .. } => {
            let is_sentence = end.contains(['，', '。']) || end.chars().count() > 32;
            is_sentence || end.ends_with(OPEN_ENDS)
        }
        _ => true,
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
}

impl Measures {
    fn of(blocks: &[Block]) -> Measures {
        let mut boxes: BTreeMap<u32, Vec<Rect>> = BTreeMap::new();
        for block in blocks {
            if let Block::Text(text) = block
                && is_running(text.role)
            {
                boxes.entry(text.page).or_default().push(text.bbox);
            }
        }
        let edges = |boxes: &[Rect]| {
            let left = boxes.iter().map(|b| b.x0).fold(f32::INFINITY, f32::min);
            let right = boxes.iter().map(|b| b.x1).fold(f32::NEG_INFINITY, f32::max);
            (left, right)
        };
        let flat: Vec<Rect> = boxes.values().flatten().copied().collect();
        let all = edges(&flat);
        // A page of few lines says little of the measure: it takes that of the whole.
        let pages = boxes
            .into_iter()
            .map(|(page, boxes)| (page, if boxes.len() > 3 { edges(&boxes) } else { all }))
            .collect();
        Measures { pages, all }
    }

    /// Whether a line of a page goes on: it fills the measure, and the next one is not indented.
    fn flows(&self, text: &TextBlock, next: &TextBlock) -> bool {
        let edges = |page| self.pages.get(&page).copied().unwrap_or(self.all);
        let em = text.size.max(1.0);
        let end = text.text.as_str().trim_end();
        let full = text.bbox.x1 > edges(text.page).1 - 2.0 * em;
        let indented = next.bbox.x0 > edges(next.page).0 + 1.2 * em;
        if !full || indented {
            return false;
        }
        // Without an indent to go by, a number after a full stop begins something new.
        let ended = end.ends_with(FULL_STOPS) || is_closed(end);
        !(ended && matches!(next.role, Role::Heading { .. }))
    }
}
