//! The blocks of the front in, the elements around the body out: wrapped titles, addressees and
//! entries of the annex list joined.

use super::paragraphs::{close_up, join_lines};
use crate::diag::{Repair, Sink, Stage};
use crate::place::PlacedText;
use crate::repair::document::FrameText;
use crate::segment::outline::{Block, Role, TextBlock};
use regex::Regex;
use std::sync::LazyLock;

/// The elements of GB/T 9704-2012 around the body.
pub(super) fn frame(sink: &mut Sink, front: &[Block]) -> FrameText {
    let lines = |role: Role| with_role(front, role);
    let texts = |role: Role| lines(role).iter().map(|line| line.text.clone()).collect();
    let joined = |role: Role| some(join_lines(&lines(role)));
    FrameText {
        markings: texts(Role::Marking),
        issuing_authorities: texts(Role::IssuingAuthorities),
        document_number: lines(Role::DocumentNumber).first().map(|line| line.text.clone()),
        signatories_for_issue: joined(Role::SignatoriesForIssue),
        title: some(title(sink, &lines(Role::Title))),
        primary_addressees: joined(Role::PrimaryAddressees),
        signing_authorities: texts(Role::SigningAuthorities),
        // The date under the signature counts; one below the title only where it is alone.
        date_of_writing: lines(Role::DateOfWriting).last().map(|line| line.text.clone()),
        notes: texts(Role::Note),
        copied_to: joined(Role::CopiedTo),
        printing: joined(Role::Printing),
    }
}

fn with_role(blocks: &[Block], role: Role) -> Vec<&TextBlock> {
    blocks
        .iter()
        .filter_map(|block| match block {
            Block::Text(text) if text.role == role => Some(text),
            _ => None,
        })
        .collect()
}

fn some(text: PlacedText) -> Option<PlacedText> {
    (!text.is_empty()).then_some(text)
}

/// The lines of a title as one, without the spaces that wrapping left.
pub(super) fn title(sink: &mut Sink, lines: &[&TextBlock]) -> PlacedText {
    let title = close_up(sink, "space_in_title", &join_lines(lines));
    if let [first, _, ..] = lines {
        let printed: Vec<&str> = lines.iter().map(|l| l.raw.as_str()).collect();
        sink.repair(Repair {
            stage: Stage::Repair,
            rule: "joined_title",
            place: first.text.place(),
            before: printed.join(" | "),
            after: title.as_str().to_owned(),
        });
    }
    title
}

/// 附件： before the first entry.
static LIST_LABEL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s*附\s*件?\s*[：:]?\s*").expect("a fixed pattern"));
/// The number of an entry.
static ENTRY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(附\s*件\s*)?(\d{1,2}|[一二三四五六七八九十]{1,3})\s*(?:[．、：:]|\.(?:\s|[^\d]|\d{4}))")
        .expect("a fixed pattern")
});

/// The annexes as the body announces them, one entry each, wrapped ones joined.
pub(super) fn annex_list(front: &[Block]) -> Vec<PlacedText> {
    let mut entries: Vec<PlacedText> = Vec::new();
    for (i, line) in with_role(front, Role::AnnexList).into_iter().enumerate() {
        let text = line.text.as_str();
        let begins = i == 0 || ENTRY.is_match(text);
        let label = LIST_LABEL.find(text).filter(|_| begins).map_or(0, |label| label.end());
        let entry = line.text.slice(label..text.len()).trim();
        match entries.last_mut() {
            Some(last) if !begins || last.is_empty() => last.append(&entry),
            _ => entries.push(entry),
        }
    }
    entries.retain(|entry| !entry.is_empty());
    entries
}
