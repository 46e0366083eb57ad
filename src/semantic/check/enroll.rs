//! Steps about other workflows and static segments.

use crate::diagnostic::{Code, Finding, with_article};
use crate::model::{Item, SegmentId};
use crate::semantic::hir::{Records, StepKind};
use crate::semantic::types::{Checker, Scope};
use crate::syntax::ast::{self, Ident};

impl Checker<'_> {
    pub(super) fn enroll_in(
        &mut self,
        name: &Ident,
        path: Option<&ast::Path>,
        scope: &Scope,
    ) -> Option<StepKind> {
        let Some(id) = self.catalog.workflow(&name.name) else {
            let message = format!("there is no workflow `{}`", name.name);
            let names = self
                .catalog
                .workflows
                .rows()
                .iter()
                .map(|workflow| workflow.name.as_str());
            self.unknown(
                Code::UnknownWorkflow,
                (name.name.as_str(), name.span),
                message,
                names,
            );
            return None;
        };
        self.uses.insert(Item::Workflow(id));
        let (records, object) = self.records(path, scope)?;
        let owner = self.catalog.workflows[id].object;
        if owner != object {
            let (owner, given) = (
                &self.catalog.objects[owner].name,
                &self.catalog.objects[object].name,
            );
            let message = format!(
                "`{}` takes {}, not {}",
                name.name,
                with_article(owner.as_str()),
                with_article(given.as_str())
            );
            let help = format!(
                "name the {owner} after `for`: `enroll in {} for PATH`",
                name.name
            );
            self.report(Finding::new(Code::OtherObject, name.span, message).help(help));
            return None;
        }
        Some(StepKind::Enroll(id, records))
    }

    /// A static segment, and the records that join or leave it.
    pub(super) fn membership(
        &mut self,
        name: &Ident,
        path: Option<&ast::Path>,
        scope: &Scope,
    ) -> Option<(SegmentId, Records)> {
        let (records, object) = self.records(path, scope)?;
        let segment = self.segment_of(name, object)?;
        if !self.catalog.segments[segment].fixed {
            self.report(
                Finding::new(
                    Code::NotStatic,
                    name.span,
                    format!("who is in `{}` follows from its condition", name.name),
                )
                .help("change what the condition reads, or declare the segment `static`"),
            );
            return None;
        }
        Some((segment, records))
    }
}
