//! What was typed for the verbs about many notices: batch, worker, merge, diff, accept.

use crate::archive::run::Shard;
use crate::cli::args::{BoundArgs, LimitArgs, PasswordArgs, mebibytes, seconds};
use clap::{Args as ClapArgs, ValueEnum};
use std::path::PathBuf;

/// `fubiao batch`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "An interrupted run continues where it stopped. What is done is recognised by \
    content, not by date.\n\nExamples:\n  \
    fubiao batch archive/ --out results\n  \
    fubiao batch 'archive/2023/*.pdf' --out results --jobs 2\n  \
    find /mnt/notices -name '*.pdf' | fubiao batch - --out results\n  \
    fubiao batch archive/ --out results --format facts,csv,xlsx\n  \
    fubiao batch 'archive/*' --out results --one-notice\n  \
    fubiao batch archive/ --out results --partition plan_year\n  \
    fubiao batch archive/ --out results --corrections reviewed\n  \
    fubiao batch archive/ --out new && fubiao diff approved new"
)]
pub struct Batch {
    /// Files, folders, patterns, or - for a list of files on standard input, one a line
    #[arg(required = true)]
    pub inputs: Vec<PathBuf>,
    /// The folder of results
    #[arg(short, long, value_name = "DIR")]
    pub out: PathBuf,
    /// Notices read at a time [default: one per core]
    #[arg(short, long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<u16>,
    /// Continue where an earlier run into this folder stopped (the default)
    #[arg(long, conflicts_with_all = ["fresh", "only_failed"])]
    pub resume: bool,
    /// Read everything again
    #[arg(long, conflicts_with = "only_failed")]
    pub fresh: bool,
    /// Read only notices that failed before
    #[arg(long)]
    pub only_failed: bool,
    /// Count results of earlier runs whose input is not in this one
    #[arg(long)]
    pub keep: bool,
    /// Remove results of earlier runs whose input is not in this one
    #[arg(long, conflicts_with = "keep")]
    pub prune: bool,
    /// Apply the corrections in this folder, each file to the notice whose hash it names
    #[arg(long, value_name = "DIR")]
    pub corrections: Option<PathBuf>,
    /// What is made.
    #[command(flatten)]
    pub forms: FormArgs,
    /// Take each named folder as one notice, its body and annexes, and all named files together as one
    #[arg(long)]
    pub one_notice: bool,
    /// Time to read one notice, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = seconds)]
    pub timeout: f64,
    /// Memory to read one notice, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    pub memory: u64,
    /// Read in this process: a little faster, but a crash ends the run
    #[arg(long)]
    pub no_isolate: bool,
    /// Read part I of N only, split by content; join the parts with `fubiao merge`
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub shard: Option<Shard>,
    /// What opens encrypted PDFs.
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Where to stop within one notice.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// The forms of an archive's results: what stands beside each notice's JSON, and what is put together
/// of all.
#[derive(Debug, Clone, ClapArgs)]
pub struct FormArgs {
    /// What to make besides one JSON per notice, separated by commas
    #[arg(long, value_name = "FORM", value_delimiter = ',', default_value = DEFAULT_FORMS)]
    pub format: Vec<ArchiveFormat>,
    /// Split facts.parquet: facts/plan_year=2023/part-0.parquet …; 0 where a notice names no year
    #[cfg(feature = "parquet")]
    #[arg(long, value_name = "COLUMN")]
    pub partition: Option<PartitionArg>,
}

#[cfg(feature = "parquet")]
const DEFAULT_FORMS: &str = "facts,parquet";
#[cfg(not(feature = "parquet"))]
const DEFAULT_FORMS: &str = "facts";

/// A form of an archive's results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ArchiveFormat {
    /// notices/NAME.json, one per notice; always made
    Json,
    /// facts.ndjson: all facts, one JSON object per line, one line per cell
    Facts,
    /// facts.csv: all facts as CSV
    Csv,
    /// facts.parquet: all facts as Apache Parquet, figures as exact decimals
    #[cfg(feature = "parquet")]
    Parquet,
    /// notices/NAME.xlsx, one Excel workbook per notice
    #[cfg(feature = "xlsx")]
    Xlsx,
    /// datapackage/: all notices, facts, findings and diagnostics as a Frictionless Data Package
    Datapackage,
}

/// A column to split facts by.
#[cfg(feature = "parquet")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PartitionArg {
    /// The year the plan is for
    #[value(name = "plan_year", alias = "plan-year")]
    PlanYear,
}

/// `fubiao worker`.
#[derive(Debug, ClapArgs)]
pub struct Worker {
    /// How much memory it may use, in MiB
    #[arg(long, value_name = "MIB")]
    pub memory: Option<u64>,
    /// How much CPU time one notice may take, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub timeout: Option<f64>,
    /// Say what the system does not offer to confine it with, and end
    #[arg(long)]
    pub probe: bool,
    /// Make the review page of each notice too
    #[cfg(feature = "review")]
    #[arg(long)]
    pub page: bool,
    /// Make the review page of each notice as a file
    #[cfg(feature = "review")]
    #[arg(long, conflicts_with = "page")]
    pub page_file: bool,
    /// Where to stop within one notice.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// `fubiao serve`.
#[cfg(feature = "serve")]
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  fubiao serve my-notices --open\n\n\
    The address that is printed holds a key: anyone on this machine who knows it can use the page.")]
pub struct Serve {
    /// The folder that keeps everything: notices, results and corrections
    pub folder: PathBuf,
    /// Open the page in the browser
    #[arg(long)]
    pub open: bool,
    /// Port to listen on [default: a free one]
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    pub port: u16,
    /// Time to read one notice, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, value_parser = seconds)]
    pub timeout: f64,
    /// Memory to read one notice, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    pub memory: u64,
    /// Where to stop within one notice.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// `fubiao merge`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  fubiao merge part1 part2 part3 --out results")]
pub struct Merge {
    /// Folders made by `fubiao batch --shard`
    #[arg(required = true)]
    pub parts: Vec<PathBuf>,
    /// The folder of results
    #[arg(short, long, value_name = "DIR")]
    pub out: PathBuf,
    /// What is made.
    #[command(flatten)]
    pub forms: FormArgs,
    /// Memory of the whole command
    #[arg(long, value_name = "MIB", default_value_t = 2048, value_parser = mebibytes)]
    pub max_memory: u64,
}

/// `fubiao report`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  \
    fubiao report results -o report.html\n  \
    fubiao report results -o report.xlsx\n  \
    fubiao report 2022.json 2023.json -o report.html --lang zh\n\n\
    The page is one file that loads nothing. Regions are followed through renames; nothing is added up and no \
    unit is converted.")]
pub struct Report {
    /// Folders of results, as `fubiao batch` writes them, or results
    #[arg(required = true)]
    pub results: Vec<PathBuf>,
    /// Output file: .html, or .xlsx for Excel
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Memory of the whole command
    #[arg(long, value_name = "MIB", default_value_t = 2048, value_parser = mebibytes)]
    pub max_memory: u64,
}

/// `fubiao diff`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Exit status: 0 the same; 1 they differ; 3 one could not be read.\n\n\
    Example: fubiao batch archive/ --out new && fubiao diff approved new")]
pub struct Diff {
    /// A result or a folder of results
    pub old: PathBuf,
    /// The result or folder to compare it with
    pub new: PathBuf,
    /// Format of the output
    #[arg(long, default_value = "text")]
    pub format: DiffFormat,
    /// Approve the new results: they replace the old ones
    #[arg(long)]
    pub accept: bool,
    /// What it may take.
    #[command(flatten)]
    pub bounds: BoundArgs,
}

/// The form of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// `fubiao accept`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example: fubiao accept approved new")]
pub struct Accept {
    /// The approved results
    pub old: PathBuf,
    /// The results to approve
    pub new: PathBuf,
}

fn jobs(text: &str) -> Result<u16, String> {
    let jobs = text.parse().ok().filter(|jobs| *jobs > 0);
    jobs.ok_or_else(|| "expected a whole number from 1".to_owned())
}

fn shard(text: &str) -> Result<Shard, String> {
    Shard::parse(text).ok_or_else(|| "expected I/N with I from 1 to N, such as 2/3".to_owned())
}
