//! A font's dictionary in, its codes and how far each moves out: all that placing text needs.
//!
//! The embedded program is not opened for this where the dictionary gives widths, as nearly all do. It is
//! opened for what the dictionary leaves unsaid: see [`Faces::open`]. Widths are read as hayro-font
//! reads them, so that it makes no difference which of the two is asked.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::rc::Rc;
use std::sync::Arc;

use hayro_cmap::load_embedded;
use hayro_font::{
    CMapResolverFn, Font as Face, FontCache, FontResolverFn, StandardFont, UNITS_PER_EM,
};
use hayro_syntax::object::{Array, Dict, Object};

use crate::carrier::pdf::budget::Budget;
use crate::carrier::pdf::cmaps::CodeMap;
use crate::carrier::pdf::runs::Mixer;

/// Opens the programs of fonts; each is unpacked once.
pub(super) struct Faces<'a> {
    budget: Rc<Budget>,
    cache: FontCache<'a>,
    font_resolver: FontResolverFn,
    cmap_resolver: CMapResolverFn,
}

impl<'a> Faces<'a> {
    /// None is open; what they unpack to is taken off the budget.
    pub fn new(budget: Rc<Budget>) -> Faces<'a> {
        Faces {
            budget,
            cache: FontCache::new(),
            font_resolver: Arc::new(|query| {
                Some(match query {
                    hayro_font::FontQuery::Standard(standard) => standard.get_font_data(),
                    hayro_font::FontQuery::Fallback(f) => f.pick_standard_font().get_font_data(),
                })
            }),
            cmap_resolver: Arc::new(load_embedded),
        }
    }

    /// The font with its program; `None` if it can't be loaded, or is more than may be unpacked.
    pub fn open(&self, dict: &Dict<'a>) -> Option<Face<'a>> {
        self.budget
            .admits_program(dict)
            .then(|| self.cache.font(dict, &self.font_resolver, &self.cmap_resolver))
            .flatten()
    }

    /// A font that every reader has.
    pub fn standard(&self, font: StandardFont) -> Option<Face<'a>> {
        self.cache.standard_font(font, &self.font_resolver)
    }
}

/// The codes of a font, and how far they move.
pub(super) enum Layout {
    /// One byte a code, with widths for all of them, in ems.
    Simple(Box<[f64; 256]>),
    /// Codes of a map.
    Composite(Box<Composite>),
    /// One byte a code, with the widths of the font's program.
    Program,
}

/// How far a font's codes move: by their CID.
pub(super) struct Composite {
    /// From codes to CIDs.
    pub codes: CodeMap,
    width: f32,
    widths: ByCid<f32>,
    /// The vector to the next glyph in vertical writing, of which only y counts.
    down: f32,
    downs: ByCid<f32>,
}

type ByCid<T> = HashMap<u32, T, BuildHasherDefault<Mixer>>;

impl Layout {
    /// The layout of a simple font with glyphs in a program; `None` if its codes end before they begin.
    pub fn simple(dict: &Dict<'_>) -> Option<Layout> {
        let descriptor = dict.get::<Dict<'_>>(b"FontDescriptor").unwrap_or_default();
        Some(match Widths::of(dict, &descriptor)? {
            Widths { given: false, .. } => Layout::Program,
            Widths { by_code, .. } => {
                Layout::Simple(Box::new(by_code.map(|width| f64::from(width) / 1000.0)))
            }
        })
    }

    /// The layout of a Type 3 font, whose widths have units of its own.
    pub fn type_3(dict: &Dict<'_>) -> Option<Layout> {
        let matrix = dict.get::<[f64; 6]>(b"FontMatrix").unwrap_or([0.001, 0., 0., 0.001, 0., 0.]);
        let unit = matrix[0] as f32;
        let Widths { by_code, .. } = Widths::of(dict, dict)?;
        let ems = by_code.map(|width| f64::from(width * unit * UNITS_PER_EM) / 1000.0);
        Some(Layout::Simple(Box::new(ems)))
    }

    /// The layout of a composite font; `None` if its codes are not known or it has no descendant.
    pub fn composite(dict: &Dict<'_>, budget: &Budget) -> Option<Layout> {
        let codes = match dict.get::<Object<'_>>(b"Encoding")? {
            Object::Name(name) => CodeMap::named(name.as_ref())?,
            Object::Stream(stream) => CodeMap::parse(&budget.unpack(&stream)?)?,
            _ => return None,
        };
        let font = dict.get::<Array<'_>>(b"DescendantFonts")?.iter::<Dict<'_>>().next()?;
        let widths = font.get::<Array<'_>>(b"W").and_then(|array| widths(&array));
        let downs = font.get::<Array<'_>>(b"W2").and_then(|array| downs(&array));
        Some(Layout::Composite(Box::new(Composite {
            codes,
            width: font.get::<f32>(b"DW").unwrap_or(1000.0),
            widths: widths.unwrap_or_default(),
            down: font.get::<[f32; 2]>(b"DW2").map_or(-1000.0, |[_, down]| down),
            downs: downs.unwrap_or_default(),
        })))
    }

    /// Whether the font is set from top to bottom.
    pub fn is_vertical(&self) -> bool {
        matches!(self, Layout::Composite(font) if font.codes.is_vertical())
    }

    /// The code at `offset` of a shown string, and how many bytes it takes (at least one).
    pub fn read_code(&self, bytes: &[u8], offset: usize) -> (u32, usize) {
        match self {
            Layout::Composite(font) => font.codes.read_code(bytes, offset),
            Layout::Simple(_) | Layout::Program => {
                (bytes.get(offset).copied().unwrap_or(0).into(), 1)
            }
        }
    }

    /// How far a code moves along the line, in ems of the font size; downward in vertical fonts. `None`
    /// where the program must be asked.
    pub fn advance(&self, code: u32) -> Option<f64> {
        match self {
            Layout::Simple(widths) => Some(widths.get(code as usize).copied().unwrap_or(0.0)),
            Layout::Composite(font) => {
                let cid = font.codes.cid(code).unwrap_or(0);
                Some(if font.codes.is_vertical() {
                    -f64::from(font.downs.get(&cid).copied().unwrap_or(font.down)) / 1000.0
                } else {
                    f64::from(font.widths.get(&cid).copied().unwrap_or(font.width)) / 1000.0
                })
            }
            Layout::Program => None,
        }
    }
}

/// The widths of a simple font (ISO 32000-2, 9.6.2).
struct Widths {
    /// Whether the font gives any.
    given: bool,
    by_code: [f32; 256],
}

impl Widths {
    /// What is left out has the width that `descriptor` names. `None` if the codes end before they begin.
    fn of(dict: &Dict<'_>, descriptor: &Dict<'_>) -> Option<Widths> {
        let mut by_code = [descriptor.get::<f32>(b"MissingWidth").unwrap_or(0.0); 256];
        let (first, last) = (dict.get::<usize>(b"FirstChar"), dict.get::<usize>(b"LastChar"));
        let (Some(first), Some(last), Some(given)) =
            (first, last, dict.get::<Array<'_>>(b"Widths"))
        else {
            return Some(Widths { given: false, by_code });
        };
        let count = last.checked_sub(first)?.checked_add(1)?;
        let places = by_code.iter_mut().skip(first).take(count);
        match whole_numbers(given.data()) {
            Some(widths) => places.zip(widths).for_each(|(place, width)| *place = width),
            None => places.zip(given.iter::<f32>()).for_each(|(place, width)| *place = width),
        }
        Some(Widths { given: true, by_code })
    }
}

/// The numbers of an array that holds small whole numbers alone, as most widths are; `None` of another,
/// which the reader must read.
fn whole_numbers(array: &[u8]) -> Option<impl Iterator<Item = f32>> {
    let is_space = |b: &u8| matches!(b, b' ' | b'\n' | b'\r');
    // Seven digits are exact as a float.
    let mut digits = 0;
    let plain = array.iter().all(|b| {
        digits = if is_space(b) { 0 } else { digits + 1 };
        digits <= 7 && (is_space(b) || b.is_ascii_digit())
    });
    let number = |word: &[u8]| word.iter().fold(0, |n: u32, b| 10 * n + u32::from(b - b'0')) as f32;
    plain.then(|| array.split(is_space).filter(|word| !word.is_empty()).map(number))
}

/// Widths by CID (ISO 32000-2, 9.7.4.3); `None` if they go beyond the last CID.
fn widths(array: &Array<'_>) -> Option<ByCid<f32>> {
    let mut widths = ByCid::default();
    let mut items = array.flex_iter();
    loop {
        if let Some((mut cid, given)) = items.next::<(u32, Array<'_>)>() {
            for width in given.iter::<f32>() {
                widths.insert(cid, width);
                cid = cid.checked_add(1)?;
            }
        } else if let Some((first, last, width)) = items.next::<(u32, u32, f32)>() {
            widths.extend((first..=last).map(|cid| (cid, width)));
        } else {
            return Some(widths);
        }
    }
}

/// The same for vertical writing, where each has three numbers.
fn downs(array: &Array<'_>) -> Option<ByCid<f32>> {
    let mut downs = ByCid::default();
    let mut items = array.flex_iter();
    loop {
        if let Some((mut cid, given)) = items.next::<(u32, Array<'_>)>() {
            let mut given = given.iter::<f32>();
            while let Some(down) = given.next() {
                given.next()?;
                given.next()?;
                downs.insert(cid, down);
                cid = cid.checked_add(1)?;
            }
        } else if let Some((first, last, down, ..)) = items.next::<(u32, u32, f32, f32, f32)>() {
            downs.extend((first..=last).map(|cid| (cid, down)));
        } else {
            return Some(downs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::whole_numbers;

    #[test]
    fn whole_numbers_are_read_and_nothing_else() {
        let read = |array: &[u8]| whole_numbers(array).map(|numbers| numbers.collect::<Vec<_>>());
        assert_eq!(read(b"1000 0\r\n 9999999 007"), Some(vec![1000.0, 0.0, 9_999_999.0, 7.0]));
        assert_eq!(read(b""), Some(vec![]));
        for other in [&b"500.5"[..], b"-1", b"5 0 R", b"1 % 2\n3", b"12345678", b"1\t2"] {
            assert_eq!(read(other), None);
        }
    }
}
