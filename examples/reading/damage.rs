//! One damage at a time to pages as a carrier gives them, and what a careful reader would then read.
//!
//! Which runs are hit is drawn from the notice's name and the kind alone, so that the same notice
//! always gets the same damage.

use crate::fact::{self, Fact, Facts};
use crate::targets::{At, Figure, RowRuns, Shown, Targets};
use fubiao::carrier::page::{Page, Pages, Rule, Run};
use fubiao::geom::{Axis, Rect};
use fubiao::model::{Notice, Status};
use std::ops::Range;

/// What may happen to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A figure stands in the column beside its own.
    Moved,
    /// A figure is drawn as two runs that touch.
    Cut,
    /// A figure is drawn as two runs an em apart.
    Parted,
    /// The figure of the next column touches this one, each drawn for itself.
    Touching,
    /// The same, drawn as one.
    Joined,
    /// A figure's last digit is smaller and raised, as a footnote mark is.
    Raised,
    /// A figure's last digit is smaller.
    Shrunk,
    /// Another figure is printed over a figure.
    Overlaid,
    /// Another figure stands below a figure, in the same cell.
    Stacked,
    /// A figure goes on on a second line of its cell.
    Wrapped,
    /// A figure is not printed.
    FigureDropped,
    /// A row's name is not printed.
    NameDropped,
    /// One stroke of a rule is not printed.
    StrokeDropped,
    /// A rule is not printed, with all strokes in line with it.
    RuleDropped,
    /// A rule runs across the table through the middle of a row.
    RuleAcross,
    /// A rule runs down the table through the middle of a column.
    RuleDown,
    /// Two rows of one sum stand in each other's place.
    RowsSwapped,
    /// The runs of a row are drawn behind those of the next.
    DrawnLater,
    /// The header of the table's first page is not printed.
    HeaderDropped,
    /// The header of a later page is not printed.
    RepeatDropped,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 20] = [
        Kind::Moved,
        Kind::Cut,
        Kind::Parted,
        Kind::Touching,
        Kind::Joined,
        Kind::Raised,
        Kind::Shrunk,
        Kind::Overlaid,
        Kind::Stacked,
        Kind::Wrapped,
        Kind::FigureDropped,
        Kind::NameDropped,
        Kind::StrokeDropped,
        Kind::RuleDropped,
        Kind::RuleAcross,
        Kind::RuleDown,
        Kind::RowsSwapped,
        Kind::DrawnLater,
        Kind::HeaderDropped,
        Kind::RepeatDropped,
    ];

    /// The kind's name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Moved => "figure moved by a column",
            Kind::Cut => "figure drawn as two runs",
            Kind::Parted => "figure parted by an em",
            Kind::Touching => "next figure touches it",
            Kind::Joined => "next figure drawn as one with it",
            Kind::Raised => "last digit raised",
            Kind::Shrunk => "last digit smaller",
            Kind::Overlaid => "overlaid by another figure",
            Kind::Stacked => "another figure below it",
            Kind::Wrapped => "figure wrapped",
            Kind::FigureDropped => "figure dropped",
            Kind::NameDropped => "name dropped",
            Kind::StrokeDropped => "stroke of a rule dropped",
            Kind::RuleDropped => "rule dropped",
            Kind::RuleAcross => "rule added through a row",
            Kind::RuleDown => "rule added down a column",
            Kind::RowsSwapped => "two rows swapped",
            Kind::DrawnLater => "row drawn after the next",
            Kind::HeaderDropped => "header dropped",
            Kind::RepeatDropped => "repeated header dropped",
        }
    }
}

/// What a careful reader reads on the damaged page, where nothing is said of it.
#[derive(Debug, Clone)]
pub enum Right {
    /// What stood there before: the damage can't be seen, or takes nothing away.
    Same,
    /// Other facts, since that is what is printed now. Where an identity covers the cell, they
    /// contradict it, and that has to be said.
    Other { facts: Facts, is_covered: bool },
    /// Nothing for certain.
    Nothing,
}

/// A damaged notice.
#[derive(Debug)]
pub struct Damaged {
    /// Its pages.
    pub pages: Pages,
    /// Index of the annex that was hit.
    pub annex: usize,
    /// The page that was hit, counted from 1.
    pub page: u32,
    /// What was hit, for people.
    pub what: String,
    /// What may be read of it.
    pub right: Right,
}

/// The notice as its carrier gave it and as it was read.
#[derive(Debug, Clone, Copy)]
pub struct Untouched<'n> {
    pub pages: &'n Pages,
    pub notice: &'n Notice,
    pub facts: &'n Facts,
    pub targets: &'n Targets,
}

/// At most so many damages of a kind, spread over the notice.
pub fn damages(of: Untouched, kind: Kind, each: usize, name: &str) -> Vec<Damaged> {
    let count = match kind {
        Kind::NameDropped | Kind::RowsSwapped | Kind::DrawnLater | Kind::RuleAcross => {
            of.targets.rows.len()
        }
        Kind::StrokeDropped | Kind::RuleDropped => {
            of.targets.shown.iter().map(|shown| rules_of(of.pages, shown).len()).sum()
        }
        Kind::HeaderDropped | Kind::RepeatDropped => of.targets.shown.len(),
        _ => of.targets.figures.len(),
    };
    let seed = name.bytes().map(u64::from).fold(kind as u64, mix);
    let mut order: Vec<(u64, usize)> = (0..count).map(|i| (mix(seed, i as u64), i)).collect();
    order.sort_unstable();
    // What can't be hit in this way is passed over, but not for ever.
    let tried = order.into_iter().take(each * 20);
    tried.filter_map(|(draw, index)| damage(of, kind, index, draw)).take(each).collect()
}

/// The damage of a kind to the thing with this index; `None` where it can't happen to it.
fn damage(of: Untouched, kind: Kind, index: usize, draw: u64) -> Option<Damaged> {
    match kind {
        Kind::NameDropped => name_dropped(of, &of.targets.rows[index]),
        Kind::RowsSwapped => rows_swapped(of, &of.targets.rows[index]),
        Kind::DrawnLater => drawn_later(of, &of.targets.rows[index]),
        Kind::RuleAcross => rule_across(of, &of.targets.rows[index]),
        Kind::StrokeDropped | Kind::RuleDropped => rule_dropped(of, kind, index),
        Kind::HeaderDropped | Kind::RepeatDropped => {
            let shown = &of.targets.shown[index];
            (shown.is_first == (kind == Kind::HeaderDropped)).then(|| header_dropped(of, shown))?
        }
        Kind::RuleDown => rule_down(of, &of.targets.figures[index]),
        Kind::Moved => moved(of, &of.targets.figures[index]),
        Kind::Touching | Kind::Joined => beside(of, kind, &of.targets.figures[index]),
        Kind::FigureDropped => figure_dropped(of, &of.targets.figures[index]),
        _ => figure(of, kind, &of.targets.figures[index], draw),
    }
}

// ---- Figures ----

/// A figure alone drawn otherwise.
fn figure(of: Untouched, kind: Kind, figure: &Figure, draw: u64) -> Option<Damaged> {
    let run = of.run(figure.at);
    let length = run.text.chars().count();
    // A text file has one size and no place over another.
    if kind != Kind::Cut && run.spot.is_some() {
        return None;
    }
    let half = || middle(&run.text);
    let below = |run: &Run, lines: f32| shift(run, 0.0, lines * run.size);
    let (runs, right) = match kind {
        Kind::Cut => {
            let half = half()?;
            (vec![part(run, 0..half), part(run, half..length)], Right::Same)
        }
        Kind::Parted => {
            let half = half()?;
            let behind = shift(&part(run, half..length), run.size, 0.0);
            (vec![part(run, 0..half), behind], Right::Nothing)
        }
        Kind::Raised | Kind::Shrunk => {
            run.text.ends_with(|c: char| c.is_ascii_digit()).then_some(())?;
            let rest = part(run, 0..length - 1);
            rest.text.ends_with(|c: char| c.is_ascii_digit()).then_some(())?;
            let mark = smaller(&part(run, length - 1..length), kind == Kind::Raised);
            let right = of.other(figure, &rest.text);
            (vec![rest, mark], right)
        }
        Kind::Overlaid => (vec![run.clone(), of_other_digits(run, draw)?], Right::Nothing),
        Kind::Stacked => {
            let other = of_other_digits(run, draw)?;
            (vec![below(run, -0.5), below(&other, 0.5)], Right::Nothing)
        }
        Kind::Wrapped => {
            let half = half()?;
            let rest = part(run, half..length);
            let rest = shift(&rest, run.bbox.x0 - rest.bbox.x0, 0.0);
            (vec![below(&part(run, 0..half), -0.5), below(&rest, 0.5)], Right::Same)
        }
        _ => return None,
    };
    Some(of.damaged(figure, |page| replace(page, figure.at.run, runs), right))
}

/// Where a figure may be cut between two digits, near its middle: no sign or unit is parted from it.
fn middle(text: &str) -> Option<usize> {
    let chars: Vec<char> = text.chars().collect();
    let between = |&at: &usize| chars[at - 1].is_ascii_digit() && chars[at].is_ascii_digit();
    let cuts: Vec<usize> = (1..chars.len()).filter(between).collect();
    cuts.get(cuts.len() / 2).copied()
}

fn figure_dropped(of: Untouched, figure: &Figure) -> Option<Damaged> {
    let right = of.other(figure, "");
    Some(of.damaged(figure, |page| replace(page, figure.at.run, Vec::new()), right))
}

fn moved(of: Untouched, figure: &Figure) -> Option<Damaged> {
    let [annex, row, column] = figure.cell;
    let columns = of.notice.annexes[annex].columns.len();
    let to = if column + 1 < columns { column + 1 } else { column.checked_sub(1)? };
    let middle = |column| of.targets.middles.get(&[annex, figure.at.page, column]);
    let by = middle(to)? - middle(column)?;
    let here = &of.pages.pages[figure.at.page];
    let told = told_beside(here, figure.at.run, to > column);
    // A cell that is told is no matter of places: without one beside it there is nowhere to move to.
    if told.is_none() && told_cell(here, figure.at.run).is_some() {
        return None;
    }
    let neighbour = &of.notice.annexes[annex].rows[row].cells[to];
    let right = match neighbour.status {
        Status::Blank => {
            let mut fact = of.fact([annex, row, to]);
            fact.value = of.fact(figure.cell).value;
            let Right::Other { mut facts, is_covered } = of.other(figure, "") else { return None };
            fact::add(&mut facts, fact);
            Right::Other { facts, is_covered }
        }
        _ => Right::Nothing,
    };
    Some(of.damaged(
        figure,
        |page| match told {
            Some((table, [own, other])) => {
                let cells = &mut page.tables[table].cells;
                let all = cells[own].runs.start.min(cells[other].runs.start)
                    ..cells[own].runs.end.max(cells[other].runs.end);
                cells[own].runs = all.start..all.start;
                cells[other].runs = all;
            }
            None => {
                let run = &mut page.runs[figure.at.run];
                *run = shift(run, by, 0.0);
            }
        },
        right,
    ))
}

/// The figure of the next column moved up to this one.
fn beside(of: Untouched, kind: Kind, figure: &Figure) -> Option<Damaged> {
    let [annex, row, column] = figure.cell;
    let next = of.targets.figure([annex, row, column + 1])?;
    let (a, b) = (of.run(figure.at), of.run(next.at));
    let is_beside = a.bbox.x1 < b.bbox.x0 && a.bbox.overlap(&b.bbox, Axis::Y) > a.size / 2.0;
    if figure.at.page != next.at.page || !is_beside || a.spot.is_some() {
        return None;
    }
    let moved = shift(b, a.bbox.x1 - b.bbox.x0, 0.0);
    let (runs, right) = match kind {
        Kind::Touching => ((a.clone(), Some(moved)), Right::Same),
        _ => ((joined(a, &moved), None), Right::Nothing),
    };
    Some(of.damaged(
        figure,
        |page| {
            page.runs[figure.at.run] = runs.0;
            match runs.1 {
                Some(moved) => page.runs[next.at.run] = moved,
                None => replace(page, next.at.run, Vec::new()),
            }
        },
        right,
    ))
}

impl Untouched<'_> {
    fn run(&self, at: At) -> &Run {
        &self.pages.pages[at.page].runs[at.run]
    }

    /// The fact that a cell is.
    fn fact(&self, [annex, row, column]: [usize; 3]) -> Fact {
        let annex = &self.notice.annexes[annex];
        let row = &annex.rows[row];
        fact::of_cell(annex, row, fact::header_of(&annex.columns[column]), &row.cells[column])
    }

    /// The facts with another figure in a cell; none, if it is empty.
    fn other(&self, figure: &Figure, printed: &str) -> Right {
        let mut facts = self.facts.clone();
        let old = self.fact(figure.cell);
        let new = Fact { value: fact::plain(printed), ..old.clone() };
        // Blank or zero is the same to a sum.
        let is_zero = |fact: &Fact| matches!(&*fact.value, "" | "0");
        let is_covered = figure.is_covered && old != new && !(is_zero(&old) && is_zero(&new));
        if let Some(count) = facts.get_mut(&old) {
            *count -= 1;
        }
        facts.retain(|_, count| *count > 0);
        fact::add(&mut facts, new);
        Right::Other { facts, is_covered }
    }

    /// The notice with a figure's page damaged.
    fn damaged(&self, figure: &Figure, harm: impl FnOnce(&mut Page), right: Right) -> Damaged {
        let [annex, row, column] = figure.cell;
        let table = &self.notice.annexes[annex];
        let what = format!(
            "{} / {} {}",
            table.rows[row].region.name,
            table.columns[column].path.join("/"),
            self.run(figure.at).text.trim(),
        );
        self.harmed(annex, figure.at.page, what, harm, right)
    }

    fn harmed(
        &self,
        annex: usize,
        page: usize,
        what: String,
        harm: impl FnOnce(&mut Page),
        right: Right,
    ) -> Damaged {
        let mut pages = self.pages.clone();
        harm(&mut pages.pages[page]);
        Damaged { pages, annex, page: page as u32 + 1, what, right }
    }
}

/// Puts these runs in the place of one. Told cells keep theirs.
fn replace(page: &mut Page, at: usize, runs: Vec<Run>) {
    let count = runs.len();
    page.runs.splice(at..=at, runs);
    let moved = |end: usize| if end > at { end + count - 1 } else { end };
    for cell in page.tables.iter_mut().flat_map(|table| &mut table.cells) {
        cell.runs = moved(cell.runs.start)..moved(cell.runs.end);
    }
}

/// The told cell that a run stands in, by index of its table and in it.
fn told_cell(page: &Page, run: usize) -> Option<(usize, usize)> {
    page.tables.iter().enumerate().find_map(|(at, table)| {
        table.cells.iter().position(|cell| cell.runs.contains(&run)).map(|cell| (at, cell))
    })
}

/// The told cell of a run and the one beside it, whose runs come right before or after its own.
fn told_beside(page: &Page, run: usize, is_right: bool) -> Option<(usize, [usize; 2])> {
    let (table, own) = told_cell(page, run)?;
    let cells = &page.tables[table].cells;
    let other = if is_right { own + 1 } else { own.checked_sub(1)? };
    (cells.get(other)?.row == cells[own].row).then_some((table, [own, other]))
}

/// Characters of a run, as a run of its own.
fn part(run: &Run, chars: Range<usize>) -> Run {
    let text = run.text.chars().skip(chars.start).take(chars.len()).collect();
    let edges = run.edges[chars.start..=chars.end].to_vec();
    let bbox = Rect::new(edges[0], run.bbox.y0, edges[edges.len() - 1], run.bbox.y1);
    let spot = run.spot.map(|spot| spot.onward(chars.start as u32));
    Run { text, bbox, edges, spot, joints: Vec::new(), ..run.clone() }
}

/// Two runs that touch as one, drawn at once.
fn joined(a: &Run, b: &Run) -> Run {
    let text = format!("{}{}", a.text, b.text);
    let edges = [&a.edges[..a.edges.len() - 1], &b.edges].concat();
    Run { text, bbox: a.bbox.union(&b.bbox), edges, joints: Vec::new(), ..a.clone() }
}

fn shift(run: &Run, x: f32, y: f32) -> Run {
    let bbox = run.bbox;
    Run {
        bbox: Rect::new(bbox.x0 + x, bbox.y0 + y, bbox.x1 + x, bbox.y1 + y),
        edges: run.edges.iter().map(|edge| edge + x).collect(),
        ..run.clone()
    }
}

/// Three fifths the size, on the base line or raised by a third of the old size.
fn smaller(run: &Run, is_raised: bool) -> Run {
    const SIZE: f32 = 0.6;
    // Where the base line lies in the box of a run, by its height.
    const BASE: f32 = 0.88;
    let (bbox, height) = (run.bbox, run.bbox.height());
    let raised_by = if is_raised { 0.33 } else { 0.0 };
    let y0 = bbox.y0 + (BASE - raised_by - BASE * SIZE) * height;
    let edges: Vec<f32> = run.edges.iter().map(|edge| bbox.x0 + (edge - bbox.x0) * SIZE).collect();
    Run {
        bbox: Rect::new(bbox.x0, y0, edges[edges.len() - 1], y0 + SIZE * height),
        edges,
        size: run.size * SIZE,
        ..run.clone()
    }
}

/// A figure with as many digits, all others; `None` for a run without digits.
fn of_other_digits(run: &Run, draw: u64) -> Option<Run> {
    let by = 1 + (draw % 8) as u32;
    let other = |c: char| match c.to_digit(10) {
        Some(digit) => char::from_digit((digit + by) % 10, 10),
        None => Some(c),
    };
    let text: String = run.text.chars().map(other).collect::<Option<_>>()?;
    (text != run.text).then(|| Run { text, ..run.clone() })
}

// ---- Rows ----

fn name_of(of: Untouched, row: &RowRuns) -> String {
    let [annex, row] = row.row;
    of.notice.annexes[annex].rows[row].region.name.clone()
}

fn name_dropped(of: Untouched, row: &RowRuns) -> Option<Damaged> {
    let name = row.name?;
    let harm = |page: &mut Page| replace(page, name, Vec::new());
    Some(of.harmed(row.row[0], row.page, name_of(of, row), harm, Right::Nothing))
}

/// The row below, where both are parts of one sum, on one page, and one line high each.
fn next_of_sum<'t>(of: Untouched<'t>, row: &RowRuns) -> Option<&'t RowRuns> {
    let [annex, index] = row.row;
    let next = of.targets.rows.iter().find(|next| next.row == [annex, index + 1])?;
    let rows = &of.notice.annexes[annex].rows;
    let (a, b) = (&rows[index].region, &rows[index + 1].region);
    let has_parts = |row| rows.iter().any(|other| other.region.parent_row == Some(row));
    let is_one_line = |row: &RowRuns| {
        let runs = row.runs.iter().map(|&run| of.run(At { page: row.page, run }));
        let tops: Vec<f32> = runs.map(|run| run.bbox.center().y).collect();
        let spread = tops.iter().fold(f32::MIN, |a, &b| a.max(b))
            - tops.iter().fold(f32::MAX, |a, &b| a.min(b));
        row.name.is_some() && spread < 4.0
    };
    (row.page == next.page
        && a.level == b.level
        && a.parent_row == b.parent_row
        && a.parent_row.is_some()
        && !has_parts(index)
        && !has_parts(index + 1)
        && is_one_line(row)
        && is_one_line(next))
    .then_some(next)
}

fn rows_swapped(of: Untouched, row: &RowRuns) -> Option<Damaged> {
    let next = next_of_sum(of, row)?;
    let top = |row: &RowRuns| Some(of.run(At { page: row.page, run: row.name? }).bbox.y0);
    let by = top(next)? - top(row)?;
    let harm = |page: &mut Page| {
        for (row, by) in [(row, by), (next, -by)] {
            for &run in &row.runs {
                page.runs[run] = shift(&page.runs[run], 0.0, by);
            }
        }
    };
    // A text's lines bear their numbers, and a panel beside would show no swap.
    (by > 0.0 && of.run(At { page: row.page, run: row.name? }).spot.is_none())
        .then(|| of.harmed(row.row[0], row.page, name_of(of, row), harm, Right::Same))
}

fn drawn_later(of: Untouched, row: &RowRuns) -> Option<Damaged> {
    let [annex, index] = row.row;
    let next = of.targets.rows.iter().find(|next| next.row == [annex, index + 1])?;
    let (&last, from) = (next.runs.last()?, *row.runs.first()?);
    if row.page != next.page || last < from || next.runs.iter().any(|run| row.runs.contains(run)) {
        return None;
    }
    let harm = |page: &mut Page| {
        let late: Vec<Run> = row.runs.iter().map(|&run| page.runs[run].clone()).collect();
        page.runs.splice(last + 1..last + 1, late);
        for &run in row.runs.iter().rev() {
            page.runs.remove(run);
        }
    };
    let is_ordered = row.runs.iter().all(|&run| run <= last);
    // What is told in rows is not drawn in any order.
    let is_drawn = told_cell(&of.pages.pages[row.page], from).is_none();
    (is_ordered && is_drawn)
        .then(|| of.harmed(annex, row.page, name_of(of, row), harm, Right::Same))
}

// ---- Rules and headers ----

/// Rules of the table on a page, by index.
fn rules_of(pages: &Pages, shown: &Shown) -> Vec<usize> {
    let page = &pages.pages[shown.page];
    let around = shown.bbox.grow(24.0);
    let within = |rule: &Rule| {
        let (at, along) = (around, rule.axis);
        let (from, to) = (at.start(along), at.end(along));
        let across = along.cross();
        (at.start(across)..=at.end(across)).contains(&rule.at) && rule.from < to && rule.to > from
    };
    (0..page.rules.len()).filter(|&rule| within(&page.rules[rule])).collect()
}

fn rule_dropped(of: Untouched, kind: Kind, mut index: usize) -> Option<Damaged> {
    let mut shown = of.targets.shown.iter().map(|shown| (shown, rules_of(of.pages, shown)));
    let (shown, rule) = shown.find_map(|(shown, rules)| match rules.get(index) {
        Some(&rule) => Some((shown, rule)),
        None => {
            index -= rules.len();
            None
        }
    })?;
    let dropped = of.pages.pages[shown.page].rules[rule];
    let what = match dropped.axis {
        Axis::X => format!("across at {:.0}, {:.0} to {:.0}", dropped.at, dropped.from, dropped.to),
        Axis::Y => format!("down at {:.0}, {:.0} to {:.0}", dropped.at, dropped.from, dropped.to),
    };
    let harm = |page: &mut Page| match kind {
        Kind::StrokeDropped => drop(page.rules.remove(rule)),
        _ => page
            .rules
            .retain(|rule| rule.axis != dropped.axis || (rule.at - dropped.at).abs() > 1.0),
    };
    Some(of.harmed(shown.annex, shown.page, what, harm, Right::Same))
}

fn rule_across(of: Untouched, row: &RowRuns) -> Option<Damaged> {
    let shown = of.targets.shown.iter();
    let mut shown = shown.filter(|shown| (shown.annex, shown.page) == (row.row[0], row.page));
    let table = shown.next()?.bbox.grow(4.0);
    let name = of.run(At { page: row.page, run: row.name? });
    let rule =
        Rule { axis: Axis::X, at: name.bbox.center().y, from: table.x0, to: table.x1, width: 0.5 };
    let harm = |page: &mut Page| page.rules.push(rule);
    Some(of.harmed(row.row[0], row.page, name_of(of, row), harm, Right::Same))
}

fn rule_down(of: Untouched, figure: &Figure) -> Option<Damaged> {
    let shown = of.targets.shown.iter();
    let mut shown = shown.filter(|s| (s.annex, s.page) == (figure.cell[0], figure.at.page));
    let table = shown.next()?.bbox.grow(4.0);
    let at = of.run(figure.at).bbox.center().x;
    let rule = Rule { axis: Axis::Y, at, from: table.y0, to: table.y1, width: 0.5 };
    Some(of.damaged(figure, |page| page.rules.push(rule), Right::Same))
}

fn header_dropped(of: Untouched, shown: &Shown) -> Option<Damaged> {
    let runs = &of.pages.pages[shown.page].runs;
    let what = shown.header.iter().map(|&run| runs[run].text.trim()).collect::<Vec<_>>().join(" ");
    let right = if shown.is_first { Right::Nothing } else { Right::Same };
    let harm = |page: &mut Page| {
        for &run in shown.header.iter().rev() {
            replace(page, run, Vec::new());
        }
    };
    (!shown.header.is_empty()).then(|| of.harmed(shown.annex, shown.page, what, harm, right))
}

/// A number drawn from two (SplitMix64, Steele et al. 2014).
fn mix(seed: u64, part: u64) -> u64 {
    let mut z = (seed ^ part).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
