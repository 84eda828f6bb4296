//! The body, nested by its numbers: 一、（一）1.（1）.
//!
//! Figures and dates in it are left to `targets` and `deadlines`.

use crate::model::Section;
use crate::pattern::{Steps, digit, length_before, numeral_to_hundred};
use crate::place::PlacedText;
use crate::repair::document::Paragraph;
use crate::typing::figures::figures;
use crate::typing::prose::squeeze;

/// Numbers before a heading or item, in the forms of GB/T 9704 and of those who write 1、.
const NUMBERS: [fn(&str) -> Option<&str>; 5] = [
    |text| text.after_run(numeral_to_hundred, 1..=4)?.strip_prefix(['、', '.', '．']),
    |text| {
        let number = text.strip_prefix(['（', '('])?.trim_start();
        let chinese = || number.after_run(numeral_to_hundred, 1..=4);
        let rest = number.after_run(digit, 1..=3).or_else(chinese)?;
        rest.trim_start().strip_prefix(['）', ')'])
    },
    |text| {
        let number = text.strip_prefix('第')?.after_run(numeral_to_hundred, 1..=4)?;
        number.strip_prefix(['章', '节', '条'])
    },
    |text| {
        let rest = text.after_run(digit, 1..=3)?;
        // 1.5万 is no number of an item.
        let point = || rest.strip_prefix('.').filter(|behind| !behind.starts_with(digit));
        rest.strip_prefix(['、', '．']).or_else(point)
    },
    |text| text.strip_prefix(|c| matches!(c, '①'..='⑳')),
];

/// Longest heading, in characters; a longer first sentence is text.
const LONGEST_HEADING: usize = 40;

/// A paragraph, told apart: its number, its heading and what follows, as squeezed text.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The number as printed, empty where there is none.
    pub number: String,
    /// The heading without its full stop.
    pub heading: Option<String>,
    /// The text behind number and heading.
    pub text: String,
}

/// Nests the paragraphs. Text without a number belongs to the section open above it.
pub fn sections(paragraphs: &[Paragraph]) -> Vec<Section> {
    let mut nest = Nest::default();
    for paragraph in paragraphs {
        let Some(place) = paragraph.text.place() else { continue };
        let item = item(&paragraph.text, paragraph.level);
        match (paragraph.level, nest.open.last_mut()) {
            (Some(level), _) => nest.begin(Section {
                number: item.number,
                level: level.clamp(1, 4),
                heading: item.heading,
                text: item.text,
                place,
                sections: Vec::new(),
            }),
            (None, Some(section)) => {
                if !section.text.is_empty() {
                    section.text.push('\n');
                }
                section.text.push_str(&item.text);
            }
            (None, None) => nest.done.push(Section {
                number: String::new(),
                level: 0,
                heading: None,
                text: item.text,
                place,
                sections: Vec::new(),
            }),
        }
    }
    nest.close_down_to(0);
    nest.done
}

/// Tells a paragraph's number and heading apart from its text.
pub fn item(text: &PlacedText, level: Option<u8>) -> Item {
    let text = squeeze(text);
    let text = text.as_str();
    let number = if level.is_some() { number_length(text) } else { 0 };
    let (number, rest) = text.split_at(number);
    let (heading, rest) = match level {
        Some(_) => split_heading(rest.trim_start()),
        None => (None, rest),
    };
    Item { number: number.to_owned(), heading: heading.map(str::to_owned), text: rest.to_owned() }
}

/// Length in bytes of the number the text begins with; 0 where it begins with none.
pub fn number_length(text: &str) -> usize {
    let behind = NUMBERS.iter().find_map(|number| number(text));
    behind.map_or(0, |rest| length_before(text, rest))
}

/// The heading a numbered paragraph begins with: all of it where it is no sentence, or its short
/// first sentence where others follow. A clause with a figure, a comma or a colon is text.
fn split_heading(text: &str) -> (Option<&str>, &str) {
    let (first, rest) = match text.split_once('。') {
        Some((_, "")) => return (None, text),
        Some((first, rest)) => (first, rest),
        None => (text, ""),
    };
    let is_heading = !first.is_empty()
        && first.chars().count() <= LONGEST_HEADING
        && !first.contains(['，', '；', '：', ',', ';', ':'])
        && figures(first).is_empty();
    if is_heading { (Some(first), rest) } else { (None, text) }
}

/// Sections under way: the open ones from the outermost in, and those that are closed.
#[derive(Default)]
struct Nest {
    open: Vec<Section>,
    done: Vec<Section>,
}

impl Nest {
    fn begin(&mut self, section: Section) {
        self.close_down_to(section.level);
        self.open.push(section);
    }

    /// Closes every open section of this level and below.
    fn close_down_to(&mut self, level: u8) {
        while self.open.last().is_some_and(|last| last.level >= level) {
            let Some(section) = self.open.pop() else { return };
            match self.open.last_mut() {
                Some(above) => above.sections.push(section),
                None => self.done.push(section),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::agrees;
    use crate::typing::prose::placed;

    #[test]
    fn numbers_are_those_of_the_expression() {
        agrees(
            r"(?x) ^ (?: [一二三四五六七八九十百]{1,4}[、.．]
            | [（(] \s* (?: [一二三四五六七八九十百]{1,4} | [0-9]{1,3} ) \s* [）)]
            | 第[一二三四五六七八九十百]{1,4}[章节条]
            | [0-9]{1,3} (?: [、．] | \. (?: [^0-9] | $ ) )
            | [①-⑳] )",
            "_ 一 十 百 1 23 、 . ． （ ( ） ) 第 章 条 ⑳ 万",
            |regex, text| match regex.find(text).map(|found| found.as_str()) {
                // The expression looks at one more character.
                Some(found) if found.starts_with(digit) && found.contains('.') => {
                    found.find('.').map_or(0, |at| at + 1)
                }
                found => found.map_or(0, str::len),
            },
            number_length,
        );
    }

    /// `number|heading|text`, indented by depth.
    fn outline(paragraphs: &[(Option<u8>, &str)]) -> Vec<String> {
        fn walk(sections: &[Section], depth: usize, lines: &mut Vec<String>) {
            for s in sections {
                let heading = s.heading.as_deref().unwrap_or("-");
                lines.push(format!("{}{}|{heading}|{}", " ".repeat(depth), s.number, s.text));
                walk(&s.sections, depth + 1, lines);
            }
        }
        let paragraphs: Vec<Paragraph> = paragraphs
            .iter()
            .map(|&(level, text)| Paragraph { level, text: placed(text) })
            .collect();
        let mut lines = Vec::new();
        walk(&sections(&paragraphs), 0, &mut lines);
        lines
    }

    #[test]
    fn sections_nest_by_their_numbers() {
        let body = [
            (None, "现将计划下达给你们。"),
            (Some(1), "一、总体目标"),
            (Some(2), "（一）开工安排"),
            (Some(3), "1. 全市开工 1200 套。"),
            (Some(3), "2.老旧小区开工30个。"),
            (Some(2), "（二）8月底前，新建项目开工；其余年内开工。抓紧办理。"),
            (None, "另行通知的除外。"),
            (Some(1), "二、保障措施"),
            (Some(3), "1.压实责任。各县负总责。"),
        ];
        let expected = [
            "|-|现将计划下达给你们。",
            "一、|总体目标|",
            " （一）|开工安排|",
            "  1.|-|全市开工1200套。",
            "  2.|-|老旧小区开工30个。",
            " （二）|-|8月底前，新建项目开工；其余年内开工。抓紧办理。\n另行通知的除外。",
            "二、|保障措施|",
            " 1.|压实责任|各县负总责。",
        ];
        assert_eq!(outline(&body), expected);
    }

    #[test]
    fn a_decimal_is_no_number_of_an_item() {
        assert_eq!(number_length("1.5万户"), 0);
        assert_eq!(number_length("1.全市"), 2);
        assert_eq!(number_length("（十二）加强"), "（十二）".len());
    }
}
