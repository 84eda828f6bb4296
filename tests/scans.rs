//! A page that is a picture is read, and says the same as the text that it shows. Without the models, which are no
//! part of this repository, these tests say so and pass: `fubiao models` installs them, FUBIAO_MODELS names their
//! folder.
#![cfg(feature = "ocr")]

use fubiao::emit::record::NoticeRecord;
use fubiao::error::ErrorKind;
use fubiao::options::{ModelFile, Models, Options};
use fubiao::pipeline;
use fubiao::source::Source;
use serde_json::Value;
use std::fs::{self, File};
use std::path::PathBuf;

/// Page 5 of the sample's notice, with annex 2, as a fax would leave it (tools/scan.py).
const SCAN: &[u8] = include_bytes!("../samples/aid-2021/scan.png");

fn models() -> Option<Models> {
    let folder = std::env::var_os("FUBIAO_MODELS").map(PathBuf::from).or_else(|| {
        Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache").join("fubiao").join("models"))
    });
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
