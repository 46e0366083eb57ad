//! Whether a value fits the place where it stands.

use std::sync::Arc;

use super::{Checker, Scope};
use crate::base::{Date, Name, parse_decimal};
use crate::diagnostic::{Code, Edit, Finding};
use crate::model::{Type, Value};
use crate::semantic::hir::{Expr, ExprKind};
use crate::syntax::ast;

impl Checker<'_> {
    /// A value of a type that the place decides.
    pub(in crate::semantic) fn value(
        &mut self,
        expr: &ast::Expr,
        scope: &Scope,
        target: &Type,
    ) -> Expr {
        let value = self.expr(expr, scope, Some(target));
        self.fitted(value, target)
    }

    /// The value as one of the target type, with a finding where it is none.
    pub(in crate::semantic) fn fitted(&mut self, value: Expr, target: &Type) -> Expr {
        match (&value.ty, target) {
            (Type::Enum(source), Type::Enum(members))
                if source.within(members) && source != members =>
            {
                let places = source
                    .names()
                    .filter_map(|name| members.position(name))
                    .collect();
                converted(value, places, target)
            }
            (Type::Set(source), Type::Set(members))
                if source.within(members) && source != members =>
            {
                let places = source
                    .names()
                    .filter_map(|name| members.position(name))
                    .collect();
                converted(value, places, target)
            }
            (Type::List(source), Type::List(element))
                if source != element && source.fits(element) =>
            {
                self.fitted_list(value, target, element)
            }
            (ty, _) if ty.fits(target) => value,
            _ => {
                let finding = self.misfit(&value, target);
                self.report(finding);
                Expr::broken(value.span)
            }
        }
    }

    /// A list of values of one enum as one of another, item by item.
    fn fitted_list(&mut self, value: Expr, target: &Type, element: &Type) -> Expr {
        let (span, known) = (value.span, value.known);
        let items = match value.kind {
            ExprKind::List(items) => items,
            ExprKind::Constant(id) => match self.constants.get(id.index()).cloned().flatten() {
                Some(Expr {
                    kind: ExprKind::List(items),
                    ..
                }) => items,
                _ => return Expr::broken(span),
            },
            _ => return value,
        };
        let items = items
            .into_iter()
            .map(|item| self.fitted(item, element))
            .collect();
        Expr {
            kind: ExprKind::List(items),
            ty: target.clone(),
            span,
            known,
        }
    }

    fn misfit(&self, value: &Expr, target: &Type) -> Finding {
        let (wanted, found) = (self.describe(target), self.describe(&value.ty));
        let finding = Finding::new(
            Code::WrongType,
            value.span,
            format!("expected {wanted}, found {found}"),
        );
        match (target, &value.kind) {
            (Type::Message, ExprKind::Literal(Value::Text(text)))
                if self.catalog.message(&Name::new(text)).is_some() =>
            {
                finding.help("a message is named without quotes").fix(
                    format!("write `{text}`"),
                    value.span,
                    text.as_str(),
                )
            }
            (Type::Enum(members) | Type::Set(members), ExprKind::Literal(Value::Text(text))) => {
                match members.position(text) {
                    Some(_) => finding.help("a member is written without quotes").fix(
                        format!("write `{text}`"),
                        value.span,
                        text.as_str(),
                    ),
                    None => finding,
                }
            }
            (Type::Number | Type::Bool | Type::Date, ExprKind::Literal(Value::Text(text)))
                if is_written(target, text) =>
            {
                finding.help("only text stands in quotes").fix(
                    format!("write `{text}`"),
                    value.span,
                    text.as_str(),
                )
            }
            _ => finding.help_if(conversion(&value.ty, target)),
        }
    }

    /// A condition.
    pub(in crate::semantic) fn condition(&mut self, expr: &ast::Expr, scope: &Scope) -> Expr {
        if let ast::ExprKind::Path(_) = &expr.kind
            && let Some(broken) = self.many_tested(expr, scope)
        {
            return broken;
        }
        let condition = self.expr(expr, scope, None);
        self.holds(condition)
    }

    /// A value as a condition, with a finding where it is none.
    pub(in crate::semantic) fn holds(&mut self, condition: Expr) -> Expr {
        if condition.ty.fits(&Type::Bool) {
            return condition;
        }
        let found = self.describe(&condition.ty);
        let mut finding = Finding::new(
            Code::NotACondition,
            condition.span,
            format!("expected a condition, found {found}"),
        );
        finding = match &condition.ty {
            Type::Record(_) => finding.help("write `is known` after it").fix(
                "test whether it is known",
                condition.span.after(),
                " is known",
            ),
            _ => finding.help("compare it, or write `is known` after it"),
        };
        self.report(finding);
        Expr::broken(condition.span)
    }

    /// Warns where a value that may be unknown stands in a place that needs a
    /// known one.
    pub(in crate::semantic) fn needs_known(&mut self, value: &Expr, place: &str, target: &Type) {
        let broken = value
            .find(&|part| matches!(part.kind, ExprKind::Broken))
            .is_some();
        if value.known || broken {
            return;
        }
        let finding = Finding::new(
            Code::MaybeUnknown,
            value.span,
            format!("{place} may be unknown here"),
        )
        .label("nothing before this makes sure that it is known");
        let finding = match default_text(target) {
            Some(text) => finding
                .help(format!("write what holds then: `… ?? {text}`"))
                .fix_all("give a value for that case", or_else(value, text)),
            None => finding.help(
                "write what holds then after `??`, or test it before by `case when … is known`",
            ),
        };
        self.report(finding);
    }
}

fn converted(value: Expr, places: Arc<[usize]>, target: &Type) -> Expr {
    let (span, known) = (value.span, value.known);
    Expr {
        kind: ExprKind::Convert(places, Box::new(value)),
        ty: target.clone(),
        span,
        known,
    }
}

/// Whether a text is how a value of a type is written.
fn is_written(ty: &Type, text: &str) -> bool {
    match ty {
        Type::Number => parse_decimal(text).is_some(),
        Type::Bool => matches!(text, "true" | "false"),
        Type::Date => text.parse::<Date>().is_ok(),
        _ => false,
    }
}

/// How to make one type of another.
fn conversion(source: &Type, target: &Type) -> Option<String> {
    let way = match (source, target) {
        (Type::Datetime, Type::Date) => "`date(…)` takes the day of a datetime",
        (Type::Date, Type::Datetime) => "`… at 09:00` makes a datetime of a date",
        (source, Type::Number) if source.is_text() => "`parse_number(…)` reads a number from text",
        (source, Type::Datetime) if source.is_text() => {
            "`parse_datetime(…)` reads a datetime from text"
        }
        (Type::Record(_), target) if target.is_text() => {
            "name one of its properties, like `owner.email`"
        }
        (Type::Message | Type::List(_) | Type::Json, _) => return None,
        (_, target) if target.is_text() => "an interpolation makes text of any value: \"{…}\"",
        (Type::Number, Type::Duration) => {
            "`minutes(…)`, `hours(…)` and `days(…)` make an amount of time of a number"
        }
        _ => return None,
    };
    Some(way.to_owned())
}

/// Writes `?? TEXT` behind a value, in parentheses where it binds looser.
fn or_else(value: &Expr, text: &str) -> Vec<Edit> {
    use ExprKind as K;
    let edit = |span, text: String| Edit { span, text };
    let tight = matches!(
        value.kind,
        K::Property(_)
            | K::Event(_)
            | K::Occurrence(..)
            | K::Parameter(_)
            | K::Binding(..)
            | K::Call(..)
            | K::Aggregate(..)
            | K::Text(_)
            | K::Arithmetic(..)
            | K::Coalesce(..)
    );
    if tight {
        return vec![edit(value.span.after(), format!(" ?? {text}"))];
    }
    vec![
        edit(value.span.before(), "(".into()),
        edit(value.span.after(), format!(") ?? {text}")),
    ]
}

/// What could stand behind `??` for a type.
fn default_text(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::String => Some("\"\""),
        Type::Number => Some("0"),
        Type::Bool => Some("false"),
        Type::Datetime => Some("now"),
        Type::Date => Some("today"),
        _ => None,
    }
}
