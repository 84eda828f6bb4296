//! Laws that hold for every input of a kind, by proptest.

#[path = "../examples/reading/damage.rs"]
mod damage;
#[path = "properties/drawn.rs"]
mod drawn;
#[path = "../examples/score/fact.rs"]
mod fact;
#[path = "properties/pages.rs"]
mod pages;
mod support;
#[path = "../examples/reading/tally.rs"]
mod tally;
#[path = "../examples/reading/targets.rs"]
mod targets;

/// Laws 2 and 3: a table cut by pages comes back the same.
mod joins {
    use fubiao::diag::Sink;
    use fubiao::geom::Rect;
    use fubiao::place::{Place, PlacedText};
    use fubiao::repair::document::{Slot, Table};
    use fubiao::repair::joins;
    use fubiao::segment::outline::{
        Block, Fragment, Frame, GridCell, Layout, Role, Ruling, TextBlock,
    };
    use proptest::prelude::*;

    const PREFECTURES: &[&str] = &["南昌市", "九江市", "萍乡市", "宜春市", "上饶市", "吉安市"];
    const COUNTIES: &[&str] = &["中心城区", "修水县", "乐平市", "芦溪县", "浮梁县", "崇义县"];

    /// A place of a drawn table: a cell, or `<` and `^` for what the cell to the left or above covers.
    type Drawn = Vec<Vec<String>>;

    /// A whole table as it would stand on one endless page.
    #[derive(Debug, Clone)]
    struct Whole {
        header: Drawn,
        rows: Drawn,
    }

    /// How a page shows the header of the table it goes on with.
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Top {
        Whole,
        LastTier,
        CutShort,
        Blank,
        Absent,
    }

    /// A cut: before which row, under which header, and through what.
    #[derive(Debug, Clone)]
    struct Cut {
        before: usize,
        top: Top,
        caption: bool,
        /// Whether the row before the cut leaves its figures to the next page.
        tears: bool,
        /// Whether a span that goes on bears its name again.
        names_span: bool,
    }

    fn cells(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| word.to_string()).collect()
    }

    fn header(layout: usize) -> Drawn {
        match layout {
            0 => vec![cells(&["设区市", "开工", "基本建成"])],
            1 => vec![
                cells(&["市、区", "开工任务", "<", "<", "基本建成任务"]),
                cells(&["^", "城市棚户区", "国有工矿", "小计", "^"]),
            ],
            2 => vec![cells(&["序号", "地区", "开工", "基本建成"])],
            3 => vec![cells(&["市", "县（市、区）", "新建（筹集）", "基本建成"])],
            _ => vec![
                cells(&["单位", "2022年", "<", "<", "<"]),
                cells(&["^", "新开工", "<", "完工", "<"]),
                cells(&["^", "套数（套）", "面积（万平方米）", "套数（套）", "面积（万平方米）"]),
            ],
        }
    }

    /// Tables of five layouts: one tier, two, serial numbers, a prefecture that spans, three tiers.
    fn whole() -> impl Strategy<Value = Whole> {
        let figure = prop_oneof![
            4 => (0u32..40_000).prop_map(|n| n.to_string()),
            1 => Just(String::new()),
            1 => Just("—".to_owned()),
        ];
        (0usize..5, prop::collection::vec(prop::collection::vec(figure, 4), 4..40)).prop_map(
            |(layout, figures)| {
                let header = header(layout);
                let cols = header[0].len();
                let mut rows: Drawn = Vec::new();
                for (i, figures) in figures.iter().enumerate() {
                    let county = COUNTIES[i % COUNTIES.len()].to_owned();
                    let prefecture = PREFECTURES[(i / 6) % PREFECTURES.len()];
                    let names = match layout {
                        2 => vec![(i + 1).to_string(), county],
                        3 if i % 6 == 0 => vec![prefecture.to_owned(), "小计".to_owned()],
                        3 => vec!["^".to_owned(), county],
                        _ => vec![county],
                    };
                    let mut row = names.clone();
                    row.extend(figures.iter().take(cols - names.len()).cloned());
                    rows.push(row);
                }
                Whole { header, rows }
            },
        )
    }

    fn cuts(rows: usize) -> impl Strategy<Value = Vec<Cut>> {
        let top = prop_oneof![
            Just(Top::Whole),
            Just(Top::LastTier),
            Just(Top::CutShort),
            Just(Top::Blank),
            Just(Top::Absent)
        ];
        let cut = (1..rows, top, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
            |(before, top, caption, tears, names_span)| Cut {
                before,
                top,
                caption,
                tears,
                names_span,
            },
        );
        prop::collection::vec(cut, 1..4).prop_map(|mut cuts| {
            cuts.sort_by_key(|cut| cut.before);
            cuts.dedup_by_key(|cut| cut.before);
            cuts
        })
    }

    fn top_rows(header: &Drawn, top: Top) -> Drawn {
        let last = header.len() - 1;
        let bare = |word: &String| match word.as_str() {
            "^" | "<" => String::new(),
            word => word.to_owned(),
        };
        match top {
            Top::Whole => header.clone(),
            Top::LastTier => vec![header[last].iter().map(bare).collect()],
            Top::CutShort => {
                let cut = |word: String| word.split('（').next().unwrap_or_default().to_owned();
                vec![header[last].iter().map(bare).map(cut).collect()]
            }
            Top::Blank => {
                let blank = |word: &String| match word.as_str() {
                    "^" | "<" => word.clone(),
                    _ => String::new(),
                };
                header.iter().map(|row| row.iter().map(blank).collect()).collect()
            }
            Top::Absent => Vec::new(),
        }
    }

    /// What one page shows.
    fn fragment(page: u32, drawn: &Drawn) -> Fragment {
        let (rows, cols) = (drawn.len(), drawn[0].len());
        let mut cells = Vec::new();
        for (row, line) in drawn.iter().enumerate() {
            for (col, word) in line.iter().enumerate() {
                if word == "<" || word == "^" {
                    continue;
                }
                let colspan = 1 + line[col + 1..].iter().take_while(|w| *w == "<").count();
                let rowspan = 1 + drawn[row + 1..].iter().take_while(|l| l[col] == "^").count();
                let bbox = Rect::new(
                    col as f32 * 80.0,
                    row as f32 * 20.0,
                    (col + colspan) as f32 * 80.0,
                    (row + rowspan) as f32 * 20.0,
                );
                let mut text = PlacedText::new();
                word.chars().for_each(|c| text.push(c, Place::of_box(page, bbox)));
                let raw = word.clone();
                cells.push(GridCell {
                    row,
                    col,
                    rowspan,
                    colspan,
                    raw,
                    text,
                    marks: Vec::new(),
                    bbox,
                    place: None,
                });
            }
        }
        Fragment {
            page,
            bbox: Rect::new(0.0, 0.0, cols as f32 * 80.0, rows as f32 * 20.0),
            ruling: Ruling::Grid,
            panel: 0,
            panels: 1,
            row_edges: (0..=rows).map(|i| i as f32 * 20.0).collect(),
            col_edges: (0..=cols).map(|i| i as f32 * 80.0).collect(),
            cells,
            layout: Layout::Seen,
            frame: Frame::default(),
        }
    }

    fn caption(page: u32) -> Block {
        Block::Text(TextBlock {
            role: Role::Continuation,
            text: PlacedText::new(),
            raw: "续表".to_owned(),
            page,
            bbox: Rect::default(),
            size: 12.0,
            flows_on: false,
            layout: Layout::Seen,
        })
    }

    /// The table as pages show it.
    fn cut_up(whole: &Whole, cuts: &[Cut]) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut page = 1;
        let mut drawn = whole.header.clone();
        let key = whole.header[0].iter().position(|word| word == "地区" || word == "县（市、区）");
        let names = key.unwrap_or(0) + 1;
        for (i, row) in whole.rows.iter().enumerate() {
            let Some(cut) = cuts.iter().find(|cut| cut.before == i) else {
                drawn.push(row.clone());
                continue;
            };
            let mut rest = None;
            let has_figures = |row: &Vec<String>| row[names..].iter().any(|word| !word.is_empty());
            if let Some(last) = drawn.last_mut()
                && cut.tears
                && has_figures(last)
            {
                let blank = vec![String::new(); last.len()];
                rest = Some([&blank[..names], &last[names..]].concat());
                *last = [&last[..names], &blank[names..]].concat();
            }
            blocks.push(Block::Table(fragment(page, &drawn)));
            page += 1;
            if cut.caption {
                blocks.push(caption(page));
            }
            drawn = top_rows(&whole.header, cut.top);
            let tops = drawn.len();
            drawn.extend(rest);
            drawn.push(row.clone());
            // A span that goes on begins anew on the page, blank or named again.
            let spanned = |r: &Vec<String>| r[0] == "^";
            if spanned(&whole.rows[i]) || drawn.len() > tops + 1 {
                let head = (0..i).rev().find(|&r| whole.rows[r][0] != "^").unwrap_or(0);
                // One row under a repeated name shows no span: that is a column of its own kind.
                let is_seen = whole.rows.get(i + 1).is_some_and(spanned)
                    && cuts.iter().all(|cut| cut.before != i + 1);
                let name = match cut.names_span && is_seen && spanned(&whole.rows[i]) {
                    true => whole.rows[head][0].clone(),
                    false => String::new(),
                };
                if names == 2 && key == Some(1) && whole.header[0][0] == "市" {
                    drawn[tops][0] = name;
                    if drawn.len() > tops + 1 && spanned(&whole.rows[i]) {
                        drawn[tops + 1][0] = "^".to_owned();
                    }
                }
            }
        }
        blocks.push(Block::Table(fragment(page, &drawn)));
        blocks
    }

    fn shown(table: &Table) -> Whole {
        let show = |slot: &Slot| match slot {
            Slot::Cell(cell) => cell.text.as_str().to_owned(),
            Slot::Left => "<".to_owned(),
            Slot::Above => "^".to_owned(),
        };
        let rows = |rows: &[fubiao::repair::document::TableRow]| -> Drawn {
            rows.iter().map(|row| row.slots.iter().map(show).collect()).collect()
        };
        Whole { header: rows(&table.header), rows: rows(&table.rows) }
    }

    /// A list of projects: long texts, wrapped, that a page may cut.
    fn projects() -> impl Strategy<Value = Whole> {
        let row = (0usize..4, 1u32..900, any::<bool>(), any::<bool>());
        prop::collection::vec(row, 2..12).prop_map(|rows| Whole {
            header: vec![cells(&["序号", "市（州）", "项目名称", "建设地点", "计划套数", "备注"])],
            rows: rows
                .into_iter()
                .enumerate()
                .map(|(i, (name, figure, has_place, has_remark))| {
                    vec![
                        (i + 1).to_string(),
                        PREFECTURES[i * name % PREFECTURES.len()].to_owned(),
                        "保障性租赁住房集中式公寓项目"
                            .chars()
                            .cycle()
                            .skip(name)
                            .take(20)
                            .collect(),
                        if has_place { "和平街道红旗路".to_owned() } else { String::new() },
                        figure.to_string(),
                        if has_remark { "结转续建".to_owned() } else { String::new() },
                    ]
                })
                .collect(),
        })
    }

    /// Cuts through the texts of a row: so many characters of each stay on its page.
    ///
    /// Its other cells stay too, or, being set in the middle of the row, fall on the next page.
    fn cut_texts(whole: &Whole, row: usize, stay: usize, is_low: bool) -> Vec<Block> {
        let mut first: Drawn = [&whole.header[..], &whole.rows[..=row]].concat();
        let mut next: Drawn = whole.header.clone();
        let mut rest = vec![String::new(); whole.rows[row].len()];
        if is_low {
            for col in [0, 1, 4] {
                let last = first.len() - 1;
                rest[col] = std::mem::take(&mut first[last][col]);
            }
        }
        for col in [2, 3, 5] {
            let text: Vec<char> = whole.rows[row][col].chars().collect();
            let (here, there) = text.split_at(stay.min(text.len()));
            let last = first.len() - 1;
            first[last][col] = here.iter().collect();
            rest[col] = there.iter().collect();
        }
        next.push(rest);
        next.extend_from_slice(&whole.rows[row + 1..]);
        vec![Block::Table(fragment(1, &first)), Block::Table(fragment(2, &next))]
    }

    /// The table with its columns from `col` on printed on pages behind the others.
    fn cut_in_halves(whole: &Whole, col: usize, pages: usize, alternate: bool) -> Vec<Block> {
        let side = |from: usize, to: usize| -> Vec<Fragment> {
            let part = |rows: &[Vec<String>]| -> Drawn {
                rows.iter().map(|row| row[from..to].to_vec()).collect()
            };
            let length = whole.rows.len().div_ceil(pages);
            let chunks = whole.rows.chunks(length).enumerate();
            chunks
                .map(|(i, rows)| {
                    let mut rows = rows.to_vec();
                    // A span that goes on begins blank on the new page.
                    rows[0].iter_mut().filter(|word| *word == "^").for_each(String::clear);
                    fragment(i as u32 + 1, &[part(&whole.header), part(&rows)].concat())
                })
                .collect()
        };
        let (left, right) = (side(0, col), side(col, whole.header[0].len()));
        let fragments: Vec<Fragment> = match alternate {
            true => left.into_iter().zip(right).flat_map(|(l, r)| [l, r]).collect(),
            false => left.into_iter().chain(right).collect(),
        };
        fragments.into_iter().map(Block::Table).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

        #[test]
        fn a_table_cut_by_pages_comes_back_the_same(
            (whole, cuts) in whole().prop_flat_map(|whole| {
                let rows = whole.rows.len();
                (Just(whole), cuts(rows))
            })
        ) {
            let mut sink = Sink::new();
            let tables = joins::tables(&mut sink, &mut cut_up(&whole, &cuts));
            prop_assert_eq!(tables.len(), 1);
            let back = shown(&tables[0]);
            prop_assert_eq!(back.header, whole.header);
            prop_assert_eq!(back.rows, whole.rows);
        }

        #[test]
        fn a_list_cut_through_its_texts_comes_back_the_same(
            whole in projects(), row in 0usize..11, stay in 1usize..20, is_low in any::<bool>()
        ) {
            let row = row.min(whole.rows.len() - 1);
            let mut sink = Sink::new();
            let tables = joins::tables(&mut sink, &mut cut_texts(&whole, row, stay, is_low));
            prop_assert_eq!(tables.len(), 1);
            prop_assert_eq!(shown(&tables[0]).rows, whole.rows);
        }

        #[test]
        fn halves_come_back_side_by_side(
            whole in whole(), pages in 1usize..4, alternate in any::<bool>()
        ) {
            // A half stands on its own only where no header cell reaches over both.
            let col = match whole.header[0][0].as_str() {
                "市、区" => 4,
                "单位" => return Ok(()),
                _ => whole.header[0].len() - 1,
            };
            let mut whole = whole;
            for (i, row) in whole.rows.iter_mut().enumerate() {
                row[col] = (i * 7).to_string();
            }
            let mut blocks = cut_in_halves(&whole, col, pages, alternate);
            let tables = joins::tables(&mut Sink::new(), &mut blocks);
            prop_assert_eq!(tables.len(), 1);
            let back = shown(&tables[0]);
            prop_assert_eq!(back.header, whole.header);
            prop_assert_eq!(back.rows, whole.rows);
        }
    }
}

/// Laws 1 and 6: cleaning.
mod cleaning {
    use fubiao::carrier;
    use fubiao::diag::Sink;
    use fubiao::normalize;
    use fubiao::options::Options;
    use fubiao::place::{PlacedText, Spot};
    use fubiao::source::Source;
    use proptest::prelude::*;

    /// The clean pieces of the text's lines.
    fn clean(text: &str) -> Vec<PlacedText> {
        let source = Source::new("law", text.as_bytes().to_vec()).expect("a text");
        let mut sink = Sink::new();
        let pages = carrier::extract(&mut sink, &Options::default(), &source).expect("readable");
        let lines = normalize::normalize(&mut sink, &Options::default(), pages);
        let lines = lines.pages.into_iter().flat_map(|page| page.lines);
        lines.flat_map(|line| line.pieces).map(|piece| piece.text).collect()
    }

    /// A line as conversion leaves it: what is Chinese, full-width and Latin, in any order, after an
    /// ideograph (so that it is no page number and has no bullet).
    fn messy() -> impl Strategy<Value = String> {
        let parts = prop::sample::select(vec![
            "保障性",
            "住房",
            "合",
            "计",
            "年",
            "月",
            "号",
            "〕",
            "２０",
            "３",
            "2023",
            "1 2",
            " ",
            "　",
            "and",
            " and ",
            "BOT",
            "ＰＰＰ",
            "，",
            "。",
            "、",
            "（",
            "）",
            "．",
            "％",
            "－",
            "⼯",
            "\u{200B}",
            "/",
            "%",
        ]);
        prop::collection::vec(parts, 1..14).prop_map(|parts| format!("甲{}", parts.concat()))
    }

    proptest! {
        #[test]
        fn clean_twice_is_clean_once(line in messy()) {
            for piece in clean(&line) {
                let again: Vec<String> =
                    clean(piece.as_str()).iter().map(|p| p.as_str().to_owned()).collect();
                // A piece that stands alone may be something else than it was beside others, but
                // its characters are clean already.
                if !again.is_empty() && piece.as_str().starts_with('甲') {
                    prop_assert_eq!(again, vec![piece.as_str().to_owned()]);
                }
            }
        }

        #[test]
        fn every_character_leads_back_to_its_line(lines in prop::collection::vec(messy(), 1..6)) {
            let printed: Vec<Vec<char>> = lines.iter().map(|l| l.chars().collect()).collect();
            for piece in clean(&lines.join("\n")) {
                for c in piece.chars() {
                    prop_assert_eq!(c.place.page, 1);
                    let Spot::Text { line, column } = c.place.spot else { panic!("a text has columns") };
                    let there = printed[line as usize - 1][column as usize - 1];
                    // What is Han on paper stays the same character where it came from.
                    if matches!(there, '\u{4E00}'..='\u{9FFF}') {
                        prop_assert_eq!(c.ch, there);
                    }
                }
            }
        }

        #[test]
        fn punctuation_of_prose_stays_chinese(
            parts in prop::collection::vec(
                prop::sample::select(vec!["各市", "2023年", "３套", "，", "。", "；", "：", "（", "）", "、", "“", "”", "《", "》", "〔", "〕", "！", "？"]),
                2..20,
            ),
        ) {
            let line = format!("各地，{}", parts.concat());
            let marks = |text: &str| -> String {
                text.chars().filter(|c| "，。；：（）、“”《》〔〕！？".contains(*c)).collect()
            };
            let given: String = clean(&line).iter().map(|p| p.as_str().to_owned()).collect();
            prop_assert_eq!(marks(&given), marks(&line));
        }

        #[test]
        fn english_between_latin_words_is_untouched(
            words in prop::collection::vec(prop::sample::select(vec!["BOT", "and", "PPP", "of", "the", "China"]), 1..6),
        ) {
            let phrase = format!("BOT {} PPP", words.join(" "));
            let given: String = clean(&format!("实行{phrase}项目")).iter().map(|p| p.as_str().to_owned()).collect();
            prop_assert!(given.contains(&phrase), "{given}");
        }
    }
}

/// Whatever the body says, nothing of it is lost, and nothing is made up.
mod body {
    use fubiao::diag::Sink;
    use fubiao::model::{Notice, Section};
    use fubiao::place::{Place, PlacedText, Spot};
    use fubiao::repair::document::{Document, FrameText, Paragraph};
    use fubiao::typing;
    use proptest::prelude::*;

    /// What sentences of notices are made of, in no order.
    const PIECES: &[&str] = &[
        "一、",
        "（一）",
        "1.",
        "（1）",
        "全省",
        "2023年",
        "8月底前",
        "年底",
        "其中",
        "：",
        "，",
        "。",
        "；",
        "、",
        "（",
        "）",
        "100",
        "14.29",
        "1,234",
        "万",
        "户",
        "套（间）",
        "个",
        "小区",
        "%",
        "要",
        "力争",
        "南昌市",
        "开工",
        "任务为",
        "各地",
        "于",
        " ",
        "-",
        "至",
        "文件",
        "号",
    ];

    fn sentence() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(PIECES), 0..24)
            .prop_map(|pieces| pieces.concat())
    }

    fn paragraphs() -> impl Strategy<Value = Vec<(Option<u8>, String)>> {
        prop::collection::vec((prop::option::of(1u8..=4), sentence()), 0..6)
    }

    fn placed(line: u32, text: &str) -> PlacedText {
        let mut placed = PlacedText::new();
        for (column, ch) in (1..).zip(text.chars()) {
            placed.push(ch, Place { page: 1, spot: Spot::Text { line, column } });
        }
        placed
    }

    fn notice(body: &[(Option<u8>, String)], frame: &[String]) -> Notice {
        let text = |at: usize| frame.get(at).map(|text| placed(900, text));
        let document = Document {
            frame: FrameText {
                markings: text(0).into_iter().collect(),
                issuing_authorities: text(1).into_iter().collect(),
                document_number: text(2),
                title: text(3),
                primary_addressees: text(4),
                date_of_writing: text(5),
                printing: text(6),
                ..FrameText::default()
            },
            body: (1..)
                .zip(body)
                .map(|(line, (level, text))| Paragraph { level: *level, text: placed(line, text) })
                .collect(),
            ..Document::default()
        };
        typing::typing(&mut Sink::new(), &fubiao::Options::default(), document)
    }

    /// Numbers, headings and texts of the sections, in printed order.
    fn written(sections: &[Section], out: &mut String) {
        for section in sections {
            out.push_str(&section.number);
            out.push_str(section.heading.as_deref().unwrap_or_default());
            out.push_str(&section.text);
            written(&section.sections, out);
        }
    }

    fn bare(text: &str) -> String {
        // The full stop behind a heading is the one mark that sections leave out.
        text.chars().filter(|c| !c.is_whitespace() && *c != '。').collect()
    }

    proptest! {
        #[test]
        fn sections_keep_every_word(body in paragraphs()) {
            let mut kept = String::new();
            written(&notice(&body, &[]).body, &mut kept);
            let printed: String = body.iter().map(|(_, text)| text.as_str()).collect();
            prop_assert_eq!(bare(&kept), bare(&printed));
        }

        #[test]
        fn what_targets_and_deadlines_say_is_printed(
            body in paragraphs(),
            frame in prop::collection::vec(sentence(), 0..7),
        ) {
            let notice = notice(&body, &frame);
            let printed: String = body.iter().map(|(_, text)| text.as_str()).collect();
            let printed = bare(&printed);
            for (index, target) in notice.targets.iter().enumerate() {
                prop_assert!(target.part_of.is_none_or(|whole| whole < index));
                prop_assert!(!target.quantities.is_empty());
                prop_assert!(printed.contains(&bare(&target.what)), "{}", target.what);
                for quantity in &target.quantities {
                    prop_assert!(printed.contains(&bare(&quantity.raw)), "{}", quantity.raw);
                    prop_assert!(printed.contains(&quantity.unit), "{}", quantity.unit);
                }
            }
            for deadline in &notice.deadlines {
                prop_assert!(printed.contains(&bare(&deadline.raw)), "{}", deadline.raw);
                prop_assert!(printed.contains(&bare(&deadline.due)), "{}", deadline.due);
            }
        }
    }
}

/// Law 4: change one digit of a cell that a sum covers, and a finding names that cell among its
/// suspects.
mod sums {
    use crate::support;
    use fubiao::check::{check, coverage};
    use fubiao::diag::Severity;
    use fubiao::model::Amount;
    use proptest::prelude::*;
    use std::fmt::Write;

    /// Prefectures of counties of figures, one for each column.
    type Table = Vec<Vec<Vec<u32>>>;

    fn tables() -> impl Strategy<Value = Table> {
        (1..3_usize).prop_flat_map(|columns| {
            let county = proptest::collection::vec(0..10_000_u32, columns);
            let prefecture = proptest::collection::vec(county, 1..6);
            proptest::collection::vec(prefecture, 2..6)
        })
    }

    /// The table with its sums, as a small text; a zero is left blank.
    fn draw(table: &Table) -> String {
        let columns = table[0][0].len();
        let total = |rows: &[Vec<u32>]| -> Vec<u32> {
            (0..columns).map(|c| rows.iter().map(|row| row[c]).sum()).collect()
        };
        let cells = |row: &[u32]| -> String {
            let shown = |n: &u32| if *n == 0 { String::new() } else { n.to_string() };
            row.iter().map(|n| format!(" | {}", shown(n))).collect()
        };
        let mut text = String::from("附件1 任务分解表 单位：套\n");
        text += if columns == 1 { "开工\n" } else { "开工 | 建成\n" };
        writeln!(text, "合计{}", cells(&total(&table.concat()))).unwrap();
        for (p, counties) in table.iter().enumerate() {
            writeln!(text, "  第{p}市{}", cells(&total(counties))).unwrap();
            for (c, county) in counties.iter().enumerate() {
                writeln!(text, "    第{c}县{}", cells(county)).unwrap();
            }
        }
        text
    }

    proptest! {
        #[test]
        fn sums_that_hold_are_not_spoken_of(table in tables()) {
            let findings = check(&support::notice(&draw(&table)));
            prop_assert!(findings.is_empty(), "{findings:?}");
        }

        #[test]
        fn a_changed_digit_is_named(
            table in tables(),
            cell in any::<prop::sample::Index>(),
            digit in any::<prop::sample::Index>(),
            by in 1..10_u32,
        ) {
            let mut notice = support::notice(&draw(&table));
            let covered = coverage(&notice);
            let rows = notice.annexes[0].rows.len();
            let cells: Vec<(usize, usize)> = (0..rows)
                .flat_map(|r| (0..covered[0][r].len()).map(move |c| (r, c)))
                .filter(|&(r, c)| covered[0][r][c] > 0)
                .filter(|&(r, c)| notice.annexes[0].rows[r].cells[c].value.is_some())
                .collect();
            prop_assume!(!cells.is_empty());
            let (r, c) = cells[cell.index(cells.len())];
            let cell = &mut notice.annexes[0].rows[r].cells[c];
            let mut printed: Vec<char> = cell.raw.chars().collect();
            let at = digit.index(printed.len());
            let changed = (printed[at].to_digit(10).unwrap() + by) % 10;
            printed[at] = char::from_digit(changed, 10).unwrap();
            cell.raw = printed.into_iter().collect();
            cell.value = Some(Amount::new(cell.raw.parse().unwrap()));
            let (raw, place) = (cell.raw.clone(), cell.place);

            let findings = check(&notice);
            let named = findings.iter().flat_map(|f| &f.suspects).any(|s| s.place == place);
            prop_assert!(named, "{raw} in row {r}, column {c} of\n{}\n{findings:?}", draw(&table));
        }
    }

    /// A province of 3,000 rows with a fault in every tenth prefecture, in well under a second even
    /// without optimization.
    #[test]
    fn thousands_of_rows_take_no_time() {
        let table: Table = (0..100)
            .map(|p| (0..30).map(|c| vec![p * 7 + c * 13 + 100, c * 5 + 40]).collect())
            .collect();
        let mut notice = support::notice(&draw(&table));
        for row in (3..3_000).step_by(310) {
            let cell = &mut notice.annexes[0].rows[row].cells[0];
            cell.value = Some(Amount::new("7".parse().unwrap()));
        }
        let start = std::time::Instant::now();
        let findings = check(&notice);
        let time = start.elapsed();
        let errors = findings.iter().filter(|f| f.severity == Severity::Error).count();
        assert!((9..=10).contains(&errors), "{errors} errors");
        assert!(time.as_secs() < 2, "{time:?}");
    }
}

/// Law 5: what is emitted validates, and reading what was written gives the same values.
#[cfg(feature = "cli")]
mod emitted {
    use fubiao::check::Summary;
    use fubiao::emit::json;
    use fubiao::emit::record::NoticeRecord;
    use fubiao::geom::Rect;
    use fubiao::model::{
        Amount, Annex, Cell, Column, ColumnRole, Field, Frame, Level, Notice, Region, Row, Status,
    };
    use fubiao::pipeline::{Reading, TextFrom};
    use fubiao::place::{Located, Place, Spot};
    use fubiao::source::Source;
    use fubiao::validate::Judge;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    /// Boxes in quarters of a point, which two decimals hold exactly; lines and columns.
    fn place() -> impl Strategy<Value = Place> {
        let quarters = || -4000_i32..40_000;
        let corners = (quarters(), quarters(), quarters(), quarters());
        let rect = corners.prop_map(|(a, b, c, d)| {
            let [a, b, c, d] = [a, b, c, d].map(|q| q as f32 / 4.0);
            Spot::Box(Rect::new(a, b, c, d))
        });
        let text =
            (1..u32::MAX, 1..u32::MAX).prop_map(|(line, column)| Spot::Text { line, column });
        (1..u32::MAX, prop_oneof![rect, text]).prop_map(|(page, spot)| Place { page, spot })
    }

    fn amount() -> impl Strategy<Value = Amount> {
        (-(1_i128 << 95)..(1_i128 << 95), 0..=28_u32)
            .prop_map(|(digits, scale)| Amount::new(Decimal::from_i128_with_scale(digits, scale)))
    }

    fn cell() -> impl Strategy<Value = Cell> {
        let other = prop_oneof![
            Just(Status::Blank),
            Just(Status::Placeholder),
            Just(Status::Text),
            Just(Status::Unreadable),
        ];
        let held = prop_oneof![
            amount().prop_map(|a| (Some(a), None, Status::Value)),
            (proptest::option::of(any::<String>()), other).prop_map(|(t, s)| (None, t, s)),
        ];
        (any::<String>(), held, place()).prop_map(|(raw, (value, text, status), place)| Cell {
            raw,
            value,
            text,
            status,
            ..Cell::blank(place)
        })
    }

    fn row() -> impl Strategy<Value = (String, Vec<Cell>, Place)> {
        (any::<String>(), proptest::collection::vec(cell(), 2), place())
    }

    fn notice() -> impl Strategy<Value = Notice> {
        let rows = proptest::collection::vec(row(), 0..5);
        (any::<String>(), any::<String>(), any::<u32>(), rows, place()).prop_map(
            |(title, date, number, rows, place)| {
                let column = |text: &str| Column {
                    path: vec![title.clone(), text.to_owned()],
                    unit: Some(title.clone()),
                    role: ColumnRole::Stock,
                    place,
                };
                let rows = rows.into_iter().zip(1..).map(|((name, cells, place), number)| Row {
                    number,
                    region: Region {
                        name,
                        level: Level::Other,
                        parent_row: (number > 1).then_some(0),
                        parent: Some(title.clone()),
                        code: None,
                        place,
                    },
                    keys: Vec::new(),
                    serial: None,
                    cells,
                });
                Notice {
                    annexes: vec![Annex {
                        number,
                        title: Some(Located::new(title.clone(), place)),
                        place,
                        unit: None,
                        columns: vec![column("甲"), column("乙")],
                        rows: rows.collect(),
                        notes: vec![Located::new(date.clone(), place)],
                    }],
                    frame: Frame {
                        title: Some(Located::new(title, place)),
                        date_of_writing: Field::Raw(Located::new(date, place)),
                        ..Frame::default()
                    },
                    ..Notice::default()
                }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_emitted_validates_and_reads_back(notice in notice()) {
            let reading = Reading {
                notice,
                findings: Vec::new(),
                summary: Summary::default(),
                diagnostics: Vec::new(),
                repairs: Vec::new(),
                pages: 1,
                origins: Vec::new(),
                text_from: TextFrom::TextLayer,
                encoding: None,
            };
            let source = Source::new("notice.pdf", b"%PDF-1.7\n".to_vec()).expect("it begins as a PDF");
            let mut written = Vec::new();
            json::write(&mut written, &NoticeRecord::new(&source, &reading)).expect("memory takes it");
            let verdict = Judge::new().judge(&written);
            prop_assert!(verdict.is_valid(), "{:?}", verdict.violations);
            let record = json::read(&written).expect("what was written can be read");
            prop_assert_eq!(record.to_notice().expect("it is a notice"), reading.notice);
        }
    }
}

/// A name leads into its folder, whatever stands in it, or is none; see also `fuzz/src/lib.rs`, which says what holds.
#[cfg(feature = "cli")]
mod names {
    use fubiao::archive::names;
    use fubiao::name::RelativeName;
    use proptest::prelude::*;
    use std::path::{Component, Path};

    /// What names are made of that lead elsewhere, on one system or another, and what others are made of.
    const WORDS: [&str; 28] = [
        "..", ".", "/", "\\", "C:", ":", "\0", "\n", " ", "~", "a", "A", "关于", ".pdf", ".json",
        ".XLSX", "nul", "COM1", "\u{202e}", "\u{301}", "é", "//", "\\\\?\\", "%2e%2e", "．．",
        "／", "~2", "notices",
    ];

    fn name() -> impl Strategy<Value = String> {
        let words = prop::collection::vec(prop::sample::select(&WORDS[..]), 0..12);
        prop_oneof![words.prop_map(|words| words.concat()), ".{0,40}", "[a/.\\\\: ]{0,12}"]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        #[test]
        fn a_name_stays_in_its_folder(text in name()) {
            let folder = Path::new("/out");
            for made in [RelativeName::new(text.as_str()).ok(), names::of_path(Path::new(&text))].into_iter().flatten() {
                let path = made.below(folder);
                let below = path.strip_prefix(folder).expect("it stands in the folder");
                prop_assert!(below.components().all(|part| matches!(part, Component::Normal(_))));
                prop_assert_eq!(below.components().count(), made.parts().count());
                prop_assert!(!made.as_str().contains(['\\', '\0', '\n']));
                for part in made.parts() {
                    prop_assert!(!part.trim_end_matches(['.', ' ']).is_empty());
                }
            }
        }

        #[test]
        fn a_notice_has_one_name(text in name()) {
            if let Some(name) = names::of_path(Path::new(&text)) {
                prop_assert!(names::are_ours(&name), "{name}");
                prop_assert_eq!(names::of_path(Path::new(name.as_str())), Some(name.clone()));
                let folded = RelativeName::new(name.folded());
                prop_assert!(folded.is_ok_and(|folded| folded.folded() == folded.as_str()));
            }
        }
    }
}
