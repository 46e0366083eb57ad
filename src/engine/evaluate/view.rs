//! A record as an expression sees it: the one that it is about, or one that it
//! has heard of.

use crate::base::{Name, Uid};
use crate::engine::State;
use crate::engine::record::{Heard, Kept, RecordCell, Side, TraceId};
use crate::model::{AssociationId, Value};

/// A record as it is seen.
#[derive(Clone, Copy)]
pub(in crate::engine) enum View<'a> {
    /// The record at hand.
    Own(&'a RecordCell),
    /// One that it has heard of (E13).
    Heard(&'a Heard),
    /// One that a step has made: who it is, what was read of it then, and the
    /// record that may have heard of it since.
    Made(Uid, &'a [Option<Value>], &'a RecordCell),
    /// One as it stands, from which others are seen so too: nothing that is
    /// decided sees it.
    Whole(&'a RecordCell, &'a State),
}

/// One link as it is seen.
pub(super) struct SeenLink<'a> {
    pub(super) labels: &'a std::collections::BTreeSet<Name>,
    pub(super) view: View<'a>,
}

impl<'a> View<'a> {
    /// Its identity.
    pub(in crate::engine) fn id(self) -> Uid {
        match self {
            View::Own(cell) | View::Whole(cell, _) => cell.id,
            View::Heard(heard) => heard.record,
            View::Made(id, ..) => id,
        }
    }

    /// The same as it was heard of through a link that lets an association of
    /// it be known.
    fn as_heard(self, association: AssociationId) -> Option<&'a Heard> {
        let View::Made(id, _, cell) = self else {
            return None;
        };
        let mut ends = cell.ends.iter().filter(|end| end.other == id);
        let heard = ends.find(|end| end.heard.links(association).is_some());
        heard.map(|end| &end.heard)
    }

    /// What it keeps of something past.
    pub(super) fn kept(self, trace: TraceId) -> Option<&'a Kept> {
        match self {
            View::Own(cell) | View::Whole(cell, _) => cell.past.get(trace),
            View::Heard(heard) => heard.past.get(trace),
            View::Made(id, _, cell) => {
                let mut ends = cell.ends.iter().filter(|end| end.other == id);
                ends.find_map(|end| end.heard.past.get(trace))
            }
        }
    }

    /// Its links of an association, in their order.
    pub(super) fn links(self, association: AssociationId) -> Vec<SeenLink<'a>> {
        match self {
            View::Own(cell) => cell
                .ends
                .iter()
                .filter(|end| end.side == Side::Own(association))
                .map(|end| SeenLink {
                    labels: &end.labels,
                    view: View::Heard(&end.heard),
                })
                .collect(),
            View::Whole(cell, state) => {
                let links = cell.links(association);
                let seen = links.filter_map(|end| {
                    Some(SeenLink {
                        labels: &end.labels,
                        view: View::Whole(state.record(end.other)?, state),
                    })
                });
                seen.collect()
            }
            View::Made(..) => {
                let heard = self.as_heard(association).map(View::Heard);
                heard.map_or_else(Vec::new, |view| view.links(association))
            }
            View::Heard(heard) => {
                let members = heard.links(association).map(|links| links.members.iter());
                let members = members.into_iter().flatten();
                members
                    .map(|(labels, heard)| SeenLink {
                        labels,
                        view: View::Heard(heard),
                    })
                    .collect()
            }
        }
    }

    /// The record at the other end of a `one` association.
    pub(super) fn one(self, association: AssociationId) -> Option<View<'a>> {
        let heard = match self {
            View::Own(cell) => {
                let side = Side::Own(association);
                &cell.ends.iter().find(|end| end.side == side)?.heard
            }
            View::Heard(heard) => &heard.links(association)?.members.first()?.1,
            View::Made(..) => {
                let heard = self.as_heard(association)?;
                &heard.links(association)?.members.first()?.1
            }
            View::Whole(cell, state) => {
                let end = cell.links(association).next()?;
                return Some(View::Whole(state.record(end.other)?, state));
            }
        };
        Some(View::Heard(heard))
    }

    /// Whether it ever had such a link (N2).
    pub(super) fn ever(self, association: AssociationId, label: Option<&Name>) -> bool {
        match self {
            View::Own(cell) | View::Whole(cell, _) => {
                cell.ever.contains(&(association, label.cloned()))
            }
            View::Heard(heard) => heard
                .links(association)
                .is_some_and(|links| links.ever.contains(&label.cloned())),
            View::Made(..) => {
                let heard = self.as_heard(association).map(View::Heard);
                heard.is_some_and(|view| view.ever(association, label))
            }
        }
    }
}
