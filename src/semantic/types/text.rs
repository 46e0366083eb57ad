//! Text with interpolations.

use super::expr::{literal, made};
use super::{Checker, Scope};
use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::model::{Type, Value};
use crate::semantic::hir::{Expr, ExprKind, TextPart};
use crate::syntax::ast::{self, Part};

impl Checker<'_> {
    pub(super) fn text(&mut self, text: &ast::Text, span: Span, scope: &Scope) -> Expr {
        match text.parts.as_slice() {
            [] => return literal(Value::Text("".into()), Type::String, span),
            [Part::Literal(only)] => {
                return literal(Value::Text(only.as_str().into()), Type::String, span);
            }
            _ => {}
        }
        let parts: Vec<TextPart> = text
            .parts
            .iter()
            .map(|part| self.part(part, scope))
            .collect();
        // A text all of whose interpolations are unknown is unknown.
        let known = parts.iter().any(|part| match part {
            TextPart::Literal(_) => false,
            TextPart::Value(value, _) => value.known || matches!(value.ty, Type::Broken),
            TextPart::Fallback(value, _, other) => value.known || other.known,
        });
        made(ExprKind::Text(parts), Type::String, span, known)
    }

    fn part(&mut self, part: &Part, scope: &Scope) -> TextPart {
        let (expr, format) = match part {
            Part::Literal(text) => return TextPart::Literal(text.as_str().into()),
            Part::Interpolation(expr, format) => (expr, format),
        };
        // Directly inside an interpolation the right side of `??` may be text
        // whatever the left is, and a format belongs to the left.
        if let ast::ExprKind::Coalesce(left, right) = &expr.kind {
            let left = self.expr(left, scope, None);
            let right = self.expr(right, scope, Some(&left.ty));
            if !right.ty.is_text() && !right.ty.fits(&left.ty) {
                let ty = left.ty.clone();
                self.fitted(right.clone(), &ty);
            }
            let format = self.format(format.as_ref(), &left);
            let left = self.printable(left);
            return TextPart::Fallback(Box::new(left), format, Box::new(right));
        }
        let value = self.expr(expr, scope, None);
        let format = self.format(format.as_ref(), &value);
        let value = self.printable(value);
        TextPart::Value(Box::new(value), format)
    }

    /// A value that has a form in text.
    pub(super) fn printable(&mut self, value: Expr) -> Expr {
        let help = match &value.ty {
            Type::Record(_) => "name one of its properties, like `owner.name`",
            Type::Message | Type::List(_) | Type::Json | Type::Auth | Type::Sign => {
                "text, numbers, dates, enums and sets print"
            }
            _ => return value,
        };
        let found = self.describe(&value.ty);
        self.report(
            Finding::new(
                Code::WrongType,
                value.span,
                format!("{found} does not print"),
            )
            .help(help),
        );
        Expr::broken(value.span)
    }

    /// `.2` for numbers, `%d.%m.%Y` for dates.
    fn format(&mut self, format: Option<&ast::Plain>, value: &Expr) -> Option<Box<str>> {
        let format = format?;
        let (fits, help) = match format.text.strip_prefix('.') {
            Some(digits) => (
                matches!(value.ty, Type::Number | Type::Broken)
                    && digits.parse::<u8>().is_ok_and(|digits| digits <= 28),
                "`:.2` prints a number with two decimals",
            ),
            None => (
                value.ty.is_moment() || matches!(value.ty, Type::Time | Type::Broken),
                "`:%d.%m.%Y` prints a date or a datetime",
            ),
        };
        if !fits {
            let found = self.describe(&value.ty);
            let message = format!("the format `{}` does not print {found}", format.text);
            self.report(Finding::new(Code::WrongOperator, format.span, message).help(help));
        }
        Some(format.text.as_str().into())
    }
}
