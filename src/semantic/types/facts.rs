//! What a condition proves to be known where it is true.

use crate::semantic::hir::{Expr, ExprKind, Fact};
use crate::syntax::ast::Logic;

/// What is known wherever the condition has the given truth.
pub(in crate::semantic) fn facts(condition: &Expr, truth: bool) -> Vec<Fact> {
    match &condition.kind {
        ExprKind::Not(inner) => facts(inner, !truth),
        ExprKind::Known(value, negated) if *negated != truth => known_parts(value),
        ExprKind::Known(..) | ExprKind::OrUnknown(_) => Vec::new(),
        ExprKind::Logic(logic, terms) => {
            let each = terms.iter().map(|term| facts(term, truth));
            // All terms of a true `and`, and of a false `or`, have that truth.
            if (*logic == Logic::And) == truth {
                each.flatten().collect()
            } else {
                common(each)
            }
        }
        // Whatever is true or false is not unknown, and so are its operands.
        _ => known_parts(condition),
    }
}

/// What is known wherever the condition is not true, so false or unknown:
/// only tests that are never unknown tell.
pub(in crate::semantic) fn facts_unless(condition: &Expr) -> Vec<Fact> {
    match &condition.kind {
        ExprKind::Known(value, true) => known_parts(value),
        ExprKind::Not(inner) if matches!(inner.kind, ExprKind::Known(..)) => facts(inner, true),
        ExprKind::OrUnknown(inner) => facts(inner, false),
        ExprKind::Logic(Logic::Or, terms) => terms.iter().flat_map(facts_unless).collect(),
        ExprKind::Logic(Logic::And, terms) => common(terms.iter().map(facts_unless)),
        _ => Vec::new(),
    }
}

/// What is in all of the lists.
fn common(lists: impl Iterator<Item = Vec<Fact>>) -> Vec<Fact> {
    let both = |one: Vec<Fact>, other: Vec<Fact>| {
        one.into_iter()
            .filter(|fact| other.contains(fact))
            .collect()
    };
    lists.reduce(both).unwrap_or_default()
}

/// What must be known for a value to be known.
fn known_parts(value: &Expr) -> Vec<Fact> {
    if let Some(fact) = value.fact() {
        return with_way(fact);
    }
    match &value.kind {
        ExprKind::Coalesce(..)
        | ExprKind::Text(_)
        | ExprKind::Known(..)
        | ExprKind::Quantified(..)
        | ExprKind::Aggregate(..)
        | ExprKind::Past(_)
        | ExprKind::Logic(..)
        | ExprKind::OrUnknown(_) => Vec::new(),
        ExprKind::Call(function, _)
            if matches!(
                function.name,
                "if" | "coalesce" | "concat" | "join" | "min" | "max"
            ) =>
        {
            Vec::new()
        }
        _ => value.children().into_iter().flat_map(known_parts).collect(),
    }
}

/// A known property is that of a known record, and so are all records on the
/// way to it.
fn with_way(fact: Fact) -> Vec<Fact> {
    let mut next = match &fact {
        Fact::Property(path) => Some(path.record.clone()),
        Fact::Record(record) => record.before(),
        _ => None,
    };
    let mut facts = vec![fact];
    while let Some(record) = next {
        next = record.before();
        facts.push(Fact::Record(record));
    }
    facts
}
