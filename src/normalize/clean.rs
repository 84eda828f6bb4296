//! Printed lines in, clean lines out: the rules one after another, each with its repair on record:
//! one for each line and rule, and one alone where a page says the same again.

use super::assemble::{RawLine, RawPiece};
use super::{marks, spaces, tokens, width};
use crate::diag::{Repair, Sink, Stage};
use crate::normalize::lines::{Line, Piece};
use crate::place::PlacedChar;
use std::collections::BTreeSet;

/// What a rule makes of a piece of text; `None` where it has nothing to change.
type Clean = fn(&[PlacedChar]) -> Option<Vec<PlacedChar>>;

/// The rules in the order they are applied, by the names they have on record. Applied twice they
/// change nothing more.
const RULES: &[(&str, Clean)] = &[
    ("hidden_characters", marks::drop_hidden),
    ("compatibility_characters", marks::unify),
    ("full_width", width::halve),
    ("split_digits", spaces::join_digits),
    ("spaces", spaces::close_up),
    ("stray_and", tokens::stray_and),
];

/// Cleans the lines of a page; a line that nothing is left of goes.
pub(super) fn clean_lines(sink: &mut Sink, page: u32, raw: Vec<RawLine>) -> Vec<Line> {
    let mut noted = BTreeSet::new();
    raw.into_iter().filter_map(|line| clean_line(sink, &mut noted, page, line)).collect()
}

/// What is on record for the page: rule, before, after.
type Noted = BTreeSet<(&'static str, String, String)>;

fn clean_line(sink: &mut Sink, noted: &mut Noted, page: u32, raw: RawLine) -> Option<Line> {
    let is_clean = |piece: &RawPiece| piece.text.as_str().chars().all(is_steady);
    if raw.pieces.iter().all(is_clean) {
        let pieces: Vec<Piece> = raw.pieces.into_iter().map(as_it_is).collect();
        return (!pieces.is_empty()).then_some(Line { pieces, bbox: raw.bbox });
    }
    let mut texts: Vec<Vec<PlacedChar>> =
        raw.pieces.iter().map(|piece| piece.text.chars().collect()).collect();
    let mut note = |rule, before: String, texts: &[Vec<PlacedChar>]| {
        let after = joined(texts);
        if noted.insert((rule, before.clone(), after.clone())) {
            let place = raw.pieces.first().and_then(|p| p.text.chars().next()).map(|c| c.place);
            debug_assert!(place.is_none_or(|p| p.page == page));
            sink.repair(Repair { stage: Stage::Normalize, rule, place, before, after });
        }
    };
    let bullet = texts.first().map_or(0, |t| tokens::bullet(t));
    if bullet > 0 {
        let before = joined(&texts);
        texts[0].drain(..bullet);
        note("list_bullet", before, &texts);
    }
    for (rule, clean) in RULES {
        let Some((first, changed)) =
            texts.iter().enumerate().find_map(|(at, text)| Some((at, clean(text)?)))
        else {
            continue;
        };
        let before = joined(&texts);
        texts[first] = changed;
        for text in &mut texts[first + 1..] {
            if let Some(clean) = clean(text) {
                *text = clean;
            }
        }
        note(rule, before, &texts);
    }
    let pieces: Vec<Piece> = raw
        .pieces
        .into_iter()
        .zip(texts)
        .filter(|(_, text)| !text.is_empty())
        .map(|(piece, text)| Piece { text: text.into_iter().collect(), ..as_it_is(piece) })
        .collect();
    (!pieces.is_empty()).then_some(Line { pieces, bbox: raw.bbox })
}

/// The piece with its text as it is printed.
fn as_it_is(piece: RawPiece) -> Piece {
    let RawPiece { text, bbox, size, order, joints, marks, cell } = piece;
    // What is told from a plain space by its width alone is printed as one.
    let raw = match text.as_str().contains('\u{A0}') {
        true => text.as_str().replace('\u{A0}', " "),
        false => text.as_str().to_owned(),
    };
    Piece { raw, text, bbox, size, order, joints, marks, cell }
}

/// Whether no rule changes a text for this character: most lines hold no others.
fn is_steady(c: char) -> bool {
    matches!(c, '0'..='9' | 'b'..='z' | 'A'..='Z' | '.' | ',' | '%' | '（' | '）' | '、' | '：'
        | '\u{4E00}'..='\u{9FFF}')
}

fn joined(texts: &[Vec<PlacedChar>]) -> String {
    let texts: Vec<String> = texts.iter().map(|t| t.iter().map(|c| c.ch).collect()).collect();
    texts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::Rect;
    use crate::place::Place;

    /// What is passed over unlooked at is what no rule would have changed.
    #[test]
    fn no_rule_changes_a_steady_text() {
        let place = Place::of_box(1, Rect::default());
        let steady = (0..=0x2FFFF).filter_map(char::from_u32).filter(|c| is_steady(*c));
        let steady: Vec<PlacedChar> = steady.map(|ch| PlacedChar { ch, place }).collect();
        assert!(steady.len() > 20_000);
        for (rule, clean) in RULES {
            assert_eq!(clean(&steady), None, "{rule}");
        }
        for at in 0..steady.len() {
            assert_eq!(tokens::bullet(&steady[at..(at + 2).min(steady.len())]), 0);
        }
    }
}
