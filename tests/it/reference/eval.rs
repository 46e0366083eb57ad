//! Expressions over plain records: everything is computed anew each time.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use flow::base::{Duration, TimeZone, Timestamp, Unit};
use flow::base::{day_of, end_of_day, shift, shift_date, start_of_day};
use flow::model::compute::{self, Operator, arithmetic, period_end, period_start};
use flow::model::{PeriodUnit, PropertyId, Type, Value};
use flow::semantic::hir::EventSource;
use flow::semantic::hir::{
    Aggregate, AssociationPath, EventField, Expr, ExprKind, FieldSource, Program, RecordPath, Root,
    TextPart, TextRelation,
};
use flow::syntax::ast::{Arithmetic, Comparison, ContainsKind, EdgeKind, Logic, Quantifier};

use crate::reference::record::{Occurrence, Record};

/// What an expression sees.
#[derive(Clone, Copy)]
pub(crate) struct Env<'a> {
    pub(crate) program: &'a Program,
    pub(crate) now: Timestamp,
    pub(crate) this: &'a Record,
    pub(crate) member: Option<&'a Record>,
    pub(crate) event: Option<&'a Occurrence>,
    /// The bindings that have answered; their results are all unknown.
    pub(crate) bound: &'a BTreeSet<usize>,
}

/// What an aggregate is over, and of which members.
type Of<'e> = (Option<PropertyId>, Option<&'e Expr>);

/// Nothing has answered.
pub(crate) static NOTHING: BTreeSet<usize> = BTreeSet::new();

fn bool(value: Option<bool>) -> Option<Value> {
    value.map(Value::Bool)
}

impl<'a> Env<'a> {
    pub(crate) fn of(program: &'a Program, now: Timestamp, this: &'a Record) -> Self {
        Env {
            program,
            now,
            this,
            member: None,
            event: None,
            bound: &NOTHING,
        }
    }

    pub(crate) fn zone(&self) -> &'a TimeZone {
        &self.program.settings.zone
    }

    /// Whether a condition is true: unknown is not.
    pub(crate) fn holds(&self, condition: &Expr) -> bool {
        self.truth(condition) == Some(true)
    }

    /// Whether a condition is true, or there is none.
    pub(crate) fn permits(&self, condition: &Option<Expr>) -> bool {
        condition
            .as_ref()
            .is_none_or(|condition| self.holds(condition))
    }

    pub(crate) fn with(self, event: Option<&'a Occurrence>) -> Env<'a> {
        Env { event, ..self }
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
        let negate = |value: bool, negated: bool| Some(Value::Bool(value != negated));
        match &expr.kind {
            K::Literal(value) => Some(value.clone()),
            K::Constant(id) => self.eval(&self.program.constants[id.index()]),
            K::Property(path) => self.property(self.record(&path.record)?, path.property),
            K::Record(path) => Some(Value::Text(self.record(path)?.id.to_string().into())),
            K::Event(field) => self.field(field),
            K::Binding(place, None) => self.bound.contains(place).then_some(Value::Bool(true)),
            K::Message(id) => {
                let name = &self.program.catalog.messages[*id].name;
                Some(Value::Text(name.as_str().into()))
            }
            K::Now => Some(Value::Datetime(self.now)),
            K::Today => Some(Value::Date(day_of(self.now, self.zone()))),
            K::Relative(by, ahead) => self.relative(*by, *ahead, &expr.ty),
            K::Text(parts) => self.text(parts),
            K::List(items) => {
                let items: Option<Vec<Value>> = items.iter().map(|item| self.eval(item)).collect();
                items.map(Value::List)
            }
            K::Not(inner) => bool(self.truth(inner).map(|truth| !truth)),
            K::Logic(Logic::And, list) => bool(every(list.iter().map(|item| self.truth(item)))),
            K::Logic(Logic::Or, list) => bool(some(list.iter().map(|item| self.truth(item)))),
            K::OrUnknown(inner) => Some(Value::Bool(self.truth(inner) != Some(false))),
            K::Compare(op, left, right) => self.compare(*op, left, right),
            K::In(left, list, negated) => {
                let emails = |ty: &Type| matches!(ty, Type::List(of) if **of == Type::Email);
                let lower = is_email(left) || emails(&list.ty);
                let left = lowered(self.eval(left)?, lower);
                match lowered(self.eval(list)?, lower) {
                    Value::List(list) => {
                        negate(list.iter().any(|one| compute::equal(&left, one)), *negated)
                    }
                    _ => None,
                }
            }
            K::Between(value, ends, negated) => {
                let low = self.compare(Comparison::GreaterEqual, value, &ends.0)?;
                let high = self.compare(Comparison::LessEqual, value, &ends.1)?;
                let both = low == Value::Bool(true) && high == Value::Bool(true);
                negate(both, *negated)
            }
            K::TextTest(relation, left, right, negated) => {
                let lower = is_email(left) || is_email(right);
                let ignore = lower || *relation == TextRelation::Contains;
                let (left, right) = (self.words(left, ignore)?, self.words(right, ignore)?);
                let found = match relation {
                    TextRelation::Contains => left.contains(&right),
                    TextRelation::StartsWith => left.starts_with(&right),
                    TextRelation::EndsWith => left.ends_with(&right),
                };
                negate(found, *negated)
            }
            K::SetTest(kind, set, members, negated) => {
                let Some(Value::Set(set)) = self.eval(set) else {
                    return None;
                };
                let mut members = members.iter();
                let found = match kind {
                    ContainsKind::Any => members.any(|member| set.contains(member)),
                    _ => members.all(|member| set.contains(member)),
                };
                negate(found, *negated)
            }
            K::Matches(text, pattern, negated) => {
                let pattern = regex::Regex::new(pattern).expect("it was checked");
                let text = self.words(text, is_email(text))?;
                negate(pattern.is_match(&text), *negated)
            }
            K::Known(inner, unknown) => negate(self.eval(inner).is_some(), *unknown),
            K::Within(value, edge, by, counted) => {
                let (low, high) = period((*edge, *by, *counted), self.now, self.zone())?;
                let within = match self.eval(value)? {
                    Value::Datetime(at) => (low..=high).contains(&at),
                    Value::Date(day) => {
                        let days = day_of(low, self.zone())..=day_of(high, self.zone());
                        days.contains(&day)
                    }
                    _ => return None,
                };
                Some(Value::Bool(within))
            }
            K::Quantified(quantifier, path, condition) => {
                let members = self.members(path).unwrap_or_default();
                let mut each = members.iter().map(|one| self.over(one).truth(condition));
                bool(match quantifier {
                    Quantifier::Any => some(each),
                    Quantifier::All => every(each),
                    Quantifier::No => every(each.by_ref().map(|truth| truth.map(|truth| !truth))),
                })
            }
            K::Aggregate(kind, path, property, filter) => {
                self.aggregate(*kind, path, (*property, filter.as_deref()))
            }
            K::InSegment(id) => Some(Value::Bool(self.inside(id.index()))),
            K::Arithmetic(op, left, right) => {
                let (left, right) = (self.eval(left)?, self.eval(right)?);
                arithmetic(operator(*op), &left, &right, self.zone()).ok()?
            }
            K::Negative(inner) => compute::negative(&self.eval(inner)?).ok()?,
            K::Coalesce(left, right) => self.eval(left).or_else(|| self.eval(right)),
            K::At(day, time) => {
                compute::at(&self.eval(day)?, &self.eval(time)?, self.zone()).ok()?
            }
            K::Call(function, arguments) => match function.name {
                "if" if self.truth(&arguments[0])? => self.eval(&arguments[1]),
                "if" => self.eval(&arguments[2]),
                "coalesce" => arguments.iter().find_map(|argument| self.eval(argument)),
                _ => self.call(function, arguments),
            },
            K::Unit(unit) => {
                let word = PeriodUnit::ALL.iter().find(|(_, other)| other == unit);
                word.map(|(word, _)| Value::Text((*word).into()))
            }
            K::Convert(places, inner) => Some(match self.eval(inner)? {
                Value::Member(place) => Value::Member(places[place]),
                Value::Set(set) => {
                    let moved: BTreeSet<usize> = set.iter().map(|place| places[*place]).collect();
                    Value::Set(moved.into_iter().collect())
                }
                other => other,
            }),
            K::Binding(..) | K::Parameter(_) | K::WebhookValue => None,
            K::Secret(_) | K::Scheme(..) | K::Json(_) | K::Broken => None,
        }
    }

    fn over(&self, member: &'a Record) -> Env<'a> {
        Env {
            member: Some(member),
            ..*self
        }
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
        let label = path.label.as_ref().map(|label| label.as_str().to_owned());
        let ends = owner.linked(name, label.as_deref());
        let ever = owner.ever.contains(&(name.to_owned(), label));
        let members = ends.into_iter().filter_map(|end| end.heard.as_deref());
        ever.then(|| members.collect())
    }

    pub(crate) fn property(&self, record: &'a Record, property: PropertyId) -> Option<Value> {
        let object = &self.program.catalog.objects[record.object];
        let declared = &object.properties[property];
        match declared.name.as_str() {
            "id" => return Some(Value::Text(record.id.to_string().into())),
            "created_at" => return Some(Value::Datetime(record.created)),
            "updated_at" => return Some(Value::Datetime(record.updated)),
            _ => {}
        }
        if !declared.computed {
            return record.values.get(&property.index()).cloned();
        }
        let body = &self.program.objects[record.object.index()];
        let (_, expr) = body.computed.iter().find(|(id, _)| *id == property)?;
        Env::of(self.program, self.now, record).eval(expr)
    }

    fn field(&self, field: &EventField) -> Option<Value> {
        let event = self.event?;
        let read = |source: &FieldSource| match (source, &event.source) {
            (FieldSource::Property(of, property), EventSource::Declared(is)) if of == is => {
                event.fields.get(&property.index()).cloned()
            }
            (FieldSource::Occurrence(0), _) => Some(Value::Datetime(event.occurred)),
            (FieldSource::Occurrence(1), _) => Some(Value::Datetime(event.accepted)),
            (FieldSource::Occurrence(_), _) => Some(Value::Text(event.id.as_deref()?.into())),
            (FieldSource::Old(_, of), EventSource::Changed(is)) if of == is => event.old.clone(),
            (FieldSource::New(_, of), EventSource::Changed(is)) if of == is => event.new.clone(),
            (FieldSource::ActionFailed(at), EventSource::ActionFailed) => event.failed[*at].clone(),
            _ => None,
        };
        field.sources.iter().find_map(read)
    }

    /// Whether this record is in a segment.
    pub(crate) fn inside(&self, segment: usize) -> bool {
        match &self.program.segments[segment] {
            Some(condition) => Env::of(self.program, self.now, self.this).holds(condition),
            None => self.this.segments.contains(&segment),
        }
    }

    fn relative(&self, by: Duration, ahead: bool, ty: &Type) -> Option<Value> {
        let at = shift(self.now, by, !ahead, self.zone())?;
        Some(match ty {
            Type::Date => Value::Date(shift_date(day_of(self.now, self.zone()), by, !ahead)?),
            _ => Value::Datetime(at),
        })
    }

    /// A side of a comparison: `N days ago` is the start of that day, `N days
    /// from now` its end (D2).
    pub(crate) fn bound_of(&self, expr: &Expr) -> Option<Value> {
        let ExprKind::Relative(by, ahead) = &expr.kind else {
            return self.eval(expr);
        };
        if by.unit < Unit::Day || expr.ty == Type::Date {
            return self.eval(expr);
        }
        let day = shift_date(day_of(self.now, self.zone()), *by, !ahead)?;
        let end = if *ahead { end_of_day } else { start_of_day };
        Some(Value::Datetime(end(day, self.zone())?))
    }

    fn compare(&self, op: Comparison, left: &Expr, right: &Expr) -> Option<Value> {
        let lower = is_email(left) || is_email(right);
        let (left, right) = (self.bound_of(left)?, self.bound_of(right)?);
        let (left, right) = (lowered(left, lower), lowered(right, lower));
        let order = || compute::compare(&left, &right);
        Some(Value::Bool(match op {
            Comparison::Equal => compute::equal(&left, &right),
            Comparison::NotEqual => !compute::equal(&left, &right),
            Comparison::Less => order()? == Ordering::Less,
            Comparison::LessEqual => order()? != Ordering::Greater,
            Comparison::Greater => order()? == Ordering::Greater,
            Comparison::GreaterEqual => order()? != Ordering::Less,
        }))
    }

    fn words(&self, expr: &Expr, lower: bool) -> Option<String> {
        match self.eval(expr)? {
            Value::Text(text) if lower => Some(text.to_lowercase()),
            Value::Text(text) => Some(text.to_string()),
            _ => None,
        }
    }

    fn call(&self, function: &flow::model::Function, arguments: &[Expr]) -> Option<Value> {
        let prints = matches!(function.name, "concat" | "join");
        let value = |argument: &Expr| match self.eval(argument)? {
            Value::Text(text) => Some(Value::Text(text)),
            value if prints => Some(Value::Text(self.print(&value, argument).into())),
            value => Some(value),
        };
        let values: Vec<Option<Value>> = arguments.iter().map(value).collect();
        compute::call(function, &values, self.zone()).ok()?
    }

    pub(crate) fn print(&self, value: &Value, expr: &Expr) -> String {
        compute::print_as(value, &expr.ty, self.zone())
    }

    fn text(&self, parts: &[TextPart]) -> Option<Value> {
        let (mut text, mut known) = (String::new(), false);
        for part in parts {
            let formatted = |value: &Expr, format: &Option<Box<str>>| {
                let found = self.eval(value)?;
                Some(match format {
                    Some(format) => compute::format(&found, format, self.zone()),
                    None => self.print(&found, value),
                })
            };
            let piece = match part {
                TextPart::Literal(literal) => {
                    text.push_str(literal);
                    continue;
                }
                TextPart::Value(value, format) => formatted(value, format),
                TextPart::Fallback(value, format, other) => {
                    formatted(value, format).or_else(|| formatted(other, &None))
                }
            };
            known |= piece.is_some();
            text.push_str(&piece.unwrap_or_default());
        }
        known.then(|| Value::Text(text.into()))
    }

    fn aggregate(&self, kind: Aggregate, path: &AssociationPath, of: Of<'_>) -> Option<Value> {
        let (property, filter) = of;
        let members = self.members(path);
        if kind == Aggregate::Count && members.is_none() {
            return None;
        }
        let mut members = members.unwrap_or_default();
        members.retain(|member| filter.is_none_or(|filter| self.over(member).holds(filter)));
        let number = |count: usize| Value::Number(count.into());
        let add =
            |op, left: Value, right: &Value| arithmetic(op, &left, right, self.zone()).ok()?;
        let value = |member: &&'a Record| self.property(member, property?);
        let values = || members.iter().filter_map(value);
        let sum = || values().try_fold(number(0), |sum, next| add(Operator::Add, sum, &next));
        let best = |wanted: Ordering| {
            values().reduce(|best, next| {
                let better = compute::compare(&next, &best) == Some(wanted);
                if better { next } else { best }
            })
        };
        match kind {
            Aggregate::Count => Some(number(members.len())),
            Aggregate::Sum => sum(),
            Aggregate::Min => best(Ordering::Less),
            Aggregate::Max => best(Ordering::Greater),
            Aggregate::Avg if values().next().is_none() => None,
            Aggregate::Avg => add(Operator::Divide, sum()?, &number(values().count())),
        }
    }
}

fn is_email(expr: &Expr) -> bool {
    expr.ty == Type::Email
}

fn lowered(value: Value, lower: bool) -> Value {
    match value {
        Value::Text(text) if lower => Value::Text(text.to_lowercase().into()),
        Value::List(items) => {
            Value::List(items.into_iter().map(|item| lowered(item, lower)).collect())
        }
        other => other,
    }
}

/// Kleene's `and`.
fn every(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let truths: Vec<Option<bool>> = truths.collect();
    let unknown = truths.contains(&None);
    let against = truths.contains(&Some(false));
    (against || !unknown).then_some(!against)
}

/// Kleene's `or`.
fn some(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    every(truths.map(|truth| truth.map(|truth| !truth))).map(|truth| !truth)
}

pub(crate) fn operator(op: Arithmetic) -> Operator {
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
    if counted && by.unit < Unit::Day {
        return match edge {
            EdgeKind::Next => Some((now, shift(now, by, false, zone)?)),
            _ => Some((shift(now, by, true, zone)?, now)),
        };
    }
    if counted {
        return match edge {
            EdgeKind::Next => Some((now, end_of_day(shift_date(today, by, false)?, zone)?)),
            _ => Some((start_of_day(shift_date(today, by, true)?, zone)?, now)),
        };
    }
    let unit = match (by.unit, by.count) {
        (Unit::Year, _) => PeriodUnit::Year,
        (Unit::Month, 3) => PeriodUnit::Quarter,
        (Unit::Month, _) => PeriodUnit::Month,
        (Unit::Week, _) => PeriodUnit::Week,
        _ => PeriodUnit::Day,
    };
    let start = period_start(today, unit)?;
    let day = match edge {
        EdgeKind::This => start,
        EdgeKind::Last => shift_date(start, by, true)?,
        EdgeKind::Next => shift_date(start, by, false)?,
    };
    Some((
        start_of_day(day, zone)?,
        end_of_day(period_end(day, unit)?, zone)?,
    ))
}
