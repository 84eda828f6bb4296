//! The part of a notice that a message speaks of, as printed, with marks under it: the rows of a finding's
//! figures, the lines of a diagnostic. Drawn as rustc draws its own.

use crate::cli::args::Lang;
use crate::diag::Sink;
use crate::emit::record::{AnnexRecord, FindingRecord, NoticeRecord, PlaceRecord};
use crate::normalize::lines::{Line, Lines};
use crate::options::Options;
use crate::pipeline;
use crate::place::{Place, Spot};
use crate::source::Source;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;

/// Suspects marked in one excerpt; the likeliest come first.
const SUSPECTS: usize = 3;

/// Columns beside a marked one that are shown too.
const BESIDE: usize = 1;

/// Characters of a line that are shown around what is marked.
const AROUND: usize = 60;

/// Draws excerpts.
#[derive(Debug, Clone, Copy)]
pub struct Pen {
    /// Language of what stands under the marks.
    pub lang: Lang,
    /// Whether marks are coloured (ECMA-48).
    pub color: bool,
}

/// A mark under a cell.
struct Mark {
    row: usize,
    column: usize,
    kind: AnnotationKind,
    label: String,
}

impl Pen {
    /// The rows that a finding's figures stand in, the stated figure and the likeliest suspects marked.
    /// `None` where the record has no cell at the finding's places.
    pub fn finding(self, record: &NoticeRecord, finding: &FindingRecord) -> Option<String> {
        let annex = record.annexes.iter().find(|annex| match finding.suspects.first() {
            Some(suspect) => suspect.annex == annex.number,
            None => finding.places.iter().any(|place| site(annex, place).is_some()),
        })?;
        let marks = self.marks(annex, finding);
        let columns: BTreeSet<usize> = marks
            .iter()
            .flat_map(|mark| mark.column.saturating_sub(BESIDE)..=mark.column + BESIDE)
            .filter(|&column| column < annex.columns.len())
            .collect();
        let first = marks.iter().map(|mark| mark.row).min()?;
        let last = marks.iter().map(|mark| mark.row).max()?;
        let mut text = String::new();
        let mut spans = Vec::new();
        for (at, row) in annex.rows.iter().enumerate().take(last + 1).skip(first) {
            text.push_str(&plain(&row.region.name));
            let mut before = None;
            for &column in &columns {
                let gap = column != before.map_or(0, |b: usize| b + 1);
                text.push_str(if gap { " │ … │ " } else { " │ " });
                before = Some(column);
                let start = text.len();
                let raw = row.cells.get(column).map_or(String::new(), |cell| plain(&cell.raw));
                // A blank cell is shown as one, so that there is something to mark.
                text.push_str(if raw.is_empty() { "␣" } else { &raw });
                if let Some(mark) = marks.iter().find(|m| (m.row, m.column) == (at, column)) {
                    spans.push((start..text.len(), mark));
                }
            }
            text.push('\n');
        }
        let annotations = spans
            .iter()
            .map(|(span, mark)| mark.kind.span(span.clone()).label(mark.label.as_str()));
        let number = annex.rows.get(first)?.number as usize;
        Some(self.render(Snippet::source(&text).line_start(number).annotations(annotations)))
    }

    fn marks(self, annex: &AnnexRecord, finding: &FindingRecord) -> Vec<Mark> {
        let mut marks: Vec<Mark> = Vec::new();
        for suspect in finding.suspects.iter().take(SUSPECTS) {
            let Some((row, column)) = site(annex, &suspect.place) else { continue };
            let label = match (&suspect.proposed, self.lang) {
                (Some(proposed), Lang::En) => format!("perhaps {proposed}"),
                (Some(proposed), Lang::Zh) => format!("可能应为{proposed}"),
                (None, Lang::En) => "in doubt".to_owned(),
                (None, Lang::Zh) => "可疑".to_owned(),
            };
            let kind = match marks.is_empty() {
                true => AnnotationKind::Primary,
                false => AnnotationKind::Context,
            };
            marks.push(Mark { row, column, kind, label });
        }
        let stated = finding.places.first().and_then(|place| site(annex, place));
        let Some((row, column)) = stated else { return marks };
        if marks.iter().any(|mark| (mark.row, mark.column) == (row, column)) {
            return marks;
        }
        let label = match (&finding.computed, self.lang) {
            (Some(computed), Lang::En) => format!("{computed} by the figures"),
            (Some(computed), Lang::Zh) => format!("按各数计算为{computed}"),
            (None, Lang::En) => "here".to_owned(),
            (None, Lang::Zh) => "此处".to_owned(),
        };
        let kind = match marks.is_empty() {
            true => AnnotationKind::Primary,
            false => AnnotationKind::Context,
        };
        marks.push(Mark { row, column, kind, label });
        marks
    }

    /// A line of the notice with the part in question marked.
    fn line(self, line: &Line, number: Option<u32>, place: &PlaceRecord) -> String {
        let text = line.text();
        let chars: Vec<char> = text.as_str().chars().collect();
        let within: Vec<usize> = text
            .chars()
            .enumerate()
            .filter(|(_, c)| covers(place, c.place))
            .map(|(at, _)| at)
            .collect();
        let marked = match (within.first(), within.last()) {
            (Some(&first), Some(&last)) => first..last + 1,
            _ => 0..chars.len(),
        };
        let (shown, span) = window(&chars, marked);
        let snippet = match number {
            Some(number) => Snippet::source(&shown).line_start(number as usize),
            None => Snippet::source(&shown).line_numbering(false),
        };
        self.render(snippet.annotation(AnnotationKind::Primary.span(span)))
    }

    fn render(self, snippet: Snippet<'_, annotate_snippets::Annotation<'_>>) -> String {
        let renderer = if self.color { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[Group::with_level(Level::ERROR).element(snippet)])
    }
}

/// The lines of one input as printed, read again when the first message wants one.
#[derive(Debug)]
pub struct Printed<'a> {
    source: Option<&'a Source>,
    options: &'a Options,
    lines: OnceCell<Option<Lines>>,
}

impl<'a> Printed<'a> {
    /// The lines of this input, not read yet; a result made earlier has none.
    pub fn new(source: Option<&'a Source>, options: &'a Options) -> Printed<'a> {
        Printed { source, options, lines: OnceCell::new() }
    }

    /// The line at a place with the place marked; `None` for a place that is a whole page.
    pub fn excerpt(&self, pen: Pen, place: &PlaceRecord) -> Option<String> {
        // Pictures are not read a second time for this.
        let options = Options { models: None, ..self.options.clone() };
        let read = || pipeline::printed_lines(&mut Sink::new(), &options, self.source?).ok();
        let lines = self.lines.get_or_init(read).as_ref()?;
        let page = lines.pages.iter().find(|page| page.number == place.page)?;
        if place.bbox.is_some_and(|b| b[3] - b[1] > f64::from(page.height) / 2.0) {
            return None;
        }
        let line =
            page.lines.iter().find(|line| line.text().chars().any(|c| covers(place, c.place)))?;
        Some(pen.line(line, place.line, place))
    }
}

/// Row and column of the cell at a place.
fn site(annex: &AnnexRecord, place: &PlaceRecord) -> Option<(usize, usize)> {
    annex.rows.iter().enumerate().find_map(|(at, row)| {
        let column = row.cells.iter().position(|cell| cell.place == *place)?;
        Some((at, column))
    })
}

/// Whether a character belongs to a place: its centre lies in the box, or it is the one at the line
/// and column, or stands in the cell or paragraph.
fn covers(place: &PlaceRecord, of_char: Place) -> bool {
    let place = place.to_place();
    place.page == of_char.page
        && match (place.spot, of_char.spot) {
            (Spot::Box(whole), Spot::Box(c)) => whole.contains(c.center()),
            (Spot::Cell { table, row, col, .. }, Spot::Cell { table: t, row: r, col: c, .. }) => {
                (table, row, col) == (t, r, c)
            }
            (Spot::Paragraph { index, .. }, Spot::Paragraph { index: own, .. }) => index == own,
            (place, of_char) => place == of_char,
        }
}

/// The characters around a marked part as one line, and the bytes of the part in it.
fn window(chars: &[char], marked: Range<usize>) -> (String, Range<usize>) {
    let from = marked.start.saturating_sub(AROUND);
    let to = (marked.end.min(marked.start + 2 * AROUND) + AROUND).min(chars.len());
    let text = |part: &[char]| plain(&part.iter().collect::<String>());
    let head = if from > 0 { "…" } else { "" };
    let end = marked.end.min(to);
    let before = format!("{head}{}", text(&chars[from..marked.start]));
    let part = text(&chars[marked.start..end]);
    let after = text(&chars[end..to]);
    let tail = if to < chars.len() { "…" } else { "" };
    let span = before.len()..before.len() + part.len();
    (format!("{before}{part}{after}{tail}"), span)
}

/// A text on one line, with nothing in it that a terminal would obey.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_shown_around_its_mark() {
        let line: Vec<char> = ("前".repeat(100) + "错误" + &"后".repeat(100)).chars().collect();
        let (text, span) = window(&line, 100..102);
        assert_eq!(&text[span], "错误");
        assert_eq!(text.chars().count(), 1 + 60 + 2 + 60 + 1);
        let (text, span) = window(&line, 0..202);
        assert_eq!((text.chars().next(), span.start), (Some('前'), 0));
        assert!(text.chars().count() < 200);
    }

    #[test]
    fn nothing_in_a_notice_moves_the_cursor() {
        assert_eq!(plain("甲\x1b[2J\n乙"), "甲 [2J 乙");
    }
}
