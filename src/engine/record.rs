//! The cell of a record: its row, its link ends with the values heard through
//! them, its enrolments and counters. What changes it is not known here.

mod been;
mod gone;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use self::been::Been;
pub use self::gone::{Gone, Tied};
pub use self::written::Written;
use super::enrolment::Enrolment;
pub use super::heard::{Heard, HeardLinks, LinkEnd, Side};
pub use super::kept::{Counter, Kept, Past, TraceId};
use super::message::{Claim, Request};
use super::put_back::PutBack;
pub use super::seldom::Seldom;
use crate::base::{Name, Timestamp, Uid};
use crate::model::{ActionId, AssociationId, ObjectId, PropertyId, SegmentId, Value, WorkflowId};
use crate::plan::Program;

/// All that is known of one record.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordCell {
    /// Its identity.
    pub id: Uid,
    /// What it is.
    pub object: ObjectId,
    /// When it was created.
    pub created_at: Timestamp,
    /// When one of its properties last changed.
    pub updated_at: Timestamp,
    /// Stored properties by place; the built-in and the computed ones stay
    /// empty. Copies of the record share them until one is written.
    pub values: Arc<[Option<Value>]>,
    /// Its ends of links, in the order in which they were made.
    pub ends: Seldom<Vec<Arc<LinkEnd>>>,
    /// Which associations, and which labels of them, ever had a link (N2).
    pub ever: Seldom<BTreeSet<(AssociationId, Option<Name>)>>,
    /// The static segments that it is in.
    pub segments: Seldom<BTreeSet<SegmentId>>,
    /// What it is inside of, by workflow, then key.
    pub enrolments: Seldom<Vec<Enrolment>>,
    /// How often it was enrolled, by identity (E16).
    pub been: Been,
    /// Actions that were put back, by their keys (A4).
    pub put_back: Seldom<BTreeMap<Uid, PutBack>>,
    /// When actions with a cap have reached it, and by which keys (A9).
    pub sent: Seldom<BTreeMap<ActionId, Vec<(Timestamp, Uid)>>>,
    /// What refined triggers have counted (E14).
    pub counters: Seldom<BTreeMap<CounterId, Counter>>,
    /// What conditions read of its past.
    pub past: Seldom<Past>,
    /// When its values were written, after its birth (L4).
    pub written: Written,
    /// How it is gone; what is not there any more.
    pub gone: Option<Box<Gone>>,
    /// The records that were merged into it.
    pub merged: Seldom<BTreeSet<Uid>>,
    /// The record that is being merged into it.
    pub merging: Option<Box<Uid>>,
    /// Writes that wait for the claim of a unique value.
    pub claims: Seldom<BTreeMap<Uid, Claim>>,
    /// Links under way, with what waits for them in the order in which it
    /// came.
    pub linking: Seldom<BTreeMap<Slot, Vec<Request>>>,
}

/// What one link at a time is made of: a `one` association as a whole, of any
/// other the link with one record.
pub type Slot = (AssociationId, Option<Uid>);

/// The place of a refined trigger among those of the program.
pub type CounterId = u32;

impl RecordCell {
    /// A record without values.
    #[must_use]
    pub fn new(id: Uid, object: ObjectId, properties: usize, at: Timestamp) -> Self {
        RecordCell {
            id,
            object,
            created_at: at,
            updated_at: at,
            values: vec![None; properties].into(),
            ends: Seldom::default(),
            ever: Seldom::default(),
            segments: Seldom::default(),
            enrolments: Seldom::default(),
            been: Been::default(),
            put_back: Seldom::default(),
            sent: Seldom::default(),
            counters: Seldom::default(),
            past: Seldom::default(),
            written: Seldom::default(),
            gone: None,
            merged: Seldom::default(),
            merging: None,
            claims: Seldom::default(),
            linking: Seldom::default(),
        }
    }

    /// The stored value of a property.
    #[must_use]
    pub fn value(&self, property: PropertyId) -> Option<&Value> {
        self.values.get(property.index())?.as_ref()
    }

    /// Where the value of a property is stored.
    pub fn slot(&mut self, property: PropertyId) -> Option<&mut Option<Value>> {
        Arc::make_mut(&mut self.values).get_mut(property.index())
    }

    /// Its ends of an association, in the order of the links.
    pub fn links(&self, association: AssociationId) -> impl Iterator<Item = &LinkEnd> {
        let side = Side::Own(association);
        let ends = self.ends.iter().map(|end| &**end);
        ends.filter(move |end| end.side == side)
    }

    /// Its end of the link with a record.
    #[must_use]
    pub fn end(&self, side: Side, other: Uid) -> Option<&LinkEnd> {
        let mut ends = self.ends.iter().map(|end| &**end);
        ends.find(|end| end.side == side && end.other == other)
    }

    /// One of its enrolments.
    #[must_use]
    pub fn enrolment(&self, id: Uid) -> Option<&Enrolment> {
        self.enrolments.iter().find(|enrolment| enrolment.id == id)
    }

    /// Whether it is inside a workflow, whatever key and version (V3).
    #[must_use]
    pub(super) fn is_inside_any(&self, program: &Program, workflow: WorkflowId) -> bool {
        let mut enrolments = self.enrolments.iter();
        enrolments.any(|enrolment| program.current(enrolment.workflow) == workflow)
    }

    /// Whether it was ever inside a workflow.
    #[must_use]
    pub(super) fn has_been_in(&self, workflow: WorkflowId) -> bool {
        self.been.iter().any(|(been, ..)| been == workflow)
    }

    /// Whether nothing is under way about it: no claim, no link, no merge.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.claims.is_empty() && self.linking.is_empty() && self.merging.is_none()
    }

    /// Whether it is inside a workflow under a key.
    #[must_use]
    pub fn is_inside(&self, workflow: WorkflowId, key: &str) -> bool {
        self.enrolments
            .iter()
            .any(|enrolment| enrolment.workflow == workflow && &*enrolment.key == key)
    }
}
