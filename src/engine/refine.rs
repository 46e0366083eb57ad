//! Refinements of triggers: how often an event happened, and when (E14). Each
//! occurrence is judged once, when it is accepted. What lies within bounds is
//! worked out in `evaluate/count.rs`.

use std::sync::Arc;

use super::decision::Change;
use super::draft::Draft;
use super::enrolment::Occurrence;
use super::evaluate::{Bounds, Scope, of_day};
use super::prepared::{Bound, Refined};
use super::record::CounterId;
use crate::base::day_of;
use crate::model::WorkflowId;
use crate::plan::EventTrigger;
use crate::semantic::hir::EventSource;

impl<'w> Draft<'w> {
    /// Counts the events of the delivery: for the triggers that count them, and
    /// for the conditions that look back.
    pub(super) fn count(&mut self) {
        if self.turns_nothing() {
            return;
        }
        let prepared = self.world.prepared;
        let concerns = &prepared.concerns;
        for place in concerns.counting(self.after.object, &self.touched, self) {
            let Some(refined) = prepared.refined.get(place) else {
                continue;
            };
            let Some(trigger) = self.counts(refined) else {
                continue;
            };
            self.timetable = prepared.timetable(refined.workflow);
            if let Some(occurrence) = self.occurs(trigger) {
                let id = CounterId::try_from(place).unwrap_or(CounterId::MAX);
                self.counted((id, refined.bound), trigger, &occurrence);
            }
        }
        self.timetable = prepared.usual();
        self.recall_event();
    }

    /// The trigger, where the delivery may bring what it counts.
    fn counts(&self, refined: &Refined) -> Option<&'w EventTrigger> {
        let brings = match (&refined.event, &self.touched.event) {
            (Some(event), Some(EventSource::Declared(own))) => event == own,
            (Some(_), _) => false,
            (None, _) => true,
        };
        let workflow = self.workflow(refined.workflow).filter(|_| brings)?;
        let is_own = workflow.object == self.after.object;
        workflow.events.get(refined.trigger).filter(|_| is_own)
    }

    fn counted(
        &mut self,
        (id, bound): (CounterId, Bound),
        trigger: &EventTrigger,
        occurrence: &Arc<Occurrence>,
    ) {
        let old = self.after.counters.get(&id);
        let mut counter = old.cloned().unwrap_or_default();
        let scope = self.scope_of_counts();
        let bounds = Bounds {
            scope: &scope,
            refinements: &trigger.refinements,
        };
        bounds.count(bound, &mut counter, occurrence.occurred_at);
        // Nothing of it lies within bounds that do not move.
        if bound == Bound::Fixed && old.map_or(0, |old| old.total) == counter.total {
            return;
        }
        self.change(Change::Counter(id, counter));
    }

    /// Counts by day are in the zone of the project (D1).
    fn scope_of_counts(&self) -> Scope<'_> {
        Scope {
            timetable: self.world.prepared.usual(),
            ..self.now_scope()
        }
    }

    /// Whether an occurrence of a trigger that passed its filter passes its
    /// refinements too.
    pub(super) fn refined(
        &self,
        (workflow, place): (WorkflowId, usize),
        trigger: &EventTrigger,
        occurrence: &Occurrence,
    ) -> bool {
        if trigger.refinements.is_empty() {
            return true;
        }
        let all = &self.world.prepared.refined;
        let found = all.binary_search_by_key(&(workflow, place), |refined| {
            (refined.workflow, refined.trigger)
        });
        let Some((id, refined)) = found.ok().and_then(|id| Some((id, all.get(id)?))) else {
            return false;
        };
        let zone = self.world.prepared.zone();
        let this = match refined.bound {
            Bound::Days => of_day(day_of(occurrence.occurred_at, zone), zone),
            _ => Some((occurrence.occurred_at, occurrence.occurred_at)),
        };
        let id = CounterId::try_from(id).unwrap_or(CounterId::MAX);
        let scope = self.scope_of_counts();
        let bounds = Bounds {
            scope: &scope,
            refinements: &trigger.refinements,
        };
        let counter = self.after.counters.get(&id);
        this.is_some_and(|this| bounds.passes(this))
            && bounds.enough(counter.map_or(0, |counter| bounds.number(counter)))
    }
}
