//! The records of a test, by the names that it gives them, as they stand: what
//! its expressions are worth. Nothing is decided by it, and what a test
//! expects is not known here.

use super::State;
use super::decision::{Action, Rendered};
use super::evaluate::{Notes, Scope, View};
use super::record::RecordCell;
use super::step::argument;
use crate::base::{Name, Timestamp, Uid};
use crate::model::{ObjectId, Type, Value};
use crate::plan::{Condition, Expression, Root, Way};

/// A record of a test.
#[derive(Debug, Clone)]
pub struct Role {
    /// What the test calls it.
    pub name: Name,
    /// What it is.
    pub object: ObjectId,
    /// Which record; `None` before it is there.
    pub record: Option<Uid>,
}

/// The records of a test in a state.
#[derive(Clone, Copy)]
pub struct Cast<'a> {
    /// The state.
    pub state: &'a State,
    /// The records, by their places in the test.
    pub roles: &'a [Role],
}

/// What a condition has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Whether it is true; `None` where it is unknown (N1).
    pub holds: Option<bool>,
    /// What it has read: where, and the value.
    pub read: Vec<(String, String)>,
}

impl<'a> Cast<'a> {
    /// The value of an expression whose ways begin at records of the test.
    #[must_use]
    pub fn value(&self, expression: &Expression) -> Option<Value> {
        self.with(None, &Notes::default(), |scope| scope.value(expression))
    }

    /// The same as an action is given it.
    #[must_use]
    pub fn rendered(&self, expression: &Expression, ty: &Type) -> Rendered {
        let notes = Notes::default();
        self.with(None, &notes, |scope| argument(scope, expression, ty))
    }

    /// Judges a condition; where it is about one record, that is its place.
    #[must_use]
    pub fn judge(&self, about: Option<usize>, condition: &Condition) -> Judged {
        let notes = Notes::default();
        notes.watch();
        let value = self.with(about, &notes, |scope| scope.value(&condition.expression));
        let mut read = notes.read();
        read.retain(|(path, _)| !path.is_empty());
        Judged {
            holds: match value {
                Some(Value::Bool(is)) => Some(is),
                _ => None,
            },
            read,
        }
    }

    /// The next instant, strictly after now, at which a condition can change by
    /// the passing of time alone; `None`: never (E12).
    #[must_use]
    pub fn turns(&self, about: Option<usize>, condition: &Condition) -> Option<Timestamp> {
        let expression = &condition.expression;
        self.with(about, &Notes::default(), |scope| scope.turns(expression))
    }

    fn with<T>(
        &self,
        about: Option<usize>,
        notes: &Notes,
        asks: impl FnOnce(&Scope<'_>) -> T,
    ) -> T {
        let nobody;
        let this = match about.and_then(|place| self.cell(place)) {
            Some(this) => this,
            None => {
                let id = Uid::of(&[]);
                nobody = RecordCell::new(id, ObjectId::at(0), 0, self.state.now);
                &nobody
            }
        };
        let scope = Scope {
            cast: Some(*self),
            ..Scope::of(self.state.prepared(), this, self.state.now, notes)
        };
        asks(&scope)
    }

    /// The record at the end of a way.
    #[must_use]
    pub fn record(&self, way: &Way) -> Option<Uid> {
        let Root::Bound(place) = way.root else {
            return None;
        };
        let mut record = self.cell(place)?;
        for hop in &way.hops {
            let end = record.links(hop.association).next()?;
            record = self.state.record(end.other)?;
        }
        Some(record.id)
    }

    /// A record of the test.
    #[must_use]
    pub fn cell(&self, place: usize) -> Option<&'a RecordCell> {
        // One that was merged is the other one by now (L4).
        let id = self.state.merged_into(self.role(place)?.record?);
        self.state.record(id)
    }

    pub(super) fn role(&self, place: usize) -> Option<&'a Role> {
        self.roles.get(place)
    }

    pub(super) fn view(&self, place: usize) -> Option<View<'a>> {
        Some(View::Whole(self.cell(place)?, self.state))
    }
}

impl State {
    /// What an expression of the step is worth that asks for an action, while
    /// its enrolment waits for it.
    #[must_use]
    pub fn of_step(&self, action: &Action, expression: &Expression, ty: &Type) -> Rendered {
        let notes = Notes::default();
        let record = self.record(action.record);
        let of = record.and_then(|record| Some((record, record.enrolment(action.enrolment)?)));
        let Some((record, of)) = of else {
            return Rendered::Null;
        };
        let scope = Scope {
            occurrence: of.occurrence.as_deref(),
            bindings: &of.bindings,
            ..Scope::of(self.prepared(), record, self.now, &notes)
        };
        argument(&scope, expression, ty)
    }
}
