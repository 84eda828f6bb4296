//! The harness of `examples/silence.rs` over the repository's own samples: what `docs/accuracy.md`
//! claims of covered cells holds here for every one of them.

#[path = "../examples/silence/faults.rs"]
mod faults;
#[path = "../examples/silence/tally.rs"]
mod tally;

use faults::{CellFault, RowFault};
use fubiao::options::Options;
use fubiao::pipeline;
use fubiao::source::Source;
use std::path::Path;
use tally::{CellTally, Tally};

#[test]
fn no_fault_of_a_covered_cell_of_the_samples_is_silent() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut tally = Tally::default();
    for (sample, annexes) in [("aid-2021", 1..=9), ("housing-2023", 6..=7)] {
        let bytes = std::fs::read(samples.join(sample).join("notice.txt")).unwrap();
        let source = Source::new("notice.txt", bytes).unwrap();
        let mut notice = pipeline::read(&source, &Options::default()).unwrap().notice;
        notice.annexes.retain(|annex| annexes.contains(&annex.number));
        tally.add(&notice);
    }
    let of = |fault: CellFault, identities: usize| {
        tally.cells.get(&(fault, identities)).cloned().unwrap_or_default()
    };
    for fault in [CellFault::Digit, CellFault::Swapped, CellFault::Dropped] {
        let (one, two) = (of(fault, 1), of(fault, 2));
        assert!(one.made + two.made > 50, "{fault:?}: {} faults", one.made + two.made);
        for CellTally { made, found, excused, .. } in [&one, &two] {
            assert_eq!(found + excused, *made, "{fault:?}: {one:?} {two:?}");
        }
        assert!(two.right * 100 >= two.made * 99, "{fault:?}: {two:?}");
    }
    let lost = &tally.rows[&RowFault::Lost];
    assert!(lost.named * 100 >= lost.made * 80, "{lost:?}");
}
