//! Waits for events and conditions: how long, and what follows.

use std::rc::Rc;

use super::flow::{Facts, Walk};
use crate::base::{Duration, Name, Span};
use crate::diagnostic::{Code, Finding};
use crate::model::Type;
use crate::semantic::hir::{
    Arm, Await, Binding, EventTrigger, Expr, Fact, Occurrence, StepKind, Until,
};
use crate::semantic::types::{Checker, EventScope, Local, Member, facts};
use crate::syntax::ast::{self, Amount, ArmKind, Bounds, Ident};

/// An event that a step waits for, and what is known of its occurrence.
struct Happening {
    trigger: EventTrigger,
    scope: Rc<EventScope>,
    facts: Vec<Fact>,
}

/// What an arm waits for, before its block is checked.
enum Head {
    Event(Box<Happening>),
    Holds(Expr),
    Timeout,
    /// A finding was given for it.
    Lost,
}

/// A name that arms of one wait bind, and what it means behind the wait.
struct Named<'t> {
    name: &'t Ident,
    place: usize,
    /// Where it stands among the locals.
    local: usize,
}

/// One arm of a wait before its block is checked.
struct Open<'t> {
    head: Head,
    binding: Option<&'t Ident>,
    way: String,
    doc: Option<Box<str>>,
    /// The block; `None` where the wait has none.
    steps: Option<&'t [ast::Step]>,
    span: Span,
}

impl Checker<'_> {
    /// `wait for EVENT …`.
    pub(super) fn wait_event(
        &mut self,
        tree: &ast::WaitEvent,
        walk: &mut Walk,
        head: Span,
    ) -> Option<StepKind> {
        self.later("wait for", head);
        walk.waited();
        let max = self.bounds(&tree.bounds, head);
        let event = self.happening(&tree.event, walk);
        let binding = tree.event.bindings.first();
        let arms = with_arms((event, binding), &tree.bounds, walk, head);
        Some(self.arms(arms, max, walk))
    }

    /// `wait until COND …`.
    pub(super) fn wait_condition(
        &mut self,
        tree: &ast::Until,
        value: Expr,
        walk: &mut Walk,
        head: Span,
    ) -> StepKind {
        self.later("wait until a condition", head);
        for clause in &tree.ifs {
            self.report(
                Finding::new(Code::WaitParts, clause.span, "a condition is never past").help(
                    "`if past` and `if unknown` say what holds of a moment; write a `timeout`",
                ),
            );
        }
        let max = self.bounds(&tree.bounds, head);
        let condition = self.holds(value);
        walk.waited();
        let arms = with_arms((Head::Holds(condition), None), &tree.bounds, walk, head);
        self.arms(arms, max, walk)
    }

    /// Whether a value after `wait until` is meant as a condition.
    pub(super) fn is_condition(&self, value: &Expr, until: &ast::Until) -> bool {
        let bounded = !until.bounds.limits.is_empty() || until.bounds.body.is_some();
        match value.ty {
            Type::Bool => true,
            Type::Date | Type::Datetime | Type::Time => false,
            _ => bounded,
        }
    }

    /// A wait until a moment ends by itself.
    pub(super) fn no_bounds(&mut self, bounds: &Bounds) {
        let limit = bounds.limits.first().map(|limit| limit.span);
        if let Some(span) = limit.or(bounds.body) {
            self.report(
                Finding::new(Code::WaitParts, span, "a wait until a moment ends by itself")
                    .help("`max`, `forever`, `met` and `timeout` belong to a wait for an event or a condition"),
            );
        }
    }

    /// `wait for first { … }`.
    pub(super) fn wait_first(
        &mut self,
        tree: &ast::WaitFirst,
        walk: &mut Walk,
    ) -> Option<StepKind> {
        self.later("wait for first", tree.word);
        walk.waited();
        let max = self.first_bounds(tree);
        let id = walk.at.clone();
        let mut open = Vec::with_capacity(tree.arms.len());
        for (number, arm) in (1..).zip(&tree.arms) {
            let (head, binding) = match &arm.kind {
                ArmKind::Event(event) => (self.happening(event, walk), event.bindings.first()),
                ArmKind::When(when) => (Head::Holds(self.condition(when, &walk.scope)), None),
                ArmKind::Met | ArmKind::Timeout(_) => (Head::Timeout, None),
            };
            let way = match head {
                Head::Timeout => format!("`timeout` of `{id}`"),
                _ => format!("case {number} of `{id}`"),
            };
            open.push(Open {
                head,
                binding,
                way,
                doc: arm.doc.clone(),
                steps: Some(&arm.steps),
                span: arm.head,
            });
        }
        Some(self.arms(open, max, walk))
    }

    /// The blocks of a wait, each with what is known there.
    fn arms(&mut self, open: Vec<Open<'_>>, max: Option<Duration>, walk: &mut Walk) -> StepKind {
        let named = self.named(&open, walk);
        let (before, mut exits) = (walk.scope.facts.clone(), Vec::new());
        let whole = walk.scope.locals.clone();
        let mut arms = Vec::with_capacity(open.len());
        let bounded = max.is_some() && open.iter().all(|arm| arm.steps.is_none());
        for arm in open {
            let same = |own: &&Named<'_>| arm.binding.is_some_and(|n| n.name == own.name.name);
            let own = named.iter().find(same);
            walk.scope.facts = before.clone();
            enter(&arm.head, own, walk);
            let steps = match arm.steps {
                Some(steps) => Some(self.arm(arm.way, steps, (walk, &mut exits))),
                None => {
                    walk.leave(&mut exits);
                    None
                }
            };
            walk.scope.locals.clone_from(&whole);
            let until = match arm.head {
                Head::Event(event) => Until::Event(Box::new(event.trigger)),
                Head::Holds(condition) => Until::Holds(condition),
                Head::Timeout => Until::Timeout,
                Head::Lost => continue,
            };
            arms.push(Arm {
                until,
                doc: arm.doc,
                binding: own.map(|own| Binding {
                    name: own.name.name.clone(),
                    place: own.place,
                    span: own.name.span,
                }),
                steps,
                head: arm.span,
            });
        }
        if bounded {
            exits.extend((!walk.ended).then_some(before));
        }
        walk.join(exits);
        StepKind::Await(Box::new(Await { arms, max }))
    }

    /// The names that the arms bind. Several arms may bind one: behind the
    /// wait it is the occurrence of whichever came.
    fn named<'t>(&mut self, open: &[Open<'t>], walk: &mut Walk) -> Vec<Named<'t>> {
        let mut named: Vec<Named<'t>> = Vec::new();
        for name in open.iter().filter_map(|arm| arm.binding) {
            if named.iter().any(|own| own.name.name == name.name) {
                continue;
            }
            let same = |arm: &&Open<'t>| arm.binding.is_some_and(|other| other.name == name.name);
            let events: Vec<&EventTrigger> = open
                .iter()
                .filter(same)
                .filter_map(|arm| match &arm.head {
                    Head::Event(event) => Some(&event.trigger),
                    _ => None,
                })
                .collect();
            let (Some(object), false) = (walk.scope.this, events.is_empty()) else {
                self.bind_lost(name, walk);
                continue;
            };
            let lost = events.len() < open.iter().filter(same).count();
            let sources = events.into_iter().map(|trigger| &trigger.event);
            let mut events = EventScope::of(sources, object, self.catalog);
            events.lost = lost;
            let local = walk.scope.locals.len();
            let events = Rc::new(events);
            let place = self.bind(name, walk, |place| Local::Occurrence { place, events });
            named.push(Named { name, place, local });
        }
        named
    }

    /// `EVENT [where C]`, where a bare name is first a property of the event.
    fn happening(&mut self, tree: &ast::Awaited, walk: &Walk) -> Head {
        for (second, word) in [
            (tree.filters.get(1).map(|filter| filter.span), "where"),
            (tree.bindings.get(1).map(|name| name.span), "as"),
        ] {
            if let Some(span) = second {
                let message = format!("`{word}` may stand only once");
                self.report(Finding::new(Code::RepeatedClause, span, message));
            }
        }
        let Some(object) = walk.scope.this else {
            return Head::Lost;
        };
        let Some((event, from, to)) = self.event_source(&tree.event, object) else {
            return Head::Lost;
        };
        let scope = Rc::new(EventScope::of([&event], object, self.catalog));
        let inside = walk.scope.within(Member::Awaited(Rc::clone(&scope)));
        let filter = tree.filters.first();
        let filter = filter.map(|filter| self.condition(filter, &inside));
        let facts = filter
            .as_ref()
            .map_or(Vec::new(), |filter| facts(filter, true));
        let trigger = EventTrigger {
            event,
            from,
            to,
            filter,
            refinements: Vec::new(),
            per: None,
            span: tree.span,
        };
        Head::Event(Box::new(Happening {
            trigger,
            scope,
            facts,
        }))
    }

    /// How long a wait is, and whether its blocks are those that it needs.
    fn bounds(&mut self, bounds: &Bounds, head: Span) -> Option<Duration> {
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
                false => open.fix("wait forever", head.after(), " forever"),
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
    fn first_bounds(&mut self, tree: &ast::WaitFirst) -> Option<Duration> {
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
                .help("write `timeout 5 days { … }`"),
            );
        }
        self.longest(amount)
    }

    /// The longest time.
    fn longest(&mut self, max: Option<&Amount>) -> Option<Duration> {
        match max? {
            Amount::Literal(duration, span) => {
                self.business(*duration, *span);
                Some(*duration)
            }
            Amount::Named(name) => self.named_duration(name),
            Amount::Lost => None,
        }
    }
}

/// The arms of a wait for one thing: `met` and `timeout`, or none.
fn with_arms<'t>(
    (awaited, binding): (Head, Option<&'t Ident>),
    bounds: &'t Bounds,
    walk: &Walk,
    head: Span,
) -> Vec<Open<'t>> {
    let id: &Name = &walk.at;
    if bounds.body.is_none() {
        return vec![Open {
            head: awaited,
            binding,
            way: String::new(),
            doc: None,
            steps: None,
            span: head,
        }];
    }
    let mut awaited = Some(awaited);
    let mut open: Vec<Open<'t>> = Vec::new();
    for arm in &bounds.arms {
        let (head, binding, word) = match (&arm.kind, awaited.take()) {
            (ArmKind::Timeout(_), kept) => {
                awaited = kept;
                (Head::Timeout, None, "timeout")
            }
            (_, Some(head)) => (head, binding, "met"),
            // A second `met` has a finding.
            (_, None) => (Head::Lost, None, "met"),
        };
        open.push(Open {
            head,
            binding,
            way: format!("`{word}` of `{id}`"),
            doc: arm.doc.clone(),
            steps: Some(&arm.steps),
            span: arm.head,
        });
    }
    open
}

/// What is known where an arm is taken.
fn enter(head: &Head, own: Option<&Named<'_>>, walk: &mut Walk) {
    walk.set(own.map(|own| own.place));
    let known: Vec<Fact> = match head {
        Head::Holds(condition) => facts(condition, true),
        Head::Event(event) => {
            if let Some(own) = own
                && let Some((_, local)) = walk.scope.locals.get_mut(own.local)
            {
                let (place, events) = (own.place, Rc::clone(&event.scope));
                *local = Local::Occurrence { place, events };
            }
            let place = own.map(|own| own.place);
            let there = place.map(|place| Fact::Binding(place, None));
            let facts = event.facts.iter().cloned();
            facts
                .filter_map(|fact| bound(fact, place))
                .chain(there)
                .collect()
        }
        Head::Timeout | Head::Lost => Vec::new(),
    };
    let facts: &mut Facts = &mut walk.scope.facts;
    Rc::make_mut(facts).extend(known);
}

/// What is known of the occurrence that is waited for is known of the one
/// that the name means.
fn bound(fact: Fact, place: Option<usize>) -> Option<Fact> {
    match fact {
        Fact::Occurrence(Occurrence::Awaited, field) => {
            Some(Fact::Occurrence(Occurrence::Bound(place?), field))
        }
        other => Some(other),
    }
}
