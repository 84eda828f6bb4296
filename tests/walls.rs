//! The walls around worker processes, on the command itself: what the kernel says of one. That nothing gets
//! through them is tried in `src/archive/confine.rs`.

#![cfg(target_os = "linux")]

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

fn worker(flags: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_fubiao"))
        .arg("worker")
        .args(flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts")
}

/// What a worker says is missing, or can be reached all the same: it tries to open a file and a socket and to start a
/// program.
fn missing() -> String {
    let probe = worker(&["--probe"]).wait_with_output().expect("it ends");
    assert!(probe.status.success());
    String::from_utf8(probe.stdout).expect("names")
}

/// A line of /proc/PID/status or /proc/PID/limits.
fn line(worker: &Child, file: &str, name: &str) -> String {
    let text = fs::read_to_string(format!("/proc/{}/{file}", worker.id())).unwrap_or_default();
    text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned()
}

#[test]
fn a_worker_stands_behind_walls_before_it_is_asked() {
    if missing().contains("seccomp") {
        println!("this system offers no seccomp: not tried");
        return;
    }
    let mut worker = worker(&["--memory=512"]);
    let since = Instant::now();
    while !line(&worker, "status", "Seccomp:").ends_with('2') {
        assert!(since.elapsed() < Duration::from_secs(30), "no filter");
        thread::sleep(Duration::from_millis(5));
    }
    assert!(line(&worker, "status", "NoNewPrivs:").ends_with('1'));
    let limit =
        |name| line(&worker, "limits", name).split_whitespace().rev().nth(1).map(str::to_owned);
    assert_eq!(limit("Max open files").as_deref(), Some("0"));
    assert_eq!(limit("Max data size").as_deref(), Some("536870912"));
    assert_eq!(limit("Max core file size").as_deref(), Some("0"));
    drop(worker.stdin.take());
    assert!(worker.wait().expect("it ends").success());
}

/// Whether the kernel offers Landlock at all, be it to a worker or not.
fn kernel_has_landlock() -> bool {
    use landlock::{ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr};
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .and_then(Ruleset::create)
        .is_ok()
}

#[test]
fn a_worker_has_every_wall_that_the_kernel_offers() {
    let missing = missing();
    let lacks = |wall: &str| missing.lines().any(|line| line == wall);
    assert_eq!(lacks("landlock"), !kernel_has_landlock(), "{missing}");
    assert!(!lacks("limits"), "{missing}");
    if !lacks("seccomp") || !lacks("landlock") {
        assert!(!missing.contains("open: "), "a worker reaches what it must not:\n{missing}");
    }
}

#[test]
fn a_report_says_what_the_workers_read_without() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let batch = Command::new(env!("CARGO_BIN_EXE_fubiao"))
        .args(["batch", "samples/aid-2021/notice.txt", "--out"])
        .arg(out.path())
        .output()
        .expect("the command starts");
    let report = fs::read_to_string(out.path().join("report.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    let told = String::from_utf8_lossy(&batch.stderr).contains("the workers ");
    let missing = missing();
    assert_eq!(told, !missing.is_empty());
    let diagnostics = report["diagnostics"].as_array().expect("a list");
    assert_eq!(diagnostics.len(), usize::from(!missing.is_empty()));
    for diagnostic in diagnostics {
        assert_eq!(diagnostic["code"], "worker_unconfined");
        let count = |key: &str| diagnostic[key].as_array().expect("a list").len();
        assert_eq!(count("missing") + count("open"), missing.lines().count());
    }
}
