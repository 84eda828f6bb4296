//! A notice of several files in (a ZIP archive, or files given together), its pages out: those of the body
//! first, then those of the annexes in the order that the body announces. Each file is read by the reader of
//! its own kind; one that can't be read is remarked, and the others are read without it.

mod files;
mod order;

use super::extract_beside;
use super::page::{BODY_SIZE, Ink, Layout, Origin, Page, Pages, Part, Run, TextFrom, Turn};
use super::width::cells_of;
use crate::diag::{Diagnostic, Repair, Severity, Sink, Wording};
use crate::error::{Error, ErrorKind};
use crate::geom::{Axis, Rect};
use crate::options::{Limits, Options};
use crate::place::{Place, Spot};
use crate::source::Source;
use files::File;
use order::Ordered;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;

/// A file that was read.
struct Read {
    source: Source,
    pages: Pages,
    notes: Sink,
}

/// Reads all files of the notice.
///
/// # Errors
/// [`ErrorKind::Limit`] for files inside files, bytes, pages or characters; [`ErrorKind::Empty`] where there
/// is no file; the first file's error where none can be read.
pub(super) fn pages(sink: &mut Sink, options: &Options, source: &Source) -> Result<Pages, Error> {
    let files = files::all(sink, &options.limits, source)?;
    let files = once(sink, files);
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let mut left = options.clone();
    let (mut read, mut first_error) = (Vec::new(), None);
    for File { name, bytes } in files {
        let mut notes = Sink::new();
        let pages = Source::new(name.as_str(), bytes)
            .and_then(|source| Ok((extract_beside(&mut notes, &left, &source, &names)?, source)));
        match pages {
            Ok((pages, source)) => {
                take_off(&mut left.limits, &options.limits, &pages)?;
                read.push(Read { source, pages, notes });
            }
            Err(error) if matches!(error.kind(), ErrorKind::Limit { .. }) => return Err(error),
            Err(error) => {
                sink.remark(not_read(&name, &error));
                first_error.get_or_insert(error);
            }
        }
    }
    if read.is_empty() {
        return Err(first_error.unwrap_or(Error::new(ErrorKind::Empty)));
    }
    let (ordered, apart) = order::ordered(read);
    apart.iter().for_each(|name| sink.remark(file_apart(name)));
    let (notices, versions) = (order::other_notices(&ordered), order::versions(&ordered));
    notices.iter().for_each(|(name, number)| sink.remark(another_notice(name, number)));
    versions.iter().for_each(|(first, second)| sink.remark(annex_in_versions(first, second)));
    Ok(join(sink, ordered))
}

/// The files without those that are others byte for byte, as a copy is of an annex; what has the shortest name stays.
fn once(sink: &mut Sink, files: Vec<File>) -> Vec<File> {
    let mut kept: Vec<File> = Vec::new();
    let mut alike: HashMap<[u8; 32], usize> = HashMap::new();
    for file in files {
        let own = Sha256::digest(&file.bytes).into();
        let Some(&at) = alike.get(&own) else {
            alike.insert(own, kept.len());
            kept.push(file);
            continue;
        };
        let file = match file.name.chars().count() < kept[at].name.chars().count() {
            true => std::mem::replace(&mut kept[at], file),
            false => file,
        };
        let (name, of) = (&file.name, &kept[at].name);
        sink.remark(Diagnostic {
            code: "file_twice",
            severity: Severity::Note,
            place: None,
            message: Wording::new(
                format!("{name} is {of} byte for byte: it was read once"),
                format!("{name}与{of}完全相同，只读取一次"),
            ),
            hint: None,
        });
    }
    kept
}

/// Takes what one file holds off what all of them may.
fn take_off(left: &mut Limits, limits: &Limits, pages: &Pages) -> Result<(), Error> {
    let over = |name, value| Error::new(ErrorKind::Limit { name, value });
    let runs = pages.pages.iter().flat_map(|page| &page.runs);
    let glyphs: usize = runs.map(|run| run.text.chars().count()).sum();
    let glyphs = u32::try_from(glyphs).ok().and_then(|glyphs| left.glyphs.checked_sub(glyphs));
    left.glyphs = glyphs.ok_or_else(|| over("max-glyphs", limits.glyphs.into()))?;
    let pages = u32::try_from(pages.pages.len()).ok().and_then(|n| left.pages.checked_sub(n));
    left.pages = pages.ok_or_else(|| over("max-pages", limits.pages.into()))?;
    Ok(())
}

/// The pages of all files, counted through.
fn join(sink: &mut Sink, files: Vec<Ordered>) -> Pages {
    let (text_from, encoding) =
        files.first().map(|file| (file.read.pages.text_from, file.read.pages.encoding)).unzip();
    let mut pages: Vec<Page> = Vec::new();
    for (index, Ordered { read, role, mut label }) in (0u32..).zip(files) {
        let Read { source, pages: own, notes } = read;
        let before = pages.len() as u32;
        let part = Arc::new(Part {
            index,
            name: source.name.clone(),
            kind: source.kind,
            sha256: source.sha256(),
            bytes: source.size(),
            first_page: before + 1,
            role,
        });
        for mut page in own.pages {
            if let Some(label) = label.take() {
                print_above(&mut page, &label);
            }
            page.number += before;
            page.origin = Origin { part: Some(part.clone()), ..page.origin };
            pages.push(page);
        }
        take_over(sink, notes, before, &source.name);
    }
    Pages {
        pages,
        text_from: text_from.unwrap_or(TextFrom::Document),
        encoding: encoding.flatten(),
    }
}

/// Prints the label that an annex bears in its file's name above its first page.
fn print_above(page: &mut Page, label: &str) {
    let tops = page.runs.iter().map(|run| run.bbox.y0);
    let tops = tops.chain(page.tables.iter().filter_map(|table| table.row_edges.first().copied()));
    let tops = tops.chain(page.rules.iter().map(|rule| match rule.axis {
        Axis::X => rule.at,
        Axis::Y => rule.from,
    }));
    let top = tops.fold(page.height, f32::min);
    let left = page.runs.iter().map(|run| run.bbox.x0).fold(page.width, f32::min).max(1.0);
    let size = BODY_SIZE;
    let room = 2.0 * size;
    if top < room && page.layout != Layout::Seen {
        move_down(page, room);
    }
    let y = if page.layout == Layout::Seen { (top - room).max(1.0) } else { (top - room).max(0.0) };
    let mut x = left;
    let mut edges = vec![x];
    for c in label.chars() {
        x += cells_of(c) as f32 * size / 2.0;
        edges.push(x);
    }
    let spot = match page.layout {
        Layout::Seen => None,
        Layout::Flow => Some(
            page.runs
                .first()
                .and_then(|run| run.spot)
                .unwrap_or(Spot::Paragraph { index: 1, character: 1 }),
        ),
        Layout::Typed => Some(Spot::Text { line: 1, column: 1 }),
    };
    let run = Run {
        text: label.to_owned(),
        bbox: Rect::new(left, y, x, y + size),
        edges,
        size,
        turn: Turn::Upright,
        ink: Ink::Seen { lightness: 0.0 },
        spot,
        joints: Vec::new(),
        sight: None,
    };
    page.runs.insert(0, run);
    for cell in page.tables.iter_mut().flat_map(|table| &mut table.cells) {
        cell.runs = cell.runs.start + 1..cell.runs.end + 1;
    }
}

/// Moves all that stands on a page whose places are of our own making.
fn move_down(page: &mut Page, by: f32) {
    let lower = |rect: &mut Rect| *rect = Rect::new(rect.x0, rect.y0 + by, rect.x1, rect.y1 + by);
    page.runs.iter_mut().for_each(|run| lower(&mut run.bbox));
    let boxes = page.fills.iter_mut().chain(&mut page.images).chain(&mut page.drawings);
    boxes.for_each(lower);
    page.tables.iter_mut().flat_map(|table| &mut table.row_edges).for_each(|y| *y += by);
    page.height += by;
}

/// What was noted of a file, its pages counted through.
fn take_over(sink: &mut Sink, notes: Sink, before: u32, name: &str) {
    let moved = |place: Place| Place { page: place.page + before, ..place };
    let (diagnostics, repairs) = notes.into_parts();
    for diagnostic in diagnostics {
        let Diagnostic { message: Wording { en, zh }, place, .. } = diagnostic;
        let message = Wording::new(format!("{name}: {en}"), format!("{name}：{zh}"));
        sink.remark(Diagnostic { message, place: place.map(moved), ..diagnostic });
    }
    for repair in repairs {
        sink.repair(Repair { place: repair.place.map(moved), ..repair });
    }
}

fn file_apart(name: &str) -> Diagnostic {
    Diagnostic {
        code: "file_apart",
        severity: Severity::Note,
        place: None,
        message: Wording::new(
            format!("{name} has no table and no label, and the body does not list it: left out"),
            format!("{name}没有表格和附件标识，正文也未列出，未予读取"),
        ),
        hint: None,
    }
}

fn another_notice(name: &str, number: &str) -> Diagnostic {
    Diagnostic {
        code: "another_notice",
        severity: Severity::Warning,
        place: None,
        message: Wording::new(
            format!(
                "{name} is a notice of its own, {number}: its tables were read as annexes of the first"
            ),
            format!("{name}是另一份通知（{number}），其中的表格按第一份通知的附件读取"),
        ),
        hint: Some(Wording::new("convert each notice by itself", "请分别转换各份通知")),
    }
}

fn annex_in_versions(first: &str, second: &str) -> Diagnostic {
    Diagnostic {
        code: "annex_in_versions",
        severity: Severity::Warning,
        place: None,
        message: Wording::new(
            format!("{first} and {second} are versions of one annex: both were read"),
            format!("{first}与{second}是同一附件的不同版本，两者均已读取"),
        ),
        hint: Some(Wording::new(
            "leave out the version that is not in force",
            "请去掉不再有效的版本后重新转换",
        )),
    }
}

fn not_read(name: &str, error: &Error) -> Diagnostic {
    let Wording { en, zh } = error.message();
    Diagnostic {
        code: "file_not_read",
        severity: Severity::Warning,
        place: None,
        message: Wording::new(format!("{name} was not read: {en}"), format!("未读取{name}：{zh}")),
        hint: Some(error.hint()),
    }
}
