//! Conditions on the past.

use super::Lowering;
use crate::plan::{Expression, Happened, Node, Past};
use crate::semantic::hir;

impl Lowering<'_> {
    pub(super) fn past(self, past: &hir::Past, into: &mut Expression) -> Node {
        let past = match past {
            hir::Past::Happened(happened) => Past::Happened(Box::new(self.happened(happened))),
            hir::Past::Was {
                value,
                other,
                never,
            } => {
                let [value, other] = self.compared([value, other], into);
                Past::Was(value, other, *never)
            }
            hir::Past::Changed {
                value,
                period,
                negated,
            } => Past::Changed {
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
        Node::Later(Box::new(past))
    }

    fn happened(self, happened: &hir::Happened) -> Happened {
        let filter = happened.filter.as_ref();
        let refinements = happened.refinements.iter();
        Happened {
            event: happened.event.clone(),
            filter: filter.map(|filter| self.condition(filter)),
            refinements: refinements
                .map(|refinement| self.refinement(refinement))
                .collect(),
            member: happened.member,
        }
    }
}
