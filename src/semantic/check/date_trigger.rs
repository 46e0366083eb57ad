//! Date triggers: `enroll at PROPERTY …`.

use crate::base::{Span, Unit};
use crate::diagnostic::{Code, Finding};
use crate::model::{PropertyId, Type};
use crate::semantic::hir::{DateTrigger, Expr, ExprKind};
use crate::semantic::types::{Checker, Scope};
use crate::syntax::ast;

impl Checker<'_> {
    pub(super) fn date_trigger(
        &mut self,
        tree: &ast::DateTrigger,
        scope: &Scope,
        span: Span,
    ) -> Option<DateTrigger> {
        let repeated = [
            (tree.at.get(1).map(|at| at.span), "at"),
            (tree.yearly.get(1).copied(), "every year"),
        ];
        for (second, word) in repeated {
            if let Some(span) = second {
                let message = format!("`{word}` may stand only once");
                self.report(Finding::new(Code::RepeatedClause, span, message));
            }
        }
        let value = self.expr(&tree.property, scope, None);
        let when = tree.when.as_ref().map(|when| self.condition(when, scope));
        let property = self.date_property(&value)?;
        if let Some((amount, _, span)) = tree.offset
            && matches!(value.ty, Type::Date)
            && amount.unit < Unit::Day
        {
            self.report(
                Finding::new(
                    Code::WrongSchedule,
                    span,
                    "a date moves by days, not by hours",
                )
                .help("say the time of day: `at 09:00`"),
            );
            return None;
        }
        Some(DateTrigger {
            property,
            offset: tree.offset.map(|(amount, back, _)| (amount, back)),
            at: tree.at.first().map(|at| at.time),
            yearly: !tree.yearly.is_empty(),
            when,
            span,
        })
    }

    /// A date or a datetime of the record itself.
    fn date_property(&mut self, value: &Expr) -> Option<PropertyId> {
        if matches!(value.ty, Type::Broken) {
            return None;
        }
        let finding = match &value.kind {
            ExprKind::Property(path) if !path.record.hops.is_empty() => {
                let message = "the date must be a property of the record itself";
                Finding::new(Code::WrongType, value.span, message)
                    .help("copy it to the record, or write the workflow on the other object")
            }
            ExprKind::Property(path) if value.ty.is_moment() => return Some(path.property),
            ExprKind::Property(_) => {
                let found = self.describe(&value.ty);
                let message = format!("expected a date or a datetime, found {found}");
                Finding::new(Code::WrongType, value.span, message)
                    .help("a condition on other properties is `enroll when …`")
            }
            _ if value.ty.is_moment() => Finding::new(
                Code::WrongType,
                value.span,
                "expected a property of the record",
            )
            .help("a moment that is the same for all is `enroll once at 2026-12-01T09:00`"),
            _ => Finding::new(
                Code::WrongType,
                value.span,
                "expected a property of the record",
            )
            .help("like `enroll at renewal_date - 30 days at 09:00`"),
        };
        self.report(finding);
        None
    }
}
