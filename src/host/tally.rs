//! What is counted of a run: inputs, enrolments, actions. How it is shown is
//! not known here.

use std::collections::BTreeMap;

use super::ledger::About;
use crate::engine::decision::{Answer, Call, Entry, Reason, What};
use crate::engine::{Prepared, State};

/// What was counted.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Of workflows, by name.
    pub flows: BTreeMap<String, Flow>,
    /// Of actions, by name and message.
    pub actions: BTreeMap<(String, String), Acts>,
    /// What each step last asked for, by workflow and step.
    pub asked: BTreeMap<(String, String), (String, String)>,
}

/// What came of inputs.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Inputs {
    /// Those that were taken.
    pub applied: usize,
    /// Those that were seen before (I3).
    pub duplicates: usize,
    /// Those that name no record (E4).
    pub no_record: usize,
    /// Those that were refused, by reason.
    pub refused: BTreeMap<String, usize>,
}

/// What became of a workflow.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Flow {
    /// How many were enrolled.
    pub enrolled: usize,
    /// How many are inside.
    pub inside: usize,
    /// How many left, by reason.
    pub left: BTreeMap<Reason, usize>,
    /// How many were refused, by reason.
    pub refused: BTreeMap<Reason, usize>,
    /// Steps that failed or were skipped, by step and reason.
    pub missed: BTreeMap<(String, String), usize>,
}

/// What became of an action.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Acts {
    /// How many were decided.
    pub asked: usize,
    /// How many succeeded.
    pub done: usize,
    /// How many failed for good and were not put back.
    pub failed: usize,
}

/// The name of an action, and that of its message.
#[must_use]
pub fn label(prepared: &Prepared, call: &Call) -> (String, String) {
    let action = prepared.program.catalog.actions[call.action].called();
    let message = call.message.as_ref();
    let message = message.map(|message| message.name.to_string());
    (action.to_string(), message.unwrap_or_default())
}

impl Inputs {
    /// Counts what came of an input.
    pub fn answered(&mut self, answer: Option<&Answer>) {
        match answer {
            Some(Answer::Duplicate) => self.duplicates += 1,
            Some(Answer::NoRecord(_)) => self.no_record += 1,
            Some(Answer::Refused(reason)) => {
                *self.refused.entry(reason.to_string()).or_default() += 1;
            }
            Some(Answer::Created(_) | Answer::Accepted(_) | Answer::Released) | None => {
                self.applied += 1;
            }
        }
    }
}

impl Tally {
    /// Counts an entry of the history. `about` is the action that the event was
    /// about which has led to it.
    pub(super) fn told(&mut self, prepared: &Prepared, entry: &Entry, about: Option<&About>) {
        let Some(id) = entry.workflow else { return };
        let Some(workflow) = prepared.workflow(id) else {
            return;
        };
        let step = entry.step.and_then(|step| workflow.steps.get(step));
        let step = step.map(|step| step.id.to_string()).unwrap_or_default();
        let place = (workflow.name().to_string(), step.clone());
        let put_back = matches!(about, Some(About::Attempt(_, true)));
        let of = (prepared, &place, about);
        let flow = self.flows.entry(workflow.name().to_string()).or_default();
        match &entry.what {
            What::Enrolled { .. } => flow.enrolled += 1,
            What::Left { reason, .. } => *flow.left.entry(*reason).or_default() += 1,
            What::Refused { reason, .. } => *flow.refused.entry(*reason).or_default() += 1,
            What::Failed(why) | What::Skipped(why) => {
                *flow.missed.entry((step, why.to_string())).or_default() += 1;
            }
            What::Asked(call) => {
                let label = label(prepared, call);
                self.actions.entry(label.clone()).or_default().asked += 1;
                self.asked.insert(place.clone(), label);
            }
            What::PutBack(call) => {
                let acts = self.actions.entry(label(prepared, call)).or_default();
                acts.failed = acts.failed.saturating_sub(1);
            }
            What::Done(_) => self.act(of, |acts| acts.done += 1),
            What::AttemptFailed { retry: None, .. } => self.act(of, |acts| acts.failed += 1),
            What::Withdrawn(_) if put_back => self.act(of, |acts| acts.failed += 1),
            _ => {}
        }
    }

    /// Counts for an action: for the one at hand, else for what the step last
    /// asked for.
    fn act(
        &mut self,
        (prepared, place, about): (&Prepared, &(String, String), Option<&About>),
        count: impl Fn(&mut Acts),
    ) {
        let own = match about {
            Some(About::Attempt(action, _)) => Some(label(prepared, &action.request)),
            _ => None,
        };
        let label = own.as_ref().or_else(|| self.asked.get(place));
        if let Some(acts) = label.and_then(|label| self.actions.get_mut(label)) {
            count(acts);
        }
    }

    /// Counts who is inside at the end.
    pub fn settle(&mut self, state: &State) {
        for workflow in state.prepared().program.workflows() {
            self.flows.entry(workflow.name().to_string()).or_default();
        }
        for record in state.records() {
            for enrolment in &record.enrolments {
                let workflow = state.prepared().workflow(enrolment.workflow);
                let flow = workflow.and_then(|w| self.flows.get_mut(w.name().as_str()));
                if let Some(flow) = flow {
                    flow.inside += 1;
                }
            }
        }
    }
}
