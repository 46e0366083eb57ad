//! Enrolments: each moves to the new version, to the step at which it stands
//! there (V2), or finishes on its own (V3). Waits are worked out elsewhere, once all values are known.

use std::mem::discriminant;
use std::sync::Arc;

use super::Migration;
use super::names::{OfValue, OfWorkflow};
use super::report::Goes;
use crate::base::Name;
use crate::engine::call::Call;
use crate::engine::decision::{Entry, Reason, What};
use crate::engine::enrolment::{Enrolment, Kept, Occurrence, Passed, Stage};
use crate::engine::prepared::Prepared;
use crate::engine::record::RecordCell;
use crate::model::{ActionId, ObjectId, PropertyId, Value, WorkflowId};
use crate::plan::{Next, Step, StepKind, Workflow};
use crate::semantic::hir::EventSource;

/// A workflow in both versions.
#[derive(Clone, Copy)]
struct Versions<'p> {
    from: WorkflowId,
    of: &'p OfWorkflow,
    old: &'p Workflow,
    new: &'p Workflow,
}

impl Migration<'_> {
    /// What an enrolment is in the new version; `None` where it ends.
    pub(super) fn enrolment(&mut self, cell: &RecordCell, of: &Enrolment) -> Option<Enrolment> {
        let Some(moved) = self.moved(cell.object, of) else {
            self.ends(cell, of);
            return None;
        };
        let version = |plan: Option<&Workflow>| plan.map(|plan| plan.version);
        let (old, new) = (
            self.old.workflow(of.workflow),
            self.new.workflow(moved.workflow),
        );
        if self.new.program.current(moved.workflow) != moved.workflow {
            self.tally.finishes(moved.workflow);
        } else if version(old) != version(new) {
            let to = self.goes(of, &moved);
            self.tally.moved(of.workflow, of.step(), to);
        }
        Some(moved)
    }

    /// Tells that an enrolment ends, in the words of the version before.
    pub(super) fn ends(&mut self, cell: &RecordCell, of: &Enrolment) {
        self.tally.moved(of.workflow, of.step(), Goes::Ends);
        let plan = self.old.workflow(of.workflow);
        let span = plan.and_then(|plan| match of.step() {
            Some(step) => plan.steps.get(step).map(|step| step.span),
            None => Some(plan.span),
        });
        let what = What::Left {
            key: of.key.clone(),
            reason: Reason::StepRemoved,
        };
        self.tally.left.push(Entry {
            record: Some(cell.id),
            workflow: Some(of.workflow),
            enrolment: Some(of.id),
            step: of.step(),
            span,
            ..Entry::of_input(self.now, what)
        });
    }

    fn goes(&self, of: &Enrolment, moved: &Enrolment) -> Goes {
        let name = |step: usize| -> Option<Name> {
            let plan = self.new.workflow(moved.workflow)?;
            Some(plan.steps.get(step)?.id.clone())
        };
        let stays = |step: usize| {
            let found = self.names.plan(of.workflow);
            let place = of.step().and_then(|old| found?.script.place(old));
            place == Some(step)
        };
        let step = match &moved.stage {
            Stage::Finishing { then, .. } => match then {
                Some(Next::Step(step)) => Some(*step),
                Some(Next::End) => None,
                None => return Goes::Ends,
            },
            _ => moved.step(),
        };
        match step.and_then(|step| Some((step, name(step)?))) {
            Some((step, name)) if stays(step) => Goes::Stays(name),
            Some((_, name)) => Goes::On(name),
            None => Goes::Between,
        }
    }

    fn moved(&self, object: ObjectId, of: &Enrolment) -> Option<Enrolment> {
        let found = self.names.plan(of.workflow)?;
        let versions = Versions {
            from: of.workflow,
            of: found,
            old: self.old.workflow(of.workflow)?,
            new: self.new.workflow(found.id)?,
        };
        let stage = self.stage(versions, &of.stage)?;
        // An attempt that has begun finishes under its own version (A8); where the
        // workflow is the same, nothing changes.
        let begun = matches!(
            stage,
            Stage::Acting { retry: None, .. } | Stage::Finishing { .. }
        );
        let stays = begun || versions.old.version == versions.new.version;
        let occurrence = of.occurrence.as_deref();
        let occurrence = occurrence.and_then(|of| self.occurrence(object, of));
        Some(Enrolment {
            id: of.id,
            workflow: found.id,
            version: match stays {
                true => of.version,
                false => versions.new.version,
            },
            key: of.key.clone(),
            occurrence: occurrence.map(Arc::new),
            stage,
            bindings: self.bindings(object, versions, of),
            visits: of.visits,
            passed: of.passed.as_ref().map(|of| versions.passed(of)),
        })
    }

    /// Where an enrolment stands; `None` where no step is left for it.
    fn stage(&self, versions: Versions<'_>, stage: &Stage) -> Option<Stage> {
        match stage {
            Stage::Ready { at, next, due } => self.ready(versions, (*at, *next), *due),
            Stage::Waiting { step, .. } | Stage::Awaiting { step, .. } => {
                let found = versions.kind(*step);
                let waits = found.and_then(|found| self.waiting(found, stage));
                waits.or_else(|| self.goes_on(versions, *step))
            }
            Stage::Writing {
                step,
                open,
                failure,
                from,
            } => match versions.of.script.place(*step) {
                Some(step) => Some(Stage::Writing {
                    step,
                    open: *open,
                    failure: failure.clone(),
                    from: *from,
                }),
                None => self.goes_on(versions, *step),
            },
            Stage::Acting { step, .. } => self.acting(versions, *step, stage),
            Stage::Finishing {
                action,
                attempt,
                request,
                then,
            } => Some(Stage::Finishing {
                action: *action,
                attempt: *attempt,
                request: self.call(versions.of.id, request)?,
                then: then.and_then(|then| versions.onward(then)),
            }),
        }
    }

    /// A wait where it stands now, whatever it waits for. How long it lasts is
    /// worked out once all values are known.
    fn waiting(&self, (step, kind): (usize, &StepKind), stage: &Stage) -> Option<Stage> {
        let (began, until, turn) = match stage {
            Stage::Waiting { began, due, .. } => (*began, Some(*due), None),
            Stage::Awaiting {
                began, until, turn, ..
            } => (*began, *until, *turn),
            _ => return None,
        };
        match kind {
            StepKind::Wait(_) => Some(Stage::Waiting {
                step,
                began,
                due: until.unwrap_or(self.now),
            }),
            StepKind::Await(_) => Some(Stage::Awaiting {
                step,
                began,
                until,
                turn,
            }),
            _ => None,
        }
    }

    fn ready(
        &self,
        versions: Versions<'_>,
        (at, next): (Option<usize>, Next),
        due: crate::base::Timestamp,
    ) -> Option<Stage> {
        // What has not begun begins where the new version does.
        let fresh = at.is_none() && next == versions.old.entry;
        let next = if fresh {
            versions.new.entry
        } else {
            versions.onward(next)?
        };
        // What the hours hold is judged by the new ones.
        let due = match at.is_some_and(|at| self.is_held_anew(versions, at)) {
            true => due.min(self.now),
            false => due,
        };
        let at = at.and_then(|at| versions.of.script.place(at));
        Some(Stage::Ready { at, next, due })
    }

    /// Whether a step that the hours may hold, or these, are others by now (W2).
    fn is_held_anew(&self, versions: Versions<'_>, step: usize) -> bool {
        let zone_of = |prepared: &Prepared, plan: &Workflow| {
            let property = plan.hours.as_ref()?.zone_of?;
            let object = &prepared.program.catalog.objects[plan.object];
            Some(object.properties[property].name.clone())
        };
        let old = self.old.action_hours(versions.from).map(|(hours, _)| hours);
        let new = self
            .new
            .action_hours(versions.of.id)
            .map(|(hours, _)| hours);
        let zones = (
            zone_of(self.old, versions.old),
            zone_of(self.new, versions.new),
        );
        let was = versions.old.steps.get(step).map(|step| &step.kind);
        let is = versions.kind(step).map(|(_, kind)| kind);
        old != new || zones.0 != zones.1 || was.map(discriminant) != is.map(discriminant)
    }

    /// From a step that is gone, or is another kind of step by now.
    fn goes_on(&self, versions: Versions<'_>, step: usize) -> Option<Stage> {
        let next = versions.onward(Next::Step(step))?;
        Some(Stage::Ready {
            at: match next {
                Next::Step(step) => Some(step),
                Next::End => None,
            },
            next,
            due: self.now,
        })
    }

    fn acting(&self, versions: Versions<'_>, step: usize, stage: &Stage) -> Option<Stage> {
        let Stage::Acting {
            action,
            attempt,
            request,
            retry,
            ..
        } = stage
        else {
            return None;
        };
        // Of an action that the program has no more, no result can be used.
        let Some(request) = self.call(versions.of.id, request) else {
            return self.goes_on(versions, versions.after(step)?);
        };
        match versions.kind(step) {
            Some((place, StepKind::Do(same))) if same.action == request.action => {
                Some(Stage::Acting {
                    step: place,
                    action: *action,
                    attempt: *attempt,
                    request,
                    retry: *retry,
                })
            }
            // Whether the attempt has begun cannot be known: it finishes.
            found if retry.is_none() => Some(Stage::Finishing {
                action: *action,
                attempt: *attempt,
                request,
                then: match found {
                    Some((place, _)) => versions.new.steps.get(place).map(|step| step.next),
                    None => versions.onward(Next::Step(step)),
                },
            }),
            _ => self.goes_on(versions, step),
        }
    }

    /// What was asked for by those who are inside a version now.
    pub(super) fn call(&self, version: WorkflowId, call: &Arc<Call>) -> Option<Arc<Call>> {
        let action = self.names.action_of(version, call.action)?.id;
        if action == call.action {
            return Some(call.clone());
        }
        Some(Arc::new(Call {
            action,
            ..Call::clone(call)
        }))
    }

    /// What began it, with the properties that its event still has.
    fn occurrence(&self, object: ObjectId, of: &Occurrence) -> Option<Occurrence> {
        let mut values = of.values.clone();
        let event = match &of.event {
            EventSource::Declared(event) => {
                let found = self.names.event(*event)?;
                values = vec![None; found.size];
                for (place, value) in of.values.iter().enumerate() {
                    if let (Some(to), Some(value)) = (found.property(place), value)
                        && let Some(slot) = values.get_mut(to.id)
                    {
                        *slot = to.cast(value).0;
                    }
                }
                EventSource::Declared(found.id)
            }
            EventSource::Changed(property) => {
                let found = self.names.object(object)?.property(*property)?;
                let cast = |value: &Option<Value>| found.cast(value.as_ref()?).0;
                values = of.values.iter().map(cast).collect();
                EventSource::Changed(found.id)
            }
            EventSource::Joined(segment) => EventSource::Joined(self.names.segment(*segment)?),
            EventSource::Left(segment) => EventSource::Left(self.names.segment(*segment)?),
            EventSource::Created => EventSource::Created,
            EventSource::ActionFailed => EventSource::ActionFailed,
        };
        Some(Occurrence {
            event,
            values,
            ..of.clone()
        })
    }

    /// What names are bound to, for the steps that bind them now.
    fn bindings(
        &self,
        object: ObjectId,
        versions: Versions<'_>,
        of: &Enrolment,
    ) -> Vec<Option<Kept>> {
        let mut bindings = vec![None; versions.new.bindings];
        for (place, kept) in of.bindings.iter().enumerate() {
            let Some(kept) = kept else { continue };
            let Some((binder, to)) = versions.binding(place) else {
                continue;
            };
            let kept = match (binder, kept) {
                (StepKind::Do(action), Kept::Answer(values)) => Some(Kept::Answer(
                    self.answer((versions.of.id, action.action), values),
                )),
                (StepKind::Await(_), Kept::Occurrence(occurrence)) => {
                    let occurrence = self.occurrence(object, occurrence);
                    occurrence.map(|of| Kept::Occurrence(Arc::new(of)))
                }
                (StepKind::Create(create), Kept::Record(values)) => {
                    let now = versions.made(to);
                    let made = self.made(create.object, now, values);
                    made.map(Kept::Record)
                }
                _ => None,
            };
            if let Some(slot) = bindings.get_mut(to) {
                *slot = kept;
            }
        }
        bindings
    }

    /// The results of an action, by their new places.
    fn answer(
        &self,
        (version, action): (WorkflowId, ActionId),
        values: &[Option<Value>],
    ) -> Arc<[Option<Value>]> {
        let found = self.names.action_of(version, action);
        by_place(values, |place| found?.result(place).map(|to| (to.id, to)))
    }

    /// What was read of a record that a step has made, by its new places.
    fn made(
        &self,
        old: ObjectId,
        new: Option<ObjectId>,
        values: &[Option<Value>],
    ) -> Option<Arc<[Option<Value>]>> {
        let found = self.names.object(old).filter(|of| Some(of.id) == new)?;
        Some(by_place(values, |place| {
            let to = found.property(PropertyId::at(place))?;
            Some((to.id.index(), to))
        }))
    }
}

/// Values by their new places.
fn by_place<'n, I: 'n>(
    values: &[Option<Value>],
    to: impl Fn(usize) -> Option<(usize, &'n OfValue<I>)>,
) -> Arc<[Option<Value>]> {
    let mut moved: Vec<Option<Value>> = Vec::new();
    for (place, value) in values.iter().enumerate() {
        let Some((place, to)) = to(place) else {
            continue;
        };
        if moved.len() <= place {
            moved.resize(place + 1, None);
        }
        if let Some(slot) = moved.get_mut(place) {
            *slot = value.as_ref().and_then(|value| to.cast(value).0);
        }
    }
    moved.into()
}

impl<'p> Versions<'p> {
    /// The waits that a path has come past, where they still exist.
    fn passed(self, of: &Passed) -> Box<Passed> {
        let steps = of.steps.iter();
        let steps = steps.filter_map(|step| self.of.script.place(*step));
        Box::new(Passed {
            at: of.at,
            steps: steps.collect(),
        })
    }

    /// What the new version makes that it calls by the name of a place.
    fn made(self, place: usize) -> Option<ObjectId> {
        let mut steps = self.new.steps.iter();
        steps.find_map(|step| match &step.kind {
            StepKind::Create(create) if create.binding.as_ref()?.0 == place => Some(create.object),
            _ => None,
        })
    }

    /// The place of an old step, with what it does there.
    fn kind(self, step: usize) -> Option<(usize, &'p StepKind)> {
        let place = self.of.script.place(step)?;
        Some((place, &self.new.steps.get(place)?.kind))
    }

    /// Where a path goes on; an end stays one.
    fn onward(self, next: Next) -> Option<Next> {
        match next {
            Next::End => Some(Next::End),
            next => self.of.script.onward(self.old, next),
        }
    }

    /// The old step after an old step.
    fn after(self, step: usize) -> Option<usize> {
        match self.old.steps.get(step)?.next {
            Next::Step(next) => Some(next),
            Next::End => None,
        }
    }

    /// The old step that has bound a name, and the place of the name in the
    /// new version: that of the only name, or the same one, that the same step
    /// binds, else of the same name that a step of the same kind binds.
    fn binding(self, place: usize) -> Option<(&'p StepKind, usize)> {
        let mut old = self.old.steps.iter().enumerate();
        let (at, kind, name) = old.find_map(|(at, step)| {
            let mut names = step.kind.bindings().into_iter();
            let (_, name) = names.find(|(own, _)| *own == place)?;
            Some((at, &step.kind, name))
        })?;
        let alike = |other: &&Step| discriminant(&other.kind) == discriminant(kind);
        let called = |step: &Step| {
            let names = step.kind.bindings();
            let same = names.iter().find(|(_, other)| other == name);
            same.map(|(place, _)| *place)
        };
        let only = |step: &Step| match step.kind.bindings().as_slice() {
            [(place, _)] => Some(*place),
            _ => None,
        };
        let found = self.of.script.place(at);
        let found = found.and_then(|found| self.new.steps.get(found));
        let same = found.filter(alike);
        let same = same.and_then(|step| called(step).or_else(|| only(step)));
        let named = || self.new.steps.iter().filter(alike).find_map(called);
        Some((kind, same.or_else(named)?))
    }
}
