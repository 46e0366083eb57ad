//! Which of the actions that were sent a claim means.

use super::claim::Seen;
use super::log::Sent;
use crate::base::{Name, Timestamp};
use crate::engine::decision::Rendered;
use crate::model::Type;
use crate::plan::test::Sent as Claimed;
use crate::plan::{Expression, Node};

impl<'a> Seen<'a> {
    /// The places of those that a claim means.
    pub(super) fn which(&self, claimed: &Claimed) -> Vec<usize> {
        let sent = self.log.sent.iter().enumerate();
        let meant = sent.filter(|(_, sent)| {
            self.is_near(claimed, sent) && self.differing(claimed, sent).is_empty()
        });
        meant.map(|(place, _)| place).collect()
    }

    /// When the next of those that a claim counts is too long ago.
    pub(super) fn leaves_window(&self, claimed: &Claimed) -> Option<Timestamp> {
        let within = claimed.within?;
        let (now, usual) = (self.cast.state.now(), self.cast.state.prepared().usual());
        let sent = self.log.sent.iter();
        let leaving = sent.filter_map(|sent| usual.shift(sent.at, within, false));
        leaving.filter(|at| *at > now).min()
    }

    /// Whether it is the action, by the record, at the time.
    pub(super) fn is_near(&self, claimed: &Claimed, sent: &Sent) -> bool {
        let to = claimed.to.map(|place| self.record(place));
        let prepared = self.cast.state.prepared();
        let name = &prepared.program.catalog.actions[claimed.action].name;
        let begin = claimed
            .within
            .map(|within| prepared.usual().shift(self.cast.state.now(), within, true));
        sent.action == *name
            && to.is_none_or(|to| to == Some(sent.record))
            && begin.is_none_or(|begin| begin.is_none_or(|begin| sent.at > begin))
    }

    /// The arguments that are not as a claim has them, with what they are.
    pub(super) fn differing<'s>(
        &self,
        claimed: &'s Claimed,
        sent: &'s Sent,
    ) -> Vec<(&'s Name, Option<&'s Rendered>)> {
        let arguments = claimed.arguments.iter();
        let found = arguments.map(|(name, value)| {
            let own = sent.call.arguments.iter().chain(&sent.parameters);
            let mut own = own.filter(|(other, _)| other == name);
            (name, value, own.next().map(|(_, value)| value))
        });
        let differing = found.filter(|(name, value, found)| {
            let ty = self.type_of(claimed, name);
            let wanted = self.cast.rendered(value, &ty);
            let folded = ty == Type::Email || is_folded(value);
            !same(&wanted, found.unwrap_or(&Rendered::Null), folded)
        });
        differing.map(|(name, _, found)| (name, found)).collect()
    }

    /// The type of an argument of an action, or of a message that it sends.
    fn type_of(&self, claimed: &Claimed, name: &Name) -> Type {
        let catalog = &self.cast.state.prepared().program.catalog;
        let own = catalog.actions[claimed.action].parameter(name.as_str());
        let messages = catalog.messages.rows().iter();
        let mut parameters = messages.flat_map(|message| &message.parameters);
        let mut of_message = || parameters.find(|parameter| parameter.name == *name);
        own.map(|own| own.ty.clone())
            .or_else(|| of_message().map(|parameter| parameter.ty.clone()))
            .unwrap_or(Type::String)
    }

    /// What was sent that no expectation has named.
    pub(super) fn unnamed(&self, place: Option<usize>) -> impl Iterator<Item = &'a Sent> + use<'a> {
        let to = place.map(|place| self.record(place));
        let sent = self.log.sent.iter();
        sent.filter(move |sent| !sent.named && to.is_none_or(|to| to == Some(sent.record)))
    }
}

/// Whether a value compares as an address: in any case.
fn is_folded(value: &Expression) -> bool {
    let root = value.root().and_then(|root| value.node(root));
    matches!(root, Some(Node::Folded(_)))
}

/// Whether an argument is what a claim says. A record is the same by its
/// identity.
fn same(wanted: &Rendered, found: &Rendered, folded: bool) -> bool {
    match (wanted, found) {
        (Rendered::Record(wanted, _), Rendered::Record(found, _)) => wanted == found,
        (Rendered::Text(wanted), Rendered::Text(found)) if folded => {
            wanted.to_lowercase() == found.to_lowercase()
        }
        (wanted, found) => wanted == found,
    }
}
