//! Files in any order in, body first and annexes as announced out. Which is the body and which number an
//! annex bears is told by the files themselves: by their names, and by what stands at their beginning.

use super::Read;
use crate::carrier::labels::{begins_label, label_of};
use crate::carrier::page::{Role, TextFrom};
use std::cmp::Reverse;
use std::collections::HashMap;

/// A body shows who it is in so many pieces of text.
const HEAD: usize = 40;
/// An annex does in so many.
const BEGINNING: usize = 12;

/// A file in its place.
pub(super) struct Ordered {
    pub read: Read,
    pub role: Role,
    /// What is to be printed above its first page: the label it bears in its name alone.
    pub label: Option<String>,
}

/// Puts the files of a notice in order; those that are none of its files are left out, and their names given.
pub(super) fn ordered(files: Vec<Read>) -> (Vec<Ordered>, Vec<String>) {
    // Nothing to tell apart.
    if files.len() == 1 {
        let label = |read: &Read| own_label(read).filter(|_| !is_labelled(read));
        let lone = |read: Read| {
            let is_body = likeness(&read) > 0;
            let label = if is_body { None } else { label(&read) };
            Ordered { read, role: if is_body { Role::Body } else { Role::Annexes }, label }
        };
        return (files.into_iter().map(lone).collect(), Vec::new());
    }
    let likest = files
        .iter()
        .enumerate()
        .map(|(index, read)| (likeness(read), Reverse(index)))
        .max()
        .filter(|(likeness, _)| *likeness > 0)
        .map(|(_, Reverse(index))| index);
    let announced = likest.map(|index| announced(&files[index])).unwrap_or_default();
    let mut keyed: Vec<(Key, Ordered)> = Vec::new();
    let mut apart = Vec::new();
    for (index, read) in files.into_iter().enumerate() {
        if Some(index) == likest {
            let role = Role::Body;
            keyed.push((
                Key { rank: 0, number: 0, name: Vec::new() },
                Ordered { read, role, label: None },
            ));
            continue;
        }
        if likest.is_some() && is_apart(&read, &announced) {
            apart.push(read.source.name.clone());
            continue;
        }
        let label = own_label(&read);
        let listed = || listed_as(&read, &announced);
        let number =
            label.as_deref().and_then(number_in).or_else(|| printed_number(&read)).or_else(listed);
        let label = match (label, number) {
            _ if is_labelled(&read) => None,
            (Some(label), _) if number_in(&label).is_some() => Some(label),
            (_, Some(number)) if announced.len() > 1 => Some(format!("附件{number}")),
            (label, _) => Some(label.unwrap_or_else(|| "附件".to_owned())),
        };
        let key =
            Key { rank: 1, number: number.unwrap_or(u32::MAX), name: natural(&read.source.name) };
        keyed.push((key, Ordered { read, role: Role::Annexes, label }));
    }
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    (keyed.into_iter().map(|(_, ordered)| ordered).collect(), apart)
}

/// The files beside the body that are notices of their own, each with its document number: they print one that is not
/// the body's, and addressees, and bear no label.
pub(super) fn other_notices(files: &[Ordered]) -> Vec<(&str, String)> {
    let mut files = files.iter();
    let Some(body) = files.next().filter(|file| file.role == Role::Body) else { return Vec::new() };
    let own = number_of_document(&body.read);
    files
        .filter(|file| own_label(&file.read).is_none() && !is_labelled_first(&file.read))
        .filter(|file| likeness(&file.read) >= 6)
        .filter_map(|file| Some((file.read.source.name.as_str(), number_of_document(&file.read)?)))
        .filter(|(_, number)| own.as_ref().is_some_and(|own| own != number))
        .collect()
}

/// Files that bear the label of one annex, one of which calls itself another version: 附件1.xlsx, 附件1（修订）.xlsx.
pub(super) fn versions(files: &[Ordered]) -> Vec<(&str, &str)> {
    const WORDS: &[&str] =
        &["修订", "修改", "更新", "更正", "最终", "定稿", "旧", "新版", "原版", "作废"];
    let names = |word: &[&str], name: &str| word.iter().any(|word| name.contains(word));
    let mut first: HashMap<u32, &str> = HashMap::new();
    let mut found = Vec::new();
    for file in files {
        let name = base(&file.read.source.name);
        let Some(number) = own_label(&file.read).as_deref().and_then(number_in) else { continue };
        match first.get(&number) {
            Some(other) if names(WORDS, name) != names(WORDS, other) || names(WORDS, name) => {
                found.push((*other, name));
            }
            Some(_) => {}
            None => {
                first.insert(number, name);
            }
        }
    }
    found
}

/// The document number that a file prints at its beginning.
fn number_of_document(read: &Read) -> Option<String> {
    texts(read).take(HEAD).map(compact).find(|text| is_document_number(text))
}

fn is_document_number(text: &str) -> bool {
    text.ends_with('号') && text.contains(['〔', '[', '［', '【']) && text.chars().count() < 40
}

/// Whether a label is the first that stands in the file.
fn is_labelled_first(read: &Read) -> bool {
    texts(read).next().is_some_and(begins_label)
}

/// Whether a file is none of the notice's, as what a site says of its downloads: a text of a few lines without a table,
/// neither labelled nor listed.
fn is_apart(read: &Read, announced: &[String]) -> bool {
    read.pages.text_from == TextFrom::Text
        && texts(read).count() <= HEAD
        && read.pages.pages.iter().all(|page| page.tables.is_empty())
        && own_label(read).is_none()
        && !is_labelled(read)
        && listed_as(read, announced).is_none()
}

/// What files are ordered by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    rank: u8,
    number: u32,
    name: Vec<Step>,
}

/// A step of a name: figures are ordered by their value.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Number(u64),
    Char(char),
}

fn natural(name: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for c in name.chars() {
        match (c.to_digit(10), steps.last_mut()) {
            (Some(digit), Some(Step::Number(number))) => {
                *number = number.saturating_mul(10).saturating_add(digit.into());
            }
            (Some(digit), _) => steps.push(Step::Number(digit.into())),
            (None, _) => steps.push(Step::Char(c)),
        }
    }
    steps
}

/// How much a file looks like the body: it prints a document number and addressees, and calls itself a notice.
fn likeness(read: &Read) -> i32 {
    let head: Vec<String> = texts(read).take(HEAD).map(compact).collect();
    let is_addressed = |text: &String| {
        text.ends_with(['：', ':']) && text.chars().count() > 2 && !begins_label(text)
    };
    let name = base(&read.source.name);
    let mut likeness = 0;
    let mut count = |holds: bool, weight: i32| likeness += if holds { weight } else { 0 };
    count(head.iter().any(|text| is_document_number(text)), 4);
    count(head.iter().any(is_addressed), 2);
    count(["通知", "正文", "函", "意见", "批复", "红头"].iter().any(|word| name.contains(word)), 2);
    count(head.iter().any(|text| text.contains("关于") || text.ends_with("的通知")), 1);
    count(label_of(name).is_some_and(|_| !name.contains("通知")), -4);
    count(read.pages.text_from == TextFrom::Workbook, -3);
    count(head.first().is_some_and(|text| begins_label(text)), -2);
    likeness
}

/// The annexes that the body announces, in order.
fn announced(body: &Read) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    let mut is_open = false;
    for text in texts(body).map(compact) {
        let behind = text.strip_prefix("附件").and_then(|behind| behind.strip_prefix(['：', ':']));
        if let Some(behind) = behind {
            is_open = true;
            if behind.is_empty() {
                continue;
            }
        } else if !is_open {
            continue;
        }
        match titled(behind.unwrap_or(&text)) {
            Some(title) => titles.push(title.to_owned()),
            None if behind.is_some() => titles.push(behind.unwrap_or_default().to_owned()),
            None if titles.is_empty() => {}
            None => break,
        }
    }
    titles
}

/// The title behind a number: of 1.任务分解表.
fn titled(text: &str) -> Option<&str> {
    let behind = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = behind.len() < text.len() && text.len() - behind.len() < 3;
    behind.strip_prefix(['.', '．', '、']).filter(|title| numbered && !title.is_empty())
}

/// As which annex the body lists a file, from 1.
fn listed_as(read: &Read, announced: &[String]) -> Option<u32> {
    let name = compact(base(&read.source.name));
    let name = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let beginning: Vec<String> = texts(read).take(BEGINNING).map(compact).collect();
    let is_it = |title: &String| {
        let title = title.trim_end_matches(['.', '。', '；', ';']);
        let names = name.chars().count() > 3 && (title.contains(name) || name.contains(title));
        names || beginning.iter().any(|text| text == title)
    };
    announced.iter().position(is_it).map(|index| index as u32 + 1)
}

/// The label that a file bears in its name.
fn own_label(read: &Read) -> Option<String> {
    label_of(base(&read.source.name))
}

/// Whether a label stands at the beginning of the file.
fn is_labelled(read: &Read) -> bool {
    texts(read).take(BEGINNING).any(begins_label)
}

/// The number of the label that stands at the beginning of the file.
fn printed_number(read: &Read) -> Option<u32> {
    texts(read)
        .take(BEGINNING)
        .filter(|text| begins_label(text))
        .find_map(|text| number_in(&label_of(&compact(text))?))
}

/// The number of a label.
fn number_in(label: &str) -> Option<u32> {
    let number: String = label.chars().skip(2).collect();
    let wide = |c: char| match c {
        '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
        c => c,
    };
    if let Ok(number) = number.chars().map(wide).collect::<String>().parse() {
        return Some(number);
    }
    let digit = |c: char| "一二三四五六七八九".chars().position(|d| d == c).map(|i| i as u32 + 1);
    let chars: Vec<char> = number.chars().collect();
    match chars.as_slice() {
        ['十'] => Some(10),
        ['十', ones] => Some(10 + digit(*ones)?),
        [tens, '十'] => Some(10 * digit(*tens)?),
        [tens, '十', ones] => Some(10 * digit(*tens)? + digit(*ones)?),
        [ones] => digit(*ones),
        _ => None,
    }
}

fn texts(read: &Read) -> impl Iterator<Item = &str> {
    read.pages.pages.iter().flat_map(|page| &page.runs).map(|run| run.text.as_str())
}

fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The name without its folders.
fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_labels_are_read() {
        let said = ["附件3", "附件１２", "附表十二", "附件二十", "附件"].map(number_in);
        assert_eq!(said, [Some(3), Some(12), Some(12), Some(20), None]);
    }

    #[test]
    fn names_are_ordered_by_their_figures() {
        assert!(natural("表2.xls") < natural("表10.xls"));
    }

    #[test]
    fn titles_stand_behind_numbers() {
        assert_eq!(titled("2．任务表"), Some("任务表"));
        assert_eq!(titled("2024.3"), None);
    }
}
