//! What the triggers of a workflow say about a delivery, and what is named as the
//! cause (E1 to E3, E8). Whether the record enrols is not known here.

use std::sync::Arc;

use crate::base::{Span, TimeZone};
use crate::engine::draft::Draft;
use crate::engine::enrolment::Occurrence;
use crate::engine::evaluate::Scope;
use crate::engine::event_name;
use crate::model::compute::print;
use crate::model::{Value, WorkflowId};
use crate::plan::{Condition, DateTrigger, EventTrigger, Reenroll, Workflow};

/// What asks for an enrolment.
pub(in crate::engine) struct Cause {
    /// What parts it from others for the same record; empty without `per`.
    pub(super) key: Arc<str>,
    /// The occurrence, where it is one.
    pub(super) occurrence: Option<Arc<Occurrence>>,
    /// As people read it.
    pub(super) text: Arc<str>,
    /// What is written there.
    pub(super) span: Span,
}

impl Cause {
    /// A cause that is no occurrence.
    pub(in crate::engine) fn plain(text: impl Into<Arc<str>>, span: Span) -> Self {
        Cause {
            key: "".into(),
            occurrence: None,
            text: text.into(),
            span,
        }
    }

    /// A condition of a workflow as a cause.
    pub(super) fn condition(text: &str, condition: &Condition, workflow: &Workflow) -> Self {
        let expression = &condition.expression;
        let span = expression.root().and_then(|root| expression.span(root));
        Cause::plain(text, span.unwrap_or(workflow.span))
    }
}

/// What the triggers of a workflow say about a delivery.
pub(super) struct Fired {
    /// The first own trigger that fired.
    pub(super) first: Option<Cause>,
    /// An own event trigger occurs, refinements aside.
    pub(super) occurs: Option<Cause>,
    /// Some filter trigger has turned true.
    pub(super) turned: bool,
    /// A date trigger has come.
    pub(super) date: bool,
    /// A trigger that lets records in again by itself (E8).
    pub(super) itself: bool,
}

impl Draft<'_> {
    /// What the own triggers of a workflow say.
    pub(super) fn fired(&self, id: WorkflowId, workflow: &Workflow) -> Fired {
        let (mut first, mut occurs) = (None, None);
        for (place, trigger) in workflow.events.iter().enumerate() {
            let Some(occurrence) = self.occurs(trigger) else {
                continue;
            };
            if first.is_none() && self.refined((id, place), trigger, &occurrence) {
                first = Some(self.cause(trigger, &occurrence));
            }
            if occurs.is_none() {
                occurs = Some(self.cause(trigger, &occurrence));
            }
        }
        let filter = workflow.filters.iter().find(|filter| self.turned(filter));
        if let (None, Some(filter)) = (&first, filter) {
            first = Some(Cause::condition("condition", filter, workflow));
        }
        let date = self.date_comes(workflow);
        if let (None, Some(date)) = (&first, date) {
            first = Some(self.date_cause(date));
        }
        Fired {
            first,
            occurs,
            turned: filter.is_some(),
            date: date.is_some(),
            itself: date.is_some_and(|date| date.yearly),
        }
    }

    fn date_cause(&self, trigger: &DateTrigger) -> Cause {
        let object = self.world.object(self.after.object);
        let name = &object.properties[trigger.property].name;
        Cause::plain(format!("date {name}"), trigger.span)
    }

    fn cause(&self, trigger: &EventTrigger, occurrence: &Arc<Occurrence>) -> Cause {
        let scope = Scope {
            occurrence: Some(occurrence),
            ..self.now_scope()
        };
        let key = trigger.per.as_ref().and_then(|per| scope.value(per));
        let text = event_name(self.world.prepared, &trigger.event, self.after.object);
        Cause {
            key: key_text(key.as_ref(), self.world.zone()),
            occurrence: Some(occurrence.clone()),
            text: format!("event {text}").into(),
            span: trigger.span,
        }
    }

    /// Whether a `reenroll` fires (E8).
    pub(super) fn reenrolls(&self, workflow: &Workflow, fired: &Fired) -> bool {
        workflow.reenroll.iter().any(|reenroll| match reenroll {
            Reenroll::Always => fired.occurs.is_some() || fired.turned || fired.date,
            Reenroll::On(trigger) => self.occurs(trigger).is_some(),
            Reenroll::When(condition) => self.turned(condition),
        })
    }

    /// The cause of a re-enrolment that is none of the own triggers.
    pub(super) fn elsewhere(&self, workflow: &Workflow) -> Cause {
        let occurrence = workflow
            .reenroll
            .iter()
            .find_map(|reenroll| match reenroll {
                Reenroll::On(trigger) => self.occurs(trigger),
                _ => None,
            });
        Cause {
            occurrence,
            ..Cause::plain("reenroll", workflow.span)
        }
    }
}

fn key_text(key: Option<&Value>, zone: &TimeZone) -> Arc<str> {
    match key {
        None => "".into(),
        Some(Value::Text(text)) => text.as_str().into(),
        Some(other) => print(other, zone).into(),
    }
}
