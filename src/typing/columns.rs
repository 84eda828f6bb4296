//! What each column of a table is: serial number, region, or fact; and a fact's header path, unit
//! and role.

use crate::figure::Figure;
use crate::lexicon::{
    self, BELONGS_TO, CODE_HEADERS, CODE_TIERS, MEASURE_HEADERS, MULTIPLIERS, NOT_REGION_HEADERS,
    OWN_ROWS, PRICED_BY_HEADERS, RANK_HEADERS, RATE_HEADERS, REGION_HEADERS, STOCK_HEADERS,
    TEXT_HEADERS, TOTALS, UNIT_HEADERS,
};
use crate::model::{Column, ColumnRole};
use crate::numbering;
use crate::pattern::squeezed;
use crate::place::{Place, PlacedText, Spot};
use crate::profile::Profile;
use crate::regions::{self, Fit, Tier};
use crate::repair::document::{Slot, Table, TableCell, TableRow};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The columns of a table by what they are for.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// 序号: numbers the rows, is no fact.
    pub serial: Option<usize>,
    /// What rows are grouped by, where it stands in a column of its own beside the name: the
    /// prefecture, or a category whose subtotals the names tell.
    pub group: Option<usize>,
    /// The name of whom the row is about.
    pub name: usize,
    /// The printed header of the name's column.
    pub name_header: String,
    /// Gives each row its unit.
    pub units: Option<usize>,
    /// Codes of accounts: one column, or one for each of 类, 款 and 项.
    pub codes: Vec<usize>,
    /// The facts.
    pub facts: Vec<FactColumn>,
    /// The columns that tell rows apart, from the left.
    pub keys: Vec<KeyColumn>,
}

/// A column of facts.
#[derive(Debug, Clone, PartialEq)]
pub struct FactColumn {
    /// Where in the table.
    pub at: usize,
    /// What.
    pub column: Column,
    /// Whether its header names its unit, which then holds whatever a column of units says.
    pub has_own_unit: bool,
    /// Whether it holds ticks: × among √ says something.
    pub holds_ticks: bool,
    /// Whether a cell over several rows is a label of each of them: it stands left of what tells them apart.
    pub labels_rows: bool,
}

/// A column that tells rows apart: the region's, and others of words and codes before the figures.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyColumn {
    /// Where in the table.
    pub at: usize,
    /// Its header on one line.
    pub header: String,
    /// Whether what it holds in a row holds in the rows below that leave it blank.
    pub carries: bool,
}

/// A column as it is printed: its header, the unit in a row of units below that, and what it holds.
struct Printed {
    header: Vec<(String, Place)>,
    unit: Option<String>,
    content: Content,
}

impl Printed {
    /// The whole header without white space.
    fn whole(&self) -> String {
        self.header.iter().map(|(text, _)| squeezed(text)).collect()
    }

    /// The lowest tier of the header without white space.
    fn leaf(&self) -> String {
        self.header.last().map(|(text, _)| squeezed(text).into_owned()).unwrap_or_default()
    }

    /// Whether it numbers the rows: by its header, or by running on by one. 编号 may also head codes.
    fn is_serial(&self) -> bool {
        let (leaf, held) = (self.leaf(), &self.content.profile);
        let is_numbered = held.is_figures() || held.numerals * 2 >= held.filled();
        match lexicon::is_serial_header(&leaf) {
            true => !CODE_HEADERS.contains(&leaf.as_str()) || is_numbered,
            false => self.header.is_empty() && held.is_serial(),
        }
    }

    /// Whether it gives each row its unit.
    fn is_units(&self) -> bool {
        let leaf = self.leaf();
        let is_named = leaf.is_empty() || UNIT_HEADERS.contains(&leaf.as_str());
        let held = &self.content.profile;
        let is_measured = MEASURE_HEADERS.contains(&leaf.as_str()) && held.is_words();
        is_measured || is_named && held.is_units()
    }

    /// Whether it says for how much of something the prices of a row are.
    fn is_priced_by(&self) -> bool {
        PRICED_BY_HEADERS.contains(&self.leaf().as_str()) && self.content.profile.is_words()
    }

    /// Whether it holds codes of accounts: by its header, or as the tiers that one is split into.
    fn is_codes(&self) -> bool {
        let whole = self.whole();
        let is_tier = || CODE_TIERS.contains(&self.leaf().as_str());
        let held = &self.content.profile;
        // The total row may have its label here.
        held.words == self.content.totals + self.content.tiers
            && held.figures > held.words
            && (CODE_HEADERS.iter().any(|word| whole.contains(word)) || is_tier())
    }

    /// How much speaks for its being the column of regions.
    fn weight(&self) -> usize {
        let header = self.whole();
        let held = &self.content.profile;
        // 2:1 under 省县分担比例 is no region, whatever the header says.
        let is_nameless = held.texts() > 0 && held.han * 2 < held.texts();
        if is_nameless
            || held.is_blank()
            || self.content.is_of_lists()
            || NOT_REGION_HEADERS.iter().any(|word| header.contains(word))
        {
            return 0;
        }
        let of_region = REGION_HEADERS.iter().any(|word| header.contains(word));
        usize::from(of_region) * 2 + usize::from(self.content.profile.is_regions())
    }
}

/// Tells the columns of a table apart; `unit` is that of the table's caption.
pub fn columns(table: &Table, unit: Option<&str>) -> Columns {
    let count = table.columns;
    let mut printed: Vec<Printed> = (0..count)
        .map(|col| Printed {
            header: header_path(table, col),
            unit: None,
            content: Content::of(&table.rows, col),
        })
        .collect();
    take_off_column_numbers(&mut printed);
    take_off_units(&mut printed);
    let serial = (0..count.min(3)).find(|&col| printed[col].is_serial());
    // 序号 may stand again over the right half of a wide table. 编号 beside it are codes.
    let is_again = |col: usize| {
        let leaf = printed[col].leaf();
        lexicon::is_serial_header(&leaf)
            && (!CODE_HEADERS.contains(&leaf.as_str()) || printed[col].content.profile.is_serial())
    };
    let numbers = |col: usize| Some(col) == serial || (serial.is_some() && is_again(col));
    let units = (0..count).find(|&col| printed[col].is_units());
    let codes: Vec<usize> =
        (0..count).filter(|&col| !numbers(col) && printed[col].is_codes()).collect();
    let words: Vec<usize> = (0..count)
        .filter(|&col| {
            !numbers(col)
                && Some(col) != units
                && !printed[col].is_priced_by()
                && !codes.contains(&col)
                && !printed[col].content.profile.is_figures()
                && !printed[col].content.profile.is_ticks()
        })
        .collect();
    let (group, name) = name_column(&printed, &words).unwrap_or_else(|| {
        let first = (0..count).find(|&col| !numbers(col) && !codes.contains(&col));
        (None, first.unwrap_or(0))
    });
    let mut facts: Vec<FactColumn> = (0..count)
        .filter(|&col| {
            let Printed { header, content, .. } = &printed[col];
            !numbers(col)
                && Some(col) != group
                && col != name
                && !(header.is_empty() && content.profile.is_blank())
        })
        .map(|at| fact(at, &printed[at], codes.contains(&at), unit, table))
        .collect();
    // Labels right of the name, up to the first column that no cell over several rows stands in.
    for fact in &mut facts {
        let between = name + 1..=fact.at;
        fact.labels_rows = !between.is_empty()
            && between.clone().all(|col| {
                let content = &printed[col].content;
                content.covered > 0 && content.profile.is_words()
            });
    }
    let is_key = |fact: &&FactColumn| {
        fact.column.role == ColumnRole::Text
            && Some(fact.at) != units
            && fact.at != name
            && !fact.holds_ticks
    };
    let first_figures = facts.iter().find(|fact| fact.column.role != ColumnRole::Text);
    let before = first_figures.map_or(0, |fact| fact.at).max(name);
    let others = facts.iter().filter(is_key).map(|fact| fact.at).filter(|at| *at < before);
    let mut keys: Vec<usize> = group.into_iter().chain([name]).chain(others).collect();
    keys.sort_unstable();
    let keys = key_columns(&printed, &keys, name, &codes);
    let name_header = printed.get(name).map(Printed::whole).unwrap_or_default();
    Columns { serial, group, name, name_header, units, codes, facts, keys }
}

/// Takes the numbers of columns off the words above them, where a row of such numbers was read as part
/// of the header: 小计(3), 合计1=2+3, 存量C.
fn take_off_column_numbers(printed: &mut [Printed]) {
    let headers: Vec<&str> = printed
        .iter()
        .map(|column| column.header.last().map_or("", |(text, _)| text.as_str()))
        .collect();
    let figures = printed.iter().filter(|column| column.content.profile.is_figures()).count();
    let Some(lengths) = numbering::behind_words(&headers, figures) else { return };
    for (column, length) in printed.iter_mut().zip(lengths) {
        if let Some((text, _)) = column.header.last_mut() {
            text.truncate(length);
        }
    }
}

/// Takes the units off the words above them, where the last row of the header is one of units: 单位 | km | 万元 below
/// 地区 | 渠道长度 | 投资. Units that alone tell two columns apart stay.
fn take_off_units(printed: &mut [Printed]) {
    let is_unit = |text: &str| lexicon::is_unit_of_row(text.trim_matches(['(', ')', '（', '）']));
    let figures = || printed.iter().filter(|column| column.content.profile.is_figures());
    let is_row = figures().next().is_some()
        && figures().all(|column| lowest_of_several(column).is_some_and(|text| is_unit(&text)))
        && printed.iter().any(|column| {
            lowest_of_several(column).is_some_and(|text| UNIT_ROWS.contains(&&*text))
        });
    let above: BTreeSet<Vec<&str>> = figures()
        .map(|column| column.header.iter().rev().skip(1).map(|(text, _)| text.as_str()).collect())
        .collect();
    if !is_row || above.len() < figures().count() {
        return;
    }
    for column in printed {
        let Some(text) = lowest_of_several(column).map(Cow::into_owned) else { continue };
        if is_unit(&text) {
            column.unit = Some(text.trim_matches(['(', ')', '（', '）']).replace('％', "%"));
        } else if !UNIT_ROWS.contains(&&*text) {
            continue;
        }
        column.header.pop();
    }
}

/// The last of several rows of a column's header, without white space.
fn lowest_of_several(column: &Printed) -> Option<Cow<'_, str>> {
    match column.header.as_slice() {
        [_, .., (lowest, _)] => Some(squeezed(lowest)),
        _ => None,
    }
}

/// Headers of text that may also be measured, in years or days.
const LASTING_HEADERS: [&str; 1] = ["期限"];

/// Whether a header without white space says in brackets what time is measured in: 期限（年）.
fn is_measured_in_time(header: &str) -> bool {
    let inside = header.strip_suffix(['）', ')']).and_then(|h| h.rsplit(['（', '(']).next());
    inside.is_some_and(|inside| TIMES.contains(&inside))
}

const TIMES: [&str; 6] = ["年", "月", "个月", "天", "日", "小时"];

/// What names a row of units, below the header of the names.
const UNIT_ROWS: [&str; 3] = ["单位", "计量单位", "计量"];

/// The column of names, and that of groups beside it, of the columns that hold words.
fn name_column(printed: &[Printed], words: &[usize]) -> Option<(Option<usize>, usize)> {
    let weight = |col: usize| printed[col].weight();
    // 所属市 behind 县（市、区） says where that belongs.
    let belongs = |col: usize| {
        let header = printed[col].whole();
        weight(col) > 2 && BELONGS_TO.iter().any(|word| header.contains(word))
    };
    if let Some(of) = words.iter().copied().find(|&col| belongs(col))
        && let Some(name) = words.iter().copied().find(|&col| weight(col) > 0 && !belongs(col))
    {
        return Some((Some(of), name));
    }
    // Persons name their rows, and not what they belong to.
    if let Some(&first) = words.first().filter(|&&col| printed[col].leaf() == "姓名") {
        return Some((None, first));
    }
    let best = words.iter().map(|&col| weight(col)).max()?;
    // What lists several places names a row only where nothing else does.
    let is_list = |col: usize| printed[col].content.is_of_lists();
    let mut by_weight = words.iter().copied().filter(|&col| weight(col) == best);
    // Nor does a code: 路线编号 | 项目名称.
    let is_code = |col: usize| best == 0 && is_code_header(&printed[col].whole());
    let is_figures = |col: &usize| *col > words[0] && printed[*col].content.profile.is_figures();
    let figures = (0..printed.len()).find(is_figures).unwrap_or(printed.len());
    let mut named = by_weight.clone().filter(|&col| !is_list(col) && !is_code(col));
    let first = named.find(|&col| best > 0 || col < figures);
    let first = first
        .or_else(|| by_weight.clone().find(|&col| !is_list(col)))
        .or_else(|| by_weight.next())?;
    let spans = |col: usize| printed[col].content.spans();
    if best == 0 {
        return Some(item_column(printed, words, first));
    }
    // Prefectures under short names (铜川) look less like regions than their counties do.
    let first = match first.checked_sub(1) {
        Some(before) if words.contains(&before) && weight(before) >= 2 && spans(before) => before,
        _ => first,
    };
    // A prefecture's column stands directly before that of its counties, or with its own sums between, over their rows, or
    // the numbers of these.
    let is_between = |col: &usize| {
        let content = &printed[*col].content;
        let is_sum = spans(first) && content.covered > 0 && content.profile.is_figures();
        is_sum || lexicon::is_serial_header(&printed[*col].leaf())
    };
    let second = first + 1 + (first + 1..printed.len()).take_while(is_between).count();
    // 河口区 gives to 临清市, and 郑州市 helps 疏附县: none is a part of the other.
    let are_pairs = || {
        let [giving, taking] = [first, second].map(|col| printed[col].whole());
        let is_of_one = |word: &str| taking.contains(word) && !giving.contains(word);
        let are_counties = [first, second].iter().all(|&col| printed[col].content.is_of_counties());
        PAIRED_HEADERS.iter().any(|word| is_of_one(word)) || are_counties && !spans(first)
    };
    let is_double = words.contains(&second)
        && !are_pairs()
        && (weight(second) >= 2 || (weight(second) == 1 && spans(first)))
        && (printed[first].content.profile.is_regions() || spans(first));
    // 县（市、区） | 市 is the other way round.
    let header = |col: usize| printed[col].whole();
    let is_turned = || {
        ["县", "区县", "区、县", "区（县", "区(县"]
            .iter()
            .any(|word| header(first).starts_with(word))
            && header(second).contains(['市', '州', '盟'])
            && !header(second).contains(['县', '区'])
    };
    Some(match is_double {
        true if is_turned() => (Some(second), first),
        true => (Some(first), second),
        // 渝东北片区 over its counties and their 小计.
        false => {
            let is_group = |col: &usize| {
                let own_rows = printed[first].content.own_rows;
                words.contains(col) && printed[*col].content.covered > 0 && own_rows > 1
            };
            (first.checked_sub(1).filter(is_group), first)
        }
    })
}

/// What headers of places say that others give to, or help.
const PAIRED_HEADERS: [&str; 7] = ["受援", "被帮扶", "结对", "调入", "划入", "转入", "对口"];

/// Where no column is one of regions: the first that tells rows apart; with the groups before it,
/// where it names their subtotals.
fn item_column(printed: &[Printed], words: &[usize], first: usize) -> (Option<usize>, usize) {
    // 专业代号 may stand between 院校名称 and 专业名称, and a sum that reaches over the rows.
    let is_code = |col: usize| {
        let content = &printed[col].content;
        is_code_header(&printed[col].whole()) || content.covered > 0 && content.profile.is_figures()
    };
    let second = (first + 1..printed.len()).find(|&col| !is_code(col)).unwrap_or(first + 1);
    let groups = |col: usize| {
        let content = &printed[col].content;
        content.spans() || content.repeats()
    };
    if !words.contains(&second) || !groups(first) {
        return (None, first);
    }
    let names_subtotals = printed[second].content.own_rows > 0;
    match names_subtotals {
        true => (Some(first), second),
        // A category before the items that it repeats over is a key of theirs, as are its own.
        false => {
            let item = words.iter().copied().find(|&col| col >= second && !groups(col));
            let between = |item: &usize| {
                (second..*item).all(|col| is_code(col) || words.contains(&col) && groups(col))
            };
            (None, item.filter(between).unwrap_or(first))
        }
    }
}

/// Whether a header without white space is one over codes.
fn is_code_header(header: &str) -> bool {
    CODE_HEADERS.iter().any(|word| header.contains(word))
}

/// The columns that tell rows apart. A tier of a code that is blank says how deep the row stands; any
/// other blank left of the name goes on what stands above it.
fn key_columns(
    printed: &[Printed],
    keys: &[usize],
    name: usize,
    codes: &[usize],
) -> Vec<KeyColumn> {
    let key = |&at: &usize| KeyColumn {
        at,
        header: key_header(&printed[at].header, at),
        carries: at < name && !codes.contains(&at) && printed[at].content.spans(),
    };
    let mut keys: Vec<KeyColumn> = keys.iter().filter(|at| **at < printed.len()).map(key).collect();
    tell_apart(&mut keys);
    keys
}

/// A key column's header on one line; a column without one is named by where it stands.
fn key_header(path: &[(String, Place)], at: usize) -> String {
    match path {
        [] => format!("列{}", at + 1),
        path => path.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join("/"),
    }
}

/// Gives key columns of one header different names: 名称, 名称3.
fn tell_apart(keys: &mut [KeyColumn]) {
    for at in 1..keys.len() {
        let (before, key) = keys.split_at_mut(at);
        if before.iter().any(|other| other.header == key[0].header) {
            let column = key[0].at + 1;
            key[0].header.push_str(&column.to_string());
        }
    }
}

/// A column of facts.
fn fact(
    at: usize,
    printed: &Printed,
    is_code: bool,
    unit: Option<&str>,
    table: &Table,
) -> FactColumn {
    let Printed { header: path, content, .. } = printed;
    let whole = printed.whole();
    let place = path
        .last()
        .map(|(_, place)| *place)
        .or_else(|| table.rows.first().and_then(|row| row.cell(0)).map(|cell| cell.place));
    let has = |words: &[&str]| words.iter().any(|word| whole.contains(word));
    let own_unit =
        printed.unit.clone().or_else(|| path.iter().rev().find_map(|(text, _)| unit_in(text)));
    let leaf = printed.leaf();
    let held = &content.profile;
    // 期限 is a day or a text, and 期限（年） how long something lasts.
    let is_lasting = |word: &str| {
        LASTING_HEADERS.contains(&word) && held.is_figures() && is_measured_in_time(&leaf)
    };
    let mut words = TEXT_HEADERS.iter().chain(CODE_HEADERS);
    let is_text = words.any(|word| leaf.contains(word) && !is_lasting(word));
    // What is counted in units is figures, however many of its cells hold a word instead: 另行下达.
    // What is measured may lie below what can be: 0.025L, <0.01.
    let is_counted = held.has_figures()
        && (own_unit.is_some() || unit.is_some() && held.loose > held.words + held.strung);
    let role = if is_text || is_code || held.is_words() && !is_counted || held.is_codes() {
        ColumnRole::Text
    } else if own_unit.as_deref() == Some("%") || held.is_percent() || has(RATE_HEADERS) {
        ColumnRole::Rate
    } else if RANK_HEADERS.iter().any(|word| leaf.contains(word)) {
        ColumnRole::Rank
    } else if has(STOCK_HEADERS) {
        ColumnRole::Stock
    } else {
        ColumnRole::Sum
    };
    let has_own_unit = own_unit.is_some();
    let unit = match role {
        ColumnRole::Text | ColumnRole::Rank => own_unit,
        ColumnRole::Rate if own_unit.is_none() => held.is_percent().then(|| "%".to_owned()),
        _ => own_unit.or_else(|| unit.map(str::to_owned)),
    };
    let column = Column {
        path: path.iter().map(|(text, _)| text.clone()).collect(),
        unit,
        role,
        place: place.unwrap_or(Place { page: 1, spot: Spot::Box(Default::default()) }),
    };
    let (holds_ticks, labels_rows) = (held.is_ticks(), false);
    FactColumn { at, column, has_own_unit, holds_ticks, labels_rows }
}

/// The header texts over a column from the top tier down, each with its place.
///
/// Where the header has no spans drawn, as in a text, a blank to the right of a filled cell with
/// something below both is covered by that cell.
pub(super) fn header_path(table: &Table, col: usize) -> Vec<(String, Place)> {
    let has_spans = table
        .header
        .iter()
        .flat_map(|row| &row.slots)
        .any(|slot| matches!(slot, Slot::Left | Slot::Above));
    let mut path: Vec<(String, Place)> = Vec::new();
    for (tier, row) in table.header.iter().enumerate() {
        let Some(slot) = row.slots.get(col) else { continue };
        let mut at = col;
        if *slot == Slot::Above {
            continue;
        }
        while at > 0 && row.slots.get(at) == Some(&Slot::Left) {
            at -= 1;
        }
        let mut cell = row.cell(at);
        let is_blank = |c: usize| row.cell(c).is_some_and(|cell| cell.text.is_empty());
        if !has_spans && is_blank(at) && has_text_below(table, tier, col) {
            while at > 0 && is_blank(at) {
                at -= 1;
            }
            cell = row.cell(at).filter(|_| has_text_below(table, tier, at));
        }
        let Some(cell) = cell else { continue };
        let text = joined(&cell.text);
        let in_brackets = squeezed(&text);
        let in_brackets = in_brackets.trim_matches(['（', '(', '）', ')']);
        let is_unit = text.rfind(['（', '(']) == Some(0)
            && (unit_in(&text).is_some() || lexicon::is_unit_of_row(in_brackets));
        match path.last_mut() {
            // A unit in a line of its own belongs to the word above it.
            Some((last, _)) if is_unit && !last.ends_with(['）', ')']) => last.push_str(&text),
            Some((last, _)) if *last == text => {}
            _ if text.is_empty() => {}
            _ => path.push((text, cell.place)),
        }
    }
    path
}

/// Whether a lower tier of the header has text in this column.
fn has_text_below(table: &Table, tier: usize, col: usize) -> bool {
    table.header[tier + 1..]
        .iter()
        .any(|row| row.cell(col).is_some_and(|cell| !cell.text.is_empty()))
}

/// A header's text on one line: without the spaces that pad it or that broken lines left between
/// Chinese characters.
pub(super) fn joined(text: &PlacedText) -> String {
    let chars: Vec<char> = text.as_str().trim().chars().collect();
    let is_wide = |c: Option<&char>| c.is_some_and(|&c| c as u32 >= 0x2E80);
    let mut out = String::new();
    for (i, &c) in chars.iter().enumerate() {
        if c.is_whitespace() {
            let before = chars[..i].iter().rev().find(|c| !c.is_whitespace());
            let after = chars[i..].iter().find(|c| !c.is_whitespace());
            if (is_wide(before) && is_wide(after)) || out.ends_with(' ') {
                continue;
            }
            out.push(' ');
        } else {
            out.push(c);
        }
    }
    out
}

/// The unit in a header's last brackets: 面积 (万平方米); none where the brackets hold a word of
/// another kind: 新建（筹集）.
fn unit_in(header: &str) -> Option<String> {
    let header = squeezed(header);
    let open = header.rfind(['(', '（'])?;
    let inside = header[open..].trim_start_matches(['(', '（']);
    let inside = inside.strip_suffix([')', '）'])?;
    let inside = ["单位：", "单位:", "金额单位：", "金额单位:"]
        .iter()
        .find_map(|label| inside.strip_prefix(label))
        .unwrap_or(inside);
    lexicon::is_unit(inside).then(|| inside.replace('％', "%"))
}

/// The unit that a figure has in its own cell; 3.5万 in a column of 套 is 3.5 万套.
pub fn unit_of_cell(figure: &Figure, column: &Column) -> Option<String> {
    if figure.unit.is_empty() {
        return None;
    }
    let printed = figure.unit.replace('％', "%");
    let of_column = column.unit.as_deref().and_then(lexicon::unit);
    let is_multiplier = MULTIPLIERS.iter().any(|(word, _)| *word == printed);
    match of_column.filter(|_| is_multiplier) {
        Some(unit) => Some([&printed, unit.name, unit.rate].concat()),
        None => Some(printed),
    }
}

/// The unit that a caption names: 单位：套、间 gives 套、间.
pub fn unit_of_caption(caption: &str) -> Option<String> {
    let caption = squeezed(caption);
    let inner = caption.strip_prefix(['(', '（']).and_then(|c| c.strip_suffix([')', '）']));
    let caption = inner.unwrap_or(&caption);
    let (_, unit) = caption.split_once("单位：").or_else(|| caption.split_once("单位:"))?;
    (!unit.is_empty()).then(|| unit.to_owned())
}

/// The unit in a title's brackets: …资金分配表（万元）, …（单位：套）.
pub fn unit_of_title(title: &str) -> Option<String> {
    unit_in(title)
}

/// What the cells of a column hold, and how its places are filled.
#[derive(Debug)]
struct Content {
    profile: Profile,
    /// Places that a cell above covers.
    covered: usize,
    /// Texts that repeat that of the row above.
    repeated: usize,
    /// Texts that name the row of a whole: 小计.
    own_rows: usize,
    /// Texts that name a total: 合计.
    totals: usize,
    /// Texts that name the tier of a code, beside the total in the first row: 类.
    tiers: usize,
    /// Texts that name no place of their own: lists of several, 上城区、拱墅区, and 无.
    lists: usize,
    /// Texts that end as names of counties do.
    counties: usize,
}

impl Content {
    fn of(rows: &[TableRow], col: usize) -> Content {
        let cells = || rows.iter().filter_map(|row| row.cell(col));
        let texts: Vec<Cow<str>> = cells().map(|cell| squeezed(cell.text.as_str())).collect();
        let covered = rows.iter().filter(|row| row.slots.get(col) == Some(&Slot::Above));
        let repeated = texts.windows(2).filter(|pair| pair[0] == pair[1] && !pair[0].is_empty());
        Content {
            profile: Profile::of(cells().map(|cell| cell.text.as_str())),
            covered: covered.count(),
            repeated: repeated.count(),
            own_rows: texts.iter().filter(|text| OWN_ROWS.contains(&&***text)).count(),
            totals: texts.iter().filter(|text| TOTALS.contains(&&***text)).count(),
            tiers: texts.iter().take(1).filter(|text| CODE_TIERS.contains(&&***text)).count(),
            lists: cells()
                .filter(|cell| lists_places(cell) || cell.text.as_str().trim() == "无")
                .count(),
            counties: texts.iter().filter(|text| text.ends_with(['县', '区', '旗'])).count(),
        }
    }

    /// Whether half of the texts list several places, or say that there are none.
    fn is_of_lists(&self) -> bool {
        let others = self.profile.texts().saturating_sub(self.totals);
        self.lists > 0 && self.lists * 2 >= others
    }

    /// Whether most texts are names of counties.
    fn is_of_counties(&self) -> bool {
        self.counties * 2 > self.profile.texts()
    }

    /// Whether cells reach over several rows, drawn so or left blank.
    fn spans(&self) -> bool {
        let (blanks, texts) = (self.profile.blanks, self.profile.texts());
        // 6月7日 stands at the first of two rows, morning and afternoon, and so does each day.
        self.covered > 0 || blanks > texts || blanks > 1 && blanks == texts
    }

    /// Whether most texts stand in runs of several rows.
    fn repeats(&self) -> bool {
        self.repeated * 2 >= self.profile.texts()
    }
}

/// Whether names of counties follow each other without a sign between, as one a line becomes: 蚌山区怀远县. 南昌市东湖区 is
/// one place.
fn runs_on(text: &str) -> bool {
    let is_end = |c: char| matches!(c, '县' | '区' | '旗');
    let is_county = |name: &str| {
        let found = regions::resolve(name, None, None);
        found.iter().any(|f| f.fit == Fit::Full && f.division.tier() == Tier::County)
    };
    let mut ends = text.match_indices(is_end).map(|(at, end)| text.split_at(at + end.len()));
    text.ends_with(['市', '县', '区', '旗'])
        && ends.any(|(name, rest)| rest.chars().nth(1).is_some() && is_county(name))
}

/// Whether a cell lists several places, one behind the other or one a line: 岳麓区32、雨花区74.
fn lists_places(cell: &TableCell) -> bool {
    let is_place = |part: &str| {
        let name = squeezed(part);
        let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        name.ends_with(['市', '县', '区', '旗', '州', '盟', '镇', '乡']) && name.chars().count() > 1
    };
    let several = |parts: &[&str]| parts.len() > 1 && parts.iter().all(|part| is_place(part));
    let text = cell.text.as_str().trim_end_matches(['。', '等']);
    let listed: Vec<&str> = text.split(['、', '，', '；', ',']).collect();
    several(&listed) || runs_on(&squeezed(text))
}
