//! `+ - * /` and the sign.

use super::expr::made;
use super::{Checker, Scope};
use crate::base::{Span, Unit};
use crate::diagnostic::{Code, Finding};
use crate::model::{Type, Value};
use crate::semantic::hir::{Expr, ExprKind};
use crate::syntax::ast::{self, Arithmetic};

impl Checker<'_> {
    pub(super) fn arithmetic(
        &mut self,
        op: Arithmetic,
        (left, right): (&ast::Expr, &ast::Expr),
        span: Span,
        scope: &Scope,
    ) -> Expr {
        let left = self.expr(left, scope, None);
        let right = self.expr(right, scope, None);
        let Some(ty) = result(op, &left.ty, &right.ty) else {
            let finding = self.no_arithmetic(op, &left, &right, span);
            self.report(finding);
            return Expr::broken(span);
        };
        if let Some(finding) = self.no_business_sum(&left, &right, span) {
            self.report(finding);
            return Expr::broken(span);
        }
        let divides_by_zero = op == Arithmetic::Divide
            && !matches!(self.literal_of(&right), Some(Value::Number(number)) if !number.is_zero());
        let known = left.known && right.known && !divides_by_zero;
        made(
            ExprKind::Arithmetic(op, Box::new(left), Box::new(right)),
            ty,
            span,
            known,
        )
    }

    fn no_arithmetic(&self, op: Arithmetic, left: &Expr, right: &Expr, span: Span) -> Finding {
        if op == Arithmetic::Subtract && left.ty.is_moment() && right.ty.is_moment() {
            return self.difference(left, right, span);
        }
        let sign = sign(op);
        let (one, other) = (self.describe(&left.ty), self.describe(&right.ty));
        let finding = Finding::new(
            Code::WrongOperator,
            span,
            format!("`{sign}` does not take {one} and {other}"),
        );
        if left.ty.is_text() || right.ty.is_text() {
            finding.help("texts are joined by interpolation: \"{first_name} {last_name}\"")
        } else if left.ty.is_moment() && matches!(right.ty, Type::Number) {
            finding.help("say of what: `+ 2 days`, or `days(…)` of a number")
        } else {
            finding
        }
    }

    /// Business time moves no date by hours, and has no sum with other time.
    fn no_business_sum(&self, left: &Expr, right: &Expr, span: Span) -> Option<Finding> {
        let amount = |side: &Expr| match self.literal_of(side) {
            Some(Value::Duration(amount)) => Some(*amount),
            _ => None,
        };
        let (one, other) = (amount(left), amount(right));
        if let (Some(one), Some(other)) = (one, other)
            && one.business != other.business
        {
            let message = "business time and other time have no sum";
            return Some(
                Finding::new(Code::WrongOperator, span, message)
                    .help("move a moment by each of them, one after the other"),
            );
        }
        let is_date = [left, right]
            .into_iter()
            .any(|side| matches!(side.ty, Type::Date));
        let amount = one
            .or(other)
            .filter(|amount| amount.business && amount.unit < Unit::Day)?;
        is_date.then(|| {
            let message = format!("a date does not move by {amount}");
            Finding::new(Code::WrongOperator, span, message)
                .help("write business days, or make a moment of the date: `… at 09:00`")
        })
    }

    fn difference(&self, left: &Expr, right: &Expr, span: Span) -> Finding {
        let gap = Span {
            start: left.span.end,
            end: right.span.start,
            ..span
        };
        let call = |function: &str| {
            vec![
                crate::diagnostic::Edit {
                    span: span.before(),
                    text: format!("{function}("),
                },
                crate::diagnostic::Edit {
                    span: gap,
                    text: ", ".into(),
                },
                crate::diagnostic::Edit {
                    span: span.after(),
                    text: ")".into(),
                },
            ]
        };
        // The earlier moment comes first: the sides change places.
        let finding = Finding::new(Code::DatetimeDifference, span, "one moment minus another has no unit")
            .help("`days_between(a, b)` and `minutes_between(a, b)` count from a to b; for a bound write `N days ago`");
        finding
            .fix_all("count days", call("-days_between"))
            .fix_all("count minutes", call("-minutes_between"))
    }

    pub(super) fn negative(&mut self, inner: &ast::Expr, span: Span, scope: &Scope) -> Expr {
        let inner = self.value(inner, scope, &Type::Number);
        let known = inner.known;
        if let ExprKind::Literal(Value::Number(number)) = inner.kind {
            return made(
                ExprKind::Literal(Value::Number(-number)),
                Type::Number,
                span,
                true,
            );
        }
        made(
            ExprKind::Negative(Box::new(inner)),
            Type::Number,
            span,
            known,
        )
    }
}

/// The type of a result; `None` where the operator does not take such values.
fn result(op: Arithmetic, left: &Type, right: &Type) -> Option<Type> {
    use Arithmetic::{Add, Subtract};
    match (left, right) {
        (Type::Broken, _) | (_, Type::Broken) => Some(Type::Broken),
        (Type::Number, Type::Number) => Some(Type::Number),
        (moment, Type::Duration) if moment.is_moment() && matches!(op, Add | Subtract) => {
            Some(moment.clone())
        }
        (Type::Duration, moment) if moment.is_moment() && op == Add => Some(moment.clone()),
        (Type::Duration, Type::Duration) if matches!(op, Add | Subtract) => Some(Type::Duration),
        _ => None,
    }
}

fn sign(op: Arithmetic) -> &'static str {
    match op {
        Arithmetic::Add => "+",
        Arithmetic::Subtract => "-",
        Arithmetic::Multiply => "*",
        Arithmetic::Divide => "/",
    }
}
