//! What has happened to a record, as one list that is searched from the front
//! each time (E14, N2).

use flow::model::{PropertyId, Value};
use flow::semantic::hir::{Expr, ExprKind, Happened, Past, Refinement};

use crate::reference::eval::{Env, same};
use crate::reference::{Delivery, Model, Occurrence, Record};

/// Something that has happened to a record.
#[derive(Clone, PartialEq)]
pub(crate) enum Bygone {
    Had(PropertyId, Value),
    Event(Occurrence),
}

impl Model<'_> {
    /// Adds what a delivery has brought: its event, and values.
    pub(super) fn remember(&mut self, at: &Delivery) {
        let record = self.record(&at.to);
        record.past.extend(at.event.clone().map(Bygone::Event));
        let values = record.values.iter();
        let had = values.map(|(id, value)| Bygone::Had(*id, value.clone()));
        let new: Vec<Bygone> = had.filter(|one| !record.past.contains(one)).collect();
        record.past.extend(new);
    }
}

impl<'a> Env<'a> {
    pub(super) fn past(&self, past: &Past) -> Option<bool> {
        match past {
            Past::Happened(happened) => self.happened(happened),
            Past::Was {
                value,
                other,
                never,
            } => self.had(value, &self.eval(other)?).map(|had| had != *never),
            Past::InSegment(segment) => {
                let this = self.member?;
                Some(Env { this, ..*self }.inside(*segment))
            }
            other => panic!("not modelled: {other:?}"),
        }
    }

    fn happened(&self, happened: &Happened) -> Option<bool> {
        let this = if happened.member {
            self.member?
        } else {
            self.this
        };
        let is = |one: &&Bygone| {
            let Bygone::Event(event) = one else {
                return false;
            };
            let event = Some(event);
            let judging = Env {
                this,
                event,
                ..*self
            };
            event.is_some_and(|event| event.source == happened.event)
                && judging.permits(&happened.filter)
        };
        let times = this.past.iter().filter(is).count();
        let rules = &happened.refinements;
        let enough = |rule: &Refinement| match rule {
            Refinement::AtLeast(least) => *least <= times.into(),
            Refinement::AtMost(most) => *most >= times.into(),
            Refinement::Exactly(wanted) => *wanted == times.into(),
            other => panic!("not modelled: {other:?}"),
        };
        Some(rules.iter().all(enough) && (times > 0 || !rules.is_empty()))
    }

    /// Whether a property ever had a value, or one of a list.
    fn had(&self, property: &Expr, other: &Value) -> Option<bool> {
        let ExprKind::Property(path) = &property.kind else {
            panic!("a past without a property: {property:?}");
        };
        let record: &Record = self.record(&path.record)?;
        let is = |value: &Value| match other {
            Value::List(items) => {
                let mut items = items.iter();
                items.any(|item| same(Some(value), Some(item), &property.ty))
            }
            other => same(Some(value), Some(other), &property.ty),
        };
        let mut past = record.past.iter();
        Some(
            past.any(
                |one| matches!(one, Bygone::Had(id, value) if *id == path.property && is(value)),
            ),
        )
    }
}
