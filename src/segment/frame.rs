//! The front of a notice in, blocks with roles out, by the order and form that GB/T 9704-2012 gives
//! its elements: header (版头), body (主体), imprint (版记).

use super::captions::{
    holds_unit, is_continued, is_note as is_table_note, is_unit, leads_to_table, table_follows,
};
use super::headings::body_role;
use super::{Item, PlainLine};
use crate::lexicon::{
    AUTHORITIES, DOCUMENT_TYPES, METADATA, METADATA_BEFORE_COLON, NOTES, OTHER_TYPES,
};
use crate::pattern::{Steps, digit, han, numeral};
use crate::segment::outline::{Block, Role};
use std::collections::BTreeMap;

/// The header is looked for in so many lines.
const HEADER_LINES: usize = 60;
/// A title has at most so many lines.
const TITLE_LINES: usize = 8;
/// The addressees take at most so many lines.
const ADDRESSEE_LINES: usize = 12;
/// The signing authorities take at most so many lines.
const SIGNING_LINES: usize = 24;

/// What may stand behind the number of an annex.
const MARKS: [char; 5] = ['：', ':', '.', '．', '、'];
const OPENING: [char; 2] = ['（', '('];
const CLOSING: [char; 2] = ['）', ')'];
/// Brackets around the year of a document number, of any kind.
const YEAR_OPENING: [char; 8] = ['〔', '[', '【', '﹝', '（', '(', '［', '〈'];
const YEAR_CLOSING: [char; 8] = ['〕', ']', '】', '﹞', '）', ')', '］', '〉'];

/// Whether the text is a 发文字号: agency code, year in brackets of any kind (one may be lost),
/// serial, 号. Text may follow: 签发人.
fn is_number(text: &str) -> bool {
    let text = text.skip_word(&["文号：", "文号:", "发文字号：", "发文字号:"]);
    let Some((agency, figures)) = text.find(digit).map(|year| text.split_at(year)) else {
        return false;
    };
    let behind = behind_figures(figures).filter(|_| is_agency(agency));
    behind.is_some_and(|rest| rest.is_empty() || rest.starts_with("签发人"))
}

/// Whether the text can stand before the year of a document number: up to 20 letters, then 函 or 字,
/// a bracket and 第, each of which may be wanting.
fn is_agency(text: &str) -> bool {
    let letter =
        |c: char| han(c) || c.is_ascii_alphabetic() || OPENING.contains(&c) || CLOSING.contains(&c);
    let or_less = |text, marks| [Some(text), str::strip_suffix(text, marks)].into_iter().flatten();
    or_less(text, &['第'][..])
        .flat_map(|text| or_less(text, &YEAR_OPENING[..]))
        .flat_map(|text| or_less(text, &['函', '发', '办', '字'][..]))
        .any(|text| text.is_run(letter, 1..=20))
}

/// What follows year and serial of a document number.
fn behind_figures(text: &str) -> Option<&str> {
    let serial = text.after_run(digit, 4..=4)?.skip(YEAR_CLOSING);
    let stated = || serial.after_run(digit, 0..=1)?.strip_prefix('第')?.after_run(digit, 1..=5);
    Some(stated().or_else(|| serial.after_run(digit, 1..=6))?.skip(['号']))
}

/// Whether 号 or a bracket says that the line holds a document number.
fn has_number_marks(text: &str) -> bool {
    let in_brackets = |year: &str| {
        let serial = year.after_run(digit, 4..=4)?.strip_prefix(CLOSING)?.skip(['第']);
        serial.after_run(digit, 1..=5)?.strip_prefix('号').map(str::len)
    };
    text.char_indices().any(|(at, mark)| match mark {
        '〔' | '[' | '【' | '﹝' | '［' => {
            text[at + mark.len_utf8()..].after_run(digit, 4..=4).is_some()
        }
        '〕' | ']' | '】' | '﹞' | '］' => {
            text[..at].chars().rev().take(4).filter(|c| digit(*c)).count() == 4
        }
        '（' | '(' => in_brackets(&text[at + mark.len_utf8()..]).is_some(),
        _ => false,
    })
}

/// Whether the line names who signs for issue.
fn names_signatories(text: &str) -> bool {
    text.starts_with("签发人")
}

/// Whether the line is a 份号, 密级 or 紧急程度, or of the box of metadata that web sites put above a
/// notice.
fn is_marking(text: &str) -> bool {
    text.begins_with(&["绝密", "机密", "秘密"])
        || ["特急", "加急", "平急", "特提", "急件"].contains(&text)
        || text.is_run(digit, 6..=6)
        || METADATA
            .iter()
            .chain(METADATA_BEFORE_COLON)
            .any(|name| text.strip_prefix(name).is_some_and(|value| value.starts_with(['：', ':'])))
}

/// Whether the text ends in a kind of document.
fn ends_in_a_kind(text: &str) -> bool {
    text.ends_in(DOCUMENT_TYPES) || text.ends_in(OTHER_TYPES)
}

/// Whether the text ends in a kind of document, brackets behind it or not.
fn ends_in_kind(text: &str) -> bool {
    let bracketed = |text: &str| {
        let inner = text.strip_suffix(CLOSING)?;
        let bracket = inner.rfind(CLOSING).unwrap_or(0);
        let mut before =
            inner[bracket..].match_indices(OPENING).map(|(at, _)| &inner[..bracket + at]);
        Some(before.any(ends_in_a_kind))
    };
    ends_in_a_kind(text) || bracketed(text) == Some(true)
}

/// Whether the text ends as names of authorities do, their seal behind it or not.
fn ends_in_authority(text: &str) -> bool {
    let sealed = |text: &str| {
        let seal = text.strip_suffix(CLOSING)?;
        let name =
            ["公章", "盖章", "代章", "印", "章"].iter().find_map(|s| seal.strip_suffix(s))?;
        Some(name.strip_suffix(OPENING)?.ends_in(AUTHORITIES))
    };
    text.ends_in(AUTHORITIES) || sealed(text) == Some(true)
}

/// Whether the text is a date whose 年月日 were lost.
fn is_bare_date(text: &str) -> bool {
    text.after_word(&["19", "20"]).is_some_and(|rest| rest.is_run(digit, 5..=6))
}

/// Whether the text begins as the 附件说明 does, the list of annexes.
fn begins_annexes(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('附') else { return false };
    let is_numbered = |number: &str| {
        number.strip_prefix(digit).is_some_and(|rest| !rest.is_empty())
            || number.strip_prefix('一').is_some_and(|rest| rest.starts_with(MARKS))
    };
    rest.skip(['件']).starts_with(['：', ':']) || rest.strip_prefix('件').is_some_and(is_numbered)
}

/// Whether the text begins as an entry of the annex list does.
fn begins_entry(text: &str) -> bool {
    let number = text.skip_word(&["附件"]);
    if number.len() < text.len() && number.starts_with(digit) {
        return true;
    }
    after_small(number).is_some_and(|rest| rest.starts_with(MARKS))
}

/// Whether the text is a 附注.
fn is_note(text: &str) -> bool {
    text.starts_with(OPENING) && text.ends_with(CLOSING)
        || text.strip_prefix(OPENING).is_some_and(|rest| rest.starts_with("此件"))
        || text.begins_with(&["信息公开", "公开属性", "公开方式", "联系人"])
}

/// Whether the text, which has 印 in it, says who printed the notice, when, and how often.
fn is_printing(text: &str) -> bool {
    let is_dated = |(at, _): (usize, &str)| {
        let month = text[at..].strip_prefix('年')?.after_run(digit, 1..=2)?;
        let day = month.strip_prefix('月')?.after_run(digit, 1..=2)?;
        let printed = day.skip(['日']).strip_prefix('印')?.skip(['发']);
        let year = text[..at].chars().rev().take(4).filter(|c| digit(*c)).count();
        (printed.is_empty() && year == 4).then_some(())
    };
    let is_counted = |copies: &str| {
        let behind = copies.trim_start_matches(digit);
        behind.len() < copies.len() && behind.starts_with('份')
    };
    text.ends_with("印发")
        || text.strip_prefix("共印").is_some_and(is_counted)
        || text.match_indices('年').any(|year| is_dated(year).is_some())
}

/// Whether the line, without white space, belongs to the imprint (版记).
pub(super) fn imprint_role(compact: &str) -> Option<Role> {
    if compact.begins_with(&["抄送", "抄报", "主送", "分送"]) {
        Some(Role::CopiedTo)
    } else if compact.contains('印') && is_printing(compact) && compact.chars().count() < 60 {
        Some(Role::Printing)
    } else {
        None
    }
}

/// Whether the line, without white space, is a date and nothing else, brackets or not; digits or
/// characters.
pub(super) fn is_date(compact: &str) -> bool {
    let Some(rest) = after_month(compact.skip(OPENING)) else { return false };
    let rest = after_small(rest).and_then(|rest| rest.strip_prefix('日')).unwrap_or(rest);
    rest.skip(CLOSING).is_empty()
}

/// Behind a year and a month.
fn after_month(text: &str) -> Option<&str> {
    let zero_to_nine = |c: char| matches!(c, '〇' | '○' | 'Ｏ' | '零') || numeral(c) && c != '十';
    let year = text.after_run(digit, 4..=4).or_else(|| text.after_run(zero_to_nine, 4..=4));
    after_small(year?.strip_prefix('年')?)?.strip_prefix('月')
}

/// Behind a small number: of a month, a day, an annex.
fn after_small(text: &str) -> Option<&str> {
    text.after_run(digit, 1..=2).or_else(|| text.after_run(numeral, 1..=3))
}

/// Gives each line of the front its role.
pub(super) fn blocks(items: Vec<Item>) -> Vec<Block> {
    let items = split_shared_lines(items);
    let lines: Vec<&PlainLine> = items
        .iter()
        .filter_map(|item| match item {
            Item::Line(line) => Some(line),
            _ => None,
        })
        .collect();
    let roles = roles(&lines);
    let numbered = roles.contains(&Role::DocumentNumber);
    let mut roles = roles.into_iter();
    let mut blocks = Vec::with_capacity(items.len());
    let mut after_table = false;
    let mut note = OpenNote::default();
    for (i, item) in items.iter().enumerate() {
        let Item::Line(line) = item else {
            after_table = matches!(item, Item::Table(_));
            note = OpenNote::default();
            blocks.push(Block::from(item.clone()));
            continue;
        };
        let role = match roles.next().unwrap_or(Role::Prose) {
            role if note.goes_on(line, role) => Role::TableNote,
            Role::Prose => caption_role(line, &items[i + 1..], after_table).unwrap_or(Role::Prose),
            // Without a number the first title may be that of the table right below it.
            Role::Title if !numbered && leads_to_table(line, &items[i + 1..]) => Role::AnnexTitle,
            role => role,
        };
        after_table &= role == Role::TableNote;
        note.read(line, role);
        blocks.push(Block::Text(line.block(role)));
    }
    by_columns(blocks, &lines)
}

/// The note under a table of the front that is being read.
#[derive(Default)]
struct OpenNote {
    /// Whether its last line ends in no full stop.
    is_open: bool,
    /// Whether it is a list: 注：1. …
    is_list: bool,
}

impl OpenNote {
    /// Whether the line goes on with the note: the rest of a sentence, or its next point.
    fn goes_on(&self, line: &PlainLine, role: Role) -> bool {
        let is_point = matches!(role, Role::Heading { level: 3 | 4 });
        self.is_open && role == Role::Prose && !is_table_note(&line.compact)
            || self.is_list && is_point
    }

    fn read(&mut self, line: &PlainLine, role: Role) {
        let is_note = role == Role::TableNote;
        self.is_open = is_note && !line.compact.ends_with(['。', '；', '！', ';']);
        self.is_list &= is_note;
        let point = NOTES.iter().find_map(|word| line.compact.strip_prefix(word));
        let first = point.map(|point| point.trim_start_matches(['：', ':', '（', '(']));
        self.is_list |= is_note && first.is_some_and(|first| first.starts_with('1'));
    }
}

/// What a line beside a table of the front is, if it belongs to the table.
fn caption_role(line: &PlainLine, rest: &[Item], after_table: bool) -> Option<Role> {
    let text = line.compact.as_str();
    if is_unit(text) && table_follows(rest) {
        Some(Role::UnitCaption)
    } else if is_continued(text) && table_follows(rest) {
        Some(Role::Continuation)
    } else if leads_to_table(line, rest) {
        Some(Role::AnnexTitle)
    } else if after_table && is_table_note(text) {
        Some(Role::TableNote)
    } else {
        None
    }
}

/// Names of authorities that stand in columns, each in two lines (joint issue, GB/T 9704 clause
/// 7.2.4), are put in the order they are read: column after column. Other lines of several names
/// give a block for each.
fn by_columns(blocks: Vec<Block>, lines: &[&PlainLine]) -> Vec<Block> {
    let mut lines = lines.iter();
    let mut ordered = Vec::with_capacity(blocks.len());
    // Names of the lines being read, column by column.
    let mut columns: Vec<Vec<Block>> = Vec::new();
    for block in blocks {
        let Block::Text(text) = &block else {
            ordered.extend(columns.drain(..).flatten());
            ordered.push(block);
            continue;
        };
        let line = lines.next();
        let names =
            line.filter(|_| is_name(text.role)).map(|line| line.split()).unwrap_or_default();
        let whole = names.len() > 1 && names.iter().all(|n| n.compact.chars().count() > 2);
        let goes_on = columns.len() == names.len()
            && columns.iter().zip(&names).all(|(column, name)| {
                matches!(column.last(), Some(Block::Text(above)) if above.role == text.role
                    && above.bbox.x0 < name.line.bbox.x1 && name.line.bbox.x0 < above.bbox.x1
                    && !ends_in_authority(&super::compact(above.text.as_str())))
            });
        if !goes_on {
            ordered.extend(columns.drain(..).flatten());
        }
        if !whole {
            ordered.push(block);
            continue;
        }
        columns.resize_with(names.len(), Vec::new);
        for (column, name) in columns.iter_mut().zip(names) {
            column.push(Block::Text(name.block(text.role)));
        }
    }
    ordered.extend(columns.into_iter().flatten());
    ordered
}

fn is_name(role: Role) -> bool {
    matches!(role, Role::IssuingAuthorities | Role::SigningAuthorities)
}

/// Parts lines that hold two elements in two pieces: the signing authority and the date, the document
/// number and who signs for issue.
fn split_shared_lines(items: Vec<Item>) -> Vec<Item> {
    let mut split = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Item::Line(line) if line.line.pieces.len() > 1 && holds_two(&line) => {
                split.extend(line.split().into_iter().map(Item::Line));
            }
            other => split.push(other),
        }
    }
    split
}

fn holds_two(line: &PlainLine) -> bool {
    let pieces = line.split();
    let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return false };
    let signed = is_date(&last.compact) && ends_in_authority(&first.compact);
    signed || holds_unit(line) || is_document_number(first) && names_signatories(&last.compact)
}

/// One role a line: the header first, then the end of the body backwards from the date, then what is
/// left between them.
fn roles(lines: &[&PlainLine]) -> Vec<Role> {
    let header = header(lines);
    let mut roles = header.roles;
    let body = roles.len();
    let closing = closing(lines, body);
    for (i, line) in lines.iter().enumerate().skip(body) {
        let by_form = || imprint_role(&line.compact).unwrap_or_else(|| body_role(&line.compact));
        roles.push(closing.get(&i).copied().unwrap_or_else(by_form));
    }
    wrap_copies(lines, &mut roles);
    roles
}

/// 抄送 goes on until its full stop.
fn wrap_copies(lines: &[&PlainLine], roles: &mut [Role]) {
    let mut open = false;
    for (line, role) in lines.iter().zip(roles.iter_mut()) {
        match role {
            Role::CopiedTo => open = !line.compact.ends_with('。'),
            Role::Prose | Role::Note | Role::SigningAuthorities if open => {
                *role = Role::CopiedTo;
                open = !line.compact.ends_with('。');
            }
            _ => open = false,
        }
    }
}

/// The roles of the first lines, up to and with the addressees.
struct Header {
    roles: Vec<Role>,
}

/// Reads the header: what stands above the document number, the number, the title, the addressees.
fn header(lines: &[&PlainLine]) -> Header {
    let head = &lines[..lines.len().min(HEADER_LINES)];
    let number = head.iter().position(|l| is_document_number(l));
    let title = title(head, number);
    let mut roles = Vec::new();
    let Some(title) = title else {
        // A table or a text without the frame of a notice: only a number is told.
        for (i, line) in head.iter().enumerate().take(number.map_or(0, |n| n + 1)) {
            roles.push(if Some(i) == number { Role::DocumentNumber } else { above_title(line) });
        }
        return Header { roles };
    };
    for (i, line) in head.iter().enumerate().take(title.end) {
        roles.push(match i {
            _ if Some(i) == number => Role::DocumentNumber,
            _ if title.contains(&i) => Role::Title,
            _ => above_title(line),
        });
    }
    // A number, a date or an authority may stand between a title and its addressees.
    let mut at = title.end;
    while let Some(line) = head.get(at) {
        let role = match at {
            _ if Some(at) == number => Role::DocumentNumber,
            _ if is_date(&line.compact) => Role::DateOfWriting,
            _ if is_marking(&line.compact) => Role::Marking,
            _ => break,
        };
        roles.push(role);
        at += 1;
    }
    let end =
        head[at..].iter().take(ADDRESSEE_LINES).position(|l| l.compact.ends_with(['：', ':']));
    if let Some(end) = end {
        let addressees = &head[at..=at + end];
        let plain = |l: &&PlainLine| {
            !l.compact.contains(['。', '；'])
                && !begins_annexes(&l.compact)
                && body_role(&l.compact) == Role::Prose
        };
        if addressees.iter().all(plain) && addressees.iter().any(|l| names_someone(&l.compact)) {
            roles.extend(addressees.iter().map(|_| Role::PrimaryAddressees));
        }
    }
    repeat_header(head, &mut roles);
    Header { roles }
}

/// Title and addressees may be printed again below themselves, where a page was put together from
/// two sources: they keep their roles.
fn repeat_header(head: &[&PlainLine], roles: &mut Vec<Role>) {
    for wanted in [Role::Title, Role::PrimaryAddressees] {
        let of_role = head.iter().zip(roles.iter()).filter(|(_, role)| **role == wanted);
        let printed: String = of_role.map(|(line, _)| line.compact.as_str()).collect();
        if head.get(roles.len()).is_some_and(|line| line.compact == printed) {
            roles.push(wanted);
        }
    }
}

/// Whether the line can name addressees.
fn names_someone(compact: &str) -> bool {
    const NAMES: &[char] = &[
        '各', '厅', '局', '委', '府', '会', '办', '院', '校', '司', '部', '处', '区', '市', '县',
        '省',
    ];
    compact.contains(NAMES) && !compact.starts_with(['一', '（'])
}

fn is_document_number(line: &PlainLine) -> bool {
    let text = &line.compact;
    text.chars().count() < 50 && has_number_marks(text) && is_number(text)
}

/// The role of a line above the title.
fn above_title(line: &PlainLine) -> Role {
    let text = &line.compact;
    let first = line.line.pieces.first().map(|p| super::compact(p.text.as_str()));
    if is_marking(text) {
        Role::Marking
    } else if names_signatories(text) {
        Role::SignatoriesForIssue
    } else if text.ends_with("文件") || text.contains("文件") || ends_in_authority(text)
        || first.is_some_and(|f| ends_in_authority(&f))
        // The name of an authority may be wrapped: 广西壮族自治区 / 住房和城乡建设厅.
        || begins_name(text)
    {
        Role::IssuingAuthorities
    } else {
        Role::Marking
    }
}

/// The lines of the title: after the number, up to the line that names the kind of document; where
/// no line does, up to the addressees. Without a number it begins with the line that says 关于, or
/// with the first line that is set larger or centred.
fn title(head: &[&PlainLine], number: Option<usize>) -> Option<std::ops::Range<usize>> {
    let about = head.iter().position(|l| says_about(l));
    let start = match (number, about) {
        // A title above its number, as web sites print it.
        (Some(number), Some(about)) if about < number && number - about <= TITLE_LINES => about,
        (Some(number), _) => {
            let skipped = head[number + 1..]
                .iter()
                .take_while(|l| names_signatories(&l.compact) || is_marking(&l.compact))
                .count();
            number + 1 + skipped
        }
        (None, Some(about)) => about,
        (None, None) => return set_title(head),
    };
    let limit = head.len().min(start + TITLE_LINES);
    let ends_title = |l: &&PlainLine| ends_in_kind(&l.compact);
    let is_text = |l: &&PlainLine| {
        l.compact.ends_with(['：', ':', '。', '，']) || is_document_number(l) || is_date(&l.compact)
    };
    let text = head[start..limit].iter().position(is_text).map_or(limit, |n| start + n);
    let kind = head[start..text].iter().position(ends_title).map(|n| start + n + 1);
    let end = kind.unwrap_or(text.min(start + 3));
    // 的通知 alone, or a bracket that closes the title, may stand on the next line.
    let end = end
        + head[end..text]
            .iter()
            .take_while(|l| ends_in_kind(&l.compact) && l.compact.chars().count() < 8)
            .count();
    (start < end).then_some(start..end)
}

/// Whether the line says, as titles do, what it is about; a sentence may name another document.
fn says_about(line: &PlainLine) -> bool {
    let text = &line.compact;
    let names_another =
        text.split("关于").next().is_some_and(|t| t.contains(['《', '<', '〈', '“']));
    text.contains("关于") && !names_another && !text.contains(['。', '；']) && !is_marking(text)
}

/// A title that only its setting shows: among the first lines, in the middle of the page and larger
/// than most lines; or one that ends in a kind of document.
fn set_title(head: &[&PlainLine]) -> Option<std::ops::Range<usize>> {
    let mut sizes: Vec<f32> = head.iter().map(|l| l.size()).collect();
    sizes.sort_by(f32::total_cmp);
    let usual = sizes.get(sizes.len() / 2).copied()?;
    let plain = |l: &PlainLine| !l.is_row() && !l.compact.ends_with(['。', '；', '，', '：', ':']);
    let large = |l: &PlainLine| l.is_centred() && l.size() > 1.2 * usual;
    let start = head.iter().take(4).position(|l| {
        plain(l) && (large(l) || ends_in_kind(&l.compact) && body_role(&l.compact) == Role::Prose)
    })?;
    let size = head[start].size();
    let more = head[start + 1..]
        .iter()
        .take(TITLE_LINES)
        .take_while(|l| {
            plain(l) && large(l) && (l.size() - size).abs() < 0.5 && l.page == head[start].page
        })
        .count();
    Some(start..start + 1 + more)
}

/// The roles of the lines after the body, by their index: date, signing authorities above it, annex
/// list above them, notes below. A page put together from two sources has all of it twice.
fn closing(lines: &[&PlainLine], body: usize) -> BTreeMap<usize, Role> {
    let mut roles = BTreeMap::new();
    let mut floor = body;
    let dates: Vec<usize> = (body..lines.len()).filter(|&i| is_dated(lines, i, body)).collect();
    for end in dates.iter().copied().chain([lines.len()]) {
        let dated = end < lines.len();
        let list = (floor..end).find(|&i| begins_list(&lines[i].compact));
        let least = list.map_or(floor, |list| list + 1).max(end.saturating_sub(SIGNING_LINES));
        let mut signing = end;
        while dated && signing > least && signs(lines, signing - 1, signing < end) {
            signing -= 1;
        }
        // A date that nobody signs, with another one to come, is a line of the text.
        if dated && (signing < end || Some(&end) == dates.last()) {
            roles.insert(end, Role::DateOfWriting);
            roles.extend((signing..end).map(|i| (i, Role::SigningAuthorities)));
        }
        if let Some(list) = list {
            let listed = list..list_end(lines, list, signing);
            roles.extend(listed.map(|i| (i, Role::AnnexList)));
        }
        floor = end + 1;
    }
    let first = dates.first().map_or(lines.len(), |date| date + 1);
    for (i, line) in lines.iter().enumerate().skip(first) {
        if is_note(&line.compact) && imprint_role(&line.compact).is_none() {
            roles.entry(i).or_insert(Role::Note);
        }
    }
    roles
}

/// Whether the line is a date and nothing else; one that lost its 年月日 only where an authority
/// signs above.
fn is_dated(lines: &[&PlainLine], i: usize, body: usize) -> bool {
    let text = &lines[i].compact;
    let signed = i > body && ends_in_authority(&lines[i - 1].compact);
    is_date(text) || is_bare_date(text) && signed
}

fn begins_list(compact: &str) -> bool {
    begins_annexes(compact) && !compact.ends_with('。')
}

/// Whether a line above the date names who signs; `signed_below` where the next line does.
fn signs(lines: &[&PlainLine], i: usize, signed_below: bool) -> bool {
    let line = lines[i];
    let text = &line.compact;
    let short = text.chars().count() <= 40 * line.line.pieces.len().max(1);
    short
        && !text.contains(['。', '，', '；', '：', ':'])
        && !begins_entry(text)
        && body_role(text) == Role::Prose
        && (ends_in_authority(text) || line.is_right() || signed_below && begins_name(text))
}

/// Whether the line can be the first half of a wrapped name: 广西壮族自治区.
fn begins_name(compact: &str) -> bool {
    compact.ends_with(['省', '市', '区', '县', '州', '盟', '旗']) && compact.chars().count() < 40
}

/// Where the annex list that begins at `start` ends: entries are numbered, or go on from the line
/// above.
fn list_end(lines: &[&PlainLine], start: usize, limit: usize) -> usize {
    let mut end = start + 1;
    while end < limit {
        let (line, above) = (lines[end], lines[end - 1]);
        let numbered = begins_entry(&line.compact);
        let close = line.page != above.page
            || line.line.bbox.y0 - above.line.bbox.y1 < 1.6 * line.size().max(1.0);
        let goes_on =
            close && !line.compact.ends_with('。') && imprint_role(&line.compact).is_none();
        if !(numbered || goes_on) {
            break;
        }
        end += 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::agrees;

    /// Compares a pattern with its expression on texts of these pieces.
    fn check(regex: &str, pieces: &str, actual: fn(&str) -> bool) {
        agrees(regex, pieces, |regex, text| regex.is_match(text), actual);
    }

    #[test]
    fn the_number_is_that_of_the_expressions() {
        check(
            r"^(文号[：:]|发文字号[：:])?[々〇㐀-\u{4DBF}一-\u{9FFF}\u{20000}-\u{323AF}A-Za-z（）()]{1,20}?(函|发|办|字)?[〔\[【﹝（(［〈]?(第?[0-9]{4})[〕\]】﹞）)］〉]?[0-9]?第?[0-9]{1,5}号?(签发人[：:]?.*)?$",
            "发文字号： 文号: 赣建保 赣建保办字发文住房城乡建设 A 函 第 〔 （ ） 〕 2023 2023 1 12345 号 签发人 ：张",
            is_number,
        );
        check(
            r"[〔\[【﹝［][0-9]{4}|[0-9]{4}[〕\]】﹞］]|[（(][0-9]{4}[）)]第?[0-9]{1,5}号",
            "赣 〔 ［ （ ( 2023 202 1 ） ) 〕 第 123456 号",
            has_number_marks,
        );
    }

    #[test]
    fn lines_of_the_header_are_those_of_the_expressions() {
        check(
            concat!(
                r"^([0-9]{6}$|(绝密|机密|秘密)|特急$|加急$|平急$|特提$|急件$",
                r"|(索引号|主题分类|体裁分类|发布机构|发文机关|成文日期|发文日期|发布日期|生成日期|有效性|效力状态|公开方式|公开类别|信息分类|主题词|关键词|名称|标题|来源|字号|浏览次数|时间|分享)[：:])"
            ),
            "000012 12 机密 特急 急件 索引号 主题词 主题分类 时间 ： :",
            is_marking,
        );
        check(
            r"(决议|决定|命令|令|公报|公告|通告|意见|通知|通报|报告|请示|批复|议案|函|纪要|办法|细则|方案|规定|要点)([（(][^）)]*[）)])?$",
            "决 定 命令 的通知 复函 （ ( ） ) 试行",
            ends_in_kind,
        );
        check(
            concat!(
                r"(厅|局|委员会|委|政府|办公室|办公厅|部|院|会|中心|处|银行|分行|支行|公司|小组|指挥部|署|总站|站|团|党组|支队|总队|大学|学校|集团|社|所)",
                r"([（(](印|章|公章|盖章|代章)[）)])?$"
            ),
            "省 政府 委员会 局 总站 集团 公 司 （ ( 章 公章 印 盖章 ） )",
            ends_in_authority,
        );
    }

    #[test]
    fn lines_of_the_end_are_those_of_the_expressions() {
        check(
            r"^[（(]?([0-9]{4}|[〇○Ｏ零一二三四五六七八九]{4})年([0-9]{1,2}|[一二三四五六七八九十]{1,3})月(([0-9]{1,2}|[一二三四五六七八九十]{1,3})日)?[）)]?$",
            "（ ） 2023年 二〇一○年 二零Ｏ九年 年 1月 十二月 一 二十 三 1 23 日 月",
            is_date,
        );
        check("^(19|20)[0-9]{5,6}$", "19 20 1 2023 1231 123 年", is_bare_date);
        check(
            r"^(附件?[：:]|附件[0-9]{1,2}[：:.．、]?\S|附件一[：:.．、])",
            "附 件 附件 ： : 1 12 一 二 ． 、 计划",
            begins_annexes,
        );
        check(
            r"^(附件)?([0-9]{1,2}|[一二三四五六七八九十]{1,3})[.．、：:]|^附件[0-9]{1,2}",
            "附件 1 12 一 十 . ． 、 ： 计划",
            begins_entry,
        );
        check(
            r"^([（(].*[）)]$|[（(]此件|信息公开|公开属性|公开方式|联系人)",
            "（ ( ） ) 此件 公开 信息公开 公开方式 联系人 主动",
            is_note,
        );
        check(
            r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日?印发?$|印发$|^共印[0-9]+份",
            "厅 共印 12 份 2023 2023年 1月 1 月 日 印 印发 12日印",
            is_printing,
        );
    }
}
