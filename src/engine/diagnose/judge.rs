//! What the clauses of a workflow say of a record. What an event would bring is left open: its
//! terms are open, and the others decide.

use std::collections::BTreeSet;

use super::{Clause, Patient, Role, Term};
use crate::base::Span;
use crate::engine::evaluate::{Notes, Scope};
use crate::engine::record::{Heard, RecordCell};
use crate::model::{PropertyId, Value, compute};
use crate::plan::{Condition, Expression, Link, Node, NodeId, Reenroll, Root};

/// A clause before it is judged.
struct Draft<'w> {
    role: Role,
    span: Span,
    condition: Option<&'w Condition>,
    waits: bool,
}

impl<'s> Patient<'s> {
    pub(super) fn scope<'a>(self, cell: &'a RecordCell, notes: &'a Notes) -> Scope<'a>
    where
        's: 'a,
    {
        let prepared = self.state.prepared();
        Scope {
            timetable: prepared.timetable(self.id),
            ..Scope::of(prepared, cell, self.now, notes)
        }
    }

    /// Its clauses that speak of who enrols, in the order of the text.
    fn drafts(self) -> Vec<Draft<'s>> {
        let workflow = self.workflow;
        let whole = |role: Role, condition: &'s Condition| Draft {
            role,
            span: span_of(condition).unwrap_or(workflow.span),
            condition: Some(condition),
            waits: false,
        };
        let awaited = |role, span, condition: Option<&'s Condition>| Draft {
            role,
            span,
            condition,
            waits: true,
        };
        let mut drafts: Vec<Draft<'s>> = Vec::new();
        let events = workflow.events.iter();
        drafts.extend(events.map(|one| awaited(Role::Event, one.span, one.filter.as_ref())));
        drafts.extend(workflow.filters.iter().map(|one| whole(Role::Filter, one)));
        let schedules = workflow.schedules.iter();
        drafts.extend(schedules.map(|one| awaited(Role::Time, one.span, one.when.as_ref())));
        let dates = workflow.dates.iter();
        drafts.extend(dates.map(|one| awaited(Role::Time, one.span, one.when.as_ref())));
        drafts.extend(workflow.only.iter().map(|one| whole(Role::Only, one)));
        drafts.extend(
            workflow
                .suppress
                .iter()
                .map(|one| whole(Role::Suppress, one)),
        );
        drafts.extend(workflow.goal.iter().map(|one| whole(Role::Goal, one)));
        drafts.extend(workflow.reenroll.iter().filter_map(|one| match one {
            Reenroll::Always => None,
            Reenroll::On(on) => Some(awaited(Role::Reenroll, on.span, on.filter.as_ref())),
            Reenroll::When(when) => Some(whole(Role::Reenroll, when)),
        }));
        drafts.sort_by_key(|draft| (draft.span.source, draft.span.start));
        drafts
    }

    /// All of its clauses, judged.
    pub(super) fn clauses(self, cell: &RecordCell) -> Vec<Clause> {
        let drafts = self.drafts().into_iter();
        drafts.map(|draft| self.judged(&draft, cell)).collect()
    }

    fn judged(self, draft: &Draft<'_>, cell: &RecordCell) -> Clause {
        let notes = Notes::default();
        let scope = self.scope(cell, &notes);
        let terms = draft.condition.map_or_else(Vec::new, |condition| {
            let terms = condition.clauses.iter();
            terms
                .filter_map(|id| term(&scope, condition, *id))
                .collect()
        });
        Clause {
            role: draft.role,
            span: draft.span,
            holds: match draft.condition {
                Some(condition) => holds(&scope, condition),
                None => Some(true),
            },
            waits: draft.waits,
            terms,
        }
    }

    /// Whether a trigger of it holds, or would with its event or at its time, and what must hold
    /// for every trigger does.
    pub(super) fn matches(self, cell: &RecordCell) -> bool {
        let clauses = self.drafts();
        let notes = Notes::default();
        let scope = self.scope(cell, &notes);
        let passes = |draft: &Draft<'_>| match draft.condition {
            Some(condition) => holds(&scope, condition) == Some(true),
            None => true,
        };
        let triggers = || clauses.iter().filter(|draft| is_trigger(draft.role));
        let only = clauses.iter().find(|draft| draft.role == Role::Only);
        if triggers().next().is_none() {
            return true;
        }
        triggers().any(passes) && only.is_none_or(passes)
    }

    /// Whether a `reenroll` lets the record in again, or would with its event (E8).
    pub(super) fn comes_again(self, cell: &RecordCell) -> bool {
        let notes = Notes::default();
        let scope = self.scope(cell, &notes);
        self.workflow.reenroll.iter().any(|one| match one {
            Reenroll::Always => true,
            Reenroll::On(on) => {
                let filter = on.filter.as_ref();
                filter.is_none_or(|filter| holds(&scope, filter) == Some(true))
            }
            Reenroll::When(when) => scope.holds(when),
        })
    }

    /// The conditions that decide, those of the segments that they name aside.
    pub(super) fn conditions(self) -> Vec<(Role, &'s Condition)> {
        let drafts = self.drafts().into_iter();
        let with = drafts.filter_map(|draft| Some((draft.role, draft.condition?)));
        with.collect()
    }
}

fn is_trigger(role: Role) -> bool {
    matches!(role, Role::Filter | Role::Event | Role::Time)
}

fn span_of(condition: &Condition) -> Option<Span> {
    let root = condition.expression.root()?;
    condition.expression.span(root)
}

/// Whether a condition holds where each term that is about an event is taken to hold.
fn holds(scope: &Scope<'_>, condition: &Condition) -> Option<bool> {
    let expression = &condition.expression;
    let root = expression.root()?;
    let open = |id: &NodeId| reads_event(expression, *id);
    if !open(&root) {
        return truth(scope, expression, root);
    }
    match expression.node(root) {
        Some(Node::And(terms)) => {
            let rest = terms.iter().filter(|id| !open(id));
            let rest: Vec<Option<bool>> = rest.map(|id| truth(scope, expression, *id)).collect();
            if rest.contains(&Some(false)) {
                return Some(false);
            }
            rest.iter().all(Option::is_some).then_some(true)
        }
        _ => Some(true),
    }
}

fn term(scope: &Scope<'_>, condition: &Condition, id: NodeId) -> Option<Term> {
    let expression = &condition.expression;
    scope.notes.watch();
    let holds = truth(scope, expression, id);
    let mut read = scope.notes.read();
    read.retain(|(path, _)| !path.is_empty());
    of_others(scope, (expression, id), &mut read);
    let open = reads_event(expression, id);
    Some(Term {
        span: expression.span(id)?,
        holds: holds.filter(|_| !open),
        open,
        read,
    })
}

fn truth(scope: &Scope<'_>, expression: &Expression, id: NodeId) -> Option<bool> {
    match scope.part(expression, id) {
        Some(Value::Bool(is)) => Some(is),
        _ => None,
    }
}

/// Whether a part of a condition is about the event.
fn reads_event(expression: &Expression, id: NodeId) -> bool {
    let Some(node) = expression.node(id) else {
        return false;
    };
    matches!(node, Node::Event(_) | Node::Occurrence(..))
        || node
            .children()
            .into_iter()
            .any(|child| reads_event(expression, child))
}

/// How many records at the other end of a link are shown.
const SHOWN: usize = 5;

/// What a part of a condition over associated records has heard of them.
fn of_others(
    scope: &Scope<'_>,
    (expression, id): (&Expression, NodeId),
    read: &mut Vec<(String, String)>,
) {
    let Some(node) = expression.node(id) else {
        return;
    };
    let over = match node {
        Node::Quantified(_, link, inner) => Some((link, vec![*inner], None)),
        Node::Aggregate(_, link, property, inner) => {
            Some((link, inner.iter().copied().collect(), *property))
        }
        _ => None,
    };
    let Some((link, inner, property)) = over else {
        let children = node.children().into_iter();
        return children.for_each(|child| of_others(scope, (expression, child), read));
    };
    if !matches!(link.from.root, Root::This) || !link.from.hops.is_empty() {
        return;
    }
    let mut properties: BTreeSet<PropertyId> = property.into_iter().collect();
    for id in inner {
        of_member(expression, id, &mut properties);
    }
    let ends = scope.this.links(link.hop.association).take(SHOWN);
    read.extend(ends.flat_map(|end| heard(scope, link, (&end.heard, &properties))));
}

/// The properties of the member that a part reads.
fn of_member(expression: &Expression, id: NodeId, into: &mut BTreeSet<PropertyId>) {
    match expression.node(id) {
        Some(Node::Property(way, property))
            if matches!(way.root, Root::Member) && way.hops.is_empty() =>
        {
            into.insert(*property);
        }
        Some(node) => {
            let children = node.children().into_iter();
            children.for_each(|child| of_member(expression, child, into));
        }
        None => {}
    }
}

/// What was heard of one of them, by how it is called.
fn heard(
    scope: &Scope<'_>,
    link: &Link,
    (heard, properties): (&Heard, &BTreeSet<PropertyId>),
) -> Vec<(String, String)> {
    let prepared = scope.prepared;
    let catalog = &prepared.program.catalog;
    let object = &catalog.objects[link.object];
    let spelled = |property: PropertyId| {
        let ty = &object.properties[property].ty;
        let value = heard.value(property);
        value.map(|value| compute::spell(value, ty, prepared.zone()))
    };
    let mut unique = prepared.unique(link.object).iter();
    let called = unique.find_map(|property| spelled(*property));
    let called = called.unwrap_or_else(|| heard.record.to_string().chars().take(8).collect());
    let association = &catalog.objects[link.hop.object].associations[link.hop.association].name;
    let read = properties.iter().map(|property| {
        let name = &object.properties[*property].name;
        let value = spelled(*property).unwrap_or_else(|| "unknown".to_owned());
        (format!("{association} {called}: {name}"), value)
    });
    read.collect()
}
