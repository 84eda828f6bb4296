//! The facts as Apache Parquet, for DuckDB, pandas and Spark: the columns of `facts`, figures as
//! exact decimals (a cell of text has its text in `raw`), the box as a struct of its own, descriptions in the file's metadata.
//!
//! Written without arrow: plain columns need a tenth of the code that arrow brings.

use crate::emit::csv::joined_path;
use crate::emit::facts::{FIELDS, Fact, facts};
use crate::emit::record::{NoticeRecord, SCHEMA_VERSION};
use crate::emit::remarks::{self, Kind, Line, Table, Value};
use parquet::basic::Compression;
use parquet::data_type::{
    ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType,
    Int32Type,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::io::{self, Write};
use std::sync::Arc;

/// The columns. Figures are 128-bit decimals with as many places as the figures need, so that 165766 comes out as
/// that; files that are to be read as one table are written with one scale.
const SCHEMA: &str = "
message facts {
  REQUIRED INT32 annex;
  OPTIONAL BYTE_ARRAY annex_title (STRING);
  REQUIRED INT32 row;
  REQUIRED BYTE_ARRAY region (STRING);
  OPTIONAL BYTE_ARRAY parent (STRING);
  REQUIRED BYTE_ARRAY level (STRING);
  OPTIONAL BYTE_ARRAY code (STRING);
  REQUIRED BYTE_ARRAY column_path (STRING);
  OPTIONAL BYTE_ARRAY unit (STRING);
  OPTIONAL FIXED_LEN_BYTE_ARRAY(16) value (DECIMAL(38,SCALE));
  REQUIRED BYTE_ARRAY raw (STRING);
  REQUIRED BYTE_ARRAY status (STRING);
  REQUIRED INT32 page;
  OPTIONAL GROUP bbox {
    REQUIRED DOUBLE x0;
    REQUIRED DOUBLE y0;
    REQUIRED DOUBLE x1;
    REQUIRED DOUBLE y1;
  }
  OPTIONAL BYTE_ARRAY document_number (STRING);
  OPTIONAL INT32 plan_year;
  OPTIONAL INT32 line;
  OPTIONAL INT32 line_column;
  OPTIONAL BYTE_ARRAY keys (STRING);
  OPTIONAL BYTE_ARRAY mark (STRING);
  OPTIONAL BYTE_ARRAY doubt (STRING);
  OPTIONAL INT32 part;
  OPTIONAL BYTE_ARRAY sheet (STRING);
  OPTIONAL BYTE_ARRAY cell (STRING);
  REQUIRED BYTE_ARRAY source (STRING);
  REQUIRED BYTE_ARRAY doc_id (STRING);
  OPTIONAL BYTE_ARRAY corrected (STRING);
  OPTIONAL DOUBLE confidence;
}";

/// The most decimal places of the column `value`: they hold the noise that spreadsheets print (0.240000152587891).
const LARGEST_SCALE: u32 = 18;

/// Rows written at a time, so that an archive's facts need not be in memory at once: 2 KB each where nothing of one
/// is as in the one before.
const ROWS_A_GROUP: usize = 1 << 15;

/// The facts of these notices as one Parquet file.
///
/// # Errors
/// Those of `out`; and if a figure has more digits than the column holds, which names it.
pub fn write<'a>(
    out: impl Write + Send,
    records: impl IntoIterator<Item = &'a NoticeRecord> + Clone,
) -> io::Result<()> {
    let scale = Fact::scale(records.clone().into_iter().flat_map(facts));
    let mut writer = Writer::new(out, scale, Year::InColumn)?;
    records.into_iter().flat_map(facts).try_for_each(|fact| writer.push(&fact))?;
    writer.finish()
}

/// Writes facts as they come, in groups of a fixed number of rows: memory does not grow with their
/// number, and the same facts give the same bytes.
pub struct Writer<W: Write + Send> {
    file: SerializedFileWriter<W>,
    rows: Rows,
    scale: u32,
    year: Year,
}

/// Where a file tells the year the plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Year {
    /// In a column, as all else.
    #[default]
    InColumn,
    /// In the name of its folder alone, as Hive lays out a table: tools make a column of it, and refuse a file that has
    /// one of another type.
    InFolder,
}

/// The column that [`Year::InFolder`] leaves out.
const YEAR_COLUMN: &str = "  OPTIONAL INT32 plan_year;\n";

impl<W: Write + Send> Writer<W> {
    /// Begins a file whose figures have at most so many decimals; none of more than 18 can be written.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(out: W, scale: u32, year: Year) -> io::Result<Writer<W>> {
        let scale = scale.min(LARGEST_SCALE);
        let schema = SCHEMA.replace("SCALE", &scale.to_string());
        let schema = match year {
            Year::InColumn => schema,
            Year::InFolder => schema.replace(YEAR_COLUMN, ""),
        };
        let file = parse_message_type(&schema)
            .and_then(|schema| {
                SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties()))
            })
            .map_err(io_error)?;
        Ok(Writer { file, rows: Rows::default(), scale, year })
    }

    /// Adds one fact.
    ///
    /// # Errors
    /// Those of the output; and if its figure has more digits than the column holds.
    pub fn push(&mut self, fact: &Fact<'_>) -> io::Result<()> {
        self.rows.push(fact, self.scale)?;
        if self.rows.count == ROWS_A_GROUP {
            self.write_group()?;
        }
        Ok(())
    }

    fn write_group(&mut self) -> io::Result<()> {
        std::mem::take(&mut self.rows).write(&mut self.file, self.year).map_err(io_error)
    }

    /// Adds rows that were made elsewhere: the same as [`Writer::push`] of each.
    ///
    /// # Errors
    /// Those of the output.
    pub fn append(&mut self, mut rows: Rows) -> io::Result<()> {
        while self.rows.count + rows.count >= ROWS_A_GROUP {
            let later = rows.split_off(ROWS_A_GROUP - self.rows.count);
            self.rows.append(rows);
            self.write_group()?;
            rows = later;
        }
        self.rows.append(rows);
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<()> {
        if self.rows.count > 0 {
            self.write_group()?;
        }
        self.file.close().map(drop).map_err(io_error)
    }
}

/// Writes lines of findings or diagnostics as they come, in groups as facts.
pub struct LinesWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: Vec<AnyColumn>,
    count: usize,
}

/// A column of either kind.
enum AnyColumn {
    Text(Column<ByteArrayType>),
    Whole(Column<Int32Type>),
}

impl<W: Write + Send> LinesWriter<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(out: W, table: Table) -> io::Result<LinesWriter<W>> {
        let fields = table.columns().iter().map(|column| match column.kind {
            Kind::Text => format!("OPTIONAL BYTE_ARRAY {} (STRING);", column.name),
            Kind::Whole => format!("OPTIONAL INT32 {};", column.name),
        });
        let schema = format!("message remarks {{ {} }}", fields.collect::<String>());
        let file = parse_message_type(&schema)
            .and_then(|schema| {
                SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties()))
            })
            .map_err(io_error)?;
        Ok(LinesWriter { file, columns: LinesWriter::<W>::empty(table), count: 0 })
    }

    fn empty(table: Table) -> Vec<AnyColumn> {
        let of = |column: &remarks::Column| match column.kind {
            Kind::Text => AnyColumn::Text(Column::default()),
            Kind::Whole => AnyColumn::Whole(Column::default()),
        };
        table.columns().iter().map(of).collect()
    }

    /// Adds a line of the table.
    ///
    /// # Errors
    /// Those of the output.
    pub fn push(&mut self, line: &Line) -> io::Result<()> {
        for (column, value) in self.columns.iter_mut().zip(&line.values) {
            match (column, value) {
                (AnyColumn::Text(column), Value::Text(text)) => column.maybe_text(text.as_deref()),
                (AnyColumn::Whole(column), Value::Whole(n)) => column.maybe(n.map(whole)),
                // A line has the kinds of its table's columns.
                (AnyColumn::Text(column), _) => column.maybe_text(None),
                (AnyColumn::Whole(column), _) => column.maybe(None),
            }
        }
        self.count += 1;
        if self.count == ROWS_A_GROUP { self.write_group() } else { Ok(()) }
    }

    fn write_group(&mut self) -> io::Result<()> {
        let mut group = self.file.next_row_group().map_err(io_error)?;
        for column in &mut self.columns {
            match column {
                AnyColumn::Text(column) => std::mem::take(column).write(&mut group),
                AnyColumn::Whole(column) => std::mem::take(column).write(&mut group),
            }
            .map_err(io_error)?;
        }
        self.count = 0;
        group.close().map(drop).map_err(io_error)
    }

    /// Ends the file.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<()> {
        if self.count > 0 {
            self.write_group()?;
        }
        self.file.close().map(drop).map_err(io_error)
    }
}

fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

fn properties() -> WriterProperties {
    let descriptions: serde_json::Map<String, serde_json::Value> =
        FIELDS.iter().map(|field| (field.name.to_owned(), field.description.into())).collect();
    let descriptions = serde_json::Value::Object(descriptions).to_string();
    WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("fubiao ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(vec![
            KeyValue::new("fubiao.schema_version".to_owned(), SCHEMA_VERSION.to_owned()),
            KeyValue::new("fubiao.columns".to_owned(), descriptions),
        ]))
        .build()
}

/// Rows of a group, column by column, in the order of the schema.
#[derive(Default)]
pub struct Rows {
    count: usize,
    annex: Column<Int32Type>,
    annex_title: Column<ByteArrayType>,
    row: Column<Int32Type>,
    region: Column<ByteArrayType>,
    parent: Column<ByteArrayType>,
    level: Column<ByteArrayType>,
    code: Column<ByteArrayType>,
    column: Column<ByteArrayType>,
    unit: Column<ByteArrayType>,
    value: Column<FixedLenByteArrayType>,
    raw: Column<ByteArrayType>,
    status: Column<ByteArrayType>,
    page: Column<Int32Type>,
    bbox: [Column<DoubleType>; 4],
    document_number: Column<ByteArrayType>,
    plan_year: Column<Int32Type>,
    line: Column<Int32Type>,
    line_column: Column<Int32Type>,
    keys: Column<ByteArrayType>,
    mark: Column<ByteArrayType>,
    doubt: Column<ByteArrayType>,
    part: Column<Int32Type>,
    sheet: Column<ByteArrayType>,
    cell: Column<ByteArrayType>,
    source: Column<ByteArrayType>,
    doc_id: Column<ByteArrayType>,
    corrected: Column<ByteArrayType>,
    confidence: Column<DoubleType>,
}

impl Rows {
    /// The rows of these facts, for a file of this scale.
    ///
    /// # Errors
    /// If a figure has more digits than the column holds.
    pub fn of<'a>(facts: impl IntoIterator<Item = Fact<'a>>, scale: u32) -> io::Result<Rows> {
        let (mut rows, scale) = (Rows::default(), scale.min(LARGEST_SCALE));
        facts.into_iter().try_for_each(|fact| rows.push(&fact, scale))?;
        Ok(rows)
    }

    /// Adds the rows of another behind its own.
    fn append(&mut self, other: Rows) {
        self.count += other.count;
        self.annex.append(other.annex);
        self.annex_title.append(other.annex_title);
        self.row.append(other.row);
        self.region.append(other.region);
        self.parent.append(other.parent);
        self.level.append(other.level);
        self.code.append(other.code);
        self.column.append(other.column);
        self.unit.append(other.unit);
        self.value.append(other.value);
        self.raw.append(other.raw);
        self.status.append(other.status);
        self.page.append(other.page);
        for (edge, other) in self.bbox.iter_mut().zip(other.bbox) {
            edge.append(other);
        }
        self.document_number.append(other.document_number);
        self.plan_year.append(other.plan_year);
        self.line.append(other.line);
        self.line_column.append(other.line_column);
        self.keys.append(other.keys);
        self.mark.append(other.mark);
        self.doubt.append(other.doubt);
        self.part.append(other.part);
        self.sheet.append(other.sheet);
        self.cell.append(other.cell);
        self.source.append(other.source);
        self.doc_id.append(other.doc_id);
        self.corrected.append(other.corrected);
        self.confidence.append(other.confidence);
    }

    /// Takes off all rows but the first `at`.
    fn split_off(&mut self, at: usize) -> Rows {
        let rows = Rows {
            count: self.count - at,
            annex: self.annex.split_off(at),
            annex_title: self.annex_title.split_off(at),
            row: self.row.split_off(at),
            region: self.region.split_off(at),
            parent: self.parent.split_off(at),
            level: self.level.split_off(at),
            code: self.code.split_off(at),
            column: self.column.split_off(at),
            unit: self.unit.split_off(at),
            value: self.value.split_off(at),
            raw: self.raw.split_off(at),
            status: self.status.split_off(at),
            page: self.page.split_off(at),
            bbox: self.bbox.each_mut().map(|edge| edge.split_off(at)),
            document_number: self.document_number.split_off(at),
            plan_year: self.plan_year.split_off(at),
            line: self.line.split_off(at),
            line_column: self.line_column.split_off(at),
            keys: self.keys.split_off(at),
            mark: self.mark.split_off(at),
            doubt: self.doubt.split_off(at),
            part: self.part.split_off(at),
            sheet: self.sheet.split_off(at),
            cell: self.cell.split_off(at),
            source: self.source.split_off(at),
            doc_id: self.doc_id.split_off(at),
            corrected: self.corrected.split_off(at),
            confidence: self.confidence.split_off(at),
        };
        self.count = at;
        rows
    }

    fn push(&mut self, fact: &Fact<'_>, scale: u32) -> io::Result<()> {
        self.count += 1;
        self.annex.push(whole(fact.annex));
        self.annex_title.maybe_text(fact.annex_title);
        self.row.push(whole(fact.row));
        self.region.text(fact.region);
        self.parent.maybe_text(fact.parent);
        self.level.text(fact.level);
        self.code.maybe_text(fact.code);
        self.column.text(&joined_path(fact.column));
        self.unit.maybe_text(fact.unit);
        self.value.maybe(fact.figure.map(|figure| decimal128(figure, scale)).transpose()?);
        self.raw.text(fact.raw);
        self.status.text(fact.status);
        self.page.push(whole(fact.page));
        for (edge, column) in self.bbox.iter_mut().enumerate() {
            column.maybe(fact.bbox.map(|bbox| bbox[edge]));
        }
        self.document_number.maybe_text(fact.document_number);
        self.plan_year.maybe(fact.plan_year.map(i32::from));
        self.line.maybe(fact.line.map(whole));
        self.line_column.maybe(fact.line_column.map(whole));
        self.keys.maybe_text(Some(fact.keys_text()).filter(|keys| !keys.is_empty()).as_deref());
        self.mark.maybe_text(fact.mark);
        self.doubt.maybe_text(Some(fact.doubt_text()).filter(|codes| !codes.is_empty()).as_deref());
        self.part.maybe(fact.part.map(whole));
        self.sheet.maybe_text(fact.sheet);
        self.cell.maybe_text(fact.cell);
        self.source.text(fact.source);
        self.doc_id.text(fact.doc_id);
        self.corrected.maybe_text(fact.corrected);
        self.confidence.maybe(fact.confidence);
        Ok(())
    }

    fn write<W: Write + Send>(
        self,
        file: &mut SerializedFileWriter<W>,
        year: Year,
    ) -> Result<(), ParquetError> {
        // Column after column: the group hands them out one by one.
        let mut group = file.next_row_group()?;
        self.annex.write(&mut group)?;
        self.annex_title.write(&mut group)?;
        self.row.write(&mut group)?;
        self.region.write(&mut group)?;
        self.parent.write(&mut group)?;
        self.level.write(&mut group)?;
        self.code.write(&mut group)?;
        self.column.write(&mut group)?;
        self.unit.write(&mut group)?;
        self.value.write(&mut group)?;
        self.raw.write(&mut group)?;
        self.status.write(&mut group)?;
        self.page.write(&mut group)?;
        self.bbox.into_iter().try_for_each(|edge| edge.write(&mut group))?;
        self.document_number.write(&mut group)?;
        if year == Year::InColumn {
            self.plan_year.write(&mut group)?;
        }
        self.line.write(&mut group)?;
        self.line_column.write(&mut group)?;
        self.keys.write(&mut group)?;
        self.mark.write(&mut group)?;
        self.doubt.write(&mut group)?;
        self.part.write(&mut group)?;
        self.sheet.write(&mut group)?;
        self.cell.write(&mut group)?;
        self.source.write(&mut group)?;
        self.doc_id.write(&mut group)?;
        self.corrected.write(&mut group)?;
        self.confidence.write(&mut group)?;
        group.close().map(drop)
    }
}

/// A column while its group grows: the values that are there, and, where some may be missing, for each
/// row whether it has one (a definition level of 1).
struct Column<T: DataType> {
    values: Vec<T::T>,
    levels: Vec<i16>,
}

impl<T: DataType> Default for Column<T> {
    fn default() -> Column<T> {
        Column { values: Vec::new(), levels: Vec::new() }
    }
}

impl<T: DataType> Column<T> {
    fn push(&mut self, value: T::T) {
        self.values.push(value);
    }

    fn maybe(&mut self, value: Option<T::T>) {
        self.levels.push(i16::from(value.is_some()));
        self.values.extend(value);
    }

    fn append(&mut self, mut other: Column<T>) {
        self.values.append(&mut other.values);
        self.levels.append(&mut other.levels);
    }

    fn split_off(&mut self, at: usize) -> Column<T> {
        if self.levels.is_empty() {
            return Column { values: self.values.split_off(at), levels: Vec::new() };
        }
        let levels = self.levels.split_off(at);
        let there = self.levels.iter().filter(|level| **level == 1).count();
        Column { values: self.values.split_off(there), levels }
    }

    fn write<W: Write + Send>(
        &self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), ParquetError> {
        let missing = || ParquetError::General("more columns than the schema has".to_owned());
        let mut column = group.next_column()?.ok_or_else(missing)?;
        let levels = (!self.levels.is_empty()).then_some(self.levels.as_slice());
        column.typed::<T>().write_batch(&self.values, levels, None)?;
        column.close()
    }
}

impl Column<ByteArrayType> {
    /// Adds a text; one that repeats the last takes no memory of its own.
    fn text(&mut self, text: &str) {
        let value = match self.values.last() {
            Some(last) if last.data() == text.as_bytes() => last.clone(),
            _ => ByteArray::from(text),
        };
        self.values.push(value);
    }

    fn maybe_text(&mut self, text: Option<&str>) {
        self.levels.push(i16::from(text.is_some()));
        if let Some(text) = text {
            self.text(text);
        }
    }
}

/// A count as Parquet's signed number; no notice comes near the largest.
fn whole(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// A figure as a big-endian 128-bit count of units of its last place.
fn decimal128(value: &str, scale: u32) -> io::Result<FixedLenByteArray> {
    let scaled = Fact::scaled(value, scale)?;
    Ok(FixedLenByteArray::from(scaled.to_be_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_taken_apart_and_put_together_is_the_same() {
        let rows = [Some(1), None, Some(3), None, None, Some(6)];
        for at in 0..=rows.len() {
            let (mut some, mut all) =
                (Column::<Int32Type>::default(), Column::<Int32Type>::default());
            rows.iter().for_each(|row| some.maybe(*row));
            (0..6).for_each(|row| all.push(row));
            let (later, rest) = (some.split_off(at), all.split_off(at));
            assert_eq!((some.levels.len(), later.levels.len()), (at, rows.len() - at));
            assert_eq!((all.values.len(), rest.values.len()), (at, rows.len() - at));
            some.append(later);
            all.append(rest);
            assert_eq!((some.values, some.levels), (vec![1, 3, 6], vec![1, 0, 1, 0, 0, 1]));
            assert_eq!(all.values, (0..6).collect::<Vec<_>>());
        }
    }

    #[test]
    fn figures_are_exact_or_refused() {
        let bytes = |n: i128| FixedLenByteArray::from(n.to_be_bytes().to_vec());
        assert_eq!(decimal128("278.90", 2).unwrap(), bytes(27_890));
        assert_eq!(decimal128("-0.240000152587891", 18).unwrap(), bytes(-240_000_152_587_891_000));
        assert!(decimal128("0.1234567890123456789", 18).is_err());
        assert!(decimal128("7922816251426433759354395033", 18).is_err());
    }
}
