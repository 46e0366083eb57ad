//! Associations: declared once, for both ends.

use super::Resolver;
use crate::base::Name;
use crate::diagnostic::{Code, Finding};
use crate::model::{Association, ObjectId};
use crate::syntax::ast::{self, ModifierKind, TypeKind};

impl<'a> Resolver<'a> {
    /// The end at which an association is declared.
    pub(super) fn association(
        &mut self,
        object: ObjectId,
        tree: &'a ast::Property,
        association: &'a ast::Association,
    ) {
        let others = tree
            .modifiers
            .iter()
            .filter(|modifier| !matches!(modifier.kind, ModifierKind::Renamed(_)));
        for modifier in others {
            self.findings.push(
                Finding::new(
                    Code::ModifierConflict,
                    modifier.span,
                    "an association takes no modifiers",
                )
                .fix("delete it", modifier.span, ""),
            );
        }
        let Some(target) = self.object(&association.object) else {
            // Uses of the name are not reported once more.
            self.lost.insert(tree.name.name.clone());
            return;
        };
        let mut labels: Vec<Name> = Vec::new();
        for label in &association.labels {
            if labels.contains(&label.name) {
                self.findings
                    .push(super::repeated(label, "the association has", None));
            } else {
                labels.push(label.name.clone());
            }
        }
        let end = Association {
            name: tree.name.name.clone(),
            doc: tree.doc.clone(),
            many: association.many,
            object: target,
            inverse: association
                .inverse
                .as_ref()
                .map(|(name, _)| name.name.clone()),
            labels,
        };
        if self.catalog.objects[object].add_association(end).is_none() {
            self.taken(object, &tree.name);
        } else {
            self.places
                .insert((object, tree.name.name.clone()), tree.name.span);
        }
    }

    /// The other end of an association, if it has a name.
    pub(super) fn inverse(&mut self, object: ObjectId, tree: &'a ast::Property) {
        let TypeKind::Association(association) = &tree.ty.kind else {
            return;
        };
        let Some((name, one)) = &association.inverse else {
            return;
        };
        let Some(target) = self.catalog.object(&association.object.name) else {
            return;
        };
        let owner = &self.catalog.objects[object];
        let Some(declared) = owner.association(tree.name.name.as_str()) else {
            return;
        };
        let labels = owner.associations[declared].labels.clone();
        let end = Association {
            name: name.name.clone(),
            doc: None,
            many: !one,
            object,
            inverse: Some(tree.name.name.clone()),
            labels,
        };
        if self.catalog.objects[target].add_association(end).is_none() {
            self.taken(target, name);
        } else {
            self.places.insert((target, name.name.clone()), name.span);
        }
    }
}
