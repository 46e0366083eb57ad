//! What values are drawn from: near to what the program compares with, and to
//! the instant at which the test begins. What is done with a value is not known
//! here.

use super::draw::Dice;
use super::literal::{literal, moment};
use crate::base::start_of_day;
use crate::base::{Decimal, Duration, Text, TimeZone, Timestamp, Unit, day_of, instant, shift};
use crate::model::{Type, Value, form_of};
use crate::plan::test::{Given, Test};
use crate::plan::{Expression, Node, Program};

/// How far moments lie from others, beside what the program names.
const SPANS: [(i64, Unit); 6] = [
    (0, Unit::Day),
    (1, Unit::Minute),
    (1, Unit::Hour),
    (1, Unit::Day),
    (1, Unit::Week),
    (1, Unit::Month),
];

/// Addresses of each kind.
const ADDRESSES: [&str; 6] = [
    "a@example.com",
    "b@example.com",
    "+47 22 33 44 55",
    "+44 20 7946 0000",
    "https://example.com/a",
    "https://example.com/b",
];

/// What values are drawn from.
pub(super) struct Range<'p> {
    zone: &'p TimeZone,
    numbers: Vec<Decimal>,
    texts: Vec<Text>,
    /// Texts that may be addresses.
    addresses: Vec<Text>,
    moments: Vec<Timestamp>,
    spans: Vec<Duration>,
}

impl<'p> Range<'p> {
    /// The constants of a program, the addresses of a test, and others.
    pub(super) fn of(program: &'p Program, test: &Test, begins: Timestamp) -> Self {
        let spans = SPANS.map(|(count, unit)| Duration {
            count,
            unit,
            business: false,
        });
        let mut range = Range {
            zone: &program.settings.zone,
            numbers: vec![Decimal::ZERO, Decimal::ONE],
            texts: vec!["a".into(), "b".into()],
            addresses: ADDRESSES.map(Text::from).to_vec(),
            moments: vec![begins],
            spans: spans.to_vec(),
        };
        let workflows = program.workflows().iter();
        let of_workflows = workflows.flat_map(|workflow| workflow.expressions());
        let segments = program.segments.iter();
        let of_segments = segments.map(|segment| &segment.condition.expression);
        let all = of_workflows.chain(of_segments).chain(&program.constants);
        all.for_each(|one| range.gather(one));
        for given in &test.world {
            if let Given::Record(_, values) = &given.what {
                values
                    .iter()
                    .for_each(|(_, value)| range.addresses_of(value));
            }
        }
        range
    }

    fn gather(&mut self, expression: &Expression) {
        for (_, node, _) in expression.nodes() {
            match node {
                Node::Constant(Value::Number(number)) => {
                    self.numbers.push(*number);
                    self.numbers.extend(number.checked_add(Decimal::ONE));
                    self.numbers.extend(number.checked_sub(Decimal::ONE));
                }
                Node::Constant(Value::Text(text)) => self.texts.push(text.clone()),
                Node::Constant(Value::Datetime(at)) => self.moments.push(*at),
                Node::Constant(Value::Date(day)) => {
                    self.moments.extend(start_of_day(*day, self.zone));
                }
                Node::Constant(Value::Duration(by))
                | Node::Relative(by, _)
                | Node::Within(_, _, by, _) => self.spans.push(*by),
                _ => {}
            }
        }
        self.addresses_of(expression);
    }

    fn addresses_of(&mut self, expression: &Expression) {
        for (_, node, _) in expression.nodes() {
            if let Node::Constant(Value::Text(text)) = node {
                self.addresses.push(text.clone());
            }
        }
    }

    /// A value of a type, and how it is written.
    pub(super) fn value(&self, dice: &mut Dice, ty: &Type) -> Option<(Value, String)> {
        let value = match ty {
            Type::String => Value::Text(dice.pick(&self.texts)?),
            Type::Email | Type::Phone | Type::Url => {
                let fitting = |text: &&Text| form_of(ty, text).is_ok();
                let fitting: Vec<&Text> = self.addresses.iter().filter(fitting).collect();
                Value::Text(dice.pick(&fitting)?.clone())
            }
            Type::Number => Value::Number(dice.pick(&self.numbers)?),
            Type::Bool => Value::Bool(dice.below(2) == 0),
            Type::Date => Value::Date(day_of(self.moment(dice)?, self.zone)),
            Type::Datetime => {
                let at = self.moment(dice)?;
                return Some((Value::Datetime(at), moment(at, self.zone)));
            }
            Type::Enum(members) => Value::Member(dice.place(members.list().len())),
            Type::Set(members) => {
                let all = 0..members.list().len();
                Value::Set(all.filter(|_| dice.below(2) == 0).collect())
            }
            _ => return None,
        };
        let text = literal(&value, ty)?;
        Some((value, text))
    }

    /// An instant, by whole minutes.
    fn moment(&self, dice: &mut Dice) -> Option<Timestamp> {
        let (from, by) = (dice.pick(&self.moments)?, dice.pick(&self.spans)?);
        let back = dice.below(2) == 0;
        let at = shift(from, by, back, self.zone)?;
        let wall = self.zone.to_datetime(at);
        let whole = wall.date().at(wall.hour(), wall.minute(), 0, 0);
        instant(whole, self.zone)
    }
}
