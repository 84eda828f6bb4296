//! The pieces of a page as a table sees them: tokens, and strips of tokens on one baseline.
//!
//! A token is what may be one cell's text. What two operators drew side by side, or what holds a gap, may be cut where
//! columns say so; nothing else is ever cut.

use crate::figure;
use crate::geom::Rect;
use crate::lexicon;
use crate::normalize::lines::{Frame, Piece};
use crate::place::{Place, PlacedText, Spot};
use crate::segment::figures::is_figure;
use std::ops::Range;

/// A gap of this share of the font size is where a token may be cut.
const GAP: f32 = 0.2;
/// Gaps differ by no more than so many ems where letter spacing makes them.
const EVEN: f32 = 0.06;
/// Two figures, one up against the other, are no longer than so many bytes.
const TWO_FIGURES: usize = 64;
/// Characters nearer than this share of the font size stand close.
const CLOSE: f32 = 0.1;

/// A piece of text and the line it stands in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    /// Index among the lines of the page.
    pub line: usize,
    /// The text.
    pub piece: Piece,
    /// What leads its box back to the page as seen, where its characters have their places.
    pub frame: Frame,
}

impl Token {
    /// The box around it.
    pub fn bbox(&self) -> &Rect {
        &self.piece.bbox
    }

    /// Its clean text.
    pub fn text(&self) -> &str {
        self.piece.text.as_str()
    }

    /// The middle of it.
    pub fn x(&self) -> f32 {
        self.piece.bbox.center().x
    }

    /// The height of its middle.
    pub fn y(&self) -> f32 {
        self.piece.bbox.center().y
    }

    /// Its font size.
    pub fn em(&self) -> f32 {
        self.piece.size.max(0.1)
    }

    /// Whether it looks like a figure, or a mark that stands for one.
    pub fn is_figure(&self) -> bool {
        is_figure(self.text())
    }

    /// Where a character of it stands, in the frame of its box; `None` in a text input.
    fn along(&self, place: &Place) -> Option<Rect> {
        match place.spot {
            Spot::Box(bbox) => Some(self.frame.rect(&bbox)),
            _ => None,
        }
    }

    /// Where it may be cut, left to right: between characters of two operators, and in gaps.
    pub fn cuts(&self) -> Vec<f32> {
        let mut cuts: Vec<f32> = self.piece.joints.iter().map(|joint| joint.at).collect();
        let is_tracked = self.is_tracked();
        let mut before: Option<Rect> = None;
        let mut spaced = false;
        for placed in self.piece.text.chars() {
            let Some(bbox) = self.along(&placed.place) else { return Vec::new() };
            if placed.ch == ' ' {
                spaced = true;
                continue;
            }
            if let Some(before) = before
                && (spaced || !is_tracked && bbox.x0 - before.x1 >= GAP * self.piece.size)
            {
                cuts.push((before.x1 + bbox.x0) / 2.0);
            }
            before = Some(bbox);
            spaced = false;
        }
        cuts.sort_by(f32::total_cmp);
        cuts.dedup_by(|b, a| *b - *a < 0.01);
        cuts
    }

    /// The token, as one operator's where each character has its own and all gaps are the same: letter spacing.
    pub fn untracked(mut self) -> Token {
        let joints = self.piece.joints.len();
        if joints > 1 && joints + 1 == self.text().chars().count() && self.is_tracked() {
            self.piece.joints.clear();
        }
        self
    }

    /// Whether its characters are set apart by one and the same gap, as letter spacing does: 1 2 7 5.
    fn is_tracked(&self) -> bool {
        let Some(gaps) = self.char_gaps().filter(|gaps| gaps.len() > 1) else { return false };
        let (least, most) = gaps.iter().fold((f32::MAX, 0.0f32), |(a, b), &g| (a.min(g), b.max(g)));
        most - least <= EVEN
    }

    /// How wide what can't be parted at its beginning is, in points, or nearly: a character, and the points behind it, which
    /// never begin a line.
    pub fn first_width(&self) -> f32 {
        let width = self.bbox().width() / self.text().chars().count().max(1) as f32;
        let points = self.text().chars().skip(1).take_while(|c| ",.%，．％".contains(*c)).count();
        width * (1 + points) as f32
    }

    /// Whether nothing was drawn between the other token and this one; a run may hold both on one line.
    pub fn is_drawn_behind(&self, other: &Token) -> bool {
        let last = other.piece.joints.iter().map(|joint| joint.order).max();
        let last = last.unwrap_or(0).max(other.piece.order);
        let is_same = last > 0 && self.piece.order == last && self.line == other.line;
        is_same || self.piece.order == last + 1
    }

    /// Whether it is a figure, and the other one what it counts: 2023 and 年, 3 and 个. Two operators draw them where their
    /// fonts differ.
    pub fn is_counted_by(&self, other: &Token) -> bool {
        let number: Option<u32> = self.text().trim().parse().ok();
        let is = |begin: char, numbers: Range<u32>| {
            other.text().starts_with(begin) && number.is_some_and(|n| numbers.contains(&n))
        };
        is('年', 1949..2100)
            || is('月', 1..13)
            || is('日', 1..32)
            || is_one_figure(self.text()) && lexicon::is_unit(other.text())
    }

    /// How many operators drew it.
    pub fn operators(&self) -> usize {
        1 + self.piece.joints.len()
    }

    /// What each operator drew of it, left to right; `None` where a part would have no text.
    pub fn by_operators(&self) -> Option<Vec<Token>> {
        let mut parts = Vec::with_capacity(self.operators());
        let mut rest = self.clone();
        for joint in &self.piece.joints {
            let (left, right) = rest.cut(joint.at)?;
            parts.push(left);
            rest = right;
        }
        parts.push(rest);
        for part in &mut parts {
            // What lies over the next one still holds where that begins.
            part.piece.joints.clear();
            // Lines of two cells side by side may stand a little higher and lower.
            part.piece.bbox = part.along(&part.piece.text.place()?)?;
        }
        Some(parts)
    }

    /// The two figures that it is, where two operators drew them one up against the other and together they are none.
    pub fn glued_figures(&self) -> Option<(Token, Token)> {
        let may_be = self.is_figure() || self.text().starts_with(|c: char| c.is_ascii_digit());
        if !may_be || self.text().len() > TWO_FIGURES || is_one_figure(self.text()) {
            return None;
        }
        self.piece.joints.iter().find_map(|joint| {
            let (left, right) = self.cut(joint.at)?;
            // 0678-2472985 is one text.
            let is_one = figure::is_grouped_by(self.text(), char::is_whitespace);
            let is_apart = !right.text().starts_with(['-', '－']) && !is_one;
            let figures = is_one_figure(left.text()) && is_one_figure(right.text());
            (figures && is_apart).then_some((left, right))
        })
    }

    /// The gaps between its characters, white space left out, in ems; `None` in a text input.
    pub fn char_gaps(&self) -> Option<Vec<f32>> {
        let chars = self.piece.text.chars().filter(|c| !c.ch.is_whitespace());
        let boxes: Option<Vec<Rect>> = chars.map(|c| self.along(&c.place)).collect();
        Some(boxes?.windows(2).map(|w| (w[1].x0 - w[0].x1) / self.em()).collect())
    }

    /// The token and the next one on its line as one, with nothing between them.
    pub fn with(&self, next: &Token) -> Option<Token> {
        let mut both = self.clone();
        both.piece.raw.push_str(&next.piece.raw);
        both.piece.text.append(&next.piece.text);
        both.piece.bbox = self.bbox().union(next.bbox());
        both.piece.marks.extend(next.piece.marks.iter().cloned());
        (self.line == next.line).then_some(both)
    }

    /// The middles of its gaps of `share` of the font size or more; `None` where characters stand neither close nor so far
    /// apart, as in a padded word.
    pub fn gaps(&self, share: f32) -> Option<Vec<f32>> {
        let boxes: Option<Vec<Rect>> =
            self.piece.text.chars().map(|c| self.along(&c.place)).collect();
        let boxes = boxes?;
        let mut gaps = Vec::new();
        for pair in boxes.windows(2) {
            let gap = (pair[1].x0 - pair[0].x1) / self.em();
            if gap >= share {
                gaps.push((pair[0].x1 + pair[1].x0) / 2.0);
            } else if gap >= CLOSE {
                return None;
            }
        }
        Some(gaps)
    }

    /// The token as two, cut at `x`, which is one of [`Token::cuts`]; `None` where a part would have no text.
    pub fn cut(&self, x: f32) -> Option<(Token, Token)> {
        let piece = &self.piece;
        let mut left = PlacedText::new();
        let mut right = PlacedText::new();
        // What one operator drew may reach over the beginning of what the next one did.
        let is_joint = piece.joints.iter().any(|joint| joint.at == x);
        let mut begun = false;
        for placed in piece.text.chars() {
            let bbox = self.along(&placed.place)?;
            begun |= is_joint && (bbox.x0 - x).abs() < 0.01;
            let is_left = if is_joint { !begun } else { bbox.center().x < x };
            let side = if is_left { &mut left } else { &mut right };
            side.push(placed.ch, placed.place);
        }
        let (left, right) = (left.trim(), right.trim());
        let (raw_left, raw_right) = cut_raw(&piece.raw, &left, &right);
        let part = |text: &PlacedText, raw: String| -> Option<Piece> {
            let bbox = self.along(&text.place()?)?;
            let bbox = Rect { y0: piece.bbox.y0, y1: piece.bbox.y1, ..bbox };
            let within = |at: f32| bbox.x0 < at && at < bbox.x1;
            let before = piece.joints.iter().rfind(|joint| joint.at <= bbox.x0);
            Some(Piece {
                raw,
                text: text.clone(),
                bbox,
                size: piece.size,
                order: before.map_or(piece.order, |joint| joint.order),
                cell: piece.cell,
                joints: piece.joints.iter().copied().filter(|j| within(j.at)).collect(),
                marks: piece.marks.iter().filter(|m| within(m.at - 0.01)).cloned().collect(),
            })
        };
        let token = |piece| Token { line: self.line, piece, frame: self.frame };
        Some((token(part(&left, raw_left)?), token(part(&right, raw_right)?)))
    }
}

/// What was printed of two parts of a text: cut where they are as many characters as in clean text, or along the part that
/// normalizing left as it was; else the clean text.
fn cut_raw(raw: &str, left: &PlacedText, right: &PlacedText) -> (String, String) {
    let count = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    let (of_left, of_right) = (count(left.as_str()), count(right.as_str()));
    if count(raw) == of_left + of_right {
        let printed = raw.char_indices().filter(|(_, c)| !c.is_whitespace());
        let at = printed.map(|(at, _)| at).nth(of_left).unwrap_or(raw.len());
        return (raw[..at].trim().to_owned(), raw[at..].trim().to_owned());
    }
    let (left, right) = (left.as_str(), right.as_str());
    (
        raw.strip_suffix(right).map_or(left, str::trim).to_owned(),
        raw.strip_prefix(left).map_or(right, str::trim).to_owned(),
    )
}

/// The tokens of one baseline, left to right.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Strip {
    /// The tokens; never none.
    pub tokens: Vec<Token>,
    /// The box around them.
    pub bbox: Rect,
}

impl Strip {
    /// The strip of these tokens, if there are any.
    pub fn of(mut tokens: Vec<Token>) -> Option<Strip> {
        tokens.sort_by(|a, b| a.bbox().x0.total_cmp(&b.bbox().x0));
        let bbox = tokens.iter().map(|t| t.piece.bbox).reduce(|a, b| a.union(&b))?;
        Some(Strip { tokens, bbox })
    }

    /// The middle of the line.
    pub fn y(&self) -> f32 {
        self.bbox.center().y
    }

    /// How far it reaches up and down from its middle beyond one line: where a cell's lines were gathered.
    pub fn reach(&self) -> f32 {
        (self.bbox.height() / 2.0 - self.size()).max(0.0)
    }

    /// The largest font size in it.
    pub fn size(&self) -> f32 {
        self.tokens.iter().map(|t| t.piece.size).fold(0.0, f32::max)
    }

    /// Whether it has a figure, and something beside it.
    pub fn is_of_figures(&self) -> bool {
        self.tokens.len() > 1 && self.tokens.iter().any(Token::is_figure)
    }
}

/// The tokens line by line, top down.
pub(super) fn strips(mut tokens: Vec<Token>) -> Vec<Strip> {
    tokens.sort_by_key(|t| t.line);
    let mut strips: Vec<Strip> = tokens
        .chunk_by(|a, b| a.line == b.line)
        .filter_map(|tokens| Strip::of(tokens.to_vec()))
        .collect();
    strips.sort_by(|a, b| a.y().total_cmp(&b.y()));
    strips
}

/// Whether a text is one figure: a sign, digits in one group or in groups of three, at most one point.
pub(super) fn is_one_figure(text: &str) -> bool {
    let text = text.trim_start_matches(['-', '+', '−']).trim_end_matches('%');
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let groups: Vec<&str> = whole.split(',').collect();
    let grouped = groups.len() == 1
        || (groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3));
    is_digits(decimals) && grouped && groups.into_iter().all(is_digits)
}

#[cfg(test)]
mod tests {
    use crate::segment::tables::drawn::tests::line;

    #[test]
    fn what_is_cut_keeps_how_it_was_printed() {
        let glued = line(0.0, &[("５３", 0.0), ("６２", 12.0)]).tokens.remove(0);
        assert_eq!((glued.text(), glued.piece.raw.as_str()), ("5362", "５３６２"));
        let (left, right) = glued.cut(12.0).expect("another operator begins there");
        assert_eq!((left.text(), left.piece.raw.as_str()), ("53", "５３"));
        assert_eq!((right.text(), right.piece.raw.as_str()), ("62", "６２"));
    }
    #[test]
    fn letter_spacing_parts_no_figure() {
        let operators = |behind: [f32; 3]| {
            let [a, b, c] = behind;
            let digits = [("1", 0.0), ("2", a), ("7", b), ("5", c)];
            line(0.0, &digits).tokens.remove(0).untracked().operators()
        };
        assert_eq!(operators([7.9, 7.9, 7.9]), 1);
        assert_eq!(operators([7.9, 6.0, 7.9]), 4, "two figures");
    }
}
