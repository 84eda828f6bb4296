//! `fubiao inspect`: what a stage gave, as text that people read and snapshot tests hold. One thing
//! a line; lengths with one decimal, so that a nudge of a hundredth of a point changes nothing.

use crate::carrier::page::{Ink, Origin, Page, Run, Turn};
use crate::cli::args::Until;
use crate::diag::{Diagnostic, Repair, Sink};
use crate::emit::json;
use crate::emit::record::NoticeRecord;
use crate::error::Error;
use crate::geom::{Axis, Rect};
use crate::normalize::halves::{self, Sheets};
use crate::normalize::lines::LinedPage;
use crate::options::Options;
use crate::pipeline;
use crate::place::{Place, PlacedText, Spot, cell_name};
use crate::repair::document::{Document, Paragraph, Slot, Table, TableRow};
use crate::segment::draw;
use crate::segment::outline::{Block, Fragment, Outline};
use crate::segment::tables::{self, PageTables};
use crate::source::Source;
use std::io::{self, Write};

/// Runs the pipeline until a stage and writes what it gave, then what the stages noted on the way.
///
/// # Errors
/// The outer error is the notice's; the inner one is `out`'s.
pub fn write(
    out: &mut dyn Write,
    until: Until,
    source: &Source,
    options: &Options,
) -> Result<io::Result<()>, Error> {
    let mut sink = Sink::new();
    let pages = pipeline::until_pages(&mut Sink::new(), options, source)?;
    let origins: Vec<Origin> = pages.pages.iter().map(|page| page.origin.clone()).collect();
    let sheets = halves::apart(&mut Sink::new(), pages).1;
    let plain = Of { origins: &origins, sheets: &Sheets::default() };
    let of = Of { sheets: &sheets, ..plain };
    let written = match until {
        Until::Extract => {
            let pages = pipeline::until_pages(&mut sink, options, source)?;
            pages.pages.iter().try_for_each(|p| page(out, plain, p))
        }
        Until::Normalize => {
            let lines = pipeline::until_lines(&mut sink, options, source)?;
            lines.pages.iter().try_for_each(|p| lined_page(out, of, p))
        }
        Until::Segment => outline(out, of, &pipeline::until_outline(&mut sink, options, source)?),
        Until::Repair => document(out, of, &pipeline::until_document(&mut sink, options, source)?),
        Until::Typing | Until::Check => {
            let reading = pipeline::read(source, options)?;
            return Ok(record(out, until, &NoticeRecord::of(source, reading)));
        }
    };
    let (diagnostics, repairs) = sink.into_parts();
    Ok(written.and_then(|()| noted(out, plain, &diagnostics, &repairs)))
}

/// Pictures of the pages with what `segment` finds on them: number and SVG of each.
///
/// # Errors
/// Those of the notice.
pub fn pictures(source: &Source, options: &Options) -> Result<Vec<(u32, String)>, Error> {
    let mut sink = Sink::new();
    let lines = pipeline::until_lines(&mut sink, options, source)?;
    let found = tables::of_pages(&mut sink, options, &lines.pages);
    let picture =
        |(page, found): (&LinedPage, PageTables)| (page.number, draw::svg(page, &found.fragments));
    Ok(lines.pages.iter().zip(found).map(picture).collect())
}

fn page(out: &mut dyn Write, of: Of<'_>, page: &Page) -> io::Result<()> {
    writeln!(out, "{} {:.1} x {:.1}", of.page(page.number), page.width, page.height)?;
    for run in &page.runs {
        let Run { text, size, .. } = run;
        let (turn, ink) = (turn_word(run.turn), ink_word(run.ink));
        write!(out, "  run {} {size:.1}{turn}{ink} {text:?}", rect(&run.bbox))?;
        match run.spot {
            Some(spot) => writeln!(out, " at {}", of.place(&Place { page: page.number, spot }))?,
            None => writeln!(out)?,
        }
    }
    for rule in &page.rules {
        let axis = axis_word(rule.axis);
        let (at, from, to, width) = (rule.at, rule.from, rule.to, rule.width);
        writeln!(out, "  rule {axis} at {at:.1} from {from:.1} to {to:.1} width {width:.1}")?;
    }
    for table in &page.tables {
        let (rows, cols) = (table.row_edges.len(), table.col_edges.len());
        let (rows, cols) = (rows.saturating_sub(1), cols.saturating_sub(1));
        writeln!(out, "  told table {rows} x {cols}")?;
    }
    areas(out, &page.fills, &page.images)
}

fn axis_word(axis: Axis) -> &'static str {
    match axis {
        Axis::X => "across",
        Axis::Y => "down",
    }
}

fn turn_word(turn: Turn) -> String {
    match turn {
        Turn::Upright => String::new(),
        Turn::Down => " down".to_owned(),
        Turn::Up => " up".to_owned(),
        Turn::Over => " over".to_owned(),
        Turn::Slanted(degrees) => format!(" slanted {degrees:.0}"),
    }
}

fn ink_word(ink: Ink) -> String {
    match ink {
        Ink::Seen { lightness } if lightness < 0.05 => String::new(),
        Ink::Seen { lightness } => format!(" lightness {lightness:.1}"),
        Ink::Invisible => " invisible".to_owned(),
        Ink::Outside => " outside".to_owned(),
        Ink::Covered => " painted over".to_owned(),
        Ink::Struck => " struck out".to_owned(),
    }
}

fn areas(out: &mut dyn Write, fills: &[Rect], images: &[Rect]) -> io::Result<()> {
    for fill in fills {
        writeln!(out, "  fill {}", rect(fill))?;
    }
    for image in images {
        writeln!(out, "  image {}", rect(image))?;
    }
    Ok(())
}

fn lined_page(out: &mut dyn Write, of: Of<'_>, page: &LinedPage) -> io::Result<()> {
    writeln!(out, "{} {:.1} x {:.1}", of.page(page.number), page.width, page.height)?;
    for line in &page.lines {
        writeln!(out, "  line {}", rect(&line.bbox))?;
        for piece in &line.pieces {
            let (text, bbox) = (piece.text.as_str(), rect(&piece.bbox));
            write!(out, "    {bbox} {:.1} {text:?}", piece.size)?;
            match piece.raw == text {
                true => writeln!(out)?,
                false => writeln!(out, " printed {:?}", piece.raw)?,
            }
        }
    }
    writeln!(out, "  rules {}", page.rules.len())?;
    areas(out, &page.fills, &page.images)
}

fn outline(out: &mut dyn Write, of: Of<'_>, outline: &Outline) -> io::Result<()> {
    writeln!(out, "front")?;
    outline.front.iter().try_for_each(|b| block(out, of, b))?;
    for annex in &outline.annexes {
        let number = annex.number.map_or("without number".to_owned(), |n| n.to_string());
        writeln!(out, "annex {number} {:?}", annex.label.text.as_str())?;
        annex.blocks.iter().try_for_each(|b| block(out, of, b))?;
    }
    Ok(())
}

fn block(out: &mut dyn Write, of: Of<'_>, block: &Block) -> io::Result<()> {
    match block {
        Block::Text(line) => {
            let on = if line.flows_on { " flows on" } else { "" };
            let (role, page, text) = (line.role, line.page, line.text.as_str());
            writeln!(out, "  {role:?} page {page} {:.1}{on} {text:?}", line.size)
        }
        Block::Image { page, bbox } => writeln!(out, "  image page {page} {}", rect(bbox)),
        Block::Table(table) => fragment(out, of, table),
    }
}

fn fragment(out: &mut dyn Write, of: Of<'_>, table: &Fragment) -> io::Result<()> {
    let Fragment { page, panel, panels, ruling, .. } = table;
    let (rows, cols) = (table.rows(), table.cols());
    let panel = if *panels > 1 { format!(" panel {panel} of {panels}") } else { String::new() };
    let page = of.page(*page);
    writeln!(out, "  table {page} {} {rows} x {cols} {ruling:?}{panel}", rect(&table.bbox))?;
    let mut row = None;
    for cell in &table.cells {
        if row.replace(cell.row) != Some(cell.row) {
            writeln!(out, "    row {}", cell.row)?;
        }
        let span = match (cell.rowspan, cell.colspan) {
            (1, 1) => String::new(),
            (down, across) => format!(" spans {down} x {across}"),
        };
        writeln!(out, "      {}{span} {:?}", cell.col, cell.text.as_str())?;
    }
    Ok(())
}

fn document(out: &mut dyn Write, of: Of<'_>, document: &Document) -> io::Result<()> {
    let frame = &document.frame;
    writeln!(out, "frame")?;
    for (name, texts) in [
        ("marking", all(&frame.markings)),
        ("issuing authority", all(&frame.issuing_authorities)),
        ("document number", one(&frame.document_number)),
        ("signatories for issue", one(&frame.signatories_for_issue)),
        ("title", one(&frame.title)),
        ("primary addressees", one(&frame.primary_addressees)),
        ("signing authority", all(&frame.signing_authorities)),
        ("date of writing", one(&frame.date_of_writing)),
        ("note", all(&frame.notes)),
        ("copied to", one(&frame.copied_to)),
        ("printing", one(&frame.printing)),
        ("annex list", all(&document.annex_list)),
    ] {
        texts.iter().try_for_each(|t| text(out, of, 1, name, t))?;
    }
    writeln!(out, "body")?;
    document.body.iter().try_for_each(|p| paragraph(out, of, p))?;
    document.tables.iter().try_for_each(|t| table(out, t))?;
    for annex in &document.annexes {
        let number = annex.number.map_or("without number".to_owned(), |n| n.to_string());
        writeln!(out, "annex {number} {:?}", annex.label.as_str())?;
        text(out, of, 1, "title", &annex.title)?;
        annex.unit_captions.iter().try_for_each(|t| text(out, of, 1, "unit", t))?;
        annex.paragraphs.iter().try_for_each(|p| paragraph(out, of, p))?;
        annex.tables.iter().try_for_each(|t| table(out, t))?;
        annex.notes.iter().try_for_each(|t| text(out, of, 1, "note", t))?;
        for image in &annex.images {
            writeln!(out, "  image {}", of.place(image))?;
        }
    }
    Ok(())
}

fn all(texts: &[PlacedText]) -> Vec<&PlacedText> {
    texts.iter().collect()
}

fn one(text: &Option<PlacedText>) -> Vec<&PlacedText> {
    text.iter().collect()
}

fn text(
    out: &mut dyn Write,
    of: Of<'_>,
    depth: usize,
    name: &str,
    text: &PlacedText,
) -> io::Result<()> {
    let place = text.place().map(|p| of.place(&p)).unwrap_or_default();
    writeln!(out, "{:depth$}{name} {place} {:?}", "", text.as_str(), depth = depth * 2)
}

fn paragraph(out: &mut dyn Write, of: Of<'_>, paragraph: &Paragraph) -> io::Result<()> {
    match paragraph.level {
        Some(level) => text(out, of, 1, &format!("level {level}"), &paragraph.text),
        None => text(out, of, 1, "paragraph", &paragraph.text),
    }
}

fn table(out: &mut dyn Write, table: &Table) -> io::Result<()> {
    let title = table.title.as_ref().map(|t| format!(" {:?}", t.as_str())).unwrap_or_default();
    writeln!(out, "  table {} x {}{title}", table.rows.len(), table.columns)?;
    table.header.iter().try_for_each(|row| table_row(out, "head", row))?;
    table.rows.iter().try_for_each(|row| table_row(out, "row", row))
}

fn table_row(out: &mut dyn Write, kind: &str, row: &TableRow) -> io::Result<()> {
    write!(out, "    {kind} page {}", row.page)?;
    for slot in &row.slots {
        match slot {
            Slot::Cell(cell) => write!(out, " | {}", cell.text.as_str())?,
            Slot::Left => write!(out, " | <")?,
            Slot::Above => write!(out, " | ^")?,
        }
    }
    writeln!(out)
}

/// The notice or the findings are best seen in the form of results.
fn record(out: &mut dyn Write, until: Until, record: &NoticeRecord) -> io::Result<()> {
    let mut json = serde_json::to_value(record).map_err(io::Error::other)?;
    if let Some(map) = json.as_object_mut() {
        map.retain(|key, _| match key.as_str() {
            "schema_version" | "generator" | "source" => false,
            "findings" => until == Until::Check,
            _ => until == Until::Typing,
        });
    }
    json::write_value(out, &json)
}

fn noted(
    out: &mut dyn Write,
    of: Of<'_>,
    diagnostics: &[Diagnostic],
    repairs: &[Repair],
) -> io::Result<()> {
    for repair in repairs {
        let Repair { stage, rule, before, after, .. } = repair;
        let place = repair.place.map(|p| of.place(&p)).unwrap_or_default();
        writeln!(out, "repair {} {rule} {place} {before:?} -> {after:?}", stage.name())?;
    }
    for diagnostic in diagnostics {
        let place = diagnostic.place.map(|p| of.place(&p)).unwrap_or_default();
        let (severity, code) = (diagnostic.severity.name(), diagnostic.code);
        writeln!(out, "{severity} {code} {place} {}", diagnostic.message.en)?;
    }
    Ok(())
}

fn rect(r: &Rect) -> String {
    format!("[{:.1} {:.1} {:.1} {:.1}]", r.x0, r.y0, r.x1, r.y1)
}

/// Which file and sheet each page is of, and on which page of the file it is printed.
#[derive(Clone, Copy)]
struct Of<'o> {
    origins: &'o [Origin],
    sheets: &'o Sheets,
}

impl Of<'_> {
    fn origin(&self, sheet: u32) -> Option<&Origin> {
        self.origins.get(sheet.checked_sub(1)? as usize)
    }

    /// A page, with the file and sheet that it is of.
    fn page(self, page: u32) -> String {
        let place = self.on_sheet(&Place::of_box(page, Rect::default()));
        let mut said = match place.bbox() {
            _ if self.sheets.is_plain() => format!("page {page}"),
            Some(b) if b.x0 > 0.0 => format!("page {}, right half,", place.page),
            _ => format!("page {}, left half,", place.page),
        };
        if let Some(Origin { part, sheet }) = self.origin(place.page) {
            if let Some(part) = part {
                said += &format!(" of {:?}", part.name);
            }
            if let Some(sheet) = sheet {
                said += &format!(" sheet {sheet:?}");
            }
        }
        said
    }

    fn on_sheet(self, place: &Place) -> Place {
        let mut place = *place;
        self.sheets.back(&mut place);
        place
    }

    fn place(self, place: &Place) -> String {
        let place = self.on_sheet(place);
        match place.spot {
            Spot::Box(r) => format!("page {} {}", place.page, rect(&r)),
            Spot::Text { line, column } => format!("{line}:{column}"),
            Spot::Paragraph { index, character } => format!("paragraph {index}:{character}"),
            Spot::Cell { table, row, col, .. } => {
                match self.origin(place.page).and_then(|origin| origin.sheet.as_deref()) {
                    Some(sheet) => format!("{sheet}!{}", cell_name(row, col)),
                    None => format!("page {} table {table} row {row} column {col}", place.page),
                }
            }
        }
    }
}
