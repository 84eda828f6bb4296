//! The notice as an Excel workbook, as officials expect it: a sheet an annex as printed, with its
//! merged headers; figures as numbers with the decimals that are printed; cells to doubt and cells that a
//! reviewer corrected coloured and commented; then sheets of facts, findings, diagnostics and the notice itself.
//!
//! Excel holds a figure as a float of 15 digits. A figure with more is written as text, so that
//! none is changed. Texts are written as texts: nothing a notice says is run as a formula.

use crate::emit::csv::{bbox_text, joined_path};
use crate::emit::facts::{FIELDS, facts};
use crate::emit::record::{
    AnnexRecord, CellRecord, ColumnRecord, CorrectionRecord, DiagnosticRecord, FindingRecord,
    NoticeRecord, RegionRecord, SuspectRecord,
};
use crate::model::annex_name;
use crate::plain;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Note, Workbook,
    Worksheet, XlsxError,
};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// Digits that Excel keeps.
const DIGITS: usize = 15;

/// What a sheet's name may not hold, besides being longer than 31 characters.
const NOT_IN_SHEET_NAMES: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];

/// Characters that Excel keeps of one text.
const LONGEST_TEXT: usize = 32_767;

/// The notice as a workbook.
///
/// # Errors
/// Those of `out`; and if the notice is larger than a sheet, which has 1,048,576 rows.
pub fn write(out: &mut dyn Write, record: &NoticeRecord) -> io::Result<()> {
    let bytes = workbook(record).map_err(io::Error::other)?;
    out.write_all(&bytes)
}

fn workbook(record: &NoticeRecord) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&properties(record)?);
    let looks = Looks::new();
    let mut names = BTreeSet::new();
    for annex in &record.annexes {
        let sheet = book.add_worksheet();
        sheet.set_name(free_name(&mut names, &sheet_name(annex)))?;
        write_annex(sheet, &looks, annex, record)?;
    }
    write_facts(book.add_worksheet().set_name(free_name(&mut names, "数据"))?, &looks, record)?;
    write_findings(book.add_worksheet().set_name(free_name(&mut names, "校验"))?, &looks, record)?;
    let sheet = book.add_worksheet().set_name(free_name(&mut names, "读取存疑"))?;
    write_diagnostics(sheet, &looks, record)?;
    write_notice(book.add_worksheet().set_name(free_name(&mut names, "通知"))?, &looks, record)?;
    book.save_to_buffer()
}

/// The date of writing stands for the date of making: the same notice gives the same bytes.
fn properties(record: &NoticeRecord) -> Result<DocProperties, XlsxError> {
    let date = record.date_of_writing.as_deref().unwrap_or("2000-01-01");
    let made = ExcelDateTime::parse_from_str(date)
        .or_else(|_| ExcelDateTime::parse_from_str("2000-01-01"))?;
    Ok(DocProperties::new()
        .set_title(record.title.as_deref().unwrap_or_default())
        .set_author(concat!("fubiao ", env!("CARGO_PKG_VERSION")))
        .set_creation_datetime(&made))
}

/// How cells look.
struct Looks {
    title: Format,
    unit: Format,
    head: Format,
    text: Format,
    total: Format,
    plain: Format,
}

impl Looks {
    fn new() -> Looks {
        let ruled = || Format::new().set_border(FormatBorder::Thin);
        let centered = |f: Format| f.set_align(FormatAlign::Center);
        Looks {
            title: centered(Format::new().set_bold().set_font_size(14).set_text_wrap())
                .set_align(FormatAlign::VerticalCenter),
            unit: Format::new().set_align(FormatAlign::Right),
            head: centered(ruled())
                .set_align(FormatAlign::VerticalCenter)
                .set_bold()
                .set_text_wrap()
                .set_background_color(Color::RGB(0xF2_F2_F2)),
            text: ruled(),
            total: ruled().set_bold(),
            plain: Format::new().set_text_wrap().set_align(FormatAlign::Top),
        }
    }
}

fn sheet_name(annex: &AnnexRecord) -> String {
    match annex.number {
        0 => "正文表".to_owned(),
        number => format!("附件{number}"),
    }
}

/// The name, or the name with a number after it where another sheet bears it already.
fn free_name(names: &mut BTreeSet<String>, wanted: &str) -> String {
    let wanted: String =
        wanted.chars().filter(|c| !NOT_IN_SHEET_NAMES.contains(c)).take(25).collect();
    let mut name = wanted.clone();
    let mut count = 1;
    while !names.insert(name.clone()) {
        count += 1;
        name = format!("{wanted} ({count})");
    }
    name
}

fn write_annex(
    sheet: &mut Worksheet,
    looks: &Looks,
    annex: &AnnexRecord,
    record: &NoticeRecord,
) -> Result<(), XlsxError> {
    let has_serials = annex.rows.iter().any(|row| row.serial.is_some());
    let first = u16::from(has_serials) + 1;
    let last = first.saturating_add(column_number(annex.columns.len())).saturating_sub(1);
    let widths = column_widths(annex);
    for (width, col) in widths.iter().zip(first..) {
        sheet.set_column_width(col, *width)?;
    }
    sheet.set_column_width(first - 1, REGION_WIDTH)?;
    let mut row = 0;
    if let Some(title) = &annex.title {
        across(sheet, row, (0, last), title, &looks.title)?;
        // The title's letters are larger by a third.
        let across = (REGION_WIDTH + widths.iter().sum::<f64>()) * 0.75;
        sheet.set_row_height(row, 24.0 * lines(title, across))?;
        row += 1;
    }
    if let Some(unit) = &annex.unit {
        across(sheet, row, (0, last), &format!("单位：{unit}"), &looks.unit)?;
        row += 1;
    }
    let top = row;
    let tiers = write_header(sheet, looks, annex, row, first)?;
    if has_serials {
        down(sheet, (row, row + tiers - 1), 0, "序号", &looks.head)?;
    }
    down(sheet, (row, row + tiers - 1), first - 1, "地区", &looks.head)?;
    row += tiers;
    sheet.set_freeze_panes(row, first)?;
    print_on_a4(sheet, annex, (top, row - 1))?;
    let doubts = Doubts::new(annex, record);
    for of_region in &annex.rows {
        if let Some(serial) = &of_region.serial {
            put(sheet, row, 0, &serial.raw, &looks.text)?;
        }
        let region = &of_region.region;
        put(sheet, row, first - 1, &region.name, &region_look(looks, region))?;
        for (cell, col) in of_region.cells.iter().zip(first..) {
            let column = annex.columns.get(usize::from(col - first));
            let doubt = column.map(|c| doubts.of(of_region.number, &c.path, cell));
            write_cell(sheet, looks, (row, col), cell, region, &doubt.unwrap_or_default())?;
        }
        row += 1;
    }
    for note in &annex.notes {
        put(sheet, row, 0, note, &Format::new())?;
        row += 1;
    }
    Ok(())
}

/// Width of the column of regions, in characters.
const REGION_WIDTH: f64 = 18.0;

/// Widths of the columns of figures, in characters: what is printed fits, and a header takes three lines
/// at most.
fn column_widths(annex: &AnnexRecord) -> Vec<f64> {
    let width = |(at, column): (usize, &ColumnRecord)| {
        let cells = annex.rows.iter().filter_map(|row| row.cells.get(at));
        let widest = cells.map(|cell| wide(&cell.raw) + 2).max().unwrap_or(0);
        let header = column.path.last().map_or(0, |text| wide(text).div_ceil(2) + 2);
        widest.max(header).clamp(10, 40) as f64
    };
    annex.columns.iter().enumerate().map(width).collect()
}

/// Width of a text in characters of Excel's measure, where a Chinese character is two.
fn wide(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// Lines that a text takes in a width.
fn lines(text: &str, width: f64) -> f64 {
    (wide(text) as f64 / width.max(1.0)).ceil().max(1.0)
}

/// One page wide on A4, the header on each page.
fn print_on_a4(
    sheet: &mut Worksheet,
    annex: &AnnexRecord,
    (top, bottom): (u32, u32),
) -> Result<(), XlsxError> {
    const A4: u8 = 9;
    sheet.set_paper_size(A4).set_print_fit_to_pages(1, 0).set_repeat_rows(top, bottom)?;
    if annex.columns.len() > 5 {
        sheet.set_landscape();
    }
    Ok(())
}

/// How much a cell is doubted, and what to say of it.
#[derive(Debug, Default)]
struct Doubt {
    shade: Option<Color>,
    says: Vec<String>,
}

/// What an error or a warning doubts most.
const LIKELIEST: Color = Color::RGB(0xFF_A0_A0);
/// What it doubts too.
const POSSIBLE: Color = Color::RGB(0xFF_EB_9C);
/// A figure stated that others contradict.
const STATED: Color = Color::RGB(0xDD_EB_F7);
/// What a reviewer corrected.
const CORRECTED: Color = Color::RGB(0xC6_E0_B4);

/// What the shades mean, as the sheet of the notice says it.
const SHADES: [(Color, &str); 4] = [
    (LIKELIEST, "最可疑的单元格"),
    (POSSIBLE, "可能有误或读取存疑的单元格"),
    (STATED, "与其他数字不符的合计数"),
    (CORRECTED, "审核人已更正的单元格，批注中有原值"),
];

/// Whether a suspect is its finding's first, and the suspect.
type Ranked<'a> = (bool, &'a SuspectRecord);

/// What the errors and warnings on an annex say of its cells. Notes change no cell's look: rounding is no
/// reason for doubt.
struct Doubts<'a> {
    suspects: BTreeMap<(u32, &'a [String]), Vec<Ranked<'a>>>,
    findings: Vec<&'a FindingRecord>,
    diagnostics: &'a [DiagnosticRecord],
}

impl<'a> Doubts<'a> {
    fn new(annex: &AnnexRecord, record: &'a NoticeRecord) -> Doubts<'a> {
        let findings: Vec<_> = record.findings.iter().filter(|f| f.severity != "note").collect();
        let mut suspects: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for finding in &findings {
            for (rank, suspect) in finding.suspects.iter().enumerate() {
                // Where another cell is likelier, one that would have to be negative is not worth a shade.
                let is_negative = suspect.proposed.as_ref().is_some_and(|p| p.starts_with('-'));
                if suspect.annex == annex.number && (rank == 0 || !is_negative) {
                    let cell = (suspect.row, suspect.column.as_slice());
                    suspects.entry(cell).or_default().push((rank == 0, suspect));
                }
            }
        }
        Doubts { suspects, findings, diagnostics: &record.diagnostics }
    }

    fn of(&self, row: u32, column: &[String], cell: &CellRecord) -> Doubt {
        let suspects = self.suspects.get(&(row, column)).map_or(&[][..], Vec::as_slice);
        let stated = |finding: &&&FindingRecord| finding.places.first() == Some(&cell.place);
        let stated: Vec<_> = self.findings.iter().filter(stated).collect();
        let said = cell.correction.as_ref();
        let is_corrected = said.is_some_and(|said| said.verdict == "corrected");
        let shade = match (suspects.iter().any(|(first, _)| *first), suspects, &stated[..]) {
            (true, ..) => Some(LIKELIEST),
            _ if is_corrected => Some(CORRECTED),
            (_, _, [_, ..]) => Some(STATED),
            (_, [_, ..], _) => Some(POSSIBLE),
            // What a reviewer has confirmed is read well.
            _ if said.is_none() && !cell.doubt.is_empty() => Some(POSSIBLE),
            _ => None,
        };
        let contradicted = stated.iter().map(|finding| finding.message_zh.clone());
        let reasons = suspects.iter().map(|(_, suspect)| reason(suspect)).chain(contradicted);
        let misread = cell.doubt.iter().map(|code| self.misread(code, cell));
        let says = said.map(|said| reviewed(said, cell)).into_iter().chain(reasons).chain(misread);
        Doubt { shade, says: says.collect() }
    }

    /// Why the reading of a cell is doubted: what the diagnostic of this code says that is of this cell alone, or the
    /// code, where it speaks of a row, column or page.
    fn misread(&self, code: &str, cell: &CellRecord) -> String {
        let is_of_cell = |said: &&DiagnosticRecord| {
            said.code == code && said.place.as_ref() == Some(&cell.place)
        };
        match self.diagnostics.iter().find(is_of_cell) {
            Some(said) => format!("读取存疑：{}", said.message_zh),
            None => format!("读取存疑（{code}）"),
        }
    }
}

/// What a reviewer said of a cell.
fn reviewed(said: &CorrectionRecord, cell: &CellRecord) -> String {
    let CorrectionRecord { verdict, by, at, from, to, comment } = said;
    // Of the moment, the day.
    let day = at.split('T').next().unwrap_or_default();
    let what = match verdict.as_str() {
        "corrected" => {
            let blank = |value: Option<&str>| value.unwrap_or("空白").to_owned();
            let printed = Some(cell.raw.trim()).filter(|raw| !raw.is_empty());
            let (from, to) = (from.as_deref().or(printed), to.as_deref());
            format!("已更正：原为 {}，改为 {}", blank(from), blank(to))
        }
        _ => "已确认与原文一致".to_owned(),
    };
    let comment = comment.iter().filter(|c| !c.trim().is_empty()).map(|c| format!("：{c}"));
    format!("{what}（{by}，{day}）{}", comment.collect::<String>())
}

fn column_number(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// The header's tiers, with one cell over columns of one parent and one cell down where a path is
/// shorter than others. Gives the number of tiers.
fn write_header(
    sheet: &mut Worksheet,
    looks: &Looks,
    annex: &AnnexRecord,
    top: u32,
    first: u16,
) -> Result<u32, XlsxError> {
    let tiers = annex.columns.iter().map(|column| column.path.len()).max().unwrap_or(0).max(1);
    let widths = column_widths(annex);
    let mut heights = vec![1.0_f64; tiers];
    for tier in 0..tiers {
        let mut start = 0;
        while let Some(column) = annex.columns.get(start) {
            // One cell reaches as far as the path down to this tier is the same and goes on below.
            let path = column.path.get(..=tier);
            let is_last = column.path.len() <= tier + 1;
            let same = |other: &&ColumnRecord| {
                !is_last && other.path.len() > tier + 1 && other.path.get(..=tier) == path
            };
            let width = 1 + annex.columns[start + 1..].iter().take_while(same).count();
            if let Some(text) = column.path.get(tier) {
                let bottom = if is_last { tiers - 1 } else { tier };
                let rows = (top + tier as u32, top + bottom as u32);
                let from = first.saturating_add(column_number(start));
                let cols = (from, from.saturating_add(column_number(width - 1)));
                merged(sheet, rows, cols, text, &looks.head)?;
                let room: f64 = widths[start..start + width].iter().sum();
                let share = lines(text, room - 1.0) / f64::from(rows.1 - rows.0 + 1);
                for row in rows.0..=rows.1 {
                    let height = &mut heights[(row - top) as usize];
                    *height = height.max(share.ceil());
                }
            }
            start += width;
        }
    }
    for (height, row) in heights.iter().zip(top..) {
        sheet.set_row_height(row, 16.0 * height)?;
    }
    Ok(tiers as u32)
}

/// Totals and prefectures stand out; what belongs to a prefecture is indented.
fn region_look(looks: &Looks, region: &RegionRecord) -> Format {
    match &*region.level {
        "province" | "prefecture" | "subtotal" => looks.total.clone(),
        _ if region.parent.is_some() => looks.text.clone().set_indent(1),
        _ => looks.text.clone(),
    }
}

fn write_cell(
    sheet: &mut Worksheet,
    looks: &Looks,
    (row, col): (u32, u16),
    cell: &CellRecord,
    region: &RegionRecord,
    doubt: &Doubt,
) -> Result<(), XlsxError> {
    let mut look = match &*region.level {
        "province" | "prefecture" | "subtotal" => looks.total.clone(),
        _ => looks.text.clone(),
    };
    if let Some(shade) = doubt.shade {
        look = look.set_background_color(shade);
    }
    match cell.value.as_deref().and_then(excel_number) {
        Some((number, format)) => {
            let format = if cell.raw.trim_end().ends_with(['%', '％']) {
                format!("{format}\"%\"")
            } else {
                format
            };
            sheet.write_number_with_format(row, col, number, &look.set_num_format(format))?;
        }
        None if cell.raw.is_empty() => {
            sheet.write_blank(row, col, &look)?;
        }
        None => put(sheet, row, col, cell.text.as_deref().unwrap_or(&cell.raw), &look)?,
    }
    if !doubt.says.is_empty() {
        let note = Note::new(cut(&plain::in_cell(&doubt.says.join("\n"))))
            .add_author_prefix(false)
            .set_width(260);
        sheet.insert_note(row, col, &note)?;
    }
    Ok(())
}

fn reason(suspect: &SuspectRecord) -> String {
    let proposed = suspect.proposed.as_ref().map(|p| format!("，可能应为 {p}")).unwrap_or_default();
    let why = suspect.why_zh.join("；");
    format!("原文 {}{proposed}：{why}", suspect.printed)
}

/// The figure as Excel's number and its format, unless it has more digits than Excel keeps.
fn excel_number(value: &str) -> Option<(f64, String)> {
    let digits = value.trim_start_matches(['-', '0', '.']).chars().filter(char::is_ascii_digit);
    if digits.count() > DIGITS {
        return None;
    }
    let decimals = value.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let format = if decimals == 0 { "0".to_owned() } else { format!("0.{}", "0".repeat(decimals)) };
    Some((value.parse().ok()?, format))
}

/// A text, cut where Excel would refuse it.
fn cut(text: &str) -> &str {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

fn put(
    sheet: &mut Worksheet,
    row: u32,
    col: u16,
    text: &str,
    look: &Format,
) -> Result<(), XlsxError> {
    sheet.write_string_with_format(row, col, cut(&plain::in_cell(text)), look)?;
    Ok(())
}

fn across(
    sheet: &mut Worksheet,
    row: u32,
    cols: (u16, u16),
    text: &str,
    look: &Format,
) -> Result<(), XlsxError> {
    merged(sheet, (row, row), cols, text, look)
}

fn down(
    sheet: &mut Worksheet,
    rows: (u32, u32),
    col: u16,
    text: &str,
    look: &Format,
) -> Result<(), XlsxError> {
    merged(sheet, rows, (col, col), text, look)
}

/// One cell over rows and columns, which Excel wants to be more than one.
fn merged(
    sheet: &mut Worksheet,
    (top, bottom): (u32, u32),
    (left, right): (u16, u16),
    text: &str,
    look: &Format,
) -> Result<(), XlsxError> {
    if (top, left) == (bottom, right) {
        return put(sheet, top, left, text, look);
    }
    sheet.merge_range(top, left, bottom, right, cut(&plain::in_cell(text)), look)?;
    Ok(())
}

fn write_facts(
    sheet: &mut Worksheet,
    looks: &Looks,
    record: &NoticeRecord,
) -> Result<(), XlsxError> {
    head(sheet, looks, &FIELDS.map(|field| field.name))?;
    // The names are those of all other forms, so that programs find them; people read the note.
    for (field, col) in FIELDS.iter().zip(0..) {
        let note = Note::new(field.description_zh).add_author_prefix(false).set_width(220);
        sheet.insert_note(0, col, &note)?;
    }
    let plain = Format::new();
    let mut row = 0;
    for fact in facts(record) {
        row += 1;
        let bbox = fact.bbox.map(bbox_text).unwrap_or_default();
        let path = joined_path(fact.column);
        let (keys, doubt) = (fact.keys_text(), fact.doubt_text());
        let texts = [
            (1, fact.annex_title.unwrap_or_default()),
            (3, fact.region),
            (4, fact.parent.unwrap_or_default()),
            (5, fact.level),
            (6, fact.code.unwrap_or_default()),
            (7, &path),
            (8, fact.unit.unwrap_or_default()),
            (10, fact.raw),
            (11, fact.status),
            (13, &bbox),
            (14, fact.document_number.unwrap_or_default()),
            (18, &keys),
            (19, fact.mark.unwrap_or_default()),
            (20, &doubt),
            (22, fact.sheet.unwrap_or_default()),
            (23, fact.cell.unwrap_or_default()),
            (24, fact.source),
            (25, fact.doc_id),
            (26, fact.corrected.unwrap_or_default()),
        ];
        if let Some(sure) = fact.confidence {
            sheet.write_number(row, 27, sure)?;
        }
        for (col, text) in texts {
            if !text.is_empty() {
                put(sheet, row, col, text, &plain)?;
            }
        }
        let counts = [
            (0, Some(fact.annex)),
            (2, Some(fact.row)),
            (12, Some(fact.page)),
            (15, fact.plan_year.map(u32::from)),
            (16, fact.line),
            (17, fact.line_column),
            (21, fact.part),
        ];
        for (col, count) in counts {
            if let Some(count) = count {
                sheet.write_number(row, col, count)?;
            }
        }
        match (fact.figure.and_then(excel_number), fact.value) {
            (Some((number, format)), _) => {
                let look = Format::new().set_num_format(format);
                sheet.write_number_with_format(row, 9, number, &look)?;
            }
            (None, Some(value)) => put(sheet, row, 9, value, &plain)?,
            (None, None) => {}
        }
    }
    for (col, width) in [(1, 30), (3, 14), (4, 14), (7, 36), (10, 12), (13, 26), (14, 22)] {
        sheet.set_column_width(col, width)?;
    }
    sheet.autofilter(0, 0, row, FIELDS.len() as u16 - 1)?;
    Ok(())
}

/// How much it matters, in Chinese as all that a workbook says.
fn severity(word: &str) -> String {
    match word {
        "error" => "错误",
        "warning" => "警告",
        "note" => "提示",
        other => other,
    }
    .to_owned()
}

/// A row of column names that stays in sight.
fn head(sheet: &mut Worksheet, looks: &Looks, names: &[&str]) -> Result<(), XlsxError> {
    for (name, col) in names.iter().zip(0..) {
        put(sheet, 0, col, name, &looks.head)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn write_findings(
    sheet: &mut Worksheet,
    looks: &Looks,
    record: &NoticeRecord,
) -> Result<(), XlsxError> {
    let names =
        ["检查项", "级别", "说明", "说明（英文）", "所载", "计算得出", "允许误差", "可疑单元格"];
    head(sheet, looks, &names)?;
    sheet.set_column_width(2, 60)?;
    sheet.set_column_width(3, 60)?;
    sheet.set_column_width(7, 60)?;
    for (finding, row) in record.findings.iter().zip(1..) {
        let suspects: Vec<String> = finding
            .suspects
            .iter()
            .map(|s| {
                let column = joined_path(&s.column);
                let annex = annex_name(s.annex).zh;
                format!("{annex} 第{}行 {} {column}：{}", s.row, s.region, reason(s))
            })
            .collect();
        let figure = |figure: &Option<String>| figure.clone().unwrap_or_default();
        let texts = [
            finding.check.clone(),
            severity(&finding.severity),
            finding.message_zh.clone(),
            finding.message.clone(),
            figure(&finding.stated),
            figure(&finding.computed),
            figure(&finding.tolerance),
            suspects.join("\n"),
        ];
        for (text, col) in texts.iter().zip(0..) {
            put(sheet, row, col, text, &looks.plain)?;
        }
    }
    Ok(())
}

fn write_diagnostics(
    sheet: &mut Worksheet,
    looks: &Looks,
    record: &NoticeRecord,
) -> Result<(), XlsxError> {
    let names = ["代码", "级别", "说明", "说明（英文）", "建议", "建议（英文）", "页", "行"];
    head(sheet, looks, &names)?;
    for col in [2, 3] {
        sheet.set_column_width(col, 60)?;
    }
    for (col, width) in [(0, 24), (4, 40), (5, 40)] {
        sheet.set_column_width(col, width)?;
    }
    for (said, row) in record.diagnostics.iter().zip(1..) {
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        let texts = [
            said.code.clone(),
            severity(&said.severity),
            said.message_zh.clone(),
            said.message.clone(),
            or_empty(&said.hint_zh),
            or_empty(&said.hint),
        ];
        for (text, col) in texts.iter().zip(0..) {
            put(sheet, row, col, text, &looks.plain)?;
        }
        let place = said.place.as_ref();
        for (count, col) in [(place.map(|p| p.page), 6), (place.and_then(|p| p.line), 7)] {
            if let Some(count) = count {
                sheet.write_number_with_format(row, col, count, &looks.plain)?;
            }
        }
    }
    Ok(())
}

fn write_notice(
    sheet: &mut Worksheet,
    looks: &Looks,
    record: &NoticeRecord,
) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 14)?;
    sheet.set_column_width(1, 80)?;
    let one = |value: &Option<String>| value.clone().unwrap_or_default();
    let number = record.document_number.as_ref().map(|n| n.raw.clone()).unwrap_or_default();
    let rows = [
        ("发文机关", record.issuing_authorities.join("；")),
        ("发文字号", number),
        ("标题", one(&record.title)),
        ("主送机关", record.primary_addressees.join("；")),
        ("成文日期", one(&record.date_of_writing)),
        ("公开属性", one(&record.disclosure)),
        ("文件", record.source.name.clone()),
        ("SHA-256", record.source.sha256.clone()),
        ("页数", record.source.pages.to_string()),
    ];
    for ((name, value), row) in rows.iter().zip(0..) {
        put(sheet, row, 0, name, &looks.plain)?;
        put(sheet, row, 1, value, &looks.plain)?;
    }
    let below = rows.len() as u32 + 1;
    put(sheet, below, 0, "底色", &looks.plain)?;
    for ((shade, meaning), row) in SHADES.into_iter().zip(below..) {
        put(sheet, row, 1, meaning, &looks.plain.clone().set_background_color(shade))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_decimals_and_one_too_long_for_excel_is_none() {
        assert_eq!(excel_number("278.90"), Some((278.9, "0.00".to_owned())));
        assert_eq!(excel_number("-1662"), Some((-1662.0, "0".to_owned())));
        assert_eq!(
            excel_number("0.000000000000001"),
            Some((1e-15, format!("0.{}", "0".repeat(15))))
        );
        assert_eq!(excel_number("1234567890123456"), None);
    }

    #[test]
    fn no_two_sheets_bear_one_name() {
        let mut names = BTreeSet::new();
        assert_eq!(free_name(&mut names, "附件1"), "附件1");
        assert_eq!(free_name(&mut names, "附件1"), "附件1 (2)");
        assert_eq!(free_name(&mut names, "附[件]1"), "附件1 (3)");
    }
}
