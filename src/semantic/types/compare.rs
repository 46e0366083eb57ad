//! Comparisons and tests.

use super::expr::made;
use super::{Checker, Scope};
use crate::base::{Span, seconds_of};
use crate::diagnostic::{Code, Edit, Finding};
use crate::model::{Type, Value};
use crate::semantic::hir::{Expr, ExprKind};
use crate::syntax::ast::{self, Comparison};

impl Checker<'_> {
    pub(super) fn compare(
        &mut self,
        op: Comparison,
        (left, right): (&ast::Expr, &ast::Expr),
        span: Span,
        scope: &Scope,
    ) -> Expr {
        if let Some(finding) = compared_with_unknown(op, left, right) {
            self.report(finding);
            return Expr::broken(span);
        }
        if let Some(finding) = elapsed(op, left, right, span) {
            self.report(finding);
            return Expr::broken(span);
        }
        // A bare member has its type from the other side.
        let (left, right) = if self.needs_type(left, scope) && !self.needs_type(right, scope) {
            let right = self.expr(right, scope, None);
            (self.expr(left, scope, Some(&right.ty)), right)
        } else {
            let left = self.expr(left, scope, None);
            let right = self.expr(right, scope, Some(&left.ty));
            (left, right)
        };
        let ordering = !matches!(op, Comparison::Equal | Comparison::NotEqual);
        let Some((left, right)) = self.comparable(left, right, ordering) else {
            return Expr::broken(span);
        };
        let known = left.known && right.known;
        made(
            ExprKind::Compare(op, Box::new(left), Box::new(right)),
            Type::Bool,
            span,
            known,
        )
    }

    /// Two sides of one type, or a finding.
    fn comparable(&mut self, left: Expr, right: Expr, ordering: bool) -> Option<(Expr, Expr)> {
        if !left.ty.compares(&right.ty) {
            let finding = self.mismatch(&left, &right);
            self.report(finding);
            return None;
        }
        if let Some(part) = [&left, &right]
            .into_iter()
            .find(|side| self.has_no_length(side))
        {
            self.report(
                Finding::new(
                    Code::Unordered,
                    part.span,
                    "business time, months and years have no fixed length to compare",
                )
                .help("compare weeks, days, hours, minutes or seconds"),
            );
            return None;
        }
        if ordering && !left.ty.is_ordered() {
            let found = self.describe(&left.ty);
            self.report(
                Finding::new(Code::Unordered, left.span, format!("{found} has no order")).help(
                    "`<` and its kin compare numbers, dates, times, amounts of time and enums",
                ),
            );
            return None;
        }
        if right.ty.fits(&left.ty) {
            let ty = left.ty.clone();
            let right = self.fitted(right, &ty);
            Some((left, right))
        } else {
            let ty = right.ty.clone();
            Some((self.fitted(left, &ty), right))
        }
    }

    /// Whether a value is an amount of business time, months or years.
    fn has_no_length(&self, value: &Expr) -> bool {
        matches!(self.literal_of(value), Some(Value::Duration(duration)) if seconds_of(*duration).is_none())
    }

    fn mismatch(&self, left: &Expr, right: &Expr) -> Finding {
        let (one, other) = (self.describe(&left.ty), self.describe(&right.ty));
        let finding = Finding::new(
            Code::MismatchedTypes,
            right.span,
            format!("{one} cannot be compared with {other}"),
        )
        .also(left.span, format!("this is {one}"));
        match (&left.ty, &right.ty, &right.kind) {
            (Type::Enum(members), _, ExprKind::Literal(Value::Text(text))) if members.position(text).is_some() => finding
                .help("a member is written without quotes")
                .fix(format!("write `{text}`"), right.span, text.as_str()),
            (Type::Number, _, ExprKind::Literal(Value::Text(text))) if crate::base::parse_decimal(text).is_some() => {
                finding.help("a number is written without quotes").fix(
                    format!("write `{text}`"),
                    right.span,
                    text.as_str(),
                )
            }
            (Type::Bool, _, ExprKind::Literal(Value::Text(text))) if matches!(text.as_ref(), "true" | "false") => {
                bare(finding, right.span, text)
            }
            (Type::Date, _, ExprKind::Literal(Value::Text(text))) if text.parse::<crate::base::Date>().is_ok() => {
                bare(finding, right.span, text)
            }
            (Type::Date | Type::Datetime, Type::Duration, _) => finding.help(
                "a moment is compared with another one: `< 30 days ago` is before that, `within last 30 days` after it",
            ),
            (Type::Datetime, Type::Date, _) => {
                finding.help("`date(…)` takes the day of a datetime, `… at 09:00` makes a datetime of a date").fix_all(
                    "compare the days",
                    wrap("date", left.span),
                )
            }
            (Type::Date, Type::Datetime, _) => {
                finding.help("`date(…)` takes the day of a datetime, `… at 09:00` makes a datetime of a date").fix_all(
                    "compare the days",
                    wrap("date", right.span),
                )
            }
            (Type::Set(_), ty, _) if ty.is_text() => finding.help("a set is tested by `contains`"),
            _ => finding,
        }
    }

    pub(super) fn in_list(
        &mut self,
        left: &ast::Expr,
        list: &ast::Expr,
        scope: &Scope,
        (negated, span): (bool, Span),
    ) -> Expr {
        let left = self.expr(left, scope, None);
        if matches!(left.ty, Type::Set(_)) {
            self.report(
                Finding::new(Code::WrongOperator, span, "a set is not in a list")
                    .help("write `contains any (…)` or `contains all (…)`"),
            );
            return Expr::broken(span);
        }
        let ast::ExprKind::List(items) = &list.kind else {
            let target = Type::List(Box::new(left.ty.clone()));
            let list = self.value(list, scope, &target);
            let known = left.known && list.known;
            return made(
                ExprKind::In(Box::new(left), Box::new(list), negated),
                Type::Bool,
                span,
                known,
            );
        };
        let mut checked = Vec::with_capacity(items.len());
        for item in items {
            let item = self.expr(item, scope, Some(&left.ty));
            if item.ty.compares(&left.ty) {
                checked.push(item);
            } else {
                let finding = self.mismatch(&left, &item);
                self.report(finding);
            }
        }
        let common = common_type(std::iter::once(&left).chain(&checked));
        let left = self.fitted(left, &common);
        let checked: Vec<Expr> = checked
            .into_iter()
            .map(|item| self.fitted(item, &common))
            .collect();
        let known = checked.iter().all(|item| item.known) && left.known;
        let list = made(
            ExprKind::List(checked),
            Type::List(Box::new(common)),
            list.span,
            known,
        );
        made(
            ExprKind::In(Box::new(left), Box::new(list), negated),
            Type::Bool,
            span,
            known,
        )
    }

    pub(super) fn between(
        &mut self,
        value: &ast::Expr,
        (low, high): &(ast::Expr, ast::Expr),
        scope: &Scope,
        (negated, span): (bool, Span),
    ) -> Expr {
        let value = self.expr(value, scope, None);
        let low = self.expr(low, scope, Some(&value.ty));
        let high = self.expr(high, scope, Some(&value.ty));
        if self.comparable(value.clone(), low.clone(), true).is_none()
            || self.comparable(value.clone(), high.clone(), true).is_none()
        {
            return Expr::broken(span);
        }
        let common = common_type([&value, &low, &high]);
        let [value, low, high] = [value, low, high].map(|side| self.fitted(side, &common));
        let known = value.known && low.known && high.known;
        made(
            ExprKind::Between(Box::new(value), Box::new((low, high)), negated),
            Type::Bool,
            span,
            known,
        )
    }
}

/// A value that stands without quotes.
fn bare(finding: Finding, place: Span, text: &str) -> Finding {
    finding
        .help("only text stands in quotes")
        .fix(format!("write `{text}`"), place, text)
}

/// The type that all values fit: enums may be wider than others.
fn common_type<'v>(values: impl IntoIterator<Item = &'v Expr>) -> Type {
    let types = values.into_iter().map(|value| value.ty.clone());
    types
        .reduce(|common, ty| {
            if !ty.fits(&common) && common.fits(&ty) {
                ty
            } else {
                common
            }
        })
        .unwrap_or(Type::Broken)
}

/// Puts a call around a span.
fn wrap(function: &str, span: Span) -> Vec<crate::diagnostic::Edit> {
    let edit = |span, text: String| crate::diagnostic::Edit { span, text };
    vec![
        edit(span.before(), format!("{function}(")),
        edit(span.after(), ")".into()),
    ]
}

/// `x == unknown`: what is not known is tested, not compared.
fn compared_with_unknown(op: Comparison, left: &ast::Expr, right: &ast::Expr) -> Option<Finding> {
    let known = match op {
        Comparison::Equal => "is unknown",
        Comparison::NotEqual => "is known",
        _ => return None,
    };
    if !right.is_name("unknown") || left.is_name("unknown") {
        return None;
    }
    let place = Span {
        start: left.span.end,
        ..right.span
    };
    Some(
        Finding::new(
            Code::UnknownValue,
            right.span,
            "`unknown` is no value to compare with",
        )
        .fix(format!("write `{known}`"), place, format!(" {known}")),
    )
}

/// `now - t > 30 days`, which means `t < 30 days ago`.
fn elapsed(op: Comparison, left: &ast::Expr, right: &ast::Expr, span: Span) -> Option<Finding> {
    let ast::ExprKind::Arithmetic(ast::Arithmetic::Subtract, now, moment) = &left.kind else {
        return None;
    };
    let ast::ExprKind::Path(path) = &now.kind else {
        return None;
    };
    let sign = match op {
        Comparison::Greater => "<",
        Comparison::GreaterEqual => "<=",
        Comparison::Less => ">",
        Comparison::LessEqual => ">=",
        Comparison::Equal | Comparison::NotEqual => return None,
    };
    if path.head.name != "now"
        || !path.rest.is_empty()
        || !matches!(right.kind, ast::ExprKind::Duration(_))
    {
        return None;
    }
    let edit = |start, end, text: &str| Edit {
        span: Span { start, end, ..span },
        text: text.into(),
    };
    let edits = vec![
        edit(now.span.start, moment.span.start, ""),
        edit(moment.span.end, right.span.start, &format!(" {sign} ")),
        edit(right.span.end, right.span.end, " ago"),
    ];
    Some(
        Finding::new(
            Code::DatetimeDifference,
            left.span,
            "one moment minus another has no unit",
        )
        .help(format!(
            "compare the moment with one in the past: `… {sign} N days ago`"
        ))
        .fix_all("compare with a moment in the past", edits),
    )
}
