//! Parts of an archive that several machines made, joined to what one run would have made.
//!
//! A part comes from elsewhere and is believed nothing. It is read, never written to; no link in it is followed;
//! each of its names is one that this program would give, and no two of all parts are one to some file system;
//! each result has the hash that its entry names, is a result, and says what the entry says of it. All that is
//! made of a result is made anew here. Nothing is written before all of this is seen.

use crate::archive::answer::{Files, Remade, Wanted};
use crate::archive::disk::{self, ReadError};
use crate::archive::gather;
use crate::archive::ledger::{self, Apart, Entry, Failure, Lines, Outcome, Piece};
use crate::archive::run::Shard;
use crate::archive::store::{self, SHARDS, Store, StoreError};
use crate::diag::Wording;
use crate::name::RelativeName;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};

/// The largest result that is taken over, in bytes.
const LARGEST: u64 = 1 << 30;

/// Why parts can't be joined.
#[derive(Debug)]
pub enum MergeError {
    /// Occurs if two parts hold different results under one name.
    Conflict(String),
    /// Occurs if a name differs from another one in capital letters or accents alone.
    Alike(String),
    /// Occurs if a part has no manifest: no run there, or one that was not finished.
    NoPart(PathBuf),
    /// Occurs if a part is not there.
    NoFolder(PathBuf),
    /// Occurs if the parts are not all that their archive was split into: those that are missing.
    Incomplete(Vec<Shard>),
    /// Occurs if the parts are of archives that were split differently: a part of each way.
    Splits(Vec<Shard>),
    /// Occurs if something is missing, and among the parts is a whole archive.
    Whole(PathBuf),
    /// Occurs if a line of a part's manifest is no entry: what is wrong with it.
    BadEntry(PathBuf, String),
    /// Occurs if a part's result is not the one its manifest names: which, and what is wrong with it.
    Damaged(PathBuf, String, Wording),
    /// Occurs if the disk refuses.
    Store(StoreError),
}

impl From<StoreError> for MergeError {
    fn from(error: StoreError) -> MergeError {
        MergeError::Store(error)
    }
}

impl MergeError {
    /// What happened, and where.
    pub fn message(&self) -> Wording {
        match self {
            MergeError::Conflict(name) => Wording::new(
                format!("{name}: the parts hold different results"),
                format!("{name}：各部分的结果不一致"),
            ),
            MergeError::Alike(name) => Wording::new(
                format!("{name}: another name is the same to some file systems"),
                format!("{name}：另有名称在某些文件系统中与它相同"),
            ),
            MergeError::NoPart(path) => Wording::new(
                format!("{}: no manifest.ndjson, or a run that is not finished", path.display()),
                format!("{}：没有 manifest.ndjson，或运行尚未完成", path.display()),
            ),
            MergeError::NoFolder(path) => Wording::new(
                format!("{}: no such folder", path.display()),
                format!("{}：没有这个文件夹", path.display()),
            ),
            MergeError::Splits(some) => {
                let list = some.iter().map(Shard::to_string).collect::<Vec<_>>();
                Wording::new(
                    format!("the parts were split differently: {}", list.join(", ")),
                    format!("各部分的划分方式不同：{}", list.join("、")),
                )
            }
            MergeError::Whole(path) => Wording::new(
                format!("{}: it was read without --shard and is no part", path.display()),
                format!("{}：读取时没有使用 --shard，不是一个部分", path.display()),
            ),
            MergeError::Incomplete(missing) => {
                let first = missing.iter().take(SHOWN).map(Shard::to_string);
                let list = first.collect::<Vec<_>>().join(", ");
                let more = missing.len().saturating_sub(SHOWN);
                let (en, zh) = match more {
                    0 => (String::new(), String::new()),
                    more => (format!(" and {more} more"), format!(" 等另 {more} 个")),
                };
                Wording::new(
                    format!("parts of the archive are missing: {list}{en}"),
                    format!("档案缺少部分：{list}{zh}"),
                )
            }
            MergeError::BadEntry(path, what) => Wording::new(
                format!("{}: no entry of a manifest: {what}", path.display()),
                format!("{}：清单条目无效：{what}", path.display()),
            ),
            MergeError::Damaged(path, name, what) => Wording::new(
                format!("{}: {name}: {}", path.display(), what.en),
                format!("{}：{name}：{}", path.display(), what.zh),
            ),
            MergeError::Store(error) => {
                let Wording { en, zh } = error.what();
                let path = error.path().display();
                Wording::new(format!("{path}: {en}"), format!("{path}：{zh}"))
            }
        }
    }
}

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message().en)
    }
}

/// Joins the parts into the store; returns how many notices it then holds.
///
/// # Errors
/// See [`MergeError`]. If a part is at fault, nothing is written.
pub fn merge(
    store: &Store,
    parts: &[PathBuf],
    settings: &gather::Settings,
    wanted: Wanted,
) -> Result<usize, MergeError> {
    let parts: Result<Vec<Part>, MergeError> = parts.iter().map(|path| Part::open(path)).collect();
    let parts = parts?;
    complete(&parts)?;
    let mut names = store.names(&|_| true)?;
    let mut seen = Seen::default();
    for name in &names {
        store.entry(name)?.map_or(Ok(()), |entry| seen.note(&entry))?;
    }
    for part in &parts {
        part.entries(&mut |entry| seen.note(&entry))?;
    }
    drop(seen);
    for part in &parts {
        part.for_each(&|entry| part.remade(entry).map(drop))?;
    }
    // From here on, only the disk can refuse, or a part that is changed meanwhile.
    for part in &parts {
        part.for_each(&|entry| take_over(store, part, entry, wanted))?;
        part.entries(&mut |entry| {
            names.push(entry.name);
            Ok(())
        })?;
    }
    names.sort_unstable();
    names.dedup();
    let names: Vec<&RelativeName> = names.iter().collect();
    let settled = store.settle(&names, &|entry| entry.apart != Some(Apart::NoInput))?;
    gather::gather(store, &settled.manifest, settings)?;
    Ok(names.len())
}

/// How many missing parts are named, and how many are counted: the number of parts is what a part says.
const SHOWN: usize = 20;
const COUNTED: u64 = 10_000;

/// Refuses parts that are not all of one archive.
fn complete(parts: &[Part]) -> Result<(), MergeError> {
    let shards: Vec<Vec<Shard>> = parts.iter().map(Part::shards).collect();
    let missing = missing(shards.iter().flatten().copied());
    if missing.is_empty() {
        return Ok(());
    }
    let ways: BTreeMap<u64, Shard> = shards.iter().flatten().map(|s| (s.count, *s)).collect();
    if ways.len() > 1 {
        return Err(MergeError::Splits(ways.into_values().take(SHOWN).collect()));
    }
    match parts.iter().zip(&shards).find(|(_, shards)| shards.is_empty()) {
        Some((whole, _)) => Err(MergeError::Whole(whole.path.clone())),
        None => Err(MergeError::Incomplete(missing)),
    }
}

/// The parts that are not there of each way in which an archive was split.
fn missing(there: impl Iterator<Item = Shard>) -> Vec<Shard> {
    let mut splits = BTreeMap::<u64, BTreeSet<u64>>::new();
    for Shard { index, count } in there {
        splits.entry(count).or_default().insert(index);
    }
    let of_one = |(count, indices): (u64, BTreeSet<u64>)| {
        let missing = (0..count).filter(move |index| !indices.contains(index));
        missing.take(COUNTED as usize).map(move |index| Shard { index, count })
    };
    splits.into_iter().flat_map(of_one).collect()
}

/// What the entries say, in hashes: of a million, 40 MB.
#[derive(Default)]
struct Seen {
    hasher: RandomState,
    /// By the folded name: the name itself, and what became of it.
    entries: HashMap<u64, (u64, u64)>,
}

impl Seen {
    /// Notes an entry, unless it is at odds with another one. Which files were made of a result is no matter.
    fn note(&mut self, entry: &Entry) -> Result<(), MergeError> {
        let told = match &entry.outcome {
            Outcome::Done { files, .. } => files.get(&Piece::Result).cloned().unwrap_or_default(),
            Outcome::Failed(Failure { reason, message, .. }) => {
                format!("{}: {message}", reason.name())
            }
        };
        let name = self.hasher.hash_one(entry.name.as_str());
        let what = self.hasher.hash_one((&entry.key, &entry.content, told));
        let folded = self.hasher.hash_one(entry.name.folded());
        match *self.entries.entry(folded).or_insert((name, what)) {
            (known, _) if known != name => Err(MergeError::Alike(entry.name.to_string())),
            (_, known) if known != what => Err(MergeError::Conflict(entry.name.to_string())),
            _ => Ok(()),
        }
    }
}

fn take_over(store: &Store, part: &Part, entry: &Entry, wanted: Wanted) -> Result<(), MergeError> {
    let Some((bytes, remade)) = part.remade(entry)? else { return Ok(store.fail(entry)?) };
    // What is there already and fits needs no second copy.
    if let Some(known) = store.entry(&entry.name)?
        && store.hold(known, wanted)?.is_some()
    {
        return Ok(());
    }
    let mut files = Files::from([(Piece::Result, bytes)]);
    for piece in Piece::ALL.into_iter().skip(1).filter(|piece| wanted.holds(*piece)) {
        let made = remade.piece(piece).map_err(|what| part.damaged(entry, &what, &what))?;
        files.insert(piece, made);
    }
    store.put(entry, &files)?;
    Ok(())
}

/// The folder of a finished run, read and not written to.
struct Part {
    path: PathBuf,
}

impl Part {
    fn open(path: &Path) -> Result<Part, MergeError> {
        if !path.exists() {
            return Err(MergeError::NoFolder(path.to_owned()));
        }
        let part = Part { path: path.to_owned() };
        let running = disk::open_below(path, &RelativeName::known(".fubiao/running"));
        match (part.manifest(), running) {
            // A run that was cut off has put its manifest aside; one at work may do so at any moment.
            (Ok(_), Err(_)) => Ok(part),
            (Err(ReadError::Link), _) => {
                let Wording { en, .. } = ReadError::Link.message(0);
                Err(MergeError::BadEntry(path.to_owned(), format!("manifest.ndjson: {en}")))
            }
            _ => Err(MergeError::NoPart(part.path)),
        }
    }

    fn manifest(&self) -> Result<File, ReadError> {
        disk::open_below(&self.path, &RelativeName::known("manifest.ndjson"))
    }

    /// Which parts of an archive it says that it holds; none where it holds a whole one.
    fn shards(&self) -> Vec<Shard> {
        const LONGEST: u64 = 1 << 20;
        let bytes = disk::read_below(&self.path, &RelativeName::known(SHARDS), LONGEST);
        store::shards(&String::from_utf8_lossy(&bytes.unwrap_or_default()))
    }

    /// Shows its entries one after the other.
    fn entries(
        &self,
        show: &mut dyn FnMut(Entry) -> Result<(), MergeError>,
    ) -> Result<(), MergeError> {
        let unread = |e| MergeError::Store(StoreError::io(&self.path, e));
        let manifest = self.manifest().map_err(|_| MergeError::NoPart(self.path.clone()))?;
        let mut lines = Lines::new(manifest);
        while let Some((_, line)) = lines.next_line().map_err(unread)? {
            let entry = line.and_then(|line| ledger::from_line(&line));
            show(entry.map_err(|what| MergeError::BadEntry(self.path.clone(), what))?)?;
        }
        Ok(())
    }

    /// Does something with each of its entries, several at a time.
    fn for_each(
        &self,
        act: &(dyn Fn(&Entry) -> Result<(), MergeError> + Sync),
    ) -> Result<(), MergeError> {
        const AT_ONCE: usize = 64;
        let mut some = Vec::new();
        self.entries(&mut |entry| {
            some.push(entry);
            if some.len() < AT_ONCE {
                return Ok(());
            }
            std::mem::take(&mut some).par_iter().try_for_each(act)
        })?;
        some.par_iter().try_for_each(act)
    }

    /// The result that an entry names, read back; `None` for a notice that failed.
    fn remade(&self, entry: &Entry) -> Result<Option<(Vec<u8>, Remade)>, MergeError> {
        let Outcome::Done { files, gist } = &entry.outcome else { return Ok(None) };
        let damaged = |en: &str, zh: &str| self.damaged(entry, en, zh);
        let (folder, ending) = Piece::Result.place();
        let name = entry.name.with_suffix(ending);
        let name = name.and_then(|name| name.within(&RelativeName::known(folder)));
        let name = name.map_err(|e| damaged(&e.message().en, &e.message().zh))?;
        let bytes = disk::read_below(&self.path, &name, LARGEST).map_err(|error| {
            let Wording { en, zh } = error.message(LARGEST);
            damaged(&en, &zh)
        })?;
        if files.get(&Piece::Result) != Some(&ledger::hash(&bytes)) {
            return Err(damaged(
                "its result is not the one that the manifest names",
                "结果与清单中的不符",
            ));
        }
        let remade = Remade::of(&bytes).map_err(|what| damaged(&what, &what))?;
        if remade.gist() != *gist {
            return Err(damaged(
                "its result says otherwise than the manifest",
                "结果与清单的说法不符",
            ));
        }
        Ok(Some((bytes, remade)))
    }

    fn damaged(&self, entry: &Entry, en: &str, zh: &str) -> MergeError {
        MergeError::Damaged(self.path.clone(), entry.name.to_string(), Wording::new(en, zh))
    }
}
