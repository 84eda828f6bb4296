//! A run over an archive: each notice of a plan read once, or known to be done; then put together.

use crate::archive::answer::{Answer, Wanted};
use crate::archive::disk::{self, Accept};
use crate::archive::gather;
use crate::archive::isolate::Isolation;
use crate::archive::ledger::{self, Entry, Failure, Outcome, Reason};
use crate::archive::plan::{Item, Plan};
use crate::archive::reviewed::Reviewed;
use crate::archive::store::{Store, StoreError};
use crate::archive::together;
use crate::archive::workers::Workers;
use crate::diag::Wording;
use crate::emit::own;
use crate::name::RelativeName;
use crate::options::Options;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How a run is done.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Notices read at a time.
    pub jobs: usize,
    /// Worker processes; `None` reads in this process.
    pub isolation: Option<Isolation>,
    /// Which of the notices.
    pub which: Which,
    /// What becomes of results whose input is not in the plan.
    pub strays: Strays,
    /// The part of the archive this machine does; all of it if `None`.
    pub shard: Option<Shard>,
    /// The forms of each result.
    pub wanted: Wanted,
    /// What is put together at the end.
    pub gather: gather::Settings,
    /// What reviewers said of the notices.
    pub reviewed: Arc<Reviewed>,
    /// Options of reading.
    pub options: Options,
    /// What made the results: version and hash of the program. Another build reads everything anew.
    pub build: String,
}

/// Which notices of the plan are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those that are not done, and those that failed where the machine had a part in it.
    Undone,
    /// Those that failed.
    OnlyFailed,
    /// All, whatever is done.
    All,
}

/// What becomes of the results of earlier runs whose inputs are not in the plan: they were renamed, moved or deleted,
/// or are of another archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strays {
    /// They stay where they are, and out of what is put together.
    #[default]
    Apart,
    /// They count as before.
    Kept,
    /// They are removed.
    Pruned,
}

/// One part of an archive split by content: machine `index` (from 0) of `count`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 0.
    pub index: u64,
    /// At least 1.
    pub count: u64,
}

impl Shard {
    /// Reads `I/N`, with I from 1 to N.
    pub fn parse(text: &str) -> Option<Shard> {
        let (index, count) = text.split_once('/')?;
        let (index, count): (u64, u64) = (index.parse().ok()?, count.parse().ok()?);
        (1..=count).contains(&index).then(|| Shard { index: index - 1, count })
    }

    /// Whether content with this hash (hex) belongs to the part. What could not be read has no hash and
    /// belongs to the first.
    fn holds(self, content: &str) -> bool {
        let head = content.get(..16).and_then(|h| u64::from_str_radix(h, 16).ok());
        head.unwrap_or_default() % self.count.max(1) == self.index
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index + 1, self.count)
    }
}

/// What became of a notice of the plan in this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Read in this run.
    Read(Found),
    /// Done before, and all of it is there.
    Unchanged(Found),
    /// Not read, in this run or before.
    Failed,
    /// Belongs to another part of the archive.
    LeftOut,
    /// Was not asked for, where only those that failed are.
    NotAsked,
    /// No notice, but what fubiao wrote.
    OwnOutput,
    /// The run was interrupted before its turn.
    NotReached,
}

/// What a notice has that people look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// At least one finding of severity error or warning.
    Findings,
    /// No notice and no table was recognised in it, and nothing was checked.
    Unrecognised,
    /// It has no sum that could be checked.
    Unchecked,
}

/// Is told of each notice as it is done; from several threads.
pub trait Watch: Sync {
    /// A notice is done, or known to be; without an entry where it is none of this run's.
    fn done(&self, entry: Option<&Entry>);
}

/// What a run did.
#[derive(Debug, Default)]
pub struct Summary {
    /// What became of each notice of the plan, in its order.
    pub fates: Vec<Fate>,
    /// The notices that took longest in this run, the slowest first.
    pub slowest: Vec<(RelativeName, Duration)>,
    /// The notices of earlier runs whose inputs are not in the plan, in the order of names.
    pub strays: Vec<RelativeName>,
    /// Those of them whose results are damaged, and were taken out: nothing is there to read them from again.
    pub lost: Vec<RelativeName>,
    /// The notices whose content another one has, each with that one.
    pub twins: Vec<(RelativeName, RelativeName)>,
    /// How many files of corrections there are.
    pub reviews: usize,
    /// Those of them that are of no notice of the plan.
    pub unused: Vec<PathBuf>,
    /// How many notices that were corrected by reviewers before are read as printed now: their corrections were not
    /// given.
    pub undone: usize,
    /// Whether it was interrupted.
    pub interrupted: bool,
}

/// How many of the slowest notices are named.
const SLOWEST: usize = 10;

/// Reads the notices of the plan into the store. `stop` ends it after the notices at hand.
///
/// # Errors
/// If the output folder can't be written to. What is done stays done. A file of one notice that can't be written is
/// no such error: that notice fails.
pub fn run(
    store: &Store,
    plan: &Plan,
    settings: &Settings,
    watch: &dyn Watch,
    stop: &AtomicBool,
) -> Result<Summary, StoreError> {
    let workers = Workers::new(settings.isolation.clone(), settings.options.clone());
    let slowest = Slowest::default();
    let undone = AtomicUsize::new(0);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(settings.jobs.max(1))
        .build()
        .map_err(|e| StoreError::io(store.root(), std::io::Error::other(e)))?;
    // Each has its place beforehand: to collect a million takes a hundred bytes for each on the way.
    let mut fates = vec![Fate::NotReached; plan.items().len()];
    pool.install(|| {
        plan.items()
            .par_iter()
            .zip(&mut fates)
            // One at a time, so that a slow notice does not keep others waiting in its batch.
            .with_max_len(1)
            .try_for_each(|(item, place)| {
                if stop.load(Ordering::Relaxed) {
                    return Ok(());
                }
                let since = Instant::now();
                let (entry, fate) = one(store, plan, item, settings, &workers, &undone)?;
                watch.done(entry.as_ref());
                if matches!(fate, Fate::Read(_) | Fate::Failed) {
                    slowest.note(&item.name, since.elapsed());
                }
                *place = fate;
                Ok(())
            })
    })?;
    let interrupted = stop.load(Ordering::Relaxed);
    let mut strays = store.names(&|name| !plan.has(name) && !plan.may_have(name))?;
    let mut hidden = store.names(&|name| !plan.has(name) && plan.may_have(name))?;
    let (mut lost, mut twins) = (Vec::new(), Vec::new());
    if !interrupted {
        // What only ever failed has no result that could be left out.
        let (failed, read) = apart(store, strays)?;
        failed.iter().try_for_each(|name| store.forget(name))?;
        strays = read;
        if settings.strays == Strays::Pruned {
            strays.iter().try_for_each(|name| store.forget(name))?;
        } else {
            lost = pool.install(|| unread(store, &strays, settings.wanted))?;
            strays.retain(|name| lost.binary_search(name).is_err());
        }
        let damaged = pool.install(|| unread(store, &hidden, settings.wanted))?;
        hidden.retain(|name| damaged.binary_search(name).is_err());
        lost.extend(damaged);
        lost.sort_unstable();
        let planned = plan.items().iter().zip(&fates);
        let planned = planned.filter(|(_, fate)| **fate != Fate::OwnOutput);
        let mut names: Vec<&RelativeName> = planned.map(|(item, _)| &item.name).collect();
        if settings.strays != Strays::Pruned {
            names.extend(&strays);
        }
        names.extend(&hidden);
        names.sort_unstable();
        let counts = |entry: &Entry| {
            let is_kept = settings.strays == Strays::Kept;
            is_kept || plan.has(&entry.name) || plan.may_have(&entry.name)
        };
        let settled = store.settle(&names, &counts)?;
        store.note_shard(settings.shard)?;
        twins = settled.twins;
        pool.install(|| gather::gather(store, &settled.manifest, &settings.gather))?;
    }
    let slowest = slowest.into_list();
    let (reviews, unused) = settings.reviewed.unused();
    // Of notices that were not reached, nothing is known.
    let unused = unused.into_iter().filter(|_| !interrupted).map(|r| r.path.clone()).collect();
    let undone = undone.into_inner();
    Ok(Summary { fates, slowest, strays, lost, twins, reviews, unused, undone, interrupted })
}

/// The notices that failed, and the others.
fn apart(
    store: &Store,
    names: Vec<RelativeName>,
) -> Result<(Vec<RelativeName>, Vec<RelativeName>), StoreError> {
    let (mut failed, mut read) = (Vec::new(), Vec::new());
    for name in names {
        let entry = store.entry(&name)?;
        match entry.is_some_and(|entry| matches!(entry.outcome, Outcome::Failed(_))) {
            true => failed.push(name),
            false => read.push(name),
        }
    }
    Ok((failed, read))
}

/// Those of the notices without an input whose results are not there as they were; they are taken out.
fn unread(
    store: &Store,
    kept: &[RelativeName],
    wanted: Wanted,
) -> Result<Vec<RelativeName>, StoreError> {
    let lost = kept.par_iter().map(|name| {
        let Some(entry) = store.entry(name)? else { return Ok(None) };
        let is_lost = match store.hold(entry, wanted) {
            Ok(held) => held.is_none(),
            Err(error) if error.is_of_one() => true,
            Err(error) => return Err(error),
        };
        if is_lost {
            store.forget(name)?;
        }
        Ok(is_lost.then(|| name.clone()))
    });
    let lost: Result<Vec<Option<RelativeName>>, StoreError> = lost.collect();
    Ok(lost?.into_iter().flatten().collect())
}

/// The notices that took longest so far.
#[derive(Debug, Default)]
struct Slowest(Mutex<Vec<(RelativeName, Duration)>>);

impl Slowest {
    fn note(&self, name: &RelativeName, took: Duration) {
        let mut list = self.0.lock().unwrap_or_else(|held| held.into_inner());
        let place = list.partition_point(|(_, slower)| *slower >= took);
        if place < SLOWEST {
            list.insert(place, (name.clone(), took));
            list.truncate(SLOWEST);
        }
    }

    fn into_list(self) -> Vec<(RelativeName, Duration)> {
        self.0.into_inner().unwrap_or_else(|held| held.into_inner())
    }
}

/// Reads one notice, unless it is known to be done. A file of it that can't be written is its own fault. A notice that
/// reviewers had corrected, and that is read as printed now, is counted in `undone`.
fn one(
    store: &Store,
    plan: &Plan,
    item: &Item,
    settings: &Settings,
    workers: &Workers,
    undone: &AtomicUsize,
) -> Result<(Option<Entry>, Fate), StoreError> {
    let path = plan.path(item);
    let limit = settings.options.limits.input_bytes;
    let bytes = match plan.together(&path) {
        Some(inputs) => together::read(inputs, store.root(), limit),
        None => read_bytes(&path, limit),
    };
    let content = bytes.as_deref().map(ledger::hash).unwrap_or_default();
    let review = bytes.as_deref().ok().and_then(|bytes| settings.reviewed.of(bytes));
    if settings.shard.is_some_and(|shard| !shard.holds(&content)) {
        return Ok((None, Fate::LeftOut));
    }
    let (name, size) = (item.name.clone(), bytes.as_ref().map_or(0, |bytes| bytes.len() as u64));
    let said = review.map_or("", |review| &review.hash);
    let key = ledger::key(&content, &settings.build, &format!("{:?}{said}", settings.options));
    let known = store.entry(&name)?;
    let is_reviewed = known.as_ref().is_some_and(|known| {
        let is_corrected =
            matches!(&known.outcome, Outcome::Done { gist, .. } if gist.reviewed > 0);
        is_corrected && known.content == content
    });
    let need = need(settings.which, known, &key);
    let entry = |outcome| Entry { name, bytes: size, content, key, apart: None, outcome };

    match need {
        Need::Nothing => return Ok((None, Fate::NotAsked)),
        Need::Reading => {}
        Need::Looking(known) => match store.hold(known, settings.wanted) {
            Ok(Some(held)) => return Ok(fated(held, Fate::Unchanged)),
            Ok(None) => {}
            Err(error) if error.is_of_one() => {
                let entry = entry(Outcome::Failed(unwritten(&error)));
                store.fail(&entry)?;
                return Ok((Some(entry), Fate::Failed));
            }
            Err(error) => return Err(error),
        },
    }
    let answer = match bytes {
        Ok(bytes) if own::wrote(&bytes).is_some() => {
            store.forget(&item.name)?;
            return Ok((None, Fate::OwnOutput));
        }
        Ok(bytes) => {
            let answer = workers.ask(&plan.shown_name(item), bytes);
            let answer = match review {
                Some(review) => answer.corrected(review),
                None => answer,
            };
            answer.with(settings.wanted)
        }
        Err(message) => Answer::failed(Reason::File, message),
    };
    let (gist, files) = match answer {
        Answer::Done { gist, files } => (gist, files),
        Answer::Failed(failure) => {
            let entry = entry(Outcome::Failed(failure));
            store.fail(&entry)?;
            return Ok((Some(entry), Fate::Failed));
        }
    };
    let mut entry = entry(Outcome::Done { files: BTreeMap::new(), gist });
    if is_reviewed && review.is_none() {
        undone.fetch_add(1, Ordering::Relaxed);
    }
    match store.put(&entry, &files) {
        Ok(entry) => Ok(fated(entry, Fate::Read)),
        Err(error) if error.is_of_one() => {
            entry.outcome = Outcome::Failed(unwritten(&error));
            store.fail(&entry)?;
            Ok((Some(entry), Fate::Failed))
        }
        Err(error) => Err(error),
    }
}

/// What is to be done with a notice.
enum Need {
    /// It was not asked for.
    Nothing,
    /// To look whether what is known of it still stands.
    Looking(Entry),
    /// To read it.
    Reading,
}

fn need(which: Which, known: Option<Entry>, key: &str) -> Need {
    let Some(known) = known else {
        return if which == Which::OnlyFailed { Need::Nothing } else { Need::Reading };
    };
    let is_same = known.key == key;
    match (which, &known.outcome) {
        (Which::All, _) => Need::Reading,
        (_, Outcome::Done { .. }) if is_same => Need::Looking(known),
        (Which::OnlyFailed, Outcome::Done { .. }) => Need::Nothing,
        (Which::OnlyFailed, Outcome::Failed(_)) => Need::Reading,
        (Which::Undone, Outcome::Failed(failure)) if is_same && !failure.reason.may_pass() => {
            Need::Looking(known)
        }
        (Which::Undone, _) => Need::Reading,
    }
}

/// Why a notice has no result, where it could be read.
fn unwritten(error: &StoreError) -> Failure {
    let Wording { en, zh } = error.what();
    let what =
        Wording::new(format!("its result can't be written: {en}"), format!("无法写出结果：{zh}"));
    Failure::new(Reason::File, what)
}

/// A notice with what became of it: it was read, or is unchanged.
fn fated(entry: Entry, how: fn(Found) -> Fate) -> (Option<Entry>, Fate) {
    let fate = match &entry.outcome {
        Outcome::Failed(_) => Fate::Failed,
        Outcome::Done { gist, .. } if gist.errors + gist.warnings > 0 => how(Found::Findings),
        Outcome::Done { gist, .. } if gist.is_unrecognised => how(Found::Unrecognised),
        Outcome::Done { gist, .. } if gist.sums == 0 => how(Found::Unchecked),
        Outcome::Done { .. } => how(Found::Nothing),
    };
    (Some(entry), fate)
}

/// The bytes of an input, or why there are none.
fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, Wording> {
    disk::read(path, limit, Accept::Files).map_err(|error| error.message(limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_part_the_archive() {
        let contents: Vec<String> = (0..50u8).map(|i| ledger::hash(&[i])).collect();
        for content in &contents {
            let holders = (0..3).filter(|&index| Shard { index, count: 3 }.holds(content)).count();
            assert_eq!(holders, 1);
        }
        let first = Shard { index: 0, count: 3 };
        let share = contents.iter().filter(|c| first.holds(c)).count();
        assert!((5..30).contains(&share), "{share} of 50 in one of three");
        assert!(first.holds(""));
    }
}
