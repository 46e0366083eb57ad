//! Unique values, and what is required of properties from now on (V7).

use super::Migration;
use crate::engine::message::Key;
use crate::engine::record::RecordCell;
use crate::engine::state::{KeyCell, Partition};
use crate::engine::world::{key, key_cell};
use crate::model::{ObjectId, Property, PropertyId};

/// What the new program says of properties that the old one did not.
#[derive(Debug, Default)]
pub(super) struct News {
    /// No two records may have the same value.
    unique: Vec<(ObjectId, PropertyId)>,
    /// Every record must have a value.
    required: Vec<(ObjectId, PropertyId)>,
    /// New properties that have a value from birth.
    pub(super) default: Vec<(ObjectId, PropertyId)>,
}

impl Migration<'_> {
    /// The key of a value in the new program; `None` where it is unique no
    /// more.
    pub(super) fn key(&self, old: &Key) -> Option<Key> {
        let object = self.names.object(old.object)?;
        let property = object.property(old.property)?.id;
        let unique = self.new.unique(object.id).contains(&property);
        let before = &self.old.program.catalog.objects[old.object].properties[old.property];
        let now = &self.new.program.catalog.objects[object.id].properties[property];
        // Addresses are found in any case, other texts as they are.
        let same = before.ty == now.ty;
        let owner = &self.new.program.catalog.objects[object.id];
        // What is called otherwise now has another place (V7).
        (unique && same).then(|| Key {
            object: object.id,
            property,
            value: old.value.clone(),
            cell: key_cell((&owner.name, &now.name), &old.value),
        })
    }

    /// What is said of properties for the first time.
    pub(super) fn news_of_properties(&self) -> News {
        let mut news = News::default();
        for (object, of) in self.new.program.catalog.objects.iter() {
            for (id, property) in of.properties.iter().filter(|(_, of)| !of.builtin) {
                let before = self.before(object, id);
                if property.unique && before.is_none_or(|old| !old.unique || old.ty != property.ty)
                {
                    news.unique.push((object, id));
                }
                if property.required && before.is_none_or(|old| !old.required) {
                    news.required.push((object, id));
                }
                if property.default && before.is_none() {
                    news.default.push((object, id));
                }
            }
        }
        news
    }

    /// Finds the owners of values that are unique from now on.
    pub(super) fn own_values(&mut self, partitions: &mut [Partition]) {
        if self.news.unique.is_empty() {
            return;
        }
        let mut keys = Vec::new();
        for cell in cells(partitions) {
            for (object, property) in &self.news.unique {
                if let Some(value) = cell.value(*property).filter(|_| cell.object == *object) {
                    keys.push((key(self.new, *object, *property, value), cell.id));
                }
            }
        }
        for (key, record) in keys {
            let place = key.cell.partition(partitions.len());
            let Some(partition) = partitions.get_mut(place) else {
                continue;
            };
            let cell = partition.keys.entry(key.clone()).or_insert(KeyCell {
                owner: Some(record),
                ..KeyCell::default()
            });
            if cell.owner != Some(record) {
                let name = self.property_name(key.object, key.property);
                self.tally.violates(name, "unique", record);
            }
        }
    }

    /// A property of the new program as it was in the old one; none where its
    /// values do not come from there.
    fn before(&self, object: ObjectId, property: PropertyId) -> Option<&Property> {
        let catalog = &self.old.program.catalog;
        let is_it = |id: &ObjectId| self.names.object(*id).is_some_and(|of| of.id == object);
        let old = catalog.objects.ids().find(is_it)?;
        let (of, owner) = (self.names.object(old)?, &catalog.objects[old]);
        let mut before = owner.properties.iter();
        let (_, before) = before.find(|(id, _)| {
            let to = of.property(*id);
            to.is_some_and(|to| to.id == property)
        })?;
        Some(before)
    }

    fn property_name(&self, object: ObjectId, property: PropertyId) -> String {
        let of = &self.new.program.catalog.objects[object];
        format!("{}.{}", of.name, of.properties[property].name)
    }

    /// Finds records without a value that is required from now on.
    pub(super) fn require(&mut self, partitions: &[Partition]) {
        if self.news.required.is_empty() {
            return;
        }
        for cell in cells(partitions) {
            let lacks = self.news.required.iter().copied();
            let lacks: Vec<_> = lacks
                .filter(|(object, id)| cell.object == *object && cell.value(*id).is_none())
                .collect();
            for (object, property) in lacks {
                let name = self.property_name(object, property);
                self.tally.violates(name, "required", cell.id);
            }
        }
    }
}

fn cells(partitions: &[Partition]) -> impl Iterator<Item = &RecordCell> {
    let records = partitions
        .iter()
        .flat_map(|partition| partition.records.values());
    let records = records.map(|cell| &**cell);
    // Those that are gone violate nothing.
    records.filter(|cell| cell.gone.is_none())
}
