//! The functions of expressions and what they take.

/// What a function takes or returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text of any form.
    Text,
    /// Text, or anything that prints.
    Printable,
    /// A number.
    Number,
    /// A date or a datetime.
    Moment,
    /// A date.
    Date,
    /// A datetime.
    Datetime,
    /// A time of day.
    Time,
    /// An amount of time.
    Duration,
    /// One of the words of [`PeriodUnit`].
    Unit,
    /// A day of the week.
    Weekday,
    /// A condition.
    Condition,
    /// The type that the other arguments of this kind have too.
    Same,
}

/// What `start_of` and `end_of` take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodUnit {
    /// A day.
    Day,
    /// A week from Monday.
    Week,
    /// A month.
    Month,
    /// Three months from January, April, July or October.
    Quarter,
    /// A year.
    Year,
}

impl PeriodUnit {
    /// All of them, with their words.
    pub const ALL: [(&str, PeriodUnit); 5] = [
        ("day", PeriodUnit::Day),
        ("week", PeriodUnit::Week),
        ("month", PeriodUnit::Month),
        ("quarter", PeriodUnit::Quarter),
        ("year", PeriodUnit::Year),
    ];
}

/// A function.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// What it takes; the last may be repeated where `repeats` is set.
    pub parameters: &'static [Kind],
    /// How many of the parameters must be given.
    pub required: usize,
    /// Whether the last parameter may be repeated.
    pub repeats: bool,
    /// What it returns.
    pub returns: Kind,
    /// Whether it may be unknown though all its arguments are known.
    pub may_fail: bool,
}

/// A function whose parameters must all be given.
const fn plain(name: &'static str, parameters: &'static [Kind], returns: Kind) -> Function {
    Function {
        name,
        parameters,
        required: parameters.len(),
        repeats: false,
        returns,
        may_fail: false,
    }
}

/// A function with some optional parameters at the end.
const fn optional(
    name: &'static str,
    required: usize,
    parameters: &'static [Kind],
    returns: Kind,
) -> Function {
    Function {
        name,
        parameters,
        required,
        repeats: false,
        returns,
        may_fail: false,
    }
}

/// A function that takes any number of the last parameter.
const fn many(name: &'static str, parameters: &'static [Kind], returns: Kind) -> Function {
    Function {
        name,
        parameters,
        required: parameters.len(),
        repeats: true,
        returns,
        may_fail: false,
    }
}

const fn failing(function: Function) -> Function {
    Function {
        may_fail: true,
        ..function
    }
}

const FUNCTIONS: &[Function] = {
    use Kind::{
        Condition, Date, Datetime, Duration, Moment, Number, Printable, Same, Text, Time, Unit,
        Weekday,
    };
    &[
        plain("lower", &[Text], Text),
        plain("upper", &[Text], Text),
        plain("trim", &[Text], Text),
        plain("capitalize", &[Text], Text),
        many("concat", &[Printable], Text),
        plain("length", &[Text], Number),
        plain("replace", &[Text, Text, Text], Text),
        plain("cut", &[Text, Number, Number], Text),
        failing(plain("split", &[Text, Text, Number], Text)),
        many("join", &[Text, Printable], Text),
        failing(plain("email_domain", &[Text], Text)),
        failing(plain("url_host", &[Text], Text)),
        failing(plain("url_path", &[Text], Text)),
        plain("abs", &[Number], Number),
        optional("round", 1, &[Number, Number], Number),
        plain("floor", &[Number], Number),
        plain("ceil", &[Number], Number),
        many("min", &[Same], Same),
        many("max", &[Same], Same),
        failing(plain("parse_number", &[Text], Number)),
        optional("format_number", 1, &[Number, Number], Text),
        plain("year", &[Moment], Number),
        plain("month", &[Moment], Number),
        plain("day", &[Moment], Number),
        plain("weekday", &[Moment], Weekday),
        plain("hour", &[Datetime], Number),
        plain("start_of", &[Unit, Moment], Same),
        plain("end_of", &[Unit, Moment], Same),
        plain("days_between", &[Moment, Moment], Number),
        plain("minutes_between", &[Moment, Moment], Number),
        plain("minutes", &[Number], Duration),
        plain("hours", &[Number], Duration),
        plain("days", &[Number], Duration),
        failing(optional("parse_datetime", 1, &[Text, Text], Datetime)),
        plain("unix_timestamp", &[Datetime], Number),
        plain("format_datetime", &[Moment, Text], Text),
        plain("date", &[Datetime], Date),
        plain("time", &[Datetime], Time),
        plain("if", &[Condition, Same, Same], Same),
        many("coalesce", &[Same], Same),
        plain("hash", &[Text], Number),
    ]
};

/// All functions.
#[must_use]
pub fn functions() -> &'static [Function] {
    FUNCTIONS
}

/// The function of a name.
#[must_use]
pub fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}
