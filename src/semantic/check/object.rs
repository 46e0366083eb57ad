//! Defaults and computed properties.

use super::limit::LABELS;
use crate::diagnostic::{Code, Finding};
use crate::model::{Item, ObjectId, PropertyId};
use crate::semantic::hir::{Expr, ExprKind, ObjectBody, Origins};
use crate::semantic::resolve::Trees;
use crate::semantic::types::{Checker, Scope};
use crate::syntax::ast::{self, ModifierKind, TypeKind};

impl Checker<'_> {
    pub(super) fn check_objects(
        &mut self,
        trees: &Trees<'_>,
        origins: &mut Origins,
    ) -> Vec<ObjectBody> {
        let mut bodies = Vec::with_capacity(trees.objects.len());
        for (id, declarations) in self.catalog.objects.ids().zip(&trees.objects) {
            let mut body = ObjectBody::default();
            for property in declarations.iter().flat_map(|tree| &tree.properties) {
                self.check_property(id, property, (&mut body, origins));
            }
            self.spread_sensitivity(id, &body);
            self.no_cycles(id, &body, declarations);
            // An object by its name is what its first line says.
            if let Some(first) = declarations.first() {
                let head = crate::base::Span {
                    end: first.name.span.end,
                    ..first.span
                };
                self.declare(origins, Item::Object(id), head);
            }
            bodies.push(body);
        }
        bodies
    }

    fn check_property(
        &mut self,
        object: ObjectId,
        tree: &ast::Property,
        (body, origins): (&mut ObjectBody, &mut Origins),
    ) {
        self.short_name(&tree.name);
        let owner = &self.catalog.objects[object];
        let name = tree.name.name.as_str();
        if let TypeKind::Association(association) = &tree.ty.kind {
            self.limited(&LABELS, association.labels.iter().map(|label| label.span));
            if let Some(id) = owner.association(name) {
                self.declare(origins, Item::Association(object, id), tree.span);
            }
            self.declare_inverse(association, tree, origins);
            return;
        }
        let Some(id) = owner.property(name) else {
            return;
        };
        let ty = owner.properties[id].ty.clone();
        self.uses_type(&tree.ty);
        for modifier in &tree.modifiers {
            match &modifier.kind {
                ModifierKind::Default(value) => {
                    let value = self.value(value, &Scope::default(), &ty);
                    self.constant_default(&value);
                    body.defaults.push((id, value));
                }
                ModifierKind::Computed(value) => {
                    let value = self.value(value, &Scope::of(object), &ty);
                    self.own_properties(&value);
                    body.computed.push((id, value));
                }
                ModifierKind::Unique | ModifierKind::Required => {}
                // Old names are checked all together.
                ModifierKind::Sensitive | ModifierKind::Renamed(_) => {}
            }
        }
        self.declare(origins, Item::Property(object, id), tree.span);
    }

    /// The other end of an association is declared by the same line.
    fn declare_inverse(
        &mut self,
        association: &ast::Association,
        tree: &ast::Property,
        origins: &mut Origins,
    ) {
        let Some((name, _)) = &association.inverse else {
            return;
        };
        let Some(target) = self.catalog.object(&association.object.name) else {
            return;
        };
        if let Some(id) = self.catalog.objects[target].association(name.name.as_str()) {
            self.declare(origins, Item::Association(target, id), tree.span);
        }
    }

    fn constant_default(&mut self, value: &Expr) {
        if let Some(part) = value.time_dependent() {
            self.report(
                Finding::new(
                    Code::WrongType,
                    part.span,
                    "a default cannot depend on the time",
                )
                .help("`created_at` holds when a record was created"),
            );
        }
    }

    /// A computed property is derived from the record's own properties.
    fn own_properties(&mut self, value: &Expr) {
        let foreign = value.find(&|part| match &part.kind {
            ExprKind::Property(path) => !path.record.is_this(),
            ExprKind::Record(_)
            | ExprKind::Quantified(..)
            | ExprKind::Aggregate(..)
            | ExprKind::Past(_)
            | ExprKind::InSegment(_) => true,
            _ => false,
        });
        if let Some(part) = foreign {
            self.report(
                Finding::new(
                    Code::WrongType,
                    part.span,
                    "a computed property reads the record's own properties only",
                )
                .help("write what is about other records where it is used"),
            );
        }
        if let Some(part) = value.time_dependent() {
            let message = "a computed property cannot depend on the time";
            self.report(
                Finding::new(Code::WrongType, part.span, message).help("write it where it is used"),
            );
        }
    }

    /// What is computed from a sensitive property is sensitive too.
    fn spread_sensitivity(&mut self, object: ObjectId, body: &ObjectBody) {
        loop {
            let before = self.sensitive.len();
            for (id, value) in &body.computed {
                if self.sensitive_part(value).is_some() {
                    self.sensitive.insert((object, *id));
                }
            }
            if self.sensitive.len() == before {
                break;
            }
        }
    }

    /// One finding for each cycle, at the first of its properties.
    fn no_cycles(&mut self, object: ObjectId, body: &ObjectBody, trees: &[&ast::Object]) {
        let mut reported: Vec<PropertyId> = Vec::new();
        for (id, _) in &body.computed {
            let reached = reached_from(*id, body);
            if !reached.contains(id) || reported.iter().any(|before| reached.contains(before)) {
                continue;
            }
            reported.push(*id);
            let place = |id: PropertyId| {
                let name = &self.catalog.objects[object].properties[id].name;
                let properties = trees.iter().flat_map(|tree| &tree.properties);
                properties
                    .map(|property| &property.name)
                    .find(|ident| ident.name == *name)
            };
            let Some(first) = place(*id) else { continue };
            let message = format!("`{}` is computed from itself", first.name);
            let finding = Finding::new(Code::ComputedCycle, first.span, message)
                .help("a computed property is derived from stored ones");
            let others = reached
                .iter()
                .filter(|other| *other != id)
                .filter_map(|other| place(*other));
            let finding = others.fold(finding, |finding, other| {
                finding.also(other.span, "by way of this")
            });
            self.report(finding);
        }
    }
}

/// The properties that a computed property reads, directly or through others.
fn reached_from(start: PropertyId, body: &ObjectBody) -> Vec<PropertyId> {
    let mut reached = Vec::new();
    let mut open = vec![start];
    while let Some(next) = open.pop() {
        let Some((_, value)) = body.computed.iter().find(|(id, _)| *id == next) else {
            continue;
        };
        let before = reached.len();
        reads(value, &mut reached);
        open.extend(reached.iter().skip(before));
    }
    reached
}

/// The properties of the record itself that an expression reads.
fn reads(value: &Expr, into: &mut Vec<PropertyId>) {
    if let ExprKind::Property(path) = &value.kind
        && path.record.is_this()
        && !into.contains(&path.property)
    {
        into.push(path.property);
    }
    for child in value.children() {
        reads(child, into);
    }
}
