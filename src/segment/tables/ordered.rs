//! Folded tables by the order of drawing alone.
//!
//! Most producers draw a row cell by cell. Where columns are too narrow for what they hold, or cells stand under other columns
//! than their own (see `realign`), that order still tells rows, and the header, which is the same in all panels, tells columns.
//! Such a table is made of these two alone: each text has the column whose middle is nearest, or its own by the order of its
//! row, and each label the rows whose middle is its own. It is all or nothing: where one row does not fit, the table is left to
//! what places tell.

use crate::geom::Rect;
use crate::lexicon::{OWN_ROWS, TOTALS, is_han};
use crate::segment::outline::{Fragment, GridCell, Ruling};
use crate::segment::tables::Neighbour;
use crate::segment::tables::columns::Column;
use crate::segment::tables::drawn::{self, Cell, SAME_HEIGHT};
use crate::segment::tables::edges::Edge;
use crate::segment::tables::open::CAPTIONS;
use crate::segment::tables::panels::{self, MAX_PANELS};
use crate::segment::tables::realign::{LEAD, Moved, Panels};
use crate::segment::tables::strips::Token;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A header has no more cells than this, and a page no more rows.
const MAX_HEADER: usize = 400;
const MAX_ROWS: usize = 400;
/// Of a row that the page before began, so many names at most go on.
const TORN: usize = 6;
/// The first row of figures shows two of them within so many cells.
const ROW: usize = 12;
/// A header has no more tiers than this …
const TIERS: usize = 2;
/// … and words over both of them, which stand between.
const LEVELS: usize = TIERS + 1;
/// A label stands in the middle of its column, give or take so many ems.
const SAME_MIDDLE: f32 = 0.3;
/// A name is no wider than so many ems.
const WIDEST: f32 = 12.0;
/// The middle of a label and that of its rows are apart by no more than so many ems, on average.
const MISFIT: f32 = 1.5;
/// A label in the last rows of a page that is further down counts so much of it.
const CUT: f32 = 0.1;
/// A label whose first row is none such as 小计, where others are, counts as so many ems off.
const NOT_OPENED: f32 = 1.0;
/// A rule over at least this share of the table's width parts rows.
const FULL_RULE: f32 = 0.85;
/// A table without a header has so many rows at least.
const MIN_ROWS: usize = 3;

/// The table that was drawn so, if there is one; its tokens are taken out.
pub(super) fn read(
    page: u32,
    tokens: &mut Vec<Token>,
    across: &[Edge],
    known: Option<&Neighbour>,
    limit: usize,
) -> Option<(Vec<Fragment>, Vec<Moved>)> {
    if tokens.iter().all(|token| token.piece.order == 0) {
        return None;
    }
    let with = |whole| told(page, tokens, across, known, limit, whole);
    let Told { panels, moved, rest } = with(true).or_else(|| with(false))?;
    *tokens = rest;
    Some((panels, moved))
}

/// A table that was told, and the tokens that are no part of it.
struct Told {
    panels: Vec<Fragment>,
    moved: Vec<Moved>,
    rest: Vec<Token>,
}

fn told(
    page: u32,
    tokens: &[Token],
    across: &[Edge],
    known: Option<&Neighbour>,
    limit: usize,
    whole: bool,
) -> Option<Told> {
    let cells = drawn::cells(tokens, whole);
    let body = first_row(&cells)?;
    let told = Header::above(&cells, body);
    let with_known = || {
        let header = Header::known(known?)?;
        // What is left of names that the page before began.
        let is_name = |&i: &usize| text(&cells[i].1).chars().all(is_han);
        let torn = (0..body).rev().take(TORN).take_while(is_name).last();
        Some((header, torn.filter(|&torn| torn == 0).unwrap_or(body)))
    };
    let (header, body) = told.or_else(with_known)?;
    let rows = Rows::of(&cells, body, &header)?;
    if header.leaves.len().saturating_mul(rows.rows.len()) > limit {
        return None;
    }
    let fragment = fragment(page, &cells, &header, &rows, across)?;
    let moved = rows.moved(&cells);
    let mut used: Vec<usize> = header.cells().chain(rows.cells()).collect();
    used.sort_unstable();
    // What one piece holds besides stays.
    let mut is_used = vec![false; tokens.len()];
    let mut rest = Vec::new();
    for (i, (of, _)) in cells.iter().enumerate() {
        if used.binary_search(&i).is_ok() {
            of.iter().for_each(|&of| is_used[of] = true);
        }
    }
    for (i, (of, cell)) in cells.into_iter().enumerate() {
        if used.binary_search(&i).is_err() && of.iter().any(|&of| is_used[of]) {
            rest.extend(cell.lines);
        }
    }
    rest.extend(tokens.iter().zip(is_used).filter(|(_, used)| !used).map(|(t, _)| t.clone()));
    Some(Told { panels: panels::parted(&fragment, header.width), moved, rest })
}

fn is_level(a: &Cell, b: &Cell) -> bool {
    (a.bbox.center().y - b.bbox.center().y).abs() <= SAME_HEIGHT * a.lines[0].em()
}

fn text(cell: &Cell) -> String {
    let chars = cell.lines.iter().flat_map(|line| line.text().chars());
    chars.filter(|c| !c.is_whitespace()).collect()
}

/// What was drawn into each cell, in the order of drawing, and the tokens that its lines are of.
type Cells = [(Vec<usize>, Cell)];

/// Where the first row of figures begins.
fn first_row(cells: &Cells) -> Option<usize> {
    let is_of_row = |&i: &usize| {
        let figure = &cells[i].1;
        let behind = cells[i + 1..].iter().take(ROW);
        figure.is_figure()
            && behind.map(|(_, cell)| cell).any(|cell| cell.is_figure() && is_level(figure, cell))
    };
    let figure = (0..cells.len()).find(is_of_row)?;
    let top = cells[figure].1.bbox.center().y - SAME_HEIGHT * cells[figure].1.lines[0].em();
    // Labels that go on from the page before are drawn first.
    let is_before = |&i: &usize| cells[i].1.bbox.center().y >= top;
    let before = (0..figure).rev().take_while(is_before).last();
    Some(before.unwrap_or(figure))
}

/// What stands over a column.
struct Leaf {
    x: f32,
    cell: Option<usize>,
}

/// A header that is the same in several panels.
struct Header {
    /// Of each column its middle, and the index of the cell over it alone; `None` if the page before has it.
    leaves: Vec<Leaf>,
    /// Titles over several columns: the first one, how many, and the cell.
    titles: Vec<(usize, usize, usize)>,
    /// How many columns a panel has.
    width: usize,
}

impl Header {
    /// The header above the first row of figures, and where the rows begin.
    fn above(cells: &Cells, body: usize) -> Option<(Header, usize)> {
        let first = &cells[body].1;
        let em = first.lines[0].em();
        let top = cells[body..]
            .iter()
            .map(|(_, cell)| cell)
            .take(ROW)
            .filter(|cell| is_level(first, cell))
            .map(|cell| cell.bbox.y0)
            .fold(first.bbox.y0, f32::min);
        let is_own = |&i: &usize| {
            let cell = &cells[i].1;
            cell.bbox.y1 <= top + 0.5 * em
                && (cell.lines[0].em() - em).abs() <= 0.15 * em
                && !cell.is_figure()
                && !CAPTIONS.iter().any(|caption| cell.lines[0].text().starts_with(caption))
        };
        // What stands above it is no part of it: nothing of that is in it too. Below it may stand what is left of a row, or of
        // a label, that the page before began.
        (0..=TORN.min(body)).map(|torn| body - torn).find_map(|end| {
            let from = (0..end).rev().take(MAX_HEADER).take_while(is_own).last()?;
            let header = |at: usize| {
                let own: BTreeSet<String> = (at..end).map(|i| text(&cells[i].1)).collect();
                // Words side by side above it are titles of its panels: 收入 over one, 支出 over the other.
                let is_beside = |i: usize| {
                    (from..at).any(|other| other != i && is_level(&cells[i].1, &cells[other].1))
                };
                let is_apart =
                    (from..at).all(|i| !own.contains(&text(&cells[i].1)) && !is_beside(i));
                is_apart.then(|| Header::of(cells, (at..end).collect())).flatten()
            };
            (from..end).find_map(header).map(|header| (header, end))
        })
    }

    fn of(cells: &Cells, mut own: Vec<usize>) -> Option<Header> {
        let x = |i: usize| cells[i].1.bbox.center().x;
        let y = |i: usize| cells[i].1.bbox.center().y;
        own.sort_by(|&a, &b| x(a).total_cmp(&x(b)));
        let mut by_text: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for &i in &own {
            by_text.entry(text(&cells[i].1)).or_default().push(i);
        }
        let panels = by_text.values().map(Vec::len).fold(0, gcd);
        if !(2..=MAX_PANELS).contains(&panels) {
            return None;
        }
        let mut of_panel: Vec<Vec<usize>> = vec![Vec::new(); panels];
        for same in by_text.values() {
            for (own, cells) in of_panel.iter_mut().zip(same.chunks(same.len() / panels)) {
                own.extend(cells);
            }
        }
        let reach = |panel: &Vec<usize>| {
            panel.iter().fold((f32::MAX, f32::MIN), |(a, b), &i| (a.min(x(i)), b.max(x(i))))
        };
        if of_panel.windows(2).any(|w| reach(&w[0]).1 >= reach(&w[1]).0) {
            return None;
        }
        let em = cells[own[0]].1.lines[0].em();
        let mut heights: Vec<f32> = own.iter().map(|&i| y(i)).collect();
        heights.sort_by(f32::total_cmp);
        let mut levels: Vec<f32> = Vec::new();
        for height in heights {
            if levels.last().is_none_or(|last| height - last > SAME_HEIGHT * em) {
                levels.push(height);
            }
        }
        if levels.len() > LEVELS {
            return None;
        }
        let (high, low) = (levels[0], levels[levels.len() - 1]);
        let is_at = |i: usize, level: f32| (0.0..=SAME_HEIGHT * em).contains(&(y(i) - level));
        let is_title = |i: usize| levels.len() > 1 && is_at(i, high);
        let mut header = Header { leaves: Vec::new(), titles: Vec::new(), width: 0 };
        for panel in &mut of_panel {
            panel.sort_by(|&a, &b| x(a).total_cmp(&x(b)));
            let start = header.leaves.len();
            header.leaves.extend(
                panel.iter().filter(|&&i| !is_title(i)).map(|&i| Leaf { x: x(i), cell: Some(i) }),
            );
            let titles: Vec<usize> = panel.iter().copied().filter(|&i| is_title(i)).collect();
            let nearest = |c: usize| {
                titles.iter().copied().min_by(|&a, &b| {
                    let off = |title: usize| (x(title) - header.leaves[c].x).abs();
                    off(a).total_cmp(&off(b))
                })
            };
            for &title in &titles {
                let is_below = |&c: &usize| {
                    header.leaves[c].cell.is_some_and(|leaf| is_at(leaf, low))
                        && nearest(c) == Some(title)
                };
                let below: Vec<usize> = (start..header.leaves.len()).filter(is_below).collect();
                let (first, count) = (*below.first()?, below.len());
                if count < 2 || below[count - 1] + 1 != first + count {
                    return None;
                }
                header.titles.push((first, count, title));
            }
        }
        header.width = header.leaves.len() / panels;
        let is_even = header.leaves.len() == header.width * panels && header.width > 1;
        // Two words in one place are no columns.
        let is_apart = header.leaves.windows(2).all(|w| w[1].x - w[0].x > em);
        (is_even && is_apart).then_some(header)
    }

    /// That of the page before, where this one has none.
    fn known(above: &Neighbour) -> Option<Header> {
        let (count, panels) = (above.columns.len(), above.panels);
        let is_folded = panels > 1 && count.is_multiple_of(panels) && count > panels;
        let leaf = |column: &Column| Leaf { x: column.middle(), cell: None };
        is_folded.then(|| Header {
            leaves: above.columns.iter().map(leaf).collect(),
            titles: Vec::new(),
            width: count / panels,
        })
    }

    fn tiers(&self) -> usize {
        if self.leaves.iter().all(|leaf| leaf.cell.is_none()) {
            return 0;
        }
        if self.titles.is_empty() { 1 } else { TIERS }
    }

    fn cells(&self) -> impl Iterator<Item = usize> {
        let titles = self.titles.iter().map(|title| title.2);
        self.leaves.iter().filter_map(|leaf| leaf.cell).chain(titles)
    }

    /// Texts in the columns that they stand under.
    fn parts(&self, cells: &Cells, run: &[usize]) -> Option<Vec<Stand>> {
        let stand = |&cell: &usize| {
            let column = self.column(cells[cell].1.bbox.center().x);
            Stand { cell, stands: column, column, is_wide: false }
        };
        let parts: Vec<Stand> = run.iter().map(stand).collect();
        parts.windows(2).all(|w| w[0].column < w[1].column).then_some(parts)
    }

    /// The column whose middle is nearest.
    fn column(&self, x: f32) -> usize {
        let off = |c: &usize| (self.leaves[*c].x - x).abs();
        (0..self.leaves.len()).min_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or(0)
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Where a text belongs.
struct Stand {
    cell: usize,
    /// The column that it stands under, and its own.
    stands: usize,
    column: usize,
    /// Whether it is over that column and the next one.
    is_wide: bool,
}

/// The rows, and the labels that were drawn apart from them.
struct Rows {
    /// The height of each, and its texts.
    rows: Vec<(f32, Vec<Stand>)>,
    /// Each with the row that it was drawn with.
    labels: Vec<(Stand, Option<usize>)>,
}

impl Rows {
    fn of(cells: &Cells, body: usize, header: &Header) -> Option<Rows> {
        let x = |i: usize| cells[i].1.bbox.center().x;
        let y = |i: usize| cells[i].1.bbox.center().y;
        let is_figure = |i: usize| cells[i].1.is_figure();
        let all: Vec<usize> = (body..cells.len()).collect();
        let runs: Vec<&[usize]> = all.chunk_by(|&a, &b| x(b) > x(a)).collect();
        let panels = Panels { width: header.width, columns: header.leaves.len() };
        let has_labels = header.width > LEAD && {
            let own = |of: Range<usize>| {
                all.iter().copied().filter(move |&i| of.contains(&header.column(x(i))))
            };
            own(0..LEAD).all(|i| !is_figure(i))
                && own(LEAD..header.width).filter(|&i| is_figure(i)).count() > 0
        };
        let holds = Holds::of(cells, &runs, header);
        // A page without a header says nothing else of its panels, and one that begins with other words may have one.
        let is_continued = || body == 0 && holds.are_alike(header.width);
        if !has_labels && header.tiers() == 0 && !is_continued() {
            return None;
        }
        let is_name = |&i: &usize| {
            let column = header.column(x(i));
            if has_labels {
                column % header.width == LEAD - 1
            } else {
                header.tiers() == 0 && holds.0[column] == WORDS
            }
        };
        let mut found = Rows { rows: Vec::new(), labels: Vec::new() };
        let mut is_over = false;
        for run in runs {
            let em = cells[run[0]].1.lines[0].em();
            let figures: Vec<usize> = run.iter().copied().filter(|&i| is_figure(i)).collect();
            let Some(&first) = figures.first() else {
                // What is left of names of a row that the page before began.
                if found.rows.is_empty() && run.iter().any(is_name) {
                    found.rows.push((y(run[0]), header.parts(cells, run)?));
                    continue;
                }
                for &i in run {
                    let stands = header.column(x(i));
                    let column =
                        if has_labels { stands.next_multiple_of(header.width) } else { stands };
                    let last = found.rows.last().map_or(f32::MAX, |(y, _)| *y);
                    // Where a page cuts its cell, it may stand below all rows.
                    let is_near = |leaf: &Leaf| {
                        y(i) <= last + 2.0 * em || (leaf.x - x(i)).abs() <= SAME_MIDDLE * em
                    };
                    let is_label = has_labels
                        && header.leaves.get(column).is_some_and(is_near)
                        && text(&cells[i].1).chars().all(is_han)
                        && cells[i].1.bbox.width() <= WIDEST * em;
                    if is_label {
                        found
                            .labels
                            .push((Stand { cell: i, stands, column, is_wide: false }, None));
                    } else {
                        is_over = true;
                    }
                }
                continue;
            };
            let is_below = found.rows.last().is_none_or(|(last, _)| y(first) > *last);
            let are_level = figures.iter().all(|&i| is_level(&cells[first].1, &cells[i].1));
            let row = (!is_over && is_below && are_level)
                .then(|| found.row(cells, run, header, &panels, (!has_labels).then_some(&holds)))
                .flatten();
            match row {
                Some(row) => {
                    let at = found.rows.len();
                    let is_label = |stand: &Stand| {
                        has_labels && stand.column.is_multiple_of(header.width) && !stand.is_wide
                    };
                    let (labels, row) = row.into_iter().partition(is_label);
                    let labels: Vec<Stand> = labels;
                    found.labels.extend(labels.into_iter().map(|label| (label, Some(at))));
                    found.rows.push((y(first), row));
                }
                // What is left of a row that the page before began.
                None if found.rows.is_empty() && are_level => {
                    let row = header.parts(cells, run)?;
                    found.rows.push((y(first), row));
                }
                // A page's number, or a figure in a note below.
                None if figures.len() < 2 => is_over = true,
                None => return None,
            }
        }
        let fewest = if header.tiers() > 0 { 1 } else { MIN_ROWS };
        (fewest..=MAX_ROWS).contains(&found.rows.len()).then_some(found)
    }

    /// The texts of a row in their columns; `holds` says what those hold, in a table without labels.
    fn row(
        &self,
        cells: &Cells,
        run: &[usize],
        header: &Header,
        panels: &Panels,
        holds: Option<&Holds>,
    ) -> Option<Vec<Stand>> {
        let x = |i: usize| cells[i].1.bbox.center().x;
        let stands: Vec<usize> = run.iter().map(|&i| header.column(x(i))).collect();
        let is_word: Vec<bool> = run.iter().map(|&i| !cells[i].1.is_figure()).collect();
        let has_labels = holds.is_none();
        let columns = match holds {
            None => {
                let is_total = |i: usize| TOTALS.contains(&text(&cells[run[i]].1).as_str());
                panels.columns_of(&stands, &is_word, &is_total)?
            }
            Some(holds) => holds.columns_of(&stands, &is_word)?,
        };
        if columns.windows(2).any(|w| w[0] >= w[1]) {
            return None;
        }
        let set = |((&cell, &stands), &column): ((&usize, &usize), &usize)| {
            // Over labels and names.
            let panel = column - column % header.width;
            let middle = (header.leaves[panel].x + header.leaves[panel + 1].x) / 2.0;
            let off = |at: f32| (x(cell) - at).abs();
            let is_wide = has_labels
                && column == stands
                && column < panel + LEAD
                && off(middle) < off(header.leaves[column].x);
            Stand { cell, stands, column: if is_wide { panel } else { column }, is_wide }
        };
        Some(run.iter().zip(&stands).zip(&columns).map(set).collect())
    }

    fn cells(&self) -> impl Iterator<Item = usize> {
        let labels = self.labels.iter().map(|(label, _)| label);
        self.rows.iter().flat_map(|(_, row)| row).chain(labels).map(|stand| stand.cell)
    }

    /// The heights between the rows: one more than there are.
    fn edges(&self, cells: &Cells) -> Vec<f32> {
        let extent = |(y, row): &(f32, Vec<Stand>)| {
            let boxes = row.iter().map(|stand| cells[stand.cell].1.bbox);
            boxes.fold((*y, *y), |(top, low), b| (top.min(b.y0), low.max(b.y1)))
        };
        let extents: Vec<(f32, f32)> = self.rows.iter().map(extent).collect();
        let between: Vec<f32> = extents.windows(2).map(|w| (w[0].1 + w[1].0) / 2.0).collect();
        let (first, last) = (extents[0], extents[extents.len() - 1]);
        let pad = between.first().map_or(0.0, |edge| (edge - first.1).max(0.0));
        std::iter::once(first.0 - pad).chain(between).chain([last.1 + pad]).collect()
    }

    /// The labels with the rows that they stand beside.
    fn blocks(&self, cells: &Cells, header: &Header) -> Option<Vec<Block>> {
        // Below the middle of the row that it was drawn with, or above it.
        let side = |(label, row): &(Stand, Option<usize>)| {
            let row = self.rows[(*row)?].0;
            Some(if cells[label.cell].1.bbox.center().y < row - 1.0 { -1 } else { 1 })
        };
        let with_first = self.labels.iter().filter_map(side).sum::<i32>() >= 0;
        let drawn = |with_first| self.blocks_drawn(cells, header, with_first);
        drawn(with_first).or_else(|| drawn(!with_first))
    }

    /// The same, if each was drawn with the first of its rows, or with the last.
    fn blocks_drawn(&self, cells: &Cells, header: &Header, with_first: bool) -> Option<Vec<Block>> {
        let edges = self.edges(cells);
        let mut blocks = Vec::new();
        for first in (0..header.leaves.len()).step_by(header.width) {
            let height = |(stand, _): &&(Stand, Option<usize>)| cells[stand.cell].1.bbox.center().y;
            let mut own: Vec<&(Stand, Option<usize>)> =
                self.labels.iter().filter(|(label, _)| label.column == first).collect();
            own.sort_by(|a, b| height(a).total_cmp(&height(b)));
            let name = |row: &(f32, Vec<Stand>)| {
                let is_name = |stand: &&Stand| stand.column == first + LEAD - 1 && !stand.is_wide;
                row.1.iter().find(is_name).map(|stand| text(&cells[stand.cell].1))
            };
            let names: Vec<Option<String>> = self.rows.iter().map(name).collect();
            let may_have = |row: &(f32, Vec<Stand>)| {
                let panel = first..first + header.width;
                let mut own = row.1.iter().filter(|stand| panel.contains(&stand.column)).peekable();
                own.peek().is_some() && own.all(|stand| !stand.is_wide)
            };
            let is_own_row = |name: &Option<String>| {
                name.as_ref().is_some_and(|name| OWN_ROWS.contains(&name.as_str()))
            };
            let beside = Beside {
                edges: edges.clone(),
                may_have: self.rows.iter().map(may_have).collect(),
                with_first,
                is_own_row: names.iter().map(is_own_row).collect(),
            };
            let labels: Vec<(f32, Option<usize>)> =
                own.iter().map(|label| (height(label), label.1)).collect();
            let Some(one) = own.first() else { continue };
            let em = cells[one.0.cell].1.lines[0].em();
            let spans = beside.blocks(&labels, em)?;
            blocks.extend(own.iter().zip(spans).map(|((label, _), rows)| Block {
                cell: label.cell,
                column: first,
                rows,
            }));
        }
        Some(blocks)
    }

    /// The rows of which a text stands under another column than its own.
    fn moved(&self, cells: &Cells) -> Vec<Moved> {
        let is_moved =
            |row: &&Vec<Stand>| row.iter().any(|set| !set.is_wide && set.stands != set.column);
        let rows = self.rows.iter().map(|(_, row)| row).filter(is_moved);
        rows.map(|row| {
            let lines = || row.iter().flat_map(|stand| &cells[stand.cell].1.lines);
            let places = lines().filter_map(|line| line.piece.text.place());
            let raw = |stand: &Stand| -> String {
                cells[stand.cell].1.lines.iter().map(|line| line.piece.raw.as_str()).collect()
            };
            let raws: Vec<(usize, String)> =
                row.iter().map(|stand| (stand.column, raw(stand))).collect();
            let texts: Vec<(usize, &str)> =
                raws.iter().map(|(c, raw)| (*c, raw.as_str())).collect();
            Moved::new(places.reduce(|a, b| a.union(&b)), &texts)
        })
        .collect()
    }
}

/// What each column holds in the rows whose texts all stand under columns of their own: words, figures, or both.
struct Holds(Vec<[bool; 2]>);

const WORDS: [bool; 2] = [true, false];
const FIGURES: [bool; 2] = [false, true];

impl Holds {
    fn of(cells: &Cells, runs: &[&[usize]], header: &Header) -> Holds {
        let mut holds = vec![[false; 2]; header.leaves.len()];
        for run in runs {
            let stands: Vec<usize> =
                run.iter().map(|&i| header.column(cells[i].1.bbox.center().x)).collect();
            if stands.windows(2).all(|w| w[0] < w[1]) {
                for (&i, &column) in run.iter().zip(&stands) {
                    holds[column][usize::from(cells[i].1.is_figure())] = true;
                }
            }
        }
        Holds(holds)
    }

    /// Whether all panels hold the same, side by side, names and figures among it.
    fn are_alike(&self, width: usize) -> bool {
        let all = |c: usize| {
            let own = self.0.iter().skip(c).step_by(width);
            own.fold([false; 2], |all, own| [all[0] || own[0], all[1] || own[1]])
        };
        let all: Vec<[bool; 2]> = (0..width).map(all).collect();
        let is_one = |kind: &[bool; 2]| *kind == WORDS || *kind == FIGURES;
        all.iter().all(is_one) && all.contains(&WORDS) && all.contains(&FIGURES)
    }

    fn fits(&self, column: usize, is_word: bool) -> bool {
        let [words, figures] = self.0[column];
        if is_word { words || !figures } else { figures || !words }
    }

    /// The columns of the texts of a row, in the order of drawing, each the one that it stands under or one beside that. Where two
    /// stand under one, what is wider than its column has pushed them there: as few as can be move, none to a column that holds
    /// other things, and there must be one way alone.
    fn columns_of(&self, stands: &[usize], is_word: &[bool]) -> Option<Vec<usize>> {
        // Of the texts so far, by the column that the last one has: how many moved, in how many ways, and from which column the
        // one before it goes on.
        let mut best: Vec<BTreeMap<usize, (usize, usize, usize)>> = Vec::new();
        for (&stands, &is_word) in stands.iter().zip(is_word) {
            let mut own = BTreeMap::new();
            for column in stands.saturating_sub(1)..=(stands + 1).min(self.0.len() - 1) {
                let moved = usize::from(column != stands);
                if moved > 0 && !self.fits(column, is_word) {
                    continue;
                }
                let Some(before) = best.last() else {
                    own.insert(column, (moved, 1, column));
                    continue;
                };
                let mut least: Option<(usize, usize, usize)> = None;
                for (&from, &(cost, ways, _)) in before.range(..column) {
                    let cost = cost + moved;
                    least = match least {
                        Some(best) if best.0 < cost => Some(best),
                        Some(best) if best.0 == cost => {
                            Some((cost, best.1.saturating_add(ways), best.2))
                        }
                        _ => Some((cost, ways, from)),
                    };
                }
                if let Some(least) = least {
                    own.insert(column, least);
                }
            }
            best.push(own);
        }
        let last = best.last()?;
        let least = last.values().map(|way| way.0).min()?;
        let ways = last.values().filter(|way| way.0 == least).map(|way| way.1);
        let ways = ways.fold(0_usize, usize::saturating_add);
        let mut column = *last.iter().find(|(_, way)| way.0 == least)?.0;
        let mut columns = Vec::with_capacity(stands.len());
        for own in best.iter().rev() {
            columns.push(column);
            column = own.get(&column)?.2;
        }
        columns.reverse();
        (ways == 1).then_some(columns)
    }
}

/// A label of a panel with the rows that it stands beside.
struct Block {
    cell: usize,
    column: usize,
    rows: Range<usize>,
}

/// The rows of a panel, for its labels.
struct Beside {
    /// The heights between them: one more than there are rows.
    edges: Vec<f32>,
    /// Whether a row may have a label: it has texts, and none of them is over labels and names.
    may_have: Vec<bool>,
    /// Whether a label is drawn with the first of its rows, or with the last.
    with_first: bool,
    /// Whether it stands for the whole of what its label spans: 小计.
    is_own_row: Vec<bool>,
}

impl Beside {
    /// Which rows labels stand beside, top down: each at the height of its middle, or from the row that it was drawn with. `None`
    /// where they do not fit.
    fn blocks(&self, labels: &[(f32, Option<usize>)], em: f32) -> Option<Vec<Range<usize>>> {
        let rows = self.may_have.len();
        let has_own_rows = self.is_own_row.contains(&true);
        let cost = |label: usize, from: usize, to: usize| -> f32 {
            let (y, row) = labels[label];
            let is_first = row.is_some() && self.with_first;
            let is_drawn_so =
                row.is_none_or(|row| if is_first { row == from } else { row + 1 == to });
            if !is_drawn_so {
                return f32::INFINITY;
            }
            let off = (y - (self.edges[from] + self.edges[to]) / 2.0) / em;
            // What the next page goes on with is a part of the last one's height.
            let off = if to == rows && off > 0.0 { CUT * off } else { off.abs() };
            let opens = if has_own_rows && !self.is_own_row[from] { NOT_OPENED } else { 0.0 };
            opens + if is_first { 0.0 } else { off }
        };
        // best[i][r]: the least cost of the first i labels beside rows above r, and where the last of them begins.
        let mut best = vec![vec![(f32::INFINITY, 0, 0); rows + 1]; labels.len() + 1];
        best[0].fill((0.0, 0, 0));
        for i in 0..labels.len() {
            for to in 1..=rows {
                let mut least = best[i + 1][to - 1];
                // Rows behind a block that have names are its own.
                if self.may_have[to - 1] {
                    least.0 = f32::INFINITY;
                }
                for from in (0..to).rev().take_while(|&row| self.may_have[row]) {
                    // The rows between two labels are those of the first.
                    let before = best[i][from].0;
                    let all = before + cost(i, from, to);
                    if all < least.0 {
                        least = (all, from, to);
                    }
                }
                best[i + 1][to] = least;
            }
        }
        let mut blocks = Vec::with_capacity(labels.len());
        let mut at = rows;
        if best[labels.len()][rows].0 > MISFIT * labels.len() as f32 {
            return None;
        }
        for i in (1..=labels.len()).rev() {
            let (_, from, to) = best[i][at];
            blocks.push(from..to);
            at = from;
        }
        blocks.reverse();
        Some(blocks)
    }
}

/// The table.
fn fragment(
    page: u32,
    cells: &Cells,
    header: &Header,
    rows: &Rows,
    across: &[Edge],
) -> Option<Fragment> {
    let bbox_of = |i: usize| cells[i].1.bbox;
    let all = header.cells().chain(rows.cells()).map(bbox_of).reduce(|a, b| a.union(&b))?;
    let near = |e: &&Edge| all.y0 - 1.0 <= e.at && e.at <= all.y1 + 1.0;
    let rules: Vec<&Edge> = across.iter().filter(near).collect();
    let from = rules.iter().fold(all.x0, |x, e| x.min(e.from));
    let to = rules.iter().fold(all.x1, |x, e| x.max(e.to));
    let between = header.leaves.windows(2).map(|w| (w[0].x + w[1].x) / 2.0);
    let col_edges: Vec<f32> = std::iter::once(from).chain(between).chain([to]).collect();
    let (tiers, columns) = (header.tiers(), header.leaves.len());
    let heights = rows.edges(cells);
    let top = header.cells().map(|i| bbox_of(i).y0).fold(heights[0], f32::min);
    let step = (heights[0] - top) / tiers.max(1) as f32;
    let row_edges: Vec<f32> =
        (0..tiers).map(|tier| top + tier as f32 * step).chain(heights.iter().copied()).collect();
    let grid = |row: usize, rowspan: usize, col: usize, colspan: usize| GridCell {
        row,
        col,
        rowspan,
        colspan,
        raw: String::new(),
        text: Default::default(),
        marks: Vec::new(),
        bbox: Rect::new(
            col_edges[col],
            row_edges[row],
            col_edges[col + colspan],
            row_edges[row + rowspan],
        ),
        place: None,
    };
    let with = |i: usize, cell: GridCell| -> Option<GridCell> {
        let own = Cell { lines: cells[i].1.lines.clone(), bbox: cells[i].1.bbox };
        let piece = own.gathered()?.piece;
        // A text that stands elsewhere has the place where it stands.
        let is_inside = cell.bbox.contains(cells[i].1.bbox.center());
        let place = piece.text.place().filter(|_| !is_inside);
        Some(GridCell { raw: piece.raw, text: piece.text, marks: piece.marks, place, ..cell })
    };
    let mut out: Vec<GridCell> = Vec::new();
    for &(first, count, title) in &header.titles {
        out.push(with(title, grid(0, 1, first, count))?);
    }
    for (c, leaf) in header.leaves.iter().enumerate() {
        let Some(leaf) = leaf.cell else { continue };
        let is_below =
            header.titles.iter().any(|&(first, count, _)| (first..first + count).contains(&c));
        let (row, span) = if is_below { (1, 1) } else { (0, tiers) };
        out.push(with(leaf, grid(row, span, c, 1))?);
    }
    for (r, (_, row)) in rows.rows.iter().enumerate() {
        for stand in row {
            out.push(with(
                stand.cell,
                grid(tiers + r, 1, stand.column, 1 + usize::from(stand.is_wide)),
            )?);
        }
    }
    for Block { cell, column, rows } in rows.blocks(cells, header)? {
        out.push(with(cell, grid(tiers + rows.start, rows.len(), column, 1))?);
    }
    let count = row_edges.len() - 1;
    let mut taken = vec![false; count * columns];
    for cell in &out {
        for row in cell.row..cell.row + cell.rowspan {
            taken[row * columns + cell.col..row * columns + cell.col + cell.colspan].fill(true);
        }
    }
    let blank = (0..taken.len()).filter(|&at| !taken[at]);
    out.extend(blank.map(|at| grid(at / columns, 1, at % columns, 1)));
    out.sort_by_key(|cell| (cell.row, cell.col));
    let is_full = |e: &&&Edge| e.to - e.from >= FULL_RULE * (to - from);
    let full = rules.iter().filter(is_full).count();
    let ruling = match full {
        0 => Ruling::None,
        _ if full <= count / 2 + 2 => Ruling::ThreeLine,
        _ => Ruling::Horizontal,
    };
    Some(Fragment {
        page,
        bbox: Rect::new(from, row_edges[0], to, row_edges[count]),
        ruling,
        panel: 0,
        panels: 1,
        row_edges,
        col_edges,
        cells: out,
        layout: Default::default(),
        frame: Default::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::tables::columns::Set;
    use crate::segment::tables::drawn::tests::{EM, token};

    /// Cells in the order of drawing, one a line: its text with `/` between its lines, its column, and its row. Columns are 40
    /// points wide, rows 60 high, and texts stand in the middle of their cells.
    fn page(cells: &str) -> Vec<Token> {
        let mut tokens: Vec<Token> = Vec::new();
        for cell in cells.lines() {
            let [text, column, row] = cell.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{cell} is no text, column and row")
            };
            let at = |place: &str| place.parse::<f32>().expect("a number");
            let lines: Vec<&str> = text.split('/').collect();
            let middle = (60.0 * at(row) + 30.0, 40.0 * at(column) + 20.0);
            let top = middle.0 - 1.5 * EM * (lines.len() as f32 - 1.0) / 2.0 - EM / 2.0;
            for (i, line) in lines.iter().enumerate() {
                let wide = |c: char| if c.is_ascii() { EM / 2.0 } else { EM };
                let half = line.chars().map(wide).sum::<f32>() / 2.0;
                let order = tokens.len() as u32 + 1;
                tokens.push(token(line, middle.1 - half, top + 1.5 * EM * i as f32, order));
            }
        }
        tokens
    }

    /// The panels, a row a line: `^` where a cell above reaches down, `<` where one reaches right.
    fn read(cells: &str) -> Option<String> {
        read_behind(None, cells)
    }

    /// The same of a page behind one whose table has such columns.
    fn read_behind(known: Option<&Neighbour>, cells: &str) -> Option<String> {
        let (panels, _) = super::read(1, &mut page(cells), &[], known, 10_000)?;
        let shown = panels.iter().map(|panel| {
            let row = |r: usize| {
                let cell = |c: usize| match panel.covering(r, c) {
                    Some(cell) if cell.col < c => "<",
                    Some(cell) if cell.row < r => "^",
                    Some(cell) => cell.text.as_str(),
                    None => "?",
                };
                (0..panel.cols()).map(cell).collect::<Vec<_>>().join(" ")
            };
            (0..panel.rows()).map(row).collect::<Vec<_>>().join("\n")
        });
        Some(shown.collect::<Vec<_>>().join("\n--\n"))
    }

    #[test]
    fn two_texts_under_one_column_stand_in_the_only_two_that_hold_such() {
        let header = "县 0 0\n开工 1 0\n建成 2 0\n补助 3 0\n县 4 0\n开工 5 0\n建成 6 0\n补助 7 0";
        let plain = "合计 0 1\n9 1 1\n8 2 1\n7 3 1\n秦都区 4 1\n6 5 1\n5 6 1\n4 7 1";
        let pushed = "三原县 0 2\n123456 1 2\n1234567.89 1.4 2\n7 3 2\n铜川市 4.6 2\n123456789 5.3 2\n5 6 2\n4 7 2";
        assert_eq!(
            read(&format!("{header}\n{plain}\n{pushed}")).as_deref(),
            Some(
                "\
县 开工 建成 补助
合计 9 8 7
三原县 123456 1234567.89 7
--
县 开工 建成 补助
秦都区 6 5 4
铜川市 123456789 5 4"
            )
        );
        // One of the two could as well have been pushed left, or both of them.
        let either = "三原县 0 2\n123456 2 2\n1234567.89 2.4 2\n铜川市 4 2\n3 5 2\n5 6 2\n4 7 2";
        assert_eq!(read(&format!("{header}\n{plain}\n{either}")), None);
    }

    #[test]
    fn a_page_without_a_header_goes_on_with_the_panels_of_the_one_before_where_its_rows_begin_it() {
        let column = |c: usize| Column {
            x0: 40.0 * c as f32,
            x1: 40.0 * c as f32 + 40.0,
            set: Set::Middle,
            at: 40.0 * c as f32 + 20.0,
            count: 3,
        };
        let known = Neighbour {
            columns: (0..4).map(column).collect(),
            panels: 2,
            rows: 9,
            header: Vec::new(),
            is_certain: true,
        };
        let rows = "三原县 0 1\n12 1 1\n泾阳县 2 1\n7 3 1\n乾县 0 2\n123456 1 2\n礼泉县 2 2\n5 3 2
永寿县 0 3\n3 1 3\n彬州市 2.4 3\n234567 2.6 3";
        let shown = "三原县 12\n乾县 123456\n永寿县 3\n--\n泾阳县 7\n礼泉县 5\n彬州市 234567";
        assert_eq!(read_behind(Some(&known), rows).as_deref(), Some(shown));
        // The end of a name that the page before began is the first row.
        let torn = format!("自治县 2 0\n{rows}");
        let shown = shown.replace("--\n", "--\n自治县 \n");
        assert_eq!(read_behind(Some(&known), &torn), Some(format!(" \n{shown}")));
        // Words above may be a header of its own; without a page before there is none.
        assert_eq!(read_behind(Some(&known), &format!("2023年 1 0\n{rows}")), None);
        assert_eq!(read(rows), None);
    }

    #[test]
    fn figures_that_lie_over_each_other_stand_in_the_columns_of_the_header() {
        let cells = "\
市 0 0\n县 1 0\n开工 2 0\n建成 3 0\n市 4 0\n县 5 0\n开工 6 0\n建成 7 0
合计 0.5 1\n1234567.89 2 1\n234567.89 3 1\n三/原/县 5 1\n34567.89 6 1\n1234567.8 7 1
小计 1 2\n12345678 2 2\n７/２ 3 2\n小计 5 2\n1.5 6 2\n2345678 7 2
秦都区 1 3\n12345678 2 3\n／ 3 3\n耀州区 5 3\n/ 6 3\n9876543.21 7 3
咸/阳/市 0 2.5\n铜/川/市 4 2.5"
            .replace("\n/ ", "\n- ");
        assert_eq!(
            read(&cells).as_deref(),
            Some(
                "\
市 县 开工 建成
合计 < 1234567.89 234567.89
咸阳市 小计 12345678 72
^ 秦都区 12345678 ／
--
市 县 开工 建成
 三原县 34567.89 1234567.8
铜川市 小计 1.5 2345678
^ 耀州区 - 9876543.21"
            )
        );
    }

    /// As a browser draws them: a label with the first of its rows, and nothing where the cell of one should go on.
    const BROWSER: &str = "\
市 0 0\n县 1 0\n开工 2 0\n市 3 0\n县 4 0\n开工 5 0
咸阳市 0 2\n小计 1 1\n9 2 1\n泾阳县 3 1\n2 4 1
秦都区 1 2\n4 2 2\n永寿县 3 2\n3 4 2
三原县 1 3\n3 2 3\n铜川市 3 3.5\n小计 4 3\n8 5 3
兴平市 1 4\n2 2 4\n耀州区 4 4\n8 5 4";

    #[test]
    fn rows_without_the_cell_of_their_label_stand_in_their_columns() {
        assert_eq!(
            read(BROWSER).as_deref(),
            Some(
                "\
市 县 开工
咸阳市 小计 9
^ 秦都区 4
^ 三原县 3
^ 兴平市 2
--
市 县 开工
 泾阳县 2
 永寿县 3
铜川市 小计 8
^ 耀州区 8"
            )
        );
    }

    #[test]
    fn a_table_with_a_row_of_another_kind_is_left_to_what_places_tell() {
        let mut tokens = page(&BROWSER.replace("永寿县 3 2\n3 4 2", "永寿县 3 2\n3 4 2\n见注 5 2"));
        let before = tokens.clone();
        assert!(super::read(1, &mut tokens, &[], None, 10_000).is_none());
        assert_eq!(tokens, before);
    }

    #[test]
    fn lists_side_by_side_under_words_of_their_own_are_no_panels() {
        let lists = "\
收入 0.5 0\n支出 2.5 0\n项目 0 1\n预算数 1 1\n项目 2 1\n预算数 3 1
税收 0 2\n120 1 2\n教育 2 2\n80 3 2\n其他 0 3\n30 1 3\n住房 2 3\n70 3 3";
        assert_eq!(read(lists), None);
        let panels = lists.replace("收入 0.5 0\n支出 2.5 0\n", "");
        assert!(read(&panels).is_some());
    }
}
