//! Expressions over plain records: everything is computed anew each time.

use std::cmp::Ordering;

use flow::base::{Duration, TimeZone, Timestamp, Unit};
use flow::base::{day_of, end_of_day, shift, shift_date, start_of_day};
use flow::model::compute::{Operator, arithmetic, at, compare, equal, print_as};
use flow::model::compute::{period_end, period_start};
use flow::model::{PeriodUnit, PropertyId, SegmentId, Type, Value};
use flow::semantic::hir::{
    Aggregate, AssociationPath, EventField, Expr, ExprKind, Program, RecordPath, Root, TextPart,
    TextRelation,
};
use flow::syntax::ast::{Arithmetic, Comparison, ContainsKind, EdgeKind, Logic, Quantifier};

use crate::reference::deliver::uid;
use crate::reference::{Model, Occurrence, Record};

/// What an expression sees.
#[derive(Clone, Copy)]
pub(crate) struct Env<'a> {
    pub(crate) program: &'a Program,
    pub(crate) now: Timestamp,
    pub(crate) this: &'a Record,
    pub(crate) member: Option<&'a Record>,
    pub(crate) event: Option<&'a Occurrence>,
    /// The bindings that have answered; their results are all unknown.
    pub(crate) bound: &'a [usize],
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
        }
    }
}

impl<'a> Env<'a> {
    pub(crate) fn zone(&self) -> &'a TimeZone {
        &self.program.settings.zone
    }

    /// Whether a condition is true: unknown is not.
    pub(crate) fn holds(&self, condition: &Expr) -> bool {
        self.truth(condition) == Some(true)
    }

    /// Whether a condition is true, or there is none.
    pub(crate) fn permits(&self, condition: &Option<Expr>) -> bool {
        let mut condition = condition.iter();
        condition.all(|condition| self.holds(condition))
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
            K::Record(path) => return Some(id_of(self.record(path)?)),
            K::Event(field) => return self.field(field),
            K::Now => return Some(Value::Datetime(self.now)),
            K::Text(parts) => return self.text(parts),
            K::Aggregate(Aggregate::Count, path, _, filter) => {
                let mut members = self.members(path)?;
                members.retain(|one| filter.iter().all(|filter| self.over(one).holds(filter)));
                return Some(Value::Number(members.len().into()));
            }
            K::Aggregate(kind, path, property, None) => {
                return self.aggregate(*kind, path, *property);
            }
            K::Arithmetic(op, left, right) => {
                let (left, right) = (self.eval(left)?, self.eval(right)?);
                return arithmetic(operator(*op), &left, &right, self.zone()).ok()?;
            }
            K::Coalesce(left, right) => return self.eval(left).or_else(|| self.eval(right)),
            K::At(day, time) => {
                return at(&self.eval(day)?, &self.eval(time)?, self.zone()).ok()?;
            }
            K::List(items) => {
                let items: Option<Vec<Value>> = items.iter().map(|item| self.eval(item)).collect();
                return items.map(Value::List);
            }
            K::Binding(place, None) => self.bound.contains(place).then_some(true),
            K::Not(inner) => self.truth(inner).map(|truth| !truth),
            K::Logic(Logic::And, list) => every(list.iter().map(|item| self.truth(item))),
            K::Logic(Logic::Or, list) => some(list.iter().map(|item| self.truth(item))),
            K::OrUnknown(inner) => Some(self.truth(inner) != Some(false)),
            K::Compare(op, left, right) => self.compare(*op, left, right),
            K::In(left, list, negated) => {
                let (left, Value::List(list)) = (self.eval(left)?, self.eval(list)?) else {
                    return None;
                };
                Some(list.iter().any(|one| equal(&left, one)) != *negated)
            }
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
                let (low, high) = period((*edge, *by, *counted), self.now, self.zone())?;
                match self.eval(value)? {
                    Value::Datetime(at) => Some((low..=high).contains(&at)),
                    _ => None,
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
            K::InSegment(id) => Some(self.inside(*id)),
            other => panic!("not modelled: {other:?}"),
        };
        truth.map(Value::Bool)
    }

    fn over(&self, member: &'a Record) -> Env<'a> {
        let member = Some(member);
        Env { member, ..*self }
    }

    /// The record at the end of a path, as last heard.
    pub(crate) fn record(&self, path: &RecordPath) -> Option<&'a Record> {
        let start = match path.root {
            Root::This => Some(self.this),
            Root::Member => self.member,
        };
        path.hops.iter().try_fold(start?, |record, (object, id)| {
            let name = &self.program.catalog.objects[*object].associations[*id].name;
            let ends = record.linked(name.as_str(), None);
            ends.first()?.heard.as_deref()
        })
    }

    /// The records at the other end in order; unknown where there never was
    /// such a link.
    pub(crate) fn members(&self, path: &AssociationPath) -> Option<Vec<&'a Record>> {
        let owner = self.record(&path.record)?;
        let object = &self.program.catalog.objects[path.record.object];
        let name = object.associations[path.association].name.as_str();
        let label = path.label.as_ref().map(ToString::to_string);
        let ends = owner.linked(name, label.as_deref()).into_iter();
        let ever = owner.ever.contains(&(name.to_owned(), label));
        ever.then(|| ends.filter_map(|end| end.heard.as_deref()).collect())
    }

    pub(crate) fn property(&self, record: &'a Record, property: PropertyId) -> Option<Value> {
        let declared = &self.program.catalog.objects[record.object].properties[property];
        match declared.name.as_str() {
            "id" => return Some(id_of(record)),
            "created_at" => return Some(Value::Datetime(record.created)),
            "updated_at" => return Some(Value::Datetime(record.updated)),
            _ => {}
        }
        let mut computed = self.program.objects[record.object.index()].computed.iter();
        match computed.find(|(id, _)| *id == property) {
            None => record.values.get(&property).cloned(),
            Some((_, expr)) => Env {
                this: record,
                ..*self
            }
            .eval(expr),
        }
    }

    fn field(&self, field: &EventField) -> Option<Value> {
        let fields = &self.event?.fields;
        let mut found = field.sources.iter().filter_map(|source| fields.get(source));
        found.next()?.clone()
    }

    /// Whether this record is in a segment.
    pub(crate) fn inside(&self, segment: SegmentId) -> bool {
        match &self.program.segments[segment.index()] {
            Some(condition) => self.holds(condition),
            None => self.this.segments.contains(&segment),
        }
    }

    /// A side of a comparison: `N days ago` is the start of that day, `N days
    /// from now` its end (D2).
    fn side(&self, expr: &Expr) -> Option<Value> {
        let ExprKind::Relative(by, ahead) = expr.kind else {
            return self.eval(expr);
        };
        if by.unit < Unit::Day {
            return shift(self.now, by, !ahead, self.zone()).map(Value::Datetime);
        }
        let day = shift_date(day_of(self.now, self.zone()), by, !ahead)?;
        let end = if ahead { end_of_day } else { start_of_day };
        end(day, self.zone()).map(Value::Datetime)
    }

    fn compare(&self, op: Comparison, left: &Expr, right: &Expr) -> Option<bool> {
        let ty = [&left.ty, &right.ty][usize::from(right.ty == Type::Email)];
        let (left, right) = (self.side(left)?, self.side(right)?);
        let order = || compare(&left, &right);
        Some(match op {
            Comparison::Equal => same(&left, &right, ty),
            Comparison::NotEqual => !same(&left, &right, ty),
            Comparison::Less => order()?.is_lt(),
            Comparison::LessEqual => order()?.is_le(),
            Comparison::Greater => order()?.is_gt(),
            Comparison::GreaterEqual => order()?.is_ge(),
        })
    }

    /// A text with holes; unknown where nothing in it is known.
    fn text(&self, parts: &[TextPart]) -> Option<Value> {
        let print = |expr: &Expr| Some(print_as(&self.eval(expr)?, &expr.ty, self.zone()));
        let (mut text, mut known) = (String::new(), false);
        for part in parts {
            let hole = match part {
                TextPart::Literal(literal) => {
                    text.push_str(literal);
                    continue;
                }
                TextPart::Value(value, None) => print(value),
                TextPart::Fallback(value, None, other) => print(value).or_else(|| print(other)),
                other => panic!("not modelled: {other:?}"),
            };
            known |= hole.is_some();
            text.extend(hole);
        }
        known.then(|| Value::Text(text.into()))
    }

    fn aggregate(
        &self,
        kind: Aggregate,
        path: &AssociationPath,
        of: Option<PropertyId>,
    ) -> Option<Value> {
        let members = self.members(path).unwrap_or_default().into_iter();
        let mut values = members.filter_map(|member| self.property(member, of?));
        let add = |sum: Value, next| arithmetic(Operator::Add, &sum, &next, self.zone()).ok()?;
        match kind {
            Aggregate::Sum => values.try_fold(Value::Number(0.into()), add),
            Aggregate::Max => values.reduce(|best, next| {
                let more = compare(&next, &best) == Some(Ordering::Greater);
                if more { next } else { best }
            }),
            other => panic!("not modelled: {other:?}"),
        }
    }
}

fn id_of(record: &Record) -> Value {
    Value::Text(uid(&record.handle).to_string().into())
}

/// Whether two values of a type are equal; the case of addresses is not heeded.
pub(crate) fn same(one: &Value, other: &Value, ty: &Type) -> bool {
    match (one, other) {
        (Value::Text(one), Value::Text(other)) if *ty == Type::Email => {
            one.to_lowercase() == other.to_lowercase()
        }
        _ => equal(one, other),
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

fn operator(op: Arithmetic) -> Operator {
    match op {
        Arithmetic::Add => Operator::Add,
        Arithmetic::Subtract => Operator::Subtract,
        Arithmetic::Multiply => Operator::Multiply,
        Arithmetic::Divide => Operator::Divide,
    }
}

/// From when to when `within last 7 days` and its kin go (D2).
pub(crate) fn period(
    (edge, by, counted): (EdgeKind, Duration, bool),
    now: Timestamp,
    zone: &TimeZone,
) -> Option<(Timestamp, Timestamp)> {
    let today = day_of(now, zone);
    let short = by.unit < Unit::Day;
    let back = || start_of_day(shift_date(today, by, true)?, zone);
    let ahead = || end_of_day(shift_date(today, by, false)?, zone);
    Some(match (edge, by.unit) {
        (EdgeKind::Last, _) if counted && short => (shift(now, by, true, zone)?, now),
        (EdgeKind::Last, _) if counted => (back()?, now),
        (EdgeKind::Next, _) if counted => (now, ahead()?),
        (EdgeKind::This, Unit::Month) => {
            let first = period_start(today, PeriodUnit::Month)?;
            let last = period_end(first, PeriodUnit::Month)?;
            (start_of_day(first, zone)?, end_of_day(last, zone)?)
        }
        other => panic!("not modelled: {other:?}"),
    })
}
