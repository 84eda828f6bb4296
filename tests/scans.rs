//! A page that is a picture is read, and says the same as the text that it shows. Without the models, which are no
//! part of this repository, these tests say so and pass: `fubiao models` installs them, FUBIAO_MODELS names their
//! folder.
#![cfg(feature = "ocr")]

use fubiao::diag::Sink;
use fubiao::emit::record::NoticeRecord;
use fubiao::error::ErrorKind;
use fubiao::options::{ModelFile, Models, Options};
use fubiao::pipeline;
use fubiao::sight::Sight;
use fubiao::source::Source;
use serde_json::Value;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Output;

/// Page 5 of the sample's notice, with annex 2, as a fax would leave it (tools/scan.py).
const SCAN: &[u8] = include_bytes!("../samples/aid-2021/scan.png");
/// Where its title ends, in hundredths of its height.
#[cfg(feature = "cli")]
const TITLE: usize = 18;

/// Where the models are, if they are installed.
fn folder() -> Option<PathBuf> {
    std::env::var_os("FUBIAO_MODELS").map(PathBuf::from).or_else(|| {
        Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache").join("fubiao").join("models"))
    })
}

fn models() -> Option<Models> {
    let folder = folder();
    let open = |file: ModelFile| {
        let file = File::open(folder.as_ref()?.join(file.name())).ok()?;
        Some(Box::new(file) as Box<dyn std::io::Read + Send>)
    };
    let models = open(ModelFile::Detector).zip(open(ModelFile::Recognizer));
    if models.is_none() {
        println!("not tried: the models that read pictures are not installed (`fubiao models`)");
    }
    models.map(|(detector, recognizer)| Models::new(detector, recognizer))
}

/// The cells of an annex: the region's name, then each cell as it is printed.
fn rows(annex: &Value) -> Vec<Vec<String>> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = annex["rows"].as_array().expect("rows");
    rows.iter()
        .map(|row| {
            let cells = row["cells"].as_array().expect("cells").iter();
            let printed = cells.map(|cell| text(&cell["raw"]));
            std::iter::once(text(&row["region"]["name"])).chain(printed).collect()
        })
        .collect()
}

#[test]
fn a_scan_says_what_its_text_says() {
    let Some(models) = models() else { return };
    let source = Source::new("scan.png", SCAN.to_vec()).expect("a picture");
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/aid-2021/notice.json");
    let said = fs::read(sample).expect("the sample is there");
    let said: Value = serde_json::from_slice(&said).expect("JSON");
    for threads in [1, 2] {
        let options = Options { models: Some(models.clone()), threads, ..Options::default() };
        let reading = pipeline::read(&source, &options).expect("it is read");
        let record = serde_json::to_value(NoticeRecord::new(&source, &reading)).expect("JSON");
        let of_text = said["annexes"].as_array().expect("annexes");
        let of_text = of_text.iter().find(|annex| annex["number"] == 2).expect("annex 2");
        let annex = &record["annexes"][0];
        assert_eq!(rows(annex), rows(of_text));
        assert_eq!(record["findings"], Value::Array(Vec::new()));
        // Totals prove their rows; a share is in no sum.
        let cells = &annex["rows"][0]["cells"];
        assert_eq!((&cells[0]["proven"], &cells[3]["proven"]), (&true.into(), &false.into()));
    }
}

#[test]
fn damaged_pictures_are_read_or_refused() {
    let Some(models) = models() else { return };
    let options = Options { models: Some(models), ..Options::default() };
    for at in (8..SCAN.len()).step_by(SCAN.len() / 6) {
        let (mut turned, cut) = (SCAN.to_vec(), SCAN[..at].to_vec());
        turned[at] ^= 0x55;
        for bytes in [turned, cut] {
            let Ok(source) = Source::new("scan.png", bytes) else { continue };
            // What it is called where it is refused; a picture that is half there is half read.
            if let Err(error) = pipeline::read(&source, &options) {
                assert!(matches!(error.kind(), ErrorKind::BrokenPicture { .. }), "{error}");
            }
        }
    }
}

#[test]
fn without_models_a_picture_is_refused_with_what_to_do() {
    let source = Source::new("scan.png", SCAN.to_vec()).expect("a picture");
    let error = pipeline::read(&source, &Options::default()).expect_err("nothing reads it");
    assert_eq!(error.code(), "models_missing");
}

/// The command on a picture, with the models of a folder.
#[cfg(feature = "cli")]
fn convert(picture: &[u8], models: &Path) -> Output {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("scan.png"), picture).expect("the folder is writable");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_fubiao"));
    command.args(["convert", "scan.png"]).current_dir(folder.path());
    command.env("FUBIAO_MODELS", models).env("LC_ALL", "C").output().expect("the command runs")
}

/// Files of models that were cut short or changed are refused by their hash, before anything of them is parsed.
#[cfg(feature = "cli")]
#[test]
fn damaged_models_are_refused_in_one_line() {
    // Without the models, bytes of our own: what is wrong with them is no matter.
    let real = |file: ModelFile| fs::read(folder()?.join(file.name())).ok();
    let real = |file| real(file).unwrap_or_else(|| vec![8; 4_000]);
    let [detector, recognizer] = ModelFile::ALL.map(real);
    let cut = |bytes: &[u8], at: usize| bytes[..at].to_vec();
    let changed = |bytes: &[u8], at: usize| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 1;
        bytes
    };
    let len = detector.len();
    let damaged = [
        cut(&detector, 0),
        cut(&detector, len / 2),
        cut(&detector, len - 1),
        changed(&detector, 0),
        changed(&detector, len - 1),
        [&detector[..], b"\0"].concat(),
        recognizer.clone(),
    ];
    let cases = damaged.into_iter().map(|bytes| (ModelFile::Detector, bytes));
    let len = recognizer.len();
    let cases = cases.chain([
        (ModelFile::Recognizer, cut(&recognizer, len - 1)),
        (ModelFile::Recognizer, changed(&recognizer, len / 2)),
    ]);
    // Where the detector is refused too, as it is without the models, it is named first.
    let is_whole = models().is_some();
    for (file, bytes) in cases {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (whole, other) in ModelFile::ALL.into_iter().zip([&detector, &recognizer]) {
            let bytes = if whole == file { &bytes } else { other };
            fs::write(folder.path().join(whole.name()), bytes).expect("the folder is writable");
        }
        let output = convert(SCAN, folder.path());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let lines: Vec<&str> = said.lines().collect();
        let [error, hint] = lines[..] else { panic!("one line, and what to do:\n{said}") };
        let named = if is_whole { file } else { ModelFile::Detector };
        let what = format!(
            "the models that read pictures can't be used: {} has another SHA-256",
            named.name()
        );
        assert!(error.contains(&what), "{said}");
        assert!(hint.contains("fubiao models"), "{said}");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(3), 0), "{said}");
    }
}

/// The review page shows the picture that a page was read from.
#[cfg(feature = "review")]
#[test]
fn the_review_page_shows_the_picture_set_flat() {
    use fubiao::review::{Face, sheets};
    let Some(models) = models() else { return };
    let options = Options { models: Some(models), ..Options::default() };
    let source = Source::new("scan.png", SCAN.to_vec()).expect("a picture");
    let sheets = sheets(&mut Sink::new(), &options, &source, &(1..=1)).expect("it is read");
    let [sheet] = &sheets[..] else { panic!("one page") };
    let Face::Drawn { width, drawn, .. } = &sheet.face else { panic!("a page as seen") };
    let picture = drawn.picture.as_ref().expect("it has a picture");
    assert_eq!((picture.media_type, width.round()), ("image/png", 595.0));
    let decoder = png::Decoder::new(std::io::Cursor::new(&picture.bytes));
    let reader = decoder.read_info().expect("a picture");
    assert_eq!((reader.info().width, reader.info().height), (1654, 2339));
}

/// Models that were refused do not spoil the process for good ones.
#[test]
fn good_models_are_taken_after_broken_ones() {
    let Some(good) = models() else { return };
    let source = Source::new("scan.png", include_bytes!("pictures/page.png").to_vec());
    let source = source.expect("a picture");
    let none = || Box::new(std::io::empty());
    let broken = Options { models: Some(Models::new(none(), none())), ..Options::default() };
    // Another test may have loaded good ones before: then these are not asked for.
    if let Err(error) = pipeline::read(&source, &broken) {
        assert_eq!(error.code(), "models_broken");
    }
    let good = Options { models: Some(good), ..Options::default() };
    let read = pipeline::read(&source, &good);
    assert!(read.is_ok() || read.is_err_and(|error| error.code() != "models_broken"));
}

/// Which annexes are said to have lost their tables, when a text comes from a picture or not.
fn lost(text: &str, is_picture: bool) -> Vec<String> {
    let source = Source::new("notice.txt", text.as_bytes().to_vec()).expect("a text");
    let options = Options::default();
    let mut sink = Sink::new();
    let mut pages = pipeline::until_pages(&mut sink, &options, &source).expect("pages");
    if is_picture {
        for run in pages.pages.iter_mut().flat_map(|page| &mut page.runs) {
            run.sight = Some(Box::new(Sight { confidence: 990, ..Sight::default() }));
        }
    }
    let reading = pipeline::read_pages(sink, &options, pages, &mut |_| {});
    let lost = reading.diagnostics.into_iter().filter(|d| d.code == "table_not_found");
    lost.map(|diagnostic| diagnostic.message.en).collect()
}

#[test]
fn a_table_that_is_announced_and_not_found_on_a_picture_is_an_error() {
    let body = "关于下达2024年计划的通知\n\n各市：\n现将计划下达给你们。\n\n附件：1.新开工任务表\n2.任务分解表\n\n某某厅\n2024年3月1日\n";
    let table = "附件1\n新开工任务表\n地区\t套数\n甲市\t1\n乙市\t2\n合计\t3\n";
    let other = "附件2\n任务分解表\n地区\t户数\n甲市\t4\n乙市\t2\n合计\t6\n";
    let whole = format!("{body}\u{C}{table}\u{C}{other}");
    assert_eq!(lost(&whole, true), [""; 0]);
    let without_rows = format!("{body}\u{C}{table}\u{C}附件2\n任务分解表\n");
    let [said] = &lost(&without_rows, true)[..] else { panic!("one table is lost") };
    assert!(said.starts_with("annex 2 says that it is a table"), "{said}");
    let absent = format!("{body}\u{C}{table}");
    let [said] = &lost(&absent, true)[..] else { panic!("one table is lost") };
    assert!(said.starts_with("annex 2 is listed as a table"), "{said}");
    // A text has no pictures: what is not there was not printed.
    assert_eq!(lost(&absent, false), [""; 0]);
}

/// The page with everything below its title painted over.
#[cfg(feature = "cli")]
#[test]
fn the_command_fails_where_a_table_was_not_found() {
    if models().is_none() {
        return;
    }
    let mut decoder = png::Decoder::new(std::io::Cursor::new(SCAN));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().expect("a picture");
    let mut pixels = vec![0; reader.output_buffer_size().expect("its size")];
    let info = reader.next_frame(&mut pixels).expect("its pixels");
    let row = info.line_size;
    let title = info.height as usize * TITLE / 100;
    pixels[title * row..].fill(255);
    let mut picture = Vec::new();
    let mut encoder = png::Encoder::new(&mut picture, info.width, info.height);
    encoder.set_color(info.color_type);
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: 7874,
        yppu: 7874,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&pixels).expect("the pixels");
    writer.finish().expect("its end");
    let output = convert(&picture, &folder().expect("they are installed"));
    assert_eq!(output.status.code(), Some(3));
    let record: Value = serde_json::from_slice(&output.stdout).expect("the result is written");
    let codes: Vec<&Value> =
        record["diagnostics"].as_array().expect("a list").iter().map(|d| &d["code"]).collect();
    assert!(codes.iter().any(|code| *code == "table_not_found"), "{codes:?}");
}
