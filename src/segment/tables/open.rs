//! What no frame of rules holds in; tables that stand between horizontal rules, or without any, out.
//!
//! Prose must never be taken for a table: without rules a stretch of lines has to stand in columns
//! and hold figures there, line after line.

use crate::diag::Sink;
use crate::geom::Rect;
use crate::lexicon::{self, REGION_ENDINGS, is_han};
use crate::normalize::lines::Joint;
use crate::numbering;
use crate::pattern::{Steps, numeral, squeezed};
use crate::segment::annexes::is_label_alone;
use crate::segment::outline::{Fragment, Ruling};
use crate::segment::tables::columns::{self, Column};
use crate::segment::tables::doubts;
use crate::segment::tables::drawn;
use crate::segment::tables::edges::Edge;
use crate::segment::tables::solve::{self, Grid, Solved};
use crate::segment::tables::strips::{Strip, Token, is_one_figure, strips};
use crate::segment::tables::worth;
use crate::segment::tables::{Neighbour, ordered};
use std::collections::BTreeSet;
use std::ops::Range;

/// Lines of one text follow each other at most at so many ems.
const LEADING: f32 = 1.8;
/// The lines of one text are looked for among the last so many.
const WRAPPED: usize = 8;
/// Rules whose ends differ by no more than this belong to one table.
const SAME_END: f32 = 6.0;
/// Stacks of rules that are looked after at a time; a page has few tables.
const MAX_STACKS: usize = 60;
/// A page with more horizontal rules than this outside of frames is hatched.
const MAX_RULES: usize = 5_000;
/// An empty band between two rules of one table is no higher than this.
const EMPTY_BAND: f32 = 40.0;
/// Lines of one unruled table are no further apart than so many font sizes.
const LINE_GAP: f32 = 3.2;
/// Lines are no further apart than so many times the usual distance, where that is no more than so many font sizes.
const TALLER: f32 = 1.3;
const TALLEST: f32 = 6.0;
/// So many rows of a table may be blank one after the other (blank rows between groups).
const ROWS_LEFT_OUT: f32 = 1.0;
/// A rule under text that ends within this of the text's ends is an underline.
const UNDERLINE: f32 = 2.5;
/// Fewest lines with several pieces that make a table without rules.
const MIN_LINES: usize = 3;
/// Lines above the first or below the last with several pieces belong to a table without rules if
/// they are nearer than this share of the row pitch: wrapped names, a header over several columns.
const NEAR: f32 = 0.75;
/// A single piece wider than this share of the widest line is prose.
const PROSE_WIDTH: f32 = 0.7;
/// A single piece wider than this share of the widest line …
const BROAD: f32 = 0.35;
/// … follows another one in a table without rules no more often than this.
const MAX_SINGLES: usize = 3;
/// A header is no further above the row below it than so many font sizes …
const HEADER_GAP: f32 = 2.6;
/// What is larger than the words of a table by this share is a title over it.
const LARGER: f32 = 1.12;
/// Titles of tables have at least so many characters; words over several columns have fewer.
const TITLE: usize = 9;
/// What titles of tables end with.
const TITLES: [&str; 12] =
    ["表", "计划", "情况", "名单", "清单", "目录", "方案", "明细", "汇总", "分配", "任务", "目标"];
/// A rule is wider than another one from this share on; a table's upper rule is no further above the rules under its
/// groups than so many font sizes.
const WIDER: f32 = 1.15;
const HEADER_REACH: f32 = 8.0;
/// Texts of so many lines that begin at one place, give or take so many points, show a column.
const COMMON: usize = 4;
const SAME_START: f32 = 0.5;
/// What two operators drew into two cells is apart by so many ems at least; into one, it is not.
const APART: f32 = 0.08;
/// A header has no more lines than this.
pub(super) const MAX_HEADER: usize = 8;
/// What padded names of two characters end with: 合计, 睢县, 序号.
const PADDED: [char; 8] = ['计', '县', '市', '区', '省', '号', '位', '称'];
/// Characters of a padded word are no further apart than so many font sizes, …
const PADDING: f32 = 5.0;
/// … their gaps differ by no more than this share, and there are no more of them.
const EVEN: f32 = 0.3;
const SPACED_WORD: usize = 8;
/// Full-width spaces are an em wide, give or take so many ems; words parted so stand at one place in so many lines.
const SPACE: f32 = 0.03;
const TYPED: usize = 3;
/// A character stands over figures whose middle is off its own by no more than so many ems: two that are an em apart do not
/// both stand over one figure.
const OVER_FIGURES: f32 = 0.8;
/// What captions over a table begin with.
pub(super) const CAPTIONS: [&str; 4] = ["单位", "金额单位", "计量单位", "附件"];

/// The tables among the tokens, which are taken out of them; `across` are the page's horizontal
/// rules that are no part of a ruled table, `known` a table that may go on from the page before or after.
pub(super) fn open_tables(
    sink: &mut Sink,
    page: u32,
    tokens: &mut Vec<Token>,
    heads: Vec<Grid>,
    across: &[Edge],
    known: Option<&Neighbour>,
    limit: usize,
) -> Vec<Fragment> {
    let across = if across.len() > MAX_RULES { &[] } else { across };
    let mut fragments = Vec::new();
    if let Some((panels, moved)) = ordered::read(page, tokens, across, known, limit) {
        moved.into_iter().for_each(|moved| moved.note(sink));
        fragments.extend(panels);
    }
    let known = known.map(|known| known.columns.as_slice());
    let mut rows = strips(drawn::gather(std::mem::take(tokens)));
    let contents = take_contents(&mut rows);
    drawn::cut_at_operators(&mut rows);
    let names = names_of_three(&rows);
    let typed = typed_apart(&rows);
    let spread: Vec<Rect> = spread_names(&rows).into_iter().collect();
    rows.iter_mut().for_each(|row| join_spaced(row, &names, &typed, &spread));
    rows.iter_mut().for_each(cut_headers);
    rows.iter_mut().for_each(cut_figures);
    cut_at_common_starts(&mut rows);
    let across = without_underlines(across, &rows);
    for head in heads {
        let mut taken = Vec::new();
        take_rows_below(&mut rows, &mut taken, &head.foot());
        match solve::below(page, &head, &taken, &across, limit) {
            Some(solved) if worth::between_rules(&solved, 2) => {
                doubts::uncertain(sink, page, &solved);
                fragments.push(solved.fragment);
            }
            _ => {
                put_back(&mut rows, taken);
                fragments.push(head.fill(page, Ruling::Grid));
            }
        }
    }
    for stack in stacks(&across) {
        for span in tabular_spans(&stack, &rows) {
            if is_part_of_wider(&stack, &span, &across, &rows) {
                continue;
            }
            let (top, rules) = (stack[span.start], span.len() + 1);
            let mut taken = take_between(&mut rows, &stack, span);
            let captions = captions_within(&mut taken);
            put_back(&mut rows, captions);
            take_header_above(&mut rows, &mut taken, &top);
            take_rows_below(&mut rows, &mut taken, &top);
            match between_rules(page, taken, &across, known, rules, limit) {
                Ok(solved) => {
                    doubts::uncertain(sink, page, &solved);
                    fragments.push(solved.fragment);
                }
                Err(back) => put_back(&mut rows, back),
            }
        }
    }
    let (stretches, others) = stretches(rows, if known.is_some() { 1 } else { MIN_LINES });
    let mut left = others;
    left.extend(contents);
    for stretch in stretches {
        match without_frame(page, stretch, &across, known, limit) {
            Ok((solved, rest)) => {
                doubts::uncertain(sink, page, &solved);
                fragments.push(solved.fragment);
                left.extend(rest);
            }
            Err(back) => left.extend(back),
        }
    }
    *tokens = left.into_iter().flat_map(|r| r.tokens).collect();
    fragments
}

/// Takes out the lines of a table of contents: those below 目录, where most begin with the number of a heading.
fn take_contents(rows: &mut Vec<Strip>) -> Vec<Strip> {
    let text = |row: &Strip| row.tokens.iter().map(Token::text).collect::<String>();
    let is_title = |row: &Strip| ["目录", "目次"].contains(&&*squeezed(&text(row)));
    let is_entry = |row: &&Strip| {
        let text = squeezed(row.tokens[0].text()).into_owned();
        numbering::heading_level(&text).is_some()
            || text.starts_with(|c: char| c == '第' || c.is_ascii_digit())
    };
    let Some(title) = rows.iter().position(is_title) else { return Vec::new() };
    let below = &rows[title + 1..];
    let entries = below.iter().filter(is_entry).count();
    match entries >= MIN_LINES && entries * 3 >= below.len() * 2 {
        true => rows.split_off(title + 1),
        false => Vec::new(),
    }
}

/// Where two characters of Chinese stand side by side with full-width spaces between them, and no other text: a word of a
/// header, unless many lines have two there.
fn typed_apart(rows: &[Strip]) -> Vec<Rect> {
    let mut places: Vec<(Rect, usize)> = Vec::new();
    let is_char = |t: &Token| t.text().chars().all(is_han) && t.text().chars().nth(1).is_none();
    for pair in rows.iter().flat_map(|row| row.tokens.windows(2)) {
        if !pair.iter().all(is_char) {
            continue;
        }
        let Some(both) = pair[0].with(&pair[1]) else { continue };
        let place = places.iter().position(|(place, _)| is_at(&both, &[*place]));
        match place {
            Some(place) => places[place].1 += 1,
            None if is_typed_apart(&both) && places.len() < columns::MAX_COLUMNS => {
                places.push((*both.bbox(), 1));
            }
            None => {}
        }
    }
    // Over figures of two columns they are two words: 男　女.
    let is_over_two = |place: &Rect| {
        let em = place.height();
        let (left, right) = (place.x0 + em / 2.0, place.x1 - em / 2.0);
        let stands = |row: &Strip, x: f32| {
            row.tokens.iter().any(|t| t.is_figure() && (t.x() - x).abs() <= OVER_FIGURES * em)
        };
        rows.iter().filter(|row| stands(row, left) && stands(row, right)).nth(1).is_some()
    };
    let words = places.into_iter().filter(|(place, count)| *count <= TYPED && !is_over_two(place));
    words.map(|(place, _)| place).collect()
}

/// Whether the characters of a text are one to five full-width spaces apart, all alike.
fn is_typed_apart(token: &Token) -> bool {
    let Some(gaps) = token.char_gaps() else { return false };
    let spaces = gaps.first().map_or(0.0, |gap| gap.round());
    (1.0..=5.0).contains(&spaces) && gaps.iter().all(|gap| (gap - spaces).abs() <= SPACE)
}

/// Joins words whose characters are set apart: 合　　计, 睢　　县, or spread over the width of their column. All gaps in one
/// are alike, and wider than any within a text. `names` and `typed` are the places of names of three characters, and of words
/// of two with full-width spaces between them, `spread` that of names that fill their column.
fn join_spaced(row: &mut Strip, names: &[Rect], typed: &[Rect], spread: &[Rect]) {
    let mut joined: Vec<Token> = Vec::with_capacity(row.tokens.len());
    let mut at = 0;
    while at < row.tokens.len() {
        // As much of what follows as makes one word with equal gaps.
        let mut word = row.tokens[at].clone();
        let mut best = (word.clone(), at + 1);
        for next in at + 1..row.tokens.len().min(at + SPACED_WORD) {
            let Some(both) = word.with(&row.tokens[next]) else { break };
            let opens = joined.is_empty();
            // Figures that begin and end where such a word does are two all the same.
            let is_word = both.text().chars().all(|c| is_han(c) || c.is_whitespace());
            let is_typed = is_word && is_at(&both, typed);
            // What follows a word that is told by its spaces is another word.
            if best.1 == at + 2 && is_typed_apart(&best.0) && !is_typed_apart(&both) {
                break;
            }
            let fills = || opens && is_at(&both, spread) && is_spread(&both);
            let is_one = is_typed || is_spaced(&both, opens) || is_as_wide(&both, names);
            if is_one || fills() {
                best = (both.clone(), next + 1);
            }
            word = both;
        }
        joined.push(best.0);
        at = best.1;
    }
    row.tokens = joined;
}

/// Whether all characters are Chinese, as far apart one as the other.
fn is_spread(token: &Token) -> bool {
    let Some(gaps) = token.char_gaps() else { return false };
    let (least, most) = gaps.iter().fold((f32::MAX, 0.0f32), |(a, b), &g| (a.min(g), b.max(g)));
    let mut chars = token.text().chars().filter(|c| !c.is_whitespace());
    most - least <= EVEN * most && chars.all(is_han)
}

/// Where names begin and end whose characters are spread over their column, however many they are (Word's 分散对齐):
/// 合　　　计, 太　原　市. Most end as names of regions and totals do, or a total is among them: no two columns have 合 and 计.
fn spread_names(rows: &[Strip]) -> Option<Rect> {
    let mut found: Vec<(Rect, Vec<String>)> = Vec::new();
    let is_begun = |row: &&Strip| row.tokens.iter().take(2).all(|t| t.text().chars().all(is_han));
    for row in rows.iter().filter(is_begun) {
        let mut word = row.tokens[0].clone();
        for next in row.tokens.iter().skip(1).take(SPACED_WORD) {
            let Some(both) = word.with(next).filter(is_spread) else { break };
            word = both;
            match found.iter().position(|(place, _)| is_at(&word, &[*place])) {
                Some(at) => found[at].1.push(squeezed(word.text()).into_owned()),
                None if found.len() < columns::MAX_COLUMNS => {
                    found.push((*word.bbox(), vec![squeezed(word.text()).into_owned()]));
                }
                None => {}
            }
        }
    }
    let is_of_names = |texts: &Vec<String>| {
        let lengths: BTreeSet<usize> = texts.iter().map(|text| text.chars().count()).collect();
        let is_name =
            |text: &&String| text.ends_with('计') || text.as_str().ends_in(REGION_ENDINGS);
        let has_total = texts.iter().any(|text| lexicon::TOTALS.contains(&text.as_str()));
        let are_names = 2 * texts.iter().filter(is_name).count() >= texts.len();
        texts.len() >= COMMON && (has_total || lengths.len() > 1 && are_names)
    };
    let names = found.into_iter().filter(|(_, texts)| is_of_names(texts));
    names.max_by_key(|(_, texts)| texts.len()).map(|(place, _)| place)
}

/// Where texts of three characters of Chinese stand, and no more: one for each place, no more places than a table has
/// columns.
fn names_of_three(rows: &[Strip]) -> Vec<Rect> {
    let mut names: Vec<Rect> = Vec::new();
    for token in rows.iter().flat_map(|row| &row.tokens) {
        let chars = token.text().chars();
        if names.len() < columns::MAX_COLUMNS
            && chars.clone().count() == 3
            && chars.clone().all(is_han)
            && !is_at(token, &names)
        {
            names.push(*token.bbox());
        }
    }
    names
}

/// Whether a text begins and ends where one of these does.
fn is_at(token: &Token, places: &[Rect]) -> bool {
    let near = |a: f32, b: f32| (a - b).abs() <= SAME_START;
    places.iter().any(|r| near(r.x0, token.bbox().x0) && near(r.x1, token.bbox().x1))
}

/// Whether a text is a name of two characters as wide as those of three above or below it: 王　芳.
fn is_as_wide(token: &Token, names: &[Rect]) -> bool {
    let chars: Vec<char> = token.text().chars().filter(|c| !c.is_whitespace()).collect();
    chars.len() == 2 && chars.iter().all(|c| is_han(*c)) && is_at(token, names)
}

/// Whether a text is one word of Chinese with equal gaps between its characters; of two characters, one that opens its
/// line and ends as padded words do.
fn is_spaced(token: &Token, opens: bool) -> bool {
    let chars: Vec<char> = token.text().chars().filter(|c| !c.is_whitespace()).collect();
    // 男 女 男 女 stand over four columns.
    let is_again = |(at, c): (usize, &char)| chars[..at].contains(c);
    if chars.len() > SPACED_WORD
        || !chars.iter().all(|c| is_han(*c))
        || chars.iter().any(|c| "甲乙丙丁".contains(*c))
        || chars.iter().enumerate().any(is_again)
    {
        return false;
    }
    let Some(gaps) = token.char_gaps() else { return false };
    let (least, most) = gaps.iter().fold((f32::MAX, 0.0f32), |(a, b), &g| (a.min(g), b.max(g)));
    let even = least > 0.25 && most <= PADDING && most - least <= EVEN * most;
    even && match chars.as_slice() {
        ['其', '中'] => true,
        [_, last] => opens && PADDED.contains(last),
        _ => true,
    }
}

/// Two headers side by side in one piece are so many font sizes apart, and the characters of each less than that.
const HEADERS_APART: f32 = 0.25;

/// Cuts pieces that hold three headers or more before any column is known: the header of a table without rules may be
/// all that tells its columns.
fn cut_headers(row: &mut Strip) {
    let mut tokens = Vec::with_capacity(row.tokens.len());
    for token in row.tokens.drain(..) {
        match headers_apart(&token).filter(|words| words.len() > 2) {
            Some(words) => tokens.extend(words),
            None => tokens.push(token),
        }
    }
    row.tokens = tokens;
}

/// Cuts pieces that are no figure as they stand, but two where two operators drew them: 55883785.04|57941513.68.
fn cut_figures(row: &mut Strip) {
    let mut tokens = Vec::with_capacity(row.tokens.len());
    for token in row.tokens.drain(..) {
        match token.glued_figures() {
            Some((left, right)) => tokens.extend([left, right]),
            None => tokens.push(token),
        }
    }
    row.tokens = tokens;
}

/// Cuts pieces where another operator begins at the left edge of a column: where many lines have a text that begins there.
fn cut_at_common_starts(rows: &mut [Strip]) {
    let sorted = |mut xs: Vec<f32>| {
        xs.sort_by(f32::total_cmp);
        xs
    };
    let tokens = || rows.iter().flat_map(|row| &row.tokens);
    let starts = sorted(tokens().map(|t| t.bbox().x0).collect());
    let words = sorted(tokens().flat_map(|t| &t.piece.joints).map(|j| j.at).collect());
    let meetings = sorted(tokens().filter_map(two_figures).collect());
    let near = |xs: &[f32], x: f32| {
        xs.partition_point(|&s| s <= x + SAME_START) - xs.partition_point(|&s| s < x - SAME_START)
    };
    let common = |x: f32| near(&starts, x) >= COMMON;
    // Lines of words that fill their column end at one place too, some with a number.
    let ends = sorted(tokens().filter(|t| t.is_figure()).map(|t| t.bbox().x1).collect());
    let ends_in_common = |t: &Token| near(&ends, t.bbox().x1) >= COMMON;
    let middles = sorted(tokens().map(Token::x).collect());
    // Where a run holds both, the first is as wide as up to the second.
    let is_in_the_middle = |t: &Token| {
        let x = t.bbox().x0 + t.em() * t.text().chars().count() as f32 / 2.0;
        t.text().chars().all(is_han) && near(&middles, x) >= COMMON
    };
    // Words, each set as others are.
    let are_words = |left: &Token, right: &Token| {
        let of_words = |t: &Token| t.text().chars().filter(|c| is_han(*c)).nth(1).is_some();
        let is_set = common(left.bbox().x0) || is_in_the_middle(left);
        of_words(left) && of_words(right) && is_set
    };
    // A figure, and words that begin where others do: neither a unit nor what a number counts.
    let is_counter =
        |c: char| "年月日期第".contains(c) || lexicon::is_unit(c.encode_utf8(&mut [0; 4]));
    let ends_figure = |left: &Token, right: &Token, x: f32| {
        near(&starts, x) + near(&words, x) >= COMMON
            && is_one_figure(left.text())
            && !right.text().starts_with(is_counter)
            && right.text().chars().filter(|c| is_han(*c)).nth(3).is_some()
    };
    // Words, and a figure that begins where others do, or ends where others do behind words that begin so.
    let begins_figure = |left: &Token, right: &Token, x: f32| {
        let is_placed = common(x) || common(left.bbox().x0) && ends_in_common(right);
        is_placed && is_one_figure(right.text()) && left.text().ends_with(is_han)
    };
    // Two figures that touch, in line after line at one place: 30|900 is no 30900, though both columns would add up so.
    let meet = |left: &Token, right: &Token, x: f32| {
        let here = near(&meetings, x);
        here >= COMMON
            && here * 2 >= near(&words, x)
            && is_one_figure(left.text())
            && is_one_figure(right.text())
    };
    for row in rows {
        let mut tokens = Vec::with_capacity(row.tokens.len());
        for token in row.tokens.drain(..) {
            let mut rest = token;
            let gaps = rest.gaps(APART).unwrap_or_default();
            let is_apart = |x: f32| gaps.iter().any(|gap| (gap - x).abs() <= SAME_START);
            for Joint { at: x, resumed, .. } in rest.piece.joints.clone() {
                if let Some((left, right)) = rest.cut(x)
                    && (resumed
                        || common(x) && (is_apart(x) || are_words(&left, &right))
                        || ends_figure(&left, &right, x)
                        || begins_figure(&left, &right, x)
                        || meet(&left, &right, x))
                {
                    tokens.push(left);
                    rest = right;
                }
            }
            tokens.push(rest);
        }
        row.tokens = tokens;
    }
}

/// Where the second of two figures begins that two operators drew one behind the other; `None` where each may have
/// drawn a digit of one figure, or one the decimals.
fn two_figures(token: &Token) -> Option<f32> {
    let [Joint { at, .. }] = token.piece.joints.as_slice() else { return None };
    let (left, right) = token.cut(*at)?;
    let is_spelled = left.text().chars().nth(1).is_none() && right.text().chars().nth(1).is_none();
    let are_figures = is_one_figure(left.text())
        && right.text().starts_with(|c: char| c.is_ascii_digit())
        && is_one_figure(right.text());
    (are_figures && !is_spelled).then_some(*at)
}

/// The token as several headers side by side, 园所（所）学位（个）, if it is that: words of Chinese with gaps between them as
/// no word has within. Where the columns below begin and end tells nothing: figures may be set right under headers in the
/// middle.
fn headers_apart(token: &Token) -> Option<Vec<Token>> {
    if token.text().contains(' ') {
        return None;
    }
    let mut words = Vec::new();
    let mut rest = token.clone();
    for x in token.gaps(HEADERS_APART)? {
        let (left, right) = rest.cut(x)?;
        words.push(left);
        rest = right;
    }
    words.push(rest);
    let is_word = |word: &Token| {
        let text = word.text();
        text.chars().nth(1).is_some() && text.contains(is_han)
    };
    (words.len() > 1 && words.iter().all(is_word)).then_some(words)
}

/// The rules that do not merely underline a piece of text.
fn without_underlines(across: &[Edge], rows: &[Strip]) -> Vec<Edge> {
    let underlines = |e: &Edge| {
        let first = rows.partition_point(|r| r.y() < e.at - 30.0);
        rows[first..].iter().take_while(|r| r.y() < e.at).any(|r| {
            r.tokens.iter().any(|t| {
                let b = &t.piece.bbox;
                (b.x0 - e.from).abs() <= UNDERLINE
                    && (b.x1 - e.to).abs() <= UNDERLINE
                    && (b.y1 - e.at).abs() <= 0.4 * t.piece.size
            })
        })
    };
    let mut kept: Vec<Edge> = across.iter().filter(|e| !underlines(e)).copied().collect();
    kept.sort_by(|a, b| a.at.total_cmp(&b.at));
    kept
}

/// Rules of equal ends, one below the other.
fn stacks(across: &[Edge]) -> Vec<Vec<Edge>> {
    let mut stacks: Vec<Vec<Edge>> = Vec::new();
    for edge in across {
        let same = |s: &Vec<Edge>| {
            (s[0].from - edge.from).abs() <= SAME_END && (s[0].to - edge.to).abs() <= SAME_END
        };
        match stacks.iter().position(same) {
            Some(i) => stacks[i].push(*edge),
            None if stacks.len() < MAX_STACKS => stacks.push(vec![*edge]),
            None => {}
        }
    }
    stacks.retain(|s| s.len() > 1);
    // The wider first: a rule under a part of the header belongs to the table around it.
    stacks.sort_by(|a, b| (b[0].to - b[0].from).total_cmp(&(a[0].to - a[0].from)));
    stacks
}

/// The rows between two heights.
fn between(rows: &[Strip], top: f32, low: f32) -> Range<usize> {
    rows.partition_point(|r| r.y() < top)..rows.partition_point(|r| r.y() < low)
}

/// Whether the rules run under some columns of a wider table alone: a wider rule runs close by, and the lines have texts
/// beside these rules within that one's ends.
fn is_part_of_wider(stack: &[Edge], span: &Range<usize>, across: &[Edge], rows: &[Strip]) -> bool {
    let (top, low) = (stack[span.start], stack[span.end]);
    let size = rows[between(rows, top.at, low.at)].iter().map(Strip::size).fold(0.0, f32::max);
    let wider = |e: &&Edge| {
        e.from <= top.from + SAME_END
            && e.to >= top.to - SAME_END
            && e.to - e.from > WIDER * (top.to - top.from)
            && (top.at - HEADER_REACH * size..=low.at + HEADER_REACH * size).contains(&e.at)
    };
    let Some(wide) = across.iter().find(wider) else { return false };
    // The rows below say it where the rules part tiers of the header alone.
    let lines = || rows[between(rows, top.at, low.at + HEADER_REACH * size)].iter();
    let beside =
        |row: &&Strip| row.tokens.iter().any(|t| stands_within(t, wide) && !stands_within(t, &top));
    4 * lines().filter(beside).count() > lines().count()
}

/// Whether the middle of the piece lies within the ends of the rule.
fn stands_within(token: &Token, edge: &Edge) -> bool {
    let x = token.piece.bbox.center().x;
    edge.from - SAME_END <= x && x <= edge.to + SAME_END
}

/// The parts of a row within the ends of a rule.
fn within<'a>(row: &'a Strip, edge: &Edge) -> impl Iterator<Item = &'a Token> {
    row.tokens.iter().filter(|t| stands_within(t, edge))
}

/// The runs of bands between rules that hold a table, as ranges of rules, both ends included: two
/// tables of equal width on one page have prose between them.
fn tabular_spans(stack: &[Edge], rows: &[Strip]) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let mut open: Option<usize> = None;
    let mut filled = 0;
    for i in 0..stack.len() {
        let next = stack.get(i + 1);
        let verdict = next.map(|next| band_verdict(&stack[i], next, rows));
        match verdict {
            Some(Band::Table) => {
                open.get_or_insert(i);
                filled = i + 1;
            }
            Some(Band::Row) if open.is_some() && heads_another(&stack[i..], rows) => {
                let start = open.take().unwrap_or(i);
                if filled > start {
                    spans.push(start..filled);
                }
            }
            Some(Band::Row | Band::Empty) if open.is_some() => {}
            // A lone heading in the first band may be the first row: 一、省本级.
            Some(Band::Row) => open = Some(i),
            _ => {
                if let Some(start) = open.take()
                    && filled > start
                {
                    spans.push(start..filled);
                }
            }
        }
    }
    spans
}

/// Whether the band below the first of the rules holds the heading of another table, （二）按用途, and the next one that
/// table's header.
fn heads_another(stack: &[Edge], rows: &[Strip]) -> bool {
    let [top, low, next, ..] = stack else { return false };
    let line = |from: &Edge, to: &Edge| {
        let mut lines = rows[between(rows, from.at, to.at)].iter();
        lines.find_map(|row| Strip::of(within(row, top).cloned().collect()))
    };
    let lines = line(top, low).zip(line(low, next));
    lines.is_some_and(|(heading, header)| is_heading_over(&heading, &header))
}

/// Whether a line is the numbered heading of a table, 一、…, （二）…, and the next one the header below it.
fn is_heading_over(line: &Strip, next: &Strip) -> bool {
    let is_numbered = |text: &str| {
        let text = text.trim_start();
        let inner = text.skip(['（', '(']);
        let behind = inner.after_run(numeral, 1..=3);
        behind.is_some_and(|rest| match inner.len() < text.len() {
            true => rest.starts_with(['）', ')']),
            false => rest.starts_with('、'),
        })
    };
    let of_words = next.tokens.len() > 1 && !next.tokens.iter().any(Token::is_figure);
    matches!(&line.tokens[..], [only] if is_numbered(only.text())) && of_words
}

/// What a band between two rules looks like.
enum Band {
    /// Lines that may stand in columns.
    Table,
    /// One line of one piece.
    Row,
    /// Nothing.
    Empty,
    /// Running text, or a large void.
    Other,
}

/// Words of one phrase are apart by so many ems at most.
const WORD_SPACE: f32 = 0.6;
/// The number of a table or chart and its name by so many: 图1　各市对比.
const CAPTION_SPACE: f32 = 2.2;
/// A line of one piece that is wider than this share of the rules around it is running text, if no line of its band has
/// figures in columns.
const PROSE_LINE: f32 = 0.55;

fn band_verdict(top: &Edge, low: &Edge, rows: &[Strip]) -> Band {
    let lines: Vec<Vec<&Token>> = rows[between(rows, top.at, low.at)]
        .iter()
        .map(|r| within(r, top).collect::<Vec<_>>())
        .filter(|l| !l.is_empty())
        .collect();
    let Some(first) = lines.first() else {
        return if low.at - top.at <= EMPTY_BAND { Band::Empty } else { Band::Other };
    };
    if let [only] = lines.as_slice()
        && let Some(line) = Strip::of(only.iter().map(|t| (*t).clone()).collect())
        && if line.tokens.len() > 1 {
            is_title(&line, top) || is_caption(&line)
        } else {
            is_titled(&line, top)
        }
    {
        return Band::Other;
    }
    // Another annex begins below the last rule of this one's table.
    if lines.iter().any(|l| is_label_alone(l[0].text())) {
        return Band::Other;
    }
    let figures = |l: &Vec<&Token>| l.len() > 1 && l.iter().any(|t| t.is_figure());
    let of_figures = lines.iter().any(figures);
    let several = lines.iter().filter(|l| l.len() > 1).count();
    let width = top.to - top.from;
    let is_prose = |l: &Vec<&Token>| l.len() == 1 && l[0].bbox().width() > PROSE_LINE * width;
    match lines.len() {
        1 if several == 0 => match low.at - top.at <= LINE_GAP * first[0].em() {
            true => Band::Row,
            false => Band::Other,
        },
        _ if of_figures => Band::Table,
        _ if lines.iter().any(is_prose) || several == 0 => Band::Other,
        _ => Band::Table,
    }
}

/// Takes the tokens between two rules of a stack out of the rows.
fn take_between(rows: &mut [Strip], stack: &[Edge], span: Range<usize>) -> Vec<Strip> {
    let (top, low) = (stack[span.start], stack[span.end]);
    let mut taken = Vec::new();
    let lines = between(rows, top.at, low.at);
    for row in &mut rows[lines] {
        let inside: Vec<Token> = within(row, &top).cloned().collect();
        row.tokens.retain(|t| !stands_within(t, &top));
        taken.extend(Strip::of(inside));
    }
    taken
}

/// Takes out what stands over a table within its first rules: label, title and unit, each one text in a line, the last of
/// them a caption.
fn captions_within(taken: &mut Vec<Strip>) -> Vec<Strip> {
    let single = taken.iter().take_while(|line| line.tokens.len() == 1).count();
    let captions =
        taken[..single.min(MAX_HEADER)].iter().rposition(is_caption).map_or(0, |at| at + 1);
    if captions + 1 >= taken.len() {
        return Vec::new();
    }
    taken.drain(..captions).collect()
}

/// Takes the header close above the first line taken: words no larger than those below, until a caption, a title or a
/// gap. `edge` says how far the table reaches to both sides.
fn take_header_above(rows: &mut [Strip], taken: &mut Vec<Strip>, edge: &Edge) {
    let Some(first) = taken.first() else { return };
    let size = taken.iter().map(Strip::size).fold(0.0, f32::max);
    let far = (HEADER_GAP * size).max(TALLER * pitch(taken).min(TALLEST * size));
    let mut low = first.y();
    let above = rows.partition_point(|r| r.y() < low);
    for row in rows[..above].iter_mut().rev().take(MAX_HEADER) {
        let inside: Vec<Token> = within(row, edge).cloned().collect();
        let Some(line) = Strip::of(inside) else { continue };
        if low - line.y() > far
            || line.size() > LARGER * size
            || is_caption(&line)
            || is_title(&line, edge)
            || is_heading_over(&line, &taken[0])
        {
            break;
        }
        low = line.y();
        row.tokens.retain(|t| !stands_within(t, edge));
        taken.insert(0, line);
    }
}

/// Whether a line is the title of the table below it: one text in the middle that ends as titles do, or is too wide for
/// a header of several columns.
fn is_title(line: &Strip, edge: &Edge) -> bool {
    let Some(text) = phrase(&line.tokens) else { return false };
    let wide = line.bbox.width() > PROSE_LINE * (edge.to - edge.from);
    let marks = text.contains(['。', '；', '，', '：', ':']);
    marks || wide || is_titled(line, edge)
}

/// Whether a line is one long text in the middle that ends as titles do.
fn is_titled(line: &Strip, edge: &Edge) -> bool {
    let Some(text) = phrase(&line.tokens) else { return false };
    let name = text.trim_end_matches(['）', ')']);
    let middle = (edge.from + edge.to) / 2.0;
    let centred = (line.bbox.center().x - middle).abs() <= line.size();
    let long = name.chars().count() >= TITLE;
    centred && long && TITLES.iter().any(|end| name.ends_with(end))
}

/// The texts of a line as one, 2024 年公共租赁住房任务分解表, if they follow each other as words do and are no row of
/// figures; `None` for texts of several columns.
fn phrase(tokens: &[Token]) -> Option<String> {
    phrase_apart(tokens, WORD_SPACE)
}

/// The same, of words that are apart by so many ems.
fn phrase_apart(tokens: &[Token], space: f32) -> Option<String> {
    let close = |w: &[Token]| w[1].bbox().x0 - w[0].bbox().x1 <= space * w[0].em();
    let is_year = |t: &Token| t.text().len() == 4;
    let is_words = tokens.len() == 1
        || tokens.iter().all(|t| !t.is_figure() || is_year(t)) && tokens.windows(2).all(close);
    is_words.then(|| tokens.iter().map(Token::text).collect())
}

/// Takes the rows that go on below the last line taken, where a page break left the table without its last rule.
fn take_rows_below(rows: &mut [Strip], taken: &mut Vec<Strip>, edge: &Edge) {
    let mut high = taken.last().map_or(edge.at, Strip::y);
    let near = rows.iter().find(|r| r.y() > high).map_or(0.0, Strip::size);
    let size = taken.iter().map(Strip::size).fold(0.0, f32::max);
    let size = if size > 0.0 { size } else { near };
    let below = rows.partition_point(|r| r.y() <= high);
    let mut found: Vec<Strip> = Vec::new();
    let lines = rows[below..].iter();
    let mut lines =
        lines.filter_map(|row| Strip::of(within(row, edge).cloned().collect())).peekable();
    while let Some(line) = lines.next() {
        let alone = line.tokens.len() == 1
            && (is_title(&line, edge) || line.bbox.width() > BROAD * (edge.to - edge.from));
        if line.y() - high > LINE_GAP * size
            || line.size() > LARGER * size
            || is_caption(&line)
            || alone
            || lines.peek().is_some_and(|next| is_heading_over(&line, next))
        {
            break;
        }
        high = line.y();
        found.push(line);
    }
    // Words alone may be anything; they belong to the table up to its last row of figures and what goes on below it.
    let of_figures = |line: &Strip| line.is_of_figures();
    let Some(mut last) = found.iter().rposition(of_figures) else { return };
    if found[..=last].iter().filter(|l| of_figures(l)).count() * 4 < last + 1 {
        return;
    }
    last = last_that_goes_on(&found, last);
    let low = found[last].y();
    let end = rows.partition_point(|r| r.y() <= low);
    for row in &mut rows[below..end] {
        row.tokens.retain(|t| !stands_within(t, edge));
    }
    found.truncate(last + 1);
    taken.extend(found);
}

/// The columns that are known, where the lines stand in them, with what bridges two of them cut.
fn known_columns(lines: &[Strip], known: Option<&[Column]>) -> Option<Vec<Column>> {
    let known = known?;
    let cut: Vec<Strip> = lines.iter().map(|strip| solve::cut_bridging(strip, known)).collect();
    columns::stand_in(&cut, known).then(|| known.to_vec())
}

/// Puts tokens back where they were taken from.
fn put_back(rows: &mut Vec<Strip>, back: Vec<Strip>) {
    rows.extend(back);
    rows.retain(|r| !r.tokens.is_empty());
    rows.sort_by(|a, b| a.y().total_cmp(&b.y()));
}

/// The table that lines between rules make, or the lines again.
fn between_rules(
    page: u32,
    mut rows: Vec<Strip>,
    across: &[Edge],
    known: Option<&[Column]>,
    rules: usize,
    limit: usize,
) -> Result<Solved, Vec<Strip>> {
    let columns = known_columns(&rows, known).unwrap_or_else(|| columns::columns(&rows));
    if columns.len() < 2 || are_contents(&rows) {
        return Err(rows);
    }
    rows.iter_mut().for_each(|strip| *strip = solve::cut_bridging(strip, &columns));
    match solve::open(page, &rows, &columns, across, limit) {
        Some(solved) if worth::between_rules(&solved, rules) => Ok(solved),
        _ => Err(rows),
    }
}

/// Stretches of lines that may be tables without rules, and all other lines; `fewest` of them have several pieces.
fn stretches(rows: Vec<Strip>, fewest: usize) -> (Vec<Vec<Strip>>, Vec<Strip>) {
    let rows: Vec<Strip> = rows.into_iter().filter(|r| !r.tokens.is_empty()).collect();
    let pitch = pitch(&rows);
    let width = rows.iter().map(|r| r.bbox.width()).fold(0.0, f32::max);
    let mut stretches: Vec<Vec<Strip>> = Vec::new();
    let mut open: Vec<Strip> = Vec::new();
    let mut singles = 0;
    // Whether a note announces the lines below it: 注：1. 南部三县另行安排，其中：
    let mut announced = false;
    // Whether a chart stands here: below its caption, up to another caption or the header of a table.
    let mut charted = false;
    let mut others: Vec<Strip> = Vec::new();
    let mut rows = rows.into_iter().peekable();
    while let Some(row) = rows.next() {
        let single = row.tokens.len() == 1;
        let note =
            lexicon::is_note(&squeezed(row.tokens[0].text())) && row.tokens.len() < MIN_LINES;
        announced = match row.tokens.last() {
            Some(last) if note => last.text().ends_with(['：', ':']),
            _ => announced && row.tokens.iter().skip(1).all(begins_with_digit),
        };
        let of_words =
            |line: &Strip| line.tokens.len() > 1 && !line.tokens.iter().any(Token::is_figure);
        let heads = of_words(&row) && rows.peek().is_some_and(Strip::is_of_figures);
        charted = is_over_chart(&row) || charted && !is_caption(&row) && !heads;
        if charted && !is_over_chart(&row) || announced && !note {
            others.push(row);
            continue;
        }
        let prose = (single && row.bbox.width() > PROSE_WIDTH * width)
            || note
            || is_caption(&row)
            || rows.peek().is_some_and(|next| is_heading_over(&row, next));
        // What is wrapped in one column of a row may fill many lines alone.
        let broad = single && row.bbox.width() > BROAD * width;
        singles = if broad {
            singles + 1
        } else if single {
            singles
        } else {
            0
        };
        let far = open.last().is_some_and(|last| {
            let apart = row.y() - row.reach() - (last.y() + last.reach());
            apart > reach(row.size().max(last.size()), pitch) && !is_next_row(last, &row, pitch)
        });
        if far || prose || singles > MAX_SINGLES {
            stretches.push(std::mem::take(&mut open));
        }
        open.push(row);
        if prose {
            stretches.push(std::mem::take(&mut open));
        }
    }
    stretches.push(open);
    let mut tables = Vec::new();
    for stretch in stretches {
        let several = stretch.iter().filter(|r| r.tokens.len() > 1).count();
        if several >= fewest || is_header_over_total(&stretch) {
            tables.push(stretch);
        } else {
            others.extend(stretch);
        }
    }
    (tables, others)
}

fn begins_with_digit(token: &Token) -> bool {
    token.text().starts_with(|c: char| c.is_ascii_digit())
}

/// Whether the lines with several pieces are a header and the total below it, the only row of a table that has no other:
/// words, and 合计 0 0 0 of which each stands below a word of its own.
fn is_header_over_total(lines: &[Strip]) -> bool {
    let mut several = lines.iter().filter(|line| line.tokens.len() > 1);
    let (Some(header), Some(total), None) = (several.next(), several.next(), several.next()) else {
        return false;
    };
    let is_word = |t: &Token| !t.is_figure() && !t.text().contains(['：', ':', '。']);
    let (figures, names): (Vec<&Token>, Vec<&Token>) =
        total.tokens.iter().partition(|t| t.is_figure());
    let is_named = matches!(names[..], [name] if lexicon::TOTALS.contains(&name.text()));
    let words_over = |t: &Token| {
        let is_over = |w: &Token| w.bbox().x0 < t.bbox().x1 && t.bbox().x0 < w.bbox().x1;
        header.tokens.iter().filter(|w| is_over(w)).count()
    };
    is_named
        && figures.len() > 1
        && header.tokens.iter().all(is_word)
        && total.tokens.iter().all(|t| words_over(t) == 1)
}

/// Whether a row is left out between two rows of one table: as many texts, each below the other's.
fn is_next_row(last: &Strip, row: &Strip, pitch: f32) -> bool {
    let is_below = |(a, b): (&Token, &Token)| {
        let (above, below) = (a.bbox(), b.bbox());
        a.is_figure() == b.is_figure() && above.x0 < below.x1 && below.x0 < above.x1
    };
    row.y() - last.y() <= (1.0 + ROWS_LEFT_OUT) * pitch * TALLER
        && last.is_of_figures()
        && last.tokens.len() == row.tokens.len()
        && last.tokens.iter().zip(&row.tokens).all(is_below)
}

/// The usual distance of two lines with figures that follow each other; 0 where there are not enough of them.
fn pitch(rows: &[Strip]) -> f32 {
    let of_figures: Vec<&Strip> = rows.iter().filter(|r| r.is_of_figures()).collect();
    let mut steps: Vec<f32> = of_figures.windows(2).map(|w| w[1].y() - w[0].y()).collect();
    steps.sort_by(f32::total_cmp);
    if steps.len() < MIN_LINES { 0.0 } else { steps[(steps.len() - 1) / 2] }
}

/// How far the next line of a table may be off: so many font sizes, and more where all its rows are tall.
fn reach(size: f32, pitch: f32) -> f32 {
    (LINE_GAP * size).max(TALLER * pitch.min(TALLEST * size))
}

/// The table that lines without a frame make and the lines around it, or all lines again.
fn without_frame(
    page: u32,
    rows: Vec<Strip>,
    across: &[Edge],
    known: Option<&[Column]>,
    limit: usize,
) -> Result<(Solved, Vec<Strip>), Vec<Strip>> {
    let body = table_lines(&rows);
    if body.is_empty() {
        return Err(rows);
    }
    let mut table = rows[body.clone()].to_vec();
    let extent = table.iter().map(|r| r.bbox).reduce(|a, b| a.union(&b)).unwrap_or_default();
    let edge = Edge { at: extent.y0, from: extent.x0, to: extent.x1 };
    let mut rest = rows.clone();
    let is_body = |r: &Strip| table[0].y() <= r.y() && r.y() <= table[table.len() - 1].y();
    rest.retain(|r| !is_body(r));
    take_header_above(&mut rest, &mut table, &edge);
    rest.retain(|r| !r.tokens.is_empty());
    let is_total = is_header_over_total(&table);
    let known = known_columns(&table, known);
    let goes_on = known.is_some() && table.iter().any(Strip::is_of_figures);
    let columns = known.unwrap_or_else(|| columns::columns(&table));
    if columns.len() < 2 || are_contents(&table) {
        return Err(rows);
    }
    table.iter_mut().for_each(|strip| *strip = solve::cut_bridging(strip, &columns));
    match solve::open(page, &table, &columns, across, limit) {
        Some(solved) if goes_on || is_total || worth::without_rules(&solved) => Ok((solved, rest)),
        _ => Err(rows),
    }
}

/// From the first line with several pieces to the last, with single pieces close to either.
fn table_lines(rows: &[Strip]) -> Range<usize> {
    let several = |r: &Strip| r.tokens.len() > 1 && !is_caption(r);
    let (Some(mut first), Some(mut last)) =
        (rows.iter().position(several), rows.iter().rposition(several))
    else {
        return 0..0;
    };
    let mut steps: Vec<f32> = rows[first..=last].windows(2).map(|w| w[1].y() - w[0].y()).collect();
    steps.sort_by(f32::total_cmp);
    let pitch = steps.get(steps.len() / 2).copied().unwrap_or(0.0);
    while first > 0 && rows[first].y() - rows[first - 1].y() <= NEAR * pitch {
        first -= 1;
    }
    while last + 1 < rows.len() && rows[last + 1].y() - rows[last].y() <= NEAR * pitch {
        last += 1;
    }
    last = first + last_that_goes_on(&rows[first..], last - first);
    first..last + 1
}

/// The last line of a table that `last` ends but for what goes on below it: the rest of wrapped cells, and rows each of
/// whose lines has one piece alone.
fn last_that_goes_on(lines: &[Strip], mut last: usize) -> usize {
    let mut steps: Vec<f32> = lines[..=last].windows(2).map(|w| w[1].y() - w[0].y()).collect();
    steps.sort_by(f32::total_cmp);
    // Most steps are within rows or between them; few are wider, as below a heading.
    let between_rows = steps.get(steps.len() * 9 / 10).copied().unwrap_or(0.0);
    while last + 1 < lines.len() {
        let more = match goes_on(&lines[last + 1], &lines[..=last], 0.0) {
            true => 1,
            false => lines_of_next_row(lines, last + 1, between_rows),
        };
        if more == 0 {
            break;
        }
        last += more;
    }
    last
}

/// How many lines from the one at `at` on are a wrapped name and the figure in the middle of its lines, no farther off the
/// row above them than rows are: 0 where they are none.
fn lines_of_next_row(rows: &[Strip], at: usize, between_rows: f32) -> usize {
    let of_name = |line: &Strip| matches!(&line.tokens[..], [name] if !name.is_figure());
    let names = rows[at..].iter().take(WRAPPED).take_while(|line| of_name(line)).count();
    let figure =
        rows.get(at + names).filter(|line| matches!(&line.tokens[..], [t] if t.is_figure()));
    let (true, Some(figure)) = (names > 0, figure) else { return 0 };
    let is_near = |end: usize| goes_on(&rows[end], &rows[..end], between_rows);
    let is_row = (at..at + names).all(is_near) && goes_on(figure, &rows[..at + names], 0.0);
    if is_row { names + 1 } else { 0 }
}

/// Whether a line is the rest of what is wrapped in the cells above it, which a page break or the end of the table leaves
/// alone below the last figures: each of its texts begins where those in the last lines do or stands in their middle, is
/// no wider than they are, and follows the last of them as the lines of one text do, or by a `step` that is allowed. So does a
/// figure below others, close to the last line.
fn goes_on(line: &Strip, above: &[Strip], step: f32) -> bool {
    let near = &above[above.len().saturating_sub(WRAPPED)..];
    let is_rest = |rest: &Token| {
        let is_figure = rest.is_figure();
        let of_column = |text: &&Token| {
            let (a, b) = (text.bbox(), rest.bbox());
            let middles = (a.center().x - b.center().x).abs();
            // Of a bracket that opens a line, and of a point that ends it, the white half may be left out.
            let opens = |t: &Token| t.text().starts_with(['（', '“', '《', '【']);
            let is_open = text.text().ends_with(['．', '，']);
            let half = if opens(text) || opens(rest) || is_open { text.em() / 2.0 } else { 0.0 };
            let ends = if is_figure { (a.x1 - b.x1).abs() } else { f32::MAX };
            let off = (a.x0 - b.x0).abs().min(middles).min(ends);
            text.is_figure() == is_figure && off <= SAME_START + half
        };
        let texts: Vec<&Token> = near.iter().flat_map(|l| &l.tokens).filter(of_column).collect();
        let widest = texts.iter().map(|t| t.bbox().width()).fold(0.0, f32::max);
        texts.last().is_some_and(|last| {
            // A figure may stand in the middle of a name's lines.
            let above = above.last().filter(|_| is_figure).map_or(last.y(), Strip::y);
            let off = rest.y() - above;
            off <= step.max(LEADING * last.em()) && rest.bbox().width() <= widest + rest.em() / 2.0
        })
    };
    // Figures side by side are a row.
    let figures = line.tokens.iter().filter(|t| t.is_figure()).count();
    !is_caption(line) && figures < 2 && line.tokens.iter().all(is_rest)
}

/// Whether the line is a caption over a table: 附件 2 … 单位：万元, 表2 监督检查安排; or one of a chart beside it: 图1 各市对比.
fn is_caption(row: &Strip) -> bool {
    row.tokens.iter().skip(usize::from(is_corner_unit(row))).any(|t| {
        let text = t.text().trim_start_matches(['（', '(']);
        lexicon::is_continued(text) && !is_region_continued(text)
            || CAPTIONS.iter().any(|c| text.starts_with(c))
                && (text.contains(['：', ':']) || text.starts_with('附'))
    }) || is_over_chart(row)
        || phrase_apart(&row.tokens, CAPTION_SPACE)
            .is_some_and(|text| lexicon::is_table_caption(&squeezed(&text)))
}

/// Whether the unit of a table stands in the corner of its header: 单位：万元 | 合计 | 停伐补助.
fn is_corner_unit(row: &Strip) -> bool {
    let [first, others @ ..] = &row.tokens[..] else { return false };
    let is_word = |t: &Token| t.text().chars().all(|c| is_han(c) || "（）()/".contains(c));
    lexicon::named_unit(&squeezed(first.text())).is_some_and(lexicon::is_unit)
        && others.len() > 1
        && others.iter().all(is_word)
}

/// Whether the line is the caption of a chart: 图1 各市对比.
fn is_over_chart(row: &Strip) -> bool {
    phrase_apart(&row.tokens, CAPTION_SPACE)
        .is_some_and(|text| lexicon::is_chart_caption(&squeezed(&text)))
}

/// Whether the name of a region goes on from the page before: 东营市（续）.
fn is_region_continued(text: &str) -> bool {
    let name = text.split(['（', '(']).next().unwrap_or_default();
    name.len() < text.len() && name.ends_in(REGION_ENDINGS)
}

/// Whether the lines are a table of contents: dots lead to one number a line, and these do not fall.
fn are_contents(rows: &[Strip]) -> bool {
    let leads = |row: &&Strip| {
        let texts = || row.tokens.iter().map(|t| t.piece.text.as_str());
        ["....", "……", "····"].iter().any(|dots| texts().any(|text| text.contains(dots)))
    };
    let led: Vec<&Strip> = rows.iter().filter(leads).collect();
    let numbers: Vec<u32> =
        led.iter().filter_map(|row| row.tokens.last()?.text().parse().ok()).collect();
    let has_several = |row: &&&Strip| row.tokens.iter().filter(|t| t.is_figure()).count() > 1;
    3 * led.len() >= rows.len()
        && numbers.is_sorted()
        && 2 * led.iter().filter(has_several).count() < led.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::tables::drawn::tests::line;

    #[test]
    fn words_of_two_cells_that_touch_are_cut_where_others_begin_and_brackets_are_not() {
        let shown = |lines: Vec<Strip>| {
            let mut rows = lines;
            cut_at_common_starts(&mut rows);
            let line =
                |row: &Strip| row.tokens.iter().map(Token::text).collect::<Vec<_>>().join(" | ");
            rows.iter().map(line).collect::<Vec<_>>().join("\n")
        };
        let places = vec![
            line(0.0, &[("金昌市", 24.0), ("新华片区棚户区改造项目", 64.0)]),
            line(20.0, &[("白银市", 24.0), ("人民路公共租赁住房小区", 64.0)]),
            line(40.0, &[("天水市", 24.0), ("工农片区棚户区改造项目", 64.0)]),
            line(60.0, &[("武威市", 24.0), ("解放片区棚户区改造项目", 64.0)]),
            // In the middle of its column, a little short of the next one.
            line(80.0, &[("临夏回族自治州", 0.0), ("北门片区棚户区改造项目", 88.0)]),
        ];
        assert!(shown(places).ends_with("临夏回族自治州 | 北门片区棚户区改造项目"));
        let brackets: Vec<Strip> = (0..5)
            .map(|i| line(20.0 * i as f32, &[("(", 80.0), ("20", 6.0), (")", 12.0)]))
            .chain((5..10).map(|i| line(20.0 * i as f32, &[("36", 86.0)])))
            .collect();
        assert!(shown(brackets).starts_with("(20)\n"));
    }

    #[test]
    fn a_number_at_the_end_of_full_lines_is_no_cell_and_one_that_ends_where_figures_do_is() {
        let rows = |figures: &[(&'static str, f32)]| {
            let mut rows: Vec<Strip> = ["55", "12", "15", "50", "60"]
                .iter()
                .enumerate()
                .map(|(i, number)| {
                    line(20.0 * i as f32, &[("新建线路，配变", 24.0), (number, 84.0)])
                })
                .collect();
            rows.extend((5..10).map(|i| line(20.0 * i as f32, figures)));
            cut_at_common_starts(&mut rows);
            rows[0].tokens.len()
        };
        assert_eq!(rows(&[("台、二千伏安", 24.0)]), 1);
        assert_eq!(rows(&[("新建线路", 24.0), ("7", 90.0)]), 2);
    }

    #[test]
    fn a_table_ends_with_rows_whose_lines_have_one_piece_each() {
        let mut rows = vec![
            line(0.0, &[("甲市新区", 4.0), ("450", 98.0)]),
            line(22.5, &[("乙县", 16.0), ("120", 86.0)]),
            line(45.0, &[("丙县", 16.0), ("110", 86.0)]),
        ];
        for top in [67.5, 108.5] {
            rows.push(line(top, &[("丁县试验", 4.0)]));
            rows.push(line(top + 9.0, &[("120", 102.0)]));
            rows.push(line(top + 18.5, &[("示范区", 10.0)]));
        }
        assert_eq!(table_lines(&rows), 0..9);
        // Without a figure it may be anything.
        rows.push(line(149.5, &[("丁县试验", 4.0)]));
        assert_eq!(table_lines(&rows), 0..9);
    }
}
