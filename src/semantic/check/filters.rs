//! The filters of a workflow's triggers: how many there are, and which of them
//! may stand in `reenroll`.

use super::limit::FILTERS;
use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::model::{ObjectId, PropertyId};
use crate::semantic::hir::{EventSource, EventTrigger, Expr, ExprKind, Reenroll, Workflow};
use crate::semantic::types::Checker;

/// What is no source of re-enrolment under `hubspot`, by the names of the
/// package `crm` and `web`.
const LINE_ITEM: &str = "line_item";
const CONSENT: &str = "consent";
const CONSENT_CHANGED: &str = "consent_changed";

impl Checker<'_> {
    /// Counts the single conditions of the triggers; a trigger without any is
    /// one itself.
    pub(super) fn filters_limit(&mut self, workflow: &Workflow) {
        let mut filters = Vec::new();
        for trigger in &workflow.events {
            match &trigger.filter {
                Some(filter) => singles(filter, &mut filters),
                None => filters.push(trigger.span),
            }
        }
        for trigger in &workflow.filters {
            singles(&trigger.condition, &mut filters);
        }
        let schedules = workflow.schedules.iter();
        let dates = workflow.dates.iter();
        let timed = schedules.map(|trigger| (&trigger.when, trigger.span));
        for (when, span) in timed.chain(dates.map(|trigger| (&trigger.when, trigger.span))) {
            match when {
                Some(when) => singles(when, &mut filters),
                None => filters.push(span),
            }
        }
        filters.sort_unstable();
        self.limited(&FILTERS, filters);
    }

    /// What `reenroll` may not read.
    pub(super) fn eligibility(&mut self, workflow: &Workflow) {
        if !self.settings.limits.reenroll_eligibility {
            return;
        }
        for reenroll in &workflow.reenroll {
            let found = match reenroll {
                Reenroll::Always(_) => None,
                Reenroll::On(trigger) => self.ineligible_event(trigger, workflow.object),
                Reenroll::When(condition) => self.ineligible_part(condition),
            };
            if let Some((span, what)) = found {
                self.report(
                    Finding::new(Code::ReenrollSource, span, format!("`reenroll` does not read {what}"))
                        .help("re-enrol by a stored property or an event; or lift the limit: `reenroll_eligibility = false` under `[limits]` in flow.toml"),
                );
            }
        }
    }

    fn ineligible_event(
        &self,
        trigger: &EventTrigger,
        object: ObjectId,
    ) -> Option<(Span, &'static str)> {
        let event = match trigger.event {
            EventSource::Changed(property) => self.ineligible(object, property),
            EventSource::Declared(event) => {
                let consent = self.catalog.events[event].name == CONSENT_CHANGED;
                consent.then_some(CONSENT)
            }
            _ => None,
        };
        let filter = || self.ineligible_part(trigger.filter.as_ref()?);
        event.map(|what| (trigger.span, what)).or_else(filter)
    }

    /// The first part of a condition that reads such a thing.
    fn ineligible_part(&self, condition: &Expr) -> Option<(Span, &'static str)> {
        let of = |part: &Expr| match &part.kind {
            ExprKind::Property(path) => self.ineligible(path.record.object, path.property),
            ExprKind::Quantified(_, path, _) | ExprKind::Aggregate(_, path, ..) => {
                self.ineligible_object(path.object)
            }
            _ => None,
        };
        let part = condition.find(&|part| of(part).is_some())?;
        Some((part.span, of(part)?))
    }

    fn ineligible(&self, object: ObjectId, property: PropertyId) -> Option<&'static str> {
        let property = &self.catalog.objects[object].properties[property];
        match () {
            () if property.computed => Some("computed properties"),
            () if property.name == CONSENT => Some(CONSENT),
            () => self.ineligible_object(object),
        }
    }

    fn ineligible_object(&self, object: ObjectId) -> Option<&'static str> {
        let object = &self.catalog.objects[object];
        match () {
            () if object.activity => Some("activities"),
            () if object.name == LINE_ITEM => Some("line items"),
            () => None,
        }
    }
}

/// The single conditions that a condition is made of.
fn singles(condition: &Expr, into: &mut Vec<Span>) {
    match &condition.kind {
        ExprKind::Logic(..)
        | ExprKind::Not(_)
        | ExprKind::OrUnknown(_)
        | ExprKind::Quantified(..) => {
            for part in condition.children() {
                singles(part, into);
            }
        }
        _ => into.push(condition.span),
    }
}
