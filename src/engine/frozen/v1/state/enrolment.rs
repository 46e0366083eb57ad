//! Enrolments: what began them, where they stand, what actions have answered.
//! What was rendered stands apart.

use std::sync::Arc;

use super::names::Item;
use super::{Freezing, ThawError, Thawing};
use crate::base::Uid;
use crate::engine::enrolment::{Enrolment, Kept, Occurrence, Passed, Stage};
use crate::model::{ActionId, ObjectId, Type, Value, WorkflowId};
use crate::plan::{Next, StepKind};
use crate::semantic::hir::EventSource;

const READY: u8 = 0;
const WAITING: u8 = 1;
const WRITING: u8 = 2;
const ACTING: u8 = 3;
const FINISHING: u8 = 4;
const AWAITING: u8 = 5;
/// What stands before the stage of one that has come past waits.
const PASSED: u8 = 6;

const DECLARED: u8 = 0;
const CHANGED: u8 = 1;
const CREATED: u8 = 2;
const JOINED: u8 = 3;
const LEFT: u8 = 4;
const ACTION_FAILED: u8 = 5;

/// How many values a change has, and how many a failed action.
const CHANGE: usize = 2;
const FAILURE: usize = 3;

impl<'p> Freezing<'p> {
    pub(super) fn enrolment(&mut self, object: ObjectId, of: &'p Enrolment) {
        self.out.id(of.id);
        self.put(&Item::Workflow(of.workflow));
        self.put(&Item::Version(of.version));
        self.out.text(&of.key);
        self.out.flag(of.occurrence.is_some());
        if let Some(occurrence) = &of.occurrence {
            self.occurrence(object, occurrence);
        }
        self.passed(of);
        self.stage(of);
        self.bindings(object, of);
        self.out.number(u64::from(of.visits));
    }

    fn occurrence(&mut self, object: ObjectId, of: &'p Occurrence) {
        match &of.event {
            EventSource::Declared(event) => self.named(DECLARED, &Item::Event(*event)),
            EventSource::Changed(property) => {
                self.named(CHANGED, &Item::Property(object, *property));
            }
            EventSource::Created => self.out.byte(CREATED),
            EventSource::Joined(segment) => self.named(JOINED, &Item::Segment(*segment)),
            EventSource::Left(segment) => self.named(LEFT, &Item::Segment(*segment)),
            EventSource::ActionFailed => self.out.byte(ACTION_FAILED),
        }
        // The id of what the engine has made itself is the text of an identity.
        let own = Uid::parse(&of.id).filter(|id| id.to_string() == *of.id);
        self.out.optional_id(own);
        if own.is_none() {
            self.out.text(&of.id);
        }
        self.out.moment(of.occurred_at);
        self.out.moment(of.accepted_at);
        self.happened(object, of);
    }

    /// The values of an occurrence, by the names of the event's properties.
    fn happened(&mut self, object: ObjectId, of: &'p Occurrence) {
        let catalog = &self.prepared.program.catalog;
        match &of.event {
            EventSource::Declared(event) => {
                let declared = catalog.events[*event].properties.iter();
                let known = declared.zip(&of.values);
                let known: Vec<_> = known.filter(|(_, value)| value.is_some()).collect();
                self.out.count(known.len());
                for ((id, property), value) in known {
                    self.put(&Item::EventProperty(*event, id));
                    self.out.value(value.as_ref(), &property.ty);
                }
            }
            EventSource::Changed(property) => {
                let ty = &catalog.objects[object].properties[*property].ty;
                for place in 0..CHANGE {
                    self.out
                        .value(of.values.get(place).and_then(Option::as_ref), ty);
                }
            }
            EventSource::ActionFailed => {
                for place in 0..FAILURE {
                    let value = of.values.get(place).and_then(Option::as_ref);
                    self.out.value(value, &Type::String);
                }
            }
            EventSource::Created | EventSource::Joined(_) | EventSource::Left(_) => {}
        }
    }

    fn named(&mut self, kind: u8, item: &Item) {
        self.out.byte(kind);
        self.put(item);
    }

    fn stage(&mut self, of: &Enrolment) {
        let step = |step: usize| Item::Step(of.workflow, step);
        match &of.stage {
            Stage::Ready { at, next, due } => {
                self.out.byte(READY);
                self.optional(at.map(step));
                self.optional(match next {
                    Next::Step(next) => Some(step(*next)),
                    Next::End => None,
                });
                self.out.moment(*due);
            }
            Stage::Waiting { .. } | Stage::Awaiting { .. } => self.waiting(of),
            Stage::Writing {
                step: at,
                open,
                failure,
                from,
            } => {
                self.named(WRITING, &step(*at));
                self.out.count(*open);
                self.out.flag(failure.is_some());
                self.out.text(failure.as_deref().unwrap_or_default());
                self.out.moment(*from);
            }
            Stage::Acting {
                step: at,
                action,
                attempt,
                request,
                retry,
            } => {
                self.named(ACTING, &step(*at));
                self.out.id(*action);
                self.out.number(u64::from(*attempt));
                self.call(request);
                self.out.optional_moment(*retry);
            }
            Stage::Finishing { then, .. } => {
                self.finishing(&of.stage);
                self.out.flag(then.is_some());
                self.optional(match then {
                    Some(Next::Step(next)) => Some(step(*next)),
                    Some(Next::End) | None => None,
                });
            }
        }
    }

    fn waiting(&mut self, of: &Enrolment) {
        let step = |step: usize| Item::Step(of.workflow, step);
        match &of.stage {
            Stage::Waiting {
                step: at,
                began,
                due,
            } => {
                self.named(WAITING, &step(*at));
                self.out.moment(*began);
                self.out.moment(*due);
            }
            Stage::Awaiting {
                step: at,
                began,
                until,
                turn,
            } => {
                self.named(AWAITING, &step(*at));
                self.out.moment(*began);
                self.out.optional_moment(*until);
                self.out.optional_moment(*turn);
            }
            // INVARIANT: `stage` takes every other one.
            _ => {}
        }
    }

    /// The waits that it has come past, before its stage.
    fn passed(&mut self, of: &Enrolment) {
        if let Some(passed) = &of.passed {
            self.out.byte(PASSED);
            self.out.moment(passed.at);
            self.out.count(passed.steps.len());
            for step in &passed.steps {
                self.put(&Item::Step(of.workflow, *step));
            }
        }
    }

    fn finishing(&mut self, stage: &Stage) {
        if let Stage::Finishing {
            action,
            attempt,
            request,
            ..
        } = stage
        {
            self.out.byte(FINISHING);
            self.out.id(*action);
            self.out.number(u64::from(*attempt));
            self.call(request);
        }
    }

    /// What names are bound to, by the steps that have bound them.
    fn bindings(&mut self, object: ObjectId, of: &'p Enrolment) {
        let steps = self.prepared.workflow(of.workflow);
        let steps = steps.map(|plan| plan.steps.as_slice()).unwrap_or_default();
        let binder = |place: usize| {
            let mut steps = steps.iter().enumerate();
            steps.find_map(|(at, step)| {
                let mut names = step.kind.bindings().into_iter();
                let (_, name) = names.find(|(own, _)| *own == place)?;
                Some((at, &step.kind, name))
            })
        };
        let bound = of.bindings.iter().enumerate();
        let bound: Vec<_> = bound
            .filter_map(|(place, kept)| Some((binder(place)?, kept.as_ref()?)))
            .collect();
        self.out.count(bound.len());
        for ((at, kind, name), kept) in bound {
            self.put(&Item::Step(of.workflow, at));
            match (kind, kept) {
                (StepKind::Do(action), Kept::Answer(values)) => {
                    self.answer(action.action, values);
                }
                (_, Kept::Occurrence(occurrence)) => {
                    self.put(&Item::Word(name.clone()));
                    self.occurrence(object, occurrence);
                }
                (StepKind::Create(create), Kept::Record(values)) => {
                    self.made(create.object, values);
                }
                // INVARIANT: only an action answers, only `create` makes.
                (_, Kept::Answer(_) | Kept::Record(_)) => self.out.count(0),
            }
        }
    }

    fn made(&mut self, object: ObjectId, values: &'p [Option<Value>]) {
        let object_of = &self.prepared.program.catalog.objects[object];
        let known = object_of.properties.iter().zip(values);
        let known: Vec<_> = known.filter(|(_, value)| value.is_some()).collect();
        self.out.count(known.len());
        for ((id, property), value) in known {
            self.put(&Item::Property(object, id));
            self.out.value(value.as_ref(), &property.ty);
        }
    }

    fn answer(&mut self, action: ActionId, values: &'p [Option<Value>]) {
        let results = &self.prepared.program.catalog.actions[action].results;
        let named: Vec<_> = results.iter().zip(values.iter()).enumerate().collect();
        self.out.count(named.len());
        for (place, (result, value)) in named {
            self.put(&Item::Result(action, place));
            self.out.value(value.as_ref(), &result.ty);
        }
    }
}

impl Thawing<'_, '_> {
    pub(super) fn enrolment(&mut self, object: ObjectId) -> Result<Enrolment, ThawError> {
        let id = self.from.id()?;
        let workflow = self.table.workflow(&mut self.from)?;
        let version = self.table.version(&mut self.from)?;
        let key = self.key()?;
        let occurrence = if self.from.flag()? {
            Some(Arc::new(self.occurrence(object)?))
        } else {
            None
        };
        let (passed, kind) = self.came_past(workflow)?;
        let stage = self.stage(kind, workflow)?;
        let plan = self.prepared.workflow(workflow);
        let mut of = Enrolment {
            id,
            workflow,
            version,
            key,
            occurrence,
            stage,
            bindings: vec![None; plan.map_or(0, |plan| plan.bindings)],
            visits: 0,
            passed,
        };
        self.bindings(object, &mut of)?;
        of.visits = self.from.small()?;
        Ok(of)
    }

    fn occurrence(&mut self, object: ObjectId) -> Result<Occurrence, ThawError> {
        let event = self.event(object)?;
        let id = match self.from.optional_id()? {
            Some(own) => Arc::from(own.to_string()),
            None => Arc::from(self.from.text()?),
        };
        let (occurred_at, accepted_at) = (self.from.moment()?, self.from.moment()?);
        let values = self.happened(object, &event)?;
        Ok(Occurrence {
            event,
            id,
            occurred_at,
            accepted_at,
            values,
        })
    }

    fn event(&mut self, object: ObjectId) -> Result<EventSource, ThawError> {
        Ok(match self.from.byte()? {
            DECLARED => EventSource::Declared(self.table.event(&mut self.from)?),
            CHANGED => match self.table.property(&mut self.from)? {
                (of, property, _) if of == object => EventSource::Changed(property),
                _ => return Err(ThawError::other()),
            },
            CREATED => EventSource::Created,
            JOINED => EventSource::Joined(self.table.segment(&mut self.from)?),
            LEFT => EventSource::Left(self.table.segment(&mut self.from)?),
            ACTION_FAILED => EventSource::ActionFailed,
            _ => return Err(ThawError::damaged("an event of no kind")),
        })
    }

    fn happened(
        &mut self,
        object: ObjectId,
        event: &EventSource,
    ) -> Result<Vec<Option<Value>>, ThawError> {
        let catalog = &self.prepared.program.catalog;
        match event {
            EventSource::Declared(event) => {
                let mut values = vec![None; catalog.events[*event].properties.len()];
                for _ in 0..self.from.count()? {
                    let (place, shape) = self.table.event_property(*event, &mut self.from)?;
                    let value = self.from.value(shape)?;
                    let slot = values.get_mut(place).ok_or_else(ThawError::other)?;
                    *slot = value;
                }
                Ok(values)
            }
            EventSource::Changed(property) => {
                let shape = self.table.shape_of(object, *property);
                let shape = shape.ok_or_else(ThawError::other)?;
                (0..CHANGE).map(|_| self.from.value(shape)).collect()
            }
            EventSource::ActionFailed => (0..FAILURE).map(|_| self.plain()).collect(),
            EventSource::Created | EventSource::Joined(_) | EventSource::Left(_) => Ok(Vec::new()),
        }
    }

    /// The waits that it has come past, and the kind of its stage.
    fn came_past(&mut self, workflow: WorkflowId) -> Result<(Option<Box<Passed>>, u8), ThawError> {
        let kind = self.from.byte()?;
        if kind != PASSED {
            return Ok((None, kind));
        }
        let at = self.from.moment()?;
        let count = self.from.count()?;
        let steps = (0..count).map(|_| self.step(workflow));
        let steps = steps.collect::<Result<Vec<usize>, ThawError>>()?;
        let passed = Some(Box::new(Passed { at, steps }));
        Ok((passed, self.from.byte()?))
    }

    fn stage(&mut self, kind: u8, workflow: WorkflowId) -> Result<Stage, ThawError> {
        Ok(match kind {
            READY => Stage::Ready {
                at: self.optional_step(workflow)?,
                next: self.optional_step(workflow)?.map_or(Next::End, Next::Step),
                due: self.from.moment()?,
            },
            WAITING => Stage::Waiting {
                step: self.step(workflow)?,
                began: self.from.moment()?,
                due: self.from.moment()?,
            },
            AWAITING => Stage::Awaiting {
                step: self.step(workflow)?,
                began: self.from.moment()?,
                until: self.from.optional_moment()?,
                turn: self.from.optional_moment()?,
            },
            WRITING => Stage::Writing {
                step: self.step(workflow)?,
                open: self.from.small()?,
                failure: {
                    let (failed, text) = (self.from.flag()?, self.from.text()?);
                    failed.then(|| Arc::from(text))
                },
                from: self.from.moment()?,
            },
            ACTING => Stage::Acting {
                step: self.step(workflow)?,
                action: self.from.id()?,
                attempt: self.from.small()?,
                request: Arc::new(self.call()?),
                retry: self.from.optional_moment()?,
            },
            FINISHING => Stage::Finishing {
                action: self.from.id()?,
                attempt: self.from.small()?,
                request: Arc::new(self.call()?),
                then: {
                    let goes_on = self.from.flag()?;
                    let next = self.optional_step(workflow)?;
                    goes_on.then(|| next.map_or(Next::End, Next::Step))
                },
            },
            _ => return Err(ThawError::damaged("a stage of no kind")),
        })
    }

    fn step(&mut self, workflow: WorkflowId) -> Result<usize, ThawError> {
        match self.table.step(&mut self.from)? {
            (of, step) if of == workflow => Ok(step),
            _ => Err(ThawError::other()),
        }
    }

    pub(super) fn optional_step(
        &mut self,
        workflow: WorkflowId,
    ) -> Result<Option<usize>, ThawError> {
        Ok(if self.from.flag()? {
            Some(self.step(workflow)?)
        } else {
            None
        })
    }

    fn bindings(&mut self, object: ObjectId, of: &mut Enrolment) -> Result<(), ThawError> {
        let plan = self.prepared.workflow(of.workflow);
        for _ in 0..self.from.count()? {
            let step = self.step(of.workflow)?;
            let step = plan.and_then(|plan| plan.steps.get(step));
            let kind = step.map(|step| &step.kind).ok_or_else(ThawError::other)?;
            let (place, kept) = match kind {
                StepKind::Do(asked) => {
                    let place = asked.binding.as_ref().map(|(place, _)| *place);
                    (place, self.answer(asked.action)?)
                }
                StepKind::Create(create) => {
                    let place = create.binding.as_ref().map(|(place, _)| *place);
                    (place, self.made(create.object)?)
                }
                kind => {
                    let name = self.table.word(&mut self.from)?;
                    let mut names = kind.bindings().into_iter();
                    let place = names.find(|(_, own)| own == name).map(|(place, _)| *place);
                    (place, Kept::Occurrence(Arc::new(self.occurrence(object)?)))
                }
            };
            let slot = place.and_then(|place| of.bindings.get_mut(place));
            *slot.ok_or_else(ThawError::other)? = Some(kept);
        }
        Ok(())
    }

    fn answer(&mut self, action: ActionId) -> Result<Kept, ThawError> {
        let mut values: Vec<Option<Value>> = Vec::new();
        for _ in 0..self.from.count()? {
            let (result, shape) = self.table.result(action, &mut self.from)?;
            put(&mut values, result, self.from.value(shape)?);
        }
        Ok(Kept::Answer(values.into()))
    }

    fn made(&mut self, object: ObjectId) -> Result<Kept, ThawError> {
        let mut values = Vec::new();
        for _ in 0..self.from.count()? {
            let (of, property, shape) = self.table.property(&mut self.from)?;
            let value = self.from.value(shape)?;
            if of != object {
                return Err(ThawError::other());
            }
            put(&mut values, property.index(), value);
        }
        Ok(Kept::Record(values.into()))
    }
}

/// Puts a value in its place.
fn put(values: &mut Vec<Option<Value>>, place: usize, value: Option<Value>) {
    if values.len() <= place {
        values.resize(place + 1, None);
    }
    if let Some(slot) = values.get_mut(place) {
        *slot = value;
    }
}
