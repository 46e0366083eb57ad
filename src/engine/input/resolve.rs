//! On the way to a record: ids that were seen before (I3), records that are
//! named by unique values.

use crate::base::Timestamp;
use crate::engine::decision::{Change, Decision, What};
use crate::engine::draft::Draft;
use crate::engine::input::{asked, forward, told};
use crate::engine::message::{Address, Answered, Body, Delivery, Request, Target};
use crate::engine::state::KeyCell;
use crate::engine::world::World;
use crate::model::ObjectId;

/// Lets an input in whose id is new.
pub(super) fn admit(
    world: World<'_>,
    until: Option<Timestamp>,
    (delivery, seconds): (&Delivery, i64),
    (to, then): (&Address, &Body),
) -> Decision {
    if until.is_some_and(|until| world.now <= until) {
        return told(world, delivery, What::Duplicate);
    }
    let mut decision = Decision::about(delivery.to.clone());
    let until = world
        .now
        .checked_add(std::time::Duration::from_secs(seconds.unsigned_abs()))
        .unwrap_or(Timestamp::MAX);
    decision.changes.push(Change::Seen(until));
    forward(&mut decision, delivery, to.clone(), then.clone());
    decision
}

/// Finds the record that has this value, then the next one that is named.
pub(super) fn resolve(world: World<'_>, cell: &KeyCell, delivery: &Delivery) -> Decision {
    let mut decision = Decision::about(delivery.to.clone());
    if cell.reserved.is_some() {
        decision
            .changes
            .push(Change::Waits(Some(Box::new(delivery.clone()))));
        return decision;
    }
    let (Body::Resolve { keys, found, then }, Address::Key(key)) = (&delivery.body, &delivery.to)
    else {
        return decision;
    };
    // A deleted record is found by what was its own.
    let former = cell.former.filter(|_| **then == Request::Restore);
    let Some(owner) = former.or(cell.owner) else {
        if then.writer().is_some() {
            not_found(&mut decision, delivery, then);
            return decision;
        }
        let asked = asked(world, then);
        return told(world, delivery, What::NoRecord(key.value.clone(), asked));
    };
    let mut found = found.clone();
    found.push(owner);
    let mut rest = keys.iter().skip(1);
    // Those that are named by their identity need no cell to find them.
    let next = rest.clone().position(|target| match target {
        Target::Id(..) => false,
        Target::Key(_) => true,
    });
    let known = next.unwrap_or(rest.len());
    for target in rest.by_ref().take(known) {
        if let Target::Id(_, id) = target {
            found.push(*id);
        }
    }
    let keys: Vec<Target> = rest.cloned().collect();
    let (to, body) = route(keys, found, then.clone());
    forward(&mut decision, delivery, to, body);
    decision
}

/// Tells a step that there is no such record, so that it is skipped.
pub(super) fn not_found(decision: &mut Decision, delivery: &Delivery, then: &Request) {
    if let Some(writer) = then.writer() {
        let skipped = writer.reply(Answered::Skipped("no_record".into()));
        forward(decision, delivery, Address::Record(writer.record), skipped);
    }
}

impl Draft<'_> {
    /// It is the record that a step means: the record of the step is told so.
    pub(super) fn found(&mut self, object: ObjectId, then: &Request) {
        let mut then = then.clone();
        let Some(writer) = then.writer() else { return };
        if object != self.after.object {
            return not_found(&mut self.decision, self.delivery, &then);
        }
        then.point_at(self.after.id);
        let body = Body::Request(Box::new(then));
        self.forward(Address::Record(writer.record), body);
    }
}

/// Where an input goes next: to the first cell that finds a record, or to the
/// record that it is for, which is the last that is found.
pub(in crate::engine) fn route(
    keys: Vec<Target>,
    found: Vec<crate::base::Uid>,
    mut then: Box<crate::engine::message::Request>,
) -> (Address, Body) {
    if let Some(Target::Key(key)) = keys.first() {
        let to = Address::Key(key.clone());
        return (to, Body::Resolve { keys, found, then });
    }
    if let [other, .., _] = found.as_slice() {
        then.point_at(*other);
    }
    let nobody = || crate::base::Uid::of(&[]);
    let to = found.last().copied().unwrap_or_else(nobody);
    (Address::Record(to), Body::Request(then))
}
