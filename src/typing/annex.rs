//! The annexes: columns, rows by region, cells.
//!
//! An [`Annex`] holds one table. An annex that holds several becomes as many entries under one
//! number, each with its table's title; a table in the body becomes an entry of number 0. One table is
//! `table`'s.

use crate::diag::{self, Diagnostic, Severity, Sink, Wording};
use crate::figure;
use crate::lexicon::{self, METADATA, TABLE_TITLES};
use crate::model::{Annex, AnnexListEntry, Cell, ColumnRole, Frame, Row};
use crate::options::Options;
use crate::parallel;
use crate::pattern::Steps;
use crate::pattern::squeezed;
use crate::place::{Located, Place, PlacedText, Spot};
use crate::repair::document::{AnnexText, Document, Table};
use crate::typing::columns;
use crate::typing::doubts;
use crate::typing::prose::located;
use crate::typing::table::{self, Around};
use std::collections::{BTreeMap, BTreeSet};

/// The annexes of the notice, typed, in printed order. Takes them, and the tables of the body, out of the document.
pub fn annexes(
    sink: &mut Sink,
    options: &Options,
    document: &mut Document,
    frame: &Frame,
) -> Vec<Annex> {
    let mut annexes = Vec::new();
    let has_annexes = !document.annexes.is_empty();
    for table in std::mem::take(&mut document.tables) {
        annexes.extend(before_annexes(sink, frame, table, has_annexes));
    }
    if let Some(last) = annexes.last_mut() {
        let notes = std::mem::take(&mut document.table_notes);
        last.notes.extend(notes.iter().filter_map(|note| located(&note.trim())));
    }
    let texts: Vec<_> = std::mem::take(&mut document.annexes).into_iter().zip(1..).collect();
    let read = parallel::map(sink, options.threads, texts, |sink, (annex, place)| {
        let number = annex.number.unwrap_or(place);
        of_annex(sink, frame, annex, number)
    });
    annexes.extend(read.into_iter().flatten());
    without_copies(sink, annexes)
}

/// The annexes without those that are another one cell by cell, as where the body's file has them and files of their own.
/// One that has the same regions under the same title and other figures is remarked.
fn without_copies(sink: &mut Sink, annexes: Vec<Annex>) -> Vec<Annex> {
    /// Fewer rows may be alike by chance.
    const ROWS: usize = 3;
    let mut kept: Vec<Annex> = Vec::with_capacity(annexes.len());
    // Which of them is the first with a number, title and columns.
    let mut firsts = BTreeMap::new();
    for annex in annexes {
        let title = annex.title.as_ref().map(|title| squeezed(&title.value).into_owned());
        let paths: Vec<_> = annex.columns.iter().map(|column| column.path.clone()).collect();
        let its_first = *firsts.entry((annex.number, title, paths)).or_insert(kept.len());
        let Some(of) = kept.get(its_first).filter(|_| annex.rows.len() >= ROWS) else {
            kept.push(annex);
            continue;
        };
        let region =
            |row: &Row| (row.region.name.clone(), row.region.parent.clone(), row.keys.clone());
        let printed = |cell: &Cell| cell.raw.replace([',', '，'], "");
        let same = |(a, b): (&Row, &Row)| {
            region(a) == region(b) && a.cells.iter().map(printed).eq(b.cells.iter().map(printed))
        };
        let place = annex.rows.first().map(|row| row.region.place);
        if annex.rows.len() == of.rows.len() && annex.rows.iter().zip(&of.rows).all(same) {
            sink.remark(diag::table_twice(place));
            continue;
        }
        let first: BTreeSet<(String, Option<String>)> = of
            .rows
            .iter()
            .map(|row| (row.region.name.clone(), row.region.parent.clone()))
            .collect();
        let again = annex
            .rows
            .iter()
            .filter(|row| first.contains(&(row.region.name.clone(), row.region.parent.clone())));
        if again.count() * 2 > annex.rows.len() {
            sink.remark(Diagnostic {
                code: "region_twice",
                severity: Severity::Warning,
                place,
                message: Wording::new(
                    "this table has the number, title, columns and regions of another one, and other figures",
                    "此表与另一张表的附件号、标题、各列和地区相同，而数字不同",
                ),
                hint: None,
            });
        }
        kept.push(annex);
    }
    kept
}

/// 附件说明: the annexes as the body announces them. An entry without a number takes its place in
/// the list for one.
pub fn annex_list(document: &Document) -> Vec<AnnexListEntry> {
    let mut entries = Vec::new();
    for (index, text) in document.annex_list.iter().enumerate() {
        let text = text.trim();
        let digits = text.as_str().chars().take_while(char::is_ascii_digit).count();
        let number = text.as_str()[..digits].parse().ok();
        let rest = text.as_str()[digits..].trim_start_matches(['.', '．', '、', ' ', '\u{3000}']);
        // 2023年… begins with digits, too, but they are no number of its own.
        let is_numbered = number.is_some() && rest.len() < text.as_str().len() - digits;
        let title = match is_numbered {
            true => text.slice(text.as_str().len() - rest.len()..text.as_str().len()),
            false => text,
        };
        let Some(title) = located(&title.trim()) else { continue };
        let number = number.filter(|_| is_numbered).unwrap_or(index as u32 + 1);
        entries.push(AnnexListEntry { number, title });
    }
    entries
}

/// A table before the annexes. Beside annexes, only one of figures is taken for a table of facts.
fn before_annexes(sink: &mut Sink, frame: &Frame, table: Table, has_annexes: bool) -> Vec<Annex> {
    let has_figures = |annex: &Annex| annex.columns.iter().any(|c| c.role != ColumnRole::Text);
    let is_metadata = table.header.iter().chain(&table.rows).any(|row| {
        let mut cells = row.slots.iter().enumerate().filter_map(|(col, _)| row.cell(col));
        cells.any(|cell| METADATA.iter().any(|word| squeezed(cell.text.as_str()).starts_with(word)))
    });
    let may_be_list = !table.header.is_empty() && !is_metadata;
    let mut own = Sink::new();
    let annexes = table::typed(&mut own, frame, table, Around::default());
    let Some(place) = annexes.first().map(|annex| annex.place) else { return annexes };
    let rows: usize = annexes.iter().map(|annex| annex.rows.len()).sum();
    let is_list = may_be_list && rows > 1;
    if is_list && (annexes.iter().any(has_figures) || !has_annexes) {
        sink.append(own);
        return annexes;
    }
    sink.remark(Diagnostic {
        code: "table_in_body",
        severity: Severity::Note,
        place: Some(place),
        message: Wording::new(
            "a table before the annexes is no table of facts: left out",
            "附件之前的表格不是数据表，未予读取",
        ),
        hint: None,
    });
    Vec::new()
}

/// The entries of one annex: one a table, or one without a table.
fn of_annex(sink: &mut Sink, frame: &Frame, mut annex: AnnexText, number: u32) -> Vec<Annex> {
    let title = located(&annex.title.trim());
    let place = annex.label.place().or(title.as_ref().map(|title| title.place));
    let mut notes: Vec<Located<String>> =
        annex.notes.iter().filter_map(|note| located(&note.trim())).collect();
    let mut entries: Vec<Annex> = Vec::new();
    for (index, table) in std::mem::take(&mut annex.tables).into_iter().enumerate() {
        let caption = annex.unit_captions.get(index).or(annex.unit_captions.last());
        let own = table.title.as_ref().and_then(|title| located(&title.trim())).filter(|own| {
            index > 0
                && title
                    .as_ref()
                    .is_some_and(|t| !squeezed(&t.value).contains(&*squeezed(&own.value)))
        });
        let around = Around { title: own.or(title.clone()), caption };
        for mut entry in table::typed(sink, frame, table, around) {
            entry.number = number;
            let is_first = entries.is_empty() && index == 0;
            entry.place = place.filter(|_| is_first).unwrap_or(entry.place);
            entries.push(entry);
        }
    }
    if entries.is_empty() {
        let place = place.or(annex.images.first().copied()).unwrap_or(NOWHERE);
        remark_without_table(sink, &annex, number, place);
        notes.extend(annex.paragraphs.iter().filter_map(|p| located(&p.text.trim())));
        entries.push(Annex {
            number,
            title,
            place,
            unit: annex.unit_captions.first().and_then(unit_of),
            columns: Vec::new(),
            rows: Vec::new(),
            notes,
        });
    } else if let Some(last) = entries.last_mut() {
        last.notes.extend(notes);
    }
    // A note stands below the last of its annex's tables; one that does not call itself so begins with its number.
    let numbered = annex.paragraphs.iter().filter_map(|paragraph| {
        let text = paragraph.text.trim();
        let number: String = text.as_str().chars().take_while(char::is_ascii_digit).collect();
        (!number.is_empty()).then_some(number)
    });
    let called = entries.iter().flat_map(|entry| &entry.notes).map(|note| note.value.clone());
    let notes: Vec<String> = called.chain(numbered).collect();
    entries.iter().for_each(|entry| doubts::marks(sink, entry, &notes));
    entries
}

/// The place of what has none.
pub(super) const NOWHERE: Place = Place { page: 1, spot: Spot::Text { line: 1, column: 1 } };

/// Says that an annex shows no table that could be read, and what it shows instead.
fn remark_without_table(sink: &mut Sink, annex: &AnnexText, number: u32, place: Place) {
    let (severity, en, zh) = if !annex.images.is_empty() {
        (
            Severity::Warning,
            "holds a picture and no table that can be read",
            "为图片，没有可读取的表格",
        )
    } else if !annex.paragraphs.is_empty() {
        let severity = if is_announced(annex) { Severity::Warning } else { Severity::Note };
        (severity, "holds text and no table", "为文字，没有表格")
    } else {
        (Severity::Warning, "holds no table", "没有表格")
    };
    sink.remark(Diagnostic {
        code: "annex_without_table",
        severity,
        place: Some(annex.images.first().copied().unwrap_or(place)),
        message: Wording::new(format!("annex {number} {en}"), format!("附件{number}{zh}")),
        hint: None,
    });
}

/// Whether an annex without a table should have one: its title says so, or its text is lines of figures
/// or rows of a numbered list, and no sentences.
fn is_announced(annex: &AnnexText) -> bool {
    let title = squeezed(annex.title.as_str());
    let title = title.trim_end_matches(['）', ')']);
    if title.ends_in(TABLE_TITLES) || !annex.unit_captions.is_empty() {
        return true;
    }
    let lines = || annex.paragraphs.iter().map(|paragraph| paragraph.text.as_str());
    let is_row = |line: &&str| {
        let figures = line.split_whitespace().filter(|word| figure::kind(word).is_numeric());
        figures.count() > 1 && !line.contains(['。', '；', '，'])
    };
    /// One line of so many is a whole row of a list, where texts of several lines stand in the others.
    const WHOLE: usize = 3;
    // 1《马鞍课堂》周红、王娟 is a row of a list; 1.马鞍 and 1、马鞍 are points.
    let is_numbered = |line: &&str| {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_word = |c: char| lexicon::is_han(c) && !"年月日时个项条".contains(c) || c == '《';
        rest.len() < line.len() && rest.starts_with(is_word) && !line.contains(['。', '；', '，'])
    };
    let rows = lines().filter(is_row).count();
    let numbered = lines().filter(is_numbered).count();
    let all = lines().count();
    rows > 2 && rows * 2 > all || numbered > 2 && numbered * WHOLE >= all
}

/// The unit of a caption with the caption's place.
pub(super) fn unit_of(caption: &PlacedText) -> Option<Located<String>> {
    Some(Located::new(columns::unit_of_caption(caption.as_str())?, caption.place()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::document::Paragraph;

    #[test]
    fn an_annex_of_rows_that_are_numbered_should_have_a_table() {
        let announced = |lines: &[&str]| {
            let paragraph = |line: &&str| {
                let mut text = PlacedText::default();
                line.chars().for_each(|c| text.push(c, NOWHERE));
                Paragraph { level: None, text }
            };
            let paragraphs = lines.iter().map(paragraph).collect();
            is_announced(&AnnexText { paragraphs, ..AnnexText::default() })
        };
        let rows = ["一等奖", "1《马鞍课堂》王娟", "2《前进实验》王玉洋", "3《金鸡教育》杨斌芳"];
        assert!(announced(&rows));
        assert!(!announced(&["1.加强领导", "2.压实责任", "3.按时上报"]));
        assert!(!announced(&["1月底前上报", "6月底前开工", "12月底前建成"]));
    }
}
