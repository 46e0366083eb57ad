//! What new conditions ask of the past, gathered from the history before their
//! program is published (V6). Where the history is kept is not known here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::decision::{Entry, Reason};
use super::enrolment::Occurrence;
use super::evaluate::{Notes, Scope, is_asked};
use super::history;
use super::kept::{Kept, Past, TraceId};
use super::migrate::to_gather;
use super::prepared::{Counted, Prepared, Trace};
use super::record::RecordCell;
use crate::base::{Name, Timestamp, Uid};
use crate::model::{ObjectId, Raw, Type, Value, action_failed, coerce};
use crate::semantic::hir::{EventSource, WorkflowTest};

/// What was gathered, by record.
pub type Pasts = BTreeMap<Uid, Past>;

/// The kinds of entries that something is gathered from.
pub const KINDS: [&str; 5] = ["created", "wrote", "imported", "event", "left"];

/// An entry of the history, as it is kept: in words and names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bygone {
    /// Of which record.
    pub record: Uid,
    /// What that is.
    pub object: String,
    /// When.
    pub at: Timestamp,
    /// What kind of entry it is.
    pub kind: String,
    /// Of which workflow.
    pub workflow: Option<String>,
    /// What it says.
    pub fields: Vec<(String, String)>,
}

impl Bygone {
    /// The entry of a record of an object; `None` where nothing is gathered
    /// from it.
    #[must_use]
    pub fn of(prepared: &Prepared, object: ObjectId, entry: &Entry) -> Option<Self> {
        let told = history::tell(prepared, Some(object), entry);
        let workflow = entry.workflow.and_then(|id| prepared.workflow(id));
        let fields = told.fields.into_iter();
        KINDS.contains(&told.kind).then_some(Bygone {
            record: entry.record?,
            object: prepared.program.catalog.objects[object].name.to_string(),
            at: entry.at,
            kind: told.kind.to_owned(),
            workflow: workflow.map(|workflow| workflow.name().to_string()),
            fields: fields
                .map(|(name, value)| (name.to_owned(), value.into_owned()))
                .collect(),
        })
    }

    fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        let found = fields.find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A program's conditions that look back, as the history goes by.
#[derive(Debug)]
pub struct Gathering {
    prepared: Arc<Prepared>,
    wanted: Arc<[TraceId]>,
    now: Timestamp,
    found: Pasts,
    /// The record that has come into being last: what it is born with is no
    /// change.
    born: Option<(Uid, Timestamp)>,
}

impl Gathering {
    /// What a program asks of the past that another did not ask; `None` where
    /// that is nothing.
    #[must_use]
    pub fn between(old: &Prepared, new: &Arc<Prepared>, now: Timestamp) -> Option<Self> {
        let wanted = to_gather(old, new);
        (!wanted.is_empty()).then(|| Gathering {
            prepared: new.clone(),
            wanted: wanted.into(),
            now,
            found: Pasts::new(),
            born: None,
        })
    }

    /// What was found.
    #[must_use]
    pub fn finish(self) -> Pasts {
        self.found
    }

    /// Takes the next entry, in the order in which they were told.
    pub fn take(&mut self, of: &Bygone) {
        if of.kind == "created" {
            self.born = Some((of.record, of.at));
        }
        let prepared = self.prepared.clone();
        let Some(object) = prepared.program.catalog.object(&Name::new(&of.object)) else {
            return;
        };
        for id in self.wanted.clone().iter().copied() {
            let Some(trace) = prepared.traces.get(id) else {
                continue;
            };
            let own = self.found.get(&of.record).and_then(|past| past.get(id));
            let kept = match (trace, of.kind.as_str()) {
                (Trace::Had(owner, ..) | Trace::Changed(owner, _), "wrote") if *owner == object => {
                    self.written(trace, (of, own))
                }
                (Trace::Workflow(test, workflow), "left") => {
                    let named = &prepared.program.catalog.workflows[*workflow].name;
                    let is = of.workflow.as_deref() == Some(named.as_str())
                        && of.field("reason") == ended(*test);
                    is.then_some(Kept::Yes)
                }
                (Trace::Imported(name), "created" | "imported") => {
                    (of.field("import") == Some(&**name)).then_some(Kept::Yes)
                }
                (Trace::Counted(counted), "event") => self.counted(counted, (of, own), object),
                _ => None,
            };
            if let Some(kept) = kept {
                let past = self.found.entry(of.record).or_default();
                past.set(id, Some(kept));
            }
        }
    }

    fn written(&self, trace: &Trace, (of, own): (&Bygone, Option<&Kept>)) -> Option<Kept> {
        let objects = &self.prepared.program.catalog.objects;
        let (Trace::Had(object, property, _) | Trace::Changed(object, property)) = trace else {
            return None;
        };
        let property = &objects[*object].properties[*property];
        if of.field("property") != Some(property.name.as_str()) {
            return None;
        }
        if let Trace::Changed(..) = trace {
            let born = self.born == Some((of.record, of.at)) && of.field("old").is_none();
            return (!born).then_some(Kept::At(of.at));
        }
        let mut values = match own {
            Some(Kept::Values(values)) => values.clone(),
            _ => Vec::new(),
        };
        for text in [of.field("old"), of.field("new")].into_iter().flatten() {
            let value = self.value(&property.ty, text);
            let folds = property.ty == Type::Email;
            values.extend(
                value.filter(|value| is_asked(trace, value, folds) && !values.contains(value)),
            );
        }
        (!values.is_empty()).then_some(Kept::Values(values))
    }

    /// Counts an occurrence that the history tells of.
    fn counted(
        &self,
        counted: &Counted,
        (of, own): (&Bygone, Option<&Kept>),
        object: ObjectId,
    ) -> Option<Kept> {
        let occurrence = self.occurrence(&counted.event, of)?;
        let nobody = RecordCell::new(of.record, object, 0, self.now);
        let notes = Notes::default();
        let scope = Scope {
            occurrence: Some(&occurrence),
            ..Scope::of(&self.prepared, &nobody, self.now, &notes)
        };
        counted.once_more(&scope, (occurrence.occurred_at, own))
    }

    /// The occurrence, if it is one of an event.
    fn occurrence(&self, event: &EventSource, of: &Bygone) -> Option<Occurrence> {
        let catalog = &self.prepared.program.catalog;
        let (name, properties): (&str, Vec<(&str, Type)>) = match event {
            EventSource::Declared(id) => {
                let declared = &catalog.events[*id];
                let properties = declared.properties.rows().iter();
                let properties = properties.map(|of| (of.name.as_str(), of.ty.clone()));
                (declared.name.as_str(), properties.collect())
            }
            _ => ("action_failed", action_failed().into_iter().collect()),
        };
        if of.field("event") != Some(name) {
            return None;
        }
        let said = of.fields.iter().filter(|(field, _)| field == "with");
        let said: BTreeMap<&str, &str> =
            said.filter_map(|(_, text)| text.split_once(": ")).collect();
        let values = properties.iter().map(|(name, ty)| {
            let text = said.get(name)?;
            self.value(ty, text)
        });
        let occurred_at = of.field("occurred_at").and_then(|at| at.parse().ok());
        Some(Occurrence {
            event: event.clone(),
            id: of.field("id").unwrap_or_default().into(),
            occurred_at: occurred_at.unwrap_or(of.at),
            accepted_at: of.at,
            values: values.collect(),
        })
    }

    /// A value as it was spelled.
    fn value(&self, ty: &Type, text: &str) -> Option<Value> {
        let raw = Raw::Text(text.into());
        coerce(ty, &raw, self.prepared.zone()).ok().flatten()
    }
}

/// The reason of a leaving that a condition asks for.
fn ended(test: WorkflowTest) -> Option<&'static str> {
    match test {
        WorkflowTest::Completed => Some(Reason::Completed.word()),
        WorkflowTest::MetGoal => Some(Reason::GoalMet.word()),
        WorkflowTest::Active | WorkflowTest::EverEnrolled => None,
    }
}
