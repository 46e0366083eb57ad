//! `goto`: where it may lead, and that no loop goes on without a wait.

use super::flow::Walk;
use super::step::is_generated;
use crate::base::{Lookup, Name, Span, nearest};
use crate::diagnostic::{Code, Finding};
use crate::semantic::hir::StepKind;
use crate::semantic::types::Checker;
use crate::syntax::ast::{self, Ident};

impl Checker<'_> {
    /// A named step of the same block or of one around it.
    pub(super) fn goto(&mut self, name: &Ident, walk: &mut Walk) -> Option<StepKind> {
        if walk.blocks.iter().any(|block| block.contains(&name.name)) {
            walk.jump(&name.name);
            return Some(StepKind::Goto(name.name.clone()));
        }
        if let Some((_, place)) = walk.named.iter().find(|(own, _)| *own == name.name) {
            let message = format!("`{}` stands inside a block", name.name);
            self.report(
                Finding::new(Code::GotoTarget, name.span, message)
                    .also(*place, "a jump cannot lead into a block")
                    .help("jump to the step that holds the block, or move the step out of it"),
            );
            return None;
        }
        self.no_step(name, walk);
        None
    }

    /// The finding for a jump to a step that is not there.
    fn no_step(&mut self, name: &Ident, walk: &Walk) {
        if self.lost.contains(name.name.as_str()) {
            return;
        }
        let finding = Finding::new(
            Code::GotoTarget,
            name.span,
            format!("there is no step `{}`", name.name),
        );
        if is_generated(name.name.as_str()) {
            self.report(finding.help(
                "a jump leads to a step with a name of its own: write `NAME:` before the step",
            ));
            return;
        }
        let reached = walk.blocks.iter().flatten().map(Name::as_str);
        let meant = nearest(name.name.as_str(), reached.clone());
        let finding = match (meant, reached.count()) {
            (None, 0) => finding.help("give the step a name: write `NAME:` before it"),
            _ => finding.did_you_mean(meant, name.span),
        };
        self.report(finding);
    }

    /// A loop must hold a wait: without one it never ends, at one instant.
    pub(super) fn loops(&mut self, steps: &[ast::Step]) {
        let mut flow = Flow::default();
        flow.lay(steps, None);
        if flow.jumps.is_empty() {
            return;
        }
        for (node, (name, span)) in flow.tight() {
            let target = flow.places.get(&name).copied();
            let finding = Finding::new(
                Code::LoopWithoutWait,
                span,
                format!("`goto {name}` goes in a circle without a wait"),
            )
            .help("put a `wait` into the circle, or it would go on at one instant without end");
            let first = target.filter(|target| *target != node);
            let first = first.and_then(|target| flow.nodes.get(target));
            self.report(match first {
                Some(first) => finding.also(first.span, "the circle begins here"),
                None => finding,
            });
        }
    }
}

/// The steps of a workflow in the order of the text, each with those that may
/// follow it.
#[derive(Default)]
struct Flow {
    nodes: Vec<Node>,
    /// The places of named steps.
    places: Lookup<Name, usize>,
    /// The places of jumps, with the names that they lead to.
    jumps: Vec<(usize, (Name, Span))>,
}

struct Node {
    next: Vec<usize>,
    waits: bool,
    span: Span,
}

impl Flow {
    /// Adds the steps of a block; `after` is what follows it.
    fn lay(&mut self, steps: &[ast::Step], after: Option<usize>) {
        let mut rest = steps.iter().peekable();
        while let Some(step) = rest.next() {
            let at = self.nodes.len();
            let next = match rest.peek() {
                Some(_) => Some(at + size(step)),
                None => after,
            };
            if let Some(name) = &step.name {
                self.places.insert(name.name.clone(), at);
            }
            if let ast::StepKind::Goto(name) = &step.kind {
                self.jumps.push((at, (name.name.clone(), step.head)));
            }
            self.nodes.push(Node {
                next: next.filter(|_| goes_on(&step.kind)).into_iter().collect(),
                waits: waits(&step.kind),
                span: step.head,
            });
            for block in step.kind.blocks() {
                let entry = match block.is_empty() {
                    true => next,
                    false => Some(self.nodes.len()),
                };
                if let (Some(node), Some(entry)) = (self.nodes.get_mut(at), entry) {
                    node.next.push(entry);
                }
                self.lay(block, next);
            }
        }
    }

    /// The jumps back from which a path leads that holds no wait and comes to
    /// the jump again.
    fn tight(&self) -> Vec<(usize, (Name, Span))> {
        let mut reached: Lookup<usize, Vec<bool>> = Lookup::default();
        let mut tight = Vec::new();
        for (node, jump) in &self.jumps {
            let Some(target) = self.places.get(&jump.0).copied() else {
                continue;
            };
            if target > *node {
                continue;
            }
            if !reached.contains(&target) {
                reached.insert(target, self.reached(target));
            }
            let from = reached.get(&target);
            if from.is_some_and(|from| from.get(*node).copied().unwrap_or(false)) {
                tight.push((*node, jump.clone()));
            }
        }
        tight
    }

    /// Which steps a path reaches that begins at a step and holds no wait.
    fn reached(&self, from: usize) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            let Some(node) = self.nodes.get(at) else {
                continue;
            };
            let seen = reached
                .get_mut(at)
                .is_none_or(|seen| std::mem::replace(seen, true));
            if seen || node.waits {
                continue;
            }
            open.extend(&node.next);
            let jumps = self.jumps.partition_point(|(place, _)| *place < at);
            let jump = self.jumps.get(jumps).filter(|(place, _)| *place == at);
            open.extend(jump.and_then(|(_, (name, _))| self.places.get(name)));
        }
        reached
    }
}

/// How many steps a step is, with those of its inner blocks.
fn size(step: &ast::Step) -> usize {
    let inner = step.kind.blocks().into_iter().flatten().map(size);
    1 + inner.sum::<usize>()
}

fn waits(kind: &ast::StepKind) -> bool {
    matches!(kind, ast::StepKind::Wait(_) | ast::StepKind::Lost("wait"))
}

/// Whether a path may lead past the inner blocks of a step.
fn goes_on(kind: &ast::StepKind) -> bool {
    match kind {
        ast::StepKind::Stop | ast::StepKind::Delete | ast::StepKind::Goto(_) => false,
        ast::StepKind::Branch(branch) => branch.otherwise.is_empty(),
        ast::StepKind::Match(tree) => tree.otherwise.is_empty(),
        ast::StepKind::Split(split) => split.cases.is_empty(),
        _ => true,
    }
}
