//! What was called otherwise before (V7): which thing of the new program an old
//! name means. What becomes of values is not known here.

use crate::base::Name;
use crate::model::{
    AssociationId, Catalog, EventId, Item, ObjectId, PropertyId, SegmentId, WorkflowId,
};
use crate::plan::Program;

/// A new program, asked by old names.
#[derive(Clone, Copy)]
pub(super) struct Renames<'p> {
    catalog: &'p Catalog,
    renamed: &'p [(Item, Name)],
}

impl<'p> Renames<'p> {
    pub(super) fn of(program: &'p Program) -> Self {
        Renames {
            catalog: &program.catalog,
            renamed: &program.renamed,
        }
    }

    /// Whether all is called as it was.
    pub(super) fn is_empty(self) -> bool {
        self.renamed.is_empty()
    }

    pub(super) fn object(self, old: &Name) -> Option<ObjectId> {
        self.catalog.object(old).or_else(|| {
            self.renamed(old, |item| match item {
                Item::Object(id) => Some(id),
                _ => None,
            })
        })
    }

    pub(super) fn property(self, object: ObjectId, old: &Name) -> Option<PropertyId> {
        let declared = self.catalog.objects[object].property(old.as_str());
        declared.or_else(|| {
            self.renamed(old, |item| match item {
                Item::Property(of, id) if of == object => Some(id),
                _ => None,
            })
        })
    }

    pub(super) fn association(self, object: ObjectId, old: &Name) -> Option<AssociationId> {
        let declared = self.catalog.objects[object].association(old.as_str());
        declared.or_else(|| {
            self.renamed(old, |item| match item {
                Item::Association(of, id) if of == object => Some(id),
                _ => None,
            })
        })
    }

    pub(super) fn event(self, old: &Name) -> Option<EventId> {
        self.catalog.event(old).or_else(|| {
            self.renamed(old, |item| match item {
                Item::Event(id) => Some(id),
                _ => None,
            })
        })
    }

    pub(super) fn segment(self, old: &Name) -> Option<SegmentId> {
        self.catalog.segment(old).or_else(|| {
            self.renamed(old, |item| match item {
                Item::Segment(id) => Some(id),
                _ => None,
            })
        })
    }

    pub(super) fn workflow(self, old: &Name) -> Option<WorkflowId> {
        self.catalog.workflow(old).or_else(|| {
            self.renamed(old, |item| match item {
                Item::Workflow(id) => Some(id),
                _ => None,
            })
        })
    }

    fn renamed<I>(self, old: &Name, of_kind: impl Fn(Item) -> Option<I>) -> Option<I> {
        let mut renamed = self.renamed.iter().filter(|(_, name)| name == old);
        renamed.find_map(|(item, _)| of_kind(*item))
    }

    /// A text of the old program in the names of the new one: what says the
    /// same then is the same.
    pub(super) fn translated(self, text: &str) -> String {
        let mut made = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let begins_word = rest.starts_with(is_word);
            let end = rest.find(|c| is_word(c) != begins_word);
            let (part, after) = rest.split_at(end.unwrap_or(rest.len()));
            let mut renamed = self.renamed.iter();
            match renamed.find(|(_, old)| old.as_str() == part) {
                Some((item, _)) => made.push_str(self.name(*item)),
                None => made.push_str(part),
            }
            rest = after;
        }
        made
    }

    fn name(self, item: Item) -> &'p str {
        let catalog = self.catalog;
        match item {
            Item::Object(id) => catalog.objects[id].name.as_str(),
            Item::Property(object, id) => catalog.objects[object].properties[id].name.as_str(),
            Item::Association(object, id) => catalog.objects[object].associations[id].name.as_str(),
            Item::Event(id) => catalog.events[id].name.as_str(),
            Item::Segment(id) => catalog.segments[id].name.as_str(),
            Item::Workflow(id) => catalog.workflows[id].name.as_str(),
            // INVARIANT: nothing else has an old name.
            _ => "",
        }
    }
}
