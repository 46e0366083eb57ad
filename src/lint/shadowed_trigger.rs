//! `shadowed-trigger`: a trigger for which another one enrols already.

use super::found::Found;
use super::places::whole;
use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::plan::{Condition, EventTrigger, Expression, Node, NodeId};

pub(super) fn check(found: &mut Found<'_>) {
    found.in_workflows(|workflow, findings| {
        for (trigger, wider) in shadowed(&workflow.events, by_event) {
            findings.push(finding(trigger.span, wider.span));
        }
        for (filter, wider) in shadowed(&workflow.filters, implies) {
            if let (Some(span), Some(first)) = (whole(&filter.expression), whole(&wider.expression))
            {
                findings.push(finding(span, first));
            }
        }
    });
}

/// Those of a list that another one makes superfluous; of two that do so to
/// each other the later.
fn shadowed<T>(list: &[T], covers: impl Fn(&T, &T) -> bool) -> Vec<(&T, &T)> {
    let places = || list.iter().enumerate();
    let wider = |(place, one): (usize, &T)| {
        let mut others = places().filter(|(other, _)| *other != place);
        let found = others
            .find(|(other, wider)| covers(one, wider) && (*other < place || !covers(wider, one)));
        found.map(|(_, wider)| wider)
    };
    places()
        .filter_map(|(place, one)| Some((one, wider((place, one))?)))
        .collect()
}

/// Whether the second enrols whenever the first does.
fn by_event(narrow: &EventTrigger, wide: &EventTrigger) -> bool {
    if narrow.text == wide.text {
        return true;
    }
    let free = wide.refinements.is_empty() && wide.per.is_none() && narrow.per.is_none();
    let filter = match (&narrow.filter, &wide.filter) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(narrow), Some(wide)) => implies(narrow, wide),
    };
    free && filter
        && narrow.event == wide.event
        && end(narrow.from.as_ref(), wide.from.as_ref())
        && end(narrow.to.as_ref(), wide.to.as_ref())
}

/// Whether one end of a change lies in that of a wider trigger.
fn end(narrow: Option<&Expression>, wide: Option<&Expression>) -> bool {
    match (narrow, wide) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(narrow), Some(wide)) => narrow == wide,
    }
}

/// Whether the second is true wherever the first is, as far as their parts
/// tell.
fn implies(narrow: &Condition, wide: &Condition) -> bool {
    let (narrow, wide) = (&narrow.expression, &wide.expression);
    match (narrow.root(), wide.root()) {
        (Some(root), Some(other)) => part_implies((narrow, root), (wide, other)),
        _ => false,
    }
}

fn part_implies(narrow: (&Expression, NodeId), wide: (&Expression, NodeId)) -> bool {
    let (expression, root) = wide;
    if narrow.0.is_same(narrow.1, wide) {
        return true;
    }
    if let Some(Node::And(terms)) = expression.node(root) {
        return terms
            .iter()
            .all(|term| part_implies(narrow, (expression, *term)));
    }
    if let Some(Node::And(terms)) = narrow.0.node(narrow.1)
        && terms
            .iter()
            .any(|term| part_implies((narrow.0, *term), wide))
    {
        return true;
    }
    match expression.node(root) {
        Some(Node::Or(terms)) => terms
            .iter()
            .any(|term| part_implies(narrow, (expression, *term))),
        _ => false,
    }
}

fn finding(span: Span, wider: Span) -> Finding {
    Finding::new(
        Code::ShadowedTrigger,
        span,
        "another trigger enrols whenever this one does",
    )
    .also(wider, "this one")
    .help("triggers are joined by or: delete the one that is not meant")
}
