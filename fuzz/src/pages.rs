//! Pages as small texts, one thing a line, so that a fuzzer's dictionary has words to work with and a
//! seed can be read:
//!
//! ```text
//! page 595 842
//! text 100 60 16 附件 1
//! down 20 60 12 竖排
//! across 72 100 500 0.5
//! along 72 100 300 0.5
//! fill 72 100 500 120
//! image 0 0 500 700
//! ```
//!
//! `text` has the left and top edge, the size and the words; `across` (a horizontal rule) and `along`
//! (a vertical one) have place, beginning, end and thickness. What is none of these is passed over.

use fubiao::carrier::page::{Ink, Page, Pages, Rule, Run, TextFrom, Turn};
use fubiao::geom::{Axis, Point, Rect};
use std::fmt::Write;

/// What one text may make up.
const PAGES: usize = 8;
const RUNS: usize = 3_000;
const RULES: usize = 1_500;

/// The pages of a text. What `extract` promises of them holds: lengths are finite, what stands outside
/// its page is marked so, and a run has an edge more than characters.
pub fn pages(text: &str) -> Pages {
    let mut pages: Vec<Page> = Vec::new();
    for line in text.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if word == "page" && pages.len() < PAGES {
            let [width, height] = numbers(rest).map(|n: f32| n.clamp(1.0, 20_000.0));
            let number = pages.len() as u32 + 1;
            pages.push(Page { number, width, height, ..Page::default() });
        }
        let Some(page) = pages.last_mut() else { continue };
        let rect = |rest| {
            let [x0, y0, x1, y1] = numbers(rest);
            Rect::new(x0, y0, x1, y1)
        };
        match word {
            "text" if page.runs.len() < RUNS => page.runs.extend(run(page, Turn::Upright, rest)),
            "down" if page.runs.len() < RUNS => page.runs.extend(run(page, Turn::Down, rest)),
            "up" if page.runs.len() < RUNS => page.runs.extend(run(page, Turn::Up, rest)),
            "over" if page.runs.len() < RUNS => page.runs.extend(run(page, Turn::Over, rest)),
            "slanted" if page.runs.len() < RUNS => {
                page.runs.extend(run(page, Turn::Slanted(45.0), rest));
            }
            "across" if page.rules.len() < RULES => page.rules.push(rule(Axis::X, rest)),
            "along" if page.rules.len() < RULES => page.rules.push(rule(Axis::Y, rest)),
            "fill" if page.fills.len() < RULES => page.fills.push(rect(rest)),
            "image" if page.images.len() < RULES => page.images.push(rect(rest)),
            _ => {}
        }
    }
    Pages { pages, text_from: TextFrom::TextLayer, encoding: None }
}

/// The first numbers of a text; zero for what is none. Nothing of a PDF stands farther out than this.
fn numbers<const N: usize>(text: &str) -> [f32; N] {
    let mut words = text.split(' ');
    std::array::from_fn(|_| {
        let number = words.next().and_then(|word| word.parse().ok()).unwrap_or(0.0_f32);
        if number.is_finite() { number.clamp(-30_000.0, 30_000.0) } else { 0.0 }
    })
}

fn rule(axis: Axis, rest: &str) -> Rule {
    let [at, a, b, width] = numbers(rest);
    Rule { axis, at, from: a.min(b), to: a.max(b), width: width.clamp(0.0, 4.0) }
}

fn run(page: &Page, turn: Turn, rest: &str) -> Option<Run> {
    let [x, y, size] = numbers(rest);
    let size = size.clamp(1.0, 400.0);
    let text: String = rest.splitn(4, ' ').nth(3)?.chars().take(400).collect();
    let mut length = 0.0;
    let mut edges = vec![0.0];
    for c in text.chars() {
        length += if c.is_ascii() { size / 2.0 } else { size };
        edges.push(length);
    }
    let (bbox, start) = match turn {
        Turn::Upright | Turn::Over | Turn::Slanted(_) => (Rect::new(x, y, x + length, y + size), x),
        Turn::Down | Turn::Up => (Rect::new(x, y, x + size, y + length), y),
    };
    let edges = match turn {
        Turn::Over | Turn::Up => edges.iter().map(|edge| start + length - edge).collect(),
        _ => edges.iter().map(|edge| start + edge).collect(),
    };
    let shown = Rect::new(0.0, 0.0, page.width, page.height);
    let Point { x, y } = bbox.center();
    let ink = match shown.contains(Point { x, y }) {
        true => Ink::Seen { lightness: 0.0 },
        false => Ink::Outside,
    };
    (!text.is_empty()).then_some(Run {
        text,
        bbox,
        edges,
        size,
        turn,
        ink,
        spot: None,
        joints: Vec::new(),
        sight: None,
    })
}

/// Pages as such a text: a seed from what `extract` gives.
pub fn draw(pages: &Pages) -> String {
    let mut text = String::new();
    for page in &pages.pages {
        let lines = std::iter::once(format!("page {} {}", page.width, page.height))
            .chain(page.runs.iter().map(|run| {
                let turn = match run.turn {
                    Turn::Upright => "text",
                    Turn::Down => "down",
                    Turn::Up => "up",
                    Turn::Over => "over",
                    Turn::Slanted(_) => "slanted",
                };
                let words = run.text.replace('\n', " ");
                format!("{turn} {:.1} {:.1} {:.1} {words}", run.bbox.x0, run.bbox.y0, run.size)
            }))
            .chain(page.rules.iter().map(|rule| {
                let word = if rule.axis == Axis::X { "across" } else { "along" };
                format!("{word} {:.1} {:.1} {:.1} {:.1}", rule.at, rule.from, rule.to, rule.width)
            }))
            .chain(
                page.fills
                    .iter()
                    .map(|r| format!("fill {:.1} {:.1} {:.1} {:.1}", r.x0, r.y0, r.x1, r.y1)),
            );
        for line in lines {
            // Writing into a string can't fail.
            let _ = writeln!(text, "{line}");
        }
    }
    text
}
