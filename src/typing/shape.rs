//! What a table is turned into before it is read: two lists that stand beside each other in one grid
//! become two tables, a table that lies on its side (regions across, indicators down) is set upright,
//! lines over all columns (bands) come off their blocks of rows, and so does a header that is printed
//! again among them.
//!
//! Only where the words say so beyond doubt; a table that says nothing of the kind stays as it is.

use crate::diag::{Repair, Sink, Stage};
use crate::figure;
use crate::lexicon::{self, SUBTOTALS, TEXT_HEADERS, TOTALS};
use crate::pattern::squeezed;
use crate::place::{Place, PlacedText};
use crate::profile::Profile;
use crate::regions::{self, Fit, Tier};
use crate::repair::document::{Slot, Table, TableCell, TableRow};
use crate::typing::columns::header_path;
use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::ops::Range;

// ---- Two lists beside each other ----

/// The lists of a table, from the left: income beside expenditure, each with names and figures of its
/// own. Most tables are one list.
pub fn lists(sink: &mut Sink, table: Table) -> Vec<Table> {
    let Some(at) = second_list(&table) else { return vec![table] };
    let [first, others] = [0..at, at..table.columns].map(|columns| slice(&table, columns));
    sink.repair(Repair {
        stage: Stage::Typing,
        rule: "lists_side_by_side",
        place: others.header.iter().chain(&others.rows).find_map(place_of),
        before: format!("columns 1 to {}", table.columns),
        after: format!("columns 1 to {at}, columns {} to {}", at + 1, table.columns),
    });
    let mut all = vec![first];
    all.extend(lists(sink, others));
    all
}

/// The column where a second list begins.
///
/// Two things tell it: the lower tiers of the header are those of the first list again under another
/// head (收入: 项目, 决算数; 支出: 项目, 决算数), or both columns of names name a total in one row
/// (收入总计, 支出总计).
fn second_list(table: &Table) -> Option<usize> {
    let columns = table.columns;
    let paths: Vec<Vec<String>> = (0..columns)
        .map(|col| {
            header_path(table, col).iter().map(|(text, _)| squeezed(text).into_owned()).collect()
        })
        .collect();
    let leaf = |col: usize| paths[col].last().map_or("", String::as_str);
    let is_serial = |col: usize| lexicon::is_serial_header(leaf(col));
    let profiles: Vec<Profile> = (0..columns).map(|col| profile(table, col)).collect();
    let is_remark =
        |col: usize| TEXT_HEADERS.iter().any(|word| leaf(col).contains(word) && *word != "名称");
    let is_names = |col: usize| profiles[col].is_words() && !is_serial(col) && !is_remark(col);
    let first = (0..columns).find(|&col| is_names(col))?;
    let has_figures =
        |mut range: Range<usize>| range.any(|col| profiles[col].is_figures() && !is_serial(col));
    let second = (first + 2..columns)
        .find(|&col| is_names(col) && has_figures(first..col) && has_figures(col..columns))?;
    // 行次 may stand before the names of either list.
    let at = second - usize::from(is_serial(second - 1) && first > 0 && is_serial(first - 1));
    let leaves = |range: Range<usize>| range.map(leaf).collect::<Vec<_>>();
    let heads = |range: Range<usize>| {
        let mut heads: Vec<&str> =
            range.map(|col| paths[col].first().map_or("", String::as_str)).collect();
        heads.dedup();
        heads
    };
    // Each list below a head of its own: 一档县, 二档县, 三档县.
    let all: Vec<Range<usize>> = (0..columns / at).map(|list| list * at..(list + 1) * at).collect();
    let titles: BTreeSet<&str> =
        all.iter().filter_map(|list| paths[list.start].first()).map(String::as_str).collect();
    let is_printed_again = columns.is_multiple_of(at)
        && paths.iter().all(|path| path.len() > 1)
        && all
            .iter()
            .all(|list| leaves(list.clone()) == leaves(0..at) && heads(list.clone()).len() == 1)
        && titles.len() == all.len();
    let totals = table
        .rows
        .iter()
        .filter(|row| [first, second].iter().all(|&col| is_total(&text_at(row, col))));
    (is_printed_again || totals.count() > 0).then_some(at)
}

/// Whether a name says that it is a total: 总计, 收入合计.
fn is_total(name: &str) -> bool {
    TOTALS.contains(&name) || SUBTOTALS.iter().any(|ending| name.ends_with(ending))
}

/// Some columns of a table as a table. A place that a cell left of them covers is blank.
fn slice(table: &Table, columns: std::ops::Range<usize>) -> Table {
    let row = |row: &TableRow| {
        let mut slots: Vec<Slot> =
            columns.clone().map(|col| row.slots.get(col).cloned().unwrap_or(Slot::Left)).collect();
        if slots.first() == Some(&Slot::Left)
            && let Some(place) = place_of(row)
        {
            slots[0] = blank(place);
        }
        TableRow { slots, page: row.page, panel: row.panel }
    };
    Table {
        columns: columns.len(),
        header: table.header.iter().map(row).collect(),
        rows: table.rows.iter().map(row).collect(),
        ..table.clone()
    }
}

// ---- Regions across ----

/// The table upright, where regions stand across and what is counted stands down the side: its
/// columns become rows and its rows columns, so that a row is about a region as everywhere else.
pub fn upright(sink: &mut Sink, table: Table) -> Table {
    let Some(lying) = Lying::of(&table) else { return table };
    let turned = lying.turned(&table);
    sink.repair(Repair {
        stage: Stage::Typing,
        rule: "regions_across",
        place: turned.rows.iter().find_map(place_of),
        before: format!("{} rows, {} columns", table.rows.len(), table.columns),
        after: format!("{} rows, {} columns", turned.rows.len(), turned.columns),
    });
    turned
}

/// A table that lies on its side.
struct Lying {
    /// The columns that say what is counted, from the left.
    names: Vec<usize>,
    /// The column of units, where it has one.
    units: Option<usize>,
    /// The columns of regions and their totals.
    regions: Vec<usize>,
}

impl Lying {
    /// The parts of a table that lies on its side.
    ///
    /// Occurs if the lowest tier of its header names regions over nearly all columns of figures, and
    /// the columns before them hold words that are none.
    fn of(table: &Table) -> Option<Lying> {
        let tier = table.header.last()?;
        let header = |col: usize| match header_path(table, col).last() {
            Some((text, _)) => squeezed(text).into_owned(),
            None => String::new(),
        };
        // The header says of most tables that they stand upright: their cells need no look.
        (0..table.columns).filter(|&col| is_division(&header(col))).nth(1)?;
        let profiles: Vec<Profile> = (0..table.columns).map(|col| profile(table, col)).collect();
        let first = (0..table.columns).find(|&col| profiles[col].is_figures())?;
        let regions: Vec<usize> =
            (first..table.columns).filter(|&col| !profiles[col].is_blank()).collect();
        let before: Vec<usize> = (0..first).collect();
        let named: Vec<String> = regions.iter().map(|&col| header(col)).collect();
        let is_whole = regions.iter().all(|&col| profiles[col].is_figures());
        // A head over the regions that tells them apart, such as the year, would be lost.
        let tiers = regions.iter().map(|&col| header_path(table, col).len()).max()?;
        if !is_whole || tiers > 1 || tier.slots.len() < table.columns || before.is_empty() {
            return None;
        }
        let divisions = named.iter().filter(|name| is_division(name)).count();
        let others = named.iter().filter(|name| !is_division(name) && !is_total(name)).count();
        if divisions < 2 || divisions < 4 * others {
            return None;
        }
        let units = before.iter().copied().find(|&col| profiles[col].is_units());
        let names: Vec<usize> = before
            .into_iter()
            .filter(|&col| Some(col) != units && !lexicon::is_serial_header(&header(col)))
            .collect();
        let are_regions = names.iter().any(|&col| {
            let texts = table.rows.iter().map(|row| text_at(row, col));
            let (known, all) =
                texts.filter(|text| !text.is_empty()).fold((0, 0), |(known, all), text| {
                    (known + usize::from(is_division(&text)), all + 1)
                });
            known * 4 > all
        });
        (!names.is_empty() && !are_regions).then_some(Lying { names, units, regions })
    }

    fn turned(&self, table: &Table) -> Table {
        let page = table.rows.first().map_or((1, 0), |row| (row.page, row.panel));
        let row_of = |slots| TableRow { slots, page: page.0, panel: page.1 };
        let header_cell = |col: usize| {
            let mut cells = table.header.iter().rev().filter_map(|row| row.cell(col));
            cells.find(|cell| !cell.text.is_empty()).cloned()
        };
        let corner = |name: usize| match header_cell(name) {
            Some(cell) => blank(cell.place),
            None => Slot::Above,
        };
        let mut header: Vec<TableRow> = Vec::new();
        for (tier, &name) in self.names.iter().enumerate() {
            let is_leaf = tier + 1 == self.names.len();
            let mut slots = vec![corner(name)];
            for row in &table.rows {
                slots.push(match row.slots.get(name) {
                    Some(Slot::Cell(cell)) if is_leaf => Slot::Cell(self.with_unit(cell, row)),
                    // A head over several rows is one over several columns.
                    Some(Slot::Above) => Slot::Left,
                    Some(Slot::Cell(cell)) if cell.text.is_empty() && slots.len() > 1 => Slot::Left,
                    Some(slot) => slot.clone(),
                    None => Slot::Left,
                });
            }
            header.push(row_of(slots));
        }
        let rows = self.regions.iter().map(|&col| {
            let name = header_cell(col).map_or(Slot::Above, Slot::Cell);
            let cells =
                table.rows.iter().map(|row| row.slots.get(col).cloned().unwrap_or(Slot::Left));
            row_of(std::iter::once(name).chain(cells).collect())
        });
        Table { columns: table.rows.len() + 1, rows: rows.collect(), header, ..table.clone() }
    }

    /// What is counted with its unit behind it in brackets, as headers have it.
    fn with_unit(&self, cell: &TableCell, row: &TableRow) -> TableCell {
        let mut cell = cell.clone();
        let unit = self.units.and_then(|col| row.cell(col)).filter(|unit| !unit.text.is_empty());
        if let Some((unit, place)) = unit.and_then(|unit| Some((unit, unit.text.place()?))) {
            cell.text.push('（', place);
            cell.text.append(&unit.text);
            cell.text.push('）', place);
        }
        cell
    }
}

/// Whether a header is the full name of a prefecture or county, or a province's in any form: short
/// names of lower divisions are common words (新建, 和平).
fn is_division(name: &str) -> bool {
    let found = regions::resolve(&regions::spoken(name), None, None);
    found.iter().any(|f| match f.division.tier() {
        Tier::Province => true,
        _ => matches!(f.fit, Fit::Full | Fit::FullOtherYear),
    })
}

// ---- A header among the rows ----

/// Takes out the rows that say the header again, as below each band or where pages were pasted
/// together; a table without a header has it from such rows.
pub fn without_headers(sink: &mut Sink, mut table: Table) -> Table {
    let columns = table.columns;
    let is_wordy = |row: &TableRow| {
        let texts = || (0..columns).map(|col| text_at(row, col)).filter(|text| !text.is_empty());
        texts().nth(1).is_some() && !texts().any(|text| figure::kind(&text).is_numeric())
    };
    let leaves: Vec<String> = (0..columns)
        .map(|col| {
            let leaf = header_path(&table, col).pop();
            leaf.map(|(text, _)| squeezed(&text).into_owned()).unwrap_or_default()
        })
        .collect();
    let figures: LazyCell<Vec<usize>, _> =
        LazyCell::new(|| (0..columns).filter(|&col| profile(&table, col).is_figures()).collect());
    // A row says the header again where its words do over the figures. Most rows differ in their first word.
    let says = |row: &TableRow, header: &[String]| {
        let is_again = |col: usize| {
            let text = text_at(row, col);
            text.is_empty() || text == header[col]
        };
        (0..columns).all(is_again)
            && is_wordy(row)
            && figures.iter().any(|&col| !text_at(row, col).is_empty())
    };
    let texts =
        |row: &TableRow| (0..columns).map(|col| text_at(row, col).into_owned()).collect::<Vec<_>>();
    let mut found = None;
    let header = match leaves.iter().any(|leaf| !leaf.is_empty()) {
        true => leaves,
        false => {
            let rows: Vec<Vec<String>> = table.rows.iter().map(texts).collect();
            let is_twice = |(at, row): &(usize, &TableRow)| {
                is_wordy(row) && rows[at + 1..].contains(&rows[*at]) && says(row, &rows[*at])
            };
            let Some((at, row)) = table.rows.iter().enumerate().find(is_twice) else {
                return table;
            };
            found = Some(row.clone());
            rows[at].clone()
        }
    };
    let is_again: Vec<bool> = table.rows.iter().map(|row| says(row, &header)).collect();
    table.header.extend(found);
    let mut again = is_again.into_iter();
    table.rows.retain(|row| {
        let is_again = again.next().unwrap_or(false);
        if is_again {
            sink.repair(Repair {
                stage: Stage::Typing,
                rule: "repeated_header",
                place: place_of(row),
                before: texts(row).join("\t"),
                after: String::new(),
            });
        }
        !is_again
    });
    table
}

// ---- Bands ----

/// Lines over all columns, each with the block of rows below it.
#[derive(Debug, Default)]
pub struct Bands {
    /// Where its rows begin, and its text without white space.
    over: Vec<(usize, String)>,
    /// Lines behind the last row: remarks on the table.
    pub behind: Vec<PlacedText>,
}

impl Bands {
    /// The text of the band that a row stands below.
    pub fn over(&self, row: usize) -> Option<&str> {
        let at = self.over.partition_point(|(start, _)| *start <= row).checked_sub(1)?;
        Some(&self.over[at].1)
    }

    /// The bands over rows that were put in this order: for each its place before.
    pub fn in_order(&self, order: &[usize]) -> Bands {
        let mut over: Vec<(usize, String)> = Vec::new();
        let mut last = None;
        for (at, &row) in order.iter().enumerate() {
            let band = self.over(row);
            if band != last {
                over.extend(band.map(|band| (at, band.to_owned())));
                last = band;
            }
        }
        Bands { over, behind: self.behind.clone() }
    }
}

/// Takes the bands off a table.
pub fn part_bands(table: Table) -> (Bands, Table) {
    let columns = table.columns;
    let is_numbered = |row: &TableRow| starts_with_number(&text_at(row, 0));
    // In a text nothing shows that a line runs over all columns, but for its number where no row of
    // figures has one.
    let numbers_tell = table.rows.iter().filter(|row| is_numbered(row)).all(is_alone);
    let is_head = |row: &TableRow| is_alone(row) && is_block_head(&text_at(row, 0));
    let is_band = |row: &TableRow| {
        columns > 1 && (runs_over_all(row) || (numbers_tell && is_numbered(row)) || is_head(row))
    };
    let mut bands = Bands::default();
    let mut rows: Vec<TableRow> = Vec::with_capacity(table.rows.len());
    let mut open: Vec<PlacedText> = Vec::new();
    // The first band may stand above the header.
    let mut header = table.header;
    if header.len() > 1
        && header.first().is_some_and(|tier| runs_over_all(tier) && is_numbered(tier))
    {
        open.extend(header.remove(0).cell(0).map(|cell| cell.text.trim()));
    }
    for row in table.rows {
        match row.cell(0).filter(|_| is_band(&row)) {
            Some(cell) => open.push(cell.text.trim()),
            None => {
                if let Some(band) = open.last() {
                    bands.over.push((rows.len(), squeezed(band.as_str()).into_owned()));
                    open.clear();
                }
                rows.push(row);
            }
        }
    }
    bands.behind = open;
    let Table { title, heading, unit, .. } = table;
    (bands, Table { columns, title, heading, unit, header, rows })
}

/// Whether a text names a kind of division, as the heads of blocks of rows do: 设区市, 省直管县（市）.
fn is_block_head(text: &str) -> bool {
    let name = regions::spoken(text);
    lexicon::DIRECT.contains(&name.as_str()) || lexicon::BLOCK_HEADS.contains(&name.as_str())
}

/// Whether one cell with text covers all places of the row.
fn runs_over_all(row: &TableRow) -> bool {
    row.cell(0).is_some_and(|cell| !cell.text.is_empty())
        && row.slots[1..].iter().all(|slot| *slot == Slot::Left)
        && !figure::kind(&text_at(row, 0)).is_numeric()
}

/// Whether the first place alone has text.
fn is_alone(row: &TableRow) -> bool {
    (1..row.slots.len()).all(|col| text_at(row, col).is_empty())
}

/// Whether a text begins with the number of a heading: 一、 （一）.
fn starts_with_number(text: &str) -> bool {
    let is_numeral = crate::pattern::numeral;
    let after = text.trim_start_matches(is_numeral);
    let in_brackets = || {
        let inner = text.strip_prefix(['（', '('])?;
        let after = inner.trim_start_matches(is_numeral);
        (after.len() < inner.len()).then_some(after)
    };
    (after.len() < text.len() && after.starts_with('、'))
        || in_brackets().is_some_and(|after| after.starts_with(['）', ')']))
}

// ---- Cells ----

fn profile(table: &Table, col: usize) -> Profile {
    Profile::of(table.rows.iter().filter_map(|row| row.cell(col)).map(|cell| cell.text.as_str()))
}

/// The text at a place of a row, without white space; empty where another cell covers it.
fn text_at(row: &TableRow, col: usize) -> Cow<'_, str> {
    row.cell(col).map(|cell| squeezed(cell.text.as_str())).unwrap_or_default()
}

/// Where a row begins.
fn place_of(row: &TableRow) -> Option<Place> {
    row.slots.iter().find_map(|slot| match slot {
        Slot::Cell(cell) => Some(cell.place),
        _ => None,
    })
}

fn blank(place: Place) -> Slot {
    Slot::Cell(TableCell::of(PlacedText::new(), place))
}
