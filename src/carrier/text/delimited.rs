//! Lines of fields that commas or semicolons part in (CSV, RFC 4180), the rows of a table out. A field in quotation
//! marks may hold the mark that parts and ends of lines.
//!
//! Prose has commas too, and so have figures. What is read begins with a header: two fields at least and no figure
//! among them. All rows have as many fields, half of those below it a figure, and none a gap in a field, as lines have whose columns are
//! aligned by spaces.

use super::TextLine;
use super::table::{self, TabbedRow};

/// A table has so many rows at least, its header too.
const ROWS: usize = 3;
/// A field has at most so many characters.
const FIELD: usize = 200;
/// A field in quotation marks has at most so many lines.
const LINES: usize = 20;

/// What the lines begin with.
pub(super) enum Delimited {
    /// The rows of a table, and how many lines they take.
    Table(Vec<TabbedRow<'static>>, usize),
    /// No table begins in so many lines.
    Not(usize),
}

/// A record: its fields, each with its line and column in the file, and how many lines it takes.
struct Record {
    fields: Vec<(u32, u32, String)>,
    lines: usize,
    end: u32,
}

/// The table that the lines begin with, if they do.
pub(super) fn delimited(lines: &[TextLine]) -> Delimited {
    let Some(mark) = lines.first().and_then(|line| mark_of(line.text)) else {
        return Delimited::Not(0);
    };
    let (mut rows, mut columns, mut at) = (Vec::new(), 0, 0);
    let mut figures = 0usize;
    while let Some(record) = lines.get(at..).and_then(|lines| record(lines, mark)) {
        if !rows.is_empty() && record.fields.len() != columns {
            break;
        }
        columns = record.fields.len();
        let row = table::row_of_fields(lines[at].number, record.fields, record.end);
        let has_figure = table::has_figure(&row);
        // A caption has its line to itself; what begins with figures is cut out of something else.
        if rows.is_empty() && (has_figure || !table::is_parted(&row)) {
            return Delimited::Not(if has_figure { record.lines } else { 0 });
        }
        figures += usize::from(has_figure);
        rows.push(row);
        at += record.lines;
    }
    if rows.len() >= ROWS && figures * 2 >= rows.len() - 1 {
        Delimited::Table(rows, at)
    } else {
        Delimited::Not(at)
    }
}

/// The text of a line that is a caption padded with marks to the width of its table, as programs write it, and behind how
/// many characters it begins.
pub(super) fn caption<'a>(line: &TextLine<'a>) -> Option<(&'a str, usize)> {
    let text = line.text.trim_end();
    let mut alone = text;
    // Blank fields, in quotation marks or not.
    while let Some(before) = alone.strip_suffix("\"\"").unwrap_or(alone).strip_suffix([',', ';']) {
        alone = before;
    }
    let fields = text[alone.len()..].matches([',', ';']).count();
    let quoted = alone.strip_prefix('"').and_then(|alone| alone.strip_suffix('"'));
    let (alone, behind) = quoted.map_or((alone, 0), |quoted| (quoted, 1));
    let is_padded = fields > 1 || fields > 0 && !alone.ends_with(['。', '；', '：', '，', '、']);
    let is_one = !alone.contains([',', ';', '"', '\t']) && !alone.trim().is_empty();
    (is_padded && is_one).then_some((alone, behind))
}

/// The mark that parts the fields of a line: the one there are more of.
fn mark_of(line: &str) -> Option<char> {
    let count = |mark: char| line.matches(mark).count();
    let (commas, semicolons) = (count(','), count(';'));
    if line.contains(['\t', '|', '│', '｜', '。']) || commas + semicolons == 0 {
        return None;
    }
    Some(if semicolons > commas { ';' } else { ',' })
}

/// The record that the lines begin with; nothing where a field is none.
fn record(lines: &[TextLine], mark: char) -> Option<Record> {
    let first = lines.first()?;
    if first.text.trim().is_empty() {
        return None;
    }
    let mut fields = Vec::new();
    let mut field = (first.number, 1, String::new());
    let mut length = 0;
    // Whether a field in quotation marks is open, and whether one was closed.
    let (mut is_open, mut was_quoted) = (false, false);
    for (index, line) in lines.iter().take(LINES).enumerate() {
        let mut chars = line.text.chars().enumerate().peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' if is_open => match chars.peek() {
                    Some((_, '"')) => {
                        chars.next();
                        field.2.push('"');
                    }
                    _ => (is_open, was_quoted) = (false, true),
                },
                '"' if field.2.trim().is_empty() && !was_quoted => {
                    field = (line.number, line.column(at + 1), String::new());
                    (is_open, length) = (true, 0);
                }
                _ if c == mark && !is_open => {
                    let next = (line.number, line.column(at + 1), String::new());
                    fields.push(closed(std::mem::replace(&mut field, next))?);
                    (was_quoted, length) = (false, 0);
                }
                _ => {
                    length += 1;
                    if length > FIELD {
                        return None;
                    }
                    field.2.push(c);
                }
            }
        }
        if !is_open {
            let end = line.column(line.text.chars().count()) + 1;
            fields.push(closed(field)?);
            return (fields.len() > 1).then_some(Record { fields, lines: index + 1, end });
        }
        field.2.push('\n');
    }
    None
}

/// A field without white space at its ends; nothing where it holds a gap.
fn closed((line, mut column, text): (u32, u32, String)) -> Option<(u32, u32, String)> {
    let trimmed = text.trim();
    if trimmed.contains("  ") {
        return None;
    }
    column += text.chars().take_while(|c| c.is_whitespace()).count() as u32;
    Some((line, column, trimmed.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(usize, usize)> {
        let lines: Vec<TextLine> = text
            .lines()
            .zip(1..)
            .map(|(text, number)| TextLine { number, text, columns: &[] })
            .collect();
        match delimited(&lines) {
            Delimited::Table(rows, lines) => Some((rows.len(), lines)),
            Delimited::Not(_) => None,
        }
    }

    #[test]
    fn fields_in_marks_hold_marks_and_lines() {
        let text = "地区,\"新开工\n（套）\"\n合计,\"1,234\"\n永修县,\"34\"\n附件2";
        assert_eq!(read(text), Some((3, 4)));
        assert_eq!(read("地区;套数\n合计;12,5\n永修县;3,5"), Some((3, 3)));
    }

    #[test]
    fn prose_and_columns_aligned_by_spaces_are_none() {
        assert_eq!(read("一是加强领导,\n二是落实资金,\n三是按时报送,"), None);
        assert_eq!(read("地区  套数\n合计  1,234\n永修县  1,034\n德安县  1,034"), None);
        assert_eq!(read("合计,12\n永修县,3\n德安县,9"), None);
        assert_eq!(read("甲,乙\n\"丙,1\n丁,2"), None);
    }

    #[test]
    fn captions_are_padded_with_marks() {
        let line = |text| TextLine { number: 1, text, columns: &[] };
        let said = |text: &'static str| caption(&line(text));
        assert_eq!(said("附件1,,,"), Some(("附件1", 0)));
        assert_eq!(said("\"附件1\",\"\",\"\""), Some(("附件1", 1)));
        assert_eq!(said("单位：套,"), Some(("单位：套", 0)));
        assert_eq!(said("地区,套数"), None);
        assert_eq!(said("各市："), None);
    }
}
