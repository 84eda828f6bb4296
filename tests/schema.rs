//! What is emitted follows the schema, key by key; what was damaged does not; and what was written
//! reads back as the same notice.
#![cfg(feature = "cli")]

use fubiao::check::{Finding, Summary, Suspect};
use fubiao::diag::{Diagnostic, Repair, Severity, Stage, Wording};
use fubiao::emit::record::NoticeRecord;
use fubiao::emit::{csv, datapackage, facts, json};
use fubiao::geom::Rect;
use fubiao::model::{
    Amount, Annex, AnnexListEntry, Cell, Column, ColumnRole, Correction, Deadline, DocumentNumber,
    Field, Force, Frame, Key, Level, Notice, Quantity, Region, Row, Section, Status, Target,
    Unread, Verdict,
};
use fubiao::pipeline::{Origin, Part, Reading, Role, TextFrom};
use fubiao::place::{Located, Place, Spot};
use fubiao::source::{Kind, Source};
use fubiao::validate::{Judge, SCHEMA};
use jiff::civil::date;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[test]
fn what_is_emitted_is_valid() {
    let judge = Judge::new();
    for reading in [whole_reading(), empty_reading(), text_reading(), parts_reading()] {
        let verdict = judge.judge(&written(&reading));
        assert!(verdict.is_valid(), "{:#?}", verdict.violations);
    }
}

#[test]
fn what_was_written_reads_back_as_the_same_notice() {
    for reading in [whole_reading(), empty_reading(), text_reading(), parts_reading()] {
        let record = json::read(&written(&reading)).expect("what was written can be read");
        assert_eq!(record.to_notice().expect("it is a notice"), reading.notice);
    }
}

#[test]
fn damage_is_named_where_it_is() {
    let judge = Judge::new();
    let whole: Value = serde_json::from_slice(&written(&whole_reading())).expect("JSON");
    for (path, damage) in [
        ("/source/bytes", json!("many")),
        ("/source/sha256", json!("ABC")),
        ("/date_of_writing", json!("2023-02-30")),
        ("/document_number/serial", json!("1号")),
        ("/annexes/0/rows/0/cells/0/value", json!(165766)),
        ("/annexes/0/rows/0/cells/0/value", json!("1,657")),
        ("/annexes/0/rows/0/cells/0/value", json!(null)),
        ("/annexes/0/rows/0/cells/1/value", json!("0")),
        ("/annexes/0/rows/0/cells/0/place/bbox", json!([1, 2, 3])),
        ("/annexes/0/rows/0/region/level", json!("village")),
        ("/annexes/0/rows/0/region/code", json!("36")),
        ("/annexes/0/columns/0/path", json!("开工任务")),
        ("/findings/0/suspects/0/proposed", json!(7)),
        ("/findings/0/check", json!("Column Sum")),
        ("/repairs/0/stage", json!("kitchen")),
        ("/places/title/page", json!(0)),
    ] {
        let mut damaged = whole.clone();
        *damaged.pointer_mut(path).expect("the path is in the result") = damage;
        let verdict = judge.judge_json(&damaged);
        let paths: BTreeSet<&str> = verdict.violations.iter().map(|v| v.path.as_str()).collect();
        assert_eq!(paths, BTreeSet::from([path]), "{:#?}", verdict.violations);
    }
}

#[test]
fn every_key_is_in_the_schema_and_every_key_of_the_schema_is_emitted() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let judge = Judge::new();
    let whole: Value = serde_json::from_slice(&written(&whole_reading())).expect("JSON");
    // A key that is none of the schema's is refused in every object there is.
    let mut objects = 0;
    for path in object_paths(&whole) {
        let mut damaged = whole.clone();
        let object = damaged.pointer_mut(&path).and_then(Value::as_object_mut);
        object.expect("it is an object").insert("nonsense".to_owned(), Value::Null);
        assert!(!judge.judge_json(&damaged).is_valid(), "{path} takes any key");
        objects += 1;
    }
    assert!(objects > 30, "saw only {objects} objects");
    // A key that the schema describes stands in some result, or it describes nothing.
    let mut emitted = BTreeSet::new();
    for reading in [whole_reading(), text_reading(), parts_reading()] {
        collect_keys(&serde_json::from_slice(&written(&reading)).expect("JSON"), &mut emitted);
    }
    let mut described = BTreeMap::new();
    collect_described(&schema, &mut described);
    let absent: Vec<_> = described.keys().filter(|key| !emitted.contains(*key)).collect();
    // Only recognised characters have these, and none of these results is of a picture.
    assert_eq!(absent, ["confidence", "mended", "proven", "readings"]);
    let without: Vec<_> =
        described.iter().filter(|(_, described)| !**described).map(|(key, _)| key).collect();
    assert!(without.is_empty(), "no description: {without:?}");
}

/// Paths of all objects in a JSON value, as JSON Pointers.
fn object_paths(value: &Value) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    let below = children.iter().flat_map(|(key, child)| {
        object_paths(child).into_iter().map(move |path| format!("/{key}{path}"))
    });
    value.is_object().then(String::new).into_iter().chain(below).collect()
}

fn collect_keys(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                keys.insert(key.clone());
                collect_keys(value, keys);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_keys(item, keys)),
        _ => {}
    }
}

/// Every key that a `properties` of the schema names, and whether it has words: its own, or those of
/// the definition it points to.
fn collect_described(schema: &Value, keys: &mut BTreeMap<String, bool>) {
    match schema {
        Value::Object(map) => {
            let properties = map.get("properties").and_then(Value::as_object);
            for (key, property) in properties.into_iter().flatten() {
                // `false` and bare constants stand in conditions, which describe nothing.
                if map.contains_key("additionalProperties") {
                    let described = property.get("description").is_some_and(|d| d != "")
                        || property.get("$ref").is_some();
                    let so_far = keys.entry(key.clone()).or_insert(true);
                    *so_far &= described;
                }
            }
            map.values().for_each(|value| collect_described(value, keys));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_described(item, keys)),
        _ => {}
    }
}

#[test]
fn results_of_1_0_stay_valid() {
    let record = NoticeRecord::new(&source(), &whole_reading());
    let mut old = serde_json::to_value(&record).expect("a record is JSON");
    old["schema_version"] = "1.0".into();
    old.as_object_mut().expect("an object").remove("summary");
    let rows = old["annexes"][0]["rows"].as_array_mut().expect("rows");
    for row in rows {
        row.as_object_mut().expect("a row").remove("keys");
        for cell in row["cells"].as_array_mut().expect("cells") {
            let cell = cell.as_object_mut().expect("a cell");
            ["unit", "mark", "doubt"].iter().for_each(|key| drop(cell.remove(*key)));
        }
    }
    let old = serde_json::to_vec(&old).expect("it is JSON");
    let verdict = Judge::new().judge(&old);
    assert!(verdict.is_valid(), "{:?}", verdict.violations);
    let read = json::read(&old).expect("it can be read");
    let notice = read.to_notice().expect("it is a notice");
    assert!(notice.annexes[0].rows.iter().all(|row| row.keys.is_empty()));
}

#[test]
fn facts_are_one_line_a_cell() {
    let record = NoticeRecord::new(&source(), &whole_reading());
    let mut out = Vec::new();
    facts::write(&mut out, &record).expect("memory takes it");
    let text = String::from_utf8(out).expect("it is text");
    let first = text.lines().next().expect("there are facts");
    assert_eq!(
        first,
        concat!(
            r#"{"annex":1,"annex_title":"目标任务分解表","row":1,"region":"合计","parent":null,"#,
            r#""level":"province","code":null,"column":["开工任务","小计"],"unit":"万套","#,
            r#""value":"278.90","raw":"278.90","status":"value","page":3,"#,
            r#""bbox":[10.5,20.0,30.0,40.25],"document_number":"赣建保〔2023〕1号","#,
            r#""plan_year":2023,"line":null,"line_column":null,"#,
            r#""keys":{"市、县":"合计","科目编码":"2210106"},"mark":"①","#,
            r#""doubt":["ambiguous_figure"],"part":null,"sheet":null,"cell":null,"#,
            r#""source":"notice.pdf","#,
            "\"doc_id\":\"0716f9264c9fe19f5d7455276107f3ddcc1d3497f63d60689a73558ae8a1bf5e\",\"corrected\":null,\"confidence\":null}"
        )
    );
    assert_eq!(text.lines().count(), 4);
}

#[test]
fn csv_has_the_columns_of_facts_and_runs_no_formula() {
    let record = NoticeRecord::new(&source(), &whole_reading());
    let mut out = Vec::new();
    csv::write(&mut out, &record, csv::Mark::With).expect("memory takes it");
    let text = String::from_utf8(out).expect("it is text");
    let expected = "\
        annex,annex_title,row,region,parent,level,code,column_path,unit,value,raw,status,page,bbox,document_number,plan_year,line,line_column,keys,mark,doubt,part,sheet,cell,source,doc_id,corrected,confidence\n\
        1,目标任务分解表,1,合计,,province,,开工任务/小计,万套,278.90,278.90,value,3,\"[10.5,20,30,40.25]\",赣建保〔2023〕1号,2023,,,\"{\"\"市、县\"\":\"\"合计\"\",\"\"科目编码\"\":\"\"2210106\"\"}\",①,ambiguous_figure,,,,notice.pdf,0716f9264c9fe19f5d7455276107f3ddcc1d3497f63d60689a73558ae8a1bf5e,,\n\
        1,目标任务分解表,1,合计,,province,,备注,,,,blank,3,\"[10.5,20,30,40.25]\",赣建保〔2023〕1号,2023,,,\"{\"\"市、县\"\":\"\"合计\"\",\"\"科目编码\"\":\"\"2210106\"\"}\",,,,,,notice.pdf,0716f9264c9fe19f5d7455276107f3ddcc1d3497f63d60689a73558ae8a1bf5e,,\n\
        1,目标任务分解表,2,乐平市,合计,county,360281,开工任务/小计,万套,-1662,-1662,value,3,\"[10.5,20,30,40.25]\",赣建保〔2023〕1号,2023,,,\"{\"\"市、县\"\":\"\"乐平市\"\",\"\"科目编码\"\":\"\"2210106\"\"}\",①,ambiguous_figure,,,,notice.pdf,0716f9264c9fe19f5d7455276107f3ddcc1d3497f63d60689a73558ae8a1bf5e,-1662,\n\
        1,目标任务分解表,2,乐平市,合计,county,360281,备注,,'=1+1,'=1+1,text,3,\"[10.5,20,30,40.25]\",赣建保〔2023〕1号,2023,,,\"{\"\"市、县\"\":\"\"乐平市\"\",\"\"科目编码\"\":\"\"2210106\"\"}\",,,,,,notice.pdf,0716f9264c9fe19f5d7455276107f3ddcc1d3497f63d60689a73558ae8a1bf5e,,\n";
    assert_eq!(text.strip_prefix('\u{feff}'), Some(expected));
    let keys = serde_json::to_value(facts::facts(&record).next()).expect("a fact is JSON");
    let keys: Vec<_> = keys.as_object().expect("an object").keys().collect();
    let names = facts::FIELDS.map(|field| field.name.strip_suffix("_path").unwrap_or(field.name));
    assert_eq!(keys, names, "only column_path has another name: SQL wants `column` quoted");
}

#[test]
#[cfg(feature = "parquet")]
fn parquet_reads_back_as_the_same_facts() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let record = NoticeRecord::new(&source(), &whole_reading());
    let mut file = tempfile::tempfile().expect("a temporary file");
    fubiao::emit::parquet::write(&mut file, [&record]).expect("the file takes it");
    let file = SerializedFileReader::new(file).expect("it is Parquet");
    let rows: Vec<String> =
        file.get_row_iter(None).expect("rows").map(|r| r.expect("a row").to_string()).collect();
    let bbox = "{x0: 10.5, y0: 20.0, x1: 30.0, y1: 40.25}";
    let doc_id = source().sha256();
    let row = |row, region, parent, level, code, column, unit, value, raw, status, end| {
        let corrected = if value == "-1662.00" { "\"-1662\"" } else { "null" };
        format!(
            "{{annex: 1, annex_title: \"目标任务分解表\", row: {row}, region: {region}, \
             parent: {parent}, level: {level}, code: {code}, column_path: {column}, unit: {unit}, \
             value: {value}, raw: {raw}, status: {status}, page: 3, bbox: {bbox}, \
             document_number: \"赣建保〔2023〕1号\", plan_year: 2023, line: null, \
             line_column: null, keys: \"{{\"市、县\":{region},\"科目编码\":\"2210106\"}}\", {end}, \
             part: null, sheet: null, cell: null, \
             source: \"notice.pdf\", doc_id: \"{doc_id}\", corrected: {corrected}, confidence: null}}"
        )
    };
    let doubted = "mark: \"①\", doubt: \"ambiguous_figure\"";
    let certain = "mark: null, doubt: null";
    let (sum, note) = ("\"开工任务/小计\"", "\"备注\"");
    let (total, county) = (("\"合计\"", "\"province\""), ("\"乐平市\"", "\"county\""));
    assert_eq!(
        rows,
        [
            row(
                1,
                total.0,
                "null",
                total.1,
                "null",
                sum,
                "\"万套\"",
                "278.90",
                "\"278.90\"",
                "\"value\"",
                doubted
            ),
            row(
                1,
                total.0,
                "null",
                total.1,
                "null",
                note,
                "null",
                "null",
                "\"\"",
                "\"blank\"",
                certain
            ),
            row(
                2,
                county.0,
                "\"合计\"",
                county.1,
                "\"360281\"",
                sum,
                "\"万套\"",
                "-1662.00",
                "\"-1662\"",
                "\"value\"",
                doubted
            ),
            row(
                2,
                county.0,
                "\"合计\"",
                county.1,
                "\"360281\"",
                note,
                "null",
                "null",
                "\"=1+1\"",
                "\"text\"",
                certain
            ),
        ]
    );
}

#[test]
#[cfg(feature = "xlsx")]
fn a_workbook_is_the_same_bytes_each_time() {
    let record = NoticeRecord::new(&source(), &whole_reading());
    let book = || {
        let mut out = Vec::new();
        fubiao::emit::xlsx::write(&mut out, &record).expect("memory takes it");
        out
    };
    let first = book();
    assert!(first.starts_with(b"PK"));
    // Two seconds are the grain of time in a ZIP archive.
    std::thread::sleep(std::time::Duration::from_millis(2100));
    assert_eq!(book(), first);
}

#[test]
fn a_package_describes_its_tables_column_by_column() {
    let record = NoticeRecord::new(&source(), &whole_reading());
    let files = datapackage::files(&[record]).expect("memory takes it");
    let paths: Vec<&str> = files.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(paths, datapackage::PATHS);
    let package: Value = serde_json::from_slice(&files[0].bytes).expect("JSON");
    let resources = package["resources"].as_array().expect("a list");
    assert_eq!(resources.len(), files.len() - 1);
    for (resource, file) in resources.iter().zip(&files[1..]) {
        assert_eq!(resource["path"], file.path.as_str());
        let text = std::str::from_utf8(&file.bytes).expect("UTF-8");
        let fields = resource["schema"]["fields"].as_array().expect("a list");
        let names: Vec<&str> = fields.iter().filter_map(|f| f["name"].as_str()).collect();
        assert_eq!(text.lines().next(), Some(names.join(",").as_str()));
        assert!(text.lines().count() > 1, "{} is empty", file.path);
    }
}

// ---- A reading with everything in it ----

fn source() -> Source {
    Source::new("notice.pdf", b"%PDF-1.7\n".to_vec()).expect("it begins as a PDF")
}

fn written(reading: &Reading) -> Vec<u8> {
    let mut out = Vec::new();
    json::write(&mut out, &NoticeRecord::new(&source(), reading)).expect("memory takes it");
    out
}

fn place() -> Place {
    Place::of_box(3, Rect::new(10.5, 20.0, 30.0, 40.25))
}

fn located(text: &str) -> Located<String> {
    Located::new(text.to_owned(), place())
}

fn some(text: &str) -> Option<Located<String>> {
    Some(located(text))
}

fn wording() -> Wording {
    Wording::new("stated is not computed", "所述与所算不符")
}

fn empty_reading() -> Reading {
    Reading {
        notice: Notice::default(),
        findings: Vec::new(),
        summary: Summary::default(),
        diagnostics: Vec::new(),
        repairs: Vec::new(),
        pages: 1,
        origins: Vec::new(),
        text_from: TextFrom::TextLayer,
        encoding: None,
    }
}

/// Places by line and column, and elements that were not understood.
fn text_reading() -> Reading {
    let place = Place { page: 1, spot: Spot::Text { line: 7, column: 3 } };
    let raw = |text: &str| Located::new(text.to_owned(), place);
    let frame = Frame {
        title: Some(raw("关于下达计划的通知")),
        document_number: Field::Raw(raw("赣建保20231号")),
        date_of_writing: Field::Raw(raw("2020616")),
        unread: vec![Unread {
            element: "issuing_authorities".to_owned(), raw: raw("局长李云泽")
        }],
        ..Frame::default()
    };
    Reading {
        notice: Notice { frame, ..Notice::default() },
        text_from: TextFrom::Text,
        encoding: Some("gb18030"),
        ..empty_reading()
    }
}

/// Two files: a flow with paragraphs and a table, and a sheet.
fn parts_reading() -> Reading {
    let part = |index, name: &str, kind, role| {
        let (name, sha256) = (name.to_owned(), "0".repeat(64));
        let first_page = index + 1;
        Arc::new(Part { index, name, kind, sha256, bytes: 7, first_page, role })
    };
    let body = part(0, "通知.docx", Kind::Docx, Role::Body);
    let annexes = part(1, "附件.xlsx", Kind::Xlsx, Role::Annexes);
    let paragraph = Spot::Paragraph { index: 3, character: 2 };
    let in_table = Spot::Cell { table: 1, row: 7, col: 2, character: 3 };
    let in_sheet = Spot::Cell { table: 1, row: 7, col: 28, character: 1 };
    let at = |page, spot| Located::new("江西省".to_owned(), Place { page, spot });
    let frame = Frame {
        title: Some(at(1, paragraph)),
        issuing_authorities: vec![at(1, in_table), at(2, in_sheet)],
        ..Frame::default()
    };
    Reading {
        notice: Notice { frame, ..Notice::default() },
        pages: 2,
        origins: vec![
            Origin { part: Some(body), sheet: None },
            Origin { part: Some(annexes), sheet: Some("附件1".into()) },
        ],
        text_from: TextFrom::Document,
        ..empty_reading()
    }
}

#[test]
fn places_speak_the_words_of_their_file() {
    let record = NoticeRecord::new(&source(), &parts_reading());
    let places = serde_json::to_value(&record.places).expect("JSON");
    assert_eq!(places["title"], json!({"page": 1, "paragraph": 3, "character": 2, "part": 0}));
    assert_eq!(
        places["issuing_authorities"],
        json!([
            {"page": 1, "table": 1, "row": 7, "col": 2, "character": 3, "part": 0},
            {"page": 2, "sheet": "附件1", "cell": "AB7", "part": 1}
        ])
    );
}

fn whole_reading() -> Reading {
    Reading {
        notice: Notice {
            frame: frame(),
            body: vec![section(1, vec![section(2, Vec::new())])],
            targets: vec![target()],
            deadlines: vec![Deadline {
                by: date(2023, 8, 31),
                raw: "2023年8月底前".to_owned(),
                due: "全面达到开工要求".to_owned(),
                applies_to: Some("新建项目".to_owned()),
                force: Force::Encouraged,
                place: place(),
            }],
            annex_list: vec![AnnexListEntry { number: 1, title: located("目标任务分解表") }],
            annexes: vec![annex()],
        },
        findings: vec![finding()],
        diagnostics: vec![Diagnostic {
            code: "annex_without_table",
            severity: Severity::Warning,
            place: Some(place()),
            message: wording(),
            hint: Some(wording()),
        }],
        repairs: vec![Repair {
            stage: Stage::Repair,
            rule: "repeated_header",
            place: Some(place()),
            before: "地区 小计".to_owned(),
            after: String::new(),
        }],
        pages: 3,
        ..empty_reading()
    }
}

fn frame() -> Frame {
    Frame {
        copy_number: some("000001"),
        security_classification: some("秘密★1年"),
        urgency: some("特急"),
        issuing_authorities: vec![located("江西省住房和城乡建设厅"), located("江西省财政厅")],
        document_number: Field::Read(Located::new(
            DocumentNumber {
                raw: "赣建保〔2023〕1号".to_owned(),
                agency_code: "赣建保".to_owned(),
                year: 2023,
                serial: 1,
            },
            place(),
        )),
        signatories_for_issue: vec![located("张三")],
        title: some("关于下达2023年计划的通知"),
        document_type: Some("通知".to_owned()),
        plan_year: Some(2023),
        primary_addressees: vec![located("各设区市人民政府")],
        signing_authorities: vec![located("江西省住房和城乡建设厅")],
        date_of_writing: Field::Read(Located::new(date(2023, 1, 30), place())),
        disclosure: some("此件主动公开"),
        copied_to: vec![located("省审计厅")],
        printing_authority: some("江西省住房和城乡建设厅办公室"),
        printing_date: Field::Read(Located::new(date(2023, 1, 31), place())),
        unread: Vec::new(),
    }
}

fn section(level: u8, sections: Vec<Section>) -> Section {
    Section {
        number: "一、".to_owned(),
        level,
        heading: Some("目标任务".to_owned()),
        text: "正文".to_owned(),
        place: place(),
        sections,
    }
}

fn target() -> Target {
    Target {
        what: "保障性租赁住房目标任务".to_owned(),
        programme: Some("保障性租赁住房".to_owned()),
        stage: Some("开工".to_owned()),
        region: Some("南昌市".to_owned()),
        quantities: vec![Quantity {
            raw: "14.29万".to_owned(),
            value: Amount::new(Decimal::new(142_900, 0)),
            unit: "户".to_owned(),
            counted: Some("小区".to_owned()),
            half_unit: Decimal::new(50, 0),
            place: place(),
        }],
        part_of: Some(0),
        place: place(),
    }
}

fn annex() -> Annex {
    let column = |path: &[&str], unit: Option<&str>, role| Column {
        path: path.iter().map(|&p| p.to_owned()).collect(),
        unit: unit.map(str::to_owned),
        role,
        place: place(),
    };
    let row = |number, region: Region, cells| {
        let key =
            |column: &str, text: &str| Key { column: column.to_owned(), text: text.to_owned() };
        let keys = vec![key("市、县", &region.name), key("科目编码", "2210106")];
        Row { number, region, keys, serial: some("1"), cells }
    };
    let region = |name: &str, level, parent_row, parent: Option<&str>, code: Option<&str>| Region {
        name: name.to_owned(),
        level,
        parent_row,
        parent: parent.map(str::to_owned),
        code: code.map(str::to_owned),
        place: place(),
    };
    let figure = |raw: &str, value| Cell {
        raw: raw.to_owned(),
        value: Some(Amount::new(value)),
        unit: Some("万套".to_owned()),
        mark: Some("①".to_owned()),
        doubt: vec!["ambiguous_figure".to_owned()],
        status: Status::Value,
        ..Cell::blank(place())
    };
    let other = |raw: &str, text: Option<&str>, status| Cell {
        raw: raw.to_owned(),
        text: text.map(str::to_owned),
        status,
        ..Cell::blank(place())
    };
    Annex {
        number: 1,
        title: some("目标任务分解表"),
        place: place(),
        unit: some("套"),
        columns: vec![
            column(&["开工任务", "小计"], Some("套"), ColumnRole::Sum),
            column(&["备注"], None, ColumnRole::Text),
        ],
        rows: vec![
            row(
                1,
                region("合计", Level::Province, None, None, None),
                vec![figure("278.90", Decimal::new(27890, 2)), other("", None, Status::Blank)],
            ),
            row(
                2,
                region("乐平市", Level::County, Some(0), Some("合计"), Some("360281")),
                vec![
                    Cell {
                        correction: Some(Box::new(Correction {
                            verdict: Verdict::Corrected,
                            by: "李审核".to_owned(),
                            at: "2026-01-30T09:00:00+08:00".to_owned(),
                            from: None,
                            to: Some(Amount::new(Decimal::new(-1662, 0))),
                            comment: Some("漏印".to_owned()),
                        })),
                        ..figure("-1662", Decimal::new(-1662, 0))
                    },
                    other("=1+1", Some("=1+1"), Status::Text),
                ],
            ),
        ],
        notes: vec![located("注：含结转")],
    }
}

fn finding() -> Finding {
    Finding {
        check: "column_sum",
        severity: Severity::Error,
        message: wording(),
        cause: None,
        stated: Some(Amount::new(Decimal::new(27890, 2))),
        computed: Some(Decimal::new(-1662, 0)),
        tolerance: Some(Decimal::new(5, 3)),
        places: vec![place()],
        suspects: vec![Suspect {
            annex: 1,
            row: 1,
            region: "合计".to_owned(),
            column: vec!["开工任务".to_owned(), "小计".to_owned()],
            printed: "278.90".to_owned(),
            proposed: Some(Amount::new(Decimal::new(-1662, 0))),
            rank: 1,
            why: vec![wording()],
            place: place(),
        }],
    }
}
