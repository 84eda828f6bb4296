//! Notices as small texts, so that a test of `check` shows its table and nothing else.
//!
//! ```text
//! 年度 2023
//! 目录 6 2023年城镇老旧小区改造完成任务数
//! 正文 城镇老旧小区改造 完工：1062个 小区、3295.7万平方米
//! 附件6 2023年城镇老旧小区改造完成任务数 单位：套
//! 面积[万平方米] | 改造计划/户数[户] | 完成率[%]{rate}
//! 合计 | 3 | 4 | 5%
//!   南昌市 | 1 | 2 |
//!     南昌县 | 1 | 2 | —
//! ```
//!
//! Rows are nested by indentation: the total stands at the margin, prefectures below it, counties
//! below them. `3.子县#360101` is a row with its serial number and its code, `子县@水库` one whose region is told from
//! others by a text beside it.

use fubiao::model::{
    Amount, Annex, AnnexListEntry, Cell, Column, ColumnRole, Key, Level, Notice, Quantity, Region,
    Row, Status, Target,
};
use fubiao::place::{Located, Place, Spot};
use rust_decimal::Decimal;

/// Reads a notice from its small text.
pub fn notice(text: &str) -> Notice {
    let mut notice = Notice::default();
    let mut columns_due = false;
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = move |column: usize| place(at + 1, column + 1);
        if let Some(rest) = line.trim_start().strip_prefix("正文 ") {
            let part_of = line.starts_with(' ').then_some(notice.targets.len()).map(|n| {
                (0..n).rev().find(|&t| notice.targets[t].part_of.is_none()).expect("a whole first")
            });
            notice.targets.push(target(rest, part_of, place(0)));
        } else if let Some(year) = line.strip_prefix("年度 ") {
            notice.frame.plan_year = Some(year.parse().expect("a year"));
        } else if let Some(rest) = line.strip_prefix("目录 ") {
            let (number, title) = rest.split_once(' ').expect("目录 NUMBER TITLE");
            notice.annex_list.push(AnnexListEntry {
                number: number.parse().expect("a number"),
                title: Located::new(title.to_owned(), place(0)),
            });
        } else if let Some(rest) = line.strip_prefix("附件") {
            notice.annexes.push(annex(rest, place(0)));
            columns_due = true;
        } else {
            let annex = notice.annexes.last_mut().expect("附件 before its rows");
            if std::mem::take(&mut columns_due) {
                annex.columns = line.split('|').map(|c| column(c.trim(), place(0))).collect();
            } else {
                push_row(annex, line, &place);
            }
        }
    }
    notice
}

fn place(line: usize, column: usize) -> Place {
    Place { page: 1, spot: Spot::Text { line: line as u32, column: column as u32 } }
}

/// `城镇老旧小区改造 完工：1062个 小区、3295.7万平方米`
fn target(text: &str, part_of: Option<usize>, place: Place) -> Target {
    let (what, figures) = text.split_once('：').expect("WHAT：FIGURES");
    let mut words = what.split(' ');
    let quantities = figures.split('、').map(|figure| {
        let raw_end =
            figure.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(figure.len());
        let (raw, unit) = figure.split_at(raw_end);
        let unit = unit.split(' ').next().unwrap_or_default();
        let mut value: Decimal = raw.parse().expect("a figure");
        let mut half_unit = Decimal::new(5, value.scale() + 1);
        let spelled = unit.strip_prefix('万').filter(|unit| ["户", "套"].contains(unit));
        if spelled.is_some() {
            value = (value * Decimal::from(10_000)).normalize();
            half_unit *= Decimal::from(10_000);
        }
        Quantity {
            raw: if spelled.is_some() { format!("{raw}万") } else { raw.to_owned() },
            value: Amount::new(value),
            unit: spelled.unwrap_or(unit).to_owned(),
            half_unit,
            counted: None,
            place,
        }
    });
    let quantities = quantities.collect();
    Target {
        what: what.replace(' ', ""),
        programme: words.next().map(str::to_owned),
        stage: words.next().map(str::to_owned),
        region: None,
        quantities,
        part_of,
        place,
    }
}

/// `6 2023年城镇老旧小区改造完成任务数 单位：套`
fn annex(text: &str, place: Place) -> Annex {
    let mut words = text.split(' ');
    let number = words.next().and_then(|n| n.parse().ok()).expect("附件NUMBER");
    let mut annex = Annex {
        number,
        title: None,
        place,
        unit: None,
        columns: Vec::new(),
        rows: Vec::new(),
        notes: Vec::new(),
    };
    for word in words {
        match word.strip_prefix("单位：") {
            Some(unit) => annex.unit = Some(Located::new(unit.to_owned(), place)),
            None => annex.title = Some(Located::new(word.to_owned(), place)),
        }
    }
    annex
}

/// `改造计划/面积[万平方米]{stock}`
fn column(text: &str, place: Place) -> Column {
    let (text, role) = match text.split_once('{') {
        Some((text, role)) => (text, role.trim_end_matches('}')),
        None => (text, "sum"),
    };
    let (path, unit) = match text.split_once('[') {
        Some((path, unit)) => (path, Some(unit.trim_end_matches(']').to_owned())),
        None => (text, None),
    };
    let role = match role {
        "sum" => ColumnRole::Sum,
        "stock" => ColumnRole::Stock,
        "rate" => ColumnRole::Rate,
        "rank" => ColumnRole::Rank,
        "text" => ColumnRole::Text,
        other => panic!("no such role: {other}"),
    };
    Column { path: path.split('/').map(str::to_owned).collect(), unit, role, place }
}

fn push_row(annex: &mut Annex, line: &str, place: &dyn Fn(usize) -> Place) {
    let depth = (line.len() - line.trim_start().len()) / 2;
    let mut fields = line.split('|').map(str::trim);
    let full = fields.next().expect("a name");
    let (serial, name) = match full.split_once('.') {
        Some((serial, name)) => (Some(Located::new(serial.to_owned(), place(0))), name),
        None => (None, full),
    };
    let (name, keys) = match name.split_once('@') {
        Some((name, text)) => {
            (name, vec![Key { column: "项目".to_owned(), text: text.to_owned() }])
        }
        None => (name, Vec::new()),
    };
    let (name, code) = match name.split_once('#') {
        Some((name, code)) => (name, Some(code.to_owned())),
        None => (name, None),
    };
    let level = match (depth, name) {
        (0, _) => Level::Province,
        (_, "小计") => Level::Subtotal,
        (1, _) => Level::Prefecture,
        (_, "中心城区" | "市本级" | "市辖区") => Level::Central,
        _ => Level::County,
    };
    let parent_row = (depth >= 2).then(|| {
        let depth_of = |row: &Row| match row.region.level {
            Level::Province => 0,
            Level::Prefecture => 1,
            _ => 2,
        };
        (0..annex.rows.len()).rev().find(|&r| depth_of(&annex.rows[r]) == 1)
    });
    let parent_row = parent_row.flatten();
    let mut cells: Vec<Cell> = fields.enumerate().map(|(c, raw)| cell(raw, place(c + 1))).collect();
    cells.resize_with(annex.columns.len(), || cell("", place(0)));
    annex.rows.push(Row {
        number: annex.rows.len() as u32 + 1,
        region: Region {
            name: name.to_owned(),
            level,
            parent_row,
            parent: parent_row.map(|p| annex.rows[p].region.name.clone()),
            code,
            place: place(0),
        },
        keys,
        serial,
        cells,
    });
}

/// A cell that is printed so.
pub fn cell(raw: &str, place: Place) -> Cell {
    let value = raw.trim_end_matches('%').replace(',', "").parse().ok().map(Amount::new);
    let status = match raw {
        "" => Status::Blank,
        "—" | "-" | "*" => Status::Placeholder,
        _ if value.is_some() => Status::Value,
        _ => Status::Text,
    };
    let text = (status == Status::Text).then(|| raw.to_owned());
    Cell { raw: raw.to_owned(), value, text, status, ..Cell::blank(place) }
}
