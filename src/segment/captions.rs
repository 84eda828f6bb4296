//! What stands around a table: its title, the unit of its figures, 续表, notes.

use super::{Item, PlainLine};
use regex::Regex;
use std::sync::LazyLock;

/// A title of an annex, or of a table in it, has at most so many characters a line.
pub(super) const TITLE_CHARS: usize = 60;

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a fixed pattern")
}

/// What 单位：套、间 begins with.
static UNIT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[（(]?(金额|计量|面积|数量|资金|人数)?单位[：:]"));
/// 续表, and titles printed again with （续）.
static CONTINUED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[（(]?(接上页|续上表|续表[0-9]*|续[0-9]*)[）)]?[：:]?$|[（(]续(表)?[一二三四五六七八九十0-9]*[）)]$|^续表|续表$",
    )
});

/// Whether the text, without white space, is a caption of a unit: 单位：套、间.
pub(super) fn is_unit(text: &str) -> bool {
    let named = UNIT.find(text).map(|unit| text[unit.end()..].chars().count());
    named.is_some_and(|length| (1..=24).contains(&length))
}

/// Whether the text, without white space, says that a table goes on: 续表, 任务表（续）.
pub(super) fn is_continued(text: &str) -> bool {
    // Most notices have no such text, and need not wait for the pattern to be made.
    text.contains(['续', '接']) && CONTINUED.is_match(text)
}

/// 注：… below a table.
pub(super) static NOTE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[（(]?(注|备注|说明|附注|注释)[0-9]{0,2}[：:.．、]|^注[0-9]{1,2}"));
/// What a table's or plan's title ends in.
pub(super) static TITLE_END: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(表|计划|任务|任务数|方案|清单|名单|目录|汇总|一览|办法|细则|情况|数|指标|安排|台账|标准)([（(].*[）)])?$",
    )
});

/// 表1 before the title of a table.
static TABLE_NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^表[0-9一二三四五六七八九十]"));

/// Whether a line over a table is its title: short, without a full stop, only captions between.
pub(super) fn leads_to_table(line: &PlainLine, rest: &[Item]) -> bool {
    let text = line.compact.as_str();
    let form = text.chars().count() <= TITLE_CHARS
        && !text.ends_with(['。', '；', '，', '：', ':'])
        && !line.is_row();
    let titled = TITLE_END.is_match(text)
        || TABLE_NUMBER.is_match(text)
        || (!line.is_of_text() && line.is_centred());
    form && titled && table_follows(rest)
}

/// Whether a table comes next, captions apart.
pub(super) fn table_follows(rest: &[Item]) -> bool {
    let next =
        rest.iter().take(4).find(|item| !matches!(item, Item::Line(l) if is_unit(&l.compact)));
    matches!(next, Some(Item::Table(_)))
}
