//! Why a record is, or is not, enrolled in a workflow: the decision E5 as it would fall at an
//! instant, with each clause (H3). It changes nothing; when a value was written, and how a place of
//! the text is shown, is not known here.

mod change;
mod judge;

pub use self::change::Edit;

use super::State;
use super::decision::Reason;
use super::evaluate::Notes;
use super::record::RecordCell;
use crate::base::{Span, Timestamp, Uid};
use crate::model::WorkflowId;
use crate::plan::{Timing, Workflow};

/// What is known of a record and a workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    /// The instant.
    pub at: Timestamp,
    /// Why it would not be enrolled, in the order of E5; nothing keeps it out where there is none.
    pub reason: Option<Reason>,
    /// What its clauses say, in the order of the text.
    pub clauses: Vec<Clause>,
    /// How the workflow and the record stand.
    pub standing: Standing,
    /// The smallest change of the record that would turn the answer, as far as one was found.
    pub change: Vec<Edit>,
}

/// How a workflow and a record stand to each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether the workflow enrols: its source and the operator say so.
    pub on: bool,
    /// Whether it is paused.
    pub paused: bool,
    /// Whether nothing but a person or another workflow enrols.
    pub manual: bool,
    /// Under how many keys the record is inside.
    pub inside: usize,
    /// How often it was enrolled.
    pub times: u32,
    /// How many the breaker has let in within its window, and how many it lets in.
    pub breaker: Option<(u64, u64)>,
}

/// What a clause is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Enrols when it turns true.
    Filter,
    /// Enrols at an event.
    Event,
    /// Enrols at a time.
    Time,
    /// Must hold too.
    Only,
    /// Keeps out.
    Suppress,
    /// Is reached.
    Goal,
    /// Lets in again.
    Reenroll,
}

impl Role {
    /// The word of the role.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Role::Filter => "filter",
            Role::Event => "event",
            Role::Time => "time",
            Role::Only => "only",
            Role::Suppress => "suppress",
            Role::Goal => "goal",
            Role::Reenroll => "reenroll",
        }
    }
}

/// A clause of a workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// What it is for.
    pub role: Role,
    /// Where it stands.
    pub span: Span,
    /// Whether it holds; an event or a time that is not there yet aside.
    pub holds: Option<bool>,
    /// Whether it waits for an event or a time.
    pub waits: bool,
    /// The terms of its condition, joined by `and` or `or`.
    pub terms: Vec<Term>,
}

/// A term of a condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Where it stands.
    pub span: Span,
    /// Whether it holds; `None` where it is unknown (N1).
    pub holds: Option<bool>,
    /// Whether it is about an event that is not there.
    pub open: bool,
    /// What it has read: where, and the value.
    pub read: Vec<(String, String)>,
}

/// A workflow and the state in which it is asked about.
#[derive(Clone, Copy)]
struct Patient<'s> {
    state: &'s State,
    id: WorkflowId,
    workflow: &'s Workflow,
    now: Timestamp,
}

impl State {
    /// Evaluates the decision E5 for a record and a workflow as it would fall at an instant, not
    /// before the latest that it has seen. `None` where there is no such workflow.
    #[must_use]
    pub fn diagnose(&self, record: Uid, id: WorkflowId, now: Timestamp) -> Option<Diagnosis> {
        let patient = Patient {
            state: self,
            id,
            workflow: self.prepared().workflow(id)?,
            now: now.max(self.now()),
        };
        let cell = self.record(record);
        let cell = cell.filter(|cell| cell.object == patient.workflow.object);
        let Some(cell) = cell else {
            return Some(Diagnosis {
                at: patient.now,
                reason: Some(Reason::NoRecord),
                clauses: Vec::new(),
                standing: Standing::default(),
                change: Vec::new(),
            });
        };
        Some(Diagnosis {
            at: patient.now,
            reason: patient.verdict(cell),
            clauses: patient.clauses(cell),
            standing: patient.standing(cell),
            change: patient.change(cell),
        })
    }
}

impl Patient<'_> {
    fn standing(self, cell: &RecordCell) -> Standing {
        let switch = self.state.switch(self.id);
        let zone = self.state.prepared().zone();
        let breaker = self.workflow.breaker.as_ref().map(|breaker| {
            let rate = self.state.rate(self.id);
            let now = (self.now, zone);
            let counted = rate.map_or(0, |rate| rate.within(breaker.window, now));
            (counted, breaker.most)
        });
        let program = &self.state.prepared().program;
        let inside = cell.enrolments.iter();
        let inside = inside.filter(|of| program.current(of.workflow) == self.id);
        let been = cell.been.iter().filter(|(id, ..)| *id == self.id);
        Standing {
            on: self.state.is_published() && !(self.workflow.off || switch.off) && switch.turned_on,
            paused: switch.paused,
            manual: !self.workflow.has_trigger(),
            inside: inside.count(),
            times: been.map(|(.., times)| times).sum(),
            breaker,
        }
    }

    /// Why the record would not be enrolled if its triggers fired, in the order of E5.
    fn verdict(self, cell: &RecordCell) -> Option<Reason> {
        let standing = self.standing(cell);
        let notes = Notes::default();
        let scope = self.scope(cell, &notes);
        let workflow = self.workflow;
        if !standing.on {
            Some(Reason::WorkflowOff)
        } else if standing.paused {
            Some(Reason::WorkflowPaused)
        } else if !self.matches(cell) {
            Some(Reason::NotMatching)
        } else if workflow.suppress.iter().any(|when| scope.holds(when)) {
            Some(Reason::Suppressed)
        } else if workflow.goal.as_ref().is_some_and(|goal| scope.holds(goal)) {
            Some(Reason::GoalMet)
        } else if standing.inside > 0 && !self.is_keyed() {
            Some(Reason::AlreadyEnrolled)
        } else {
            self.again(cell, &standing)
        }
    }

    /// What keeps a record out that was inside before, and what keeps all out.
    fn again(self, cell: &RecordCell, standing: &Standing) -> Option<Reason> {
        let before = standing.times > 0 && !self.is_keyed();
        if before && !self.by_itself() && self.workflow.reenroll.is_empty() {
            Some(Reason::EnrolledBefore)
        } else if before && !self.by_itself() && !self.comes_again(cell) {
            Some(Reason::NoReenrollTrigger)
        } else if standing.breaker.is_some_and(|(in_it, most)| in_it >= most) {
            Some(Reason::OverLimit)
        } else {
            None
        }
    }

    /// Whether a trigger gives enrolments keys: then the record may be inside once for each (E16).
    fn is_keyed(self) -> bool {
        self.workflow
            .events
            .iter()
            .any(|trigger| trigger.per.is_some())
    }

    /// Whether times enrol again without a `reenroll` (E8).
    fn by_itself(self) -> bool {
        let schedules = &self.workflow.schedules;
        let every = |timing: &Timing| !matches!(timing, Timing::Once(_));
        schedules.iter().any(|schedule| every(&schedule.timing))
            || self.workflow.dates.iter().any(|date| date.yearly)
    }
}
