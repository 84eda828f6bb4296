//! What each column of a table is: serial number, region, or fact; and a fact's header path, unit
//! and role.

use crate::model::{Column, ColumnRole, Status};
use crate::place::{Place, PlacedText, Spot};
use crate::repair::document::{Slot, Table, TableRow};
use crate::typing::amounts;

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
}

/// Headers of a column that numbers its rows.
const SERIAL: &[&str] = &["序号", "编号", "顺序号", "行次", "No", "No.", "NO.", "№"];

/// Endings of names of regions and of rows that stand for several.
const REGION_ENDINGS: &[&str] = &[
    "省",
    "市",
    "县",
    "区",
    "州",
    "盟",
    "旗",
    "自治区",
    "兵团",
    "街道",
    "镇",
    "乡",
    "师",
    "合计",
    "总计",
    "小计",
    "全省",
    "全区",
    "全市",
    "全国",
    "本级",
    "市直",
    "省直",
    "开发区",
    "新区",
    "地区",
    "园区",
    "管委会",
    "林区",
];

/// Words that make a header one over regions.
const REGION_WORDS: &[&str] = &[
    "市",
    "县",
    "区",
    "州",
    "盟",
    "旗",
    "地区",
    "省",
    "单位",
    "城市",
    "地方",
    "地市",
    "市县",
    "县区",
    "行政区",
    "街道",
    "乡镇",
    "镇街",
    "师",
];

/// Words in a header that speak of something in or about a region, not of it.
const NOT_REGION_WORDS: &[&str] = &[
    "小区", "项目", "建设", "社区", "地点", "地址", "片区", "面积", "数", "责任", "施工", "实施",
    "牵头", "备注",
];

/// Words of a header over a rate.
const RATE: &[&str] = &["率", "占比", "比例", "比重", "百分比", "增幅", "增速", "同比", "%", "％"];
/// Words of a header over a rank.
const RANK: &[&str] = &["名次", "排名", "排序", "位次"];
/// Words of a header over a stock at a date.
const STOCK: &[&str] = &["年末", "年底", "期末", "月末", "季末", "存量", "累计", "保有量", "在保"];
/// Words of a header over text, whatever its cells hold: the digits of a code are no figure.
const TEXT: &[&str] = &[
    "备注",
    "名称",
    "地点",
    "地址",
    "位置",
    "联系人",
    "电话",
    "文号",
    "说明",
    "代码",
    "编码",
    "编号",
    "邮编",
    "证号",
    "账号",
    "年份",
    "年代",
    "时间",
    "日期",
];

/// Tells the columns of a table apart; `unit` is that of the table's caption.
pub fn columns(table: &Table, unit: Option<&str>) -> Columns {
    let headers: Vec<Vec<(String, Place)>> =
        (0..table.columns).map(|col| header_path(table, col)).collect();
    let leaf = |col: usize| headers[col].iter().map(|(text, _)| text.as_str()).collect::<String>();
    let contents: Vec<Content> =
        (0..table.columns).map(|col| Content::of(&table.rows, col)).collect();

    let serial = (0..table.columns.min(3)).find(|&col| is_serial(table, col, &leaf(col)));
    // 序号 may stand again over the right half of a wide table.
    let is_serial_again = |col: usize| {
        serial.is_some_and(|s| s != col && SERIAL.contains(&squeeze(&leaf(col)).as_str()))
    };
    let words: Vec<usize> = (0..table.columns)
        .filter(|&col| Some(col) != serial && !is_serial_again(col) && !contents[col].is_figures())
        .collect();
    let weight = |col: usize| {
        let header = squeeze(&leaf(col));
        if NOT_REGION_WORDS.iter().any(|word| header.contains(word)) {
            return 0;
        }
        let of_region = REGION_WORDS.iter().any(|word| header.contains(word));
        usize::from(of_region) * 2 + usize::from(contents[col].is_regions())
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
        && (contents[first].is_regions() || contents[first].spans());
    let (prefecture, name) = if is_double { (Some(first), second) } else { (None, first) };

    let facts = (0..table.columns)
        .filter(|&col| {
            Some(col) != serial
                && Some(col) != prefecture
                && col != name
                && !is_serial_again(col)
                && !(headers[col].is_empty() && contents[col].is_blank())
        })
        .map(|col| (col, fact(&headers[col], &contents[col], unit, table)))
        .collect();
    Columns { serial, prefecture, name, name_header: leaf(name), facts }
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
    let is_text = TEXT.iter().any(|word| leaf.contains(word));
    let role = if is_text || content.is_words() || content.is_codes() {
        ColumnRole::Text
    } else if own_unit.as_deref() == Some("%") || content.is_percent() || has(RATE) {
        ColumnRole::Rate
    } else if RANK.iter().any(|word| leaf.contains(word)) {
        ColumnRole::Rank
    } else if has(STOCK) {
        ColumnRole::Stock
    } else {
        ColumnRole::Sum
    };
    let unit = match role {
        ColumnRole::Text | ColumnRole::Rank => own_unit,
        ColumnRole::Rate if own_unit.is_none() => content.is_percent().then(|| "%".to_owned()),
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
    let is_unit = |word: &str| word == "%" || amounts::UNITS.contains(&word);
    match inside {
        "%" | "％" => Some("%".to_owned()),
        _ if inside.split(['、', '/', '，', ',']).all(is_unit) => Some(inside.to_owned()),
        _ => None,
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
fn is_serial(table: &Table, col: usize, header: &str) -> bool {
    if SERIAL.contains(&squeeze(header).as_str()) {
        return true;
    }
    if !header.is_empty() {
        return false;
    }
    let numbers: Vec<u32> = table
        .rows
        .iter()
        .filter_map(|row| row.cell(col))
        .filter_map(|cell| cell.text.as_str().trim().parse().ok())
        .collect();
    numbers.len() >= 3
        && numbers.len() * 4 >= table.rows.len() * 3
        && numbers.windows(2).all(|pair| pair[1] == pair[0].saturating_add(1))
}

/// What the cells of a column hold, counted.
#[derive(Debug, Default)]
struct Content {
    figures: usize,
    percents: usize,
    /// Figures of several digits that begin with 0.
    codes: usize,
    marks: usize,
    words: usize,
    regions: usize,
    covered: usize,
    blanks: usize,
}

impl Content {
    fn of(rows: &[TableRow], col: usize) -> Content {
        let mut content = Content::default();
        for row in rows {
            let cell = match row.slots.get(col) {
                Some(Slot::Cell(cell)) => cell,
                Some(Slot::Above) => {
                    content.covered += 1;
                    continue;
                }
                _ => continue,
            };
            let reading = amounts::read(cell.text.as_str());
            match reading.status {
                Status::Value => {
                    content.figures += 1;
                    content.percents += usize::from(reading.suffix == "%");
                    let mut digits = cell.text.as_str().trim().chars();
                    let is_code = digits.next() == Some('0')
                        && digits.next().is_some_and(|c| c.is_ascii_digit());
                    content.codes += usize::from(is_code);
                }
                Status::Blank => content.blanks += 1,
                Status::Placeholder => content.marks += 1,
                Status::Text if reading.is_ambiguous => content.figures += 1,
                Status::Text => {
                    content.words += 1;
                    let name = squeeze(cell.text.as_str());
                    let is_region = REGION_ENDINGS.iter().any(|ending| name.ends_with(ending));
                    content.regions += usize::from(is_region && name.chars().count() <= 16);
                }
                Status::Unreadable => {}
            }
        }
        content
    }

    /// Whether figures prevail.
    fn is_figures(&self) -> bool {
        self.figures > 0 && self.figures >= self.words
    }

    /// Whether words prevail.
    fn is_words(&self) -> bool {
        self.words > self.figures
    }

    /// Whether the figures are codes: a quantity does not begin with 0.
    fn is_codes(&self) -> bool {
        self.codes * 4 > self.figures
    }

    fn is_percent(&self) -> bool {
        self.percents > 0 && self.percents * 2 > self.figures
    }

    /// Whether most of the words are names of regions.
    fn is_regions(&self) -> bool {
        self.words > 0 && self.regions * 5 >= self.words * 3
    }

    /// Whether cells reach over several rows, drawn so or left blank.
    fn spans(&self) -> bool {
        self.covered > 0 || self.blanks > self.words
    }

    fn is_blank(&self) -> bool {
        self.figures + self.words + self.marks == 0
    }
}
