//! What conditions ask of the past, and conditions behind a `where`.

use super::Builder;
use super::pratt::negated;
use crate::base::{Decimal, Span, print_decimal};
use crate::diagnostic::{Code, Edit, Finding};
use crate::syntax::ast::{Expr, ExprKind, Past, Period, Plain, RefinementKind, WorkflowTest};
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
        let (mut joined, mut last) = (false, self.span(&pair));
        for part in pair.into_inner() {
            if part.as_rule() != Rule::name {
                last = self.span(&part);
            }
            match part.as_rule() {
                Rule::kw_in | Rule::kw_of => joined = true,
                Rule::kw_completed => test = WorkflowTest::Completed,
                Rule::kw_met => test = WorkflowTest::MetGoal,
                Rule::kw_ever => test = WorkflowTest::EverEnrolled,
                Rule::name => name = Some(self.ident(&part)),
                _ => {}
            }
        }
        if !joined {
            let word = test.words().rsplit(' ').next().unwrap_or_default();
            let message = format!("expected `{word}` after `{}`", self.written(last));
            let place = last.after();
            self.report(Finding::new(Code::UnexpectedText, place, message).fix(
                format!("write `{}`", test.words()),
                place,
                format!(" {word}"),
            ));
        }
        Some(Past::Workflow(test, name?))
    }

    fn import(&mut self, pair: Pair<'i>) -> Option<Plain> {
        let text = pair
            .into_inner()
            .find(|part| part.as_rule() != Rule::kw_imported && part.as_rule() != Rule::kw_from)?;
        if text.as_rule() == Rule::name {
            let (place, name) = (self.span(&text), text.as_str());
            let quoted = format!("\"{name}\"");
            self.foreign("the name of an import stands in quotes", place, &quoted);
            return Some(Plain {
                text: name.into(),
                span: place,
            });
        }
        Some(self.plain(text))
    }

    /// `was ever v`, `was never in (v, w)`.
    pub(super) fn was(&mut self, left: Expr, pair: Pair<'i>) -> ExprKind {
        let has = |rule| pair.clone().into_inner().any(|part| part.as_rule() == rule);
        let (not, list) = (has(Rule::kw_not), has(Rule::kw_in));
        let (ever, never) = (has(Rule::kw_ever), has(Rule::kw_never) || not);
        let words = pair.clone().into_inner().filter(|part| {
            matches!(
                part.as_rule(),
                Rule::kw_was | Rule::kw_not | Rule::kw_ever | Rule::kw_never
            )
        });
        let places: Vec<Span> = words.map(|word| self.span(&word)).collect();
        if let (true, Some(first), Some(last)) =
            (not || !ever && !never, places.first(), places.last())
        {
            let meant = if never { "was never" } else { "was ever" };
            let message = format!("the past of a property is written `{meant}`");
            self.foreign(&message, first.to(*last), meant);
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
        match self.within(within) {
            Some(period) => ExprKind::Past(Box::new(Past::Changed(left, period, not))),
            None => ExprKind::Broken,
        }
    }

    /// `within last 7 days`, and what people write instead.
    pub(super) fn within(&mut self, pair: Pair<'i>) -> Option<Period> {
        let start = self.span(&pair);
        let mut words = pair.clone().into_inner();
        let loose = words.any(|part| matches!(part.as_rule(), Rule::loose_in | Rule::kw_the));
        let period = pair
            .into_inner()
            .find(|part| part.as_rule() == Rule::period)?;
        if loose {
            let place = Span {
                end: self.span(&period).start,
                ..start
            };
            self.foreign("a period is written `within last …`", place, "within ");
        }
        self.period(period)
    }

    /// `3 times`, `>= 3 times`, `more than 3 times`.
    pub(super) fn loose_times(&mut self, pair: Pair<'i>) -> Option<RefinementKind> {
        let place = self.span(&pair);
        let (mut sign, mut number) = ("", None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::compare_op | Rule::loose_than => sign = part.as_str(),
                Rule::number => number = self.number(&part),
                _ => {}
            }
        }
        let (number, one) = (number?, Decimal::ONE);
        let (words, count) = match sign {
            ">=" | "=>" => ("at least", number),
            "<=" | "=<" => ("at most", number),
            ">" => ("at least", number + one),
            "<" => ("at most", number - one),
            sign if sign.starts_with("more") => ("at least", number + one),
            sign if sign.ends_with("than") => ("at most", number - one),
            _ => ("exactly", number),
        };
        let instead = format!("{words} {} times", print_decimal(count));
        self.foreign(
            "how often is written `at least`, `at most` or `exactly N times`",
            place,
            &instead,
        );
        Some(match words {
            "at least" => RefinementKind::AtLeast(count),
            "at most" => RefinementKind::AtMost(count),
            _ => RefinementKind::Exactly(count),
        })
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
