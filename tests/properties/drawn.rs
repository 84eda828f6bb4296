//! A table and the many ways to draw it: as pages with runs and rules, and as a tabbed text.

use crate::fact::{self, Fact, Facts};
use fubiao::carrier::page::{Ink, Page, Pages, Rule, Run, TextFrom, Turn};
use fubiao::geom::{Axis, Rect};
use proptest::prelude::*;

/// Prefectures with counties of theirs, all of one province.
const REGIONS: [(&str, &[&str]); 4] = [
    ("南昌市", &["南昌县", "进贤县", "南昌高新技术产业开发区", "新建区"]),
    ("九江市", &["修水县", "武宁县", "德安县", "九江经济技术开发区", "湖口县"]),
    ("上饶市", &["婺源县", "德兴市", "玉山县"]),
    ("吉安市", &["井冈山市", "吉水县", "遂川县", "吉安县"]),
];

/// The name of a county, and its figures.
pub type Row = (&'static str, Vec<u32>);

/// A table as its author thinks of it; all sums hold.
#[derive(Debug, Clone)]
pub struct Table {
    /// Header texts, from the top tier down.
    pub columns: Vec<&'static [&'static str]>,
    /// Prefectures with their counties, and a figure for each column.
    pub prefectures: Vec<(&'static str, Vec<Row>)>,
}

/// A row as printed.
#[derive(Debug, Clone)]
pub struct PrintedRow {
    /// Its name.
    pub name: String,
    /// The prefecture it belongs to; empty for none.
    pub parent: String,
    /// Its figures; `None` is blank.
    pub figures: Vec<u32>,
}

/// Which rules are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// All of them.
    Grid,
    /// All but the sides left and right.
    OpenSides,
    /// Those across.
    Across,
    /// At the top, under the header, at the bottom.
    Three,
    /// Those down, and the frame.
    Down,
    /// None.
    None,
}

/// Where a piece of text stands in its cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    Left,
    Center,
    Right,
}

/// Where the unit is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// 单位：套, over the table.
    Caption,
    /// 开工（套）, behind each header.
    Header,
    /// 600套, behind each figure.
    Cell,
}

/// A way to draw a table.
#[derive(Debug, Clone)]
pub struct Look {
    pub ruling: Ruling,
    /// Everything is so much larger.
    pub scale: f32,
    /// Font size of the table, in points before scaling.
    pub size: f32,
    /// From row to row, in font sizes.
    pub pitch: f32,
    /// How wide a column of figures is, in font sizes.
    pub wide: f32,
    pub names: Set,
    pub figures: Set,
    /// Whether counties are indented.
    pub indent: bool,
    pub unit: Unit,
    /// Which of several words for the same is printed.
    pub words: usize,
    /// Names are broken after so many characters, as many as fit.
    pub wrap: Option<usize>,
}

impl Look {
    /// Whether this is the label, the caption with the unit, or the header of the names: a result has no
    /// place for these word by word.
    pub fn is_aside(&self, text: &str) -> bool {
        [self.label(), self.unit_caption(), self.key()].contains(&text)
    }

    fn key(&self) -> &'static str {
        ["市、县名称", "地区", "单位名称", "行政区划", "市（县、区）"][self.words % 5]
    }

    fn total(&self) -> &'static str {
        ["合计", "总计", "全省", "全省合计"][self.words % 4]
    }

    fn unit_caption(&self) -> &'static str {
        ["单位：套", "单位:套", "计量单位：套", "（单位：套）"][self.words % 4]
    }

    fn label(&self) -> &'static str {
        ["附件1", "附件 1", "附表1", "附件1："][self.words % 4]
    }
}

impl Table {
    /// The rows in printed order: total, prefectures, counties.
    pub fn rows(&self, look: &Look) -> Vec<PrintedRow> {
        let sum = |rows: &[Vec<u32>]| -> Vec<u32> {
            (0..self.columns.len()).map(|c| rows.iter().map(|row| row[c]).sum()).collect()
        };
        let row = |name: &str, parent: &str, figures: Vec<u32>| PrintedRow {
            name: name.to_owned(),
            parent: parent.to_owned(),
            figures,
        };
        let parts: Vec<Vec<Vec<u32>>> = self
            .prefectures
            .iter()
            .map(|(_, counties)| counties.iter().map(|(_, figures)| figures.clone()).collect())
            .collect();
        let mut rows = vec![row(look.total(), "", sum(&parts.concat()))];
        for ((prefecture, counties), parts) in self.prefectures.iter().zip(&parts) {
            rows.push(row(prefecture, "", sum(parts)));
            for (county, figures) in counties {
                rows.push(row(county, prefecture, figures.clone()));
            }
        }
        rows
    }

    /// What a reader should read of it.
    pub fn facts(&self, look: &Look) -> Facts {
        let mut facts = Facts::new();
        for row in self.rows(look) {
            for (path, figure) in self.columns.iter().zip(&row.figures) {
                let fact = Fact {
                    annex: 1,
                    region: row.name.clone(),
                    parent: row.parent.clone(),
                    column: fact::header(path.iter().copied()),
                    value: figure.to_string(),
                };
                fact::add(&mut facts, fact);
            }
        }
        facts
    }

    /// The table on one page, under a label, a title and a unit.
    pub fn draw(&self, look: &Look) -> Pages {
        let mut sheet = Sheet::new(look);
        sheet.captions();
        sheet.table(self);
        sheet.finish()
    }

    /// The table as a text with tabs.
    pub fn text(&self, look: &Look) -> String {
        let tiers = self.tiers();
        let mut text = format!("{}\n\n2023年保障性住房任务分解表\n\n", look.label());
        if look.unit == Unit::Caption {
            text += &format!("{}\n", look.unit_caption());
        }
        for tier in 0..tiers {
            let mut cells = vec![if tier == 0 { look.key() } else { "" }.to_owned()];
            for (c, path) in self.columns.iter().enumerate() {
                let is_again = c > 0 && self.columns[c - 1].get(..=tier) == path.get(..=tier);
                cells.push(match path.get(tier) {
                    Some(_) if is_again => String::new(),
                    Some(word) => self.header_word(look, c, tier, word),
                    None => String::new(),
                });
            }
            text += &format!("{}\n", cells.join("\t"));
        }
        for row in self.rows(look) {
            let figures: Vec<String> =
                row.figures.iter().map(|figure| self.figure(look, *figure)).collect();
            text += &format!("{}\t{}\n", row.name, figures.join("\t"));
        }
        text
    }

    fn tiers(&self) -> usize {
        self.columns.iter().map(|path| path.len()).max().unwrap_or(1)
    }

    fn header_word(&self, look: &Look, column: usize, tier: usize, word: &str) -> String {
        let is_last = tier + 1 == self.columns[column].len();
        match look.unit {
            Unit::Header if is_last => format!("{word}（套）"),
            _ => word.to_owned(),
        }
    }

    fn figure(&self, look: &Look, figure: u32) -> String {
        match look.unit {
            Unit::Cell => format!("{figure}套"),
            _ => figure.to_string(),
        }
    }
}

/// A page being drawn. Lengths are in points before scaling.
struct Sheet<'l> {
    look: &'l Look,
    page: Page,
    y: f32,
}

/// Left edge of what is printed.
const LEFT: f32 = 60.0;
/// Widest a page is.
const WIDTH: f32 = 595.0;

impl Sheet<'_> {
    fn new(look: &Look) -> Sheet<'_> {
        Sheet { look, page: Page { number: 1, ..Page::default() }, y: 72.0 }
    }

    fn finish(mut self) -> Pages {
        let scale = self.look.scale;
        self.page.width = WIDTH * scale;
        self.page.height = (self.y + 80.0).max(842.0) * scale;
        Pages { pages: vec![self.page], text_from: TextFrom::TextLayer, encoding: None }
    }

    fn captions(&mut self) {
        let look = self.look;
        self.text(Set::Left, LEFT, WIDTH - LEFT, 0.0, 14.0, look.label());
        self.text(Set::Center, LEFT, WIDTH - LEFT, 30.0, 16.0, "2023年保障性住房任务分解表");
        if look.unit == Unit::Caption {
            self.text(Set::Right, LEFT, WIDTH - LEFT, 58.0, 10.5, look.unit_caption());
        }
        self.y += 78.0;
    }

    fn table(&mut self, table: &Table) {
        let look = self.look;
        let (size, tiers) = (look.size, table.tiers());
        let pad = size * 0.4;
        // Nothing is wider than its cell: neither the longest name nor a header.
        let name_width = size * look.wrap.map_or(13.0, |chars| chars.max(6) as f32 + 1.0);
        let mut edges = vec![LEFT, LEFT + name_width];
        for (c, path) in table.columns.iter().enumerate() {
            let word = path.last().map_or("", |word| word);
            let word = table.header_word(look, c, path.len() - 1, word);
            let header: f32 = word.chars().map(em).sum();
            edges.push(edges[edges.len() - 1] + look.wide.max(header + 1.0) * size);
        }
        let (left, right) = (edges[0], edges[edges.len() - 1]);
        let height = look.pitch * size;
        let top = self.y;
        let under_header = top + tiers as f32 * height;

        // The header: a cell over equal words, or down to the rows.
        let middle = |from: f32, to: f32| (from + to - size) / 2.0 - top;
        self.text(Set::Center, left, edges[1], middle(top, under_header), size, look.key());
        for tier in 0..tiers {
            let above = top + tier as f32 * height;
            for (c, path) in table.columns.iter().enumerate() {
                let Some(word) = path.get(tier) else { continue };
                let same = |other: &&[&str]| other.get(..=tier) == path.get(..=tier);
                if c > 0 && same(&table.columns[c - 1]) {
                    continue;
                }
                let span = table.columns[c..].iter().take_while(|other| same(other)).count();
                let (from, to) = (edges[c + 1], edges[c + 1 + span]);
                let below = match tier + 1 == path.len() {
                    true => under_header,
                    false => above + height,
                };
                let word = table.header_word(look, c, tier, word);
                self.text(Set::Center, from, to, middle(above, below), size, &word);
                if below < under_header {
                    self.across(
                        below,
                        from,
                        to,
                        &[Ruling::Grid, Ruling::OpenSides, Ruling::Across, Ruling::Three],
                    );
                }
                if c > 0 && matches!(look.ruling, Ruling::Grid | Ruling::OpenSides | Ruling::Down) {
                    self.rule(Axis::Y, from, above, under_header);
                }
            }
        }

        let mut y = under_header;
        let mut lines = vec![under_header];
        for row in table.rows(look) {
            let indent = match look.indent && !row.parent.is_empty() {
                true => size,
                false => 0.0,
            };
            let name: Vec<char> = row.name.chars().collect();
            let parts: Vec<String> = match look.wrap {
                Some(chars) => name.chunks(chars).map(|part| part.iter().collect()).collect(),
                None => vec![row.name.clone()],
            };
            let leading = 1.2 * size;
            let high = height + (parts.len() - 1) as f32 * leading;
            for (i, part) in parts.iter().enumerate() {
                let at = (height - size) / 2.0 + i as f32 * leading + y - top;
                self.text(look.names, left + pad + indent, edges[1] - pad, at, size, part);
            }
            for (c, figure) in row.figures.iter().enumerate() {
                let (from, to) = (edges[c + 1] + pad, edges[c + 2] - pad);
                let at = (high - size) / 2.0 + y - top;
                self.text(look.figures, from, to, at, size, &table.figure(look, *figure));
            }
            y += high;
            lines.push(y);
        }
        let bottom = y;
        for ruling in [top, under_header, bottom] {
            self.across(
                ruling,
                left,
                right,
                &[Ruling::Grid, Ruling::OpenSides, Ruling::Across, Ruling::Three],
            );
        }
        for &line in &lines[1..lines.len() - 1] {
            self.across(line, left, right, &[Ruling::Grid, Ruling::OpenSides, Ruling::Across]);
        }
        for (i, &edge) in edges.iter().enumerate() {
            let is_side = i == 0 || i + 1 == edges.len();
            match look.ruling {
                Ruling::Grid => self.rule(
                    Axis::Y,
                    edge,
                    if is_side || i == 1 { top } else { under_header },
                    bottom,
                ),
                Ruling::OpenSides if !is_side => {
                    self.rule(Axis::Y, edge, if i == 1 { top } else { under_header }, bottom);
                }
                Ruling::Down => self.rule(
                    Axis::Y,
                    edge,
                    if is_side || i == 1 { top } else { under_header },
                    bottom,
                ),
                _ => {}
            }
        }
        if look.ruling == Ruling::Down {
            self.rule(Axis::X, top, left, right);
            self.rule(Axis::X, bottom, left, right);
        }
        self.y = bottom;
    }

    /// A rule across, if the ruling has it.
    fn across(&mut self, at: f32, from: f32, to: f32, rulings: &[Ruling]) {
        if rulings.contains(&self.look.ruling) {
            self.rule(Axis::X, at, from, to);
        }
    }

    fn rule(&mut self, axis: Axis, at: f32, from: f32, to: f32) {
        let s = self.look.scale;
        let rule = Rule { axis, at: at * s, from: from * s, to: to * s, width: 0.5 * s };
        self.page.rules.push(rule);
    }

    /// One line of text between two edges, so far below the sheet's y.
    fn text(&mut self, set: Set, from: f32, to: f32, below: f32, size: f32, text: &str) {
        let s = self.look.scale;
        let width: f32 = text.chars().map(|c| em(c) * size).sum();
        let x = match set {
            Set::Left => from,
            Set::Center => (from + to - width) / 2.0,
            Set::Right => to - width,
        };
        let y = self.y + below;
        let mut edges = vec![x * s];
        for c in text.chars() {
            edges.push(edges[edges.len() - 1] + em(c) * size * s);
        }
        self.page.runs.push(Run {
            text: text.to_owned(),
            bbox: Rect::new(x * s, y * s, edges[edges.len() - 1], (y + size) * s),
            edges,
            size: size * s,
            turn: Turn::Upright,
            ink: Ink::Seen { lightness: 0.0 },
            spot: None,
            joints: Vec::new(),
            sight: None,
        });
    }
}

/// How wide a character is, in ems.
fn em(c: char) -> f32 {
    if c.is_ascii() { 0.5 } else { 1.0 }
}

/// Tables of one or two tiers.
pub fn table() -> impl Strategy<Value = Table> {
    let columns = prop::sample::select(vec![
        vec![&["新开工"][..]],
        vec![&["新开工"][..], &["基本建成"]],
        vec![&["新建"][..], &["改造"], &["基本建成"]],
        vec![&["开工任务", "新建"][..], &["开工任务", "改造"], &["基本建成"]],
        vec![
            &["公租房", "新开工"][..],
            &["公租房", "建成"],
            &["棚改", "新开工"],
            &["棚改", "建成"],
        ],
    ]);
    (columns, 2..=4_usize, any::<u64>()).prop_map(|(columns, count, seed)| {
        // Figures from a seed: shrinking takes rows away, not digits.
        let mut draw = seed;
        let mut figure = || {
            draw = draw
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let digits = [10, 100, 1_000, 10_000][(draw >> 33) as usize % 4];
            1 + (draw >> 40) as u32 % digits
        };
        let prefectures = REGIONS[..count]
            .iter()
            .map(|(prefecture, counties)| {
                let counties = counties
                    .iter()
                    .map(|county| (*county, columns.iter().map(|_| figure()).collect()))
                    .collect();
                (*prefecture, counties)
            })
            .collect();
        Table { columns, prefectures }
    })
}

/// Ways to draw a table.
pub fn look() -> impl Strategy<Value = Look> {
    let ruling = prop::sample::select(vec![
        Ruling::Grid,
        Ruling::OpenSides,
        Ruling::Across,
        Ruling::Three,
        Ruling::Down,
        Ruling::None,
    ]);
    let set = || prop::sample::select(vec![Set::Center, Set::Left, Set::Right]);
    let unit = prop::sample::select(vec![Unit::Caption, Unit::Header, Unit::Cell]);
    let sizes = (
        prop_oneof![Just(1.0_f32), 0.3..3.0_f32],
        prop_oneof![Just(10.5_f32), 6.0..16.0_f32],
        1.5..3.0_f32,
        5.0..14.0_f32,
    );
    let wrap = prop_oneof![3 => Just(None), 1 => (4..=6_usize).prop_map(Some)];
    let named = (set(), set(), any::<bool>(), unit, 0..20_usize, wrap);
    (ruling, sizes, named).prop_map(
        |(ruling, (scale, size, pitch, wide), (names, figures, indent, unit, words, wrap))| Look {
            ruling,
            scale,
            size,
            pitch,
            wide,
            names,
            figures,
            indent,
            unit,
            words,
            wrap,
        },
    )
}
