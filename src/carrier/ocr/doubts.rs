//! Why to doubt what was read of a line: told from its ink, from a second reading, and from its column.

use crate::carrier::ocr::engine::{Recognized, RecognizedChar};
use crate::carrier::ocr::ink::Inks;
use crate::carrier::ocr::lines::Line;
use crate::carrier::ocr::marks::Marks;
use crate::carrier::ocr::read::Reading;
use crate::geom::{Axis, Rect};
use crate::pattern::half_width;
use crate::sight::{Doubt, Sight};

/// A figure whose least likely character is less likely than this is doubtful.
pub(super) const LIKELY_FIGURE: f32 = 0.80;
/// The same where the page has two shades alone: a threshold that ate a stroke leaves another digit.
const LIKELY_IN_TWO_SHADES: f32 = 0.90;
/// The same for other text, where what is at stake is less and characters are many.
pub(super) const LIKELY_TEXT: f32 = 0.60;
/// A line this much fainter than the page's usual ink is doubtful.
const FAINT: f32 = 0.45;
/// Share of a line's box that a seal may touch.
const SEALED: f32 = 0.04;
/// How dark a seal's ink is where it counts: 255 is none.
const SEAL_INK: u8 = 190;
/// A column has one form where this share of its figures has it …
const ONE_FORM: f32 = 0.94;
/// … and there are at least so many.
const FEWEST: usize = 4;

/// Whether most of a text is digits.
pub(super) fn is_figure(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let all = text.chars().filter(|c| !c.is_whitespace()).count();
    digits > 0 && 2 * digits >= all
}

/// A character as it is compared: of which width it is, recognition can't tell, nor a ring among digits from a zero.
fn folded(ch: char, figure: bool) -> char {
    match half_width(ch) {
        'O' | 'o' | '〇' | '○' | '◯' if figure => '0',
        '—' | '–' | '―' | 'ー' => '-',
        '。' | '·' | '•' if figure => '.',
        ch => ch,
    }
}

/// Whether two readings say the same: in other widths, or with space where it parts no digits.
pub(super) fn says_same(a: &str, b: &str) -> bool {
    let plain = |text: &str| {
        let figure = is_figure(text);
        let chars: Vec<char> = text.trim().chars().map(|c| folded(c, figure)).collect();
        let parts_digits = |i: usize| {
            let digit = |c: Option<&char>| c.is_some_and(char::is_ascii_digit);
            figure && digit(i.checked_sub(1).and_then(|i| chars.get(i))) && digit(chars.get(i + 1))
        };
        let kept = (0..chars.len()).filter(|&i| !chars[i].is_whitespace() || parts_digits(i));
        kept.map(|i| chars[i]).collect::<String>()
    };
    plain(a) == plain(b)
}

/// How likely the least likely character of a reading is, in whatever width; `of` says which ones count.
pub(super) fn weakest_of(read: &Recognized, of: impl Fn(char) -> bool) -> f32 {
    let figure = is_figure(&read.text());
    let likely = |c: &RecognizedChar| {
        let same = |o: &&(Option<char>, f32)| {
            o.0.is_some_and(|other| folded(other, figure) == folded(c.ch, figure))
        };
        c.probability + c.others.iter().filter(same).map(|o| o.1).sum::<f32>()
    };
    let counted = read.chars.iter().filter(|c| c.ch != ' ' && of(c.ch));
    counted.map(|c| likely(c).min(1.0)).reduce(f32::min).unwrap_or(0.0)
}

/// Whether two texts have the same digits in the same order.
pub(super) fn same_digits(a: &str, b: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    digits(a) == digits(b)
}

/// What a line's own ink and its reading leave open.
pub(super) fn of_line(
    line: &Line,
    reading: &Reading,
    marks: &Marks,
    inks: &Inks,
    cell: Option<&Rect>,
    height: f32,
) -> Sight {
    let text = reading.read.text();
    let figure = is_figure(&text);
    let weakest = weakest_of(&reading.read, |_| true);
    let mut sight = Sight { confidence: thousandths(weakest), ..Sight::default() };
    for (text, likely) in other_readings(&reading.read) {
        sight.offer(text, thousandths(likely));
    }
    let likely = match (figure, inks.one_bit) {
        (true, true) => LIKELY_IN_TWO_SHADES,
        (true, false) => LIKELY_FIGURE,
        (false, _) => LIKELY_TEXT,
    };
    if weakest < likely {
        sight.doubt(Doubt::LowConfidence);
    }
    if line.contrast < FAINT {
        sight.doubt(Doubt::Faint);
    }
    if sealed(line, inks) {
        sight.doubt(Doubt::UnderSeal);
    }
    let page = Rect::new(0.0, 0.0, inks.clean.width as f32, inks.clean.height as f32);
    if touches(line, marks, cell, &page, height) {
        sight.doubt(Doubt::TouchesEdge);
    }
    if is_cut_short(line, reading) {
        sight.doubt(Doubt::InkLeft);
    }
    if figure {
        match unread_ink(line, reading, marks) {
            Unread::None => {}
            Unread::Ink => sight.doubt(Doubt::InkLeft),
            Unread::Stroke => sight.doubt(Doubt::Handwriting),
        }
        if is_minus_unread(line, &text, marks) {
            sight.offer(format!("-{}", text.trim()), 0);
            sight.doubt(Doubt::InkLeft);
        }
    }
    sight
}

/// A share of one as thousandths; what is not quite sure is never a thousand.
pub(super) fn thousandths(share: f32) -> u16 {
    (share.clamp(0.0, 1.0) * 1000.0) as u16
}

/// Readings that differ in one character, with how likely the character is.
fn other_readings(read: &Recognized) -> Vec<(String, f32)> {
    let chars: Vec<char> = read.chars.iter().map(|c| c.ch).collect();
    let mut readings = Vec::new();
    for (i, char) in read.chars.iter().enumerate() {
        for &(other, likely) in &char.others {
            let mut text = chars.clone();
            match other {
                Some(other) => text[i] = other,
                None => {
                    text.remove(i);
                }
            }
            readings.push((text, likely));
        }
    }
    for &(index, ch, likely) in &read.passed_over {
        let mut text = chars.clone();
        // Where spaces were taken out of a figure there are fewer characters than it was told among.
        text.insert(index.min(text.len()), ch);
        readings.push((text, likely));
    }
    readings.sort_by(|a, b| b.1.total_cmp(&a.1));
    readings.truncate(6);
    let text = |chars: Vec<char>| chars.into_iter().collect::<String>().trim().to_owned();
    readings.into_iter().map(|(chars, likely)| (text(chars), likely)).collect()
}

/// Whether a seal's ink touches the line.
fn sealed(line: &Line, inks: &Inks) -> bool {
    let Some(seal) = &inks.seal else { return false };
    let b = &line.bbox;
    let (x0, x1) = (b.x0.max(0.0) as usize, (b.x1 as usize).min(seal.width));
    let (y0, y1) = (b.y0.max(0.0) as usize, (b.y1 as usize).min(seal.height));
    let covered: usize = (y0..y1)
        .map(|y| seal.row(y)[x0.min(x1)..x1].iter().filter(|&&v| v < SEAL_INK).count())
        .sum();
    covered as f32 > SEALED * (b.width() * b.height()).max(1.0)
}

/// Whether the line's ink goes on over an edge of its cell, or ends at the page's edge.
fn touches(line: &Line, marks: &Marks, cell: Option<&Rect>, page: &Rect, height: f32) -> bool {
    let b = &line.bbox;
    let at_edge = b.x0 <= page.x0 + 1.0
        || b.x1 >= page.x1 - 1.0
        || b.y0 <= page.y0 + 1.0
        || b.y1 >= page.y1 - 1.0;
    let over = |cell: &Rect| {
        line.marks
            .iter()
            .map(|&m| &marks.marks[m].bbox)
            .any(|m| cell.x0 - m.x0 > 0.22 * height || m.x1 - cell.x1 > 0.22 * height)
    };
    at_edge || cell.is_some_and(over)
}

/// Ink of a line that none of its characters accounts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unread {
    None,
    /// As high as a character.
    Ink,
    /// A stroke over several characters.
    Stroke,
}

/// Holds the line's ink against its characters: no more stretches of ink as high as a digit than there are
/// digits, and no stroke that runs over several of them.
fn unread_ink(line: &Line, reading: &Reading, marks: &Marks) -> Unread {
    let tall = line.bbox.height();
    let mut boxes: Vec<Rect> = line.marks.iter().map(|&m| marks.marks[m].bbox).collect();
    if boxes.iter().any(|b| b.height() < 0.3 * tall && b.width() > 1.6 * tall) {
        return Unread::Stroke;
    }
    boxes.retain(|b| b.height() >= 0.62 * tall);
    boxes.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    let mut stretches: Vec<Rect> = Vec::new();
    for b in boxes {
        match stretches.last_mut() {
            // A worn digit falls into halves.
            Some(last)
                if last.overlap(&b, Axis::X) > 0.0 || last.union(&b).width() <= 0.68 * tall =>
            {
                *last = last.union(&b);
            }
            _ => stretches.push(b),
        }
    }
    // Glued digits make fewer stretches than there are digits, never more.
    let stretches_of = |ch: char| match ch {
        ' ' | ',' | '.' | '，' | '。' | '、' | '-' | '—' => 0,
        // Two rings and a stroke.
        '%' | '‰' => 3,
        _ => 1,
    };
    let read: usize = reading.read.chars.iter().map(|c| stretches_of(c.ch)).sum();
    if stretches.len() > read { Unread::Ink } else { Unread::None }
}

/// Whether ink as wide as a character stands behind a word of Chinese characters: one whose strokes a threshold ate is not
/// read at all.
fn is_cut_short(line: &Line, reading: &Reading) -> bool {
    /// How far from the middle of the last character that was read the ink goes on, in heights of the line: half of one is
    /// the character's own.
    const BEYOND: f32 = 1.25;
    let all_han = reading.read.chars.iter().all(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c.ch));
    let last = reading.middles.last().filter(|_| all_han);
    last.is_some_and(|last| line.bbox.x1 - last >= BEYOND * line.bbox.height())
}

/// Whether a short stroke lies before the digits of a figure, at half their height, that is read without a sign.
fn is_minus_unread(line: &Line, text: &str, marks: &Marks) -> bool {
    /// How long such a stroke is at least, and how thick at most, in heights of a digit.
    const LONG: f32 = 0.18;
    const THICK: f32 = 0.22;
    /// How far from half the height of the digits it may lie, in their heights.
    const ASIDE: f32 = 0.22;
    let boxes = || line.marks.iter().map(|&m| marks.marks[m].bbox);
    let tall = boxes().filter(|b| b.height() >= 0.62 * line.bbox.height());
    let Some(digits) = tall.reduce(|a, b| a.union(&b)) else { return false };
    let height = digits.height();
    let lies = |b: &Rect| {
        b.width() >= LONG * height && b.height() <= THICK * height && b.width() >= 1.8 * b.height()
    };
    let before = |b: &Rect| {
        b.x1 <= digits.x0 + 1.0 && (b.center().y - digits.center().y).abs() <= ASIDE * height
    };
    text.trim_start().starts_with(|c: char| c.is_ascii_digit())
        && boxes().any(|b| lies(&b) && before(&b))
}

/// Doubts figures of a column that are not written as the others are. `column` gives the texts of one column;
/// the answer says for each whether its form is doubtful.
pub(super) fn forms(column: &[String]) -> Vec<bool> {
    let figures: Vec<Option<Form>> = column.iter().map(|text| Form::of(text)).collect();
    let all: Vec<&Form> = figures.iter().flatten().collect();
    let numbers: Vec<&Form> = all.iter().copied().filter(|f| f.shape == "N").collect();
    let is_of_numbers = numbers.len() >= FEWEST && 10 * numbers.len() >= 7 * all.len();
    let common = |of: &dyn Fn(&Form) -> Option<u32>| {
        let values: Vec<u32> = numbers.iter().filter_map(|f| of(f)).collect();
        let most =
            values.iter().copied().max_by_key(|v| values.iter().filter(|w| *w == v).count())?;
        let count = values.iter().filter(|v| **v == most).count();
        let but_one = count + 1 >= values.len();
        let share = count as f32 >= ONE_FORM * values.len() as f32;
        (values.len() >= FEWEST && (but_one || share)).then_some(most)
    };
    let decimals = |f: &Form| (!f.zero).then_some(f.decimals);
    let grouped = |f: &Form| (f.whole > 3).then_some(u32::from(f.grouped));
    let (usual_decimals, usual_grouped) = (common(&decimals), common(&grouped));
    figures
        .iter()
        .map(|form| {
            let Some(form) = form else { return false };
            if form.misgrouped {
                return true;
            }
            if !is_of_numbers {
                return false;
            }
            let other = |usual: Option<u32>, own: Option<u32>| {
                usual.zip(own).is_some_and(|(usual, own)| usual != own)
            };
            form.shape != "N"
                || other(usual_decimals, decimals(form))
                || other(usual_grouped, grouped(form))
        })
        .collect()
}

/// Whether points part the thousands of a column's figures: commas that lost their tails, which a print of little size or a
/// copy of a copy leaves as points. All figures are as if grouped by threes, and what is written as three digits without a
/// separator, with a comma or in three groups says that no decimals are meant.
pub(super) fn points_part_thousands(column: &[String]) -> bool {
    /// Figures in groups to one that is not: a digit may be lost here and there.
    const TO_ONE: usize = 8;
    let (mut grouped, mut others, mut told) = (0, 0, false);
    for text in column {
        let bare = text.trim().trim_start_matches(['-', '−', '—']);
        if bare.is_empty() || !bare.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',')) {
            continue;
        }
        match (in_groups(bare), bare.contains(['.', ','])) {
            // A figure of one or two digits stands among decimals too.
            (true, false) => told |= bare.len() == 3,
            (true, true) => {
                grouped += 1;
                told |= bare.contains(',') || bare.matches('.').count() > 1;
            }
            (false, _) => others += 1,
        }
    }
    told && grouped >= FEWEST && TO_ONE * others <= grouped
}

/// Whether digits stand in groups of three behind one to three, with points or commas between them.
pub(super) fn in_groups(text: &str) -> bool {
    let mut groups = text.split(['.', ',']);
    let first = groups.next().unwrap_or_default();
    let is_zero = first.starts_with('0') && text.len() > 1;
    let digits = |group: &str| group.chars().all(|c| c.is_ascii_digit());
    (1..=3).contains(&first.len())
        && digits(first)
        && !is_zero
        && groups.all(|group| group.len() == 3 && digits(group))
}

/// How a figure is written.
struct Form {
    /// `N` for a number; else its characters with digits as 0.
    shape: String,
    decimals: u32,
    /// Digits before the point.
    whole: usize,
    grouped: bool,
    zero: bool,
    /// Whether separators stand where none can.
    misgrouped: bool,
}

impl Form {
    /// `None` for what is no figure.
    fn of(text: &str) -> Option<Form> {
        if !is_figure(text) {
            return None;
        }
        let bare =
            text.trim().trim_start_matches(['-', '−', '+', '±']).trim_end_matches('%').trim();
        let bare: String = bare.replace('，', ",");
        let (whole, decimals) = match bare.rsplit_once('.') {
            Some((whole, part)) if part.chars().all(|c| c.is_ascii_digit()) => (whole, part.len()),
            _ => (bare.as_str(), 0),
        };
        let groups: Vec<&str> = whole.split([',', ' ']).collect();
        let digits = |g: &&str| !g.is_empty() && g.chars().all(|c| c.is_ascii_digit());
        let is_number = groups.iter().all(digits) || (whole.is_empty() && decimals > 0);
        let well =
            groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|g| g.len() == 3));
        // Separators among digits that make no number: 545.184,036.20 or 79,651.862.50.
        let apart = bare.chars().filter(|c| matches!(c, ',' | '.')).count();
        let only = bare.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | ' '));
        let misgrouped =
            only && ((is_number && !well && whole.contains(',')) || (!is_number && apart > 1));
        let shape = match is_number && well {
            true => "N".to_owned(),
            false => bare.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect(),
        };
        Some(Form {
            shape,
            decimals: decimals as u32,
            whole: groups.concat().len(),
            grouped: groups.len() > 1,
            zero: bare.chars().all(|c| !c.is_ascii_digit() || c == '0'),
            misgrouped,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::ocr::raster::Gray;

    fn doubted(column: &[&str]) -> Vec<String> {
        let column: Vec<String> = column.iter().map(|s| (*s).to_owned()).collect();
        let doubts = forms(&column);
        column.into_iter().zip(doubts).filter(|(_, d)| *d).map(|(text, _)| text).collect()
    }

    #[test]
    fn a_figure_on_a_page_of_two_shades_has_to_be_surer() {
        let doubted = |one_bit: bool, text: &str, probability: f32| {
            let char = |ch| RecognizedChar { ch, probability, at: 0.0, others: Vec::new() };
            let read = Recognized { chars: text.chars().map(char).collect(), ..Default::default() };
            let reading = Reading { read, middles: vec![0.0; text.len()], pitch: None };
            let page = Gray::new(200, 100, 255);
            let marks = Marks::of(&Gray::new(200, 100, 0));
            let bbox = Rect::new(50.0, 40.0, 110.0, 60.0);
            let line = Line { marks: Vec::new(), bbox, home: None, detected: true, contrast: 1.0 };
            let (plain, clean) = (page.clone(), page);
            let inks = Inks { plain, clean, seal: None, dpi: 200.0, enlarged: 1.0, one_bit };
            !of_line(&line, &reading, &marks, &inks, None, 20.0).doubts.is_empty()
        };
        assert!(doubted(true, "2085", 0.85) && !doubted(false, "2085", 0.85));
        assert!(!doubted(true, "2085", 0.95) && !doubted(true, "ab", 0.85));
    }

    #[test]
    fn what_was_passed_over_behind_the_end_stands_at_the_end() {
        let char = |ch| RecognizedChar { ch, probability: 1.0, at: 0.0, others: Vec::new() };
        let read = Recognized { chars: vec![char('2')], passed_over: vec![(3, '5', 0.2)] };
        assert_eq!(other_readings(&read), [("25".to_owned(), 0.2)]);
    }

    #[test]
    fn a_figure_unlike_its_column_is_doubted() {
        let read = doubted(&["4890063.81", "119476.19", "3649.03", "36283.6", "5169042.08"]);
        assert_eq!(read, ["36283.6"]);
        assert_eq!(doubted(&["545.184,036.20", "1,646.20"]), ["545.184,036.20"]);
        assert_eq!(doubted(&["96 181", "1359-969", "20 750", "49 561", "21 699"]), ["1359-969"]);
    }

    #[test]
    fn ink_behind_a_word_is_a_character_that_was_not_read() {
        let cut = |text: &str, wide: f32| {
            let char = |ch| RecognizedChar { ch, probability: 1.0, at: 0.0, others: Vec::new() };
            let read = Recognized { chars: text.chars().map(char).collect(), ..Default::default() };
            let middles = (0..text.chars().count()).map(|i| 16.0 + 32.0 * i as f32).collect();
            let bbox = Rect::new(0.0, 0.0, wide, 30.0);
            let line = Line { marks: Vec::new(), bbox, home: None, detected: true, contrast: 1.0 };
            is_cut_short(&line, &Reading { read, middles, pitch: None })
        };
        assert!(cut("湘潭", 96.0));
        assert!(!cut("湘潭县", 96.0));
        assert!(!cut("12", 96.0));
    }

    #[test]
    fn a_stroke_before_a_figure_is_a_minus_that_was_not_read() {
        let unread = |text: &str, rows: &[&str]| {
            let wide = rows[0].len();
            let data = rows.concat().bytes().map(|b| u8::from(b == b'#')).collect();
            let marks = Marks::of(&Gray { width: wide, height: rows.len(), data });
            let all: Vec<usize> = (0..marks.marks.len()).collect();
            let bbox = Rect::new(0.0, 0.0, wide as f32, rows.len() as f32);
            let line = Line { marks: all, bbox, home: None, detected: true, contrast: 1.0 };
            is_minus_unread(&line, text, &marks)
        };
        let minus = [
            "......###",
            "........#",
            "........#",
            "####...##",
            "........#",
            ".......#.",
            "......#..",
            ".....#...",
            ".....####",
        ];
        let rule = [
            "......###",
            "........#",
            "........#",
            ".......##",
            "........#",
            ".......#.",
            "......#..",
            ".....#...",
            "###..####",
        ];
        assert!(unread("2", &minus));
        assert!(!unread("-2", &minus));
        assert!(!unread("2", &rule));
    }

    #[test]
    fn widths_and_space_beside_digits_say_nothing() {
        assert!(says_same("户数（户)", "户数(户)") && says_same("93.8 %", "93.8%"));
        assert!(says_same("小 计", "小计"));
        assert!(!says_same("2 223", "2223") && !says_same("46.1 %", "46.18"));
        assert!(!says_same("O", "0") && says_same("1O", "10"));
    }

    #[test]
    fn a_character_is_as_likely_as_it_is_in_all_widths() {
        let alone = |ch, other| {
            let char =
                RecognizedChar { ch, probability: 0.6, at: 0.0, others: vec![(Some(other), 0.3)] };
            let read = Recognized { chars: vec![char], ..Default::default() };
            (weakest_of(&read, |_| true) * 100.0).round()
        };
        assert_eq!(alone('0', 'O'), 90.0);
        assert_eq!(alone('（', '('), 90.0);
        assert_eq!(alone('0', '6'), 60.0);
    }

    #[test]
    fn points_that_part_thousands_are_told_from_decimals() {
        let told = |column: &[&str]| {
            points_part_thousands(&column.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>())
        };
        // What is below a thousand has no decimals, or one comma kept its tail.
        assert!(told(&["16.313", "2.516", "742", "3.626", "0", "1.588"]));
        assert!(told(&["16.313", "2.516", "3,718", "3.626"]));
        assert!(told(&["1.016.313", "2.516", "3.718", "3.626"]));
        // Decimals: nothing says otherwise, or something says so.
        assert!(!told(&["16.313", "2.516", "3.718", "3.626"]));
        assert!(!told(&["16.313", "2.516", "0.742", "3.626", "5"]));
        assert!(!told(&["16.313", "2.516", "3.718", "3.626", "5"]));
        assert!(!told(&["16.313", "2.51", "3.718", "3.626", "5"]));
        assert!(!told(&["16.313", "5", "7"]));
    }

    #[test]
    fn dates_codes_and_zeros_are_not() {
        assert!(doubted(&["2024-03-15", "2024-02-29", "2024-01-30", "2024-02-08"]).is_empty());
        assert!(doubted(&["0", "12.50", "3.25", "0.75", "1.00"]).is_empty());
        assert!(doubted(&["1.2", "3.45", "7.1", "8", "0.33", "5.5"]).is_empty());
    }
}
