//! The occurrences that a delivery is or brings about, as event triggers speak of
//! them (E3). What follows from one is not known here.

use std::sync::Arc;

use crate::engine::draft::Draft;
use crate::engine::enrolment::Occurrence;
use crate::engine::evaluate::{Scope, folded};
use crate::model::Type;
use crate::model::compute::equal;
use crate::plan::{EventTrigger, Expression};
use crate::semantic::hir::EventSource;

impl Draft<'_> {
    /// The occurrence that a trigger speaks of, if this delivery is one.
    pub(in crate::engine) fn occurs(&self, trigger: &EventTrigger) -> Option<Arc<Occurrence>> {
        let occurrence = self.happens(trigger, &self.now_scope())?;
        let passes = trigger.filter.as_ref().is_none_or(|filter| {
            let scope = Scope {
                occurrence: Some(&occurrence),
                ..self.now_scope()
            };
            scope.holds(filter)
        });
        passes.then_some(occurrence)
    }

    /// The occurrence of the event that a trigger names, from and to the values
    /// that it names, whatever its condition says.
    pub(in crate::engine) fn happens(
        &self,
        trigger: &EventTrigger,
        scope: &Scope<'_>,
    ) -> Option<Arc<Occurrence>> {
        let occurrence = self.occurrence(&trigger.event)?;
        let is = |value: &Option<Expression>, place: usize| {
            value.as_ref().is_none_or(|value| {
                let wanted = scope.value(value);
                let found = occurrence.values.get(place).cloned().flatten();
                let address = self.is_address(&trigger.event);
                let fold = |value| if address { folded(value) } else { value };
                let (wanted, found) = (wanted.map(fold), found.map(fold));
                matches!((wanted, found), (Some(a), Some(b)) if equal(&a, &b))
            })
        };
        (is(&trigger.from, 0) && is(&trigger.to, 1)).then_some(occurrence)
    }

    /// Whether an event is the change of an address, which is the same in any
    /// case.
    fn is_address(&self, event: &EventSource) -> bool {
        let object = self.world.object(self.after.object);
        matches!(event, EventSource::Changed(id) if object.properties[*id].ty == Type::Email)
    }

    /// An event of this delivery: the one that it brings, or one that follows
    /// from what it changed.
    fn occurrence(&self, event: &EventSource) -> Option<Arc<Occurrence>> {
        let created = self.touched.created;
        let values = match event {
            EventSource::Declared(_) | EventSource::ActionFailed => {
                let occurrence = self.occurrence.as_ref()?;
                return (occurrence.event == *event).then(|| occurrence.clone());
            }
            EventSource::Created if created => Vec::new(),
            EventSource::Changed(property) if !created => {
                if !self.touched.properties.contains(property) {
                    return None;
                }
                let old = self.before_scope().own(*property);
                let new = self.now_scope().own(*property);
                let unlooked = self.unlooked_scope();
                let by_time = unlooked.is_none_or(|scope| scope.own(*property) == new);
                if old == new || !by_time {
                    return None;
                }
                vec![old, new]
            }
            EventSource::Joined(segment) | EventSource::Left(segment) => {
                let usual = |scope: Scope<'_>| {
                    let timetable = self.world.prepared.usual();
                    // It is the same segment for all who hear of it (D1).
                    Scope { timetable, ..scope }.in_segment(*segment) == Some(true)
                };
                let was = !created && usual(self.before_scope());
                let is = usual(self.now_scope());
                let by_time = self.is_by_time(|scope| usual(scope) == is);
                let joins = matches!(event, EventSource::Joined(_));
                if was == is || is != joins || !by_time {
                    return None;
                }
                Vec::new()
            }
            EventSource::Created | EventSource::Changed(_) => return None,
        };
        Some(Arc::new(Occurrence {
            event: event.clone(),
            id: self.delivery.id.to_string().into(),
            occurred_at: self.delivery.occurred_at.unwrap_or(self.world.now),
            accepted_at: self.world.now,
            values,
        }))
    }
}
