//! Headers of columns that were read from pictures: mended by the notice's own words, or doubted, and with them all that
//! stands under them.

use super::reword::Reworded;
use crate::diag::{Diagnostic, Severity, Sink, Wording};
use crate::geom::Axis;
use crate::lexicon;
use crate::model::{Annex, Column, ColumnRole, Notice};
use crate::place::{Place, Spot};
use crate::sight::{Doubt, Seen};
use unicode_normalization::UnicodeNormalization;

/// Another reading counts from here, in thousandths.
const LIKELY_OFFER: u16 = 30;
/// A header that is not made of the words that headers are made of is doubtful where a character of it is less sure than
/// this, in thousandths.
const SURE_HEADER: u16 = 900;

/// Headers beside whose words the notice's titles have one that differs in one character, where recognition offered that
/// one, or read it in the same header on another page: 棚广区 below a title that says 棚户区.
pub(super) fn rewordings(notice: &Notice, seen: &[Seen]) -> Vec<Reworded> {
    let titles = titles(notice);
    let mut all: Vec<Reworded> = Vec::new();
    let columns = notice.annexes.iter().flat_map(|annex| &annex.columns);
    for (column, part) in columns.flat_map(|column| column.path.iter().map(move |p| (column, p))) {
        for (odd, word) in near_words(part, &titles) {
            let here = |s: &&Seen| s.page == column.place.page && plain(&s.text).contains(&odd);
            for s in seen.iter().filter(here) {
                let meant = plain(&s.text).replace(&odd, word);
                let offered = s.sight.readings.iter().any(|offer| plain(&offer.text) == meant);
                let printed_again = seen.iter().any(|other| plain(&other.text) == meant);
                let place = Place::of_box(s.page, s.bbox);
                let known = all.iter().any(|r| r.place == place && r.before == odd);
                if (offered || printed_again) && !known {
                    let (before, after) = (odd.clone(), word.to_owned());
                    all.push(Reworded { rule: "header_mended", place, before, after });
                }
            }
        }
    }
    for place in notice.annexes.iter().flat_map(|annex| &annex.columns).map(|column| &column.place)
    {
        let lines: Vec<&Seen> = in_place(seen, place).collect();
        let is_open = has_half_a_pair(&lines.iter().map(|s| &s.text[..]).collect::<String>());
        let mut mend = |s: &Seen, after: String| {
            let (at, before) = (Place::of_box(s.page, s.bbox), s.text.trim().to_owned());
            if !all.iter().any(|r| r.place == at) {
                all.push(Reworded { rule: "header_mended", place: at, before, after });
            }
        };
        for s in lines.iter().filter(|s| words_of(&s.text).is_none()) {
            let printed =
                seen.iter().filter(|other| other.page != s.page).map(|other| &other.text[..]);
            let both = || with_both_brackets(&s.text).filter(|_| is_open);
            if let Some(after) = meant(s, printed).or_else(both) {
                mend(s, after);
            }
        }
        unit_in_brackets(&lines).into_iter().for_each(|(s, after)| mend(s, after));
    }
    again_on_other_pages(&mut all, seen);
    all
}

/// Mends what says the same on other pages: a header that is printed again is read again in the same way, and no column has
/// its place there.
fn again_on_other_pages(all: &mut Vec<Reworded>, seen: &[Seen]) {
    for i in 0..all.len() {
        let Reworded { rule, place, before, after } = all[i].clone();
        let at = |s: &&Seen| Place::of_box(s.page, s.bbox) == place;
        let Some(header) = seen.iter().find(at) else { continue };
        let is_again = |s: &&Seen| {
            s.page != header.page
                && s.text == header.text
                && s.bbox.overlap(&header.bbox, Axis::X) > 0.0
        };
        for s in seen.iter().filter(is_again) {
            let place = Place::of_box(s.page, s.bbox);
            if !all.iter().any(|r| r.place == place) {
                all.push(Reworded { rule, place, before: before.clone(), after: after.clone() });
            }
        }
    }
}

/// A unit of which one bracket was read with both: （栋 is （栋）.
fn with_both_brackets(text: &str) -> Option<String> {
    let text = text.trim();
    let is_unit = |text: &str| lexicon::is_unit(&plain(text));
    let one = |c: char| matches!(c, '(' | '（');
    let other = |c: char| matches!(c, ')' | '）');
    match (text.split_once(one), text.split_once(other)) {
        (Some((_, unit)), None) if is_unit(unit) => {
            Some(format!("{text}{}", if text.contains('（') { '）' } else { ')' }))
        }
        (None, Some((unit, ""))) if is_unit(unit) => {
            Some(format!("{}{text}", if text.ends_with('）') { '（' } else { '(' }))
        }
        _ => None,
    }
}

/// The lines of a header that end in a unit before which recognition offers a bracket, and none was read: 面积万 and 平方米 are
/// 面积（万 and 平方米）. Each line that changes, with what it says then.
fn unit_in_brackets<'s>(lines: &[&'s Seen]) -> Vec<(&'s Seen, String)> {
    let texts: Vec<String> = lines.iter().map(|line| plain(&line.text)).collect();
    if texts.iter().any(|text| text.contains(['(', ')'])) {
        return Vec::new();
    }
    for (i, line) in lines.iter().enumerate() {
        for offer in line.sight.readings.iter().map(|offer| offer.text.trim()) {
            let Some((word, begun)) = offer.split_once(['(', '（']) else { continue };
            let unit = plain(begun) + &texts[i + 1..].concat();
            let is_same = plain(word) + &plain(begun) == texts[i];
            let has_word = !word.is_empty() || i > 0;
            if !is_same || !has_word || !lexicon::is_unit(&unit) {
                continue;
            }
            let close = if offer.contains('（') { '）' } else { ')' };
            let last = lines.len() - 1;
            return match i == last {
                true => vec![(*line, format!("{offer}{close}"))],
                false => vec![
                    (*line, offer.to_owned()),
                    (lines[last], format!("{}{close}", lines[last].text.trim())),
                ],
            };
        }
    }
    Vec::new()
}

/// What a header means that is not made of the words that headers are made of: the one reading beside it that is, or what
/// another page prints that is and differs in one character.
fn meant<'s>(header: &'s Seen, printed: impl Iterator<Item = &'s str>) -> Option<String> {
    /// Shorter headers are too near to too many others.
    const SHORTEST: usize = 4;
    let text = plain(&header.text);
    let differs_in_one = |other: &str| {
        let pairs = || text.chars().zip(other.chars());
        text.chars().count() == other.chars().count()
            && pairs().filter(|(a, b)| a != b).count() == 1
    };
    let is_long = text.chars().filter(|c| lexicon::is_han(*c)).count() >= SHORTEST;
    let offers = header.sight.readings.iter().map(|offer| &offer.text[..]);
    let printed = printed.filter(|other| is_long && differs_in_one(&plain(other)));
    let mut known: Vec<(String, String)> = Vec::new();
    for other in offers.chain(printed) {
        if let Some(words) = words_of(other)
            && !known.iter().any(|(_, of)| *of == words)
        {
            known.push((other.trim().to_owned(), words));
        }
    }
    match &known[..] {
        [(after, _)] => Some(after.clone()),
        _ => None,
    }
}

/// The titles of a notice and of its annexes.
fn titles(notice: &Notice) -> Vec<String> {
    let annexes = notice.annexes.iter().filter_map(|annex| annex.title.as_ref());
    let listed = notice.annex_list.iter().map(|entry| &entry.title);
    let titles = notice.frame.title.iter().chain(annexes).chain(listed);
    titles.map(|title| plain(&title.value)).collect()
}

/// Parts of a header that are a programme's word but for one character, each with that word, where a title says it.
fn near_words(part: &str, titles: &[String]) -> Vec<(String, &'static str)> {
    /// Shorter words are too near to too many others.
    const SHORTEST: usize = 3;
    let part = plain(part);
    let chars: Vec<char> = part.chars().collect();
    let words = || lexicon::PROGRAMMES.iter().flat_map(|(name, words)| words.iter().chain([name]));
    let mut near: Vec<(String, &'static str)> = Vec::new();
    for &word in words() {
        let meant: Vec<char> = word.chars().collect();
        let said = titles.iter().any(|title| title.contains(word));
        if meant.len() < SHORTEST || !said || part.contains(word) {
            continue;
        }
        for window in chars.windows(meant.len()) {
            let odd: String = window.iter().collect();
            let differ = window.iter().zip(&meant).filter(|(a, b)| a != b).count();
            let is_word = words().any(|word| word.contains(&odd));
            if differ == 1 && !is_word && !near.iter().any(|(known, _)| *known == odd) {
                near.push((odd, word));
            }
        }
    }
    near
}

/// A text as it is compared.
fn plain(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// Says which columns of figures stand under a header that is not certain: a character of it is doubtful, a title has its
/// word otherwise, or a figure got into it, as the first row of figures does where the rule above it was not seen.
pub(super) fn doubt(sink: &mut Sink, notice: &Notice, seen: &[Seen], mended: &[Reworded]) {
    let titles = titles(notice);
    let is_open = |s: &Seen| {
        let place = Place::of_box(s.page, s.bbox);
        (s.sight.doubts.iter().any(is_of_words) || s.sight.confidence < SURE_HEADER)
            && !is_of_known_words(s)
            && !mended.iter().any(|reworded| reworded.place == place)
    };
    for annex in &notice.annexes {
        let pictured =
            annex.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.sight.is_some());
        for (at, column) in annex.columns.iter().enumerate().filter(|_| pictured) {
            let of_text = column.role == ColumnRole::Text;
            let is_own = of_text || has_header_of_its_own(&annex.columns, at);
            let is_odd = |part: &String| {
                is_figure(part)
                    || has_stop(part)
                    || has_half_a_pair(part)
                    || !near_words(part, &titles).is_empty()
            };
            let is_certain = !in_place(seen, &column.place).any(is_open)
                && match of_text {
                    true => !column.path.iter().any(|part| has_half_a_pair(part)),
                    false => !column.path.iter().any(is_odd),
                };
            if is_own && is_certain {
                continue;
            }
            let message = match &column.path[..] {
                [] => Wording::new(
                    "no header was read over a column of figures in a picture",
                    "图片中有一列数字没有识别出表头",
                ),
                path => Wording::new(
                    format!(
                        "the header of a column was read from a picture and is not certain: {}",
                        path.join("/")
                    ),
                    format!("该列表头识别自图片，尚不确定：{}", path.join("/")),
                ),
            };
            for place in places_of_column(annex, at) {
                sink.remark(Diagnostic {
                    code: "header_doubtful",
                    severity: Severity::Warning,
                    place: Some(place),
                    message: message.clone(),
                    hint: Some(Wording::new(
                        "look at the page: the figures of the column are doubtful with its header",
                        "请核对原页：表头不确定，该列数字一并存疑",
                    )),
                });
            }
        }
    }
}

/// Whether a column of figures has a header that is no other's: one that two columns stand under, or that is a part of
/// another's, was read from a picture with a part lost. So was 小计 alone, where other columns stand under titles.
fn has_header_of_its_own(columns: &[Column], at: usize) -> bool {
    let own = &columns[at].path;
    let is_grouped = columns.iter().any(|column| column.path.len() > 1);
    if is_grouped && matches!(&own[..], [word] if plain(word) == "小计") {
        return false;
    }
    let others = columns.iter().enumerate().filter(|(other, _)| *other != at);
    let mut of_figures = others.map(|(_, other)| other).filter(|c| c.role != ColumnRole::Text);
    !own.is_empty() && !of_figures.any(|other| other.path.starts_with(own))
}

/// Whether a doubtful header is made of words that headers are made of, and no likely reading beside it is: 完成率（%).
fn is_of_known_words(s: &Seen) -> bool {
    let own = words_of(&s.text);
    let likely = s.sight.readings.iter().filter(|offer| offer.confidence >= LIKELY_OFFER);
    let mut others = likely.map(|offer| words_of(&offer.text)).filter(|words| *words != own);
    own.is_some() && !others.any(|words| words.is_some())
}

/// What a header says, brackets and % left out, if but for a unit in brackets it is words that headers are made of and
/// nothing else.
fn words_of(text: &str) -> Option<String> {
    let text = plain(text);
    if lexicon::is_serial_header(&text) {
        return Some(text);
    }
    let bare = match text.strip_suffix(')').and_then(|text| text.rsplit_once('(')) {
        Some((bare, unit)) if lexicon::is_unit(unit) || matches!(unit, "%" | "‰") => bare,
        _ => &text,
    };
    let bare: String = bare.chars().filter(|c| !matches!(c, '(' | ')')).collect();
    let programmes =
        lexicon::PROGRAMMES.iter().flat_map(|(name, words)| words.iter().chain([name]));
    let stages = lexicon::STAGES.iter().flat_map(|(name, words)| words.iter().chain([name]));
    let lists = [
        lexicon::SUBTOTALS,
        lexicon::SUM_HEADERS,
        lexicon::STAGE_WORDS,
        lexicon::TASK_WORDS,
        lexicon::RATE_HEADERS,
    ];
    let words: Vec<&str> =
        lists.into_iter().flatten().chain(programmes).chain(stages).copied().collect();
    // Where a word ends, the next may begin.
    let mut ends = vec![false; bare.len() + 1];
    ends[0] = true;
    for at in 0..bare.len() {
        if ends[at] {
            let begun = words.iter().filter(|word| bare[at..].starts_with(**word));
            begun.for_each(|word| ends[at + word.len()] = true);
        }
    }
    let says = |c: &char| c.is_alphanumeric() || *c == '‰';
    (!bare.is_empty() && ends[bare.len()]).then(|| text.chars().filter(says).collect())
}

/// Whether a cause makes words doubtful: a seal over them or an edge that they touch does not.
fn is_of_words(doubt: &Doubt) -> bool {
    matches!(doubt, Doubt::LowConfidence | Doubt::ReadingsDiffer | Doubt::Form)
}

/// Whether a part of a header is a figure and no year or number of a column.
fn is_figure(part: &str) -> bool {
    let digits: Vec<char> = part.chars().filter(char::is_ascii_digit).collect();
    let is_number = part.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | '-' | '%'));
    is_number && (digits.len() > 4 || (digits.len() > 1 && part.contains('.')))
}

/// Whether a stop stands behind a word of a header, where there is none but a speck: 新建.（筹集）.
fn has_stop(part: &str) -> bool {
    let chars: Vec<char> = part.chars().collect();
    chars.windows(2).any(|pair| lexicon::is_han(pair[0]) && matches!(pair[1], '.' | '•' | '。'))
}

/// Whether a bracket stands without the other.
fn has_half_a_pair(part: &str) -> bool {
    let count = |of: [char; 2]| part.chars().filter(|c| of.contains(c)).count();
    count(['(', '（']) != count([')', '）'])
}

/// What was read in a place.
fn in_place<'s>(seen: &'s [Seen], place: &Place) -> impl Iterator<Item = &'s Seen> {
    let (page, bbox) = match place.spot {
        Spot::Box(bbox) => (place.page, Some(bbox.grow(0.3))),
        _ => (0, None),
    };
    let inside =
        move |s: &&Seen| s.page == page && bbox.is_some_and(|b| b.contains(s.bbox.center()));
    seen.iter().filter(inside)
}

/// Where the cells of a column stand, page by page.
fn places_of_column(annex: &Annex, column: usize) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for cell in annex.rows.iter().filter_map(|row| row.cells.get(column)) {
        match places.iter_mut().find(|place| place.page == cell.place.page) {
            Some(place) => *place = place.union(&cell.place),
            None => places.push(cell.place),
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::Rect;
    use crate::sight::{Offer, Sight};

    #[test]
    fn a_header_of_two_columns_is_none_of_its_own() {
        let own = |paths: &[&[&str]]| {
            let column = |path: &&[&str]| Column {
                path: path.iter().map(|part| (*part).to_owned()).collect(),
                unit: None,
                role: ColumnRole::Sum,
                place: Place::of_box(1, Rect::default()),
            };
            let columns: Vec<Column> = paths.iter().map(column).collect();
            (0..columns.len()).map(|at| has_header_of_its_own(&columns, at)).collect::<Vec<_>>()
        };
        assert_eq!(own(&[&["新建"], &["基本建成"]]), [true, true]);
        assert_eq!(own(&[&["新建"], &["新建"]]), [false, false]);
        assert_eq!(own(&[&["任务"], &["任务", "新建"], &[]]), [false, true, false]);
        // A title went to another cell.
        assert_eq!(own(&[&["开工", "棚户区"], &["小计"]]), [true, false]);
        assert_eq!(own(&[&["棚户区"], &["小计"]]), [true, true]);
    }

    #[test]
    fn a_figure_in_a_header_is_told_from_a_year() {
        assert!(is_figure("225571.3") && is_figure("70967") && is_figure("12.5"));
        assert!(!is_figure("2023") && !is_figure("4") && !is_figure("2023年"));
    }

    #[test]
    fn a_stop_behind_a_word_of_a_header_is_told_from_a_number() {
        assert!(has_stop("新建.（筹集）") && has_stop("小计."));
        assert!(!has_stop("1.新建") && !has_stop("2.5万元以上"));
    }

    #[test]
    fn a_word_that_a_title_has_but_for_one_character_is_found() {
        let titles = ["2023年棚户区改造任务分解表".to_owned(), "廉租房".to_owned()];
        let near = |part| near_words(part, &titles);
        assert_eq!(near("城市棚广区"), [("棚广区".to_owned(), "棚户区")]);
        assert_eq!(near("城市棚户区"), []);
        // Another programme is no misreading, nor what no title says.
        assert_eq!(near("公租房"), []);
        assert_eq!(near("老旧小巨"), []);
    }

    fn header(text: &str, offers: &[&str]) -> Seen {
        let offer = |text: &&str| Offer { text: (*text).to_owned(), confidence: 100 };
        let sight = Sight { readings: offers.iter().map(offer).collect(), ..Sight::default() };
        Seen { page: 1, bbox: Rect::default(), text: text.to_owned(), sight }
    }

    #[test]
    fn a_header_means_the_one_reading_that_is_made_of_known_words() {
        let meant = |text, offers: &[&str], printed: &[&str]| {
            meant(&header(text, offers), printed.iter().copied())
        };
        let mended = Some("新建（筹集）".to_owned());
        assert_eq!(meant("新建（筹樂）", &["新建（筹集）", "新建（筹乐）"], &[]), mended);
        assert_eq!(meant("新建（筹樂）", &[], &["地区", "新建（筹集）"]), mended);
        // Two that may be meant, one that is too short to be told, or none.
        assert_eq!(meant("斤工", &["开工", "竣工"], &[]), None);
        assert_eq!(meant("斤工", &[], &["开工"]), None);
        assert_eq!(meant("斤建任务", &[], &["新建任务", "续建任务"]), None);
    }

    #[test]
    fn a_unit_of_which_a_bracket_was_not_read_has_both() {
        let both = |text| with_both_brackets(text);
        assert_eq!(both("(栋").as_deref(), Some("(栋)"));
        assert_eq!(both("楼栋数（栋").as_deref(), Some("楼栋数（栋）"));
        assert_eq!(both("个）").as_deref(), Some("（个）"));
        assert_eq!([both("（栋）"), both("新建（筹集"), both("楼栋数")], [None, None, None]);
        assert!(has_half_a_pair("新建（筹集") && !has_half_a_pair("面积（万平方米)"));
    }

    #[test]
    fn a_bracket_that_recognition_offers_stands_before_the_unit_of_a_header() {
        let mended = |lines: &[(&str, &[&str])]| -> Vec<String> {
            let lines: Vec<Seen> =
                lines.iter().map(|(text, offers)| header(text, offers)).collect();
            let lines: Vec<&Seen> = lines.iter().collect();
            unit_in_brackets(&lines).into_iter().map(|(_, after)| after).collect()
        };
        let offers: &[&str] = &["面积1万", "面积（万"];
        assert_eq!(mended(&[("面积万", offers), ("平方米", &[])]), ["面积（万", "平方米）"]);
        assert_eq!(mended(&[("楼栋数栋", &["楼栋数(栋"])]), ["楼栋数(栋)"]);
        // Nobody offers one, or what is behind it is no unit.
        assert!(mended(&[("面积万", &[]), ("平方米", &[])]).is_empty());
        assert!(mended(&[("新建筹集", &["新建（筹集"])]).is_empty());
    }

    #[test]
    fn a_header_that_is_printed_again_is_mended_wherever_it_was_read_so() {
        let on = |page, text: &str| Seen {
            page,
            bbox: Rect::new(0.0, 0.0, 9.0, 9.0),
            ..header(text, &[])
        };
        let seen = [on(1, "新建（筹乐）"), on(2, "新建（筹乐）"), on(3, "新建（筹集）")];
        let place = Place::of_box(1, seen[0].bbox);
        let (before, after) = ("新建（筹乐）".to_owned(), "新建（筹集）".to_owned());
        let mut all = vec![Reworded { rule: "header_mended", place, before, after }];
        again_on_other_pages(&mut all, &seen);
        assert_eq!(all.iter().map(|r| r.place.page).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn a_header_of_serial_numbers_is_known() {
        let mended = meant(&header("序り", &["序号"]), [].into_iter());
        assert_eq!(mended.as_deref(), Some("序号"));
    }

    #[test]
    fn a_header_of_known_words_is_certain_where_no_other_is_likely() {
        let known = |text: &str, offers: &[&str]| is_of_known_words(&header(text, offers));
        assert!(known("完成率（%）", &["完成率（%%）", "完成率％"]));
        assert!(known("小计", &["小让"]));
        assert!(!known("小计", &["合计"]));
        assert!(!known("完戊率（%）", &[]));
    }
}
