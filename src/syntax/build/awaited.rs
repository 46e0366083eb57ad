//! What a `wait` for an event or a condition says: how long, and what follows.

use super::Builder;
use crate::diagnostic::{Code, Edit, Finding};
use crate::syntax::ast::{Amount, Arm, ArmKind, Awaited, Bounds, Limit, WaitEvent, WaitFirst};
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    pub(super) fn wait_event(&mut self, pair: Pair<'i>) -> Option<WaitEvent> {
        if let Some(finding) = self.limited_first(&pair) {
            self.bindings_lost(pair.as_str());
            self.report(finding);
            return None;
        }
        let (mut parts, mut bounds) = (Vec::new(), Bounds::default());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::wait_limit => bounds.limits.extend(self.limit(part)),
                Rule::wait_body => self.wait_body(part, &mut bounds),
                _ => parts.push(part),
            }
        }
        let event = self.awaited(parts)?;
        Some(WaitEvent { event, bounds })
    }

    /// `wait for first max 3 days { case … }`, where `timeout` says how long.
    fn limited_first(&self, pair: &Pair<'i>) -> Option<Finding> {
        let parts = || pair.clone().into_inner();
        let of = |rule: Rule| parts().find(move |part| part.as_rule() == rule);
        let name = of(Rule::name).filter(|name| name.as_str() == "first");
        let (limit, body) = (of(Rule::wait_limit)?, of(Rule::wait_body)?);
        let first = body.clone().into_inner().next()?;
        if name.is_none() || !first.as_str().starts_with("case") {
            return None;
        }
        let amount = limit.as_str().strip_prefix("max")?.trim();
        let arms = body.clone().into_inner();
        let mut timeouts = arms.filter(|part| part.as_rule() == Rule::timeout_arm);
        let (at, text) = match timeouts.next() {
            Some(arm) => (
                arm.as_span().start() + "timeout".len(),
                format!(" {amount}"),
            ),
            None => (
                body.as_span().start() + 1,
                format!(" timeout {amount} {{ }}"),
            ),
        };
        let cut = self.at(name?.as_span().end(), limit.as_span().end());
        let edits = [(cut, String::new()), (self.at(at, at), text)];
        let edits = edits.into_iter().map(|(span, text)| Edit { span, text });
        let message = "how long a `wait for first` lasts is said by its `timeout`";
        Some(
            Finding::new(Code::ForeignSyntax, self.span(&limit), message)
                .help(format!("write `timeout {amount} {{ … }}` after the cases"))
                .fix_all(format!("write `timeout {amount}`"), edits.collect()),
        )
    }

    /// `EVENT [where C] [as n]`.
    fn awaited(&mut self, parts: Vec<Pair<'i>>) -> Option<Awaited> {
        let (mut event, mut filters, mut bindings) = (None, Vec::new(), Vec::new());
        for part in parts {
            match part.as_rule() {
                Rule::where_clause => filters.push(self.inner_expr(part)),
                Rule::binding => bindings.extend(self.binding(part)),
                Rule::kw_for | Rule::kw_case => {}
                _ => event = Some((self.span(&part), self.event_ref(part)?)),
            }
        }
        let (span, event) = event?;
        Some(Awaited {
            event,
            span,
            filters,
            bindings,
        })
    }

    /// `max D`, `forever`.
    pub(super) fn limit(&mut self, pair: Pair<'i>) -> Option<Limit> {
        let span = self.span(&pair);
        let max = match pair.into_inner().last()? {
            forever if forever.as_rule() == Rule::kw_forever => None,
            amount => Some(self.amount_or_name(amount)),
        };
        Some(Limit { max, span })
    }

    fn amount_or_name(&mut self, pair: Pair<'i>) -> Amount {
        let span = self.span(&pair);
        let first = pair.clone().into_inner().next();
        if let Some(name) = first.filter(|part| part.as_rule() == Rule::name) {
            return Amount::Named(self.ident(&name));
        }
        match self.amount(pair) {
            Some(amount) => Amount::Literal(amount, span),
            None => Amount::Lost,
        }
    }

    /// `{ met {…} timeout {…} }`.
    pub(super) fn wait_body(&mut self, pair: Pair<'i>, bounds: &mut Bounds) {
        let opener = self.opener(&pair);
        bounds.body = Some(opener);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::met_arm | Rule::timeout_arm => bounds.arms.extend(self.arm(part)),
                rule => {
                    bounds.broken |= rule == Rule::stray_arm;
                    self.leftover(&part, opener, Rule::met_arm);
                }
            }
        }
    }

    pub(super) fn wait_first(&mut self, pair: Pair<'i>) -> Option<WaitFirst> {
        let (mut arms, mut forever) = (Vec::new(), Vec::new());
        let (mut word, mut body, mut broken) = (None, None, false);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_first => word = Some(self.span(&part)),
                Rule::first_body => {
                    let opener = self.opener(&part);
                    body = Some(opener);
                    for part in part.into_inner() {
                        match part.as_rule() {
                            Rule::first_case | Rule::timeout_arm => arms.extend(self.arm(part)),
                            Rule::first_forever => forever.push(self.span(&part)),
                            rule => {
                                broken |= rule == Rule::stray_arm;
                                self.leftover(&part, opener, Rule::first_case);
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        Some(WaitFirst {
            arms,
            forever,
            word: word?,
            body: body?,
            broken,
        })
    }

    /// A block of a wait with what stands before it. One whose head cannot be
    /// read is lost, and its block with it.
    fn arm(&mut self, pair: Pair<'i>) -> Option<Arm> {
        let head = self.head(&pair);
        let (rule, doc) = (pair.as_rule(), self.doc(head.start));
        let (mut steps, mut when, mut amount, mut parts) = (Vec::new(), None, None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::block => steps = self.block(part),
                Rule::expr => when = Some(self.expr(part)),
                Rule::amount => amount = Some(self.amount_or_name(part)),
                _ => parts.push(part),
            }
        }
        let kind = match (rule, when) {
            (Rule::met_arm, _) => ArmKind::Met,
            (Rule::timeout_arm, _) => ArmKind::Timeout(amount),
            (_, Some(when)) => ArmKind::When(when),
            (_, None) => ArmKind::Event(Box::new(self.awaited(parts)?)),
        };
        Some(Arm {
            doc,
            kind,
            steps,
            head,
        })
    }
}
