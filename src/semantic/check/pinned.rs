//! Older versions of workflows, on which enrolments finish (V3): checked like
//! any workflow, against what is declared now. Who is inside is not known here.

use super::workflow::parts;
use crate::model::WorkflowId;
use crate::semantic::hir::{Origin, Pinned};
use crate::semantic::types::Checker;
use crate::syntax::ast::{self, Declaration};

impl Checker<'_> {
    pub(super) fn check_pinned(&mut self, files: &[ast::File]) -> Vec<Pinned> {
        let declarations = files.iter().flat_map(|file| &file.declarations);
        let trees = declarations.filter_map(|declaration| match declaration {
            Declaration::Workflow(tree) => Some(tree),
            _ => None,
        });
        trees
            .filter_map(|tree| {
                let of = self.catalog.workflow(&tree.name.name)?;
                self.is_of(of, tree).then(|| self.pinned(of, tree))
            })
            .collect()
    }

    /// Whether both versions take records of one object: those of another
    /// cannot be inside.
    fn is_of(&self, of: WorkflowId, tree: &ast::Workflow) -> bool {
        let object = self.catalog.object(&tree.object.name);
        object == Some(self.catalog.workflows[of].object)
    }

    fn pinned(&mut self, of: WorkflowId, tree: &ast::Workflow) -> Pinned {
        let workflow = self.workflow(of, tree);
        let names = std::mem::take(&mut self.uses);
        let origins = parts(tree).into_iter().map(|span| Origin {
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
