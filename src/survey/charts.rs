//! Figures in, drawings as SVG out: small multiples, a ranking, shares reached. Nothing is scaled by its own largest
//! where it is to be compared with others, and each drawing says in words what it shows.

use crate::plain::in_html;
use crate::survey::{Share, printed};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::fmt::Write;

/// A bar of a small chart: its year, and the figure where there is one.
#[derive(Debug, Clone, Copy)]
pub struct Bar {
    /// The year.
    pub year: u16,
    /// The figure.
    pub value: Option<Decimal>,
    /// Whether it is in doubt.
    pub doubtful: bool,
}

/// A line of a ranking.
#[derive(Debug, Clone)]
pub struct Ranked {
    /// The region.
    pub name: String,
    /// Its figure.
    pub value: Decimal,
    /// That of the year before.
    pub before: Option<Decimal>,
    /// Whether it is in doubt.
    pub doubtful: bool,
    /// What stands behind the figure.
    pub remark: String,
}

/// Width and height of a small chart.
const SMALL: (f64, f64) = (168.0, 92.0);
/// Width of a digit of its figures, and how far from its edges they stay.
const DIGIT: f64 = 6.4;
const EDGE: f64 = 2.0;

/// Bars over the years, up to `most`.
pub fn small(name: &str, bars: &[Bar], most: Decimal) -> String {
    let (width, height) = SMALL;
    let (top, bottom) = (26.0, 16.0);
    let room = height - top - bottom;
    let step = (width - 8.0) / bars.len().max(1) as f64;
    let thick = (step * 0.62).min(26.0);
    let named = (2.5 * DIGIT / step).ceil().max(1.0) as usize;
    let said: Vec<String> = bars
        .iter()
        .map(|bar| format!("{} {}", bar.year, bar.value.map_or("—".to_owned(), printed)))
        .collect();
    let mut svg = begin(width, height, &format!("{name}: {}", said.join(", ")), "small");
    let _ = write!(svg, r#"<text class="name" x="4" y="12">{}</text>"#, in_html(name));
    for (bar, place) in bars.iter().zip(0..) {
        let middle = 4.0 + step * (f64::from(place) + 0.5);
        let left = middle - thick / 2.0;
        // Years that would run into each other are named from the last on, with as many left out between.
        if (bars.len() - 1 - place as usize).is_multiple_of(named) {
            let _ = write!(
                svg,
                r#"<text class="year" x="{middle:.1}" y="{:.1}">{:02}</text>"#,
                height - 4.0,
                bar.year % 100
            );
        }
        let Some(value) = bar.value else {
            let _ = write!(
                svg,
                r#"<text class="none" x="{middle:.1}" y="{:.1}">–</text>"#,
                height - bottom - 3.0
            );
            continue;
        };
        let tall = room * share(value, most);
        let y = height - bottom - tall;
        let class = if bar.doubtful { "bar doubtful" } else { "bar" };
        let _ = write!(
            svg,
            r#"<rect class="{class}" x="{left:.1}" y="{y:.1}" width="{thick:.1}" height="{tall:.1}"/>"#
        );
        // The last is what one looks for first; two long figures side by side would run into each other.
        if place + 1 == bars.len() as i32 || bars.len() <= 3 {
            let figure = printed(value);
            // A long figure over a bar at the edge of the chart begins or ends with the chart.
            let half = figure.len() as f64 * DIGIT / 2.0;
            let (place, x) = match (middle - half < EDGE, middle + half > width - EDGE) {
                (_, true) => (" end", width - EDGE),
                (true, _) => (" start", EDGE),
                _ => ("", middle),
            };
            let _ = write!(
                svg,
                r#"<text class="value{place}" x="{x:.1}" y="{:.1}">{figure}</text>"#,
                y - 2.0,
            );
        }
    }
    let floor = height - bottom;
    let _ = write!(svg, r#"<path class="axis" d="M2 {floor}H{}"/></svg>"#, width - 2.0);
    svg
}

/// How far a mark of the year before may stand beyond the longest bar; one that is farther off is an arrow there, so
/// that a single misprint does not take the length of all bars.
const BEYOND: Decimal = Decimal::from_parts(125, 0, 0, false, 2);

/// Bars from the longest to the shortest, each with a mark where the year before stood.
pub fn ranking(title: &str, lines: &[Ranked]) -> String {
    let longest = lines.iter().map(|line| line.value).max().unwrap_or_default();
    let farthest = lines.iter().filter_map(|line| line.before).max().unwrap_or_default();
    let most = longest.max(farthest.min(longest * BEYOND));
    let (left, right, row) = (132.0, 150.0, 20.0);
    let width = 620.0;
    let height = row * lines.len() as f64 + 6.0;
    let room = width - left - right;
    let mut svg = begin(width, height, title, "ranking");
    for (line, place) in lines.iter().zip(0..) {
        let y = 3.0 + row * f64::from(place);
        let (long, base) = (room * share(line.value, most), y + 14.0);
        let class = if line.doubtful { "bar doubtful" } else { "bar" };
        let _ = write!(
            svg,
            r#"<text class="region" x="{:.1}" y="{base:.1}">{}</text><rect class="{class}" x="{left}" y="{:.1}" width="{long:.1}" height="13"/>"#,
            left - 6.0,
            in_html(&line.name),
            y + 3.0
        );
        if let Some(before) = line.before {
            let at = left + room * share(before, most);
            let (top, middle, end) = (y + 1.0, y + 9.5, y + 18.0);
            let mark = match before > most {
                true => format!(
                    "M{:.1} {:.1}L{at:.1} {middle:.1}L{:.1} {:.1}",
                    at - 4.0,
                    top + 3.0,
                    at - 4.0,
                    end - 3.0
                ),
                false => format!("M{at:.1} {top:.1}V{end:.1}"),
            };
            let _ = write!(svg, r#"<path class="before" d="{mark}"/>"#);
        }
        let reach = line.before.map_or(long, |before| long.max(room * share(before, most)));
        let _ = write!(
            svg,
            r#"<text class="figure" x="{:.1}" y="{base:.1}">{}<tspan class="remark" dx="6">{}</tspan></text>"#,
            left + reach + 6.0,
            printed(line.value),
            in_html(&line.remark)
        );
    }
    svg + "</svg>"
}

/// Shares of targets from the highest to the lowest, with a line at 100 %.
pub fn shares(title: &str, lines: &[(String, Share)]) -> String {
    let hundred = Decimal::ONE_HUNDRED;
    let most = lines.iter().map(|(_, share)| share.percent()).max().unwrap_or(hundred).max(hundred);
    // One share of a thousand percent would leave all others without length.
    let most = most.min(Decimal::from(150));
    let (left, right, row) = (132.0, 190.0, 20.0);
    let width = 620.0;
    let height = row * lines.len() as f64 + 6.0;
    let room = width - left - right;
    let mut svg = begin(width, height, title, "ranking");
    for ((name, reached), place) in lines.iter().zip(0..) {
        let y = 3.0 + row * f64::from(place);
        let percent = reached.percent();
        let long = room * share(percent.min(most), most);
        let class = if percent < hundred { "bar short" } else { "bar" };
        let _ = write!(
            svg,
            r#"<text class="region" x="{:.1}" y="{:.1}">{}</text><rect class="{class}" x="{left}" y="{:.1}" width="{long:.1}" height="13"/><text class="figure" x="{:.1}" y="{:.1}">{percent:.1} %<tspan class="remark" dx="6">{} / {}</tspan></text>"#,
            left - 6.0,
            y + 14.0,
            in_html(name),
            y + 3.0,
            left + room * share(hundred, most).max(share(percent.min(most), most)) + 6.0,
            y + 14.0,
            printed(reached.done),
            printed(reached.target)
        );
    }
    let whole = left + room * share(hundred, most);
    svg + &format!(r#"<path class="before" d="M{whole:.1} 0V{height:.1}"/></svg>"#)
}

fn begin(width: f64, height: f64, title: &str, class: &str) -> String {
    format!(
        r#"<svg class="{class}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{}">"#,
        in_html(title)
    )
}

/// A value as a part of the largest, for drawing alone.
fn share(value: Decimal, most: Decimal) -> f64 {
    if most <= Decimal::ZERO {
        return 0.0;
    }
    (value / most).to_f64().unwrap_or_default().clamp(0.0, 1.0)
}
