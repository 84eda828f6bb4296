//! What of a table looks misread, and which cells the diagnostics speak of, so that a doubtful reading
//! is never dressed as a certain one.
//!
//! A diagnostic knows a place. It speaks of the cell that stands there or that it stands in, of all cells
//! that it covers, and of a whole row where it stands at the row's name.

use crate::diag::{Diagnostic, Severity, Sink, Wording};
use crate::figure::{self, Doubt, Reading};
use crate::lexicon::{self, MEASURE_HEADERS, UNIT_HEADERS};
use crate::model::{Annex, Cell, Column, ColumnRole, Level, Notice, Region, Row, Status};
use crate::place::{Place, Spot};
use std::collections::{BTreeMap, BTreeSet};

/// Remarks on the cells of a table that look misread.
pub fn remark(sink: &mut Sink, annex: &Annex) {
    without_figures(sink, annex);
    headers(sink, annex);
    figures_in_headers(sink, annex);
    halves_of_rows(sink, annex);
    names(sink, annex);
    days_as_numbers(sink, annex);
    figures_in_names(sink, annex);
    // Rows that say each what they are counted in are printed as that is: 48.19 of 亿元, 326 of 所.
    let is_of_units = |column: &Column| {
        let leaf = column.path.last().map(String::as_str);
        column.role == ColumnRole::Text
            && leaf
                .is_some_and(|leaf| UNIT_HEADERS.contains(&leaf) || MEASURE_HEADERS.contains(&leaf))
    };
    let units = annex.columns.iter().position(is_of_units);
    let mut by_unit: BTreeMap<Option<&str>, Vec<&Row>> = BTreeMap::new();
    for row in &annex.rows {
        let unit = units.and_then(|at| Some(row.cells.get(at)?.raw.as_str()));
        by_unit.entry(unit).or_default().push(row);
    }
    for column in (0..annex.columns.len()).filter(|&at| annex.columns[at].role != ColumnRole::Text)
    {
        for rows in by_unit.values() {
            unlike_others(sink, rows.iter().filter_map(|row| row.cells.get(column)));
        }
    }
    let mut texts: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for (at, cell) in annex.rows.iter().flat_map(|row| row.cells.iter().enumerate()) {
        if cell.status == Status::Text && annex.columns[at].role != ColumnRole::Text {
            *texts.entry((at, cell.raw.trim())).or_default() += 1;
        }
    }
    // 另行下达 in several rows is said of them; what was misread differs from row to row. Of rates it may be said in words.
    let is_usual = |at: usize, cell: &Cell| {
        let text = cell.raw.trim();
        if annex.columns[at].role == ColumnRole::Rate && lexicon::is_change(text) {
            return true;
        }
        text.chars().all(lexicon::is_han) && texts.get(&(at, text)).is_some_and(|count| *count > 1)
    };
    for row in &annex.rows {
        for (at, (column, cell)) in annex.columns.iter().zip(&row.cells).enumerate() {
            if column.role != ColumnRole::Text && !is_usual(at, cell) {
                among_figures(sink, cell);
            }
        }
    }
}

/// Occurs if a table says what its figures are counted in, and no column holds any: a font that names its digits
/// wrongly, or a page that puts them there by its style, leaves other characters.
fn without_figures(sink: &mut Sink, annex: &Annex) {
    let Some(unit) = &annex.unit else { return };
    let is_text = |column: &Column| column.role == ColumnRole::Text;
    if annex.columns.is_empty() || !annex.columns.iter().all(is_text) {
        return;
    }
    let cells = || annex.rows.iter().flat_map(|row| &row.cells);
    // A form that is still to be filled in is no such table.
    let filled = cells().filter(|cell| cell.status != Status::Blank).count();
    let figures = cells().filter(|cell| figure::kind(&cell.raw).is_numeric()).count();
    if annex.rows.len() < 2 || filled * 2 < cells().count() || figures > 0 {
        return;
    }
    let unit = &unit.value;
    sink.remark(Diagnostic {
        code: "table_without_figures",
        severity: Severity::Warning,
        place: Some(annex.place),
        message: Wording::new(
            format!("the table is in {unit}, and no cell of it was read as a figure"),
            format!("本表单位为{unit}，但没有一个单元格读出数字"),
        ),
        hint: Some(Wording::new("look at the page", "请查看原页")),
    });
}

/// Occurs if a column of figures has no header, or that of another column: a part of the header was
/// lost, or went to another cell.
fn headers(sink: &mut Sink, annex: &Annex) {
    let is_of_figures = |column: &(usize, &Column)| column.1.role != ColumnRole::Text;
    let columns: Vec<(usize, &Column)> =
        annex.columns.iter().enumerate().filter(is_of_figures).collect();
    for &(at, column) in &columns {
        let is_again =
            |(other, before): &(usize, &Column)| *other < at && before.path == column.path;
        // Others under the same title have words of their own.
        let is_below = |(_, other): &(usize, &Column)| {
            other.path.len() > column.path.len() && other.path.starts_with(&column.path)
        };
        let (code, en, zh) = if column.path.is_empty() || columns.iter().any(is_below) {
            (
                "column_without_header",
                "a column of figures has no header".to_owned(),
                "有一列数字没有表头".to_owned(),
            )
        } else if columns.iter().any(is_again) {
            let header = column.path.join("/");
            (
                "columns_alike",
                format!("two columns of figures have one header: {header}"),
                format!("两列数字的表头相同：{header}"),
            )
        } else {
            continue;
        };
        sink.remark(Diagnostic {
            code,
            severity: Severity::Warning,
            place: Some(place_of_column(annex, at).unwrap_or(column.place)),
            message: Wording::new(en, zh),
            hint: None,
        });
    }
}

/// Occurs if the headers of all columns of figures end in one, or of most in a tier of its own: a row was taken for a part
/// of the header, as where the rule between them is worn.
fn figures_in_headers(sink: &mut Sink, annex: &Annex) {
    const TIERS: usize = 3;
    let of_figures = annex.columns.iter().filter(|column| column.role != ColumnRole::Text);
    // 中央承担50% is a share.
    let (mut count, mut whole_tiers) = (0, 0);
    let mut shown: Vec<&str> = Vec::new();
    for column in of_figures {
        count += 1;
        let Some(figure) = figure_at_end(&column.path) else { continue };
        whole_tiers += usize::from(column.path.last().is_some_and(|leaf| leaf.trim() == figure));
        shown.push(figure);
    }
    // A tier of its own that most columns have is a row of totals, which cells over two rows name: 合计 beside 北京 over 10.
    let is_row = whole_tiers >= TIERS && whole_tiers * 2 > count;
    if shown.len() < count && !is_row {
        return;
    }
    shown.retain(|figure| !figure.ends_with(['%', '％']));
    // 方案1, 方案2 are counted through; a single 方案1 may be.
    let whole: Vec<i64> = shown.iter().filter_map(|tail| tail.parse().ok()).collect();
    let is_counted = whole.len() == shown.len() && whole.windows(2).all(|w| w[1] == w[0] + 1);
    let is_number = shown.len() == 1 && shown[0].chars().count() == 1;
    if shown.is_empty() || is_number || shown.len() > 1 && is_counted {
        return;
    }
    let first = annex.columns.iter().find(|column| column.role != ColumnRole::Text);
    sink.remark(Diagnostic {
        code: "figures_in_headers",
        severity: Severity::Warning,
        place: first.map(|column| column.place),
        message: Wording::new(
            format!("the headers end in figures ({}): a row may be missing", shown.join(", ")),
            format!("表头末尾是数字（{}），可能把一行数据当成了表头", shown.join("、")),
        ),
        hint: Some(Wording::new("compare the table with the page", "请将该表与原文对照")),
    });
}

/// The figure that a header ends in behind a word or in a tier of its own, if it is no year.
fn figure_at_end(path: &[String]) -> Option<&str> {
    let leaf = path.last()?.trim();
    let of_figure = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '%' | '％');
    let word = leaf.trim_end_matches(of_figure);
    let tail = &leaf[word.len()..];
    let is_behind = match word.chars().next_back() {
        Some(c) => lexicon::is_han(c) || matches!(c, ')' | '）'),
        None => path.len() > 1,
    };
    let is_year = tail.len() == 4 && (tail.starts_with("19") || tail.starts_with("20"));
    (is_behind && !is_year && figure::kind(tail).is_numeric()).then_some(tail)
}

/// Occurs if a region stands twice in a table in which all others stand once, if the rest of a prefecture has no
/// prefecture where such rows of others have theirs, or if a name begins with its number.
fn names(sink: &mut Sink, annex: &Annex) {
    /// So many rows tell how the others are …
    const OTHERS: usize = 6;
    /// … and so many regions, each of one row.
    const FEW: usize = 3;
    let mut warn = |code, place: Place, en: String, zh: String| {
        sink.remark(Diagnostic {
            code,
            severity: Severity::Warning,
            place: Some(place),
            message: Wording::new(en, zh),
            hint: None,
        });
    };
    let rows = || annex.rows.iter();
    // A list has several rows of a region.
    let has_texts = annex.columns.iter().any(|column| column.role == ColumnRole::Text);
    if !has_texts {
        let mut seen: BTreeMap<(&str, Option<&str>), Vec<&Row>> = BTreeMap::new();
        // 汉中市 alone over its rows is its heading.
        let is_heading = |row: &&Row| row.cells.iter().all(|cell| cell.status == Status::Blank);
        let rows = rows().filter(|row| row.region.code.is_some() && !is_heading(row));
        for row in rows {
            let key = (row.region.name.as_str(), row.region.parent.as_deref());
            seen.entry(key).or_default().push(row);
        }
        let mut twice = seen.iter().filter(|(_, rows)| rows.len() > 1);
        if let (Some(((name, _), rows)), None) = (twice.next(), twice.next())
            && let [_, row] = rows[..]
            && seen.len() > FEW
        {
            let en = format!("two rows are of {name}, and all others of one region each");
            let zh = format!("“{name}”有两行，而其他地区各一行");
            warn("region_twice", row.region.place, en, zh);
        }
        // A copy of the list, or an older one: what tells rows apart is the same, and each has its figures.
        let again = seen.values().filter_map(|rows| {
            let (first, last) = (rows.first()?, rows.last()?);
            let is_figure = |cell: &Cell| cell.status == Status::Value;
            let both = |(a, b): (&Cell, &Cell)| is_figure(a) && is_figure(b);
            let is_far = last.number - first.number > rows.len() as u32;
            let meets = first.cells.iter().zip(&last.cells).any(both);
            (is_far && first.keys == last.keys && meets).then_some(last)
        });
        let again: Vec<&&Row> = again.collect();
        if let Some(row) = again.iter().min_by_key(|row| row.number)
            && again.len() > 1
            && again.len() * 2 > seen.len()
        {
            let (name, count) = (&row.region.name, again.len());
            let en = format!(
                "{count} regions have figures twice in the same columns, {name} first: the table may stand here twice"
            );
            let zh = format!(
                "{count}个地区在相同的列中各有两组数字（首个为“{name}”），该表可能出现了两次"
            );
            warn("region_twice", row.region.place, en, zh);
        }
    }
    let is_part = |region: &Region| matches!(region.level, Level::Central | Level::Subtotal);
    let has_parent = |name: &str| {
        let same = rows().map(|row| &row.region).filter(|region| region.name == name);
        same.clone().any(|region| is_part(region) && region.parent.is_some())
    };
    for region in rows().map(|row| &row.region) {
        if is_part(region) && region.parent.is_none() && has_parent(&region.name) {
            let name = &region.name;
            let en = format!("{name} says of no region, as others do, what it is of");
            let zh = format!("“{name}”一行看不出属于哪个地区，而其他各行都能看出");
            warn("part_without_whole", region.place, en, zh);
        }
    }
    let numbered = rows().filter(|row| row.serial.is_some()).count();
    for row in rows().filter(|row| row.serial.is_none()) {
        let name = &row.region.name;
        if numbered > OTHERS && name.starts_with(|c: char| c.is_ascii_digit()) {
            let en = format!("{name} begins with a number, and the row has none");
            let zh = format!("“{name}”以数字开头，而该行没有序号");
            warn("number_in_name", row.region.place, en, zh);
        }
    }
}

/// Occurs if a figure is printed unlike all others of its column, or of those in its unit: with %, with a zero before it,
/// or with more decimals. Two that touch look so.
fn unlike_others<'a>(sink: &mut Sink, cells: impl Iterator<Item = &'a Cell>) {
    /// So many others tell how figures of the column are printed.
    const OTHERS: usize = 4;
    let printed: Vec<(&Cell, Printed)> = cells
        .filter(|cell| cell.status == Status::Value)
        .filter_map(|cell| Some((cell, Printed::of(&cell.raw)?)))
        .collect();
    let count = |is: &dyn Fn(&Printed) -> bool| printed.iter().filter(|(_, own)| is(own)).count();
    let few = |some: usize| some > 0 && some * OTHERS < printed.len();
    let percents = few(count(&|own| own.is_percent));
    let zeros = few(count(&|own| own.has_zero_before));
    let most = printed.iter().map(|(_, own)| own.decimals).max().unwrap_or(0);
    let with_most = count(&|own| own.decimals == most);
    let next = printed.iter().map(|(_, own)| own.decimals).filter(|&d| d < most).max().unwrap_or(0);
    let with_next = count(&|own| own.decimals == next);
    let more = with_most == 1 && next > 0 && with_next > OTHERS;
    if !(percents || zeros || more) {
        return;
    }
    for (cell, own) in printed {
        let (en, zh) = if percents && own.is_percent {
            ("with a percent sign", "带百分号")
        } else if zeros && own.has_zero_before {
            ("with a zero before it", "以0开头")
        } else if more && own.decimals == most {
            ("with more decimals", "小数位数更多")
        } else {
            continue;
        };
        let raw = cell.raw.trim();
        sink.remark(Diagnostic {
            code: "figure_unlike_column",
            severity: Severity::Warning,
            place: Some(cell.place),
            message: Wording::new(
                format!("\"{raw}\" is printed unlike the other figures of its column: {en}"),
                format!("“{raw}”与本列其他数字的写法不同：{zh}"),
            ),
            hint: Some(Wording::new("look at the page", "请核对原文")),
        });
    }
}

/// How a figure is printed.
#[derive(Clone, Copy)]
struct Printed {
    is_percent: bool,
    /// Whether a zero stands before its first other digit before the point.
    has_zero_before: bool,
    /// Digits behind the point.
    decimals: usize,
}

impl Printed {
    /// `None` for what is more than digits, point, sign and percent sign.
    fn of(raw: &str) -> Option<Printed> {
        let text = raw.trim();
        let digits = text.trim_end_matches(['%', '％']).trim_start_matches(['-', '－', '−']);
        if !digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',')) {
            return None;
        }
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        Some(Printed {
            is_percent: text.ends_with(['%', '％']),
            has_zero_before: whole.len() > 1 && whole.starts_with('0'),
            decimals: decimals.len(),
        })
    }
}

/// Occurs if a mark of digits stands raised behind a figure and no note of the annex has its number: it may be a part of
/// the figure.
pub fn marks(sink: &mut Sink, annex: &Annex, notes: &[String]) {
    let is_explained = |mark: &str| notes.iter().any(|note| note.contains(mark));
    for cell in annex.rows.iter().flat_map(|row| &row.cells) {
        let Some(mark) = &cell.mark else { continue };
        if !mark.chars().all(|c| c.is_ascii_digit()) || is_explained(mark) {
            continue;
        }
        let raw = cell.raw.trim();
        sink.remark(Diagnostic {
            code: "mark_without_note",
            severity: Severity::Warning,
            place: Some(cell.place),
            message: Wording::new(
                format!("behind {raw} stands a raised {mark}, and no note has this number"),
                format!("“{raw}”之后有上标“{mark}”，而表下没有相应的注"),
            ),
            hint: Some(Wording::new("look at the page", "请核对原文")),
        });
    }
}

/// Where the cells of a column stand on the page it begins on.
fn place_of_column(annex: &Annex, column: usize) -> Option<Place> {
    let mut places = annex.rows.iter().filter_map(|row| row.cells.get(column)).map(|c| c.place);
    let first = places.next()?;
    let on_page = places.filter(|place| place.page == first.page);
    Some(on_page.fold(first, |whole, place| whole.union(&place)))
}

/// Occurs if a row has no name among rows that have, or a name and no figures among rows that have both.
fn halves_of_rows(sink: &mut Sink, annex: &Annex) {
    /// A name is missing where so many times as many rows have one.
    const NAMED: usize = 4;
    let columns: Vec<usize> = (0..annex.columns.len())
        .filter(|&column| annex.columns[column].role != ColumnRole::Text)
        .collect();
    let has_figures = |row: &Row| {
        let mut cells = columns.iter().filter_map(|&column| row.cells.get(column));
        cells.any(|cell| cell.status == Status::Value)
    };
    let is_named = |row: &Row| !row.region.name.is_empty() || row.serial.is_some();
    let is_blank = |row: &Row| row.cells.iter().all(|cell| cell.status == Status::Blank);
    let whole = annex.rows.iter().filter(|row| is_named(row) && has_figures(row)).count();
    let blank = annex.rows.iter().filter(|row| is_blank(row)).count();
    // A single column is often blank for a row; several are not, but where names wrap.
    let are_rows_filled = columns.len() > 1 && whole >= 4 && blank * 4 <= whole;
    let heads: BTreeSet<usize> = annex.rows.iter().filter_map(|r| r.region.parent_row).collect();
    let stating = heads.iter().filter(|&&head| has_figures(&annex.rows[head])).count();
    let lacks_name = |row: &&Row| row.region.name.is_empty() && !is_blank(row);
    let lacking = annex.rows.iter().filter(lacks_name).count();
    let are_named = annex.rows.len() - lacking >= NAMED * lacking;
    // Names that stand under no header leave all rows without one but that of the total.
    let nameless = annex.rows.iter().filter(|row| !is_named(row) && has_figures(row)).count();
    let is_told = whole > 1 || whole > 0 && nameless > whole;
    for (at, row) in annex.rows.iter().enumerate() {
        let region = &row.region;
        let is_nameless = !is_named(row) && has_figures(row) && region.level != Level::Province;
        let is_lone = are_rows_filled
            && is_blank(row)
            && !heads.contains(&at)
            && is_unknown(region)
            // 流动资产： says itself that it is a heading.
            && !region.name.ends_with(['：', ':'])
            && region.name != "其中";
        let is_mute = is_blank(row) && {
            let is_total =
                region.level == Level::Province || lexicon::TOTALS.contains(&region.name.as_str());
            let states = || 2 * stating > heads.len() && !stated_elsewhere(annex, at);
            whole >= NAMED && (is_total || heads.contains(&at) && states())
        };
        let (code, en, zh) = if is_nameless && is_told || are_named && lacks_name(&row) {
            (
                "row_without_name",
                "a row has no name, and others have".to_owned(),
                "有一行没有名称，而其他各行都有".to_owned(),
            )
        } else if is_mute && !region.name.is_empty() {
            (
                "name_without_figures",
                format!("{} states no figure over rows that have", region.name),
                format!("“{}”一行没有数字，而其下各行都有", region.name),
            )
        } else if is_lone {
            (
                "name_without_figures",
                format!("{} stands alone among rows of figures", region.name),
                format!("“{}”一行没有数字，而其他各行都有", region.name),
            )
        } else {
            continue;
        };
        sink.remark(Diagnostic {
            code,
            severity: Severity::Warning,
            place: Some(region.place),
            message: Wording::new(en, zh),
            hint: None,
        });
    }
}

/// Whether another row of the name has the figures: this one is its heading.
fn stated_elsewhere(annex: &Annex, row: usize) -> bool {
    let name = &annex.rows[row].region.name;
    annex.rows.iter().enumerate().any(|(at, other)| at != row && other.region.name == *name)
}

/// Whether no division bears the name, and no word says what it is.
fn is_unknown(region: &Region) -> bool {
    let is_plain = matches!(region.level, Level::Prefecture | Level::County | Level::Other);
    region.code.is_none() && is_plain && !region.name.is_empty()
}

/// Occurs if a cell of a column of figures holds something else, or what may be more than one figure.
fn among_figures(sink: &mut Sink, cell: &Cell) {
    let warn = |code, en: String, zh: String| Diagnostic {
        code,
        severity: Severity::Warning,
        place: Some(cell.place),
        message: Wording::new(en, zh),
        hint: None,
    };
    let raw = &cell.raw;
    let text = cell.text.as_deref().unwrap_or(raw);
    let diagnostic = match (cell.status, figure::read(text)) {
        (Status::Text, Reading::Doubtful(Doubt::Approximate)) => warn(
            "approximate_figure",
            format!("\"{raw}\" is near, over or under a figure: kept as text"),
            format!("“{raw}”不是确数，按文字保留"),
        ),
        (Status::Text, Reading::Doubtful(Doubt::Sign)) => warn(
            "ambiguous_figure",
            format!("\"{raw}\" is no whole figure: its sign or power of ten stands behind it"),
            format!("“{raw}”不是完整的数：符号或幂次在数字之后，按文字保留"),
        ),
        (Status::Text, Reading::Doubtful(_)) => warn(
            "ambiguous_figure",
            format!("\"{raw}\" may be read as more than one figure: kept as text"),
            format!("“{raw}”可能不止一个数，按文字保留"),
        ),
        (Status::Text, _) => warn(
            "text_among_figures",
            format!("\"{raw}\" stands among figures and is none: kept as text"),
            format!("“{raw}”处于数字之间但不是数字，按文字保留"),
        ),
        (Status::Unreadable, _) => warn(
            "unreadable_cell",
            format!("a cell can't be read: \"{raw}\""),
            format!("单元格无法读取：“{raw}”"),
        ),
        _ => return,
    };
    sink.remark(diagnostic);
}

/// Occurs if most names of places end in a figure: a column stood so close to the names that it was read as part of them.
fn figures_in_names(sink: &mut Sink, annex: &Annex) {
    let holds_figure = |row: &&Row| {
        let name = row.region.name.as_str();
        let place = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
        let figure = name[place.len()..].trim_start_matches(['.', ',']);
        figure.len() > 1 && place.trim_end().ends_with(['市', '县', '区', '州', '旗', '计'])
    };
    let holding: Vec<&Row> = annex.rows.iter().filter(holds_figure).collect();
    if holding.len() < 3 || holding.len() * 2 <= annex.rows.len() {
        return;
    }
    for row in holding {
        sink.remark(Diagnostic {
            code: "figure_in_name",
            severity: Severity::Warning,
            place: Some(row.region.place),
            message: Wording::new(
                format!("{} may be a name and the figure beside it", row.region.name),
                format!("“{}”可能是名称与其旁边的数字", row.region.name),
            ),
            hint: Some(Wording::new("look at the page", "请查看原页")),
        });
    }
}

/// Days from 2000 to 2050, as sheets count them.
const DAYS: std::ops::Range<u32> = 36526..54789;

/// Occurs if a column of dates holds the number by which a sheet stores a day: the cell lost its format.
fn days_as_numbers(sink: &mut Sink, annex: &Annex) {
    let is_stored = |cell: &Cell| {
        let raw = cell.raw.trim();
        raw.len() == 5 && raw.parse().is_ok_and(|day: u32| DAYS.contains(&day))
    };
    for (at, column) in annex.columns.iter().enumerate() {
        let cells = || annex.rows.iter().filter_map(|row| row.cells.get(at));
        let stored = cells().filter(|cell| is_stored(cell)).count();
        if stored == 0 {
            continue;
        }
        let filled = cells().filter(|cell| cell.status != Status::Blank).count();
        let days = cells().filter(|cell| is_day(&cell.raw)).count();
        let leaf = column.path.last().map_or("", String::as_str);
        let is_of_days = column.unit.is_none()
            && ["时间", "日期", "年月"].iter().any(|word| leaf.ends_with(word));
        // A sheet that counts in days has other numbers, too.
        if days + stored < filled || days == 0 && !is_of_days {
            continue;
        }
        for cell in cells().filter(|cell| is_stored(cell)) {
            sink.remark(Diagnostic {
                code: "day_as_number",
                severity: Severity::Warning,
                place: Some(cell.place),
                message: Wording::new(
                    format!(
                        "\"{}\" stands where dates do: it may be a day as sheets count them",
                        cell.raw
                    ),
                    format!("“{}”处于日期列，可能是表格软件存储的日期序号", cell.raw),
                ),
                hint: Some(Wording::new(
                    "set the format of the cell to a date and save the sheet",
                    "请把该单元格设为日期格式后重新保存",
                )),
            });
        }
    }
}

/// Whether a text is a date: 2023年5月8日, 2023-5-8, 2023/5.
fn is_day(text: &str) -> bool {
    let mut parts = text.trim().split(|c: char| !c.is_ascii_digit());
    let year = parts.next().unwrap_or_default();
    let month = parts.next().unwrap_or_default();
    year.len() == 4
        && (year.starts_with("19") || year.starts_with("20"))
        && month.parse().is_ok_and(|month: u32| (1..=12).contains(&month))
}

/// Gives each cell the codes of the warnings and errors that speak of it.
pub fn name(notice: &mut Notice, diagnostics: &[Diagnostic]) {
    let doubts = diagnostics.iter().filter(|d| d.severity > Severity::Note);
    for (code, place) in doubts.filter_map(|d| Some((d.code, d.place?))) {
        for annex in notice.annexes.iter_mut().filter(|annex| may_hold(annex, &place)) {
            for row in &mut annex.rows {
                mark(row, code, &place);
            }
        }
    }
}

/// Whether a place may be that of a cell: the annex begins on its page or before.
fn may_hold(annex: &Annex, place: &Place) -> bool {
    annex.place.page <= place.page
}

fn mark(row: &mut Row, code: &str, place: &Place) {
    let is_of_row = row.region.place == *place;
    for cell in row.cells.iter_mut().filter(|cell| is_of_row || speaks_of(place, cell)) {
        if cell.doubt.iter().all(|known| known != code) {
            cell.doubt.push(code.to_owned());
        }
    }
}

/// Whether a place is the cell's, lies within it, or is that of a row, column or page it stands in.
fn speaks_of(place: &Place, cell: &Cell) -> bool {
    *place == cell.place || covers(&cell.place, place) || covers(place, &cell.place)
}

/// Whether a place on a page lies within another.
fn covers(outer: &Place, inner: &Place) -> bool {
    /// Points by which a character may stand out of its cell.
    const OVER: f32 = 1.0;
    let (Spot::Box(a), Spot::Box(b)) = (outer.spot, inner.spot) else { return false };
    outer.page == inner.page
        && a.x0 - OVER <= b.x0
        && a.y0 - OVER <= b.y0
        && b.x1 <= a.x1 + OVER
        && b.y1 <= a.y1 + OVER
}
