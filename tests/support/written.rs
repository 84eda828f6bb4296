//! Small writers of carriers: a notice as docx, html, xlsx, ods, ofd, Markdown, made of a sample's text and result.

use super::archive::zip;
use fubiao::emit::json;
use fubiao::emit::record::{AnnexRecord, NoticeRecord, RowRecord};
use std::fmt::Write;

/// A notice as all writers below take it.
pub struct Plain {
    /// Lines before the first annex.
    pub body: Vec<String>,
    pub annexes: Vec<Annex>,
}

/// A table with what stands above it.
pub struct Annex {
    number: u32,
    title: String,
    unit: Option<String>,
    cols: usize,
    rows: usize,
    cells: Vec<Cell>,
}

struct Cell {
    row: usize,
    col: usize,
    rowspan: usize,
    colspan: usize,
    text: String,
}

const FOLDER: &str = "samples/housing-2023";

/// The sample: its result, and the notice that is written.
pub fn sample() -> (NoticeRecord, Plain) {
    let read = |name: &str| std::fs::read(format!("{FOLDER}/{name}")).expect("the sample is there");
    let record = json::read(&read("notice.json")).expect("a result");
    let text = String::from_utf8(read("notice.txt")).expect("UTF-8");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let body = lines.take_while(|line| *line != "附件 1").map(str::to_owned).collect();
    let annexes = record.annexes.iter().map(plain).collect();
    (record, Plain { body, annexes })
}

/// An annex as a table: names in the first column, headers in tiers with merged cells.
fn plain(annex: &AnnexRecord) -> Annex {
    let paths: Vec<Vec<String>> = annex.columns.iter().map(|column| column.path.clone()).collect();
    let row = |row: &RowRecord| {
        (row.region.name.clone(), row.cells.iter().map(|figure| figure.raw.clone()).collect())
    };
    let rows: Vec<(String, Vec<String>)> = annex.rows.iter().map(row).collect();
    let (number, unit) = (annex.number, annex.unit.clone());
    Annex {
        number,
        unit,
        ..Annex::drawn(annex.title.as_deref().unwrap_or_default(), &paths, &rows)
    }
}

fn one(row: usize, col: usize, text: &str) -> Cell {
    Cell { row, col, rowspan: 1, colspan: 1, text: text.to_owned() }
}

/// The cells of a header: a word over several columns is one cell.
fn header(paths: &[Vec<String>], tiers: usize) -> Vec<Cell> {
    let mut cells = vec![Cell { rowspan: tiers, ..one(0, 0, "市、县名称") }];
    for (index, path) in paths.iter().enumerate() {
        for (tier, text) in path.iter().enumerate() {
            let is_last = tier + 1 == path.len();
            let above = |c: &&mut Cell| {
                c.row == tier
                    && c.col + c.colspan == index + 1
                    && c.rowspan == 1
                    && tier + 1 < tiers
                    && index > 0
                    && paths[index - 1].len() > tier + 1
                    && paths[index - 1].get(..=tier) == path.get(..=tier)
            };
            match cells.iter_mut().find(above).filter(|_| !is_last) {
                Some(left) => left.colspan += 1,
                None => {
                    let rowspan = if is_last { tiers - tier } else { 1 };
                    cells.push(Cell { rowspan, ..one(tier, index + 1, text) });
                }
            }
        }
    }
    cells
}

impl Annex {
    /// A table of these header tiers (a path a column, below a first column of names) and rows (a name, then a
    /// figure a column); an annex of its own.
    pub fn drawn(title: &str, paths: &[Vec<String>], rows: &[(String, Vec<String>)]) -> Annex {
        let tiers = paths.iter().map(Vec::len).max().unwrap_or(1);
        let mut cells = header(paths, tiers);
        for (index, (name, figures)) in rows.iter().enumerate() {
            let texts = std::iter::once(name).chain(figures).enumerate();
            cells.extend(texts.map(|(col, text)| one(tiers + index, col, text)));
        }
        let (rows, cols) = (tiers + rows.len(), paths.len() + 1);
        Annex { number: 1, title: title.to_owned(), unit: None, cols, rows, cells }
    }

    /// Rows, columns and text of each cell with its spans, in order.
    pub fn told(&self) -> Vec<([usize; 4], String)> {
        let mut told: Vec<_> = self
            .cells
            .iter()
            .map(|c| ([c.row, c.col, c.rowspan, c.colspan], c.text.clone()))
            .collect();
        told.sort();
        told
    }

    /// The cell that covers a place, and whether it begins there.
    fn at(&self, row: usize, col: usize) -> Option<(&Cell, bool)> {
        let covers = |c: &&Cell| {
            (c.row..c.row + c.rowspan).contains(&row) && (c.col..c.col + c.colspan).contains(&col)
        };
        self.cells.iter().find(covers).map(|c| (c, (c.row, c.col) == (row, col)))
    }

    /// The lines above the table: label, title, unit.
    fn captions(&self) -> Vec<(String, &'static str)> {
        let unit = self.unit.as_ref().map(|unit| (format!("单位：{unit}"), "right"));
        let label = (format!("附件{}", self.number), "left");
        [Some(label), Some((self.title.clone(), "center")), unit].into_iter().flatten().collect()
    }
}

impl Plain {
    /// The lines of the body, each with how it is set: what stands before the addressees in the middle.
    fn lines(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let addressees = self.body.iter().position(|line| line.ends_with('：')).unwrap_or(0);
        let set = move |(at, line): (usize, &'_ String)| {
            if at < addressees && !line.is_empty() { "center" } else { "left" }
        };
        self.body.iter().enumerate().map(move |(at, line)| (line.as_str(), set((at, line))))
    }
}

/// A Word document.
pub fn docx(notice: &Plain, annexes: &[Annex]) -> Vec<u8> {
    let line = |text: &str, set: &str| {
        format!(
            r#"<w:p><w:pPr><w:jc w:val="{set}"/></w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>"#
        )
    };
    let mut body: String = notice.lines().map(|(text, set)| line(text, set)).collect();
    for annex in annexes {
        body.extend(annex.captions().iter().map(|(text, set)| line(text, set)));
        body.push_str("<w:tbl>");
        for row in 0..annex.rows {
            body.push_str("<w:tr>");
            let mut col = 0;
            while col < annex.cols {
                let (cell, begins) = annex.at(row, col).expect("each place is covered");
                let down = match (cell.rowspan > 1, begins) {
                    (true, true) => r#"<w:vMerge w:val="restart"/>"#,
                    (true, false) => "<w:vMerge/>",
                    _ => "",
                };
                let text = if begins { cell.text.as_str() } else { "" };
                let span = cell.colspan;
                let _ = write!(
                    body,
                    r#"<w:tc><w:tcPr><w:gridSpan w:val="{span}"/>{down}</w:tcPr>{}</w:tc>"#,
                    line(text, "center")
                );
                col += span;
            }
            body.push_str("</w:tr>");
        }
        body.push_str("</w:tbl><w:p/>");
    }
    let document = format!(
        r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>"#
    );
    let relations = br#"<Relationships><Relationship Id="r" Type="http://x/officeDocument" Target="word/document.xml"/></Relationships>"#;
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", relations),
        ("word/document.xml", document.as_bytes()),
    ])
}

/// A table in HTML; cells are left unclosed, as sites leave them.
fn html_table(annex: &Annex) -> String {
    let mut table = "<table border=1>\n".to_owned();
    for row in 0..annex.rows {
        table.push_str("<tr>");
        for cell in annex.cells.iter().filter(|cell| cell.row == row) {
            let Cell { rowspan, colspan, text, .. } = cell;
            let _ = write!(table, "<td rowspan={rowspan} colspan={colspan}>{text}");
        }
        table.push('\n');
    }
    table + "</table>\n"
}

/// A web page.
pub fn html(notice: &Plain) -> Vec<u8> {
    let line = |text: &str, set: &str| format!("<p style='text-align:{set}'>{text}</p>\n");
    let mut page = "<!DOCTYPE html><meta charset=utf-8><style>.x{display:none}</style>".to_owned();
    page.extend(notice.lines().map(|(text, set)| line(text, set)));
    for annex in &notice.annexes {
        page.extend(annex.captions().iter().map(|(text, set)| line(text, set)));
        page.push_str(&html_table(annex));
    }
    page.into_bytes()
}

/// A Markdown text.
pub fn markdown(notice: &Plain) -> Vec<u8> {
    let mut text: String = notice.lines().map(|(text, _)| format!("{text}\n\n")).collect();
    for annex in &notice.annexes {
        text.extend(annex.captions().iter().map(|(text, _)| format!("**{text}**\n\n")));
        if annex.cells.iter().any(|cell| cell.colspan > 1 || cell.rowspan > 1) {
            text.push_str(&html_table(annex));
        } else {
            for row in 0..annex.rows {
                let cells = (0..annex.cols).filter_map(|col| annex.at(row, col));
                let cells: Vec<&str> = cells.map(|(cell, _)| cell.text.as_str()).collect();
                let _ = writeln!(text, "| {} |", cells.join(" | "));
                if row == 0 {
                    let _ = writeln!(text, "|{}", "---|".repeat(annex.cols));
                }
            }
        }
        text.push('\n');
    }
    text.into_bytes()
}

/// The places of a sheet's rows: captions first, then the table.
fn sheet_rows(annex: &Annex) -> (Vec<Cell>, usize) {
    let captions = annex.captions();
    let above = captions.len();
    let mut cells: Vec<Cell> = captions
        .into_iter()
        .enumerate()
        .map(|(row, (text, _))| Cell { row, col: 0, rowspan: 1, colspan: annex.cols, text })
        .collect();
    cells.extend(annex.cells.iter().map(|c| Cell {
        row: c.row + above,
        text: c.text.clone(),
        ..*c
    }));
    (cells, above + annex.rows)
}

/// Decimals of a figure; `None` for what is no plain figure.
fn decimals(text: &str) -> Option<usize> {
    text.parse::<f64>().ok()?;
    Some(text.split_once('.').map_or(0, |(_, digits)| digits.len()))
}

/// A workbook of Excel, a sheet an annex.
pub fn xlsx(annexes: &[Annex]) -> Vec<u8> {
    let mut parts: Vec<(String, String)> = Vec::new();
    let (mut sheets, mut relations) = (String::new(), String::new());
    for annex in annexes {
        let number = annex.number;
        let (cells, rows) = sheet_rows(annex);
        let name = |row: usize, col: usize| format!("{}{}", char::from(b'A' + col as u8), row + 1);
        let (mut data, mut merged) = (String::new(), String::new());
        for row in 0..rows {
            let _ = write!(data, r#"<row r="{}">"#, row + 1);
            for cell in cells.iter().filter(|cell| cell.row == row) {
                let at = name(row, cell.col);
                let _ = match decimals(&cell.text) {
                    // Figures are stored with noise, and printed by their format.
                    Some(digits) => {
                        write!(data, r#"<c r="{at}" s="{digits}"><v>{}</v></c>"#, cell.text)
                    }
                    None => write!(
                        data,
                        r#"<c r="{at}" t="inlineStr"><is><t>{}</t></is></c>"#,
                        cell.text
                    ),
                };
                if cell.rowspan * cell.colspan > 1 {
                    let last = name(row + cell.rowspan - 1, cell.col + cell.colspan - 1);
                    let _ = write!(merged, r#"<mergeCell ref="{at}:{last}"/>"#);
                }
            }
            data.push_str("</row>");
        }
        // What is hidden is no fact.
        let _ =
            write!(data, r#"<row r="{}" hidden="1"><c r="A{0}"><v>99999</v></c></row>"#, rows + 1);
        let sheet = format!(
            "<worksheet><sheetData>{data}</sheetData><mergeCells>{merged}</mergeCells></worksheet>"
        );
        parts.push((format!("xl/worksheets/s{number}.xml"), sheet));
        let _ = write!(sheets, r#"<sheet name="附件{number}" r:id="s{number}"/>"#);
        let _ = write!(
            relations,
            r#"<Relationship Id="s{number}" Type="http://x/worksheet" Target="worksheets/s{number}.xml"/>"#
        );
    }
    let formats = "<numFmts><numFmt numFmtId=\"170\" formatCode=\"0.0\"/><numFmt numFmtId=\"171\" formatCode=\"0.000\"/></numFmts>";
    let styles = format!(
        r#"<styleSheet>{formats}<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="2"/><xf numFmtId="171"/></cellXfs></styleSheet>"#
    );
    relations.push_str(r#"<Relationship Id="st" Type="http://x/styles" Target="styles.xml"/>"#);
    parts.extend([
        ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
        ("_rels/.rels".to_owned(), r#"<Relationships><Relationship Id="r" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned()),
        ("xl/workbook.xml".to_owned(), format!("<workbook><sheets>{sheets}</sheets></workbook>")),
        ("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships>{relations}</Relationships>")),
        ("xl/styles.xml".to_owned(), styles),
    ]);
    let entries: Vec<(&str, &[u8])> =
        parts.iter().map(|(n, t)| (n.as_str(), t.as_bytes())).collect();
    zip(&entries)
}

/// A workbook of OpenDocument.
pub fn ods(annexes: &[Annex]) -> Vec<u8> {
    let mut sheets = String::new();
    for annex in annexes {
        let _ = write!(
            sheets,
            r#"<table:table table:name="附件{}"><table:table-column table:number-columns-repeated="16384"/>"#,
            annex.number
        );
        let (cells, rows) = sheet_rows(annex);
        for row in 0..rows {
            sheets.push_str("<table:table-row>");
            for col in 0..annex.cols {
                let covers = |c: &&Cell| {
                    (c.row..c.row + c.rowspan).contains(&row)
                        && (c.col..c.col + c.colspan).contains(&col)
                };
                let Some(cell) = cells.iter().find(covers) else { continue };
                if (cell.row, cell.col) != (row, col) {
                    sheets.push_str("<table:covered-table-cell/>");
                    continue;
                }
                let value = match cell.text.parse::<f64>() {
                    Ok(value) => format!(r#"office:value-type="float" office:value="{value}""#),
                    Err(_) => r#"office:value-type="string""#.to_owned(),
                };
                let _ = write!(
                    sheets,
                    r#"<table:table-cell {value} table:number-columns-spanned="{}" table:number-rows-spanned="{}"><text:p>{}</text:p></table:table-cell>"#,
                    cell.colspan, cell.rowspan, cell.text
                );
            }
            sheets.push_str("</table:table-row>");
        }
        sheets.push_str(r#"<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>"#);
    }
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body></office:document-content>"
    );
    zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.as_bytes()),
    ])
}

/// An OFD document: a page for the body, a long one for each annex, cells drawn with their lines.
pub fn ofd(notice: &Plain) -> Vec<u8> {
    const SIZE: f32 = 5.0;
    let wide = |text: &str| -> f32 {
        text.chars().map(|c| if c.is_ascii() { SIZE / 2.0 } else { SIZE }).sum()
    };
    let text = |x: f32, y: f32, text: &str| {
        let deltas: Vec<String> = text
            .chars()
            .map(|c| if c.is_ascii() { SIZE / 2.0 } else { SIZE }.to_string())
            .collect();
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        format!(
            r#"<ofd:TextObject Boundary="{x} {y} {} 6" Size="{SIZE}"><ofd:TextCode X="0" Y="{SIZE}" DeltaX="{}">{text}</ofd:TextCode></ofd:TextObject>"#,
            wide(&text),
            deltas.join(" ")
        )
    };
    let set = |y: f32, line: &str, set: &str| {
        let left = match set {
            "center" => (210.0 - wide(line)) / 2.0,
            "right" => 190.0 - wide(line),
            _ => 20.0,
        };
        text(left, y, line)
    };
    let mut pages: Vec<(f32, String)> = Vec::new();
    let (mut y, mut objects) = (20.0, String::new());
    for (line, how) in notice.lines() {
        let chars: Vec<char> = line.chars().collect();
        for (at, part) in chars.chunks(30).enumerate() {
            let part: String = part.iter().collect();
            let part = if at == 0 && how == "left" && !line.ends_with('：') {
                format!("\u{3000}\u{3000}{part}")
            } else {
                part
            };
            objects.push_str(&set(y, &part, how));
            y += 9.0;
        }
    }
    pages.push((y + 20.0, objects));
    for annex in &notice.annexes {
        let (mut y, mut objects) = (20.0, String::new());
        for (line, how) in annex.captions() {
            objects.push_str(&set(y, &line, how));
            y += 10.0;
        }
        let (width, height) = (170.0 / annex.cols as f32, 8.0);
        for cell in &annex.cells {
            let (x0, y0) = (20.0 + cell.col as f32 * width, y + cell.row as f32 * height);
            let (w, h) = (cell.colspan as f32 * width, cell.rowspan as f32 * height);
            let _ = write!(
                objects,
                r#"<ofd:PathObject Boundary="{x0} {y0} {w} {h}" LineWidth="0.2"><ofd:AbbreviatedData>M 0 0 L {w} 0 L {w} {h} L 0 {h} C</ofd:AbbreviatedData></ofd:PathObject>"#
            );
            if !cell.text.is_empty() {
                objects.push_str(&text(
                    x0 + (w - wide(&cell.text)) / 2.0,
                    y0 + h / 2.0 - 3.5,
                    &cell.text,
                ));
            }
        }
        pages.push((y + annex.rows as f32 * height + 20.0, objects));
    }
    let listed: String = (0..pages.len())
        .map(|i| format!(r#"<ofd:Page ID="{i}" BaseLoc="Pages/{i}.xml"/>"#))
        .collect();
    let document = format!("<ofd:Document><ofd:Pages>{listed}</ofd:Pages></ofd:Document>");
    let mut parts = vec![
        ("OFD.xml".to_owned(), "<ofd:OFD><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>".to_owned()),
        ("Doc_0/Document.xml".to_owned(), document),
    ];
    for (i, (height, objects)) in pages.into_iter().enumerate() {
        let page = format!(
            "<ofd:Page><ofd:Area><ofd:PhysicalBox>0 0 210 {height}</ofd:PhysicalBox></ofd:Area><ofd:Content><ofd:Layer>{objects}</ofd:Layer></ofd:Content></ofd:Page>"
        );
        parts.push((format!("Doc_0/Pages/{i}.xml"), page));
    }
    let entries: Vec<(&str, &[u8])> =
        parts.iter().map(|(n, t)| (n.as_str(), t.as_bytes())).collect();
    zip(&entries)
}
