//! Claims of unique values. They go from key to key in one order, so that two
//! claims never wait for each other; what comes meanwhile waits.

use crate::base::Uid;
use crate::engine::decision::{Change, Decision, What};
use crate::engine::input::{forward, refuse_step, told};
use crate::engine::message::{Address, Body, Claim, Claimant, Delivery, Keeps, Request};
use crate::engine::state::KeyCell;
use crate::engine::world::World;
use crate::model::PropertyId;

/// Reserves a value for a claim, and sends the claim on or ends it.
pub(super) fn claim(
    world: World<'_>,
    cell: &KeyCell,
    (delivery, claim): (&Delivery, &Claim),
) -> Decision {
    let mut decision = Decision::about(delivery.to.clone());
    if cell.reserved.is_some() {
        decision
            .changes
            .push(Change::Waits(Some(Box::new(delivery.clone()))));
        return decision;
    }
    let mut claim = claim.clone();
    claim.owners.push(cell.owner);
    if is_free(claim.claimant, cell.owner) {
        decision.changes.push(Change::Reserved(Some(claim.id)));
    }
    if let Some(next) = claim.keys.get(claim.owners.len()) {
        let to = Address::Key(next.clone());
        forward(&mut decision, delivery, to, Body::Claim(Box::new(claim)));
        return decision;
    }
    conclude(world, decision, (delivery, claim))
}

/// All values were asked: the record takes them, or none is taken.
fn conclude(
    world: World<'_>,
    mut decision: Decision,
    (delivery, claim): (&Delivery, Claim),
) -> Decision {
    let free: Vec<_> = claim
        .keys
        .iter()
        .zip(&claim.owners)
        .filter(|(_, owner)| is_free(claim.claimant, **owner))
        .map(|(key, _)| key.clone())
        .collect();
    let (record, taken) = verdict(&claim);
    let refused = match (taken, claim.claimant) {
        (Some(_), Claimant::Record(_)) => taken,
        (Some(property), claimant) => {
            match claim.then.made() {
                Some(made) => refuse_step(&mut decision, delivery, (made, "not_unique")),
                None => {
                    let what = refusal(world, &claim, (property, claimant));
                    let reason = told(world, delivery, what);
                    decision.entries = reason.entries;
                    decision.answer = reason.answer;
                }
            }
            for key in &free {
                let body = Body::Settle {
                    claim: Some(claim.id),
                    giver: None,
                    owner: None,
                    keeps: Keeps::Nothing,
                };
                forward(&mut decision, delivery, Address::Key(key.clone()), body);
            }
            return decision;
        }
        (None, _) => None,
    };
    let request = Request::Claimed {
        claim: claim.id,
        keys: free,
        refused,
        then: Box::new(claim.then),
    };
    let body = Body::Request(Box::new(request));
    forward(&mut decision, delivery, Address::Record(record), body);
    decision
}

/// Whether a value can be the claimant's: nobody's, or its own already.
fn is_free(claimant: Claimant, owner: Option<Uid>) -> bool {
    match (claimant, owner) {
        (_, None) => true,
        (Claimant::Record(id), Some(owner)) => id == owner,
        _ => false,
    }
}

/// For which record the values are, and the property whose value is another's.
fn verdict(claim: &Claim) -> (Uid, Option<PropertyId>) {
    let owned = claim.keys.iter().zip(&claim.owners);
    let mut owned = owned.filter_map(|(key, owner)| Some((key.property, (*owner)?)));
    match claim.claimant {
        Claimant::New(id) => (id, owned.next().map(|(property, _)| property)),
        Claimant::Record(id) => {
            let other = owned.find(|(_, owner)| *owner != id);
            (id, other.map(|(property, _)| property))
        }
        Claimant::Either(new) => match owned.next() {
            None => (new, None),
            Some((_, first)) => {
                let other = owned.find(|(_, owner)| *owner != first);
                (first, other.map(|(property, _)| property))
            }
        },
    }
}

fn refusal(world: World<'_>, claim: &Claim, (property, by): (PropertyId, Claimant)) -> What {
    let object = match &claim.then {
        Request::Create { object, .. } => world.object(*object),
        _ => return What::InputRefused("not_unique".into()),
    };
    let name = &object.properties[property].name;
    let text = match by {
        Claimant::Either(_) => format!("its unique values name two records (`{name}`)"),
        _ => format!("another {} has this `{name}`", object.name),
    };
    What::InputRefused(text.into())
}

/// Ends a claim, and lets what waited for it come again.
pub(super) fn settle(
    cell: &KeyCell,
    delivery: &Delivery,
    (claim, giver): (Option<Uid>, Option<Uid>),
    (owner, keeps): (Option<Uid>, Keeps),
) -> Decision {
    let mut decision = Decision::about(delivery.to.clone());
    let void = match claim {
        Some(_) => cell.reserved != claim,
        None => cell.owner != giver,
    };
    if void {
        return decision;
    }
    // What leads to a record for ever does so whatever its own value is.
    if !cell.forever || owner.is_some() {
        decision.changes.push(Change::Owner(owner));
    }
    match keeps {
        Keeps::Forever => decision.changes.push(Change::Forever),
        Keeps::Former if !cell.forever => decision.changes.push(Change::Former(giver)),
        Keeps::Former | Keeps::Nothing => {}
    }
    if owner.is_some() && owner == cell.former {
        decision.changes.push(Change::Former(None));
    }
    if claim.is_none() {
        return decision;
    }
    decision.changes.push(Change::Reserved(None));
    if !cell.waiting.is_empty() {
        decision.changes.push(Change::Waits(None));
    }
    for waiting in &cell.waiting {
        // It comes as it was: its identity and its sender are its own.
        decision.messages.push(waiting.clone());
    }
    decision
}
