//! Parameters of a template: what they stand for while its body is checked,
//! once for each instance, and once by itself. Who gives them is not known here.

use super::Checker;
use super::expr::{literal, made};
use crate::base::{Duration, Name, Span, Unit};
use crate::diagnostic::{Code, Finding, with_article};
use crate::model::{ParameterKind, Type, Value};
use crate::semantic::hir::{Expr, ExprKind};
use crate::syntax::ast::Ident;

/// The parameters of the template whose body is checked.
#[derive(Debug)]
pub(in crate::semantic) struct Parameters {
    /// The text in which they mean something.
    pub(in crate::semantic) template: Span,
    /// Each of them, in the order of the template.
    pub(in crate::semantic) list: Vec<Parameter>,
    /// Where they were named, and which of them.
    pub(in crate::semantic) named: Vec<(Span, usize)>,
}

/// A parameter with what it stands for.
#[derive(Debug)]
pub(in crate::semantic) struct Parameter {
    pub(in crate::semantic) name: Name,
    pub(in crate::semantic) kind: ParameterKind,
    pub(in crate::semantic) stands_for: StandsFor,
}

/// What a parameter stands for.
#[derive(Debug)]
pub(in crate::semantic) enum StandsFor {
    /// Anything of its kind: the template is checked by itself.
    Any,
    /// A value that an instance gives.
    Value(Box<Expr>, Span),
    /// A declaration that an instance names.
    Named(Name, Span),
    /// Something that a finding was given for.
    Lost,
}

/// What stands for an amount of time where any will do.
static SOME_TIME: Value = Value::Duration(Duration {
    count: 1,
    unit: Unit::Day,
    business: false,
});

impl Checker<'_> {
    /// The parameter that a name is, where it stands.
    fn parameter_at(&self, name: &str, span: Span) -> Option<(usize, &Parameter)> {
        let parameters = self.parameters.as_ref()?;
        if !parameters.template.contains(span) {
            return None;
        }
        let mut list = parameters.list.iter().enumerate();
        list.find(|(_, parameter)| parameter.name == name)
    }

    /// Whether a name is that of a parameter, where it stands.
    pub(in crate::semantic) fn is_parameter(&self, ident: &Ident) -> bool {
        self.parameter_at(ident.name.as_str(), ident.span).is_some()
    }

    /// All parameters that may be named at a place.
    pub(super) fn parameter_names(&self) -> impl Iterator<Item = &str> {
        let parameters = self.parameters.iter();
        let list = parameters.flat_map(|parameters| &parameters.list);
        list.map(|parameter| parameter.name.as_str())
    }

    fn note(&mut self, span: Span, place: usize) {
        if let Some(parameters) = &mut self.parameters {
            parameters.named.push((span, place));
        }
    }

    /// The declaration that a name means where one of a kind (`event`,
    /// `segment`, …) is expected: its own, or what a parameter stands for.
    pub(in crate::semantic) fn meant(&mut self, word: &'static str, ident: &Ident) -> Name {
        let own = ident.name.clone();
        if self.parameters.is_none() || self.catalog.declares(word, &own) {
            return own;
        }
        let Some((place, parameter)) = self.parameter_at(own.as_str(), ident.span) else {
            return own;
        };
        match (&parameter.stands_for, parameter.kind.word()) {
            (StandsFor::Named(name, _), Some(kind)) if kind == word => {
                let name = name.clone();
                self.note(ident.span, place);
                name
            }
            _ => own,
        }
    }

    /// Whether a name stands for a declaration of a kind that is not known
    /// here: what depends on it is not judged.
    pub(in crate::semantic) fn is_open(&self, word: &str, name: &str, span: Span) -> bool {
        let found = self.parameter_at(name, span);
        found.is_some_and(|(_, parameter)| match parameter.stands_for {
            StandsFor::Any => parameter.kind.word() == Some(word),
            StandsFor::Lost => true,
            _ => false,
        })
    }

    /// A parameter where a value stands.
    pub(super) fn parameter(&mut self, ident: &Ident, expected: Option<&Type>) -> Option<Expr> {
        let span = ident.span;
        let (place, parameter) = self.parameter_at(ident.name.as_str(), span)?;
        let kind = parameter.kind.clone();
        let value = match (&parameter.stands_for, &kind) {
            (StandsFor::Lost, _) => Expr::broken(span),
            (StandsFor::Any, ParameterKind::Value(ty)) => {
                made(ExprKind::Parameter(place), ty.clone(), span, true)
            }
            (StandsFor::Value(value, _), _) => Expr {
                span,
                ..as_member(value, expected)
            },
            (StandsFor::Any | StandsFor::Named(..), kind) => {
                let what = with_article(kind.word().unwrap_or("value"));
                let message = format!("`{}` is {what}, not a value", ident.name);
                self.report(Finding::new(Code::WrongType, span, message));
                Expr::broken(span)
            }
        };
        self.note(span, place);
        Some(value)
    }

    /// What a parameter is told to be where it cannot stand; nothing where that
    /// is told elsewhere.
    pub(super) fn wrong_parameter(
        &self,
        code: Code,
        (name, span): (&str, Span),
    ) -> Option<Option<Finding>> {
        let word = match code {
            Code::UnknownEvent => "event",
            Code::UnknownSegment => "segment",
            Code::UnknownWorkflow => "workflow",
            Code::UnknownMessage => "message",
            Code::UnknownCalendar => "calendar",
            _ => return None,
        };
        let (_, parameter) = self.parameter_at(name, span)?;
        if self.is_open(word, name, span) {
            return Some(None);
        }
        let found = match &parameter.kind {
            ParameterKind::Value(ty) => self.describe(ty),
            kind => with_article(kind.word().unwrap_or("value")),
        };
        let message = format!("`{name}` is {found}, not {}", with_article(word));
        let finding = Finding::new(code, span, message);
        Some(Some(finding.help(format!(
            "a parameter that is {} has the type `{word}`",
            with_article(word)
        ))))
    }

    /// The amount of time that a parameter stands for where it may be any.
    pub(super) fn some_time(&self, value: &Expr) -> Option<&'static Value> {
        let open = self.parameters.is_some() && matches!(value.ty, Type::Duration);
        (open && matches!(value.kind, ExprKind::Parameter(_))).then_some(&SOME_TIME)
    }
}

/// A member of one enum as that of the one that is expected, as if it were
/// written there.
fn as_member(value: &Expr, expected: Option<&Type>) -> Expr {
    let (Type::Enum(source), Some(Type::Enum(target))) = (&value.ty, expected) else {
        return value.clone();
    };
    let ExprKind::Literal(Value::Member(place)) = &value.kind else {
        return value.clone();
    };
    let name = source.names().nth(*place);
    match name.and_then(|name| target.position(name)) {
        Some(place) => {
            let ty = Type::Enum(target.clone());
            literal(Value::Member(place), ty, value.span)
        }
        None => value.clone(),
    }
}
