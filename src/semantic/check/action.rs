//! `do`: the action, its arguments, its results.

use std::rc::Rc;

use super::body::Bodies;
use super::flow::Walk;
use crate::base::{Name, Span, meant};
use crate::diagnostic::{Code, Edit, Finding, with_article};
use crate::model::{Action, ActionId, Item, MessageParameter, ObjectId, Type, is_kept};
use crate::semantic::hir::{Binding, Do, Expr, ExprKind, Json, Step, StepKind};
use crate::semantic::resolve::unused;
use crate::semantic::types::{Checker, Local, Scope};
use crate::syntax::ast::{self, Ident, JsonKey, Value};

impl Checker<'_> {
    pub(super) fn do_action(&mut self, tree: &ast::Do, walk: &mut Walk) -> Option<StepKind> {
        let action = self.action(&tree.action);
        for (second, word) in [
            (tree.bindings.get(1).map(|name| name.span), "as"),
            (tree.retries.get(1).map(|retry| retry.span), "retry"),
            (tree.on_error.get(1).map(|(_, span)| *span), "on error"),
        ] {
            if let Some(span) = second {
                self.report(Finding::new(
                    Code::RepeatedClause,
                    span,
                    format!("`{word}` may stand only once"),
                ));
            }
        }
        let arguments = action.map(|action| self.arguments(action, tree, &walk.scope));
        let retry = tree.retries.first().map(|retry| (retry.times, retry.over));
        if let Some(retry) = tree.retries.first() {
            self.no_business(retry.over, retry.span);
        }
        let binding = tree
            .bindings
            .first()
            .and_then(|name| self.results(name, action, walk));
        let place = binding.as_ref().map(|binding| binding.place);
        let on_error = tree.on_error.first();
        let on_error = on_error.map(|(steps, _)| self.handler(steps, place, walk));
        walk.set(place.filter(|_| on_error.is_none()));
        Some(StepKind::Do(Box::new(Do {
            action: action?,
            arguments: arguments?,
            binding,
            retry,
            on_error,
        })))
    }

    /// What is done when the action fails: there are no results then. What it
    /// makes known or unknown holds afterwards only if the other way says the
    /// same.
    fn handler(&mut self, steps: &[ast::Step], place: Option<usize>, walk: &mut Walk) -> Vec<Step> {
        let (before, mut exits) = (walk.scope.facts.clone(), Vec::new());
        walk.set(place);
        walk.leave(&mut exits);
        walk.scope.facts = before;
        let way = format!("`on error` of `{}`", walk.at);
        let checked = self.arm(way, steps, (walk, &mut exits));
        walk.join(exits);
        checked
    }

    pub(super) fn action(&mut self, name: &Ident) -> Option<ActionId> {
        let found = self.catalog.action(&name.name);
        if found.is_none() {
            let names: Vec<&str> = self
                .catalog
                .actions
                .rows()
                .iter()
                .filter(|action| !is_kept(&action.name))
                .map(|action| action.name.as_str())
                .collect();
            let needs_user = name.name == "notify" && !self.lost.contains("user");
            if needs_user {
                self.report(
                    Finding::new(
                        Code::UnknownAction,
                        name.span,
                        "`notify` needs an object `user`",
                    )
                    .help("declare `object user { email: email unique required … }`"),
                );
            } else if !self.lost.contains(name.name.as_str()) {
                let message = format!("there is no action `{}`", name.name);
                if let Some(help) = unused("action", &name.name) {
                    self.report(Finding::new(Code::UnknownAction, name.span, message).help(help));
                    return None;
                }
                self.unknown(
                    Code::UnknownAction,
                    (name.name.as_str(), name.span),
                    message,
                    names,
                );
            }
        }
        found
    }

    /// A name for the results of an action.
    fn results(
        &mut self,
        name: &Ident,
        action: Option<ActionId>,
        walk: &mut Walk,
    ) -> Option<Binding> {
        let Some(action) = action else {
            self.bind_lost(name, walk);
            return None;
        };
        let action: Rc<Action> = Rc::new(self.catalog.actions[action].clone());
        let place = self.bind(name, walk, |place| Local::Results { place, action });
        Some(Binding {
            name: name.name.clone(),
            place,
            span: name.span,
        })
    }

    /// Binds a name, which no path has set yet; returns its place.
    pub(super) fn bind(
        &mut self,
        name: &Ident,
        walk: &mut Walk,
        local: impl FnOnce(usize) -> Local,
    ) -> usize {
        self.bindable(name, walk);
        let place = walk.bindings;
        walk.bindings += 1;
        walk.bound(place);
        self.bound.truncate(place);
        self.bound.push((name.span, self.trail.len()));
        walk.scope.locals.push(name.name.clone(), local(place));
        place
    }

    /// Binds a name to what a finding was given for.
    pub(super) fn bind_lost(&mut self, name: &Ident, walk: &mut Walk) {
        self.bindable(name, walk);
        walk.scope.locals.push(name.name.clone(), Local::Lost);
    }

    /// A name that is bound has one meaning.
    fn bindable(&mut self, name: &Ident, walk: &Walk) {
        if let Some(object) = walk.scope.this {
            self.no_shadow(object, name);
        }
        if walk.scope.bound(name.name.as_str()).is_some() || self.is_parameter(name) {
            self.report(
                Finding::new(
                    Code::DuplicateName,
                    name.span,
                    format!("`{}` is bound already", name.name),
                )
                .help("choose another name"),
            );
        }
    }

    /// A bound name must not be that of a property.
    pub(super) fn no_shadow(&mut self, object: ObjectId, name: &Ident) {
        let owner = &self.catalog.objects[object];
        if owner
            .attribute_names()
            .any(|attribute| name.name == attribute)
        {
            self.report(
                Finding::new(
                    Code::Shadowing,
                    name.span,
                    format!("`{}` is a property of `{}`", name.name, owner.name),
                )
                .help("choose another name: a bare name has one meaning"),
            );
        }
    }

    fn arguments(&mut self, id: ActionId, tree: &ast::Do, scope: &Scope) -> Vec<(Name, Expr)> {
        let action = &self.catalog.actions[id];
        self.uses.insert(Item::Action(id));
        let mut checked: Vec<(Name, Expr)> = Vec::new();
        // The message says which further arguments there are.
        let sent = tree
            .arguments
            .iter()
            .find(|field| action.sends_message && field.name.name == "message");
        let message =
            sent.and_then(|field| self.field_argument(field, (&Type::Message, false), scope));
        let parameters = self.parameters_of(message.as_ref());
        let lost = message.as_ref().is_some_and(|message| {
            matches!(message.kind, ExprKind::Broken | ExprKind::Parameter(_))
        });
        let mut bodies = Bodies::default();
        for field in &tree.arguments {
            if checked.iter().any(|(name, _)| *name == field.name.name) {
                let text = format!("`{}` is given already", field.name.name);
                self.report(Finding::new(Code::RepeatedClause, field.name.span, text));
                continue;
            }
            let value = if sent.is_some_and(|sent| std::ptr::eq(sent, field)) {
                message.clone()
            } else if lost && action.parameter(field.name.name.as_str()).is_none() {
                // It may belong to the message that was meant.
                None
            } else {
                self.named_argument(action, &parameters, field, scope)
            };
            if action.name == "http" {
                bodies.see(&field.name, value.as_ref());
                self.by_names(&field.name, value.as_ref());
            }
            if action.guarded {
                value
                    .iter()
                    .for_each(|value| self.nothing_sensitive(value, &action.name));
            }
            checked.extend(value.map(|value| (field.name.name.clone(), value)));
        }
        self.one_body(&bodies);
        self.missing(action, &parameters, tree);
        checked
    }

    /// What a message takes, where it is known which message is sent.
    fn parameters_of(&self, message: Option<&Expr>) -> Vec<MessageParameter> {
        match message.map(|message| &message.kind) {
            Some(ExprKind::Message(id)) => self.catalog.messages[*id].parameters.clone(),
            _ => Vec::new(),
        }
    }

    fn named_argument(
        &mut self,
        action: &Action,
        parameters: &[MessageParameter],
        field: &ast::Field,
        scope: &Scope,
    ) -> Option<Expr> {
        let name = field.name.name.as_str();
        let (ty, required, secrets) = if let Some(parameter) = action.parameter(name) {
            (&parameter.ty, parameter.required, parameter.secrets)
        } else if let Some(parameter) = parameters.iter().find(|parameter| parameter.name == name) {
            (&parameter.ty, parameter.required, false)
        } else {
            let known = action
                .parameters
                .iter()
                .map(|parameter| parameter.name.as_str());
            let known: Vec<&str> = known
                .chain(parameters.iter().map(|parameter| parameter.name.as_str()))
                .collect();
            let message = format!("`{}` takes no `{name}`", action.name);
            self.unknown(
                Code::UnknownArgument,
                (name, field.name.span),
                message,
                known,
            );
            return None;
        };
        let scope = Scope {
            secrets,
            ..scope.clone()
        };
        self.field_argument(field, (ty, required), &scope)
    }

    pub(super) fn field_argument(
        &mut self,
        field: &ast::Field,
        (ty, required): (&Type, bool),
        scope: &Scope,
    ) -> Option<Expr> {
        let value = match (&field.value, ty) {
            (value, Type::Json) => {
                let span = value.span();
                let json = self.json(value, scope);
                return Some(Expr {
                    kind: ExprKind::Json(json),
                    ty: Type::Json,
                    span,
                    known: true,
                });
            }
            (Value::Expr(expr), _) => self.value(expr, scope, ty),
            (Value::Json(json), _) => {
                self.no_json(json, ty, field.value.span());
                return None;
            }
        };
        if required {
            self.needs_known(&value, &format!("`{}`", field.name.name), ty);
        }
        self.other_message(&value, scope);
        Some(value)
    }

    /// JSON where another value stands. `[a, b]` may be meant as a set.
    fn no_json(&mut self, json: &ast::Json, ty: &Type, span: Span) {
        let text = format!("expected {}, found JSON", self.describe(ty));
        let finding = Finding::new(Code::WrongType, span, text);
        let edit = |start: u32, text: &str| Edit {
            span: Span {
                start,
                end: start + 1,
                ..span
            },
            text: text.into(),
        };
        self.report(match (json, ty) {
            (ast::Json::Array(..), Type::Set(_)) => finding
                .help("a list of members stands in parentheses")
                .fix_all(
                    "write parentheses",
                    vec![edit(span.start, "("), edit(span.end.saturating_sub(1), ")")],
                ),
            _ => finding,
        });
    }

    /// A message belongs to the object of the workflow.
    fn other_message(&mut self, value: &Expr, scope: &Scope) {
        let ExprKind::Message(id) = &value.kind else {
            return;
        };
        let owner = self.catalog.messages[*id].object;
        if let Some(here) = scope.this.filter(|here| *here != owner) {
            let (name, owner) = (
                &self.catalog.messages[*id].name,
                &self.catalog.objects[owner].name,
            );
            let here = with_article(self.catalog.objects[here].name.as_str());
            let message = format!(
                "`{name}` is written for {}, this workflow takes {here}",
                with_article(owner.as_str())
            );
            self.report(Finding::new(Code::OtherObject, value.span, message));
        }
    }

    fn json(&mut self, value: &Value, scope: &Scope) -> Json {
        match value {
            Value::Expr(expr) if expr.is_name("unknown") => Json::Null,
            Value::Expr(expr) => {
                let value = self.expr(expr, scope, Some(&Type::Json));
                Json::Value(Box::new(self.fitted(value, &Type::Json)))
            }
            Value::Json(ast::Json::Object(members, _)) => {
                let mut seen: Vec<&JsonKey> = Vec::new();
                let mut checked = Vec::with_capacity(members.len());
                for (key, value) in members {
                    if seen.iter().any(|before| before.text == key.text) {
                        let text = format!("`{}` is given already", key.text);
                        self.report(Finding::new(Code::RepeatedClause, key.span, text));
                    }
                    seen.push(key);
                    checked.push((key.text.as_str().into(), self.json(value, scope)));
                }
                Json::Object(checked)
            }
            Value::Json(ast::Json::Array(items, _)) => {
                Json::Array(items.iter().map(|item| self.json(item, scope)).collect())
            }
        }
    }

    /// A sensitive property reaches neither a log nor a request.
    fn nothing_sensitive(&mut self, value: &Expr, action: &Name) {
        if let Some(part) = self.sensitive_part(value) {
            self.report(
                Finding::new(
                    Code::SensitiveValue,
                    part.span,
                    format!("a sensitive property cannot stand in `{action}`"),
                )
                .help("leave it out; a condition may still read it"),
            );
        }
    }

    /// Required arguments that are not given, in one finding.
    fn missing(&mut self, action: &Action, parameters: &[MessageParameter], tree: &ast::Do) {
        let given = |name: &str| tree.arguments.iter().any(|field| field.name.name == name);
        let own = action
            .parameters
            .iter()
            .filter(|parameter| parameter.required)
            .map(|parameter| &parameter.name);
        let of_message = parameters
            .iter()
            .filter(|parameter| parameter.required)
            .map(|parameter| &parameter.name);
        let missing: Vec<&Name> = own
            .chain(of_message)
            .filter(|name| !given(name.as_str()))
            .collect();
        // One that is misspelt, or could not be read, has a finding already.
        let written = tree.arguments.iter().map(|field| field.name.name.as_str());
        let lost = |name: &Name| {
            self.lost.contains(name)
                || written.clone().any(|other| {
                    action.parameter(other).is_none() && meant(other, [name.as_str()]).is_some()
                })
        };
        let texts = ["message", "text", "html"].map(Name::new);
        let nothing =
            action.sends_message && !texts.iter().any(|name| given(name.as_str()) || lost(name));
        let missing: Vec<&Name> = missing.into_iter().filter(|name| !lost(name)).collect();
        let mut names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
        if nothing {
            names.push("something to send".to_owned());
        }
        if names.is_empty() {
            return;
        }
        let text = format!("`{}` needs {}", action.name, names.join(" and "));
        let example: Vec<String> = missing.iter().map(|name| format!("{name}: …")).collect();
        let help = match (example.is_empty(), nothing) {
            (false, _) => format!("write `do {} {{ {} }}`", action.name, example.join(", ")),
            (true, _) => "give it a `message`, or a `subject` and a `text`".to_owned(),
        };
        self.report(Finding::new(Code::MissingArgument, tree.action.span, text).help(help));
    }
}
