//! A run over an archive: each notice of a plan read once, or known to be done; then put together.

use crate::archive::answer::{Answer, Wanted, answer};
use crate::archive::disk::{self, Accept};
use crate::archive::gather;
use crate::archive::isolate::{Isolation, Worker};
use crate::archive::ledger::{self, Entry, Ledger, Outcome, Reason};
use crate::archive::plan::Item;
use crate::archive::store::{Store, StoreError};
use crate::options::Options;
use rayon::prelude::*;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
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
    /// The part of the archive this machine does; all of it if `None`.
    pub shard: Option<Shard>,
    /// The forms of each result.
    pub wanted: Wanted,
    /// What is put together at the end.
    pub gather: gather::Settings,
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

/// One part of an archive split by content: machine `index` (from 0) of `count`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 0.
    pub index: u64,
    /// At least 1.
    pub count: u64,
}

impl Shard {
    /// Whether content with this hash (hex) belongs to the part. What could not be read has no hash and
    /// belongs to the first.
    fn holds(self, content: &str) -> bool {
        let head = content.get(..16).and_then(|h| u64::from_str_radix(h, 16).ok());
        head.unwrap_or_default() % self.count.max(1) == self.index
    }
}

/// How a notice came to its entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Read in this run, in this time.
    Read(Duration),
    /// Done before.
    Unchanged,
    /// Belongs to another part of the archive, or was not asked for.
    LeftOut,
    /// The run was interrupted before its turn.
    NotReached,
}

/// Is told of each notice as it is done; from several threads.
pub trait Watch: Sync {
    /// A notice is done, or known to be.
    fn done(&self, entry: &Entry, how: How);
}

/// What a run did.
#[derive(Debug)]
pub struct Summary {
    /// Every notice of the plan with its entry, in the order of names; no entry where the run left it out
    /// or did not reach it.
    pub notices: Vec<(String, Option<Entry>, How)>,
    /// Entries of the folder that are not in the plan: of earlier runs over other inputs.
    pub kept: usize,
    /// Whether it was interrupted.
    pub interrupted: bool,
}

/// Reads the notices of the plan into the store. `stop` ends it after the notices at hand.
///
/// # Errors
/// If the output folder can't be written to. What is done stays done.
pub fn run(
    store: &Store,
    plan: &[Item],
    settings: &Settings,
    watch: &dyn Watch,
    stop: &AtomicBool,
) -> Result<Summary, StoreError> {
    let before = store.ledger()?;
    let workers = Workers::new(settings);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(settings.jobs.max(1))
        .build()
        .map_err(|e| StoreError::io(store.root(), std::io::Error::other(e)))?;
    let notices = pool.install(|| {
        plan.par_iter()
            // One at a time, so that a slow notice does not keep others waiting in its batch.
            .with_max_len(1)
            .map(|item| {
                if stop.load(Ordering::Relaxed) {
                    return Ok((item.name.clone(), None, How::NotReached));
                }
                let (entry, how) = one(store, &before, item, settings, &workers)?;
                if let Some(entry) = &entry {
                    watch.done(entry, how);
                }
                Ok((item.name.clone(), entry, how))
            })
            .collect::<Result<Vec<_>, StoreError>>()
    })?;
    let interrupted = stop.load(Ordering::Relaxed);
    let mut after: Ledger = before;
    let planned: usize = plan.iter().filter(|item| after.contains_key(&item.name)).count();
    let kept = after.len() - planned;
    for (name, entry, _) in &notices {
        if let Some(entry) = entry {
            after.insert(name.clone(), entry.clone());
        }
    }
    if !interrupted {
        store.settle(&after)?;
        pool.install(|| gather::gather(store, &after, &settings.gather))?;
    }
    Ok(Summary { notices, kept, interrupted })
}

/// Reads one notice, unless it is known to be done.
fn one(
    store: &Store,
    before: &Ledger,
    item: &Item,
    settings: &Settings,
    workers: &Workers,
) -> Result<(Option<Entry>, How), StoreError> {
    let known = before.get(&item.name);
    let bytes = read_bytes(&item.path, settings.options.limits.input_bytes);
    let content = bytes.as_deref().map(ledger::hash).unwrap_or_default();
    if settings.shard.is_some_and(|shard| !shard.holds(&content)) {
        return Ok((None, How::LeftOut));
    }
    let key = ledger::key(&content, &settings.build, &format!("{:?}", settings.options));
    if let Some(known) = known.filter(|known| known.key == key) {
        let wanted = match (settings.which, &known.outcome) {
            (Which::All, _) => true,
            (_, Outcome::Done { .. }) => !store.holds(known, settings.wanted),
            (Which::OnlyFailed, Outcome::Failed { .. }) => true,
            (Which::Undone, Outcome::Failed { reason, .. }) => reason.may_pass(),
        };
        if !wanted {
            if !settings.wanted.xlsx {
                store.remove(&store.workbook(&known.name))?;
            }
            return Ok((Some(known.clone()), How::Unchanged));
        }
    } else if settings.which == Which::OnlyFailed
        && !known.is_some_and(|known| matches!(known.outcome, Outcome::Failed { .. }))
    {
        return Ok((known.cloned(), How::LeftOut));
    }
    let since = Instant::now();
    let size = bytes.as_ref().map_or(0, |b| b.len() as u64);
    let answer = match bytes {
        Ok(bytes) => workers.ask(&item.name, bytes).with(settings.wanted),
        Err(message) => Answer::Failed { reason: Reason::File, message },
    };
    let entry = |outcome| Entry { name: item.name.clone(), bytes: size, content, key, outcome };
    let entry = match answer {
        Answer::Done { gist, files } => {
            let entry = entry(Outcome::Done { result: ledger::hash(&files.json), gist });
            store.put(&entry, &files)?;
            entry
        }
        Answer::Failed { reason, message } => {
            let entry = entry(Outcome::Failed { reason, message });
            store.fail(&entry)?;
            entry
        }
    };
    Ok((Some(entry), How::Read(since.elapsed())))
}

/// The bytes of an input, or why there are none.
fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    disk::read(path, limit, Accept::Files).map_err(|error| error.message(limit).en)
}

/// The readers of a run: processes that wait for the next notice, or this process itself.
struct Workers<'a> {
    settings: &'a Settings,
    idle: Mutex<Vec<Worker>>,
}

impl<'a> Workers<'a> {
    fn new(settings: &'a Settings) -> Workers<'a> {
        Workers { settings, idle: Mutex::new(Vec::new()) }
    }

    fn ask(&self, name: &str, bytes: Vec<u8>) -> Answer {
        let Some(isolation) = &self.settings.isolation else {
            return answer(name, bytes, &self.settings.options);
        };
        let idle = self.idle.lock().unwrap_or_else(|held| held.into_inner()).pop();
        let worker = match idle {
            Some(worker) => Ok(worker),
            None => Worker::start(isolation),
        };
        let mut worker = match worker {
            Ok(worker) => worker,
            Err(e) => {
                let message = format!("no worker could be started: {e}");
                return Answer::Failed { reason: Reason::Crash, message };
            }
        };
        match worker.ask(name, &bytes, isolation.timeout) {
            Ok(answer) => {
                self.idle.lock().unwrap_or_else(|held| held.into_inner()).push(worker);
                answer
            }
            Err(death) => Answer::Failed { reason: death.reason, message: death.message },
        }
    }
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
