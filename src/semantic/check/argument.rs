//! The arguments of an instance: which parameters they are for, and what these
//! stand for then.

use crate::base::{Name, Span, nearest};
use crate::diagnostic::{Code, Finding, listed, with_article};
use crate::model::{ParameterKind, Template, TemplateParameter, Type};
use crate::semantic::hir::ExprKind;
use crate::semantic::types::{Checker, Parameter, Scope, StandsFor};
use crate::syntax::ast::{self, Argument, Ident};

impl Checker<'_> {
    /// What each parameter stands for.
    pub(super) fn arguments_of(&mut self, tree: &ast::Instance, head: &Template) -> Vec<Parameter> {
        let mut given: Vec<Option<StandsFor>> = head.parameters.iter().map(|_| None).collect();
        let mut firsts: Vec<(usize, Span)> = Vec::new();
        for (number, argument) in tree.arguments.iter().enumerate() {
            let Some(place) = self.place_of(argument, number, head) else {
                continue;
            };
            if let Some((_, first)) = firsts.iter().find(|(other, _)| *other == place) {
                let first = *first;
                let name = head.parameters.get(place).map(|parameter| &parameter.name);
                let message = format!(
                    "`{}` is given already",
                    name.map_or("", |name| name.as_str())
                );
                self.report(
                    Finding::new(Code::RepeatedClause, argument.span, message)
                        .also(first, "the first"),
                );
                continue;
            }
            firsts.push((place, argument.span));
            let parameter = head.parameters.get(place);
            let value = parameter.map(|parameter| self.given(argument, parameter, head));
            if let Some(slot) = given.get_mut(place) {
                *slot = value;
            }
        }
        self.missing_arguments(tree, head, &given);
        let list = head.parameters.iter().zip(given);
        list.map(|(parameter, given)| Parameter {
            name: parameter.name.clone(),
            kind: parameter.kind.clone(),
            stands_for: given.unwrap_or(StandsFor::Lost),
        })
        .collect()
    }

    /// Which parameter an argument is for.
    fn place_of(&mut self, argument: &Argument, number: usize, head: &Template) -> Option<usize> {
        if argument.by.is_some() || argument.filter.is_some() {
            let message = "`by` and `where` stand in aggregates only";
            self.report(Finding::new(Code::UnexpectedText, argument.span, message));
        }
        let Some(name) = &argument.name else {
            return self.nameless(argument, number, head);
        };
        let place = head.place(&name.name);
        if place.is_none() {
            let message = format!("`{}` takes no `{}`", head.name, name.name);
            let names = head.parameters.iter();
            self.unknown(
                Code::UnknownArgument,
                (name.name.as_str(), name.span),
                message,
                names.map(|parameter| parameter.name.as_str()),
            );
        }
        place
    }

    /// An argument by its order, as other languages have it.
    fn nameless(&mut self, argument: &Argument, number: usize, head: &Template) -> Option<usize> {
        let message = "an argument of a template has a name";
        let finding = Finding::new(Code::ForeignSyntax, argument.span, message);
        let parameter = head.parameters.get(number);
        let Some(parameter) = parameter else {
            self.report(finding.help(format!("`{}` takes no more", head.name)));
            return None;
        };
        let name = format!("{}: ", parameter.name);
        self.report(finding.fix(
            format!("write `{}`", name.trim_end()),
            argument.span.before(),
            name,
        ));
        Some(number)
    }

    fn given(
        &mut self,
        argument: &Argument,
        parameter: &TemplateParameter,
        head: &Template,
    ) -> StandsFor {
        let span = argument.value.span;
        let (kind, ty) = match &parameter.kind {
            ParameterKind::Value(ty) => (parameter.kind.word(), Some(ty)),
            kind => (kind.word(), None),
        };
        if let (Some(word), Some(ident)) = (kind, bare(argument)) {
            return self.declaration(word, ident, argument);
        }
        let Some(ty) = ty.filter(|ty| !matches!(ty, Type::Message)) else {
            self.no_name_given(kind.unwrap_or("value"), &argument.value);
            return StandsFor::Lost;
        };
        if let Some(ident) = bare(argument)
            && self.is_property(ident, ty, head)
        {
            return StandsFor::Lost;
        }
        let value = self.value(&argument.value, &Scope::default(), ty);
        if let Some(part) = value.time_dependent() {
            let message = "an argument of a template cannot depend on the time";
            self.report(
                Finding::new(Code::WrongType, part.span, message)
                    .help("write it in the template, where it is used"),
            );
            return StandsFor::Lost;
        }
        let broken = value.find(&|part| matches!(part.kind, ExprKind::Broken));
        if broken.is_some() || matches!(ty, Type::Broken) {
            return StandsFor::Lost;
        }
        StandsFor::Value(Box::new(value), span)
    }

    /// A property where a value must stand that is known before any record is.
    fn is_property(&mut self, ident: &Ident, ty: &Type, head: &Template) -> bool {
        let name = ident.name.as_str();
        let member = match ty {
            Type::Enum(members) | Type::Set(members) => members.position(name).is_some(),
            _ => false,
        };
        let object = &self.catalog.objects[head.object];
        let mut attributes = object.attribute_names();
        let property = attributes.any(|attribute| attribute == name);
        if member || !property || self.catalog.declares("constant", &ident.name) {
            return false;
        }
        let message = format!("`{name}` is a property of `{}`, not a value", object.name);
        self.report(
            Finding::new(Code::WrongType, ident.span, message)
                .help("an argument is the same for all records; name the property in the template"),
        );
        true
    }

    /// Something else where the name of a declaration must stand.
    fn no_name_given(&mut self, word: &'static str, value: &ast::Expr) {
        let message = format!("expected {}, by its name", with_article(word));
        let finding = Finding::new(Code::WrongType, value.span, message);
        let quoted = match &value.kind {
            ast::ExprKind::Text(text) => match text.parts.as_slice() {
                [ast::Part::Literal(name)] => Some(Name::new(name)),
                _ => None,
            },
            _ => None,
        };
        let known = quoted.filter(|name| self.catalog.declares(word, name));
        self.report(match known {
            Some(name) => finding.help("a name stands without quotes").fix(
                format!("write `{name}`"),
                value.span,
                name.as_str(),
            ),
            None => finding,
        });
    }

    /// A declaration of a kind, by its name.
    fn declaration(&mut self, word: &'static str, ident: &Ident, argument: &Argument) -> StandsFor {
        let name = ident.name.as_str();
        let builtin = word == "event" && matches!(name, "created" | "action_failed");
        if word == "message" && self.catalog.declares(word, &ident.name) {
            let value = self.value(&argument.value, &Scope::default(), &Type::Message);
            return StandsFor::Value(Box::new(value), ident.span);
        }
        if builtin || self.catalog.declares(word, &ident.name) {
            return StandsFor::Named(ident.name.clone(), ident.span);
        }
        let catalog = self.catalog;
        let (code, names): (Code, Vec<&str>) = match word {
            "event" => (
                Code::UnknownEvent,
                names(catalog.events.rows(), |row| &row.name),
            ),
            "segment" => (
                Code::UnknownSegment,
                names(catalog.segments.rows(), |row| &row.name),
            ),
            "workflow" => (
                Code::UnknownWorkflow,
                names(catalog.workflows.rows(), |row| &row.name),
            ),
            "message" => (
                Code::UnknownMessage,
                names(catalog.messages.rows(), |row| &row.name),
            ),
            "calendar" => (
                Code::UnknownCalendar,
                names(catalog.calendars.rows(), |row| &row.name),
            ),
            _ => (Code::UnknownName, Vec::new()),
        };
        let other = OTHERS
            .iter()
            .find(|other| catalog.declares(other, &ident.name));
        match other {
            Some(other) => {
                let (found, wanted) = (with_article(other), with_article(word));
                let message = format!("`{name}` is {found}, not {wanted}");
                self.report(Finding::new(code, ident.span, message));
            }
            None => {
                let message = format!("there is no {word} `{name}`");
                self.unknown(code, (name, ident.span), message, names);
            }
        }
        StandsFor::Lost
    }

    /// Arguments that are not given, in one finding.
    fn missing_arguments(
        &mut self,
        tree: &ast::Instance,
        head: &Template,
        given: &[Option<StandsFor>],
    ) {
        // One that is misspelt has a finding already.
        let written = tree.arguments.iter();
        let written: Vec<&str> = written
            .filter_map(|argument| Some(argument.name.as_ref()?.name.as_str()))
            .filter(|name| {
                !head
                    .parameters
                    .iter()
                    .any(|parameter| parameter.name == *name)
            })
            .collect();
        let misspelt = |name: &str| written.iter().any(|other| nearest(other, [name]).is_some());
        let missing: Vec<&str> = head
            .parameters
            .iter()
            .zip(given)
            .filter(|(_, given)| given.is_none())
            .map(|(parameter, _)| parameter.name.as_str())
            .filter(|name| !misspelt(name))
            .collect();
        if missing.is_empty() {
            return;
        }
        let example: Vec<String> = missing.iter().map(|name| format!("{name}: …")).collect();
        let message = format!("`{}` needs {}", head.name, listed(&missing));
        self.report(
            Finding::new(Code::MissingArgument, tree.template.span, message).help(format!(
                "write `{}({})`",
                head.name,
                example.join(", ")
            )),
        );
    }
}

/// What a name may be declared as.
const OTHERS: [&str; 7] = [
    "event", "segment", "workflow", "message", "template", "object", "calendar",
];

fn names<'r, T>(rows: &'r [T], name: impl Fn(&'r T) -> &'r Name) -> Vec<&'r str> {
    rows.iter().map(|row| name(row).as_str()).collect()
}

/// The name that an argument is.
fn bare(argument: &Argument) -> Option<&Ident> {
    match &argument.value.kind {
        ast::ExprKind::Path(path)
            if path.arguments.is_none() && path.rest.is_empty() && path.label.is_none() =>
        {
            Some(&path.head)
        }
        _ => None,
    }
}
