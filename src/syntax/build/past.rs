//! What conditions ask of the past, and conditions behind a `where`.

use super::Builder;
use super::pratt::negated;
use crate::base::Span;
use crate::diagnostic::{Code, Edit, Finding};
use crate::syntax::ast::{Expr, ExprKind, Past, Plain, WorkflowTest};
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    /// `happened …`, `active in …`, `imported from …`.
    pub(super) fn past(&mut self, pair: Pair<'i>, depth: &mut u32) -> Option<ExprKind> {
        let past = match pair.as_rule() {
            Rule::happened => Past::Happened(self.event_trigger(pair)?),
            Rule::in_workflow => self.in_workflow(pair)?,
            _ => Past::Imported(self.import(pair)?),
        };
        let deepest = past.children().into_iter().map(|child| child.depth).max();
        *depth += deepest.unwrap_or(0);
        Some(ExprKind::Past(Box::new(past)))
    }

    fn in_workflow(&mut self, pair: Pair<'i>) -> Option<Past> {
        let (mut test, mut name) = (WorkflowTest::Active, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_completed => test = WorkflowTest::Completed,
                Rule::kw_met => test = WorkflowTest::MetGoal,
                Rule::kw_ever => test = WorkflowTest::EverEnrolled,
                Rule::name => name = Some(self.ident(&part)),
                _ => {}
            }
        }
        Some(Past::Workflow(test, name?))
    }

    fn import(&mut self, pair: Pair<'i>) -> Option<Plain> {
        let text = pair
            .into_inner()
            .find(|part| part.as_rule() != Rule::kw_imported && part.as_rule() != Rule::kw_from)?;
        Some(self.plain(text))
    }

    /// `was ever v`, `was never in (v, w)`.
    pub(super) fn was(&mut self, left: Expr, pair: Pair<'i>) -> ExprKind {
        let has = |rule| pair.clone().into_inner().any(|part| part.as_rule() == rule);
        let (never, list) = (has(Rule::kw_never), has(Rule::kw_in));
        let word = pair.clone().into_inner().next();
        if let (false, false, Some(word)) = (never, has(Rule::kw_ever), word) {
            let place = self.span(&word);
            self.foreign(
                "the past of a property is written `was ever`",
                place,
                "was ever",
            );
        }
        let other = match list {
            true => self.list(pair),
            false => Some(self.inner_expr(pair)),
        };
        match other {
            Some(other) => ExprKind::Past(Box::new(Past::Was {
                value: left,
                never,
                list,
                other,
            })),
            None => ExprKind::Broken,
        }
    }

    /// `changed within last 7 days`.
    pub(super) fn changed(&mut self, left: Expr, pair: Pair<'i>) -> ExprKind {
        let (place, not) = (self.span(&pair), negated(&pair));
        let within = pair
            .into_inner()
            .find(|part| part.as_rule() == Rule::within_period);
        let Some(within) = within else {
            self.report(
                Finding::new(
                    Code::MissingPart,
                    place,
                    "`changed` needs a period after it",
                )
                .help(
                    "write `changed within last 7 days`; `was ever …` asks for a value of the past",
                ),
            );
            return ExprKind::Broken;
        };
        let period = within
            .into_inner()
            .find(|part| part.as_rule() == Rule::period);
        match period.and_then(|period| self.period(period)) {
            Some(period) => ExprKind::Past(Box::new(Past::Changed(left, period, not))),
            None => ExprKind::Broken,
        }
    }

    /// The condition of a quantifier or of `happened`.
    pub(super) fn grouped(&mut self, pair: Pair<'i>) -> Expr {
        let condition = pair
            .into_inner()
            .find(|part| matches!(part.as_rule(), Rule::paren | Rule::expr));
        match condition {
            Some(condition) if condition.as_rule() == Rule::paren => self.primary(condition),
            Some(condition) => {
                self.ambiguous_where(&condition);
                self.expr(condition)
            }
            None => self.broken(),
        }
    }

    /// Without parentheses a chain after `where` could be read in two ways.
    pub(super) fn ambiguous_where(&mut self, condition: &Pair<'i>) {
        let parts: Vec<Pair<'i>> = condition.clone().into_inner().collect();
        let joint = |part: &Pair<'i>| {
            matches!(
                part.as_rule(),
                Rule::and_op | Rule::or_op | Rule::symbol_logic
            )
        };
        let Some(place) = parts.iter().position(joint) else {
            return;
        };
        let before = place.checked_sub(1).and_then(|place| parts.get(place));
        let (Some(joint), Some(first), Some(last)) = (parts.get(place), before, parts.last())
        else {
            return;
        };
        let (joint, whole) = (self.span(joint), self.span(condition));
        let (first, last) = (self.span(first), self.span(last));
        let insert = |span: Span, text: &str| Edit {
            span,
            text: text.into(),
        };
        let around = |end: Span| vec![insert(whole.before(), "("), insert(end.after(), ")")];
        let word = self.written(joint).to_owned();
        self.report(
            Finding::new(
                Code::AmbiguousWhere,
                joint,
                format!("what follows `{word}` belongs to the `where`"),
            )
            .help("parentheses say where the condition of a `where` ends")
            .fix_all("all of it belongs to the `where`", around(last))
            .fix_all("only the first condition does", around(first)),
        );
    }
}
