//! One delivery: its body changes the record, others hear of it, workflows are
//! considered, enrolments go on.

use flow::model::compute::{Operator, arithmetic};
use flow::model::{PropertyId, Type, Value};
use flow::semantic::hir::EventSource;
use flow::syntax::ast::SetOp;

use crate::reference::eval::{Env, same};
use crate::reference::{Cause, Delivery, Failure, Message, Model, Occurrence, State, Ticket};

impl<'p> Model<'p> {
    /// Puts a message in the queue.
    pub(super) fn send(
        &mut self,
        to: &str,
        chain: u32,
        body: impl FnOnce(&mut Self, &mut Delivery<'p>) + 'p,
    ) {
        self.queue.push_back(Message::new(to, chain, body));
    }

    pub(super) fn deliver(&mut self, message: Message<'p>) {
        let Message { to, chain, body } = message;
        let mut delivery = Delivery {
            before: self.records.get(&to).cloned(),
            to,
            chain,
            occurrences: Vec::new(),
            cause: Cause::Change,
            reply: None,
            done: None,
        };
        body(self, &mut delivery);
        self.tell(&delivery);
        self.queue.extend(delivery.reply.take());
        let occurred = self.occurred(&delivery);
        delivery.occurrences.extend(occurred);
        self.count(&delivery);
        let (begun, moved) = self.consider(&delivery);
        if let Some((id, failure)) = delivery.done.take() {
            self.finish(id, failure, chain);
        }
        for id in moved.into_iter().chain(begun) {
            self.go_on(id, chain);
        }
    }

    /// Linked records hear of a change.
    fn tell(&mut self, at: &Delivery<'p>) {
        let (before, view) = (at.before.as_ref(), self.records[&at.to].view());
        if before.is_none_or(|before| before.view() == view) {
            return;
        }
        let mut told: Vec<&String> = Vec::new();
        for end in &view.ends {
            if !told.contains(&&end.other) {
                told.push(&end.other);
                let view = view.clone();
                self.send(&end.other, at.chain + 1, move |model, at| {
                    model.record(&at.to).hear(&view);
                });
            }
        }
    }

    /// One answer less to wait for; with the last the enrolment goes on.
    pub(super) fn answer(&mut self, at: &mut Delivery<'p>, ticket: Ticket, why: Option<Failure>) {
        let Some((id, writer)) = ticket else { return };
        if writer != at.to {
            let ticket = Some((id, writer.clone()));
            let body = move |model: &mut Self, at: &mut _| model.answer(at, ticket, why);
            at.reply = Some(Message::new(&writer, at.chain, body));
        } else if let Some(inside) = self.enrolments.get_mut(&id) {
            inside.failure = inside.failure.take().or(why);
            if let State::Parked(left) = &mut inside.state {
                *left -= 1;
                at.done = (*left == 0).then(|| (id, inside.failure.take()));
            }
        }
    }

    /// What is known no more becomes the default.
    pub(super) fn put(&mut self, to: &str, id: PropertyId, value: Option<Value>) {
        let (now, object) = (self.now, self.records[to].object);
        let ty = &self.program.catalog.objects[object].properties[id].ty;
        let value = value.or_else(|| self.default(object, id));
        let record = self.record(to);
        match (record.values.get(&id), value) {
            (None, None) => return,
            (Some(held), Some(value)) if same(held, &value, ty) => return,
            (_, Some(value)) => drop(record.values.insert(id, value)),
            (_, None) => drop(record.values.remove(&id)),
        }
        record.updated = now;
    }

    /// What a step writes, computed where it is applied; or why it fails. No
    /// operator clears.
    pub(super) fn write(
        &mut self,
        to: &str,
        id: PropertyId,
        op: Option<SetOp>,
        operand: Option<Value>,
    ) -> Option<Failure> {
        let record = &self.records[to];
        let ty = &self.program.catalog.objects[record.object].properties[id].ty;
        let value = match (op, record.values.get(&id), ty) {
            (None, ..) => self.default(record.object, id),
            (Some(SetOp::Assign), ..) => operand,
            (Some(SetOp::Add), None, Type::Set(_)) => operand,
            (Some(op), held, _) => held
                .zip(operand)
                .and_then(|(held, by)| self.moved(op, held, &by)),
        };
        let refused = self.refused(record, id, value.as_ref());
        if refused.is_none() {
            self.put(to, id, value);
        }
        refused.map(|why| (None, why.to_owned()))
    }

    fn moved(&self, op: SetOp, held: &Value, by: &Value) -> Option<Value> {
        if let (Value::Set(held), Value::Set(by)) = (held, by) {
            let mut members = held.clone();
            members.retain(|member| !by.contains(member));
            members.extend(by.iter().filter(|_| op == SetOp::Add));
            members.sort_unstable();
            return Some(Value::Set(members));
        }
        let op = [Operator::Subtract, Operator::Add][usize::from(op == SetOp::Add)];
        arithmetic(op, held, by, &self.program.settings.zone).ok()?
    }

    /// What has occurred: creation or changes, membership.
    fn occurred(&self, delivery: &Delivery) -> Vec<Occurrence> {
        let after = self.env(&self.records[&delivery.to]);
        let before = delivery.before.as_ref().map(|before| self.env(before));
        let new = |source| Occurrence::new(source, self.now);
        let mut found = Vec::new();
        let Some(before) = before else {
            found.push(new(EventSource::Created));
            return self.joined(found, None, &after);
        };
        let object = &self.program.catalog.objects[after.this.object];
        let properties = object.properties.iter();
        for (id, _) in properties.filter(|(_, property)| !property.builtin) {
            let old = before.property(before.this, id);
            let now = after.property(after.this, id);
            if old != now {
                let mut occurrence = new(EventSource::Changed(id));
                (occurrence.old, occurrence.new) = (old, now);
                found.push(occurrence);
            }
        }
        self.joined(found, Some(before), &after)
    }

    fn joined(
        &self,
        mut found: Vec<Occurrence>,
        before: Option<Env<'_>>,
        after: &Env<'_>,
    ) -> Vec<Occurrence> {
        for (id, segment) in self.program.catalog.segments.iter() {
            let was = before.is_some_and(|before| before.inside(id));
            let source = match (was, after.inside(id)) {
                _ if segment.object != after.this.object => continue,
                (false, true) => EventSource::Joined(id),
                (true, false) => EventSource::Left(id),
                _ => continue,
            };
            found.push(Occurrence::new(source, self.now));
        }
        found
    }
}
