//! The dispatch over all forms of an expression.

use super::facts::facts;
use super::{Checker, Scope};
use crate::base::{Duration, Span, Timestamp, Unit};
use crate::diagnostic::{Code, Finding};
use crate::model::{Type, Value};
use crate::semantic::hir::{Expr, ExprKind};
use crate::syntax::ast::{self, Logic};

impl Checker<'_> {
    /// An expression; `expected` says what the place takes, which decides the
    /// meaning of bare names.
    // size: one arm for each form of an expression.
    pub(in crate::semantic) fn expr(
        &mut self,
        expr: &ast::Expr,
        scope: &Scope,
        expected: Option<&Type>,
    ) -> Expr {
        use ast::ExprKind as E;
        let span = expr.span;
        if !matches!(expr.kind, E::Path(_))
            && let Some(broken) = self.many_tested(expr, scope)
        {
            return broken;
        }
        match &expr.kind {
            E::Path(path) => self.path(path, scope, expected),
            E::Text(text) => self.text(text, span, scope),
            E::Number(number) => literal(Value::Number(*number), Type::Number, span),
            E::Date(date) => literal(Value::Date(*date), Type::Date, span),
            E::Time(time) => literal(Value::Time(*time), Type::Time, span),
            E::Instant(moment, offset) => self.instant(*moment, *offset, span),
            E::Duration(duration) => literal(Value::Duration(*duration), Type::Duration, span),
            E::Relative(duration, ahead) => self.relative(*duration, *ahead, span, expected),
            E::List(items) => self.list(items, span, scope, expected),
            E::Group(inner) => self.group(inner, span, scope, expected),
            E::Not(inner) => {
                let inner = self.condition(inner, scope);
                self.not_refined(&inner, span);
                let known = inner.known;
                made(ExprKind::Not(Box::new(inner)), Type::Bool, span, known)
            }
            E::Logic(logic, terms) => self.logic(*logic, terms, span, scope),
            E::OrUnknown(inner) => {
                let inner = self.condition(inner, scope);
                made(ExprKind::OrUnknown(Box::new(inner)), Type::Bool, span, true)
            }
            E::Negative(inner) => self.negative(inner, span, scope),
            E::Arithmetic(op, left, right) => self.arithmetic(*op, (left, right), span, scope),
            E::Coalesce(left, right) => self.coalesce((left, right), span, scope, expected),
            E::At(day, time) => self.at((day, time), span, scope),
            E::Compare(op, left, right) => self.compare(*op, (left, right), span, scope),
            E::Is(inner, unknown) => self.is_known(inner, *unknown, span, scope),
            E::In(left, list, negated) => self.in_list(left, list, scope, (*negated, span)),
            E::Between(value, ends, negated) => self.between(value, ends, scope, (*negated, span)),
            E::TextTest(test, left, right, negated) => {
                self.text_test(*test, (left, right), scope, (*negated, span))
            }
            E::Contains(kind, left, right, negated) => {
                self.contains(*kind, (left, right), scope, (*negated, span))
            }
            E::Matches(left, pattern, negated) => {
                self.matches(left, pattern, scope, (*negated, span))
            }
            E::Within(value, period) => self.within(value, period, span, scope),
            E::Quantified(quantifier, path, filter) => {
                self.quantified(*quantifier, path, filter.as_deref(), (span, scope))
            }
            E::InSegment(name) => self.in_segment(name, span, scope),
            E::Past(past) => self.past(past, span, scope),
            E::Broken => Expr::broken(span),
        }
    }

    fn group(
        &mut self,
        inner: &ast::Expr,
        span: Span,
        scope: &Scope,
        expected: Option<&Type>,
    ) -> Expr {
        // `(m)` where a set is expected is the set of one member.
        let checked = self.expr(inner, scope, expected);
        Expr { span, ..checked }
    }

    fn logic(&mut self, logic: Logic, terms: &[ast::Expr], span: Span, scope: &Scope) -> Expr {
        let mut scope = scope.clone();
        let mut checked = Vec::with_capacity(terms.len());
        for (place, term) in terms.iter().enumerate() {
            let before = place.checked_sub(1).and_then(|before| terms.get(before));
            if let (Some(before), Some(last)) = (before, checked.last())
                && self.lacks_comparison((before, last), term, &scope)
            {
                checked.push(Expr::broken(term.span));
                continue;
            }
            let term = self.condition(term, &scope);
            scope = scope.knowing(facts(&term, logic == Logic::And));
            checked.push(term);
        }
        let known = checked.iter().all(|term| term.known);
        made(ExprKind::Logic(logic, checked), Type::Bool, span, known)
    }

    fn instant(
        &mut self,
        moment: crate::base::DateTime,
        offset: Option<crate::base::Offset>,
        span: Span,
    ) -> Expr {
        let instant: Option<Timestamp> = match offset {
            Some(offset) => offset.to_timestamp(moment).ok(),
            None => crate::base::instant(moment, &self.settings.zone),
        };
        match instant {
            Some(instant) => literal(Value::Datetime(instant), Type::Datetime, span),
            None => {
                self.report(Finding::new(
                    Code::BadLiteral,
                    span,
                    "this moment is out of range",
                ));
                Expr::broken(span)
            }
        }
    }

    /// `30 days ago` is a moment, and a day where a day is expected.
    fn relative(
        &mut self,
        duration: Duration,
        ahead: bool,
        span: Span,
        expected: Option<&Type>,
    ) -> Expr {
        let day = expected == Some(&Type::Date) && duration.unit >= Unit::Day;
        let ty = if day { Type::Date } else { Type::Datetime };
        made(ExprKind::Relative(duration, ahead), ty, span, true)
    }

    /// A place that takes no business time.
    pub(in crate::semantic) fn no_business(&mut self, duration: Duration, span: Span) {
        if duration.business {
            let message = format!("`{duration}` has no fixed length");
            self.report(Finding::new(Code::NotExact, span, message).help(
                "business time moves a moment, bounds a past and sets a wait; leave `business` out",
            ));
        }
    }

    fn list(
        &mut self,
        items: &[ast::Expr],
        span: Span,
        scope: &Scope,
        expected: Option<&Type>,
    ) -> Expr {
        if let Some(Type::Set(members)) = expected {
            let mut places = Vec::new();
            for item in items {
                let one = self.value(item, scope, &Type::Set(members.clone()));
                match one.kind {
                    ExprKind::Literal(Value::Set(more)) => places.extend(more),
                    ExprKind::Broken => {}
                    _ => self.report(
                        Finding::new(
                            Code::WrongOperator,
                            one.span,
                            "a list of members names them one by one",
                        )
                        .help("like `(sport, music)`"),
                    ),
                }
            }
            places.sort_unstable();
            places.dedup();
            return literal(Value::Set(places.into()), Type::Set(members.clone()), span);
        }
        let mut element = match expected {
            Some(Type::List(element)) => Some((**element).clone()),
            other => other.cloned(),
        };
        let mut checked = Vec::with_capacity(items.len());
        for item in items {
            let item = self.expr(item, scope, element.as_ref());
            let ty = element.get_or_insert_with(|| item.ty.clone()).clone();
            checked.push(self.fitted(item, &ty));
        }
        let known = checked.iter().all(|item| item.known);
        let ty = Type::List(Box::new(element.unwrap_or(Type::Broken)));
        made(ExprKind::List(checked), ty, span, known)
    }

    fn is_known(&mut self, inner: &ast::Expr, unknown: bool, span: Span, scope: &Scope) -> Expr {
        let value = self.results_or_value(inner, scope, span);
        made(
            ExprKind::Known(Box::new(value), unknown),
            Type::Bool,
            span,
            true,
        )
    }

    fn coalesce(
        &mut self,
        (left, right): (&ast::Expr, &ast::Expr),
        span: Span,
        scope: &Scope,
        expected: Option<&Type>,
    ) -> Expr {
        let left = self.expr(left, scope, expected);
        let ty = left.ty.clone();
        let right = self.value(right, scope, &ty);
        let ty = if matches!(ty, Type::Broken) {
            right.ty.clone()
        } else {
            ty
        };
        let known = left.known || right.known;
        made(
            ExprKind::Coalesce(Box::new(left), Box::new(right)),
            ty,
            span,
            known,
        )
    }

    fn at(&mut self, (day, time): (&ast::Expr, &ast::Expr), span: Span, scope: &Scope) -> Expr {
        let day = self.expr(day, scope, None);
        if !day.ty.is_moment() && !matches!(day.ty, Type::Broken) {
            let found = self.describe(&day.ty);
            self.report(
                Finding::new(
                    Code::WrongOperator,
                    day.span,
                    format!("`at` takes a date before it, found {found}"),
                )
                .help("`DATE at TIME`, like `renewal_date at 09:00`"),
            );
            return Expr::broken(span);
        }
        let time = self.value(time, scope, &Type::Time);
        let known = day.known && time.known;
        made(
            ExprKind::At(Box::new(day), Box::new(time)),
            Type::Datetime,
            span,
            known,
        )
    }
}

pub(super) fn literal(value: Value, ty: Type, span: Span) -> Expr {
    made(ExprKind::Literal(value), ty, span, true)
}

pub(super) fn made(kind: ExprKind, ty: Type, span: Span, known: bool) -> Expr {
    Expr {
        kind,
        ty,
        span,
        known,
    }
}
