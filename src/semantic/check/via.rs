//! How declared actions are carried out: by a request, or by a command. What a
//! `do` gives them is checked with the steps.

use super::body::Bodies;
use crate::base::{Duration, Name, Span, nearest};
use crate::diagnostic::{Code, Finding, listed};
use crate::model::{Action, ActionId, Item};
use crate::semantic::hir::{Carrier, JsonPath, Origins, Request};
use crate::semantic::resolve::Trees;
use crate::semantic::types::{Checker, Local, Scope};
use crate::syntax::ast::{self, Ident, Json, JsonKey, Part, Plain, Via, ViaField, ViaValue};

/// The keys of `via http` that the action `http` does not have.
const MORE_OF_HTTP: [&str; 4] = ["result", "retry", "connection", "sensitive"];

impl Checker<'_> {
    pub(super) fn check_actions(
        &mut self,
        trees: &Trees<'_>,
        origins: &mut Origins,
    ) -> Vec<Option<Carrier>> {
        let mut carriers = Vec::with_capacity(trees.actions.len());
        for (id, tree) in self.catalog.actions.ids().zip(&trees.actions) {
            let Some(tree) = tree else {
                carriers.push(None);
                continue;
            };
            self.stand_in(tree.span.source);
            carriers.push(self.carrier(id, tree));
            self.declare(origins, Item::Action(id), tree.span);
        }
        self.stand_outside();
        carriers
    }

    fn carrier(&mut self, id: ActionId, tree: &ast::Action) -> Option<Carrier> {
        let action = &self.catalog.actions[id];
        let types = tree.parameters.iter().map(|parameter| &parameter.ty);
        let types = types.chain(tree.results.iter().map(|result| &result.ty));
        types.for_each(|ty| self.uses_type(ty));
        if let Some(second) = tree.via.get(1) {
            let message = "an action is carried out in one way";
            self.report(Finding::new(
                Code::RepeatedClause,
                second.carrier.span,
                message,
            ));
        }
        let Some(via) = tree.via.first() else {
            if self.lost.is_partial(&action.name) {
                return None;
            }
            let message = format!("`{}` does not say how it is carried out", action.name);
            self.report(
                Finding::new(Code::MissingPart, tree.name.span, message)
                    .help("write `via http { … }` or `via command { … }` after it"),
            );
            return None;
        };
        match via.carrier.name.as_str() {
            "http" => Some(Carrier::Http(Box::new(self.request(via, (action, tree))))),
            "command" => Some(Carrier::Command(Box::new(self.command(via, action)))),
            "builtin" => {
                self.builtin(via, action);
                Some(Carrier::Builtin)
            }
            other => {
                let message = format!("nothing carries an action out that is called `{other}`");
                let names = ["http", "command"];
                self.unknown(Code::UnknownName, (other, via.carrier.span), message, names);
                None
            }
        }
    }

    /// What bundled packages declare so is built in.
    fn builtin(&mut self, via: &Via, action: &Action) {
        if self.settings.package_at(via.carrier.span).is_some() {
            return;
        }
        let message = format!("`{}` is built into nothing", action.name);
        self.report(
            Finding::new(Code::BuiltinAction, via.carrier.span, message).help(
                "bundled packages alone have built-in actions; write `via http { … }` or `via command { … }`",
            ),
        );
    }

    fn request(&mut self, via: &Via, (action, tree): (&Action, &ast::Action)) -> Request {
        let catalog = self.catalog;
        let http = catalog.action(&Name::new("http"));
        let known = http.map_or(&[][..], |id| &catalog.actions[id].parameters);
        let keys = known.iter().map(|parameter| parameter.name.as_str());
        let keys: Vec<&str> = keys.chain(MORE_OF_HTTP).collect();
        let scope = scope(action);
        let mut request = Request {
            arguments: Vec::new(),
            results: Vec::new(),
            retry: None,
            connection: None,
        };
        let mut bodies = Bodies::default();
        for field in self.keyed(via, &keys) {
            match field.name.name.as_str() {
                "result" => request.results = self.result_paths(field, (action, tree)),
                "retry" => request.retry = self.attempts(field),
                "connection" => request.connection = self.connection(field),
                "sensitive" => self.allowed(field),
                name => {
                    let parameter = known.iter().find(|parameter| parameter.name == name);
                    let (Some(parameter), Some(given)) = (parameter, self.plain_field(field))
                    else {
                        continue;
                    };
                    let scope = Scope {
                        secrets: parameter.secrets,
                        ..scope.clone()
                    };
                    let wanted = (&parameter.ty, parameter.required);
                    let value = self.field_argument(&given, wanted, &scope);
                    bodies.see(&given.name, value.as_ref());
                    self.by_names(&given.name, value.as_ref());
                    let value = value.map(|value| (given.name.name.clone(), value));
                    request.arguments.extend(value);
                }
            }
        }
        self.one_body(&bodies);
        let has = |name: &str| via.fields.iter().any(|field| field.name.name == name);
        if !has("url") {
            self.lacks(via, "url", "url: \"https://example.com/path\"");
        }
        if !has("result") {
            self.unread(tree, tree.results.iter().map(|result| &result.name));
        }
        request
    }

    pub(super) fn lacks(&mut self, via: &Via, key: &str, example: &str) {
        let misspelt = |field: &ViaField| nearest(field.name.name.as_str(), [key]).is_some();
        if self.lost.contains(key) || via.fields.iter().any(misspelt) {
            return;
        }
        let message = format!("`via {}` needs `{key}`", via.carrier.name);
        self.report(
            Finding::new(Code::MissingPart, via.carrier.span, message)
                .help(format!("write `{example}`")),
        );
    }

    /// The fields of a carrier that it has, each once.
    pub(super) fn keyed<'v>(&mut self, via: &'v Via, keys: &[&str]) -> Vec<&'v ViaField> {
        let mut kept: Vec<&ViaField> = Vec::with_capacity(via.fields.len());
        for field in &via.fields {
            let name = field.name.name.as_str();
            if !keys.contains(&name) {
                let message = format!("`via {}` takes no `{name}`", via.carrier.name);
                let place = (name, field.name.span);
                self.unknown(Code::UnknownField, place, message, keys.iter().copied());
                continue;
            }
            let before = kept
                .iter()
                .find(|before| before.name.name == field.name.name);
            if let Some(before) = before {
                let message = format!("`{name}` may stand only once");
                self.report(
                    Finding::new(Code::RepeatedClause, field.name.span, message)
                        .also(before.name.span, "the first"),
                );
                continue;
            }
            kept.push(field);
        }
        kept
    }

    /// What the action `http` takes too.
    fn plain_field(&mut self, field: &ViaField) -> Option<ast::Field> {
        let ViaValue::Value(value) = &field.value else {
            self.expected(field, "a value", None);
            return None;
        };
        Some(ast::Field {
            name: field.name.clone(),
            value: value.clone(),
            span: field.span,
        })
    }

    pub(super) fn expected(&mut self, field: &ViaField, what: &str, example: Option<&str>) {
        if let Some(span) = field.value.span() {
            let message = format!("expected {what}");
            let help = example.map(|example| format!("like `{}: {example}`", field.name.name));
            self.report(Finding::new(Code::WrongType, span, message).help_if(help));
        }
    }

    /// `result: { message_id: "$.id" }`.
    fn result_paths(
        &mut self,
        field: &ViaField,
        (action, tree): (&Action, &ast::Action),
    ) -> Vec<(usize, JsonPath)> {
        let ViaValue::Value(ast::Value::Json(Json::Object(members, _))) = &field.value else {
            self.expected(
                field,
                "the places of results",
                Some("{ message_id: \"$.id\" }"),
            );
            return Vec::new();
        };
        let mut seen: Vec<&JsonKey> = Vec::new();
        let mut read = Vec::with_capacity(members.len());
        for (key, value) in members {
            if seen.iter().any(|before| before.text == key.text) {
                let message = format!("`{}` is given already", key.text);
                self.report(Finding::new(Code::RepeatedClause, key.span, message));
                continue;
            }
            seen.push(key);
            let place = action
                .results
                .iter()
                .position(|row| row.name == key.text.as_str());
            if place.is_none() {
                let message = format!("`{}` has no result `{}`", action.name, key.text);
                let names = action.results.iter().map(|row| row.name.as_str());
                let place = (key.text.as_str(), key.span);
                self.unknown(Code::UnknownField, place, message, names);
            }
            let path = self.path_text(value).and_then(|path| self.json_path(&path));
            read.extend(place.zip(path));
        }
        let misspelt = |name: &str| {
            let strange = seen.iter().filter(|key| {
                let mut results = action.results.iter();
                !results.any(|row| row.name == key.text.as_str())
            });
            strange
                .into_iter()
                .any(|key| nearest(&key.text, [name]).is_some())
        };
        let said = |name: &str| seen.iter().any(|key| key.text == name) || misspelt(name);
        let missing = tree.results.iter().map(|result| &result.name);
        let missing: Vec<&Ident> = missing.filter(|name| !said(name.name.as_str())).collect();
        self.unread(tree, missing);
        read
    }

    /// Results that nothing is read into.
    fn unread<'t>(&mut self, tree: &'t ast::Action, names: impl IntoIterator<Item = &'t Ident>) {
        let names: Vec<&Ident> = names.into_iter().collect();
        let Some(first) = names
            .first()
            .filter(|_| !self.lost.is_partial(&tree.name.name))
        else {
            return;
        };
        let quoted: Vec<&str> = names.iter().map(|name| name.name.as_str()).collect();
        let message = format!(
            "`{}` does not say where {} {} in the answer",
            tree.name.name,
            listed(&quoted),
            if quoted.len() == 1 { "stands" } else { "stand" }
        );
        let help = format!("write `result: {{ {}: \"$.path\" }}`", first.name);
        self.report(Finding::new(Code::MissingPart, first.span, message).help(help));
    }

    /// A JSONPath as it is written: a text without interpolations.
    fn path_text(&mut self, value: &ast::Value) -> Option<Plain> {
        if let Some(text) = plain(value) {
            return Some(text);
        }
        let message = "expected a JSONPath in quotes";
        self.report(
            Finding::new(Code::WrongType, value.span(), message).help("like `\"$.data.id\"`"),
        );
        None
    }

    /// `retry: 3 times over 1 hour`.
    fn attempts(&mut self, field: &ViaField) -> Option<(u32, Duration)> {
        match &field.value {
            ViaValue::Attempts(retry) => {
                self.no_business(retry.over, retry.span);
                Some((retry.times, retry.over))
            }
            _ => {
                self.expected(field, "a number of attempts", Some("3 times over 1 hour"));
                None
            }
        }
    }

    /// `connection: NAME`.
    fn connection(&mut self, field: &ViaField) -> Option<Name> {
        let Some(ident) = bare(&field.value) else {
            self.expected(field, "the name of a connection", Some("crm"));
            return None;
        };
        let settings = self.settings;
        if let Some(outside) = &settings.outside
            && !outside
                .connections
                .iter()
                .any(|name| ident.name == name.as_str())
        {
            let message = format!("there is no connection `{}` of the kind `http`", ident.name);
            let name = ident.name.as_str();
            let known: Vec<&str> = outside.connections.iter().map(String::as_str).collect();
            let finding = Finding::new(Code::UnknownName, ident.span, message);
            self.report(match nearest(name, known) {
                Some(meant) => finding.did_you_mean(Some(meant), ident.span),
                None => finding.help(format!("declare it in flow.toml: `[connections.{name}]`")),
            });
        }
        Some(ident.name.clone())
    }

    /// `sensitive: allowed`.
    fn allowed(&mut self, field: &ViaField) {
        if bare(&field.value).is_some_and(|word| word.name == "allowed") {
            return;
        }
        if let Some(span) = field.value.span() {
            self.report(
                Finding::new(Code::WrongType, span, "`sensitive` takes `allowed`")
                    .help("without it, sensitive properties stay out of the request")
                    .fix("write `allowed`", span, "allowed"),
            );
        }
    }
}

/// What the parts of an action may name: its parameters.
pub(super) fn scope(action: &Action) -> Scope {
    let locals = action.parameters.iter().enumerate();
    let locals = locals.map(|(place, parameter)| {
        let (ty, required) = (parameter.ty.clone(), parameter.required);
        let local = Local::Parameter {
            place,
            ty,
            required,
        };
        (parameter.name.clone(), local)
    });
    Scope {
        locals: locals.collect(),
        ..Scope::default()
    }
}

/// A text without interpolations.
pub(super) fn plain(value: &ast::Value) -> Option<Plain> {
    let ast::Value::Expr(expr) = value else {
        return None;
    };
    let ast::ExprKind::Text(text) = &expr.kind else {
        return None;
    };
    let span: Span = expr.span;
    match text.parts.as_slice() {
        [] => Some(Plain {
            text: String::new(),
            span,
        }),
        [Part::Literal(text)] => Some(Plain {
            text: text.clone(),
            span,
        }),
        _ => None,
    }
}

/// The name that a value is.
fn bare(value: &ViaValue) -> Option<&Ident> {
    match value {
        ViaValue::Value(ast::Value::Expr(expr)) => match &expr.kind {
            ast::ExprKind::Path(path) if expr.is_name(path.head.name.as_str()) => Some(&path.head),
            _ => None,
        },
        _ => None,
    }
}
