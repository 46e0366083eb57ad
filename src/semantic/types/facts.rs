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
                each.reduce(|common, more| {
                    common
                        .into_iter()
                        .filter(|fact| more.contains(fact))
                        .collect()
                })
                .unwrap_or_default()
            }
        }
        // Whatever is true or false is not unknown, and so are its operands.
        _ => known_parts(condition),
    }
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

/// A known property is that of a known record.
fn with_way(fact: Fact) -> Vec<Fact> {
    match &fact {
        Fact::Property(path) if !path.record.hops.is_empty() => {
            let record = Fact::Record(path.record.clone());
            vec![fact, record]
        }
        _ => vec![fact],
    }
}
