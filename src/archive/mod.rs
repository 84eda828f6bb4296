//! Many notices: what to read, what is done already, who reads it, and what came out otherwise than
//! the last time. Reading one notice is `pipeline`'s; telling people about it, `cli`'s.

pub mod diff;
