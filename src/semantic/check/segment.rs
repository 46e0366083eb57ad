//! Segments.

use crate::diagnostic::{Code, Finding};
use crate::model::{Item, SegmentId};
use crate::semantic::hir::{Expr, ExprKind, Origins, Past};
use crate::semantic::resolve::Trees;
use crate::semantic::types::{Checker, Scope};
use crate::syntax::ast::SegmentKind;

impl Checker<'_> {
    pub(super) fn check_segments(
        &mut self,
        trees: &Trees<'_>,
        origins: &mut Origins,
    ) -> Vec<Option<Expr>> {
        let mut segments = Vec::with_capacity(trees.segments.len());
        for (id, tree) in self.catalog.segments.ids().zip(&trees.segments) {
            self.stand_in(tree.span.source);
            let object = self.catalog.segments[id].object;
            self.uses.insert(Item::Object(object));
            segments.push(match &tree.kind {
                SegmentKind::Static => None,
                SegmentKind::When(condition) => {
                    let condition = self.condition(condition, &Scope::of(object));
                    Some(condition)
                }
            });
            self.declare(origins, Item::Segment(id), tree.span);
        }
        self.no_circles(&segments);
        segments
    }

    /// One finding for each circle of segments, at the first of them.
    fn no_circles(&mut self, segments: &[Option<Expr>]) {
        let mut reported: Vec<SegmentId> = Vec::new();
        for id in self.catalog.segments.ids() {
            let reached = reached_from(id, segments);
            if reported
                .iter()
                .any(|before| reached.iter().any(|(other, _)| other == before))
            {
                continue;
            }
            let Some((_, span)) = reached.iter().find(|(other, _)| *other == id) else {
                continue;
            };
            reported.push(id);
            let name = &self.catalog.segments[id].name;
            self.report(
                Finding::new(
                    Code::ComputedCycle,
                    *span,
                    format!("membership of `{name}` follows from itself"),
                )
                .help("a segment follows from what is stored, not from itself"),
            );
        }
    }
}

/// The segments that one asks for, directly or through others, with the
/// places where it does.
fn reached_from(
    start: SegmentId,
    segments: &[Option<Expr>],
) -> Vec<(SegmentId, crate::base::Span)> {
    let mut reached = Vec::new();
    let mut open = vec![start];
    while let Some(next) = open.pop() {
        let Some(Some(condition)) = segments.get(next.index()) else {
            continue;
        };
        let before = reached.len();
        asks(condition, &mut reached);
        open.extend(reached.iter().skip(before).map(|(segment, _)| *segment));
    }
    reached
}

fn asks(value: &Expr, into: &mut Vec<(SegmentId, crate::base::Span)>) {
    let asked = match &value.kind {
        ExprKind::InSegment(segment) => Some(*segment),
        ExprKind::Past(past) => match **past {
            Past::InSegment(segment) => Some(segment),
            _ => None,
        },
        _ => None,
    };
    if let Some(segment) = asked
        && !into.iter().any(|(before, _)| *before == segment)
    {
        into.push((segment, value.span));
    }
    for child in value.children() {
        asks(child, into);
    }
}
