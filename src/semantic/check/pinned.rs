//! Older versions of workflows, on which enrolments finish (V3): checked like
//! any workflow, against what is declared now. Who is inside is not known here.

use super::template::Body;
use super::workflow::parts;
use crate::base::Span;
use crate::model::WorkflowId;
use crate::semantic::Older;
use crate::semantic::hir::{Origin, Pinned, Workflow};
use crate::semantic::resolve::PinnedTemplate;
use crate::semantic::types::Checker;
use crate::syntax::ast::{self, Declaration, Ident};

impl Checker<'_> {
    /// Each file holds one version; that of an instance its template too.
    pub(super) fn check_pinned(
        &mut self,
        files: &[Older],
        templates: &[PinnedTemplate<'_>],
    ) -> Vec<Pinned> {
        let mut versions = Vec::new();
        for declaration in files.iter().flat_map(|older| &older.file.declarations) {
            versions.extend(match declaration {
                Declaration::Workflow(tree) => self.pinned(tree),
                Declaration::Instance(tree) => self.pinned_instance(tree, templates),
                _ => None,
            });
            self.stand_outside();
        }
        versions
    }

    /// The workflow that a version is of, if both take records of one object:
    /// those of another cannot be inside.
    fn current(&self, name: &Ident, object: &Ident) -> Option<WorkflowId> {
        let of = self.catalog.workflow(&name.name)?;
        let object = self.catalog.object(&object.name);
        (object == Some(self.catalog.workflows[of].object)).then_some(of)
    }

    fn pinned(&mut self, tree: &ast::Workflow) -> Option<Pinned> {
        self.stand_in(tree.span.source);
        let of = self.current(&tree.name, &tree.object)?;
        let workflow = self.workflow((Some(of), self.catalog.workflows[of].object), tree);
        Some(self.version_of(of, workflow, parts(tree.span, &tree.clauses)))
    }

    fn pinned_instance(
        &mut self,
        tree: &ast::Instance,
        templates: &[PinnedTemplate<'_>],
    ) -> Option<Pinned> {
        let source = tree.span.source;
        self.stand_in(source);
        let mut templates = templates.iter();
        let (template, head) = templates.find(|(template, _)| {
            template.span.source == source && template.name.name == tree.template.name
        })?;
        let of = self.current(&tree.name, &template.object)?;
        let mut body = Body::default();
        let (workflow, parts) = self.instance((of, tree), (template, head), &mut body);
        self.report_bodies(vec![body]);
        Some(self.version_of(of, workflow, parts))
    }

    fn version_of(&mut self, of: WorkflowId, workflow: Workflow, parts: Vec<Span>) -> Pinned {
        let names = std::mem::take(&mut self.uses);
        let origins = parts.into_iter().map(|span| Origin {
            span,
            names: names.clone(),
        });
        Pinned {
            of,
            workflow,
            origins: origins.collect(),
        }
    }
}
