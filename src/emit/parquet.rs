//! The facts as Apache Parquet, for DuckDB, pandas and Spark: the columns of `facts`, figures as
//! exact decimals (a cell of text has its text in `raw`), the box as a struct of its own, descriptions in the file's metadata.
//!
//! Written without arrow: plain columns need a tenth of the code that arrow brings.

use crate::emit::csv::joined_path;
use crate::emit::facts::{FIELDS, Fact, facts};
use crate::emit::record::{NoticeRecord, SCHEMA_VERSION};
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
use rust_decimal::Decimal;
use std::io::{self, Write};
use std::sync::Arc;

/// The columns. Figures are 128-bit decimals of one scale in every file, so that files can be read
/// as one table; 18 places hold the noise that spreadsheets print (0.240000152587891).
const SCHEMA: &str = "
message facts {
  REQUIRED INT32 annex;
  OPTIONAL BYTE_ARRAY annex_title (STRING);
  REQUIRED INT32 row;
  REQUIRED BYTE_ARRAY region (STRING);
  OPTIONAL BYTE_ARRAY parent (STRING);
  REQUIRED BYTE_ARRAY level (STRING);
  OPTIONAL BYTE_ARRAY code (STRING);
  REQUIRED BYTE_ARRAY column (STRING);
  OPTIONAL BYTE_ARRAY unit (STRING);
  OPTIONAL FIXED_LEN_BYTE_ARRAY(16) value (DECIMAL(38,18));
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
}";

/// Decimal places of the column `value`.
const SCALE: u32 = 18;

/// Rows written at a time, so that an archive's facts need not be in memory at once.
const ROWS_A_GROUP: usize = 1 << 17;

/// The facts of these notices as one Parquet file.
///
/// # Errors
/// Those of `out`; and if a figure has more digits than the column holds, which names it.
pub fn write<'a>(
    out: impl Write + Send,
    records: impl IntoIterator<Item = &'a NoticeRecord>,
) -> io::Result<()> {
    write_groups(out, records).map_err(|error| match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    })
}

fn write_groups<'a>(
    out: impl Write + Send,
    records: impl IntoIterator<Item = &'a NoticeRecord>,
) -> Result<(), ParquetError> {
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let mut file = SerializedFileWriter::new(out, schema, Arc::new(properties()))?;
    let mut rows: Vec<Fact<'a>> = Vec::new();
    for record in records {
        for fact in facts(record) {
            rows.push(fact);
            if rows.len() == ROWS_A_GROUP {
                write_group(&mut file, &rows)?;
                rows.clear();
            }
        }
    }
    if !rows.is_empty() {
        write_group(&mut file, &rows)?;
    }
    file.close()?;
    Ok(())
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

fn write_group<W: Write + Send>(
    file: &mut SerializedFileWriter<W>,
    rows: &[Fact<'_>],
) -> Result<(), ParquetError> {
    // Column after column, in the order of the schema: the group hands them out one by one.
    let mut group = Group { group: file.next_row_group()?, rows };
    group.int(|f| whole(f.annex))?;
    group.optional_text(|f| f.annex_title)?;
    group.int(|f| whole(f.row))?;
    group.text(|f| f.region)?;
    group.optional_text(|f| f.parent)?;
    group.text(|f| f.level)?;
    group.optional_text(|f| f.code)?;
    group.required::<ByteArrayType>(|f| ByteArray::from(joined_path(f.column).into_bytes()))?;
    group.optional_text(|f| f.unit)?;
    let values: Vec<Option<FixedLenByteArray>> =
        rows.iter().map(|f| f.figure.map(decimal128).transpose()).collect::<Result<_, _>>()?;
    group.optional::<FixedLenByteArrayType>(values.into_iter())?;
    group.text(|f| f.raw)?;
    group.text(|f| f.status)?;
    group.int(|f| whole(f.page))?;
    for edge in 0..4 {
        group.optional::<DoubleType>(rows.iter().map(|f| f.bbox.map(|bbox| bbox[edge])))?;
    }
    group.optional_text(|f| f.document_number)?;
    group.optional_int(|f| f.plan_year.map(i32::from))?;
    group.optional_int(|f| f.line.map(whole))?;
    group.optional_int(|f| f.line_column.map(whole))?;
    group.group.close()?;
    Ok(())
}

/// The rows of a group while its columns are written.
struct Group<'r, 'f, 'w, W: Write> {
    group: SerializedRowGroupWriter<'w, W>,
    rows: &'r [Fact<'f>],
}

impl<'r, 'f, W: Write + Send> Group<'r, 'f, '_, W> {
    fn int(&mut self, of: impl Fn(&Fact<'f>) -> i32) -> Result<(), ParquetError> {
        self.required::<Int32Type>(of)
    }

    fn text(&mut self, of: impl Fn(&Fact<'f>) -> &'f str) -> Result<(), ParquetError> {
        self.required::<ByteArrayType>(|fact| ByteArray::from(of(fact)))
    }

    fn optional_int(
        &mut self,
        of: impl Fn(&'r Fact<'f>) -> Option<i32>,
    ) -> Result<(), ParquetError> {
        self.optional::<Int32Type>(self.rows.iter().map(of))
    }

    fn optional_text(
        &mut self,
        of: impl Fn(&'r Fact<'f>) -> Option<&'f str>,
    ) -> Result<(), ParquetError> {
        self.optional::<ByteArrayType>(self.rows.iter().map(|f| of(f).map(ByteArray::from)))
    }

    fn required<T: DataType>(
        &mut self,
        of: impl Fn(&Fact<'f>) -> T::T,
    ) -> Result<(), ParquetError> {
        let values: Vec<T::T> = self.rows.iter().map(of).collect();
        self.column::<T>(&values, None)
    }

    /// A column whose values may be missing: only those present are written, and for each row
    /// whether it has one (a definition level of 1).
    fn optional<T: DataType>(
        &mut self,
        values: impl Iterator<Item = Option<T::T>>,
    ) -> Result<(), ParquetError> {
        let mut present = Vec::new();
        let mut levels = Vec::with_capacity(self.rows.len());
        for value in values {
            levels.push(i16::from(value.is_some()));
            present.extend(value);
        }
        self.column::<T>(&present, Some(&levels))
    }

    fn column<T: DataType>(
        &mut self,
        values: &[T::T],
        levels: Option<&[i16]>,
    ) -> Result<(), ParquetError> {
        let missing = || ParquetError::General("more columns than the schema has".to_owned());
        let mut column = self.group.next_column()?.ok_or_else(missing)?;
        column.typed::<T>().write_batch(values, levels, None)?;
        column.close()
    }
}

/// A count as Parquet's signed number; no notice comes near the largest.
fn whole(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// A figure as a big-endian 128-bit count of 10⁻¹⁸.
fn decimal128(value: &str) -> Result<FixedLenByteArray, ParquetError> {
    let scaled = Decimal::from_str_exact(value).ok().and_then(|decimal| {
        let power = SCALE.checked_sub(decimal.scale())?;
        decimal.mantissa().checked_mul(10_i128.checked_pow(power)?)
    });
    // 38 digits are what the column promises.
    let scaled = scaled.filter(|v| v.unsigned_abs() < 10_u128.pow(38)).ok_or_else(|| {
        let what = format!("the figure {value} has more digits than decimal(38,{SCALE}) holds");
        ParquetError::External(Box::new(io::Error::new(io::ErrorKind::InvalidData, what)))
    })?;
    Ok(FixedLenByteArray::from(scaled.to_be_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_exact_or_refused() {
        let bytes = |n: i128| FixedLenByteArray::from(n.to_be_bytes().to_vec());
        assert_eq!(decimal128("278.90").unwrap(), bytes(278_900_000_000_000_000_000));
        assert_eq!(decimal128("-0.240000152587891").unwrap(), bytes(-240_000_152_587_891_000));
        assert!(decimal128("0.1234567890123456789").is_err());
        assert!(decimal128("7922816251426433759354395033").is_err());
    }
}
