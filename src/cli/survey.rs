//! `fubiao report`: many results side by side, as a page or a workbook.

use crate::archive::disk;
use crate::archive::results::{self, Found};
use crate::cli::archive_args::Report;
use crate::cli::args;
use crate::cli::files::{self, Output};
use crate::cli::report::Reporter;
use crate::cli::run::{Answer, Status, unwritten};
use crate::diag::Wording;
use crate::emit::record::NoticeRecord;
use crate::survey::{self, Lang, Survey};
use rayon::prelude::*;
use std::io::{self, Write};

/// What a report is written as.
enum Form {
    Page,
    #[cfg(feature = "xlsx")]
    Workbook,
}

/// Reads the results and writes the report.
pub fn report(reporter: &Reporter, args: &Report) -> Answer {
    let form = form(reporter, args)?;
    let mut found: Vec<Found> = Vec::new();
    for input in &args.results {
        let results = results::found(input).map_err(|error| {
            let name = input.display().to_string();
            let hint = Wording::new(
                "give a folder of results, as fubiao batch writes it",
                "请给出 fubiao batch 写出的结果文件夹",
            );
            reporter.tell(&name, &disk::what(&error), Some(&hint));
            Status::Unread
        })?;
        if results.is_empty() {
            let what =
                Wording::new("the folder holds no results of fubiao", "文件夹中没有 fubiao 的结果");
            let hint = Wording::new(
                "make results first: fubiao batch archive/ --out results",
                "请先生成结果：fubiao batch archive/ --out results",
            );
            reporter.tell(&input.display().to_string(), &what, Some(&hint));
            return Err(Status::Unread);
        }
        found.extend(results);
    }
    let read: Vec<_> = found.par_iter().map(|found| (found, results::read(found))).collect();
    let (mut records, mut status): (Vec<NoticeRecord>, Status) = (Vec::new(), Status::Done);
    for (found, record) in read {
        match record {
            Ok(record) => records.push(record),
            Err(what) => {
                let hint = Wording::new(
                    "give results that fubiao batch or fubiao convert wrote",
                    "请给出 fubiao batch 或 fubiao convert 写出的结果",
                );
                reporter.tell(&found.path.display().to_string(), &what, Some(&hint));
                status = Status::Unread;
            }
        }
    }
    if records.is_empty() {
        // Each of them has been named; a report of none would look like one of an empty archive.
        return Err(status);
    }
    let survey = survey::survey(records);
    let lang = match reporter.lang() {
        args::Lang::Zh => Lang::Zh,
        args::Lang::En => Lang::En,
    };
    let output = Output::File(args.output.clone());
    let write = |out: &mut dyn Write| -> io::Result<()> {
        match form {
            Form::Page => out.write_all(survey::page(&survey, lang).as_bytes()),
            #[cfg(feature = "xlsx")]
            Form::Workbook => out.write_all(&survey::workbook(&survey, lang)?),
        }
    };
    files::write_output(&output, write).map_err(|error| unwritten(reporter, &output, &error))?;
    if let Some(what) = unrecognised(&survey) {
        reporter.warn(&what);
    }
    reporter.info(reporter.say(&told(&survey)));
    Ok(status)
}

fn form(reporter: &Reporter, args: &Report) -> Answer<Form> {
    let ending = args.output.extension().map(|e| e.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("html" | "htm") => Ok(Form::Page),
        #[cfg(feature = "xlsx")]
        Some("xlsx") => Ok(Form::Workbook),
        _ => {
            let name = args.output.display().to_string();
            let what = Wording::new(
                "a report is written as .html or .xlsx",
                "报告的格式是 .html 或 .xlsx",
            );
            let hint = Wording::new("give -o report.html", "请用 -o report.html");
            reporter.tell(&name, &what, Some(&hint));
            Err(Status::Mistyped)
        }
    }
}

/// What is said of results in which nothing was recognised; `None` if there are none.
fn unrecognised(survey: &Survey) -> Option<Wording> {
    let mut names = survey.notices.iter().filter(|note| note.unrecognised).map(|note| &note.name);
    let first = names.next()?;
    let count = names.count() + 1;
    let (more, more_zh) = match count {
        1 => ("", ""),
        _ => (", …; the report lists them", " 等，见报告"),
    };
    let results = counted(count, "result", "results");
    Some(Wording::new(
        format!(
            "no notice and no table was recognised in {results}, nothing was checked there: {first}{more} \
             [nothing_recognised]"
        ),
        format!(
            "有 {count} 个结果未识别出通知，也未识别出表格，未作任何核对：{first}{more_zh} [nothing_recognised]"
        ),
    ))
}

fn told(survey: &Survey) -> Wording {
    let (notices, programmes) = (survey.notices.len(), survey.programmes.len());
    let left_out = survey.left_out.len();
    let mut said = Wording::new(
        format!(
            "{}, {}",
            counted(notices, "notice", "notices"),
            counted(programmes, "programme", "programmes")
        ),
        format!("通知 {notices} 份，项目 {programmes} 个"),
    );
    if left_out > 0 {
        let tables = counted(left_out, "table", "tables");
        said.en += &format!("; {tables} left out, listed in the report");
        said.zh += &format!("；未纳入的表 {left_out} 个，报告中列出");
    }
    said
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
