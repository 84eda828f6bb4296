//! Parts of one notice worked on side by side. Answers come in the order of the parts, and so does what is
//! noted on the way: how many threads there were can't be seen in a result.
//!
//! Deliberately absent: notices side by side, which is `archive`'s affair.

use crate::diag::Sink;
use rayon::prelude::*;

/// What `work` gives for each item, in order: on the threads of the pool around (rayon's) if more than one
/// may work on the notice, else on this one; 0 counts as 1.
pub fn map<T: Send, R: Send>(
    sink: &mut Sink,
    threads: usize,
    items: Vec<T>,
    work: impl Fn(&mut Sink, T) -> R + Sync + Send,
) -> Vec<R> {
    if threads < 2 || items.len() < 2 {
        return items.into_iter().map(|item| work(sink, item)).collect();
    }
    let with_notes = |item| {
        let mut noted = Sink::new();
        (work(&mut noted, item), noted)
    };
    let done: Vec<(R, Sink)> = items.into_par_iter().with_max_len(1).map(with_notes).collect();
    done.into_iter()
        .map(|(answer, noted)| {
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
        for threads in [0, 1, 2] {
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
}
