//! `numbering.xml` in, the lists of a document out.

use super::styles::{Styles, value};
use crate::carrier::office::lists::{LEVELS, Level, List, Numbering};
use crate::carrier::office::numerals::Form;
use crate::carrier::xml::Element;
use std::collections::HashMap;

/// The lists of a document.
pub(super) fn numbering_of(root: Element, styles: &Styles) -> Numbering {
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
        let mut numbering = numbering_of(tree.root(), &Styles::default());
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
