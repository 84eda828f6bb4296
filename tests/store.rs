//! The output folder of an archive believes nothing unread: whatever happens to the files of a finished run, the
//! next one ends with the bytes of a fresh one; and whatever a part from elsewhere says, nothing is written outside.

#![cfg(feature = "cli")]

use fubiao::archive::answer::Wanted;
use fubiao::archive::gather;
use fubiao::archive::ledger::{self, Entry, Failure, Outcome};
use fubiao::archive::merge;
use fubiao::archive::plan::{Plan, Planner};
use fubiao::archive::reviewed::Reviewed;
use fubiao::archive::run::{Fate, Settings, Shard, Strays, Summary, Watch, Which, run};
use fubiao::archive::store::{Store, StoreError};
use fubiao::options::Options;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

struct Silent;

impl Watch for Silent {
    fn done(&self, _: Option<&Entry>) {}
}

/// Everything that can be made.
fn settings() -> Settings {
    Settings {
        jobs: 1,
        isolation: None,
        which: Which::Undone,
        strays: Strays::Apart,
        shard: None,
        wanted: Wanted { xlsx: cfg!(feature = "xlsx") },
        gather: gather::Settings {
            ndjson: true,
            csv: true,
            datapackage: true,
            #[cfg(feature = "parquet")]
            parquet: Some(gather::Partition::PlanYear),
        },
        reviewed: Arc::default(),
        options: Options::default(),
        build: "test".to_owned(),
    }
}

fn plan(input: &Path, out: &Path) -> Plan {
    let mut planner = Planner::default();
    planner.add(input, out, &mut |_| ()).expect("the folder can be listed");
    planner.plan()
}

fn batch(input: &Path, out: &Path) -> Result<Summary, StoreError> {
    batch_with(input, out, Strays::Apart)
}

fn batch_with(input: &Path, out: &Path, strays: Strays) -> Result<Summary, StoreError> {
    let store = Store::open(out)?;
    let settings = Settings { strays, ..settings() };
    run(&store, &plan(input, out), &settings, &Silent, &AtomicBool::new(false))
}

fn notice(year: u32, serial: usize) -> String {
    format!(
        "某建保〔{year}〕{serial}号\n\n关于下达{year}年计划的通知\n\n附件1\n\n计划表\n\n市县\t数\n甲县\t{}\n乙县\t{}\n",
        1000 + serial,
        serial
    )
}

/// Five notices of two years and a picture, which fails.
fn archive() -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a temporary folder");
    for serial in 1..=5 {
        let year = 2022 + serial as u32 % 2;
        let folder = root.path().join(format!("{year}"));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(format!("{serial}.txt")), notice(year, serial)).expect("a file");
    }
    fs::write(root.path().join("picture.pdf"), b"\x89PNG\r\n\x1a\n").expect("a file");
    root
}

/// Every file of a folder by its path.
fn contents(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let below = path.strip_prefix(root).expect("it is below").to_owned();
                found.insert(below, fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

#[track_caller]
fn assert_same(
    found: &BTreeMap<PathBuf, Vec<u8>>,
    expected: &BTreeMap<PathBuf, Vec<u8>>,
    why: &str,
) {
    let names: Vec<_> = found.keys().collect();
    assert_eq!(names, expected.keys().collect::<Vec<_>>(), "{why}");
    for (path, bytes) in expected {
        assert!(found[path] == *bytes, "{} has other bytes: {why}", path.display());
    }
}

/// Numbers that are the same in every run of the tests.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

/// What can happen to a file of a finished run.
const DAMAGES: [&str; 7] = ["altered", "empty", "cut", "gone", "longer", "swapped", "zeroed"];

/// Does it to a file, one of several for all that is swapped; says what.
fn damage(dice: &mut Dice, out: &Path, file: &Path, files: &[&PathBuf], what: &str) -> String {
    let path = out.join(file);
    let mut bytes = fs::read(&path).unwrap_or_default();
    let at = dice.below(bytes.len());
    match what {
        "altered" if !bytes.is_empty() => {
            bytes[at] = bytes[at].wrapping_add(1 + dice.below(255) as u8)
        }
        "empty" => bytes.clear(),
        "cut" => bytes.truncate(at),
        "longer" => bytes.extend_from_slice(b"{}\n"),
        "zeroed" => bytes.fill(0),
        "swapped" => {
            let other = out.join(files[dice.below(files.len())]);
            let others = fs::read(&other).unwrap_or_default();
            fs::write(&other, &bytes).expect("a file");
            bytes = others;
        }
        _ => {}
    }
    if what == "gone" {
        let _ = fs::remove_file(&path);
    } else {
        fs::write(&path, bytes).expect("a file");
    }
    format!("{} {what}", path.display())
}

#[test]
fn a_damaged_archive_ends_with_the_bytes_of_a_fresh_one() {
    let (input, out) = (archive(), tempfile::tempdir().unwrap());
    batch(input.path(), out.path()).unwrap();
    let whole = contents(out.path());
    assert!(
        whole.contains_key(Path::new("facts/plan_year=2022/part-0.parquet"))
            || cfg!(not(feature = "parquet"))
    );
    let files: Vec<&PathBuf> = whole.keys().collect();
    assert!(files.len() > 15, "{files:?}");
    // Each file alone, in each way.
    let mut dice = Dice(20_231_123);
    for file in &files {
        for what in DAMAGES {
            let done = damage(&mut dice, out.path(), file, &files, what);
            batch(input.path(), out.path()).unwrap_or_else(|e| panic!("{done}: {e}"));
            assert_same(&contents(out.path()), &whole, &done);
        }
    }
    // Several at once, and what a run that was cut off leaves.
    for round in 0..80 {
        let mut done = Vec::new();
        for _ in 0..=dice.below(4) {
            let (file, what) = (dice.below(files.len()), DAMAGES[dice.below(DAMAGES.len())]);
            done.push(damage(&mut dice, out.path(), files[file], &files, what));
        }
        if dice.below(4) == 0 {
            let at = |name: &str| out.path().join(name);
            done.push("the manifest aside".to_owned());
            let _ = fs::rename(at("manifest.ndjson"), at(".fubiao/manifest-before.ndjson"));
            fs::write(at(".fubiao/running"), "").unwrap();
            fs::write(at("notices/.fubiao-writing-x"), "half").unwrap();
        }
        let done = format!("round {round}: {}", done.join(", "));
        batch(input.path(), out.path()).unwrap_or_else(|e| panic!("{done}: {e}"));
        assert_same(&contents(out.path()), &whole, &done);
    }
}

#[test]
fn a_whole_archive_is_left_as_it_is() {
    let (input, out) = (archive(), tempfile::tempdir().unwrap());
    batch(input.path(), out.path()).unwrap();
    let times = || {
        let files = contents(out.path());
        let time =
            |path: &PathBuf| fs::metadata(out.path().join(path)).unwrap().modified().unwrap();
        files.into_keys().map(|path| (time(&path), path)).collect::<Vec<_>>()
    };
    let before = times();
    let again = batch(input.path(), out.path()).unwrap();
    assert_eq!(again.fates.iter().filter(|f| matches!(f, Fate::Unchanged(_))).count(), 5);
    assert_eq!(times(), before);
}

#[test]
fn damaged_results_without_an_input_are_left_out_and_named() {
    let (input, out) = (archive(), tempfile::tempdir().unwrap());
    batch(input.path(), out.path()).unwrap();
    for gone in ["2022/2.txt", "2023/1.txt"] {
        fs::remove_file(input.path().join(gone)).unwrap();
    }
    let batch = |input: &Path, out: &Path| batch_with(input, out, Strays::Kept);
    let kept = batch(input.path(), out.path()).unwrap();
    assert_eq!((kept.strays.len(), kept.lost.len()), (2, 0));
    fs::write(out.path().join("notices/2022/2.txt.json"), "{}").unwrap();
    fs::write(out.path().join(".fubiao/facts/2023/1.txt.ndjson"), "{}").unwrap();
    let lost = batch(input.path(), out.path()).unwrap();
    assert_eq!(
        (lost.strays.len(), lost.lost.iter().map(|name| name.as_str()).collect()),
        (1, vec!["2022/2.txt"])
    );
    let facts = fs::read_to_string(out.path().join("facts.ndjson")).unwrap();
    assert_eq!(facts.lines().count(), 8, "two of each notice but the lost one");
    let again = batch(input.path(), out.path()).unwrap();
    assert_eq!((again.strays.len(), again.lost.len()), (1, 0));
}

/// The facts of an archive in all forms, and its manifest.
fn gathered(out: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = contents(out);
    all.retain(|path, _| path.starts_with("facts") || !path.to_string_lossy().contains('/'));
    all
}

#[test]
fn an_input_that_was_renamed_moved_or_deleted_does_not_count_twice() {
    let (input, out) = (archive(), tempfile::tempdir().unwrap());
    let at = |name: &str| input.path().join(name);
    batch(input.path(), out.path()).unwrap();
    fs::rename(at("2022/2.txt"), at("2022/new.txt")).unwrap();
    fs::create_dir(at("moved")).unwrap();
    fs::rename(at("2023/1.txt"), at("moved/1.txt")).unwrap();
    fs::remove_file(at("2023/3.txt")).unwrap();
    let fresh = tempfile::tempdir().unwrap();
    batch(input.path(), fresh.path()).unwrap();
    let gone = ["2022/2.txt", "2023/1.txt", "2023/3.txt"];

    let summary = batch(input.path(), out.path()).unwrap();
    assert_eq!(summary.strays, gone);
    let mut found = gathered(out.path());
    let manifest = PathBuf::from("manifest.ndjson");
    found.insert(manifest.clone(), gathered(fresh.path())[&manifest].clone());
    assert_same(&found, &gathered(fresh.path()), "renamed");
    assert!(out.path().join("notices/2022/2.txt.json").exists(), "nothing is removed unasked");

    // Counted all the same, where that is asked for; a renamed one is a notice with two names.
    let summary = batch_with(input.path(), out.path(), Strays::Kept).unwrap();
    assert_eq!(summary.strays, gone);
    let twins: Vec<_> = summary.twins.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(twins, [("2022/new.txt", "2022/2.txt"), ("moved/1.txt", "2023/1.txt")]);
    let facts = fs::read_to_string(out.path().join("facts.ndjson")).unwrap();
    assert_eq!(facts.lines().count(), 10, "two of each of five");

    let summary = batch_with(input.path(), out.path(), Strays::Pruned).unwrap();
    assert_eq!(summary.strays, gone);
    let files = |root: &Path| {
        let mut files = contents(root);
        files.retain(|path, _| !path.starts_with(".fubiao"));
        files
    };
    assert_same(&files(out.path()), &files(fresh.path()), "pruned");
    assert!(batch(input.path(), out.path()).unwrap().strays.is_empty());

    // One that comes back counts again.
    fs::rename(at("2022/new.txt"), at("2022/2.txt")).unwrap();
    batch(input.path(), out.path()).unwrap();
    fs::rename(at("2022/2.txt"), at("2022/new.txt")).unwrap();
    let summary = batch(input.path(), out.path()).unwrap();
    assert_eq!(summary.strays, ["2022/2.txt"]);
    let mut found = gathered(out.path());
    found.insert(manifest.clone(), gathered(fresh.path())[&manifest].clone());
    assert_same(&found, &gathered(fresh.path()), "there and back");
}

#[test]
fn two_inputs_with_one_content_are_one_notice() {
    let (input, out) = (archive(), tempfile::tempdir().unwrap());
    fs::copy(input.path().join("2022/2.txt"), input.path().join("2022/copy.txt")).unwrap();
    let summary = batch(input.path(), out.path()).unwrap();
    let twins: Vec<_> = summary.twins.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(twins, [("2022/copy.txt", "2022/2.txt")]);
    let facts = || {
        let facts = fs::read_to_string(out.path().join("facts.ndjson")).unwrap();
        facts.lines().map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let all = facts();
    assert_eq!(all.len(), 10, "two of each of five");
    fs::remove_file(input.path().join("2022/2.txt")).unwrap();
    let summary = batch(input.path(), out.path()).unwrap();
    assert!(summary.twins.is_empty(), "the one that is left counts");
    assert_eq!(facts().len(), 10);
}

/// What the outcome of a notice is in the manifest.
fn outcome(out: &Path, name: &str) -> Outcome {
    let manifest = fs::read_to_string(out.join("manifest.ndjson")).unwrap();
    let mut entries = manifest.lines().map(|line| ledger::from_line(line).unwrap());
    entries.find(|entry| entry.name == *name).unwrap().outcome
}

#[test]
fn one_notice_never_ends_a_batch() {
    let (input, out) = (archive(), tempfile::tempdir().unwrap());
    let text = notice(2023, 9);
    // Names that are too long for the files named after them, or that clash with them.
    let long = format!("{}.txt", "关".repeat(83));
    for name in [&long, "x", "x.json/y", "x.xlsx/y", "x.ndjson/y", "2023/A.txt", "2023/a.txt"] {
        let path = input.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &text).unwrap();
    }
    // A folder stands where a result should.
    fs::create_dir_all(out.path().join("notices/2022/2.txt.json/inside")).unwrap();
    let summary = batch(input.path(), out.path()).unwrap();
    assert_eq!(summary.fates.iter().filter(|fate| **fate == Fate::Failed).count(), 2);
    let Outcome::Failed(Failure { message, .. }) = outcome(out.path(), "2022/2.txt") else {
        panic!("it can't be")
    };
    assert!(message.contains("its result can't be written"), "{message}");
    let results = contents(&out.path().join("notices"));
    assert_eq!(results.keys().filter(|path| path.extension().unwrap() == "json").count(), 4 + 7);
    let shortened = results.keys().find(|path| path.to_string_lossy().contains("关关")).unwrap();
    let result: serde_json::Value = serde_json::from_slice(&results[shortened]).unwrap_or_default();
    if shortened.extension().unwrap() == "json" {
        assert_eq!(result["source"]["name"], long.as_str(), "a result has the whole name");
    }
    // With the folder gone, it is read.
    fs::remove_dir_all(out.path().join("notices/2022/2.txt.json")).unwrap();
    batch(input.path(), out.path()).unwrap();
    let fresh = tempfile::tempdir().unwrap();
    batch(input.path(), fresh.path()).unwrap();
    assert_same(&contents(out.path()), &contents(fresh.path()), "read in two runs");
}

#[test]
fn what_fubiao_wrote_is_no_notice() {
    let (input, out) = (archive(), tempfile::tempdir().unwrap());
    batch(input.path(), out.path()).unwrap();
    // Results that someone put among the notices, and an archive of results as it stands.
    for (from, to) in [
        ("notices/2022/2.txt.json", "2022/2.json"),
        ("facts.ndjson", "2022/2.ndjson"),
        ("facts.csv", "2022/2.csv"),
        ("manifest.ndjson", "list.txt"),
    ] {
        fs::copy(out.path().join(from), input.path().join(to)).unwrap();
    }
    let nested = input.path().join("results");
    batch(input.path(), &nested).unwrap();
    let other = tempfile::tempdir().unwrap();
    let summary = batch(input.path(), other.path()).unwrap();
    assert_eq!(summary.fates.iter().filter(|fate| **fate == Fate::OwnOutput).count(), 4);
    assert_same(&contents(other.path()), &contents(out.path()), "beside results");
}

#[test]
fn what_is_said_of_notices_stands_in_tables_beside_their_facts() {
    let (input, out) = (archive(), tempfile::tempdir().unwrap());
    let wrong = format!("{}合计\t9\n", notice(2023, 8));
    fs::write(input.path().join("2023/wrong.txt"), &wrong).unwrap();
    fs::write(input.path().join("nothing.txt"), "今天天气很好。\n").unwrap();
    batch(input.path(), out.path()).unwrap();
    let lines = |name: &str| {
        let text = fs::read_to_string(out.path().join(name)).unwrap();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let json = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
    let findings = lines("findings.ndjson");
    assert_eq!(findings.len(), 1, "{findings:?}");
    let finding = json(&findings[0]);
    assert_eq!(finding["source"], "2023/wrong.txt");
    assert_eq!(finding["document_number"], "某建保〔2023〕8号");
    assert_eq!((&finding["check"], &finding["stated"]), (&"column_sum".into(), &"9".into()));
    let facts = lines("facts.ndjson");
    let fact = facts.iter().map(|line| json(line)).find(|fact| fact["source"] == "2023/wrong.txt");
    assert_eq!(fact.unwrap()["doc_id"], finding["doc_id"], "the tables can be joined");
    let diagnostics = lines("diagnostics.ndjson");
    let nothing = diagnostics.iter().map(|line| json(line)).find(|d| d["source"] == "nothing.txt");
    assert_eq!(nothing.unwrap()["code"], "nothing_recognised");
    assert_eq!(lines("findings.csv").len(), 2);
    assert!(lines("findings.csv")[1].starts_with("2023/wrong.txt,"));
    assert_eq!(lines("diagnostics.csv").len(), 1 + diagnostics.len());
    #[cfg(feature = "parquet")]
    for (name, rows) in [("findings.parquet", 1), ("diagnostics.parquet", diagnostics.len())] {
        use parquet::file::reader::{FileReader, SerializedFileReader};
        let file = SerializedFileReader::new(fs::File::open(out.path().join(name)).unwrap());
        assert_eq!(file.unwrap().get_row_iter(None).unwrap().count(), rows, "{name}");
    }
    for name in ["findings.ndjson", "findings.csv", "diagnostics.ndjson", "diagnostics.csv"] {
        let bytes = fs::read(out.path().join(name)).unwrap();
        assert!(fubiao::emit::own::wrote(&bytes).is_some(), "{name} is no notice");
    }
}

/// A file of one correction: of 甲县 in the annex of this notice, from what is printed to this figure.
fn correction(notice: &str, printed: &str, figure: &str) -> String {
    serde_json::json!({
        "schema_version": "1.0",
        "source": {"name": "notice.txt", "sha256": fubiao::source::sha256(notice.as_bytes())},
        "corrections": [{
            "annex": 1, "row": 1, "region": "甲县", "column": ["数"], "printed": printed,
            "verdict": "corrected", "value": figure, "by": "李审核", "at": "2026-01-30T09:00:00+08:00",
        }],
    })
    .to_string()
}

fn batch_reviewed(input: &Path, out: &Path, reviews: &Path) -> Summary {
    let store = Store::open(out).unwrap();
    let reviewed = Arc::new(Reviewed::read(reviews).unwrap());
    let settings = Settings { reviewed, ..settings() };
    run(&store, &plan(input, out), &settings, &Silent, &AtomicBool::new(false)).unwrap()
}

/// Value and old value of 甲县 in a notice.
fn first_fact(out: &Path, name: &str) -> (String, serde_json::Value) {
    let facts = fs::read_to_string(out.join("facts.ndjson")).unwrap();
    let facts = facts.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let fact = facts.into_iter().find(|fact| fact["source"] == name).unwrap();
    assert_eq!(fact["region"], "甲县");
    (fact["value"].as_str().unwrap().to_owned(), fact["corrected"].clone())
}

#[test]
fn what_reviewers_saved_is_applied_to_the_notice_it_is_of() {
    let (input, out) = (archive(), tempfile::tempdir().unwrap());
    let reviews = tempfile::tempdir().unwrap();
    let file = |name: &str| reviews.path().join(name);
    fs::create_dir_all(file("of-2023")).unwrap();
    let path = file("of-2023/any.corrections.json");
    fs::write(&path, correction(&notice(2023, 1), "1001", "7.5")).unwrap();
    fs::write(file("gone.corrections.json"), correction("no such notice", "1", "2")).unwrap();
    fs::write(file("result.json"), "{}").unwrap();
    fs::write(file("page.html"), "<p>").unwrap();

    let summary = batch_reviewed(input.path(), out.path(), reviews.path());
    assert_eq!((summary.reviews, summary.unused), (2, vec![file("gone.corrections.json")]));
    assert_eq!(first_fact(out.path(), "2023/1.txt"), ("7.5".into(), "1001".into()));
    assert_eq!(first_fact(out.path(), "2022/2.txt"), ("1002".into(), serde_json::Value::Null));

    let before = contents(out.path());
    let again = batch_reviewed(input.path(), out.path(), reviews.path());
    let is_read = |fate: &&Fate| matches!(fate, Fate::Read(_));
    assert_eq!(again.fates.iter().filter(is_read).count(), 0);
    assert_same(&contents(out.path()), &before, "the same corrections");

    fs::write(&path, correction(&notice(2023, 1), "1001", "8")).unwrap();
    let changed = batch_reviewed(input.path(), out.path(), reviews.path());
    assert_eq!(changed.fates.iter().filter(is_read).count(), 1, "one notice has other corrections");
    assert_eq!(first_fact(out.path(), "2023/1.txt"), ("8".into(), "1001".into()));

    // Without its corrections it is read as printed, and that is told; once.
    let without = batch(input.path(), out.path()).unwrap();
    assert_eq!((without.undone, changed.undone), (1, 0));
    assert_eq!(first_fact(out.path(), "2023/1.txt"), ("1001".into(), serde_json::Value::Null));
    assert_eq!(batch(input.path(), out.path()).unwrap().undone, 0);

    // What fits nowhere makes no result that could be taken for the corrected one.
    fs::write(&path, correction(&notice(2023, 1), "1002", "8")).unwrap();
    let unfit = batch_reviewed(input.path(), out.path(), reviews.path());
    assert_eq!(unfit.fates.iter().filter(|fate| **fate == Fate::Failed).count(), 2);
    let Outcome::Failed(Failure { reason, message, .. }) = outcome(out.path(), "2023/1.txt") else {
        panic!("it fails")
    };
    assert_eq!(reason.name(), "corrections");
    assert!(message.contains("any.corrections.json") && message.contains("甲县"), "{message}");
}

#[test]
fn corrections_that_could_be_lost_stop_a_run() {
    let reviews = tempfile::tempdir().unwrap();
    let refused = |reviews: &Path| Reviewed::read(reviews).unwrap_err().what.en;
    let file = |name: &str| reviews.path().join(name);
    fs::write(file("a.json"), correction("x", "1", "2")).unwrap();
    fs::write(file("a (1).json"), correction("x", "1", "2")).unwrap();
    assert_eq!(Reviewed::read(reviews.path()).unwrap().unused().0, 1, "the same file twice");
    fs::write(file("b.json"), correction("x", "1", "3")).unwrap();
    assert!(refused(reviews.path()).ends_with("corrects the same notice otherwise"));
    fs::remove_file(file("b.json")).unwrap();
    fs::write(file("c.corrections.json"), "{").unwrap();
    assert!(refused(reviews.path()).starts_with("not corrections of fubiao"));
    assert!(refused(&file("none")).starts_with("no such file"));
}

#[test]
fn the_data_package_of_an_archive_is_that_of_its_notices() {
    use fubiao::emit::{datapackage, json};
    let (input, out) = (archive(), tempfile::tempdir().unwrap());
    fs::write(input.path().join("wrong.txt"), format!("{}合计\t9\n", notice(2023, 8))).unwrap();
    batch(input.path(), out.path()).unwrap();
    let names = ["2022/2", "2022/4", "2023/1", "2023/3", "2023/5", "wrong"];
    let records = names.map(|name| {
        let result = out.path().join(format!("notices/{name}.txt.json"));
        json::read(&fs::read(result).unwrap()).unwrap()
    });
    for file in datapackage::files(&records).unwrap() {
        let made = fs::read(out.path().join("datapackage").join(file.path.as_str())).unwrap();
        if file.path.as_str() == datapackage::DESCRIPTOR {
            // That of an archive has no list of sources: they stand in a table.
            let [made, expected] = [made, file.bytes].map(|bytes| {
                let mut of = serde_json::from_slice::<serde_json::Value>(&bytes).unwrap();
                of.as_object_mut().unwrap().remove("sources");
                of
            });
            assert_eq!(made, expected);
        } else {
            assert!(made == file.bytes, "{}", file.path);
        }
    }
}

fn join(parts: &[PathBuf], out: &Path) -> Result<usize, merge::MergeError> {
    let store = Store::open(out)?;
    merge::merge(&store, parts, &settings().gather, settings().wanted)
}

#[test]
fn a_part_joined_is_what_was_made() {
    let (input, part) = (archive(), tempfile::tempdir().unwrap());
    batch(input.path(), part.path()).unwrap();
    let before = contents(part.path());
    let out = tempfile::tempdir().unwrap();
    let twice = [part.path().to_owned(), part.path().to_owned()];
    assert_eq!(join(&twice, out.path()).unwrap(), 6);
    assert_same(&contents(out.path()), &before, "joined");
    assert_same(&contents(part.path()), &before, "a part is read, not written to");
    // Facts and workbooks of a part are not believed, and not needed.
    fs::write(part.path().join(".fubiao/facts/2022/2.txt.ndjson"), "{\"annex\": 1}\n").unwrap();
    fs::remove_dir_all(part.path().join(".fubiao/facts/2023")).unwrap();
    let out = tempfile::tempdir().unwrap();
    join(&twice[..1], out.path()).unwrap();
    assert_same(&contents(out.path()), &before, "joined without its facts");
}

#[test]
fn an_incomplete_set_of_parts_is_refused() {
    let (input, whole) = (archive(), tempfile::tempdir().unwrap());
    batch(input.path(), whole.path()).unwrap();
    let root = tempfile::tempdir().unwrap();
    let shard = |index, out: &Path| {
        let store = Store::open(out).unwrap();
        let settings = Settings { shard: Some(Shard { index, count: 3 }), ..settings() };
        run(&store, &plan(input.path(), out), &settings, &Silent, &AtomicBool::new(false)).unwrap();
    };
    let parts: Vec<PathBuf> = (0..3).map(|i| root.path().join(format!("part{i}"))).collect();
    parts.iter().zip(0..).for_each(|(part, index)| shard(index, part));
    let refused =
        |parts: &[PathBuf]| join(parts, &root.path().join("out")).unwrap_err().to_string();
    assert_eq!(refused(&parts[1..]), "parts of the archive are missing: 1/3");
    assert_eq!(refused(&parts[..1]), "parts of the archive are missing: 2/3, 3/3");
    // Two parts may be read into one folder.
    shard(2, &parts[0]);
    join(&parts[..2], &root.path().join("out")).unwrap();
    let out = root.path().join("all");
    assert_eq!(join(&parts, &out).unwrap(), 6);
    assert_same(&contents(&out), &contents(whole.path()), "joined");
    // A part says what it likes.
    fs::write(parts[1].join(".fubiao/shards"), "1/99999999999\n../3\n0/0\n").unwrap();
    assert_eq!(refused(&parts), "the parts were split differently: 3/3, 1/99999999999");
    let mixed = [parts[0].clone(), whole.path().to_owned()];
    fs::write(parts[0].join(".fubiao/shards"), "1/3\n").unwrap();
    assert!(refused(&mixed).ends_with("it was read without --shard and is no part"));
    assert!(refused(&[root.path().join("none")]).ends_with("none: no such folder"));
}

/// A part with one notice called so, whose result lies where the name leads.
fn hostile(root: &Path, name: &str, whole: &Path) -> PathBuf {
    let part = root.join("part");
    fs::create_dir_all(part.join("notices")).unwrap();
    let line = fs::read_to_string(whole.join("manifest.ndjson")).unwrap();
    let line = line.lines().find(|line| line.contains("2022/2.txt")).unwrap();
    let (body, _) = line.rsplit_once(",\"check\"").unwrap();
    let quoted = serde_json::to_string(name).unwrap();
    let body = format!("{}}}", body.replacen("\"2022/2.txt\"", &quoted, 1));
    let check = &ledger::hash(body.as_bytes())[..16];
    let line = format!("{},\"check\":\"{check}\"}}\n", &body[..body.len() - 1]);
    fs::write(part.join("manifest.ndjson"), line).unwrap();
    let result = fs::read(whole.join("notices/2022/2.txt.json")).unwrap();
    let place = format!("{}/notices/{name}.json", part.display());
    let _ = fs::create_dir_all(Path::new(&place).parent().unwrap());
    let _ = fs::write(place, result);
    part
}

#[test]
fn no_name_of_a_part_leads_out() {
    let (input, whole) = (archive(), tempfile::tempdir().unwrap());
    batch(input.path(), whole.path()).unwrap();
    for name in [
        "../../evil",
        "..",
        ".",
        "",
        "/tmp/fubiao-evil",
        "a/../../../evil",
        "a//b",
        "./a",
        "a/",
        "..\\..\\evil",
        "C:\\evil",
        "C:evil",
        "\\\\server\\share\\evil",
        "//server/share/evil",
        "evil\0",
        "a\nb",
        ".fubiao/lock",
        ".hidden",
        "a/.writing",
        "nul",
        "COM1.txt",
        "a. ",
        "x.json/y",
        "x.NDJSON/y",
    ] {
        let root = tempfile::tempdir().unwrap();
        let part = hostile(root.path(), name, whole.path());
        let before = contents(root.path());
        let out = root.path().join("out");
        let refused = join(&[part], &out).expect_err(name);
        assert!(matches!(refused, merge::MergeError::BadEntry(..)), "{name:?}: {refused}");
        let mut after = contents(root.path());
        after.retain(|path, _| !path.starts_with("out/.fubiao"));
        assert_same(&after, &before, name);
    }
    let root = tempfile::tempdir().unwrap();
    let part = hostile(root.path(), "plain/name.txt", whole.path());
    assert_eq!(join(&[part], &root.path().join("out")).unwrap(), 1);
}

#[test]
fn a_part_at_fault_is_refused_before_anything_is_written() {
    let (input, whole) = (archive(), tempfile::tempdir().unwrap());
    batch(input.path(), whole.path()).unwrap();
    let fault = |act: &dyn Fn(&Path), said: &str| {
        let root = tempfile::tempdir().unwrap();
        let part = root.path().join("part");
        for (path, bytes) in contents(whole.path()) {
            fs::create_dir_all(part.join(&path).parent().unwrap()).unwrap();
            fs::write(part.join(path), bytes).unwrap();
        }
        act(&part);
        let out = root.path().join("out");
        // Beside one that is sound.
        let refused = join(&[whole.path().to_owned(), part], &out).expect_err(said);
        assert!(refused.to_string().contains(said), "{said}: {refused}");
        let mut written = contents(&out);
        written.retain(|path, _| !path.starts_with(".fubiao"));
        assert!(written.is_empty(), "{said}: {written:?}");
    };
    let result = "notices/2022/2.txt.json";
    fault(
        &|part| fs::write(part.join(result), "{}").unwrap(),
        "not the one that the manifest names",
    );
    fault(&|part| fs::remove_file(part.join(result)).unwrap(), "no such file");
    fault(&|part| fs::remove_file(part.join("manifest.ndjson")).unwrap(), "no manifest.ndjson");
    fault(&|part| fs::write(part.join(".fubiao/running"), "").unwrap(), "not finished");
    let edit = |part: &Path, from: &str, to: &str| {
        let path = part.join("manifest.ndjson");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        let lines = text.lines().map(|line| {
            let (body, _) = line.rsplit_once(",\"check\"").unwrap();
            let body = format!("{}}}", body.replace(from, to));
            let check = &ledger::hash(body.as_bytes())[..16];
            format!("{},\"check\":\"{check}\"}}\n", &body[..body.len() - 1])
        });
        fs::write(&path, lines.collect::<String>()).unwrap();
    };
    fault(&|part| edit(part, "\"facts\":2,", "\"facts\":3,"), "says otherwise than the manifest");
    fault(&|part| edit(part, "\"content\":\"", "\"content\":\"0"), "different results");
    fault(
        &|part| {
            edit(part, "2022/2.txt", "2022/2.TXT");
            fs::rename(part.join(result), part.join("notices/2022/2.TXT.json")).unwrap();
        },
        "another name is the same",
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        let secret = whole.path().join("notices/2022/2.txt.json");
        fault(
            &|part| {
                fs::remove_file(part.join(result)).unwrap();
                symlink(&secret, part.join(result)).unwrap();
            },
            "it is a link",
        );
        fault(
            &|part| {
                fs::remove_dir_all(part.join("notices")).unwrap();
                symlink(whole.path().join("notices"), part.join("notices")).unwrap();
            },
            "it is a link",
        );
        fault(
            &|part| {
                fs::remove_file(part.join("manifest.ndjson")).unwrap();
                symlink(whole.path().join("manifest.ndjson"), part.join("manifest.ndjson"))
                    .unwrap();
            },
            "it is a link",
        );
    }
}
