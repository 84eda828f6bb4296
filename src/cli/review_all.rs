//! `fubiao review FOLDER -o FOLDER`: a page for each notice, and an index of them with their doubts. Notices are read
//! by the same worker processes as in a batch; of results made earlier, the pages have tables alone.

use crate::archive::answer::Answer as Outcome;
use crate::archive::disk::{self, Accept};
use crate::archive::isolate::{Isolation, Program};
use crate::archive::ledger::{Piece, Reason};
use crate::archive::plan::{PlanError, Planner};
use crate::archive::results;
use crate::archive::run::Watch;
use crate::archive::workers::Workers;
use crate::check;
use crate::cli::archive::Progress;
use crate::cli::args::{Lang, Review};
use crate::cli::files::{self, Output};
use crate::cli::report::Reporter;
use crate::cli::run::{Answer, Status, models, unwritten};
use crate::cli::{password, summary};
use crate::diag::Wording;
use crate::emit::record::NoticeRecord;
use crate::emit::{json, own};
use crate::name::RelativeName;
use crate::options::Options;
use crate::review::{Found, Line, Setting, index, page};
use rayon::prelude::*;
use std::path::Path;
use std::time::Duration;

/// How long a notice may take where nothing is said: its pages are drawn, too.
const SECONDS: f64 = 60.0;

/// A notice that has a page, or none.
type Made = (Line, Option<Vec<u8>>);

/// Makes the folder.
pub fn review_all(reporter: &Reporter, args: &Review) -> Answer {
    let Some(out) = args.output.as_deref().filter(|out| *out != Path::new("-")) else {
        return refused(
            reporter,
            &args.input,
            Wording::new("pages of a folder need a folder", "文件夹的审核页需要一个输出文件夹"),
            Wording::new("give it with -o DIR", "请用 -o 文件夹 指定"),
        );
    };
    if out.is_file() {
        return refused(
            reporter,
            out,
            Wording::new("it is a file, and a folder is needed", "这是文件，需要的是文件夹"),
            Wording::new("give -o another name", "请给 -o 换一个名字"),
        );
    }
    if out.canonicalize().is_ok_and(|out| args.input.canonicalize().is_ok_and(|i| i == out)) {
        let error = PlanError::IntoInput(out.to_owned());
        return refused(reporter, out, error.message(), error.hint());
    }
    // Notices are shown with their pages. A folder of results has none, be it the output of a batch or not.
    let is_output = results::is_output(&args.input);
    let mut lines = if is_output { Vec::new() } else { of_notices(reporter, args, out)? };
    if lines.is_empty() {
        let results = results::found(&args.input).map_err(|error| {
            let hint = disk::hint(&error);
            reporter.tell(&args.input.display().to_string(), &disk::what(&error), Some(&hint));
            Status::Unread
        })?;
        lines = of_results(reporter, &results, out)?;
    }
    if lines.is_empty() {
        return Err(nothing(reporter, &args.input));
    }
    let count = lines.len();
    let with_doubts = lines.iter().filter(|l| matches!(l.found, Found::Page { doubts: 1.., .. }));
    let with_doubts = with_doubts.count();
    let failed = lines.iter().filter(|line| matches!(line.found, Found::Failed(_))).count();
    for line in &lines {
        if let Found::Failed(why) = &line.found {
            reporter.tell(&line.name, why, None);
        }
    }
    let html = index(lines, reporter.lang() == Lang::Zh);
    let at = RelativeName::known("index.html").below(out);
    write(reporter, &at, html.as_bytes())?;
    let at = at.display();
    let s = if count == 1 { "" } else { "s" };
    reporter.info(reporter.say(&Wording::new(
        format!("{count} notice{s}: {with_doubts} with doubts, {failed} failed; open {at}"),
        format!("通知 {count} 份：有疑点 {with_doubts} 份，失败 {failed} 份；请打开 {at}"),
    )));
    Ok(if failed > 0 { Status::Unread } else { Status::Done })
}

fn refused(reporter: &Reporter, path: &Path, what: Wording, hint: Wording) -> Answer {
    reporter.tell(&path.display().to_string(), &what, Some(&hint));
    Err(Status::Mistyped)
}

fn nothing(reporter: &Reporter, input: &Path) -> Status {
    let what =
        Wording::new("the folder holds no notices and no results", "文件夹中没有通知，也没有结果");
    let hint = Wording::new(
        "give the folder of the notices, or of their results",
        "请给出通知或其结果所在的文件夹",
    );
    reporter.tell(&input.display().to_string(), &what, Some(&hint));
    Status::Unread
}

/// Pages of notices, with pictures of their pages.
fn of_notices(reporter: &Reporter, args: &Review, out: &Path) -> Answer<Vec<Line>> {
    let mut planner = Planner::default();
    planner.add(&args.input, out, &mut |_| ()).map_err(|error| {
        reporter.tell("fubiao review", &error.message(), Some(&error.hint()));
        if matches!(error, PlanError::IntoInput(_)) { Status::Mistyped } else { Status::Unread }
    })?;
    let plan = planner.plan();
    let unlisted = plan.unlisted.iter().map(|(folder, why)| failed(folder.as_str(), why.clone()));
    let unlisted: Vec<Line> = unlisted.collect();
    let workers = Workers::new(Some(isolation(reporter, args)?), Options::default());
    let limit = args.limits.limits().input_bytes;
    let read = |name: &str, path: &Path| -> Option<Outcome> {
        Some(match disk::read(path, limit, Accept::Files) {
            Ok(bytes) if own::wrote(&bytes).is_some() => return None,
            Ok(bytes) => workers.ask(name, bytes),
            Err(error) => Outcome::failed(Reason::File, error.message(limit)),
        })
    };
    let mut lines = each(reporter, out, plan.items(), |item| {
        let answer = read(&plan.shown_name(item), &plan.path(item))?;
        Some((item.name.clone(), of_answer(item.name.as_str(), answer)))
    })?;
    lines.extend(unlisted);
    Ok(lines)
}

/// Pages of results made earlier.
fn of_results(reporter: &Reporter, results: &[results::Found], out: &Path) -> Answer<Vec<Line>> {
    let lang = reporter.lang_typed();
    each(reporter, out, results, |result| {
        let made = results::read(result).and_then(|mut record| {
            let notice = record.to_notice().map_err(|error| error.message())?;
            record.check_again(&notice);
            let setting = Setting { lang, saves_to: None };
            let html = page(&record, &check::stated_sums(&notice), &[], &setting);
            Ok((line(result.name.as_str(), &record), Some(html.into_bytes())))
        });
        let failed = |what| (failed(result.name.as_str(), what), None);
        let made = made.unwrap_or_else(failed);
        Some((result.name.clone(), made))
    })
}

/// Makes and writes the page of each, on all cores; gives the lines of the index.
fn each<T: Sync>(
    reporter: &Reporter,
    out: &Path,
    items: &[T],
    make: impl Fn(&T) -> Option<(RelativeName, Made)> + Sync,
) -> Answer<Vec<Line>> {
    let progress = Progress::new(reporter);
    progress.begin(items.len());
    let pages = RelativeName::known("pages").below(out);
    let lines = items.par_iter().with_max_len(1).map(|item| {
        let Some((name, (mut line, page))) = make(item) else { return Ok(None) };
        progress.done(None);
        if let (Some(page), Ok(file)) = (page, name.with_suffix(".html")) {
            write(reporter, &file.below(&pages), &page)?;
            if let Found::Page { link, .. } = &mut line.found {
                *link = format!("pages/{}", address(file.as_str()));
            }
        } else if matches!(line.found, Found::Page { .. }) {
            line.found = Found::Failed(Wording::new("its name is too long", "文件名过长"));
        }
        Ok(Some(line))
    });
    let lines: Answer<Vec<Option<Line>>> = lines.collect();
    progress.end();
    Ok(lines?.into_iter().flatten().collect())
}

/// A name as the address of a file beside: what has a meaning in addresses is escaped.
fn address(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let escaped = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    name.bytes().map(escaped).collect()
}

fn of_answer(name: &str, answer: Outcome) -> Made {
    let mut files = match answer {
        Outcome::Done { files, .. } => files,
        Outcome::Failed(failure) => return (failed(name, failure.wording()), None),
    };
    match json::read(files.get(&Piece::Result).map_or(&[], Vec::as_slice)) {
        Ok(record) => (line(name, &record), files.remove(&Piece::Page)),
        Err(error) => (failed(name, error.message()), None),
    }
}

fn line(name: &str, record: &NoticeRecord) -> Line {
    let (link, checked) = (String::new(), summary::wording(record));
    let (doubts, corrected) = (summary::doubts(record), summary::corrected(record));
    Line {
        name: name.to_owned(),
        title: record.title.clone(),
        document_number: record.document_number.as_ref().map(|number| number.raw.clone()),
        year: record.plan_year,
        found: Found::Page { link, checked, doubts, corrected },
    }
}

fn failed(name: &str, why: Wording) -> Line {
    let (title, document_number, year) = (None, None, None);
    Line { name: name.to_owned(), title, document_number, year, found: Found::Failed(why) }
}

fn write(reporter: &Reporter, path: &Path, bytes: &[u8]) -> Answer<()> {
    let output = Output::File(path.to_owned());
    let folder = path.parent().unwrap_or(Path::new(""));
    std::fs::create_dir_all(folder)
        .and_then(|()| files::write_output(&output, |out| out.write_all(bytes)))
        .map_err(|error| unwritten(reporter, &output, &error))
}

/// Workers that make pages.
fn isolation(reporter: &Reporter, args: &Review) -> Answer<Isolation> {
    let seconds = args.bounds.max_time.unwrap_or(SECONDS);
    let password = password::given(&args.password).map_err(|(name, error)| {
        password::refuse(reporter, &name, &error);
        Status::Mistyped
    })?;
    let mut flags = vec!["worker".to_owned(), "--page-file".to_owned()];
    flags.push(format!("--memory={}", args.bounds.max_memory));
    flags.push(format!("--timeout={seconds}"));
    flags.extend(reporter.lang_typed().map(|lang| format!("--lang={lang}")));
    flags.extend(args.limits.to_args());
    Ok(Isolation {
        // Where it can't be found, no worker can be started, and each notice says so.
        program: Program::own().unwrap_or_else(|_| Program::at("fubiao".into())),
        args: flags.into_iter().map(Into::into).collect(),
        env: password.iter().map(|p| (password::VARIABLE, p.reveal().into())).collect(),
        timeout: Duration::from_secs_f64(seconds),
        reads_pictures: models().is_some(),
    })
}
