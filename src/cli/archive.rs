//! What the verbs about many notices mean: batch, worker, merge, diff, accept.

use crate::archive::answer::{Besides, Wanted};
use crate::archive::compare::{self, CompareError};
use crate::archive::confine::{Bounds, Fuel, WALLS, confine, open_doors};
use crate::archive::disk::{self, Lasting};
use crate::archive::isolate::{self, Confinement, Isolation, Program};
use crate::archive::ledger::{Entry, Outcome};
use crate::archive::merge;
use crate::archive::plan::{Plan, PlanError, Planner};
use crate::archive::report::Told;
use crate::archive::reviewed::Reviewed;
use crate::archive::run::{Settings, Strays, Summary, Watch, Which, run};
use crate::archive::store::{Store, StoreError};
use crate::archive::{answer, gather, report};
#[cfg(feature = "parquet")]
use crate::cli::archive_args::PartitionArg;
use crate::cli::archive_args::{
    Accept, ArchiveFormat, Batch, Diff, DiffFormat, FormArgs, Merge, Worker,
};
use crate::cli::args::Lang;
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
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Set by Ctrl-C: the notices at hand are finished, no other is begun.
static STOP: AtomicBool = AtomicBool::new(false);

/// Without a terminal, how often a line tells how far the run is, and when the first one does.
const LINE_EVERY: Duration = Duration::from_secs(10);
const FIRST_LINE: Duration = Duration::from_secs(1);

/// Of fewer notices, no line comes before the first ten seconds are over.
const MANY: usize = 1000;

/// `fubiao batch`.
pub fn batch(reporter: &Reporter, args: &Batch) -> Status {
    let since = Instant::now();
    let progress = Progress::new(reporter);
    let plan = plan_of(args, &progress);
    progress.end();
    let plan = match plan {
        Ok(plan) if plan.items().is_empty() && plan.unlisted.is_empty() => {
            return no_notice(reporter, plan.own_outputs);
        }
        Ok(plan) => plan,
        Err((status, what, hint)) => {
            reporter.tell("fubiao batch", &what, Some(&hint));
            return status;
        }
    };
    let password = match password::given(&args.password) {
        Ok(password) => password,
        Err((name, error)) => {
            password::refuse(reporter, &name, &error);
            return Status::Mistyped;
        }
    };
    let reviewed = match args.corrections.as_deref().map(Reviewed::read).transpose() {
        Ok(reviewed) => reviewed.unwrap_or_default(),
        Err(error) => {
            reporter.tell(&error.path.display().to_string(), &error.what, Some(&error.hint));
            return Status::Unread;
        }
    };
    let settings = settings(args, password, reviewed);
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
    let confinement = settings.isolation.as_ref().map(isolate::confinement).unwrap_or_default();
    progress.begin(plan.items().len());
    let summary = run(&store, &plan, &settings, &progress, &STOP);
    progress.end();
    let summary = match summary {
        Ok(summary) => summary,
        Err(error) => return refused(reporter, &error),
    };
    if !confinement.is_whole() {
        reporter.remark(&report::unconfined(&confinement));
    }
    for (folder, what) in &plan.unlisted {
        reporter.tell(folder.as_str(), what, None);
    }
    for name in &summary.lost {
        let what = Wording::new(
            "its result is damaged, and its input is not there any more: it is left out",
            "其结果已损坏，原件也已不在：不再计入",
        );
        reporter.tell(name.as_str(), &what, None);
    }
    let told = Told::new(&store, &plan, &summary).and_then(|told| {
        let (took, build) = (since.elapsed(), &settings.build);
        write_report(reporter, &store, &told, took, build, &confinement)?;
        Ok(told)
    });
    let told = match told {
        Ok(told) => told,
        Err(error) => return refused(reporter, &error),
    };
    let counts = told.counts();
    if counts.notices == 0 && counts.unlisted == 0 {
        return no_notice(reporter, counts.own_outputs);
    }
    reporter.info(reporter.say(&told.headline()));
    if let Some(reasons) = told.reasons() {
        reporter.info(reporter.say(&reasons));
    }
    if let Some(what) = told.unrecognised() {
        reporter.warn(&what);
    }
    if !summary.interrupted
        && let Some((what, hint)) = report::strays(&summary.strays, settings.strays)
    {
        reporter.remark(&what);
        hint.iter().for_each(|hint| reporter.info(&format!("  {}", reporter.say(hint))));
    }
    if let Some(what) = report::twins(&summary.twins) {
        reporter.remark(&what);
    }
    if let Some(what) = report::undone(&summary) {
        reporter.warn(&what);
    }
    if args.corrections.is_some() && summary.reviews == 0 {
        reporter.warn(&Wording::new(
            "--corrections holds no file of corrections",
            "--corrections 中没有更正文件",
        ));
    }
    if let Some(what) = report::reviews(&summary) {
        if summary.unused.is_empty() {
            reporter.info(reporter.say(&what));
        } else {
            reporter.remark(&what);
        }
    }
    if summary.interrupted {
        let left = counts.not_reached;
        reporter.info(reporter.say(&Wording::new(
            format!("interrupted before {left} notices; the same command goes on from here"),
            format!("已中断，尚有 {left} 件未读；再次运行同一命令即可继续"),
        )));
        return Status::Interrupted;
    }
    let is_whole = counts.failed == 0 && summary.lost.is_empty() && counts.unlisted == 0;
    if is_whole { Status::Done } else { Status::Unread }
}

/// Says that there is nothing to read: an archive that was named wrongly must not look like one that is well.
fn no_notice(reporter: &Reporter, own_outputs: usize) -> Status {
    let mut what = Wording::new("there are no notices to read", "没有可读取的通知");
    if own_outputs > 0 {
        what.en = format!("{}, all of {own_outputs} files were written by fubiao", what.en);
        what.zh = format!("{}，{own_outputs} 个文件都是 fubiao 自己写出的", what.zh);
    }
    let hint = Wording::new(
        "give the folder or the files of the notices; hidden files are passed over",
        "请给出通知所在的文件夹或文件；隐藏文件会被跳过",
    );
    reporter.tell("fubiao batch", &what, Some(&hint));
    Status::Unread
}

/// Writes what the run did, for machines and for people.
fn write_report(
    reporter: &Reporter,
    store: &Store,
    told: &Told<'_>,
    took: Duration,
    build: &str,
    confinement: &Confinement,
) -> Result<(), StoreError> {
    let json = told.to_json(took, build, confinement);
    let text = told.to_text(took);
    store
        .write_whole(&store.at("report.json"), Lasting::Now, |out| json::write_value(out, &json))?;
    store.write_whole(&store.at("report.txt"), Lasting::Now, |out| {
        out.write_all(reporter.say(&text).as_bytes())
    })
}

/// Why there is no plan: the status, what is wrong, and what to do.
type NoPlan = (Status, Wording, Wording);

fn plan_of(args: &Batch, progress: &Progress<'_>) -> Result<Plan, NoPlan> {
    let mut planner = Planner::default();
    if args.inputs.iter().any(|input| input == Path::new("-")) {
        if args.inputs.len() > 1 {
            return Err((
                Status::Mistyped,
                Wording::new(
                    "- stands alone: a list on standard input, or inputs by name",
                    "- 只能单独使用：或从标准输入读取列表，或直接给出输入",
                ),
                Wording::new("give one or the other", "请二者择一"),
            ));
        }
        let mut listed = Vec::new();
        let read = list(&mut |path| {
            if args.one_notice {
                listed.push(path);
            } else {
                planner.listed(&path);
                progress.found(planner.found());
            }
        });
        read.map_err(|error| {
            let Wording { en, zh } = disk::what(&error);
            (
                Status::Unread,
                Wording::new(
                    format!("the list on standard input can't be read: {en}"),
                    format!("无法读取标准输入中的列表：{zh}"),
                ),
                Wording::new("give one path a line", "请每行给出一个路径"),
            )
        })?;
        if args.one_notice {
            planner.add_together(&listed, &args.out).map_err(no_plan)?;
        }
        return Ok(planner.plan());
    }
    let added = match args.one_notice {
        true => planner.add_together(&args.inputs, &args.out),
        false => args.inputs.iter().try_for_each(|input| {
            planner.add(input, &args.out, &mut |found| progress.found(found))
        }),
    };
    added.map_err(no_plan)?;
    Ok(planner.plan())
}

fn no_plan(error: PlanError) -> NoPlan {
    let status = match error {
        PlanError::IntoInput(_) => Status::Mistyped,
        _ => Status::Unread,
    };
    (status, error.message(), error.hint())
}

/// The longest path that a line of a list may hold, in bytes.
const LONGEST_PATH: u64 = 64 << 10;

/// Takes the paths that come on standard input, one a line, as they come.
fn list(take: &mut dyn FnMut(PathBuf)) -> io::Result<()> {
    let mut input = io::stdin().lock();
    loop {
        let mut line = Vec::new();
        let read = (&mut input).take(LONGEST_PATH).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(());
        }
        if read as u64 == LONGEST_PATH {
            return Err(io::ErrorKind::InvalidFilename.into());
        }
        let path = line.trim_ascii_end();
        if !path.is_empty() {
            take(path_of(path)?);
        }
    }
}

/// A path as the system has it: any bytes on Unix, text elsewhere.
fn path_of(bytes: &[u8]) -> io::Result<PathBuf> {
    #[cfg(unix)]
    return Ok(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes).into());
    #[cfg(not(unix))]
    match std::str::from_utf8(bytes) {
        Ok(path) => Ok(path.into()),
        Err(_) => Err(io::ErrorKind::InvalidFilename.into()),
    }
}

fn settings(args: &Batch, password: Option<Password>, reviewed: Reviewed) -> Settings {
    let which = match (args.fresh, args.only_failed) {
        (true, _) => Which::All,
        (_, true) => Which::OnlyFailed,
        _ => Which::Undone,
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let program = Program::own();
    let models = models();
    // Where pictures are read, results are others than where they are not.
    let reads = if models.is_some() { "+pictures" } else { "" };
    let isolation = match &program {
        Ok(program) if !args.no_isolate => Some(Isolation {
            program: program.clone(),
            args: worker_args(args),
            env: password.iter().map(|p| (password::VARIABLE, p.reveal().into())).collect(),
            timeout: Duration::from_secs_f64(args.timeout),
            reads_pictures: models.is_some(),
        }),
        _ => None,
    };
    Settings {
        jobs: args.jobs.map_or(cores, usize::from),
        isolation,
        which,
        strays: match (args.keep, args.prune) {
            (true, _) => Strays::Kept,
            (_, true) => Strays::Pruned,
            _ => Strays::Apart,
        },
        shard: args.shard,
        wanted: wanted(&args.forms),
        gather: gather_settings(&args.forms),
        reviewed: Arc::new(reviewed),
        options: Options {
            limits: args.limits.limits(),
            password,
            threads: 1,
            models,
            ..Options::default()
        },
        build: build(program.ok().map(|program| program.code).as_deref()) + reads,
    }
}

fn gather_settings(forms: &FormArgs) -> gather::Settings {
    gather::Settings {
        ndjson: forms.format.contains(&ArchiveFormat::Facts),
        csv: forms.format.contains(&ArchiveFormat::Csv),
        datapackage: forms.format.contains(&ArchiveFormat::Datapackage),
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
    if error.is_of_place() { Status::Mistyped } else { Status::Unread }
}

/// `fubiao worker`: for `fubiao batch` and for engines that have bytes and want bytes.
pub fn worker(reporter: &Reporter, args: &Worker) -> Status {
    let bounds = Bounds {
        memory: args.memory.map(|mib| mib.saturating_mul(1 << 20)),
        time: args.timeout.map(Duration::from_secs_f64),
    };
    answer::keep_panics();
    let mut fuel = Fuel::new(&bounds);
    // Opened while files still can be; and what runs them asks for a thread of its own, unless this one is all
    // that there is.
    let models = models();
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
    alone.map_err(|error| reporter.error("fubiao worker", &error, "it has one thread")).ok();
    let missing = confine(WALLS, &bounds);
    let missing = missing.into_iter().map(str::to_owned).collect();
    let mut output = io::stdout().lock();
    // What is no text opens nothing: the notice then says that it wants a password.
    let password = password::of_environment().unwrap_or_default();
    let options = Options {
        limits: args.limits.limits(),
        password,
        threads: 1,
        models,
        ..Options::default()
    };
    let served = if args.probe {
        let open = open_doors().into_iter().map(str::to_owned).collect();
        output.write_all(Confinement { missing, open }.to_lines().as_bytes())
    } else {
        let mut input = io::stdin().lock();
        isolate::serve(&mut input, &mut output, &options, &mut fuel, besides(reporter, args))
    };
    match served {
        Ok(()) => Status::Done,
        Err(error) => {
            reporter.error("fubiao worker", &error, "its input is made by fubiao batch");
            Status::Unread
        }
    }
}

#[cfg(feature = "review")]
fn besides(reporter: &Reporter, args: &Worker) -> Besides {
    match (args.page, args.page_file) {
        (true, _) => Besides::Page,
        (_, true) => Besides::PageFile(reporter.lang_typed()),
        _ => Besides::Nothing,
    }
}

#[cfg(not(feature = "review"))]
fn besides(_: &Reporter, _: &Worker) -> Besides {
    Besides::Nothing
}

/// `fubiao merge`.
pub fn merge(reporter: &Reporter, args: &Merge) -> Status {
    let since = Instant::now();
    let store = match Store::open(&args.out) {
        Ok(store) => store,
        Err(error) => return refused(reporter, &error),
    };
    let (gathered, wanted) = (gather_settings(&args.forms), wanted(&args.forms));
    let merged = merge::merge(&store, &args.parts, &gathered, wanted);
    let error = match merged {
        Ok(_) => {
            let told = joined(reporter, &store, args.parts.len(), since);
            return told.unwrap_or_else(|error| refused(reporter, &error));
        }
        Err(error) => error,
    };
    store.abandon();
    match error {
        merge::MergeError::Store(error) => refused(reporter, &error),
        error @ merge::MergeError::NoFolder(_) => {
            let hint = Wording::new("check the path", "请检查路径");
            reporter.tell("fubiao merge", &error.message(), Some(&hint));
            Status::Unread
        }
        error => {
            let hint = Wording::new(
                "read each part with `fubiao batch --shard I/N`, all with one build, and give all their folders",
                "请用同一程序以 `fubiao batch --shard I/N` 读取各部分，再给出全部文件夹",
            );
            reporter.tell("fubiao merge", &error.message(), Some(&hint));
            Status::Unread
        }
    }
}

/// Says what an archive holds that was joined of parts, as its run would have: what failed in a part is not there.
fn joined(
    reporter: &Reporter,
    store: &Store,
    parts: usize,
    since: Instant,
) -> Result<Status, StoreError> {
    let summary = Summary::default();
    let told = Told::joined(store, &summary, parts)?;
    let program = Program::own();
    let build = build(program.ok().map(|program| program.code).as_deref());
    write_report(reporter, store, &told, since.elapsed(), &build, &Confinement::default())?;
    reporter.info(reporter.say(&told.headline()));
    if let Some(reasons) = told.reasons() {
        reporter.info(reporter.say(&reasons));
    }
    if let Some(what) = told.unrecognised() {
        reporter.warn(&what);
    }
    Ok(Status::Done)
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
        Err(error) => return incomparable(reporter, &error),
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
            let what = Wording::new(
                format!("{old} now holds the results of {new}"),
                format!("{old} 现在保存 {new} 的结果"),
            );
            reporter.info(reporter.say(&what));
            Status::Done
        }
        Err(error) => incomparable(reporter, &error),
    }
}

fn incomparable(reporter: &Reporter, error: &CompareError) -> Status {
    if let Some(error) = error.store() {
        return refused(reporter, error);
    }
    reporter.tell(&error.path().display().to_string(), &error.what(), Some(&error.hint()));
    Status::Unread
}

/// Tells how far a run is: a bar on a terminal, a line now and then elsewhere; from the listing of the notices on.
pub(super) struct Progress<'a> {
    reporter: &'a Reporter,
    bar: Option<ProgressBar>,
    count: Mutex<Count>,
}

struct Count {
    total: usize,
    done: usize,
    failed: usize,
    /// When the next line is due.
    next: Instant,
}

impl<'a> Progress<'a> {
    /// Begins with the listing.
    pub(super) fn new(reporter: &'a Reporter) -> Progress<'a> {
        let bar = (io::stderr().is_terminal() && !reporter.is_quiet()).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            let found = match reporter.lang() {
                Lang::En => "{spinner} {pos} files found",
                Lang::Zh => "{spinner} 已找到 {pos} 个文件",
            };
            style(&bar, found);
            bar
        });
        let next = Instant::now() + FIRST_LINE;
        let count = Mutex::new(Count { total: 0, done: 0, failed: 0, next });
        Progress { reporter, bar, count }
    }

    /// So many files are found.
    fn found(&self, found: usize) {
        // To look at the clock for each of a million takes longer than to find them.
        if !found.is_multiple_of(256) {
            return;
        }
        match &self.bar {
            Some(bar) => bar.set_position(found as u64),
            None => self.line(false, |_| {
                Wording::new(format!("{found} files found"), format!("已找到 {found} 个文件"))
            }),
        }
    }

    /// All are found, and reading begins.
    pub(super) fn begin(&self, total: usize) {
        let mut count = self.count.lock().unwrap_or_else(|held| held.into_inner());
        count.total = total;
        if total < MANY {
            count.next = Instant::now() + LINE_EVERY;
        }
        if let Some(bar) = &self.bar {
            bar.reset();
            bar.set_length(total as u64);
            let how_far = match self.reporter.lang() {
                Lang::En => "{bar:32} {pos}/{len} notices, {msg} failed, {per_sec}, {eta} left",
                Lang::Zh => "{bar:32} {pos}/{len} 件，失败 {msg} 件，{per_sec}，剩余 {eta}",
            };
            style(bar, how_far);
            bar.set_message("0");
        }
    }

    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Tells a line, if one is due.
    fn line(&self, is_one_done: bool, say: impl Fn(&Count) -> Wording) {
        let mut count = self.count.lock().unwrap_or_else(|held| held.into_inner());
        count.done += usize::from(is_one_done);
        let now = Instant::now();
        if now >= count.next {
            count.next = now + LINE_EVERY;
            self.reporter.info(self.reporter.say(&say(&count)));
        }
    }
}

/// Sets how a bar looks.
fn style(bar: &ProgressBar, template: &str) {
    // The templates are ours and known to be well-formed; without one the bar has the default look.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

impl Watch for Progress<'_> {
    fn done(&self, entry: Option<&Entry>) {
        if let Some(Entry { name, outcome: Outcome::Failed(failure), .. }) = entry {
            let mut count = self.count.lock().unwrap_or_else(|held| held.into_inner());
            count.failed += 1;
            let say = || {
                self.reporter.tell(name.as_str(), &failure.wording(), None);
            };
            match &self.bar {
                Some(bar) => {
                    bar.set_message(count.failed.to_string());
                    bar.suspend(say);
                }
                None => say(),
            }
        }
        match &self.bar {
            Some(bar) => bar.inc(1),
            None => self.line(true, |Count { total, done, failed, .. }| {
                Wording::new(
                    format!("{done} of {total} notices, {failed} failed"),
                    format!("已完成 {done}/{total} 件，失败 {failed} 件"),
                )
            }),
        }
    }
}
