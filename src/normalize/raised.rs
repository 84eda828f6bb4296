//! Marks raised behind a text: footnote marks, which are no part of the figure or name they stand at, and exponents,
//! which are a part of the unit they stand at.
//!
//! What is a mark by its characters alone (120①, 120*) is told by `figure`; here its place and size tell.

use super::assemble::Placed;
use super::turn::Frame;
use crate::carrier::page::Run;
use crate::geom::Rect;
use std::collections::BTreeMap;

/// A mark has at most so many characters: ①, 注1, `[12]`, 1,2.
const LONGEST: usize = 5;
/// A mark is set at most this large, as a share of the text it stands at …
const SMALL: f32 = 0.85;
/// … and its middle stands higher than that of the text by this share of its size at least.
const RAISED: f32 = 0.1;
/// A mark begins so many ems behind its text at most, and reaches back over it by no more than so many.
const NEAR: f32 = 0.5;
const OVER: f32 = 0.25;
/// What is lowered touches the letter before it, give or take so many ems, and its middle stands no lower than by so many.
const TOUCHES: f32 = 0.15;
const SUNK: f32 = 0.6;

/// The runs that are text of their line, each with the mark raised behind it.
pub(super) fn apart<'a>(frame: &Frame, runs: &[(usize, &'a Run)]) -> Vec<Placed<'a>> {
    let boxes: Vec<Rect> = runs.iter().map(|(_, run)| frame.rect(&run.bbox)).collect();
    let mut hosts: BTreeMap<usize, usize> = BTreeMap::new();
    let may_be: Vec<usize> = (0..runs.len()).filter(|&i| is_mark(&runs[i].1.text)).collect();
    if !may_be.is_empty() {
        let mut by_end: Vec<usize> = (0..runs.len()).collect();
        by_end.sort_by(|&a, &b| boxes[a].x1.total_cmp(&boxes[b].x1));
        for mark in may_be {
            let (size, bbox) = (runs[mark].1.size, boxes[mark]);
            // The text is larger than its mark, so its em is at least as wide; none is ten times as large.
            let first = by_end.partition_point(|&i| boxes[i].x1 < bbox.x0 - 10.0 * NEAR * size);
            let last = by_end.partition_point(|&i| boxes[i].x1 <= bbox.x0 + 10.0 * OVER * size);
            let stands_at = |&&host: &&usize| {
                host != mark && stands_at(runs[host].1, &boxes[host], size, &bbox)
            };
            let nearest = by_end[first..last].iter().filter(stands_at).min_by(|&&a, &&b| {
                (boxes[a].x1 - bbox.x0).abs().total_cmp(&(boxes[b].x1 - bbox.x0).abs())
            });
            if let Some(&host) = nearest {
                hosts.insert(mark, host);
            }
        }
    }
    let marks: BTreeMap<usize, usize> =
        hosts.iter().filter(|(_, host)| !hosts.contains_key(host)).map(|(&m, &h)| (h, m)).collect();
    let lowered = lowered(runs, &boxes);
    let is_mark = |i: usize| hosts.get(&i).is_some_and(|host| marks.get(host) == Some(&i));
    let placed = |(i, &(order, run)): (usize, &(usize, &'a Run))| Placed {
        run,
        order,
        mark: marks.get(&i).map(|&mark| runs[mark].1),
        ends: marks.get(&i).map_or(order, |&mark| runs[mark].0.max(order)),
        lowered: lowered.get(&i).map(|&host| runs[host].1),
    };
    runs.iter().enumerate().filter(|&(i, _)| !is_mark(i)).map(placed).collect()
}

/// The runs that are lowered behind a letter, each with the run that ends in it: the 2 of CO₂, the 2.5 of PM₂.₅.
fn lowered(runs: &[(usize, &Run)], boxes: &[Rect]) -> BTreeMap<usize, usize> {
    let is_number = |text: &str| {
        let text = text.trim();
        text.starts_with(|c: char| c.is_ascii_digit())
            && text.len() <= LONGEST
            && text.chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    let ends_in_letter = |text: &str| text.trim_end().ends_with(|c: char| c.is_ascii_alphabetic());
    let letters: Vec<usize> =
        (0..runs.len()).filter(|&i| ends_in_letter(&runs[i].1.text)).collect();
    if letters.is_empty() {
        return BTreeMap::new();
    }
    let mut by_end = letters;
    by_end.sort_by(|&a, &b| boxes[a].x1.total_cmp(&boxes[b].x1));
    let host_of = |at: usize| {
        let (size, bbox) = (runs[at].1.size, boxes[at]);
        let reach = NEAR * size / SMALL;
        let first = by_end.partition_point(|&i| boxes[i].x1 < bbox.x0 - reach);
        let last = by_end.partition_point(|&i| boxes[i].x1 <= bbox.x0 + reach);
        by_end[first..last].iter().copied().find(|&host| {
            let (host, host_box) = (runs[host].1, &boxes[host]);
            let sunk = bbox.center().y - host_box.center().y;
            size <= SMALL * host.size
                && (bbox.x0 - host_box.x1).abs() <= TOUCHES * host.size
                && (0.0..=SUNK * host.size).contains(&sunk)
                && bbox.y0 < host_box.y1
        })
    };
    (0..runs.len())
        .filter(|&i| is_number(&runs[i].1.text))
        .filter_map(|i| Some((i, host_of(i)?)))
        .collect()
}

/// Whether a number raised behind the text is the exponent of a power of ten: 排放量（10⁴t）, 单位：10⁴t. Behind a figure that
/// stands alone it is a footnote's.
pub(super) fn is_power_of_ten(text: &str, raised: &str) -> bool {
    let is_exponent = raised.len() <= 2 && raised.chars().all(|c| c.is_ascii_digit());
    let opens = |before: &str| before.ends_with(['（', '(', '：', ':', '×', '/', '·']);
    is_exponent && text.strip_suffix("10").is_some_and(|before| opens(before.trim_end()))
}

/// A digit as it is raised.
pub(super) fn superscript(digit: char) -> char {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    digit.to_digit(10).map_or(digit, |digit| RAISED[digit as usize])
}

/// Whether a box of this size and place is raised behind the run.
fn stands_at(host: &Run, host_box: &Rect, size: f32, bbox: &Rect) -> bool {
    let em = host.size;
    let gap = bbox.x0 - host_box.x1;
    let raised = host_box.center().y - bbox.center().y;
    size <= SMALL * em
        && (-OVER * em..=NEAR * em).contains(&gap)
        && (RAISED * em..=em).contains(&raised)
        && bbox.y1 > host_box.y0
}

/// Whether the text may be a mark by its characters.
fn is_mark(text: &str) -> bool {
    let text = text.trim();
    let count = text.chars().count();
    let of_mark = |c: char| {
        c.is_ascii_digit()
            || matches!(c, '①'..='⑳' | '⑴'..='⒇' | 'ⓐ'..='ⓩ' | '❶'..='❿' | '㈠'..='㈩')
            || "*＊※†‡§#＃注()（）[]［］〔〕,，、abcdefgh".contains(c)
            || ('０'..='９').contains(&c)
    };
    (1..=LONGEST).contains(&count) && text.chars().all(of_mark)
}
