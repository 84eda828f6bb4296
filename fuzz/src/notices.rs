//! Any bytes in, a notice out: tables nested by level whose sums hold mostly, with figures at the ends
//! of what a decimal holds among them, and a body that states some of them.

use super::feed::Feed;
use fubiao::model::{
    Amount, Annex, AnnexListEntry, Cell, Column, ColumnRole, Level, Notice, Quantity, Region, Row,
    Status, Target,
};
use fubiao::place::{Located, Place, Spot};
use rust_decimal::Decimal;

const HEADERS: &[&str] = &[
    "合计",
    "小计",
    "其中：新建",
    "其中：改建",
    "公租房",
    "租赁补贴",
    "完成率",
    "占比（%）",
    "开工任务",
    "基本建成",
    "老旧小区",
    "户数",
    "面积",
    "补助标准",
    "补助资金",
    "上年结转",
    "备注",
    "甲",
    "乙",
    "",
];
const TITLES: &[&str] = &[
    "2023年公共租赁住房开工任务分解表",
    "2023年城镇老旧小区改造完成任务数",
    "棚户区改造计划",
    "任务表",
    "",
];
const NAMES: &[&str] = &[
    "合计",
    "全省",
    "小计",
    "南昌市",
    "南昌县",
    "进贤县",
    "九江市",
    "市本级",
    "中心城区",
    "其他",
    "",
];
const UNITS: &[&str] = &["户", "套", "万元", "万平方米", "%", "元/户", ""];
const RAWS: &[&str] = &["", "—", "/", "见附注", "１２３", "1,000", "12.50%"];
const ROLES: &[ColumnRole] = &[
    ColumnRole::Sum,
    ColumnRole::Sum,
    ColumnRole::Stock,
    ColumnRole::Rate,
    ColumnRole::Rank,
    ColumnRole::Text,
];
const LEVELS: &[Level] = &[
    Level::Province,
    Level::Prefecture,
    Level::County,
    Level::County,
    Level::Central,
    Level::Subtotal,
    Level::Other,
];

/// A notice made up of the bytes. What `typing` promises of one holds of it: rows are numbered, each
/// has a cell for each column, and a parent is another row of the annex.
pub fn notice(bytes: &[u8]) -> Notice {
    let mut feed = Feed::new(bytes);
    let feed = &mut feed;
    let mut notice = Notice::default();
    notice.frame.plan_year = [None, Some(2023), Some(2024)][feed.below(3)];
    for _ in 0..feed.below(4) {
        notice.annex_list.push(AnnexListEntry {
            number: feed.below(4) as u32,
            title: Located::new(feed.pick(TITLES).to_owned(), place(feed)),
        });
    }
    for _ in 0..1 + feed.below(3) {
        notice.annexes.push(annex(feed));
        if feed.is_empty() {
            break;
        }
    }
    for index in 0..feed.below(5) {
        let target = target(feed, index, &notice);
        notice.targets.push(target);
    }
    notice
}

fn place(feed: &mut Feed<'_>) -> Place {
    let line = u32::from(feed.word()) + 1;
    Place { page: 1, spot: Spot::Text { line, column: 1 } }
}

fn annex(feed: &mut Feed<'_>) -> Annex {
    let place = place(feed);
    let columns: Vec<Column> = (0..1 + feed.below(7)).map(|_| column(feed, place)).collect();
    let count = match feed.byte() {
        byte @ 0..240 => usize::from(byte % 24),
        byte => usize::from(byte - 239) * 12,
    };
    let mut annex = Annex {
        number: feed.below(4) as u32,
        title: Some(Located::new(feed.pick(TITLES).to_owned(), place)),
        place,
        unit: Some(Located::new(feed.pick(UNITS).to_owned(), place)),
        columns,
        rows: Vec::new(),
        notes: Vec::new(),
    };
    for index in 0..count {
        let row = row(feed, &annex, index);
        annex.rows.push(row);
    }
    add_up(feed, &mut annex);
    annex
}

fn column(feed: &mut Feed<'_>, place: Place) -> Column {
    Column {
        path: (0..1 + feed.below(3)).map(|_| feed.pick(HEADERS).to_owned()).collect(),
        unit: Some(feed.pick(UNITS).to_owned()).filter(|unit| !unit.is_empty()),
        role: feed.pick(ROLES),
        place,
    }
}

fn row(feed: &mut Feed<'_>, annex: &Annex, index: usize) -> Row {
    let row = index as u32 + 1;
    let at = |column: u32| {
        let line = row + 1000 * annex.number;
        Place { page: 1, spot: Spot::Text { line, column } }
    };
    let level = feed.pick(LEVELS);
    let parent_row = match level {
        Level::Province | Level::Prefecture => None,
        _ => (0..index).rev().find(|&r| annex.rows[r].region.level == Level::Prefecture),
    };
    let cells = (0..annex.columns.len()).map(|c| cell(feed, at(c as u32 + 2))).collect();
    Row {
        number: row,
        region: Region {
            name: feed.pick(NAMES).to_owned(),
            level,
            parent_row,
            parent: parent_row.map(|p| annex.rows[p].region.name.clone()),
            code: [None, Some("360100"), Some("360121")][feed.below(3)].map(str::to_owned),
            place: at(1),
        },
        keys: Vec::new(),
        serial: None,
        cells,
    }
}

fn cell(feed: &mut Feed<'_>, place: Place) -> Cell {
    let mut cell = Cell::blank(place);
    match feed.byte() {
        0..210 => set(&mut cell, feed.figure()),
        byte => {
            cell.raw = RAWS[usize::from(byte) % RAWS.len()].to_owned();
            cell.status = [Status::Blank, Status::Placeholder, Status::Text, Status::Unreadable]
                [usize::from(byte) % 4];
            cell.text = (cell.status == Status::Text).then(|| cell.raw.clone());
        }
    }
    cell
}

fn set(cell: &mut Cell, figure: Decimal) {
    cell.raw = figure.to_string();
    cell.value = Some(Amount::new(figure));
    cell.text = None;
    cell.status = Status::Value;
}

/// Makes most rows that have rows below them their sum, and a total the sum of the prefectures; a byte
/// of the feed leaves one as it is.
fn add_up(feed: &mut Feed<'_>, annex: &mut Annex) {
    let levels: Vec<(Level, Option<usize>)> =
        annex.rows.iter().map(|row| (row.region.level, row.region.parent_row)).collect();
    let prefectures = (0..levels.len()).filter(|&r| levels[r].0 == Level::Prefecture);
    let totals = (0..levels.len()).filter(|&r| levels[r].0 == Level::Province);
    for sum in prefectures.chain(totals) {
        let total = levels[sum].0 == Level::Province;
        let parts: Vec<usize> = (0..levels.len())
            .filter(|&r| match total {
                true => levels[r].0 == Level::Prefecture,
                false => levels[r].1 == Some(sum),
            })
            .collect();
        for column in 0..annex.columns.len() {
            if parts.is_empty() || feed.byte() > 200 {
                continue;
            }
            let figures = parts.iter().filter_map(|&r| annex.rows[r].cells[column].value);
            let added = figures.map(Amount::decimal).try_fold(Decimal::ZERO, Decimal::checked_add);
            if let Some(added) = added {
                set(&mut annex.rows[sum].cells[column], added);
            }
        }
    }
}

fn target(feed: &mut Feed<'_>, index: usize, notice: &Notice) -> Target {
    let place = place(feed);
    let what = feed.pick(TITLES).to_owned();
    let printed: Vec<Amount> = notice
        .annexes
        .iter()
        .flat_map(|annex| annex.rows.iter().take(2).flat_map(|row| &row.cells))
        .filter_map(|cell| cell.value)
        .collect();
    let quantities = (0..1 + feed.below(2)).map(|_| {
        let value = match printed.get(feed.below(16)) {
            Some(&amount) => amount,
            None => Amount::new(feed.figure()),
        };
        Quantity {
            raw: value.to_string(),
            value,
            unit: feed.pick(UNITS).to_owned(),
            counted: None,
            half_unit: match value.decimals() {
                0..28 => value.half_unit(),
                _ => Decimal::ZERO,
            },
            place,
        }
    });
    Target {
        quantities: quantities.collect(),
        programme: Some(feed.pick(HEADERS).to_owned()),
        stage: Some(feed.pick(HEADERS).to_owned()),
        region: None,
        part_of: (index > 0 && feed.byte() > 128).then_some(0),
        what,
        place,
    }
}
