//! The results of an archive put together: all facts in one file, in the order of names.

use crate::archive::ledger::{self, Ledger, Outcome};
use crate::archive::store::{Store, StoreError, read_if_there, write_whole};
use std::fs;
use std::io;

/// What is put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// `facts.ndjson`.
    pub ndjson: bool,
}

/// Puts the archive's facts together, unless just these are together already.
///
/// # Errors
/// If the disk refuses.
pub fn gather(store: &Store, ledger: &Ledger, settings: &Settings) -> Result<(), StoreError> {
    let state = ledger::hash(format!("{settings:?}\n{}", ledger::to_ndjson(ledger)).as_bytes());
    let seal = store.own("gathered");
    let all = store.root().join("facts.ndjson");
    if read_if_there(&seal)? == state && all.is_file() == settings.ndjson {
        return Ok(());
    }
    if settings.ndjson {
        write_whole(&all, |out| {
            for name in done(ledger) {
                io::copy(&mut fs::File::open(store.facts_part(name))?, out)?;
            }
            Ok(())
        })?;
    }
    write_whole(&seal, |out| out.write_all(state.as_bytes()))
}

fn done(ledger: &Ledger) -> impl Iterator<Item = &str> {
    ledger
        .values()
        .filter(|entry| matches!(entry.outcome, Outcome::Done { .. }))
        .map(|entry| entry.name.as_str())
}
