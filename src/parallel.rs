//! Pages of one notice worked on side by side. Answers come in the order of the pages, and so does what is
//! noted on the way: how many threads there were can't be seen in a result.
//!
//! Deliberately absent: notices side by side, which is `archive`'s affair.

use crate::diag::Sink;
use std::panic;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Builder};

/// The stack of a thread; more than any nesting within the limits takes.
const STACK: usize = 64 << 20;

/// What `work` gives for each item, in order, on so many threads; 0 counts as 1. Where the system
/// starts no further thread, those that there are do the work.
pub fn map<T: Send, R: Send>(
    sink: &mut Sink,
    threads: usize,
    items: Vec<T>,
    work: impl Fn(&mut Sink, T) -> R + Sync,
) -> Vec<R> {
    let threads = threads.min(items.len());
    if threads < 2 {
        return items.into_iter().map(|item| work(sink, item)).collect();
    }
    let queue = Mutex::new(items.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let take = || {
        let mut done = Vec::new();
        while let Some((index, item)) = next() {
            let mut noted = Sink::new();
            let answer = work(&mut noted, item);
            done.push((index, answer, noted));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let start = |_| Builder::new().stack_size(STACK).spawn_scoped(scope, take).ok();
        let others: Vec<_> = (1..threads).map_while(start).collect();
        let mut done = take();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panicked) => panic::resume_unwind(panicked),
            }
        }
        done
    });
    done.sort_by_key(|(index, ..)| *index);
    done.into_iter()
        .map(|(_, answer, noted)| {
            sink.append(noted);
            answer
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::map;
    use crate::diag::{Repair, Sink, Stage};

    #[test]
    fn answers_and_notes_stand_in_order_whatever_the_threads() {
        let work = |sink: &mut Sink, n: u32| {
            let before = n.to_string();
            let (rule, after) = ("counted", String::new());
            sink.repair(Repair { stage: Stage::Extract, rule, place: None, before, after });
            n * n
        };
        for threads in [0, 1, 2, 3, 64] {
            for count in [0, 1, 2, 100] {
                let mut sink = Sink::new();
                let squares = map(&mut sink, threads, (0..count).collect(), work);
                assert_eq!(squares, (0..count).map(|n| n * n).collect::<Vec<_>>());
                let noted: Vec<String> =
                    sink.into_parts().1.into_iter().map(|r| r.before).collect();
                assert_eq!(noted, (0..count).map(|n| n.to_string()).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn a_fault_in_a_thread_is_not_lost() {
        let fault = |_: &mut Sink, n: u32| assert!(n != 7, "seven");
        let caught =
            std::panic::catch_unwind(|| map(&mut Sink::new(), 2, (0..20).collect(), fault));
        assert!(caught.is_err());
    }
}
