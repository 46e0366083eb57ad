//! What a test says that this version does not run.

use crate::base::Span;
use crate::plan::test::{Act, Test};

/// The constructs, with their places; none where the test can be played.
pub(super) fn of(test: &Test) -> Vec<(String, Span)> {
    let acts = test.acts.iter();
    let found = acts.filter_map(|act| Some((act_of(&act.what)?.to_owned(), act.span)));
    found.collect()
}

/// What an act is called that is not run.
fn act_of(act: &Act) -> Option<&'static str> {
    match act {
        Act::AdvanceBy(amount) if amount.business => Some("business"),
        _ => None,
    }
}
