//! `first(…)` and `last(…)`: one of the records at the other end of an
//! association. What is done with it is not known here.

use std::cmp::Ordering;

use super::{Evaluation, View};
use crate::base::Uid;
use crate::model::{Value, compute};
use crate::plan::{Choice, Expression};

/// A record with its value of the order, and what decides ties.
type Key<'s> = (Option<Value>, (usize, Uid), View<'s>);

impl<'s> Evaluation<'s, '_> {
    /// The record that is chosen. One whose value of the order is unknown is chosen
    /// only where all are; ties are decided by the time of the link, then by the id.
    pub(super) fn chosen(self, choice: &'s Choice, member: Option<View<'s>>) -> Option<View<'s>> {
        let mut members = self.members(&choice.from, member);
        if let Some(filter) = &choice.filter {
            members.retain(|one| {
                let value = self.of_member(&filter.expression, *one);
                value == Some(Value::Bool(true))
            });
        }
        let Some((by, descending)) = &choice.by else {
            // The order of the links is that of their time.
            return match choice.last {
                true => members.last().copied(),
                false => members.first().copied(),
            };
        };
        let keys = members.into_iter().enumerate();
        let (unknown, known): (Vec<_>, Vec<_>) = keys
            .map(|(place, one)| (self.of_member(by, one), (place, one.id()), one))
            .partition(|(value, ..)| value.is_none());
        let ordered = if known.is_empty() { unknown } else { known };
        let order = |(a, tie, _): &Key<'s>, (b, other, _): &Key<'s>| {
            let order = by_value(a.as_ref(), b.as_ref());
            let order = if *descending { order.reverse() } else { order };
            order.then(tie.cmp(other))
        };
        let ordered = ordered.into_iter();
        let chosen = match choice.last {
            true => ordered.max_by(order),
            false => ordered.min_by(order),
        };
        chosen.map(|(_, _, one)| one)
    }

    /// The value of an expression about the record of a `where`.
    fn of_member(self, expression: &'s Expression, member: View<'s>) -> Option<Value> {
        let inside = Evaluation { expression, ..self };
        inside.node(expression.root()?, Some(member))
    }
}

/// The order of two values of one type.
fn by_value(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    let order = a.zip(b).and_then(|(a, b)| compute::compare(a, b));
    order.unwrap_or(Ordering::Equal)
}
