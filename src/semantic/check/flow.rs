//! The paths through the steps of a workflow: what is known on them, where
//! they end, where they meet again.

use std::collections::BTreeMap;

use crate::base::{Lookup, Name, Span};
use crate::semantic::hir::{Fact, Step};
use crate::semantic::types::{Checker, Known, Scope};
use crate::syntax::ast;

/// What is known at the jumps to a step, by its name.
pub(super) type Jumps = BTreeMap<Name, Known>;

/// What is kept from one step to the next.
pub(super) struct Walk {
    pub(super) scope: Scope,
    /// Whether no path comes here.
    pub(super) ended: bool,
    /// The id of the step at hand.
    pub(super) at: Name,
    /// How many steps of each kind came before, named ones too.
    pub(super) counts: Lookup<&'static str, usize>,
    /// The names of steps that came before, with their places.
    pub(super) names: Lookup<Name, Span>,
    /// How many blocks the step at hand stands in, and whether it was said
    /// that they are too many.
    pub(super) level: (usize, bool),
    /// How many names are bound.
    pub(super) bindings: usize,
    /// Whether any step jumps: only then may a path come behind the step that
    /// binds a name without passing it.
    jumps: bool,
    /// The named steps of the blocks around, the innermost last.
    pub(super) blocks: Vec<Vec<Name>>,
    /// All named steps of the workflow.
    pub(super) named: Vec<(Name, Span)>,
    /// The jumps to steps that come, and the ids of the steps that jump.
    ahead: BTreeMap<Name, (Known, Name)>,
    /// The jumps to steps that came before.
    pub(super) back: Jumps,
    /// The same, as the pass before has found them.
    assumed: Jumps,
}

impl Walk {
    /// The beginning of a workflow, with what is taken to be known at the
    /// jumps back.
    pub(super) fn new(steps: &[ast::Step], mut scope: Scope, assumed: Jumps) -> Self {
        let jumps = has_jumps(steps);
        if jumps {
            let unset = (0..bound_in(steps)).map(Fact::Unset);
            scope.facts.extend(unset);
        }
        let mut named = Vec::new();
        names_in(steps, &mut named);
        let (counts, names, blocks, ahead, back) = Default::default();
        Walk {
            scope,
            ended: false,
            at: Name::new(""),
            counts,
            names,
            level: (0, false),
            bindings: 0,
            jumps,
            blocks,
            named,
            ahead,
            back,
            assumed,
        }
    }

    /// Notes that the path at hand goes on at a named step.
    pub(super) fn jump(&mut self, to: &Name) {
        let facts = self.scope.facts.clone();
        let from = self.at.clone();
        if self.ended {
            return;
        }
        if self.names.contains(to) {
            let known = match self.back.get(to) {
                Some(known) => known.common(&facts),
                None => facts,
            };
            self.back.insert(to.clone(), known);
        } else {
            let known = match self.ahead.get(to) {
                Some((known, _)) => known.common(&facts),
                None => facts,
            };
            self.ahead.insert(to.clone(), (known, from));
        }
    }

    /// At a named step the paths that jump there come in. Where no other path
    /// does, this is a step that jumps.
    pub(super) fn land(&mut self, name: &Name) -> Option<Name> {
        let ahead = self.ahead.get(name).cloned();
        let jumps = ahead.iter().map(|(facts, _)| facts);
        let jumps = jumps.chain(self.assumed.get(name));
        let known = jumps.cloned().reduce(|known, way| known.common(&way));
        let known = known?;
        let alone = self.ended;
        self.scope.facts = match alone {
            true => known,
            false => known.common(&self.scope.facts),
        };
        self.ended = false;
        ahead.map(|(_, from)| from).filter(|_| alone)
    }

    /// The end of an arm: its path goes on behind the step, unless it has
    /// ended.
    pub(super) fn leave(&mut self, exits: &mut Vec<Known>) {
        if !self.ended {
            exits.push(self.scope.facts.clone());
        }
    }

    /// Behind a step with arms known is what all ways that go on make known.
    pub(super) fn join(&mut self, exits: Vec<Known>) {
        self.ended = exits.is_empty();
        let known = exits.into_iter().reduce(|known, way| known.common(&way));
        if let Some(known) = known {
            self.scope.facts = known;
        }
    }

    /// A name is bound, and not set yet. Where steps jump, what the paths have
    /// set before says whether it is.
    pub(super) fn bound(&mut self, place: usize) {
        if !self.jumps {
            self.scope.facts.insert(Fact::Unset(place));
        }
    }

    /// The path at hand sets a name: what was known of it before says nothing
    /// any longer.
    pub(super) fn set(&mut self, place: Option<usize>) {
        let Some(place) = place else {
            return;
        };
        let unset = Fact::Unset(place);
        if self.scope.facts.contains(&unset) {
            // Where no path has set it nothing is known of it.
            self.scope.facts.remove(&unset);
        } else {
            self.scope.facts.set(place);
        }
    }

    /// While it waits, a record may change; what has happened may not, nor
    /// which record a name means.
    pub(super) fn waited(&mut self) {
        self.scope.facts.waited();
    }
}

fn has_jumps(steps: &[ast::Step]) -> bool {
    steps.iter().any(|step| {
        let mut blocks = step.kind.blocks().into_iter();
        matches!(step.kind, ast::StepKind::Goto(_)) || blocks.any(has_jumps)
    })
}

/// At most how many names the steps bind.
fn bound_in(steps: &[ast::Step]) -> usize {
    let of = |step: &ast::Step| {
        let inner = step.kind.blocks().into_iter().map(bound_in);
        step.kind.bindings() + inner.sum::<usize>()
    };
    steps.iter().map(of).sum()
}

/// The names that steps have been given, those of inner blocks too.
fn names_in(steps: &[ast::Step], names: &mut Vec<(Name, Span)>) {
    for step in steps {
        let own = step.name.iter();
        names.extend(own.map(|name| (name.name.clone(), name.span)));
        for block in step.kind.blocks() {
            names_in(block, names);
        }
    }
}

/// How often steps are checked again because of jumps back.
const PASSES: usize = 6;

impl Checker<'_> {
    /// The steps of a workflow. What a jump back brings along is known only
    /// at its end: then they are checked again, until nothing new comes.
    pub(super) fn steps(&mut self, steps: &[ast::Step], scope: Scope) -> Vec<Step> {
        self.step_ids.push(Vec::new());
        let kept = std::mem::take(&mut self.findings);
        let (mut checked, mut assumed) = (Vec::new(), Jumps::new());
        for pass in 1..=PASSES {
            self.findings = Default::default();
            let mut walk = Walk::new(steps, scope.clone(), assumed.clone());
            checked = self.inside(steps, &mut walk);
            if walk.back == assumed {
                break;
            }
            assumed = walk.back;
            if pass + 1 == PASSES {
                // Nothing known is always right.
                assumed
                    .values_mut()
                    .for_each(|facts| *facts = Known::default());
            }
        }
        let found = std::mem::replace(&mut self.findings, kept);
        self.findings.append(found);
        self.loops(steps);
        checked
    }

    /// One arm of a step, which `way` names; where its path goes on is added
    /// to the exits.
    pub(super) fn arm(
        &mut self,
        way: String,
        steps: &[ast::Step],
        (walk, exits): (&mut Walk, &mut Vec<Known>),
    ) -> Vec<Step> {
        let ended = walk.ended;
        self.trail.push(way);
        let checked = self.block(steps, walk);
        self.trail.pop();
        walk.leave(exits);
        walk.ended = ended;
        checked
    }
}
