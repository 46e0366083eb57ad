//! Where the names of declarations stand.

use std::collections::BTreeMap;

use crate::base::Span;
use crate::model::{Catalog, Item, ObjectId};
use crate::semantic::resolve::Trees;
use crate::syntax::ast::Property;

/// The places of all names that are declared.
pub(super) fn of(catalog: &Catalog, trees: &Trees<'_>) -> BTreeMap<Item, Span> {
    let mut places = BTreeMap::new();
    for (id, declarations) in catalog.objects.ids().zip(&trees.objects) {
        let first = declarations.first();
        places.extend(first.map(|tree| (Item::Object(id), tree.name.span)));
        let properties = declarations.iter().flat_map(|tree| &tree.properties);
        places.extend(properties.filter_map(|property| attribute(catalog, id, property)));
    }
    let events = catalog.events.ids().zip(&trees.events);
    places.extend(events.map(|(id, tree)| (Item::Event(id), tree.name().span)));
    let messages = catalog.messages.ids().zip(&trees.messages);
    places.extend(messages.map(|(id, tree)| (Item::Message(id), tree.name.span)));
    let segments = catalog.segments.ids().zip(&trees.segments);
    places.extend(segments.map(|(id, tree)| (Item::Segment(id), tree.name.span)));
    let actions = catalog.actions.ids().zip(&trees.actions);
    places.extend(actions.filter_map(|(id, tree)| Some((Item::Action(id), (*tree)?.name.span))));
    let constants = catalog.constants.ids().zip(&trees.constants);
    places.extend(constants.map(|(id, tree)| (Item::Constant(id), tree.name.span)));
    let calendars = catalog.calendars.ids().zip(&trees.calendars);
    places.extend(calendars.map(|(id, tree)| (Item::Calendar(id), tree.name.span)));
    let templates = catalog.templates.ids().zip(&trees.templates);
    places.extend(templates.map(|(id, tree)| (Item::Template(id), tree.name.span)));
    let workflows = catalog.workflows.ids().zip(&trees.workflows);
    places.extend(workflows.map(|(id, tree)| (Item::Workflow(id), tree.name().span)));
    places
}

/// A property or an association, with its place.
fn attribute(catalog: &Catalog, object: ObjectId, tree: &Property) -> Option<(Item, Span)> {
    let (owner, name) = (&catalog.objects[object], tree.name.name.as_str());
    let property = owner.property(name).map(|id| Item::Property(object, id));
    let item = property.or_else(|| {
        let association = owner.association(name)?;
        Some(Item::Association(object, association))
    });
    Some((item?, tree.name.span))
}
