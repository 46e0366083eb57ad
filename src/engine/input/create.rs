//! Records that come into being.

use crate::base::Uid;
use crate::engine::decision::{Answer, Change, Decision, What};
use crate::engine::draft::Draft;
use crate::engine::input::{asked, forward, link, told};
use crate::engine::message::{Address, Body, Delivery, Key, Request, Write, WriteOp};
use crate::engine::record::RecordCell;
use crate::engine::world::World;
use crate::model::ObjectId;

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
        },
    ) = (&delivery.to, create)
    else {
        let name = match &delivery.to {
            Address::Record(id) => id.to_string(),
            _ => String::new(),
        };
        let asked = asked(world, request);
        let mut decision = told(world, delivery, What::NoRecord(name.into(), asked));
        if let Request::Offer { heard, .. } = request {
            let (to, declined) = (heard.record, link::declined(world, delivery, request));
            let body = Body::Request(Box::new(declined));
            forward(&mut decision, delivery, Address::Record(to), body);
        }
        return decision;
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
        return refused(world, delivery, (reason, claim));
    }
    draft.decision.entries.clear();
    draft.tell(What::Created(import.clone()));
    draft.tell_values();
    if let Some((claim, keys)) = claim {
        draft.own(claim, keys);
    }
    draft.answer(Answer::Created(*id));
    draft.conclude()
}

fn refused(
    world: World<'_>,
    delivery: &Delivery,
    (reason, claim): (String, Option<(Uid, &[Key])>),
) -> Decision {
    let mut decision = told(world, delivery, What::InputRefused(reason.into()));
    if let Some((claim, keys)) = claim {
        for key in keys {
            let body = Body::Settle {
                claim: Some(claim),
                giver: None,
                owner: None,
            };
            forward(&mut decision, delivery, Address::Key(key.clone()), body);
        }
    }
    decision
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
