//! A reading in, bytes out. `record` is the only serialisable mirror of the model; each other file
//! is one form of result. Where the bytes go (a file, standard output) is left to `cli` and `archive`.

pub mod csv;
pub mod datapackage;
pub mod facts;
pub mod json;
pub mod own;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod places;
pub mod record;
pub mod remarks;
pub mod tables;
pub mod text;
#[cfg(feature = "xlsx")]
pub mod xlsx;
