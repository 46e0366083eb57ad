//! What a publication does to what is there, in names: for the plan that is
//! shown before it, and for the host that may refuse it (V4, V7).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::names::Names;
use crate::base::{Fingerprint, Name, Uid};
use crate::engine::call::Call;
use crate::engine::decision::{Action, Entry};
use crate::engine::prepared::Prepared;
use crate::model::WorkflowId;

/// What a publication does.
#[derive(Debug)]
pub struct Migrated {
    /// What the new program has no place for, with the number of records that
    /// have it.
    pub lost: Vec<Lost>,
    /// Where enrolments of changed workflows stand before and after.
    pub moves: Vec<Move>,
    /// Those who finish on an older version (V3).
    pub pinned: Vec<Finishes>,
    /// Who leaves, in the words and places of the program before.
    pub left: Vec<Entry>,
    /// The actions that were put back and are withdrawn.
    pub withdrawn: Vec<Withdrawn>,
    /// The program before.
    pub before: Arc<Prepared>,
    pub(super) names: Names,
}

/// An action that was put back (A4), of a workflow that is gone.
#[derive(Debug, Clone, PartialEq)]
pub struct Withdrawn {
    /// What is told of it, in the words and places of the program before.
    pub entry: Entry,
    /// The action, in the places of the program before.
    pub action: Action,
}

/// Something that records have and the new program does not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lost {
    /// What kind of thing it is, in a word or two.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// How many records have it.
    pub records: u64,
}

/// Enrolments at one step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    /// The workflow.
    pub workflow: Name,
    /// The step in the version before; `None` before the first.
    pub from: Option<Name>,
    /// What becomes of them.
    pub to: Goes,
    /// How many.
    pub enrolments: u64,
}

/// Enrolments that finish on an older version of their workflow (V3).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finishes {
    /// The workflow.
    pub workflow: Name,
    /// The version.
    pub version: Fingerprint,
    /// How many.
    pub enrolments: u64,
}

/// What becomes of an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Goes {
    /// It stays at a step.
    Stays(Name),
    /// Its step is gone: it goes on at another.
    On(Name),
    /// It is at no step: just begun, or about to be completed.
    Between,
    /// It ends.
    Ends,
}

/// Why a program is not published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Messages are under way, which name things of the old program.
    UnderWay,
    /// Records violate what is required of a property from now on (V7).
    Violated(Vec<Violation>),
}

/// Records that violate what is required of a property from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The property, with its object.
    pub property: String,
    /// The word of the rule: `unique` or `required`.
    pub rule: &'static str,
    /// The first of the records.
    pub records: Vec<Uid>,
    /// How many there are.
    pub count: u64,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::UnderWay => f.write_str("messages are under way"),
            Refused::Violated(all) => all.iter().try_for_each(|one| writeln!(f, "{one}")),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (property, rule) = (&self.property, self.rule);
        write!(f, "`{property}` cannot be {rule}: ")?;
        match self.count {
            1 => f.write_str("1 record violates it"),
            count => write!(f, "{count} records violate it"),
        }
    }
}

impl std::error::Error for Refused {}

impl Migrated {
    /// An action that was asked for before the publication, in the places of
    /// the program after it; `None` where its workflow or its kind is gone:
    /// then nobody waits for its result.
    #[must_use]
    pub fn action(&self, action: &Action) -> Option<Action> {
        let workflow = self.names.plan(action.workflow)?;
        let kind = self.names.action_of(workflow.id, action.request.action)?;
        let step = workflow.script.place(action.step);
        let request = Call {
            action: kind.id,
            ..Call::clone(&action.request)
        };
        Some(Action {
            workflow: workflow.id,
            // A step that is gone has no place any more, as none has here.
            step: step.unwrap_or(usize::MAX),
            request: Arc::new(request),
            ..action.clone()
        })
    }
}

impl Migrated {
    /// Whether records lose something, enrolments end, or actions that were put
    /// back are withdrawn (V4, V7).
    #[must_use]
    pub fn takes_away(&self) -> bool {
        !self.lost.is_empty() || !self.withdrawn.is_empty() || self.ending() > 0
    }

    /// How many enrolments end.
    fn ending(&self) -> u64 {
        let ends = self.moves.iter().filter(|one| one.to == Goes::Ends);
        ends.map(|one| one.enrolments).sum()
    }
}

/// One line for each thing that would be lost, each workflow that would end
/// enrolments.
impl fmt::Display for Migrated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for lost in &self.lost {
            let (kind, name, records) = (lost.kind, &lost.name, lost.records);
            writeln!(
                f,
                "the {kind} `{name}` is gone, which records have: {records}"
            )?;
        }
        for one in self.moves.iter().filter(|one| one.to == Goes::Ends) {
            let (workflow, count) = (&one.workflow, one.enrolments);
            let step = one.from.as_ref();
            let step = step.map_or_else(String::new, |step| format!(" at `{step}`"));
            writeln!(f, "`{workflow}` would end enrolments{step}: {count}")?;
        }
        match self.withdrawn.len() {
            0 => Ok(()),
            count => writeln!(f, "actions that were put back would be withdrawn: {count}"),
        }
    }
}

/// What is counted on the way.
#[derive(Debug, Default)]
pub(super) struct Tally {
    lost: BTreeMap<(&'static str, String), u64>,
    /// What the record at hand loses.
    loses: BTreeSet<(&'static str, String)>,
    moves: BTreeMap<(WorkflowId, Option<usize>, Goes), u64>,
    pinned: BTreeMap<WorkflowId, u64>,
    violations: BTreeMap<(String, &'static str), (Vec<Uid>, u64)>,
    pub(super) left: Vec<Entry>,
    pub(super) withdrawn: Vec<Withdrawn>,
}

impl Tally {
    /// How many records a violation names.
    const NAMED: usize = 100;

    pub(super) fn lost(&mut self, kind: &'static str, name: String) {
        self.loses.insert((kind, name));
    }

    /// Ends a record: what it loses several times counts once.
    pub(super) fn next(&mut self) {
        for lost in std::mem::take(&mut self.loses) {
            *self.lost.entry(lost).or_default() += 1;
        }
    }

    pub(super) fn moved(&mut self, workflow: WorkflowId, from: Option<usize>, to: Goes) {
        *self.moves.entry((workflow, from, to)).or_default() += 1;
    }

    /// One that finishes on an older version, by its place in the new program.
    pub(super) fn finishes(&mut self, on: WorkflowId) {
        *self.pinned.entry(on).or_default() += 1;
    }

    pub(super) fn violates(&mut self, property: String, rule: &'static str, record: Uid) {
        let (named, count) = self.violations.entry((property, rule)).or_default();
        if named.len() < Self::NAMED {
            named.push(record);
        }
        *count += 1;
    }

    /// That the publication need not be refused.
    pub(super) fn check(&mut self) -> Result<(), Refused> {
        let violations = std::mem::take(&mut self.violations).into_iter();
        let violations: Vec<Violation> = violations
            .map(|((property, rule), (records, count))| Violation {
                property,
                rule,
                records,
                count,
            })
            .collect();
        if violations.is_empty() {
            Ok(())
        } else {
            Err(Refused::Violated(violations))
        }
    }

    pub(super) fn finish(self, before: Arc<Prepared>, new: &Prepared, names: Names) -> Migrated {
        let lost = self.lost.into_iter();
        let (moves, pinned) = (self.moves.into_iter(), self.pinned.into_iter());
        Migrated {
            lost: lost
                .map(|((kind, name), records)| Lost {
                    kind,
                    name,
                    records,
                })
                .collect(),
            moves: moves
                .filter_map(|((workflow, from, to), enrolments)| {
                    let plan = before.workflow(workflow)?;
                    let step = from.and_then(|from| plan.steps.get(from));
                    Some(Move {
                        workflow: plan.name().clone(),
                        from: step.map(|step| step.id.clone()),
                        to,
                        enrolments,
                    })
                })
                .collect(),
            pinned: pinned
                .filter_map(|(on, enrolments)| {
                    let plan = new.workflow(on)?;
                    Some(Finishes {
                        workflow: plan.name().clone(),
                        version: plan.version,
                        enrolments,
                    })
                })
                .collect(),
            left: self.left,
            withdrawn: self.withdrawn,
            before,
            names,
        }
    }
}
