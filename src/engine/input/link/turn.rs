//! The turns of links: while one is under way, what comes for the same slot
//! waits. How a link is made is not known here.

use crate::base::Uid;
use crate::engine::decision::Change;
use crate::engine::draft::Draft;
use crate::engine::message::{Address, Body, Request};
use crate::engine::record::{Side, Slot};
use crate::model::AssociationId;

impl Draft<'_> {
    /// Where a link with a record has its turn; with none, of any record.
    pub(super) fn slot(&self, association: AssociationId, other: Option<Uid>) -> Slot {
        let own = self.world.object(self.after.object);
        let many = own.associations[association].many;
        (association, other.filter(|_| many))
    }

    pub(super) fn is_taken(&self, slot: Slot) -> bool {
        self.after.linking.contains_key(&slot)
    }

    /// A link is under way from now on, if none was.
    pub(super) fn take_slot(&mut self, slot: Slot) {
        if !self.is_taken(slot) {
            self.change(Change::Linking(slot, Some(Vec::new())));
        }
    }

    pub(super) fn wait_in(&mut self, slot: Slot, request: Request) {
        let mut waiting = self.after.linking.get(&slot).cloned().unwrap_or_default();
        waiting.push(request);
        self.change(Change::Linking(slot, Some(waiting)));
    }

    /// A link under way has come to its end: what waits is next.
    pub(super) fn link_over(&mut self, side: Side, other: Uid) {
        if let Side::Own(association) = side {
            self.next_in(self.slot(association, Some(other)));
        }
    }

    /// Lets the first that waits come again; the slot stays taken until it
    /// has, so that nothing overtakes it.
    pub(super) fn next_in(&mut self, slot: Slot) {
        let Some(waiting) = self.after.linking.get(&slot) else {
            return;
        };
        let Some((first, rest)) = waiting.split_first() else {
            self.change(Change::Linking(slot, None));
            return;
        };
        let (first, rest) = (first.clone(), rest.to_vec());
        self.change(Change::Linking(slot, Some(rest)));
        let request = Request::InTurn(slot, Box::new(first));
        let body = Body::Request(Box::new(request));
        self.forward(Address::Record(self.after.id), body);
    }
}
