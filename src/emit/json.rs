//! The whole result as JSON, laid out so that people can read it: what fits on a line stands on one,
//! so a cell is a line and a changed cell is a changed line in a diff.
//!
//! Characters that nobody sees, or that steer a terminal ([`plain::is_hidden`]), are spelled as escapes: the value is
//! the same, and the text is what it seems to be.

use crate::diag::Wording;
use crate::emit::own::{self, Own};
use crate::emit::record::NoticeRecord;
use crate::error::{Error, ErrorKind};
use crate::plain;
use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, Serializer};
use std::io::{self, Write};

/// Room for the text of a long notice, in bytes. What is not used costs nothing: memory that is not touched is
/// not there; and a text that outgrows its room is copied.
const ROOM: usize = 4 << 20;

/// What still stands on one line, in bytes.
const LINE: usize = 240;

/// The record as JSON text, with a line feed at its end.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, record: &NoticeRecord) -> io::Result<()> {
    lay_out(out, record)
}

/// Any JSON in the layout of results, with a line feed at its end.
///
/// # Errors
/// Those of `out`.
pub fn write_value(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    lay_out(out, value)
}

/// A value on one line, without a line feed.
///
/// # Errors
/// Those of `out`.
pub fn write_compact(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(out, Plain))?)
}

/// JSON on one line as `serde_json` writes it, but for what nobody sees.
struct Plain;

impl Formatter for Plain {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        write_plain(out, fragment)
    }
}

/// Writes a part of a string, with escapes for what nobody sees.
fn write_plain<W: ?Sized + Write>(out: &mut W, mut text: &str) -> io::Result<()> {
    // Keys and figures are of characters that everyone sees.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return out.write_all(text.as_bytes());
    }
    while let Some((at, hidden)) = text.char_indices().find(|(_, c)| plain::is_hidden(*c)) {
        out.write_all(&text.as_bytes()[..at])?;
        for unit in hidden.encode_utf16(&mut [0; 2]) {
            write!(out, "\\u{unit:04x}")?;
        }
        text = &text[at + hidden.len_utf8()..];
    }
    out.write_all(text.as_bytes())
}

/// Whether bytes mean to be a result rather than a notice: no text of a notice begins with a brace.
pub fn is_result(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    // RTF begins with a brace too.
    start.starts_with(b"{") && !start.starts_with(b"{\\rtf")
}

/// Reads a result made earlier.
///
/// # Errors
/// [`ErrorKind::BrokenResult`] if the bytes are no JSON or no such result; the message says where.
pub fn read(bytes: &[u8]) -> Result<NoticeRecord, Error> {
    serde_json::from_slice(bytes).map_err(|error| {
        let what = if !is_result(bytes) {
            Wording::new("it is not JSON", "不是 JSON")
        } else if error.is_data() && own::wrote(bytes) != Some(Own::Result) {
            Wording::new("it is JSON of another kind", "是其他内容的 JSON")
        } else {
            let what = error.to_string();
            // Which keys it could have had instead, the schema says.
            let (what, _) = what.split_once(", expected one of").unwrap_or((&what, ""));
            Wording::new(what, what)
        };
        Error::new(ErrorKind::BrokenResult { what })
    })
}

/// Writes a value laid out. Its text is made once, as if all of it stood on one line, with a note of where
/// it may be broken; a tree of it would take several times the time and memory of all the rest.
fn lay_out(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let mut line = Line { text: Vec::with_capacity(ROOM), ..Line::default() };
    // All that is written goes through the formatter, which keeps it.
    value.serialize(&mut Serializer::with_formatter(io::sink(), &mut line))?;
    // What is written here comes in pieces of a few bytes.
    let out = &mut io::BufWriter::with_capacity(1 << 16, out);
    line.write_broken(out)?;
    out.flush()
}

/// JSON on one line, and where it is to be broken.
#[derive(Default)]
struct Line {
    text: Vec<u8>,
    /// Of what is too long for a line; that of shorter lists and objects is forgotten when they end.
    breaks: Vec<Break>,
    /// The lists and objects around what is being written.
    around: Vec<Around>,
    /// Bytes of the string being written, unescaped.
    string: usize,
    in_key: bool,
}

/// A place where a line may be broken: an index into the text.
enum Break {
    /// Behind an opening bracket: what follows stands deeper.
    In(usize),
    /// Behind a comma, before the space.
    On(usize),
    /// Before a closing bracket.
    Out(usize),
}

/// A list or an object that has not ended yet.
struct Around {
    /// The number of breaks before it.
    breaks: usize,
    /// About how long it is so far, in bytes.
    used: usize,
    /// What comes with each of its values.
    each: usize,
}

impl Line {
    fn open(&mut self, bracket: u8) {
        self.text.push(bracket);
        let each = if bracket == b'[' { 2 } else { 0 };
        self.around.push(Around { breaks: self.breaks.len(), used: 2, each });
        self.breaks.push(Break::In(self.text.len()));
    }

    fn close(&mut self, bracket: u8) {
        let Some(Around { breaks, used, .. }) = self.around.pop() else { return };
        let is_empty = matches!(self.text.last(), Some(b'[' | b'{'));
        // The outermost object stands open however short it is.
        if is_empty || (used <= LINE && !self.around.is_empty()) {
            self.breaks.truncate(breaks);
        } else {
            self.breaks.push(Break::Out(self.text.len()));
        }
        self.text.push(bracket);
        self.add(used);
    }

    fn comma(&mut self, first: bool) {
        if !first {
            self.text.push(b',');
            self.breaks.push(Break::On(self.text.len()));
            self.text.push(b' ');
        }
    }

    /// Counts a value of about so many bytes.
    fn add(&mut self, used: usize) {
        if let Some(around) = self.around.last_mut() {
            around.used += used + around.each;
        }
    }

    fn write_broken<W: Write>(&self, out: &mut W) -> io::Result<()> {
        let (mut from, mut depth) = (0, 0);
        for place in &self.breaks {
            let (to, next) = match *place {
                Break::In(at) => {
                    depth += 1;
                    (at, at)
                }
                Break::On(at) => (at, at + 1),
                Break::Out(at) => {
                    depth -= 1;
                    (at, at)
                }
            };
            out.write_all(&self.text[from..to])?;
            out.write_all(b"\n")?;
            indent(out, depth)?;
            from = next;
        }
        out.write_all(&self.text[from..])?;
        out.write_all(b"\n")
    }
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

/// How long a value other than a string is taken to be, in bytes.
const SCALAR: usize = 8;

/// Scalars are spelled as `serde_json` does; what it writes goes to the text, and nothing to the writer.
macro_rules! scalars {
    ($($name:ident: $kind:ty),*) => {
        $(fn $name<W: ?Sized + Write>(&mut self, _: &mut W, value: $kind) -> io::Result<()> {
            self.add(SCALAR);
            CompactFormatter.$name(&mut self.text, value)
        })*
    };
}

impl Formatter for &mut Line {
    scalars! {
        write_bool: bool, write_i8: i8, write_i16: i16, write_i32: i32, write_i64: i64,
        write_i128: i128, write_u8: u8, write_u16: u16, write_u32: u32, write_u64: u64,
        write_u128: u128, write_f32: f32, write_f64: f64, write_number_str: &str
    }

    fn write_null<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.add(SCALAR);
        CompactFormatter.write_null(&mut self.text)
    }

    fn begin_string<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.string = 0;
        CompactFormatter.begin_string(&mut self.text)
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        _: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        self.string += fragment.len();
        write_plain(&mut self.text, fragment)
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        _: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        self.string += 1;
        CompactFormatter.write_char_escape(&mut self.text, escape)
    }

    fn end_string<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        if !self.in_key {
            let used = self.string + 2;
            self.add(used);
        } else if let Some(around) = self.around.last_mut() {
            around.used += self.string + 6;
        }
        CompactFormatter.end_string(&mut self.text)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.open(b'[');
        Ok(())
    }

    fn end_array<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.close(b']');
        Ok(())
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, _: &mut W, first: bool) -> io::Result<()> {
        self.comma(first);
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.open(b'{');
        Ok(())
    }

    fn end_object<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.close(b'}');
        Ok(())
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, _: &mut W, first: bool) -> io::Result<()> {
        self.comma(first);
        self.in_key = true;
        Ok(())
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.in_key = false;
        Ok(())
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.text.extend_from_slice(b": ");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rtf_begins_with_a_brace_and_is_no_result() {
        assert!(super::is_result(b" {\"schema_version\": \"1.1\"}"));
        assert!(!super::is_result(b"{\\rtf1\\ansi"));
    }

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
    fn what_nobody_sees_is_escaped_and_stays_in_the_value() {
        let value = json!(["12\u{202e}34", {"\u{200b}k": "\u{7f}\u{9b}\u{e0041}\n关"}]);
        let (mut laid_out, mut line) = (Vec::new(), Vec::new());
        write_value(&mut laid_out, &value).unwrap();
        write_compact(&mut line, &value).unwrap();
        let line = String::from_utf8(line).unwrap();
        let expected = "[\"12\\u202e34\",{\"\\u200bk\":\"\\u007f\\u009b\\udb40\\udc41\\n关\"}]";
        assert_eq!(line, expected);
        for text in [String::from_utf8(laid_out).unwrap(), line] {
            assert!(!text.trim_end().contains(|c| c != '\n' && plain::is_hidden(c)), "{text}");
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }
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
