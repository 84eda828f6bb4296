//! Dates by which something is due: 2023年8月底前, 10月底前, 6月30日前, 上半年, 年底前.
//!
//! A date that is only told of (截至, 自…起, the date of a document) is no deadline, and one that
//! comes back (每月5日前) has no single day. A year that is not printed is carried over from the
//! deadline before it in the paragraph, else it is the plan's.

use crate::diag::{Diagnostic, Severity, Sink, Wording};
use crate::model::{Deadline, Force, Frame};
use crate::pattern::{Steps, digit, length_before, numeral as is_numeral};
use crate::repair::document::Paragraph;
use crate::typing::body;
use crate::typing::dates::{month_end, numeral};
use crate::typing::prose::Prose;
use jiff::civil::Date;
use std::ops::Range;

/// What stands before a date that is only told of, or that comes back.
const NOT_DUE: &[&str] = &["截至", "截止到", "自", "从", "每", "每年", "每月", "根据", "按照"];

/// Words that make a thing due; `要` and `应` only where they are no part of another word.
const MODALS: &[&str] = &["必须", "应当", "力争", "争取", "确保", "需", "须", "要", "应"];

/// Words that begin what is due, and belong to it.
const PREDICATES: &[&str] = &["全部", "全面", "基本", "完成", "达到"];

/// Words of which 要, 应 and 须 are but a part.
const OTHER_WORDS: &[&str] = &[
    "主要",
    "重要",
    "需要",
    "必要",
    "要求",
    "要素",
    "要点",
    "纪要",
    "摘要",
    "相应",
    "适应",
    "供应",
    "响应",
    "反应",
    "对应",
    "应急",
    "基本建成",
    "基本农田",
    "基本公共",
];

/// Words that ask without binding.
const ENCOURAGING: &[&str] = &["力争", "争取", "鼓励", "尽量", "尽可能", "原则上", "有条件的"];

/// Words between a subject and the date it is held to.
const JOINTS: &[&str] = &[
    "力争",
    "争取",
    "确保",
    "必须",
    "应当",
    "原则上",
    "并",
    "应",
    "须",
    "需",
    "要",
    "将",
    "于",
    "在",
    "到",
    "至",
    "前",
];

/// The dates the body states.
pub fn deadlines(sink: &mut Sink, body: &[Paragraph], frame: &Frame) -> Vec<Deadline> {
    let written = frame.date_of_writing.read().map(|date| date.year());
    let planned = frame.plan_year.and_then(|year| i16::try_from(year).ok());
    let years = Years { written, planned: planned.or(written) };
    let mut deadlines = Vec::new();
    for paragraph in body {
        let prose = Prose::of(&paragraph.text);
        let mut carried = None;
        let start = body::number_length(prose.as_str());
        for sentence in sentences(prose.as_str(), start) {
            in_sentence(sink, &mut deadlines, &mut carried, years, &prose, sentence);
        }
    }
    deadlines
}

/// The years a date without one may mean.
#[derive(Clone, Copy)]
struct Years {
    /// The year the notice was written in.
    written: Option<i16>,
    /// The year its plan is for.
    planned: Option<i16>,
}

/// The sentences of the text from a byte position on, without their marks.
fn sentences(text: &str, start: usize) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut from = start;
    for (at, mark) in text.match_indices(['。', '；', ';', '！']) {
        if at >= from {
            sentences.push(from..at);
            from = at + mark.len();
        }
    }
    sentences.push(from.min(text.len())..text.len());
    sentences
}

/// A date as a sentence writes it.
#[derive(Debug, PartialEq)]
struct When<'a> {
    /// Where it stands in the sentence.
    at: Range<usize>,
    /// The year, without 年: 2023, 明.
    year: Option<&'a str>,
    /// What of the year.
    span: Span<'a>,
}

/// What of a year a date names.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Span<'a> {
    /// 8月, and what of it.
    Month { month: &'a str, part: Part<'a>, before: bool },
    /// 上半年.
    FirstHalf,
    /// 一季度, 前三季度.
    Quarter(&'a str),
    /// 年底, 下半年.
    Year,
}

/// What of a month a date names.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part<'a> {
    /// No part: 8月.
    Whole,
    /// 上旬.
    Early,
    /// 中旬.
    Middle,
    /// 底, 末, 下旬.
    End,
    /// 8月15日.
    Day(&'a str),
}

/// The dates that a sentence writes, with what makes them deadlines: 底, 末, or 前 behind them.
fn dates(sentence: &str) -> Vec<When<'_>> {
    let mut dates = Vec::new();
    let mut at = 0;
    while let Some(first) = sentence[at..].chars().next() {
        let text = &sentence[at..];
        let found = if may_begin_date(first) { date_at_start(text) } else { None };
        let end = match found {
            Some((year, span, rest)) => {
                let end = at + length_before(text, rest);
                dates.push(When { at: at..end, year, span });
                end
            }
            None => at + first.len_utf8(),
        };
        at = end;
    }
    dates
}

fn may_begin_date(first: char) -> bool {
    is_numeral(first)
        || matches!(
            first,
            '0'..='9' | '今' | '本' | '当' | '明' | '次' | '翌' | '上' | '下' | '第' | '前' | '年'
        )
}

/// The year and what of it the text begins with, and what follows.
fn date_at_start(text: &str) -> Option<(Option<&str>, Span<'_>, &str)> {
    let printed = || text.after_run(digit, 4..=4).filter(|_| text.starts_with(['1', '2']));
    let relative = || text.strip_prefix(['今', '本', '当', '明', '次', '翌']);
    let named = printed().or_else(relative);
    let year = named.map(|rest| &text[..length_before(text, rest)]);
    let rest = named.unwrap_or(text);
    let within = match year {
        None => Some(rest),
        // 本年度, but no 今年度.
        Some(year) if year == "本" || year.starts_with(digit) => {
            rest.strip_prefix('年').map(|rest| rest.skip(['度']))
        }
        Some(_) => rest.strip_prefix('年'),
    };
    let found = within.and_then(part_of_year).or_else(|| Some((Span::Year, end_of_year(rest)?)));
    found.map(|(span, rest)| (year, span, rest))
}

/// The month, half or quarter that the text begins with, and what follows.
fn part_of_year(text: &str) -> Option<(Span<'_>, &str)> {
    let month = || {
        let (month, rest) = small(text, 2)?;
        let rest = rest.strip_prefix('月')?.skip(['份']);
        let (part, rest) = part_of_month(rest).unwrap_or((Part::Whole, rest));
        let behind = rest.after_word(&["之前", "以前", "前", "止", "下班前"]);
        let before = behind.is_some();
        Some((Span::Month { month, part, before }, behind.unwrap_or(rest)))
    };
    let half = || {
        let rest = text.after_word(&["上半年", "下半年"])?.skip(['底', '末']).skip(['前']);
        Some((if text.starts_with('上') { Span::FirstHalf } else { Span::Year }, rest))
    };
    let quarter = || {
        let (number, rest) = quarter_number(text.skip(['第']))?;
        let rest = rest.strip_prefix("季度")?.skip(['末', '底']).skip(['前']);
        Some((Span::Quarter(number), rest))
    };
    let quarters = || {
        let (number, rest) = quarter_number(text.strip_prefix('前')?)?;
        let is_chinese = !number.starts_with(digit);
        let rest = rest.skip(['个']).strip_prefix("季度").filter(|_| is_chinese)?;
        Some((Span::Quarter(number), rest))
    };
    month().or_else(half).or_else(quarter).or_else(quarters)
}

/// What of a month the text begins with, and what follows.
fn part_of_month(text: &str) -> Option<(Part<'_>, &str)> {
    let tenth = |word, part| Some((part, text.strip_prefix(word)?));
    let day = || {
        let (day, rest) = small(text, 3)?;
        Some((Part::Day(day), rest.strip_prefix(['日', '号'])?))
    };
    let end = || Some((Part::End, text.after_word(&["底", "末", "下旬"])?));
    end()
        .or_else(day)
        .or_else(|| tenth("上旬", Part::Early))
        .or_else(|| tenth("中旬", Part::Middle))
}

/// Behind the end of a year: 年底, 年年内, 年末之前.
fn end_of_year(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('年')?.skip(['年']).strip_prefix(['底', '末', '内'])?;
    Some(rest.skip_word(&["之前", "以前", "前"]))
}

/// A number of one or two digits, or of so many Chinese ones, and what follows.
fn small(text: &str, most: usize) -> Option<(&str, &str)> {
    let rest = text.after_run(digit, 1..=2).or_else(|| text.after_run(is_numeral, 1..=most))?;
    Some((&text[..length_before(text, rest)], rest))
}

/// The number of a quarter, and what follows.
fn quarter_number(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix(['一', '二', '三', '四', '1', '2', '3', '4'])?;
    Some((&text[..length_before(text, rest)], rest))
}

/// A date found in a sentence; positions are those of the sentence.
struct Found {
    at: Range<usize>,
    by: Option<Date>,
}

fn in_sentence(
    sink: &mut Sink,
    deadlines: &mut Vec<Deadline>,
    carried: &mut Option<i16>,
    years: Years,
    prose: &Prose,
    sentence: Range<usize>,
) {
    let offset = sentence.start;
    let Some(text) = prose.as_str().get(sentence) else { return };
    let found: Vec<Found> = dates(text)
        .into_iter()
        .filter(|when| is_due(text, when))
        .map(|when| Found { by: last_day(&when, years, carried), at: when.at })
        .collect();
    let clauses = clauses(text, &found);
    for (when, clause) in found.iter().zip(clauses) {
        let Some(raw) = text.get(when.at.clone()) else { continue };
        let Some(place) = prose.place(offset + when.at.start..offset + when.at.end) else {
            continue;
        };
        let Some(by) = when.by else {
            sink.remark(Diagnostic {
                code: "deadline_without_year",
                severity: Severity::Warning,
                place: Some(place),
                message: Wording::new(
                    format!("cannot tell which day this is: {raw}"),
                    format!("无法确定该时限的具体日期：{raw}"),
                ),
                hint: None,
            });
            continue;
        };
        let Clause { subject, rest } = clause;
        let (applies_to, due) = split_subject(rest);
        let first = rest.split('，').next().unwrap_or(rest);
        let is_encouraged =
            ENCOURAGING.iter().any(|word| subject.contains(word) || first.contains(word));
        let subject = trim_joints(subject).trim_start_matches("鼓励");
        // Nothing after the date: what is due stands before it.
        let (applies_to, due) = match due.is_empty() {
            true => ("", subject),
            false => (if applies_to.is_empty() { subject } else { applies_to }, due),
        };
        deadlines.push(Deadline {
            by,
            raw: raw.to_owned(),
            due: due.to_owned(),
            applies_to: (!applies_to.is_empty()).then(|| applies_to.to_owned()),
            force: if is_encouraged { Force::Encouraged } else { Force::Required },
            place,
        });
    }
}

/// Whether the date is one by which something is due.
fn is_due(text: &str, when: &When) -> bool {
    let printed_before = &text[..when.at.start];
    if printed_before.ends_with(digit)
        || printed_before.ends_in(NOT_DUE)
        || text[when.at.end..].starts_with('已')
    {
        return false;
    }
    match when.span {
        // A month or a day alone is only a date.
        Span::Month { part, before, .. } => part == Part::End || before,
        _ => true,
    }
}

/// The last day that still keeps the deadline.
fn last_day(when: &When, years: Years, carried: &mut Option<i16>) -> Option<Date> {
    let year = match when.year {
        Some(printed) if printed.starts_with(digit) => printed.parse().ok()?,
        Some("明") => years.written? + 1,
        Some("次" | "翌") => (*carried).or(years.planned)? + 1,
        Some("今") => years.written?,
        _ => (*carried).or(years.planned)?,
    };
    *carried = Some(year);
    match when.span {
        Span::Month { month, part, .. } => {
            let month = i8::try_from(numeral(month)?).ok()?;
            let last = || month_end(year, month);
            match part {
                Part::Day(day) => Date::new(year, month, i8::try_from(numeral(day)?).ok()?).ok(),
                Part::Early => Date::new(year, month, 10).ok(),
                Part::Middle => Date::new(year, month, 20).ok(),
                Part::End => last(),
                // Before June is by the end of May.
                Part::Whole => last()?.first_of_month().yesterday().ok(),
            }
        }
        Span::FirstHalf => month_end(year, 6),
        Span::Quarter(number) => month_end(year, i8::try_from(numeral(number)?).ok()? * 3),
        Span::Year => month_end(year, 12),
    }
}

/// What belongs to a date: the words of its clause before it, and what follows.
struct Clause<'a> {
    subject: &'a str,
    rest: &'a str,
}

/// Deals the sentence out among its dates. What stands before a date in its own clause is the
/// date's, unless the date before would be left with nothing.
fn clauses<'a>(text: &'a str, found: &[Found]) -> Vec<Clause<'a>> {
    let mut clauses: Vec<Clause> = Vec::new();
    let mut from = 0;
    for (index, when) in found.iter().enumerate() {
        let before = text.get(from..when.at.start).unwrap_or_default();
        let comma = before
            .char_indices()
            .rfind(|(_, c)| matches!(c, '，' | ',' | '：' | ':'))
            .map_or(0, |(at, c)| at + c.len_utf8());
        let (left, mut subject) = before.split_at(comma);
        let is_left_empty = left.trim_matches(['，', ',', '、', '：', ':', ' ']).is_empty();
        if let (true, Some(last)) = (index > 0, clauses.last_mut()) {
            last.rest = left;
            if is_left_empty && trim_joints(subject) == subject {
                (last.rest, subject) = (before, "");
            }
        }
        from = when.at.end;
        clauses.push(Clause { subject, rest: text.get(from..).unwrap_or_default() });
    }
    for clause in &mut clauses {
        clause.subject = clause.subject.trim_matches(['，', ',', '、', '（', '(', ' ']);
        clause.rest = clause
            .rest
            .trim_start_matches(['，', ',', '、', '：', ':', '）', ')', ' '])
            .trim_end_matches(['，', ',', '、', '（', '(', ' ', '和', '及', '或']);
    }
    // 6月底、12月底前报送: what follows the last date is due at each. No one lists more dates in a row
    // than there are months; a made-up sentence could have a million.
    let mut in_a_row = 0;
    for index in (1..clauses.len()).rev() {
        let next = clauses[index].rest;
        let clause = &mut clauses[index - 1];
        let is_bare = clause.rest.is_empty() && clause.subject.is_empty();
        in_a_row = if is_bare { in_a_row + 1 } else { 0 };
        if (1..=12).contains(&in_a_row) {
            clause.rest = next;
        }
    }
    clauses
}

/// The subject without the words that join it to its date: 各地应于.
fn trim_joints(subject: &str) -> &str {
    let mut subject = subject;
    while let Some(rest) = JOINTS.iter().find_map(|joint| subject.strip_suffix(joint)) {
        subject = rest;
    }
    subject
}

/// Tells what is due from whom or what it is asked of: 就地建设的 | 要全面达到开工要求. The subject
/// is empty where the text names none.
fn split_subject(text: &str) -> (&str, &str) {
    let clause = &text[..text.find(['，', ',']).unwrap_or(text.len())];
    let at = word_starts(clause, MODALS).min(word_starts(clause, PREDICATES));
    let (subject, mut due) = text.split_at(at.min(clause.len()));
    if due.is_empty() || at == clause.len() {
        return ("", text);
    }
    while let Some(rest) = MODALS.iter().find_map(|modal| due.strip_prefix(modal)) {
        due = rest;
    }
    // A rate or a share is what is due, not whom it is asked of.
    if subject.ends_with(['率', '例', '数', '量']) { ("", text) } else { (subject, due) }
}

/// Where the first of the words begins that is no part of another word; the text's length where
/// there is none.
fn word_starts(text: &str, words: &[&str]) -> usize {
    let is_apart = |at: usize, word: &str| {
        !OTHER_WORDS.iter().any(|other| {
            other.match_indices(word).any(|(inner, _)| {
                at.checked_sub(inner)
                    .and_then(|start| text.get(start..))
                    .is_some_and(|t| t.starts_with(other))
            })
        })
    };
    words
        .iter()
        .filter_map(|word| {
            text.match_indices(word).map(|(at, _)| at).find(|&at| is_apart(at, word))
        })
        .min()
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Field;
    use crate::pattern::agrees;
    use crate::place::{Located, Place};
    use crate::typing::prose::placed;

    /// What is read from the paragraphs of a case, a line a deadline; the notice was written in
    /// January 2023.
    fn read(input: &str) -> String {
        let body: Vec<Paragraph> =
            input.lines().map(|line| Paragraph { level: None, text: placed(line) }).collect();
        let place = Place::of_box(1, crate::geom::Rect::default());
        let written = jiff::civil::date(2023, 1, 30);
        let frame = Frame {
            date_of_writing: Field::Read(Located::new(written, place)),
            ..Frame::default()
        };
        let lines: Vec<String> =
            deadlines(&mut Sink::new(), &body, &frame).iter().map(show).collect();
        lines.join("\n")
    }

    fn show(deadline: &Deadline) -> String {
        let whom = deadline.applies_to.as_ref().map_or(String::new(), |whom| format!(" | {whom}"));
        let force = if deadline.force == Force::Required { "" } else { ", encouraged" };
        format!("{} {}{whom}{force}", deadline.by, deadline.due)
    }

    #[test]
    fn dates_are_those_of_the_expression() {
        agrees(
            r"(?x)
        (?: (?P<year> [12][0-9]{3} ) 年度? | (?P<relative> 今年 | 本年度? | 当年 | 明年 | 次年 | 翌年 ) )?
        (?:
            (?P<month> [0-9]{1,2} | [一二三四五六七八九十]{1,2} ) 月份?
            (?: (?P<end> 底 | 末 | 下旬 ) | (?P<day> [0-9]{1,2} | [一二三四五六七八九十]{1,3} ) [日号] | 上旬 | (?P<middle> 中旬 ) )?
            (?P<before> 之前 | 以前 | 前 | 止 | 下班前 )?
          | (?P<half> 上半年 | 下半年 ) (?: 底 | 末 )? 前?
          | (?: 第 )? (?P<quarter> [一二三四1-4] ) 季度 (?: 末 | 底 )? 前?
          | 前 (?P<quarters> [一二三四] ) (?: 个 )? 季度
        )
        | (?: (?P<whole_year> [12][0-9]{3} ) | (?P<whole_relative> 今 | 本 | 当 | 明 | 次 | 翌 ) )?
          年 年? (?P<year_end> 底 | 末 | 内 ) (?: 之前 | 以前 | 前 )?",
            "2023 8 12 1 年 年度 今年 本年 本 度 明 次 十 二 一 月 月份 底 末 内 15日 十五 日 号 旬 上 中旬 下旬 上半年 下班 前 之前 止 第 季度 个 三",
            |regex, text| {
                regex.captures_iter(text).map(|when| of_expression(&when)).collect::<Vec<_>>()
            },
            |text| dates(text).iter().map(|when| format!("{when:?}")).collect::<Vec<_>>(),
        );
    }

    /// What the expression found, shown as a date is.
    fn of_expression(found: &regex::Captures) -> String {
        let group = |names: &[&str]| {
            names.iter().find_map(|name| found.name(name)).map(|group| group.as_str())
        };
        let whole = found.get(0).expect("it was found");
        let year = group(&["year", "whole_year"]).or_else(|| {
            let relative = group(&["relative", "whole_relative"]);
            relative.map(|word| &word[..word.chars().next().map_or(0, char::len_utf8)])
        });
        let span = match (group(&["month"]), group(&["quarter", "quarters"]), group(&["half"])) {
            (Some(month), ..) => {
                let part = match (group(&["end"]), group(&["day"])) {
                    (Some(_), _) => Part::End,
                    (_, Some(day)) => Part::Day(day),
                    _ if whole.as_str().contains("上旬") => Part::Early,
                    _ if whole.as_str().contains("中旬") => Part::Middle,
                    _ => Part::Whole,
                };
                Span::Month { month, part, before: group(&["before"]).is_some() }
            }
            (_, Some(number), _) => Span::Quarter(number),
            (.., Some("上半年")) => Span::FirstHalf,
            _ => Span::Year,
        };
        format!("{:?}", When { at: whole.range(), year, span })
    }

    #[test]
    fn deadlines_of_the_suite() {
        let suite = include_str!("../../tests/suite/typing/deadlines.txt");
        let mut seen = 0;
        for case in suite.split("--- ").skip(1) {
            let (name, case) = case.split_once(" ---\n").expect("a case has a name");
            let (input, expected) = case.split_once("\n=>\n").expect("a case has an answer");
            assert_eq!(read(input), expected.trim_end(), "{name}");
            seen += 1;
        }
        assert!(seen > 7, "only {seen} cases");
    }

    #[test]
    fn without_any_year_nothing_is_guessed() {
        let body = [Paragraph { level: None, text: placed("8月底前完工。") }];
        let mut sink = Sink::new();
        assert!(deadlines(&mut sink, &body, &Frame::default()).is_empty());
        let codes: Vec<_> = sink.into_parts().0.into_iter().map(|d| d.code).collect();
        assert_eq!(codes, ["deadline_without_year"]);
    }
}
