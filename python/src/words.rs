//! What fubiao knows besides notices: divisions by date, and what a header speaks of.

use crate::table::NativeTable;
use arrow_array::{ArrayRef, Int32Array, StringArray};
use fubiao::{check, regions};
use pyo3::prelude::*;
use std::sync::Arc;

/// All divisions of GB/T 2260, a row for each name under each code.
#[pyfunction]
pub fn divisions() -> NativeTable {
    let all = regions::divisions();
    let code = |code: u32| format!("{code:06}");
    let texts = |of: &dyn Fn(&regions::Division) -> Option<String>| -> ArrayRef {
        Arc::new(all.iter().map(of).collect::<StringArray>())
    };
    let years = |of: fn(&regions::Division) -> Option<u16>| -> ArrayRef {
        Arc::new(all.iter().map(|d| of(d).map(i32::from)).collect::<Int32Array>())
    };
    NativeTable::of_columns(vec![
        ("code", texts(&|division| Some(code(division.code)))),
        ("name", texts(&|division| Some(division.name().to_owned()))),
        ("from_year", years(|division| division.from)),
        ("until_year", years(|division| division.until)),
        ("followed_code", texts(&|division| Some(code(regions::current_code(division.code))))),
    ])
}

/// The programme and the stage that a header or title speaks of, under one name for all their words.
#[pyfunction]
pub fn about(text: &str) -> (Option<&'static str>, Option<&'static str>) {
    (check::programme_of(text), check::stage_of(text))
}
