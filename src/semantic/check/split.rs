//! `split`: shares that make a whole.

use super::flow::Walk;
use crate::base::{Decimal, Span, print_decimal};
use crate::diagnostic::{Code, Finding};
use crate::semantic::hir::{Split, StepKind};
use crate::semantic::types::{Checker, Known};
use crate::syntax::ast::{self, Share};

impl Checker<'_> {
    pub(super) fn split(&mut self, tree: &ast::Split, walk: &mut Walk, head: Span) -> StepKind {
        if !tree.broken {
            self.shares(tree, head);
        }
        let id = walk.at.clone();
        let (before, mut exits): (Known, Vec<Known>) = (walk.scope.facts.clone(), Vec::new());
        let mut cases = Vec::with_capacity(tree.cases.len());
        for (number, case) in (1..).zip(&tree.cases) {
            walk.scope.facts = before.clone();
            let way = format!("case {number} of `{id}`");
            let steps = self.arm(way, &case.steps, (walk, &mut exits));
            cases.push(Split {
                label: case.label.as_ref().map(|label| label.text.as_str().into()),
                doc: case.doc.clone(),
                share: case.share.map_or(Decimal::ZERO, |share| share.number),
                steps,
                head: case.head,
            });
        }
        if tree.cases.is_empty() {
            walk.leave(&mut exits);
        }
        walk.join(exits);
        StepKind::Split(cases)
    }

    /// Percentages that sum to 100, or whole-number weights.
    fn shares(&mut self, tree: &ast::Split, head: Span) {
        let missing = tree.cases.iter().filter(|case| case.share.is_none());
        let missing: Vec<Span> = missing.map(|case| case.head).collect();
        for span in &missing {
            self.report(
                Finding::new(Code::SplitShares, *span, "this case has no share").help(
                    "write a percentage, like `case \"A\" 50%`, or a weight, like `case \"A\" 1`",
                ),
            );
        }
        let shares: Vec<Share> = tree.cases.iter().filter_map(|case| case.share).collect();
        let Some(first) = shares.first() else {
            if missing.is_empty() {
                self.report(
                    Finding::new(Code::SplitShares, head, "this `split` has no cases")
                        .help("write `case \"A\" 50% { … } case \"B\" 50% { … }`"),
                );
            }
            return;
        };
        if let Some(other) = shares.iter().find(|share| share.percent != first.percent) {
            self.report(
                Finding::new(
                    Code::SplitShares,
                    other.span,
                    "percentages and weights do not go together",
                )
                .also(first.span, "the first share is of the other kind")
                .help("write `%` after each number, or after none"),
            );
            return;
        }
        let sound = match first.percent {
            true => self.are_percentages(&shares),
            false => self.are_weights(&shares),
        };
        if sound && missing.is_empty() {
            self.whole_of(&shares, head);
        }
    }

    fn are_percentages(&mut self, shares: &[Share]) -> bool {
        let hundred = Decimal::ONE_HUNDRED;
        let over: Vec<&Share> = shares
            .iter()
            .filter(|share| share.number > hundred)
            .collect();
        for share in &over {
            let message = format!("`{}%` is more than the whole", print_decimal(share.number));
            self.report(Finding::new(Code::SplitShares, share.span, message));
        }
        over.is_empty()
    }

    fn are_weights(&mut self, shares: &[Share]) -> bool {
        let broken = shares
            .iter()
            .filter(|share| !share.number.fract().is_zero());
        let broken: Vec<&Share> = broken.collect();
        for share in &broken {
            let message = format!("`{}` is no weight", print_decimal(share.number));
            self.report(
                Finding::new(Code::SplitShares, share.span, message)
                    .help("a weight is a whole number; a percentage has a `%` after it"),
            );
        }
        broken.is_empty()
    }

    /// What all shares come to.
    fn whole_of(&mut self, shares: &[Share], head: Span) {
        let numbers = shares.iter().map(|share| share.number);
        let sum = numbers.fold(Decimal::ZERO, |sum, number| sum.saturating_add(number));
        let percent = shares.first().is_some_and(|share| share.percent);
        let hundred = Decimal::ONE_HUNDRED;
        if !percent && sum.is_zero() {
            let message = "all weights are 0: no case can be taken";
            self.report(Finding::new(Code::SplitShares, head, message));
        }
        if !percent || sum == hundred {
            return;
        }
        let message = format!("the percentages sum to {}, not to 100", print_decimal(sum));
        let rest = hundred.saturating_sub(sum);
        let help = match rest.is_sign_negative() {
            true => format!("{}% too much is given away", print_decimal(-rest)),
            false => format!("{}% are left to give away", print_decimal(rest)),
        };
        let mut finding = Finding::new(Code::SplitShares, head, message).help(help);
        for share in shares {
            finding = finding.also(share.span, "");
        }
        self.report(finding);
    }
}
