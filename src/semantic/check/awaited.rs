//! Waits for events and conditions: what is waited for.

mod arms;
mod bounds;

use std::rc::Rc;

use super::flow::Walk;
use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::model::Type;
use crate::semantic::hir::{EventTrigger, Expr, Fact, StepKind};
use crate::semantic::types::{Checker, EventScope, Member, facts};
use crate::syntax::ast::{self, ArmKind, Bounds};
use arms::{Open, with_arms};

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

impl Checker<'_> {
    /// `wait for EVENT …`.
    pub(super) fn wait_event(
        &mut self,
        tree: &ast::WaitEvent,
        walk: &mut Walk,
        head: Span,
    ) -> Option<StepKind> {
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
}
