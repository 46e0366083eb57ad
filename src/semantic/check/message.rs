//! Messages.

use crate::diagnostic::{Code, Finding};
use crate::model::{Item, MessageField, MessageId, Type};
use crate::semantic::hir::{Expr, MessageBody, Origins};
use crate::semantic::resolve::Trees;
use crate::semantic::types::{Checker, Local, Scope};
use crate::syntax::ast::{self, Value};

impl Checker<'_> {
    pub(super) fn check_messages(
        &mut self,
        trees: &Trees<'_>,
        origins: &mut Origins,
    ) -> Vec<MessageBody> {
        let mut bodies = Vec::with_capacity(trees.messages.len());
        for (id, tree) in self.catalog.messages.ids().zip(&trees.messages) {
            self.stand_in(tree.span.source);
            bodies.push(self.message(id, tree));
            self.declare(origins, Item::Message(id), tree.span);
        }
        bodies
    }

    fn message(&mut self, id: MessageId, tree: &ast::Message) -> MessageBody {
        let head = &self.catalog.messages[id];
        self.uses.insert(Item::Object(head.object));
        let mut scope = Scope {
            message: true,
            ..Scope::of(head.object)
        };
        tree.parameters
            .iter()
            .for_each(|parameter| self.uses_type(&parameter.ty));
        for (place, (parameter, ident)) in head.parameters.iter().zip(&tree.parameters).enumerate()
        {
            self.no_shadow(head.object, &ident.name);
            let (ty, required) = (parameter.ty.clone(), parameter.required);
            scope.locals.push(
                parameter.name.clone(),
                Local::Parameter {
                    place,
                    ty,
                    required,
                },
            );
        }
        let mut body = MessageBody::default();
        for field in &tree.fields {
            body.fields.extend(self.message_field(field, &body, &scope));
        }
        body.fields.sort_by_key(|(field, _)| *field);
        let said = |word: &str| tree.fields.iter().any(|field| field.name.name == word);
        if !["subject", "text", "html"].into_iter().any(said) && !self.lost.contains("text") {
            let message = format!("the message `{}` says nothing", tree.name.name);
            self.report(
                Finding::new(Code::MissingPart, tree.name.span, message)
                    .help("give it a `subject`, and a `text` or an `html`"),
            );
        }
        body
    }

    fn message_field(
        &mut self,
        field: &ast::Field,
        body: &MessageBody,
        scope: &Scope,
    ) -> Option<(MessageField, Expr)> {
        let name = field.name.name.as_str();
        let Some((_, kind)) = MessageField::ALL
            .into_iter()
            .find(|(word, _)| *word == name)
        else {
            let message = format!("a message has no `{name}`");
            let words = MessageField::ALL.map(|(word, _)| word);
            self.unknown(Code::UnknownField, (name, field.name.span), message, words);
            return None;
        };
        if body.fields.iter().any(|(before, _)| *before == kind) {
            self.report(Finding::new(
                Code::RepeatedClause,
                field.name.span,
                format!("`{name}` may stand only once"),
            ));
            return None;
        }
        let target = if matches!(kind, MessageField::From | MessageField::ReplyTo) {
            Type::Email
        } else {
            Type::String
        };
        match &field.value {
            Value::Expr(expr) => Some((kind, self.value(expr, scope, &target))),
            Value::Json(_) => {
                let message = "expected a text, found JSON";
                self.report(Finding::new(Code::WrongType, field.value.span(), message));
                None
            }
        }
    }
}
