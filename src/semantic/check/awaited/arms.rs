//! The blocks of a wait: what each is entered by, what is known there, and the
//! names that they bind. What is waited for is told by `awaited`.

use std::rc::Rc;

use super::super::flow::Walk;
use super::Head;
use crate::base::{Duration, Name, Span};
use crate::semantic::hir::{Arm, Await, Binding, EventTrigger, Fact, Occurrence, StepKind, Until};
use crate::semantic::types::{Checker, EventScope, Local, facts};
use crate::syntax::ast::{self, ArmKind, Bounds, Ident};

/// A name that arms of one wait bind, and what it means behind the wait.
struct Named<'t> {
    name: &'t Ident,
    place: usize,
    /// Where it stands among the locals.
    local: usize,
}

/// One arm of a wait before its block is checked.
pub(super) struct Open<'t> {
    pub(super) head: Head,
    pub(super) binding: Option<&'t Ident>,
    pub(super) way: String,
    pub(super) doc: Option<Box<str>>,
    /// The block; `None` where the wait has none.
    pub(super) steps: Option<&'t [ast::Step]>,
    pub(super) span: Span,
}

impl Checker<'_> {
    /// The blocks of a wait, each with what is known there.
    pub(super) fn arms(
        &mut self,
        open: Vec<Open<'_>>,
        max: Option<Duration>,
        walk: &mut Walk,
    ) -> StepKind {
        let named = self.named(&open, walk);
        let (before, mut exits) = (walk.scope.facts.clone(), Vec::new());
        let mut arms = Vec::with_capacity(open.len());
        let bounded = max.is_some() && open.iter().all(|arm| arm.steps.is_none());
        for arm in open {
            let same = |own: &&Named<'_>| arm.binding.is_some_and(|n| n.name == own.name.name);
            let own = named.iter().find(same);
            walk.scope.facts = before.clone();
            let joint = own.and_then(|own| walk.scope.locals.at(own.local).cloned());
            enter(&arm.head, own, walk);
            let steps = match arm.steps {
                Some(steps) => Some(self.arm(arm.way, steps, (walk, &mut exits))),
                None => {
                    walk.leave(&mut exits);
                    None
                }
            };
            if let (Some(own), Some(joint)) = (own, joint) {
                walk.scope.locals.rebind(own.local, joint);
            }
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
}

/// The arms of a wait for one thing: `met` and `timeout`, or none.
pub(super) fn with_arms<'t>(
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
            if let Some(own) = own {
                let (place, events) = (own.place, Rc::clone(&event.scope));
                let local = Local::Occurrence { place, events };
                walk.scope.locals.rebind(own.local, local);
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
    walk.scope.facts.extend(known);
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
