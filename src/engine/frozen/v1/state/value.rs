//! Values, moments and amounts of time. A member is its place in the list of
//! names that stands in the table of its block.

use super::ThawError;
use super::bytes::{Reader, Writer};
use super::table::Shape;
use crate::base::{Date, Decimal, Duration, Time, Timestamp, Unit};
use crate::model::{Type, Value};

const UNKNOWN: u8 = 0;
const TEXT: u8 = 1;
const NUMBER: u8 = 2;
const FALSE: u8 = 3;
const TRUE: u8 = 4;
const DATE: u8 = 5;
const DATETIME: u8 = 6;
const TIME: u8 = 7;
const END_OF_DAY: u8 = 8;
const DURATION: u8 = 9;
const MEMBER: u8 = 10;
const SET: u8 = 11;
const LIST: u8 = 12;
const SMALL: u8 = 13;
const KNOWN_TEXT: u8 = 14;

/// The sign of a number, beside its scale.
const NEGATIVE: u8 = 0x80;
/// How deep lists may stand in lists.
const DEEPEST: u8 = 8;

const MICRO: u64 = 1_000;

/// Units by their place here, which never changes.
const UNITS: [Unit; 7] = [
    Unit::Second,
    Unit::Minute,
    Unit::Hour,
    Unit::Day,
    Unit::Week,
    Unit::Month,
    Unit::Year,
];

impl<'p> Writer<'p> {
    /// A value of a type, or that there is none. A member without a name has
    /// no meaning, and is unknown.
    pub(super) fn value(&mut self, value: Option<&'p Value>, ty: &Type) {
        let Some(value) = value else {
            return self.byte(UNKNOWN);
        };
        match value {
            Value::Text(text) => match self.known(text) {
                Some(number) => {
                    self.byte(KNOWN_TEXT);
                    self.number(number);
                }
                None => {
                    self.byte(TEXT);
                    self.text(text);
                }
            },
            Value::Number(number) => self.decimal(*number),
            Value::Bool(is) => self.byte(if *is { TRUE } else { FALSE }),
            Value::Date(day) => {
                self.byte(DATE);
                self.date(*day);
            }
            Value::Datetime(at) => {
                self.byte(DATETIME);
                self.moment(*at);
            }
            Value::Time(None) => self.byte(END_OF_DAY),
            Value::Time(Some(time)) => {
                self.byte(TIME);
                self.time(*time);
            }
            Value::Duration(amount) => {
                self.byte(DURATION);
                self.duration(*amount);
            }
            Value::Member(_) | Value::Set(_) if !has_members(ty) => self.byte(UNKNOWN),
            Value::Member(place) => {
                self.byte(MEMBER);
                self.count(*place);
            }
            Value::Set(places) => {
                self.byte(SET);
                self.count(places.len());
                for place in places {
                    self.count(*place);
                }
            }
            Value::List(items) => {
                self.byte(LIST);
                self.count(items.len());
                for item in items {
                    self.value(Some(item), ty);
                }
            }
        }
    }

    /// A number, exactly as it is: two numbers that are equal may print
    /// differently.
    pub(super) fn decimal(&mut self, number: Decimal) {
        let mantissa = number.mantissa().unsigned_abs();
        let negative = number.is_sign_negative();
        match (number.scale(), negative, u64::try_from(mantissa)) {
            (0, false, Ok(small)) => {
                self.byte(SMALL);
                self.number(small);
            }
            (scale, ..) => {
                self.byte(NUMBER);
                let sign = if negative { NEGATIVE } else { 0 };
                self.byte(u8::try_from(scale).unwrap_or_default() | sign);
                self.wide(mantissa);
            }
        }
    }

    /// An instant: whole seconds, and what is left where something is.
    pub(super) fn moment(&mut self, at: Timestamp) {
        let rest = at.subsec_nanosecond();
        self.signed((at.as_second() << 1) | i64::from(rest != 0));
        if rest != 0 {
            let nanos = u64::from(rest.unsigned_abs());
            let short = nanos.is_multiple_of(MICRO);
            let digits = if short { nanos / MICRO } else { nanos };
            self.number((digits << 2) | (u64::from(rest < 0) << 1) | u64::from(short));
        }
    }

    pub(super) fn optional_moment(&mut self, at: Option<Timestamp>) {
        self.flag(at.is_some());
        if let Some(at) = at {
            self.moment(at);
        }
    }

    pub(super) fn date(&mut self, day: Date) {
        self.signed(i64::from(day.year()));
        self.byte(day.month().unsigned_abs());
        self.byte(day.day().unsigned_abs());
    }

    fn time(&mut self, time: Time) {
        for part in [time.hour(), time.minute(), time.second()] {
            self.byte(part.unsigned_abs());
        }
        self.number(u64::from(time.subsec_nanosecond().unsigned_abs()));
    }

    fn duration(&mut self, amount: Duration) {
        self.signed(amount.count);
        self.byte(unit(amount.unit));
        self.flag(amount.business);
    }
}

impl Reader<'_> {
    /// A value of a shape.
    pub(super) fn value(&mut self, shape: &Shape) -> Result<Option<Value>, ThawError> {
        self.value_within(shape, DEEPEST)
    }

    fn value_within(&mut self, shape: &Shape, deep: u8) -> Result<Option<Value>, ThawError> {
        Ok(Some(match self.byte()? {
            UNKNOWN => return Ok(None),
            TEXT => Value::Text(self.new_text()?.into()),
            KNOWN_TEXT => Value::Text(self.known_text()?.into()),
            SMALL => Value::Number(Decimal::from(self.number()?)),
            NUMBER => Value::Number(self.decimal()?),
            FALSE => Value::Bool(false),
            TRUE => Value::Bool(true),
            DATE => Value::Date(self.date()?),
            DATETIME => Value::Datetime(self.moment()?),
            TIME => Value::Time(Some(self.time()?)),
            END_OF_DAY => Value::Time(None),
            DURATION => Value::Duration(self.duration()?),
            MEMBER => Value::Member(self.member(shape)?),
            SET => {
                let count = self.count()?;
                let places: Result<Vec<usize>, _> =
                    (0..count).map(|_| self.member(shape)).collect();
                let mut places = places?;
                places.sort_unstable();
                Value::Set(places.into())
            }
            LIST => {
                let deep = deep.checked_sub(1).ok_or_else(ThawError::deep)?;
                let mut items = Vec::new();
                for _ in 0..self.count()? {
                    items.extend(self.value_within(shape, deep)?);
                }
                Value::List(items.into())
            }
            _ => return Err(ThawError::damaged("a value of no kind")),
        }))
    }

    fn member(&mut self, shape: &Shape) -> Result<usize, ThawError> {
        let place: usize = self.small()?;
        match shape.members.get(place) {
            Some(Ok(place)) => Ok(*place),
            Some(Err(name)) => Err(ThawError::Missing("member", name.clone())),
            None => Err(ThawError::damaged("a member that has no name")),
        }
    }

    /// A number that is no small one.
    pub(super) fn decimal(&mut self) -> Result<Decimal, ThawError> {
        let first = self.byte()?;
        let mantissa = i128::try_from(self.wide()?).map_err(|_| ThawError::digits())?;
        let scale = u32::from(first & !NEGATIVE);
        let mut number =
            Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| ThawError::digits())?;
        number.set_sign_negative(first & NEGATIVE != 0);
        Ok(number)
    }

    pub(super) fn moment(&mut self) -> Result<Timestamp, ThawError> {
        let first = self.signed()?;
        let (seconds, rest) = (first >> 1, first & 1);
        let mut nanos = 0;
        if rest != 0 {
            let digits = self.number()?;
            let unit = if digits & 1 == 1 { MICRO } else { 1 };
            nanos = i32::try_from((digits >> 2).saturating_mul(unit))
                .map_err(|_| ThawError::calendar())?;
            if digits & 2 != 0 {
                nanos = -nanos;
            }
        }
        Timestamp::new(seconds, nanos).map_err(|_| ThawError::calendar())
    }

    pub(super) fn optional_moment(&mut self) -> Result<Option<Timestamp>, ThawError> {
        Ok(if self.flag()? {
            Some(self.moment()?)
        } else {
            None
        })
    }

    pub(super) fn date(&mut self) -> Result<Date, ThawError> {
        let year = i16::try_from(self.signed()?).map_err(|_| ThawError::calendar())?;
        let (month, day) = (self.two_digits()?, self.two_digits()?);
        Date::new(year, month, day).map_err(|_| ThawError::calendar())
    }

    fn time(&mut self) -> Result<Time, ThawError> {
        let (hour, minute, second) = (self.two_digits()?, self.two_digits()?, self.two_digits()?);
        let rest = self.small::<i32>()?;
        Time::new(hour, minute, second, rest).map_err(|_| ThawError::calendar())
    }

    fn two_digits(&mut self) -> Result<i8, ThawError> {
        i8::try_from(self.byte()?).map_err(|_| ThawError::calendar())
    }

    fn duration(&mut self) -> Result<Duration, ThawError> {
        let (count, unit) = (self.signed()?, usize::from(self.byte()?));
        let unit = UNITS.get(unit).copied();
        Ok(Duration {
            count,
            unit: unit.ok_or_else(ThawError::calendar)?,
            business: self.flag()?,
        })
    }
}

fn unit(unit: Unit) -> u8 {
    let place = UNITS.iter().position(|other| *other == unit);
    place
        .and_then(|place| u8::try_from(place).ok())
        .unwrap_or_default()
}

fn has_members(ty: &Type) -> bool {
    match ty {
        Type::Enum(_) | Type::Set(_) => true,
        Type::List(inner) => has_members(inner),
        _ => false,
    }
}
