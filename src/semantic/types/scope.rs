//! What a name may mean where it stands.

use std::cell::Cell;
use std::rc::Rc;

use super::known::Known;
use super::locals::Locals;
use crate::base::{Name, Span};
use crate::model::{Action, Catalog, Event, ObjectId, PropertyId, Type};
use crate::semantic::hir::{
    EventField, EventSource, Expr, ExprKind, Fact, FieldSource, RecordPath, Root,
};

/// The names in reach of an expression.
#[derive(Debug, Clone, Default)]
pub(in crate::semantic) struct Scope {
    /// The enrolled record, or that of a segment, message or computed
    /// property; none in constants and the like.
    pub(in crate::semantic) this: Option<ObjectId>,
    /// What the innermost `where` is about.
    pub(in crate::semantic) member: Option<Member>,
    /// The occurrences that `event` may stand for.
    pub(in crate::semantic) event: Option<Rc<EventScope>>,
    /// Bound names, the innermost last.
    pub(in crate::semantic) locals: Locals,
    /// What is known here though it may be unknown elsewhere.
    pub(in crate::semantic) facts: Known,
    /// Whether this is a message, where `event` needs another word.
    pub(in crate::semantic) message: bool,
    /// Whether `secret(name)` may stand here.
    pub(in crate::semantic) secrets: bool,
    /// Whether this is a test, whose records come before the properties of a
    /// `where`.
    pub(in crate::semantic) test: bool,
}

/// What a `where` is about.
#[derive(Debug, Clone)]
pub(in crate::semantic) enum Member {
    /// An associated record.
    Record(ObjectId),
    /// The occurrence itself.
    Event,
    /// The occurrence that a step waits for; `event` is another one.
    Awaited(Rc<EventScope>),
}

/// A bound name.
#[derive(Debug, Clone)]
pub(in crate::semantic) enum Local {
    /// The results of a `do`.
    Results { place: usize, action: Rc<Action> },
    /// A record that a step has made or found. See `types/record.rs` for what
    /// a bound record is good for, and how to bind one.
    Record {
        /// Its place among the names that the workflow binds.
        place: usize,
        object: ObjectId,
    },
    /// An occurrence that a step has waited for.
    Occurrence {
        place: usize,
        /// The events that it may be of.
        events: Rc<EventScope>,
    },
    /// A `let`.
    Source(Bound),
    /// A parameter of a message.
    Parameter {
        place: usize,
        ty: Type,
        required: bool,
    },
    /// What a webhook has read.
    WebhookValue(Type),
    /// The results of an action that does not exist.
    Lost,
    /// A name that no path to here sets.
    Unset,
}

/// The value of a `let`.
#[derive(Debug)]
pub(in crate::semantic) struct Source {
    pub(in crate::semantic) value: Expr,
    /// The event that it reads.
    pub(in crate::semantic) event: Option<Rc<EventScope>>,
    /// Whether anything uses it.
    pub(in crate::semantic) used: Cell<bool>,
}

/// What a `let` stands for where a name is used.
#[derive(Debug, Clone)]
pub(in crate::semantic) enum Bound {
    /// A value, worked out where it is used.
    Value(Rc<Source>),
    /// One that reads the event, where none is at hand.
    OfEvent(Span),
    /// One that stands further down.
    Below(Span),
    /// One that leads back to the name at hand.
    Circle,
}

impl Local {
    /// Whether it is a record, whose properties may be written.
    pub(in crate::semantic) fn is_record(&self) -> bool {
        match self {
            Local::Record { .. } => true,
            Local::Source(Bound::Value(source)) => {
                matches!(source.value.kind, ExprKind::Record(_))
            }
            _ => false,
        }
    }

    /// Its place among the names that the workflow binds.
    pub(in crate::semantic) fn place(&self) -> Option<usize> {
        match self {
            Local::Results { place, .. }
            | Local::Record { place, .. }
            | Local::Occurrence { place, .. } => Some(*place),
            _ => None,
        }
    }
}

impl Scope {
    /// The scope of a record alone.
    pub(in crate::semantic) fn of(this: ObjectId) -> Self {
        Scope {
            this: Some(this),
            ..Scope::default()
        }
    }

    /// The same scope, inside a `where`.
    pub(in crate::semantic) fn within(&self, member: Member) -> Self {
        let mut scope = Scope {
            member: Some(member),
            ..self.clone()
        };
        // What is known of another member says nothing about this one.
        let of_member = |fact: &Fact| fact.record().is_some_and(|at| at.root == Root::Member);
        scope.facts.retain_passing(|fact| !of_member(fact));
        scope
    }

    /// The same scope, with more things known.
    pub(in crate::semantic) fn knowing(&self, facts: impl IntoIterator<Item = Fact>) -> Self {
        let mut scope = self.clone();
        scope.facts.extend(facts);
        scope
    }

    /// Whether a record is known here.
    pub(in crate::semantic) fn reaches(&self, record: &RecordPath) -> bool {
        record.is_this() || self.facts.contains(&Fact::Record(record.clone()))
    }

    /// What a name is bound to: [`Local::Unset`] where no path sets it.
    pub(in crate::semantic) fn local(&self, name: &str) -> Option<&Local> {
        let local = self.bound(name)?;
        let unset = |place| self.facts.contains(&Fact::Unset(place));
        Some(match local.place().is_some_and(unset) {
            true => &Local::Unset,
            false => local,
        })
    }

    /// What a name is bound to, whether a path sets it or not.
    pub(in crate::semantic) fn bound(&self, name: &str) -> Option<&Local> {
        self.locals.find(name)
    }
}

/// The properties of the occurrences that may be at hand.
#[derive(Debug, Clone, Default)]
pub(in crate::semantic) struct EventScope {
    fields: Vec<Field>,
    events: usize,
    /// Whether an event that may be at hand could not be resolved.
    pub(in crate::semantic) lost: bool,
}

#[derive(Debug, Clone)]
struct Field {
    field: EventField,
    ty: Type,
    known: bool,
    clashes: bool,
    /// How many of the events have it.
    events: usize,
}

impl EventScope {
    /// The scope of several events: a property that only some have may be
    /// unknown.
    pub(in crate::semantic) fn of<'e>(
        events: impl IntoIterator<Item = &'e EventSource>,
        object: ObjectId,
        catalog: &Catalog,
    ) -> Self {
        let mut scope = EventScope::default();
        for event in events {
            scope.events += 1;
            for (name, ty, source, known) in properties(event, object, catalog) {
                scope.add(name, ty, source, known);
            }
        }
        let all = scope.events;
        for field in &mut scope.fields {
            field.known &= field.events >= all;
        }
        scope
    }

    /// The same scope where perhaps no event is at hand.
    pub(in crate::semantic) fn uncertain(mut self) -> Self {
        for field in &mut self.fields {
            field.known = false;
        }
        self
    }

    fn add(&mut self, name: Name, ty: Type, source: FieldSource, known: bool) {
        match self
            .fields
            .iter_mut()
            .find(|field| field.field.name == name)
        {
            Some(field) => {
                field.known &= known;
                field.events += 1;
                field.clashes |= field.ty != ty;
                if !field.field.sources.contains(&source) {
                    field.field.sources.push(source);
                }
            }
            None => {
                let field = EventField {
                    name,
                    sources: vec![source],
                };
                self.fields.push(Field {
                    field,
                    ty,
                    known,
                    clashes: false,
                    events: 1,
                });
            }
        }
    }

    /// The property of a name: what it is, its type, whether it is always
    /// known, and whether the events disagree on its type.
    pub(in crate::semantic) fn field(
        &self,
        name: &str,
    ) -> Option<(&EventField, &Type, bool, bool)> {
        let field = self.fields.iter().find(|field| field.field.name == name)?;
        Some((&field.field, &field.ty, field.known, field.clashes))
    }

    pub(in crate::semantic) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.field.name.as_str())
    }
}

type EventPropertyOf = (Name, Type, FieldSource, bool);

/// What an occurrence of an event has.
fn properties(event: &EventSource, object: ObjectId, catalog: &Catalog) -> Vec<EventPropertyOf> {
    let mut list = match event {
        EventSource::Declared(id) => declared(*id, &catalog.events[*id]),
        EventSource::Changed(property) => changed(object, *property, catalog),
        EventSource::ActionFailed => {
            let fields = crate::model::action_failed().into_iter().enumerate();
            fields
                .map(|(at, (name, ty))| {
                    (Name::new(name), ty, FieldSource::ActionFailed(at), at != 1)
                })
                .collect()
        }
        EventSource::Created | EventSource::Joined(_) | EventSource::Left(_) => Vec::new(),
    };
    for (at, (name, ty)) in crate::model::OCCURRENCE.into_iter().enumerate() {
        if !list.iter().any(|(own, ..)| *own == name) {
            list.push((Name::new(name), ty, FieldSource::Occurrence(at), true));
        }
    }
    list
}

fn declared(id: crate::base::Id<Event>, event: &Event) -> Vec<EventPropertyOf> {
    let properties = event.properties.iter();
    properties
        .map(|(at, property)| {
            (
                property.name.clone(),
                property.ty.clone(),
                FieldSource::Property(id, at),
                property.default,
            )
        })
        .collect()
}

fn changed(object: ObjectId, property: PropertyId, catalog: &Catalog) -> Vec<EventPropertyOf> {
    let ty = &catalog.objects[object].properties[property].ty;
    vec![
        (
            Name::new("old"),
            ty.clone(),
            FieldSource::Old(object, property),
            false,
        ),
        (
            Name::new("new"),
            ty.clone(),
            FieldSource::New(object, property),
            false,
        ),
    ]
}
