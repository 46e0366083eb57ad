//! The tables and keys that a `flow.toml` may have, and which of them are read. What they mean is
//! not known here.

use crate::diagnostic::{Code, Level};
use crate::model::Limits;

/// The tables of which something is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Project,
    Limits,
    Lint,
    Store,
    Secrets,
    Connections,
    Retention,
}

/// All tables, for suggestions.
pub(super) const TABLES: &[&str] = &[
    "project",
    "limits",
    "store",
    "lint",
    "secrets",
    "connections",
    "caps",
    "retention",
    "env",
];

/// The tables that are not read yet.
pub(super) const LATER: &[&str] = &["caps", "env"];

/// The rules that no finding follows yet: setting their level changes nothing.
pub(super) const RULES_LATER: &[&str] = &["competing-writes"];

/// What is kept how long, and not read yet.
pub(super) const RETENTION_LATER: &[&str] = &["detail", "headline"];

/// The key of the set of limits that single ones change.
pub(super) const PROFILE: &str = "profile";

/// The keys of a secret.
pub(super) const SECRET: &[&str] = &["env"];

/// The keys of a connection.
pub(super) const CONNECTION: &[&str] = &[
    "kind",
    "url",
    "from",
    "secret",
    "connect",
    "timeout",
    "per_second",
    "retry_first",
    "retry_most",
    "retry_total",
];

impl Table {
    /// All of them.
    pub(super) const ALL: [Table; 7] = [
        Table::Project,
        Table::Limits,
        Table::Lint,
        Table::Store,
        Table::Secrets,
        Table::Connections,
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
            Table::Store => "store",
            Table::Secrets => "secrets",
            Table::Connections => "connections",
            Table::Retention => "retention",
        }
    }

    /// The header that its keys stand below.
    pub(super) fn header(self) -> &'static str {
        match self {
            Table::Connections => "connections.NAME",
            _ => self.word(),
        }
    }

    /// All keys below the header; secrets have names of their own, and below `[lint]` stand those
    /// of rules.
    pub(super) fn keys(self) -> Vec<&'static str> {
        let (read, later): (&[&str], &[&str]) = match self {
            Table::Project => (&["name", "edition", "timezone", "use"], &[]),
            Table::Limits => return limits(),
            Table::Lint => return rule_names().collect(),
            Table::Store => (&["path"], &[]),
            Table::Secrets => (&[], &[]),
            Table::Connections => (CONNECTION, &[]),
            Table::Retention => (&["log"], RETENTION_LATER),
        };
        read.iter().chain(later).copied().collect()
    }
}

/// The keys of limits.
fn limits() -> Vec<&'static str> {
    let counts = Limits::COUNTS.iter().map(|count| count.key);
    let switches = Limits::SWITCHES.iter().map(|switch| switch.key);
    counts.chain(switches).chain([PROFILE]).collect()
}

/// The names of all rules.
pub(super) fn rule_names() -> impl Iterator<Item = &'static str> {
    rules().map(Code::name).chain(RULES_LATER.iter().copied())
}

/// The kinds of finding whose level can be set.
pub(super) fn rules() -> impl Iterator<Item = Code> {
    let all = Code::ALL.iter().copied();
    all.filter(|code| code.level() == Level::Warning)
}
