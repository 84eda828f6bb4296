//! The native half of the Python package: bytes in, results out, with Python let go of while a notice is read. What
//! people import, types and docstrings among it, is Python and stands in `fubiao/`; here is what it calls.

#![forbid(unsafe_code)]

mod command;
mod pool;
mod record;
mod settings;
mod table;
mod words;
mod work;

use pyo3::prelude::*;

/// The native half of fubiao.
#[pymodule]
mod _fubiao {
    #[pymodule_export]
    use crate::command::run_command;
    #[pymodule_export]
    use crate::pool::{Document, Pool};
    #[pymodule_export]
    use crate::record::Record;
    #[pymodule_export]
    use crate::table::NativeTable;
    #[pymodule_export]
    use crate::words::{about, divisions};
    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
