//! The values of records and events in tests.

use crate::base::nearest;
use crate::diagnostic::{Code, Finding};
use crate::model::{Item, ObjectId, Type};
use crate::semantic::check::test::cast::Cast;
use crate::semantic::hir::TargetProperty;
use crate::semantic::hir::test::{Occurrence, Values};
use crate::semantic::types::{Attribute, Checker};
use crate::syntax::ast::test::{NewRecord, Occurrence as Tree};
use crate::syntax::ast::{Field, Ident, PathSegment};

/// What happens by a statement of its own, with what to write.
const BUILTIN: [(&str, &str); 6] = [
    ("created", "when OBJECT NAME is created { … }"),
    ("changed", "when R sets PROPERTY = …"),
    ("joined", "when R is added to SEGMENT"),
    ("left", "when R is removed from SEGMENT"),
    ("deleted", "when R is deleted"),
    ("action_failed", "mock ACTION fails 500"),
];

impl Checker<'_> {
    /// A record with its values, which is there from then on.
    pub(super) fn new_record(
        &mut self,
        tree: &NewRecord,
        cast: &mut Cast<'_>,
    ) -> Option<(usize, Values)> {
        // Where the two stand the other way round, that was said.
        let declared = cast.declared(&tree.name);
        let (place, object) = declared.or_else(|| cast.declared(&tree.object))?;
        let Some(object) = object else {
            cast.there(place);
            return None;
        };
        self.uses.insert(Item::Object(object));
        let mut values = Vec::new();
        for field in self.each_once(&tree.fields) {
            let Some((target, ty)) = self.settable(object, &field.name) else {
                continue;
            };
            let value = self.field_argument(field, (&ty, false), &cast.scope);
            values.extend(value.map(|value| (target, value)));
        }
        self.required_values(object, tree);
        cast.there(place);
        Some((place, values))
    }

    /// The fields without those that are given a second time.
    pub(super) fn each_once<'f>(&mut self, fields: &'f [Field]) -> Vec<&'f Field> {
        let mut once: Vec<&Field> = Vec::with_capacity(fields.len());
        for field in fields {
            if once
                .iter()
                .any(|before| before.name.name == field.name.name)
            {
                let message = format!("`{}` is given already", field.name.name);
                let span = field.name.span;
                self.report(Finding::new(Code::RepeatedClause, span, message));
                continue;
            }
            once.push(field);
        }
        once
    }

    /// A property, or a `one` association, that comes from outside.
    pub(super) fn settable(
        &mut self,
        object: ObjectId,
        name: &Ident,
    ) -> Option<(TargetProperty, Type)> {
        let owner = &self.catalog.objects[object];
        match self.find(object, name)? {
            Attribute::Property(id) => {
                let property = &owner.properties[id];
                if property.computed || property.builtin {
                    let last = PathSegment {
                        name: name.clone(),
                        label: None,
                    };
                    self.not_written(property, &last);
                    return None;
                }
                Some((TargetProperty::Property(id), property.ty.clone()))
            }
            Attribute::Association(id) => {
                let association = &owner.associations[id];
                if association.many {
                    let message = format!("`{}` leads to many records", association.name);
                    let help = format!(
                        "link each by a statement: `given RECORD in {}.{}`",
                        owner.name, association.name
                    );
                    self.report(Finding::new(Code::PathThroughMany, name.span, message).help(help));
                    return None;
                }
                let ty = Type::Record(association.object);
                Some((TargetProperty::Association(id), ty))
            }
        }
    }

    /// Required properties that have no value, in one finding.
    fn required_values(&mut self, object: ObjectId, tree: &NewRecord) {
        let owner = &self.catalog.objects[object];
        let written = tree.fields.iter().map(|field| field.name.name.as_str());
        // One that is misspelt, or could not be read, has a finding already.
        let said = |name: &str| {
            self.lost.contains(name)
                || written.clone().any(|other| {
                    other == name
                        || owner.attribute(other).is_none() && nearest(other, [name]).is_some()
                })
        };
        let missing = owner.properties.rows().iter();
        let missing: Vec<&str> = missing
            .filter(|property| property.required && !property.default)
            .map(|property| property.name.as_str())
            .filter(|name| !said(name))
            .collect();
        if missing.is_empty() {
            return;
        }
        let quoted: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
        let fields: Vec<String> = missing.iter().map(|name| format!("{name}: …")).collect();
        let message = format!("a `{}` needs {}", owner.name, quoted.join(" and "));
        let help = format!(
            "write `{} {} {{ {} }}`",
            owner.name,
            tree.name.name,
            fields.join(", ")
        );
        self.report(Finding::new(Code::MissingArgument, tree.name.span, message).help(help));
    }

    /// `R does EVENT { … }`, `R did EVENT { … }`.
    pub(super) fn test_occurrence(&mut self, tree: &Tree, cast: &Cast<'_>) -> Option<Occurrence> {
        let role = self.role(&tree.record, cast);
        let event = self.test_event(&tree.event)?;
        let head = &self.catalog.events[event];
        if let Some((_, object)) = role
            && head.object != object
        {
            let (owner, here) = (
                &self.catalog.objects[head.object].name,
                &self.catalog.objects[object].name,
            );
            let message = format!(
                "`{}` happens to {owner} records, `{}` is a record of `{here}`",
                head.name, tree.record.name
            );
            self.report(Finding::new(Code::OtherObject, tree.event.span, message));
        }
        let (mut fields, mut id, mut occurred_at) = (Vec::new(), None, None);
        for field in self.each_once(&tree.fields) {
            let name = field.name.name.as_str();
            if let Some(property) = head.property(name) {
                let ty = head.properties[property].ty.clone();
                let value = self.field_argument(field, (&ty, false), &cast.scope);
                fields.extend(value.map(|value| (property, value)));
            } else if name == "id" {
                id = self.field_argument(field, (&Type::String, false), &cast.scope);
            } else if name == "occurred_at" {
                occurred_at = self.field_argument(field, (&Type::Datetime, false), &cast.scope);
            } else {
                let message = format!("`{}` has no property `{name}`", head.name);
                let names = head.properties.rows().iter();
                self.unknown(
                    Code::UnknownProperty,
                    (name, field.name.span),
                    message,
                    names.map(|property| property.name.as_str()),
                );
            }
        }
        Some(Occurrence {
            record: role?.0,
            event,
            fields,
            id,
            occurred_at,
        })
    }

    /// A declared event: those that are built in happen by other statements.
    fn test_event(&mut self, name: &Ident) -> Option<crate::model::EventId> {
        let found = self.catalog.event(&name.name);
        if found.is_some() {
            return found;
        }
        let builtin = BUILTIN.iter().find(|(word, _)| name.name == **word);
        if let Some((word, instead)) = builtin {
            let message = format!("`{word}` does not happen by itself");
            self.report(
                Finding::new(Code::UnknownEvent, name.span, message)
                    .help(format!("write `{instead}`")),
            );
            return None;
        }
        let message = format!("there is no event `{}`", name.name);
        let names = self.catalog.events.rows().iter();
        self.unknown(
            Code::UnknownEvent,
            (name.name.as_str(), name.span),
            message,
            names.map(|event| event.name.as_str()),
        );
        None
    }
}
