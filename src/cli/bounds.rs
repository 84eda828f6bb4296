//! Time and memory of the command. The work is done in a process of its own, which the system refuses
//! memory beyond a limit; whatever ends it, the process that waits says so in one line and answers with
//! an exit status. A thread beside the work ends it when a notice takes too much time.
//!
//! That process is split off (fork), not started anew: loading the program again would take as long as
//! reading a page. Splitting is sound here since nothing has started a thread yet. What the standard library or
//! the system has to say of its end goes to the process that waits, which says it in words of ours.
//!
//! Deliberately absent: bounds of `fubiao batch`, whose workers have their own; a second process where
//! the system has no fork.

use crate::archive::isolate::far_behind;
use crate::cli::args::{Args, BoundArgs, Verb};
use crate::cli::report::{self, Reporter};
use crate::cli::run::{self, Status};
use crate::diag::Wording;
use crate::error::{Error, ErrorKind};
use crate::options::Models;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitStatus;
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

/// Runs the command that is typed: within its bounds, if it has any.
pub fn run(args: &Args) -> u8 {
    let Some((mib, input)) = bounds_of(&args.verb) else {
        say_faults(args, "fubiao");
        return whole(|| run::run(args)).into();
    };
    match split() {
        Side::Work(last_words) => inside(args, mib, input, last_words),
        Side::Wait(status, last_words) => answer(args, mib, input, status, &last_words),
    }
}

/// On which side of the split a process is.
enum Side {
    /// It does the work; where its last words go, if anyone waits for them.
    Work(Option<PipeWriter>),
    /// It has waited for the one that did: what that ended with, and its last words.
    Wait(ExitStatus, String),
}

/// Splits off a process for the work and waits for its end. Where none can be split off, the work is done
/// in this one.
#[cfg(unix)]
fn split() -> Side {
    use std::os::unix::process::ExitStatusExt;
    // Where a caller has ignored SIGCHLD, the system would forget how the work ended.
    if fork::ensure_waitable_children().is_err() {
        return Side::Work(None);
    }
    let Ok((heard, said)) = io::pipe() else { return Side::Work(None) };
    match fork::fork() {
        Ok(fork::Fork::Parent(child)) => {
            drop(said);
            // If it can't be told how the work ended: as if the system had killed it.
            let status = fork::waitpid(child).unwrap_or(SIGKILL);
            Side::Wait(ExitStatus::from_raw(status), last_words(heard))
        }
        Ok(fork::Fork::Child) => Side::Work(Some(said)),
        Err(_) => Side::Work(None),
    }
}

#[cfg(not(unix))]
fn split() -> Side {
    Side::Work(None)
}

#[cfg(unix)]
const SIGKILL: i32 = 9;

/// How much of what a process said at its end is listened to, in bytes.
const LAST_WORDS: u64 = 4096;

#[cfg(unix)]
fn last_words(heard: PipeReader) -> String {
    let mut words = Vec::new();
    // What was said before it broke off is listened to.
    let _ = heard.take(LAST_WORDS).read_to_end(&mut words);
    String::from_utf8_lossy(&words).into_owned()
}

/// The memory in MiB that a verb may take which reads what others made, and the first thing it reads.
fn bounds_of(verb: &Verb) -> Option<(u64, &Path)> {
    let of = |bounds: &BoundArgs| bounds.max_memory;
    Some(match verb {
        Verb::Convert(args) => (of(&args.bounds), args.inputs.first()?),
        Verb::Inspect(args) => (of(&args.bounds), &args.input),
        Verb::Check(args) => (of(&args.bounds), args.inputs.first()?),
        #[cfg(feature = "review")]
        // A folder is read by worker processes, which have bounds of their own.
        Verb::Review(args) if args.input.is_dir() => return None,
        #[cfg(feature = "review")]
        Verb::Review(args) => (of(&args.bounds), &args.input),
        Verb::Validate(args) => (of(&args.bounds), args.files.first()?),
        Verb::Diff(args) => (of(&args.bounds), &args.new),
        Verb::Report(args) => (args.max_memory, args.results.first()?),
        Verb::Merge(args) => (args.max_memory, args.parts.first()?),
        _ => return None,
    })
}

/// What the process that did the work ended with, or why it did not come to an end.
fn answer(args: &Args, mib: u64, input: &Path, status: ExitStatus, last_words: &str) -> u8 {
    const INTERRUPTED: i32 = 2;
    if let Some(code) = status.code() {
        return u8::try_from(code).unwrap_or(u8::MAX);
    }
    let signal = signal_of(status);
    if signal == Some(INTERRUPTED) {
        return Status::Interrupted.into();
    }
    let memory = Wording::new(
        format!("reading it takes more memory than {mib} MiB"),
        format!("读取所需内存超过 {mib} MiB"),
    );
    let raise = Wording::new(
        "raise the limit with --max-memory, in MiB",
        "可用 --max-memory 提高上限（单位 MiB）",
    );
    let (what, hint) = if last_words.contains("memory allocation of") {
        (memory, raise)
    } else if last_words.contains("overflowed its stack") {
        let what = Wording::new("it nests without end", "嵌套没有尽头");
        (what, Wording::new("the file is damaged, or made to do harm", "文件已损坏，或系恶意构造"))
    } else if signal == Some(SIGKILL) {
        let what = Wording::new(
            "the system ended its reading, for want of memory as a rule",
            "系统终止了读取，通常是因为内存不足",
        );
        let hint = Wording::new("free memory, and run the command again", "请释放内存后再次运行");
        (what, hint)
    } else {
        let said = last_words.lines().next().unwrap_or_default();
        let what = Wording::new(
            format!("reading it broke off ({status}) {said}"),
            format!("读取中断（{status}）{said}"),
        );
        let hint = Wording::new(
            "report this line, with the file if it may be shown",
            "请报告此行，如可公开，请附上文件",
        );
        (what, hint)
    };
    Reporter::new(&args.talk).tell(&input.display().to_string(), &what, Some(&hint));
    Status::Unread.into()
}

/// The signal that ended a process.
fn signal_of(status: ExitStatus) -> Option<i32> {
    #[cfg(unix)]
    return std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    {
        let _ = status;
        None
    }
}

/// Has what is said from now on without us go to the process that waits: what the standard library says when memory
/// or the stack is at its end. What we say goes where it went.
fn hand_over(last_words: PipeWriter) {
    #[cfg(unix)]
    {
        // One that says more than the pipe holds is not to wait for someone who listens at the end.
        let _ = rustix::io::ioctl_fionbio(&last_words, true);
        let Ok(voice) = rustix::io::fcntl_dupfd_cloexec(io::stderr(), 3) else { return };
        report::speak_through(voice.into());
        let _ = rustix::stdio::dup2_stderr(&last_words);
    }
    #[cfg(not(unix))]
    let _ = last_words;
}

fn inside(args: &Args, mib: u64, input: &Path, last_words: Option<PipeWriter>) -> u8 {
    if let Some(last_words) = last_words {
        hand_over(last_words);
    }
    limit_memory(mib.saturating_mul(1 << 20));
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

    /// Begins to watch for this many seconds of CPU time, or as many as were asked for. A machine that does much else
    /// at the time is no reason to stop; that it takes many times as long by the clock, is.
    fn of(
        reporter: &Reporter,
        bounds: &BoundArgs,
        input: &Path,
        seconds: f64,
        models: Option<&Models>,
    ) -> Timer {
        let models = models.filter(|_| bounds.max_time.is_none()).cloned();
        let seconds = bounds.max_time.unwrap_or(seconds);
        let limit = Duration::from_secs_f64(seconds);
        let (since, used) = (Instant::now(), cpu_time());
        let taken = move || match (cpu_time(), used) {
            (Some(now), Some(used)) => now.saturating_sub(used),
            _ => since.elapsed(),
        };
        let (reporter, input) = (*reporter, input.to_owned());
        let parent = parent();
        let stage = Arc::new(Mutex::new(Some("")));
        let watched = Arc::clone(&stage);
        let watch = move || {
            let limit = || {
                let pictures = models.as_ref().map_or(0, Models::pages);
                limit + Duration::from_secs(SECONDS_A_PICTURE * u64::from(pictures))
            };
            while let Some(left) = limit().checked_sub(taken())
                && !left.is_zero()
                && since.elapsed() < far_behind(limit())
            {
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

/// The CPU time that this process has taken, on all threads; `None` where the system does not tell.
fn cpu_time() -> Option<Duration> {
    #[cfg(target_os = "linux")]
    return crate::archive::confine::cpu_time(std::fs::File::open("/proc/self/stat").ok()?);
    #[cfg(all(unix, not(target_os = "linux")))]
    return rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime).try_into().ok();
    #[cfg(not(unix))]
    None
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
