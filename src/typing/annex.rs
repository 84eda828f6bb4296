//! The annexes: columns, rows by region, cells.
//!
//! An [`Annex`] holds one table. An annex that holds several becomes as many entries under one
//! number, each with its table's title; a table in the body becomes an entry of number 0. What each
//! column is, `columns` says; the level and parent of each row, `regions`.

use crate::diag::{Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::figure::{self, Kind, Reading};
use crate::lexicon::{self, METADATA};
use crate::model::{
    Amount, Annex, AnnexListEntry, Cell, Column, ColumnRole, Frame, Key, Row, Status,
};
use crate::options::Options;
use crate::parallel;
use crate::place::{Located, Place, PlacedText, Spot};
use crate::repair::document::{AnnexText, Document, Slot, Table, TableCell, TableRow};
use crate::typing::columns::{self, Columns, squeeze};
use crate::typing::regions::{self, Context, RowName};
use rust_decimal::Decimal;

/// The annexes of the notice, typed, in printed order.
pub fn annexes(
    sink: &mut Sink,
    options: &Options,
    document: &Document,
    frame: &Frame,
) -> Vec<Annex> {
    let mut annexes = Vec::new();
    for table in &document.tables {
        let has_annexes = !document.annexes.is_empty();
        annexes.extend(before_annexes(sink, frame, table, has_annexes));
    }
    let texts: Vec<_> = document.annexes.iter().zip(1..).collect();
    let read = parallel::map(sink, options.threads, texts, |sink, (annex, place)| {
        of_annex(sink, frame, annex, annex.number.unwrap_or(place))
    });
    annexes.extend(read.into_iter().flatten());
    annexes
}

/// 附件说明: the annexes as the body announces them. An entry without a number takes its place in
/// the list for one.
pub fn annex_list(document: &Document) -> Vec<AnnexListEntry> {
    let mut entries = Vec::new();
    for (index, text) in document.annex_list.iter().enumerate() {
        let text = text.trim();
        let digits = text.as_str().chars().take_while(char::is_ascii_digit).count();
        let number = text.as_str()[..digits].parse().ok();
        let rest = text.as_str()[digits..].trim_start_matches(['.', '．', '、', ' ', '\u{3000}']);
        // 2023年… begins with digits, too, but they are no number of its own.
        let is_numbered = number.is_some() && rest.len() < text.as_str().len() - digits;
        let title = match is_numbered {
            true => text.slice(text.as_str().len() - rest.len()..text.as_str().len()),
            false => text,
        };
        let Some(title) = located(&title) else { continue };
        let number = number.filter(|_| is_numbered).unwrap_or(index as u32 + 1);
        entries.push(AnnexListEntry { number, title });
    }
    entries
}

/// The text with its place; `None` where there is none.
fn located(text: &PlacedText) -> Option<Located<String>> {
    let text = text.trim();
    Some(Located::new(text.as_str().to_owned(), text.place()?))
}

/// A table before the annexes. Beside annexes, only one of figures is taken for a table of facts.
fn before_annexes(
    sink: &mut Sink,
    frame: &Frame,
    table: &Table,
    has_annexes: bool,
) -> Option<Annex> {
    let annex = of_table(sink, frame, table, None, None)?;
    let has_figures = annex.columns.iter().any(|column| column.role != ColumnRole::Text);
    let is_metadata = table.header.iter().chain(&table.rows).any(|row| {
        let mut cells = row.slots.iter().enumerate().filter_map(|(col, _)| row.cell(col));
        cells.any(|cell| METADATA.iter().any(|word| squeeze(cell.text.as_str()).starts_with(word)))
    });
    let is_list = !table.header.is_empty() && annex.rows.len() > 1 && !is_metadata;
    if is_list && (has_figures || !has_annexes) {
        return Some(annex);
    }
    sink.remark(Diagnostic {
        code: "table_in_body",
        severity: Severity::Note,
        place: Some(annex.place),
        message: Wording::new(
            "a table before the annexes is no table of facts: left out",
            "附件之前的表格不是数据表，未予读取",
        ),
        hint: None,
    });
    None
}

/// The entries of one annex: one a table, or one without a table.
fn of_annex(sink: &mut Sink, frame: &Frame, annex: &AnnexText, number: u32) -> Vec<Annex> {
    let title = located(&annex.title);
    let place = annex.label.place().or(title.as_ref().map(|title| title.place));
    let mut notes: Vec<Located<String>> = annex.notes.iter().filter_map(located).collect();
    let mut entries: Vec<Annex> = Vec::new();
    for (index, table) in annex.tables.iter().enumerate() {
        let caption = annex.unit_captions.get(index).or(annex.unit_captions.last());
        let own = table.title.as_ref().and_then(located).filter(|own| {
            index > 0
                && title.as_ref().is_some_and(|t| !squeeze(&t.value).contains(&squeeze(&own.value)))
        });
        let Some(mut entry) = of_table(sink, frame, table, own.or(title.clone()), caption) else {
            continue;
        };
        entry.number = number;
        entry.place = place.filter(|_| index == 0).unwrap_or(entry.place);
        entries.push(entry);
    }
    if entries.is_empty() {
        let place = place.or(annex.images.first().copied()).unwrap_or(NOWHERE);
        remark_without_table(sink, annex, number, place);
        notes.extend(annex.paragraphs.iter().filter_map(|p| located(&p.text)));
        entries.push(Annex {
            number,
            title,
            place,
            unit: annex.unit_captions.first().and_then(unit_of),
            columns: Vec::new(),
            rows: Vec::new(),
            notes,
        });
    } else if let Some(last) = entries.last_mut() {
        last.notes.extend(notes);
    }
    entries
}

/// The place of what has none.
const NOWHERE: Place = Place { page: 1, spot: Spot::Text { line: 1, column: 1 } };

/// Says that an annex shows no table that could be read, and what it shows instead.
fn remark_without_table(sink: &mut Sink, annex: &AnnexText, number: u32, place: Place) {
    let (severity, en, zh) = if !annex.images.is_empty() {
        (
            Severity::Warning,
            "holds a picture and no table that can be read",
            "为图片，没有可读取的表格",
        )
    } else if !annex.paragraphs.is_empty() {
        (Severity::Note, "holds text and no table", "为文字，没有表格")
    } else {
        (Severity::Warning, "holds no table", "没有表格")
    };
    sink.remark(Diagnostic {
        code: "annex_without_table",
        severity,
        place: Some(annex.images.first().copied().unwrap_or(place)),
        message: Wording::new(format!("annex {number} {en}"), format!("附件{number}{zh}")),
        hint: None,
    });
}

/// The unit of a caption with the caption's place.
fn unit_of(caption: &PlacedText) -> Option<Located<String>> {
    Some(Located::new(columns::unit_of_caption(caption.as_str())?, caption.place()?))
}

/// A table typed; `None` where it has no rows. Its number is the caller's to give.
fn of_table(
    sink: &mut Sink,
    frame: &Frame,
    table: &Table,
    title: Option<Located<String>>,
    caption: Option<&PlacedText>,
) -> Option<Annex> {
    let title = title.or_else(|| table.title.as_ref().and_then(located));
    let unit = table.unit.as_ref().and_then(unit_of).or_else(|| caption.and_then(unit_of));
    let unit = unit.or_else(|| {
        let title = title.as_ref()?;
        Some(Located::new(columns::unit_of_title(&title.value)?, title.place))
    });
    let unit_name = unit.as_ref().map(|unit| unit.value.clone());

    let (notes, rows) = part_notes(table);
    let table = Table { rows, ..table.clone() };
    let columns = columns::columns(&table, unit_name.as_deref());
    let table = Table { rows: straighten(sink, &columns, table.rows), ..table };
    let context = Context {
        frame,
        title: title.as_ref().map_or("", |title| &title.value),
        header: &columns.name_header,
    };
    let lines = in_order(&columns, lines(&columns, &table.rows), &context);
    let first = lines.first()?;
    let place = first.name.place;
    let names: Vec<RowName> = lines.iter().map(|line| line.name.clone()).collect();
    let regions = regions::assign(sink, &names, &context);
    let mut rows = Vec::with_capacity(lines.len());
    for (line, region) in lines.into_iter().zip(regions) {
        let number = rows.len() as u32 + 1;
        for cell in line.ambiguous {
            remark_ambiguous(sink, &cell);
        }
        rows.push(Row { number, region, keys: line.keys, serial: line.serial, cells: line.cells });
    }
    Some(Annex {
        number: 0,
        title,
        place,
        unit,
        columns: columns.facts.into_iter().map(|(_, column)| column).collect(),
        rows,
        notes,
    })
}

/// Notes that stand inside the grid, alone in their rows, apart from the rows of data.
fn part_notes(table: &Table) -> (Vec<Located<String>>, Vec<TableRow>) {
    let (mut notes, mut rows) = (Vec::new(), Vec::new());
    for row in &table.rows {
        let is_alone = row.slots.len() > 1
            && row.slots[1..].iter().all(|slot| match slot {
                Slot::Cell(cell) => cell.text.is_empty(),
                _ => true,
            });
        let note =
            row.cell(0).filter(|cell| is_alone && lexicon::is_note(&squeeze(cell.text.as_str())));
        match note.and_then(|cell| located(&cell.text)) {
            Some(note) => notes.push(note),
            None => rows.push(row.clone()),
        }
    }
    (notes, rows)
}

/// Puts the figures of a total row back under their columns where it merges 序号 and region and so
/// has a cell less than the others: they stand one place to the left, and a blank is left at the
/// end.
fn straighten(sink: &mut Sink, columns: &Columns, mut rows: Vec<TableRow>) -> Vec<TableRow> {
    let Some(serial) = columns.serial.filter(|&serial| serial < columns.name) else { return rows };
    for row in &mut rows {
        let kind = |col: usize| row.cell(col).map(|cell| figure::kind(cell.text.as_str()));
        let is_shifted = kind(serial) == Some(Kind::Word)
            && kind(columns.name) == Some(Kind::Figure)
            && kind(row.slots.len().saturating_sub(1)) == Some(Kind::Blank);
        let Some(cell) = row.cell(serial).filter(|_| is_shifted) else { continue };
        sink.repair(Repair {
            stage: Stage::Typing,
            rule: "shifted_total_row",
            place: Some(cell.place),
            before: cell.raw.clone(),
            after: cell.raw.clone(),
        });
        row.slots.pop();
        row.slots.insert(columns.name, Slot::Left);
    }
    rows
}

/// A row read, but for its place in the hierarchy.
struct Line {
    name: RowName,
    keys: Vec<Key>,
    serial: Option<Located<String>>,
    cells: Vec<Cell>,
    /// Cells that look like figures but may be read in more than one way.
    ambiguous: Vec<Cell>,
    page: u32,
    panel: u16,
}

/// Reads the rows one by one; rows with nothing in them are passed over.
fn lines(columns: &Columns, rows: &[TableRow]) -> Vec<Line> {
    let mut lines = Vec::with_capacity(rows.len());
    let mut naming = Naming::default();
    let mut carried: Vec<Key> = Vec::new();
    let mut above: Vec<Option<TableCell>> = Vec::new();
    for row in rows {
        above.resize(row.slots.len().max(above.len()), None);
        for (slot, above) in row.slots.iter().zip(&mut above) {
            match slot {
                Slot::Cell(cell) => *above = Some(cell.clone()),
                Slot::Left => *above = None,
                Slot::Above => {}
            }
        }
        let is_empty = row.slots.iter().all(|slot| match slot {
            Slot::Cell(cell) => cell.text.is_empty(),
            _ => true,
        });
        if is_empty {
            continue;
        }
        let (mut cells, mut ambiguous) = (Vec::new(), Vec::new());
        let mut figures: Vec<Option<Decimal>> = Vec::new();
        for (col, column) in &columns.facts {
            let (cell, is_ambiguous) = read_cell(row, *col, column);
            if is_ambiguous {
                ambiguous.push(cell.clone());
            }
            if matches!(column.role, ColumnRole::Sum | ColumnRole::Stock) {
                figures.push(cell.value.map(|value| value.decimal()));
            }
            cells.push(cell);
        }
        let covering = |col: usize| covering(row, &above, col);
        let serial = columns.serial.and_then(|col| row.cell(col)).cloned();
        let keys = keys(columns, covering, &mut carried);
        let name = naming.name(columns, covering, serial.as_ref());
        let place = name.place.or_else(|| cells.first().map(|cell| cell.place)).unwrap_or(NOWHERE);
        let serial = serial
            .filter(|cell| squeeze(cell.text.as_str()) != name.text)
            .and_then(|cell| located(&cell.text));
        lines.push(Line {
            name: RowName {
                text: name.text,
                place,
                indent: name.indent,
                spanned_by: name.spanned_by,
                figures,
            },
            keys,
            serial,
            cells,
            ambiguous,
            page: row.page,
            panel: row.panel,
        });
    }
    lines
}

/// What the row has in the columns that tell rows apart. `carried` holds what the rows above left to
/// those below them.
fn keys<'a>(
    columns: &Columns,
    covering: impl Fn(usize) -> Option<&'a TableCell>,
    carried: &mut Vec<Key>,
) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for column in &columns.keys {
        let text = covering(column.at).map(|cell| squeeze(cell.text.as_str())).unwrap_or_default();
        let key = Key { column: column.header.clone(), text };
        let known = carried.iter().position(|known| known.column == key.column);
        match (known, key.text.is_empty()) {
            // One cell over several key columns is said once.
            _ if keys.last().is_some_and(|last| !key.text.is_empty() && last.text == key.text) => {}
            (Some(known), true) if column.carries => keys.push(carried[known].clone()),
            (_, true) => {}
            (Some(known), false) => {
                carried.truncate(known);
                carried.push(key.clone());
                keys.push(key);
            }
            (None, false) => {
                carried.push(key.clone());
                keys.push(key);
            }
        }
    }
    keys
}

/// The cell that covers a place of a row.
fn covering<'a>(
    row: &'a TableRow,
    above: &'a [Option<TableCell>],
    col: usize,
) -> Option<&'a TableCell> {
    let mut at = col;
    while at > 0 && row.slots.get(at) == Some(&Slot::Left) {
        at -= 1;
    }
    match row.slots.get(at)? {
        Slot::Cell(cell) => Some(cell),
        _ => above.get(at)?.as_ref(),
    }
}

/// Names rows one after the other: a prefecture's name holds for the rows below it.
#[derive(Default)]
struct Naming {
    prefecture: Option<String>,
}

/// A row's name, before its level is known.
struct Name {
    text: String,
    place: Option<Place>,
    indent: Option<i64>,
    spanned_by: Option<String>,
}

impl Naming {
    fn name<'a>(
        &mut self,
        columns: &Columns,
        covering: impl Fn(usize) -> Option<&'a TableCell>,
        serial: Option<&TableCell>,
    ) -> Name {
        let text = |cell: Option<&TableCell>| {
            cell.map(|cell| squeeze(cell.text.as_str())).unwrap_or_default()
        };
        let own = covering(columns.name);
        let mut name = Name {
            text: text(own),
            place: own.map(|cell| cell.place),
            indent: own.and_then(|cell| Some(cell.text.place()?.left() - cell.place.left())),
            spanned_by: None,
        };
        if let Some(col) = columns.prefecture {
            let cell = covering(col);
            let prefecture = text(cell);
            if lexicon::TOTALS.contains(&prefecture.as_str()) {
                // The total row may fill both columns, one, or one cell over both.
                self.prefecture = None;
                name.text = prefecture;
                name.place = cell.map(|cell| cell.place);
                return name;
            }
            if !prefecture.is_empty() && prefecture != name.text {
                self.prefecture = Some(prefecture);
            } else if !prefecture.is_empty() {
                // One cell over both columns that is no total: a prefecture's own row.
                self.prefecture = Some(prefecture.clone());
            }
            let is_own = name.text.is_empty() || lexicon::OWN_ROWS.contains(&name.text.as_str());
            if let (true, Some(prefecture)) = (is_own, &self.prefecture) {
                name.text = prefecture.clone();
                name.place =
                    cell.filter(|cell| !cell.text.is_empty()).map(|c| c.place).or(name.place);
            }
            name.spanned_by = self.prefecture.clone();
        } else if name.text.is_empty() {
            // A total row may bear its name in the column of serial numbers.
            let words = text(serial);
            if words.chars().any(|c| !c.is_ascii_digit()) {
                name.text = words;
                name.place = serial.map(|cell| cell.place);
            }
        }
        name
    }
}

/// Reads the cell of a column of facts, and says whether it may be read in more than one way. What
/// another cell covers is blank.
fn read_cell(row: &TableRow, col: usize, column: &Column) -> (Cell, bool) {
    let Some(cell) = row.cell(col) else {
        let place = row.slots.iter().find_map(|slot| match slot {
            Slot::Cell(cell) => Some(cell.place),
            _ => None,
        });
        let place = place.unwrap_or(NOWHERE);
        return (Cell::blank(place), false);
    };
    let text = cell.text.as_str();
    let reading = figure::read(text);
    let is_ambiguous = matches!(reading, Reading::Doubtful(_)) && column.role != ColumnRole::Text;
    let mut read = Cell { raw: cell.raw.clone(), ..Cell::blank(cell.place) };
    read.status = match (column.role, reading) {
        (_, Reading::Blank) => Status::Blank,
        (_, Reading::Unreadable) => Status::Unreadable,
        // Among words, 待定 is one more; a dash and 无 are still nothing.
        (ColumnRole::Text, Reading::Mark) if !is_nothing(text) => Status::Text,
        (_, Reading::Mark) => Status::Placeholder,
        (ColumnRole::Text, _) => Status::Text,
        (_, Reading::Figure(figure)) => {
            read.value = Some(Amount::new(figure.value));
            read.unit = columns::unit_of_cell(&figure, column);
            read.mark = Some(figure.mark).filter(|mark| !mark.is_empty());
            Status::Value
        }
        _ => Status::Text,
    };
    read.text = (read.status == Status::Text).then(|| columns::joined(&cell.text));
    (read, is_ambiguous)
}

/// Whether a text says that nothing is there, also among words.
fn is_nothing(text: &str) -> bool {
    figure::is_drawn_mark(text) || squeeze(text) == "无"
}

/// Says that a cell looks like a figure but may be more than one.
fn remark_ambiguous(sink: &mut Sink, cell: &Cell) {
    sink.remark(Diagnostic {
        code: "ambiguous_figure",
        severity: Severity::Warning,
        place: Some(cell.place),
        message: Wording::new(
            format!("\"{}\" may be read as more than one figure: kept as text", cell.raw),
            format!("“{}”可能不止一个数，按文字保留", cell.raw),
        ),
        hint: None,
    });
}

/// The rows in the order their authors meant: page by page, or, where a long table was folded into
/// panels before it was cut into pages, panel by panel. Serial numbers say which, or else names and
/// sums; where nothing does, page by page.
fn in_order(columns: &Columns, lines: Vec<Line>, context: &Context) -> Vec<Line> {
    let pages =
        lines.iter().map(|line| line.page).max() != lines.iter().map(|line| line.page).min();
    if !pages || lines.iter().all(|line| line.panel == 0) {
        return lines;
    }
    let mut by_panel: Vec<usize> = (0..lines.len()).collect();
    by_panel.sort_by_key(|&i| (lines[i].panel, lines[i].page));
    let by_page: Vec<usize> = (0..lines.len()).collect();
    let steps = |order: &[usize]| {
        let numbers: Vec<u32> = order
            .iter()
            .filter_map(|&i| lines[i].serial.as_ref()?.value.trim().parse().ok())
            .collect();
        numbers.windows(2).filter(|pair| pair[1] == pair[0].saturating_add(1)).count() as i64
    };
    let fit = |order: &[usize]| {
        let names: Vec<RowName> = order.iter().map(|&i| lines[i].name.clone()).collect();
        regions::order_fit(&names, context)
    };
    let is_by_panel = match columns.serial {
        Some(_) => steps(&by_panel) > steps(&by_page),
        None => fit(&by_panel) > fit(&by_page),
    };
    if !is_by_panel {
        return lines;
    }
    let mut lines: Vec<Line> = lines;
    lines.sort_by_key(|line| (line.panel, line.page));
    lines
}
