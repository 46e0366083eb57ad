//! Records that are deleted, and restored (L4). A deleted record keeps what it
//! was; what others know of it goes: its links, and its unique values, which
//! another record may take.

use std::collections::BTreeSet;

use crate::base::{Name, Uid};
use crate::engine::decision::{Change, Decision, Reason, What};
use crate::engine::draft::Draft;
use crate::engine::hear;
use crate::engine::input::resolve::not_found;
use crate::engine::input::{asked, forward, link, told};
use crate::engine::message::{Address, Answered, Body, Delivery, Keeps, Key, Request};
use crate::engine::record::{Gone, Heard, LinkEnd, RecordCell, Side, Tied};
use crate::engine::world::World;

/// Decides about a record that is gone.
pub(super) fn gone(
    world: World<'_>,
    (cell, gone): (&RecordCell, &Gone),
    (delivery, request): (&Delivery, &Request),
) -> Decision {
    match (gone, request) {
        (Gone::Merged { into, .. }, _) => {
            let mut decision = Decision::about(delivery.to.clone());
            decision.object = Some(cell.object);
            forward(
                &mut decision,
                delivery,
                Address::Record(*into),
                delivery.body.clone(),
            );
            decision
        }
        // What was under way is told, and what it has had comes back.
        (
            Gone::Deleted { .. },
            Request::Restore
            | Request::Claimed { .. }
            | Request::Attempt(_)
            | Request::Finished(..)
            | Request::Due { .. }
            | Request::Reply { .. }
            | Request::Unlinked { .. }
            | Request::Hear(_)
            | Request::Went(_),
        ) => {
            let mut draft = Draft::new(world, delivery, cell);
            if matches!(request, Request::Restore | Request::Claimed { .. }) {
                draft.answer(crate::engine::decision::Answer::Accepted(cell.id));
            }
            draft.decide(request)
        }
        (Gone::Deleted { .. }, _) => absent(world, delivery, request),
    }
}

/// Answers for a record that is not there: who waits for it is told so.
pub(super) fn absent(world: World<'_>, delivery: &Delivery, request: &Request) -> Decision {
    let own = match &delivery.to {
        Address::Record(id) => *id,
        _ => Uid::of(&[]),
    };
    let mut decision = Decision::about(delivery.to.clone());
    let mut answer = |to: Uid, request: Request| {
        let body = Body::Request(Box::new(request));
        forward(&mut decision, delivery, Address::Record(to), body);
    };
    match request {
        Request::Offer { heard, .. } => {
            answer(heard.record, link::declined(world, delivery, request));
        }
        Request::Rejoin {
            heard,
            back,
            known_as,
            ..
        } => answer(
            heard.record,
            Request::Unlinked {
                side: *back,
                other: *known_as,
                label: None,
            },
        ),
        Request::Yield { to, .. } => answer(*to, Request::NotMerged("no_record".into())),
        Request::Find { then, .. } => not_found(&mut decision, delivery, then),
        _ => match request.writer() {
            Some(writer) => {
                let refused = Answered::Refused("no_record".into());
                let to = Address::Record(writer.record);
                forward(&mut decision, delivery, to, writer.reply(refused));
            }
            None => {
                let asked = asked(world, request);
                return told(
                    world,
                    delivery,
                    What::NoRecord(own.to_string().into(), asked),
                );
            }
        },
    }
    if let Request::Offer { .. } = request {
        let asked = asked(world, request);
        let told = told(
            world,
            delivery,
            What::NoRecord(own.to_string().into(), asked),
        );
        (decision.entries, decision.answer) = (told.entries, told.answer);
    }
    decision
}

impl Draft<'_> {
    /// Lets a request come again while something else is under way here.
    pub(super) fn again(&mut self, request: &Request) {
        self.decision.answer = None;
        let body = Body::Request(Box::new(request.clone()));
        self.forward(Address::Record(self.after.id), body);
    }

    /// Deletes the record: it leaves every workflow, and nobody knows it.
    pub(super) fn delete(&mut self, request: &Request) {
        if !self.after.is_settled() {
            self.again(request);
            return;
        }
        self.tell(What::Deleted);
        for enrolment in self.in_order(|_| true) {
            self.leave(enrolment, Reason::Deleted);
        }
        self.withdraw_all_put_back(Reason::Deleted.word());
        let ends: Vec<LinkEnd> = self.after.ends.iter().map(|end| (**end).clone()).collect();
        for end in &ends {
            let request = Request::Unlinked {
                side: hear::opposite(self.world.prepared, self.after.object, end.side),
                other: self.after.id,
                label: None,
            };
            self.send(end.other, request);
        }
        for key in self.own_keys() {
            let body = Body::Settle {
                claim: None,
                giver: Some(self.after.id),
                owner: None,
                keeps: Keeps::Former,
            };
            self.forward(Address::Key(key), body);
        }
        let links = ends.into_iter().map(|end| Tied {
            side: end.side,
            other: end.other,
            labels: end.labels,
        });
        self.change(Change::Deleted(links.collect()));
    }

    /// Brings a deleted record back, with its unique values if nobody else has
    /// one of them by now. It is in no workflow, and nothing turns true by it
    /// (E2).
    pub(super) fn restore(&mut self, request: &Request, claimed: bool) {
        let Some(Gone::Deleted { links, .. }) = self.after.gone.as_deref() else {
            return self.refuse("it is not deleted".to_owned());
        };
        let (links, keys) = (links.clone(), self.own_keys());
        if !claimed && !keys.is_empty() {
            self.claim(keys, request.clone());
            return;
        }
        self.rebased = true;
        self.change(Change::Restored);
        self.tell(What::Restored);
        self.rejoin(&links, None);
    }

    /// Takes ends of links, and asks each other record for its own: in place of
    /// that of a record that was merged, or where nothing has taken its place.
    /// Each hears of all.
    pub(super) fn rejoin(&mut self, links: &[Tied], instead_of: Option<Uid>) {
        let prepared = self.world.prepared;
        for tied in links {
            let known = self.after.end(tied.side, tied.other);
            let heard = known.map(|end| end.heard.clone());
            self.change(Change::End(LinkEnd {
                side: tied.side,
                other: tied.other,
                labels: tied.labels.clone(),
                heard: heard.unwrap_or_else(|| Heard::nothing(tied.other)),
            }));
        }
        for tied in links {
            let request = Request::Rejoin {
                side: hear::opposite(prepared, self.after.object, tied.side),
                back: tied.side,
                instead_of,
                known_as: tied.other,
                labels: tied.labels.clone(),
                heard: hear::view(prepared, &self.after, tied.side, self.world.now),
            };
            self.send(tied.other, request);
        }
    }

    /// Takes its end of a link with a record that was restored, or that
    /// another one was merged into.
    pub(super) fn rejoined(
        &mut self,
        (side, back): (Side, Side),
        (instead_of, labels): (Option<Uid>, &BTreeSet<Name>),
        (known_as, heard): (Uid, &Heard),
    ) {
        let is_linked = self.after.end(side, heard.record).is_some();
        let held = instead_of.and_then(|old| self.after.end(side, old));
        let free = match instead_of {
            Some(_) => held.is_some() || is_linked,
            None => is_linked || self.has_room(side),
        };
        if !free {
            let request = Request::Unlinked {
                side: back,
                other: known_as,
                label: None,
            };
            self.send(heard.record, request);
            return;
        }
        if let (Some(old), true) = (instead_of, held.is_some()) {
            self.change(Change::NoEnd(side, old));
            self.tell(What::Unlinked(side, old, None));
        }
        let own = self.after.end(side, heard.record);
        let known = own.is_some();
        let mut all = own.map(|end| end.labels.clone()).unwrap_or_default();
        all.extend(labels.iter().cloned());
        self.change(Change::End(LinkEnd {
            side,
            other: heard.record,
            labels: all,
            heard: heard.clone(),
        }));
        if let Side::Own(association) = side {
            self.touched.associations.insert(association);
        }
        if !known {
            self.tell(What::Linked(side, heard.record, None));
        }
        let prepared = self.world.prepared;
        let view = hear::view(prepared, &self.after, side, self.world.now);
        self.send(heard.record, Request::HeardAgain(back, view, known_as));
    }

    /// The other record has taken its end. Where another one was merged into it
    /// meanwhile, this end leads there from now on.
    pub(super) fn heard_again(&mut self, side: Side, heard: &Heard, known_as: Uid) {
        self.rebased = true;
        let old = self.after.end(side, known_as);
        if let Some(old) = old.filter(|_| known_as != heard.record).cloned() {
            let own = self.after.end(side, heard.record);
            let known = own.is_some();
            let mut labels = old.labels;
            labels.extend(own.into_iter().flat_map(|own| own.labels.iter().cloned()));
            self.change(Change::NoEnd(side, known_as));
            self.tell(What::Unlinked(side, known_as, None));
            self.change(Change::End(LinkEnd {
                side,
                other: heard.record,
                labels,
                heard: heard.clone(),
            }));
            if let Side::Own(association) = side {
                self.touched.associations.insert(association);
            }
            if !known {
                self.tell(What::Linked(side, heard.record, None));
            }
        }
        self.hear(side, heard);
    }

    /// Whether a link can be taken without one giving way to it.
    fn has_room(&self, side: Side) -> bool {
        let Side::Own(association) = side else {
            return true;
        };
        let many = self.world.object(self.after.object).associations[association].many;
        many || self.after.links(association).next().is_none()
    }

    /// The enrolments that are meant, in the order of workflows and keys.
    pub(super) fn in_order(
        &self,
        is_meant: impl Fn(&crate::engine::enrolment::Enrolment) -> bool,
    ) -> Vec<Uid> {
        let program = &self.world.prepared.program;
        let all = self.after.enrolments.iter().filter(|of| is_meant(of));
        let mut all: Vec<_> = all
            .map(|of| (program.current(of.workflow), of.key.clone(), of.id))
            .collect();
        all.sort();
        all.into_iter().map(|(.., id)| id).collect()
    }

    /// The keys of its unique values.
    pub(super) fn own_keys(&self) -> Vec<Key> {
        let unique = self.world.prepared.unique(self.after.object).iter();
        let keys = unique.filter_map(|property| {
            let value = self.after.value(*property)?;
            Some(self.world.key(self.after.object, *property, value))
        });
        let mut keys: Vec<Key> = keys.collect();
        keys.sort();
        keys
    }
}
