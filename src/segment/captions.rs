//! What stands around a table: its title, the unit of its figures, 续表, notes.

use super::{Item, PlainLine};
use crate::lexicon;
pub(super) use crate::lexicon::{is_continued, is_note};
use crate::pattern::{Steps, digit, numeral};

/// A title of an annex, or of a table in it, has at most so many characters a line.
pub(super) const TITLE_CHARS: usize = 60;

/// Whether the text, without white space, is a caption of a unit: 单位：套、间.
pub(super) fn is_unit(text: &str) -> bool {
    lexicon::named_unit(text).is_some_and(|unit| (1..=24).contains(&unit.chars().count()))
}

/// What a table's or plan's title ends in.
const TITLE_ENDS: &[&str] = &[
    "表", "计划", "任务", "数", "方案", "清单", "名单", "目录", "汇总", "一览", "办法", "细则",
    "情况", "指标", "安排", "台账", "标准",
];

/// Whether the text ends as the title of a table or plan does, brackets behind it or not.
pub(super) fn ends_title(text: &str) -> bool {
    text.ends_in(TITLE_ENDS)
        || text.ends_with(['）', ')'])
            && text.match_indices(['（', '(']).any(|(at, _)| text[..at].ends_in(TITLE_ENDS))
}

/// Whether the text begins with the number of a table: 表1.
fn begins_with_table_number(text: &str) -> bool {
    let number = text.strip_prefix('表');
    number.is_some_and(|number| number.starts_with(|c| digit(c) || numeral(c)))
}

/// Whether a line over a table is its title: short, without a full stop, only captions between.
pub(super) fn leads_to_table(line: &PlainLine, rest: &[Item]) -> bool {
    let text = line.compact.as_str();
    let form = text.chars().count() <= TITLE_CHARS
        && !text.ends_with(['。', '；', '，', '：', ':'])
        && !line.is_row();
    let titled = ends_title(text) || begins_with_table_number(text) || line.is_centred();
    form && titled && table_follows(rest)
}

/// Whether a table comes next, captions and the head of a form apart: 编制单位：…
pub(super) fn table_follows(rest: &[Item]) -> bool {
    let is_between = |text: &str| is_unit(text) || lexicon::is_of_form(text);
    let next =
        rest.iter().take(4).find(|item| !matches!(item, Item::Line(l) if is_between(&l.compact)));
    matches!(next, Some(Item::Table(_)))
}

/// Whether the line has the caption of a unit beside something else: 编制单位：… 单位：万元.
pub(super) fn holds_unit(line: &PlainLine) -> bool {
    line.line.pieces.len() > 1
        && !is_unit(&line.compact)
        && line.split().iter().any(|piece| is_unit(&piece.compact))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::agrees;

    #[test]
    fn captions_are_those_of_the_expressions() {
        agrees(
            "(表|计划|任务|任务数|方案|清单|名单|目录|汇总|一览|办法|细则|情况|数|指标|安排|台账|标准)([（(].*[）)])?$",
            "任务 数 计划 台账 （ ( ） ) 试行",
            |regex, text| regex.is_match(text),
            ends_title,
        );
        agrees(
            "^表[0-9一二三四五六七八九十]",
            "表 1 十 百",
            |regex, text| regex.is_match(text),
            begins_with_table_number,
        );
    }
}
