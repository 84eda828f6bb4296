//! What reading a picture left open of a text: how sure it is, what else it may say, and why to doubt it.
//!
//! A leaf: `carrier` makes it, results carry it, and nothing between has to know it.

use crate::geom::Rect;

/// What reading a picture left open of one piece of text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sight {
    /// How likely its least likely character is, in thousandths.
    pub confidence: u16,
    /// What else it may say, the likeliest first.
    pub readings: Vec<Offer>,
    /// Why to doubt it; nothing to doubt where empty.
    pub doubts: Vec<Doubt>,
    /// What the notice's own sums, or the table of divisions, say of it.
    pub proof: Proof,
}

/// What was proven of a text read from a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Proof {
    /// Nothing: no sum that holds covers it, or one of those that do has a doubtful member.
    #[default]
    None,
    /// A sum holds that it is a member of, and no member is doubtful.
    Proven,
    /// Another reading was taken instead of it, which recognition itself had offered and which mends all that
    /// it is a member of.
    Mended,
}

/// Another reading that recognition offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What it says.
    pub text: String,
    /// How likely it is, in thousandths.
    pub confidence: u16,
}

/// Why to doubt what was read from a picture. One cause each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// Its ink goes on over the edge of its cell or of the page.
    TouchesEdge,
    /// Recognition itself is not sure.
    LowConfidence,
    /// It is written unlike the rest of its column: other decimals, other grouping, a stray character.
    Form,
    /// A seal covers it.
    UnderSeal,
    /// It was read twice, from crops made in two ways, and the readings differ.
    ReadingsDiffer,
    /// A pen ran over it, or wrote it.
    Handwriting,
    /// It is much fainter than the rest of the page.
    Faint,
    /// There is ink in its place that no character of it accounts for.
    InkLeft,
}

impl Doubt {
    /// The cause's name in results.
    pub fn code(self) -> &'static str {
        match self {
            Doubt::TouchesEdge => "touches_edge",
            Doubt::LowConfidence => "low_confidence",
            Doubt::Form => "form",
            Doubt::UnderSeal => "under_seal",
            Doubt::ReadingsDiffer => "readings_differ",
            Doubt::Handwriting => "handwriting",
            Doubt::Faint => "faint",
            Doubt::InkLeft => "ink_left",
        }
    }
}

impl Sight {
    /// Notes a cause, once.
    pub fn doubt(&mut self, doubt: Doubt) {
        if let Err(at) = self.doubts.binary_search(&doubt) {
            self.doubts.insert(at, doubt);
        }
    }

    /// Notes another reading, once.
    pub fn offer(&mut self, text: String, confidence: u16) {
        if !self.readings.iter().any(|known| known.text == text) {
            self.readings.push(Offer { text, confidence });
        }
    }
}

/// What was left open of the texts whose middles stand in a box; `None` where no text was read there.
pub fn sight_of(seen: &[Seen], page: u32, bbox: &Rect) -> Option<Sight> {
    let bbox = bbox.grow(0.3);
    let inside: Vec<&Seen> =
        seen.iter().filter(|s| s.page == page && bbox.contains(s.bbox.center())).collect();
    let mut whole = inside.first()?.sight.clone();
    for other in &inside[1..] {
        whole.confidence = whole.confidence.min(other.sight.confidence);
        other.sight.doubts.iter().for_each(|&doubt| whole.doubt(doubt));
    }
    if inside.len() > 1 {
        // What another reading of a part makes of the whole is not told.
        whole.readings.clear();
    }
    Some(whole)
}

/// A piece of text read from a picture, by its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Page, counted from 1.
    pub page: u32,
    /// Where, in points.
    pub bbox: Rect,
    /// What was read.
    pub text: String,
    /// What was left open of it.
    pub sight: Sight,
}
