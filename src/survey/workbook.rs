//! A survey as an Excel workbook: notices with their doubts, a sheet a programme with years side by side, shares
//! reached, and what notices state differently. Figures are numbers with the decimals that are printed.

use crate::plain;
use crate::survey::page::{title, why};
use crate::survey::{Figure, Lang, Level, Programme, Survey};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
    XlsxError,
};
use std::collections::BTreeSet;
use std::io;

/// The survey as a workbook.
///
/// # Errors
/// If it has more rows or columns than a sheet can hold.
pub fn workbook(survey: &Survey, lang: Lang) -> io::Result<Vec<u8>> {
    write(survey, lang).map_err(io::Error::other)
}

fn write(survey: &Survey, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // No clock: the same results give the same bytes.
    let made = ExcelDateTime::parse_from_str("2000-01-01")?;
    let about = DocProperties::new()
        .set_title(title(survey, lang))
        .set_author(concat!("fubiao ", env!("CARGO_PKG_VERSION")))
        .set_creation_datetime(&made);
    book.set_properties(&about);
    let (looks, mut names) = (Looks::new(), BTreeSet::new());
    let mut name = |wanted: &str| free_name(&mut names, wanted);
    notices(
        book.add_worksheet().set_name(name(&lang.say("Notices", "通知")))?,
        &looks,
        survey,
        lang,
    )?;
    for of in &survey.programmes {
        let sheet = book.add_worksheet().set_name(name(&of.name))?;
        programme(sheet, &looks, of, lang)?;
    }
    let reached = |of: &Programme| !of.reached.is_empty();
    if survey.programmes.iter().any(reached) {
        let sheet =
            book.add_worksheet().set_name(name(&lang.say("Targets reached", "目标完成率")))?;
        shares(sheet, &looks, survey, lang)?;
    }
    if !survey.contradictions().is_empty() {
        let sheet =
            book.add_worksheet().set_name(name(&lang.say("Contradictions", "所载不一致")))?;
        contradictions(sheet, &looks, survey, lang)?;
    }
    if !survey.left_out.is_empty() {
        let sheet = book.add_worksheet().set_name(name(&lang.say("Left out", "未纳入的表")))?;
        left_out(sheet, &looks, survey, lang)?;
    }
    book.save_to_buffer()
}

/// How cells look.
struct Looks {
    head: Format,
    text: Format,
    strong: Format,
}

/// A figure in doubt, and one that a reviewer corrected: as in the workbook of a notice.
const DOUBTFUL: Color = Color::RGB(0xFF_EB_9C);
const CORRECTED: Color = Color::RGB(0xC6_E0_B4);

impl Looks {
    fn new() -> Looks {
        let ruled = || Format::new().set_border(FormatBorder::Thin);
        Looks {
            head: ruled()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter)
                .set_background_color(Color::RGB(0xF2_F2_F2)),
            text: ruled(),
            strong: ruled().set_bold(),
        }
    }

    fn of(&self, level: Level) -> &Format {
        match level {
            Level::County => &self.text,
            Level::Total | Level::Prefecture => &self.strong,
        }
    }
}

/// A name that a sheet may bear and no other bears.
fn free_name(names: &mut BTreeSet<String>, wanted: &str) -> String {
    let is_allowed = |c: &char| !['[', ']', ':', '*', '?', '/', '\\', '\''].contains(c);
    let wanted: String = plain::seen(wanted).chars().filter(is_allowed).take(25).collect();
    let wanted = if wanted.trim().is_empty() { "—".to_owned() } else { wanted };
    let numbered = (2..).map(|n| format!("{wanted} ({n})"));
    let mut all = std::iter::once(wanted.clone()).chain(numbered);
    // Excel takes small and capital letters for one.
    all.find(|name| names.insert(name.to_lowercase())).unwrap_or(wanted)
}

fn put(
    sheet: &mut Worksheet,
    row: u32,
    col: u16,
    text: &str,
    look: &Format,
) -> Result<(), XlsxError> {
    sheet.write_string_with_format(row, col, plain::in_cell(text), look)?;
    Ok(())
}

fn head(sheet: &mut Worksheet, looks: &Looks, names: &[(String, f64)]) -> Result<(), XlsxError> {
    for ((name, width), col) in names.iter().zip(0..) {
        put(sheet, 0, col, name, &looks.head)?;
        sheet.set_column_width(col, *width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    print_on_a4(sheet, 0)
}

/// One page wide on A4, with the header down to this row on each page.
fn print_on_a4(sheet: &mut Worksheet, head: u32) -> Result<(), XlsxError> {
    const A4: u8 = 9;
    sheet
        .set_landscape()
        .set_paper_size(A4)
        .set_print_fit_to_pages(1, 0)
        .set_repeat_rows(0, head)?;
    Ok(())
}

/// A figure as a number, with its decimals.
fn number(
    sheet: &mut Worksheet,
    (row, col): (u32, u16),
    value: Decimal,
    look: &Format,
) -> Result<(), XlsxError> {
    let decimals = value.scale() as usize;
    let format =
        if decimals == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(decimals)) };
    match value.to_f64() {
        // Excel keeps 15 digits; a figure with more is a text, so that none is changed.
        Some(float) if value.mantissa().unsigned_abs() < 10_u128.pow(15) => {
            sheet.write_number_with_format(
                row,
                col,
                float,
                &look.clone().set_num_format(format),
            )?;
        }
        _ => put(sheet, row, col, &value.to_string(), look)?,
    }
    Ok(())
}

fn notices(
    sheet: &mut Worksheet,
    looks: &Looks,
    survey: &Survey,
    lang: Lang,
) -> Result<(), XlsxError> {
    let names = [
        (lang.say("Notice", "通知"), 40.0),
        (lang.say("Document number", "发文字号"), 24.0),
        (lang.say("Title", "标题"), 50.0),
        (lang.say("Year", "年份"), 8.0),
        (lang.say("Figures", "数字"), 9.0),
        (lang.say("Sums checked", "核对的合计"), 11.0),
        (lang.say("Findings", "问题"), 9.0),
        (lang.say("Doubtful readings", "读取存疑"), 11.0),
        (lang.say("Corrected", "已更正"), 11.0),
    ];
    head(sheet, looks, &names)?;
    for (note, row) in survey.notices.iter().zip(1..) {
        put(sheet, row, 0, &note.name, &looks.text)?;
        put(sheet, row, 1, note.document_number.as_deref().unwrap_or_default(), &looks.text)?;
        put(sheet, row, 2, note.title.as_deref().unwrap_or_default(), &looks.text)?;
        match note.year {
            Some(year) => sheet.write_number_with_format(row, 3, year, &looks.text)?,
            None => sheet.write_blank(row, 3, &looks.text)?,
        };
        let counts = [note.figures, note.checked, note.findings, note.doubtful, note.corrected];
        for (count, col) in counts.into_iter().zip(4..) {
            sheet.write_number_with_format(row, col, count as f64, &looks.text)?;
        }
    }
    sheet.autofilter(0, 0, survey.notices.len() as u32, 8)?;
    Ok(())
}

fn programme(
    sheet: &mut Worksheet,
    looks: &Looks,
    of: &Programme,
    lang: Lang,
) -> Result<(), XlsxError> {
    for (name, col) in
        [lang.say("Region", "地区"), lang.say("Earlier names", "原名")].iter().zip(0..)
    {
        sheet.merge_range(0, col, 1, col, name, &looks.head)?;
        sheet.set_column_width(col, 18.0)?;
    }
    for (region, row) in of.regions.iter().zip(2..) {
        let look = looks.of(region.level);
        let indented = look.clone().set_indent(u8::from(region.parent.is_some()));
        put(sheet, row, 0, &region.name, &indented)?;
        put(sheet, row, 1, &region.former.join("、"), look)?;
    }
    let mut col = 2;
    for measure in &of.measures {
        let years = measure.years();
        let last = col + years.len() as u16 - 1;
        let name = plain::in_cell(&measure.name()).into_owned();
        match last == col {
            true => put(sheet, 0, col, &name, &looks.head)?,
            false => drop(sheet.merge_range(0, col, 0, last, &name, &looks.head)?),
        }
        for (year, col) in years.into_iter().zip(col..) {
            sheet.write_number_with_format(1, col, year, &looks.head)?;
            sheet.set_column_width(col, 12.0)?;
            for (region, row) in (0..of.regions.len()).zip(2..) {
                let look = looks.of(of.regions[region].level);
                match measure.at(region, year) {
                    Some(figure) => number(sheet, (row, col), figure.value, &shaded(look, figure))?,
                    None => drop(sheet.write_blank(row, col, look)?),
                }
            }
        }
        col = last + 1;
    }
    sheet.set_row_height(0, 32.0)?;
    sheet.set_freeze_panes(2, 1)?;
    print_on_a4(sheet, 1)
}

fn shaded(look: &Format, figure: &Figure) -> Format {
    match (figure.doubtful || figure.other.is_some(), figure.corrected) {
        (true, _) => look.clone().set_background_color(DOUBTFUL),
        (_, true) => look.clone().set_background_color(CORRECTED),
        _ => look.clone(),
    }
}

fn shares(
    sheet: &mut Worksheet,
    looks: &Looks,
    survey: &Survey,
    lang: Lang,
) -> Result<(), XlsxError> {
    let names = [
        (lang.say("Programme", "项目"), 26.0),
        (lang.say("Done of target", "完成 ÷ 目标"), 44.0),
        (lang.say("Region", "地区"), 18.0),
        (lang.say("Year of target", "目标年份"), 10.0),
        (lang.say("Done", "完成"), 12.0),
        (lang.say("Target", "目标"), 12.0),
        ("%".to_owned(), 9.0),
    ];
    head(sheet, looks, &names)?;
    let mut row = 0;
    for programme in &survey.programmes {
        for reached in &programme.reached {
            for (&(region, year), share) in &reached.shares {
                row += 1;
                put(sheet, row, 0, &programme.full_name(), &looks.text)?;
                put(sheet, row, 1, &reached.label, &looks.text)?;
                put(sheet, row, 2, &programme.regions[region].name, &looks.text)?;
                sheet.write_number_with_format(row, 3, year, &looks.text)?;
                for (value, col) in [share.done, share.target, share.percent()].into_iter().zip(4..)
                {
                    number(sheet, (row, col), value, &looks.text)?;
                }
            }
        }
    }
    sheet.autofilter(0, 0, row, 6)?;
    Ok(())
}

fn contradictions(
    sheet: &mut Worksheet,
    looks: &Looks,
    survey: &Survey,
    lang: Lang,
) -> Result<(), XlsxError> {
    let names = [
        (lang.say("Programme", "项目"), 26.0),
        (lang.say("Measure", "指标"), 30.0),
        (lang.say("Region", "地区"), 18.0),
        (lang.say("Year", "年份"), 8.0),
        (lang.say("Counts", "采用"), 12.0),
        (lang.say("Notice", "通知"), 36.0),
        (lang.say("Other", "另载"), 12.0),
        (lang.say("Notice", "通知"), 36.0),
    ];
    head(sheet, looks, &names)?;
    let name = |notice: usize| survey.notices.get(notice).map_or("", |note| note.name.as_str());
    for ((programme, measure, region, year, figure), row) in
        survey.contradictions().into_iter().zip(1..)
    {
        put(sheet, row, 0, &programme.full_name(), &looks.text)?;
        put(sheet, row, 1, &measure.name(), &looks.text)?;
        put(sheet, row, 2, &region.name, &looks.text)?;
        sheet.write_number_with_format(row, 3, year, &looks.text)?;
        let (other, of) = figure.other.unwrap_or_default();
        number(sheet, (row, 4), figure.value, &looks.text)?;
        put(sheet, row, 5, name(figure.notice), &looks.text)?;
        number(sheet, (row, 6), other, &looks.text)?;
        put(sheet, row, 7, name(of), &looks.text)?;
    }
    Ok(())
}

fn left_out(
    sheet: &mut Worksheet,
    looks: &Looks,
    survey: &Survey,
    lang: Lang,
) -> Result<(), XlsxError> {
    let names = [
        (lang.say("Notice", "通知"), 40.0),
        (lang.say("Table", "表"), 50.0),
        (lang.say("Why", "原因"), 30.0),
    ];
    head(sheet, looks, &names)?;
    for (left, row) in survey.left_out.iter().zip(1..) {
        let name = survey.notices.get(left.notice).map_or("", |note| note.name.as_str());
        put(sheet, row, 0, name, &looks.text)?;
        put(sheet, row, 1, &left.title, &looks.text)?;
        let why = why(left.why);
        put(sheet, row, 2, &lang.say(why.en, why.zh), &looks.text)?;
    }
    Ok(())
}
