//! Breakers: how many may enrol in a window (E17). What is told when one refuses is not known here.

use std::sync::Arc;

use super::draft::Draft;
use super::message::{Address, Body};
use super::rate::Rate;
use crate::model::WorkflowId;
use crate::plan::Workflow;

impl Draft<'_> {
    /// Whether the breaker of a workflow refuses more.
    pub(super) fn is_over_limit(&self, id: WorkflowId, workflow: &Workflow) -> bool {
        let (Some(breaker), Some(rate)) = (&workflow.breaker, self.world.rates.get(&id)) else {
            return false;
        };
        let now = (self.world.now, self.world.zone());
        rate.within(breaker.window, now) >= breaker.most
    }

    /// Has the alert of a breaker raised, unless it was lately.
    pub(super) fn raise(&mut self, id: WorkflowId) {
        let breaker = self.workflow(id).and_then(|plan| plan.breaker.as_ref());
        let now = (self.world.now, self.world.zone());
        let lately =
            |rate: &Arc<Rate>| breaker.is_some_and(|breaker| rate.was_raised(breaker.window, now));
        if !self.world.rates.get(&id).is_some_and(lately) {
            self.forward(Address::Program, Body::OverLimit(id));
        }
    }
}
