//! The body of a request: at most one, and none with `GET`.

use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::model::{Type, Value};
use crate::semantic::hir::{Expr, ExprKind, Json};
use crate::semantic::types::Checker;
use crate::syntax::ast::Ident;

/// What a request may have as its body.
const BODIES: [&str; 3] = ["json", "form", "text"];

/// The bodies of a request, and its method, as far as they are seen.
#[derive(Default)]
pub(super) struct Bodies {
    given: Vec<Ident>,
    get: Option<Span>,
}

impl Bodies {
    /// Takes an argument of a request in.
    pub(super) fn see(&mut self, name: &Ident, value: Option<&Expr>) {
        if BODIES.contains(&name.name.as_str()) {
            self.given.push(name.clone());
        }
        if let (true, Some(value)) = (name.name == "method", value)
            && is_get(value)
        {
            self.get = Some(value.span);
        }
    }
}

impl Checker<'_> {
    /// Reports what a request has too much.
    pub(super) fn one_body(&mut self, bodies: &Bodies) {
        let Some((first, others)) = bodies.given.split_first() else {
            return;
        };
        for other in others {
            let message = format!("`{}` is a second body of this request", other.name);
            self.report(
                Finding::new(Code::RequestBody, other.span, message)
                    .also(first.span, "the first")
                    .help("a request has one of `json`, `form` and `text`"),
            );
        }
        if let Some(get) = bodies.get {
            let message = format!("a request with `GET` takes no `{}`", first.name);
            self.report(
                Finding::new(Code::RequestBody, first.span, message)
                    .also(get, "the method")
                    .help("write `method: POST`, or put it into `query`"),
            );
        }
    }
}

impl Checker<'_> {
    /// What goes into a request by names is an object.
    pub(super) fn by_names(&mut self, name: &Ident, value: Option<&Expr>) {
        let named = matches!(name.name.as_str(), "query" | "headers" | "form");
        let Some(Expr {
            kind: ExprKind::Json(json),
            span,
            ..
        }) = value.filter(|_| named)
        else {
            return;
        };
        let wrong = match json {
            Json::Object(_) => false,
            Json::Value(value) => !matches!(value.ty, Type::Json | Type::Broken),
            Json::Null | Json::Array(_) => true,
        };
        if wrong {
            let message = format!("`{}` takes names with values", name.name);
            self.report(
                Finding::new(Code::WrongType, *span, message)
                    .help(format!("like `{}: {{ name: \"value\" }}`", name.name)),
            );
        }
    }
}

fn is_get(value: &Expr) -> bool {
    match (&value.kind, &value.ty) {
        (ExprKind::Literal(Value::Member(place)), Type::Enum(members)) => {
            members.position("GET") == Some(*place)
        }
        _ => false,
    }
}
