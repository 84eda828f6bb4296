//! What can be set, as Python says it: the flags of the command by their names.

use fubiao::options::{Limits, Models, Options, Password};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use std::collections::BTreeMap;

/// Limits by the names of the command's flags, `max_pages` for `--max-pages`.
pub type Named = BTreeMap<String, u64>;

/// The options that these words mean.
///
/// # Errors
/// `TypeError` for a name that no limit has, `ValueError` for a value that it can't have.
pub fn options(password: Option<String>, ocr: bool, named: &Named) -> PyResult<Options> {
    Ok(Options {
        limits: limits(named)?,
        password: password.map(Password::new),
        threads: 1,
        models: models(ocr),
        ..Options::default()
    })
}

/// What recognizes characters, if it is wanted, installed, and in this build.
fn models(wanted: bool) -> Option<Models> {
    #[cfg(feature = "ocr")]
    return fubiao::cli::models::open().filter(|_| wanted);
    #[cfg(not(feature = "ocr"))]
    {
        let _ = wanted;
        None
    }
}

fn limits(named: &Named) -> PyResult<Limits> {
    let mut limits = Limits::default();
    for (name, &value) in named {
        let small = || {
            u32::try_from(value)
                .map_err(|_| PyValueError::new_err(format!("{name} is {value}, which is too much")))
        };
        match name.as_str() {
            "max_input_bytes" => limits.input_bytes = value,
            "max_stream_bytes" => limits.stream_bytes = value,
            "max_decoded_bytes" => limits.decoded_bytes = value,
            "max_objects" => limits.objects = small()?,
            "max_nesting" if value <= u64::from(Limits::DEEPEST) => limits.nesting = small()?,
            "max_nesting" => {
                let most = Limits::DEEPEST;
                return Err(PyValueError::new_err(format!("max_nesting is {value}, over {most}")));
            }
            "max_depth" => limits.depth = small()?,
            "max_entries" => limits.entries = small()?,
            "max_pages" => limits.pages = small()?,
            "max_glyphs" => limits.glyphs = small()?,
            "max_page_glyphs" => limits.page_glyphs = small()?,
            "max_page_rules" => limits.page_rules = small()?,
            "max_table_cells" => limits.table_cells = small()?,
            "max_page_pixels" => limits.page_pixels = value,
            _ => return Err(PyTypeError::new_err(format!("no option is called {name}"))),
        }
    }
    Ok(limits)
}

/// The same limits as flags of the command.
pub fn flags(named: &Named) -> impl Iterator<Item = String> {
    named.iter().map(|(name, value)| format!("--{}={value}", name.replace('_', "-")))
}
