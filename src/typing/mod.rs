//! `Document` in, `Notice` out: regions, units, exact figures, dates. Never guesses: text that will
//! not parse keeps its text.

pub mod annex;
pub mod body;
pub mod columns;
pub mod dates;
pub mod deadlines;
mod dittos;
pub mod doubts;
pub mod figures;
pub mod frame;
mod given_once;
pub mod parties;
pub mod prose;
pub mod regions;
pub mod shape;
pub mod table;
pub mod targets;

use crate::diag::{Diagnostic, Severity, Sink, Wording};
use crate::model::{Field, Frame, Notice};
use crate::options::Options;
use crate::repair::document::Document;

/// Reads the meaning of the document.
pub fn typing(sink: &mut Sink, options: &Options, mut document: Document) -> Notice {
    let frame = frame::frame(sink, &document);
    let targets = targets::targets(sink, &document.body, &frame);
    let deadlines = deadlines::deadlines(sink, &document.body, &frame);
    let annexes = annex::annexes(sink, options, &mut document, &frame);
    let notice = Notice {
        body: body::sections(&document.body),
        targets,
        deadlines,
        annex_list: annex::annex_list(&document),
        annexes,
        frame,
    };
    if !is_recognised(&notice) {
        sink.remark(Diagnostic {
            code: "nothing_recognised",
            severity: Severity::Warning,
            place: None,
            message: Wording::new(
                "no notice and no table was recognised; nothing was checked",
                "未识别出通知，也未识别出表格，未作任何核对",
            ),
            hint: Some(Wording::new(
                "check that this is the right file; --format text shows what was read",
                "请确认文件无误；可用 --format text 查看读到的文字",
            )),
        });
    }
    notice
}

/// Whether there is a row of a table, or what a notice has and other papers do not.
fn is_recognised(notice: &Notice) -> bool {
    let Frame { document_number, issuing_authorities, date_of_writing, document_type, .. } =
        &notice.frame;
    notice.annexes.iter().any(|annex| !annex.rows.is_empty())
        || !matches!(document_number, Field::Absent)
        || !matches!(date_of_writing, Field::Absent)
        || !issuing_authorities.is_empty()
        || document_type.is_some()
}
