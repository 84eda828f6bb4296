//! Headers of columns that were read from pictures: mended by the notice's own words, or doubted, and with them all that
//! stands under them.

use super::reword::Reworded;
use crate::diag::{Diagnostic, Severity, Sink, Wording};
use crate::lexicon;
use crate::model::{Annex, ColumnRole, Notice};
use crate::place::{Place, Spot};
use crate::sight::{Doubt, Seen};
use unicode_normalization::UnicodeNormalization;

/// Another reading counts from here, in thousandths.
const LIKELY_OFFER: u16 = 30;

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
        for s in in_place(seen, place).filter(|s| words_of(&s.text).is_none()) {
            let at = Place::of_box(s.page, s.bbox);
            if all.iter().any(|r| r.place == at) {
                continue;
            }
            let printed =
                seen.iter().filter(|other| other.page != s.page).map(|other| &other.text[..]);
            if let Some(after) = meant(s, printed) {
                let before = s.text.trim().to_owned();
                all.push(Reworded { rule: "header_mended", place: at, before, after });
            }
        }
    }
    all
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
        s.sight.doubts.iter().any(is_of_words)
            && !is_of_known_words(s)
            && !mended.iter().any(|reworded| reworded.place == place)
    };
    for annex in &notice.annexes {
        let pictured =
            annex.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.sight.is_some());
        for (at, column) in annex.columns.iter().enumerate().filter(|_| pictured) {
            if column.role == ColumnRole::Text || column.path.is_empty() {
                continue;
            }
            let is_odd = |part: &String| {
                is_figure(part) || has_stop(part) || !near_words(part, &titles).is_empty()
            };
            if !in_place(seen, &column.place).any(is_open) && !column.path.iter().any(is_odd) {
                continue;
            }
            let header = column.path.join("/");
            for place in places_of_column(annex, at) {
                sink.remark(Diagnostic {
                    code: "header_doubtful",
                    severity: Severity::Warning,
                    place: Some(place),
                    message: Wording::new(
                        format!("the header of a column was read from a picture and is not certain: {header}"),
                        format!("该列表头识别自图片，尚不确定：{header}"),
                    ),
                    hint: Some(Wording::new(
                        "look at the page: the figures of the column are doubtful with its header",
                        "请核对原页：表头不确定，该列数字一并存疑",
                    )),
                });
            }
        }
    }
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
    fn a_header_of_known_words_is_certain_where_no_other_is_likely() {
        let known = |text: &str, offers: &[&str]| is_of_known_words(&header(text, offers));
        assert!(known("完成率（%）", &["完成率（%%）", "完成率％"]));
        assert!(known("小计", &["小让"]));
        assert!(!known("小计", &["合计"]));
        assert!(!known("完戊率（%）", &[]));
    }
}
