//! What is done in a test: inputs, time, expectations.

use super::{Going, Stage};
use crate::base::{Duration, Name, Timestamp};
use crate::engine::message::Switching;
use crate::engine::{Input as Taken, InputBody, Received};
use crate::model::{EventId, WorkflowId};
use crate::plan::test::{Act, Claim, ClaimKind, Input, Placed};
use crate::plan::{Expression, Readers, TargetProperty};
use crate::syntax::ast::test::Switch;

impl Stage<'_> {
    /// Something happens. What the engine refuses has not happened; that is no
    /// failure, and the trace tells it.
    pub(super) fn happens(&mut self, input: &Input, at: &Placed<Act>) -> Going {
        let log = &mut self.scenario.carrier_mut().log;
        log.since = log.told.len();
        match input {
            Input::Create(place, values) => {
                self.create(*place, values);
            }
            Input::Set(place, values) => {
                let (values, ends) = self.taken(self.object(*place), values);
                if !values.is_empty() {
                    self.input(InputBody::Set(self.target(*place), values).into());
                }
                for (association, other) in ends {
                    self.tie((*place, association), other);
                }
            }
            Input::Clear(place, targets) => self.clear(*place, targets),
            other => {
                let body = self.body(other).map_err(|why| {
                    let message = format!("`{}` cannot happen", at.text);
                    self.fails(at, (message, vec![why]), Vec::new())
                })?;
                self.input(body);
            }
        }
        Ok(())
    }

    fn clear(&mut self, place: usize, targets: &[TargetProperty]) {
        let properties = targets.iter().filter_map(|target| match target {
            TargetProperty::Property(id) => Some((*id, None)),
            TargetProperty::Association(_) => None,
        });
        let values: Vec<_> = properties.collect();
        if !values.is_empty() {
            self.input(InputBody::Set(self.target(place), values).into());
        }
        for target in targets {
            if let TargetProperty::Association(id) = target {
                self.tie((place, *id), None);
            }
        }
    }

    /// One input; why it cannot be, if so.
    fn body(&self, input: &Input) -> Result<Taken, String> {
        let gone = || "one of the records is not there".to_owned();
        let body = match input {
            Input::Event(occurrence) => return Ok(self.event(occurrence)),
            Input::Webhook(webhook, body) => return self.webhook(*webhook, body),
            Input::Link(end) => self.link(end).ok_or_else(gone)?,
            Input::Unlink(end) => {
                let (target, other) = self.ends(end).ok_or_else(gone)?;
                let (association, label) = (end.link.hop.association, end.link.label.clone());
                InputBody::Unlink(target, association, other, label)
            }
            Input::Add(place, segment) => InputBody::Member(self.target(*place), *segment, true),
            Input::Remove(place, segment) => {
                InputBody::Member(self.target(*place), *segment, false)
            }
            Input::Enroll(place, workflow) => {
                InputBody::Enroll(self.target(*place), self.workflow(workflow)?)
            }
            Input::Unenroll(place, workflow) => {
                InputBody::Unenroll(self.target(*place), self.workflow(workflow)?)
            }
            Input::Switch(workflow, switch) => {
                InputBody::Switch(self.workflow(workflow)?, switching(*switch))
            }
            Input::Merge(from, into) => InputBody::Merge(self.target(*from), self.target(*into)),
            Input::Delete(place) => InputBody::Delete(self.target(*place)),
            Input::Restore(place) => InputBody::Restore(self.target(*place)),
            // INVARIANT: what is left is done before, or is not run.
            _ => return Err("this version does not run it".to_owned()),
        };
        Ok(body.into())
    }

    fn workflow(&self, name: &Name) -> Result<WorkflowId, String> {
        let catalog = &self.state().prepared().program.catalog;
        let found = catalog.workflow(name);
        found.ok_or_else(|| format!("the program has no workflow `{name}` now"))
    }

    fn webhook(&self, event: EventId, body: &str) -> Result<Taken, String> {
        let readers = Readers::new(&self.state().prepared().program);
        let read = readers.read_text(event, body);
        let (reading, identity) = read.ok_or_else(|| "the body is no JSON".to_owned())?;
        let received = Received {
            key: reading.key,
            fields: reading.fields,
            body: identity,
        };
        Ok(Taken {
            id: reading.id.map(Into::into),
            ..InputBody::Webhook(event, received).into()
        })
    }

    /// Time goes on as a wait does.
    pub(super) fn advance_by(&mut self, amount: Duration, at: &Placed<Act>) -> Going {
        let now = self.scenario.now();
        let usual = self.state().prepared().usual();
        let Some(to) = usual.shift(now, amount, false) else {
            let message = format!("`{}` leads out of all time", at.text);
            return Err(self.fails(at, (message, Vec::new()), Vec::new()));
        };
        self.go_to(to)
    }

    pub(super) fn advance_to(&mut self, moment: &Expression, at: &Placed<Act>) -> Going {
        let value = self.seen().cast.value(moment);
        let to = value.and_then(|value| self.moment(&value));
        match to {
            Some(to) if to >= self.scenario.now() => self.go_to(to),
            other => {
                let message = format!("`{}` does not lead on", at.text);
                let found = match other {
                    Some(_) => {
                        format!("it is {} already", self.seen().instant(self.scenario.now()))
                    }
                    None => "the moment is unknown".to_owned(),
                };
                Err(self.fails(at, (message, vec![found]), Vec::new()))
            }
        }
    }

    /// Lets time pass, with a stop wherever something may change by itself that
    /// must hold at every moment.
    fn go_to(&mut self, to: Timestamp) -> Going {
        loop {
            let stop = self.next_stop().map_or(to, |stop| stop.min(to));
            self.scenario.stop_at(stop);
            self.moment_holds()?;
            if stop >= to {
                return Ok(());
            }
        }
    }

    /// What happens before such an instant may move it.
    fn next_stop(&self) -> Option<Timestamp> {
        let (now, turn) = (self.scenario.now(), self.seen().turns()?);
        let deadline = self.scenario.machine().next_deadline();
        let deadline = deadline.filter(|due| *due > now);
        Some(deadline.map_or(turn, |due| due.min(turn)))
    }

    /// This must hold now.
    pub(super) fn expect(&mut self, claim: &Claim, at: &Placed<Act>) -> Going {
        let seen = self.seen();
        if !seen.holds(claim) {
            let message = format!("`{}` does not hold", at.text);
            let found = seen.found(claim);
            return Err(self.fails(at, (message, found), seen.about(claim)));
        }
        if let (ClaimKind::Sent(sent), false) = (&claim.kind, claim.not) {
            let named = seen.which(sent);
            let log = &mut self.scenario.carrier_mut().log;
            for place in named {
                if let Some(sent) = log.sent.get_mut(place) {
                    sent.named = true;
                }
            }
        }
        Ok(())
    }
}

fn switching(switch: Switch) -> Switching {
    match switch {
        Switch::On => Switching::On,
        Switch::Off => Switching::Off,
        Switch::Pause => Switching::Pause,
        Switch::Resume => Switching::Resume,
    }
}
