//! What stands in small type right above or below characters and is no part of their text: ruby, which says how they are
//! read (wù over 婺源县, ㄨˋ), and emphasis marks (着重号), both as in W3C, Requirements for Chinese Text Layout.

use super::turn::Frame;
use crate::carrier::page::Run;
use crate::geom::Rect;
use crate::lexicon::is_han;

/// It is set at most this large, as a share of the characters beside it: half, as a rule.
const SMALL: f32 = 0.65;
/// It reaches into them or stands off them by no more than so many of their ems, and over their ends by no more.
const NEAR: f32 = 0.5;

/// What small type beside characters is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Annotation {
    /// Pinyin with a tone, or bopomofo, above them.
    Ruby,
    /// Dots above or below them.
    Emphasis,
}

impl Annotation {
    /// What the text may be by its characters.
    fn of(text: &str) -> Option<Annotation> {
        if is_reading(text) {
            Some(Annotation::Ruby)
        } else {
            is_emphasis(text).then_some(Annotation::Emphasis)
        }
    }

    /// The repair that leaving it out of the text is.
    pub fn rule(self) -> &'static str {
        match self {
            Annotation::Ruby => "ruby",
            Annotation::Emphasis => "emphasis_mark",
        }
    }
}

/// A run, and which of its page it is in drawing order.
type Drawn<'a> = (usize, &'a Run);

/// Parts the runs of a page in those that are text and those that stand above or below one.
pub(super) fn apart<'a>(
    frame: &Frame,
    runs: Vec<Drawn<'a>>,
) -> (Vec<Drawn<'a>>, Vec<(Annotation, &'a Run)>) {
    if runs.iter().all(|(_, run)| Annotation::of(&run.text).is_none()) {
        return (runs, Vec::new());
    }
    let mut hosts: Vec<(Rect, &Run)> = runs
        .iter()
        .filter(|(_, run)| run.text.contains(is_han))
        .map(|(_, run)| (frame.rect(&run.bbox), *run))
        .collect();
    hosts.sort_by(|a, b| a.0.y0.total_cmp(&b.0.y0));
    let tallest = hosts.iter().map(|(host, _)| host.height()).fold(0.0, f32::max);
    let annotation = |run: &Run| {
        let what = Annotation::of(&run.text)?;
        let bbox = frame.rect(&run.bbox);
        let first = hosts.partition_point(|(host, _)| host.y0 < bbox.y0 - 2.0 * tallest);
        let near = hosts[first..].iter().take_while(|(host, _)| host.y0 <= bbox.y1 + tallest);
        let stands_at = |(beside, host): &(Rect, &Run)| {
            let reach = NEAR * host.size;
            let is_above = (beside.y0 - bbox.y1).abs() <= reach;
            let is_below = what == Annotation::Emphasis && (bbox.y0 - beside.y1).abs() <= reach;
            run.size <= SMALL * host.size
                && (is_above || is_below)
                && beside.x0 - reach <= bbox.x0
                && bbox.x1 <= beside.x1 + reach
        };
        near.take(NEIGHBOURS).any(stands_at).then_some(what)
    };
    let (mut text, mut beside) = (Vec::with_capacity(runs.len()), Vec::new());
    for (order, run) in runs {
        match annotation(run) {
            Some(what) => beside.push((what, run)),
            None => text.push((order, run)),
        }
    }
    (text, beside)
}

/// No more texts are looked at beside each.
const NEIGHBOURS: usize = 64;

/// Whether the text is the reading of characters: pinyin with a tone, or bopomofo.
fn is_reading(text: &str) -> bool {
    let is_toned = |c: char| "āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜńňǹḿ".contains(c);
    let is_bopomofo = |c: char| matches!(c, '\u{3105}'..='\u{312F}' | '\u{31A0}'..='\u{31BF}');
    let is_of_reading = |c: char| {
        c.is_ascii_lowercase() || "üêɡ'’ ˉˊˇˋ˙".contains(c) || is_toned(c) || is_bopomofo(c)
    };
    text.contains(|c| is_toned(c) || is_bopomofo(c)) && text.chars().all(is_of_reading)
}

/// Whether the text is emphasis marks alone.
fn is_emphasis(text: &str) -> bool {
    text.contains(|c: char| !c.is_whitespace())
        && text.chars().all(|c| "•●○◦·・▲△﹅﹆".contains(c) || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_have_tones() {
        for text in ["wù", "yán", "wù yuán xiàn", "ㄨˋ", "lǚ"] {
            assert!(is_reading(text), "{text}");
        }
        for text in ["wu", "m", "A", "Wù", "km²", "", " ", "à 12", "é，"] {
            assert!(!is_reading(text), "{text}");
        }
    }
}
