//! The outside of a test: attempts come to what is mocked, what is told is
//! kept, and what must hold at every moment is asked after each.

use super::Failure;
use std::sync::Arc;

use super::claim::Seen;
use super::log::{Log, Sent};
use super::mock::{Mocks, outcome};
use crate::base::Name;
use crate::engine::cast::{Cast, Role};
use crate::engine::decision::{Action, Entry, Rendered};
use crate::engine::gather::Bygone;
use crate::engine::message::Outcome;
use crate::engine::{Migrated, State};
use crate::plan::StepKind;
use crate::plan::test::Test;
use crate::scenario::Carrier;

/// What surrounds a test.
pub(super) struct Outside {
    test: Arc<Test>,
    pub(super) roles: Vec<Role>,
    pub(super) mocks: Mocks,
    pub(super) log: Log,
    /// What conditions of edited programs may ask of the past (V6).
    pub(super) bygones: Vec<Bygone>,
    /// Whether the world is as it is given.
    pub(super) begun: bool,
    /// The first moment at which something did not hold that must.
    pub(super) broken: Option<Box<Failure>>,
}

impl Outside {
    pub(super) fn new(test: Arc<Test>) -> Self {
        let roles = test.records.iter().map(|record| Role {
            name: record.name.clone(),
            object: record.object,
            record: None,
        });
        Outside {
            roles: roles.collect(),
            test,
            mocks: Mocks::default(),
            log: Log::default(),
            bygones: Vec::new(),
            begun: false,
            broken: None,
        }
    }

    /// Another program has taken over: records, mocks and what must hold are
    /// those of the test as it reads it.
    pub(super) fn edited(&mut self, test: &Arc<Test>, migrated: &Migrated) {
        // Who leaves is told in the words of the program before.
        let withdrawn = migrated.withdrawn.iter().map(|one| &one.entry);
        for entry in migrated.left.iter().chain(withdrawn) {
            self.log.note(&migrated.before, entry);
        }
        self.log.edited = true;
        for role in &mut self.roles {
            let own = test.records.iter().find(|record| record.name == role.name);
            role.object = own.map_or(role.object, |record| record.object);
        }
        // Roles stand in the places that the edited test gives them.
        let place = |role: &Role| test.records.iter().position(|own| own.name == role.name);
        self.roles
            .sort_by_key(|role| place(role).unwrap_or(usize::MAX));
        self.mocks.edited(test);
        self.test = test.clone();
    }

    /// What there is to be seen.
    pub(super) fn seen<'s>(&'s self, state: &'s State) -> Seen<'s> {
        Seen {
            cast: Cast {
                state,
                roles: &self.roles,
            },
            test: &self.test,
            log: &self.log,
        }
    }
}

impl Carrier for Outside {
    fn carry(&mut self, state: &State, action: &Action) -> Option<Outcome> {
        let actions = &state.prepared().program.catalog.actions;
        // Also one that is kept with an older version (V3).
        let called = Name::new(actions[action.request.action].called());
        if action.attempt == 1 {
            self.log.sent.push(Sent {
                at: state.now(),
                record: action.record,
                action: called.clone(),
                call: action.request.clone(),
                parameters: parameters(state, action),
                named: false,
            });
        }
        let mock = self.mocks.next(&called);
        Some(outcome(mock.as_ref(), self.seen(state).cast))
    }

    fn told(&mut self, state: &State, entries: &[Entry]) {
        for entry in entries {
            self.log.note(state.prepared(), entry);
            let record = entry.record.and_then(|id| state.record(id));
            let bygone = record.and_then(|of| Bygone::of(state.prepared(), of.object, entry));
            self.bygones.extend(bygone);
        }
        if self.begun && self.broken.is_none() {
            self.broken = self.seen(state).broken();
        }
    }
}

/// The parameters of the message that an action sends. Their values are those
/// of the instant at which it leaves.
fn parameters(state: &State, action: &Action) -> Vec<(Name, Rendered)> {
    let prepared = state.prepared();
    let catalog = &prepared.program.catalog;
    let plan = prepared.workflow(action.workflow);
    let step = plan.and_then(|plan| plan.steps.get(action.step));
    let message = action.request.message.as_ref();
    let message = message.and_then(|message| catalog.message(&message.name));
    let (Some(StepKind::Do(plan)), Some(message)) = (step.map(|step| &step.kind), message) else {
        return Vec::new();
    };
    let parameters = catalog.messages[message].parameters.iter();
    let given = parameters.filter_map(|parameter| {
        let mut arguments = plan.arguments.iter();
        let (name, value) = arguments.find(|(name, _)| *name == parameter.name)?;
        Some((name.clone(), state.of_step(action, value, &parameter.ty)))
    });
    given.collect()
}
