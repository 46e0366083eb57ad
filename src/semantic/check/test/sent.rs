//! `sent …`: which action, with what, how often.

use crate::base::{Name, Span, print_decimal};
use crate::diagnostic::{Code, Finding};
use crate::model::{ActionId, MessageParameter, Type};
use crate::semantic::check::test::cast::Cast;
use crate::semantic::hir::test::{Count, Sent};
use crate::semantic::hir::{Expr, ExprKind};
use crate::semantic::types::Checker;
use crate::syntax::ast::Field;
use crate::syntax::ast::test::{Bound, Count as CountTree, Sent as Tree};

impl Checker<'_> {
    pub(super) fn sent(&mut self, tree: &Tree, cast: &Cast<'_>) -> Option<Sent> {
        let action = self.action(&tree.action);
        for (second, word) in [
            (tree.to.get(1).map(|name| name.span), "to"),
            (
                tree.counts.get(1).map(|count| count.span),
                "a number of times",
            ),
            (tree.within.get(1).map(|(_, span)| *span), "within"),
        ] {
            if let Some(span) = second {
                self.stands_once(word, span);
            }
        }
        let to = match tree.to.first() {
            Some(record) => Some(self.role(record, cast)?.0),
            None => None,
        };
        let count = match tree.counts.first() {
            Some(count) => self.test_count(count)?,
            None => Count::AtLeast(1),
        };
        let within = tree.within.first().map(|(duration, _)| *duration);
        let action = action?;
        let arguments = self.subset(action, &tree.fields, cast);
        Some(Sent {
            action,
            arguments,
            to,
            count,
            within,
        })
    }

    fn stands_once(&mut self, word: &str, span: Span) {
        let message = match word.contains(' ') {
            true => format!("{word} may stand only once"),
            false => format!("`{word}` may stand only once"),
        };
        self.report(Finding::new(Code::RepeatedClause, span, message));
    }

    pub(super) fn test_count(&mut self, tree: &CountTree) -> Option<Count> {
        let Some(number) = super::whole(tree.number) else {
            let message = format!("`{}` is no number of times", print_decimal(tree.number));
            self.report(
                Finding::new(Code::BadLiteral, tree.span, message).help("write a whole number"),
            );
            return None;
        };
        Some(match tree.bound {
            Bound::Exactly => Count::Exactly(number),
            Bound::AtLeast => Count::AtLeast(number),
            Bound::AtMost => Count::AtMost(number),
            Bound::MoreThan => Count::AtLeast(number.saturating_add(1)),
        })
    }

    /// Some of the arguments of an action, and of the message that it sends.
    fn subset(&mut self, id: ActionId, fields: &[Field], cast: &Cast<'_>) -> Vec<(Name, Expr)> {
        let fields = self.each_once(fields);
        let action = &self.catalog.actions[id];
        let message = fields
            .iter()
            .find(|field| action.sends_message && field.name.name == "message");
        let message = message
            .and_then(|field| self.field_argument(field, (&Type::Message, false), &cast.scope));
        let parameters = self.message_parameters(action.sends_message, message.as_ref());
        let mut arguments = Vec::new();
        for field in fields {
            let name = &field.name;
            let own = action.parameter(name.name.as_str());
            let of_message = || parameters.iter().find(|one| one.name == name.name);
            let ty = match (own, &message) {
                (Some(own), Some(message)) if action.sends_message && own.name == "message" => {
                    arguments.push((name.name.clone(), message.clone()));
                    continue;
                }
                (Some(own), _) => own.ty.clone(),
                (None, _) => match of_message() {
                    Some(parameter) => parameter.ty.clone(),
                    None => {
                        let text = format!("`{}` takes no `{}`", action.name, name.name);
                        let own = action.parameters.iter().map(|one| one.name.as_str());
                        let more = parameters.iter().map(|one| one.name.as_str());
                        let place = (name.name.as_str(), name.span);
                        self.unknown(Code::UnknownArgument, place, text, own.chain(more));
                        continue;
                    }
                },
            };
            let value = self.field_argument(field, (&ty, false), &cast.scope);
            arguments.extend(value.map(|value| (name.name.clone(), value)));
        }
        arguments
    }

    /// The parameters of the message that is sent; those of all, where it is
    /// not said which.
    fn message_parameters(&self, sends: bool, message: Option<&Expr>) -> Vec<MessageParameter> {
        let all = self.catalog.messages.rows().iter();
        match message.map(|message| &message.kind) {
            Some(ExprKind::Message(id)) => self.catalog.messages[*id].parameters.clone(),
            None if sends => all.flat_map(|message| message.parameters.clone()).collect(),
            _ => Vec::new(),
        }
    }
}
