//! Two pages printed side by side on one sheet, as offices print A4 on A3, and pages set in two columns, as gazettes
//! are: each page or column out as a page of its own, before anything else looks at them. What was read of them stands
//! on the sheet in the end ([`Sheets::back`]).
//!
//! A sheet is parted where nothing crosses its middle and something says that two pages stand there: both halves
//! bear a page number at one height, one of them begins with the label of an annex, or it has prose that fills it
//! beside lines of the other at heights of their own. All sheets of that size have to be free in the middle, and are
//! parted together. A page is parted into columns where much of it is free in the middle, and prose fills one side
//! line by line, or where an annex begins at the head of both; what crosses the middle above the columns is read with
//! the first, what crosses it below, last.
//! Deliberately absent: pages one above the other, more than two columns, and sheets whose halves are turned.

use super::running::is_page_number;
use crate::carrier::page::{Ink, Layout, Page, Pages, Rule, Run, Turn};
use crate::diag::{Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::geom::{Axis, Rect};
use crate::lexicon::is_han;
use crate::place::{Place, Spot};

/// A sheet of two pages is so much wider than high; A3 across is 1.41.
const WIDE: f32 = 1.25;
/// So much of the sheet's width is free in its middle, as margins leave it.
const FREE: f32 = 0.02;
/// A fill or an image over so much of the sheet is its ground and parts nothing.
const GROUND: f32 = 0.8;
/// So many Han characters make a line of prose, …
const PROSE: usize = 15;
/// … so much of the half's measure filled, …
const FILLED: f32 = 0.85;
/// … and so many such lines are prose.
const LINES: usize = 3;
/// So many of them, each as wide as the column, are a column of prose, …
const COLUMN: usize = 6;
/// … which reaches over so much of its page.
const LONG: f32 = 0.4;
/// A page number stands in this share of the page's height, at its foot.
const MARGIN: f32 = 0.14;
/// The number behind 附件 has at most so many characters.
const LABEL: usize = 4;
/// Lines as near as this, in points, stand at one height.
const SAME_HEIGHT: f32 = 2.0;

/// Which sheet each page stands on, where several stand on one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheets {
    /// By page; empty where each page is a sheet.
    pages: Vec<OnSheet>,
}

/// Where a page stands.
#[derive(Debug, Clone, Copy, PartialEq)]
struct OnSheet {
    /// Number of the sheet, from 1.
    sheet: u32,
    /// Where the page's left edge stands on it, in points.
    left: f32,
}

impl Sheets {
    /// Whether each page is a sheet of its own.
    pub fn is_plain(&self) -> bool {
        self.pages.is_empty()
    }

    /// Leads a place on a page to that on its sheet.
    pub fn back(&self, place: &mut Place) {
        let Some(on) = place.page.checked_sub(1).and_then(|at| self.pages.get(at as usize)) else {
            return;
        };
        place.page = on.sheet;
        if let Spot::Box(rect) = &mut place.spot {
            *rect = moved(rect, on.left);
        }
    }
}

/// The pages of the notice, those that stand on one sheet apart, and where they stand.
pub fn apart(sink: &mut Sink, pages: Pages) -> (Pages, Sheets) {
    let Pages { pages, text_from, encoding } = pages;
    let sizes = sizes_of_sheets(&pages);
    let is_parted = |page: &Page| sizes.iter().any(|&size| is_same_size(size_of(page), size));
    let ways: Vec<Way> = pages
        .iter()
        .map(|page| match middle(page).filter(|_| is_parted(page)) {
            Some(middle) => Way::Halves(middle),
            None if sizes.is_empty() => Columns::of(page).map_or(Way::Whole, Way::Columns),
            None => Way::Whole,
        })
        .collect();
    if ways.iter().all(|way| matches!(way, Way::Whole)) {
        return (Pages { pages, text_from, encoding }, Sheets::default());
    }
    let (mut apart, mut sheets) = (Vec::new(), Sheets::default());
    for (page, way) in pages.into_iter().zip(ways) {
        let sheet = page.number;
        let parts = match way {
            Way::Whole => vec![(0.0, page)],
            Way::Halves(middle) => {
                note(sink, &page);
                halves(page, middle)
            }
            Way::Columns(columns) => columns.apart(sink, page),
        };
        for (left, page) in parts {
            apart.push(Page { number: apart.len() as u32 + 1, ..page });
            sheets.pages.push(OnSheet { sheet, left });
        }
    }
    (Pages { pages: apart, text_from, encoding }, sheets)
}

/// How a page is parted.
enum Way {
    /// Not at all.
    Whole,
    /// At its middle: two pages on a sheet.
    Halves(f32),
    Columns(Columns),
}

/// The sizes of sheets that hold two pages each: all of a size are free in the middle, and one at least shows it.
fn sizes_of_sheets(pages: &[Page]) -> Vec<(f32, f32)> {
    let two = pages.iter().filter(|page| middle(page).is_some_and(|x| holds_two(page, x)));
    let mut sizes: Vec<(f32, f32)> = two.map(size_of).collect();
    sizes.dedup_by(|a, b| is_same_size(*a, *b));
    let of_size = |size| pages.iter().filter(move |page| is_same_size(size_of(page), size));
    sizes.retain(|&size| of_size(size).all(|page| middle(page).is_some()));
    sizes
}

fn size_of(page: &Page) -> (f32, f32) {
    (page.width, page.height)
}

/// Two columns of a page: where their middle is, and how far they reach.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Columns {
    middle: f32,
    top: f32,
    low: f32,
}

impl Columns {
    /// Those of a page that is set in two; `None` for any other.
    fn of(page: &Page) -> Option<Columns> {
        if page.layout != Layout::Seen
            || !page.tables.is_empty()
            || texts(page).any(|run| run.turn != Turn::Upright)
        {
            return None;
        }
        let middle = page.width / 2.0;
        let mut crossing: Vec<(f32, f32)> = crossing(page, middle).map(|b| (b.y0, b.y1)).collect();
        crossing.push((page.height, page.height));
        crossing.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut top, mut low, mut reached) = (0.0, 0.0, 0.0f32);
        for (from, to) in crossing {
            if from - reached > low - top {
                (top, low) = (reached, from);
            }
            reached = reached.max(to);
        }
        if low - top < LONG * page.height {
            return None;
        }
        let within = |mut lines: Vec<HalfLine>| {
            lines.retain(|line| top < line.y && line.y <= low);
            lines
        };
        let left = within(lines(page, f32::MIN, middle));
        let right = within(lines(page, middle, f32::MAX));
        let is_set = |half: &[HalfLine], other: &[HalfLine]| {
            other.len() >= LINES && prose(half).filter(|line| fills(line, half)).count() >= COLUMN
        };
        // Two annexes side by side, each under its label, are two as well.
        let are_annexes = opens_annex(&left, &right) && opens_annex(&right, &left);
        let is_set = is_set(&left, &right) || is_set(&right, &left) || are_annexes;
        is_set.then_some(Columns { middle, top, low })
    }

    /// The first column with what stands above it, the second one, and what stands below both. The number of the page
    /// goes: no other page would bear the next one.
    fn apart(self, sink: &mut Sink, mut page: Page) -> Vec<(f32, Page)> {
        let Columns { middle, top, low } = self;
        page.runs.retain(|run| {
            let text = compact(&run.text);
            let is_number = run.bbox.y0 >= low
                && run.bbox.y0 > (1.0 - MARGIN) * page.height
                && (is_page_number(&text) || text.parse::<u16>().is_ok());
            if is_number {
                let (stage, rule) = (Stage::Normalize, "page_number");
                let (place, after) = (Some(run.place(page.number)), String::new());
                sink.repair(Repair { stage, rule, place, before: run.text.clone(), after });
            }
            !is_number
        });
        sink.remark(Diagnostic {
            code: "two_columns",
            severity: Severity::Note,
            place: Some(page.place()),
            message: Wording::new(
                "this page is set in two columns, and was read column by column",
                "此页分两栏排印，已逐栏读取",
            ),
            hint: None,
        });
        let (width, is_within) = (page.width, move |y: f32| top <= y && y <= low);
        let first = part(&mut page, 0.0, width, &|x, y| y < top || is_within(y) && x < middle);
        let second = part(&mut page, middle, width - middle, &|_, y| is_within(y));
        let below = part(&mut page, 0.0, width, &|_, _| true);
        let parts = [(0.0, first), (middle, second), (0.0, below)];
        parts.into_iter().filter(|(_, part)| !is_blank(part)).collect()
    }
}

fn is_same_size(a: (f32, f32), b: (f32, f32)) -> bool {
    (a.0 - b.0).abs() < 1.0 && (a.1 - b.1).abs() < 1.0
}

fn note(sink: &mut Sink, page: &Page) {
    sink.remark(Diagnostic {
        code: "two_pages_on_sheet",
        severity: Severity::Note,
        place: Some(page.place()),
        message: Wording::new(
            "two pages stand side by side on this sheet, and were read one after the other",
            "此页并排印有两页，已按先左后右依次读取",
        ),
        hint: None,
    });
}

/// Texts that a reader sees and that read left to right.
fn texts(page: &Page) -> impl Iterator<Item = &Run> {
    let is_seen = |run: &&Run| {
        matches!(run.ink, Ink::Seen { .. } | Ink::Invisible)
            && !matches!(run.turn, Turn::Slanted(_))
            && !run.text.trim().is_empty()
    };
    page.runs.iter().filter(is_seen)
}

/// Where the middle of a wide sheet is, if nothing crosses it.
fn middle(page: &Page) -> Option<f32> {
    if page.layout != Layout::Seen || !page.tables.is_empty() || page.width < WIDE * page.height {
        return None;
    }
    let middle = page.width / 2.0;
    let is_crossed =
        crossing(page, middle).next().is_some() || texts(page).any(|run| run.turn != Turn::Upright);
    (!is_crossed).then_some(middle)
}

/// The boxes of what crosses the middle, rules down it apart.
fn crossing(page: &Page, middle: f32) -> impl Iterator<Item = Rect> {
    let free = FREE * page.width / 2.0;
    let is_ground = |r: &Rect| r.width() * r.height() > GROUND * page.width * page.height;
    let across = page.rules.iter().filter(|rule| rule.axis == Axis::X);
    let across = across.map(|rule| Rect::new(rule.from, rule.at, rule.to, rule.at));
    let areas = page.fills.iter().chain(&page.images).chain(&page.drawings).copied();
    texts(page)
        .map(|run| run.bbox)
        .chain(across)
        .chain(areas.filter(move |r| !is_ground(r)))
        .filter(move |r| r.x0 < middle + free && r.x1 > middle - free)
}

/// A line of one half.
struct HalfLine {
    x0: f32,
    x1: f32,
    y: f32,
    /// What its texts are wide, gaps left out.
    inked: f32,
    text: String,
}

/// The lines of the texts that begin in a stretch of the sheet, top down.
fn lines(page: &Page, from: f32, to: f32) -> Vec<HalfLine> {
    let mut runs: Vec<&Run> = texts(page).filter(|run| (from..to).contains(&run.bbox.x0)).collect();
    runs.sort_by(|a, b| a.bbox.y1.total_cmp(&b.bbox.y1).then(a.bbox.x0.total_cmp(&b.bbox.x0)));
    let mut lines: Vec<HalfLine> = Vec::new();
    for run in runs {
        let (box_, inked) = (run.bbox, run.bbox.width());
        match lines.last_mut() {
            Some(line) if (line.y - box_.y1).abs() < SAME_HEIGHT => {
                (line.x0, line.x1) = (line.x0.min(box_.x0), line.x1.max(box_.x1));
                line.inked += inked;
                line.text.push_str(&run.text);
            }
            _ => lines.push(HalfLine {
                x0: box_.x0,
                x1: box_.x1,
                y: box_.y1,
                inked,
                text: run.text.clone(),
            }),
        }
    }
    lines
}

/// Whether two pages stand on the sheet, left and right of its middle.
fn holds_two(page: &Page, middle: f32) -> bool {
    let (left, right) = (lines(page, f32::MIN, middle), lines(page, middle, f32::MAX));
    let both = [(&left, &right), (&right, &left)];
    are_numbered(&left, &right)
        || both.iter().any(|(half, other)| opens_annex(half, other) || has_prose(half, other))
}

/// The text without white space.
fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whether both halves end in the number of a page, at one height.
fn are_numbered(left: &[HalfLine], right: &[HalfLine]) -> bool {
    let (Some(left), Some(right)) = (left.last(), right.last()) else { return false };
    (left.y - right.y).abs() < SAME_HEIGHT
        && is_page_number(&compact(&left.text))
        && is_page_number(&compact(&right.text))
}

/// Whether the half begins with the label of an annex, and the other one has something of its own.
fn opens_annex(half: &[HalfLine], other: &[HalfLine]) -> bool {
    let label = half.first().map(|line| compact(&line.text)).unwrap_or_default();
    let number = label.strip_prefix("附件").or(label.strip_prefix("附表"));
    let is_label = number.is_some_and(|rest| rest.chars().count() <= LABEL);
    is_label && !other.is_empty()
}

/// Whether the half has lines of prose, which fill its measure or end a sentence, at other heights than the lines of
/// the other half: cells of one row stand at one.
fn has_prose(half: &[HalfLine], other: &[HalfLine]) -> bool {
    let is_beside =
        |line: &&HalfLine| other.iter().any(|other| (other.y - line.y).abs() < SAME_HEIGHT);
    let ends = |line: &&HalfLine| line.text.trim_end().ends_with('。');
    let lines = prose(half).filter(|line| fills(line, half) || ends(line));
    !other.is_empty() && lines.filter(|line| !is_beside(line)).count() >= LINES
}

/// Lines of Chinese without gaps.
fn prose(half: &[HalfLine]) -> impl Iterator<Item = &HalfLine> {
    half.iter().filter(|line| {
        let han = line.text.chars().filter(|&c| is_han(c)).count();
        han >= PROSE && line.inked >= FILLED * (line.x1 - line.x0)
    })
}

/// Whether the line is as wide as its half is, or nearly.
fn fills(line: &HalfLine, half: &[HalfLine]) -> bool {
    let x0 = half.iter().map(|line| line.x0).fold(f32::MAX, f32::min);
    let x1 = half.iter().map(|line| line.x1).fold(f32::MIN, f32::max);
    line.x1 - line.x0 >= FILLED * (x1 - x0)
}

/// Both halves of a sheet, each with where its left edge stands on it; a half with nothing on it is none.
fn halves(mut page: Page, middle: f32) -> Vec<(f32, Page)> {
    let width = page.width;
    let left = part(&mut page, 0.0, middle, &|x, _| x < middle);
    let right = part(&mut page, middle, width - middle, &|_, _| true);
    let halves = [(0.0, left), (middle, right)];
    let both = halves.iter().all(|(_, half)| is_blank(half));
    halves.into_iter().filter(|(left, half)| !is_blank(half) || both && *left == 0.0).collect()
}

/// Whether nothing to be read stands on it.
fn is_blank(page: &Page) -> bool {
    page.runs.is_empty() && page.images.is_empty()
}

/// Takes out of a page what `holds` says of the middles of things, as a page of this width whose left edge stands there.
fn part(page: &mut Page, left: f32, width: f32, holds: &dyn Fn(f32, f32) -> bool) -> Page {
    let held = |r: &Rect| holds(r.center().x, r.center().y);
    let take = |boxes: &mut Vec<Rect>| -> Vec<Rect> {
        boxes.extract_if(.., |r| held(r)).map(|r| moved(&r, -left)).collect()
    };
    let is_held = |rule: &mut Rule| match rule.axis {
        Axis::X => holds((rule.from + rule.to) / 2.0, rule.at),
        Axis::Y => holds(rule.at, (rule.from + rule.to) / 2.0),
    };
    let rules = page.rules.extract_if(.., is_held).map(|rule| match rule.axis {
        Axis::X => Rule { from: rule.from - left, to: rule.to - left, ..rule },
        Axis::Y => Rule { at: rule.at - left, ..rule },
    });
    let runs = page.runs.extract_if(.., |run| held(&run.bbox));
    Page {
        number: page.number,
        width,
        height: page.height,
        rules: rules.collect(),
        runs: runs.map(|run| moved_run(run, -left)).collect(),
        fills: take(&mut page.fills),
        images: take(&mut page.images),
        drawings: take(&mut page.drawings),
        tables: Vec::new(),
        layout: page.layout,
        origin: page.origin.clone(),
        shown: None,
    }
}

/// The box so much further right.
fn moved(r: &Rect, by: f32) -> Rect {
    Rect::new(r.x0 + by, r.y0, r.x1 + by, r.y1)
}

fn moved_run(mut run: Run, by: f32) -> Run {
    run.bbox = moved(&run.bbox, by);
    if matches!(run.turn, Turn::Upright | Turn::Over) {
        run.edges.iter_mut().for_each(|edge| *edge += by);
    }
    if let Some(Spot::Box(rect)) = &mut run.spot {
        *rect = moved(rect, by);
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::page::TextFrom;

    /// A sheet of texts, each at its upper left corner.
    fn sheet(texts: &[(&str, f32, f32)]) -> Page {
        let runs = texts.iter().map(|&(text, x, y)| Run::square(text, x, y)).collect();
        Page { number: 1, width: 1190.0, height: 842.0, runs, ..Page::default() }
    }

    /// How many pages stand on the sheets.
    fn count(sheets: Vec<Page>) -> usize {
        let pages = Pages { pages: sheets, text_from: TextFrom::TextLayer, encoding: None };
        apart(&mut Sink::new(), pages).0.pages.len()
    }

    const TABLE: [(&str, f32, f32); 4] = [
        ("南昌市", 100.0, 100.0),
        ("120", 900.0, 100.0),
        ("九江市", 100.0, 130.0),
        ("80", 900.0, 130.0),
    ];

    #[test]
    fn a_wide_table_that_leaves_the_middle_free_is_one_page() {
        assert_eq!(count(vec![sheet(&TABLE)]), 1);
        // Long texts beside figures of the same rows are cells.
        let long = "新建城市道路及配套管网工程第一标段";
        let rows = [100.0, 130.0, 160.0, 190.0].map(|y| [(long, 100.0, y), ("120", 900.0, y)]);
        assert_eq!(count(vec![sheet(&rows.concat())]), 1);
    }

    #[test]
    fn page_numbers_or_a_label_over_one_half_tell_two_pages() {
        let numbers = [("— 1 —", 280.0, 800.0), ("— 2 —", 870.0, 800.0)];
        assert_eq!(count(vec![sheet(&[&TABLE[..], &numbers].concat())]), 2);
        let label = [("附件1", 660.0, 60.0)];
        assert_eq!(count(vec![sheet(&[&TABLE[..], &label].concat())]), 2);
        // A number alone is that of the sheet.
        assert_eq!(count(vec![sheet(&[&TABLE[..], &numbers[1..]].concat())]), 1);
    }

    #[test]
    fn a_sheet_that_is_one_page_keeps_all_of_its_size_whole() {
        let label = [("附件1", 660.0, 60.0)];
        let two = || sheet(&[&TABLE[..], &label].concat());
        let titled = sheet(&[&TABLE[..], &[("各市任务表", 570.0, 40.0)]].concat());
        assert_eq!(count(vec![two(), titled]), 2);
        // The half of the last sheet may be blank.
        assert_eq!(count(vec![two(), sheet(&[("九江市", 100.0, 100.0)])]), 3);
    }

    #[test]
    fn columns_of_prose_are_read_one_after_the_other() {
        let prose = "各地要切实加强组织领导落实主体责任确保任务";
        let column = |x: f32| (0..7).map(move |n| (prose, x, 200.0 + 20.0 * n as f32));
        let mut texts: Vec<(&str, f32, f32)> = column(60.0).chain(column(320.0)).collect();
        texts.extend([("关于下达计划的通知", 250.0, 100.0), ("12", 290.0, 800.0)]);
        let page = Page { width: 595.0, ..sheet(&texts) };
        let pages = |page: Page| Pages {
            pages: vec![page],
            text_from: TextFrom::TextLayer,
            encoding: None,
        };
        let (columns, sheets) = apart(&mut Sink::new(), pages(page));
        let texts_of = |at: usize| -> Vec<&str> {
            columns.pages[at].runs.iter().map(|run| run.text.as_str()).collect()
        };
        assert_eq!(columns.pages.len(), 2, "the number of the page goes");
        assert!(texts_of(0).contains(&"关于下达计划的通知"));
        assert_eq!(texts_of(1), [prose; 7]);
        let mut place = columns.pages[1].runs[0].place(2);
        sheets.back(&mut place);
        assert_eq!((place.page, place.bbox().map(|b| b.x0)), (1, Some(320.0)));
        // Names beside figures are a table, whatever is free in the middle.
        let rows = (0..7).flat_map(|n| {
            let y = 200.0 + 20.0 * n as f32;
            [("南昌市高新技术产业开发区", 60.0, y), ("120", 400.0, y)]
        });
        let table = Page { width: 595.0, ..sheet(&rows.collect::<Vec<_>>()) };
        assert_eq!(apart(&mut Sink::new(), pages(table)).0.pages.len(), 1);
    }
}
