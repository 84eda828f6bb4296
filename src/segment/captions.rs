//! What stands around a table: its title, the unit of its figures, 续表, notes.

use super::{Item, PlainLine};
use crate::pattern::{Steps, digit, numeral};

/// A title of an annex, or of a table in it, has at most so many characters a line.
pub(super) const TITLE_CHARS: usize = 60;

/// Whether the text, without white space, is a caption of a unit: 单位：套、间.
pub(super) fn is_unit(text: &str) -> bool {
    named_unit(text).is_some_and(|unit| (1..=24).contains(&unit.chars().count()))
}

/// What follows 单位： and the like.
fn named_unit(text: &str) -> Option<&str> {
    let text = text.skip(['（', '(']);
    let text = text.skip_word(&["金额", "计量", "面积", "数量", "资金", "人数"]);
    text.strip_prefix("单位")?.strip_prefix(['：', ':'])
}

/// Whether the text, without white space, says that a table goes on: 续表, 任务表（续）.
pub(super) fn is_continued(text: &str) -> bool {
    if text.starts_with("续表") || text.ends_with("续表") {
        return true;
    }
    let is_alone = || {
        let rest = text.skip(['（', '(']);
        let rest = rest
            .after_word(&["接上页", "续上表"])
            .or_else(|| Some(rest.after_word(&["续表", "续"])?.trim_start_matches(digit)))?;
        Some(rest.skip(['）', ')']).skip(['：', ':']))
    };
    let in_brackets = || {
        let inner = text.strip_suffix(['）', ')'])?;
        let inner = inner.trim_end_matches(|c| numeral(c) || digit(c));
        inner.strip_suffix('表').unwrap_or(inner).strip_suffix('续')
    };
    is_alone() == Some("") || in_brackets().is_some_and(|before| before.ends_with(['（', '(']))
}

/// Whether the text is a note below a table: 注：….
pub(super) fn is_note(text: &str) -> bool {
    let numbered = |text: &str| text.strip_prefix('注')?.after_run(digit, 1..=2).map(str::len);
    if numbered(text).is_some() {
        return true;
    }
    let text = text.skip(['（', '(']);
    ["注", "备注", "说明", "附注", "注释"].into_iter().any(|word| {
        let rest = text.strip_prefix(word).and_then(|rest| rest.after_run(digit, 0..=2));
        rest.is_some_and(|rest| rest.starts_with(['：', ':', '.', '．', '、']))
    })
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

/// Whether a table comes next, captions apart.
pub(super) fn table_follows(rest: &[Item]) -> bool {
    let next =
        rest.iter().take(4).find(|item| !matches!(item, Item::Line(l) if is_unit(&l.compact)));
    matches!(next, Some(Item::Table(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::agrees;

    #[test]
    fn captions_are_those_of_the_expressions() {
        agrees(
            "^[（(]?(金额|计量|面积|数量|资金|人数)?单位[：:]",
            "（ ( 金额 计量 单位 单位 ： : 套",
            |regex, text| regex.find(text).map(|found| &text[found.end()..]).map(str::len),
            |text| named_unit(text).map(str::len),
        );
        agrees(
            "^[（(]?(接上页|续上表|续表[0-9]*|续[0-9]*)[）)]?[：:]?$|[（(]续(表)?[一二三四五六七八九十0-9]*[）)]$|^续表|续表$",
            "（ ( ） ) 续 续 表 上 续上表 接上页 一 1 ：",
            |regex, text| regex.is_match(text),
            is_continued,
        );
        agrees(
            "^[（(]?(注|备注|说明|附注|注释)[0-9]{0,2}[：:.．、]|^注[0-9]{1,2}",
            "（ 注 备注 附注 注释 释 12 3 ： . 、",
            |regex, text| regex.is_match(text),
            is_note,
        );
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
