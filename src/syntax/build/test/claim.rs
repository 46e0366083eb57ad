//! What `expect`, `always` and `never` speak of.

use crate::base::{Decimal, Duration, Span};
use crate::syntax::ast::test::{Bound, Claim, ClaimKind, Count, Sent, Waiting};
use crate::syntax::ast::{Expr, ExprKind, Ident};
use crate::syntax::build::Builder;
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    /// The claim of a statement.
    pub(super) fn claim_of(&mut self, pair: Pair<'i>) -> Option<Claim> {
        let claim = pair.into_inner().last()?;
        let span = self.span(&claim);
        let (mut not, mut kind) = (false, None);
        for part in claim.into_inner() {
            match part.as_rule() {
                Rule::claim_not => not = true,
                _ => kind = self.claim_kind(part),
            }
        }
        Some(Claim {
            not,
            kind: kind.unwrap_or(ClaimKind::Broken),
            span,
        })
    }

    fn claim_kind(&mut self, pair: Pair<'i>) -> Option<ClaimKind> {
        match pair.as_rule() {
            Rule::expr => Some(ClaimKind::Holds(self.expr(pair))),
            Rule::about => self.about(pair),
            Rule::enrolled => self.enrolled(pair),
            Rule::not_inside => self.not_inside(pair),
            Rule::inside => self.inside(pair),
            Rule::waiting => self.waiting(pair),
            Rule::path_taken => self.path_taken(pair),
            Rule::sent => self.sent(pair),
            _ => self.nothing_else(pair),
        }
    }

    /// `R [not] in segment S`, `R [not] happened EVENT …`.
    fn about(&mut self, pair: Pair<'i>) -> Option<ClaimKind> {
        let whole = self.span(&pair);
        let (mut record, mut not, mut condition) = (None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => record = Some(self.ident(&part)),
                Rule::kw_not => not = Some(self.span(&part)),
                _ => condition = Some(self.primary(part)),
            }
        }
        let (record, condition) = (record?, condition?);
        let condition = match not {
            Some(not) => Expr {
                span: Span {
                    start: not.start,
                    ..whole
                },
                depth: condition.depth + 1,
                kind: ExprKind::Not(Box::new(condition)),
            },
            None => condition,
        };
        Some(ClaimKind::About(record, condition))
    }

    fn enrolled(&mut self, pair: Pair<'i>) -> Option<ClaimKind> {
        let mut inner = pair.clone().into_inner();
        let filler = inner.find(|part| part.as_rule() == Rule::filler);
        let parts = self.parts(pair);
        let (record, workflow) = (parts.names.first()?, parts.names.get(1)?);
        let (record, workflow) = (self.ident(record), self.ident(workflow));
        if let Some(filler) = filler {
            let span = self.span(&filler);
            if self.trimmed(&filler).ends_with("not") {
                let place = Span {
                    end: workflow.span.start,
                    ..span
                };
                self.foreign(
                    "a record outside a workflow is `not in` it",
                    place,
                    "not in ",
                );
                return Some(ClaimKind::NotIn(record, workflow, None));
            }
            self.foreign("a record inside a workflow is `enrolled in` it", span, "");
        }
        Some(ClaimKind::Enrolled(record, workflow, parts.count))
    }

    fn not_inside(&mut self, pair: Pair<'i>) -> Option<ClaimKind> {
        let because = pair
            .clone()
            .into_inner()
            .find(|part| part.as_rule() == Rule::because);
        let reason = because.and_then(|because| self.last_name(because));
        let (record, workflow) = self.two_names(pair)?;
        Some(ClaimKind::NotIn(record, workflow, reason))
    }

    /// `R in W`, which should be `R enrolled in W`.
    fn inside(&mut self, pair: Pair<'i>) -> Option<ClaimKind> {
        let (record, workflow) = self.two_names(pair)?;
        let gap = record.span.after();
        self.report(
            crate::diagnostic::Finding::new(
                crate::diagnostic::Code::ForeignSyntax,
                gap.to(workflow.span),
                "a record inside a workflow is `enrolled in` it",
            )
            .fix("write `enrolled in`", gap, " enrolled"),
        );
        Some(ClaimKind::Enrolled(record, workflow, None))
    }

    fn waiting(&mut self, pair: Pair<'i>) -> Option<ClaimKind> {
        let (mut names, mut until) = (Vec::new(), None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => names.push(self.ident(&part)),
                Rule::waiting_until => until = Some(self.inner_expr(part)),
                _ => {}
            }
        }
        let mut names = names.into_iter();
        let (record, first, second) = (names.next()?, names.next()?, names.next());
        let (workflow, step) = match second {
            Some(step) => (Some(first), step),
            None => (None, first),
        };
        Some(ClaimKind::Waiting(Box::new(Waiting {
            record,
            workflow,
            step,
            until,
        })))
    }

    fn path_taken(&mut self, pair: Pair<'i>) -> Option<ClaimKind> {
        let list = pair
            .clone()
            .into_inner()
            .find(|part| part.as_rule() == Rule::step_list)?;
        let steps = list.into_inner().map(|step| self.ident(&step)).collect();
        let (record, workflow) = self.two_names(pair)?;
        Some(ClaimKind::Path(record, workflow, steps))
    }

    fn sent(&mut self, pair: Pair<'i>) -> Option<ClaimKind> {
        let (mut action, mut fields) = (None, Vec::new());
        let (mut to, mut counts, mut within) = (Vec::new(), Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::action_name => action = Some(self.ident(&part)),
                Rule::fields => fields = self.fields(part),
                Rule::sent_to => to.extend(self.last_name(part)),
                Rule::count => counts.extend(self.count_of(part)),
                Rule::sent_within => within.extend(self.period_of(part)),
                _ => {}
            }
        }
        Some(ClaimKind::Sent(Box::new(Sent {
            action: action?,
            fields,
            to,
            counts,
            within,
        })))
    }

    fn nothing_else(&mut self, pair: Pair<'i>) -> Option<ClaimKind> {
        let (mut other, mut to) = (false, None);
        let start = self.span(&pair);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_else => other = true,
                Rule::sent_to => to = self.last_name(part),
                _ => {}
            }
        }
        if !other {
            let place = Span {
                end: start.start + "nothing".len() as u32,
                ..start
            };
            self.foreign(
                "what is left is written `nothing else sent`",
                place,
                "nothing else",
            );
        }
        Some(ClaimKind::NothingElse(to))
    }

    fn period_of(&mut self, pair: Pair<'i>) -> Option<(Duration, Span)> {
        let span = self.span(&pair);
        let amount = pair.into_inner().last()?;
        Some((self.amount(amount)?, span))
    }

    /// `once`, `N times`, `at least N times`, …
    pub(super) fn count_of(&mut self, pair: Pair<'i>) -> Option<Count> {
        let span = self.span(&pair);
        let (mut bound, mut number) = (Bound::Exactly, Decimal::ONE);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_more => bound = Bound::MoreThan,
                Rule::kw_least => bound = Bound::AtLeast,
                Rule::kw_most => bound = Bound::AtMost,
                Rule::number => number = self.number(&part)?,
                _ => {}
            }
        }
        Some(Count {
            bound,
            number,
            span,
        })
    }

    /// The name that ends a part.
    fn last_name(&mut self, pair: Pair<'i>) -> Option<Ident> {
        pair.into_inner().last().map(|name| self.ident(&name))
    }
}
