//! Many notices: what to read, what is done already, who reads it, and what came out otherwise than
//! the last time. Reading one notice is `pipeline`'s; telling people about it, `cli`'s.

pub mod answer;
pub mod compare;
pub mod confine;
pub mod diff;
pub mod disk;
pub mod gather;
pub mod isolate;
pub mod ledger;
pub mod merge;
pub mod names;
pub mod plan;
pub mod report;
pub mod results;
pub mod reviewed;
pub mod run;
pub mod store;
mod together;
pub mod workers;
