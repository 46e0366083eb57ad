//! Links as one of their ends sees them, with what was heard through them
//! (E13).

use std::collections::BTreeSet;

use super::kept::Past;
use super::seldom::Seldom;
use crate::base::{Name, Uid};
use crate::model::{AssociationId, ObjectId, PropertyId, Value};

/// From which side a link is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// By an association of this record.
    Own(AssociationId),
    /// By an association of the other record, which has no name here.
    Back(ObjectId, AssociationId),
}

/// One end of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkEnd {
    /// From which side.
    pub side: Side,
    /// The record at the other end.
    pub other: Uid,
    /// The labels of the link.
    pub labels: BTreeSet<Name>,
    /// What was last heard of the other record (E13).
    pub heard: Heard,
}

/// What a record lets another one know: the properties that the program reads
/// through their link, and what lies behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Which record.
    pub record: Uid,
    /// Its known values.
    pub values: Vec<(PropertyId, Value)>,
    /// What is read of its links.
    pub links: Vec<HeardLinks>,
    /// What is read of its past, and of its static segments.
    pub past: Seldom<Past>,
}

/// The links of an association, as heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeardLinks {
    /// Of which association.
    pub association: AssociationId,
    /// Which labels it ever had, and whether it ever had a link (N2).
    pub ever: BTreeSet<Option<Name>>,
    /// The labels of each link, and what lies behind.
    pub members: Vec<(BTreeSet<Name>, Heard)>,
}

impl Heard {
    /// Nothing but who it is.
    #[must_use]
    pub fn nothing(record: Uid) -> Self {
        Heard {
            record,
            values: Vec::new(),
            links: Vec::new(),
            past: Seldom::default(),
        }
    }

    /// A known value.
    #[must_use]
    pub fn value(&self, property: PropertyId) -> Option<&Value> {
        let place = self
            .values
            .binary_search_by_key(&property, |(property, _)| *property);
        place
            .ok()
            .and_then(|place| self.values.get(place))
            .map(|(_, value)| value)
    }

    /// The links of an association.
    #[must_use]
    pub fn links(&self, association: AssociationId) -> Option<&HeardLinks> {
        self.links
            .iter()
            .find(|links| links.association == association)
    }
}
