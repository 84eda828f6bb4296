//! Faults of the disk, made for real: a full one, one that can only be read from, a file in place of a
//! folder, inputs that are no files. Each is one clear message; nothing is half written, and when the
//! fault is gone the same command ends with the same bytes.
//!
//! Disks are small file systems in memory, which this test mounts where it may (Linux, as root); where
//! it may not it says so and leaves those cases out.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const SAMPLE: &str = "samples/housing-2023/notice.txt";

fn fubiao<S: AsRef<OsStr>>(args: &[S]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fubiao"))
        .args(args)
        .stdin(Stdio::null())
        .env("LC_ALL", "C")
        .output()
        .expect("the command starts")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Asserts that a run failed with this status, and said this.
#[track_caller]
fn refuses(output: &Output, status: i32, words: &[&str]) {
    let told = told(output);
    assert_eq!(output.status.code(), Some(status), "{told}");
    for word in words {
        assert!(told.contains(word), "{word:?} is not said:\n{told}");
    }
    assert!(told.lines().count() <= 4, "more than a message and a hint:\n{told}");
}

/// A small file system in memory, gone when dropped.
struct Disk(tempfile::TempDir);

impl Disk {
    /// One of so many KiB; `None` where the test may not mount one.
    fn of(kib: usize) -> Option<Disk> {
        let disk = Disk(tempfile::tempdir().expect("a temporary folder"));
        disk.mount(&["-t", "tmpfs", "-o", &format!("size={kib}k"), "tmpfs"]).then_some(disk)
    }

    fn mount(&self, options: &[&str]) -> bool {
        let mounted =
            Command::new("mount").args(options).arg(self.path()).stderr(Stdio::null()).status();
        let mounted = mounted.is_ok_and(|status| status.success());
        if !mounted {
            println!("no file system can be mounted here: not tried");
        }
        mounted
    }

    /// Another size, or whether it can be written to.
    fn change(&self, options: &str) {
        assert!(self.mount(&["-o", &format!("remount,{options}")]), "{options}");
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.path()).status();
    }
}

/// Every file below a folder but what tells of the run itself.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default().to_owned();
            if path.is_dir() {
                folders.extend((name != ".fubiao").then_some(path));
            } else if !name.starts_with("report.") {
                let below = path.strip_prefix(folder).expect("it is below").to_owned();
                found.insert(below, fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

/// What the files below a folder take, in pages of 4 KiB.
fn blocks(folder: &Path) -> usize {
    let entries =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let size = |path: &Path| fs::metadata(path).map_or(0, |m| m.len() as usize).div_ceil(4096);
    entries.map(|path| if path.is_dir() { blocks(&path) } else { size(&path) }).sum()
}

/// A folder of so many notices, each of other content.
fn archive(notices: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = fs::read_to_string(SAMPLE).expect("the sample is there");
    for n in 1..=notices {
        let other = text.replace("1号", &format!("{n}号"));
        fs::write(folder.path().join(format!("{n}.txt")), other).expect("a file");
    }
    folder
}

fn batch(input: &Path, out: &Path) -> Output {
    let jobs = OsStr::new("--jobs=1");
    fubiao(&[OsStr::new("batch"), input.as_os_str(), OsStr::new("--out"), out.as_os_str(), jobs])
}

#[test]
fn help_that_cannot_be_written_is_no_success() {
    for (words, said) in [
        (
            ["--help", "--lang", "en"],
            "standard output: the result can't be written: the disk is full",
        ),
        (["--quiet", "convert", "--help"], "the disk is full"),
        (["--help", "--lang", "zh"], "标准输出: 无法写出结果：磁盘已满"),
    ] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_fubiao"));
        command.args(words).env("LC_ALL", "C").stdout(full).stderr(Stdio::piped());
        refuses(&command.output().unwrap(), 3, &[said]);
    }
}

#[test]
fn a_full_disk_keeps_no_half_of_a_result() {
    let Some(disk) = Disk::of(64) else { return };
    let out = disk.path().join("notice.json");
    let convert = |format: &str, out: &Path| {
        let out = out.as_os_str();
        fubiao(&[
            OsStr::new("convert"),
            SAMPLE.as_ref(),
            "--format".as_ref(),
            format.as_ref(),
            "-o".as_ref(),
            out,
        ])
    };
    refuses(&convert("json", &out), 3, &["notice.json", "the disk is full", "make room"]);
    assert_eq!(fs::read_dir(disk.path()).unwrap().count(), 0, "something is left");
    let package = disk.path().join("package");
    refuses(&convert("datapackage", &package), 3, &["package", "the disk is full"]);
    assert_eq!(fs::read_dir(disk.path()).unwrap().count(), 0, "something is left");
    // What was there stays there.
    fs::write(&out, "older").unwrap();
    refuses(&convert("json", &out), 3, &["the disk is full"]);
    assert_eq!(fs::read_to_string(&out).unwrap(), "older");
    disk.change("size=4m");
    assert_eq!(convert("json", &out).status.code(), Some(0));
    assert_eq!(fs::read(&out).unwrap(), fubiao(&["convert", SAMPLE]).stdout);
}

#[test]
fn a_limit_of_the_size_of_files_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let fubiao = env!("CARGO_BIN_EXE_fubiao");
    let shell = |line: String| Command::new("sh").args(["-c", &line]).output().expect("a shell");
    for (format, out) in [("json", "x.json"), ("datapackage", "package")] {
        let out = folder.path().join(out);
        let line = format!(
            "ulimit -f 8; {fubiao} convert {SAMPLE} --lang en --format {format} -o {}",
            out.display()
        );
        refuses(&shell(line), 3, &["larger than is allowed here", "make room"]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "something is left");
    }
    let (input, out) = (archive(1), folder.path().join("out"));
    let line = format!(
        "ulimit -f 8; {fubiao} batch {} --lang en --out {}",
        input.path().display(),
        out.display()
    );
    refuses(
        &shell(line),
        3,
        &["1.txt: its result can't be written", "larger than is allowed here"],
    );
    assert_eq!(batch(input.path(), &out).status.code(), Some(0));
}

#[test]
fn a_disk_that_can_only_be_read_from_is_told_so() {
    let Some(disk) = Disk::of(4096) else { return };
    let input = archive(1);
    disk.change("ro");
    let out = disk.path().join("x.json");
    let convert = fubiao(&[OsStr::new("convert"), SAMPLE.as_ref(), "-o".as_ref(), out.as_os_str()]);
    refuses(&convert, 2, &["x.json", "can only be read from", "written to"]);
    let run = batch(input.path(), &disk.path().join("out"));
    refuses(&run, 2, &["out", "can only be read from", "written to"]);
}

#[test]
fn a_batch_on_a_disk_that_filled_up_goes_on_where_it_was() {
    let input = archive(6);
    let whole = tempfile::tempdir().unwrap();
    assert_eq!(batch(input.path(), whole.path()).status.code(), Some(0));
    let expected = contents(whole.path());
    for tenths in [2, 5, 9] {
        let kib = blocks(whole.path()) * 4 * tenths / 10;
        let Some(disk) = Disk::of(kib) else { return };
        let out = disk.path().join("out");
        refuses(&batch(input.path(), &out), 3, &["the disk is full", "make room"]);
        for (path, bytes) in contents(&out) {
            assert_eq!(Some(&bytes), expected.get(&path), "{} is not whole", path.display());
        }
        disk.change("size=64m");
        assert_eq!(batch(input.path(), &out).status.code(), Some(0));
        assert!(contents(&out) == expected, "other bytes after {kib} KiB");
    }
}

#[test]
fn merging_and_approving_on_a_full_disk_lose_nothing() {
    let input = archive(3);
    let part = tempfile::tempdir().unwrap();
    assert_eq!(batch(input.path(), part.path()).status.code(), Some(0));
    let expected = contents(part.path());
    let Some(disk) = Disk::of(400) else { return };
    let out = disk.path().join("joined");
    let merge = || {
        fubiao(&[OsStr::new("merge"), part.path().as_os_str(), "--out".as_ref(), out.as_os_str()])
    };
    refuses(&merge(), 3, &["the disk is full", "make room"]);
    disk.change("size=64m");
    assert_eq!(merge().status.code(), Some(0));
    assert!(contents(&out) == expected);

    let Some(disk) = Disk::of(400) else { return };
    let approved = disk.path().join("approved");
    let accept = || fubiao(&[OsStr::new("accept"), approved.as_os_str(), part.path().as_os_str()]);
    refuses(&accept(), 3, &["the disk is full", "make room"]);
    for (path, bytes) in contents(&approved) {
        assert_eq!(Some(&bytes), expected.get(&path), "{} is not whole", path.display());
    }
    disk.change("size=64m");
    assert_eq!(accept().status.code(), Some(0));
    let results = |folder: &Path| contents(&folder.join("notices"));
    assert!(results(&approved) == results(part.path()));
}

#[test]
fn a_review_page_is_there_whole_or_not_at_all() {
    let Some(disk) = Disk::of(64) else { return };
    let out = disk.path().join("review.html");
    let review =
        || fubiao(&[OsStr::new("review"), SAMPLE.as_ref(), "-o".as_ref(), out.as_os_str()]);
    refuses(&review(), 3, &["review.html", "the disk is full", "make room"]);
    assert_eq!(fs::read_dir(disk.path()).unwrap().count(), 0, "something is left");
    disk.change("size=64m");
    assert_eq!(review().status.code(), Some(0));
    assert!(fs::read_to_string(&out).unwrap().contains("</html>"));
}

#[test]
fn a_file_in_place_of_a_folder_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    let out = file.join("x.json");
    let convert = fubiao(&[OsStr::new("convert"), SAMPLE.as_ref(), "-o".as_ref(), out.as_os_str()]);
    refuses(&convert, 2, &["x.json", "expected a folder", "check the path"]);
    let input = archive(1);
    refuses(&batch(input.path(), &file), 2, &["file: it is a file, expected a folder", "hint"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "x");
}

#[test]
fn inputs_that_are_no_files_come_to_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let convert = |path: &Path| fubiao(&[OsStr::new("convert"), path.as_os_str()]);
    refuses(&convert(folder.path()), 3, &["it is a folder, expected a file", "fubiao batch"]);
    let zero = fubiao(&["convert", "/dev/zero", "--max-input-bytes=1000000"]);
    refuses(&zero, 3, &["/dev/zero", "max-input-bytes", "1000000"]);
    refuses(&convert(Path::new("/dev/null")), 3, &["/dev/null", "the file is empty"]);
    symlink(at("b"), at("a")).unwrap();
    symlink(at("a"), at("b")).unwrap();
    refuses(&convert(&at("a")), 3, &["its links lead round in a circle"]);
    refuses(&convert(&at("x".repeat(300).as_str())), 3, &["its name is too long"]);

    // A pipe is read to its end by convert, and never waited for by a batch.
    let pipe = at("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut writer = Command::new("sh")
        .arg("-c")
        .arg(format!("cat {SAMPLE} > {}", pipe.display()))
        .spawn()
        .unwrap();
    assert_eq!(convert(&pipe).status.code(), Some(0));
    writer.wait().unwrap();
    let (since, out) = (Instant::now(), tempfile::tempdir().unwrap());
    refuses(&batch(&pipe, out.path()), 3, &["pipe: it is a pipe or a device, expected a file"]);
    let run = batch(folder.path(), &out.path().join("folder"));
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    for (name, why) in [
        ("a", "its links lead round in a circle"),
        ("b", "its links lead round in a circle"),
        ("pipe", "it is a pipe or a device, expected a file"),
    ] {
        assert!(said.contains(&format!("error: {name}: {why} [file]\n")), "{said}");
    }
    assert_eq!(run.status.code(), Some(3));
    assert!(since.elapsed() < Duration::from_secs(60));
}

#[test]
fn names_may_hold_anything() {
    let (folder, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let names: [&[u8]; 4] =
        [b"a\nb.txt", b"\xFF\xFE.txt", b"\xFF\xFD.txt", "\u{1b}[31m红.txt".as_bytes()];
    let text = fs::read(SAMPLE).unwrap();
    for name in names {
        fs::write(folder.path().join(OsStr::from_bytes(name)), &text).unwrap();
    }
    fs::write(folder.path().join("bad\n\u{1b}[31m.txt"), b"\x89PNG").unwrap();
    let run = batch(folder.path(), out.path());
    assert_eq!(run.status.code(), Some(3), "{}", told(&run));
    assert!(
        !told(&run).contains('\u{1b}'),
        "what a terminal obeys is not printed: {:?}",
        told(&run)
    );
    let manifest = fs::read_to_string(out.path().join("manifest.ndjson")).unwrap();
    assert_eq!(manifest.lines().count(), 5, "{manifest}");
    assert_eq!(fs::read_dir(out.path().join("notices")).unwrap().count(), 4);
    let bad = folder.path().join(OsStr::from_bytes(b"\xFF\n.txt"));
    let convert = fubiao(&[OsStr::new("convert"), bad.as_os_str()]);
    refuses(&convert, 3, &["no such file or folder", "check the path"]);
}

#[test]
fn a_file_that_vanished_is_named_and_tried_again() {
    let (folder, out) = (archive(2), tempfile::tempdir().unwrap());
    let gone = folder.path().join("1.txt");
    let text = fs::read(&gone).unwrap();
    fs::remove_file(&gone).unwrap();
    let list = format!("{}\n{}\n", gone.display(), folder.path().join("2.txt").display());
    let run = || {
        let mut child = Command::new(env!("CARGO_BIN_EXE_fubiao"))
            .args(["batch", "-", "--out"])
            .arg(out.path())
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), list.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let first = run();
    refuses(&first, 3, &["1.txt: no such file or folder", "1 read", "1 failed"]);
    fs::write(&gone, text).unwrap();
    let second = run();
    assert_eq!(second.status.code(), Some(0), "{}", told(&second));
    assert!(told(&second).contains("1 read, 1 unchanged"), "{}", told(&second));
}
