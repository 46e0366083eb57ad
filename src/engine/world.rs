//! What a decision sees besides its cell: the program, how workflows are
//! switched, the present instant.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::message::Key;
use super::prepared::Prepared;
use super::put_back::PutBack;
use super::rate::Rate;
use super::record::RecordCell;
use crate::base::{Name, TimeZone, Timestamp, Uid};
use crate::model::compute;
use crate::model::{Object, ObjectId, PropertyId, Type, Value, WorkflowId};

/// The longest chain of causes that enrols (I5).
pub(super) const LONGEST_CHAIN: u32 = 100;

/// How a workflow is switched (E17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Switch {
    /// The operator has turned it off.
    pub off: bool,
    /// It is paused.
    pub paused: bool,
    /// It was turned on at least once (E9).
    pub turned_on: bool,
}

/// What a decision may see besides its cell.
#[derive(Clone, Copy)]
pub(super) struct World<'w> {
    pub(super) prepared: &'w Prepared,
    pub(super) published: bool,
    pub(super) switches: &'w BTreeMap<WorkflowId, Switch>,
    /// What workflows have counted of their enrolments (E17, H4).
    pub(super) rates: &'w BTreeMap<WorkflowId, Arc<Rate>>,
    /// The mails of alerts that have not gone out yet.
    pub(super) notices: &'w BTreeMap<Uid, PutBack>,
    /// Records that have changed before time was looked at, as they were (I8).
    pub(super) unlooked: &'w BTreeMap<Uid, Arc<RecordCell>>,
    pub(super) now: Timestamp,
}

impl<'w> World<'w> {
    pub(super) fn switch(self, workflow: WorkflowId) -> Switch {
        let workflow = self.prepared.program.current(workflow);
        self.switches.get(&workflow).copied().unwrap_or_default()
    }

    pub(super) fn zone(self) -> &'w TimeZone {
        self.prepared.zone()
    }

    pub(super) fn object(self, object: ObjectId) -> &'w Object {
        &self.prepared.program.catalog.objects[object]
    }

    /// The key of a unique value.
    pub(super) fn key(self, object: ObjectId, property: PropertyId, value: &Value) -> Key {
        key(self.prepared, object, property, value)
    }
}

/// The key of a unique value. Addresses are the same in any case.
#[must_use]
pub fn key(prepared: &Prepared, object: ObjectId, property: PropertyId, value: &Value) -> Key {
    let owner = &prepared.program.catalog.objects[object];
    let declared = &owner.properties[property];
    let mut text = compute::spell(value, &declared.ty, prepared.zone());
    if declared.ty == Type::Email {
        text = text.to_lowercase();
    }
    Key {
        object,
        property,
        cell: key_cell((&owner.name, &declared.name), &text),
        value: text.into(),
    }
}

/// The identity of the cell of a unique value: of an object and a property by
/// their names.
pub(super) fn key_cell((object, property): (&Name, &Name), text: &str) -> Uid {
    let names = [object.as_str(), property.as_str()].map(str::as_bytes);
    let [object, property] = names;
    Uid::of(&[b"key", object, property, text.as_bytes()])
}
