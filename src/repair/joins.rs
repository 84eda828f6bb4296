//! Which fragments are one table, and that table whole again.
//!
//! A table goes on over pages and panels until another title, another unit or another header begins
//! the next one. Header forms are `headers`' knowledge, torn rows `rows`', tables cut left and right
//! `halves`'.

use crate::diag::{self, Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::lexicon;
use crate::place::PlacedText;
use crate::repair::above;
use crate::repair::continued;
use crate::repair::document::{Slot, Table, TableCell, TableRow};
use crate::repair::halves;
use crate::repair::headers::{self, Again};
use crate::repair::loose::{self, Lone};
use crate::repair::rows::{self, Kinds};
use crate::repair::sheet;
use crate::segment::outline::{Block, Fragment, GridCell, Layout, Role, Ruling, TextBlock};
use std::collections::BTreeSet;

/// How many rows back the kinds of columns are judged by; a whole long table would be counted
/// again for every page.
const RECENT: usize = 200;

/// How many tables back a page may go on with: the parts of a wide table stand on so many pages
/// before it is the first one's turn again.
const PARTS: usize = 6;

/// The tables among the blocks of one annex (or of the front), each joined over all pages and
/// panels it stands on. Text blocks count as evidence: a title or another unit begins a new table,
/// 续表 goes on with the last one. The cells are taken out of the blocks.
pub fn tables(sink: &mut Sink, blocks: &mut [Block]) -> Vec<Table> {
    let mut joining = Joining::default();
    for block in blocks {
        match block {
            Block::Text(text) => joining.read_text(sink, text),
            Block::Table(fragment) => {
                let cells = std::mem::take(&mut fragment.cells);
                joining.read_fragment(sink, Fragment { cells, ..fragment.clone() });
            }
            Block::Image { .. } => {}
        }
    }
    joining.loose.extend(joining.heading.take());
    joining.place_loose(sink, None, Lone::NameMayNotStand);
    let left = std::mem::take(&mut joining.left);
    let groups = halves::under_title(joining.into_groups());
    let mut tables: Vec<Table> =
        groups.into_iter().flat_map(|group| halves::join(sink, group)).collect();
    for table in &mut tables {
        continued::names(sink, table);
    }
    remark_parts(sink, &left, &tables);
    tables
}

/// Says which of the lines that stand outside all tables look like a part of one.
fn remark_parts(sink: &mut Sink, lines: &[TextBlock], tables: &[Table]) {
    let texts = tables.iter().flat_map(|table| &table.header).flat_map(|row| &row.slots);
    let header: BTreeSet<char> = texts
        .filter_map(|slot| match slot {
            Slot::Cell(cell) => Some(cell.text.as_str().chars()),
            _ => None,
        })
        .flatten()
        .collect();
    let is_part = |line: &&TextBlock| {
        loose::may_be_part(line, &header) || tables.iter().any(|table| loose::is_among(line, table))
    };
    let parts: Vec<&TextBlock> = lines.iter().filter(is_part).collect();
    for of_page in parts.chunk_by(|a, b| a.page == b.page) {
        // A header that is printed again on a page without rows.
        let is_on_page = |table: &Table| table.rows.iter().any(|row| row.page == of_page[0].page);
        let is_header = |line: &&TextBlock| loose::is_of_header(line, &header);
        if !tables.iter().any(is_on_page) && of_page.iter().all(is_header) {
            continue;
        }
        let (line, more) = (of_page[0], of_page.len() - 1);
        let (en, zh) = match more {
            0 => (String::new(), String::new()),
            more => (format!(" (and {more} more on the page)"), format!("（本页另有{more}处）")),
        };
        sink.remark(Diagnostic {
            code: "text_outside_table",
            severity: Severity::Warning,
            place: line.text.place(),
            message: Wording::new(
                format!("stands beside a table and in none of its cells: {}{en}", line.raw),
                format!("印在表格旁，未能归入任何单元格：{}{zh}", line.raw),
            ),
            hint: Some(Wording::new("compare with the page", "请对照原页")),
        });
    }
}

/// Edges of one table's columns on two pages differ by no more than this share of its width.
const SAME_EDGE: f32 = 0.03;

/// A table that may still go on.
struct Open {
    table: Table,
    /// x of the columns' edges on the page the table began.
    col_edges: Vec<f32>,
    /// Whether those edges are drawn on paper.
    is_drawn: bool,
    /// How many panels its last page has.
    panels: u16,
    /// The header as the grid of the first page shows it, as later pages repeat it.
    printed: Vec<TableRow>,
}

/// The tables under one title so far, and what was said since the last fragment.
#[derive(Default)]
struct Joining {
    /// Groups closed by a title, and the one still open at the end.
    groups: Vec<Vec<Open>>,
    title: Option<PlacedText>,
    /// Font size of the title, in points.
    title_size: f32,
    unit: Option<PlacedText>,
    /// Whether a title, unit or heading said that what follows is another table.
    parted: bool,
    /// The last line since the last fragment that may say whose rows the next one has.
    heading: Option<TextBlock>,
    /// What said so of the last table.
    last_heading: Option<String>,
    /// Lines since the last fragment that may be rows of its table.
    loose: Vec<TextBlock>,
    /// Those that were none.
    left: Vec<TextBlock>,
    /// The page of the last chart's caption since the last fragment: below it stand names and scales of the chart.
    chart: Option<u32>,
}

impl Joining {
    /// Weighs a line between fragments.
    fn read_text(&mut self, sink: &mut Sink, text: &TextBlock) {
        match text.role {
            Role::Prose if self.chart == Some(text.page) => return,
            Role::Prose if lexicon::is_chart_caption(&squeezed(&text.text)) => {
                self.chart = Some(text.page);
                return;
            }
            Role::Prose => {
                if names_prefecture(&squeezed(&text.text)) {
                    self.loose.extend(self.heading.replace(text.clone()));
                    return;
                }
                // Words between the two say that it is no heading of the table.
                self.loose.extend(self.heading.take());
                // Long text is none of a table's.
                if self.loose.len() >= RECENT {
                    self.loose.clear();
                }
                self.loose.push(text.clone());
                return;
            }
            // Smaller words under the title are no part of it.
            Role::AnnexTitle if self.parted && text.size < self.title_size - 1.0 => {
                self.loose.push(text.clone());
                return;
            }
            Role::Continuation => {}
            _ => self.place_loose(sink, None, Lone::NameMayNotStand),
        }
        match text.role {
            Role::AnnexTitle => match &mut self.title {
                Some(title) if squeezed(title) == squeezed(&text.text) => {
                    note(sink, "repeated_title", Some(text.text.clone()), &text.raw);
                }
                // A title of several lines, before its table.
                Some(title) if self.parted => title.append(&text.text),
                _ => {
                    self.title = Some(text.text.clone());
                    self.title_size = text.size;
                    self.unit = None;
                    self.parted = true;
                }
            },
            Role::UnitCaption => match &self.unit {
                Some(unit) if squeezed(unit) == squeezed(&text.text) => {}
                _ => {
                    self.unit = Some(text.text.clone());
                    self.parted = true;
                }
            },
            Role::Continuation => {
                note(sink, "continuation_caption", Some(text.text.clone()), &text.raw);
            }
            Role::Heading { .. } => {
                self.title = Some(text.text.clone());
                self.parted = true;
            }
            _ => {}
        }
    }

    /// Puts lines that are rows to the latest table, or to the one of the last group that is named.
    fn place_loose(&mut self, sink: &mut Sink, table: Option<usize>, lone: Lone) {
        let lines = std::mem::take(&mut self.loose);
        let Some(group) = self.groups.last_mut() else { return self.left.extend(lines) };
        let index = table.unwrap_or(group.len().saturating_sub(1));
        let Some(open) = group.get_mut(index) else { return self.left.extend(lines) };
        // Text between tables is long only where it is none of them.
        for line in lines.iter().take(RECENT) {
            let row = loose::row_of(line, &open.col_edges, &open.kinds(), lone);
            let Some(row) = row else {
                if loose::may_be_row(line, &open.col_edges, &open.kinds()) {
                    remark_outside(sink, line);
                } else {
                    self.left.push(line.clone());
                }
                continue;
            };
            note(sink, "row_outside_grid", Some(line.text.clone()), &line.raw);
            open.add(sink, vec![row]);
        }
    }

    /// Puts a fragment to the table it goes on with, or begins one with it.
    fn read_fragment(&mut self, sink: &mut Sink, mut fragment: Fragment) {
        sheet::without_headings(sink, &mut fragment);
        self.chart = None;
        let folded = self.groups.last().and_then(|group| group.last());
        match folded.and_then(|open| open.unfold(&fragment)) {
            Some(panels) => panels.into_iter().for_each(|panel| self.read_panel(sink, panel, true)),
            None => self.read_panel(sink, fragment, false),
        }
    }

    /// Puts a panel to the table it goes on with, or begins one with it. `is_folded`: as many columns as those of all
    /// panels of the last table say that it is one of them, even where it has but a total.
    fn read_panel(&mut self, sink: &mut Sink, mut fragment: Fragment, is_folded: bool) {
        let mut rows = rows::rows_of(sink, &mut fragment);
        let mut parts = Vec::new();
        let fragment = &fragment;
        let captions = take_captions(sink, &mut rows);
        if captions.title.is_some() || captions.unit.is_some() {
            let is_new = |old: &Option<PlacedText>, new: &Option<PlacedText>| match (old, new) {
                (_, None) => false,
                (None, Some(_)) => true,
                (Some(old), Some(new)) => squeezed(old) != squeezed(new),
            };
            self.parted |=
                is_new(&self.title, &captions.title) || is_new(&self.unit, &captions.unit);
            self.title = captions.title.or(self.title.take());
            self.unit = captions.unit.or(self.unit.take());
        }
        if rows.is_empty() {
            return;
        }
        let heading = self.take_heading(&rows, fragment);
        // Tables in one grid, each below its header, are read one after the other.
        for at in headers::others_among(&rows).into_iter().rev() {
            parts.push(rows.split_off(at));
        }
        self.read_rows(sink, rows, fragment, is_folded);
        if let (Some(_), Some(open)) = (&heading, self.groups.last_mut().and_then(|g| g.last_mut()))
        {
            open.table.heading = heading;
        }
        for rows in parts.into_iter().rev() {
            self.read_rows(sink, rows, fragment, false);
        }
    }

    /// Takes the line that says whose rows these are: on the page of a table with a header of its own, above it.
    fn take_heading(&mut self, rows: &[TableRow], fragment: &Fragment) -> Option<PlacedText> {
        let line = self.heading.take()?;
        let is_over = line.page == fragment.page
            && line.bbox.y1 <= fragment.bbox.y0
            && headers::tiers(rows, &Kinds::of(rows.iter(), fragment.cols())) > 0;
        if !is_over {
            self.loose.push(line);
            return None;
        }
        let said = squeezed(&line.text);
        // Above each page of a table it says nothing new.
        let is_new = self.last_heading.replace(said.clone()).is_none_or(|last| last != said);
        self.parted |= is_new;
        is_new.then_some(line.text)
    }

    /// Puts the rows of a table to the one they go on with, or begins one with them.
    fn read_rows(
        &mut self,
        sink: &mut Sink,
        rows: Vec<TableRow>,
        fragment: &Fragment,
        is_folded: bool,
    ) {
        if self.parted || self.groups.is_empty() {
            self.groups.push(Vec::new());
            self.parted = false;
        }
        let Some(group) = self.groups.last() else { return };
        let last = group.len().checked_sub(1).filter(|_| is_folded).map(|last| (last, None));
        let found = which_table(group, &rows, fragment).or(last);
        // A name at the foot of a page is a row if the next page begins with figures that lack one.
        let lone = match found {
            Some((index, header)) if group[index].lacks_name(&rows, header) => Lone::NameMayStand,
            _ => Lone::NameMayNotStand,
        };
        let above = match found {
            Some(_) => Vec::new(),
            None => {
                let tiers = headers::tiers(&rows, &Kinds::of(rows.iter(), fragment.cols()));
                above::lines_above(&self.loose, fragment, tiers)
            }
        };
        if above.is_empty() {
            self.place_loose(sink, found.map(|(index, _)| index), lone);
        }
        self.loose.clear();
        let (title, unit) = (self.title.clone(), self.unit.clone());
        let Some(group) = self.groups.last_mut() else { return };
        match found {
            Some((index, header)) => group[index].go_on(sink, rows, fragment, header),
            None => {
                let mut open = Open::begin(sink, rows, fragment, title, unit);
                let header = std::mem::take(&mut open.table.header);
                open.printed = header.clone();
                open.table.header = above::with_lines(header, &above, fragment);
                group.push(open);
            }
        }
    }

    /// The tables under each title, in order.
    fn into_groups(self) -> Vec<Vec<Table>> {
        self.groups
            .into_iter()
            .map(|group| group.into_iter().map(|open| open.table).collect())
            .collect()
    }
}

/// Text without white space.
fn squeezed(text: &PlacedText) -> String {
    text.as_str().chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whether a line, without white space, is the name of a prefecture alone, as it stands over its rows: 南昌市,
/// 填报单位：南昌市.
fn names_prefecture(line: &str) -> bool {
    /// Labels before names are no longer.
    const LONGEST: usize = 12;
    let is_short = |text: &str| text.chars().count() <= LONGEST;
    let name = match line.split_once(['：', ':']) {
        Some((label, name)) if is_short(label) => name,
        Some(_) => return false,
        None => line,
    };
    lexicon::ends_as_prefecture(name)
}

/// Says that a line beside a table looks like one of its rows and was not read as one.
fn remark_outside(sink: &mut Sink, line: &TextBlock) {
    sink.remark(Diagnostic {
        code: "row_outside_table",
        severity: Severity::Warning,
        place: line.text.place(),
        message: Wording::new(
            format!(
                "figures stand below the table's columns and in none of its rows: {}",
                line.raw
            ),
            format!("表格各列下方另有数字，未能归入任何一行：{}", line.raw),
        ),
        hint: Some(Wording::new("compare with the page", "请对照原页")),
    });
}

/// Puts on record that a printed text is not part of what it stands in.
fn note(sink: &mut Sink, rule: &'static str, text: Option<PlacedText>, raw: &str) {
    sink.repair(Repair {
        stage: Stage::Repair,
        rule,
        place: text.and_then(|text| text.place()),
        before: raw.to_owned(),
        after: String::new(),
    });
}

/// Puts on record that a row is no row of data.
fn note_row(sink: &mut Sink, rule: &'static str, row: &TableRow) {
    sink.repair(Repair {
        stage: Stage::Repair,
        rule,
        place: rows::place_of(row),
        before: rows::printed(row),
        after: String::new(),
    });
}

/// Title and unit that stand inside a grid, in rows of one cell over all columns.
#[derive(Default)]
struct Captions {
    title: Option<PlacedText>,
    unit: Option<PlacedText>,
}

/// Takes the rows of one wide cell from the top: a title, a unit, 续表.
fn take_captions(sink: &mut Sink, rows: &mut Vec<TableRow>) -> Captions {
    let mut captions = Captions::default();
    while rows.len() > 1 {
        let row = &rows[0];
        let is_one_cell = row.slots.len() > 1
            && row.slots[1..].iter().all(|slot| matches!(slot, Slot::Left))
            && rows[1].cell(0).is_some();
        // Above figures such a cell heads a group of rows; a title stands above a header.
        let is_over_data =
            (1..row.slots.len()).any(|col| rows::is_figure(&rows::text_at(&rows[1], col)));
        let Some(cell) = row.cell(0).filter(|cell| is_one_cell && !cell.text.is_empty()) else {
            break;
        };
        let text = squeezed(&cell.text);
        let rule = if text.contains("续表") || text.ends_with("（续）") || text.ends_with("(续)")
        {
            "continuation_caption"
        } else if text.contains("单位：") || text.contains("单位:") {
            captions.unit = Some(cell.text.clone());
            "caption_in_grid"
        } else if is_over_data {
            break;
        } else {
            captions.title = Some(cell.text.clone());
            "caption_in_grid"
        };
        note(sink, rule, Some(cell.text.clone()), &cell.raw);
        rows.remove(0);
    }
    captions
}

/// How the header of a table shows on a page that goes on with it: so many rows, in which form.
type HeaderAgain = Option<(usize, Again)>;

/// The table of the group that these rows go on with, the latest first.
fn which_table(
    group: &[Open],
    rows: &[TableRow],
    fragment: &Fragment,
) -> Option<(usize, HeaderAgain)> {
    // A page that shows a header whole belongs to the table of that header, even where the halves of
    // a wide table stand on every other page.
    for (index, open) in group.iter().enumerate().rev().take(PARTS) {
        if open.table.columns == fragment.cols()
            && let Some((count, Again::Whole)) = open.header_again(rows)
            && !open.is_finished(&rows[count..])
        {
            return Some((index, Some((count, Again::Whole))));
        }
    }
    let goes_on = |open: &Open| -> Option<HeaderAgain> {
        let rows = open.fit(rows, fragment)?;
        let header = open.header_again(&rows);
        let data = &rows[header.map_or(0, |(count, _)| count)..];
        let is_alike =
            header.is_some() || open.has_edges_of(fragment) || open.is_left_bare(&rows, fragment);
        (is_alike && open.goes_on_with(data, header.is_some())).then_some(header)
    };
    let latest = group.len().saturating_sub(PARTS);
    let (index, header) =
        (latest..group.len()).rev().find_map(|i| Some((i, goes_on(&group[i])?)))?;
    // Of the parts of a wide table that name their rows again, the first one with the fewest rows is due.
    let is_part = |open: &Open| halves::named_alike(&open.table, &group[index].table).is_some();
    let fewer = |&i: &usize| {
        group[i].table.rows.len() <= group[index].table.rows.len() && is_part(&group[i])
    };
    let due = (latest..index).filter(fewer).min_by_key(|&i| group[i].table.rows.len());
    due.and_then(|i| Some((i, goes_on(&group[i])?))).or(Some((index, header)))
}

impl Open {
    /// A table that begins with this fragment.
    fn begin(
        sink: &mut Sink,
        mut rows: Vec<TableRow>,
        fragment: &Fragment,
        title: Option<PlacedText>,
        unit: Option<PlacedText>,
    ) -> Open {
        let columns = fragment.cols();
        let is_drawn = fragment.ruling == Ruling::Grid && fragment.layout == Layout::Seen;
        let tiers = headers::tiers(&rows, &Kinds::of(rows.iter(), columns));
        let mut data = rows.split_off(tiers);
        uncover(&mut data);
        let (numbering, header) = rows.into_iter().partition(headers::is_numbering);
        let numbering: Vec<TableRow> = numbering;
        for row in &numbering {
            note_row(sink, "column_numbers", row);
        }
        let data = headers::without_repeats(&header, data, |row| {
            note_row(sink, Again::Whole.rule(), row);
        });
        let data = rows::without_carried(data, |row| note_row(sink, "page_carry", row));
        Open {
            table: Table { columns, title, heading: None, unit, header, rows: data },
            col_edges: fragment.col_edges.clone(),
            is_drawn,
            panels: fragment.panels,
            printed: Vec::new(),
        }
    }

    /// How the rows repeat the header, if they do.
    fn header_again(&self, rows: &[TableRow]) -> HeaderAgain {
        headers::again(&self.printed, rows).or_else(|| headers::again(&self.table.header, rows))
    }

    /// The latest rows.
    fn recent(&self) -> std::slice::Iter<'_, TableRow> {
        self.table.rows[self.table.rows.len().saturating_sub(RECENT)..].iter()
    }

    /// What the columns hold, by the latest rows.
    fn kinds(&self) -> Kinds {
        Kinds::of(self.recent(), self.table.columns)
    }

    /// What the columns hold on both sides of a page's edge. The rows at the edge may be halves of
    /// one: they say little of the key column, but more than nothing where few rows are known.
    fn kinds_around(&self, next: &[TableRow]) -> Kinds {
        let columns = self.table.columns;
        let (before, after) = (self.recent(), next.iter().skip(1));
        let mut kinds = Kinds::of(before.clone().chain(after.clone()), columns);
        let inner = before.clone().take(before.len().saturating_sub(1)).chain(after.clone());
        if inner.clone().count() >= 3 {
            kinds.key = Kinds::of(inner, columns).key;
        } else if headers::is_serial(&self.table.header) {
            kinds.key = Some(0);
        } else if before.len() + after.len() < 3 {
            kinds.key = Kinds::of(before.chain(next), columns).key.or(kinds.key);
        }
        kinds
    }

    /// The rows laid out on the table's columns; `None` where they do not fit.
    ///
    /// Occurs where a page lacks what would show a column: trailing blanks dropped from a text, a
    /// column without rules and without words on this page.
    fn fit(&self, rows: &[TableRow], fragment: &Fragment) -> Option<Vec<TableRow>> {
        let (have, want) = (fragment.cols(), self.table.columns);
        if have == want {
            return Some(rows.to_vec());
        }
        // A column alone within rules is the last one of a table too wide for its sheet.
        let is_last_column = have == 1 && fragment.ruling == Ruling::Grid;
        if have > want || have == 0 || is_last_column {
            return None;
        }
        let onto: Vec<usize> = match fragment.layout {
            Layout::Seen => self.columns_below(rows, fragment)?,
            Layout::Flow | Layout::Typed => (0..have).collect(),
        };
        let mut fitted = Vec::with_capacity(rows.len());
        for row in rows {
            let place = rows::place_of(row).unwrap_or_else(|| fragment.place_of(&fragment.bbox));
            let mut slots: Vec<Slot> = (0..want).map(|_| rows::blank(place)).collect();
            let mut next = 0;
            for (slot, &col) in row.slots.iter().zip(&onto) {
                // A title over several columns is over those between them too.
                if *slot == Slot::Left {
                    slots[next..col].fill(Slot::Left);
                }
                slots[col] = slot.clone();
                next = col + 1;
            }
            fitted.push(TableRow { slots, page: row.page, panel: row.panel });
        }
        Some(fitted)
    }

    /// Whether the columns are as wide as those of the table, as far as their edges are drawn: those
    /// of a text are not, nor are those of a table without rules.
    fn has_edges_of(&self, fragment: &Fragment) -> bool {
        let (own, theirs) = (&self.col_edges, &fragment.col_edges);
        if !self.is_drawn || fragment.ruling != Ruling::Grid || own.len() != theirs.len() {
            return true;
        }
        // A page may be set smaller than the first, or further to the right.
        let shares = |edges: &[f32]| -> Vec<f32> {
            let (first, last) = (edges.first().copied(), edges.last().copied());
            let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
            edges.iter().map(|edge| (edge - first) / (last - first).max(1.0)).collect()
        };
        shares(own).iter().zip(shares(theirs)).all(|(a, b)| (a - b).abs() <= SAME_EDGE)
    }

    /// Whether the rows begin the next page without any header, though their columns are of other widths: a table of as
    /// many columns that has no header can be no other one.
    fn is_left_bare(&self, rows: &[TableRow], fragment: &Fragment) -> bool {
        let is_next = self.table.rows.last().is_some_and(|row| row.page + 1 == fragment.page);
        let kinds = Kinds::of(rows.iter(), self.table.columns);
        is_next && self.table.columns == fragment.cols() && headers::tiers(rows, &kinds) == 0
    }

    /// Under which of the table's columns each column of the fragment stands; `None` where two
    /// stand under one. Where no upright rules are drawn, a column has the room of a blank one beside it: its texts tell.
    fn columns_below(&self, rows: &[TableRow], fragment: &Fragment) -> Option<Vec<usize>> {
        let mut onto: Vec<usize> = Vec::new();
        for (column, edges) in fragment.col_edges.windows(2).enumerate() {
            let is_alone = |row: &&TableRow| row.slots.get(column + 1) != Some(&Slot::Left);
            let text = |row: &TableRow| row.cell(column)?.text.place()?.bbox();
            let texts = rows.iter().filter(is_alone).filter_map(text);
            let room = match fragment.ruling {
                Ruling::Grid => None,
                _ => texts.reduce(|a, b| a.union(&b)),
            };
            let (x0, x1) = room.map_or((edges[0], edges[1]), |texts| (texts.x0, texts.x1));
            let shared = |col: usize| match self.col_edges.get(col..col + 2) {
                Some(own) => (x1.min(own[1]) - x0.max(own[0])).max(0.0),
                None => 0.0,
            };
            let best = (0..self.table.columns).max_by(|&a, &b| shared(a).total_cmp(&shared(b)))?;
            if shared(best) <= 0.0 || onto.last().is_some_and(|&last| last >= best) {
                return None;
            }
            onto.push(best);
        }
        Some(onto)
    }

    /// Whether these rows under a repeated header begin another table with the same header: their
    /// serial numbers begin anew, as they did not before within this one.
    fn is_finished(&self, data: &[TableRow]) -> bool {
        let serial = |row: &TableRow| rows::text_at(row, 0).parse::<u32>().ok();
        let Some(first) = data.iter().find_map(serial) else { return false };
        let last = self.table.rows.iter().rev().take(RECENT).find_map(serial);
        let is_serial = headers::is_serial(&self.table.header);
        let begins_anew = |serials: &[u32]| serials.windows(2).any(|w| w[1] == 1 && w[0] > 1);
        let serials = || self.table.rows.iter().filter_map(serial).collect::<Vec<u32>>();
        is_serial && first == 1 && last.is_some_and(|last| last > 1) && !begins_anew(&serials())
    }

    /// Whether these rows may go on with this table: figures under figures, names under names.
    fn goes_on_with(&self, data: &[TableRow], has_header: bool) -> bool {
        let own = self.kinds();
        let theirs = Kinds::of(data.iter(), self.table.columns);
        if self.is_finished(data) || (!has_header && headers::is_other_header(&own, data)) {
            return false;
        }
        // The right half of a wide table has no names.
        if let Some(key) = own.key.filter(|&key| own.words[key] && !own.figures[key]) {
            let named = data.iter().filter(|row| !rows::is_blank(row, key)).count();
            if data.len() > 1 && named * 2 < data.len() {
                return false;
            }
        }
        (0..self.table.columns).all(|col| {
            // A column of names does not turn into one of figures: that would be the right half of a
            // wide table.
            let lost_names = own.words[col] && !own.figures[col] && theirs.figures[col];
            let lost_figures = own.figures[col] && theirs.words[col] && !theirs.figures[col];
            let is_key = own.key.is_some_and(|key| key >= col);
            !((lost_names && is_key) || (lost_figures && data.len() > 2))
        })
    }

    /// Adds the rows of the next page or panel, without the header they repeat.
    fn go_on(
        &mut self,
        sink: &mut Sink,
        rows: Vec<TableRow>,
        fragment: &Fragment,
        header: HeaderAgain,
    ) {
        let Some(mut rows) = self.fit(&rows, fragment) else { return };
        let count = header.map_or(0, |(count, _)| count);
        let mut data = rows.split_off(count.min(rows.len()));
        uncover(&mut data);
        if let Some((_, form)) = header {
            for row in &rows {
                note_row(sink, form.rule(), row);
            }
        }
        if header.is_some() && self.is_again(&data) {
            self.remark_again(sink, &data);
            return;
        }
        self.panels = fragment.panels;
        self.add(sink, data);
    }

    /// Whether the rows are those of the whole table once more, however thousands are parted.
    fn is_again(&self, rows: &[TableRow]) -> bool {
        /// Fewer rows may be alike by chance.
        const ROWS: usize = 3;
        let text = |row: &TableRow, col: usize| rows::text_at(row, col).replace([',', '，'], "");
        let same = |(a, b): (&TableRow, &TableRow)| {
            (0..self.table.columns).all(|col| text(a, col) == text(b, col))
        };
        rows.len() >= ROWS
            && rows.len() == self.table.rows.len()
            && rows.iter().zip(&self.table.rows).all(same)
    }

    /// Puts on record that the table stands here once more, as an annex does that the body has and a file of its own.
    fn remark_again(&self, sink: &mut Sink, rows: &[TableRow]) {
        rows.iter().for_each(|row| note_row(sink, "repeated_table", row));
        sink.remark(diag::table_twice(rows.first().and_then(rows::place_of)));
    }

    /// Adds the rows of a page, the first of which may go on with the last of the page before.
    fn add(&mut self, sink: &mut Sink, data: Vec<TableRow>) {
        let mut data = headers::without_repeats(&self.table.header, data, |row| {
            note_row(sink, Again::Whole.rule(), row);
        });
        data = rows::without_carried(data, |row| note_row(sink, "page_carry", row));
        if data.len() > 1 && rows::is_total_again(&self.table.rows, &data[0]) {
            note_row(sink, "repeated_total", &data.remove(0));
        }
        if self.panels > 1 {
            rows::move_right(sink, &self.kinds(), &mut data);
        }
        let kinds = self.kinds_around(&data);
        let recent = self.table.rows.len().saturating_sub(RECENT);
        let mut data = data.into_iter().peekable();
        if self.panels > 1 {
            let above = &mut self.table.rows[recent..];
            data.next_if(|first| rows::mend_panel(sink, &kinds, above, first));
        } else if let Some(mut first) = data.next() {
            let room = self.room(&kinds);
            let last = self.table.rows.last_mut();
            if !last.is_some_and(|last| rows::mend(sink, &kinds, room, last, &first)) {
                rows::carry_spans(sink, &kinds, &mut self.table.rows[recent..], &mut first);
                self.table.rows.push(first);
            }
        }
        self.table.rows.extend(data);
    }

    /// How wide the column of names is, in points, where rules show it.
    fn room(&self, kinds: &Kinds) -> Option<f32> {
        let key = kinds.key.filter(|_| self.is_drawn)?;
        Some(self.col_edges.get(key + 1)? - self.col_edges.get(key)?)
    }

    /// Whether the first row of data below the header lacks the name that the rows of the table
    /// have.
    fn lacks_name(&self, rows: &[TableRow], header: HeaderAgain) -> bool {
        let first = rows.get(header.map_or(0, |(count, _)| count));
        let key =
            self.kinds().key.filter(|_| rows.iter().all(|r| r.slots.len() == self.table.columns));
        first.zip(key).is_some_and(|(first, key)| rows::is_blank(first, key))
    }

    /// The panels of a page that shows too few rows, and no header, to tell them by itself.
    fn unfold(&self, fragment: &Fragment) -> Option<Vec<Fragment>> {
        let (columns, panels) = (self.table.columns, usize::from(self.panels));
        if panels < 2 || fragment.panels > 1 || fragment.cols() != columns * panels {
            return None;
        }
        let panel = |index: usize| {
            let from = index * columns;
            let inside = |cell: &&GridCell| (from..from + columns).contains(&cell.col);
            let cells = fragment.cells.iter().filter(inside);
            Fragment {
                panel: index as u16,
                panels: self.panels,
                col_edges: fragment.col_edges[from..=from + columns].to_vec(),
                cells: cells
                    .map(|cell| GridCell { col: cell.col - from, ..cell.clone() })
                    .collect(),
                ..fragment.clone()
            }
        };
        Some((0..panels).map(panel).collect())
    }
}

/// Makes what the header covers of the first row a blank cell: a row of data has no header above it.
fn uncover(rows: &mut [TableRow]) {
    let Some(first) = rows.first_mut() else { return };
    let Some(place) = rows::place_of(first) else { return };
    for slot in &mut first.slots {
        if *slot == Slot::Above {
            *slot = Slot::Cell(TableCell::of(PlacedText::new(), place));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::art;

    /// Under the tables stand the rules of the repairs made, then the codes of diagnostics.
    #[test]
    fn tables_of_the_suite() {
        let suite = include_str!("../../tests/suite/repair/tables.txt");
        let mut seen = 0;
        let mut wrong = String::new();
        for case in suite.split("\n--- ").filter(|case| case.contains(" ---\n")) {
            let (name, case) = case.split_once(" ---\n").expect("a case has a name");
            let (input, expected) = case.split_once("\n=>\n").expect("a case has an answer");
            let mut sink = Sink::new();
            let mut shown = art::show(&tables(&mut sink, &mut art::blocks(input)));
            let (diagnostics, repairs) = sink.into_parts();
            let rules = repairs.iter().map(|repair| repair.rule);
            let noted: Vec<&str> = rules.chain(diagnostics.iter().map(|d| d.code)).collect();
            shown.push_str(&noted.join(" "));
            seen += 1;
            if shown.trim_end() != expected.trim_end() {
                wrong.push_str(&format!("--- {name} ---\n{input}\n=>\n{shown}\n\n"));
            }
        }
        assert!(seen > 10 && wrong.is_empty(), "{seen} cases; these turned out:\n{wrong}");
    }
}
