//! Properties and the types that they are declared with.

use super::{PropertyTrees, Resolver, repeated};
use crate::base::{Name, nearest};
use crate::diagnostic::{Code, Finding, with_article};
use crate::model::{Member, Members, ObjectId, ParameterKind, Property, Type};
use crate::syntax::ast::{self, Ident, Modifier, ModifierKind, TypeKind};

/// How many times `OBJECT.PROPERTY` may lead to another one.
const MOST_STEPS: usize = 200;

impl<'a> Resolver<'a> {
    /// Adds a property or the named end of an association to an object.
    pub(super) fn attribute(
        &mut self,
        object: ObjectId,
        tree: &'a ast::Property,
        trees: &PropertyTrees<'a>,
    ) {
        if let TypeKind::Association(association) = &tree.ty.kind {
            self.association(object, tree, association);
            return;
        }
        if self.lacks_one_or_many(tree) {
            return;
        }
        let ty = self.property_type(&tree.ty, trees, 0);
        let ty = match ty {
            Type::Message | Type::Json | Type::Duration => {
                self.findings.push(
                    Finding::new(Code::UnknownType, tree.ty.span, "no property has this type")
                        .help("`message` is a type of events, `duration` of constants"),
                );
                Type::Broken
            }
            other => other,
        };
        let has = |test: fn(&ModifierKind) -> bool| {
            tree.modifiers.iter().any(|modifier| test(&modifier.kind))
        };
        let property = Property {
            name: tree.name.name.clone(),
            doc: tree.doc.clone(),
            ty,
            unique: has(|kind| matches!(kind, ModifierKind::Unique)),
            required: has(|kind| matches!(kind, ModifierKind::Required)),
            default: has(|kind| matches!(kind, ModifierKind::Default(_))),
            computed: has(|kind| matches!(kind, ModifierKind::Computed(_))),
            sensitive: has(|kind| matches!(kind, ModifierKind::Sensitive)),
            builtin: false,
        };
        self.modifiers(&property, &tree.modifiers);
        if self.catalog.objects[object]
            .add_property(property)
            .is_none()
        {
            self.taken(object, &tree.name);
        } else {
            let key = (object, tree.name.name.clone());
            self.places.insert(key, tree.name.span);
        }
    }

    /// `companies: company`.
    fn lacks_one_or_many(&mut self, tree: &ast::Property) -> bool {
        let TypeKind::Named(object) = &tree.ty.kind else {
            return false;
        };
        let (own, name) = (&tree.name.name, &object.name);
        if Type::named(name.as_str()).is_some() || self.catalog.object(name).is_none() {
            return false;
        }
        let end = if own.as_str().ends_with('s') {
            "many"
        } else {
            "one"
        };
        self.findings.push(
            Finding::new(
                Code::UnknownType,
                object.span,
                format!("`{name}` is an object, not a type"),
            )
            .help(format!(
                "between objects stands an association: `one {name}` or `many {name}`"
            ))
            .fix(
                format!("write `{end}`"),
                object.span.before(),
                format!("{end} "),
            ),
        );
        self.lost.insert(own.clone());
        true
    }

    /// A second attribute of one name, or one that every object has.
    pub(super) fn taken(&mut self, object: ObjectId, name: &Ident) {
        let first = self.places.get(&(object, name.name.clone())).copied();
        if let Some(first) = first
            && self.beside_package(object, name, first)
        {
            return;
        }
        let owner = &self.catalog.objects[object];
        let builtin = owner
            .property(name.name.as_str())
            .is_some_and(|id| owner.properties[id].builtin);
        let finding = repeated(name, &format!("`{}` has", owner.name), first);
        self.findings.push(if builtin {
            finding.help("every object has it")
        } else {
            finding
        });
    }

    fn modifiers(&mut self, property: &Property, modifiers: &[Modifier]) {
        let conflict = |message: &str, help: &str, at: fn(&ModifierKind) -> bool| {
            let span = modifiers.iter().find(|modifier| at(&modifier.kind))?.span;
            Some(Finding::new(Code::ModifierConflict, span, message).help(help))
        };
        let mut found = Vec::new();
        if property.computed && (property.default || property.required || property.unique) {
            found.extend(conflict(
                "a computed property takes no `default`, `required` or `unique`",
                "it has the value that is computed, and none other",
                |kind| matches!(kind, ModifierKind::Computed(_)),
            ));
        }
        if property.unique && property.default {
            found.extend(conflict(
                "a unique property has no default",
                "two records would have the same value",
                |kind| matches!(kind, ModifierKind::Default(_)),
            ));
        }
        if property.unique && matches!(property.ty, Type::Bool | Type::Set(_)) {
            found.extend(conflict(
                "a property of this type cannot be unique",
                "texts, numbers, dates and enums can",
                |kind| matches!(kind, ModifierKind::Unique),
            ));
        }
        let word = |kind: &ModifierKind| std::mem::discriminant(kind);
        for (place, modifier) in modifiers.iter().enumerate() {
            let before = modifiers.get(..place).unwrap_or_default();
            if before
                .iter()
                .any(|other| word(&other.kind) == word(&modifier.kind))
            {
                let message = "this modifier stands here twice";
                found.push(
                    Finding::new(Code::RepeatedClause, modifier.span, message).fix(
                        "delete it",
                        modifier.span,
                        "",
                    ),
                );
            }
        }
        for finding in found {
            self.findings.push(finding);
        }
    }

    /// The type of an event property, a webhook field or a parameter.
    pub(super) fn value_type(&mut self, tree: &ast::TypeExpr, webhook: bool) -> Type {
        let ty = match &tree.kind {
            TypeKind::PropertyOf(object, property) => self.declared_type(object, property),
            _ => self.plain_type(tree),
        };
        let allowed = match ty {
            Type::Json | Type::Duration => false,
            Type::Message | Type::Email | Type::Phone | Type::Date | Type::Set(_) => !webhook,
            // A datetime in a webhook has a finding of its own.
            _ => true,
        };
        if !allowed {
            let takes = if webhook {
                "`string`, `url`, `number`, `bool` or `enum(…)`"
            } else {
                "a type of values"
            };
            let code = if webhook {
                Code::WebhookType
            } else {
                Code::UnknownType
            };
            self.findings
                .push(Finding::new(code, tree.span, format!("expected {takes}")));
            return Type::Broken;
        }
        if webhook && matches!(ty, Type::Datetime) {
            self.findings.push(
                Finding::new(Code::WebhookType, tree.span, "a webhook reads no datetime")
                    .help("map it as a string, then read it where it is used: `parse_datetime(event.NAME)`")
                    .fix("write `string`", tree.span, "string"),
            );
            return Type::Broken;
        }
        ty
    }

    fn property_type(
        &mut self,
        tree: &ast::TypeExpr,
        trees: &PropertyTrees<'a>,
        steps: usize,
    ) -> Type {
        let TypeKind::PropertyOf(object, property) = &tree.kind else {
            return self.plain_type(tree);
        };
        match trees.get(&(object.name.clone(), property.name.clone())) {
            Some(_) if steps > MOST_STEPS => {
                let message = "this type leads back to itself";
                self.findings
                    .push(Finding::new(Code::UnknownType, tree.span, message));
                Type::Broken
            }
            Some(next) => self.property_type(next, trees, steps + 1),
            None => self.declared_type(object, property),
        }
    }

    /// The type of a property that the catalog has.
    fn declared_type(&mut self, object: &Ident, property: &Ident) -> Type {
        let Some(id) = self.object(object) else {
            return Type::Broken;
        };
        let owner = &self.catalog.objects[id];
        if let Some(found) = owner.property(property.name.as_str()) {
            return owner.properties[found].ty.clone();
        }
        let meant = nearest(property.name.as_str(), owner.attribute_names());
        let message = format!("`{}` has no property `{}`", owner.name, property.name);
        let finding = Finding::new(Code::UnknownProperty, property.span, message)
            .did_you_mean(meant, property.span);
        self.findings.push(finding);
        Type::Broken
    }

    fn plain_type(&mut self, tree: &ast::TypeExpr) -> Type {
        match &tree.kind {
            TypeKind::Enum(members) | TypeKind::Set(members) if members.is_empty() => {
                self.findings.push(
                    Finding::new(Code::MissingPart, tree.span, "no members are named here")
                        .help("like `enum(open, won, lost)`"),
                );
                Type::Broken
            }
            TypeKind::Enum(members) => Type::Enum(self.members(members)),
            TypeKind::Set(members) => Type::Set(self.members(members)),
            TypeKind::Named(ident) => self.named_type(ident),
            TypeKind::PropertyOf(object, property) => self.declared_type(object, property),
            TypeKind::Association(_) => {
                self.findings.push(
                    Finding::new(
                        Code::UnknownType,
                        tree.span,
                        "an association stands in objects only",
                    )
                    .help("an event or a message takes values"),
                );
                Type::Broken
            }
        }
    }

    fn named_type(&mut self, ident: &Ident) -> Type {
        if let Some(ty) = Type::named(ident.name.as_str()) {
            return ty;
        }
        if self.catalog.object(&ident.name).is_some() {
            let name = &ident.name;
            self.findings.push(
                Finding::new(
                    Code::UnknownType,
                    ident.span,
                    format!("`{name}` is an object, not a type"),
                )
                .help(format!(
                    "between objects stands an association: `one {name}` or `many {name}`"
                )),
            );
            return Type::Broken;
        }
        if ParameterKind::named(ident.name.as_str()).is_some() {
            let message = format!("no value is {}", with_article(ident.name.as_str()));
            self.findings.push(
                Finding::new(Code::UnknownType, ident.span, message)
                    .help("a parameter of a template may have this type, and nothing else"),
            );
            return Type::Broken;
        }
        let foreign = match ident.name.as_str() {
            "text" | "str" | "varchar" => Some("string"),
            "int" | "integer" | "float" | "decimal" | "double" => Some("number"),
            "boolean" => Some("bool"),
            "timestamp" | "instant" => Some("datetime"),
            _ => None,
        };
        let names = Type::NAMED.map(|(name, _)| name);
        let candidates = names.into_iter().chain(["enum", "set", "many", "one"]);
        let meant = foreign.or_else(|| nearest(ident.name.as_str(), candidates));
        // The two words of `NAME: TYPE` may stand in the wrong order.
        self.lost.insert(ident.name.clone());
        let message = format!("there is no type `{}`", ident.name);
        let finding = Finding::new(Code::UnknownType, ident.span, message);
        let finding = match meant {
            Some(_) => finding.did_you_mean(meant, ident.span),
            None => finding.help("the types are string, email, phone, url, number, bool, date, datetime, enum(…) and set(…)"),
        };
        self.findings.push(finding);
        Type::Broken
    }

    fn members(&mut self, trees: &[ast::Member]) -> Members {
        let mut members: Vec<Member> = Vec::with_capacity(trees.len());
        for tree in trees {
            let before = trees
                .iter()
                .map(|other| &other.name)
                .take_while(|other| other.span != tree.name.span);
            if let Some(first) = before
                .into_iter()
                .find(|other| other.name == tree.name.name)
            {
                self.findings
                    .push(repeated(&tree.name, "the list has", Some(first.span)));
                continue;
            }
            let label = tree.label.as_ref().map(|label| label.text.as_str().into());
            members.push(Member {
                name: Name::new(tree.name.name.as_str()),
                label,
            });
        }
        members.into_iter().collect()
    }
}
