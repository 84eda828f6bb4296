//! Lattices of rules and read lines in, told tables out. Rules are one witness of where cells are, the lines
//! inside them the other: a ruled box whose lines stand in several rows, or in several columns with an empty
//! gutter between them, is as many cells.

use crate::carrier::ocr::lines::median;
use crate::carrier::ocr::rules::{Lattice, Slot};
use crate::carrier::page::{KnownCell, KnownTable, Run};
use crate::geom::{Axis, Rect};
use crate::place::Spot;

/// Lines stand at one level if their middles are this near, in heights of a line.
const LEVEL: f32 = 0.5;
/// An empty gutter between two columns is at least this wide, in heights of a line.
const GUTTER: f32 = 0.6;
/// … and between two columns whose rows are ruled.
const WIDE_GUTTER: f32 = 1.2;
/// Fewest levels that show a gutter.
const GUTTER_LEVELS: usize = 3;
/// Share of the levels that have something on either side of a gutter.
const GUTTER_SHARE: f32 = 0.6;

/// A line of a cell: where it stands and what it says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    /// In pixels.
    pub bbox: Rect,
    /// As read.
    pub text: String,
}

impl Said {
    /// Whether most of it is digits, or it is a mark that stands for a figure.
    fn is_figure(&self) -> bool {
        let of = |f: fn(char) -> bool| self.text.chars().filter(|&c| f(c)).count();
        let digits = of(|c| c.is_ascii_digit());
        let letters = of(char::is_alphabetic);
        digits > letters || self.text.chars().all(|c| "-—–―/…*.".contains(c))
    }
}

/// Cuts the cells of a lattice that hold several rows or columns of lines; `height` is that of a line.
pub(super) fn refine(lattice: Lattice, lines: &[Said], height: f32) -> Lattice {
    let lattice = split_merged(lattice, lines);
    let lattice = split_columns(lattice, lines, height);
    let lattice = split_rows(lattice, lines, height);
    without_blank_sides(over_all_columns(lattice, lines), lines)
}

/// Gives a title in the first row the blank cells beside it where it stands in the middle of all of them and other headers
/// stand below each: what looked like rules between them are strokes of other ink.
fn over_all_columns(mut lattice: Lattice, lines: &[Said]) -> Lattice {
    /// How far from the middle a title may stand, as a share of how wide its cells are.
    const ASIDE: f32 = 0.06;
    let is_blank = |lattice: &Lattice, slot: &Slot| inside(lattice, slot, lines).is_empty();
    let is_top = |slot: &&Slot| slot.row == 0 && slot.rowspan == 1;
    let has_words_below = |slot: &Slot| {
        let below = lattice.cells.iter().filter(|s| s.row == 1);
        let mut below = below.filter(|s| slot.col <= s.col && s.col < slot.col + slot.colspan);
        below.all(|s| {
            let held = inside(&lattice, s, lines);
            !held.is_empty() && held.iter().all(|l| !l.is_figure())
        })
    };
    let top: Vec<Slot> = lattice.cells.iter().filter(is_top).copied().collect();
    let mut joined: Vec<(Slot, Vec<usize>)> = Vec::new();
    for slot in top.iter().filter(|slot| !is_blank(&lattice, slot) && has_words_below(slot)) {
        let held = inside(&lattice, slot, lines);
        let title = held.iter().map(|l| l.bbox).reduce(|a, b| a.union(&b)).unwrap_or_default();
        let free = |col: usize| {
            let found = top.iter().find(|s| s.col == col);
            found.filter(|s| is_blank(&lattice, s) && has_words_below(s))
        };
        // To the right as far as it goes, and to the left.
        let mut end = slot.col + slot.colspan;
        while let Some(next) = free(end) {
            end = next.col + next.colspan;
        }
        let before = |col: usize| top.iter().find(|s| s.col + s.colspan == col).map(|s| s.col);
        let mut start = slot.col;
        while let Some(col) = before(start).filter(|&col| free(col).is_some()) {
            start = col;
        }
        let off = |from: usize, to: usize| {
            let (x0, x1) = (lattice.xs[from], lattice.xs[to]);
            ((x0 + x1) / 2.0 - title.center().x).abs() / (x1 - x0)
        };
        let own = (slot.col, slot.col + slot.colspan);
        let wider = [(slot.col, end), (start, own.1), (start, end)];
        let wider = wider.into_iter().filter(|&cols| cols != own);
        let best = wider.min_by(|a, b| off(a.0, a.1).total_cmp(&off(b.0, b.1)));
        if let Some((from, to)) = best
            && off(from, to) <= ASIDE
            && off(own.0, own.1) > 2.0 * ASIDE
        {
            let taken = (from..to).filter(|col| !(own.0..own.1).contains(col)).collect();
            joined.push((Slot { col: from, colspan: to - from, ..*slot }, taken));
        }
    }
    for (slot, taken) in joined {
        lattice.cells.retain(|s| !(s.row == 0 && (taken.contains(&s.col) || s.col == slot.col)));
        // What two titles reach for is the first one's.
        let is_free = !lattice
            .cells
            .iter()
            .any(|s| s.row == 0 && s.col < slot.col + slot.colspan && slot.col < s.col + s.colspan);
        if is_free {
            lattice.cells.push(slot);
        }
    }
    lattice.cells.sort_by_key(|s| (s.row, s.col));
    lattice
}

/// Whether a lattice is a piece of a table whose other rules were worn off: most figures of the columns that it stands in
/// are in no lattice, and some stand right above or below it. Its cells would cut the table.
pub(super) fn is_piece(lattice: &Lattice, all: &[Lattice], lines: &[Said], height: f32) -> bool {
    /// Figures outside to one within.
    const TO_ONE: usize = 2;
    /// How near the next row is, in heights of a line.
    const NEAR: f32 = 2.0;
    let bbox = lattice.bbox();
    let of_column =
        |l: &&Said| l.is_figure() && bbox.overlap(&l.bbox, Axis::X) > 0.5 * l.bbox.width();
    let (within, outside): (Vec<&Said>, Vec<&Said>) =
        lines.iter().filter(of_column).partition(|l| bbox.contains(l.bbox.center()));
    let in_none = |l: &&&Said| !all.iter().any(|other| other.bbox().contains(l.bbox.center()));
    let near = |l: &&Said| {
        let far = (bbox.y0 - l.bbox.y1).max(l.bbox.y0 - bbox.y1);
        far <= NEAR * height
    };
    outside.iter().filter(in_none).count() > TO_ONE * within.len() && outside.iter().any(near)
}

/// Takes away an outermost column that is blank, most of it one cell beside several rows: what stands beside the table there
/// is the edge of the paper, or a fold, to which its rules run on.
fn without_blank_sides(mut lattice: Lattice, lines: &[Said]) -> Lattice {
    /// Fewer rows may be meant so.
    const FEWEST: usize = 3;
    for last in [false, true] {
        let end = lattice.cols().saturating_sub(1);
        let reaches = move |slot: &Slot| match last {
            true => slot.col + slot.colspan > end,
            false => slot.col == 0,
        };
        let own = || lattice.cells.iter().filter(|slot| reaches(slot) && slot.colspan == 1);
        let tallest = own().map(|slot| slot.rowspan).max().unwrap_or(0);
        let is_blank = own().all(|slot| inside(&lattice, slot, lines).is_empty());
        if tallest < FEWEST || 2 * tallest < lattice.rows() || !is_blank || end < 2 {
            continue;
        }
        lattice.cells.retain(|slot| !reaches(slot) || slot.colspan > 1);
        for slot in &mut lattice.cells {
            if reaches(slot) {
                slot.colspan -= 1;
            } else if !last {
                slot.col -= 1;
            }
        }
        lattice.xs.remove(if last { end + 1 } else { 0 });
    }
    lattice
}

/// Parts a cell over several rows that holds a line in the middle of each: the rules between them were not
/// seen.
fn split_merged(mut lattice: Lattice, lines: &[Said]) -> Lattice {
    let mut cells = Vec::with_capacity(lattice.cells.len());
    for slot in &lattice.cells {
        let held = inside(&lattice, slot, lines);
        let rows: Vec<(f32, f32)> = (slot.row..slot.row + slot.rowspan)
            .map(|row| (lattice.ys[row], lattice.ys[row + 1]))
            .collect();
        let height = |row: &(f32, f32)| row.1 - row.0;
        let low = rows.iter().map(height).fold(f32::INFINITY, f32::min);
        let top = rows.iter().map(height).fold(0.0, f32::max);
        // A name wrapped over as many lines as there are rows stands closer; and a header has few rows.
        let starts = |row: usize| -> usize {
            lattice.cells.iter().filter(|s| s.row == row).map(|s| s.colspan).sum()
        };
        let others =
            (slot.row + 1..slot.row + slot.rowspan).all(|b| 2 * starts(b) >= lattice.cols());
        let near = if others || held.iter().all(|l| l.is_figure()) { 0.3 } else { 0.12 };
        let even = top <= 1.15 * low && (slot.row > 1 || near > 0.2);
        let one_each = rows.iter().all(|row| {
            let middle = (row.0 + row.1) / 2.0;
            let here = |l: &&&Said| (l.bbox.center().y - middle).abs() <= near * height(row);
            held.iter().any(|l| here(&l))
        });
        if slot.rowspan > 1 && even && one_each && held.len() < 2 * slot.rowspan {
            let row = |i: usize| Slot { row: slot.row + i, rowspan: 1, ..*slot };
            cells.extend((0..slot.rowspan).map(row));
        } else {
            cells.push(*slot);
        }
    }
    cells.sort_by_key(|s| (s.row, s.col));
    lattice.cells = cells;
    lattice
}

/// The lines whose middles stand in a slot.
fn inside<'a>(lattice: &Lattice, slot: &Slot, lines: &'a [Said]) -> Vec<&'a Said> {
    let bbox = lattice.bbox_of(slot);
    lines.iter().filter(|l| bbox.contains(l.bbox.center())).collect()
}

/// The heights at which lines stand, top down.
fn levels<'a>(lines: impl Iterator<Item = &'a Said>, height: f32) -> Vec<f32> {
    let mut middles: Vec<f32> = lines.map(|l| l.bbox.center().y).collect();
    middles.sort_by(f32::total_cmp);
    let mut levels: Vec<Vec<f32>> = Vec::new();
    for y in middles {
        match levels.last_mut() {
            Some(level) if y - level.iter().sum::<f32>() / level.len() as f32 <= LEVEL * height => {
                level.push(y);
            }
            _ => levels.push(vec![y]),
        }
    }
    levels.iter().map(|l| l.iter().sum::<f32>() / l.len() as f32).collect()
}

/// Which level a line stands at.
fn level_of(levels: &[f32], line: &Said) -> usize {
    let y = line.bbox.center().y;
    let far = |&l: &usize| (levels[l] - y).abs();
    (0..levels.len()).min_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or(0)
}

/// Cuts columns at the gutters that the lines of one cell leave.
fn split_columns(mut lattice: Lattice, lines: &[Said], height: f32) -> Lattice {
    let mut cuts: Vec<f32> = Vec::new();
    for col in 0..lattice.cols() {
        let slots = || lattice.cells.iter().filter(|s| s.col == col && s.colspan == 1);
        let held = slots().map(|slot| inside(&lattice, slot, lines));
        let of_boxes: Vec<f32> = held.flat_map(|held| gutters(&held, GUTTER, height)).collect();
        // A rule that was not seen in any row leaves two texts in nearly all of a column's cells.
        if of_boxes.is_empty() {
            let held: Vec<&Said> = slots().flat_map(|s| inside(&lattice, s, lines)).collect();
            cuts.extend(gutters(&held, WIDE_GUTTER, height));
        }
        cuts.extend(of_boxes);
    }
    cuts.sort_by(f32::total_cmp);
    cuts.dedup_by(|b, a| *b - *a < height);
    for cut in cuts {
        lattice = with_column(&lattice, cut, lines);
    }
    lattice
}

/// The middles of the empty gutters between columns of lines that are at least so many heights of a line wide.
fn gutters(held: &[&Said], least: f32, height: f32) -> Vec<f32> {
    let levels = levels(held.iter().copied(), height);
    if levels.len() < GUTTER_LEVELS || held.len() < 2 * GUTTER_LEVELS {
        return Vec::new();
    }
    // How many lines cover each place across, in steps of a quarter of a line's height.
    let step = (height / 4.0).max(1.0);
    let start = held.iter().map(|l| l.bbox.x0).fold(f32::INFINITY, f32::min);
    let end = held.iter().map(|l| l.bbox.x1).fold(f32::NEG_INFINITY, f32::max);
    let place = |x: f32| ((x - start) / step) as usize;
    let mut counts = vec![0usize; place(end) + 1];
    for line in held {
        counts[place(line.bbox.x0)..=place(line.bbox.x1)].iter_mut().for_each(|c| *c += 1);
    }
    // A long name, or a figure run into the next one, may reach over a gutter here and there.
    let few = levels.len() / 16;
    let mut covered: Vec<(f32, f32)> = Vec::new();
    for (i, _) in counts.iter().enumerate().filter(|(_, c)| **c > few) {
        let (x0, x1) = (start + i as f32 * step, start + (i + 1) as f32 * step);
        match covered.last_mut() {
            Some(last) if x0 - last.1 < least * height => last.1 = x1,
            _ => covered.push((x0, x1)),
        }
    }
    let shared = |stretch: &(f32, f32)| {
        let mut seen = vec![false; levels.len()];
        for line in held {
            if stretch.0 <= line.bbox.center().x && line.bbox.center().x <= stretch.1 {
                seen[level_of(&levels, line)] = true;
            }
        }
        seen.iter().filter(|s| **s).count() as f32 >= GUTTER_SHARE * levels.len() as f32
    };
    let columns: Vec<(f32, f32)> = covered.into_iter().filter(shared).collect();
    // Columns of a table hold figures; words set apart are one text.
    let figures = held.iter().filter(|l| l.is_figure()).count();
    if columns.len() < 2 || figures * 2 < held.len() {
        return Vec::new();
    }
    columns.windows(2).map(|pair| (pair[0].1 + pair[1].0) / 2.0).collect()
}

/// The lattice with one more column: the cells that have lines on both sides of it and none across, and those
/// that are blank, are cut; the others reach over it.
fn with_column(lattice: &Lattice, x: f32, lines: &[Said]) -> Lattice {
    let Some(col) = lattice.xs.windows(2).position(|w| w[0] < x && x < w[1]) else {
        return lattice.clone();
    };
    let mut xs = lattice.xs.clone();
    xs.insert(col + 1, x);
    let mut cells = Vec::with_capacity(lattice.cells.len() * 2);
    for slot in &lattice.cells {
        let mut slot = *slot;
        if slot.col > col {
            slot.col += 1;
        } else if slot.col + slot.colspan > col {
            let held = inside(lattice, &slot, lines);
            let across = held.iter().filter(|l| l.bbox.x0 < x && x < l.bbox.x1).count();
            let left = held.iter().any(|l| l.bbox.x1 <= x);
            let right = held.iter().any(|l| l.bbox.x0 >= x);
            if slot.colspan == 1 && across * 16 <= held.len() && left == right {
                cells.push(slot);
                slot.col += 1;
            } else {
                slot.colspan += 1;
            }
        }
        cells.push(slot);
    }
    cells.sort_by_key(|s| (s.row, s.col));
    Lattice { xs, ys: lattice.ys.clone(), cells }
}

/// Cuts bands that hold several rows of lines without rules between them.
fn split_rows(mut lattice: Lattice, lines: &[Said], height: f32) -> Lattice {
    let mut row = 0;
    while row < lattice.rows() {
        let cuts = row_cuts(&lattice, row, lines, height);
        if !cuts.is_empty() {
            lattice = with_rows(&lattice, row, &cuts, lines, height);
        }
        row += cuts.len() + 1;
    }
    lattice
}

/// Where a band has to be cut into rows.
fn row_cuts(lattice: &Lattice, row: usize, lines: &[Said], height: f32) -> Vec<f32> {
    let band = lattice.cells.iter().filter(|s| s.row == row && s.rowspan == 1);
    let columns: Vec<Vec<&Said>> = band.map(|slot| inside(lattice, slot, lines)).collect();
    let all = || columns.iter().flatten().copied();
    let levels = levels(all(), height);
    if levels.len() < 2 {
        return Vec::new();
    }
    let at = |column: &[&Said]| -> Vec<usize> {
        let mut at: Vec<usize> = column.iter().map(|l| level_of(&levels, l)).collect();
        at.sort_unstable();
        at.dedup();
        at
    };
    let figures = |column: &[&Said]| {
        let count = column.iter().filter(|l| l.is_figure()).count();
        count > 0 && 2 * count >= column.len()
    };
    // Columns of figures with several lines say that there are rows.
    let told: Vec<Vec<usize>> = columns.iter().filter(|c| figures(c)).map(|c| at(c)).collect();
    if told.iter().filter(|levels| levels.len() > 1).count() < 2 {
        return Vec::new();
    }
    let count = |level: usize| told.iter().filter(|c| c.contains(&level)).count();
    let shared = (0..levels.len()).filter(|&l| count(l) > 1).count();
    if shared < 2 {
        return Vec::new();
    }
    let first = columns.iter().find(|c| !c.is_empty());
    // Two levels beside one name are figures that did not fit their cells, not two rows.
    let is_name = first.is_some_and(|column| !figures(column));
    let first = first.map(|c| at(c)).unwrap_or_default();
    if levels.len() == 2 && is_name && first.len() == 1 {
        return Vec::new();
    }
    // A level is a row of its own where most columns of figures have a line there, or one has and the first
    // column too. What else stands at a level belongs to the nearest row: names and values wrapped.
    let most = told.iter().map(Vec::len).max().unwrap_or(0);
    let full: Vec<&Vec<usize>> = told.iter().filter(|c| 2 * c.len() > most).collect();
    let is_row = |&level: &usize| {
        let here = full.iter().filter(|c| c.contains(&level)).count();
        2 * here > full.len()
            || (count(level) > 0 && first.contains(&level) && count(level) > 1)
            || (count(level) == 1 && first.contains(&level) && told.first() != Some(&first))
    };
    let rows: Vec<usize> = (0..levels.len()).filter(is_row).collect();
    if rows.len() < 2 {
        return Vec::new();
    }
    // Each line goes to the row whose level is nearest, or to the one above where it goes on below it.
    let mut ends = vec![(f32::INFINITY, f32::NEG_INFINITY); rows.len()];
    for (level, y) in levels.iter().enumerate() {
        let owner = match rows.iter().position(|&r| r == level) {
            Some(owner) => owner,
            None => {
                let above = rows.iter().rposition(|&r| r < level);
                let below = rows.iter().position(|&r| r > level);
                let filled_above = above.is_some_and(|a| {
                    columns.iter().any(|c| {
                        let c = at(c);
                        c.contains(&level) && c.contains(&rows[a])
                    })
                });
                match (above, below) {
                    (Some(a), _) if filled_above => a,
                    (Some(a), Some(b)) => {
                        let (up, down) = (y - levels[rows[a]], levels[rows[b]] - y);
                        if up <= down { a } else { b }
                    }
                    (Some(a), None) => a,
                    (None, Some(b)) => b,
                    (None, None) => continue,
                }
            }
        };
        for line in all().filter(|l| level_of(&levels, l) == level) {
            ends[owner].0 = ends[owner].0.min(line.bbox.y0);
            ends[owner].1 = ends[owner].1.max(line.bbox.y1);
        }
    }
    ends.windows(2).map(|pair| (pair[0].1 + pair[1].0) / 2.0).collect()
}

/// The lattice with a band cut into rows. A cell of the band whose only text stands in the middle of several
/// rows is one cell over them all.
fn with_rows(lattice: &Lattice, row: usize, cuts: &[f32], lines: &[Said], height: f32) -> Lattice {
    let more = cuts.len();
    let mut ys = lattice.ys.clone();
    ys.splice(row + 1..row + 1, cuts.iter().copied());
    let mut cells = Vec::new();
    for slot in &lattice.cells {
        let mut slot = *slot;
        if slot.row > row {
            slot.row += more;
        } else if slot.row + slot.rowspan > row && (slot.row < row || slot.rowspan > 1) {
            slot.rowspan += more;
        } else if slot.row == row {
            let bbox = lattice.bbox_of(&slot);
            let held = inside(lattice, &slot, lines);
            let extent = held.iter().map(|l| l.bbox).reduce(|a, b| a.union(&b));
            let middle = extent.map(|e| (e.center().y - bbox.center().y).abs());
            let together = extent.is_some_and(|e| {
                e.height() <= (held.len() as f32 * 1.9) * height
                    && !held.iter().any(|l| l.is_figure())
            });
            let fewer = held.len() <= more.div_ceil(2);
            if more > 1 && fewer && together && middle.is_some_and(|m| m <= 0.6 * height) {
                slot.rowspan = more + 1;
            } else {
                cells.extend((0..more).map(|i| Slot { row: row + i, ..slot }));
                slot.row += more;
            }
        }
        cells.push(slot);
    }
    cells.sort_by_key(|s| (s.row, s.col));
    Lattice { xs: lattice.xs.clone(), ys, cells }
}

/// Adds a column of names that stands outside the rules, left of the frame: where most rows of the lattice have
/// a line there at their height.
pub(super) fn with_names_outside(lattice: Lattice, outside: &[Said], height: f32) -> Lattice {
    let bbox = lattice.bbox();
    let beside: Vec<&Said> = outside
        .iter()
        .filter(|l| l.bbox.x1 <= bbox.x0 + height && l.bbox.overlap(&bbox, Axis::Y) > 0.0)
        .collect();
    let has_name =
        |pair: &[f32]| beside.iter().any(|l| (pair[0]..=pair[1]).contains(&l.bbox.center().y));
    let named = lattice.ys.windows(2).filter(|pair| has_name(pair)).count();
    let near = median(beside.iter().map(|l| bbox.x0 - l.bbox.x1).collect());
    let is_column = named >= 3
        && named as f32 >= 0.6 * lattice.rows() as f32
        && near.is_some_and(|gap| gap < 25.0 * height);
    if !is_column {
        return lattice;
    }
    let left = beside.iter().map(|l| l.bbox.x0).fold(bbox.x0, f32::min);
    let mut xs = vec![left];
    xs.extend(&lattice.xs);
    let mut cells: Vec<Slot> =
        lattice.cells.iter().map(|s| Slot { col: s.col + 1, ..*s }).collect();
    cells.extend((0..lattice.rows()).map(|row| Slot { row, col: 0, rowspan: 1, colspan: 1 }));
    cells.sort_by_key(|s| (s.row, s.col));
    Lattice { xs, ys: lattice.ys, cells }
}

/// The table that a lattice makes, in points; `runs` are the page's runs, which it takes into their cells and
/// puts behind `page`.
pub(super) fn known(
    lattice: &Lattice,
    points: f32,
    runs: &mut Vec<Run>,
    page: &mut Vec<Run>,
) -> KnownTable {
    let scaled = |v: &[f32]| v.iter().map(|at| at * points).collect();
    let mut cells = Vec::with_capacity(lattice.cells.len());
    for slot in &lattice.cells {
        let b = lattice.bbox_of(slot);
        let bbox = Rect::new(b.x0 * points, b.y0 * points, b.x1 * points, b.y1 * points);
        let (mut own, others): (Vec<Run>, Vec<Run>) =
            runs.drain(..).partition(|run| bbox.contains(run.bbox.center()));
        *runs = others;
        own.sort_by(|a, b| {
            let (x, y) = (a.bbox.center().y, b.bbox.center().y);
            let one_line = (x - y).abs() < LEVEL * a.bbox.height().min(b.bbox.height());
            if one_line { a.bbox.x0.total_cmp(&b.bbox.x0) } else { x.total_cmp(&y) }
        });
        let from = page.len();
        page.extend(own);
        let Slot { row, col, rowspan, colspan } = *slot;
        let (runs, spot) = (from..page.len(), Spot::Box(bbox));
        cells.push(KnownCell { row, col, rowspan, colspan, runs, spot });
    }
    KnownTable { row_edges: scaled(&lattice.ys), col_edges: scaled(&lattice.xs), cells }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(x: f32, y: f32, text: &str) -> Said {
        let bbox = Rect::new(x, y, x + 12.0 * text.len() as f32, y + 20.0);
        Said { bbox, text: text.to_owned() }
    }

    fn boxes(columns: usize, height: f32) -> Lattice {
        let cell = |col| Slot { row: 0, col, rowspan: 1, colspan: 1 };
        Lattice {
            xs: (0..=columns).map(|c| c as f32 * 200.0).collect(),
            ys: vec![0.0, height],
            cells: (0..columns).map(cell).collect(),
        }
    }

    #[test]
    fn a_ruled_box_with_many_rows_is_as_many_cells() {
        let mut lines = Vec::new();
        for row in 0..5 {
            for col in 0..3 {
                lines.push(said(20.0 + col as f32 * 200.0, 10.0 + row as f32 * 40.0, "1234"));
            }
        }
        let fine = refine(boxes(3, 210.0), &lines, 20.0);
        assert_eq!((fine.rows(), fine.cols(), fine.cells.len()), (5, 3, 15));
    }

    #[test]
    fn a_value_on_two_lines_stays_in_its_row() {
        let mut lines = Vec::new();
        for row in 0..3 {
            for col in 0..2 {
                lines.push(said(20.0 + col as f32 * 200.0, 10.0 + row as f32 * 60.0, "12.5"));
            }
        }
        lines.push(said(220.0, 40.0, "(8.5)"));
        assert_eq!(refine(boxes(2, 200.0), &lines, 20.0).rows(), 3);
    }

    #[test]
    fn figures_that_wrap_beside_one_name_are_one_row() {
        let lines = [
            said(20.0, 10.0, "ab"),
            said(220.0, 10.0, "9834"),
            said(260.0, 40.0, "9"),
            said(420.0, 10.0, "9932"),
            said(460.0, 40.0, "1"),
        ];
        assert_eq!(refine(boxes(3, 80.0), &lines, 20.0).rows(), 1);
    }

    #[test]
    fn headers_on_two_lines_are_one_row() {
        let lines = [
            said(20.0, 10.0, "ab"),
            said(20.0, 40.0, "cd"),
            said(220.0, 10.0, "ef"),
            said(220.0, 40.0, "gh"),
        ];
        assert_eq!(refine(boxes(2, 80.0), &lines, 20.0).rows(), 1);
    }

    #[test]
    fn a_rule_that_no_row_shows_is_told_by_the_gutter() {
        let rows = |from: f32| -> Vec<Said> {
            let row = |row: usize| [20.0, from].map(|x| said(x, 5.0 + row as f32 * 30.0, "123"));
            (0..4).flat_map(row).collect()
        };
        let ruled = Lattice {
            xs: vec![0.0, 200.0],
            ys: (0..5).map(|row| row as f32 * 30.0).collect(),
            cells: (0..4).map(|row| Slot { row, col: 0, rowspan: 1, colspan: 1 }).collect(),
        };
        assert_eq!(refine(ruled.clone(), &rows(120.0), 20.0).cells.len(), 8);
        // Two parts of one text stand closer.
        assert_eq!(refine(ruled, &rows(74.0), 20.0).cells.len(), 4);
    }

    #[test]
    fn a_lattice_among_rows_without_rules_is_a_piece() {
        let rows = |count: usize| -> Vec<Said> {
            let row = |row: usize| [20.0, 220.0].map(|x| said(x, 5.0 + row as f32 * 30.0, "123"));
            (0..count).flat_map(row).collect()
        };
        let lattice = Lattice { ys: vec![0.0, 30.0, 60.0], ..boxes(2, 60.0) };
        let piece = |count| is_piece(&lattice, std::slice::from_ref(&lattice), &rows(count), 20.0);
        assert!(piece(9));
        assert!(!piece(2) && !piece(4));
    }

    #[test]
    fn a_blank_cell_beside_all_rows_is_none_of_the_table() {
        let slot = |row, col, rowspan| Slot { row, col, rowspan, colspan: 1 };
        let rows = (0..4).flat_map(|row| (1..3).map(move |col| slot(row, col, 1)));
        // Below the rows the rules run on once more.
        let foot = Slot { row: 4, col: 0, rowspan: 1, colspan: 3 };
        let lattice = Lattice {
            xs: vec![0.0, 100.0, 300.0, 500.0],
            ys: (0..6).map(|row| row as f32 * 30.0).collect(),
            cells: [slot(0, 0, 4)].into_iter().chain(rows).chain([foot]).collect(),
        };
        let mut lines: Vec<Said> = (0..4)
            .flat_map(|row| [120.0, 320.0].map(|x| said(x, 5.0 + row as f32 * 30.0, "123")))
            .collect();
        let fine = refine(lattice.clone(), &lines, 20.0);
        assert_eq!((fine.xs.clone(), fine.cells.len()), (vec![100.0, 300.0, 500.0], 9));
        assert!(fine.cells.iter().all(|slot| slot.col + slot.colspan <= 2));
        // With a word in it, it is a label beside the rows.
        lines.push(said(10.0, 50.0, "ab"));
        assert_eq!(refine(lattice, &lines, 20.0).cols(), 3);
    }

    #[test]
    fn a_title_has_the_blank_cells_that_it_stands_in_the_middle_of() {
        let slot = |row, col, rowspan, colspan| Slot { row, col, rowspan, colspan };
        let header = |title: f32| {
            let cells = vec![
                slot(0, 0, 2, 1),
                slot(0, 1, 1, 2),
                slot(0, 3, 1, 1),
                slot(1, 1, 1, 1),
                slot(1, 2, 1, 1),
                slot(1, 3, 1, 1),
            ];
            let xs = (0..=4).map(|c| c as f32 * 200.0).collect();
            let lattice = Lattice { xs, ys: vec![0.0, 30.0, 60.0], cells };
            let mut lines: Vec<Said> = [220.0, 420.0, 620.0].map(|x| said(x, 35.0, "abc")).to_vec();
            lines.push(said(title, 5.0, "abcd"));
            let of = |s: &Slot| (s.row == 0).then_some((s.col, s.colspan));
            over_all_columns(lattice, &lines).cells.iter().filter_map(of).collect::<Vec<_>>()
        };
        assert_eq!(header(476.0), [(0, 1), (1, 3)]);
        // One that stands in the middle of its own cells stays there.
        assert_eq!(header(376.0), [(0, 1), (1, 2), (3, 1)]);
    }

    #[test]
    fn an_empty_gutter_parts_columns() {
        let lines: Vec<Said> = (0..4)
            .flat_map(|row| [20.0, 120.0].map(|x| said(x, 10.0 + row as f32 * 40.0, "123")))
            .collect();
        let fine = refine(boxes(1, 170.0), &lines, 20.0);
        assert_eq!((fine.rows(), fine.cols()), (4, 2));
    }
}
