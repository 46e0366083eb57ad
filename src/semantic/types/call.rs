//! Functions, aggregates, quantifiers and membership.

use super::expr::made;
use super::facts::facts;
use super::scope::{Local, Member};
use super::{Checker, Scope};
use crate::base::{Name, Span};
use crate::diagnostic::{Code, Finding};
use crate::model::{Function, Item, Kind, Members, PeriodUnit, Type, function, functions};
use crate::semantic::hir::{Aggregate, AssociationPath, Expr, ExprKind};
use crate::syntax::ast::{self, Argument, Ident, Quantifier};

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
            self.not_yet(&format!("{name}(…)"), path.head.span);
            return Expr::broken(path.span);
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

    /// Whether the only argument is a path that begins with a `many`.
    fn is_association(&self, arguments: &[Argument], scope: &Scope) -> bool {
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
        let member = match scope.member {
            Some(Member::Record(object)) => Some(object),
            _ => None,
        };
        member
            .into_iter()
            .chain(scope.this)
            .any(|object| self.catalog.objects[object].association(name).is_some())
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

    /// `by` and `where` belong to aggregates.
    fn no_clauses(&mut self, argument: &Argument) {
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

    fn aggregate(
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
    ) -> Option<(AssociationPath, Option<crate::model::PropertyId>)> {
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
        let super::path::Attribute::Property(property) =
            self.find(association.object, &last.name)?
        else {
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
            self.no_where(quantifier, &path.head.name, span);
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

    fn no_where(&mut self, quantifier: Quantifier, name: &Name, span: Span) {
        let (word, number) = match quantifier {
            Quantifier::Any => ("any", Some("> 0")),
            Quantifier::No => ("no", Some("== 0")),
            Quantifier::All => ("all", None),
        };
        let finding = Finding::new(
            Code::MissingPart,
            span,
            format!("`{word} {name}` needs a `where (…)`"),
        );
        self.report(match number {
            Some(number) => finding
                .help(format!("how many there are is `count({name})`"))
                .fix(
                    format!("write `count({name}) {number}`"),
                    span,
                    format!("count({name}) {number}"),
                ),
            None => finding.help("say what must hold of all of them"),
        });
    }

    pub(super) fn in_segment(&mut self, name: &Ident, span: Span, scope: &Scope) -> Expr {
        let Some(segment) = self.segment(name) else {
            return Expr::broken(span);
        };
        if matches!(scope.member, Some(Member::Record(_))) {
            self.not_yet("in segment inside the `where` of an association", span);
            return Expr::broken(span);
        }
        let object = self.catalog.segments[segment].object;
        if scope.this.is_some_and(|this| this != object) {
            let owner = &self.catalog.objects[object].name;
            let message = format!("`{}` is a segment of `{owner}`", name.name);
            self.report(Finding::new(Code::OtherObject, name.span, message));
            return Expr::broken(span);
        }
        made(ExprKind::InSegment(segment), Type::Bool, span, true)
    }

    /// The segment of a name.
    pub(in crate::semantic) fn segment(&mut self, name: &Ident) -> Option<crate::model::SegmentId> {
        let found = self.catalog.segment(&name.name);
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

    /// `secret(name)`, `bearer(…)`, `basic(…)`, `hubspot(…)`, `hmac_sha256(…)`.
    fn scheme(
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

    /// The value before `is known`, which may also be the results of a `do`.
    pub(super) fn results_or_value(&mut self, inner: &ast::Expr, scope: &Scope) -> Expr {
        if let ast::ExprKind::Path(path) = &inner.kind
            && path.rest.is_empty()
            && path.arguments.is_none()
            && let Some(Local::Results { place, .. }) = scope.local(path.head.name.as_str())
        {
            return made(
                ExprKind::Binding(*place, usize::MAX),
                Type::Bool,
                inner.span,
                false,
            );
        }
        match &inner.kind {
            ast::ExprKind::Path(path)
                if path.arguments.is_none() && path.rest.is_empty() && path.label.is_none() =>
            {
                self.record_or_value(path, inner, scope)
            }
            _ => self.expr(inner, scope, None),
        }
    }

    /// `companies is known` asks for a number of links.
    fn record_or_value(&mut self, path: &ast::Path, inner: &ast::Expr, scope: &Scope) -> Expr {
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
                    format!("write `count({name})`"),
                    inner.span,
                    format!("count({name})"),
                ),
            );
            return Expr::broken(inner.span);
        }
        self.expr(inner, scope, None)
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
