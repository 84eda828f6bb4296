//! Character codes in, characters out: what the codes of a PDF's fonts stand for.
//!
//! A font names its characters in one of many ways; they are tried in the order of [`How`], the
//! surest first. What no way reads honestly becomes U+FFFD in the end ([`Readings::settle`]): the bytes
//! themselves are never passed on. Where the glyphs stand is left to `content`; how far they move, and
//! the opening of a font's program, to `faces`.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use encoding_rs::GBK;
use hayro_cmap::{CMap, CidFamily, load_embedded};
use hayro_font::kurbo::PathEl;
use hayro_font::{Font as Face, FontGlyph, StandardFont};
use hayro_syntax::object::{Array, Dict, Name, Object, ObjectIdentifier, Stream, String as Bytes};
use skrifa::MetadataProvider;

use crate::carrier::page::Run;
use crate::carrier::pdf::budget::{Budget, is_sane_font};
use crate::carrier::pdf::cmaps::{Collection, chars_of};
use crate::carrier::pdf::faces::{Faces, Layout};
use crate::carrier::pdf::radicals::unified;
use crate::diag::{Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::place::Place;
use crate::plain;

/// How a character was found. All but the first are repairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    /// As the document says: by ToUnicode, by a predefined encoding or character collection (ISO
    /// 32000-2, 9.10.2), or by a known glyph name.
    Said,
    /// A radical or compatibility form, replaced by the ideograph it looks like.
    Unified,
    /// By the embedded font's own character map, turned round.
    FontMap,
    /// By the glyph's name in the embedded font.
    GlyphName,
    /// Two bytes of GBK under a font that claims a Latin encoding.
    Gbk,
    /// By the glyph's shape: another font of the document draws the same and says what it is.
    Shape,
    /// As the document says, though the embedded font's own tables have another digit or sign for the glyph.
    Contradicted,
}

impl How {
    /// The repair's rule; `None` where nothing was repaired.
    fn rule(self) -> Option<&'static str> {
        Some(match self {
            // What contradicts itself is a diagnostic.
            How::Said | How::Contradicted => return None,
            How::Unified => "radicals_unified",
            How::FontMap => "characters_by_font_map",
            How::GlyphName => "characters_by_glyph_name",
            How::Gbk => "gbk_under_latin_font",
            How::Shape => "characters_by_shape",
        })
    }
}

/// What one code of one font stands for.
#[derive(Debug, Clone)]
pub(super) struct Meaning {
    /// The characters; a stand-in of plane 16 for a code not read yet.
    pub chars: Box<str>,
    how: How,
}

/// A font of the document, as an index into the shelf.
pub(super) type FontId = usize;

/// All fonts of a document, and what was read of them so far.
pub(super) struct Shelf<'a> {
    budget: Rc<Budget>,
    faces: Faces<'a>,
    by_key: HashMap<FontKey, Option<FontId>>,
    /// The same for dictionaries that are objects of their own: pages name them again and again, and to
    /// look at one takes long where it has hundreds of widths.
    by_id: HashMap<ObjectIdentifier, Option<FontId>>,
    fonts: Vec<Font<'a>>,
    fallbacks: [Option<FontId>; 2],
    /// Font and code of each stand-in given out, in order.
    unread: Vec<(FontId, u32)>,
    /// Whether a string has proven that a font is GBK, which what is read later depends on.
    learned: bool,
    /// How often each way served on the page being read, and a few characters it gave.
    mended: BTreeMap<How, (usize, String)>,
}

/// What tells font dictionaries apart: where they stand. The number of their object does not, for a
/// dictionary that stands in a page's own has the page's.
type FontKey = (usize, usize);

/// A font as its dictionary describes it.
struct Font<'a> {
    dict: Dict<'a>,
    layout: Layout,
    /// The font with its program, if it was ever needed.
    face: OnceCell<Option<Face<'a>>>,
    /// Height of the em as a part of the font size; other than 1 in some Type 3 fonts alone.
    em: f64,
    to_unicode: Option<CMap>,
    codes: Codes,
    /// The codes whose names are to be believed: they are its own, not a reader's guess.
    named: Named,
    gbk: Gbk,
    /// Glyph to character by the embedded font's own tables; read when first needed.
    own_map: Option<HashMap<u32, (char, How)>>,
    known: Known,
}

/// What is known of the codes of a font.
#[derive(Default)]
struct Known {
    /// For each page of 256 codes, the place of each in `codes`, counted from 1.
    pages: Vec<Option<Box<[u32; 256]>>>,
    /// The same for codes of more than two bytes.
    far: HashMap<u32, u32>,
    codes: Vec<KnownCode>,
}

struct KnownCode {
    code: u32,
    meaning: Meaning,
    advance: f64,
}

impl Known {
    fn place(&self, code: u32) -> Option<usize> {
        let place = match self.pages.get((code >> 8) as usize) {
            Some(page) => *page.as_ref()?.get((code & 0xFF) as usize)?,
            None => *self.far.get(&code)?,
        };
        (place as usize).checked_sub(1)
    }

    fn add(&mut self, code: u32, meaning: Meaning, advance: f64) -> usize {
        self.codes.push(KnownCode { code, meaning, advance });
        let place = self.codes.len() as u32;
        if code > 0xFFFF {
            self.far.insert(code, place);
        } else {
            if self.pages.is_empty() {
                self.pages.resize_with(256, || None);
            }
            if let Some(page) = self.pages.get_mut((code >> 8) as usize) {
                let page = page.get_or_insert_with(|| Box::new([0; 256]));
                page[(code & 0xFF) as usize] = place;
            }
        }
        self.codes.len() - 1
    }
}

/// What the codes of a composite font are.
enum Codes {
    /// UTF-16, as in UniGB-UTF16-H.
    Utf16,
    /// Codes of the CIDs of a character collection.
    Cids(Collection),
    /// Anything else.
    Opaque,
}

/// Which codes of a font have names to be believed.
#[derive(Clone, Copy, PartialEq)]
enum Named {
    All,
    Ascii,
    None,
}

/// Whether the bytes of a simple font may be GBK.
#[derive(Clone, Copy, PartialEq)]
enum Gbk {
    No,
    Maybe,
    Proven,
}

/// Stand-ins for codes not read yet: the private use plane 16.
const STAND_INS: std::ops::Range<u32> = 0x10_0000..0x10_FFFE;

/// What is shown where a character can't be read.
pub(super) const UNREADABLE: char = '\u{FFFD}';

impl<'a> Shelf<'a> {
    /// No fonts yet; what they unpack to is taken off the budget.
    pub fn new(budget: Rc<Budget>) -> Shelf<'a> {
        Shelf {
            faces: Faces::new(Rc::clone(&budget)),
            budget,
            by_key: HashMap::new(),
            by_id: HashMap::new(),
            fonts: Vec::new(),
            fallbacks: [None; 2],
            unread: Vec::new(),
            learned: false,
            mended: BTreeMap::new(),
        }
    }

    /// The font of an object that was met before.
    pub fn known(&self, id: ObjectIdentifier) -> Option<Option<FontId>> {
        self.by_id.get(&id).copied()
    }

    /// The font of a dictionary, and of the object that it is, if it is one.
    pub fn font_of(&mut self, id: Option<ObjectIdentifier>, dict: &Dict<'a>) -> Option<FontId> {
        let font = self.font(dict);
        self.by_id.extend(id.map(|id| (id, font)));
        font
    }

    /// The font of a dictionary; `None` if it can't be loaded at all.
    pub fn font(&mut self, dict: &Dict<'a>) -> Option<FontId> {
        let key = (dict.data().as_ptr() as usize, dict.data().len());
        if let Some(known) = self.by_key.get(&key) {
            return *known;
        }
        let font = self.load(dict).map(|font| {
            self.fonts.push(font);
            self.fonts.len() - 1
        });
        self.by_key.insert(key, font);
        font
    }

    /// The font for text without one: Helvetica for ASCII where the page has no fonts at all; nothing
    /// is known of codes whose font is `lost`, missing or broken among others.
    pub fn fallback(&mut self, lost: bool) -> Option<FontId> {
        if let Some(known) = self.fallbacks[usize::from(lost)] {
            return Some(known);
        }
        let face = self.faces.standard(StandardFont::Helvetica)?;
        let named = if lost { Named::None } else { Named::Ascii };
        let font = Font::new(Dict::default(), Layout::Program);
        self.fonts.push(Font { named, face: Some(face).into(), ..font });
        self.fallbacks[usize::from(lost)] = Some(self.fonts.len() - 1);
        self.fallbacks[usize::from(lost)]
    }

    fn load(&mut self, dict: &Dict<'a>) -> Option<Font<'a>> {
        let subtype = dict.get::<Name<'_>>(b"Subtype")?;
        // The glyphs of a Type 3 font lie in no program.
        let is_type_3 = subtype.as_ref() == b"Type3";
        if !(is_type_3 || is_sane_font(dict)) {
            return None;
        }
        let layout = match subtype.as_ref() {
            b"Type0" => Layout::composite(dict, &self.budget)?,
            b"Type1" | b"MMType1" | b"TrueType" | b"OpenType" => Layout::simple(dict)?,
            b"Type3" => Layout::type_3(dict)?,
            _ => return None,
        };
        let mut font = Font::new(dict.clone(), layout);
        if matches!(font.layout, Layout::Program) {
            font.face(&self.faces)?;
        }
        font.to_unicode = dict
            .get::<Stream<'_>>(b"ToUnicode")
            .and_then(|stream| CMap::parse(&self.budget.unpack(&stream)?, load_embedded));
        match subtype.as_ref() {
            b"Type0" => {
                font.named = Named::None;
                font.codes = composite_codes(dict, &font.layout);
            }
            b"Type3" => font.em = type3_em(dict),
            _ => {
                font.named = if names_are_its_own(dict) { Named::All } else { Named::None };
                font.gbk = may_be_gbk(dict, font.to_unicode.is_some());
            }
        }
        Some(font)
    }

    /// Height of the font's em as a part of the font size.
    pub fn em(&self, font: FontId) -> f64 {
        self.fonts.get(font).map_or(1.0, |f| f.em)
    }

    /// Whether the font is set from top to bottom.
    pub fn is_vertical(&self, font: FontId) -> bool {
        self.fonts.get(font).is_some_and(|f| f.layout.is_vertical())
    }

    /// The code at `offset` of a shown string, and how many bytes it takes (at least one).
    pub fn read_code(&self, font: FontId, bytes: &[u8], offset: usize) -> (u32, usize) {
        self.fonts.get(font).map_or((0, 1), |f| f.layout.read_code(bytes, offset))
    }

    /// How far a code moves along the line, in ems of the font size; downward in vertical fonts.
    pub fn advance(&self, font: FontId, code: u32) -> f64 {
        self.fonts.get(font).map_or(0.0, |font| font.advance(&self.faces, code))
    }

    /// What a code stands for, and how far it moves.
    pub fn glyph(&mut self, id: FontId, code: u32) -> (&str, f64) {
        let Some(font) = self.fonts.get_mut(id) else { return ("\u{FFFD}", 0.0) };
        let place = font.known.place(code).unwrap_or_else(|| {
            let advance = font.advance(&self.faces, code);
            let meaning = font.read(&self.faces, code).unwrap_or_else(|| {
                let stand_in = char::from_u32(STAND_INS.start + self.unread.len() as u32)
                    .filter(|c| STAND_INS.contains(&(*c as u32)));
                if stand_in.is_some() {
                    self.unread.push((id, code));
                }
                let chars = stand_in.unwrap_or(UNREADABLE).to_string().into();
                Meaning { chars, how: How::Said }
            });
            font.known.add(code, meaning, advance)
        });
        let Some(known) = font.known.codes.get(place) else { return ("\u{FFFD}", 0.0) };
        note(&mut self.mended, known.meaning.how, &known.meaning.chars);
        (&known.meaning.chars, known.advance)
    }

    /// The Han characters that a string of a simple font spells in GBK: for each character how many
    /// bytes it takes. `None` where the string is what its font says.
    ///
    /// Old word processors wrote GBK bytes under a font declared WinAnsi. Two bytes of Latin text
    /// seldom fall on the Hanzi of level 1 of GB 2312; a string proves the font if most do.
    pub fn gbk(&mut self, id: FontId, bytes: &[u8]) -> Option<Vec<(char, usize)>> {
        let font = self.fonts.get_mut(id)?;
        if font.gbk == Gbk::No || bytes.is_ascii() {
            return None;
        }
        let chars = decode_gbk(bytes)?;
        let pairs: Vec<&[u8]> = split(bytes, &chars).filter(|part| part.len() == 2).collect();
        let counts = |ok: fn(u8, u8) -> bool| pairs.iter().filter(|p| ok(p[0], p[1])).count();
        let level_1 = counts(|a, b| (0xB0..=0xD7).contains(&a) && b >= 0xA1);
        let in_gb2312 = counts(|a, b| a >= 0xA1 && b >= 0xA1);
        let latin = bytes.iter().any(u8::is_ascii_alphabetic);
        let proven = font.gbk == Gbk::Proven && in_gb2312 * 2 >= pairs.len();
        let proves = level_1 * 2 >= pairs.len() && (level_1 >= 2 || level_1 == 1 && !latin);
        if !(proven || proves) {
            return None;
        }
        self.learned |= font.gbk == Gbk::Maybe;
        font.gbk = Gbk::Proven;
        for (c, _) in chars.iter().filter(|(_, length)| *length == 2) {
            note(&mut self.mended, How::Gbk, c.encode_utf8(&mut [0; 4]));
        }
        Some(chars)
    }

    /// Whether what a page says may depend on the pages read before it: there are codes that other fonts
    /// may explain, or a font was proven to be GBK by its strings.
    pub fn order_matters(&self) -> bool {
        !self.unread.is_empty() || self.learned
    }

    /// Puts what was repaired on the page just read on record: one repair a way, with a count.
    pub fn close_page(&mut self, sink: &mut Sink, place: Place) {
        for (how, (count, sample)) in std::mem::take(&mut self.mended) {
            if how == How::Contradicted {
                sink.remark(contradicted(place, count, &sample));
            }
            record(sink, how, place, count, sample);
        }
    }

    /// What the shapes of the document's other glyphs say of each stand-in.
    pub fn readings(&self) -> Readings {
        if self.unread.is_empty() {
            return Readings(Vec::new());
        }
        let mut known: HashMap<Vec<i32>, Option<char>> = HashMap::new();
        for font in &self.fonts {
            for KnownCode { code, meaning, .. } in &font.known.codes {
                let mut chars = meaning.chars.chars();
                let (Some(c), None) = (chars.next(), chars.next()) else { continue };
                if STAND_INS.contains(&(c as u32)) || c == UNREADABLE {
                    continue;
                }
                let Some(shape) = font.shape(&self.faces, *code).filter(|s| !s.is_empty()) else {
                    continue;
                };
                // A shape that stands for two characters (O and 0, 一 and —) says nothing.
                known.entry(shape).and_modify(|k| *k = k.filter(|&k| k == c)).or_insert(Some(c));
            }
        }
        let read = |&(id, code): &(FontId, u32)| {
            let shape = self.fonts.get(id)?.shape(&self.faces, code)?;
            known.get(&shape).copied().flatten()
        };
        Readings(self.unread.iter().map(read).collect())
    }
}

/// What each stand-in stands for, as far as it could be found.
pub(super) struct Readings(Vec<Option<char>>);

impl Readings {
    /// Puts characters for the stand-ins in a run: what stays unread becomes [`UNREADABLE`], what
    /// is read is added to `read`.
    pub fn settle(&self, run: &mut Run, read: &mut String) {
        if !run.text.chars().any(is_stand_in) {
            return;
        }
        run.text = std::mem::take(&mut run.text)
            .chars()
            .map(|c| {
                if !is_stand_in(c) {
                    return c;
                }
                let index = (c as u32 - STAND_INS.start) as usize;
                let found = self.0.get(index).copied().flatten();
                read.extend(found);
                found.unwrap_or(UNREADABLE)
            })
            .collect();
    }
}

/// Puts the characters of a page that were read by their shapes on record.
pub(super) fn note_shapes(sink: &mut Sink, place: Place, read: &str) {
    if !read.is_empty() {
        let sample = read.chars().take(SAMPLE).collect();
        record(sink, How::Shape, place, read.chars().count(), sample);
    }
}

/// A hyphen that may be one that a line's end put into a word.
pub(super) const HYPHEN: char = '\u{2010}';
/// What figures are spelled with.
const FIGURES: &[char] = &['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.', ',', '-', '%'];
/// A glyph less high than this, in thousandths of an em, is no digit.
const FLAT: f64 = 250.0;

/// Says of characters of a page that the document names them otherwise than their font does.
fn contradicted(place: Place, count: usize, sample: &str) -> Diagnostic {
    Diagnostic {
        code: "characters_contradicted",
        severity: Severity::Warning,
        place: Some(place),
        message: Wording::new(
            format!(
                "the document calls {count} digits or signs otherwise than their font does: {sample}"
            ),
            format!("有{count}个数字或符号，文件所称与字体所称不同：{sample}"),
        ),
        hint: Some(Wording::new("look at the page", "请核对原页")),
    }
}

/// How many characters of a page a repair shows.
const SAMPLE: usize = 20;
/// A longer text, in code units of UTF-16, is no destination of a character map: Adobe's note 5014 ends them at 512
/// bytes.
const DESTINATION: usize = 256;

fn record(sink: &mut Sink, how: How, place: Place, count: usize, sample: String) {
    let Some(rule) = how.rule() else { return };
    sink.repair(Repair {
        stage: Stage::Extract,
        rule,
        place: Some(place),
        before: format!("{count} {}", if count == 1 { "character" } else { "characters" }),
        after: sample,
    });
}

fn note(mended: &mut BTreeMap<How, (usize, String)>, how: How, chars: &str) {
    if how == How::Said {
        return;
    }
    let (count, sample) = mended.entry(how).or_default();
    *count += 1;
    if *count <= SAMPLE {
        sample.push_str(chars);
    }
}

impl<'a> Font<'a> {
    /// A simple font that says what its codes are.
    fn new(dict: Dict<'a>, layout: Layout) -> Font<'a> {
        Font {
            dict,
            layout,
            face: OnceCell::new(),
            em: 1.0,
            to_unicode: None,
            codes: Codes::Opaque,
            named: Named::All,
            gbk: Gbk::No,
            own_map: None,
            known: Known::default(),
        }
    }

    /// The font with its program; `None` if that can't be loaded.
    fn face(&self, faces: &Faces<'a>) -> Option<&Face<'a>> {
        self.face.get_or_init(|| faces.open(&self.dict)).as_ref()
    }

    fn advance(&self, faces: &Faces<'a>, code: u32) -> f64 {
        self.layout.advance(code).unwrap_or_else(|| {
            self.face(faces).map_or(0.0, |face| face.code_advance(code).x / 1000.0)
        })
    }

    /// What a code stands for, by the first way that knows; `None` where none does.
    fn read(&mut self, faces: &Faces<'a>, code: u32) -> Option<Meaning> {
        let said = |chars: String| Meaning { chars: chars.into(), how: How::Said };
        let declared = self.declared(faces, code);
        let is_denied = declared.as_ref().is_some_and(|s| self.is_denied(faces, code, s));
        if is_denied
            && declared.as_deref() == Some("\u{AD}")
            && self.is_flat(faces, code) == Some(true)
        {
            // A hyphen that is seen is a hyphen, or a minus sign.
            return Some(said(HYPHEN.to_string()));
        }
        let declared = declared.filter(|_| !is_denied);
        if let Some(chars) = declared.as_ref().filter(|s| !s.chars().any(is_private)) {
            if self.is_contradicted(faces, code, chars) {
                return Some(Meaning { chars: chars.as_str().into(), how: How::Contradicted });
            }
            return Some(unify(chars).unwrap_or_else(|| said(chars.clone())));
        }
        let found = self.by_codes(code).or_else(|| self.by_own_map(faces, code));
        if let Some((chars, how)) = found {
            let unified = unify(&chars).map(|m| m.chars);
            return Some(Meaning { chars: unified.unwrap_or_else(|| chars.into()), how });
        }
        // Private use is no reading, but better than none: Wingdings' bullets are named that way.
        if let Some(chars) = declared {
            return Some(said(chars));
        }
        // What draws nothing is white space, whatever it is called; but where the map says of the code that it is no
        // character, the font lacks one that the text has.
        let is_lacking =
            || self.to_unicode.as_ref().and_then(|map| map.lookup_bf_string(code)).map(chars_of);
        if self.shape(faces, code).is_some_and(|shape| shape.is_empty())
            && is_lacking().as_deref() != Some("\0")
        {
            return Some(said(" ".to_owned()));
        }
        None
    }

    /// What the document itself says of a code.
    fn declared(&self, faces: &Faces<'a>, code: u32) -> Option<String> {
        let chars = self.to_unicode.as_ref().and_then(|c| c.lookup_bf_string(code)).map(chars_of);
        if let Some(chars) = chars.filter(|chars| chars.encode_utf16().count() <= DESTINATION) {
            if chars.chars().any(|c| !c.is_control() && c != UNREADABLE && !is_stand_in(c)) {
                return Some(chars.replace(|c| c == '\0' || is_stand_in(c), ""));
            }
            if chars.chars().any(char::is_whitespace) {
                return Some(" ".to_owned());
            }
        }
        if self.named == Named::None || self.named == Named::Ascii && code > 0x7F {
            return None;
        }
        let face = self.face(faces)?;
        let unicode = match face.glyph(face.map_code(code), code) {
            FontGlyph::Outline(glyph) => glyph.as_unicode(),
            FontGlyph::Type3(glyph) => glyph.as_unicode(),
        };
        unicode.map(chars_of).filter(|s| s.chars().any(|c| !c.is_control() && !is_stand_in(c)))
    }

    /// Whether the embedded glyph refutes what the document says of a code. Nothing is to be seen of the
    /// characters, such as a space or a soft hyphen, and the glyph has ink: a point named so would make 624 of 6.24.
    /// Or it is a digit, and the glyph as flat as a dash: a minus sign that is copied as 2.
    fn is_denied(&self, faces: &Faces<'a>, code: u32, chars: &str) -> bool {
        if chars.chars().all(|c| c.is_whitespace() || plain::is_hidden(c)) {
            return self.has_outlines()
                && self.shape(faces, code).is_some_and(|shape| !shape.is_empty());
        }
        let is_digit =
            self.to_unicode.is_some() && chars.len() == 1 && chars.as_bytes()[0].is_ascii_digit();
        is_digit && self.has_outlines() && self.is_flat(faces, code).unwrap_or(false)
    }

    /// Whether the glyph is a bar, far less high than any digit; `None` of one without outlines.
    fn is_flat(&self, faces: &Faces<'a>, code: u32) -> Option<bool> {
        let face = self.face(faces)?;
        let FontGlyph::Outline(glyph) = face.glyph(face.map_code(code), code) else { return None };
        let outline = glyph.outline();
        let ink = (!outline.elements().is_empty()).then(|| outline.control_box())?;
        Some(ink.height() < FLAT && ink.width() > 1.3 * ink.height())
    }

    /// Whether the embedded font's own tables have one digit or sign of figures for a glyph and the document says
    /// another: one of the two is wrong, and nothing in the file tells which.
    fn is_contradicted(&self, faces: &Faces<'a>, code: u32, chars: &str) -> bool {
        let mut one = chars.chars();
        let (Some(said), None) = (one.next(), one.next()) else { return false };
        if self.to_unicode.is_none() || !(said.is_ascii_alphanumeric() || FIGURES.contains(&said)) {
            return false;
        }
        let own = || {
            let face = self.has_outlines().then(|| self.face(faces))??;
            let id = face.map_code(code);
            let FontGlyph::Outline(outline) = face.glyph(id, code) else { return None };
            let data = outline.font_data()?;
            let font = skrifa::FontRef::new((*data.data).as_ref()).ok()?;
            let charmap = font.charmap();
            if charmap.is_symbol() {
                return None;
            }
            let is_of =
                |c: &&char| charmap.map(**c).is_some_and(|glyph| glyph.to_u32() == id.to_u32());
            let own: Vec<char> = FIGURES.iter().filter(is_of).copied().collect();
            Some(!own.is_empty() && !own.contains(&said) && !is_of(&&said))
        };
        own().unwrap_or(false)
    }

    /// Whether the glyphs of the font are outlines that stand in the document.
    fn has_outlines(&self) -> bool {
        let descendant =
            || self.dict.get::<Array<'_>>(b"DescendantFonts")?.iter::<Dict<'_>>().next();
        let holder = descendant().unwrap_or_else(|| self.dict.clone());
        let descriptor = holder.get::<Dict<'_>>(b"FontDescriptor").unwrap_or_default();
        PROGRAMS.iter().any(|key| descriptor.contains_key(*key))
    }

    fn by_codes(&self, code: u32) -> Option<(String, How)> {
        match &self.codes {
            Codes::Opaque => None,
            Codes::Utf16 => {
                let units = [(code >> 16) as u16, code as u16];
                let units = if code > 0xFFFF { &units[..] } else { &units[1..] };
                let c = char::decode_utf16(units.iter().copied()).next()?.ok()?;
                (!c.is_control()).then(|| (c.to_string(), How::Said))
            }
            Codes::Cids(collection) => {
                let Layout::Composite(layout) = &self.layout else { return None };
                let chars = collection.chars(layout.codes.cid(code)?)?;
                let readable = chars.chars().all(|c| !c.is_control() && c != UNREADABLE);
                (readable && !chars.is_empty()).then_some((chars, How::Said))
            }
        }
    }

    fn by_own_map(&mut self, faces: &Faces<'a>, code: u32) -> Option<(String, How)> {
        let face = self.face(faces)?;
        let glyph = face.map_code(code);
        if glyph.to_u32() == 0 {
            return None;
        }
        if self.own_map.is_none() {
            let FontGlyph::Outline(outline) = face.glyph(glyph, code) else { return None };
            let data = outline.font_data();
            self.own_map = Some(data.map(|d| own_map((*d.data).as_ref())).unwrap_or_default());
        }
        let (c, how) = *self.own_map.as_ref()?.get(&glyph.to_u32())?;
        Some((c.to_string(), how))
    }

    /// The glyph's outline in thousandths of an em, or the drawing operators of a Type 3 glyph; equal
    /// for equal glyphs, empty for one that draws nothing.
    fn shape(&self, faces: &Faces<'a>, code: u32) -> Option<Vec<i32>> {
        let face = self.face(faces)?;
        match face.glyph(face.map_code(code), code) {
            FontGlyph::Outline(glyph) => {
                let mut shape = Vec::new();
                for element in glyph.outline().elements() {
                    let (kind, points) = match *element {
                        PathEl::MoveTo(p) => (0, [Some(p), None, None]),
                        PathEl::LineTo(p) => (1, [Some(p), None, None]),
                        PathEl::QuadTo(p, q) => (2, [Some(p), Some(q), None]),
                        PathEl::CurveTo(p, q, r) => (3, [Some(p), Some(q), Some(r)]),
                        PathEl::ClosePath => (4, [None; 3]),
                    };
                    shape.push(kind);
                    for point in points.into_iter().flatten() {
                        shape.extend([point.x.round() as i32, point.y.round() as i32]);
                    }
                }
                Some(shape)
            }
            FontGlyph::Type3(glyph) => {
                let program = glyph.program()?.decoded_data().ok()?;
                Some(program.iter().map(|&b| i32::from(b)).collect())
            }
        }
    }
}

/// What the codes of a composite font are: by its encoding, or by the collection its glyphs are of.
fn composite_codes(dict: &Dict<'_>, layout: &Layout) -> Codes {
    if let Some(name) = dict.get::<Name<'_>>(b"Encoding")
        && name.starts_with(b"Uni")
        && (contains(&name, b"UCS2") || contains(&name, b"UTF16"))
    {
        return Codes::Utf16;
    }
    let by_encoding = match layout {
        Layout::Composite(layout) => layout.codes.family(),
        _ => None,
    };
    let declared = || {
        let descendants = dict.get::<Array<'_>>(b"DescendantFonts")?;
        let info = descendants.iter::<Dict<'_>>().next()?.get::<Dict<'_>>(b"CIDSystemInfo")?;
        let registry = info.get::<Bytes<'_>>(b"Registry")?;
        let ordering = info.get::<Bytes<'_>>(b"Ordering")?;
        Some(CidFamily::from_registry_ordering(registry.as_bytes(), ordering.as_bytes()))
    };
    by_encoding
        .filter(|family| family.ucs2_cmap().is_some())
        .or_else(declared)
        .and_then(|family| Collection::of(&family))
        .map_or(Codes::Opaque, Codes::Cids)
}

fn contains(name: &[u8], part: &[u8]) -> bool {
    name.windows(part.len()).any(|w| w == part)
}

fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}')
}

fn is_stand_in(c: char) -> bool {
    STAND_INS.contains(&(c as u32))
}

/// The text with radicals replaced by ideographs; `None` if there are none.
fn unify(chars: &str) -> Option<Meaning> {
    chars.chars().any(|c| unified(c).is_some()).then(|| Meaning {
        chars: chars.chars().map(|c| unified(c).unwrap_or(c)).collect::<String>().into(),
        how: How::Unified,
    })
}

/// A Type 3 font has units of its own. Where a thousand of them are far from the font size, the
/// height of its bounding box is the better em.
fn type3_em(dict: &Dict<'_>) -> f64 {
    let matrix = dict.get::<[f64; 6]>(b"FontMatrix").unwrap_or([0.001, 0., 0., 0.001, 0., 0.]);
    let unit = matrix[2].hypot(matrix[3]);
    let bbox = dict.get::<[f64; 4]>(b"FontBBox").unwrap_or_default();
    let height = (bbox[3] - bbox[1]).abs() * unit;
    if (0.3..3.0).contains(&(unit * 1000.0)) || height <= 0.0 || !height.is_finite() {
        1.0
    } else {
        height
    }
}

/// Whether the names of a simple font's codes are the document's own. An embedded TrueType font with
/// no encoding has codes that its producer counted up; a standard encoding would be a reader's guess.
fn names_are_its_own(dict: &Dict<'_>) -> bool {
    let descriptor = dict.get::<Dict<'_>>(b"FontDescriptor").unwrap_or_default();
    let embedded_truetype = descriptor.contains_key(b"FontFile2");
    let symbolic = descriptor.get::<u32>(b"Flags").is_some_and(|flags| flags & 4 != 0);
    !embedded_truetype || dict.contains_key(b"Encoding") || !symbolic
}

/// A simple font may carry GBK bytes if it is not embedded (no simple font has glyphs for two bytes)
/// and says no more of its codes than a Latin encoding.
fn may_be_gbk(dict: &Dict<'_>, has_to_unicode: bool) -> Gbk {
    let descriptor = dict.get::<Dict<'_>>(b"FontDescriptor").unwrap_or_default();
    let embedded = PROGRAMS.iter().any(|key| descriptor.contains_key(*key));
    let latin = !matches!(dict.get::<Object<'_>>(b"Encoding"), Some(Object::Dict(_)));
    if embedded || has_to_unicode || !latin {
        return Gbk::No;
    }
    let name = dict.get::<Name<'_>>(b"BaseFont");
    let name = name.as_ref().map_or(&b""[..], |n| n.as_ref());
    let chinese = CHINESE_FONTS.iter().any(|part| contains(name, part.as_bytes()));
    if chinese || !name.is_ascii() { Gbk::Proven } else { Gbk::Maybe }
}

/// Where a font's descriptor has its program.
const PROGRAMS: [&[u8]; 3] = [b"FontFile", b"FontFile2", b"FontFile3"];

/// Parts of the names of fonts that hold Hanzi.
const CHINESE_FONTS: &[&str] =
    &["SimSun", "SimHei", "FangSong", "KaiTi", "STSong", "STFang", "STKai", "STHei", "YaHei", "FZ"];

/// The characters of GBK bytes with the length of each; `None` if they are not GBK throughout, or
/// spell something other than Hanzi, Chinese punctuation and ASCII.
fn decode_gbk(bytes: &[u8]) -> Option<Vec<(char, usize)>> {
    let mut chars = Vec::new();
    let mut rest = bytes;
    while let Some(&first) = rest.first() {
        let length = if first < 0x80 { 1 } else { 2 };
        let (text, malformed) = GBK.decode_without_bom_handling(rest.get(..length)?);
        let c = text.chars().next().filter(|_| !malformed)?;
        let chinese = matches!(c, '\u{3000}'..='\u{303F}' | '\u{3400}'..='\u{9FFF}'
            | '\u{FF00}'..='\u{FFEF}' | '\u{2010}'..='\u{2027}' | '\u{2460}'..='\u{24FF}'
            | '\u{B7}' | '\u{D7}' | '\u{B0}');
        if length == 2 && !chinese {
            return None;
        }
        chars.push((c, length));
        rest = rest.get(length..)?;
    }
    Some(chars)
}

fn split<'b>(bytes: &'b [u8], chars: &[(char, usize)]) -> impl Iterator<Item = &'b [u8]> {
    let mut rest = bytes;
    chars.iter().map_while(move |(_, length)| {
        let (part, later) = rest.split_at_checked(*length)?;
        rest = later;
        Some(part)
    })
}

/// Glyph to character by the tables of an embedded TrueType or OpenType font: its character map,
/// where several characters share a glyph the likeliest; glyph names for what that leaves out.
fn own_map(data: &[u8]) -> HashMap<u32, (char, How)> {
    let mut map = HashMap::new();
    let Ok(font) = skrifa::FontRef::new(data) else { return map };
    let charmap = font.charmap();
    if !charmap.is_symbol() {
        for (code, glyph) in charmap.mappings().take(1 << 17) {
            let Some(c) = char::from_u32(code).filter(|c| !is_private(*c) && !c.is_control())
            else {
                continue;
            };
            let best = map.entry(glyph.to_u32()).or_insert((c, How::FontMap));
            if unlikeliness(c) < unlikeliness(best.0) {
                best.0 = c;
            }
        }
    }
    for (glyph, name) in font.glyph_names().iter().take(1 << 17) {
        if let Some(c) = char_of_name(name.as_str()) {
            map.entry(glyph.to_u32()).or_insert((c, How::GlyphName));
        }
    }
    map
}

/// Which of several characters of one glyph is meant: a unified ideograph before anything else, a
/// radical or compatibility form last.
fn unlikeliness(c: char) -> u8 {
    match c {
        '\u{4E00}'..='\u{9FFF}' => 0,
        '\u{21}'..='\u{7E}' => 1,
        '\u{3400}'..='\u{4DBF}' | '\u{20000}'..='\u{2F7FF}' | '\u{30000}'..='\u{3FFFF}' => 2,
        _ if unified(c).is_some() => 4,
        _ => 3,
    }
}

/// The character of a glyph name `uniXXXX` or `uXXXXX` (Adobe Glyph List Specification).
fn char_of_name(name: &str) -> Option<char> {
    let base = name.split('.').next()?;
    let digits = base
        .strip_prefix("uni")
        .filter(|d| d.len() == 4)
        .or_else(|| base.strip_prefix('u').filter(|d| (4..=6).contains(&d.len())))?;
    let digits = Some(digits).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    char::from_u32(u32::from_str_radix(digits, 16).ok()?).filter(|c| !c.is_control())
}
