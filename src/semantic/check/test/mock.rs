//! `mock …`: what attempts of an action come to.

use crate::base::{Decimal, Span, print_decimal};
use crate::diagnostic::{Code, Finding};
use crate::model::ActionId;
use crate::semantic::check::test::cast::Cast;
use crate::semantic::hir::Expr;
use crate::semantic::hir::test::{Mock, Outcome};
use crate::semantic::types::Checker;
use crate::syntax::ast::Field;
use crate::syntax::ast::test::{Mock as Tree, Outcome as OutcomeTree};

impl Checker<'_> {
    pub(super) fn mock(&mut self, tree: &Tree, cast: &Cast<'_>) -> Option<Mock> {
        let action = self.action(&tree.action);
        let times = match tree.times {
            Some((number, span)) => Some(self.mocked_attempts(number, span)?),
            None => None,
        };
        let outcome = match &tree.outcome {
            OutcomeTree::Answer(fields) => Outcome::Answer(self.answer(action?, fields, cast)),
            OutcomeTree::Fails(status, span) => Outcome::Fails(self.status(*status, *span)?),
            OutcomeTree::TimesOut => Outcome::TimesOut,
        };
        Some(Mock {
            action: action?,
            outcome,
            times,
        })
    }

    /// Results of the types that the action declares; any may be left out.
    fn answer(&mut self, id: ActionId, fields: &[Field], cast: &Cast<'_>) -> Vec<(usize, Expr)> {
        let action = &self.catalog.actions[id];
        let mut results = Vec::new();
        for field in self.each_once(fields) {
            let name = field.name.name.as_str();
            let mut results_of = action.results.iter().enumerate();
            let found = results_of.find(|(_, result)| result.name == *name);
            let Some((place, result)) = found else {
                let message = format!("`{}` has no result `{name}`", action.name);
                let names = action.results.iter().map(|result| result.name.as_str());
                self.unknown(
                    Code::UnknownProperty,
                    (name, field.name.span),
                    message,
                    names,
                );
                continue;
            };
            let value = self.field_argument(field, (&result.ty, false), &cast.scope);
            results.extend(value.map(|value| (place, value)));
        }
        results
    }

    fn mocked_attempts(&mut self, number: Decimal, span: Span) -> Option<u32> {
        let whole = super::whole(number).filter(|number| *number > 0);
        if whole.is_none() {
            let message = format!("`{}` is no number of attempts", print_decimal(number));
            self.report(
                Finding::new(Code::BadLiteral, span, message).help("write a whole number from 1"),
            );
        }
        whole
    }

    fn status(&mut self, number: Decimal, span: Span) -> Option<u16> {
        let status = super::whole(number).and_then(|status| u16::try_from(status).ok());
        let status = status.filter(|status| (300..600).contains(status));
        if status.is_none() {
            let message = format!("`{}` is no status of a failure", print_decimal(number));
            self.report(
                Finding::new(Code::BadLiteral, span, message)
                    .help("write a status from 300 to 599, like 404 or 503"),
            );
        }
        status
    }
}
