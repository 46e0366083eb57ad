//! Steps: names, blocks, the dispatch.

use super::flow::Walk;
use crate::base::Name;
use crate::diagnostic::{Code, Finding};
use crate::semantic::hir::{Step, StepKind};
use crate::semantic::types::Checker;
use crate::syntax::{ast, is_step};

impl Checker<'_> {
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
    pub(super) fn inside(&mut self, steps: &[ast::Step], walk: &mut Walk) -> Vec<Step> {
        let (outside, trail) = (walk.scope.locals.len(), self.trail.len());
        let names = steps.iter().filter_map(|step| step.name.as_ref());
        walk.blocks
            .push(names.map(|name| name.name.clone()).collect());
        let checked = steps
            .iter()
            .filter_map(|step| self.step(step, walk))
            .collect();
        walk.blocks.pop();
        self.trail.truncate(trail);
        walk.scope.locals.truncate(outside);
        checked
    }

    fn step(&mut self, tree: &ast::Step, walk: &mut Walk) -> Option<Step> {
        let id = self.step_id(tree, walk);
        if let Some(ids) = self.step_ids.last_mut() {
            ids.push(id.clone());
        }
        if let Some(name) = &tree.name
            && let Some(from) = walk.land(&name.name)
        {
            self.trail.push(format!("`{from}`"));
        }
        walk.at = id.clone();
        let kind = self.step_kind(tree, walk);
        walk.ended |= matches!(
            tree.kind,
            ast::StepKind::Stop | ast::StepKind::Delete | ast::StepKind::Goto(_)
        );
        Some(Step {
            id,
            doc: tree.doc.clone(),
            kind: kind?,
            span: tree.span,
            head: tree.head,
        })
    }

    // size: one arm for each kind of step.
    fn step_kind(&mut self, tree: &ast::Step, walk: &mut Walk) -> Option<StepKind> {
        let head = tree.head;
        match &tree.kind {
            ast::StepKind::Wait(wait) => self.any_wait(wait, walk, head),
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
            ast::StepKind::Copy(source, target) => self.copy((source, target), walk),
            ast::StepKind::Create(create) => self.create(create, walk),
            ast::StepKind::Associate(link) => {
                Some(StepKind::Associate(Box::new(self.tie(link, walk)?)))
            }
            ast::StepKind::Dissociate(tree) => {
                Some(StepKind::Dissociate(Box::new(self.dissociate(tree, walk)?)))
            }
            ast::StepKind::Delete => Some(StepKind::Delete),
            ast::StepKind::Unenroll(name) => self.unenroll_from(name.as_ref(), &walk.scope),
            ast::StepKind::Split(tree) => Some(self.split(tree, walk, head)),
            ast::StepKind::Goto(name) => self.goto(name, walk),
            ast::StepKind::Todo(text) => Some(self.todo(text, head)),
            ast::StepKind::Lost(_) => None,
        }
    }

    /// `todo "…"`: it may stand in a program, and keeps it from being run.
    fn todo(&mut self, text: &ast::Plain, head: crate::base::Span) -> StepKind {
        self.report(
            Finding::new(Code::Placeholder, head, "this step is still to be written")
                .help("a program with a `todo` can be checked, not run"),
        );
        StepKind::Todo(text.text.as_str().into())
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
        ast::StepKind::Copy(..) => "copy",
        ast::StepKind::Create(_) => "create",
        ast::StepKind::Associate(_) => "associate",
        ast::StepKind::Dissociate(_) => "dissociate",
        ast::StepKind::Delete => "delete",
        ast::StepKind::Unenroll(_) => "unenroll",
        ast::StepKind::Split(_) => "split",
        ast::StepKind::Goto(_) => "goto",
        ast::StepKind::Todo(_) => "todo",
        ast::StepKind::Lost(word) => word,
    }
}

/// Whether a name has the form `KIND_N`.
pub(super) fn is_generated(name: &str) -> bool {
    name.rsplit_once('_').is_some_and(|(kind, number)| {
        is_step(kind) && !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit())
    })
}
