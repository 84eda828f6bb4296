//! Archives as their users run them: resumed after kill -9, split and joined, with bad files among good
//! ones, compared with the run before.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

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

/// Every file of an output folder by its path, but for what tells of the run itself.
fn contents(out: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![out.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && path.file_name().is_some_and(|n| n != ".fubiao") {
                folders.push(path);
            } else if path.is_file() && path.file_name().is_some_and(|n| n != "report.json") {
                let below = path.strip_prefix(out).expect("it is below").to_owned();
                found.insert(below, fs::read(&path).expect("a file"));
            }
        }
    }
    found
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

#[test]
fn a_run_killed_at_any_moment_ends_with_the_same_bytes() {
    let input = archive(12);
    let whole = tempfile::tempdir().unwrap();
    batch(input.path(), whole.path(), &[]);
    let expected = contents(whole.path());
    for pause in [5, 40, 90, 160] {
        let out = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_fubiao"))
            .args(["batch", &input.path().to_string_lossy(), "--jobs", "2", "--out"])
            .arg(out.path())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(pause));
        child.kill().unwrap();
        child.wait().unwrap();
        batch(input.path(), out.path(), &[]);
        assert_eq!(contents(out.path()), expected, "killed after {pause} ms");
    }
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
    let parts = [&one, &two].map(|d| contents(d.path()).len());
    assert!(parts.iter().all(|&n| n < contents(whole.path()).len()), "{parts:?}");
}

#[test]
fn a_notice_that_takes_too_long_fails_alone() {
    let (input, out) = (archive(2), tempfile::tempdir().unwrap());
    let long = format!("{}\u{c}", notice(9)).repeat(1500);
    fs::write(input.path().join("long.txt"), long).unwrap();
    let run = batch(input.path(), out.path(), &["--timeout", "3"]);
    let text = told(&run);
    assert_eq!(run.status.code(), Some(3));
    assert!(text.contains("long.txt: timeout: ran over its time of 3 s"), "{text}");
    assert!(text.contains("2 read"), "{text}");
    let again = batch(input.path(), out.path(), &["--only-failed", "--timeout", "3"]);
    assert!(told(&again).contains("0 read"), "{}", told(&again));
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
