//! Lines that belong to the page and not to the notice: page numbers (GB/T 9704 clause 7.5), running
//! heads and feet. Each goes with a repair on record.

use crate::carrier::page::Rule;
use crate::diag::{Repair, Sink, Stage};
use crate::geom::{Axis, Rect};
use crate::lexicon;
use crate::normalize::lines::{Layout, Line, LinedPage};
use crate::pattern::{Steps, digit, numeral_to_hundred};
use std::collections::{BTreeMap, BTreeSet};

/// Share of the page's height, at its top and bottom, where page numbers stand.
const NUMBER_BAND: f32 = 0.14;
/// The number of a page that stands beside a caption stands in this share of the page's height, at either end.
const BESIDE_BAND: f32 = 0.25;
/// Numbers of pages stand at one height, give or take so many points.
const SAME_HEIGHT: f32 = 1.0;
/// Share of the page's height, at its top and bottom, that text never reaches.
const MARGIN_BAND: f32 = 0.075;

/// Whether the text, without white space, is a page number that shows itself as one: `—3—`, 第3页共9页,
/// `3/9`.
pub(super) fn is_page_number(text: &str) -> bool {
    const FORMS: [fn(&str) -> Option<&str>; 4] = [
        |text| text.after_run(dash, 1..=3)?.after_run(digit, 1..=4)?.after_run(dash, 1..=3),
        |text| {
            let text = after_total(text).map_or(text, |rest| rest.skip(SEPARATORS));
            let number = text.strip_prefix('第')?;
            let chinese = || number.after_run(numeral_to_hundred, 1..=usize::MAX);
            let rest = number.after_run(digit, 1..=4).or_else(chinese)?.strip_prefix('页')?;
            let total = after_total(rest.skip(SEPARATORS).skip(['（', '(']));
            Some(total.map_or(rest, |rest| rest.skip(['）', ')'])))
        },
        |text| {
            let rest = text.after_word(&["Page", "page"])?.after_run(digit, 1..=4)?;
            Some(rest.strip_prefix("of").and_then(|of| of.after_run(digit, 1..=4)).unwrap_or(rest))
        },
        |text| {
            let total = text.after_run(digit, 1..=4)?.strip_prefix('/')?.skip(['共']);
            Some(total.after_run(digit, 1..=4)?.skip(['页']))
        },
    ];
    FORMS.iter().any(|form| form(text) == Some(""))
}

/// What may stand between the number of a page and that of all pages.
const SEPARATORS: [char; 4] = [',', '，', '、', '/'];

/// Behind 共9页.
fn after_total(text: &str) -> Option<&str> {
    text.strip_prefix('共')?.after_run(digit, 1..=4)?.strip_prefix('页')
}

/// What stands on both sides of a page number.
fn dash(c: char) -> bool {
    matches!(c, '—' | '–' | '―' | '－' | '─' | '‐' | '~' | '～' | '·' | '•' | '-')
}

/// Whether the text, without white space, may stand at the same place on many pages and still belong
/// to the notice.
fn is_of_the_notice(text: &str) -> bool {
    let captioned = |text: &str| text.starts_with(['：', ':']);
    text.begins_with(&["附件", "附表", "续"])
        || text.skip_word(&["金额"]).strip_prefix("单位").is_some_and(captioned)
        || text.contains("（续")
        || text.contains("(续")
}

fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Takes the page numbers out: `— 3 —`, `第3页 共9页`, a bare number at the edge that counts the
/// pages.
pub(super) fn drop_page_numbers(sink: &mut Sink, pages: &mut [LinedPage]) {
    let foot = foot(pages);
    let counting = counting_offsets(pages, foot);
    for page in pages {
        let (number, height) = (page.number, height(page));
        let unpaged = has_no_margins(page);
        let edge = edge_lines(page);
        let to_side = page.frame.aside();
        let cells = without_border(page);
        let mut index = 0;
        page.lines.retain_mut(|line| {
            let at_edge = edge.contains(&index);
            index += 1;
            let band = in_band(&line.bbox, height, NUMBER_BAND) || is_at_foot(&line.bbox, foot);
            let alone = line.pieces.len() == 1;
            // Most lines are no place for a page number, whatever they say; beside a caption over a table, 第2页，共3页 is.
            let beside = !unpaged && !alone && in_band(&line.bbox, height, BESIDE_BAND);
            // Where the table alone is turned, the number stays at the foot of the paper: at the side of what is read.
            let at_side = alone
                && to_side.is_some_and(|width| {
                    let x = line.bbox.center().x;
                    x < NUMBER_BAND * width || x > (1.0 - NUMBER_BAND) * width
                });
            if !(if unpaged { alone } else { at_edge && band || beside || at_side }) {
                return !line.pieces.is_empty();
            }
            let mut gone = Vec::new();
            line.pieces.retain(|piece| {
                let text = compact(piece.text.as_str());
                let marked = is_page_number(&text);
                let plain = text.parse::<i64>().ok().filter(|_| text.len() <= 4);
                let counts = plain.is_some_and(|n| counting.contains(&(n - i64::from(number))));
                let goes = if unpaged {
                    marked && !text.contains('/') || at_edge && counts
                } else {
                    let at_end = at_edge && band;
                    marked && (at_end || at_side || text.starts_with(['第', '共']))
                        || alone && counts && at_end
                };
                let in_cell = piece.cell.is_some() || inside_rules(&cells, &piece.bbox);
                let goes = goes && !in_cell;
                if goes {
                    gone.push((piece.text.place(), piece.raw.clone()));
                }
                !goes
            });
            for (place, before) in gone {
                let (stage, after) = (Stage::Normalize, String::new());
                sink.repair(Repair { stage, rule: "page_number", place, before, after });
            }
            !line.pieces.is_empty()
        });
    }
}

/// Where the last line of every page is a number that counts them, at one height, above the band of page numbers: the
/// pages are set smaller than their paper.
fn foot(pages: &[LinedPage]) -> Option<f32> {
    let last = |page: &LinedPage| {
        let line =
            page.lines.last().filter(|line| line.pieces.len() == 1 && !has_no_margins(page))?;
        let before = page.lines[..page.lines.len() - 1].iter().map(|line| line.bbox.y1);
        let is_apart = before.fold(0.0, f32::max) + 2.0 * size(line) <= line.bbox.y0;
        let text = compact(line.pieces[0].text.as_str());
        let number = text.trim_matches(dash).parse::<i64>().ok().filter(|_| is_apart)?;
        Some((line.bbox.center().y, number - i64::from(page.number)))
    };
    let found: Vec<(f32, i64)> = pages.iter().map_while(last).collect();
    let &(y, offset) = found.first()?;
    let is_one = found.iter().all(|of| (of.0 - y).abs() <= SAME_HEIGHT && of.1 == offset);
    (is_one && found.len() == pages.len() && found.len() > 1).then_some(y)
}

fn is_at_foot(bbox: &Rect, foot: Option<f32>) -> bool {
    foot.is_some_and(|y| (bbox.center().y - y).abs() <= SAME_HEIGHT)
}

/// The upright rules of a page but those of a border around it: no upright rule that passes all lines stands between its
/// texts.
fn without_border(page: &LinedPage) -> Vec<Rule> {
    let boxes = || page.lines.iter().flat_map(|line| &line.pieces).map(|piece| piece.bbox);
    let Some(text) = boxes().reduce(|a, b| a.union(&b)) else { return Vec::new() };
    let passes = |r: &&Rule| r.axis == Axis::Y && r.from <= text.y0 && text.y1 <= r.to;
    let is_beside = |r: &Rule| r.at <= text.x0 || text.x1 <= r.at;
    let is_border = page.rules.iter().filter(passes).all(is_beside);
    page.rules.iter().filter(|r| r.axis == Axis::Y && !(is_border && passes(r))).copied().collect()
}

/// Takes out what says that the rest of a table is blank: （以下空白）.
pub(super) fn drop_blank_below(sink: &mut Sink, pages: &mut [LinedPage]) {
    for line in pages.iter_mut().flat_map(|page| &mut page.lines) {
        line.pieces.retain(|piece| {
            let says_so = lexicon::is_blank_below(&compact(piece.text.as_str()));
            if says_so {
                sink.repair(Repair {
                    stage: Stage::Normalize,
                    rule: "blank_below",
                    place: piece.text.place(),
                    before: piece.raw.clone(),
                    after: String::new(),
                });
            }
            !says_so
        });
    }
    pages.iter_mut().for_each(|page| page.lines.retain(|line| !line.pieces.is_empty()));
}

/// Differences between bare numbers at the edges and the numbers of their pages that several pages
/// share, or the only page has with 0.
fn counting_offsets(pages: &[LinedPage], foot: Option<f32>) -> BTreeSet<i64> {
    let mut offsets: BTreeMap<i64, usize> = BTreeMap::new();
    for page in pages {
        let unpaged = has_no_margins(page);
        let on_page: BTreeSet<i64> = edge_lines(page)
            .into_iter()
            .filter_map(|i| page.lines.get(i))
            .filter(|l| {
                let band = in_band(&l.bbox, height(page), NUMBER_BAND);
                l.pieces.len() == 1 && (unpaged || band || is_at_foot(&l.bbox, foot))
            })
            .filter_map(|line| compact(line.pieces[0].text.as_str()).parse::<i64>().ok())
            .filter(|n| (1..10_000).contains(n))
            .map(|n| n - i64::from(page.number))
            .collect();
        for offset in on_page {
            *offsets.entry(offset).or_default() += 1;
        }
    }
    let several =
        |offset: i64, n: usize| n > 1 && n * 3 >= pages.len() || pages.len() == 1 && offset == 0;
    offsets
        .into_iter()
        .filter(|&(offset, n)| several(offset, n))
        .map(|(offset, _)| offset)
        .collect()
}

/// Takes out lines that stand at the same place of most pages. One that stands in the margin, no
/// larger than the text, goes everywhere; another stays where it stands first: it may be the title
/// of what follows.
pub(super) fn drop_running_lines(sink: &mut Sink, pages: &mut [LinedPage]) {
    // What opens each sheet of a workbook is the title of what stands in it.
    if pages.len() < 2 || pages.iter().any(|page| page.layout == Layout::Flow) {
        return;
    }
    let mut seen: BTreeMap<(String, i32), usize> = BTreeMap::new();
    for page in pages.iter() {
        let keys: BTreeSet<(String, i32)> =
            edge_lines(page).into_iter().filter_map(|i| running_key(page, i)).collect();
        for key in keys {
            *seen.entry(key).or_default() += 1;
        }
    }
    let most = (pages.len() * 3).div_ceil(5).max(2);
    seen.retain(|_, n| *n >= most);
    let mut met = BTreeSet::new();
    for page in pages {
        let running: Vec<(usize, (String, i32))> = edge_lines(page)
            .into_iter()
            .filter_map(|i| Some((i, running_key(page, i)?)))
            .filter(|(_, key)| seen.contains_key(key))
            .collect();
        let mut gone = BTreeSet::new();
        for (i, key) in running {
            let first = met.insert(key);
            let line = &page.lines[i];
            let margin = !has_no_margins(page) && in_band(&line.bbox, height(page), MARGIN_BAND);
            let head = margin && size(line) < 1.15 * usual_size(page);
            if head || !first && (margin || most > 2 || has_no_margins(page)) {
                gone.insert(i);
            }
        }
        let mut index = 0;
        page.lines.retain(|line| {
            let goes = gone.contains(&index);
            index += 1;
            if goes {
                sink.repair(Repair {
                    stage: Stage::Normalize,
                    rule: "running_line",
                    place: line.text().place(),
                    before: line.raw(),
                    after: String::new(),
                });
            }
            !goes
        });
    }
}

/// Size of the line's largest piece, in points.
fn size(line: &Line) -> f32 {
    line.pieces.iter().map(|p| p.size).fold(0.0, f32::max)
}

/// The size in the middle of those of the page's lines, in points.
fn usual_size(page: &LinedPage) -> f32 {
    let mut sizes: Vec<f32> = page.lines.iter().map(size).collect();
    sizes.sort_by(f32::total_cmp);
    sizes.get(sizes.len() / 2).copied().unwrap_or(0.0)
}

/// What makes a line the same on another page: its text and its height on the page. `None` for what
/// can't be a running line: rows of tables, labels, captions, and below the margin what stands close to
/// other text, as the upper tier of a table's header does.
fn running_key(page: &LinedPage, index: usize) -> Option<(String, i32)> {
    let line = page.lines.get(index)?;
    let text = compact(line.text().as_str());
    let unpaged = has_no_margins(page);
    let band = unpaged || in_band(&line.bbox, height(page), NUMBER_BAND);
    let table =
        line.pieces.len() > 3 || line.is_told_row() || inside_rules(&page.rules, &line.bbox);
    if !band || table || is_of_the_notice(&text) {
        return None;
    }
    let margin = unpaged || in_band(&line.bbox, height(page), MARGIN_BAND);
    if !margin && !stands_apart(page, index) {
        return None;
    }
    let height = if unpaged { 0.0 } else { line.bbox.center().y / 4.0 };
    Some((text, height.round() as i32))
}

/// Whether the lines before and after keep at least a line's distance.
fn stands_apart(page: &LinedPage, index: usize) -> bool {
    let line = &page.lines[index];
    let around = [index.checked_sub(1), index.checked_add(1)];
    around.into_iter().flatten().filter_map(|i| page.lines.get(i)).all(|other| {
        let gap = (other.bbox.y0 - line.bbox.y1).max(line.bbox.y0 - other.bbox.y1);
        gap >= size(line)
    })
}

/// Indices of the first two and the last two lines.
fn edge_lines(page: &LinedPage) -> BTreeSet<usize> {
    let n = page.lines.len();
    (0..n.min(2)).chain(n.saturating_sub(2)..n).collect()
}

/// How far the page reaches down as its lines read: on a page turned by a quarter, how wide it is as seen.
fn height(page: &LinedPage) -> f32 {
    page.frame.down(page.width, page.height)
}

fn in_band(bbox: &Rect, height: f32, share: f32) -> bool {
    bbox.center().y < share * height || bbox.center().y > (1.0 - share) * height
}

/// Whether lines may stand at the page's very edge: only a page as seen has margins.
fn has_no_margins(page: &LinedPage) -> bool {
    page.layout != Layout::Seen
}

/// Whether vertical rules pass beside the box: it is a cell of a table.
fn inside_rules(rules: &[Rule], bbox: &Rect) -> bool {
    let y = bbox.center().y;
    let mut sides = (false, false);
    for rule in rules.iter().filter(|r| r.axis == Axis::Y && r.from <= y && y <= r.to) {
        sides.0 |= rule.at <= bbox.center().x;
        sides.1 |= rule.at >= bbox.center().x;
    }
    sides.0 && sides.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::page::Turn;
    use crate::normalize::lines::Piece;
    use crate::normalize::turn::Frame;
    use crate::pattern::agrees;
    use crate::place::{Place, PlacedText};

    fn line(page: u32, text: &str, y: f32, size: f32) -> Line {
        let bbox = Rect::new(100.0, y, 100.0 + size * text.chars().count() as f32, y + size);
        let mut placed = PlacedText::new();
        text.chars().for_each(|c| placed.push(c, Place::of_box(page, bbox)));
        let piece = Piece { raw: text.to_owned(), text: placed, bbox, size, ..Piece::default() };
        Line { pieces: vec![piece], bbox }
    }

    fn page(number: u32, lines: &[(&str, f32, f32)]) -> LinedPage {
        let lines = lines.iter().map(|&(text, y, size)| line(number, text, y, size)).collect();
        LinedPage { number, width: 595.0, height: 842.0, lines, ..LinedPage::default() }
    }

    fn texts(pages: &[LinedPage]) -> Vec<String> {
        pages.iter().flat_map(|p| &p.lines).map(Line::raw).collect()
    }

    #[test]
    fn marks_of_lines_are_those_of_the_expressions() {
        agrees(
            concat!(
                "^([—–―－─‐~～·•-]{1,3}[0-9]{1,4}[—–―－─‐~～·•-]{1,3}",
                "|(共[0-9]{1,4}页[,，、/]?)?第([0-9]{1,4}|[一二三四五六七八九十百]+)页([,，、/]?[（(]?共[0-9]{1,4}页[）)]?)?",
                "|[Pp]age[0-9]{1,4}(of[0-9]{1,4})?",
                "|[0-9]{1,4}/共?[0-9]{1,4}页?)$"
            ),
            "— - · 1 23 第3页 第 十 页 共 共9页 ， / （ ） Page of",
            |regex, text| regex.is_match(text),
            is_page_number,
        );
        agrees(
            r"^(附\s*[件表]|(金额)?单位\s*[：:]|[（(]?续)|[（(]续",
            "附 件 附表 金额 单位 ： （ ( 续 表",
            |regex, text| regex.is_match(text),
            is_of_the_notice,
        );
    }

    #[test]
    fn a_page_number_beside_a_caption_goes() {
        let texts_left = |number: &str, y: f32| -> Vec<String> {
            let mut page = page(2, &[("编制单位：教育厅", y, 12.0), ("甲", 300.0, 12.0)]);
            let beside = line(2, number, y, 12.0).pieces;
            page.lines[0].pieces.extend(beside);
            let mut pages = [page];
            drop_page_numbers(&mut Sink::new(), &mut pages);
            texts(&pages)
        };
        assert_eq!(texts_left("第2页，共3页", 117.0), ["编制单位：教育厅", "甲"]);
        // A share may be a figure, and what stands in the middle of a page is no number of it.
        assert!(texts_left("2/3", 117.0)[0].contains("2/3"));
        assert!(texts_left("第2页", 400.0)[0].contains("第2页"));
    }

    #[test]
    fn a_running_head_goes_and_a_title_printed_again_stays_once() {
        let text = |n| [("甲", 300.0, 12.0), ("乙", 320.0, 12.0), ("丙", 340.0 + n as f32, 12.0)];
        let pages = |top: (&'static str, f32, f32)| -> Vec<LinedPage> {
            (1..=3).map(|n| page(n, &[&[top][..], &text(n)[..]].concat())).collect()
        };
        let mut headed = pages(("某某公司报告", 40.0, 9.0));
        drop_running_lines(&mut Sink::new(), &mut headed);
        assert!(!texts(&headed).contains(&"某某公司报告".to_owned()));

        let mut titled = pages(("某某计划表", 40.0, 20.0));
        drop_running_lines(&mut Sink::new(), &mut titled);
        assert_eq!(texts(&titled).iter().filter(|t| *t == "某某计划表").count(), 1);
    }

    #[test]
    fn the_upper_tier_of_a_header_stays_on_every_page() {
        let header = [("开工任务", 80.0, 10.0), ("城市棚户区", 95.0, 10.0)];
        let mut pages: Vec<LinedPage> = (1..=3)
            .map(|n| page(n, &[&header[..], &[("12", 400.0 + n as f32, 10.0)][..]].concat()))
            .collect();
        let before = texts(&pages);
        drop_running_lines(&mut Sink::new(), &mut pages);
        assert_eq!(texts(&pages), before);
    }

    #[test]
    fn the_number_of_a_page_goes_within_a_border_and_where_pages_are_set_small() {
        let mut bordered =
            page(2, &[("甲", 300.0, 12.0), ("乙", 320.0, 12.0), ("- 2 -", 790.0, 9.0)]);
        let rule = |at: f32| Rule { axis: Axis::Y, at, from: 30.0, to: 810.0, width: 1.0 };
        bordered.rules = vec![rule(30.0), rule(560.0)];
        let mut ruled = bordered.clone();
        drop_page_numbers(&mut Sink::new(), std::slice::from_mut(&mut bordered));
        assert_eq!(texts(&[bordered]), ["甲", "乙"]);
        // A table as long as the page has rules between its columns.
        ruled.lines[0].pieces.extend(line(2, "丙", 300.0, 12.0).pieces);
        ruled.lines[0].pieces[1].bbox = Rect::new(300.0, 300.0, 312.0, 312.0);
        ruled.rules.push(rule(200.0));
        drop_page_numbers(&mut Sink::new(), std::slice::from_mut(&mut ruled));
        assert_eq!(ruled.lines.len(), 3);

        let small =
            |n: u32, text| page(n, &[("甲", 300.0, 12.0), ("乙", 320.0, 12.0), (text, 690.0, 7.0)]);
        let mut pages = vec![small(1, "1"), small(2, "2")];
        drop_page_numbers(&mut Sink::new(), &mut pages);
        assert_eq!(texts(&pages), ["甲", "乙", "甲", "乙"]);
        let mut pages = vec![small(1, "3"), small(2, "2")];
        drop_page_numbers(&mut Sink::new(), &mut pages);
        assert_eq!(pages[0].lines.len() + pages[1].lines.len(), 6);
    }

    #[test]
    fn a_bare_number_at_the_foot_goes_where_it_counts_the_pages() {
        let mut pages: Vec<LinedPage> = [("7", 1), ("8", 2), ("9", 3)]
            .map(|(text, n)| {
                page(n, &[("甲", 300.0, 12.0), ("乙", 320.0, 12.0), (text, 790.0, 9.0)])
            })
            .into();
        drop_page_numbers(&mut Sink::new(), &mut pages);
        assert_eq!(texts(&pages), ["甲", "乙", "甲", "乙", "甲", "乙"]);

        // On a page turned by a quarter the foot is where its width ends.
        let mut turned =
            page(2, &[("甲", 100.0, 12.0), ("乙", 300.0, 12.0), ("- 2 -", 560.0, 9.0)]);
        turned.frame = Frame::of(Turn::Up, turned.width, turned.height);
        let mut turned = vec![turned];
        drop_page_numbers(&mut Sink::new(), &mut turned);
        assert_eq!(texts(&turned), ["甲", "乙"]);

        // Or it stays at the foot of the paper, where the text alone is turned.
        let mut turned = page(2, &[("甲", 100.0, 12.0), ("乙", 300.0, 12.0), ("丙", 500.0, 12.0)]);
        turned.frame = Frame::of(Turn::Up, turned.width, turned.height);
        let mut number = line(2, "— 2 —", 290.0, 9.0);
        number.bbox = Rect::new(810.0, 290.0, 819.0, 330.0);
        turned.lines.insert(2, number);
        let mut turned = vec![turned];
        drop_page_numbers(&mut Sink::new(), &mut turned);
        assert_eq!(texts(&turned), ["甲", "乙", "丙"]);

        let mut one = vec![page(4, &[("甲", 300.0, 12.0), ("165766", 790.0, 9.0)])];
        drop_page_numbers(&mut Sink::new(), &mut one);
        assert_eq!(texts(&one), ["甲", "165766"]);
    }
}
