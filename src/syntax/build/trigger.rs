//! Events as clauses name them, and refinements.

use super::Builder;
use crate::syntax::ast::{EventRef, EventTrigger, Expr, ExprKind, Refinement, RefinementKind};
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    pub(super) fn event_trigger(&mut self, pair: Pair<'i>) -> Option<EventTrigger> {
        let (mut event, mut filter, mut refinements, mut per) = (None, None, Vec::new(), None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::where_clause | Rule::group_where => {
                    let (condition, refinement) = self.refined(part);
                    filter = Some(condition);
                    refinements.extend(refinement);
                }
                Rule::per => per = Some(self.inner_expr(part)),
                rule if is_event(rule) => event = Some((self.span(&part), self.event_ref(part)?)),
                _ => refinements.extend(self.refinement(part)),
            }
        }
        let (event_span, event) = event?;
        Some(EventTrigger {
            event,
            event_span,
            filter,
            refinements,
            per,
        })
    }

    pub(super) fn event_ref(&mut self, pair: Pair<'i>) -> Option<EventRef> {
        let rule = pair.as_rule();
        if rule == Rule::name {
            return Some(EventRef::Named(self.ident(&pair)));
        }
        let (mut name, mut from, mut to) = (None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.ident(&part)),
                Rule::changed_from => from = Some(Box::new(self.inner_expr(part))),
                Rule::changed_to => to = Some(Box::new(self.inner_expr(part))),
                _ => {}
            }
        }
        Some(match rule {
            Rule::created_event => EventRef::Created,
            Rule::joined_event => EventRef::Joined(name?),
            Rule::left_event => EventRef::Left(name?),
            _ => EventRef::Changed {
                property: name?,
                from,
                to,
            },
        })
    }

    /// The condition of a trigger. After a finished condition `within` and
    /// `between` are a refinement, after any other value an operator.
    fn refined(&mut self, pair: Pair<'i>) -> (Expr, Option<Refinement>) {
        let group = pair.as_rule() == Rule::group_where;
        let whole = |part: &Pair<'i>| matches!(part.as_rule(), Rule::expr | Rule::paren);
        let Some(condition) = pair.into_inner().find(whole) else {
            return (self.broken(), None);
        };
        if condition.as_rule() == Rule::paren {
            return (self.primary(condition), None);
        }
        if group {
            self.ambiguous_where(&condition);
        }
        let mut parts: Vec<Pair<'i>> = condition.clone().into_inner().collect();
        let tail = parts.last().filter(|tail| {
            matches!(tail.as_rule(), Rule::within_period | Rule::between_tail)
                && !tail.as_str().starts_with("not")
        });
        let Some(tail) = tail.cloned().filter(|_| is_finished(&parts)) else {
            return (self.expr(condition), None);
        };
        parts.pop();
        let whole = self.span(&condition);
        let tail_span = self.span(&tail);
        let end = parts.last().map_or(whole, |last| self.span(last)).end;
        let filter = self.expr_of(parts, crate::base::Span { end, ..whole });
        let kind = match tail.as_rule() {
            Rule::within_period => self.within_refinement(tail),
            _ => self
                .points(tail)
                .map(|(low, high)| RefinementKind::Between(low, high)),
        };
        (
            filter,
            kind.map(|kind| Refinement {
                kind,
                span: tail_span,
            }),
        )
    }

    fn refinement(&mut self, pair: Pair<'i>) -> Option<Refinement> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::at_least => RefinementKind::AtLeast(self.count(pair)?),
            Rule::at_most => RefinementKind::AtMost(self.count(pair)?),
            Rule::exactly => RefinementKind::Exactly(self.count(pair)?),
            Rule::loose_times => self.loose_times(pair)?,
            Rule::within_period => self.within_refinement(pair)?,
            Rule::between_points => {
                let (low, high) = self.points(pair)?;
                RefinementKind::Between(low, high)
            }
            Rule::before_point => RefinementKind::Before(self.inner_expr(pair)),
            Rule::after_point => RefinementKind::After(self.inner_expr(pair)),
            _ => return None,
        };
        Some(Refinement { kind, span })
    }

    fn within_refinement(&mut self, pair: Pair<'i>) -> Option<RefinementKind> {
        Some(RefinementKind::Within(self.within(pair)?))
    }

    fn count(&mut self, pair: Pair<'i>) -> Option<crate::base::Decimal> {
        let number = pair
            .into_inner()
            .find(|part| part.as_rule() == Rule::number)?;
        self.number(&number)
    }

    /// The two ends of a `between`.
    pub(super) fn points(&mut self, pair: Pair<'i>) -> Option<(Expr, Expr)> {
        let mut ends = pair
            .into_inner()
            .filter(|part| part.as_rule() == Rule::operand);
        let (low, high) = (ends.next()?, ends.next()?);
        Some((self.expr(low), self.expr(high)))
    }

    pub(super) fn broken(&self) -> Expr {
        Expr {
            kind: ExprKind::Broken,
            span: self.at(0, 0),
            depth: 1,
        }
    }
}

fn is_event(rule: Rule) -> bool {
    use Rule::{changed_event, created_event, joined_event, left_event, name};
    matches!(
        rule,
        name | changed_event | created_event | joined_event | left_event
    )
}

/// Whether the last but one part ends a condition: a comparison, a
/// quantifier, a condition in parentheses.
fn is_finished(parts: &[Pair<'_>]) -> bool {
    let before = parts
        .get(..parts.len().saturating_sub(1))
        .unwrap_or_default();
    let joint = |part: &Pair<'_>| {
        matches!(
            part.as_rule(),
            Rule::and_op | Rule::or_op | Rule::symbol_logic | Rule::not_op
        )
    };
    let start = before.iter().rposition(joint).map_or(0, |place| place + 1);
    let last = before.get(start..).unwrap_or_default();
    let compared = last.iter().any(|part| is_comparison(part.as_rule()));
    let alone = last.len() == 1 && last.iter().all(|part| is_condition(part.as_rule()));
    compared || alone
}

fn is_comparison(rule: Rule) -> bool {
    use Rule::{
        between_tail, changed_tail, compare_op, contains_op, ends_op, in_tail, is_tail,
        matches_tail, or_unknown, starts_op, was_tail, within_period,
    };
    matches!(
        rule,
        compare_op
            | contains_op
            | starts_op
            | ends_op
            | in_tail
            | is_tail
            | between_tail
            | matches_tail
            | within_period
            | or_unknown
            | was_tail
            | changed_tail
    )
}

fn is_condition(rule: Rule) -> bool {
    use Rule::{happened, imported, in_segment, in_workflow, paren, quantifier};
    matches!(
        rule,
        quantifier | paren | happened | in_segment | in_workflow | imported
    )
}
