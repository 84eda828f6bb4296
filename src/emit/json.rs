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
    let value = serde_json::to_value(record).map_err(io::Error::other)?;
    write_value(out, &value)
}

/// Any JSON in the layout of results, with a line feed at its end.
///
/// # Errors
/// Those of `out`.
pub fn write_value(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    write_nested(out, value, 0)?;
    out.write_all(b"\n")
}

/// Reads a result made earlier.
///
/// # Errors
/// [`ErrorKind::BrokenResult`] if the bytes are no JSON or no such result; the message says where.
pub fn read(bytes: &[u8]) -> Result<NoticeRecord, Error> {
    serde_json::from_slice(bytes)
        .map_err(|e| Error::new(ErrorKind::BrokenResult { what: e.to_string() }))
}

fn write_nested(out: &mut dyn Write, value: &Value, depth: usize) -> io::Result<()> {
    let entries: Vec<(Option<&String>, &Value)> = match value {
        Value::Array(items) => items.iter().map(|v| (None, v)).collect(),
        Value::Object(map) => map.iter().map(|(k, v)| (Some(k), v)).collect(),
        _ => Vec::new(),
    };
    // The outermost object stands open however short it is.
    if entries.is_empty() || (depth > 0 && length(value, LINE).is_some()) {
        return write_on_one_line(out, value);
    }
    let (open, close) = if value.is_array() { ("[", "]") } else { ("{", "}") };
    out.write_all(open.as_bytes())?;
    for (i, (key, value)) in entries.iter().enumerate() {
        out.write_all(if i == 0 { b"\n" } else { b",\n" })?;
        indent(out, depth + 1)?;
        if let Some(key) = key {
            serde_json::to_writer(&mut *out, key)?;
            out.write_all(b": ")?;
        }
        write_nested(out, value, depth + 1)?;
    }
    out.write_all(b"\n")?;
    indent(out, depth)?;
    out.write_all(close.as_bytes())
}

fn indent(out: &mut dyn Write, depth: usize) -> io::Result<()> {
    (0..depth).try_for_each(|_| out.write_all(b"  "))
}

fn write_on_one_line(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    match value {
        Value::Array(items) => {
            out.write_all(b"[")?;
            for (i, item) in items.iter().enumerate() {
                out.write_all(if i == 0 { b"" } else { b", " })?;
                write_on_one_line(out, item)?;
            }
            out.write_all(b"]")
        }
        Value::Object(map) => {
            out.write_all(b"{")?;
            for (i, (key, item)) in map.iter().enumerate() {
                out.write_all(if i == 0 { b"" } else { b", " })?;
                serde_json::to_writer(&mut *out, key)?;
                out.write_all(b": ")?;
                write_on_one_line(out, item)?;
            }
            out.write_all(b"}")
        }
        scalar => Ok(serde_json::to_writer(out, scalar)?),
    }
}

/// About how long the value is on one line, or `None` if it is longer than `limit`. It stops
/// counting there, so the whole layout takes time in proportion to the output.
fn length(value: &Value, limit: usize) -> Option<usize> {
    let used = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(s) => s.len() + 2,
        Value::Array(items) => {
            let mut used = 2;
            for item in items {
                used += 2 + length(item, limit.checked_sub(used)?)?;
            }
            used
        }
        Value::Object(map) => {
            let mut used = 2;
            for (key, item) in map {
                used += key.len() + 6;
                used += length(item, limit.checked_sub(used)?)?;
            }
            used
        }
    };
    (used <= limit).then_some(used)
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
}
