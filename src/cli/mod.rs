//! The command: `args` is what was typed, `run` what it means, `report` what people are told.

pub mod archive;
pub mod archive_args;
pub mod args;
pub mod bounds;
pub mod chinese;
pub mod convert;
pub mod difference;
pub mod excerpt;
pub mod explain;
pub mod files;
pub mod formats;
pub mod inspect;
#[cfg(feature = "ocr")]
pub mod models;
pub mod password;
pub mod report;
#[cfg(feature = "review")]
pub mod review;
#[cfg(feature = "review")]
pub mod review_all;
pub mod run;
#[cfg(feature = "serve")]
pub mod serve;
pub mod summary;
pub mod survey;

use crate::archive::isolate::Program;
use std::ffi::OsString;
use std::process::ExitCode;

/// Reads the command line, runs the verb, and answers with the exit status.
pub fn main() -> ExitCode {
    bounds::run(&args::Args::typed(std::env::args_os().collect())).into()
}

/// The same for a program of another kind that has the command inside: `words` are what was typed, the name of the
/// command first, and `program` says how to start it anew. Call it once, before any thread is started, and end the
/// process with the status it gives: where the system can split a process, there are two when it comes back.
pub fn main_of(program: Program, words: Vec<OsString>) -> u8 {
    program.is_this();
    bounds::run(&args::Args::typed(words))
}
