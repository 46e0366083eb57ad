//! Conditions on the past.

use super::Lowering;
use crate::base::Span;
use crate::model::{ObjectId, PropertyId};
use crate::plan::{Expression, Happened, Node, Past};
use crate::semantic::hir::{self, Expr, ExprKind};

impl Lowering<'_> {
    pub(super) fn past(self, past: &hir::Past, span: Span, into: &mut Expression) -> Node {
        let past = match past {
            hir::Past::Happened(happened) => {
                Past::Happened(Box::new(self.happened(happened, span)))
            }
            hir::Past::Was {
                value,
                other,
                never,
            } => {
                let property = property_of(value);
                let [value, other] = self.compared([value, other], into);
                Past::Was {
                    value,
                    property,
                    other,
                    never: *never,
                }
            }
            hir::Past::Changed {
                value,
                period,
                negated,
            } => Past::Changed {
                property: property_of(value),
                value: self.push(value, into),
                period: *period,
                negated: *negated,
            },
            hir::Past::Workflow {
                test,
                workflow,
                member,
            } => Past::Workflow {
                test: *test,
                workflow: *workflow,
                member: *member,
            },
            hir::Past::Imported { name, member } => Past::Imported {
                name: name.clone(),
                member: *member,
            },
            hir::Past::InSegment(segment) => Past::InSegment(*segment),
        };
        Node::Past(Box::new(past))
    }

    fn happened(self, happened: &hir::Happened, span: Span) -> Happened {
        let filter = happened.filter.as_ref();
        let refinements = happened.refinements.iter();
        Happened {
            event: happened.event.clone(),
            filter: filter.map(|filter| self.condition(filter)),
            refinements: refinements
                .map(|refinement| self.refinement(refinement))
                .collect(),
            member: happened.member,
            text: self.text(span).into(),
        }
    }
}

/// The property whose past is asked for.
fn property_of(value: &Expr) -> (ObjectId, PropertyId) {
    match &value.kind {
        ExprKind::Property(path) => (path.record.object, path.property),
        // INVARIANT: only properties keep a history, which the check holds.
        _ => (ObjectId::at(0), PropertyId::at(0)),
    }
}
