//! What the history and the actions of a sequence must say whatever happens:
//! who is inside follows from it, each leaving has its reason, no action goes
//! out otherwise than the rules allow.

use std::collections::{BTreeMap, BTreeSet};

use flow::base::{Name, Timestamp, Uid};
use flow::engine::decision::{Action, Entry, Reason, What};
use flow::engine::{Migrated, State, history};
use flow::model::WorkflowId;
use flow::plan::Exclusive;

use super::program::MAILS;

/// Why a record may not be enrolled (E5).
const REFUSALS: [Reason; 12] = [
    Reason::NoRecord,
    Reason::SelfCreated,
    Reason::ChainTooLong,
    Reason::WorkflowOff,
    Reason::WorkflowPaused,
    Reason::NotMatching,
    Reason::Suppressed,
    Reason::GoalMet,
    Reason::AlreadyEnrolled,
    Reason::EnrolledBefore,
    Reason::NoReenrollTrigger,
    Reason::OverLimit,
];

/// Why it may leave (L6, V2, A8).
const LEAVES: [Reason; 11] = [
    Reason::Completed,
    Reason::Deleted,
    Reason::Merged,
    Reason::Suppressed,
    Reason::GoalMet,
    Reason::UnenrollCondition,
    Reason::Leaving,
    Reason::Manual,
    Reason::ByWorkflow,
    Reason::Exclusive,
    Reason::StepRemoved,
];

/// An enrolment that has begun and not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Inside {
    record: Uid,
    workflow: Name,
}

/// What was told so far, as far as rules speak of it.
#[derive(Default)]
pub(super) struct Ledger {
    inside: BTreeMap<Uid, Inside>,
    /// Those that have begun since what is true was last re-based (E2).
    pub(super) fresh: BTreeSet<Uid>,
    /// Those that have ended, and when.
    left: BTreeMap<Uid, Timestamp>,
    /// Records that were deleted, or merged into another.
    pub(super) gone: BTreeSet<Uid>,
    /// The attempts that have begun.
    begun: BTreeSet<(Uid, u32)>,
    /// What each key has sent, in words, and its last attempt.
    sent: BTreeMap<Uid, (String, u32)>,
    /// The mails that count for the cap.
    mails: Vec<(Timestamp, Uid, Uid)>,
    /// When records enrolled since the last publication.
    enrolled: BTreeMap<Name, Vec<Timestamp>>,
    last: Option<Timestamp>,
    /// How many attempts were the last of their actions, and failed.
    pub(super) finals: usize,
    /// The kinds of entries and the reasons that were seen.
    pub(super) seen: BTreeSet<String>,
}

/// The words of what is asked.
fn body(state: &State, action: &Action) -> String {
    let request = &action.request;
    let name = state.prepared().program.catalog.actions[request.action].called();
    let (arguments, sends) = (&request.arguments, &request.sends);
    let parts = arguments.iter().chain(sends);
    let parts: Vec<String> = parts
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let message = request
        .message
        .as_ref()
        .map(|message| (&message.name, &message.fields));
    format!("{name} {} {message:?}", parts.join(" "))
}

impl Ledger {
    /// Takes what was told by one input; `off` says which workflows enrolled
    /// nobody before it.
    pub(super) fn follow(&mut self, state: &State, entries: &[Entry], off: &BTreeSet<WorkflowId>) {
        let before = self.inside.clone();
        for entry in entries {
            self.entry(state, entry, off);
        }
        for entry in entries {
            self.shuts_out(state, entry, &before);
        }
    }

    /// Who is inside follows from what was told, once nothing is under way.
    pub(super) fn agrees(&self, state: &State) {
        let records = state.records();
        let stand = records.flat_map(|cell| cell.enrolments.iter().map(|of| (of.id, cell.id)));
        let stand: BTreeMap<Uid, Uid> = stand.collect();
        let told = self.inside.iter().map(|(id, of)| (*id, of.record));
        let told: BTreeMap<Uid, Uid> = told.collect();
        assert_eq!(stand, told, "who is inside is not who the history says");
    }

    fn entry(&mut self, state: &State, entry: &Entry, off: &BTreeSet<WorkflowId>) {
        let prepared = state.prepared();
        let object = entry.record.and_then(|id| Some(state.record(id)?.object));
        let told = history::tell(prepared, object, entry);
        self.seen.insert(told.kind.to_owned());
        if let (What::Deleted | What::MergedInto(_), Some(record)) = (&entry.what, entry.record) {
            self.gone.insert(record);
        }
        assert!(
            self.last <= Some(entry.at) && entry.at <= state.now(),
            "{entry:?}"
        );
        self.last = Some(entry.at);
        let plan = entry.workflow.map(|id| {
            let plan = prepared.workflow(id);
            plan.unwrap_or_else(|| panic!("of no workflow: {entry:?}"))
        });
        if let (Some(step), Some(plan)) = (entry.step, plan) {
            assert!(step < plan.steps.len(), "at no step: {entry:?}");
        }
        match entry.enrolment.zip(plan) {
            Some((id, plan)) => self.of_enrolment(state, (id, plan.name().clone()), entry, off),
            None => {
                if let What::Refused { reason, .. } = &entry.what {
                    self.seen.insert(reason.word().to_owned());
                    assert!(REFUSALS.contains(reason), "{entry:?}");
                }
            }
        }
    }

    fn of_enrolment(
        &mut self,
        state: &State,
        (id, workflow): (Uid, Name),
        entry: &Entry,
        off: &BTreeSet<WorkflowId>,
    ) {
        match &entry.what {
            What::Enrolled { .. } => self.enrols(state, (id, workflow), entry, off),
            What::Left { reason, .. } => self.leaves(id, *reason, entry),
            What::Moved(_) => {
                let record = entry.record.expect("a record goes on");
                let inside = self.inside.insert(id, Inside { record, workflow });
                assert!(inside.is_some(), "it was not inside: {entry:?}");
            }
            What::AttemptFailed { retry: None, .. } => self.finals += 1,
            // Of an action that is under way after its enrolment has left, or
            // that was put back.
            What::Done(_) | What::AttemptFailed { .. } | What::Withdrawn(_) | What::PutBack(_) => {}
            // I5: what it had asked for before it left.
            What::Created(_)
            | What::Wrote { .. }
            | What::Linked(..)
            | What::Unlinked(..)
            | What::Member(..)
            | What::InputRefused(_)
                if self.left.get(&id) == Some(&entry.at) => {}
            _ => assert!(self.inside.contains_key(&id), "it is not inside: {entry:?}"),
        }
    }

    fn enrols(
        &mut self,
        state: &State,
        (id, workflow): (Uid, Name),
        entry: &Entry,
        off: &BTreeSet<WorkflowId>,
    ) {
        let program = &state.prepared().program;
        let current = entry.workflow.map(|id| program.current(id));
        assert_eq!(
            current, entry.workflow,
            "an older version enrols: {entry:?}"
        );
        let is_on = current.is_some_and(|id| !off.contains(&id));
        assert!(is_on, "it is off: {entry:?}");
        assert!(
            !self.left.contains_key(&id),
            "it has left before: {entry:?}"
        );
        let inside = Inside {
            record: entry.record.expect("a record enrols"),
            workflow: workflow.clone(),
        };
        assert_eq!(self.inside.insert(id, inside), None, "twice: {entry:?}");
        self.fresh.insert(id);
        self.breaker(state, (entry, workflow));
    }

    fn leaves(&mut self, id: Uid, reason: Reason, entry: &Entry) {
        self.seen.insert(reason.word().to_owned());
        assert!(LEAVES.contains(&reason), "{entry:?}");
        let inside = self.inside.remove(&id);
        assert!(inside.is_some(), "it is not inside: {entry:?}");
        self.left.insert(id, entry.at);
    }

    /// E17: within an hour no more enrol than the breaker says.
    fn breaker(&mut self, state: &State, (entry, workflow): (&Entry, Name)) {
        let plan = entry.workflow.and_then(|id| state.prepared().workflow(id));
        let enrolled = self.enrolled.entry(workflow).or_default();
        enrolled.push(entry.at);
        let Some(breaker) = plan.and_then(|plan| plan.breaker.as_ref()) else {
            return;
        };
        // A day of clocks that change is not longer than this.
        let seconds = if breaker.window.unit == flow::base::Unit::Hour {
            3_600
        } else {
            23 * 3_600
        };
        let since = entry.at.as_second() - seconds;
        let within = enrolled.iter().filter(|at| at.as_second() > since).count();
        let most = usize::try_from(breaker.most).expect("a small number");
        assert!(
            within <= most,
            "{within} enrol within the window: {entry:?}"
        );
    }

    /// E11: who enrols is not inside what is shut out any more.
    fn shuts_out(&self, state: &State, entry: &Entry, before: &BTreeMap<Uid, Inside>) {
        let (What::Enrolled { .. }, Some(record)) = (&entry.what, entry.record) else {
            return;
        };
        let plan = entry.workflow.and_then(|id| state.prepared().workflow(id));
        let plan = plan.expect("it was looked up before");
        let catalog = &state.prepared().program.catalog;
        let is_out = |name: &Name| match &plan.exclusive {
            Exclusive::None => false,
            Exclusive::All => name != plan.name(),
            Exclusive::With(others) => others.iter().any(|id| catalog.workflows[*id].name == *name),
        };
        for (id, of) in before {
            let still = self.inside.contains_key(id);
            assert!(
                !(still && of.record == record && is_out(&of.workflow)),
                "{of:?} goes on beside {}",
                plan.name()
            );
        }
    }

    /// A1: a key always sends the same, each attempt once; one that was asked for
    /// and has to wait comes again (A8).
    pub(super) fn asked(&mut self, state: &State, actions: &[Action]) {
        for action in actions {
            let body = body(state, action);
            if let Some((sent, attempt)) = self.sent.get(&action.key) {
                assert_eq!(*sent, body, "one key, two bodies");
                let begun = self.begun.contains(&(action.key, action.attempt));
                assert!(
                    *attempt <= action.attempt && !begun,
                    "an attempt is asked for again: {action:?}"
                );
            }
            self.sent.insert(action.key, (body, action.attempt));
        }
    }

    /// A1, A9: of an attempt that begins.
    pub(super) fn released(&mut self, state: &State, action: &Action) {
        assert!(
            self.begun.insert((action.key, action.attempt)),
            "an attempt begins twice: {action:?}"
        );
        let name = state.prepared().program.catalog.actions[action.request.action].called();
        let has_place = self.mails.iter().any(|(_, key, _)| *key == action.key);
        if name != "send_email" || has_place {
            return;
        }
        let record = state.merged_into(action.record);
        self.mails.push((state.now(), action.key, action.record));
        // Days of clocks that change are not longer than this.
        let since = state.now().as_second() - MAILS.1 * 86_400 + 3_600;
        let mails = self
            .mails
            .iter()
            .filter(|(at, _, to)| at.as_second() > since && state.merged_into(*to) == record);
        assert!(
            mails.count() <= MAILS.0 as usize,
            "more mails than the cap allows"
        );
    }

    /// One that has failed for good gives its place back.
    pub(super) fn failed(&mut self, action: &Action) {
        self.mails.retain(|(_, key, _)| *key != action.key);
    }

    /// What is true is re-based: nothing that holds now was a transition (E2).
    pub(super) fn rebased(&mut self) {
        self.fresh.clear();
    }

    /// Another program runs: who leaves is told, and what was counted by name
    /// begins anew.
    pub(super) fn published(&mut self, migrated: &Migrated, state: &State) {
        self.rebased();
        self.enrolled.clear();
        for entry in &migrated.left {
            let id = entry.enrolment.expect("an enrolment leaves");
            let What::Left { reason, .. } = &entry.what else {
                panic!("an edit tells of more than who leaves: {entry:?}");
            };
            self.leaves(id, *reason, entry);
        }
        let prepared = state.prepared();
        for cell in state.records() {
            for of in &cell.enrolments {
                let name = prepared
                    .workflow(of.workflow)
                    .map(|plan| plan.name().clone());
                let inside = self.inside.get_mut(&of.id);
                let inside = inside.unwrap_or_else(|| panic!("an edit has enrolled {of:?}"));
                inside.workflow = name.unwrap_or_else(|| panic!("of no workflow: {of:?}"));
            }
        }
    }
}
