//! The engine's side of the comparison: acts become inputs, entries become
//! the lines that the model tells.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use flow::base::{Name, Timestamp, Uid};
use flow::engine::decision::{Action, Answer, Entry, What as Told};
use flow::engine::frozen::DecisionHash;
use flow::engine::message::{Outcome, Switching};
use flow::engine::record::{RecordCell, Side};
use flow::engine::{Engine, Input, InputBody, Order, Prepared, State, Target};
use flow::model::{ObjectId, PropertyId, SegmentId, Value, WorkflowId, compute};
use flow::plan::StepKind;
use flow::scenario::{Carrier, Scenario};

use crate::acts::{Act, Ids, Trace, What, outcome};
use crate::engine::world::prepare_as;
use crate::generate::Moment;
use crate::machine::program::settings;

/// Traces by record, workflow and key: between these the order is not that of
/// the model, which has no ids.
pub(super) type ByRecord = BTreeMap<(String, String, String), Vec<What>>;

pub(super) fn by_record(traces: &[Trace]) -> ByRecord {
    let mut map = ByRecord::new();
    for trace in traces {
        let Trace {
            record,
            workflow,
            key,
            what,
        } = trace.clone();
        map.entry((record, workflow, key)).or_default().push(what);
    }
    map.values_mut().for_each(|lines| settle(lines));
    map
}

/// The engine does not tell when a step is over: it is found by what comes next,
/// and what is refused meanwhile may stand before it.
fn settle(lines: &mut [What]) {
    let is_over = |line: &What| matches!(line, What::Step { outcome, .. } if outcome == "done");
    let is_apart = |pair: &[What]| matches!(pair, [What::Refused(_), over] if is_over(over));
    while let Some(at) = lines.windows(2).position(is_apart) {
        lines.swap(at, at + 1);
    }
}

/// What the engine has told, as the model would.
#[derive(Default)]
pub(crate) struct Outside {
    handles: BTreeMap<Uid, String>,
    traces: Vec<Trace>,
    /// The workflow, key and record of each enrolment.
    inside: BTreeMap<Uid, (WorkflowId, String, Uid)>,
    /// The ids that it has given, as the model asks for them.
    ids: Ids,
    /// Steps whose end is not told yet, by enrolment.
    open: BTreeMap<Uid, String>,
}

impl Carrier for Outside {
    fn carry(&mut self, state: &State, action: &Action) -> Option<Outcome> {
        let name = &state.prepared().program.catalog.actions[action.request.action].name;
        let arguments = arguments(&action.request);
        Some(match outcome(name.as_str(), &arguments) {
            Ok(()) => Outcome::Done(Vec::new()),
            Err((status, error)) => Outcome::Failed {
                status,
                error: error.into(),
                again: flow::engine::message::Again::Never,
            },
        })
    }

    fn told(&mut self, state: &State, entries: &[Entry]) {
        // What happens to records is compared by their values.
        let of_records = |entry: &&Entry| {
            matches!(
                entry.what,
                Told::Deleted
                    | Told::Wrote { .. }
                    | Told::Linked(..)
                    | Told::Unlinked(..)
                    | Told::Member(..)
            )
        };
        for entry in entries {
            match of_records(&entry) {
                true => self.goes_on(state.prepared(), entry),
                false => self.tell(state.prepared(), entry),
            }
        }
    }
}

fn arguments(call: &flow::engine::decision::Call) -> Vec<(String, String)> {
    use flow::engine::decision::Rendered;
    let spelled = |value: &Rendered| match value {
        Rendered::Text(text) => text.to_string(),
        Rendered::Record(id, _) => id.to_string(),
        other => other.to_string(),
    };
    let arguments = call.arguments.iter();
    arguments
        .map(|(name, value)| (name.to_string(), spelled(value)))
        .collect()
}

impl Outside {
    /// Who finishes on an older version is in another workflow of the program.
    fn edited(&mut self, inside: &[(Uid, WorkflowId)]) {
        for (enrolment, workflow) in inside {
            if let Some((own, ..)) = self.inside.get_mut(enrolment) {
                *own = *workflow;
            }
        }
    }

    /// A step that writes is over when a later one has done something.
    fn goes_on(&mut self, prepared: &Prepared, entry: &Entry) {
        let (Some(enrolment), Some(place)) = (entry.enrolment, entry.step) else {
            return;
        };
        let Some((workflow, key, record)) = self.inside.get(&enrolment) else {
            return;
        };
        let plan = prepared.workflow(*workflow).expect("it is there");
        let step = plan.steps.get(place).map(|step| step.id.to_string());
        let is_over = |open: &String| Some(open) != step.as_ref();
        if let Some(over) = self.open.get(&enrolment).cloned().filter(is_over) {
            self.open.remove(&enrolment);
            self.traces.push(Trace {
                record: self.handles.get(record).cloned().unwrap_or_default(),
                workflow: plan.name().to_string(),
                key: key.clone(),
                what: What::step(&over, "done"),
            });
        }
    }

    // size: one arm for each kind of entry.
    fn tell(&mut self, prepared: &Prepared, entry: &Entry) {
        let (Some(record), Some(workflow)) = (entry.record, entry.workflow) else {
            return;
        };
        if let (Told::Enrolled { key, .. }, Some(id)) = (&entry.what, entry.enrolment) {
            self.inside.insert(id, (workflow, key.to_string(), record));
            let name = prepared.program.workflows()[workflow.index()].name();
            let record = self.handles.get(&record).cloned().unwrap_or_default();
            let identity = (record, name.to_string(), key.to_string());
            let of_identity = self.ids.enrolments.entry(identity);
            of_identity.or_default().push_back(id);
        }
        let enrolment = entry.enrolment.unwrap_or(record);
        if let (Told::Moved(_), Some((.., of))) = (&entry.what, self.inside.get_mut(&enrolment)) {
            *of = record;
            return;
        }
        let plan = prepared.workflow(workflow).expect("it is there");
        let step = entry.step.and_then(|step| plan.steps.get(step));
        let id = step.map(|step| step.id.to_string()).unwrap_or_default();
        let key = match (&entry.what, entry.enrolment) {
            (Told::Refused { key, .. }, _) => key.to_string(),
            (_, Some(enrolment)) => {
                let inside = self.inside.get(&enrolment);
                inside.map(|(_, key, _)| key.clone()).unwrap_or_default()
            }
            _ => String::new(),
        };
        let mut lines = Vec::new();
        if let Told::Created(_) = &entry.what {
            return self.name_new(record, (&key, plan.name().as_str(), &id), enrolment);
        }
        // A step that writes is over when something else is told.
        let is_do = matches!(step.map(|step| &step.kind), Some(StepKind::Do(_)));
        let fails = matches!(entry.what, Told::Failed(_)) && !is_do;
        if !fails
            && let Some(open) = self.open.remove(&enrolment)
            && !is_left_early(&entry.what)
        {
            lines.push(What::step(&open, "done"));
        }
        match &entry.what {
            Told::Refused { reason, .. } => lines.push(What::Refused(reason.word())),
            Told::Enrolled { .. } => lines.push(What::Enrolled),
            Told::Step => match step.map(|step| &step.kind) {
                Some(StepKind::Stop) => lines.push(What::step(&id, "done")),
                _ => drop(self.open.insert(enrolment, id)),
            },
            Told::Skipped(why) => {
                let outcome = match (&**why, step.map(|step| &step.kind)) {
                    ("workflow_off", _) => "skipped: workflow_off",
                    ("past" | "unknown", Some(StepKind::Wait(_))) => why,
                    _ => "skipped",
                };
                lines.push(What::step(&id, outcome));
            }
            Told::Failed(reason) => {
                if !is_do {
                    self.open.remove(&enrolment);
                    lines.push(What::step(&id, &format!("failed: {reason}")));
                } else if reason.starts_with("missing_argument") {
                    lines.push(What::result(&id, reason));
                }
            }
            Told::Branch { case, .. } => lines.push(branch(step, case)),
            Told::WaitBegan(Some(until)) | Told::WaitMoved(until) => {
                lines.push(What::step(&id, &format!("waits {until}")));
            }
            Told::WaitBegan(None) => lines.push(What::step(&id, "waits forever")),
            Told::WaitEnded(Some(ending)) => lines.push(branch(step, &ending.case)),
            Told::Held(until) => lines.push(What::step(&id, &format!("held {until}"))),
            Told::Asked(call) => lines.push(What::Action {
                step: id,
                arguments: arguments(call),
            }),
            Told::Withdrawn(_) => lines.push(What::result(&id, "withdrawn")),
            Told::Done(_) => lines.push(What::result(&id, "ok")),
            Told::AttemptFailed { error, .. } => lines.push(What::result(&id, error)),
            Told::Left { reason, .. } => lines.push(What::Left(reason.word())),
            _ => {}
        }
        for what in lines {
            self.traces.push(Trace {
                record: self.handles.get(&record).cloned().unwrap_or_default(),
                workflow: plan.name().to_string(),
                key: key.clone(),
                what,
            });
        }
    }
}

impl Outside {
    /// Names the record that an act may create.
    fn name_created(&mut self, act: &Act) {
        let (kind, handle) = match act {
            Act::Create { handle, .. } => ("create".to_owned(), handle),
            Act::Import { import, handle, .. } => (format!("import {import}"), handle),
            _ => return,
        };
        let id = Uid::of(&[b"input", kind.as_bytes(), handle.as_bytes()]);
        self.ids.records.insert(handle.clone(), id);
        self.handles.insert(id, handle.clone());
    }

    /// Names a record that a step has made as the model does.
    fn name_new(&mut self, new: Uid, (key, workflow, step): (&str, &str, &str), enrolment: Uid) {
        let maker = self.inside.get(&enrolment).map(|(.., record)| record);
        let maker = maker.and_then(|maker| self.handles.get(maker));
        let name = format!(
            "{}.{workflow}.{key}.{step}#",
            maker.cloned().unwrap_or_default()
        );
        let earlier = self
            .handles
            .values()
            .filter(|other| other.starts_with(&name));
        let name = format!("{name}{}", earlier.count());
        self.ids.records.insert(name.clone(), new);
        self.handles.insert(new, name);
    }
}

/// Whether an enrolment was taken out, in the middle of a step.
fn is_left_early(what: &Told) -> bool {
    matches!(what, Told::Left { reason, .. } if reason.word() != "completed")
}

fn branch(step: Option<&flow::plan::Step>, case: &str) -> What {
    let id = step.map(|step| step.id.to_string()).unwrap_or_default();
    let names: Vec<&str> = match step.map(|step| &step.kind) {
        Some(StepKind::Branch(cases, _)) => cases.iter().map(name).collect(),
        Some(StepKind::Match(_, cases, _)) => cases.iter().map(name).collect(),
        Some(StepKind::Split(cases)) => cases.iter().map(|case| &*case.test.name).collect(),
        Some(StepKind::Await(wait)) => wait.arms.iter().map(name).collect(),
        _ => Vec::new(),
    };
    let case = match case {
        "else" | "none_met" | "timeout" => case.to_owned(),
        "met" => "1".to_owned(),
        case => {
            let place = names.iter().position(|name| *name == case);
            place.map_or(case.to_owned(), |place| (place + 1).to_string())
        }
    };
    What::Branch { id, case }
}

fn name<T>(case: &flow::plan::Case<T>) -> &str {
    match case.label.as_str() {
        "" => &case.text,
        label => label,
    }
}

/// An engine after a history.
pub(super) struct Ran {
    engine: Engine,
    outside: Outside,
    hash: DecisionHash,
}

/// From which moment on another program runs, and which.
type Edit<'e> = (usize, &'e dyn Fn(&State) -> Arc<Prepared>);

impl Ran {
    pub(super) fn of(source: &str, history: &[Moment]) -> Self {
        Ran::with(prepare_as(&settings(), source, &[]).0, history)
    }

    /// A program that is ready to run.
    pub(super) fn with(prepared: Arc<Prepared>, history: &[Moment]) -> Self {
        Ran::edited(prepared, history, None)
    }

    /// The same with another program from one of the moments on.
    pub(super) fn edited(
        prepared: Arc<Prepared>,
        history: &[Moment],
        edit: Option<Edit<'_>>,
    ) -> Self {
        let engine = Engine::new(prepared, "property", Order::Sent);
        let mut scenario = Scenario::new(engine, Outside::default(), Vec::new());
        let (engine, mut outside) = scenario.into_parts();
        for moment in history {
            outside.name_created(&moment.act);
        }
        scenario = Scenario::new(engine, outside, Vec::new());
        for (place, moment) in history.iter().enumerate() {
            if let Some((_, next)) = edit.filter(|(at, _)| *at == place) {
                // What is due is still the old program's.
                scenario.stop_at(moment.at);
                let next = next(scenario.machine().state());
                let migrated = scenario.machine_mut().publish(&next);
                migrated.expect("nothing speaks against it");
                let inside = scenario.machine().state().records();
                let inside = inside.flat_map(|cell| cell.enrolments.iter());
                let inside: Vec<_> = inside.map(|of| (of.id, of.workflow)).collect();
                scenario.carrier_mut().edited(&inside);
                scenario.apply(moment.at, InputBody::Publish.into());
            }
            if let Act::StandStill = moment.act {
                scenario.stand_still(moment.at);
            }
            match input(scenario.machine().state(), &moment.act) {
                Some(input) => drop::<Option<Answer>>(scenario.apply(moment.at, input)),
                None => scenario.advance(moment.at),
            }
        }
        if let Some(last) = history.last() {
            scenario.stop_at(last.at + std::time::Duration::from_secs(10 * 86_400));
        }
        let hash = scenario.hash();
        let (engine, outside) = scenario.into_parts();
        Ran {
            engine,
            outside,
            hash,
        }
    }

    /// The hash of all its decisions.
    pub(super) fn hash(&self) -> DecisionHash {
        self.hash
    }

    pub(super) fn traces(&self) -> ByRecord {
        by_record(&self.outside.traces)
    }

    pub(super) fn ids(&self) -> Ids {
        self.outside.ids.clone()
    }

    fn records(&self) -> impl Iterator<Item = (&String, &RecordCell)> {
        let records = self.engine.state().records();
        records.filter_map(|cell| Some((self.outside.handles.get(&cell.id)?, cell)))
    }

    pub(super) fn values(&self) -> BTreeMap<(String, String), Option<String>> {
        let prepared = self.engine.state().prepared();
        let mut values = BTreeMap::new();
        for (handle, cell) in self.records() {
            let object = &prepared.program.catalog.objects[cell.object];
            for (id, property) in object.properties.iter() {
                if property.name == "id" {
                    continue;
                }
                let value = self.engine.state().value(cell, id);
                let value =
                    value.map(|value| compute::spell(&value, &property.ty, prepared.zone()));
                values.insert((handle.clone(), property.name.to_string()), value);
            }
        }
        values
    }

    pub(super) fn inside(&self) -> BTreeSet<(String, String, String, String)> {
        let prepared = self.engine.state().prepared();
        let records = self.records();
        records
            .flat_map(|(handle, cell)| {
                cell.enrolments.iter().map(move |of| {
                    let plan = prepared.workflow(of.workflow).expect("it is there");
                    let step = of.step().and_then(|step| plan.steps.get(step));
                    let step = step.map(|step| step.id.to_string()).unwrap_or_default();
                    (
                        handle.clone(),
                        plan.name().to_string(),
                        of.key.to_string(),
                        step,
                    )
                })
            })
            .collect()
    }

    pub(super) fn segments(&self) -> BTreeSet<(String, String)> {
        let prepared = self.engine.state().prepared();
        let segments = &prepared.program.catalog.segments;
        let mut found = BTreeSet::new();
        for (handle, cell) in self.records() {
            for (id, segment) in segments.iter() {
                if segment.object == cell.object && self.engine.state().is_member(cell, id) {
                    found.insert((handle.clone(), segment.name.to_string()));
                }
            }
        }
        found
    }

    pub(super) fn links(&self) -> BTreeSet<(String, String, String, Vec<String>)> {
        let prepared = self.engine.state().prepared();
        let mut found = BTreeSet::new();
        for (handle, cell) in self.records() {
            let object = &prepared.program.catalog.objects[cell.object];
            for end in &cell.ends {
                let Side::Own(association) = end.side else {
                    continue;
                };
                let name = object.associations[association].name.to_string();
                let other = self
                    .outside
                    .handles
                    .get(&end.other)
                    .cloned()
                    .unwrap_or_default();
                let labels = end.labels.iter().map(ToString::to_string).collect();
                found.insert((handle.clone(), name, other, labels));
            }
        }
        found
    }
}

/// The names of an act in the program of a state.
struct Named<'s>(&'s State);

impl Named<'_> {
    fn target(&self, handle: &str) -> Option<(ObjectId, Target)> {
        let id = Uid::of(&[b"input", b"create", handle.as_bytes()]);
        let object = self.0.record(id)?.object;
        Some((object, Target::Id(object, id)))
    }

    fn workflow(&self, name: &str) -> Option<WorkflowId> {
        self.0.prepared().program.catalog.workflow(&Name::new(name))
    }

    fn segment(&self, name: &str) -> Option<SegmentId> {
        self.0.prepared().program.catalog.segment(&Name::new(name))
    }

    fn property(&self, object: ObjectId, name: &str) -> Option<PropertyId> {
        self.0.prepared().program.catalog.objects[object].property(name)
    }

    fn label(&self, label: Option<&String>) -> Option<Name> {
        label.map(|label| Name::new(label))
    }
}

/// The input of an act; `None` where the act names a record that is not there,
/// which the engine answers by `no_record`.
// size: one arm for each kind of act.
pub(crate) fn input(state: &State, act: &Act) -> Option<Input> {
    let named = Named(state);
    let catalog = &state.prepared().program.catalog;
    Some(match act {
        Act::Publish => InputBody::Publish.into(),
        Act::StandStill => return None,
        Act::Create {
            handle,
            object,
            values,
        } => {
            let object = catalog.object(&Name::new(object))?;
            let values = values.iter();
            let values =
                values.map(|(name, value)| Some((named.property(object, name)?, value.clone())));
            let body = InputBody::Create(object, values.collect::<Option<Vec<_>>>()?);
            Input {
                id: Some(handle.as_str().into()),
                ..body.into()
            }
        }
        Act::Import {
            import,
            handle,
            values,
        } => {
            let object = catalog.object(&Name::new("contact"))?;
            let values = values.iter();
            let values =
                values.map(|(name, value)| Some((named.property(object, name)?, value.clone())));
            let values = values.collect::<Option<Vec<_>>>()?;
            let body = InputBody::Import(import.as_str().into(), object, values);
            Input {
                id: Some(handle.as_str().into()),
                ..body.into()
            }
        }
        Act::Set { record, values } => {
            let (object, target) = named.target(record)?;
            let values = values.iter();
            let values =
                values.map(|(name, value)| Some((named.property(object, name)?, value.clone())));
            InputBody::Set(target, values.collect::<Option<Vec<_>>>()?).into()
        }
        Act::Link {
            record,
            association,
            with,
            label,
        } => {
            let (object, one) = named.target(record)?;
            let association = catalog.objects[object].association(association)?;
            InputBody::Link(
                one,
                association,
                named.target(with)?.1,
                named.label(label.as_ref()),
            )
            .into()
        }
        Act::Unlink {
            record,
            association,
            with,
            label,
        } => {
            let (object, one) = named.target(record)?;
            let association = catalog.objects[object].association(association)?;
            InputBody::Unlink(
                one,
                association,
                named.target(with)?.1,
                named.label(label.as_ref()),
            )
            .into()
        }
        Act::Event {
            record,
            event,
            values,
            occurred_at,
            id,
        } => event_input(
            state,
            (record, event),
            values,
            (*occurred_at, id.as_deref()),
        )?,
        Act::Enroll { record, workflow } => {
            InputBody::Enroll(named.target(record)?.1, named.workflow(workflow)?).into()
        }
        Act::Unenroll { record, workflow } => {
            InputBody::Unenroll(named.target(record)?.1, named.workflow(workflow)?).into()
        }
        Act::Add { record, segment } => {
            InputBody::Member(named.target(record)?.1, named.segment(segment)?, true).into()
        }
        Act::Remove { record, segment } => {
            InputBody::Member(named.target(record)?.1, named.segment(segment)?, false).into()
        }
        Act::Delete(record) => InputBody::Delete(named.target(record)?.1).into(),
        Act::Restore(record) => InputBody::Restore(named.target(record)?.1).into(),
        Act::Merge { from, into } => {
            InputBody::Merge(named.target(from)?.1, named.target(into)?.1).into()
        }
        Act::Pause(workflow) => {
            InputBody::Switch(named.workflow(workflow)?, Switching::Pause).into()
        }
        Act::Resume(workflow) => {
            InputBody::Switch(named.workflow(workflow)?, Switching::Resume).into()
        }
        Act::On(workflow) => InputBody::Switch(named.workflow(workflow)?, Switching::On).into(),
        Act::Off(workflow) => InputBody::Switch(named.workflow(workflow)?, Switching::Off).into(),
    })
}

fn event_input(
    state: &State,
    (record, event): (&str, &str),
    values: &[(String, Value)],
    (occurred_at, id): (Option<Timestamp>, Option<&str>),
) -> Option<Input> {
    let catalog = &state.prepared().program.catalog;
    let event = catalog.event(&Name::new(event))?;
    let declared = &catalog.events[event];
    let mut places = vec![None; declared.properties.len()];
    for (name, value) in values {
        places[declared.property(name)?.index()] = Some(value.clone());
    }
    let id_of = Uid::of(&[b"input", b"create", record.as_bytes()]);
    let target = Target::Id(declared.object, id_of);
    let body = InputBody::Event(target, event, places);
    Some(Input {
        id: id.map(Into::into),
        occurred_at,
        ..body.into()
    })
}
