//! The tables and keys of `flow.toml`, each declared once with the form of its value: suggestions
//! and the schema for editors follow from here. What a key means is not known here.

use std::ops::RangeInclusive;

use crate::diagnostic::{Code, Level};
use crate::model::{Limits, LintLevel, PACKAGES, Profile};
use crate::project::outside::ConnectionKind;

/// The tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Project,
    Limits,
    Lint,
    Secrets,
    Connections,
    Caps,
    Store,
    Retention,
}

/// The table of tables that are laid over the others.
pub(super) const ENV: &str = "env";

/// The key of the set of limits that single ones change.
pub(super) const PROFILE: &str = "profile";

/// The word that lifts a limit.
pub(super) const LIFTED: &str = "none";

/// How many requests a second may be asked for.
pub(super) const PER_SECOND: RangeInclusive<i64> = 1..=1_000;

/// The rules that no finding follows yet: setting their level changes nothing.
pub(super) const RULES_LATER: &[&str] = &["competing-writes"];

/// A key, with the form of its value.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    /// What it says, in one sentence.
    pub(super) about: &'static str,
    pub(super) form: Form,
    pub(super) required: bool,
}

/// The forms of values.
#[derive(Debug)]
pub(super) enum Form {
    /// A text that says something.
    Text,
    /// One of some words.
    Word(Vec<&'static str>),
    /// Some of some words.
    Words(Vec<&'static str>),
    /// A whole number.
    Number(RangeInclusive<i64>),
    /// A whole number, or the word that lifts the limit.
    Limit(RangeInclusive<i64>),
    /// `true` or `false`.
    Truth,
    /// An amount of time; of a fixed length, or months and years too.
    Time { fixed: bool },
    /// So often within an amount of time.
    Rate,
    /// A table of its own.
    Table(Vec<Key>),
}

/// What a table holds.
#[derive(Debug)]
pub(super) enum Holds {
    /// These keys.
    Keys(Vec<Key>),
    /// Names that the project chooses, each with a value of one form.
    Names(Form),
}

fn key(name: &'static str, form: Form, about: &'static str) -> Key {
    Key {
        name,
        about,
        form,
        required: false,
    }
}

fn required(name: &'static str, form: Form, about: &'static str) -> Key {
    Key {
        required: true,
        ..key(name, form, about)
    }
}

impl Table {
    /// All of them.
    pub(super) const ALL: [Table; 8] = [
        Table::Project,
        Table::Limits,
        Table::Lint,
        Table::Secrets,
        Table::Connections,
        Table::Caps,
        Table::Store,
        Table::Retention,
    ];

    /// The table of a name.
    pub(super) fn of(name: &str) -> Option<Self> {
        Table::ALL.into_iter().find(|table| table.word() == name)
    }

    /// The name in `flow.toml`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Table::Project => "project",
            Table::Limits => "limits",
            Table::Lint => "lint",
            Table::Secrets => "secrets",
            Table::Connections => "connections",
            Table::Caps => "caps",
            Table::Store => "store",
            Table::Retention => "retention",
        }
    }

    /// What it is for, in one sentence.
    pub(super) fn about(self) -> &'static str {
        match self {
            Table::Project => "What the project is.",
            Table::Limits => "The limits on programs: a profile, and single ones that differ.",
            Table::Lint => "The levels of rules, by their names.",
            Table::Secrets => "Names of secrets, and where their values come from.",
            Table::Connections => "Where built-in actions send.",
            Table::Caps => "How often an action may reach a record, across workflows.",
            Table::Store => "Where the store is.",
            Table::Retention => "How long what has happened is kept.",
        }
    }

    /// The header that its keys stand below.
    pub(super) fn header(self) -> &'static str {
        match self {
            Table::Connections => "connections.NAME",
            _ => self.word(),
        }
    }

    /// What it holds.
    pub(super) fn holds(self) -> Holds {
        match self {
            Table::Project => Holds::Keys(project()),
            Table::Limits => Holds::Keys(limits()),
            Table::Lint => Holds::Keys(lint()),
            Table::Secrets => Holds::Names(Form::Table(secret())),
            Table::Connections => Holds::Names(Form::Table(connection())),
            Table::Caps => Holds::Names(Form::Rate),
            Table::Store => Holds::Keys(store()),
            Table::Retention => Holds::Keys(retention()),
        }
    }

    /// The keys below the header; none where the project chooses names.
    pub(super) fn keys(self) -> Vec<&'static str> {
        match self.holds() {
            Holds::Keys(keys) => names(&keys),
            Holds::Names(Form::Table(keys)) if self == Table::Connections => names(&keys),
            Holds::Names(_) => Vec::new(),
        }
    }
}

/// The names of all tables.
pub(super) fn tables() -> impl Iterator<Item = &'static str> {
    Table::ALL.into_iter().map(Table::word).chain([ENV])
}

/// The names of keys.
pub(super) fn names(keys: &[Key]) -> Vec<&'static str> {
    keys.iter().map(|key| key.name).collect()
}

fn project() -> Vec<Key> {
    let packages = PACKAGES.iter().map(|package| package.name).collect();
    vec![
        required("name", Form::Text, "The name of the project."),
        key(
            "edition",
            Form::Number(1..=1),
            "The edition of the language.",
        ),
        key(
            "timezone",
            Form::Text,
            "The IANA name of its zone; `UTC` unless said.",
        ),
        key(
            "catch_up",
            Form::Time { fixed: true },
            "How old a missed time of a schedule may be to be made up for; `24 hours` unless said.",
        ),
        key(
            "use",
            Form::Words(packages),
            "The bundled packages that it uses.",
        ),
    ]
}

fn limits() -> Vec<Key> {
    let profiles = Profile::ALL.map(Profile::word).to_vec();
    let profile = key(
        PROFILE,
        Form::Word(profiles),
        "The limits that hold unless said.",
    );
    let counts = Limits::COUNTS.iter().map(|count| {
        let range = i64::from(count.least)..=i64::from(count.most);
        key(count.key, Form::Limit(range), count.about)
    });
    let switches = Limits::SWITCHES.iter();
    let switches = switches.map(|switch| key(switch.key, Form::Truth, switch.about));
    [profile]
        .into_iter()
        .chain(counts)
        .chain(switches)
        .collect()
}

fn lint() -> Vec<Key> {
    let levels = || Form::Word(LintLevel::ALL.map(LintLevel::word).to_vec());
    let built = rules().map(|rule| key(rule.name(), levels(), rule.summary()));
    let later = RULES_LATER.iter();
    let later = later.map(|name| key(name, levels(), "Not judged by this version."));
    built.chain(later).collect()
}

/// The kinds of finding whose level can be set.
pub(super) fn rules() -> impl Iterator<Item = Code> {
    let all = Code::ALL.iter().copied();
    all.filter(|code| code.level() == Level::Warning)
}

/// The keys of a secret.
pub(super) fn secret() -> Vec<Key> {
    vec![required(
        "env",
        Form::Text,
        "The environment variable that holds the value.",
    )]
}

/// The keys of a connection.
pub(super) fn connection() -> Vec<Key> {
    let kinds = ConnectionKind::ALL.map(ConnectionKind::word).to_vec();
    let time = || Form::Time { fixed: true };
    vec![
        required("kind", Form::Word(kinds), "What it speaks."),
        required("url", Form::Text, "Where it leads, without a password."),
        key("from", Form::Text, "Whom mails are from; of `smtp` alone."),
        key("secret", Form::Text, "The name of its secret."),
        key("connect", time(), "How long connecting may take."),
        key("timeout", time(), "How long an attempt may take in all."),
        key(
            "per_second",
            Form::Number(PER_SECOND),
            "How many requests may begin in a second.",
        ),
        key("retry_first", time(), "The first wait between attempts."),
        key("retry_most", time(), "The longest wait between attempts."),
        key("retry_total", time(), "How long it is tried in all."),
    ]
}

fn store() -> Vec<Key> {
    vec![key(
        "path",
        Form::Text,
        "Its folder, relative to the project.",
    )]
}

fn retention() -> Vec<Key> {
    let long = || Form::Time { fixed: false };
    vec![
        key(
            "detail",
            long(),
            "How long the history is kept in full (H2).",
        ),
        key(
            "headline",
            long(),
            "How long what happened is kept in headlines (H2).",
        ),
        key(
            "log",
            Form::Time { fixed: true },
            "How long the log is kept, in whole days.",
        ),
    ]
}
