//! Time, and the order in which things are done: messages before timers
//! before actions.

use flow::base::Timestamp;
use flow::semantic::hir::{StepKind, Workflow};

use crate::acts::{Act, Trace, What, outcome};
use crate::reference::record::uid;
use crate::reference::{Message, Model, State};

impl<'p> Model<'p> {
    /// Fires what is due, then applies an input.
    pub(crate) fn apply(&mut self, at: Timestamp, act: &Act) {
        self.advance(at);
        self.input(act);
        self.settle();
    }

    /// Fires all timers due at or before an instant, in order (I8).
    pub(crate) fn advance(&mut self, to: Timestamp) {
        while let Some((due, id)) = self.next_timer().filter(|(due, _)| *due <= to) {
            self.now = self.now.max(due);
            self.fire(id);
            self.settle();
        }
        self.now = self.now.max(to);
    }

    pub(super) fn workflow(&self, at: usize) -> &'p Workflow {
        &self.program.workflows[at]
    }

    pub(super) fn is_off(&self, workflow: usize) -> bool {
        self.workflow(workflow).off || self.off.contains(&workflow)
    }

    /// The next timer of a workflow that is not paused.
    fn next_timer(&self) -> Option<(Timestamp, u64)> {
        let timers = self.enrolments.iter().filter_map(|(id, inside)| {
            let (State::Waiting(due, ..) | State::Postponed(due, _)) = inside.state else {
                return None;
            };
            let order = (due, uid(&inside.record), inside.workflow, &inside.key);
            (!self.paused.contains(&inside.workflow)).then_some((order, *id))
        });
        timers.min().map(|((due, ..), id)| (due, id))
    }

    fn fire(&mut self, id: u64) {
        let inside = self.enrolments.get_mut(&id).expect("it waits");
        if let State::Postponed(_, action) = inside.state.clone() {
            inside.state = State::Acting;
            self.actions.push_back((id, action));
            return;
        }
        let message = Message::new(&inside.record, 1, move |_, at| at.done = Some((id, None)));
        self.deliver(message);
    }

    /// Delivers all messages and fires what is due, then carries out the first
    /// action, and so on.
    fn settle(&mut self) {
        loop {
            if let Some(message) = self.queue.pop_front() {
                self.deliver(message);
            } else if let Some((_, id)) = self.next_timer().filter(|(due, _)| *due <= self.now) {
                self.fire(id);
            } else if let Some((id, action)) = self.actions.pop_front() {
                self.attempt(id, action);
            } else {
                return;
            }
        }
    }

    /// Carries an action out, judged again before (A8). Every failure is
    /// final: further attempts are not modelled.
    fn attempt(&mut self, id: u64, action: Trace) {
        let inside = self.enrolments.get(&id);
        let withdrawn = inside.is_none_or(|inside| self.is_off(inside.workflow));
        if let Some(inside) = self.enrolments.get_mut(&id)
            && !withdrawn
            && self.paused.contains(&inside.workflow)
        {
            inside.state = State::Postponed(self.now, action);
            return;
        }
        let What::Action { step, arguments } = &action.what else {
            unreachable!("only actions are carried out");
        };
        let result = outcome("", arguments);
        let told = match &result {
            _ if withdrawn => "withdrawn",
            Ok(()) => "ok",
            Err((_, error)) => error,
        };
        let (what, record) = (What::result(step, told), action.record.clone());
        self.trace.push(Trace { what, ..action });
        let Some(inside) = self.enrolments.get_mut(&id) else {
            return;
        };
        let failure = result.err().filter(|_| !withdrawn);
        if let Some(StepKind::Do(doing)) = inside.step.map(|step| &step.kind)
            && let Some(binding) = &doing.binding
            && !withdrawn
            && failure.is_none()
        {
            inside.bound.push(binding.place);
        }
        let body = move |_: &mut _, at: &mut super::Delivery<'p>| at.done = Some((id, failure));
        self.deliver(Message::new(&record, 1, body));
    }
}
