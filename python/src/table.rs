//! Tables of facts and remarks as Arrow record batches: handed over without a copy (the Arrow C stream, in a
//! PyCapsule), or as lists where nothing that reads Arrow is there.
//!
//! The columns are those of the Parquet files that `fubiao batch` writes.

use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::{Decimal128Type, Float64Type, Int32Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, Decimal128Array, Float64Array, Int32Array, RecordBatch, RecordBatchIterator,
    StringArray, StructArray, make_array,
};
use arrow_buffer::Buffer;
use arrow_data::ArrayData;
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema};
use fubiao::emit::csv::joined_path;
use fubiao::emit::facts::{FIELDS, Fact, facts};
use fubiao::emit::record::NoticeRecord;
use fubiao::emit::remarks::{Kind, Line, Table, Value};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList};
use std::io;
use std::sync::Arc;

/// The most decimal places of the column `value`, as in Parquet files.
pub const LARGEST_SCALE: u32 = 18;

/// A table: `fubiao.Table` is what Python sees of it.
#[pyclass(frozen, module = "fubiao._fubiao")]
pub struct NativeTable(RecordBatch);

#[pymethods]
impl NativeTable {
    fn __len__(&self) -> usize {
        self.0.num_rows()
    }

    /// The columns' names, in order.
    fn names(&self) -> Vec<String> {
        self.0.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// The columns' kinds, in order: text, whole, decimal, float, box or rows.
    fn kinds(&self) -> Vec<&'static str> {
        let kind = |field: &Arc<Field>| match field.data_type() {
            DataType::Utf8 => "text",
            DataType::Int32 | DataType::Int64 => "whole",
            DataType::Decimal128(..) => "decimal",
            DataType::Float64 => "float",
            DataType::Struct(_) => "box",
            _ => "rows",
        };
        self.0.schema().fields().iter().map(kind).collect()
    }

    /// A column as a list.
    fn column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyList>> {
        let column = self.0.column_by_name(name);
        let column =
            column.ok_or_else(|| PyValueError::new_err(format!("no column is called {name}")))?;
        list(py, column)
    }

    /// The table as an Arrow C stream.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A wish that may be left unfulfilled: whoever asks can cast.
        let _ = requested_schema;
        let batches = [Ok::<_, ArrowError>(self.0.clone())];
        let reader = RecordBatchIterator::new(batches, self.0.schema());
        let stream = FFI_ArrowArrayStream::new(Box::new(reader));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }

    /// The table's schema in Arrow's C interface.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(&*self.0.schema());
        let schema = schema.map_err(|error| PyValueError::new_err(error.to_string()))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// The columns as words and bytes, for another process.
    fn packed(&self) -> Vec<Packed> {
        let schema = self.0.schema();
        let columns = schema.fields().iter().zip(self.0.columns());
        columns.map(|(field, column)| packed(field, &column.to_data())).collect()
    }

    /// The table that was packed.
    #[staticmethod]
    fn unpacked(columns: Vec<Packed>) -> PyResult<NativeTable> {
        let made = || -> Result<RecordBatch, ArrowError> {
            let columns: Result<Vec<_>, ArrowError> = columns.into_iter().map(unpacked).collect();
            let (fields, arrays): (Vec<Field>, Vec<ArrayData>) = columns?.into_iter().unzip();
            let arrays = arrays.into_iter().map(make_array).collect();
            RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        };
        made().map(NativeTable).map_err(|error| PyValueError::new_err(error.to_string()))
    }
}

/// A column in pieces: its name, kind and decimal places, how many values it has, which of them are there, their
/// bytes, and the columns within it.
#[derive(FromPyObject, IntoPyObject)]
struct Packed(String, String, i8, usize, Option<Vec<u8>>, Vec<Vec<u8>>, Vec<Packed>);

fn packed(field: &Field, column: &ArrayData) -> Packed {
    let (kind, scale, within) = match field.data_type() {
        DataType::Utf8 => ("text", 0, Vec::new()),
        DataType::Int32 => ("int32", 0, Vec::new()),
        DataType::Int64 => ("int64", 0, Vec::new()),
        DataType::Float64 => ("float", 0, Vec::new()),
        DataType::Decimal128(_, scale) => ("decimal", *scale, Vec::new()),
        DataType::Struct(fields) => ("box", 0, fields.iter().collect()),
        DataType::List(field) => ("rows", 0, vec![field]),
        other => unreachable!("no column is made of {other}"),
    };
    let there = column.nulls().map(|there| there.inner().sliced().as_slice().to_vec());
    let bytes = column.buffers().iter().map(|buffer| buffer.as_slice().to_vec()).collect();
    let within = within.into_iter().zip(column.child_data());
    let within = within.map(|(field, column)| packed(field, column)).collect();
    Packed(field.name().clone(), kind.to_owned(), scale, column.len(), there, bytes, within)
}

/// # Errors
/// If the pieces do not fit together.
fn unpacked(
    Packed(name, kind, scale, count, there, bytes, within): Packed,
) -> Result<(Field, ArrayData), ArrowError> {
    let within: Result<Vec<_>, ArrowError> = within.into_iter().map(unpacked).collect();
    let (fields, columns): (Vec<Field>, Vec<ArrayData>) = within?.into_iter().unzip();
    let kind = match (kind.as_str(), fields.as_slice()) {
        ("text", []) => DataType::Utf8,
        ("int32", []) => DataType::Int32,
        ("int64", []) => DataType::Int64,
        ("float", []) => DataType::Float64,
        ("decimal", []) => DataType::Decimal128(38, scale),
        ("box", fields) => DataType::Struct(fields.to_vec().into()),
        ("rows", [field]) => DataType::List(Arc::new(field.clone())),
        (kind, _) => return Err(ArrowError::SchemaError(format!("no column of {kind}"))),
    };
    // What comes from outside is looked at before it is used.
    let column = ArrayData::builder(kind.clone())
        .len(count)
        .null_bit_buffer(there.map(Buffer::from))
        .buffers(bytes.into_iter().map(Buffer::from).collect())
        .child_data(columns)
        .align_buffers(true)
        .build()?;
    Ok((Field::new(name, kind, true), column))
}

impl NativeTable {
    /// The facts of one notice, with as many decimals as its figures have.
    ///
    /// # Errors
    /// If a figure has more digits than the column holds, which names it.
    pub fn of_facts(record: &NoticeRecord) -> io::Result<NativeTable> {
        let facts: Vec<Fact<'_>> = facts(record).collect();
        let scale = Fact::scale(facts.iter().cloned()).min(LARGEST_SCALE);
        let rows: Vec<Option<&Fact<'_>>> = facts.iter().map(Some).collect();
        Ok(NativeTable(batch(fact_columns(&rows, scale)?)))
    }

    /// Findings or diagnostics.
    pub fn of_lines(table: Table, lines: &[Line]) -> NativeTable {
        NativeTable(batch(line_columns(table, lines)))
    }

    /// Of columns that were made elsewhere.
    pub fn of_columns(columns: Vec<Named>) -> NativeTable {
        NativeTable(batch(columns))
    }
}

/// A column with its name.
pub type Named = (&'static str, ArrayRef);

/// A batch of these columns, each of which may lack values.
fn batch(columns: Vec<Named>) -> RecordBatch {
    let fields: Fields = fields(&columns);
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        .expect("columns of one table are of one length")
}

/// The same as one column of structs.
pub fn structs(columns: Vec<Named>) -> StructArray {
    StructArray::new(fields(&columns), columns.into_iter().map(|(_, array)| array).collect(), None)
}

fn fields(columns: &[Named]) -> Fields {
    columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect()
}

/// The columns of facts; a row without one has nothing in any.
///
/// # Errors
/// If a figure has more digits than the column holds, which names it.
pub fn fact_columns(rows: &[Option<&Fact<'_>>], scale: u32) -> io::Result<Vec<Named>> {
    type Of<'a, T> = fn(&'a Fact<'a>) -> Option<T>;
    fn texts<'a>(rows: &'a [Option<&'a Fact<'a>>], of: Of<'a, &'a str>) -> ArrayRef {
        Arc::new(rows.iter().map(|row| row.and_then(of)).collect::<StringArray>())
    }
    fn made<'a>(rows: &'a [Option<&'a Fact<'a>>], of: Of<'a, String>) -> ArrayRef {
        let made = |row: &Option<&'a Fact<'a>>| row.and_then(of).filter(|text| !text.is_empty());
        Arc::new(rows.iter().map(made).collect::<StringArray>())
    }
    fn wholes<'a>(rows: &'a [Option<&'a Fact<'a>>], of: Of<'a, u32>) -> ArrayRef {
        let whole = |row: &Option<&'a Fact<'a>>| row.and_then(of).and_then(|n| n.try_into().ok());
        Arc::new(rows.iter().map(whole).collect::<Int32Array>())
    }
    let value = rows.iter().map(|row| {
        row.and_then(|fact| fact.figure).map(|figure| Fact::scaled(figure, scale)).transpose()
    });
    let value: Decimal128Array = value.collect::<io::Result<_>>()?;
    let value = value.with_precision_and_scale(38, scale as i8).map_err(io::Error::other)?;
    let arrays: [ArrayRef; FIELDS.len()] = [
        wholes(rows, |f| Some(f.annex)),
        texts(rows, |f| f.annex_title),
        wholes(rows, |f| Some(f.row)),
        texts(rows, |f| Some(f.region)),
        texts(rows, |f| f.parent),
        texts(rows, |f| Some(f.level)),
        texts(rows, |f| f.code),
        Arc::new(
            rows.iter().map(|row| row.map(|f| joined_path(f.column))).collect::<StringArray>(),
        ),
        texts(rows, |f| f.unit),
        Arc::new(value),
        texts(rows, |f| Some(f.raw)),
        texts(rows, |f| Some(f.status)),
        wholes(rows, |f| Some(f.page)),
        boxes(rows.iter().map(|row| row.and_then(|fact| fact.bbox))),
        texts(rows, |f| f.document_number),
        wholes(rows, |f| f.plan_year.map(u32::from)),
        wholes(rows, |f| f.line),
        wholes(rows, |f| f.line_column),
        made(rows, |f| Some(f.keys_text())),
        texts(rows, |f| f.mark),
        made(rows, |f| Some(f.doubt_text())),
        wholes(rows, |f| f.part),
        texts(rows, |f| f.sheet),
        texts(rows, |f| f.cell),
        texts(rows, |f| Some(f.source)),
        texts(rows, |f| Some(f.doc_id)),
        texts(rows, |f| f.corrected),
        Arc::new(rows.iter().map(|row| row.and_then(|f| f.confidence)).collect::<Float64Array>()),
    ];
    Ok(FIELDS.iter().map(|field| field.name).zip(arrays).collect())
}

/// Boxes as structs of their corners.
fn boxes(boxes: impl ExactSizeIterator<Item = Option<[f64; 4]>> + Clone) -> ArrayRef {
    let corner = |at: usize| -> ArrayRef {
        let all = boxes.clone().map(|corners| corners.map(|corners| corners[at]));
        Arc::new(all.collect::<Float64Array>())
    };
    // Some readers refuse a corner that can't be missing in a box that can.
    let field = |name: &str| Field::new(name, DataType::Float64, true);
    let fields = ["x0", "y0", "x1", "y1"].map(field).to_vec().into();
    let there = boxes.clone().map(|corners| corners.is_some()).collect::<Vec<bool>>();
    Arc::new(StructArray::new(fields, (0..4).map(corner).collect(), Some(there.into())))
}

/// The columns of findings or diagnostics.
pub fn line_columns(table: Table, lines: &[Line]) -> Vec<Named> {
    let column = |(at, column): (usize, &fubiao::emit::remarks::Column)| -> Named {
        let values = lines.iter().map(|line| &line.values[at]);
        let array: ArrayRef = match column.kind {
            Kind::Text => Arc::new(StringArray::from_iter(values.map(|value| match value {
                Value::Text(text) => text.as_deref(),
                Value::Whole(_) => None,
            }))),
            Kind::Whole => Arc::new(Int32Array::from_iter(values.map(|value| match value {
                Value::Whole(number) => number.and_then(|n| n.try_into().ok()),
                Value::Text(_) => None,
            }))),
        };
        (column.name, array)
    };
    table.columns().iter().enumerate().map(column).collect()
}

/// A column as a list of Python's own values: str, int, Decimal, a dict for a box or a row.
fn list<'py>(py: Python<'py>, array: &ArrayRef) -> PyResult<Bound<'py, PyList>> {
    let values: Vec<Option<Bound<'py, PyAny>>> = match array.data_type() {
        DataType::Utf8 => objects(py, array.as_string::<i32>().iter())?,
        DataType::Int32 => objects(py, array.as_primitive::<Int32Type>().iter())?,
        DataType::Int64 => objects(py, array.as_primitive::<Int64Type>().iter())?,
        DataType::Float64 => objects(py, array.as_primitive::<Float64Type>().iter())?,
        DataType::Decimal128(..) => {
            let decimal = py.import("decimal")?.getattr("Decimal")?;
            let figures = array.as_primitive::<Decimal128Type>();
            let figure = |at| {
                let there = figures.is_valid(at).then(|| figures.value_as_string(at));
                there.map(|figure| decimal.call1((figure,))).transpose()
            };
            (0..figures.len()).map(figure).collect::<PyResult<_>>()?
        }
        DataType::Struct(_) => {
            let structs = array.as_struct();
            let columns: Vec<Bound<'py, PyList>> =
                structs.columns().iter().map(|column| list(py, column)).collect::<PyResult<_>>()?;
            let object = |at| {
                if structs.is_null(at) {
                    return Ok(None);
                }
                let object = PyDict::new(py);
                for (name, column) in structs.column_names().iter().zip(&columns) {
                    object.set_item(name, column.get_item(at)?)?;
                }
                Ok(Some(object.into_any()))
            };
            (0..structs.len()).map(object).collect::<PyResult<_>>()?
        }
        DataType::List(_) => {
            let lists = array.as_list::<i32>();
            let inner = |at| Ok(Some(list(py, &lists.value(at))?.into_any()));
            (0..lists.len()).map(inner).collect::<PyResult<_>>()?
        }
        other => return Err(PyValueError::new_err(format!("no list is made of {other}"))),
    };
    PyList::new(py, values)
}

/// Values as Python has them.
fn objects<'py, T: IntoPyObject<'py>>(
    py: Python<'py>,
    values: impl Iterator<Item = Option<T>>,
) -> PyResult<Vec<Option<Bound<'py, PyAny>>>> {
    values.map(|value| value.map(|value| value.into_bound_py_any(py)).transpose()).collect()
}
