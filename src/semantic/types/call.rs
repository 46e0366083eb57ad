//! Functions, aggregates, quantifiers and membership.

use super::expr::made;
use super::facts::facts;
use super::{Checker, Scope};
use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::model::{Function, Kind, Members, PeriodUnit, Type, function, functions};
use crate::semantic::hir::{Aggregate, Expr, ExprKind};
use crate::syntax::ast::{self, Argument};

/// What only an association can be given to, or a JSON argument.
const SPECIAL: [&str; 7] = ["count", "sum", "avg", "first", "last", "secret", "bearer"];

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        path: &ast::Path,
        scope: &Scope,
        expected: Option<&Type>,
    ) -> Expr {
        let arguments = path.arguments.as_deref().unwrap_or_default();
        let name = path.head.name.as_str();
        if matches!(name, "first" | "last") {
            return self.chosen(path, scope);
        }
        if !path.rest.is_empty() {
            let message = "a path cannot go on after a call";
            self.report(Finding::new(Code::UnexpectedText, path.span, message));
            return Expr::broken(path.span);
        }
        if let Some((_, aggregate)) = Aggregate::ALL.iter().find(|(word, _)| *word == name)
            && (!matches!(name, "min" | "max") || self.is_association(arguments, scope))
        {
            return self.aggregate(*aggregate, path, arguments, scope);
        }
        if let Some(expr) = self.scheme(path, arguments, scope, expected) {
            return expr;
        }
        match function(name) {
            Some(function) => self.function(function, path, (arguments, expected), scope),
            None => {
                let names = functions()
                    .iter()
                    .map(|function| function.name)
                    .chain(SPECIAL);
                if matches!(name, "now" | "today") && arguments.is_empty() {
                    let call = Span {
                        start: path.head.span.end,
                        ..path.span
                    };
                    let message = format!("`{name}` is a value, not a function");
                    self.report(
                        Finding::new(Code::UnknownFunction, path.head.span, message).fix(
                            format!("write `{name}`"),
                            call,
                            "",
                        ),
                    );
                    return Expr::broken(path.span);
                }
                let message = format!("there is no function `{name}`");
                self.unknown(
                    Code::UnknownFunction,
                    (name, path.head.span),
                    message,
                    names,
                );
                Expr::broken(path.span)
            }
        }
    }

    fn function(
        &mut self,
        function: &'static Function,
        path: &ast::Path,
        (arguments, expected): (&[Argument], Option<&Type>),
        scope: &Scope,
    ) -> Expr {
        if !self.right_count(function, path, arguments.len()) {
            return Expr::broken(path.span);
        }
        let mut scope = scope.clone();
        let mut same: Option<Type> = (function.returns == Kind::Same)
            .then(|| expected.cloned())
            .flatten();
        let mut checked: Vec<Expr> = Vec::with_capacity(arguments.len());
        for (place, argument) in arguments.iter().enumerate() {
            let kind = function
                .parameters
                .get(place)
                .or(function.parameters.last())
                .copied()
                .unwrap_or(Kind::Same);
            self.no_clauses(argument);
            let value = self.argument(kind, argument, &scope, &mut same);
            scope = branch_scope(function, place, checked.first(), &value, scope);
            checked.push(value);
        }
        let ty = self.returned(function, &checked, same);
        if matches!(function.name, "min" | "max") && !ty.is_ordered() {
            let message = format!("`{}` does not take {}", function.name, self.describe(&ty));
            self.report(Finding::new(Code::Unordered, path.span, message));
            return Expr::broken(path.span);
        }
        let all_known = checked.iter().all(|value| value.known);
        let known = match function.name {
            "coalesce" => checked.iter().any(|value| value.known),
            _ => all_known && !function.may_fail,
        };
        made(ExprKind::Call(function, checked), ty, path.span, known)
    }

    fn right_count(&mut self, function: &Function, path: &ast::Path, given: usize) -> bool {
        let most = if function.repeats {
            usize::MAX
        } else {
            function.parameters.len()
        };
        if (function.required..=most).contains(&given) {
            return true;
        }
        let wanted = match (
            function.required,
            function.repeats,
            function.parameters.len(),
        ) {
            (least, true, _) => format!("at least {least}"),
            (least, false, most) if least < most => format!("{least} or {most}"),
            (least, ..) => least.to_string(),
        };
        let noun = if wanted == "1" {
            "argument"
        } else {
            "arguments"
        };
        let message = format!("`{}` takes {wanted} {noun}, not {given}", function.name);
        self.report(Finding::new(Code::ArgumentCount, path.span, message));
        false
    }

    /// `by` and `where` belong to aggregates, names to actions.
    fn no_clauses(&mut self, argument: &Argument) {
        if let Some(name) = &argument.name {
            let message = "the arguments of a function have no names";
            self.report(
                Finding::new(Code::UnknownArgument, name.span, message)
                    .help("their order says what they are"),
            );
        }
        if argument.by.is_some() || argument.filter.is_some() {
            let message = "`by` and `where` stand in aggregates only";
            self.report(Finding::new(Code::UnexpectedText, argument.span, message));
        }
    }

    fn argument(
        &mut self,
        kind: Kind,
        argument: &Argument,
        scope: &Scope,
        same: &mut Option<Type>,
    ) -> Expr {
        let expr = &argument.value;
        let target = match kind {
            Kind::Text => Type::String,
            Kind::Number => Type::Number,
            Kind::Date => Type::Date,
            Kind::Datetime => Type::Datetime,
            Kind::Time => Type::Time,
            Kind::Duration => Type::Duration,
            Kind::Weekday => weekday(),
            Kind::Condition => return self.condition(expr, scope),
            Kind::Unit => return self.unit(expr),
            Kind::Printable => {
                let value = self.expr(expr, scope, None);
                return self.printable(value);
            }
            Kind::Moment => return self.moment(expr, scope),
            Kind::Same => match same {
                Some(ty) => ty.clone(),
                None => {
                    let value = self.expr(expr, scope, None);
                    *same = Some(value.ty.clone());
                    return value;
                }
            },
        };
        self.value(expr, scope, &target)
    }

    fn moment(&mut self, expr: &ast::Expr, scope: &Scope) -> Expr {
        let value = self.expr(expr, scope, None);
        if value.ty.is_moment() || matches!(value.ty, Type::Broken) {
            return value;
        }
        self.fitted(value, &Type::Datetime)
    }

    fn unit(&mut self, expr: &ast::Expr) -> Expr {
        let word = match &expr.kind {
            ast::ExprKind::Path(path) if path.rest.is_empty() => path.head.name.as_str(),
            _ => "",
        };
        if let Some((_, unit)) = PeriodUnit::ALL.iter().find(|(name, _)| *name == word) {
            return made(ExprKind::Unit(*unit), Type::Broken, expr.span, true);
        }
        let names = PeriodUnit::ALL.map(|(name, _)| name);
        let message = format!("expected one of {}", names.join(", "));
        self.unknown(Code::UnknownMember, (word, expr.span), message, names);
        Expr::broken(expr.span)
    }

    fn returned(&self, function: &Function, arguments: &[Expr], same: Option<Type>) -> Type {
        match function.returns {
            Kind::Text | Kind::Printable => Type::String,
            Kind::Number => Type::Number,
            Kind::Date => Type::Date,
            Kind::Datetime | Kind::Moment => Type::Datetime,
            Kind::Time => Type::Time,
            Kind::Duration => Type::Duration,
            Kind::Weekday => weekday(),
            Kind::Condition => Type::Bool,
            Kind::Unit => Type::Broken,
            Kind::Same if function.parameters.first() == Some(&Kind::Unit) => arguments
                .get(1)
                .map_or(Type::Broken, |moment| moment.ty.clone()),
            Kind::Same => same.unwrap_or(Type::Broken),
        }
    }
}

/// In `if(c, a, b)` the condition holds in `a` and does not in `b`.
fn branch_scope(
    function: &Function,
    place: usize,
    condition: Option<&Expr>,
    value: &Expr,
    scope: Scope,
) -> Scope {
    match (function.name, place, condition) {
        ("if", 0, _) => scope.knowing(facts(value, true)),
        ("if", 1, Some(condition)) => scope.knowing(facts(condition, false)),
        _ => scope,
    }
}

fn weekday() -> Type {
    Type::Enum(Members::named(&[
        "mon", "tue", "wed", "thu", "fri", "sat", "sun",
    ]))
}
