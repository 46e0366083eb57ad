//! Other workflows that enrolling takes a record out of (E11).

use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::model::{ObjectId, WorkflowId};
use crate::semantic::hir::Exclusive;
use crate::semantic::types::Checker;
use crate::syntax::ast::{self, Ident};

impl Checker<'_> {
    /// `of` is the workflow in which it stands; a template is none, but for its
    /// instances.
    pub(super) fn exclusive(
        &mut self,
        of: (Option<WorkflowId>, ObjectId),
        tree: &ast::Exclusive,
    ) -> Exclusive {
        let ast::Exclusive::With(names) = tree else {
            return Exclusive::All;
        };
        let mut others: Vec<(WorkflowId, Span)> = Vec::new();
        for name in names {
            let Some(other) = self.other_workflow(of, name) else {
                continue;
            };
            match others.iter().find(|(before, _)| *before == other) {
                Some((_, first)) => {
                    let message = format!("`{}` stands here twice", name.name);
                    self.report(
                        Finding::new(Code::RepeatedClause, name.span, message)
                            .also(*first, "the first"),
                    );
                }
                None => others.push((other, name.span)),
            }
        }
        Exclusive::With(others.into_iter().map(|(other, _)| other).collect())
    }

    /// Another workflow that the same record can be in.
    fn other_workflow(
        &mut self,
        (of, own): (Option<WorkflowId>, ObjectId),
        name: &Ident,
    ) -> Option<WorkflowId> {
        let other = self.workflow_named(name)?;
        let its = self.catalog.workflows[other].object;
        let finding = if of == Some(other) {
            let message = "a workflow cannot be exclusive with itself";
            Finding::new(Code::ExclusiveWithItself, name.span, message)
                .help("a record is inside once, or once per key (`per …`); name other workflows, or `all`")
        } else if own != its {
            let (own, its) = (
                &self.catalog.objects[own].name,
                &self.catalog.objects[its].name,
            );
            let message = format!(
                "`{}` takes records of `{its}`: no record of `{own}` is ever inside",
                name.name
            );
            Finding::new(Code::OtherObject, name.span, message)
                .help("name workflows on the same object")
        } else {
            return Some(other);
        };
        self.report(finding);
        None
    }
}
