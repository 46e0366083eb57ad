//! Workflows: clauses in their places, then steps.

use std::rc::Rc;

use super::enrolled::proven;
use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::model::{Item, ObjectId, WorkflowId};
use crate::semantic::hir::{Clause, Exclusive, Origins, Workflow};
use crate::semantic::resolve::{Trees, WorkflowTree};
use crate::semantic::types::{Checker, EventScope, Scope};
use crate::syntax::ast::{self, ClauseKind};

impl Checker<'_> {
    pub(super) fn check_workflows(
        &mut self,
        trees: &Trees<'_>,
        origins: &mut Origins,
    ) -> Vec<Workflow> {
        let mut workflows = Vec::with_capacity(trees.workflows.len());
        let mut bodies = self.check_templates(trees, origins);
        for (id, tree) in self.catalog.workflows.ids().zip(&trees.workflows) {
            self.step_ids.truncate(id.index());
            let object = self.catalog.workflows[id].object;
            let checked = match tree {
                WorkflowTree::Own(tree) => {
                    let parts = parts(tree.span, &tree.clauses);
                    Some((self.workflow((Some(id), object), tree), parts))
                }
                WorkflowTree::Instance(tree) => self.instance_of((id, tree), trees, &mut bodies),
            };
            // INVARIANT: an instance without its template is no workflow of the catalog.
            let Some((workflow, parts)) = checked else {
                continue;
            };
            let names = std::mem::take(&mut self.uses);
            for part in parts {
                origins.add(Item::Workflow(id), part, names.clone());
            }
            self.step_ids.resize(id.index() + 1, Vec::new());
            workflows.push(workflow);
        }
        self.report_bodies(bodies);
        workflows
    }

    /// A workflow, or the body of a template, which is none of the catalog.
    pub(super) fn workflow(
        &mut self,
        (id, object): (Option<WorkflowId>, ObjectId),
        tree: &ast::Workflow,
    ) -> Workflow {
        self.uses.insert(Item::Object(object));
        let mut workflow = empty(tree, object);
        self.once(&tree.clauses);
        let mut sources = self.data_sources(object, &tree.clauses);
        for (place, clause) in tree.clauses.iter().enumerate() {
            self.clause((id, &mut workflow), clause, &sources.scope(place));
        }
        self.action_hours(&mut workflow, &tree.clauses);
        self.whole(&workflow, tree);
        self.filters_limit(&workflow);
        self.eligibility(&workflow);
        let scope = self.enrolled_scope(&workflow, tree);
        self.event_sources(&mut sources, &scope);
        let scope_of = |place: usize| Scope {
            locals: sources.before(place),
            ..scope.clone()
        };
        let mut clauses = tree.clauses.iter().enumerate();
        workflow.only = clauses.find_map(|(place, clause)| match &clause.kind {
            ClauseKind::OnlyWhen(condition) => Some(self.condition(condition, &scope_of(place))),
            _ => None,
        });
        let clauses = tree.clauses.iter().enumerate();
        let mut steps = clauses.filter_map(|(place, clause)| match &clause.kind {
            ClauseKind::Steps(steps) => Some((steps, scope_of(place))),
            _ => None,
        });
        match steps.next() {
            Some((first, scope)) => workflow.steps = self.steps(first, scope),
            // They may stand in what could not be read.
            None if self.lost.contains("steps") => {}
            None => self.report(
                Finding::new(
                    Code::MissingPart,
                    tree.name.span,
                    format!("`{}` has no steps", tree.name.name),
                )
                .help("write `steps { … }`; it may be empty"),
            ),
        }
        drop(steps);
        workflow.sources = sources.checked();
        workflow
    }

    /// What an enrolled record has at hand: itself, and what enrolled it.
    fn enrolled_scope(&self, workflow: &Workflow, tree: &ast::Workflow) -> Scope {
        let mut scope = Scope::of(workflow.object);
        let tried = tree
            .clauses
            .iter()
            .filter(|clause| matches!(clause.kind, ClauseKind::EnrollOn(_)))
            .count();
        let partial = self.lost.is_partial(&tree.name.name);
        if tried > 0 || partial {
            let events = workflow.events.iter().map(|trigger| &trigger.event);
            let mut at_hand = self.enrolling(
                EventScope::of(events, workflow.object, self.catalog),
                workflow,
            );
            at_hand.lost = partial || workflow.events.len() < tried;
            scope = scope.knowing(proven(workflow, &at_hand));
            scope.event = Some(Rc::new(at_hand));
        }
        scope
    }

    /// With another trigger beside, no property of an event is certain.
    fn enrolling(&self, scope: EventScope, workflow: &Workflow) -> EventScope {
        let only_events = workflow.filters.is_empty()
            && workflow.schedules.is_empty()
            && workflow.dates.is_empty();
        if only_events {
            scope
        } else {
            scope.uncertain()
        }
    }

    /// Clauses that may stand only once.
    fn once(&mut self, clauses: &[ast::Clause]) {
        let mut seen: Vec<(&'static str, Span)> = Vec::new();
        for clause in clauses {
            let Some(word) = single(&clause.kind) else {
                continue;
            };
            let place = Span {
                end: (clause.span.start + word.len() as u32).min(clause.span.end),
                ..clause.span
            };
            match seen.iter().find(|(before, _)| *before == word) {
                Some((_, first)) => {
                    let first = *first;
                    self.report(
                        Finding::new(
                            Code::RepeatedClause,
                            place,
                            format!("`{word}` may stand only once"),
                        )
                        .also(first, "the first")
                        .help(if word.ends_with("when") {
                            "join the conditions by `and` or `or`"
                        } else {
                            "keep one of them"
                        }),
                    );
                }
                None => seen.push((word, place)),
            }
        }
    }

    /// What is about all clauses together.
    fn whole(&mut self, workflow: &Workflow, tree: &ast::Workflow) {
        if let Some(span) = workflow.unenroll_on_leaving
            && workflow.filters.is_empty()
        {
            self.report(
                Finding::new(Code::LeavingNothing, span, "there is no filter trigger to leave")
                    .help("`leaving` is when no `enroll when …` holds any longer; for anything else write `unenroll when …`"),
            );
        }
        if !self.settings.limits.webhook_alone {
            return;
        }
        let dates = workflow.dates.iter().map(|trigger| trigger.span);
        let schedules = workflow.schedules.iter().map(|trigger| trigger.span);
        let others: Vec<Span> = workflow
            .filters
            .iter()
            .map(|trigger| trigger.span)
            .chain(schedules.chain(dates))
            .collect();
        let triggers = workflow.events.len() + others.len();
        let webhook = workflow.events.iter().find(|trigger| match trigger.event {
            crate::semantic::hir::EventSource::Declared(event) => {
                self.catalog.events[event].webhook
            }
            _ => false,
        });
        if let Some(webhook) = webhook
            && triggers > 1
        {
            let events = workflow.events.iter().map(|trigger| trigger.span);
            let mut others = events.chain(others).filter(|span| *span != webhook.span);
            let finding = Finding::new(Code::WebhookAlone, webhook.span, "a webhook trigger stands alone in its workflow")
                .help("split the workflow, or lift the limit: `webhook_alone = false` under `[limits]` in flow.toml");
            let finding = match others.next() {
                Some(other) => {
                    finding.also(other, format!("another trigger of `{}`", tree.name.name))
                }
                None => finding,
            };
            self.report(finding);
        }
    }
}

/// The text that counts for the version of a workflow (V1). What an edit does
/// with those inside does not, nor what it was called: to say it moves nobody.
pub(super) fn parts(whole: Span, clauses: &[ast::Clause]) -> Vec<Span> {
    let aside = clauses
        .iter()
        .filter(|clause| matches!(clause.kind, ClauseKind::OnEdit(_) | ClauseKind::Renamed(_)));
    let (mut parts, mut start) = (Vec::with_capacity(1), whole.start);
    for clause in aside {
        parts.push(Span {
            start,
            end: clause.span.start,
            ..whole
        });
        start = clause.span.end;
    }
    parts.push(Span { start, ..whole });
    parts
}

fn empty(tree: &ast::Workflow, object: ObjectId) -> Workflow {
    Workflow {
        name: tree.name.name.clone(),
        object,
        title: None,
        off: false,
        campaigns: Vec::new(),
        events: Vec::new(),
        filters: Vec::new(),
        schedules: Vec::new(),
        dates: Vec::new(),
        breaker: None,
        only: None,
        reenroll: Vec::new(),
        existing: false,
        on_edit: ast::OnEdit::default(),
        on_merge: ast::OnMerge::default(),
        exclusive: Exclusive::default(),
        hours: None,
        alerts: Vec::new(),
        suppress: Vec::new(),
        unenroll: Vec::new(),
        unenroll_on: Vec::new(),
        unenroll_on_leaving: None,
        goal: None,
        sources: Vec::new(),
        steps: Vec::new(),
        clauses: said(&tree.clauses),
        made: None,
        span: tree.span,
    }
}

fn said(clauses: &[ast::Clause]) -> Vec<Clause> {
    let said = clauses
        .iter()
        .filter(|clause| !matches!(clause.kind, ClauseKind::Steps(_)));
    let said = said.map(|clause| Clause {
        kind: clause.kind.word(),
        parts: clause.kind.parts(),
        span: clause.span,
    });
    said.collect()
}

/// The words of a clause that may stand only once.
fn single(kind: &ClauseKind) -> Option<&'static str> {
    Some(match kind {
        ClauseKind::Title(_) => "title",
        ClauseKind::Off => "off",
        ClauseKind::OnlyWhen(_) => "only when",
        ClauseKind::ReenrollAlways => "reenroll always",
        ClauseKind::UnenrollLeaving => "unenroll on leaving",
        ClauseKind::GoalWhen(_) => "goal when",
        ClauseKind::Existing(_) => "existing",
        ClauseKind::OnEdit(_) => "on edit",
        ClauseKind::OnMerge(_) => "on merge",
        ClauseKind::EnrollAtMost(_) => "enroll at most",
        ClauseKind::Exclusive(_) => "exclusive with",
        ClauseKind::Closed(_) => "closed",
        ClauseKind::Timezone(_) => "timezone",
        ClauseKind::Renamed(_) => "renamed from",
        ClauseKind::Steps(_) => "steps",
        _ => return None,
    })
}
