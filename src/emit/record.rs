//! The only serialisable mirror of the model: what stands in a result, key by key.
//!
//! `schemas/notice.v1.schema.json` is the contract and these types follow it; the model stays free
//! to change. Keys stand in a fixed order. A key is always there: what the notice does not have is
//! null, or an empty list. The one exception is a place, which has the words of its carrier alone: a box, a
//! line, a paragraph, a cell. Figures are strings, so that no reader turns them into floats.

use crate::check;
use crate::diag;
use crate::error::{Error, ErrorKind};
use crate::geom::Rect;
use crate::model::{
    self, Amount, ColumnRole, DocumentNumber, Field, Force, Frame, Level, Notice, Status, Verdict,
};
use crate::pipeline::{Origin, Part, Reading, Role, TextFrom};
use crate::place::{Located, Place, Spot, row_and_column};
use crate::sight::{Doubt, Offer, Proof, Sight};
use crate::source::Source;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// The version of the schema that results follow.
pub const SCHEMA_VERSION: &str = "1.1";

/// A whole result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeRecord {
    /// [`SCHEMA_VERSION`] of the program that wrote it.
    pub schema_version: String,
    /// The program that wrote it.
    pub generator: GeneratorRecord,
    /// What was read.
    pub source: SourceRecord,
    /// 发文机关标志.
    pub issuing_authorities: Vec<String>,
    /// 发文字号.
    pub document_number: Option<DocumentNumberRecord>,
    /// 标题.
    pub title: Option<String>,
    /// The kind of document: 通知, 函 …
    pub document_type: Option<String>,
    /// The year the plan is for.
    pub plan_year: Option<u16>,
    /// 主送机关.
    pub primary_addressees: Vec<String>,
    /// 成文日期, ISO 8601.
    pub date_of_writing: Option<String>,
    /// 发文机关署名.
    pub signing_authorities: Vec<String>,
    /// 附注 on disclosure.
    pub disclosure: Option<String>,
    /// 份号.
    pub copy_number: Option<String>,
    /// 密级和保密期限.
    pub security_classification: Option<String>,
    /// 紧急程度.
    pub urgency: Option<String>,
    /// 签发人.
    pub signatories_for_issue: Vec<String>,
    /// 抄送机关.
    pub copied_to: Vec<String>,
    /// 印发机关.
    pub printing_authority: Option<String>,
    /// 印发日期, ISO 8601.
    pub printing_date: Option<String>,
    /// Where the elements above stand.
    pub places: FramePlaces,
    /// Elements that are printed but were not understood.
    pub unread: Vec<UnreadRecord>,
    /// The body, nested by its numbers.
    pub body: Vec<SectionRecord>,
    /// Figures stated in the body.
    pub targets: Vec<TargetRecord>,
    /// Dates stated in the body.
    pub deadlines: Vec<DeadlineRecord>,
    /// 附件说明.
    pub annex_list: Vec<AnnexListRecord>,
    /// 附件.
    pub annexes: Vec<AnnexRecord>,
    /// What the pipeline changed, took out or joined.
    pub repairs: Vec<RepairRecord>,
    /// What the notice says against itself.
    pub findings: Vec<FindingRecord>,
    /// What could not be read with confidence.
    pub diagnostics: Vec<DiagnosticRecord>,
    /// How much of the notice is borne out by its own sums, and how much is in doubt; results of 1.0
    /// have none.
    #[serde(default)]
    pub summary: Option<SummaryRecord>,
}

/// How much of a notice is borne out by its own sums, and how much is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SummaryRecord {
    /// Entries in `annexes`.
    pub annexes: usize,
    /// Cells of the annexes with a figure.
    pub figures: usize,
    /// What the figures should come to.
    pub identities: IdentitiesRecord,
    /// Figures that no identity covers: a fault in one of them is silent.
    pub figures_uncovered: usize,
    /// Columns of figures of which none is covered.
    pub columns_uncovered: usize,
    /// Cells whose reading a diagnostic doubts.
    pub doubtful: usize,
    /// Characters of the pages that ended neither in the result nor in a repair; null where they were
    /// not counted.
    pub glyphs_unaccounted: Option<usize>,
}

/// How the identities of a notice fare: sums down and across, products, figures of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentitiesRecord {
    /// Those whose terms are all figures.
    pub tried: usize,
    /// Of these, those that hold, rounding aside.
    pub held: usize,
    /// Of these, those that do not.
    pub broken: usize,
    /// Those that have text or something unreadable among their terms.
    pub untried: usize,
}

/// The program that wrote a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneratorRecord {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceRecord {
    /// File name without folders, or `-`.
    pub name: String,
    /// Told from the bytes.
    pub media_type: String,
    /// Lower-case hexadecimal.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
    /// Number of pages.
    pub pages: u32,
    /// `text_layer`, `ocr`, `text`, `document`, `workbook` or `web_page`.
    pub text_from: String,
    /// WHATWG name, for a text input or a web page.
    pub encoding: Option<String>,
    /// The files, where the notice comes in several.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub parts: Vec<PartRecord>,
}

/// A file of a notice that comes in several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartRecord {
    /// Its name in the archive or folder.
    pub name: String,
    /// Told from the bytes.
    pub media_type: String,
    /// Lower-case hexadecimal.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
    /// Its first page, counted through all files.
    pub first_page: u32,
    /// `body` or `annexes`.
    pub role: String,
}

/// 发文字号. The parts are null where the number was not understood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentNumberRecord {
    /// As printed, without inner spaces.
    pub raw: String,
    /// 机关代字.
    pub agency_code: Option<String>,
    /// The year in the brackets.
    pub year: Option<u16>,
    /// 序号.
    pub serial: Option<u32>,
}

/// Where the elements of the frame stand; each null or empty where its element is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // One field for each element, under the element's own name.
pub struct FramePlaces {
    pub issuing_authorities: Vec<PlaceRecord>,
    pub document_number: Option<PlaceRecord>,
    pub title: Option<PlaceRecord>,
    pub primary_addressees: Vec<PlaceRecord>,
    pub date_of_writing: Option<PlaceRecord>,
    pub signing_authorities: Vec<PlaceRecord>,
    pub disclosure: Option<PlaceRecord>,
    pub copy_number: Option<PlaceRecord>,
    pub security_classification: Option<PlaceRecord>,
    pub urgency: Option<PlaceRecord>,
    pub signatories_for_issue: Vec<PlaceRecord>,
    pub copied_to: Vec<PlaceRecord>,
    pub printing_authority: Option<PlaceRecord>,
    pub printing_date: Option<PlaceRecord>,
}

/// An element that is printed but was not understood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnreadRecord {
    /// The element's key.
    pub element: String,
    /// As printed.
    pub raw: String,
    /// Where it stands.
    pub place: PlaceRecord,
}

/// A place: a page, and on it a box, a line and column (text), a paragraph and character, or a cell of a table or
/// sheet.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceRecord {
    /// Counted from 1; where a document has no pages, its flow is one, and so is each sheet.
    pub page: u32,
    /// `[x0, y0, x1, y1]` in points from the top left of the page as seen, two decimals.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bbox: Option<[f64; 4]>,
    /// Line of a text input, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u32>,
    /// Character in the line, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<u32>,
    /// Paragraph of a document without pages, counted from 1; those in tables do not count.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub paragraph: Option<u32>,
    /// Table of a document without pages, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub table: Option<u32>,
    /// Row of that table as the file counts it, from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub row: Option<u32>,
    /// Column of that table as the file counts it, from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub col: Option<u32>,
    /// Name of the sheet of a workbook.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sheet: Option<String>,
    /// Cell of that sheet: B7.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cell: Option<String>,
    /// Character in the paragraph or cell, counted from 1; of a cell, where it is not the first.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub character: Option<u32>,
    /// The file, by its index in `source.parts`, where the notice comes in several.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub part: Option<u32>,
}

/// A part of the body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionRecord {
    /// As printed; empty for text without one.
    pub number: String,
    /// 1 to 4 by the number's form; 0 for text without one.
    pub level: u8,
    /// The heading.
    pub heading: Option<String>,
    /// The text below it.
    pub text: String,
    /// Where it begins.
    pub place: PlaceRecord,
    /// What is nested below.
    pub sections: Vec<SectionRecord>,
}

/// A figure stated in the body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetRecord {
    /// What is to be reached, as printed.
    pub what: String,
    /// The programme.
    pub programme: Option<String>,
    /// The stage.
    pub stage: Option<String>,
    /// The region it is for.
    pub region: Option<String>,
    /// The figures.
    pub quantities: Vec<QuantityRecord>,
    /// Index in `targets`, from 0, of the target it is a part of.
    pub part_of: Option<usize>,
    /// Where it stands.
    pub place: PlaceRecord,
}

/// A figure with its unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuantityRecord {
    /// Exact decimal, a multiplier of the spelled form applied.
    pub value: String,
    /// Its unit.
    pub unit: String,
    /// What is counted, where a noun follows the unit: 小区 of 1062个小区.
    pub counted: Option<String>,
    /// As printed.
    pub raw: String,
    /// Half a unit of the last printed digit.
    pub half_unit: String,
    /// Where it stands.
    pub place: PlaceRecord,
}

/// A date stated in the body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadlineRecord {
    /// The last day, ISO 8601.
    pub by: String,
    /// As printed.
    pub raw: String,
    /// What is due.
    pub due: String,
    /// For which projects.
    pub applies_to: Option<String>,
    /// `required` or `encouraged`.
    pub force: String,
    /// Where it stands.
    pub place: PlaceRecord,
}

/// An annex as the body announces it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnexListRecord {
    /// Its number.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub place: PlaceRecord,
}

/// An annex.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnexRecord {
    /// As in its label; 0 for a table in the body.
    pub number: u32,
    /// Its title.
    pub title: Option<String>,
    /// The unit of the whole table.
    pub unit: Option<String>,
    /// The columns that hold facts.
    pub columns: Vec<ColumnRecord>,
    /// The rows in printed order.
    pub rows: Vec<RowRecord>,
    /// 注：… under the table.
    pub notes: Vec<String>,
    /// Where the annex begins.
    pub place: PlaceRecord,
    /// Where its title, unit and notes stand.
    pub places: AnnexPlaces,
}

/// Where parts of an annex stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // One field for each part, under the part's own name.
pub struct AnnexPlaces {
    pub title: Option<PlaceRecord>,
    pub unit: Option<PlaceRecord>,
    pub notes: Vec<PlaceRecord>,
}

/// A column of facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnRecord {
    /// Header texts from the top tier down.
    pub path: Vec<String>,
    /// The unit of its figures.
    pub unit: Option<String>,
    /// `sum`, `stock`, `rate`, `rank` or `text`.
    pub role: String,
    /// Where its header stands.
    pub place: PlaceRecord,
}

/// A row of facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowRecord {
    /// From 1, in printed order.
    pub number: u32,
    /// 序号 as printed.
    pub serial: Option<LocatedRecord>,
    /// Whom the row is about.
    pub region: RegionRecord,
    /// What it has in the columns that tell rows apart; results of 1.0 have none.
    #[serde(default)]
    pub keys: Keys,
    /// One for each column.
    pub cells: Vec<CellRecord>,
}

/// From the header of a key column to the row's text in it: an object in printed order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keys(pub Vec<(String, String)>);

impl Serialize for Keys {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(column, text)| (column, text)))
    }
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Keys, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Keys;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    keys.push(entry);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// A text with its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocatedRecord {
    /// As printed.
    pub raw: String,
    /// Where it stands.
    pub place: PlaceRecord,
}

/// Whom a row is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionRecord {
    /// As printed, without inner spaces.
    pub name: String,
    /// `province`, `prefecture`, `central`, `county`, `subtotal` or `other`.
    pub level: Cow<'static, str>,
    /// Printed name of the prefecture it belongs to.
    pub parent: Option<String>,
    /// GB/T 2260.
    pub code: Option<String>,
    /// Number of the row it belongs to.
    pub parent_row: Option<u32>,
    /// Where the name stands.
    pub place: PlaceRecord,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellRecord {
    /// As printed.
    pub raw: String,
    /// Exact decimal.
    pub value: Option<String>,
    /// `value`, `blank`, `placeholder`, `text` or `unreadable`.
    pub status: Cow<'static, str>,
    /// The clean text of a cell that holds text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
    /// The unit of its figure, where the cell or its row prints one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unit: Option<String>,
    /// The footnote mark beside its figure.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mark: Option<String>,
    /// Where it stands.
    pub place: PlaceRecord,
    /// Codes of the diagnostics that speak of it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub doubt: Vec<String>,
    /// What a person said of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub correction: Option<Box<CorrectionRecord>>,
    /// How sure recognition was, 0 to 1, for a cell read from a picture.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub confidence: Option<f64>,
    /// What else it may say.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub readings: Vec<OfferRecord>,
    /// Whether sums that hold cover it, for a figure read from a picture.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub proven: Option<bool>,
    /// Whether another reading was taken because it mends all sums.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub mended: bool,
}

/// Another reading that recognition offered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferRecord {
    /// What it says.
    pub text: String,
    /// How likely it is, 0 to 1.
    pub confidence: f64,
}

/// What a person said of a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectionRecord {
    /// `confirmed` or `corrected`.
    pub verdict: String,
    /// Who said it.
    pub by: String,
    /// When, RFC 3339, as given.
    pub at: String,
    /// The value before.
    pub from: Option<String>,
    /// The value since.
    pub to: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub comment: Option<String>,
}

/// Something the pipeline changed, took out or joined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepairRecord {
    /// The stage that did it.
    pub stage: String,
    /// One rule, one reason.
    pub rule: String,
    /// Where.
    pub place: Option<PlaceRecord>,
    /// What was printed.
    pub before: String,
    /// What the pipeline went on with.
    pub after: String,
}

/// Something the notice says against itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingRecord {
    /// One check, one word.
    pub check: String,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// In English.
    pub message: String,
    /// In Chinese.
    pub message_zh: String,
    /// The likeliest cause, in English.
    #[serde(default)]
    pub cause: Option<String>,
    /// The same in Chinese.
    #[serde(default)]
    pub cause_zh: Option<String>,
    /// The figure as stated.
    pub stated: Option<String>,
    /// The figure as computed.
    pub computed: Option<String>,
    /// How far the two may be apart.
    pub tolerance: Option<String>,
    /// The stated figure's place first.
    pub places: Vec<PlaceRecord>,
    /// The cells to doubt, the likeliest first.
    pub suspects: Vec<SuspectRecord>,
}

/// A cell to doubt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuspectRecord {
    /// Number of the annex.
    pub annex: u32,
    /// Row, from 1.
    pub row: u32,
    /// The row's region.
    pub region: String,
    /// Header texts from the top tier down.
    pub column: Vec<String>,
    /// What is printed.
    pub printed: String,
    /// What would mend every broken identity it is in.
    pub proposed: Option<String>,
    /// Reasons, in English.
    pub why: Vec<String>,
    /// The same reasons in Chinese.
    pub why_zh: Vec<String>,
    /// Where the cell stands.
    pub place: PlaceRecord,
}

/// Something that could not be read with confidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiagnosticRecord {
    /// One code, one cause.
    pub code: String,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// Where.
    pub place: Option<PlaceRecord>,
    /// In English.
    pub message: String,
    /// In Chinese.
    pub message_zh: String,
    /// What the reader can do, in English.
    pub hint: Option<String>,
    /// The same in Chinese.
    pub hint_zh: Option<String>,
}

// The words of the schema for the model's enums.

const LEVELS: &[(Level, &str)] = &[
    (Level::Province, "province"),
    (Level::Prefecture, "prefecture"),
    (Level::Central, "central"),
    (Level::County, "county"),
    (Level::Subtotal, "subtotal"),
    (Level::Other, "other"),
];

const ROLES: &[(ColumnRole, &str)] = &[
    (ColumnRole::Sum, "sum"),
    (ColumnRole::Stock, "stock"),
    (ColumnRole::Rate, "rate"),
    (ColumnRole::Rank, "rank"),
    (ColumnRole::Text, "text"),
];

const STATUSES: &[(Status, &str)] = &[
    (Status::Value, "value"),
    (Status::Blank, "blank"),
    (Status::Placeholder, "placeholder"),
    (Status::Text, "text"),
    (Status::Unreadable, "unreadable"),
];

const VERDICTS: &[(Verdict, &str)] =
    &[(Verdict::Confirmed, "confirmed"), (Verdict::Corrected, "corrected")];

const FORCES: &[(Force, &str)] =
    &[(Force::Required, "required"), (Force::Encouraged, "encouraged")];

const TEXT_FROM: &[(TextFrom, &str)] = &[
    (TextFrom::TextLayer, "text_layer"),
    (TextFrom::Ocr, "ocr"),
    (TextFrom::Text, "text"),
    (TextFrom::Document, "document"),
    (TextFrom::Workbook, "workbook"),
    (TextFrom::WebPage, "web_page"),
];

/// The schema's word for a value; every value of the enums above has one.
fn word<T: PartialEq + Copy>(words: &'static [(T, &'static str)], value: T) -> &'static str {
    words.iter().find(|(v, _)| *v == value).map_or("other", |(_, w)| w)
}

/// The value that bears this word.
fn value_of<T: Copy>(
    words: &'static [(T, &'static str)],
    word: &str,
    key: &str,
) -> Result<T, Error> {
    let found = words.iter().find(|(_, w)| *w == word).map(|(v, _)| *v);
    found.ok_or_else(|| unfit(format!("{key} is {word:?}")))
}

/// The schema's word for a region's level.
pub fn level_word(level: Level) -> &'static str {
    word(LEVELS, level)
}

/// The schema's word for what a cell holds.
pub fn status_word(status: Status) -> &'static str {
    word(STATUSES, status)
}

// ---- From the model ----

impl NoticeRecord {
    /// The record of one reading, which is still needed.
    pub fn new(source: &Source, reading: &Reading) -> NoticeRecord {
        NoticeRecord::of(source, reading.clone())
    }

    /// The record of one reading: the texts of its cells are moved, not copied.
    pub fn of(source: &Source, mut reading: Reading) -> NoticeRecord {
        let annexes = std::mem::take(&mut reading.notice.annexes);
        let annexes = annexes.into_iter().map(AnnexRecord::from).collect();
        let frame = &reading.notice.frame;
        let notice = &reading.notice;
        let mut record = NoticeRecord {
            schema_version: SCHEMA_VERSION.to_owned(),
            generator: GeneratorRecord {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            source: source_record(source, &reading),
            issuing_authorities: texts(&frame.issuing_authorities),
            document_number: document_number(&frame.document_number),
            title: text(&frame.title),
            document_type: frame.document_type.clone(),
            plan_year: frame.plan_year,
            primary_addressees: texts(&frame.primary_addressees),
            date_of_writing: frame.date_of_writing.read().map(Date::to_string),
            signing_authorities: texts(&frame.signing_authorities),
            disclosure: text(&frame.disclosure),
            copy_number: text(&frame.copy_number),
            security_classification: text(&frame.security_classification),
            urgency: text(&frame.urgency),
            signatories_for_issue: texts(&frame.signatories_for_issue),
            copied_to: texts(&frame.copied_to),
            printing_authority: text(&frame.printing_authority),
            printing_date: frame.printing_date.read().map(Date::to_string),
            places: frame_places(frame),
            unread: unread(frame),
            body: notice.body.iter().map(SectionRecord::from).collect(),
            targets: notice.targets.iter().map(TargetRecord::from).collect(),
            deadlines: notice.deadlines.iter().map(DeadlineRecord::from).collect(),
            annex_list: notice.annex_list.iter().map(AnnexListRecord::from).collect(),
            annexes,
            repairs: reading.repairs.iter().map(RepairRecord::from).collect(),
            findings: reading.findings.iter().map(FindingRecord::from).collect(),
            diagnostics: reading.diagnostics.iter().map(DiagnosticRecord::from).collect(),
            summary: Some(reading.summary.into()),
        };
        record.locate(&reading.origins);
        record
    }
}

impl NoticeRecord {
    /// Its cells as the notice has them now, findings and summary anew: someone may have mended them.
    pub fn check_again(&mut self, notice: &Notice) {
        let check::Checked { findings, summary } = check::checked(notice);
        let before = self.places_of_cells();
        self.findings = findings.iter().map(FindingRecord::from).collect();
        self.annexes = notice.annexes.iter().cloned().map(AnnexRecord::from).collect();
        self.summary = Some(summary.into());
        self.locate_again(before);
    }
}

impl From<check::Summary> for SummaryRecord {
    fn from(summary: check::Summary) -> SummaryRecord {
        let check::Summary { annexes, figures, tried, held, broken, .. } = summary;
        let check::Summary { untried, uncovered, uncovered_columns, doubtful, .. } = summary;
        SummaryRecord {
            annexes,
            figures,
            identities: IdentitiesRecord { tried, held, broken, untried },
            figures_uncovered: uncovered,
            columns_uncovered: uncovered_columns,
            doubtful,
            glyphs_unaccounted: None,
        }
    }
}

fn source_record(source: &Source, reading: &Reading) -> SourceRecord {
    SourceRecord {
        name: source.name.clone(),
        media_type: source.kind.media_type().to_owned(),
        sha256: source.sha256(),
        bytes: source.size(),
        pages: reading.pages,
        text_from: word(TEXT_FROM, reading.text_from).to_owned(),
        encoding: reading.encoding.map(str::to_owned),
        parts: parts(&reading.origins),
    }
}

/// The files that pages are of, each once.
pub(super) fn parts(origins: &[Origin]) -> Vec<PartRecord> {
    let mut parts: Vec<&Part> = origins.iter().filter_map(|o| o.part.as_deref()).collect();
    parts.dedup_by_key(|part| part.index);
    let record = |part: &Part| PartRecord {
        name: part.name.clone(),
        media_type: part.kind.media_type().to_owned(),
        sha256: part.sha256.clone(),
        bytes: part.bytes,
        first_page: part.first_page,
        role: word(PART_ROLES, part.role).to_owned(),
    };
    parts.into_iter().map(record).collect()
}

const PART_ROLES: &[(Role, &str)] = &[(Role::Body, "body"), (Role::Annexes, "annexes")];

fn text(located: &Option<Located<String>>) -> Option<String> {
    located.as_ref().map(|l| l.value.clone())
}

fn texts(located: &[Located<String>]) -> Vec<String> {
    located.iter().map(|l| l.value.clone()).collect()
}

fn place<T>(located: &Option<Located<T>>) -> Option<PlaceRecord> {
    located.as_ref().map(|l| l.place.into())
}

fn places<T>(located: &[Located<T>]) -> Vec<PlaceRecord> {
    located.iter().map(|l| l.place.into()).collect()
}

fn field_place<T>(field: &Field<T>) -> Option<PlaceRecord> {
    match field {
        Field::Read(located) => Some(located.place.into()),
        Field::Raw(located) => Some(located.place.into()),
        Field::Absent => None,
    }
}

fn document_number(field: &Field<DocumentNumber>) -> Option<DocumentNumberRecord> {
    match field {
        Field::Read(Located { value, .. }) => Some(DocumentNumberRecord {
            raw: value.raw.clone(),
            agency_code: Some(value.agency_code.clone()),
            year: Some(value.year),
            serial: Some(value.serial),
        }),
        Field::Raw(raw) => Some(DocumentNumberRecord {
            raw: raw.value.clone(),
            agency_code: None,
            year: None,
            serial: None,
        }),
        Field::Absent => None,
    }
}

fn frame_places(frame: &Frame) -> FramePlaces {
    FramePlaces {
        issuing_authorities: places(&frame.issuing_authorities),
        document_number: field_place(&frame.document_number),
        title: place(&frame.title),
        primary_addressees: places(&frame.primary_addressees),
        date_of_writing: field_place(&frame.date_of_writing),
        signing_authorities: places(&frame.signing_authorities),
        disclosure: place(&frame.disclosure),
        copy_number: place(&frame.copy_number),
        security_classification: place(&frame.security_classification),
        urgency: place(&frame.urgency),
        signatories_for_issue: places(&frame.signatories_for_issue),
        copied_to: places(&frame.copied_to),
        printing_authority: place(&frame.printing_authority),
        printing_date: field_place(&frame.printing_date),
    }
}

fn unread(frame: &Frame) -> Vec<UnreadRecord> {
    fn raw<T>(element: &str, field: &Field<T>) -> Option<UnreadRecord> {
        match field {
            Field::Raw(located) => Some(UnreadRecord {
                element: element.to_owned(),
                raw: located.value.clone(),
                place: located.place.into(),
            }),
            _ => None,
        }
    }
    let others = frame.unread.iter().map(|unread| UnreadRecord {
        element: unread.element.clone(),
        raw: unread.raw.value.clone(),
        place: unread.raw.place.into(),
    });
    [
        raw("document_number", &frame.document_number),
        raw("date_of_writing", &frame.date_of_writing),
        raw("printing_date", &frame.printing_date),
    ]
    .into_iter()
    .flatten()
    .chain(others)
    .collect()
}

/// Elements whose text, where it was not understood, the model keeps in the element itself.
const FIELDS: [&str; 3] = ["document_number", "date_of_writing", "printing_date"];

/// A measured length with two decimals: enough to point at a character, and stable to compare.
pub fn rounded(points: f32) -> f64 {
    // A document can make a length infinite, which JSON can't say.
    let points = if points.is_finite() { f64::from(points) } else { 0.0 };
    // Adding zero turns -0 into 0.
    (points * 100.0).round() / 100.0 + 0.0
}

/// A box as `[x0, y0, x1, y1]` with two decimals.
pub fn bbox(rect: &Rect) -> [f64; 4] {
    [rounded(rect.x0), rounded(rect.y0), rounded(rect.x1), rounded(rect.y1)]
}

impl From<Place> for PlaceRecord {
    fn from(place: Place) -> PlaceRecord {
        let on = PlaceRecord { page: place.page, ..PlaceRecord::default() };
        match place.spot {
            Spot::Box(rect) => PlaceRecord { bbox: Some(bbox(&rect)), ..on },
            Spot::Text { line, column } => {
                PlaceRecord { line: Some(line), column: Some(column), ..on }
            }
            Spot::Paragraph { index, character } => {
                PlaceRecord { paragraph: Some(index), character: Some(character), ..on }
            }
            Spot::Cell { table, row, col, character } => PlaceRecord {
                table: Some(table),
                row: Some(row),
                col: Some(col),
                character: (character != 1).then_some(character),
                ..on
            },
        }
    }
}

impl From<&model::Section> for SectionRecord {
    fn from(section: &model::Section) -> SectionRecord {
        SectionRecord {
            number: section.number.clone(),
            level: section.level,
            heading: section.heading.clone(),
            text: section.text.clone(),
            place: section.place.into(),
            sections: section.sections.iter().map(SectionRecord::from).collect(),
        }
    }
}

impl From<&model::Target> for TargetRecord {
    fn from(target: &model::Target) -> TargetRecord {
        TargetRecord {
            what: target.what.clone(),
            programme: target.programme.clone(),
            stage: target.stage.clone(),
            region: target.region.clone(),
            quantities: target.quantities.iter().map(QuantityRecord::from).collect(),
            part_of: target.part_of,
            place: target.place.into(),
        }
    }
}

impl From<&model::Quantity> for QuantityRecord {
    fn from(quantity: &model::Quantity) -> QuantityRecord {
        QuantityRecord {
            value: quantity.value.to_string(),
            unit: quantity.unit.clone(),
            counted: quantity.counted.clone(),
            raw: quantity.raw.clone(),
            half_unit: quantity.half_unit.to_string(),
            place: quantity.place.into(),
        }
    }
}

impl From<&model::Deadline> for DeadlineRecord {
    fn from(deadline: &model::Deadline) -> DeadlineRecord {
        DeadlineRecord {
            by: deadline.by.to_string(),
            raw: deadline.raw.clone(),
            due: deadline.due.clone(),
            applies_to: deadline.applies_to.clone(),
            force: word(FORCES, deadline.force).to_owned(),
            place: deadline.place.into(),
        }
    }
}

impl From<&model::AnnexListEntry> for AnnexListRecord {
    fn from(entry: &model::AnnexListEntry) -> AnnexListRecord {
        AnnexListRecord {
            number: entry.number,
            title: entry.title.value.clone(),
            place: entry.title.place.into(),
        }
    }
}

impl From<model::Annex> for AnnexRecord {
    fn from(annex: model::Annex) -> AnnexRecord {
        let numbers: Vec<u32> = annex.rows.iter().map(|row| row.number).collect();
        let row_number = |index: usize| numbers.get(index).copied();
        AnnexRecord {
            number: annex.number,
            title: text(&annex.title),
            unit: text(&annex.unit),
            columns: annex.columns.iter().map(ColumnRecord::from).collect(),
            rows: annex
                .rows
                .into_iter()
                .map(|row| RowRecord {
                    number: row.number,
                    serial: row
                        .serial
                        .map(|s| LocatedRecord { raw: s.value, place: s.place.into() }),
                    region: RegionRecord {
                        name: row.region.name,
                        level: level_word(row.region.level).into(),
                        parent: row.region.parent,
                        code: row.region.code,
                        parent_row: row.region.parent_row.and_then(row_number),
                        place: row.region.place.into(),
                    },
                    keys: Keys(row.keys.into_iter().map(|k| (k.column, k.text)).collect()),
                    cells: row.cells.into_iter().map(CellRecord::from).collect(),
                })
                .collect(),
            notes: texts(&annex.notes),
            place: annex.place.into(),
            places: AnnexPlaces {
                title: place(&annex.title),
                unit: place(&annex.unit),
                notes: places(&annex.notes),
            },
        }
    }
}

impl From<&model::Column> for ColumnRecord {
    fn from(column: &model::Column) -> ColumnRecord {
        ColumnRecord {
            path: column.path.clone(),
            unit: column.unit.clone(),
            role: word(ROLES, column.role).to_owned(),
            place: column.place.into(),
        }
    }
}

impl From<model::Cell> for CellRecord {
    fn from(cell: model::Cell) -> CellRecord {
        let sight = cell.sight.as_deref();
        CellRecord {
            raw: cell.raw,
            value: cell.value.map(|v| v.to_string()),
            status: status_word(cell.status).into(),
            text: cell.text,
            unit: cell.unit,
            mark: cell.mark,
            place: cell.place.into(),
            doubt: cell.doubt,
            correction: cell.correction.as_deref().map(|c| Box::new(CorrectionRecord::from(c))),
            confidence: sight.map(|sight| f64::from(sight.confidence) / 1000.0),
            readings: sight.map(offers).unwrap_or_default(),
            proven: sight
                .filter(|_| cell.status == Status::Value)
                .map(|sight| sight.proof != Proof::None),
            mended: sight.is_some_and(|sight| sight.proof == Proof::Mended),
        }
    }
}

fn offers(sight: &Sight) -> Vec<OfferRecord> {
    let record = |offer: &Offer| OfferRecord {
        text: offer.text.clone(),
        confidence: f64::from(offer.confidence) / 1000.0,
    };
    sight.readings.iter().map(record).collect()
}

/// The causes of doubt by their names.
pub(super) fn doubts(sight: &Sight) -> Vec<String> {
    sight.doubts.iter().map(|doubt| doubt.code().to_owned()).collect()
}

const DOUBTS: &[Doubt] = &[
    Doubt::TouchesEdge,
    Doubt::LowConfidence,
    Doubt::Form,
    Doubt::UnderSeal,
    Doubt::ReadingsDiffer,
    Doubt::Handwriting,
    Doubt::Faint,
    Doubt::InkLeft,
];

impl CellRecord {
    fn to_sight(&self) -> Option<Box<Sight>> {
        let thousandths = |share: f64| (share.clamp(0.0, 1.0) * 1000.0).round() as u16;
        let proof = match (self.mended, self.proven) {
            (true, _) => Proof::Mended,
            (_, Some(true)) => Proof::Proven,
            _ => Proof::None,
        };
        let mut sight =
            Sight { confidence: thousandths(self.confidence?), proof, ..Sight::default() };
        for offer in &self.readings {
            sight.offer(offer.text.clone(), thousandths(offer.confidence));
        }
        for code in &self.doubt {
            DOUBTS.iter().filter(|d| d.code() == code).for_each(|&d| sight.doubt(d));
        }
        Some(Box::new(sight))
    }
}

impl From<&model::Correction> for CorrectionRecord {
    fn from(correction: &model::Correction) -> CorrectionRecord {
        CorrectionRecord {
            verdict: word(VERDICTS, correction.verdict).to_owned(),
            by: correction.by.clone(),
            at: correction.at.clone(),
            from: correction.from.map(|v| v.to_string()),
            to: correction.to.map(|v| v.to_string()),
            comment: correction.comment.clone(),
        }
    }
}

impl From<&diag::Repair> for RepairRecord {
    fn from(repair: &diag::Repair) -> RepairRecord {
        RepairRecord {
            stage: repair.stage.name().to_owned(),
            rule: repair.rule.to_owned(),
            place: repair.place.map(PlaceRecord::from),
            before: repair.before.clone(),
            after: repair.after.clone(),
        }
    }
}

impl From<&check::Finding> for FindingRecord {
    fn from(finding: &check::Finding) -> FindingRecord {
        FindingRecord {
            check: finding.check.to_owned(),
            severity: finding.severity.name().to_owned(),
            message: finding.message.en.clone(),
            message_zh: finding.message.zh.clone(),
            cause: finding.cause.as_ref().map(|cause| cause.en.clone()),
            cause_zh: finding.cause.as_ref().map(|cause| cause.zh.clone()),
            stated: finding.stated.map(|v| v.to_string()),
            computed: finding.computed.map(|v| v.to_string()),
            tolerance: finding.tolerance.map(|v| v.to_string()),
            places: finding.places.iter().map(|&p| p.into()).collect(),
            suspects: finding.suspects.iter().map(SuspectRecord::from).collect(),
        }
    }
}

impl From<&check::Suspect> for SuspectRecord {
    fn from(suspect: &check::Suspect) -> SuspectRecord {
        SuspectRecord {
            annex: suspect.annex,
            row: suspect.row,
            region: suspect.region.clone(),
            column: suspect.column.clone(),
            printed: suspect.printed.clone(),
            proposed: suspect.proposed.map(|v| v.to_string()),
            why: suspect.why.iter().map(|w| w.en.clone()).collect(),
            why_zh: suspect.why.iter().map(|w| w.zh.clone()).collect(),
            place: suspect.place.into(),
        }
    }
}

impl From<&diag::Diagnostic> for DiagnosticRecord {
    fn from(diagnostic: &diag::Diagnostic) -> DiagnosticRecord {
        DiagnosticRecord {
            code: diagnostic.code.to_owned(),
            severity: diagnostic.severity.name().to_owned(),
            place: diagnostic.place.map(PlaceRecord::from),
            message: diagnostic.message.en.clone(),
            message_zh: diagnostic.message.zh.clone(),
            hint: diagnostic.hint.as_ref().map(|h| h.en.clone()),
            hint_zh: diagnostic.hint.as_ref().map(|h| h.zh.clone()),
        }
    }
}

// ---- Back to the model: what `check` needs from a result made earlier ----

fn unfit(what: impl Into<String>) -> Error {
    let what = what.into();
    Error::new(ErrorKind::BrokenResult { what: diag::Wording::new(what.clone(), what) })
}

impl NoticeRecord {
    /// The notice that the record tells of; findings, diagnostics and repairs stay in the record.
    ///
    /// # Errors
    /// [`ErrorKind::BrokenResult`] if a figure, a date or a word is none, or a row has more or fewer cells
    /// than the annex has columns: such a record does not follow the schema or was edited.
    pub fn to_notice(&self) -> Result<Notice, Error> {
        Ok(Notice {
            frame: self.to_frame()?,
            body: self.body.iter().map(SectionRecord::to_section).collect(),
            targets: self.targets.iter().map(TargetRecord::to_target).collect::<Result<_, _>>()?,
            deadlines: self
                .deadlines
                .iter()
                .map(DeadlineRecord::to_deadline)
                .collect::<Result<_, _>>()?,
            annex_list: self
                .annex_list
                .iter()
                .map(|entry| model::AnnexListEntry {
                    number: entry.number,
                    title: Located::new(entry.title.clone(), entry.place.to_place()),
                })
                .collect(),
            annexes: self.annexes.iter().map(AnnexRecord::to_annex).collect::<Result<_, _>>()?,
        })
    }

    fn to_frame(&self) -> Result<Frame, Error> {
        let p = &self.places;
        Ok(Frame {
            copy_number: located(&self.copy_number, &p.copy_number),
            security_classification: located(
                &self.security_classification,
                &p.security_classification,
            ),
            urgency: located(&self.urgency, &p.urgency),
            issuing_authorities: all_located(&self.issuing_authorities, &p.issuing_authorities),
            document_number: self.to_document_number(),
            signatories_for_issue: all_located(
                &self.signatories_for_issue,
                &p.signatories_for_issue,
            ),
            title: located(&self.title, &p.title),
            document_type: self.document_type.clone(),
            plan_year: self.plan_year,
            primary_addressees: all_located(&self.primary_addressees, &p.primary_addressees),
            signing_authorities: all_located(&self.signing_authorities, &p.signing_authorities),
            date_of_writing: self.to_date(
                "date_of_writing",
                &self.date_of_writing,
                &p.date_of_writing,
            )?,
            disclosure: located(&self.disclosure, &p.disclosure),
            copied_to: all_located(&self.copied_to, &p.copied_to),
            printing_authority: located(&self.printing_authority, &p.printing_authority),
            printing_date: self.to_date("printing_date", &self.printing_date, &p.printing_date)?,
            unread: self
                .unread
                .iter()
                .filter(|unread| !FIELDS.contains(&unread.element.as_str()))
                .map(|unread| model::Unread {
                    element: unread.element.clone(),
                    raw: Located::new(unread.raw.clone(), unread.place.to_place()),
                })
                .collect(),
        })
    }

    fn to_document_number(&self) -> Field<DocumentNumber> {
        let Some(number) = &self.document_number else {
            return Field::Absent;
        };
        let place = place_or_start(&self.places.document_number);
        match (&number.agency_code, number.year, number.serial) {
            (Some(agency_code), Some(year), Some(serial)) => Field::Read(Located::new(
                DocumentNumber {
                    raw: number.raw.clone(),
                    agency_code: agency_code.clone(),
                    year,
                    serial,
                },
                place,
            )),
            _ => Field::Raw(Located::new(number.raw.clone(), place)),
        }
    }

    fn to_date(
        &self,
        element: &str,
        date: &Option<String>,
        place: &Option<PlaceRecord>,
    ) -> Result<Field<Date>, Error> {
        if let Some(date) = date {
            return Ok(Field::Read(Located::new(to_date(date, element)?, place_or_start(place))));
        }
        let unread = self.unread.iter().find(|u| u.element == element);
        Ok(unread
            .map_or(Field::Absent, |u| Field::Raw(Located::new(u.raw.clone(), u.place.to_place()))))
    }
}

fn to_date(text: &str, key: &str) -> Result<Date, Error> {
    text.parse().map_err(|_| unfit(format!("{key} is {text:?}, expected a date like 2023-01-30")))
}

fn to_decimal(text: &str, key: &str) -> Result<Decimal, Error> {
    Decimal::from_str_exact(text)
        .map_err(|_| unfit(format!("{key} is {text:?}, expected a decimal like 278.90")))
}

fn to_amount(text: &Option<String>, key: &str) -> Result<Option<Amount>, Error> {
    let decimal = text.as_ref().map(|text| to_decimal(text, key)).transpose()?;
    Ok(decimal.map(Amount::new))
}

fn place_or_start(place: &Option<PlaceRecord>) -> Place {
    place.as_ref().map_or(Place::of_box(1, Rect::default()), PlaceRecord::to_place)
}

fn located(text: &Option<String>, place: &Option<PlaceRecord>) -> Option<Located<String>> {
    text.as_ref().map(|t| Located::new(t.clone(), place_or_start(place)))
}

fn all_located(texts: &[String], places: &[PlaceRecord]) -> Vec<Located<String>> {
    let place = |i: usize| place_or_start(&places.get(i).cloned());
    texts.iter().enumerate().map(|(i, t)| Located::new(t.clone(), place(i))).collect()
}

impl PlaceRecord {
    /// The place itself.
    pub fn to_place(&self) -> Place {
        let cell = self.cell.as_deref().and_then(row_and_column);
        let cell = cell.or(self.row.zip(self.col));
        let character = self.character.unwrap_or(1);
        let spot = if let Some(line) = self.line {
            Spot::Text { line, column: self.column.unwrap_or(1) }
        } else if let Some(index) = self.paragraph {
            Spot::Paragraph { index, character }
        } else if let Some((row, col)) = cell {
            Spot::Cell { table: self.table.unwrap_or(1), row, col, character }
        } else {
            let [x0, y0, x1, y1] = self.bbox.unwrap_or_default().map(|length| length as f32);
            Spot::Box(Rect::new(x0, y0, x1, y1))
        };
        Place { page: self.page, spot }
    }
}

impl SectionRecord {
    fn to_section(&self) -> model::Section {
        model::Section {
            number: self.number.clone(),
            level: self.level,
            heading: self.heading.clone(),
            text: self.text.clone(),
            place: self.place.to_place(),
            sections: self.sections.iter().map(SectionRecord::to_section).collect(),
        }
    }
}

impl TargetRecord {
    fn to_target(&self) -> Result<model::Target, Error> {
        let quantity = |q: &QuantityRecord| {
            Ok(model::Quantity {
                raw: q.raw.clone(),
                value: Amount::new(to_decimal(&q.value, "value")?),
                unit: q.unit.clone(),
                counted: q.counted.clone(),
                half_unit: to_decimal(&q.half_unit, "half_unit")?,
                place: q.place.to_place(),
            })
        };
        Ok(model::Target {
            what: self.what.clone(),
            programme: self.programme.clone(),
            stage: self.stage.clone(),
            region: self.region.clone(),
            quantities: self.quantities.iter().map(quantity).collect::<Result<_, Error>>()?,
            part_of: self.part_of,
            place: self.place.to_place(),
        })
    }
}

impl DeadlineRecord {
    fn to_deadline(&self) -> Result<model::Deadline, Error> {
        Ok(model::Deadline {
            by: to_date(&self.by, "by")?,
            raw: self.raw.clone(),
            due: self.due.clone(),
            applies_to: self.applies_to.clone(),
            force: value_of(FORCES, &self.force, "force")?,
            place: self.place.to_place(),
        })
    }
}

impl AnnexRecord {
    fn to_annex(&self) -> Result<model::Annex, Error> {
        let columns = self
            .columns
            .iter()
            .map(|column| {
                Ok(model::Column {
                    path: column.path.clone(),
                    unit: column.unit.clone(),
                    role: value_of(ROLES, &column.role, "role")?,
                    place: column.place.to_place(),
                })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(model::Annex {
            number: self.number,
            title: located(&self.title, &self.places.title),
            place: self.place.to_place(),
            unit: located(&self.unit, &self.places.unit),
            rows: self.rows.iter().map(|row| self.to_row(row)).collect::<Result<_, _>>()?,
            columns,
            notes: all_located(&self.notes, &self.places.notes),
        })
    }

    fn to_row(&self, row: &RowRecord) -> Result<model::Row, Error> {
        if row.cells.len() != self.columns.len() {
            return Err(unfit(format!(
                "row {} of annex {} has {} cells, expected {}",
                row.number,
                self.number,
                row.cells.len(),
                self.columns.len()
            )));
        }
        // Rows are numbered from 1 in order, so a row's number is its index and one.
        let parent_row = row.region.parent_row.map(|number| number.saturating_sub(1) as usize);
        Ok(model::Row {
            number: row.number,
            region: model::Region {
                name: row.region.name.clone(),
                level: value_of(LEVELS, &row.region.level, "level")?,
                parent_row: parent_row.filter(|&index| index < self.rows.len()),
                parent: row.region.parent.clone(),
                code: row.region.code.clone(),
                place: row.region.place.to_place(),
            },
            keys: row
                .keys
                .0
                .iter()
                .map(|(column, text)| model::Key { column: column.clone(), text: text.clone() })
                .collect(),
            serial: row.serial.as_ref().map(|s| Located::new(s.raw.clone(), s.place.to_place())),
            cells: row.cells.iter().map(CellRecord::to_cell).collect::<Result<_, _>>()?,
        })
    }
}

impl CellRecord {
    fn to_cell(&self) -> Result<model::Cell, Error> {
        Ok(model::Cell {
            raw: self.raw.clone(),
            value: to_amount(&self.value, "value")?,
            text: self.text.clone(),
            status: value_of(STATUSES, &self.status, "status")?,
            unit: self.unit.clone(),
            mark: self.mark.clone(),
            place: self.place.to_place(),
            doubt: self.doubt.clone(),
            correction: self
                .correction
                .as_ref()
                .map(|correction| correction.to_correction().map(Box::new))
                .transpose()?,
            sight: self.to_sight(),
        })
    }
}

impl CorrectionRecord {
    fn to_correction(&self) -> Result<model::Correction, Error> {
        Ok(model::Correction {
            verdict: value_of(VERDICTS, &self.verdict, "verdict")?,
            by: self.by.clone(),
            at: self.at.clone(),
            from: to_amount(&self.from, "from")?,
            to: to_amount(&self.to, "to")?,
            comment: self.comment.clone(),
        })
    }
}
