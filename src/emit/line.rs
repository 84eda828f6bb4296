//! A value in, its JSON in the layout of results out. Its text is made once, as if all of it stood on one line, with a note
//! of where it may be broken; a tree of it would take several times the time and memory of all the rest. What is
//! spelled how is as `serde_json` does, but for what nobody sees ([`plain::is_hidden`]), which is escaped.

use crate::plain;
use serde::ser::{
    self, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple,
    Serializer,
};
use serde_json::Error;
use serde_json::ser::{CompactFormatter, Formatter};
use std::io::{self, Write};

/// What still stands on one line, in bytes.
pub(super) const LINE: usize = 240;

/// JSON on one line, and where it is to be broken.
pub(super) struct Line {
    text: Vec<u8>,
    /// Of what is too long for a line; that of shorter lists and objects is forgotten when they end.
    breaks: Vec<Break>,
    /// The lists and objects around what is being written.
    around: Vec<Around>,
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
    /// An empty one with room for a text of so many bytes.
    pub fn with_capacity(room: usize) -> Line {
        Line {
            text: Vec::with_capacity(room),
            breaks: Vec::new(),
            around: Vec::new(),
            in_key: false,
        }
    }

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

    /// The text, broken where it is too long for a line, with a line feed at its end.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_broken<W: Write>(&self, out: &mut W) -> io::Result<()> {
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

/// The bytes of which a string may consist to be written as it is: those of printed ASCII but `"` and `\\`, and those of
/// U+4000 to U+9FFF, which hold most Chinese characters.
const AS_IT_IS: [bool; 256] = {
    let mut as_it_is = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        as_it_is[byte] = matches!(byte as u8, b' '..=b'~' | 0x80..=0xBF | 0xE4..=0xE9)
            && !matches!(byte as u8, b'"' | b'\\');
        byte += 1;
    }
    as_it_is
};

impl Line {
    /// Writes a string in its quotation marks.
    fn quote(&mut self, text: &str) {
        self.text.push(b'"');
        if text.bytes().all(|byte| AS_IT_IS[usize::from(byte)]) {
            self.text.extend_from_slice(text.as_bytes());
        } else {
            self.escape(text);
        }
        self.text.push(b'"');
    }

    /// Writes a string with escapes for what can't stand in one, and for what nobody sees.
    fn escape(&mut self, mut text: &str) {
        let is_escaped =
            |c: &char| matches!(c, '\0'..='\u{1F}' | '"' | '\\') || plain::is_hidden(*c);
        while let Some((at, c)) = text.char_indices().find(|(_, c)| is_escaped(c)) {
            self.text.extend_from_slice(&text.as_bytes()[..at]);
            let short = match c {
                '"' | '\\' => Some(c as u8),
                '\u{8}' => Some(b'b'),
                '\t' => Some(b't'),
                '\n' => Some(b'n'),
                '\u{C}' => Some(b'f'),
                '\r' => Some(b'r'),
                _ => None,
            };
            match short {
                Some(short) => self.text.extend_from_slice(&[b'\\', short]),
                None => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        self.text.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                    }
                }
            }
            text = &text[at + c.len_utf8()..];
        }
        self.text.extend_from_slice(text.as_bytes());
    }

    /// Writes the name of a member, with the colon behind it.
    fn key(&mut self, key: &str) {
        self.quote(key);
        self.count_key(key);
        self.text.extend_from_slice(b": ");
    }

    fn count_key(&mut self, key: &str) {
        if let Some(around) = self.around.last_mut() {
            around.used += key.len() + 6;
        }
    }

    /// Begins a list or an object, by its brackets.
    fn within(&mut self, [begin, end]: [u8; 2]) -> Inside<'_> {
        self.open(begin);
        Inside { line: self, is_first: true, end }
    }
}

/// What no result holds: an enum's variant with values, a key that is no string.
fn no_such_value() -> Error {
    ser::Error::custom("no result holds such a value")
}

type No = Impossible<(), Error>;

/// Scalars are spelled as `serde_json` does.
macro_rules! scalars {
    ($($name:ident, $write:ident: $kind:ty),*) => {
        $(fn $name(self, value: $kind) -> Result<(), Error> {
            self.add(SCALAR);
            CompactFormatter.$write(&mut self.text, value).map_err(ser::Error::custom)
        })*
    };
}

impl<'l> Serializer for &'l mut Line {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Inside<'l>;
    type SerializeTuple = Inside<'l>;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeMap = Inside<'l>;
    type SerializeStruct = Inside<'l>;
    type SerializeStructVariant = No;

    scalars! {
        serialize_bool, write_bool: bool,
        serialize_i8, write_i8: i8, serialize_i16, write_i16: i16, serialize_i32, write_i32: i32,
        serialize_i64, write_i64: i64, serialize_i128, write_i128: i128,
        serialize_u8, write_u8: u8, serialize_u16, write_u16: u16, serialize_u32, write_u32: u32,
        serialize_u64, write_u64: u64, serialize_u128, write_u128: u128
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        if !value.is_finite() {
            return self.serialize_unit();
        }
        self.add(SCALAR);
        CompactFormatter.write_f32(&mut self.text, value).map_err(ser::Error::custom)
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        if !value.is_finite() {
            return self.serialize_unit();
        }
        self.add(SCALAR);
        CompactFormatter.write_f64(&mut self.text, value).map_err(ser::Error::custom)
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.quote(value);
        match self.in_key {
            true => self.count_key(value),
            false => self.add(value.len() + 2),
        }
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.add(SCALAR);
        self.text.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Error> {
        Err(no_such_value())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Inside<'l>, Error> {
        Ok(self.within([b'[', b']']))
    }

    fn serialize_tuple(self, _: usize) -> Result<Inside<'l>, Error> {
        Ok(self.within([b'[', b']']))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<No, Error> {
        Err(no_such_value())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<No, Error> {
        Err(no_such_value())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Inside<'l>, Error> {
        Ok(self.within([b'{', b'}']))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inside<'l>, Error> {
        Ok(self.within([b'{', b'}']))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<No, Error> {
        Err(no_such_value())
    }
}

/// A list or an object that is being written.
pub(super) struct Inside<'l> {
    line: &'l mut Line,
    is_first: bool,
    end: u8,
}

impl Inside<'_> {
    fn value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
        self.line.comma(std::mem::take(&mut self.is_first));
        value.serialize(&mut *self.line)
    }

    fn member<T: ?Sized + Serialize>(&mut self, key: &str, value: &T) -> Result<(), Error> {
        self.line.comma(std::mem::take(&mut self.is_first));
        self.line.key(key);
        value.serialize(&mut *self.line)
    }

    fn close(self) {
        self.line.close(self.end);
    }
}

/// A list and a tuple are written alike.
macro_rules! elements {
    ($($kind:ident),*) => {
        $(impl $kind for Inside<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
                self.value(value)
            }

            fn end(self) -> Result<(), Error> {
                self.close();
                Ok(())
            }
        })*
    };
}

elements!(SerializeSeq, SerializeTuple);

impl SerializeMap for Inside<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Error> {
        let line = &mut *self.line;
        line.comma(std::mem::take(&mut self.is_first));
        line.in_key = true;
        key.serialize(&mut *line)?;
        line.in_key = false;
        line.text.extend_from_slice(b": ");
        // What is no string is no key.
        line.text.ends_with(b"\": ").then_some(()).ok_or_else(no_such_value)
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(&mut *self.line)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

impl SerializeStruct for Inside<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: ?Sized + Serialize>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.member(key, value)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}
