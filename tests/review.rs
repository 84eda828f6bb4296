//! The review page as a file: what stands in it, and what must not. What it does in a browser is
//! driven by `tests/review/browser.cjs`.
#![cfg(all(feature = "review", feature = "cli"))]

#[cfg(any(feature = "excel", feature = "package"))]
#[path = "support/archive.rs"]
mod archive;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fubiao::check;
use fubiao::diag::Sink;
use fubiao::emit::record::{NoticeRecord, OfferRecord};
use fubiao::options::Options;
use fubiao::pipeline;
use fubiao::review::{Face, Setting, Sheet, page, sheets};
use fubiao::source::Source;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::ops::RangeInclusive;

const ALL: RangeInclusive<u32> = 1..=u32::MAX;

#[test]
fn what_a_notice_contains_can_t_leave_its_element() {
    let evil = "</script><script>alert(1)</script>";
    let text = format!(
        "关于下达2024年{evil}计划的通知\n\n附件1\n任务表\n地区\t套数{{{{script}}}}\n甲{evil}市\t1\n合计\t1\n"
    );
    let html = review("<img src=x onerror=alert(2)>.txt", text.into_bytes());
    assert_eq!(html.matches("<script").count(), 2, "the data and our own script");
    assert_eq!(html.matches("</script").count(), 2);
    assert_eq!(html.matches("<img").count(), 0);
    let data = data(&html);
    assert_eq!(data["source"]["name"], "<img src=x onerror=alert(2)>.txt");
    let row = &data["annexes"][0]["rows"][0];
    assert_eq!(row["region"], format!("甲{evil}市"));
    assert_eq!(data["annexes"][0]["columns"][0]["path"][0], "套数{{script}}");
}

#[test]
fn the_policy_allows_the_page_s_own_script_and_style_and_nothing_else() {
    let html = review("notice.txt", sample("notice.txt"));
    let policy = between(&html, r#"Content-Security-Policy" content=""#, "\"");
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let expected = format!(
        "default-src 'none'; img-src data:; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(between(&html, "<style>", "</style>")),
        hash(between(&html, "<script>", "</script>")),
    );
    assert_eq!(policy, expected);
    let outside: Vec<&str> =
        html.split(['"', '\'', '(']).filter(|part| part.starts_with("http")).collect();
    assert_eq!(outside, ["http://www.w3.org/2000/svg"], "the name of a format, not a place");
}

/// Whatever was repaired is named in Chinese on a Chinese page.
#[test]
fn every_repair_has_a_chinese_name() {
    let codes = std::fs::read_to_string("docs/codes.zh-CN.md").expect("it is in the repository");
    let words = include_str!("../src/review/words.js");
    let names = between(words, "    rules: {\n", "    },");
    let repairs = between(&codes, "\n## 修复", "\n## ");
    let repairs = repairs.split("\n### `").skip(1).filter_map(|part| part.split('`').next());
    let missing: Vec<&str> =
        repairs.filter(|code| !names.contains(&format!(" {code}: \""))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_same_notice_gives_the_same_page() {
    assert!(
        review("notice.pdf", sample("notice.pdf")) == review("notice.pdf", sample("notice.pdf"))
    );
}

#[test]
fn a_broken_sum_comes_with_its_figures_and_the_cell_to_doubt() {
    for file in ["notice.pdf", "notice.txt"] {
        let data = data(&review(file, sample(file)));
        let error = find(&data["findings"], |f| f["severity"] == "error").expect("a sum is broken");
        let [sum] = &list(&error["sums"])[..] else { panic!("{file}: {}", error["sums"]) };
        let sum = &data["sums"][sum.as_u64().expect("an index") as usize];
        let raw = |cell: &Value| {
            let [a, r, c] = [0, 1, 2].map(|i| cell[i].as_u64().expect("an index") as usize);
            data["annexes"][a]["rows"][r]["cells"][c][0].as_str().expect("a text").to_owned()
        };
        assert_eq!(raw(&sum[0]), "1062", "{file}");
        let parts: Vec<String> = list(&sum[1]).iter().map(raw).collect();
        let total: u32 = parts.iter().map(|part| part.parse::<u32>().expect("a figure")).sum();
        assert_eq!((parts.len(), total), (12, 1265), "{file}");
        assert_eq!(raw(&error["suspects"][0]["cell"]), "204", "{file}");
    }
}

#[test]
fn a_doubtful_cell_of_a_scan_comes_with_its_causes_and_readings() {
    let source = Source::new("notice.txt", sample("notice.txt")).expect("a text");
    let reading = pipeline::read(&source, &Options::default()).expect("a notice");
    let mut record = NoticeRecord::new(&source, &reading);
    let cells = &mut record.annexes[0].rows[0].cells;
    cells[0].confidence = Some(0.61);
    cells[0].doubt = vec!["readings_differ".to_owned()];
    cells[0].readings = vec![OfferRecord { text: "7".to_owned(), confidence: 0.3 }];
    // Doubtful for another reason than its picture.
    cells[1].doubt = vec!["table_uncertain".to_owned()];
    let data = data(&page(&record, &[], &[], &Setting::default()));
    let cells = list(&data["annexes"][0]["rows"][0]["cells"]);
    let sight = json!({"doubt": ["readings_differ"], "readings": ["7"]});
    assert_eq!((&cells[0][4], &cells[0][5]), (&Value::Null, &sight));
    assert_eq!(cells[1].get(4), None);
}

#[test]
fn every_page_of_a_pdf_has_a_picture_and_every_cell_lies_on_its_page() {
    let source = Source::new("notice.pdf", sample("notice.pdf")).expect("a PDF");
    let sheets = sheets(&mut Sink::new(), &Options::default(), &source, &ALL).expect("pages");
    assert!(sheets.iter().all(|sheet| media_type(sheet).is_some()));
    let reading = pipeline::read(&source, &Options::default()).expect("a notice");
    let data =
        data(&page(&NoticeRecord::new(&source, &reading), &[], &sheets, &Setting::default()));
    let mut seen = 0;
    for annex in list(&data["annexes"]) {
        for cell in list(&annex["rows"]).iter().flat_map(|row| list(&row["cells"])) {
            let [n, x0, y0, x1, y1] =
                [0, 1, 2, 3, 4].map(|i| cell[3][i].as_f64().expect("a number"));
            let size = &data["sheets"][n as usize - 1]["size"];
            let [width, height] = [0, 1].map(|i| size[i].as_f64().expect("a length"));
            assert!(0.0 <= x0 && x0 < x1 && x1 <= width, "{cell}");
            assert!(0.0 <= y0 && y0 < y1 && y1 <= height, "{cell}");
            seen += 1;
        }
    }
    assert!(seen > 300, "saw only {seen} cells");
}

#[test]
fn text_in_a_font_that_the_file_lacks_is_left_to_the_browser() {
    let words = |file: &str| -> usize {
        let data = data(&review(file, sample(file)));
        list(&data["sheets"]).iter().map(|sheet| list(&sheet["words"]).len()).sum()
    };
    assert_eq!(words("notice.pdf"), 0, "its font is embedded");
    assert!(words("notice-reportlab.pdf") > 300, "its font is not");
}

#[test]
fn a_page_that_was_not_asked_for_has_no_picture() {
    let source = Source::new("notice.pdf", sample("notice.pdf")).expect("a PDF");
    let sheets = sheets(&mut Sink::new(), &Options::default(), &source, &(2..=3)).expect("pages");
    let drawn: Vec<u32> =
        sheets.iter().filter(|s| media_type(s).is_some()).map(|s| s.number).collect();
    assert_eq!(drawn, [2, 3]);
    assert!(sheets.len() > 3);
}

#[test]
fn a_text_keeps_its_lines() {
    let text =
        "关于2024年计划的通知\r\n\r\n附件1\r\n任务表\r\n地区\t套数\r\n甲市\t12\r\n合计\t12\r\n";
    let data = data(&review("notice.txt", text.into()));
    let sheet = &data["sheets"][0];
    assert_eq!(sheet["lines"][5], "甲市\t12");
    let place = &data["annexes"][0]["rows"][0]["cells"][0][3];
    assert_eq!(place.to_string(), "[1,6,4]", "page, line and character");
}

/// A workbook is shown as its sheets, each with the numbers of its rows and columns and its merged cells.
#[cfg(feature = "excel")]
#[test]
fn a_workbook_shows_its_cells() {
    let row = |number: u32, cells: &[(&str, &str)]| {
        let cells = cells
            .iter()
            .map(|(at, text)| format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#));
        format!(r#"<row r="{number}">{}</row>"#, cells.collect::<String>())
    };
    let sheet = format!(
        r#"<worksheet><cols><col min="3" max="3" hidden="1"/></cols><sheetData>{}{}{}{}</sheetData><mergeCells><mergeCell ref="B2:D2"/></mergeCells></worksheet>"#,
        row(2, &[("B2", "任务表")]),
        row(3, &[("B3", "市"), ("D3", "套数")]),
        row(4, &[("B4", "甲市"), ("C4", "99"), ("D4", "12")]),
        row(5, &[("B5", "合计"), ("D5", "12")]),
    );
    let relation = |kind: &str, target: &str| {
        format!(
            r#"<Relationships><Relationship Id="r" Type="http://x/{kind}" Target="{target}"/></Relationships>"#
        )
    };
    let (root, own) = (relation("officeDocument", "xl/w.xml"), relation("worksheet", "s.xml"));
    let book = archive::zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", root.as_bytes()),
        (
            "xl/w.xml",
            r#"<workbook><sheets><sheet name="附件1" r:id="r"/></sheets></workbook>"#.as_bytes(),
        ),
        ("xl/_rels/w.xml.rels", own.as_bytes()),
        ("xl/s.xml", sheet.as_bytes()),
    ]);
    let data = data(&review("book.xlsx", book));
    let sheet = &data["sheets"][0];
    assert_eq!(sheet["sheet"], "附件1");
    let table = find(&sheet["blocks"], |block| block.is_object()).expect("a table");
    assert_eq!(table["cols"].to_string(), "[2,4]", "B and D: what is hidden is not shown");
    let cell = |text: &str| find(&table["cells"], |cell| cell[3] == text).map(Value::to_string);
    assert_eq!(cell("甲市").as_deref(), Some(r#"[2,1,1,"甲市",[1,"cell",1,4,2,1]]"#));
    assert_eq!(cell("任务表").as_deref(), Some(r#"[0,1,2,"任务表",[1,"cell",1,2,2,1]]"#));
    let place = &data["annexes"][0]["rows"][0]["cells"][0][3];
    assert_eq!(place.to_string(), r#"[1,"cell",1,4,4,1]"#);
}

/// The files of a notice stand under tabs of their own; a page of a text keeps its lines.
#[cfg(feature = "package")]
#[test]
fn the_files_of_a_package_are_told_apart() {
    let body =
        "赣建保〔2025〕1号\n关于下达计划的通知\n各市人民政府：\n现将计划下达。\n附件：任务表\n";
    let annex = "附件\n任务表\n市\t套数\n甲市\t12\n合计\t12\n";
    let zip = archive::zip(&[("附件.txt", annex.as_bytes()), ("通知.txt", body.as_bytes())]);
    let data = data(&review("notice.zip", zip));
    let parts: Vec<String> = list(&data["sheets"]).iter().map(|s| s["part"].to_string()).collect();
    assert_eq!(parts, [r#"[0,"通知.txt"]"#, r#"[1,"附件.txt"]"#]);
    assert_eq!(data["sheets"][0]["blocks"][1].to_string(), r#"["关于下达计划的通知",[1,2,1]]"#);
}

/// What the picture is, if there is one.
fn media_type(sheet: &Sheet) -> Option<&'static str> {
    match &sheet.face {
        Face::Drawn { drawn, .. } => drawn.picture.as_ref().map(|picture| picture.media_type),
        Face::Lines { .. } | Face::Told(_) => None,
    }
}

fn sample(file: &str) -> Vec<u8> {
    std::fs::read(format!("samples/housing-2023/{file}")).expect("the sample is in the repository")
}

/// The review page of these bytes.
fn review(name: &str, bytes: Vec<u8>) -> String {
    let source = Source::new(name, bytes).expect("a source");
    let options = Options::default();
    let reading = pipeline::read(&source, &options).expect("a notice");
    let sheets = sheets(&mut Sink::new(), &options, &source, &ALL).expect("pages");
    let record = NoticeRecord::new(&source, &reading);
    page(&record, &check::stated_sums(&reading.notice), &sheets, &Setting::default())
}

fn data(html: &str) -> Value {
    let json = between(html, r#"<script type="application/json" id="data">"#, "</script>");
    serde_json::from_str(json).expect("the data is JSON")
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).expect("the page has it");
    rest.split_once(after).expect("and its end").0
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

fn find(list: &Value, is: impl Fn(&Value) -> bool) -> Option<&Value> {
    list.as_array()?.iter().find(|value| is(value))
}

#[test]
fn a_font_that_is_missing_is_not_drawn_in_the_one_before() {
    // 南昌市 in UCS-2 is S W f ^ and more to a Latin font.
    let pdf = pdf(&[(
        [595, 842],
        "BT /F1 12 Tf 90 700 Td (2100) Tj /F2 12 Tf 0 -40 Td <5357660C5E02> Tj ET",
    )]);
    let data = data(&review("missing.pdf", pdf));
    let words = list(&data["sheets"][0]["words"]);
    assert_eq!(words.len(), 1, "{words:?}");
    assert_eq!(words[0][0], "南昌市");
}

#[test]
fn a_page_that_can_t_be_drawn_is_said_and_the_others_are_drawn() {
    let text = "BT /F1 12 Tf 90 700 Td (2100) Tj ET";
    let source =
        Source::new("thin.pdf", pdf(&[([595, 842], text), ([14_000, 1], "")])).expect("a PDF");
    let mut sink = Sink::new();
    let sheets = sheets(&mut sink, &Options::default(), &source, &ALL).expect("pages");
    assert_eq!(sheets.iter().map(|s| media_type(s).is_some()).collect::<Vec<_>>(), [true, false]);
    let codes: Vec<&str> = sink.into_parts().0.iter().map(|said| said.code).collect();
    assert_eq!(codes, ["page_not_drawn"]);
}

/// A PDF of pages of these sizes and contents; `F1` is Helvetica, `F2` a Chinese font that is not there.
fn pdf(pages: &[([i64; 2], &str)]) -> Vec<u8> {
    use lopdf::{Document, Object, Stream, dictionary};
    let mut pdf = Document::with_version("1.5");
    let descendant = dictionary! {
        "Type" => "Font", "Subtype" => "CIDFontType0", "BaseFont" => "STSong-Light", "DW" => 1000,
        "CIDSystemInfo" => dictionary! {
            "Registry" => Object::string_literal("Adobe"),
            "Ordering" => Object::string_literal("GB1"),
            "Supplement" => 4,
        },
    };
    let fonts = dictionary! {
        "F1" => dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" },
        "F2" => dictionary! {
            "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "STSong-Light",
            "Encoding" => "UniGB-UCS2-H", "DescendantFonts" => vec![descendant.into()],
        },
    };
    let tree = pdf.new_object_id();
    let mut kids: Vec<Object> = Vec::new();
    for ([width, height], content) in pages {
        let content = pdf.add_object(Stream::new(dictionary! {}, content.as_bytes().to_vec()));
        let page = pdf.add_object(dictionary! {
            "Type" => "Page", "Parent" => tree, "Contents" => content,
            "MediaBox" => vec![0.into(), 0.into(), (*width).into(), (*height).into()],
            "Resources" => dictionary! { "Font" => fonts.clone() },
        });
        kids.push(page.into());
    }
    let count = kids.len() as i64;
    let nodes = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count };
    pdf.objects.insert(tree, nodes.into());
    let catalog = pdf.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    pdf.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes).expect("a document in memory can be saved");
    bytes
}
