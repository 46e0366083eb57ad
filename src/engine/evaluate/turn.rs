//! When the value of an expression can change by the passing of time alone
//! (E12). An answer may be too early, then nothing has changed and the next one
//! is asked for; it is never too late. What is done at that instant is not known
//! here.
//!
//! Each node has a course: it stays as it is, or moves in one direction, until an
//! instant. A comparison with what moves turns where the two meet, and that
//! instant is searched for, since all that moves is a function of the present.
//! Values that do neither, such as a text that holds the present, are looked at
//! again with the next whole minute, and what has changed between two looks is
//! searched for in that minute.

mod call;
mod course;
mod past;
mod search;
mod shift;
mod test;

pub(in crate::engine) use self::search::just_before;

use self::course::{Course, earlier};
use super::{Evaluation, Notes, Scope, View};
use crate::base::{Timestamp, Unit};
use crate::model::Value;
use crate::plan::{Expression, Node, NodeId};
use crate::syntax::ast::Arithmetic;

/// How many instants at which nothing changes are looked past.
const LOOKED_PAST: usize = 64;

impl Scope<'_> {
    /// The next instant, strictly after now, at which the value of an
    /// expression can change by the passing of time alone; `None`: never.
    pub(in crate::engine) fn turns(&self, expression: &Expression) -> Option<Timestamp> {
        if !self.prepared.moves(expression) {
            return None;
        }
        let notes = Notes::default();
        let first = self.at(self.now, &notes).value(expression);
        let mut at = self.now;
        let has_changed = |at| self.at(at, &notes).value(expression) != first;
        for _ in 0..LOOKED_PAST {
            let last = at;
            at = self.at(last, &notes).may_turn(expression)?;
            if has_changed(at) {
                return Some(search::between_looks((last, at), &has_changed));
            }
        }
        // What seems to turn with each microsecond is looked at by the minute.
        let look = self.of_this(expression).next_minute()?;
        if at >= look {
            return Some(at);
        }
        Some(search::between_looks((at, look), &has_changed))
    }

    /// An instant until which the value stays as it is now.
    fn may_turn(&self, expression: &Expression) -> Option<Timestamp> {
        let whole = self.of_this(expression);
        let root = expression.root()?;
        let course = whole.course(root, None);
        let at = whole.settled((root, course), None);
        let at = earlier(at, whole.business_turn())?;
        // Each answer is a step onwards, whatever a zone does.
        Some(at.max(search::just_after(self.now)))
    }

    /// The same at another instant.
    fn at<'t>(&'t self, now: Timestamp, notes: &'t Notes) -> Scope<'t> {
        Scope {
            now,
            notes,
            intake: self.intake.clone(),
            ..*self
        }
    }
}

impl<'s> Evaluation<'s, '_> {
    /// How the value of a node goes on from now.
    fn course(self, id: NodeId, member: Option<View<'s>>) -> Course {
        let Some(node) = self.expression.node(id) else {
            return Course::STILL;
        };
        match node {
            Node::Now => Course::exactly(0),
            Node::Today => Course::today(),
            Node::Relative(amount, ahead) => self.relative(*amount, *ahead),
            Node::Arithmetic(op, a, b) => self.arithmetic_course((*op, *a, *b), member),
            Node::Negative(a) => self.course(*a, member).turned(),
            Node::Coalesce(a, b) => self.first_known(&[*a, *b], member),
            Node::At(day, time) => self.at_course((*day, *time), member),
            Node::Call(function, arguments) => self.call_course((function.name, arguments), member),
            _ => Course::until(self.turn(node, member)),
        }
    }

    /// The same as an operand of a comparison (D2).
    fn bound_course(self, id: NodeId, member: Option<View<'s>>) -> Course {
        match self.expression.node(id) {
            Some(Node::Relative(amount, ahead)) => self.day_bound(*amount, *ahead),
            _ => self.course(id, member),
        }
    }

    /// Until when a value stays as it is: that of a node which may move.
    fn settled(
        self,
        (id, course): (NodeId, Course),
        member: Option<View<'s>>,
    ) -> Option<Timestamp> {
        let Some(moves) = course.moves else {
            return course.until;
        };
        let value = self.node(id, member);
        let soon = search::just_after(self.scope.now);
        if !moves.daily && self.value_at(soon, id, member) != value {
            return earlier(course.until, self.next_minute());
        }
        self.first(course, None, |at| self.value_at(at, id, member) != value)
    }

    /// Until when all of some nodes stay as they are.
    fn all_settled(
        self,
        nodes: impl IntoIterator<Item = NodeId>,
        member: Option<View<'s>>,
    ) -> Option<Timestamp> {
        let each = nodes.into_iter().map(|id| {
            let course = self.course(id, member);
            self.settled((id, course), member)
        });
        each.fold(None, earlier)
    }

    /// The first of some values that is known: `a ?? b`, `coalesce(…)`.
    fn first_known(self, nodes: &[NodeId], member: Option<View<'s>>) -> Course {
        let mut until = None;
        for id in nodes {
            let course = self.course(*id, member);
            if self.node(*id, member).is_some() {
                return course.cut(until);
            }
            until = earlier(until, self.settled((*id, course), member));
        }
        Course::until(until)
    }

    /// What two make together; one that changes with the day stands until the
    /// next one where the other moves against it.
    fn together(self, one: Course, other: Course) -> Option<Course> {
        let stands = |course: Course| match course.moves {
            Some(moves) if moves.daily => Course::until(self.midnight(self.scope.now)),
            _ => course,
        };
        let apart = || {
            stands(one)
                .joined(other)
                .or_else(|| one.joined(stands(other)))
        };
        one.joined(other).or_else(apart)
    }

    /// A number, a date or an instant, and what is added to it.
    fn arithmetic_course(
        self,
        (op, a, b): (Arithmetic, NodeId, NodeId),
        member: Option<View<'s>>,
    ) -> Course {
        let (one, other) = (self.course(a, member), self.course(b, member));
        if one.is_still() && other.is_still() {
            return Course::until(earlier(one.until, other.until));
        }
        let value = self.node(b, member);
        let joined = match (op, &value) {
            (Arithmetic::Add | Arithmetic::Subtract, Some(Value::Duration(by))) => {
                let back = op == Arithmetic::Subtract;
                let moment = self.node(a, member);
                self.shifted((one, moment), (*by, back))
                    .filter(|_| other.is_still())
                    .map(|course| course.cut(other.until))
            }
            (Arithmetic::Add, _) => self.together(one, other),
            (Arithmetic::Subtract, _) => self.together(one, other.turned()),
            (Arithmetic::Multiply | Arithmetic::Divide, Some(Value::Number(by)))
                if other.is_still() =>
            {
                let scaled = if by.is_sign_negative() {
                    one.turned()
                } else {
                    one
                };
                Some(scaled.loose().cut(other.until))
            }
            _ => None,
        };
        joined.unwrap_or_else(|| Course::until(self.all_settled([a, b], member)))
    }
}

impl Evaluation<'_, '_> {
    /// Business time is looked at again: that of days with the next day, any
    /// other with the next whole minute.
    fn business_turn(self) -> Option<Timestamp> {
        let nodes = self.expression.nodes();
        let amounts = nodes.filter_map(|(_, node, _)| match node {
            Node::Relative(amount, _) | Node::Within(_, _, amount, _) => Some((*amount, true)),
            Node::Constant(Value::Duration(amount)) => Some((*amount, false)),
            _ => None,
        });
        let business = amounts.filter(|(amount, _)| amount.business);
        let turns = business.filter_map(|(amount, is_bound)| {
            let days = is_bound && amount.unit >= Unit::Day;
            match days {
                true => self.midnight(self.scope.now),
                false => self.next_minute(),
            }
        });
        turns.min()
    }
}
