//! When conditions turn: where two values meet, and what decides them until
//! then (Kleene).

use super::super::{Evaluation, View, time};
use super::course::{Course, earlier, later};
use super::search::{Window, just_after, window};
use crate::base::{Duration, Timestamp, end_of_day, start_of_day};
use crate::model::{Value, compute};
use crate::plan::{Node, NodeId};
use crate::syntax::ast::{EdgeKind, Quantifier};

/// One of two values that are compared.
#[derive(Clone)]
struct Side {
    course: Course,
    value: Option<Value>,
}

impl<'s> Evaluation<'s, '_> {
    /// Until when a node stays as it is that has no order of its own.
    pub(super) fn turn(self, node: &'s Node, member: Option<View<'s>>) -> Option<Timestamp> {
        match node {
            Node::And(terms) => self.logic_turn(terms, false, member),
            Node::Or(terms) => self.logic_turn(terms, true, member),
            // That something is known stays while it moves.
            Node::Known(a, _) => self.course(*a, member).until,
            Node::Compare(_, a, b) => {
                let order = |at| self.order((self.bound_at(at, *a, member), *b), at, member);
                let sides = [self.bound_side(*a, member), self.bound_side(*b, member)];
                self.meeting(sides, order)
            }
            Node::Between(a, low, high, _) => {
                let first = self.between((*a, *low), member);
                earlier(first, self.between((*a, *high), member))
            }
            Node::In(a, list, _) => self.in_turn((*a, *list), member),
            Node::Within(a, edge, amount, counted) => {
                self.within_turn(*a, (*edge, *amount, *counted), member)
            }
            Node::InSegment(segment) => self.segment_turn(*segment, self.this),
            Node::Past(past) => self.past_turn(past, member),
            Node::Property(way, _) | Node::Record(way) => self.way_turn(way, member),
            Node::Quantified(quantifier, link, condition) => {
                let decisive = *quantifier != Quantifier::All;
                let each = self.members(link, member).into_iter();
                let each = self.decided(each.map(|one| (*condition, Some(one))), decisive);
                earlier(each, self.way_turn(&link.from, member))
            }
            Node::Aggregate(_, link, _, filter) => {
                let each = self.members(link, member).into_iter();
                let each = each.map(|one| self.all_settled(*filter, Some(one)));
                each.fold(self.way_turn(&link.from, member), earlier)
            }
            _ => self.all_settled(node.children(), member),
        }
    }

    fn bound_side(self, id: NodeId, member: Option<View<'s>>) -> Side {
        let course = self.bound_course(id, member);
        Side {
            value: self.bound(id, member),
            course: self.as_side((id, course), member),
        }
    }

    fn side(self, id: NodeId, member: Option<View<'s>>) -> Side {
        let course = self.course(id, member);
        Side {
            value: self.node(id, member),
            course: self.as_side((id, course), member),
        }
    }

    /// An unknown value does not move.
    fn as_side(self, (id, course): (NodeId, Course), member: Option<View<'s>>) -> Course {
        match course.is_still() || self.node(id, member).is_some() {
            true => course,
            false => Course::until(self.settled((id, course), member)),
        }
    }

    /// How a value and a bound compare at an instant.
    fn order(
        self,
        (a, b): (Option<Value>, NodeId),
        at: Timestamp,
        member: Option<View<'s>>,
    ) -> Option<std::cmp::Ordering> {
        self.ordered(&a?, &self.bound_at(at, b, member)?)
    }

    fn between(self, (a, bound): (NodeId, NodeId), member: Option<View<'s>>) -> Option<Timestamp> {
        let order = |at| self.order((self.value_at(at, a, member), bound), at, member);
        self.meeting(
            [self.side(a, member), self.bound_side(bound, member)],
            order,
        )
    }

    /// When the order of two values may be another one.
    fn meeting<O: PartialEq>(
        self,
        [one, other]: [Side; 2],
        order: impl Fn(Timestamp) -> O,
    ) -> Option<Timestamp> {
        let until = earlier(one.course.until, other.course.until);
        if one.course.is_still() && other.course.is_still() {
            return match (&one.value, &other.value) {
                (None, None) => later(one.course.until, other.course.until),
                (None, _) => one.course.until,
                (_, None) => other.course.until,
                _ => until,
            };
        }
        // While one side is unknown, the other may move as it likes.
        match (&one.value, &other.value) {
            (None, _) => return one.course.until,
            (_, None) => return other.course.until,
            _ => {}
        }
        let now = order(self.scope.now);
        let moved = |at| order(at) != now;
        match (one.course.moves, other.course.moves) {
            (Some(_), None) => {
                let window = self.window_of(one.course, &one.value, &other.value);
                self.first(one.course.cut(until), window, moved)
            }
            (None, Some(_)) => {
                let window = self.window_of(other.course, &other.value, &one.value);
                self.first(other.course.cut(until), window, moved)
            }
            (Some(a), Some(b)) if a.falling != b.falling => {
                let course = if a.daily { other.course } else { one.course };
                self.first(course.cut(until), None, moved)
            }
            _ => self.both_moving((one.course, other.course), moved),
        }
    }

    /// Two that move on together: they never meet, or one of them stands until
    /// the next day.
    fn both_moving(
        self,
        (one, other): (Course, Course),
        moved: impl Fn(Timestamp) -> bool,
    ) -> Option<Timestamp> {
        let until = earlier(one.until, other.until);
        let (Some(a), Some(b)) = (one.moves, other.moves) else {
            return until;
        };
        if let (Some(a), Some(b)) = (a.band, b.band)
            && (a.1 < b.0 || b.1 < a.0)
        {
            return until;
        }
        // Each stays as far from the present as it is.
        if one.distance().is_some() && other.distance().is_some() {
            return until;
        }
        let until = earlier(until, self.midnight(self.scope.now));
        match (a.daily, b.daily) {
            (true, true) => until,
            (true, false) => self.first(other.cut(until), None, moved),
            (false, true) => self.first(one.cut(until), None, moved),
            (false, false) => earlier(until, self.next_minute()),
        }
    }

    /// When something that moves can meet a moment that stays.
    fn window_of(
        self,
        course: Course,
        moving: &Option<Value>,
        staying: &Option<Value>,
    ) -> Option<Window> {
        let band = course.moves?.band?;
        let zone = self.scope.zone();
        let (moment, is_exact) = match staying.as_ref()? {
            Value::Datetime(at) => ((*at, *at), matches!(moving, Some(Value::Datetime(_)))),
            Value::Date(day) => ((start_of_day(*day, zone)?, end_of_day(*day, zone)?), false),
            _ => return None,
        };
        window(band, moment, is_exact)
    }

    /// `a in (x, y)`.
    fn in_turn(self, (a, list): (NodeId, NodeId), member: Option<View<'s>>) -> Option<Timestamp> {
        let (side, items) = (self.side(a, member), self.side(list, member));
        let (Some(_), false, true) = (&side.value, side.course.is_still(), items.course.is_still())
        else {
            return self.meeting([side, items], |_| ());
        };
        let Some(Value::List(list)) = items.value else {
            return items.course.until;
        };
        let orders = |at| {
            let value = self.value_at(at, a, member);
            let order = |one| {
                value
                    .as_ref()
                    .and_then(|value| compute::compare(value, one))
            };
            list.iter().map(order).collect::<Vec<_>>()
        };
        let now = orders(self.scope.now);
        let course = side.course.cut(items.course.until);
        self.first(course, None, |at| orders(at) != now)
    }

    /// `t within …`: when the moment and an end of the period meet.
    fn within_turn(
        self,
        a: NodeId,
        period: (EdgeKind, Duration, bool),
        member: Option<View<'s>>,
    ) -> Option<Timestamp> {
        let side = self.side(a, member);
        let Some(value) = &side.value else {
            return side.course.until;
        };
        if self.moves_on((a, &side), member) {
            return self.both_turn((a, &side), period, member);
        }
        // While a moving moment stands, the period goes on to meet it.
        let settled = self.settled((a, side.course), member);
        earlier(self.period_turn(value, period), settled)
    }

    /// Whether a moment is another one with the next microsecond.
    fn moves_on(self, (a, side): (NodeId, &Side), member: Option<View<'s>>) -> bool {
        let steadily = side.course.moves.is_some_and(|moves| !moves.daily);
        let soon = just_after(self.scope.now);
        steadily && self.value_at(soon, a, member) != side.value
    }

    /// When a moment and an end of a period meet that both move on.
    fn both_turn(
        self,
        (a, side): (NodeId, &Side),
        period: (EdgeKind, Duration, bool),
        member: Option<View<'s>>,
    ) -> Option<Timestamp> {
        let ends = |at| time::extent(period, at, self.scope.timetable);
        let (low, high) = self.ends(period);
        let first = |course: Course, end: &dyn Fn(Window) -> Timestamp| {
            let end = |at| Some(Value::Datetime(end(ends(at)?)));
            let order = |at| self.ordered(&self.value_at(at, a, member)?, &end(at)?);
            let value = end(self.scope.now);
            self.meeting([side.clone(), Side { course, value }], order)
        };
        earlier(first(low, &|ends| ends.0), first(high, &|ends| ends.1))
    }

    /// When a moment that stays and an end of a period meet.
    pub(super) fn period_turn(
        self,
        value: &Value,
        period: (EdgeKind, Duration, bool),
    ) -> Option<Timestamp> {
        let ends = |at| time::extent(period, at, self.scope.timetable);
        let (low, high) = self.ends(period);
        let first = |course: Course, end: &dyn Fn(Window) -> Timestamp| {
            let order = |at| {
                let end = Value::Datetime(end(ends(at)?));
                self.ordered(value, &end)
            };
            let now = order(self.scope.now);
            let now_as_value = Some(Value::Datetime(self.scope.now));
            let window = self.window_of(course, &now_as_value, &Some(value.clone()));
            self.first(course, window, |at| order(at) != now)
        };
        earlier(first(low, &|ends| ends.0), first(high, &|ends| ends.1))
    }

    /// How the two ends of a period move.
    fn ends(self, (edge, amount, counted): (EdgeKind, Duration, bool)) -> (Course, Course) {
        if !counted {
            let course = Course::rising(true, None);
            return (course, course);
        }
        match edge {
            EdgeKind::Next => (Course::exactly(0), self.day_bound(amount, true)),
            EdgeKind::Last | EdgeKind::This => (self.day_bound(amount, false), Course::exactly(0)),
        }
    }

    /// `and` ends at a false term, `or` at a true one.
    fn logic_turn(
        self,
        terms: &[NodeId],
        decisive: bool,
        member: Option<View<'s>>,
    ) -> Option<Timestamp> {
        self.decided(terms.iter().map(|term| (*term, member)), decisive)
    }

    /// Until when some terms decide as they do: as long as one of those that
    /// decide, else as all of them.
    fn decided(
        self,
        terms: impl Iterator<Item = (NodeId, Option<View<'s>>)>,
        decisive: bool,
    ) -> Option<Timestamp> {
        let (mut all, mut longest) = (None, None);
        let mut is_decided = false;
        for (term, member) in terms {
            let until = self.all_settled([term], member);
            all = earlier(all, until);
            if self.truth(term, member) != Some(decisive) {
                continue;
            }
            longest = match is_decided {
                true => later(longest, until),
                false => until,
            };
            is_decided = true;
            longest?;
        }
        if is_decided { longest } else { all }
    }
}
