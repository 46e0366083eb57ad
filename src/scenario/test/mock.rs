//! What attempts of actions come to: mocks in the order in which they stand.

use std::collections::{BTreeMap, VecDeque};

use crate::base::{Name, Span};
use crate::engine::cast::Cast;
use crate::engine::message::{Again, Outcome};
use crate::plan::test::{Act, Mock, Outcome as Plan, Test};

/// The mocks by the names of their actions.
#[derive(Default)]
pub(super) struct Mocks(BTreeMap<Name, VecDeque<Serving>>);

/// A mock, where it stands, and how many attempts it has served.
struct Serving {
    mock: Mock,
    span: Span,
    served: u32,
}

impl Mocks {
    /// From here on there is one more.
    pub(super) fn add(&mut self, action: Name, mock: &Mock, span: Span) {
        self.0.entry(action).or_default().push_back(Serving {
            mock: mock.clone(),
            span,
            served: 0,
        });
    }

    /// The mock of the next attempt: the last of an action serves all that
    /// follow.
    pub(super) fn next(&mut self, action: &Name) -> Option<Mock> {
        let mocks = self.0.get_mut(action)?;
        let is_over = |of: &Serving| of.served >= of.mock.times;
        while mocks.len() > 1 && mocks.front().is_some_and(is_over) {
            mocks.pop_front();
        }
        let serving = mocks.front_mut()?;
        serving.served = serving.served.saturating_add(1);
        Some(serving.mock.clone())
    }

    /// The mocks as an edited program reads them.
    pub(super) fn edited(&mut self, test: &Test) {
        for serving in self.0.values_mut().flatten() {
            let mut acts = test.acts.iter();
            let own = acts.find_map(|act| match &act.what {
                Act::Mock(mock) if act.span.start == serving.span.start => Some(mock),
                _ => None,
            });
            if let Some(mock) = own {
                serving.mock = mock.clone();
            }
        }
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
