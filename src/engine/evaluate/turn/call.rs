//! How functions of moments and numbers go on.

use std::cmp::Ordering;

use super::super::{Evaluation, View};
use super::course::{Course, SLACK, earlier};
use crate::base::{TimeZone, Timestamp, day_of};
use crate::model::Value;
use crate::plan::NodeId;

impl<'s> Evaluation<'s, '_> {
    /// How the value of a function goes on.
    pub(super) fn call_course(
        self,
        (name, arguments): (&str, &[NodeId]),
        member: Option<View<'s>>,
    ) -> Course {
        let course = match (name, arguments) {
            ("coalesce", all) => return self.first_known(all, member),
            ("if", [condition, yes, no]) => {
                return self.branch_course((*condition, *yes, *no), member);
            }
            ("date", [at]) => {
                let course = self.course(*at, member);
                let band = course.moves.and_then(|moves| moves.band);
                let mut day = course.by_day();
                if let Some(moves) = &mut day.moves {
                    moves.band = band;
                }
                Some(day.away((-SLACK, SLACK)))
            }
            ("year" | "unix_timestamp" | "start_of" | "end_of" | "round" | "floor" | "ceil", _) => {
                self.followed(name, arguments, member)
            }
            ("days_between" | "minutes_between", [from, to]) => {
                let (from, to) = (self.course(*from, member), self.course(*to, member));
                let days = name == "days_between";
                let course = |one: Course| if days { one.by_day() } else { one.loose() };
                self.together(course(to), course(from).turned())
            }
            ("max", all) => self
                .ahead(all, member)
                .or_else(|| self.greatest(all, member)),
            ("min", all) => self.greatest(all, member),
            ("abs", [number]) => self.absolute(*number, member),
            ("hour" | "time" | "day" | "weekday" | "month", [at]) => {
                self.part_of_day((name, *at), member)
            }
            _ => None,
        };
        let still = || Course::until(self.all_settled(arguments.iter().copied(), member));
        course.unwrap_or_else(still)
    }

    /// The branch that is chosen, while it is.
    fn branch_course(
        self,
        (condition, yes, no): (NodeId, NodeId, NodeId),
        member: Option<View<'s>>,
    ) -> Course {
        let until = self.all_settled([condition], member);
        match self.truth(condition, member) {
            Some(true) => self.course(yes, member).cut(until),
            Some(false) => self.course(no, member).cut(until),
            None => Course::until(until),
        }
    }

    /// A function that follows the one of its arguments that moves.
    fn followed(
        self,
        name: &str,
        arguments: &[NodeId],
        member: Option<View<'s>>,
    ) -> Option<Course> {
        let by_day = !matches!(name, "unix_timestamp" | "round" | "floor" | "ceil");
        let mut whole = Course::STILL;
        for id in arguments {
            let course = self.course(*id, member);
            if !course.is_still() && !whole.is_still() {
                return None;
            }
            let course = if by_day {
                course.by_day()
            } else {
                course.loose()
            };
            whole = whole.joined(course)?;
        }
        Some(whole)
    }

    /// One that has come past all others, which stay: it is the greatest from
    /// now on.
    fn ahead(self, all: &[NodeId], member: Option<View<'s>>) -> Option<Course> {
        let courses = all.iter().map(|id| (*id, self.course(*id, member)));
        let (moving, still): (Vec<_>, Vec<_>) = courses.partition(|(_, course)| !course.is_still());
        let [(id, course)] = *moving.as_slice() else {
            return None;
        };
        let rises = course.moves.is_some_and(|moves| !moves.falling);
        let own = self.node(id, member)?;
        let others = still.iter().map(|(id, _)| self.node(*id, member));
        let mut orders = others.map(|other| self.ordered(&own, &other?));
        let is_ahead = orders.all(|order| order.is_some_and(Ordering::is_gt));
        let until = still.iter().map(|(_, course)| course.until);
        (rises && is_ahead).then(|| course.cut(until.fold(None, earlier)))
    }

    fn greatest(self, all: &[NodeId], member: Option<View<'s>>) -> Option<Course> {
        let mut courses = all.iter().map(|id| self.course(*id, member));
        courses.try_fold(Course::STILL, Course::joined)
    }

    /// A negative number rises where its amount falls.
    fn absolute(self, number: NodeId, member: Option<View<'s>>) -> Option<Course> {
        let course = self.course(number, member);
        let is_negative = |value: Option<Value>| match value {
            Some(Value::Number(number)) => Some(number.is_sign_negative() && !number.is_zero()),
            _ => None,
        };
        let negative = is_negative(self.node(number, member))?;
        course.moves?;
        let until = self.first(course, None, |at| {
            is_negative(self.value_at(at, number, member)) != Some(negative)
        });
        let course = if negative { course.turned() } else { course };
        Some(course.loose().cut(until))
    }

    /// A part of the wall time of a moment that moves on: of its day, or of the
    /// hours of its day.
    fn part_of_day(self, (name, at): (&str, NodeId), member: Option<View<'s>>) -> Option<Course> {
        let course = self.course(at, member);
        if course.moves?.falling {
            return None;
        }
        let zone = self.scope.zone();
        let key = |value: Option<Value>| wall(value, zone, name == "hour");
        let now = self.node(at, member);
        let change = match &now {
            Some(Value::Datetime(at)) => self.next_change(*at),
            _ => None,
        };
        let is_after = |value: &Option<Value>| match (value, change) {
            (Some(Value::Datetime(at)), Some(change)) => *at >= change,
            _ => false,
        };
        let first = key(now);
        let until = self.first(course, None, |instant| {
            let value = self.value_at(instant, at, member);
            is_after(&value) || key(value) != first
        });
        Some(match name {
            "time" => Course::rising(false, None).cut(until),
            _ => Course::until(earlier(course.until, until)),
        })
    }
}

/// The day of a moment, and its hour where that counts.
fn wall(value: Option<Value>, zone: &TimeZone, hours: bool) -> Option<(crate::base::Date, i8)> {
    match value? {
        Value::Datetime(at) => Some((day_of(at, zone), if hours { hour(at, zone) } else { 0 })),
        Value::Date(day) => Some((day, 0)),
        _ => None,
    }
}

fn hour(at: Timestamp, zone: &TimeZone) -> i8 {
    zone.to_datetime(at).hour()
}
