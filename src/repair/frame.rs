//! The blocks of the front in, the elements around the body out: wrapped titles, addressees and
//! entries of the annex list joined.

use super::paragraphs::{close_up, join_lines};
use crate::diag::{Repair, Sink, Stage};
use crate::pattern::{Steps, digit, is_behind_point, length_before, numeral};
use crate::place::PlacedText;
use crate::repair::document::FrameText;
use crate::segment::outline::{Block, Role, TextBlock};

/// The elements of GB/T 9704-2012 around the body.
pub(super) fn frame(sink: &mut Sink, front: &[Block]) -> FrameText {
    let texts = |role: Role| with_role(front, role).iter().map(|line| line.text.clone()).collect();
    let joined = |role: Role| some(join_lines(&with_role(front, role)));
    let title_lines = printed_once(sink, runs(front, Role::Title), Which::First);
    let addressees = printed_once(sink, runs(front, Role::PrimaryAddressees), Which::First);
    let signing = printed_once(sink, runs(front, Role::SigningAuthorities), Which::Last);
    let issuing = with_role(front, Role::IssuingAuthorities);
    FrameText {
        markings: texts(Role::Marking),
        issuing_authorities: names(sink, &issuing),
        document_number: with_role(front, Role::DocumentNumber).first().map(|l| l.text.clone()),
        signatories_for_issue: joined(Role::SignatoriesForIssue),
        title: some(title(sink, &title_lines)),
        primary_addressees: some(join_lines(&addressees)),
        signing_authorities: names(sink, &signing),
        // The date under the signature counts; one below the title only where it is alone.
        date_of_writing: with_role(front, Role::DateOfWriting).last().map(|l| l.text.clone()),
        notes: notes(sink, front),
        copied_to: joined(Role::CopiedTo),
        printing: joined(Role::Printing),
    }
}

/// 附注, each once.
fn notes(sink: &mut Sink, front: &[Block]) -> Vec<PlacedText> {
    let mut notes: Vec<PlacedText> = Vec::new();
    for line in with_role(front, Role::Note) {
        if notes.iter().any(|note| note.as_str() == line.text.as_str()) {
            note_repeated(sink, &[line]);
        } else {
            notes.push(line.text.clone());
        }
    }
    notes
}

/// Lines of one role that stand one after another.
fn runs(front: &[Block], role: Role) -> Vec<Vec<&TextBlock>> {
    let mut runs: Vec<Vec<&TextBlock>> = Vec::new();
    let mut last = None;
    for (i, block) in front.iter().enumerate() {
        let Block::Text(text) = block else { continue };
        if text.role != role {
            continue;
        }
        match runs.last_mut() {
            Some(run) if last == i.checked_sub(1) => run.push(text),
            _ => runs.push(vec![text]),
        }
        last = Some(i);
    }
    runs
}

/// Which of several printings of an element counts.
#[derive(Clone, Copy)]
enum Which {
    First,
    Last,
}

/// One printing of an element; the same printed again is put on record. Other lines of the role are
/// kept with it.
fn printed_once<'a>(
    sink: &mut Sink,
    runs: Vec<Vec<&'a TextBlock>>,
    which: Which,
) -> Vec<&'a TextBlock> {
    // Spaces and the width of brackets tell no difference.
    let squeezed = |run: &[&TextBlock]| -> String {
        let chars = run.iter().flat_map(|l| l.text.as_str().chars());
        let same = |c| match c {
            '（' => '(',
            '）' => ')',
            c => c,
        };
        chars.filter(|c| !c.is_whitespace()).map(same).collect()
    };
    let kept = match which {
        Which::First => runs.first(),
        Which::Last => runs.last(),
    };
    let Some(kept) = kept.cloned() else { return Vec::new() };
    let mut lines = Vec::new();
    for run in runs {
        let same = run.first().map(|l| l.text.place()) == kept.first().map(|l| l.text.place());
        if same || squeezed(&run) != squeezed(&kept) {
            lines.extend(run);
        } else {
            note_repeated(sink, &run);
        }
    }
    lines
}

fn note_repeated(sink: &mut Sink, lines: &[&TextBlock]) {
    sink.repair(Repair {
        stage: Stage::Repair,
        rule: "repeated_element",
        place: lines.first().and_then(|l| l.text.place()),
        before: lines.iter().map(|l| l.raw.as_str()).collect::<Vec<_>>().join(" | "),
        after: String::new(),
    });
}

/// Names of authorities, one a line; a name wrapped after that of its province (广西壮族自治区 |
/// 住房和城乡建设厅) is joined.
fn names(sink: &mut Sink, lines: &[&TextBlock]) -> Vec<PlacedText> {
    let mut names: Vec<PlacedText> = Vec::new();
    for line in lines {
        let name = close_letter_spaces(&line.text);
        let open = |above: &PlacedText| {
            let text = above.as_str();
            text.ends_with(['省', '区', '市', '县', '州', '盟', '旗']) && !text.contains(' ')
        };
        match names.last_mut() {
            Some(above) if open(above) => {
                let before = format!("{} | {}", above.as_str(), name.as_str());
                above.append(&name);
                sink.repair(Repair {
                    stage: Stage::Repair,
                    rule: "joined_name",
                    place: above.place(),
                    before,
                    after: above.as_str().to_owned(),
                });
            }
            _ => names.push(name),
        }
    }
    names
}

/// A name set with a space after every character, without them.
fn close_letter_spaces(text: &PlacedText) -> PlacedText {
    let spaced = text.as_str().split(' ').all(|word| word.chars().count() <= 1);
    if spaced { text.chars().filter(|c| c.ch != ' ').collect() } else { text.clone() }
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

/// What stands behind 附件： before the first entry.
fn after_list_label(text: &str) -> Option<&str> {
    let label = text.trim_start().strip_prefix('附')?.trim_start().skip(['件']);
    Some(label.trim_start().skip(['：', ':']).trim_start())
}

/// Whether the text begins with the number of an entry, and not with a decimal.
fn begins_entry(text: &str) -> bool {
    let text = text.trim_start();
    let labelled = text.strip_prefix('附').and_then(|rest| rest.trim_start().strip_prefix('件'));
    let number = labelled.map_or(text, str::trim_start);
    let behind = number.after_run(digit, 1..=2).or_else(|| number.after_run(numeral, 1..=3));
    let Some(mark) = behind.map(str::trim_start) else { return false };
    mark.starts_with(['．', '、', '：', ':']) || mark.strip_prefix('.').is_some_and(is_behind_point)
}

/// The annexes as the body announces them, one entry each, wrapped ones joined.
///
/// The word 附件 that stands before them is given apart.
pub(super) fn annex_list(sink: &mut Sink, front: &[Block]) -> (Vec<PlacedText>, Vec<PlacedText>) {
    let mut entries: Vec<PlacedText> = Vec::new();
    let mut labels: Vec<PlacedText> = Vec::new();
    let lines = printed_once(sink, runs(front, Role::AnnexList), Which::First);
    for (i, line) in lines.into_iter().enumerate() {
        let text = line.text.as_str();
        let begins = i == 0 || begins_entry(text);
        let listed = after_list_label(text).filter(|_| begins).unwrap_or(text);
        let label = length_before(text, listed);
        labels.extend(some(line.text.slice(0..label)));
        let entry = line.text.slice(label..text.len()).trim();
        match entries.last_mut() {
            Some(last) if !begins || last.is_empty() => last.append(&entry),
            _ => entries.push(entry),
        }
    }
    entries.retain(|entry| !entry.is_empty());
    (entries, labels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::agrees;

    #[test]
    fn entries_are_those_of_the_expressions() {
        agrees(
            r"^\s*附\s*件?\s*[：:]?\s*",
            "_ 附 件 ： : 1 计划",
            |regex, text| regex.find(text).map(|found| found.end()),
            |text| after_list_label(text).map(|rest| length_before(text, rest)),
        );
        agrees(
            r"^\s*(附\s*件\s*)?([0-9]{1,2}|[一二三四五六七八九十]{1,3})\s*(?:[．、：:]|\.(?:\s|[^0-9]|[0-9]{4}))",
            "_ 附 件 1 23 2023 二 十 ． 、 ： . . 年",
            |regex, text| regex.is_match(text),
            begins_entry,
        );
    }
}
