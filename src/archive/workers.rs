//! The readers of a run: worker processes that wait for the next notice, or this process itself.

use crate::archive::answer::{Answer, Besides, answer};
use crate::archive::isolate::{Isolation, Worker};
use crate::archive::ledger::Reason;
use crate::diag::Wording;
use crate::options::Options;
use std::sync::{Mutex, MutexGuard};

/// Readers, as many as ask at a time.
pub struct Workers {
    isolation: Option<Isolation>,
    options: Options,
    idle: Mutex<Vec<Worker>>,
}

impl Workers {
    /// Readers that are started when they are asked; without isolation, this process reads.
    pub fn new(isolation: Option<Isolation>, options: Options) -> Workers {
        Workers { isolation, options, idle: Mutex::default() }
    }

    /// Has one notice read, under the name of its file. A worker that dies of it is not asked again.
    pub fn ask(&self, name: &str, bytes: Vec<u8>) -> Answer {
        let Some(isolation) = &self.isolation else {
            return answer(name, bytes, &self.options, Besides::Nothing);
        };
        let idle = self.idle().pop();
        let worker = match idle {
            Some(worker) => Ok(worker),
            None => Worker::start(isolation),
        };
        let mut worker = match worker {
            Ok(worker) => worker,
            Err(e) => {
                let message = Wording::new(
                    format!("no worker could be started: {e}"),
                    format!("无法启动读取进程：{e}"),
                );
                return Answer::failed(Reason::Crash, message);
            }
        };
        match worker.ask(name, &bytes, isolation.time_for(&bytes)) {
            Ok(answer) => {
                self.idle().push(worker);
                answer
            }
            Err(death) => Answer::failed(death.reason, death.message),
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Worker>> {
        self.idle.lock().unwrap_or_else(|held| held.into_inner())
    }
}
