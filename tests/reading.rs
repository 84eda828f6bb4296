//! The harness of `examples/reading.rs` over the repository's own samples: no kind of damage to a page
//! is read wrong in silence more often than it is today.

#[path = "../examples/reading/damage.rs"]
mod damage;
#[path = "../examples/score/fact.rs"]
mod fact;
#[path = "../examples/reading/tally.rs"]
mod tally;
#[path = "../examples/reading/targets.rs"]
mod targets;

use damage::Kind;
use fubiao::diag::Sink;
use fubiao::options::Options;
use fubiao::pipeline;
use fubiao::source::Source;
use std::collections::BTreeMap;
use tally::{Measured, Outcome};

/// How often each kind hits a sample.
const EACH: usize = 3;

/// How many damages of a kind are silent today; kinds that are not named have none. Lower a bound when
/// it can be.
const SILENT: &[(Kind, usize)] = &[
    (Kind::Moved, 1),
    (Kind::Parted, 1),
    (Kind::Shrunk, 4),
    (Kind::NameDropped, 1),
    (Kind::RuleDown, 1),
    (Kind::HeaderDropped, 1),
];

#[test]
fn no_damage_of_the_samples_is_more_silent_than_today() {
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut silent: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
    let mut made = 0;
    for sample in ["aid-2021/notice.pdf", "housing-2023/notice-reportlab.pdf"] {
        let bytes = std::fs::read(samples.join(sample)).expect("a sample has its inputs");
        let source = Source::new(sample, bytes).expect("it is a notice");
        let pages = pipeline::until_pages(&mut Sink::new(), &Options::default(), &source)
            .expect("it can be read");
        let Measured { tally, holes } = tally::measure(&pages, sample, &Kind::ALL, EACH);
        made += tally.values().flat_map(BTreeMap::values).sum::<usize>();
        let broke = tally.values().filter_map(|of| of.get(&Outcome::Broke)).sum::<usize>();
        assert_eq!(broke, 0, "{sample}: damage breaks the reader");
        for hole in holes {
            silent.entry(hole.kind).or_default().push(format!("{sample}: {hole}"));
        }
    }
    assert!(made > 100, "only {made} damages were made");
    let most: BTreeMap<Kind, usize> = SILENT.iter().copied().collect();
    let more: Vec<String> = silent
        .iter()
        .filter(|(kind, found)| found.len() > most.get(kind).copied().unwrap_or_default())
        .map(|(kind, found)| format!("{} {}:\n{}", found.len(), kind.name(), found.join("\n")))
        .collect();
    assert!(
        more.is_empty(),
        "read wrong in silence, and more often than before:\n{}",
        more.join("\n")
    );
}
