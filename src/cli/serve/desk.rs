//! The worker processes that read notices: the same as those of `fubiao batch`, behind the same walls. One that
//! crashes, hangs or eats the memory fails alone.

use super::shelf::{Id, Part, Shelf};
use crate::archive::isolate::{Isolation, Program};
use crate::archive::workers::Workers;
use crate::cli::archive_args::Serve;
use crate::cli::run::models;
use crate::options::Options;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Where notices wait to be read.
pub struct Desk {
    waiting: Sender<Id>,
}

impl Desk {
    /// Starts a thread for each core, each with a worker process, and gives them what is still to be read.
    pub fn open(args: &Serve, shelf: Arc<Shelf>) -> io::Result<Desk> {
        let mut flags = vec!["worker".to_owned(), "--page".to_owned()];
        flags.push(format!("--memory={}", args.memory));
        flags.push(format!("--timeout={}", args.timeout));
        flags.extend(args.limits.to_args());
        let isolation = Isolation {
            program: Program::own()?,
            args: flags.into_iter().map(Into::into).collect(),
            env: Vec::new(),
            timeout: Duration::from_secs_f64(args.timeout),
            reads_pictures: models().is_some(),
        };
        let workers = Arc::new(Workers::new(Some(isolation), Options::default()));
        let (waiting, next) = channel();
        let next = Arc::new(Mutex::new(next));
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (next, shelf, workers) =
                (Arc::clone(&next), Arc::clone(&shelf), Arc::clone(&workers));
            thread::Builder::new().spawn(move || work(&next, &shelf, &workers))?;
        }
        let desk = Desk { waiting };
        shelf.waiting().into_iter().for_each(|id| desk.read(id));
        Ok(desk)
    }

    /// Has a notice read.
    pub fn read(&self, id: Id) {
        // The threads live as long as the server.
        let _ = self.waiting.send(id);
    }
}

fn work(next: &Mutex<Receiver<Id>>, shelf: &Shelf, workers: &Workers) {
    loop {
        let id = next.lock().unwrap_or_else(|held| held.into_inner()).recv();
        let Ok(id) = id else { return };
        // It may have been taken off the shelf meanwhile.
        let Ok(bytes) = shelf.read(&id, Part::Source) else { continue };
        let answer = workers.ask(&shelf.name(&id), bytes);
        // Where the disk refuses, the notice waits for the next start.
        let _ = shelf.finish(&id, answer);
    }
}
