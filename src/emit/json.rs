//! The whole result as JSON, laid out so that people can read it: what fits on a line stands on one,
//! so a cell is a line and a changed cell is a changed line in a diff.

use crate::emit::record::NoticeRecord;
use crate::error::{Error, ErrorKind};
use serde_json::Value;
use std::io::{self, Write};

/// What still stands on one line, in bytes.
const LINE: usize = 240;

/// The record as JSON text, with a line feed at its end.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, record: &NoticeRecord) -> io::Result<()> {
    lay_out(out, &serde_json::to_vec(record)?)
}

/// Any JSON in the layout of results, with a line feed at its end.
///
/// # Errors
/// Those of `out`.
pub fn write_value(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    lay_out(out, &serde_json::to_vec(value)?)
}

/// Reads a result made earlier.
///
/// # Errors
/// [`ErrorKind::BrokenResult`] if the bytes are no JSON or no such result; the message says where.
pub fn read(bytes: &[u8]) -> Result<NoticeRecord, Error> {
    serde_json::from_slice(bytes)
        .map_err(|e| Error::new(ErrorKind::BrokenResult { what: e.to_string() }))
}

/// Lays out JSON that stands on one line without a space. Works on the text: a tree of it would take
/// several times the time and memory of all the rest.
fn lay_out(out: &mut dyn Write, json: &[u8]) -> io::Result<()> {
    // What is written here comes in pieces of a few bytes.
    let out = &mut io::BufWriter::with_capacity(1 << 16, out);
    write_open(out, json)?;
    out.flush()
}

fn write_open<W: Write>(out: &mut W, json: &[u8]) -> io::Result<()> {
    let mut fits = fitting(json).into_iter();
    // For each list or object around, whether it stands open.
    let mut open: Vec<bool> = Vec::new();
    for token in (Tokens { json, at: 0 }) {
        let text = &json[token.from..token.to];
        match token.kind {
            Kind::Open => {
                // The outermost object stands open however short it is.
                let opens = !fits.next().unwrap_or(true) || open.is_empty();
                open.push(opens && !is_closing(json.get(token.to)));
                out.write_all(text)?;
                break_line(out, &open, b"")?;
            }
            Kind::Close => {
                if open.pop().unwrap_or(false) {
                    out.write_all(b"\n")?;
                    indent(out, open.len())?;
                }
                out.write_all(text)?;
            }
            Kind::Comma => {
                out.write_all(text)?;
                break_line(out, &open, b" ")?;
            }
            Kind::Colon => out.write_all(b": ")?,
            Kind::Key(_) | Kind::Scalar(_) => out.write_all(text)?,
        }
    }
    out.write_all(b"\n")
}

fn is_closing(byte: Option<&u8>) -> bool {
    matches!(byte, Some(b']' | b'}'))
}

/// A new line where what stands around is open, else what stands between on one line.
fn break_line<W: Write>(out: &mut W, open: &[bool], between: &[u8]) -> io::Result<()> {
    if !open.last().copied().unwrap_or(false) {
        return out.write_all(between);
    }
    out.write_all(b"\n")?;
    indent(out, open.len())
}

fn indent<W: Write>(out: &mut W, depth: usize) -> io::Result<()> {
    const BLANK: &[u8] = b"                                ";
    let mut rest = 2 * depth;
    while rest > 0 {
        let now = rest.min(BLANK.len());
        out.write_all(&BLANK[..now])?;
        rest -= now;
    }
    Ok(())
}

/// For each list and object, in the order they begin, whether it stands on one line.
fn fitting(json: &[u8]) -> Vec<bool> {
    let mut fits = Vec::new();
    // For each one around: its place among `fits`, about how long it is so far, and what comes with
    // each of its values.
    let mut around: Vec<(usize, usize, usize)> = Vec::new();
    for token in (Tokens { json, at: 0 }) {
        let used = match token.kind {
            Kind::Open => {
                around.push((fits.len(), 2, if json[token.from] == b'[' { 2 } else { 0 }));
                fits.push(false);
                continue;
            }
            Kind::Close => {
                let Some((at, used, _)) = around.pop() else { continue };
                fits[at] = used <= LINE;
                used
            }
            Kind::Key(length) => {
                if let Some((_, used, _)) = around.last_mut() {
                    *used += length + 6;
                }
                continue;
            }
            Kind::Scalar(length) => length,
            Kind::Comma | Kind::Colon => continue,
        };
        if let Some((_, sum, each)) = around.last_mut() {
            *sum += used + *each;
        }
    }
    fits
}

/// A token of JSON: what it is, and where.
struct Token {
    kind: Kind,
    from: usize,
    to: usize,
}

enum Kind {
    Open,
    Close,
    Comma,
    Colon,
    /// Of so many bytes, unescaped.
    Key(usize),
    /// Of about so many bytes.
    Scalar(usize),
}

/// Tokens of JSON as `serde_json` writes it on one line.
struct Tokens<'a> {
    json: &'a [u8],
    at: usize,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let from = self.at;
        let mark = |kind| Token { kind, from, to: from + 1 };
        let token = match *self.json.get(from)? {
            b'{' | b'[' => mark(Kind::Open),
            b'}' | b']' => mark(Kind::Close),
            b',' => mark(Kind::Comma),
            b':' => mark(Kind::Colon),
            b'"' => {
                let (to, length) = string(self.json, from + 1);
                let kind = match self.json.get(to) {
                    Some(b':') => Kind::Key(length),
                    _ => Kind::Scalar(length + 2),
                };
                Token { kind, from, to }
            }
            _ => {
                let rest = &self.json[from..];
                let length = rest.iter().position(|b| matches!(b, b',' | b']' | b'}'));
                Token { kind: Kind::Scalar(8), from, to: from + length.unwrap_or(rest.len()) }
            }
        };
        self.at = token.to;
        Some(token)
    }
}

/// Where a string ends that begins here, past its quotation mark, and how many bytes it stands for.
fn string(json: &[u8], from: usize) -> (usize, usize) {
    let (mut at, mut escaping) = (from, 0);
    while let Some(&byte) = json.get(at) {
        match byte {
            b'"' => return (at + 1, at - from - escaping),
            b'\\' => {
                // \u00XX stands for one byte, as does any other escape that is written here.
                let length = if json.get(at + 1) == Some(&b'u') { 6 } else { 2 };
                escaping += length - 1;
                at += length;
            }
            _ => at += 1,
        }
    }
    (json.len(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_short_value_stands_on_one_line_and_a_long_one_is_opened() {
        let long = "长".repeat(LINE);
        let value = json!({"short": {"a": [1, 2.5], "b": null}, "long": [{"t": long}], "none": []});
        let mut out = Vec::new();
        write_value(&mut out, &value).unwrap();
        let text = String::from_utf8(out).unwrap();
        let expected = format!(
            "{{\n  \"short\": {{\"a\": [1, 2.5], \"b\": null}},\n  \"long\": [\n    {{\n      \"t\": \"{long}\"\n    }}\n  ],\n  \"none\": []\n}}\n"
        );
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn what_a_string_holds_is_no_layout() {
        // Brackets, quotes and escapes inside strings; a line is as long as what it stands for.
        let text = |n: usize| format!("{{[,:\"\\\n\u{1}]}}{}", "x".repeat(n));
        let around = 2 + 2 + 2;
        for (length, lines) in [(LINE - around - 10, 3), (LINE - around - 9, 5)] {
            let value = json!([[text(length)]]);
            let mut out = Vec::new();
            write_value(&mut out, &value).unwrap();
            let written = String::from_utf8(out).unwrap();
            assert_eq!(written.lines().count(), lines, "{written}");
            assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), value);
        }
        for short in [json!([]), json!({}), json!(3.5), json!("a")] {
            let mut out = Vec::new();
            write_value(&mut out, &short).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), format!("{short}\n"));
        }
    }
}
