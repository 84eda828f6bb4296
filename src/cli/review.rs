//! `fubiao review`: one notice, or a result made earlier, as a page to look over.

use crate::check;
use crate::cli::args::Review;
use crate::cli::bounds::Timer;
use crate::cli::excerpt::Printed;
use crate::cli::files::{self, Output};
use crate::cli::report::Reporter;
use crate::cli::run::{Answer, Status, options, output, stopped, unread, unwritten};
use crate::diag::{Sink, Wording};
use crate::emit::json;
use crate::emit::record::{DiagnosticRecord, NoticeRecord};
use crate::error::Error;
use crate::model::Notice;
use crate::options::Options;
use crate::pipeline;
use crate::review::{Setting, Sheet, page, sheets};
use crate::source::Source;

/// Reads the input and writes its page.
pub fn review(reporter: &Reporter, args: &Review) -> Answer {
    let output = output(reporter, &args.input, args.output.as_deref())?;
    is_page(reporter, &output)?;
    let options = options(reporter, &args.limits, &args.password)?;
    let limit = options.limits.input_bytes;
    let read = if args.one_notice {
        files::read_together(std::slice::from_ref(&args.input), limit)
            .map_err(|failed| unread(reporter, &failed.0, &failed.1))
            .map(|source| of_notice(reporter, args, &options, &source))?
    } else {
        let bytes =
            files::read_bytes(&args.input, limit).map_err(|e| unread(reporter, &args.input, &e))?;
        match json::is_result(&bytes) {
            true => of_result(reporter, args, &bytes),
            false => Source::new(files::shown_name(&args.input), bytes)
                .and_then(|source| of_notice(reporter, args, &options, &source)),
        }
    };
    let (record, notice, sheets) = read.map_err(|e| stopped(reporter, &args.input, &e))?;
    let pages = record.source.pages;
    if args.pages.as_ref().is_some_and(|wanted| *wanted.start() > pages) {
        let what = Wording::new(
            format!("it has {pages} page{}", if pages == 1 { "" } else { "s" }),
            format!("只有 {pages} 页"),
        );
        let hint = Wording::new("give --pages others, or leave it out", "请改 --pages，或不指定");
        reporter.tell(&args.input.display().to_string(), &what, Some(&hint));
        return Err(Status::Mistyped);
    }
    let setting = Setting { lang: reporter.lang_typed(), saves_to: None };
    let html = page(&record, &check::stated_sums(&notice), &sheets, &setting);
    files::write_output(&output, |out| out.write_all(html.as_bytes()))
        .map_err(|e| unwritten(reporter, &output, &e))?;
    reporter.told(&record.source.name, &record);
    Ok(Status::Done)
}

/// Refuses a name that says it is something else: a page in place of a notice is a slip.
fn is_page(reporter: &Reporter, output: &Output) -> Answer<()> {
    let Output::File(path) = output else { return Ok(()) };
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    if path.is_dir() || matches!(ending.as_deref(), None | Some("html" | "htm")) {
        return Ok(());
    }
    let what = Wording::new("a review page is written as .html", "审核页的格式是 .html");
    let hint =
        Wording::new("give -o a name with the extension .html", "请给 -o 一个以 .html 结尾的名称");
    reporter.tell(&path.display().to_string(), &what, Some(&hint));
    Err(Status::Mistyped)
}

type Read = (NoticeRecord, Notice, Vec<Sheet>);

fn of_notice(
    reporter: &Reporter,
    args: &Review,
    options: &Options,
    source: &Source,
) -> Result<Read, Error> {
    let (bytes, models) = (source.bytes.len(), options.models.as_ref());
    let timer = Timer::over_pictures(reporter, &args.bounds, &args.input, bytes, models);
    let reading = pipeline::read_watched(source, options, &mut |stage| timer.passed(stage))?;
    drop(timer);
    let timer = Timer::over_pages(reporter, &args.bounds, &args.input, reading.pages);
    timer.passed("check");
    let which = args.pages.clone().unwrap_or(1..=u32::MAX);
    let mut sink = Sink::new();
    let sheets = sheets(&mut sink, options, source, &which)?;
    drop(timer);
    let mut record = NoticeRecord::new(source, &reading);
    record.diagnostics.extend(sink.into_parts().0.iter().map(DiagnosticRecord::from));
    let (parts, printed) = (&record.source.parts, Printed::new(Some(source), options));
    reporter.diagnostics(&source.name, &record.diagnostics, parts, &printed);
    Ok((record, reading.notice, sheets))
}

/// A result made earlier is checked again, as it stands now. It has no pages to show.
fn of_result(reporter: &Reporter, args: &Review, bytes: &[u8]) -> Result<Read, Error> {
    let _timer = Timer::over(reporter, &args.bounds, &args.input, bytes.len());
    let mut record = json::read(bytes)?;
    let notice = record.to_notice()?;
    record.check_again(&notice);
    Ok((record, notice, Vec::new()))
}
