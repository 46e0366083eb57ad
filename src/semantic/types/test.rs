//! Tests on texts, sets and moments.

use std::sync::Arc;

use super::expr::made;
use super::{Checker, Scope};
use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::model::{Type, Value};
use crate::semantic::hir::{Expr, ExprKind, TextRelation};
use crate::syntax::ast::{self, ContainsKind, TextTest};

impl Checker<'_> {
    pub(super) fn text_test(
        &mut self,
        test: TextTest,
        sides: (&ast::Expr, &ast::Expr),
        scope: &Scope,
        (negated, span): (bool, Span),
    ) -> Expr {
        let (word, relation) = match test {
            TextTest::StartsWith => ("starts_with", TextRelation::StartsWith),
            TextTest::EndsWith => ("ends_with", TextRelation::EndsWith),
        };
        let left = self.expr(sides.0, scope, None);
        self.text_sides((word, relation), (left, sides.1), scope, (negated, span))
    }

    pub(super) fn text_sides(
        &mut self,
        (word, relation): (&str, TextRelation),
        (left, right): (Expr, &ast::Expr),
        scope: &Scope,
        (negated, span): (bool, Span),
    ) -> Expr {
        if !left.ty.is_text() && !matches!(left.ty, Type::Broken) {
            let found = self.describe(&left.ty);
            let takes = if word == "contains" {
                "a text or a set"
            } else {
                "a text"
            };
            self.report(
                Finding::new(
                    Code::WrongOperator,
                    left.span,
                    format!("`{word}` takes {takes} before it, found {found}"),
                )
                .help_if(
                    matches!(left.ty, Type::Enum(_))
                        .then(|| "one of several members is `in (…)`".to_owned()),
                ),
            );
            return Expr::broken(span);
        }
        let right = self.value(right, scope, &Type::String);
        let known = left.known && right.known;
        made(
            ExprKind::TextTest(relation, Box::new(left), Box::new(right), negated),
            Type::Bool,
            span,
            known,
        )
    }

    pub(super) fn contains(
        &mut self,
        kind: ContainsKind,
        (left, right): (&ast::Expr, &ast::Expr),
        scope: &Scope,
        (negated, span): (bool, Span),
    ) -> Expr {
        let left = self.expr(left, scope, None);
        let Type::Set(_) = &left.ty else {
            return self.text_sides(
                ("contains", TextRelation::Contains),
                (left, right),
                scope,
                (negated, span),
            );
        };
        let members = self.value(right, scope, &left.ty);
        match members.kind {
            ExprKind::Literal(Value::Set(places)) => {
                let known = left.known;
                made(
                    ExprKind::SetTest(kind, Box::new(left), places.into(), negated),
                    Type::Bool,
                    span,
                    known,
                )
            }
            ExprKind::Broken => Expr::broken(span),
            _ => {
                self.report(
                    Finding::new(
                        Code::WrongOperator,
                        members.span,
                        "`contains` takes members of the set after it",
                    )
                    .help("name them: `contains sport`, `contains any (sport, music)`"),
                );
                Expr::broken(span)
            }
        }
    }

    pub(super) fn matches(
        &mut self,
        left: &ast::Expr,
        pattern: &ast::Plain,
        scope: &Scope,
        (negated, span): (bool, Span),
    ) -> Expr {
        let left = self.expr(left, scope, None);
        if !left.ty.is_text() && !matches!(left.ty, Type::Broken) {
            let found = self.describe(&left.ty);
            let message = format!("`matches` takes a text before it, found {found}");
            self.report(Finding::new(Code::WrongOperator, left.span, message));
            return Expr::broken(span);
        }
        if let Err(error) = regex::Regex::new(&pattern.text) {
            let reason = error.to_string();
            let reason = reason
                .lines()
                .last()
                .unwrap_or_default()
                .trim_start_matches("error: ")
                .to_owned();
            self.report(
                Finding::new(
                    Code::BadPattern,
                    pattern.span,
                    "this is no regular expression",
                )
                .label(reason)
                .help(
                    "the syntax is that of the crate `regex`: no look-around, no back-references",
                ),
            );
        }
        let known = left.known;
        let pattern: Arc<str> = pattern.text.as_str().into();
        made(
            ExprKind::Matches(Box::new(left), pattern, negated),
            Type::Bool,
            span,
            known,
        )
    }

    pub(super) fn within(
        &mut self,
        value: &ast::Expr,
        period: &ast::Period,
        span: Span,
        scope: &Scope,
    ) -> Expr {
        let value = self.expr(value, scope, None);
        if !value.ty.is_moment() && !matches!(value.ty, Type::Broken) {
            let found = self.describe(&value.ty);
            self.report(
                Finding::new(
                    Code::WrongOperator,
                    value.span,
                    format!("`within` takes a moment before it, found {found}"),
                )
                .help("a date or a datetime can lie within a period"),
            );
            return Expr::broken(span);
        }
        let known = value.known;
        let kind = ExprKind::Within(Box::new(value), period.edge, period.amount, period.counted);
        made(kind, Type::Bool, span, known)
    }
}
