//! What the command means: each verb from its arguments to its exit status.

use crate::archive::disk;
use crate::archive::plan::Planner;
use crate::archive::results;
use crate::check;
use crate::cli::args::{
    Args, BoundArgs, Check, Deny, Described, Inspect, LimitArgs, PasswordArgs, Validate, Verb,
};
use crate::cli::bounds::{self, Timer};
use crate::cli::excerpt::Printed;
use crate::cli::files::{self, InputError, Output};
#[cfg(feature = "ocr")]
use crate::cli::models;
use crate::cli::report::Reporter;
#[cfg(feature = "serve")]
use crate::cli::serve;
use crate::cli::{archive, convert, explain, inspect, password, survey};
#[cfg(feature = "review")]
use crate::cli::{review, review_all};
use crate::diag::Wording;
use crate::emit::json;
use crate::emit::own::{self, Own};
use crate::emit::record::{FindingRecord, NoticeRecord};
use crate::error::Error;
use crate::model::Notice;
use crate::name::RelativeName;
use crate::options::Options;
use crate::pipeline;
use crate::proof;
use crate::source::Source;
use crate::validate::{CORRECTIONS_SCHEMA, Judge, SCHEMA};
use clap::CommandFactory;
use serde_json::Value;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// All done.
    Done,
    /// Done, and there is what the run was to refuse: findings, a result that is not valid, or two
    /// results that differ.
    Denied,
    /// The command was mistyped: what it asks for can't be.
    Mistyped,
    /// An input could not be read.
    Unread,
    /// Interrupted; the same command goes on from there.
    Interrupted,
}

impl From<Status> for u8 {
    fn from(status: Status) -> u8 {
        match status {
            Status::Done => 0,
            Status::Denied => 1,
            Status::Mistyped => 2,
            Status::Unread => 3,
            Status::Interrupted => 130,
        }
    }
}

/// Runs the verb.
pub fn run(args: &Args) -> Status {
    let reporter = Reporter::new(&args.talk);
    let answer = match &args.verb {
        Verb::Convert(args) => convert::convert(&reporter, args),
        Verb::Check(args) => check_all(&reporter, args),
        #[cfg(feature = "review")]
        Verb::Review(args) if args.input.is_dir() && !args.one_notice => {
            review_all::review_all(&reporter, args)
        }
        #[cfg(feature = "review")]
        Verb::Review(args) => review::review(&reporter, args),
        #[cfg(feature = "serve")]
        Verb::Serve(args) => Ok(serve::serve(&reporter, args)),
        #[cfg(not(feature = "serve"))]
        Verb::Serve { .. } => Err(no_serve(&reporter)),
        Verb::Validate(args) => validate_all(&reporter, args),
        #[cfg(feature = "ocr")]
        Verb::Models(args) => Ok(models::models(&reporter, args)),
        Verb::Schema { of } => print(&reporter, |out| out.write_all(schema(*of).as_bytes())),
        Verb::Inspect(args) => inspect(&reporter, args),
        Verb::Explain { code } => explain(&reporter, code.as_deref()),
        Verb::Completions { shell } => print(&reporter, |out| {
            clap_complete::generate(*shell, &mut Args::command(), "fubiao", &mut &mut *out);
            Ok(())
        }),
        Verb::Man { folder } => man(&reporter, folder),
        Verb::Report(args) => survey::report(&reporter, args),
        Verb::Batch(args) => Ok(archive::batch(&reporter, args)),
        Verb::Diff(args) => Ok(archive::diff(&reporter, args)),
        Verb::Accept(args) => Ok(archive::accept(&reporter, args)),
        Verb::Merge(args) => Ok(archive::merge(&reporter, args)),
        Verb::Worker(args) => Ok(archive::worker(&reporter, args)),
    };
    answer.unwrap_or_else(|status| status)
}

/// Says how to get what this build lacks: the documentation tells of it.
#[cfg(not(feature = "serve"))]
fn no_serve(reporter: &Reporter) -> Status {
    let what = Wording::new("it is not part of this build", "本次构建不包含该命令");
    let hint = Wording::new(
        "build with --features serve, or install a release",
        "请用 --features serve 构建，或安装发布包",
    );
    reporter.tell("fubiao serve", &what, Some(&hint));
    Status::Mistyped
}

fn schema(of: Described) -> &'static str {
    match of {
        Described::Notice => SCHEMA,
        Described::Corrections => CORRECTIONS_SCHEMA,
    }
}

/// What a failed step answers with; the reader has been told already.
pub(super) type Answer<T = Status> = Result<T, Status>;

/// Threads for one notice, whatever the processors: it has few pages, and half of the work is not by page.
const THREADS: usize = 2;

/// Has one more thread stand by; gives how many there are.
fn crew() -> usize {
    let crew = rayon::ThreadPoolBuilder::new().num_threads(THREADS).use_current_thread();
    match crew.stack_size(bounds::STACK).build_global() {
        Ok(()) => THREADS,
        Err(_) => 1,
    }
}

/// What recognizes characters, if it is installed.
pub(super) fn models() -> Option<crate::options::Models> {
    #[cfg(feature = "ocr")]
    return models::open();
    #[cfg(not(feature = "ocr"))]
    None
}

/// What the limits and the password that were typed mean.
pub(super) fn options(
    reporter: &Reporter,
    limits: &LimitArgs,
    typed: &PasswordArgs,
) -> Answer<Options> {
    let password = password::given(typed).map_err(|(name, error)| {
        password::refuse(reporter, &name, &error);
        Status::Mistyped
    })?;
    Ok(Options {
        limits: limits.limits(),
        password,
        threads: crew(),
        models: models(),
        ..Options::default()
    })
}

pub(super) fn denied(deny: Option<Deny>, findings: &[FindingRecord]) -> Status {
    let any = findings.iter().any(|finding| finding.severity != "note");
    match deny {
        Some(Deny::Findings) if any => Status::Denied,
        _ => Status::Done,
    }
}

/// Whether all tables that the notice announces were found on its pictures.
pub(super) fn whole(record: &NoticeRecord) -> Status {
    let lost = record.diagnostics.iter().any(|d| d.code == proof::TABLE_NOT_FOUND);
    if lost { Status::Unread } else { Status::Done }
}

/// Checks one input after the other, then those of following years, or issued twice, against each
/// other; one that can't be read does not stop the others.
fn check_all(reporter: &Reporter, args: &Check) -> Answer {
    let options = options(reporter, &args.limits, &args.password)?;
    let mut worst = Status::Done;
    let mut notices = Vec::new();
    let mut own_outputs = 0;
    if args.one_notice {
        let source = files::read_together(&args.inputs, options.limits.input_bytes)
            .map_err(|failed| unread(reporter, &failed.0, &failed.1))?;
        let input = args.inputs.first().map(PathBuf::as_path).unwrap_or(Path::new(""));
        let checked = check_source(reporter, &options, &args.bounds, input, &source, None)?;
        write_checked(reporter, &checked)?;
        return Ok(denied(args.deny, &checked.record.findings).max(whole(&checked.record)));
    }
    let inputs = inputs(reporter, &args.inputs)?;
    if !inputs.are_whole {
        worst = Status::Unread;
    }
    let names = files::told_apart(inputs.paths.iter().map(|(path, _)| path.as_path()));
    for ((input, came), name) in inputs.paths.iter().zip(names) {
        // A result speaks of a notice that may be among the inputs itself, or another result of it.
        let known = |name: &str| notices.iter().any(|checked: &Checked| checked.name == name);
        let called = Called { came: *came, name, known: &known };
        let status = match check_one(reporter, &options, &args.bounds, input, called) {
            Ok(None) => {
                own_outputs += 1;
                Status::Done
            }
            Ok(Some(checked)) => {
                let status =
                    denied(args.deny, &checked.record.findings).max(whole(&checked.record));
                notices.push(checked);
                status
            }
            Err(status) => status,
        };
        worst = worst.max(status);
    }
    if own_outputs > 0 {
        reporter.info(reporter.say(&Wording::new(
            format!("passed over {own_outputs} that fubiao wrote"),
            format!("跳过 fubiao 自己写出的文件 {own_outputs} 个"),
        )));
    }
    for later in &notices {
        for earlier in notices.iter().filter(|n| check::follows(&later.notice, &n.notice)) {
            let findings = check::across(&later.notice, &earlier.notice);
            let findings: Vec<_> = findings.iter().map(FindingRecord::from).collect();
            let name = format!("{} ({})", later.name, earlier.name);
            let record = &later.record;
            print(reporter, |out| reporter.write_findings(out, &name, &findings, record))?;
            worst = worst.max(denied(args.deny, &findings));
        }
    }
    Ok(worst)
}

/// How an input came to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    Typed,
    /// It lies in a folder that was typed.
    Found,
}

/// What is to be checked.
struct Inputs {
    paths: Vec<(PathBuf, Came)>,
    /// Whether all folders could be listed.
    are_whole: bool,
}

/// The inputs, with the files of a folder in its place; of what a batch wrote there, the results that it counts.
fn inputs(reporter: &Reporter, typed: &[PathBuf]) -> Answer<Inputs> {
    let mut inputs = Inputs { paths: Vec::new(), are_whole: true };
    for input in typed {
        if !input.is_dir() {
            inputs.paths.push((input.clone(), Came::Typed));
            continue;
        }
        let name = input.display().to_string();
        let before = inputs.paths.len();
        if results::is_output(input) {
            let found = results::found(input).map_err(|error| {
                reporter.tell(&name, &disk::what(&error), Some(&disk::hint(&error)));
                Status::Unread
            })?;
            inputs.paths.extend(found.into_iter().map(|found| (found.path, Came::Found)));
        }
        let mut planner = Planner::default();
        planner.add(input, Path::new(""), &mut |_| ()).map_err(|e| {
            reporter.tell("fubiao check", &e.message(), Some(&e.hint()));
            Status::Unread
        })?;
        let plan = planner.plan();
        for (folder, what) in &plan.unlisted {
            reporter.tell(&folder.below(input).display().to_string(), what, None);
            inputs.are_whole = false;
        }
        let paths = plan.items().iter().map(|item| (plan.path(item), Came::Found));
        inputs.paths.extend(paths);
        if inputs.paths.len() == before && inputs.are_whole {
            let what = Wording::new(
                "the folder holds no notices and no results",
                "文件夹中没有通知，也没有结果",
            );
            let hint = Wording::new("check the path", "请检查路径");
            reporter.tell(&name, &what, Some(&hint));
            inputs.are_whole = false;
        }
    }
    Ok(inputs)
}

/// How an input came, and what messages are to call it.
struct Called<'a> {
    came: Came,
    /// The name, if not its own.
    name: Option<String>,
    /// Whether another one is called so.
    known: &'a dyn Fn(&str) -> bool,
}

/// A notice as it was checked.
struct Checked {
    /// What messages call it.
    name: String,
    notice: Notice,
    /// The same as results have it, with what it says against itself.
    record: NoticeRecord,
}

/// Reads an input, or a result made earlier, and says what it says against itself; `None` for what fubiao wrote and is no result, where it was not typed.
fn check_one(
    reporter: &Reporter,
    options: &Options,
    bounds: &BoundArgs,
    input: &Path,
    called: Called<'_>,
) -> Answer<Option<Checked>> {
    let Called { came, name, known } = called;
    let limit = options.limits.input_bytes;
    let bytes = files::read_bytes(input, limit).map_err(|e| unread(reporter, input, &e))?;
    if came == Came::Found && own::wrote(&bytes).is_some_and(|own| own != Own::Result) {
        return Ok(None);
    }
    let stop = |e: Error| stopped(reporter, input, &e);
    // A result made earlier is checked again, as it stands now: someone may have mended it.
    let checked = if json::is_result(&bytes) {
        let _timer = Timer::over(reporter, bounds, input, bytes.len());
        let mut record = json::read(&bytes).map_err(stop)?;
        let notice = record.to_notice().map_err(stop)?;
        record.check_again(&notice);
        let own = Some(record.source.name.clone()).filter(|own| !known(own));
        let name = name.or(own).unwrap_or_else(|| input.display().to_string());
        Checked { name, notice, record }
    } else {
        let source = Source::new(files::shown_name(input), bytes).map_err(stop)?;
        check_source(reporter, options, bounds, input, &source, name)?
    };
    write_checked(reporter, &checked)?;
    Ok(Some(checked))
}

/// Reads a notice, and says what could not be read with confidence.
fn check_source(
    reporter: &Reporter,
    options: &Options,
    bounds: &BoundArgs,
    input: &Path,
    source: &Source,
    name: Option<String>,
) -> Answer<Checked> {
    let name = name.unwrap_or_else(|| source.name.clone());
    let models = options.models.as_ref();
    let timer = Timer::over_pictures(reporter, bounds, input, source.bytes.len(), models);
    let reading = pipeline::read(source, options).map_err(|e| stopped(reporter, input, &e))?;
    drop(timer);
    let record = NoticeRecord::new(source, &reading);
    let printed = Printed::new(Some(source), options);
    let parts = &record.source.parts;
    reporter.diagnostics(&name, &record.diagnostics, parts, &printed);
    Ok(Checked { name, notice: reading.notice, record })
}

/// Says what a notice says against itself, and how much was checked.
fn write_checked(reporter: &Reporter, Checked { name, record, .. }: &Checked) -> Answer {
    print(reporter, |out| {
        reporter.write_findings(out, name, &record.findings, record)?;
        reporter.write_checked(out, name, record)
    })
}

/// Judges one file after the other, a file of corrections by its own schema.
fn validate_all(reporter: &Reporter, args: &Validate) -> Answer {
    let [of_results, of_corrections] = [Judge::new(), Judge::of_corrections()];
    let mut worst = Status::Done;
    for file in &args.files {
        let name = file.display().to_string();
        let bytes = match files::read_bytes(file, u64::MAX) {
            Ok(bytes) => bytes,
            Err(_) if file.is_dir() => {
                let hint = Wording::new(
                    "give the results in it, such as results/notices/*.json",
                    "请给出其中的结果，例如 results/notices/*.json",
                );
                let error = io::Error::from(io::ErrorKind::IsADirectory);
                reporter.tell(&name, &disk::what(&error), Some(&hint));
                worst = worst.max(Status::Unread);
                continue;
            }
            Err(e) => {
                worst = worst.max(unread(reporter, file, &e));
                continue;
            }
        };
        if !json::is_result(&bytes) {
            let what = Wording::new("no result: expected JSON", "不是结果文件：应为 JSON");
            let hint = Wording::new(
                "make one with `fubiao convert`, and validate that",
                "请先用 `fubiao convert` 生成结果，再校验",
            );
            reporter.tell(&name, &what, Some(&hint));
            worst = worst.max(Status::Denied);
            continue;
        }
        let timer = Timer::over(reporter, &args.bounds, file, bytes.len());
        let verdict = match serde_json::from_slice(&bytes) {
            Ok(json) if is_corrections(&json) => of_corrections.judge_json(&json),
            Ok(json) => of_results.judge_json(&json),
            Err(_) => of_results.judge(&bytes),
        };
        drop(timer);
        for violation in &verdict.violations {
            reporter.tell(&name, &violation.line(), None);
        }
        if verdict.is_valid() {
            print(reporter, |out| reporter.write_valid(out, &name))?;
        } else {
            worst = worst.max(Status::Denied);
        }
    }
    Ok(worst)
}

/// Whether this means to be a file of corrections: it has that key, and no annexes.
fn is_corrections(json: &Value) -> bool {
    json.get("corrections").is_some() && json.get("annexes").is_none()
}

fn inspect(reporter: &Reporter, args: &Inspect) -> Answer {
    let options = options(reporter, &args.limits, &args.password)?;
    let source = files::read_source(&args.input, options.limits.input_bytes)
        .map_err(|e| unread(reporter, &args.input, &e))?;
    if json::is_result(&source.bytes) {
        let what = Wording::new("a result has no stages to show", "结果文件没有可查看的处理阶段");
        let hint = Wording::new("give the notice itself", "请提供通知原件");
        reporter.tell(&args.input.display().to_string(), &what, Some(&hint));
        return Err(Status::Mistyped);
    }
    let (bytes, models) = (source.bytes.len(), options.models.as_ref());
    let _timer = Timer::over_pictures(reporter, &args.bounds, &args.input, bytes, models);
    if let Some(folder) = &args.svg {
        draw(reporter, folder, &args.input, &source, &options)?;
    }
    let mut answer = Ok(());
    print(reporter, |out| {
        inspect::write(out, args.until, &source, &options).unwrap_or_else(|e| {
            answer = Err(e);
            Ok(())
        })
    })?;
    answer.map_err(|e| stopped(reporter, &args.input, &e))?;
    Ok(Status::Done)
}

/// Says what a code means, or which there are.
fn explain(reporter: &Reporter, code: Option<&str>) -> Answer {
    let Some(code) = code else {
        return print(reporter, |out| out.write_all(explain::list(reporter.lang()).as_bytes()));
    };
    let Some(text) = explain::explain(reporter.lang(), code) else {
        let what = Wording::new("no message has this code", "没有消息使用这个代码");
        let hint = match explain::nearest(code) {
            Some(near) => Wording::new(
                format!("perhaps `fubiao explain {near}`"),
                format!("或许是 `fubiao explain {near}`"),
            ),
            None => Wording::new("`fubiao explain` lists all", "`fubiao explain` 列出全部代码"),
        };
        reporter.tell(code, &what, Some(&hint));
        return Err(Status::Mistyped);
    };
    print(reporter, |out| out.write_all(text.as_bytes()))
}

fn man(reporter: &Reporter, folder: &Path) -> Answer {
    let unwritten = |e: io::Error| unwritten(reporter, &Output::File(folder.to_owned()), &e);
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Args::command(), folder))
        .map_err(unwritten)?;
    Ok(Status::Done)
}

/// Draws the pages into a folder, one file each.
fn draw(
    reporter: &Reporter,
    folder: &Path,
    input: &Path,
    source: &Source,
    options: &Options,
) -> Answer {
    let pictures = inspect::pictures(source, options).map_err(|e| stopped(reporter, input, &e))?;
    let unmade = |e| unwritten(reporter, &Output::File(folder.to_owned()), &e);
    std::fs::create_dir_all(folder).map_err(unmade)?;
    for (number, svg) in pictures {
        let name = RelativeName::new(format!("page-{number:04}.svg"));
        let name = name.map_err(|e| unmade(io::Error::other(e)))?;
        let output = Output::File(name.below(folder));
        files::write_output(&output, |out| out.write_all(svg.as_bytes()))
            .map_err(|e| unwritten(reporter, &output, &e))?;
    }
    Ok(Status::Done)
}

/// Writes a result to standard output.
fn print(reporter: &Reporter, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Answer {
    files::write_output(&Output::Stdout, write)
        .map_err(|e| unwritten(reporter, &Output::Stdout, &e))?;
    Ok(Status::Done)
}

/// Where the result goes; never over the input itself.
pub(super) fn output(reporter: &Reporter, input: &Path, output: Option<&Path>) -> Answer<Output> {
    let Some(output) = output.filter(|path| *path != Path::new("-")) else {
        return Ok(Output::Stdout);
    };
    let same = match (input.canonicalize(), output.canonicalize()) {
        (Ok(a), Ok(b)) => a == b && a.is_file(),
        _ => false,
    };
    if same {
        let what = Wording::new("the result would replace the notice", "结果会覆盖原通知");
        let hint = Wording::new("give --output another name", "请给 --output 换一个名字");
        reporter.tell(&output.display().to_string(), &what, Some(&hint));
        return Err(Status::Mistyped);
    }
    Ok(Output::File(output.to_owned()))
}

/// Says why an input is no source.
pub(super) fn unread(reporter: &Reporter, input: &Path, error: &InputError) -> Status {
    let error = match error {
        InputError::Source(error) => return stopped(reporter, input, error),
        InputError::File(error) => error,
        InputError::Folder(what) => {
            let hint = Wording::new("check that you may read it", "请检查读取权限");
            reporter.tell(&input.display().to_string(), what, Some(&hint));
            return Status::Unread;
        }
        InputError::Changed(what) => {
            let hint = Wording::new(
                "run the command again when the file is whole",
                "请在文件写完后再次运行",
            );
            reporter.tell(&input.display().to_string(), what, Some(&hint));
            return Status::Unread;
        }
    };
    let hint = match error.kind() {
        io::ErrorKind::NotFound => Some(Wording::new("check the path", "请检查路径")),
        io::ErrorKind::IsADirectory => Some(Wording::new(
            "give a file, or the folder to `fubiao batch`",
            "请提供文件；整个文件夹请用 `fubiao batch`",
        )),
        io::ErrorKind::PermissionDenied => {
            Some(Wording::new("check that you may read it", "请检查读取权限"))
        }
        _ => None,
    };
    reporter.tell(&input.display().to_string(), &file_error(error), hint.as_ref());
    Status::Unread
}

pub(super) fn stopped(reporter: &Reporter, input: &Path, error: &Error) -> Status {
    reporter.stopped(&input.display().to_string(), error);
    Status::Unread
}

/// Says why a result could not be written. A path that can't be is a mistyped command; a full disk
/// leaves the input undone.
pub(super) fn unwritten(reporter: &Reporter, output: &Output, error: &io::Error) -> Status {
    let name = match output {
        Output::Stdout => reporter.say(&Wording::new("standard output", "标准输出")).to_owned(),
        Output::File(path) => path.display().to_string(),
    };
    let known = match error.kind() {
        io::ErrorKind::NotFound => Some(Wording::new("make its folder first", "请先建好文件夹")),
        io::ErrorKind::IsADirectory => {
            Some(Wording::new("give the name of a file", "请给出文件名"))
        }
        io::ErrorKind::AlreadyExists => Some(Wording::new(
            "give a folder that does not exist yet",
            "请给出一个尚不存在的文件夹",
        )),
        io::ErrorKind::NotADirectory => Some(Wording::new("check the path", "请检查路径")),
        io::ErrorKind::PermissionDenied => {
            Some(Wording::new("check that you may write there", "请检查写入权限"))
        }
        io::ErrorKind::ReadOnlyFilesystem => Some(disk::hint(error)),
        _ => None,
    };
    let Wording { en, zh } = file_error(error);
    let what =
        Wording::new(format!("the result can't be written: {en}"), format!("无法写出结果：{zh}"));
    let hint = known.clone().unwrap_or_else(|| disk::hint(error));
    reporter.tell(&name, &what, Some(&hint));
    if known.is_some() { Status::Mistyped } else { Status::Unread }
}

/// What went wrong with a file or a folder of a result.
fn file_error(error: &io::Error) -> Wording {
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Wording::new("the folder holds other files", "文件夹里有其他文件")
        }
        _ => disk::what(error),
    }
}
