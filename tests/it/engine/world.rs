//! A scenario that tests can write down in words: records by handles, values
//! as text, the history as lines.

use std::sync::Arc;

use flow::base::{Name, SourceId, Sources, Timestamp, Uid, zone};
use flow::compile::{Files, compile_all};
use flow::diagnostic::render;
use flow::engine::decision::{Action, Answer, Entry};
use flow::engine::frozen::v1::state::{freeze, thaw};
use flow::engine::gather::{Bygone, Gathering, Pasts};
use flow::engine::message::{Outcome, Switching};
use flow::engine::put_back::Retry;
use flow::engine::{
    Engine, Input, InputBody, Migrated, Order, Prepared, Refused, State, Target, event_name,
    history,
};
use flow::model::{
    AssociationId, Object, ObjectId, PropertyId, Raw, Settings, Value, WorkflowId, coerce, compute,
};
use flow::scenario::{Carrier, Scenario};

/// The objects that most tests share.
pub(crate) const OBJECTS: &str = r#"
object contact {
  email: email unique required
  name: string
  city: string
  stage: enum(subscriber, lead, mql, customer) default subscriber
  score: number default 0
  bonus: number
  flag: bool default false
  due: datetime
  day: date
  tags: set(sport, music, film)
  companies: many company inverse employees labels (billing, boss)
  owner: one user
}
object company { domain: string unique, name: string, size: number, tier: enum(bronze, silver, gold) }
object user { email: email unique required, name: string }
event ping on contact { n: number, key: string }
event pong on contact { url: url }
"#;

/// The outside of a test: it notes what is sent, and fails what is told to.
#[derive(Default)]
pub(crate) struct Outside {
    pub(crate) sent: Vec<(Timestamp, String)>,
    pub(crate) keys: Vec<Uid>,
    pub(crate) actions: Vec<Action>,
    pub(crate) lines: Vec<(Option<Uid>, String)>,
    pub(crate) entries: Vec<Entry>,
    /// What new conditions are gathered from.
    pub(crate) bygones: Vec<Bygone>,
    /// What comes of the next attempts; done after the last.
    pub(crate) script: std::collections::VecDeque<Outcome>,
}

impl Carrier for Outside {
    fn carry(&mut self, state: &State, action: &Action) -> Option<Outcome> {
        let name = state.prepared().program.catalog.actions[action.request.action].called();
        let mut line = name.to_string();
        for (name, value) in &action.request.arguments {
            line.push_str(&format!(" {name}={value}"));
        }
        for (_, text) in action
            .request
            .message
            .iter()
            .flat_map(|message| &message.fields)
        {
            line.push_str(&format!(" | {text}"));
        }
        self.sent.push((action.decided_at, line));
        self.keys.push(action.key);
        self.actions.push(action.clone());
        let next = self.script.pop_front();
        Some(next.unwrap_or(Outcome::Done(Vec::new())))
    }

    fn told(&mut self, state: &State, entries: &[Entry]) {
        for entry in entries {
            let line = line(state, entry);
            self.lines.push((entry.record, line));
            self.entries.push(entry.clone());
            let object = entry.record.and_then(|id| Some(state.record(id)?.object));
            let bygone = object.and_then(|of| Bygone::of(state.prepared(), of, entry));
            self.bygones.extend(bygone);
        }
    }
}

/// What happens to records, which is told without the step that asked for it.
const OF_RECORDS: [&str; 5] = ["wrote", "linked", "unlinked", "joined", "left_segment"];

/// An entry as one line: the workflow, the kind, the step, what is special.
fn line(state: &State, entry: &Entry) -> String {
    let prepared = state.prepared();
    let object = entry.record.and_then(|id| Some(state.record(id)?.object));
    let told = history::tell(prepared, object, entry);
    let workflow = entry.workflow.and_then(|id| prepared.workflow(id));
    let workflow = workflow.filter(|_| !OF_RECORDS.contains(&told.kind));
    let step = entry.step.and_then(|step| workflow?.steps.get(step));
    let mut parts: Vec<String> = Vec::new();
    parts.extend(workflow.map(|workflow| workflow.name().to_string()));
    parts.push(told.kind.to_owned());
    parts.extend(step.map(|step| step.id.to_string()));
    let hidden = ["cause", "id", "object", "read", "with"];
    let fields = told
        .fields
        .iter()
        .filter(|(name, _)| !hidden.contains(name));
    parts.extend(fields.map(|(_, value)| value.to_string()));
    parts.join(" ")
}

/// A scenario in words.
pub(crate) struct World {
    pub(crate) scenario: Scenario<Engine, Outside>,
    prepared: Arc<Prepared>,
    now: Timestamp,
}

/// Compiles a program in Oslo's time, or panics with its findings.
pub(crate) fn prepare(text: &str) -> Arc<Prepared> {
    prepare_with(text, &[]).0
}

/// The same with older versions of its workflows; its texts too.
pub(crate) fn prepare_with(text: &str, older: &[String]) -> (Arc<Prepared>, Sources) {
    prepare_as(&oslo(), text, older)
}

/// The settings of tests. What grows at one instant ends soon.
pub(crate) fn oslo() -> Settings {
    Settings {
        timezone: "Europe/Oslo".into(),
        zone: zone("Europe/Oslo").expect("it is bundled"),
        limits: flow::model::Limits {
            enrollments_per_input: Some(300),
            ..flow::model::Profile::None.into()
        },
        ..Settings::default()
    }
}

/// The same with other settings.
pub(crate) fn prepare_as(
    settings: &Settings,
    text: &str,
    older: &[String],
) -> (Arc<Prepared>, Sources) {
    let mut sources = Sources::default();
    let ids: Vec<SourceId> = vec![sources.add("test.flow".to_owned(), text)];
    let older = older.iter().enumerate();
    let older = older.map(|(at, text)| sources.add(format!("{at}.flow"), text.as_str()));
    let older: Vec<SourceId> = older.collect();
    let files = Files {
        declaring: &ids,
        pinned: &older,
    };
    let compiled = compile_all(&sources, files, settings);
    let findings = render::concise::render(&compiled.findings, &sources);
    let program = compiled.program.unwrap_or_else(|| panic!("{findings}"));
    (Arc::new(Prepared::new(program)), sources)
}

impl World {
    /// A world with the shared objects and these workflows, published.
    pub(crate) fn new(workflows: &str) -> Self {
        let mut world = World::unpublished(workflows, Order::Sent);
        world.publish();
        world
    }

    pub(crate) fn unpublished(workflows: &str, order: Order) -> Self {
        World::of(prepare(&format!("{OBJECTS}\n{workflows}")), order)
    }

    pub(crate) fn of(prepared: Arc<Prepared>, order: Order) -> Self {
        let engine = Engine::new(prepared.clone(), "test", order);
        World {
            scenario: Scenario::new(engine, Outside::default(), Vec::new()),
            prepared,
            now: "2026-01-05T09:00:00Z".parse().expect("it is a time"),
        }
    }

    /// Publishes other workflows over the shared objects.
    pub(crate) fn edit(&mut self, workflows: &str) -> Result<Migrated, Refused> {
        self.edit_all(&format!("{OBJECTS}\n{workflows}"))
    }

    /// Publishes another program.
    pub(crate) fn edit_all(&mut self, program: &str) -> Result<Migrated, Refused> {
        self.edit_to(prepare(program))
    }

    /// Publishes what was compiled.
    pub(crate) fn edit_to(&mut self, prepared: Arc<Prepared>) -> Result<Migrated, Refused> {
        let none = Engine::new(prepared.clone(), "none", Order::Sent);
        let none = Scenario::new(none, Outside::default(), Vec::new());
        let (mut engine, outside) = std::mem::replace(&mut self.scenario, none).into_parts();
        let planned = engine.would_publish(&prepared);
        let gathering = Gathering::between(engine.state().prepared(), &prepared, self.now);
        let gathered = gathering.map_or_else(Pasts::new, |mut gathering| {
            outside.bygones.iter().for_each(|of| gathering.take(of));
            gathering.finish()
        });
        let migrated = engine.publish_with(&prepared, &gathered);
        self.scenario = Scenario::new(engine, outside, Vec::new());
        if let (Ok(planned), Ok(migrated)) = (&planned, &migrated) {
            assert_eq!(
                (&planned.lost, &planned.moves, &planned.left),
                (&migrated.lost, &migrated.moves, &migrated.left)
            );
            assert_eq!(
                planned.pinned, migrated.pinned,
                "what was planned is what was done"
            );
            self.prepared = prepared;
            self.publish();
        }
        migrated
    }

    pub(crate) fn publish(&mut self) -> Option<Answer> {
        self.input(InputBody::Publish.into())
    }

    /// Applies an input now.
    pub(crate) fn input(&mut self, input: Input) -> Option<Answer> {
        self.scenario.apply(self.now, input)
    }

    /// What comes of the next attempts.
    pub(crate) fn script(&mut self, outcomes: impl IntoIterator<Item = Outcome>) {
        self.between(|_, outside| {
            outside.script.extend(outcomes);
            Vec::new()
        });
    }

    /// Puts an action back after an attempt of it, and carries it out.
    pub(crate) fn put_back(&mut self, last: &Action) -> Option<Answer> {
        let now = self.now;
        let mut answer = None;
        self.between(|engine, outside| {
            let retry = Retry {
                asked: last.attempt(),
                request: last.request.clone(),
                per: "k".into(),
                by: Some("ops".into()),
            };
            let effects = engine.put_back(now, retry);
            outside.told(engine.state(), &effects.entries);
            answer = effects.answer;
            effects.actions
        });
        self.scenario.settle();
        answer
    }

    /// Does something to engine and outside; what it asks for is carried out.
    fn between(&mut self, does: impl FnOnce(&mut Engine, &mut Outside) -> Vec<Action>) {
        let none = Engine::new(self.prepared.clone(), "none", Order::Sent);
        let none = Scenario::new(none, Outside::default(), Vec::new());
        let (mut engine, mut outside) = std::mem::replace(&mut self.scenario, none).into_parts();
        let asked = does(&mut engine, &mut outside).into_iter();
        let asked = asked.map(|action| (action, false)).collect();
        self.scenario = Scenario::new(engine, outside, asked);
    }

    /// Goes on from the frozen state.
    pub(crate) fn restart(&mut self) {
        let none = Engine::new(self.prepared.clone(), "none", Order::Sent);
        let none = Scenario::new(none, Outside::default(), Vec::new());
        let (engine, outside) = std::mem::replace(&mut self.scenario, none).into_parts();
        let image = engine.image().expect("nothing is under way");
        let frozen = freeze(&image).expect("nothing is under way");
        let thawed = thaw(&self.prepared, &frozen).unwrap_or_else(|why| panic!("{why}"));
        let old = engine;
        let engine = Engine::from_image(thawed, "test", Order::Sent);
        for (was, is) in old.state().records().zip(engine.state().records()) {
            assert_eq!(was, is, "what is thawed is what was frozen");
        }
        self.scenario = Scenario::new(engine, outside, Vec::new());
    }

    /// The engine itself, and the outside.
    pub(crate) fn into_engine(self) -> (Engine, Outside) {
        self.scenario.into_parts()
    }

    /// Moves the clock to an instant.
    pub(crate) fn at(&mut self, instant: &str) -> &mut Self {
        self.now = instant.parse().expect("it is an instant");
        self.scenario.advance(self.now);
        self
    }

    /// Moves the clock to an instant without a stop.
    pub(crate) fn stand_still(&mut self, instant: &str) -> &mut Self {
        self.now = instant.parse().expect("it is an instant");
        self.scenario.stand_still(self.now);
        self
    }

    /// Moves the clock by hours.
    pub(crate) fn hours(&mut self, hours: i64) -> &mut Self {
        let later = self.now.as_second() + hours * 3_600;
        self.now = Timestamp::from_second(later).expect("it is in range");
        self.scenario.advance(self.now);
        self
    }

    pub(crate) fn state(&self) -> &State {
        self.scenario.machine().state()
    }

    pub(crate) fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    pub(crate) fn id(&self, handle: &str) -> Uid {
        Uid::of(&[b"input", b"create", handle.as_bytes()])
    }

    fn target(&self, handle: &str) -> Target {
        // What it is counts only where it is written down.
        let record = self.state().record(self.id(handle));
        Target::Id(
            record.map_or(ObjectId::at(0), |record| record.object),
            self.id(handle),
        )
    }

    fn object_of(&self, handle: &str) -> ObjectId {
        let record = self.state().record(self.id(handle));
        record
            .unwrap_or_else(|| panic!("there is no {handle}"))
            .object
    }

    fn object(&self, name: &str) -> (ObjectId, &Object) {
        let catalog = &self.prepared.program.catalog;
        let id = catalog
            .object(&Name::new(name))
            .expect("the object is declared");
        (id, &catalog.objects[id])
    }

    fn values(
        &self,
        object: ObjectId,
        values: &[(&str, &str)],
    ) -> Vec<(PropertyId, Option<Value>)> {
        let object = &self.prepared.program.catalog.objects[object];
        let zone = self.prepared.zone();
        values
            .iter()
            .map(|(name, text)| {
                let property = object.property(name).unwrap_or_else(|| panic!("no {name}"));
                let raw = match *text {
                    "unknown" => Raw::Null,
                    text => Raw::Text(text.into()),
                };
                let ty = &object.properties[property].ty;
                let value = coerce(ty, &raw, zone).unwrap_or_else(|misfit| panic!("{misfit}"));
                (property, value)
            })
            .collect()
    }

    /// Creates a record; a contact or user without an address gets one.
    pub(crate) fn create(
        &mut self,
        object: &str,
        handle: &str,
        values: &[(&str, &str)],
    ) -> Option<Answer> {
        let (id, declared) = self.object(object);
        let address = format!("{handle}@acme.example");
        let mut all: Vec<(&str, &str)> = values.to_vec();
        let lacks = !values.iter().any(|(name, _)| *name == "email");
        if lacks && declared.property("email").is_some() {
            all.push(("email", &address));
        }
        let values = self.values(id, &all).into_iter();
        let values = values.filter_map(|(property, value)| Some((property, value?)));
        let body = InputBody::Create(id, values.collect());
        self.input(Input {
            id: Some(handle.into()),
            ..body.into()
        })
    }

    pub(crate) fn contact(&mut self, handle: &str, values: &[(&str, &str)]) -> Option<Answer> {
        self.create("contact", handle, values)
    }

    pub(crate) fn set(&mut self, handle: &str, values: &[(&str, &str)]) -> Option<Answer> {
        let values = self.values(self.object_of(handle), values);
        let body = InputBody::Set(self.target(handle), values);
        self.input(body.into())
    }

    /// An event as an input, to be changed before it is applied.
    pub(crate) fn event(&self, handle: &str, event: &str, values: &[(&str, &str)]) -> Input {
        let catalog = &self.prepared.program.catalog;
        let id = catalog
            .event(&Name::new(event))
            .expect("the event is declared");
        let declared = &catalog.events[id];
        let mut by_place = vec![None; declared.properties.len()];
        for (name, text) in values {
            let property = declared.property(name).expect("the property is declared");
            let raw = Raw::Text((*text).into());
            let ty = &declared.properties[property].ty;
            by_place[property.index()] =
                coerce(ty, &raw, self.prepared.zone()).expect("the value fits");
        }
        InputBody::Event(self.target(handle), id, by_place).into()
    }

    pub(crate) fn does(
        &mut self,
        handle: &str,
        event: &str,
        values: &[(&str, &str)],
    ) -> Option<Answer> {
        let input = self.event(handle, event, values);
        self.input(input)
    }

    fn association(&self, handle: &str, name: &str) -> AssociationId {
        let object = &self.prepared.program.catalog.objects[self.object_of(handle)];
        object
            .association(name)
            .expect("the association is declared")
    }

    pub(crate) fn link(&mut self, handle: &str, way: &str, other: &str, label: Option<&str>) {
        let association = self.association(handle, way);
        let label = label.map(Name::new);
        let (one, other) = (self.target(handle), self.target(other));
        self.input(InputBody::Link(one, association, other, label).into());
    }

    pub(crate) fn unlink(&mut self, handle: &str, way: &str, other: &str, label: Option<&str>) {
        let association = self.association(handle, way);
        let label = label.map(Name::new);
        let (one, other) = (self.target(handle), self.target(other));
        self.input(InputBody::Unlink(one, association, other, label).into());
    }

    pub(crate) fn workflow(&self, name: &str) -> WorkflowId {
        let catalog = &self.prepared.program.catalog;
        catalog
            .workflow(&Name::new(name))
            .expect("the workflow is declared")
    }

    pub(crate) fn enroll(&mut self, handle: &str, workflow: &str) -> Option<Answer> {
        let body = InputBody::Enroll(self.target(handle), self.workflow(workflow));
        self.input(body.into())
    }

    pub(crate) fn unenroll(&mut self, handle: &str, workflow: &str) -> Option<Answer> {
        let body = InputBody::Unenroll(self.target(handle), self.workflow(workflow));
        self.input(body.into())
    }

    pub(crate) fn member(&mut self, handle: &str, segment: &str, joins: bool) {
        let catalog = &self.prepared.program.catalog;
        let segment = catalog
            .segment(&Name::new(segment))
            .expect("the segment is declared");
        let body = InputBody::Member(self.target(handle), segment, joins);
        self.input(body.into());
    }

    pub(crate) fn delete(&mut self, handle: &str) -> Option<Answer> {
        self.input(InputBody::Delete(self.target(handle)).into())
    }

    pub(crate) fn restore(&mut self, handle: &str) -> Option<Answer> {
        self.input(InputBody::Restore(self.target(handle)).into())
    }

    pub(crate) fn merge(&mut self, handle: &str, into: &str) -> Option<Answer> {
        let (from, into) = (self.target(handle), self.target(into));
        self.input(InputBody::Merge(from, into).into())
    }

    /// Whose a unique value of a contact is.
    pub(crate) fn owner(&self, property: &str, text: &str) -> Option<Uid> {
        let (object, declared) = self.object("contact");
        let id = declared.property(property).expect("it is declared");
        let value = Value::Text(text.into());
        let key = flow::engine::key(&self.prepared, object, id, &value);
        let owner = self.state().owner(&key)?;
        Some(self.state().merged_into(owner))
    }

    pub(crate) fn switch(&mut self, workflow: &str, to: Switching) {
        let body = InputBody::Switch(self.workflow(workflow), to);
        self.input(body.into());
    }

    /// A value, as it is written; `unknown` where there is none.
    pub(crate) fn value(&self, handle: &str, property: &str) -> String {
        let record = self
            .state()
            .record(self.id(handle))
            .expect("the record exists");
        let object = &self.prepared.program.catalog.objects[record.object];
        let id = object.property(property).expect("the property is declared");
        let ty = &object.properties[id].ty;
        record.value(id).map_or("unknown".into(), |value| {
            compute::spell(value, ty, self.prepared.zone())
        })
    }

    /// What the history says of a record and a workflow, as lines without the
    /// workflow's name.
    pub(crate) fn path(&self, handle: &str, workflow: &str) -> Vec<String> {
        let id = self.id(handle);
        let prefix = format!("{workflow} ");
        let lines = self.scenario.carrier().lines.iter();
        lines
            .filter(|(record, _)| *record == Some(id))
            .filter_map(|(_, line)| Some(line.strip_prefix(&prefix)?.to_owned()))
            .collect()
    }

    /// Everything that the history says, in order.
    pub(crate) fn lines(&self) -> Vec<String> {
        let lines = self.scenario.carrier().lines.iter();
        lines.map(|(_, line)| line.clone()).collect()
    }

    /// What was sent.
    pub(crate) fn sent(&self) -> Vec<String> {
        let sent = self.scenario.carrier().sent.iter();
        sent.map(|(_, line)| line.clone()).collect()
    }

    /// Whether a record is inside a workflow now, whatever version of it.
    pub(crate) fn inside(&self, handle: &str, workflow: &str) -> bool {
        let workflow = self.workflow(workflow);
        let record = self
            .state()
            .record(self.id(handle))
            .expect("the record exists");
        record
            .enrolments
            .iter()
            .any(|enrolment| self.prepared.program.current(enrolment.workflow) == workflow)
    }

    /// How often a record was enrolled in a workflow.
    pub(crate) fn times(&self, handle: &str, workflow: &str) -> usize {
        let path = self.path(handle, workflow);
        path.iter()
            .filter(|line| line.starts_with("enrolled"))
            .count()
    }
}

#[test]
fn events_have_names() {
    let world = World::new("workflow w on contact { enroll on changed city steps {} }");
    let prepared = world.prepared();
    let workflow = &prepared.program.workflows()[0];
    let name = event_name(prepared, &workflow.events[0].event, workflow.object);
    assert_eq!(name, "changed city");
}
