//! The timetables of workflows: in which zone their days are, what business
//! time is, and when their actions may run. Nothing is held up here.

use crate::base::TimeZone;
use crate::model::{Closed, PropertyId, Timetable, WorkflowId};
use crate::plan::{ActionHours, Program, Workflow};

/// The timetables of a program.
#[derive(Debug)]
pub(super) struct Timetables {
    usual: Timetable,
    /// By workflow, older versions behind the workflows.
    workflows: Vec<OfWorkflow>,
}

#[derive(Debug)]
struct OfWorkflow {
    business: Timetable,
    actions: Option<Timetable>,
    zone_of: Option<PropertyId>,
}

impl Timetables {
    pub(super) fn of(program: &Program) -> Self {
        let plans = program.plans();
        Timetables {
            usual: Timetable::usual(program.settings.zone.clone(), Vec::new()),
            workflows: plans.map(|plan| OfWorkflow::of(program, plan)).collect(),
        }
    }

    pub(super) fn usual(&self) -> &Timetable {
        &self.usual
    }

    pub(super) fn of_workflow(&self, id: WorkflowId) -> &Timetable {
        let of = self.workflows.get(id.index());
        of.map_or(&self.usual, |of| &of.business)
    }

    pub(super) fn of_actions(&self, id: WorkflowId) -> Option<(&Timetable, Option<PropertyId>)> {
        let of = self.workflows.get(id.index())?;
        Some((of.actions.as_ref()?, of.zone_of))
    }
}

impl OfWorkflow {
    fn of(program: &Program, plan: &Workflow) -> Self {
        let none = ActionHours::default();
        let hours = plan.hours.as_ref().unwrap_or(&none);
        let zone = zone(program, hours);
        let closed = closed(program, hours);
        let calendar = hours.calendar.into_iter().flat_map(|(id, spread)| {
            let calendar = program.calendars.get(id.index());
            let open = calendar.into_iter().flat_map(|calendar| &calendar.open);
            open.map(move |opening| (opening.clone(), spread))
        });
        let open: Vec<_> = calendar.chain(hours.open.iter().cloned()).collect();
        let (business, actions) = match (open.is_empty(), closed.is_empty()) {
            (false, _) => {
                let own = Timetable::new(zone, open, closed);
                (own.clone(), Some(own))
            }
            (true, false) => {
                let daily = Timetable::daily(zone.clone(), closed.clone());
                (Timetable::usual(zone, closed), Some(daily))
            }
            (true, true) => (Timetable::usual(zone, closed), None),
        };
        OfWorkflow {
            business,
            actions,
            zone_of: hours.zone_of,
        }
    }
}

/// The workflow's zone, else its calendar's, else the project's (D1).
fn zone(program: &Program, hours: &ActionHours) -> TimeZone {
    let calendar = hours
        .calendar
        .and_then(|(id, _)| program.calendars.get(id.index()));
    let zone = hours.zone.as_ref();
    let zone = zone.or_else(|| calendar?.zone.as_ref());
    zone.map_or_else(|| program.settings.zone.clone(), |zone| zone.zone.clone())
}

/// The closed days of its calendar, and its own.
fn closed(program: &Program, hours: &ActionHours) -> Vec<Closed> {
    let calendar = hours
        .calendar
        .and_then(|(id, _)| program.calendars.get(id.index()));
    let days = calendar.into_iter().flat_map(|calendar| &calendar.closed);
    days.chain(&hours.closed).copied().collect()
}
