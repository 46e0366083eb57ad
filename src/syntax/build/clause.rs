//! Clauses about other workflows, hours and rates.

use super::Builder;
use crate::diagnostic::{Code, Finding};
use crate::syntax::ast::{Alert, Breaker, Exclusive, Hours, HoursOf, Ident, Let, Spread};
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    pub(super) fn exclusive(&mut self, pair: Pair<'i>) -> Exclusive {
        let mut names: Vec<Ident> = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_all => return Exclusive::All,
                Rule::name => names.push(self.ident(&part)),
                _ => {}
            }
        }
        Exclusive::With(names)
    }

    pub(super) fn breaker(&mut self, pair: Pair<'i>) -> Option<Breaker> {
        let per_day = pair
            .clone()
            .into_inner()
            .any(|part| part.as_rule() == Rule::kw_day);
        let number = pair
            .into_inner()
            .find(|part| part.as_rule() == Rule::number)?;
        Some(Breaker {
            most: self.number(&number)?,
            span: self.span(&number),
            per_day,
        })
    }

    pub(super) fn hours(&mut self, pair: Pair<'i>) -> Option<Hours> {
        let own = pair
            .clone()
            .into_inner()
            .any(|part| part.as_rule() == Rule::weekdays);
        let mut of = match own {
            true => Some(HoursOf::Own(self.open_hours(pair.clone())?)),
            false => None,
        };
        let (mut spreads, mut zones) = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => of = Some(HoursOf::Calendar(self.ident(&part))),
                Rule::spread => spreads.extend(self.spread(part)),
                Rule::zone_in => {
                    let path = part
                        .into_inner()
                        .find(|part| part.as_rule() == Rule::path)?;
                    zones.extend(self.property_expr(path));
                }
                _ => {}
            }
        }
        Some(Hours {
            of: of?,
            spreads,
            zones,
        })
    }

    fn spread(&mut self, pair: Pair<'i>) -> Option<Spread> {
        let span = self.span(&pair);
        let over = self.amount(pair.into_inner().last()?)?;
        Some(Spread { over, span })
    }

    pub(super) fn alert(&mut self, pair: Pair<'i>) -> Option<Alert> {
        let (mut to, mut rate) = (Vec::new(), None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::percent | Rule::number => rate = Some(part),
                Rule::plain_string | Rule::raw_string | Rule::block_string | Rule::raw_block => {
                    to.push(self.plain(part));
                }
                _ => {}
            }
        }
        let rate = rate?;
        let span = self.span(&rate);
        let sign = rate.as_rule() == Rule::percent;
        let written = rate.as_str().trim_end_matches('%');
        let Some(percent) = crate::base::parse_decimal(written) else {
            self.report(
                Finding::new(
                    Code::BadLiteral,
                    span,
                    "this number has more than 28 digits",
                )
                .help("write a percentage like `30%`"),
            );
            return None;
        };
        Some(Alert {
            to,
            percent,
            span,
            sign,
        })
    }

    pub(super) fn let_clause(&mut self, pair: Pair<'i>) -> Option<Let> {
        let mut parts = pair
            .into_inner()
            .filter(|part| !matches!(part.as_rule(), Rule::kw_let | Rule::assign));
        let name = self.declared(&parts.next()?);
        let value = self.expr(parts.next()?);
        Some(Let { name, value })
    }

    /// The old name of `renamed from OLD`.
    pub(super) fn renamed(&mut self, pair: Pair<'i>) -> Option<Ident> {
        let name = pair.into_inner().last()?;
        Some(self.ident(&name))
    }
}
