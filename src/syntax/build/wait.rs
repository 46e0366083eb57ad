//! `wait` in its forms.

use super::Builder;
use crate::base::{Duration, Span, Time, Unit};
use crate::diagnostic::{Code, Finding};
use crate::syntax::ast::{Bounds, IfPast, Moment, PastAction, StepKind, Until, Wait};
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    pub(super) fn wait(&mut self, pair: Pair<'i>) -> Option<StepKind> {
        let form = pair
            .into_inner()
            .find(|part| part.as_rule() != Rule::kw_wait)?;
        Some(match form.as_rule() {
            Rule::wait_for => {
                self.for_amount(&form);
                match self.amount(form) {
                    Some(duration) => StepKind::Wait(Wait::For(duration)),
                    None => StepKind::Lost("wait"),
                }
            }
            Rule::wait_named => {
                let name = form.into_inner().next()?;
                StepKind::Wait(Wait::Named(self.ident(&name)))
            }
            Rule::wait_event => match self.wait_event(form) {
                Some(event) => StepKind::Wait(Wait::Event(Box::new(event))),
                None => StepKind::Lost("wait"),
            },
            Rule::wait_first => match self.wait_first(form) {
                Some(first) => StepKind::Wait(Wait::First(Box::new(first))),
                None => StepKind::Lost("wait"),
            },
            _ => match self.until(form) {
                Some(until) => StepKind::Wait(Wait::Until(Box::new(until))),
                None => StepKind::Lost("wait"),
            },
        })
    }

    /// `wait for 2 days`: only an event is waited for by `for`.
    fn for_amount(&mut self, pair: &Pair<'i>) {
        let mut parts = pair.clone().into_inner();
        let (Some(word), Some(number)) = (parts.next(), parts.next()) else {
            return;
        };
        if word.as_rule() != Rule::kw_for {
            return;
        }
        let place = self.span(&word);
        let end = self.span(&number).start;
        let message = "an amount of time is waited for without `for`";
        self.report(Finding::new(Code::ForeignSyntax, place, message).fix(
            "leave out `for`",
            Span { end, ..place },
            "",
        ));
    }

    /// `N [business] UNIT`, where the unit may be any word.
    pub(super) fn amount(&mut self, pair: Pair<'i>) -> Option<Duration> {
        let business = pair
            .clone()
            .into_inner()
            .any(|part| part.as_rule() == Rule::kw_business);
        let mut parts = pair.into_inner();
        let number = parts.find(|part| part.as_rule() == Rule::number)?;
        let word = parts.find(|part| part.as_rule() == Rule::word)?;
        let Some(unit) = Unit::parse(word.as_str()) else {
            let span = self.span(&word);
            let units: Vec<String> = Unit::ALL
                .iter()
                .map(|unit| format!("{}s", unit.word()))
                .collect();
            let meant = crate::base::nearest(word.as_str(), units.iter().map(String::as_str));
            let finding = Finding::new(
                Code::BadLiteral,
                span,
                format!("`{}` is no unit of time", word.as_str()),
            )
            .help(format!("the units are {}", units.join(", ")));
            self.doubtful = true;
            self.report(finding.did_you_mean(meant, span));
            return None;
        };
        self.whole(&number, unit, business)
    }

    fn until(&mut self, pair: Pair<'i>) -> Option<Until> {
        let (mut moment, mut at, mut ifs) = (None, None, Vec::new());
        let mut bounds = Bounds::default();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::weekdays => moment = Some(Moment::Weekdays(self.weekdays(part), None)),
                Rule::yearly_date => moment = Some(Moment::Yearly(self.yearly(&part)?, None)),
                Rule::expr => {
                    let expr = self.expr(part);
                    self.doubtful |= matches!(expr.kind, crate::syntax::ast::ExprKind::Duration(_));
                    moment = Some(Moment::Expr(expr));
                }
                Rule::at_time => at = self.time(&part.into_inner().last()?),
                Rule::if_past => ifs.extend(self.if_past(part)),
                Rule::wait_limit => bounds.limits.extend(self.limit(part)),
                Rule::wait_body => self.wait_body(part, &mut bounds),
                _ => {}
            }
        }
        Some(Until {
            moment: with_time(moment?, at),
            ifs,
            bounds,
        })
    }

    fn if_past(&mut self, pair: Pair<'i>) -> Option<IfPast> {
        let span = self.span(&pair);
        let (mut unknown, mut action) = (false, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_unknown => unknown = true,
                Rule::kw_continue => action = Some(PastAction::Continue),
                Rule::kw_skip => action = Some(PastAction::Skip),
                Rule::kw_stop => action = Some(PastAction::Stop),
                _ => {}
            }
        }
        let action = action?;
        if unknown && action == PastAction::Skip {
            self.report(
                Finding::new(Code::UnexpectedText, span, "`if unknown` cannot skip")
                    .help("write `if unknown continue` or `if unknown stop`"),
            );
        }
        Some(IfPast {
            unknown,
            action,
            span,
        })
    }
}

fn with_time(moment: Moment, at: Option<Time>) -> Moment {
    match moment {
        Moment::Weekdays(days, None) => Moment::Weekdays(days, at),
        Moment::Yearly(date, None) => Moment::Yearly(date, at),
        other => other,
    }
}
