//! Expressions over plain records: everything is computed anew each time.

use std::cmp::Ordering;

use flow::base::{Date, Duration, TimeZone, Timestamp, Unit};
use flow::base::{day_of, end_of_day, shift, shift_date, start_of_day};
use flow::model::compute::Operator::{self, Add, Divide, Multiply, Subtract};
use flow::model::compute::{arithmetic, at, compare, equal, print_as};
use flow::model::{PropertyId, SegmentId, Type, Value};
use flow::semantic::hir::{
    Aggregate, AssociationPath, EventField, EventTrigger, Expr, ExprKind, MatchArm, MatchTest,
    Occurrence as Awaited, Program, RecordPath, Refinement, TextPart, TextRelation,
};
use flow::syntax::ast::{Comparison, ContainsKind, EdgeKind, Logic, Quantifier};

use crate::reference::past::enough;
use crate::reference::{Model, Occurrence, Record};

/// By the place of the operator in the tree.
const OPERATORS: [Operator; 4] = [Add, Subtract, Multiply, Divide];

#[derive(Clone, Copy)]
pub(crate) struct Env<'a> {
    pub(crate) program: &'a Program,
    pub(crate) now: Timestamp,
    pub(crate) this: &'a Record,
    pub(crate) member: Option<&'a Record>,
    pub(crate) event: Option<&'a Occurrence>,
    /// The bindings that have answered; their results are all unknown.
    pub(crate) bound: &'a [usize],
    /// The occurrences that waits have bound.
    pub(crate) met: &'a [(usize, Occurrence)],
    /// The occurrence that may end a wait.
    pub(crate) awaited: Option<&'a Occurrence>,
    /// The records that steps have made.
    pub(crate) made: &'a [(usize, Record)],
    pub(crate) zone: &'a TimeZone,
}

impl Model<'_> {
    pub(crate) fn env<'a>(&'a self, this: &'a Record) -> Env<'a> {
        Env {
            program: self.program,
            now: self.now,
            this,
            member: None,
            event: None,
            bound: &[],
            met: &[],
            awaited: None,
            made: &[],
            zone: self
                .looks
                .map_or(&self.program.settings.zone, |at| self.zone_of(at)),
        }
    }
}

impl<'a> Env<'a> {
    pub(crate) fn zone(&self) -> &'a TimeZone {
        self.zone
    }

    pub(crate) fn holds(&self, condition: &Expr) -> bool {
        self.truth(condition) == Some(true)
    }

    pub(crate) fn permits(&self, condition: &Option<Expr>) -> bool {
        condition.iter().all(|condition| self.holds(condition))
    }

    fn truth(&self, condition: &Expr) -> Option<bool> {
        match self.eval(condition)? {
            Value::Bool(truth) => Some(truth),
            other => panic!("a condition is {other:?}"),
        }
    }

    // size: one match over all forms of expressions
    pub(crate) fn eval(&self, expr: &Expr) -> Option<Value> {
        use ExprKind as K;
        let truth = match &expr.kind {
            K::Literal(value) => return Some(value.clone()),
            K::Property(path) => return self.property(self.record(&path.record)?, path.property),
            K::Record(path) => return self.property(self.record(path)?, PropertyId::at(0)),
            K::Event(field) => return self.event?.field(field),
            K::Occurrence(which, field) => return self.occurrence(*which)?.field(field),
            K::Now => return Some(Value::Datetime(self.now)),
            K::Today => return Some(Value::Date(day_of(self.now, self.zone()))),
            K::Relative(by, ahead) if expr.ty == Type::Date => {
                let today = day_of(self.now, self.zone());
                return shift_date(today, *by, !ahead).map(Value::Date);
            }
            K::Relative(by, ahead) => {
                return shift(self.now, *by, !ahead, self.zone()).map(Value::Datetime);
            }
            K::Call(function, arguments) => {
                let mut values = arguments.iter().map(|argument| self.eval(argument));
                return self.call(function.name, &values.by_ref().collect::<Option<Vec<_>>>()?);
            }
            K::Text(parts) => return self.text(parts),
            K::Aggregate(Aggregate::Count, path, None, filter) => {
                let mut members = self.members(path)?;
                members.retain(|one| filter.iter().all(|filter| self.over(one).holds(filter)));
                return Some(Value::Number(members.len().into()));
            }
            K::Aggregate(kind, path, Some(property), None) => {
                let members = self.members(path).unwrap_or_default().into_iter();
                let mut values = members.filter_map(|member| self.property(member, *property));
                let add = |sum, next| arithmetic(Add, &sum, &next, self.zone()).ok()?;
                return match kind {
                    Aggregate::Sum => values.try_fold(Value::Number(0.into()), add),
                    Aggregate::Max => values.max_by(|a, b| compare(a, b).expect("an order")),
                    other => panic!("not modelled: {other:?}"),
                };
            }
            K::Arithmetic(op, left, right) => {
                let (left, right) = (self.eval(left)?, self.eval(right)?);
                return arithmetic(OPERATORS[*op as usize], &left, &right, self.zone()).ok()?;
            }
            K::Coalesce(left, right) => return self.eval(left).or_else(|| self.eval(right)),
            K::At(day, time) => {
                return at(&self.eval(day)?, &self.eval(time)?, self.zone()).ok()?;
            }
            K::List(items) => {
                let items = items.iter().map(|item| self.eval(item));
                return items.collect::<Option<_>>().map(Value::List);
            }
            K::Binding(place, None) => self.bound.contains(place).then_some(true),
            K::Not(inner) => self.truth(inner).map(|truth| !truth),
            K::Logic(Logic::And, list) => every(list.iter().map(|item| self.truth(item))),
            K::Logic(Logic::Or, list) => some(list.iter().map(|item| self.truth(item))),
            K::OrUnknown(inner) => Some(self.truth(inner) != Some(false)),
            K::Compare(op, left, right) => self.compare(*op, left, right),
            K::In(left, list, no) => match (self.eval(left)?, self.eval(list)?) {
                (left, Value::List(list)) => Some(list.iter().any(|one| equal(&left, one)) != *no),
                _ => None,
            },
            K::Between(value, ends, negated) => {
                let low = self.compare(Comparison::GreaterEqual, value, &ends.0)?;
                let high = self.compare(Comparison::LessEqual, value, &ends.1)?;
                Some((low && high) != *negated)
            }
            K::TextTest(TextRelation::Contains, left, right, negated) => {
                let (left, right) = (self.eval(left)?, self.eval(right)?);
                let (Value::Text(left), Value::Text(right)) = (left, right) else {
                    return None;
                };
                let found = left.to_lowercase().contains(&right.to_lowercase());
                Some(found != *negated)
            }
            K::SetTest(kind, set, members, negated) => {
                let Value::Set(set) = self.eval(set)? else {
                    panic!("a set is {set:?}");
                };
                let mut members = members.iter();
                let found = match kind {
                    ContainsKind::Any => members.any(|member| set.contains(member)),
                    _ => members.all(|member| set.contains(member)),
                };
                Some(found != *negated)
            }
            K::Known(inner, unknown) => Some(self.eval(inner).is_some() != *unknown),
            K::Within(value, edge, by, counted) => {
                let [low, high] = self.period(*edge, *by, *counted)?;
                match self.eval(value)? {
                    Value::Datetime(at) => Some((low..=high).contains(&at)),
                    Value::Date(day) => {
                        let [low, high] = [low, high].map(|end| day_of(end, self.zone()));
                        Some((low..=high).contains(&day))
                    }
                    other => panic!("not modelled: {other:?}"),
                }
            }
            K::Quantified(quantifier, path, condition) => {
                let members = self.members(path).unwrap_or_default().into_iter();
                let each = members.map(|one| self.over(one).truth(condition));
                match quantifier {
                    Quantifier::Any => some(each),
                    Quantifier::All => every(each),
                    Quantifier::No => some(each).map(|truth| !truth),
                }
            }
            K::Past(past) => self.past(past),
            K::InSegment(id) => match &self.program.segments[id.index()] {
                Some(condition) => self.alone().truth(condition),
                None => Some(self.inside(*id)),
            },
            other => panic!("not modelled: {other:?}"),
        };
        truth.map(Value::Bool)
    }

    /// What a segment's condition reads: the record alone.
    fn alone(&self) -> Env<'a> {
        let (event, awaited) = (None, None);
        Env {
            event,
            awaited,
            zone: &self.program.settings.zone,
            bound: &[],
            met: &[],
            made: &[],
            ..*self
        }
    }

    pub(super) fn over(&self, member: &'a Record) -> Env<'a> {
        let member = Some(member);
        Env { member, ..*self }
    }

    pub(crate) fn record(&self, path: &RecordPath) -> Option<&'a Record> {
        path.hops
            .iter()
            .try_fold(self.root(&path.root)?, |record, (object, id)| {
                let name = &self.program.catalog.objects[*object].associations[*id].name;
                let ends = record.linked(name.as_str(), None);
                ends.first()?.heard.as_deref()
            })
    }

    /// The records at the other end; unknown where there never was such a link.
    pub(crate) fn members(&self, path: &AssociationPath) -> Option<Vec<&'a Record>> {
        let owner = self.record(&path.record)?;
        let object = &self.program.catalog.objects[path.record.object];
        let name = object.associations[path.association].name.as_str();
        let label = path.label.as_ref().map(ToString::to_string);
        let ends = owner.linked(name, label.as_deref()).into_iter();
        let ever = owner.ever.contains(&(name.to_owned(), label));
        ever.then(|| ends.filter_map(|end| end.heard.as_deref()).collect())
    }

    pub(crate) fn property(&self, this: &'a Record, property: PropertyId) -> Option<Value> {
        let zone = &self.program.settings.zone;
        let env = Env {
            this,
            zone,
            ..*self
        };
        let mut computed = self.program.objects[this.object.index()].computed.iter();
        match computed.find(|(id, _)| *id == property) {
            None => this.values.get(&property).cloned(),
            Some((_, expr)) => env.eval(expr),
        }
    }

    pub(crate) fn inside(&self, segment: SegmentId) -> bool {
        match &self.program.segments[segment.index()] {
            Some(condition) => self.holds(condition),
            None => self.this.segments.contains(&segment),
        }
    }

    /// So long ago or ahead; by days the start of that day, or the end (D2).
    pub(super) fn edge(&self, by: Duration, back: bool) -> Option<Timestamp> {
        if by.unit < Unit::Day {
            return shift(self.now, by, back, self.zone());
        }
        let day = shift_date(day_of(self.now, self.zone()), by, back)?;
        let edge = if back { start_of_day } else { end_of_day };
        edge(day, self.zone())
    }

    /// From when to when `within last 7 days` and its kin go (D2).
    pub(super) fn period(
        &self,
        edge: EdgeKind,
        by: Duration,
        counted: bool,
    ) -> Option<[Timestamp; 2]> {
        let (today, zone) = (day_of(self.now, self.zone()), self.zone());
        match edge {
            EdgeKind::Last if counted => return Some([self.edge(by, true)?, self.now]),
            EdgeKind::Next if counted => return Some([self.now, self.edge(by, false)?]),
            _ => {}
        }
        let within = match edge {
            EdgeKind::This => today,
            edge => shift_date(today, by, edge == EdgeKind::Last)?,
        };
        let (first, last) = whole(within, by)?;
        Some([start_of_day(first, zone)?, end_of_day(last, zone)?])
    }

    fn occurrence(&self, which: Awaited) -> Option<&'a Occurrence> {
        match which {
            Awaited::Awaited => self.awaited,
            Awaited::Bound(place) => {
                let mut met = self.met.iter().rev();
                met.find(|(bound, _)| *bound == place).map(|(_, met)| met)
            }
        }
    }

    /// The functions that random programs call.
    fn call(&self, name: &str, arguments: &[Value]) -> Option<Value> {
        let day = |value: &Value| match value {
            Value::Date(day) => *day,
            Value::Datetime(at) => day_of(*at, self.zone()),
            other => panic!("no moment: {other:?}"),
        };
        match (name, arguments) {
            ("weekday", [of]) => {
                let place = day(of).weekday().to_monday_zero_offset();
                usize::try_from(place).ok().map(Value::Member)
            }
            ("hour", [Value::Datetime(at)]) => {
                let hour = i64::from(self.zone().to_datetime(*at).hour());
                Some(Value::Number(hour.into()))
            }
            ("days_between", [from, to]) => {
                let days = day(from).until(day(to)).ok()?.get_days();
                Some(Value::Number(i64::from(days).into()))
            }
            other => panic!("not modelled: {other:?}"),
        }
    }

    /// Whether the last time passes, and the number of those that pass does (E14).
    pub(crate) fn refined(&self, trigger: &EventTrigger, times: &[Timestamp]) -> bool {
        let rules = trigger.refinements.iter();
        let rules: Vec<Refinement> = rules.map(|(rule, _)| rule.clone()).collect();
        let passes = |time: &&Timestamp| self.all_in_time(&rules, **time);
        let count = times.iter().filter(passes).count();
        times.last().iter().all(passes) && rules.iter().all(|rule| enough(rule, count))
    }

    fn compare(&self, op: Comparison, left: &Expr, right: &Expr) -> Option<bool> {
        let ty = [&left.ty, &right.ty][usize::from(right.ty == Type::Email)];
        let side = |expr: &Expr| match expr.kind {
            ExprKind::Relative(by, ahead) if expr.ty != Type::Date => {
                self.edge(by, !ahead).map(Value::Datetime)
            }
            _ => self.eval(expr),
        };
        let (left, right) = (side(left)?, side(right)?);
        let alike = || same(Some(&left), Some(&right), ty);
        let order = || compare(&left, &right);
        Some(match op {
            Comparison::Equal => alike(),
            Comparison::NotEqual => !alike(),
            Comparison::Less => order()?.is_lt(),
            Comparison::LessEqual => order()?.is_le(),
            Comparison::Greater => order()?.is_gt(),
            Comparison::GreaterEqual => order()?.is_ge(),
        })
    }

    pub(crate) fn takes(&self, arm: &MatchArm, value: Option<&Value>) -> bool {
        let order = |end: &Expr| compare(value?, &self.eval(end)?);
        arm.tests.iter().any(|test| match test {
            MatchTest::Unknown => value.is_none(),
            MatchTest::Equal(constant) => order(constant).is_some_and(Ordering::is_eq),
            MatchTest::Range(low, high) => {
                order(low).is_some_and(Ordering::is_ge) && order(high).is_some_and(Ordering::is_le)
            }
        })
    }

    /// A text with holes; unknown where nothing in it is known.
    fn text(&self, parts: &[TextPart]) -> Option<Value> {
        let print = |expr: &Expr| Some(print_as(&self.eval(expr)?, &expr.ty, self.zone()));
        let (mut text, mut known) = (String::new(), false);
        for part in parts {
            let hole = match part {
                TextPart::Literal(literal) => Some(literal.to_string()),
                TextPart::Value(value, None) => print(value),
                TextPart::Fallback(value, None, other) => print(value).or_else(|| print(other)),
                other => panic!("not modelled: {other:?}"),
            };
            known |= hole.is_some() && !matches!(part, TextPart::Literal(_));
            text.extend(hole);
        }
        known.then(|| Value::Text(text.into()))
    }
}

/// The first and the last day of the week, month, quarter or year of a day.
fn whole(day: Date, by: Duration) -> Option<(Date, Date)> {
    let mut days = (day, day);
    let first = |day: Date| match by.unit {
        Unit::Day => true,
        Unit::Week => day.weekday().to_monday_zero_offset() == 0,
        Unit::Month => day.day() == 1 && i64::from(day.month() - 1) % by.count == 0,
        _ => day.day_of_year() == 1,
    };
    while !first(days.0) {
        days.0 = days.0.yesterday().ok()?;
    }
    while !first(days.1.tomorrow().ok()?) {
        days.1 = days.1.tomorrow().ok()?;
    }
    Some(days)
}

impl Occurrence {
    fn field(&self, field: &EventField) -> Option<Value> {
        let mut sources = field.sources.iter();
        sources.find_map(|source| self.fields.get(source))?.clone()
    }
}

/// Whether two values of a type are equal; the case of addresses is not heeded.
pub(crate) fn same(one: Option<&Value>, other: Option<&Value>, ty: &Type) -> bool {
    match (one, other) {
        (Some(Value::Text(one)), Some(Value::Text(other))) if *ty == Type::Email => {
            one.to_lowercase() == other.to_lowercase()
        }
        (Some(one), Some(other)) => equal(one, other),
        _ => one.is_none() && other.is_none(),
    }
}

/// Kleene's `and`.
fn every(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let truths: Vec<Option<bool>> = truths.collect();
    let against = truths.contains(&Some(false));
    (against || !truths.contains(&None)).then_some(!against)
}

/// Kleene's `or`.
fn some(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    every(truths.map(|truth| truth.map(|truth| !truth))).map(|truth| !truth)
}
