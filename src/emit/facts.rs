//! Facts: one line a cell, in printed order, each with all that is needed to use it alone.

use crate::emit::json;
use crate::emit::record::{CellRecord, Keys, NoticeRecord, status_word};
use crate::model::Status;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};

/// One cell with the names of its row, column, annex and notice.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fact<'a> {
    /// Number of the annex.
    pub annex: u32,
    /// Its title.
    pub annex_title: Option<&'a str>,
    /// Row, from 1 in printed order.
    pub row: u32,
    /// Name as printed, without inner spaces.
    pub region: &'a str,
    /// Printed name of the prefecture it belongs to.
    pub parent: Option<&'a str>,
    /// The region's level.
    pub level: &'a str,
    /// GB/T 2260.
    pub code: Option<&'a str>,
    /// Header texts from the top tier down.
    pub column: &'a [String],
    /// The unit.
    pub unit: Option<&'a str>,
    /// Exact decimal; the clean text of a cell that holds text.
    pub value: Option<&'a str>,
    /// The exact decimal alone, for forms whose columns have a type.
    #[serde(skip)]
    pub figure: Option<&'a str>,
    /// As printed.
    pub raw: &'a str,
    /// What the cell holds.
    pub status: &'a str,
    /// Page, counted from 1.
    pub page: u32,
    /// `[x0, y0, x1, y1]` in points from the top left; null for a text input.
    pub bbox: Option<[f64; 4]>,
    /// 发文字号.
    pub document_number: Option<&'a str>,
    /// The year the plan is for.
    pub plan_year: Option<u16>,
    /// Line of a text input, counted from 1; null for PDF.
    pub line: Option<u32>,
    /// Character in that line (`column` means the header here); null for PDF.
    pub line_column: Option<u32>,
    /// What the row has in the columns that tell rows apart.
    pub keys: &'a Keys,
    /// The footnote mark beside the figure.
    pub mark: Option<&'a str>,
    /// Codes of the diagnostics that speak of the cell.
    pub doubt: &'a [String],
    /// The file, by its index in `source.parts`, where the notice comes in several.
    pub part: Option<u32>,
    /// The sheet of a workbook.
    pub sheet: Option<&'a str>,
    /// The cell of that sheet: B7.
    pub cell: Option<&'a str>,
    /// Name of the notice's file; in an archive, below the folder it was found in.
    pub source: &'a str,
    /// SHA-256 of that file.
    pub doc_id: &'a str,
    /// What was read before a reviewer corrected the cell; [`BLANK`] where nothing was.
    pub corrected: Option<&'a str>,
    /// How sure recognition was, 0 to 1, of a cell read from a picture.
    pub confidence: Option<f64>,
}

/// Stands in [`Fact::corrected`] for a cell that was blank.
pub const BLANK: &str = "blank";

impl Fact<'_> {
    /// The keys in one cell, as a JSON object; empty where there are none.
    pub fn keys_text(&self) -> String {
        match self.keys.0.is_empty() {
            true => String::new(),
            // A map of texts can always be written.
            false => serde_json::to_string(self.keys).unwrap_or_default(),
        }
    }

    /// The codes in one cell, parted by spaces.
    pub fn doubt_text(&self) -> String {
        self.doubt.join(" ")
    }
}

impl Fact<'_> {
    /// A figure as a count of units of its last place, of which there are so many: what a column decimal(38, scale)
    /// holds.
    ///
    /// # Errors
    /// If it has more digits than that; the error names it.
    pub fn scaled(figure: &str, scale: u32) -> io::Result<i128> {
        let scaled = Decimal::from_str_exact(figure).ok().and_then(|decimal| {
            let power = scale.checked_sub(decimal.scale())?;
            decimal.mantissa().checked_mul(10_i128.checked_pow(power)?)
        });
        // 38 digits are what the column promises.
        scaled.filter(|v| v.unsigned_abs() < 10_u128.pow(38)).ok_or_else(|| {
            let what =
                format!("the figure {figure} has more digits than decimal(38,{scale}) holds");
            io::Error::new(io::ErrorKind::InvalidData, what)
        })
    }

    /// The most decimals that a figure of these has.
    pub fn scale<'a>(facts: impl IntoIterator<Item = Fact<'a>>) -> u32 {
        let decimals = |figure: &str| figure.split_once('.').map_or(0, |(_, digits)| digits.len());
        let figures = facts.into_iter().filter_map(|fact| fact.figure);
        figures.map(decimals).max().unwrap_or(0) as u32
    }
}

/// A column of the flat forms (CSV, Parquet, data package).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldNote {
    /// Its name, the key of the fact; but `column_path` for `column`, which SQL wants quoted.
    pub name: &'static str,
    /// What it holds.
    pub description: &'static str,
    /// The same in Chinese, for workbooks.
    pub description_zh: &'static str,
}

const fn note(
    name: &'static str,
    description: &'static str,
    description_zh: &'static str,
) -> FieldNote {
    FieldNote { name, description, description_zh }
}

/// The columns, in the order of [`Fact`]'s keys.
pub const FIELDS: [FieldNote; 28] = [
    note(
        "annex",
        "number of the annex, as in its label; 0 for a table in the body",
        "附件序号，0 为正文中的表",
    ),
    note("annex_title", "title of the annex", "附件标题"),
    note("row", "row of the annex, from 1 in printed order", "附件中的行，从 1 起"),
    note("region", "name as printed, without inner spaces", "地区，按原文"),
    note(
        "parent",
        "printed name of the prefecture it belongs to; empty for prefectures and totals",
        "所属市；市和合计为空",
    ),
    note(
        "level",
        "province (a total), prefecture, central, county, subtotal or other",
        "级别：province 合计，prefecture 市，central 市本级，county 县，subtotal 小计，other 其他",
    ),
    note(
        "code",
        "GB/T 2260 code at the notice's date; empty where the standard has none",
        "行政区划代码（GB/T 2260）",
    ),
    note(
        "column_path",
        "header texts from the top tier down, joined by /",
        "列标题，自上而下以 / 相连",
    ),
    note("unit", "unit of the figure; never scaled", "单位，不作换算"),
    note("value", "exact decimal; empty where the cell holds none", "数值"),
    note("raw", "the cell as printed", "单元格原文"),
    note(
        "status",
        "value, blank, placeholder, text or unreadable",
        "状态：value 数值，blank 空白，placeholder 占位符，text 文字，unreadable 无法读取",
    ),
    note("page", "page of the notice, from 1", "页，从 1 起"),
    note(
        "bbox",
        "x0, y0, x1, y1 of the cell in points from the top left of the page as seen",
        "在页面上的位置：左、上、右、下，单位为点",
    ),
    note("document_number", "发文字号, as printed without inner spaces", "发文字号"),
    note("plan_year", "the year the plan is for, as the title says", "计划年份"),
    note("line", "line of a text input, from 1; empty for PDF", "文本输入的行"),
    note("line_column", "character in that line, from 1; empty for PDF", "文本输入的行内字符位置"),
    note(
        "keys",
        "what the row has in the columns that tell rows apart, as a JSON object",
        "区分各行的列及其内容，JSON",
    ),
    note("mark", "footnote mark printed beside the figure", "数字旁的注号"),
    note(
        "doubt",
        "codes of the diagnostics that speak of the cell, parted by spaces",
        "涉及此单元格的读取存疑代码",
    ),
    note(
        "part",
        "file, from 0 as source.parts lists them, where the notice comes in several",
        "通知由多个文件组成时的文件序号，从 0 起",
    ),
    note("sheet", "sheet of a workbook", "工作表"),
    note("cell", "cell of that sheet, such as B7", "工作表中的单元格"),
    note(
        "source",
        "name of the notice's file, in an archive below the folder it was found in",
        "通知的文件名",
    ),
    note("doc_id", "SHA-256 of that file", "文件的 SHA-256"),
    note(
        "corrected",
        "what was read before a reviewer corrected the cell, or blank; empty where nothing was corrected",
        "更正前读到的内容；未更正为空",
    ),
    note(
        "confidence",
        "how sure recognition was, 0 to 1, of a cell read from a picture; empty for all others",
        "识别的置信度，0 至 1；仅用于图片",
    ),
];

/// All facts of a notice, in printed order.
pub fn facts(record: &NoticeRecord) -> impl Iterator<Item = Fact<'_>> {
    let document_number = record.document_number.as_ref().map(|n| n.raw.as_str());
    record.annexes.iter().flat_map(move |annex| {
        annex.rows.iter().flat_map(move |row| {
            annex.columns.iter().zip(&row.cells).map(move |(column, cell)| Fact {
                annex: annex.number,
                annex_title: annex.title.as_deref(),
                row: row.number,
                region: &row.region.name,
                parent: row.region.parent.as_deref(),
                level: &row.region.level,
                code: row.region.code.as_deref(),
                column: &column.path,
                unit: cell.unit.as_deref().or(column.unit.as_deref()),
                value: cell.value.as_deref().or(cell.text.as_deref()),
                figure: cell.value.as_deref(),
                raw: &cell.raw,
                status: &cell.status,
                page: cell.place.page,
                bbox: cell.place.bbox,
                document_number,
                plan_year: record.plan_year,
                line: cell.place.line,
                line_column: cell.place.column,
                keys: &row.keys,
                mark: cell.mark.as_deref(),
                doubt: &cell.doubt,
                part: cell.place.part,
                sheet: cell.place.sheet.as_deref(),
                cell: cell.place.cell.as_deref(),
                source: &record.source.name,
                doc_id: &record.source.sha256,
                corrected: corrected(cell),
                confidence: cell.confidence,
            })
        })
    })
}

/// What was read before a cell was corrected.
fn corrected(cell: &CellRecord) -> Option<&str> {
    let said = cell.correction.as_ref()?;
    if said.from == said.to {
        return None;
    }
    let printed = Some(cell.raw.trim()).filter(|raw| !raw.is_empty());
    said.from.as_deref().or(printed).or(Some(BLANK))
}

/// A fact read back from its line.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactLine {
    annex: u32,
    annex_title: Option<String>,
    row: u32,
    region: String,
    parent: Option<String>,
    level: String,
    code: Option<String>,
    column: Vec<String>,
    unit: Option<String>,
    value: Option<String>,
    raw: String,
    status: String,
    page: u32,
    bbox: Option<[f64; 4]>,
    document_number: Option<String>,
    plan_year: Option<u16>,
    line: Option<u32>,
    line_column: Option<u32>,
    #[serde(default)]
    keys: Keys,
    #[serde(default)]
    mark: Option<String>,
    #[serde(default)]
    doubt: Vec<String>,
    #[serde(default)]
    part: Option<u32>,
    #[serde(default)]
    sheet: Option<String>,
    #[serde(default)]
    cell: Option<String>,
    source: String,
    doc_id: String,
    corrected: Option<String>,
    #[serde(default)]
    confidence: Option<f64>,
}

impl FactLine {
    /// Reads one line of what [`write()`] gives.
    ///
    /// # Errors
    /// If it is no fact; the error says where.
    pub fn read(line: &str) -> io::Result<FactLine> {
        Ok(serde_json::from_str(line)?)
    }

    /// The fact that was written.
    pub fn fact(&self) -> Fact<'_> {
        let value = self.value.as_deref();
        Fact {
            annex: self.annex,
            annex_title: self.annex_title.as_deref(),
            row: self.row,
            region: &self.region,
            parent: self.parent.as_deref(),
            level: &self.level,
            code: self.code.as_deref(),
            column: &self.column,
            unit: self.unit.as_deref(),
            value,
            figure: value.filter(|_| self.status == status_word(Status::Value)),
            raw: &self.raw,
            status: &self.status,
            page: self.page,
            bbox: self.bbox,
            document_number: self.document_number.as_deref(),
            plan_year: self.plan_year,
            line: self.line,
            line_column: self.line_column,
            keys: &self.keys,
            mark: self.mark.as_deref(),
            doubt: &self.doubt,
            part: self.part,
            sheet: self.sheet.as_deref(),
            cell: self.cell.as_deref(),
            source: &self.source,
            doc_id: &self.doc_id,
            corrected: self.corrected.as_deref(),
            confidence: self.confidence,
        }
    }
}

/// The facts as JSON objects, one a line.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, record: &NoticeRecord) -> io::Result<()> {
    for fact in facts(record) {
        json::write_compact(out, &fact)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
