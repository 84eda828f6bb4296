//! Items of the whole notice in, front and annexes out: an annex begins with its label. Within an
//! annex: its title, captions, notes, and running text.

use super::captions::{self, TITLE_CHARS, ends_title, is_note};
use super::frame::{imprint_role, is_date};
use super::headings::{body_role, mark_flow};
use super::{Item, PlainLine, compact};
use crate::lexicon::{self, TABLE_TITLES};
use crate::pattern::{Steps, digit, is_behind_point, length_before, numeral};
use crate::place::PlacedText;
use crate::segment::outline::{AnnexOutline, Block, Role, TextBlock};
use std::collections::BTreeSet;

/// A title has at most so many lines.
const TITLE_LINES: usize = 5;
/// What is smaller than a whole title by so many points does not go on with it.
const SMALLER: f32 = 1.0;

/// A line that begins with a label: 附件1-2：….
#[derive(Debug, PartialEq)]
struct LabelLine<'a> {
    /// The number, without what numbers a part of it.
    number: Option<&'a str>,
    /// Where the number ends, in bytes.
    label_end: usize,
    /// The colon or point and the white space behind it.
    separator: &'a str,
    /// What follows on the line.
    rest: &'a str,
}

impl<'a> LabelLine<'a> {
    fn of(text: &'a str) -> Option<LabelLine<'a>> {
        // A label that stands alone may stand in brackets: （附件1）, 【附件1】.
        let whole = text.trim();
        let inner = whole.strip_prefix(['（', '(', '【', '[', '〔']);
        let inner = inner.and_then(|text| text.strip_suffix(['）', ')', '】', ']', '〕']));
        if let Some(inner) = inner {
            let label = LabelLine::of(inner.trim()).filter(|l| l.number.is_some());
            return label
                .filter(|label| label.rest.is_empty() && label.separator.trim().is_empty())
                .map(|label| LabelLine { label_end: text.trim_end().len(), ..label });
        }
        let begun = text.trim_start().strip_prefix('附')?.trim_start();
        let named = begun.strip_prefix(['件', '表', '图', '录']).map(str::trim_start);
        // 附件之一 is the first one.
        let word = named.map_or(begun, |word| word.strip_prefix('之').unwrap_or(word));
        let numbered = word.after_run(digit, 1..=3).or_else(|| word.after_run(numeral, 1..=3));
        let number = numbered.map(|behind| &word[..length_before(word, behind)]);
        let part = |behind: &'a str| {
            let part = behind.trim_start().strip_prefix(['-', '－', '—', '.', '．'])?;
            part.trim_start().after_run(digit, 1..=2)
        };
        let label = numbered.map_or(word, |behind| part(behind).unwrap_or(behind));
        let rest = label.trim_start().skip(['：', ':', '.', '．', '、']).trim_start();
        let label_end = length_before(text, label);
        let separator = &label[..length_before(label, rest)];
        // 附 1 is a label that stands alone, 附1年工作总结 and 附近 are none.
        let is_alone = rest.is_empty() && separator.trim().is_empty();
        let is_short = number.is_some() && (is_alone || separator.contains(['：', ':']));
        if named.is_none() && !is_short {
            return None;
        }
        (!rest.contains('\n')).then_some(LabelLine { number, label_end, separator, rest })
    }
}

/// Whether a text that stands alone is the label of an annex: 附件, 附件 1, 附件1：任务表, 附件（续）.
pub(super) fn is_label_alone(text: &str) -> bool {
    LabelLine::of(text).is_some_and(|LabelLine { number, rest, .. }| {
        let title = rest.chars().count() <= TITLE_CHARS && !rest.contains(['。', '；']);
        rest.is_empty() || lexicon::is_continued(rest) || number.is_some() && title
    })
}

/// Whether the text begins with the number of the first entry in the list of annexes.
fn begins_list(text: &str) -> bool {
    let number = text.trim_start().strip_prefix('1').map(str::trim_start);
    let point = |rest: &str| rest.strip_prefix('.').is_some_and(is_behind_point);
    number.is_some_and(|rest| rest.starts_with(['．', '、']) || point(rest))
}

/// The notice cut at its labels.
pub(super) struct Parts {
    /// What stands before the first annex, and the imprint, which may stand after the last one.
    pub front: Vec<Item>,
    /// The annexes in printed order.
    pub annexes: Vec<AnnexPart>,
}

/// One annex, its lines not yet told apart.
pub(super) struct AnnexPart {
    number: Option<u32>,
    label: TextBlock,
    /// The title, where it stands on the label's line.
    title: Option<TextBlock>,
    items: Vec<Item>,
    /// Whether it begins with its title, without a label.
    is_unlabelled: bool,
    /// Which item its label is.
    at: usize,
}

impl AnnexPart {
    /// Whether the label of an annex that begins with its title stands below that: 2023年分配表, and 附件1 on the next line.
    fn is_labelled_below(&self, label: &AnnexPart, above: &[Item]) -> bool {
        let mut between = above[self.at + 1..].iter();
        let is_of_title = |item: &Item| matches!(item, Item::Line(_));
        let is_its = label.number.is_none() || self.number.is_none() || label.number == self.number;
        self.is_unlabelled
            && label.title.is_none()
            && is_its
            && between.len() < TITLE_LINES
            && between.all(is_of_title)
    }

    /// Whether the label right below its own says no more: 附件1 over a sheet, and 附件 in its first cell.
    fn is_labelled_twice(&self, label: &AnnexPart, above: &[Item]) -> bool {
        let says_more = label.number.is_some() || label.title.is_some();
        !self.is_unlabelled && self.title.is_none() && !says_more && above.len() == self.at + 1
    }

    /// Whether the line stands between its label and its first table, the unit of its figures apart: below a label
    /// without a number that is printed again, it tells a new page from a new annex.
    fn has_above(&self, items: &[Item], line: Option<&str>) -> bool {
        let head = items[self.at + 1..].iter().map_while(|item| match item {
            Item::Line(line) => Some(line.compact.as_str()),
            _ => None,
        });
        line.is_some_and(|line| !captions::is_unit(line) && head.into_iter().any(|own| own == line))
    }
}

/// Cuts the notice at the labels of its annexes.
pub(super) fn part(items: Vec<Item>) -> Parts {
    let items = units_beside_labels(items);
    let mut annexes: Vec<AnnexPart> = Vec::new();
    let mut homes = Vec::with_capacity(items.len());
    let mut dated = false;
    let mut imprint = false;
    let listed = Listed::of(&items);
    for (i, item) in items.iter().enumerate() {
        if let Item::Line(line) = item {
            // Where no label was printed, the title of a listed annex begins it.
            if annexes.iter().all(|annex| annex.is_unlabelled)
                && let Some(number) = listed.begins(&items, i, annexes.last())
            {
                imprint = false;
                annexes.push(AnnexPart {
                    number,
                    label: line.block(Role::AnnexLabel),
                    title: Some(line.block(Role::AnnexTitle)),
                    items: Vec::new(),
                    is_unlabelled: true,
                    at: i,
                });
                homes.push(Home::Label);
                continue;
            }
            if let Some(label) = label(&items, i, dated, annexes.last()) {
                imprint = false;
                homes.push(match label {
                    Label::Annex(annex) => {
                        match annexes.last_mut() {
                            Some(begun) if begun.is_labelled_below(&annex, &items[..i]) => {
                                begun.number = annex.number.or(begun.number);
                                begun.label = annex.label;
                                begun.is_unlabelled = false;
                            }
                            Some(begun) if begun.is_labelled_twice(&annex, &items[..i]) => {}
                            _ => annexes.push(*annex),
                        }
                        Home::Label
                    }
                    Label::Again => Home::of_latest(&annexes),
                });
                continue;
            }
            dated |= is_date(&line.compact);
            // The imprint belongs to the notice, wherever its last page ends.
            imprint = imprint_role(&line.compact).is_some() || imprint && !line.opens_page;
            if imprint {
                homes.push(Home::Front);
                continue;
            }
        }
        homes.push(Home::of_latest(&annexes));
    }
    listed.number_parts(&mut annexes, &items);
    let mut parts = Parts { front: Vec::new(), annexes };
    for (item, home) in items.into_iter().zip(homes) {
        match home {
            Home::Front => parts.front.push(item),
            Home::Annex(at) => parts.annexes[at].items.push(item),
            Home::Label => {}
        }
    }
    parts
}

/// The items with the unit beside a label, 附件1 … 单位：万元, as a line of its own.
fn units_beside_labels(items: Vec<Item>) -> Vec<Item> {
    let unit_of = |line: &PlainLine| {
        let mut pieces = line.split();
        let unit = pieces.pop().filter(|unit| captions::is_unit(&unit.compact))?;
        let label = PlainLine::joined(pieces)?;
        LabelLine::of(label.text.as_str())?;
        Some([label, unit])
    };
    let mut parted = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Item::Line(line) => match unit_of(&line) {
                Some(lines) => parted.extend(lines.map(Item::Line)),
                None => parted.push(Item::Line(line)),
            },
            other => parted.push(other),
        }
    }
    parted
}

/// The list of annexes as the body has it, for titles that stand without a label.
struct Listed {
    /// Where the list ends.
    end: usize,
    /// Number and title of each, without white space; the title as far as each of its lines reaches.
    entries: Vec<(Option<u32>, Vec<String>)>,
}

impl Listed {
    /// A list has no more lines.
    const LINES: usize = 60;
    /// A title of fewer characters may be any line.
    const LEAST: usize = 6;

    fn of(items: &[Item]) -> Listed {
        let mut list = Listed { end: 0, entries: Vec::new() };
        let text = |item: &Item| match item {
            Item::Line(line) => Some(line.compact.clone()),
            _ => None,
        };
        let begun = |text: &str| {
            let rest = text.strip_prefix("附件").or(text.strip_prefix("附表"))?;
            let rest = rest.strip_prefix(['：', ':'])?;
            (!rest.is_empty()).then(|| rest.to_owned())
        };
        let begins = |item: &Item| text(item).and_then(|text| begun(&text));
        let Some((first, rest)) =
            items.iter().enumerate().find_map(|(i, item)| Some((i, begins(item)?)))
        else {
            return list;
        };
        let below = items[first + 1..].iter().map_while(text).take(Listed::LINES);
        for (at, line) in std::iter::once(rest).chain(below).enumerate() {
            if is_date(&line) {
                break;
            }
            let numbered = line.after_run(digit, 1..=2).filter(|rest| {
                rest.starts_with(['．', '、'])
                    || rest.strip_prefix('.').is_some_and(is_behind_point)
            });
            match (numbered, list.entries.last_mut()) {
                (Some(rest), _) => {
                    let number = line[..length_before(&line, rest)].parse().ok();
                    let title = rest.trim_start_matches(['．', '、', '.']).to_owned();
                    list.entries.push((number, vec![title]));
                }
                (None, None) => list.entries.push((None, vec![line])),
                (None, Some((_, titles))) => {
                    let longer = titles.last().cloned().unwrap_or_default() + &line;
                    titles.push(longer);
                }
            }
            list.end = first + at + 1;
        }
        list
    }

    /// Gives annexes that bear one number, 附件1-1 and 附件1-2, the numbers under which the list has their titles, where
    /// it has all of them and each once.
    fn number_parts(&self, annexes: &mut [AnnexPart], items: &[Item]) {
        let is_shared = |annex: &AnnexPart| {
            annex.number.is_some()
                && annexes.iter().filter(|a| a.number == annex.number).count() > 1
        };
        if !annexes.iter().any(is_shared) {
            return;
        }
        let found: Option<Vec<u32>> =
            annexes.iter().map(|annex| self.titled(annex, items)).collect();
        let Some(found) = found else { return };
        if found.iter().collect::<BTreeSet<_>>().len() == annexes.len() {
            for (annex, number) in annexes.iter_mut().zip(found) {
                annex.number = Some(number);
            }
        }
    }

    /// The number under which the list has the title of an annex.
    fn titled(&self, annex: &AnnexPart, items: &[Item]) -> Option<u32> {
        let own = annex.title.as_ref().map(|title| compact(title.text.as_str()));
        let below = items[annex.at + 1..].iter().map_while(|item| match item {
            Item::Line(line) => Some(line.compact.clone()),
            _ => None,
        });
        let mut title = String::new();
        own.into_iter().chain(below).take(TITLE_LINES).find_map(|line| {
            title.push_str(&line);
            let is_one = |titles: &Vec<String>| titles.contains(&title);
            self.entries.iter().find(|(_, titles)| is_one(titles))?.0
        })
    }

    /// The number of the annex whose title begins at item `i`, if one does: it opens a page, or a table follows. The
    /// inner one is `None` where the list has none.
    fn begins(&self, items: &[Item], i: usize, latest: Option<&AnnexPart>) -> Option<Option<u32>> {
        let Some(Item::Line(first)) = items.get(i).filter(|_| i >= self.end) else { return None };
        if self.entries.is_empty() || LabelLine::of(first.text.as_str()).is_some() {
            return None;
        }
        let lines = items[i..].iter().map_while(|item| match item {
            Item::Line(line) => Some(line.compact.as_str()),
            _ => None,
        });
        let mut title = String::new();
        for (at, line) in lines.take(TITLE_LINES).enumerate() {
            title.push_str(line);
            let own = without_table_number(&title);
            let is_one = |titles: &[String]| titles.iter().any(|listed| listed == own);
            let Some((number, _)) = self.entries.iter().find(|(_, titles)| is_one(titles)) else {
                continue;
            };
            let leads = first.opens_page || captions::table_follows(&items[i + at + 1..]);
            // Printed again on a later page, it goes on with what it has begun.
            let is_again = latest.is_some_and(|latest| {
                latest.title.as_ref().is_some_and(|t| title.starts_with(&compact(t.text.as_str())))
            });
            let is_title = title.chars().count() >= Listed::LEAST && leads && !is_again;
            return is_title.then_some(*number);
        }
        None
    }
}

/// The title without the number of its table before it: 表一2023年计划表.
fn without_table_number(title: &str) -> &str {
    let Some(rest) = title.strip_prefix("附表").or(title.strip_prefix('表')) else {
        return title;
    };
    let parted =
        |rest: &'_ str| rest.len() - rest.trim_start_matches(['：', ':', '、', '．', '.']).len();
    if let Some(behind) = rest.after_run(numeral, 1..=3) {
        return &behind[parted(behind)..];
    }
    match rest.after_run(digit, 1..=2) {
        Some(behind) if !behind.starts_with(digit) => &behind[parted(behind)..],
        // 表1 2023年 without white space is 表12023年.
        _ => rest.strip_prefix(digit).filter(|rest| rest.starts_with(digit)).unwrap_or(title),
    }
}

/// Where an item belongs.
enum Home {
    Front,
    /// The annex of this index.
    Annex(usize),
    /// It is the label that an annex begins with.
    Label,
}

impl Home {
    /// The annex that has begun, if one has.
    fn of_latest(annexes: &[AnnexPart]) -> Home {
        annexes.len().checked_sub(1).map_or(Home::Front, Home::Annex)
    }
}

enum Label {
    /// A new annex begins.
    Annex(Box<AnnexPart>),
    /// The label of the present annex, printed again.
    Again,
}

/// The label that item `i` is, if it is one: a reference to an annex in running text is none, nor is
/// an entry of the annex list.
fn label(items: &[Item], i: usize, dated: bool, current: Option<&AnnexPart>) -> Option<Label> {
    let Some(Item::Line(line)) = items.get(i) else { return None };
    let LabelLine { number, label_end, separator, rest } = LabelLine::of(line.text.as_str())?;
    let colon = separator.contains(['：', ':']);
    let begun = dated || current.is_some();
    let next = |n: usize| match items.get(i + n) {
        Some(Item::Line(line)) => Some(line.compact.as_str()),
        _ => None,
    };
    let before_table = match (items.get(i + 1), items.get(i + 2)) {
        (Some(Item::Table(_)), _) => true,
        (Some(Item::Line(line)), Some(Item::Table(_))) => captions::is_unit(&line.compact),
        _ => false,
    };
    let listed = next(1).is_some_and(|text| {
        text.starts_with("1.") || text.starts_with("1．") || text.starts_with("1、")
    });
    let entry = begins_list(rest);
    let is_label = if entry {
        // 附件：1. … 2. … is the list, wherever it is printed.
        false
    } else if rest.is_empty() {
        // 附件： before the date announces the list; a number makes it a label anywhere.
        number.is_some() || begun || !(colon || listed)
    } else {
        let title = rest.chars().count() <= TITLE_CHARS && !rest.contains(['。', '；', '，']);
        let parted = colon || !separator.is_empty() || is_spaced(&line.line.raw());
        let whole = parted || ends_title(&compact(rest)) && number.is_some();
        let of_list = is_list_entry(items, i) || number.is_none() && is_signed_below(items, i);
        title && whole && (begun && !of_list || before_table || i == 0)
    };
    if !is_label {
        return None;
    }
    let number = number.and_then(number_of);
    let label_text = line.text.slice(0..label_end).trim();
    let is_again = |current: &AnnexPart| {
        current.number == number
            && compact(current.label.text.as_str()) == compact(label_text.as_str())
            && (number.is_some() || line.opens_page && current.has_above(items, next(1)))
    };
    if current.is_some_and(is_again) {
        return Some(Label::Again);
    }
    let of = |role, text: PlacedText| TextBlock {
        raw: text.as_str().to_owned(),
        text,
        ..line.block(role)
    };
    let whole = line.text.as_str().len();
    let title = (!rest.trim().is_empty())
        .then(|| of(Role::AnnexTitle, line.text.slice(whole - rest.len()..whole).trim()));
    Some(Label::Annex(Box::new(AnnexPart {
        number,
        label: if title.is_some() {
            of(Role::AnnexLabel, label_text)
        } else {
            line.block(Role::AnnexLabel)
        },
        title,
        items: Vec::new(),
        is_unlabelled: false,
        at: i,
    })))
}

/// The title without the count of its pages behind it: 资金分配表（2/3）.
fn without_page_count(title: &str) -> &str {
    let counted = title.strip_suffix(['）', ')']).and_then(|text| {
        let (title, count) = text.rsplit_once(['（', '('])?;
        let (page, of) = count.split_once(['/', '／'])?;
        let is_number = |text: &str| !text.is_empty() && text.chars().all(digit);
        (is_number(page.trim_start_matches('第').trim_end_matches('页')) && is_number(of))
            .then_some(title)
    });
    counted.unwrap_or(title)
}

/// Whether white space stands after the label on paper.
fn is_spaced(raw: &str) -> bool {
    let word = raw.trim_start().strip_prefix('附').map(str::trim_start);
    let Some(behind) = word.and_then(|word| word.strip_prefix(['件', '表', '图', '录'])) else {
        return false;
    };
    let number = |c| digit(c) || numeral(c) || matches!(c, '０'..='９' | '.' | '．' | '-');
    behind.starts_with(char::is_whitespace)
        || behind.trim_start_matches(number).starts_with(char::is_whitespace)
}

/// Whether a date has a line to itself soon below, before any table: what stands above a signature
/// is the list of annexes, printed again.
fn is_signed_below(items: &[Item], i: usize) -> bool {
    let below = items.iter().skip(i + 1).take(12);
    below
        .take_while(|item| matches!(item, Item::Line(_)))
        .any(|item| matches!(item, Item::Line(line) if is_date(&line.compact)))
}

/// Whether the line stands in a list of annexes: the next line, or the one before, is such a line.
fn is_list_entry(items: &[Item], i: usize) -> bool {
    let entry = |j: Option<usize>| match j.and_then(|j| items.get(j)) {
        Some(Item::Line(line)) => {
            LabelLine::of(line.text.as_str()).is_some_and(|label| !label.rest.is_empty())
        }
        _ => false,
    };
    entry(i.checked_sub(1)) || entry(Some(i + 1))
}

/// The number of a label, in digits or characters up to 99.
fn number_of(text: &str) -> Option<u32> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    const DIGITS: &str = "一二三四五六七八九";
    let digit = |c: char| DIGITS.chars().position(|d| d == c).map(|n| n as u32 + 1);
    let mut parts = text.splitn(2, '十');
    let (first, last) = (parts.next()?, parts.next());
    let one = |s: &str| s.chars().next().and_then(digit);
    match last {
        None => one(first),
        Some(last) => Some(one(first).unwrap_or(1) * 10 + one(last).unwrap_or(0)),
    }
}

/// Gives each line of an annex its role.
pub(super) fn outline(part: AnnexPart) -> AnnexOutline {
    let AnnexPart { number, label, title, items, .. } = part;
    let items = split_captions(items);
    let mut told =
        Told { title: title.as_ref().map(|t| compact(t.text.as_str())), ..Told::default() };
    let mut blocks: Vec<Block> = title.into_iter().map(Block::Text).collect();
    let mut roles = Vec::with_capacity(items.len());
    for (i, item) in items.iter().enumerate() {
        roles.push(match item {
            Item::Line(line) => Some(told.role(line, &items[i + 1..])),
            _ => {
                told.begun = true;
                told.note = false;
                told.has_table |= matches!(item, Item::Table(_));
                None
            }
        });
    }
    blocks.extend(items.into_iter().zip(roles).map(|(item, role)| match (item, role) {
        (Item::Line(line), Some(role)) => Block::Text(line.block(role)),
        (other, _) => Block::from(other),
    }));
    AnnexOutline { number, label, blocks: mark_flow(blocks) }
}

/// Parts lines that hold a caption beside something else: 2023年12月　　单位：套.
fn split_captions(items: Vec<Item>) -> Vec<Item> {
    let mut split = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Item::Line(line) if captions::holds_unit(&line) => {
                split.extend(line.split().into_iter().map(Item::Line));
            }
            other => split.push(other),
        }
    }
    split
}

/// What was told of an annex so far.
#[derive(Debug, Default)]
struct Told {
    /// Its title, without white space.
    title: Option<String>,
    /// Lines of the title that were met.
    title_lines: usize,
    /// Size of the first of them, in points.
    title_size: f32,
    /// Whether a table or running text came: what follows is no part of the title.
    begun: bool,
    /// Whether the line before was a note.
    note: bool,
    /// Whether a table came.
    has_table: bool,
    /// What stands over the first table, line by line: sheets are printed with it on every page.
    head: BTreeSet<String>,
}

impl Told {
    fn role(&mut self, line: &PlainLine, rest: &[Item]) -> Role {
        let text = line.compact.as_str();
        let was_note = std::mem::take(&mut self.note);
        if !self.has_table {
            self.head.insert(text.to_owned());
        }
        if captions::is_unit(text) {
            self.begun = true;
            return Role::UnitCaption;
        }
        if captions::is_continued(text) || self.is_repeated(line) || self.is_of_head(text, rest) {
            return Role::Continuation;
        }
        if self.begun && is_note(text) {
            self.note = true;
            return Role::TableNote;
        }
        let role = body_role(text);
        if !self.begun && self.may_be_title(line, role) {
            if self.title_lines == 0 {
                self.title_size = line.size();
            }
            self.title_lines += 1;
            self.title.get_or_insert_default().push_str(text);
            return Role::AnnexTitle;
        }
        if self.begun && captions::leads_to_table(line, rest) {
            return Role::AnnexTitle;
        }
        // A note goes on over lines and points: 注：1. … 2. …
        if was_note && !matches!(role, Role::Heading { level: 1 | 2 }) {
            self.note = true;
            return Role::TableNote;
        }
        self.begun = true;
        role
    }

    /// Whether the line stood over the first table and stands over the next one: 编制单位：…, printed on every page.
    fn is_of_head(&self, text: &str, rest: &[Item]) -> bool {
        let is_between = |item: &&Item| match item {
            Item::Line(line) => {
                captions::is_unit(&line.compact) || self.head.contains(&line.compact)
            }
            _ => false,
        };
        self.has_table
            && self.head.contains(text)
            && matches!(rest.iter().find(|item| !is_between(item)), Some(Item::Table(_)))
    }

    /// Whether the line is the annex's label or title, printed again on a later page.
    fn is_repeated(&self, line: &PlainLine) -> bool {
        self.begun
            && (self.title.as_deref().map(without_page_count)
                == Some(without_page_count(&line.compact))
                || line.opens_page
                    && LabelLine::of(line.text.as_str()).is_some_and(|label| label.rest.is_empty()))
    }

    fn may_be_title(&self, line: &PlainLine, role: Role) -> bool {
        let text = line.compact.as_str();
        // A title that is whole goes on in no other title, and in no sentence.
        let is_whole = self.title.as_deref().is_some_and(|title| title.ends_in(TABLE_TITLES));
        let goes_on = text.starts_with(['及', '和', '与', '暨', '、', '（', '(']);
        // Smaller words below it, as on a cover: an office, a date.
        let is_smaller = line.layout.tells_setting() && line.size() < self.title_size - SMALLER;
        let is_another = is_whole
            && !goes_on
            && (text.contains('，') || text.ends_in(TABLE_TITLES) || is_smaller);
        let form = text.chars().count() <= TITLE_CHARS
            && !text.ends_with(['。', '；', '，', '：', ':'])
            && role == Role::Prose
            && !line.is_row()
            && !lexicon::is_of_form(text)
            && !is_another;
        // On a page a title is set in the middle; in a text it is one line, or goes on without a gap.
        form && self.title_lines < TITLE_LINES
            && (self.title_lines == 0 || !line.layout.tells_setting() || line.is_centred())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::Rect;
    use crate::normalize::lines::{Line, LinedPage, Piece};
    use crate::pattern::agrees;
    use crate::place::Place;

    #[test]
    fn labels_are_those_of_the_expressions() {
        let pieces = "_ 附 附件 附表 件 1 23 4567 一 十 - ． . ： 、 计划 \n";
        agrees(
            r"^\s*(附\s*[件表图录]?)\s*(?:([0-9]{1,3}|[一二三四五六七八九十]{1,3})(?:\s*[-－—.．]\s*[0-9]{1,2})?)?(\s*[：:.．、]?\s*|\s+)(.*)$",
            pieces,
            |regex, text| {
                let found = regex.captures(text)?;
                let group = |n| found.get(n).map(|m| m.range());
                let (separator, rest) = (&found[3], &found[4]);
                let is_short =
                    separator.contains(['：', ':']) || [separator, rest].concat().trim().is_empty();
                if found[1].trim_end().ends_with('附') && !(is_short && group(2).is_some()) {
                    return None;
                }
                Some((group(2).map(|n| n.len()), group(3), group(4)))
            },
            |text| {
                let label = LabelLine::of(text)?;
                let rest_at = text.len() - label.rest.len();
                assert_eq!(rest_at - label.label_end, label.separator.len());
                let (separator, rest) = (label.label_end..rest_at, rest_at..text.len());
                Some((label.number.map(str::len), Some(separator), Some(rest)))
            },
        );
        agrees(
            r"^\s*附\s*[件表图录]\s*[0-9０-９一二三四五六七八九十.．-]*\s",
            pieces,
            |regex, text| regex.is_match(text),
            is_spaced,
        );
        agrees(
            r"^\s*1\s*([．、]|\.([^0-9]|[0-9]{4}))",
            "_ 1 1 . ． 、 23 2023 年",
            |regex, text| regex.is_match(text),
            begins_list,
        );
    }

    #[test]
    fn smaller_words_below_a_whole_title_are_no_part_of_it() {
        let page = LinedPage { number: 1, width: 595.0, height: 842.0, ..LinedPage::default() };
        let line = |text: &str, size: f32| {
            let half = size * text.chars().count() as f32 / 2.0;
            let bbox = Rect::new(297.5 - half, 200.0, 297.5 + half, 200.0 + size);
            let mut placed = PlacedText::new();
            text.chars().for_each(|c| placed.push(c, Place::of_box(1, bbox)));
            let piece = Piece { raw: text.into(), text: placed, bbox, size, ..Piece::default() };
            PlainLine::new(&page, Line { pieces: vec![piece], bbox }, false)
        };
        let mut told = Told::default();
        let mut role = |text: &str, size: f32| told.role(&line(text, size), &[]);
        assert_eq!(role("2022年以工代赈任务分解表", 18.0), Role::AnnexTitle);
        assert_eq!(role("江西省发展和改革委员会", 12.0), Role::Prose);
    }
}
