//! The characters of one line in, its bars and rules out: which characters draw, and what stands between the bars.
//! What several lines draw together is left to `grid`.

use std::ops::Range;

/// So many dashes alone on a line are a rule; fewer may stand for nothing, or be a mark.
const RULE: usize = 5;
/// So many characters that can only be drawn with (─) are one.
const BOX_RULE: usize = 3;
/// A rule between two bars covers this share of the way from one to the other; less is a mark in a cell.
const COVERS: f32 = 0.6;

/// A character with its place along the line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glyph {
    pub ch: char,
    pub x0: f32,
    pub x1: f32,
}

/// What stands between two bars of a line, before the first or behind the last.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Blank,
    /// A rule, from where to where.
    Rule(f32, f32),
    /// The characters by their numbers, without white space at the ends.
    Text(Range<usize>),
}

/// A line as a drawing has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Strokes {
    /// The middles of its bars and corners, left to right.
    pub bars: Vec<f32>,
    /// What stands before, between and behind them: one more than there are bars.
    pub parts: Vec<Part>,
    /// Whether it closes what is above it: no corner goes on downwards, and one goes up.
    pub closes: bool,
    /// Whether it opens what is below it.
    pub opens: bool,
    /// Whether rules meet bars on it, as box characters and plus signs show it.
    pub has_corner: bool,
}

impl Strokes {
    /// Whether rules stand on the line, and no text.
    pub fn is_rule(&self) -> bool {
        self.has_rule() && !self.has_text()
    }

    pub fn has_rule(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Rule(..)))
    }

    pub fn has_text(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Text(_)))
    }
}

/// What a character draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stroke {
    /// A piece of a bar.
    Bar,
    /// A piece of a rule.
    Rule,
    /// Where rules and bars meet.
    Corner { up: bool, down: bool },
    /// A corner where dashes meet it, a plus sign elsewhere.
    Plus,
    /// A piece of a rule among its like, a dash elsewhere.
    Dash,
}

/// What the character draws; `None` for one of text. The code points of boxes are those of the Unicode block
/// Box Drawing (U+2500 to U+257F).
fn stroke(c: char) -> Option<Stroke> {
    let corner = |up, down| Some(Stroke::Corner { up, down });
    match c {
        '|' | '｜' | '¦' | '￤' | '︱' => Some(Stroke::Bar),
        '+' | '＋' => Some(Stroke::Plus),
        '-' | '=' | '_' | '—' | '―' | '–' | '－' | '＝' | '＿' | '‐' | '‑' | '−' => {
            Some(Stroke::Dash)
        }
        '│' | '┃' | '┆' | '┇' | '┊' | '┋' | '╎' | '╏' | '║' | '╵' | '╷' | '╹' | '╻' | '╽' | '╿' => {
            Some(Stroke::Bar)
        }
        '─' | '━' | '┄' | '┅' | '┈' | '┉' | '╌' | '╍' | '═' | '╴' | '╶' | '╸' | '╺' | '╼' | '╾' => {
            Some(Stroke::Rule)
        }
        '┌'..='┓' | '┬'..='┳' | '╒'..='╗' | '╤'..='╦' | '╭' | '╮' => {
            corner(false, true)
        }
        '└'..='┛' | '┴'..='┻' | '╘'..='╝' | '╧'..='╩' | '╯' | '╰' => {
            corner(true, false)
        }
        '├'..='┫' | '┼'..='╋' | '╞'..='╣' | '╪'..='╬' => corner(true, true),
        _ => None,
    }
}

/// Whether the text may be one of a drawing: it has a bar, a corner or a rule.
pub(super) fn draws(text: &str) -> bool {
    let mut dashes = 0;
    text.chars().any(|c| {
        let stroke = stroke(c);
        dashes = if stroke == Some(Stroke::Dash) { dashes + 1 } else { 0 };
        dashes >= RULE || stroke.is_some_and(|stroke| stroke != Stroke::Dash)
    })
}

/// Whether the character can only be drawn with.
fn is_of_box(c: char) -> bool {
    ('\u{2500}'..='\u{257F}').contains(&c)
}

/// The bars and rules of a line; `None` where it has neither.
pub(super) fn strokes(glyphs: &[Glyph]) -> Option<Strokes> {
    let kinds: Vec<Option<Stroke>> = glyphs.iter().map(|glyph| stroke(glyph.ch)).collect();
    let bars = bars(glyphs, &kinds);
    let mut line = Strokes::default();
    let mut first = 0;
    let mut spans: Vec<Range<usize>> = Vec::with_capacity(bars.len() + 1);
    for &bar in &bars {
        spans.push(first..bar);
        first = bar + 1;
        line.bars.push((glyphs[bar].x0 + glyphs[bar].x1) / 2.0);
    }
    spans.push(first..glyphs.len());
    let solid = is_ruled(glyphs, &kinds, &bars, &spans);
    for (at, span) in spans.into_iter().enumerate() {
        let span = trimmed(glyphs, span);
        let (left, right) = (at.checked_sub(1).map(|bar| bars[bar]), bars.get(at).copied());
        line.parts.push(match (span.is_empty(), solid) {
            (true, _) => Part::Blank,
            (_, true) => Part::Rule(glyphs[span.start].x0, glyphs[span.end - 1].x1),
            _ => part(glyphs, &kinds, span, left, right),
        });
    }
    let mut corners = kinds.iter().flatten().filter_map(|stroke| match stroke {
        Stroke::Corner { up, down } => Some((*up, *down)),
        _ => None,
    });
    let corners: Option<(bool, bool)> =
        corners.next().map(|first| corners.fold(first, |a, b| (a.0 || b.0, a.1 || b.1)));
    line.closes = corners.is_some_and(|(up, down)| up && !down);
    line.opens = corners.is_some_and(|(up, down)| down && !up);
    line.has_corner = bars.iter().any(|&bar| kinds[bar] != Some(Stroke::Bar));
    (!line.bars.is_empty() || line.has_rule()).then_some(line)
}

/// Which characters are bars or corners. A plus sign is one where dashes lead from it to another, and, beside such a
/// one, where it stands alone: a cell goes on below it.
fn bars(glyphs: &[Glyph], kinds: &[Option<Stroke>]) -> Vec<usize> {
    let ends = |kind: Option<Stroke>| {
        matches!(kind, Some(Stroke::Bar | Stroke::Corner { .. } | Stroke::Plus))
    };
    let runs = |kind: Option<Stroke>| matches!(kind, Some(Stroke::Dash | Stroke::Rule));
    // Whether dashes lead from a character to a corner behind it, and to one before it.
    let mut leads = vec![false; glyphs.len()];
    for (from, to) in (0..glyphs.len()).rev().zip((1..=glyphs.len()).rev()) {
        leads[from] = runs(kinds[from])
            && to < glyphs.len()
            && (ends(kinds[to]) || runs(kinds[to]) && leads[to]);
    }
    let mut led = vec![false; glyphs.len()];
    for at in 1..glyphs.len() {
        led[at] = runs(kinds[at]) && (ends(kinds[at - 1]) || led[at - 1]);
    }
    // On a line of nothing else, dashes may be broken.
    let of_rule = |(glyph, kind): (&Glyph, &Option<Stroke>)| {
        kind.is_some() || glyph.ch.is_whitespace() || glyph.ch == ':'
    };
    let ruled = kinds.iter().any(|kind| runs(*kind))
        && kinds.iter().filter(|kind| ends(**kind)).count() > 1
        && glyphs.iter().zip(kinds).all(of_rule);
    let is_corner = |at: usize| ruled || leads.get(at + 1) == Some(&true) || at > 0 && led[at - 1];
    let has_corner = (0..glyphs.len()).any(|at| kinds[at] == Some(Stroke::Plus) && is_corner(at));
    let is_blank = |at: usize| glyphs.get(at).is_none_or(|glyph| glyph.ch.is_whitespace());
    // A run ends where white space is wide, so what stands next to a character may stand far from it.
    let apart = |left: usize, right: usize| match (glyphs.get(left), glyphs.get(right)) {
        (Some(left), Some(right)) => right.x0 - left.x1 > left.x1 - left.x0,
        _ => true,
    };
    let is_alone = |at: usize| {
        (is_blank(at + 1) || apart(at, at + 1))
            && (at == 0 || is_blank(at - 1) || apart(at - 1, at))
    };
    let is_bar = |&at: &usize| match kinds[at] {
        // An escaped bar is a character of its cell.
        Some(Stroke::Bar) => at == 0 || glyphs[at - 1].ch != '\\',
        Some(Stroke::Corner { .. }) => true,
        Some(Stroke::Plus) => is_corner(at) || has_corner && is_alone(at),
        _ => false,
    };
    (0..glyphs.len()).filter(is_bar).collect()
}

/// Whether all that stands on the line is a rule: dashes between bars, or nothing but dashes.
fn is_ruled(
    glyphs: &[Glyph],
    kinds: &[Option<Stroke>],
    bars: &[usize],
    spans: &[Range<usize>],
) -> bool {
    let drawn = |at: usize| match kinds[at] {
        Some(Stroke::Dash | Stroke::Rule) => true,
        // The alignments of Markdown.
        _ => glyphs[at].ch == ':' || glyphs[at].ch.is_whitespace(),
    };
    let dashes = |span: &Range<usize>| {
        span.clone().filter(|&at| matches!(kinds[at], Some(Stroke::Dash | Stroke::Rule))).count()
    };
    if !spans.iter().all(|span| span.clone().all(drawn)) {
        return false;
    }
    if bars.is_empty() {
        let boxes = glyphs.iter().filter(|glyph| is_of_box(glyph.ch)).count();
        return boxes >= BOX_RULE || dashes(&spans[0]) >= RULE;
    }
    if bars.iter().any(|&bar| kinds[bar] != Some(Stroke::Bar)) {
        return spans.iter().any(|span| dashes(span) > 0);
    }
    // Dashes that stand for nothing may fill the cells of a row, but for its name. One is enough where bars close the
    // line or a colon aligns.
    let (first, last) = (&spans[0], &spans[spans.len() - 1]);
    let closed = first.is_empty() && last.is_empty() || glyphs.iter().any(|g| g.ch == ':');
    let ruled = |span: &Range<usize>| dashes(span) > if closed { 0 } else { 2 };
    match &spans[1..spans.len() - 1] {
        [] => ruled(first) && ruled(last),
        inner => inner.iter().all(ruled),
    }
}

/// What the characters between two bars are.
fn part(
    glyphs: &[Glyph],
    kinds: &[Option<Stroke>],
    span: Range<usize>,
    left: Option<usize>,
    right: Option<usize>,
) -> Part {
    let (x0, x1) = (glyphs[span.start].x0, glyphs[span.end - 1].x1);
    let all = |of: fn(Stroke) -> bool| span.clone().all(|at| kinds[at].is_some_and(of));
    let is_corner = |bar: Option<usize>| bar.is_some_and(|bar| kinds[bar] != Some(Stroke::Bar));
    let from = left.map_or(x0, |bar| glyphs[bar].x1);
    let to = right.map_or(x1, |bar| glyphs[bar].x0);
    let drawn = all(|stroke| stroke == Stroke::Rule)
        || all(|stroke| matches!(stroke, Stroke::Dash | Stroke::Rule))
            && (is_corner(left) || is_corner(right));
    if drawn && x1 - x0 >= COVERS * (to - from) { Part::Rule(x0, x1) } else { Part::Text(span) }
}

/// The span without white space at its ends.
pub(super) fn trimmed(glyphs: &[Glyph], span: Range<usize>) -> Range<usize> {
    let filled = |at: &usize| !glyphs[*at].ch.is_whitespace();
    let first = span.clone().find(filled).unwrap_or(span.end);
    let end = (first..span.end).rev().find(filled).map_or(first, |last| last + 1);
    first..end
}
