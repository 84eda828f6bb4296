//! What the verbs about many notices mean: batch, worker, merge, diff, accept.

use crate::archive::answer::Wanted;
use crate::archive::compare;
use crate::archive::confine::{Bounds, Fuel, WALLS, confine};
use crate::archive::isolate::{self, Isolation};
use crate::archive::ledger::{Entry, Outcome};
use crate::archive::merge;
use crate::archive::plan;
use crate::archive::run::{How, Settings, Summary, Watch, Which, run};
use crate::archive::store::{Store, StoreError, write_whole};
use crate::archive::{answer, gather, report};
#[cfg(feature = "parquet")]
use crate::cli::archive_args::PartitionArg;
use crate::cli::archive_args::{
    Accept, ArchiveFormat, Batch, Diff, DiffFormat, FormArgs, Merge, Worker,
};
use crate::cli::bounds::Timer;
use crate::cli::difference::{self, Look};
use crate::cli::password;
use crate::cli::report::Reporter;
use crate::cli::run::{Status, models};
use crate::diag::Wording;
use crate::emit::json;
use crate::options::{Options, Password};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Set by Ctrl-C: the notices at hand are finished, no other is begun.
static STOP: AtomicBool = AtomicBool::new(false);

/// Without a terminal, how often a line tells how far the run is.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// `fubiao batch`.
pub fn batch(reporter: &Reporter, args: &Batch) -> Status {
    let since = Instant::now();
    let plan = match plan_of(args) {
        Ok(plan) => plan,
        Err(what) => {
            reporter.error("batch", &what, "check the path or the pattern");
            return Status::Unread;
        }
    };
    let password = match password::given(&args.password) {
        Ok(password) => password,
        Err((name, error)) => {
            reporter.error(&name, &error, "give a text file whose first line is the password");
            return Status::Mistyped;
        }
    };
    let settings = settings(args, password);
    let store = match Store::open(&args.out) {
        Ok(store) => store,
        Err(error) => return refused(reporter, &error),
    };
    // A second handler can't be set; the run then ends at Ctrl-C at once, and still resumes.
    let _ = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            // Asked a second time: what is at hand is left, as after a crash.
            std::process::exit(130);
        }
    });
    if args.no_isolate {
        answer::keep_panics();
    }
    let missing = settings.isolation.as_ref().map(isolate::missing_walls).unwrap_or_default();
    let progress = Progress::new(reporter, plan.len());
    let summary = run(&store, &plan, &settings, &progress, &STOP);
    progress.end();
    let summary = match summary {
        Ok(summary) => summary,
        Err(error) => return refused(reporter, &error),
    };
    if !missing.is_empty() {
        reporter.remark(&report::unconfined(&missing));
    }
    let written =
        write_report(reporter, &store, &summary, since.elapsed(), &settings.build, &missing);
    if let Err(error) = written {
        return refused(reporter, &error);
    }
    reporter.info(reporter.say(&report::headline(&summary)));
    if let Some(reasons) = report::reasons(&summary) {
        reporter.info(reporter.say(&reasons));
    }
    let counts = report::counts(&summary);
    if summary.interrupted {
        let left = counts.not_reached;
        reporter.info(reporter.say(&Wording::new(
            format!("interrupted before {left} notices; the same command goes on from here"),
            format!("已中断，尚有 {left} 件未读；再次运行同一命令即可继续"),
        )));
        return Status::Interrupted;
    }
    if counts.failed > 0 { Status::Unread } else { Status::Done }
}

/// Writes what the run did, for machines and for people.
fn write_report(
    reporter: &Reporter,
    store: &Store,
    summary: &Summary,
    took: Duration,
    build: &str,
    missing: &[String],
) -> Result<(), StoreError> {
    let told = report::to_json(summary, took, build, missing);
    let text = report::to_text(summary, took);
    write_whole(&store.root().join("report.json"), |out| json::write_value(out, &told))?;
    let path = store.root().join("report.txt");
    write_whole(&path, |out| out.write_all(reporter.say(&text).as_bytes()))
}

fn plan_of(args: &Batch) -> Result<Vec<plan::Item>, String> {
    let listed = args.inputs.iter().any(|input| input == Path::new("-"));
    if !listed {
        return plan::plan(&args.inputs, &args.out).map_err(|e| e.to_string());
    }
    if args.inputs.len() > 1 {
        return Err("- stands alone: a list on standard input, or inputs by name".to_owned());
    }
    let lines: io::Result<Vec<String>> = io::stdin().lock().lines().collect();
    let lines = lines.map_err(|e| format!("the list on standard input can't be read: {e}"))?;
    let paths: Vec<PathBuf> =
        lines.iter().map(|l| l.trim_end()).filter(|l| !l.is_empty()).map(PathBuf::from).collect();
    Ok(plan::listed(&paths))
}

fn settings(args: &Batch, password: Option<Password>) -> Settings {
    let which = match (args.fresh, args.only_failed) {
        (true, _) => Which::All,
        (_, true) => Which::OnlyFailed,
        _ => Which::Undone,
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let program = std::env::current_exe();
    let isolation = match &program {
        Ok(program) if !args.no_isolate => Some(Isolation {
            program: program.clone(),
            args: worker_args(args),
            env: password.iter().map(|p| (password::VARIABLE, p.reveal().into())).collect(),
            timeout: Duration::from_secs_f64(args.timeout),
        }),
        _ => None,
    };
    Settings {
        jobs: args.jobs.map_or(cores, usize::from),
        isolation,
        which,
        shard: args.shard,
        wanted: wanted(&args.forms),
        gather: gather_settings(&args.forms),
        options: Options { limits: args.limits.limits(), password, threads: 1, models: models() },
        build: build(program.ok().as_deref()),
    }
}

fn gather_settings(forms: &FormArgs) -> gather::Settings {
    gather::Settings {
        ndjson: forms.format.contains(&ArchiveFormat::Facts),
        csv: forms.format.contains(&ArchiveFormat::Csv),
        #[cfg(feature = "parquet")]
        parquet: match (forms.format.contains(&ArchiveFormat::Parquet), forms.partition) {
            (_, Some(PartitionArg::PlanYear)) => Some(gather::Partition::PlanYear),
            (true, None) => Some(gather::Partition::Whole),
            (false, None) => None,
        },
    }
}

fn wanted(forms: &FormArgs) -> Wanted {
    #[cfg(feature = "xlsx")]
    let xlsx = forms.format.contains(&ArchiveFormat::Xlsx);
    #[cfg(not(feature = "xlsx"))]
    let FormArgs { .. } = forms;
    #[cfg(not(feature = "xlsx"))]
    let xlsx = false;
    Wanted { xlsx }
}

fn worker_args(args: &Batch) -> Vec<OsString> {
    let mut flags = vec!["worker".to_owned()];
    flags.push(format!("--memory={}", args.memory));
    flags.push(format!("--timeout={}", args.timeout));
    flags.extend(args.limits.to_args());
    flags.into_iter().map(OsString::from).collect()
}

/// Version and hash of this program: another build may read otherwise, so it reads everything anew.
fn build(program: Option<&Path>) -> String {
    let mut hasher = blake3::Hasher::new();
    let hashed = program.and_then(|path| File::open(path).ok()).is_some_and(|file| {
        let mut file = io::BufReader::new(file);
        hasher.update_reader(&mut file).is_ok()
    });
    let version = env!("CARGO_PKG_VERSION");
    match hashed {
        true => format!("{version}+{}", &hasher.finalize().to_hex()[..16]),
        false => version.to_owned(),
    }
}

fn refused(reporter: &Reporter, error: &StoreError) -> Status {
    reporter.tell(&error.path().display().to_string(), &error.what(), Some(&error.hint()));
    Status::Unread
}

/// `fubiao worker`: for `fubiao batch` and for engines that have bytes and want bytes.
pub fn worker(reporter: &Reporter, args: &Worker) -> Status {
    let bounds = Bounds {
        memory: args.memory.map(|mib| mib.saturating_mul(1 << 20)),
        time: args.timeout.map(Duration::from_secs_f64),
    };
    answer::keep_panics();
    let mut fuel = Fuel::new(&bounds);
    // Opened while files still can be.
    let models = models();
    let missing = confine(WALLS, &bounds);
    let mut output = io::stdout().lock();
    // What is no text opens nothing: the notice then says that it wants a password.
    let password = password::of_environment().unwrap_or_default();
    let options = Options { limits: args.limits.limits(), password, threads: 1, models };
    let served = if args.probe {
        missing.iter().try_for_each(|wall| writeln!(output, "{}", wall.name()))
    } else {
        let mut input = io::stdin().lock();
        isolate::serve(&mut input, &mut output, &options, &mut fuel)
    };
    match served {
        Ok(()) => Status::Done,
        Err(error) => {
            reporter.error("worker", &error, "its input is made by fubiao batch");
            Status::Unread
        }
    }
}

/// `fubiao merge`.
pub fn merge(reporter: &Reporter, args: &Merge) -> Status {
    let store = match Store::open(&args.out) {
        Ok(store) => store,
        Err(error) => return refused(reporter, &error),
    };
    let (gathered, wanted) = (gather_settings(&args.forms), wanted(&args.forms));
    match merge::merge(&store, &args.parts, &gathered, wanted) {
        Ok(notices) => {
            let parts = args.parts.len();
            reporter.info(reporter.say(&Wording::new(
                format!("{notices} notices of {parts} parts"),
                format!("{parts} 个部分，共 {notices} 件"),
            )));
            Status::Done
        }
        Err(merge::MergeError::Store(error)) => refused(reporter, &error),
        Err(error) => {
            let hint = Wording::new(
                "merge finished parts of one archive by one build",
                "请合并同一程序对同一档案完成的各部分",
            );
            reporter.tell("merge", &error.message(), Some(&hint));
            Status::Unread
        }
    }
}

/// `fubiao diff`.
pub fn diff(reporter: &Reporter, args: &Diff) -> Status {
    // Folders take as long as they are large.
    let size = |path: &Path| path.metadata().ok().filter(|m| m.is_file()).map(|m| m.len() as usize);
    let timer = size(&args.old)
        .zip(size(&args.new))
        .map(|(old, new)| Timer::over(reporter, &args.bounds, &args.new, old + new));
    let changes = match compare::compare(&args.old, &args.new) {
        Ok(changes) => changes,
        Err(error) => {
            let what = Wording::new(error.to_string(), error.to_string());
            let hint = Wording::new(
                "give two results, or two folders of results",
                "请给出两个结果，或两个结果文件夹",
            );
            reporter.tell("diff", &what, Some(&hint));
            return Status::Unread;
        }
    };
    drop(timer);
    let mut out = io::stdout().lock();
    let written = match args.format {
        DiffFormat::Json => json::write_value(&mut out, &compare::to_json(&changes)),
        DiffFormat::Text => out.write_all(
            difference::describe(&changes, Look::for_stdout(reporter.lang())).as_bytes(),
        ),
    };
    // A reader that closed the pipe has seen enough.
    if written.is_err_and(|e| e.kind() != io::ErrorKind::BrokenPipe) {
        return Status::Unread;
    }
    if args.accept && !changes.is_empty() {
        return take_over(reporter, &args.old, &args.new);
    }
    if changes.is_empty() { Status::Done } else { Status::Denied }
}

/// `fubiao accept`.
pub fn accept(reporter: &Reporter, args: &Accept) -> Status {
    take_over(reporter, &args.old, &args.new)
}

fn take_over(reporter: &Reporter, old: &Path, new: &Path) -> Status {
    match compare::accept(old, new) {
        Ok(()) => {
            let (old, new) = (old.display(), new.display());
            reporter.info(reporter.say(&Wording::new(
                format!("{old} now holds what {new} holds"),
                format!("{old} 的内容现与 {new} 相同"),
            )));
            Status::Done
        }
        Err(error) => refused(reporter, &error),
    }
}

/// Tells how far a run is: a bar on a terminal, a line now and then elsewhere.
struct Progress<'a> {
    reporter: &'a Reporter,
    bar: Option<ProgressBar>,
    told: Mutex<Told>,
    total: usize,
}

struct Told {
    done: usize,
    failed: usize,
    last: Instant,
}

impl<'a> Progress<'a> {
    fn new(reporter: &'a Reporter, total: usize) -> Progress<'a> {
        let bar = (io::stderr().is_terminal() && !reporter.is_quiet()).then(|| {
            let bar = ProgressBar::with_draw_target(
                Some(total as u64),
                ProgressDrawTarget::stderr_with_hz(10),
            );
            // The template is ours and known to be well-formed; without it the bar has the default look.
            if let Ok(style) = ProgressStyle::with_template(
                "{bar:32} {pos}/{len} notices, {msg} failed, {per_sec}, {eta} left",
            ) {
                bar.set_style(style);
            }
            bar.set_message("0");
            bar
        });
        let told = Mutex::new(Told { done: 0, failed: 0, last: Instant::now() });
        Progress { reporter, bar, told, total }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Watch for Progress<'_> {
    fn done(&self, entry: &Entry, _how: How) {
        let mut told = self.told.lock().unwrap_or_else(|held| held.into_inner());
        told.done += 1;
        if let Outcome::Failed { reason, message } = &entry.outcome {
            told.failed += 1;
            let say = || {
                let what = format!("{}: {message}", reason.name());
                self.reporter.error(&entry.name, &what, "");
            };
            match &self.bar {
                Some(bar) => bar.suspend(say),
                None => say(),
            }
        }
        match &self.bar {
            Some(bar) => {
                bar.set_message(told.failed.to_string());
                bar.inc(1);
            }
            None if told.last.elapsed() >= LINE_EVERY => {
                told.last = Instant::now();
                let Told { done, failed, .. } = *told;
                let total = self.total;
                self.reporter.info(self.reporter.say(&Wording::new(
                    format!("{done} of {total} notices, {failed} failed"),
                    format!("已完成 {done}/{total} 件，失败 {failed} 件"),
                )));
            }
            None => {}
        }
    }
}
