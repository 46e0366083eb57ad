//! Secrets, and how requests authenticate and are signed.

use super::expr::made;
use super::{Checker, Scope};
use crate::diagnostic::{Code, Finding};
use crate::model::Type;
use crate::semantic::hir::{Expr, ExprKind};
use crate::syntax::ast::{self, Argument};

impl Checker<'_> {
    /// `secret(name)`, `bearer(…)`, `basic(…)`, `hubspot(…)`, `hmac_sha256(…)`.
    pub(super) fn scheme(
        &mut self,
        path: &ast::Path,
        arguments: &[Argument],
        scope: &Scope,
        expected: Option<&Type>,
    ) -> Option<Expr> {
        let ty = match (path.head.name.as_str(), expected) {
            ("secret", _) => return Some(self.secret(path, arguments, scope)),
            ("bearer" | "basic", Some(Type::Auth)) => Type::Auth,
            ("hubspot" | "hmac_sha256", Some(Type::Sign)) => Type::Sign,
            _ => return None,
        };
        let hmac = path.head.name == "hmac_sha256";
        let most = if matches!(path.head.name.as_str(), "basic" | "hmac_sha256") {
            2
        } else {
            1
        };
        if arguments.is_empty() || arguments.len() > most {
            let message = format!(
                "`{}` takes {most} argument{}",
                path.head.name,
                if most == 1 { "" } else { "s" }
            );
            self.report(
                Finding::new(Code::ArgumentCount, path.span, message)
                    .help("the last is `secret(name)`"),
            );
        }
        let header = |argument: &Argument| {
            argument
                .name
                .as_ref()
                .filter(|name| name.name != "header" || !hmac)
                .cloned()
        };
        for name in arguments.iter().filter_map(header) {
            let message = format!("`{}` takes no `{}`", path.head.name, name.name);
            self.report(Finding::new(Code::UnknownArgument, name.span, message));
        }
        let checked = arguments
            .iter()
            .map(|argument| self.value(&argument.value, scope, &Type::String))
            .collect();
        Some(made(
            ExprKind::Scheme(path.head.name.clone(), checked),
            ty,
            path.span,
            true,
        ))
    }

    fn secret(&mut self, path: &ast::Path, arguments: &[Argument], scope: &Scope) -> Expr {
        if !scope.secrets {
            self.report(
                Finding::new(Code::WrongType, path.span, "a secret cannot stand here")
                    .help("secrets go into `headers`, `query`, `auth` and `sign` of a request"),
            );
        }
        let name = match arguments {
            [
                Argument {
                    value:
                        ast::Expr {
                            kind: ast::ExprKind::Path(name),
                            ..
                        },
                    ..
                },
            ] if name.rest.is_empty() => &name.head,
            _ => {
                self.report(Finding::new(
                    Code::ArgumentCount,
                    path.span,
                    "`secret` takes the name of a secret",
                ));
                return Expr::broken(path.span);
            }
        };
        made(
            ExprKind::Secret(name.name.clone()),
            Type::String,
            path.span,
            true,
        )
    }
}
