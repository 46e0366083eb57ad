//! Steps: names, the dispatch, and the small ones.

use std::rc::Rc;

use crate::base::{Lookup, Name, Span};
use crate::diagnostic::{Code, Finding};
use crate::model::{Action, ActionId, Item, MessageParameter, ObjectId, Type};
use crate::semantic::hir::{Binding, Do, Expr, ExprKind, Json, Step, StepKind};
use crate::semantic::types::{Checker, Local, Scope};
use crate::syntax::ast::{self, Ident, JsonKey, Value};

/// What is kept from one step to the next.
pub(super) struct Walk {
    pub(super) scope: Scope,
    /// How many steps of each kind came before, named ones too.
    counts: Lookup<&'static str, usize>,
    /// The names of steps, with their places.
    names: Lookup<Name, Span>,
    /// How many names are bound.
    bindings: usize,
}

impl Checker<'_> {
    /// The steps of a workflow.
    pub(super) fn steps(&mut self, steps: &[ast::Step], scope: Scope) -> Vec<Step> {
        let (counts, names) = Default::default();
        let mut walk = Walk {
            scope,
            counts,
            names,
            bindings: 0,
        };
        self.block(steps, &mut walk)
    }

    /// One block. Names that it binds end with it.
    pub(super) fn block(&mut self, steps: &[ast::Step], walk: &mut Walk) -> Vec<Step> {
        let outside = walk.scope.clone();
        let checked = steps
            .iter()
            .filter_map(|step| self.step(step, walk))
            .collect();
        walk.scope = outside;
        checked
    }

    fn step(&mut self, tree: &ast::Step, walk: &mut Walk) -> Option<Step> {
        let id = self.step_id(tree, walk);
        let kind = match &tree.kind {
            ast::StepKind::Wait(wait) => {
                let checked = self.wait(wait, &walk.scope, tree.head).map(StepKind::Wait);
                // While it waits, what was known may become unknown.
                walk.scope.facts = Rc::default();
                checked
            }
            ast::StepKind::Set(path, op, value) => self.set(path, *op, value, walk),
            ast::StepKind::Clear(path) => self.clear(path, walk),
            ast::StepKind::Do(action) => self.do_action(action, walk),
            ast::StepKind::Branch(branch) => Some(self.branch(branch, walk)),
            ast::StepKind::Match(tree) => Some(self.match_step(tree, walk)),
            ast::StepKind::Stop => Some(StepKind::Stop),
            ast::StepKind::EnrollIn(name, path) => self.enroll_in(name, path.as_ref(), &walk.scope),
            ast::StepKind::AddTo(name, path) => {
                let (segment, records) = self.membership(name, path.as_ref(), &walk.scope)?;
                Some(StepKind::Add(segment, records))
            }
            ast::StepKind::RemoveFrom(name, path) => {
                let (segment, records) = self.membership(name, path.as_ref(), &walk.scope)?;
                Some(StepKind::Remove(segment, records))
            }
            ast::StepKind::Lost(_) => None,
        };
        Some(Step {
            id,
            doc: tree.doc.clone(),
            kind: kind?,
            span: tree.span,
            head: tree.head,
        })
    }

    /// The name of a step, or `KIND_N`. Named steps are counted too, so that
    /// naming one renames no other.
    fn step_id(&mut self, tree: &ast::Step, walk: &mut Walk) -> Name {
        let kind = kind_word(&tree.kind);
        let count = walk.counts.get(kind).copied().unwrap_or(0) + 1;
        walk.counts.insert(kind, count);
        let Some(name) = &tree.name else {
            return Name::new(&format!("{kind}_{count}"));
        };
        if is_generated(name.name.as_str()) {
            self.report(
                Finding::new(
                    Code::StepName,
                    name.span,
                    format!("`{}` is a name that unnamed steps get", name.name),
                )
                .help("choose a name that does not end in a number, or a word that is no step"),
            );
        }
        match walk.names.insert(name.name.clone(), name.span) {
            Some(first) => self.report(
                Finding::new(
                    Code::StepName,
                    name.span,
                    format!("there is a step `{}` already", name.name),
                )
                .also(first, "the first"),
            ),
            None => {}
        }
        name.name.clone()
    }

    fn enroll_in(
        &mut self,
        name: &Ident,
        path: Option<&ast::Path>,
        scope: &Scope,
    ) -> Option<StepKind> {
        let Some(id) = self.catalog.workflow(&name.name) else {
            let message = format!("there is no workflow `{}`", name.name);
            let names = self
                .catalog
                .workflows
                .rows()
                .iter()
                .map(|workflow| workflow.name.as_str());
            self.unknown(
                Code::UnknownWorkflow,
                (name.name.as_str(), name.span),
                message,
                names,
            );
            return None;
        };
        self.uses.insert(Item::Workflow(id));
        let (records, object) = self.records(path, scope)?;
        let owner = self.catalog.workflows[id].object;
        if owner != object {
            let (owner, given) = (
                &self.catalog.objects[owner].name,
                &self.catalog.objects[object].name,
            );
            let message = format!("`{}` takes a {owner}, not a {given}", name.name);
            let help = format!(
                "name the {owner} after `for`: `enroll in {} for PATH`",
                name.name
            );
            self.report(Finding::new(Code::OtherObject, name.span, message).help(help));
            return None;
        }
        Some(StepKind::Enroll(id, records))
    }

    /// A static segment, and the records that join or leave it.
    fn membership(
        &mut self,
        name: &Ident,
        path: Option<&ast::Path>,
        scope: &Scope,
    ) -> Option<(crate::model::SegmentId, crate::semantic::hir::Records)> {
        let (records, object) = self.records(path, scope)?;
        let segment = self.segment_of(name, object)?;
        if !self.catalog.segments[segment].fixed {
            self.report(
                Finding::new(
                    Code::NotStatic,
                    name.span,
                    format!("who is in `{}` follows from its condition", name.name),
                )
                .help("change what the condition reads, or declare the segment `static`"),
            );
            return None;
        }
        Some((segment, records))
    }

    fn do_action(&mut self, tree: &ast::Do, walk: &mut Walk) -> Option<StepKind> {
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
        let on_error = tree
            .on_error
            .first()
            .map(|(steps, _)| self.block(steps, walk));
        let binding = tree
            .bindings
            .first()
            .and_then(|name| self.bind(name, action, walk));
        Some(StepKind::Do(Box::new(Do {
            action: action?,
            arguments: arguments?,
            binding,
            retry,
            on_error,
        })))
    }

    fn action(&mut self, name: &Ident) -> Option<ActionId> {
        let found = self.catalog.action(&name.name);
        if found.is_none() {
            let names: Vec<&str> = self
                .catalog
                .actions
                .rows()
                .iter()
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
    fn bind(&mut self, name: &Ident, action: Option<ActionId>, walk: &mut Walk) -> Option<Binding> {
        if let Some(object) = walk.scope.this {
            self.no_shadow(object, name);
        }
        if walk.scope.local(name.name.as_str()).is_some() {
            self.report(
                Finding::new(
                    Code::DuplicateName,
                    name.span,
                    format!("`{}` is bound already", name.name),
                )
                .help("give the results another name"),
            );
        }
        let action: Rc<Action> = Rc::new(self.catalog.actions[action?].clone());
        let place = walk.bindings;
        walk.bindings += 1;
        walk.scope
            .locals
            .push((name.name.clone(), Local::Results { place, action }));
        Some(Binding {
            name: name.name.clone(),
            place,
        })
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
        for field in &tree.arguments {
            if checked.iter().any(|(name, _)| *name == field.name.name) {
                let text = format!("`{}` is given already", field.name.name);
                self.report(Finding::new(Code::RepeatedClause, field.name.span, text));
                continue;
            }
            let value = if sent.is_some_and(|sent| std::ptr::eq(sent, field)) {
                message.clone()
            } else {
                self.named_argument(action, &parameters, field, scope)
            };
            checked.extend(value.map(|value| (field.name.name.clone(), value)));
        }
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
        let value = self.field_argument(field, (ty, required), &scope);
        value
    }

    fn field_argument(
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
            (Value::Json(_), _) => {
                let wanted = self.describe(ty);
                let text = format!("expected {wanted}, found JSON");
                self.report(Finding::new(Code::WrongType, field.value.span(), text));
                return None;
            }
        };
        if required {
            self.needs_known(&value, &format!("`{}`", field.name.name));
        }
        self.other_message(&value, scope);
        Some(value)
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
            let message = format!(
                "`{name}` is written for a {owner}, this workflow takes a {}",
                self.catalog.objects[here].name
            );
            self.report(Finding::new(Code::OtherObject, value.span, message));
        }
    }

    fn json(&mut self, value: &Value, scope: &Scope) -> Json {
        match value {
            Value::Expr(expr) if is_unknown(expr) => Json::Null,
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

    /// Required arguments that are not given, each in one finding.
    fn missing(&mut self, action: &Action, parameters: &[MessageParameter], tree: &ast::Do) {
        let given = |name: &Name| tree.arguments.iter().any(|field| field.name.name == *name);
        let own = action
            .parameters
            .iter()
            .filter(|parameter| parameter.required)
            .map(|parameter| &parameter.name);
        let of_message = parameters
            .iter()
            .filter(|parameter| parameter.required)
            .map(|parameter| &parameter.name);
        let missing: Vec<String> = own
            .chain(of_message)
            .filter(|name| !given(name))
            .map(|name| format!("`{name}`"))
            .collect();
        if !missing.is_empty() {
            let text = format!("`{}` needs {}", action.name, missing.join(" and "));
            self.report(
                Finding::new(Code::MissingArgument, tree.action.span, text).help(format!(
                    "write {}: … between the braces",
                    missing.join(": …, ").replace('`', "")
                )),
            );
        }
        let has_text = ["message", "text", "html"]
            .iter()
            .any(|name| given(&Name::new(name)));
        if action.sends_message && !has_text {
            let text = format!("`{}` has nothing to send", action.name);
            self.report(
                Finding::new(Code::MissingArgument, tree.action.span, text)
                    .help("give it a `message`, or a `subject` and a `text`"),
            );
        }
    }
}

fn is_unknown(expr: &ast::Expr) -> bool {
    matches!(&expr.kind, ast::ExprKind::Path(path) if path.head.name == "unknown" && path.rest.is_empty() && path.arguments.is_none())
}

/// The word that unnamed steps of a kind are called by.
fn kind_word(kind: &ast::StepKind) -> &'static str {
    match kind {
        ast::StepKind::Wait(_) => "wait",
        ast::StepKind::Set(..) => "set",
        ast::StepKind::Clear(_) => "clear",
        ast::StepKind::Do(_) => "do",
        ast::StepKind::Branch(_) => "branch",
        ast::StepKind::Match(_) => "match",
        ast::StepKind::Stop => "stop",
        ast::StepKind::EnrollIn(..) => "enroll",
        ast::StepKind::AddTo(..) => "add",
        ast::StepKind::RemoveFrom(..) => "remove",
        ast::StepKind::Lost(word) => word,
    }
}

/// Whether a name has the form `KIND_N`.
fn is_generated(name: &str) -> bool {
    const KINDS: [&str; 19] = [
        "wait",
        "set",
        "clear",
        "copy",
        "create",
        "associate",
        "dissociate",
        "delete",
        "enroll",
        "unenroll",
        "add",
        "remove",
        "do",
        "branch",
        "match",
        "split",
        "goto",
        "stop",
        "todo",
    ];
    name.rsplit_once('_').is_some_and(|(kind, number)| {
        KINDS.contains(&kind) && !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit())
    })
}
