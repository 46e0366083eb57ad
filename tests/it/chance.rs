//! How many random cases a test plays, and which.

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;

use crate::support::is_long;

/// How random cases are played: the same for every change, so that what fails was
/// changed, and others each time for the long forms and where `FLOW_CASES` says
/// how many.
pub(crate) fn random(usual: u32, long: u32) -> ProptestConfig {
    seeded(1, usual, long)
}

/// The same with a seed of its own, where the first one draws programs on which
/// the naive model takes minutes.
pub(crate) fn seeded(seed: u64, usual: u32, long: u32) -> ProptestConfig {
    let asked = std::env::var("FLOW_CASES").ok();
    let asked = asked.and_then(|cases| cases.parse().ok());
    let any = ProptestConfig::default();
    let rng_seed = match any.rng_seed {
        RngSeed::Random if asked.is_none() && !is_long() => RngSeed::Fixed(seed),
        other => other,
    };
    ProptestConfig {
        cases: asked.unwrap_or(if is_long() { long } else { usual }),
        rng_seed,
        failure_persistence: None,
        max_shrink_iters: 3_000,
        ..any
    }
}
