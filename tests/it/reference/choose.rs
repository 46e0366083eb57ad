//! The record that a path begins at, `first(…)` and `last(…)` among them.

use std::cmp::Ordering;

use flow::model::Value;
use flow::model::compute::compare;
use flow::semantic::hir::{Choice, Root};

use crate::reference::Record;
use crate::reference::eval::Env;

impl<'a> Env<'a> {
    pub(super) fn root(&self, root: &Root) -> Option<&'a Record> {
        match root {
            Root::This => Some(self.this),
            Root::Member => self.member,
            Root::Bound(place) => {
                let mut made = self.made.iter().rev();
                let (_, made) = made.find(|(of, _)| of == place)?;
                let mut ends = self.this.ends.iter();
                let linked = ends.find(|end| end.other == made.handle);
                linked.and_then(|end| end.heard.as_deref()).or(Some(made))
            }
            Root::Chosen(choice) => self.chosen(choice),
        }
    }

    /// By the value of the order, then by the time of the link. A value that is
    /// not known stands last, and `last` takes it only where none is known.
    fn chosen(&self, choice: &Choice) -> Option<&'a Record> {
        let mut members = self.members(&choice.from).unwrap_or_default();
        members.retain(|one| {
            let mut filters = choice.filter.iter();
            filters.all(|filter| self.over(one).holds(filter))
        });
        let Some((by, descending)) = &choice.by else {
            return if choice.last {
                members.pop()
            } else {
                members.first().copied()
            };
        };
        let value = |one: &&Record| self.over(one).eval(by);
        let known = members.iter().any(|one| value(one).is_some());
        members.retain(|one| value(one).is_some() || !known);
        let order = |one: &Option<Value>, other: &Option<Value>| {
            let order = one.as_ref().zip(other.as_ref());
            let order = order.and_then(|(one, other)| compare(one, other));
            let order = order.unwrap_or(Ordering::Equal);
            if *descending { order.reverse() } else { order }
        };
        members.sort_by(|one, other| order(&value(one), &value(other)));
        if choice.last {
            members.pop()
        } else {
            members.first().copied()
        }
    }
}
