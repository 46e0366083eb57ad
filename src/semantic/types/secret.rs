//! Secrets, and how requests authenticate and are signed.

use super::expr::made;
use super::{Checker, Scope};
use crate::base::nearest;
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
            ("bearer" | "basic", _) => return Some(self.misplaced(path, "auth")),
            ("hubspot" | "hmac_sha256", _) => return Some(self.misplaced(path, "sign")),
            _ => return None,
        };
        let hmac = path.head.name == "hmac_sha256";
        self.scheme_count(path, arguments.len());
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
        // The name of the header comes last, wherever it stands.
        let mut ordered: Vec<&Argument> = arguments.iter().collect();
        ordered.sort_by_key(|argument| hmac && argument.name.is_some());
        let checked = ordered
            .into_iter()
            .map(|argument| self.value(&argument.value, scope, &Type::String))
            .collect();
        Some(made(
            ExprKind::Scheme(path.head.name.clone(), checked),
            ty,
            path.span,
            true,
        ))
    }

    fn scheme_count(&mut self, path: &ast::Path, given: usize) {
        let (count, form) = match path.head.name.as_str() {
            "basic" => (2, "basic(user, secret(name))"),
            "hmac_sha256" => (2, "hmac_sha256(secret(name), header: \"X-Signature\")"),
            "bearer" => (1, "bearer(secret(name))"),
            _ => (1, "hubspot(secret(name))"),
        };
        if given == count {
            return;
        }
        let plural = if count == 1 { "" } else { "s" };
        let message = format!("`{}` takes {count} argument{plural}", path.head.name);
        self.report(
            Finding::new(Code::ArgumentCount, path.span, message).help(format!("write `{form}`")),
        );
    }

    /// A scheme where none stands.
    fn misplaced(&mut self, path: &ast::Path, key: &str) -> Expr {
        let message = format!("`{}(…)` cannot stand here", path.head.name);
        self.report(
            Finding::new(Code::WrongType, path.span, message)
                .help(format!("it stands in `{key}` of a request")),
        );
        Expr::broken(path.span)
    }

    /// A secret is declared in `flow.toml`, where there is one.
    pub(in crate::semantic) fn known_secret(&mut self, name: &ast::Ident) {
        let settings = self.settings;
        let Some(outside) = &settings.outside else {
            return;
        };
        let written = name.name.as_str();
        let mut known = outside.secrets.iter().map(String::as_str);
        if known.any(|known| known == written) {
            return;
        }
        let message = format!("there is no secret `{written}`");
        let finding = Finding::new(Code::UnknownName, name.span, message);
        let known = outside.secrets.iter().map(String::as_str);
        self.report(match nearest(written, known) {
            Some(meant) => finding.did_you_mean(Some(meant), name.span),
            None => finding.help(format!(
                "declare it in flow.toml, below `[secrets]`: `{written} = {{ env = \"{}\" }}`",
                written.to_uppercase()
            )),
        });
    }

    fn secret(&mut self, path: &ast::Path, arguments: &[Argument], scope: &Scope) -> Expr {
        if !scope.secrets {
            self.report(
                Finding::new(Code::WrongType, path.span, "a secret cannot stand here")
                    .help("secrets go into `headers`, `query`, `auth` and `sign` of a request, and into `env` of a command"),
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
        self.known_secret(name);
        made(
            ExprKind::Secret(name.name.clone()),
            Type::String,
            path.span,
            true,
        )
    }
}
