//! Links between records. Each end appears together with what is heard
//! through it: an offer, then its acceptance. What comes for the same link
//! meanwhile waits for its turn.

mod turn;

use std::collections::BTreeSet;

use crate::base::{Name, Uid};
use crate::engine::decision::{Change, What};
use crate::engine::draft::Draft;
use crate::engine::hear;
use crate::engine::message::{Address, Answered, Body, Delivery, Request, Writer, labels};
use crate::engine::record::{Heard, LinkEnd, Side, Slot};
use crate::engine::world::World;
use crate::model::AssociationId;

/// The answer to an offer that finds no record of its kind.
pub(super) fn declined(world: World<'_>, delivery: &Delivery, offer: &Request) -> Request {
    let Request::Offer {
        side,
        object,
        heard,
        writer,
        ..
    } = offer
    else {
        return offer.clone();
    };
    let other = match &delivery.to {
        Address::Record(id) => *id,
        _ => heard.record,
    };
    Request::Declined {
        side: hear::opposite(world.prepared, *object, *side),
        other,
        writer: *writer,
    }
}

/// The record that a link is asked for with.
fn other(request: &Request) -> Option<Uid> {
    match request {
        Request::Link { other, .. } => *other,
        Request::Unlink { other, .. } => Some(*other),
        _ => None,
    }
}

impl Draft<'_> {
    pub(super) fn link(&mut self, request: &Request) {
        match request {
            Request::Link { association, .. } | Request::Unlink { association, .. } => {
                let slot = self.slot(*association, other(request));
                if self.is_taken(slot) {
                    self.wait_in(slot, request.clone());
                } else {
                    self.link_now(request);
                }
            }
            Request::InTurn(slot, then) => self.in_turn(*slot, then),
            Request::Offer { object, heard, .. } if *object != self.after.object => {
                self.decline(heard.record, request);
            }
            Request::Offer {
                side,
                label,
                heard,
                writer,
                ..
            } => self.offered((*side, label.as_ref()), heard, *writer),
            Request::Accept {
                side,
                label,
                heard,
                offered,
                writer,
            } => {
                self.take_end((*side, label.as_ref()), heard);
                self.catch_up(*side, heard.record, offered);
                self.reply = writer.map(|writer| (writer, Answered::Done));
                self.link_over(*side, heard.record);
            }
            Request::Declined {
                side,
                other,
                writer,
            } => {
                let refused = Answered::Refused("no_record".into());
                self.reply = writer.map(|writer| (writer, refused));
                self.link_over(*side, *other);
            }
            Request::Unlinked { side, other, label } => {
                self.drop_end(*side, *other, label.as_ref());
            }
            Request::Hear(all) => {
                for (side, heard) in all {
                    self.hear(*side, heard);
                }
            }
            _ => {}
        }
    }

    fn in_turn(&mut self, slot: Slot, then: &Request) {
        if !self.link_now(then) {
            self.next_in(slot);
        }
    }

    fn decline(&mut self, asking: Uid, offer: &Request) {
        self.tell(What::InputRefused("it is no record of that object".into()));
        let declined = declined(self.world, self.delivery, offer);
        let body = Body::Request(Box::new(declined));
        self.forward(Address::Record(asking), body);
    }

    /// Links or unlinks; whether the other record is asked for its end.
    fn link_now(&mut self, request: &Request) -> bool {
        match request {
            Request::Link {
                association,
                other: None,
                writer,
                ..
            } => {
                self.free(*association);
                self.reply = writer.map(|writer| (writer, Answered::Done));
                false
            }
            Request::Link {
                association,
                other: Some(other),
                label,
                writer,
            } => self.offer((*association, *other), label.as_ref(), *writer),
            Request::Unlink {
                association,
                other,
                label,
                writer,
            } => {
                self.unlink(Side::Own(*association), *other, label.as_ref());
                self.reply = writer.map(|writer| (writer, Answered::Done));
                false
            }
            _ => false,
        }
    }

    /// Asks another record to take the other end; whether it has to.
    pub(super) fn offer(
        &mut self,
        (association, other): (AssociationId, Uid),
        label: Option<&Name>,
        writer: Option<Writer>,
    ) -> bool {
        let side = Side::Own(association);
        if self.has((side, label), other) {
            self.reply = writer.map(|writer| (writer, Answered::Done));
            return false;
        }
        let slot = self.slot(association, Some(other));
        self.take_slot(slot);
        let prepared = self.world.prepared;
        let own = self.world.object(self.after.object);
        let request = Request::Offer {
            object: own.associations[association].object,
            side: hear::opposite(prepared, self.after.object, side),
            label: label.cloned(),
            heard: hear::view(prepared, &self.after, side, self.world.now),
            writer,
        };
        self.send(other, request);
        true
    }

    /// Whether it has an end of a link with a record, under a label.
    fn has(&self, (side, label): (Side, Option<&Name>), other: Uid) -> bool {
        let end = self.after.end(side, other);
        end.is_some_and(|end| label.is_none_or(|label| end.labels.contains(label)))
    }

    fn offered(
        &mut self,
        (side, label): (Side, Option<&Name>),
        heard: &Heard,
        writer: Option<Writer>,
    ) {
        self.take_end((side, label), heard);
        let prepared = self.world.prepared;
        let request = Request::Accept {
            side: hear::opposite(prepared, self.after.object, side),
            label: label.cloned(),
            heard: hear::view(prepared, &self.after, side, self.world.now),
            offered: heard.clone(),
            writer,
        };
        self.send(heard.record, request);
    }

    /// Adds an end, or a label to it. A `one` association gives up its old end.
    fn take_end(&mut self, (side, label): (Side, Option<&Name>), heard: &Heard) {
        if let Side::Own(association) = side {
            let many = self.world.object(self.after.object).associations[association].many;
            let old: Vec<Uid> = self.after.links(association).map(|end| end.other).collect();
            let old = old
                .into_iter()
                .filter(|other| *other != heard.record && !many);
            for other in old {
                self.unlink(side, other, None);
            }
            self.touched.associations.insert(association);
            self.change(Change::Ever(association, label.cloned()));
        }
        let known = self.has((side, label), heard.record);
        let old = self.after.end(side, heard.record);
        let mut all: BTreeSet<Name> = old.map(|end| end.labels.clone()).unwrap_or_default();
        all.extend(labels(label));
        self.change(Change::End(LinkEnd {
            side,
            other: heard.record,
            labels: all,
            heard: heard.clone(),
        }));
        // Both records may have asked for it at once.
        if !known {
            self.tell(What::Linked(side, heard.record, label.cloned()));
        }
    }

    /// Tells the other record what has changed since the offer.
    fn catch_up(&mut self, side: Side, other: Uid, offered: &Heard) {
        let prepared = self.world.prepared;
        let heard = hear::view(prepared, &self.after, side, self.world.now);
        if heard != *offered {
            let side = hear::opposite(prepared, self.after.object, side);
            self.send(other, Request::Hear(vec![(side, heard)]));
        }
    }

    /// Removes the link of a `one` association.
    fn free(&mut self, association: AssociationId) {
        let linked: Vec<Uid> = self.after.links(association).map(|end| end.other).collect();
        for other in linked {
            self.unlink(Side::Own(association), other, None);
        }
    }

    /// Removes both ends of a link, or a label of them.
    fn unlink(&mut self, side: Side, other: Uid, label: Option<&Name>) {
        if !self.drop_end(side, other, label) {
            return;
        }
        let request = Request::Unlinked {
            side: hear::opposite(self.world.prepared, self.after.object, side),
            other: self.after.id,
            label: label.cloned(),
        };
        self.send(other, request);
    }

    /// Removes its end of a link, or a label of it; returns whether there was
    /// such a thing.
    fn drop_end(&mut self, side: Side, other: Uid, label: Option<&Name>) -> bool {
        let Some(end) = self.after.end(side, other) else {
            return false;
        };
        match label {
            Some(label) => {
                let mut end = end.clone();
                if !end.labels.remove(label) {
                    return false;
                }
                self.change(Change::End(end));
            }
            None => self.change(Change::NoEnd(side, other)),
        }
        if let Side::Own(association) = side {
            self.touched.associations.insert(association);
        }
        self.tell(What::Unlinked(side, other, label.cloned()));
        true
    }

    pub(super) fn hear(&mut self, side: Side, heard: &Heard) {
        let Some(end) = self.after.end(side, heard.record) else {
            return;
        };
        if end.heard == *heard {
            return;
        }
        let end = LinkEnd {
            heard: heard.clone(),
            ..end.clone()
        };
        self.change(Change::End(end));
        if let Side::Own(association) = side {
            self.touched.associations.insert(association);
        }
    }
}
