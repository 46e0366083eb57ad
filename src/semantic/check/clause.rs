//! The clauses of a workflow, one by one.

use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::model::WorkflowId;
use crate::semantic::hir::{FilterTrigger, Reenroll, Workflow};
use crate::semantic::types::{Checker, Scope};
use crate::syntax::ast::{self, ClauseKind};

impl Checker<'_> {
    pub(super) fn clause(
        &mut self,
        (id, workflow): (Option<WorkflowId>, &mut Workflow),
        clause: &ast::Clause,
        scope: &Scope,
    ) {
        let span = clause.span;
        match &clause.kind {
            ClauseKind::Title(title) => workflow.title = Some(title.text.as_str().into()),
            ClauseKind::Off => workflow.off = true,
            ClauseKind::Campaign(name) => workflow.campaigns.push(name.text.as_str().into()),
            ClauseKind::EnrollOn(trigger) => {
                workflow
                    .events
                    .extend(self.event_trigger(trigger, scope, span));
            }
            ClauseKind::EnrollWhen(condition) => {
                if self.is_event(condition, span, scope) {
                    return;
                }
                let condition = self.condition(condition, scope);
                workflow.filters.push(FilterTrigger { condition, span });
            }
            ClauseKind::ReenrollOn(trigger) => {
                let trigger = self.event_trigger(trigger, scope, span);
                workflow
                    .reenroll
                    .extend(trigger.map(Box::new).map(Reenroll::On));
            }
            ClauseKind::ReenrollWhen(condition) => {
                let condition = self.condition(condition, scope);
                workflow.reenroll.push(Reenroll::When(condition));
            }
            ClauseKind::ReenrollAlways => workflow.reenroll.push(Reenroll::Always(span)),
            ClauseKind::SuppressWhen(condition) => {
                let condition = self.condition(condition, scope);
                workflow.suppress.push(condition);
            }
            ClauseKind::UnenrollWhen(condition) => {
                let condition = self.condition(condition, scope);
                workflow.unenroll.push(condition);
            }
            ClauseKind::UnenrollOn(trigger) => {
                workflow
                    .unenroll_on
                    .extend(self.event_trigger(trigger, scope, span));
            }
            ClauseKind::UnenrollLeaving => workflow.unenroll_on_leaving = Some(span),
            ClauseKind::GoalWhen(condition) => {
                workflow.goal = Some(self.condition(condition, scope));
            }
            ClauseKind::Existing(enroll) => workflow.existing = *enroll,
            ClauseKind::OnEdit(edit) => workflow.on_edit = *edit,
            _ => self.other_clause((id, workflow), clause, scope),
        }
    }

    /// Clauses about times, other workflows and rates.
    fn other_clause(
        &mut self,
        (id, workflow): (Option<WorkflowId>, &mut Workflow),
        clause: &ast::Clause,
        scope: &Scope,
    ) {
        let span = clause.span;
        match &clause.kind {
            ClauseKind::EnrollAtTimes(tree) => {
                workflow.schedules.extend(self.schedule(tree, scope, span));
            }
            ClauseKind::EnrollAtDate(tree) => {
                workflow.dates.extend(self.date_trigger(tree, scope, span));
            }
            ClauseKind::EnrollAtMost(tree) => {
                workflow.breaker = self.breaker(tree);
            }
            ClauseKind::Exclusive(tree) => {
                workflow.exclusive = self.exclusive((id, workflow.object), tree);
            }
            ClauseKind::Alert(tree) => {
                workflow.alerts.extend(self.alert(tree));
            }
            ClauseKind::OnMerge(merge) => workflow.on_merge = *merge,
            // A `let` is checked before, and `renamed` with all other names. The rest comes when
            // all triggers are known.
            _ => {}
        }
    }

    /// `enroll when form_submitted`, which is an event.
    fn is_event(&mut self, condition: &ast::Expr, clause: Span, scope: &Scope) -> bool {
        let ast::ExprKind::Path(path) = &condition.kind else {
            return false;
        };
        let name = &path.head.name;
        let event = path.rest.is_empty()
            && path.arguments.is_none()
            && self.catalog.event(name).is_some()
            && self.needs_type(condition, scope);
        if event {
            let message = format!("`{name}` is an event, not a condition");
            self.report(
                Finding::new(Code::UnknownProperty, condition.span, message).fix(
                    format!("write `enroll on {name}`"),
                    clause.to(condition.span),
                    format!("enroll on {name}"),
                ),
            );
        }
        event
    }
}
