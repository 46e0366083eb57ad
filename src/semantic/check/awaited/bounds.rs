//! How long a wait is, and whether it has the blocks that it needs. What they
//! hold is told by `arms`.

use crate::base::{Duration, Span};
use crate::diagnostic::{Code, Finding};
use crate::semantic::types::Checker;
use crate::syntax::ast::{self, Amount, ArmKind, Bounds};

impl Checker<'_> {
    /// How long a wait is, and whether its blocks are those that it needs.
    pub(super) fn bounds(&mut self, bounds: &Bounds, head: Span) -> Option<Duration> {
        let limit = bounds.limits.first();
        if let Some(second) = bounds.limits.get(1) {
            let finding = Finding::new(
                Code::RepeatedClause,
                second.span,
                "how long it waits may be said only once",
            );
            self.report(match limit {
                Some(first) => finding.also(first.span, "the first"),
                None => finding,
            });
        }
        let Some(limit) = limit else {
            if bounds.broken && bounds.body.is_none() {
                return None;
            }
            let open = Finding::new(Code::WaitParts, head, "this wait does not say for how long")
                .help("write `max 3 days`, or on purpose `forever`");
            let times_out = |arm: &ast::Arm| matches!(arm.kind, ArmKind::Timeout(_));
            self.report(match bounds.arms.iter().any(times_out) {
                true => open,
                false => open
                    .fix("wait 7 days at most", head.after(), " max 7 days")
                    .fix("wait forever", head.after(), " forever"),
            });
            return None;
        };
        if let Some(body) = bounds.body {
            self.blocks(bounds, body, limit);
        }
        self.longest(limit.max.as_ref())
    }

    /// `met` and `timeout`, each once.
    fn blocks(&mut self, bounds: &Bounds, body: Span, limit: &ast::Limit) {
        let (mut met, mut timeout): (Option<Span>, Option<Span>) = (None, None);
        for arm in &bounds.arms {
            let (seen, word) = match &arm.kind {
                ArmKind::Timeout(amount) => {
                    self.no_amount(amount.as_ref());
                    (&mut timeout, "timeout")
                }
                _ => (&mut met, "met"),
            };
            if let Some(first) = seen.replace(arm.head) {
                let message = format!("`{word}` may stand only once");
                self.report(
                    Finding::new(Code::RepeatedClause, arm.head, message).also(first, "the first"),
                );
            }
        }
        if let (Some(timeout), None) = (timeout, &limit.max) {
            self.report(
                Finding::new(
                    Code::WaitParts,
                    timeout,
                    "what waits forever has no `timeout`",
                )
                .also(limit.span, "it waits forever")
                .help("write `max 3 days` instead of `forever`, or leave the `timeout` out"),
            );
        }
        let missing = [
            ("met", met.is_none()),
            ("timeout", timeout.is_none() && limit.max.is_some()),
        ];
        let missing = missing.into_iter().filter(|(_, missing)| *missing);
        for (word, _) in missing.filter(|_| !bounds.broken) {
            let message = format!("the block of this wait has no `{word}`");
            self.report(
                Finding::new(Code::WaitParts, body, message)
                    .help(format!("it may be empty: `{word} {{ }}`"))
                    .fix(
                        format!("write an empty `{word}`"),
                        body.after(),
                        format!(" {word} {{ }}"),
                    ),
            );
        }
    }

    /// Only in a `wait for first` does `timeout` say how long.
    fn no_amount(&mut self, amount: Option<&Amount>) {
        let place = match amount {
            Some(Amount::Literal(_, span)) => *span,
            Some(Amount::Named(name)) => name.span,
            Some(Amount::Lost) | None => return,
        };
        self.report(
            Finding::new(
                Code::WaitParts,
                place,
                "how long it waits is said before the block",
            )
            .help("write `max 3 days { met { … } timeout { … } }`"),
        );
    }

    /// `timeout D { … }` or `forever`, one of them, once.
    pub(super) fn first_bounds(&mut self, tree: &ast::WaitFirst) -> Option<Duration> {
        let timeouts = tree.arms.iter().filter_map(|arm| match &arm.kind {
            ArmKind::Timeout(amount) => Some((arm.head, amount)),
            _ => None,
        });
        let timeouts: Vec<(Span, &Option<Amount>)> = timeouts.collect();
        if timeouts.len() == tree.arms.len() && !tree.broken {
            self.report(
                Finding::new(Code::WaitParts, tree.word, "there is nothing to wait for")
                    .help("write `case EVENT { … }` or `case when COND { … }`"),
            );
        }
        for (word, second) in [
            ("timeout", timeouts.get(1).map(|(span, _)| *span)),
            ("forever", tree.forever.get(1).copied()),
        ] {
            if let Some(span) = second {
                let message = format!("`{word}` may stand only once");
                self.report(Finding::new(Code::RepeatedClause, span, message));
            }
        }
        let timeout = timeouts
            .first()
            .map(|(span, amount)| (*span, amount.as_ref()));
        let Some((span, amount)) = timeout else {
            if tree.forever.is_empty() && !tree.broken {
                self.report(
                    Finding::new(
                        Code::WaitParts,
                        tree.word,
                        "this wait does not say for how long",
                    )
                    .help("write `timeout 5 days { … }` after the cases, or on purpose `forever`")
                    .fix(
                        "wait 7 days at most",
                        tree.body.after(),
                        " timeout 7 days { }",
                    )
                    .fix("wait forever", tree.body.after(), " forever"),
                );
            }
            return None;
        };
        self.first_timeout((span, amount), tree.forever.first().copied())
    }

    /// The `timeout` of a `wait for first`.
    fn first_timeout(
        &mut self,
        (span, amount): (Span, Option<&Amount>),
        forever: Option<Span>,
    ) -> Option<Duration> {
        if let Some(forever) = forever {
            self.report(
                Finding::new(Code::WaitParts, span, "what waits forever has no `timeout`")
                    .also(forever, "it waits forever")
                    .help("keep one of them"),
            );
            return None;
        }
        if amount.is_none() {
            self.report(
                Finding::new(
                    Code::WaitParts,
                    span,
                    "this `timeout` does not say after how long",
                )
                .help("write `timeout 5 days { … }`")
                .fix("wait 1 day at most", span.after(), " 1 day")
                .fix("wait 7 days at most", span.after(), " 7 days"),
            );
        }
        self.longest(amount)
    }

    /// The longest time.
    fn longest(&mut self, max: Option<&Amount>) -> Option<Duration> {
        match max? {
            Amount::Literal(duration, _) => Some(*duration),
            Amount::Named(name) => self.named_duration(name),
            Amount::Lost => None,
        }
    }
}
