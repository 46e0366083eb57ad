//! A record as an expression sees it: the one that it is about, or one that it
//! has heard of.

use crate::base::{Name, Uid};
use crate::engine::State;
use crate::engine::record::{Heard, RecordCell, Side};
use crate::model::AssociationId;

/// A record as it is seen.
#[derive(Clone, Copy)]
pub(in crate::engine) enum View<'a> {
    /// The record at hand.
    Own(&'a RecordCell),
    /// One that it has heard of (E13).
    Heard(&'a Heard),
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
        }
    }
}
