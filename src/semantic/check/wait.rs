//! Waits.

use super::flow::Walk;
use crate::base::{Duration, Span, Time};
use crate::diagnostic::{Code, Finding};
use crate::model::{Type, Value};
use crate::semantic::hir::{Expr, Moment, PastAction, StepKind, Wait};
use crate::semantic::types::{Checker, Scope};
use crate::syntax::ast;

impl Checker<'_> {
    /// A wait of any form.
    pub(super) fn any_wait(
        &mut self,
        tree: &ast::Wait,
        walk: &mut Walk,
        head: Span,
    ) -> Option<StepKind> {
        let checked = match tree {
            ast::Wait::For(duration) => Some(Wait::For(*duration)),
            ast::Wait::Named(name) => self.named_duration(name).map(Wait::For),
            ast::Wait::Event(event) => return self.wait_event(event, walk, head),
            ast::Wait::First(first) => return self.wait_first(first, walk),
            ast::Wait::Until(until) => {
                let moment = match &until.moment {
                    ast::Moment::Weekdays(days, at) => Some(Moment::Weekdays(
                        days.clone(),
                        at.unwrap_or(Time::midnight()),
                    )),
                    ast::Moment::Yearly(date, at) => {
                        Some(Moment::Yearly(*date, at.unwrap_or(Time::midnight())))
                    }
                    ast::Moment::Expr(expr) => {
                        let value = self.expr(expr, &walk.scope, None);
                        if self.is_condition(&value, until) {
                            return Some(self.wait_condition(until, value, walk, head));
                        }
                        self.moment_to_wait_for(value)
                    }
                };
                self.no_bounds(&until.bounds);
                moment.map(|moment| self.wait_until(until, moment))
            }
        };
        walk.waited();
        checked.map(StepKind::Wait)
    }

    fn wait_until(&mut self, until: &ast::Until, moment: Moment) -> Wait {
        let (mut past, mut unknown) = (None, None);
        for clause in &until.ifs {
            let place = if clause.unknown {
                &mut unknown
            } else {
                &mut past
            };
            if place.replace(clause.action).is_some() {
                let word = if clause.unknown {
                    "if unknown"
                } else {
                    "if past"
                };
                self.report(Finding::new(
                    Code::RepeatedClause,
                    clause.span,
                    format!("`{word}` may stand only once"),
                ));
            }
        }
        Wait::Until {
            moment: Box::new(moment),
            past: past.unwrap_or(PastAction::Continue),
            unknown: unknown.unwrap_or(PastAction::Continue),
        }
    }

    /// A constant that is an amount of time.
    pub(super) fn named_duration(&mut self, name: &ast::Ident) -> Option<Duration> {
        let path = ast::Path {
            head: name.clone(),
            arguments: None,
            label: None,
            rest: Vec::new(),
            span: name.span,
        };
        let named = ast::Expr {
            kind: ast::ExprKind::Path(Box::new(path)),
            span: name.span,
            depth: 1,
        };
        let value = self.value(&named, &Scope::default(), &Type::Duration);
        match self.literal_of(&value) {
            Some(Value::Duration(duration)) => Some(*duration),
            _ if matches!(value.ty, Type::Broken) => None,
            _ => {
                let message = format!(
                    "`{}` is put together: it is no single amount of time",
                    name.name
                );
                self.report(
                    Finding::new(Code::WrongType, name.span, message)
                        .help("wait for each part by a step of its own"),
                );
                None
            }
        }
    }

    fn moment_to_wait_for(&mut self, value: Expr) -> Option<Moment> {
        match &value.ty {
            Type::Date | Type::Datetime => Some(Moment::At(value)),
            Type::Time if matches!(self.literal_of(&value), Some(Value::Time(_))) => {
                let time = match self.literal_of(&value) {
                    Some(Value::Time(Some(time))) => *time,
                    _ => Time::midnight(),
                };
                Some(Moment::Time(time))
            }
            Type::Broken => None,
            ty => {
                let found = self.describe(ty);
                let finding = Finding::new(
                    Code::WrongType,
                    value.span,
                    format!("expected a moment to wait for, found {found}"),
                );
                let finding = if matches!(ty, Type::Duration) {
                    finding.help("an amount of time is waited for without `until`: `wait 2 days`")
                } else {
                    finding.help(
                        "like `renewal_date - 30 days at 09:00`, `2026-12-01 at 09:00` or `09:00`",
                    )
                };
                self.report(finding);
                None
            }
        }
    }
}
