//! What is known, and who is in a segment.

use super::expr::made;
use super::scope::Local;
use super::{Checker, Scope};
use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::model::{Item, SegmentId, Type};
use crate::semantic::hir::{Expr, ExprKind, Past};
use crate::syntax::ast::{self, Ident};

impl Checker<'_> {
    pub(super) fn in_segment(&mut self, name: &Ident, span: Span, scope: &Scope) -> Expr {
        let Some(segment) = self.segment(name) else {
            return Expr::broken(span);
        };
        let Some((member, subject)) = self.subject(span, scope) else {
            return Expr::broken(span);
        };
        let object = self.catalog.segments[segment].object;
        if subject != object {
            let owner = &self.catalog.objects[object].name;
            let message = format!("`{}` is a segment of `{owner}`", name.name);
            self.report(Finding::new(Code::OtherObject, name.span, message));
            return Expr::broken(span);
        }
        if member {
            return self.of_the_past(Past::InSegment(segment), true, span);
        }
        made(ExprKind::InSegment(segment), Type::Bool, span, true)
    }

    /// The segment of a name.
    pub(in crate::semantic) fn segment(&mut self, name: &Ident) -> Option<SegmentId> {
        let meant = self.meant("segment", name);
        let found = self.catalog.segment(&meant);
        match found {
            Some(segment) => {
                self.uses.insert(Item::Segment(segment));
            }
            None => {
                let message = format!("there is no segment `{}`", name.name);
                let candidates = self
                    .catalog
                    .segments
                    .rows()
                    .iter()
                    .map(|segment| segment.name.as_str());
                self.unknown(
                    Code::UnknownSegment,
                    (name.name.as_str(), name.span),
                    message,
                    candidates,
                );
            }
        }
        found
    }

    /// The value before `is known`, which may also be the results of a `do`.
    pub(super) fn results_or_value(
        &mut self,
        inner: &ast::Expr,
        scope: &Scope,
        test: Span,
    ) -> Expr {
        if let ast::ExprKind::Path(path) = &inner.kind
            && path.rest.is_empty()
            && path.arguments.is_none()
            && let Some(Local::Results { place, .. } | Local::Occurrence { place, .. }) =
                scope.local(path.head.name.as_str())
        {
            return made(
                ExprKind::Binding(*place, None),
                Type::Bool,
                inner.span,
                false,
            );
        }
        match &inner.kind {
            ast::ExprKind::Path(path)
                if path.arguments.is_none() && path.rest.is_empty() && path.label.is_none() =>
            {
                self.record_or_value(path, inner, scope, test)
            }
            _ => self.expr(inner, scope, None),
        }
    }

    /// `companies is known` asks for a number of links.
    fn record_or_value(
        &mut self,
        path: &ast::Path,
        inner: &ast::Expr,
        scope: &Scope,
        test: Span,
    ) -> Expr {
        let name = path.head.name.as_str();
        let many = scope
            .this
            .filter(|_| scope.member.is_none())
            .and_then(|object| {
                let owner = &self.catalog.objects[object];
                owner
                    .association(name)
                    .filter(|association| owner.associations[*association].many)
            });
        if many.is_some() {
            self.report(
                Finding::new(
                    Code::PathThroughMany,
                    inner.span,
                    format!("`{name}` leads to many records"),
                )
                .help("ask how many there are")
                .fix(
                    format!("write `count({name}) > 0`"),
                    test,
                    format!("count({name}) > 0"),
                ),
            );
            return Expr::broken(inner.span);
        }
        self.expr(inner, scope, None)
    }
}
