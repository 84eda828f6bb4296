//! Which pieces of text a reader reads: invisible text, text off the page and watermarks go, each
//! with a repair on record.

use crate::carrier::page::{Ink, Page, Rule, Run, Turn};
use crate::diag::{Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::geom::{Axis, Rect};
use std::collections::{BTreeMap, BTreeSet};

/// Text lighter than this is pale: it may be a watermark.
const PALE: f32 = 0.45;
/// Text lighter than this is white: seen on a dark fill alone.
const WHITE: f32 = 0.97;
/// Pale text of one shade is the ground of a page if other text is printed over it so many times.
const CROSSED: usize = 3;
/// Shades that differ by no more than this are one.
const SAME_SHADE: f32 = 0.03;
/// A page with more pieces of pale text than this is not looked through for them.
const MOST_PALE: usize = 2_000;
/// Text slanted by fewer degrees is a scan that lies askew, no watermark.
const ASKEW: f32 = 5.0;
/// A text of a record is cut after so many characters.
const RECORD: usize = 200;

/// Texts that stand pale and large on most pages.
pub(super) type Watermarks = BTreeSet<String>;

/// The texts that are printed pale, and larger than the running text, on most pages: watermarks
/// that stand upright; and those of seals, which may stand between the lines on another page.
pub(super) fn watermarks(pages: &[Page]) -> Watermarks {
    let mut seen_on: BTreeMap<&str, usize> = BTreeMap::new();
    for page in pages {
        let usual = usual_size(page);
        let pale: BTreeSet<&str> = page
            .runs
            .iter()
            .filter(|run| is_pale(run) && run.size > 1.3 * usual)
            .map(|run| run.text.trim())
            .collect();
        for text in pale {
            *seen_on.entry(text).or_default() += 1;
        }
    }
    let most = (pages.len() * 3).div_ceil(5);
    let stamped = pages.iter().flat_map(|page| {
        let seals = seals(page);
        let is_of_one = move |run: &&Run| seals.iter().any(|seal| seal.holds(run));
        page.runs.iter().filter(is_of_one).map(|run| run.text.trim())
    });
    let usual = seen_on.into_iter().filter(|&(_, n)| n >= most).map(|(text, _)| text);
    usual.chain(stamped).map(str::to_owned).collect()
}

/// The size that most characters of the page have, in points.
fn usual_size(page: &Page) -> f32 {
    let mut by_size: BTreeMap<u32, usize> = BTreeMap::new();
    for run in page.runs.iter().filter(|r| !is_pale(r)) {
        *by_size.entry((run.size * 2.0) as u32).or_default() += run.edges.len();
    }
    by_size.iter().max_by_key(|&(_, n)| n).map_or(0.0, |(&size, _)| size as f32 / 2.0)
}

/// So many texts that are struck out are named one by one on a page.
const FEW: usize = 5;

fn is_pale(run: &Run) -> bool {
    matches!(run.ink, Ink::Seen { lightness } if lightness > PALE)
}

/// The page with the runs that are read, and nothing else: not those that number its lines. Where a page has no text but
/// invisible text (a scan made searchable), that is read.
pub(super) fn keep_what_is_read(
    sink: &mut Sink,
    mut page: Page,
    watermarks: &Watermarks,
    line_numbers: &BTreeSet<usize>,
) -> Page {
    let only_invisible =
        !page.runs.iter().any(|r| matches!(r.ink, Ink::Seen { .. }) && !r.text.trim().is_empty());
    let grounds = grounds(&page);
    let seals = seals(&page);
    let strikes = strikes(&page);
    let fills = std::mem::take(&mut page.fills);
    let mut gone: BTreeMap<&'static str, Vec<Run>> = BTreeMap::new();
    let mut kept = Vec::with_capacity(page.runs.len());
    // Where each run stands among those that are kept.
    let mut moved = Vec::with_capacity(page.runs.len() + 1);
    for mut run in std::mem::take(&mut page.runs) {
        if let Turn::Slanted(degrees) = run.turn {
            let off = (degrees + 90.0).rem_euclid(90.0);
            if off.min(90.0 - off) < ASKEW {
                run.turn = nearest_right_angle(degrees);
            }
        }
        let white = matches!(run.ink, Ink::Seen { lightness } if lightness > WHITE);
        let rule = match run.ink {
            _ if matches!(run.turn, Turn::Slanted(_)) => Some("watermark"),
            Ink::Outside => Some("outside_page"),
            Ink::Covered => Some("painted_over"),
            Ink::Struck => Some("struck_out"),
            Ink::Invisible if !only_invisible => Some("invisible_text"),
            _ if line_numbers.contains(&moved.len()) => Some("line_number"),
            _ if !is_pale(&run) && strikes.contains_key(&moved.len()) => Some("struck_out"),
            _ if seals.iter().any(|seal| seal.holds(&run)) => Some("seal"),
            _ if is_pale(&run) && watermarks.contains(run.text.trim()) => Some("watermark"),
            _ if grounds.iter().any(|&ground| is_of_shade(&run, ground)) => Some("watermark"),
            _ if white && !fills.iter().take(5000).any(|f| f.contains(run.bbox.center())) => {
                Some("invisible_text")
            }
            _ => None,
        };
        moved.push(kept.len());
        match rule {
            Some(rule) if !run.text.trim().is_empty() => gone.entry(rule).or_default().push(run),
            Some(_) => {}
            None => kept.push(run),
        }
    }
    let drawn_through: BTreeSet<usize> = strikes.into_values().collect();
    let rules = std::mem::take(&mut page.rules).into_iter().enumerate();
    page.rules =
        rules.filter(|(at, _)| !drawn_through.contains(at)).map(|(_, rule)| rule).collect();
    remark_struck(sink, page.number, gone.get("struck_out").map_or(&[], Vec::as_slice));
    for (rule, runs) in gone {
        sink.repair(Repair {
            stage: Stage::Normalize,
            rule,
            place: runs.first().map(|r| r.place(page.number)),
            before: runs.iter().flat_map(|r| r.text.chars()).take(RECORD).collect(),
            after: String::new(),
        });
    }
    moved.push(kept.len());
    for cell in page.tables.iter_mut().flat_map(|table| &mut table.cells) {
        let moved = |run: usize| moved.get(run).copied().unwrap_or(kept.len());
        cell.runs = moved(cell.runs.start)..moved(cell.runs.end);
    }
    page.runs = kept;
    page.fills = fills;
    page
}

/// Says which texts of a page are struck out; many at once, as in a list that was worked over.
fn remark_struck(sink: &mut Sink, page: u32, runs: &[Run]) {
    let mut remark = |run: &Run, en: String, zh: String| {
        sink.remark(Diagnostic {
            code: "struck_out",
            severity: Severity::Warning,
            place: Some(run.place(page)),
            message: Wording::new(en, zh),
            hint: None,
        });
    };
    let (said, rest) = if runs.len() > FEW { runs.split_at(FEW - 1) } else { (runs, &[][..]) };
    for run in said {
        let text = run.text.trim();
        let en = format!("{text:?} is struck out: it was not read");
        remark(run, en, format!("“{text}”被划线删去，未读取"));
    }
    if let Some(first) = rest.first() {
        let (text, others) = (first.text.trim(), rest.len() - 1);
        let en = format!("{text:?} and {others} more texts are struck out: they were not read");
        remark(first, en, format!("“{text}”等另外{}处被划线删去，未读取", rest.len()));
    }
}

/// The shades of pale text that other text is printed over: the ground of a page that is made of words.
fn grounds(page: &Page) -> Vec<f32> {
    let mut shades: Vec<(f32, usize)> = Vec::new();
    let pale: Vec<&Run> =
        page.runs.iter().filter(|r| is_pale(r) && !r.text.trim().is_empty()).collect();
    if pale.is_empty() || pale.len() > MOST_PALE {
        return Vec::new();
    }
    let mut dark: Vec<&Run> =
        page.runs.iter().filter(|r| !is_pale(r) && matches!(r.ink, Ink::Seen { .. })).collect();
    dark.sort_by(|a, b| a.bbox.y0.total_cmp(&b.bbox.y0));
    for run in pale {
        let Ink::Seen { lightness } = run.ink else { continue };
        let first = dark.partition_point(|d| d.bbox.y0 < run.bbox.y0 - 3.0 * run.size.max(12.0));
        let over = |d: &&&Run| {
            d.bbox.overlap(&run.bbox, Axis::X) > 0.5 * d.size
                && d.bbox.overlap(&run.bbox, Axis::Y) > 0.3 * d.size
        };
        let crossed =
            dark[first..].iter().take_while(|d| d.bbox.y0 < run.bbox.y1).filter(over).count();
        if crossed > 0 {
            match shades.iter_mut().find(|(shade, _)| (*shade - lightness).abs() <= SAME_SHADE) {
                Some((_, count)) => *count += crossed,
                None => shades.push((lightness, crossed)),
            }
        }
    }
    shades.into_iter().filter(|&(_, count)| count >= CROSSED).map(|(shade, _)| shade).collect()
}

/// Whether a rule runs through the middle of the run, and beyond it.
fn is_crossed(run: &Run, rule: &Rule) -> bool {
    let (bbox, margin) = (run.bbox, 0.2 * run.size);
    let (from, to, low, high) = match rule.axis {
        Axis::X => (bbox.x0, bbox.x1, bbox.y0, bbox.y1),
        Axis::Y => (bbox.y0, bbox.y1, bbox.x0, bbox.x1),
    };
    low + margin < rule.at && rule.at < high - margin && rule.from < from && to < rule.to
}

/// The texts of a page that are struck out, by their number, each with the number of the rule through it.
fn strikes(page: &Page) -> BTreeMap<usize, usize> {
    let mut strikes = BTreeMap::new();
    let mut rules: Vec<(usize, &Rule)> =
        page.rules.iter().enumerate().filter(|(_, rule)| rule.axis == Axis::X).collect();
    rules.sort_by(|a, b| a.1.at.total_cmp(&b.1.at));
    for (i, run) in page.runs.iter().enumerate() {
        let bbox = run.bbox;
        let through = |&&(_, rule): &&(usize, &Rule)| {
            bbox.x0 - STRUCK_BEYOND * run.size <= rule.from
                && rule.to <= bbox.x1 + STRUCK_BEYOND * run.size
                && rule.to.min(bbox.x1) - rule.from.max(bbox.x0) >= STRUCK * bbox.width()
        };
        let height = bbox.y1 - bbox.y0;
        let first = rules.partition_point(|(_, r)| r.at < bbox.y0 + STRUCK_TOP * height);
        let within = rules[first..].iter();
        let mut within = within.take_while(|(_, r)| r.at <= bbox.y0 + STRUCK_FOOT * height);
        if run.turn == Turn::Upright
            && !run.text.trim().is_empty()
            && let Some((rule, _)) = within.find(through)
        {
            strikes.insert(i, *rule);
        }
    }
    strikes
}

/// A rule strikes a text out if it runs through it between these shares of its height, along this share of its width at
/// least, and no further beyond it than so many ems.
const STRUCK_TOP: f32 = 0.3;
const STRUCK_FOOT: f32 = 0.72;
const STRUCK: f32 = 0.8;
const STRUCK_BEYOND: f32 = 0.6;

/// A seal or stamp that is drawn as text over the text of the page.
struct Seal {
    /// The box around the text that shows it.
    bbox: Rect,
    lightness: f32,
}

impl Seal {
    /// Whether the run is a part of it: in its ink, and near.
    fn holds(&self, run: &Run) -> bool {
        let near = Rect {
            x0: self.bbox.x0 - SEAL,
            y0: self.bbox.y0 - SEAL,
            x1: self.bbox.x1 + SEAL,
            y1: self.bbox.y1 + SEAL,
        };
        has_lightness(run, self.lightness) && near.contains(run.bbox.center())
    }
}

/// A seal reaches so many points beyond the text in it that crosses the page's.
const SEAL: f32 = 90.0;
/// Ink this much lighter than black is another ink.
const COLOURED: f32 = 0.12;
/// The star of a seal is so many times as large as its words.
const STAR: f32 = 1.8;
/// A page has no more runs in the ink of its seals than this; more is coloured text.
const OF_SEALS: usize = 24;

/// The seals of a page: words in an ink of their own, printed over text that is not.
fn seals(page: &Page) -> Vec<Seal> {
    let lightness = |run: &Run| match run.ink {
        Ink::Seen { lightness } if !run.text.trim().is_empty() => Some(lightness),
        _ => None,
    };
    let coloured: Vec<(&Run, f32)> = page
        .runs
        .iter()
        .filter_map(|run| Some((run, lightness(run)?)))
        .filter(|&(_, lightness)| (COLOURED..=WHITE).contains(&lightness))
        .collect();
    if coloured.is_empty() || coloured.len() > OF_SEALS {
        return Vec::new();
    }
    let dark = || page.runs.iter().filter(|run| lightness(run).is_some_and(|l| l < COLOURED));
    let is_words = |run: &Run| !run.text.contains(|c: char| c.is_ascii_digit());
    // The star in the middle of a seal is far larger than its words; one that marks a row is not.
    let largest = coloured.iter().map(|(run, _)| run).filter(|run| run.text.trim() != "★");
    let largest = largest.map(|run| run.size).fold(0.0, f32::max);
    let of_star = |star: &Run| largest > 0.0 && star.size >= STAR * largest;
    let mut seals = Vec::new();
    for &(run, lightness) in &coloured {
        let crosses = |other: &Run| {
            other.bbox.overlap(&run.bbox, Axis::X) > 0.25 * other.size
                && other.bbox.overlap(&run.bbox, Axis::Y) > 0.3 * other.size
        };
        let is_star = run.text.trim() == "★" && of_star(run);
        if is_star
            || is_words(run)
                && (dark().any(crosses) || page.rules.iter().any(|r| is_crossed(run, r)))
        {
            seals.push(Seal { bbox: run.bbox, lightness });
        }
    }
    seals
}

fn is_of_shade(run: &Run, shade: f32) -> bool {
    is_pale(run) && has_lightness(run, shade)
}

fn has_lightness(run: &Run, shade: f32) -> bool {
    matches!(run.ink, Ink::Seen { lightness } if (lightness - shade).abs() <= SAME_SHADE)
}

fn nearest_right_angle(degrees: f32) -> Turn {
    match ((degrees / 90.0).round() as i32).rem_euclid(4) {
        1 => Turn::Down,
        2 => Turn::Over,
        3 => Turn::Up,
        _ => Turn::Upright,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str, x: f32, y: f32, lightness: f32) -> Run {
        let width = 10.0 * text.chars().count() as f32;
        Run {
            text: text.to_owned(),
            bbox: Rect::new(x, y, x + width, y + 10.0),
            edges: vec![x, x + width],
            size: 10.0,
            turn: Turn::Upright,
            ink: Ink::Seen { lightness },
            spot: None,
            joints: Vec::new(),
            sight: None,
        }
    }

    fn across(at: f32, from: f32, to: f32) -> Rule {
        Rule { axis: Axis::X, at, from, to, width: 0.5 }
    }

    /// What is read of a page, how many rules stay, and what is said of the rest.
    fn seen(runs: Vec<Run>, rules: Vec<Rule>) -> (Vec<String>, usize, Vec<&'static str>) {
        let mut sink = Sink::new();
        let page = Page { number: 1, width: 600.0, height: 800.0, runs, rules, ..Page::default() };
        let page = keep_what_is_read(&mut sink, page, &Watermarks::new(), &BTreeSet::new());
        let (diagnostics, repairs) = sink.into_parts();
        let said = diagnostics.iter().map(|d| d.code).chain(repairs.iter().map(|r| r.rule));
        let texts = page.runs.iter().map(|run| run.text.clone()).collect();
        (texts, page.rules.len(), said.collect())
    }

    #[test]
    fn a_figure_with_a_line_through_it_is_said_and_not_read() {
        let runs = vec![run("2614", 100.0, 50.0, 0.0), run("2644", 150.0, 50.0, 0.0)];
        let (texts, rules, said) = seen(runs, vec![across(55.0, 99.0, 141.0)]);
        assert_eq!((texts, rules), (vec!["2644".to_owned()], 0));
        assert_eq!(said, ["struck_out", "struck_out"]);
    }

    #[test]
    fn rules_of_tables_and_underlines_strike_nothing_out() {
        let runs = vec![run("2614", 100.0, 50.0, 0.0)];
        let rules = vec![across(55.0, 40.0, 400.0), across(60.5, 100.0, 140.0)];
        let (texts, rules, said) = seen(runs, rules);
        assert_eq!((texts, rules, said), (vec!["2614".to_owned()], 2, vec![]));
    }

    #[test]
    fn words_of_a_seal_over_a_figure_are_taken_out_with_those_beside_it() {
        let words = || vec![run("省住房厅", 90.0, 54.0, 0.6), run("专用章", 95.0, 80.0, 0.6)];
        let (texts, _, said) =
            seen([vec![run("2614", 100.0, 50.0, 0.0)], words()].concat(), vec![]);
        assert_eq!((texts, said), (vec!["2614".to_owned()], vec!["seal"]));
        // Coloured words that cross nothing are text, unless the star of a seal stands among them.
        assert_eq!(seen(words(), vec![]).0.len(), 2);
        let star = |size: f32| Run { size, ..run("★", 100.0, 30.0, 0.6) };
        assert_eq!(seen([vec![star(27.0)], words()].concat(), vec![]).2, vec!["seal"]);
        assert_eq!(seen([vec![star(11.0)], words()].concat(), vec![]).0.len(), 3);
    }
}
