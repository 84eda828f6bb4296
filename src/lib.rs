//! fubiao (附表, "annex table") turns Chinese official notices into machine data that can be trusted.
//!
//! The data walks one way through eight rooms, each opening only on its neighbour:
//!
//! ```text
//! Source -> extract -> Pages -> normalize -> Lines -> segment -> Outline -> repair -> Document
//!        -> typing -> Notice -> check -> findings -> emit -> bytes -> validate -> Verdict
//! ```

#![forbid(unsafe_code)]
#![warn(missing_docs)]

#[cfg(feature = "cli")]
pub mod archive;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod corrections;
pub mod diag;
pub mod emit;
pub mod error;
pub mod extract;
pub mod geom;
pub mod model;
pub mod normalize;
pub mod options;
pub mod pipeline;
pub mod place;
pub mod regions;
pub mod repair;
#[cfg(feature = "review")]
pub mod review;
pub mod segment;
pub mod source;
pub mod typing;
#[cfg(feature = "cli")]
pub mod validate;
