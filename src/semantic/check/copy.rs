//! `copy`: which types go to which (A7).

use super::flow::Walk;
use crate::diagnostic::{Code, Finding};
use crate::model::{Members, Type};
use crate::semantic::hir::{Expr, StepKind};
use crate::semantic::types::Checker;
use crate::syntax::ast::{self, Path};

impl Checker<'_> {
    pub(super) fn copy(
        &mut self,
        (source, path): (&Path, &Path),
        walk: &mut Walk,
    ) -> Option<StepKind> {
        let named = ast::Expr {
            kind: ast::ExprKind::Path(Box::new(source.clone())),
            span: source.span,
            depth: 1,
        };
        let value = self.expr(&named, &walk.scope, None);
        let (target, ty, required) = self.target(path, &walk.scope)?;
        if matches!(value.ty, Type::Broken) || matches!(ty, Type::Broken) {
            return None;
        }
        if !copies(&value.ty, &ty) {
            self.no_copy(&value, &ty);
            return None;
        }
        if required && !value.known {
            self.report(
                Finding::new(
                    Code::MaybeUnknown,
                    value.span,
                    "the value of a required property may be unknown here",
                )
                .help("write what holds then: `set … = … ?? …`"),
            );
        }
        let same = value.ty.is_text() == ty.is_text() && !matches!(ty, Type::Enum(_));
        self.now_known(&target, value.known && same, walk);
        Some(StepKind::Copy(value, target))
    }

    fn no_copy(&mut self, value: &Expr, target: &Type) {
        let (found, wanted) = (self.describe(&value.ty), self.describe(target));
        let finding = Finding::new(
            Code::WrongType,
            value.span,
            format!("`copy` does not make {wanted} of {found}"),
        );
        let help = match (&value.ty, target) {
            (Type::Enum(_) | Type::Set(_), Type::Enum(_) | Type::Set(_)) => {
                "the two have no member in common"
            }
            (Type::Record(_), _) | (_, Type::Record(_)) => "a link is written by `set … = …`",
            (_, target) if target.is_text() => {
                "a text takes a text, a number, a date, a datetime or the label of a member"
            }
            (_, Type::Number) => "a number takes a number; `set … = parse_number(…)` reads a text",
            (_, Type::Date | Type::Datetime) => {
                "a date takes a date or a datetime, and so does a datetime"
            }
            (_, Type::Enum(_)) => "an enum takes an enum, or a text that is one of its members",
            (_, Type::Set(_)) => "a set takes a set, or a member of an enum",
            _ => "write the value by `set … = …`",
        };
        self.report(finding.help(help));
    }
}

/// Whether values of one type are copied to a property of another (A7).
fn copies(source: &Type, target: &Type) -> bool {
    let moment = |ty: &Type| ty.is_moment();
    match (source, target) {
        (source, target) if target.is_text() => {
            source.is_text() || moment(source) || matches!(source, Type::Number | Type::Enum(_))
        }
        (Type::Number, Type::Number) | (Type::Bool, Type::Bool) => true,
        (source, target) if moment(target) => moment(source),
        (source, Type::Enum(_)) if source.is_text() => true,
        (Type::Enum(source), Type::Enum(target))
        | (Type::Set(source) | Type::Enum(source), Type::Set(target)) => meet(source, target),
        _ => false,
    }
}

/// Whether two lists have a member in common.
fn meet(one: &Members, other: &Members) -> bool {
    one.names().any(|name| other.position(name).is_some())
}
