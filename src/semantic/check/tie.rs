//! `create`, `associate` and `dissociate`.

use super::flow::Walk;
use crate::base::{Name, Span, nearest};
use crate::diagnostic::{Code, Finding, with_article};
use crate::model::{AssociationId, Item, ObjectId, PropertyId, Type};
use crate::semantic::hir::{
    Binding, Create, Expr, Fact, Path, RecordPath, Records, Root, StepKind, Target, TargetProperty,
    Tie,
};
use crate::semantic::types::{Attribute, Checker, Local, Scope};
use crate::syntax::ast::{self, Dissociate, Field, Ident, LinkWith, Linked, Value};

/// What is written to which properties.
type Values = [(TargetProperty, Expr)];

impl Checker<'_> {
    pub(super) fn create(&mut self, tree: &ast::Create, walk: &mut Walk) -> Option<StepKind> {
        for (second, word) in [
            (tree.links.get(1).map(|link| link.span), "in"),
            (tree.bindings.get(1).map(|name| name.span), "as"),
        ] {
            if let Some(span) = second {
                let message = format!("`{word}` may stand only once");
                self.report(Finding::new(Code::RepeatedClause, span, message));
            }
        }
        let object = self.object_named(&tree.object);
        let values = object.map(|object| self.values(object, tree, &walk.scope));
        let link = tree.links.first();
        let link = link.map(|link| self.linked(link, object, &walk.scope));
        if let Some(Some((association, _))) = &link {
            self.relinked(*association, tree.object.span, walk);
        }
        let binding = self.created(tree, (object, values.as_deref()), walk);
        Some(StepKind::Create(Box::new(Create {
            object: object?,
            values: values?,
            link: match link {
                Some(link) => Some(link?),
                None => None,
            },
            binding,
        })))
    }

    /// The name of a new record, and what is known of it.
    fn created(
        &mut self,
        tree: &ast::Create,
        (object, values): (Option<ObjectId>, Option<&Values>),
        walk: &mut Walk,
    ) -> Option<Binding> {
        let name = tree.bindings.first()?;
        let Some(object) = object else {
            self.bind_lost(name, walk);
            return None;
        };
        let place = self.bind(name, walk, |place| Local::Record { place, object });
        walk.set(Some(place));
        let record = RecordPath::of(Root::Bound(place), object);
        let known = values
            .unwrap_or_default()
            .iter()
            .filter(|(_, value)| value.known);
        let known = known.filter_map(|(property, _)| match property {
            TargetProperty::Property(property) => Some(Fact::Property(Path {
                record: record.clone(),
                property: *property,
            })),
            TargetProperty::Association(_) => None,
        });
        let known: Vec<Fact> = known.collect();
        let facts = &mut walk.scope.facts;
        facts.extend(known);
        facts.insert(Fact::Record(record));
        Some(Binding {
            name: name.name.clone(),
            place,
            span: name.span,
        })
    }

    fn object_named(&mut self, name: &Ident) -> Option<ObjectId> {
        let found = self.catalog.object(&name.name);
        match found {
            Some(object) => {
                self.uses.insert(Item::Object(object));
            }
            None => {
                let message = format!("there is no object `{}`", name.name);
                let rows = self.catalog.objects.rows().iter();
                let names = rows.map(|object| object.name.as_str());
                self.unknown(
                    Code::UnknownObject,
                    (name.name.as_str(), name.span),
                    message,
                    names,
                );
            }
        }
        found
    }

    /// What a new record begins with.
    fn values(
        &mut self,
        object: ObjectId,
        tree: &ast::Create,
        scope: &Scope,
    ) -> Vec<(TargetProperty, Expr)> {
        let mut seen: Vec<&Name> = Vec::new();
        let mut values = Vec::with_capacity(tree.fields.len());
        for field in &tree.fields {
            let name = &field.name;
            if seen.contains(&&name.name) {
                let message = format!("`{}` is given already", name.name);
                self.report(Finding::new(Code::RepeatedClause, name.span, message));
                continue;
            }
            seen.push(&name.name);
            values.extend(self.begins_with(object, field, scope));
        }
        self.lacking(object, tree);
        values
    }

    fn begins_with(
        &mut self,
        object: ObjectId,
        field: &Field,
        scope: &Scope,
    ) -> Option<(TargetProperty, Expr)> {
        let owner = &self.catalog.objects[object];
        let (target, ty, required) = match self.find(object, &field.name)? {
            Attribute::Property(id) => {
                let property = &owner.properties[id];
                if property.computed || property.builtin {
                    let segment = ast::PathSegment {
                        name: field.name.clone(),
                        label: None,
                    };
                    self.not_written(property, &segment);
                    return None;
                }
                let needed = property.required;
                (TargetProperty::Property(id), property.ty.clone(), needed)
            }
            Attribute::Association(id) => {
                let association = &owner.associations[id];
                if association.many {
                    let message = format!("`{}` leads to many records", association.name);
                    self.report(
                        Finding::new(Code::PathThroughMany, field.name.span, message).help(
                            "link the new record by `in ASSOC`, or by `set` at the other end",
                        ),
                    );
                    return None;
                }
                let ty = Type::Record(association.object);
                (TargetProperty::Association(id), ty, false)
            }
        };
        let value = match &field.value {
            Value::Expr(expr) => self.value(expr, scope, &ty),
            Value::Json(_) => {
                let wanted = self.describe(&ty);
                let message = format!("expected {wanted}, found JSON");
                self.report(Finding::new(Code::WrongType, field.value.span(), message));
                return None;
            }
        };
        if required {
            self.needs_known(&value, &format!("`{}`", field.name.name), &ty);
        }
        Some((target, value))
    }

    /// Required properties that are not given, in one finding.
    fn lacking(&mut self, object: ObjectId, tree: &ast::Create) {
        let owner = &self.catalog.objects[object];
        let given = |name: &Name| tree.fields.iter().any(|field| field.name.name == *name);
        // One that is misspelt has a finding already.
        let misspelt = |name: &Name| {
            let written = tree.fields.iter().map(|field| field.name.name.as_str());
            let mut unknown = written.filter(|other| owner.attribute(other).is_none());
            unknown.any(|other| nearest(other, [name.as_str()]).is_some())
        };
        let missing: Vec<&Name> = owner
            .properties
            .rows()
            .iter()
            .filter(|property| property.required && !property.default)
            .map(|property| &property.name)
            .filter(|name| !given(name) && !misspelt(name) && !self.lost.contains(name.as_str()))
            .collect();
        if missing.is_empty() {
            return;
        }
        let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
        let example: Vec<String> = missing.iter().map(|name| format!("{name}: …")).collect();
        let message = format!("a new `{}` needs {}", owner.name, names.join(" and "));
        let help = format!("write `create {} {{ {} }}`", owner.name, example.join(", "));
        self.report(Finding::new(Code::MissingArgument, tree.object.span, message).help(help));
    }

    /// `ASSOC [label l]` of the enrolled record, which leads to an object.
    fn linked(
        &mut self,
        tree: &Linked,
        target: Option<ObjectId>,
        scope: &Scope,
    ) -> Option<(AssociationId, Option<Name>)> {
        let object = scope.this?;
        let name = &tree.association;
        let Attribute::Association(id) = self.find(object, name)? else {
            let owner = &self.catalog.objects[object].name;
            let message = format!(
                "`{}` is a property of `{owner}`, not an association",
                name.name
            );
            self.report(
                Finding::new(Code::WrongType, name.span, message)
                    .help("an association leads to other records"),
            );
            return None;
        };
        let leads = self.catalog.objects[object].associations[id].object;
        if let Some(target) = target.filter(|target| *target != leads) {
            self.leads_elsewhere(name, (object, leads, target));
            return None;
        }
        let label = match &tree.label {
            Some(label) => Some(self.label(object, id, label)?),
            None => None,
        };
        Some((id, label))
    }

    /// An association that leads to records of another object.
    fn leads_elsewhere(
        &mut self,
        name: &Ident,
        (from, leads, wanted): (ObjectId, ObjectId, ObjectId),
    ) {
        let objects = &self.catalog.objects;
        let (leads, target) = (&objects[leads].name, &objects[wanted].name);
        let message = format!(
            "`{}` leads to {}, not to {}",
            name.name,
            with_article(leads.as_str()),
            with_article(target.as_str())
        );
        let fitting: Vec<String> = objects[from]
            .associations
            .rows()
            .iter()
            .filter(|association| association.object == wanted)
            .map(|association| format!("`{}`", association.name))
            .collect();
        let help = (!fitting.is_empty()).then(|| {
            format!(
                "to {} leads {}",
                with_article(target.as_str()),
                fitting.join(" or ")
            )
        });
        self.report(Finding::new(Code::OtherObject, name.span, message).help_if(help));
    }

    /// `ASSOC with OBJECT by PROP = EXPR [label l]`.
    pub(super) fn tie(&mut self, tree: &LinkWith, walk: &mut Walk) -> Option<Tie> {
        let object = self.object_named(&tree.object);
        let link = self.linked(&tree.link, object, &walk.scope);
        let found = object.and_then(|object| self.looked_up(object, tree, &walk.scope));
        let (association, label) = link?;
        self.relinked(association, tree.object.span, walk);
        Some(Tie {
            association,
            label,
            other: Some(found?),
        })
    }

    /// The unique property by which a record is found, and its value.
    fn looked_up(
        &mut self,
        object: ObjectId,
        tree: &LinkWith,
        scope: &Scope,
    ) -> Option<(PropertyId, Expr)> {
        let Attribute::Property(id) = self.find(object, &tree.by)? else {
            let message = format!("`{}` is an association, not a property", tree.by.name);
            self.report(Finding::new(Code::WrongType, tree.by.span, message));
            return None;
        };
        let owner = &self.catalog.objects[object];
        let property = &owner.properties[id];
        let ty = property.ty.clone();
        if !property.unique {
            let rows = owner.properties.rows().iter();
            let unique = rows.filter(|property| property.unique);
            let unique: Vec<String> = unique.map(|row| format!("`{}`", row.name)).collect();
            let message = format!(
                "`{}` is not unique: it may lead to many records",
                tree.by.name
            );
            self.report(
                Finding::new(Code::MatchNotUnique, tree.by.span, message).help(format!(
                    "unique of `{}` is {}",
                    owner.name,
                    unique.join(", ")
                )),
            );
        }
        let value = self.value(&tree.value, scope, &ty);
        Some((id, value))
    }

    pub(super) fn dissociate(&mut self, tree: &Dissociate, walk: &mut Walk) -> Option<Tie> {
        let all = match tree {
            Dissociate::With(tree) => return self.tie(tree, walk),
            Dissociate::All(all) => all,
        };
        let (association, label) = self.linked(all, None, &walk.scope)?;
        self.relinked(association, all.span, walk);
        Some(Tie {
            association,
            label,
            other: None,
        })
    }

    /// A changed link leads to another record.
    fn relinked(&mut self, association: AssociationId, span: Span, walk: &mut Walk) {
        let target = Target {
            records: Records::This,
            property: TargetProperty::Association(association),
            span,
        };
        self.now_known(&target, false, walk);
    }
}
