//! `numbering.xml` in, the numbers of paragraphs out, as automatic numbering prints them: 一、 （一） 1.

use super::styles::{Styles, value};
use crate::carrier::office::numerals::{Form, printed};
use crate::carrier::xml::Element;
use std::collections::HashMap;

/// A list has so many levels.
const LEVELS: usize = 9;

/// A level of a list.
#[derive(Debug, Clone, PartialEq)]
struct Level {
    start: u32,
    form: Form,
    /// What is printed: `%1` stands for the number of the first level.
    text: String,
    /// Whether numbers of all levels are printed as digits.
    is_legal: bool,
    /// The level, from 1, whose next number begins this one anew; 0 for none.
    restart: Option<usize>,
    /// A style whose paragraphs stand on this level.
    style: Option<String>,
}

impl Default for Level {
    fn default() -> Level {
        let (text, is_legal, restart, style) = (String::new(), false, None, None);
        Level { start: 1, form: Form::None, text, is_legal, restart, style }
    }
}

/// A list: its levels, which may be those of another list but for some.
#[derive(Debug, Clone, Default)]
struct List {
    of: u32,
    levels: HashMap<usize, Level>,
    starts: HashMap<usize, u32>,
}

/// The lists of a document, and how far each has counted.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    definitions: HashMap<u32, Vec<Level>>,
    lists: HashMap<u32, List>,
    /// By definition: lists of one definition go on counting.
    counters: HashMap<u32, [Option<u32>; LEVELS]>,
    /// Lists that have begun with a start of their own.
    begun: HashMap<u32, [bool; LEVELS]>,
}

impl Numbering {
    pub fn of(root: Element, styles: &Styles) -> Numbering {
        let mut numbering = Numbering::default();
        // A definition may be that of a style, by the style's name.
        let mut by_style: HashMap<String, u32> = HashMap::new();
        let mut links: Vec<(u32, String)> = Vec::new();
        for child in root.children().filter(|c| c.name() == "abstractNum") {
            let Some(id) = child.attributes().number("abstractNumId") else { continue };
            let mut levels = vec![Level::default(); LEVELS];
            for level in child.children().filter(|c| c.name() == "lvl") {
                let index: usize = level.attributes().number("ilvl").unwrap_or(0);
                if let Some(place) = levels.get_mut(index) {
                    *place = level_of(level);
                }
            }
            if let Some(style) = child.child("styleLink").and_then(value) {
                by_style.insert(style, id);
            }
            if let Some(style) = child.child("numStyleLink").and_then(value) {
                links.push((id, style));
            }
            numbering.definitions.insert(id, levels);
        }
        for child in root.children().filter(|c| c.name() == "num") {
            let Some(id) = child.attributes().number("numId") else { continue };
            let of = child.child("abstractNumId").and_then(|of| of.attributes().number("val"));
            let mut list = List { of: of.unwrap_or(u32::MAX), ..List::default() };
            for over in child.children().filter(|c| c.name() == "lvlOverride") {
                let index: usize = over.attributes().number("ilvl").unwrap_or(0);
                if let Some(level) = over.child("lvl") {
                    list.levels.insert(index, level_of(level));
                }
                let start = over.child("startOverride").and_then(|s| s.attributes().number("val"));
                if let Some(start) = start {
                    list.starts.insert(index, start);
                }
            }
            numbering.lists.insert(id, list);
        }
        for (id, style) in links {
            let linked = by_style.get(&style).copied().or_else(|| {
                let list = styles.paragraph(Some(&style)).0.list?;
                Some(numbering.lists.get(&list)?.of)
            });
            let levels = linked.and_then(|of| numbering.definitions.get(&of)).cloned();
            if let Some(levels) = levels {
                numbering.definitions.insert(id, levels);
            }
        }
        numbering
    }

    /// The level that paragraphs of a style have in a list.
    pub fn level_of_style(&self, list: u32, style: &str) -> Option<usize> {
        let list = self.lists.get(&list)?;
        let levels = self.definitions.get(&list.of)?;
        levels.iter().position(|level| level.style.as_deref() == Some(style))
    }

    /// The number that the next paragraph of this list and level begins with.
    pub fn next(&mut self, list: u32, level: usize) -> Option<String> {
        let level = level.min(LEVELS - 1);
        let own = self.lists.get(&list)?;
        let levels = self.definitions.get(&own.of)?;
        let of = |index: usize| own.levels.get(&index).or(levels.get(index));
        let counters = self.counters.entry(own.of).or_default();
        let begun = self.begun.entry(list).or_default();
        let start = |index: usize| {
            own.starts.get(&index).copied().or(of(index).map(|l| l.start)).unwrap_or(1)
        };
        // Levels above that have not been printed count as if they had.
        for (above, count) in counters.iter_mut().enumerate().take(level) {
            count.get_or_insert_with(|| start(above));
        }
        let anew = own.starts.contains_key(&level) && !std::mem::replace(&mut begun[level], true);
        counters[level] = Some(match counters[level] {
            Some(count) if !anew => count.saturating_add(1),
            _ => start(level),
        });
        for (below, count) in counters.iter_mut().enumerate().skip(level + 1) {
            let restarts = match of(below).and_then(|l| l.restart) {
                Some(restart) => restart > level,
                None => true,
            };
            if restarts {
                *count = None;
            }
        }
        let own = of(level)?;
        let mut label = String::new();
        let mut rest = own.text.as_str();
        while let Some((before, behind)) = rest.split_once('%') {
            label.push_str(before);
            let digit = behind.chars().next().and_then(|c| c.to_digit(10)).filter(|d| *d > 0);
            let Some(digit) = digit else {
                label.push('%');
                rest = behind;
                continue;
            };
            let index = digit as usize - 1;
            if let (Some(level), Some(number)) = (of(index), counters.get(index).copied().flatten())
            {
                let form = if own.is_legal { Form::Decimal } else { level.form };
                label.push_str(&printed(number, form));
            }
            rest = &behind[1..];
        }
        label.push_str(rest);
        // A bullet is no number.
        if own.form == Form::None && !own.text.contains('%') {
            return None;
        }
        Some(label)
    }
}

fn level_of(element: Element) -> Level {
    let said = |name: &str| element.child(name).and_then(value);
    let number = |name: &str| said(name).and_then(|value| value.trim().parse().ok());
    Level {
        start: number("start").unwrap_or(1),
        form: said("numFmt").map_or(Form::Decimal, |form| form_of(&form)),
        text: said("lvlText").unwrap_or_default(),
        is_legal: super::styles::switch(element, "isLgl") == Some(true),
        restart: number("lvlRestart").map(|level| level as usize),
        style: said("pStyle"),
    }
}

/// The form by its name (ECMA-376 part 1, 17.18.59).
pub(super) fn form_of(name: &str) -> Form {
    match name {
        "decimalZero" => Form::DecimalZero,
        "decimalFullWidth" | "decimalFullWidth2" => Form::FullWidth,
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" => Form::Circled,
        "decimalEnclosedParen" => Form::Parenthesized,
        "decimalEnclosedFullstop" => Form::FullStop,
        "chineseCounting"
        | "chineseCountingThousand"
        | "japaneseCounting"
        | "taiwaneseCounting"
        | "taiwaneseCountingThousand"
        | "koreanCounting" => Form::Chinese,
        "ideographDigital" | "japaneseDigitalTenThousand" | "taiwaneseDigital" => {
            Form::ChineseDigits
        }
        "chineseLegalSimplified" | "ideographLegalTraditional" | "japaneseLegal" => {
            Form::ChineseLegal
        }
        "ideographTraditional" => Form::Stems,
        "ideographZodiac" => Form::Branches,
        "lowerLetter" => Form::Letters { upper: false },
        "upperLetter" => Form::Letters { upper: true },
        "lowerRoman" => Form::Roman { upper: false },
        "upperRoman" => Form::Roman { upper: true },
        "bullet" | "none" => Form::None,
        _ => Form::Decimal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::xml::Tree;
    use crate::options::Limits;

    #[test]
    fn levels_count_and_begin_anew() {
        let text = "<numbering><abstractNum abstractNumId='7'>\
            <lvl ilvl='0'><start val='1'/><numFmt val='chineseCounting'/><lvlText val='%1、'/></lvl>\
            <lvl ilvl='1'><start val='1'/><numFmt val='chineseCounting'/><lvlText val='（%2）'/></lvl>\
            <lvl ilvl='2'><start val='1'/><numFmt val='decimal'/><isLgl/><lvlText val='%1.%3'/></lvl></abstractNum>\
            <num numId='1'><abstractNumId val='7'/></num>\
            <num numId='2'><abstractNumId val='7'/><lvlOverride ilvl='0'><startOverride val='1'/></lvlOverride></num></numbering>";
        let tree = Tree::parse(text, &Limits::default()).expect("well-formed");
        let mut numbering = Numbering::of(tree.root(), &Styles::default());
        let mut said = Vec::new();
        for (list, level) in
            [(1, 0), (1, 1), (1, 1), (1, 2), (1, 0), (1, 1), (2, 0), (2, 0), (1, 0)]
        {
            said.push(numbering.next(list, level).unwrap_or_default());
        }
        assert_eq!(
            said,
            ["一、", "（一）", "（二）", "1.1", "二、", "（一）", "一、", "二、", "三、"]
        );
        assert_eq!(numbering.next(3, 0), None);
    }
}
