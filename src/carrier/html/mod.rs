//! An HTML page in, `Pages` out: one page, a flow of the paragraphs and tables of the notice on it. Markup
//! is repaired as browsers do; what is hidden, and what a web site prints around the notice, is left out
//! and put on record.

mod archive;
mod article;
mod blocks;
mod charset;
mod selector;
mod style;
mod tables;
mod tree;

use crate::carrier::flow::{Align, Flow, Grid, TextLine};
use crate::carrier::letterhead;
use crate::carrier::page::{BODY_SIZE, Pages, TextFrom};
use crate::carrier::{picture_unread, within};
use crate::diag::{Diagnostic, Repair, Severity, Sink, Stage, Wording};
use crate::error::{Error, ErrorKind};
use crate::options::{Limits, Options};
use crate::place::{Place, Spot};
use crate::source::{Source, is_web_archive};
use article::{Article, Title};
use blocks::{Block, Shows};
use std::borrow::Cow;

/// A record of what was left out is cut after so many characters.
const RECORD: usize = 200;

/// Reads a page; `beside` has the names of files that were given with it.
///
/// # Errors
/// [`ErrorKind::UnknownEncoding`]; [`ErrorKind::Limit`] for bytes, depth, elements, cells or characters;
/// [`ErrorKind::Empty`] where nothing is shown.
pub(super) fn pages(
    sink: &mut Sink,
    options: &Options,
    source: &Source,
    beside: &[String],
) -> Result<Pages, Error> {
    let limits = &options.limits;
    within("max-input-bytes", source.bytes.len() as u64, limits.input_bytes)?;
    let bytes = unpacked(&source.bytes).ok_or_else(nothing_shown)?;
    let decoded = charset::decode(&bytes)?;
    if decoded.damaged > 0 {
        sink.remark(decoded.remark());
    }
    let tree = tree::Tree::parse(&decoded.text, limits)?;
    let blocks::Shown { mut blocks, hidden, aside, pictures, by_script } = blocks::shown(&tree);
    let mut article = article::article(&tree, &blocks);
    article.attachments.retain(|attachment| !attachment.is_among(beside));
    if article.blocks.is_empty() {
        return Err(nothing_shown());
    }
    note_hidden(sink, &hidden);
    note_hidden(sink, &aside);
    remark_pictures(sink, &blocks, &article, &pictures);
    if hidden.iter().map(|text| text.chars().count()).sum::<usize>()
        > shown_chars(&blocks, &article)
    {
        sink.remark(mostly_hidden());
    }
    if by_script {
        sink.remark(shown_by_script());
    }
    note_furniture(sink, &blocks, &article);
    if !article.attachments.is_empty() {
        sink.remark(attachments_elsewhere(&article));
    }
    let page = lay(sink, limits, &mut blocks, &article)?;
    Ok(Pages { pages: vec![page], text_from: TextFrom::WebPage, encoding: Some(decoded.encoding) })
}

/// The bytes of a page: those of a web archive's page, or all. `None` for an archive without a page.
fn unpacked(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    match is_web_archive(bytes) {
        true => archive::page(bytes).map(Cow::Owned),
        false => Some(Cow::Borrowed(bytes)),
    }
}

/// What a page inside another document shows, in order; `None` where its characters can't be read.
///
/// # Errors
/// [`ErrorKind::Limit`] for depth and elements.
#[cfg(feature = "docx")]
pub(super) fn pieces_of_page(limits: &Limits, bytes: &[u8]) -> Result<Option<Vec<Piece>>, Error> {
    let decoded = unpacked(bytes).and_then(|bytes| charset::decode(&bytes).ok());
    decoded.map(|decoded| pieces(limits, &decoded.text)).transpose()
}

/// What a piece of HTML inside another text shows.
pub(super) enum Piece {
    /// A line of text.
    Line(String),
    /// A table.
    Table(Grid),
}

/// What a piece of HTML shows, in order.
///
/// # Errors
/// [`ErrorKind::Limit`] for depth and elements.
pub(super) fn pieces(limits: &Limits, text: &str) -> Result<Vec<Piece>, Error> {
    let tree = tree::Tree::parse(text, limits)?;
    let pieces = blocks::shown(&tree).blocks.into_iter().filter_map(|block| match block.shows {
        Shows::Line { line, .. } => Some(Piece::Line(line.text)),
        Shows::Table(grid) => Some(Piece::Table(grid)),
        Shows::Gap => None,
    });
    Ok(pieces.collect())
}

/// Lays the notice out.
fn lay(
    sink: &mut Sink,
    limits: &Limits,
    blocks: &mut [Block],
    article: &Article,
) -> Result<crate::carrier::page::Page, Error> {
    let mut flow = Flow::new(limits, 1, limits.glyphs.into());
    let mut paragraphs = 0;
    let mut next = || {
        paragraphs += 1;
        Spot::Paragraph { index: paragraphs, character: 1 }
    };
    let stated = stated_above(sink, blocks, article);
    let title = match &article.title {
        Some(Title::Block(index)) => match &blocks[*index].shows {
            Shows::Line { line, .. } => Some(line.clone()),
            _ => None,
        },
        Some(Title::Said(said)) => Some(TextLine { text: said.clone(), ..TextLine::default() }),
        None => None,
    };
    // The head of the notice goes on below its authorities, where the article begins with their names.
    let head = match stated.is_some() || title.is_some() {
        true => names_above(blocks, article),
        false => 0,
    };
    let title = title.map(|line| {
        // A heading of the page is set as its title, whatever the site makes of it.
        TextLine { size: line.size.max(1.5 * BODY_SIZE), align: Align::Middle, ..line }
    });
    let (above, below) = article.blocks.split_at(head);
    let mut taken = |index: &usize| std::mem::replace(&mut blocks[*index].shows, Shows::Gap);
    let mut shown: Vec<Shows> = above.iter().map(&mut taken).collect();
    let added = stated.into_iter().chain(title);
    shown.extend(added.map(|line| Shows::Line { line, linked: 0 }));
    shown.extend(below.iter().map(taken));
    for shows in shown {
        match shows {
            Shows::Line { line, .. } => flow.paragraph(&line, next())?,
            Shows::Gap => flow.gap(),
            Shows::Table(grid) => flow.table(grid)?,
        }
    }
    Ok(flow.finish().0)
}

/// How many blocks the article begins with that stand above a title: names of authorities, a document number.
/// None where they are the beginning of the title itself.
fn names_above(blocks: &[Block], article: &Article) -> usize {
    let mut above = 0;
    let mut names = String::new();
    for (at, &index) in article.blocks.iter().enumerate() {
        match &blocks[index].shows {
            Shows::Gap => {}
            Shows::Line { line, .. } => {
                let text = article::compact(&line.text);
                let is_name = letterhead::is_authority(&text);
                if !is_name && !is_document_number(&text) {
                    break;
                }
                if is_name {
                    names += &text;
                }
                above = at + 1;
            }
            Shows::Table(_) => break,
        }
    }
    if !names.is_empty() && article.named.starts_with(&names) { 0 } else { above }
}

/// Whether the text without white space is a document number alone: 赣建保〔2023〕1号.
fn is_document_number(text: &str) -> bool {
    text.ends_with('号') && text.contains(['〔', '[', '【', '（']) && text.chars().count() < 40
}

/// The document number of the box of metadata as a line, where the notice itself does not print one. One
/// that differs from the printed one is remarked.
fn stated_above(sink: &mut Sink, blocks: &[Block], article: &Article) -> Option<TextLine> {
    let number = article.metadata.number.as_ref()?;
    let printed: Vec<String> = article
        .blocks
        .iter()
        .filter_map(|&index| match &blocks[index].shows {
            Shows::Line { line, .. } => Some(article::compact(&line.text)),
            _ => None,
        })
        .collect();
    let figures = |text: &str| -> String { text.chars().filter(|c| c.is_numeric()).collect() };
    if !number.contains('号') || printed.iter().any(|line| line.contains(number.as_str())) {
        return None;
    }
    match printed.iter().find(|line| is_document_number(line)) {
        Some(line) if figures(line) == figures(number) => None,
        Some(line) => {
            sink.remark(number_differs(number, line));
            None
        }
        None => {
            Some(TextLine { text: number.clone(), align: Align::Middle, ..TextLine::default() })
        }
    }
}

fn nothing_shown() -> Error {
    Error::new(ErrorKind::Unsupported {
        what: Wording::new("an HTML page that shows no text", "不显示任何文字的 HTML 网页"),
        instead: Wording::new(
            "its content may be loaded by scripts: open it in a browser and print it to PDF",
            "内容可能由脚本载入：请用浏览器打开并打印为 PDF",
        ),
    })
}

/// How many characters the notice shows.
fn shown_chars(blocks: &[Block], article: &Article) -> usize {
    let chars = |line: &TextLine| line.text.chars().count();
    let shown = article.blocks.iter().map(|&index| match &blocks[index].shows {
        Shows::Line { line, .. } => chars(line),
        Shows::Gap => 0,
        Shows::Table(grid) => grid.cells.iter().flat_map(|cell| &cell.lines).map(chars).sum(),
    });
    shown.sum()
}

/// Remarks pictures that stand where the tables of the notice have figures.
fn remark_pictures(sink: &mut Sink, blocks: &[Block], article: &Article, pictures: &[Spot]) {
    let tables: Vec<u32> = article
        .blocks
        .iter()
        .filter_map(|&index| match &blocks[index].shows {
            Shows::Table(grid) => Some(grid.table),
            _ => None,
        })
        .collect();
    let is_own = |spot: &&Spot| matches!(spot, Spot::Cell { table, .. } if tables.contains(table));
    let own: Vec<&Spot> = pictures.iter().filter(is_own).collect();
    if let Some(&&spot) = own.first() {
        sink.remark(picture_unread(Place { page: 1, spot }, own.len()));
    }
}

fn mostly_hidden() -> Diagnostic {
    Diagnostic {
        code: "mostly_hidden",
        severity: Severity::Warning,
        place: None,
        message: Wording::new(
            "the page hides more text than it shows; what is hidden was left out",
            "网页隐藏的文字多于显示的文字，隐藏部分未读取",
        ),
        hint: Some(Wording::new(
            "if a script shows it, open the page in a browser and print it to PDF",
            "如果由脚本显示，请用浏览器打开网页并打印为 PDF",
        )),
    }
}

fn shown_by_script() -> Diagnostic {
    Diagnostic {
        code: "shown_by_script",
        severity: Severity::Note,
        place: None,
        message: Wording::new(
            "most of the page is hidden until a script shows it; it was read",
            "网页的大部分内容在脚本运行后才显示，已按显示读取",
        ),
        hint: None,
    }
}

fn note_hidden(sink: &mut Sink, hidden: &[String]) {
    for text in hidden {
        sink.repair(Repair {
            stage: Stage::Extract,
            rule: "hidden_text",
            place: None,
            before: article_words(text),
            after: String::new(),
        });
    }
}

/// Puts on record what the site prints around the notice.
fn note_furniture(sink: &mut Sink, blocks: &[Block], article: &Article) {
    let texts = article.furniture.iter().flat_map(|&index| match &blocks[index].shows {
        Shows::Line { line, .. } => vec![line.text.as_str()],
        Shows::Gap => Vec::new(),
        Shows::Table(grid) => {
            grid.cells.iter().flat_map(|cell| &cell.lines).map(|line| line.text.as_str()).collect()
        }
    });
    let texts: Vec<&str> = texts.collect();
    if !texts.is_empty() {
        sink.repair(Repair {
            stage: Stage::Extract,
            rule: "page_furniture",
            place: None,
            before: article_words(&texts.join(" | ")),
            after: String::new(),
        });
    }
}

/// The words of a record, white space closed up.
fn article_words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(RECORD).collect()
}

fn attachments_elsewhere(article: &Article) -> Diagnostic {
    let names: Vec<&str> = article
        .attachments
        .iter()
        .map(|a| if a.words.is_empty() { a.target.as_str() } else { a.words.as_str() })
        .take(20)
        .collect();
    let (count, names) = (article.attachments.len(), names.join("、"));
    Diagnostic {
        code: "attachments_elsewhere",
        severity: Severity::Warning,
        place: Some(Place { page: 1, spot: Spot::Paragraph { index: 1, character: 1 } }),
        message: Wording::new(
            format!("the page links to {count} files that were not read with it: {names}"),
            format!("网页链接的{count}个附件未一并读取：{names}"),
        ),
        hint: Some(Wording::new(
            "put the page and its files into one folder and convert that with --one-notice",
            "请把网页和附件放入同一文件夹，用 --one-notice 转换该文件夹",
        )),
    }
}

fn number_differs(stated: &str, printed: &str) -> Diagnostic {
    Diagnostic {
        code: "metadata_differs",
        severity: Severity::Warning,
        place: None,
        message: Wording::new(
            format!(
                "the page's metadata gives {stated} as document number, the notice prints {printed}"
            ),
            format!("网页元数据中的文号是{stated}，正文印的是{printed}"),
        ),
        hint: None,
    }
}
