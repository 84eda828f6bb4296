//! Archives as their users run them: resumed after kill -9, split and joined, with bad files among good
//! ones, compared with the run before.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

fn fubiao(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fubiao")).args(args).output().expect("the command starts")
}

/// The notice of samples/housing-2023 with another serial number, so that its content is another.
fn notice(serial: u32) -> String {
    let text = fs::read_to_string("samples/housing-2023/notice.txt").expect("the sample is there");
    let number = text.lines().find(|l| l.contains('〔')).expect("it has a number").to_owned();
    let other = number.replace("1号", &format!("{serial}号"));
    assert_ne!(number, other);
    text.replace(&number, &other)
}

/// A folder with `notices` good notices, an image and an empty file.
fn archive(notices: u32) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a temporary folder");
    for serial in 1..=notices {
        let folder = root.path().join(format!("20{:02}", serial % 4));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(format!("{serial}.txt")), notice(serial + 1)).expect("a file");
    }
    fs::write(root.path().join("picture.pdf"), b"\x89PNG\r\n\x1a\n").expect("a file");
    fs::write(root.path().join("empty.txt"), b"\n").expect("a file");
    root
}

/// Every file of an output folder by its path, those of the run's own too; but for what tells of the
/// run itself.
fn contents(out: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![out.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let below = path.strip_prefix(out).expect("it is below").to_owned();
                found.insert(below, fs::read(&path).expect("a file"));
            }
        }
    }
    found.retain(|path, _| path != Path::new("report.json") && path != Path::new("report.txt"));
    found
}

/// Every entry of a manifest that is there names a result that is there, by its hash.
fn assert_manifest_is_true(out: &Path, when: &str) {
    let Ok(manifest) = fs::read_to_string(out.join("manifest.ndjson")) else { return };
    for line in manifest.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).expect("an entry");
        let name = entry["name"].as_str().expect("a name");
        let result = fs::read(out.join(format!("notices/{name}.json")));
        match entry["outcome"]["files"]["result"].as_str() {
            Some(hash) => {
                let found = blake3::hash(&result.expect(when)).to_hex().to_string();
                assert_eq!(found, hash, "{name} {when}");
            }
            None => assert!(result.is_err(), "{name} failed and has a result, {when}"),
        }
    }
}

fn batch(input: &Path, out: &Path, more: &[&str]) -> Output {
    let (input, out) = (input.to_string_lossy(), out.to_string_lossy());
    let mut args = vec!["batch", &input, "--out", &out, "--jobs", "2"];
    args.extend(more);
    fubiao(&args)
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn inputs_in_which_nothing_is_recognised_are_named() {
    let (input, out) = (archive(1), tempfile::tempdir().unwrap());
    fs::write(input.path().join("letter.txt"), "您好，\n明天下午见。\n").unwrap();
    fs::write(input.path().join("body.txt"), "关于下达2023年计划的通知\n").unwrap();
    // In the first run and in the second, which reads nothing anew.
    for _ in 0..2 {
        let run = batch(input.path(), out.path(), &["--lang", "en"]);
        let said = told(&run);
        assert!(
            said.contains("in 1 input, nothing was checked there: letter.txt [nothing_recognised]"),
            "{said}"
        );
        let report = fs::read_to_string(out.path().join("report.txt")).unwrap();
        assert!(
            report.contains("nothing recognised, nothing checked:\n  letter.txt\n"),
            "{report}"
        );
        // Where there was no sum to check, no findings say nothing.
        assert!(said.contains("1 with findings, 1 without a sum to check, 2 failed"), "{said}");
        assert!(report.contains("no sum to check:\n  body.txt\n"), "{report}");
    }
    let quiet = batch(input.path(), out.path(), &["--quiet"]);
    assert!(!told(&quiet).contains("nothing_recognised"), "{}", told(&quiet));
}

#[test]
fn what_failed_is_said_as_by_convert_and_in_the_language_asked_for() {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = input.path().join("x.pdf");
    fs::write(&file, "%PDF-1.4 nothing").unwrap();
    for (lang, said) in [
        ("en", "error: x.pdf: broken PDF: no table of objects and no page was found [broken_pdf]"),
        ("zh", "错误: x.pdf: PDF 已损坏：找不到对象表，也找不到页面 [broken_pdf]"),
    ] {
        let run = batch(input.path(), out.path(), &["--lang", lang, "--fresh"]);
        assert_eq!(run.status.code(), Some(3));
        assert!(told(&run).lines().any(|line| line == said), "{}", told(&run));
        let converted = Command::new(env!("CARGO_BIN_EXE_fubiao"))
            .current_dir(input.path())
            .args(["convert", "x.pdf", "--lang", lang])
            .output()
            .unwrap();
        assert_eq!(told(&converted).lines().next(), Some(said));
    }
}

#[test]
fn bad_files_fail_alone_and_nothing_is_read_twice() {
    let (input, out) = (archive(3), tempfile::tempdir().unwrap());
    let first = batch(input.path(), out.path(), &[]);
    assert_eq!(first.status.code(), Some(3), "{}", told(&first));
    assert!(told(&first).contains("5 notices: 3 read, 0 unchanged, 3 with findings, 2 failed"));
    let before = contents(out.path());
    let manifest = String::from_utf8(before[Path::new("manifest.ndjson")].clone()).unwrap();
    assert_eq!(manifest.lines().count(), 5);
    assert_eq!(manifest.matches(r#""reason":"unreadable""#).count(), 2);
    let facts = String::from_utf8(before[Path::new("facts.ndjson")].clone()).unwrap();
    assert_eq!(facts.matches(r#""raw":"165766""#).count(), 3);

    let second = batch(input.path(), out.path(), &[]);
    assert!(told(&second).contains("0 read, 3 unchanged"), "{}", told(&second));
    assert_eq!(contents(out.path()), before);

    // A result that was damaged counts for nothing.
    fs::write(out.path().join("notices/2001/1.txt.json"), "{}").unwrap();
    let third = batch(input.path(), out.path(), &[]);
    assert!(told(&third).contains("1 read, 2 unchanged"), "{}", told(&third));
    assert_eq!(contents(out.path()), before);
}

/// Starts a batch as a shell would, in a process group of its own.
fn start(input: &Path, out: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fubiao"));
    command
        .args(["batch", &input.to_string_lossy(), "--jobs", "2", "--out"])
        .arg(out)
        .stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().expect("the command starts")
}

/// Pauses that differ from each other and are the same in every run of the tests.
fn pauses(longest: Duration) -> impl Iterator<Item = Duration> {
    let mut state: u32 = 20_231_123;
    std::iter::from_fn(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some(longest.mul_f64(f64::from(state >> 8) / f64::from(1 << 24)))
    })
}

/// Cuts runs at twenty moments: each run goes on where the one before was cut, and now and then one is
/// let through, after which the archive has changed and there is something to do again.
#[test]
fn a_run_killed_at_any_moment_ends_with_the_same_bytes() {
    let input = archive(6);
    let out = tempfile::tempdir().unwrap();
    let since = Instant::now();
    assert_eq!(batch(input.path(), out.path(), &[]).status.code(), Some(3));
    let whole = since.elapsed();
    for (kill, pause) in (1..=20).zip(pauses(whole)) {
        if kill % 4 == 1 {
            fs::write(input.path().join("2001/1.txt"), notice(100 + kill)).unwrap();
            fs::write(input.path().join(format!("{kill}.txt")), notice(200 + kill)).unwrap();
        }
        let mut child = start(input.path(), out.path());
        thread::sleep(pause);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_manifest_is_true(out.path(), &format!("after kill {kill} at {pause:?}"));
        if kill % 4 == 0 {
            let rest = batch(input.path(), out.path(), &[]);
            assert_eq!(rest.status.code(), Some(3), "{}", told(&rest));
            let undisturbed = tempfile::tempdir().unwrap();
            batch(input.path(), undisturbed.path(), &[]);
            assert_eq!(contents(out.path()), contents(undisturbed.path()), "after kill {kill}");
        }
    }
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_finishes_what_is_at_hand_and_resumes() {
    let (input, out) = (archive(24), tempfile::tempdir().unwrap());
    let child = start(input.path(), out.path());
    let journal = out.path().join(".fubiao/journal.ndjson");
    let since = Instant::now();
    while fs::metadata(&journal).map_or(0, |m| m.len()) == 0 {
        assert!(since.elapsed() < Duration::from_secs(60), "nothing is done after a minute");
        thread::sleep(Duration::from_millis(2));
    }
    // To the whole group, as a terminal does at Ctrl-C.
    let group = format!("-{}", child.id());
    let kill = Command::new("kill").args(["-INT", "--", &group]).status().unwrap();
    assert!(kill.success());
    let run = child.wait_with_output().unwrap();
    assert_eq!(run.status.code(), Some(130), "{}", told(&run));
    assert!(told(&run).contains("the same command goes on from here"), "{}", told(&run));
    assert!(!told(&run).contains("crash"), "a notice at hand was cut: {}", told(&run));
    let done = fs::read_to_string(&journal).unwrap();
    assert!(done.ends_with('\n') && done.lines().count() < 26, "{done}");
    for line in done.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let result = out.path().join(format!("notices/{}.json", entry["name"].as_str().unwrap()));
        assert_eq!(result.is_file(), entry["outcome"]["status"] == "done", "{line}");
    }
    let rest = batch(input.path(), out.path(), &[]);
    assert_eq!(rest.status.code(), Some(3), "{}", told(&rest));
    assert!(!told(&rest).contains("24 read"), "{}", told(&rest));
    let undisturbed = tempfile::tempdir().unwrap();
    batch(input.path(), undisturbed.path(), &[]);
    assert_eq!(contents(out.path()), contents(undisturbed.path()));
}

/// How many rows a Parquet file of facts has, and the years they are of: none where its folder says the year.
#[cfg(feature = "parquet")]
fn rows(path: &Path) -> (usize, std::collections::BTreeSet<i32>) {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;
    let reader = SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap();
    let columns = reader.metadata().file_metadata().schema().get_fields();
    let year = columns.iter().position(|c| c.name() == "plan_year");
    let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    let years = rows.iter().filter_map(|row| Some(row.get_int(year?).unwrap())).collect();
    (rows.len(), years)
}

#[test]
#[cfg(feature = "parquet")]
fn all_facts_stand_in_one_table_or_one_a_year() {
    let (input, out) = (archive(3), tempfile::tempdir().unwrap());
    let other = notice(50).replace("2023", "2022");
    fs::write(input.path().join("earlier.txt"), other).unwrap();
    batch(input.path(), out.path(), &["--format", "facts,csv,parquet,xlsx"]);
    let lines = |name: &str| fs::read_to_string(out.path().join(name)).unwrap().lines().count();
    let facts = lines("facts.ndjson");
    assert_eq!(lines("facts.csv"), facts + 1);
    assert_eq!(rows(&out.path().join("facts.parquet")), (facts, [2022, 2023].into()));
    assert!(out.path().join("notices/earlier.txt.xlsx").is_file());

    // What is not asked for any more goes: it would tell of an older archive.
    let again = batch(input.path(), out.path(), &["--format", "json", "--partition", "plan_year"]);
    assert!(told(&again).contains("0 read, 4 unchanged"), "{}", told(&again));
    let mut of_years = 0;
    for year in [2022, 2023] {
        let part = out.path().join(format!("facts/plan_year={year}/part-0.parquet"));
        let (count, years) = rows(&part);
        assert!(years.is_empty(), "pandas refuses a column that the folder's name tells too");
        of_years += count;
    }
    assert_eq!(of_years, facts);
    for gone in ["facts.ndjson", "facts.csv", "facts.parquet", "notices/earlier.txt.xlsx"] {
        assert!(!out.path().join(gone).exists(), "{gone}");
    }
    fs::remove_file(input.path().join("earlier.txt")).unwrap();
    fs::write(input.path().join("earlier.txt"), notice(51)).unwrap();
    batch(input.path(), out.path(), &["--format", "json", "--partition", "plan_year"]);
    assert!(!out.path().join("facts/plan_year=2022").exists());
    let back = batch(input.path(), out.path(), &[]);
    assert!(told(&back).contains("0 read, 4 unchanged"), "{}", told(&back));
    assert!(!out.path().join("facts").exists());
    assert_eq!(rows(&out.path().join("facts.parquet")).0, lines("facts.ndjson"));
}

#[test]
fn parts_joined_are_the_whole() {
    let input = archive(8);
    let [whole, one, two, joined] = [(); 4].map(|()| tempfile::tempdir().unwrap());
    batch(input.path(), whole.path(), &[]);
    batch(input.path(), one.path(), &["--shard", "1/2"]);
    batch(input.path(), two.path(), &["--shard", "2/2"]);
    let [a, b, out] = [&one, &two, &joined].map(|d| d.path().to_string_lossy().into_owned());
    let merge = fubiao(&["merge", &a, &b, "--out", &out]);
    assert_eq!(merge.status.code(), Some(0), "{}", told(&merge));
    assert_eq!(contents(joined.path()), contents(whole.path()));
    // What failed in a part is told, as by a run.
    let said = told(&merge);
    assert!(said.contains("10 notices of 2 parts: 8 with findings, 2 failed"), "{said}");
    assert!(said.contains("failed, by reason: unreadable 2"), "{said}");
    let report = fs::read_to_string(joined.path().join("report.txt")).unwrap();
    assert!(report.contains("failed:\n  empty.txt: the file is empty [empty]\n"), "{report}");
    let parts = [&one, &two].map(|d| contents(d.path()).len());
    assert!(parts.iter().all(|&n| n < contents(whole.path()).len()), "{parts:?}");
}

#[test]
fn parts_that_are_refused_leave_nothing() {
    let input = archive(3);
    let [part, root] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    batch(input.path(), part.path(), &["--shard", "1/2"]);
    let one = part.path().to_string_lossy().into_owned();
    let refused = |out: &Path| {
        let merge = fubiao(&["merge", &one, "--out", &out.to_string_lossy()]);
        assert_eq!(merge.status.code(), Some(3), "{}", told(&merge));
        assert!(told(&merge).contains("missing: 2/2"), "{}", told(&merge));
    };
    // A folder that is not there, nor the one above it.
    refused(&root.path().join("a/b"));
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    // An empty one, and one with a file of somebody's.
    let out = root.path().join("out");
    fs::create_dir(&out).unwrap();
    refused(&out);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 0);
    fs::write(out.join("note.txt"), "mine").unwrap();
    refused(&out);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
    // Earlier results are as they were, and a run goes on from them.
    batch(input.path(), &out, &[]);
    let before = contents(&out);
    refused(&out);
    assert_eq!(contents(&out), before);
    assert!(told(&batch(input.path(), &out, &[])).contains("3 unchanged"));
}

#[test]
fn a_notice_that_takes_too_long_fails_alone() {
    let (input, out) = (archive(2), tempfile::tempdir().unwrap());
    let long = format!("{}\u{c}", notice(9)).repeat(1500);
    fs::write(input.path().join("long.txt"), long).unwrap();
    let flags = ["--timeout", "3", "--max-glyphs", "100000000"];
    let run = batch(input.path(), out.path(), &flags);
    let text = told(&run);
    assert_eq!(run.status.code(), Some(3));
    assert!(text.contains("long.txt: ran over its time of 3 s"), "{text}");
    assert!(text.contains("2 read"), "{text}");
    let again = batch(input.path(), out.path(), &[&flags[..], &["--only-failed"]].concat());
    assert!(told(&again).contains("0 read, 2 unchanged"), "{}", told(&again));
    fs::write(input.path().join("new.txt"), notice(50)).unwrap();
    let again = batch(input.path(), out.path(), &[&flags[..], &["--only-failed"]].concat());
    assert!(told(&again).contains("3 failed, 1 not tried"), "{}", told(&again));
}

#[test]
fn results_replace_nothing_that_others_made() {
    let (input, out) = (archive(1), tempfile::tempdir().unwrap());
    fs::write(out.path().join("facts.csv"), "mine").unwrap();
    fs::write(out.path().join("letter.docx"), "mine").unwrap();
    let refused = batch(input.path(), out.path(), &[]);
    assert_eq!(refused.status.code(), Some(2), "{}", told(&refused));
    assert!(told(&refused).contains("the folder holds facts.csv, which fubiao did not make"));
    assert_eq!(contents(out.path()).len(), 2);
    fs::remove_file(out.path().join("facts.csv")).unwrap();
    assert_eq!(batch(input.path(), out.path(), &[]).status.code(), Some(3), "two inputs are bad");
    assert_eq!(fs::read(out.path().join("letter.docx")).unwrap(), b"mine");
}

/// A folder that can't be listed, such as lost+found, neither stops a run nor counts as emptied.
#[cfg(unix)]
#[test]
fn a_folder_that_can_t_be_listed_is_named_and_the_others_are_read() {
    use std::os::unix::fs::PermissionsExt;
    let (input, out) = (archive(4), tempfile::tempdir().unwrap());
    batch(input.path(), out.path(), &[]);
    let facts = |out: &Path| fs::read_to_string(out.join("facts.ndjson")).unwrap().lines().count();
    let (before, locked) = (facts(out.path()), input.path().join("2001"));
    let allow = |mode| fs::set_permissions(&locked, fs::Permissions::from_mode(mode)).unwrap();
    allow(0o000);
    if fs::read_dir(&locked).is_ok() {
        allow(0o755);
        return; // Who may do everything can't be refused anything.
    }
    let run = batch(input.path(), out.path(), &["--prune"]);
    let path = input.path().to_string_lossy().into_owned();
    let check = fubiao(&["check", &path]);
    allow(0o755);
    let said = told(&run);
    assert_eq!(run.status.code(), Some(3), "{said}");
    assert!(said.contains("error: 2001: the folder can't be listed: permission denied"), "{said}");
    assert!(said.contains("could not list 1 folder"), "{said}");
    assert_eq!(facts(out.path()), before, "what was read of it still counts");
    assert!(out.path().join("notices/2001/1.txt.json").is_file());
    assert_eq!(check.status.code(), Some(3));
    assert!(told(&check).contains("2001: the folder can't be listed: permission denied"));
}

#[test]
fn a_second_batch_into_one_folder_is_told_so() {
    let (input, out) = (archive(1), tempfile::tempdir().unwrap());
    fs::create_dir_all(out.path().join(".fubiao")).unwrap();
    let lock = fs::File::create(out.path().join(".fubiao/lock")).unwrap();
    lock.try_lock().unwrap();
    let run = batch(input.path(), out.path(), &[]);
    assert_eq!(run.status.code(), Some(3));
    assert!(told(&run).contains("another run is writing there"), "{}", told(&run));
}

#[test]
fn what_changed_is_named_and_can_be_approved() {
    let input = archive(2);
    let [old, new] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    batch(input.path(), old.path(), &[]);
    let path = input.path().join("2001/1.txt");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\t16650\t", "\t16651\t", 1)).unwrap();
    batch(input.path(), new.path(), &[]);
    let [a, b] = [&old, &new].map(|d| d.path().to_string_lossy().into_owned());

    let diff = fubiao(&["diff", &a, &b]);
    let text = String::from_utf8(diff.stdout).unwrap();
    assert_eq!(diff.status.code(), Some(1), "{text}");
    assert!(text.contains("changed 2001/1.txt.json"), "{text}");
    assert!(text.contains("annex 1 南昌市 | 新建（筹集）: 16650 -> 16651"), "{text}");
    assert!(text.contains("+ finding error [column_sum]"), "{text}");
    assert!(text.contains("1 changed, 0 new, 0 gone"), "{text}");

    assert_eq!(fubiao(&["accept", &a, &b]).status.code(), Some(0));
    let diff = fubiao(&["diff", &a, &b]);
    assert_eq!(diff.status.code(), Some(0), "{}", String::from_utf8_lossy(&diff.stdout));
}

/// Folders that hold a body and its annexes are one notice each, with the answer that `convert` gives; a file that
/// changes makes its notice anew, and no other.
#[cfg(feature = "package")]
#[test]
fn folders_are_notices_of_several_files() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let text = |serial| {
        let whole = notice(serial);
        let at = whole.find("附件 1").expect("it has annexes");
        let (body, annexes) = whole.split_at(at);
        (body.to_owned(), annexes.to_owned())
    };
    for serial in 1..=3 {
        let folder = root.path().join(format!("通知{serial}"));
        fs::create_dir_all(folder.join("附件")).expect("a folder");
        let (body, annexes) = text(serial + 1);
        fs::write(folder.join("通知.txt"), body).expect("a file");
        fs::write(folder.join("附件/附件.txt"), annexes).expect("a file");
    }
    let out = tempfile::tempdir().expect("a temporary folder");
    let pattern = root.path().join("*");
    let run = || batch(&pattern, out.path(), &["--one-notice"]);
    let output = run();
    assert!(output.status.success(), "{}", told(&output));
    let result = out.path().join("notices/通知2.json");
    let one =
        fubiao(&["convert", "--one-notice", root.path().join("通知2").to_str().expect("a path")]);
    assert_eq!(fs::read(&result).expect("a result"), one.stdout);
    let json: serde_json::Value = serde_json::from_slice(&one.stdout).expect("JSON");
    assert_eq!(json["source"]["parts"].as_array().map(Vec::len), Some(2));
    assert_eq!(json["annexes"].as_array().map(Vec::len), Some(7));

    let made = |name: &str| fs::metadata(out.path().join(name)).and_then(|m| m.modified()).ok();
    let (first, second) = (made("notices/通知1.json"), made("notices/通知2.json"));
    let changed = root.path().join("通知2/附件/附件.txt");
    fs::write(&changed, text(3).1.replace("165766", "165767")).expect("a file");
    assert!(run().status.success());
    assert_eq!(made("notices/通知1.json"), first);
    assert_ne!(made("notices/通知2.json"), second);
    // An empty folder fails alone.
    fs::create_dir(root.path().join("空")).expect("a folder");
    let output = run();
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
}

#[test]
#[cfg(feature = "review")]
fn an_archive_is_reviewed_by_an_index_and_its_pages() {
    let (input, out) = (archive(2), tempfile::tempdir().unwrap());
    let text = fs::read_to_string(input.path().join("2001/1.txt")).unwrap();
    let wrong = text.replacen("\t16650\t", "\t16651\t", 1);
    fs::write(input.path().join("2001/错 & 1%.txt"), wrong).unwrap();
    fs::write(input.path().join("empty.pdf"), "").unwrap();
    let [from, to] = [&input, &out].map(|d| d.path().to_string_lossy().into_owned());
    let review = fubiao(&["review", &from, "-o", &to, "--lang", "en"]);
    assert_eq!(review.status.code(), Some(3), "{}", told(&review));
    assert!(told(&review).contains("6 notices: 3 with doubts, 3 failed"), "{}", told(&review));
    let index = fs::read_to_string(out.path().join("index.html")).unwrap();
    let page = "pages/2001/%E9%94%99%20%26%201%25.txt.html";
    let at = |words: &str| index.find(words).unwrap_or_else(|| panic!("{words} in {index}"));
    let first = at(&format!("<a href=\"{page}\">2001/错 &amp; 1%.txt</a>"));
    assert!(first < at(">2001/1.txt</a>"), "those with most doubts come first");
    assert!(at(">2001/1.txt</a>") < at("empty.pdf"), "what could not be read comes behind them");
    let pages = contents(&out.path().join("pages"));
    assert_eq!(pages.len(), 3);
    let html = String::from_utf8_lossy(&pages[Path::new("2001/1.txt.html")]).into_owned();
    assert!(html.contains("\"lang\":\"en\"") && html.contains("\"saves_to\":null"));

    // Of results, there are tables alone; what fubiao wrote is no notice.
    let [results, again] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    batch(input.path(), results.path(), &[]);
    let [from, to] = [&results, &again].map(|d| d.path().to_string_lossy().into_owned());
    let review = fubiao(&["review", &from, "-o", &to, "--lang", "zh"]);
    assert_eq!(review.status.code(), Some(0), "{}", told(&review));
    assert!(told(&review).contains("通知 3 份：有疑点 3 份"), "{}", told(&review));
    for args in [&["review", &from][..], &["review", &from, "-o", &from]] {
        let refused = fubiao(args);
        assert_ne!(refused.status.code(), Some(0), "{}", told(&refused));
    }
}
