//! `split`, with its cases.

use super::Builder;
use crate::base::parse_decimal;
use crate::syntax::ast::{Share, Split, SplitCase};
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    pub(super) fn split(&mut self, pair: Pair<'i>) -> Option<Split> {
        let body = pair
            .into_inner()
            .find(|part| part.as_rule() == Rule::split_body)?;
        let opener = self.opener(&body);
        let (mut cases, mut broken) = (Vec::new(), false);
        for part in body.into_inner() {
            match part.as_rule() {
                Rule::split_case => cases.push(self.split_case(part)),
                rule => {
                    broken |= rule == Rule::stray_case;
                    self.leftover(&part, opener, Rule::split_case);
                }
            }
        }
        Some(Split { cases, broken })
    }

    fn split_case(&mut self, pair: Pair<'i>) -> SplitCase {
        let head = self.head(&pair);
        let doc = self.doc(head.start);
        let (mut label, mut share, mut steps) = (None, None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::percent | Rule::number => share = self.share(&part),
                Rule::block => steps = self.block(part),
                Rule::kw_case => {}
                _ => label = Some(self.plain(part)),
            }
        }
        SplitCase {
            doc,
            label,
            share,
            steps,
            head,
        }
    }

    /// `50%`, or a weight.
    fn share(&mut self, pair: &Pair<'i>) -> Option<Share> {
        let written = pair.as_str();
        let Some(number) = parse_decimal(written.trim_end_matches('%')) else {
            let message = "this number has more than 28 digits".to_owned();
            self.bad_literal(pair, message, "a share is a percentage or a weight");
            return None;
        };
        Some(Share {
            number,
            percent: written.ends_with('%'),
            span: self.span(pair),
        })
    }
}
