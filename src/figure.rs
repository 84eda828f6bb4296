//! A printed figure: its exact value, the unit and the footnote mark beside it, and whether it can be
//! read in one way alone.
//!
//! The only answer to "is this a figure?". Every stage asks here; where a figure stands and what its
//! column means is left to them. Two rules are kept throughout: white space never joins digits (it may
//! stand beside a comma or a point, which do) but for the thin spaces that are set for nothing else
//! (GB/T 15835-2011, 5.1.1: 千分空), and what can be read in more than one way is no figure but a doubt.

use crate::lexicon::{self, NO_FIGURE, PLACEHOLDER_MARKS, REGION_ENDINGS, SHEET_ERRORS};
use crate::pattern::{Steps, digit, half_width, squeezed};
use rust_decimal::Decimal;
use std::ops::{Range, RangeInclusive};

/// What a text in a table says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Nothing, or white space alone.
    Blank,
    /// A mark or word for nothing: — / … * 无 暂未公布.
    Mark,
    /// A figure.
    Figure(Figure),
    /// What looks like a figure, but may be read in more than one way.
    Doubtful(Doubt),
    /// Figures strung together by marks: 2009-2011, 3/4, 9:30.
    Strung,
    /// Anything else.
    Word,
    /// What can't be read: a character that no font explains, or #### where a sheet's column was too
    /// narrow.
    Unreadable,
}

/// A figure as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Its exact value with the decimals that are printed; a multiplier behind it (万) is part of the
    /// unit and not applied.
    pub value: Decimal,
    /// The power of ten of its multiplier: 4 for 3.5万 and 3.5万元, else 0.
    pub power: u32,
    /// The unit in its own cell, multiplier and rate included: 套, 万元, 元/户, %; empty where none is
    /// printed.
    pub unit: String,
    /// The footnote mark beside it: ①, *, 注1, `[1]`; empty where none is printed.
    pub mark: String,
    /// Whether it begins with 0 as quantities do not: 01, 0012.
    pub is_code: bool,
}

/// Why a text that looks like a figure is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// White space parts its digits: 600 720 may be two figures.
    Parted,
    /// A comma or a point stands where it means nothing: 1,23 and 1.2.3.
    Separators,
    /// A sign behind it may be its own, or link it to another; or a power of ten does: 1240-, 6.2E+03.
    Sign,
    /// A letter stands at its end: 12a, 119O.
    Letter,
    /// It is said to be near, over or under: 约300, 300余, ≥95%.
    Approximate,
    /// It has more digits than an exact decimal holds.
    TooLong,
}

/// What a text is, coarsely: all that the stages before `typing` need to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Blank,
    /// A mark for nothing.
    Mark,
    /// A figure, certain or doubtful.
    Figure,
    /// Digits that begin with 0.
    Code,
    /// Figures strung together by marks.
    Strung,
    /// Text.
    Word,
    /// What can't be read.
    Unreadable,
}

impl Kind {
    /// Whether it has digits and little else, so that it stands in a column as figures do.
    pub fn is_numeric(self) -> bool {
        matches!(self, Kind::Figure | Kind::Code | Kind::Strung)
    }
}

/// What the text is, coarsely.
pub fn kind(text: &str) -> Kind {
    match read(text) {
        Reading::Blank => Kind::Blank,
        Reading::Mark => Kind::Mark,
        Reading::Figure(figure) if figure.is_code => Kind::Code,
        Reading::Figure(_) | Reading::Doubtful(_) => Kind::Figure,
        Reading::Strung => Kind::Strung,
        Reading::Word => Kind::Word,
        Reading::Unreadable => Kind::Unreadable,
    }
}

/// Reads a text as a column of figures would have it.
pub fn read(text: &str) -> Reading {
    // Most cells hold digits and nothing else, or a decimal.
    let whole = text.bytes().take_while(u8::is_ascii_digit).count();
    let decimals = text.as_bytes().get(whole + 1..).unwrap_or_default();
    let is_decimal = || {
        text.as_bytes()[whole] == b'.'
            && !decimals.is_empty()
            && decimals.iter().all(u8::is_ascii_digit)
    };
    if whole > 0 && (whole == text.len() || is_decimal()) {
        return plain(text, Figure::default());
    }
    // Most others are names and words in Chinese characters alone: nothing else is asked of them.
    let signs = Signs::of(text);
    if signs.is_han && !text.is_empty() {
        return if is_word_without_figure(text) { Reading::Mark } else { Reading::Word };
    }
    // A list of names holds few characters that are set wide.
    let narrowed: Option<String> = signs.is_wide.then(|| text.chars().map(narrow).collect());
    let text = narrowed.as_deref().unwrap_or(text).trim();
    if text.is_empty() {
        return Reading::Blank;
    }
    if signs.is_unknown || text.chars().all(|c| c == '#') || SHEET_ERRORS.contains(&text) {
        return Reading::Unreadable;
    }
    if signs.is_private && is_unnamed(text) {
        return Reading::Unreadable;
    }
    if is_drawn_mark(text) || is_word_for_nothing(text) {
        return Reading::Mark;
    }
    // Nothing else is read as a figure without a digit.
    if !signs.has_digit {
        return Reading::Word;
    }
    figure(text)
}

/// What the characters of a text say of it at one look.
struct Signs {
    /// Whether all are such as names are written in.
    is_han: bool,
    /// Whether some are set wide that figures have in half width.
    is_wide: bool,
    /// Whether no font explains some.
    is_unknown: bool,
    /// Whether a font made some up.
    is_private: bool,
    has_digit: bool,
}

impl Signs {
    fn of(text: &str) -> Signs {
        let mut signs = Signs {
            is_han: true,
            is_wide: false,
            is_unknown: false,
            is_private: false,
            has_digit: false,
        };
        for c in text.chars().filter(|c| !is_plain_han(*c)) {
            signs.is_han = false;
            let narrowed = narrow(c);
            signs.is_wide |= narrowed != c;
            signs.has_digit |= digit(narrowed);
            signs.is_unknown |= c == '\u{FFFD}';
            signs.is_private |= is_private(c);
        }
        signs
    }
}

/// Whether a character stands in the private use area, where fonts put what they make up.
fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}')
}

/// Whether a character is one that is written in names and words, and in no mark and no figure.
fn is_plain_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}')
}

/// Whether the text is made of characters that a font made up (the private use area), or of digits among such: a
/// single one may be a tick or a bullet.
fn is_unnamed(text: &str) -> bool {
    text.contains(is_private)
        && text.chars().nth(1).is_some()
        && text.chars().all(|c| is_private(c) || digit(c) || ",.-%()".contains(c))
}

/// Whether the text is a mark that is drawn where there is nothing, alone or repeated: —, /, …….
pub fn is_drawn_mark(text: &str) -> bool {
    let mut chars = text.chars().filter(|c| !c.is_whitespace()).peekable();
    let is_mark =
        |c: char| !is_plain_han(c) && !c.is_ascii_alphanumeric() && PLACEHOLDER_MARKS.contains(c);
    chars.peek().is_some() && chars.all(is_mark)
}

/// Whether the text is a word that says that there is no figure: 暂未公布, （无）.
fn is_word_for_nothing(text: &str) -> bool {
    const LONGEST: usize = 32;
    if text.len() > LONGEST {
        return false;
    }
    let bare = squeezed(text);
    let inner = bare.strip_prefix('(').and_then(|bare| bare.strip_suffix(')'));
    is_word_without_figure(inner.unwrap_or(&bare))
}

fn is_word_without_figure(word: &str) -> bool {
    word.begins_with(NO_FIGURE) && NO_FIGURE.contains(&word)
}

impl Default for Figure {
    fn default() -> Figure {
        Figure {
            value: Decimal::ZERO,
            power: 0,
            unit: String::new(),
            mark: String::new(),
            is_code: false,
        }
    }
}

/// Full-width digits and the signs of figures as their half-width forms.
pub(crate) fn narrow(c: char) -> char {
    match c {
        '０'..='９' => half_width(c),
        '，' => ',',
        '．' => '.',
        '％' => '%',
        '＋' => '+',
        '（' => '(',
        '）' => ')',
        '［' => '[',
        '］' => ']',
        '＃' => '#',
        '＊' => '*',
        '￥' => '¥',
        '＇' => '\'',
        _ => c,
    }
}

/// Signs of a negative figure; △ and ▲ as in accounts, 负 as a number format may spell it.
const MINUS: &[char] =
    &['-', '－', '−', '‒', '–', '—', '―', '﹣', '﹘', '‐', '‑', '⁻', '△', '▲', '负'];

/// What parts thousands besides a comma, in figures that come from elsewhere: 1'234.
const APOSTROPHES: &[char] = &['\'', '’', '‘', 'ʼ', '′'];

/// What stands for a decimal point in the middle of a line's height: 12·5.
const MIDDLE_DOTS: &[char] = &['·', '‧', '∙', '・', '•', '･'];

/// Signs of money before a figure, with their units.
const MONEY: [(char, &str); 3] = [('¥', "元"), ('$', "美元"), ('€', "欧元")];

/// What says before a figure that it is not the figure itself.
const NEAR_BEFORE: &[&str] = &[
    "约",
    "大约",
    "近",
    "逾",
    "超过",
    "超",
    "不少于",
    "不低于",
    "不超过",
    "不高于",
    "至少",
    "≥",
    "≤",
    ">",
    "<",
    "＞",
    "＜",
    "~",
    "≈",
];

/// The same behind its digits or its unit: 300余户, 3万多元, 300户左右.
const NEAR_BEHIND: &[&str] =
    &["余", "多", "左右", "以上", "以下", "以内", "之内", "上下", "及以上", "及以下"];

/// Reads text with a digit in it: mark, sign, digits, unit, mark.
fn figure(text: &str) -> Reading {
    if is_strung(text) || is_date(text) {
        return Reading::Strung;
    }
    let (before, text) = mark_at_start(text);
    let unbracketed = without_brackets(text);
    let (text, is_bracketed) = (unbracketed.as_deref().unwrap_or(text), unbracketed.is_some());
    let near = text.skip_word(NEAR_BEFORE);
    let mut is_near = near.len() < text.len();
    let text = near.trim_start();
    let money = MONEY.iter().find_map(|&(sign, unit)| Some((text.strip_prefix(sign)?, unit)));
    let (text, money) = money.map_or((text, ""), |(rest, unit)| (rest.trim_start(), unit));
    let (is_negative, text) = match text.strip_prefix(MINUS) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').map_or(text, str::trim_start)),
    };
    // A point may begin decimals, nothing else but a digit a figure.
    if !text.starts_with(digit)
        && !text.strip_prefix('.').is_some_and(|rest| rest.starts_with(digit))
    {
        return Reading::Word;
    }
    let respelled = respelled(text);
    let text = respelled.as_deref().unwrap_or(text);
    let end = text.find(|c: char| !(digit(c) || ",.。".contains(c) || c.is_whitespace()));
    let (body, behind) = text.split_at(end.unwrap_or(text.len()));
    let mut rest = behind;
    let mut near = |rest: &mut &str| {
        let behind = rest.skip_word(NEAR_BEHIND);
        is_near |= behind.len() < rest.len();
        *rest = behind;
    };
    near(&mut rest);
    let mut found = Figure { unit: money.to_owned(), ..Figure::default() };
    if let Some((unit, behind)) = lexicon::unit_at_start(rest) {
        found.power = unit.power;
        found.unit = rest[..rest.len() - behind.len()].to_owned()
            + if unit.name.is_empty() { money } else { "" };
        rest = behind;
        near(&mut rest);
        // 3万多元: the unit may be parted from its multiplier.
        if unit.name.is_empty()
            && let Some((name, behind)) = lexicon::unit_at_start(rest)
        {
            found.power += name.power;
            found.unit += &rest[..rest.len() - behind.len()];
            rest = behind;
            near(&mut rest);
        }
    }
    let Some((mark, rest)) = mark_at_end(rest.trim_start()) else { return Reading::Word };
    found.mark = [before, mark].concat();
    let body = body.trim();
    match rest {
        "" => {}
        // 1240- may be a negative figure, or the first half of 1240-1500; 6.2E+03 has lost digits.
        sign if sign.chars().all(|c| MINUS.contains(&c)) || is_exponent(sign) => {
            return Reading::Doubtful(Doubt::Sign);
        }
        // 12a and 119O: a mark, or a digit misread.
        letter if letter.len() == 1 && letter.as_bytes()[0].is_ascii_alphabetic() => {
            let digits = body.chars().filter(|c| digit(*c)).count();
            let is_figure = digits > 1 && found.unit.is_empty();
            return if is_figure { Reading::Doubtful(Doubt::Letter) } else { Reading::Word };
        }
        _ => return Reading::Word,
    }
    let digits = match joined(body) {
        Ok(digits) => digits,
        Err(doubt) => return Reading::Doubtful(doubt),
    };
    if is_near {
        return Reading::Doubtful(Doubt::Approximate);
    }
    let read = plain(&digits, found);
    match read {
        Reading::Figure(mut figure) if is_negative || is_bracketed => {
            figure.value.set_sign_negative(!figure.value.is_zero());
            Reading::Figure(figure)
        }
        read => read,
    }
}

/// The text with commas and a point for other marks between its digits: 1'234'567.5, 12·5. `None` where it has none,
/// or they part something else, as those of 12'30 do.
fn respelled(text: &str) -> Option<String> {
    let is_mark = |c: char| APOSTROPHES.contains(&c) || MIDDLE_DOTS.contains(&c);
    let end = text.find(|c: char| !(digit(c) || c == '.' || is_mark(c))).unwrap_or(text.len());
    let (body, behind) = text.split_at(end);
    if !body.contains(is_mark) || body.ends_with(is_mark) {
        return None;
    }
    let plain = body.replace(APOSTROPHES, ",").replace(MIDDLE_DOTS, ".");
    joined(&plain).is_ok().then(|| plain + behind)
}

/// The text without the brackets that make its digits negative: (12), (5.2)%, (5.2%).
fn without_brackets(text: &str) -> Option<String> {
    let (within, behind) = text.strip_prefix('(')?.split_once(')')?;
    let percent = within.strip_suffix('%').filter(|_| behind.is_empty());
    let (digits, behind) = percent.map_or((within, behind), |digits| (digits, "%"));
    let is_figure = digits.chars().all(|c| digit(c) || ",. ".contains(c) || is_thin(c));
    is_figure.then(|| [digits.trim(), behind].concat())
}

/// Whether the text is a power of ten as programs print it: E+03.
fn is_exponent(text: &str) -> bool {
    let exponent = text.strip_prefix(['E', 'e']).and_then(|rest| rest.strip_prefix(['+', '-']));
    exponent.is_some_and(|digits| !digits.is_empty() && digits.chars().all(digit))
}

/// The number that a text of digits is and of nothing else, if there are no more of them than a number of 64 bits holds.
pub fn whole(text: &str) -> Option<u64> {
    const MOST: usize = 18;
    let is_whole = (1..=MOST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_whole.then(|| text.bytes().fold(0, |number, b| 10 * number + u64::from(b - b'0')))
}

/// Whether digits begin as those of codes do and of quantities do not: 01, 0012.
pub fn begins_as_code(digits: &str) -> bool {
    digits.starts_with('0') && digits[1..].starts_with(digit)
}

/// The figure of digits without separators; what stands beside it is known.
fn plain(digits: &str, beside: Figure) -> Reading {
    let is_code = begins_as_code(digits) && !digits.contains('.') && beside.unit.is_empty();
    match Decimal::from_str_exact(digits) {
        Ok(value) => Reading::Figure(Figure { value, is_code, ..beside }),
        Err(_) => Reading::Doubtful(Doubt::TooLong),
    }
}

/// A gap between two groups of digits is no wider than so many ems (千分空: a quarter).
pub const WIDEST_GAP: f32 = 0.3;

/// Whether a character is a space that is set between groups of three digits and for nothing else: a
/// quarter of an em and less.
fn is_thin(c: char) -> bool {
    matches!(c, '\u{2005}' | '\u{2006}' | '\u{2008}'..='\u{200A}' | '\u{202F}')
}

/// Whether a character is a space that may be set between groups of three digits, and between two
/// figures as well. Which of the two it is, the other figures of a table tell: [`is_grouped`].
fn is_no_break(c: char) -> bool {
    c == '\u{A0}'
}

/// Whether the character may stand between two groups of a figure's digits.
pub fn is_gap(c: char) -> bool {
    is_thin(c) || is_no_break(c)
}

/// Whether the text is a figure whose digits stand in groups of three, parted by spaces that no line
/// breaks at: 1 234 567.80.
pub fn is_grouped(text: &str) -> bool {
    is_grouped_by(text, is_gap)
}

/// The same, where the groups are parted by whatever characters `is_gap` says.
pub fn is_grouped_by(text: &str, is_gap: impl Fn(char) -> bool) -> bool {
    let joint = |c: char| if is_gap(c) { '\u{2009}' } else { c };
    text.contains(&is_gap)
        && matches!(read(&text.trim().chars().map(joint).collect::<String>()), Reading::Figure(_))
}

/// The grouped figure with thin spaces between its groups, which is read in one way alone.
pub fn thin(c: char) -> char {
    if is_no_break(c) { '\u{202F}' } else { c }
}

/// The digits without the thin spaces between their groups; `None` where a group is not of three. No
/// other separator stands among them, but a point.
fn ungrouped(body: &str) -> Option<String> {
    let (whole, decimals) = match body.split_once(['.', '。']) {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (body, None),
    };
    let is_group = |group: &str, length: std::ops::RangeInclusive<usize>| {
        length.contains(&group.len()) && group.chars().all(digit)
    };
    let groups: Vec<&str> = whole.split(is_thin).collect();
    let (first, rest) = groups.split_first()?;
    let is_whole = match rest {
        [] => !first.is_empty() && first.chars().all(digit),
        rest => is_group(first, 1..=3) && rest.iter().all(|group| is_group(group, 3..=3)),
    };
    let mut plain = groups.concat();
    let Some(decimals) = decimals else { return is_whole.then_some(plain) };
    let groups: Vec<&str> = decimals.split(is_thin).collect();
    let (last, before) = groups.split_last()?;
    let is_decimals = match before {
        [] => !last.is_empty() && last.chars().all(digit),
        before => is_group(last, 1..=3) && before.iter().all(|group| is_group(group, 3..=3)),
    };
    plain.push('.');
    plain.push_str(&groups.concat());
    (is_whole && is_decimals).then_some(plain)
}

/// The digits without thousands separators, `.` before the decimals.
///
/// White space beside a separator is what a line's end left there; between two digits it may part
/// two figures.
fn joined(body: &str) -> Result<String, Doubt> {
    if body.contains(is_thin)
        && let Some(plain) = ungrouped(body)
    {
        return Ok(plain);
    }
    let mut plain = String::with_capacity(body.len());
    // Digits since the last separator, and how many separators of each kind came.
    let (mut run, mut commas, mut points) = (0usize, 0usize, 0usize);
    let mut gap = false;
    for c in body.chars() {
        match c {
            _ if c.is_whitespace() => gap = run > 0,
            '.' | '。' => {
                if points > 0 || (commas > 0 && run != 3) {
                    return Err(Doubt::Separators);
                }
                (run, points, gap) = (0, points + 1, false);
                plain.push('.');
            }
            ',' => {
                let is_group = if commas == 0 { (1..=3).contains(&run) } else { run == 3 };
                if points > 0 || !is_group {
                    return Err(Doubt::Separators);
                }
                (run, commas, gap) = (0, commas + 1, false);
            }
            _ if gap => return Err(Doubt::Parted),
            _ => {
                run += 1;
                plain.push(c);
            }
        }
    }
    let is_whole = if commas > 0 && points == 0 { run == 3 } else { run > 0 };
    if !is_whole {
        return Err(Doubt::Separators);
    }
    if plain.starts_with('.') {
        plain.insert(0, '0');
    }
    Ok(plain)
}

/// Whether the text is figures strung together by marks: 2009-2011, 100~200, 3/4, 9:30, 100至200.
fn is_strung(text: &str) -> bool {
    let of_number = |c: char| digit(c) || c == '.' || c == ',';
    // Names begin with no digit, and are looked at no further.
    if !text.trim_start().starts_with(of_number) {
        return false;
    }
    let mut parts = 0;
    for part in text.split(is_link).map(str::trim) {
        let number = part.trim_end_matches(['%', '‰']);
        if number.is_empty() || !number.chars().all(of_number) {
            return false;
        }
        parts += 1;
    }
    parts > 1
}

/// Whether the text is a day with points between: 2026.06.30.
fn is_date(text: &str) -> bool {
    let within = |part: &str, range: RangeInclusive<u16>| {
        part.bytes().all(|b| b.is_ascii_digit())
            && part.parse().is_ok_and(|part| range.contains(&part))
    };
    let mut parts = text.trim().split('.');
    parts.next().is_some_and(|year| year.len() == 4 && within(year, 1900..=2100))
        && parts.next().is_some_and(|month| within(month, 1..=12))
        && parts.next().is_some_and(|day| within(day, 1..=31))
        && parts.next().is_none()
}

/// Whether the character links two figures.
fn is_link(c: char) -> bool {
    matches!(
        c,
        '-' | '－'
            | '−'
            | '‒'
            | '–'
            | '—'
            | '―'
            | '﹣'
            | '﹘'
            | '‐'
            | '‑'
            | '~'
            | '～'
            | '〜'
            | '至'
            | '/'
            | '／'
            | '∕'
            | '⁄'
            | ':'
            | '：'
    )
}

/// The footnote mark that the text begins with, and what follows it: ①, *, 注1, `[1]`.
///
/// Behind 注 and its number must be white space: 注12 alone could be note 1 of 2.
fn mark_at_start(text: &str) -> (&str, &str) {
    let note = || {
        let rest = text.strip_prefix('注')?.after_run(digit, 1..=2)?;
        rest.starts_with(char::is_whitespace).then_some(rest)
    };
    let rest =
        note().or_else(|| bracketed_mark(text)).unwrap_or(text).trim_start_matches(is_sign_of_note);
    let mark = &text[..text.len() - rest.len()];
    (mark, rest.trim_start())
}

/// The footnote marks that the text is made of, one or several; what is left is no mark. `None`
/// where digits follow, which leave open what is mark and what is figure.
fn mark_at_end(text: &str) -> Option<(&str, &str)> {
    let mut rest = text;
    loop {
        let note = rest
            .strip_prefix('注')
            .map(|n| n.trim_start_matches(|c| digit(c) || is_sign_of_note(c)));
        let next = note.or_else(|| bracketed_mark(rest)).unwrap_or(rest);
        let next = next.trim_start_matches(is_sign_of_note).trim_start_matches([',', '、']);
        if next.len() == rest.len() {
            break;
        }
        rest = next;
    }
    (!rest.starts_with(digit)).then(|| (&text[..text.len() - rest.len()], rest))
}

/// Where in the text the name of a row stands, without the footnote marks around it: 咸安区*, 咸安区①, 咸安区（注1）,
/// ★咸安区. Only words have a mark behind them; a number behind words may be a part of the name, a mark before them one
/// too, but for a region.
pub fn without_marks(text: &str) -> Range<usize> {
    let (name, _) = without_marks_behind(text);
    let bare = name.trim_end_matches(is_sign_of_region).trim_end();
    let bare = if bare.ends_in(REGION_ENDINGS) { bare } else { name };
    // ④长沙县 has its number before it.
    let is_number = |c: char| c.is_alphanumeric() || is_sign_of_note(c) && !"*†‡※☆★".contains(c);
    let is_sign = |c: char| is_sign_of_region(c) && !is_number(c);
    let start = bare.trim_start_matches(is_sign).trim_start();
    let start = if start.ends_in(REGION_ENDINGS) { start } else { bare };
    bare.len() - start.len()..bare.len()
}

/// Whether characters of a person's name are stars: 何*, 李*华, 欧阳**.
pub fn is_masked_name(text: &str) -> bool {
    let star = |c: char| matches!(c, '*' | '＊' | '×' | '某');
    let name: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let stars = name.iter().filter(|&&c| star(c)).count();
    let shown = name.len() - stars;
    let is_within = name.iter().skip(1).rev().skip(1).any(|&c| star(c));
    (1..=3).contains(&shown)
        && stars > 0
        && name.iter().all(|&c| star(c) || lexicon::is_han(c))
        && lexicon::is_han(name[0])
        && name[0] != '某'
        && (shown == 1 || is_within)
}

/// A sign that marks a region out, before its name or behind it.
fn is_sign_of_region(c: char) -> bool {
    is_sign_of_mark(c) || matches!(c, '☆' | '★' | '△' | '▲' | '○' | '●' | '◆' | '◇' | '■' | '□')
}

fn without_marks_behind(name: &str) -> (&str, &str) {
    let mut rest = name.trim_end();
    loop {
        let of_note = |text: &str| -> Option<usize> {
            let open = text.rfind(['[', '〔', '【', '（', '('])?;
            let inner = text[open..].trim_start_matches(['[', '〔', '【', '（', '(']);
            let inner = inner.strip_suffix([']', '〕', '】', '）', ')'])?;
            let is_round = text[open..].starts_with(['（', '(']);
            let number = inner.strip_prefix('注').or((!is_round).then_some(inner))?;
            let is_number = number.chars().all(|c| digit(c) || is_sign_of_note(c));
            (is_number && number.len() <= 6 && !inner.is_empty()).then_some(open)
        };
        let before = rest.trim_end_matches(is_sign_of_mark).trim_end();
        let before = match of_note(before) {
            Some(open) => before[..open].trim_end(),
            None => before,
        };
        if before.len() == rest.len() {
            break;
        }
        rest = before;
    }
    // 注 alone ends other words too, and a number may tell two parts of a project apart.
    let bare = rest.trim_end_matches(|c: char| digit(c) || ('①'..='⑳').contains(&c));
    if let Some(region) = bare.strip_suffix('注').filter(|region| region.ends_in(REGION_ENDINGS)) {
        rest = region;
    }
    let marks = &name[rest.len()..];
    let is_number = |c: char| matches!(c, '①'..='⑳' | '⑴'..='⒇' | '❶'..='❿');
    let is_word = rest.chars().next_back().is_some_and(lexicon::is_han);
    if !is_word || (marks.contains(is_number) && !rest.ends_in(REGION_ENDINGS)) {
        return (name, "");
    }
    (rest, marks.trim())
}

/// A character that is a footnote mark behind a name; ☆ and ★ may rank it.
fn is_sign_of_mark(c: char) -> bool {
    (is_sign_of_note(c) || c == '＊' || c == '#' || c == '＃') && !matches!(c, '☆' | '★')
}

/// Behind a mark in square brackets: `[1]`, 〔注1〕.
fn bracketed_mark(text: &str) -> Option<&str> {
    let inner = text.strip_prefix(['[', '〔', '【'])?;
    inner.skip(['注']).after_run(digit, 1..=2)?.strip_prefix([']', '〕', '】'])
}

/// A character that is a footnote mark by itself.
fn is_sign_of_note(c: char) -> bool {
    matches!(c, '①'..='⑳' | '❶'..='❿' | '⑴'..='⒇' | '*' | '†' | '‡' | '※' | '☆' | '★'
        | '¹' | '²' | '³' | '⁰' | '⁴'..='⁹')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `kind [value] [unit] [^mark] [code]`.
    fn say(text: &str) -> String {
        match read(text) {
            Reading::Figure(figure) => {
                let mut said = format!("figure {}", figure.value);
                if !figure.unit.is_empty() {
                    said += &format!(" {}", figure.unit);
                }
                if figure.power > 0 {
                    said += &format!(" 10^{}", figure.power);
                }
                if !figure.mark.is_empty() {
                    said += &format!(" mark {}", figure.mark);
                }
                if figure.is_code {
                    said += " code";
                }
                said
            }
            Reading::Doubtful(doubt) => format!("doubtful {doubt:?}").to_lowercase(),
            other => format!("{other:?}").to_lowercase(),
        }
    }

    #[test]
    fn figures_of_the_suite() {
        let suite = include_str!("../tests/suite/figure.txt");
        let mut seen = 0;
        for case in suite.split("--- ").skip(1) {
            let (name, case) = case.split_once(" ---\n").expect("a case has a name");
            let (input, expected) = case.split_once("\n=>\n").expect("a case has an answer");
            // A line break within a cell is written ⏎.
            let said: Vec<String> =
                input.lines().map(|line| say(&line.replace('⏎', "\n"))).collect();
            assert_eq!(said.join("\n"), expected.trim_end(), "{name}");
            seen += 1;
        }
        assert!(seen > 12, "only {seen} cases");
    }

    #[test]
    fn marks_come_off_names() {
        for (text, name, mark) in [
            ("★咸安区", "咸安区", "★"),
            ("△ 咸安区*", "咸安区", "△*"),
            ("咸安区★", "咸安区", "★"),
            ("④长沙县", "④长沙县", ""),
            ("*一般公共服务", "*一般公共服务", ""),
            ("四星★★★★", "四星★★★★", ""),
            ("咸安区*", "咸安区", "*"),
            ("咸安区※", "咸安区", "※"),
            ("咸安区①", "咸安区", "①"),
            ("咸安区[1]", "咸安区", "[1]"),
            ("咸安区（注1）", "咸安区", "（注1）"),
            ("咸安区注", "咸安区", "注"),
            ("咸安区注2", "咸安区", "注2"),
            ("咸安区①②", "咸安区", "①②"),
            ("学前教育＊", "学前教育", "＊"),
            ("滑县（省直管县）", "滑县（省直管县）", ""),
            ("一标段①", "一标段①", ""),
            ("备注", "备注", ""),
            ("第3组", "第3组", ""),
            ("项目（1）", "项目（1）", ""),
            ("*", "*", ""),
            ("12*", "12*", ""),
        ] {
            let at = without_marks(text);
            let marks = text[..at.start].trim().to_owned() + text[at.end..].trim();
            assert_eq!((&text[at], marks.as_str()), (name, mark), "{text}");
        }
    }

    #[test]
    fn names_of_people_may_be_masked() {
        for name in ["何*", "李*华", "欧阳**", "王某某", "赵某英", "张 * 明"] {
            assert!(is_masked_name(name), "{name}");
        }
        for name in ["咸安区*", "合计*", "*", "**", "某县", "刘芳", "四星★★★★", ""]
        {
            assert!(!is_masked_name(name), "{name}");
        }
    }

    #[test]
    fn what_is_coarsely_a_figure() {
        for figure in
            ["12", "1,234.50", "-5", "（3）", "88.8%", "12a", "85平方米", "2 394 547", "2010/11"]
        {
            assert!(kind(figure).is_numeric(), "{figure}");
        }
        for word in ["", "—", "合计", "3号楼", "附件 1", "第1批", "2023年", "a1", "12#", "1月"]
        {
            assert!(!kind(word).is_numeric(), "{word}");
        }
        assert_eq!(kind("007"), Kind::Code);
    }
}
