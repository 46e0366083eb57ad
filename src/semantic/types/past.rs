//! Conditions on the past: what happened, what a property was, where a record
//! has been.

use std::rc::Rc;

use super::expr::made;
use super::scope::{EventScope, Member};
use super::{Checker, Scope};
use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::model::{Item, ObjectId, Type, WorkflowId};
use crate::semantic::hir::{EventSource, Expr, ExprKind, Happened, Past, Refinement};
use crate::syntax::ast::{self, EdgeKind, EventRef, Ident, WorkflowTest};

impl Checker<'_> {
    pub(super) fn past(&mut self, past: &ast::Past, span: Span, scope: &Scope) -> Expr {
        let checked = match past {
            ast::Past::Happened(trigger) => self.happened(trigger, span, scope),
            ast::Past::Was {
                value,
                never,
                list,
                other,
            } => self.was((value, other), (*never, *list), span, scope),
            ast::Past::Changed(value, period, negated) => {
                self.changed_within(value, period, *negated, scope)
            }
            ast::Past::Workflow(test, name) => self.in_workflow(*test, name, span, scope),
            ast::Past::Imported(name) => self.subject(span, scope).map(|(member, _)| {
                let name = name.text.as_str().into();
                (Past::Imported { name, member }, true)
            }),
        };
        match checked {
            Some((past, known)) => self.of_the_past(past, known, span),
            None => Expr::broken(span),
        }
    }

    pub(super) fn of_the_past(&mut self, past: Past, known: bool, span: Span) -> Expr {
        made(ExprKind::Past(Box::new(past)), Type::Bool, span, known)
    }

    /// The record that such a condition is about: that of the innermost
    /// `where`, else `this`.
    pub(super) fn subject(&mut self, span: Span, scope: &Scope) -> Option<(bool, ObjectId)> {
        if let Some(Member::Record(object)) = scope.member {
            return Some((true, object));
        }
        if scope.this.is_none() {
            let message = "no record is at hand here that this could be about";
            self.report(Finding::new(Code::UnknownName, span, message));
        }
        Some((false, scope.this?))
    }

    fn happened(
        &mut self,
        tree: &ast::EventTrigger,
        span: Span,
        scope: &Scope,
    ) -> Option<(Past, bool)> {
        let (member, object) = self.subject(span, scope)?;
        let event = self.happened_event(tree, object);
        let mut at_hand = EventScope::of(&event, object, self.catalog);
        at_hand.lost = event.is_none();
        let mut inside = Scope {
            event: Some(Rc::new(at_hand)),
            ..scope.within(Member::Event)
        };
        // What is known of the occurrence that enrolled says nothing of others.
        inside.facts.other_event();
        let filter = tree.filter.as_ref();
        let filter = filter.map(|filter| self.condition(filter, &inside));
        if let Some(filter) = &filter {
            self.reads_event_only(filter, "`happened`");
        }
        let refinements: Vec<(Refinement, Span)> = tree
            .refinements
            .iter()
            .map(|refinement| (self.refinement(refinement), refinement.span))
            .collect();
        self.refinement_limit(&refinements);
        for (refinement, place) in &refinements {
            self.not_ahead(refinement, *place);
        }
        let refinements = refinements.into_iter().map(|(refinement, _)| refinement);
        let happened = Happened {
            event: event?,
            filter,
            refinements: refinements.collect(),
            member,
        };
        Some((Past::Happened(Box::new(happened)), true))
    }

    /// The event of a `happened`: a declared one, or `action_failed`.
    fn happened_event(
        &mut self,
        tree: &ast::EventTrigger,
        object: ObjectId,
    ) -> Option<EventSource> {
        let EventRef::Named(name) = &tree.event else {
            let help = match &tree.event {
                EventRef::Changed { property, .. } => format!(
                    "write `{0} changed within last 7 days` or `{0} was ever …`",
                    property.name
                ),
                EventRef::Joined(name) | EventRef::Left(name) => {
                    format!(
                        "`in segment {}` asks whether the record is in it",
                        name.name
                    )
                }
                _ => "`created_at` holds when a record was created".to_owned(),
            };
            let message = "`happened` takes declared events and `action_failed`";
            self.report(Finding::new(Code::WrongOperator, tree.event_span, message).help(help));
            return None;
        };
        if name.name == "action_failed" {
            return Some(EventSource::ActionFailed);
        }
        self.declared_event(name, object)
    }

    /// The past has no future: `within next 7 days` holds of nothing.
    fn not_ahead(&mut self, refinement: &Refinement, place: Span) {
        if let Refinement::Within(EdgeKind::Next, ..) = refinement {
            self.ahead(place);
        }
    }

    fn ahead(&mut self, place: Span) {
        self.report(
            Finding::new(
                Code::WrongOperator,
                place,
                "nothing has happened yet in a period ahead",
            )
            .help("write `within last …` or `within this …`"),
        );
    }

    /// `not happened` takes no refinement, where the profile says so.
    pub(super) fn not_refined(&mut self, inner: &Expr, span: Span) {
        let ExprKind::Past(past) = &inner.kind else {
            return;
        };
        let (Past::Happened(happened), Some(most)) =
            (&**past, self.settings.limits.refinements_per_not_happened)
        else {
            return;
        };
        if happened.refinements.len() <= most as usize {
            return;
        }
        let message = "`not happened` takes no refinement";
        self.report(Finding::new(Code::NotHappenedRefined, span, message).help(
            "say what did happen, like `happened … at most 2 times`, or raise \
                 `refinements_per_not_happened` under `[limits]` in flow.toml",
        ));
    }

    /// `x was ever v`, `x was ever in LIST`.
    fn was(
        &mut self,
        (value, other): (&ast::Expr, &ast::Expr),
        (never, list): (bool, bool),
        span: Span,
        scope: &Scope,
    ) -> Option<(Past, bool)> {
        let (value, other) = if list {
            let found = self.in_list(value, other, scope, (false, span));
            let ExprKind::In(value, other, _) = found.kind else {
                return None;
            };
            (*value, *other)
        } else {
            let value = self.expr(value, scope, None);
            let ty = value.ty.clone();
            (value, self.value(other, scope, &ty))
        };
        if !self.has_history(&value) {
            return None;
        }
        let known = other.known && self.is_reached(&value, scope);
        let past = Past::Was {
            value,
            other,
            never,
        };
        Some((past, known))
    }

    /// `x changed within last 7 days`.
    fn changed_within(
        &mut self,
        value: &ast::Expr,
        period: &ast::Period,
        negated: bool,
        scope: &Scope,
    ) -> Option<(Past, bool)> {
        let value = self.expr(value, scope, None);
        if period.edge == EdgeKind::Next {
            self.ahead(period.span);
        }
        if !self.has_history(&value) {
            return None;
        }
        let known = self.is_reached(&value, scope);
        let period = (period.edge, period.amount, period.counted);
        let past = Past::Changed {
            value,
            period,
            negated,
        };
        Some((past, known))
    }

    /// Whether the record of a property is known.
    fn is_reached(&self, value: &Expr, scope: &Scope) -> bool {
        match &value.kind {
            ExprKind::Property(path) => {
                let record = &path.record;
                scope.reaches(record)
                    || record.hops.is_empty() && record.root == crate::semantic::hir::Root::Member
            }
            _ => false,
        }
    }

    /// Whether the past of a value is kept: it is that of stored properties.
    fn has_history(&mut self, value: &Expr) -> bool {
        let finding = match &value.kind {
            ExprKind::Broken => return false,
            ExprKind::Property(path) => {
                let property = &self.catalog.objects[path.record.object].properties[path.property];
                if !property.computed && !property.builtin {
                    return true;
                }
                let why = match property.computed {
                    true => "is computed",
                    false => "never changes by itself",
                };
                let message = format!("`{}` {why}: it keeps no history", property.name);
                let help = match property.computed {
                    true => "ask for a property that it is computed from",
                    false => "compare it with a moment, like `created_at within last 7 days`",
                };
                Finding::new(Code::NoHistory, value.span, message).help(help)
            }
            _ => Finding::new(Code::NoHistory, value.span, "this keeps no history")
                .help("ask for a stored property of a record"),
        };
        self.report(finding);
        false
    }

    fn in_workflow(
        &mut self,
        test: WorkflowTest,
        name: &Ident,
        span: Span,
        scope: &Scope,
    ) -> Option<(Past, bool)> {
        let workflow = self.workflow_named(name)?;
        let (member, object) = self.subject(span, scope)?;
        let owner = self.catalog.workflows[workflow].object;
        if owner != object {
            self.other_object((name, "takes"), owner, object);
            return None;
        }
        let past = Past::Workflow {
            test,
            workflow,
            member,
        };
        Some((past, true))
    }

    /// The workflow of a name.
    pub(in crate::semantic) fn workflow_named(&mut self, name: &Ident) -> Option<WorkflowId> {
        let meant = self.meant("workflow", name);
        let found = self.catalog.workflow(&meant);
        match found {
            Some(id) => {
                self.uses.insert(Item::Workflow(id));
            }
            None => {
                let message = format!("there is no workflow `{}`", name.name);
                let rows = self.catalog.workflows.rows();
                let names = rows.iter().map(|workflow| workflow.name.as_str());
                let written = (name.name.as_str(), name.span);
                self.unknown(Code::UnknownWorkflow, written, message, names);
            }
        }
        found
    }
}
