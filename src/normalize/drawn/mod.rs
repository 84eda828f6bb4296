//! Tables drawn with characters, ┌─┬─┐ or +--+ or bars alone, in a page as it is read; the same page out with their
//! cells told, so that the later stages read them as they read those of a document.
//!
//! The plan: runs on one baseline are a line of characters with places; lines that draw follow each other to a block
//! (`strokes`); their bars stand on the edges of columns (`columns`); rules and bars part the cells (`grid`). What
//! stands in no cell stays a line. Deliberately absent: tables side by side, and what is drawn without a bar, where
//! columns are told by white space.

mod columns;
mod grid;
mod strokes;

use super::assemble::{Placed, baselines};
use super::raised;
use super::told;
use super::turn::Frame;
use crate::carrier::page::{KnownCell, KnownTable, Page, Rule, Run, Turn};
use crate::diag::{Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::figure;
use crate::geom::{Axis, Rect};
use crate::place::{Place, Spot};
use columns::DrawnLine;
use grid::{Drawing, DrawnCell, NoTable};
use std::collections::BTreeMap;
use std::ops::Range;
use strokes::{Glyph, Part, Strokes};

/// Bars alone, open at their ends, draw a table from so many lines on.
const BARS: usize = 3;
/// Between two lines of one drawing stand so many ems at most, …
const APART: f32 = 2.5;
/// … and between two rules so many: what one closes, the next one does not go on with.
const RULES_APART: f32 = 1.0;
/// A rule that was taken for one of a table stands on record with so many of its characters.
const RECORD: usize = 40;
/// What begins so few ems behind a text goes on with it.
const TOGETHER: f32 = 0.3;

/// Tells the cells of the tables that are drawn with characters; `limit` is how many cells one has at most.
pub(super) fn tell(sink: &mut Sink, limit: usize, mut page: Page) -> Page {
    if !page.runs.iter().any(|run| strokes::draws(&run.text)) {
        return page;
    }
    let lines = lines(&page);
    let strokes: Vec<Option<Strokes>> =
        lines.iter().map(|line| strokes::strokes(&line.glyphs)).collect();
    let mut told = Vec::new();
    for block in blocks(&lines, &strokes) {
        let drawn: Vec<DrawnLine> =
            block.clone().filter_map(|at| drawn(&lines[at], &strokes[at])).collect();
        let size = lines[block.clone()].iter().map(|line| line.size).fold(0.0, f32::max);
        let table = is_table(&drawn).then(|| grid::drawing(&drawn, size, limit));
        let place = |line: usize| lines[block.start + line].place(&page);
        match table {
            Some(Ok(table)) => {
                if let Some(line) = table.irregular {
                    sink.remark(irregular(
                        place(line),
                        "some cells were read line by line",
                        "部分单元格按行读取",
                    ));
                }
                told.push((block, table));
            }
            Some(Err(NoTable::Irregular(line))) => {
                sink.remark(irregular(place(line), "read as text", "按文字读取"));
            }
            Some(Err(NoTable::TooLarge)) => sink.remark(too_large(place(0), limit)),
            Some(Err(NoTable::TooSmall)) | None => {}
        }
    }
    let in_table = |at: usize| told.iter().any(|(block, _)| block.contains(&at));
    let alone = |at: &usize| {
        strokes[*at].as_ref().is_some_and(|line| line.is_rule() && line.bars.is_empty())
            && !in_table(*at)
    };
    let rules: Vec<usize> = (0..lines.len()).filter(alone).collect();
    for rules in rules_of_tables(&lines, &rules) {
        draw(sink, &mut page, &lines, rules);
    }
    for (block, table) in told {
        put(&mut page, &lines[block], &table);
    }
    page
}

/// Which of these rules without bars are those of tables whose columns stand apart by white space: between one and the
/// next most lines fall apart, and figures are among them.
fn rules_of_tables<'a>(lines: &[TextLine], rules: &'a [usize]) -> Vec<&'a [usize]> {
    let between = |pair: &[usize]| {
        let rows = pair[0] + 1..pair[1];
        let apart = rows.clone().filter(|&row| lines[row].texts().len() > 1).count();
        2 * apart > rows.len()
    };
    let has_figure = |row: usize| {
        let texts = lines[row].texts();
        texts.iter().skip(1).any(|text| figure::kind(text).is_numeric())
    };
    let joined: Vec<bool> = rules.windows(2).map(between).collect();
    let mut of_tables = Vec::new();
    let mut first = 0;
    while first < rules.len() {
        let last = first + joined[first..].iter().take_while(|joined| **joined).count();
        if last > first && (rules[first]..rules[last]).any(has_figure) {
            of_tables.push(&rules[first..=last]);
        }
        first = last + 1;
    }
    of_tables
}

/// Makes ruling lines of the page of the lines of dashes in a table, each as wide as the whole table: how long a line of
/// dashes is depends on the font, and it says no more than a rule does.
fn draw(sink: &mut Sink, page: &mut Page, lines: &[TextLine], rules: &[usize]) {
    let (first, last) = (rules[0], rules[rules.len() - 1]);
    let glyphs = || lines[first..=last].iter().flat_map(|line| &line.glyphs);
    let from = glyphs().map(|glyph| glyph.x0).fold(f32::INFINITY, f32::min);
    let to = glyphs().map(|glyph| glyph.x1).fold(f32::NEG_INFINITY, f32::max);
    for line in rules.iter().map(|&rule| &lines[rule]) {
        let at = (line.y0 + line.y1) / 2.0;
        page.rules.push(Rule { axis: Axis::X, at, from, to, width: 0.5 });
        sink.repair(Repair {
            stage: Stage::Normalize,
            rule: "drawn_rule",
            place: Some(line.place(page)),
            before: line.glyphs.iter().map(|glyph| glyph.ch).take(RECORD).collect(),
            after: String::new(),
        });
        line.from.iter().for_each(|from| page.runs[from.0].text.clear());
    }
}

/// A line of a page, character by character.
struct TextLine {
    glyphs: Vec<Glyph>,
    /// For each character its run, and which one of the run's it is.
    from: Vec<(usize, usize)>,
    /// The marks raised behind runs: the run they stand at, and their own.
    marks: Vec<(usize, usize)>,
    y0: f32,
    y1: f32,
    size: f32,
}

impl TextLine {
    /// Its texts, apart where white space is as wide as an em.
    fn texts(&self) -> Vec<String> {
        let shown: Vec<&Glyph> =
            self.glyphs.iter().filter(|glyph| !glyph.ch.is_whitespace()).collect();
        let texts = shown.chunk_by(|left, right| right.x0 - left.x1 < 0.99 * self.size);
        texts.map(|text| text.iter().map(|glyph| glyph.ch).collect()).collect()
    }

    /// Where the line begins.
    fn place(&self, page: &Page) -> Place {
        let (run, at) = self.from[0];
        page.runs[run].place_of(page.number, at)
    }
}

/// The page's lines of upright text outside the cells that the document tells.
fn lines(page: &Page) -> Vec<TextLine> {
    let in_cells = told::in_cells(page);
    let runs: Vec<(usize, &Run)> = page
        .runs
        .iter()
        .enumerate()
        .filter(|&(at, run)| run.turn == Turn::Upright && !run.text.is_empty() && !in_cells[at])
        .collect();
    let frame = Frame::default();
    let lines = baselines(&frame, raised::apart(&frame, &runs)).into_iter();
    let numbers = runs.iter().map(|&(at, run)| (std::ptr::from_ref(run), at)).collect();
    lines.filter_map(|placed| line_of(&numbers, &placed)).collect()
}

fn line_of(numbers: &BTreeMap<*const Run, usize>, placed: &[Placed]) -> Option<TextLine> {
    let mut glyphs: Vec<(Glyph, (usize, usize))> = Vec::new();
    let mut marks = Vec::new();
    for &Placed { run, order, mark, .. } in placed {
        for (at, ch) in run.text.chars().enumerate() {
            let edge = |at: usize| run.edges.get(at).copied().unwrap_or(run.bbox.x1);
            glyphs.push((Glyph { ch, x0: edge(at), x1: edge(at + 1) }, (order, at)));
        }
        if let Some(mark) = mark {
            marks.extend(numbers.get(&std::ptr::from_ref(mark)).map(|&own| (order, own)));
        }
    }
    // Stable: what was drawn at one place keeps its order.
    glyphs.sort_by(|a, b| a.0.x0.total_cmp(&b.0.x0));
    let bbox = placed.iter().map(|placed| placed.run.bbox).reduce(|a, b| a.union(&b))?;
    let size = placed.iter().map(|placed| placed.run.size).fold(0.0, f32::max);
    let (glyphs, from) = glyphs.into_iter().unzip();
    Some(TextLine { glyphs, from, marks, y0: bbox.y0, y1: bbox.y1, size })
}

fn drawn(line: &TextLine, strokes: &Option<Strokes>) -> Option<DrawnLine> {
    let (glyphs, strokes) = (line.glyphs.clone(), strokes.clone()?);
    Some(DrawnLine { glyphs, strokes, y0: line.y0, y1: line.y1 })
}

/// Lines that draw, one below the other; a rule that closes a table ends a block.
fn blocks(lines: &[TextLine], strokes: &[Option<Strokes>]) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    for (at, line) in strokes.iter().enumerate() {
        let Some(line) = line else { continue };
        let goes_on = |block: &Range<usize>| {
            let Some(Some(above)) = strokes.get(block.end - 1) else { return false };
            let gap = lines[at].y0 - lines[block.end - 1].y1;
            let (wide, size) = (above.is_rule() && line.is_rule(), lines[at].size);
            block.end == at
                && gap <= if wide { RULES_APART } else { APART } * size
                && !(above.closes && line.opens)
        };
        match blocks.last_mut() {
            Some(block) if goes_on(block) => block.end = at + 1,
            _ => blocks.push(at..at + 1),
        }
    }
    blocks
}

/// Whether lines that draw may be a table: rules with corners, or bars alone in lines enough that hold figures
/// or are closed by bars at both ends.
fn is_table(lines: &[DrawnLine]) -> bool {
    let barred = || lines.iter().filter(|line| !line.strokes.bars.is_empty());
    if barred().any(|line| line.strokes.has_rule()) {
        return barred().any(|line| line.strokes.has_text());
    }
    let count = barred().count();
    let is_blank = |part: Option<&Part>| part == Some(&Part::Blank);
    let closed = barred().all(|line| {
        let Strokes { bars, parts, .. } = &line.strokes;
        bars.len() > 2 && is_blank(parts.first()) && is_blank(parts.last())
    });
    let has_figure = |line: &&DrawnLine| {
        line.strokes.parts.iter().any(|part| match part {
            Part::Text(span) => {
                let text: String = line.glyphs[span.clone()].iter().map(|g| g.ch).collect();
                figure::kind(&text).is_numeric()
            }
            _ => false,
        })
    };
    let figures = barred().filter(has_figure).count();
    if closed { count > 1 } else { count >= BARS && 2 * figures >= count }
}

/// Puts the texts of a table's cells behind the page's runs and tells of the cells; what stands in none stays.
fn put(page: &mut Page, lines: &[TextLine], table: &Drawing) {
    let first = page.runs.len();
    let mut runs: Vec<Run> = Vec::new();
    let mut cells = Vec::with_capacity(table.cells.len());
    for cell in &table.cells {
        let begin = first + runs.len();
        for (line, span) in &cell.texts {
            runs.extend(slices(page, &lines[*line], span.clone()));
        }
        let DrawnCell { row, col, rowspan, colspan, at: (line, at), .. } = *cell;
        let (xs, ys) = (&table.col_edges, &table.row_edges);
        let (run, at) = lines[line].from[at];
        let spot = match page.runs[run].spot {
            Some(_) => page.runs[run].place_of(page.number, at).spot,
            None => Spot::Box(Rect::new(xs[col], ys[row], xs[col + colspan], ys[row + rowspan])),
        };
        let runs = begin..first + runs.len();
        cells.push(KnownCell { row, col, rowspan, colspan, runs, spot });
    }
    for (line, span) in &table.outside {
        runs.extend(slices(page, &lines[*line], span.clone()));
    }
    for line in lines {
        // Tables that were told before know runs by their numbers, so none may go.
        let marks = line.marks.iter().map(|mark| mark.1);
        for run in line.from.iter().map(|from| from.0).chain(marks) {
            page.runs[run].text.clear();
        }
    }
    page.runs.extend(runs);
    let (row_edges, col_edges) = (table.row_edges.clone(), table.col_edges.clone());
    page.tables.push(KnownTable { row_edges, col_edges, cells });
}

/// A stretch of a line as runs of their own, each with the mark raised behind it.
fn slices(page: &Page, line: &TextLine, span: Range<usize>) -> Vec<Run> {
    let mut slices: Vec<Run> = Vec::new();
    // The backslash that makes a bar a character of its cell is none.
    let escapes = |&at: &usize| {
        line.glyphs[at].ch == '\\'
            && line.glyphs[..span.end].get(at + 1).is_some_and(|g| g.ch == '|')
    };
    let shown: Vec<usize> = span.clone().filter(|at| !escapes(at)).collect();
    for part in shown.chunk_by(|&a, &b| {
        let (a, b) = (line.from[a], line.from[b]);
        a.0 == b.0 && a.1 + 1 == b.1
    }) {
        let glyphs: Vec<Glyph> = part.iter().map(|&at| line.glyphs[at]).collect();
        let ((host, begin), (_, last)) = (line.from[part[0]], line.from[part[part.len() - 1]]);
        let run = &page.runs[host];
        let (x0, x1) = (glyphs[0].x0, glyphs[glyphs.len() - 1].x1);
        let inner = |joint: &&u32| (begin as u32 + 1..=last as u32).contains(joint);
        let slice = Run {
            text: glyphs.iter().map(|glyph| glyph.ch).collect(),
            bbox: Rect::new(x0, run.bbox.y0, x1, run.bbox.y1),
            edges: glyphs.iter().map(|glyph| glyph.x0).chain([x1]).collect(),
            spot: run.spot.map(|spot| spot.onward(begin as u32)),
            joints: run.joints.iter().filter(inner).map(|joint| joint - begin as u32).collect(),
            size: run.size,
            turn: run.turn,
            ink: run.ink,
            sight: None,
        };
        match slices.last_mut() {
            // A page may draw a text in several goes; places in a file stand for whole runs.
            Some(open) if goes_on(open, &slice) => {
                let length = open.text.chars().count() as u32;
                open.joints.push(length);
                open.joints.extend(slice.joints.iter().map(|joint| joint + length));
                open.text.push_str(&slice.text);
                open.edges.pop();
                open.edges.extend(&slice.edges);
                open.bbox = open.bbox.union(&slice.bbox);
            }
            _ => slices.push(slice),
        }
        if last + 1 == run.text.chars().count() {
            let marks = line.marks.iter().filter(|mark| mark.0 == host);
            slices.extend(marks.map(|mark| page.runs[mark.1].clone()));
        }
    }
    slices
}

/// Whether a slice goes right on with the one before it.
fn goes_on(open: &Run, slice: &Run) -> bool {
    open.spot.is_none()
        && slice.spot.is_none()
        && slice.size == open.size
        && slice.bbox.x0 - open.bbox.x1 < TOGETHER * open.size
}

fn irregular(place: Place, en: &str, zh: &str) -> Diagnostic {
    Diagnostic {
        code: "drawing_irregular",
        severity: Severity::Warning,
        place: Some(place),
        message: Wording::new(
            format!(
                "the characters that draw a table here do not part it into rows and columns; {en}"
            ),
            format!("此处用字符画的表格，线条不能划分出规整的行列；{zh}"),
        ),
        hint: Some(Wording::new("compare the cells with the text", "请对照原文核对单元格")),
    }
}

fn too_large(place: Place, limit: usize) -> Diagnostic {
    Diagnostic {
        code: "table_too_large",
        severity: Severity::Warning,
        place: Some(place),
        message: Wording::new(
            format!("characters draw more than {limit} cells; read as text"),
            format!("用字符画的表格多于{limit}格，按文字读取"),
        ),
        hint: Some(Wording::new("raise --max-table-cells", "调大 --max-table-cells")),
    }
}
