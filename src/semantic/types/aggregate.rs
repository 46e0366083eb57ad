//! Numbers and conditions over associated records.

use super::expr::made;
use super::scope::{Local, Member};
use super::{Attribute, Checker, Scope};
use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::model::{PropertyId, Type};
use crate::semantic::hir::{Aggregate, AssociationPath, Expr, ExprKind};
use crate::syntax::ast::{self, Argument, Quantifier};

impl Checker<'_> {
    /// Whether the only argument is a path that begins with an association or
    /// with a record.
    pub(super) fn is_association(&self, arguments: &[Argument], scope: &Scope) -> bool {
        let [
            Argument {
                value:
                    ast::Expr {
                        kind: ast::ExprKind::Path(path),
                        ..
                    },
                ..
            },
        ] = arguments
        else {
            return false;
        };
        let name = path.head.name.as_str();
        if path.arguments.is_some() {
            return matches!(name, "first" | "last");
        }
        if scope.local(name).is_some_and(Local::is_record) {
            return true;
        }
        let member = match scope.member {
            Some(Member::Record(object)) => Some(object),
            _ => None,
        };
        member
            .into_iter()
            .chain(scope.this)
            .any(|object| self.catalog.objects[object].association(name).is_some())
    }

    pub(super) fn aggregate(
        &mut self,
        aggregate: Aggregate,
        path: &ast::Path,
        arguments: &[Argument],
        scope: &Scope,
    ) -> Expr {
        let broken = Expr::broken(path.span);
        let [argument] = arguments else {
            let message = format!("`{}` takes one association", path.head.name);
            self.report(
                Finding::new(Code::ArgumentCount, path.span, message)
                    .help("like `count(deals where stage == open)`"),
            );
            return broken;
        };
        let ast::ExprKind::Path(target) = &argument.value.kind else {
            let message = format!("`{}` takes an association", path.head.name);
            self.report(Finding::new(Code::WrongType, argument.value.span, message));
            return broken;
        };
        let Some((association, property)) = self.aggregated(aggregate, target, scope) else {
            return broken;
        };
        let member = scope.within(Member::Record(association.object));
        let filter = argument
            .filter
            .as_ref()
            .map(|filter| Box::new(self.condition(filter, &member)));
        let ty = match property {
            Some(property) => self.catalog.objects[association.object].properties[property]
                .ty
                .clone(),
            None => Type::Number,
        };
        // `count` is unknown where there never was a link, `sum` over none is 0.
        let known = aggregate == Aggregate::Sum;
        made(
            ExprKind::Aggregate(aggregate, association, property, filter),
            ty,
            path.span,
            known,
        )
    }

    /// The association of an aggregate, and the property that it is over.
    fn aggregated(
        &mut self,
        aggregate: Aggregate,
        target: &ast::Path,
        scope: &Scope,
    ) -> Option<(AssociationPath, Option<PropertyId>)> {
        if aggregate == Aggregate::Count {
            return Some((self.association(target, scope)?, None));
        }
        let mut way = target.clone();
        let Some(last) = way.rest.pop() else {
            let name = &target.head.name;
            self.report(
                Finding::new(Code::WrongType, target.span, "say which property")
                    .help(format!("like `sum({name}.amount)`")),
            );
            return None;
        };
        let association = self.association(&way, scope)?;
        let Attribute::Property(property) = self.find(association.object, &last.name)? else {
            self.report(Finding::new(
                Code::WrongType,
                last.name.span,
                "expected a property, found an association",
            ));
            return None;
        };
        let ty = self.catalog.objects[association.object].properties[property]
            .ty
            .clone();
        let fits = match aggregate {
            Aggregate::Sum | Aggregate::Avg => matches!(ty, Type::Number),
            _ => ty.is_ordered(),
        };
        if !fits {
            let found = self.describe(&ty);
            self.report(Finding::new(
                Code::WrongOperator,
                last.name.span,
                format!("this aggregate does not take {found}"),
            ));
            return None;
        }
        Some((association, Some(property)))
    }

    pub(super) fn quantified(
        &mut self,
        quantifier: Quantifier,
        path: &ast::Path,
        filter: Option<&ast::Expr>,
        (span, scope): (Span, &Scope),
    ) -> Expr {
        let Some(association) = self.association(path, scope) else {
            return Expr::broken(span);
        };
        let Some(filter) = filter else {
            self.no_where(quantifier, &path.text(), span);
            return Expr::broken(span);
        };
        let member = scope.within(Member::Record(association.object));
        let condition = self.condition(filter, &member);
        made(
            ExprKind::Quantified(quantifier, association, Box::new(condition)),
            Type::Bool,
            span,
            false,
        )
    }

    fn no_where(&mut self, quantifier: Quantifier, name: &str, span: Span) {
        let (word, test) = match quantifier {
            Quantifier::Any => ("any", Some(format!("count({name}) > 0"))),
            // Where there never was a link the count is unknown (N2).
            Quantifier::No => ("no", Some(format!("(count({name}) ?? 0) == 0"))),
            Quantifier::All => ("all", None),
        };
        let finding = Finding::new(
            Code::MissingPart,
            span,
            format!("`{word} {name}` needs a `where (…)`"),
        );
        self.report(match test {
            Some(test) => finding
                .help(format!("how many there are is `count({name})`"))
                .fix(format!("write `{test}`"), span, test),
            None => finding.help("say what must hold of all of them"),
        });
    }
}
