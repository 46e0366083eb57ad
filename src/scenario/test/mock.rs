//! What attempts of actions come to: mocks in the order in which they stand.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use crate::engine::cast::Cast;
use crate::engine::message::{Again, Outcome};
use crate::model::ActionId;
use crate::plan::test::{Mock, Outcome as Plan};

/// The mocks of each action, each with the number of attempts that it has
/// served.
#[derive(Default)]
pub(super) struct Mocks<'t>(BTreeMap<ActionId, VecDeque<(&'t Mock, u32)>>);

impl<'t> Mocks<'t> {
    /// From here on there is one more.
    pub(super) fn add(&mut self, mock: &'t Mock) {
        self.0.entry(mock.action).or_default().push_back((mock, 0));
    }

    /// The mock of the next attempt: the last of an action serves all that
    /// follow.
    pub(super) fn next(&mut self, action: ActionId) -> Option<&'t Mock> {
        let mocks = self.0.get_mut(&action)?;
        while mocks.len() > 1 && mocks.front().is_some_and(|(mock, n)| *n >= mock.times) {
            mocks.pop_front();
        }
        let (mock, served) = mocks.front_mut()?;
        *served = served.saturating_add(1);
        Some(mock)
    }
}

/// What an attempt comes to; one that nothing is said of succeeds, its results
/// unknown.
pub(super) fn outcome(mock: Option<&Mock>, cast: Cast<'_>) -> Outcome {
    match mock.map(|mock| &mock.outcome) {
        None => Outcome::Done(Vec::new()),
        Some(Plan::Answer(results)) => {
            let length = results.iter().map(|(place, _)| place + 1).max();
            let mut values = vec![None; length.unwrap_or_default()];
            for (place, value) in results {
                if let Some(slot) = values.get_mut(*place) {
                    *slot = cast.value(value);
                }
            }
            Outcome::Done(values)
        }
        Some(Plan::Fails(status)) => Outcome::Failed {
            status: Some(*status),
            error: format!("answered {status}").into(),
            again: Again::Usual,
        },
        Some(Plan::TimesOut) => Outcome::Failed {
            status: None,
            error: "no answer in time".into(),
            again: Again::Usual,
        },
    }
}
