//! One table typed: its columns, its rows by region and other keys, its cells.
//!
//! What a table is before it is read (two lists beside each other, a table lying on its side, bands
//! over blocks of rows) `shape` puts right; what each column is, `columns` says; the level and parent of
//! each row, `regions`; what is doubtful, `doubts`.

use crate::diag::{Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::figure::{self, Doubt, Kind, Reading};
use crate::lexicon::{self, TICKS};
use crate::model::{Amount, Annex, Cell, ColumnRole, Frame, Key, Level, Row, Status};
use crate::numbering;
use crate::pattern::{han, squeezed};
use crate::place::{Located, Place, PlacedChar, PlacedText};
use crate::repair::document::{Slot, Table, TableCell, TableRow};
use crate::typing::annex::{NOWHERE, unit_of};
use crate::typing::columns::{self, Columns, FactColumn};
use crate::typing::prose::located;
use crate::typing::regions::{self, Context, RowName};
use crate::typing::{dittos, doubts, given_once, shape};
use rust_decimal::Decimal;

/// What stands around a table.
#[derive(Debug, Clone, Default)]
pub struct Around<'t> {
    /// Its annex's title.
    pub title: Option<Located<String>>,
    /// The caption of its unit.
    pub caption: Option<&'t PlacedText>,
}

/// A table typed: one entry, or one for each of two lists that stand beside each other in it; none
/// where it has no rows. Their number is the caller's to give.
pub fn typed(sink: &mut Sink, frame: &Frame, table: Table, around: Around) -> Vec<Annex> {
    let own_title = table.title.as_ref().and_then(|title| located(&title.trim()));
    let heading = table.heading.as_ref().map(|line| line.trim().as_str().to_owned());
    let heading = heading.or(own_title.as_ref().map(|title| title.value.clone()));
    let title = around.title.or(own_title);
    let captions = [table.unit.as_ref(), around.caption];
    let unit = captions.into_iter().flatten().find_map(unit_of).or_else(|| {
        let title = title.as_ref()?;
        Some(Located::new(columns::unit_of_title(&title.value)?, title.place))
    });
    let lists = shape::lists(sink, table).into_iter();
    lists.filter_map(|table| one(sink, frame, table, &title, heading.as_deref(), &unit)).collect()
}

/// One list typed; `None` where it has no rows.
fn one(
    sink: &mut Sink,
    frame: &Frame,
    table: Table,
    title: &Option<Located<String>>,
    heading: Option<&str>,
    unit: &Option<Located<String>>,
) -> Option<Annex> {
    let unit_name = unit.as_ref().map(|unit| unit.value.as_str());
    let (mut notes, table) = part_notes(table);
    let table = with_thin_spaces(sink, table);
    let table = with_close_digits(sink, table);
    let table = without_leaders(sink, table);
    let table = shape::upright(sink, table);
    let (bands, table) = shape::part_bands(shape::without_headers(sink, table));
    notes.extend(bands.behind.iter().filter_map(located));
    let mut table = table;
    let marks = dittos::resolve(&mut table);
    given_once::resolve(sink, &mut table);
    let columns = columns::columns(&table, unit_name);
    let mut columns = columns;
    // 居民消费价格指数（上年=100）: no index is a part of another.
    if title.as_ref().is_some_and(|title| lexicon::is_of_indices(&title.value)) {
        let sums = columns.facts.iter_mut().filter(|fact| fact.column.role == ColumnRole::Sum);
        sums.for_each(|fact| fact.column.role = ColumnRole::Rate);
    }
    let keys: Vec<usize> = columns.keys.iter().map(|key| key.at).collect();
    dittos::settle(sink, &mut table, marks, &keys);
    // Without rules, the heading of the first of several such tables is the upper row of its header.
    let names = columns::header_path(&table, columns.name);
    let over = names.first().filter(|_| names.len() > 1).map(|(text, _)| text.clone());
    let rows = straighten(sink, &columns, table.rows);
    let rows = with_totals_named(sink, &columns, rows);
    let rows = without_marks(sink, &columns, rows);
    let context = Context {
        frame,
        title: title.as_ref().map_or("", |title| &title.value),
        header: &columns.name_header,
    };
    let (rows, bands) = in_order(&columns, rows, bands, &context);
    remark_figures_over_rows(sink, &columns, &rows);
    let lines = without_column_numbers(sink, lines(&columns, &rows, &bands));
    let mut lines = beside_own_labels(sink, &columns, lines, &context);
    // （一）南昌市 over a table of its own says whose rows these are, as a line in the table would.
    let headings = heading.into_iter().chain(over.as_deref()).chain(in_brackets(context.title));
    let prefecture =
        headings.into_iter().find_map(|heading| regions::prefecture_in(heading, &context));
    for name in lines.iter_mut().map(|line| &mut line.name).filter(|name| name.band.is_none()) {
        name.band.clone_from(&prefecture);
    }
    let place = lines.first()?.name.place;
    let (names, lines): (Vec<RowName>, Vec<_>) =
        lines.into_iter().map(|line| (line.name, (line.keys, line.serial, line.cells))).unzip();
    let regions = regions::assign(sink, names, &context);
    let rows = lines.into_iter().zip(regions).zip(1..).map(|((line, region), number)| {
        let (mut keys, serial, cells) = line;
        // The total of all bands stands below the last of them.
        keys.retain(|key| region.level != Level::Province || key.column != BAND);
        Row { number, region, keys, serial, cells }
    });
    let annex = Annex {
        number: 0,
        title: title.clone(),
        place,
        unit: unit.clone(),
        columns: columns.facts.into_iter().map(|fact| fact.column).collect(),
        rows: rows.collect(),
        notes,
    };
    doubts::remark(sink, &annex);
    Some(annex)
}

/// What a title says in brackets at its end: 南昌市 of 任务分解表（南昌市）.
fn in_brackets(title: &str) -> Option<&str> {
    let (_, said) = title.trim().strip_suffix(['）', ')'])?.rsplit_once(['（', '('])?;
    Some(said)
}

/// Notes that stand inside the grid, alone in their rows, apart from the rows of data.
fn part_notes(table: Table) -> (Vec<Located<String>>, Table) {
    let (mut notes, mut rows) = (Vec::new(), Vec::new());
    for row in table.rows {
        let filled: Vec<&TableCell> = (0..row.slots.len())
            .filter_map(|col| row.cell(col))
            .filter(|cell| !cell.text.is_empty())
            .collect();
        // Without rules one over all columns stands in the column that its middle is in.
        let is_below_none = row.cell(0).is_some() && !row.slots.contains(&Slot::Above);
        let is_first = row.cell(0).is_some_and(|cell| !cell.text.is_empty());
        let note = match filled[..] {
            [cell] if row.slots.len() > 1 && (is_first || is_below_none) => Some(cell),
            _ => None,
        };
        let note = note.filter(|cell| lexicon::is_note(&squeezed(cell.text.as_str())));
        let is_signed = !filled.is_empty()
            && filled.iter().all(|cell| {
                let text = squeezed(cell.text.as_str());
                lexicon::is_signed_by(&text) || lexicon::is_of_form(&text)
            });
        match note.and_then(|cell| located(&cell.text.trim())) {
            Some(note) => notes.push(note),
            None if is_signed => {
                notes.extend(filled.iter().filter_map(|cell| located(&cell.text.trim())));
            }
            None => rows.push(row),
        }
    }
    (notes, Table { rows, ..table })
}

/// The table with thin spaces between the groups of its figures where spaces stand that may part two figures
/// as well, and the table's figures show what they are: all of four digits and more have them, one of them two or decimals.
/// Of spaces that part words too, more is asked: a group that begins with 0, as no figure does, or many figures of
/// which each last group alone has decimals.
fn with_thin_spaces(sink: &mut Sink, mut table: Table) -> Table {
    /// Figures that show it.
    const FEWEST: usize = 3;
    /// So many say it where nothing else does.
    const MANY: usize = 6;
    let is_ungrouped = |text: &str| {
        text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() > 3)
            && matches!(figure::read(text), Reading::Figure(figure) if !figure.is_code)
    };
    let cells = || {
        let slots = table.rows.iter().flat_map(|row| &row.slots);
        slots.filter_map(|slot| if let Slot::Cell(cell) = slot { Some(cell) } else { None })
    };
    let is_space = |c: char| c == ' ' || figure::is_gap(c);
    let is_doubtful = |text: &str| {
        text.contains(is_space)
            && matches!(figure::read(text), Reading::Doubtful(Doubt::Parted))
            && figure::is_grouped_by(text, is_space)
    };
    let is_usual = |text: &str| !figure::is_grouped(text);
    let has_zero = |text: &str| {
        let groups = text.trim().split(is_space).skip(1);
        groups.into_iter().any(|group| group.starts_with('0'))
    };
    let mut grouped = cells().filter(|cell| is_doubtful(cell.text.as_str())).peekable();
    let Some(first) = grouped.peek().map(|cell| (cell.place, cell.raw.clone())) else {
        return table;
    };
    // Two figures of three digits look like one of six; of three groups, or with decimals, they do not.
    let is_one =
        |text: &str| text.contains('.') || text.trim().chars().filter(|&c| is_space(c)).count() > 1;
    let texts: Vec<&str> = grouped.map(|cell| cell.text.as_str()).collect();
    let count = texts.len();
    let is_shown = texts.iter().any(|text| is_one(text));
    let is_proven = || {
        texts.iter().any(|text| has_zero(text))
            || count >= MANY && texts.iter().all(|text| text.contains('.'))
    };
    let is_told = !texts.iter().any(|text| is_usual(text)) || is_proven();
    if count < FEWEST
        || !is_shown
        || !is_told
        || cells().any(|cell| is_ungrouped(cell.text.as_str()))
    {
        return table;
    }
    for row in &mut table.rows {
        for slot in &mut row.slots {
            if let Slot::Cell(cell) = slot
                && is_doubtful(cell.text.as_str())
            {
                let thin = |ch| if ch == ' ' { '\u{2009}' } else { figure::thin(ch) };
                let thin = |c: PlacedChar| PlacedChar { ch: thin(c.ch), ..c };
                cell.text = cell.text.chars().map(thin).collect();
            }
        }
    }
    sink.repair(Repair {
        stage: Stage::Typing,
        rule: "spaces_between_groups",
        place: Some(first.0),
        after: first.1.chars().filter(|c| !c.is_whitespace()).collect(),
        before: first.1,
    });
    table
}

/// The table with its digits side by side, where all of its figures are printed digit by digit: 1 5 9 1 4 is 15914 where
/// no figure of the table has two digits that touch. Lists of numbers, as of the kinds that a row is of, rise: 1 3 5.
fn with_close_digits(sink: &mut Sink, mut table: Table) -> Table {
    /// Figures that show it, and digits that such a figure has at least.
    const FEWEST: usize = 6;
    const LONG: usize = 3;
    let cells = || {
        let slots = table.rows.iter().flat_map(|row| &row.slots);
        slots.filter_map(|slot| if let Slot::Cell(cell) = slot { Some(cell) } else { None })
    };
    let digits = |text: &str| -> Option<Vec<u8>> {
        let digit = |part: &str| match part.as_bytes() {
            [digit] if digit.is_ascii_digit() => Some(*digit),
            _ => None,
        };
        let digits: Option<Vec<u8>> = text.split_whitespace().map(digit).collect();
        digits.filter(|digits| digits.len() > 1)
    };
    let touch =
        |text: &str| text.as_bytes().windows(2).any(|pair| pair.iter().all(u8::is_ascii_digit));
    let long: Vec<Vec<u8>> = cells()
        .filter_map(|cell| digits(cell.text.as_str()))
        .filter(|digits| digits.len() >= LONG)
        .collect();
    let rising = long.iter().filter(|digits| digits.windows(2).all(|w| w[0] < w[1])).count();
    if long.len() < FEWEST || 2 * rising >= long.len() || cells().any(|c| touch(c.text.as_str())) {
        return table;
    }
    for row in &mut table.rows {
        for slot in &mut row.slots {
            let Slot::Cell(cell) = slot else { continue };
            if digits(cell.text.as_str()).is_none() {
                continue;
            }
            cell.text = cell.text.chars().filter(|c| !c.ch.is_whitespace()).collect();
            sink.repair(Repair {
                stage: Stage::Typing,
                rule: "spread_digits",
                place: Some(cell.place),
                before: cell.raw.clone(),
                after: cell.text.as_str().to_owned(),
            });
        }
    }
    table
}

/// The table without the dots that lead from names to their figures: 合计……………… 8174.83. One text that ends so means more
/// than it says; where several do, a long name has few.
fn without_leaders(sink: &mut Sink, mut table: Table) -> Table {
    /// Texts that show it, and dots that lead, … counted as three.
    const FEWEST: usize = 3;
    const DOTS: usize = 6;
    const BEHIND_LONG_NAME: usize = 3;
    let dots = |c: char| match c {
        '…' => 3,
        '.' | '．' | '·' => 1,
        _ => 0,
    };
    let leads = |text: &str, least: usize| {
        let name = text.trim_end_matches(|c: char| dots(c) > 0 || c.is_whitespace());
        let led: usize = text[name.len()..].chars().map(dots).sum();
        (name.ends_with(han) && led >= least).then_some(name.chars().count())
    };
    let cells = table.rows.iter().flat_map(|row| &row.slots);
    let led = cells.filter(
        |slot| matches!(slot, Slot::Cell(cell) if leads(cell.text.as_str(), DOTS).is_some()),
    );
    if led.count() < FEWEST {
        return table;
    }
    for slot in table.rows.iter_mut().flat_map(|row| &mut row.slots) {
        let Slot::Cell(cell) = slot else { continue };
        let Some(count) = leads(cell.text.as_str(), BEHIND_LONG_NAME) else { continue };
        cell.text = cell.text.chars().take(count).collect();
        sink.repair(Repair {
            stage: Stage::Typing,
            rule: "leaders",
            place: Some(cell.place),
            before: cell.raw.clone(),
            after: cell.text.as_str().to_owned(),
        });
    }
    table
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

/// Puts the word for a total back under the names where it stands in the middle of several columns that it covers, and no
/// rule shows that: a row without a name whose only text is 合计 can be nothing else.
fn with_totals_named(sink: &mut Sink, columns: &Columns, mut rows: Vec<TableRow>) -> Vec<TableRow> {
    let names = || columns.group.into_iter().chain([columns.name]);
    for row in &mut rows {
        // Most rows are named: what else they hold is not looked at.
        if names().any(|col| row.cell(col).is_none_or(|cell| !cell.text.is_empty())) {
            continue;
        }
        let words: Vec<usize> = (0..row.slots.len())
            .filter(|&col| {
                row.cell(col).is_some_and(|cell| figure::kind(cell.text.as_str()) == Kind::Word)
            })
            .collect();
        let &[col] = words.as_slice() else { continue };
        let (Some(word), Some(name)) = (row.cell(col), row.cell(columns.name)) else { continue };
        if !lexicon::TOTALS.contains(&&*squeezed(word.text.as_str())) {
            continue;
        }
        let word = word.clone();
        let blank = TableCell::of(PlacedText::new(), word.place);
        let named = TableCell { place: name.place, ..word.clone() };
        sink.repair(Repair {
            stage: Stage::Typing,
            rule: "total_over_columns",
            place: Some(word.place),
            before: word.raw.clone(),
            after: word.raw,
        });
        row.slots[col] = Slot::Cell(blank);
        row.slots[columns.name] = Slot::Cell(named);
    }
    rows
}

/// Takes footnote marks off the names of rows and of their groups: 咸安区* is 咸安区. What is printed stays.
///
/// In a list of people the stars are part of their names: 何*, 李*华.
fn without_marks(sink: &mut Sink, columns: &Columns, mut rows: Vec<TableRow>) -> Vec<TableRow> {
    let is_masked = |row: &TableRow| {
        row.cell(columns.name).is_some_and(|cell| figure::is_masked_name(cell.text.as_str()))
    };
    if rows.iter().any(is_masked) {
        return rows;
    }
    for row in &mut rows {
        for &col in columns.group.iter().chain([&columns.name]) {
            let Some(Slot::Cell(cell)) = row.slots.get_mut(col) else { continue };
            let text = cell.text.as_str();
            let name = figure::without_marks(text);
            if text[..name.start].trim().is_empty() && text[name.end..].trim().is_empty() {
                continue;
            }
            let (before, after) = (text.to_owned(), text[name.clone()].to_owned());
            cell.text = cell.text.slice(name);
            let (stage, rule) = (Stage::Typing, "mark_of_name");
            sink.repair(Repair { stage, rule, place: Some(cell.place), before, after });
        }
    }
    rows
}

/// A row read, but for its place in the hierarchy.
struct Line {
    name: RowName,
    keys: Vec<Key>,
    serial: Option<Located<String>>,
    cells: Vec<Cell>,
}

/// Reads the rows one by one; rows with nothing in them are passed over.
fn lines(columns: &Columns, rows: &[TableRow], bands: &shape::Bands) -> Vec<Line> {
    let mut lines = Vec::with_capacity(rows.len());
    let mut naming = Naming::default();
    let mut carried: Vec<Key> = Vec::new();
    let mut above: Vec<Option<&TableCell>> = Vec::new();
    let last = rows.iter().rposition(|row| !is_empty(row));
    for (at, row) in rows.iter().enumerate() {
        above.resize(row.slots.len().max(above.len()), None);
        for (slot, above) in row.slots.iter().zip(&mut above) {
            match slot {
                Slot::Cell(cell) => *above = Some(cell),
                Slot::Left => *above = None,
                Slot::Above => {}
            }
        }
        if is_empty(row) {
            continue;
        }
        let row_unit = columns.units.and_then(|col| row.cell(col)).and_then(row_unit);
        let mut cells = Vec::with_capacity(columns.facts.len());
        let mut figures: Vec<Option<Decimal>> = Vec::with_capacity(columns.facts.len());
        for fact in &columns.facts {
            let column = &fact.column;
            let is_label = fact.labels_rows && row.slots.get(fact.at) == Some(&Slot::Above);
            let label = covering(row, &above, fact.at).filter(|_| is_label);
            let mut cell = read_cell(row, fact, label);
            if cell.status == Status::Value && cell.unit.is_none() && !fact.has_own_unit {
                cell.unit = row_unit.clone();
            }
            if matches!(column.role, ColumnRole::Sum | ColumnRole::Stock) {
                figures.push(cell.value.map(|value| value.decimal()));
            }
            cells.push(cell);
        }
        let covering = |col: usize| covering(row, &above, col);
        let serial = columns.serial.and_then(|col| row.cell(col));
        let band = bands.over(at);
        let mut keys = keys(columns, row, covering, &mut carried);
        if let Some(band) = band {
            keys.insert(0, Key { column: BAND.to_owned(), text: band.to_owned() });
        }
        let name = naming.name(columns, covering, Some(at) == last);
        let place = name.place.or_else(|| cells.first().map(|cell| cell.place)).unwrap_or(NOWHERE);
        let serial = serial
            .filter(|cell| {
                // What names a total is no number of it.
                let number = squeezed(cell.text.as_str());
                let is_total = lexicon::TOTALS.contains(&name.text.as_str());
                number != name.text && !(is_total && name.text.starts_with(&*number))
            })
            .and_then(|cell| located(&cell.text.trim()));
        lines.push(Line {
            name: RowName {
                text: name.text,
                place,
                indent: name.indent,
                spanned_by: name.spanned_by,
                band: band.map(str::to_owned),
                code: code(columns, row),
                figures,
            },
            keys,
            serial,
            cells,
        });
    }
    bring_to_one_unit(columns, &mut lines);
    lines
}

/// Says which columns have figures in cells over several rows: each stands with the first row of them, and may be the
/// sum of all.
fn remark_figures_over_rows(sink: &mut Sink, columns: &Columns, rows: &[TableRow]) {
    for fact in columns.facts.iter().filter(|fact| fact.column.role != ColumnRole::Text) {
        let is_over = |pair: &&[TableRow]| {
            let is_figure = |cell: &TableCell| figure::kind(cell.text.as_str()) == Kind::Figure;
            pair[1].slots.get(fact.at) == Some(&Slot::Above)
                && pair[0].cell(fact.at).is_some_and(is_figure)
                && !is_empty(&pair[1])
        };
        let mut over = rows.windows(2).filter(is_over).filter_map(|pair| pair[0].cell(fact.at));
        let Some(first) = over.next() else { continue };
        let (en, zh) = match over.count() {
            0 => (String::new(), String::new()),
            more => (format!(" (and {more} more in the column)"), format!("（本列另有{more}处）")),
        };
        sink.remark(Diagnostic {
            code: "figure_over_rows",
            severity: Severity::Warning,
            place: Some(first.place),
            message: Wording::new(
                format!(
                    "{} stands in a cell over several rows, and was read with the first{en}",
                    first.raw
                ),
                format!("“{}”所在单元格跨多行，已归入首行{zh}", first.raw),
            ),
            hint: Some(Wording::new("look whose figure it is", "请核对该数字属于哪些行")),
        });
    }
}

/// Brings the figures by which rows are told to belong together to one unit, column by column, where
/// cells print units of their own: 1.2亿元 and 4800万元.
fn bring_to_one_unit(columns: &Columns, lines: &mut [Line]) {
    let adds_up =
        |fact: &&FactColumn| matches!(fact.column.role, ColumnRole::Sum | ColumnRole::Stock);
    let of_column = |fact: &FactColumn| fact.column.unit.clone();
    let units: Vec<Option<String>> = columns.facts.iter().filter(adds_up).map(of_column).collect();
    for (at, of_column) in units.iter().enumerate() {
        let cells = columns.facts.iter().enumerate().filter(|(_, fact)| adds_up(fact));
        let Some((cell, _)) = cells.into_iter().nth(at) else { continue };
        if lines.iter().all(|line| line.cells[cell].unit.is_none()) {
            continue;
        }
        for line in lines.iter_mut() {
            let unit = line.cells[cell].unit.as_ref().or(of_column.as_ref());
            let power = unit.and_then(|unit| lexicon::measure(unit)).map_or(0, |unit| unit.power);
            let factor = Decimal::from(10_u64.pow(power));
            if let Some(figure) = line.name.figures.get_mut(at) {
                *figure = figure.and_then(|figure| figure.checked_mul(factor));
            }
        }
    }
}

/// The key under which a row has the text of the band it stands below: a band has no header.
const BAND: &str = "分组";

/// Whether nothing is printed in the row.
fn is_empty(row: &TableRow) -> bool {
    row.slots.iter().all(|slot| match slot {
        Slot::Cell(cell) => cell.text.is_empty(),
        _ => true,
    })
}

/// The unit that a cell of a column of units gives its row.
fn row_unit(cell: &TableCell) -> Option<String> {
    let unit = squeezed(cell.text.as_str()).replace('％', "%");
    Some(unit).filter(|unit| lexicon::is_unit_of_row(unit))
}

/// The account code of a row: that of its column, or those of 类, 款 and 项 one behind the other.
fn code(columns: &Columns, row: &TableRow) -> Option<String> {
    let tiers = columns.codes.iter().filter_map(|&col| row.cell(col));
    let code: String = tiers.map(|cell| squeezed(cell.text.as_str())).collect();
    let is_code = !code.is_empty() && code.chars().all(|c| c.is_ascii_digit());
    is_code.then_some(code)
}

/// The rows beside the labels of their own prefectures, where their names say which those are.
fn beside_own_labels(
    sink: &mut Sink,
    columns: &Columns,
    mut lines: Vec<Line>,
    context: &Context,
) -> Vec<Line> {
    if columns.group.is_none() {
        return lines;
    }
    let names: Vec<RowName> = lines.iter().map(|line| line.name.clone()).collect();
    let Some(labels) = regions::labels::of_names(&names, context) else { return lines };
    let key = columns.keys.iter().find(|key| Some(key.at) == columns.group);
    for (line, label) in lines.iter_mut().zip(labels) {
        if line.name.spanned_by == label {
            continue;
        }
        sink.repair(Repair {
            stage: Stage::Typing,
            rule: "label_of_rows",
            place: Some(line.name.place),
            before: line.name.spanned_by.clone().unwrap_or_default(),
            after: label.clone().unwrap_or_default(),
        });
        if let (Some(key), Some(label)) = (key, &label) {
            line.keys.retain(|own| own.column != key.header);
            line.keys.insert(0, Key { column: key.header.clone(), text: label.clone() });
        }
        line.name.spanned_by = label;
    }
    lines
}

/// Leaves out rows that number the columns: 栏次 1 2 3.
fn without_column_numbers(sink: &mut Sink, mut lines: Vec<Line>) -> Vec<Line> {
    let is_numbering = |line: &Line| {
        let cells = line.cells.iter().map(|cell| cell.raw.as_str());
        numbering::is_numbering([line.name.text.as_str()].into_iter().chain(cells))
    };
    lines.retain(|line| {
        let is_numbering = is_numbering(line);
        if is_numbering {
            sink.repair(Repair {
                stage: Stage::Typing,
                rule: "column_numbers",
                place: Some(line.name.place),
                before: line.name.text.clone(),
                after: String::new(),
            });
        }
        !is_numbering
    });
    lines
}

/// What the row has in the columns that tell rows apart. `carried` holds what the rows above left to
/// those below them.
fn keys<'a>(
    columns: &Columns,
    row: &TableRow,
    covering: impl Fn(usize) -> Option<&'a TableCell>,
    carried: &mut Vec<Key>,
) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    let carries = columns.keys.iter().any(|column| column.carries);
    for column in &columns.keys {
        // One cell over several key columns is said once.
        if !keys.is_empty() && row.slots.get(column.at) == Some(&Slot::Left) {
            continue;
        }
        let text = covering(column.at).map(|cell| squeezed(cell.text.as_str())).unwrap_or_default();
        let key = Key { column: column.header.clone(), text: text.into_owned() };
        let known = carried.iter().position(|known| known.column == key.column);
        match (known, key.text.is_empty()) {
            (Some(known), true) if column.carries => keys.push(carried[known].clone()),
            (_, true) => {}
            (known, false) => {
                if carries {
                    carried.truncate(known.unwrap_or(carried.len()));
                    carried.push(key.clone());
                }
                keys.push(key);
            }
        }
    }
    keys
}

/// The cell that covers a place of a row.
fn covering<'a>(
    row: &'a TableRow,
    above: &[Option<&'a TableCell>],
    col: usize,
) -> Option<&'a TableCell> {
    let mut at = col;
    while at > 0 && row.slots.get(at) == Some(&Slot::Left) {
        at -= 1;
    }
    match row.slots.get(at)? {
        Slot::Cell(cell) => Some(cell),
        _ => *above.get(at)?,
    }
}

/// Names rows one after the other: a prefecture's name holds for the rows below it.
#[derive(Default)]
struct Naming {
    prefecture: Option<String>,
    /// Whether a prefecture has had a row of its own, 小计 or 合计.
    has_own_rows: bool,
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
        is_last: bool,
    ) -> Name {
        let text = |cell: Option<&TableCell>| {
            cell.map(|cell| squeezed(cell.text.as_str()).into_owned()).unwrap_or_default()
        };
        let own = covering(columns.name);
        // 合 | 计, parted over 序号 and the names.
        let parted = columns.serial.map(|col| {
            let group = columns.group.filter(|&group| group < columns.name);
            text(covering(col)) + &text(group.and_then(&covering)) + &text(own)
        });
        let parted = parted.filter(|all| lexicon::TOTALS.contains(&all.as_str()));
        let is_parted = parted.is_some();
        let mut name = Name {
            text: parted.unwrap_or_else(|| text(own)),
            place: own.map(|cell| cell.place),
            indent: own.and_then(|cell| Some(cell.text.place()?.left() - cell.place.left())),
            spanned_by: None,
        };
        if is_parted {
            self.prefecture = None;
            return name;
        }
        if let Some(col) = columns.group {
            let cell = covering(col);
            // 其中 beside the counties of a city names none: they are the city's above.
            let prefecture = Some(text(cell)).filter(|text| !is_among(text)).unwrap_or_default();
            // 合计 in the last row, beside no label, where no prefecture has such a row, is the sum of all.
            let is_whole = is_last
                && !self.has_own_rows
                && prefecture.is_empty()
                && lexicon::TOTALS.contains(&name.text.as_str());
            if is_whole {
                self.prefecture = None;
                return name;
            }
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
                self.has_own_rows = true;
                name.text = prefecture.clone();
                name.place =
                    cell.filter(|cell| !cell.text.is_empty()).map(|c| c.place).or(name.place);
            }
            name.spanned_by = self.prefecture.clone();
        } else if name.text.is_empty() {
            // A total row may bear its name in the column of serial numbers or of codes.
            let others =
                columns.serial.iter().chain(&columns.codes).filter(|&&at| at < columns.name);
            let words = others
                .filter_map(|&at| covering(at))
                .find(|cell| text(Some(cell)).chars().any(|c| !c.is_ascii_digit()));
            if let Some(cell) = words {
                name.text = text(Some(cell));
                name.place = Some(cell.place);
            }
        }
        name
    }
}

/// Whether a label says no more than that what stands beside it is a part of what stands above.
fn is_among(label: &str) -> bool {
    label.trim_end_matches([':', '：']) == "其中"
}

/// Reads the cell of a column of facts. What another cell covers is blank, but where that is a label of each row.
fn read_cell(row: &TableRow, fact: &FactColumn, label: Option<&TableCell>) -> Cell {
    let column = &fact.column;
    let Some(cell) = row.cell(fact.at).or(label) else {
        let place = row.slots.iter().find_map(|slot| match slot {
            Slot::Cell(cell) => Some(cell.place),
            _ => None,
        });
        let place = place.unwrap_or(NOWHERE);
        return Cell::blank(place);
    };
    let text = cell.text.as_str();
    let reading = figure::read(text);
    let mut read = Cell { raw: cell.raw.clone(), ..Cell::blank(cell.place) };
    read.status = match (column.role, reading) {
        (_, Reading::Blank) => Status::Blank,
        (_, Reading::Unreadable) => Status::Unreadable,
        // Among words, 待定 is one more; a dash and 无 are still nothing.
        (ColumnRole::Text, Reading::Mark) if !is_nothing(text) || is_tick(fact, text) => {
            Status::Text
        }
        (_, Reading::Mark) => Status::Placeholder,
        (ColumnRole::Text, _) => Status::Text,
        (_, Reading::Figure(figure)) => {
            read.value = Some(Amount::new(figure.value));
            read.unit = columns::unit_of_cell(&figure, column);
            read.mark = Some(figure.mark + cell.marks.as_str()).filter(|mark| !mark.is_empty());
            Status::Value
        }
        _ => Status::Text,
    };
    read.text = (read.status == Status::Text).then(|| columns::joined(&cell.text));
    read
}

/// Whether a mark for nothing, ×, is one of the column's ticks.
fn is_tick(fact: &FactColumn, text: &str) -> bool {
    fact.holds_ticks && text.trim().chars().all(|c| TICKS.contains(c))
}

/// Whether a text says that nothing is there, also among words.
fn is_nothing(text: &str) -> bool {
    figure::is_drawn_mark(text) || squeezed(text) == "无"
}

/// The rows in the order their authors meant, with their bands: page by page, or, where a long table
/// was folded into panels before it was cut into pages (in a text, by a blank line), panel by panel.
/// Serial numbers say which, or else names and sums; where nothing does, page by page.
fn in_order(
    columns: &Columns,
    rows: Vec<TableRow>,
    bands: shape::Bands,
    context: &Context,
) -> (Vec<TableRow>, shape::Bands) {
    // Behind the last panel of one page the first of the next follows.
    if rows.windows(2).all(|w| w[0].panel <= w[1].panel) {
        return (rows, bands);
    }
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|&i| rows[i].panel);
    let by_panel: Vec<TableRow> = order.iter().map(|&i| rows[i].clone()).collect();
    let bands_by_panel = bands.in_order(&order);
    let by_pages = lines(columns, &rows, &bands);
    let by_panels = lines(columns, &by_panel, &bands_by_panel);
    let steps = |lines: &[Line]| {
        let serials = lines.iter().filter_map(|line| line.serial.as_ref());
        let numbers: Vec<u32> = serials.filter_map(|s| s.value.trim().parse().ok()).collect();
        numbers.windows(2).filter(|pair| pair[1] == pair[0].saturating_add(1)).count() as i64
    };
    let fit = |lines: &[Line]| {
        let names: Vec<RowName> = lines.iter().map(|line| line.name.clone()).collect();
        regions::order_fit(&names, context)
    };
    let is_by_panel = match columns.serial {
        Some(_) => steps(&by_panels) > steps(&by_pages),
        None => fit(&by_panels) > fit(&by_pages),
    };
    if is_by_panel { (by_panel, bands_by_panel) } else { (rows, bands) }
}
