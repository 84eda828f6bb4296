//! Time and memory of the command. The work is done in a process of its own, which the system refuses
//! memory beyond a limit; whatever ends it, the process that waits says so in one line and answers with
//! an exit status. A thread beside the work ends it when a notice takes too long.
//!
//! That process is split off (fork), not started anew: loading the program again would take as long as
//! reading a page. Splitting is sound here since nothing has started a thread yet.
//!
//! Deliberately absent: bounds of `fubiao batch`, whose workers have their own; a second process where
//! the system has no fork.

use crate::cli::args::{Args, BoundArgs, Verb};
use crate::cli::report::Reporter;
use crate::cli::run::{self, Status};
use crate::diag::Wording;
use crate::error::{Error, ErrorKind};
use crate::options::Models;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{ExitCode, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// The stack for the work; more than any nesting within the limits takes.
pub(super) const STACK: usize = 64 << 20;

/// What a notice may take without `--max-time`, and how much more for each MiB of it.
const SECONDS: f64 = 7.0;
const SECONDS_A_MIB: f64 = 0.5;
/// What a page that is a picture may take besides.
const SECONDS_A_PICTURE: u64 = 20;
/// What drawing pages may take besides, and how much of it for each.
#[cfg(feature = "review")]
const DRAWING: f64 = 2.0;
#[cfg(feature = "review")]
const SECONDS_A_PAGE: f64 = 1.0;

/// How often the work looks whether anyone still waits for it.
const GLANCE: Duration = Duration::from_millis(250);

/// The verbs with bounds; one that is missing here is split off once the command line is read.
const BOUNDED: &[&str] = &["convert", "inspect", "check", "review", "validate", "diff"];

/// Runs the command that is typed: within its bounds, if it has any.
///
/// Where the verb comes first, the process is split before the command line is read: what reading it takes is
/// then not copied, and the one that waits need not read it.
pub fn run(typed: impl Fn() -> Args) -> ExitCode {
    let verb = std::env::args_os().nth(1);
    let is_bounded = verb.is_some_and(|verb| BOUNDED.iter().any(|bounded| verb == *bounded));
    let side = is_bounded.then(split);
    if let Some(Side::Wait(status)) = side
        && let Some(code) = status.code()
    {
        return exit_code(code);
    }
    let args = typed();
    match (bounds_of(&args.verb), side) {
        (Some((bounds, input)), side) => match side.unwrap_or_else(split) {
            Side::Work => inside(&args, bounds, input),
            Side::Wait(status) => answer(&args, bounds, input, status),
        },
        (None, Some(Side::Wait(_))) => Status::Unread.into(),
        (None, _) => {
            say_faults(&args, "fubiao");
            whole(|| run::run(&args)).into()
        }
    }
}

fn exit_code(code: i32) -> ExitCode {
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}

/// On which side of the split a process is.
#[derive(Clone, Copy)]
enum Side {
    /// It does the work.
    Work,
    /// It has waited for the one that did, which ended with this.
    Wait(ExitStatus),
}

/// Splits off a process for the work and waits for its end. Where none can be split off, the work is done
/// in this one.
#[cfg(unix)]
fn split() -> Side {
    use std::os::unix::process::ExitStatusExt;
    // Where a caller has ignored SIGCHLD, the system would forget how the work ended.
    if fork::ensure_waitable_children().is_err() {
        return Side::Work;
    }
    match fork::fork() {
        Ok(fork::Fork::Parent(child)) => match fork::waitpid(child) {
            Ok(status) => Side::Wait(ExitStatus::from_raw(status)),
            // It can't be told how the work ended: as if the system had killed it.
            Err(_) => Side::Wait(ExitStatus::from_raw(SIGKILL)),
        },
        Ok(fork::Fork::Child) | Err(_) => Side::Work,
    }
}

#[cfg(unix)]
const SIGKILL: i32 = 9;

#[cfg(not(unix))]
fn split() -> Side {
    Side::Work
}

/// The bounds of a verb that reads what others made, and the first thing it reads.
fn bounds_of(verb: &Verb) -> Option<(&BoundArgs, &Path)> {
    Some(match verb {
        Verb::Convert(args) => (&args.bounds, &args.input),
        Verb::Inspect(args) => (&args.bounds, &args.input),
        Verb::Check(args) => (&args.bounds, args.inputs.first()?),
        #[cfg(feature = "review")]
        Verb::Review(args) => (&args.bounds, &args.input),
        Verb::Validate(args) => (&args.bounds, args.files.first()?),
        Verb::Diff(args) => (&args.bounds, &args.new),
        _ => return None,
    })
}

/// What the process that did the work ended with, or why it did not come to an end.
fn answer(args: &Args, bounds: &BoundArgs, input: &Path, status: ExitStatus) -> ExitCode {
    const INTERRUPTED: i32 = 2;
    if let Some(code) = status.code() {
        return exit_code(code);
    }
    #[cfg(unix)]
    if std::os::unix::process::ExitStatusExt::signal(&status) == Some(INTERRUPTED) {
        return Status::Interrupted.into();
    }
    let mib = bounds.max_memory;
    let what = Wording::new(
        format!(
            "reading it broke off ({status}): it takes more memory than {mib} MiB, or nests without end"
        ),
        format!("读取中断（{status}）：所需内存超过 {mib} MiB，或嵌套没有尽头"),
    );
    let hint = Wording::new(
        "raise the limit with --max-memory, in MiB",
        "可用 --max-memory 提高上限（单位 MiB）",
    );
    Reporter::new(&args.talk).tell(&input.display().to_string(), &what, Some(&hint));
    Status::Unread.into()
}

fn inside(args: &Args, bounds: &BoundArgs, input: &Path) -> ExitCode {
    limit_memory(bounds.max_memory.saturating_mul(1 << 20));
    say_faults(args, &input.display().to_string());
    if has_stack() {
        return whole(|| run::run(args)).into();
    }
    thread::scope(|scope| {
        let thread = thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, || whole(|| run::run(args)));
        thread
            .map_or_else(
                |_| whole(|| run::run(args)),
                |thread| thread.join().unwrap_or(Status::Unread),
            )
            .into()
    })
}

/// Whether the main thread may take as much stack as the work needs. Linux lets it grow as far as the limit of
/// the moment; elsewhere it has what the process began with.
fn has_stack() -> bool {
    #[cfg(target_os = "linux")]
    if let Ok((soft, hard)) = rlimit::getrlimit(rlimit::Resource::STACK) {
        let enough = (STACK as u64).max(soft);
        return rlimit::setrlimit(rlimit::Resource::STACK, enough, hard).is_ok();
    }
    false
}

/// Does the work; a fault of this program, which has been told, ends it and takes with it what was half
/// written.
fn whole(work: impl FnOnce() -> Status) -> Status {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Status::Unread)
}

/// What the program has of its own before it reads anything, stacks among it, in bytes.
const OWN: u64 = 112 << 20;

/// Asks the system to refuse memory beyond this for the work. Where it can't, the time is still limited.
fn limit_memory(bytes: u64) {
    #[cfg(unix)]
    if let Ok((soft, hard)) = rlimit::getrlimit(rlimit::Resource::DATA) {
        let bytes = bytes.saturating_add(OWN);
        let _ = rlimit::setrlimit(rlimit::Resource::DATA, bytes.min(soft).min(hard), hard);
    }
    #[cfg(not(unix))]
    let _ = bytes;
}

/// Has a fault of this program told in one line as what it is, instead of as a panic.
fn say_faults(args: &Args, name: &str) {
    let (talk, name) = (args.talk.clone(), name.to_owned());
    std::panic::set_hook(Box::new(move |info| {
        let said = info.payload_as_str().unwrap_or("no words").replace('\n', " ");
        let place = info.location().map(|l| format!("{}:{}", l.file(), l.line()));
        let (version, place) = (env!("CARGO_PKG_VERSION"), place.unwrap_or_default());
        let what = Wording::new(
            format!("a fault of fubiao {version}, not of the file: {said} ({place})"),
            format!("这是 fubiao {version} 的错误，不是文件的错误：{said}（{place}）"),
        );
        let hint = Wording::new(
            "nothing is half written; report this line, with the file if it may be shown",
            "没有写了一半的文件；请报告此行，如可公开，请附上文件",
        );
        Reporter::new(&talk).tell(&name, &what, Some(&hint));
    }));
}

/// Ends the work if it goes on too long. Dropped when a notice is read: what is then written may wait
/// for whoever reads it.
#[derive(Debug)]
pub struct Timer {
    /// The stage that ended last; `None` when the watch is over. The thread looks at it when it wakes by
    /// itself: to wake it for each stage would take longer than some stages do.
    stage: Arc<Mutex<Option<&'static str>>>,
}

impl Timer {
    /// Begins to watch over one input of this size.
    pub fn over(reporter: &Reporter, bounds: &BoundArgs, input: &Path, bytes: usize) -> Timer {
        Timer::over_pictures(reporter, bounds, input, bytes, None)
    }

    /// The same for an input whose pages may be pictures, each of which is given its time as it is begun.
    pub fn over_pictures(
        reporter: &Reporter,
        bounds: &BoundArgs,
        input: &Path,
        bytes: usize,
        models: Option<&Models>,
    ) -> Timer {
        let mib = bytes as f64 / f64::from(1 << 20);
        Timer::of(reporter, bounds, input, SECONDS + SECONDS_A_MIB * mib, models)
    }

    /// Begins to watch over the drawing of this many pages.
    #[cfg(feature = "review")]
    pub fn over_pages(reporter: &Reporter, bounds: &BoundArgs, input: &Path, pages: u32) -> Timer {
        Timer::of(reporter, bounds, input, DRAWING + SECONDS_A_PAGE * f64::from(pages), None)
    }

    /// Begins to watch for this many seconds, or as many as were asked for.
    fn of(
        reporter: &Reporter,
        bounds: &BoundArgs,
        input: &Path,
        seconds: f64,
        models: Option<&Models>,
    ) -> Timer {
        let models = models.filter(|_| bounds.max_time.is_none()).cloned();
        let seconds = bounds.max_time.unwrap_or(seconds);
        let (since, limit) = (Instant::now(), Duration::from_secs_f64(seconds));
        let (reporter, input) = (*reporter, input.to_owned());
        let parent = parent();
        let stage = Arc::new(Mutex::new(Some("")));
        let watched = Arc::clone(&stage);
        let watch = move || {
            let limit = || {
                let pictures = models.as_ref().map_or(0, Models::pages);
                limit + Duration::from_secs(SECONDS_A_PICTURE * u64::from(pictures))
            };
            while let Some(left) = limit().checked_sub(since.elapsed()) {
                thread::sleep(left.min(GLANCE));
                if watched.lock().is_ok_and(|stage| stage.is_none()) {
                    return;
                }
                if parent != self::parent() {
                    std::process::exit(Status::Interrupted as i32);
                }
            }
            // Held to the end: what is read just now is not written.
            let Ok(stage) = watched.lock() else { return };
            let Some(stage) = *stage else { return };
            let name = match stage {
                "" => input.display().to_string(),
                stage => format!("{}: after {stage}", input.display()),
            };
            let kind = ErrorKind::Limit { name: "max-time", value: limit().as_secs() };
            reporter.stopped(&name, &Error::new(kind));
            std::process::exit(Status::Unread as i32);
        };
        // Where no thread can be started, the memory is still limited.
        let _ = thread::Builder::new().spawn(watch);
        Timer { stage }
    }

    /// Notes that a stage has ended.
    pub fn passed(&self, stage: &'static str) {
        if let Ok(mut passed) = self.stage.lock() {
            *passed = Some(stage);
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Ok(mut stage) = self.stage.lock() {
            *stage = None;
        }
    }
}

/// The process that waits for this one.
fn parent() -> Option<u32> {
    #[cfg(unix)]
    return Some(std::os::unix::process::parent_id());
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::files::{Output, write_output};
    use clap::Parser;
    use std::path::PathBuf;
    use std::process::Command;
    use std::{env, fs};

    /// Says that this process is the child of the test below, and where it writes.
    const OUT: &str = "FUBIAO_TEST_OUT";

    #[test]
    fn a_fault_of_our_own_is_one_line_and_leaves_nothing_half_written() {
        if let Some(out) = env::var_os(OUT) {
            let args = Args::parse_from(["fubiao", "convert", "x.pdf", "--lang", "en"]);
            say_faults(&args, "x.pdf");
            for output in [Output::File(PathBuf::from(out)), Output::Stdout] {
                let status = whole(|| {
                    let half = write_output(&output, |out| {
                        out.write_all(b"begun, not ended")?;
                        panic!("ours\nin two lines");
                    });
                    half.map_or(Status::Denied, |()| Status::Done)
                });
                assert_eq!(status, Status::Unread);
            }
            return;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let name =
            "cli::bounds::tests::a_fault_of_our_own_is_one_line_and_leaves_nothing_half_written";
        let child = Command::new(env::current_exe().expect("a test binary"))
            .args([name, "--exact", "--nocapture"])
            .env(OUT, folder.path().join("x.json"))
            .output()
            .expect("it starts");
        let said = String::from_utf8_lossy(&child.stderr);
        assert!(child.status.success(), "{said}");
        let version = env!("CARGO_PKG_VERSION");
        let faults: Vec<&str> = said.lines().filter(|line| line.starts_with("error")).collect();
        assert_eq!(faults.len(), 2, "{said}");
        let expected =
            format!("error: x.pdf: a fault of fubiao {version}, not of the file: ours in two");
        assert!(faults.iter().all(|line| line.starts_with(&expected)), "{said}");
        assert!(said.contains("report this line"), "{said}");
        assert!(!String::from_utf8_lossy(&child.stdout).contains("begun"));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0, "something is left");
    }
}
