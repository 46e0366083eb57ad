//! Steps: names, the dispatch, and the small ones.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::base::{Lookup, Name, Span};
use crate::diagnostic::{Code, Finding};
use crate::semantic::hir::{Fact, Step, StepKind};
use crate::semantic::types::{Checker, Scope};
use crate::syntax::{ast, is_step};

/// What is kept from one step to the next.
pub(super) struct Walk {
    pub(super) scope: Scope,
    /// How many steps of each kind came before, named ones too.
    counts: Lookup<&'static str, usize>,
    /// The names of steps, with their places.
    names: Lookup<Name, Span>,
    /// How many blocks the step at hand stands in, and whether it was said
    /// that they are too many.
    level: (usize, bool),
    /// How many names are bound.
    pub(super) bindings: usize,
}

/// What is known at a place.
pub(super) type Facts = Rc<BTreeSet<Fact>>;

impl Walk {
    /// After a block of which this is the last arm: known is what all ways
    /// that go on make known. `others` are the ends of the other ways.
    pub(super) fn join(&mut self, last: &[Step], others: Vec<Facts>) {
        let own = (!ends(last)).then(|| self.scope.facts.clone());
        let ways = others.into_iter().chain(own);
        self.scope.facts = ways
            .reduce(|known, way| Rc::new(known.intersection(&way).cloned().collect()))
            .unwrap_or_default();
    }
}

/// Whether no path goes on after these steps.
pub(super) fn ends(steps: &[Step]) -> bool {
    match steps.last().map(|step| &step.kind) {
        Some(StepKind::Stop) => true,
        Some(StepKind::Branch(cases, Some(otherwise))) => {
            cases.iter().all(|case| ends(&case.steps)) && ends(otherwise)
        }
        Some(StepKind::Match(_, arms, Some(otherwise))) => {
            arms.iter().all(|arm| ends(&arm.steps)) && ends(otherwise)
        }
        _ => false,
    }
}

impl Checker<'_> {
    /// The steps of a workflow.
    pub(super) fn steps(&mut self, steps: &[ast::Step], scope: Scope) -> Vec<Step> {
        let (counts, names) = Default::default();
        let mut walk = Walk {
            scope,
            counts,
            names,
            level: (0, false),
            bindings: 0,
        };
        self.inside(steps, &mut walk)
    }

    /// A block inside a step.
    pub(super) fn block(&mut self, steps: &[ast::Step], walk: &mut Walk) -> Vec<Step> {
        walk.level.0 += 1;
        if let (false, Some(first)) = (walk.level.1, steps.first()) {
            walk.level.1 = self.levels(walk.level.0, first.head);
        }
        let checked = self.inside(steps, walk);
        walk.level.0 -= 1;
        checked
    }

    /// One block. Names that it binds end with it; what it makes known stays.
    fn inside(&mut self, steps: &[ast::Step], walk: &mut Walk) -> Vec<Step> {
        let outside = walk.scope.locals.len();
        let checked = steps
            .iter()
            .filter_map(|step| self.step(step, walk))
            .collect();
        walk.scope.locals.truncate(outside);
        checked
    }

    fn step(&mut self, tree: &ast::Step, walk: &mut Walk) -> Option<Step> {
        let id = self.step_id(tree, walk);
        let kind = match &tree.kind {
            ast::StepKind::Wait(wait) => {
                let checked = self.wait(wait, &walk.scope, tree.head).map(StepKind::Wait);
                // While it waits, a record may change; what has happened may not.
                Rc::make_mut(&mut walk.scope.facts)
                    .retain(|fact| !matches!(fact, Fact::Property(_) | Fact::Record(_)));
                checked
            }
            ast::StepKind::Set(path, op, value) => self.set(path, *op, value, walk),
            ast::StepKind::Clear(path) => self.clear(path, walk),
            ast::StepKind::Do(action) => self.do_action(action, walk),
            ast::StepKind::Branch(branch) => Some(self.branch(branch, walk)),
            ast::StepKind::Match(tree) => Some(self.match_step(tree, walk)),
            ast::StepKind::Stop => Some(StepKind::Stop),
            ast::StepKind::EnrollIn(name, path) => self.enroll_in(name, path.as_ref(), &walk.scope),
            ast::StepKind::AddTo(name, path) => {
                let (segment, records) = self.membership(name, path.as_ref(), &walk.scope)?;
                Some(StepKind::Add(segment, records))
            }
            ast::StepKind::RemoveFrom(name, path) => {
                let (segment, records) = self.membership(name, path.as_ref(), &walk.scope)?;
                Some(StepKind::Remove(segment, records))
            }
            ast::StepKind::Lost(_) => None,
        };
        Some(Step {
            id,
            doc: tree.doc.clone(),
            kind: kind?,
            span: tree.span,
            head: tree.head,
        })
    }

    /// The name of a step, or `KIND_N`. Named steps are counted too, so that
    /// naming one renames no other.
    fn step_id(&mut self, tree: &ast::Step, walk: &mut Walk) -> Name {
        let kind = kind_word(&tree.kind);
        let count = walk.counts.get(kind).copied().unwrap_or(0) + 1;
        walk.counts.insert(kind, count);
        let Some(name) = &tree.name else {
            return Name::new(&format!("{kind}_{count}"));
        };
        if is_generated(name.name.as_str()) {
            self.report(
                Finding::new(
                    Code::StepName,
                    name.span,
                    format!("`{}` is a name that unnamed steps get", name.name),
                )
                .help("choose a name that does not end in a number, or a word that is no step"),
            );
        }
        if let Some(first) = walk.names.insert(name.name.clone(), name.span) {
            let message = format!("there is a step `{}` already", name.name);
            self.report(Finding::new(Code::StepName, name.span, message).also(first, "the first"));
        }
        name.name.clone()
    }
}

/// The word that unnamed steps of a kind are called by.
fn kind_word(kind: &ast::StepKind) -> &'static str {
    match kind {
        ast::StepKind::Wait(_) => "wait",
        ast::StepKind::Set(..) => "set",
        ast::StepKind::Clear(_) => "clear",
        ast::StepKind::Do(_) => "do",
        ast::StepKind::Branch(_) => "branch",
        ast::StepKind::Match(_) => "match",
        ast::StepKind::Stop => "stop",
        ast::StepKind::EnrollIn(..) => "enroll",
        ast::StepKind::AddTo(..) => "add",
        ast::StepKind::RemoveFrom(..) => "remove",
        ast::StepKind::Lost(word) => word,
    }
}

/// Whether a name has the form `KIND_N`.
fn is_generated(name: &str) -> bool {
    name.rsplit_once('_').is_some_and(|(kind, number)| {
        is_step(kind) && !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit())
    })
}
