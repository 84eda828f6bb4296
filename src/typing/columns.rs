//! What each column of a table is: serial number, region, or fact; and a fact's header path, unit
//! and role.

use crate::figure::Figure;
use crate::lexicon::{
    self, CODE_HEADERS, MULTIPLIERS, NOT_REGION_HEADERS, RANK_HEADERS, RATE_HEADERS,
    REGION_HEADERS, STOCK_HEADERS, TEXT_HEADERS,
};
use crate::model::{Column, ColumnRole};
use crate::place::{Place, PlacedText, Spot};
use crate::profile::Profile;
use crate::repair::document::{Slot, Table, TableRow};

/// The columns of a table by what they are for.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// 序号: numbers the rows, is no fact.
    pub serial: Option<usize>,
    /// The prefecture, where it stands in a column of its own beside the name.
    pub prefecture: Option<usize>,
    /// The name of whom the row is about.
    pub name: usize,
    /// The printed header of the name's column.
    pub name_header: String,
    /// The facts: where in the table, and what.
    pub facts: Vec<(usize, Column)>,
    /// The columns that tell rows apart, from the left.
    pub keys: Vec<KeyColumn>,
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

/// Tells the columns of a table apart; `unit` is that of the table's caption.
pub fn columns(table: &Table, unit: Option<&str>) -> Columns {
    let headers: Vec<Vec<(String, Place)>> =
        (0..table.columns).map(|col| header_path(table, col)).collect();
    let leaf = |col: usize| headers[col].iter().map(|(text, _)| text.as_str()).collect::<String>();
    let contents: Vec<Content> =
        (0..table.columns).map(|col| Content::of(&table.rows, col)).collect();

    let serial = (0..table.columns.min(3)).find(|&col| is_serial(&contents[col], &leaf(col)));
    // 序号 may stand again over the right half of a wide table.
    let is_serial_again = |col: usize| {
        serial.is_some_and(|s| s != col && lexicon::is_serial_header(&squeeze(&leaf(col))))
    };
    let words: Vec<usize> = (0..table.columns)
        .filter(|&col| {
            Some(col) != serial && !is_serial_again(col) && !contents[col].profile.is_figures()
        })
        .collect();
    let weight = |col: usize| {
        let header = squeeze(&leaf(col));
        if NOT_REGION_HEADERS.iter().any(|word| header.contains(word)) {
            return 0;
        }
        let of_region = REGION_HEADERS.iter().any(|word| header.contains(word));
        usize::from(of_region) * 2 + usize::from(contents[col].profile.is_regions())
    };
    let best = words.iter().map(|&col| weight(col)).max().unwrap_or(0);
    let first = words
        .iter()
        .copied()
        .find(|&col| weight(col) == best)
        .unwrap_or_else(|| (0..table.columns).find(|&col| Some(col) != serial).unwrap_or(0));
    // Prefectures under short names (铜川) look less like regions than their counties do.
    let first = match first.checked_sub(1) {
        Some(before)
            if words.contains(&before) && weight(before) >= 2 && contents[before].spans() =>
        {
            before
        }
        _ => first,
    };
    // A prefecture's column stands directly before that of its counties.
    let second = first + 1;
    let is_double = best > 0
        && words.contains(&second)
        && (weight(second) >= 2 || (weight(second) == 1 && contents[first].spans()))
        && (contents[first].profile.is_regions() || contents[first].spans());
    let (prefecture, name) = if is_double { (Some(first), second) } else { (None, first) };

    let facts = (0..table.columns)
        .filter(|&col| {
            Some(col) != serial
                && Some(col) != prefecture
                && col != name
                && !is_serial_again(col)
                && !(headers[col].is_empty() && contents[col].profile.is_blank())
        })
        .map(|col| (col, fact(&headers[col], &contents[col], unit, table)))
        .collect::<Vec<(usize, Column)>>();
    let is_text =
        |col: usize| facts.iter().any(|(at, column)| *at == col && column.role == ColumnRole::Text);
    let first_figures = facts.iter().find(|(_, column)| column.role != ColumnRole::Text);
    let before_figures = first_figures.map_or(0, |(at, _)| *at);
    let is_key = |col: &usize| {
        Some(*col) == prefecture || *col == name || (*col < before_figures && is_text(*col))
    };
    let key = |at: usize| KeyColumn {
        at,
        header: key_header(&headers[at], at),
        carries: at < name && contents[at].spans(),
    };
    let mut keys: Vec<KeyColumn> = (0..table.columns).filter(is_key).map(key).collect();
    tell_apart(&mut keys);
    Columns { serial, prefecture, name, name_header: leaf(name), facts, keys }
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
fn fact(path: &[(String, Place)], content: &Content, unit: Option<&str>, table: &Table) -> Column {
    let whole: String = path.iter().map(|(text, _)| text.as_str()).collect();
    let place = path
        .last()
        .map(|(_, place)| *place)
        .or_else(|| table.rows.first().and_then(|row| row.cell(0)).map(|cell| cell.place));
    let has = |words: &[&str]| words.iter().any(|word| whole.contains(word));
    let own_unit = path.iter().rev().find_map(|(text, _)| unit_in(text));
    let leaf = path.last().map_or("", |(text, _)| text.as_str());
    let is_text = TEXT_HEADERS.iter().chain(CODE_HEADERS).any(|word| leaf.contains(word));
    let held = &content.profile;
    let role = if is_text || held.is_words() || held.is_codes() {
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
    let unit = match role {
        ColumnRole::Text | ColumnRole::Rank => own_unit,
        ColumnRole::Rate if own_unit.is_none() => held.is_percent().then(|| "%".to_owned()),
        _ => own_unit.or_else(|| unit.map(str::to_owned)),
    };
    Column {
        path: path.iter().map(|(text, _)| text.clone()).collect(),
        unit,
        role,
        place: place.unwrap_or(Place { page: 1, spot: Spot::Box(Default::default()) }),
    }
}

/// The header texts over a column from the top tier down, each with its place.
///
/// Where the header has no spans drawn, as in a text, a blank to the right of a filled cell with
/// something below both is covered by that cell.
fn header_path(table: &Table, col: usize) -> Vec<(String, Place)> {
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
        if !text.is_empty() && path.last().is_none_or(|(last, _)| *last != text) {
            path.push((text, cell.place));
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

/// Text without white space.
pub(super) fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The unit in a header's last brackets: 面积 (万平方米); none where the brackets hold a word of
/// another kind: 新建（筹集）.
fn unit_in(header: &str) -> Option<String> {
    let header = squeeze(header);
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
    let printed = figure.unit.replace('％', "%");
    let of_column = column.unit.as_deref().and_then(lexicon::unit);
    let is_multiplier = MULTIPLIERS.iter().any(|(word, _)| *word == printed);
    match of_column.filter(|_| is_multiplier) {
        Some(unit) => Some([&printed, unit.name, unit.rate].concat()),
        None => Some(printed).filter(|unit| !unit.is_empty()),
    }
}

/// The unit that a caption names: 单位：套、间 gives 套、间.
pub fn unit_of_caption(caption: &str) -> Option<String> {
    let caption = squeeze(caption);
    let inner = caption.strip_prefix(['(', '（']).and_then(|c| c.strip_suffix([')', '）']));
    let caption = inner.unwrap_or(&caption);
    let (_, unit) = caption.split_once("单位：").or_else(|| caption.split_once("单位:"))?;
    (!unit.is_empty()).then(|| unit.to_owned())
}

/// The unit in a title's brackets: …资金分配表（万元）, …（单位：套）.
pub fn unit_of_title(title: &str) -> Option<String> {
    unit_in(title)
}

/// Whether a column numbers the rows: by its header, or by running on by one.
fn is_serial(content: &Content, header: &str) -> bool {
    lexicon::is_serial_header(&squeeze(header))
        || (header.is_empty() && content.profile.is_serial())
}

/// What the cells of a column hold, and how many of its places other cells cover.
#[derive(Debug)]
struct Content {
    profile: Profile,
    covered: usize,
}

impl Content {
    fn of(rows: &[TableRow], col: usize) -> Content {
        let cells = rows.iter().filter_map(|row| row.cell(col));
        let covered = rows.iter().filter(|row| row.slots.get(col) == Some(&Slot::Above));
        Content {
            profile: Profile::of(cells.map(|cell| cell.text.as_str())),
            covered: covered.count(),
        }
    }

    /// Whether cells reach over several rows, drawn so or left blank.
    fn spans(&self) -> bool {
        self.covered > 0 || self.profile.blanks > self.profile.texts()
    }
}
