//! Steps about other workflows and static segments.

use crate::diagnostic::{Code, Finding, with_article};
use crate::model::SegmentId;
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
        let id = self.workflow_named(name)?;
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

    /// `unenroll from W`, or from all.
    pub(super) fn unenroll_from(
        &mut self,
        name: Option<&Ident>,
        scope: &Scope,
    ) -> Option<StepKind> {
        let Some(name) = name else {
            return Some(StepKind::Unenroll(None));
        };
        let id = self.workflow_named(name)?;
        let (owner, here) = (self.catalog.workflows[id].object, scope.this?);
        if owner != here {
            let (owner, here) = (
                &self.catalog.objects[owner].name,
                &self.catalog.objects[here].name,
            );
            let message = format!(
                "`{}` takes {}, not {}",
                name.name,
                with_article(owner.as_str()),
                with_article(here.as_str())
            );
            self.report(
                Finding::new(Code::OtherObject, name.span, message)
                    .help("a step takes its own record out of a workflow"),
            );
            return None;
        }
        Some(StepKind::Unenroll(Some(id)))
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
