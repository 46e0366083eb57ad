//! Whether what a test claims holds. What was found instead is said elsewhere.

use super::Failure;
use super::log::{Log, Told};
use crate::base::{Name, Timestamp, Uid};
use crate::engine::cast::Cast;
use crate::engine::decision::Reason;
use crate::engine::enrolment::Enrolment;
use crate::plan::test::{Claim, ClaimKind, Test, Waiting};
use crate::plan::{Node, Root};
use crate::semantic::hir::test::{Because, Count};

/// What a claim is judged by.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) cast: Cast<'a>,
    pub(super) test: &'a Test,
    pub(super) log: &'a Log,
}

impl<'a> Seen<'a> {
    /// The first thing that must hold at every moment and does not now.
    pub(super) fn broken(&self) -> Option<Box<Failure>> {
        let mut all = self.test.invariants.iter();
        let (claim, never) = all.find(|(claim, never)| self.holds(&claim.what) == *never)?;
        let at = self.cast.state.now();
        let message = match never {
            true => format!("`{}`, and it does", claim.text),
            false => format!("`{}` does not hold", claim.text),
        };
        Some(Box::new(Failure {
            span: claim.span,
            message: format!("{message} at {}", self.instant(at)),
            found: self.found(&claim.what),
            about: self.about(&claim.what),
            at,
        }))
    }

    /// The next instant at which time alone can change what must hold at every
    /// moment.
    pub(super) fn turns(&self) -> Option<Timestamp> {
        let all = self.test.invariants.iter();
        let turns = all.filter_map(|(claim, _)| match &claim.what.kind {
            ClaimKind::Holds(condition) => self.cast.turns(None, condition),
            ClaimKind::About(place, condition) => self.cast.turns(Some(*place), condition),
            ClaimKind::Sent(sent) => self.leaves_window(sent),
            _ => None,
        });
        turns.min()
    }

    /// Whether a claim holds; the opposite of one holds where it does not.
    pub(super) fn holds(&self, claim: &Claim) -> bool {
        self.holds_plainly(&claim.kind) != claim.not
    }

    fn holds_plainly(&self, claim: &ClaimKind) -> bool {
        match claim {
            ClaimKind::Holds(condition) => self.cast.judge(None, condition).holds == Some(true),
            ClaimKind::About(place, condition) => {
                self.cast.cell(*place).is_some()
                    && self.cast.judge(Some(*place), condition).holds == Some(true)
            }
            ClaimKind::Inside(place, workflow) => self.is_inside(*place, workflow),
            ClaimKind::Enrolled(place, workflow, count) => {
                let times = self.told(*place, workflow).filter(|told| told.enrolls());
                fits(*count, times.count())
            }
            ClaimKind::NotIn(place, workflow, because) => self.is_out(*place, workflow, *because),
            ClaimKind::Waiting(waiting) => self.is_waiting(waiting),
            ClaimKind::Path(place, workflow, steps) => {
                self.path(*place, workflow).into_iter().eq(steps)
            }
            ClaimKind::Sent(sent) => fits(sent.count, self.which(sent).len()),
            ClaimKind::NothingElse(place) => self.unnamed(*place).next().is_none(),
        }
    }

    /// The records that a claim speaks of.
    pub(super) fn about(&self, claim: &Claim) -> Vec<usize> {
        match &claim.kind {
            ClaimKind::Holds(condition) => {
                let nodes = condition.expression.nodes();
                let mut places: Vec<usize> = nodes
                    .filter_map(|(_, node, _)| match node {
                        Node::Property(way, _) | Node::Record(way) => Some(way),
                        Node::Quantified(_, link, _) | Node::Aggregate(_, link, ..) => {
                            Some(&link.from)
                        }
                        _ => None,
                    })
                    .filter_map(|way| match way.root {
                        Root::Bound(place) => Some(place),
                        _ => None,
                    })
                    .collect();
                places.sort_unstable();
                places.dedup();
                places
            }
            ClaimKind::About(place, _)
            | ClaimKind::Inside(place, _)
            | ClaimKind::Enrolled(place, ..)
            | ClaimKind::NotIn(place, ..)
            | ClaimKind::Path(place, ..) => vec![*place],
            ClaimKind::Waiting(waiting) => vec![waiting.record],
            ClaimKind::Sent(sent) => sent.to.into_iter().collect(),
            ClaimKind::NothingElse(place) => place.iter().copied().collect(),
        }
    }

    pub(super) fn record(&self, place: usize) -> Option<Uid> {
        self.cast.roles.get(place)?.record
    }

    /// What was told of a record in a workflow, in order.
    pub(super) fn told(
        &self,
        place: usize,
        workflow: &'a Name,
    ) -> impl DoubleEndedIterator<Item = &'a Told> + use<'a> {
        let record = self.record(place).unwrap_or(Uid::of(&[]));
        self.log.of(record, workflow)
    }

    /// The enrolments of a record in a workflow, older versions of it too.
    pub(super) fn enrolments(
        &self,
        place: usize,
        workflow: &'a Name,
    ) -> impl Iterator<Item = &'a Enrolment> + use<'a> {
        let prepared = self.cast.state.prepared();
        let cell = self.cast.cell(place);
        let all = cell.into_iter().flat_map(|cell| &cell.enrolments);
        all.filter(move |of| {
            let plan = prepared.workflow(of.workflow);
            plan.is_some_and(|plan| plan.name() == workflow)
        })
    }

    pub(super) fn is_inside(&self, place: usize, workflow: &'a Name) -> bool {
        self.enrolments(place, workflow).next().is_some()
    }

    fn is_out(&self, place: usize, workflow: &'a Name, because: Option<Because>) -> bool {
        let Some(because) = because else {
            return !self.is_inside(place, workflow);
        };
        // Who was refused for being inside is inside.
        if because != Because::AlreadyEnrolled && self.is_inside(place, workflow) {
            return false;
        }
        match because {
            // These are told of no workflow, so nothing is told of it.
            Because::NotMatching | Because::NoRecord => !self.asked_since(place, workflow),
            because => {
                let last = self.told(place, workflow).rev().find_map(Told::reason);
                let reason = match because {
                    Because::AlreadyEnrolled => last,
                    _ => last.or_else(|| self.diagnosed(place, workflow)),
                };
                reason.is_some() && reason == word(because)
            }
        }
    }

    /// Why a record would not be enrolled now (H3).
    pub(super) fn diagnosed(&self, place: usize, workflow: &Name) -> Option<&'static str> {
        let state = self.cast.state;
        let id = state.prepared().program.catalog.workflow(workflow)?;
        let found = state.diagnose(self.record(place)?, id, state.now())?;
        found.reason.map(Reason::word)
    }

    /// Whether anything was told of a record in a workflow since something last
    /// came in.
    fn asked_since(&self, place: usize, workflow: &Name) -> bool {
        let record = self.record(place);
        let since = self.log.told.get(self.log.since..).unwrap_or_default();
        since.iter().any(|told| {
            told.entry.record == record
                && told.workflow.as_ref() == Some(workflow)
                && told.reason().is_some()
        })
    }

    fn is_waiting(&self, waiting: &'a Waiting) -> bool {
        let until = waiting.until.as_ref().map(|until| self.instant_of(until));
        self.at_steps(waiting).any(|(step, due)| {
            *step == waiting.step && until.is_none_or(|until| until.is_some() && until == due)
        })
    }

    /// The steps at which a record stands, in the workflows that are asked
    /// for, and until when.
    pub(super) fn at_steps(
        &self,
        waiting: &'a Waiting,
    ) -> impl Iterator<Item = (&'a Name, Option<Timestamp>)> + use<'a> {
        let prepared = self.cast.state.prepared();
        let cell = self.cast.cell(waiting.record);
        let all = cell.into_iter().flat_map(|cell| &cell.enrolments);
        all.filter_map(move |of| {
            let plan = prepared.workflow(of.workflow)?;
            let asked = waiting.workflows.is_empty() || waiting.workflows.contains(plan.name());
            let step = plan.steps.get(of.step()?).filter(|_| asked)?;
            Some((&step.id, of.until()))
        })
    }

    /// The steps that a record has finished in a workflow, the last time that
    /// it was inside.
    pub(super) fn path(&self, place: usize, workflow: &'a Name) -> Vec<&'a Name> {
        let all: Vec<&Told> = self.told(place, workflow).collect();
        let begun = all.iter().rposition(|told| told.enrolls());
        let last = begun.and_then(|begun| all.get(begun..)).unwrap_or_default();
        let mut steps: Vec<&Name> = Vec::new();
        for told in last.iter().filter(|told| told.finishes()) {
            let Some(step) = &told.step else { continue };
            // A write is told when it is asked for, and again if it is refused.
            if !told.fails() || steps.last() != Some(&step) {
                steps.push(step);
            }
        }
        steps
    }
}

/// Whether so many are as many as claimed.
fn fits(count: Count, found: usize) -> bool {
    let found = u32::try_from(found).unwrap_or(u32::MAX);
    match count {
        Count::Exactly(count) => found == count,
        Count::AtLeast(count) => found >= count,
        Count::AtMost(count) => found <= count,
    }
}

/// How a reason is written.
pub(super) fn word(because: Because) -> Option<&'static str> {
    let mut all = Because::ALL.iter();
    all.find_map(|(word, other)| (*other == because).then_some(*word))
}
