//! What the command means: each verb from its arguments to its exit status.

use crate::cli::archive;
use crate::cli::args::{Args, Convert, Deny, Format, Verb};
use crate::cli::files::{self, InputError, Output};
use crate::cli::report::Reporter;
use crate::emit::record::NoticeRecord;
use crate::emit::{facts, json};
use crate::error::Error;
use crate::pipeline;
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// All done.
    Done,
    /// Done, and there are findings though `--deny findings` was given; or the two differ.
    Denied,
    /// The command was mistyped: what it asks for can't be.
    Mistyped,
    /// An input could not be read.
    Unread,
    /// Interrupted; the same command goes on from there.
    Interrupted,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(match status {
            Status::Done => 0,
            Status::Denied => 1,
            Status::Mistyped => 2,
            Status::Unread => 3,
            Status::Interrupted => 130,
        })
    }
}

/// Runs the verb.
pub fn run(args: Args) -> Status {
    let reporter = Reporter::new(&args.talk);
    let answer = match &args.verb {
        Verb::Convert(args) => convert(&reporter, args),
        Verb::Batch(args) => Ok(archive::batch(&reporter, args)),
        Verb::Diff(args) => Ok(archive::diff(&reporter, args)),
        Verb::Accept(args) => Ok(archive::accept(&reporter, args)),
        Verb::Merge(args) => Ok(archive::merge(&reporter, args)),
        Verb::Worker(args) => Ok(archive::worker(&reporter, args)),
    };
    answer.unwrap_or_else(|status| status)
}

fn convert(reporter: &Reporter, args: &Convert) -> Result<Status, Status> {
    let output = output(reporter, &args.input, args.output.as_deref())?;
    let options = args.limits.options();
    let source = files::read_source(&args.input, options.limits.input_bytes)
        .map_err(|e| unread(reporter, &args.input, &e))?;
    let mut timings = Vec::new();
    let mut since = Instant::now();
    let reading = pipeline::read_watched(&source, &options, &mut |stage| {
        timings.push((stage, since.elapsed()));
        since = Instant::now();
    });
    let reading = reading.map_err(|e| stopped(reporter, &args.input, &e))?;
    let record = NoticeRecord::new(&source, &reading);
    files::write_output(&output, |out| match args.format {
        Format::Json => json::write(out, &record),
        Format::Facts => facts::write(out, &record),
    })
    .map_err(|e| unwritten(reporter, &output, &e))?;
    reporter.notice(&record);
    if args.timings {
        timings.push(("emit", since.elapsed()));
        reporter.timings(&timings);
    }
    let has_findings = record.findings.iter().any(|f| f.severity != "note");
    Ok(match args.deny {
        Some(Deny::Findings) if has_findings => Status::Denied,
        _ => Status::Done,
    })
}

/// Where the result goes; never over the input itself.
fn output(reporter: &Reporter, input: &Path, output: Option<&Path>) -> Result<Output, Status> {
    let Some(output) = output.filter(|path| *path != Path::new("-")) else {
        return Ok(Output::Stdout);
    };
    let same = match (input.canonicalize(), output.canonicalize()) {
        (Ok(a), Ok(b)) => a == b && a.is_file(),
        _ => false,
    };
    if same {
        let what = "the result would replace the notice";
        reporter.error(&output.display().to_string(), &what, "give --output another name");
        return Err(Status::Mistyped);
    }
    Ok(Output::File(output.to_owned()))
}

/// Says why an input is no source.
fn unread(reporter: &Reporter, input: &Path, error: &InputError) -> Status {
    match error {
        InputError::Source(error) => stopped(reporter, input, error),
        InputError::File(error) => {
            let hint = match error.kind() {
                io::ErrorKind::NotFound => "check the path",
                io::ErrorKind::IsADirectory => "give a file, or the folder to `fubiao batch`",
                io::ErrorKind::PermissionDenied => "check that you may read it",
                _ => "",
            };
            reporter.error(&input.display().to_string(), &file_error(error), hint);
            Status::Unread
        }
    }
}

fn stopped(reporter: &Reporter, input: &Path, error: &Error) -> Status {
    reporter.stopped(&input.display().to_string(), error);
    Status::Unread
}

/// Says why a result could not be written. A path that can't be is a mistyped command; a full disk
/// leaves the input undone.
fn unwritten(reporter: &Reporter, output: &Output, error: &io::Error) -> Status {
    let name = match output {
        Output::Stdout => "standard output".to_owned(),
        Output::File(path) => path.display().to_string(),
    };
    let (hint, status) = match error.kind() {
        io::ErrorKind::NotFound => ("make its folder first", Status::Mistyped),
        io::ErrorKind::IsADirectory => ("give the name of a file", Status::Mistyped),
        io::ErrorKind::NotADirectory => ("check the path", Status::Mistyped),
        io::ErrorKind::PermissionDenied => ("check that you may write there", Status::Mistyped),
        _ => ("", Status::Unread),
    };
    let what = format!("the result can't be written: {}", file_error(error));
    reporter.error(&name, &what, hint);
    status
}

/// What went wrong with a file, in our manner: lower case, no error number.
fn file_error(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder, expected a file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
