//! Bare names, in the order of section 3 of the language: an expected member
//! or declared name; a property of the innermost `where`; a bound name; a
//! property of `this`; a constant.

use std::rc::Rc;

use super::expr::{literal, made};
use super::scope::{Bound, EventScope, Local, Member};
use super::{Checker, Scope};
use crate::base::nearest;
use crate::diagnostic::{Code, Finding};
use crate::model::{Item, Members, ObjectId, Type, Value};
use crate::semantic::hir::{EventField, Expr, ExprKind, Fact, Occurrence, Root};
use crate::syntax::ast::{self, Ident};

/// Names that mean something by themselves wherever a value may stand.
const WORDS: [&str; 7] = ["true", "false", "now", "today", "this", "event", "unknown"];

impl Checker<'_> {
    pub(super) fn bare(&mut self, ident: &Ident, scope: &Scope, expected: Option<&Type>) -> Expr {
        self.expected_name(ident, expected)
            .or_else(|| self.word(ident, scope))
            .or_else(|| self.local_name(ident, scope).filter(|_| scope.test))
            .or_else(|| self.member_name(ident, scope))
            .or_else(|| self.local_name(ident, scope))
            .or_else(|| self.parameter(ident, expected))
            .or_else(|| self.this_name(ident, scope))
            .or_else(|| self.constant(ident))
            .unwrap_or_else(|| self.no_name(ident, scope, expected))
    }

    /// Whether a bare name has a meaning only where a type is expected.
    pub(in crate::semantic) fn needs_type(&self, expr: &ast::Expr, scope: &Scope) -> bool {
        let path = match &expr.kind {
            ast::ExprKind::Path(path) => path,
            ast::ExprKind::Group(inner) => return self.needs_type(inner, scope),
            other => return matches!(other, ast::ExprKind::List(_) | ast::ExprKind::Relative(..)),
        };
        if path.arguments.is_some() || !path.rest.is_empty() || path.label.is_some() {
            return false;
        }
        let name = path.head.name.as_str();
        let attribute = |object: ObjectId| self.catalog.objects[object].attribute(name).is_some();
        let member = match (&scope.member, &scope.event) {
            (Some(Member::Record(object)), _) => attribute(*object),
            (Some(Member::Event), Some(event)) => event.field(name).is_some(),
            (Some(Member::Awaited(event)), _) => event.field(name).is_some(),
            _ => false,
        };
        !(WORDS.contains(&name)
            || member
            || scope.local(name).is_some()
            || self.is_parameter(&path.head)
            || scope.this.is_some_and(attribute)
            || self.catalog.constant(&path.head.name).is_some())
    }

    /// A member, or a declared name of the kind that the place takes.
    fn expected_name(&mut self, ident: &Ident, expected: Option<&Type>) -> Option<Expr> {
        let name = ident.name.as_str();
        match expected? {
            Type::Enum(members) => {
                let place = members.position(name)?;
                Some(literal(
                    Value::Member(place),
                    Type::Enum(members.clone()),
                    ident.span,
                ))
            }
            Type::Set(members) => {
                let place = members.position(name)?;
                Some(literal(
                    Value::Set([place].into()),
                    Type::Set(members.clone()),
                    ident.span,
                ))
            }
            Type::Message => {
                let message = self.catalog.message(&ident.name)?;
                self.uses.insert(Item::Message(message));
                Some(made(
                    ExprKind::Message(message),
                    Type::Message,
                    ident.span,
                    true,
                ))
            }
            _ => None,
        }
    }

    fn word(&mut self, ident: &Ident, scope: &Scope) -> Option<Expr> {
        let span = ident.span;
        Some(match ident.name.as_str() {
            "true" => literal(Value::Bool(true), Type::Bool, span),
            "false" => literal(Value::Bool(false), Type::Bool, span),
            "now" => made(ExprKind::Now, Type::Datetime, span, true),
            "today" => made(ExprKind::Today, Type::Date, span, true),
            "this" => self.record(Root::This, scope.this?, span),
            "unknown" => {
                self.report(
                    Finding::new(Code::UnknownValue, span, "`unknown` is no value")
                        .help("test it by `is unknown`; `clear` makes a property unknown"),
                );
                Expr::broken(span)
            }
            "event" => {
                self.report(
                    Finding::new(Code::NoEvent, span, "`event` alone is no value")
                        .help("name one of its properties: `event.NAME`"),
                );
                Expr::broken(span)
            }
            _ => return None,
        })
    }

    fn member_name(&mut self, ident: &Ident, scope: &Scope) -> Option<Expr> {
        match scope.member.as_ref()? {
            Member::Record(object) => self.attribute(Root::Member, *object, ident, scope),
            Member::Event => {
                let event = scope.event.clone()?;
                event
                    .field(ident.name.as_str())
                    .is_some()
                    .then(|| self.event_field(&event, ident, scope))
            }
            Member::Awaited(event) => event
                .field(ident.name.as_str())
                .is_some()
                .then(|| self.occurrence((Occurrence::Awaited, event), ident, scope)),
        }
    }

    fn local_name(&mut self, ident: &Ident, scope: &Scope) -> Option<Expr> {
        let local = scope.local(ident.name.as_str())?.clone();
        Some(self.local(ident, &local, scope))
    }

    fn this_name(&mut self, ident: &Ident, scope: &Scope) -> Option<Expr> {
        self.attribute(Root::This, scope.this?, ident, scope)
    }

    fn local(&mut self, ident: &Ident, local: &Local, scope: &Scope) -> Expr {
        match local {
            Local::Parameter {
                place,
                ty,
                required,
            } => {
                let known = *required || scope.facts.contains(&Fact::Parameter(*place));
                made(ExprKind::Parameter(*place), ty.clone(), ident.span, known)
            }
            Local::Record { place, object, .. } => {
                self.bound_record((*place, *object), ident.span, scope)
            }
            Local::Source(bound) => match self.source(ident, bound, scope) {
                Some(value) => {
                    let fact = value.fact();
                    let known = value.known || fact.is_some_and(|fact| scope.facts.contains(&fact));
                    Expr {
                        span: ident.span,
                        known,
                        ..value
                    }
                }
                None => Expr::broken(ident.span),
            },
            Local::Lost => Expr::broken(ident.span),
            Local::Unset => {
                self.not_set(ident, scope);
                Expr::broken(ident.span)
            }
            Local::Occurrence { events, .. } => self.whole_occurrence(ident, events),
            Local::WebhookValue(ty) => made(ExprKind::WebhookValue, ty.clone(), ident.span, false),
            Local::Results { action, .. } => {
                let results: Vec<String> = action
                    .results
                    .iter()
                    .map(|result| format!("`{}.{}`", ident.name, result.name))
                    .collect();
                self.report(
                    Finding::new(
                        Code::WrongType,
                        ident.span,
                        format!("`{}` holds the results of an action", ident.name),
                    )
                    .help(format!("name one of them: {}", results.join(", "))),
                );
                Expr::broken(ident.span)
            }
        }
    }

    /// The value of a `let`, with a finding where it is out of reach.
    pub(super) fn source(&mut self, ident: &Ident, bound: &Bound, scope: &Scope) -> Option<Expr> {
        let name = &ident.name;
        let other = match bound {
            Bound::Value(source) => {
                // In the `where` of an event, `event` is that event.
                let here = scope.event.as_ref();
                let same = |read: &Rc<EventScope>| here.is_some_and(|here| Rc::ptr_eq(here, read));
                if source.event.as_ref().is_none_or(same) {
                    source.used.set(true);
                    return Some(source.value.clone());
                }
                &Bound::OfEvent(source.value.span)
            }
            other => other,
        };
        let finding = match other {
            Bound::Value(..) => return None,
            Bound::OfEvent(span) => Finding::new(
                Code::NoEvent,
                ident.span,
                format!(
                    "`{name}` reads the event that enrolled the record, which is not at hand here"
                ),
            )
            .also(*span, "the event is read here")
            .help("`only when` and the steps know the event that enrolled the record"),
            Bound::Below(span) => Finding::new(
                Code::UnknownName,
                ident.span,
                format!("`{name}` stands further down"),
            )
            .also(*span, "here")
            .help("a `let` holds for what follows it: move it up"),
            Bound::Circle => Finding::new(
                Code::ComputedCycle,
                ident.span,
                format!("`{name}` is made of itself"),
            )
            .help("a `let` is made of properties, and of names before it"),
        };
        self.report(finding);
        None
    }

    fn constant(&mut self, ident: &Ident) -> Option<Expr> {
        let id = self.catalog.constant(&ident.name)?;
        self.uses.insert(Item::Constant(id));
        let Some(value) = self.constants.get(id.index()).and_then(Option::as_ref) else {
            // It was broken, or part of a cycle: a finding was given there.
            return Some(Expr::broken(ident.span));
        };
        Some(made(
            ExprKind::Constant(id),
            value.ty.clone(),
            ident.span,
            value.known,
        ))
    }

    /// A property of the occurrences at hand.
    pub(super) fn event_field(&mut self, event: &EventScope, ident: &Ident, scope: &Scope) -> Expr {
        let Some((field, ty, known)) = self.field_of(event, ident) else {
            return Expr::broken(ident.span);
        };
        let known = known || scope.facts.contains(&Fact::Event(field.clone()));
        made(ExprKind::Event(field), ty, ident.span, known)
    }

    /// A property of some occurrences, its type, and whether it is always
    /// known; with a finding where there is none.
    pub(super) fn field_of(
        &mut self,
        event: &EventScope,
        ident: &Ident,
    ) -> Option<(EventField, Type, bool)> {
        let name = ident.name.as_str();
        let Some((field, ty, known, clashes)) = event.field(name) else {
            if event.lost {
                return None;
            }
            let message = format!("the event has no property `{name}`");
            self.unknown(
                Code::UnknownProperty,
                (name, ident.span),
                message,
                event.names(),
            );
            return None;
        };
        if clashes {
            self.report(
                Finding::new(
                    Code::MismatchedTypes,
                    ident.span,
                    format!("`{name}` has different types in the events that enrol here"),
                )
                .help("give the workflow one of these triggers, or the properties one type"),
            );
            return None;
        }
        Some((field.clone(), ty.clone(), known))
    }

    /// The finding for a name without a meaning.
    fn no_name(&mut self, ident: &Ident, scope: &Scope, expected: Option<&Type>) -> Expr {
        let name = ident.name.as_str();
        let owner = scope.this.map(|object| &self.catalog.objects[object].name);
        let is_open = owner.is_some_and(|owner| self.lost.is_only_extended(owner));
        if is_told(scope, expected) || is_open {
            return Expr::broken(ident.span);
        }
        let (code, message) = self.says_no_name(name, scope, expected);
        let mut candidates: Vec<&str> = match expected {
            Some(Type::Enum(members) | Type::Set(members)) => members.names().collect(),
            Some(Type::Message) => {
                let messages = self.catalog.messages.rows().iter();
                messages.map(|message| message.name.as_str()).collect()
            }
            _ => Vec::new(),
        };
        candidates.extend(self.names_in(scope));
        let meant = nearest(name, candidates.iter().copied()).map(str::to_owned);
        if meant.is_none() && crate::model::function(name).is_some() {
            self.report(
                Finding::new(
                    Code::UnknownName,
                    ident.span,
                    format!("`{name}` is a function"),
                )
                .help(format!("write `{name}(…)`")),
            );
            return Expr::broken(ident.span);
        }
        if meant.is_some() || self.is_lost(code, (name, ident.span)) {
            self.unknown(code, (name, ident.span), message, meant.as_deref());
        } else if let Some(instead) = self.wrong_parameter(code, (name, ident.span)) {
            self.findings.extend(instead);
        } else {
            let finding = Finding::new(code, ident.span, message);
            let finding = self.meant_elsewhere(ident, expected, finding);
            self.report(finding);
        }
        Expr::broken(ident.span)
    }

    /// What is said of a name without a meaning.
    fn says_no_name(&self, name: &str, scope: &Scope, expected: Option<&Type>) -> (Code, String) {
        match expected {
            Some(Type::Enum(members) | Type::Set(members)) => (
                Code::UnknownMember,
                format!("`{name}` is no member of {}", self.members_owner(members)),
            ),
            Some(Type::Message) => (
                Code::UnknownMessage,
                format!("there is no message `{name}`"),
            ),
            _ => match (scope.member.clone(), scope.this) {
                (Some(Member::Record(object)), _) | (None, Some(object)) => {
                    let owner = &self.catalog.objects[object].name;
                    (
                        Code::UnknownProperty,
                        format!("`{owner}` has no property `{name}`"),
                    )
                }
                (Some(Member::Event | Member::Awaited(_)), _) => (
                    Code::UnknownProperty,
                    format!("neither the event nor the record has a property `{name}`"),
                ),
                (None, None) => (Code::UnknownName, format!("`{name}` means nothing here")),
            },
        }
    }

    fn members_owner(&self, members: &Members) -> String {
        let ty = Type::Enum(members.clone());
        self.describe(&ty).trim_start_matches("one of ").to_owned()
    }

    /// All names that have a meaning in a scope.
    fn names_in<'s>(&'s self, scope: &'s Scope) -> Vec<&'s str> {
        let mut names: Vec<&str> = Vec::new();
        let objects = scope.this.into_iter().chain(match scope.member {
            Some(Member::Record(object)) => Some(object),
            _ => None,
        });
        for object in objects {
            names.extend(self.catalog.objects[object].attribute_names());
        }
        if let (Some(Member::Event), Some(event)) = (&scope.member, &scope.event) {
            names.extend(event.names());
        }
        if let Some(Member::Awaited(event)) = &scope.member {
            names.extend(event.names());
        }
        names.extend(scope.locals.names());
        names.extend(self.parameter_names());
        names.extend(
            self.catalog
                .constants
                .rows()
                .iter()
                .map(|constant| constant.name.as_str()),
        );
        names.extend(WORDS);
        names
    }
}

/// Whether a name may be a member of what has a finding of its own, or a
/// property of an event that is not known here.
fn is_told(scope: &Scope, expected: Option<&Type>) -> bool {
    let lost = scope.event.as_ref().is_some_and(|event| event.lost);
    let of_lost = lost && matches!(scope.member, Some(Member::Event));
    of_lost || matches!(expected, Some(Type::Broken))
}
