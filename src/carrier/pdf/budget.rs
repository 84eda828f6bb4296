//! What a document may still unpack: every stream that is read, by us or by the reader for us, is
//! taken off; one that could be more than is left is measured first.

use std::borrow::Cow;
use std::cell::Cell;

use hayro_syntax::Filter;
use hayro_syntax::object::{Array, Dict, Object, Stream};
use memchr::memmem::{self, Finder, rfind};
use miniz_oxide::inflate::decompress_to_vec_zlib;

use crate::carrier::pdf::measure::{most, unpacked};
use crate::error::{Error, ErrorKind};
use crate::options::Limits;

/// A row of a predictor is no longer than this: a million samples of 16 bits.
const ROW: i64 = 1 << 21;
/// A stream up to this long is inflated here.
const SHORT: usize = 4096;
/// How deep streams are looked for below a font.
const BELOW: u32 = 3;
/// How many widths a font may give by ranges: some for every character that a font can have.
const WIDTHS: u64 = 1 << 18;
/// How deep functions are stitched together; and procedures inside a PostScript function.
const STITCHES: u32 = 4;
const PROCEDURES: i32 = 32;
/// How many functions are stitched together.
const FUNCTIONS: u32 = 256;

/// Bytes that may still be unpacked, and the limit that was reached.
pub(super) struct Budget {
    stream: u64,
    all: u64,
    left: Cell<u64>,
    reached: Cell<Option<(&'static str, u64)>>,
}

impl Budget {
    /// As much as the limits say.
    pub fn new(limits: &Limits) -> Budget {
        Budget {
            stream: limits.stream_bytes,
            all: limits.decoded_bytes,
            left: Cell::new(limits.decoded_bytes),
            reached: Cell::new(None),
        }
    }

    /// Bytes that were unpacked.
    pub fn used(&self) -> u64 {
        self.all - self.left.get()
    }

    /// The limit that was reached, by name and value.
    pub fn reached(&self) -> Option<(&'static str, u64)> {
        self.reached.get()
    }

    /// What is in a stream; `None` if it is broken, an image, or more than may be unpacked.
    pub fn unpack<'a>(&self, stream: &Stream<'a>) -> Option<Cow<'a, [u8]>> {
        self.unpack_beside(0, stream)
    }

    /// The same, for one of several streams that make one: so many bytes of it are there already.
    pub fn unpack_beside<'a>(&self, there: u64, stream: &Stream<'a>) -> Option<Cow<'a, [u8]>> {
        if !has_sane_rows(stream.dict()) {
            return None;
        }
        // What can't be more than may be, whatever it holds, need not be measured first.
        let (packed, filters) = (stream.raw_data(), stream.filters());
        if most(packed.len(), &filters) <= self.room(there) {
            let small = inflated_whole(&packed, &filters, stream.dict()).map(Cow::Owned);
            if let Some(data) = small.or_else(|| stream.decoded_data().ok()) {
                self.left.set(self.left.get().saturating_sub(data.len() as u64));
                return Some(data);
            }
        }
        self.admits_beside(there, stream).then(|| stream.decoded_data().ok()).flatten()
    }

    /// How much a stream may unpack to, beside so many bytes that are there already.
    fn room(&self, there: u64) -> u64 {
        self.stream.saturating_sub(there).min(self.left.get())
    }

    /// Takes off what a stream unpacks to; `false` if that is more than may be.
    pub fn admits(&self, stream: &Stream<'_>) -> bool {
        self.admits_beside(0, stream)
    }

    fn admits_beside(&self, there: u64, stream: &Stream<'_>) -> bool {
        if !has_sane_rows(stream.dict()) {
            return false;
        }
        let limit = self.room(there);
        let size = unpacked(&stream.raw_data(), &stream.filters(), limit);
        if size > limit {
            let most = match limit < self.stream.saturating_sub(there) {
                true => ("max-decoded-bytes", self.all),
                false => ("max-stream-bytes", self.stream),
            };
            self.reached.set(Some(most));
            return false;
        }
        self.left.set(self.left.get() - size);
        true
    }

    /// Takes off what the streams of a function unpack to; `false` if that is more than may be, or if the
    /// functions it is stitched from (ISO 32000-2, 7.10.4) or its procedures (7.10.5) are more, or
    /// deeper in each other, than any drawing needs. The reader follows them without end.
    pub fn admits_function(&self, function: &Object<'_>) -> bool {
        self.admits_functions(function, STITCHES, &mut 0)
    }

    fn admits_functions(&self, function: &Object<'_>, depth: u32, count: &mut u32) -> bool {
        *count += 1;
        if *count > FUNCTIONS {
            return false;
        }
        let dict = match function {
            Object::Stream(stream) => {
                let is_program = stream.dict().get::<u8>(b"FunctionType") == Some(4);
                let Some(program) = self.unpack(stream) else { return false };
                if is_program && nesting(&program) > PROCEDURES {
                    return false;
                }
                stream.dict()
            }
            Object::Dict(dict) => dict,
            _ => return true,
        };
        dict.get::<Array<'_>>(b"Functions").is_none_or(|parts| {
            let mut parts = parts.iter::<Object<'_>>();
            depth > 0 && parts.all(|part| self.admits_functions(&part, depth - 1, count))
        })
    }

    /// Takes off what a font's program and its map of glyphs unpack to; `false` if one is more than may
    /// be. What a glyph of a Type 3 font draws is not looked at: it is not read.
    pub fn admits_program(&self, font: &Dict<'_>) -> bool {
        const KEYS: [&[u8]; 6] = [
            b"FontDescriptor",
            b"FontFile",
            b"FontFile2",
            b"FontFile3",
            b"CIDToGIDMap",
            b"DescendantFonts",
        ];
        below(font, &KEYS, BELOW, &mut Vec::new(), &mut |part| match part {
            Part::Dict(_) => true,
            Part::Stream(stream) => self.admits(stream),
        })
    }
}

/// What is in a short stream that is deflated and nothing else, for which the reader's inflater takes
/// longer to set up than to run; `None` for all others, and where it is not whole.
fn inflated_whole(packed: &[u8], filters: &[Filter], dict: &Dict<'_>) -> Option<Vec<u8>> {
    let has_params = dict.contains_key(b"DecodeParms") || dict.contains_key(b"DP");
    if packed.len() > SHORT || filters != [Filter::FlateDecode] || has_params {
        return None;
    }
    decompress_to_vec_zlib(packed).ok()
}

/// Whether a font gives no more widths than there are characters, and its streams have rows of a sane
/// length, before anything of it is read.
pub(super) fn is_sane_font(font: &Dict<'_>) -> bool {
    const KEYS: [&[u8]; 9] = [
        b"FontDescriptor",
        b"FontFile",
        b"FontFile2",
        b"FontFile3",
        b"ToUnicode",
        b"Encoding",
        b"CIDToGIDMap",
        b"UseCMap",
        b"DescendantFonts",
    ];
    below(font, &KEYS, BELOW, &mut Vec::new(), &mut |part| match part {
        Part::Dict(dict) => has_sane_widths(dict),
        Part::Stream(stream) => has_sane_rows(stream.dict()),
    })
}

/// What a font is made of.
enum Part<'d, 'a> {
    /// A dictionary, that of a stream among others.
    Dict(&'d Dict<'a>),
    Stream(&'d Stream<'a>),
}

/// Whether a dictionary and what lies below it under these keys is all admitted.
fn below(
    dict: &Dict<'_>,
    keys: &[&[u8]],
    depth: u32,
    seen: &mut Vec<usize>,
    admits: &mut dyn FnMut(Part<'_, '_>) -> bool,
) -> bool {
    // By where it lies in memory: one stream may be named twice.
    let place = dict.data().as_ptr() as usize;
    if depth == 0 || seen.contains(&place) {
        return true;
    }
    seen.push(place);
    if !admits(Part::Dict(dict)) {
        return false;
    }
    let mut admits_one = |object: Object<'_>| match object {
        Object::Stream(stream) => {
            admits(Part::Stream(&stream)) && below(stream.dict(), keys, depth - 1, seen, admits)
        }
        Object::Dict(dict) => below(&dict, keys, depth - 1, seen, admits),
        _ => true,
    };
    keys.iter().filter_map(|key| dict.get::<Object<'_>>(key)).all(|object| match object {
        Object::Array(array) => array.iter::<Object<'_>>().take(4).all(&mut admits_one),
        object => admits_one(object),
    })
}

/// How deep the braces of a program stand inside each other.
fn nesting(program: &[u8]) -> i32 {
    let (mut depth, mut deepest) = (0, 0);
    for byte in program {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Whether the ranges of a font's widths (ISO 32000-2, 9.7.4.3), of which the reader makes an entry for
/// each character, are no more than fonts have.
fn has_sane_widths(font: &Dict<'_>) -> bool {
    let mut left = WIDTHS;
    let mut take = |first: u32, last: u32| {
        let count = u64::from(last.saturating_sub(first)) + 1;
        left = left.saturating_sub(count);
        left > 0
    };
    let widths = font.get::<Array<'_>>(b"W").is_none_or(|array| {
        let mut items = array.flex_iter();
        loop {
            if items.next::<(u32, Array<'_>)>().is_some() {
                continue;
            }
            match items.next::<(u32, u32, f32)>() {
                Some((first, last, _)) if take(first, last) => {}
                Some(_) => return false,
                None => return true,
            }
        }
    });
    widths
        && font.get::<Array<'_>>(b"W2").is_none_or(|array| {
            let mut items = array.flex_iter();
            loop {
                if items.next::<(u32, Array<'_>)>().is_some() {
                    continue;
                }
                match items.next::<(u32, u32, f32, f32, f32)>() {
                    Some((first, last, ..)) if take(first, last) => {}
                    Some(_) => return false,
                    None => return true,
                }
            }
        })
}

/// Whether the rows of a predictor (ISO 32000-2, 7.4.4.4), which the reader makes room for before it
/// has seen one, are of a length that pictures have.
fn has_sane_rows(dict: &Dict<'_>) -> bool {
    let sane = |params: &Dict<'_>| {
        let number = |key: &[u8], usual| params.get::<i64>(key).unwrap_or(usual);
        let columns = number(b"Columns", 1);
        let bits = number(b"Colors", 1).saturating_mul(number(b"BitsPerComponent", 8));
        columns >= 0 && (0..=256).contains(&bits) && columns.saturating_mul(bits) <= 8 * ROW
    };
    [&b"DecodeParms"[..], b"DP"].iter().all(|key| match dict.get::<Object<'_>>(key) {
        Some(Object::Dict(params)) => sane(&params),
        Some(Object::Array(all)) => all.iter::<Dict<'_>>().all(|params| sane(&params)),
        _ => true,
    })
}

/// Whether the streams that the reader unpacks while it opens a file, tables of objects and objects in
/// streams, are within the limits. They are found by their words, for no reader has read them yet.
///
/// # Errors
/// [`ErrorKind::Limit`] for one that is too large once unpacked, or has rows of no sane length.
pub(super) fn check_tables(bytes: &[u8], limits: &Limits) -> Result<(), Error> {
    let mut left = limits.decoded_bytes;
    for (dict, data) in packed_tables(bytes) {
        let is_table = contains(dict, b"XRef");
        // An entry of a table takes three bytes at least: of its kind, its place, its number.
        let most = if is_table { u64::from(limits.objects).saturating_mul(24) } else { u64::MAX };
        let limit = limits.stream_bytes.min(left).min(most);
        let size = unpacked(data, &[Filter::FlateDecode], limit);
        if size > limit {
            let (name, value) = match limit {
                l if l == most => ("max-objects", limits.objects.into()),
                l if l == limits.stream_bytes => ("max-stream-bytes", l),
                _ => ("max-decoded-bytes", limits.decoded_bytes),
            };
            return Err(Error::new(ErrorKind::Limit { name, value }));
        }
        left -= size;
    }
    Ok(())
}

/// The streams that are called tables of objects or hold objects, and are deflated: dictionary, data.
fn packed_tables(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut at = 0;
    let words = Finder::new(b"stream");
    std::iter::from_fn(move || {
        let start = at + words.find(bytes.get(at..)?)?;
        let dict = bytes.get(start.saturating_sub(2000).max(at)..start)?;
        at = start + b"stream".len();
        if dict.ends_with(b"end") {
            return Some((start, &[][..]));
        }
        let dict = dict.get(rfind(dict, b" obj").unwrap_or(0)..)?;
        Some((start, dict))
    })
    .filter(|(_, dict)| {
        (contains(dict, b"ObjStm") || contains(dict, b"XRef")) && contains(dict, b"Fl")
    })
    .filter_map(|(start, dict)| {
        let data = bytes.get(start + b"stream".len()..)?;
        let blank = data.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        Some((dict, data.get(blank..)?))
    })
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    memmem::find(bytes, word).is_some()
}
