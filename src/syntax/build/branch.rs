//! `branch` and `match`, with their cases.

use super::Builder;
use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::syntax::ast::{Branch, BranchCase, ElseCase, ExprKind, Match, MatchCase, MatchValue};
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    pub(super) fn branch(&mut self, pair: Pair<'i>) -> Option<Branch> {
        let body = pair
            .into_inner()
            .find(|part| part.as_rule() == Rule::branch_body)?;
        let opener = self.opener(&body);
        let (mut cases, mut otherwise) = (Vec::new(), Vec::new());
        for part in body.into_inner() {
            match part.as_rule() {
                Rule::branch_case | Rule::else_if => {
                    let place = self.span(&part);
                    let case = self.branch_case(part);
                    self.case_order(&otherwise, place);
                    cases.extend(case);
                }
                Rule::else_case => otherwise.extend(self.else_case(part, &otherwise)),
                _ => self.leftover(&part, opener, Rule::branch_case),
            }
        }
        Some(Branch { cases, otherwise })
    }

    fn branch_case(&mut self, pair: Pair<'i>) -> Option<BranchCase> {
        let head = self.head(&pair);
        let doc = self.doc(head.start);
        if pair.as_rule() == Rule::else_if {
            let words = pair
                .clone()
                .into_inner()
                .take(2)
                .map(|word| self.span(&word))
                .reduce(Span::to)?;
            self.report(
                Finding::new(
                    Code::ForeignSyntax,
                    words,
                    "a further case is written `case when`",
                )
                .fix("write `case when`", words, "case when"),
            );
        }
        let (mut label, mut when, mut steps) = (None, None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expr => when = Some(self.expr(part)),
                Rule::block => steps = self.block(part),
                Rule::kw_case | Rule::kw_when | Rule::kw_else | Rule::kw_if => {}
                _ => label = Some(self.plain(part)),
            }
        }
        Some(BranchCase {
            doc,
            label,
            when: when?,
            steps,
            head,
        })
    }

    pub(super) fn else_case(&mut self, pair: Pair<'i>, before: &[ElseCase]) -> Option<ElseCase> {
        let head = self.head(&pair);
        self.doc(head.start);
        if let Some(first) = before.first() {
            self.report(
                Finding::new(Code::CaseOrder, head, "there is an `else` already")
                    .also(first.head, "the first"),
            );
        }
        let block = pair
            .into_inner()
            .find(|part| part.as_rule() == Rule::block)?;
        Some(ElseCase {
            steps: self.block(block),
            head,
        })
    }

    /// A case after `else` is never reached.
    fn case_order(&mut self, otherwise: &[ElseCase], place: Span) {
        if let Some(first) = otherwise.first() {
            let word = Span {
                end: place.start + 4,
                ..place
            };
            self.report(
                Finding::new(
                    Code::CaseOrder,
                    word,
                    "this case stands after `else` and is never reached",
                )
                .also(first.head, "takes everything that is left")
                .help("move the `else` to the end"),
            );
        }
    }

    pub(super) fn match_step(&mut self, pair: Pair<'i>) -> Option<Match> {
        let (mut value, mut cases, mut otherwise) = (None, Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expr => value = Some(self.expr(part)),
                Rule::match_body => (cases, otherwise) = self.match_body(part),
                _ => {}
            }
        }
        Some(Match {
            value: value?,
            cases,
            otherwise,
        })
    }

    fn match_body(&mut self, pair: Pair<'i>) -> (Vec<MatchCase>, Vec<ElseCase>) {
        let opener = self.opener(&pair);
        let (mut cases, mut otherwise) = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::match_case => {
                    let place = self.span(&part);
                    let case = self.match_case(part);
                    self.case_order(&otherwise, place);
                    cases.push(case);
                }
                Rule::else_case => otherwise.extend(self.else_case(part, &otherwise)),
                _ => self.leftover(&part, opener, Rule::match_case),
            }
        }
        (cases, otherwise)
    }

    fn match_case(&mut self, pair: Pair<'i>) -> MatchCase {
        let head = self.head(&pair);
        let doc = self.doc(head.start);
        let (mut values, mut steps) = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::match_value => values.extend(self.match_value(part)),
                Rule::block => steps = self.block(part),
                _ => {}
            }
        }
        MatchCase {
            doc,
            values,
            steps,
            head,
        }
    }

    fn match_value(&mut self, pair: Pair<'i>) -> Option<MatchValue> {
        let mut parts = pair.into_inner();
        let first = self.expr(parts.next()?);
        if let Some(second) = parts.next() {
            return Some(MatchValue::Range(first, self.expr(second)));
        }
        let unknown = matches!(&first.kind, ExprKind::Path(path)
            if path.head.name == "unknown" && path.rest.is_empty() && path.arguments.is_none());
        Some(if unknown {
            MatchValue::Unknown(first.span)
        } else {
            MatchValue::One(first)
        })
    }
}
