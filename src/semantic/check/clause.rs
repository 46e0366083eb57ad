//! The clauses of a workflow, one by one.

use crate::semantic::hir::{FilterTrigger, Reenroll, Workflow};
use crate::semantic::types::{Checker, Scope};
use crate::syntax::ast::{self, ClauseKind};

impl Checker<'_> {
    pub(super) fn clause(&mut self, workflow: &mut Workflow, clause: &ast::Clause) {
        let scope = Scope::of(workflow.object);
        let span = clause.span;
        match &clause.kind {
            ClauseKind::Title(title) => workflow.title = Some(title.text.as_str().into()),
            ClauseKind::Off => workflow.off = true,
            ClauseKind::Campaign(name) => workflow.campaigns.push(name.text.as_str().into()),
            ClauseKind::EnrollOn(trigger) => {
                workflow
                    .events
                    .extend(self.event_trigger(trigger, workflow.object, span));
            }
            ClauseKind::EnrollWhen(condition) => {
                let condition = self.transition(condition, &scope, "enroll when");
                workflow.filters.push(FilterTrigger { condition, span });
            }
            ClauseKind::ReenrollOn(trigger) => {
                let trigger = self.event_trigger(trigger, workflow.object, span);
                workflow
                    .reenroll
                    .extend(trigger.map(Box::new).map(Reenroll::On));
            }
            ClauseKind::ReenrollWhen(condition) => {
                let condition = self.transition(condition, &scope, "reenroll when");
                workflow.reenroll.push(Reenroll::When(condition));
            }
            ClauseKind::ReenrollAlways => workflow.reenroll.push(Reenroll::Always(span)),
            ClauseKind::SuppressWhen(condition) => {
                let condition = self.transition(condition, &scope, "suppress when");
                workflow.suppress.push(condition);
            }
            ClauseKind::UnenrollWhen(condition) => {
                let condition = self.transition(condition, &scope, "unenroll when");
                workflow.unenroll.push(condition);
            }
            ClauseKind::UnenrollOn(trigger) => {
                workflow
                    .unenroll_on
                    .extend(self.event_trigger(trigger, workflow.object, span));
            }
            ClauseKind::UnenrollLeaving => workflow.unenroll_on_leaving = Some(span),
            ClauseKind::GoalWhen(condition) => {
                workflow.goal = Some(self.transition(condition, &scope, "goal when"));
            }
            ClauseKind::Existing(enroll) => workflow.existing = *enroll,
            ClauseKind::OnEdit(edit) => workflow.on_edit = *edit,
            // These come when all triggers are known.
            ClauseKind::OnlyWhen(_) | ClauseKind::Steps(_) => {}
        }
    }

    /// A condition whose transition counts.
    fn transition(
        &mut self,
        condition: &ast::Expr,
        scope: &Scope,
        clause: &str,
    ) -> crate::semantic::hir::Expr {
        let condition = self.condition(condition, scope);
        self.no_time(&condition, clause);
        condition
    }
}
