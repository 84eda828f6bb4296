//! Figures stated in the body, each with what it is about: programme, stage, region, and what it
//! is a part of.
//!
//! A target is made of figures that follow each other without other words between them: 1245个
//! 小区、375652户 are one, 保障性租赁住房…100套、棚户区…200套 are two. No list of programmes is
//! kept: a programme is what is left of the words before a figure once place, year, stage and the
//! words for a task are taken off.

use crate::diag::Sink;
use crate::lexicon::{AREAS, STAGE_WORDS, TASK_WORDS};
use crate::model::{Frame, Quantity, Target};
use crate::pattern::{Steps, digit, han};
use crate::place::Place;
use crate::regions::{self, Fit};
use crate::repair::document::Paragraph;
use crate::typing::body;
use crate::typing::figures::{Figure, figures};
use crate::typing::prose::Prose;
use std::ops::Range;

/// Words that may stand before what a figure is about, and say nothing of it.
const OPENINGS: &[&str] = &[
    "全省", "全区", "全市", "全县", "全州", "全国", "我省", "我区", "我市", "我县", "各地", "其中",
    "以及", "并", "和", "及", "与", "共", "年度",
];

/// Verbs that may stand before a programme's name.
const VERBS: &[&str] = &[
    "计划", "下达", "安排", "完成", "实施", "发展", "新增", "筹集", "建设", "力争", "争取", "确保",
    "共", "累计", "预计", "需", "应", "要", "拟", "对",
];

/// Words between what a figure is about and the figure.
const LINKS: &[&str] = &[
    "目标任务分别为",
    "分别为",
    "分别是",
    "为",
    "是",
    "共计",
    "合计",
    "总计",
    "共",
    "计",
    "约",
    "达到",
    "达",
    "不少于",
    "不低于",
    "不超过",
    "至少",
    "超过",
    "各",
];

/// Whether the text is the name of such an area.
fn is_area(name: &str) -> bool {
    let mut stems = AREAS.iter().filter_map(|end| name.strip_suffix(end));
    stems.any(|stem| stem.is_run(han, 1..=10))
}

/// Behind a year at the start of what a figure is about: 2023年, 2023年度.
fn after_year(text: &str) -> Option<&str> {
    Some(text.after_run(digit, 4..=4)?.strip_prefix('年')?.skip(['度']))
}

/// The figures the body states.
pub fn targets(_sink: &mut Sink, body: &[Paragraph], frame: &Frame) -> Vec<Target> {
    let names = Names::of(frame);
    let mut targets = Vec::new();
    // The stage that the headings above name, with their levels.
    let mut headings: Vec<(u8, Option<String>)> = Vec::new();
    let mut reach = Reach::default();
    for paragraph in body {
        if let Some(level) = paragraph.level {
            headings.retain(|(above, _)| *above < level);
            let heading = body::item(&paragraph.text, Some(level)).heading;
            headings.push((level, heading.as_deref().and_then(stage_in)));
        }
        let stage = headings.iter().rev().find_map(|(_, stage)| stage.as_ref());
        reach = Reach { last_whole: reach.last_whole, ..Reach::default() };
        in_paragraph(&mut targets, &mut reach, &names, stage, &Prose::of(&paragraph.text));
    }
    targets
}

/// Where and when the notice speaks, for reading names of regions.
struct Names {
    province: Option<u32>,
    year: Option<u16>,
}

impl Names {
    fn of(frame: &Frame) -> Names {
        let texts = frame.issuing_authorities.iter().chain(&frame.signing_authorities);
        let province = texts.map(|name| name.value.as_str()).find_map(regions::province_of);
        let written = frame.date_of_writing.read().and_then(|date| u16::try_from(date.year()).ok());
        Names { province: province.map(|p| p.code), year: frame.plan_year.or(written) }
    }

    /// Whether this is the name of one region.
    fn is_region(&self, name: &str) -> bool {
        is_area(name) || !regions::resolve(name, self.province, self.year).is_empty()
    }

    /// Length in bytes of the region's full name that the text begins with; 0 where there is none.
    /// Names of two characters (城区) are words, too, and do not count.
    fn region_length(&self, text: &str) -> usize {
        let ends = text.char_indices().map(|(at, c)| at + c.len_utf8()).take(16).skip(2);
        let whole = |end: &usize| {
            let name = text.get(..*end).unwrap_or_default();
            name.ends_with(['市', '县', '区', '州', '盟', '旗'])
                && regions::resolve(name, self.province, self.year)
                    .iter()
                    .any(|found| matches!(found.fit, Fit::Full | Fit::FullOtherYear))
        };
        ends.filter(whole).max().unwrap_or(0)
    }
}

/// How far a 其中 reaches.
#[derive(Clone, Copy)]
struct Whole {
    /// Index of the target that is being divided.
    target: usize,
    /// Brackets open where it began; it ends with them.
    depth: u32,
    /// 其中： goes on over ；.
    over_semicolons: bool,
}

/// Where we are in a paragraph.
#[derive(Default)]
struct Reach {
    /// Brackets that are open.
    depth: u32,
    /// The whole that is being divided.
    whole: Option<Whole>,
    /// Index of the last target that is no part of another.
    last_whole: Option<usize>,
}

/// Adds the targets of one paragraph.
fn in_paragraph(
    targets: &mut Vec<Target>,
    reach: &mut Reach,
    names: &Names,
    stage: Option<&String>,
    prose: &Prose,
) {
    let text = prose.as_str();
    let mut from = body::number_length(text);
    let first = targets.len();
    // Where the words of the target under way begin.
    let mut begins = from;
    for figure in figures(text) {
        let Some(between) = text.get(from..figure.span.start) else { continue };
        reach.walk(between, targets.len());
        let tail = if targets.len() > first { tail_length(between) } else { 0 };
        let lead = lead_of(&between[tail..], from + tail);
        let part_of = reach.whole.map(|whole| whole.target);
        // The target of the same whole that a figure without words of its own goes on with.
        let last = targets.len().saturating_sub(1);
        let going = match part_of {
            Some(_) => targets.last().filter(|t| t.part_of == part_of).map(|_| last),
            None => reach.last_whole,
        };
        let going = going.filter(|&at| at >= first && lead.is_empty() && runs_on(between));
        let Some(quantity) = quantity(prose, &figure) else { continue };
        if going.is_none() {
            begins = if lead.is_empty() { figure.span.start } else { lead.start };
            let before = reach.last_whole.filter(|&at| at >= first);
            let above = part_of.or(before).and_then(|at| targets.get(at));
            let words = text.get(lead).unwrap_or_default();
            let mut target = target(names, words, above, quantity.place);
            target.part_of = part_of;
            // A part is of the stage of its whole, a region's figure of the figures around it.
            if target.stage.is_none() {
                let whole = above.filter(|_| part_of.is_some());
                target.stage = whole.and_then(|t| t.stage.clone()).or_else(|| stage.cloned());
            }
            if part_of.is_none() {
                reach.last_whole = Some(targets.len());
            }
            targets.push(target);
        }
        from = figure.span.end;
        let last = targets.len().saturating_sub(1);
        if let Some(target) = targets.get_mut(going.unwrap_or(last)) {
            target.quantities.push(quantity);
            if going.is_none_or(|at| at == last) {
                target.place = prose.place(begins..from).unwrap_or(target.place);
            }
        }
    }
}

/// Whether nothing between two figures says that the second is about something else: no end of a
/// sentence, and no words behind the first that tell it apart (9户为低保户、3户为…).
fn runs_on(between: &str) -> bool {
    !between.contains(['。', '；', ';'])
        && !between.starts_with(['为', '是', '由', '用', '已', '未'])
}

impl Reach {
    /// Follows brackets, sentences and 其中 through the text between two figures.
    fn walk(&mut self, between: &str, targets: usize) {
        for (at, c) in between.char_indices() {
            match c {
                '（' | '(' => self.depth += 1,
                '）' | ')' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.whole = self.whole.filter(|whole| whole.depth <= self.depth);
                }
                '。' => self.whole = None,
                '；' | ';' => self.whole = self.whole.filter(|whole| whole.over_semicolons),
                '其' if between[at..].starts_with("其中") => {
                    // Within brackets the last figure is divided, elsewhere the last whole.
                    let divided =
                        if self.depth > 0 { targets.checked_sub(1) } else { self.last_whole };
                    let rest = between[at + "其中".len()..].chars().next();
                    self.whole = divided.map(|target| Whole {
                        target,
                        depth: self.depth,
                        over_semicolons: matches!(rest, Some('：' | ':')),
                    });
                }
                _ => {}
            }
        }
    }
}

/// Length of the words that still belong to the figure before: 居民 of 200户居民、改造300套.
fn tail_length(between: &str) -> usize {
    between.find(['、', '，', ',', '；', ';', '。']).unwrap_or(0)
}

/// The words before a figure that say what it is about, as a range of the paragraph: the last
/// clause of the text since the figure before, openings and links taken off.
fn lead_of(between: &str, offset: usize) -> Range<usize> {
    let trimmed = trim_links(between);
    let start = last_clause(trimmed);
    let clause = &trimmed[start..];
    let opened = clause.len() - trim_openings(clause).len();
    let (start, end) = (start + opened, trimmed.len());
    offset + start..offset + end.max(start)
}

/// The text without links, colons and brackets at its end.
fn trim_links(text: &str) -> &str {
    let mut text = text;
    loop {
        let bare = text.trim_end_matches(['：', ':', '，', ',', '、', '（', '(', ' ']);
        let link = LINKS.iter().find_map(|link| {
            // 合计 alone is what the figure is about.
            bare.strip_suffix(link).filter(|rest| !ends_clause(rest) || link.chars().count() == 1)
        });
        match link {
            Some(rest) => text = rest,
            None => return bare,
        }
    }
}

/// Whether nothing of a clause stands before this point.
fn ends_clause(text: &str) -> bool {
    text.is_empty() || text.ends_with(['，', '。', '；', '：', '、', ',', ';', ':'])
}

/// Where the last clause of the text begins; marks inside brackets do not count, and 、 only where
/// the text begins with it.
fn last_clause(text: &str) -> usize {
    let mut depth = 0u32;
    let mut start = 0;
    for (at, c) in text.char_indices() {
        match c {
            '（' | '(' => depth += 1,
            // The bracket of a figure before: （其中A 5套）、B 6套.
            '）' | ')' if depth == 0 => start = at + c.len_utf8(),
            '）' | ')' => depth -= 1,
            '，' | ',' | '。' | '；' | ';' | '：' | ':' if depth == 0 => {
                start = at + c.len_utf8()
            }
            '、' if depth == 0 && at == start => start = at + c.len_utf8(),
            _ => {}
        }
    }
    // A bracket that is still open is where the clause begins: （其中A 5套.
    if depth > 0
        && let Some((at, c)) = text.char_indices().rfind(|(_, c)| matches!(c, '（' | '('))
    {
        let inner = at + c.len_utf8();
        start = inner + last_clause(&text[inner..]);
    }
    start
}

/// The words without place, year and connectives before them.
fn trim_openings(text: &str) -> &str {
    let mut text = text;
    loop {
        let bare = text.trim_start_matches(['、', '，', ' ']);
        let bare = after_year(bare).unwrap_or(bare);
        let opened = OPENINGS.iter().find_map(|word| bare.strip_prefix(word));
        match opened {
            Some(rest) if !rest.is_empty() => text = rest,
            _ if bare.len() < text.len() => text = bare,
            _ => return text,
        }
    }
}

/// A target without its figures. What its own words leave open, `above` says: the target that is
/// being divided, or the one before it.
fn target(names: &Names, words: &str, above: Option<&Target>, place: Place) -> Target {
    let region_length =
        if names.is_region(words) { words.len() } else { names.region_length(words) };
    let (region, rest) = words.split_at(region_length);
    let stage = stage_in(rest);
    let programme = programme_in(rest);
    let is_open = programme.is_none() && !words.contains('率');
    Target {
        what: words.to_owned(),
        stage: stage
            .or_else(|| above.filter(|_| is_open || rest.is_empty()).and_then(|t| t.stage.clone())),
        programme: programme
            .or_else(|| above.filter(|_| is_open).and_then(|t| t.programme.clone())),
        region: (!region.is_empty()).then(|| region.to_owned()),
        quantities: Vec::new(),
        part_of: None,
        place,
    }
}

fn stage_in(words: &str) -> Option<String> {
    STAGE_WORDS.iter().find(|stage| words.contains(**stage)).map(|stage| (*stage).to_owned())
}

/// What is left of the words once years, verbs, stages and the words for a task are taken off.
fn programme_in(words: &str) -> Option<String> {
    let after_year = words.rfind('年').map_or(0, |at| at + '年'.len_utf8());
    let mut name = words[after_year..].trim_start_matches("度");
    loop {
        let bare = name.trim_start_matches(['的', '、']);
        let bare = bare
            .strip_prefix(['（', '('])
            .map_or(bare, |inner| inner.split_once(['）', ')']).map_or(inner, |(_, rest)| rest));
        let begun = VERBS.iter().chain(STAGE_WORDS).find_map(|word| bare.strip_prefix(word));
        match begun {
            Some(rest) => name = rest,
            None if bare.len() < name.len() => name = bare,
            None => break,
        }
    }
    let end = STAGE_WORDS
        .iter()
        .chain(TASK_WORDS)
        .filter_map(|word| name.find(word))
        .min()
        .unwrap_or(name.len());
    let name = name[..end].trim_end_matches(['的', '、', '（', '(', '）', ')', '和', '及', '年']);
    (name.chars().count() > 1).then(|| name.to_owned())
}

fn quantity(prose: &Prose, figure: &Figure) -> Option<Quantity> {
    Some(Quantity {
        raw: figure.raw.clone(),
        value: figure.value,
        unit: figure.unit.clone(),
        counted: figure.counted.clone(),
        half_unit: figure.half_unit,
        place: prose.place(figure.span.clone())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::agrees;
    use crate::typing::prose::placed;

    /// What is read from the paragraphs of a case, a line a target.
    fn read(input: &str) -> String {
        let body: Vec<Paragraph> = input
            .lines()
            .map(|line| {
                let level = match line.chars().next() {
                    Some('（') => Some(2),
                    Some(c) if c.is_ascii_digit() && body::number_length(line) > 0 => Some(3),
                    _ => None,
                };
                Paragraph { level, text: placed(line) }
            })
            .collect();
        let frame = Frame { plan_year: Some(2023), ..Frame::default() };
        let lines: Vec<String> =
            targets(&mut Sink::new(), &body, &frame).iter().map(show).collect();
        lines.join("\n")
    }

    fn show(target: &Target) -> String {
        let or_dash = |text: Option<&str>| match text {
            None | Some("") => "-".to_owned(),
            Some(text) => text.to_owned(),
        };
        let figures: Vec<String> = target
            .quantities
            .iter()
            .map(|q| format!("{}{}{}", q.value, q.unit, q.counted.as_deref().unwrap_or("")))
            .collect();
        let part = target.part_of.map_or(String::new(), |at| format!(", part of {}", at + 1));
        format!(
            "{} | {} | {} | {} = {}{part}",
            or_dash(Some(&target.what)),
            or_dash(target.programme.as_deref()),
            or_dash(target.stage.as_deref()),
            or_dash(target.region.as_deref()),
            figures.join(" "),
        )
    }

    #[test]
    fn areas_and_years_are_those_of_the_expressions() {
        agrees(
            r"^[々〇㐀-\u{4DBF}一-\u{9FFF}\u{20000}-\u{323AF}]{1,10}(?:新区|开发区|高新区|经开区|管委会|本级|兵团|农垦|农场)$",
            "赣江 高 新区 市 本级 一二三四五六七八 A 开发区",
            |regex, text| regex.is_match(text),
            is_area,
        );
        agrees(
            "^[0-9]{4}年度?",
            "2023 2 年 度",
            |regex, text| regex.find(text).map(|found| &text[found.end()..]).map(str::len),
            |text| after_year(text).map(str::len),
        );
    }

    #[test]
    fn targets_of_the_suite() {
        let suite = include_str!("../../tests/suite/typing/targets.txt");
        let mut seen = 0;
        for case in suite.split("--- ").skip(1) {
            let (name, case) = case.split_once(" ---\n").expect("a case has a name");
            let (input, expected) = case.split_once("\n=>\n").expect("a case has an answer");
            assert_eq!(read(input), expected.trim_end(), "{name}");
            seen += 1;
        }
        assert!(seen > 10, "only {seen} cases");
    }
}
