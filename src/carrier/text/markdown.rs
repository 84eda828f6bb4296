//! Lines of Markdown in, the same lines without its marks out, each character with its column in the file: what is
//! left is read as any typed text, and the bars of a table as those of any drawing.
//!
//! Served is what converters write of notices: headings, strong text, escapes, links, line breaks in cells, character
//! references (CommonMark 0.31, GFM). Deliberately absent: emphasis by one star or low line, since 120* has a
//! footnote, and whatever else changes how a text looks and not what it says.

use super::{TextLine, embedded};

/// A line without its marks.
pub(super) struct PlainLine {
    number: u32,
    text: String,
    columns: Vec<u32>,
}

impl PlainLine {
    pub fn line(&self) -> TextLine<'_> {
        TextLine { number: self.number, text: &self.text, columns: &self.columns }
    }

    fn of(number: u32, shown: &[(char, u32)]) -> PlainLine {
        let (text, columns) = shown.iter().copied().unzip();
        PlainLine { number, text, columns }
    }
}

/// Character references that converters write.
const REFERENCES: &[(&str, char)] = &[
    ("&nbsp;", ' '),
    ("&emsp;", '\u{3000}'),
    ("&amp;", '&'),
    ("&lt;", '<'),
    ("&gt;", '>'),
    ("&quot;", '"'),
];
/// A tag that breaks a line in a cell.
const BREAKS: &[&str] = &["<br>", "<br/>", "<br />", "<BR>"];
/// Strong text stands between so many stars, or low lines that touch no word around it.
const STRONG: usize = 2;
/// What a link leads to has at most so many characters.
const TARGET: usize = 2000;

/// Whether the lines are Markdown: one is a heading, or the alignments of a table below its header.
pub(super) fn is_markdown(lines: &[TextLine]) -> bool {
    let heading = |line: &TextLine| behind_heading(line.text).is_some();
    let aligned = |pair: &[TextLine]| pair[0].text.contains('|') && is_alignment(pair[1].text);
    lines.iter().any(heading) || lines.windows(2).any(aligned)
}

/// The lines without the marks.
pub(super) fn plain(lines: &[TextLine]) -> Vec<PlainLine> {
    let tables = embedded::tables(lines);
    let inside = |at: usize| tables.iter().any(|table| table.contains(&at));
    let numbered = lines.iter().enumerate();
    numbered
        .map(|(at, line)| {
            let chars: Vec<(char, u32)> = line.text.chars().zip(1..).collect();
            // A table of HTML is read as such.
            if inside(at) {
                return PlainLine::of(line.number, &chars);
            }
            let is_mark = is_break(line.text) || is_fence(line.text);
            let mut shown = if is_mark { &[][..] } else { &chars[..] };
            if let Some(rest) = behind_heading(line.text) {
                shown = &chars[chars.len() - rest.chars().count()..];
            }
            PlainLine::of(line.number, &without_blanks(&unmarked(shown)))
        })
        .collect()
}

/// Behind the signs of a heading; not those that may close it.
fn behind_heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches(' ');
    let rest = text.trim_start_matches('#');
    let signs = text.len() - rest.len();
    let behind = rest.trim_start_matches([' ', '\u{3000}']);
    ((1..=6).contains(&signs) && behind.len() < rest.len() && !behind.is_empty()).then_some(behind)
}

/// Whether the line is the second one of a table, which says how its columns are aligned.
fn is_alignment(line: &str) -> bool {
    let cell = |cell: &str| {
        let cell = cell.trim();
        let dashes = cell.strip_prefix(':').unwrap_or(cell);
        let dashes = dashes.strip_suffix(':').unwrap_or(dashes);
        !dashes.is_empty() && dashes.chars().all(|c| c == '-')
    };
    let line = line.trim();
    let inner = line.strip_prefix('|').unwrap_or(line);
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    line.contains('|') && inner.split('|').all(cell)
}

/// Whether the line parts two sections: ---, *** or ___.
fn is_break(line: &str) -> bool {
    let marks: Vec<char> = line.chars().filter(|c| !c.is_whitespace()).collect();
    marks.len() == 3 && marks.iter().all(|c| *c == marks[0]) && "-*_".contains(marks[0])
}

/// A row without what pandas, and converters on it, print for a blank: NaN in a cell, Unnamed: 3 over a column.
fn without_blanks(chars: &[(char, u32)]) -> Vec<(char, u32)> {
    let is_bar = |c: &(char, u32)| c.0 == '|';
    let is_blank = |cell: &[(char, u32)]| {
        let text: String = cell.iter().map(|c| c.0).collect();
        let number = text.trim().strip_prefix("Unnamed: ").unwrap_or_default();
        text.trim() == "NaN" || !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
    };
    if !chars.iter().any(is_bar) {
        return chars.to_vec();
    }
    let cells = chars.split_inclusive(is_bar).flat_map(|cell| {
        let (text, bar) = cell.split_at(cell.len() - usize::from(cell.last().is_some_and(is_bar)));
        // A cell keeps a space, as one that is typed blank has.
        let text = if is_blank(text) { &text[..1] } else { text };
        text.iter().chain(bar)
    });
    cells.copied().collect()
}

/// Whether the line opens or closes a block that is printed as typed: three back quotes, a language behind them or none.
fn is_fence(line: &str) -> bool {
    let line = line.trim();
    ["```", "~~~"].iter().any(|fence| {
        let behind = line.strip_prefix(fence);
        behind.is_some_and(|language| language.chars().all(|c| c.is_ascii_alphanumeric()))
    })
}

/// The characters of a line that are shown.
fn unmarked(chars: &[(char, u32)]) -> Vec<(char, u32)> {
    let mut shown: Vec<(char, u32)> = Vec::with_capacity(chars.len());
    let mut strong = strong(chars, '*');
    strong.append(&mut self::strong(chars, '_'));
    let links = links(chars);
    let mut at = 0;
    while let Some(&(c, column)) = chars.get(at) {
        let next = chars.get(at + 1).map(|next| next.0);
        if let Some(length) = strong.get(&at).or(links.get(&at)) {
            at += length;
            continue;
        }
        match c {
            // An escaped bar stays one: a bar by itself would part two cells.
            '\\' if next.is_some_and(|next| next.is_ascii_punctuation() && next != '|') => {
                shown.extend(chars.get(at + 1));
                at += 2;
            }
            // At the end of a line it says that the next one is a line too.
            '\\' if next.is_none() => at += 1,
            '<' | '&' => match special(&chars[at..]) {
                Some((length, of)) => {
                    shown.extend(of.map(|of| (of, column)));
                    at += length;
                }
                None => {
                    shown.push((c, column));
                    at += 1;
                }
            },
            _ => {
                shown.push((c, column));
                at += 1;
            }
        }
    }
    shown
}

/// The length of a line break or a character reference, and the character that is meant.
fn special(chars: &[(char, u32)]) -> Option<(usize, Option<char>)> {
    let begins = |word: &str| {
        word.chars().count() <= chars.len() && word.chars().zip(chars).all(|(a, b)| a == b.0)
    };
    let broken = BREAKS.iter().find(|tag| begins(tag)).map(|tag| (tag.len(), None));
    let reference = || REFERENCES.iter().find(|of| begins(of.0));
    broken.or_else(|| reference().map(|(word, c)| (word.len(), Some(*c))))
}

/// Where marks of strong text stand, with their lengths: an opening one before a character, a closing one behind one.
fn strong(chars: &[(char, u32)], mark: char) -> Marks {
    let mark = Some(mark);
    let is_mark = |at: usize| chars.get(at).map(|c| c.0) == mark;
    let is_edge = |at: Option<usize>| {
        let around = at.and_then(|at| chars.get(at)).map(|c| c.0);
        mark != Some('_') || around.is_none_or(|c| c.is_whitespace() || c == '|')
    };
    let is_text = |at: Option<usize>| {
        at.and_then(|at| chars.get(at)).is_some_and(|c| !c.0.is_whitespace() && Some(c.0) != mark)
    };
    let mut marks = Marks::new();
    let mut open = None;
    let mut at = 0;
    while at < chars.len() {
        let double = is_mark(at) && is_mark(at + 1) && !is_mark(at + 2);
        match open {
            // No strong text goes on into another cell.
            _ if chars[at].0 == '|' => open = None,
            None if double && is_text(Some(at + 2)) && is_edge(at.checked_sub(1)) => {
                open = Some(at);
                at += 1;
            }
            Some(begin) if double && is_text(at.checked_sub(1)) && is_edge(Some(at + 2)) => {
                marks.insert(begin, STRONG);
                marks.insert(at, STRONG);
                open = None;
                at += 1;
            }
            _ => {}
        }
        at += 1;
    }
    marks
}

/// The marks of a line: where they begin, and how many characters they have.
type Marks = std::collections::BTreeMap<usize, usize>;

/// Where the marks of links stand: the bracket before the words, and all that comes behind them.
fn links(chars: &[(char, u32)]) -> Marks {
    let mut marks = Marks::new();
    let (mut open, mut at) = (None, 0);
    while at < chars.len() {
        match chars[at].0 {
            '[' => open = Some(at),
            ']' if chars.get(at + 1).map(|c| c.0) == Some('(') => {
                let mut near = chars[at..].iter().take(TARGET);
                let close = near.position(|c| c.0 == ')').map(|length| at + length);
                let target = close.map(|close| &chars[at + 2..close]);
                let leads = target.is_some_and(|target| {
                    target.iter().any(|c| matches!(c.0, '/' | '.' | '#'))
                        && target.iter().all(|c| !c.0.is_whitespace())
                });
                if let (Some(open), Some(close), true) = (open.take(), close, leads) {
                    let picture = open > 0 && chars[open - 1].0 == '!';
                    marks.insert(open - usize::from(picture), 1 + usize::from(picture));
                    marks.insert(at, close - at + 1);
                    at = close;
                }
            }
            _ => {}
        }
        at += 1;
    }
    marks
}
