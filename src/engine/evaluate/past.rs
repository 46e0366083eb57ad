//! Conditions on the past, answered from what records keep of it (E14, V6,
//! N2). What they keep, and when, is not known here.

use super::count::Bounds;
use super::{Evaluation, Scope, View, folded};
use crate::engine::kept::Kept;
use crate::engine::prepared::Trace;
use crate::model::{ObjectId, PropertyId, SegmentId, Value, compute};
use crate::plan::{Happened, Node, NodeId, Past};

impl<'s> Evaluation<'s, '_> {
    /// Whether a condition on the past is true.
    pub(super) fn past(self, past: &'s Past, member: Option<View<'s>>) -> Option<bool> {
        match past {
            Past::Happened(happened) => self.happened(past, happened, member),
            Past::Was {
                value,
                property,
                other,
                never,
            } => {
                let (record, folds) = self.owner(*value, member)?;
                let other = self.node(*other, member)?;
                let had = match self.kept(record, past) {
                    Some(Kept::Values(values)) => values.as_slice(),
                    _ => &[],
                };
                let was = had.iter().any(|own| is(own, &other, folds));
                self.saw_past(*property, || {
                    format!("{}was so", if was { "" } else { "never " })
                });
                Some(was != *never)
            }
            Past::Changed {
                value,
                property,
                period,
                negated,
            } => {
                let (record, _) = self.owner(*value, member)?;
                let kept = self.kept(record, past);
                self.saw_past(*property, || match kept {
                    Some(Kept::At(at)) => format!("changed at {at}"),
                    _ => "never changed".to_owned(),
                });
                match kept {
                    Some(Kept::At(at)) => {
                        let inside = self.within(&Value::Datetime(*at), *period)?;
                        Some(inside != *negated)
                    }
                    _ => Some(*negated),
                }
            }
            Past::Workflow { member: of, .. } | Past::Imported { member: of, .. } => {
                let record = self.subject(*of, member)?;
                let is = self.kept(record, past).is_some();
                self.scope.notes.saw(|| (self.asked(past), is.to_string()));
                Some(is)
            }
            Past::InSegment(segment) => self.segment(*segment, member?),
        }
    }

    /// What was read of the past of a property.
    fn saw_past(self, (object, property): (ObjectId, PropertyId), value: impl FnOnce() -> String) {
        let objects = &self.scope.prepared.program.catalog.objects;
        self.scope.notes.saw(|| {
            let name = &objects[object].properties[property].name;
            (format!("the past of {name}"), value())
        });
    }

    /// What is asked of a workflow or an import, as people write it.
    fn asked(self, past: &Past) -> String {
        let workflows = &self.scope.prepared.program.catalog.workflows;
        match past {
            Past::Workflow { test, workflow, .. } => {
                format!("{} {}", test.words(), workflows[*workflow].name)
            }
            Past::Imported { name, .. } => format!("imported from \"{name}\""),
            _ => String::new(),
        }
    }

    /// How often an event happened within its bounds, and whether that is so
    /// often as is asked.
    fn happened(self, past: &Past, happened: &Happened, member: Option<View<'s>>) -> Option<bool> {
        let record = self.subject(happened.member, member)?;
        let scope = self.scope.of_project();
        let bounds = Bounds {
            scope: &scope,
            refinements: &happened.refinements,
        };
        let number = match self.kept(record, past) {
            Some(Kept::Counted(counter)) => bounds.number(counter),
            _ => 0,
        };
        self.scope.notes.saw(|| {
            let event = super::super::event_name(
                self.scope.prepared,
                &happened.event,
                self.scope.this.object,
            );
            let times = if number == 1 { "time" } else { "times" };
            (format!("happened {event}"), format!("{number} {times}"))
        });
        Some(bounds.happened(number))
    }

    /// Whether a record is in a segment: the one at hand, or a linked one, of
    /// which is known what the segment's condition reads.
    pub(super) fn segment(self, segment: SegmentId, record: View<'s>) -> Option<bool> {
        let Scope {
            prepared,
            now,
            notes,
            ..
        } = *self.scope;
        match record {
            View::Own(_) => return self.scope.in_segment(segment),
            View::Whole(cell, _) => {
                return Scope::of(prepared, cell, now, notes).in_segment(segment);
            }
            View::Heard(_) | View::Made(..) => {}
        }
        let Some(condition) = prepared.segment(segment) else {
            let id = prepared.traces.member(segment)?;
            return Some(record.kept(id).is_some());
        };
        let inside = Evaluation {
            scope: self.scope,
            expression: &condition.expression,
            this: record,
        };
        inside.truth(condition.expression.root()?, None)
    }

    /// What a record keeps of something that the condition reads.
    pub(super) fn kept(self, record: View<'s>, past: &Past) -> Option<&'s Kept> {
        let id = self.scope.prepared.traces.read_by(past)?;
        record.kept(id)
    }

    /// The record that a condition is about.
    pub(super) fn subject(self, is_member: bool, member: Option<View<'s>>) -> Option<View<'s>> {
        match is_member {
            true => member,
            false => Some(self.this),
        }
    }

    /// The record of a property, and whether its values are addresses.
    pub(super) fn owner(self, value: NodeId, member: Option<View<'s>>) -> Option<(View<'s>, bool)> {
        match self.expression.node(value)? {
            Node::Folded(inner) => Some((self.owner(*inner, member)?.0, true)),
            Node::Property(way, _) => Some((self.walk(way, member)?, false)),
            _ => None,
        }
    }
}

/// Whether a value is another, or one of a list.
fn is(own: &Value, other: &Value, folds: bool) -> bool {
    match other {
        Value::List(items) => items.iter().any(|item| is(own, item, folds)),
        other if folds => compute::equal(&folded(own.clone()), other),
        other => compute::equal(own, other),
    }
}

/// Whether a value is asked for by what is kept of a property.
pub(in crate::engine) fn is_asked(trace: &Trace, value: &Value, folds: bool) -> bool {
    match trace {
        Trace::Had(_, _, Some(asked)) => asked.iter().any(|asked| is(value, asked, folds)),
        _ => true,
    }
}
