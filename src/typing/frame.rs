//! The frame of the notice: the elements around its body by GB/T 9704-2012, read one by one.
//!
//! Which line is which element was told in `segment`; this file says what it means. An element
//! that will not parse keeps its text.

use crate::diag::{Diagnostic, Severity, Sink, Wording};
use crate::lexicon::DOCUMENT_TYPES;
use crate::model::{DocumentNumber, Field, Frame};
use crate::pattern::{Steps, digit, han, length_before};
use crate::place::{Located, Place, PlacedText};
use crate::repair::document::{Document, FrameText};
use crate::typing::prose::{located, squeeze, tight};
use crate::typing::{dates, parties};
use jiff::civil::Date;
use std::ops::Range;

/// Reads the elements around the body.
pub fn frame(sink: &mut Sink, document: &Document) -> Frame {
    let text = &document.frame;
    let title = text.title.as_ref().map(squeeze);
    let name = title.as_ref().map_or("", |title| title.as_str());
    let (number, signatories) = number_and_signatories(text);
    let (printing_authority, printing_date) = printing(sink, text.printing.as_ref());
    Frame {
        copy_number: marking(text, copy_number),
        security_classification: marking(text, classification),
        urgency: marking(text, urgency),
        issuing_authorities: parties::authorities(&text.issuing_authorities),
        document_number: document_number(sink, number.as_ref()),
        signatories_for_issue: signatories,
        document_type: document_type(name),
        plan_year: dates::year(name),
        title: title.as_ref().and_then(located),
        primary_addressees: text.primary_addressees.as_ref().map_or_else(Vec::new, |addressees| {
            parties::addressees(&without(&tight(addressees), "", &['：', ':']))
        }),
        signing_authorities: parties::authorities(&text.signing_authorities),
        date_of_writing: date_of_writing(sink, text.date_of_writing.as_ref()),
        disclosure: disclosure(&text.notes),
        copied_to: text.copied_to.as_ref().map_or_else(Vec::new, |copied| {
            let copied = tight(copied);
            let text = copied.as_str();
            let names = after_copied(text).unwrap_or(text);
            parties::addressees(&copied.slice(length_before(text, names)..text.len()))
        }),
        printing_authority,
        printing_date,
        unread: Vec::new(),
    }
}

/// The first of the markings above the issuing authorities that the element is found in.
fn marking(text: &FrameText, find: fn(&str) -> Option<Range<usize>>) -> Option<Located<String>> {
    text.markings.iter().map(tight).find_map(|line| located(&line.slice(find(line.as_str())?)))
}

/// 份号: six digits by the standard.
fn copy_number(line: &str) -> Option<Range<usize>> {
    let latin = line.strip_prefix("No").map(|rest| rest.skip(['.']));
    let number = latin.or_else(|| line.strip_prefix('№')).unwrap_or(line);
    let rest = number.after_run(digit, 4..=8)?;
    Some(length_before(line, number)..length_before(line, rest))
}

/// 密级 with its period: 机密★1年.
fn classification(line: &str) -> Option<Range<usize>> {
    let (start, rest) = first_word(line, &["绝密", "机密", "秘密"])?;
    let period = |rest: &'_ str| {
        let period = rest.strip_prefix('★')?.trim_start_matches(digit);
        Some(period.skip(['年', '月']).skip_word(&["长期"]).len())
    };
    let left = period(rest).unwrap_or(rest.len());
    Some(start..line.len() - left)
}

/// 紧急程度; 特提, 特急, 加急, 平急 are those of telegrams.
fn urgency(line: &str) -> Option<Range<usize>> {
    let (start, rest) = first_word(line, &["特提", "特急", "加急", "平急"])?;
    Some(start..length_before(line, rest))
}

/// Where the first of the words begins, and what follows it.
fn first_word<'a>(text: &'a str, words: &[&str]) -> Option<(usize, &'a str)> {
    text.char_indices().find_map(|(at, _)| Some((at, text[at..].after_word(words)?)))
}

/// What follows 抄送： and the like at the start of the imprint.
fn after_copied(text: &str) -> Option<&str> {
    Some(text.after_word(&["抄送", "抄报", "主送"])?.skip([':', '：']))
}

/// The line of the document number, and the persons behind 签发人, on that line or their own.
fn number_and_signatories(text: &FrameText) -> (Option<PlacedText>, Vec<Located<String>>) {
    let after_mark = |line: &PlacedText| {
        let mark = signatory(line.as_str())?;
        let persons = parties::persons(&line.slice(mark.end..line.as_str().len()));
        Some((line.slice(0..mark.start), persons))
    };
    let shared = text.document_number.as_ref().and_then(after_mark);
    let own = text.signatories_for_issue.as_ref().and_then(after_mark);
    let number = shared.as_ref().map(|(rest, _)| rest).or(text.document_number.as_ref()).cloned();
    let persons = shared.into_iter().chain(own).flat_map(|(_, persons)| persons).collect();
    (number, persons)
}

/// Where 签发人： stands, which may share the line of the document number.
fn signatory(line: &str) -> Option<Range<usize>> {
    let behind = |text: &'_ str| {
        let rest = text.strip_prefix('签')?.trim_start().strip_prefix('发')?;
        let rest = rest.trim_start().strip_prefix('人')?.trim_start();
        Some(rest.skip([':', '：']).len())
    };
    line.match_indices('签').find_map(|(at, _)| Some(at..line.len() - behind(&line[at..])?))
}

fn document_number(sink: &mut Sink, line: Option<&PlacedText>) -> Field<DocumentNumber> {
    let Some(line) = line.map(tight) else {
        return Field::Absent;
    };
    let Some(place) = line.place() else {
        return Field::Absent;
    };
    match read_number(line.as_str()) {
        Some(number) => Field::Read(Located::new(number, place)),
        None => {
            let text = line.as_str().to_owned();
            sink.remark(unreadable(
                "document_number_unreadable",
                place,
                Wording::new(
                    format!("document number is not of the form 赣建保〔2023〕1号: {text}"),
                    format!("发文字号不合“机关代字〔年份〕序号号”的格式：{text}"),
                ),
            ));
            Field::Raw(Located::new(text, place))
        }
    }
}

/// 机关代字, year, 序号. Brackets of every hand; either the closing one or 号 may be lost: year and
/// number stay apart by the year's four digits, but where both are gone the end is in doubt.
fn read_number(line: &str) -> Option<DocumentNumber> {
    let labelled = line.after_word(&["发文字号", "文号"]).map(|rest| rest.skip([':', '：']));
    // Without a code of its own, the label is the code.
    labelled.and_then(number_at_start).or_else(|| number_at_start(line))
}

/// The document number that the text begins with.
fn number_at_start(text: &str) -> Option<DocumentNumber> {
    const OPENING: [char; 8] = ['〔', '[', '﹝', '【', '（', '(', '［', '〈'];
    const CLOSING: [char; 8] = ['〕', ']', '﹞', '】', '）', ')', '］', '〉'];
    let letter = |c: char| han(c) || c.is_ascii_alphabetic();
    let bracket = text.after_run(letter, 1..=usize::MAX)?;
    let year = bracket.strip_prefix(OPENING)?;
    let figures = year.after_run(digit, 4..=4).filter(|_| year.begins_with(&["19", "20"]))?;
    let closed = figures.strip_prefix(CLOSING);
    let serial = closed.unwrap_or(figures).skip(['第']);
    let behind = serial.after_run(digit, 1..=6)?;
    // Without 号 the line must end, and the bracket tell the year from the number.
    let is_bare = || behind.is_empty() && closed == Some(serial);
    let rest = behind.strip_prefix(['号', '號']).or_else(|| is_bare().then_some(behind))?;
    let before = |text: &str, rest: &str| text[..length_before(text, rest)].to_owned();
    Some(DocumentNumber {
        raw: before(text, rest),
        agency_code: before(text, bracket),
        year: before(year, figures).parse().ok()?,
        serial: before(serial, behind).parse().ok()?,
    })
}

/// The kind of document the title ends in, brackets after it not counted: …的通知（试行）.
fn document_type(title: &str) -> Option<String> {
    let mut title = title;
    while title.ends_with(['）', ')', '》', '〉']) {
        let open = title.rfind(['（', '(', '《', '〈'])?;
        title = &title[..open];
    }
    DOCUMENT_TYPES.iter().find(|kind| title.ends_with(**kind)).map(|kind| (*kind).to_owned())
}

fn date_of_writing(sink: &mut Sink, line: Option<&PlacedText>) -> Field<Date> {
    let Some(line) = line.map(tight) else {
        return Field::Absent;
    };
    date_field(sink, &line)
}

/// The date in the text, read or raw.
fn date_field(sink: &mut Sink, text: &PlacedText) -> Field<Date> {
    let Some(place) = text.place() else {
        return Field::Absent;
    };
    if let Some((date, at)) = dates::find(text.as_str()) {
        let place = text.slice(at).place().unwrap_or(place);
        return Field::Read(Located::new(date, place));
    }
    let text = text.as_str().to_owned();
    sink.remark(unreadable(
        "date_unreadable",
        place,
        Wording::new(
            format!("found no whole date in: {text}"),
            format!("未能读出完整的年月日：{text}"),
        ),
    ));
    Field::Raw(Located::new(text, place))
}

/// The note on disclosure, without its brackets.
fn disclosure(notes: &[PlacedText]) -> Option<Located<String>> {
    let note = notes.iter().map(squeeze).find(|note| note.as_str().contains("公开"))?;
    located(&without(&note, "（(", &['）', ')']))
}

/// 印发机关 and 印发日期: 南昌市财政局办公室 2018年1月17日印发.
fn printing(sink: &mut Sink, line: Option<&PlacedText>) -> (Option<Located<String>>, Field<Date>) {
    let Some(line) = line.map(tight) else {
        return (None, Field::Absent);
    };
    let whole = line.as_str().len();
    let date_at = dates::find(line.as_str()).map(|(_, at)| at.start);
    let authority = line.slice(0..date_at.unwrap_or(whole));
    let copies = copies(authority.as_str()).unwrap_or(whole);
    let authority = authority.slice(0..copies.min(authority.as_str().len()));
    let authority = located(&without(&authority, "", &['，', ',']));
    let date = match date_at {
        Some(at) => date_field(sink, &line.slice(at..whole)),
        // 印发 without a date that can be read.
        None if line.as_str().contains("印发") => date_field(sink, &line),
        None => Field::Absent,
    };
    (authority, date)
}

/// Where the number of copies begins, between the printing authority and its date: 共印7份.
fn copies(text: &str) -> Option<usize> {
    let is_counted = |rest: &str| {
        let copies = rest.skip(['印']).after_run(digit, 1..=usize::MAX);
        copies.is_some_and(|rest| rest.starts_with('份'))
    };
    let (at, _) = text.match_indices('共').find(|(at, all)| is_counted(&text[at + all.len()..]))?;
    let bracket = text[..at].chars().next_back().filter(|c| matches!(c, '（' | '('));
    Some(at - bracket.map_or(0, char::len_utf8))
}

/// The text without these characters at its start and end.
fn without(text: &PlacedText, starts: &str, ends: &[char]) -> PlacedText {
    let whole = text.as_str();
    let start = whole.len() - whole.trim_start_matches(|c| starts.contains(c)).len();
    let end = whole.trim_end_matches(ends).len();
    text.slice(start..end.max(start))
}

fn unreadable(code: &'static str, place: Place, message: Wording) -> Diagnostic {
    Diagnostic { code, severity: Severity::Warning, place: Some(place), message, hint: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::agrees;
    use crate::typing::prose::placed;

    #[test]
    fn elements_are_those_of_the_expressions() {
        let range = |found: Option<regex::Match>| found.map(|found| found.range());
        agrees(
            "(?:绝密|机密|秘密)(?:★[0-9]*[年月]?(?:长期)?)?",
            "密 机密 秘密 ★ 1 20 年 月 长期",
            |regex, text| range(regex.find(text)),
            classification,
        );
        agrees(
            "特提|特急|加急|平急",
            "特 急 特急 加急 提",
            |regex, text| range(regex.find(text)),
            urgency,
        );
        agrees(
            r"^(?:No\.?|№)?([0-9]{4,8})",
            "No . № 12 345 6789 号",
            |regex, text| range(regex.captures(text).and_then(|found| found.get(1))),
            copy_number,
        );
        agrees(
            r"签\s*发\s*人\s*[:：]?",
            "签 发 人 _ ： 签发人 号",
            |regex, text| range(regex.find(text)),
            signatory,
        );
        agrees(
            "^(?:抄送|抄报|主送)[:：]?",
            "抄送 抄 送 主送 ： 市委",
            |regex, text| regex.find(text).map(|found| &text[found.end()..]).map(str::len),
            |text| after_copied(text).map(str::len),
        );
        agrees(
            "[（(]?共印?[0-9]+份[)）]?",
            "（ 共 印 共印 12 3 份 厅",
            |regex, text| regex.find(text).map(|found| found.start()),
            copies,
        );
    }

    #[test]
    fn numbers_are_those_of_the_expression() {
        agrees(
            r"(?x) ^ (?: 发文字号[:：]? | 文号[:：]? )?
            ( (?P<code> [々〇㐀-\u{4DBF}一-\u{9FFF}\u{20000}-\u{323AF}A-Za-z]+ ) [〔\[﹝【（(［〈] (?P<year> (?:19|20)[0-9]{2} )
              (?: [〕\]﹞】）)］〉]? 第? (?P<serial> [0-9]{1,6} ) [号號]
                | [〕\]﹞】）)］〉] (?P<bare> [0-9]{1,6} ) $ ) )",
            "发文字号 文号 ： 赣建保 字 A 〔 〔2023〕 2023 1998 1 234567 〕 ） 第 号",
            |regex, text| {
                let found = regex.captures(text)?;
                let serial = found.name("serial").or(found.name("bare"))?.as_str();
                let (raw, code) = (found[1].to_owned(), found["code"].to_owned());
                Some((raw, code, found["year"].parse().ok()?, serial.parse().ok()?))
            },
            |text| read_number(text).map(|n| (n.raw, n.agency_code, n.year, n.serial)),
        );
    }

    fn read(text: FrameText) -> (Frame, Vec<&'static str>) {
        let mut sink = Sink::new();
        let frame = frame(&mut sink, &Document { frame: text, ..Document::default() });
        (frame, sink.into_parts().0.into_iter().map(|d| d.code).collect())
    }

    fn value(field: &Option<Located<String>>) -> Option<&str> {
        field.as_ref().map(|f| f.value.as_str())
    }

    #[test]
    fn document_numbers_are_read_in_all_brackets() {
        for (input, expected) in [
            ("赣建保〔2023〕1号", Some(("赣建保〔2023〕1号", "赣建保", 2023, 1))),
            ("湘财农指[2017]253号", Some(("湘财农指[2017]253号", "湘财农指", 2017, 253))),
            ("赣财扶﹝2021﹞2号", Some(("赣财扶﹝2021﹞2号", "赣财扶", 2021, 2))),
            ("皖绿〔20201号", Some(("皖绿〔20201号", "皖绿", 2020, 1))),
            ("豫办[2016] 2 8号", Some(("豫办[2016]28号", "豫办", 2016, 28))),
            ("渝财社〔2024〕44", Some(("渝财社〔2024〕44", "渝财社", 2024, 44))),
            ("桂建函〔2022〕549号", Some(("桂建函〔2022〕549号", "桂建函", 2022, 549))),
            ("财农〔2020221", None),
        ] {
            let (frame, codes) =
                read(FrameText { document_number: Some(placed(input)), ..FrameText::default() });
            let number = frame.document_number.read();
            let parts = number.map(|n| (n.raw.as_str(), n.agency_code.as_str(), n.year, n.serial));
            assert_eq!(parts, expected, "{input}");
            assert_eq!(codes.is_empty(), expected.is_some());
            assert_eq!(matches!(frame.document_number, Field::Raw(_)), expected.is_none());
        }
    }

    #[test]
    fn a_title_names_its_kind_and_year() {
        for (input, title, kind, year) in [
            (
                "关于下达 2023 年全省 工程计划的通知",
                "关于下达2023年全省工程计划的通知",
                Some("通知"),
                Some(2023),
            ),
            ("关于危房改造的意见（试行）", "关于危房改造的意见（试行）", Some("意见"), None),
            ("关于同意二○一二年计划的复函", "关于同意二○一二年计划的复函", Some("函"), Some(2012)),
            ("2021年项目清单", "2021年项目清单", None, Some(2021)),
        ] {
            let (frame, _) = read(FrameText { title: Some(placed(input)), ..FrameText::default() });
            assert_eq!(value(&frame.title), Some(title));
            assert_eq!(frame.document_type.as_deref(), kind);
            assert_eq!(frame.plan_year, year);
        }
    }

    #[test]
    fn markings_and_imprint_are_read() {
        let (frame, codes) = read(FrameText {
            markings: vec![placed("000012"), placed("机 密★1年"), placed("特 急")],
            document_number: Some(placed("南财〔2018〕10号      签发人：张 三  李小四")),
            date_of_writing: Some(placed("二○一○年三月十七日")),
            notes: vec![placed("（联系人：王五）"), placed("（此件主动公开）")],
            copied_to: Some(placed("抄送：市委办公室，市人大常委会办公室、市政协办公室。")),
            printing: Some(placed("南昌市财政局办公室 共印7份 2018年1月17印发")),
            ..FrameText::default()
        });
        assert_eq!(value(&frame.copy_number), Some("000012"));
        assert_eq!(value(&frame.security_classification), Some("机密★1年"));
        assert_eq!(value(&frame.urgency), Some("特急"));
        let persons: Vec<_> = frame.signatories_for_issue.iter().map(|p| &*p.value).collect();
        assert_eq!(persons, ["张三", "李小四"]);
        assert_eq!(
            frame.date_of_writing.read().map(Date::to_string).as_deref(),
            Some("2010-03-17")
        );
        assert_eq!(value(&frame.disclosure), Some("此件主动公开"));
        let copied: Vec<_> = frame.copied_to.iter().map(|p| &*p.value).collect();
        assert_eq!(copied, ["市委办公室", "市人大常委会办公室", "市政协办公室"]);
        assert_eq!(value(&frame.printing_authority), Some("南昌市财政局办公室"));
        assert_eq!(frame.printing_date.read().map(Date::to_string).as_deref(), Some("2018-01-17"));
        assert!(codes.is_empty());
    }

    #[test]
    fn what_will_not_parse_keeps_its_text() {
        let (frame, codes) = read(FrameText {
            date_of_writing: Some(placed("二〇一二年四月")),
            ..FrameText::default()
        });
        let Field::Raw(raw) = &frame.date_of_writing else {
            panic!("a month is no date: {:?}", frame.date_of_writing);
        };
        assert_eq!(raw.value, "二〇一二年四月");
        assert_eq!(codes, ["date_unreadable"]);
    }
}
