//! The command: `args` is what was typed, `run` what it means, `report` what people are told.

pub mod archive;
pub mod archive_args;
pub mod args;
pub mod bounds;
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

use std::process::ExitCode;

/// Reads the command line, runs the verb, and answers with the exit status.
pub fn main() -> ExitCode {
    bounds::run(&args::Args::typed())
}
