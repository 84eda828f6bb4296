//! The results of an archive put together: all facts in one file a form, in the order of names.
//!
//! They are made from the facts of each notice once all are there, so that a run that was cut off, one
//! that went on, and parts that were joined end with the same bytes. Memory is bounded: facts are read
//! a few notices at a time and written in groups of a fixed number of rows.

use crate::archive::ledger::{self, Entry, Ledger, Outcome};
use crate::archive::store::{Store, StoreError, read_if_there, write_whole};
use crate::emit::csv;
use crate::emit::facts::FactLine;
#[cfg(feature = "parquet")]
use crate::emit::parquet::{self, Rows};
use rayon::prelude::*;
#[cfg(feature = "parquet")]
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What is put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// `facts.ndjson`.
    pub ndjson: bool,
    /// `facts.csv`.
    pub csv: bool,
    /// `facts.parquet`, or its parts.
    #[cfg(feature = "parquet")]
    pub parquet: Option<Partition>,
}

/// How Parquet files are split.
#[cfg(feature = "parquet")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partition {
    /// Not at all: `facts.parquet`.
    Whole,
    /// By the year the plan is for, as Hive lays out a table: `facts/plan_year=2023/part-0.parquet`.
    PlanYear,
}

/// The name that Hive gives the partition of rows without a value.
#[cfg(feature = "parquet")]
const NO_VALUE: &str = "__HIVE_DEFAULT_PARTITION__";

/// How many facts are read ahead of the writer.
const AHEAD: u64 = 1 << 14;

/// Puts the archive's facts together, unless just these are together already. A form that is not
/// asked for is taken away: it would tell of an older archive.
///
/// # Errors
/// If the disk refuses.
pub fn gather(store: &Store, ledger: &Ledger, settings: &Settings) -> Result<(), StoreError> {
    let files = plan(ledger, settings);
    let state = ledger::hash(format!("{settings:?}\n{}", ledger::to_ndjson(ledger)).as_bytes());
    let seal = store.own("gathered");
    let wanted: BTreeSet<PathBuf> = files.iter().map(|f| store.root().join(&f.path)).collect();
    if read_if_there(&seal)? == state && wanted.iter().all(|path| path.is_file()) {
        return Ok(());
    }
    // A run that is cut off from here on leaves no seal that vouches for what it has overwritten.
    store.remove(&seal)?;
    files.par_iter().with_max_len(1).try_for_each(|file| {
        let path = store.root().join(&file.path);
        write_whole(&path, |out| match file.form {
            Form::Ndjson => join(store, &file.notices, out),
            Form::Csv => {
                let mut writer = csv::Writer::new(out, csv::Mark::Without)?;
                let push = |lines: Vec<FactLine>| {
                    lines.iter().try_for_each(|line| writer.push(&line.fact()))
                };
                for_each(store, &file.notices, Ok, push)?;
                writer.finish()
            }
            #[cfg(feature = "parquet")]
            Form::Parquet => {
                let mut writer = parquet::Writer::new(out)?;
                let rows = |lines: Vec<FactLine>| Rows::of(lines.iter().map(FactLine::fact));
                for_each(store, &file.notices, rows, |rows| writer.append(rows))?;
                writer.finish()
            }
        })
    })?;
    for path in gathered(store.root()).into_iter().filter(|path| !wanted.contains(path)) {
        store.remove(&path)?;
        if let Some(year) = path.parent().filter(|folder| *folder != store.root()) {
            // They go only where nothing is left in them.
            let _ = fs::remove_dir(year);
            let _ = fs::remove_dir(store.root().join("facts"));
        }
    }
    write_whole(&seal, |out| out.write_all(state.as_bytes()))
}

/// One file to be made.
struct Gathered<'a> {
    path: PathBuf,
    form: Form,
    notices: Vec<&'a Entry>,
}

enum Form {
    Ndjson,
    Csv,
    #[cfg(feature = "parquet")]
    Parquet,
}

fn plan<'a>(ledger: &'a Ledger, settings: &Settings) -> Vec<Gathered<'a>> {
    let done = || ledger.values().filter(|entry| matches!(entry.outcome, Outcome::Done { .. }));
    let all = |path: &str, form| Gathered { path: path.into(), form, notices: done().collect() };
    let mut files = Vec::new();
    if settings.ndjson {
        files.push(all("facts.ndjson", Form::Ndjson));
    }
    if settings.csv {
        files.push(all("facts.csv", Form::Csv));
    }
    #[cfg(feature = "parquet")]
    match settings.parquet {
        None => {}
        Some(Partition::Whole) => files.push(all("facts.parquet", Form::Parquet)),
        Some(Partition::PlanYear) => {
            let mut years: BTreeMap<Option<u16>, Vec<&Entry>> = BTreeMap::new();
            // A notice without a fact makes no part.
            for (entry, gist) in
                done().filter_map(|e| Some((e, gist(e)?))).filter(|g| g.1.facts > 0)
            {
                years.entry(gist.plan_year).or_default().push(entry);
            }
            files.extend(years.into_iter().map(|(year, notices)| {
                let year = year.map_or(NO_VALUE.to_owned(), |year| year.to_string());
                let path = format!("facts/plan_year={year}/part-0.parquet").into();
                Gathered { path, form: Form::Parquet, notices }
            }));
        }
    }
    files
}

fn gist(entry: &Entry) -> Option<&ledger::Gist> {
    match &entry.outcome {
        Outcome::Done { gist, .. } => Some(gist),
        Outcome::Failed { .. } => None,
    }
}

/// Every file that a run may have put together here before.
fn gathered(root: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        ["facts.ndjson", "facts.csv", "facts.parquet"].map(|name| root.join(name)).into();
    for folder in fs::read_dir(root.join("facts")).into_iter().flatten().flatten() {
        if folder.file_name().to_string_lossy().starts_with("plan_year=") {
            found.push(folder.path().join("part-0.parquet"));
        }
    }
    found.retain(|path| path.is_file());
    found
}

fn join(store: &Store, notices: &[&Entry], out: &mut dyn io::Write) -> io::Result<()> {
    for entry in notices {
        out.write_all(&fs::read(store.facts_part(&entry.name))?)?;
    }
    Ok(())
}

/// Hands out what is made of the facts of each notice, in order; that of the next ones is made on other cores
/// meanwhile.
fn for_each<P: Send>(
    store: &Store,
    notices: &[&Entry],
    make: impl Fn(Vec<FactLine>) -> io::Result<P> + Sync,
    mut take: impl FnMut(P) -> io::Result<()> + Send,
) -> io::Result<()> {
    let read = |notices: &[&Entry]| -> io::Result<Vec<P>> {
        notices.par_iter().map(|entry| make(lines(store, entry)?)).collect()
    };
    let (first, mut rest) = notices.split_at(ahead(notices));
    let mut now = read(first)?;
    while !now.is_empty() {
        let (next, later) = rest.split_at(ahead(rest));
        let (written, read) =
            rayon::join(|| now.into_iter().try_for_each(&mut take), || read(next));
        written?;
        (now, rest) = (read?, later);
    }
    Ok(())
}

/// How many of the notices are read at once.
fn ahead(notices: &[&Entry]) -> usize {
    let mut facts = 0;
    let begin_before = |entry: &&&Entry| {
        let begun = facts;
        facts += gist(entry).map_or(0, |gist| gist.facts);
        begun < AHEAD
    };
    notices.iter().take_while(begin_before).count()
}

fn lines(store: &Store, entry: &Entry) -> io::Result<Vec<FactLine>> {
    let text = fs::read_to_string(store.facts_part(&entry.name))?;
    text.lines().map(FactLine::read).collect()
}
