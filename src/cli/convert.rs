//! `fubiao convert`: a notice, or a result made earlier, in another format.

use crate::archive::reviewed;
use crate::carrier::page::Pages;
use crate::cli::args::{Convert, Format};
use crate::cli::bounds::Timer;
use crate::cli::excerpt::Printed;
use crate::cli::files::{self, Output};
use crate::cli::formats;
use crate::cli::report::Reporter;
use crate::cli::run::{Answer, Status, denied, options, output, stopped, unread, unwritten, whole};
use crate::corrections::{self, Corrections};
use crate::diag::{Sink, Wording};
#[cfg(feature = "parquet")]
use crate::emit::parquet;
use crate::emit::record::NoticeRecord;
#[cfg(feature = "xlsx")]
use crate::emit::xlsx;
use crate::emit::{csv, datapackage, facts, json, places, tables, text};
use crate::error::Error;
use crate::options::Options;
use crate::pipeline::{self, Origin};
use crate::source::Source;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// Converts one input, or several into a folder; one that can't be read does not stop the others.
pub fn convert(reporter: &Reporter, args: &Convert) -> Answer {
    let format = formats::wanted(args).map_err(|(what, hint)| {
        reporter.tell("fubiao convert", &what, Some(&hint));
        Status::Mistyped
    })?;
    let options = options(reporter, &args.limits, &args.password)?;
    let Some(folder) = &args.out else {
        // Several inputs without a folder were refused.
        let Some(input) = args.inputs.first() else { return Err(Status::Mistyped) };
        let output = output(reporter, input, args.output.as_deref())?;
        let run = Run { reporter, args, options: &options, input, output: &output, name: None };
        return run.write_as(format);
    };
    if folder.is_file() {
        let what = Wording::new("it is a file, expected a folder", "这是文件，应为文件夹");
        let hint = Wording::new("give --out another name", "请给 --out 换一个名字");
        reporter.tell(&folder.display().to_string(), &what, Some(&hint));
        return Err(Status::Mistyped);
    }
    std::fs::create_dir_all(folder)
        .map_err(|e| unwritten(reporter, &Output::File(folder.clone()), &e))?;
    let mut worst = Status::Done;
    let inputs = if args.one_notice { &args.inputs[..1] } else { &args.inputs };
    let names = formats::names(inputs, format);
    let told = files::told_apart(names.iter().map(|(input, _)| *input));
    for ((input, name), told) in names.iter().zip(told) {
        let status = output(reporter, input, Some(&name.below(folder))).and_then(|output| {
            let name = told.as_deref();
            Run { reporter, args, options: &options, input, output: &output, name }.write_as(format)
        });
        if let (Some(told), Ok(_)) = (told, &status) {
            let result = name.below(folder);
            reporter.info(reporter.say(&Wording::new(
                format!("{told}: written to {}", result.display()),
                format!("{told}：写入 {}", result.display()),
            )));
        }
        worst = worst.max(status.unwrap_or_else(|status| status));
    }
    Ok(worst)
}

/// The conversion of one input.
struct Run<'a> {
    reporter: &'a Reporter,
    args: &'a Convert,
    options: &'a Options,
    input: &'a Path,
    output: &'a Output,
    /// By which name messages speak of it, if not by its own.
    name: Option<&'a str>,
}

/// What an input is.
enum Input {
    Notice(Source),
    /// A result made earlier.
    Result(Box<NoticeRecord>),
}

impl Run<'_> {
    fn write_as(&self, format: Format) -> Answer {
        match format {
            Format::Text => self.as_printed(pipeline::lines_as_printed, text::write),
            Format::Tables => self.as_printed(pipeline::outline_of, tables::write),
            Format::Json => {
                self.as_record(|record| self.write_made(|out| json::write(out, record)))
            }
            Format::Facts => self.as_notice(facts::write),
            Format::Csv => {
                let mark = if self.args.bom { csv::Mark::With } else { csv::Mark::Without };
                self.as_notice(|out, record| csv::write(out, record, mark))
            }
            #[cfg(feature = "parquet")]
            Format::Parquet => self.as_notice(|out, record| {
                // Parquet wants an output that may go to another thread; standard output's lock may not.
                let mut bytes = Vec::new();
                parquet::write(&mut bytes, [record])?;
                out.write_all(&bytes)
            }),
            #[cfg(feature = "xlsx")]
            Format::Xlsx => self.as_notice(xlsx::write),
            Format::Datapackage => self.as_record(|record| self.write_package(record)),
        }
    }

    fn read(&self) -> Answer<Input> {
        let limit = self.options.limits.input_bytes;
        if self.args.one_notice {
            return files::read_together(&self.args.inputs, limit)
                .map(Input::Notice)
                .map_err(|failed| unread(self.reporter, &failed.0, &failed.1));
        }
        let bytes = files::read_bytes(self.input, limit)
            .map_err(|e| unread(self.reporter, self.input, &e))?;
        let input = match json::is_result(&bytes) {
            true => json::read(&bytes).map(|record| Input::Result(Box::new(record))),
            false => Source::new(files::shown_name(self.input), bytes).map(Input::Notice),
        };
        input.map_err(|e| self.stopped(&e))
    }

    /// Reads the whole notice and writes it.
    fn as_notice(
        &self,
        write: impl FnOnce(&mut dyn Write, &NoticeRecord) -> io::Result<()>,
    ) -> Answer {
        self.as_record(|record| self.write(|out| write(out, record)))
    }

    fn as_record(&self, write: impl FnOnce(&NoticeRecord) -> Answer<()>) -> Answer {
        let said = self.args.corrections.as_deref();
        let said = said.map(|path| self.corrections(path)).transpose()?;
        let input = self.read()?;
        let mut clock = Clock::start();
        let (record, source) = match input {
            Input::Notice(source) => (self.of_notice(&source, said, &mut clock)?, Some(source)),
            Input::Result(record) => (self.of_result(*record, said)?, None),
        };
        write(&record)?;
        clock.lap("emit");
        let name = self.name.unwrap_or(&record.source.name);
        self.reporter.notice(name, &record, &Printed::new(source.as_ref(), self.options));
        self.tell(&clock);
        let answer = denied(self.args.deny, &record.findings).max(whole(&record));
        // The process ends here; the system takes its memory back faster than one text after the other.
        std::mem::forget(record);
        Ok(answer)
    }

    fn of_notice(
        &self,
        source: &Source,
        said: Option<Corrections>,
        clock: &mut Clock,
    ) -> Answer<NoticeRecord> {
        let timer = self.timer(source);
        let mut reading = pipeline::read_watched(source, self.options, &mut |stage| {
            clock.lap(stage);
            timer.passed(stage);
        })
        .map_err(|e| self.stopped(&e))?;
        if let Some(said) = said {
            reading = pipeline::corrected(reading, source, &said).map_err(|e| self.unfit(&e))?;
            clock.lap("corrections");
        }
        Ok(NoticeRecord::of(source, reading))
    }

    /// A result made earlier, checked again as it stands now: someone may have mended it.
    fn of_result(&self, record: NoticeRecord, said: Option<Corrections>) -> Answer<NoticeRecord> {
        let mut record = record;
        let mut notice = record.to_notice().map_err(|e| self.stopped(&e))?;
        if let Some(said) = said {
            corrections::apply(&said, &record.source.sha256, &mut notice)
                .map_err(|e| self.unfit(&e))?;
        }
        record.check_again(&notice);
        Ok(record)
    }

    /// What a person said, held against its schema first: that says best what is wrong where.
    fn corrections(&self, path: &Path) -> Answer<Corrections> {
        let bytes = files::read_bytes(path, self.options.limits.input_bytes)
            .map_err(|e| unread(self.reporter, path, &e))?;
        reviewed::read(&bytes).map_err(|e| stopped(self.reporter, path, &e))
    }

    /// Runs the pipeline until a stage that still has what is printed, and writes that.
    fn as_printed<T>(
        &self,
        until: impl FnOnce(&mut Sink, &Options, Pages) -> T,
        write: impl FnOnce(&mut dyn Write, &T) -> io::Result<()>,
    ) -> Answer {
        let Input::Notice(source) = self.read()? else {
            let what = Wording::new(
                "a result no longer has the text and tables as printed",
                "结果文件中没有原样的文字和表格",
            );
            let hint = Wording::new("give the notice itself", "请提供通知原件");
            self.reporter.tell(&self.input.display().to_string(), &what, Some(&hint));
            return Err(Status::Mistyped);
        };
        let (mut clock, timer) = (Clock::start(), self.timer(&source));
        let mut sink = Sink::new();
        let pages = pipeline::until_pages(&mut sink, self.options, &source);
        let pages = pages.map_err(|e| self.stopped(&e))?;
        let origins: Vec<Origin> = pages.pages.iter().map(|page| page.origin.clone()).collect();
        let read = until(&mut sink, self.options, pages);
        drop(timer);
        clock.lap("read");
        self.write(|out| write(out, &read))?;
        clock.lap("emit");
        let (diagnostics, _) = sink.into_parts();
        let (diagnostics, parts) = places::located(&diagnostics, &origins);
        let printed = Printed::new(Some(&source), self.options);
        let name = self.name.unwrap_or(&source.name);
        self.reporter.diagnostics(name, &diagnostics, &parts, &printed);
        self.tell(&clock);
        Ok(Status::Done)
    }

    fn timer(&self, source: &Source) -> Timer {
        let (bytes, models) = (source.bytes.len(), self.options.models.as_ref());
        Timer::over_pictures(self.reporter, &self.args.bounds, self.input, bytes, models)
    }

    /// Writes a package, as one file or as a folder.
    fn write_package(&self, record: &NoticeRecord) -> Answer<()> {
        let files = datapackage::files(std::slice::from_ref(record))
            .map_err(|e| unwritten(self.reporter, self.output, &e))?;
        // Without a name the command was refused before anything was read.
        let Output::File(path) = self.output else { return Err(Status::Mistyped) };
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip")) {
            return self.write(|out| out.write_all(&files::zipped(&files)?));
        }
        files::write_package(path, &files, &datapackage::PATHS)
            .map_err(|e| unwritten(self.reporter, self.output, &e))
    }

    fn write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Answer<()> {
        files::write_output(self.output, write)
            .map_err(|e| unwritten(self.reporter, self.output, &e))
    }

    /// As [`Run::write`], for what writes nothing before all of it is made.
    fn write_made(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Answer<()> {
        files::write_made(self.output, write).map_err(|e| unwritten(self.reporter, self.output, &e))
    }

    fn stopped(&self, error: &Error) -> Status {
        stopped(self.reporter, self.input, error)
    }

    /// Says why corrections can't be applied, by the name of their file.
    fn unfit(&self, error: &Error) -> Status {
        stopped(self.reporter, self.args.corrections.as_deref().unwrap_or(self.input), error)
    }

    fn tell(&self, clock: &Clock) {
        if self.args.timings {
            self.reporter.timings(&clock.laps);
        }
    }
}

/// How long each stage took.
struct Clock {
    since: Instant,
    laps: Vec<(&'static str, Duration)>,
}

impl Clock {
    fn start() -> Clock {
        Clock { since: Instant::now(), laps: Vec::new() }
    }

    fn lap(&mut self, stage: &'static str) {
        self.laps.push((stage, self.since.elapsed()));
        self.since = Instant::now();
    }
}
