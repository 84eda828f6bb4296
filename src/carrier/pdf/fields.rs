//! What an annotation shows that a reader must draw itself: the value of a field of a form, a text that
//! was typed onto the page, a line through a text (ISO 32000-2, 12.5.6 and 12.7.4).
//!
//! Programs that fill in forms often leave the drawing of values to whoever opens the file, so that a table of
//! fields has its figures in no content stream at all. Deliberately absent: buttons, signatures, passwords,
//! and fonts other than in size.

use hayro_syntax::object::{Array, Dict, Name, Object, String as Bytes};
use hayro_syntax::xref::XRef;

use crate::figure::{self, Reading};
use rust_decimal::RoundingStrategy;

/// How programs round what they show.
const HALF_UP: RoundingStrategy = RoundingStrategy::MidpointAwayFromZero;
/// A field may stand so deep in the tree of fields.
const DEPTH: usize = 8;
/// Height of the text of a field that leaves the size to the reader, as a share of the field's and in points at most.
const SHARE: f64 = 0.7;
const LARGEST: f64 = 12.0;
/// The size of a text that names none.
const USUAL: f64 = 12.0;

/// What the document says of all its fields.
#[derive(Debug, Default)]
pub(super) struct Fields {
    /// Whether a reader is to draw the values anew, whatever the fields look like (`NeedAppearances`).
    pub drawn_anew: bool,
}

/// Text that an annotation shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Words {
    /// The text, lines parted by line feeds.
    pub text: String,
    /// Font size in units of the page; `None` where it fits the height.
    size: Option<f64>,
    /// How it is set: 0 from the left, 1 in the middle, 2 from the right.
    pub quadding: u32,
    /// Whether it begins at the top of the box.
    pub from_top: bool,
    /// Whether it is the value of a field.
    pub is_value: bool,
}

impl Fields {
    /// The fields of a document.
    pub fn new(xref: &XRef) -> Fields {
        let form = xref
            .get::<Dict<'_>>(xref.root_id())
            .and_then(|catalog| catalog.get::<Dict<'_>>(b"AcroForm"));
        let drawn_anew = form.and_then(|form| form.get::<bool>(b"NeedAppearances"));
        Fields { drawn_anew: drawn_anew.unwrap_or(false) }
    }
}

impl Words {
    /// What an annotation would show without an appearance; `None` for one that has no text.
    pub fn of(annotation: &Dict<'_>) -> Option<Words> {
        match annotation.get::<Name<'_>>(b"Subtype")?.as_ref() {
            b"FreeText" => Words::free(annotation),
            b"Widget" => Words::value(annotation),
            _ => None,
        }
    }

    fn free(annotation: &Dict<'_>) -> Option<Words> {
        let text = text_of(&annotation.get::<Object<'_>>(b"Contents")?)?;
        let size = annotation.get::<Bytes<'_>>(b"DA").and_then(|da| size_of(da.as_bytes()));
        Some(Words {
            text,
            size: Some(size.unwrap_or(USUAL)),
            quadding: annotation.get::<u32>(b"Q").unwrap_or(0),
            from_top: true,
            is_value: false,
        })
        .filter(|words| !words.text.trim().is_empty())
    }

    fn value(annotation: &Dict<'_>) -> Option<Words> {
        const MULTILINE: u32 = 1 << 12;
        const PASSWORD: u32 = 1 << 13;
        let said = |key: &[u8]| said(annotation, key);
        let Object::Name(kind) = said(b"FT")? else { return None };
        let number = |key: &[u8]| match said(key) {
            Some(Object::Number(number)) => number.as_i64() as u32,
            _ => 0,
        };
        let flags = number(b"Ff");
        if !matches!(kind.as_ref(), b"Tx" | b"Ch") || flags & PASSWORD != 0 {
            return None;
        }
        let text = match said(b"V")? {
            Object::Array(chosen) => {
                let chosen = chosen.iter::<Object<'_>>().filter_map(|one| text_of(&one));
                chosen.collect::<Vec<_>>().join("\n")
            }
            value => text_of(&value)?,
        };
        let size = match said(b"DA") {
            Some(Object::String(da)) => size_of(da.as_bytes()),
            _ => None,
        };
        Some(Words {
            text,
            size: size.filter(|size| *size > 0.0),
            quadding: number(b"Q"),
            from_top: flags & MULTILINE != 0,
            is_value: true,
        })
        .filter(|words| !words.text.trim().is_empty())
    }

    /// The font size in a box of this height.
    pub fn size(&self, height: f64) -> f64 {
        self.size.unwrap_or_else(|| (SHARE * height).min(LARGEST))
    }

    /// Whether a field that shows `shown` hides its value, or shows another figure. Programs may show a value
    /// with separators, rounded or as a date.
    pub fn is_hidden_by(&self, shown: &str) -> bool {
        match (figure::read(&self.text), figure::read(shown)) {
            (_, Reading::Blank) => true,
            (Reading::Figure(value), Reading::Figure(shown)) => {
                shown.unit.is_empty()
                    && value.value.round_dp_with_strategy(shown.value.scale(), HALF_UP)
                        != shown.value
            }
            _ => false,
        }
    }
}

/// What a field says, or the one that it is a part of.
fn said<'a>(field: &Dict<'a>, key: &[u8]) -> Option<Object<'a>> {
    let mut field = field.clone();
    for _ in 0..DEPTH {
        if let Some(value) = field.get::<Object<'a>>(key) {
            return Some(value);
        }
        field = field.get::<Dict<'a>>(b"Parent")?;
    }
    None
}

/// The quadrilaterals of an annotation that strikes text out and leaves the line to the reader.
pub(super) fn strikes(annotation: &Dict<'_>) -> Vec<[f64; 8]> {
    let is_strike = annotation
        .get::<Name<'_>>(b"Subtype")
        .is_some_and(|subtype| subtype.as_ref() == b"StrikeOut");
    let corners = annotation.get::<Array<'_>>(b"QuadPoints").filter(|_| is_strike);
    let corners: Vec<f64> = corners.iter().flat_map(|all| all.iter::<f64>()).take(8_000).collect();
    corners.chunks_exact(8).filter_map(|quad| quad.try_into().ok()).collect()
}

/// A text string (ISO 32000-2, 7.9.2.2), with line feeds at the ends of lines; a stream or name is none.
fn text_of(object: &Object<'_>) -> Option<String> {
    let Object::String(bytes) = object else { return None };
    let bytes = bytes.as_bytes();
    let text = match bytes {
        [0xFE, 0xFF, rest @ ..] => {
            let units = rest.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).map(|c| c.unwrap_or('\u{FFFD}')).collect()
        }
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        // PDFDocEncoding is Latin 1 as far as figures go.
        _ => bytes.iter().map(|&byte| char::from(byte)).collect::<String>(),
    };
    Some(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The font size of a default appearance: /Helv 10 Tf.
fn size_of(appearance: &[u8]) -> Option<f64> {
    let words: Vec<&[u8]> = appearance.split(u8::is_ascii_whitespace).collect();
    let at = words.iter().rposition(|word| *word == b"Tf")?;
    let size: f64 = std::str::from_utf8(words.get(at.checked_sub(1)?)?).ok()?.parse().ok()?;
    size.is_finite().then(|| size.abs().min(200.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_may_show_its_value_in_another_form_but_no_other_figure() {
        let hides = |value: &str, shown: &str| {
            let text = value.to_owned();
            Words { text, size: None, quadding: 0, from_top: false, is_value: true }
                .is_hidden_by(shown)
        };
        for (value, shown) in
            [("1234.5", "1,234.50"), ("12.345", "12.35"), ("0.5", "50%"), ("2024-3-5", "3月5日")]
        {
            assert!(!hides(value, shown), "{value} {shown}");
        }
        for (value, shown) in [("30", ""), ("30", "60"), ("1234.5", "1,235.00")] {
            assert!(hides(value, shown), "{value} {shown}");
        }
    }

    #[test]
    fn sizes_and_texts_are_read() {
        assert_eq!(size_of(b"0 g /Helv 10.5 Tf 1 0 0 rg"), Some(10.5));
        assert_eq!(
            (size_of(b"/Helv 0 Tf"), size_of(b"Tf"), size_of(b"0 g")),
            (Some(0.0), None, None)
        );
    }
}
