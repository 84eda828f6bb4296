//! The readers of a run: worker processes that wait for the next notice, or this process itself.

use crate::archive::answer::{Answer, Besides, answer};
use crate::archive::isolate::{Isolation, Worker};
use crate::archive::ledger::Reason;
use crate::options::Options;
use std::sync::Mutex;

/// Readers, as many as ask at a time.
pub struct Workers<'a> {
    isolation: Option<&'a Isolation>,
    options: &'a Options,
    idle: Mutex<Vec<Worker>>,
}

impl<'a> Workers<'a> {
    /// Readers that are started when they are asked; without isolation, this process reads.
    pub fn new(isolation: Option<&'a Isolation>, options: &'a Options) -> Workers<'a> {
        Workers { isolation, options, idle: Mutex::new(Vec::new()) }
    }

    /// Has one notice read, under the name of its file. A worker that dies of it is not asked again.
    pub fn ask(&self, name: &str, bytes: Vec<u8>) -> Answer {
        let Some(isolation) = self.isolation else {
            return answer(name, bytes, self.options, Besides::Nothing);
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
        match worker.ask(name, &bytes, isolation.time_for(&bytes)) {
            Ok(answer) => {
                self.idle.lock().unwrap_or_else(|held| held.into_inner()).push(worker);
                answer
            }
            Err(death) => Answer::Failed { reason: death.reason, message: death.message },
        }
    }
}
