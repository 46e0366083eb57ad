//! Records that come into being.

use std::sync::Arc;

use crate::base::Uid;
use crate::engine::decision::{Answer, Change, Decision, What};
use crate::engine::draft::Draft;
use crate::engine::input::delete::absent;
use crate::engine::input::write::first_word;
use crate::engine::input::{forward, refuse_step, told};
use crate::engine::message::{
    Address, Answered, Body, Delivery, Keeps, Key, Made, Request, Write, WriteOp, Writer,
};
use crate::engine::record::RecordCell;
use crate::engine::world::World;
use crate::model::{ObjectId, PropertyId, Value};

/// Decides about a record that does not exist: only a creation makes one.
pub(super) fn new_record(world: World<'_>, delivery: &Delivery, request: &Request) -> Decision {
    let (claim, create) = match request {
        Request::Claimed {
            claim, keys, then, ..
        } => (Some((*claim, keys.as_slice())), &**then),
        other => (None, other),
    };
    let (
        Address::Record(id),
        Request::Create {
            object,
            values,
            import,
            made,
        },
    ) = (&delivery.to, create)
    else {
        return absent(world, delivery, request);
    };
    let properties = world.object(*object).properties.len();
    let empty = RecordCell::new(*id, *object, properties, world.now);
    let values = with_defaults(world, &empty, values);
    let mut draft = Draft::new(world, delivery, &empty);
    draft.change(Change::Created {
        object: *object,
        properties,
        at: world.now,
    });
    draft.touched.created = true;
    if let Err(reason) = draft.take(&values) {
        let mut decision = match made {
            Some(made) => {
                let mut decision = Decision::about(delivery.to.clone());
                refuse_step(&mut decision, delivery, (made, &first_word(&reason)));
                decision
            }
            None => told(world, delivery, What::InputRefused(reason.into())),
        };
        give_back(&mut decision, delivery, claim);
        return decision;
    }
    draft.decision.entries.clear();
    draft.tell(What::Created(import.clone()));
    if let Some(import) = import {
        draft.recall_import(import);
    }
    draft.tell_values();
    if let Some((claim, keys)) = claim {
        draft.own(claim, keys);
    }
    match made {
        Some(made) => draft.answer_step(made),
        None => draft.answer(Answer::Created(*id)),
    }
    draft.conclude()
}

/// Frees the values that were claimed for a record that is none.
fn give_back(decision: &mut Decision, delivery: &Delivery, claim: Option<(Uid, &[Key])>) {
    if let Some((claim, keys)) = claim {
        for key in keys {
            let body = Body::Settle {
                claim: Some(claim),
                giver: None,
                owner: None,
                keeps: Keeps::Nothing,
            };
            forward(decision, delivery, Address::Key(key.clone()), body);
        }
    }
}

/// The values that are given, and the defaults of those that are not.
fn with_defaults(world: World<'_>, empty: &RecordCell, given: &[Write]) -> Vec<Write> {
    let defaults = world.prepared.object(empty.object);
    let defaults = defaults.into_iter().flat_map(|plan| &plan.defaults);
    let missing = defaults.filter(|(property, _)| {
        let known = given.iter().find(|write| write.property == *property);
        known.is_none_or(|write| write.value.is_none())
    });
    let missing = missing.map(|(property, _)| Write {
        property: *property,
        op: WriteOp::Clear,
        value: None,
    });
    let given = given.iter().filter(|write| write.value.is_some());
    given.cloned().chain(missing).collect()
}

impl Draft<'_> {
    /// Answers the step that has made the record, and links it as the step
    /// says: each link answers by itself.
    fn answer_step(&mut self, made: &Made) {
        let writer = made.writer;
        let values = self.named_values(writer);
        let to = Address::Record(writer.record);
        self.forward(to, writer.reply(Answered::Made(values)));
        for (association, other) in &made.links {
            self.offer((*association, *other), None, Some(writer));
        }
        if let Some((association, label)) = &made.link {
            let request = Request::Link {
                association: *association,
                other: Some(self.after.id),
                label: label.clone(),
                writer: Some(writer),
            };
            self.send(writer.record, request);
        }
    }

    /// Who the record is, and what the workflow that has made it reads of it,
    /// by place.
    fn named_values(&self, writer: Writer) -> Arc<[Option<Value>]> {
        let read = self
            .world
            .prepared
            .read_of_made(writer.workflow, writer.step);
        let scope = self.now_scope();
        let last = read.iter().map(|property| property.index()).max();
        let mut values = vec![None; last.unwrap_or(0) + 1];
        for property in read.iter().copied().chain([PropertyId::at(0)]) {
            if let Some(slot) = values.get_mut(property.index()) {
                *slot = scope.own(property);
            }
        }
        values.into()
    }

    /// Tells of the first values of a record, in the order of its properties.
    fn tell_values(&mut self) {
        let properties: Vec<_> = properties(self.world, self.after.object);
        for property in properties {
            if let Some(new) = self.after.value(property).cloned() {
                self.tell(What::Wrote {
                    property,
                    old: None,
                    new: Some(new),
                });
            }
        }
    }
}

fn properties(world: World<'_>, object: ObjectId) -> Vec<crate::model::PropertyId> {
    world.object(object).properties.ids().collect()
}
