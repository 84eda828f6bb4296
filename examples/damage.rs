//! Damages files in many ways, has the command read each under limits of memory and time, and reports
//! how often it was read, refused with a message, or broke.
//!
//! ```text
//! cargo build --release
//! cargo run --release --example damage -- --seed 1 --each 20 samples/housing-2023/notice.pdf
//! ```
//!
//! Of an archive (.docx, .xlsx, .ods, .ofd, .zip) the entries are unpacked first, so that what is damaged is what they
//! hold; every other time their checksums are mended, as a program that writes nonsense would have it.
//!
//! `--seed N` other damage; `--each N` damages of each kind and file; `--jobs N` at a time;
//! `--program PATH` the command; `--memory MIB` and `--seconds S` its limits; `--keep DIR` where files
//! that broke it are kept; `--plain` the files as they are, undamaged. Ends with 1 if any broke it.

#[path = "../tests/support/archive.rs"]
mod archive;
#[path = "../tests/support/damage.rs"]
mod damage;

use damage::{Dice, KINDS, damaged};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// What was asked for.
struct Plan {
    program: PathBuf,
    seed: u64,
    each: usize,
    jobs: usize,
    memory: u64,
    seconds: f64,
    keep: PathBuf,
    plain: bool,
    files: Vec<PathBuf>,
}

/// One run of the command: the file, the damage, the arguments before and after the file.
struct Case {
    file: usize,
    kind: &'static str,
    seed: u64,
    ways: usize,
}

/// What the command is asked to do with a damaged file; `convert` to JSON the most often.
const WAYS: [&[&str]; 12] = [
    &["convert", "FILE"],
    &["convert", "FILE", "--format", "tables"],
    &["convert", "FILE"],
    &["convert", "FILE", "--format", "text"],
    &["convert", "FILE", "--format", "xlsx", "-o", "OUT"],
    &["convert", "FILE", "--format", "csv"],
    &["check", "FILE"],
    &["convert", "FILE", "--format", "parquet", "-o", "OUT"],
    &["inspect", "FILE", "--until", "check", "--svg", "OUT"],
    &["convert", "FILE", "--format", "datapackage", "-o", "OUT"],
    &["convert", "FILE", "--format", "facts"],
    &["review", "FILE", "-o", "OUT"],
];

/// What is done with a result that is damaged.
const JSON_WAYS: [&[&str]; 4] = [
    &["validate", "FILE"],
    &["check", "FILE"],
    &["diff", "FILE", "WHOLE"],
    &["diff", "WHOLE", "FILE"],
];

/// How runs of one kind ended.
#[derive(Default)]
struct Tally {
    tried: usize,
    read: usize,
    refused: usize,
    panicked: usize,
    /// By a signal, be it told in a message.
    killed: usize,
    hung: usize,
    silent: usize,
    slowest: Duration,
    peak_kib: u64,
}

fn main() -> ExitCode {
    let plan = plan();
    let bytes = plan.memory << 20;
    rlimit::setrlimit(rlimit::Resource::AS, bytes, bytes).expect("the limit can be lowered");
    let whole: Vec<Vec<u8>> =
        plan.files.iter().map(|file| unpacked(fs::read(file).expect("a file to damage"))).collect();
    let cases = cases(&plan);
    let (next, tallies) = (AtomicUsize::new(0), Mutex::new(BTreeMap::<&str, Tally>::new()));
    thread::scope(|scope| {
        for _ in 0..plan.jobs {
            let (plan, whole, cases, next, tallies) = (&plan, &whole, &cases, &next, &tallies);
            scope.spawn(move || {
                let folder = tempfile::tempdir().expect("a temporary folder");
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    run(plan, whole, case, folder.path(), tallies);
                }
            });
        }
    });
    report(&tallies.into_inner().expect("no thread broke down"))
}

/// An archive with its entries as they are, unpacked; other bytes as they are.
fn unpacked(bytes: Vec<u8>) -> Vec<u8> {
    let Ok(mut packed) = zip::ZipArchive::new(Cursor::new(bytes.clone())) else { return bytes };
    let mut entries: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for at in 0..packed.len() {
        let Ok(mut entry) = packed.by_index(at) else { return bytes };
        let mut content = Vec::new();
        if entry.read_to_end(&mut content).is_err() {
            return bytes;
        }
        entries.push((entry.name_raw().to_vec(), content));
    }
    let entries: Vec<(Vec<u8>, &[u8])> =
        entries.iter().map(|(name, content)| (name.clone(), content.as_slice())).collect();
    archive::zip_named(&entries, 0)
}

fn plan() -> Plan {
    let mut plan = Plan {
        program: PathBuf::from("target/release/fubiao"),
        seed: 1,
        each: 10,
        jobs: 2,
        memory: 2048,
        seconds: 10.0,
        keep: env::temp_dir().join("fubiao-damage"),
        plain: false,
        files: Vec::new(),
    };
    let mut args = env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().unwrap_or_else(|| panic!("{arg} wants a value"));
        match arg.as_str() {
            "--program" => plan.program = value().into(),
            "--seed" => plan.seed = value().parse().expect("a number"),
            "--each" => plan.each = value().parse().expect("a number"),
            "--jobs" => plan.jobs = value().parse().expect("a number"),
            "--memory" => plan.memory = value().parse().expect("a number of MiB"),
            "--seconds" => plan.seconds = value().parse().expect("a number of seconds"),
            "--keep" => plan.keep = value().into(),
            "--plain" => plan.plain = true,
            _ => plan.files.push(arg.into()),
        }
    }
    plan
}

fn cases(plan: &Plan) -> Vec<Case> {
    let mut cases = Vec::new();
    for file in 0..plan.files.len() {
        if plan.plain {
            cases.extend((0..WAYS.len()).map(|ways| Case { file, kind: "plain", seed: 0, ways }));
            continue;
        }
        for (at, _) in KINDS.iter().enumerate() {
            for n in 0..plan.each {
                let seed = plan.seed << 32 | (file as u64) << 20 | (at as u64) << 16 | n as u64;
                cases.push(Case { file, kind: KIND_NAMES[at], seed, ways: n });
            }
        }
    }
    cases
}

const KIND_NAMES: [&str; 10] = [
    "cut",
    "bytes",
    "few bytes",
    "swapped",
    "moved",
    "numbers",
    "words",
    "structure",
    "encoding",
    "edited",
];

fn run(
    plan: &Plan,
    whole: &[Vec<u8>],
    case: &Case,
    folder: &Path,
    tallies: &Mutex<BTreeMap<&'static str, Tally>>,
) {
    let at = KIND_NAMES.iter().position(|name| *name == case.kind);
    let bytes = match at {
        Some(at) => damaged(&whole[case.file], KINDS[at], &mut Dice::new(case.seed)),
        None => whole[case.file].clone(),
    };
    let is_mended = case.ways.is_multiple_of(2) && whole[case.file].starts_with(b"PK");
    let bytes = if is_mended { archive::mended(bytes) } else { bytes };
    let (file, out) = (folder.join("damaged"), folder.join("out"));
    fs::write(&file, &bytes).expect("the folder is writable");
    let _ = fs::remove_file(&out);
    let _ = fs::remove_dir_all(&out);
    let is_json = plan.files[case.file].extension().is_some_and(|e| e == "json");
    let ways: &[&[&str]] = if is_json { &JSON_WAYS } else { &WAYS };
    let way = ways[case.ways % ways.len()];
    let mut command = Command::new(&plan.program);
    for part in way {
        match *part {
            "FILE" => command.arg(&file),
            "WHOLE" => command.arg(&plan.files[case.file]),
            "OUT" => command.arg(&out),
            word => command.arg(word),
        };
    }
    let since = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let stderr = child.stderr.take();
    let said = thread::spawn(move || {
        let mut said = Vec::new();
        if let Some(mut stderr) = stderr {
            let _ = stderr.read_to_end(&mut said);
        }
        String::from_utf8_lossy(&said).into_owned()
    });
    let (status, peak_kib) = wait(&mut child, Duration::from_secs_f64(plan.seconds));
    let took = since.elapsed();
    let said = said.join().unwrap_or_default();
    let panicked = said.contains("panicked at") || said.contains("a fault of fubiao");
    let aborted = said.contains("reading it broke off");
    let mut tallies = tallies.lock().expect("no thread broke down");
    let tally = tallies.entry(case.kind).or_default();
    tally.tried += 1;
    tally.slowest = tally.slowest.max(took);
    tally.peak_kib = tally.peak_kib.max(peak_kib);
    let broke = match status {
        None => Some(("hung", &mut tally.hung)),
        Some(_) if panicked => Some(("panicked", &mut tally.panicked)),
        Some(status) if status.signal().is_some() || aborted => Some(("killed", &mut tally.killed)),
        Some(status) => match status.code() {
            Some(0 | 1) => {
                tally.read += 1;
                None
            }
            Some(3) if !said.trim().is_empty() => {
                tally.refused += 1;
                None
            }
            _ => Some(("silent", &mut tally.silent)),
        },
    };
    if let Some((how, count)) = broke {
        *count += 1;
        let name = plan.files[case.file].file_name().unwrap_or_default().to_string_lossy();
        fs::create_dir_all(&plan.keep).expect("the folder can be made");
        let kept = plan.keep.join(format!("{how}-{:x}-{name}", case.seed));
        fs::write(&kept, &bytes).expect("the folder is writable");
        let said: String = said.lines().take(3).collect::<Vec<_>>().join(" | ");
        println!("{how}: {} {:?} {took:.1?} {status:?}: {said}", kept.display(), way);
    } else if took.as_secs_f64() > plan.seconds / 4.0 {
        let name = plan.files[case.file].display();
        println!(
            "slow: {name} {} {:x} {way:?} {took:.1?} {peak_kib} KiB: {}",
            case.kind,
            case.seed,
            said.trim()
        );
    }
}

/// Waits for the end, no longer than `limit`; also gives the peak of memory as far as it was seen.
fn wait(child: &mut Child, limit: Duration) -> (Option<std::process::ExitStatus>, u64) {
    let (since, id) = (Instant::now(), child.id().to_string());
    let mut peak = 0;
    loop {
        // The command works in a process of its own.
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        let children = children.unwrap_or_default();
        for id in children.split_whitespace().chain([id.as_str()]) {
            peak = peak.max(peak_of(id).unwrap_or(0));
        }
        match child.try_wait() {
            Ok(Some(status)) => return (Some(status), peak),
            Ok(None) if since.elapsed() < limit => thread::sleep(Duration::from_millis(2)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return (None, peak);
            }
        }
    }
}

/// The most memory a process had so far, in KiB.
fn peak_of(id: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn report(tallies: &BTreeMap<&str, Tally>) -> ExitCode {
    println!(
        "{:<10} {:>6} {:>6} {:>7} {:>8} {:>6} {:>5} {:>6} {:>9} {:>9}",
        "damage",
        "tried",
        "read",
        "refused",
        "panicked",
        "killed",
        "hung",
        "silent",
        "slowest",
        "peak MiB"
    );
    let mut broke = 0;
    for (kind, t) in tallies {
        broke += t.panicked + t.killed + t.hung + t.silent;
        println!(
            "{kind:<10} {:>6} {:>6} {:>7} {:>8} {:>6} {:>5} {:>6} {:>8.2}s {:>9}",
            t.tried,
            t.read,
            t.refused,
            t.panicked,
            t.killed,
            t.hung,
            t.silent,
            t.slowest.as_secs_f64(),
            t.peak_kib >> 10,
        );
    }
    ExitCode::from(u8::from(broke > 0))
}
