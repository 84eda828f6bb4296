//! The results of an archive put together: all facts in one file a form, in the order of names.
//!
//! They are made from the facts of each notice once all are there, so that a run that was cut off, one
//! that went on, and parts that were joined end with the same bytes. Memory is bounded: facts are read
//! a few notices at a time and written in groups of a fixed number of rows.
//!
//! What is together already is made again only where it does not fit its seal, which names the manifest it was
//! made of and the hash of each file.

use crate::archive::answer::Remade;
use crate::archive::disk::Lasting;
use crate::archive::ledger::{self, Entry, Gist, Outcome, Piece};
use crate::archive::store::{self, OUTPUTS, Store, StoreError};
use crate::emit::csv;
use crate::emit::datapackage::{self, Resource, TableWriter};
use crate::emit::facts::FactLine;
#[cfg(feature = "parquet")]
use crate::emit::parquet::{self, Rows};
use crate::emit::remarks::{self, Line, Table};
use crate::name::RelativeName;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
#[cfg(feature = "parquet")]
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};

/// What is put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// `facts.ndjson`.
    pub ndjson: bool,
    /// `facts.csv`.
    pub csv: bool,
    /// The folder `datapackage`.
    pub datapackage: bool,
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

/// Stands for the year of notices that have none. Hive's own word for it, `__HIVE_DEFAULT_PARTITION__`, is refused by
/// pandas ("Cannot yet unify dictionaries with nulls"), and makes texts of all years in other tools.
#[cfg(feature = "parquet")]
const NO_YEAR: u16 = 0;

/// How many facts are read ahead of the writer.
const AHEAD: u64 = 1 << 14;

/// As many facts as a notice without one takes in memory: its entry, and a list for each column.
const A_NOTICE: u64 = 16;

/// Where the seal stands.
const SEAL: &str = ".fubiao/gathered";

/// What vouches for the files that were put together.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Seal {
    /// Of what they were made, and how: a hash.
    of: String,
    /// The hash of each file.
    files: BTreeMap<RelativeName, String>,
}

/// Puts the facts of the notices in the manifest together, unless just these are together already. A form that is
/// not asked for is taken away: it would tell of an older archive. `manifest` is its hash, as
/// [`Store::settle`] gives it.
///
/// # Errors
/// If the disk refuses.
pub fn gather(store: &Store, manifest: &str, settings: &Settings) -> Result<(), StoreError> {
    let wanted = files(store, settings)?;
    let seal_path = store.at(SEAL);
    let of = ledger::hash(format!("{settings:?}\n{manifest}").as_bytes());
    let sealed = fs::read(&seal_path).ok();
    let sealed = sealed.and_then(|bytes| serde_json::from_slice::<Seal>(&bytes).ok());
    // A file that is not wanted any more is gone, or it is removed below.
    let stands = |seal: &Seal| {
        seal.of == of
            && wanted.par_iter().all(|file| {
                let hash = seal.files.get(&file.name);
                hash.is_some_and(|hash| store::is_there(&file.name.below(store.root()), hash))
            })
    };
    if !sealed.as_ref().is_some_and(stands) {
        // A run that is cut off from here on leaves no seal that vouches for what it has overwritten.
        store::remove(&seal_path)?;
        let hashes: Result<_, StoreError> = wanted
            .par_iter()
            .with_max_len(1)
            .map(|file| Ok((file.name.clone(), file.write(store)?)))
            .collect();
        let seal = serde_json::to_vec(&Seal { of, files: hashes? }).unwrap_or_default();
        store.write_whole(&seal_path, Lasting::Now, |out| out.write_all(&seal))?;
    }
    for name in gathered(store) {
        if !wanted.iter().any(|file| file.name == name) {
            take_away(store, &name)?;
        }
    }
    Ok(())
}

/// One file to be made.
struct Gathered {
    name: RelativeName,
    of: Of,
    form: Form,
    /// Of the notices for one year alone.
    year: Option<Option<u16>>,
}

/// What a file tells.
#[derive(Clone, Copy)]
enum Of {
    Facts,
    /// Findings or diagnostics. Most notices have none or few, so they are read of the results of those that have.
    Remarks(Table),
    /// A table of the data package.
    Package(Resource),
    /// What describes the data package.
    Descriptor,
}

enum Form {
    Ndjson,
    Csv,
    /// With figures of at most so many decimals: the same for all years, so that they can be read as one table.
    #[cfg(feature = "parquet")]
    Parquet {
        scale: u32,
    },
}

/// The files that are asked for.
fn files(store: &Store, settings: &Settings) -> Result<Vec<Gathered>, StoreError> {
    let named = |of, name, form| Gathered { name: RelativeName::known(name), of, form, year: None };
    let whole = |name, form| named(Of::Facts, name, form);
    let (findings, diagnostics) = (Of::Remarks(Table::Findings), Of::Remarks(Table::Diagnostics));
    let mut files = Vec::new();
    if settings.ndjson {
        files.push(whole("facts.ndjson", Form::Ndjson));
        files.push(named(findings, "findings.ndjson", Form::Ndjson));
        files.push(named(diagnostics, "diagnostics.ndjson", Form::Ndjson));
    }
    if settings.csv {
        files.push(whole("facts.csv", Form::Csv));
        files.push(named(findings, "findings.csv", Form::Csv));
        files.push(named(diagnostics, "diagnostics.csv", Form::Csv));
    }
    if settings.datapackage {
        files.push(named(Of::Descriptor, PACKAGE[0], Form::Csv));
        let tables = Resource::ALL.into_iter().zip(&PACKAGE[1..]);
        files.extend(tables.map(|(of, name)| named(Of::Package(of), name, Form::Csv)));
    }
    #[cfg(feature = "parquet")]
    if let Some(partition) = settings.parquet {
        let (mut years, mut scale) = (BTreeSet::new(), 0);
        for entry in store.entries()? {
            // A notice without a fact makes no part.
            if let Some(gist) = gist(&entry?).filter(|gist| gist.facts > 0) {
                years.insert(gist.plan_year);
                scale = gist.scale.max(scale);
            }
        }
        files.push(named(findings, "findings.parquet", Form::Parquet { scale: 0 }));
        files.push(named(diagnostics, "diagnostics.parquet", Form::Parquet { scale: 0 }));
        match partition {
            Partition::Whole => files.push(whole("facts.parquet", Form::Parquet { scale })),
            Partition::PlanYear => files.extend(years.into_iter().filter_map(|year| {
                let folder = format!("facts/plan_year={}", year.unwrap_or(NO_YEAR));
                let name = RelativeName::new(format!("{folder}/part-0.parquet"));
                let form = Form::Parquet { scale };
                Some(Gathered { name: name.ok()?, of: Of::Facts, form, year: Some(year) })
            })),
        }
    }
    #[cfg(not(feature = "parquet"))]
    let _ = store;
    Ok(files)
}

impl Gathered {
    /// Makes the file; gives its hash.
    fn write(&self, store: &Store) -> Result<String, StoreError> {
        let mut hash = String::new();
        store.write_whole(&self.name.below(store.root()), Lasting::Now, |out| {
            let mut out = Hashing { out, hasher: blake3::Hasher::new() };
            match self.of {
                Of::Facts => self.write_facts(store, &mut out)?,
                Of::Remarks(table) => self.write_remarks(store, &mut out, table)?,
                Of::Package(resource) => self.write_package(store, &mut out, resource)?,
                Of::Descriptor => datapackage::describe_archive(&mut out, counted(store)?)?,
            }
            hash = out.hasher.finalize().to_hex().to_string();
            Ok(())
        })?;
        Ok(hash)
    }

    fn write_facts(&self, store: &Store, out: &mut Hashing<'_>) -> io::Result<()> {
        match self.form {
            Form::Ndjson => {
                let bytes = |bytes: Vec<u8>| Ok(bytes);
                self.for_each(store, bytes, |bytes| out.write_all(&bytes))?;
            }
            Form::Csv => {
                let mut writer = csv::Writer::new(out, csv::Mark::Without)?;
                let push = |lines: Vec<FactLine>| {
                    lines.iter().try_for_each(|line| writer.push(&line.fact()))
                };
                self.for_each(store, fact_lines, push)?;
                writer.finish()?;
            }
            #[cfg(feature = "parquet")]
            Form::Parquet { scale } => {
                let year = match self.year {
                    Some(_) => parquet::Year::InFolder,
                    None => parquet::Year::InColumn,
                };
                let mut writer = parquet::Writer::new(out, scale, year)?;
                let rows = |bytes| {
                    let lines = fact_lines(bytes)?;
                    Rows::of(lines.iter().map(FactLine::fact), scale)
                };
                self.for_each(store, rows, |rows| writer.append(rows))?;
                writer.finish()?;
            }
        }
        Ok(())
    }

    fn write_remarks(&self, store: &Store, out: &mut Hashing<'_>, table: Table) -> io::Result<()> {
        let lines = |result: Vec<u8>| {
            Remade::of(&result).map(|made| made.remarks(table)).map_err(io::Error::other)
        };
        match self.form {
            Form::Ndjson => {
                self.for_each(store, lines, |lines| remarks::write(out, &lines))?;
            }
            Form::Csv => {
                let mut writer = csv::of_lines(out, table)?;
                let push = |lines: Vec<Line>| {
                    lines.iter().try_for_each(|line| Ok(writer.write_record(line.cells())?))
                };
                self.for_each(store, lines, push)?;
                writer.flush()?;
            }
            #[cfg(feature = "parquet")]
            Form::Parquet { .. } => {
                let mut writer = parquet::LinesWriter::new(out, table)?;
                let push = |lines: Vec<Line>| lines.iter().try_for_each(|line| writer.push(line));
                self.for_each(store, lines, push)?;
                writer.finish()?;
            }
        }
        Ok(())
    }

    fn write_package(
        &self,
        store: &Store,
        out: &mut Hashing<'_>,
        resource: Resource,
    ) -> io::Result<()> {
        let mut table = TableWriter::new(out, resource)?;
        if resource == Resource::Facts {
            let push = |lines: Vec<FactLine>| {
                lines.iter().try_for_each(|line| table.push_fact(line.fact()))
            };
            self.for_each(store, fact_lines, push)?;
        } else {
            let record = |result: Vec<u8>| Remade::of(&result).map_err(io::Error::other);
            self.for_each(store, record, |made| table.push(made.record()))?;
        }
        table.finish().map(drop)
    }

    /// Hands out what is made of the facts of each notice, in order; that of the next ones is made on other cores
    /// meanwhile.
    fn for_each<P: Send>(
        &self,
        store: &Store,
        make: impl Fn(Vec<u8>) -> io::Result<P> + Sync,
        mut take: impl FnMut(P) -> io::Result<()> + Send,
    ) -> io::Result<()> {
        let mut entries = store.entries().map_err(io::Error::other)?.filter(|entry| {
            let gist = entry.as_ref().ok().map(gist);
            gist.is_none_or(|gist| gist.is_some_and(|gist| self.wants(gist)))
        });
        let mut some = || -> io::Result<Vec<Entry>> {
            let (mut some, mut facts) = (Vec::new(), 0);
            while facts < AHEAD
                && let Some(entry) = entries.next()
            {
                let entry = entry.map_err(io::Error::other)?;
                facts += A_NOTICE + gist(&entry).map_or(0, |gist| gist.facts);
                some.push(entry);
            }
            Ok(some)
        };
        let read = |entries: &[Entry]| -> io::Result<Vec<P>> {
            let piece = match self.of {
                Of::Facts | Of::Package(Resource::Facts) => Piece::Facts,
                Of::Remarks(_) | Of::Package(_) | Of::Descriptor => Piece::Result,
            };
            let piece = |entry| store.piece(entry, piece).map_err(io::Error::other);
            entries.par_iter().map(|entry| make(piece(entry)?)).collect()
        };
        let mut now = read(&some()?)?;
        while !now.is_empty() {
            let next = some()?;
            let (written, read) =
                rayon::join(|| now.into_iter().try_for_each(&mut take), || read(&next));
            written?;
            now = read?;
        }
        Ok(())
    }
}

impl Gathered {
    /// Whether a notice that says this has something for the file.
    fn wants(&self, gist: &Gist) -> bool {
        let Gist { errors, warnings, notes, diagnostics, .. } = gist;
        let has = match self.of {
            Of::Facts | Of::Package(Resource::Facts | Resource::Notices) | Of::Descriptor => true,
            Of::Remarks(Table::Findings) | Of::Package(Resource::Findings | Resource::Suspects) => {
                errors + warnings + notes > 0
            }
            Of::Remarks(Table::Diagnostics) | Of::Package(Resource::Diagnostics) => {
                *diagnostics > 0
            }
        };
        has && self.year.is_none_or(|year| year == gist.plan_year)
    }
}

/// Hashes what goes through it.
struct Hashing<'a> {
    out: &'a mut (dyn Write + Send),
    hasher: blake3::Hasher,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// What a notice says in short, if its facts are among those that are put together.
fn gist(entry: &Entry) -> Option<&Gist> {
    match (&entry.outcome, &entry.apart) {
        (Outcome::Done { gist, .. }, None) => Some(gist),
        _ => None,
    }
}

fn fact_lines(bytes: Vec<u8>) -> io::Result<Vec<FactLine>> {
    let text = String::from_utf8(bytes).map_err(io::Error::other)?;
    text.lines().map(FactLine::read).collect()
}

/// How many notices are counted.
fn counted(store: &Store) -> io::Result<usize> {
    let mut count = 0;
    for entry in store.entries().map_err(io::Error::other)? {
        count += usize::from(gist(&entry.map_err(io::Error::other)?).is_some());
    }
    Ok(count)
}

/// Where the files of the data package stand, in the order of [`datapackage::PATHS`].
const PACKAGE: [&str; datapackage::PATHS.len()] = [
    "datapackage/datapackage.json",
    "datapackage/data/notices.csv",
    "datapackage/data/facts.csv",
    "datapackage/data/findings.csv",
    "datapackage/data/suspects.csv",
    "datapackage/data/diagnostics.csv",
];

/// Whether a file of an archive's is one that is put together.
fn is_table(name: &str) -> bool {
    ["facts.", "findings.", "diagnostics."].iter().any(|table| name.starts_with(table))
}

/// Every file that a run may have put together here before.
fn gathered(store: &Store) -> Vec<RelativeName> {
    let mut found: Vec<RelativeName> = OUTPUTS
        .iter()
        .filter(|name| is_table(name))
        .chain(&PACKAGE)
        .map(|name| RelativeName::known(name))
        .collect();
    for folder in fs::read_dir(store.at("facts")).into_iter().flatten().flatten() {
        let folder = folder.file_name().to_string_lossy().into_owned();
        if folder.starts_with("plan_year=") {
            found.extend(RelativeName::new(format!("facts/{folder}/part-0.parquet")));
        }
    }
    found.retain(|name| name.below(store.root()).is_file());
    found
}

/// Removes a file, and the folders that nothing is left in.
fn take_away(store: &Store, name: &RelativeName) -> Result<(), StoreError> {
    let path = name.below(store.root());
    store::remove(&path)?;
    let folders = path.ancestors().skip(1).take(name.parts().count() - 1);
    for folder in folders {
        // It goes only where nothing is left in it.
        let _ = fs::remove_dir(folder);
    }
    Ok(())
}
